//! What went wrong, in one sentence for the person at the terminal.

use std::fmt;

/// A message; a developer's command has nothing to do with an error but show it.
#[derive(Debug)]
pub struct Error(pub String);

/// The result of a command or of a part of one.
pub type Result<T = ()> = std::result::Result<T, Error>;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<std::num::TryFromIntError> for Error {
    fn from(error: std::num::TryFromIntError) -> Self {
        Self(error.to_string())
    }
}

/// An `Err` with a message.
pub fn fail<T>(message: impl Into<String>) -> Result<T> {
    Err(Error(message.into()))
}
