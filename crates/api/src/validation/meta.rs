//! `metadata`, labels and label selectors.

use super::path::{Errors, IMMUTABLE, Path};
use crate::names::{dns1035_label, dns1123_label, dns1123_subdomain, label_value, path_segment, qualified_name};
use crate::{Kind, Value, kind};

/// `TotalAnnotationSizeLimitB`
const ANNOTATIONS_MAX: usize = 256 * 1024;

/// A new object's metadata; its name has been generated already if it asked for that.
pub(super) fn create(errors: &mut Errors, kind: &Kind, metadata: &Value) {
    let path = Path::root("metadata");
    let check = name_check(kind);
    let prefix = metadata["generateName"].str();
    if !prefix.is_empty() {
        // What is generated will end in a letter or a digit, whatever the prefix ends in.
        let masked = prefix.strip_suffix('-').filter(|p| !p.is_empty()).map(|p| format!("{p}a"));
        errors.invalids(&path.child("generateName"), prefix, check(masked.as_deref().unwrap_or(prefix)));
    }
    match metadata["name"].str() {
        "" => errors.required(&path.child("name"), "name or generateName is required"),
        name => errors.invalids(&path.child("name"), name, check(name)),
    }
    if kind.namespaced {
        match metadata["namespace"].str() {
            "" => errors.required(&path.child("namespace"), ""),
            namespace => errors.invalids(&path.child("namespace"), namespace, dns1123_label(namespace)),
        }
    } else if !metadata["namespace"].str().is_empty() {
        errors.forbidden(&path.child("namespace"), "not allowed on this type");
    }
    common(errors, &path, metadata);
}

/// A changed object's metadata.
pub(super) fn update(errors: &mut Errors, new: &Value, old: &Value) {
    if new == old {
        return;
    }
    let path = Path::root("metadata");
    if !old["deletionTimestamp"].is_null() {
        let added = new["finalizers"].array().iter().filter(|f| !old["finalizers"].array().contains(f));
        let added: Vec<String> = added.map(|f| format!("{:?}", f.str())).collect();
        if !added.is_empty() {
            let detail = format!(
                "no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}",
                added.join(", ")
            );
            errors.forbidden(&path.child("finalizers"), &detail);
        }
    }
    for field in ["name", "namespace", "uid", "creationTimestamp"] {
        if new[field] != old[field] {
            errors.invalid(&path.child(field), &new[field], IMMUTABLE);
        }
    }
    common(errors, &path, new);
}

fn name_check(kind: &Kind) -> fn(&str) -> Vec<String> {
    match kind {
        k if k == kind::SERVICE => dns1035_label,
        k if k == kind::NAMESPACE => dns1123_label,
        k if k.group == kind::ROLE.group => path_segment,
        _ => dns1123_subdomain,
    }
}

fn common(errors: &mut Errors, path: &Path, metadata: &Value) {
    labels(errors, &path.child("labels"), &metadata["labels"]);
    annotations(errors, &path.child("annotations"), &metadata["annotations"]);
    owners(errors, &path.child("ownerReferences"), &metadata["ownerReferences"]);
    let finalizers = path.child("finalizers");
    for finalizer in metadata["finalizers"].array() {
        errors.invalids(&finalizers, finalizer, qualified_name(finalizer.str()));
    }
    let has = |name: &str| metadata["finalizers"].array().iter().any(|f| f.str() == name);
    if has("orphan") && has("foregroundDeletion") {
        let detail = "finalizer orphan and foregroundDeletion cannot be both set";
        errors.invalid(&finalizers, &metadata["finalizers"], detail);
    }
    for (i, finalizer) in metadata["finalizers"].array().iter().enumerate() {
        let name = finalizer.str();
        if !name.contains('/') && !["kubernetes", "orphan", "foregroundDeletion"].contains(&name) {
            let detail = "name is neither a standard finalizer name nor is it fully qualified";
            errors.invalid(&finalizers.index(i), name, detail);
        }
    }
}

/// Labels, or a map of labels such as a node selector.
pub(super) fn labels(errors: &mut Errors, path: &Path, labels: &Value) {
    for (key, value) in labels.entries() {
        errors.invalids(path, key, qualified_name(key));
        errors.invalids(path, value, label_value(value.str()));
    }
}

/// Annotations: keys like labels', values of any kind up to a total size.
pub(super) fn annotations(errors: &mut Errors, path: &Path, annotations: &Value) {
    let mut size = 0;
    for (key, value) in annotations.entries() {
        size += key.len() + value.str().len();
        let messages = match key.bytes().any(|b| b.is_ascii_uppercase()) {
            true => qualified_name(&key.to_lowercase()),
            false => qualified_name(key),
        };
        errors.invalids(path, key, messages);
    }
    if size > ANNOTATIONS_MAX {
        errors.too_long(path, ANNOTATIONS_MAX);
    }
}

fn owners(errors: &mut Errors, path: &Path, owners: &Value) {
    let mut controller = String::new();
    for owner in owners.array() {
        for field in ["apiVersion", "kind", "name", "uid"] {
            if owner[field].str().is_empty() {
                let detail = if field == "apiVersion" { "version must not be empty" } else { "must not be empty" };
                errors.invalid(&path.child(field), "", detail);
            }
        }
        if owner["apiVersion"].str() == "v1" && owner["kind"].str() == "Event" {
            errors.invalid(path, owner, "/v1, Kind=Event is disallowed from being an owner");
        }
        if owner["controller"].bool() {
            let name = format!("{}/{}", owner["kind"].str(), owner["name"].str());
            if controller.is_empty() {
                controller = name;
            } else {
                let detail = format!(
                    "Only one reference can have Controller set to true. Found \"true\" in references for {controller} \
                     and {name}"
                );
                errors.invalid(path, owners, &detail);
            }
        }
    }
}

/// A `LabelSelector`.
pub(super) fn label_selector(errors: &mut Errors, path: &Path, selector: &Value) {
    labels(errors, &path.child("matchLabels"), &selector["matchLabels"]);
    let expressions = path.child("matchExpressions");
    for (i, expression) in selector["matchExpressions"].array().iter().enumerate() {
        let path = expressions.index(i);
        let values = &expression["values"];
        match expression["operator"].str() {
            "In" | "NotIn" if values.is_empty() => {
                errors.required(&path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'");
            }
            "Exists" | "DoesNotExist" if !values.is_empty() => {
                let detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
                errors.forbidden(&path.child("values"), detail);
            }
            "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
            _ => errors.invalid(&path.child("operator"), &expression["operator"], "not a valid selector operator"),
        }
        let key = &expression["key"];
        errors.invalids(&path.child("key"), key.str(), qualified_name(key.str()));
        for (j, value) in values.array().iter().enumerate() {
            errors.invalids(&path.child("values").index(j), value, label_value(value.str()));
        }
    }
}

/// Whether a `LabelSelector` is there and asks for nothing.
pub(super) fn is_empty_selector(selector: &Value) -> bool {
    !selector.is_null() && selector["matchLabels"].is_empty() && selector["matchExpressions"].is_empty()
}
