//! What a shell knows: its variables, functions, options and parameters. A clone is a subshell's.

use crate::syntax::{Aliases, Command};
use crate::{Elements, arith};
use api::FlatMap;
use std::sync::Arc;

/// A variable.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Variable {
    /// Its text.
    pub value: String,
    /// Whether commands inherit it.
    pub exported: bool,
    /// Whether it cannot be changed.
    pub read_only: bool,
    /// Its elements, if it is an array; its text is then that of element 0.
    pub elements: Option<Elements>,
}

impl Variable {
    /// One that commands inherit.
    pub fn exported(value: String) -> Variable {
        Variable { value, exported: true, ..Variable::default() }
    }
}

/// Whose shell it is: they differ in what they take, and in how they complain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// GNU's
    #[default]
    Bash,
    /// busybox'
    Busybox,
    /// Debian's `sh`
    Dash,
}

/// Why the flow of commands is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jump {
    /// `break N`
    Break(usize),
    /// `continue N`
    Continue(usize),
    /// `return N`
    Return(i32),
    /// `exit N`, or `set -e` at work
    Exit(i32),
    /// An error that ends the command line, but not an interactive shell: a failed expansion.
    Fail(i32),
}

/// The exit status of what ran, or why it was left.
pub type Flow = Result<i32, Jump>;

/// What a shell knows. A clone is a subshell's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    /// Whose shell it is.
    pub dialect: Dialect,
    /// The working directory.
    pub cwd: String,
    /// The variables.
    pub variables: FlatMap<String, Variable>,
    /// The aliases.
    pub aliases: Aliases,
    /// `$?`
    pub status: i32,
    /// `$0`
    pub name: String,
    /// `$1` ...
    pub parameters: Vec<String>,
    /// The functions.
    pub functions: FlatMap<String, Arc<Command>>,
    /// `set -e`, `-u`, `-x`, `-o pipefail` ..., by letter (`P` for pipefail).
    pub options: Vec<char>,
    /// How deep functions and shells have called each other.
    pub calls: usize,
    /// How many files of `<(...)` have been made, going round.
    pub spilled: u8,
    /// `set -e` does not apply to what is tested: how many tests it is in.
    pub tested: usize,
    /// `$!`
    pub last_job: Option<usize>,
    /// `$$`
    pub pid: usize,
    /// The line being run, for errors of scripts.
    pub line: usize,
    /// Whether it runs what a person types.
    pub interactive: bool,
    /// The status of the last `$(...)`: a command line of nothing but assignments ends with it.
    pub substituted: Option<i32>,
    /// What `trap` has been told to run, by signal.
    pub traps: FlatMap<String, String>,
    /// The functions that run, the innermost last.
    pub callers: Vec<String>,
    /// The directories of `pushd`.
    pub stack: Vec<String>,
    /// What `local` hides, a function call each.
    pub locals: Vec<FlatMap<String, Option<Variable>>>,
}

/// A command's own variables, and what they hide while it runs.
pub type Hidden = Vec<(String, Option<Variable>)>;

impl Memory {
    /// A variable's text; an array's is that of its element 0, if there is one.
    pub fn get(&self, name: &str) -> Option<&str> {
        let variable = self.variables.get(name)?;
        let there = variable.elements.as_ref().is_none_or(|e| e.entries.iter().any(|(index, _)| index == "0"));
        there.then_some(variable.value.as_str())
    }

    /// Sets a variable, keeping whether it is exported. False if it is read-only.
    pub fn set(&mut self, name: &str, value: impl Into<String>) -> bool {
        let variable = self.variables.get_or_default(name.to_owned());
        if !variable.read_only {
            variable.value = value.into();
            if let Some(elements) = &mut variable.elements {
                elements.put("0".to_owned(), variable.value.clone());
            }
            variable.exported |= self.options.contains(&'a');
        }
        !variable.read_only
    }

    /// The environment of commands.
    pub fn environment(&self) -> FlatMap<String, String> {
        let exported = self.variables.iter().filter(|(_, variable)| variable.exported && variable.elements.is_none());
        exported.map(|(name, variable)| (name.clone(), variable.value.clone())).collect()
    }

    /// Whether an option is on.
    pub fn has(&self, option: char) -> bool {
        self.options.contains(&option)
    }

    /// Switches options on (`-eu`) and off (`+x`).
    pub fn set_options(&mut self, flags: &[String]) {
        for flag in flags {
            for letter in flag[1..].chars() {
                self.options.retain(|l| *l != letter);
                self.options.extend(flag.starts_with('-').then_some(letter));
            }
        }
    }

    /// The shell's own error, as it words it.
    pub fn complaint(&self, text: &str) -> String {
        let name = &self.name;
        match (self.dialect, self.interactive) {
            (Dialect::Bash, true) | (Dialect::Busybox, _) => format!("{name}: {text}\n"),
            (Dialect::Bash, false) => format!("{name}: line {}: {text}\n", self.line.max(1)),
            (Dialect::Dash, _) => format!("{name}: {}: {text}\n", self.line.max(1)),
        }
    }

    /// What `set -x` shows of a command, or of assignments (a name and a value each).
    pub fn traced(&self, own: &[(String, String)], arguments: &[String]) -> String {
        let quoted = |word: &String| match self.dialect == Dialect::Dash || !needs_quotes(word) {
            true => word.clone(),
            false => format!("'{}'", word.replace('\'', "'\\''")),
        };
        let mut words: Vec<String> = own.iter().map(|(name, value)| format!("{name}={}", quoted(value))).collect();
        // bash has a line for each assignment, and one for the command.
        let between = if self.dialect == Dialect::Bash { "\n+ " } else { " " };
        words.extend((!arguments.is_empty()).then(|| arguments.iter().map(quoted).collect::<Vec<_>>().join(" ")));
        format!("+ {}\n", words.join(between))
    }

    /// What a new shell process knows: the environment is all that is left.
    pub fn child(&self, env: FlatMap<String, String>) -> Memory {
        Memory {
            variables: env.into_iter().map(|(name, value)| (name, Variable::exported(value))).collect(),
            dialect: self.dialect,
            cwd: self.cwd.clone(),
            name: self.name.clone(),
            calls: self.calls,
            spilled: self.spilled,
            last_job: self.last_job,
            pid: self.pid,
            ..Memory::default()
        }
    }

    /// Sets variables for one command; what they were before.
    pub fn swap_in(&mut self, own: Vec<(String, String)>) -> Hidden {
        own.into_iter()
            .map(|(name, value)| (name.clone(), self.variables.insert(name, Variable::exported(value))))
            .collect()
    }

    /// Puts variables back.
    pub fn swap_out(&mut self, before: Hidden) {
        for (name, old) in before {
            match old {
                Some(old) => drop(self.variables.insert(name, old)),
                None => drop(self.variables.remove(&name)),
            }
        }
    }

    /// A number from 0 to 32767 that depends on nothing but the course of things.
    pub(crate) fn random(seed: u64) -> u64 {
        let mut x = seed;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x >> 33) % 32768
    }
}

/// Whether a shell that read this word back would take it for something else.
fn needs_quotes(word: &str) -> bool {
    word.is_empty()
        || word.starts_with(['~', '#'])
        || word.contains(|c: char| " \t\n'\"\\|&;()<>!{}*[?]^$`".contains(c))
}

impl arith::Variables for Memory {
    fn get(&self, name: &str) -> Option<String> {
        match name.strip_suffix(']').and_then(|name| name.split_once('[')) {
            Some((name, index)) => self.element(name, index),
            None => Memory::get(self, name).map(str::to_owned),
        }
    }
    fn set(&mut self, name: &str, value: String) {
        match name.strip_suffix(']').and_then(|name| name.split_once('[')) {
            Some((name, index)) => drop(self.set_element(name, index.to_owned(), value)),
            None => drop(Memory::set(self, name, value)),
        }
    }
}
