//! The commands that are part of the shell. Those that run further commands are the runner's own ([`CONTROL`]).

mod echo;
mod input;
mod more;
mod variables;

pub use echo::formatted;
pub use input::{Reading, mapfile};

use crate::{Dialect, Flow, Jump, Memory, World};

/// What a builtin works on.
pub struct Call<'a> {
    /// The shell.
    pub memory: &'a mut Memory,
    /// What it sees around it.
    pub world: &'a mut dyn World,
    /// The arguments, its own name first.
    pub args: &'a [String],
    /// What it has written to standard output.
    pub out: String,
    /// What it has written to standard error.
    pub err: String,
}

/// A builtin.
pub type Builtin = fn(&mut Call<'_>) -> Flow;

/// Builtins that run commands, wait or read: each runner of commands has its own.
pub const CONTROL: &[&str] = &[
    ".",
    "bg",
    "builtin",
    "command",
    "eval",
    "exec",
    "fg",
    "help",
    "history",
    "jobs",
    "kill",
    "mapfile",
    "read",
    "readarray",
    "source",
    "wait",
];

/// The other builtins' names and functions, sorted.
const BUILTINS: &[(&str, Builtin)] = &[
    (":", nothing),
    ("[", echo::test),
    ("alias", variables::alias),
    ("break", leave),
    ("cd", cd),
    ("complete", nothing),
    ("continue", leave),
    ("declare", variables::export),
    ("dirs", more::dirs),
    ("echo", echo::echo),
    ("exit", leave),
    ("export", variables::export),
    ("false", no),
    ("getopts", more::getopts),
    ("hash", nothing),
    ("let", let_),
    ("local", variables::local),
    ("logout", leave),
    ("popd", more::popd),
    ("printf", echo::printf_),
    ("pushd", more::pushd),
    ("pwd", echo::pwd),
    ("readonly", variables::export),
    ("return", leave),
    ("set", variables::set),
    ("shift", shift),
    ("shopt", more::shopt),
    ("test", echo::test),
    ("trap", more::trap),
    ("true", nothing),
    ("type", type_),
    ("typeset", variables::export),
    ("ulimit", nothing),
    ("umask", more::umask),
    ("unalias", variables::unalias),
    ("unset", variables::unset),
];

/// The builtin of a name.
pub fn builtin(name: &str) -> Option<Builtin> {
    BUILTINS.iter().find(|(builtin, _)| *builtin == name).map(|(_, function)| *function)
}

/// Whether a name is that of a builtin.
pub fn is_builtin(name: &str) -> bool {
    builtin(name).is_some() || CONTROL.contains(&name)
}

/// The names of all builtins.
pub fn builtin_names() -> impl Iterator<Item = &'static str> {
    BUILTINS.iter().map(|(name, _)| *name).chain(CONTROL.iter().copied())
}

impl<'a> Call<'a> {
    /// A call that has written nothing yet.
    pub fn new(memory: &'a mut Memory, world: &'a mut dyn World, args: &'a [String]) -> Call<'a> {
        Call { memory, world, args, out: String::new(), err: String::new() }
    }

    pub(crate) fn complain(&mut self, text: &str) {
        self.err.push_str(&self.memory.complaint(text));
    }

    fn assign(&mut self, name: &str, value: String) -> Result<(), Jump> {
        if self.memory.set(name, value) {
            return Ok(());
        }
        self.complain(&format!("{name}: readonly variable"));
        Err(Jump::Fail(1))
    }

    fn stat(&mut self, path: &str) -> vfs::Result<vfs::Stat> {
        crate::files(self.world, |files| files.stat(path)).unwrap_or(Err(vfs::Error::NotFound))
    }
}

fn nothing(_: &mut Call<'_>) -> Flow {
    Ok(0)
}

fn no(_: &mut Call<'_>) -> Flow {
    Ok(1)
}

fn cd(call: &mut Call<'_>) -> Flow {
    let arguments = call.args;
    let mut operands = arguments[1..].iter().filter(|a| !matches!(a.as_str(), "-L" | "-P" | "--"));
    let target = match (operands.next().map(String::as_str), operands.next()) {
        (_, Some(_)) => {
            call.complain("cd: too many arguments");
            return Ok(1);
        }
        (None, _) => call.memory.get("HOME").unwrap_or("/").to_owned(),
        (Some("-"), _) => match call.memory.get("OLDPWD") {
            Some(old) => {
                let old = old.to_owned();
                call.out.push_str(&format!("{old}\n"));
                old
            }
            None => {
                call.complain("cd: OLDPWD not set");
                return Ok(1);
            }
        },
        (Some(path), _) => path.to_owned(),
    };
    let path = vfs::path::resolve(&call.memory.cwd, &target);
    let stat = call.stat(&path);
    let problem = match stat {
        Ok(stat) if stat.directory => {
            let old = std::mem::replace(&mut call.memory.cwd, path.clone());
            call.memory.set("OLDPWD", old);
            call.memory.set("PWD", path);
            return Ok(0);
        }
        Ok(_) => vfs::Error::NotDirectory,
        Err(error) => error,
    };
    let (text, status) = match call.memory.dialect {
        Dialect::Bash => (format!("cd: {target}: {problem}"), 1),
        Dialect::Busybox => (format!("cd: can't cd to {target}: {problem}"), 2),
        Dialect::Dash => (format!("cd: can't cd to {target}"), 2),
    };
    call.complain(&text);
    Ok(status)
}

fn shift(call: &mut Call<'_>) -> Flow {
    let arguments = call.args;
    let n = arguments.get(1).map_or(Ok(1), |n| n.parse::<usize>()).unwrap_or(usize::MAX);
    if n > call.memory.parameters.len() {
        return Ok(1);
    }
    call.memory.parameters.drain(..n);
    Ok(0)
}

/// `break`, `continue`, `return`, `exit`.
fn leave(call: &mut Call<'_>) -> Flow {
    let arguments = call.args;
    let number = match arguments.get(1) {
        None => None,
        Some(text) => match text.parse::<i32>() {
            Ok(n) => Some(n),
            Err(_) => {
                call.complain(&format!("{}: {text}: numeric argument required", arguments[0]));
                Some(2)
            }
        },
    };
    let times = number.map_or(1, |n| usize::try_from(n).unwrap_or(1).max(1));
    let status = number.unwrap_or(call.memory.status) & 0xff;
    if arguments[0] == "return" && call.memory.interactive && call.memory.callers.is_empty() {
        call.complain("return: can only `return' from a function or sourced script");
        return Ok(2);
    }
    Err(match arguments[0].as_str() {
        "break" => Jump::Break(times),
        "continue" => Jump::Continue(times),
        "return" => Jump::Return(status),
        _ => Jump::Exit(status),
    })
}

fn type_(call: &mut Call<'_>) -> Flow {
    let arguments = call.args;
    let mut status = 0;
    if arguments.get(1).is_some_and(|flag| flag == "-t") {
        for name in &arguments[2..] {
            match call.sort_of(name) {
                Some(sort) => call.out.push_str(&format!("{sort}\n")),
                None => status = 1,
            }
        }
        return Ok(status);
    }
    for name in arguments[1..].iter().filter(|a| !a.starts_with('-')) {
        match call.what_is(name, false) {
            Some(text) => call.out.push_str(&format!("{text}\n")),
            None if call.memory.dialect != Dialect::Bash => {
                call.out.push_str(&format!("{name}: not found\n"));
                status = 127;
            }
            None => {
                call.complain(&format!("type: {name}: not found"));
                status = 1;
            }
        }
    }
    Ok(status)
}

fn let_(call: &mut Call<'_>) -> Flow {
    let arguments = call.args;
    let mut value = 0;
    for expression in &arguments[1..] {
        value = match crate::arith::evaluate(expression, call.memory) {
            Ok(value) => value,
            Err(error) => {
                call.complain(&format!("let: {expression}: {error}"));
                return Ok(1);
            }
        };
    }
    Ok(i32::from(value == 0))
}

impl Call<'_> {
    /// `type -t`
    fn sort_of(&mut self, name: &str) -> Option<&'static str> {
        Some(match name {
            name if self.memory.aliases.contains_key(name) => "alias",
            name if crate::syntax::is_reserved(name) => "keyword",
            name if self.memory.functions.contains_key(name) => "function",
            name if is_builtin(name) => "builtin",
            name => self.world.program(name).map(|_| "file")?,
        })
    }

    /// What a name is, in words, or as `command -v` says it.
    pub fn what_is(&mut self, name: &str, brief: bool) -> Option<String> {
        if let Some(value) = self.memory.aliases.get(name) {
            return Some(if brief {
                format!("alias {name}='{value}'")
            } else {
                format!("{name} is aliased to `{value}'")
            });
        }
        if crate::syntax::is_reserved(name) {
            return Some(if brief { name.into() } else { format!("{name} is a shell keyword") });
        }
        if self.memory.functions.contains_key(name) {
            return Some(if brief { name.into() } else { format!("{name} is a function") });
        }
        if is_builtin(name) {
            return Some(if brief { name.into() } else { format!("{name} is a shell builtin") });
        }
        let path = self.world.program(name)?;
        Some(if brief { path } else { format!("{name} is {path}") })
    }
}
