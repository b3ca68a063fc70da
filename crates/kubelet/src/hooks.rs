//! Lifecycle hooks (pkg/kubelet/lifecycle/handlers.go): beside their container's own process, in virtual time as that is.

use crate::exec::{command_of, port_number};
use crate::process::{OVERHEAD, Process};
use crate::usage::Visit;
use crate::worker::Worker;
use crate::{exec, serve};
use api::{Time, Value};
use apiserver::EventSpec;
use script::Outcome;
use std::sync::Arc;
use std::time::Duration;

/// A hook at work.
#[derive(Clone, Debug)]
pub(crate) struct Hook {
    /// Whether its container counts as started only after it; otherwise it is the last that its container does.
    first: bool,
    act: Act,
    /// What its command has written to standard output and to standard error.
    said: [String; 2],
}

#[derive(Clone, Debug)]
enum Act {
    /// It is over then, and went like this.
    Over(Time, Result<(), String>),
    Command(Process),
    /// It waits for a server's answer; the question is there until the network takes it.
    Asks(Option<Visit>),
}

impl Hook {
    /// When there is something to do for it.
    pub(crate) fn wake(&self) -> Option<Time> {
        match &self.act {
            Act::Over(at, _) => Some(*at),
            Act::Command(process) => process.wake().or_else(|| Some(own_end(process)?.0)),
            Act::Asks(_) => None,
        }
    }

    /// What it asks, once.
    pub(crate) fn take_visit(&mut self) -> Option<Visit> {
        match &mut self.act {
            Act::Asks(visit) => visit.take(),
            Act::Over(..) | Act::Command(_) => None,
        }
    }

    /// The tools of its script whose answer comes from the network.
    pub(crate) fn take_calls(&mut self) -> Vec<script::Program> {
        match &mut self.act {
            Act::Command(process) => process.take_calls(),
            Act::Over(..) | Act::Asks(_) => Vec::new(),
        }
    }
}

/// When a command has ended, and how: a container's own process takes longer to be seen to end.
fn own_end(process: &Process) -> Option<(Time, i32)> {
    process.ended.map(|(at, code)| (Time(at.0 - OVERHEAD.as_micros() as i64), code))
}

/// The answer to what a container's hook has asked: a tool of its script, or a server.
pub(crate) fn answer(
    pod: &mut crate::Pod,
    index: usize,
    task: Option<usize>,
    outcome: Outcome,
    run: &mut exec::Run<'_>,
) {
    let now = run.now;
    let Some(mut hook) = pod.containers[index].hook.take() else { return };
    match (&mut hook.act, task) {
        (Act::Command(process), Some(task)) => {
            let inner = &mut serve::inside(pod, index, run.disks, now).with_tools(run.tools);
            process.answer(task, outcome, now, &mut exec::Aside { said: &mut hook.said, trial: None, inner });
        }
        (Act::Asks(_), None) => {
            let how = if outcome.status == 0 { Ok(()) } else { Err(failed(pod, index, hook.first, &outcome.err)) };
            hook.act = Act::Over(now + outcome.took, how);
        }
        _ => {}
    }
    pod.containers[index].hook = Some(hook);
}

/// The words for a failed request.
fn failed(pod: &crate::Pod, index: usize, first: bool, error: &str) -> String {
    let path = spec(pod, index, first)["httpGet"]["path"].str();
    format!("HTTP lifecycle hook ({path}) for {} failed - error: {error}", whose(pod, index))
}

fn whose(pod: &crate::Pod, index: usize) -> String {
    let (object, name) = (&pod.object, &pod.containers[index].name);
    format!("Container \"{name}\" in Pod \"{}_{}({})\"", object.name(), object.namespace(), object.uid())
}

fn spec(pod: &crate::Pod, index: usize, first: bool) -> &Value {
    &pod.spec_of(index)["lifecycle"][if first { "postStart" } else { "preStop" }]
}

impl Worker<'_, '_> {
    /// Begins the hook that a container has, if it has one.
    fn begin_hook(&mut self, index: usize, first: bool) -> bool {
        let spec = spec(self.pod, index, first).clone();
        if spec.is_null() {
            return false;
        }
        let now = self.cx.now;
        let act = if let Some(seconds) = spec["sleep"]["seconds"].as_int() {
            Act::Over(now + Duration::from_secs(seconds.max(0).unsigned_abs()), Ok(()))
        } else if !spec["httpGet"].is_null() {
            self.request(index, &spec["httpGet"], first)
        } else if !spec["exec"].is_null() {
            let command = command_of(&spec);
            match self.command(index, &command) {
                Ok(program) => Act::Command(Process::start(Arc::new(program), now)),
                Err(why) => {
                    let id = self.cx.rng.hex(64);
                    let error = format!(
                        "rpc error: code = Unknown desc = failed to exec in container: failed to start exec \"{id}\": OCI \
                         runtime exec failed: exec failed: unable to start container process: {why}"
                    );
                    Act::Over(now, Err(self.exec_failed(index, &command, &error, "")))
                }
            }
        } else {
            // The API takes `tcpSocket` here, and the kubelet does not know what to do with it.
            let socket = &spec["tcpSocket"];
            let port = match socket["port"].as_int() {
                Some(number) => format!("{{0 {number} }}"),
                None => format!("{{1 0 {}}}", socket["port"].str()),
            };
            let host = socket["host"].str();
            let handler = format!("TCPSocket:&TCPSocketAction{{Port:{port},Host:{host},}},Sleep:nil,");
            let why =
                format!("Cannot run handler: invalid handler: &LifecycleHandler{{Exec:nil,HTTPGet:nil,{handler}}}");
            Act::Over(now, Err(why))
        };
        self.pod.containers[index].hook = Some(Box::new(Hook { first, act, said: Default::default() }));
        true
    }

    /// `httpGet`. Whatever the server answers is fine.
    fn request(&mut self, index: usize, get: &Value, first: bool) -> Act {
        /// So long a system tries to connect to somebody who is silent, if nobody stops it.
        const PATIENCE: Duration = Duration::from_secs(127);
        let now = self.cx.now;
        if let Some(visit) = exec::visit(self.pod, index, get, "kube-lifecycle/1.36") {
            return Act::Asks(Some(visit));
        }
        let cut_off = !self.pod.host_network() && !self.network.reaches_pods(&self.pod.node);
        let (url, status) = match cut_off {
            true => (exec::url(self.pod, index, get), None),
            false => self.get(index, get, "kube-lifecycle/1.36"),
        };
        let address =
            format!("{}:{}", self.pod.ip.clone().unwrap_or_default(), port_number(self.pod, index, &get["port"]));
        let (at, why) = match status {
            _ if cut_off => (now + PATIENCE, format!("dial tcp {address}: connect: connection timed out")),
            None => (now, format!("dial tcp {address}: connect: connection refused")),
            Some(0) => (now, crate::http::MALFORMED.to_owned()),
            Some(_) => return Act::Over(now, Ok(())),
        };
        Act::Over(at, Err(failed(self.pod, index, first, &format!("Get \"{url}\": {why}"))))
    }

    fn exec_failed(&self, index: usize, command: &[String], error: &str, output: &str) -> String {
        let (words, whose) = (command.join(" "), whose(self.pod, index));
        format!("Exec lifecycle hook ([{words}]) for {whose} failed - error: {error}, message: {output:?}")
    }

    /// How a command has ended.
    fn verdict(&self, index: usize, hook: &Hook, code: i32) -> Result<(), String> {
        if code == 0 {
            return Ok(());
        }
        let command = command_of(spec(self.pod, index, hook.first));
        let [out, err] = &hook.said;
        let error = format!("command '{}' exited with {code}: {err}", command.join(" "));
        Err(self.exec_failed(index, &command, &error, &format!("{out}{err}")))
    }

    /// Lets the hooks of all containers do what they do until now.
    pub(crate) fn run_hooks(&mut self) {
        let now = self.cx.now;
        for index in 0..self.pod.containers.len() {
            let Some(mut hook) = self.pod.containers[index].hook.take() else { continue };
            if let Act::Command(process) = &mut hook.act {
                let inner = &mut serve::inside(self.pod, index, self.disks, now).with_tools(self.tools);
                process.run(now, &mut exec::Aside { said: &mut hook.said, trial: None, inner });
                if let Some((at, code)) = own_end(process) {
                    hook.act = Act::Over(at, self.verdict(index, &hook, code));
                }
            }
            self.pod.containers[index].hook = Some(hook);
        }
    }

    /// A container has ended, and with it what its hook ran in it.
    pub(crate) fn end_hook(&mut self, index: usize) {
        const KILLED: i32 = 137;
        let Some(mut hook) = self.pod.containers[index].hook.take() else { return };
        if let Act::Command(_) = hook.act {
            hook.act = Act::Over(self.cx.now, self.verdict(index, &hook, KILLED));
        }
        match &hook.act {
            _ if hook.first => self.pod.containers[index].hook = Some(hook),
            Act::Over(at, Err(_)) if *at <= self.cx.now => self.pre_stop_failed(index),
            _ => {}
        }
    }

    /// `lifecycle.postStart`: whether the container has one. It counts as started only after it.
    pub(crate) fn post_start(&mut self, index: usize) -> bool {
        self.begin_hook(index, true)
    }

    /// Whether a container's `postStart` is over.
    pub(crate) fn post_start_is_over(&self, index: usize) -> bool {
        let hook = self.pod.containers[index].hook.as_ref().filter(|hook| hook.first);
        hook.is_none_or(|hook| matches!(&hook.act, Act::Over(at, _) if *at <= self.cx.now))
    }

    /// A container's `postStart` is over. If it has failed, the container is killed.
    pub(crate) fn post_started(&mut self, index: usize) {
        let hook = self.pod.containers[index].hook.take_if(|hook| hook.first);
        if let Some(Act::Over(_, Err(message))) = hook.map(|hook| hook.act) {
            self.container_event(index, EventSpec::warning("FailedPostStartHook", "PostStartHook failed"));
            if self.pod.containers[index].running() {
                self.container_event(index, EventSpec::normal("Killing", "FailedPostStartHook"));
                self.ask_to_end(index, self.cx.now + self.grace());
            }
            self.pod.pass.failed = true;
            self.pod.containers[index].reason = Some(("PostStartHookError".into(), message));
        }
        self.next();
    }

    /// `lifecycle.preStop` begins, if the container has one.
    pub(crate) fn pre_stop(&mut self, index: usize) {
        self.pod.containers[index].hook = None;
        self.begin_hook(index, false);
    }

    /// Whether nothing of a container's `preStop` has to be waited for.
    pub(crate) fn pre_stop_is_over(&mut self, index: usize) -> bool {
        let now = self.cx.now;
        let over = |hook: &mut Box<Hook>| matches!(&hook.act, Act::Over(at, _) if *at <= now);
        let done = self.pod.containers[index].hook.take_if(over);
        if done.is_some_and(|hook| matches!(hook.act, Act::Over(_, Err(_)))) {
            self.pre_stop_failed(index);
        }
        self.pod.containers[index].hook.is_none()
    }

    fn pre_stop_failed(&mut self, index: usize) {
        self.container_event(index, EventSpec::warning("FailedPreStopHook", "PreStopHook failed"));
    }
}
