//! A program to its words.

use super::reader::unescape;
use std::rc::Rc;

/// A word of a program.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// `.name`
    Field(Rc<str>),
    /// `$name`
    Variable(Rc<str>),
    /// `@name`
    Format(Rc<str>),
    /// A name, or a word of the language.
    Word(Rc<str>),
    Number(f64),
    Text(Vec<Piece>),
    /// An operator or bracket.
    Sign(Rc<str>),
    End,
}

/// A part of a string: text, or the words of what fills it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    Plain(Rc<str>),
    Filled(Vec<Token>),
}

impl Token {
    /// As errors name it.
    pub(super) fn shown(&self) -> String {
        match self {
            Token::End => "end of file (Unix shell quoting issues?)".to_owned(),
            Token::Sign(sign) => format!("'{sign}' (Unix shell quoting issues?)"),
            Token::Word(word) if KEYWORDS.contains(&&**word) => format!("{word} (Unix shell quoting issues?)"),
            Token::Word(_) => "IDENT (Unix shell quoting issues?)".to_owned(),
            Token::Field(_) => "FIELD (Unix shell quoting issues?)".to_owned(),
            Token::Variable(_) => "'$' (Unix shell quoting issues?)".to_owned(),
            Token::Format(_) => "FORMAT (Unix shell quoting issues?)".to_owned(),
            Token::Number(_) => "LITERAL (Unix shell quoting issues?)".to_owned(),
            Token::Text(_) => "QQSTRING_START (Unix shell quoting issues?)".to_owned(),
        }
    }
}

const KEYWORDS: [&str; 16] = [
    "def", "if", "then", "elif", "else", "end", "as", "reduce", "foreach", "try", "catch", "label", "import", "include", "and",
    "or",
];

/// Longer ones first.
const SIGNS: [&str; 30] = [
    "?//", "//=", "|=", "+=", "-=", "*=", "/=", "%=", "==", "!=", "<=", ">=", "//", "..", "<", ">", "=", "+", "-", "*", "/",
    "%", "(", ")", "[", "]", "{", "}", ",", ".",
];
const MORE_SIGNS: [&str; 4] = ["|", ":", ";", "?"];

pub(super) struct Lexer<'a> {
    rest: &'a str,
}

fn starts_name(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Lexer<'a> {
        Lexer { rest: text }
    }

    /// All words up to the end, or to the bracket that closes what fills a string.
    ///
    /// # Errors
    /// A character that means nothing, or a string without an end.
    pub(super) fn all(&mut self, depth: usize) -> Result<Vec<Token>, String> {
        let mut tokens = Vec::new();
        let mut open = 0_usize;
        loop {
            self.blanks();
            let Some(first) = self.rest.chars().next() else { return Ok(tokens) };
            if first == ')' && open == 0 {
                return Ok(tokens);
            }
            let token = self.token(first, depth)?;
            match &token {
                Token::Sign(sign) if &**sign == "(" => open += 1,
                Token::Sign(sign) if &**sign == ")" => open -= 1,
                _ => {}
            }
            tokens.push(token);
        }
    }

    fn blanks(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            let Some(comment) = self.rest.strip_prefix('#') else { return };
            self.rest = comment.split_once('\n').map_or("", |(_, rest)| rest);
        }
    }

    fn token(&mut self, first: char, depth: usize) -> Result<Token, String> {
        let after = |count: usize| self.rest[count..].chars().next();
        match first {
            '"' => {
                self.rest = &self.rest[1..];
                self.string(depth)
            }
            '.' if after(1).is_some_and(starts_name) => {
                self.rest = &self.rest[1..];
                Ok(Token::Field(self.name(false)))
            }
            '.' if after(1).is_some_and(|c| c.is_ascii_digit()) => self.number(),
            '$' if after(1).is_some_and(starts_name) => {
                self.rest = &self.rest[1..];
                Ok(Token::Variable(self.name(true)))
            }
            '@' if after(1).is_some_and(starts_name) => {
                self.rest = &self.rest[1..];
                Ok(Token::Format(self.name(false)))
            }
            c if starts_name(c) => Ok(Token::Word(self.name(true))),
            c if c.is_ascii_digit() => self.number(),
            _ => match SIGNS.iter().chain(&MORE_SIGNS).find(|sign| self.rest.starts_with(**sign)) {
                Some(sign) => {
                    self.rest = &self.rest[sign.len()..];
                    Ok(Token::Sign((*sign).into()))
                }
                None => Err("syntax error, unexpected INVALID_CHARACTER (Unix shell quoting issues?)".to_owned()),
            },
        }
    }

    /// A name; those of modules have parts (`a::b`).
    fn name(&mut self, parts: bool) -> Rc<str> {
        let part = |text: &str| text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
        let mut end = part(self.rest);
        while parts && self.rest[end..].starts_with("::") && self.rest[end + 2..].starts_with(starts_name) {
            end += 2 + part(&self.rest[end + 2..]);
        }
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        name.into()
    }

    fn number(&mut self) -> Result<Token, String> {
        let bytes = self.rest.as_bytes();
        let digits = |from: usize| from + bytes[from..].iter().take_while(|c| c.is_ascii_digit()).count();
        let mut end = digits(0);
        if bytes.get(end) == Some(&b'.') {
            end = digits(end + 1);
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let exponent = digits(end + 1 + sign);
            if exponent > end + 1 + sign {
                end = exponent;
            }
        }
        let (number, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(Token::Number(number.parse().unwrap_or(f64::NAN)))
    }

    /// A string behind its first quote.
    fn string(&mut self, depth: usize) -> Result<Token, String> {
        let (mut pieces, mut text) = (Vec::new(), String::new());
        loop {
            let Some(c) = self.rest.chars().next() else {
                return Err("syntax error, unexpected end of file, expecting QQSTRING_TEXT or QQSTRING_INTERP_START or QQSTRING_END \
                            (Unix shell quoting issues?)"
                    .to_owned());
            };
            self.rest = &self.rest[c.len_utf8()..];
            match c {
                '"' => break,
                '\\' => {
                    let Some(letter) = self.rest.chars().next() else { continue };
                    self.rest = &self.rest[letter.len_utf8()..];
                    if letter == '(' {
                        let Some(depth) = depth.checked_sub(1) else {
                            return Err("syntax error, nested too deeply".to_owned());
                        };
                        let filled = self.all(depth)?;
                        let Some(rest) = self.rest.strip_prefix(')') else {
                            return Err("syntax error, unexpected end of file (Unix shell quoting issues?)".to_owned());
                        };
                        self.rest = rest;
                        pieces.push(Piece::Plain(std::mem::take(&mut text).into()));
                        pieces.push(Piece::Filled(filled));
                        continue;
                    }
                    self.rest = &self.rest[unescape(letter, self.rest, &mut text).map_err(|_| wrong_escape())?..];
                }
                c => text.push(c),
            }
        }
        if !text.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Plain(text.into()));
        }
        Ok(Token::Text(pieces))
    }
}

fn wrong_escape() -> String {
    "Invalid escape at line 1, column 4 (while parsing '\"\\x\"')".to_owned()
}
