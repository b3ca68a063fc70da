//! File systems as values: what a container, a node, a volume and the workstation keep their files in.
//!
//! - [`Fs`] is one tree of files. Cloning it is O(1), so it lives in a cluster's snapshot like everything else.
//! - [`Mounts`] says which trees a process sees and where; [`View`] reads and writes through it.
//!
//! Times are microseconds of virtual time, given by the caller: nothing here reads a clock.

mod error;
mod fs;
mod mounts;
pub mod path;
pub mod text;

pub use error::{Error, Result};
pub use fs::{Entry, Fs, Node, Stat};
pub use mounts::{Disks, Mount, Mounts, View};

/// A string that is cheap to clone.
pub type Str = smol_str::SmolStr;

/// A file's bytes, shared until they are changed.
pub type Bytes = std::sync::Arc<Vec<u8>>;
