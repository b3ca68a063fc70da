//! What a task is at, a frame for each command that is not over yet.

use super::work::Work;
use super::{Io, Machine, Output, State, Task};
use crate::syntax::{Compound, Script};
use crate::{Answer, Hidden, Jump, Memory};
use api::FlatMap;
use std::sync::Arc;

/// One command that has begun.
#[derive(Clone, Debug)]
pub(super) enum Frame {
    /// Text, of which so many bytes have been run; what it is the text of.
    Text(Arc<str>, usize, Source),
    /// Commands one after the other, of which so many have begun.
    Script(Script, usize),
    /// Pipelines joined by `&&` and `||`: the list, its place in it, the next pipeline, and in how many tests it stood before.
    Item(Script, usize, usize, usize),
    /// `!`
    Negate,
    /// A pipeline's commands, side by side.
    Piped(Vec<usize>),
    /// A subshell, or another process, that is waited for; ended with 124 if it takes too long.
    Child(usize),
    /// An expansion that waits for what commands print.
    Expand(Box<Expand>),
    /// The streams as they were.
    Restore(Io),
    /// A condition: `set -e` does not look at it.
    Tested,
    /// `if`: the branch that is tested.
    If(Arc<Compound>, usize),
    /// `while`, `until`: whether its body is next, and the status so far.
    While(Arc<Compound>, bool, i32),
    /// `for`: what is left of the values, and the status so far.
    For(Arc<Compound>, Arc<Vec<String>>, usize, i32),
    /// `for ((...))`: the status so far.
    ForArithmetic(Arc<Compound>, i32),
    /// `case`: the branch that runs.
    Case(Arc<Compound>, usize),
    /// A function: what its parameters and variables hide.
    Function(Vec<String>, Hidden),
    /// What a command's own variables hide.
    Own(Hidden),
    /// What a trap answers a signal with; the status before it.
    Trap(i32),
    /// `exec`: the shell ends with what is above.
    Exec,
    /// A program by itself.
    Run(Vec<String>),
    /// A program that has more to read now.
    Again(Vec<String>, FlatMap<String, String>),
    /// `wait`: for these, and whether that is all there are.
    Jobs(Vec<usize>, bool),
    /// `read`, whose line has come.
    Read(Vec<String>),
}

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A shell's own.
    Shell,
    /// A file that another script reads (`.`): `return` leaves it.
    File,
    /// The words of `eval`, or of a trap.
    Words,
}

/// An expansion that waits.
#[derive(Clone, Debug)]
pub(super) struct Expand {
    pub(super) work: Work,
    pub(super) answers: Vec<Answer>,
    pub(super) before: Memory,
    /// Who answers, and through which pipe.
    pub(super) child: usize,
    pub(super) pipe: usize,
}

impl Frame {
    /// Whether what comes of it has nothing to do with what was above it.
    fn begins_anew(&self) -> bool {
        matches!(
            self,
            Frame::Piped(_) | Frame::Child(_) | Frame::Expand(_) | Frame::Again(..) | Frame::Read(_) | Frame::Run(_)
        )
    }

    pub(super) fn text(text: &str) -> Frame {
        Frame::Text(text.into(), 0, Source::Shell)
    }
}

impl Machine {
    /// One step of a task: the topmost frame goes on, with what came of the one that was above it.
    pub(super) fn step(&mut self, task: &mut Task, around: &mut dyn super::Around) {
        let Some(frame) = task.frames.pop() else { return self.end(task, around) };
        // The answer to a signal has left what was waited for behind.
        if task.value.is_err() && frame.begins_anew() {
            return;
        }
        match frame {
            Frame::Text(text, at, source) => self.go_on_with_text(task, text, at, source, around),
            Frame::Script(script, at) => self.go_on_with_script(task, script, at, around),
            Frame::Item(script, item, next, tested) => self.go_on_with_item(task, script, item, next, tested, around),
            Frame::Negate => task.value = task.value.map(|status| i32::from(status == 0)),
            Frame::Piped(ids) => {
                let statuses: Vec<i32> = ids.iter().map(|id| self.reap(*id)).collect();
                let elements = crate::Elements::of(statuses.iter().map(i32::to_string));
                task.memory.set_elements("PIPESTATUS", elements);
                let last = statuses.last().copied().unwrap_or(0);
                let failed = statuses.iter().rev().copied().find(|status| *status != 0).unwrap_or(0);
                task.value = Ok(if task.memory.has('P') { failed } else { last });
            }
            Frame::Child(id) => {
                let status = self.reap(id);
                self.tell_of_signal(task, status, around);
                task.value = Ok(status);
            }
            Frame::Own(hidden) => task.memory.swap_out(hidden),
            Frame::Expand(expand) => self.answered(task, *expand, around),
            Frame::Restore(io) => task.io = io,
            Frame::Tested => task.memory.tested = task.memory.tested.saturating_sub(1),
            Frame::If(compound, branch) => self.go_on_with_if(task, compound, branch),
            Frame::While(compound, body, status) => self.go_on_with_while(task, compound, body, status),
            Frame::For(compound, values, at, status) => self.go_on_with_for(task, compound, values, at, status),
            Frame::ForArithmetic(compound, status) => {
                if let Some(status) = iteration(task, status) {
                    self.expand(task, Work::ForStep(compound, status), around);
                }
            }
            Frame::Case(compound, arm) => self.go_on_with_case(task, compound, arm, around),
            Frame::Function(parameters, hidden) => {
                let locals = task.memory.locals.pop().unwrap_or_default();
                task.memory.swap_out(locals.into_iter().collect());
                task.memory.swap_out(hidden);
                task.memory.parameters = parameters;
                task.memory.callers.pop();
                task.memory.calls = task.memory.calls.saturating_sub(1);
                if let Err(Jump::Return(status)) = task.value {
                    task.value = Ok(status);
                }
            }
            Frame::Trap(status) => {
                if task.value.is_ok() {
                    task.memory.status = status;
                    task.value = Ok(status);
                }
            }
            Frame::Exec => task.value = task.value.and_then(|status| Err(Jump::Exit(status))),
            Frame::Again(args, env) => self.there(task, args, env, around),
            Frame::Jobs(ids, all) => self.waited(task, &ids, all, around),
            Frame::Read(args) => self.read(task, &args),
            Frame::Run(words) => {
                let env = task.memory.environment();
                task.frames.push(Frame::Exec);
                self.program(task, words, env, around);
            }
        }
    }

    /// A task has nothing left to do.
    fn end(&mut self, task: &mut Task, around: &mut dyn super::Around) {
        let status = match task.value {
            Ok(status) | Err(Jump::Exit(status) | Jump::Return(status) | Jump::Fail(status)) => status,
            Err(Jump::Break(_) | Jump::Continue(_)) => 0,
        };
        if let Some(command) = task.memory.traps.remove("EXIT") {
            task.memory.status = status;
            // What the trap leaves behind is not the status, unless it says so.
            task.push(Frame::Exec);
            task.push(Frame::Trap(status));
            return task.push(Frame::Text(command.into(), 0, Source::Words));
        }
        task.state = State::Ended(status);
        if task.id == 1 {
            self.flush(around);
            self.ended = Some((self.clock, status));
        }
    }

    /// Ends a task from outside, and all that it has started and waits for.
    pub(super) fn kill_task(&mut self, id: usize, status: i32) {
        let Some(task) = self.find_mut(id) else { return };
        if task.ended() {
            return;
        }
        let below = match std::mem::replace(&mut task.state, State::Ended(status)) {
            State::Tasks(ids, _) => ids,
            _ => Vec::new(),
        };
        task.frames.clear();
        task.io.out = Output::Null;
        below.into_iter().for_each(|id| self.kill_task(id, status));
    }
}

/// How a loop goes on after one time round: the status so far; none if it is over, which has been noted.
pub(super) fn iteration(task: &mut Task, before: i32) -> Option<i32> {
    match task.value {
        Ok(status) => Some(status),
        Err(Jump::Continue(1)) => Some(0),
        Err(Jump::Break(1)) => {
            task.value = Ok(before);
            None
        }
        Err(Jump::Break(n)) => {
            task.value = Err(Jump::Break(n - 1));
            None
        }
        Err(Jump::Continue(n)) => {
            task.value = Err(Jump::Continue(n - 1));
            None
        }
        Err(_) => None,
    }
}
