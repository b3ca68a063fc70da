//! Terms: constants, strings, brackets, `if`, `reduce`, objects.

use super::{DEPTH, Parser, Read, boxed};
use crate::tools::jq::ast::*;
use crate::tools::jq::lex::{Piece, Token};
use crate::tools::jq::value::Json;
use std::rc::Rc;

impl Parser {
    pub(super) fn term(&mut self) -> Read {
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
                _ => self.refused(),
            },
            Token::End => self.refused(),
        }
    }

    fn string(&mut self, form: Rc<str>, parts: Vec<Piece>) -> Read {
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
                return self.refused();
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

    pub(super) fn pattern(&mut self) -> Read<Pattern> {
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
                        _ => return self.refused(),
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
            _ => return self.refused(),
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
                        return self.refused();
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
                _ => return self.refused(),
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
