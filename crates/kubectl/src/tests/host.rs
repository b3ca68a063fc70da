//! A world for tests: an API server without any components, files in memory, and time that passes while somebody waits.

use crate::{BoxFuture, Forward, Host};
use api::{Kind, Language, Rng, Status, Time, Value, kind, obj};
use apiserver::ApiServer;
use apiserver::request::{Request, Response, Verb};
use apiserver::watch::{Watch, WatchEvent};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// What one command line came to.
#[derive(Debug, PartialEq)]
pub struct Answer {
    pub stdout: String,
    pub stderr: String,
    pub exit: i32,
}

/// What the editor does to a file.
pub type Editor = fn(&str) -> Result<String, String>;

pub struct World {
    pub server: RefCell<ApiServer>,
    pub now: Cell<Time>,
    pub files: RefCell<BTreeMap<String, String>>,
    pub stdin: RefCell<String>,
    pub editor: Cell<Editor>,
    pub language: Cell<Language>,
    stdout: RefCell<String>,
    stderr: RefCell<String>,
}

/// Time that passes when everybody waits.
const TICK: Duration = Duration::from_millis(100);
/// A command that waits longer than this many ticks is interrupted.
const PATIENCE: usize = 2_000;

impl World {
    /// A cluster with a namespace and nothing in it.
    pub fn new() -> World {
        let now = Time::parse("2026-11-23T00:43:19Z").unwrap();
        let world = World {
            server: RefCell::new(ApiServer::new(Rng::new(1), now)),
            now: Cell::new(now),
            files: RefCell::default(),
            stdin: RefCell::default(),
            editor: Cell::new(|text| Ok(text.to_owned())),
            language: Cell::default(),
            stdout: RefCell::default(),
            stderr: RefCell::default(),
        };
        let make = |kind: &'static Kind, namespace: &str, name: &str| {
            let metadata = obj! { "name" => name };
            let body = obj! { "apiVersion" => "v1", "kind" => kind.kind, "metadata" => metadata };
            world.request(&Request::new(Verb::Create, kind, namespace, "").with_body(body)).unwrap();
        };
        make(kind::NAMESPACE, "", "default");
        make(kind::NAMESPACE, "", "kube-system");
        make(kind::SERVICE_ACCOUNT, "default", "default");
        world
    }

    /// Carries out a command line (after the word `kubectl`); quotes hold words together.
    pub fn run(&self, line: &str) -> Answer {
        let exit = self.block_on(crate::run(words(line), self)).unwrap_or(130);
        Answer { stdout: self.stdout.take(), stderr: self.stderr.take(), exit }
    }

    fn block_on<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let mut future = Box::pin(future);
        let mut task = Context::from_waker(Waker::noop());
        for _ in 0..PATIENCE {
            if let Poll::Ready(value) = future.as_mut().poll(&mut task) {
                return Some(value);
            }
            self.now.set(self.now.get() + TICK);
            self.server.borrow_mut().set_now(self.now.get());
        }
        None
    }

    /// An object as the server has it.
    pub fn get(&self, kind: &'static Kind, name: &str) -> Option<Value> {
        let namespace = if kind.namespaced { "default" } else { "" };
        self.request(&Request::new(Verb::Get, kind, namespace, name)).ok().map(|r| r.body)
    }
}

/// Splits a line as a shell does, as far as tests need it.
pub fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quote, mut any) = (String::new(), None, false);
    for c in line.chars() {
        match (c, quote) {
            (c, Some(q)) if c == q => quote = None,
            (c, Some(_)) => word.push(c),
            ('\'' | '"', None) => (quote, any) = (Some(c), true),
            (' ', None) => {
                if !word.is_empty() || any {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            (c, None) => word.push(c),
        }
    }
    if !word.is_empty() || any {
        words.push(word);
    }
    words
}

impl Host for World {
    fn request(&self, request: &Request) -> Result<Response, Status> {
        self.server.borrow_mut().handle(request)
    }

    fn watch(&self, request: &Request) -> Result<Watch, Status> {
        self.server.borrow().watch(request)
    }

    fn poll(&self, watch: &mut Watch) -> Vec<WatchEvent> {
        self.server.borrow().poll(watch)
    }

    fn changed(&self) -> BoxFuture<'_, ()> {
        self.sleep(TICK)
    }

    fn now(&self) -> Time {
        self.now.get()
    }

    fn sleep(&self, span: Duration) -> BoxFuture<'_, ()> {
        let end = self.now.get() + span;
        Box::pin(std::future::poll_fn(move |_| if self.now.get() >= end { Poll::Ready(()) } else { Poll::Pending }))
    }

    fn stdout(&self, text: &str) {
        self.stdout.borrow_mut().push_str(text);
    }

    fn stderr(&self, text: &str) {
        self.stderr.borrow_mut().push_str(text);
    }

    fn stdin(&self) -> BoxFuture<'_, String> {
        Box::pin(async { self.stdin.take() })
    }

    fn read_file(&self, path: &str) -> Result<String, String> {
        self.files.borrow().get(path).cloned().ok_or_else(|| "no such file or directory".to_owned())
    }

    fn write_file(&self, path: &str, text: &str) -> Result<(), String> {
        self.files.borrow_mut().insert(path.to_owned(), text.to_owned());
        Ok(())
    }

    fn list_dir(&self, path: &str) -> Result<Vec<String>, String> {
        let prefix = if path == "." { String::new() } else { format!("{path}/") };
        let files = self.files.borrow();
        let inside = files.keys().filter_map(|file| file.strip_prefix(&prefix)).filter(|rest| !rest.starts_with('/'));
        let mut names: Vec<String> = inside.map(|rest| rest.split('/').next().unwrap_or(rest).to_owned()).collect();
        names.dedup();
        if names.is_empty() && path != "." { Err("no such file or directory".to_owned()) } else { Ok(names) }
    }

    fn language(&self) -> Language {
        Language::of_environment(|name| self.env(name)).unwrap_or(self.language.get())
    }

    fn env(&self, name: &str) -> Option<String> {
        (name == "HOME")
            .then(|| "/home/student".to_owned())
            .or((name == "PWD").then(|| "/home/student/work".to_owned()))
    }

    fn edit(&self, path: &str) -> BoxFuture<'_, Result<(), String>> {
        let edited = self.read_file(path).and_then(|text| (self.editor.get())(&text));
        let saved = edited.and_then(|text| self.write_file(path, &text));
        Box::pin(async move { saved })
    }

    fn exec(&self, _: &Value, _: &str, command: Vec<String>, _: bool, _: bool) -> BoxFuture<'_, i32> {
        Box::pin(async move {
            self.stdout(&command.join(" "));
            if command == ["false"] { 1 } else { 0 }
        })
    }

    fn attach(&self, _: &Value, _: &str, _: Vec<String>, _: bool) -> BoxFuture<'_, bool> {
        Box::pin(async { false })
    }

    fn copy<'a>(&'a self, _: &Value, _: &str, _: crate::Copy<'a>) -> BoxFuture<'a, Result<i32, String>> {
        Box::pin(async { Ok(0) })
    }

    fn forward(&self, _: &Value, _: u16, _: u16) -> Result<Box<dyn Forward>, String> {
        Err("address already in use".to_owned())
    }
    fn kinds(&self) -> Vec<&'static Kind> {
        self.server.borrow().kinds()
    }
}
