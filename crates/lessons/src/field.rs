//! Paths into objects: `spec.containers[0].image`, `status.conditions[type=Ready].status`, `metadata.labels["a.b/c"]`.

use api::schema::{self, Type};
use api::{Kind, Value};

/// One step of a path.
#[derive(Clone, Debug, PartialEq)]
enum Part {
    Key(String),
    Index(usize),
    Every,
    Where(String, String),
}

/// The values at a path; several where it has `[*]` or where `[key=value]` fits several.
///
/// # Errors
/// The path makes no sense; why.
pub fn find<'a>(object: &'a Value, path: &str) -> Result<Vec<&'a Value>, String> {
    let mut found = vec![object];
    for part in parts(path)? {
        let mut next = Vec::new();
        for value in found {
            match &part {
                Part::Key(key) => next.push(value.get(key)),
                Part::Index(at) => next.extend(value.array().get(*at)),
                Part::Every => next.extend(value.array()),
                Part::Where(key, wanted) => {
                    next.extend(value.array().iter().filter(|member| text(member.get(key)) == *wanted));
                }
            }
        }
        next.retain(|value| !value.is_null());
        found = next;
    }
    Ok(found)
}

/// What is wrong with a path, if anything is.
pub fn problem(path: &str) -> Option<String> {
    parts(path).err()
}

/// What is said of a path that no object of this kind can have.
pub fn unknown(path: &str, kind: &Kind) -> Option<String> {
    let table = schema::table();
    // Kinds that users define have fields of their own.
    let mut ty = &Type::Struct(table.kind(kind));
    let mut of = kind.kind;
    if kind.is_custom() {
        return None;
    }
    for (at, part) in parts(path).ok()?.into_iter().enumerate() {
        ty = match (ty, part) {
            (Type::Any, _) => return None,
            (Type::Struct(_), Part::Key(key)) if at == 0 && matches!(key.as_str(), "apiVersion" | "kind") => {
                return None;
            }
            (Type::Struct(id), Part::Key(key)) => match table.get(*id).field(&key) {
                Some(field) => &field.ty,
                None => return Some(format!("{of} has no field {key:?}")),
            },
            (Type::Map(inner), Part::Key(_)) => inner,
            (Type::List(inner), Part::Index(_) | Part::Every | Part::Where(..)) => inner,
            (Type::List(_), Part::Key(key)) => {
                return Some(format!(
                    "before {key:?} in {path:?} stands a list: say which member, as in [0], [*] or [name=web]"
                ));
            }
            _ => return Some(format!("the path {path:?} goes further than the fields of {of} do")),
        };
        if let Type::Struct(id) = ty {
            of = table.get(*id).name;
        }
    }
    None
}

fn parts(path: &str) -> Result<Vec<Part>, String> {
    let wrong = |what: &str| format!("the path {path:?} {what}");
    let (mut parts, mut rest) = (Vec::new(), path);
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let end = match inner.strip_prefix('"') {
                Some(quoted) => quoted.find("\"]").map(|end| end + 2),
                None => inner.find(']'),
            };
            let end = end.ok_or_else(|| wrong("has a [ without ]"))?;
            parts.push(
                bracket(&inner[..end])
                    .ok_or_else(|| wrong("has brackets around neither 0, *, key=value nor \"key\""))?,
            );
            rest = &inner[end + 1..];
        } else {
            let name = rest.strip_prefix('.').unwrap_or(rest);
            let end = name.find(['.', '[']).unwrap_or(name.len());
            if end == 0 {
                return Err(wrong("has an empty part"));
            }
            parts.push(Part::Key(name[..end].to_owned()));
            rest = &name[end..];
        }
    }
    if parts.is_empty() { Err(wrong("is empty")) } else { Ok(parts) }
}

fn bracket(inner: &str) -> Option<Part> {
    if inner == "*" {
        return Some(Part::Every);
    }
    if let Some(key) = inner.strip_prefix('"') {
        return key.strip_suffix('"').map(|key| Part::Key(key.to_owned()));
    }
    if let Some((key, value)) = inner.split_once('=') {
        return Some(Part::Where(key.to_owned(), value.to_owned()));
    }
    inner.parse().ok().map(Part::Index)
}

/// A value as text: a string without quotes, others as JSON.
pub fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.to_string(),
        other => api::json::to_string(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_values() {
        let object = api::json::parse(
            r#"{"a":{"b.c/d":1},"list":[{"name":"x","n":1},{"name":"y","n":2}],"conditions":[{"type":"Ready","status":"True"}]}"#,
        )
        .unwrap();
        let texts = |path: &str| find(&object, path).unwrap().into_iter().map(text).collect::<Vec<_>>();
        assert_eq!(texts("list[1].n"), ["2"]);
        assert_eq!(texts("list[*].name"), ["x", "y"]);
        assert_eq!(texts("list[name=x].n"), ["1"]);
        assert_eq!(texts("conditions[type=Ready].status"), ["True"]);
        assert_eq!(texts("a[\"b.c/d\"]"), ["1"]);
        assert_eq!(texts("list[7].n"), Vec::<String>::new());
        for wrong in ["", "a..b", "a[", "a[x]", "a[\"x]"] {
            assert!(problem(wrong).is_some(), "{wrong}");
        }
    }
}
