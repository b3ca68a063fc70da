//! Simple commands: functions, builtins, processes, programs.

use super::frame::{Frame, Source};
use super::tail::follows;
use super::told::is_shell;
use super::work::Work;
use super::{Around, Input, MAX_CALLS, Machine, Output, Program, Ran, START, State, Task};
use crate::syntax::Simple;
use crate::{Call, Dialect, Jump, Prepared, Reading, builtin};
use api::FlatMap;
use std::sync::Arc;
use std::time::Duration;

/// What a script asks a server for, again and again.
#[derive(Clone, Debug, Default)]
pub(super) struct Habit {
    /// The command.
    args: Vec<String>,
    /// How often it has come, one after the other without a long pause.
    times: u32,
    /// How long the script had slept when it came last.
    slept: Duration,
}

/// A command that comes so often with pauses shorter than [`LONG`] between is a habit: it is carried once in [`SAMPLE`], and
/// each time stands for all that would have come meanwhile.
const HABIT: u32 = 3;
const LONG: Duration = Duration::from_secs(1);
/// How often what a script asks again and again is carried; each time stands for all that it would have asked meanwhile.
pub const SAMPLE: Duration = Duration::from_secs(1);

impl Machine {
    /// Runs a simple command whose words are known.
    pub(super) fn simple(
        &mut self,
        task: &mut Task,
        simple: &Arc<Simple>,
        prepared: Prepared,
        around: &mut dyn Around,
    ) {
        let Prepared { arguments, redirects, own } = prepared;
        let Some(io) = self.open(task, &redirects, around) else {
            task.value = Ok(if task.memory.dialect == Dialect::Bash { 1 } else { 2 });
            return;
        };
        if task.memory.has('x') {
            let shown = task.memory.traced(&own, &arguments);
            self.put(&task.io.err, &shown, around);
        }
        let Some(name) = arguments.first().cloned() else {
            task.value = Ok(task.memory.substituted.unwrap_or(0));
            return;
        };
        if name == "exec" && arguments.len() == 1 {
            task.io = io;
            task.value = Ok(0);
            return;
        }
        if io != task.io {
            let before = std::mem::replace(&mut task.io, io);
            task.push(Frame::Restore(before));
        }
        self.call(task, arguments, own, true, around);
        if !simple.lists.is_empty()
            && let Ok(status) = task.value
        {
            self.expand(task, Work::Lists(simple.clone(), status), around);
        }
    }

    /// Runs a command by its name, with variables of its own.
    pub(super) fn call(
        &mut self,
        task: &mut Task,
        mut args: Vec<String>,
        own: Vec<(String, String)>,
        functions: bool,
        around: &mut dyn Around,
    ) {
        let Some(name) = args.first().cloned() else {
            task.value = Ok(0);
            return;
        };
        if functions && let Some(body) = task.memory.functions.get(&name).cloned() {
            if task.memory.calls >= MAX_CALLS {
                self.complain(task, &format!("{name}: maximum function nesting level exceeded ({MAX_CALLS})"), around);
                task.value = Err(Jump::Fail(1));
                return;
            }
            args.remove(0);
            let parameters = std::mem::replace(&mut task.memory.parameters, args);
            let hidden = task.memory.swap_in(own);
            task.memory.locals.push(FlatMap::new());
            task.memory.callers.push(name);
            task.memory.calls += 1;
            task.push(Frame::Function(parameters, hidden));
            return self.begin(task, &body, around);
        }
        if let Some(builtin) = builtin(&name) {
            let hidden = task.memory.swap_in(own);
            let mut call = Call::new(&mut task.memory, around, &args);
            task.value = builtin(&mut call);
            let (out, err) = (call.out, call.err);
            task.memory.swap_out(hidden);
            self.put(&task.io.out.clone(), &out, around);
            self.put(&task.io.err.clone(), &err, around);
            return self.end_if_broken(task);
        }
        if !own.is_empty() && matches!(name.as_str(), "." | "source" | "eval" | "read") {
            let hidden = task.memory.swap_in(own.clone());
            task.push(Frame::Own(hidden));
        }
        match name.as_str() {
            "." | "source" => self.source(task, args, around),
            "eval" => {
                let text = args[1..].join(" ");
                task.memory.calls += 1;
                task.push(Frame::Text(text.into(), 0, Source::Words));
                if task.memory.calls > MAX_CALLS {
                    task.value = Err(Jump::Fail(2));
                }
            }
            "exec" => {
                args.remove(0);
                let mut env = task.memory.environment();
                env.extend(own);
                // Nothing of the shell is left but what it has opened.
                task.frames.clear();
                task.memory.traps.clear();
                task.push(Frame::Exec);
                self.program(task, args, env, around);
            }
            "command" if matches!(args.get(1).map(String::as_str), Some("-v" | "-V")) => {
                let (mut out, mut status) = (String::new(), 127);
                for name in &args[2..] {
                    let mut memory = task.memory.clone();
                    if let Some(text) = Call::new(&mut memory, around, &[]).what_is(name, args[1] == "-v") {
                        out.push_str(&format!("{text}\n"));
                        status = 0;
                    }
                }
                self.put(&task.io.out.clone(), &out, around);
                task.value = Ok(status);
            }
            "command" | "builtin" => {
                args.remove(0);
                self.call(task, args, own, false, around);
            }
            "wait" => self.wait(task, &args[1..]),
            "kill" => self.kill(task, &args[1..], around),
            "read" => {
                let reading = Reading::new(&args);
                self.put(&task.io.err.clone(), &reading.prompt, around);
                match task.io.stdin {
                    Input::Null => task.value = Ok(reading.give(&mut task.memory, None)),
                    Input::Pipe(pipe) => {
                        task.state = State::Line(pipe, reading.end);
                        task.frames.push(Frame::Read(args));
                    }
                }
            }
            "jobs" | "bg" | "fg" | "history" | "help" => task.value = Ok(0),
            _ => {
                let mut env = task.memory.environment();
                env.extend(own);
                self.program(task, args, env, around);
            }
        }
    }

    /// `. FILE`
    fn source(&mut self, task: &mut Task, args: Vec<String>, around: &mut dyn Around) {
        let path = vfs::path::resolve(&task.memory.cwd, args.get(1).map_or("", String::as_str));
        let read = crate::files(around, |files| files.read_text(&path)).unwrap_or(Err(vfs::Error::NotFound));
        match read {
            Ok(text) if task.memory.calls < MAX_CALLS => {
                task.memory.calls += 1;
                if args.len() > 2 {
                    task.memory.parameters = args[2..].to_vec();
                }
                task.push(Frame::Text(text.into(), 0, Source::File));
            }
            Ok(_) => task.value = Err(Jump::Fail(2)),
            Err(error) => {
                self.complain(
                    task,
                    &format!("{}{}: {error}", cant_open(task), args.get(1).map_or("", String::as_str)),
                    around,
                );
                task.value = if task.memory.dialect == Dialect::Bash { Ok(1) } else { Err(Jump::Exit(2)) };
            }
        }
    }

    /// Runs a program: what the shell knows about, or what there is around.
    pub(super) fn program(
        &mut self,
        task: &mut Task,
        mut args: Vec<String>,
        env: FlatMap<String, String>,
        around: &mut dyn Around,
    ) {
        let mut env = env;
        while let Some(name) = args.first() {
            match vfs::path::name(name) {
                "nohup" | "time" | "nice" | "setsid" | "exec" => drop(args.remove(0)),
                "env" if args.len() > 1 && !args[1].starts_with('-') => {
                    args.remove(0);
                    while let Some((name, value)) = args.first().and_then(|word| word.split_once('=')) {
                        env.insert(name.to_owned(), value.to_owned());
                        args.remove(0);
                    }
                }
                _ => break,
            }
        }
        let Some(name) = args.first().cloned() else {
            task.value = Ok(0);
            return;
        };
        if !matches!(task.frames[..], [Frame::Exec]) {
            self.work(START);
        }
        match vfs::path::name(&name) {
            "echo" | "printf" | "test" | "[" | "true" | "false" | "pwd" => {
                args[0] = vfs::path::name(&name).to_owned();
                self.call(task, args, Vec::new(), false, around);
            }
            _ if is_shell(&name) && around.program(vfs::path::name(&name)).is_some() => {
                self.shell(task, &args, env, around)
            }
            "sleep" => self.sleep(task, &args, around),
            "tail" if follows(&args) => self.tail(task, &args, around),
            "timeout" => self.timeout(task, args, env),
            "yes" => {
                let line = if args.len() > 1 { args[1..].join(" ") } else { "y".into() };
                let mut memory = task.memory.child(env);
                memory.parameters = vec![line];
                self.process(task, memory, "while :; do echo \"$1\"; done");
            }
            "mapfile" | "readarray" => {
                let text = match task.io.stdin {
                    Input::Pipe(pipe) => {
                        self.pipe_of(pipe).map(|pipe| std::mem::take(&mut pipe.text)).unwrap_or_default()
                    }
                    Input::Null => String::new(),
                };
                crate::mapfile(&mut task.memory, &args, &text);
                task.value = Ok(0);
            }
            _ => self.there(task, args, env, around),
        }
    }

    /// Runs a program of the surroundings, or a file that is a script.
    pub(super) fn there(
        &mut self,
        task: &mut Task,
        args: Vec<String>,
        env: FlatMap<String, String>,
        around: &mut dyn Around,
    ) {
        let (stdin, complete) = match task.io.stdin {
            Input::Null => (String::new(), true),
            Input::Pipe(pipe) => {
                (self.pipe_of(pipe).map(|pipe| pipe.text.clone()).unwrap_or_default(), !self.has_writer(pipe))
            }
        };
        let asks = matches!(vfs::path::name(&args[0]), "wget" | "curl");
        let program =
            Program { args, env, cwd: task.memory.cwd.clone(), stdin, complete, now: self.clock, task: task.id };
        match around.call(&program) {
            Ran::Done(outcome) => self.done(task, outcome, around),
            Ran::Wants => {
                if let Input::Pipe(pipe) = task.io.stdin {
                    task.state = State::Input(pipe, program.stdin.len());
                }
                task.frames.push(Frame::Again(program.args, program.env));
            }
            Ran::Later => {
                task.hold = if asks { self.habit(&program.args, around) } else { Duration::ZERO };
                task.state = State::Later;
            }
            Ran::Becomes => task.state = State::Program,
            Ran::NotFound => self.script_file(task, program, around),
        }
    }

    /// How long a question to a server stands for all that follow it; it is said if it is a habit.
    fn habit(&mut self, args: &[String], around: &mut dyn Around) -> Duration {
        let pause = self.slept.saturating_sub(self.habit.slept);
        self.habit.times = if self.habit.args == args && pause < LONG { self.habit.times + 1 } else { 0 };
        self.habit.args = args.to_vec();
        self.habit.slept = self.slept;
        if self.habit.times < HABIT {
            return Duration::ZERO;
        }
        let url = args.iter().find(|word| word.contains("://")).or_else(|| args.iter().rfind(|a| !a.starts_with('-')));
        around.ask(url.map_or("", String::as_str), pause);
        SAMPLE
    }

    /// What a program has done, at once or after it took its time.
    pub(super) fn done(&mut self, task: &mut Task, outcome: super::Outcome, around: &mut dyn Around) {
        if let Input::Pipe(pipe) = task.io.stdin
            && let Some(pipe) = self.pipe_of(pipe)
        {
            let mut read = outcome.read.min(pipe.text.len());
            while !pipe.text.is_char_boundary(read) {
                read += 1;
            }
            pipe.text.drain(..read);
        }
        self.put(&task.io.out.clone(), &outcome.out, around);
        self.put(&task.io.err.clone(), &outcome.err, around);
        task.value = Ok(outcome.status);
        let took = outcome.took.max(std::mem::take(&mut task.hold));
        task.state = if took.is_zero() { State::Ready } else { State::Sleep(self.clock + took) };
        self.end_if_broken(task);
    }

    /// A task that writes where nobody reads any more is ended.
    fn end_if_broken(&mut self, task: &mut Task) {
        if self.broken(&task.io.out) {
            task.frames.clear();
            task.memory.traps.clear();
            task.value = Ok(super::SIGPIPE);
        } else if let Output::Pipe(pipe) = task.io.out
            && self.full(pipe)
            && task.state == State::Ready
        {
            task.state = State::Room(pipe);
        } else if let Output::Pipe(pipe) = task.io.out
            && self.overfull(pipe)
        {
            task.frames.clear();
            task.value = Ok(2);
        }
    }
}

fn cant_open(task: &Task) -> &'static str {
    match task.memory.dialect {
        Dialect::Bash => "",
        Dialect::Busybox => "can't open ",
        Dialect::Dash => ".: cannot open ",
    }
}
