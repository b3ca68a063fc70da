//! JSON texts to values, in jq's words where something is wrong.

use super::value::Json::{self, Bool, Null, Number, Text};
use super::value::put;

/// How deep texts may be nested, as jq's parser has it.
const DEPTH: usize = 256;

/// Reads JSON texts one after the other.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Reader<'a> {
        Reader { text, at: 0 }
    }

    /// How many lines have been read.
    pub(super) fn lines(&self) -> usize {
        // The end of a value's line is read with it.
        let rest = &self.text[self.at..];
        let ended = rest.starts_with('\n') || rest.trim_start_matches([' ', '\t', '\r']).starts_with('\n');
        self.text[..self.at].matches('\n').count() + usize::from(ended)
    }

    /// The next value; none at the end.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub(super) fn next(&mut self) -> Result<Option<Json>, String> {
        self.blanks();
        if self.at == self.text.len() {
            return Ok(None);
        }
        self.value(0).map(Some)
    }

    fn blanks(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n', '\u{feff}']).len();
    }

    fn wrong(&self, what: &str, at: usize) -> String {
        let read = &self.text[..at.min(self.text.len())];
        let line = read.matches('\n').count() + 1;
        let column = read.len() - read.rfind('\n').map_or(0, |at| at + 1);
        format!("{what} at line {line}, column {column}")
    }

    fn unfinished(&self) -> String {
        self.wrong("Unfinished JSON term at EOF", self.text.len())
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn value(&mut self, depth: usize) -> Result<Json, String> {
        if depth > DEPTH {
            return Err(self.wrong("Exceeds depth limit for parsing", self.at));
        }
        match self.peek() {
            None => Err(self.unfinished()),
            Some(b'"') => Ok(Text(self.string()?.into())),
            Some(b'[') => self.list(depth),
            Some(b'{') => self.map(depth),
            Some(b']' | b'}' | b',' | b':') => Err(self.wrong("Expected JSON value", self.at + 1)),
            Some(_) => self.word(),
        }
    }

    /// Takes a bracket, and the one that ends what it began if there is nothing in between.
    fn is_empty(&mut self, end: u8) -> bool {
        self.at += 1;
        self.blanks();
        let empty = self.peek() == Some(end);
        self.at += usize::from(empty);
        empty
    }

    /// Takes the comma that says that there is more, or the bracket that says that there is not.
    fn more(&mut self, end: u8) -> Result<bool, String> {
        self.blanks();
        match self.peek() {
            Some(sign) if sign == b',' || sign == end => {
                self.at += 1;
                Ok(sign == b',')
            }
            None => Err(self.unfinished()),
            Some(_) => Err(self.wrong("Expected separator between values", self.at + 1)),
        }
    }

    fn list(&mut self, depth: usize) -> Result<Json, String> {
        let mut items = Vec::new();
        if self.is_empty(b']') {
            return Ok(items.into());
        }
        loop {
            self.blanks();
            items.push(self.value(depth + 1)?);
            if !self.more(b']')? {
                return Ok(items.into());
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Json, String> {
        let mut entries = Vec::new();
        if self.is_empty(b'}') {
            return Ok(entries.into());
        }
        loop {
            self.blanks();
            match self.peek() {
                Some(b'"') => {}
                None => return Err(self.unfinished()),
                Some(b'}') => return Err(self.wrong("Expected another key-value pair", self.at + 1)),
                Some(c) if c.is_ascii_alphabetic() || c == b'\'' => {
                    self.word()?;
                    return Err(self.wrong("Object keys must be strings", self.at + 1));
                }
                Some(_) => return Err(self.wrong("Object keys must be strings", self.at + 1)),
            }
            let key = self.string()?;
            self.blanks();
            match self.peek() {
                Some(b':') => self.at += 1,
                None => return Err(self.unfinished()),
                Some(b'}' | b',') => return Err(self.wrong("Objects must consist of key:value pairs", self.at + 1)),
                Some(_) => return Err(self.wrong("Expected separator between values", self.at + 1)),
            }
            self.blanks();
            let value = self.value(depth + 1)?;
            put(&mut entries, key.into(), value);
            if !self.more(b'}')? {
                return Ok(entries.into());
            }
        }
    }

    /// A number, or one of the words that JSON knows.
    fn word(&mut self) -> Result<Json, String> {
        let rest = &self.text[self.at..];
        let ends = |c: char| c.is_ascii_whitespace() || matches!(c, '[' | ']' | '{' | '}' | ',' | ':' | '"');
        let end = rest.find(ends).unwrap_or(rest.len());
        let word = &rest[..end];
        // What is wrong is noticed at the next character.
        let at = self.at + end + 1;
        let eof = self.at + end == self.text.len();
        let wrong = |reader: &Self, what: &str| match eof {
            true => reader.wrong(&format!("{what} at EOF"), reader.at + end),
            false => reader.wrong(what, at),
        };
        let value = match word {
            "null" => Null,
            "true" => Bool(true),
            "false" => Bool(false),
            "nan" | "NaN" => Number(f64::NAN),
            word if word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) => {
                match word.parse::<f64>() {
                    Ok(number) if !word.ends_with(|c: char| c.is_ascii_alphabetic()) => Number(number),
                    _ => return Err(wrong(self, "Invalid numeric literal")),
                }
            }
            word if ["nul", "tru", "fals"].iter().any(|start| word.starts_with(start)) => {
                return Err(wrong(self, "Invalid literal"));
            }
            _ => return Err(wrong(self, "Invalid numeric literal")),
        };
        self.at += end;
        Ok(value)
    }

    fn string(&mut self) -> Result<String, String> {
        self.at += 1;
        let mut string = String::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(end) = rest.find(['"', '\\']) else {
                return Err(self.wrong("Unfinished string at EOF", self.text.len()));
            };
            string.push_str(&rest[..end]);
            self.at += end + 1;
            if rest.as_bytes()[end] == b'"' {
                return Ok(string);
            }
            self.escape(&mut string)?;
        }
    }

    fn escape(&mut self, string: &mut String) -> Result<(), String> {
        let Some(letter) = self.text[self.at..].chars().next() else {
            return Err(self.wrong("Unfinished string at EOF", self.text.len()));
        };
        self.at += letter.len_utf8();
        let read = unescape(letter, &self.text[self.at..], string);
        self.at += read.map_err(|at| self.wrong("Invalid escape", self.at + at))?;
        Ok(())
    }
}

/// What a letter behind a backslash stands for, with the digits that `rest` begins with: how many bytes of that were read.
///
/// # Errors
/// It stands for nothing: that many bytes further it is noticed.
pub(super) fn unescape(letter: char, rest: &str, into: &mut String) -> Result<usize, usize> {
    let unit = |at: usize| {
        let digits = rest.get(at..at + 4).and_then(|digits| u16::from_str_radix(digits, 16).ok());
        digits.ok_or(at + 4)
    };
    into.push(match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        '"' | '\\' | '/' => letter,
        'u' => {
            let mut units = vec![unit(0)?];
            let mut read = 4;
            // Half a character: the other half may follow.
            if (0xd800..0xdc00).contains(&units[0]) && rest[read..].starts_with("\\u") {
                units.push(unit(6)?);
                read = 10;
            }
            into.extend(char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')));
            return Ok(read);
        }
        _ => return Err(1),
    });
    Ok(0)
}

/// One JSON text and nothing else.
///
/// # Errors
/// What is wrong, and where.
pub(super) fn parse(text: &str) -> Result<Json, String> {
    let mut reader = Reader::new(text);
    let value = reader.next()?.unwrap_or(Null);
    match reader.next() {
        Ok(None) => Ok(value),
        Ok(Some(_)) => Err("Unexpected extra JSON values".to_owned()),
        Err(why) => Err(why),
    }
}
