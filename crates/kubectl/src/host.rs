//! The world as kubectl sees it: an API server, a terminal, files, an editor, and time.

use api::regex::Regex;
use api::{Kind, Language, Status, Time, Value};
use apiserver::request::{Request, Response};
use apiserver::watch::{Watch, WatchEvent};
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// A boxed future of this single-threaded simulation.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// A port of this machine that leads into a Pod, until this is dropped.
pub trait Forward {
    /// How many connections have come through so far.
    fn connections(&self) -> usize;
}

/// A way to the API server through a port of this machine, and what it lets through.
#[derive(Debug)]
pub struct Gate {
    /// In whose name requests are sent on: the user, the token and the impersonation count.
    pub who: Request,
    /// Under which path the API appears, with a slash at its end.
    pub prefix: String,
    /// Under which path which folder's files appear.
    pub files: Option<(String, String)>,
    /// Which requests are let through.
    pub rules: Rules,
}

/// Which requests a [`Gate`] lets through (k8s.io/kubectl/pkg/proxy: `FilterServer`).
#[derive(Debug)]
pub struct Rules {
    /// Whether these are looked at.
    pub filter: bool,
    /// Names of this machine, one of which a request must use.
    pub accept_hosts: Vec<Regex>,
    /// Paths, to one of which a request must be.
    pub accept_paths: Vec<Regex>,
    /// Paths that no request may be to.
    pub reject_paths: Vec<Regex>,
    /// Methods that no request may have.
    pub reject_methods: Vec<Regex>,
}

/// What `kubectl cp` is to do.
pub struct Copy<'a> {
    /// The path in the container.
    pub inside: &'a str,
    /// The path on this machine.
    pub outside: &'a str,
    /// Whether it goes into the container.
    pub into: bool,
    /// Whether files keep their owner and their permissions there.
    pub preserve: bool,
}

/// What a kubectl needs from the machine it runs on. Awaiting means that virtual time passes.
pub trait Host {
    /// Sends a request to the API server; it takes no virtual time.
    ///
    /// # Errors
    /// The server's refusal.
    fn request(&self, request: &Request) -> Result<Response, Status>;

    /// Sends a request as HTTP, in the name of whoever `who` says, and returns the answer's text.
    ///
    /// # Errors
    /// The server's refusal.
    fn rest(&self, _who: &Request, _method: &str, _path: &str, _body: String) -> Result<String, Status> {
        Err(Status::no_such_resource())
    }

    /// Opens a watch.
    ///
    /// # Errors
    /// The server's refusal.
    fn watch(&self, request: &Request) -> Result<Watch, Status>;

    /// The events since the last call, without waiting.
    fn poll(&self, watch: &mut Watch) -> Vec<WatchEvent>;

    /// Resolves when the API has changed since the call, or virtual time has moved on.
    fn changed(&self) -> BoxFuture<'_, ()>;

    /// The virtual time.
    fn now(&self) -> Time;

    /// Resolves after `span` of virtual time.
    fn sleep(&self, span: Duration) -> BoxFuture<'_, ()>;

    /// Writes text to standard output.
    fn stdout(&self, text: &str);

    /// Writes text to standard error.
    fn stderr(&self, text: &str);

    /// Whether standard output is a terminal.
    fn is_terminal(&self) -> bool {
        false
    }

    /// All of standard input.
    fn stdin(&self) -> BoxFuture<'_, String>;

    /// A line of standard input, without its end.
    fn stdin_line(&self) -> BoxFuture<'_, String> {
        Box::pin(async { self.stdin().await.lines().next().unwrap_or_default().to_owned() })
    }

    /// Whether a file is there that could be run; none where there is no file.
    fn is_executable(&self, _path: &str) -> Option<bool> {
        None
    }

    /// Whether a program can be run by this name or path.
    fn is_program(&self, _name: &str) -> bool {
        false
    }

    /// Runs a program of this machine with arguments; its exit status.
    fn plugin(&self, _path: &str, _args: Vec<String>) -> BoxFuture<'_, i32> {
        Box::pin(async { 127 })
    }

    /// Reads a file.
    ///
    /// # Errors
    /// Why not, such as `no such file or directory`.
    fn read_file(&self, path: &str) -> Result<String, String>;

    /// Writes a file, making it if it is not there.
    ///
    /// # Errors
    /// Why not, such as `permission denied`.
    fn write_file(&self, path: &str, text: &str) -> Result<(), String>;

    /// Makes a directory and those that it lies in; nothing where there are none, as in tests.
    ///
    /// # Errors
    /// Why not, such as `not a directory`.
    fn make_dir(&self, _path: &str) -> Result<(), String> {
        Ok(())
    }

    /// Removes a directory and all that is in it, if it is there.
    fn remove_dir(&self, _path: &str) {}

    /// The names in a directory, sorted.
    ///
    /// # Errors
    /// Why not, such as `not a directory`.
    fn list_dir(&self, path: &str) -> Result<Vec<String>, String>;

    /// What a web site shows at an address (`https://...`).
    ///
    /// # Errors
    /// The whole message: nobody is there, or has no such page.
    fn fetch(&self, url: &str) -> Result<String, String> {
        let host = url.split('/').nth(2).unwrap_or_default();
        Err(format!("The connection to the server {host} was refused - did you specify the right host or port?"))
    }

    /// An environment variable.
    fn env(&self, name: &str) -> Option<String>;

    /// The language in which help is read.
    fn language(&self) -> Language {
        Language::of_environment(|name| self.env(name)).unwrap_or_default()
    }

    /// Lets the user edit a file: runs `KUBE_EDITOR` or `EDITOR` on it, or opens the page's editor.
    ///
    /// # Errors
    /// Why the editor failed.
    fn edit(&self, path: &str) -> BoxFuture<'_, Result<(), String>>;

    /// Runs a command in a container, its output going to standard output and standard error; the result is its exit
    /// status.
    fn exec(&self, pod: &Value, container: &str, command: Vec<String>, stdin: bool, tty: bool) -> BoxFuture<'_, i32>;

    /// Joins the main process of a container, which runs this command, if it waits for that; when it is left, the
    /// container ends. Whether it did wait.
    fn attach(&self, pod: &Value, container: &str, command: Vec<String>, tty: bool) -> BoxFuture<'_, bool>;

    /// Lets Ctrl-C end the main process of a container, rather than the command that shows it. Is never done.
    fn pass_interrupts(&self, _pod: &Value, _container: &str) -> BoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }

    /// Copies a file or folder between a container and this machine; the exit status of the `tar` that ran in the container.
    ///
    /// # Errors
    /// What is wrong on this side.
    fn copy<'a>(&'a self, pod: &Value, container: &str, copy: Copy<'a>) -> BoxFuture<'a, Result<i32, String>>;

    /// Lets a port of this machine lead to a port inside a Pod.
    ///
    /// # Errors
    /// The port is taken.
    fn forward(&self, pod: &Value, local: u16, remote: u16) -> Result<Box<dyn Forward>, String>;

    /// Lets a port of this machine lead to the API server.
    ///
    /// # Errors
    /// The port is taken.
    fn gate(&self, _port: u16, _gate: Gate) -> Result<Box<dyn Forward>, String> {
        Err("this machine has no ports".to_owned())
    }

    /// The kinds the server serves, in the order of discovery.
    fn kinds(&self) -> Vec<&'static Kind>;
}
