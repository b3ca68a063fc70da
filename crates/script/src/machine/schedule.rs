//! Who of the tasks goes on, and when.

use super::pipe::Pipe;
use super::{Around, Input, Machine, Outcome, Output, State, Task};
use api::Time;
use std::time::Duration;

/// How many steps a task makes before the next one has its turn.
const TURN: usize = 500;
/// So much of the processor's time a script takes in one go, and so much once it works without a pause for long.
const SLICE: Duration = Duration::from_millis(50);
const SHORT: Duration = Duration::from_millis(20);
/// A script that works without a pause does so for this long; then it is left alone, each time for as long as it has worked in
/// all, at most for so long: what it would do meanwhile is more of the same.
const FULL_SPEED: Duration = Duration::from_secs(1);
const MOST_REST: Duration = Duration::from_secs(5);
/// How often a file is looked at for more, and how often if it has not grown for [`PATIENCE`] times.
const LOOK: Duration = Duration::from_secs(1);
const SELDOM: Duration = Duration::from_secs(5);
const PATIENCE: u32 = 60;
/// Programs that treat each line by itself: they need not see the end of what they read.
const BY_LINE: &[&str] = &["awk", "cat", "cut", "egrep", "fgrep", "grep", "sed", "tee", "tr"];

impl Machine {
    /// When it does something next by itself.
    pub fn wake(&self) -> Option<Time> {
        if self.ended.is_some() {
            return None;
        }
        if let Some(until) = self.resting {
            return Some(until);
        }
        let mut next: Option<Time> = None;
        for task in self.tasks.iter().flatten() {
            let at = match &task.state {
                State::Ready => Some(self.clock),
                State::Sleep(at) | State::Follow(_, _, at, _) | State::Tasks(_, Some(at)) => Some(*at),
                _ => None,
            };
            next = next.into_iter().chain(at).min();
        }
        if !self.signals.is_empty() && self.find(1).is_some_and(|task| task.state == State::Ready) {
            return Some(self.clock);
        }
        next
    }

    /// Lets it do what is due at a moment.
    pub fn run(&mut self, now: Time, around: &mut dyn Around) {
        if self.ended.is_some() || self.resting.is_some_and(|until| until > now) {
            return;
        }
        let rested = self.resting.take().is_some();
        if !rested {
            // It has paused of its own will.
            if self.clock < now {
                self.busy = None;
            }
        }
        self.clock = self.clock.max(now);
        let begun = self.clock;
        let busy = *self.busy.get_or_insert(begun);
        let slice = if begun.since(busy) < FULL_SPEED { SLICE } else { SHORT };
        loop {
            let mut moved = false;
            let mut at = 0;
            while at < self.tasks.len() {
                moved |= self.turn(at, begun + slice, around);
                if self.ended.is_some() {
                    return self.burnt(around);
                }
                at += 1;
            }
            if self.clock > begun + slice {
                break;
            }
            if !moved && !self.feed(around) {
                break;
            }
        }
        self.close_pipes();
        if self.clock <= begun + slice {
            return self.burnt(around);
        }
        let worked = self.clock.since(self.busy.unwrap_or(begun));
        let rest = if worked < FULL_SPEED { Duration::ZERO } else { worked.min(MOST_REST) };
        self.cpu = 0;
        self.clock = self.clock + rest;
        self.resting = Some(self.clock);
    }

    /// Tells of the processor's time that it has used since it was last asleep.
    fn burnt(&mut self, around: &mut dyn Around) {
        around.burn(std::mem::take(&mut self.cpu));
    }

    /// Takes the processor's time.
    pub(super) fn work(&mut self, span: Duration) {
        self.clock = self.clock + span;
        self.cpu += span.as_micros() as u64;
    }

    /// One task's turn; whether it has made a step.
    fn turn(&mut self, at: usize, until: Time, around: &mut dyn Around) -> bool {
        let mut moved = false;
        for _ in 0..TURN {
            if self.ended.is_some() || self.clock > until || !self.unblock(at, around) {
                break;
            }
            let Some(mut task) = self.tasks.get_mut(at).and_then(Option::take) else { break };
            moved = true;
            if !self.signals.is_empty() {
                self.answer_signal(&mut task);
            }
            self.step(&mut task, around);
            // What it has started stands behind it, and what it has reaped may have stood before.
            if let Some(place) = self.tasks.iter_mut().find(|task| task.is_none()) {
                *place = Some(task);
            }
            if self.tasks.get(at).is_none() {
                break;
            }
        }
        moved
    }

    /// Whether a task can go on; what it has waited for is there.
    fn unblock(&mut self, at: usize, around: &mut dyn Around) -> bool {
        let Some(task) = self.tasks.get(at).and_then(Option::as_ref) else { return false };
        let ready = match &task.state {
            State::Ready => return true,
            State::Ended(_) | State::Program | State::Later => false,
            State::Sleep(until) => *until <= self.clock,
            State::Tasks(ids, until) => {
                let over = ids.iter().all(|id| self.find(*id).is_none_or(Task::ended));
                if !over && until.is_some_and(|until| until <= self.clock) {
                    for id in ids.clone() {
                        self.kill_task(id, 124);
                    }
                    true
                } else {
                    over
                }
            }
            State::Wait(ids) => ids.iter().all(|id| self.find(*id).is_none_or(Task::ended)),
            State::Line(pipe, end) => {
                let there = self.pipes.iter().any(|(id, Pipe { text, .. })| id == pipe && text.contains(*end));
                there || !self.has_writer(*pipe)
            }
            State::Input(pipe, seen) => !self.has_writer(*pipe) || self.full(*pipe) && self.in_pipe(*pipe) > *seen,
            State::Room(pipe) => !self.full(*pipe) || self.broken(&Output::Pipe(*pipe)),
            State::Follow(_, _, until, _) => *until <= self.clock && self.follow(at, around),
        };
        if ready && let Some(task) = self.tasks.get_mut(at).and_then(Option::as_mut) {
            if let State::Room(pipe) = task.state {
                let output = Output::Pipe(pipe);
                if self.broken(&output) {
                    self.kill_task(self.tasks[at].as_ref().map_or(0, |task| task.id), super::SIGPIPE);
                    return false;
                }
            }
            if let Some(task) = self.tasks.get_mut(at).and_then(Option::as_mut) {
                task.state = State::Ready;
            }
        }
        ready
    }

    /// Prints what a file that is followed has got; never done, unless nobody reads it any more.
    fn follow(&mut self, at: usize, around: &mut dyn Around) -> bool {
        let Some(task) = self.tasks[at].as_ref() else { return false };
        let (State::Follow(path, size, _, idle), output) = (task.state.clone(), task.io.out.clone()) else {
            return false;
        };
        let text = crate::files(around, |files| files.read_text(&path)).and_then(Result::ok).unwrap_or_default();
        // A file that was begun anew is read from its beginning.
        let from = if text.len() < size { 0 } else { size };
        let idle = if text.len() == size { idle.saturating_add(1) } else { 0 };
        self.put(&output, text.get(from..).unwrap_or_default(), around);
        let next = self.clock + if idle > PATIENCE { SELDOM } else { LOOK };
        let (id, broken) = (task_id(&self.tasks[at]), self.broken(&output));
        if let Some(task) = self.tasks[at].as_mut() {
            task.state = State::Follow(path, text.len(), next, idle);
        }
        if broken {
            self.kill_task(id, super::SIGPIPE);
        }
        false
    }

    /// Everybody waits: programs that read get what has come so far, if that is more than they have seen. Whether there was one.
    fn feed(&mut self, around: &mut dyn Around) -> bool {
        for at in 0..self.tasks.len() {
            let Some(task) = self.tasks[at].as_ref() else { continue };
            let State::Input(pipe, seen) = task.state else { continue };
            let text = self.pipes.iter().find(|(id, _)| *id == pipe).map_or("", |(_, pipe)| pipe.text.as_str());
            let Some(end) = text.rfind('\n').filter(|end| *end >= seen) else { continue };
            let Some(super::Frame::Again(args, env)) = task.frames.last() else { continue };
            if BY_LINE.contains(&vfs::path::name(&args[0])) {
                let program = super::Program {
                    args: args.clone(),
                    env: env.clone(),
                    cwd: task.memory.cwd.clone(),
                    stdin: text[..=end].to_owned(),
                    complete: true,
                    now: self.clock,
                    task: task.id,
                };
                let output = (task.io.out.clone(), task.io.err.clone());
                let super::Ran::Done(outcome) = around.call(&program) else { continue };
                if let Some(pipe) = self.pipe_of(pipe) {
                    pipe.text.drain(..=end);
                }
                self.put(&output.0, &outcome.out, around);
                self.put(&output.1, &outcome.err, around);
                if let Some(task) = self.tasks[at].as_mut() {
                    task.state = State::Input(pipe, 0);
                }
                return true;
            }
            if let Some(task) = self.tasks[at].as_mut() {
                task.state = State::Ready;
            }
            return true;
        }
        false
    }

    /// The next line of a pipe with its end, or what is left; none if there is nothing.
    fn take_line(&mut self, pipe: usize, end: char) -> Option<String> {
        let pipe = self.pipe_of(pipe)?;
        let to = pipe.text.find(end).map_or(pipe.text.len(), |at| at + end.len_utf8());
        let rest = pipe.text.split_off(to);
        let line = std::mem::replace(&mut pipe.text, rest);
        (!line.is_empty()).then_some(line)
    }

    /// `read`, whose line has come.
    pub(super) fn read(&mut self, task: &mut Task, args: &[String]) {
        let Input::Pipe(pipe) = task.io.stdin else { return };
        let reading = crate::Reading::new(args);
        let line = self.take_line(pipe, reading.end);
        task.value = Ok(reading.give(&mut task.memory, line));
    }

    /// A program that was asked for from afar is done.
    pub fn answer(&mut self, task: usize, outcome: Outcome, now: Time, around: &mut dyn Around) {
        self.clock = self.clock.max(now);
        let Some(place) = self.tasks.iter().position(|t| t.as_ref().is_some_and(|t| t.id == task)) else { return };
        if self.tasks[place].as_ref().is_none_or(|task| task.state != State::Later) {
            return;
        }
        let Some(mut task) = self.tasks[place].take() else { return };
        self.done(&mut task, outcome, around);
        self.tasks[place] = Some(task);
    }

    /// A program of the surroundings has written something.
    pub fn said(&mut self, task: usize, text: &str, at: Time, around: &mut dyn Around) {
        self.clock = self.clock.max(at);
        let Some(output) = self.find(task).map(|task| task.io.out.clone()) else { return };
        self.put(&output, text, around);
    }

    /// A program of the surroundings is over.
    pub fn over(&mut self, task: usize, status: i32, at: Time) {
        self.clock = self.clock.max(at);
        if let Some(task) = self.find_mut(task).filter(|task| task.state == State::Program) {
            task.value = Ok(status);
            task.state = State::Ready;
        }
    }
}

fn task_id(task: &Option<Box<Task>>) -> usize {
    task.as_ref().map_or(0, |task| task.id)
}
