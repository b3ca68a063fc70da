//! A container's first process: steps in virtual time.

pub(crate) mod expansion;
mod scripted;
mod text;

use scripted::Scripted;
pub use scripted::Started;
pub(crate) use scripted::{shared, shown};
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
    /// Goes on elsewhere.
    Jump(usize),
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
    /// Ends.
    Exit(i32),
}

/// What a process is to do, and how it takes a request to end.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    /// Its steps.
    pub steps: Vec<Step>,
    /// Its exit code after SIGTERM, and how long it takes; none: it pays no attention and must be killed.
    pub on_term: Option<(i32, Duration)>,
    /// The command that the language of shells runs, where it is one; it then has no steps.
    pub words: Option<Arc<[String]>>,
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
    /// Writes to standard error, which ends in the log as well.
    fn complain(&mut self, text: &str, at: Time) {
        self.print(text, at);
    }
    /// Writes a line, without its newline, to the container's log.
    fn say(&mut self, line: &'static str, at: Time) {
        self.print(line, at);
    }
    /// Asks a server for a page, with a pause after each time; called once a second for all that is asked in it.
    fn ask(&mut self, _url: &str, _pause: Duration) {}
    /// It has used the processor for so many microseconds.
    fn burn(&mut self, _micros: u64) {}
    /// Lets `act` work on the files.
    fn files(&mut self, act: &mut dyn FnMut(&mut vfs::View<'_>));
    /// What a shell knows when it begins here.
    fn shell(&self) -> script::Memory;
    /// What a program is that a script starts.
    fn start(&mut self, args: &[String]) -> Started;
    /// Runs a tool.
    fn call(&mut self, program: &script::Program) -> script::Ran;
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
    script: Option<Box<Scripted>>,
    /// How it ended.
    pub ended: Option<(Time, i32)>,
    /// Where it listens.
    pub server: Option<Server>,
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
            script: program.words.as_ref().map(|words| Box::new(Scripted::new(words.clone(), now))),
            wake: Some(now).filter(|_| program.words.is_none()),
            program,
            position: 0,
            end: None,
            variables: FlatMap::new(),
            ended: None,
            server: None,
        }
    }

    /// When it does something next by itself.
    pub fn wake(&self) -> Option<Time> {
        let end = self.end.map(|(at, _)| at);
        let script = self.script.as_ref().and_then(|script| script.wake());
        if self.ended.is_some() { None } else { self.wake.into_iter().chain(end).chain(script).min() }
    }

    /// Whether it burns the processor.
    pub fn burns(&self) -> bool {
        if let Some(script) = &self.script {
            return self.ended.is_none() && script.burns();
        }
        let last = self.position.checked_sub(1).and_then(|at| self.program.steps.get(at));
        self.ended.is_none() && self.wake.is_none() && matches!(last, Some(Step::Burn))
    }

    /// The program.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Its exit code after SIGTERM at this moment, and how long it takes; none: it pays no attention.
    pub fn on_term(&self) -> Option<(i32, Duration)> {
        match &self.script {
            Some(script) => script.replaced().and_then(Process::on_term),
            None => self.program.on_term,
        }
    }

    /// SIGTERM reaches it at a moment. What it does about that it does by itself: see [`Process::on_term`] for those that end at
    /// once.
    pub(crate) fn terminate(&mut self, at: Time) {
        if let Some(script) = &mut self.script {
            script.terminate(at);
        }
    }

    /// Takes the tools of its script whose answer comes from the network.
    pub(crate) fn take_calls(&mut self) -> Vec<script::Program> {
        self.script.as_mut().map(|script| script.take_calls()).unwrap_or_default()
    }

    /// Whether it is a script.
    pub(crate) fn is_script(&self) -> bool {
        self.script.is_some()
    }

    /// The answer to one of [`Process::take_calls`].
    pub(crate) fn answer(&mut self, task: usize, outcome: script::Outcome, now: Time, around: &mut dyn Surroundings) {
        if let Some(script) = &mut self.script {
            script.answer(task, outcome, now, around);
        }
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
        if let Some(mut script) = self.script.take() {
            if self.ended.is_none()
                && let Some((at, code)) = script.run(now, around)
            {
                self.end(at, code);
            }
            if self.server.is_some() != script.server().is_some() {
                self.server = script.server().cloned();
            }
            self.script = Some(script);
            return;
        }
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
            match step {
                Step::Sleep(span) => self.wake = Some(at + *span),
                Step::Print(text) => {
                    let text = self.fill(text, at, around);
                    around.print(&text, at);
                }
                Step::Say(line) => around.say(line, at),
                Step::Jump(to) => self.position = *to,
                Step::Serve(server) => {
                    self.server = Some(server.clone());
                    self.wake = None;
                }
                Step::Listen(server) => self.server = Some(server.clone()),
                Step::EndAfter { span, .. } => self.end = Some((at + *span, self.position - 1)),
                Step::Forever | Step::Attended | Step::Burn => self.wake = None,
                Step::Exit(code) => self.end(at, *code),
            }
        }
        // A loop without a pause goes round and round: it is looked at again after a while.
        if self.wake().is_some_and(|at| at <= now) {
            self.wake = Some(now + GONE_WILD);
        }
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
