//! One Pod's worker: what the kubelet does for it next (pkg/kubelet/pod_workers.go, kuberuntime's SyncPod).
//!
//! A *pass* writes the Pod's status, then brings its containers nearer to what the spec says: the sandbox, one init container,
//! or all others in turn. What takes time (the sandbox, a pull) suspends the pass. The next pass comes with a change of the
//! object, with a change in the runtime that the kubelet's relist sees, or after a failure 10 to 15 seconds later.

mod due;

use crate::NetworkPlugin;
use crate::process::Program;
use crate::state::{Life, Node, Pass, Pod, State, Work};
use crate::{restart, status, volumes};
use api::OrdMap;
use api::{Str, Time, kind};
use apiserver::{Context, EventSpec, WorkKey};
use std::sync::Arc;
use std::time::Duration;
use vfs::Fs;

/// From the start of a sandbox to its address. Recorded: 0.27 to 0.31 s.
const SANDBOX: (u32, u32) = (270, 40);
/// Writing the status after a container has started.
const REPORT: Duration = Duration::from_millis(8);
/// The kubelet's `backOffPeriod`, and how much of it is added at random.
const RETRY: Duration = Duration::from_secs(10);
const RETRY_JITTER: u32 = 5_000;

/// A Pod's worker with all it may touch.
pub(crate) struct Worker<'w, 'c> {
    pub(crate) pod: &'w mut Pod,
    pub(crate) node: &'w mut Node,
    pub(crate) disks: &'w mut OrdMap<Str, Fs>,
    pub(crate) network: &'w mut dyn NetworkPlugin,
    pub(crate) service_env: &'w mut OrdMap<Str, Arc<Vec<(Str, Str)>>>,
    pub(crate) programs: &'w mut OrdMap<Str, Arc<Program>>,
    pub(crate) tools: Option<crate::Tools>,
    pub(crate) cx: &'w mut Context<'c>,
}

impl Worker<'_, '_> {
    /// Does all that is due, and asks to be called again when more is.
    pub(crate) fn run(&mut self) {
        const ENOUGH: usize = 200;
        self.heed_deadline();
        for _ in 0..ENOUGH {
            self.run_processes();
            if !self.advance() {
                break;
            }
        }
        if let Some((at, wait)) = self.next_at() {
            let key = WorkKey::new("pod", self.pod.node.clone(), self.pod.id.clone());
            // Never at once: whatever goes wrong, time goes on.
            let delay = at.since(self.cx.now).max(Duration::from_millis(1));
            self.cx.wait_for(wait, key, delay);
        }
    }

    /// Whether the Pod has made a step.
    fn advance(&mut self) -> bool {
        let now = self.cx.now;
        match self.pod.work.clone() {
            Work::Sandbox(at) if at <= now => self.sandbox_is_up(),
            Work::Pull(Some(result)) => self.pulled(result),
            Work::Start(at) if at <= now => self.start(),
            Work::Hook(index) if self.post_start_is_over(index) => self.post_started(index),
            Work::Stop => {
                if !self.all_stopped() {
                    self.heed_stops();
                    return self.retimed_stop();
                }
                self.stopped();
            }
            Work::Nothing if self.pod.sync_at.is_some_and(|at| at <= now) => self.sync(),
            // A deletion does not wait for a pull or a start.
            Work::Pull(_) | Work::Start(_) | Work::Sandbox(_) | Work::Hook(_) if self.pod.deleting() => {
                self.pod.work = Work::Nothing;
                self.pod.plan.clear();
                self.pod.sync_at = Some(now);
            }
            _ => return false,
        }
        true
    }

    /// One pass.
    fn sync(&mut self) {
        self.pod.sync_at = None;
        self.pod.pass = Pass::default();
        match self.pod.life {
            Life::Syncing if self.pod.deleting() => {
                // `podCache.GetNewerThan`: the worker does not act on what the runtime was before its last pass.
                let seen = self.pod.synced.map(|at| self.node.relist_after(at)).filter(|at| *at > self.cx.now);
                match seen {
                    Some(at) => self.pod.sync_at = Some(at),
                    None => self.terminate(),
                }
                return;
            }
            Life::Syncing => {}
            Life::Terminating => return,
            Life::Terminated => return self.finish(),
            Life::Finished => return,
        }
        if self.pod.started.is_none() {
            self.pod.started = Some(self.cx.now);
            if let Some((reason, message)) = self.pod.verdict.clone() {
                return self.refuse(&reason, message);
            }
        }
        if self.pod.verdict.is_some() {
            return self.terminate();
        }
        self.heed_restart_rules();
        self.settle_resize();
        let phase = match std::mem::take(&mut self.pod.silent) {
            true => {
                self.pod.pass.changed = Some(self.cx.now);
                Str::default()
            }
            false => self.write_status(),
        };
        if matches!(phase.as_str(), "Succeeded" | "Failed") {
            return self.terminate();
        }
        if self.pod.restarting {
            return self.restart_all();
        }
        self.miss_pull_secrets();
        if self.pod.sandbox {
            self.end_changed();
            self.actuate_resize();
            self.pod.plan = self.plan().into();
            return self.next();
        }
        if !self.pod.host_network() && !self.network.ready(&self.node.config.name) {
            let text = "network is not ready: container runtime network not ready: NetworkReady=false \
                        reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized";
            self.event(EventSpec::warning("NetworkNotReady", text));
            self.pod.sync_at = Some(self.cx.now + Duration::from_secs(2));
            return;
        }
        if !self.mount() {
            return;
        }
        let (least, spread) = SANDBOX;
        let takes = Duration::from_millis(u64::from(least + self.cx.rng.below(spread)));
        self.pod.work = Work::Sandbox(self.cx.now + takes);
    }

    /// The Pod is not taken on (`rejectPod`).
    fn refuse(&mut self, reason: &str, message: Str) {
        self.event(EventSpec::warning(reason, message));
        self.pod.refused = true;
        self.pod.life = Life::Terminated;
        self.write_status();
    }

    /// `activeDeadlineSeconds`: a Pod that has had its time is ended (pkg/kubelet/active_deadline.go).
    fn heed_deadline(&mut self) {
        const MESSAGE: &str = "Pod was active on the node longer than the specified deadline";
        let due = self.deadline().is_some_and(|due| due <= self.cx.now);
        if due && self.pod.life == Life::Syncing && self.pod.verdict.is_none() {
            self.event(EventSpec::normal("DeadlineExceeded", MESSAGE));
            self.pod.verdict = Some(("DeadlineExceeded".into(), MESSAGE.into()));
            self.pod.plan.clear();
            self.pod.work = Work::Nothing;
            self.pod.sync_at = Some(self.cx.now);
        }
    }

    fn deadline(&self) -> Option<Time> {
        let seconds = self.pod.object["spec"]["activeDeadlineSeconds"].as_int()?;
        Some(self.pod.started? + Duration::from_secs(seconds.max(0).unsigned_abs()))
    }

    /// Mounts the volumes. A failure is tried again after 0.5, 1, 2, 4 ... seconds.
    fn mount(&mut self) -> bool {
        const LONGEST: Duration = Duration::from_secs(122);
        match volumes::mount(self.pod, &self.node.config, self.disks, &self.cx.client, self.cx.now) {
            Ok(()) => true,
            Err(failures) => {
                for (reason, message) in failures {
                    self.event(EventSpec::warning(reason, message));
                }
                let delay = Duration::from_millis(500) * 2u32.saturating_pow(self.pod.mount_failures.min(10));
                self.pod.mount_failures += 1;
                self.pod.sync_at = Some(self.cx.now + delay.min(LONGEST));
                false
            }
        }
    }

    fn sandbox_is_up(&mut self) {
        self.pod.work = Work::Nothing;
        let ip = match self.pod.host_network() {
            true => Ok(self.node.config.address.clone()),
            false => self.network.add(&self.pod.node, &self.pod.id).map(|ip| ip.to_string().into()),
        };
        let ip = match ip {
            Ok(ip) => ip,
            Err(why) => {
                let id = self.cx.rng.hex(64);
                let text = format!(
                    "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox \
                     \"{id}\": {why}"
                );
                self.event(EventSpec::warning("FailedCreatePodSandBox", text));
                return self.retry();
            }
        };
        self.pod.sandbox = true;
        self.pod.pass.changed = Some(self.cx.now);
        // `OnPodSandboxReady` reports the condition alone; the address comes with the next pass.
        self.write_status();
        self.pod.ip = Some(ip);
        self.pod.plan = self.plan().into();
        self.next();
    }

    /// Which containers this pass is to start (`computePodActions`).
    fn plan(&mut self) -> Vec<usize> {
        let mut plan = Vec::new();
        for (i, container) in self.pod.containers.iter().enumerate().filter(|(_, c)| c.init) {
            if container.sidecar {
                if container.running() && container.started {
                    continue;
                }
                if !container.running() {
                    plan.push(i);
                }
                if self.pod.initialized {
                    continue;
                }
                return plan;
            }
            if self.pod.initialized || container.exited().is_some_and(|t| t.code == 0 && !container.changed) {
                continue;
            }
            if restart::will_restart(self.pod, container) {
                plan.push(i);
            }
            return plan;
        }
        self.pod.initialized = true;
        let regular = self.pod.containers.iter().enumerate().filter(|(_, c)| !c.init);
        plan.extend(regular.filter(|(_, c)| restart::will_restart(self.pod, c)).map(|(i, _)| i));
        plan
    }

    /// Goes on with the pass: begins to start the next container, or ends the pass.
    pub(crate) fn next(&mut self) {
        while let Some(index) = self.pod.plan.front().copied() {
            match self.begin(index) {
                Some(work) => {
                    self.pod.work = work;
                    return;
                }
                None => {
                    self.pod.pass.failed = true;
                    self.pod.plan.pop_front();
                }
            }
        }
        self.pod.work = Work::Nothing;
        self.pod.synced = Some(self.cx.now);
        if self.pod.pass.failed {
            self.retry();
        } else if self.pod.pass.started {
            self.pod.sync_at = Some(self.cx.now + REPORT);
        }
    }

    /// After a failure: a new pass when the relist sees what has changed meanwhile, in any case after a while.
    fn retry(&mut self) {
        let now = self.cx.now;
        let later = now + RETRY + Duration::from_millis(u64::from(self.cx.rng.below(RETRY_JITTER)));
        let seen = self.pod.pass.changed.map(|at| self.node.relist_after(at).max(now + REPORT));
        self.pod.sync_at = Some(seen.map_or(later, |at| at.min(later)));
    }

    /// Writes the status if it differs from what the API has; returns the phase.
    pub(crate) fn write_status(&mut self) -> Str {
        let current = match self.pod.gone {
            true => None,
            false => self.cx.client.get(kind::POD, self.pod.object.namespace(), self.pod.object.name()),
        };
        let current = current.filter(|object| object.uid() == self.pod.object.uid());
        let old = current.as_ref().map_or(&self.pod.object, |object| object);
        let mut new = status::generate(self.pod, &self.node.config.address, &old["status"], self.cx.now);
        let phase = new["phase"].to_str();
        if let Some(mut object) = current
            && !status::share(&mut new, &object["status"])
        {
            object.object_mut().insert("status", new);
            if let Ok(written) = self.cx.client.update_status(kind::POD, object) {
                self.pod.object = written;
            }
        }
        phase
    }

    /// Lets the processes do what they do, and notices which have ended.
    fn run_processes(&mut self) {
        let now = self.cx.now;
        self.run_to(now);
        self.run_hooks();
        self.heed_stops();
        let syncing = self.pod.life == Life::Syncing;
        let (mut seen, mut killed) = (false, false);
        for index in 0..self.pod.containers.len() {
            let container = &mut self.pod.containers[index];
            if !container.running() {
                continue;
            }
            // A process that has been asked to end may come to its own end before.
            let own_end = container.process.as_ref().and_then(|process| process.ended);
            if let (Some((at, code)), Some((until, _))) = (own_end, container.dies)
                && at < until
            {
                container.dies = Some((at, code));
            }
            // In a Pod that is to go, `all_stopped` does this.
            if let Some((at, code)) = container.dies.filter(|(at, _)| syncing && *at <= now) {
                // After a failed hook the pass has ended; only a probe has its container replaced within one.
                let hook = container.reason.as_ref().is_some_and(|(reason, _)| reason == "PostStartHookError");
                container.replaced = !hook;
                killed |= !hook;
                seen |= hook;
                self.ended(index, at, code, None);
                continue;
            }
            let Some((at, code)) = container.process.as_ref().and_then(|p| p.ended) else { continue };
            if container.dies.is_none() && self.node.relist_after(at) <= now {
                let reason = container.process.as_ref().and_then(|p| p.killed);
                self.ended(index, at, code, reason);
                seen = true;
            }
        }
        self.pod.silent |=
            killed && self.pod.containers.iter().all(|c| c.running() || restart::will_restart(self.pod, c));
        if (seen || killed) && self.pod.life == Life::Syncing && self.pod.work == Work::Nothing {
            self.pod.sync_at = Some(now);
        }
        self.probe();
    }

    /// Marks a container as ended, with what it has to say about that.
    pub(crate) fn ended(&mut self, index: usize, at: Time, code: i32, reason: Option<&'static str>) {
        let message = self.termination_message(index, code);
        let container = &mut self.pod.containers[index];
        exit(container, at, code, reason);
        if let State::Exited(terminated) = &mut container.state {
            terminated.message = message;
        }
        self.end_hook(index);
    }

    /// Records an event about the Pod.
    pub(crate) fn event(&mut self, spec: EventSpec<'_>) {
        self.cx.client.host = self.node.config.name.clone();
        self.cx.client.event(&self.pod.object, kind::POD, spec);
    }

    /// Records an event about a container.
    pub(crate) fn container_event(&mut self, index: usize, spec: EventSpec<'_>) {
        let path = self.pod.field_path(index);
        self.event(spec.at(path));
    }
}

/// Marks a container as ended.
pub(crate) fn exit(container: &mut crate::state::Container, at: Time, code: i32, reason: Option<&'static str>) {
    let State::Running(started) = container.state else { return };
    let reason = reason.unwrap_or(if code == 0 { "Completed" } else { "Error" });
    let ended = crate::state::Terminated {
        code,
        reason: reason.into(),
        message: Str::default(),
        started,
        finished: at,
        id: container.id.clone(),
    };
    container.state = State::Exited(ended);
    container.process = None;
    (container.dies, container.stop) = (None, None);
    container.ready = false;
    container.started = false;
    container.probes.clear();
}
