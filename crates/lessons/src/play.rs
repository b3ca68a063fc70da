//! Plays a lesson natively: what must be accepted, and what must not be.

use crate::lesson::{Lesson, Problem};
use crate::player::{Begun, Noticed, Player};
use api::{Language, Value};
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// What came of playing a lesson.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Routes that were accepted, as they should be.
    pub routes: usize,
    /// Mistakes that were refused, as they should be.
    pub mistakes: usize,
    /// What notices each of these: its place among the lesson's mistakes.
    pub noticed: Vec<(usize, Noticed)>,
    /// What was not as it should be.
    pub problems: Vec<Problem>,
}

/// What is being played.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stage {
    /// Whether it must be refused: a mistake, and no route.
    pub mistake: bool,
    /// Its name; the solutions have none.
    pub name: String,
    /// How many of its kind are behind.
    pub at: usize,
    /// How many of its kind there are.
    pub of: usize,
}

/// A lesson that is being played, a piece at a time: who shows a page meanwhile stops it between two pieces.
pub struct Play {
    work: Pin<Box<dyn Future<Output = Outcome>>>,
    stage: Rc<RefCell<Stage>>,
}

impl Play {
    /// Plays every route and every mistake of a lesson.
    pub fn new(lesson: Rc<Lesson>) -> Play {
        let of = lesson.plan.get("routes").array().len() + 1;
        let stage = Rc::new(RefCell::new(Stage { of, ..Stage::default() }));
        Play { work: Box::pin(all(lesson, Rc::clone(&stage))), stage }
    }

    /// What is being played.
    pub fn stage(&self) -> Stage {
        self.stage.borrow().clone()
    }

    /// Goes on; what came of it, when that is known. `keep_going` is asked between two pieces.
    pub fn go_on(&mut self, keep_going: &mut dyn FnMut() -> bool) -> Option<Outcome> {
        loop {
            match self.work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(outcome) => return Some(outcome),
                Poll::Pending if keep_going() => {}
                Poll::Pending => return None,
            }
        }
    }
}

/// Plays every route and every mistake of a lesson, however long it takes.
pub fn play(lesson: &Rc<Lesson>) -> Outcome {
    let mut play = Play::new(lesson.clone());
    loop {
        if let Some(outcome) = play.go_on(&mut || true) {
            return outcome;
        }
    }
}

/// Plays every route and every mistake. What is the same in several of them is played once: where a step of the solutions
/// begins, a mistake in it goes on, and so does a route that goes another way from there on.
async fn all(lesson: Rc<Lesson>, stage: Rc<RefCell<Stage>>) -> Outcome {
    let (routes, mistakes) = (lesson.plan.get("routes").array(), lesson.plan.get("mistakes").array());
    let turn = |mistake: bool, name: &Value, at: usize| {
        let of = if mistake { mistakes.len() } else { routes.len() + 1 };
        *stage.borrow_mut() = Stage { mistake, name: name.str().to_owned(), at, of };
    };
    let mut outcome = Outcome::default();
    let mut player = match Player::new(&lesson).await {
        Ok(player) => player,
        Err(problem) => {
            // Whatever comes of the rest comes of this.
            outcome.problems.push(problem);
            return outcome;
        }
    };
    let mut begun = Begun::default();
    let solved = player.route(&Value::Null, "steps", &mut begun).await;
    let reached = player.progress.step();
    outcome.routes += usize::from(solved.is_ok());
    outcome.problems.extend(solved.err());
    for (at, route) in routes.iter().enumerate() {
        turn(false, route.get("name"), at + 1);
        let played = other_way(&lesson, &begun, route.get("steps"), &format!("routes[{at}].steps")).await;
        outcome.routes += usize::from(played.is_ok());
        outcome.problems.extend(played.err());
    }
    for (at, mistake) in mistakes.iter().enumerate() {
        turn(true, mistake.get("name"), at);
        let step = lesson.steps().iter().position(|step| step.get("id") == mistake.get("step")).unwrap_or(0);
        // What comes after a step that its own solution does not solve was said with that.
        if step > reached {
            continue;
        }
        match near_miss(&lesson, &begun, step, mistake, &format!("mistakes[{at}]")).await {
            Ok(noticed) => {
                outcome.mistakes += 1;
                outcome.noticed.push((at, noticed));
            }
            Err(problem) => outcome.problems.push(problem),
        }
    }
    outcome
}

/// Goes another way, from the first step that it has of its own.
async fn other_way(lesson: &Rc<Lesson>, begun: &Begun, scripts: &Value, path: &str) -> Result<(), Problem> {
    let own = |step: &Value| !scripts.get(step.get("id").str()).is_null();
    let first = lesson.steps().iter().position(own).unwrap_or(0);
    begun.at(lesson, first).await?.route(scripts, path, &mut Begun::default()).await
}

/// Makes a mistake.
async fn near_miss(
    lesson: &Rc<Lesson>,
    begun: &Begun,
    step: usize,
    mistake: &Value,
    path: &str,
) -> Result<Noticed, Problem> {
    let mut player = begun.at(lesson, step).await?;
    player.progress.speak(Language::Korean);
    player.mistake(mistake, path).await
}
