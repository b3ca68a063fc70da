//! Tokens to compound commands: `if`, `for`, `case` and the like.

use super::lexer::Token;
use super::parser::{Parser, is_name, near};
use super::*;

impl Parser<'_, '_> {
    pub(super) fn parenthesis(&mut self) -> Result<Compound, Error> {
        self.lexer.skip_blanks();
        if self.lexer.starts_with("((") {
            let at = self.lexer.at;
            match self.lexer.arithmetic() {
                Ok(word) => return Ok(Compound::Arithmetic(word)),
                Err(Error::Syntax(_)) => self.lexer.at = at,
                Err(error) => return Err(error),
            }
        }
        self.lexer.next()?;
        let script = self.until_parenthesis()?;
        if script.0.is_empty() {
            return Err(Error::Syntax("syntax error near unexpected token `)'".into()));
        }
        Ok(Compound::Subshell(script))
    }

    pub(super) fn keyword(&mut self, keyword: &str) -> Result<Compound, Error> {
        self.lexer.next()?;
        match keyword {
            "{" => Ok(Compound::Group(self.body(&["}"])?.0)),
            "if" => self.if_(),
            "for" => self.for_(),
            "while" | "until" => {
                let (condition, _) = self.body(&["do"])?;
                Ok(Compound::While(keyword == "until", condition, self.body(&["done"])?.0))
            }
            "case" => self.case(),
            _ => self.double_bracket(),
        }
    }

    fn if_(&mut self) -> Result<Compound, Error> {
        let mut branches = Vec::new();
        loop {
            let (condition, _) = self.body(&["then"])?;
            let (body, end) = self.body(&["elif", "else", "fi"])?;
            branches.push((condition, body));
            match end {
                "elif" => {}
                "else" => return Ok(Compound::If(branches, Some(self.body(&["fi"])?.0))),
                _ => return Ok(Compound::If(branches, None)),
            }
        }
    }

    fn for_(&mut self) -> Result<Compound, Error> {
        self.lexer.skip_blanks();
        if self.lexer.starts_with("((") {
            let word = self.lexer.arithmetic()?;
            let parts = split_semicolons(word)?;
            self.separator()?;
            self.expect("do")?;
            return Ok(Compound::ForArithmetic(parts, self.body(&["done"])?.0));
        }
        let name = match self.lexer.next()? {
            Token::Word(word) => word.literal().map(str::to_owned).unwrap_or_default(),
            Token::End => return Err(Error::Incomplete("syntax error: unexpected end of file".into())),
            token => return Err(near(&token.text(""))),
        };
        if !is_name(&name) {
            return Err(Error::Syntax(format!("`{name}': not a valid identifier")));
        }
        self.newlines()?;
        let mut words = None;
        if let Token::Word(word) = self.lexer.peek()?
            && word.literal() == Some("in")
        {
            self.lexer.next()?;
            let list = words.insert(Vec::new());
            while let Token::Word(word) = self.lexer.peek()? {
                self.lexer.next()?;
                list.push(word);
            }
        }
        self.separator()?;
        self.expect("do")?;
        Ok(Compound::For(name, words, self.body(&["done"])?.0))
    }

    fn case(&mut self) -> Result<Compound, Error> {
        let Token::Word(subject) = self.lexer.peek()? else { return Err(self.unexpected()) };
        self.lexer.next()?;
        self.newlines()?;
        self.expect("in")?;
        let mut arms = Vec::new();
        loop {
            self.newlines()?;
            if let Token::Word(word) = self.lexer.peek()?
                && word.literal() == Some("esac")
            {
                self.lexer.next()?;
                return Ok(Compound::Case(subject, arms));
            }
            self.lexer.take("(")?;
            let mut patterns = Vec::new();
            loop {
                let Token::Word(word) = self.lexer.peek()? else { return Err(self.unexpected()) };
                self.lexer.next()?;
                patterns.push(word);
                if !self.lexer.take("|")? {
                    break;
                }
            }
            if !self.lexer.take(")")? {
                return Err(self.unexpected());
            }
            let body = self.list(&["esac"], false)?;
            let end = match self.lexer.peek()? {
                Token::Operator(end @ (";;" | ";&" | ";;&")) => {
                    self.lexer.next()?;
                    end
                }
                Token::End => return Err(self.unexpected()),
                _ => ";;",
            };
            arms.push((patterns, body, end));
        }
    }

    /// `[[ ... ]]`: operators are words in it.
    fn double_bracket(&mut self) -> Result<Compound, Error> {
        let mut words = Vec::new();
        loop {
            match self.lexer.next()? {
                Token::Word(word) if word.literal() == Some("]]") => return Ok(Compound::Test(words)),
                Token::Word(word) => {
                    let matches = word.literal() == Some("=~");
                    words.push(word);
                    if matches {
                        words.push(self.lexer.expression()?);
                    }
                }
                Token::Operator(op) => words.push(Word(vec![Part::Literal(op.into())])),
                Token::Number(n) => words.push(Word::quoted(n.to_string())),
                Token::Newline => {}
                Token::End => return Err(Error::Incomplete("unexpected EOF while looking for `]]'".into())),
            }
        }
    }

    pub(super) fn function(&mut self) -> Result<Command, Error> {
        self.lexer.next()?;
        let Token::Word(word) = self.lexer.peek()? else { return Err(self.unexpected()) };
        let Some(name) = word.literal().map(str::to_owned) else { return Err(self.unexpected()) };
        self.lexer.next()?;
        if self.lexer.take("(")? && !self.lexer.take(")")? {
            return Err(self.unexpected());
        }
        self.newlines()?;
        Ok(Command::Function(name, Arc::new(self.command()?)))
    }
}

/// The three parts of `for ((a; b; c))`.
fn split_semicolons(word: Word) -> Result<[Word; 3], Error> {
    let mut parts = vec![Word::default()];
    for part in word.0 {
        match part {
            Part::Quoted(text) => {
                for (i, piece) in text.split(';').enumerate() {
                    if i > 0 {
                        parts.push(Word::default());
                    }
                    parts.last_mut().into_iter().for_each(|word| word.0.push(Part::Quoted(piece.to_owned())));
                }
            }
            part => parts.last_mut().into_iter().for_each(|word| word.0.push(part.clone())),
        }
    }
    parts.try_into().map_err(|_| Error::Syntax("syntax error: arithmetic expression required".into()))
}
