//! What differs between two moments of a cluster.

use crate::export::written;
use api::{Kind, Str, Value};
use apiserver::Key;
use cluster::Cluster;

/// More fields of an object than this are not told.
const MAX_FIELDS: usize = 12;
/// Kinds that change for ever without anything having been done.
const NOISE: &[&str] = &["Event", "Lease"];
/// Fields that follow from others, or from the time alone.
const DERIVED: &[&str] = &[
    "resourceVersion",
    "managedFields",
    "generation",
    "observedGeneration",
    "lastHeartbeatTime",
    "lastTransitionTime",
    "lastUpdateTime",
    "lastProbeTime",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "endpoints.kubernetes.io/last-change-trigger-time",
    "images",
];

/// What has become of an object.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// It is there now.
    Added,
    /// It is gone.
    Removed,
    /// Another one of the same name has taken its place.
    Replaced,
    /// It is the same, with these fields changed.
    Changed(Vec<Field>),
}

/// A field that has changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Where it is: `spec.replicas`, `spec.containers[nginx].image`.
    pub path: String,
    /// What it was; null if it was not there.
    pub before: Value,
    /// What it is; null if it is not there.
    pub after: Value,
}

/// An object that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its kind, such as `Deployment`.
    pub kind: &'static str,
    /// Its namespace; empty for one that is in none.
    pub namespace: Str,
    /// Its name.
    pub name: Str,
    /// What has become of it.
    pub what: What,
}

/// What differs between two moments: first what people make, then what follows from it; each in the order of kinds, namespaces
/// and names.
pub fn compare(before: &Cluster, after: &Cluster) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut kinds = before.api().stored_kinds();
    for kind in after.api().stored_kinds() {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    for kind in kinds.into_iter().filter(|kind| !NOISE.contains(&kind.kind)) {
        compare_kind(kind, before, after, &mut changes);
    }
    let (made, followed): (Vec<_>, Vec<_>) = changes.into_iter().partition(|(made, _)| *made);
    made.into_iter().chain(followed).map(|(_, change)| change).collect()
}

/// Notes what differs of a kind, and of each whether somebody might have written it.
fn compare_kind(kind: &'static Kind, before: &Cluster, after: &Cluster, changes: &mut Vec<(bool, Change)>) {
    let (before, after) = (before.api().store(), after.api().store());
    let mut note = |object: &Value, what: What| {
        let Key { namespace, name } = Key::of(object);
        let mut typed = object.clone();
        typed.set("kind", kind.kind);
        changes.push((written(&typed).is_some(), Change { kind: kind.kind, namespace, name, what }));
    };
    let (mut old, mut new) = (before.list(kind, "").peekable(), after.list(kind, "").peekable());
    loop {
        let (a, b) = match (old.peek(), new.peek()) {
            (None, None) => return,
            (Some(a), None) => (Some(*a), None),
            (None, Some(b)) => (None, Some(*b)),
            (Some(a), Some(b)) => match Key::of(a).cmp(&Key::of(b)) {
                std::cmp::Ordering::Less => (Some(*a), None),
                std::cmp::Ordering::Greater => (None, Some(*b)),
                std::cmp::Ordering::Equal => (Some(*a), Some(*b)),
            },
        };
        match (a.and_then(|_| old.next()), b.and_then(|_| new.next())) {
            (Some(a), Some(b)) if a["metadata"]["uid"] != b["metadata"]["uid"] => note(b, What::Replaced),
            (Some(a), Some(b)) => {
                let mut fields = Vec::new();
                compare_values(String::new(), a, b, &mut fields);
                if !fields.is_empty() {
                    note(b, What::Changed(fields));
                }
            }
            (Some(a), None) => note(a, What::Removed),
            (None, Some(b)) => note(b, What::Added),
            (None, None) => return,
        }
    }
}

/// Notes the fields that differ, as deep in the tree as they are of the same shape.
fn compare_values(path: String, before: &Value, after: &Value, fields: &mut Vec<Field>) {
    if before == after || fields.len() >= MAX_FIELDS {
        return;
    }
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match (before, after) {
        (Value::Object(a), Value::Object(b)) => {
            let added = b.iter().map(|(key, _)| key).filter(|key| !a.contains_key(key));
            for key in a.iter().map(|(key, _)| key).chain(added).filter(|key| !DERIVED.contains(&key.as_str())) {
                compare_values(below(key), &before[key.as_str()], &after[key.as_str()], fields);
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            let added = b
                .iter()
                .enumerate()
                .filter(|(at, item)| find(a, *at, item).is_none())
                .map(|(at, item)| (at, item, true));
            for (at, item, is_new) in a.iter().enumerate().map(|(at, item)| (at, item, false)).chain(added) {
                let (old, new) = match is_new {
                    true => (&api::NULL, item),
                    false => (item, find(b, at, item).unwrap_or(&api::NULL)),
                };
                compare_values(format!("{path}[{}]", label(at, item)), old, new, fields);
            }
        }
        _ => fields.push(Field { path, before: before.clone(), after: after.clone() }),
    }
}

/// What tells the items of a list apart: their name or type, or else their place.
fn label(at: usize, item: &Value) -> String {
    let named = ["name", "type", "ip"].iter().map(|key| item[*key].str()).find(|text| !text.is_empty());
    named.map_or_else(|| at.to_string(), str::to_owned)
}

fn find<'a>(items: &'a [Value], at: usize, like: &Value) -> Option<&'a Value> {
    let label_of = label(at, like);
    items.iter().enumerate().find(|(at, item)| label(*at, item) == label_of).map(|(_, item)| item)
}
