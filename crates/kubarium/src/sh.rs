//! `kubarium sh`: shell lines in, what a terminal would show (or JSON) out.

use crate::arguments::Sh;
use cluster::Options;
use shell::Session;
use shell::process::{Chunk, Stream};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};

/// How much output may wait before it is written.
pub(crate) const FLUSH_AT: usize = 1 << 16;

/// Runs the lines; the exit status of the last command.
///
/// # Errors
/// The file cannot be read.
pub fn run(arguments: &Sh) -> io::Result<i32> {
    let options = Options {
        seed: arguments.seed,
        workers: arguments.workers,
        control_plane_only: arguments.control_plane_only,
        expressions: Some(std::sync::Arc::new(expressions::Cel)),
        ..arguments.made.options()
    };
    let input: Box<dyn BufRead> = match &arguments.file {
        Some(path) => Box::new(BufReader::new(File::open(path)?)),
        None => Box::new(io::stdin().lock()),
    };
    let mut session = Session::new(options, false);
    let mut writer = Writer::new(arguments.json, session.now());
    for line in input.split(b'\n') {
        session.input(&String::from_utf8_lossy(&line?));
        finish(&mut session, &mut writer)?;
        if session.ended() {
            return Ok(writer.status);
        }
    }
    session.end_of_input();
    finish(&mut session, &mut writer)?;
    Ok(writer.status)
}

/// Runs what can run, and writes what it says as it comes.
fn finish(session: &mut Session, writer: &mut Writer) -> io::Result<()> {
    loop {
        let mut full = false;
        let undrained = session.undrained_probe();
        let done = session.run_foreground(&mut || {
            full = undrained() > FLUSH_AT;
            !full
        });
        writer.write(session.drain())?;
        if done || !full {
            return Ok(());
        }
    }
}

/// Writes chunks as text or as JSON.
pub(crate) struct Writer {
    json: bool,
    start: api::Time,
    /// The command being answered, in JSON.
    answer: Option<Answer>,
    /// The exit status of the last command.
    pub(crate) status: i32,
}

#[derive(Default)]
struct Answer {
    command: String,
    stdout: String,
    stderr: String,
    at: f64,
}

impl Writer {
    /// A writer for a session that began at `start`.
    pub(crate) fn new(json: bool, start: api::Time) -> Writer {
        Writer { json, start, answer: None, status: 0 }
    }

    /// Writes what was shown.
    ///
    /// # Errors
    /// Whoever reads has gone.
    pub(crate) fn write(&mut self, chunks: Vec<Chunk>) -> io::Result<()> {
        let (mut stdout, mut stderr) = (io::stdout().lock(), io::stderr().lock());
        for chunk in chunks {
            match chunk {
                // Shells inside the shell belong to the command that started them.
                Chunk::Command { depth: 1.., .. } | Chunk::Exit { depth: 1.., .. } | Chunk::Clear | Chunk::Redraw => {}
                Chunk::Command { text, at, .. } => {
                    let at = at.since(self.start).as_secs_f64();
                    self.answer = Some(Answer { command: text, at, ..Answer::default() });
                }
                Chunk::Text(stream, text) => match (&mut self.answer, stream) {
                    (Some(answer), Stream::Stdout) if self.json => answer.stdout.push_str(&text),
                    (Some(answer), Stream::Stderr) if self.json => answer.stderr.push_str(&text),
                    (_, Stream::Stdout) => stdout.write_all(text.as_bytes())?,
                    (_, Stream::Stderr) => {
                        stdout.flush()?;
                        stderr.write_all(text.as_bytes())?;
                    }
                },
                Chunk::Exit { status, .. } => {
                    self.status = status;
                    if let Some(answer) = self.answer.take().filter(|_| self.json) {
                        writeln!(stdout, "{}", answer.json(status))?;
                    }
                }
            }
        }
        stdout.flush()
    }
}

impl Answer {
    fn json(&self, status: i32) -> String {
        let text = |text: &str| serde_json::Value::from(text).to_string();
        format!(
            "{{\"cmd\":{},\"stdout\":{},\"stderr\":{},\"exit\":{status},\"t\":{:.3}}}",
            text(&self.command),
            text(&self.stdout),
            text(&self.stderr),
            self.at
        )
    }
}
