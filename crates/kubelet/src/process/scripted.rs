//! A process that is a script: the shell's language runs it, and programs that go on are processes of their own beside it.

use super::{Process, Program, Surroundings};
use api::{Str, Time};
use script::{Around, Machine, Outcome, Ran};
use std::sync::Arc;

/// What a program is that a script starts.
#[derive(Clone, Debug)]
pub enum Started {
    /// One that goes on by itself, such as a server.
    Program(Box<Program>),
    /// A tool that reads, writes and ends.
    Tool,
    /// It is not there.
    Missing,
}

/// A script at work.
#[derive(Clone, Debug)]
pub(crate) struct Scripted {
    words: Arc<[String]>,
    begun: Time,
    /// None before it begins.
    machine: Option<Machine>,
    /// Programs that go on, by the script's task that waits for each.
    children: Vec<(usize, Process)>,
    /// Tools whose answer comes from the network, and nobody has asked for yet.
    later: Vec<script::Program>,
    /// When SIGTERM reaches it.
    term: Option<Time>,
}

/// So often a script is woken up at once: more is one gone wild.
const WAKES: usize = 20_000;

impl Scripted {
    pub(super) fn new(words: Arc<[String]>, begun: Time) -> Scripted {
        Scripted { words, begun, machine: None, children: Vec::new(), later: Vec::new(), term: None }
    }

    pub(super) fn wake(&self) -> Option<Time> {
        self.machine.as_ref().map_or(Some(self.begun), |machine| self.wake_of(machine))
    }

    fn wake_of(&self, machine: &Machine) -> Option<Time> {
        let children = self.children.iter().filter_map(|(_, child)| child.wake());
        let over = self.children.iter().filter_map(|(_, child)| child.ended.map(|(at, _)| at));
        machine.wake().into_iter().chain(children).chain(over).chain(self.term).min()
    }

    pub(super) fn burns(&self) -> bool {
        let machine = self.machine.as_ref().is_some_and(Machine::burns);
        machine || self.children.iter().any(|(_, child)| child.burns())
    }

    /// What it has become, if it has given its process up to another program.
    pub(super) fn replaced(&self) -> Option<&Process> {
        let machine = self.machine.as_ref()?;
        self.children.iter().find(|(task, _)| *task == 1 && machine.replaced()).map(|(_, child)| child)
    }

    pub(super) fn terminate(&mut self, at: Time) {
        self.term = Some(at);
    }

    pub(super) fn take_calls(&mut self) -> Vec<script::Program> {
        std::mem::take(&mut self.later)
    }

    pub(super) fn answer(&mut self, task: usize, outcome: Outcome, now: Time, around: &mut dyn Surroundings) {
        let Some(mut machine) = self.machine.take() else { return };
        machine.answer(task, outcome, now, &mut self.there(now, around));
        self.machine = Some(machine);
    }

    fn there<'a>(&'a mut self, now: Time, around: &'a mut dyn Surroundings) -> There<'a> {
        There { now, around, children: &mut self.children, later: &mut self.later }
    }

    /// Lets it do what it does until `now`. How it has ended, if it has.
    pub(super) fn run(&mut self, now: Time, around: &mut dyn Surroundings) -> Option<(Time, i32)> {
        let mut machine = match self.machine.take() {
            Some(machine) => machine,
            None => Machine::command(around.shell(), self.words.to_vec(), self.begun),
        };
        for _ in 0..WAKES {
            let Some(at) = self.wake_of(&machine).filter(|at| *at <= now) else { break };
            if self.term.is_some_and(|term| term <= at) {
                self.term = None;
                machine.signal("TERM");
            }
            self.run_children(&mut machine, at, around);
            machine.run(at, &mut self.there(at, around));
            if let Some(ended) = machine.ended() {
                self.children.clear();
                self.machine = Some(machine);
                return Some(ended);
            }
        }
        self.machine = Some(machine);
        None
    }

    fn run_children(&mut self, machine: &mut Machine, at: Time, around: &mut dyn Surroundings) {
        let mut children = std::mem::take(&mut self.children);
        children.retain(|(task, _)| machine.runs(*task));
        for (task, child) in &mut children {
            let mut said: Vec<(Time, String)> = Vec::new();
            child.run(at, &mut Beside { said: &mut said, around });
            for (when, text) in said {
                machine.said(*task, &text, when, &mut self.there(at, around));
            }
            if let Some((when, status)) = child.ended.filter(|(when, _)| *when <= at) {
                machine.over(*task, status, when);
            }
        }
        children.retain(|(task, child)| child.ended.is_none() || machine.runs(*task));
        self.children = children;
    }

    /// The first server among what it runs.
    pub(super) fn server(&self) -> Option<&crate::Server> {
        self.children.iter().find_map(|(_, child)| child.server.as_ref())
    }
}

/// What a script sees.
struct There<'a> {
    now: Time,
    around: &'a mut dyn Surroundings,
    children: &'a mut Vec<(usize, Process)>,
    later: &'a mut Vec<script::Program>,
}

impl script::World for There<'_> {
    fn now(&self) -> Time {
        self.now
    }
    fn files(&mut self, act: &mut dyn FnMut(&mut vfs::View<'_>)) -> bool {
        self.around.files(act);
        true
    }
    fn pid(&mut self) -> usize {
        1
    }
    fn program(&mut self, name: &str) -> Option<String> {
        match self.around.start(&[name.to_owned()]) {
            Started::Missing => None,
            _ => Some(format!("/bin/{name}")),
        }
    }
}

impl Around for There<'_> {
    fn print(&mut self, stream: usize, text: &str, at: Time) {
        match stream {
            0 => self.around.print(text, at),
            _ => self.around.complain(text, at),
        }
    }
    fn call(&mut self, program: &script::Program) -> Ran {
        match self.around.start(&program.args) {
            Started::Missing => Ran::NotFound,
            Started::Program(steps) => {
                self.children.push((program.task, Process::start(Arc::new(*steps), self.now)));
                Ran::Becomes
            }
            Started::Tool => {
                let ran = self.around.call(program);
                if ran == Ran::Later {
                    self.later.push(program.clone());
                }
                ran
            }
        }
    }
    fn ask(&mut self, url: &str, pause: std::time::Duration) {
        self.around.ask(url, pause);
    }
    fn burn(&mut self, micros: u64) {
        self.around.burn(micros);
    }
}

/// What a program beside a script sees: what it writes goes where the script has led it.
struct Beside<'a> {
    said: &'a mut Vec<(Time, String)>,
    around: &'a mut dyn Surroundings,
}

impl Surroundings for Beside<'_> {
    fn print(&mut self, text: &str, at: Time) {
        self.said.push((at, text.to_owned()));
    }
    fn say(&mut self, line: &'static str, at: Time) {
        self.said.push((at, format!("{line}\n")));
    }
    fn files(&mut self, act: &mut dyn FnMut(&mut vfs::View<'_>)) {
        self.around.files(act);
    }
    fn variable(&self, name: &str) -> String {
        self.around.variable(name)
    }
    fn shell(&self) -> script::Memory {
        self.around.shell()
    }
    fn start(&mut self, args: &[String]) -> Started {
        self.around.start(args)
    }
    fn call(&mut self, program: &script::Program) -> Ran {
        self.around.call(program)
    }
}

/// The words of a command, shared.
pub(crate) fn shared(words: &[&str]) -> Arc<[String]> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// What a process is shown as in a list.
pub(crate) fn shown(words: &[&str]) -> Str {
    words.join(" ").into()
}
