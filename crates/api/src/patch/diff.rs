//! Strategic merge patches made from objects.

use super::order::{identity, position, sorted};
use super::{DELETE_FROM, DIRECTIVE, Meta, ORDER, RETAIN_KEYS, element, field, root};
use crate::{Kind, Map, Str, Value, obj};

/// Which differences a patch is to hold.
#[derive(Clone, Copy)]
struct Options {
    changes: bool,
    deletions: bool,
    retain_keys: bool,
}

/// The patch that makes `modified` of `original`, as `kubectl edit` sends it; an empty object if they are the same.
pub fn strategic_diff(kind: &Kind, original: &Value, modified: &Value) -> Value {
    map(root(kind), original, modified, Options { changes: true, deletions: true, retain_keys: false }).into()
}

/// The patch of `kubectl apply`: what `modified` adds to or changes in `current`, and what it no longer has of `original`
/// (the last applied one) taken away. What others have set since stays.
pub fn three_way_strategic(kind: &Kind, original: &Value, modified: &Value, current: &Value) -> Value {
    let options = Options { changes: true, deletions: false, retain_keys: false };
    let changes = map(root(kind), current, modified, options);
    let options = Options { changes: false, deletions: true, retain_keys: false };
    let deletions = map(root(kind), original, modified, options);
    joined(root(kind), deletions, changes).into()
}

fn map(meta: Meta, original: &Value, modified: &Value, options: Options) -> Map {
    let mut patch = Map::default();
    for (key, new) in modified.entries() {
        let Some(old) = original.as_object().and_then(|map| map.get(key)) else {
            if options.changes {
                patch.insert(key.clone(), new.clone());
            }
            continue;
        };
        if old == new {
            continue;
        }
        let (field, below) = field(meta, key);
        let retain_keys = field.is_some_and(|f| f.retain_keys);
        match (old, new, field) {
            (Value::Object(_), Value::Object(_), _) => {
                let inner = map(below, old, new, Options { retain_keys, ..options });
                if !inner.is_empty() {
                    patch.insert(key.clone(), inner.into());
                }
            }
            (Value::Array(_), Value::Array(_), Some(field)) if field.merge => {
                let options = Options { retain_keys, ..options };
                match field.merge_key {
                    "" => plain_list(&mut patch, key, old, new, options),
                    merge_key => list(&mut patch, key, merge_key, element(below), old, new, options),
                }
            }
            _ if options.changes => {
                patch.insert(key.clone(), new.clone());
            }
            _ => {}
        }
    }
    if options.deletions {
        let gone = |key: &Str| modified.as_object().is_none_or(|map| !map.contains_key(key));
        for (key, _) in original.entries().filter(|(key, _)| gone(key)) {
            patch.insert(key.clone(), Value::Null);
        }
    }
    let added = || modified.entries().any(|(key, _)| original.get(key).is_null());
    if options.retain_keys && (!patch.is_empty() || added()) {
        let keys: Value = modified.entries().filter(|(_, v)| !v.is_null()).map(|(k, _)| k.clone()).collect();
        patch.insert(RETAIN_KEYS, keys);
    }
    patch
}

/// A list of plain values: what is new, what is gone, and the order.
fn plain_list(patch: &mut Map, key: &Str, old: &Value, new: &Value, options: Options) {
    let (old, new) = (old.array(), new.array());
    if old.is_empty() {
        if options.changes {
            patch.insert(key.clone(), new.to_vec().into());
        }
        return;
    }
    let only = |list: &[Value], other: &[Value]| -> Vec<Value> {
        list.iter().filter(|item| !other.contains(item)).cloned().collect()
    };
    let added = if options.changes { only(new, old) } else { Vec::new() };
    let deleted = if options.deletions { only(old, new) } else { Vec::new() };
    if options.changes || !deleted.is_empty() {
        patch.insert(format!("{ORDER}{key}"), new.to_vec().into());
    }
    if !added.is_empty() {
        patch.insert(key.clone(), added.into());
    }
    if !deleted.is_empty() {
        patch.insert(format!("{DELETE_FROM}{key}"), deleted.into());
    }
}

/// A list that is joined by a key: patches of elements, new elements, deletions, and the order.
fn list(patch: &mut Map, key: &Str, merge_key: &'static str, meta: Meta, old: &Value, new: &Value, options: Options) {
    let (old, new) = (old.array(), new.array());
    let keyed = |list: &[Value]| list.iter().all(|item| !identity(item, merge_key).is_null());
    if old.is_empty() || !keyed(old) || !keyed(new) {
        if options.changes {
            patch.insert(key.clone(), new.to_vec().into());
        }
        return;
    }
    let mut changed = Vec::new();
    for item in new {
        match position(old, item, merge_key) {
            Some(i) => {
                let mut inner = map(meta, &old[i], item, options);
                if !inner.is_empty() {
                    inner.insert(merge_key, identity(item, merge_key).clone());
                    changed.push(inner.into());
                }
            }
            None if options.changes => changed.push(item.clone()),
            None => {}
        }
    }
    changed = sorted(changed, new, merge_key);
    if options.deletions {
        let gone = old.iter().filter(|item| position(new, item, merge_key).is_none());
        changed.extend(gone.map(|item| obj! { merge_key => identity(item, merge_key), DIRECTIVE => "delete" }));
    }
    let same_order =
        old.len() == new.len() && old.iter().zip(new).all(|(a, b)| identity(a, merge_key) == identity(b, merge_key));
    if !changed.is_empty() || (options.changes && !same_order) {
        let order: Value = new.iter().map(|item| obj! { merge_key => identity(item, merge_key) }).collect();
        patch.insert(format!("{ORDER}{key}"), order);
    }
    if !changed.is_empty() {
        patch.insert(key.clone(), changed.into());
    }
}

/// Two patches of one object as one.
fn joined(meta: Meta, first: Map, second: Map) -> Map {
    let mut both = first;
    for (key, value) in second.iter() {
        let (field, below) = field(meta, key);
        let joined = match (both.get(key), value, field) {
            (Some(Value::Object(a)), Value::Object(b), _) => {
                joined(below, a.as_ref().clone(), b.as_ref().clone()).into()
            }
            (Some(Value::Array(a)), Value::Array(b), Some(field)) if field.merge => {
                let merge_key = field.merge_key;
                let mut items = b.to_vec();
                for item in a.iter() {
                    match position(&items, item, merge_key) {
                        Some(i) => {
                            if let (Some(a), Some(b)) = (item.as_object(), items[i].as_object()) {
                                items[i] = self::joined(element(below), a.clone(), b.clone()).into();
                            }
                        }
                        None => items.push(item.clone()),
                    }
                }
                items.into()
            }
            _ => value.clone(),
        };
        both.insert(key.clone(), joined);
    }
    both
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patch::strategic_merge;
    use crate::{kind, yaml};

    fn value(text: &str) -> Value {
        yaml::parse(text).unwrap().value
    }

    #[test]
    fn a_patch_leads_from_one_object_to_the_other() {
        let objects = [
            "{}",
            "{metadata: {labels: {a: b}, finalizers: [x, y]}}",
            "{metadata: {labels: {c: d}, finalizers: [y, z, x]}, spec: {replicas: 2}}",
            "{spec: {template: {spec: {containers: [{name: a, image: x}, {name: b, image: y}]}}}}",
            "{spec: {template: {spec: {containers: [{name: b, image: z}, {name: c, image: y, args: [q]}, {name: a}]}}}}",
            "{spec: {strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}}}",
            "{spec: {strategy: {type: Recreate}, template: {spec: {volumes: [{name: v, emptyDir: {}}]}}}}",
            "{spec: {template: {spec: {volumes: [{name: v, hostPath: {path: /}}], tolerations: [{key: a}]}}}}",
        ];
        for original in objects {
            for modified in objects {
                let (original, modified) = (value(original), value(modified));
                let patch = strategic_diff(kind::DEPLOYMENT, &original, &modified);
                let patched = strategic_merge(kind::DEPLOYMENT, &original, &patch).unwrap();
                assert_eq!(patched, modified, "{}", crate::json::to_string(&patch));
                assert_eq!(patch.is_empty(), original == modified);
                let apply = three_way_strategic(kind::DEPLOYMENT, &original, &modified, &original);
                assert_eq!(strategic_merge(kind::DEPLOYMENT, &original, &apply).unwrap(), modified);
            }
        }
    }

    #[test]
    fn patches_look_as_kubectl_makes_them() {
        let original = value("{spec: {replicas: 1, template: {spec: {containers: [{name: a, image: x}]}}}}");
        let modified = value("{spec: {replicas: 1, template: {spec: {containers: [{name: a, image: y}]}}}}");
        let patch =
            "{spec: {template: {spec: {$setElementOrder/containers: [{name: a}], containers: [{image: y, name: a}]}}}}";
        assert_eq!(strategic_diff(kind::DEPLOYMENT, &original, &modified), value(patch));
        let recreate = value("{spec: {strategy: {type: Recreate}}}");
        let rolling = value("{spec: {strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}}}");
        let patch = "{spec: {strategy: {$retainKeys: [type], type: Recreate, rollingUpdate: null}}}";
        assert_eq!(strategic_diff(kind::DEPLOYMENT, &rolling, &recreate), value(patch));
    }

    #[test]
    fn applying_keeps_what_others_have_set() {
        let original = value(
            "{metadata: {labels: {a: b, old: x}}, spec: {template: {spec: {containers: [{name: a, image: x}, {name: gone}]}}}}",
        );
        let modified =
            value("{metadata: {labels: {a: c}}, spec: {template: {spec: {containers: [{name: a, image: y}]}}}}");
        let current = value(
            "{metadata: {labels: {a: b, old: x, theirs: y}}, spec: {replicas: 7, template: {spec: {containers: [{name: a, image: x, imagePullPolicy: Always}, {name: gone}, {name: injected}]}}}}",
        );
        let patch = three_way_strategic(kind::DEPLOYMENT, &original, &modified, &current);
        let applied = strategic_merge(kind::DEPLOYMENT, &current, &patch).unwrap();
        let expected = value(
            "{metadata: {labels: {a: c, theirs: y}}, spec: {replicas: 7, template: {spec: {containers: [{name: a, image: y, imagePullPolicy: Always}, {name: injected}]}}}}",
        );
        assert_eq!(applied, expected);
        let alone = strategic_merge(kind::DEPLOYMENT, &original, &patch).unwrap();
        assert!(three_way_strategic(kind::DEPLOYMENT, &modified, &modified, &alone).is_empty());
    }
}
