//! What learners and teachers hand each other: progress that is carried to another computer, reports that the teacher replays,
//! lessons in one file, and scripts that are presented.
//!
//! Everything here is text (docs/classroom.md says which), and pure: the page and the native command do with it what needs a
//! browser or a file system.
//!
//! **Invariant:** a report is believed only as far as its recordings lead: whatever it claims is computed again from what was
//! typed when.

mod attempts;
mod broken;
mod csv;
mod draft;
mod finding;
mod offer;
mod proof;
mod record;
mod replay;
mod report;
mod script;
mod set;
mod state;
#[cfg(test)]
mod tests;
mod told;

pub use attempts::Attempts;
pub use broken::Broken;
pub use csv::csv;
pub use draft::{Draft, escaped};
pub use finding::{Finding, Which};
pub use offer::{EXAMPLES, called, objects, offers, words as clause_words};
pub use proof::{Proof, Watch};
pub use record::Record;
pub use replay::Replay;
pub use report::{Course, Report, digest};
pub use script::{Cue, script};
pub use set::{Own, Set, is_name, own_name};
pub use state::state;
pub use told::{step_of, told};
