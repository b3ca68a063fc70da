//! Server-side apply's arithmetic: which fields an object has, in which two objects differ, how a configuration is merged
//! into an object, and how fields are taken out of it (sigs.k8s.io/structured-merge-diff/typed). What can be owned is
//! told by the schema: a [`Shape`].

mod merge;
mod shape;

pub use merge::{merge, remove};
pub use shape::Shape;

use crate::fields::{Fields, node};
use crate::{Map, Value, json};
use shape::Form;

/// What two objects differ in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// Paths that only the second one has.
    pub added: Fields,
    /// Paths with another value.
    pub modified: Fields,
    /// Paths that only the first one has.
    pub removed: Fields,
}

/// The part of a path that names a field.
pub(crate) fn field_key(name: &str) -> String {
    format!("f:{name}")
}

/// The part of a path that names an element of a list.
///
/// # Errors
/// The element has none of the keys that tell it apart.
pub(crate) fn element_key(form: &Form<'_>, item: &Value) -> Result<String, String> {
    let Form::ListMap(keys) = form else { return Ok(format!("v:{}", json::to_string(item))) };
    let mut found = Map::default();
    for key in keys.iter() {
        let value = &item[*key];
        let value = if value.is_null() { form_default(key) } else { value.clone() };
        if !value.is_null() {
            found.insert(*key, value);
        }
    }
    match found.is_empty() {
        false => Ok(format!("k:{}", json::to_string(&found.into()))),
        true => Err(format!("associative list with keys has an element that omits key field {:?}", keys[0])),
    }
}

/// The value of a key that is left out: a port's protocol has a default.
fn form_default(key: &str) -> Value {
    if key == "protocol" { "TCP".into() } else { Value::Null }
}

/// The fields that an object has (`ToFieldSet`).
///
/// # Errors
/// The path and the reason, of a field that the kind does not have, or an element without its key.
pub fn field_set(shape: Shape<'_>, value: &Value) -> Result<Fields, String> {
    let mut errors = Vec::new();
    let set = walk(shape, value, &mut String::new(), &mut errors).unwrap_or_else(Value::object);
    match errors.len() {
        0 if crate::fields::is_member(&set) => Ok(Value::object()),
        0 => Ok(set),
        1 => Err(errors.remove(0)),
        _ => Err(format!("errors:\n{}", errors.iter().map(|e| format!("  {e}")).collect::<Vec<_>>().join("\n"))),
    }
}

fn walk(shape: Shape<'_>, value: &Value, path: &mut String, errors: &mut Vec<String>) -> Option<Value> {
    let form = shape.form(value);
    let length = path.len();
    let mut children = Map::default();
    match (&form, value) {
        (Form::Fields, Value::Object(map)) => {
            for (name, item) in map.iter() {
                let Some((inner, named)) = shape.field(name) else {
                    errors.push(format!("{path}.{name}: field not declared in schema"));
                    continue;
                };
                path.push_str(&format!(".{name}"));
                let below = walk(inner, item, path, errors);
                let whole = item.is_null() || matches!(item, Value::Object(map) if map.is_empty()) || !named;
                add(&mut children, field_key(name), whole, below);
                path.truncate(length);
            }
        }
        (Form::ListMap(_) | Form::ListSet, Value::Array(items)) => {
            for (i, item) in items.iter().enumerate() {
                let key = match element_key(&form, item) {
                    Ok(key) => key,
                    Err(error) => {
                        errors.push(format!("{path}: element {i}: {error}"));
                        continue;
                    }
                };
                if children.contains_key(&key) {
                    let shown = crate::fields::paths(&crate::obj! { key.as_str() => Value::object() });
                    errors.push(format!("{path}: duplicate entries for key {}", shown.concat()));
                    continue;
                }
                path.push_str(&format!("[{i}]"));
                let below = walk(shape.element(), item, path, errors);
                add(&mut children, key, true, below);
                path.truncate(length);
            }
        }
        _ => {
            if let Some(expected) = shape.mismatch(value) {
                errors.push(format!("{path}: expected {expected}, got {}", shown(value)));
            }
            return Some(Value::object());
        }
    }
    node(false, children)
}

/// A value in an error, as structured-merge-diff prints it.
fn shown(value: &Value) -> String {
    match value {
        Value::Object(_) => format!("map: &{{{}}}", crate::patch::go_text(value)),
        Value::Array(_) => format!("list: {}", crate::patch::go_text(value)),
        scalar => format!("&{{{}}}", crate::patch::go_text(scalar)),
    }
}

/// Adds a node whose path itself is a member as well, if `member` says so.
fn add(children: &mut Map, key: String, member: bool, below: Option<Value>) {
    let below = match (below, member) {
        (Some(Value::Object(map)), true) if !map.is_empty() => node(true, (*map).clone()),
        (None, true) => Some(Value::object()),
        (below, _) => below,
    };
    if let Some(below) = below {
        children.insert(key, below);
    }
}

/// What `new` differs in from `old`. Shared parts are not looked at, so the cost is that of the difference.
pub fn compare(shape: Shape<'_>, old: &Value, new: &Value) -> Comparison {
    let [added, modified, removed] = differ(shape, Some(old), Some(new)).map(|set| match set {
        Some(set) if !crate::fields::is_member(&set) => set,
        _ => Value::object(),
    });
    Comparison { added, modified, removed }
}

type Difference = [Option<Value>; 3];

fn differ(shape: Shape<'_>, old: Option<&Value>, new: Option<&Value>) -> Difference {
    if let (Some(old), Some(new)) = (old, new)
        && old.is_same(new)
    {
        return Difference::default();
    }
    let known = new.filter(|v| !v.is_null()).or(old).unwrap_or(&crate::NULL);
    let form = shape.form(known);
    let empty = |side: Option<&Value>| side.is_none_or(Value::is_empty);
    if matches!(form, Form::Leaf) || (empty(old) && empty(new)) || !same_type(old, new) {
        return leaf(old, new);
    }
    let mut below = [Map::default(), Map::default(), Map::default()];
    let mut put = |key: &str, difference: Difference| {
        for (map, set) in below.iter_mut().zip(difference) {
            if let Some(set) = set {
                map.insert(key, set);
            }
        }
    };
    let (before, after) = (old.unwrap_or(&crate::NULL), new.unwrap_or(&crate::NULL));
    if matches!(form, Form::Fields) {
        for (name, item) in after.entries() {
            let inner = shape.field(name).map_or(Shape::unknown(), |(inner, _)| inner);
            let other = before.as_object().and_then(|map| map.get(name));
            if other.is_none_or(|other| !other.is_same(item)) {
                put(&field_key(name), differ(inner, other, Some(item)));
            }
        }
        let gone = before.entries().filter(|(name, _)| !after.as_object().is_some_and(|map| map.contains_key(name)));
        for (name, item) in gone {
            let inner = shape.field(name).map_or(Shape::unknown(), |(inner, _)| inner);
            put(&field_key(name), differ(inner, Some(item), None));
        }
    } else {
        let keyed = |side: &Value| -> Vec<(String, Value)> {
            side.array().iter().filter_map(|item| Some((element_key(&form, item).ok()?, item.clone()))).collect()
        };
        let (left, right) = (keyed(before), keyed(after));
        let find = |side: &[(String, Value)], key: &str| side.iter().position(|(k, _)| k == key);
        for (i, (key, item)) in right.iter().enumerate().filter(|(i, (key, _))| find(&right, key) == Some(*i)) {
            let other = find(&left, key).map(|at| &left[at].1);
            // Duplicates are owned as a whole.
            let several = right[i + 1..].iter().any(|(k, _)| k == key);
            let inner = if several { Shape::unknown() } else { shape.element() };
            put(key, differ(inner, other, Some(item)));
        }
        for (key, item) in left.iter().filter(|(key, _)| find(&right, key).is_none()) {
            put(key, differ(shape.element(), Some(item), None));
        }
    }
    let [added, modified, removed] = below;
    [node(old.is_none(), added), node(false, modified), node(new.is_none(), removed)]
}

fn same_type(old: Option<&Value>, new: Option<&Value>) -> bool {
    match (old, new) {
        (Some(old), Some(new)) => old.is_null() || new.is_null() || old.type_name() == new.type_name(),
        _ => true,
    }
}

fn leaf(old: Option<&Value>, new: Option<&Value>) -> Difference {
    match (old, new) {
        (None, Some(_)) => [Some(Value::object()), None, None],
        (Some(_), None) => [None, None, Some(Value::object())],
        (Some(old), Some(new)) if old != new => [None, Some(Value::object()), None],
        _ => Difference::default(),
    }
}

/// The set with those named fields as members that lead to one (`EnsureNamedFieldsAreMembers`).
pub fn with_named_fields(shape: Shape<'_>, set: &Fields) -> Fields {
    let mut result = Map::default();
    for (key, below) in set.entries() {
        if key == crate::fields::SELF {
            result.insert(key.clone(), below.clone());
            continue;
        }
        let (inner, named) = match key.strip_prefix("f:") {
            Some(name) => shape.field(name).unwrap_or((Shape::unknown(), false)),
            None => (shape.element(), false),
        };
        let member = named || crate::fields::is_member(below);
        let deeper = with_named_fields(inner, below);
        add(&mut result, key.to_string(), member, Some(deeper).filter(|d| !d.is_empty()));
    }
    result.into()
}

#[cfg(test)]
mod tests;
