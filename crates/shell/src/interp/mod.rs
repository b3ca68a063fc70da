//! The interpreter: a tree of commands, run in virtual time.

mod builtins;
mod compound;
mod jobs;
mod pipes;
mod redirect;
mod repl;
mod simple;
mod words;

pub(crate) use builtins::names as builtin_names;
pub use repl::{Rest, repl, terminal};
pub(crate) use script::glob;
pub use script::{Flow, Jump};
pub(crate) use words::There;

use crate::process::{BoxFuture, Io, Kernel, Pipe, Place, System, join_all};
use crate::process::{Input, Output};
use crate::syntax::{Command, Compound, Item, Join, Pipeline, Redirect, Script};
use pipes::{PipeEnds, killed_by_pipe};
use script::{Dialect, Elements, Memory, Variable};
use std::cell::RefMut;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

/// How deep functions may call each other, and shells start shells: a browser's stack is small.
const MAX_CALLS: usize = 40;

/// A shell: a place, what it knows, and the commands that change that. A clone is a subshell.
#[derive(Clone)]
pub struct Shell {
    /// What it shares with all processes of the session.
    pub kernel: Rc<Kernel>,
    /// Where it runs.
    pub place: Place,
    /// What it knows.
    pub memory: Memory,
    /// How deep it was when this shell began: what a line leaves behind is cut back to it.
    base_calls: usize,
    /// The number of the command line that runs, by which the cluster knows it.
    typed: Option<usize>,
}

impl Deref for Shell {
    type Target = Memory;
    fn deref(&self) -> &Memory {
        &self.memory
    }
}

impl DerefMut for Shell {
    fn deref_mut(&mut self) -> &mut Memory {
        &mut self.memory
    }
}

impl Shell {
    /// A shell at a place; none if the place is gone.
    pub fn new(kernel: &Rc<Kernel>, place: Place) -> Option<Shell> {
        const PID: usize = 2100;
        let identity = kernel.system().identity(&place)?;
        let dialect = match &place {
            Place::Container { .. } if kernel.system().is_busybox(&place) => Dialect::Busybox,
            Place::Container { .. } => Dialect::Dash,
            Place::Workstation | Place::Node(_) => Dialect::Bash,
        };
        let memory = Memory { dialect, cwd: identity.cwd.clone(), name: identity.shell, pid: PID, ..Memory::default() };
        let mut shell = Shell { kernel: kernel.clone(), place, memory, base_calls: 0, typed: None };
        let own =
            [("HOME", identity.home), ("PWD", identity.cwd), ("USER", identity.user), ("HOSTNAME", identity.hostname)];
        let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
        for (name, value) in own.chain(identity.env) {
            shell.variables.insert(name, Variable::exported(value));
        }
        shell.variables.insert("PS1".into(), Variable { value: identity.prompt, ..Variable::default() });
        Some(shell)
    }

    /// A shell that knows this.
    pub(crate) fn with(kernel: &Rc<Kernel>, place: Place, memory: Memory) -> Shell {
        Shell { kernel: kernel.clone(), place, memory, base_calls: 0, typed: None }
    }

    /// This shell, as a process of another kernel.
    pub(crate) fn moved_to(&self, kernel: &Rc<Kernel>) -> Shell {
        Shell { kernel: kernel.clone(), ..self.clone() }
    }

    /// The shell's own error, as bash words it.
    pub(crate) fn complain(&self, io: &Io, text: &str) {
        io.stderr.write(&self.kernel, &self.complaint(text));
    }

    /// Runs text, to the end or to the first syntax error.
    pub fn run_text<'a>(&'a mut self, text: &'a str, io: Io) -> BoxFuture<'a, Flow> {
        Box::pin(async move {
            let mut rest = text;
            loop {
                let done = text.len() - rest.trim_start().len();
                self.line = 1 + text[..done].matches('\n').count();
                match crate::syntax::parse_one(rest, &self.aliases) {
                    Ok(None) => return Ok(self.status),
                    Ok(Some((script, used))) => {
                        rest = &rest[used..];
                        match self.script(&script, &io).await {
                            Ok(status) => self.status = status,
                            Err(Jump::Fail(status)) if self.interactive => self.status = status,
                            Err(jump) => return Err(jump),
                        }
                    }
                    Err(error) => {
                        self.complain(&io, &error.to_string());
                        self.status = 2;
                        return Ok(2);
                    }
                }
            }
        })
    }

    /// Runs commands one after the other.
    pub(crate) fn script<'a>(&'a mut self, script: &'a Script, io: &'a Io) -> BoxFuture<'a, Flow> {
        Box::pin(async move {
            let mut status = 0;
            for item in script.0.iter() {
                status = self.item(item, io).await?;
                self.status = status;
            }
            Ok(status)
        })
    }

    async fn item(&mut self, item: &Item, io: &Io) -> Flow {
        if item.background {
            return Ok(self.start_job(item, io));
        }
        // Whoever leaves early (`break`, `return`) leaves this as it was found.
        let tested = self.tested;
        self.tested = tested + usize::from(!item.rest.is_empty());
        let mut status = self.pipeline(&item.first, io).await;
        for (i, (join, pipeline)) in item.rest.iter().enumerate() {
            let Ok(last) = status else { break };
            let is_last = i + 1 == item.rest.len();
            self.status = last;
            self.tested = tested + usize::from(!is_last);
            if (*join == Join::And) == (last == 0) {
                status = self.pipeline(pipeline, io).await;
            } else if is_last {
                // Nothing ran after the test: its failure is no error.
                return Ok(last);
            }
        }
        self.tested = tested;
        let status = status?;
        match status != 0 && self.tested == 0 && !item.first.negated && self.options.contains(&'e') {
            true => Err(Jump::Exit(status)),
            false => Ok(status),
        }
    }

    async fn pipeline(&mut self, pipeline: &Pipeline, io: &Io) -> Flow {
        let start = self.kernel.now();
        let status = match pipeline.commands.as_slice() {
            [command] => self.command(command, io).await?,
            commands => self.piped(commands, io).await,
        };
        if pipeline.timed {
            let took = self.kernel.now().since(start).as_secs_f64();
            let (minutes, seconds) = ((took / 60.0).floor(), took % 60.0);
            io.stderr.write(&self.kernel, &format!("\nreal\t{minutes}m{seconds:.3}s\nuser\t0m0.000s\nsys\t0m0.000s\n"));
        }
        Ok(if pipeline.negated { i32::from(status == 0) } else { status })
    }

    /// Runs commands side by side, each in a subshell, each reading what the one before it writes.
    async fn piped(&mut self, commands: &[Command], io: &Io) -> i32 {
        let mut running: Vec<BoxFuture<'_, i32>> = Vec::new();
        let mut before: Option<Rc<Pipe>> = None;
        for (i, command) in commands.iter().enumerate() {
            let mut io = io.clone();
            let after = (i + 1 < commands.len()).then(|| Rc::new(Pipe::default()));
            let ends = PipeEnds { reads: std::mem::replace(&mut before, after.clone()), writes: after };
            if let Some(pipe) = &ends.reads {
                io.stdin = Input::Pipe(pipe.clone());
            }
            if let Some(pipe) = &ends.writes {
                io.stdout = Output::Pipe(pipe.clone());
            }
            let mut subshell = self.clone();
            running.push(Box::pin(async move {
                let _ends = ends;
                let flow = {
                    let body = subshell.command(command, &io);
                    killed_by_pipe(body, &io.stdout).await
                };
                subshell.finish(flow)
            }));
        }
        let statuses = join_all(running).await;
        self.set_elements("PIPESTATUS", Elements::of(statuses.iter().map(i32::to_string)));
        let last = statuses.last().copied().unwrap_or(0);
        match self.options.contains(&'P') {
            true => statuses.iter().rev().copied().find(|status| *status != 0).unwrap_or(0),
            false => last,
        }
    }

    /// Ends a shell: what `trap` was told to do at its end is done.
    pub(crate) async fn leave(&mut self, flow: Flow, io: &Io) -> i32 {
        let status = self.finish(flow);
        let Some(command) = self.traps.remove("EXIT") else { return status };
        self.status = status;
        match self.run_text(&command, io.clone()).await {
            Err(Jump::Exit(status)) => status,
            _ => status,
        }
    }

    /// The exit status with which a subshell ends.
    pub(crate) fn finish(&self, flow: Flow) -> i32 {
        match flow {
            Ok(status) | Err(Jump::Exit(status) | Jump::Return(status) | Jump::Fail(status)) => status,
            Err(Jump::Break(_) | Jump::Continue(_)) => 0,
        }
    }

    fn command<'a>(&'a mut self, command: &'a Command, io: &'a Io) -> BoxFuture<'a, Flow> {
        Box::pin(async move {
            self.kernel.breathe().await;
            match command {
                Command::Simple(simple) => self.simple(simple, io).await,
                Command::Function(name, body) => {
                    self.functions.insert(name.clone(), body.clone());
                    Ok(0)
                }
                Command::Compound(compound, redirects) => self.redirected(compound, redirects, io).await,
            }
        })
    }

    async fn redirected(&mut self, compound: &Compound, redirects: &[Redirect], io: &Io) -> Flow {
        if redirects.is_empty() {
            return self.compound(compound, io).await;
        }
        match self.redirect(redirects, io).await? {
            Some(io) => self.compound(compound, &io).await,
            None => Ok(1),
        }
    }

    /// Whether a line being run by a person at a terminal.
    pub fn set_interactive(&mut self, interactive: bool) {
        self.interactive = interactive;
    }

    /// A shell at another place that this one waits for: what is nested in it counts.
    pub(crate) fn nested_in(&mut self, outer: &Shell) {
        self.calls = outer.calls + 1;
        self.typed = outer.typed;
    }

    /// The world, to do something in it on behalf of the command line that runs. Not to be held across an await.
    pub(crate) fn acting(&self) -> RefMut<'_, Box<dyn System>> {
        let mut system = self.kernel.system();
        system.on_behalf_of(self.typed);
        system
    }

    fn deeper(&mut self, io: &Io, name: &str) -> Result<(), Jump> {
        if self.calls >= MAX_CALLS {
            self.complain(io, &format!("{name}: maximum function nesting level exceeded ({MAX_CALLS})"));
            return Err(Jump::Fail(1));
        }
        self.calls += 1;
        Ok(())
    }
}
