//! What words become here: their expansion is the language's own, and the commands in it are run by this shell.

use super::{Jump, Shell};
use crate::process::{BoxFuture, Io, Kernel, Output, Pipe, Place};
use crate::syntax::{Script, Word};
use api::Time;
use script::{Answer, Expander, Halt, World};
use std::rc::Rc;
use std::task::Poll;

/// A place, as a shell sees it.
pub(crate) struct There {
    kernel: Rc<Kernel>,
    place: Place,
}

impl There {
    pub(crate) fn of(shell: &Shell) -> There {
        There { kernel: shell.kernel.clone(), place: shell.place.clone() }
    }
}

impl World for There {
    fn now(&self) -> Time {
        self.kernel.now()
    }
    fn files(&mut self, act: &mut dyn FnMut(&mut vfs::View<'_>)) -> bool {
        self.kernel.system().files(&self.place, act)
    }
    fn pid(&mut self) -> usize {
        self.kernel.pid()
    }
    fn program(&mut self, name: &str) -> Option<String> {
        let there = crate::tools::find(name).is_some() && self.kernel.system().installed(&self.place, name);
        there.then(|| crate::tools::path_of(name))
    }
}

impl Shell {
    /// Expands something. `runs` says whether commands have to be run for that: then it is done again from the beginning with
    /// what each of them has printed.
    pub(super) async fn expanding<T>(
        &mut self,
        runs: bool,
        io: &Io,
        act: &dyn Fn(&mut Expander<'_>) -> Result<T, Halt>,
    ) -> Result<T, Jump> {
        if runs {
            return Box::pin(self.expanding_with_answers(io, act)).await;
        }
        match self.attempt(&[], io, act) {
            Ok(made) => made,
            // Whoever says that nothing has to be run knows.
            Err(_) => Err(Jump::Fail(1)),
        }
    }

    async fn expanding_with_answers<T>(
        &mut self,
        io: &Io,
        act: &dyn Fn(&mut Expander<'_>) -> Result<T, Halt>,
    ) -> Result<T, Jump> {
        let before = Box::new(self.memory.clone());
        let mut answers: Vec<Answer> = Vec::new();
        loop {
            match self.attempt(&answers, io, act) {
                Ok(made) => return made,
                Err(script) => {
                    answers.push(self.substitute(&script, io).await?);
                    self.memory.clone_from(&before);
                }
            }
        }
    }

    /// Expands something with these answers; else the commands whose answer it needs next.
    fn attempt<T>(
        &mut self,
        answers: &[Answer],
        io: &Io,
        act: &dyn Fn(&mut Expander<'_>) -> Result<T, Halt>,
    ) -> Result<Result<T, Jump>, Script> {
        let mut there = There::of(self);
        match act(&mut Expander::new(&mut self.memory, &mut there, answers)) {
            Ok(made) => Ok(Ok(made)),
            Err(Halt::Run(script)) => Err(script),
            Err(Halt::Fail(text, status)) => {
                if !text.is_empty() {
                    self.complain(io, &text);
                }
                Ok(Err(Jump::Fail(status)))
            }
        }
    }

    /// The arguments that words become.
    pub(crate) async fn words(&mut self, words: &[Word], io: &Io) -> Result<Vec<String>, Jump> {
        self.expanding(words.iter().any(Word::runs), io, &|expander| expander.words(words)).await
    }

    /// A word as one text, neither split nor matched: an assignment's value, a redirection's target.
    pub(crate) async fn one(&mut self, word: &Word, io: &Io) -> Result<String, Jump> {
        self.expanding(word.runs(), io, &|expander| expander.one(word)).await
    }

    /// An expression's value.
    pub(crate) async fn arithmetic(&mut self, word: &Word, io: &Io) -> Result<i64, Jump> {
        self.expanding(word.runs(), io, &|expander| expander.arithmetic(word)).await
    }

    /// What commands print, without the last newlines, and their exit status.
    fn substitute<'a>(&'a mut self, script: &'a Script, io: &'a Io) -> BoxFuture<'a, Result<Answer, Jump>> {
        Box::pin(async move {
            let pipe = Rc::new(Pipe::default());
            let inner = Io { stdout: Output::Pipe(pipe.clone()), ..io.clone() };
            let mut subshell = self.clone();
            self.deeper(io, "$(...)")?;
            subshell.calls = self.calls;
            let flow = {
                let running: BoxFuture<'_, _> = Box::pin(async { subshell.script(script, &inner).await });
                collect(running, &pipe).await
            };
            self.calls -= 1;
            let Some((flow, output)) = flow else {
                self.complain(io, &format!("xrealloc: cannot allocate {} bytes", 2 * Pipe::MOST));
                return Err(Jump::Fail(2));
            };
            Ok((output.trim_end_matches('\n').to_owned(), subshell.finish(flow)))
        })
    }
}

/// Runs commands and takes their output as it comes, so that they never wait for a full pipe. Nothing if there is more of it than
/// there is room for: then they are ended.
async fn collect<T>(mut running: BoxFuture<'_, T>, pipe: &Pipe) -> Option<(T, String)> {
    let mut output = String::new();
    let result = std::future::poll_fn(|cx| {
        let polled = running.as_mut().poll(cx);
        output.push_str(&pipe.take());
        if output.len() > Pipe::MOST { Poll::Ready(None) } else { polled.map(Some) }
    })
    .await;
    result.map(|result| (result, output))
}
