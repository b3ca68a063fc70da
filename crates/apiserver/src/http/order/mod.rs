//! JSON in the order in which Go's structs are written. Clients that decode do not mind; people who look, and scripts that
//! search the text, do. Objects of custom kinds and maps are sorted by key, as Go's maps are.

use api::schema::{Table, Type, table};
use api::{Value, json};
use std::sync::OnceLock;

/// What an object is, as far as its fields' order goes.
#[derive(Clone, Copy)]
enum Shape {
    /// Sorted.
    Plain,
    /// It says itself what it is.
    Named,
    /// By its entry of `documents.txt`.
    Document(&'static Document),
    /// A list of objects of a type.
    List(&'static Type),
    /// By the schema's type.
    Of(&'static Type),
}

/// An entry of `documents.txt`.
struct Document {
    name: &'static str,
    /// Each with the name of the document that it holds; empty for none.
    fields: Vec<(&'static str, &'static str)>,
}

fn documents() -> &'static [Document] {
    static DOCUMENTS: OnceLock<Vec<Document>> = OnceLock::new();
    DOCUMENTS.get_or_init(|| {
        lines(include_str!("documents.txt"))
            .map(|(name, fields)| Document {
                name,
                fields: fields.map(|field| field.split_once(':').unwrap_or((field, ""))).collect(),
            })
            .collect()
    })
}

fn lines(text: &'static str) -> impl Iterator<Item = (&'static str, std::str::SplitWhitespace<'static>)> {
    text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?, words))
    })
}

fn document(name: &str) -> Option<&'static Document> {
    documents().iter().find(|document| document.name == name)
}

/// The order of structs' fields. The page writes documents alone, and need not download it.
const STRUCTS: &str = if cfg!(target_arch = "wasm32") { "" } else { include_str!("structs.txt") };

/// For each struct of the schema the order of its fields; empty where that is the order of their names.
fn orders() -> &'static [Vec<&'static str>] {
    static ORDERS: OnceLock<Vec<Vec<&'static str>>> = OnceLock::new();
    ORDERS.get_or_init(|| {
        let known: Vec<(&str, Vec<&str>)> = lines(STRUCTS).map(|(name, fields)| (name, fields.collect())).collect();
        let table = table();
        let order = |id: usize| {
            let wanted = table.get(id);
            let fits = |fields: &[&str]| wanted.fields.iter().all(|field| fields.contains(&field.name));
            let mut found = known.iter().filter(|(name, _)| *name == wanted.name);
            found.find(|(_, fields)| fits(fields)).map(|(_, fields)| fields.clone()).unwrap_or_default()
        };
        (0..Table::len(table)).map(order).collect()
    })
}

/// A document of discovery or a Status as JSON, indented or not, without a newline at its end.
pub fn of_document(value: &Value, pretty: bool) -> String {
    let shape = document(value["kind"].str()).map_or(Shape::Plain, Shape::Document);
    let mut writer = Writer { text: String::new(), pretty, structs: false };
    writer.value(value, shape, 0);
    writer.text
}

/// Whatever the API answers as JSON, indented or not, without a newline at its end.
pub fn of_answer(value: &Value, pretty: bool) -> String {
    let mut writer = Writer { text: String::new(), pretty, structs: true };
    writer.value(value, root(value), 0);
    writer.text
}

/// An event of a watch as JSON, without a newline at its end.
pub fn of_event(event: &Value) -> String {
    let mut writer = Writer { text: String::new(), pretty: false, structs: true };
    writer.value(event, document("WatchEvent").map_or(Shape::Plain, Shape::Document), 0);
    writer.text
}

/// What an object is by its own words.
fn root(value: &Value) -> Shape {
    let (version, name) = (value["apiVersion"].str(), value["kind"].str());
    if let Some(kind) = api::kind::by_api_version(version, name) {
        return Shape::Of(table().root(kind));
    }
    let of_machinery = matches!(version, "" | "v1") || version.starts_with("meta.k8s.io/");
    if of_machinery && let Some(document) = document(name) {
        return Shape::Document(document);
    }
    if let Some(kind) = name.strip_suffix("List").and_then(|name| api::kind::by_api_version(version, name)) {
        return Shape::List(table().root(kind));
    }
    let built_in = !version.split('/').next().is_some_and(|group| group.contains('.') && !group.ends_with(".k8s.io"));
    match table().named(name).filter(|_| built_in) {
        Some(id) => Shape::Of(table().type_of(id)),
        None => Shape::Plain,
    }
}

struct Writer {
    text: String,
    pretty: bool,
    /// Whether objects of kinds occur; without them their order is not even loaded.
    structs: bool,
}

impl Writer {
    fn value(&mut self, value: &Value, shape: Shape, depth: usize) {
        match value {
            Value::Array(items) if !items.is_empty() => {
                let element = match shape {
                    Shape::Of(Type::List(element)) => Shape::Of(element),
                    shape @ (Shape::Document(_) | Shape::Named | Shape::Of(Type::Struct(_))) => shape,
                    _ => Shape::Plain,
                };
                self.text.push('[');
                for (i, item) in items.iter().enumerate() {
                    self.separate(i, depth + 1);
                    self.value(item, element, depth + 1);
                }
                self.end(']', depth);
            }
            Value::Object(fields) if !fields.is_empty() => {
                // An object that says itself what it is.
                let shape = if matches!(shape, Shape::Named) && self.structs { root(value) } else { shape };
                self.object(value, shape, depth);
            }
            Value::String(text) => quote(text, &mut self.text),
            plain => self.text.push_str(&json::to_string(plain)),
        }
    }

    fn object(&mut self, value: &Value, shape: Shape, depth: usize) {
        self.text.push('{');
        let mut count = 0;
        let mut written: &[&str] = &[];
        let mut document: Option<&Document> = None;
        let map_of = if let Shape::Of(Type::Map(element)) = shape { Shape::Of(element) } else { Shape::Plain };
        match shape {
            Shape::Document(found) => {
                for (name, holds) in &found.fields {
                    self.field(value, name, child_document(holds), depth, &mut count);
                }
                document = Some(found);
            }
            Shape::List(element) => {
                for (name, child) in [
                    ("kind", Shape::Plain),
                    ("apiVersion", Shape::Plain),
                    ("metadata", child_document("ListMeta")),
                    ("items", Shape::Of(element)),
                ] {
                    self.field(value, name, child, depth, &mut count);
                }
                written = &["apiVersion", "items", "kind", "metadata"];
            }
            Shape::Of(Type::Struct(id)) if self.structs => {
                written = &orders()[*id];
                for name in written {
                    self.field(value, name, child_of(*id, name), depth, &mut count);
                }
            }
            _ => {}
        }
        // What has no place is sorted.
        for (name, field) in value.entries() {
            let placed = written.contains(&name.as_str())
                || document.is_some_and(|found| found.fields.iter().any(|(known, _)| known == name));
            if !placed {
                let child = if let Shape::Of(Type::Struct(id)) = shape { child_of(*id, name) } else { map_of };
                self.pair(name, field, child, depth, &mut count);
            }
        }
        self.end('}', depth);
    }

    fn field(&mut self, value: &Value, name: &str, shape: Shape, depth: usize, count: &mut usize) {
        if let Value::Object(fields) = value
            && let Some(field) = fields.get(name)
        {
            self.pair(name, field, shape, depth, count);
        }
    }

    fn pair(&mut self, name: &str, field: &Value, shape: Shape, depth: usize, count: &mut usize) {
        self.separate(*count, depth + 1);
        *count += 1;
        quote(name, &mut self.text);
        self.text.push_str(if self.pretty { ": " } else { ":" });
        self.value(field, shape, depth + 1);
    }

    fn separate(&mut self, before: usize, depth: usize) {
        if before > 0 {
            self.text.push(',');
        }
        self.line(depth);
    }

    fn end(&mut self, bracket: char, depth: usize) {
        self.line(depth);
        self.text.push(bracket);
    }

    /// A new line with two blanks a level.
    fn line(&mut self, depth: usize) {
        if self.pretty {
            self.text.push('\n');
            self.text.extend(std::iter::repeat_n(' ', 2 * depth));
        }
    }
}

fn child_document(name: &str) -> Shape {
    match name {
        "" => Shape::Plain,
        "*" => Shape::Named,
        name => document(name).map_or(Shape::Plain, Shape::Document),
    }
}

fn child_of(id: usize, name: &str) -> Shape {
    table().get(id).field(name).map_or(Shape::Plain, |field| Shape::Of(&field.ty))
}

/// Text in quotes, with what Go escapes in it: `<`, `>` and `&`, too.
fn quote(text: &str, into: &mut String) {
    into.push('"');
    for c in text.chars() {
        match c {
            '"' => into.push_str("\\\""),
            '\\' => into.push_str("\\\\"),
            '\n' => into.push_str("\\n"),
            '\r' => into.push_str("\\r"),
            '\t' => into.push_str("\\t"),
            '\u{8}' => into.push_str("\\b"),
            '\u{c}' => into.push_str("\\f"),
            c if c < ' ' || matches!(c, '<' | '>' | '&' | '\u{2028}' | '\u{2029}') => {
                into.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => into.push(c),
        }
    }
    into.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{list, obj};

    #[test]
    fn objects_are_written_as_go_writes_structs() {
        let container = obj! { "image" => "nginx", "name" => "c", "args" => list!["<a&b>\u{1}"] };
        let pod = obj! {
            "apiVersion" => "v1", "kind" => "Pod", "spec" => obj! { "containers" => list![container] },
            "metadata" => obj! { "uid" => "u", "name" => "p", "labels" => obj! { "b" => "1", "a" => "2" } },
        };
        let text = "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"p\",\"uid\":\"u\",\"labels\":{\"a\":\"2\",\"b\":\"1\"}},\
            \"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"nginx\",\"args\":[\"\\u003ca\\u0026b\\u003e\\u0001\"]}]}}";
        assert_eq!(of_answer(&pod, false), text);
        let mut bare = pod.clone();
        bare.remove("kind");
        bare.remove("apiVersion");
        let list = obj! { "kind" => "PodList", "apiVersion" => "v1", "items" => list![bare], "metadata" => obj! {} };
        let start = "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{},\"items\":[{\"metadata\":{\"name\":\"p\",\"uid\"";
        assert!(of_answer(&list, false).starts_with(start), "{}", of_answer(&list, false));
        let event = obj! { "type" => "ADDED", "object" => &pod };
        assert_eq!(of_event(&event), format!("{{\"type\":\"ADDED\",\"object\":{text}}}"));
        let custom = obj! { "kind" => "Widget", "apiVersion" => "a.com/v1", "spec" => obj! { "z" => 1, "b" => 2 } };
        assert_eq!(
            of_answer(&custom, false),
            "{\"apiVersion\":\"a.com/v1\",\"kind\":\"Widget\",\"spec\":{\"b\":2,\"z\":1}}"
        );
    }

    /// What the real server wrote is written again to the byte.
    #[test]
    fn what_a_real_server_wrote_keeps_its_order() {
        let recording = include_str!("../../../../../tests/oracle/C2-output.jsonl");
        let mut compared = 0;
        for line in recording.lines() {
            let record = json::parse(line).expect("a line is JSON");
            let (command, text) = (record["cmd"].str(), record["stdout"].str());
            if command.contains("get --raw") && text.starts_with("{\"kind\"") {
                let value = json::parse(text).expect("the server answers JSON");
                assert_eq!(of_answer(&value, false), text.trim_end(), "{command}");
                compared += 1;
            }
        }
        assert_eq!(compared, 2);
    }

    #[test]
    fn documents_have_an_order_too() {
        let status = obj! { "apiVersion" => "v1", "code" => 404, "kind" => "Status", "metadata" => obj! {}, "x" => 1 };
        assert_eq!(
            of_document(&status, false),
            "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"code\":404,\"x\":1}"
        );
        assert_eq!(of_answer(&obj! { "kind" => "Status" }, true), "{\n  \"kind\": \"Status\"\n}");
    }

    #[test]
    fn every_order_names_fields_of_a_struct() {
        let unknown: Vec<String> = lines(include_str!("structs.txt"))
            .filter_map(|(name, fields)| {
                let fields: Vec<&str> = fields.collect();
                let structs = (0..Table::len(table())).map(|id| table().get(id)).filter(|known| known.name == name);
                let mut fitting = structs.filter(|known| known.fields.iter().all(|f| fields.contains(&f.name)));
                fitting.next().is_none().then(|| name.to_owned())
            })
            .collect();
        assert_eq!(unknown, Vec::<String>::new());
    }
}
