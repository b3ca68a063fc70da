//! What a learner's computer keeps so that a report can be made: for each lesson the sessions in which its steps were solved.

use crate::proof::Proof;
use crate::state::state;
use api::{Value, json};
use timeline::{Position, Recording, Timeline};

/// The sessions that count, by lesson: `{NAME: {attempts, courses: [{recording, state, steps}]}}`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attempts(pub(crate) Value);

impl Attempts {
    /// Reads what was kept; nothing, where that makes no sense.
    pub fn read(text: &str) -> Attempts {
        Attempts(json::parse(text).ok().filter(|value| value.as_object().is_some()).unwrap_or_default())
    }

    /// The text to be kept.
    pub fn text(&self) -> String {
        json::to_string(&self.0)
    }

    /// A lesson begins, or a step of it begins anew.
    pub fn begin(&mut self, lesson: &str) {
        let entry = self.0.object_mut().entry(lesson).object_mut();
        let attempts = entry.entry("attempts").int();
        entry.insert("attempts", (attempts + 1).into());
    }

    /// A step was solved just now. Of two proofs for one step that counts which needed less to be shown, or else the older.
    pub fn add(&mut self, lesson: &str, proof: &Proof, timeline: &Timeline) {
        let entry = self.0.object_mut().entry(lesson).object_mut();
        let courses = entry.entry("courses").array_mut();
        let steps = |course: &Value| course.get("steps").array().to_vec();
        let known = courses.iter().flat_map(steps).find(|step| step.get("id").str() == proof.step);
        if known.is_some_and(|known| known.get("shown").int() <= proof.shown as i64) {
            return;
        }
        for course in courses.iter_mut() {
            course.object_mut().entry("steps").array_mut().retain(|step| step.get("id").str() != proof.step);
        }
        courses.retain(|course| !course.get("steps").is_empty());
        let course = here(courses, timeline, proof.from);
        course.object_mut().entry("steps").array_mut().push(proof.write());
        fill(course, timeline);
    }

    /// The sessions of a lesson for a report; the one that goes on now, if it is of this lesson, up to now.
    pub(crate) fn courses(&self, lesson: &str, now: Option<&Timeline>) -> Value {
        let mut courses = self.0.get(lesson).get("courses").array().to_vec();
        if let Some(timeline) = now {
            fill(here(&mut courses, timeline, timeline.position()), timeline);
        }
        courses.into()
    }

    /// How often a lesson, or a step of it, was begun.
    pub(crate) fn attempts(&self, lesson: &str) -> i64 {
        self.0.get(lesson).get("attempts").int()
    }
}

/// The course of this session among those that are kept, if what was proved in it ended before `from`: a new one if it is not
/// there.
fn here<'a>(courses: &'a mut Vec<Value>, timeline: &Timeline, from: Position) -> &'a mut Value {
    let whole = timeline.recording();
    let entries = &whole.entries[..whole.entries.len().min(timeline.position().inputs)];
    let is_this = |course: &Value| {
        let kept = Recording::from_text(&json::to_string(course.get("recording")));
        let earlier = steps_of(course).flatten().all(|proof| proof.end() <= from);
        earlier && kept.is_ok_and(|kept| kept.options.seed == whole.options.seed && entries.starts_with(&kept.entries))
    };
    let at = courses.iter().position(is_this).unwrap_or_else(|| {
        courses.push(Value::object());
        courses.len() - 1
    });
    &mut courses[at]
}

/// Brings a course up to the present moment of a session.
fn fill(course: &mut Value, timeline: &Timeline) {
    let text = recording(timeline).to_text();
    course.set("recording", json::parse(&text).unwrap_or_default());
    let lines = timeline.kernel().system().cluster().map(state).unwrap_or_default();
    course.set("state", lines.iter().map(|line| line.as_str().into()).collect::<Vec<Value>>());
    course.object_mut().entry("steps").array_mut();
}

/// The session up to the present moment, with its state.
fn recording(timeline: &Timeline) -> Recording {
    let here = timeline.position();
    let mut recording = timeline.recording();
    recording.entries.truncate(here.inputs);
    Recording { end: here.moment, hash: Some(timeline.state_hash()), branches: Vec::new(), ..recording }
}

/// The proofs of a course; none for one that makes no sense.
pub(crate) fn steps_of(course: &Value) -> impl Iterator<Item = Option<Proof>> {
    course.get("steps").array().iter().map(Proof::read)
}
