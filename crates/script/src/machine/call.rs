//! What a script asks of its surroundings.

use crate::World;
use api::{FlatMap, Time};
use std::time::Duration;

/// A program that a script runs.
#[derive(Clone, Debug)]
pub struct Program {
    /// Its arguments, its own name first.
    pub args: Vec<String>,
    /// Its environment.
    pub env: FlatMap<String, String>,
    /// The directory that it runs in.
    pub cwd: String,
    /// What there is to read.
    pub stdin: String,
    /// Whether that is all there will ever be.
    pub complete: bool,
    /// When it begins.
    pub now: Time,
    /// Which of the script's tasks waits for it.
    pub task: usize,
}

/// What a program has done.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// What it wrote to standard output.
    pub out: String,
    /// What it wrote to standard error.
    pub err: String,
    /// Its exit status.
    pub status: i32,
    /// How long it took.
    pub took: Duration,
    /// How many bytes it has read.
    pub read: usize,
}

/// What becomes of a program.
#[derive(Clone, Debug, PartialEq)]
pub enum Ran {
    /// It is done.
    Done(Outcome),
    /// It has to read more before it is.
    Wants,
    /// Its answer comes from afar: [`crate::Machine::answer`].
    Later,
    /// It goes on in its surroundings, which tell the task ([`crate::Machine::said`], [`crate::Machine::over`]).
    Becomes,
    /// There is no such program.
    NotFound,
}

/// What surrounds a script.
pub trait Around: World {
    /// Takes lines (with their newlines) that were written to standard output (0) or standard error (1).
    fn print(&mut self, stream: usize, text: &str, at: Time);
    /// Runs a program.
    fn call(&mut self, program: &Program) -> Ran;
    /// The script asks a server for a page again and again from now on, with a pause after each time. Said once a second.
    fn ask(&mut self, _url: &str, _pause: Duration) {}
    /// The script has used the processor for so many microseconds.
    fn burn(&mut self, _micros: u64) {}
}
