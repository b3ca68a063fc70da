//! The shell's language, for everybody who runs it: a person's shell, and what containers are told to run.
//!
//! The grammar makes a tree of commands from text. What words become (parameters, arithmetic, patterns, conditions) is a
//! function of the shell's [`Memory`] and its [`World`]. Where that needs what other commands print, it says which
//! ([`Halt::Run`]); whoever runs commands runs those, and asks again with their [`Answer`].

pub mod arith;
mod array;
mod builtins;
mod condition;
mod expand;
pub mod glob;
mod machine;
mod memory;
mod parameter;
mod prepare;
pub mod syntax;
pub mod text;

pub use array::Elements;
pub use builtins::{Builtin, CONTROL, Call, Reading, builtin, builtin_names, formatted, is_builtin, mapfile};
pub use condition::Files;
pub use expand::{Answer, Expander, Halt, World, files};
pub use machine::{Around, Machine, Outcome, Program, Ran, SAMPLE, Told, cannot_open, is_shell, span};
pub use memory::{Dialect, Flow, Hidden, Jump, Memory, Variable};
pub use prepare::{Opening, Prepared};
