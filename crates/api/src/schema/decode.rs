//! An object as a client sent it, to the object as the server understands it: types checked, unknown fields dropped but
//! reported, and everything in the form in which Go's encoder writes it.

use super::table::{Field, Presence, Struct, Type, go_name, table, zero, zero_of};
use crate::{Kind, Quantity, Status, Str, Time, Value};

/// What became of a decoded object.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// The object without unknown fields, shared with the original as far as nothing changed.
    pub value: Value,
    /// The paths of the fields that were dropped, such as `spec.containers[0].prots`.
    pub unknown: Vec<String>,
}

/// Decodes an object of `kind`.
///
/// # Errors
/// 400 with Go's words, such as `Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal
/// string into Go struct field DeploymentSpec.spec.replicas of type int32`.
pub fn decode(kind: &Kind, value: &Value) -> Result<Decoded, Status> {
    decode_bare(kind, value).map_err(|error| {
        let (name, version) = (kind.kind, kind.version);
        Status::bad_request(format!("{name} in version \"{version}\" cannot be handled as a {name}: {error}"))
    })
}

/// What is wrong with an object's `metadata`, in Go's words: kubectl decodes no more than that of a manifest itself.
pub fn metadata_error(value: &Value) -> Option<String> {
    let id = table().named("ObjectMeta")?;
    let mut decoder = Decoder::default();
    decoder.path.push(Part::Field("metadata"));
    decoder.value(&Type::Struct(id), &value["metadata"], "ObjectMeta");
    decoder.error
}

/// Decodes an object of `kind`; an error is Go's text alone.
///
/// # Errors
/// Such as `json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`.
pub fn decode_bare(kind: &Kind, value: &Value) -> Result<Decoded, String> {
    run(kind, value, Decoder::default())
}

/// Decodes an object of `kind` that a strategic merge patch has changed: the same, by a converter with fewer words.
///
/// # Errors
/// Such as `unrecognized type: int32` or `cannot restore slice from map`.
pub fn restore(kind: &Kind, value: &Value) -> Result<Decoded, String> {
    run(kind, value, Decoder { converter: true, ..Decoder::default() })
}

/// What stands in a field of a kind's objects before anything is known: `status: {replicas: 0}`. Null if it is left out then.
pub fn blank(kind: &Kind, field: &str) -> Value {
    let structure = table().get(table().kind(kind));
    let always = structure.field(field).filter(|field| field.presence == Presence::Always);
    always.map_or(Value::Null, |field| Decoder::default().always(field))
}

fn run(kind: &Kind, value: &Value, mut decoder: Decoder) -> Result<Decoded, String> {
    if !matches!(value, Value::Object(_)) {
        return Err(format!("json: cannot unmarshal {} into Go value of type v1.{}", value.type_name(), kind.kind));
    }
    let decoded = decoder.structure(table().get(table().kind(kind)), value);
    match decoder.error {
        Some(error) => Err(error),
        None => Ok(Decoded { value: decoded.unwrap_or_else(|| value.clone()), unknown: decoder.unknown }),
    }
}

#[derive(Clone)]
enum Part {
    Field(&'static str),
    Index(usize),
    Key(Str),
}

#[derive(Default)]
struct Decoder {
    path: Vec<Part>,
    /// The first thing that was wrong, as Go reports it.
    error: Option<String>,
    unknown: Vec<String>,
    /// Whether errors are those of the converter from maps, not of the JSON decoder.
    converter: bool,
}

/// A decoded value, if it differs from the original one.
type Changed = Option<Value>;

impl Decoder {
    fn structure(&mut self, structure: &Struct, value: &Value) -> Changed {
        let mut result: Changed = None;
        for (key, item) in value.entries() {
            let Some(field) = structure.field(key) else {
                self.unknown(key);
                result.get_or_insert_with(|| value.clone()).object_mut().remove(key);
                continue;
            };
            self.path.push(Part::Field(field.name));
            let changed = self.value(&field.ty, item, structure.name);
            self.path.pop();
            let now = changed.as_ref().unwrap_or(item);
            if is_left_out(field, now) {
                result.get_or_insert_with(|| value.clone()).object_mut().remove(key);
            } else if let Some(changed) = changed {
                result.get_or_insert_with(|| value.clone()).object_mut().insert(key.clone(), changed);
            } else if now.is_null() && !zero(field).is_null() {
                result.get_or_insert_with(|| value.clone()).object_mut().insert(key.clone(), zero(field));
            }
        }
        for field in structure.always.iter().map(|&i| &structure.fields[i]) {
            let object = result.as_ref().unwrap_or(value);
            if !object.as_object().is_some_and(|map| map.contains_key(field.name)) {
                let written = self.always(field);
                result.get_or_insert_with(|| value.clone()).object_mut().insert(field.name, written);
            }
        }
        result
    }

    /// What stands where nothing was given: structs hold their own fields that are always written.
    fn always(&mut self, field: &Field) -> Value {
        let written = zero(field);
        match &field.ty {
            Type::Struct(id) if !field.pointer => self.structure(table().get(*id), &written).unwrap_or(written),
            _ => written,
        }
    }

    fn value(&mut self, ty: &Type, value: &Value, owner: &str) -> Changed {
        if value.is_null() {
            return None;
        }
        match (ty, value) {
            (Type::Struct(id), Value::Object(_)) => self.structure(table().get(*id), value),
            (Type::List(element), Value::Array(items)) => self.list(element, items, value, owner),
            (Type::Map(element), Value::Object(_)) => self.map(element, value, owner),
            (Type::String(_), Value::String(_)) | (Type::Bool, Value::Bool(_)) | (Type::Any, _) => None,
            (Type::Int64, Value::Int(_)) | (Type::Float, Value::Float(_)) => None,
            (Type::Int32 | Type::IntOrString, Value::Int(number)) if i32::try_from(*number).is_ok() => None,
            (Type::IntOrString, Value::String(_)) => None,
            (Type::Float, Value::Int(number)) => Some((*number as f64).into()),
            (Type::Quantity, Value::String(_) | Value::Int(_) | Value::Float(_)) => self.quantity(value),
            (Type::Time | Type::MicroTime, Value::String(text)) => self.time(ty, text),
            (Type::Bytes, Value::String(text)) => {
                if let Some(at) = base64_error(text) {
                    self.fail(format!("illegal base64 data at input byte {at}"));
                }
                None
            }
            _ => self.mismatch(ty, value, owner),
        }
    }

    fn list(&mut self, element: &Type, items: &[Value], value: &Value, owner: &str) -> Changed {
        let mut result: Changed = None;
        for (i, item) in items.iter().enumerate() {
            self.path.push(Part::Index(i));
            let changed = if item.is_null() { nonnull(element) } else { self.value(element, item, owner) };
            self.path.pop();
            if let Some(changed) = changed {
                result.get_or_insert_with(|| value.clone()).array_mut()[i] = changed;
            }
        }
        result
    }

    fn map(&mut self, element: &Type, value: &Value, owner: &str) -> Changed {
        let mut result: Changed = None;
        for (key, item) in value.entries() {
            self.path.push(Part::Key(key.clone()));
            let changed = if item.is_null() { nonnull(element) } else { self.value(element, item, owner) };
            self.path.pop();
            if let Some(changed) = changed {
                result.get_or_insert_with(|| value.clone()).object_mut().insert(key.clone(), changed);
            }
        }
        result
    }

    /// Quantities are kept in canonical form.
    fn quantity(&mut self, value: &Value) -> Changed {
        let text = match value {
            Value::String(text) => text.clone(),
            number => crate::json::to_string(number).into(),
        };
        if value.as_str().is_some() && is_canonical_number(&text) {
            return None;
        }
        match Quantity::parse(&text) {
            Ok(quantity) => {
                let canonical = Value::from(quantity);
                (canonical != *value).then_some(canonical)
            }
            Err(error) => {
                self.fail(error.to_owned());
                None
            }
        }
    }

    fn time(&mut self, ty: &Type, text: &Str) -> Changed {
        if *ty == Type::Time && is_canonical_time(text) {
            return None;
        }
        let Some(time) = Time::parse(text) else {
            let layout = match ty {
                Type::MicroTime => "2006-01-02T15:04:05.000000Z07:00",
                _ => "2006-01-02T15:04:05Z07:00",
            };
            self.fail(format!("parsing time {text:?} as {layout:?}: cannot parse {text:?} as \"2006\""));
            return None;
        };
        let canonical = match ty {
            Type::MicroTime => time.rfc3339_micros(),
            _ => time.rfc3339(),
        };
        (canonical != text.as_str()).then(|| canonical.into())
    }

    fn mismatch(&mut self, ty: &Type, value: &Value, owner: &str) -> Changed {
        if self.converter {
            self.fail(converter_error(ty, value));
            return None;
        }
        let given = match (ty, value) {
            (Type::Int32 | Type::Int64 | Type::IntOrString, Value::Int(_) | Value::Float(_)) => {
                format!("number {}", crate::json::to_string(value))
            }
            _ => value.type_name().to_owned(),
        };
        let fields: Vec<&str> =
            self.path.iter().filter_map(|part| if let Part::Field(f) = part { Some(*f) } else { None }).collect();
        let (path, into) = (fields.join("."), go_name(ty));
        self.fail(format!("json: cannot unmarshal {given} into Go struct field {owner}.{path} of type {into}"));
        None
    }

    fn fail(&mut self, error: String) {
        self.error.get_or_insert(error);
    }

    fn unknown(&mut self, key: &str) {
        let mut path = String::new();
        for part in &self.path {
            match part {
                Part::Index(i) => path += &format!("[{i}]."),
                Part::Field(name) => path += &format!("{}{name}", separator(&path)),
                Part::Key(name) => path += &format!("{}{name}", separator(&path)),
            }
            path.truncate(path.trim_end_matches('.').len());
        }
        self.unknown.push(format!("{path}{}{key}", separator(&path)));
    }
}

/// What `runtime.DefaultUnstructuredConverter` says of a value of the wrong type.
fn converter_error(ty: &Type, value: &Value) -> String {
    let given = match value {
        Value::Null => "invalid",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int64",
        Value::Float(_) => "float64",
        Value::String(_) => "string",
        Value::Array(_) => "slice",
        Value::Object(_) => "map",
    };
    match ty {
        Type::Struct(_) => format!("cannot restore struct from: {given}"),
        Type::List(_) | Type::Bytes => format!("cannot restore slice from {given}"),
        Type::Map(_) => format!("cannot restore map from {given}"),
        Type::String(_) => "unrecognized type: string".to_owned(),
        // These read their JSON text themselves.
        Type::IntOrString | Type::Time | Type::MicroTime => {
            format!("json: cannot unmarshal {} into Go value of type {}", value.type_name(), go_name(ty))
        }
        _ => format!("unrecognized type: {}", go_name(ty)),
    }
}

fn separator(path: &str) -> &'static str {
    if path.is_empty() { "" } else { "." }
}

/// Whether text is a quantity in canonical form, for the most frequent of them: a few digits.
fn is_canonical_number(text: &str) -> bool {
    let digits = text.len() <= 18 && text.bytes().all(|b| b.is_ascii_digit());
    digits && !text.is_empty() && (!text.starts_with('0') || text == "0") && !text.ends_with("000")
}

/// Whether text is a time as the server writes it: `2026-11-23T00:43:19Z`.
fn is_canonical_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let in_form = |(byte, form): (&u8, &u8)| if *form == b'0' { byte.is_ascii_digit() } else { byte == form };
    if bytes.len() != 20 || !bytes.iter().zip(b"0000-00-00T00:00:00Z").all(in_form) {
        return false;
    }
    let two = |at: usize| (bytes[at] - b'0') * 10 + (bytes[at + 1] - b'0');
    // Days that only some months have are left to the parser.
    (1..=12).contains(&two(5)) && (1..=28).contains(&two(8)) && two(11) < 24 && two(14) < 60 && two(17) < 60
}

/// Where text stops being padded base64, if it does.
fn base64_error(text: &str) -> Option<usize> {
    let mut digits = 0usize;
    for (i, byte) in text.bytes().enumerate() {
        match byte {
            b'\n' | b'\r' => {}
            b'=' => {
                // Only the last one or two of four places may be padding, and nothing may follow it.
                let padding = text[i..].trim_end_matches(['\n', '\r']).len();
                let complete = text[i..].starts_with(&"=".repeat(padding)) && (digits + padding).is_multiple_of(4);
                return if complete && padding <= 2 { None } else { Some(i) };
            }
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => digits += 1,
            _ => return Some(i),
        }
    }
    if digits.is_multiple_of(4) { None } else { Some(text.len()) }
}

/// What a null element of a list or a map becomes.
fn nonnull(element: &Type) -> Changed {
    Some(zero_of(element)).filter(|zero| !zero.is_null())
}

/// Whether Go's encoder leaves a field with this value out.
fn is_left_out(field: &Field, value: &Value) -> bool {
    match field.presence {
        Presence::Always => false,
        Presence::Pointer => value.is_null(),
        Presence::OmitZero => match value {
            Value::Null => true,
            Value::Bool(b) => !b,
            Value::Int(i) => *i == 0,
            Value::Float(f) => *f == 0.0,
            Value::String(s) => s.is_empty(),
            Value::Array(_) | Value::Object(_) => value.is_empty() && !matches!(field.ty, Type::Struct(_) | Type::Any),
        },
    }
}

#[cfg(test)]
mod tests;
