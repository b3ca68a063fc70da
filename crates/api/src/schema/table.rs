//! The descriptions of all kinds, read once from the texts in `schema/`.

use super::load::{Names, load, struct_of};
use crate::{Kind, Map, Value, kind};
use std::sync::OnceLock;

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// Text; the string is the name of Go's type.
    String(&'static str),
    /// A 32-bit integer.
    Int32,
    /// A 64-bit integer.
    Int64,
    /// `true` or `false`.
    Bool,
    /// A number with a fraction.
    Float,
    /// A number or text, such as a port's number or name.
    IntOrString,
    /// A resource quantity.
    Quantity,
    /// RFC 3339 text in whole seconds.
    Time,
    /// RFC 3339 text with microseconds.
    MicroTime,
    /// Base64 text.
    Bytes,
    /// Anything.
    Any,
    /// A struct, by its place in the table.
    Struct(usize),
    /// A list.
    List(Box<Type>),
    /// A map with string keys.
    Map(Box<Type>),
}

/// When a field that holds its zero value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Left out when zero.
    OmitZero,
    /// A pointer: left out when missing, written when zero.
    Pointer,
    /// Always written.
    Always,
}

/// How server-side apply merges a list or a map, and what can be owned in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Merge {
    /// As its type says: structs and maps field by field, lists as a whole.
    #[default]
    Usual,
    /// As a whole.
    Atomic,
    /// A list whose elements are owned one by one.
    Set,
    /// A list of structs that these fields tell apart.
    Map(Vec<&'static str>),
}

/// One field of a struct.
#[derive(Clone, Debug)]
pub struct Field {
    /// The field's name in JSON.
    pub name: &'static str,
    /// What it holds.
    pub ty: Type,
    /// When it is written.
    pub presence: Presence,
    /// Whether the API requires it (`kubectl explain` says `-required-`).
    pub required: bool,
    /// Whether a missing one is null, not a zero value, where it is always written.
    pub pointer: bool,
    /// Its static default, or null.
    pub default: Value,
    /// Whether a strategic merge patch joins the elements of this list.
    pub merge: bool,
    /// The key by which it joins them; empty for lists of plain values.
    pub merge_key: &'static str,
    /// Whether a strategic merge patch may list the keys to keep.
    pub retain_keys: bool,
    /// How server-side apply merges it.
    pub apply: Merge,
}

/// One struct of the API.
#[derive(Clone, Debug)]
pub struct Struct {
    /// The name of its Go type, such as `PodSpec`.
    pub name: &'static str,
    /// Its fields, sorted by name.
    pub fields: Vec<Field>,
    /// What is checked of it, in the order of the server's errors: a field (`.` for the struct itself) and a check
    /// (`schema/rules.txt`).
    pub rules: Vec<(&'static str, &'static str)>,
    /// Whether defaulting may write something into it or below it.
    pub has_defaults: bool,
    /// Whether server-side apply replaces it as a whole.
    pub atomic: bool,
    /// The places of the fields that are always written.
    pub(super) always: Vec<usize>,
    /// The places of the fields with a static default.
    pub(super) defaults: Vec<usize>,
}

impl Struct {
    /// The field with this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.binary_search_by(|f| f.name.cmp(name)).ok().map(|i| &self.fields[i])
    }
}

/// All structs and string types.
pub struct Table {
    pub(super) structs: Vec<Struct>,
    pub(super) kinds: Names<usize>,
    /// The structs of the stored kinds.
    pub(super) roots: Vec<usize>,
    /// Each struct as a type.
    pub(super) types: Vec<Type>,
    pub(super) enums: Names<Vec<&'static str>>,
}

impl Table {
    /// How many structs there are.
    pub fn len(&self) -> usize {
        self.structs.len()
    }

    /// Whether there is none; there always is.
    pub fn is_empty(&self) -> bool {
        self.structs.is_empty()
    }

    /// The struct that a [`Type::Struct`] names.
    pub fn get(&self, id: usize) -> &Struct {
        &self.structs[id]
    }

    /// As [`Table::get`], if there are so many.
    #[cfg(test)]
    pub(crate) fn try_get(&self, id: usize) -> Option<&Struct> {
        self.structs.get(id)
    }

    /// The struct of a kind's objects.
    pub fn kind(&self, kind: &Kind) -> usize {
        match kind::KINDS.get(kind.index) {
            Some(stored) if stored.group == kind.group && stored.version == kind.version => self.roots[kind.index],
            _ => struct_of(kind, &self.kinds),
        }
    }

    /// Whether a struct is one of autoscaling/v2: they stand between that kind's and `autoscaling.v1`'s.
    fn is_second_version(&self, id: usize) -> bool {
        let place = |name: &str| self.kinds.get(name).copied().unwrap_or_default();
        (place("HorizontalPodAutoscaler")..place("autoscaling.v1.HorizontalPodAutoscaler")).contains(&id)
    }

    /// A kind's struct as a type.
    pub fn root(&self, kind: &Kind) -> &Type {
        &self.types[self.kind(kind)]
    }

    /// A struct as a type.
    pub fn type_of(&self, id: usize) -> &Type {
        &self.types[id]
    }

    /// The struct with a Go name.
    pub fn named(&self, name: &str) -> Option<usize> {
        self.kinds.get(name).copied()
    }

    /// The values of an enumeration; none for other string types.
    pub fn enumeration(&self, string_type: &str) -> &[&'static str] {
        self.enums.get(string_type).map_or(&[], Vec::as_slice)
    }
}

/// The table.
pub fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(load)
}

/// The struct that a type is, or is a list or a map of.
pub(super) fn struct_in(ty: &Type) -> Option<usize> {
    match ty {
        Type::Struct(id) => Some(*id),
        Type::List(element) | Type::Map(element) => struct_in(element),
        _ => None,
    }
}

/// What Go's decoder calls a type in its errors.
pub(super) fn go_name(ty: &Type) -> String {
    match ty {
        Type::String("string") | Type::Bytes => "string".into(),
        Type::String("UID") => "types.UID".into(),
        Type::String(name) => format!("v1.{name}"),
        Type::Int32 | Type::IntOrString => "int32".into(),
        Type::Int64 => "int64".into(),
        Type::Bool => "bool".into(),
        Type::Float => "float64".into(),
        Type::Quantity => "resource.Quantity".into(),
        Type::Time | Type::MicroTime => "string".into(),
        Type::Any => "interface {}".into(),
        Type::Struct(id) => {
            // Of all that is stored, only autoscalers have a second version.
            let version = if table().is_second_version(*id) { "v2" } else { "v1" };
            format!("{version}.{}", table().get(*id).name)
        }
        Type::List(element) => format!("[]{}", go_name(element)),
        Type::Map(element) => match **element {
            Type::Quantity => "v1.ResourceList".into(),
            _ => format!("map[string]{}", go_name(element)),
        },
    }
}

/// An object without fields, or the zero of a type where it is always written.
pub(super) fn zero(field: &Field) -> Value {
    match &field.ty {
        _ if field.pointer => Value::Null,
        ty => zero_of(ty),
    }
}

/// What Go's zero value of a type looks like in JSON.
pub fn zero_of(ty: &Type) -> Value {
    match ty {
        Type::String(_) | Type::Bytes => "".into(),
        Type::Int32 | Type::Int64 | Type::IntOrString => 0.into(),
        Type::Float => 0.0.into(),
        Type::Bool => false.into(),
        Type::Quantity => "0".into(),
        Type::Struct(_) => Map::default().into(),
        Type::Time | Type::MicroTime | Type::Any | Type::List(_) | Type::Map(_) => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_described() {
        for kind in kind::served().chain(kind::METRICS) {
            let described = table().get(table().kind(kind));
            assert_eq!(described.name, kind.kind);
            assert!(described.field("metadata").is_some(), "{}", kind.kind);
        }
    }

    #[test]
    fn merge_keys_and_defaults_are_read() {
        let table = table();
        let spec = table.get(table.named("PodSpec").unwrap());
        let volumes = spec.field("volumes").unwrap();
        assert!(volumes.merge && volumes.retain_keys && volumes.merge_key == "name");
        assert_eq!(spec.field("dnsPolicy").unwrap().default, "ClusterFirst".into());
        assert!(spec.field("containers").unwrap().required);
        let meta = table.get(table.named("ObjectMeta").unwrap());
        assert!(meta.field("finalizers").unwrap().merge && meta.field("finalizers").unwrap().merge_key.is_empty());
        assert!(!meta.has_defaults && spec.has_defaults);
        assert_eq!(table.enumeration("PullPolicy"), ["Always", "Never", "IfNotPresent"]);
    }
}
