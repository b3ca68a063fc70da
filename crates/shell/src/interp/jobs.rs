//! Commands in the background.

use super::{Flow, Shell};
use crate::process::Io;
use crate::process::{Input, Place, Stream};
use crate::syntax::Item;
use std::sync::Arc;

impl Shell {
    /// Starts what stands before `&`.
    pub(super) fn start_job(&mut self, item: &Item, io: &Io) -> i32 {
        let mut subshell = self.clone();
        subshell.interactive = false;
        let foreground = Item { background: false, ..item.clone() };
        // What runs in the background cannot take the lines typed for the shell.
        let io = Io { stdin: if io.stdin.is_terminal() { Input::Null } else { io.stdin.clone() }, ..io.clone() };
        let future = Box::pin(async move {
            let script = crate::syntax::Script(Arc::new(vec![foreground]));
            let flow = subshell.script(&script, &io).await;
            subshell.finish(flow)
        });
        let (id, pid) = self.kernel.spawn(item.text.clone(), future);
        self.kernel
            .jobs
            .borrow_mut()
            .iter_mut()
            .filter(|job| job.pid == pid)
            .for_each(|job| job.told = self.interactive);
        self.last_job = Some(pid);
        if self.interactive {
            self.kernel.emit(Stream::Stderr, &format!("[{id}] {pid}\n"));
        }
        0
    }

    /// Tells of the jobs that have ended since the last prompt, and forgets them.
    pub(super) fn report_jobs(&self) {
        let mut lines = String::new();
        self.kernel.jobs.borrow_mut().retain(|job| {
            let Some(status) = job.status else { return true };
            let state = match status {
                0 => "Done".to_owned(),
                143 => "Terminated".into(),
                n => format!("Exit {n}"),
            };
            if job.told {
                lines.push_str(&format!("[{}]+  {state:<24}{}\n", job.id, job.text));
            }
            false
        });
        if self.interactive {
            self.kernel.emit(Stream::Stderr, &lines);
        }
    }

    /// The position of the job that `%1`, a process number or nothing (the last one) means.
    fn job(&self, name: Option<&str>) -> Option<usize> {
        let jobs = self.kernel.jobs.borrow();
        match name {
            None | Some("%" | "%%" | "%+") => jobs.len().checked_sub(1),
            Some(name) => match name.strip_prefix('%') {
                Some(id) => jobs.iter().position(|job| Some(job.id) == id.parse().ok()),
                None => jobs.iter().position(|job| Some(job.pid) == name.parse().ok()),
            },
        }
    }
}

pub(super) async fn list(shell: &mut Shell, _: Vec<String>, io: Io) -> Flow {
    let mut lines = String::new();
    let jobs = shell.kernel.jobs.borrow();
    for (i, job) in jobs.iter().enumerate().filter(|(_, job)| job.status.is_none()) {
        let mark = if i + 1 == jobs.len() { '+' } else { '-' };
        lines.push_str(&format!("[{}]{mark}  {:<24}{} &\n", job.id, "Running", job.text));
    }
    drop(jobs);
    io.stdout.write(&shell.kernel, &lines);
    Ok(0)
}

pub(super) async fn wait(shell: &mut Shell, arguments: Vec<String>, io: Io) -> Flow {
    if arguments.len() == 1 {
        let kernel = shell.kernel.clone();
        kernel.until(|| kernel.jobs.borrow().iter().all(|job| job.status.is_some())).await;
        return Ok(0);
    }
    let mut status = 0;
    for name in &arguments[1..] {
        match shell.job(Some(name)) {
            Some(at) => status = finished(shell, at).await,
            None => {
                let problem = match name.parse::<usize>() {
                    Ok(pid) => format!("wait: pid {pid} is not a child of this shell"),
                    Err(_) => format!("wait: {name}: no such job"),
                };
                shell.complain(&io, &problem);
                status = 127;
            }
        }
    }
    Ok(status)
}

pub(super) async fn fg(shell: &mut Shell, arguments: Vec<String>, io: Io) -> Flow {
    let Some(at) = shell.job(arguments.get(1).map(String::as_str)) else {
        shell.complain(&io, &format!("fg: {}: no such job", arguments.get(1).map_or("current", String::as_str)));
        return Ok(1);
    };
    let text = shell.kernel.jobs.borrow()[at].text.clone();
    io.stdout.write(&shell.kernel, &format!("{text}\n"));
    let pid = shell.kernel.jobs.borrow()[at].pid;
    let guard = KillOnDrop(shell, pid);
    let status = finished(shell, at).await;
    std::mem::forget(guard);
    shell.kernel.jobs.borrow_mut().retain(|job| job.pid != pid);
    Ok(status)
}

/// Ctrl-C on a job that was brought to the foreground ends it.
struct KillOnDrop<'a>(&'a Shell, usize);

impl Drop for KillOnDrop<'_> {
    fn drop(&mut self) {
        self.0.kernel.jobs.borrow_mut().retain(|job| job.pid != self.1);
    }
}

async fn finished(shell: &Shell, at: usize) -> i32 {
    let kernel = &shell.kernel;
    let Some(pid) = kernel.jobs.borrow().get(at).map(|job| job.pid) else { return 127 };
    let status = || {
        let jobs = kernel.jobs.borrow();
        jobs.iter().find(|job| job.pid == pid).map_or(Some(127), |job| job.status)
    };
    kernel.until(|| status().is_some()).await;
    status().unwrap_or(127)
}

pub(super) async fn bg(_: &mut Shell, _: Vec<String>, _: Io) -> Flow {
    // Nothing is ever stopped, so everything in the background runs already.
    Ok(0)
}

/// A container's first process ends when it is asked to; what cannot be refused it does not get from inside.
fn end_container(shell: &Shell, signal: &str) {
    if !matches!(signal, "-9" | "-KILL" | "-SIGKILL") {
        let code = if matches!(signal, "-INT" | "-2" | "-QUIT" | "-3") { 130 } else { 143 };
        shell.acting().kill(&shell.place, code);
        shell.kernel.touch();
    }
}

/// The signals that have names, by number from 1.
const SIGNALS: [&str; 31] = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
    "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO",
    "PWR", "SYS",
];

/// `kill -l`: all signals, or the name of a number, or the number of a name.
fn list_signals(shell: &Shell, wanted: &[String], io: &Io) {
    let mut text = String::new();
    for name in wanted {
        match name.parse::<usize>() {
            // An exit status above 128 tells the signal, too.
            Ok(number) => text.push_str(SIGNALS.get((number % 128).wrapping_sub(1)).unwrap_or(&"")),
            Err(_) => {
                let plain = name.trim_start_matches("SIG").to_uppercase();
                let number = SIGNALS.iter().position(|known| *known == plain);
                text.push_str(&number.map_or(String::new(), |at| (at + 1).to_string()));
            }
        }
        text.push('\n');
    }
    if wanted.is_empty() {
        for (at, name) in SIGNALS.iter().enumerate() {
            let end = if (at + 1) % 5 == 0 || at + 1 == SIGNALS.len() { "\n" } else { "\t" };
            text.push_str(&format!("{:2}) SIG{name}{end}", at + 1));
        }
    }
    io.stdout.write(&shell.kernel, &text);
}

pub(super) async fn kill(shell: &mut Shell, arguments: Vec<String>, io: Io) -> Flow {
    let mut status = 0;
    if arguments.get(1).is_some_and(|flag| flag == "-l" || flag == "-L") {
        list_signals(shell, &arguments[2..], &io);
        return Ok(0);
    }
    let names: Vec<&String> = arguments[1..].iter().filter(|a| !a.starts_with('-')).collect();
    if names.is_empty() {
        let usage = "kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]";
        io.stderr.write(&shell.kernel, &format!("{usage}\n"));
        return Ok(2);
    }
    for name in names {
        if name == "1" && matches!(shell.place, Place::Container { .. }) {
            end_container(shell, &arguments[1]);
            continue;
        }
        let Some(at) = shell.job(Some(name)) else {
            let problem = match name.parse::<usize>() {
                Ok(pid) => format!("({pid}) - No such process"),
                Err(_) if name.starts_with('%') => format!("{name}: no such job"),
                Err(_) => format!("{name}: arguments must be process or job IDs"),
            };
            shell.complain(&io, &format!("kill: {problem}"));
            status = 1;
            continue;
        };
        let killed = {
            let mut jobs = shell.kernel.jobs.borrow_mut();
            let job = &mut jobs[at];
            job.status.get_or_insert(143);
            job.future.take()
        };
        drop(killed);
        shell.kernel.touch();
    }
    Ok(status)
}
