//! awk's expressions, loosest binding first.

use super::super::program::Expr;
use super::super::token::{KEYWORDS, Token};
use super::{Parsed, Parser};
use crate::regex::Regex;

impl Parser {
    pub(super) fn expr(&mut self) -> Parsed<Expr> {
        self.deeper()?;
        let value = self.ternary()?;
        let place = matches!(value, Expr::Variable(_) | Expr::Field(_) | Expr::Element(..));
        let operators = [("=", None), ("+=", Some("+")), ("-=", Some("-")), ("*=", Some("*")), ("/=", Some("/")), ("%=", Some("%")), ("^=", Some("^"))];
        let operator = operators.into_iter().find(|(symbol, _)| place && self.take(symbol));
        let value = match operator {
            Some((_, operator)) => Expr::Assign(Box::new(value), operator, Box::new(self.expr()?)),
            None => value,
        };
        self.depth -= 1;
        Ok(value)
    }

    fn ternary(&mut self) -> Parsed<Expr> {
        let condition = self.binary(0)?;
        if !self.take("?") {
            return Ok(condition);
        }
        let yes = self.expr()?;
        self.expect(":")?;
        Ok(Expr::If(Box::new(condition), Box::new(yes), Box::new(self.expr()?)))
    }

    fn binary(&mut self, level: usize) -> Parsed<Expr> {
        const LEVELS: [&[&str]; 2] = [&["||"], &["&&"]];
        let Some(operators) = LEVELS.get(level) else { return self.membership() };
        let mut left = self.binary(level + 1)?;
        while let Some(operator) = operators.iter().find(|op| self.take(op)) {
            self.newlines();
            left = Expr::Binary(operator, Box::new(left), Box::new(self.binary(level + 1)?));
        }
        Ok(left)
    }

    fn membership(&mut self) -> Parsed<Expr> {
        let mut left = self.matching()?;
        while !self.no_in && self.word("in") {
            let Token::Name(array) = self.peek().clone() else { return Err(self.unexpected()) };
            self.at += 1;
            left = Expr::In(vec![left], array);
        }
        Ok(left)
    }

    fn matching(&mut self) -> Parsed<Expr> {
        let mut left = self.comparison()?;
        loop {
            let negated = match self.peek() {
                Token::Symbol("~") => false,
                Token::Symbol("!~") => true,
                _ => return Ok(left),
            };
            self.at += 1;
            left = Expr::Matches(Box::new(left), negated, Box::new(self.comparison()?));
        }
    }

    fn comparison(&mut self) -> Parsed<Expr> {
        let left = self.concat()?;
        let operator = ["<=", ">=", "==", "!=", "<"].into_iter().find(|op| self.take(op));
        let operator = operator.or_else(|| (!self.no_greater && self.take(">")).then_some(">"));
        match operator {
            Some(operator) => Ok(Expr::Binary(operator, Box::new(left), Box::new(self.concat()?))),
            None => Ok(left),
        }
    }

    pub(super) fn concat(&mut self) -> Parsed<Expr> {
        let mut left = self.sum()?;
        loop {
            let starts = match self.peek() {
                Token::Number(_) | Token::Text(_) | Token::Function(_) | Token::Symbol("$" | "!" | "(" | "-" | "++" | "--") => true,
                Token::Name(name) => name != "in" && !KEYWORDS.contains(&name.as_str()),
                _ => false,
            };
            if !starts {
                return Ok(left);
            }
            left = Expr::Concat(Box::new(left), Box::new(self.sum()?));
        }
    }

    fn sum(&mut self) -> Parsed<Expr> {
        let mut left = self.product()?;
        while let Some(operator) = ["+", "-"].into_iter().find(|op| self.take(op)) {
            left = Expr::Binary(operator, Box::new(left), Box::new(self.product()?));
        }
        Ok(left)
    }

    fn product(&mut self) -> Parsed<Expr> {
        let mut left = self.unary()?;
        while let Some(operator) = ["*", "/", "%"].into_iter().find(|op| self.take(op)) {
            left = Expr::Binary(operator, Box::new(left), Box::new(self.unary()?));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Parsed<Expr> {
        self.deeper()?;
        let value = if self.take("!") {
            Expr::Not(Box::new(self.unary()?))
        } else if self.take("-") {
            Expr::Negative(Box::new(self.unary()?))
        } else if self.take("+") {
            self.unary()?
        } else {
            let base = self.postfix()?;
            match self.take("^") || self.take("**") {
                true => Expr::Binary("^", Box::new(base), Box::new(self.unary()?)),
                false => base,
            }
        };
        self.depth -= 1;
        Ok(value)
    }

    fn postfix(&mut self) -> Parsed<Expr> {
        for (symbol, step) in [("++", 1.0), ("--", -1.0)] {
            if self.take(symbol) {
                return Ok(Expr::Step(Box::new(self.primary()?), step, false));
            }
        }
        let value = self.primary()?;
        if matches!(value, Expr::Variable(_) | Expr::Field(_) | Expr::Element(..)) {
            for (symbol, step) in [("++", 1.0), ("--", -1.0)] {
                if self.take(symbol) {
                    return Ok(Expr::Step(Box::new(value), step, true));
                }
            }
        }
        Ok(value)
    }

    fn primary(&mut self) -> Parsed<Expr> {
        self.deeper()?;
        let token = self.peek().clone();
        self.at += 1;
        let value = match token {
            Token::Number(n) => Expr::Number(n),
            Token::Text(text) => Expr::Text(text),
            Token::Regex(text) => Expr::Match(Regex::new(&text, true, false)?),
            Token::Symbol("$") => {
                let step = [("++", 1.0), ("--", -1.0)].into_iter().find(|(s, _)| self.take(s));
                let inner = self.primary()?;
                Expr::Field(Box::new(match step {
                    Some((_, step)) => Expr::Step(Box::new(inner), step, false),
                    None => inner,
                }))
            }
            Token::Symbol("-") => Expr::Negative(Box::new(self.primary()?)),
            Token::Symbol("(") => {
                let mut all = self.list(")")?;
                if !self.no_in && all.len() > 1 && self.word("in") {
                    let Token::Name(array) = self.peek().clone() else { return Err(self.unexpected()) };
                    self.at += 1;
                    Expr::In(all, array)
                } else if all.len() == 1 {
                    Expr::Group(Box::new(all.remove(0)))
                } else {
                    Expr::Call(String::new(), all)
                }
            }
            Token::Function(name) => {
                self.at += 1;
                Expr::Call(name, self.list(")")?)
            }
            Token::Name(name) if name == "length" => Expr::Call(name, Vec::new()),
            Token::Name(name) if !KEYWORDS.contains(&name.as_str()) => match self.take("[") {
                true => Expr::Element(name, self.list("]")?),
                false => Expr::Variable(name),
            },
            _ => {
                self.at -= 1;
                return Err(self.unexpected());
            }
        };
        self.depth -= 1;
        Ok(value)
    }
}
