//! A session: a world, a shell in it, and the clock that both share.
//!
//! The page (paced by frames) and `kubarium sh` (as fast as it can) drive the same thing, so the same seed and the same
//! lines give the same bytes in both: a command that was queued begins at the exact moment the one before it ended, however
//! often the driver looks in.

#[cfg(test)]
mod bash_tests;
#[cfg(test)]
mod certificate_tests;
#[cfg(test)]
mod cluster_tests;
#[cfg(test)]
mod cni_tests;
mod complete;
#[cfg(test)]
mod container_tests;
#[cfg(test)]
mod database_tests;
#[cfg(test)]
mod fault_tests;
#[cfg(test)]
mod image_tests;
mod keyframe;
#[cfg(test)]
mod kubelet_tests;
#[cfg(test)]
mod network_tests;
#[cfg(test)]
mod package_tests;
pub(crate) mod programs;
mod remote;
#[cfg(test)]
mod script_tests;
#[cfg(test)]
mod symptom_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod why_tests;
pub(crate) mod world;

pub use complete::{Candidate, Completions};
pub use keyframe::{Keyframe, Moment};
pub use remote::Remote;

use crate::interp::{Rest, Shell, repl, terminal};
use crate::process::{BoxFuture, Chunk, EditRequest, Front, Job, Kernel, Place, System, Want};
use crate::tools;
use api::Time;
use cluster::{Cluster, Options};
use kubectl::Host;
use kubectl::sheet::{self, Insertion, Problem};
use std::rc::Rc;
use world::World;

/// A shell session in a world of its own.
pub struct Session {
    kernel: Rc<Kernel>,
    main: Option<BoxFuture<'static, ()>>,
    /// The shell, while it waits for a command.
    rest: Rest,
    /// How many events of the world ran at the present moment.
    ran: u32,
}

impl Session {
    /// A session in a new cluster.
    pub fn new(options: Options, interactive: bool) -> Session {
        Session::of(Cluster::new(options), interactive)
    }

    /// A session in a cluster that is ready.
    pub fn of(cluster: Cluster, interactive: bool) -> Session {
        Session::over(Box::new(World::new(cluster)), interactive)
    }

    /// A session at the workstation of a world. `interactive` says whether a person types: without one, commands that read
    /// the terminal find its end.
    pub fn over(system: Box<dyn System>, interactive: bool) -> Session {
        let kernel = Rc::new(Kernel::new(system, interactive));
        let shell = Shell::new(&kernel, Place::Workstation);
        Session::at(kernel, shell, 0)
    }

    /// A session at the prompt of a shell.
    fn at(kernel: Rc<Kernel>, shell: Option<Shell>, ran: u32) -> Session {
        let rest = Rest::default();
        let main = shell.map(|shell| {
            let running = repl(shell, terminal(kernel.interactive), Some(rest.clone()));
            Box::pin(async move {
                let _ = running.await;
            }) as BoxFuture<'static, ()>
        });
        let mut session = Session { kernel, main, rest, ran };
        session.settle();
        session
    }

    /// Queues a line, typed and ended by Enter. Several lines in one text are several lines.
    pub fn input(&mut self, text: &str) {
        text.split('\n').for_each(|line| self.kernel.type_line(Some(line.trim_end_matches('\r').to_owned())));
        self.settle();
    }

    /// Ctrl-D: the end of what is typed.
    pub fn end_of_input(&mut self) {
        self.kernel.type_line(None);
        self.settle();
    }

    /// Ctrl-C: ends the command in the foreground, forgets the lines that are queued.
    pub fn interrupt(&mut self) {
        self.kernel.interrupt();
        self.settle();
    }

    /// The virtual time.
    pub fn now(&self) -> Time {
        self.kernel.now()
    }

    /// Runs the world and the processes, in the order of time, up to `to`. `keep_going` is asked between events: when it
    /// says no, the clock stays where it is, and the next call goes on from there.
    pub fn advance(&mut self, to: Time, keep_going: &mut dyn FnMut() -> bool) {
        while self.kernel.now() < to {
            if !keep_going() {
                return;
            }
            self.step(to);
        }
    }

    /// Runs until the shell waits for a line that has not been typed (or for the editor). False if it was told to stop by
    /// `keep_going` first.
    pub fn run_foreground(&mut self, keep_going: &mut dyn FnMut() -> bool) -> bool {
        while self.busy() && self.kernel.edit_request().is_none() && self.kernel.want() != Want::Input {
            if !keep_going() {
                return false;
            }
            let (wake, change) = self.kernel.waiting();
            let world = self.kernel.system().next_at().filter(|_| change || self.has_jobs() || wake.is_some());
            let Some(next) = earlier(wake, world) else { return true };
            self.step(next);
        }
        true
    }

    fn has_jobs(&self) -> bool {
        self.kernel.jobs.borrow().iter().any(|job| job.status.is_none())
    }

    /// The next event of the world or of a process, if it comes before `to`; otherwise the clock moves to `to`.
    fn step(&mut self, to: Time) {
        let (wake, change) = self.kernel.waiting();
        let wake = wake.filter(|wake| *wake <= to);
        let world = self.kernel.system().next_at().filter(|at| *at <= wake.unwrap_or(to));
        let at = world.or(wake).unwrap_or(to);
        if at > self.kernel.now() {
            self.ran = 0;
        }
        match world {
            Some(_) => {
                self.ran += 1;
                self.kernel.system().step();
                if change {
                    self.kernel.stepped();
                    self.settle();
                }
            }
            None => {
                self.kernel.system().set_time(at);
                if wake.is_some() {
                    self.settle();
                }
            }
        }
    }

    /// Lets every process run as far as it gets at this moment.
    fn settle(&mut self) {
        if let Some(main) = &mut self.main
            && self.kernel.run_now(main)
        {
            self.main = None;
        }
    }

    /// What was shown since the last call, in order.
    pub fn drain(&mut self) -> Vec<Chunk> {
        self.kernel.drain()
    }

    /// Tells how many bytes of output wait to be drained: a driver stops a flood by asking this in `keep_going`.
    pub fn undrained_probe(&self) -> impl Fn() -> usize + use<> {
        let kernel = self.kernel.clone();
        move || kernel.undrained()
    }

    /// The prompt that stands on the terminal; empty while a command runs.
    pub fn prompt(&self) -> String {
        match self.kernel.want() {
            Want::Command(prompt) => prompt,
            Want::Input | Want::Nothing => String::new(),
        }
    }

    /// Whether a command runs in the foreground.
    pub fn busy(&self) -> bool {
        self.main.is_some() && !matches!(self.kernel.want(), Want::Command(_))
    }

    /// Whether the next line that is typed begins a command.
    pub fn begins_command(&self) -> bool {
        matches!(self.kernel.want(), Want::Command(_)) && self.kernel.begins.get()
    }

    /// Whether a command waits for a line of input.
    pub fn wants_input(&self) -> bool {
        self.kernel.want() == Want::Input
    }

    /// Whether the shell has ended (`exit`, Ctrl-D).
    pub fn ended(&self) -> bool {
        self.main.is_none()
    }

    /// The file that wants to be edited, if one does.
    pub fn editor(&self) -> Option<EditRequest> {
        self.kernel.edit_request()
    }

    /// The editor's answer: the text to be saved, or none for leaving the file as it was.
    pub fn finish_edit(&mut self, text: Option<String>) {
        self.kernel.finish_edit(text);
        self.settle();
    }

    /// The lines run so far.
    pub fn history(&self) -> Vec<String> {
        self.kernel.history.borrow().clone()
    }

    /// What the word before `cursor` (in bytes) may become, explained in the session's language.
    pub fn complete(&self, line: &str, cursor: usize) -> Completions {
        complete::complete(&self.onlooker(), line, cursor)
    }

    /// What is wrong with a text of manifests.
    pub fn check(&self, text: &str) -> Vec<Problem> {
        self.asked(|host| sheet::check(text, host))
    }

    /// What could stand at a place of a text of manifests, in bytes.
    pub fn complete_manifest(&self, text: &str, cursor: usize) -> Insertion {
        self.asked(|host| sheet::complete(text, cursor, host))
    }

    /// What applying a text of manifests would change, as unified differences.
    pub fn preview(&self, text: &str) -> String {
        self.asked(|host| sheet::preview(text, host))
    }

    /// Asks with the eyes of a kubectl at the workstation.
    fn asked<T: Default>(&self, ask: impl FnOnce(&dyn Host) -> T) -> T {
        let front = self.kernel.front();
        let front = if front.place == Place::Workstation { front } else { Front::default() };
        tools::kubectl::asked(&self.onlooker(), &front, ask).unwrap_or_default()
    }

    /// A copy of the kernel for those who ask: to look at a container's files makes them, and a dry run draws names, but what a
    /// page asks while somebody types must leave no trace. What runs in the background is seen in it, but does not run.
    fn onlooker(&self) -> Rc<Kernel> {
        let Some(copy) = self.kernel.copy() else { return self.kernel.clone() };
        let seen = |job: &Job| Job { text: job.text.clone(), future: None, ..*job };
        copy.jobs.replace(self.kernel.jobs.borrow().iter().map(seen).collect());
        Rc::new(copy)
    }

    /// What all processes share.
    pub fn kernel(&self) -> &Rc<Kernel> {
        &self.kernel
    }
}

fn earlier(a: Option<Time>, b: Option<Time>) -> Option<Time> {
    a.into_iter().chain(b).min()
}
