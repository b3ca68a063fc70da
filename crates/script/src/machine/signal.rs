//! Signals, and waiting for other tasks.

use super::frame::{Frame, Source};
use super::{Around, Machine, State, Task};
use crate::{Dialect, Jump};

/// The exit status of a process that SIGTERM ended.
const TERMINATED: i32 = 143;
/// The same for SIGKILL.
const KILLED: i32 = 137;

impl Machine {
    /// A signal (`TERM`) for the script. Whether it pays attention: the kernel ignores for a container's first process what that
    /// has no handler for.
    pub fn signal(&mut self, name: &str) -> bool {
        let Some(first) = self.find_mut(1) else { return false };
        match first.memory.traps.get(name) {
            Some(command) if !command.is_empty() => {}
            _ => return false,
        }
        // A command in the foreground is waited for first; `wait` is broken off.
        if matches!(first.state, State::Wait(_)) {
            first.state = State::Ready;
            first.value = Ok(128 + 15);
        }
        self.signals.push(name.to_owned());
        true
    }

    /// Begins what the script has been told to answer a signal with.
    pub(super) fn answer_signal(&mut self, task: &mut Task) {
        if self.signals.is_empty() || task.id != 1 {
            return;
        }
        let name = self.signals.remove(0);
        let Some(command) = task.memory.traps.get(&name).cloned() else { return };
        let status = task.value.unwrap_or(0);
        if task.value.is_err() {
            return;
        }
        task.memory.status = status;
        task.memory.calls += 1;
        task.push(Frame::Trap(status));
        task.push(Frame::Text(command.into(), 0, Source::Words));
    }

    /// `wait`
    pub(super) fn wait(&mut self, task: &mut Task, names: &[String]) {
        let job = |machine: &Machine, name: &String| {
            let id = name.trim_start_matches('%').parse::<usize>().ok()?;
            machine.find(id).filter(|task| task.job).map(|task| task.id)
        };
        if names.is_empty() {
            let all: Vec<usize> = self.tasks.iter().flatten().filter(|task| task.job).map(|task| task.id).collect();
            task.push(Frame::Jobs(all.clone(), true));
            task.state = State::Wait(all);
            return;
        }
        let known: Vec<usize> = names.iter().filter_map(|name| job(self, name)).collect();
        if known.len() < names.len() {
            task.value = Ok(127);
            return;
        }
        task.push(Frame::Jobs(known.clone(), false));
        task.state = State::Wait(known);
    }

    /// `wait` is over: the status is that of the last, or 0 where it was for all.
    pub(super) fn waited(&mut self, task: &mut Task, ids: &[usize], all: bool, around: &mut dyn Around) {
        // A signal has broken it off.
        if task.value.is_err() || ids.iter().any(|id| self.find(*id).is_some_and(|task| !task.ended())) {
            return;
        }
        let last = ids.iter().map(|id| self.reap(*id)).last().unwrap_or(0);
        if !all {
            self.tell_of_signal(task, last, around);
        }
        task.value = Ok(if all { 0 } else { last });
    }

    /// What a shell says of a process that a signal has ended.
    pub(super) fn tell_of_signal(&mut self, task: &Task, status: i32, around: &mut dyn Around) {
        let text = match status {
            _ if task.memory.dialect == Dialect::Bash => return,
            TERMINATED => "Terminated\n",
            KILLED => "Killed\n",
            _ => return,
        };
        self.put(&task.io.err, text, around);
    }

    /// `kill`
    pub(super) fn kill(&mut self, task: &mut Task, args: &[String], around: &mut dyn Around) {
        let mut signal = "TERM".to_owned();
        let mut names = Vec::new();
        let mut rest = args.iter();
        while let Some(word) = rest.next() {
            match word.strip_prefix('-') {
                Some("s" | "n") => signal = rest.next().cloned().unwrap_or_default(),
                Some("l") => {
                    task.value = Ok(0);
                    return;
                }
                Some(name) if !name.is_empty() && names.is_empty() => signal = name.to_owned(),
                _ => names.push(word),
            }
        }
        let signal = match signal.trim_start_matches("SIG") {
            "15" => "TERM",
            "9" => "KILL",
            "2" => "INT",
            "1" => "HUP",
            "10" => "USR1",
            "12" => "USR2",
            "3" => "QUIT",
            name => name,
        }
        .to_owned();
        let mut status = 0;
        for name in names {
            let id = name.trim_start_matches('%').parse::<usize>().unwrap_or_default();
            let own = id == task.id || id == task.memory.pid && task.id == 1;
            if own && let Some(command) = task.memory.traps.get(&signal).cloned() {
                task.memory.calls += 1;
                task.push(Frame::Text(command.into(), 0, Source::Words));
                continue;
            }
            if own && signal != "0" && id != 1 {
                task.memory.traps.clear();
                task.value = Err(Jump::Exit(if signal == "KILL" { KILLED } else { TERMINATED }));
                return;
            }
            if id == 1 {
                if signal != "0" {
                    self.signal(&signal);
                }
            } else if self.find(id).is_some_and(|task| !task.ended()) {
                if signal != "0" {
                    self.kill_task(id, if signal == "KILL" { KILLED } else { TERMINATED });
                }
            } else {
                let text = match task.memory.dialect {
                    Dialect::Bash => format!("kill: ({name}) - No such process"),
                    Dialect::Busybox => format!("can't kill pid {name}: No such process"),
                    Dialect::Dash => "kill: No such process".to_owned(),
                };
                self.complain(task, &text, around);
                status = 1;
            }
        }
        if task.state == State::Ready && task.value.is_ok() {
            task.value = Ok(status);
        }
    }
}
