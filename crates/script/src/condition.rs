//! `test`, `[` and `[[`.

use crate::syntax::Word;
use crate::{Elements, Expander, Halt, arith, glob};
use api::regex::Regex;
use std::cell::RefCell;

/// The files and times that conditions ask about.
pub struct Files<'a> {
    /// What is told of the file at an absolute path.
    pub stat: &'a dyn Fn(&str) -> Option<vfs::Stat>,
    /// The directory that paths begin in.
    pub cwd: &'a str,
}

impl Files<'_> {
    fn stat(&self, path: &str) -> Option<vfs::Stat> {
        (self.stat)(&vfs::path::resolve(self.cwd, path))
    }

    fn unary(&self, operator: &str, operand: &str) -> Option<bool> {
        let stat = || self.stat(operand);
        Some(match operator {
            "-n" => !operand.is_empty(),
            "-z" => operand.is_empty(),
            "-e" | "-a" => stat().is_some() || operand == "/dev/null",
            "-f" => stat().is_some_and(|s| !s.directory),
            "-d" => stat().is_some_and(|s| s.directory),
            "-s" => stat().is_some_and(|s| s.size > 0),
            "-r" | "-w" | "-O" | "-G" => stat().is_some(),
            "-x" => stat().is_some_and(|s| s.mode & 0o111 != 0),
            "-t" | "-L" | "-h" | "-p" | "-S" | "-b" | "-c" | "-u" | "-g" | "-k" => false,
            _ => return None,
        })
    }

    fn binary(&self, left: &str, operator: &str, right: &str) -> Option<Result<bool, String>> {
        let number =
            |text: &str| text.trim().parse::<i64>().map_err(|_| format!("{text}: integer expression expected"));
        let compare = |hit: fn(i64, i64) -> bool| Some(number(left).and_then(|a| Ok(hit(a, number(right)?))));
        let time = |path: &str| self.stat(path).map(|s| s.modified);
        match operator {
            "=" | "==" => Some(Ok(left == right)),
            "!=" => Some(Ok(left != right)),
            "<" => Some(Ok(left < right)),
            ">" => Some(Ok(left > right)),
            "-eq" => compare(|a, b| a == b),
            "-ne" => compare(|a, b| a != b),
            "-lt" => compare(|a, b| a < b),
            "-le" => compare(|a, b| a <= b),
            "-gt" => compare(|a, b| a > b),
            "-ge" => compare(|a, b| a >= b),
            "-nt" => Some(Ok(time(left) > time(right))),
            "-ot" => Some(Ok(time(left) < time(right))),
            _ => None,
        }
    }

    /// The verdict of `test` on its arguments; POSIX decides by how many there are.
    ///
    /// # Errors
    /// What `test` says.
    pub fn test(&self, arguments: &[String]) -> Result<bool, String> {
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        match words.as_slice() {
            [] => return Ok(false),
            [one] => return Ok(!one.is_empty()),
            ["!", one] => return Ok(one.is_empty()),
            [operator, operand] => {
                return self.unary(operator, operand).ok_or_else(|| format!("{operator}: unary operator expected"));
            }
            [left, operator, right] => {
                if let Some(verdict) = self.binary(left, operator, right) {
                    return verdict;
                }
                if *left == "!" {
                    return self.test(&arguments[1..]).map(|verdict| !verdict);
                }
                if !["-a", "-o"].contains(operator) && (*left, *right) != ("(", ")") {
                    return Err(format!("{operator}: binary operator expected"));
                }
            }
            _ => {}
        }
        let mut at = 0;
        let verdict = self.or(&words, &mut at, 0)?;
        if at < words.len() { Err("too many arguments".into()) } else { Ok(verdict) }
    }

    fn or(&self, words: &[&str], at: &mut usize, depth: usize) -> Result<bool, String> {
        let mut verdict = self.and(words, at, depth)?;
        while words.get(*at) == Some(&"-o") {
            *at += 1;
            verdict |= self.and(words, at, depth)?;
        }
        Ok(verdict)
    }

    fn and(&self, words: &[&str], at: &mut usize, depth: usize) -> Result<bool, String> {
        let mut verdict = self.primary(words, at, depth)?;
        while words.get(*at) == Some(&"-a") {
            *at += 1;
            verdict &= self.primary(words, at, depth)?;
        }
        Ok(verdict)
    }

    fn primary(&self, words: &[&str], at: &mut usize, depth: usize) -> Result<bool, String> {
        let Some(word) = words.get(*at).copied().filter(|_| depth < 50) else { return Err("argument expected".into()) };
        if let (Some(operator), Some(right)) = (words.get(*at + 1), words.get(*at + 2))
            && let Some(verdict) = self.binary(word, operator, right)
        {
            *at += 3;
            return verdict;
        }
        *at += 1;
        match word {
            "!" => Ok(!self.primary(words, at, depth + 1)?),
            "(" => {
                let verdict = self.or(words, at, depth + 1)?;
                *at += 1;
                if words.get(*at - 1) == Some(&")") { Ok(verdict) } else { Err("`)' expected".into()) }
            }
            operator => match words.get(*at).and_then(|operand| self.unary(operator, operand)) {
                Some(verdict) => {
                    *at += 1;
                    Ok(verdict)
                }
                None => Ok(!operator.is_empty()),
            },
        }
    }
}

impl Expander<'_> {
    /// `[[ ... ]]`
    pub fn double_bracket(&mut self, words: &[Word]) -> Result<i32, Halt> {
        let mut at = 0;
        let verdict = self.either(words, &mut at, 0)?;
        if at < words.len() {
            return Err(Halt::Fail("syntax error in conditional expression".into(), 2));
        }
        Ok(i32::from(!verdict))
    }

    /// Lets `act` test files.
    pub fn test<T>(&mut self, act: impl FnOnce(&Files<'_>) -> T) -> T {
        let cwd = self.cwd.clone();
        let world = RefCell::new(&mut *self.world);
        let stat = |path: &str| crate::files(&mut **world.borrow_mut(), |files| files.stat(path)).and_then(Result::ok);
        act(&Files { stat: &stat, cwd: &cwd })
    }

    fn either(&mut self, words: &[Word], at: &mut usize, depth: usize) -> Result<bool, Halt> {
        let mut any = false;
        loop {
            let mut all = self.bracket_primary(words, at, depth)?;
            while words.get(*at).and_then(Word::literal) == Some("&&") {
                *at += 1;
                all &= self.bracket_primary(words, at, depth)?;
            }
            any |= all;
            if words.get(*at).and_then(Word::literal) != Some("||") {
                return Ok(any);
            }
            *at += 1;
        }
    }

    fn bracket_primary(&mut self, words: &[Word], at: &mut usize, depth: usize) -> Result<bool, Halt> {
        let Some(first) = words.get(*at).filter(|_| depth < 30) else {
            return Err(Halt::Fail("unexpected argument to conditional unary operator".into(), 2));
        };
        *at += 1;
        match first.literal() {
            Some("!") => return Ok(!self.bracket_primary(words, at, depth + 1)?),
            Some("(") => {
                let verdict = self.either(words, at, depth + 1)?;
                *at += 1;
                return Ok(verdict);
            }
            _ => {}
        }
        let operator = words.get(*at).and_then(Word::literal).map(str::to_owned).unwrap_or_default();
        let left = self.one(first)?;
        if let Some(right) = words.get(*at + 1)
            && !["", "&&", "||", ")"].contains(&operator.as_str())
            && let Some(verdict) = self.bracket_binary(&left, &operator, right)?
        {
            *at += 2;
            return Ok(verdict);
        }
        if let Some(operand) = words.get(*at).filter(|_| first.literal().is_some_and(|f| f.starts_with('-'))) {
            let operand = self.one(operand)?;
            let verdict = match left.as_str() {
                "-v" => Some(self.variables.contains_key(&operand)),
                operator => self.test(|files| files.unary(operator, &operand)),
            };
            if let Some(verdict) = verdict {
                *at += 1;
                return Ok(verdict);
            }
        }
        Ok(!left.is_empty())
    }

    fn bracket_binary(&mut self, left: &str, operator: &str, right: &Word) -> Result<Option<bool>, Halt> {
        let chars: Vec<char> = left.chars().collect();
        match operator {
            "==" | "=" | "!=" => {
                let pattern = self.pattern(right)?;
                return Ok(Some(glob::matches(&pattern, &chars) == (operator != "!=")));
            }
            "=~" => {
                let text = self.one(right)?;
                let Ok(regex) = Regex::new(&text, true, false) else { return Err(Halt::Fail(String::new(), 2)) };
                let found = regex.find(left, 0);
                if let Some(found) = &found {
                    let groups = found.groups.iter().map(|group| group.map_or("", |(from, to)| &left[from..to]));
                    let all = std::iter::once(&left[found.start..found.end]).chain(groups).map(str::to_owned);
                    self.set_elements("BASH_REMATCH", Elements::of(all));
                }
                return Ok(Some(found.is_some()));
            }
            _ => {}
        }
        let right = self.one(right)?;
        if operator.starts_with('-') && operator.len() == 3 {
            let (Ok(a), Ok(b)) = (arith::evaluate(left, &mut **self), arith::evaluate(&right, &mut **self)) else {
                return Err(Halt::Fail(String::new(), 1));
            };
            let verdict = match operator {
                "-eq" => a == b,
                "-ne" => a != b,
                "-lt" => a < b,
                "-le" => a <= b,
                "-gt" => a > b,
                "-ge" => a >= b,
                _ => return Ok(None),
            };
            return Ok(Some(verdict));
        }
        Ok(self.test(|files| files.binary(left, operator, &right)).and_then(Result::ok))
    }
}
