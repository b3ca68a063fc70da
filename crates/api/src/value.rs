//! The tree every Kubernetes object is: JSON's types, with shared structure.
//!
//! Cloning a [`Value`] is O(1): arrays and objects are reference-counted and copied only when a shared one is changed.
//! That is what makes a snapshot of a whole cluster cheap and lets 1,000 Pods of one template share its containers.
//!
//! Reading follows Go's zero values, because that is how the Kubernetes code that this project mirrors reads: a missing
//! field is [`Value::Null`], its [`Value::str`] is `""`, its [`Value::int`] is 0, its [`Value::array`] is empty.

mod convert;
mod map;
mod shape;

pub use map::Map;

use std::sync::Arc;

/// A string that is cheap to clone: up to 23 bytes inline, longer ones shared.
pub type Str = smol_str::SmolStr;

/// One node of an object's tree.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// JSON's `null`, and what a missing field reads as.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer; Kubernetes has no unsigned 64-bit fields.
    Int(i64),
    /// A number with a fraction or an exponent. Only user data has those.
    Float(f64),
    /// A string.
    String(Str),
    /// A list.
    Array(Arc<Vec<Value>>),
    /// A map with sorted keys.
    Object(Arc<Map>),
}

/// What a missing field reads as.
pub static NULL: Value = Value::Null;

impl PartialEq for Value {
    /// Equal trees; a shared subtree is not walked, so comparing an object with a changed copy of it costs the change.
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a == b,
            (Value::String(a), Value::String(b)) => a == b,
            (Value::Array(a), Value::Array(b)) => Arc::ptr_eq(a, b) || a == b,
            (Value::Object(a), Value::Object(b)) => Arc::ptr_eq(a, b) || a == b,
            _ => false,
        }
    }
}

impl Value {
    /// Whether both are the same leaf or share one subtree: a quick test that may miss equal trees.
    pub fn is_same(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Array(a), Value::Array(b)) => Arc::ptr_eq(a, b),
            (Value::Object(a), Value::Object(b)) => Arc::ptr_eq(a, b),
            (Value::Array(_) | Value::Object(_), _) => false,
            _ => self == other,
        }
    }

    /// An empty object.
    pub fn object() -> Value {
        Value::Object(Arc::default())
    }

    /// The object of these entries, which are taken; those that are null are left out, and of equal keys the last wins.
    /// Not generic: this is what `obj!` calls.
    pub fn from_entries(entries: &mut [(&str, Value)]) -> Value {
        let there = nulls_last(entries);
        Value::Object(Arc::new(Map::from_entries(&mut entries[..there])))
    }

    /// The same, but the last entry stays whatever it is: a field that is to be there with null.
    pub fn with_null(entries: &mut [(&str, Value)]) -> Value {
        let Some(last) = entries.len().checked_sub(1) else { return Value::object() };
        let there = nulls_last(&mut entries[..last]);
        entries.swap(there, last);
        // Into its place, if the others come sorted as they mostly do.
        let place = entries[..there].partition_point(|(key, _)| *key < entries[there].0);
        entries[place..=there].rotate_right(1);
        Value::Object(Arc::new(Map::from_entries(&mut entries[..=there])))
    }

    /// The field `key`; null where there is none, or where this is no object.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    pub fn get(&self, key: &str) -> &Value {
        self.look_up(key, shape::print(key))
    }

    fn look_up(&self, key: &str, print: shape::Print) -> &Value {
        match self {
            Value::Object(map) => map.look_up(key, print).unwrap_or(&NULL),
            _ => &NULL,
        }
    }

    /// The value at a dotted path such as `spec.template.spec`; null where there is none. Not for keys that contain dots
    /// (labels, annotations): use [`Value::get`] for those.
    pub fn at(&self, path: &str) -> &Value {
        Steps(Some(path)).fold(self, Value::get)
    }

    /// Whether this is null (or was missing).
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The string, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(s) => Some(s),
            _ => None,
        }
    }

    /// The string; empty if this is none.
    pub fn str(&self) -> &str {
        self.as_str().unwrap_or_default()
    }

    /// The string, shared; empty if this is none.
    pub fn to_str(&self) -> Str {
        match self {
            Value::String(s) => s.clone(),
            _ => Str::default(),
        }
    }

    /// The integer, if this is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(i) => Some(*i),
            _ => None,
        }
    }

    /// The integer; 0 if this is none.
    pub fn int(&self) -> i64 {
        self.as_int().unwrap_or_default()
    }

    /// The boolean, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// Whether this is `true`.
    pub fn bool(&self) -> bool {
        self.as_bool().unwrap_or_default()
    }

    /// The elements; none if this is no array.
    pub fn array(&self) -> &[Value] {
        match self {
            Value::Array(items) => items,
            _ => &[],
        }
    }

    /// The object, if this is one.
    pub fn as_object(&self) -> Option<&Map> {
        match self {
            Value::Object(map) => Some(map),
            _ => None,
        }
    }

    /// The entries, sorted by key; none if this is no object.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = (&Str, &Value)> {
        self.as_object().into_iter().flat_map(Map::iter)
    }

    /// How many elements or entries there are; 0 for anything else.
    pub fn len(&self) -> usize {
        match self {
            Value::Array(items) => items.len(),
            Value::Object(map) => map.len(),
            _ => 0,
        }
    }

    /// Whether there are no elements or entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The object to be changed; anything else becomes an empty object first.
    pub fn object_mut(&mut self) -> &mut Map {
        if !matches!(self, Value::Object(_)) {
            *self = Value::object();
        }
        match self {
            Value::Object(map) => Arc::make_mut(map),
            _ => unreachable!("made an object above"),
        }
    }

    /// The array to be changed; anything else becomes an empty array first.
    pub fn array_mut(&mut self) -> &mut Vec<Value> {
        if !matches!(self, Value::Array(_)) {
            *self = Value::Array(Arc::default());
        }
        match self {
            Value::Array(items) => Arc::make_mut(items),
            _ => unreachable!("made an array above"),
        }
    }

    /// The value at a dotted path, to be changed; objects are made on the way where they are missing.
    pub fn at_mut(&mut self, path: &str) -> &mut Value {
        Steps(Some(path)).fold(self, |value, key| value.object_mut().entry(key))
    }

    /// Puts `value` at a dotted path; objects are made on the way where they are missing.
    pub fn set(&mut self, path: &str, value: impl Into<Value>) {
        *self.at_mut(path) = value.into();
    }

    /// Takes the value at a dotted path away and returns it. Changes (and copies) nothing if it is not there.
    pub fn remove(&mut self, path: &str) -> Option<Value> {
        let (parent, key) = match path.rsplit_once('.') {
            Some((parent, key)) => (Some(parent), key),
            None => (None, path),
        };
        let there = parent.map_or(&*self, |p| self.at(p));
        if !there.as_object().is_some_and(|map| map.contains_key(key)) {
            return None;
        }
        let parent = match parent {
            Some(path) => self.at_mut(path),
            None => self,
        };
        parent.object_mut().remove(key)
    }

    /// The name of the JSON type, as Go's decoder names it in errors: `null`, `bool`, `number`, `string`, `array`, `object`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Int(_) | Value::Float(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }
    }
}

impl std::ops::Index<&str> for Value {
    type Output = Value;

    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    fn index(&self, key: &str) -> &Value {
        self.get(key)
    }
}

/// The steps of a dotted path. Paths are short: byte by byte they are taken apart quicker than by a search made for long texts.
struct Steps<'a>(Option<&'a str>);

impl<'a> Iterator for Steps<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let path = self.0?;
        let step = path.bytes().position(|byte| byte == b'.').and_then(|dot| path.split_at_checked(dot));
        self.0 = step.map(|(_, rest)| &rest[1..]);
        Some(step.map_or(path, |(step, _)| step))
    }
}

/// Brings entries that are null to the end; says how many there are before them.
fn nulls_last(entries: &mut [(&str, Value)]) -> usize {
    let mut there = 0;
    for at in 0..entries.len() {
        if !entries[at].1.is_null() {
            entries.swap(there, at);
            there += 1;
        }
    }
    there
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn missing_fields_read_as_zero_values() {
        let pod = obj! { "spec" => obj! { "nodeName" => "node1" } };
        assert_eq!(pod.at("spec.nodeName").str(), "node1");
        assert_eq!(pod.at("status.podIP").str(), "");
        assert_eq!(pod["spec"]["containers"].array().len(), 0);
        assert_eq!(pod["spec"]["nodeName"]["deeper"].int(), 0);
    }

    #[test]
    fn a_change_leaves_shared_copies_alone() {
        let before = obj! { "a" => obj! { "b" => 1 } };
        let mut after = before.clone();
        after.set("a.b", 2);
        after.set("x.y", "new");
        assert_eq!((before.at("a.b").int(), after.at("a.b").int()), (1, 2));
        assert_eq!(after.remove("x.y"), Some("new".into()));
        assert_eq!(after.remove("x.y"), None);
    }

    #[test]
    fn maps_are_sorted_and_the_last_of_equal_keys_wins() {
        let map: Map = [("b", 1), ("a", 2), ("b", 3)].into_iter().map(|(k, v)| (k.into(), v.into())).collect();
        let keys: Vec<_> = map.iter().map(|(k, v)| (k.as_str(), v.int())).collect();
        assert_eq!(keys, [("a", 2), ("b", 3)]);
    }

    #[test]
    fn entries_are_sorted_and_null_ones_left_out() {
        let object = obj! { "b" => 1, "a" => Value::Null, "c" => 2, "aa" => 3, "b" => 4 };
        let entries: Vec<_> = object.entries().map(|(k, v)| (k.as_str(), v.int())).collect();
        assert_eq!(entries, [("aa", 3), ("b", 4), ("c", 2)]);
        assert_eq!(obj! {}, Value::object());
        let object = obj! { "b" => 1, "a" => Value::Null, "c" => 2; null "aa" };
        assert_eq!(
            object.entries().map(|(k, v)| (k.as_str(), v.int())).collect::<Vec<_>>(),
            [("aa", 0), ("b", 1), ("c", 2)]
        );
        assert!(object.get("aa").is_null());
        assert_eq!(obj! {; null "a"}.entries().count(), 1);
    }

    #[test]
    fn a_node_of_the_tree_is_three_words() {
        assert_eq!(std::mem::size_of::<Value>(), 24);
    }
}
