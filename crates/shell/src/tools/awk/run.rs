//! awk's programs, run.

use super::program::{Expr, Pattern, Program, Statement, To};
use std::rc::Rc;
use super::value::Value;
use crate::regex::Regex;
use api::OrdMap;

/// Why a program is left.
pub(super) enum Stop {
    Next,
    Break,
    Continue,
    Exit(i32),
    Return(Value),
    Error(String),
}

pub(super) type Function = (String, Vec<String>, Vec<Statement>);
pub(super) type Run<T> = Result<T, Stop>;

/// How many steps one line may take: a loop can go on for ever.
const MAX_STEPS: usize = 1_000_000;

pub(super) struct Machine {
    pub(super) variables: OrdMap<String, Value>,
    pub(super) arrays: OrdMap<String, OrdMap<String, Value>>,
    pub(super) line: String,
    pub(super) fields: Vec<String>,
    ranges: Vec<bool>,
    steps: usize,
    status: i32,
    pub(super) out: String,
    /// Files written to, and commands: name, text, and how.
    pub(super) files: Vec<(String, String, To)>,
    pub(super) functions: Rc<Vec<Function>>,
    /// How deep functions call each other.
    pub(super) depth: usize,
}

impl Machine {
    pub(super) fn new(env: &api::FlatMap<String, String>) -> Machine {
        let text = |text: &str| Value::Text(text.to_owned());
        let variables = [("FS", " "), ("OFS", " "), ("ORS", "\n"), ("SUBSEP", "\u{1c}"), ("RS", "\n")];
        let mut variables: OrdMap<String, Value> = variables.into_iter().map(|(n, v)| (n.into(), text(v))).collect();
        for name in ["NR", "NF", "FNR"] {
            variables.insert(name.into(), Value::Number(0.0));
        }
        let environ = env.iter().map(|(name, value)| (name.clone(), Value::Input(value.clone()))).collect();
        Machine {
            variables,
            arrays: OrdMap::from([("ENVIRON".into(), environ)]),
            line: String::new(),
            fields: Vec::new(),
            ranges: Vec::new(),
            steps: 0,
            status: 0,
            out: String::new(),
            files: Vec::new(),
            functions: Rc::default(),
            depth: 0,
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

    pub(super) fn text_of(&self, name: &str) -> String {
        self.variables.get(name).map(Value::text).unwrap_or_default()
    }

    pub(super) fn take_line(&mut self, line: String) {
        self.fields = self.split(&line, &self.text_of("FS")).unwrap_or_default();
        self.line = line;
        self.variables.insert("NF".into(), Value::Number(self.fields.len() as f64));
    }

    pub(super) fn split(&self, text: &str, separator: &str) -> Run<Vec<String>> {
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

    pub(super) fn block(&mut self, body: &[Statement]) -> Run<()> {
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
                api::sort_by(&mut keys, |a, b| match (a.parse::<f64>(), b.parse::<f64>()) {
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
            Statement::Return(value) => Err(Stop::Return(match value {
                Some(value) => self.eval(value)?,
                None => Value::Input(String::new()),
            })),
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

    fn print(&mut self, values: &[Expr], printf: bool, to: Option<&(Expr, To)>) -> Run<()> {
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
        let Some((name, how)) = to else {
            self.out.push_str(&text);
            return Ok(());
        };
        let name = self.eval(name)?.text();
        match self.files.iter_mut().find(|(n, ..)| *n == name) {
            Some((_, all, _)) => all.push_str(&text),
            None => self.files.push((name, text, *how)),
        }
        Ok(())
    }

    pub(super) fn format(&self, values: &[Value]) -> String {
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
                'f' | 'e' | 'g' | 'F' | 'E' | 'G' => {
                    crate::text::float(value.number(), conversion, precision.unwrap_or(6).min(100))
                }
                'c' => match &value {
                    Value::Number(code) => char::from_u32(*code as u32).map_or(String::new(), String::from),
                    value => value.text().chars().take(1).collect(),
                },
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

    pub(super) fn key(&mut self, index: &[Expr]) -> Run<String> {
        let mut parts = Vec::new();
        for part in index {
            parts.push(self.eval(part)?.text());
        }
        Ok(parts.join(&self.text_of("SUBSEP")))
    }
}
