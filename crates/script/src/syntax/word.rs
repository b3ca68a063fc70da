//! One word with its quotes and expansions.

use super::lexer::Lexer;
use super::parser::Parser;
use super::{Error, Operation, Parameter, Part, Script, Word};

/// What ends an unquoted word.
const META: &str = " \t\r\n|&;<>()";

fn unclosed(quote: char) -> Error {
    Error::Incomplete(format!("unexpected EOF while looking for matching `{quote}'"))
}

/// Collects parts, joining neighbouring text of one sort.
#[derive(Default)]
struct Parts(Vec<Part>);

impl Parts {
    fn literal(&mut self, c: char) {
        match self.0.last_mut() {
            Some(Part::Literal(text)) => text.push(c),
            _ => self.0.push(Part::Literal(c.into())),
        }
    }

    fn quoted(&mut self, more: &str) {
        match self.0.last_mut() {
            Some(Part::Quoted(text)) => text.push_str(more),
            _ => self.0.push(Part::Quoted(more.into())),
        }
    }
}

impl Lexer<'_> {
    /// A word; the lexer stands at its first character.
    pub(super) fn word(&mut self) -> Result<Word, Error> {
        self.word_until(|c| META.contains(c))
    }

    /// A regular expression behind `=~`: only blanks outside of its brackets end it.
    pub(super) fn expression(&mut self) -> Result<Word, Error> {
        self.skip_blanks();
        let open = std::cell::Cell::new(0_usize);
        self.word_until(|c| match c {
            '(' => {
                open.set(open.get() + 1);
                false
            }
            ')' => {
                open.set(open.get().saturating_sub(1));
                false
            }
            ' ' | '\t' => open.get() == 0,
            c => c == '\n',
        })
    }

    fn word_until(&mut self, ends: impl Fn(char) -> bool) -> Result<Word, Error> {
        let mut parts = Parts::default();
        while let Some(c) = self.peek_char() {
            if ends(c) {
                break;
            }
            match c {
                '\\' => {
                    self.at += 1;
                    match self.peek_char() {
                        Some('\n') => {}
                        Some(c) => parts.quoted(c.encode_utf8(&mut [0; 4])),
                        None => return Err(Error::Incomplete("syntax error: unexpected end of file".into())),
                    }
                    self.at += 1;
                }
                '\'' => parts.quoted(&self.single()?),
                '"' => {
                    self.at += 1;
                    parts.0.push(Part::Double(self.double(Some('"'))?));
                }
                '$' if self.starts_with("$'") => {
                    self.at += 1;
                    parts.quoted(&self.ansi_c()?);
                }
                '$' if self.starts_with("$\"") => self.at += 1,
                '$' => match self.dollar()? {
                    Some(part) => parts.0.push(part),
                    None => parts.literal('$'),
                },
                '`' => parts.0.push(self.backquote()?),
                c => {
                    parts.literal(c);
                    self.at += 1;
                }
            }
        }
        Ok(Word(parts.0))
    }

    fn single(&mut self) -> Result<String, Error> {
        let start = self.at + 1;
        let length = self.chars[start..].iter().position(|c| *c == '\'').ok_or_else(|| unclosed('\''))?;
        self.at = start + length + 1;
        Ok(self.slice(start, start + length))
    }

    /// `$'...'`, standing at its quote.
    fn ansi_c(&mut self) -> Result<String, Error> {
        let start = self.at + 1;
        let mut at = start;
        loop {
            match self.chars.get(at) {
                None => return Err(unclosed('\'')),
                Some('\'') => break,
                Some('\\') => at += 2,
                Some(_) => at += 1,
            }
        }
        let text = self.slice(start, at);
        self.at = at + 1;
        Ok(crate::text::unescape(&text, true).0)
    }

    /// Text with expansions up to `end` (taken), or to the end of the text; single quotes mean nothing in it.
    pub(super) fn double(&mut self, end: Option<char>) -> Result<Vec<Part>, Error> {
        let mut parts = Parts::default();
        loop {
            match self.peek_char() {
                None if end.is_none() => return Ok(parts.0),
                None => return Err(unclosed('"')),
                Some(c) if Some(c) == end => {
                    self.at += 1;
                    return Ok(parts.0);
                }
                Some('\\') => {
                    self.at += 1;
                    match self.peek_char() {
                        Some('\n') => self.at += 1,
                        Some(c) if "$`\\".contains(c) || (c == '"' && end.is_some()) => {
                            parts.quoted(c.encode_utf8(&mut [0; 4]));
                            self.at += 1;
                        }
                        _ => parts.quoted("\\"),
                    }
                }
                Some('$') => match self.dollar()? {
                    Some(part) => parts.0.push(part),
                    None => parts.quoted("$"),
                },
                Some('`') => parts.0.push(self.backquote()?),
                Some(c) => {
                    parts.quoted(c.encode_utf8(&mut [0; 4]));
                    self.at += 1;
                }
            }
        }
    }

    /// What stands after `$`; none (and only the `$` taken) if that is nothing special.
    fn dollar(&mut self) -> Result<Option<Part>, Error> {
        self.at += 1;
        match self.peek_char() {
            Some('(') if self.starts_with("((") => {
                let at = self.at;
                match self.arithmetic() {
                    Ok(word) => Ok(Some(Part::Arithmetic(word))),
                    Err(Error::Syntax(_)) => {
                        self.at = at + 1;
                        Ok(Some(Part::Command(self.substitution()?)))
                    }
                    Err(error) => Err(error),
                }
            }
            Some('(') => {
                self.at += 1;
                Ok(Some(Part::Command(self.substitution()?)))
            }
            Some('{') => {
                self.at += 1;
                self.deeper()?;
                let parameter = self.braced();
                self.depth -= 1;
                Ok(Some(Part::Parameter(parameter?)))
            }
            Some(c) if c.is_ascii_alphabetic() || c == '_' => {
                let name = self.name();
                Ok(Some(Part::Parameter(Parameter { name, index: None, operation: Operation::Value })))
            }
            Some(c) if c.is_ascii_digit() || "?#@*$!-".contains(c) => {
                self.at += 1;
                Ok(Some(Part::Parameter(Parameter { name: c.into(), index: None, operation: Operation::Value })))
            }
            _ => Ok(None),
        }
    }

    pub(super) fn name(&mut self) -> String {
        let start = self.at;
        while self.peek_char().is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') {
            self.at += 1;
        }
        self.slice(start, self.at)
    }

    /// `((...))`, standing at it: a word with the expansions inside. A syntax error if it does not end in `))`.
    pub(super) fn arithmetic(&mut self) -> Result<Word, Error> {
        self.deeper()?;
        let start = self.at + 2;
        let mut open = 0;
        let mut at = start;
        loop {
            match self.chars.get(at) {
                None => return Err(unclosed(')')),
                Some('(') => open += 1,
                Some(')') if open > 0 => open -= 1,
                Some(')') if self.chars.get(at + 1) == Some(&')') => break,
                Some(')') => {
                    self.depth -= 1;
                    return Err(Error::Syntax("not arithmetic".into()));
                }
                Some(_) => {}
            }
            at += 1;
        }
        let text = self.slice(start, at);
        let mut inner = Lexer::new(&text, self.aliases, self.depth);
        let parts = inner.double(None)?;
        self.depth -= 1;
        self.at = at + 2;
        Ok(Word(parts))
    }

    /// The commands up to `)`, which is taken.
    pub(super) fn substitution(&mut self) -> Result<Script, Error> {
        self.deeper()?;
        let mut parser = Parser::inside(self);
        let script = parser.until_parenthesis()?;
        self.depth -= 1;
        Ok(script)
    }

    fn backquote(&mut self) -> Result<Part, Error> {
        let mut text = String::new();
        loop {
            self.at += 1;
            match self.peek_char() {
                None => return Err(unclosed('`')),
                Some('`') => break,
                Some('\\') => {
                    self.at += 1;
                    match self.peek_char() {
                        Some(c) if "$`\\".contains(c) => text.push(c),
                        Some(c) => text.extend(['\\', c]),
                        None => return Err(unclosed('`')),
                    }
                }
                Some(c) => text.push(c),
            }
        }
        self.at += 1;
        self.deeper()?;
        let mut inner = Lexer::new(&text, self.aliases, self.depth);
        let script = Parser::inside(&mut inner).rest()?;
        self.depth -= 1;
        Ok(Part::Command(script))
    }

    /// What stands in `${...}`, standing after the brace.
    fn braced(&mut self) -> Result<Parameter, Error> {
        let start = self.at;
        let bad = |lexer: &Self| match lexer.chars[start..].iter().position(|c| *c == '}') {
            Some(i) => Error::Syntax(format!("${{{}}}: bad substitution", lexer.slice(start, start + i))),
            None => unclosed('}'),
        };
        if self.peek_char() == Some('#') && self.chars.get(self.at + 1).is_some_and(|c| *c != '}') {
            self.at += 1;
            let name = self.parameter_name();
            let index = self.subscript()?;
            return self.close(Parameter { name, index, operation: Operation::Length }, bad);
        }
        if self.peek_char() == Some('!') && self.chars.get(self.at + 1).is_some_and(|c| c.is_ascii_alphabetic()) {
            self.at += 1;
            let name = self.parameter_name();
            let index = self.subscript()?;
            return self.close(Parameter { name, index, operation: Operation::Indirect }, bad);
        }
        let name = self.parameter_name();
        let index = self.subscript()?;
        let Some(c) = self.peek_char() else { return Err(unclosed('}')) };
        if name.is_empty() {
            return Err(bad(self));
        }
        let doubled = self.chars.get(self.at + 1) == Some(&c);
        let operation = match c {
            '}' => Operation::Value,
            '-' | '=' | '+' | '?' => {
                self.at += 1;
                Operation::Default(c, false, self.operand("}")?)
            }
            ':' => match self.chars.get(self.at + 1) {
                Some(c @ ('-' | '=' | '+' | '?')) => {
                    let c = *c;
                    self.at += 2;
                    Operation::Default(c, true, self.operand("}")?)
                }
                _ => {
                    self.at += 1;
                    let offset = self.operand(":}")?;
                    let length = self.peek_char() == Some(':');
                    self.at += usize::from(length);
                    Operation::Slice(offset, if length { Some(self.operand("}")?) } else { None })
                }
            },
            '#' | '%' => {
                self.at += 1 + usize::from(doubled);
                let pattern = self.operand("}")?;
                if c == '#' { Operation::Prefix(doubled, pattern) } else { Operation::Suffix(doubled, pattern) }
            }
            '/' => {
                self.at += 1 + usize::from(doubled);
                let how = match self.peek_char() {
                    _ if doubled => '/',
                    Some(anchor @ ('#' | '%')) => {
                        self.at += 1;
                        anchor
                    }
                    _ => ' ',
                };
                let pattern = self.operand("/}")?;
                let more = self.peek_char() == Some('/');
                self.at += usize::from(more);
                Operation::Replace(how, pattern, if more { self.operand("}")? } else { Word::default() })
            }
            '^' | ',' => {
                self.at += 1 + usize::from(doubled);
                Operation::Case(c, doubled)
            }
            '@' if self.chars.get(self.at + 1).is_some_and(|c| "QULulEAaKkP".contains(*c)) => {
                let letter = self.chars[self.at + 1];
                self.at += 2;
                Operation::Transform(letter)
            }
            _ => return Err(bad(self)),
        };
        self.close(Parameter { name, index, operation }, bad)
    }

    /// `[index]` behind a name.
    fn subscript(&mut self) -> Result<Option<Word>, Error> {
        if self.peek_char() != Some('[') {
            return Ok(None);
        }
        self.at += 1;
        self.deeper()?;
        let index = self.word_until(|c| c == ']')?;
        self.depth -= 1;
        match self.peek_char() {
            Some(_) => {
                self.at += 1;
                Ok(Some(index))
            }
            None => Err(unclosed(']')),
        }
    }

    fn parameter_name(&mut self) -> String {
        match self.peek_char() {
            Some(c) if "?#@*$!-".contains(c) => {
                self.at += 1;
                c.into()
            }
            _ => self.name(),
        }
    }

    /// A word inside `${...}`: blanks and operators belong to it.
    fn operand(&mut self, ends: &str) -> Result<Word, Error> {
        self.word_until(|c| ends.contains(c))
    }

    fn close(&mut self, parameter: Parameter, bad: impl Fn(&Self) -> Error) -> Result<Parameter, Error> {
        match self.peek_char() {
            Some('}') => {
                self.at += 1;
                Ok(parameter)
            }
            None => Err(unclosed('}')),
            Some(_) => Err(bad(self)),
        }
    }
}
