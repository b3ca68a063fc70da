//! A container's first process: steps in virtual time.

pub(crate) mod expansion;
mod text;

pub use text::Text;

use crate::programs::Server;
use api::FlatMap;
use api::{Str, Time};
use std::sync::Arc;
use std::time::Duration;

/// One thing a process does.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Nothing, for a while.
    Sleep(Duration),
    /// Writes to standard output.
    Print(Text),
    /// Writes a line that is always the same: the many containers of one image share it.
    Say(&'static str),
    /// Writes a file.
    Write {
        /// Its path.
        file: Text,
        /// What.
        text: Text,
        /// At its end, instead of replacing what is there.
        append: bool,
    },
    /// Prints a file.
    Cat(Text),
    /// Prints the names in a directory; whether it complains in busybox' words.
    List(Text, bool),
    /// Removes a file or directory.
    Remove(Text),
    /// Makes a directory.
    MakeDirectory(Text),
    /// Sets a variable.
    Assign(Text, Text),
    /// Gives a variable the next member of a list; goes on elsewhere when there is none.
    Each {
        /// The variable.
        variable: Text,
        /// The members, which are counted out while the loop goes round and take no room before.
        list: Vec<Members>,
        /// Where it goes on after the last one.
        to: usize,
    },
    /// Goes on elsewhere.
    Jump(usize),
    /// `[ ... ]`: succeeds or fails by files, variables and numbers.
    Test(Vec<Text>),
    /// Goes on elsewhere if the step before it has failed; with `false`, if it has succeeded.
    Unless(bool, usize),
    /// Listens, and does nothing else any more.
    Serve(Server),
    /// Listens, and goes on.
    Listen(Server),
    /// Whatever it does, it ends so long after this step.
    EndAfter {
        /// After so long.
        span: Duration,
        /// With this exit code.
        code: i32,
        /// What it writes then.
        words: Text,
    },
    /// Does nothing any more.
    Forever,
    /// Waits for somebody who joins it and does what is to be done by hand: a shell at its prompt, or a program whose
    /// output depends on more than its container.
    Attended,
    /// Burns the processor from now on.
    Burn,
    /// Asks a server for a page again and again from now on, with a pause after each time.
    Ask(Text, Duration),
    /// Ends.
    Exit(i32),
    /// Ends as well as the step before it did.
    Done,
}

/// A part of the list that a loop goes through.
#[derive(Clone, Debug, PartialEq)]
pub enum Members {
    /// One word.
    Word(Text),
    /// The numbers from the first to the last.
    Numbers(i64, i64),
}

impl Members {
    /// How many they are.
    pub(crate) fn count(&self) -> i64 {
        match self {
            Members::Word(_) => 1,
            Members::Numbers(first, last) => last.saturating_sub(*first).saturating_add(1).max(0),
        }
    }

    /// The member of this number, from 0 on, of a whole list.
    fn nth(list: &[Members], mut number: i64) -> Option<Text> {
        for members in list {
            if number < members.count() {
                return Some(match members {
                    Members::Word(word) => word.clone(),
                    Members::Numbers(first, _) => Text::raw(first.saturating_add(number).to_string()),
                });
            }
            number -= members.count();
        }
        None
    }
}

/// What a process is to do, and how it takes a request to end.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    /// Its steps.
    pub steps: Vec<Step>,
    /// Its exit code after SIGTERM, and how long it takes; none: it pays no attention and must be killed.
    pub on_term: Option<(i32, Duration)>,
    /// From which step on that is so: before it, a shell is process 1, which pays no attention.
    pub on_term_from: usize,
    /// Why it ends where that is not its own choice, such as `OOMKilled`.
    pub killed: Option<&'static str>,
    /// How many bytes of memory it uses.
    pub memory: i64,
    /// How the process is shown in a list.
    pub command: Str,
}

/// What a process needs of its container.
pub trait Surroundings {
    /// Writes to the container's log.
    fn print(&mut self, text: &str, at: Time);
    /// Writes a line, without its newline, to the container's log.
    fn say(&mut self, line: &'static str, at: Time) {
        self.print(line, at);
    }
    /// Asks a server for a page, with a pause after each time; called once a second for all that is asked in it.
    fn ask(&mut self, _url: &Text, _pause: Duration) {}
    /// The text of a file.
    fn read(&mut self, path: &str) -> Result<String, String>;
    /// The names in a directory; the name of a file.
    fn list(&mut self, path: &str) -> Result<Vec<Str>, String>;
    /// Replaces or extends a file.
    fn write(&mut self, path: &str, text: &str, append: bool, at: Time);
    /// Removes a file or directory.
    fn remove(&mut self, path: &str);
    /// Makes a directory and those above it.
    fn make_directory(&mut self, path: &str, at: Time);
    /// The value of an environment variable.
    fn variable(&self, name: &str) -> String;
}

/// A running process.
#[derive(Clone, Debug)]
pub struct Process {
    program: Arc<Program>,
    position: usize,
    /// When it goes on; none: never by itself.
    wake: Option<Time>,
    /// When it ends whatever it does, and the [`Step::EndAfter`] that says so.
    end: Option<(Time, usize)>,
    /// Why it was ended where that was not its own choice.
    pub(crate) killed: Option<&'static str>,
    variables: FlatMap<String, String>,
    /// The loops over lists that it is in, the innermost last: the place of the step, and how many members have had their turn.
    loops: Vec<(usize, i64)>,
    /// How it ended.
    pub ended: Option<(Time, i32)>,
    /// Where it listens.
    pub server: Option<Server>,
    /// The exit status of its last step.
    status: i32,
}

/// Steps between two pauses: more is a loop gone wild, which is left alone for so long.
const STEPS_AT_ONCE: usize = 10_000;
const GONE_WILD: Duration = Duration::from_secs(5);

/// What starting and ending a process takes, together: the container runtime sees even `true` live this long.
pub(crate) const OVERHEAD: Duration = Duration::from_millis(800);

impl Process {
    /// A process that begins at `now`.
    pub fn start(program: Arc<Program>, now: Time) -> Process {
        Process {
            killed: program.killed,
            program,
            position: 0,
            wake: Some(now),
            end: None,
            variables: FlatMap::new(),
            loops: Vec::new(),
            ended: None,
            server: None,
            status: 0,
        }
    }

    /// When it does something next by itself.
    pub fn wake(&self) -> Option<Time> {
        let end = self.end.map(|(at, _)| at);
        if self.ended.is_some() { None } else { self.wake.into_iter().chain(end).min() }
    }

    /// Whether it burns the processor.
    pub fn burns(&self) -> bool {
        let last = self.position.checked_sub(1).and_then(|at| self.program.steps.get(at));
        self.ended.is_none() && self.wake.is_none() && matches!(last, Some(Step::Burn))
    }

    /// The program.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Its exit code after SIGTERM at this moment, and how long it takes; none: it pays no attention.
    pub fn on_term(&self) -> Option<(i32, Duration)> {
        self.program.on_term.filter(|_| self.position >= self.program.on_term_from)
    }

    /// Whether it waits for somebody to join it.
    pub fn waits(&self) -> bool {
        self.ended.is_none() && self.program.steps.contains(&Step::Attended)
    }

    /// Sets a variable.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    /// Ends it, from outside.
    pub fn kill(&mut self, code: i32, at: Time) {
        self.ended.get_or_insert((at, code));
        self.server = None;
    }

    /// Lets it do what it does until `now`.
    pub fn run(&mut self, now: Time, around: &mut dyn Surroundings) {
        let program = self.program.clone();
        for _ in 0..STEPS_AT_ONCE {
            let Some(at) = self.wake().filter(|at| *at <= now) else { return };
            if let Some((due, step)) = self.end.filter(|(due, _)| *due <= at) {
                return self.end_at(due, step, around);
            }
            let Some(step) = program.steps.get(self.position) else {
                self.end(at, 0);
                return;
            };
            self.position += 1;
            if !matches!(step, Step::Done | Step::Unless(..) | Step::Each { .. }) {
                self.status = 0;
            }
            match step {
                Step::Sleep(span) => self.wake = Some(at + *span),
                Step::Print(text) => {
                    let text = self.fill(text, at, around);
                    around.print(&text, at);
                }
                Step::Say(line) => around.say(line, at),
                Step::Write { file, text, append } => {
                    let (file, text) = (self.fill(file, at, around), self.fill(text, at, around));
                    around.write(&file, &text, *append, at);
                }
                Step::Cat(file) => {
                    let file = self.fill(file, at, around);
                    match around.read(&file) {
                        Ok(text) => around.print(&text, at),
                        Err(error) => {
                            around.print(&format!("cat: can't open '{file}': {error}\n"), at);
                            self.status = 1;
                        }
                    }
                }
                Step::List(path, busybox) => {
                    let path = self.fill(path, at, around);
                    match (around.list(&path), busybox) {
                        (Ok(names), _) => names.iter().for_each(|name| around.print(&format!("{name}\n"), at)),
                        (Err(error), true) => {
                            around.print(&format!("ls: {path}: {error}\n"), at);
                            self.status = 1;
                        }
                        (Err(error), false) => {
                            around.print(&format!("ls: cannot access '{path}': {error}\n"), at);
                            self.status = 2;
                        }
                    }
                }
                Step::Remove(path) => {
                    let path = self.fill(path, at, around);
                    around.remove(&path);
                }
                Step::MakeDirectory(path) => {
                    let path = self.fill(path, at, around);
                    around.make_directory(&path, at);
                }
                Step::Assign(name, value) => {
                    let value = self.fill(value, at, around);
                    self.variables.insert(name.as_str().to_owned(), value);
                }
                Step::Each { variable, list, to } => match self.next_of(list) {
                    Some(value) => {
                        let value = self.fill(&value, at, around);
                        self.variables.insert(variable.as_str().to_owned(), value);
                    }
                    None => self.position = *to,
                },
                Step::Jump(to) => self.position = *to,
                Step::Test(words) => {
                    let words: Vec<String> = words.iter().map(|word| self.fill(word, at, around)).collect();
                    self.status = crate::script::test(&words, around);
                }
                Step::Unless(good, to) => {
                    if (self.status == 0) != *good {
                        self.position = *to;
                    }
                }
                Step::Serve(server) => {
                    self.server = Some(server.clone());
                    self.wake = None;
                }
                Step::Listen(server) => self.server = Some(server.clone()),
                Step::EndAfter { span, .. } => self.end = Some((at + *span, self.position - 1)),
                Step::Forever | Step::Attended | Step::Burn => self.wake = None,
                Step::Ask(url, pause) => {
                    let url = Text::literal(&self.fill(url, at, around));
                    around.ask(&url, *pause);
                    self.position -= 1;
                    self.wake = Some(at + crate::usage::SAMPLE);
                }
                Step::Exit(code) => self.end(at, *code),
                Step::Done => self.end(at, self.status),
            }
        }
        // A loop without a pause goes round and round: it is looked at again after a while.
        if self.wake().is_some_and(|at| at <= now) {
            self.wake = Some(now + GONE_WILD);
        }
    }

    /// The next member of the list of the loop whose step has just been taken.
    fn next_of(&mut self, list: &[Members]) -> Option<Text> {
        if self.loops.last().is_none_or(|(place, _)| *place != self.position) {
            self.loops.push((self.position, 0));
        }
        let (_, number) = self.loops.last_mut()?;
        let value = Members::nth(list, *number);
        *number += 1;
        if value.is_none() {
            self.loops.pop();
        }
        value
    }

    /// Its time is over.
    fn end_at(&mut self, at: Time, step: usize, around: &mut dyn Surroundings) {
        if let Some(Step::EndAfter { code, words, .. }) = self.program.clone().steps.get(step) {
            around.print(&self.fill(words, at, around), at);
            self.end(at, *code);
        }
        self.server = None;
    }

    fn end(&mut self, at: Time, code: i32) {
        // Waking once more when the end is due keeps the log before the exit.
        self.wake = None;
        self.ended = Some((at + OVERHEAD, code));
    }
}
