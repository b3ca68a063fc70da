//! The commands that change the shell itself.

use super::{Flow, Jump, Shell, There};
use crate::process::{BoxFuture, Io};
use script::Reading;

/// A builtin: it gets the shell, the arguments (its own name first) and the streams.
pub(super) type Builtin = for<'a> fn(&'a mut Shell, Vec<String>, Io) -> BoxFuture<'a, Flow>;

macro_rules! table {
    ($($name:literal => $function:path),* $(,)?) => {
        /// The builtins' names and functions, sorted.
        const BUILTINS: &[(&str, Builtin)] = &[$(($name, |shell, arguments, io| Box::pin($function(shell, arguments, io)))),*];
    };
}

table! {
    "." => source, "bg" => jobs_bg, "builtin" => command, "command" => command, "eval" => eval, "exec" => exec,
    "fg" => jobs_fg, "help" => help, "history" => history, "jobs" => jobs_list, "kill" => jobs_kill,
    "mapfile" => mapfile, "read" => read, "readarray" => mapfile, "source" => source, "wait" => jobs_wait,
}

use super::jobs::{bg as jobs_bg, fg as jobs_fg, kill as jobs_kill, list as jobs_list, wait as jobs_wait};

/// The names of all builtins, those that are tools as well included.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    script::builtin_names()
}

impl Shell {
    pub(super) fn builtin(&self, name: &str) -> Option<Builtin> {
        BUILTINS.iter().find(|(builtin, _)| *builtin == name).map(|(_, function)| *function)
    }
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
            shell.callers.push("source".to_owned());
            let own = arguments[2..].to_vec();
            let parameters = (!own.is_empty()).then(|| std::mem::replace(&mut shell.parameters, own));
            let flow = shell.run_text(&text, io).await;
            shell.parameters = parameters.unwrap_or_else(|| std::mem::take(&mut shell.parameters));
            shell.callers.pop();
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
                let text = script::Call::new(&mut shell.memory.clone(), &mut There::of(shell), &[]).what_is(name, true);
                if let Some(text) = text {
                    io.stdout.write(&shell.kernel, &format!("{text}\n"));
                    status = 0;
                }
            }
            Ok(status)
        }
        _ => shell.call(arguments, Vec::new(), &io, false).await,
    }
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

/// `read`
async fn read(shell: &mut Shell, arguments: Vec<String>, io: Io) -> Flow {
    let reading = Reading::new(&arguments);
    if io.stdin.is_terminal() {
        io.stderr.write(&shell.kernel, &reading.prompt);
    }
    let mut line = io.stdin.line(&shell.kernel).await;
    // Another end than that of the line may come lines later.
    while reading.end != '\n'
        && let Some(begun) = line.as_mut().filter(|line| !line.contains(reading.end))
        && let Some(more) = io.stdin.line(&shell.kernel).await
    {
        begun.push_str(&more);
    }
    Ok(reading.give(&mut shell.memory, line))
}

/// `mapfile`, `readarray`
async fn mapfile(shell: &mut Shell, arguments: Vec<String>, io: Io) -> Flow {
    let text = io.stdin.all(&shell.kernel).await;
    script::mapfile(&mut shell.memory, &arguments, &text);
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
    names.retain(|name| script::is_builtin(name) || shell.find(name).is_some());
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
