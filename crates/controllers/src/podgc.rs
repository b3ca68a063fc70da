//! Pod garbage collection: Pods of nodes that are gone, and Pods that are being deleted on nodes of which somebody says that they
//! are off (pkg/controller/podgc).

use crate::tainteviction::disrupted;
use crate::{Controller, gone_is_fine, pods};
use api::{Status, Str, Value, kind};
use apiserver::{Context, DeleteOptions, EventType, WatchEvent, WorkKey};
use std::time::Duration;

const NAME: &str = "podgc";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "pod-garbage-collector", observe, reconcile };

/// A node has to be gone for this long (`quarantineTime`), and that is looked at every 20 s (`gcCheckPeriod`).
const QUARANTINE: Duration = Duration::from_secs(40);
const PERIOD_MICROS: i64 = 20_000_000;

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    let object = &event.object;
    if event.event == EventType::Modified {
        let node = match event.kind {
            kind if kind == kind::NODE => Some(object["metadata"]["name"].to_str()).filter(|_| is_off(object)),
            kind if kind == kind::POD && object.deleting() && !event.old.deleting() => {
                let name = object["spec"]["nodeName"].to_str();
                let node = cx.client.get(kind::NODE, "", &name);
                Some(name).filter(|_| node.is_some_and(|node| is_off(&node)))
            }
            _ => None,
        };
        if let Some(node) = node {
            look(node, Duration::ZERO, cx);
        }
        return;
    }
    let missing = if event.kind == kind::NODE && event.event == EventType::Deleted {
        object["metadata"]["name"].to_str()
    } else if event.kind == kind::POD && event.event == EventType::Added {
        // A Pod may be made for a node that does not exist.
        let node = object["spec"]["nodeName"].to_str();
        if node.is_empty() || cx.client.get(kind::NODE, "", &node).is_some() {
            return;
        }
        node
    } else {
        return;
    };
    look(missing, QUARANTINE, cx);
}

/// Looks at a node's Pods at the first of the regular moments after `wait`.
fn look(node: Str, wait: Duration, cx: &mut Context<'_>) {
    let due = (cx.now + wait).0.div_euclid(PERIOD_MICROS) + 1;
    let delay = Duration::from_micros((due * PERIOD_MICROS - cx.now.0).max(0) as u64);
    cx.enqueue_after(WorkKey::new(NAME, "", node), delay);
}

/// Whether somebody has said of a node that it is not running, and it does not say otherwise.
fn is_off(node: &Value) -> bool {
    const OUT_OF_SERVICE: &str = "node.kubernetes.io/out-of-service";
    let mut taints = node["spec"]["taints"].array().iter();
    taints.any(|taint| taint["key"].str() == OUT_OF_SERVICE) && api::condition(node, "Ready")["status"].str() != "True"
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let node = cx.client.get(kind::NODE, "", &key.name);
    if node.as_ref().is_some_and(|node| !is_off(node)) {
        return Ok(());
    }
    for pod in cx.client.pods_on(&key.name) {
        if node.is_some() && !pod.deleting() {
            continue;
        }
        if !pods::is_terminal(&pod) {
            let mut failed = match node {
                Some(_) => pod.clone(),
                None => disrupted(&pod, "DeletionByPodGC", "PodGC: node no longer exists", cx.now),
            };
            failed.set("status.phase", "Failed");
            gone_is_fine(cx.client.update_status(kind::POD, failed))?;
        }
        let options = DeleteOptions { grace_period: Some(0), ..DeleteOptions::default() };
        gone_is_fine(cx.client.delete(kind::POD, pod.namespace(), pod.name(), options))?;
    }
    Ok(())
}
