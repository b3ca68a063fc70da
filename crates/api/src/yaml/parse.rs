//! YAML text to values.

use super::{errors, resolve::resolve};
use crate::{Map, Str, Value};
use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};

/// Deeper nesting is refused; no Kubernetes object comes near it.
const MAX_DEPTH: usize = 100;
/// A document may not grow beyond this many nodes by its aliases.
const MAX_NODES: usize = 400_000;

/// One document of a YAML stream.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// What it says; null for an empty one.
    pub value: Value,
    /// The keys that occur twice in one mapping (the last one wins, as for kubectl), with their lines.
    pub duplicates: Vec<(usize, Str)>,
}

/// The documents of a stream with the line (from 1) each begins at: split at lines that begin with `---`, as kubectl's
/// reader does before it parses any of them.
pub fn split(text: &str) -> Vec<(usize, &str)> {
    let mut documents = Vec::new();
    let (mut start, mut first_line, mut at) = (0, 1, 0);
    for (i, line) in text.split_inclusive('\n').enumerate() {
        let after = line.strip_prefix("---").map(str::trim);
        // A separator at the very start belongs to the first document.
        if after.is_some_and(|rest| rest.is_empty() || rest.starts_with('#')) && at > start {
            documents.push((first_line, &text[start..at]));
            (start, first_line) = (at + line.len(), i + 2);
        }
        at += line.len();
    }
    if at > start {
        documents.push((first_line, &text[start..]));
    }
    documents
}

/// Every document of a stream, parsed; empty ones are left out.
///
/// # Errors
/// The first document's error, as [`parse`] says it.
pub fn documents(text: &str) -> Result<Vec<Value>, String> {
    let values = split(text).into_iter().map(|(_, text)| parse(text).map(|document| document.value));
    values.filter(|value| !matches!(value, Ok(Value::Null))).collect()
}

/// Parses one document; what follows it in the text is ignored, as by kubectl.
///
/// # Errors
/// go-yaml's words, such as `yaml: line 4: did not find expected key`. kubectl prints `error converting YAML to JSON: `
/// before it. Lines count from the start of `text`.
pub fn parse(text: &str) -> Result<Document, String> {
    let mut builder = Builder::new(text);
    loop {
        match builder.next()? {
            (Event::DocumentStart(_), _) => break,
            (Event::StreamEnd, _) => return Ok(Document::default()),
            _ => {}
        }
    }
    let (event, span) = builder.next()?;
    let value = builder.node(event, span, 0)?.value;
    // The rest of the stream must at least be readable as far as the end of this document.
    builder.next()?;
    Ok(Document { value, duplicates: builder.duplicates })
}

/// The line (from 1) where the field at a path such as `spec.containers[0].image` stands in a document, or the nearest
/// of its parents that does.
pub fn line_of(text: &str, path: &str) -> Option<usize> {
    let mut builder = Builder::new(text);
    builder.lines = Some(Vec::new());
    builder.next().ok()?;
    builder.next().ok()?;
    let (event, span) = builder.next().ok()?;
    builder.node(event, span, 0).ok()?;
    let lines = builder.lines?;
    let covers = |field: &str| {
        let rest = path.strip_prefix(field);
        rest.is_some_and(|rest| field.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']))
    };
    // A field's key comes before its value: of equal paths the first counts, which `max_by_key` finds last.
    lines
        .into_iter()
        .rev()
        .filter(|(field, _)| covers(field))
        .max_by_key(|(field, _)| field.len())
        .map(|(_, line)| line)
}

/// A node, how many nodes it is with its aliases expanded, and whether it is the plain scalar `<<`.
#[derive(Clone, Default)]
struct Node {
    value: Value,
    size: usize,
    merge: bool,
}

struct Builder<'a> {
    text: &'a str,
    parser: Parser<'a, StrInput<'a>>,
    /// Finished anchored nodes by the parser's number for them; `None` while one is being read.
    anchors: Vec<Option<Node>>,
    duplicates: Vec<(usize, Str)>,
    /// Where fields stand, if that is asked for: paths and lines.
    lines: Option<Vec<(String, usize)>>,
    path: String,
    nodes: usize,
}

impl<'a> Builder<'a> {
    fn new(text: &'a str) -> Builder<'a> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let parser = Parser::new_from_str(text);
        Builder {
            text,
            parser,
            anchors: Vec::new(),
            duplicates: Vec::new(),
            lines: None,
            path: String::new(),
            nodes: 0,
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), String> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(errors::message(&error, self.text)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, String> {
        let line = span.start.line();
        if depth > MAX_DEPTH {
            return Err(format!("yaml: line {line}: exceeded max depth of {MAX_DEPTH}"));
        }
        if let Some(lines) = &mut self.lines {
            lines.push((self.path.clone(), line));
        }
        let (anchor, node) = match event {
            Event::Alias(id) => (0, self.alias(id)?),
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                let merge = plain && tag.is_none() && text == "<<";
                (anchor, Node { value: scalar(&text, plain, tag.as_deref(), line)?, size: 1, merge })
            }
            Event::SequenceStart(anchor, _) => {
                self.reserve(anchor);
                (anchor, self.sequence(depth)?)
            }
            Event::MappingStart(anchor, _) => {
                self.reserve(anchor);
                (anchor, self.mapping(depth)?)
            }
            _ => return Err(format!("yaml: line {line}: did not find expected node content")),
        };
        self.nodes = self.nodes.saturating_add(1);
        if node.size > MAX_NODES || self.nodes > MAX_NODES {
            return Err("yaml: document contains excessive aliasing".to_owned());
        }
        if anchor > 0 {
            self.reserve(anchor);
            self.anchors[anchor] = Some(node.clone());
        }
        Ok(node)
    }

    fn reserve(&mut self, anchor: usize) {
        // The parser numbers anchors one after the other, so this grows with the text.
        if anchor >= self.anchors.len() {
            self.anchors.resize(anchor + 1, None);
        }
    }

    fn alias(&self, id: usize) -> Result<Node, String> {
        let node = self.anchors.get(id).and_then(Option::as_ref);
        node.cloned().ok_or_else(|| "yaml: anchor value contains itself".to_owned())
    }

    fn sequence(&mut self, depth: usize) -> Result<Node, String> {
        let (mut items, mut size) = (Vec::new(), 1usize);
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                return Ok(Node { value: items.into(), size, merge: false });
            }
            let outer = self.path.len();
            if self.lines.is_some() {
                self.path += &format!("[{}]", items.len());
            }
            let node = self.node(event, span, depth + 1)?;
            self.path.truncate(outer);
            size = size.saturating_add(node.size);
            items.push(node.value);
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<Node, String> {
        let (mut map, mut size) = (Map::default(), 1usize);
        let mut merges = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                break;
            }
            let line = span.start.line();
            let recording = self.lines.take();
            let key_node = self.node(event, span, depth + 1)?;
            self.lines = recording;
            let key = if key_node.merge { "<<".into() } else { key(&key_node.value, line)? };
            let outer = self.path.len();
            if let Some(lines) = &mut self.lines {
                self.path += if self.path.is_empty() { "" } else { "." };
                self.path += &key;
                lines.push((self.path.clone(), line));
            }
            let (event, span) = self.next()?;
            let node = self.node(event, span, depth + 1)?;
            self.path.truncate(outer);
            size = size.saturating_add(node.size).saturating_add(1);
            if key_node.merge {
                merges.push(node.value);
            } else if map.insert(key.clone(), node.value).is_some() {
                self.duplicates.push((line, key));
            }
        }
        for merge in merges {
            merge_into(&mut map, &merge)?;
        }
        Ok(Node { value: map.into(), size, merge: false })
    }
}

/// `<<: *other` or `<<: [*one, *two]`: what is there already stays.
fn merge_into(map: &mut Map, merge: &Value) -> Result<(), String> {
    let sources = match merge {
        Value::Array(items) => &items[..],
        one => std::slice::from_ref(one),
    };
    for source in sources {
        let source = source.as_object().ok_or("yaml: map merge requires map or sequence of maps as the value")?;
        for (key, value) in source.iter() {
            if !map.contains_key(key) {
                map.insert(key.clone(), value.clone());
            }
        }
    }
    Ok(())
}

/// A mapping's key as JSON's keys are: text.
fn key(value: &Value, line: usize) -> Result<Str, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => Ok(crate::json::to_string(value).into()),
        Value::Null => Err(format!("yaml: line {line}: unsupported map key of type: %!s(<nil>)")),
        Value::Array(_) | Value::Object(_) => Err(format!("yaml: line {line}: invalid map key")),
    }
}

fn scalar(text: &str, plain: bool, tag: Option<&Tag>, line: usize) -> Result<Value, String> {
    let tag = tag.filter(|tag| tag.is_yaml_core_schema()).map(|tag| tag.suffix.as_str());
    let value = match tag {
        None if plain => resolve(text),
        None | Some("str" | "binary") => return Ok(text.into()),
        Some(_) => resolve(text),
    };
    let fits = match (tag, &value) {
        (Some("int"), value) => value.as_int().is_some(),
        (Some("bool"), value) => value.as_bool().is_some(),
        (Some("null"), value) => value.is_null(),
        (Some("float"), Value::Int(integer)) => return Ok(Value::Float(*integer as f64)),
        (Some("float"), value) => matches!(value, Value::Float(_)),
        _ => true,
    };
    match fits {
        true => Ok(value),
        false => Err(format!("yaml: line {line}: cannot decode !!str `{text}` as a !!{}", tag.unwrap_or_default())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{list, obj};

    fn value(text: &str) -> Value {
        parse(text).unwrap().value
    }

    #[test]
    fn documents_are_read_as_kubectl_reads_them() {
        let text = "a: 1\nb: [x, \"1\", yes, null]\nc:\n- d: |\n    two\n    lines\n  e: >\n    one\n    line\n";
        let expected = obj! {
            "a" => 1, "b" => list!["x", "1", true, Value::Null],
            "c" => list![obj! { "d" => "two\nlines\n", "e" => "one line\n" }],
        };
        assert_eq!(value(text), expected);
        assert_eq!(value("1: a\nyes: b\n'no': c"), obj! { "1" => "a", "true" => "b", "no" => "c" });
        assert_eq!(value(""), Value::Null);
        assert_eq!(value("# only a comment\n"), Value::Null);
        assert_eq!(value("hello world"), "hello world".into());
        assert_eq!(value("{\"a\": [1, 2.5], \"b\": \"c\"}"), obj! { "a" => list![1, 2.5], "b" => "c" });
        assert_eq!(value("a: !!str 1\nb: !!int \"2\""), obj! { "a" => "1", "b" => 2 });
    }

    #[test]
    fn a_stream_is_split_at_its_separators() {
        let text = "---\na: 1\n--- # next\nb: 2\n---\n---\nc: --- 3\n";
        let parts = split(text);
        assert_eq!(parts, [(1, "---\na: 1\n"), (4, "b: 2\n"), (6, "---\nc: --- 3\n")]);
        assert_eq!(documents(text).unwrap(), [obj! { "a" => 1 }, obj! { "b" => 2 }, obj! { "c" => "--- 3" }]);
        assert!(documents("\n").unwrap().is_empty());
    }

    #[test]
    fn aliases_and_merges_are_expanded_within_limits() {
        let text = "base: &b {x: 1, z: 2}\nother:\n  <<: *b\n  z: 3\nagain: *b\n";
        assert_eq!(value(text)["other"], obj! { "x" => 1, "z" => 3 });
        assert_eq!(value(text)["again"], obj! { "x" => 1, "z" => 2 });
        let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for i in 1..10 {
            let before = format!("*a{}", i - 1);
            bomb += &format!("a{i}: &a{i} [{}]\n", vec![before; 9].join(","));
        }
        assert_eq!(parse(&bomb).unwrap_err(), "yaml: document contains excessive aliasing");
        assert!(parse(&"[".repeat(5000)).is_err());
        assert!(parse(&"- ".repeat(5000)).is_err());
        assert!(parse(&"{a: ".repeat(200)).is_err());
        assert_eq!(parse("a: &a [*a]").unwrap_err(), "yaml: anchor value contains itself");
    }

    #[test]
    fn errors_are_in_go_yamls_words() {
        let cases = [
            ("a: 1\nmetadata:\n  name: x\n spec:\n  c: []\n", "yaml: line 3: did not find expected key"),
            ("a: 1\nb:\n\tc: x\n", "yaml: line 3: found character that cannot start any token"),
            ("a: b: c\n", "yaml: mapping values are not allowed in this context"),
            ("x: 1\na: b: c\n", "yaml: line 2: mapping values are not allowed in this context"),
            ("x: 1\na: \"b\n", "yaml: line 3: found unexpected end of stream"),
            ("x: 1\na: [b\nc: d\n", "yaml: line 2: did not find expected ',' or ']'"),
            ("a: 1\nb\nc: 2\n", "yaml: line 3: could not find expected ':'"),
            ("a:\n- b\n c: d\n", "yaml: line 3: mapping values are not allowed in this context"),
            ("a: *x\n", "yaml: unknown anchor 'x' referenced"),
        ];
        let mut wrong = Vec::new();
        for (text, error) in cases {
            let said = parse(text).map(|d| d.value).err().unwrap_or("ok".into());
            if said != error {
                wrong.push(format!("{text:?}: {said:?} instead of {error:?}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn the_last_of_equal_keys_wins_and_is_reported() {
        let document = parse("a: 1\nb: 2\na: 3\n").unwrap();
        assert_eq!(document.value, obj! { "a" => 3, "b" => 2 });
        assert_eq!(document.duplicates, [(3, "a".into())]);
    }

    #[test]
    fn fields_are_found_in_the_text() {
        let text = "spec:\n  containers:\n  - name: a\n    image: b\n  - name: c\n";
        assert_eq!(line_of(text, "spec.containers[0].image"), Some(4));
        assert_eq!(line_of(text, "spec.containers[1]"), Some(5));
        assert_eq!(line_of(text, "spec.containers[1].image"), Some(5));
        assert_eq!(line_of(text, "spec.replicas"), Some(1));
    }
}
