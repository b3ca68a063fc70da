//! What can be owned in a value: as a built-in kind's schema says, or a custom kind's OpenAPI schema, or nothing at all.

use crate::schema::{Field, Merge, Type, table};
use crate::{Kind, Value};

/// Where in a schema a value stands.
#[derive(Clone, Copy, Debug)]
pub struct Shape<'a>(Place<'a>);

#[derive(Clone, Copy, Debug)]
enum Place<'a> {
    /// A type of the table, and the field that has it.
    Built(&'static Type, Option<&'static Field>),
    /// A node of an OpenAPI schema.
    Open(&'a Value),
    /// `metadata` of a custom kind and the like: objects by their fields, lists as a whole.
    Unknown,
}

/// How a value is taken apart.
#[derive(Debug)]
pub(crate) enum Form<'a> {
    /// Not at all.
    Leaf,
    /// By its fields, or a map's keys.
    Fields,
    /// A list of structs that these fields tell apart.
    ListMap(Vec<&'a str>),
    /// A list of values.
    ListSet,
}

impl<'a> Shape<'a> {
    /// A built-in kind's objects.
    pub fn of(kind: &Kind) -> Shape<'static> {
        Shape(Place::Built(table().root(kind), None))
    }

    /// The objects that an OpenAPI schema describes.
    pub fn open(schema: &'a Value) -> Shape<'a> {
        Shape(Place::Open(schema))
    }

    pub(crate) fn unknown() -> Shape<'a> {
        Shape(Place::Unknown)
    }

    /// How `value`, which stands here, is taken apart.
    pub(crate) fn form(&self, value: &Value) -> Form<'a> {
        match self.0 {
            Place::Built(ty, field) => built_form(ty, field),
            Place::Open(schema) => open_form(schema, value),
            Place::Unknown if matches!(value, Value::Object(_)) => Form::Fields,
            Place::Unknown => Form::Leaf,
        }
    }

    /// The field or the entry `name` below this place, and whether the schema names it; none if there can be none.
    pub(crate) fn field(&self, name: &str) -> Option<(Shape<'a>, bool)> {
        match self.0 {
            Place::Built(Type::Struct(id), _) => {
                let field = table().get(*id).field(name)?;
                Some((Shape(Place::Built(&field.ty, Some(field))), true))
            }
            Place::Built(Type::Map(element), _) => Some((Shape(Place::Built(element, None)), false)),
            Place::Open(schema) => open_field(schema, name),
            _ => Some((Shape::unknown(), false)),
        }
    }

    /// The elements of the list at this place.
    pub(crate) fn element(&self) -> Shape<'a> {
        match self.0 {
            Place::Built(Type::List(element), _) => Shape(Place::Built(element, None)),
            Place::Open(schema) => Shape(Place::Open(&schema["items"])),
            _ => Shape::unknown(),
        }
    }

    /// What should stand here, if a value is of another type.
    pub(crate) fn mismatch(&self, value: &Value) -> Option<&'static str> {
        let Place::Built(ty, field) = self.0 else { return None };
        if value.is_null() {
            return None;
        }
        let fits = match ty {
            Type::Struct(_) | Type::Map(_) => matches!(value, Value::Object(_)),
            Type::List(_) => matches!(value, Value::Array(_)),
            Type::String(_) | Type::Time | Type::MicroTime | Type::Bytes => matches!(value, Value::String(_)),
            Type::Int32 | Type::Int64 | Type::Float => matches!(value, Value::Int(_) | Value::Float(_)),
            Type::Bool => matches!(value, Value::Bool(_)),
            Type::IntOrString | Type::Quantity => matches!(value, Value::String(_) | Value::Int(_) | Value::Float(_)),
            Type::Any => true,
        };
        let _ = field;
        (!fits).then_some(match ty {
            Type::Struct(_) | Type::Map(_) => "map",
            Type::List(_) => "list",
            Type::Int32 | Type::Int64 | Type::Float => "numeric (int or float)",
            Type::Bool => "boolean",
            _ => "string",
        })
    }
}

fn built_form(ty: &'static Type, field: Option<&'static Field>) -> Form<'static> {
    let usual = &Merge::Usual;
    let how = field.map_or(usual, |f| &f.apply);
    match (ty, how) {
        (_, Merge::Atomic) => Form::Leaf,
        (Type::Struct(id), _) if table().get(*id).atomic => Form::Leaf,
        (Type::Struct(_) | Type::Map(_), _) => Form::Fields,
        (Type::List(_), Merge::Map(keys)) => Form::ListMap(keys.clone()),
        (Type::List(_), Merge::Set) => Form::ListSet,
        _ => Form::Leaf,
    }
}

fn open_form<'a>(schema: &'a Value, value: &Value) -> Form<'a> {
    match value {
        Value::Object(_) if schema["x-kubernetes-map-type"].str() == "atomic" => Form::Leaf,
        Value::Object(_) => Form::Fields,
        Value::Array(_) => match schema["x-kubernetes-list-type"].str() {
            "map" => Form::ListMap(schema["x-kubernetes-list-map-keys"].array().iter().map(Value::str).collect()),
            "set" => Form::ListSet,
            _ => Form::Leaf,
        },
        _ => Form::Leaf,
    }
}

fn open_field<'a>(schema: &'a Value, name: &str) -> Option<(Shape<'a>, bool)> {
    let property = schema["properties"].get(name);
    if name == "metadata" && schema["properties"]["metadata"]["properties"].is_null() && schema["x-root"].bool() {
        let id = table().named("ObjectMeta")?;
        return Some((Shape(Place::Built(table().type_of(id), None)), true));
    }
    if !property.is_null() {
        return Some((Shape(Place::Open(property)), true));
    }
    match &schema["additionalProperties"] {
        inner @ Value::Object(_) => Some((Shape(Place::Open(inner)), false)),
        Value::Bool(true) => Some((Shape::unknown(), false)),
        _ if schema["x-kubernetes-preserve-unknown-fields"].bool() || schema.is_empty() => {
            Some((Shape::unknown(), false))
        }
        _ if schema["x-root"].bool() && matches!(name, "apiVersion" | "kind") => Some((Shape::unknown(), true)),
        _ => None,
    }
}
