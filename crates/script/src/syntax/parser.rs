//! Tokens to commands.

use super::assignment::{DECLARING, assigned_element, assignment};
use super::lexer::{Lexer, Token};
use super::*;

/// The words that have a meaning at a command's beginning.
const RESERVED: [&str; 16] =
    ["if", "then", "elif", "else", "fi", "for", "while", "until", "do", "done", "case", "esac", "{", "}", "!", "[["];

/// Whether a word has a meaning at a command's beginning.
pub fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word) || matches!(word, "function" | "in" | "]]" | "time")
}

/// Words that only ever end something.
const CLOSING: [&str; 8] = ["then", "elif", "else", "fi", "do", "done", "esac", "}"];

/// Parses the first line of commands in `source` (a here-document and an unfinished construct draw in the lines after it),
/// and says how many bytes that took. None if there is nothing but blanks and comments left.
///
/// # Errors
/// What bash says of it; [`Error::Incomplete`] if more text could make it right.
pub fn parse_one(source: &str, aliases: &Aliases) -> Result<Option<(Script, usize)>, Error> {
    let mut lexer = Lexer::new(source, aliases, 0);
    while lexer.peek()? == Token::Newline {
        lexer.next()?;
    }
    if lexer.peek()? == Token::End {
        return Ok(None);
    }
    let before = lexer.chars.len();
    let mut parser = Parser::inside(&mut lexer);
    let script = parser.line()?;
    // Aliases may have made the text longer or shorter: what is left at its end is as it was.
    let left = lexer.chars.len() - lexer.at.min(lexer.chars.len());
    let used = source.chars().take(before.saturating_sub(left)).map(char::len_utf8).sum();
    Ok(Some((script, used)))
}

/// Where the line with a syntax error ends, so that a reader can go on after it: bytes including the newline.
pub fn line_end(source: &str) -> usize {
    source.find('\n').map_or(source.len(), |i| i + 1)
}

pub(super) struct Parser<'p, 'a> {
    pub(super) lexer: &'p mut Lexer<'a>,
}

impl<'p, 'a> Parser<'p, 'a> {
    pub(super) fn inside(lexer: &'p mut Lexer<'a>) -> Parser<'p, 'a> {
        Parser { lexer }
    }

    /// Commands up to a newline or the end, which is taken.
    fn line(&mut self) -> Result<Script, Error> {
        let mut script = Script::default();
        loop {
            match self.lexer.peek()? {
                Token::Newline | Token::End if !script.0.is_empty() => {
                    self.lexer.next()?;
                    return Ok(script);
                }
                _ => Arc::make_mut(&mut script.0).push(self.item()?),
            }
        }
    }

    pub(super) fn rest(&mut self) -> Result<Script, Error> {
        let script = self.list(&[], false)?;
        match self.lexer.peek()? {
            Token::End => Ok(script),
            _ => Err(self.unexpected()),
        }
    }

    pub(super) fn until_parenthesis(&mut self) -> Result<Script, Error> {
        let script = self.list(&[], true)?;
        match self.lexer.next()? {
            Token::Operator(")") => Ok(script),
            Token::End => Err(Error::Incomplete("unexpected EOF while looking for matching `)'".into())),
            _ => Err(self.unexpected()),
        }
    }

    /// Commands over any number of lines, up to one of these words (not taken), `)` where that is asked for, or the end.
    pub(super) fn list(&mut self, ends: &[&str], parenthesis: bool) -> Result<Script, Error> {
        let mut script = Script::default();
        loop {
            match self.lexer.peek()? {
                Token::Newline => drop(self.lexer.next()?),
                Token::End => return Ok(script),
                Token::Operator(")") if parenthesis => return Ok(script),
                Token::Operator(";;" | ";&" | ";;&") if ends.contains(&"esac") => return Ok(script),
                Token::Word(word) if word.literal().is_some_and(|w| ends.contains(&w)) => return Ok(script),
                _ => Arc::make_mut(&mut script.0).push(self.item()?),
            }
        }
    }

    /// The same, but an empty list is an error, and the word that ended it is taken and returned.
    pub(super) fn body(&mut self, ends: &[&'static str]) -> Result<(Script, &'static str), Error> {
        let script = self.list(ends, false)?;
        if let Token::Word(word) = self.lexer.peek()?
            && let Some(end) = ends.iter().find(|end| word.literal() == Some(end))
        {
            if script.0.is_empty() {
                return Err(self.unexpected());
            }
            self.lexer.next()?;
            return Ok((script, end));
        }
        match self.lexer.peek()? {
            Token::End => Err(Error::Incomplete("syntax error: unexpected end of file".into())),
            _ => Err(self.unexpected()),
        }
    }

    /// `A && B || C`, with the `;` or `&` after it.
    fn item(&mut self) -> Result<Item, Error> {
        let start = self.lexer.at;
        let first = self.pipeline()?;
        let mut rest = Vec::new();
        loop {
            let join = match self.lexer.peek()? {
                Token::Operator("&&") => Join::And,
                Token::Operator("||") => Join::Or,
                _ => break,
            };
            self.lexer.next()?;
            self.newlines()?;
            rest.push((join, self.pipeline()?));
        }
        let text = self.lexer.slice(start, self.lexer.at).trim().to_owned();
        let background = match self.lexer.peek()? {
            Token::Operator(op @ (";" | "&")) => {
                self.lexer.next()?;
                op == "&"
            }
            Token::Newline | Token::End | Token::Operator(")" | ";;" | ";&" | ";;&") => false,
            _ => return Err(self.unexpected()),
        };
        Ok(Item { first, rest, background, text })
    }

    fn pipeline(&mut self) -> Result<Pipeline, Error> {
        let (mut negated, mut timed) = (false, false);
        while let Token::Word(word) = self.lexer.peek()? {
            match word.literal() {
                Some("!") => negated = !negated,
                Some("time") if !timed => timed = true,
                _ => break,
            }
            self.lexer.next()?;
        }
        let mut commands = Vec::new();
        loop {
            commands.push(self.command()?);
            match self.lexer.peek()? {
                Token::Operator("|") => {}
                Token::Operator("|&") => {
                    let both = Redirect { fd: 2, action: Action::Duplicate(Word::quoted("1")) };
                    commands.last_mut().into_iter().for_each(|command| add_redirect(command, both.clone()));
                }
                _ => return Ok(Pipeline { negated, timed, commands }),
            }
            self.lexer.next()?;
            self.newlines()?;
        }
    }

    pub(super) fn command(&mut self) -> Result<Command, Error> {
        self.lexer.deeper()?;
        let command = self.command_inner();
        self.lexer.depth = self.lexer.depth.saturating_sub(1);
        command
    }

    fn command_inner(&mut self) -> Result<Command, Error> {
        let compound = match self.lexer.peek()? {
            Token::Operator("(") => Some(self.parenthesis()?),
            Token::Word(word) => match word.literal() {
                Some(keyword) if CLOSING.contains(&keyword) => return Err(self.unexpected()),
                Some(keyword) if RESERVED.contains(&keyword) => Some(self.keyword(keyword)?),
                Some("function") => return self.function(),
                _ => None,
            },
            _ => None,
        };
        match compound {
            Some(compound) => {
                let mut redirects = Vec::new();
                while let Some(redirect) = self.redirect()? {
                    redirects.push(redirect);
                }
                Ok(Command::Compound(Arc::new(compound), Arc::new(redirects)))
            }
            None => self.simple(),
        }
    }

    fn simple(&mut self) -> Result<Command, Error> {
        let mut simple = Simple::default();
        loop {
            if let Some(redirect) = self.redirect()? {
                simple.redirects.push(redirect);
                continue;
            }
            self.lexer.skip_blanks();
            let start = self.lexer.at;
            let Token::Word(word) = self.lexer.peek()? else { break };
            self.lexer.next()?;
            if simple.words.is_empty() {
                if let Some(mut assignment) = assignment(&word) {
                    if assignment.value == Assigned::Text(Word::default()) && self.lexer.starts_with("(") {
                        assignment.value = Assigned::List(self.elements()?);
                    }
                    simple.assignments.push(assignment);
                    continue;
                }
                if let Some(name) = word.literal() {
                    if self.lexer.expand_alias(name, start) {
                        // The alias may begin with anything: a keyword, a redirection, another alias.
                        if simple.assignments.is_empty() && simple.redirects.is_empty() {
                            return self.command();
                        }
                        continue;
                    }
                    if is_name(name) && self.lexer.starts_with("(") && simple.assignments.is_empty() {
                        return self.function_body(name.to_owned());
                    }
                }
            }
            let declares = simple.words.first().and_then(Word::literal).is_some_and(|name| DECLARING.contains(&name));
            if declares
                && self.lexer.starts_with("(")
                && let Some(mut assignment) = assignment(&word)
            {
                assignment.value = Assigned::List(self.elements()?);
                simple.words.push(Word(vec![Part::Literal(assignment.name.clone())]));
                simple.lists.push(assignment);
                continue;
            }
            simple.words.push(word);
        }
        match simple == Simple::default() || matches!(self.lexer.peek()?, Token::Operator("(")) {
            true => Err(self.unexpected()),
            false => Ok(Command::Simple(Arc::new(simple))),
        }
    }

    /// `(a b [x]=c)`, standing at it.
    fn elements(&mut self) -> Result<Vec<(Option<Word>, Word)>, Error> {
        self.lexer.next()?;
        let mut elements = Vec::new();
        loop {
            match self.lexer.next()? {
                Token::Newline => {}
                Token::Operator(")") => return Ok(elements),
                Token::Word(word) => elements.push(match assigned_element(&word) {
                    Some((index, _, value)) => (Some(index), value),
                    None => (None, word),
                }),
                Token::Number(number) => elements.push((None, Word::quoted(number.to_string()))),
                Token::End => return Err(Error::Incomplete("syntax error: unexpected end of file".into())),
                token => return Err(near(&token.text(""))),
            }
        }
    }

    fn function_body(&mut self, name: String) -> Result<Command, Error> {
        self.lexer.next()?;
        if !self.lexer.take(")")? {
            return Err(self.unexpected());
        }
        self.newlines()?;
        match self.lexer.peek()? {
            Token::End => Err(Error::Incomplete("syntax error: unexpected end of file".into())),
            _ => Ok(Command::Function(name, Arc::new(self.command()?))),
        }
    }

    fn redirect(&mut self) -> Result<Option<Redirect>, Error> {
        let at = self.lexer.at;
        let mut number = None;
        let mut token = self.lexer.next()?;
        if let Token::Number(n) = token {
            number = Some(n);
            token = self.lexer.next()?;
        }
        let operator = match token {
            Token::Operator(
                op @ ("<" | ">" | ">>" | ">|" | "<>" | "<&" | ">&" | "&>" | "&>>" | "<<" | "<<-" | "<<<"),
            ) => op,
            _ => {
                self.lexer.at = at;
                return Ok(None);
            }
        };
        let Token::Word(word) = self.lexer.peek()? else { return Err(self.unexpected()) };
        self.lexer.next()?;
        let fd = number.unwrap_or(u32::from(!operator.starts_with('<')));
        let action = match operator {
            "<" => Action::Read(word),
            ">" | ">|" => Action::Write(word),
            ">>" => Action::Append(word),
            "<>" => Action::ReadWrite(word),
            "&>" => Action::Both(word, false),
            "&>>" => Action::Both(word, true),
            ">&" if number.is_none() && !word.literal().is_some_and(is_descriptor) => Action::Both(word, false),
            "<&" | ">&" => Action::Duplicate(word),
            "<<<" => Action::Text(Word(word.0.into_iter().chain([Part::Quoted("\n".into())]).collect())),
            _ => self.here_document(&word, operator == "<<-")?,
        };
        Ok(Some(Redirect { fd, action }))
    }

    fn here_document(&mut self, word: &Word, strip_tabs: bool) -> Result<Action, Error> {
        let Some(delimiter) = word.plain() else { return Err(self.unexpected()) };
        let body = self.lexer.here_body(&delimiter, strip_tabs)?;
        if word.literal().is_none() {
            return Ok(Action::Text(Word::quoted(body)));
        }
        let mut inner = Lexer::new(&body, self.lexer.aliases, self.lexer.depth);
        Ok(Action::Text(Word(vec![Part::Double(inner.double(None)?)])))
    }

    pub(super) fn newlines(&mut self) -> Result<(), Error> {
        while self.lexer.peek()? == Token::Newline {
            self.lexer.next()?;
        }
        match self.lexer.peek()? {
            Token::End => Err(Error::Incomplete("syntax error: unexpected end of file".into())),
            _ => Ok(()),
        }
    }

    /// An optional `;` and newlines.
    pub(super) fn separator(&mut self) -> Result<(), Error> {
        self.lexer.take(";")?;
        self.newlines()
    }

    pub(super) fn expect(&mut self, keyword: &str) -> Result<(), Error> {
        match self.lexer.peek()? {
            Token::Word(word) if word.literal() == Some(keyword) => {
                self.lexer.next()?;
                Ok(())
            }
            _ => Err(self.unexpected()),
        }
    }

    /// The error at the next token.
    pub(super) fn unexpected(&mut self) -> Error {
        let start = {
            self.lexer.skip_blanks();
            self.lexer.at
        };
        match self.lexer.next() {
            Ok(Token::End) => Error::Incomplete("syntax error: unexpected end of file".into()),
            Ok(token) => near(&token.text(&self.lexer.slice(start, self.lexer.at))),
            Err(error) => error,
        }
    }
}

pub(super) fn near(token: &str) -> Error {
    Error::Syntax(format!("syntax error near unexpected token `{token}'"))
}

/// Whether text is a variable's name.
pub fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn is_descriptor(text: &str) -> bool {
    text == "-" || (!text.is_empty() && text.chars().all(|c| c.is_ascii_digit()))
}

fn add_redirect(command: &mut Command, redirect: Redirect) {
    match command {
        Command::Simple(simple) => Arc::make_mut(simple).redirects.push(redirect),
        Command::Compound(_, redirects) => Arc::make_mut(redirects).push(redirect),
        Command::Function(..) => {}
    }
}
