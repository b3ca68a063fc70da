//! awk's functions.

use super::program::Expr;
use super::run::{Machine, Run, Stop};
use super::value::Value;
use crate::regex::Regex;

impl Machine {
    pub(super) fn call(&mut self, name: &str, arguments: &[Expr]) -> Run<Value> {
        let number = Value::Number;
        match (name, arguments) {
            ("length", [Expr::Variable(array)]) if self.arrays.contains_key(array) => {
                return Ok(number(self.arrays[array].len() as f64));
            }
            ("split", [text, Expr::Variable(array), rest @ ..]) => {
                let text = self.eval(text)?.text();
                let parts = match rest.first() {
                    Some(Expr::Match(regex)) => split_by(regex, &text),
                    Some(separator) => {
                        let separator = self.eval(separator)?.text();
                        self.split(&text, &separator)?
                    }
                    None => self.split(&text, &self.text_of("FS"))?,
                };
                let count = parts.len();
                let entries = parts.into_iter().enumerate().map(|(i, part)| ((i + 1).to_string(), Value::Input(part)));
                self.arrays.insert(array.clone(), entries.collect());
                return Ok(number(count as f64));
            }
            ("sub" | "gsub", [pattern, by, rest @ ..]) => {
                let regex = self.regex(pattern)?;
                let by = self.eval(by)?.text();
                let whole = Expr::Field(Box::new(Expr::Number(0.0)));
                let place = rest.first().unwrap_or(&whole);
                let text = self.eval(place)?.text();
                let (changed, count) = replaced(&regex, &text, &by, name == "gsub");
                if count > 0 {
                    self.assign(place, Value::Text(changed))?;
                }
                return Ok(number(count as f64));
            }
            ("match", [text, pattern]) => {
                let text = self.eval(text)?.text();
                let found = self.regex(pattern)?.find(&text, 0);
                let chars = |bytes: usize| text[..bytes].chars().count() as f64;
                let (start, length) = found.map_or((0.0, -1.0), |m| (chars(m.start) + 1.0, chars(m.end) - chars(m.start)));
                self.variables.insert("RSTART".into(), number(start));
                self.variables.insert("RLENGTH".into(), number(length));
                return Ok(number(start));
            }
            _ => {}
        }
        if let Some(at) = self.functions.iter().position(|(known, ..)| known == name) {
            return self.own(at, arguments);
        }
        let mut values = Vec::new();
        for argument in arguments {
            values.push(self.eval(argument)?);
        }
        let text = |i: usize| values.get(i).map(Value::text).unwrap_or_default();
        let float = |i: usize| values.get(i).map_or(0.0, Value::number);
        Ok(match name {
            "length" if values.is_empty() => number(self.line.chars().count() as f64),
            "length" => number(text(0).chars().count() as f64),
            "substr" => {
                let chars: Vec<char> = text(0).chars().collect();
                let from = float(1).round();
                let to = if values.len() > 2 { from + float(2).round() } else { f64::INFINITY };
                let kept = chars.iter().enumerate().filter(|(i, _)| (*i + 1) as f64 >= from && ((*i + 1) as f64) < to);
                Value::Text(kept.map(|(_, c)| *c).collect())
            }
            "index" => number(text(0).find(&text(1)).map_or(0.0, |i| (text(0)[..i].chars().count() + 1) as f64)),
            "sprintf" => Value::Text(self.format(&values)),
            "tolower" => Value::Text(text(0).to_lowercase()),
            "toupper" => Value::Text(text(0).to_uppercase()),
            "int" => number(float(0).trunc()),
            "sqrt" => number(float(0).sqrt()),
            "log" => number(float(0).ln()),
            "exp" => number(float(0).exp()),
            "sin" => number(float(0).sin()),
            "cos" => number(float(0).cos()),
            "" => Value::Text(values.iter().map(Value::text).collect::<Vec<_>>().join(" ")),
            name => return Err(Stop::Error(format!("calling undefined function {name}"))),
        })
    }
}

impl Machine {
    /// Calls a function of the program; arrays are handed over as they are, and back.
    fn own(&mut self, at: usize, arguments: &[Expr]) -> Run<Value> {
        const DEEPEST: usize = 30;
        if self.depth >= DEEPEST {
            return Err(Stop::Error("function call nesting level too deep".into()));
        }
        let functions = self.functions.clone();
        let (name, parameters, body) = &functions[at];
        if arguments.len() > parameters.len() {
            return Err(Stop::Error(format!("function {name} called with too many arguments")));
        }
        let mut values = Vec::new();
        for argument in arguments {
            values.push(match argument {
                Expr::Variable(array) if self.arrays.contains_key(array) => None,
                Expr::Variable(name) if !self.variables.contains_key(name) => None,
                argument => Some(self.eval(argument)?),
            });
        }
        let before: Vec<_> =
            parameters.iter().map(|name| (self.variables.remove(name), self.arrays.remove(name))).collect();
        let mut lent: Vec<(String, usize)> = Vec::new();
        for (number, parameter) in parameters.iter().enumerate() {
            match (values.get(number), arguments.get(number)) {
                (Some(Some(value)), _) => drop(self.variables.insert(parameter.clone(), value.clone())),
                (Some(None), Some(Expr::Variable(array))) => {
                    let own = parameters.iter().position(|name| name == array);
                    let elements = match own {
                        Some(own) => before[own].1.clone(),
                        None => self.arrays.remove(array),
                    };
                    self.arrays.insert(parameter.clone(), elements.unwrap_or_default());
                    lent.push((array.clone(), number));
                }
                _ => {}
            }
        }
        self.depth += 1;
        let done = self.block(body);
        self.depth -= 1;
        let mut back = Vec::new();
        for (array, number) in lent {
            back.extend(self.arrays.remove(&parameters[number]).map(|elements| (array, elements)));
        }
        for (name, (variable, array)) in parameters.iter().zip(before) {
            self.variables.remove(name);
            self.arrays.remove(name);
            if let Some(variable) = variable {
                self.variables.insert(name.clone(), variable);
            }
            if let Some(array) = array {
                self.arrays.insert(name.clone(), array);
            }
        }
        for (array, elements) in back.into_iter().filter(|(_, elements)| elements.keys().next().is_some()) {
            self.arrays.insert(array, elements);
        }
        match done {
            Ok(()) => Ok(Value::Input(String::new())),
            Err(Stop::Return(value)) => Ok(value),
            Err(stop) => Err(stop),
        }
    }
}

fn split_by(regex: &Regex, text: &str) -> Vec<String> {
    let (mut parts, mut at) = (Vec::new(), 0);
    while let Some(found) = regex.find(text, at).filter(|found| found.end > found.start) {
        parts.push(text[at..found.start].to_owned());
        at = found.end;
    }
    parts.push(text[at..].to_owned());
    parts
}

/// `sub` and `gsub`: the new text and how often something was replaced.
fn replaced(regex: &Regex, text: &str, by: &str, all: bool) -> (String, usize) {
    let (mut out, mut at, mut count) = (String::new(), 0, 0);
    while let Some(found) = regex.find(text, at) {
        out.push_str(&text[at..found.start]);
        let mut chars = by.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\\' if matches!(chars.peek(), Some('&' | '\\')) => out.extend(chars.next()),
                '&' => out.push_str(&text[found.start..found.end]),
                c => out.push(c),
            }
        }
        count += 1;
        at = found.end;
        if found.end == found.start {
            let Some(c) = text[at..].chars().next() else { break };
            out.push(c);
            at += c.len_utf8();
        }
        if !all || at > text.len() {
            break;
        }
    }
    out.push_str(text.get(at..).unwrap_or_default());
    (out, count)
}

