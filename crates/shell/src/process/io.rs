//! Standard input, output and error.

use super::{BoxFuture, Kernel, Place, Stream};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// What a process reads from and writes to. Clones are connected to the same things.
#[derive(Clone)]
pub struct Io {
    /// Standard input.
    pub stdin: Input,
    /// Standard output.
    pub stdout: Output,
    /// Standard error.
    pub stderr: Output,
}

/// A pipe between processes, or the catcher of a command substitution.
#[derive(Default)]
pub struct Pipe {
    buffer: RefCell<String>,
    /// How much of the buffer has been read: what is left moves when that is most of it, and not with each line.
    read: Cell<usize>,
    writers_gone: Cell<bool>,
    reader_gone: Cell<bool>,
}

impl Pipe {
    /// A writer that gets this far ahead of the reader waits: a loop that prints for ever must not fill the memory.
    const FULL: usize = 64 << 10;

    /// As much is kept of what must be there whole (a substitution, what is to be sorted): then the machine's memory is full.
    pub const MOST: usize = 8 << 20;

    /// What is in it, taken out.
    pub fn take(&self) -> String {
        let mut text = self.buffer.take();
        text.drain(..self.read.take());
        text
    }

    /// How many bytes are in it.
    fn len(&self) -> usize {
        self.buffer.borrow().len() - self.read.get()
    }

    /// Whether a whole line is in it.
    fn has_line(&self) -> bool {
        self.buffer.borrow()[self.read.get()..].contains('\n')
    }

    /// The next line, or what there is of one, taken out.
    fn take_line(&self) -> String {
        let mut buffer = self.buffer.borrow_mut();
        let from = self.read.get();
        let end = buffer[from..].find('\n').map_or(buffer.len(), |i| from + i + 1);
        let line = buffer[from..end].to_owned();
        self.read.set(end);
        if end * 2 > buffer.len() {
            buffer.drain(..end);
            self.read.set(0);
        }
        line
    }

    /// Puts text into it, however full it is.
    pub fn put(&self, text: &str) {
        self.buffer.borrow_mut().push_str(text);
    }

    /// Says that nothing more will be written.
    pub fn close_writer(&self) {
        self.writers_gone.set(true);
    }

    /// Says that nobody will read any more.
    pub fn close_reader(&self) {
        self.reader_gone.set(true);
    }
}

/// Where a process' input comes from.
#[derive(Clone)]
pub enum Input {
    /// Nothing: the end at once.
    Null,
    /// The terminal.
    Terminal,
    /// A file or a here-document, read up to the position.
    Text(Rc<RefCell<(String, usize)>>),
    /// Another process.
    Pipe(Rc<Pipe>),
}

/// Where a process' output goes.
#[derive(Clone)]
pub enum Output {
    /// Nowhere.
    Null,
    /// The terminal.
    Terminal(Stream),
    /// A file.
    File(Place, String),
    /// Another process, or a command substitution.
    Pipe(Rc<Pipe>),
}

impl Input {
    /// Input that is this text.
    pub fn text(text: String) -> Input {
        Input::Text(Rc::new(RefCell::new((text, 0))))
    }

    /// Whether it is a terminal.
    pub fn is_terminal(&self) -> bool {
        matches!(self, Input::Terminal)
    }

    /// The next line with its newline (the last one may have none); none at the end.
    pub fn line<'a>(&'a self, kernel: &'a Kernel) -> BoxFuture<'a, Option<String>> {
        Box::pin(async move {
            match self {
                Input::Null => None,
                Input::Terminal => kernel.typed_line().await.map(|line| line + "\n"),
                Input::Text(text) => {
                    let (text, at) = &mut *text.borrow_mut();
                    let rest = text.get(*at..).unwrap_or_default();
                    let end = rest.find('\n').map_or(rest.len(), |i| i + 1);
                    *at += end;
                    (end > 0).then(|| rest[..end].to_owned())
                }
                Input::Pipe(pipe) => {
                    kernel.until(|| pipe.writers_gone.get() || pipe.has_line()).await;
                    let line = pipe.take_line();
                    kernel.touch();
                    (!line.is_empty()).then_some(line)
                }
            }
        })
    }

    /// Everything that is left, as soon as it has all come.
    pub fn all<'a>(&'a self, kernel: &'a Kernel) -> BoxFuture<'a, String> {
        Box::pin(async move {
            let mut all = String::new();
            match self {
                Input::Null => {}
                Input::Text(text) => {
                    let (text, at) = &mut *text.borrow_mut();
                    all.push_str(text.get(*at..).unwrap_or_default());
                    *at = text.len();
                }
                Input::Pipe(pipe) => loop {
                    kernel.until(|| pipe.writers_gone.get() || pipe.len() > 0).await;
                    all.push_str(&pipe.take());
                    kernel.touch();
                    if all.len() > Pipe::MOST {
                        pipe.close_reader();
                        kernel.emit(Stream::Stderr, "memory exhausted\n");
                        break;
                    }
                    if pipe.writers_gone.get() {
                        break;
                    }
                },
                Input::Terminal => {
                    while let Some(line) = self.line(kernel).await {
                        all.push_str(&line);
                    }
                }
            }
            all
        })
    }
}

impl Output {
    /// Writes text. Whether the reader is gone or the file refuses is known by [`Output::is_broken`].
    pub fn write(&self, kernel: &Kernel, text: &str) {
        if text.is_empty() {
            return;
        }
        match self {
            Output::Null => {}
            Output::Terminal(stream) => kernel.emit(*stream, text),
            Output::Pipe(pipe) => {
                if !pipe.reader_gone.get() {
                    pipe.buffer.borrow_mut().push_str(text);
                }
                kernel.touch();
            }
            Output::File(place, path) => {
                let now = kernel.now().0;
                let written = kernel.files(place, |files| files.append(path, &vfs::text::to_bytes(text), now));
                if let Some(Err(error)) = written {
                    kernel.emit(Stream::Stderr, &format!("write error: {error}\n"));
                }
            }
        }
    }

    /// Whether nobody reads this any more: a process that writes on is killed (SIGPIPE).
    pub fn is_broken(&self) -> bool {
        matches!(self, Output::Pipe(pipe) if pipe.reader_gone.get())
    }

    /// Waits until the reader has caught up.
    pub async fn drained(&self, kernel: &Kernel) {
        if let Output::Pipe(pipe) = self {
            kernel.until(|| pipe.reader_gone.get() || pipe.len() < Pipe::FULL).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_gives_what_was_put_into_it_line_by_line_and_the_rest() {
        let pipe = Pipe::default();
        pipe.put("é\nb\n\nc");
        assert_eq!([pipe.take_line(), pipe.take_line(), pipe.take_line()], ["é\n", "b\n", "\n"]);
        assert!(!pipe.has_line());
        pipe.put("d\nlonger than all before\n");
        assert_eq!((pipe.has_line(), pipe.take_line(), pipe.len()), (true, "cd\n".to_owned(), 23));
        assert_eq!(
            (pipe.take(), pipe.len(), pipe.take_line()),
            ("longer than all before\n".to_owned(), 0, String::new())
        );
        pipe.put("one\ntwo\nthree and more\n");
        assert_eq!((pipe.take_line(), pipe.take()), ("one\n".to_owned(), "two\nthree and more\n".to_owned()));
    }
}
