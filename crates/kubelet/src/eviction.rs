//! A node that runs out of memory or of disk: its kubelet says so, and gives Pods up until there is enough again
//! (pkg/kubelet/eviction/eviction_manager.go, helpers.go).

use crate::admission::requests;
use crate::disk::node_event;
use crate::kubelets::{Kubelets, NetworkPlugin};
use crate::state::{Life, Node, Pod};
use api::quantity::{Format, Quantity};
use api::{Str, Time, Value, kind, obj};
use apiserver::{Context, EventSpec, WorkKey};
use std::cmp::Reverse;
use std::time::Duration;

/// `memory.available` below which Pods are evicted (`evictionHard`).
const THRESHOLD: i64 = 100 << 20;
/// What the node's own programs use: the kernel, the kubelet, the container runtime.
const SYSTEM: i64 = 600 << 20;
/// For how long a node is under pressure at least (`evictionPressureTransitionPeriod`).
const TRANSITION: Duration = Duration::from_secs(300);
/// Pods of this priority and higher are never evicted (`SystemCriticalPriority`).
pub(crate) const CRITICAL: i64 = 2_000_000_000;
/// The reason of an evicted Pod.
pub(crate) const EVICTED: &str = "Evicted";

/// What a node can run out of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    Memory,
    Disk,
}

impl Signal {
    /// The resource, as requests and messages name it.
    fn resource(self) -> &'static str {
        match self {
            Signal::Memory => "memory",
            Signal::Disk => "ephemeral-storage",
        }
    }

    /// When the node was last short of it, while it counts as under pressure.
    fn of(self, node: &mut Node) -> &mut Option<Time> {
        match self {
            Signal::Memory => &mut node.memory_pressure,
            Signal::Disk => &mut node.disk_pressure,
        }
    }
}

/// The bytes that a Pod's containers use.
fn usage(pod: &Pod) -> i64 {
    pod.containers.iter().map(container_usage).sum()
}

fn container_usage(container: &crate::state::Container) -> i64 {
    container.process.as_ref().filter(|_| container.running()).map_or(0, |process| process.program().memory)
}

impl Node {
    /// Whether anything on it may use more memory than is there. Of most nodes nobody need ask.
    fn may_be_short(&self) -> bool {
        self.load > 0 || self.heavy || self.memory_pressure.is_some()
    }

    /// The conditions that say what it is short of, as they stand in a message.
    pub(crate) fn pressures(&self) -> Option<&'static str> {
        match (self.memory_pressure.is_some(), self.disk_pressure.is_some()) {
            (false, false) => None,
            (true, false) => Some("MemoryPressure"),
            (false, true) => Some("DiskPressure"),
            (true, true) => Some("MemoryPressure DiskPressure"),
        }
    }
}

impl<N: NetworkPlugin> Kubelets<N> {
    /// Processes beside the Pods' take `bytes` more of a node's memory, or give them back.
    pub fn load_memory(&mut self, node: &str, bytes: i64, cx: &mut Context<'_>) {
        let Some(state) = self.node_mut(node) else { return };
        state.load = (state.load + bytes).max(0);
        cx.enqueue_after(WorkKey::new("node", "", node), Duration::from_secs(1));
    }

    /// How many bytes of a node's memory nobody uses; below nothing, its kernel has to kill.
    pub fn available_memory(&self, node: &str) -> Option<i64> {
        let state = self.nodes.get(node)?;
        let pods: i64 = state.pods.iter().filter_map(|id| self.pods.get(id)).map(|pod| usage(pod)).sum();
        Some(state.config.memory_kib * 1024 - SYSTEM - state.load - pods)
    }

    /// One look of the eviction manager at a node; it evicts at most one Pod.
    pub(crate) fn relieve(&mut self, name: &str, cx: &mut Context<'_>) {
        let Some(node) = self.nodes.get(name).filter(|node| node.kubelet) else { return };
        let (memory, disk) = (node.may_be_short(), node.bulky || node.disk_pressure.is_some());
        let mut evicted = false;
        if memory && let Some(available) = self.available_memory(name) {
            evicted = self.heed(name, Signal::Memory, available, THRESHOLD, cx);
        }
        if !disk || evicted {
            return;
        }
        self.collect_images(name, cx);
        let free = |kubelets: &Kubelets<N>| kubelets.disk_space(name).map_or(0, |(_, free)| free);
        if free(self) < Node::disk_threshold(free(self)) {
            self.delete_images(name, None);
        }
        let available = free(self);
        self.heed(name, Signal::Disk, available, Node::disk_threshold(available), cx);
        if let Some(node) = self.node_mut(name) {
            // With half of its disk free again, nobody need add up any more.
            node.bulky &= available < crate::disk::CAPACITY_KIB * 512;
        }
    }

    /// Heeds how much there is of something; whether a Pod had to go.
    fn heed(&mut self, name: &str, signal: Signal, available: i64, threshold: i64, cx: &mut Context<'_>) -> bool {
        let now = cx.now;
        let short = available < threshold;
        let victim = if short { self.victim(name, signal) } else { None };
        let Some(node) = self.node_mut(name) else { return false };
        let before = *signal.of(node);
        let pressure = match before {
            _ if short => Some(now),
            Some(since) if now.since(since) < TRANSITION => Some(since),
            _ => None,
        };
        *signal.of(node) = pressure;
        node.dirty |= pressure.is_some() != before.is_some();
        if short {
            let text = format!("Attempting to reclaim {}", signal.resource());
            node_event(name, EventSpec::warning("EvictionThresholdMet", text), cx);
        }
        let Some(id) = victim else { return false };
        let Some(message) = self.pods.get(&id).map(|pod| self.message(pod, signal, available, threshold)) else {
            return false;
        };
        self.evict(name, &id, message, cx);
        true
    }

    /// The kubelet gives a Pod up.
    fn evict(&mut self, node: &str, id: &str, message: Str, cx: &mut Context<'_>) {
        let Some(pod) = self.pods.get_mut(id).map(std::sync::Arc::make_mut) else { return };
        cx.client.host = node.into();
        cx.client.event(&pod.object, kind::POD, EventSpec::warning(EVICTED, message.clone()));
        pod.verdict = Some((EVICTED.into(), message));
        pod.plan.clear();
        pod.work = crate::state::Work::Nothing;
        pod.sync_at = Some(cx.now);
        let key = WorkKey::new("pod", node, pod.id.clone());
        cx.enqueue_after(key, Duration::ZERO);
    }

    /// The Pod to go first: one that uses more than it asked for, of the lowest priority, the greediest.
    fn victim(&self, node: &str, signal: Signal) -> Option<Str> {
        let pods = self.nodes.get(node)?.pods.iter().filter_map(|id| self.pods.get(id));
        let candidates = pods.filter(|pod| {
            pod.life == Life::Syncing
                && pod.verdict.is_none()
                && pod.object["spec"]["priority"].int() < CRITICAL
                && crate::static_pods::hash_of(&pod.object).is_none()
        });
        let rank = |pod: &Pod| {
            let (used, asked) = match signal {
                Signal::Memory => (usage(pod), requests(&pod.object).1),
                Signal::Disk => {
                    let asked = |c: &Value| Quantity::of(&c["resources"]["requests"][signal.resource()]).value();
                    (self.disk_usage(pod), pod.object.at("spec.containers").array().iter().map(asked).sum())
                }
            };
            (Reverse(used > asked), pod.object["spec"]["priority"].int(), Reverse(used - asked))
        };
        candidates.min_by_key(|pod| rank(pod)).map(|pod| pod.id.clone())
    }

    /// Why a Pod had to go (`evictionMessage`).
    fn message(&self, pod: &Pod, signal: Signal, available: i64, threshold: i64) -> Str {
        let bytes = |n: i64| Quantity::from_value(n.max(0), Format::BinarySi).to_string();
        let resource = signal.resource();
        let mut text = format!(
            "The node was low on resource: {resource}. Threshold quantity: {}, available: {}. ",
            bytes(threshold),
            bytes(available / 1024 * 1024)
        );
        for (index, container) in pod.containers.iter().enumerate() {
            let request = &pod.spec_of(index)["resources"]["requests"][resource];
            let asked = request.as_str().unwrap_or("0");
            let used = match signal {
                Signal::Memory => container_usage(container),
                Signal::Disk => self.container_disk(pod, index),
            };
            if used > Quantity::of(request).value() {
                let (name, used) = (&container.name, bytes(used));
                text.push_str(&format!(
                    "Container {name} was using {used}, request is {asked}, has larger consumption of {resource}. "
                ));
            }
        }
        text.into()
    }
}

/// The condition of a Pod that its kubelet has evicted.
pub(crate) fn disruption(pod: &Pod, old: &[Value], now: Time) -> Option<Value> {
    let (_, message) = pod.verdict.as_ref().filter(|(reason, _)| reason == EVICTED)?;
    if old.iter().any(|condition| condition["type"].str() == "DisruptionTarget") {
        return None;
    }
    Some(obj! {
        "lastTransitionTime" => now, "message" => message, "reason" => "TerminationByKubelet", "status" => "True",
        "type" => "DisruptionTarget", "observedGeneration" => Some(pod.object.generation()).filter(|g| *g > 0);
        null "lastProbeTime"
    })
}
