//! A structural OpenAPI schema at work: fields that it does not name are dropped, defaults filled in, values checked
//! (k8s.io/apiextensions-apiserver/pkg/apiserver/schema and kube-openapi/pkg/validation).

use api::regex::Regex;
use api::{FieldError, Map, Str, Value, json};

const PRESERVE: &str = "x-kubernetes-preserve-unknown-fields";
const INT_OR_STRING: &str = "x-kubernetes-int-or-string";
const EMBEDDED: &str = "x-kubernetes-embedded-resource";

/// Drops the fields of `value` that `schema` does not name; `dropped` collects their paths.
pub(super) fn prune(schema: &Value, value: &mut Value, path: &str, dropped: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            for i in 0..items.len() {
                let Value::Array(items) = &mut *value else { return };
                let mut item = items[i].clone();
                prune(&schema["items"], &mut item, &format!("{path}[{i}]"), dropped);
                if item != items[i] {
                    value.array_mut()[i] = item;
                }
            }
        }
        Value::Object(map) => {
            for (key, item) in map.clone().iter() {
                let inner = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
                let root = schema["x-root"].bool() || schema[EMBEDDED].bool();
                if root && matches!(key.as_str(), "apiVersion" | "kind" | "metadata") {
                    continue;
                }
                let below = match (&schema["properties"][key.as_str()], &schema["additionalProperties"]) {
                    (below @ Value::Object(_), _) => below,
                    (_, below @ Value::Object(_)) => below,
                    (_, Value::Bool(true)) => continue,
                    _ if schema[PRESERVE].bool() => continue,
                    _ => {
                        dropped.push(inner);
                        value.object_mut().remove(key);
                        continue;
                    }
                };
                let mut changed = item.clone();
                prune(below, &mut changed, &inner, dropped);
                if changed != *item {
                    value.object_mut().insert(key.clone(), changed);
                }
            }
        }
        _ => {}
    }
}

/// Fills the defaults in. A null where the schema does not allow it counts as missing.
pub(super) fn default(schema: &Value, value: &mut Value) {
    match value {
        Value::Object(_) => {
            for (key, below) in schema["properties"].entries() {
                let wanted = &below["default"];
                let there = value.as_object().and_then(|map| map.get(key));
                let missing = there.is_none_or(|v| v.is_null() && !below["nullable"].bool());
                if missing && !wanted.is_null() {
                    value.object_mut().insert(key.clone(), wanted.clone());
                }
            }
            let keys: Vec<Str> = value.entries().map(|(key, _)| key.clone()).collect();
            for key in keys {
                let below = match (&schema["properties"][key.as_str()], &schema["additionalProperties"]) {
                    (below @ Value::Object(_), _) | (_, below @ Value::Object(_)) => below,
                    _ => continue,
                };
                let mut inner = value[key.as_str()].clone();
                default(below, &mut inner);
                if inner != value[key.as_str()] {
                    value.object_mut().insert(key, inner);
                }
            }
        }
        Value::Array(items) => {
            for i in 0..items.len() {
                let mut inner = value.array()[i].clone();
                default(&schema["items"], &mut inner);
                if inner != value.array()[i] {
                    value.array_mut()[i] = inner;
                }
            }
        }
        _ => {}
    }
}

/// One thing that a schema does not allow.
pub(crate) struct Fault {
    path: String,
    reason: &'static str,
    message: String,
}

impl Fault {
    /// As the server's other errors are.
    pub(crate) fn into_error(self) -> FieldError {
        let field = if self.path.is_empty() { "<nil>".to_owned() } else { self.path };
        FieldError { reason: self.reason, field, message: self.message }
    }
}

const INVALID: &str = "FieldValueInvalid";

/// A value as Go's `%#v`-like printing of errors shows it.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{:?}", text.as_str()),
        other => json::to_string(other),
    }
}

/// Checks `value`; `faults` collects what is wrong.
pub(crate) fn validate(schema: &Value, value: &Value, path: &str, faults: &mut Vec<Fault>) {
    if schema.is_empty() || value.is_null() && schema["nullable"].bool() {
        return;
    }
    if let Some(expected) = wrong_type(schema, value) {
        let given = value.type_name_in_schema();
        let message = format!("Invalid value: {given:?}: {path} in body must be of type {expected}: {given:?}");
        faults.push(Fault { path: path.to_owned(), reason: "FieldValueTypeInvalid", message });
        return;
    }
    one_of_values(schema, value, path, faults);
    match value {
        Value::Int(_) | Value::Float(_) => number(schema, value, path, faults),
        Value::String(text) => string(schema, text, path, faults),
        Value::Array(items) => array(schema, items, path, faults),
        Value::Object(map) => object(schema, map, path, faults),
        _ => {}
    }
    combined(schema, value, path, faults);
}

/// The type that a value should have, if it has another one.
fn wrong_type(schema: &Value, value: &Value) -> Option<String> {
    if schema[INT_OR_STRING].bool() {
        let fits = matches!(value, Value::Int(_) | Value::String(_));
        return (!fits).then(|| "integer,string".to_owned());
    }
    let expected = schema["type"].str();
    let fits = match expected {
        "integer" => match value {
            Value::Int(_) => true,
            Value::Float(number) => number.fract() == 0.0,
            _ => false,
        },
        "number" => matches!(value, Value::Int(_) | Value::Float(_)),
        "string" => matches!(value, Value::String(_)),
        "boolean" => matches!(value, Value::Bool(_)),
        "array" => matches!(value, Value::Array(_)),
        "object" => matches!(value, Value::Object(_)),
        _ => true,
    };
    (!fits).then(|| expected.to_owned())
}

/// How errors name the type of a value.
trait TypeName {
    fn type_name_in_schema(&self) -> &'static str;
}

impl TypeName for Value {
    fn type_name_in_schema(&self) -> &'static str {
        match self {
            Value::Int(_) => "integer",
            Value::Bool(_) => "boolean",
            other => other.type_name(),
        }
    }
}

fn one_of_values(schema: &Value, value: &Value, path: &str, faults: &mut Vec<Fault>) {
    let allowed = schema["enum"].array();
    if !allowed.is_empty() && !allowed.contains(value) {
        let listed: Vec<String> = allowed.iter().map(shown).collect();
        let message = format!("Unsupported value: {}: supported values: {}", shown(value), listed.join(", "));
        faults.push(Fault { path: path.to_owned(), reason: "FieldValueNotSupported", message });
    }
}

fn as_float(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

fn invalid(path: &str, value: &Value, why: &str) -> Fault {
    let message = format!("Invalid value: {}: {path} in body {why}", shown(value));
    Fault { path: path.to_owned(), reason: INVALID, message }
}

fn number(schema: &Value, value: &Value, path: &str, faults: &mut Vec<Fault>) {
    let Some(number) = as_float(value) else { return };
    if let Some(least) = as_float(&schema["minimum"]) {
        let open = schema["exclusiveMinimum"].bool();
        if number < least || open && number == least {
            let than = if open { "greater than" } else { "greater than or equal to" };
            faults.push(invalid(path, value, &format!("should be {than} {}", shown(&schema["minimum"]))));
        }
    }
    if let Some(most) = as_float(&schema["maximum"]) {
        let open = schema["exclusiveMaximum"].bool();
        if number > most || open && number == most {
            let than = if open { "less than" } else { "less than or equal to" };
            faults.push(invalid(path, value, &format!("should be {than} {}", shown(&schema["maximum"]))));
        }
    }
    if let Some(step) = as_float(&schema["multipleOf"]).filter(|step| *step > 0.0)
        && (number / step).fract() != 0.0
    {
        faults.push(invalid(path, value, &format!("should be a multiple of {}", shown(&schema["multipleOf"]))));
    }
}

fn string(schema: &Value, text: &Str, path: &str, faults: &mut Vec<Fault>) {
    let value = Value::from(text);
    let length = text.chars().count() as i64;
    if schema["maxLength"].as_int().is_some_and(|most| length > most) {
        let message = format!("Too long: may not be more than {} bytes", schema["maxLength"].int());
        faults.push(Fault { path: path.to_owned(), reason: "FieldValueTooLong", message });
    }
    if schema["minLength"].as_int().is_some_and(|least| length < least) {
        faults.push(invalid(path, &value, &format!("should be at least {} chars long", schema["minLength"].int())));
    }
    let pattern = schema["pattern"].str();
    if !pattern.is_empty() && Regex::go(pattern).is_ok_and(|regex| !regex.is_match(text)) {
        faults.push(invalid(path, &value, &format!("should match '{pattern}'")));
    }
    let format = schema["format"].str();
    let fits = match format {
        "date-time" => api::Time::parse(text).is_some(),
        "ipv4" => text.parse::<std::net::Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<std::net::Ipv6Addr>().is_ok(),
        _ => true,
    };
    if !fits {
        let message = format!("Invalid value: {text:?}: {path} in body must be of type {format}: {text:?}");
        faults.push(Fault { path: path.to_owned(), reason: INVALID, message });
    }
}

fn array(schema: &Value, items: &[Value], path: &str, faults: &mut Vec<Fault>) {
    let count = items.len() as i64;
    let list: Value = items.iter().collect();
    if schema["maxItems"].as_int().is_some_and(|most| count > most) {
        let message = format!("Too many: {count}: must have at most {} items", schema["maxItems"].int());
        faults.push(Fault { path: path.to_owned(), reason: "FieldValueTooMany", message });
    }
    if schema["minItems"].as_int().is_some_and(|least| count < least) {
        faults.push(invalid(path, &list, &format!("should have at least {} items", schema["minItems"].int())));
    }
    let keys = schema["x-kubernetes-list-map-keys"].array();
    let type_ = schema["x-kubernetes-list-type"].str();
    for (i, item) in items.iter().enumerate() {
        let same = |other: &Value| match type_ {
            "map" => keys.iter().all(|key| other[key.str()] == item[key.str()]),
            _ => other == item,
        };
        if matches!(type_, "map" | "set") && items[..i].iter().any(same) {
            let key = match type_ {
                "map" => keys.iter().map(|key| (key.to_str(), item[key.str()].clone())).collect::<Map>().into(),
                _ => item.clone(),
            };
            let message = format!("Duplicate value: {}", shown(&key));
            faults.push(Fault { path: format!("{path}[{i}]"), reason: "FieldValueDuplicate", message });
        }
        validate(&schema["items"], item, &format!("{path}[{i}]"), faults);
    }
}

fn object(schema: &Value, map: &Map, path: &str, faults: &mut Vec<Fault>) {
    let at = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    for key in schema["required"].array() {
        if !map.contains_key(key.str()) {
            let message = "Required value".to_owned();
            faults.push(Fault { path: at(key.str()), reason: "FieldValueRequired", message });
        }
    }
    let count = map.len() as i64;
    let whole = || Value::from(map.clone());
    if schema["maxProperties"].as_int().is_some_and(|most| count > most) {
        let message = format!("Too many: {count}: must have at most {} items", schema["maxProperties"].int());
        faults.push(Fault { path: path.to_owned(), reason: "FieldValueTooMany", message });
    }
    if schema["minProperties"].as_int().is_some_and(|least| count < least) {
        let least = schema["minProperties"].int();
        faults.push(invalid(path, &whole(), &format!("should have at least {least} properties")));
    }
    for field in ["apiVersion", "kind"] {
        if schema[EMBEDDED].bool() && map.get(field).is_none_or(|text| text.str().is_empty()) {
            let message = "Required value: must not be empty".to_owned();
            faults.push(Fault { path: at(field), reason: "FieldValueRequired", message });
        }
    }
    for (key, item) in map.iter() {
        let below = match (&schema["properties"][key.as_str()], &schema["additionalProperties"]) {
            (below @ Value::Object(_), _) => below,
            (_, below @ Value::Object(_)) => below,
            _ => continue,
        };
        if !(schema["x-root"].bool() && key == "metadata") {
            validate(below, item, &at(key), faults);
        }
    }
}

/// `allOf`, `anyOf`, `oneOf` and `not`.
fn combined(schema: &Value, value: &Value, path: &str, faults: &mut Vec<Fault>) {
    let count = |schemas: &Value| {
        let fits = |schema: &&Value| {
            let mut faults = Vec::new();
            validate(schema, value, path, &mut faults);
            faults.is_empty()
        };
        schemas.array().iter().filter(fits).count()
    };
    for part in schema["allOf"].array() {
        validate(part, value, path, faults);
    }
    let mut must = |broken: bool, why: &str| {
        if broken {
            let message = format!("Invalid value: {}: {path:?} must validate {why}", shown(value));
            faults.push(Fault { path: path.to_owned(), reason: INVALID, message });
        }
    };
    must(!schema["anyOf"].is_empty() && count(&schema["anyOf"]) == 0, "at least one schema (anyOf)");
    must(!schema["oneOf"].is_empty() && count(&schema["oneOf"]) != 1, "one and only one schema (oneOf)");
    if matches!(schema["not"], Value::Object(_)) {
        let mut inner = Vec::new();
        validate(&schema["not"], value, path, &mut inner);
        if inner.is_empty() {
            let message = format!("Invalid value: {}: {path:?} must not validate the schema (not)", shown(value));
            faults.push(Fault { path: path.to_owned(), reason: INVALID, message });
        }
    }
}
