//! Reports of a learner who works through a lesson as the page lets him, honest ones and others.

use crate::{Attempts, Finding, Record, Replay, Report, Watch, Which, csv};
use api::{Language, Time, Value, json};
use lessons::{Lesson, Progress};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;
use timeline::Timeline;

fn lesson(name: &str) -> Rc<Lesson> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../static/lessons").join(name);
    let entries = std::fs::read_dir(folder).unwrap();
    let files: Vec<(String, String)> = entries
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap()))
        .collect();
    let (lesson, problems) = Lesson::read(name, &files);
    assert_eq!(problems, []);
    Rc::new(lesson)
}

/// A learner at the page: frames of a tenth of a second, a wall clock as fast as the virtual one.
struct Learner {
    timeline: Timeline,
    progress: Progress,
    watch: Watch,
    attempts: Attempts,
    record: Record,
    wall: Time,
}

impl Learner {
    fn begin(lesson: &Rc<Lesson>) -> Learner {
        let mut timeline = Timeline::new(lesson.options(1));
        for line in lesson.opening() {
            timeline.input(&line);
            while timeline.busy() {
                let to = timeline.now() + Duration::from_millis(50);
                timeline.advance(to, &mut || true);
            }
        }
        timeline.drain();
        let wall = Time::parse("2026-03-02T09:00:00Z").unwrap();
        let progress = Progress::new(lesson.clone(), Language::Korean, &timeline).unwrap();
        let watch = Watch::new(&timeline, wall);
        let mut attempts = Attempts::default();
        attempts.begin(&lesson.name);
        Learner { timeline, progress, watch, attempts, record: Record::default(), wall }
    }

    fn frame(&mut self) {
        let step = Duration::from_millis(100);
        let to = self.timeline.now() + step;
        // The page lets time stand while one looks at the past.
        if self.timeline.is_live() {
            self.timeline.advance(to, &mut || true);
        }
        self.wall = self.wall + step;
        if self.timeline.take_moved() {
            self.progress.rewound(&self.timeline);
            self.watch.rewound(&self.timeline);
        }
        for chunk in self.timeline.drain() {
            self.progress.note(&chunk);
        }
        if self.progress.look(&self.timeline)
            && let Some(proof) = self.watch.look(&self.progress, &self.timeline, self.wall, 0)
        {
            let name = self.progress.lesson().name.clone();
            self.record.solve(&name, &proof.step);
            self.attempts.add(&name, &proof, &self.timeline);
        }
    }

    fn type_line(&mut self, line: &str) {
        self.timeline.input(line);
        self.frame();
    }

    /// Types lines, and waits until the step is complete.
    fn solve(&mut self, script: &str) {
        script.lines().for_each(|line| self.type_line(line));
        for _ in 0..3000 {
            if self.progress.is_complete() {
                self.frame();
                self.progress.next(&self.timeline);
                self.watch = Watch::new(&self.timeline, self.wall);
                return;
            }
            self.frame();
        }
        panic!("{script}: {:?}", self.progress.checks().collect::<Vec<_>>());
    }

    fn report(&self) -> String {
        let lesson = self.progress.lesson();
        Report::new("김민지", lesson, &self.attempts, Some(&self.timeline), self.wall).text()
    }
}

const STEPS: [&str; 3] = [
    "kubectl create deployment mynginx --image=nginx",
    "kubectl get replicasets",
    "kubectl scale deployment mynginx --replicas=4",
];

fn judged(text: &str, lesson: &Rc<Lesson>) -> Vec<Finding> {
    Replay::new(Report::read(text).unwrap(), Some(lesson.clone())).finish().1
}

/// What a report is after something in it was changed.
fn tampered(text: &str, change: impl Fn(&mut Value)) -> String {
    let mut value = json::parse(text).unwrap();
    change(&mut value);
    let changed = json::to_string(&value);
    assert_ne!(changed, json::to_string(&json::parse(text).unwrap()), "nothing was changed");
    changed
}

fn whiches(findings: &[Finding]) -> Vec<Which> {
    findings.iter().map(|finding| finding.which).collect()
}

fn course(value: &mut Value) -> &mut Value {
    &mut value.object_mut().entry("courses").array_mut()[0]
}

fn proof(value: &mut Value, at: usize) -> &mut Value {
    &mut course(value).object_mut().entry("steps").array_mut()[at]
}

#[test]
fn an_honest_report_passes_and_made_up_ones_are_found() {
    let lesson = lesson("deployment");
    let mut learner = Learner::begin(&lesson);
    // A mistake first, as it happens.
    learner.type_line("kubectl run mynginx --image=nginx");
    learner.type_line("kubectl delete pod mynginx");
    STEPS.iter().for_each(|step| learner.solve(step));
    let text = learner.report();
    assert_eq!(judged(&text, &lesson), []);
    let report = Report::read(&text).unwrap();
    assert_eq!((report.solved.len(), report.of, report.commands, report.attempts), (3, 6, 5, 1));
    assert_eq!(report.text(), text);
    assert!(report.courses[0].state.iter().any(|line| line.starts_with("deployments.apps/mynginx -n default: 4/4")));
    assert_eq!(report.courses.len(), 1);

    let found = |change: &dyn Fn(&mut Value)| whiches(&judged(&tampered(&text, change), &lesson));
    // Commands taken away: all of them, or the decisive one.
    let emptied = |value: &mut Value| course(value).set("recording.inputs", Vec::<Value>::new());
    assert!(found(&emptied).contains(&Which::NoCommands) || found(&emptied).contains(&Which::NotReached));
    let without = |value: &mut Value| {
        let inputs = course(value).object_mut().entry("recording").object_mut().entry("inputs").array_mut();
        inputs.retain(|input| !input.array()[1].str().starts_with("$kubectl scale"));
    };
    assert_eq!(found(&without)[0], Which::NoCommands);
    // Another command in its place.
    let instead = |value: &mut Value| {
        let inputs = course(value).object_mut().entry("recording").object_mut().entry("inputs").array_mut();
        for input in inputs {
            if input.array()[1].str().starts_with("$kubectl scale") {
                input.array_mut()[1] = "$kubectl scale deployment mynginx --replicas=3".into();
            }
        }
    };
    assert!(found(&instead).contains(&Which::NotReached));
    // The state at the end.
    assert_eq!(found(&|value| course(value).set("recording.hash", "00000000deadbeef")), [Which::OtherState]);
    assert_eq!(found(&|value| course(value).set("state", Vec::<Value>::new())), [Which::OtherState]);
    // Fewer commands than there were.
    assert!(
        found(&|value| {
            proof(value, 0).set("commands", 1);
            value.set("commands", 3);
        })
        .contains(&Which::OtherCount)
    );
    assert_eq!(found(&|value| value.set("commands", 4)), [Which::OtherSums]);
    // Times: solved before it began, later than the report, in no time at all.
    let began = |at: &'static str| move |value: &mut Value| proof(value, 2).set("began", at);
    assert!(found(&began("2026-03-02T10:00:00Z")).contains(&Which::TimesOutOfOrder));
    assert!(found(&|value| value.set("made", "2026-03-02T09:00:00Z")).contains(&Which::TimesOutOfOrder));
    assert!(found(&|value| value.set("seconds", 1)).contains(&Which::OtherSums));
    // Another lesson, another cluster.
    assert!(found(&|value| value.set("digest", "0")).contains(&Which::OtherLesson));
    assert!(found(&|value| course(value).set("recording.seed", 2)).contains(&Which::OtherState));
    assert!(found(&|value| course(value).set("recording.workers", 4)).contains(&Which::OtherBeginning));

    let table = csv(&[(report, Some(Vec::new()))], Language::English);
    assert_eq!(table.lines().count(), 4);
    assert!(table.lines().nth(1).unwrap().starts_with("김민지,deployment,create,yes,3,0,0,"));
    assert!(table.lines().all(|line| line.split(',').count() == 13));
}

#[test]
fn a_step_that_was_not_solved_cannot_be_claimed() {
    let lesson = lesson("deployment");
    let mut learner = Learner::begin(&lesson);
    learner.solve(STEPS[0]);
    let text = learner.report();
    assert_eq!(judged(&text, &lesson), []);
    let claimed = tampered(&text, |value| value.object_mut().entry("solved").array_mut().push("scale".into()));
    let findings = judged(&claimed, &lesson);
    assert_eq!(findings, [Finding { step: "scale".into(), which: Which::NotShown }]);
    // With a proof that was copied from another step.
    let copied = tampered(&claimed, |value| {
        let mut copy = proof(value, 0).clone();
        copy.set("id", "scale");
        copy.set("from", copy.get("looks").array().last().cloned().unwrap());
        copy.set("looks", vec![copy.get("from").clone()]);
        copy.set("commands", 0);
        copy.set("began", copy.get("solved").clone());
        course(value).object_mut().entry("steps").array_mut().push(copy);
    });
    assert_eq!(whiches(&judged(&copied, &lesson)), [Which::NotReached]);
    // A step that is none.
    let other = tampered(&text, |value| value.object_mut().entry("solved").array_mut().push("nonsense".into()));
    assert_eq!(whiches(&judged(&other, &lesson)), [Which::NoSuchStep]);
    // Without the lesson nothing can be said.
    let (_, findings) = Replay::new(Report::read(&text).unwrap(), None).finish();
    assert_eq!(whiches(&findings), [Which::NoLesson]);
    for nonsense in ["", "{}", "{\"kubarium\":\"report\",\"version\":1}", "{\"kubarium\":\"report\",\"version\":7}"] {
        assert!(Report::read(nonsense).is_err());
    }
}

#[test]
fn going_back_and_beginning_anew_stay_honest() {
    let lesson = lesson("deployment");
    let mut learner = Learner::begin(&lesson);
    learner.solve(STEPS[0]);
    learner.solve(STEPS[1]);
    // Scaled wrongly, taken back, and done otherwise; then even the beginning is taken back.
    learner.type_line("kubectl scale deployment mynginx --replicas=9");
    learner.timeline.undo();
    learner.frame();
    learner.solve(STEPS[2]);
    learner.timeline.undo();
    learner.frame();
    learner.type_line("kubectl scale deployment mynginx --replicas=4");
    for _ in 0..100 {
        learner.frame();
    }
    learner.solve("kubectl delete pods -l app=mynginx");
    let text = learner.report();
    assert_eq!(judged(&text, &lesson), [], "{text}");
    let report = Report::read(&text).unwrap();
    assert_eq!(
        report.solved,
        ["create", "chain", "scale", "heal"][..].iter().map(|id| (*id).to_owned()).collect::<Vec<_>>()
    );
    assert_eq!(report.courses.len(), 2);
    // What is kept survives being written down.
    assert_eq!(Attempts::read(&learner.attempts.text()), learner.attempts);
    assert_eq!(Attempts::read("["), Attempts::default());
}
