//! While a learner works: what will show that he did it.

use super::store;
use ::classroom::{Attempts, Report, Watch};
use lessons::{Lesson, Progress};
use timeline::Timeline;

/// What shows what was solved in lessons; fetched from the browser's storage when a lesson begins.
#[derive(Default)]
pub struct Evidence {
    attempts: Option<Attempts>,
    /// The browser has no room for it: what is known here counts.
    crowded: bool,
    watch: Option<Watch>,
}

impl Evidence {
    /// What is kept; another tab may have added to it.
    fn attempts(&mut self) -> &mut Attempts {
        if let Some(kept) = store::attempts().filter(|_| !self.crowded) {
            self.attempts = Some(kept);
        }
        self.attempts.get_or_insert_default()
    }

    fn change(&mut self, change: impl FnOnce(&mut Attempts)) {
        let attempts = self.attempts();
        change(attempts);
        self.crowded = !store::keep_attempts(attempts);
    }

    /// A lesson begins, or begins anew.
    pub fn begin(&mut self, lesson: &str) {
        self.change(|attempts| attempts.begin(lesson));
    }

    /// A step begins.
    pub fn new_step(&mut self, timeline: &Timeline) {
        self.watch = Some(Watch::new(timeline, store::clock()));
    }

    /// No lesson is open any more.
    pub fn leave(&mut self) {
        self.watch = None;
    }

    /// A hint was asked for.
    pub fn hint(&mut self) {
        self.watch.iter_mut().for_each(Watch::hint);
    }

    /// The session is at another moment.
    pub fn rewound(&mut self, timeline: &Timeline) {
        self.watch.iter_mut().for_each(|watch| watch.rewound(timeline));
    }

    /// Checks were looked at. The step's id, if it has just been solved.
    pub fn look(&mut self, progress: &Progress, timeline: &Timeline) -> Option<String> {
        let proof = self.watch.as_mut()?.look(progress, timeline, store::clock(), progress.shown())?;
        self.change(|attempts| attempts.add(&progress.lesson().name, &proof, timeline));
        Some(proof.step)
    }

    /// The report of a lesson; with what goes on now, if that is this lesson.
    pub fn report(&mut self, learner: &str, lesson: &Lesson, now: Option<&Timeline>) -> Report {
        Report::new(learner, lesson, self.attempts(), now, store::clock())
    }
}
