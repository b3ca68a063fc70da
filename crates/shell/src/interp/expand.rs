//! Words to arguments: braces, `~`, parameters, substitutions, splitting, file names.

use super::glob::{self, Char};
use super::{Jump, Shell, arith};
use crate::process::{BoxFuture, Io, Output, Pipe};
use crate::syntax::{Operation, Part, Script, Word};
use std::rc::Rc;
use std::task::Poll;

/// The arguments that a word becomes, while they are being put together.
#[derive(Default)]
struct Fields {
    done: Vec<Vec<Char>>,
    current: Option<Vec<Char>>,
}

impl Fields {
    fn open(&mut self) -> &mut Vec<Char> {
        self.current.get_or_insert_default()
    }

    fn add(&mut self, text: &str, quoted: bool) {
        self.open().extend(text.chars().map(|c| (c, quoted)));
    }

    fn close(&mut self) {
        self.done.extend(self.current.take());
    }

    /// Adds an unquoted expansion's text, split at blanks.
    fn split(&mut self, text: &str, separators: &str) {
        for c in text.chars() {
            match separators.contains(c) {
                // Blanks in a row make no empty arguments; other separators do.
                true if c.is_whitespace() => self.close(),
                true => {
                    self.open();
                    self.close();
                }
                false => self.open().push((c, false)),
            }
        }
    }
}

impl Shell {
    /// The arguments that words become.
    pub(crate) async fn words(&mut self, words: &[Word], io: &Io) -> Result<Vec<String>, Jump> {
        let mut arguments = Vec::new();
        for word in words {
            for word in glob::braces(word) {
                for field in self.fields(&word, io, true).await? {
                    if glob::is_pattern(&field) && !self.options.contains(&'f') {
                        let files = glob::files(&self.kernel, &self.place, &self.cwd, &field);
                        if !files.is_empty() {
                            arguments.extend(files);
                            continue;
                        }
                    }
                    arguments.push(field.into_iter().map(|c| c.0).collect());
                }
            }
        }
        Ok(arguments)
    }

    /// A word as one text, neither split nor matched: an assignment's value, a redirection's target.
    pub(crate) async fn one(&mut self, word: &Word, io: &Io) -> Result<String, Jump> {
        let pattern = self.pattern(word, io).await?;
        Ok(pattern.into_iter().map(|c| c.0).collect())
    }

    /// A word as a pattern: what was quoted stands for itself.
    pub(crate) fn pattern<'a>(&'a mut self, word: &'a Word, io: &'a Io) -> BoxFuture<'a, Result<Vec<Char>, Jump>> {
        Box::pin(async move { Ok(self.fields(word, io, false).await?.join(&(' ', false))) })
    }

    fn fields<'a>(
        &'a mut self,
        word: &'a Word,
        io: &'a Io,
        split: bool,
    ) -> BoxFuture<'a, Result<Vec<Vec<Char>>, Jump>> {
        Box::pin(async move {
            let separators = if split { self.get("IFS").unwrap_or(" \t\n").to_owned() } else { String::new() };
            let mut fields = Fields::default();
            for (i, part) in word.0.iter().enumerate() {
                match part {
                    Part::Literal(text) if i == 0 && text.starts_with('~') => {
                        let rest = self.tilde(text, &mut fields, word.0.len() == 1);
                        fields.add(&rest, false);
                    }
                    Part::Literal(text) => fields.add(text, false),
                    Part::Quoted(text) => fields.add(text, true),
                    Part::Double(parts) => self.double(parts, &mut fields, io).await?,
                    Part::Parameter(parameter) if parameter.star().is_some() => {
                        let values = self.all_parameters(parameter, io).await?;
                        for (i, value) in values.iter().enumerate() {
                            if i > 0 {
                                fields.close();
                            }
                            fields.split(value, &separators);
                        }
                    }
                    // The quotes inside `${x:-'a b'}` keep their meaning.
                    Part::Parameter(parameter) => match (&parameter.operation, self.fallback(parameter, io).await?) {
                        (Operation::Default('-' | '+', _, word), true) => {
                            let inner = self.fields(word, io, split).await?;
                            for (i, field) in inner.into_iter().enumerate() {
                                if i > 0 {
                                    fields.close();
                                }
                                fields.open().extend(field);
                            }
                        }
                        _ => {
                            let value = self.parameter(parameter, io).await?;
                            fields.split(&value, &separators);
                        }
                    },
                    Part::Command(script) => {
                        let output = self.substitute(script, io).await?;
                        fields.split(&output, &separators);
                    }
                    Part::File(script) => {
                        let output = self.substitute(script, io).await?;
                        let path = self.spill(output);
                        fields.add(&path, true);
                    }
                    Part::Arithmetic(word) => {
                        let value = self.arithmetic(word, io).await?;
                        fields.add(&value.to_string(), false);
                    }
                }
            }
            fields.close();
            Ok(fields.done)
        })
    }

    /// The parts between double quotes: one argument, except that `"$@"` makes as many as there are.
    async fn double(&mut self, parts: &[Part], fields: &mut Fields, io: &Io) -> Result<(), Jump> {
        let is_nothing = match parts {
            [Part::Parameter(p)] if p.star() == Some('@') => match p.index {
                Some(_) => p.operation != Operation::Length && self.elements(&p.name).is_empty(),
                None => self.parameters.is_empty(),
            },
            _ => false,
        };
        if !is_nothing {
            fields.open();
        }
        for part in parts {
            match part {
                Part::Literal(text) | Part::Quoted(text) => fields.add(text, true),
                Part::Double(parts) => Box::pin(self.double(parts, fields, io)).await?,
                Part::Parameter(parameter)
                    if parameter.star() == Some('@') && parameter.operation != Operation::Length =>
                {
                    for (i, value) in self.all_parameters(parameter, io).await?.into_iter().enumerate() {
                        if i > 0 {
                            fields.close();
                        }
                        fields.add(&value, true);
                    }
                }
                Part::Parameter(parameter) => {
                    let value = match parameter.star() {
                        Some('*') if parameter.operation != Operation::Length => {
                            let joint = self.joint();
                            self.all_parameters(parameter, io).await?.join(&joint)
                        }
                        _ => self.parameter(parameter, io).await?,
                    };
                    fields.add(&value, true);
                }
                Part::Command(script) => {
                    let output = self.substitute(script, io).await?;
                    fields.add(&output, true);
                }
                // Between quotes it is text.
                Part::File(_) => fields.add("<(...)", true),
                Part::Arithmetic(word) => {
                    let value = self.arithmetic(word, io).await?;
                    fields.add(&value.to_string(), true);
                }
            }
        }
        Ok(())
    }

    /// Adds what `~` at a word's beginning stands for; the rest of the text.
    fn tilde(&self, text: &str, fields: &mut Fields, alone: bool) -> String {
        let (user, rest) = text[1..].find('/').map_or((&text[1..], ""), |i| text[1..].split_at(i));
        // `~"x"` is no home directory.
        if !rest.is_empty() || alone {
            let home = match user {
                "" => self.get("HOME").map(str::to_owned),
                "root" => Some("/root".to_owned()),
                "student" => Some("/home/student".to_owned()),
                _ => None,
            };
            if let Some(home) = home {
                fields.add(&home, true);
                return rest.to_owned();
            }
        }
        text.to_owned()
    }

    /// Puts text into a file of its own for a command that is about to read it; its path. So many are kept as a command
    /// may well have at once.
    fn spill(&mut self, mut text: String) -> String {
        const KEPT: u8 = 16;
        if !text.is_empty() {
            text.push('\n');
        }
        self.spilled = (self.spilled + 1) % KEPT;
        let path = format!("/tmp/.fd{}", 63 - self.spilled);
        let now = self.kernel.now().0;
        self.kernel
            .files(&self.place, |files| files.mkdir_all("/tmp", now).and_then(|()| files.write(&path, text, now)));
        path
    }

    /// The output of commands, without its last newlines.
    async fn substitute(&mut self, script: &Script, io: &Io) -> Result<String, Jump> {
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
        self.status = subshell.finish(flow);
        self.substituted = Some(self.status);
        Ok(output.trim_end_matches('\n').to_owned())
    }

    /// An expression's value.
    pub(crate) async fn arithmetic(&mut self, word: &Word, io: &Io) -> Result<i64, Jump> {
        let text = self.one(&Word(vec![Part::Double(word.0.clone())]), io).await?;
        arith::evaluate(&text, self).map_err(|error| {
            self.complain(io, &format!("{}: {error}", text.trim()));
            Jump::Fail(1)
        })
    }
}

impl arith::Variables for Shell {
    fn get(&self, name: &str) -> Option<String> {
        match name.strip_suffix(']').and_then(|name| name.split_once('[')) {
            Some((name, index)) => self.element(name, index),
            None => Shell::get(self, name).map(str::to_owned),
        }
    }
    fn set(&mut self, name: &str, value: String) {
        match name.strip_suffix(']').and_then(|name| name.split_once('[')) {
            Some((name, index)) => drop(self.set_element(name, index.to_owned(), value)),
            None => drop(Shell::set(self, name, value)),
        }
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
