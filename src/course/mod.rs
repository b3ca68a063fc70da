//! The course of a session, as the reader sees it: a bar with what was done when, and what differs between two moments.

mod bar;
mod changes;
mod scale;

pub use bar::Bar;
pub use changes::{Changes, Compared};

use std::rc::Rc;
use timeline::{Entry, Input, Timeline};

/// More marks than this cannot be told apart.
const MAX_MARKS: usize = 300;

/// What the reader does with time.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Back to just before the last command.
    Undo,
    /// The command again that was undone.
    Redo,
    /// To a moment, in seconds since the start.
    Go(f64),
    /// To just before an input, by its number.
    Before(usize),
    /// To the end of the course.
    Now,
    /// To the end of another course, by its number.
    Branch(usize),
    /// What differs from the end, or from the pinned moment, shall be listed, or not.
    Compare,
    /// This moment is compared with the others to which one goes, or no longer.
    Pin,
}

/// A command on the bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// When it was typed, in seconds since the start.
    pub at: f64,
    /// Its number among all inputs.
    pub input: usize,
    /// What was typed.
    pub text: String,
}

/// What the bar shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    /// The present moment, in seconds since the start.
    pub now: f64,
    /// The end of the course.
    pub end: f64,
    /// Whether the two are the same, and what is done is new.
    pub live: bool,
    /// Whether it is on its way to another moment.
    pub seeking: bool,
    /// The commands, and the inputs that they were taken from: how many, and the last of them.
    pub marks: Rc<[Mark]>,
    from: (usize, Option<Entry>),
    /// Other courses: their names, and when they left this one.
    pub branches: Vec<(String, f64)>,
    /// The command that undo takes back.
    pub undo: Option<String>,
    /// The command that redo does again.
    pub redo: Option<String>,
    /// The state as a number, where time stands.
    pub state: Option<String>,
}

impl Course {
    /// The course of a timeline; what `before` shows of the same inputs is shared with it, as this is asked for in each frame.
    pub fn of(timeline: &Timeline, before: &Course) -> Course {
        let entries = timeline.entries();
        let seconds = |at: api::Time| at.0 as f64 / 1e6;
        let (now, end) = (seconds(timeline.position().moment.at), seconds(timeline.end().moment.at));
        let when = |input: usize| entries.get(input).map_or(end, |entry| seconds(entry.when.at));
        let command = |input: usize| match &entries.get(input)?.input {
            Input::Command(text) => Some(text.clone()),
            _ => None,
        };
        let same = before.from.0 == entries.len() && before.from.1.as_ref() == entries.last();
        let (marks, from) = match same {
            true => (before.marks.clone(), before.from.clone()),
            false => (marks(entries), (entries.len(), entries.last().cloned())),
        };
        Course {
            now,
            end,
            live: timeline.is_live(),
            seeking: timeline.is_seeking(),
            undo: timeline.undo_point().and_then(|point| command(point.inputs)),
            redo: timeline.redo_point().map(|_| {
                let undone = timeline.done()..entries.len();
                undone.filter_map(command).find(|text| !text.trim().is_empty()).unwrap_or_default()
            }),
            marks,
            from,
            branches: timeline.branches().map(|(name, shared)| (name.to_owned(), when(shared).min(end))).collect(),
            state: None,
        }
    }

    /// The last command that had been typed at a moment.
    fn command_at(&self, at: f64) -> Option<&Mark> {
        self.marks.iter().rev().find(|mark| mark.at <= at)
    }
}

/// The commands among inputs: the last ones, if they are many.
fn marks(entries: &[Entry]) -> Rc<[Mark]> {
    let commands = entries.iter().enumerate().filter_map(|(input, entry)| match &entry.input {
        Input::Command(text) if !text.trim().is_empty() => {
            Some(Mark { at: entry.when.at.0 as f64 / 1e6, input, text: text.clone() })
        }
        _ => None,
    });
    let marks: Vec<Mark> = commands.collect();
    let spare = marks.len().saturating_sub(MAX_MARKS);
    marks.into_iter().skip(spare).collect()
}
