//! Scripts as processes in virtual time: what a container is told to run.
//!
//! A machine is a value: its tasks (the script, and its subshells side by side) keep what they are at as a stack of frames, and
//! a clone goes its own way. It does what is due at a moment and says when it goes on ([`Machine::wake`]); while it sleeps it
//! costs nothing.

mod call;
mod control;
mod frame;
mod pipe;
mod program;
mod schedule;
mod shells;
mod signal;
mod strange;
mod streams;
mod tail;
mod told;
mod work;

pub use call::{Around, Outcome, Program, Ran};
pub use program::SAMPLE;
pub use told::{Told, cannot_open, is_shell, span};

use crate::syntax::Script;
use crate::{Flow, Memory};
use api::Time;
use frame::Frame;
use pipe::Pipe;
use std::time::Duration;

/// What a command that the shell does itself takes of the processor.
const COMMAND: Duration = Duration::from_micros(2);
/// What it takes to start a program: fork, exec, dynamic linking.
const START: Duration = Duration::from_millis(2);
/// How deep functions, texts and shells may call each other.
const MAX_CALLS: usize = 200;
/// How many subshells there may be at once.
const MAX_TASKS: usize = 200;
/// The exit status of a process that wrote where nobody read any more.
const SIGPIPE: i32 = 128 + 13;

/// A script that runs, with all its subshells. A clone is a snapshot.
#[derive(Clone, Debug)]
pub struct Machine {
    /// The first is the script itself. None while a task is at work.
    tasks: Vec<Option<Box<Task>>>,
    pipes: Vec<(usize, Pipe)>,
    /// The number that was given last.
    number: usize,
    /// How far its processor has got: work takes time.
    clock: Time,
    /// Since when it has not paused of its own will.
    busy: Option<Time>,
    /// Until when it is left alone because it works without a pause.
    resting: Option<Time>,
    /// CPU time that nobody has been told of, in microseconds.
    cpu: u64,
    /// What was written to the two outputs since their last newline.
    partial: [String; 2],
    /// What it asks a server for, again and again.
    habit: program::Habit,
    /// How long it has slept, in all, of its own will.
    slept: Duration,
    /// Signals that the script has yet to answer.
    signals: Vec<String>,
    /// How the script ended.
    ended: Option<(Time, i32)>,
}

/// Where a command reads from.
#[derive(Clone, Debug, PartialEq)]
enum Input {
    Null,
    Pipe(usize),
}

/// Where a command writes to.
#[derive(Clone, Debug, PartialEq)]
enum Output {
    Null,
    /// The container's log: 0 for standard output, 1 for standard error.
    Log(usize),
    File(String),
    Pipe(usize),
}

/// The streams of a command.
#[derive(Clone, Debug, PartialEq)]
struct Io {
    stdin: Input,
    out: Output,
    err: Output,
}

/// What a task waits for.
#[derive(Clone, Debug, PartialEq)]
enum State {
    /// Nothing.
    Ready,
    /// A moment.
    Sleep(Time),
    /// Other tasks' end; until a moment, if there is one, at which they are ended.
    Tasks(Vec<usize>, Option<Time>),
    /// The same, at a `wait`, which a signal breaks off.
    Wait(Vec<usize>),
    /// A line: up to this character.
    Line(usize, char),
    /// More in a pipe than there was when it was looked at last, or its end.
    Input(usize, usize),
    /// Room in a pipe.
    Room(usize),
    /// A program that its surroundings run.
    Program,
    /// The answer from afar.
    Later,
    /// A file's growth: the path, how much has been read, when it is looked at next, and how often it had not grown.
    Follow(String, usize, Time, u32),
    /// It is over.
    Ended(i32),
}

/// One line of commands at work: the script, or one of its subshells.
#[derive(Clone, Debug)]
struct Task {
    id: usize,
    memory: Memory,
    io: Io,
    frames: Vec<Frame>,
    /// What came of the frame above.
    value: Flow,
    state: State,
    /// Whether anybody may `wait` for it.
    job: bool,
    /// It waits at least so long for the answer that it waits for.
    hold: Duration,
}

impl Machine {
    /// A shell that runs a text, with the words after its name as its parameters.
    pub fn text(memory: Memory, text: &str, now: Time) -> Machine {
        Machine::new(memory, Frame::text(text), now)
    }

    /// A program by itself.
    pub fn command(memory: Memory, words: Vec<String>, now: Time) -> Machine {
        Machine::new(memory, Frame::Run(words), now)
    }

    fn new(mut memory: Memory, frame: Frame, now: Time) -> Machine {
        memory.pid = 1;
        let io = Io { stdin: Input::Null, out: Output::Log(0), err: Output::Log(1) };
        let task = Task::new(1, memory, io, vec![frame]);
        Machine {
            tasks: vec![Some(Box::new(task))],
            pipes: Vec::new(),
            number: 6,
            clock: now,
            busy: None,
            resting: None,
            cpu: 0,
            partial: Default::default(),
            habit: program::Habit::default(),
            slept: Duration::ZERO,
            signals: Vec::new(),
            ended: None,
        }
    }

    /// How the script ended, if it has.
    pub fn ended(&self) -> Option<(Time, i32)> {
        self.ended
    }

    /// Whether it works without a pause.
    pub fn burns(&self) -> bool {
        self.ended.is_none() && self.resting.is_some()
    }

    /// Whether one of its commands is a program of its surroundings: see [`Ran::Becomes`].
    pub fn runs(&self, task: usize) -> bool {
        self.ended.is_none() && self.find(task).is_some_and(|task| task.state == State::Program)
    }

    /// Whether the script has given its process up to a program of its surroundings (`exec`).
    pub fn replaced(&self) -> bool {
        let first = self.find(1);
        first.is_some_and(|task| task.state == State::Program && matches!(task.frames[..], [Frame::Exec]))
    }

    fn find(&self, id: usize) -> Option<&Task> {
        self.tasks.iter().flatten().find(|task| task.id == id).map(|task| &**task)
    }

    fn find_mut(&mut self, id: usize) -> Option<&mut Task> {
        self.tasks.iter_mut().flatten().find(|task| task.id == id).map(|task| &mut **task)
    }

    fn next_number(&mut self) -> usize {
        self.number += 1;
        self.number
    }

    /// Starts a subshell; its number.
    fn spawn(&mut self, parent: &Task, io: Io, frame: Frame) -> usize {
        let id = self.next_number();
        let mut memory = parent.memory.clone();
        memory.traps.clear();
        self.tasks.push(Some(Box::new(Task::new(id, memory, io, vec![frame]))));
        id
    }

    /// The exit status of a task that has ended, which is forgotten.
    fn reap(&mut self, id: usize) -> i32 {
        let status = match self.find(id).map(|task| &task.state) {
            Some(State::Ended(status)) => *status,
            _ => return 127,
        };
        self.tasks.retain(|task| task.as_ref().is_none_or(|task| task.id != id));
        status
    }
}

impl Task {
    fn new(id: usize, memory: Memory, io: Io, frames: Vec<Frame>) -> Task {
        Task { id, memory, io, frames, value: Ok(0), state: State::Ready, job: false, hold: Duration::ZERO }
    }

    fn ended(&self) -> bool {
        matches!(self.state, State::Ended(_))
    }

    /// Begins something above what it is at.
    fn push(&mut self, frame: Frame) {
        self.value = Ok(0);
        self.frames.push(frame);
    }

    fn push_script(&mut self, script: &Script) {
        self.push(Frame::Script(script.clone(), 0));
    }
}

#[cfg(test)]
mod tests;
