//! `test`, `[` and `[[`.

use super::{Flow, Jump, Shell, arith, glob};
use crate::process::{Io, Kernel, Place};
use crate::regex::Regex;
use crate::syntax::Word;

/// The files and times that conditions ask about.
pub(crate) struct Files<'a> {
    pub(crate) kernel: &'a Kernel,
    pub(crate) place: &'a Place,
    pub(crate) cwd: &'a str,
}

impl Files<'_> {
    fn stat(&self, path: &str) -> Option<vfs::Stat> {
        let absolute = vfs::path::resolve(self.cwd, path);
        self.kernel.files(self.place, |files| files.stat(&absolute)).and_then(Result::ok)
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
    pub(crate) fn test(&self, arguments: &[String]) -> Result<bool, String> {
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

impl Shell {
    /// `[[ ... ]]`
    pub(super) async fn double_bracket(&mut self, words: &[Word], io: &Io) -> Flow {
        let mut at = 0;
        let verdict = self.either(words, &mut at, io, 0).await?;
        if at < words.len() {
            self.complain(io, "syntax error in conditional expression");
            return Ok(2);
        }
        Ok(i32::from(!verdict))
    }

    fn either<'a>(
        &'a mut self,
        words: &'a [Word],
        at: &'a mut usize,
        io: &'a Io,
        depth: usize,
    ) -> crate::process::BoxFuture<'a, Result<bool, Jump>> {
        Box::pin(async move {
            let mut any = false;
            loop {
                let mut all = self.bracket_primary(words, at, io, depth).await?;
                while words.get(*at).and_then(Word::literal) == Some("&&") {
                    *at += 1;
                    all &= self.bracket_primary(words, at, io, depth).await?;
                }
                any |= all;
                if words.get(*at).and_then(Word::literal) != Some("||") {
                    return Ok(any);
                }
                *at += 1;
            }
        })
    }

    async fn bracket_primary(&mut self, words: &[Word], at: &mut usize, io: &Io, depth: usize) -> Result<bool, Jump> {
        let Some(first) = words.get(*at).filter(|_| depth < 30) else {
            self.complain(io, "unexpected argument to conditional unary operator");
            return Err(Jump::Fail(2));
        };
        *at += 1;
        match first.literal() {
            Some("!") => return Ok(!Box::pin(self.bracket_primary(words, at, io, depth + 1)).await?),
            Some("(") => {
                let verdict = self.either(words, at, io, depth + 1).await?;
                *at += 1;
                return Ok(verdict);
            }
            _ => {}
        }
        let operator = words.get(*at).and_then(Word::literal).map(str::to_owned).unwrap_or_default();
        let left = self.one(first, io).await?;
        if let Some(right) = words.get(*at + 1)
            && !["", "&&", "||", ")"].contains(&operator.as_str())
            && let Some(verdict) = self.bracket_binary(&left, &operator, right, io).await?
        {
            *at += 2;
            return Ok(verdict);
        }
        let cwd = self.cwd.clone();
        if let Some(operand) = words.get(*at).filter(|_| first.literal().is_some_and(|f| f.starts_with('-'))) {
            let operand = self.one(operand, io).await?;
            let files = Files { kernel: &self.kernel, place: &self.place, cwd: &cwd };
            let verdict = match left.as_str() {
                "-v" => Some(self.variables.contains_key(&operand)),
                operator => files.unary(operator, &operand),
            };
            if let Some(verdict) = verdict {
                *at += 1;
                return Ok(verdict);
            }
        }
        Ok(!left.is_empty())
    }

    async fn bracket_binary(
        &mut self,
        left: &str,
        operator: &str,
        right: &Word,
        io: &Io,
    ) -> Result<Option<bool>, Jump> {
        let chars: Vec<char> = left.chars().collect();
        match operator {
            "==" | "=" | "!=" => {
                let pattern = self.pattern(right, io).await?;
                return Ok(Some(glob::matches(&pattern, &chars) == (operator != "!=")));
            }
            "=~" => {
                let text = self.one(right, io).await?;
                let Ok(regex) = Regex::new(&text, true, false) else { return Err(Jump::Fail(2)) };
                let found = regex.find(left, 0);
                if let Some(found) = &found {
                    let groups = found.groups.iter().map(|group| group.map_or("", |(from, to)| &left[from..to]));
                    let all = std::iter::once(&left[found.start..found.end]).chain(groups).map(str::to_owned);
                    self.set_elements("BASH_REMATCH", super::Elements::of(all));
                }
                return Ok(Some(found.is_some()));
            }
            _ => {}
        }
        let right = self.one(right, io).await?;
        if operator.starts_with('-') && operator.len() == 3 {
            let (Ok(a), Ok(b)) = (arith::evaluate(left, self), arith::evaluate(&right, self)) else {
                return Err(Jump::Fail(1));
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
        let cwd = self.cwd.clone();
        let files = Files { kernel: &self.kernel, place: &self.place, cwd: &cwd };
        Ok(files.binary(left, operator, &right).and_then(Result::ok))
    }
}
