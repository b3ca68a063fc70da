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
    all(text, false)
}

/// The same as [`documents`] by the rules of go-yaml's third version, which kustomize reads resources with: `yes`, `on` and the like are
/// texts.
///
/// # Errors
/// The first document's error, as [`parse`] says it.
pub fn documents_v3(text: &str) -> Result<Vec<Value>, String> {
    all(text, true)
}

fn all(text: &str, v3: bool) -> Result<Vec<Value>, String> {
    let parse = |(_, text)| one(Builder { v3, ..Builder::new(text) }).map(|document| document.value);
    split(text).into_iter().map(parse).filter(|value| !matches!(value, Ok(Value::Null))).collect()
}

/// Parses one document; what follows it in the text is ignored, as by kubectl.
///
/// # Errors
/// go-yaml's words, such as `yaml: line 4: did not find expected key`. kubectl prints `error converting YAML to JSON: `
/// before it. Lines count from the start of `text`.
pub fn parse(text: &str) -> Result<Document, String> {
    one(Builder::new(text))
}

fn one(mut builder: Builder<'_>) -> Result<Document, String> {
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
    /// Whether truth values are those of go-yaml's third version.
    v3: bool,
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
            v3: false,
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
                // Only these words are truth values to all of go-yaml's versions.
                let plain = plain && !(self.v3 && resolve(&text).as_bool().is_some() && !is_true_or_false(&text));
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

fn is_true_or_false(text: &str) -> bool {
    ["true", "True", "TRUE", "false", "False", "FALSE"].contains(&text)
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
mod tests;
