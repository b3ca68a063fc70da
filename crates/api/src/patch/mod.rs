//! Patches: JSON patch, JSON merge patch and strategic merge patch, applied as the API server does, and made as
//! `kubectl edit` and `kubectl apply` do.

mod diff;
mod json;
mod merge;
mod order;
mod strategic;

pub use diff::{strategic_diff, three_way_strategic};
pub use json::{json_patch, operate};
pub use merge::{merge_diff, merge_patch, three_way_merge};
pub use strategic::strategic_merge;

use crate::schema::{self, Decoded, Field, Type, table};
use crate::{Kind, Status, Value, list, obj};

/// Decodes what a JSON patch or a merge patch has made of an object.
///
/// # Errors
/// 422 with Go's words about the first field of a wrong type.
pub fn decode(kind: &Kind, patched: &Value) -> Result<Decoded, Status> {
    let shown = format!("{:?}", crate::json::to_string(patched));
    schema::decode_bare(kind, patched).map_err(|error| invalid(&shown, &error))
}

/// Decodes what the strategic merge patch `patch` has made of an object.
///
/// # Errors
/// 422 with the words of the converter that reads patched objects, such as `unrecognized type: int32`.
pub fn restore(kind: &Kind, patch: &Value, patched: &Value) -> Result<Decoded, Status> {
    schema::restore(kind, patched).map_err(|error| invalid(&format!("{:?}", go_text(patch)), &error))
}

/// 422 about the patch as a whole: `patch: Invalid value: SHOWN: error`.
fn invalid(shown: &str, error: &str) -> Status {
    let message = format!("Invalid value: {shown}: {error}");
    let text = format!(" \"\" is invalid: patch: {message}");
    let cause = obj! { "reason" => "FieldValueInvalid", "message" => message, "field" => "patch" };
    Status { code: 422, reason: "Invalid", message: text, details: obj! { "causes" => list![cause] } }
}

/// 422 for a patch that does not fit the object; the server keeps to itself what exactly is wrong.
fn unprocessable() -> Status {
    let message = "the server rejected our request due to an error in our request".to_owned();
    Status { code: 422, reason: "Invalid", message, details: obj! {} }
}

/// 500, as the server answers what it had not foreseen.
fn internal(message: String) -> Status {
    Status { code: 500, reason: "", message, details: Value::Null }
}

/// A value as Go's `%v` prints it: `map[spec:map[replicas:2]]`.
pub(crate) fn go_text(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::String(text) => text.to_string(),
        Value::Array(items) => format!("[{}]", items.iter().map(go_text).collect::<Vec<_>>().join(" ")),
        Value::Object(_) => {
            let entries: Vec<String> = value.entries().map(|(k, v)| format!("{k}:{}", go_text(v))).collect();
            format!("map[{}]", entries.join(" "))
        }
        scalar => crate::json::to_string(scalar),
    }
}

/// What the schema says of the values below one value; nothing where it is silent.
type Meta = Option<&'static Type>;

/// The field `key` of a struct, and the type of what is below it.
fn field(meta: Meta, key: &str) -> (Option<&'static Field>, Meta) {
    match meta {
        Some(Type::Struct(id)) => {
            let field = table().get(*id).field(key);
            (field, field.map(|f| &f.ty))
        }
        Some(Type::Map(element)) => (None, Some(element)),
        _ => (None, None),
    }
}

/// The type of a list's elements.
fn element(meta: Meta) -> Meta {
    match meta {
        Some(Type::List(element)) => Some(element),
        _ => None,
    }
}

fn root(kind: &Kind) -> Meta {
    Some(table().root(kind))
}

const DIRECTIVE: &str = "$patch";
const RETAIN_KEYS: &str = "$retainKeys";
const DELETE_FROM: &str = "$deleteFromPrimitiveList/";
const ORDER: &str = "$setElementOrder/";
