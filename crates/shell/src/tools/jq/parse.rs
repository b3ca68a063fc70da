//! A program to a tree.

use super::lex::{Lexer, Token};
use super::value::Json;
use std::rc::Rc;

/// How deep expressions may be nested: reading and running both recurse.
const DEPTH: usize = 32;
/// How many operators and fields a program may have.
const LINKS: usize = 400;

/// A filter: values in, values out.
#[derive(Clone, Debug)]
pub(super) enum Filter {
    /// `.`
    Same,
    /// `..`
    All,
    /// A constant.
    Literal(Json),
    /// `"a\(b)c"`, each part put into a form (`@base64 "..."`).
    Text(Rc<str>, Vec<Part>),
    /// `a.b`, `a[b]`
    Index(Box<Filter>, Box<Filter>),
    /// `a[b:c]`
    Slice(Box<Filter>, Option<Box<Filter>>, Option<Box<Filter>>),
    /// `a[]`
    Each(Box<Filter>),
    /// `a?`, `try a`, `try a catch b`
    Try(Box<Filter>, Option<Box<Filter>>),
    /// `a | b`
    Pipe(Box<Filter>, Box<Filter>),
    /// `a, b`
    Both(Box<Filter>, Box<Filter>),
    /// `a + b` and the other operators that make a value of two.
    Binary(&'static str, Box<Filter>, Box<Filter>),
    /// `a and b`, `a or b`
    Logic(bool, Box<Filter>, Box<Filter>),
    /// `a // b`
    Otherwise(Box<Filter>, Box<Filter>),
    /// `a = b`, `a |= b`, `a += b`: the operator without its `=`; empty for `=`.
    Assign(&'static str, Box<Filter>, Box<Filter>),
    /// `-a`
    Negate(Box<Filter>),
    /// `[a]`
    List(Option<Box<Filter>>),
    /// `{a: b}`
    Map(Vec<(Filter, Filter)>),
    /// `if a then b else c end`
    If(Box<Filter>, Box<Filter>, Box<Filter>),
    /// `a as $x | b`; further patterns behind `?//`.
    Bind(Box<Filter>, Vec<Pattern>, Box<Filter>),
    /// `reduce a as $x (b; c)`
    Reduce(Box<Filter>, Pattern, Box<Filter>, Box<Filter>),
    /// `foreach a as $x (b; c; d)`
    Foreach(Box<Filter>, Pattern, Box<Filter>, Box<Filter>, Option<Box<Filter>>),
    /// `def f(a): b; c`
    Define(Rc<Definition>, Box<Filter>),
    /// `label $x | a`
    Label(Rc<str>, Box<Filter>),
    /// `break $x`
    Break(Rc<str>),
    /// `$x`
    Variable(Rc<str>),
    /// `name(a; b)`
    Call(Rc<str>, Vec<Filter>),
    /// `@name`
    Format(Rc<str>),
}

/// A part of a string.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// As it stands.
    Plain(Rc<str>),
    /// `\(a)`
    Filled(Filter),
}

/// What a value is taken apart by.
#[derive(Clone, Debug)]
pub(super) enum Pattern {
    /// `$x`
    Name(Rc<str>),
    /// `[a, b]`
    List(Vec<Pattern>),
    /// `{a: b}`; a key may be bound as well (`{$x: b}`, `{$x}`).
    Map(Vec<Field>),
}

/// A key of an object's pattern: the name that it is bound to, the key, and what its value is taken apart by.
pub(super) type Field = (Option<Rc<str>>, Filter, Option<Pattern>);

/// A function.
#[derive(Clone, Debug)]
pub(super) struct Definition {
    pub(super) name: Rc<str>,
    /// Parameters; those that begin with `$` are values.
    pub(super) parameters: Vec<Rc<str>>,
    pub(super) body: Filter,
}

/// Reads a program.
///
/// # Errors
/// What is wrong, without its place.
pub(super) fn parse(text: &str) -> Result<Filter, String> {
    let mut parser = Parser::new(text)?;
    if parser.peek() == &Token::End {
        return Ok(Filter::Same);
    }
    let filter = parser.program()?;
    parser.end()?;
    Ok(filter)
}

/// Reads definitions alone.
pub(super) fn definitions(text: &str) -> Vec<Rc<Definition>> {
    let Ok(mut parser) = Parser::new(text) else { return Vec::new() };
    let mut all = Vec::new();
    while let Ok(definition) = parser.definition() {
        all.push(Rc::new(definition));
        parser.links = 0;
    }
    all
}

type Read<T = Filter> = Result<T, String>;

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    links: usize,
}

/// Operators, the loosest first, and how each level groups.
const LEVELS: [(&[&str], Side); 6] = [
    (&["//"], Side::Right),
    (&["=", "|=", "+=", "-=", "*=", "/=", "%=", "//="], Side::None),
    (&["or"], Side::Left),
    (&["and"], Side::Left),
    (&["==", "!=", "<", "<=", ">", ">="], Side::None),
    (&["+", "-"], Side::Left),
];
const PRODUCTS: &[&str] = &["*", "/", "%"];

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Left,
    Right,
    None,
}

fn boxed(filter: Filter) -> Box<Filter> {
    Box::new(filter)
}

impl Parser {
    fn new(text: &str) -> Read<Parser> {
        Ok(Parser { tokens: Lexer::new(text).all(DEPTH)?, at: 0, depth: 0, links: 0 })
    }

    fn peek(&self) -> &Token {
        self.tokens.get(self.at).unwrap_or(&Token::End)
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.peek(), Token::Sign(known) | Token::Word(known) if &**known == sign)
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = self.is(sign);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Read<()> {
        if self.take(sign) { Ok(()) } else { self.unexpected() }
    }

    fn unexpected<T>(&self) -> Read<T> {
        Err(format!("syntax error, unexpected {}", self.peek().shown()))
    }

    fn end(&self) -> Read<()> {
        if self.peek() == &Token::End { Ok(()) } else { self.unexpected() }
    }

    /// Counts what is chained: a long chain is deep, too.
    fn link(&mut self) -> Read<()> {
        self.links += 1;
        if self.links > LINKS { Err("syntax error, program too long".to_owned()) } else { Ok(()) }
    }

    /// Definitions, and what uses them; a program may consist of definitions alone.
    fn program(&mut self) -> Read {
        if self.is("def") {
            self.link()?;
            let definition = Rc::new(self.definition()?);
            let rest = if self.peek() == &Token::End { Filter::Same } else { self.program()? };
            return Ok(Filter::Define(definition, boxed(rest)));
        }
        self.pipe()
    }

    fn definition(&mut self) -> Read<Definition> {
        self.expect("def")?;
        let Token::Word(name) = self.next() else {
            self.at -= 1;
            return self.unexpected();
        };
        let mut parameters = Vec::new();
        if self.take("(") {
            loop {
                parameters.push(match self.next() {
                    Token::Word(name) => name,
                    Token::Variable(name) => format!("${name}").into(),
                    _ => {
                        self.at -= 1;
                        return self.unexpected();
                    }
                });
                if !self.take(";") {
                    break;
                }
            }
            self.expect(")")?;
        }
        self.expect(":")?;
        let body = self.nested()?;
        self.expect(";")?;
        Ok(Definition { name, parameters, body })
    }

    fn nested(&mut self) -> Read {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err("syntax error, nested too deeply".to_owned());
        }
        let filter = self.pipe();
        self.depth -= 1;
        filter
    }

    fn pipe(&mut self) -> Read {
        self.link()?;
        if self.is("def") {
            let definition = Rc::new(self.definition()?);
            return Ok(Filter::Define(definition, boxed(self.pipe()?)));
        }
        if self.take("label") {
            let Token::Variable(name) = self.next() else {
                self.at -= 1;
                return self.unexpected();
            };
            self.expect("|")?;
            return Ok(Filter::Label(name, boxed(self.pipe()?)));
        }
        let left = self.comma()?;
        if self.take("|") {
            return Ok(Filter::Pipe(boxed(left), boxed(self.pipe()?)));
        }
        Ok(left)
    }

    fn comma(&mut self) -> Read {
        let mut left = self.binary(0)?;
        while self.take(",") {
            self.link()?;
            left = Filter::Both(boxed(left), boxed(self.binary(0)?));
        }
        Ok(left)
    }

    fn operator(&mut self, known: &[&'static str]) -> Option<&'static str> {
        let found = known.iter().find(|sign| self.is(sign))?;
        self.at += 1;
        Some(found)
    }

    fn binary(&mut self, level: usize) -> Read {
        let Some((signs, side)) = LEVELS.get(level) else { return self.product() };
        let mut left = self.binary(level + 1)?;
        while let Some(sign) = self.operator(signs) {
            self.link()?;
            let right = self.binary(if *side == Side::Right { level } else { level + 1 })?;
            let (a, b) = (boxed(left), boxed(right));
            left = match sign {
                "//" => Filter::Otherwise(a, b),
                "and" | "or" => Filter::Logic(sign == "and", a, b),
                "=" | "|=" | "+=" | "-=" | "*=" | "/=" | "%=" | "//=" => {
                    Filter::Assign(if sign == "|=" { "|" } else { &sign[..sign.len() - 1] }, a, b)
                }
                sign => Filter::Binary(sign, a, b),
            };
            if *side == Side::None && signs.iter().any(|sign| self.is(sign)) {
                return self.unexpected();
            }
        }
        Ok(left)
    }

    fn product(&mut self) -> Read {
        let mut left = self.postfix()?;
        while let Some(sign) = self.operator(PRODUCTS) {
            self.link()?;
            left = Filter::Binary(sign, boxed(left), boxed(self.postfix()?));
        }
        Ok(left)
    }

    /// A term with what hangs on it; behind `T as $x |` it is all of the rest.
    fn postfix(&mut self) -> Read {
        if self.take("-") {
            self.depth += 1;
            if self.depth > DEPTH {
                return Err("syntax error, nested too deeply".to_owned());
            }
            let of = self.postfix()?;
            self.depth -= 1;
            return Ok(Filter::Negate(boxed(of)));
        }
        let filter = self.suffixed()?;
        if !self.take("as") {
            return Ok(filter);
        }
        let mut patterns = vec![self.pattern()?];
        while self.take("?//") {
            patterns.push(self.pattern()?);
        }
        self.expect("|")?;
        self.depth += 1;
        if self.depth > DEPTH {
            return Err("syntax error, nested too deeply".to_owned());
        }
        let body = self.pipe()?;
        self.depth -= 1;
        Ok(Filter::Bind(boxed(filter), patterns, boxed(body)))
    }

    fn suffixed(&mut self) -> Read {
        let mut filter = self.term()?;
        loop {
            self.link()?;
            filter = match self.peek() {
                Token::Field(name) => {
                    let key = Filter::Literal(Json::Text(name.clone()));
                    self.at += 1;
                    Filter::Index(boxed(filter), boxed(key))
                }
                Token::Sign(sign) if &**sign == "." && matches!(self.tokens.get(self.at + 1), Some(Token::Text(..))) => {
                    self.at += 1;
                    let key = self.term()?;
                    Filter::Index(boxed(filter), boxed(key))
                }
                Token::Sign(sign) if &**sign == "." && matches!(self.tokens.get(self.at + 1), Some(Token::Sign(next)) if &**next == "[") => {
                    self.at += 1;
                    self.brackets(filter)?
                }
                Token::Sign(sign) if &**sign == "[" => self.brackets(filter)?,
                Token::Sign(sign) if &**sign == "?" => {
                    self.at += 1;
                    Filter::Try(boxed(filter), None)
                }
                _ => break,
            };
        }
        Ok(filter)
    }

    /// `[...]` behind a filter.
    fn brackets(&mut self, of: Filter) -> Read {
        self.expect("[")?;
        let of = boxed(of);
        if self.take("]") {
            return Ok(Filter::Each(of));
        }
        if self.take(":") {
            let end = self.nested()?;
            self.expect("]")?;
            return Ok(Filter::Slice(of, None, Some(boxed(end))));
        }
        let index = self.nested()?;
        if self.take(":") {
            let end = if self.is("]") { None } else { Some(boxed(self.nested()?)) };
            self.expect("]")?;
            return Ok(Filter::Slice(of, Some(boxed(index)), end));
        }
        self.expect("]")?;
        Ok(Filter::Index(of, boxed(index)))
    }

    fn term(&mut self) -> Read {
        match self.next() {
            Token::Number(number) => Ok(Filter::Literal(Json::Number(number))),
            Token::Text(parts) => self.string("text".into(), parts),
            Token::Format(name) => match self.peek().clone() {
                Token::Text(parts) => {
                    self.at += 1;
                    self.string(name, parts)
                }
                _ => Ok(Filter::Format(name)),
            },
            Token::Field(name) => {
                let key = Filter::Literal(Json::Text(name));
                Ok(Filter::Index(boxed(Filter::Same), boxed(key)))
            }
            Token::Variable(name) => Ok(Filter::Variable(name)),
            Token::Word(name) => self.word(&name),
            Token::Sign(sign) => match &*sign {
                ".." => Ok(Filter::All),
                "." => match self.peek().clone() {
                    Token::Text(parts) => {
                        self.at += 1;
                        let key = self.string("text".into(), parts)?;
                        Ok(Filter::Index(boxed(Filter::Same), boxed(key)))
                    }
                    _ => Ok(Filter::Same),
                },
                "(" => {
                    let inner = self.nested()?;
                    self.expect(")")?;
                    Ok(inner)
                }
                "[" => {
                    if self.take("]") {
                        return Ok(Filter::List(None));
                    }
                    let inner = self.nested()?;
                    self.expect("]")?;
                    Ok(Filter::List(Some(boxed(inner))))
                }
                "{" => self.map(),
                _ => {
                    self.at -= 1;
                    self.unexpected()
                }
            },
            Token::End => {
                self.at -= 1;
                self.unexpected()
            }
        }
    }

    fn string(&mut self, form: Rc<str>, parts: Vec<super::lex::Piece>) -> Read {
        use super::lex::Piece;
        if let [Piece::Plain(text)] = &parts[..] {
            return Ok(Filter::Literal(Json::Text(text.clone())));
        }
        let mut read = Vec::new();
        for part in parts {
            read.push(match part {
                Piece::Plain(text) => Part::Plain(text),
                Piece::Filled(tokens) => {
                    let mut inner = Parser { tokens, at: 0, depth: self.depth, links: self.links };
                    let filter = inner.nested()?;
                    inner.end()?;
                    self.links = inner.links;
                    Part::Filled(filter)
                }
            });
        }
        Ok(Filter::Text(form, read))
    }

    fn word(&mut self, name: &str) -> Read {
        match name {
            "true" => return Ok(Filter::Literal(true.into())),
            "false" => return Ok(Filter::Literal(false.into())),
            "null" => return Ok(Filter::Literal(Json::Null)),
            "if" => return self.condition(),
            "try" => {
                self.depth += 1;
                if self.depth > DEPTH {
                    return Err("syntax error, nested too deeply".to_owned());
                }
                let body = self.suffixed()?;
                let catch = if self.take("catch") { Some(boxed(self.suffixed()?)) } else { None };
                self.depth -= 1;
                return Ok(Filter::Try(boxed(body), catch));
            }
            "reduce" | "foreach" => return self.fold(name == "reduce"),
            "break" => {
                let Token::Variable(name) = self.next() else {
                    return Err("break requires a label to break to".to_owned());
                };
                return Ok(Filter::Break(name));
            }
            "def" => {
                self.at -= 1;
                let definition = Rc::new(self.definition()?);
                return Ok(Filter::Define(definition, boxed(self.pipe()?)));
            }
            "then" | "elif" | "else" | "end" | "as" | "catch" | "and" | "or" | "label" | "import" | "include" => {
                self.at -= 1;
                return self.unexpected();
            }
            _ => {}
        }
        let mut arguments = Vec::new();
        if self.take("(") {
            arguments.push(self.nested()?);
            while self.take(";") {
                arguments.push(self.nested()?);
            }
            self.expect(")")?;
        }
        Ok(Filter::Call(name.into(), arguments))
    }

    fn condition(&mut self) -> Read {
        let condition = self.nested()?;
        self.expect("then")?;
        let then = self.nested()?;
        let otherwise = if self.take("elif") {
            self.depth += 1;
            if self.depth > DEPTH {
                return Err("syntax error, nested too deeply".to_owned());
            }
            let inner = self.condition()?;
            self.depth -= 1;
            return Ok(Filter::If(boxed(condition), boxed(then), boxed(inner)));
        } else if self.take("else") {
            self.nested()?
        } else {
            Filter::Same
        };
        self.expect("end")?;
        Ok(Filter::If(boxed(condition), boxed(then), boxed(otherwise)))
    }

    fn fold(&mut self, reduce: bool) -> Read {
        let source = boxed(self.suffixed()?);
        self.expect("as")?;
        let pattern = self.pattern()?;
        self.expect("(")?;
        let start = boxed(self.nested()?);
        self.expect(";")?;
        let update = boxed(self.nested()?);
        let extract = if !reduce && self.take(";") { Some(boxed(self.nested()?)) } else { None };
        self.expect(")")?;
        Ok(match reduce {
            true => Filter::Reduce(source, pattern, start, update),
            false => Filter::Foreach(source, pattern, start, update, extract),
        })
    }

    fn pattern(&mut self) -> Read<Pattern> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err("syntax error, nested too deeply".to_owned());
        }
        let pattern = match self.next() {
            Token::Variable(name) => Pattern::Name(name),
            Token::Sign(sign) if &*sign == "[" => {
                let mut items = vec![self.pattern()?];
                while self.take(",") {
                    items.push(self.pattern()?);
                }
                self.expect("]")?;
                Pattern::List(items)
            }
            Token::Sign(sign) if &*sign == "{" => {
                let mut fields = Vec::new();
                loop {
                    let (name, key) = match self.next() {
                        Token::Variable(name) => (Some(name.clone()), Filter::Literal(Json::Text(name))),
                        Token::Word(name) => (None, Filter::Literal(Json::Text(name))),
                        Token::Text(parts) => (None, self.string("text".into(), parts)?),
                        Token::Sign(sign) if &*sign == "(" => {
                            let key = self.nested()?;
                            self.expect(")")?;
                            (None, key)
                        }
                        _ => {
                            self.at -= 1;
                            return self.unexpected();
                        }
                    };
                    let inner = if self.take(":") { Some(self.pattern()?) } else { None };
                    if name.is_none() && inner.is_none() {
                        return self.unexpected();
                    }
                    fields.push((name, key, inner));
                    if !self.take(",") {
                        break;
                    }
                }
                self.expect("}")?;
                Pattern::Map(fields)
            }
            _ => {
                self.at -= 1;
                return self.unexpected();
            }
        };
        self.depth -= 1;
        Ok(pattern)
    }

    fn map(&mut self) -> Read {
        let mut fields = Vec::new();
        while !self.take("}") {
            self.link()?;
            let own = |key: &Filter| Filter::Index(boxed(Filter::Same), boxed(key.clone()));
            let (key, otherwise) = match self.next() {
                Token::Variable(name) if &*name == "__loc__" => {
                    let place = vec![("file".into(), "<top-level>".into()), ("line".into(), Json::Number(1.0))];
                    (Filter::Literal("__loc__".into()), Some(Filter::Literal(place.into())))
                }
                Token::Variable(name) => (Filter::Literal(Json::Text(name.clone())), Some(Filter::Variable(name))),
                Token::Word(name) => {
                    let key = Filter::Literal(Json::Text(name));
                    let own = own(&key);
                    (key, Some(own))
                }
                Token::Number(number) => (Filter::Literal(Json::Number(number)), None),
                Token::Text(parts) => {
                    let key = self.string("text".into(), parts)?;
                    let own = own(&key);
                    (key, Some(own))
                }
                Token::Format(form) => {
                    let Token::Text(parts) = self.next() else {
                        self.at -= 1;
                        return self.unexpected();
                    };
                    let key = self.string(form, parts)?;
                    let own = own(&key);
                    (key, Some(own))
                }
                Token::Sign(sign) if &*sign == "(" => {
                    let key = self.nested()?;
                    self.expect(")")?;
                    (key, None)
                }
                _ => {
                    self.at -= 1;
                    return self.unexpected();
                }
            };
            let value = match (self.take(":"), otherwise) {
                (true, _) => self.map_value()?,
                (false, Some(own)) => own,
                (false, None) => return self.unexpected(),
            };
            fields.push((key, value));
            if !self.take(",") {
                self.expect("}")?;
                break;
            }
        }
        Ok(Filter::Map(fields))
    }

    /// What stands behind a key: everything but commas.
    fn map_value(&mut self) -> Read {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err("syntax error, nested too deeply".to_owned());
        }
        let left = self.binary(0)?;
        let value = match self.take("|") {
            true => Filter::Pipe(boxed(left), boxed(self.map_value()?)),
            false => left,
        };
        self.depth -= 1;
        Ok(value)
    }
}
