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
        for field in structure.fields.iter().filter(|f| f.presence == Presence::Always) {
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
mod tests {
    use super::*;
    use crate::{kind, yaml};

    fn error(kind: &Kind, text: &str) -> String {
        let error = decode(kind, &yaml::parse(text).unwrap().value).unwrap_err().message;
        error.split_once("cannot be handled as a ").map(|(_, rest)| rest.to_owned()).unwrap()
    }

    #[test]
    fn wrong_types_get_the_servers_words() {
        let cases = [
            (
                kind::DEPLOYMENT,
                "spec: {replicas: three}",
                "Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
            ),
            (
                kind::POD,
                "spec: {containers: [{ports: [{containerPort: '80'}]}]}",
                "Pod: json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32",
            ),
            (
                kind::POD,
                "spec: {containers: [{env: [{value: 1}]}]}",
                "Pod: json: cannot unmarshal number into Go struct field EnvVar.spec.containers.env.value of type string",
            ),
            (
                kind::CONFIG_MAP,
                "data: {a: 1}",
                "ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string",
            ),
            (
                kind::DEPLOYMENT,
                "spec: {template: {metadata: {labels: {a: yes}}}}",
                "Deployment: json: cannot unmarshal bool into Go struct field ObjectMeta.spec.template.metadata.labels of type string",
            ),
            (
                kind::POD,
                "spec: {containers: {name: x}}",
                "Pod: json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container",
            ),
            (
                kind::POD,
                "spec: {restartPolicy: 1}",
                "Pod: json: cannot unmarshal number into Go struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy",
            ),
            (
                kind::POD,
                "spec: {priority: 99999999999}",
                "Pod: json: cannot unmarshal number 99999999999 into Go struct field PodSpec.spec.priority of type int32",
            ),
            (
                kind::POD,
                "spec: {containers: [{resources: {limits: {cpu: lots}}}]}",
                "Pod: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
            ),
        ];
        for (kind, text, expected) in cases {
            assert_eq!(error(kind, text), expected);
        }
        let manifest = yaml::parse("metadata: {labels: {a: true}}").unwrap().value;
        assert_eq!(
            metadata_error(&manifest).unwrap(),
            "json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string"
        );
        let bytes = |text: &str| decode(kind::CONFIG_MAP, &crate::obj! { "binaryData" => crate::obj! { "a" => text } });
        assert!(["", "YQ==", "YWI=", "YWJj", "YWJj\n"].iter().all(|text| bytes(text).is_ok()));
        assert!(["Y", "YQ=", "Y===", "YQ==a", "~", "é"].iter().all(|text| bytes(text).is_err()));
        assert!(decode(kind::POD, &"text".into()).unwrap_err().message.ends_with("Go value of type v1.Pod"));
    }

    #[test]
    fn unknown_fields_are_dropped_and_named() {
        let text = "spec: {containers: [{name: c, prots: []}], restartPolcy: Never, volumes: [{csi: {volumeAttributes: {a: b}}}]}\nfoo: 1";
        let decoded = decode(kind::POD, &yaml::parse(text).unwrap().value).unwrap();
        assert_eq!(decoded.unknown, ["foo", "spec.containers[0].prots", "spec.restartPolcy"]);
        assert!(decoded.value["foo"].is_null());
        assert_eq!(decoded.value.at("spec.containers").array()[0]["name"].str(), "c");
    }

    #[test]
    fn objects_take_the_form_that_go_writes() {
        let text = "spec:
  hostNetwork: false
  nodeName: ''
  priority: 0
  containers:
  - name: c
    env: [{name: A, value: ''}]
    args: []
    livenessProbe: null
    resources: {requests: {cpu: 0.5, memory: 1024Mi}}
status:
  conditions: [{type: Ready, status: 'True'}]
";
        let decoded = decode(kind::POD, &yaml::parse(text).unwrap().value).unwrap().value;
        assert_eq!(
            yaml::to_string(&decoded),
            "metadata: {}
spec:
  containers:
  - env:
    - name: A
    name: c
    resources:
      requests:
        cpu: 500m
        memory: 1Gi
  priority: 0
status:
  conditions:
  - lastProbeTime: null
    lastTransitionTime: null
    status: \"True\"
    type: Ready
"
        );
        let again = decode(kind::POD, &decoded).unwrap().value;
        let same = |a: &Value, b: &Value| match (a, b) {
            (Value::Object(a), Value::Object(b)) => std::sync::Arc::ptr_eq(a, b),
            _ => false,
        };
        assert!(same(&again, &decoded), "nothing changes, so nothing is copied");
    }
}
