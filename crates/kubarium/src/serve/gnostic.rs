//! The OpenAPI document of version 2 in Protobuf (google/gnostic, openapiv2/OpenAPIv2.proto): the only form in which older
//! kubectls ask for it.

use api::{Value, json};

/// What is written into a field.
enum Shape {
    /// Text.
    Text,
    /// A truth.
    Truth,
    /// A list of texts.
    Texts,
    /// Any value, as YAML.
    Any,
    /// A list of such values.
    Anys,
    /// A message.
    Message(&'static Message),
    /// A list of messages.
    Messages(&'static Message),
    /// An object: each entry a message with its name as field 1 and its value as field 2.
    Named(&'static Message),
    /// A message that has this one as its only field, by number.
    Within(u64, &'static Shape),
}

/// A message: its fields' names in JSON, numbers and shapes; and the number of its `x-...` extensions.
struct Message {
    fields: &'static [(&'static str, u64, Shape)],
    extensions: u64,
}

static SCHEMA: Message = Message {
    fields: &[
        ("$ref", 1, Shape::Text),
        ("format", 2, Shape::Text),
        ("description", 4, Shape::Text),
        ("default", 5, Shape::Any),
        ("required", 19, Shape::Texts),
        ("enum", 20, Shape::Anys),
        ("additionalProperties", 21, Shape::Within(1, &Shape::Message(&SCHEMA))),
        ("type", 22, Shape::Within(1, &Shape::Text)),
        ("items", 23, Shape::Within(1, &Shape::Message(&SCHEMA))),
        ("allOf", 24, Shape::Messages(&SCHEMA)),
        ("properties", 25, Shape::Within(1, &Shape::Named(&SCHEMA))),
    ],
    extensions: 31,
};

static QUERY: Message = Message {
    fields: &[
        ("required", 1, Shape::Truth),
        ("in", 2, Shape::Text),
        ("description", 3, Shape::Text),
        ("name", 4, Shape::Text),
        ("type", 6, Shape::Text),
    ],
    extensions: 0,
};

static PATH: Message = Message {
    fields: &[
        ("required", 1, Shape::Truth),
        ("in", 2, Shape::Text),
        ("description", 3, Shape::Text),
        ("name", 4, Shape::Text),
        ("type", 5, Shape::Text),
    ],
    extensions: 0,
};

static BODY: Message = Message {
    fields: &[
        ("description", 1, Shape::Text),
        ("name", 2, Shape::Text),
        ("in", 3, Shape::Text),
        ("required", 4, Shape::Truth),
        ("schema", 5, Shape::Message(&SCHEMA)),
    ],
    extensions: 0,
};

static RESPONSE: Message = Message {
    fields: &[("description", 1, Shape::Text), ("schema", 2, Shape::Within(1, &Shape::Message(&SCHEMA)))],
    extensions: 0,
};

static ANSWERED: Message = Message { fields: &[("", 1, Shape::Message(&RESPONSE))], extensions: 0 };

static OPERATION: Message = Message {
    fields: &[
        ("tags", 1, Shape::Texts),
        ("operationId", 5, Shape::Text),
        ("responses", 9, Shape::Within(1, &Shape::Named(&ANSWERED))),
    ],
    extensions: 13,
};

static PATH_ITEM: Message = Message {
    fields: &[
        ("get", 2, Shape::Message(&OPERATION)),
        ("put", 3, Shape::Message(&OPERATION)),
        ("post", 4, Shape::Message(&OPERATION)),
        ("delete", 5, Shape::Message(&OPERATION)),
        ("patch", 8, Shape::Message(&OPERATION)),
    ],
    extensions: 10,
};

static INFO: Message = Message { fields: &[("title", 1, Shape::Text), ("version", 2, Shape::Text)], extensions: 0 };

static DOCUMENT: Message = Message {
    fields: &[
        ("swagger", 1, Shape::Text),
        ("info", 2, Shape::Message(&INFO)),
        ("paths", 8, Shape::Within(2, &Shape::Named(&PATH_ITEM))),
        ("definitions", 9, Shape::Within(1, &Shape::Named(&SCHEMA))),
    ],
    extensions: 0,
};

/// The document as Protobuf.
pub fn encode(document: &Value) -> Vec<u8> {
    message(&DOCUMENT, document)
}

fn varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn bytes(number: u64, content: &[u8], out: &mut Vec<u8>) {
    varint(number << 3 | 2, out);
    varint(content.len() as u64, out);
    out.extend_from_slice(content);
}

/// `Any`: its YAML, of which JSON is a kind.
fn any(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    bytes(2, json::to_string(value).as_bytes(), &mut out);
    out
}

fn message(of: &Message, value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, number, shape) in of.fields {
        match *name {
            "" => write(*number, shape, value, &mut out),
            name => write(*number, shape, &value[name], &mut out),
        }
    }
    // An operation's and a path's parameters are of several messages, by where they stand.
    if let Some(number) = [(&OPERATION, 8), (&PATH_ITEM, 9)].iter().find(|(m, _)| std::ptr::eq(*m, of)).map(|(_, n)| *n)
    {
        for parameter in value["parameters"].array() {
            bytes(number, &self::parameter(parameter), &mut out);
        }
    }
    if of.extensions > 0 {
        for (name, value) in value.entries().filter(|(name, _)| name.starts_with("x-")) {
            let mut named = Vec::new();
            bytes(1, name.as_bytes(), &mut named);
            bytes(2, &any(value), &mut named);
            bytes(of.extensions, &named, &mut out);
        }
    }
    out
}

/// `ParametersItem` of a `Parameter`.
fn parameter(value: &Value) -> Vec<u8> {
    let wrap = |number: u64, content: Vec<u8>| {
        let mut out = Vec::new();
        bytes(number, &content, &mut out);
        out
    };
    let inner = match value["in"].str() {
        "body" => wrap(1, message(&BODY, value)),
        "path" => wrap(2, wrap(4, message(&PATH, value))),
        _ => wrap(2, wrap(3, message(&QUERY, value))),
    };
    wrap(1, inner)
}

fn write(number: u64, shape: &Shape, value: &Value, out: &mut Vec<u8>) {
    if value.is_null() {
        return;
    }
    match shape {
        Shape::Text => bytes(number, value.str().as_bytes(), out),
        Shape::Truth => {
            varint(number << 3, out);
            varint(u64::from(value.bool()), out);
        }
        Shape::Texts => value.array().iter().for_each(|text| bytes(number, text.str().as_bytes(), out)),
        Shape::Any => bytes(number, &any(value), out),
        Shape::Anys => value.array().iter().for_each(|value| bytes(number, &any(value), out)),
        Shape::Message(of) => bytes(number, &message(of, value), out),
        Shape::Messages(of) => value.array().iter().for_each(|value| bytes(number, &message(of, value), out)),
        Shape::Named(of) => {
            for (name, value) in value.entries() {
                let mut named = Vec::new();
                bytes(1, name.as_bytes(), &mut named);
                bytes(2, &message(of, value), &mut named);
                bytes(number, &named, out);
            }
        }
        Shape::Within(inner, shape) => {
            let mut within = Vec::new();
            write(*inner, shape, value, &mut within);
            bytes(number, &within, out);
        }
    }
}
