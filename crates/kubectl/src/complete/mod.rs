//! Completion: what the word at the end of a line may become, each candidate with a line on what it is.
//!
//! What is fixed stands in `values.txt`; what is in the cluster is asked for, and told by the columns that the server prints.

mod contents;
mod line;
mod objects;
mod paths;
mod source;
pub(crate) mod texts;

use crate::cmd::ROOT;
use crate::command::GLOBAL;
use crate::flags::{Flag, Kind};
use crate::host::Host;
use api::Language;
pub(crate) use line::Line;
pub(crate) use objects::names;
use source::Asked;

/// What a word may become.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidate {
    /// The whole word.
    pub text: String,
    /// How many bytes of it a list need not repeat: what stands before the part that is chosen.
    pub hidden: usize,
    /// What it is, in one line; may be empty.
    pub about: String,
    /// Whether the word goes on: no blank follows.
    pub open: bool,
}

impl Candidate {
    /// A candidate that ends its word, unless it ends in `=`, `/`, `:` or `.`.
    pub fn new(text: impl Into<String>, about: impl Into<String>) -> Candidate {
        let text = text.into();
        let open = text.ends_with(['=', '/', ':', '.', '(']);
        Candidate { text, hidden: 0, about: about.into(), open }
    }

    /// The same after `before`, which the list leaves out.
    #[must_use]
    pub fn after(mut self, before: &str) -> Candidate {
        self.text.insert_str(0, before);
        self.hidden += before.len();
        self
    }
}

/// What kubectl does not know itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Then {
    /// Nothing.
    #[default]
    Nothing,
    /// Files, beginning at this byte of the word.
    Files(usize),
    /// Names of images, beginning at this byte of the word.
    Images(usize),
    /// A program in a container and its arguments.
    Program {
        /// The container.
        inside: Inside,
        /// The word at which the program stands.
        from: usize,
    },
    /// A file in a container.
    Remote {
        /// The container.
        inside: Inside,
        /// The byte of the word at which the file's name begins.
        at: usize,
    },
}

/// A container of a Pod.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inside {
    /// The Pod's namespace.
    pub namespace: String,
    /// The Pod's name.
    pub pod: String,
    /// The container's name.
    pub container: String,
}

/// The candidates, and what its caller may add.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completed {
    /// The candidates in the order in which they are shown. All begin with the word.
    pub candidates: Vec<Candidate>,
    /// What else.
    pub then: Then,
}

/// What the last of `words` (which may be empty) may become. `words` come after the word `kubectl`.
pub fn complete(words: &[String], host: &dyn Host) -> Completed {
    let Some((last, before)) = words.split_last() else { return Completed::default() };
    let Some(line) = Line::read(before, host) else {
        return Completed::default();
    };
    let mut completed = match line.dash {
        Some(at) if before.len() > at => line.program(at),
        _ => of_word(&line, last, host.language()),
    };
    // What would leave a word as it is that must go on helps nobody.
    let unfinished = last.ends_with(['=', '/', ':', '.']);
    let goes_on = |c: &Candidate| c.text.starts_with(last.as_str()) && !(unfinished && c.text == *last);
    completed.candidates.retain(goes_on);
    let mut seen = api::FlatSet::new();
    completed.candidates.retain(|candidate| seen.insert(candidate.text.clone()));
    completed
}

fn of_word(line: &Line<'_>, last: &str, language: Language) -> Completed {
    let asked = |typed, at| Asked { line, word: last, typed, at, language };
    if let Some(flag) = line.pending {
        return asked(last, 0).flag(flag);
    }
    if let Some((flag, at)) = attached(line, last) {
        return asked(&last[at..], at).flag(flag);
    }
    if last.starts_with('-') {
        return Completed { candidates: flags(line, language), then: Then::Nothing };
    }
    if !line.command.subcommands.is_empty() && line.args.is_empty() {
        let commands = line.command.subcommands.iter();
        let candidates = commands.map(|c| Candidate::new(c.name, texts::command(&line.path, c, language))).collect();
        return Completed { candidates, then: Then::Nothing };
    }
    asked(last, 0).argument()
}

/// The flag whose value stands in the word itself, and where it begins: `--output=ya`, `-oya`, `-n=kube`.
fn attached(line: &Line<'_>, word: &str) -> Option<(&'static Flag, usize)> {
    let takes = |flag: &&Flag| !matches!(flag.kind, Kind::Bool);
    if let Some(long) = word.strip_prefix("--") {
        let name = long.split_once('=')?.0;
        return line.flags().find(|flag| flag.name == name).map(|flag| (flag, name.len() + 3));
    }
    let short = word.strip_prefix('-')?.chars().next()?;
    let flag = line.flags().filter(takes).find(|flag| flag.short == Some(short))?;
    let rest = 1 + short.len_utf8();
    (word.len() > rest).then(|| (flag, rest + usize::from(word[rest..].starts_with('='))))
}

/// The command's own flags before those that all commands have; a flag that was given is done with, unless it may be repeated.
fn flags(line: &Line<'_>, language: Language) -> Vec<Candidate> {
    let own = line.command.flags.iter().copied().flatten();
    let open = |flag: &&Flag| !line.given(flag.name) || matches!(flag.kind, Kind::Repeated | Kind::List);
    let word = |flag: &Flag| {
        let about = texts::flag(&line.path, flag, language);
        let about = flag.short.map_or(about.clone(), |short| format!("-{short}  {about}"));
        Candidate::new(format!("--{}{}", flag.name, if needs_value(flag) { "=" } else { "" }), about)
    };
    let mut own: Vec<&Flag> = own.filter(open).collect();
    api::sort_by_key(&mut own, |flag| flag.name);
    own.into_iter().chain(GLOBAL.iter().filter(open)).map(word).collect()
}

fn needs_value(flag: &Flag) -> bool {
    !matches!(flag.kind, Kind::Bool | Kind::Optional(_))
}

/// kubectl's commands, for `kubectl help`.
fn commands(language: Language) -> Vec<Candidate> {
    let all = ROOT.subcommands.iter();
    all.map(|command| Candidate::new(command.name, texts::command(ROOT.name, command, language))).collect()
}

#[cfg(test)]
mod tests;
