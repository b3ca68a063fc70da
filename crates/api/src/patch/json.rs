//! JSON patch (RFC 6902), with the words of the library that the server uses.

use super::unprocessable;
use crate::{Status, Value, json};

/// Applies the operations of `patch` to `object`.
///
/// # Errors
/// 400 if the patch is no list of operations, 422 if an operation does not fit the object.
pub fn json_patch(object: &Value, patch: &Value) -> Result<Value, Status> {
    if !matches!(patch, Value::Array(_)) {
        let given = patch.type_name();
        let message = format!(
            "error decoding patch: json: cannot unmarshal {given} into Go value of type []handlers.jsonPatchOp"
        );
        return Err(Status::bad_request(message));
    }
    let mut result = object.clone();
    for operation in patch.array() {
        operate(&mut result, operation).map_err(|_| unprocessable())?;
    }
    Ok(result)
}

/// Does one operation.
///
/// # Errors
/// Why it does not fit, in the words of the library that Kubernetes has (gopkg.in/evanphx/json-patch.v4).
pub fn operate(object: &mut Value, operation: &Value) -> Result<(), String> {
    let (name, path, from) = (operation["op"].str(), operation["path"].str(), operation["from"].str());
    let wrong = |why: &str| format!("invalid operation {}: {why}", json::to_string(operation));
    let given = || match operation.as_object().and_then(|map| map.get("value")) {
        Some(value) => Ok(value.clone()),
        None => Err(wrong("failed to decode 'value': operation, missing value field: missing value")),
    };
    let within = |path: &str, why: String| format!("error in {name} for path: '{path}': {why}");
    match name {
        "add" => {
            let value = given()?;
            add(holder(object, path, "path: \"", name)?, path, value).map_err(|why| within(path, why))
        }
        "remove" => remove(holder(object, path, "path: \"", name)?, path).map(|_| ()).map_err(|why| within(path, why)),
        "replace" => {
            let value = given()?;
            holder(object, path, "path: ", name)?;
            let old = find_mut(object, path);
            *old.ok_or_else(|| {
                format!("replace operation does not apply: doc is missing key: {path}: missing value")
            })? = value;
            Ok(())
        }
        "move" => {
            let value = get(holder(object, from, "from path: ", name)?, from).map_err(|why| within(last(from), why))?;
            remove(holder(object, from, "from path: ", name)?, from).map_err(|why| within(last(from), why))?;
            add(holder(object, path, "destination path: ", name)?, path, value).map_err(|why| within(path, why))
        }
        "copy" => {
            let value = get(holder(object, from, "from path: ", name)?, from)
                .map_err(|why| format!("error in copy for from: '{from}': {why}"))?;
            add(holder(object, path, "destination path: ", name)?, path, value)
                .map_err(|why| format!("error while adding value during copy: {why}"))
        }
        "test" => {
            holder(object, path, "path: ", name).map_err(|why| why.replace("doc is missing", "is missing"))?;
            match find(object, path).unwrap_or(&Value::Null) == &operation["value"] {
                true => Ok(()),
                false => Err(format!("testing value {path} failed: test failed")),
            }
        }
        _ => Err(wrong("unsupported operation")),
    }
}

/// The object or list that holds what a path names; the whole document holds itself.
fn holder<'a>(object: &'a mut Value, path: &str, what: &str, operation: &str) -> Result<&'a mut Value, String> {
    let quote = if what.ends_with('"') { "\"" } else { "" };
    let missing = || format!("{operation} operation does not apply: doc is missing {what}{path}{quote}: missing value");
    if path.is_empty() {
        return Ok(object);
    }
    let (parent, _) = parent(path).ok_or_else(missing)?;
    find_mut(object, &parent).filter(|place| matches!(place, Value::Object(_) | Value::Array(_))).ok_or_else(missing)
}

/// The parts of a JSON pointer; `None` for text that is none.
fn parts(path: &str) -> Option<Vec<String>> {
    if path.is_empty() {
        return Some(Vec::new());
    }
    let parts = path.strip_prefix('/')?.split('/');
    Some(parts.map(|part| part.replace("~1", "/").replace("~0", "~")).collect())
}

fn find<'a>(object: &'a Value, path: &str) -> Option<&'a Value> {
    parts(path)?.iter().try_fold(object, |value, part| match value {
        Value::Object(map) => map.get(part),
        Value::Array(items) => items.get(index(part, items.len())?),
        _ => None,
    })
}

fn find_mut<'a>(object: &'a mut Value, path: &str) -> Option<&'a mut Value> {
    // Looked up first, so that nothing shared is copied in vain.
    find(object, path)?;
    parts(path)?.iter().try_fold(object, |value, part| match value {
        Value::Object(_) => value.object_mut().get_mut(part),
        Value::Array(items) => {
            let i = index(part, items.len())?;
            value.array_mut().get_mut(i)
        }
        _ => None,
    })
}

/// An index of a list of `length`; negative ones count from its end.
fn index(part: &str, length: usize) -> Option<usize> {
    match part.parse::<i64>().ok()? {
        i if i < 0 => length.checked_sub(usize::try_from(i.checked_neg()?).ok()?),
        i => usize::try_from(i).ok(),
    }
}

fn parent(path: &str) -> Option<(String, String)> {
    let (parent, last) = path.rsplit_once('/')?;
    Some((parent.to_owned(), last.replace("~1", "/").replace("~0", "~")))
}

/// The last part of a path.
fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// Where in a list of `length` a path ends.
fn place(path: &str, length: usize) -> Result<usize, String> {
    let last = last(path);
    if last.parse::<i64>().is_err() {
        return Err(format!("strconv.Atoi: parsing {last:?}: invalid syntax"));
    }
    index(last, length).ok_or_else(|| invalid_index(last))
}

fn invalid_index(last: &str) -> String {
    format!("Unable to access invalid index: {last}: invalid index referenced")
}

/// What a path names in what holds it.
fn get(holder: &Value, path: &str) -> Result<Value, String> {
    let Value::Array(items) = holder else {
        let found = parent(path).and_then(|(_, last)| holder.as_object()?.get(&last));
        let missing = || format!("unable to get nonexistent key: {}: missing value", last(path));
        return found.cloned().ok_or_else(missing);
    };
    items.get(place(path, items.len())?).cloned().ok_or_else(|| invalid_index(last(path)))
}

/// Puts a value where a path names, into what holds it.
fn add(holder: &mut Value, path: &str, value: Value) -> Result<(), String> {
    let Some((_, key)) = parent(path) else {
        *holder = value;
        return Ok(());
    };
    let Value::Array(items) = &*holder else {
        holder.object_mut().insert(key, value);
        return Ok(());
    };
    let length = items.len();
    let proper = |why| match key.parse::<i64>() {
        Ok(_) => why,
        Err(_) => format!("value was not a proper array index: '{key}': {why}"),
    };
    let at = if key == "-" { length } else { place(path, length).map_err(proper)? };
    if at > length {
        return Err(invalid_index(&key));
    }
    holder.array_mut().insert(at, value);
    Ok(())
}

/// Takes away what a path names from what holds it.
fn remove(holder: &mut Value, path: &str) -> Result<(), String> {
    let Value::Array(items) = &*holder else {
        let taken = parent(path).and_then(|(_, key)| holder.object_mut().remove(&key));
        let missing = || format!("unable to remove nonexistent key: {}: missing value", last(path));
        return taken.map(|_| ()).ok_or_else(missing);
    };
    let length = items.len();
    let at = place(path, length)?;
    if at >= length {
        return Err(invalid_index(last(path)));
    }
    holder.array_mut().remove(at);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{list, obj, yaml};

    fn patched(patch: &str) -> Result<Value, String> {
        let object = obj! { "a" => list![1, 2], "m" => obj! { "x/y" => 1, "~z" => 2 } };
        let patch = yaml::parse(patch).unwrap().value;
        let mut result = object.clone();
        for operation in patch.array() {
            operate(&mut result, operation)?;
        }
        assert_eq!(json_patch(&object, &patch).map_err(|status| status.message)?, result);
        Ok(result)
    }

    #[test]
    fn operations_change_the_object() {
        let cases = [
            ("[{op: add, path: /a/-, value: 3}]", "{a: [1, 2, 3], m: {x/y: 1, '~z': 2}}"),
            ("[{op: add, path: /a/0, value: 0}]", "{a: [0, 1, 2], m: {x/y: 1, '~z': 2}}"),
            ("[{op: remove, path: /m/x~1y}, {op: replace, path: /m/~0z, value: null}]", "{a: [1, 2], m: {'~z': null}}"),
            ("[{op: move, from: /a, path: /b}]", "{b: [1, 2], m: {x/y: 1, '~z': 2}}"),
            ("[{op: copy, from: /a/1, path: /a/0}]", "{a: [2, 1, 2], m: {x/y: 1, '~z': 2}}"),
            ("[{op: test, path: /a/0, value: 1}, {op: remove, path: /a/-1}]", "{a: [1], m: {x/y: 1, '~z': 2}}"),
        ];
        for (patch, expected) in cases {
            assert_eq!(patched(patch), Ok(yaml::parse(expected).unwrap().value), "{patch}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let cases = [
            (
                "[{op: replace, path: /s/t, value: 1}]",
                "replace operation does not apply: doc is missing path: /s/t: missing value",
            ),
            (
                "[{op: replace, path: /m/none, value: 1}]",
                "replace operation does not apply: doc is missing key: /m/none: missing value",
            ),
            (
                "[{op: add, path: /s/t, value: 1}]",
                "add operation does not apply: doc is missing path: \"/s/t\": missing value",
            ),
            (
                "[{op: remove, path: /x}]",
                "error in remove for path: '/x': unable to remove nonexistent key: x: missing value",
            ),
            (
                "[{op: move, from: /zz, path: /b}]",
                "error in move for path: 'zz': unable to get nonexistent key: zz: missing value",
            ),
            (
                "[{op: move, from: /a, path: /q/b}]",
                "move operation does not apply: doc is missing destination path: /q/b: missing value",
            ),
            (
                "[{op: copy, from: /a, path: /a/9}]",
                "error while adding value during copy: Unable to access invalid index: 9: invalid index referenced",
            ),
            (
                "[{op: add, path: /a/x, value: 1}]",
                "error in add for path: '/a/x': value was not a proper array index: 'x': strconv.Atoi: parsing \"x\": invalid syntax",
            ),
            (
                "[{op: test, path: /q/a, value: 2}]",
                "test operation does not apply: is missing path: /q/a: missing value",
            ),
            ("[{op: test, path: /a/0, value: 2}]", "testing value /a/0 failed: test failed"),
            ("[{op: foo, path: /a}]", "invalid operation {\"op\":\"foo\",\"path\":\"/a\"}: unsupported operation"),
            (
                "[{op: add, path: /a/9, value: 1}]",
                "error in add for path: '/a/9': Unable to access invalid index: 9: invalid index referenced",
            ),
            (
                "{op: add}",
                "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp",
            ),
        ];
        for (patch, expected) in cases {
            assert_eq!(patched(patch).unwrap_err(), expected, "{patch}");
        }
        for path in ["", "x", "/", "//", "/a/-9223372036854775808", "/a/x", "/a/0/b", "-"] {
            let _ = patched(&format!("[{{op: remove, path: '{path}'}}]"));
            let _ =
                patched(&format!("[{{op: add, path: '{path}', value: 1}}, {{op: move, from: '{path}', path: /q}}]"));
        }
    }
}
