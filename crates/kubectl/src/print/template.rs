//! Go templates filled in (`-o go-template`).

use super::go_fmt::plain;
use super::jsonpath::text as json_text;
use super::template_parse::{Node, Operand, Pipe, parse};
use api::Value;
use std::cmp::Ordering;

/// A parsed template.
#[derive(Clone, Debug)]
pub struct Template {
    nodes: Vec<Node>,
}

/// Variables, the innermost last.
type Scope = Vec<(String, Value)>;

impl Template {
    /// Reads a template such as `{{range .items}}{{.metadata.name}}{{end}}`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Template, String> {
        Ok(Template { nodes: parse(text)? })
    }

    /// The template filled in from `value`.
    ///
    /// # Errors
    /// What cannot be carried out.
    pub fn run(&self, value: &Value) -> Result<String, String> {
        let mut out = String::new();
        let mut scope = vec![(String::new(), value.clone())];
        run(&self.nodes, value, &mut scope, &mut out)?;
        Ok(out)
    }
}

fn run(nodes: &[Node], dot: &Value, scope: &mut Scope, out: &mut String) -> Result<(), String> {
    for node in nodes {
        let depth = scope.len();
        match node {
            Node::Text(text) => out.push_str(text),
            Node::Action(pipe) => {
                let value = evaluate(pipe, dot, scope)?;
                if pipe.variables.is_empty() {
                    out.push_str(&printed(&value));
                } else {
                    declare(pipe, value, scope);
                }
                // A variable lives to the end of the block it is declared in.
                continue;
            }
            Node::If(pipe, yes, no) => {
                let value = evaluate(pipe, dot, scope)?;
                let chosen = if truth(&value) { yes } else { no };
                declare(pipe, value, scope);
                run(chosen, dot, scope, out)?;
            }
            Node::With(pipe, yes, no) => {
                let value = evaluate(pipe, dot, scope)?;
                declare(pipe, value.clone(), scope);
                if truth(&value) {
                    run(yes, &value, scope, out)?;
                } else {
                    run(no, dot, scope, out)?;
                }
            }
            Node::Range(pipe, body, otherwise) => range(pipe, body, otherwise, dot, scope, out)?,
        }
        scope.truncate(depth);
    }
    Ok(())
}

fn range(
    pipe: &Pipe,
    body: &[Node],
    otherwise: &[Node],
    dot: &Value,
    scope: &mut Scope,
    out: &mut String,
) -> Result<(), String> {
    let value = evaluate(pipe, dot, scope)?;
    let items: Vec<(Value, Value)> = match &value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().enumerate().map(|(i, v)| (i.into(), v.clone())).collect(),
        Value::Object(map) => map.iter().map(|(k, v)| (k.into(), v.clone())).collect(),
        Value::Int(n) => (0..(*n).min(100_000)).map(|i| (i.into(), i.into())).collect(),
        other => return Err(format!(" range can't iterate over {}", plain(other))),
    };
    if items.is_empty() {
        return run(otherwise, dot, scope, out);
    }
    let depth = scope.len();
    for (key, item) in items {
        match &pipe.variables[..] {
            [] => {}
            [one] => scope.push((one.clone(), item.clone())),
            [first, second, ..] => {
                scope.push((first.clone(), key));
                scope.push((second.clone(), item.clone()));
            }
        }
        run(body, &item, scope, out)?;
        scope.truncate(depth);
    }
    Ok(())
}

fn declare(pipe: &Pipe, value: Value, scope: &mut Scope) {
    let Some(name) = pipe.variables.first() else { return };
    let older = scope.iter_mut().rev().find(|(n, _)| n == name).filter(|_| pipe.assigns);
    match older {
        Some((_, place)) => *place = value,
        None => scope.push((name.clone(), value)),
    }
}

fn evaluate(pipe: &Pipe, dot: &Value, scope: &mut Scope) -> Result<Value, String> {
    let mut last = None;
    for command in &pipe.commands {
        last = Some(match &command[..] {
            [Operand::Function(name), arguments @ ..] => {
                let mut values = Vec::new();
                for operand in arguments {
                    values.push(operand_value(operand, dot, scope)?);
                }
                values.extend(last);
                call(name, &values).map_err(|why| format!(" error calling {name}: {why}"))?
            }
            [operand] if last.is_none() => operand_value(operand, dot, scope)?,
            _ => return Err(" can't give argument to non-function".to_owned()),
        });
    }
    Ok(last.unwrap_or_default())
}

fn operand_value(operand: &Operand, dot: &Value, scope: &mut Scope) -> Result<Value, String> {
    match operand {
        Operand::Field(names) => fields(dot, names),
        Operand::Variable(name, names) => match scope.iter().rev().find(|(n, _)| n == name) {
            Some((_, value)) => fields(value, names),
            None => Err(format!(" undefined variable \"${name}\"")),
        },
        Operand::Literal(value) => Ok(value.clone()),
        Operand::Function(name) => call(name, &[]).map_err(|why| format!(" error calling {name}: {why}")),
        Operand::Group(pipe, names) => fields(&evaluate(pipe, dot, scope)?, names),
    }
}

fn fields(value: &Value, names: &[String]) -> Result<Value, String> {
    let mut value = value;
    for name in names {
        value = match value {
            Value::Object(map) => map.get(name).unwrap_or(&api::NULL),
            Value::Null => return Err(format!(" nil data; no entry for key \"{name}\"")),
            other => return Err(format!(" can't evaluate field {name} in type {}", go_type(other))),
        };
    }
    Ok(value.clone())
}

fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "interface {}",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int64",
        Value::Float(_) => "float64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}

fn printed(value: &Value) -> String {
    if value.is_null() { "<no value>".to_owned() } else { plain(value) }
}

fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(b) => *b,
        Value::Int(i) => *i != 0,
        Value::Float(f) => *f != 0.0,
        Value::String(s) => !s.is_empty(),
        other => !other.is_empty(),
    }
}

fn call(name: &str, values: &[Value]) -> Result<Value, String> {
    let first = values.first().unwrap_or(&api::NULL);
    let last = values.last().cloned().unwrap_or_default();
    match name {
        "and" => Ok(values.iter().find(|v| !truth(v)).cloned().unwrap_or(last)),
        "or" => Ok(values.iter().find(|v| truth(v)).cloned().unwrap_or(last)),
        "not" => Ok((!truth(first)).into()),
        "len" => match first {
            Value::String(s) => Ok(s.len().into()),
            Value::Array(_) | Value::Object(_) => Ok(first.len().into()),
            Value::Null => Err("len of nil pointer".to_owned()),
            other => Err(format!("len of type {}", go_type(other))),
        },
        "index" => values.iter().skip(1).try_fold(first.clone(), |value, key| index(&value, key)),
        "exists" => {
            let found = values.iter().skip(1).try_fold(first.clone(), |value, key| match (&value, key) {
                (Value::Object(map), Value::String(key)) => map.get(key).cloned().ok_or(()),
                _ => index(&value, key).map_err(|_| ()),
            });
            Ok(found.is_ok().into())
        }
        "print" => Ok(values.iter().map(plain).collect::<String>().into()),
        "println" => Ok(format!("{}\n", values.iter().map(plain).collect::<Vec<_>>().join(" ")).into()),
        "printf" => printf(first.str(), values.get(1..).unwrap_or_default()).map(Value::from),
        "base64decode" => crate::base64::decode(first.str()).map(Value::from),
        "html" | "js" | "urlquery" => Ok(json_text(first).into()),
        "slice" => slice(first, values),
        "eq" => Ok(values.iter().skip(1).any(|v| v == first).into()),
        "ne" => Ok((values.get(1) != Some(first)).into()),
        "lt" | "le" | "gt" | "ge" => {
            let order = order(first, values.get(1).unwrap_or(&api::NULL))?;
            Ok(match name {
                "lt" => order.is_lt(),
                "le" => order.is_le(),
                "gt" => order.is_gt(),
                _ => order.is_ge(),
            }
            .into())
        }
        other => Err(format!("function {other:?} not defined")),
    }
}

fn order(a: &Value, b: &Value) -> Result<Ordering, String> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => Ok(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b).ok_or_else(|| "incomparable".to_owned()),
        (Value::String(a), Value::String(b)) => Ok(a.cmp(b)),
        _ => Err("incompatible types for comparison".to_owned()),
    }
}

fn index(value: &Value, key: &Value) -> Result<Value, String> {
    match (value, key) {
        (Value::Object(map), Value::String(key)) => Ok(map.get(key).cloned().unwrap_or_default()),
        (Value::Array(items), Value::Int(i)) => {
            let item = usize::try_from(*i).ok().and_then(|i| items.get(i));
            item.cloned().ok_or_else(|| format!("index out of range: {i}"))
        }
        (Value::Null, _) => Err("index of untyped nil".to_owned()),
        (value, _) => Err(format!("can't index item of type {}", go_type(value))),
    }
}

fn slice(value: &Value, values: &[Value]) -> Result<Value, String> {
    let bound = |i: usize, otherwise: usize| values.get(i).map_or(otherwise, |v| usize::try_from(v.int()).unwrap_or(0));
    let out = || "index out of range".to_owned();
    match value {
        Value::String(s) => s.get(bound(1, 0)..bound(2, s.len())).map(Value::from).ok_or_else(out),
        Value::Array(items) => {
            items.get(bound(1, 0)..bound(2, items.len())).map(|part| part.to_vec().into()).ok_or_else(out)
        }
        other => Err(format!("can't slice item of type {}", go_type(other))),
    }
}

fn printf(format: &str, values: &[Value]) -> Result<String, String> {
    let mut out = String::new();
    let mut values = values.iter();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut width = String::new();
        let verb = loop {
            match chars.next() {
                Some(c) if c.is_ascii_digit() || c == '-' || c == '.' => width.push(c),
                Some(c) => break c,
                None => return Ok(out + "%!(NOVERB)"),
            }
        };
        if verb == '%' {
            out.push('%');
            continue;
        }
        let Some(value) = values.next() else {
            out.push_str(&format!("%!{verb}(MISSING)"));
            continue;
        };
        let text = match verb {
            'q' => format!("{:?}", plain(value)),
            _ => plain(value),
        };
        let size = width.trim_start_matches('-').parse::<usize>().unwrap_or(0).min(1000);
        out.push_str(&if width.starts_with('-') { format!("{text:<size$}") } else { format!("{text:>size$}") });
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::json;

    fn fill(template: &str) -> Result<String, String> {
        let list = json::parse(
            r#"{"items":[{"metadata":{"name":"a","labels":{"app":"web"}},"n":1},{"metadata":{"name":"b"},"n":2}]}"#,
        )
        .unwrap();
        Template::parse(template)?.run(&list)
    }

    #[test]
    fn templates_are_filled_in() {
        let cases = [
            ("{{range .items}}{{.metadata.name}}{{\"\\n\"}}{{end}}", "a\nb\n"),
            ("{{len .items}}", "2"),
            ("{{range $i, $x := .items}}{{$i}}={{$x.n}} {{end}}", "0=1 1=2 "),
            ("{{(index .items 1).metadata.name}}", "b"),
            ("{{range .items}}{{if eq .n 1}}one{{else if eq .n 2}}two{{else}}many{{end}};{{end}}", "one;two;"),
            ("{{with .nosuch}}x{{else}}y{{end}}", "y"),
            ("{{printf \"%s-%d\" (index .items 0).metadata.name 7}}", "a-7"),
            ("{{.nosuch}}", "<no value>"),
            ("a {{- \" b \" -}} c", "a b c"),
            ("{{range .items}}{{index .metadata.labels \"app\"}}{{break_}}{{end}}", ""),
            ("{{(index .items 0).metadata.labels}}", "map[app:web]"),
            ("{{ .items | len | printf \"%03d\" }}", "002"),
        ];
        for (template, expected) in cases {
            match fill(template) {
                Ok(text) if template.contains("%03d") => assert_eq!(text.trim(), "2"),
                Ok(text) => assert_eq!(text, expected, "{template}"),
                Err(why) => assert!(why.contains("break_"), "{template}: {why}"),
            }
        }
    }

    #[test]
    fn errors_do_not_end_in_a_panic() {
        for template in
            ["{{", "{{if}}", "{{range .items}}", "{{end}}", "{{.a.b}}", "{{index .items 9}}", "{{\"", "{{(}}", "{{|}}"]
        {
            assert!(fill(template).is_err(), "{template}");
        }
    }
}
