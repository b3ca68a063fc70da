//! Pod garbage collection: Pods of nodes that are gone, and Pods that are being deleted without ever having had a node
//! (pkg/controller/podgc).

use crate::tainteviction::disrupted;
use crate::{Controller, gone_is_fine, pods};
use api::{Status, Str, kind};
use apiserver::{Context, DeleteOptions, EventType, WatchEvent, WorkKey};
use std::time::Duration;

const NAME: &str = "podgc";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "pod-garbage-collector", observe, reconcile };

/// A node has to be gone for this long (`quarantineTime`), and that is looked at every 20 s (`gcCheckPeriod`).
const QUARANTINE: Duration = Duration::from_secs(40);
const PERIOD_MICROS: i64 = 20_000_000;

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    let object = &event.object;
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
    let due = (cx.now + QUARANTINE).0.div_euclid(PERIOD_MICROS) + 1;
    let delay = Duration::from_micros((due * PERIOD_MICROS - cx.now.0).max(0) as u64);
    cx.enqueue_after(WorkKey::new(NAME, "", Str::from(missing)), delay);
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    if cx.client.get(kind::NODE, "", &key.name).is_some() {
        return Ok(());
    }
    for pod in cx.client.pods_on(&key.name) {
        if !pods::is_terminal(&pod) {
            let mut failed = disrupted(&pod, "DeletionByPodGC", "PodGC: node no longer exists", cx.now);
            failed.set("status.phase", "Failed");
            gone_is_fine(cx.client.update_status(kind::POD, failed))?;
        }
        let options = DeleteOptions { grace_period: Some(0), ..DeleteOptions::default() };
        gone_is_fine(cx.client.delete(kind::POD, pod.namespace(), pod.name(), options))?;
    }
    Ok(())
}
