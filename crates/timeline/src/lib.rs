//! The course of a session: what was done at which moment, and going back to any moment of it.
//!
//! A [`Recording`] is a seed, options, and what was done when; because a session is deterministic, that is all of it. A
//! [`Timeline`] is a session that records itself. Undo, redo, rewinding, branches, share links, saved sessions and recovery
//! after a crash are this one mechanism: go back to a keyframe, and do again what was done after it.
//!
//! **Invariant:** whatever a person can do to a session is an [`Input`]. Buttons type lines.

mod compare;
mod export;
#[cfg(test)]
mod export_tests;
mod hash;
mod kind;
mod recording;
mod tape;
#[cfg(test)]
mod tests;
mod text;
mod timeline;
mod track;
mod typed;

pub use compare::{Change, Field, What, compare};
pub use export::{Imported, METADATA, Refused, import, manifests};
pub use hash::state_hash;
pub use kind::kind_script;
pub use recording::{Branch, Entry, Input, Recording};
pub use text::Broken;
pub use timeline::Timeline;
pub use track::Position;
