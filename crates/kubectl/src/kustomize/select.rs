//! Which objects a selector in a kustomization means (kustomize's `types.Selector`).

use super::{Resource, group_version};
use crate::fail::{Outcome, fail};
use api::{Selector, Value, regex::Regex};

/// Whether the patterns and expressions of a selector can be read.
///
/// # Errors
/// One cannot.
pub fn check(selector: &Value) -> Outcome {
    for field in ["group", "version", "kind", "name", "namespace"] {
        Regex::go(&anchored(selector[field].str())).map_err(|why| fail!("error parsing regexp: {why}"))?;
    }
    for field in ["annotationSelector", "labelSelector"] {
        Selector::parse(selector[field].str()).map_err(|why| fail!("{why}"))?;
    }
    Ok(())
}

/// Whether a resource fits a selector: the group, version, kind, name and namespace by regular expressions, which have to fit the
/// whole text, and its labels and annotations. Its former names count, too.
pub fn fits(resource: &Resource, selector: &Value) -> bool {
    has_id(resource, selector) && has_labels(resource, selector)
}

/// Whether a resource is the one that the part of a selector that speaks of its identity means.
pub fn has_id(resource: &Resource, selector: &Value) -> bool {
    identified(resource, selector, matches)
}

/// Whether a resource is the one that a source of a replacement names, without any patterns.
pub fn is_source(resource: &Resource, source: &Value) -> bool {
    identified(resource, source, |wanted, text| wanted.is_empty() || wanted == text)
}

/// Whether a selector says anything of an object's identity.
pub fn names_any(selector: &Value) -> bool {
    ["group", "version", "kind", "name", "namespace"].iter().any(|field| !selector[*field].str().is_empty())
}

/// Whether a selector says anything of labels or annotations.
pub fn labels_any(selector: &Value) -> bool {
    ["labelSelector", "annotationSelector"].iter().any(|field| !selector[*field].str().is_empty())
}

/// Whether a resource has the labels and annotations that a selector asks for.
pub fn has_labels(resource: &Resource, selector: &Value) -> bool {
    let object = &resource.object;
    let selected = |field: &str, map: &Value| {
        selector[field].as_str().is_none_or(|text| Selector::parse(text).is_ok_and(|selector| selector.matches(map)))
    };
    selected("labelSelector", object.labels()) && selected("annotationSelector", &object["metadata"]["annotations"])
}

fn identified(resource: &Resource, selector: &Value, matches: fn(&str, &str) -> bool) -> bool {
    let object = &resource.object;
    let (group, version) = group_version(object);
    let fits = |field: &str, text: &str| matches(selector[field].str(), text);
    fits("group", group)
        && fits("version", version)
        && fits("kind", resource.kind())
        && fits("namespace", object.namespace())
        && (fits("name", object.name()) || resource.names.iter().any(|name| fits("name", name)))
}

/// Whether the whole text fits a regular expression; an empty one fits everything.
fn matches(pattern: &str, text: &str) -> bool {
    pattern.is_empty() || Regex::go(&anchored(pattern)).is_ok_and(|regex| regex.is_match(text))
}

fn anchored(pattern: &str) -> String {
    format!("^(?:{pattern})$")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_whole_names() {
        assert!(matches("web", "web") && matches("web.*", "web-1") && matches(".*", "") && matches("a|b.*c", "bxc"));
        assert!(matches("^web$", "web") && matches("w(e|a)b", "wab") && matches("", "any"));
        assert!(!matches("web", "web-1") && !matches("w.*b", "weber"));
    }
}
