//! awk's programs: text to a tree.

mod expression;

use super::program::{Expr, Pattern, Program, Rule, Statement, To};
use super::token::{Token, tokens};

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    /// Inside `for (` the word `in` belongs to the loop; inside print's list `>` is a redirection.
    no_in: bool,
    no_greater: bool,
}

type Parsed<T> = Result<T, String>;

/// Parses a program.
///
/// # Errors
/// What is wrong.
pub(super) fn parse(text: &str) -> Parsed<Program> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0, no_in: false, no_greater: false };
    let mut program = Program::default();
    loop {
        parser.skip();
        if *parser.peek() == Token::End {
            return Ok(program);
        }
        if parser.word("function") || parser.word("func") {
            let function = parser.function()?;
            program.functions.push(function);
            continue;
        }
        let pattern = match parser.peek().clone() {
            Token::Name(name) if name == "BEGIN" => parser.taking(Pattern::Begin),
            Token::Name(name) if name == "END" => parser.taking(Pattern::End),
            Token::Symbol("{") => Pattern::Always,
            _ => {
                let first = parser.expr()?;
                match parser.take(",") {
                    true => Pattern::Range(first, parser.expr()?),
                    false => Pattern::When(first),
                }
            }
        };
        let body = if *parser.peek() == Token::Symbol("{") { Some(parser.block()?) } else { None };
        if body.is_none() && !matches!(parser.peek(), Token::Newline | Token::End | Token::Symbol(";")) {
            return Err(parser.unexpected());
        }
        program.rules.push(Rule { pattern, body });
    }
}

impl Parser {
    fn peek(&self) -> &Token {
        self.tokens.get(self.at).unwrap_or(&Token::End)
    }

    fn taking<T>(&mut self, value: T) -> T {
        self.at += 1;
        value
    }

    fn take(&mut self, symbol: &str) -> bool {
        let hit = matches!(self.peek(), Token::Symbol(s) if *s == symbol);
        self.at += usize::from(hit);
        hit
    }

    fn word(&mut self, word: &str) -> bool {
        let hit = matches!(self.peek(), Token::Name(w) if w == word);
        self.at += usize::from(hit);
        hit
    }

    fn expect(&mut self, symbol: &str) -> Parsed<()> {
        if self.take(symbol) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn skip(&mut self) {
        while matches!(self.peek(), Token::Newline | Token::Symbol(";")) {
            self.at += 1;
        }
    }

    fn newlines(&mut self) {
        while *self.peek() == Token::Newline {
            self.at += 1;
        }
    }

    fn unexpected(&self) -> String {
        let shown = match self.peek() {
            Token::End => "end of file".to_owned(),
            Token::Newline => "end of line".into(),
            Token::Symbol(s) => (*s).into(),
            Token::Name(s) | Token::Function(s) | Token::Text(s) | Token::Regex(s) => s.clone(),
            Token::Number(n) => n.to_string(),
        };
        format!("syntax error at or near {shown}")
    }

    fn deeper(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > 60 { Err("program too deeply nested".into()) } else { Ok(()) }
    }

    /// `name(a, b) { ... }`
    fn function(&mut self) -> Parsed<(String, Vec<String>, Vec<Statement>)> {
        let (Token::Function(name) | Token::Name(name)) = self.peek().clone() else { return Err(self.unexpected()) };
        self.at += 1;
        self.expect("(")?;
        let mut parameters = Vec::new();
        while let Token::Name(parameter) = self.peek().clone() {
            self.at += 1;
            parameters.push(parameter);
            if !self.take(",") {
                break;
            }
            self.newlines();
        }
        self.expect(")")?;
        self.newlines();
        Ok((name, parameters, self.block()?))
    }

    fn block(&mut self) -> Parsed<Vec<Statement>> {
        self.expect("{")?;
        let mut body = Vec::new();
        loop {
            self.skip();
            if self.take("}") {
                return Ok(body);
            }
            body.push(self.statement()?);
        }
    }

    /// The body of `if` and of loops: a block, one statement, or nothing but `;`.
    fn body(&mut self) -> Parsed<Vec<Statement>> {
        self.newlines();
        if self.take(";") {
            return Ok(Vec::new());
        }
        if *self.peek() == Token::Symbol("{") { self.block() } else { Ok(vec![self.statement()?]) }
    }

    fn statement(&mut self) -> Parsed<Statement> {
        self.deeper()?;
        let statement = self.statement_inner();
        self.depth -= 1;
        statement
    }

    fn statement_inner(&mut self) -> Parsed<Statement> {
        if *self.peek() == Token::Symbol("{") {
            return Ok(Statement::If(Expr::Number(1.0), self.block()?, Vec::new()));
        }
        if self.word("if") {
            self.expect("(")?;
            let condition = self.expr()?;
            self.expect(")")?;
            let yes = self.body()?;
            let at = self.at;
            self.skip();
            if self.word("else") {
                return Ok(Statement::If(condition, yes, self.body()?));
            }
            self.at = at;
            return Ok(Statement::If(condition, yes, Vec::new()));
        }
        if self.word("while") {
            self.expect("(")?;
            let condition = self.expr()?;
            self.expect(")")?;
            return Ok(Statement::While(condition, self.body()?));
        }
        if self.word("do") {
            let body = self.body()?;
            self.skip();
            if !self.word("while") {
                return Err(self.unexpected());
            }
            self.expect("(")?;
            let condition = self.expr()?;
            self.expect(")")?;
            return Ok(Statement::DoWhile(body, condition));
        }
        if self.word("for") {
            return self.for_();
        }
        self.simple()
    }

    fn for_(&mut self) -> Parsed<Statement> {
        self.expect("(")?;
        if let [Token::Name(key), Token::Name(word), Token::Name(array), Token::Symbol(")")] =
            &self.tokens[self.at..(self.at + 4).min(self.tokens.len())]
            && word == "in"
        {
            let (key, array) = (key.clone(), array.clone());
            self.at += 4;
            return Ok(Statement::ForIn(key, array, self.body()?));
        }
        let first = if *self.peek() == Token::Symbol(";") { None } else { Some(Box::new(self.simple()?)) };
        self.expect(";")?;
        let condition = if *self.peek() == Token::Symbol(";") { None } else { Some(self.expr()?) };
        self.expect(";")?;
        let step = if *self.peek() == Token::Symbol(")") { None } else { Some(Box::new(self.simple()?)) };
        self.expect(")")?;
        Ok(Statement::For(first, condition, step, self.body()?))
    }

    fn simple(&mut self) -> Parsed<Statement> {
        let printf = matches!(self.peek(), Token::Name(w) if w == "printf");
        if printf || matches!(self.peek(), Token::Name(w) if w == "print") {
            self.at += 1;
            return self.print(printf);
        }
        if self.word("next") {
            return Ok(Statement::Next);
        }
        if self.word("break") {
            return Ok(Statement::Break);
        }
        if self.word("continue") {
            return Ok(Statement::Continue);
        }
        if self.word("exit") {
            let bare = matches!(self.peek(), Token::Symbol(";" | "}") | Token::Newline | Token::End);
            return Ok(Statement::Exit(if bare { None } else { Some(self.expr()?) }));
        }
        if self.word("return") {
            let bare = matches!(self.peek(), Token::Symbol(";" | "}") | Token::Newline | Token::End);
            return Ok(Statement::Return(if bare { None } else { Some(self.expr()?) }));
        }
        if self.word("delete") {
            let Token::Name(name) = self.peek().clone() else { return Err(self.unexpected()) };
            self.at += 1;
            let index = if self.take("[") { self.list("]")? } else { Vec::new() };
            return Ok(Statement::Delete(name, index));
        }
        Ok(Statement::Expr(self.expr()?))
    }

    fn print(&mut self, printf: bool) -> Parsed<Statement> {
        self.no_greater = true;
        let mut values = Vec::new();
        if !matches!(self.peek(), Token::Symbol(";" | "}" | ">" | ">>" | "|") | Token::Newline | Token::End) {
            values.push(self.expr()?);
            while self.take(",") {
                self.newlines();
                values.push(self.expr()?);
            }
        }
        self.no_greater = false;
        // `print(a, b)` comes out as a call-like group of several values.
        if let [Expr::Call(name, _)] = values.as_slice()
            && name.is_empty()
            && let Some(Expr::Call(_, inner)) = values.pop()
        {
            values = inner;
        }
        let how = match self.peek() {
            Token::Symbol(">") => Some(To::Write),
            Token::Symbol(">>") => Some(To::Append),
            Token::Symbol("|") => Some(To::Command),
            _ => None,
        };
        self.at += usize::from(how.is_some());
        let to = match how {
            Some(how) => Some((self.concat()?, how)),
            None => None,
        };
        Ok(Statement::Print(values, printf, to))
    }

    fn list(&mut self, end: &str) -> Parsed<Vec<Expr>> {
        let greater = std::mem::replace(&mut self.no_greater, false);
        let mut all = Vec::new();
        self.newlines();
        while !self.take(end) {
            all.push(self.expr()?);
            self.newlines();
            if !self.take(",") {
                self.expect(end)?;
                break;
            }
            self.newlines();
        }
        self.no_greater = greater;
        Ok(all)
    }
}
