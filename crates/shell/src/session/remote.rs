//! Commands that run in containers for somebody who sits outside of the session: what the API's `exec` gives.

use super::{Session, earlier};
use crate::interp::Shell;
use crate::process::{Input, Io, Kernel, Output, Pipe, Place};
use api::Time;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

/// The exit status of a command whose container went away: it was killed.
const KILLED: i32 = 137;

/// A running command and the three pipes to it.
pub struct Remote {
    kernel: Rc<Kernel>,
    stdin: Rc<Pipe>,
    stdout: Rc<Pipe>,
    stderr: Rc<Pipe>,
    pid: usize,
}

impl Session {
    /// Starts a command in a running container. Without `stdin` it finds the end of its input at once.
    ///
    /// # Errors
    /// The container does not run, or has no such program: in the container runtime's words.
    pub fn exec(
        &mut self,
        (namespace, pod, container): (&str, &str, &str),
        command: Vec<String>,
        stdin: bool,
    ) -> Result<Remote, String> {
        let place = self.kernel.system().container(namespace, pod, container);
        let place = place.ok_or_else(|| format!("container not found ({container:?})"))?;
        self.start(place, container, command, stdin, false)
    }

    /// Joins a container's process where that waits for somebody: it ends when he leaves. None if it waits for nobody.
    pub fn attach(
        &mut self,
        (namespace, pod, container): (&str, &str, &str),
        command: Vec<String>,
    ) -> Option<Result<Remote, String>> {
        let place = self.kernel.system().container(namespace, pod, container)?;
        let waits = self.kernel.system().waits(&place);
        waits.then(|| self.start(place, container, command, true, true))
    }

    fn start(
        &mut self,
        place: Place,
        container: &str,
        command: Vec<String>,
        stdin: bool,
        whole: bool,
    ) -> Result<Remote, String> {
        let kernel = self.kernel.clone();
        let gone = || format!("container not found ({container:?})");
        let mut shell = Shell::new(&kernel, place.clone()).ok_or_else(gone)?;
        let name = command.first().cloned().unwrap_or_default();
        let path = vfs::path::resolve(&shell.cwd, &name);
        let script = name.contains('/') && kernel.files(&place, |files| files.exists(&path)) == Some(true);
        if shell.find(&name).is_none() && !script {
            let reason = match name.contains('/') {
                true => format!("stat {name}: no such file or directory"),
                false => "executable file not found in $PATH".to_owned(),
            };
            let id = kernel.system().incarnation(&place).unwrap_or_default();
            return Err(format!(
                "error executing command in container: failed to exec in container: failed to start exec \"{id}\": OCI \
                 runtime exec failed: exec failed: unable to start container process: exec: {name:?}: {reason}"
            ));
        }
        let (input, stdout, stderr) = (Rc::<Pipe>::default(), Rc::<Pipe>::default(), Rc::<Pipe>::default());
        let stdin = if stdin { Input::Pipe(input.clone()) } else { Input::Null };
        let io = Io { stdin, stdout: Output::Pipe(stdout.clone()), stderr: Output::Pipe(stderr.clone()) };
        let text = command.join(" ");
        let (inner, born) = (kernel.clone(), kernel.system().incarnation(&place));
        let running = async move {
            let env = shell.environment();
            let flow = shell.program(command, env, &io).await;
            shell.finish(flow)
        };
        let future = async move {
            let mut running = Box::pin(running);
            let alive = || inner.system().incarnation(&place) == born;
            let code = poll_fn(|task| if alive() { running.as_mut().poll(task) } else { Poll::Ready(KILLED) }).await;
            if whole && alive() {
                inner.system().kill(&place, code);
                inner.touch();
            }
            code
        };
        let (_, pid) = kernel.spawn(text, Box::pin(future));
        self.settle();
        Ok(Remote { kernel, stdin: input, stdout, stderr, pid })
    }

    /// When something happens next: in the cluster, or to a process that waits for a moment.
    pub fn next_at(&self) -> Option<Time> {
        let (wake, _) = self.kernel.waiting();
        earlier(wake, self.kernel.system().next_at())
    }

    /// Lets every process see what was done to it, or to the cluster, from outside.
    pub fn wake(&mut self) {
        self.kernel.stepped();
        self.settle();
    }
}

impl Remote {
    /// Types text. [`Session::wake`] lets the command see it.
    pub fn write(&self, text: &str) {
        self.stdin.put(text);
        self.kernel.touch();
    }

    /// Ends the command's input.
    pub fn close(&self) {
        self.stdin.close_writer();
        self.kernel.touch();
    }

    /// What the command has written since the last call: its output and its errors.
    pub fn read(&self) -> (String, String) {
        let read = (self.stdout.take(), self.stderr.take());
        if !read.0.is_empty() || !read.1.is_empty() {
            self.kernel.touch();
        }
        read
    }

    /// The exit status, once the command has ended.
    pub fn status(&self) -> Option<i32> {
        self.kernel.jobs.borrow().iter().find(|job| job.pid == self.pid).map_or(Some(KILLED), |job| job.status)
    }
}

impl Drop for Remote {
    /// Nobody listens any more: the command ends.
    fn drop(&mut self) {
        self.kernel.jobs.borrow_mut().retain(|job| job.pid != self.pid);
    }
}
