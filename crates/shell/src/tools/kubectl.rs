//! `kubectl`: the world as it sees it, on top of ours.

mod copy;

use super::Cx;
use crate::interp::Shell;
use crate::process::{Forwarded, Front, Goal, Input, Io, Kernel, Output, Place};
use api::{Kind, Language, Status, Time, Value};
use apiserver::{Request, Response, Watch, WatchEvent};
use kubectl::{BoxFuture, Host};
use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

/// From the Enter key to the first request: the recordings show 0.05 to 0.15 s for a whole call.
const START: Duration = Duration::from_millis(60);

/// Talks to the cluster.
pub(super) async fn run(cx: Cx) -> i32 {
    cx.kernel().sleep(START).await;
    kubectl::run(cx.args[1..].to_vec(), &Terminal(&cx)).await
}

/// What kubectl runs on.
struct Terminal<'a>(&'a Cx);

impl Host for Terminal<'_> {
    fn request(&self, request: &Request) -> Result<Response, Status> {
        let answer = match request.method() {
            "GET" => self.0.kernel().system().request(request),
            _ => self.0.shell.acting().request(request),
        };
        if request.method() != "GET" {
            // Watchers of the same moment see the change.
            self.0.kernel().stepped();
        }
        answer
    }

    fn rest(&self, who: &Request, method: &str, path: &str, body: String) -> Result<String, Status> {
        let mut request = kubelet::http::Request::get("", path);
        (request.method, request.agent, request.tls) = (method.into(), "kubectl/v1.36.4".into(), true);
        request.headers.push(("Content-Type".into(), "application/json".into()));
        request.body = body.into_bytes();
        let answer = self.0.shell.acting().rest(&request, who);
        if method != "GET" {
            self.0.kernel().stepped();
        }
        let reply = answer?;
        match reply.status {
            404 => Err(Status::no_such_resource()),
            ..400 => Ok(reply.text()),
            code => {
                let reason = if code == 503 { "ServiceUnavailable" } else { "" };
                Err(Status { code, reason, message: reply.text().trim().to_owned(), details: Value::Null })
            }
        }
    }

    fn watch(&self, request: &Request) -> Result<Watch, Status> {
        self.0.kernel().system().watch(request)
    }

    fn poll(&self, watch: &mut Watch) -> Vec<WatchEvent> {
        self.0.kernel().system().poll(watch)
    }

    fn changed(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.0.kernel().changed())
    }

    fn now(&self) -> Time {
        self.0.kernel().now()
    }

    fn sleep(&self, span: Duration) -> BoxFuture<'_, ()> {
        Box::pin(self.0.kernel().sleep(span))
    }

    fn stdout(&self, text: &str) {
        self.0.out(text);
    }

    fn stderr(&self, text: &str) {
        self.0.err(text);
    }

    fn stdin(&self) -> BoxFuture<'_, String> {
        Box::pin(self.0.io.stdin.all(self.0.kernel()))
    }

    fn stdin_line(&self) -> BoxFuture<'_, String> {
        Box::pin(async { self.0.io.stdin.line(self.0.kernel()).await.unwrap_or_default() })
    }

    fn is_executable(&self, path: &str) -> Option<bool> {
        let stat = self.0.stat(path).ok().filter(|stat| !stat.directory)?;
        Some(stat.mode & 0o111 != 0)
    }

    fn is_program(&self, name: &str) -> bool {
        self.0.shell.find(name).is_some() || self.0.shell.program_path(name, &self.0.env).is_ok()
    }

    fn plugin(&self, path: &str, args: Vec<String>) -> BoxFuture<'_, i32> {
        let line = std::iter::once(path.to_owned()).chain(args).collect();
        Box::pin(async { self.0.run(line, &self.0.io).await })
    }

    fn read_file(&self, path: &str) -> Result<String, String> {
        let path = self.0.path(path);
        self.0.files(|files| files.read_text(&path)).map_err(go)
    }

    fn write_file(&self, path: &str, text: &str) -> Result<(), String> {
        let (path, now) = (self.0.path(path), self.0.now());
        self.0.files(|files| files.write(&path, text, now)).map_err(go)
    }

    fn make_dir(&self, path: &str) -> Result<(), String> {
        let (path, now) = (self.0.path(path), self.0.now());
        self.0.files(|files| files.mkdir_all(&path, now)).map_err(go)
    }

    fn remove_dir(&self, path: &str) {
        let path = self.0.path(path);
        _ = self.0.files(|files| files.remove_all(&path));
    }

    fn fetch(&self, url: &str) -> Result<String, String> {
        let host = url.split('/').nth(2).unwrap_or_default();
        match network::outside::document(url) {
            Some(Ok(text)) => Ok(text.to_owned()),
            Some(Err(code)) => {
                let reason = kubelet::http::reason(code);
                Err(format!("error: unable to read URL {url:?}, server reported {code} {reason}, status code={code}"))
            }
            None => {
                Err(format!("The connection to the server {host} was refused - did you specify the right host or port?"))
            }
        }
    }

    fn list_dir(&self, path: &str) -> Result<Vec<String>, String> {
        let path = self.0.path(path);
        self.0.files(|files| files.list(&path)).map(|names| names.iter().map(|n| n.to_string()).collect()).map_err(go)
    }

    fn is_terminal(&self) -> bool {
        matches!(self.0.io.stdout, Output::Terminal(..))
    }

    fn env(&self, name: &str) -> Option<String> {
        self.0.env.get(name).cloned()
    }

    fn language(&self) -> Language {
        self.0.language()
    }

    fn edit(&self, path: &str) -> BoxFuture<'_, Result<(), String>> {
        let path = path.to_owned();
        Box::pin(async move { edit(self.0, &path).await })
    }

    fn exec(&self, pod: &Value, container: &str, command: Vec<String>, stdin: bool, tty: bool) -> BoxFuture<'_, i32> {
        let place = self.0.kernel().system().container(pod.namespace(), pod.name(), container);
        let container = container.to_owned();
        Box::pin(async move {
            match place {
                Some(place) => exec(self.0, place, command, stdin, tty).await,
                None => {
                    self.0.err(&format!("error: unable to upgrade connection: container not found ({container:?})\n"));
                    REPORTED
                }
            }
        })
    }

    fn attach(&self, pod: &Value, container: &str, command: Vec<String>, tty: bool) -> BoxFuture<'_, bool> {
        let place = self.0.kernel().system().container(pod.namespace(), pod.name(), container);
        Box::pin(async move {
            let Some(place) = place.filter(|place| self.0.kernel().system().waits(place)) else { return false };
            let tty = tty && self.0.io.stdin.is_terminal();
            let running = exec(self.0, place.clone(), command, true, tty);
            let code = if tty { until_interrupted(self.0, running).await } else { running.await };
            self.0.shell.acting().kill(&place, code.max(0));
            self.0.kernel().touch();
            true
        })
    }

    fn pass_interrupts(&self, pod: &Value, container: &str) -> BoxFuture<'_, ()> {
        let place = self.0.kernel().system().container(pod.namespace(), pod.name(), container);
        Box::pin(async move {
            loop {
                let code = until_interrupted(self.0, std::future::pending()).await;
                if let Some(place) = &place {
                    self.0.shell.acting().kill(place, code);
                }
                self.0.kernel().touch();
            }
        })
    }

    fn copy<'a>(&'a self, pod: &Value, container: &str, copy: kubectl::Copy<'a>) -> BoxFuture<'a, Result<i32, String>> {
        let place = self.0.kernel().system().container(pod.namespace(), pod.name(), container);
        let gone = format!("unable to upgrade connection: container not found ({container:?})");
        Box::pin(async move {
            let place = place.ok_or(gone)?;
            match copy.into {
                true => copy::into(self.0, place, copy.inside, copy.outside, copy.preserve).await,
                false => copy::out_of(self.0, place, copy.inside, copy.outside).await,
            }
        })
    }

    fn forward(&self, pod: &Value, local: u16, remote: u16) -> Result<Box<dyn kubectl::Forward>, String> {
        let container = pod["spec"]["containers"].array().first().map_or("", |container| container["name"].str());
        let kernel = self.0.kernel();
        let place = kernel.system().container(pod.namespace(), pod.name(), container);
        let place = place.ok_or("container not running")?;
        open(kernel, local, Goal::Container(place, remote))
    }

    fn gate(&self, port: u16, gate: kubectl::Gate) -> Result<Box<dyn kubectl::Forward>, String> {
        let files = gate.files.map(|(prefix, folder)| (prefix, self.0.path(&folder)));
        open(self.0.kernel(), port, Goal::Api(Rc::new(kubectl::Gate { files, ..gate })))
    }

    fn kinds(&self) -> Vec<&'static Kind> {
        self.0.kernel().system().kinds()
    }
}

/// Takes a port of the workstation, which leads somewhere until what is returned is dropped.
fn open(kernel: &Rc<Kernel>, port: u16, to: Goal) -> Result<Box<dyn kubectl::Forward>, String> {
    let mut forwards = kernel.forwards.borrow_mut();
    if forwards.iter().any(|forward| forward.port == port) {
        return Err("address already in use".to_owned());
    }
    let connections = Rc::new(Cell::new(0));
    forwards.push(Forwarded { port, to, connections: connections.clone() });
    Ok(Box::new(Tunnel { kernel: kernel.clone(), port, connections }))
}

/// An open forward; the port is free again when it is dropped.
struct Tunnel {
    kernel: Rc<Kernel>,
    port: u16,
    connections: Rc<Cell<usize>>,
}

impl kubectl::Forward for Tunnel {
    fn connections(&self) -> usize {
        self.connections.get()
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.kernel.forwards.borrow_mut().retain(|forward| forward.port != self.port);
    }
}

/// Lets `ask` see the world as a kubectl would that is started now at a place; it prints nothing. None if the place is gone.
pub(crate) fn asked<T>(kernel: &Rc<Kernel>, front: &Front, ask: impl FnOnce(&dyn Host) -> T) -> Option<T> {
    let mut shell = Shell::new(kernel, front.place.clone())?;
    shell.cwd.clone_from(&front.cwd);
    let env = front.variables.clone();
    let io = Io { stdin: Input::Null, stdout: Output::Null, stderr: Output::Null };
    let cx = Cx { shell: Rc::new(shell), args: vec!["kubectl".into()], env, io };
    Some(ask(&Terminal(&cx)))
}

/// The status of an exec that came to nothing, which has been said.
const REPORTED: i32 = -1;

/// A file error as Go words it.
fn go(error: vfs::Error) -> String {
    error.to_string().to_lowercase()
}

/// Runs the editor that the environment names on a file, or opens the page's.
async fn edit(cx: &Cx, path: &str) -> Result<(), String> {
    let set = |name: &str| cx.env.get(name).filter(|value| !value.trim().is_empty());
    let editor = set("KUBE_EDITOR").or_else(|| set("EDITOR")).cloned().unwrap_or_else(|| "vi".into());
    if matches!(editor.split_whitespace().next(), Some("vi" | "vim" | "nano")) {
        let absolute = cx.path(path);
        if !cx.io.stdin.is_terminal() {
            let problem = format!("there was a problem with the editor {editor:?}");
            return Err(problem);
        }
        let old = cx.files(|files| files.read_text(&absolute)).unwrap_or_default();
        if let Some(text) = cx.kernel().edit(path, old).await {
            let now = cx.now();
            cx.files(|files| files.write(&absolute, text, now)).map_err(|error| error.to_string())?;
        }
        return Ok(());
    }
    let line = format!("{editor} {path}");
    match cx.run(vec!["sh".into(), "-c".into(), line], &cx.io).await {
        0 => Ok(()),
        _ => Err(format!("there was a problem with the editor {editor:?}")),
    }
}

/// Runs a command in a container.
async fn exec(cx: &Cx, place: Place, command: Vec<String>, stdin: bool, tty: bool) -> i32 {
    let Some(mut shell) = Shell::new(cx.kernel(), place.clone()) else { return REPORTED };
    let name = command.first().cloned().unwrap_or_default();
    if tty && !cx.io.stdin.is_terminal() {
        cx.err("Unable to use a TTY - input is not a terminal or the right kind of file\n");
    }
    let path = shell.cwd.clone();
    let script = name.contains('/') && cx.kernel().files(&place, |f| f.exists(&vfs::path::resolve(&path, &name))) == Some(true);
    if shell.find(&name).is_none() && !script {
        let reason = if name.contains('/') {
            format!("stat {name}: no such file or directory")
        } else {
            "executable file not found in $PATH".to_owned()
        };
        let id = cx.kernel().system().incarnation(&place).unwrap_or_default();
        cx.err(&format!(
            "error: Internal error occurred: Internal error occurred: error executing command in container: failed to exec in \
             container: failed to start exec \"{id}\": OCI runtime exec failed: exec failed: unable to start container process: \
             exec: {name:?}: {reason}\n"
        ));
        return REPORTED;
    }
    shell.nested_in(&cx.shell);
    let io = Io { stdin: if stdin { cx.io.stdin.clone() } else { Input::Null }, ..cx.io.clone() };
    while_alive(cx, &place, run_in(shell, command, io)).await.unwrap_or(137)
}

/// Runs something in a container at its terminal: Ctrl-C is for that, not for what shows it. Its exit status.
async fn until_interrupted(cx: &Cx, running: impl Future<Output = i32>) -> i32 {
    /// The exit status of a process that SIGINT ended.
    const INTERRUPTED: i32 = 130;
    let _inside = cx.kernel().enter();
    cx.kernel().interruptible(running).await.unwrap_or_else(|_| {
        cx.out("^C\n");
        INTERRUPTED
    })
}

async fn run_in(mut shell: Shell, command: Vec<String>, io: Io) -> i32 {
    let env = shell.environment();
    let flow = shell.program(command, env, &io).await;
    shell.finish(flow)
}

/// Runs something at a place for as long as the place lives.
pub(super) async fn while_alive<T>(cx: &Cx, place: &Place, running: impl Future<Output = T>) -> Option<T> {
    let mut running = Box::pin(running);
    let alive = || cx.kernel().system().incarnation(place);
    let born = alive();
    poll_fn(|task| {
        if born.is_none() || alive() != born {
            return Poll::Ready(None);
        }
        // What ran may have ended the place itself: `poweroff`.
        running.as_mut().poll(task).map(|done| (alive() == born).then_some(done))
    })
    .await
}
