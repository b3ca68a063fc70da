//! The loop of an interactive shell: read a line, run it, again.

use super::{Jump, Shell};
use crate::process::{Chunk, Front, Input, Io, Output, Stream, Want};
use crate::syntax::{self, Error};
use std::cell::RefCell;
use std::rc::Rc;

/// The prompt for the rest of an unfinished command.
const MORE: &str = "> ";

/// Where a shell leaves a copy of itself whenever it waits for a command.
pub type Rest = Rc<RefCell<Option<Shell>>>;

/// Runs what is typed until `exit` or Ctrl-D; the exit status.
pub async fn repl(mut shell: Shell, io: Io, rest: Option<Rest>) -> i32 {
    let kernel = shell.kernel.clone();
    let _inside = kernel.enter();
    let depth = kernel.depth.get() - 1;
    shell.set_interactive(true);
    shell.base_calls = shell.calls;
    let mut buffer = String::new();
    loop {
        if buffer.is_empty() {
            shell.report_jobs();
        }
        kernel.publish(Front::of(&shell));
        let prompt = if buffer.is_empty() { prompt(&shell) } else { MORE.to_owned() };
        kernel.begins.set(buffer.is_empty());
        if let Some(rest) = &rest {
            rest.replace(buffer.is_empty().then(|| shell.clone()));
        }
        let Ok(line) = kernel.interruptible(kernel.next_typed(Want::Command(prompt.clone()))).await else {
            kernel.show(Chunk::Command { prompt, text: "^C".into(), at: kernel.now(), depth });
            kernel.show(Chunk::Exit { status: 130, depth });
            buffer.clear();
            shell.status = 130;
            continue;
        };
        let ended = line.is_none();
        if let Some(rest) = &rest {
            rest.take();
        }
        match line {
            Some(line) => {
                buffer.push_str(&line);
                buffer.push('\n');
            }
            None if buffer.trim().is_empty() => return shell.status,
            None => {}
        }
        if let Some(status) = run_buffer(&mut shell, &io, &mut buffer, depth, ended).await {
            return status;
        }
    }
}

/// Runs the complete commands at the beginning of the buffer; the exit status if one of them ended the shell.
async fn run_buffer(shell: &mut Shell, io: &Io, buffer: &mut String, depth: usize, ended: bool) -> Option<i32> {
    let kernel = shell.kernel.clone();
    loop {
        let parsed = syntax::parse_one(buffer, &shell.aliases);
        let (used, script, error) = match parsed {
            Ok(None) => {
                buffer.clear();
                return None;
            }
            Err(Error::Incomplete(_)) if !ended => return None,
            Ok(Some((_, used))) if !ended && used >= buffer.len() && goes_on(buffer) => return None,
            Err(Error::Incomplete(text)) => (buffer.len(), None, text),
            Err(Error::Syntax(text)) => {
                (syntax::line_end(buffer.trim_start()) + buffer.len() - buffer.trim_start().len(), None, text)
            }
            Ok(Some((script, used))) => (used, Some(script), String::new()),
        };
        let rest = buffer.split_off(used.min(buffer.len()));
        let text = std::mem::replace(buffer, rest).trim().to_owned();
        shell.typed = kernel.system().begin_command(&text);
        remember(shell, &text);
        kernel.show(Chunk::Command { prompt: prompt(shell), text, at: kernel.now(), depth });
        let status = match script {
            None => {
                shell.complain(io, &error);
                2
            }
            Some(script) => {
                let flow = kernel.interruptible(shell.script(&script, io)).await;
                match flow {
                    Err(_) => {
                        kernel.emit(Stream::Stderr, "^C\n");
                        130
                    }
                    Ok(Err(Jump::Exit(status))) => {
                        kernel.show(Chunk::Exit { status, depth });
                        return Some(status);
                    }
                    Ok(flow) => shell.finish(flow),
                }
            }
        };
        shell.after_line(status);
        kernel.show(Chunk::Exit { status, depth });
    }
}

/// Whether the last line ends with a backslash that is not quoted by another one: it goes on in the next line.
fn goes_on(text: &str) -> bool {
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.rsplit_once('\n').map_or(line, |(_, last)| last);
    let backslashes = line.len() - line.trim_end_matches('\\').len();
    backslashes % 2 == 1 && !line.trim_start().starts_with('#')
}

/// Keeps a line in the history, unless it repeats the last one or begins with a blank.
fn remember(shell: &Shell, text: &str) {
    let mut history = shell.kernel.history.borrow_mut();
    if !text.is_empty() && !text.starts_with(' ') && history.last().is_none_or(|last| last != text) {
        history.push(text.to_owned());
    }
}

/// `PS1` with `\u`, `\h`, `\w`, `\W` and `\$` replaced.
fn prompt(shell: &Shell) -> String {
    let home = shell.get("HOME").unwrap_or_default();
    let shown = match vfs::path::below(home, &shell.cwd) {
        Some("") if !home.is_empty() => "~".to_owned(),
        Some(rest) if home.len() > 1 => format!("~/{rest}"),
        _ => shell.cwd.clone(),
    };
    let user = shell.get("USER").unwrap_or_default();
    let mut out = String::new();
    let mut chars = shell.get("PS1").unwrap_or("$ ").chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some('u')) => out.push_str(user),
            ('\\', Some('h')) => out.push_str(shell.get("HOSTNAME").unwrap_or_default()),
            ('\\', Some('w')) => out.push_str(&shown),
            ('\\', Some('W')) => out.push_str(vfs::path::name(&shown)),
            ('\\', Some('$')) => out.push(if user == "root" { '#' } else { '$' }),
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('[' | ']')) => {}
            (c, None) => out.push(c),
            (_, Some(c)) => out.push(c),
        }
    }
    out
}

impl Shell {
    /// Forgets what an interrupted or failed line may have left half done.
    fn after_line(&mut self, status: i32) {
        (self.status, self.calls, self.tested) = (status, self.base_calls, 0);
        let locals = std::mem::take(&mut self.locals);
        for (name, old) in locals.into_iter().rev().flatten() {
            match old {
                Some(old) => drop(self.variables.insert(name, old)),
                None => drop(self.variables.remove(&name)),
            }
        }
    }
}

impl Front {
    fn of(shell: &Shell) -> Front {
        Front {
            place: shell.place.clone(),
            cwd: shell.cwd.clone(),
            aliases: shell.aliases.clone(),
            variables: shell.variables.iter().map(|(name, variable)| (name.clone(), variable.value.clone())).collect(),
            functions: shell.functions.keys().cloned().collect(),
        }
    }
}

/// The terminal's streams.
pub fn terminal(interactive: bool) -> Io {
    Io {
        stdin: if interactive { Input::Terminal } else { Input::Null },
        stdout: Output::Terminal(Stream::Stdout),
        stderr: Output::Terminal(Stream::Stderr),
    }
}
