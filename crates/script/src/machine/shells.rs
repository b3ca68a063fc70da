//! Shells inside the shell, and programs that the shell itself knows: `sleep`, `timeout`.

use super::frame::Frame;
use super::told::{Told, cannot_open, is_shell, span};
use super::{Around, Input, Machine, Program, State, Task};
use crate::{Dialect, Memory};
use api::FlatMap;
use std::time::Duration;

impl Machine {
    /// A path is run as a script; any other name is not found.
    pub(super) fn script_file(&mut self, task: &mut Task, program: Program, around: &mut dyn Around) {
        let name = program.args[0].clone();
        let (problem, status) = match read_script(&name, &task.memory.cwd, around) {
            Ok(text) => {
                let words = text
                    .lines()
                    .next()
                    .and_then(|line| line.strip_prefix("#!"))
                    .unwrap_or("/bin/sh")
                    .split_whitespace();
                let mut shell: Vec<String> = words.map(str::to_owned).collect();
                if shell.first().is_some_and(|first| vfs::path::name(first) == "env") {
                    shell.remove(0);
                }
                let first = shell.first().cloned().unwrap_or_default();
                if is_shell(&first) && around.program(vfs::path::name(&first)).is_some() {
                    shell.extend(program.args);
                    return self.shell(task, &shell, program.env, around);
                }
                ("not found".to_owned(), 127)
            }
            Err((problem, status)) => (problem, status),
        };
        let problem = match task.memory.dialect {
            Dialect::Bash if !name.contains('/') => "command not found".to_owned(),
            Dialect::Bash => problem,
            _ if status == 127 => "not found".to_owned(),
            _ => problem,
        };
        self.complain(task, &format!("{name}: {problem}"), around);
        task.value = Ok(status);
    }

    /// A shell inside the shell.
    pub(super) fn shell(
        &mut self,
        task: &mut Task,
        args: &[String],
        env: FlatMap<String, String>,
        around: &mut dyn Around,
    ) {
        let told = Told::of(args);
        let memory = told.memory(task.memory.child(env), &args[0]);
        let text = match (&told.text, &told.file) {
            (Some(text), _) => text.clone(),
            (None, Some(file)) => {
                let path = vfs::path::resolve(&memory.cwd, file);
                match crate::files(around, |files| files.read_text(&path)).unwrap_or(Err(vfs::Error::NotFound)) {
                    Ok(text) => text,
                    Err(error) => {
                        let text = cannot_open(&memory, &told.name, file, &error.to_string());
                        self.put(&task.io.err.clone(), &text, around);
                        task.value = Ok(if memory.dialect == Dialect::Bash { 127 } else { 2 });
                        return;
                    }
                }
            }
            (None, None) => match task.io.stdin {
                Input::Null => String::new(),
                Input::Pipe(pipe) => self.pipe_of(pipe).map(|pipe| std::mem::take(&mut pipe.text)).unwrap_or_default(),
            },
        };
        self.process(task, memory, &text);
    }

    /// Another shell's process, which is waited for. If the shell gives up its own for it, it goes on as that.
    pub(super) fn process(&mut self, task: &mut Task, memory: Memory, text: &str) {
        if let [Frame::Exec] = task.frames[..] {
            let pid = task.memory.pid;
            task.memory = Memory { pid, ..memory };
            task.frames.clear();
            return task.push(Frame::text(text));
        }
        let before = std::mem::replace(&mut task.memory, memory);
        self.child(task, task.io.clone(), Frame::text(text));
        task.memory = before;
        if let State::Tasks(ids, _) = &task.state
            && let Some(child) = ids.first().and_then(|id| self.find_mut(*id))
        {
            child.memory.pid = child.id;
        }
    }

    pub(super) fn sleep(&mut self, task: &mut Task, args: &[String], around: &mut dyn Around) {
        let mut total = Duration::ZERO;
        for word in &args[1..] {
            let Some(span) = span(word) else {
                let text = match task.memory.dialect {
                    Dialect::Busybox => format!("sleep: invalid number '{word}'\n"),
                    _ => format!(
                        "sleep: invalid time interval \u{2018}{word}\u{2019}\nTry 'sleep --help' for more information.\n"
                    ),
                };
                self.put(&task.io.err.clone(), &text, around);
                task.value = Ok(1);
                return;
            };
            total += span;
        }
        if args.len() == 1 {
            self.put(&task.io.err.clone(), "sleep: missing operand\n", around);
            task.value = Ok(1);
            return;
        }
        self.slept = self.slept.saturating_add(total);
        task.value = Ok(0);
        task.state = State::Sleep(self.clock + total);
    }

    /// `timeout SECONDS COMMAND`
    pub(super) fn timeout(&mut self, task: &mut Task, args: Vec<String>, env: FlatMap<String, String>) {
        let mut rest = &args[1..];
        while let Some((flag, more)) = rest.split_first().filter(|(flag, _)| flag.starts_with('-')) {
            rest = if matches!(flag.as_str(), "-s" | "-k" | "-t") { more.get(1..).unwrap_or_default() } else { more };
        }
        let Some((limit, command)) = rest.split_first().and_then(|(limit, rest)| Some((span(limit)?, rest))) else {
            task.value = Ok(125);
            return;
        };
        let before = std::mem::take(&mut task.memory);
        task.memory = Memory { variables: before.child(env).variables, ..before.clone() };
        self.child(task, task.io.clone(), Frame::Run(command.to_vec()));
        task.memory = before;
        if let State::Tasks(_, until) = &mut task.state {
            *until = Some(self.clock + limit);
        }
    }
}

/// A script's text at a path; else what is wrong with it, and the exit status for that.
fn read_script(name: &str, cwd: &str, around: &mut dyn Around) -> Result<String, (String, i32)> {
    let path = vfs::path::resolve(cwd, name);
    if !name.contains('/') {
        return Err(("not found".into(), 127));
    }
    let stat = crate::files(around, |files| files.stat(&path)).unwrap_or(Err(vfs::Error::NotFound));
    match stat {
        Err(error) => Err((error.to_string(), 127)),
        Ok(stat) if stat.directory => Err(("Is a directory".into(), 126)),
        Ok(stat) if stat.mode & 0o111 == 0 => Err(("Permission denied".into(), 126)),
        Ok(_) => crate::files(around, |files| files.read_text(&path))
            .unwrap_or(Err(vfs::Error::NotFound))
            .map_err(|error| (error.to_string(), 126)),
    }
}
