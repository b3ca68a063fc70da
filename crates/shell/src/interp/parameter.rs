//! `$NAME` and `${NAME...}`.

use super::{Jump, Shell, glob};
use crate::process::Io;
use crate::syntax::{Operation, Parameter, Word};

impl Shell {
    /// A parameter's value; none if it is not set.
    fn value(&self, name: &str) -> Option<String> {
        match name {
            "?" => Some(self.status.to_string()),
            "#" => Some(self.parameters.len().to_string()),
            "$" => Some("2100".into()),
            "!" => self.last_job.map(|pid| pid.to_string()),
            "-" => Some(self.options.iter().filter(|c| c.is_ascii_lowercase()).collect()),
            "0" => Some(self.name.clone()),
            "@" | "*" => (!self.parameters.is_empty()).then(|| self.parameters.join(" ")),
            "RANDOM" => Some(self.random().to_string()),
            "SECONDS" => Some((self.kernel.now().seconds() % 100_000).to_string()),
            name => match name.parse::<usize>() {
                Ok(n) => self.parameters.get(n.checked_sub(1)?).cloned(),
                Err(_) => self.get(name).map(str::to_owned),
            },
        }
    }

    /// A number from 0 to 32767 that depends on nothing but the session's course.
    fn random(&self) -> u64 {
        let mut x = self.kernel.now().0 as u64 ^ (self.kernel.pid() as u64) << 32;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x >> 33) % 32768
    }

    /// Whether `${NAME:-word}` or `${NAME:+word}` gives the word.
    pub(super) fn fallback(&self, parameter: &Parameter) -> bool {
        let Operation::Default(letter, colon, _) = &parameter.operation else { return false };
        let there = self.value(&parameter.name).is_some_and(|value| !(*colon && value.is_empty()));
        there == (*letter == '+')
    }

    /// The positional parameters, each with the operation done to it.
    pub(super) async fn all_parameters(&mut self, parameter: &Parameter, io: &Io) -> Result<Vec<String>, Jump> {
        match &parameter.operation {
            Operation::Value => Ok(self.parameters.clone()),
            Operation::Slice(offset, length) => {
                let offset = self.arithmetic(offset, io).await?;
                let length = match length {
                    Some(word) => Some(self.arithmetic(word, io).await?),
                    None => None,
                };
                let all: Vec<String> = [self.name.clone()].into_iter().chain(self.parameters.iter().cloned()).collect();
                let (from, to) = bounds(all.len(), offset, length);
                Ok(all[from..to].to_vec())
            }
            Operation::Length | Operation::Default(..) | Operation::Indirect => {
                Ok(vec![self.parameter(parameter, io).await?])
            }
            _ => {
                let mut values = Vec::new();
                for value in self.parameters.clone() {
                    values.push(self.operate(value, parameter, io).await?);
                }
                Ok(values)
            }
        }
    }

    /// The text of a parameter expansion.
    pub(super) async fn parameter(&mut self, parameter: &Parameter, io: &Io) -> Result<String, Jump> {
        let name = &parameter.name;
        let value = self.value(name);
        match &parameter.operation {
            Operation::Default(letter, colon, word) => {
                let there = value.as_ref().is_some_and(|value| !(*colon && value.is_empty()));
                match (letter, there) {
                    ('+', true) => self.one(word, io).await,
                    ('+', false) => Ok(String::new()),
                    (_, true) => Ok(value.unwrap_or_default()),
                    ('=', false) => {
                        let text = self.one(word, io).await?;
                        self.set(name, text.clone());
                        Ok(text)
                    }
                    ('?', false) => {
                        let text = self.one(word, io).await?;
                        let text = if text.is_empty() { "parameter null or not set" } else { &text };
                        self.complain(io, &format!("{name}: {text}"));
                        Err(Jump::Fail(127))
                    }
                    (_, false) => self.one(word, io).await,
                }
            }
            Operation::Length if matches!(name.as_str(), "@" | "*") => Ok(self.parameters.len().to_string()),
            Operation::Indirect => Ok(value.and_then(|name| self.value(&name)).unwrap_or_default()),
            _ => {
                if value.is_none() && self.options.contains(&'u') && !matches!(name.as_str(), "@" | "*" | "!") {
                    self.complain(io, &format!("{name}: unbound variable"));
                    return Err(Jump::Fail(127));
                }
                self.operate(value.unwrap_or_default(), parameter, io).await
            }
        }
    }

    /// What an operation makes of a value.
    async fn operate(&mut self, value: String, parameter: &Parameter, io: &Io) -> Result<String, Jump> {
        let chars: Vec<char> = value.chars().collect();
        let text = |chars: &[char]| chars.iter().collect::<String>();
        Ok(match &parameter.operation {
            Operation::Length => chars.len().to_string(),
            Operation::Prefix(longest, pattern) => {
                let pattern = self.pattern(pattern, io).await?;
                let hit = |n: &usize| glob::matches(&pattern, &chars[..*n]);
                let mut lengths = 0..=chars.len();
                text(&chars[if *longest { lengths.rev().find(hit) } else { lengths.find(hit) }.unwrap_or(0)..])
            }
            Operation::Suffix(longest, pattern) => {
                let pattern = self.pattern(pattern, io).await?;
                let hit = |n: &usize| glob::matches(&pattern, &chars[*n..]);
                let mut starts = 0..=chars.len();
                let start = if *longest { starts.find(hit) } else { starts.rev().find(hit) };
                text(&chars[..start.unwrap_or(chars.len())])
            }
            Operation::Replace(all, pattern, by) => {
                let pattern = self.pattern(pattern, io).await?;
                let by = self.one(by, io).await?;
                replace(&chars, &pattern, &by, *all)
            }
            Operation::Slice(offset, length) => {
                let offset = self.number(offset, io).await?;
                let length = match length {
                    Some(word) => Some(self.number(word, io).await?),
                    None => None,
                };
                let (from, to) = bounds(chars.len(), offset, length);
                text(&chars[from..to])
            }
            Operation::Case(letter, all) => {
                let change = |c: &char| match letter {
                    '^' => c.to_uppercase().collect::<String>(),
                    _ => c.to_lowercase().collect(),
                };
                let changed = if *all { chars.len() } else { chars.len().min(1) };
                chars[..changed].iter().map(change).chain([text(&chars[changed..])]).collect()
            }
            _ => value,
        })
    }

    async fn number(&mut self, word: &Word, io: &Io) -> Result<i64, Jump> {
        self.arithmetic(word, io).await
    }
}

/// Start and end of a slice of something this long; a negative offset or length counts from the end.
fn bounds(len: usize, offset: i64, length: Option<i64>) -> (usize, usize) {
    let size = len as i64;
    let from = if offset < 0 { size.saturating_add(offset).max(0) } else { offset.min(size) };
    let to = match length {
        None => size,
        Some(n) if n < 0 => size.saturating_add(n).max(from),
        Some(n) => from.saturating_add(n).min(size),
    };
    (from as usize, to as usize)
}

fn replace(chars: &[char], pattern: &[glob::Char], by: &str, all: bool) -> String {
    let (mut out, mut at) = (String::new(), 0);
    while at < chars.len() {
        let end = (at + 1..=chars.len()).rev().find(|end| glob::matches(pattern, &chars[at..*end]));
        match end {
            Some(end) => {
                out.push_str(by);
                at = end;
                if !all {
                    break;
                }
            }
            None => {
                out.push(chars[at]);
                at += 1;
            }
        }
    }
    out.extend(&chars[at..]);
    out
}
