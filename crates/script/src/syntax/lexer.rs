//! Characters to tokens. Words are read by `word.rs`.

use super::{Aliases, Error, Part, Word};
use api::FlatMap;

/// How deep commands may be nested. The parser and the interpreter recurse, and a browser's stack is small.
pub(super) const MAX_DEPTH: usize = 60;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Word(Word),
    /// Digits directly before `<` or `>`.
    Number(u32),
    Operator(&'static str),
    Newline,
    End,
}

impl Token {
    /// The token as bash names it in an error.
    pub(super) fn text(&self, source: &str) -> String {
        match self {
            Token::Newline | Token::End => "newline".into(),
            Token::Operator(op) => (*op).into(),
            Token::Word(_) | Token::Number(_) => source.into(),
        }
    }
}

/// Longest first: the first that fits is taken.
const OPERATORS: [&str; 23] = [
    "&>>", "<<<", "<<-", ";;&", "&&", "||", ";;", ";&", "&>", ">>", "<<", ">&", "<&", "<>", ">|", "|&", "|", "&", ";",
    "<", ">", "(", ")",
];

pub(super) struct Lexer<'a> {
    pub(super) chars: Vec<char>,
    pub(super) at: usize,
    pub(super) depth: usize,
    pub(super) aliases: &'a Aliases,
    /// The bodies of here-documents: where they start (just after a newline) and end. They are skipped at that newline.
    bodies: FlatMap<usize, usize>,
    /// Aliases being expanded, with how many characters were left after their text: they are not expanded again in it.
    expanding: Vec<(String, usize)>,
    /// The last token read: where it starts, where it ends, and itself. Parsers peek, and reading a word with nested
    /// substitutions twice at every level would take exponential time.
    last: Option<(usize, usize, Token)>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(source: &str, aliases: &'a Aliases, depth: usize) -> Lexer<'a> {
        let chars = source.chars().collect();
        Lexer { chars, at: 0, depth, aliases, bodies: FlatMap::new(), expanding: Vec::new(), last: None }
    }

    pub(super) fn peek_char(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    pub(super) fn starts_with(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(i, c)| self.chars.get(self.at + i) == Some(&c))
    }

    pub(super) fn deeper(&mut self) -> Result<(), Error> {
        self.depth += 1;
        match self.depth > MAX_DEPTH {
            true => Err(Error::Syntax("maximum nesting level exceeded".into())),
            false => Ok(()),
        }
    }

    /// The text between two places.
    pub(super) fn slice(&self, from: usize, to: usize) -> String {
        self.chars[from.min(to)..to.min(self.chars.len())].iter().collect()
    }

    /// Skips blanks, comments and escaped newlines.
    pub(super) fn skip_blanks(&mut self) {
        loop {
            match self.peek_char() {
                Some(' ' | '\t' | '\r') => self.at += 1,
                Some('\\') if self.chars.get(self.at + 1) == Some(&'\n') => self.at += 2,
                Some('#') => {
                    while self.peek_char().is_some_and(|c| c != '\n') {
                        self.at += 1;
                    }
                }
                _ => return,
            }
        }
    }

    /// The next token, taken.
    pub(super) fn next(&mut self) -> Result<Token, Error> {
        self.skip_blanks();
        let start = self.at;
        if let Some((from, end, token)) = &self.last
            && *from == start
        {
            self.at = *end;
            return Ok(token.clone());
        }
        let token = self.read()?;
        self.last = Some((start, self.at, token.clone()));
        Ok(token)
    }

    fn read(&mut self) -> Result<Token, Error> {
        let Some(c) = self.peek_char() else { return Ok(Token::End) };
        if c == '\n' {
            self.at += 1;
            if let Some(end) = self.bodies.get(&self.at) {
                self.at = *end;
            }
            return Ok(Token::Newline);
        }
        if self.starts_with("<(") {
            self.at += 2;
            return Ok(Token::Word(Word(vec![Part::File(self.substitution()?)])));
        }
        if let Some(operator) = OPERATORS.iter().find(|op| self.starts_with(op)) {
            self.at += operator.chars().count();
            return Ok(Token::Operator(operator));
        }
        if let Some(number) = self.descriptor() {
            return Ok(Token::Number(number));
        }
        Ok(Token::Word(self.word()?))
    }

    /// The next token, left where it is.
    pub(super) fn peek(&mut self) -> Result<Token, Error> {
        let at = self.at;
        let token = self.next();
        self.at = at;
        token
    }

    /// Takes the next token if it is this operator.
    pub(super) fn take(&mut self, operator: &str) -> Result<bool, Error> {
        let at = self.at;
        match self.next()? {
            Token::Operator(op) if op == operator => Ok(true),
            _ => {
                self.at = at;
                Ok(false)
            }
        }
    }

    fn descriptor(&mut self) -> Option<u32> {
        let digits = self.chars[self.at..].iter().take_while(|c| c.is_ascii_digit()).count();
        let follows = self.chars.get(self.at + digits);
        if digits == 0 || digits > 4 || !matches!(follows, Some('<' | '>')) {
            return None;
        }
        let number = self.slice(self.at, self.at + digits).parse().ok()?;
        self.at += digits;
        Some(number)
    }

    /// Replaces the word that starts at `start` and ends here by its alias, if it has one that is not being expanded.
    pub(super) fn expand_alias(&mut self, name: &str, start: usize) -> bool {
        let Some(value) = self.aliases.get(name) else { return false };
        let left = self.chars.len() - self.at;
        self.expanding.retain(|(_, end)| *end <= left);
        // The text after the alias being expanded is what may hold its name again.
        if self.expanding.iter().any(|(n, end)| n == name && *end <= left) || self.expanding.len() > 32 {
            return false;
        }
        let value: Vec<char> = value.chars().collect();
        let shift = value.len() as isize - (self.at - start) as isize;
        let moved = |place: usize| if place > start { place.saturating_add_signed(shift) } else { place };
        self.bodies = self.bodies.iter().map(|(from, to)| (moved(*from), moved(*to))).collect();
        self.chars.splice(start..self.at, value);
        self.at = start;
        self.last = None;
        self.expanding.push((name.to_owned(), left));
        true
    }

    /// Reads the body of a here-document that begins after this line (and after the bodies already read there).
    pub(super) fn here_body(&mut self, delimiter: &str, strip_tabs: bool) -> Result<String, Error> {
        let newline = self.chars[self.at..].iter().position(|c| *c == '\n').map(|i| self.at + i + 1);
        let start = newline.ok_or_else(|| unfinished_here(delimiter))?;
        let mut at = self.bodies.get(&start).copied().unwrap_or(start);
        let mut body = String::new();
        loop {
            let end = self.chars[at..].iter().position(|c| *c == '\n').map(|i| at + i);
            let line = self.slice(at, end.unwrap_or(self.chars.len()));
            let shown = if strip_tabs { line.trim_start_matches('\t') } else { &line };
            if shown.trim_end_matches('\r') == delimiter {
                self.bodies.insert(start, end.map_or(self.chars.len(), |e| e + 1));
                return Ok(body);
            }
            let Some(end) = end else { return Err(unfinished_here(delimiter)) };
            body.push_str(shown);
            body.push('\n');
            at = end + 1;
        }
    }
}

fn unfinished_here(delimiter: &str) -> Error {
    Error::Incomplete(format!("warning: here-document delimited by end-of-file (wanted `{delimiter}')"))
}
