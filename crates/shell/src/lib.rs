//! A line, its pipes and files, the small Unix tools, processes in virtual time.

pub mod faults;
pub mod interp;
pub mod process;
use api::regex;
pub mod session;
mod tools;

use script::text;

pub use kubectl::sheet::{Insertion, Problem};
pub use script::syntax;
pub use session::{Candidate, Completions, Session};
pub use vfs::View as Files;
