//! `>`, `<`, `2>&1` and their kin: the streams of one command.

use super::{Jump, Shell};
use crate::process::{Input, Io, Output};
use crate::syntax::Redirect;
use script::Opening;

/// Where an output file of this name leads.
enum Target {
    Null,
    Stdout,
    Stderr,
    File,
}

fn target(path: &str) -> Target {
    match path {
        "/dev/null" => Target::Null,
        "/dev/stdout" | "/dev/fd/1" | "/dev/tty" | "/proc/1/fd/1" | "/proc/self/fd/1" => Target::Stdout,
        "/dev/stderr" | "/dev/fd/2" | "/proc/1/fd/2" | "/proc/self/fd/2" => Target::Stderr,
        _ => Target::File,
    }
}

impl Shell {
    /// The streams after the redirections; none if one of them failed, which has been said.
    pub(crate) async fn redirect(&mut self, redirects: &[Redirect], io: &Io) -> Result<Option<Io>, Jump> {
        let runs = redirects.iter().any(Redirect::runs);
        let openings = self.expanding(runs, io, &|expander| expander.redirects(redirects)).await?;
        Ok(self.open(&openings, io))
    }

    /// The streams after what is opened.
    pub(super) fn open(&self, openings: &[(u32, Opening)], io: &Io) -> Option<Io> {
        let mut next = io.clone();
        for (fd, opening) in openings {
            let done = match opening {
                Opening::Read(path) => self.read_from(path, &next).map(|input| next.stdin = input),
                Opening::Text(text) => {
                    next.stdin = Input::text(text.clone());
                    Ok(())
                }
                Opening::Write(path, append) => {
                    self.write_to(path, *append, &next).and_then(|output| set(&mut next, *fd, output))
                }
                Opening::Both(path, append) => self.write_to(path, *append, &next).map(|output| {
                    next.stdout = output.clone();
                    next.stderr = output;
                }),
                Opening::Duplicate(source) => duplicate(&mut next, *fd, source),
            };
            if let Err(error) = done {
                self.complain(io, &error);
                return None;
            }
        }
        Some(next)
    }

    fn read_from(&self, path: &str, io: &Io) -> Result<Input, String> {
        match target(path) {
            Target::Null => return Ok(Input::Null),
            Target::Stdout | Target::Stderr => return Ok(io.stdin.clone()),
            Target::File if path == "/dev/stdin" => return Ok(io.stdin.clone()),
            Target::File => {}
        }
        let absolute = vfs::path::resolve(&self.cwd, path);
        let read = self.kernel.files(&self.place, |files| files.read_text(&absolute));
        match read.unwrap_or(Err(vfs::Error::NotFound)) {
            Ok(text) => Ok(Input::text(text)),
            // Opening a directory succeeds; reading it is what fails, and the reader says so.
            Err(error) => Err(format!("{path}: {error}")),
        }
    }

    fn write_to(&self, path: &str, append: bool, io: &Io) -> Result<Output, String> {
        match target(path) {
            Target::Null => return Ok(Output::Null),
            Target::Stdout => return Ok(io.stdout.clone()),
            Target::Stderr => return Ok(io.stderr.clone()),
            Target::File if path.is_empty() => return Err(": No such file or directory".into()),
            Target::File => {}
        }
        let mut absolute = vfs::path::resolve(&self.cwd, path);
        if path.ends_with('/') {
            absolute.push('/');
        }
        let now = self.kernel.now().0;
        let opened = self.kernel.files(&self.place, |files| match append {
            true => files.append(&absolute, b"", now),
            false => files.write(&absolute, "", now),
        });
        match opened.unwrap_or(Err(vfs::Error::NotFound)) {
            Ok(()) => Ok(Output::File(self.place.clone(), absolute)),
            Err(error) => Err(format!("{path}: {error}")),
        }
    }
}

fn set(io: &mut Io, fd: u32, output: Output) -> Result<(), String> {
    match fd {
        1 => io.stdout = output,
        2 => io.stderr = output,
        // Further descriptors can be named but lead nowhere.
        _ => {}
    }
    Ok(())
}

fn duplicate(io: &mut Io, fd: u32, source: &str) -> Result<(), String> {
    let output = match source {
        "1" => io.stdout.clone(),
        "2" => io.stderr.clone(),
        "-" if fd == 0 => {
            io.stdin = Input::Null;
            return Ok(());
        }
        "-" => Output::Null,
        "0" => return Ok(()),
        _ if source.chars().all(|c| c.is_ascii_digit()) && !source.is_empty() => {
            return Err(format!("{source}: Bad file descriptor"));
        }
        _ => return Err(format!("{source}: ambiguous redirect")),
    };
    set(io, fd, output)
}
