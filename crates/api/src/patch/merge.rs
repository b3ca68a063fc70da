//! JSON merge patch (RFC 7386): null takes away, objects merge, everything else replaces.

use crate::{Map, Value};

/// Applies `patch` to `object`.
pub fn merge_patch(object: &Value, patch: &Value) -> Value {
    let Some(fields) = patch.as_object() else { return patch.clone() };
    let mut result = if object.as_object().is_some() { object.clone() } else { Value::object() };
    for (key, value) in fields.iter() {
        if value.is_null() {
            result.object_mut().remove(key);
            continue;
        }
        let merged = merge_patch(result.get(key), value);
        if *result.get(key) != merged {
            result.object_mut().insert(key.clone(), merged);
        }
    }
    result
}

/// The merge patch that makes `modified` of `original`; an empty object if they are the same.
pub fn merge_diff(original: &Value, modified: &Value) -> Value {
    let mut patch = Map::default();
    for (key, new) in modified.entries() {
        let old = original.get(key);
        if old == new {
            continue;
        }
        let both_objects = old.as_object().is_some() && new.as_object().is_some();
        patch.insert(key.clone(), if both_objects { merge_diff(old, new) } else { new.clone() });
    }
    for (key, _) in original.entries().filter(|(key, _)| !has(modified, key)) {
        patch.insert(key.clone(), Value::Null);
    }
    patch.into()
}

/// The merge patch of `kubectl apply`: what `modified` adds to or changes in `current`, and what it no longer has of
/// `original` (the last applied one) taken away.
pub fn three_way_merge(original: &Value, modified: &Value, current: &Value) -> Value {
    let changes = filtered(&merge_diff(current, modified), false);
    let deletions = filtered(&merge_diff(original, modified), true);
    combined(&deletions, &changes)
}

/// A patch's deletions alone, or all but them.
fn filtered(patch: &Value, deletions: bool) -> Value {
    let mut kept = Map::default();
    for (key, value) in patch.entries() {
        match value {
            Value::Null if deletions => {
                kept.insert(key.clone(), Value::Null);
            }
            Value::Null => {}
            Value::Object(map) if !map.is_empty() => {
                let inner = filtered(value, deletions);
                if !inner.is_empty() {
                    kept.insert(key.clone(), inner);
                }
            }
            _ if !deletions => {
                kept.insert(key.clone(), value.clone());
            }
            _ => {}
        }
    }
    kept.into()
}

/// Two patches as one; nulls stay.
fn combined(first: &Value, second: &Value) -> Value {
    let mut both = first.clone();
    for (key, value) in second.entries() {
        let merged = match (first.get(key), value) {
            (Value::Object(_), Value::Object(_)) => combined(first.get(key), value),
            _ => value.clone(),
        };
        both.object_mut().insert(key.clone(), merged);
    }
    both
}

fn has(object: &Value, key: &str) -> bool {
    object.as_object().is_some_and(|map| map.contains_key(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    fn value(text: &str) -> Value {
        yaml::parse(text).unwrap().value
    }

    #[test]
    fn a_patch_leads_from_one_object_to_the_other() {
        let cases = [
            ("{a: b}", "{a: c}", "{a: c}"),
            ("{a: b}", "{b: c}", "{a: null, b: c}"),
            ("{a: {b: c, d: e}}", "{a: {b: x, d: e}}", "{a: {b: x}}"),
            ("{a: [1, 2]}", "{a: [1]}", "{a: [1]}"),
            ("{a: {b: c}}", "{a: [1]}", "{a: [1]}"),
            ("{a: 1}", "{a: 1}", "{}"),
        ];
        for (original, modified, patch) in cases {
            let made = merge_diff(&value(original), &value(modified));
            assert_eq!(made, value(patch));
            assert_eq!(merge_patch(&value(original), &made), value(modified));
        }
        assert_eq!(merge_patch(&value("{a: 1}"), &value("{b: {c: {d: null}}}")), value("{a: 1, b: {c: {}}}"));
        assert_eq!(merge_patch(&value("{a: 1}"), &value("[x]")), value("[x]"));
    }

    #[test]
    fn three_ways_keep_what_others_have_set() {
        let patch = three_way_merge(&value("{a: 1, b: 2}"), &value("{a: 3}"), &value("{a: 1, b: 2, c: 4}"));
        assert_eq!(patch, value("{a: 3, b: null}"));
    }
}
