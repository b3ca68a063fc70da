//! The commands that change the shell itself.

use super::{Flow, Jump, Shell};
use crate::process::{BoxFuture, Io};

/// A builtin: it gets the shell, the arguments (its own name first) and the streams.
pub(super) type Builtin = for<'a> fn(&'a mut Shell, Vec<String>, Io) -> BoxFuture<'a, Flow>;

macro_rules! table {
    ($($name:literal => $function:path),* $(,)?) => {
        /// The builtins' names and functions, sorted.
        const BUILTINS: &[(&str, Builtin)] = &[$(($name, |shell, arguments, io| Box::pin($function(shell, arguments, io)))),*];
    };
}

table! {
    "." => source, ":" => nothing, "alias" => alias, "bg" => jobs_bg, "break" => leave, "builtin" => command, "cd" => cd,
    "command" => command, "complete" => nothing, "continue" => leave, "declare" => export, "eval" => eval, "exec" => exec, "exit" => leave,
    "export" => export, "fg" => jobs_fg, "help" => help, "history" => history, "jobs" => jobs_list, "kill" => jobs_kill,
    "dirs" => dirs, "getopts" => getopts, "hash" => nothing, "let" => let_, "local" => local, "logout" => leave, "mapfile" => mapfile,
    "popd" => popd, "printf" => printf, "pushd" => pushd, "read" => read, "readarray" => mapfile, "readonly" => export, "return" => leave, "set" => set,
    "shift" => shift, "shopt" => nothing, "source" => source, "trap" => trap, "type" => type_, "typeset" => export,
    "ulimit" => nothing, "umask" => nothing, "unalias" => unalias, "unset" => unset, "wait" => jobs_wait,
}

use super::jobs::{bg as jobs_bg, fg as jobs_fg, kill as jobs_kill, list as jobs_list, wait as jobs_wait};
use super::more::{dirs, getopts, mapfile, popd, printf, pushd, trap};
use super::variables::{alias, export, local, set, unalias, unset};

/// The names of all builtins, those that are tools as well included.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    BUILTINS.iter().map(|(name, _)| *name)
}

impl Shell {
    pub(super) fn builtin(&self, name: &str) -> Option<Builtin> {
        BUILTINS.iter().find(|(builtin, _)| *builtin == name).map(|(_, function)| *function)
    }
}

async fn nothing(_: &mut Shell, _: Vec<String>, _: Io) -> Flow {
    Ok(0)
}

async fn cd(shell: &mut Shell, arguments: Vec<String>, io: Io) -> Flow {
    let mut operands = arguments[1..].iter().filter(|a| !matches!(a.as_str(), "-L" | "-P" | "--"));
    let target = match (operands.next().map(String::as_str), operands.next()) {
        (_, Some(_)) => {
            shell.complain(&io, "cd: too many arguments");
            return Ok(1);
        }
        (None, _) => shell.get("HOME").unwrap_or("/").to_owned(),
        (Some("-"), _) => match shell.get("OLDPWD") {
            Some(old) => {
                let old = old.to_owned();
                io.stdout.write(&shell.kernel, &format!("{old}\n"));
                old
            }
            None => {
                shell.complain(&io, "cd: OLDPWD not set");
                return Ok(1);
            }
        },
        (Some(path), _) => path.to_owned(),
    };
    let path = vfs::path::resolve(&shell.cwd, &target);
    let stat = shell.kernel.files(&shell.place, |files| files.stat(&path)).unwrap_or(Err(vfs::Error::NotFound));
    let problem = match stat {
        Ok(stat) if stat.directory => {
            let old = std::mem::replace(&mut shell.cwd, path.clone());
            shell.set("OLDPWD", old);
            shell.set("PWD", path);
            return Ok(0);
        }
        Ok(_) => vfs::Error::NotDirectory,
        Err(error) => error,
    };
    shell.complain(&io, &format!("cd: {target}: {problem}"));
    Ok(1)
}

async fn shift(shell: &mut Shell, arguments: Vec<String>, _: Io) -> Flow {
    let n = arguments.get(1).map_or(Ok(1), |n| n.parse::<usize>()).unwrap_or(usize::MAX);
    if n > shell.parameters.len() {
        return Ok(1);
    }
    shell.parameters.drain(..n);
    Ok(0)
}

/// `break`, `continue`, `return`, `exit`.
async fn leave(shell: &mut Shell, arguments: Vec<String>, io: Io) -> Flow {
    let number = match arguments.get(1) {
        None => None,
        Some(text) => match text.parse::<i32>() {
            Ok(n) => Some(n),
            Err(_) => {
                shell.complain(&io, &format!("{}: {text}: numeric argument required", arguments[0]));
                Some(2)
            }
        },
    };
    let times = number.map_or(1, |n| usize::try_from(n).unwrap_or(1).max(1));
    let status = number.unwrap_or(shell.status) & 0xff;
    Err(match arguments[0].as_str() {
        "break" => Jump::Break(times),
        "continue" => Jump::Continue(times),
        "return" => Jump::Return(status),
        _ => Jump::Exit(status),
    })
}

async fn eval(shell: &mut Shell, arguments: Vec<String>, io: Io) -> Flow {
    shell.deeper(&io, "eval")?;
    let flow = shell.run_text(&arguments[1..].join(" "), io).await;
    shell.calls -= 1;
    flow
}

async fn source(shell: &mut Shell, arguments: Vec<String>, io: Io) -> Flow {
    let Some(name) = arguments.get(1) else {
        shell.complain(&io, &format!("{}: filename argument required", arguments[0]));
        return Ok(2);
    };
    let path = vfs::path::resolve(&shell.cwd, name);
    match shell.kernel.files(&shell.place, |files| files.read_text(&path)).unwrap_or(Err(vfs::Error::NotFound)) {
        Ok(text) => {
            shell.deeper(&io, name)?;
            let flow = shell.run_text(&text, io).await;
            shell.calls -= 1;
            match flow {
                Err(Jump::Return(status)) => Ok(status),
                flow => flow,
            }
        }
        Err(error) => {
            shell.complain(&io, &format!("{name}: {error}"));
            Ok(1)
        }
    }
}

/// `exec`: with a command, the shell ends with it.
async fn exec(shell: &mut Shell, mut arguments: Vec<String>, io: Io) -> Flow {
    arguments.remove(0);
    if arguments.is_empty() {
        return Ok(0);
    }
    let env = shell.environment();
    Err(Jump::Exit(shell.program(arguments, env, &io).await?))
}

/// `command NAME ...` passes functions and aliases by; `command -v NAME` says what a name is.
async fn command(shell: &mut Shell, mut arguments: Vec<String>, io: Io) -> Flow {
    arguments.remove(0);
    match arguments.first().map(String::as_str) {
        Some("-v") => {
            let mut status = 1;
            for name in &arguments[1..] {
                if let Some(text) = shell.what_is(name, true) {
                    io.stdout.write(&shell.kernel, &format!("{text}\n"));
                    status = 0;
                }
            }
            Ok(status)
        }
        _ => shell.call(arguments, Vec::new(), &io, false).await,
    }
}

async fn type_(shell: &mut Shell, arguments: Vec<String>, io: Io) -> Flow {
    let mut status = 0;
    if arguments.get(1).is_some_and(|flag| flag == "-t") {
        for name in &arguments[2..] {
            match shell.sort_of(name) {
                Some(sort) => io.stdout.write(&shell.kernel, &format!("{sort}\n")),
                None => status = 1,
            }
        }
        return Ok(status);
    }
    for name in arguments[1..].iter().filter(|a| !a.starts_with('-')) {
        match shell.what_is(name, false) {
            Some(text) => io.stdout.write(&shell.kernel, &format!("{text}\n")),
            None => {
                shell.complain(&io, &format!("type: {name}: not found"));
                status = 1;
            }
        }
    }
    Ok(status)
}

impl Shell {
    /// `type -t`
    fn sort_of(&self, name: &str) -> Option<&'static str> {
        Some(match name {
            name if self.aliases.contains_key(name) => "alias",
            name if crate::syntax::is_reserved(name) => "keyword",
            name if self.functions.contains_key(name) => "function",
            name if self.builtin(name).is_some() || crate::tools::is_shell_tool(name) => "builtin",
            name => self.find(name).map(|_| "file")?,
        })
    }

    fn what_is(&self, name: &str, brief: bool) -> Option<String> {
        if let Some(value) = self.aliases.get(name) {
            return Some(if brief {
                format!("alias {name}='{value}'")
            } else {
                format!("{name} is aliased to `{value}'")
            });
        }
        if crate::syntax::is_reserved(name) {
            return Some(if brief { name.into() } else { format!("{name} is a shell keyword") });
        }
        if self.functions.contains_key(name) {
            return Some(if brief { name.into() } else { format!("{name} is a function") });
        }
        if self.builtin(name).is_some() || crate::tools::is_shell_tool(name) {
            return Some(if brief { name.into() } else { format!("{name} is a shell builtin") });
        }
        self.find(name)?;
        let path = crate::tools::path_of(name);
        Some(if brief { path } else { format!("{name} is {path}") })
    }
}

async fn read(shell: &mut Shell, arguments: Vec<String>, io: Io) -> Flow {
    let mut names: Vec<String> = Vec::new();
    let (mut raw, mut array, mut end, mut most) = (false, None, '\n', None);
    let mut rest = arguments.into_iter().skip(1);
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "-t" | "-u" => drop(rest.next()),
            "-d" => end = rest.next().and_then(|text| text.chars().next()).unwrap_or('\0'),
            "-n" | "-N" => most = rest.next().and_then(|n| n.parse::<usize>().ok()),
            flags if flags.starts_with('-') && flags.len() > 1 => {
                raw |= flags.contains('r');
                match flags.chars().next_back() {
                    Some('a') => array = rest.next(),
                    Some('p') => io.stderr.write(&shell.kernel, &rest.next().unwrap_or_default()),
                    Some('d') => end = rest.next().and_then(|text| text.chars().next()).unwrap_or('\0'),
                    _ => {}
                }
            }
            _ => names.push(argument),
        }
    }
    let mut line = io.stdin.line(&shell.kernel).await;
    // Another end than that of the line may come lines later.
    while end != '\n'
        && let Some(begun) = line.as_mut().filter(|line| !line.contains(end))
        && let Some(more) = io.stdin.line(&shell.kernel).await
    {
        begun.push_str(&more);
    }
    let complete = line.as_ref().is_some_and(|line| line.contains(end));
    let mut text = line.unwrap_or_default();
    if let Some(at) = text.find(end) {
        text.truncate(at);
    }
    if let Some(most) = most {
        text = text.chars().take(most).collect();
    }
    if !raw {
        text = text.replace('\\', "");
    }
    let separators = shell.get("IFS").unwrap_or(" \t\n").to_owned();
    let blank = |c: char| separators.contains(c);
    if let Some(array) = array {
        let whole = text.trim_matches(|c: char| blank(c) && c.is_whitespace());
        let mut values: Vec<String> = whole.split(blank).map(str::to_owned).collect();
        values.retain(|value| !value.is_empty() || !separators.contains([' ', '\t']));
        if whole.is_empty() {
            values.clear();
        }
        shell.set_elements(&array, super::Elements::of(values));
        return Ok(i32::from(!complete));
    }
    if names.is_empty() {
        shell.set("REPLY", text);
        return Ok(i32::from(!complete));
    }
    let mut rest = text.trim_matches(|c: char| blank(c) && c.is_whitespace());
    for (i, name) in names.iter().enumerate() {
        let value = if i + 1 == names.len() {
            std::mem::take(&mut rest)
        } else {
            let end = rest.find(blank).unwrap_or(rest.len());
            let (value, more) = rest.split_at(end);
            let skip = more.chars().next().map_or(0, char::len_utf8);
            rest = more[skip..].trim_start_matches(|c: char| blank(c) && c.is_whitespace());
            value
        };
        shell.set(name, value);
    }
    Ok(i32::from(!complete))
}

async fn let_(shell: &mut Shell, arguments: Vec<String>, io: Io) -> Flow {
    let mut value = 0;
    for expression in &arguments[1..] {
        value = match super::arith::evaluate(expression, shell) {
            Ok(value) => value,
            Err(error) => {
                shell.complain(&io, &format!("let: {expression}: {error}"));
                return Ok(1);
            }
        };
    }
    Ok(i32::from(value == 0))
}

async fn history(shell: &mut Shell, arguments: Vec<String>, io: Io) -> Flow {
    if arguments.get(1).is_some_and(|a| a == "-c") {
        shell.kernel.history.borrow_mut().clear();
        return Ok(0);
    }
    let lines: String = {
        let history = shell.kernel.history.borrow();
        let count = arguments.get(1).and_then(|n| n.parse().ok()).unwrap_or(history.len());
        let skip = history.len().saturating_sub(count);
        history.iter().enumerate().skip(skip).map(|(i, line)| format!("{:5}  {line}\n", i + 1)).collect()
    };
    io.stdout.write(&shell.kernel, &lines);
    Ok(0)
}

impl Shell {
    /// The language that the environment names, else the session's.
    pub(crate) fn language(&self) -> api::Language {
        let environment = |name: &str| self.get(name).map(str::to_owned);
        api::Language::of_environment(environment).unwrap_or(self.kernel.language())
    }
}

async fn help(shell: &mut Shell, arguments: Vec<String>, io: Io) -> Flow {
    let language = shell.language();
    let mut names: Vec<&str> = names().chain(crate::tools::names()).collect();
    names.retain(|name| shell.builtin(name).is_some() || shell.find(name).is_some());
    let wanted = &arguments[1..];
    if let Some(unknown) = wanted.iter().find(|wanted| !names.contains(&wanted.as_str())) {
        let text =
            format!("no help topics match `{unknown}'.  Try `help help' or `man -k {unknown}' or `info {unknown}'.");
        shell.complain(&io, &format!("help: {text}"));
        return Ok(1);
    }
    api::sort(&mut names);
    names.dedup();
    names.retain(|name| if wanted.is_empty() { name.len() > 1 } else { wanted.iter().any(|wanted| wanted == name) });
    let line = |name: &&str| format!("{name:<14} {}\n", crate::tools::about::about(name, language));
    io.stdout.write(&shell.kernel, &names.iter().map(line).collect::<String>());
    Ok(0)
}
