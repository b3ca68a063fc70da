//! How far a learner has come in a lesson: what is met, what is missing, what was done.

use crate::clause;
use crate::lang::Say;
use crate::lesson::{Lesson, commands};
use crate::scene::Scene;
use crate::words::{Block, BlockKind, StepWords};
use api::Language;
use api::{Time, Value};
use cluster::Cluster;
use shell::Session;
use shell::process::Chunk;
use std::rc::Rc;
use std::time::Duration;

/// Output beyond this many bytes of one command is not looked at.
const MOST_OUTPUT: usize = 256 * 1024;

/// For so long a finished step's work must be undone before that is said: what is only being replaced comes back sooner.
const UNDONE: Duration = Duration::from_secs(10);

/// A command that was run.
#[derive(Clone, Debug, PartialEq)]
pub struct Ran {
    /// Its text.
    pub text: String,
    /// Its text behind the commands that opened the shells it runs in: `ssh node1 uptime`, in one line or in two.
    pub line: String,
    /// What it has shown.
    pub output: String,
    /// Its exit status, once it has one.
    pub exit: Option<i32>,
    /// When it began.
    pub at: Time,
    /// In how many shells: 0 on the workstation, 1 inside of an `ssh` ...
    pub depth: usize,
}

/// What is known of a check.
#[derive(Clone, Debug, Default, PartialEq)]
struct Verdict {
    /// What is missing, in words; none if nothing is.
    unmet: Option<String>,
    /// Since when it is met, if it must hold for a while.
    since: Option<Time>,
}

impl Verdict {
    /// Whether what the check looks at is a state, and not what it should be: what has once been shown or run stays so.
    fn is_undone(&self, check: &Value) -> bool {
        self.unmet.is_some() && self.since.is_none() && clause::is_lasting(check)
    }
}

/// What the last look depended on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Looked {
    change: Time,
    connections: usize,
    commands: usize,
    ended: usize,
}

/// A learner's way through a lesson.
#[derive(Clone)]
pub struct Progress {
    lesson: Rc<Lesson>,
    lang: Language,
    step: usize,
    complete: bool,
    before: Cluster,
    began: Time,
    ran: Vec<Ran>,
    verdicts: Vec<Verdict>,
    notes: Vec<String>,
    /// The notes that held when the step was completed.
    settled: Vec<String>,
    /// Since when the finished step's work is not whole any more, and whether that is long enough to be said.
    undone: (Option<Time>, bool),
    looked: Option<Looked>,
    /// The moment at which a check that waits for time must be looked at again.
    due: Option<Time>,
    /// Commands that were typed by "show me".
    shown: usize,
    /// Commands of each step that is behind.
    counts: Vec<(usize, usize)>,
}

impl Progress {
    /// The beginning of a lesson; none in a world without a cluster.
    pub fn new(lesson: Rc<Lesson>, lang: Language, session: &Session) -> Option<Progress> {
        let before = snapshot(session)?;
        let mut progress = Progress {
            lesson,
            lang,
            step: 0,
            complete: false,
            began: before.now(),
            before,
            ran: Vec::new(),
            verdicts: Vec::new(),
            notes: Vec::new(),
            settled: Vec::new(),
            undone: (None, false),
            looked: None,
            due: None,
            shown: 0,
            counts: Vec::new(),
        };
        progress.look(session);
        Some(progress)
    }

    /// The lesson.
    pub fn lesson(&self) -> &Rc<Lesson> {
        &self.lesson
    }

    /// Which step, from 0; the number of steps when the lesson is done.
    pub fn step(&self) -> usize {
        self.step
    }

    /// What the plan says of the step; null at the end.
    pub fn plan(&self) -> &Value {
        self.lesson.steps().get(self.step).unwrap_or(&api::NULL)
    }

    /// The words of the step; none at the end.
    pub fn words(&self) -> Option<&StepWords> {
        self.lesson.words(self.lang)?.step(self.plan().get("id").str())
    }

    /// Whether the step's checks were all met at one moment.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Whether the last step is behind.
    pub fn is_over(&self) -> bool {
        self.step >= self.lesson.steps().len()
    }

    /// Speaks another language from now on.
    pub fn speak(&mut self, lang: Language) {
        self.lang = lang;
        self.looked = None;
    }

    /// Takes in what the terminal shows.
    pub fn note(&mut self, chunk: &Chunk) {
        match chunk {
            Chunk::Command { text, at, depth, .. } if !text.trim().is_empty() => {
                let shells = self.ran.iter().filter(|ran| ran.exit.is_none() && ran.depth < *depth);
                let line: Vec<&str> = shells.map(|ran| ran.text.as_str()).chain([text.as_str()]).collect();
                let (text, line) = (text.clone(), line.join(" "));
                self.ran.push(Ran { text, line, output: String::new(), exit: None, at: *at, depth: *depth });
            }
            Chunk::Text(_, text) => {
                // What is shown belongs to the innermost command that runs.
                if let Some(ran) = self.ran.iter_mut().rev().find(|ran| ran.exit.is_none())
                    && ran.output.len() + text.len() <= MOST_OUTPUT
                {
                    ran.output.push_str(text);
                }
            }
            Chunk::Exit { status, depth } => {
                if let Some(ran) = self.ran.iter_mut().rev().find(|ran| ran.exit.is_none() && ran.depth == *depth) {
                    ran.exit = Some(*status);
                }
            }
            Chunk::Command { .. } | Chunk::Clear | Chunk::Redraw => {}
        }
    }

    /// The next command is typed by "show me".
    pub fn shows(&mut self, commands: usize) {
        self.shown += commands;
    }

    /// Looks whether checks are met, if anything has happened that they could depend on. True if the answer has changed.
    pub fn look(&mut self, session: &Session) -> bool {
        if self.is_over() {
            return false;
        }
        let Some(looked) = self.at(session) else { return false };
        let due = self.due.is_some_and(|due| session.now() >= due);
        if self.looked == Some(looked) && !due {
            return false;
        }
        self.looked = Some(looked);
        let Some(now) = snapshot(session) else { return false };
        let (step, words) = (self.plan().clone(), self.words().cloned());
        let lesson = self.lesson.clone();
        let mut scene = Scene {
            now,
            before: self.before.clone(),
            kernel: session.kernel(),
            ran: &self.ran,
            began: self.began,
            lang: self.lang,
        };
        let checks = step.get("checks").array();
        let mut verdicts = Vec::new();
        let mut due = None;
        for (at, check) in checks.iter().enumerate() {
            let since = self.verdicts.get(at).and_then(|verdict| verdict.since);
            let (verdict, wake) = decide(check, since, words.as_ref(), &mut scene);
            due = [due, wake].into_iter().flatten().min();
            verdicts.push(verdict);
        }
        let all_notes = step.get("notes").array().iter().chain(lesson.plan.get("notes").array());
        let mut notes = Vec::new();
        for note in all_notes {
            if clause::all_met(note.get("when"), &mut scene) {
                notes.push(note.get("id").str().to_owned());
            }
        }
        let complete = self.complete || verdicts.iter().all(|verdict| verdict.unmet.is_none());
        if !self.complete {
            self.settled.clone_from(&notes);
        }
        let moment = session.now();
        let is_undone = complete && checks.iter().zip(&verdicts).any(|(check, verdict)| verdict.is_undone(check));
        let since = is_undone.then(|| self.undone.0.unwrap_or(moment));
        let told = since.map(|since| since + UNDONE);
        due = [due, told.filter(|told| *told > moment)].into_iter().flatten().min();
        let undone = (since, told.is_some_and(|told| told <= moment));
        let changed =
            (&self.verdicts, &self.notes, self.complete, self.undone.1) != (&verdicts, &notes, complete, undone.1);
        (self.verdicts, self.notes, self.complete, self.due, self.undone) = (verdicts, notes, complete, due, undone);
        changed
    }

    /// What checks could depend on.
    fn at(&self, session: &Session) -> Option<Looked> {
        let system = session.kernel().system();
        let cluster = system.cluster()?;
        Some(Looked {
            change: cluster.last_change(),
            connections: cluster.connections_after(0).last().map_or(0, |carried| carried.number as usize),
            commands: self.ran.len(),
            ended: self.ran.iter().filter(|ran| ran.exit.is_some()).count(),
        })
    }

    /// Goes to the next step, if this one is complete.
    pub fn next(&mut self, session: &Session) {
        if self.complete && !self.is_over() {
            self.counts.push((self.typed(), self.shown));
            self.step += 1;
            self.begin(session);
        }
    }

    /// Begins a step, whatever there is before it: for who replays what was done in it.
    pub fn go_to(&mut self, step: usize, session: &Session) {
        self.step = step.min(self.lesson.steps().len());
        self.begin(session);
    }

    /// Begins the step anew, from how things are now.
    pub fn begin(&mut self, session: &Session) {
        if let Some(before) = snapshot(session) {
            (self.began, self.before) = (before.now(), before);
        }
        // A shell that is open stays open: what is typed in it belongs to this step.
        self.ran.retain(|ran| ran.exit.is_none());
        (self.complete, self.looked, self.due, self.shown, self.undone) = (false, None, None, 0, (None, false));
        self.verdicts.clear();
        self.notes.clear();
        self.look(session);
    }

    /// The session has gone to another moment: what was typed is forgotten (it will be noted again, as far as it was typed by
    /// then), and a step that had not begun by then begins there.
    pub fn rewound(&mut self, session: &Session) {
        self.ran.clear();
        self.verdicts.clear();
        (self.complete, self.looked, self.due, self.undone) = (false, None, None, (None, false));
        if session.now() < self.began
            && let Some(before) = snapshot(session)
        {
            (self.began, self.before) = (before.now(), before);
        }
    }

    /// The checks of the step: ids, and what is missing in words (none if nothing is).
    pub fn checks(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let checks = self.plan().get("checks").array().iter();
        let none = checks.len();
        let verdicts = self.verdicts.iter().map(Some).chain(std::iter::repeat_n(None, none));
        checks.zip(verdicts).map(|(check, verdict)| {
            (check.get("id").str(), verdict.map_or(Some(""), |verdict| verdict.unmet.as_deref()))
        })
    }

    /// How the checks stand, without the words: whether each is met, and since when one that must hold for a while has held. Looks
    /// that leave this as it was decide nothing.
    pub fn standing(&self) -> Vec<(bool, Option<Time>)> {
        self.verdicts.iter().map(|verdict| (verdict.unmet.is_none(), verdict.since)).collect()
    }

    /// The hints that help now, from the gentlest: those for the first check that is unmet, and those for any.
    pub fn hints(&self) -> Vec<&Block> {
        let Some(words) = self.words() else { return Vec::new() };
        let first = self.checks().find(|(_, unmet)| unmet.is_some()).map_or("", |(id, _)| id);
        words.blocks(BlockKind::Hint).filter(|hint| hint.id.is_empty() || hint.id == first).collect()
    }

    /// What the finished step had brought about and is so no longer, in words: what comes next may build on it.
    pub fn undone(&self) -> Vec<&str> {
        let checks = self.plan().get("checks").array().iter().zip(&self.verdicts);
        let undone = checks.filter(|(check, verdict)| self.undone.1 && verdict.is_undone(check));
        // Several checks may lack one and the same thing.
        let mut words: Vec<&str> = Vec::new();
        for said in undone.filter_map(|(_, verdict)| verdict.unmet.as_deref()) {
            if !words.contains(&said) {
                words.push(said);
            }
        }
        words
    }

    /// The notes whose conditions hold: what was done that leads elsewhere, and how to get back. Of a finished step those that
    /// have come since.
    pub fn notes(&self) -> Vec<&Block> {
        let Some(words) = self.lesson.words(self.lang) else { return Vec::new() };
        // The words of a note that may appear in every step stand in one of them.
        let here = self.words().into_iter();
        let said = |id: &String| here.clone().chain(&words.steps).find_map(|step| step.block(BlockKind::Note, id));
        let news = |id: &&String| !(self.complete && self.settled.contains(id));
        self.notes.iter().filter(news).filter_map(said).collect()
    }

    /// How many commands of this step "show me" has typed.
    pub fn shown(&self) -> usize {
        self.shown
    }

    /// How many commands were run in this step.
    pub fn typed(&self) -> usize {
        self.ran.iter().filter(|ran| ran.at >= self.began).count()
    }

    /// Commands of the steps behind and of this one: how many were run, how many of them "show me" has typed.
    pub fn count(&self) -> (usize, usize) {
        let mut sum = if self.is_over() { (0, 0) } else { (self.typed(), self.shown) };
        for (typed, shown) in &self.counts {
            sum = (sum.0 + typed, sum.1 + shown);
        }
        sum
    }

    /// How many commands the solutions of all steps take.
    pub fn reference(&self) -> usize {
        self.lesson.steps().iter().map(|step| commands(step.get("solution").str()).unwrap_or_default().len()).sum()
    }

    /// The commands that solve this step.
    pub fn solution(&self) -> Vec<String> {
        commands(self.plan().get("solution").str()).unwrap_or_default()
    }
}

/// A snapshot of a session's cluster.
fn snapshot(session: &Session) -> Option<Cluster> {
    session.kernel().system().cluster().cloned()
}

/// Decides a check. Also the moment at which time alone may change the answer.
fn decide(
    check: &Value,
    since: Option<Time>,
    words: Option<&StepWords>,
    scene: &mut Scene<'_>,
) -> (Verdict, Option<Time>) {
    let now = scene.now.now();
    if let Some(mut unmet) = clause::unmet(check, scene) {
        let own = words.and_then(|words| words.block(BlockKind::Unmet, check.get("id").str()));
        if let Some(own) = own {
            unmet = scene.fill(&own.text).unwrap_or_else(|_| own.text.clone());
        }
        let passed = api::time::parse_duration(check.get("passed").str()).map(|span| scene.began + span);
        return (Verdict { unmet: Some(unmet), since: None }, passed);
    }
    let since = since.unwrap_or(now);
    let end = since + api::time::parse_duration(check.get("for").str()).unwrap_or_default();
    let unmet = (now < end).then(|| {
        let left = api::time::human_duration(end.since(now));
        scene.lang.say(
            "So far so good: it must stay like this for {0}.",
            "좋습니다. 이 상태가 {0} 동안 이어져야 합니다.",
            &[&left],
        )
    });
    let wake = unmet.is_some().then_some(end);
    (Verdict { unmet, since: Some(since) }, wake)
}
