//! One rule of a role: what it allows, and what it takes to have been given it (pkg/apis/rbac/v1/evaluation_helpers.go,
//! k8s.io/component-helpers/auth/rbac/validation).

use super::Attributes;
use api::{Value, list, obj};

/// `pods/log`, or `pods`.
pub(super) fn combined(resource: &str, subresource: &str) -> String {
    match subresource {
        "" => resource.to_owned(),
        subresource => format!("{resource}/{subresource}"),
    }
}

/// Whether a list of a rule has a text, or stands for all.
fn has(list: &Value, text: &str) -> bool {
    list.array().iter().any(|item| item.str() == "*" || item.str() == text)
}

/// Whether a rule allows something.
pub(super) fn allows(rule: &Value, wanted: &Attributes<'_>) -> bool {
    if !has(&rule["verbs"], wanted.verb) {
        return false;
    }
    if wanted.resource.is_empty() {
        return rule["nonResourceURLs"].array().iter().any(|url| url_covers(url.str(), wanted.path));
    }
    let names = &rule["resourceNames"];
    has(&rule["apiGroups"], wanted.group)
        && resource_covers(&rule["resources"], &combined(wanted.resource, wanted.subresource))
        && (names.is_empty() || names.array().iter().any(|name| name.str() == wanted.name))
}

/// `*`, the resource itself, or `*/scale` for every `scale`.
fn resource_covers(resources: &Value, wanted: &str) -> bool {
    let subresource = wanted.split_once('/').map(|(_, sub)| sub);
    resources.array().iter().map(Value::str).any(|given| {
        given == "*" || given == wanted || subresource.is_some_and(|sub| given.strip_prefix("*/") == Some(sub))
    })
}

fn url_covers(given: &str, wanted: &str) -> bool {
    given == "*"
        || given == wanted
        || given.strip_suffix('*').is_some_and(|prefix| wanted.starts_with(prefix.trim_end_matches('*')))
}

/// The rules of one verb, group, resource and name (or URL) that a rule consists of (`BreakdownRule`).
fn breakdown(rule: &Value) -> Vec<Value> {
    let mut parts = Vec::new();
    let mut names: Vec<&str> = rule["resourceNames"].array().iter().map(Value::str).collect();
    if names.is_empty() {
        names.push("");
    }
    for group in rule["apiGroups"].array() {
        for resource in rule["resources"].array() {
            for verb in rule["verbs"].array() {
                parts.extend(names.iter().map(|name| {
                    let mut part =
                        obj! { "apiGroups" => list![group], "resources" => list![resource], "verbs" => list![verb] };
                    if !name.is_empty() {
                        part.set("resourceNames", list![*name]);
                    }
                    part
                }));
            }
        }
    }
    for url in rule["nonResourceURLs"].array() {
        parts.extend(
            rule["verbs"].array().iter().map(|v| obj! { "nonResourceURLs" => list![url], "verbs" => list![v] }),
        );
    }
    parts
}

/// Whether an owner's rule covers a rule of one verb, group, resource and name (`ruleCovers`).
fn covers(owner: &Value, part: &Value) -> bool {
    let first = |field: &str| part[field].array().first().map_or("", Value::str);
    if !has(&owner["verbs"], first("verbs")) {
        return false;
    }
    if !part["nonResourceURLs"].is_empty() {
        return owner["nonResourceURLs"].array().iter().any(|url| url_covers(url.str(), first("nonResourceURLs")));
    }
    let names = &owner["resourceNames"];
    let named = &part["resourceNames"];
    has(&owner["apiGroups"], first("apiGroups"))
        && resource_covers(&owner["resources"], first("resources"))
        && (names.is_empty()
            || !named.is_empty() && names.array().iter().any(|name| name.str() == first("resourceNames")))
}

/// The parts of `wanted` that no rule in `owned` covers.
pub(super) fn uncovered(owned: &[Value], wanted: &[Value]) -> Vec<Value> {
    let mut parts: Vec<Value> = wanted.iter().flat_map(breakdown).collect();
    parts.retain(|part| !owned.iter().any(|rule| covers(rule, part)));
    parts
}

/// The same in the short form in which messages list it.
pub(super) fn missing(owned: &[Value], wanted: &[Value]) -> Vec<String> {
    let mut missing: Vec<Value> = Vec::new();
    for part in uncovered(owned, wanted) {
        // Of one resource and name, the verbs are listed together (`CompactRules`).
        let same = |other: &&mut Value| {
            part["nonResourceURLs"].is_null()
                && ["apiGroups", "resources", "resourceNames"].iter().all(|field| other[*field] == part[*field])
        };
        match missing.iter_mut().find(same) {
            Some(other) => {
                let verb = part["verbs"].array().first().cloned().unwrap_or_default();
                if !other["verbs"].array().contains(&verb) {
                    other.at_mut("verbs").array_mut().push(verb);
                }
            }
            None => missing.push(part),
        }
    }
    let mut texts: Vec<String> = missing.iter().map(compact).collect();
    api::sort(&mut texts);
    texts.dedup();
    texts
}

/// `{APIGroups:["apps"], Resources:["deployments"], Verbs:["get" "list"]}` (pkg/apis/rbac/v1/helpers.go, `CompactString`).
fn compact(rule: &Value) -> String {
    let fields = [
        ("APIGroups", "apiGroups"),
        ("Resources", "resources"),
        ("NonResourceURLs", "nonResourceURLs"),
        ("ResourceNames", "resourceNames"),
        ("Verbs", "verbs"),
    ];
    let given = fields.iter().filter(|(_, field)| !rule[*field].is_empty());
    let texts: Vec<String> = given.map(|(name, field)| format!("{name}:{}", quoted(&rule[*field]))).collect();
    format!("{{{}}}", texts.join(", "))
}

/// `["a" "b"]`, as Go prints a list of strings with `%q`.
pub(super) fn quoted(list: &Value) -> String {
    let texts: Vec<String> = list.array().iter().map(|item| format!("{:?}", item.str())).collect();
    format!("[{}]", texts.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::User;

    fn rule(verbs: &str, resources: &str) -> Value {
        let words = |text: &str| text.split(',').collect::<Value>();
        obj! { "apiGroups" => list![""], "resources" => words(resources), "verbs" => words(verbs) }
    }

    #[test]
    fn rules_allow_what_they_name() {
        let user = User::new("jane", &[]);
        let log = Attributes { resource: "pods", subresource: "log", ..Attributes::path(&user, "get", "") };
        assert!(allows(&rule("get", "pods/log"), &log) && allows(&rule("*", "*/log"), &log));
        assert!(allows(&rule("get", "*"), &log) && !allows(&rule("get", "pods"), &log));
        let mut named = rule("get", "pods");
        named.set("resourceNames", list!["a"]);
        let pod = Attributes { resource: "pods", name: "a", ..Attributes::path(&user, "get", "") };
        assert!(allows(&named, &pod) && !allows(&named, &Attributes { name: "b", ..pod }));
        let urls = obj! { "nonResourceURLs" => list!["/healthz/*"], "verbs" => list!["get"] };
        assert!(allows(&urls, &Attributes::path(&user, "get", "/healthz/ping")));
        assert!(!allows(&urls, &Attributes::path(&user, "get", "/healthz")));
    }

    #[test]
    fn what_is_not_covered_is_listed_resource_by_resource() {
        let texts = missing(&[rule("get", "pods")], &[rule("get,list,watch", "pods,services")]);
        assert_eq!(
            texts,
            [
                r#"{APIGroups:[""], Resources:["pods"], Verbs:["list" "watch"]}"#,
                r#"{APIGroups:[""], Resources:["services"], Verbs:["get" "list" "watch"]}"#,
            ]
        );
        assert!(missing(&[rule("*", "*")], &[rule("get", "pods")]).is_empty());
    }
}
