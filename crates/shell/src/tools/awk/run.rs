//! awk's programs, run.

use super::parse::{Expr, Pattern, Program, Statement};
use crate::regex::Regex;
use std::collections::BTreeMap;

/// A value: text, or a number, or text from the input that looks like a number and then is one too.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Number(f64),
    Text(String),
    Input(String),
}

/// Why a program is left.
pub(super) enum Stop {
    Next,
    Break,
    Continue,
    Exit(i32),
    Error(String),
}

type Run<T> = Result<T, Stop>;

/// How many steps one line may take: a loop can go on for ever.
const MAX_STEPS: usize = 1_000_000;
/// How many fields a line may be given.
const MAX_FIELDS: usize = 100_000;

pub(super) struct Machine {
    variables: BTreeMap<String, Value>,
    arrays: BTreeMap<String, BTreeMap<String, Value>>,
    line: String,
    fields: Vec<String>,
    ranges: Vec<bool>,
    steps: usize,
    status: i32,
    pub(super) out: String,
    /// Files written to: name, text, whether it is appended.
    pub(super) files: Vec<(String, String, bool)>,
}

impl Value {
    fn text(&self) -> String {
        match self {
            Value::Number(n) => shown(*n),
            Value::Text(text) | Value::Input(text) => text.clone(),
        }
    }

    fn number(&self) -> f64 {
        match self {
            Value::Number(n) => *n,
            Value::Text(text) | Value::Input(text) => leading(text),
        }
    }

    fn truth(&self) -> bool {
        match self {
            Value::Number(n) => *n != 0.0,
            Value::Text(text) => !text.is_empty(),
            Value::Input(text) => text.trim().parse::<f64>().map_or(!text.is_empty(), |n| n != 0.0),
        }
    }

    fn numeric(&self) -> bool {
        match self {
            Value::Number(_) => true,
            Value::Text(_) => false,
            Value::Input(text) => text.trim().parse::<f64>().is_ok(),
        }
    }
}

/// A number as awk prints it: integers plainly, others with six digits.
fn shown(n: f64) -> String {
    if n == n.trunc() && n.abs() < 1e16 {
        return format!("{}", n as i64);
    }
    let digits = 5 - n.abs().log10().floor() as i32;
    let text = format!("{n:.*}", digits.clamp(0, 20) as usize);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// The number at the beginning of text.
fn leading(text: &str) -> f64 {
    let text = text.trim_start();
    let mut end = 0;
    let mut dot = false;
    for (i, c) in text.char_indices() {
        let fits = c.is_ascii_digit() || (c == '.' && !std::mem::replace(&mut dot, true)) || (i == 0 && "+-".contains(c));
        if !fits {
            break;
        }
        end = i + 1;
    }
    text[..end].parse().unwrap_or(0.0)
}

impl Machine {
    pub(super) fn new(env: &BTreeMap<String, String>) -> Machine {
        let text = |text: &str| Value::Text(text.to_owned());
        let variables = [("FS", " "), ("OFS", " "), ("ORS", "\n"), ("SUBSEP", "\u{1c}"), ("RS", "\n")];
        let mut variables: BTreeMap<String, Value> = variables.into_iter().map(|(n, v)| (n.into(), text(v))).collect();
        for name in ["NR", "NF", "FNR"] {
            variables.insert(name.into(), Value::Number(0.0));
        }
        let environ = env.iter().map(|(name, value)| (name.clone(), Value::Input(value.clone()))).collect();
        Machine {
            variables,
            arrays: BTreeMap::from([("ENVIRON".into(), environ)]),
            line: String::new(),
            fields: Vec::new(),
            ranges: Vec::new(),
            steps: 0,
            status: 0,
            out: String::new(),
            files: Vec::new(),
        }
    }

    pub(super) fn set(&mut self, name: &str, value: String) {
        self.variables.insert(name.to_owned(), Value::Input(value));
    }

    pub(super) fn file(&mut self, name: &str) {
        self.set("FILENAME", name.to_owned());
        self.variables.insert("FNR".into(), Value::Number(0.0));
    }

    pub(super) fn begin(&mut self, program: &Program) -> Run<()> {
        self.ranges = vec![false; program.rules.len()];
        self.special(program, |pattern| matches!(pattern, Pattern::Begin))
    }

    pub(super) fn end(&mut self, program: &Program) -> Run<()> {
        self.special(program, |pattern| matches!(pattern, Pattern::End))
    }

    fn special(&mut self, program: &Program, wanted: impl Fn(&Pattern) -> bool) -> Run<()> {
        self.steps = 0;
        for rule in program.rules.iter().filter(|rule| wanted(&rule.pattern)) {
            self.block(rule.body.as_deref().unwrap_or_default())?;
        }
        Ok(())
    }

    pub(super) fn line(&mut self, program: &Program, line: &str) -> Run<()> {
        self.steps = 0;
        for counter in ["NR", "FNR"] {
            let n = self.variables.get(counter).map_or(0.0, Value::number);
            self.variables.insert(counter.into(), Value::Number(n + 1.0));
        }
        self.take_line(line.to_owned());
        for (i, rule) in program.rules.iter().enumerate() {
            let selected = match &rule.pattern {
                Pattern::Begin | Pattern::End => false,
                Pattern::Always => true,
                Pattern::When(expr) => self.eval(expr)?.truth(),
                Pattern::Range(from, to) => {
                    let inside = self.ranges[i] || self.eval(from)?.truth();
                    self.ranges[i] = inside && !self.eval(to)?.truth();
                    inside
                }
            };
            if !selected {
                continue;
            }
            let done = match &rule.body {
                Some(body) => self.block(body),
                None => {
                    self.out.push_str(&format!("{}{}", self.line, self.text_of("ORS")));
                    Ok(())
                }
            };
            match done {
                Err(Stop::Next) => return Ok(()),
                done => done?,
            }
        }
        Ok(())
    }

    fn text_of(&self, name: &str) -> String {
        self.variables.get(name).map(Value::text).unwrap_or_default()
    }

    fn take_line(&mut self, line: String) {
        self.fields = self.split(&line, &self.text_of("FS")).unwrap_or_default();
        self.line = line;
        self.variables.insert("NF".into(), Value::Number(self.fields.len() as f64));
    }

    fn split(&self, text: &str, separator: &str) -> Run<Vec<String>> {
        if separator == " " {
            return Ok(text.split_whitespace().map(str::to_owned).collect());
        }
        if text.is_empty() {
            return Ok(Vec::new());
        }
        if separator.is_empty() {
            return Ok(text.chars().map(String::from).collect());
        }
        if separator.chars().count() == 1 && separator != "\\" {
            return Ok(text.split(separator).map(str::to_owned).collect());
        }
        let regex = Regex::new(separator, true, false).map_err(Stop::Error)?;
        let (mut parts, mut at) = (Vec::new(), 0);
        while let Some(found) = regex.find(text, at).filter(|found| found.end > found.start) {
            parts.push(text[at..found.start].to_owned());
            at = found.end;
        }
        parts.push(text[at..].to_owned());
        Ok(parts)
    }

    fn block(&mut self, body: &[Statement]) -> Run<()> {
        body.iter().try_for_each(|statement| self.statement(statement))
    }

    /// A loop's body; false when the loop is left.
    fn turn(&mut self, body: &[Statement]) -> Run<bool> {
        match self.block(body) {
            Err(Stop::Break) => Ok(false),
            Err(Stop::Continue) => Ok(true),
            done => done.map(|()| true),
        }
    }

    fn count(&mut self) -> Run<()> {
        self.steps += 1;
        match self.steps > MAX_STEPS || self.out.len() > vfs::Fs::MAX_FILE {
            true => Err(Stop::Error("program runs for too long".into())),
            false => Ok(()),
        }
    }

    fn statement(&mut self, statement: &Statement) -> Run<()> {
        self.count()?;
        match statement {
            Statement::Expr(expr) => self.eval(expr).map(drop),
            Statement::Print(values, printf, to) => self.print(values, *printf, to.as_ref()),
            Statement::If(condition, yes, no) => {
                let truth = self.eval(condition)?.truth();
                self.block(if truth { yes } else { no })
            }
            Statement::While(condition, body) => {
                while self.eval(condition)?.truth() && self.turn(body)? {
                    self.count()?;
                }
                Ok(())
            }
            Statement::DoWhile(body, condition) => {
                while self.turn(body)? && self.eval(condition)?.truth() {
                    self.count()?;
                }
                Ok(())
            }
            Statement::For(first, condition, step, body) => {
                if let Some(first) = first {
                    self.statement(first)?;
                }
                loop {
                    self.count()?;
                    if let Some(condition) = condition
                        && !self.eval(condition)?.truth()
                    {
                        return Ok(());
                    }
                    if !self.turn(body)? {
                        return Ok(());
                    }
                    if let Some(step) = step {
                        self.statement(step)?;
                    }
                }
            }
            Statement::ForIn(key, array, body) => {
                let mut keys: Vec<String> = self.arrays.get(array).map(|a| a.keys().cloned().collect()).unwrap_or_default();
                // awk promises no order; numbers in theirs, then text, is one that repeats.
                keys.sort_by(|a, b| match (a.parse::<f64>(), b.parse::<f64>()) {
                    (Ok(a), Ok(b)) => a.total_cmp(&b),
                    (a, b) => b.is_ok().cmp(&a.is_ok()),
                });
                for value in keys {
                    self.variables.insert(key.clone(), Value::Input(value));
                    if !self.turn(body)? {
                        break;
                    }
                }
                Ok(())
            }
            Statement::Delete(array, index) => {
                let key = self.key(index)?;
                match index.is_empty() {
                    true => drop(self.arrays.remove(array)),
                    false => drop(self.arrays.entry(array.clone()).or_default().remove(&key)),
                }
                Ok(())
            }
            Statement::Next => Err(Stop::Next),
            Statement::Break => Err(Stop::Break),
            Statement::Continue => Err(Stop::Continue),
            Statement::Exit(status) => {
                if let Some(status) = status {
                    self.status = self.eval(status)?.number() as i32 & 0xff;
                }
                Err(Stop::Exit(self.status))
            }
        }
    }

    fn print(&mut self, values: &[Expr], printf: bool, to: Option<&(Expr, bool)>) -> Run<()> {
        let mut shown = Vec::new();
        for value in values {
            shown.push(self.eval(value)?);
        }
        let text = if printf {
            self.format(&shown)
        } else {
            let line = match shown.is_empty() {
                true => self.line.clone(),
                false => shown.iter().map(Value::text).collect::<Vec<_>>().join(&self.text_of("OFS")),
            };
            format!("{line}{}", self.text_of("ORS"))
        };
        let Some((name, append)) = to else {
            self.out.push_str(&text);
            return Ok(());
        };
        let name = self.eval(name)?.text();
        match self.files.iter_mut().find(|(n, ..)| *n == name) {
            Some((_, all, _)) => all.push_str(&text),
            None => self.files.push((name, text, *append)),
        }
        Ok(())
    }

    fn format(&self, values: &[Value]) -> String {
        let Some((format, values)) = values.split_first() else { return String::new() };
        let format = format.text();
        let (mut out, mut rest, mut values) = (String::new(), format.as_str(), values.iter());
        while let Some(at) = rest.find('%') {
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('%') {
                out.push('%');
                rest = after;
                continue;
            }
            let end = rest.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(rest.len());
            let Some(conversion) = rest[end..].chars().next() else { return out };
            let (flags, size) = rest[..end].split_at(rest[..end].find(|c: char| !"-+ 0#".contains(c)).unwrap_or(end));
            let (width, precision) = size.split_once('.').map_or((size, None), |(w, p)| (w, Some(p.parse::<usize>().unwrap_or(0))));
            let width = width.parse::<usize>().unwrap_or(0).min(10_000);
            let value = values.next().cloned().unwrap_or(Value::Text(String::new()));
            let text = match conversion {
                'd' | 'i' | 'u' => format!("{}", value.number() as i64),
                'x' => format!("{:x}", value.number() as i64),
                'o' => format!("{:o}", value.number() as i64),
                'f' | 'e' | 'g' | 'F' => format!("{:.*}", precision.unwrap_or(6).min(100), value.number()),
                'c' => value.text().chars().take(1).collect(),
                _ => value.text().chars().take(precision.unwrap_or(usize::MAX)).collect(),
            };
            let pad = width.saturating_sub(text.chars().count());
            match (flags.contains('-'), flags.contains('0') && conversion != 's') {
                (true, _) => out.extend([text.as_str(), &" ".repeat(pad)]),
                (_, true) => out.extend([&"0".repeat(pad), text.as_str()]),
                _ => out.extend([&" ".repeat(pad), text.as_str()]),
            }
            rest = &rest[end + conversion.len_utf8()..];
        }
        out + rest
    }

    fn key(&mut self, index: &[Expr]) -> Run<String> {
        let mut parts = Vec::new();
        for part in index {
            parts.push(self.eval(part)?.text());
        }
        Ok(parts.join(&self.text_of("SUBSEP")))
    }

    fn eval(&mut self, expr: &Expr) -> Run<Value> {
        let truth = |b: bool| Value::Number(f64::from(u8::from(b)));
        Ok(match expr {
            Expr::Number(n) => Value::Number(*n),
            Expr::Text(text) => Value::Text(text.clone()),
            Expr::Match(regex) => truth(regex.is_match(&self.line)),
            Expr::Group(inner) => self.eval(inner)?,
            Expr::Variable(name) => self.variables.get(name).cloned().unwrap_or(Value::Input(String::new())),
            Expr::Field(index) => {
                let n = self.eval(index)?.number();
                match n {
                    0.0 => Value::Input(self.line.clone()),
                    n if n < 0.0 => return Err(Stop::Error(format!("trying to access out of range field {n}"))),
                    n => Value::Input(self.fields.get(n as usize - 1).cloned().unwrap_or_default()),
                }
            }
            Expr::Element(array, index) => {
                let key = self.key(index)?;
                let array = self.arrays.entry(array.clone()).or_default();
                array.entry(key).or_insert(Value::Input(String::new())).clone()
            }
            Expr::Assign(place, operator, value) => {
                let mut value = self.eval(value)?;
                if let Some(operator) = operator {
                    let old = self.eval(place)?.number();
                    value = Value::Number(calculate(operator, old, value.number())?);
                }
                self.assign(place, value.clone())?;
                value
            }
            Expr::Step(place, step, before) => {
                let old = self.eval(place)?.number();
                self.assign(place, Value::Number(old + step))?;
                Value::Number(if *before { old } else { old + step })
            }
            Expr::Not(inner) => truth(!self.eval(inner)?.truth()),
            Expr::Negative(inner) => Value::Number(-self.eval(inner)?.number()),
            Expr::Concat(a, b) => {
                let text = self.eval(a)?.text() + &self.eval(b)?.text();
                if text.len() > vfs::Fs::MAX_FILE {
                    return Err(Stop::Error("string too long".into()));
                }
                Value::Text(text)
            }
            Expr::Binary("&&", a, b) => truth(self.eval(a)?.truth() && self.eval(b)?.truth()),
            Expr::Binary("||", a, b) => truth(self.eval(a)?.truth() || self.eval(b)?.truth()),
            Expr::Binary(operator, a, b) => {
                let (a, b) = (self.eval(a)?, self.eval(b)?);
                match *operator {
                    "+" | "-" | "*" | "/" | "%" | "^" => Value::Number(calculate(operator, a.number(), b.number())?),
                    operator => {
                        let order = match a.numeric() && b.numeric() {
                            true => a.number().total_cmp(&b.number()),
                            false => a.text().cmp(&b.text()),
                        };
                        truth(match operator {
                            "<" => order.is_lt(),
                            "<=" => order.is_le(),
                            ">" => order.is_gt(),
                            ">=" => order.is_ge(),
                            "==" => order.is_eq(),
                            _ => order.is_ne(),
                        })
                    }
                }
            }
            Expr::Matches(text, negated, pattern) => {
                let text = self.eval(text)?.text();
                truth(self.regex(pattern)?.is_match(&text) != *negated)
            }
            Expr::In(index, array) => {
                let key = self.key(index)?;
                truth(self.arrays.get(array).is_some_and(|array| array.contains_key(&key)))
            }
            Expr::If(condition, yes, no) => {
                let branch = if self.eval(condition)?.truth() { yes } else { no };
                self.eval(branch)?
            }
            Expr::Call(name, arguments) => self.call(name, arguments)?,
        })
    }

    /// A pattern: a regular expression as it stands, or the text of anything else.
    fn regex(&mut self, pattern: &Expr) -> Run<Regex> {
        match pattern {
            Expr::Match(regex) => Ok(regex.clone()),
            other => {
                let text = self.eval(other)?.text();
                Regex::new(&text, true, false).map_err(Stop::Error)
            }
        }
    }

    fn assign(&mut self, place: &Expr, value: Value) -> Run<()> {
        match place {
            Expr::Variable(name) => {
                if name == "NF" {
                    let count = (value.number().max(0.0) as usize).min(MAX_FIELDS);
                    self.fields.resize(count, String::new());
                    self.line = self.fields.join(&self.text_of("OFS"));
                }
                self.variables.insert(name.clone(), value);
            }
            Expr::Field(index) => {
                let n = self.eval(index)?.number();
                if n < 0.0 || n > MAX_FIELDS as f64 {
                    return Err(Stop::Error(format!("trying to access out of range field {n}")));
                }
                match n as usize {
                    0 => self.take_line(value.text()),
                    n => {
                        if self.fields.len() < n {
                            self.fields.resize(n, String::new());
                        }
                        self.fields[n - 1] = value.text();
                        self.line = self.fields.join(&self.text_of("OFS"));
                        self.variables.insert("NF".into(), Value::Number(self.fields.len() as f64));
                    }
                }
            }
            Expr::Element(array, index) => {
                let key = self.key(index)?;
                self.arrays.entry(array.clone()).or_default().insert(key, value);
            }
            _ => return Err(Stop::Error("illegal assignment".into())),
        }
        Ok(())
    }

    fn call(&mut self, name: &str, arguments: &[Expr]) -> Run<Value> {
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

fn calculate(operator: &str, a: f64, b: f64) -> Run<f64> {
    Ok(match operator {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" | "%" if b == 0.0 => return Err(Stop::Error("division by zero".into())),
        "/" => a / b,
        "%" => a % b,
        _ => a.powf(b),
    })
}
