//! A node that runs out of memory: its kubelet says so, and gives Pods up until there is enough again
//! (pkg/kubelet/eviction/eviction_manager.go, helpers.go).

use crate::admission::requests;
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
const CRITICAL: i64 = 2_000_000_000;
/// The reason of an evicted Pod.
pub(crate) const EVICTED: &str = "Evicted";

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
        self.load > 0 || self.heavy || self.pressure.is_some()
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
        let Some(node) = self.nodes.get(name).filter(|node| node.kubelet && node.may_be_short()) else { return };
        let Some(available) = self.available_memory(name) else { return };
        let before = node.pressure;
        let short = available < THRESHOLD;
        let pressure = match before {
            _ if short => Some(cx.now),
            Some(since) if cx.now.since(since) < TRANSITION => Some(since),
            _ => None,
        };
        let victim = if short { self.victim(name) } else { None };
        let Some(node) = self.node_mut(name) else { return };
        node.pressure = pressure;
        node.dirty |= pressure.is_some() != before.is_some();
        if short {
            let about = obj! { "metadata" => obj! { "name" => name, "uid" => name } };
            cx.client.host = name.into();
            let text = "Attempting to reclaim memory";
            cx.client.event(&about, kind::NODE, EventSpec::warning("EvictionThresholdMet", text));
        }
        if let Some(pod) = victim.and_then(|id| self.pods.get_mut(&id)).map(std::sync::Arc::make_mut) {
            let message = message(pod, available);
            cx.client.host = name.into();
            cx.client.event(&pod.object, kind::POD, EventSpec::warning(EVICTED, message.clone()));
            pod.verdict = Some((EVICTED.into(), message));
            pod.plan.clear();
            pod.work = crate::state::Work::Nothing;
            pod.sync_at = Some(cx.now);
            let key = WorkKey::new("pod", name, pod.id.clone());
            cx.enqueue_after(key, Duration::ZERO);
        }
    }

    /// The Pod to go first: one that uses more than it asked for, of the lowest priority, the greediest.
    fn victim(&self, node: &str) -> Option<Str> {
        let pods = self.nodes.get(node)?.pods.iter().filter_map(|id| self.pods.get(id));
        let candidates = pods.filter(|pod| {
            pod.life == Life::Syncing
                && pod.verdict.is_none()
                && pod.object["spec"]["priority"].int() < CRITICAL
                && crate::static_pods::hash_of(&pod.object).is_none()
        });
        let rank = |pod: &Pod| {
            let (used, asked) = (usage(pod), requests(&pod.object).1);
            (Reverse(used > asked), pod.object["spec"]["priority"].int(), Reverse(used - asked))
        };
        candidates.min_by_key(|pod| rank(pod)).map(|pod| pod.id.clone())
    }
}

fn message(pod: &Pod, available: i64) -> Str {
    let bytes = |n: i64| Quantity::from_value(n.max(0), Format::BinarySi).to_string();
    let mut text = format!(
        "The node was low on resource: memory. Threshold quantity: {}, available: {}. ",
        bytes(THRESHOLD),
        bytes(available / 1024 * 1024)
    );
    for (index, container) in pod.containers.iter().enumerate() {
        let asked = pod.spec_of(index).at("resources.requests.memory").as_str().unwrap_or("0").to_owned();
        let used = container_usage(container);
        if used > Quantity::parse(&asked).map_or(0, Quantity::value) {
            let (name, used) = (&container.name, bytes(used));
            text.push_str(&format!(
                "Container {name} was using {used}, request is {asked}, has larger consumption of memory. "
            ));
        }
    }
    text.into()
}

/// The condition of a Pod that its kubelet has evicted.
pub(crate) fn disruption(pod: &Pod, old: &[Value], now: Time) -> Option<Value> {
    let (_, message) = pod.verdict.as_ref().filter(|(reason, _)| reason == EVICTED)?;
    if old.iter().any(|condition| condition["type"].str() == "DisruptionTarget") {
        return None;
    }
    let mut condition = obj! {
        "lastTransitionTime" => now, "message" => message, "reason" => "TerminationByKubelet", "status" => "True",
        "type" => "DisruptionTarget", "observedGeneration" => Some(pod.object.generation()).filter(|g| *g > 0),
    };
    condition.object_mut().insert("lastProbeTime", Value::Null);
    Some(condition)
}
