//! Somebody who plays a lesson natively, between whose steps whoever plays may do something else.

use crate::lesson::{Lesson, PLAN, Problem};
use crate::progress::Progress;
use api::{Language, Value};
use cluster::{Cluster, Options};
use shell::Session;
use shell::process::Chunk;
use shell::session::Keyframe;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

/// How long, in virtual time, a step may take after its last command, unless it says so itself (`patience`).
const PATIENCE: Duration = Duration::from_secs(120);
/// How often checks are looked at.
const LOOK: Duration = Duration::from_millis(250);

/// A moment in which something else may be done: pending once.
struct Breath(bool);

impl Future for Breath {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        match std::mem::replace(&mut self.0, true) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }
}

/// What notices a mistake.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Noticed {
    /// The checks that are unmet after it.
    pub unmet: Vec<String>,
    /// The notes that appear.
    pub notes: Vec<String>,
}

/// Types what a lesson begins with, unseen. What it shows.
async fn prepare(session: &mut Session, lesson: &Lesson) -> Vec<Chunk> {
    for line in lesson.opening() {
        session.input(&line);
        session.run_foreground(&mut || true);
        Breath(false).await;
    }
    session.drain()
}

/// The first command of the lesson's beginning that fails, in what it shows: nobody would see it.
fn failing(lesson: &Lesson, shown: Vec<Chunk>) -> Option<Problem> {
    let (mut command, mut said) = (String::new(), String::new());
    for chunk in shown {
        match chunk {
            Chunk::Command { text, depth: 0, .. } => (command, said) = (text, String::new()),
            Chunk::Text(_, text) => said.push_str(&text),
            Chunk::Exit { status, depth: 0 } if status != 0 => {
                let first = command.lines().next().unwrap_or_default().trim();
                let at = lesson.plan_text.lines().position(|line| line.trim() == first);
                let line = at.map_or_else(|| lesson.line_of("start"), |at| at + 1);
                let why = said.lines().find(|line| line.to_lowercase().starts_with("error")).or(said.lines().last());
                let text = format!(
                    "this command of start fails (exit status {status}): {}; if it should, end it with || true",
                    why.unwrap_or_default()
                );
                return Some(Problem { file: PLAN.into(), line, text });
            }
            _ => {}
        }
    }
    None
}

/// Where each step of the solutions begins.
#[derive(Default)]
pub struct Begun(Vec<Option<(Keyframe, Progress)>>);

impl Begun {
    /// Notes where a step begins; nothing can go on from there if something runs.
    pub fn note(&mut self, player: &Player) {
        self.0.push(player.session.keyframe().map(|keyframe| (keyframe, player.progress.clone())));
    }

    /// Somebody who is at the beginning of a step, as the solutions lead there.
    ///
    /// # Errors
    /// The lesson cannot begin.
    pub async fn at(&self, lesson: &Rc<Lesson>, step: usize) -> Result<Player, Problem> {
        let kept = self.0.get(step).and_then(Option::as_ref);
        let resumed = kept.and_then(|(keyframe, progress)| Some((Session::resume(keyframe)?, progress.clone())));
        match resumed {
            Some((session, progress)) => Ok(Player { session, progress, lesson: lesson.clone(), shown: String::new() }),
            None => Player::new(lesson).await,
        }
    }
}

/// Somebody who plays a lesson.
pub struct Player {
    session: Session,
    /// How far he has come.
    pub progress: Progress,
    lesson: Rc<Lesson>,
    shown: String,
}

impl Player {
    /// Somebody who is at the beginning of the lesson.
    ///
    /// # Errors
    /// A command of its beginning fails.
    pub async fn new(lesson: &Rc<Lesson>) -> Result<Player, Problem> {
        let mut cluster = Cluster::booting(lesson.options(Options::default().seed));
        while cluster.boot() {
            Breath(false).await;
        }
        let mut session = Session::of(cluster, true);
        let shown = prepare(&mut session, lesson).await;
        if let Some(problem) = failing(lesson, shown) {
            return Err(problem);
        }
        let progress = Progress::new(lesson.clone(), Language::English, &session);
        let progress =
            progress.ok_or_else(|| Problem { file: PLAN.into(), line: 0, text: "there is no cluster".into() })?;
        Ok(Player { session, progress, lesson: lesson.clone(), shown: String::new() })
    }

    fn problem(&self, path: &str, text: String) -> Problem {
        Problem { file: PLAN.into(), line: self.lesson.line_of(path), text }
    }

    /// Types a script, command by command.
    async fn type_all(&mut self, script: &str) {
        self.shown.clear();
        for line in script.lines() {
            self.session.input(line);
            let end = self.session.now() + Duration::from_secs(3600);
            self.session.run_foreground(&mut || true);
            while self.session.busy()
                && self.session.editor().is_none()
                && !self.session.wants_input()
                && self.session.now() < end
            {
                let to = self.session.now() + LOOK;
                self.session.advance(to, &mut || true);
                Breath(false).await;
            }
            self.take();
            Breath(false).await;
        }
    }

    fn take(&mut self) {
        for chunk in self.session.drain() {
            self.progress.note(&chunk);
            if let Chunk::Text(_, text) = &chunk {
                self.shown.push_str(text);
            }
        }
        self.progress.look(&self.session);
    }

    /// Lets time pass until the step is complete, for as long as it may take. Whether it is.
    async fn wait(&mut self) -> bool {
        let own = api::time::parse_duration(self.progress.plan().get("patience").str());
        let end = self.session.now() + own.unwrap_or(PATIENCE);
        while !self.progress.is_complete() && self.session.now() < end {
            let to = self.session.now() + LOOK;
            self.session.advance(to, &mut || true);
            self.take();
            Breath(false).await;
        }
        self.progress.is_complete()
    }

    /// The scripts of a route, or the solution where it has none for a step: every step must be complete after its own.
    /// Notes where each of them begins.
    ///
    /// # Errors
    /// A step is not complete, or was before.
    pub async fn route(&mut self, scripts: &Value, path: &str, begun: &mut Begun) -> Result<(), Problem> {
        while !self.progress.is_over() {
            begun.note(self);
            let id = self.progress.plan().get("id").to_str();
            let own = scripts.get(&id);
            let at = match own.is_null() {
                true => format!("steps[{}].solution", self.progress.step()),
                false => format!("{path}.{id}"),
            };
            if self.progress.is_complete() {
                return Err(self.problem(&at, format!("step {id:?} is complete before anything is typed")));
            }
            let script = if own.is_null() { self.progress.plan().get("solution").to_str() } else { own.to_str() };
            self.type_all(&script).await;
            if !self.wait().await {
                let unmet = self.unmet();
                return Err(self.problem(&at, format!("step {id:?} is not complete after this: {unmet}")));
            }
            self.progress.next(&self.session);
        }
        Ok(())
    }

    /// Solves the steps before one, and makes a mistake in it, which must not complete it.
    async fn err(&mut self, step: &str, script: &str, path: &str) -> Result<(), Problem> {
        while self.progress.plan().get("id").str() != step && !self.progress.is_over() {
            let solution = self.progress.plan().get("solution").to_str();
            self.type_all(&solution).await;
            if !self.wait().await {
                let unmet = self.unmet();
                return Err(self.problem(path, format!("the steps before {step:?} cannot be solved: {unmet}")));
            }
            self.progress.next(&self.session);
        }
        self.type_all(script).await;
        if self.wait().await {
            return Err(self.problem(path, format!("this mistake is accepted: step {step:?} is complete after it")));
        }
        Ok(())
    }

    /// Makes the mistake, and looks whether the right check notices it; what does, where the mistake does not say.
    ///
    /// # Errors
    /// It is none, is noticed otherwise than it says, or nothing leads back.
    pub async fn mistake(&mut self, mistake: &Value, path: &str) -> Result<Noticed, Problem> {
        let step = mistake.get("step").str();
        self.err(step, mistake.get("type").str(), path).await?;
        let unmet = self.progress.checks().filter(|(_, unmet)| unmet.is_some()).map(|(id, _)| id.to_owned());
        let noticed = Noticed { unmet: unmet.collect(), notes: self.noted() };
        let wanted = mistake.get("unmet").str();
        if !wanted.is_empty() && !noticed.unmet.iter().any(|id| id == wanted) {
            let unmet = self.unmet();
            return Err(self.problem(path, format!("the check {wanted:?} does not notice this mistake: {unmet}")));
        }
        let note = mistake.get("note").str();
        if !note.is_empty() && !noticed.notes.iter().any(|noted| noted == note) {
            return Err(self.problem(path, format!("the note {note:?} does not appear after this mistake")));
        }
        let back = mistake.get("back").to_str();
        if !back.is_empty() {
            self.type_all(&back).await;
            if !self.wait().await {
                let at = format!("{path}.back");
                let unmet = self.unmet();
                return Err(self.problem(&at, format!("this does not lead back from the mistake: {unmet}")));
            }
        }
        Ok(noticed)
    }

    /// The ids of the notes that a learner reads now.
    fn noted(&self) -> Vec<String> {
        self.progress.notes().into_iter().map(|note| note.id.clone()).collect()
    }

    /// What is unmet, and what the last command said, for whoever writes the lesson.
    fn unmet(&mut self) -> String {
        // Mistakes are played in Korean, but who writes a lesson may not read that.
        self.progress.speak(Language::English);
        self.progress.look(&self.session);
        let unmet = self.progress.checks().filter_map(|(id, unmet)| Some(format!("{id}: {}", unmet?)));
        let mut text = unmet.collect::<Vec<_>>().join("; ");
        let complaint = self.shown.lines().rev().find(|line| line.to_lowercase().starts_with("error"));
        if let Some(line) = complaint.or_else(|| self.shown.lines().next_back()) {
            text.push_str(&format!(" (the terminal said: {line})"));
        }
        text
    }
}
