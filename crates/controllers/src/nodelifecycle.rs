//! Watches the nodes' heartbeats: a node that is silent is marked, tainted, and its Pods are taken to be not ready
//! (pkg/controller/nodelifecycle).

use crate::Controller;
use api::{Status, Time, Value, condition, kind, obj, set_condition};
use apiserver::{Context, EventSpec, EventType, WatchEvent, WorkKey};
use std::time::Duration;

const NAME: &str = "node-controller";
/// `--node-monitor-period`
const MONITOR_PERIOD: Duration = Duration::from_secs(5);
/// `--node-monitor-grace-period`: so long after its last heartbeat a node's state is unknown.
const GRACE_PERIOD: Duration = Duration::from_secs(50);
/// The namespace in which kubelets renew their Leases.
const LEASES: &str = "kube-node-lease";

const NOT_READY: &str = "node.kubernetes.io/not-ready";
const UNREACHABLE: &str = "node.kubernetes.io/unreachable";
const UNSCHEDULABLE: &str = "node.kubernetes.io/unschedulable";
/// Conditions that taint a node while they are true.
const PRESSURES: [(&str, &str); 4] = [
    ("MemoryPressure", "node.kubernetes.io/memory-pressure"),
    ("DiskPressure", "node.kubernetes.io/disk-pressure"),
    ("PIDPressure", "node.kubernetes.io/pid-pressure"),
    ("NetworkUnavailable", "node.kubernetes.io/network-unavailable"),
];

pub(crate) const CONTROLLER: Controller = Controller { name: NAME, source: NAME, observe, reconcile };

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    if event.kind != kind::NODE || event.event == EventType::Deleted {
        return;
    }
    if event.event == EventType::Added {
        let message = format!("Node {0} event: Registered Node {0} in Controller", event.object.name());
        cx.client.component = NAME.into();
        cx.client.event(&event.object, kind::NODE, EventSpec::normal("RegisteredNode", message));
        cx.enqueue_after(WorkKey::new(NAME, "", event.object.name()), MONITOR_PERIOD);
    }
    let changed = |path| event.old.at(path) != event.object.at(path);
    if changed("status.conditions") || changed("spec.unschedulable") || changed("spec.taints") {
        cx.enqueue(WorkKey::new(NAME, "", event.object.name()));
    }
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some(node) = cx.client.get(kind::NODE, "", &key.name) else { return Ok(()) };
    cx.enqueue_after(key.clone(), MONITOR_PERIOD);
    let node = match silent(&node, cx) && condition(&node, "Ready")["status"].str() != "Unknown" {
        true => mark_unknown(node, cx),
        false => node,
    };
    let node = retaint(node, cx);
    if condition(&node, "Ready")["status"].str() != "True" {
        mark_pods_not_ready(&node, cx);
    }
    Ok(())
}

/// Whether neither the node's Lease nor its status has been renewed within the grace period.
fn silent(node: &Value, cx: &Context<'_>) -> bool {
    let lease = cx.client.get(kind::LEASE, LEASES, node.name());
    let renewed = lease.and_then(|lease| lease["spec"]["renewTime"].time());
    let heartbeat = condition(node, "Ready")["lastHeartbeatTime"].time();
    let last = renewed.max(heartbeat).unwrap_or_else(|| node.created());
    cx.now.since(last) > GRACE_PERIOD
}

fn mark_unknown(mut node: Value, cx: &mut Context<'_>) -> Value {
    for name in ["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"] {
        let mut changed = condition(&node, name).clone();
        if changed.is_null() {
            changed = obj! { "type" => name, "lastHeartbeatTime" => node.created() };
        }
        changed.set("status", "Unknown");
        changed.set("reason", "NodeStatusUnknown");
        changed.set("message", "Kubelet stopped posting node status.");
        changed.set("lastTransitionTime", cx.now);
        set_condition(&mut node, changed);
    }
    let Ok(stored) = cx.client.update_status(kind::NODE, node.clone()) else { return node };
    let message = format!("Node {} status is now: NodeNotReady", stored.name());
    cx.client.event(&stored, kind::NODE, EventSpec::normal("NodeNotReady", message));
    stored
}

/// The taints that the node's conditions call for, in place of those that this controller has set before.
fn retaint(mut node: Value, cx: &mut Context<'_>) -> Value {
    let wanted = wanted_taints(&node);
    let managed = |key: &str| {
        [NOT_READY, UNREACHABLE, UNSCHEDULABLE].contains(&key) || PRESSURES.iter().any(|(_, taint)| *taint == key)
    };
    let old = node["spec"]["taints"].array();
    let same = |taint: &Value, key: &str, effect: &str| taint["key"].str() == key && taint["effect"].str() == effect;
    let kept = old
        .iter()
        .filter(|taint| !managed(taint["key"].str()) || wanted.iter().any(|(key, effect)| same(taint, key, effect)));
    let mut taints: Vec<Value> = kept.cloned().collect();
    for (key, effect) in wanted {
        if !taints.iter().any(|taint| same(taint, key, effect)) {
            taints.push(taint(key, effect, cx.now));
        }
    }
    if taints == old {
        return node;
    }
    match taints.is_empty() {
        true => drop(node.remove("spec.taints")),
        false => node.set("spec.taints", taints),
    }
    cx.client.update(kind::NODE, node.clone()).unwrap_or(node)
}

fn wanted_taints(node: &Value) -> Vec<(&'static str, &'static str)> {
    let mut wanted = match condition(node, "Ready")["status"].str() {
        "False" => vec![(NOT_READY, "NoSchedule"), (NOT_READY, "NoExecute")],
        "Unknown" => vec![(UNREACHABLE, "NoSchedule"), (UNREACHABLE, "NoExecute")],
        _ => Vec::new(),
    };
    let pressed = PRESSURES.iter().filter(|(name, _)| condition(node, name)["status"].str() == "True");
    wanted.extend(pressed.map(|(_, taint)| (*taint, "NoSchedule")));
    if node["spec"]["unschedulable"].bool() {
        wanted.push((UNSCHEDULABLE, "NoSchedule"));
    }
    wanted
}

fn taint(key: &str, effect: &str, now: Time) -> Value {
    obj! { "key" => key, "effect" => effect, "timeAdded" => now }
}

/// The Pods of a node that is not ready get no traffic any more.
fn mark_pods_not_ready(node: &Value, cx: &mut Context<'_>) {
    for mut pod in cx.client.pods_on(node.name()) {
        let mut ready = condition(&pod, "Ready").clone();
        if ready["status"].str() != "True" {
            continue;
        }
        ready.set("status", "False");
        ready.set("lastTransitionTime", cx.now);
        set_condition(&mut pod, ready);
        if let Ok(stored) = cx.client.update_status(kind::POD, pod) {
            cx.client.event(&stored, kind::POD, EventSpec::warning("NodeNotReady", "Node is not ready"));
        }
    }
}
