//! Strategic merge patch: a merge patch that knows from the schema which lists to join, and by what.

use super::order::{arranged, identity, position};
use super::{DELETE_FROM, DIRECTIVE, Meta, ORDER, RETAIN_KEYS, element, field, go_text, internal, root, unprocessable};
use crate::{Kind, Map, Status, Str, Value};

/// Applies the strategic merge patch `patch` to `object`, which is of `kind`.
///
/// # Errors
/// 400 if the patch is malformed, 500 (as from the real server) if an element of a joined list lacks its merge key.
pub fn strategic_merge(kind: &Kind, object: &Value, patch: &Value) -> Result<Value, Status> {
    if patch.as_object().is_none() {
        let given = patch.type_name();
        let message = format!("json: cannot unmarshal {given} into Go value of type map[string]interface {{}}");
        return Err(Status::bad_request(message));
    }
    map(root(kind), object, patch)
}

fn map(meta: Meta, original: &Value, patch: &Value) -> Result<Value, Status> {
    match patch[DIRECTIVE].str() {
        "replace" => return Ok(without_directives(patch)),
        "delete" => return Ok(Value::object()),
        "merge" | "" if patch[DIRECTIVE].is_null() || patch[DIRECTIVE].as_str().is_some() => {}
        _ => return Err(internal(format!("Unknown patch type found: {}", go_text(&patch[DIRECTIVE])))),
    }
    let mut result = original.clone();
    retain_keys(&mut result, patch)?;
    for (key, value) in patch.entries() {
        if let Some(list) = key.strip_prefix(DELETE_FROM) {
            if !result.get(list).is_empty() {
                let keep = |item: &&Value| !value.array().contains(item);
                let kept: Vec<Value> = result.get(list).array().iter().filter(keep).cloned().collect();
                result.object_mut().insert(list, kept.into());
            }
            continue;
        }
        if key.starts_with('$') {
            continue;
        }
        let old = result.get(key);
        let merged = match (old, value) {
            (_, Value::Null) => Value::Null,
            (Value::Object(_), Value::Object(_)) => map(field(meta, key).1, old, value)?,
            (Value::Array(_), Value::Array(_)) => list(meta, key, old, value, patch)?,
            _ => without_directives(value),
        };
        if value.is_null() {
            result.object_mut().remove(key);
        } else if *old != merged {
            result.object_mut().insert(key.clone(), merged);
        }
    }
    for (key, wanted) in patch.entries() {
        let Some(list) = key.strip_prefix(ORDER) else { continue };
        let merged = result.get(list).array().to_vec();
        if !merged.is_empty() {
            let merge_key = field(meta, list).0.map_or("", |f| f.merge_key);
            let ordered: Value = arranged(merged, wanted.array(), original.get(list).array(), merge_key).into();
            if *result.get(list) != ordered {
                result.object_mut().insert(list, ordered);
            }
        }
    }
    Ok(result)
}

/// `$retainKeys`: of the object's fields only those listed stay.
fn retain_keys(result: &mut Value, patch: &Value) -> Result<(), Status> {
    let keys = &patch[RETAIN_KEYS];
    if keys.is_null() {
        return Ok(());
    }
    let retained = |key: &str| keys.array().iter().any(|k| k.as_str() == Some(key));
    if keys.as_object().is_some() || keys.as_str().is_some() {
        return Err(Status::bad_request("invalid patch format of retainKeys"));
    }
    if let Some((key, _)) =
        patch.entries().find(|(key, value)| !key.starts_with('$') && !value.is_null() && !retained(key))
    {
        let message = format!("invalid patch format of retainKeys: the key {key} is not in the list");
        return Err(Status::bad_request(message));
    }
    if result.entries().any(|(key, _)| !retained(key)) {
        result.object_mut().retain(|key, _| retained(key));
    }
    Ok(())
}

fn list(meta: Meta, key: &Str, old: &Value, new: &Value, patch: &Value) -> Result<Value, Status> {
    let (field, below) = field(meta, key);
    let Some(field) = field.filter(|f| f.merge) else { return Ok(new.clone()) };
    let merge_key = field.merge_key;
    if merge_key.is_empty() {
        let mut merged = old.array().to_vec();
        for item in new.array() {
            if !merged.contains(item) {
                merged.push(item.clone());
            }
        }
        return Ok(arranged(merged, new.array(), old.array(), "").into());
    }
    let mut merged = old.array().to_vec();
    let mut named: Vec<Value> = Vec::new();
    let mut replace = false;
    for item in new.array() {
        if item.as_object().is_none() {
            return Err(unprocessable());
        }
        match item[DIRECTIVE].str() {
            "replace" => replace = true,
            directive => {
                if identity(item, merge_key).is_null() {
                    let shown = go_text(item);
                    return Err(internal(format!("map: {shown} does not contain declared merge key: {merge_key}")));
                }
                if directive == "delete" {
                    merged.retain(|other| identity(other, merge_key) != identity(item, merge_key));
                } else {
                    named.push(item.clone());
                }
            }
        }
    }
    if replace {
        return Ok(named.iter().map(without_directives).collect());
    }
    for item in &named {
        match position(&merged, item, merge_key) {
            Some(i) => merged[i] = map(element(below), &merged[i], item)?,
            None => merged.push(without_directives(item)),
        }
    }
    // Where the patch gives the whole order, that is applied last.
    match patch.as_object().is_some_and(|p| p.contains_key(&format!("{ORDER}{key}"))) {
        true => Ok(merged.into()),
        false => Ok(arranged(merged, &named, old.array(), merge_key).into()),
    }
}

/// A part of a patch as it enters an object that has nothing there: no directives, no deletions.
fn without_directives(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = |(key, value): (&Str, &Value)| {
                (!key.starts_with('$') && !value.is_null()).then(|| (key.clone(), without_directives(value)))
            };
            map.iter().filter_map(kept).collect::<Map>().into()
        }
        Value::Array(items) => {
            let kept = items.iter().filter(|item| item[DIRECTIVE].str() != "delete");
            kept.map(without_directives).collect()
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{kind, yaml};

    fn value(text: &str) -> Value {
        yaml::parse(text).unwrap().value
    }

    fn merged(object: &str, patch: &str) -> Result<Value, String> {
        strategic_merge(kind::POD, &value(object), &value(patch)).map_err(|status| status.message)
    }

    #[test]
    fn lists_are_joined_by_their_keys() {
        let pod = "{spec: {containers: [{name: a, image: x, env: [{name: K, value: v}]}, {name: b, image: y}], tolerations: [{key: t}]}}";
        let cases = [
            // A new element comes before those that the patch does not name.
            (
                "{spec: {containers: [{name: c, image: z}]}}",
                "[{name: c, image: z}, {name: a, image: x, env: [{name: K, value: v}]}, {name: b, image: y}]",
            ),
            (
                "{spec: {containers: [{name: b, image: z}]}}",
                "[{name: a, image: x, env: [{name: K, value: v}]}, {name: b, image: z}]",
            ),
            (
                "{spec: {containers: [{name: a, env: [{name: K, $patch: delete}, {name: L, value: w}]}]}}",
                "[{name: a, image: x, env: [{name: L, value: w}]}, {name: b, image: y}]",
            ),
            ("{spec: {containers: [{name: a, $patch: delete}]}}", "[{name: b, image: y}]"),
            ("{spec: {containers: [{$patch: replace}, {name: q}]}}", "[{name: q}]"),
            (
                "{spec: {$setElementOrder/containers: [{name: b}, {name: a}], containers: [{name: a, env: null}]}}",
                "[{name: b, image: y}, {name: a, image: x}]",
            ),
        ];
        for (patch, expected) in cases {
            assert_eq!(merged(pod, patch).unwrap().at("spec.containers"), &value(expected), "{patch}");
        }
        let replaced = merged(pod, "{spec: {tolerations: [{key: u}]}}").unwrap();
        assert_eq!(replaced.at("spec.tolerations"), &value("[{key: u}]"), "tolerations are replaced as a whole");
        assert_eq!(
            merged(pod, "{spec: {containers: [{image: q}]}}").unwrap_err(),
            "map: map[image:q] does not contain declared merge key: name"
        );
    }

    #[test]
    fn directives_on_maps_and_plain_lists() {
        let pod = "{metadata: {labels: {a: b}, finalizers: [x, y]}, spec: {volumes: [{name: v, emptyDir: {}}]}}";
        let cases = [
            ("{metadata: {labels: {$patch: replace, c: d}}}", "metadata.labels", "{c: d}"),
            ("{metadata: {labels: {$patch: delete}}}", "metadata.labels", "{}"),
            ("{metadata: {labels: {a: null}}}", "metadata.labels", "{}"),
            ("{metadata: {finalizers: [z]}}", "metadata.finalizers", "[z, x, y]"),
            ("{metadata: {$deleteFromPrimitiveList/finalizers: [x]}}", "metadata.finalizers", "[y]"),
            (
                "{spec: {volumes: [{name: v, $retainKeys: [name, hostPath], hostPath: {path: /x}}]}}",
                "spec.volumes",
                "[{name: v, hostPath: {path: /x}}]",
            ),
            ("{spec: {nodeSelector: {x: null, y: z}}}", "spec.nodeSelector", "{y: z}"),
        ];
        for (patch, path, expected) in cases {
            assert_eq!(merged(pod, patch).unwrap().at(path), &value(expected), "{patch}");
        }
        assert_eq!(merged(pod, "{metadata: {$patch: foo}}").unwrap_err(), "Unknown patch type found: foo");
        for patch in
            ["[]", "{spec: {containers: 1}}", "{spec: {volumes: [1]}}", "{$retainKeys: 5, $setElementOrder/x: 1}"]
        {
            let _ = merged(pod, patch);
        }
    }
}
