//! Pipes between tasks, and what is written through them.

use super::frame::Frame;
use super::{Around, Input, Io, Machine, Output, Task};

/// A pipe, a here-document, or a file that is being read.
#[derive(Clone, Debug, Default)]
pub(super) struct Pipe {
    pub(super) text: String,
    /// Whether nobody but the task that waits for all of it reads it: a substitution.
    captured: bool,
}

/// A writer that gets this far ahead of the reader waits.
const FULL: usize = 64 << 10;
/// So much is kept of a substitution's output.
const MOST: usize = 8 << 20;

impl Machine {
    /// A new pipe with a text in it; its number.
    pub(super) fn pipe(&mut self, text: String, captured: bool) -> usize {
        let id = self.next_number();
        self.pipes.push((id, Pipe { text, captured }));
        id
    }

    pub(super) fn pipe_of(&mut self, id: usize) -> Option<&mut Pipe> {
        self.pipes.iter_mut().find(|(known, _)| *known == id).map(|(_, pipe)| pipe)
    }

    pub(super) fn in_pipe(&self, id: usize) -> usize {
        self.pipes.iter().find(|(known, _)| *known == id).map_or(0, |(_, pipe)| pipe.text.len())
    }

    pub(super) fn full(&self, id: usize) -> bool {
        let pipe = self.pipes.iter().find(|(known, _)| *known == id);
        pipe.is_some_and(|(_, pipe)| !pipe.captured && pipe.text.len() >= FULL)
    }

    /// Whether a substitution has printed more than there is room for.
    pub(super) fn overfull(&self, id: usize) -> bool {
        self.in_pipe(id) > MOST
    }

    fn any_task(&self, is: impl Fn(&Io) -> bool) -> bool {
        self.tasks.iter().flatten().filter(|task| !task.ended()).any(|task| task.any_io(&is))
    }

    /// Whether somebody may still write to a pipe.
    pub(super) fn has_writer(&self, id: usize) -> bool {
        self.any_task(|io| io.out == Output::Pipe(id) || io.err == Output::Pipe(id))
    }

    /// Whether nobody will ever read what a task writes there.
    pub(super) fn broken(&self, output: &Output) -> bool {
        let Output::Pipe(id) = output else { return false };
        let captured = self.pipes.iter().find(|(known, _)| known == id).is_some_and(|(_, pipe)| pipe.captured);
        !captured && !self.any_task(|io| io.stdin == Input::Pipe(*id))
    }

    /// Forgets the pipes that nobody has an end of.
    pub(super) fn close_pipes(&mut self) {
        let mut pipes = std::mem::take(&mut self.pipes);
        pipes.retain(|(id, _)| {
            let (input, output) = (Input::Pipe(*id), Output::Pipe(*id));
            self.any_task(|io| io.stdin == input || io.out == output || io.err == output)
                || self.tasks.iter().flatten().any(|task| task.awaits(*id))
        });
        self.pipes = pipes;
    }

    /// Writes text where an output leads.
    pub(super) fn put(&mut self, output: &Output, text: &str, around: &mut dyn Around) {
        if text.is_empty() {
            return;
        }
        match output {
            Output::Null => {}
            Output::Log(stream) => {
                let partial = &mut self.partial[*stream];
                partial.push_str(text);
                // A longer line than this comes into the log in pieces (containerd's `defaultBufSize`).
                const LONGEST: usize = 16 << 10;
                let end = partial.rfind('\n').or((partial.len() >= LONGEST).then(|| partial.len() - 1));
                if let Some(end) = end.filter(|end| partial.is_char_boundary(end + 1)) {
                    let rest = partial.split_off(end + 1);
                    let lines = std::mem::replace(partial, rest);
                    around.print(*stream, &lines, self.clock);
                }
            }
            Output::File(path) => {
                let now = around.now().0;
                // A process that cannot write any more complains where nobody listens.
                let _ = crate::files(around, |files| files.append(path, &vfs::text::to_bytes(text), now));
            }
            Output::Pipe(id) => {
                if let Some(pipe) = self.pipe_of(*id) {
                    pipe.text.push_str(text);
                }
            }
        }
    }

    /// What was written without a newline is a line at the end.
    pub(super) fn flush(&mut self, around: &mut dyn Around) {
        for stream in 0..2 {
            let rest = std::mem::take(&mut self.partial[stream]);
            if !rest.is_empty() {
                around.print(stream, &rest, self.clock);
            }
        }
    }
}

impl Task {
    fn any_io(&self, is: &impl Fn(&Io) -> bool) -> bool {
        is(&self.io) || self.frames.iter().any(|frame| matches!(frame, Frame::Restore(io) if is(io)))
    }

    /// Whether it waits for what commands print into a pipe.
    fn awaits(&self, pipe: usize) -> bool {
        self.frames.iter().any(|frame| matches!(frame, Frame::Expand(expand) if expand.pipe == pipe))
    }
}
