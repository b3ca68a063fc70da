//! Simple commands: assignments, functions, builtins, programs.

use super::{Flow, Jump, Shell, There};
use crate::process::{BoxFuture, Io};
use crate::syntax::Simple;
use crate::tools::{self, Cx};
use api::FlatMap;
use script::{Opening, Prepared};
use std::rc::Rc;
use std::time::Duration;

/// What it takes to start a program: fork, exec, dynamic linking. A guess of a small virtual machine's speed; what matters
/// is that it is not nothing.
const START: Duration = Duration::from_millis(2);

impl Shell {
    pub(super) async fn simple(&mut self, simple: &Simple, io: &Io) -> Flow {
        let prepared = self.expanding(simple.runs(), io, &|expander| expander.simple(simple)).await?;
        let Prepared { arguments, redirects, own } = prepared;
        let Some(redirected) = self.open(&redirects, io) else { return Ok(1) };
        if self.has('x') {
            io.stderr.write(&self.kernel, &self.traced(&own, &arguments));
        }
        if arguments.is_empty() {
            // `$(< file)` is the file's text.
            if let ([(_, Opening::Read(_))], true) = (&redirects[..], simple.assignments.is_empty())
                && matches!(io.stdout, crate::process::Output::Pipe(_))
            {
                let text = redirected.stdin.all(&self.kernel).await;
                io.stdout.write(&self.kernel, &text);
            }
            return Ok(self.substituted.unwrap_or(0));
        }
        let status = self.call(arguments, own, &redirected, true).await?;
        for list in &simple.lists {
            self.expanding(true, io, &|expander| expander.give(list)).await?;
        }
        Ok(status)
    }

    /// Runs a command by its name, with variables of its own.
    pub(crate) fn call<'a>(
        &'a mut self,
        arguments: Vec<String>,
        own: Vec<(String, String)>,
        io: &'a Io,
        functions: bool,
    ) -> BoxFuture<'a, Flow> {
        Box::pin(async move {
            let Some(name) = arguments.first().cloned() else { return Ok(0) };
            if functions && let Some(body) = self.functions.get(&name).cloned() {
                return self.function(&name, &body, arguments, own, io).await;
            }
            if let Some(builtin) = script::builtin(&name) {
                let before = self.swap_in(own);
                let flow = self.run_builtin(builtin, &arguments, io);
                self.swap_out(before);
                return flow;
            }
            if let Some(builtin) = self.builtin(&name) {
                let before = self.swap_in(own);
                let flow = builtin(self, arguments, io.clone()).await;
                self.swap_out(before);
                return flow;
            }
            let mut env = self.environment();
            env.extend(own);
            self.program(arguments, env, io).await
        })
    }

    /// Runs a program of the place; its exit status.
    pub(crate) async fn program(&mut self, arguments: Vec<String>, env: FlatMap<String, String>, io: &Io) -> Flow {
        let name = arguments[0].clone();
        if !tools::is_shell_tool(&name) {
            self.kernel.sleep(START).await;
        }
        let Some(tool) = self.find(&name) else { return self.unknown(&name, arguments, env, io).await };
        self.deeper(io, &name)?;
        let cx = Cx { shell: Rc::new(self.clone()), args: arguments, env, io: io.clone() };
        let status = tool(cx).await;
        self.calls -= 1;
        Ok(status)
    }

    /// The tool that a command's name or path means at this place.
    pub(crate) fn find(&self, name: &str) -> Option<tools::Tool> {
        let base = match name.rsplit_once('/') {
            Some((dir, base)) => {
                ["/bin", "/usr/bin", "/sbin", "/usr/sbin", "/usr/local/bin"].contains(&dir).then_some(base)?
            }
            None => name,
        };
        let tool = tools::find(base)?;
        // Without a shell, what is part of one is nowhere either.
        let name = if tools::is_shell_tool(base) { "sh" } else { base };
        self.kernel.system().installed(&self.place, name).then_some(tool)
    }

    /// Where the file is that a name means as a program: itself if it is a path, else the first one in `PATH` that can be run.
    ///
    /// # Errors
    /// What is wrong with it, and the exit status that says so.
    pub(crate) fn program_path(&self, name: &str, env: &FlatMap<String, String>) -> Result<String, (String, i32)> {
        let look = |path: &str| match self
            .kernel
            .files(&self.place, |files| files.stat(path))
            .unwrap_or(Err(vfs::Error::NotFound))
        {
            Err(error) => Err((error.to_string(), 127)),
            Ok(stat) if stat.directory => Err(("Is a directory".into(), 126)),
            Ok(stat) if stat.mode & 0o111 == 0 => Err(("Permission denied".into(), 126)),
            Ok(_) => Ok(path.to_owned()),
        };
        if name.contains('/') {
            return look(&vfs::path::resolve(&self.cwd, name));
        }
        let path = env.get("PATH").map_or("", String::as_str);
        let mut there = path.split(':').map(|folder| vfs::path::join(&vfs::path::resolve(&self.cwd, folder), name));
        let found = there.find_map(|path| look(&path).ok());
        found.ok_or_else(|| {
            (if self.dialect == script::Dialect::Bash { "command not found" } else { "not found" }.into(), 127)
        })
    }

    /// Runs a program that is no tool: a script.
    async fn unknown(&mut self, name: &str, arguments: Vec<String>, env: FlatMap<String, String>, io: &Io) -> Flow {
        match self.program_path(name, &env) {
            Ok(path) => {
                let read = self.kernel.files(&self.place, |files| files.read_text(&path));
                let text = read.and_then(Result::ok).unwrap_or_default();
                self.deeper(io, name)?;
                let name = if name.contains('/') { name } else { &path };
                let status = self.child(env).run_script_text(name, &arguments[1..], &text, io).await;
                self.calls -= 1;
                Ok(status)
            }
            Err((problem, status)) => {
                self.complain(io, &format!("{name}: {problem}"));
                Ok(status)
            }
        }
    }

    /// Runs a builtin that neither waits nor runs commands.
    fn run_builtin(&mut self, builtin: script::Builtin, arguments: &[String], io: &Io) -> Flow {
        let mut there = There::of(self);
        let mut call = script::Call::new(&mut self.memory, &mut there, arguments);
        let flow = builtin(&mut call);
        let (out, err) = (call.out, call.err);
        io.stdout.write(&self.kernel, &out);
        io.stderr.write(&self.kernel, &err);
        flow
    }

    /// A new shell process: the environment is all it knows.
    pub(crate) fn child(&self, env: FlatMap<String, String>) -> Shell {
        Shell { memory: self.memory.child(env), ..self.clone() }
    }

    /// Runs a script with its own name and parameters; its exit status.
    pub(crate) async fn run_script_text(mut self, name: &str, parameters: &[String], text: &str, io: &Io) -> i32 {
        self.name = name.to_owned();
        self.parameters = parameters.to_vec();
        let flow = self.run_text(text, io.clone()).await;
        self.leave(flow, io).await
    }

    async fn function(
        &mut self,
        name: &str,
        body: &crate::syntax::Command,
        mut arguments: Vec<String>,
        own: Vec<(String, String)>,
        io: &Io,
    ) -> Flow {
        self.deeper(io, name)?;
        arguments.remove(0);
        let parameters = std::mem::replace(&mut self.parameters, arguments);
        let before = self.swap_in(own);
        self.locals.push(FlatMap::new());
        self.callers.push(name.to_owned());
        let flow = self.command(body, io).await;
        self.callers.pop();
        let locals = self.locals.pop().unwrap_or_default();
        self.swap_out(locals.into_iter().collect());
        self.swap_out(before);
        self.parameters = parameters;
        self.calls -= 1;
        match flow {
            Err(Jump::Return(status)) => Ok(status),
            flow => flow,
        }
    }
}
