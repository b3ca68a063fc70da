//! Shell scripts of containers (`sh -c "..."`), turned into steps.
//!
//! Only what containers' one-liners use: lists, `&&`, `||`, `while true`, `for`, assignments, redirections, and a few tools.
//! The whole shell, for people, is another crate.

mod lexer;

use crate::process::{Members, Step, Surroundings, Text};
use crate::programs::{self, Invocation};
use lexer::{Token, tokens};
use std::num::IntErrorKind;
use std::time::Duration;

/// Turns a script into steps. `run` says what a command does; it gets the words and returns steps and exit status.
pub(crate) fn compile(script: &str, invocation: &Invocation<'_>) -> Vec<Step> {
    let mut compiler = Compiler { invocation, steps: Vec::new(), status: 0, tested: false, ended: false };
    let tokens = tokens(script);
    compiler.list(&tokens);
    if !compiler.ended {
        let status = compiler.status;
        compiler.steps.push(if status == 0 { Step::Done } else { Step::Exit(status) });
    }
    compiler.steps
}

struct Compiler<'a> {
    invocation: &'a Invocation<'a>,
    steps: Vec<Step>,
    /// The exit status of the last command, where that is known beforehand.
    status: i32,
    /// Whether the last command was a test, whose status is known only when it is run.
    tested: bool,
    ended: bool,
}

impl Compiler<'_> {
    fn list(&mut self, tokens: &[Token]) {
        let mut rest = tokens;
        let mut skip = false;
        // Where a test leads over the next command, if it does.
        let mut over: Option<usize> = None;
        while !rest.is_empty() && !self.ended {
            let (command, separator, tail) = split(rest);
            if !skip && !command.is_empty() {
                self.command(command);
            }
            if let Some(jump) = over.take() {
                // Whether the command behind a test has run is not known: what follows it goes by the test or by it.
                let here = self.steps.len();
                if let Some(Step::Unless(_, to)) = self.steps.get_mut(jump) {
                    *to = here;
                }
                self.tested = true;
                // A command that ends the script does so only where the test lets it.
                self.ended = false;
            }
            skip = false;
            match (separator, self.tested) {
                ("&&" | "||", true) => {
                    over = Some(self.steps.len());
                    self.steps.push(Step::Unless(separator == "&&", 0));
                }
                ("&&", false) => skip = self.status != 0,
                ("||", false) => skip = self.status == 0,
                _ => {}
            }
            rest = tail;
        }
    }

    /// The steps of a part that may be passed over; whether it ends the script.
    fn part(&mut self, tokens: &[Token]) -> bool {
        self.list(tokens);
        std::mem::take(&mut self.ended)
    }

    /// `if TEST; then ...; elif TEST; then ...; else ...; fi`. Of another condition than a test the status is known beforehand.
    fn conditional(&mut self, tokens: &[Token]) {
        let condition = until(tokens, "then");
        let body = between(tokens, "then", &["else", "elif", "fi"]);
        let other = tokens.get(condition.len() + 2 + body.len()..).unwrap_or_default();
        self.list(condition);
        if self.ended {
            return;
        }
        if !self.tested {
            // What it printed stays; which branch is taken is clear.
            if self.status == 0 {
                return self.list(body);
            }
            return self.otherwise(other);
        }
        let jump = self.steps.len();
        self.steps.push(Step::Unless(true, 0));
        let ends = self.part(body);
        let leave = self.steps.len();
        self.steps.push(Step::Jump(0));
        self.steps[jump] = Step::Unless(true, leave + 1);
        self.tested = false;
        self.otherwise(other);
        let others_end = std::mem::take(&mut self.ended);
        self.steps[leave] = Step::Jump(self.steps.len());
        self.ended = ends && others_end;
        (self.status, self.tested) = (0, false);
    }

    /// `else ...` or `elif ...`, up to the end of the condition.
    fn otherwise(&mut self, tokens: &[Token]) {
        match tokens.first() {
            Some(token) if is_word(token, &["elif"]) => self.conditional(tokens),
            Some(token) if is_word(token, &["else"]) => self.list(between(tokens, "else", &["fi"])),
            _ => {}
        }
    }

    fn command(&mut self, tokens: &[Token]) {
        self.tested = false;
        let words: Vec<&str> =
            tokens.iter().map_while(|t| if let Token::Word(w) = t { Some(w.as_str()) } else { None }).collect();
        match words.first().copied() {
            None => {}
            Some("while" | "until") => self.while_loop(tokens),
            Some("for") => self.for_loop(tokens),
            Some("if") => self.conditional(tokens),
            Some("{" | "(") => self.list(tokens.get(1..tokens.len() - 1).unwrap_or_default()),
            _ => self.simple(tokens),
        }
    }

    fn while_loop(&mut self, tokens: &[Token]) {
        let body = between(tokens, "do", &["done"]);
        let condition = until(tokens, "do");
        let from = self.steps.len();
        if condition.first().is_some_and(|token| is_word(token, &["[", "test"])) {
            self.list(condition);
            if self.tested {
                let jump = self.steps.len();
                self.steps.push(Step::Unless(true, 0));
                self.part(body);
                self.steps.push(Step::Jump(from));
                let until = is_word(&tokens[0], &["until"]);
                self.steps[jump] = Step::Unless(!until, self.steps.len());
                (self.status, self.tested) = (0, false);
                return;
            }
        }
        self.list(body);
        if self.ended {
            return;
        }
        let pauses =
            self.steps[from..].iter().filter_map(|s| if let Step::Sleep(span) = s { Some(*span) } else { None });
        let pause: Duration = pauses.chain(sleep_before(tokens)).sum();
        // A loop with hardly a pause has said all that it has to say after once around. It loads a server, or the processor.
        let step = match asked(body) {
            Some(url) if pause < ONE_BY_ONE => Step::Ask(url, pause),
            _ if pause.is_zero() => Step::Burn,
            _ => {
                self.steps.extend(sleep_before(tokens).map(Step::Sleep));
                Step::Jump(from)
            }
        };
        self.steps.push(step);
        self.ended = true;
    }

    fn for_loop(&mut self, tokens: &[Token]) {
        let Some(Token::Word(variable)) = tokens.get(1) else { return };
        let words = tokens.iter().skip(3).map_while(|t| if let Token::Word(w) = t { Some(w) } else { None });
        let mut list: Vec<Members> = Vec::new();
        words.for_each(|word| expand_list(word, &mut list));
        if list.iter().any(|members| members.count() > MOST) {
            self.steps.extend([Step::Print("sh: out of memory\n".into()), Step::Exit(2)]);
            self.ended = true;
            return;
        }
        if list.is_empty() {
            (self.status, self.tested) = (0, false);
            return;
        }
        let each = self.steps.len();
        self.steps.push(Step::Each { variable: variable.clone(), list: Vec::new(), to: 0 });
        self.list(between(tokens, "do", &["done"]));
        // A body that ends the script has done so the first time round.
        self.steps.push(Step::Jump(each));
        self.steps[each] = Step::Each { variable: variable.clone(), list, to: self.steps.len() };
    }

    fn simple(&mut self, tokens: &[Token]) {
        let mut words: Vec<Text> = Vec::new();
        let mut redirect: Option<(Text, bool)> = None;
        let mut i = 0;
        while let Some(token) = tokens.get(i) {
            match (token, tokens.get(i + 1)) {
                (Token::Operator(operator @ (">" | ">>")), Some(Token::Word(file))) => {
                    // `2>file`, `2>&1`: nothing is written there.
                    let number = words.last().is_some_and(|w| matches!(w.as_str(), "1" | "2"));
                    let other = number && words.pop().is_some_and(|w| w.as_str() == "2");
                    if !other && !file.as_str().starts_with('&') {
                        redirect = Some((file.clone(), *operator == ">>"));
                    }
                    i += 1;
                }
                (Token::Operator("<"), Some(_)) => i += 1,
                // Of a pipeline, only the first command is run.
                (Token::Operator(_), _) => break,
                (Token::Word(word), _) => words.push(word.clone()),
            }
            i += 1;
        }
        while let Some((name, value)) = words.first().and_then(assignment) {
            words.remove(0);
            self.steps.push(Step::Assign(name, value));
        }
        if matches!(words.first().map(Text::as_str), Some("exec" | "nohup" | "time")) {
            words.remove(0);
        }
        if words.is_empty() {
            self.status = 0;
            return;
        }
        if words[0].as_str() == "exit" {
            let code = words.get(1).and_then(|w| w.as_str().parse().ok()).unwrap_or(self.status);
            self.steps.push(Step::Exit(code & 0xff));
            self.ended = true;
            return;
        }
        let ran = programs::command(&words, self.invocation);
        self.status = ran.status;
        self.tested = matches!(ran.steps[..], [Step::Test(_)]);
        for step in ran.steps {
            match (step, &redirect) {
                (Step::Print(text), Some((file, append))) => {
                    self.steps.push(Step::Write { file: file.clone(), text, append: *append });
                }
                (Step::Exit(_), _) => {}
                (step, _) => {
                    let endless =
                        matches!(step, Step::Forever | Step::Attended | Step::Burn | Step::Ask(..) | Step::Serve(_));
                    self.ended |= endless;
                    self.steps.push(step);
                }
            }
        }
        if let (Some((file, append)), false) = (redirect, self.ended) {
            let wrote = matches!(self.steps.last(), Some(Step::Write { .. }));
            if !wrote {
                self.steps.push(Step::Write { file, text: Text::default(), append });
            }
        }
    }
}

/// Whether a token is one of these words.
fn is_word(token: &Token, words: &[&str]) -> bool {
    matches!(token, Token::Word(word) if words.contains(&word.as_str()))
}

/// The exit status of `[ ... ]`: 0 if it holds, 1 if not, 2 if it cannot be understood.
pub(crate) fn test(words: &[String], around: &mut dyn Surroundings) -> i32 {
    let texts: Vec<&str> = words.iter().map(String::as_str).collect();
    let number = |text: &str| text.trim().parse::<i64>();
    let holds = match texts[..] {
        [] => false,
        ["!", ..] => return i32::from(test(&words[1..], around) == 0),
        [word] => !word.is_empty(),
        ["-z", word] => word.is_empty(),
        ["-n", word] => !word.is_empty(),
        ["-f", path] => around.read(path).is_ok(),
        ["-s", path] => around.read(path).is_ok_and(|text| !text.is_empty()),
        ["-d", path] => around.list(path).is_ok() && around.read(path).is_err(),
        ["-e" | "-r" | "-w" | "-x", path] => around.read(path).is_ok() || around.list(path).is_ok(),
        [a, "=" | "==", b] => a == b,
        [a, "!=", b] => a != b,
        [a, operator, b] => {
            let (Ok(a), Ok(b)) = (number(a), number(b)) else { return 2 };
            match operator {
                "-eq" => a == b,
                "-ne" => a != b,
                "-lt" => a < b,
                "-le" => a <= b,
                "-gt" => a > b,
                "-ge" => a >= b,
                _ => return 2,
            }
        }
        _ => return 2,
    };
    i32::from(!holds)
}

/// A loop with longer pauses goes round one time after the other.
const ONE_BY_ONE: Duration = Duration::from_secs(1);

/// The pause of `while sleep 0.1; do ...`.
fn sleep_before(tokens: &[Token]) -> Option<Duration> {
    match tokens {
        [_, Token::Word(sleep), Token::Word(span), ..] if sleep.as_str() == "sleep" => {
            programs::duration(span.as_str())
        }
        _ => None,
    }
}

/// The address that the first `wget` or `curl` among commands asks.
fn asked(tokens: &[Token]) -> Option<Text> {
    let from = tokens.iter().position(|token| is_word(token, &["wget", "curl"]))?;
    let words = tokens[from + 1..].iter().map_while(|t| if let Token::Word(w) = t { Some(w) } else { None });
    let words: Vec<&Text> = words.filter(|word| !word.as_str().starts_with('-')).collect();
    let url = words.iter().find(|word| word.as_str().contains("://")).or_else(|| words.last());
    url.map(|word| (*word).clone())
}

/// The first command, the separator after it, and the rest. Compound commands are kept whole.
fn split(tokens: &[Token]) -> (&[Token], &'static str, &[Token]) {
    let mut depth = 0usize;
    let mut begins = true;
    for (i, token) in tokens.iter().enumerate() {
        match token {
            Token::Word(word) if begins => match word.as_str() {
                "while" | "until" | "for" | "if" | "{" => depth += 1,
                "done" | "fi" | "}" => depth = depth.saturating_sub(1),
                "do" | "then" | "else" => continue,
                _ => begins = false,
            },
            Token::Word(_) => begins = false,
            Token::Operator(separator @ (";" | "&&" | "||" | "&")) => {
                if depth == 0 {
                    return (&tokens[..i], separator, &tokens[i + 1..]);
                }
                begins = true;
            }
            Token::Operator(_) => {}
        }
    }
    (tokens, "", &[])
}

/// The condition of a loop or an `if`: what is before the word that ends it.
fn until<'t>(tokens: &'t [Token], word: &str) -> &'t [Token] {
    tokens[1..].split(|token| is_word(token, &[word])).next().unwrap_or_default()
}

/// The tokens between the word `from` and the matching one of `to`.
fn between<'t>(tokens: &'t [Token], from: &str, to: &[&str]) -> &'t [Token] {
    let Some(start) = tokens.iter().position(|token| is_word(token, &[from])) else { return &[] };
    let body = &tokens[start + 1..];
    let mut depth = 0usize;
    for (place, token) in body.iter().enumerate() {
        if depth == 0 && is_word(token, to) {
            return &body[..place];
        }
        if is_word(token, &["while", "until", "for", "if"]) {
            depth += 1;
        } else if is_word(token, &["done", "fi"]) {
            depth = depth.saturating_sub(1);
        }
    }
    body
}

fn assignment(word: &Text) -> Option<(Text, Text)> {
    let (name, value) = word.as_str().split_once('=')?;
    let is_name = !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    is_name.then(|| (Text::from(name), Text::from(value)))
}

/// The most numbers that a shell has room for, where `seq` prints them: some 8 MiB.
const MOST: i64 = 1 << 20;

/// `{1..3}` and `$(seq 1 3)` as their members; any other word as itself, split at blanks.
fn expand_list(word: &Text, list: &mut Vec<Members>) {
    let text = word.as_str();
    let braces = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).and_then(|t| t.split_once(".."));
    let numbers = braces.and_then(|(low, high)| Some((number(low)?, number(high)?))).or_else(|| {
        let mut bounds = text.strip_prefix("$(seq ")?.strip_suffix(')')?.split_whitespace();
        let first = number(bounds.next()?)?;
        Some(match bounds.next() {
            Some(last) => (first, number(last)?),
            None => (1, first),
        })
    });
    match numbers {
        Some((first, last)) => list.push(Members::Numbers(first, last)),
        None => list.extend(text.split_whitespace().map(|word| Members::Word(word.into()))),
    }
}

/// A number of any length: what is beyond 64 bits is more than anybody counts to.
fn number(text: &str) -> Option<i64> {
    match text.trim().parse::<i64>() {
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => Some(i64::MAX),
        parsed => parsed.ok(),
    }
}
