//! Removes Pods of nodes that no longer exist, and Pods that are being deleted but run nowhere (pkg/controller/podgc).

use crate::Controller;
use api::{Status, Value, kind};
use apiserver::client::DeleteOptions;
use apiserver::{Context, EventType, WatchEvent, WorkKey};
use std::time::Duration;

const NAME: &str = "pod-garbage-collector-controller";
/// How long a node may be missing before its Pods are taken to be lost (`nodeQuarantineTime`).
const QUARANTINE: Duration = Duration::from_secs(40);

pub(crate) const CONTROLLER: Controller = Controller { name: NAME, source: NAME, observe, reconcile };

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    if event.kind == kind::NODE && event.event == EventType::Deleted {
        cx.enqueue_after(WorkKey::new(NAME, "", event.object.name()), QUARANTINE);
    }
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    if cx.client.get(kind::NODE, "", &key.name).is_some() {
        return Ok(());
    }
    for mut pod in cx.client.pods_on(&key.name) {
        if !matches!(pod["status"]["phase"].str(), "Succeeded" | "Failed") {
            pod.set("status.phase", "Failed");
            cx.client.update_status(kind::POD, Value::clone(&pod))?;
        }
        let options = DeleteOptions { grace_period: Some(0), ..DeleteOptions::default() };
        cx.client.delete(kind::POD, pod.namespace(), pod.name(), options)?;
    }
    Ok(())
}
