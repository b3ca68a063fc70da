//! What all processes of a session share: the world, the terminal, the jobs, and whatever they wait for.

use super::To;
use super::gate::{Forwarded, Passed};
use super::{BoxFuture, Place, System};
use api::FlatMap;
use api::Time;
use network::{Language, Protocol, Trace};
use std::cell::{Cell, RefCell, RefMut};
use std::collections::VecDeque;
use std::rc::Rc;

/// Which of a process' two outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// What the terminal shows, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chunk {
    /// A command line that begins to run, with the prompt it was typed at.
    Command {
        /// The prompt.
        prompt: String,
        /// The text, without its last newline.
        text: String,
        /// When it began.
        at: Time,
        /// How many shells this one runs in: 0 for the workstation's own, 1 inside `ssh node1` ...
        depth: usize,
    },
    /// Output.
    Text(Stream, String),
    /// The command line has ended.
    Exit {
        /// Its exit status.
        status: i32,
        /// As in [`Chunk::Command`].
        depth: usize,
    },
    /// Ctrl-L, `clear`: what was shown so far is gone.
    Clear,
    /// `watch`: what the command itself has shown so far is gone; what was there before it stays, as behind an alternate screen.
    Redraw,
}

/// A file that wants to be edited in the page's editor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditRequest {
    /// Its path, as a title.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// Who waits for the next typed line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// Nobody: a command runs.
    Nothing,
    /// A shell, with this prompt.
    Command(String),
    /// A command that reads its standard input.
    Input,
}

/// What the shell at the prompt knows, for completing what is typed.
#[derive(Clone, Debug, Default)]
pub struct Front {
    /// Where it runs.
    pub place: Place,
    /// Its directory.
    pub cwd: String,
    /// Its aliases.
    pub aliases: FlatMap<String, String>,
    /// Its variables.
    pub variables: FlatMap<String, String>,
    /// The names of its functions.
    pub functions: Vec<String>,
}

/// A command in the background.
pub struct Job {
    /// Its number, as in `%1`.
    pub id: usize,
    /// Its process number.
    pub pid: usize,
    /// The command.
    pub text: String,
    /// What is left of it; none while it is being polled.
    pub future: Option<BoxFuture<'static, i32>>,
    /// Its exit status, once it has one.
    pub status: Option<i32>,
    /// Whether the shell that prompts tells of its end: not of what a script has started.
    pub told: bool,
}

/// A connection that is open: dropped, it is closed.
pub struct Held {
    kernel: Rc<Kernel>,
    /// Its way.
    pub trace: Trace,
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(mut system) = self.kernel.idle_system() {
            system.close(&self.trace);
        }
    }
}

/// The shared part of a session's processes. Single-threaded: everything is behind cells.
pub struct Kernel {
    system: RefCell<Box<dyn System>>,
    /// Counts whatever may let a waiting process go on within one moment of virtual time.
    activity: Cell<u64>,
    /// The earliest moment that a process sleeps until; set anew in each round of polling.
    pub(super) wake_at: Cell<Option<Time>>,
    /// Whether a process waits for the API to change; set anew in each round of polling.
    pub(super) wants_change: Cell<bool>,
    /// Counts the cluster's steps and the API's changes.
    pub(super) steps: Cell<u64>,
    pub(super) breaths: Cell<u64>,
    /// The language that the person in front of the session reads.
    language: Cell<Language>,
    output: RefCell<Vec<Chunk>>,
    pub(super) typed: RefCell<VecDeque<Option<String>>>,
    pub(super) want: RefCell<Want>,
    /// Ctrl-C was typed, and the innermost shell has not seen it yet.
    pub(super) interrupted: Cell<bool>,
    /// How many interactive shells run, one inside the other; what shows another's terminal counts as one.
    pub(crate) depth: Cell<usize>,
    /// Whether the shell that prompts begins a command: it has no part of one yet.
    pub(crate) begins: Cell<bool>,
    /// What the page's editor is asked to edit, and what it answered.
    pub(super) edit: RefCell<Option<EditRequest>>,
    pub(super) edited: RefCell<Option<Option<String>>>,
    pub(crate) jobs: RefCell<Vec<Job>>,
    pub(crate) history: RefCell<Vec<String>>,
    /// Ports of the workstation that lead somewhere.
    pub(crate) forwards: RefCell<Vec<Forwarded>>,
    /// Connections that came through one of them to the API server.
    pub(super) passed: RefCell<Vec<Passed>>,
    next_pid: Cell<usize>,
    front: RefCell<Front>,
    /// Whether a person types at the terminal; without one there is no terminal to read from.
    pub(crate) interactive: bool,
}

impl Kernel {
    /// A kernel over a world.
    pub fn new(system: Box<dyn System>, interactive: bool) -> Kernel {
        Kernel {
            system: RefCell::new(system),
            activity: Cell::new(0),
            wake_at: Cell::new(None),
            wants_change: Cell::new(false),
            steps: Cell::new(0),
            breaths: Cell::new(0),
            language: Cell::default(),
            output: RefCell::default(),
            typed: RefCell::default(),
            want: RefCell::new(Want::Nothing),
            interrupted: Cell::new(false),
            depth: Cell::new(0),
            begins: Cell::new(false),
            edit: RefCell::new(None),
            edited: RefCell::new(None),
            jobs: RefCell::default(),
            history: RefCell::default(),
            forwards: RefCell::default(),
            passed: RefCell::default(),
            next_pid: Cell::new(2100),
            front: RefCell::default(),
            interactive,
        }
    }

    /// A copy of this kernel, if nothing runs but the outermost shell, and that waits for a command.
    pub(crate) fn at_rest(&self) -> Option<Kernel> {
        let idle = self.depth.get() == 1
            && self.begins.get()
            && !self.interrupted.get()
            && matches!(*self.want.borrow(), Want::Command(_))
            && self.typed.borrow().is_empty()
            && self.edit.borrow().is_none();
        if !idle || !self.jobs.borrow().is_empty() || !self.forwards.borrow().is_empty() {
            return None;
        }
        self.copy()
    }

    /// A kernel over a snapshot of the world, without the processes; none if the world gives no snapshots.
    pub(crate) fn copy(&self) -> Option<Kernel> {
        let system = self.system.borrow().snapshot()?;
        Some(Kernel {
            steps: self.steps.clone(),
            breaths: self.breaths.clone(),
            history: self.history.clone(),
            next_pid: self.next_pid.clone(),
            front: self.front.clone(),
            language: self.language.clone(),
            ..Kernel::new(system, self.interactive)
        })
    }

    /// The world. Not to be held across an await.
    pub fn system(&self) -> RefMut<'_, Box<dyn System>> {
        self.system.borrow_mut()
    }

    /// The world, unless somebody is at it just now: for what is put in order when a process is dropped.
    pub fn idle_system(&self) -> Option<RefMut<'_, Box<dyn System>>> {
        self.system.try_borrow_mut().ok()
    }

    /// The virtual time.
    pub fn now(&self) -> Time {
        self.system.borrow().now()
    }

    /// Works on the files seen at a place; none if the place is gone.
    pub fn files<T>(&self, place: &Place, act: impl FnOnce(&mut vfs::View<'_>) -> T) -> Option<T> {
        let (mut act, mut result) = (Some(act), None);
        self.system().files(place, &mut |view| result = act.take().map(|act| act(view)));
        result
    }

    /// Tries to connect from a place to a name or an address; none if the place is gone. A port of the workstation itself
    /// may lead into a Pod.
    pub fn connect(&self, from: &Place, host: &str, port: u16, protocol: Protocol) -> Option<Trace> {
        self.call(from, To { host, port, protocol, source_port: 0, held: false })
    }

    /// Opens a connection that stays open as long as what is returned is kept.
    pub fn hold(self: &Rc<Self>, from: &Place, to: To<'_>) -> Option<Held> {
        let trace = self.call(from, To { held: true, ..to })?;
        Some(Held { kernel: self.clone(), trace })
    }

    /// The same, for a process that may choose the port that it calls from.
    pub fn call(&self, from: &Place, to: To<'_>) -> Option<Trace> {
        match self.led(from, &to) {
            Some(trace) => trace,
            None => self.system().connect(from, &to),
        }
    }

    /// The language that the person in front of the session reads, where a process' environment names none.
    pub fn language(&self) -> Language {
        self.language.get()
    }

    /// Sets that language.
    pub fn set_language(&self, language: Language) {
        self.language.set(language);
    }

    /// Notes that something happened which a process may be waiting for.
    pub fn touch(&self) {
        self.activity.set(self.activity.get().wrapping_add(1));
    }

    /// Shows text on the terminal.
    pub fn emit(&self, stream: Stream, text: &str) {
        if text.is_empty() {
            return;
        }
        let text = vfs::text::shown(text);
        let mut output = self.output.borrow_mut();
        match output.last_mut() {
            Some(Chunk::Text(last, more)) if *last == stream => more.push_str(&text),
            _ => output.push(Chunk::Text(stream, text.into_owned())),
        }
    }

    /// Shows something else.
    pub fn show(&self, chunk: Chunk) {
        self.output.borrow_mut().push(chunk);
    }

    /// What was shown since the last call.
    pub fn drain(&self) -> Vec<Chunk> {
        self.output.take()
    }

    /// How many bytes wait to be drained.
    pub fn undrained(&self) -> usize {
        let text = |chunk: &Chunk| if let Chunk::Text(_, text) = chunk { text.len() } else { 0 };
        self.output.borrow().iter().map(text).sum()
    }

    /// Gives a line to whoever reads the terminal next; none is the end of the input (Ctrl-D).
    pub fn type_line(&self, line: Option<String>) {
        self.typed.borrow_mut().push_back(line);
        self.touch();
    }

    /// Who waits for a typed line.
    pub fn want(&self) -> Want {
        self.want.borrow().clone()
    }

    /// Whether somebody waits for a typed line that has not come.
    pub fn wants_line(&self) -> bool {
        *self.want.borrow() != Want::Nothing && self.typed.borrow().is_empty()
    }

    /// Goes one interactive shell deeper, until what is returned is gone.
    pub(crate) fn enter(&self) -> Inside<'_> {
        self.depth.set(self.depth.get() + 1);
        Inside(self)
    }

    /// Ctrl-C.
    pub fn interrupt(&self) {
        self.typed.borrow_mut().clear();
        self.interrupted.set(true);
        self.touch();
    }

    /// What the editor is asked to edit.
    pub fn edit_request(&self) -> Option<EditRequest> {
        self.edit.borrow().clone()
    }

    /// The editor's answer: the text to be saved, or none for leaving it as it was.
    pub fn finish_edit(&self, text: Option<String>) {
        if self.edit.take().is_some() {
            self.edited.replace(Some(text));
            self.touch();
        }
    }

    /// Asks the editor, and waits for its answer.
    pub async fn edit(&self, path: &str, text: String) -> Option<String> {
        let _closed = CloseEditor(self);
        self.edited.take();
        self.edit.replace(Some(EditRequest { path: path.to_owned(), text }));
        self.until(|| self.edited.borrow().is_some()).await;
        self.edited.take().flatten()
    }

    /// A process number.
    pub fn pid(&self) -> usize {
        self.next_pid.set(self.next_pid.get() + 1);
        self.next_pid.get()
    }

    /// Starts a process in the background; its job.
    pub fn spawn(&self, text: String, future: BoxFuture<'static, i32>) -> (usize, usize) {
        let (pid, mut jobs) = (self.pid(), self.jobs.borrow_mut());
        let id = jobs.iter().map(|job| job.id).max().unwrap_or(0) + 1;
        jobs.push(Job { id, pid, text, future: Some(future), status: None, told: true });
        self.touch();
        (id, pid)
    }

    /// What the shell that prompts knows.
    pub fn front(&self) -> Front {
        self.front.borrow().clone()
    }

    pub(crate) fn publish(&self, front: Front) {
        self.front.replace(front);
    }

    pub(super) fn activity(&self) -> u64 {
        self.activity.get()
    }
}

/// One interactive shell less, however it ends.
pub(crate) struct Inside<'a>(&'a Kernel);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.depth.set(self.0.depth.get().saturating_sub(1));
    }
}

/// An interrupted editor is closed.
struct CloseEditor<'a>(&'a Kernel);

impl Drop for CloseEditor<'_> {
    fn drop(&mut self) {
        self.0.edit.take();
    }
}
