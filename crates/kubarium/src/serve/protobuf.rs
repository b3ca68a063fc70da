//! Protobuf bodies: what newer clients send to create a built-in kind (k8s.io/apimachinery/pkg/runtime/serializer/protobuf).
//! Only read, never written: every client takes JSON for an answer.

use api::schema::{Presence, Struct, Table, Type, table};
use api::{Map, Str, Time, Value, json, kind};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// How a body begins: `k8s` and a zero.
const MAGIC: &[u8] = b"k8s\0";
/// Deeper nesting is refused; no object comes near it.
const MAX_DEPTH: usize = 64;

const NUMBERS: &str = include_str!("../../proto/numbers.txt");

/// The fields of one struct by their numbers: two of them for a field of an embedded message.
type Fields = BTreeMap<Vec<u64>, usize>;

/// The fields of every struct, by its place in the schema's table.
fn numbers() -> &'static BTreeMap<usize, Fields> {
    static ALL: OnceLock<BTreeMap<usize, Fields>> = OnceLock::new();
    ALL.get_or_init(|| {
        let table = table();
        let lines = NUMBERS.lines().filter(|line| !line.starts_with('#'));
        lines
            .filter_map(|line| {
                let mut words = line.split(' ');
                let id = table.named(words.next()?)?;
                let fields = words.filter_map(|word| {
                    let (name, numbers) = word.split_once('=')?;
                    let place = table.get(id).fields.iter().position(|field| field.name == name)?;
                    Some((numbers.split('.').filter_map(|number| number.parse().ok()).collect(), place))
                });
                Some((id, fields.collect()))
            })
            .collect()
    })
}

/// Reads a body into the tree that its JSON would be.
///
/// # Errors
/// What is wrong with it, in the server's words.
pub fn decode(bytes: &[u8]) -> Result<Value, String> {
    let Some(envelope) = bytes.strip_prefix(MAGIC) else {
        return Err("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]".to_owned());
    };
    let (mut api_version, mut kind_name, mut raw) = (String::new(), String::new(), &[][..]);
    for field in Wire(envelope) {
        match field? {
            (1, Content::Bytes(meta)) => {
                for field in Wire(meta) {
                    match field? {
                        (1, Content::Bytes(text)) => api_version = String::from_utf8_lossy(text).into_owned(),
                        (2, Content::Bytes(text)) => kind_name = String::from_utf8_lossy(text).into_owned(),
                        _ => {}
                    }
                }
            }
            (2, Content::Bytes(inner)) => raw = inner,
            _ => {}
        }
    }
    let table = table();
    let known = kind::by_api_version(&api_version, &kind_name).map(|kind| table.kind(kind));
    // What is no resource of its own is found by its name: `Scale`, `Eviction`, `authentication.TokenRequest`.
    let package = api_version.split(['.', '/']).next().unwrap_or_default();
    let named = || table.named(&format!("{package}.{kind_name}")).or_else(|| table.named(&kind_name));
    let Some(id) = known.or_else(named) else {
        return Err(format!("no kind {kind_name:?} is registered for version {api_version:?}"));
    };
    let mut object = Map::default();
    Reader { table }.message(id, raw, &mut Vec::new(), &mut object, 0)?;
    object.insert("apiVersion", api_version.into());
    object.insert("kind", kind_name.into());
    Ok(object.into())
}

/// What a field holds on the wire.
enum Content<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The fields of a message: their numbers and what they hold.
struct Wire<'a>(&'a [u8]);

impl<'a> Wire<'a> {
    fn varint(&mut self) -> Option<u64> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn take(&mut self, length: u64) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        Some(head)
    }

    fn field(&mut self) -> Option<(u64, Content<'a>)> {
        let tag = self.varint()?;
        let content = match tag & 7 {
            0 => Content::Number(self.varint()?),
            1 => Content::Number(u64::from_le_bytes(self.take(8)?.try_into().ok()?)),
            2 => {
                let length = self.varint()?;
                Content::Bytes(self.take(length)?)
            }
            5 => Content::Number(u64::from(u32::from_le_bytes(self.take(4)?.try_into().ok()?))),
            _ => return None,
        };
        Some((tag >> 3, content))
    }
}

impl<'a> Iterator for Wire<'a> {
    type Item = Result<(u64, Content<'a>), String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field().ok_or_else(|| "unexpected EOF".to_owned());
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

struct Reader {
    table: &'static Table,
}

impl Reader {
    /// Reads a message into the fields of a struct. `path` are the numbers of the embedded messages around it.
    fn message(&self, id: usize, bytes: &[u8], path: &mut Vec<u64>, out: &mut Map, depth: usize) -> Result<(), String> {
        if depth > MAX_DEPTH {
            return Err("exceeded max depth".to_owned());
        }
        let Some(fields) = numbers().get(&id) else { return Ok(()) };
        let of: &Struct = self.table.get(id);
        for field in Wire(bytes) {
            let (number, content) = field?;
            path.push(number);
            let exact = fields.get(path.as_slice());
            let embedded = fields.keys().any(|known| known.len() > path.len() && known.starts_with(path));
            match (exact, &content) {
                (Some(place), _) => {
                    let field = &of.fields[*place];
                    let keep = field.presence != Presence::OmitZero;
                    self.field(field.name, &field.ty, keep, &content, out, depth)?;
                }
                (None, Content::Bytes(inner)) if embedded => self.message(id, inner, path, out, depth + 1)?,
                _ => {}
            }
            path.pop();
        }
        Ok(())
    }

    fn field(
        &self,
        name: &str,
        ty: &Type,
        keep: bool,
        content: &Content,
        out: &mut Map,
        depth: usize,
    ) -> Result<(), String> {
        match (ty, content) {
            (Type::List(element), Content::Bytes(bytes)) if matches!(**element, Type::Int32 | Type::Int64) => {
                // Numbers may come packed.
                let mut packed = Wire(bytes);
                while let Some(number) = packed.varint() {
                    out.entry(name).array_mut().push(Value::Int(number as i64));
                }
            }
            (Type::List(element), _) => {
                let value = self.value(element, content, depth)?;
                out.entry(name).array_mut().push(value);
            }
            (Type::Map(element), Content::Bytes(bytes)) => {
                let (mut key, mut value) = (Str::default(), Value::Null);
                for part in Wire(bytes) {
                    match part? {
                        (1, Content::Bytes(text)) => key = String::from_utf8_lossy(text).into(),
                        (2, content) => value = self.element(element, &content, depth)?,
                        _ => {}
                    }
                }
                if value.is_null() {
                    value = api::schema::zero_of(element);
                }
                out.entry(name).object_mut().insert(key, value);
            }
            _ => {
                let value = self.value(ty, content, depth)?;
                let zero = match &value {
                    Value::Null => true,
                    Value::Object(map) => map.is_empty() && !keep,
                    value => !keep && *value == api::schema::zero_of(ty),
                };
                if !zero {
                    out.insert(Str::from(name), value);
                }
            }
        }
        Ok(())
    }

    /// A map's value: a list there is a message with the list as its field 1.
    fn element(&self, ty: &Type, content: &Content, depth: usize) -> Result<Value, String> {
        match (ty, content) {
            (Type::List(inner), Content::Bytes(bytes)) => {
                let mut items = Vec::new();
                for part in Wire(bytes) {
                    if let (1, content) = part? {
                        items.push(self.value(inner, &content, depth)?);
                    }
                }
                Ok(items.into())
            }
            _ => self.value(ty, content, depth),
        }
    }

    fn value(&self, ty: &Type, content: &Content, depth: usize) -> Result<Value, String> {
        Ok(match (ty, content) {
            (Type::Bool, Content::Number(number)) => Value::Bool(*number != 0),
            (Type::Float, Content::Number(bits)) => Value::Float(f64::from_bits(*bits)),
            (_, Content::Number(number)) => Value::Int(*number as i64),
            (Type::Struct(id), Content::Bytes(bytes)) => {
                let mut inner = Map::default();
                self.message(*id, bytes, &mut Vec::new(), &mut inner, depth + 1)?;
                inner.into()
            }
            (Type::Bytes, Content::Bytes(bytes)) => api::base64::encode(bytes).into(),
            (Type::Quantity, Content::Bytes(bytes)) => text_in(bytes, 1)?.into(),
            (Type::IntOrString, Content::Bytes(bytes)) => int_or_string(bytes)?,
            (Type::Time, Content::Bytes(bytes)) => time(bytes)?.map_or(Value::Null, |at| at.rfc3339().as_str().into()),
            (Type::MicroTime, Content::Bytes(bytes)) => {
                time(bytes)?.map_or(Value::Null, |at| at.rfc3339_micros().as_str().into())
            }
            (Type::Any, Content::Bytes(bytes)) => json::parse(&text_in(bytes, 1)?).unwrap_or_default(),
            (_, Content::Bytes(bytes)) => String::from_utf8_lossy(bytes).into_owned().into(),
        })
    }
}

/// The text in a message's field.
fn text_in(bytes: &[u8], wanted: u64) -> Result<String, String> {
    let mut text = String::new();
    for field in Wire(bytes) {
        match field? {
            (number, Content::Bytes(found)) if number == wanted => text = String::from_utf8_lossy(found).into_owned(),
            _ => {}
        }
    }
    Ok(text)
}

fn int_or_string(bytes: &[u8]) -> Result<Value, String> {
    let (mut is_text, mut number) = (false, 0);
    for field in Wire(bytes) {
        match field? {
            (1, Content::Number(kind)) => is_text = kind == 1,
            (2, Content::Number(found)) => number = found as i64,
            _ => {}
        }
    }
    Ok(if is_text { text_in(bytes, 3)?.into() } else { Value::Int(number) })
}

/// A moment; none for Go's zero time.
fn time(bytes: &[u8]) -> Result<Option<Time>, String> {
    let (mut seconds, mut nanos) = (0i64, 0i64);
    for field in Wire(bytes) {
        match field? {
            (1, Content::Number(found)) => seconds = found as i64,
            (2, Content::Number(found)) => nanos = found as i64,
            _ => {}
        }
    }
    let zero = bytes.is_empty() || seconds <= -62_135_596_800;
    Ok((!zero).then(|| Time(seconds.saturating_mul(1_000_000).saturating_add(nanos / 1000))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::obj;

    #[test]
    fn every_field_has_a_number() {
        let table = table();
        for line in NUMBERS.lines().filter(|line| !line.starts_with('#')) {
            let head = line.split(' ').next().unwrap_or_default();
            let id = table.named(head).unwrap_or_else(|| panic!("{head}"));
            let numbered: Vec<usize> = numbers()[&id].values().copied().collect();
            for (place, field) in table.get(id).fields.iter().enumerate() {
                let type_meta = matches!(field.name, "apiVersion" | "kind");
                assert!(type_meta || numbered.contains(&place), "{head}.{}", field.name);
            }
        }
    }

    /// What kubectl 1.33 sends for `kubectl create deployment web --image=nginx --port=80`, less what is empty.
    #[test]
    fn a_deployment_is_read() {
        let field = |number: u8, bytes: &[u8]| [&[number << 3 | 2, bytes.len() as u8][..], bytes].concat();
        let port = [&[0x18, 80][..], &field(4, b"TCP")].concat();
        let container = [field(1, b"nginx"), field(2, b"nginx:1"), field(6, &port), field(8, b"")].concat();
        let pod_spec = [field(2, &container), vec![0x58, 0]].concat();
        let label = [field(1, b"app"), field(2, b"web")].concat();
        let template = [field(1, &[0x42, 0]), field(2, &pod_spec)].concat();
        let spec = [vec![0x08, 2], field(2, &field(1, &label)), field(3, &template)].concat();
        let metadata = [field(1, b"web"), field(2, b""), vec![0x38, 0, 0x42, 0], field(11, &label)].concat();
        let raw = [field(1, &metadata), field(2, &spec)].concat();
        let meta = [field(1, b"apps/v1"), field(2, b"Deployment")].concat();
        let body = [MAGIC.to_vec(), field(1, &meta), field(2, &raw), field(3, b""), field(4, b"")].concat();
        let read = decode(&body).unwrap();
        let expected = r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"labels":{"app":"web"},"name":"web"},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{},"spec":{"containers":[{"image":"nginx:1","name":"nginx","ports":[{"containerPort":80,"protocol":"TCP"}]}]}}}}"#;
        let mut expected = json::parse(expected).unwrap();
        // Whether an empty struct is written is the schema's to say.
        let written = read.at("spec.template.spec.containers").array()[0]["resources"].clone();
        if !written.is_null() {
            expected.at_mut("spec.template.spec.containers").array_mut()[0].set("resources", obj! {});
        }
        assert_eq!(read, expected);
    }

    #[test]
    fn nonsense_is_refused_and_ends() {
        for bytes in
            [&b""[..], b"k8s", b"k8s\0\xff", b"k8s\0\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", b"k8s\0\x0a\x05ab"]
        {
            assert!(decode(bytes).is_err());
        }
    }
}
