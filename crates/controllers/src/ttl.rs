//! Lets events expire, as etcd's leases do (kube-apiserver `--event-ttl`), and notes on each node how long a kubelet may
//! cache what it reads (pkg/controller/ttl).

use crate::Controller;
use api::{Status, kind};
use apiserver::client::DeleteOptions;
use apiserver::{Context, EventType, WatchEvent, WorkKey};
use std::time::Duration;

const NAME: &str = "ttl-controller";
/// `--event-ttl`
const EVENT_TTL: Duration = Duration::from_secs(3600);
/// How often expired events are looked for.
const PERIOD: Duration = Duration::from_secs(60);
const ANNOTATION: &str = "node.alpha.kubernetes.io/ttl";

pub(crate) const CONTROLLER: Controller = Controller { name: NAME, source: NAME, observe, reconcile };

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    match event.event {
        EventType::Added if event.kind == kind::EVENT => cx.enqueue_after(WorkKey::new(NAME, "", ""), PERIOD),
        EventType::Added if event.kind == kind::NODE => cx.enqueue(WorkKey::new(NAME, "", event.object.name())),
        _ => {}
    }
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    if key.name.is_empty() {
        expire(cx);
    } else if let Some(mut node) = cx.client.get(kind::NODE, "", &key.name) {
        // 0 s for clusters of up to 100 nodes, as is right for all that people look at.
        node.annotate(ANNOTATION, "0");
        cx.client.update(kind::NODE, node)?;
    }
    Ok(())
}

fn expire(cx: &mut Context<'_>) {
    let events = cx.client.list(kind::EVENT, "");
    let old = cx.now - EVENT_TTL;
    for event in events.iter().filter(|event| event["lastTimestamp"].time().unwrap_or(event.created()) <= old) {
        let _ = cx.client.delete(kind::EVENT, event.namespace(), event.name(), DeleteOptions::default());
    }
    if cx.client.count(kind::EVENT) > 0 {
        cx.enqueue_after(WorkKey::new(NAME, "", ""), PERIOD);
    }
}
