//! Where a timeline is, and how it gets elsewhere.

use super::Timeline;
use crate::tape::Tape;
use crate::text::shared;
use crate::track::Track;
use crate::{Entry, Input, Position};
use api::Time;
use shell::Session;
use shell::session::Moment;
use std::time::Duration;

impl Timeline {
    /// The present position.
    pub fn position(&self) -> Position {
        let Moment { at, events } = self.session.moment();
        Position { moment: Moment { at: Time(at.0 - self.start.0), events }, inputs: self.done }
    }

    /// The end of the course: the present, if it is live.
    pub fn end(&self) -> Position {
        if self.live { self.position() } else { self.track.end }
    }

    /// Whether it is at the end of its course.
    pub fn is_live(&self) -> bool {
        self.live
    }

    /// All that was done in this course, that which lies ahead as well.
    pub fn entries(&self) -> &[Entry] {
        &self.track.entries
    }

    /// How much of that has been done.
    pub fn done(&self) -> usize {
        self.done
    }

    /// The position at a time since the start.
    pub fn at(&self, since_start: Duration) -> Position {
        let at = Time(i64::try_from(since_start.as_micros()).unwrap_or(i64::MAX));
        let end = self.end();
        if at >= end.moment.at { end } else { self.track.at(Moment { at, events: 0 }) }
    }

    /// The position just before an input; none if there is no such input.
    pub fn before(&self, input: usize) -> Option<Position> {
        self.track.before(input)
    }

    /// Just before the last command that was begun; none at the start.
    pub fn undo_point(&self) -> Option<Position> {
        let done = self.track.entries.get(..self.done)?;
        self.before(done.iter().rposition(|entry| matches!(entry.input, Input::Command(_)))?)
    }

    /// Where the next command has been done: just before the one that follows it, or the end; none at the end.
    pub fn redo_point(&self) -> Option<Position> {
        if self.live {
            return None;
        }
        let here = self.position();
        let is_command = |at: &usize| matches!(self.track.entries[*at].input, Input::Command(_));
        let next = (self.done..self.track.entries.len()).filter(is_command).filter_map(|at| self.before(at));
        Some(next.into_iter().find(|position| *position > here).unwrap_or(self.track.end))
    }

    /// Sets out for a position of this course; [`Timeline::work`] goes there.
    pub fn seek(&mut self, target: Position) {
        self.queue.clear();
        if self.live {
            let end = self.position();
            if target >= end {
                return;
            }
            self.tip = self.session.kernel().system().snapshot();
            (self.track.end, self.live) = (end, false);
        }
        let inputs = target.inputs.min(self.track.entries.len());
        let target = Position { inputs, ..target }.min(self.track.end);
        if target < self.position() {
            self.restart(target);
        }
        self.target = Some(target);
    }

    /// Goes on towards the position that was sought; true when it is there. `keep_going` is asked between events.
    pub fn work(&mut self, keep_going: &mut dyn FnMut() -> bool) -> bool {
        let Some(target) = self.target else { return true };
        while self.done < target.inputs {
            let entry = self.track.entries[self.done].clone();
            let when = self.absolute(entry.when);
            if !self.session.reach(when, keep_going) {
                return false;
            }
            if matches!(entry.input, Input::Command(_)) {
                self.mark();
            }
            self.done += 1;
            self.apply(entry.input);
            self.pull();
        }
        let moment = self.absolute(target.moment);
        if !self.session.reach(moment, keep_going) {
            return false;
        }
        self.target = None;
        if target == self.track.end {
            (self.live, self.tip) = (true, None);
        }
        true
    }

    /// Whether it is on its way.
    pub fn is_seeking(&self) -> bool {
        self.target.is_some()
    }

    /// Goes where it is on its way to, however long that takes.
    pub(super) fn arrive(&mut self) {
        while !self.work(&mut || true) {}
    }

    /// [`Timeline::seek`] and all of the way.
    pub fn go(&mut self, target: Position) {
        self.seek(target);
        self.arrive();
    }

    /// Goes back to just before the last command. False if there is none.
    pub fn undo(&mut self) -> bool {
        let point = self.undo_point();
        point.is_some_and(|point| {
            self.go(point);
            true
        })
    }

    /// Does the command again that was undone. False if there is none.
    pub fn redo(&mut self) -> bool {
        let point = self.redo_point();
        point.is_some_and(|point| {
            self.go(point);
            true
        })
    }

    /// The other courses: their names, and how many inputs each has in common with this one.
    pub fn branches(&self) -> impl Iterator<Item = (&str, usize)> {
        self.branches.iter().map(|(name, track)| (name.as_str(), shared(&track.entries, &self.track.entries)))
    }

    /// Sets out for the end of another course. What was done in this one and not in that is kept as a branch.
    pub fn switch(&mut self, branch: usize) {
        if branch >= self.branches.len() {
            return;
        }
        self.arrive();
        self.queue.clear();
        let (_, mut track) = self.branches.remove(branch);
        self.track.end = self.end();
        let old = std::mem::replace(&mut self.track, Track::new(Vec::new(), Moment::default()));
        let common = shared(&old.entries, &track.entries);
        track.adopt(&old, common);
        if common < old.entries.len() {
            self.keep(old, common);
        }
        let end = track.end;
        (self.track, self.live, self.tip) = (track, false, None);
        self.restart(end);
        self.target = Some(end);
    }

    /// Goes to the last keyframe before a position.
    fn restart(&mut self, target: Position) {
        self.moved = true;
        (self.since, self.shown) = (0, 0);
        let mark = self.track.mark_before(target).cloned();
        if let Some(mark) = mark
            && let Some(session) = Session::resume(&mark.keyframe)
        {
            (self.session, self.tape, self.done) = (session, mark.tape, mark.position.inputs);
        } else {
            self.session = Session::new(self.options.clone(), true);
            (self.tape, self.done) = (Tape::new(), 0);
        }
    }
}
