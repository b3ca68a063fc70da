//! Plays a lesson natively: what must be accepted, and what must not be.

use crate::lesson::Lesson;
use crate::lesson::Problem;
use crate::progress::Progress;
use api::Language;
use api::Value;
use cluster::Options;
use shell::Session;
use shell::process::Chunk;
use shell::session::Keyframe;
use std::rc::Rc;
use std::time::Duration;

/// How long, in virtual time, a step may take after its last command, unless it says so itself (`patience`).
const PATIENCE: Duration = Duration::from_secs(120);
/// How often checks are looked at.
const LOOK: Duration = Duration::from_millis(250);

/// What came of playing a lesson.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Routes that were accepted, as they should be.
    pub routes: usize,
    /// Mistakes that were refused, as they should be.
    pub mistakes: usize,
    /// What was not as it should be.
    pub problems: Vec<Problem>,
}

/// Plays every route and every mistake of a lesson. What is the same in several of them is played once: where a step of the
/// solutions begins, a mistake in it goes on, and so does a route that goes another way from there on.
pub fn play(lesson: &Rc<Lesson>) -> Outcome {
    let mut outcome = Outcome::default();
    let mut player = match Player::new(lesson) {
        Ok(player) => player,
        Err(problem) => {
            // Whatever comes of the rest comes of this.
            outcome.problems.push(problem);
            return outcome;
        }
    };
    let mut begun = Begun::default();
    let solved = player.route(&Value::Null, "steps", &mut begun);
    let reached = player.progress.step();
    outcome.routes += usize::from(solved.is_ok());
    outcome.problems.extend(solved.err());
    for (at, route) in lesson.plan.get("routes").array().iter().enumerate() {
        let scripts = route.get("steps");
        let own = |step: &Value| !scripts.get(step.get("id").str()).is_null();
        let first = lesson.steps().iter().position(own).unwrap_or(0);
        let played = begun
            .at(lesson, first)
            .and_then(|mut player| player.route(scripts, &format!("routes[{at}].steps"), &mut Begun::default()));
        outcome.routes += usize::from(played.is_ok());
        outcome.problems.extend(played.err());
    }
    for (at, mistake) in lesson.plan.get("mistakes").array().iter().enumerate() {
        let step = lesson.steps().iter().position(|step| step.get("id") == mistake.get("step")).unwrap_or(0);
        // What comes after a step that its own solution does not solve was said with that.
        if step > reached {
            continue;
        }
        let refused = begun.at(lesson, step).and_then(|mut player| {
            player.progress.speak(Language::Korean);
            player.mistake(mistake, &format!("mistakes[{at}]"))
        });
        outcome.mistakes += usize::from(refused.is_ok());
        outcome.problems.extend(refused.err());
    }
    outcome
}

/// What notices a mistake.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Noticed {
    /// The checks that are unmet after it.
    pub unmet: Vec<String>,
    /// The notes that appear.
    pub notes: Vec<String>,
}

/// What notices a mistake in a step, once the steps before it are solved.
///
/// # Errors
/// The steps before cannot be solved, or the mistake is none.
pub fn noticed(lesson: &Rc<Lesson>, step: &str, script: &str) -> Result<Noticed, Problem> {
    let mut player = Player::new(lesson)?;
    player.err(step, script, "mistakes")?;
    let unmet = player.progress.checks().filter(|(_, unmet)| unmet.is_some()).map(|(id, _)| id.to_owned());
    Ok(Noticed { unmet: unmet.collect(), notes: player.progress.noted().to_vec() })
}

/// Types what a lesson begins with, unseen. What it shows.
fn prepare(session: &mut Session, lesson: &Lesson) -> Vec<Chunk> {
    for line in lesson.opening() {
        session.input(&line);
        session.run_foreground(&mut || true);
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
                return Some(Problem { file: crate::lesson::PLAN.into(), line, text });
            }
            _ => {}
        }
    }
    None
}

/// Where each step of the solutions begins.
#[derive(Default)]
struct Begun(Vec<Option<(Keyframe, Progress)>>);

impl Begun {
    /// Notes where a step begins; nothing can go on from there if something runs.
    fn note(&mut self, player: &Player) {
        self.0.push(player.session.keyframe().map(|keyframe| (keyframe, player.progress.clone())));
    }

    /// Somebody who is at the beginning of a step, as the solutions lead there.
    fn at(&self, lesson: &Rc<Lesson>, step: usize) -> Result<Player, Problem> {
        let kept = self.0.get(step).and_then(Option::as_ref);
        let resumed = kept.and_then(|(keyframe, progress)| Some((Session::resume(keyframe)?, progress.clone())));
        match resumed {
            Some((session, progress)) => Ok(Player { session, progress, lesson: lesson.clone(), shown: String::new() }),
            None => Player::new(lesson),
        }
    }
}

struct Player {
    session: Session,
    progress: Progress,
    lesson: Rc<Lesson>,
    shown: String,
}

impl Player {
    /// Somebody who is at the beginning of the lesson.
    fn new(lesson: &Rc<Lesson>) -> Result<Player, Problem> {
        let mut session = Session::new(lesson.options(Options::default().seed), true);
        let shown = prepare(&mut session, lesson);
        if let Some(problem) = failing(lesson, shown) {
            return Err(problem);
        }
        let progress = Progress::new(lesson.clone(), Language::English, &session);
        let progress = progress.ok_or_else(|| Problem {
            file: crate::lesson::PLAN.into(),
            line: 0,
            text: "there is no cluster".into(),
        })?;
        Ok(Player { session, progress, lesson: lesson.clone(), shown: String::new() })
    }

    fn problem(&self, path: &str, text: String) -> Problem {
        Problem { file: crate::lesson::PLAN.into(), line: self.lesson.line_of(path), text }
    }

    /// Types a script, command by command.
    fn type_all(&mut self, script: &str) {
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
            }
            self.take();
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
    fn wait(&mut self) -> bool {
        let own = api::time::parse_duration(self.progress.plan().get("patience").str());
        let end = self.session.now() + own.unwrap_or(PATIENCE);
        while !self.progress.is_complete() && self.session.now() < end {
            let to = self.session.now() + LOOK;
            self.session.advance(to, &mut || true);
            self.take();
        }
        self.progress.is_complete()
    }

    /// The scripts of a route, or the solution where it has none for a step: every step must be complete after its own.
    /// Notes where each of them begins.
    fn route(&mut self, scripts: &Value, path: &str, begun: &mut Begun) -> Result<(), Problem> {
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
            self.type_all(&script);
            if !self.wait() {
                let unmet = self.unmet();
                return Err(self.problem(&at, format!("step {id:?} is not complete after this: {unmet}")));
            }
            self.progress.next(&self.session);
        }
        Ok(())
    }

    /// Solves the steps before one, and makes a mistake in it, which must not complete it.
    fn err(&mut self, step: &str, script: &str, path: &str) -> Result<(), Problem> {
        while self.progress.plan().get("id").str() != step && !self.progress.is_over() {
            let solution = self.progress.plan().get("solution").to_str();
            self.type_all(&solution);
            if !self.wait() {
                let unmet = self.unmet();
                return Err(self.problem(path, format!("the steps before {step:?} cannot be solved: {unmet}")));
            }
            self.progress.next(&self.session);
        }
        self.type_all(script);
        if self.wait() {
            return Err(self.problem(path, format!("this mistake is accepted: step {step:?} is complete after it")));
        }
        Ok(())
    }

    /// Makes the mistake, and looks whether the right check notices it.
    fn mistake(&mut self, mistake: &Value, path: &str) -> Result<(), Problem> {
        let step = mistake.get("step").str();
        self.err(step, mistake.get("type").str(), path)?;
        let wanted = mistake.get("unmet").str();
        if !self.progress.checks().any(|(id, unmet)| id == wanted && unmet.is_some()) {
            let unmet = self.unmet();
            return Err(self.problem(path, format!("the check {wanted:?} does not notice this mistake: {unmet}")));
        }
        let note = mistake.get("note").str();
        if !note.is_empty() && !self.progress.noted().iter().any(|noted| noted == note) {
            return Err(self.problem(path, format!("the note {note:?} does not appear after this mistake")));
        }
        let back = mistake.get("back").to_str();
        if !back.is_empty() {
            self.type_all(&back);
            if !self.wait() {
                let at = format!("{path}.back");
                let unmet = self.unmet();
                return Err(self.problem(&at, format!("this does not lead back from the mistake: {unmet}")));
            }
        }
        Ok(())
    }

    /// What is unmet, and what the last command said, for whoever writes the lesson.
    fn unmet(&mut self) -> String {
        // Mistakes are played in Korean, but who writes a lesson may not read that.
        self.progress.speak(Language::English);
        self.progress.look(&self.session);
        let unmet = self.progress.checks().filter_map(|(id, unmet)| Some(format!("{id}: {}", unmet?)));
        let mut text = unmet.collect::<Vec<_>>().join("; ");
        let last: Vec<&str> = self.shown.lines().rev().take(2).collect();
        if let Some(line) = last.first() {
            text.push_str(&format!(" (the terminal's last line: {line})"));
        }
        text
    }
}
