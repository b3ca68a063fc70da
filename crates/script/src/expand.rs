//! Words to arguments: braces, `~`, parameters, substitutions, splitting, file names.

use crate::glob::{self, Char};
use crate::syntax::{Operation, Part, Script, Word};
use crate::{Dialect, Memory, arith};
use api::Time;
use std::ops::{Deref, DerefMut};

/// What a shell sees around it.
pub trait World {
    /// The virtual time.
    fn now(&self) -> Time;
    /// Lets `act` work on the files. False if they are gone.
    fn files(&mut self, act: &mut dyn FnMut(&mut vfs::View<'_>)) -> bool;
    /// A number for a process.
    fn pid(&mut self) -> usize;
    /// Where the program of a name lies; none if it is not there.
    fn program(&mut self, name: &str) -> Option<String>;
}

/// Works on the files; none if they are gone.
pub fn files<T>(world: &mut dyn World, act: impl FnOnce(&mut vfs::View<'_>) -> T) -> Option<T> {
    let (mut act, mut result) = (Some(act), None);
    world.files(&mut |view| result = act.take().map(|act| act(view)));
    result
}

/// What commands have printed, without the last newlines, and their exit status.
pub type Answer = (String, i32);

/// Why an expansion stops.
#[derive(Clone, Debug, PartialEq)]
pub enum Halt {
    /// It needs what these commands print.
    Run(Script),
    /// It has failed: what is to be said of that, if anything, and the status.
    Fail(String, i32),
}

/// Expands words. What commands printed is given to it, in the order in which it asks.
pub struct Expander<'a> {
    memory: &'a mut Memory,
    pub(crate) world: &'a mut dyn World,
    answers: &'a [Answer],
}

impl<'a> Expander<'a> {
    /// One that knows these answers.
    pub fn new(memory: &'a mut Memory, world: &'a mut dyn World, answers: &'a [Answer]) -> Expander<'a> {
        Expander { memory, world, answers }
    }
}

impl Deref for Expander<'_> {
    type Target = Memory;
    fn deref(&self) -> &Memory {
        self.memory
    }
}

impl DerefMut for Expander<'_> {
    fn deref_mut(&mut self) -> &mut Memory {
        self.memory
    }
}

/// The arguments that a word becomes, while they are being put together.
#[derive(Default)]
struct Fields {
    done: Vec<Vec<Char>>,
    current: Option<Vec<Char>>,
}

impl Fields {
    fn open(&mut self) -> &mut Vec<Char> {
        self.current.get_or_insert_default()
    }

    fn add(&mut self, text: &str, quoted: bool) {
        self.open().extend(text.chars().map(|c| (c, quoted)));
    }

    fn close(&mut self) {
        self.done.extend(self.current.take());
    }

    /// Adds an unquoted expansion's text, split at blanks.
    fn split(&mut self, text: &str, separators: &str) {
        for c in text.chars() {
            match separators.contains(c) {
                // Blanks in a row make no empty arguments; other separators do.
                true if c.is_whitespace() => self.close(),
                true => {
                    self.open();
                    self.close();
                }
                false => self.open().push((c, false)),
            }
        }
    }
}

impl Expander<'_> {
    /// The arguments that words become.
    pub fn words(&mut self, words: &[Word]) -> Result<Vec<String>, Halt> {
        let mut arguments = Vec::new();
        for word in words {
            let words = if self.dialect == Dialect::Bash { glob::braces(word) } else { vec![word.clone()] };
            for word in words {
                for field in self.fields(&word, true)? {
                    if glob::is_pattern(&field) && !self.options.contains(&'f') {
                        let files = glob::files(self.world, &self.memory.cwd, &field, self.memory.has('D'));
                        if !files.is_empty() || self.has('N') {
                            arguments.extend(files);
                            continue;
                        }
                    }
                    arguments.push(field.into_iter().map(|c| c.0).collect());
                }
            }
        }
        Ok(arguments)
    }

    /// A word as one text, neither split nor matched: an assignment's value, a redirection's target.
    pub fn one(&mut self, word: &Word) -> Result<String, Halt> {
        let pattern = self.pattern(word)?;
        Ok(pattern.into_iter().map(|c| c.0).collect())
    }

    /// A value that is assigned as one text: `~` means the home directory behind each colon, too.
    pub(super) fn path_list(&mut self, word: &Word) -> Result<String, Halt> {
        let there = |part: &Part| matches!(part, Part::Literal(text) if text.contains(":~/"));
        if !word.0.iter().any(there) {
            return self.one(word);
        }
        let home = format!(":{}/", self.get("HOME").unwrap_or_default());
        let mut word = word.clone();
        for part in &mut word.0 {
            if let Part::Literal(text) = part {
                *text = text.replace(":~/", &home);
            }
        }
        self.one(&word)
    }

    /// A word as a pattern: what was quoted stands for itself.
    pub fn pattern(&mut self, word: &Word) -> Result<Vec<Char>, Halt> {
        Ok(self.fields(word, false)?.join(&(' ', false)))
    }

    fn fields(&mut self, word: &Word, split: bool) -> Result<Vec<Vec<Char>>, Halt> {
        let separators = if split { self.get("IFS").unwrap_or(" \t\n").to_owned() } else { String::new() };
        let mut fields = Fields::default();
        for (i, part) in word.0.iter().enumerate() {
            match part {
                Part::Literal(text) if i == 0 && text.starts_with('~') => {
                    let rest = self.tilde(text, &mut fields, word.0.len() == 1);
                    fields.add(&rest, false);
                }
                Part::Literal(text) => fields.add(text, false),
                Part::Quoted(text) => fields.add(text, true),
                Part::Double(parts) => self.double(parts, &mut fields)?,
                Part::Parameter(parameter) if parameter.star().is_some() => {
                    let values = self.all_parameters(parameter)?;
                    for (i, value) in values.iter().enumerate() {
                        if i > 0 {
                            fields.close();
                        }
                        fields.split(value, &separators);
                    }
                }
                // The quotes inside `${x:-'a b'}` keep their meaning.
                Part::Parameter(parameter) => match (&parameter.operation, self.fallback(parameter)?) {
                    (Operation::Default('-' | '+', _, word), true) => {
                        let inner = self.fields(word, split)?;
                        for (i, field) in inner.into_iter().enumerate() {
                            if i > 0 {
                                fields.close();
                            }
                            fields.open().extend(field);
                        }
                    }
                    _ => {
                        let value = self.parameter(parameter)?;
                        fields.split(&value, &separators);
                    }
                },
                Part::Command(script) => {
                    let output = self.substitute(script)?;
                    fields.split(&output, &separators);
                }
                Part::File(script) => {
                    let output = self.substitute(script)?;
                    let path = self.spill(output);
                    fields.add(&path, true);
                }
                Part::Arithmetic(word) => {
                    let value = self.arithmetic(word)?;
                    fields.add(&value.to_string(), false);
                }
            }
        }
        fields.close();
        Ok(fields.done)
    }

    /// The parts between double quotes: one argument, except that `"$@"` makes as many as there are.
    fn double(&mut self, parts: &[Part], fields: &mut Fields) -> Result<(), Halt> {
        let is_nothing = match parts {
            [Part::Parameter(p)] if p.star() == Some('@') => match p.index {
                Some(_) => p.operation != Operation::Length && self.elements(&p.name).is_empty(),
                None => self.parameters.is_empty(),
            },
            _ => false,
        };
        if !is_nothing {
            fields.open();
        }
        for part in parts {
            match part {
                Part::Literal(text) | Part::Quoted(text) => fields.add(text, true),
                Part::Double(parts) => self.double(parts, fields)?,
                Part::Parameter(parameter)
                    if parameter.star() == Some('@') && parameter.operation != Operation::Length =>
                {
                    for (i, value) in self.all_parameters(parameter)?.into_iter().enumerate() {
                        if i > 0 {
                            fields.close();
                        }
                        fields.add(&value, true);
                    }
                }
                Part::Parameter(parameter) => {
                    let value = match parameter.star() {
                        Some('*') if parameter.operation != Operation::Length => {
                            let joint = self.joint();
                            self.all_parameters(parameter)?.join(&joint)
                        }
                        _ => self.parameter(parameter)?,
                    };
                    fields.add(&value, true);
                }
                Part::Command(script) => {
                    let output = self.substitute(script)?;
                    fields.add(&output, true);
                }
                // Between quotes it is text.
                Part::File(_) => fields.add("<(...)", true),
                Part::Arithmetic(word) => {
                    let value = self.arithmetic(word)?;
                    fields.add(&value.to_string(), true);
                }
            }
        }
        Ok(())
    }

    /// Adds what `~` at a word's beginning stands for; the rest of the text.
    fn tilde(&self, text: &str, fields: &mut Fields, alone: bool) -> String {
        let (user, rest) = text[1..].find('/').map_or((&text[1..], ""), |i| text[1..].split_at(i));
        // `~"x"` is no home directory.
        if !rest.is_empty() || alone {
            let home = match user {
                "" => self.get("HOME").map(str::to_owned),
                "root" => Some("/root".to_owned()),
                "student" => Some("/home/student".to_owned()),
                _ => None,
            };
            if let Some(home) = home {
                fields.add(&home, true);
                return rest.to_owned();
            }
        }
        text.to_owned()
    }

    /// Puts text into a file of its own for a command that is about to read it; its path. So many are kept as a command
    /// may well have at once.
    fn spill(&mut self, mut text: String) -> String {
        const KEPT: u8 = 16;
        if !text.is_empty() {
            text.push('\n');
        }
        self.spilled = (self.spilled + 1) % KEPT;
        let path = format!("/tmp/.fd{}", 63 - self.spilled);
        let now = self.world.now().0;
        files(self.world, |files| files.mkdir_all("/tmp", now).and_then(|()| files.write(&path, text, now)));
        path
    }

    /// The output of commands, without its last newlines.
    fn substitute(&mut self, script: &Script) -> Result<String, Halt> {
        let Some(((output, status), rest)) = self.answers.split_first() else { return Err(Halt::Run(script.clone())) };
        self.answers = rest;
        (self.memory.status, self.memory.substituted) = (*status, Some(*status));
        Ok(output.clone())
    }

    /// An expression's value.
    ///
    /// # Errors
    /// Why there is none.
    pub fn arithmetic(&mut self, word: &Word) -> Result<i64, Halt> {
        let text = self.one(&Word(vec![Part::Double(word.0.clone())]))?;
        let dialect = self.dialect;
        arith::evaluate(&text, self.memory).map_err(|error| match dialect {
            Dialect::Bash => Halt::Fail(format!("{}: {error}", text.trim()), 1),
            Dialect::Busybox if error.starts_with("division by 0") => Halt::Fail("divide by zero".into(), 2),
            Dialect::Busybox => Halt::Fail("arithmetic syntax error".into(), 2),
            Dialect::Dash => {
                let problem = match error.split(" (").next().unwrap_or_default() {
                    "division by 0" => "division by zero",
                    problem if problem.ends_with("operand expected") => "expecting primary",
                    _ => "expecting EOF",
                };
                Halt::Fail(format!("arithmetic expression: {problem}: \"{text}\""), 2)
            }
        })
    }
}
