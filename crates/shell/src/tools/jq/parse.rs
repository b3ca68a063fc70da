//! A program to a tree.

mod term;

pub(super) use super::ast::*;
use super::lex::{Lexer, Token};
use super::value::Json;
use std::rc::Rc;

/// How deep expressions may be nested: reading and running both recurse.
const DEPTH: usize = 32;
/// How many operators and fields a program may have.
const LINKS: usize = 400;

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

    /// The same of what was just taken.
    fn refused<T>(&mut self) -> Read<T> {
        self.at -= 1;
        self.unexpected()
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
            return self.refused();
        };
        let mut parameters = Vec::new();
        if self.take("(") {
            loop {
                parameters.push(match self.next() {
                    Token::Word(name) => name,
                    Token::Variable(name) => format!("${name}").into(),
                    _ => return self.refused(),
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
                return self.refused();
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
}
