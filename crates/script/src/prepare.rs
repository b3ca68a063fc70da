//! A simple command, expanded: what is to be run, with what streams.

use crate::syntax::{Action, Assigned, Operation, Parameter, Part, Redirect, Simple, Word};
use crate::{Expander, Halt};

/// What a redirection opens.
#[derive(Clone, Debug, PartialEq)]
pub enum Opening {
    /// A file to read from.
    Read(String),
    /// A text to read.
    Text(String),
    /// A file to write to; at its end, if the flag is set.
    Write(String, bool),
    /// The same for both outputs.
    Both(String, bool),
    /// What another descriptor leads to, `-` for nothing.
    Duplicate(String),
}

/// A simple command whose words have been expanded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prepared {
    /// The command and its arguments. Without any, the assignments have been carried out.
    pub arguments: Vec<String>,
    /// What is redirected, by descriptor.
    pub redirects: Vec<(u32, Opening)>,
    /// Variables of the command alone; without a command, what the shell's have become.
    pub own: Vec<(String, String)>,
}

impl Expander<'_> {
    /// Expands a simple command. One without words changes the shell's variables.
    ///
    /// # Errors
    /// See [`Halt`].
    pub fn simple(&mut self, simple: &Simple) -> Result<Prepared, Halt> {
        self.substituted = None;
        let arguments = self.words(&simple.words)?;
        let redirects = self.redirects(&simple.redirects)?;
        let mut own = Vec::new();
        for assignment in &simple.assignments {
            if arguments.is_empty() {
                self.give(assignment)?;
                own.push((assignment.name.clone(), self.get(&assignment.name).unwrap_or_default().to_owned()));
            } else if let (Assigned::Text(value), None) = (&assignment.value, &assignment.index) {
                let value = self.path_list(value)?;
                let old = self.get(&assignment.name).filter(|_| assignment.add).unwrap_or_default();
                own.push((assignment.name.clone(), format!("{old}{value}")));
            }
        }
        Ok(Prepared { arguments, redirects, own })
    }

    /// What redirections open.
    ///
    /// # Errors
    /// See [`Halt`].
    pub fn redirects(&mut self, redirects: &[Redirect]) -> Result<Vec<(u32, Opening)>, Halt> {
        let mut all = Vec::new();
        for redirect in redirects {
            let text = self.one(redirect.word())?;
            let opening = match &redirect.action {
                Action::Read(_) | Action::ReadWrite(_) => Opening::Read(text),
                Action::Text(_) => Opening::Text(text),
                Action::Write(_) => Opening::Write(text, false),
                Action::Append(_) => Opening::Write(text, true),
                Action::Both(_, append) => Opening::Both(text, *append),
                Action::Duplicate(_) => Opening::Duplicate(text),
            };
            all.push((redirect.fd, opening));
        }
        Ok(all)
    }
}

impl Word {
    /// Whether commands have to be run to expand it.
    pub fn runs(&self) -> bool {
        self.0.iter().any(Part::runs)
    }
}

impl Part {
    fn runs(&self) -> bool {
        match self {
            Part::Literal(_) | Part::Quoted(_) => false,
            Part::Double(parts) => parts.iter().any(Part::runs),
            Part::Parameter(parameter) => parameter.runs(),
            Part::Command(_) | Part::File(_) => true,
            Part::Arithmetic(word) => word.runs(),
        }
    }
}

impl Parameter {
    fn runs(&self) -> bool {
        let operands = match &self.operation {
            Operation::Default(_, _, word) | Operation::Prefix(_, word) | Operation::Suffix(_, word) => word.runs(),
            Operation::Replace(_, pattern, by) => pattern.runs() || by.runs(),
            Operation::Slice(offset, length) => offset.runs() || length.as_ref().is_some_and(Word::runs),
            _ => false,
        };
        operands || self.index.as_ref().is_some_and(Word::runs)
    }
}

impl Simple {
    /// Whether commands have to be run to expand it.
    pub fn runs(&self) -> bool {
        let assigned = self.assignments.iter().chain(&self.lists).any(|assignment| {
            assignment.index.as_ref().is_some_and(Word::runs)
                || match &assignment.value {
                    Assigned::Text(word) => word.runs(),
                    Assigned::List(list) => {
                        list.iter().any(|(index, word)| word.runs() || index.as_ref().is_some_and(Word::runs))
                    }
                }
        });
        assigned || self.words.iter().any(Word::runs) || self.redirects.iter().any(Redirect::runs)
    }
}

impl Redirect {
    /// What it names or says.
    fn word(&self) -> &Word {
        let (Action::Read(word)
        | Action::ReadWrite(word)
        | Action::Write(word)
        | Action::Append(word)
        | Action::Both(word, _)
        | Action::Duplicate(word)
        | Action::Text(word)) = &self.action;
        word
    }

    /// Whether commands have to be run to expand it.
    pub fn runs(&self) -> bool {
        self.word().runs()
    }
}
