//! How far a learner has come in each lesson, to be kept and to be carried to another computer.

use crate::broken::{Broken, begun, damaged, open};
use api::{Value, obj};

/// What the text calls itself.
const SORT: &str = "progress";

/// What a learner has done: for each lesson `{solved: [STEP], step, done, commands, shown}`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record(Value);

impl Record {
    /// Reads a record: `{"kubarium":"progress","version":1,"lessons":{NAME:{...}}}`.
    ///
    /// # Errors
    /// The text is damaged, of another sort, or was made by a newer version.
    pub fn read(text: &str) -> Result<Record, Broken> {
        let value = open(text, SORT)?;
        let lessons = value.get("lessons");
        if lessons.as_object().is_none() {
            return Err(damaged("it has no lessons"));
        }
        for (name, entry) in lessons.entries() {
            let numbers = ["step", "commands", "shown"].map(|key| entry.get(key));
            let good = entry.as_object().is_some()
                && numbers.iter().all(|number| number.is_null() || number.as_int().is_some_and(|number| number >= 0))
                && entry.get("solved").array().iter().all(|id| !id.str().is_empty());
            if !good {
                return Err(damaged(&format!("what it says of the lesson {name:?} makes no sense")));
            }
        }
        Ok(Record(lessons.clone()))
    }

    /// The record as text, on one line.
    pub fn text(&self) -> String {
        let mut value = begun(SORT);
        value.set("lessons", if self.0.is_null() { Value::object() } else { self.0.clone() });
        api::json::to_string(&value)
    }

    /// Takes over what another record has more of: nothing that is solved in either gets lost.
    pub fn merge(&mut self, other: &Record) {
        for (name, theirs) in other.0.entries() {
            let mine = self.0.get(name).clone();
            let mut solved = mine.get("solved").array().to_vec();
            for id in theirs.get("solved").array() {
                if !solved.contains(id) {
                    solved.push(id.clone());
                }
            }
            let rank = |entry: &Value| (entry.get("done").bool(), entry.get("solved").array().len());
            let further = if mine.is_null() || rank(theirs) > rank(&mine) { theirs } else { &mine };
            let entry = obj! {
                "solved" => solved,
                "step" => mine.get("step").int().max(theirs.get("step").int()),
                "done" => mine.get("done").bool() || theirs.get("done").bool(),
                "commands" => further.get("commands").int(),
                "shown" => further.get("shown").int(),
            };
            self.0.object_mut().insert(name, entry);
        }
    }

    /// The step of a lesson that comes next.
    pub fn step(&self, lesson: &str) -> usize {
        usize::try_from(self.0.get(lesson).get("step").int()).unwrap_or(0)
    }

    /// Whether a lesson was finished once.
    pub fn done(&self, lesson: &str) -> bool {
        self.0.get(lesson).get("done").bool()
    }

    /// The steps of a lesson that were solved once.
    pub fn solved(&self, lesson: &str) -> impl Iterator<Item = &str> {
        self.0.get(lesson).get("solved").array().iter().map(Value::str)
    }

    /// How many lessons were begun, and how many steps are solved in them.
    pub fn count(&self) -> (usize, usize) {
        let solved = self.0.entries().map(|(_, entry)| entry.get("solved").array().len());
        (self.0.len(), solved.sum())
    }

    /// What is known of a lesson.
    pub fn lesson(&self, lesson: &str) -> &Value {
        self.0.get(lesson)
    }

    /// A step of a lesson was solved.
    pub fn solve(&mut self, lesson: &str, step: &str) {
        if !self.solved(lesson).any(|solved| solved == step) {
            let entry = self.0.object_mut().entry(lesson);
            entry.object_mut().entry("solved").array_mut().push(step.into());
        }
    }

    /// Notes where in a lesson the learner is: the step that comes next, whether the lesson is over, and how many commands were
    /// typed and shown so far.
    pub fn note(&mut self, lesson: &str, step: usize, over: bool, (commands, shown): (usize, usize)) {
        let done = over || self.done(lesson);
        let entry = self.0.object_mut().entry(lesson).object_mut();
        entry.entry("solved").array_mut();
        entry.insert("step", if over { 0 } else { step as i64 }.into());
        entry.insert("done", done.into());
        entry.insert("commands", (commands as i64).into());
        entry.insert("shown", (shown as i64).into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(steps: &[&str], at: usize) -> Record {
        let mut record = Record::default();
        steps.iter().for_each(|step| record.solve("pod", step));
        record.note("pod", at, false, (at, 0));
        record
    }

    #[test]
    fn merging_loses_no_solved_step() {
        let (a, b) = (record(&["one", "three"], 1), record(&["two", "one"], 2));
        for (first, second) in [(&a, &b), (&b, &a)] {
            let mut merged = first.clone();
            merged.merge(second);
            let mut solved: Vec<&str> = merged.solved("pod").collect();
            solved.sort_unstable();
            assert_eq!((solved, merged.step("pod")), (vec!["one", "three", "two"], 2));
            merged.merge(&Record::default());
            assert_eq!(merged.solved("pod").count(), 3);
        }
        // Beginning anew does not unsolve anything either.
        let mut again = a.clone();
        again.note("pod", 0, false, (0, 0));
        assert_eq!(again.solved("pod").count(), 2);
    }

    #[test]
    fn what_is_written_can_be_read() {
        let mut done = record(&["one"], 1);
        done.note("pod", 1, true, (7, 2));
        assert_eq!(Record::read(&done.text()), Ok(done.clone()));
        assert!(done.done("pod") && done.step("pod") == 0);
        assert_eq!(Record::read(&Record::default().text()).map(|record| record.step("x")), Ok(0));
    }

    #[test]
    fn what_is_no_progress_is_refused_in_words() {
        for (text, wrong) in [
            ("", "damaged"),
            ("[]", "damaged"),
            ("{\"lessons\":{}}", "damaged"),
            ("{\"kubarium\":\"progress\",\"version\":1}", "damaged"),
            ("{\"kubarium\":\"progress\",\"version\":1,\"lessons\":[]}", "damaged"),
            ("{\"kubarium\":\"progress\",\"version\":1,\"lessons\":{\"x\":3}}", "lesson \"x\""),
            ("{\"kubarium\":\"progress\",\"version\":1,\"lessons\":{\"x\":{\"step\":-1}}}", "lesson \"x\""),
            ("{\"kubarium\":\"progress\",\"version\":1,\"lessons\":{\"x\":{\"solved\":[1]}}}", "lesson \"x\""),
            ("{\"kubarium\":\"progress\",\"version\":9,\"lessons\":{}}", "newer"),
            ("{\"kubarium\":\"report\",\"version\":1}", "\"report\""),
            ("{\"kubarium\":1,\"seed\":1,\"inputs\":[]}", "\"session\""),
        ] {
            let error = Record::read(text).unwrap_err();
            assert!(error.words(api::Language::English).contains(wrong), "{text}: {error:?}");
            assert!(!error.words(api::Language::Korean).is_empty());
        }
    }
}
