//! What a reader has done, kept in his browser: for each lesson the step that comes next, whether it is done, and how many commands
//! it took. It leaves the browser only as a file that he saves himself.

use crate::settings;
use api::{Value, obj};

/// What a reader has done: `{NAME: {step, done, commands, shown}}`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record(Value);

impl Record {
    /// What this browser remembers.
    pub fn recall() -> Record {
        Record::read(&settings::recall("lessons").unwrap_or_default()).unwrap_or_default()
    }

    /// Reads a record; none if the text is none.
    pub fn read(text: &str) -> Option<Record> {
        let value = api::json::parse(text).ok()?;
        let is_entry = |entry: &Value| entry.as_object().is_some() && entry.get("step").int() >= 0;
        let good = value.as_object()?.iter().all(|(_, entry)| is_entry(entry));
        good.then_some(Record(value))
    }

    /// The record as text.
    pub fn text(&self) -> String {
        api::json::to_string_pretty(&self.0)
    }

    /// Takes over what another record has more of.
    pub fn merge(&mut self, other: &Record) {
        for (name, entry) in other.0.entries() {
            let mine = self.0.get(name);
            let further =
                (entry.get("done").bool(), entry.get("step").int()) > (mine.get("done").bool(), mine.get("step").int());
            if mine.is_null() || further {
                self.0.object_mut().insert(name, entry.clone());
            }
        }
        self.remember();
    }

    /// The step of a lesson that comes next.
    pub fn step(&self, lesson: &str) -> usize {
        usize::try_from(self.0.get(lesson).get("step").int()).unwrap_or(0)
    }

    /// Whether a lesson was finished once.
    pub fn done(&self, lesson: &str) -> bool {
        self.0.get(lesson).get("done").bool()
    }

    /// Notes how far a lesson has come.
    pub fn note(&mut self, lesson: &str, step: usize, over: bool, (commands, shown): (usize, usize)) {
        let done = over || self.done(lesson);
        let entry = obj! {
            "step" => if over { 0 } else { step as i64 },
            "done" => done,
            "commands" => commands as i64,
            "shown" => shown as i64,
        };
        self.0.object_mut().insert(lesson, entry);
        self.remember();
    }

    fn remember(&self) {
        settings::remember("lessons", &api::json::to_string(&self.0));
    }
}
