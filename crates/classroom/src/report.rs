//! A report: what a learner says that he has done in a lesson, with the recordings that show it.

use crate::attempts::{Attempts, steps_of};
use crate::broken::{Broken, begun, damaged, open};
use crate::proof::Proof;
use api::{Time, Value, json};
use lessons::Lesson;
use timeline::{Recording, Timeline};

/// What the text calls itself.
const SORT: &str = "report";
/// Longer names are cut, in characters.
const LONGEST_NAME: usize = 100;

/// A report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The learner's name, as he typed it.
    pub learner: String,
    /// The lesson's name.
    pub lesson: String,
    /// The number of the lesson's plan, by which another version of it is noticed.
    pub digest: String,
    /// When it was made, by the learner's clock.
    pub made: Time,
    /// The steps that are said to be solved.
    pub solved: Vec<String>,
    /// How many steps there are.
    pub of: usize,
    /// How often the lesson or a step of it was begun.
    pub attempts: usize,
    /// How long the solved steps took, in seconds of the learner's clock.
    pub seconds: i64,
    /// How many commands were run in them.
    pub commands: usize,
    /// How many of these "show me" has typed.
    pub shown: usize,
    /// How many hints were asked for.
    pub hints: usize,
    /// The sessions: `{recording, state, steps}` each.
    pub courses: Vec<Course>,
}

/// A session, and what was solved in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// What was typed when.
    pub recording: String,
    /// The state at its end, a line for each object that was made.
    pub state: Vec<String>,
    /// The steps that were solved in it, in order.
    pub steps: Vec<Proof>,
}

impl Report {
    /// The report of a lesson; `now` is the session that goes on, if it is of this lesson.
    pub fn new(learner: &str, lesson: &Lesson, attempts: &Attempts, now: Option<&Timeline>, made: Time) -> Report {
        let courses = attempts.courses(&lesson.name, now);
        let courses: Vec<Course> = courses.array().iter().filter_map(|course| read_course(course).ok()).collect();
        let mut report = Report {
            learner: learner.trim().chars().take(LONGEST_NAME).collect(),
            lesson: lesson.name.clone(),
            digest: digest(lesson),
            made,
            of: lesson.steps().len(),
            attempts: usize::try_from(attempts.attempts(&lesson.name)).unwrap_or(0),
            courses,
            ..Report::default()
        };
        for step in lesson.steps() {
            let id = step.get("id").str();
            if report.proofs().any(|proof| proof.step == id) {
                report.solved.push(id.to_owned());
            }
        }
        report.seconds = report.proofs().map(|proof| proof.solved.seconds() - proof.began.seconds()).sum();
        report.commands = report.proofs().map(|proof| proof.commands).sum();
        report.shown = report.proofs().map(|proof| proof.shown).sum();
        report.hints = report.proofs().map(|proof| proof.hints).sum();
        report
    }

    /// What shows that steps were solved.
    pub fn proofs(&self) -> impl Iterator<Item = &Proof> {
        self.courses.iter().flat_map(|course| course.steps.iter())
    }

    /// The report as text; docs/classroom.md says what stands where.
    pub fn text(&self) -> String {
        let mut value = begun(SORT);
        let texts = |list: &[String]| list.iter().map(|text| text.as_str().into()).collect::<Vec<Value>>();
        let number = |number: usize| Value::from(number as i64);
        value.set("learner", self.learner.as_str());
        value.set("lesson", self.lesson.as_str());
        value.set("digest", self.digest.as_str());
        value.set("made", self.made.rfc3339());
        value.set("solved", texts(&self.solved));
        value.set("seconds", self.seconds);
        for (key, count) in [
            ("of", self.of),
            ("attempts", self.attempts),
            ("commands", self.commands),
            ("shown", self.shown),
            ("hints", self.hints),
        ] {
            value.set(key, number(count));
        }
        let courses = self.courses.iter().map(|course| {
            let mut value = Value::object();
            value.set("recording", json::parse(&course.recording).unwrap_or_default());
            value.set("state", texts(&course.state));
            value.set("steps", course.steps.iter().map(Proof::write).collect::<Vec<Value>>());
            value
        });
        value.set("courses", courses.collect::<Vec<Value>>());
        json::to_string_pretty(&value)
    }

    /// Reads a report.
    ///
    /// # Errors
    /// The text is damaged, of another sort, or was made by a newer version.
    pub fn read(text: &str) -> Result<Report, Broken> {
        let value = open(text, SORT)?;
        let courses: Result<Vec<Course>, Broken> = value.get("courses").array().iter().map(read_course).collect();
        let number = |key: &str| match value.get(key).as_int().and_then(|number| usize::try_from(number).ok()) {
            Some(number) => Ok(number),
            None => Err(damaged(&format!("{key:?} is no number"))),
        };
        Ok(Report {
            learner: value.get("learner").str().to_owned(),
            lesson: value.get("lesson").str().to_owned(),
            digest: value.get("digest").str().to_owned(),
            made: Time::parse(value.get("made").str()).ok_or_else(|| damaged("it does not say when it was made"))?,
            solved: value.get("solved").array().iter().map(|id| id.str().to_owned()).collect(),
            of: number("of")?,
            attempts: number("attempts")?,
            seconds: value.get("seconds").int(),
            commands: number("commands")?,
            shown: number("shown")?,
            hints: number("hints")?,
            courses: courses?,
        })
    }

    /// What the learner typed in a session, a command a line.
    pub fn typed(course: &Course) -> String {
        Recording::from_text(&course.recording).map(|recording| recording.script()).unwrap_or_default()
    }
}

fn read_course(value: &Value) -> Result<Course, Broken> {
    let recording = json::to_string(value.get("recording"));
    Recording::from_text(&recording).map_err(|broken| damaged(&broken.to_string()))?;
    let steps: Option<Vec<Proof>> = steps_of(value).collect();
    Ok(Course {
        recording,
        state: value.get("state").array().iter().map(|line| line.str().to_owned()).collect(),
        steps: steps.ok_or_else(|| damaged("a step of it makes no sense"))?,
    })
}

/// The number of what a lesson checks: its plan and the files that it gives. FNV-1a, 64 bits.
pub fn digest(lesson: &Lesson) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let given = lesson.given().flat_map(|(name, text)| [name, text]);
    for text in std::iter::once(lesson.plan_text.as_str()).chain(given) {
        for byte in text.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}
