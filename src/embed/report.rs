//! What the host is told of commands and of lessons.

use super::say;
use crate::lessons::Lessons;
use crate::machine::{Chunk, Stream};
use api::{Value, obj};

/// Of one command's output, the host is told so many bytes.
const MOST_BYTES: usize = 200_000;

/// What was seen and not told yet.
#[derive(Debug, Default)]
pub struct Report {
    command: String,
    out: String,
    err: String,
    /// Lines were handed over by the host, and time has not flowed since.
    fresh: bool,
    /// The host waits until the prompt is free.
    waited: bool,
    lesson: Value,
}

impl Report {
    /// The host has lines run, and wants to know when they are done.
    pub fn expect(&mut self) {
        (self.fresh, self.waited) = (true, true);
    }

    /// The session began anew: what was under way is not told any more.
    pub fn forget(&mut self) {
        *self = Report::default();
    }

    /// Takes in what the terminal shows; a command that has ended is told, with the seconds since the cluster began.
    pub fn note(&mut self, output: &[Chunk], tenths: u64) {
        for chunk in output {
            match chunk {
                Chunk::Command { text, .. } => {
                    self.command.clone_from(text);
                    (self.out, self.err) = (String::new(), String::new());
                }
                Chunk::Text(stream, text) => {
                    let kept = if *stream == Stream::Stderr { &mut self.err } else { &mut self.out };
                    if kept.len() + text.len() <= MOST_BYTES {
                        kept.push_str(text);
                    }
                }
                Chunk::Exit { status, .. } => say(
                    "command",
                    &obj! {
                        "command" => self.command.clone(), "stdout" => std::mem::take(&mut self.out),
                        "stderr" => std::mem::take(&mut self.err), "exit" => i64::from(*status), "time" => seconds(tenths),
                    },
                ),
                Chunk::Clear | Chunk::Redraw => {}
            }
        }
    }

    /// Time has flowed for a frame. Once the prompt is free, the lines of the host are done.
    pub fn flowed(&mut self, busy: bool) {
        if std::mem::take(&mut self.fresh) || busy || !std::mem::take(&mut self.waited) {
            return;
        }
        say("idle", &obj! {});
    }

    /// Tells how far the learner is, if that has changed.
    pub fn look(&mut self, lessons: &Lessons) {
        let now = lessons.progress.as_ref().map_or(Value::Null, |progress| {
            obj! {
                "lesson" => progress.lesson().name.clone(), "step" => progress.step() as i64 + 1,
                "steps" => progress.lesson().steps().len() as i64, "complete" => progress.is_complete(), "over" => progress.is_over(),
            }
        });
        if now != self.lesson {
            say("lesson", &now);
            self.lesson = now;
        }
    }
}

/// Seconds, of tenths.
pub fn seconds(tenths: u64) -> f64 {
    tenths as f64 / 10.0
}
