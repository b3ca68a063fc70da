//! What containers use of CPU and memory: a model, as simple as it can be and still tell load from idleness.
//!
//! A container uses little while it idles, by its image; each request that it answers costs CPU time, by its image, too; a loop
//! without a pause burns one core; and so does, between its answers, one that asks a server again and again. Nothing uses more
//! than its limit, and the containers of a node together not more than the node has.

use crate::Reference;
use crate::kubelets::{Kubelets, NetworkPlugin};
use crate::serve;
use crate::state::{Container, Pod};
use api::{Quantity, Str, Time, Value};
use apiserver::{Context, WorkKey};
use script::SAMPLE;
use std::sync::Arc;
use std::time::Duration;

/// What one image costs: CPU while it idles, in microseconds a second; memory in MiB; CPU time of a request in microseconds.
type Cost = (&'static str, u64, u64, u64);

/// By the last part of the image's name.
const COSTS: &[Cost] = &[
    ("coredns", 2_500, 16, 50),
    ("etcd", 22_000, 64, 100),
    ("hpa-example", 1_000, 12, 80_000),
    ("httpd", 1_000, 8, 600),
    ("kube-apiserver", 48_000, 290, 1_000),
    ("kube-controller-manager", 18_000, 52, 100),
    ("kube-proxy", 1_000, 18, 50),
    ("kube-scheduler", 4_500, 24, 100),
    ("metrics-server", 3_500, 20, 300),
    ("mongo", 6_000, 120, 500),
    ("mysql", 8_000, 420, 500),
    ("nginx", 500, 5, 450),
    ("postgres", 2_000, 38, 400),
    ("redis", 3_000, 4, 40),
    ("tomcat", 3_000, 180, 600),
    ("weave-kube", 3_000, 62, 50),
    ("weave-npc", 1_000, 22, 50),
    ("wordpress", 1_500, 60, 40_000),
];
/// Any other image.
const ANY: Cost = ("", 500, 6, 500);

/// CPU time that a process spends to ask once, in microseconds: a new process and a connection each time.
const ASKING: u64 = 4_000;

const MICROS: u64 = 1_000_000;
const MIB: i64 = 1 << 20;

/// What a container costs: as [`Cost`] has it, but its memory in bytes.
fn cost_of(container: &Container) -> (u64, i64, u64) {
    if let Some(own) = &container.own {
        return (own.cpu.0, own.memory.0.saturating_add(container.held), own.cpu.1);
    }
    let reference = Reference::parse(&container.image.0).ok();
    let name = reference.as_ref().map_or("", |r| r.repository.rsplit('/').next().unwrap_or_default());
    let (_, idle, memory, request) = COSTS.iter().find(|cost| cost.0 == name).unwrap_or(&ANY);
    (*idle, *memory as i64 * MIB, *request)
}

/// What a container asks a server for, again and again.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// The UID of its Pod.
    pub pod: Str,
    /// Its name.
    pub container: Str,
    /// `http://...`
    pub url: Str,
    /// How long it pauses between two questions.
    pub pause: Duration,
}

/// What somebody has to do beyond a container, in the cluster's network.
#[derive(Clone, Debug)]
pub enum Errand {
    /// A tool that a script in the container runs.
    Tool(script::Program),
    /// What a kubelet asks a server that is not in the Pod.
    Visit(Visit),
}

/// A kubelet's connection to a server.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The kubelet's node.
    pub node: Str,
    /// Whom it asks: a name or an address.
    pub host: String,
    /// Where.
    pub port: u16,
    /// `http://...`, if it asks over HTTP; empty otherwise.
    pub url: String,
    /// What it asks, if it asks over HTTP.
    pub request: Option<crate::http::Request>,
}

/// Who waits for the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// The container's own process.
    Process,
    /// A probe: which of those that wait.
    Probe(usize),
    /// The hook that runs.
    Hook,
}

/// What a container, or its kubelet for it, needs the network for.
#[derive(Clone, Debug)]
pub struct NetworkCall {
    /// The UID of its Pod.
    pub pod: Str,
    /// The container's name.
    pub container: Str,
    /// Which of the containers that have had this name.
    pub id: Str,
    /// What is to be done.
    pub errand: Errand,
    /// Who waits for it.
    pub asker: Asker,
}

/// What a container uses.
#[derive(Clone, Debug, PartialEq)]
pub struct ContainerUsage {
    /// Its name.
    pub name: Str,
    /// CPU, in millionths of a core.
    pub cpu_micros: u64,
    /// Memory, in bytes.
    pub memory: i64,
}

/// What the containers of a Pod use.
#[derive(Clone, Debug)]
pub struct PodUsage {
    /// The Pod as its node knows it.
    pub object: Value,
    /// Its node.
    pub node: Str,
    /// By container, in the order of the Pod.
    pub containers: Vec<ContainerUsage>,
}

/// What one request costs the server at a port of a Pod.
pub(crate) fn charge(pod: &mut Pod, index: usize, requests: u64, now: Time) {
    let container = &mut pod.containers[index];
    container.work += cost_of(container).2 * requests;
    let Some(leak) = container.own.as_ref().map(|own| own.memory.1).filter(|leak| *leak > 0) else { return };
    container.held = container.held.saturating_add(leak.saturating_mul(requests as i64));
    let limit = limit(container, "memory", 1) / 1000;
    if cost_of(container).1 > limit
        && let Some(process) = container.process.as_mut().filter(|process| process.ended.is_none())
    {
        process.killed = Some("OOMKilled");
        process.kill(137, now);
    }
}

/// Notes what a container's process wants to be asked.
pub(crate) fn ask(pod: &mut Pod, index: usize, url: &str, pause: Duration) {
    pod.containers[index].asks = Some((url.into(), pause));
}

/// Collects what the containers of a Pod ask for.
pub(crate) fn collect_asks(pod: &mut Pod, asks: &mut Vec<Ask>, calls: &mut Vec<NetworkCall>) {
    for container in &mut pod.containers {
        let mut call = |errand, asker| {
            let (pod, container, id) = (pod.id.clone(), container.name.clone(), container.id.clone());
            calls.push(NetworkCall { pod, container, id, errand, asker });
        };
        if let Some(process) = container.process.as_mut().filter(|process| process.is_script()) {
            for program in process.take_calls() {
                call(Errand::Tool(program), Asker::Process);
            }
        }
        for (place, pending) in container.pending.iter_mut().enumerate() {
            if let Some(errand) = pending.asked.take() {
                call(errand, Asker::Probe(place));
            }
        }
        if let Some(hook) = &mut container.hook {
            for program in hook.take_calls() {
                call(Errand::Tool(program), Asker::Hook);
            }
            if let Some(visit) = hook.take_visit() {
                call(Errand::Visit(visit), Asker::Hook);
            }
        }
        if let Some((url, pause)) = container.asks.take() {
            asks.push(Ask { pod: pod.id.clone(), container: container.name.clone(), url, pause });
        }
    }
}

impl<N: NetworkPlugin> Kubelets<N> {
    /// Takes what containers ask for: their network carries it.
    pub fn take_asks(&mut self) -> Vec<Ask> {
        std::mem::take(&mut self.asks)
    }

    /// Takes the tools that need the network: whoever has one runs them, and says what they did ([`Kubelets::answer`]).
    pub fn take_calls(&mut self) -> Vec<NetworkCall> {
        std::mem::take(&mut self.calls)
    }

    /// What a tool has done that needed the network: the script goes on.
    pub fn answer(&mut self, call: &NetworkCall, outcome: script::Outcome, cx: &mut Context<'_>) {
        let Some(pod) = self.pods.get_mut(call.pod.as_str()).map(Arc::make_mut) else { return };
        let Some(index) = pod.containers.iter().position(|c| c.name == call.container && c.id == call.id) else {
            return;
        };
        let task = match &call.errand {
            Errand::Tool(program) => Some(program.task),
            Errand::Visit(_) => None,
        };
        match (call.asker, task) {
            (Asker::Probe(place), _) => {
                if let Some(pending) = pod.containers[index].pending.get_mut(place) {
                    pending.answers.push(outcome);
                }
                return;
            }
            (Asker::Hook, task) => {
                let run = &mut crate::exec::Run { disks: &mut self.disks, tools: self.tools, now: cx.now };
                crate::hooks::answer(pod, index, task, outcome, run);
            }
            (Asker::Process, Some(task)) => {
                let Some(mut process) = pod.containers[index].process.take() else { return };
                process.answer(task, outcome, cx.now, &mut serve::inside(pod, index, &mut self.disks, cx.now));
                pod.containers[index].process = Some(process);
            }
            (Asker::Process, None) => return,
        }
        cx.enqueue_after(WorkKey::new("pod", pod.node.clone(), pod.id.clone()), Duration::ZERO);
    }

    /// A question has been answered by the server at a port of a Pod, or (`None`) by nobody in the cluster: both sides are
    /// charged for all the questions that it stands for. Returns how many these are.
    pub fn charge(&mut self, ask: &Ask, server: Option<(&str, u16)>, now: Time) -> u64 {
        let answerer = server.and_then(|(pod, port)| {
            let pod = self.pods.get_mut(pod).map(Arc::make_mut)?;
            let index = serve::listener(pod, port)?;
            Some((pod, index))
        });
        let cost = answerer.as_ref().map_or(0, |(pod, index)| cost_of(&pod.containers[*index]).2);
        let round = ASKING + cost + ask.pause.as_micros() as u64;
        let questions = (SAMPLE.as_micros() as u64 / round).max(1);
        if let Some((pod, index)) = answerer {
            charge(pod, index, questions.saturating_sub(1), now);
        }
        if let Some((pod, _)) = server {
            self.look_at(pod);
        }
        if let Some(pod) = self.pods.get_mut(&ask.pod).map(Arc::make_mut)
            && let Some(container) = pod.containers.iter_mut().find(|c| c.name == ask.container)
        {
            container.work += questions * ASKING;
        }
        questions
    }

    /// Something in a container has connected to a server.
    pub fn has_asked(&mut self, pod: &str, container: &str) {
        if let Some(pod) = self.pods.get_mut(pod).map(Arc::make_mut)
            && let Some(container) = pod.containers.iter_mut().find(|c| c.name == container)
        {
            container.work += ASKING;
        }
    }

    /// What runs, and what it has used since this was asked last.
    pub fn measure(&mut self, now: Time) -> Vec<PodUsage> {
        let mut all = Vec::new();
        let ids: Vec<Str> = self.pods.keys().cloned().collect();
        for id in ids {
            let Some(pod) = self.pods.get(&id) else { continue };
            let reachable = self.nodes.get(&pod.node).is_some_and(|node| node.power && node.kubelet);
            let containers: Vec<ContainerUsage> =
                pod.containers.iter().filter(|c| c.running()).map(|c| of(c, now)).collect();
            if !reachable || containers.is_empty() {
                continue;
            }
            all.push(PodUsage { object: pod.object.clone(), node: pod.node.clone(), containers });
            // Only what has worked is written: the others stay shared.
            if pod.containers.iter().any(|c| c.work > 0)
                && let Some(pod) = self.pods.get_mut(&id).map(Arc::make_mut)
            {
                for container in &mut pod.containers {
                    container.work = 0;
                    container.measured = now;
                }
            }
        }
        self.fit(&mut all);
        all
    }

    /// A node's containers together use no more than the node has.
    fn fit(&self, all: &mut [PodUsage]) {
        for node in self.nodes.values() {
            let of = |pod: &PodUsage| pod.containers.iter().map(|c| c.cpu_micros).sum::<u64>();
            let used: u64 = all.iter().filter(|pod| pod.node == node.config.name).map(of).sum();
            let most = node.config.cpus.max(1) as u64 * MICROS;
            if used <= most {
                continue;
            }
            for pod in all.iter_mut().filter(|pod| pod.node == node.config.name) {
                for container in &mut pod.containers {
                    container.cpu_micros = container.cpu_micros * most / used;
                }
            }
        }
    }
}

fn of(container: &Container, now: Time) -> ContainerUsage {
    let (idle, memory, _) = cost_of(container);
    let since = match container.measured {
        Time(0) => container.started_at().unwrap_or(now),
        at => at,
    };
    let span = (now.since(since).as_micros() as u64).max(MICROS);
    let burns = if container.process.as_ref().is_some_and(crate::Process::burns) { MICROS } else { 0 };
    let cpu = idle + burns + container.work.saturating_mul(MICROS) / span;
    ContainerUsage {
        name: container.name.clone(),
        cpu_micros: cpu.min(limit(container, "cpu", 1000).unsigned_abs()),
        memory: memory.min(limit(container, "memory", 1) / 1000),
    }
}

/// A limit of a container, in thousandths of `1 / unit`; none is the largest number.
fn limit(container: &Container, name: &str, unit: i64) -> i64 {
    match &container.actual["limits"][name] {
        Value::Null => i64::MAX,
        limit => Quantity::of(limit).milli_value().saturating_mul(unit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_sorted_by_name() {
        assert!(COSTS.is_sorted_by_key(|cost| cost.0));
    }
}
