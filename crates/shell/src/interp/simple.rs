//! Simple commands: assignments, functions, builtins, programs.

use super::{Flow, Jump, Shell, Variable};
use crate::process::{BoxFuture, Io};
use crate::syntax::Simple;
use crate::tools::{self, Cx};
use api::FlatMap;
use std::rc::Rc;
use std::time::Duration;

/// What it takes to start a program: fork, exec, dynamic linking. A guess of a small virtual machine's speed; what matters
/// is that it is not nothing.
const START: Duration = Duration::from_millis(2);

impl Shell {
    pub(super) async fn simple(&mut self, simple: &Simple, io: &Io) -> Flow {
        self.substituted = None;
        let arguments = self.words(&simple.words, io).await?;
        let Some(redirected) = self.redirect(&simple.redirects, io).await? else { return Ok(1) };
        if arguments.is_empty() {
            // `$(< file)` is the file's text.
            if let ([redirect], true) = (&simple.redirects[..], simple.assignments.is_empty())
                && matches!(redirect.action, crate::syntax::Action::Read(_))
                && matches!(io.stdout, crate::process::Output::Pipe(_))
            {
                let text = redirected.stdin.all(&self.kernel).await;
                io.stdout.write(&self.kernel, &text);
            }
            for assignment in &simple.assignments {
                self.give(assignment, io).await?;
            }
            return Ok(self.substituted.unwrap_or(0));
        }
        let mut own = Vec::new();
        for assignment in &simple.assignments {
            if let (crate::syntax::Assigned::Text(value), None) = (&assignment.value, &assignment.index) {
                let value = self.one(value, io).await?;
                let old = self.get(&assignment.name).filter(|_| assignment.add).unwrap_or_default();
                own.push((assignment.name.clone(), format!("{old}{value}")));
            }
        }
        if self.options.contains(&'x') {
            io.stderr.write(&self.kernel, &format!("+ {}\n", arguments.join(" ")));
        }
        let status = self.call(arguments, own, &redirected, true).await?;
        for list in &simple.lists {
            self.give(list, io).await?;
        }
        Ok(status)
    }

    pub(super) fn assign(&mut self, name: &str, value: String, io: &Io) -> Result<(), Jump> {
        if self.set(name, value) {
            return Ok(());
        }
        self.complain(io, &format!("{name}: readonly variable"));
        Err(Jump::Fail(1))
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
        (tools::is_shell_tool(base) || self.kernel.system().installed(&self.place, base)).then_some(tool)
    }

    /// A path is run as a script; any other name is not found.
    async fn unknown(&mut self, name: &str, arguments: Vec<String>, env: FlatMap<String, String>, io: &Io) -> Flow {
        if !name.contains('/') {
            let text = format!("{name}: {}", if self.name == "bash" { "command not found" } else { "not found" });
            self.complain(io, &text);
            return Ok(127);
        }
        let path = vfs::path::resolve(&self.cwd, name);
        let stat = self.kernel.files(&self.place, |files| files.stat(&path));
        let (problem, status) = match stat.unwrap_or(Err(vfs::Error::NotFound)) {
            Err(error) => (error.to_string(), 127),
            Ok(stat) if stat.directory => ("Is a directory".into(), 126),
            Ok(stat) if stat.mode & 0o111 == 0 => ("Permission denied".into(), 126),
            Ok(_) => {
                let read = self.kernel.files(&self.place, |files| files.read_text(&path));
                let text = read.and_then(Result::ok).unwrap_or_default();
                self.deeper(io, name)?;
                let status = self.child(env).run_script_text(name, &arguments[1..], &text, io).await;
                self.calls -= 1;
                return Ok(status);
            }
        };
        self.complain(io, &format!("{name}: {problem}"));
        Ok(status)
    }

    /// A new shell process: the environment is all it knows.
    pub(crate) fn child(&self, env: FlatMap<String, String>) -> Shell {
        let exported = |value| Variable { value, exported: true, ..Variable::default() };
        Shell {
            variables: env.into_iter().map(|(name, value)| (name, exported(value))).collect(),
            aliases: FlatMap::new(),
            functions: FlatMap::new(),
            options: Vec::new(),
            parameters: Vec::new(),
            traps: FlatMap::new(),
            callers: Vec::new(),
            stack: Vec::new(),
            locals: Vec::new(),
            tested: 0,
            status: 0,
            interactive: false,
            ..self.clone()
        }
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

    /// Sets variables for one command; what they were before.
    fn swap_in(&mut self, own: Vec<(String, String)>) -> Vec<(String, Option<Variable>)> {
        let swap = |(name, value): (String, String)| {
            let new = Variable { value, exported: true, ..Variable::default() };
            let old = self.variables.insert(name.clone(), new);
            (name, old)
        };
        own.into_iter().map(swap).collect()
    }

    fn swap_out(&mut self, before: Vec<(String, Option<Variable>)>) {
        for (name, old) in before {
            match old {
                Some(old) => drop(self.variables.insert(name, old)),
                None => drop(self.variables.remove(&name)),
            }
        }
    }
}
