//! A report, replayed: what was typed is typed again, and looked at where the learner's page looked.

use crate::finding::{Finding, Which};
use crate::proof::Proof;
use crate::report::{Course, Report, digest};
use crate::state::state;
use api::Language;
use lessons::{Lesson, Progress};
use std::rc::Rc;
use timeline::{Input, Position, Recording, Timeline};

/// The longest session that is replayed, in virtual microseconds: a week.
const LONGEST: i64 = 7 * 86_400 * 1_000_000;
/// How fast virtual time flows at most: "until quiet" of the page.
const FASTEST: i64 = 2000;
/// Clocks are read to the second, and a frame may be late.
const SLACK_SECONDS: i64 = 3;

/// A report on its way to be judged.
pub struct Replay {
    lesson: Rc<Lesson>,
    report: Report,
    findings: Vec<Finding>,
    /// The next course.
    at: usize,
    running: Option<Running>,
}

/// A course that is being replayed.
struct Running {
    timeline: Timeline,
    progress: Progress,
    recording: Recording,
    /// Where to stop next.
    stops: std::collections::VecDeque<(Position, Stop)>,
    /// The steps whose proofs have failed already.
    failed: Vec<String>,
}

/// What is done at a stop.
enum Stop {
    Begin(usize, Proof, bool),
    Look,
    Judge(Proof),
    End,
}

impl Replay {
    /// A report, to be judged by the teacher's own copy of its lesson; none if he has none of that name.
    pub fn new(report: Report, lesson: Option<Rc<Lesson>>) -> Replay {
        let has = lesson.is_some();
        let mut replay =
            Replay { lesson: lesson.unwrap_or_default(), report, findings: Vec::new(), at: 0, running: None };
        match has {
            false => {
                replay.find("", Which::NoLesson);
                replay.at = replay.report.courses.len();
            }
            true => replay.read(),
        }
        replay
    }

    /// All of the way, however long it takes.
    pub fn finish(mut self) -> (Report, Vec<Finding>) {
        while !self.go_on(&mut || true) {}
        (self.report, self.findings)
    }

    /// What was found so far.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The report.
    pub fn report(&self) -> &Report {
        &self.report
    }

    fn find(&mut self, step: &str, which: Which) {
        let finding = Finding { step: step.to_owned(), which };
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    /// What can be said without replaying.
    fn read(&mut self) {
        let report = self.report.clone();
        if report.digest != digest(&self.lesson) {
            self.find("", Which::OtherLesson);
        }
        for id in &report.solved {
            if self.lesson.step(id).is_null() {
                self.find(id, Which::NoSuchStep);
            } else if !report.proofs().any(|proof| proof.step == *id) {
                self.find(id, Which::NotShown);
            }
        }
        let mut last = None;
        for proof in report.courses.iter().flat_map(|course| &course.steps) {
            if !report.solved.contains(&proof.step) {
                self.find(&proof.step, Which::OtherSums);
            }
            if proof.solved < proof.began || proof.solved > report.made {
                self.find(&proof.step, Which::TimesOutOfOrder);
            }
            let virtual_seconds = (proof.end().moment.at.0 - proof.from.moment.at.0) / 1_000_000;
            let room = (proof.solved.seconds() - proof.began.seconds() + SLACK_SECONDS) * FASTEST;
            if virtual_seconds > room {
                self.find(&proof.step, Which::TimeTooShort);
            }
            last = last.max(Some(proof.solved));
        }
        for course in &report.courses {
            for (before, after) in course.steps.iter().zip(course.steps.iter().skip(1)) {
                // The next step begins when the learner goes on, in the same session.
                if after.began < before.solved || after.from < before.end() {
                    self.find(&after.step, Which::TimesOutOfOrder);
                }
            }
        }
        let sum = |of: fn(&Proof) -> i64| report.proofs().map(of).sum::<i64>();
        let sums = [
            (report.seconds, sum(|proof| proof.solved.seconds() - proof.began.seconds())),
            (report.commands as i64, sum(|proof| proof.commands as i64)),
            (report.shown as i64, sum(|proof| proof.shown as i64)),
            (report.hints as i64, sum(|proof| proof.hints as i64)),
            (report.of as i64, self.lesson.steps().len() as i64),
        ];
        if sums.iter().any(|(said, is)| said != is) || report.attempts == 0 {
            self.find("", Which::OtherSums);
        }
    }

    /// Goes on; true when all is judged. `keep_going` is asked between events.
    pub fn go_on(&mut self, keep_going: &mut dyn FnMut() -> bool) -> bool {
        loop {
            let Some(running) = &mut self.running else {
                let Some(course) = self.report.courses.get(self.at).cloned() else { return true };
                self.at += 1;
                self.start(&course);
                continue;
            };
            let Some((position, _)) = running.stops.front() else {
                self.running = None;
                continue;
            };
            running.timeline.seek(*position);
            if !running.timeline.work(keep_going) {
                return false;
            }
            for chunk in running.timeline.drain() {
                running.progress.note(&chunk);
            }
            let Some((_, stop)) = running.stops.pop_front() else { continue };
            self.stop(stop);
        }
    }

    /// A course begins, if it begins as the lesson does.
    fn start(&mut self, course: &Course) {
        let Ok(recording) = Recording::from_text(&course.recording) else {
            return self.find("", Which::OtherBeginning);
        };
        let about = course.steps.first().map(|proof| proof.step.clone()).unwrap_or_default();
        if recording.end.at.0 > LONGEST {
            return self.find(&about, Which::TooLong);
        }
        let options = self.lesson.options(recording.options.seed);
        let same = (options.seed, options.workers, options.control_plane_only)
            == (recording.options.seed, recording.options.workers, recording.options.control_plane_only);
        if !same || !begins_with(&recording, &self.lesson.opening()) {
            return self.find(&about, Which::OtherBeginning);
        }
        let mut stops = std::collections::VecDeque::new();
        let mut before: Option<Position> = None;
        for proof in &course.steps {
            if proof.end().inputs > recording.entries.len() {
                self.find(&proof.step, Which::NoCommands);
                continue;
            }
            let step = self.lesson.steps().iter().position(|step| step.get("id").str() == proof.step);
            let Some(step) = step else {
                self.find(&proof.step, Which::NoSuchStep);
                continue;
            };
            stops.push_back((proof.from, Stop::Begin(step, proof.clone(), before.is_none())));
            stops.extend(proof.looks.iter().map(|look| (*look, Stop::Look)));
            stops.push_back((proof.end(), Stop::Judge(proof.clone())));
            before = Some(proof.end());
        }
        let end = Position { moment: recording.end, inputs: recording.entries.len() };
        stops.push_back((end, Stop::End));
        // A session runs forwards only.
        let orderly = stops.iter().zip(stops.iter().skip(1)).all(|(a, b)| a.0 <= b.0);
        let timeline = Timeline::load(recording.clone());
        let progress = Progress::new(self.lesson.clone(), Language::English, &timeline);
        match progress.filter(|_| orderly) {
            Some(progress) => {
                self.running = Some(Running { timeline, progress, recording, stops, failed: Vec::new() });
            }
            None => self.find(&about, Which::TimesOutOfOrder),
        }
    }

    fn stop(&mut self, stop: Stop) {
        let Some(running) = &mut self.running else { return };
        let mut found = Vec::new();
        match stop {
            Stop::Begin(step, proof, is_first) => {
                running.progress.go_to(step, &running.timeline);
                // A later step may have been solved on the way; the first of a session may not.
                let opening = self.lesson.opening().len();
                let nothing = proof.end().inputs <= if is_first { proof.from.inputs } else { opening };
                if nothing || is_first && running.progress.is_complete() {
                    found.push((proof.step.clone(), Which::NoCommands));
                    running.failed.push(proof.step);
                }
            }
            Stop::Look => _ = running.progress.look(&running.timeline),
            Stop::Judge(proof) => {
                if running.failed.contains(&proof.step) {
                } else if !running.progress.is_complete() {
                    found.push((proof.step, Which::NotReached));
                } else if running.progress.typed() != proof.commands || proof.shown > proof.commands {
                    found.push((proof.step, Which::OtherCount));
                }
            }
            Stop::End => {
                let lines = running.timeline.kernel().system().cluster().map(state).unwrap_or_default();
                let said = self.report.courses.get(self.at - 1).map(|course| course.state.clone()).unwrap_or_default();
                if running.recording.hash != Some(running.timeline.state_hash()) || lines != said {
                    found.push((String::new(), Which::OtherState));
                }
            }
        }
        found.iter().for_each(|(step, which)| self.find(step, *which));
    }
}

/// Whether the first lines of a recording are these.
fn begins_with(recording: &Recording, lines: &[String]) -> bool {
    let typed = recording.entries.iter().map(|entry| match &entry.input {
        Input::Command(line) | Input::Line(line) => line.as_str(),
        _ => "",
    });
    recording.entries.len() >= lines.len() && typed.zip(lines).all(|(typed, line)| typed == line)
}
