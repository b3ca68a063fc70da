//! Go templates filled in (`-o go-template`; text/template/exec.go).

use super::go_fmt::plain;
use super::template_call::{call, go_type};
use super::template_parse::parse;
use super::template_tree::{Node, Operand, Pipe, Place, Tree, What, written};
use api::Value;

/// A parsed template.
#[derive(Clone, Debug)]
pub struct Template {
    text: String,
    tree: Tree,
    strict: bool,
}

/// How far a template came, and what stopped it.
#[derive(Debug, PartialEq)]
pub struct Stopped {
    /// What was printed before.
    pub printed: String,
    /// The error, from `template: output:` on.
    pub why: String,
}

/// How much work a template may make, in nodes: far more than lists of objects need, and it ends.
const MOST: usize = 2_000_000;
/// How much text it may make.
const LONGEST: usize = 64 << 20;
/// How deep templates may call each other (`maxExecDepth` is 100,000 there, which the stack here has no room for).
const DEEPEST: usize = 100;

/// What a part of a template leads to.
#[derive(PartialEq)]
enum Flow {
    On,
    Break,
    Continue,
}

struct Run<'t> {
    template: &'t Template,
    out: String,
    /// Variables, the innermost last.
    scope: Vec<(String, Value)>,
    /// What is looked at: errors name it.
    at: Place,
    steps: usize,
    depth: usize,
}

type Done<T> = Result<T, String>;

impl Template {
    /// Reads a template such as `{{range .items}}{{.metadata.name}}{{end}}`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Template, String> {
        Ok(Template { text: text.to_owned(), tree: parse(text)?, strict: false })
    }

    /// The same, but a key that a map does not have is an error.
    pub fn strict(self, strict: bool) -> Template {
        Template { strict, ..self }
    }

    /// The template filled in from `value`.
    ///
    /// # Errors
    /// What cannot be carried out.
    pub fn run(&self, value: &Value) -> Result<String, Stopped> {
        let mut run = Run {
            template: self,
            out: String::new(),
            scope: vec![(String::new(), value.clone())],
            at: Place::default(),
            steps: 0,
            depth: 0,
        };
        match run.all(&self.tree.nodes, value) {
            Ok(_) => Ok(run.out),
            Err(why) => Err(Stopped { why: run.located(&why), printed: run.out }),
        }
    }
}

impl<'t> Run<'t> {
    /// The error with the place where it happened.
    fn located(&self, why: &str) -> String {
        let before = self.template.text.get(..self.at.at).unwrap_or_default();
        let (line, column) =
            (1 + before.matches('\n').count(), before.len() - before.rfind('\n').map_or(0, |at| at + 1));
        format!("template: output:{line}:{column}: executing \"output\" at <{}>: {why}", self.at.text)
    }

    fn all(&mut self, nodes: &'t [Node], dot: &Value) -> Done<Flow> {
        for node in nodes {
            let flow = self.one(node, dot)?;
            if flow != Flow::On {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    fn one(&mut self, node: &'t Node, dot: &Value) -> Done<Flow> {
        self.steps += 1;
        if self.steps > MOST || self.out.len() > LONGEST {
            return Err("the template makes too much".to_owned());
        }
        let depth = self.scope.len();
        let flow = match node {
            Node::Text(text) => {
                self.out.push_str(text);
                return Ok(Flow::On);
            }
            Node::Action(pipe) => {
                let value = self.evaluate(pipe, dot)?;
                if pipe.variables.is_empty() {
                    self.out.push_str(&printed(&value));
                } else {
                    self.declare(pipe, value);
                }
                // A variable lives to the end of the block it is declared in.
                return Ok(Flow::On);
            }
            Node::If(pipe, yes, no) | Node::With(pipe, yes, no) => {
                let value = self.evaluate(pipe, dot)?;
                self.declare(pipe, value.clone());
                let (chosen, with) = if truth(&value) { (yes, matches!(node, Node::With(..))) } else { (no, false) };
                self.all(chosen, if with { &value } else { dot })?
            }
            Node::Range(pipe, body, otherwise) => self.range(pipe, body, otherwise, dot)?,
            Node::Template(name, pipe, place) => self.template(name, pipe.as_ref(), place, dot)?,
            Node::Break => Flow::Break,
            Node::Continue => Flow::Continue,
        };
        self.scope.truncate(depth);
        Ok(flow)
    }

    fn template(&mut self, name: &str, pipe: Option<&'t Pipe>, place: &Place, dot: &Value) -> Done<Flow> {
        let template: &'t Template = self.template;
        let Some((_, nodes)) = template.tree.defined.iter().rev().find(|(known, _)| known == name) else {
            self.at = place.clone();
            return Err(format!("template {name:?} not defined"));
        };
        let value = match pipe {
            Some(pipe) => self.evaluate(pipe, dot)?,
            None => Value::Null,
        };
        if self.depth == DEEPEST {
            return Err(format!("exceeded maximum template depth ({DEEPEST})"));
        }
        self.depth += 1;
        let outer = std::mem::replace(&mut self.scope, vec![(String::new(), value.clone())]);
        self.all(nodes, &value)?;
        self.scope = outer;
        self.depth -= 1;
        Ok(Flow::On)
    }

    fn range(&mut self, pipe: &'t Pipe, body: &'t [Node], otherwise: &'t [Node], dot: &Value) -> Done<Flow> {
        let value = self.evaluate(pipe, dot)?;
        let items: Vec<(Value, Value)> = match &value {
            Value::Null => Vec::new(),
            Value::Array(items) => items.iter().enumerate().map(|(i, v)| (i.into(), v.clone())).collect(),
            Value::Object(map) => map.iter().map(|(k, v)| (k.into(), v.clone())).collect(),
            Value::Int(n) => (0..(*n).min(100_000)).map(|i| (i.into(), i.into())).collect(),
            other => return Err(format!("range can't iterate over {}", plain(other))),
        };
        if items.is_empty() {
            return self.all(otherwise, dot);
        }
        let depth = self.scope.len();
        for (key, item) in items {
            match &pipe.variables[..] {
                [] => {}
                [one] => self.scope.push((one.clone(), item.clone())),
                [first, second, ..] => {
                    self.scope.push((first.clone(), key));
                    self.scope.push((second.clone(), item.clone()));
                }
            }
            let flow = self.all(body, &item)?;
            self.scope.truncate(depth);
            if flow == Flow::Break {
                break;
            }
        }
        Ok(Flow::On)
    }

    fn declare(&mut self, pipe: &Pipe, value: Value) {
        let Some(name) = pipe.variables.first() else { return };
        let older = self.scope.iter_mut().rev().find(|(n, _)| n == name).filter(|_| pipe.assigns);
        match older {
            Some((_, place)) => *place = value,
            None => self.scope.push((name.clone(), value)),
        }
    }

    fn evaluate(&mut self, pipe: &'t Pipe, dot: &Value) -> Done<Value> {
        let mut last = None;
        for command in &pipe.commands {
            last = Some(self.command(command, dot, last)?);
        }
        Ok(last.unwrap_or_default())
    }

    fn command(&mut self, command: &'t [Operand], dot: &Value, last: Option<Value>) -> Done<Value> {
        let Some((first, arguments)) = command.split_first() else { return Ok(Value::Null) };
        let alone = arguments.is_empty() && last.is_none();
        match &first.what {
            What::Function(name) => return self.function(name, command, dot, last),
            What::Field(names) if !alone => {
                self.at = first.place.clone();
                let name = names.last().map_or("", String::as_str);
                return Err(format!("{name} is not a method but has arguments"));
            }
            What::Nil => {
                self.at = first.place.clone();
                return Err("nil is not a command".to_owned());
            }
            _ if !alone => {
                self.at = first.place.clone();
                return Err(format!("can't give argument to non-function {}", first.place.text));
            }
            _ => {}
        }
        self.operand(first, dot)
    }

    fn function(&mut self, name: &str, command: &'t [Operand], dot: &Value, last: Option<Value>) -> Done<Value> {
        self.at = command[0].place.clone();
        let given = command.len() - 1 + usize::from(last.is_some());
        let (least, most) = match name {
            "not" | "len" | "base64decode" => (1, 1),
            "ne" | "lt" | "le" | "gt" | "ge" => (2, 2),
            "print" | "println" | "html" | "js" | "urlquery" => (0, usize::MAX),
            _ => (1, usize::MAX),
        };
        if given < least || given > most {
            let want = if least == most { format!("{least}") } else { format!("at least {least}") };
            return Err(format!("wrong number of args for {name}: want {want} got {given}"));
        }
        let mut values = Vec::new();
        for operand in &command[1..] {
            let value = match operand.what {
                What::Nil => Value::Null,
                _ => self.operand(operand, dot)?,
            };
            // `and` and `or` look no further than they must.
            let decided = matches!(name, "and" | "or") && truth(&value) == (name == "or");
            values.push(value);
            if decided {
                return Ok(values.pop().unwrap_or_default());
            }
        }
        values.extend(last);
        if name == "call" {
            self.at = Place { at: command[0].place.at, text: written(command) };
            let what = command.get(1).map_or("", |operand| operand.place.text.as_str());
            return Err(format!("error calling call: non-function {what} of type {}", go_type(&values[0])));
        }
        call(name, &values).map_err(|why| {
            self.at = Place { at: command[0].place.at, text: written(command) };
            format!("error calling {name}: {why}")
        })
    }

    fn operand(&mut self, operand: &'t Operand, dot: &Value) -> Done<Value> {
        self.at = operand.place.clone();
        match &operand.what {
            What::Dot => Ok(dot.clone()),
            What::Field(names) => self.fields(dot, names),
            What::Variable(name, names) => match self.scope.iter().rev().find(|(n, _)| n == name) {
                Some((_, value)) => self.fields(&value.clone(), names),
                None => Err(format!("undefined variable \"${name}\"")),
            },
            What::Literal(value) => Ok(value.clone()),
            What::Nil => Err("nil is not a command".to_owned()),
            What::Function(name) => self.function(name, std::slice::from_ref(operand), dot, None),
            What::Group(pipe, names) => {
                let value = self.evaluate(pipe, dot)?;
                self.fields(&value, names)
            }
        }
    }

    fn fields(&self, value: &Value, names: &[String]) -> Done<Value> {
        let mut value = value;
        let mut there = true;
        for name in names {
            if !there {
                // Of nothing, every field is nothing.
                if self.template.strict {
                    return Err(format!("nil data; no entry for key {name:?}"));
                }
                break;
            }
            value = match value {
                Value::Object(map) => match map.get(name) {
                    Some(value) => value,
                    None if self.template.strict => return Err(format!("map has no entry for key {name:?}")),
                    None => {
                        there = false;
                        &api::NULL
                    }
                },
                Value::Null => return Err(format!("nil pointer evaluating interface {{}}.{name}")),
                _ => return Err(format!("can't evaluate field {name} in type interface {{}}")),
            };
        }
        Ok(value.clone())
    }
}

fn printed(value: &Value) -> String {
    if value.is_null() { "<no value>".to_owned() } else { plain(value) }
}

pub(super) fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(b) => *b,
        Value::Int(i) => *i != 0,
        Value::Float(f) => *f != 0.0,
        Value::String(s) => !s.is_empty(),
        other => !other.is_empty(),
    }
}

#[cfg(test)]
#[path = "template_tests.rs"]
mod tests;
