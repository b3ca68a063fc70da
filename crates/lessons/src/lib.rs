//! Lessons: plain files that a teacher writes, checks on the real state of the cluster, and how far a learner has come.
//!
//! A lesson is a folder: `lesson.yaml` says what is the same in every language (start, checks, solutions, what must be
//! accepted and what must not), `lesson.en.md` and `lesson.ko.md` hold the words. docs/lessons.md describes both.
//!
//! **Invariant:** a check reads a snapshot. It never changes the cluster that the learner works on, nor what will happen in
//! it: with and without a lesson, the same lines give the same bytes.

mod clause;
mod expect;
mod field;
pub mod killercoda;
mod lang;
mod lesson;
mod lint;
mod play;
mod player;
mod progress;
mod quiz;
mod reference;
mod scene;
mod words;

pub use clause::FORMS;
pub use lesson::{Lesson, Problem, commands};
pub use lint::{clause_problems, lint};
pub use play::{Outcome, Play, Stage, play};
pub use player::Noticed;
pub use progress::{Progress, Ran};
pub use quiz::{Answer, Quiz};
pub use scene::Scene;
pub use words::{Block, BlockKind, StepWords, Words};
