//! `$NAME` and `${NAME...}`.

use crate::syntax::{Operation, Parameter, Word};
use crate::{Dialect, Expander, Halt, Memory, glob};

impl Expander<'_> {
    /// A parameter's value; none if it is not set.
    fn value(&mut self, name: &str) -> Option<String> {
        match name {
            "?" => Some(self.status.to_string()),
            "#" => Some(self.parameters.len().to_string()),
            "$" => Some(self.pid.to_string()),
            "!" => self.last_job.map(|pid| pid.to_string()),
            "-" => Some(self.flags()),
            "0" => Some(self.name.clone()),
            "@" | "*" => (!self.parameters.is_empty()).then(|| self.parameters.join(" ")),
            "FUNCNAME" => self.callers.last().cloned(),
            "BASH_VERSION" if self.name == "bash" => Some("5.2.37(1)-release".into()),
            "RANDOM" => Some(Memory::random(self.world.now().0 as u64 ^ (self.world.pid() as u64) << 32).to_string()),
            "SECONDS" => Some((self.world.now().seconds() % 100_000).to_string()),
            name => match name.parse::<usize>() {
                Ok(n) => self.parameters.get(n.checked_sub(1)?).cloned(),
                Err(_) => self.get(name).map(str::to_owned),
            },
        }
    }

    /// `$-`
    fn flags(&self) -> String {
        let mut flags: Vec<char> = self.options.iter().copied().filter(char::is_ascii_lowercase).collect();
        if self.dialect == Dialect::Bash {
            flags.extend(if self.interactive { "himBHs" } else { "hB" }.chars());
            // As bash lists them: small letters first, and how it was started last.
            let rank = |c: &char| (*c == 's', c.is_ascii_uppercase(), *c);
            api::sort_by(&mut flags, |a, b| rank(a).cmp(&rank(b)));
        }
        flags.into_iter().collect()
    }

    /// A parameter is missing that must be there: a script ends with this, a person's line is given up.
    fn unset(&self, text: &str) -> Halt {
        let status = match (self.dialect, self.interactive) {
            (Dialect::Bash, true) => 1,
            (Dialect::Bash, false) => 127,
            _ => 2,
        };
        Halt::Fail(text.to_owned(), status)
    }

    /// Whether `${NAME:-word}` or `${NAME:+word}` gives the word.
    pub(super) fn fallback(&mut self, parameter: &Parameter) -> Result<bool, Halt> {
        let Operation::Default(letter, colon, _) = &parameter.operation else { return Ok(false) };
        let value = self.looked_up(parameter)?;
        let there = value.is_some_and(|value| !(*colon && value.is_empty()));
        Ok(there == (*letter == '+'))
    }

    /// The value of a parameter, or of an element; of all of them their texts in one. None if there is none.
    fn looked_up(&mut self, parameter: &Parameter) -> Result<Option<String>, Halt> {
        let Some(index) = &parameter.index else { return Ok(self.value(&parameter.name)) };
        if parameter.star().is_some() {
            let all: Vec<String> = self.elements(&parameter.name).into_iter().map(|(_, value)| value).collect();
            return Ok((!all.is_empty()).then(|| all.join(" ")));
        }
        let index = self.index(&parameter.name, index)?;
        Ok(self.element(&parameter.name, &index))
    }

    /// What stands between the parts of `"$*"`: the first of `IFS`.
    pub(super) fn joint(&self) -> String {
        self.get("IFS").map_or(" ".to_owned(), |separators| separators.chars().take(1).collect())
    }

    /// The positional parameters, or an array's elements, each with the operation done to it.
    pub(super) fn all_parameters(&mut self, parameter: &Parameter) -> Result<Vec<String>, Halt> {
        let of_array = parameter.index.is_some();
        let values = |shell: &Memory| match of_array {
            true => shell.elements(&parameter.name).into_iter().map(|(_, value)| value).collect(),
            false => shell.parameters.clone(),
        };
        match &parameter.operation {
            Operation::Value => Ok(values(self)),
            Operation::Indirect if of_array => {
                Ok(self.elements(&parameter.name).into_iter().map(|(index, _)| index).collect())
            }
            Operation::Slice(offset, length) => {
                let offset = self.arithmetic(offset)?;
                let length = match length {
                    Some(word) => Some(self.arithmetic(word)?),
                    None => None,
                };
                let first = (!of_array).then(|| self.name.clone());
                let all: Vec<String> = first.into_iter().chain(values(self)).collect();
                let (from, to) = bounds(all.len(), offset, length);
                Ok(all[from..to].to_vec())
            }
            Operation::Length | Operation::Default(..) | Operation::Indirect => Ok(vec![self.parameter(parameter)?]),
            _ => {
                let mut made = Vec::new();
                for value in values(self) {
                    made.push(self.operate(value, parameter)?);
                }
                Ok(made)
            }
        }
    }

    /// The text of a parameter expansion.
    pub(super) fn parameter(&mut self, parameter: &Parameter) -> Result<String, Halt> {
        let name = &parameter.name;
        let value = self.looked_up(parameter)?;
        match &parameter.operation {
            Operation::Default(letter, colon, word) => {
                let there = value.as_ref().is_some_and(|value| !(*colon && value.is_empty()));
                match (letter, there) {
                    ('+', true) => self.one(word),
                    ('+', false) => Ok(String::new()),
                    (_, true) => Ok(value.unwrap_or_default()),
                    ('=', false) => {
                        let text = self.one(word)?;
                        match &parameter.index {
                            Some(index) => {
                                let index = self.index(name, index)?;
                                self.set_element(name, index, text.clone());
                            }
                            None => drop(self.set(name, text.clone())),
                        }
                        Ok(text)
                    }
                    ('?', false) => {
                        let text = self.one(word)?;
                        let text = if text.is_empty() { "parameter null or not set" } else { &text };
                        Err(self.unset(&format!("{name}: {text}")))
                    }
                    (_, false) => self.one(word),
                }
            }
            Operation::Length if parameter.star().is_some() => Ok(match parameter.index {
                Some(_) => self.elements(name).len(),
                None => self.parameters.len(),
            }
            .to_string()),
            Operation::Indirect => Ok(value.and_then(|name| self.value(&name)).unwrap_or_default()),
            _ => {
                if value.is_none() && self.options.contains(&'u') && parameter.star().is_none() && name != "!" {
                    let bash = self.dialect == Dialect::Bash;
                    let problem = if bash { "unbound variable" } else { "parameter not set" };
                    return Err(self.unset(&format!("{name}: {problem}")));
                }
                self.operate(value.unwrap_or_default(), parameter)
            }
        }
    }

    /// What an operation makes of a value.
    fn operate(&mut self, value: String, parameter: &Parameter) -> Result<String, Halt> {
        let chars: Vec<char> = value.chars().collect();
        let text = |chars: &[char]| chars.iter().collect::<String>();
        Ok(match &parameter.operation {
            Operation::Length => chars.len().to_string(),
            Operation::Prefix(longest, pattern) => {
                let pattern = self.pattern(pattern)?;
                let hit = |n: &usize| glob::matches(&pattern, &chars[..*n]);
                let mut lengths = 0..=chars.len();
                text(&chars[if *longest { lengths.rev().find(hit) } else { lengths.find(hit) }.unwrap_or(0)..])
            }
            Operation::Suffix(longest, pattern) => {
                let pattern = self.pattern(pattern)?;
                let hit = |n: &usize| glob::matches(&pattern, &chars[*n..]);
                let mut starts = 0..=chars.len();
                let start = if *longest { starts.find(hit) } else { starts.rev().find(hit) };
                text(&chars[..start.unwrap_or(chars.len())])
            }
            Operation::Replace(how, pattern, by) => {
                let pattern = self.pattern(pattern)?;
                let by = self.one(by)?;
                let hit = |from: usize, to: usize| glob::matches(&pattern, &chars[from..to]);
                match how {
                    '#' => match (0..=chars.len()).rev().find(|end| hit(0, *end)) {
                        Some(end) => format!("{by}{}", text(&chars[end..])),
                        None => value,
                    },
                    '%' => match (0..=chars.len()).find(|start| hit(*start, chars.len())) {
                        Some(start) => format!("{}{by}", text(&chars[..start])),
                        None => value,
                    },
                    how => replace(&chars, &pattern, &by, *how == '/'),
                }
            }
            Operation::Transform(letter) => match letter {
                'U' => value.to_uppercase(),
                'L' => value.to_lowercase(),
                'u' => {
                    chars.iter().take(1).flat_map(|c| c.to_uppercase()).chain(chars.iter().skip(1).copied()).collect()
                }
                'Q' | 'K' => format!("'{}'", value.replace('\'', "'\\''")),
                'E' => crate::text::unescape(&value, true).0,
                _ => String::new(),
            },
            Operation::Slice(offset, length) => {
                let offset = self.number(offset)?;
                let length = match length {
                    Some(word) => Some(self.number(word)?),
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

    fn number(&mut self, word: &Word) -> Result<i64, Halt> {
        self.arithmetic(word)
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
