//! A program to a tree.

use api::{Value, json};

/// How deep expressions may be nested: the interpreter recurses.
const DEPTH: usize = 32;
/// How many operators and fields a program may have.
const LINKS: usize = 200;

/// A filter: values in, values out.
#[derive(Clone, Debug)]
pub(super) enum Filter {
    /// `.`
    Same,
    /// `..`
    All,
    /// A constant.
    Literal(Value),
    /// `"a\(b)c"`
    Text(Vec<Filter>),
    /// `a.b`, `a["b"]`, `a[0]`; `?` keeps errors quiet.
    Index(Box<Filter>, Box<Filter>, bool),
    /// `a[1:2]`
    Slice(Box<Filter>, Option<i64>, Option<i64>),
    /// `a[]`
    Each(Box<Filter>, bool),
    /// `a | b`
    Pipe(Box<Filter>, Box<Filter>),
    /// `a, b`
    Both(Box<Filter>, Box<Filter>),
    /// `a + b` and the other operators.
    Binary(&'static str, Box<Filter>, Box<Filter>),
    /// `[a]`
    Array(Option<Box<Filter>>),
    /// `{a: b}`
    Object(Vec<(Filter, Filter)>),
    /// `if a then b else c end`
    If(Box<Filter>, Box<Filter>, Box<Filter>),
    /// `name(a; b)`, `@name`
    Call(String, Vec<Filter>),
}

/// Reads a program.
pub(super) fn parse(text: &str) -> Result<Filter, String> {
    let mut parser = Parser { rest: text, depth: 0, links: 0 };
    parser.blanks();
    if parser.rest.is_empty() {
        return Ok(Filter::Same);
    }
    let filter = parser.pipe()?;
    match parser.rest {
        "" => Ok(filter),
        rest => Err(unexpected(rest)),
    }
}

fn unexpected(rest: &str) -> String {
    const OPERATORS: [&str; 4] = ["|=", "+=", "//=", "?//"];
    let token = OPERATORS.iter().find(|op| rest.starts_with(**op)).map(|op| (*op).to_owned());
    match token.or_else(|| rest.chars().next().map(String::from)) {
        None => "syntax error, unexpected end of file".to_owned(),
        Some(token) => format!("syntax error, unexpected '{token}'"),
    }
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
    links: usize,
}

/// Operators, the loosest first; each level is left-associative.
const LEVELS: [&[&str]; 6] =
    [&["//"], &["or"], &["and"], &["==", "!=", "<=", ">=", "<", ">"], &["+", "-"], &["*", "/", "%"]];

impl Parser<'_> {
    /// Counts what is chained: a long chain is deep, too.
    fn link(&mut self) -> Result<(), String> {
        self.links += 1;
        if self.links > LINKS { Err("syntax error, too long".to_owned()) } else { Ok(()) }
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, token: &str) -> bool {
        self.blanks();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.take(token) { Ok(()) } else { Err(unexpected(self.rest)) }
    }

    fn pipe(&mut self) -> Result<Filter, String> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err("syntax error, nested too deeply".to_owned());
        }
        let mut left = self.comma()?;
        self.blanks();
        while self.rest.starts_with('|') && !self.rest.starts_with("|=") {
            self.take("|");
            self.link()?;
            left = Filter::Pipe(Box::new(left), Box::new(self.comma()?));
            self.blanks();
        }
        self.depth -= 1;
        Ok(left)
    }

    fn comma(&mut self) -> Result<Filter, String> {
        let mut left = self.binary(0)?;
        while self.take(",") {
            self.link()?;
            left = Filter::Both(Box::new(left), Box::new(self.binary(0)?));
        }
        Ok(left)
    }

    fn binary(&mut self, level: usize) -> Result<Filter, String> {
        let Some(operators) = LEVELS.get(level) else { return self.postfix() };
        let mut left = self.binary(level + 1)?;
        while let Some(operator) = self.operator(operators) {
            self.link()?;
            left = Filter::Binary(operator, Box::new(left), Box::new(self.binary(level + 1)?));
        }
        Ok(left)
    }

    fn operator(&mut self, operators: &[&'static str]) -> Option<&'static str> {
        self.blanks();
        let found = operators.iter().find(|op| self.rest.starts_with(**op))?;
        let after = &self.rest[found.len()..];
        let word = found.starts_with(char::is_alphabetic) && after.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        // `/` is no beginning of `//`, and nothing here assigns.
        if word || (*found == "/" && after.starts_with('/')) || (after.starts_with('=') && !matches!(*found, "==" | "<=" | ">=" | "!=")) {
            return None;
        }
        self.rest = after;
        Some(found)
    }

    fn postfix(&mut self) -> Result<Filter, String> {
        let mut filter = self.term()?;
        loop {
            self.link()?;
            if self.rest.starts_with('.') && !self.rest.starts_with("..") {
                self.rest = &self.rest[1..];
                if !self.rest.starts_with('[') {
                    let name = self.field()?;
                    let quiet = self.quiet();
                    filter = Filter::Index(Box::new(filter), Box::new(Filter::Literal(name.into())), quiet);
                }
            } else if self.rest.starts_with('[') {
                filter = self.brackets(filter)?;
            } else if !self.quiet() {
                return Ok(filter);
            }
        }
    }

    fn quiet(&mut self) -> bool {
        let quiet = self.rest.starts_with('?') && !self.rest.starts_with("?//");
        self.rest = if quiet { &self.rest[1..] } else { self.rest };
        quiet
    }

    /// A field's name, standing after its dot.
    fn field(&mut self) -> Result<String, String> {
        if self.rest.starts_with('"') {
            let Filter::Literal(Value::String(text)) = self.string()? else { return Err(unexpected("\"")) };
            return Ok(text.to_string());
        }
        let name = self.name();
        if name.is_empty() { Err(unexpected(self.rest)) } else { Ok(name) }
    }

    fn name(&mut self) -> String {
        let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        name.to_owned()
    }

    /// `[...]` behind a filter.
    fn brackets(&mut self, of: Filter) -> Result<Filter, String> {
        self.expect("[")?;
        let of = Box::new(of);
        if self.take("]") {
            let quiet = self.quiet();
            return Ok(Filter::Each(of, quiet));
        }
        let whole = |filter: &Filter| match filter {
            Filter::Literal(Value::Int(n)) => Some(*n),
            _ => None,
        };
        if self.take(":") {
            let end = self.pipe()?;
            self.expect("]")?;
            return Ok(Filter::Slice(of, None, whole(&end)));
        }
        let index = self.pipe()?;
        if self.take(":") {
            let end = if self.take("]") { return Ok(Filter::Slice(of, whole(&index), None)) } else { self.pipe()? };
            self.expect("]")?;
            return Ok(Filter::Slice(of, whole(&index), whole(&end)));
        }
        self.expect("]")?;
        let quiet = self.quiet();
        Ok(Filter::Index(of, Box::new(index), quiet))
    }

    fn term(&mut self) -> Result<Filter, String> {
        self.blanks();
        let Some(first) = self.rest.chars().next() else { return Err(unexpected("")) };
        match first {
            '.' if self.rest.starts_with("..") => {
                self.rest = &self.rest[2..];
                Ok(Filter::All)
            }
            '.' => {
                let after = &self.rest[1..];
                // `.a` and `.[]` are read as what stands behind `.`.
                if !after.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '"') {
                    self.rest = after;
                }
                Ok(Filter::Same)
            }
            '"' => self.string(),
            '(' => {
                self.expect("(")?;
                let inner = self.pipe()?;
                self.expect(")")?;
                Ok(inner)
            }
            '[' => {
                self.expect("[")?;
                if self.take("]") {
                    return Ok(Filter::Array(None));
                }
                let inner = self.pipe()?;
                self.expect("]")?;
                Ok(Filter::Array(Some(Box::new(inner))))
            }
            '{' => self.object(),
            '-' => {
                self.expect("-")?;
                self.link()?;
                let inner = self.postfix()?;
                Ok(match inner {
                    Filter::Literal(Value::Int(n)) => Filter::Literal(n.wrapping_neg().into()),
                    other => Filter::Binary("-", Box::new(Filter::Literal(0.into())), Box::new(other)),
                })
            }
            '@' => {
                self.rest = &self.rest[1..];
                let name = self.name();
                Ok(Filter::Call(format!("@{name}"), Vec::new()))
            }
            c if c.is_ascii_digit() => {
                let end = self.rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(self.rest.len());
                let (number, rest) = self.rest.split_at(end);
                self.rest = rest;
                json::parse(number).map(Filter::Literal).map_err(|_| unexpected(number))
            }
            c if c.is_alphabetic() || c == '_' => self.word(),
            _ => Err(unexpected(self.rest)),
        }
    }

    fn word(&mut self) -> Result<Filter, String> {
        let name = self.name();
        match name.as_str() {
            "true" => return Ok(Filter::Literal(true.into())),
            "false" => return Ok(Filter::Literal(false.into())),
            "null" => return Ok(Filter::Literal(Value::Null)),
            "if" => return self.condition(),
            _ => {}
        }
        let mut arguments = Vec::new();
        if self.take("(") {
            arguments.push(self.pipe()?);
            while self.take(";") {
                arguments.push(self.pipe()?);
            }
            self.expect(")")?;
        }
        Ok(Filter::Call(name, arguments))
    }

    fn condition(&mut self) -> Result<Filter, String> {
        let condition = self.pipe()?;
        self.expect("then")?;
        let then = self.pipe()?;
        let otherwise = match () {
            () if self.take("elif") => {
                self.depth += 1;
                if self.depth > DEPTH {
                    return Err("syntax error, nested too deeply".to_owned());
                }
                let inner = self.condition()?;
                self.depth -= 1;
                return Ok(Filter::If(Box::new(condition), Box::new(then), Box::new(inner)));
            }
            () if self.take("else") => self.pipe()?,
            () => Filter::Same,
        };
        self.expect("end")?;
        Ok(Filter::If(Box::new(condition), Box::new(then), Box::new(otherwise)))
    }

    fn object(&mut self) -> Result<Filter, String> {
        self.expect("{")?;
        let mut fields = Vec::new();
        while !self.take("}") {
            self.blanks();
            let key = match self.rest.chars().next() {
                Some('"') => self.string()?,
                Some('(') => self.term()?,
                _ => Filter::Literal(self.field()?.into()),
            };
            let value = match self.take(":") {
                true => self.binary(0)?,
                false => Filter::Index(Box::new(Filter::Same), Box::new(key.clone()), false),
            };
            fields.push((key, value));
            if !self.take(",") {
                self.expect("}")?;
                break;
            }
        }
        Ok(Filter::Object(fields))
    }

    /// A string, with what stands in `\(...)`.
    fn string(&mut self) -> Result<Filter, String> {
        self.expect("\"")?;
        let (mut parts, mut text) = (Vec::new(), String::new());
        loop {
            let Some(c) = self.rest.chars().next() else { return Err("syntax error, unterminated string literal".to_owned()) };
            self.rest = &self.rest[c.len_utf8()..];
            match c {
                '"' => break,
                '\\' if self.rest.starts_with('(') => {
                    parts.push(Filter::Literal(std::mem::take(&mut text).into()));
                    self.rest = &self.rest[1..];
                    parts.push(self.pipe()?);
                    self.expect(")")?;
                }
                '\\' => {
                    let escaped = self.rest.chars().next().unwrap_or('\\');
                    self.rest = &self.rest[escaped.len_utf8().min(self.rest.len())..];
                    text.push(match escaped {
                        'n' => '\n',
                        't' => '\t',
                        'r' => '\r',
                        other => other,
                    });
                }
                c => text.push(c),
            }
        }
        if parts.is_empty() {
            return Ok(Filter::Literal(text.into()));
        }
        parts.push(Filter::Literal(text.into()));
        Ok(Filter::Text(parts))
    }
}
