//! What the command prints. The standard library's macros panic when whoever read the output has gone (`kubarium check | head -1`);
//! these stand in their place in the whole crate, and end the command as the system ends others then.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};

/// What a shell says of a command that SIGPIPE (13) has ended.
pub const NO_READER: u8 = 128 + 13;

/// Writes to standard output; ends the process quietly when nobody reads it any more.
pub fn print(text: Arguments<'_>) {
    let mut stdout = io::stdout().lock();
    match stdout.write_fmt(text).and_then(|()| stdout.flush()) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(i32::from(NO_READER)),
        Err(error) => {
            complain(format_args!("kubarium: standard output: {error}\n"));
            std::process::exit(1);
        }
    }
}

/// Writes to standard error, if it can be written to: there is nobody else to be told.
pub fn complain(text: Arguments<'_>) {
    _ = io::stderr().lock().write_fmt(text);
}

macro_rules! print {
    ($($text:tt)*) => { $crate::out::print(format_args!($($text)*)) };
}
macro_rules! println {
    ($($text:tt)*) => { $crate::out::print(format_args!("{}\n", format_args!($($text)*))) };
}
macro_rules! eprintln {
    ($($text:tt)*) => { $crate::out::complain(format_args!("{}\n", format_args!($($text)*))) };
}
