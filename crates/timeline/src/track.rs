//! One course of a session, and the keyframes along it.

use crate::tape::Tape;
use crate::{Entry, Input};
use shell::session::{Keyframe, Moment};
use std::rc::Rc;

/// More keyframes than this are thinned out; among the newer half none is.
const MAX_KEYFRAMES: usize = 96;

/// A place in a course: a moment, and how much had been done by then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The moment; its time is counted from the session's start.
    pub moment: Moment,
    /// How many inputs there had been.
    pub inputs: usize,
}

/// A session that can be gone on from.
#[derive(Clone)]
pub(crate) struct Mark {
    pub(crate) position: Position,
    pub(crate) keyframe: Rc<Keyframe>,
    pub(crate) tape: Tape,
}

/// What was done, how far it went, and where one can go on from.
#[derive(Clone)]
pub(crate) struct Track {
    pub(crate) entries: Vec<Entry>,
    pub(crate) end: Position,
    /// In the order of time; the first one is the start.
    marks: Vec<Mark>,
}

impl Track {
    pub(crate) fn new(entries: Vec<Entry>, end: Moment) -> Track {
        let end = Position { moment: end, inputs: entries.len() };
        Track { entries, end, marks: Vec::new() }
    }

    /// The position just before an input.
    pub(crate) fn before(&self, input: usize) -> Option<Position> {
        self.entries.get(input).map(|entry| Position { moment: entry.when, inputs: input })
    }

    /// The last keyframe at or before a position.
    pub(crate) fn mark_before(&self, position: Position) -> Option<&Mark> {
        self.marks.iter().rev().find(|mark| mark.position <= position)
    }

    /// The position at a time, be it after the end: all that was done until then has been done.
    pub(crate) fn at(&self, moment: Moment) -> Position {
        let inputs = self.entries.iter().take_while(|entry| entry.when.at <= moment.at).count();
        let events = inputs.checked_sub(1).map(|last| self.entries[last].when).filter(|when| when.at == moment.at);
        Position { moment: moment.max(events.unwrap_or_default()), inputs }
    }

    /// Notes a keyframe.
    pub(crate) fn mark(&mut self, mark: Mark) {
        let at = self.marks.iter().rposition(|other| other.position <= mark.position);
        if at.is_some_and(|at| self.marks[at].position == mark.position) {
            return;
        }
        self.marks.insert(at.map_or(0, |at| at + 1), mark);
        if self.marks.len() > MAX_KEYFRAMES {
            let mut number = 0;
            self.marks.retain(|_| {
                number += 1;
                number % 2 == 1 || number > MAX_KEYFRAMES / 2
            });
        }
    }

    /// Whether there is a keyframe at a position.
    pub(crate) fn is_marked(&self, position: Position) -> bool {
        self.mark_before(position).is_some_and(|mark| mark.position == position)
    }

    /// Takes the keyframes over that lie on this course as well: those with no more than `shared` inputs, up to `until`.
    pub(crate) fn adopt(&mut self, other: &Track, shared: usize) {
        let fork = Position { moment: self.fork(other, shared), inputs: shared };
        for mark in other.marks.iter().filter(|mark| mark.position <= fork) {
            self.mark(mark.clone());
        }
    }

    /// Until when two courses with so many common inputs are the same.
    fn fork(&self, other: &Track, shared: usize) -> Moment {
        let next = |track: &Track| track.before(shared).unwrap_or(track.end).moment;
        next(self).min(next(other))
    }

    /// Cuts off what comes after a position.
    pub(crate) fn cut(&mut self, position: Position) {
        self.entries.truncate(position.inputs);
        self.marks.retain(|mark| mark.position <= position);
        self.end = position;
    }

    /// The first command from an input on.
    pub(crate) fn first_command(&self, from: usize) -> Option<&str> {
        self.entries.get(from..)?.iter().find_map(|entry| match &entry.input {
            Input::Command(line) => Some(line.as_str()),
            _ => None,
        })
    }
}
