//! JSON patch (RFC 6902), with the words of the library that the server uses.

use super::unprocessable;
use crate::{Status, Value};

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
/// Why it does not fit, in the words of the library that Kubernetes has (evanphx/json-patch).
pub fn operate(object: &mut Value, operation: &Value) -> Result<(), String> {
    let (path, from) = (operation["path"].str(), operation["from"].str());
    let given = || match operation.as_object().and_then(|map| map.get("value")) {
        Some(value) => Ok(value.clone()),
        None => Err("missing value".to_owned()),
    };
    match operation["op"].str() {
        "add" => add(object, path, given()?, "add"),
        "remove" => remove(object, path, "remove").map(|_| ()),
        "replace" => {
            let value = given()?;
            let holder = parent(path).is_none_or(|(parent, _)| find(object, &parent).is_some());
            let what = if holder { "key" } else { "path" };
            *find_mut(object, path).ok_or_else(|| {
                format!("replace operation does not apply: doc is missing {what}: {path}: missing value")
            })? = value;
            Ok(())
        }
        "move" => {
            let value = remove(object, from, "move")?;
            add(object, path, value, "move")
        }
        "copy" => {
            let missing = || format!("copy operation does not apply: doc is missing from path: {from}: missing value");
            let value = find(object, from).ok_or_else(missing)?.clone();
            add(object, path, value, "copy")
        }
        "test" => match find(object, path).unwrap_or(&Value::Null) == &operation["value"] {
            true => Ok(()),
            false => Err(format!("testing value {path} failed: test failed")),
        },
        other => Err(format!("Unexpected kind: {other}")),
    }
}

fn missing(operation: &str, path: &str) -> String {
    format!("{operation} operation does not apply: doc is missing path: \"{path}\": missing value")
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

fn add(object: &mut Value, path: &str, value: Value, operation: &str) -> Result<(), String> {
    if path.is_empty() {
        *object = value;
        return Ok(());
    }
    let no_path = || missing(operation, path);
    let (parent, last) = parent(path).ok_or_else(no_path)?;
    let place = find_mut(object, &parent).ok_or_else(no_path)?;
    match place {
        Value::Object(_) => {
            place.object_mut().insert(last, value);
        }
        Value::Array(items) => {
            let length = items.len();
            let i = if last == "-" { Some(length) } else { index(&last, length) };
            match i.filter(|i| *i <= length) {
                Some(i) => place.array_mut().insert(i, value),
                None => return Err(format!("Unable to access invalid index: {last}: invalid index referenced")),
            }
        }
        _ => return Err(no_path()),
    }
    Ok(())
}

fn remove(object: &mut Value, path: &str, operation: &str) -> Result<Value, String> {
    let no_path = || missing(operation, path);
    let (parent, last) = parent(path).ok_or_else(no_path)?;
    let place = find_mut(object, &parent).ok_or_else(no_path)?;
    match place {
        Value::Object(_) => {
            let taken = place.object_mut().remove(&last);
            taken.ok_or_else(|| format!("Unable to remove nonexistent key: {last}: missing value"))
        }
        Value::Array(items) => match index(&last, items.len()).filter(|i| *i < items.len()) {
            Some(i) => Ok(place.array_mut().remove(i)),
            None => Err(format!("Unable to access invalid index: {last}: invalid index referenced")),
        },
        _ => Err(no_path()),
    }
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
            ("[{op: remove, path: /x}]", "Unable to remove nonexistent key: x: missing value"),
            ("[{op: test, path: /a/0, value: 2}]", "testing value /a/0 failed: test failed"),
            ("[{op: foo, path: /a}]", "Unexpected kind: foo"),
            ("[{op: add, path: /a/9, value: 1}]", "Unable to access invalid index: 9: invalid index referenced"),
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
