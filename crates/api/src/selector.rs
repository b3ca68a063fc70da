//! Label selectors: as text (`app=web,tier in (db,cache),!old`), as a `LabelSelector` object and as a plain map.

use crate::names::{label_value, qualified_name};
use crate::{Str, Value};
use std::fmt;

/// What a requirement asks of the value at its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `key=value`
    Equals,
    /// `key==value`: the same, and printed as it was written.
    DoubleEquals,
    /// `key!=value`, also true where the key is missing.
    NotEquals,
    /// `key in (a,b)`
    In,
    /// `key notin (a,b)`, also true where the key is missing.
    NotIn,
    /// `key`
    Exists,
    /// `!key`
    DoesNotExist,
    /// `key>7`
    GreaterThan,
    /// `key<7`
    LessThan,
}

use Operator::*;

/// One condition on one label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The label's key.
    pub key: Str,
    /// How it is compared.
    pub operator: Operator,
    /// What with, sorted.
    pub values: Vec<Str>,
}

/// A label selector: all its requirements must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector {
    requirements: Vec<Requirement>,
    nothing: bool,
}

impl Requirement {
    /// A requirement whose key, values and number of values have been checked.
    ///
    /// # Errors
    /// What is wrong, as `labels.NewRequirement` says it.
    pub fn new(key: &str, operator: Operator, mut values: Vec<Str>) -> Result<Requirement, String> {
        let mut errors = Vec::new();
        let mut invalid = |field: String, value: String, problems: &[String]| {
            if !problems.is_empty() {
                errors.push(format!("{field}: Invalid value: {value}: {}", problems.join("; ")));
            }
        };
        invalid("key".into(), format!("{key:?}"), &qualified_name(key));
        let shown = || format!("{:?}", values.iter().map(Str::as_str).collect::<Vec<_>>()).replace("\", \"", "\",\"");
        let count_error = match operator {
            In | NotIn if values.is_empty() => "for 'in', 'notin' operators, values set can't be empty",
            Equals | DoubleEquals | NotEquals if values.len() != 1 => {
                "exact-match compatibility requires one single value"
            }
            Exists | DoesNotExist if !values.is_empty() => "values set must be empty for exists and does not exist",
            GreaterThan | LessThan if values.len() != 1 => "for 'Gt', 'Lt' operators, exactly one value is required",
            _ => "",
        };
        if !count_error.is_empty() {
            invalid("values".into(), shown(), &[count_error.to_owned()]);
        }
        for (i, value) in values.iter().enumerate() {
            if matches!(operator, GreaterThan | LessThan) && value.parse::<i64>().is_err() {
                let problem = "for 'Gt', 'Lt' operators, the value must be an integer".to_owned();
                invalid(format!("values[{i}]"), format!("{value:?}"), &[problem]);
            }
            invalid(format!("values[{i}][{key}]"), format!("{value:?}"), &label_value(value));
        }
        match &errors[..] {
            [] => {
                crate::sort(&mut values);
                values.dedup();
                Ok(Requirement { key: key.into(), operator, values })
            }
            [one] => Err(one.clone()),
            _ => Err(format!("[{}]", errors.join(", "))),
        }
    }

    /// Whether an object's labels (an object, or null) satisfy this.
    pub fn matches(&self, labels: &Value) -> bool {
        let value = labels.get(&self.key).as_str();
        let listed = |value: &str| self.values.iter().any(|v| v == value);
        let number = || Some((value?.parse::<i64>().ok()?, self.values.first()?.parse::<i64>().ok()?));
        match self.operator {
            Equals | DoubleEquals | In => value.is_some_and(listed),
            NotEquals | NotIn => !value.is_some_and(listed),
            Exists => value.is_some(),
            DoesNotExist => value.is_none(),
            GreaterThan => number().is_some_and(|(have, want)| have > want),
            LessThan => number().is_some_and(|(have, want)| have < want),
        }
    }
}

impl Selector {
    /// The selector that every object matches.
    pub fn everything() -> Selector {
        Selector::default()
    }

    /// The selector that no object matches.
    pub fn nothing() -> Selector {
        Selector { requirements: Vec::new(), nothing: true }
    }

    /// Reads text such as `app=web,tier in (db,cache),!old`; empty text matches everything.
    ///
    /// # Errors
    /// The server's message, such as `found '=', expected: ',' or 'end of string'`.
    pub fn parse(text: &str) -> Result<Selector, String> {
        let mut requirements = Parser { tokens: tokens(text), at: 0 }.requirements()?;
        crate::sort_by(&mut requirements, |a, b| a.key.cmp(&b.key));
        Ok(Selector { requirements, nothing: false })
    }

    /// Reads a `LabelSelector` object (`matchLabels`, `matchExpressions`). As in Kubernetes, null matches nothing and an
    /// empty one everything. A malformed one matches nothing: validation has kept those out.
    pub fn from_label_selector(selector: &Value) -> Selector {
        if selector.is_null() {
            return Selector::nothing();
        }
        let mut all = Selector::from_map(&selector["matchLabels"]).requirements;
        for expression in selector["matchExpressions"].array() {
            let operator = match expression["operator"].str() {
                "In" => In,
                "NotIn" => NotIn,
                "Exists" => Exists,
                "DoesNotExist" => DoesNotExist,
                _ => return Selector::nothing(),
            };
            let values = expression["values"].array().iter().map(Value::to_str).collect();
            match Requirement::new(expression["key"].str(), operator, values) {
                Ok(requirement) => all.push(requirement),
                Err(_) => return Selector::nothing(),
            }
        }
        crate::sort_by(&mut all, |a, b| a.key.cmp(&b.key));
        Selector { requirements: all, nothing: false }
    }

    /// Reads a map of labels, such as a Service's selector: each must be equal. An empty one matches everything, so that
    /// the caller must treat a Service without a selector itself.
    pub fn from_map(labels: &Value) -> Selector {
        let requirement = |(key, value): (&Str, &Value)| Requirement {
            key: key.clone(),
            operator: Equals,
            values: vec![value.to_str()],
        };
        Selector { requirements: labels.entries().map(requirement).collect(), nothing: false }
    }

    /// Whether an object's labels (an object, or null) satisfy every requirement.
    pub fn matches(&self, labels: &Value) -> bool {
        !self.nothing && self.requirements.iter().all(|r| r.matches(labels))
    }

    /// Whether every object matches.
    pub fn is_everything(&self) -> bool {
        !self.nothing && self.requirements.is_empty()
    }

    /// Whether no object can match.
    pub fn is_nothing(&self) -> bool {
        self.nothing
    }

    /// The requirements, sorted by key.
    pub fn requirements(&self) -> &[Requirement] {
        &self.requirements
    }

    /// The labels that a matching object must have exactly: what an index over labels can use.
    pub fn equalities(&self) -> impl Iterator<Item = (&Str, &Str)> {
        self.requirements.iter().filter_map(|r| match (r.operator, &r.values[..]) {
            (Equals | DoubleEquals | In, [value]) => Some((&r.key, value)),
            _ => None,
        })
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = self.values.join(",");
        let key = &self.key;
        match self.operator {
            Equals => write!(f, "{key}={values}"),
            DoubleEquals => write!(f, "{key}=={values}"),
            NotEquals => write!(f, "{key}!={values}"),
            In => write!(f, "{key} in ({values})"),
            NotIn => write!(f, "{key} notin ({values})"),
            Exists => write!(f, "{key}"),
            DoesNotExist => write!(f, "!{key}"),
            GreaterThan => write!(f, "{key}>{values}"),
            LessThan => write!(f, "{key}<{values}"),
        }
    }
}

impl fmt::Display for Selector {
    /// As kubectl prints selectors: sorted by key, separated by commas; nothing for an empty one (kubectl then prints
    /// `<none>` itself).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, requirement) in self.requirements.iter().enumerate() {
            write!(f, "{}{requirement}", if i == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Token<'a> {
    Word(&'a str),
    Symbol(&'static str),
    Strange(&'a str),
    End,
}

use Token::*;

/// Longest first, so that `==` is not read as two `=`.
const SYMBOLS: [&str; 9] = ["==", "!=", "=", "!", "(", ")", ",", ">", "<"];
const BINARY_OPERATORS: &str = "in, notin, =, ==, !=, gt, lt";

impl<'a> Token<'a> {
    fn literal(&self) -> &'a str {
        match self {
            Word(text) | Strange(text) => text,
            Symbol(text) => text,
            End => "",
        }
    }
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut rest = text.trim_start();
    let mut tokens = Vec::new();
    while !rest.is_empty() {
        let token = match SYMBOLS.iter().find(|s| rest.starts_with(**s)) {
            Some(symbol) => Symbol(symbol),
            None => {
                let end = rest.find(|c: char| " \t\r\n=!(),><".contains(c)).unwrap_or(rest.len());
                Word(&rest[..end])
            }
        };
        // A character of Unicode's white space that is none of the four above starts no word: it would never end.
        let length = token.literal().len().max(1);
        tokens.push(if token.literal().is_empty() { Strange(&rest[..0]) } else { token });
        rest = rest.get(length..).unwrap_or_default().trim_start_matches([' ', '\t', '\r', '\n']);
    }
    tokens.push(End);
    tokens
}

struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Token<'a> {
        self.tokens.get(self.at).copied().unwrap_or(End)
    }

    fn next(&mut self) -> Token<'a> {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn requirements(mut self) -> Result<Vec<Requirement>, String> {
        let mut requirements = Vec::new();
        loop {
            match self.peek() {
                Word(_) | Symbol("!") => {
                    let requirement = self.requirement().map_err(|e| format!("unable to parse requirement: {e}"))?;
                    requirements.push(requirement);
                }
                End => return Ok(requirements),
                other => {
                    return Err(format!("found '{}', expected: !, identifier, or 'end of string'", other.literal()));
                }
            }
            match self.next() {
                End => return Ok(requirements),
                Symbol(",") if !matches!(self.peek(), Word(_) | Symbol("!")) => {
                    return Err(format!("found '{}', expected: identifier after ','", self.peek().literal()));
                }
                Symbol(",") => {}
                other => return Err(format!("found '{}', expected: ',' or 'end of string'", other.literal())),
            }
        }
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let negated = self.peek() == Symbol("!");
        if negated {
            self.next();
        }
        let key = match self.next() {
            Word(key) => key,
            other => return Err(format!("found '{}', expected: identifier", other.literal())),
        };
        let problems = qualified_name(key);
        if !problems.is_empty() {
            return Err(format!("<nil>: Invalid value: {key:?}: {}", problems.join("; ")));
        }
        if negated {
            return Requirement::new(key, DoesNotExist, Vec::new());
        }
        if matches!(self.peek(), End | Symbol(",")) {
            return Requirement::new(key, Exists, Vec::new());
        }
        let operator = match self.next() {
            Word("in") => In,
            Word("notin") => NotIn,
            Symbol("=") => Equals,
            Symbol("==") => DoubleEquals,
            Symbol("!=") => NotEquals,
            Symbol(">") => GreaterThan,
            Symbol("<") => LessThan,
            other => return Err(format!("found '{}', expected: {BINARY_OPERATORS}", other.literal())),
        };
        let values = if matches!(operator, In | NotIn) { self.values()? } else { vec![self.value()?] };
        Requirement::new(key, operator, values)
    }

    fn value(&mut self) -> Result<Str, String> {
        if matches!(self.peek(), End | Symbol(",")) {
            return Ok(Str::default());
        }
        match self.next() {
            Word(value) => Ok(value.into()),
            other => Err(format!("found '{}', expected: identifier", other.literal())),
        }
    }

    /// `(a,b)`; an element may be empty.
    fn values(&mut self) -> Result<Vec<Str>, String> {
        match self.next() {
            Symbol("(") => {}
            other => return Err(format!("found '{}' expected: '('", other.literal())),
        }
        if !matches!(self.peek(), Word(_) | Symbol("," | ")")) {
            return Err(format!("found '{}', expected: ',', ')' or identifier", self.peek().literal()));
        }
        let mut values = Vec::new();
        loop {
            match self.peek() {
                Word(value) => {
                    values.push(value.into());
                    self.next();
                }
                Symbol("," | ")") => values.push(Str::default()),
                other => return Err(format!("found '{}', expected: ',', or identifier", other.literal())),
            }
            match self.next() {
                Symbol(",") => {}
                Symbol(")") => return Ok(values),
                other => return Err(format!("found '{}', expected: ',' or ')'", other.literal())),
            }
        }
    }
}

#[cfg(test)]
mod tests;
