//! ResourceQuota: what is used is counted anew when a quota changes, and when something goes (pkg/controller/resourcequota).
//! What comes is counted by the API server as it lets it in.

use crate::{Controller, enqueue_self};
use api::{Status, is_pod_ended, kind};
use apiserver::{Context, EventType, WatchEvent, WorkKey, quota};

const NAME: &str = "resourcequota";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "resourcequota-controller", observe, reconcile };

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    let object = &event.object;
    if event.kind == kind::RESOURCE_QUOTA && event.event != EventType::Deleted {
        if object["spec"]["hard"] != object["status"]["hard"] {
            enqueue_self(NAME, object, cx);
        }
        return;
    }
    if !event.kind.namespaced || cx.client.count(kind::RESOURCE_QUOTA) == 0 || !frees(event) {
        return;
    }
    for quota in cx.client.list(kind::RESOURCE_QUOTA, object.namespace()) {
        if quota["spec"]["hard"].entries().any(|(name, _)| quota::tracks(event.kind, name)) {
            enqueue_self(NAME, &quota, cx);
        }
    }
}

/// Whether less may be used after a change (pkg/quota/v1/install/update_filter.go).
fn frees(event: &WatchEvent) -> bool {
    match event.event {
        EventType::Deleted => true,
        EventType::Added => false,
        EventType::Modified if event.kind == kind::POD => is_pod_ended(&event.object) && !is_pod_ended(&event.old),
        EventType::Modified => {
            let spec_counts = event.kind == kind::SERVICE || event.kind == kind::PERSISTENT_VOLUME_CLAIM;
            spec_counts && event.object["spec"] != event.old["spec"]
        }
    }
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some(mut quota) = cx.client.get(kind::RESOURCE_QUOTA, &key.namespace, &key.name) else { return Ok(()) };
    let before = quota["status"].clone();
    let used = quota::used(&quota, cx.now, &mut |kind| cx.client.list(kind, &key.namespace));
    let hard = quota["spec"]["hard"].clone();
    if !hard.is_null() {
        quota.set("status.hard", hard);
        quota.set("status.used", used);
    }
    if quota["status"] == before {
        return Ok(());
    }
    cx.client.update_status(kind::RESOURCE_QUOTA, quota).map(drop)
}
