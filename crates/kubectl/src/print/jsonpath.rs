//! kubectl's JSONPath templates (k8s.io/client-go/util/jsonpath): text with `{...}` actions, ranges, filters, unions, slices
//! and recursive descent.

use super::jsonpath_parse::{Node, Slice, parse_template};
use api::{Value, json};

/// A parsed template.
#[derive(Clone, Debug)]
pub struct JsonPath {
    nodes: Vec<Node>,
}

impl JsonPath {
    /// Reads a template such as `{range .items[*]}{.metadata.name}{"\n"}{end}`.
    ///
    /// # Errors
    /// What is wrong with it, in client-go's words.
    pub fn parse(template: &str) -> Result<JsonPath, String> {
        Ok(JsonPath { nodes: parse_template(template)? })
    }

    /// The same, but a field that is nowhere is an error.
    pub fn strict(self, strict: bool) -> JsonPath {
        if strict { JsonPath { nodes: required(self.nodes) } } else { self }
    }

    /// What each text and action of the template finds in `value`.
    ///
    /// # Errors
    /// Why an action cannot be carried out, such as an index out of bounds.
    pub fn find(&self, value: &Value) -> Result<Vec<Vec<Value>>, String> {
        let mut found = Vec::new();
        run(&self.nodes, value, &mut found)?;
        Ok(found)
    }

    /// The template filled in: results of one action are separated by blanks, objects and lists are JSON.
    ///
    /// # Errors
    /// As [`JsonPath::find`].
    pub fn print(&self, value: &Value) -> Result<String, String> {
        let parts = self.find(value)?;
        let show = |results: Vec<Value>| results.iter().map(text).collect::<Vec<_>>().join(" ");
        Ok(parts.into_iter().map(show).collect())
    }

    /// What the template finds, as indented JSON lists (`-o jsonpath-as-json`).
    ///
    /// # Errors
    /// As [`JsonPath::find`].
    pub fn print_json(&self, value: &Value) -> Result<String, String> {
        let parts = self.find(value)?;
        Ok(parts.into_iter().map(|results| format!("{}\n", json::to_string_pretty(&Value::from(results)))).collect())
    }

    /// The first thing found, if anything is.
    pub fn first(&self, value: &Value) -> Option<Value> {
        self.find(value).ok()?.into_iter().flatten().next()
    }
}

/// An expression as `--sort-by` and custom columns take it, with or without braces and the leading dot, as a template.
///
/// # Errors
/// What forms are expected.
pub fn relaxed(path: &str) -> Result<String, String> {
    let inner = match path.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
        Some(inner) => inner,
        None => path,
    };
    let inner = inner.strip_prefix('.').unwrap_or(inner);
    if path.is_empty() {
        return Ok(String::new());
    }
    if inner.is_empty() || inner.contains(['{', '}']) {
        const FORMS: &str = "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or \
                             '{.name1.name2}'";
        return Err(FORMS.to_owned());
    }
    Ok(format!("{{.{inner}}}"))
}

/// A value as text: strings bare, objects and lists as JSON.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(s) => s.to_string(),
        other => json::to_string(other),
    }
}

/// The nodes, but for those inside filters, with fields that must be there.
fn required(nodes: Vec<Node>) -> Vec<Node> {
    let one = |node| match node {
        Node::Field(name) => Node::Required(name),
        Node::Union(paths) => Node::Union(paths.into_iter().map(required).collect()),
        Node::Action(path) => Node::Action(required(path)),
        Node::Range(path, body) => Node::Range(required(path), required(body)),
        other => other,
    };
    nodes.into_iter().map(one).collect()
}

fn run(nodes: &[Node], current: &Value, found: &mut Vec<Vec<Value>>) -> Result<(), String> {
    for node in nodes {
        match node {
            Node::Range(path, body) => {
                for item in walk(path, vec![current.clone()])? {
                    run(body, &item, found)?;
                }
            }
            Node::Action(path) => found.push(walk(path, vec![current.clone()])?),
            other => found.push(step(other, vec![current.clone()])?),
        }
    }
    Ok(())
}

fn walk(path: &[Node], mut values: Vec<Value>) -> Result<Vec<Value>, String> {
    for node in path {
        values = step(node, values)?;
    }
    Ok(values)
}

fn step(node: &Node, input: Vec<Value>) -> Result<Vec<Value>, String> {
    match node {
        Node::Literal(value) => Ok(vec![value.clone()]),
        Node::Field(name) => Ok(input.iter().filter_map(|v| v.as_object()?.get(name).cloned()).collect()),
        Node::Required(name) => match step(&Node::Field(name.clone()), input)? {
            found if found.is_empty() => Err(format!("{name} is not found")),
            found => Ok(found),
        },
        Node::Wildcard => Ok(input.iter().flat_map(children).collect()),
        Node::Recursive => {
            let mut all = Vec::new();
            input.iter().for_each(|value| descend(value, &mut all));
            Ok(all)
        }
        Node::Slice(bounds) => {
            let mut picked = Vec::new();
            for value in &input {
                pick(value, bounds, &mut picked)?;
            }
            Ok(picked)
        }
        Node::Union(paths) => {
            let mut all = Vec::new();
            for path in paths {
                all.extend(walk(path, input.clone())?);
            }
            Ok(all)
        }
        Node::Filter { left, operator, right } => {
            let mut kept = Vec::new();
            for value in &input {
                filter(value, left, operator, right, &mut kept)?;
            }
            Ok(kept)
        }
        Node::Action(path) => walk(path, input),
        Node::Range(..) => Ok(input),
        Node::Word(word) if word == "end" => Err("not in range, nothing to end".to_owned()),
        Node::Word(word) => Err(format!("unrecognized identifier {word}")),
    }
}

fn children(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.to_vec(),
        other => other.entries().map(|(_, v)| v.clone()).collect(),
    }
}

/// The value and everything below it that has parts.
fn descend(value: &Value, all: &mut Vec<Value>) {
    if !value.is_null() {
        all.push(value.clone());
        children(value).iter().for_each(|child| descend(child, all));
    }
}

fn pick(value: &Value, bounds: &Slice, picked: &mut Vec<Value>) -> Result<(), String> {
    if value.is_null() {
        return Ok(());
    }
    let Value::Array(items) = value else {
        return Err(format!("{} is not array or slice", super::template_call::go_type(value)));
    };
    let length = items.len() as i64;
    let mut start = bounds.start.unwrap_or(0);
    if start < 0 {
        start += length;
    }
    let mut end = match (bounds.end, bounds.single) {
        (_, true) => bounds.start.unwrap_or(0).saturating_add(1),
        (end, false) => end.unwrap_or(length),
    };
    if end < 0 || (end == 0 && bounds.single) {
        end += length;
    }
    if start == end {
        return Ok(());
    }
    let outside = |index: i64| Err(format!("array index out of bounds: index {index}, length {length}"));
    if start >= length || start < 0 {
        return outside(start);
    }
    if end > length || end < 0 {
        return outside(end.saturating_sub(1));
    }
    if start > end {
        return Err(format!("starting index {start} is greater than ending index {end}"));
    }
    let step = match bounds.step.unwrap_or(1) {
        step if step > 0 => step as usize,
        _ => return Err("step must be > 0".to_owned()),
    };
    picked.extend(items[start as usize..end as usize].iter().step_by(step).cloned());
    Ok(())
}

fn filter(value: &Value, left: &[Node], operator: &str, right: &[Node], kept: &mut Vec<Value>) -> Result<(), String> {
    let Value::Array(items) = value else {
        return Err(format!("{} is not array or slice and cannot be filtered", super::go_fmt::plain(value)));
    };
    for item in items.iter() {
        let lefts = walk(left, vec![item.clone()])?;
        if operator == "exists" {
            if !lefts.is_empty() {
                kept.push(item.clone());
            }
            continue;
        }
        let rights = walk(right, vec![item.clone()])?;
        match (&lefts[..], &rights[..]) {
            ([], _) | (_, []) => {}
            ([a], [b]) => {
                if compare(a, operator, b)? {
                    kept.push(item.clone());
                }
            }
            _ => return Err("can only compare one element at a time".to_owned()),
        }
    }
    Ok(())
}

fn compare(a: &Value, operator: &str, b: &Value) -> Result<bool, String> {
    let ordering = match (a, b) {
        (Value::String(a), Value::String(b)) => a.partial_cmp(b),
        (Value::Int(a), Value::Int(b)) => a.partial_cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.partial_cmp(b),
        _ => number(a).zip(number(b)).and_then(|(a, b)| a.partial_cmp(&b)),
    };
    let ordering = ordering.ok_or("incompatible types for comparison")?;
    match operator {
        "==" => Ok(ordering.is_eq()),
        "!=" => Ok(ordering.is_ne()),
        "<" => Ok(ordering.is_lt()),
        "<=" => Ok(ordering.is_le()),
        ">" => Ok(ordering.is_gt()),
        ">=" => Ok(ordering.is_ge()),
        other => Err(format!("unrecognized filter operator {other}")),
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(i) => Some(*i as f64),
        Value::Float(f) => Some(*f),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(template: &str) -> Result<String, String> {
        let list = json::parse(
            r#"{"items":[{"metadata":{"name":"a","labels":{"app":"web","x.y/z":"1"}},"n":1,"c":[{"image":"i"}]},
               {"metadata":{"name":"b","labels":{"app":"db"}},"n":2,"c":[{"image":"j"},{"image":"k"}]}]}"#,
        )
        .unwrap();
        JsonPath::parse(template)?.print(&list)
    }

    #[test]
    fn templates_are_filled_in() {
        let cases = [
            ("{.items[*].metadata.name}", "a b"),
            ("{.items[0].metadata.labels}", r#"{"app":"web","x.y/z":"1"}"#),
            ("{range .items[*]}{.metadata.name}{\"\\t\"}{.n}{\"\\n\"}{end}", "a\t1\nb\t2\n"),
            ("{.items[?(@.metadata.labels.app==\"web\")].metadata.name}", "a"),
            ("{.items[?(@.n>1)].metadata.name}!", "b!"),
            ("{.items[0]['metadata.name','n']}", "a 1"),
            ("{..name}", "a b"),
            ("{.items[-1:].metadata.name}", "b"),
            ("{.items[0:2].n}", "1 2"),
            ("{.items[0].metadata.labels.x\\.y/z}", "1"),
            ("{.items[0].metadata.labels['x\\.y/z']}", "1"),
            ("{range .items[*]}{.metadata.name}:{range .c[*]}{.image},{end};{end}", "a:i,;b:j,k,;"),
            ("{.nosuch}", ""),
            ("a{.items[*].n}b", "a1 2b"),
            ("{$.items[1].n}", "2"),
        ];
        for (template, expected) in cases {
            assert_eq!(print(template).as_deref(), Ok(expected), "{template}");
        }
    }

    #[test]
    fn errors_are_client_gos() {
        assert_eq!(print("{.spec").unwrap_err(), "unclosed action");
        assert_eq!(print("{.items[9].x}").unwrap_err(), "array index out of bounds: index 9, length 2");
        assert_eq!(print("{.items[x]}").unwrap_err(), "invalid array index x");
        assert_eq!(print("{.items[?(@.n==1)}").unwrap_err(), "unclosed array expect ]");
        assert_eq!(print("{foo}").unwrap_err(), "unrecognized identifier foo");
        assert_eq!(print("{end}").unwrap_err(), "not in range, nothing to end");
    }

    #[test]
    fn relaxed_expressions_become_templates() {
        for path in ["metadata.name", ".metadata.name", "{metadata.name}", "{.metadata.name}"] {
            assert_eq!(relaxed(path).as_deref(), Ok("{.metadata.name}"));
        }
        assert!(relaxed("{.a}{.b}").is_err());
    }
}
