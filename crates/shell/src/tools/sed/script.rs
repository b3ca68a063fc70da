//! sed's scripts: text to steps.

use super::replacement::{Piece, pieces};
use crate::regex::Regex;

/// One command with its addresses.
pub(super) struct Step {
    pub(super) first: Option<Address>,
    pub(super) second: Option<Address>,
    pub(super) negated: bool,
    pub(super) command: Command,
}

/// Which lines.
pub(super) enum Address {
    Line(usize),
    Last,
    Step(usize, usize),
    Match(Regex),
    /// `addr,+N`
    Plus(usize),
}

/// What is done; branches and blocks know the number of the step that they lead to.
pub(super) enum Command {
    Nothing,
    Block(usize),
    Substitute { regex: Regex, by: Vec<Piece>, nth: usize, all: bool, print: bool, file: Option<String> },
    Transliterate(Vec<char>, Vec<char>),
    Delete,
    DeleteFirst,
    Print,
    PrintFirst,
    Number,
    Append(String),
    Insert(String),
    Change(String),
    Next,
    NextAppend,
    Hold,
    HoldAppend,
    Get,
    GetAppend,
    Exchange,
    Read(String),
    Write(String),
    Branch(usize),
    BranchIf(usize, bool),
    Quit(i32, bool),
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    extended: bool,
    last: Option<Regex>,
}

/// Parses a script.
///
/// # Errors
/// GNU sed's message.
pub(super) fn parse(text: &str, extended: bool) -> Result<Vec<Step>, String> {
    let mut parser = Parser { chars: text.chars().collect(), at: 0, extended, last: None };
    parser.script().map_err(|error| match error.starts_with("can't find label") {
        true => error,
        false => format!("-e expression #1, char {}: {error}", parser.at),
    })
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek();
        self.at += usize::from(c.is_some());
        c
    }

    fn skip(&mut self, set: &str) {
        while self.peek().is_some_and(|c| set.contains(c)) {
            self.at += 1;
        }
    }

    fn script(&mut self) -> Result<Vec<Step>, String> {
        let (mut steps, mut open, mut labels, mut jumps) = (Vec::<Step>::new(), Vec::new(), Vec::new(), Vec::new());
        loop {
            self.skip(" \t\n;");
            if self.peek() == Some('#') {
                while self.peek().is_some_and(|c| c != '\n') {
                    self.at += 1;
                }
                continue;
            }
            if self.peek().is_none() {
                break;
            }
            let first = self.address()?;
            let mut second = None;
            self.skip(" \t");
            if first.is_some() && self.peek() == Some(',') {
                self.at += 1;
                self.skip(" \t");
                second = Some(self.address()?.ok_or("unexpected `,'")?);
            }
            self.skip(" \t");
            let negated = self.peek() == Some('!');
            self.at += usize::from(negated);
            self.skip(" \t");
            let Some(letter) = self.next() else { return Err("missing command".into()) };
            let command = match letter {
                '{' => {
                    open.push(steps.len());
                    Command::Block(0)
                }
                '}' => {
                    let start = open.pop().ok_or("unexpected `}'")?;
                    steps[start].command = Command::Block(steps.len());
                    continue;
                }
                ':' => {
                    labels.push((self.word(), steps.len()));
                    continue;
                }
                'b' | 't' | 'T' => {
                    jumps.push((steps.len(), self.word()));
                    match letter {
                        'b' => Command::Branch(usize::MAX),
                        letter => Command::BranchIf(usize::MAX, letter == 't'),
                    }
                }
                letter => self.command(letter)?,
            };
            steps.push(Step { first, second, negated, command });
            self.skip(" \t");
            if letter != '{' && !matches!(self.peek(), None | Some('\n' | ';' | '}' | '#')) {
                self.at += 1;
                return Err("extra characters after command".into());
            }
        }
        if !open.is_empty() {
            self.at = 0;
            return Err("unmatched `{'".into());
        }
        for (step, label) in jumps {
            let target = labels.iter().find(|(name, _)| *name == label).map(|(_, to)| *to);
            let end = steps.len();
            let target = if label.is_empty() { Some(end) } else { target };
            let to = target.ok_or_else(|| format!("can't find label for jump to `{label}'"))?;
            match &mut steps[step].command {
                Command::Branch(at) | Command::BranchIf(at, _) => *at = to,
                _ => {}
            }
        }
        Ok(steps)
    }

    fn word(&mut self) -> String {
        self.skip(" \t");
        let start = self.at;
        while self.peek().is_some_and(|c| !" \t\n;}".contains(c)) {
            self.at += 1;
        }
        self.chars[start..self.at].iter().collect()
    }

    fn number(&mut self) -> Option<usize> {
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        self.chars[start..self.at].iter().collect::<String>().parse().ok()
    }

    fn address(&mut self) -> Result<Option<Address>, String> {
        Ok(match self.peek() {
            Some('$') => {
                self.at += 1;
                Some(Address::Last)
            }
            Some('+') => {
                self.at += 1;
                Some(Address::Plus(self.number().ok_or("expected a number")?))
            }
            Some(c) if c.is_ascii_digit() => {
                let line = self.number().unwrap_or(usize::MAX);
                if self.peek() == Some('~') {
                    self.at += 1;
                    return Ok(Some(Address::Step(line, self.number().unwrap_or(0))));
                }
                Some(Address::Line(line))
            }
            Some(c @ ('/' | '\\')) => {
                self.at += 1;
                let delimiter = if c == '/' { '/' } else { self.next().ok_or("unterminated address regex")? };
                let text = self.until(delimiter, true).ok_or("unterminated address regex")?;
                let ignore = self.peek() == Some('I');
                self.at += usize::from(ignore);
                Some(Address::Match(self.regex(&text, ignore)?))
            }
            _ => None,
        })
    }

    /// Text up to an unescaped delimiter, which is taken. Inside a regex' brackets the delimiter is itself.
    fn until(&mut self, delimiter: char, regex: bool) -> Option<String> {
        let mut text = String::new();
        let mut bracket = false;
        loop {
            let c = self.next()?;
            match c {
                '\\' => match self.next()? {
                    c if c == delimiter && c != '\\' => text.push(c),
                    'n' if !bracket => text.push('\n'),
                    c => text.extend(['\\', c]),
                },
                c if c == delimiter && !bracket => return Some(text),
                '\n' if regex => return None,
                c => {
                    bracket = regex && (c == '[' || (bracket && (c != ']' || text.ends_with('[') || text.ends_with("[^"))));
                    text.push(c);
                }
            }
        }
    }

    fn regex(&mut self, text: &str, ignore: bool) -> Result<Regex, String> {
        if text.is_empty() {
            return self.last.clone().ok_or_else(|| "no previous regular expression".into());
        }
        let regex = Regex::new(text, self.extended, ignore)?;
        self.last = Some(regex.clone());
        Ok(regex)
    }

    fn command(&mut self, letter: char) -> Result<Command, String> {
        Ok(match letter {
            's' => return self.substitute(),
            'y' => {
                let unterminated = "unterminated `y' command";
                let delimiter = self.next().ok_or(unterminated)?;
                let from: Vec<char> = self.until(delimiter, false).ok_or(unterminated)?.chars().collect();
                let to: Vec<char> = self.until(delimiter, false).ok_or(unterminated)?.chars().collect();
                if from.len() != to.len() {
                    return Err("strings for `y' command are different lengths".into());
                }
                Command::Transliterate(from, to)
            }
            'd' => Command::Delete,
            'D' => Command::DeleteFirst,
            'p' => Command::Print,
            'P' => Command::PrintFirst,
            '=' => Command::Number,
            'n' => Command::Next,
            'N' => Command::NextAppend,
            'h' => Command::Hold,
            'H' => Command::HoldAppend,
            'g' => Command::Get,
            'G' => Command::GetAppend,
            'x' => Command::Exchange,
            'q' | 'Q' => {
                self.skip(" \t");
                let status = self.number().map_or(0, |n| (n & 0xff) as i32);
                Command::Quit(status, letter == 'q')
            }
            'a' => Command::Append(self.text()?),
            'i' => Command::Insert(self.text()?),
            'c' => Command::Change(self.text()?),
            'w' => Command::Write(self.rest()),
            'r' => Command::Read(self.rest()),
            'l' | 'e' | 'z' | 'F' => {
                self.rest();
                Command::Nothing
            }
            other => return Err(format!("unknown command: `{other}'")),
        })
    }

    fn rest(&mut self) -> String {
        self.skip(" \t");
        let start = self.at;
        while self.peek().is_some_and(|c| c != '\n') {
            self.at += 1;
        }
        self.chars[start..self.at].iter().collect()
    }

    /// The text of `a`, `i`, `c`: on the same line, or after a backslash and a newline.
    fn text(&mut self) -> Result<String, String> {
        self.skip(" \t");
        if self.peek() == Some('\\') {
            self.at += 1;
            let begin = self.at;
            self.skip(" \t");
            match self.peek() {
                Some('\n') => self.at += 1,
                // On one line, the backslash keeps the blanks behind it.
                _ => self.at = begin,
            }
        }
        if self.peek().is_none() {
            return Err("expected \\ after `a', `c' or `i'".into());
        }
        let mut text = String::new();
        while let Some(c) = self.peek() {
            self.at += 1;
            match c {
                '\\' => match self.next() {
                    Some('t') => text.push('\t'),
                    Some(c) => text.push(c),
                    None => break,
                },
                '\n' => {
                    self.at -= 1;
                    break;
                }
                c => text.push(c),
            }
        }
        Ok(text)
    }

    fn substitute(&mut self) -> Result<Command, String> {
        let unterminated = "unterminated `s' command";
        let delimiter = self.next().ok_or(unterminated)?;
        let pattern = self.until(delimiter, true).ok_or(unterminated)?;
        let by = self.until(delimiter, false).ok_or(unterminated)?;
        let (mut nth, mut all, mut print, mut ignore, mut file) = (1, false, false, false, None);
        loop {
            match self.peek() {
                Some('g') => all = true,
                Some('p') => print = true,
                Some('i' | 'I') => ignore = true,
                Some('m' | 'M' | 'e') => {}
                Some('w') => {
                    self.at += 1;
                    file = Some(self.rest());
                    break;
                }
                Some(c) if c.is_ascii_digit() => {
                    nth = self.number().filter(|n| *n > 0).ok_or("number option to `s' command may not be zero")?;
                    continue;
                }
                Some(c) if !" \t\n;}#".contains(c) => {
                    self.at += 1;
                    return Err("unknown option to `s'".into());
                }
                _ => break,
            }
            self.at += 1;
        }
        let regex = self.regex(&pattern, ignore)?;
        Ok(Command::Substitute { regex, by: pieces(&by), nth, all, print, file })
    }
}
