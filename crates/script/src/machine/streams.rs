//! `>`, `<`, `2>&1` and their kin: the streams of one command.

use super::{Around, Input, Io, Machine, Output, Task};
use crate::{Dialect, Opening};

impl Machine {
    /// The streams after what is opened; none if something cannot be, which has been said.
    pub(super) fn open(&mut self, task: &Task, openings: &[(u32, Opening)], around: &mut dyn Around) -> Option<Io> {
        let mut io = task.io.clone();
        for (fd, opening) in openings {
            let done = match opening {
                Opening::Text(text) => {
                    io.stdin = Input::Pipe(self.pipe(text.clone(), false));
                    Ok(())
                }
                Opening::Read(path) => self.read_from(task, path, &io, around).map(|input| io.stdin = input),
                Opening::Write(path, append) => {
                    write_to(task, path, *append, &io, around).map(|output| set(&mut io, *fd, output))
                }
                Opening::Both(path, append) => write_to(task, path, *append, &io, around).map(|output| {
                    io.out = output.clone();
                    io.err = output;
                }),
                Opening::Duplicate(source) => duplicate(&mut io, *fd, source),
            };
            if let Err(problem) = done {
                self.complain(task, &problem, around);
                return None;
            }
        }
        Some(io)
    }

    fn read_from(&mut self, task: &Task, path: &str, io: &Io, around: &mut dyn Around) -> Result<Input, String> {
        if matches!(path, "/dev/null" | "/dev/zero" | "/dev/tty") {
            return Ok(Input::Null);
        }
        if matches!(path, "/dev/stdin" | "/proc/self/fd/0" | "/dev/fd/0") {
            return Ok(io.stdin.clone());
        }
        let absolute = vfs::path::resolve(&task.memory.cwd, path);
        let read = crate::files(around, |files| files.read_text(&absolute)).unwrap_or(Err(vfs::Error::NotFound));
        match (read, task.memory.dialect) {
            (Ok(text), _) => Ok(Input::Pipe(self.pipe(text, false))),
            (Err(error), Dialect::Bash) => Err(format!("{path}: {error}")),
            (Err(error), Dialect::Busybox) => Err(format!("can't open {path}: {}", brief(&error))),
            (Err(error), Dialect::Dash) => {
                Err(format!("cannot open {path}: {}", brief(&error).replace("no such", "No such")))
            }
        }
    }
}

fn write_to(task: &Task, path: &str, append: bool, io: &Io, around: &mut dyn Around) -> Result<Output, String> {
    match path {
        "/dev/null" => return Ok(Output::Null),
        "/dev/stdout" | "/dev/fd/1" | "/proc/self/fd/1" => return Ok(io.out.clone()),
        "/dev/stderr" | "/dev/fd/2" | "/proc/self/fd/2" => return Ok(io.err.clone()),
        "/proc/1/fd/1" => return Ok(Output::Log(0)),
        "/proc/1/fd/2" => return Ok(Output::Log(1)),
        _ => {}
    }
    let mut absolute = vfs::path::resolve(&task.memory.cwd, path);
    if path.ends_with('/') {
        absolute.push('/');
    }
    let now = around.now().0;
    let opened = crate::files(around, |files| match append {
        true => files.append(&absolute, b"", now),
        false => files.write(&absolute, "", now),
    });
    match (opened.unwrap_or(Err(vfs::Error::NotFound)), task.memory.dialect) {
        (Ok(()), _) => Ok(Output::File(absolute)),
        (Err(error), Dialect::Bash) => Err(format!("{path}: {error}")),
        (Err(vfs::Error::NotFound), Dialect::Busybox) => Err(format!("can't create {path}: nonexistent directory")),
        (Err(vfs::Error::NotFound), Dialect::Dash) => Err(format!("cannot create {path}: Directory nonexistent")),
        (Err(error), Dialect::Busybox) => Err(format!("can't create {path}: {error}")),
        (Err(error), Dialect::Dash) => Err(format!("cannot create {path}: {error}")),
    }
}

fn set(io: &mut Io, fd: u32, output: Output) {
    match fd {
        1 => io.out = output,
        2 => io.err = output,
        // Further descriptors can be named but lead nowhere.
        _ => {}
    }
}

fn duplicate(io: &mut Io, fd: u32, source: &str) -> Result<(), String> {
    match source {
        "1" => set(io, fd, io.out.clone()),
        "2" => set(io, fd, io.err.clone()),
        "-" if fd == 0 => io.stdin = Input::Null,
        "-" => set(io, fd, Output::Null),
        "0" => {}
        _ => return Err(format!("{source}: bad file descriptor")),
    }
    Ok(())
}

fn brief(error: &vfs::Error) -> String {
    error.to_string().replace("No such file or directory", "no such file")
}
