//! The shell's language: text in, a tree of commands out.
//!
//! Pure functions of text: nothing here runs a command. A parser never panics; what it cannot take is an [`Error`], and
//! what is merely unfinished (an open quote, a loop without `done`, a here-document without its end) is
//! [`Error::Incomplete`], so that a prompt can ask for more.

mod assignment;
mod ast;
mod compound;
mod lexer;
mod parser;
mod word;

pub use ast::*;
pub use parser::{is_name, is_reserved, line_end, parse_one};

use api::FlatMap;
use std::fmt;
use std::sync::Arc;

/// Alias names and what they stand for.
pub type Aliases = FlatMap<String, String>;

/// Why text is no command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// More text is needed; what for, in the words bash has when there is no more.
    Incomplete(String),
    /// It is wrong, whatever follows; bash's words, without `bash: `.
    Syntax(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Incomplete(text) | Error::Syntax(text) => f.write_str(text),
        }
    }
}

/// Parses a whole script: all commands of `source`, one after the other.
///
/// # Errors
/// What bash says of the first one that is wrong; an unfinished end is an error as well.
pub fn parse(source: &str, aliases: &Aliases) -> Result<Script, Error> {
    let mut script = Script::default();
    let mut rest = source;
    while let Some((line, used)) = parse_one(rest, aliases)? {
        Arc::make_mut(&mut script.0).extend(line.0.iter().cloned());
        rest = &rest[used..];
    }
    Ok(script)
}

#[cfg(test)]
mod tests;
