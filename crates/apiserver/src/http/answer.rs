//! What the server answers, as text.

use super::media::{As, Format, Media};
use super::order;
use crate::request::{Response, Verb};
use api::{Kind, Status, Value, kind, obj, sha256, yaml};

/// An answer that is complete.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// The HTTP status code.
    pub code: u16,
    /// `Content-Type`.
    pub content_type: String,
    /// The text.
    pub body: Vec<u8>,
    /// The texts of `Warning:` headers.
    pub warnings: Vec<String>,
    /// `ETag`; empty for none.
    pub etag: String,
}

impl Answer {
    /// A text.
    pub fn text(code: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Answer {
        Answer { code, content_type: content_type.to_owned(), body: body.into(), ..Answer::default() }
    }

    /// What Go's file server says about a path that means nothing.
    pub fn page_not_found() -> Answer {
        Answer::text(404, "text/plain; charset=utf-8", "404 page not found\n")
    }

    /// A value as JSON, indented or not.
    pub fn json(code: u16, value: &Value, pretty: bool) -> Answer {
        let format = if pretty { Format::Pretty } else { Format::Json };
        Answer::text(code, "application/json", write(value, format))
    }

    /// A refusal.
    pub fn refusal(status: &Status, media: Media) -> Answer {
        Answer::text(status.code, media.content_type(), write(&status_value(status), media.format))
    }

    /// The same with an `ETag` by its bytes; nothing but 304 if the client has it already.
    pub fn with_etag(mut self, known: &str) -> Answer {
        self.etag = format!("{:?}", hash(&self.body));
        if self.etag == known {
            self.code = 304;
            self.body.clear();
        }
        self
    }
}

/// The Status of a refusal. One without details has none, as Go leaves an empty pointer out.
pub fn status_value(status: &Status) -> Value {
    let mut value = status.to_value();
    if status.details.is_null() {
        value.remove("details");
    }
    value
}

/// The SHA-512 of the real server is a SHA-256 here: nobody but the server reads it.
pub fn hash(bytes: &[u8]) -> String {
    sha256::digest(bytes).iter().map(|byte| format!("{byte:02X}")).collect()
}

/// The answer to a request for objects of a kind.
pub fn encode(kind: &Kind, verb: Verb, response: &Response, media: Media) -> Answer {
    if let Value::String(text) = &response.body {
        return Answer { warnings: response.warnings.clone(), ..Answer::text(200, "text/plain", text.as_bytes()) };
    }
    let body = formed(&response.body, kind, media.form);
    let (code, content_type) = (response.code(verb), media.content_type());
    Answer {
        warnings: response.warnings.clone(),
        ..Answer::text(code, content_type, write_answer(&body, media.format))
    }
}

/// What is wanted of an object or list.
pub fn formed(body: &Value, kind: &Kind, form: As) -> Value {
    let named = |name: &str| body["kind"].str() == name;
    match form {
        As::PartialObjectMetadata if !named("Status") => partial(body),
        As::PartialObjectMetadataList if body["kind"].str().ends_with("List") => {
            let items: Value = body["items"].array().iter().map(partial).collect();
            obj! {
                "kind" => "PartialObjectMetadataList", "apiVersion" => "meta.k8s.io/v1",
                "metadata" => &body["metadata"], "items" => items,
            }
        }
        // The objects of custom kinds are trees for Go, too, and keep what they say.
        _ if body["items"].is_null() || kind == kind::COMPONENT_STATUS || kind.is_custom() => body.clone(),
        _ => untyped(body),
    }
}

/// The metadata of an object alone.
pub fn partial(object: &Value) -> Value {
    obj! { "kind" => "PartialObjectMetadata", "apiVersion" => "meta.k8s.io/v1", "metadata" => &object["metadata"] }
}

/// A list whose objects do not repeat what the list says about their kind, as Go's typed lists are written.
fn untyped(list: &Value) -> Value {
    let mut list = list.clone();
    for item in list.at_mut("items").array_mut() {
        if let Value::Object(_) = item {
            let fields = item.object_mut();
            fields.remove("apiVersion");
            fields.remove("kind");
        }
    }
    list
}

/// A document of discovery or a Status as text, with the newline at its end that Go's encoder writes.
pub fn write(value: &Value, format: Format) -> Vec<u8> {
    text(value, format, order::of_document)
}

/// Whatever the API answers as text.
pub fn write_answer(value: &Value, format: Format) -> Vec<u8> {
    text(value, format, order::of_answer)
}

fn text(value: &Value, format: Format, json: fn(&Value, bool) -> String) -> Vec<u8> {
    let mut text = match format {
        Format::Json => json(value, false),
        Format::Pretty => json(value, true),
        Format::Yaml => return yaml::to_string(value).into_bytes(),
    };
    text.push('\n');
    text.into_bytes()
}
