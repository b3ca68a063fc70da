//! A lesson is checked as `kubarium check` does: first what it says, then it is played, a piece in each frame.

use super::Builder;
use crate::i18n::Lang;
use ::lessons::{Lesson, Outcome, Play, Stage, lint};
use api::Value;
use std::rc::Rc;

/// A lesson that is played.
pub struct Check {
    lesson: Rc<Lesson>,
    play: Play,
}

impl Builder {
    /// What can be said without playing is said; what is played, if that is nothing.
    pub fn check(&mut self, lang: Lang) -> Option<Check> {
        let (lesson, mut found) = self.draft.own(lang.of_the_core()).read();
        found.extend(lint(&lesson));
        if !found.is_empty() {
            self.found(&lesson, &found, lang);
            return None;
        }
        self.problems = None;
        let lesson = Rc::new(self.asking(lesson));
        let play = Play::new(lesson.clone());
        self.playing = Some(play.stage());
        Some(Check { lesson, play })
    }

    /// Goes on playing. True if what is drawn has changed.
    pub fn check_on(&mut self, check: &mut Check, lang: Lang, keep_going: &mut dyn FnMut() -> bool) -> bool {
        let outcome = check.play.go_on(keep_going);
        let stage: Option<Stage> = outcome.is_none().then(|| check.play.stage());
        let changed = self.playing != stage;
        self.playing = stage;
        if let Some(outcome) = outcome {
            self.note_down(&outcome);
            self.found(&check.lesson, &outcome.problems, lang);
        }
        changed
    }

    /// The lesson, in which a mistake names only those checks and notes that the teacher has chosen: the others are found.
    fn asking(&self, mut lesson: Lesson) -> Lesson {
        let mistakes = lesson.plan.object_mut().entry("mistakes").array_mut();
        for (at, mistake) in mistakes.iter_mut().enumerate() {
            if self.draft.at(&format!("/plan/mistakes/{at}/unmet")).is_null() {
                mistake.remove("unmet");
            }
        }
        lesson
    }

    /// What notices a mistake stands in the lesson from now on, where the teacher has not said it.
    fn note_down(&mut self, outcome: &Outcome) {
        for (at, noticed) in &outcome.noticed {
            for (key, ids) in [("unmet", &noticed.unmet), ("note", &noticed.notes)] {
                let path = format!("/plan/mistakes/{at}/{key}");
                if let (Value::Null, Some(first)) = (self.draft.at(&path), ids.first()) {
                    self.draft.set(&path, first.as_str().into());
                }
            }
        }
    }
}
