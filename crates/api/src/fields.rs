//! Sets of field paths, in the form in which `metadata.managedFields` writes them (`FieldsV1` of
//! sigs.k8s.io/structured-merge-diff/fieldpath).
//!
//! A set is an object: `f:NAME` is a field, `k:{"KEY":...}` an element of a list that keys tell apart, `v:VALUE` an element
//! of a list of plain values. What stands below them is in the set as well; an empty object, or one with a `.`, says that
//! the path itself is. Being a [`Value`], a set shares what it has in common with others.

use crate::{Map, Str, Value, json};

/// The member that says that a path with something below it is in the set itself.
pub const SELF: &str = ".";

/// A set of field paths: an object as `FieldsV1` has it, empty for no path at all.
pub type Fields = Value;

/// Whether the path that leads to `node` is in the set, not only something below it.
pub fn is_member(node: &Value) -> bool {
    match node {
        Value::Object(map) => map.is_empty() || map.contains_key(SELF),
        _ => false,
    }
}

/// A node of a set; none if there is nothing in it.
pub fn node(member: bool, mut children: Map) -> Option<Value> {
    if children.is_empty() {
        return member.then(Value::object);
    }
    if member {
        children.insert(SELF, Value::object());
    }
    Some(children.into())
}

fn children(set: &Value) -> impl Iterator<Item = (&Str, &Value)> {
    set.entries().filter(|(key, _)| key.as_str() != SELF)
}

fn nothing() -> Value {
    Value::object()
}

/// What is in either set.
pub fn union(a: &Fields, b: &Fields) -> Fields {
    match (a.is_empty(), b.is_empty()) {
        (true, _) => return b.clone(),
        (_, true) => return a.clone(),
        _ => {}
    }
    join(a, b, false).unwrap_or_else(nothing)
}

/// The union below the root, where empty objects are members.
fn join(a: &Value, b: &Value, inner: bool) -> Option<Value> {
    if a.is_same(b) || contains(a, b, inner) {
        return Some(a.clone());
    }
    let mut joined: Map = Map::default();
    for (key, below) in children(a) {
        let both = match b[key.as_str()] {
            Value::Null => Some(below.clone()),
            ref other => join(below, other, true),
        };
        joined.extend_one(key, both);
    }
    for (key, below) in children(b).filter(|(key, _)| a[key.as_str()].is_null()) {
        joined.extend_one(key, Some(below.clone()));
    }
    node(inner && (is_member(a) || is_member(b)), joined)
}

/// Whether all of `b` is in `a`.
fn contains(a: &Value, b: &Value, inner: bool) -> bool {
    if a.is_same(b) {
        return true;
    }
    (!inner || !is_member(b) || is_member(a))
        && children(b).all(|(key, below)| {
            let other = &a[key.as_str()];
            !other.is_null() && contains(other, below, true)
        })
}

/// Whether all of `b` is in `a`.
pub fn is_superset(a: &Fields, b: &Fields) -> bool {
    contains(a, b, false)
}

/// What is in `a` and not in `b`.
pub fn difference(a: &Fields, b: &Fields) -> Fields {
    if b.is_empty() || a.is_empty() {
        return a.clone();
    }
    subtract(a, b, false).unwrap_or_else(nothing)
}

fn subtract(a: &Value, b: &Value, inner: bool) -> Option<Value> {
    let mut left: Map = Map::default();
    for (key, below) in children(a) {
        let rest = match b[key.as_str()] {
            Value::Null => Some(below.clone()),
            ref other => subtract(below, other, true),
        };
        left.extend_one(key, rest);
    }
    node(inner && is_member(a) && !is_member(b), left)
}

/// What is in both sets.
pub fn intersection(a: &Fields, b: &Fields) -> Fields {
    if a.is_empty() || b.is_empty() {
        return nothing();
    }
    meet(a, b, false).unwrap_or_else(nothing)
}

fn meet(a: &Value, b: &Value, inner: bool) -> Option<Value> {
    let mut common: Map = Map::default();
    for (key, below) in children(a) {
        let other = &b[key.as_str()];
        if !other.is_null() {
            common.extend_one(key, meet(below, other, true));
        }
    }
    node(inner && is_member(a) && is_member(b), common)
}

/// `a` without the paths in `b` and all that lies below them.
pub fn without(a: &Fields, b: &Fields) -> Fields {
    if a.is_empty() || b.is_empty() {
        return a.clone();
    }
    prune(a, b, false).unwrap_or_else(nothing)
}

fn prune(a: &Value, b: &Value, inner: bool) -> Option<Value> {
    let mut left: Map = Map::default();
    for (key, below) in children(a) {
        let rest = match b[key.as_str()] {
            Value::Null => Some(below.clone()),
            ref other if is_member(other) => None,
            ref other => prune(below, other, true),
        };
        left.extend_one(key, rest);
    }
    node(inner && is_member(a), left)
}

/// The paths of a set as errors write them, such as `.spec.containers[name="nginx"].image`, in order.
pub fn paths(set: &Fields) -> Vec<String> {
    let mut found = Vec::new();
    collect(set, &mut String::new(), &mut found);
    found
}

fn collect(set: &Value, path: &mut String, found: &mut Vec<String>) {
    for (key, below) in children(set) {
        let length = path.len();
        path.push_str(&element_text(key));
        if is_member(below) {
            found.push(path.clone());
        }
        collect(below, path, found);
        path.truncate(length);
    }
}

/// One element of a path: `.name`, `[key="value"]`, `[="value"]`.
fn element_text(key: &str) -> String {
    if let Some(name) = key.strip_prefix("f:") {
        return format!(".{name}");
    }
    if let Some(value) = key.strip_prefix("v:") {
        return format!("[={value}]");
    }
    let Some(keys) = key.strip_prefix("k:") else { return format!("[{}]", key.trim_start_matches("i:")) };
    let keys = json::parse(keys).unwrap_or_default();
    let texts: Vec<String> = keys.entries().map(|(name, value)| format!("{name}={}", json::to_string(value))).collect();
    format!("[{}]", texts.join(","))
}

impl Map {
    /// Adds an entry, if there is a value, behind all others: the caller goes through keys in order, or nearly.
    fn extend_one(&mut self, key: &Str, value: Option<Value>) {
        if let Some(value) = value {
            self.insert(key.clone(), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    fn set(text: &str) -> Value {
        yaml::parse(text).unwrap().value
    }

    #[test]
    fn sets_are_joined_and_taken_apart() {
        let a = set("{f:spec: {f:a: {}, f:b: {.: {}, f:c: {}}}}");
        let b = set("{f:spec: {f:b: {}, f:d: {}}}");
        let cases = [
            (union(&a, &b), "{f:spec: {f:a: {}, f:b: {.: {}, f:c: {}}, f:d: {}}}"),
            (difference(&a, &b), "{f:spec: {f:a: {}, f:b: {f:c: {}}}}"),
            (difference(&b, &a), "{f:spec: {f:d: {}}}"),
            (intersection(&a, &b), "{f:spec: {f:b: {}}}"),
            (without(&a, &b), "{f:spec: {f:a: {}}}"),
            (difference(&a, &a), "{}"),
            (union(&set("{}"), &b), "{f:spec: {f:b: {}, f:d: {}}}"),
            (intersection(&set("{}"), &b), "{}"),
        ];
        for (made, expected) in cases {
            assert_eq!(made, set(expected));
        }
        assert!(is_superset(&union(&a, &b), &a) && !is_superset(&a, &b));
    }

    #[test]
    fn paths_are_written_as_errors_do() {
        let fields = set(
            r#"{f:spec: {f:ports: {'k:{"port":80,"protocol":"TCP"}': {.: {}, f:port: {}}}}, f:metadata: {f:finalizers: {'v:"x"': {}}}}"#,
        );
        let expected = [
            r#".metadata.finalizers[="x"]"#,
            r#".spec.ports[port=80,protocol="TCP"]"#,
            r#".spec.ports[port=80,protocol="TCP"].port"#,
        ];
        assert_eq!(paths(&fields), expected);
    }
}
