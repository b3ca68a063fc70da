//! What the builder knows, and what a teacher does in it.

use crate::i18n::Lang;
use ::classroom::{Draft, step_of, told};
use ::lessons::{Lesson, Problem, Stage};
use api::Value;
use std::rc::Rc;

/// What the teacher does in the builder. Paths are those of [`Draft`].
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// It shall open, or close.
    Toggle,
    /// Words are written in this language from now on.
    Words(Lang),
    /// What stands at a path is another.
    Set(String, Value),
    /// What stands there shall go.
    Remove(String),
    /// A list gets a member.
    Push(String, Value),
    /// The step gets a block of a kind.
    Block(&'static str),
    /// The step gets a note.
    Note,
    /// A check of the step shall go.
    RemoveCheck(usize),
    /// A note of the step shall go.
    RemoveNote(usize),
    /// Another step is shown.
    Step(usize),
    /// One more behind the one that is shown.
    AddStep,
    /// The step shall go.
    RemoveStep,
    /// The step shall come one earlier.
    RaiseStep,
    /// What was typed so far is what the lesson begins with.
    Start,
    /// The cluster shall be as the lesson begins, with the steps before solved.
    Reset,
    /// What is typed from now on belongs to this path; or no more.
    Record(String),
    /// What is offered of a clicked object goes into this list of clauses.
    Aim(String),
    /// An object was chosen from the list instead of clicked.
    Look(String),
    /// A clause that was offered is taken.
    Offer(usize),
    /// One of the examples is a clause of this list.
    Example(String, usize),
    /// A clause is written as YAML, or no more.
    Write(Option<String>),
    /// Its text is another.
    Clause(String),
    /// The lesson shall be played as a learner does.
    Try,
    /// It shall be checked as `kubarium check` does.
    Lint,
    /// That shall end.
    Halt,
    /// A lesson of the course is handed out too, or not any more.
    Pick(String),
    /// A lesson of the course is opened, to be changed.
    Copy(String),
    /// Its files have come, or cannot be had.
    Copied(String, Option<Value>),
    /// Another lesson of the set: one that is there, or a new one.
    Turn(Option<usize>),
    /// Files shall be opened.
    Open,
    /// They were read.
    Read(Option<String>),
    /// A link to it is wanted.
    Link,
    /// A file.
    File,
    /// An empty builder.
    Anew,
    /// What was there before it was emptied, or before something was opened.
    Back,
}

/// What is wrong: in which step (none for the whole lesson), and in words.
pub type Told = (Option<usize>, String);

/// What the builder knows.
#[derive(Clone, PartialEq)]
pub struct Builder {
    /// The lesson, and what is handed out with it.
    pub draft: Draft,
    /// What was there before something else was opened.
    pub left: Option<Draft>,
    /// The language in which words are written.
    pub words: Lang,
    /// Which step is shown.
    pub step: usize,
    /// What could be checked of the object that was clicked.
    pub offers: Rc<Vec<Value>>,
    /// The list of clauses that a click adds to.
    pub aim: String,
    /// What is being typed in the terminal: its path, and how many inputs there were before.
    pub recording: Option<(String, usize)>,
    /// The clause that is written as YAML: its path, its text, what is wrong with that.
    pub writing: Option<(String, String, String)>,
    /// What is wrong with the lesson; none if it was not checked since it was changed.
    pub problems: Option<Rc<Vec<Told>>>,
    /// What is played of it while it is checked.
    pub playing: Option<Stage>,
}

impl Builder {
    /// What was being built.
    pub fn recall(lang: Lang) -> Builder {
        let draft = Draft::read(&crate::settings::recall("draft").unwrap_or_default());
        let written = draft.languages();
        let words = if written.is_empty() || written.contains(&lang.of_the_core()) { lang } else { lang.other() };
        let mut builder = Builder {
            draft,
            left: None,
            words,
            step: 0,
            offers: Rc::default(),
            aim: String::new(),
            recording: None,
            writing: None,
            problems: None,
            playing: None,
        };
        builder.show(0);
        builder
    }

    /// The lesson was checked.
    pub fn found(&mut self, lesson: &Lesson, problems: &[Problem], lang: Lang) {
        let said = |problem: &Problem| (step_of(lesson, problem), told(problem, lang.of_the_core()));
        self.problems = Some(Rc::new(problems.iter().map(said).collect()));
    }

    /// The lesson was changed: keeps it.
    pub fn changed(&mut self) {
        (self.problems, self.playing) = (None, None);
        self.draft.mark(crate::classroom::store::clock().seconds());
        crate::settings::remember("draft", &self.draft.text());
    }

    /// Something else is built from now on.
    pub fn replace(&mut self, draft: Draft) {
        let old = std::mem::replace(&mut self.draft, draft);
        (self.problems, self.playing) = (None, None);
        self.left = Some(old).filter(Draft::is_begun);
        self.show(0);
    }

    /// Another step is shown.
    pub fn show(&mut self, step: usize) {
        self.step = step.min(self.draft.steps().len().saturating_sub(1));
        self.aim = self.of_step("checks");
        (self.recording, self.writing, self.offers) = (None, None, Rc::default());
    }

    /// The path of a part of the plan of the step that is shown.
    pub fn of_step(&self, key: &str) -> String {
        format!("/plan/steps/{}/{key}", self.step)
    }

    /// The step's id.
    pub fn id(&self) -> &str {
        self.draft.at(&self.of_step("id")).str()
    }

    /// A clause is written by hand.
    pub fn write(&mut self, path: Option<String>) {
        self.writing = path.map(|path| {
            let mut clause = self.draft.at(&path).clone();
            clause.remove("id");
            (path, api::yaml::to_string(&clause), String::new())
        });
    }

    /// What is written of a clause: taken as soon as it is one.
    pub fn written(&mut self, text: String) {
        let Some((path, ..)) = self.writing.clone() else { return };
        let (clause, problem) = match api::yaml::parse(&text) {
            Ok(document) => {
                let problems = ::lessons::clause_problems(&document.value);
                (Some(document.value).filter(|_| problems.is_empty()), problems.join("; "))
            }
            Err(problem) => (None, problem),
        };
        if let Some(mut clause) = clause {
            clause.set("id", self.draft.at(&format!("{path}/id")).clone());
            if clause.get("id").is_null() {
                clause.remove("id");
            }
            self.draft.set(&path, clause);
        }
        self.writing = Some((path, text, problem));
    }
}
