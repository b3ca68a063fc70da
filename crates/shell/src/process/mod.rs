//! Processes in virtual time: what they are connected to, what they wait for, where they run.

mod contained;
mod gate;
mod io;
mod kernel;
mod place;
mod wait;

pub(crate) use contained::{far, near};
pub(crate) use gate::{Forwarded, Goal};
pub use io::{Input, Io, Output, Pipe};
pub use kernel::{Chunk, EditRequest, Front, Job, Kernel, Stream, Want};
pub use place::{Identity, Machine, Place, Query, System, To};
pub use wait::{Interrupted, join_all};

use std::future::Future;
use std::pin::Pin;

/// A process that is not finished yet.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;
