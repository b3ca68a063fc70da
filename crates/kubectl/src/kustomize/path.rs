//! Fields by a path as replacements and vars write it: `spec.containers.[name=web].env.0.value` (kyaml's `PathGetter` and
//! `PathMatcher`).

use crate::fail;
use api::{Value, regex::Regex, yaml};

/// What is done with a field that was found; whether it is inside a text that is JSON or YAML itself.
pub type Change<'a> = &'a mut dyn FnMut(&mut Value, bool) -> fail::Outcome;

/// Why fields were not changed.
pub enum Fail {
    /// The path does not go on.
    Path(String),
    /// The change was refused.
    Change(fail::Fail),
}

/// How many fields were found.
pub type Found = Result<usize, Fail>;

/// The parts of a path. A dot after a backslash and dots in brackets belong to a part; brackets with an equals sign stay.
pub fn split(path: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut glued = false;
    for piece in path.trim_start_matches('.').split('.') {
        let open = |part: &&mut String| glued || (part.starts_with('[') && !part.ends_with(']'));
        match parts.last_mut().filter(open) {
            Some(part) => *part = format!("{part}.{piece}"),
            None => parts.push(piece.to_owned()),
        }
        glued = parts.last_mut().is_some_and(|part| part.ends_with('\\') && part.pop().is_some());
    }
    let bare = |part: String| match part.starts_with('[') && !part.contains('=') {
        true => part.trim_matches(['[', ']']).to_owned(),
        false => part,
    };
    parts.into_iter().map(bare).collect()
}

/// `[name=web]` as `("name", "web")`.
fn entry(part: &str) -> Option<(&str, &str)> {
    part.strip_prefix('[')?.strip_suffix(']')?.split_once('=')
}

/// The one field at a path, if there is one.
pub fn find<'v>(value: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, part| {
        let items = value.array();
        let found = match (part.parse::<usize>(), entry(part)) {
            (Ok(at), _) if value.as_object().is_none() => items.get(at)?,
            (_, Some(("", text))) => items.iter().find(|item| plain(item) == text)?,
            (_, Some((field, text))) => items.iter().find(|item| plain(&item[field]) == text)?,
            _ if part == "-" => items.last()?,
            _ => &value[part.as_str()],
        };
        Some(found).filter(|found| !found.is_null())
    })
}

/// Calls `change` for every field at a path; `*` and `[field=pattern]` stand for several. What is not there is made if `create` says
/// so. How many there were.
///
/// # Errors
/// An item is missing in between, or what `change` says.
pub fn each(value: &mut Value, path: &[String], create: bool, change: Change<'_>) -> Found {
    let Some((part, rest)) = path.split_first() else { return change(value, false).map(|()| 1).map_err(Fail::Change) };
    if let Value::String(text) = value {
        let text = text.to_string();
        return inside(value, &text, path, create, change);
    }
    if let Ok(at) = part.parse::<usize>() {
        return item(value, at, rest, create, change);
    }
    if let Some((field, pattern)) = entry(part) {
        return items(value, (field, pattern), rest, create, change);
    }
    if part == "*" && value.as_object().is_none() {
        let mut found = 0;
        for item in value.array_mut() {
            found += each(item, rest, create, change)?;
        }
        return Ok(found);
    }
    if value[part.as_str()].is_null() && !create || !(value.is_null() || value.as_object().is_some()) {
        return Ok(0);
    }
    each(value.object_mut().entry(part), rest, create, change)
}

/// The field in the item of a list with a number; only the one behind the last can be made.
fn item(value: &mut Value, at: usize, rest: &[String], create: bool, change: Change<'_>) -> Found {
    let there = value.array().len();
    if at > there || (at == there && !create) {
        return Err(Fail::Path(format!("index {at} specified but only {there} elements found")));
    }
    let items = value.array_mut();
    if at == there {
        items.push(Value::Null);
    }
    each(&mut items[at], rest, create, change)
}

/// The field in those items of a list of which a field fits a pattern, or that fit it themselves.
fn items(
    value: &mut Value,
    (field, pattern): (&str, &str),
    rest: &[String],
    create: bool,
    change: Change<'_>,
) -> Found {
    if !value.is_null() && value.as_object().is_some() {
        return Ok(0);
    }
    let regex = Regex::go(pattern).map_err(|why| Fail::Path(format!("error parsing regexp: {why}")))?;
    let fits = |item: &Value| match field {
        "" => regex.is_match(&plain(item)),
        field => !item[field].is_null() && regex.is_match(&plain(&item[field])),
    };
    let items = value.array_mut();
    if create && !items.iter().any(fits) {
        items.push(match field {
            "" => pattern.into(),
            field => Value::from_entries(&mut [(field, pattern.into())]),
        });
    }
    let mut found = 0;
    for item in items.iter_mut().filter(|item| fits(item)) {
        found += each(item, rest, create, change)?;
    }
    Ok(found)
}

/// The field inside a text that is JSON or YAML itself, such as a file in a ConfigMap. One that cannot take the value stays as it is.
fn inside(value: &mut Value, text: &str, path: &[String], create: bool, change: Change<'_>) -> Found {
    let no_map = || {
        let contents = yaml::to_string(&Value::from(text));
        Fail::Path(format!("wrong node kind: expected MappingNode but got ScalarNode: node contents:\n{contents}"))
    };
    let mut inner = yaml::parse(text).map(|parsed| parsed.value).map_err(|_| no_map())?;
    let mut refused = false;
    let mut change = |field: &mut Value, _| {
        refused |= change(field, true).is_err();
        Ok(())
    };
    let found = match inner.array().is_empty() && inner.as_object().is_none() {
        true => 0,
        false => each(&mut inner, path, create, &mut change)?,
    };
    if found == 0 {
        return Err(no_map());
    }
    if !refused {
        *value = match text.trim_start().starts_with(['{', '[']) {
            true if text.contains('\n') && text.contains("  ") => indented(&inner).into(),
            true => api::json::to_string(&inner).into(),
            false => yaml::to_string(&inner).trim().into(),
        };
    }
    Ok(found)
}

/// JSON as Go's `MarshalIndent` writes it with two blanks.
fn indented(value: &Value) -> String {
    let value: serde_json::Value = serde_json::from_str(&api::json::to_string(value)).unwrap_or_default();
    serde_json::to_string_pretty(&value).unwrap_or_default()
}

/// A scalar as its text.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        Value::Array(_) | Value::Object(_) | Value::Null => String::new(),
        value => api::json::to_string(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_in_brackets_and_behind_backslashes_belong_to_a_part() {
        assert_eq!(split("spec.containers.[name=a.b].image"), ["spec", "containers", "[name=a.b]", "image"]);
        assert_eq!(split("metadata.annotations.[a.b/c.d]"), ["metadata", "annotations", "a.b/c.d"]);
        assert_eq!(split(r"data.app\.conf.0"), ["data", "app.conf", "0"]);
    }
}
