//! Node life cycle: a node whose kubelet is silent is not ready, and its conditions become taints
//! (pkg/controller/nodelifecycle).

use crate::{Controller, enqueue_self, next_look};
use api::{Status, Time, Value, condition, is_pod_ready, kind, obj};
use apiserver::{Context, EventSpec, EventType, WatchEvent, WorkKey};
use std::time::Duration;

const NAME: &str = "nodelifecycle";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "node-controller", observe, reconcile };

/// A node may be silent for this long (`node-monitor-grace-period`).
const GRACE: Duration = Duration::from_secs(50);
/// Nodes are looked at this often (`node-monitor-period`), in microseconds.
const PERIOD_MICROS: i64 = 5_000_000;

/// The conditions that a silent kubelet leaves unknown.
const CONDITIONS: [&str; 4] = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

/// Which taint with the effect NoSchedule stands for which status of which condition (`nodeConditionToTaintKeyStatusMap`).
const NO_SCHEDULE: [(&str, &str, &str); 6] = [
    ("Ready", "False", "node.kubernetes.io/not-ready"),
    ("Ready", "Unknown", "node.kubernetes.io/unreachable"),
    ("MemoryPressure", "True", "node.kubernetes.io/memory-pressure"),
    ("DiskPressure", "True", "node.kubernetes.io/disk-pressure"),
    ("NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable"),
    ("PIDPressure", "True", "node.kubernetes.io/pid-pressure"),
];
/// The same for the effect NoExecute.
const NO_EXECUTE: [(&str, &str, &str); 2] = [NO_SCHEDULE[0], NO_SCHEDULE[1]];
/// The taint of a node that takes no new Pods.
const UNSCHEDULABLE: &str = "node.kubernetes.io/unschedulable";

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    if event.kind != kind::NODE || event.event == EventType::Deleted {
        return;
    }
    let (new, old) = (&event.object, &event.old);
    if old.is_null() {
        let message = format!("Node {0} event: Registered Node {0} in Controller", new.name());
        cx.client.component = CONTROLLER.source.into();
        cx.client.event(new, kind::NODE, EventSpec::normal("RegisteredNode", message));
    }
    let statuses = |node: &Value| {
        let conditions = node["status"]["conditions"].array().iter();
        conditions.map(|c| (c["type"].to_str(), c["status"].to_str())).collect::<Vec<_>>()
    };
    if old.is_null() || new["spec"] != old["spec"] || statuses(new) != statuses(old) {
        enqueue_self(NAME, new, cx);
    }
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some(mut node) = cx.client.get(kind::NODE, "", &key.name) else { return Ok(()) };
    let silent_since = last_sign_of_life(&node, cx);
    if cx.now.since(silent_since) >= GRACE {
        node = give_up(node, cx)?;
    } else {
        let due = next_look(silent_since + GRACE, PERIOD_MICROS);
        cx.wait_for(apiserver::Wait::Silence, key.clone(), due.since(cx.now));
    }
    node = put_taints(node, "NoSchedule", &NO_SCHEDULE, cx)?;
    node = put_taints(node, "NoExecute", &NO_EXECUTE, cx)?;
    match condition(&node, "Ready")["status"].str() {
        "Unknown" => mark_pods(&node, cx),
        _ => Ok(()),
    }
}

/// The kubelet renews a lease, and now and then posts its node's status.
fn last_sign_of_life(node: &Value, cx: &Context<'_>) -> Time {
    let lease = cx.client.get(kind::LEASE, "kube-node-lease", node.name()).unwrap_or_default();
    let renewed = lease["spec"]["renewTime"].time().unwrap_or_default();
    let posted = condition(node, "Ready")["lastHeartbeatTime"].time().unwrap_or_default();
    renewed.max(posted).max(node.created())
}

/// Nothing is known of the node any more.
fn give_up(node: Value, cx: &mut Context<'_>) -> Result<Value, Status> {
    let mut changed = node.clone();
    for name in CONDITIONS {
        let old = condition(&node, name);
        if old["status"].str() == "Unknown" {
            continue;
        }
        let (reason, message, heartbeat) = match old.is_null() {
            true => {
                ("NodeStatusNeverUpdated", "Kubelet never posted node status.", &node["metadata"]["creationTimestamp"])
            }
            false => ("NodeStatusUnknown", "Kubelet stopped posting node status.", &old["lastHeartbeatTime"]),
        };
        let new = obj! {
            "type" => name, "status" => "Unknown", "reason" => reason, "message" => message,
            "lastHeartbeatTime" => heartbeat, "lastTransitionTime" => cx.now,
        };
        let conditions = changed.at_mut("status.conditions").array_mut();
        match conditions.iter_mut().find(|c| c["type"].str() == name) {
            Some(condition) => *condition = new,
            None => conditions.push(new),
        }
    }
    if changed == node {
        return Ok(node);
    }
    if condition(&node, "Ready")["status"].str() == "True" {
        let message = format!("Node {} status is now: NodeNotReady", node.name());
        cx.client.event(&node, kind::NODE, EventSpec::normal("NodeNotReady", message));
    }
    cx.client.update_status(kind::NODE, changed)
}

/// Puts the taints on the node that its conditions demand, and takes those away that they demand no more.
fn put_taints(
    node: Value,
    effect: &'static str,
    table: &[(&str, &str, &'static str)],
    cx: &mut Context<'_>,
) -> Result<Value, Status> {
    let demanded = |key: &str| {
        let by_condition =
            table.iter().any(|(name, status, k)| *k == key && condition(&node, name)["status"].str() == *status);
        by_condition || key == UNSCHEDULABLE && effect == "NoSchedule" && node["spec"]["unschedulable"].bool()
    };
    let ours = || table.iter().map(|(.., key)| *key).chain((effect == "NoSchedule").then_some(UNSCHEDULABLE));
    let mut taints: Vec<Value> = node["spec"]["taints"].array().to_vec();
    let before = taints.len();
    taints.retain(|t| {
        t["effect"].str() != effect || !ours().any(|key| t["key"].str() == key) || demanded(t["key"].str())
    });
    let mut changed = taints.len() != before;
    for key in ours().filter(|key| demanded(key)) {
        if !taints.iter().any(|t| t["effect"].str() == effect && t["key"].str() == key) {
            taints.push(obj! { "key" => key, "effect" => effect, "timeAdded" => cx.now });
            changed = true;
        }
    }
    if !changed {
        return Ok(node);
    }
    let mut tainted = node.clone();
    match taints.is_empty() {
        true => drop(tainted.remove("spec.taints")),
        false => tainted.set("spec.taints", taints),
    }
    cx.client.update(kind::NODE, tainted)
}

/// The Pods of a node that is lost are not ready, whatever they said last.
fn mark_pods(node: &Value, cx: &mut Context<'_>) -> Result<(), Status> {
    for pod in cx.client.pods_on(node.name()) {
        if !is_pod_ready(&pod) {
            continue;
        }
        let mut marked = pod.clone();
        for condition in marked.at_mut("status.conditions").array_mut() {
            if condition["type"].str() == "Ready" {
                condition.set("status", "False");
                condition.set("lastTransitionTime", cx.now);
            }
        }
        cx.client.update_status(kind::POD, marked)?;
        cx.client.event(&pod, kind::POD, EventSpec::warning("NodeNotReady", "Node is not ready"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_node_gets_both_taints_of_one_name() {
        assert_eq!(NO_EXECUTE[1], ("Ready", "Unknown", "node.kubernetes.io/unreachable"));
        assert!(NO_SCHEDULE.iter().all(|(name, ..)| CONDITIONS.contains(name) || *name == "NetworkUnavailable"));
    }
}
