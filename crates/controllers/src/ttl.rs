//! Lifetimes: events vanish an hour after they were written last (the API server's `event-ttl`), and nodes are told how
//! long their kubelets may keep what they have read (pkg/controller/ttl).
//!
//! One sweep serves all events, a minute late: a timer for each would be most of what a large cluster has queued.

use crate::{Controller, gone_is_fine};
use api::{Status, Time, Value, kind};
use apiserver::{Context, DeleteOptions, EventType, WatchEvent, WorkKey};
use std::time::Duration;

const NAME: &str = "ttl";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "ttl-controller", observe, reconcile };

/// The key of the sweep. Not a name that a node can have.
const SWEEP: &str = "(events)";
const TTL: Duration = Duration::from_secs(3600);
const LATENESS: Duration = Duration::from_secs(60);
/// The annotation on nodes, and up to how many nodes each value in seconds holds.
const ANNOTATION: &str = "node.alpha.kubernetes.io/ttl";
const STEPS: [(usize, &str); 5] = [(100, "0"), (500, "15"), (1000, "30"), (2000, "60"), (usize::MAX, "300")];

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    if event.event == EventType::Added && event.kind == kind::EVENT {
        cx.enqueue_after(WorkKey::new(NAME, "", SWEEP), TTL + LATENESS);
    } else if event.event == EventType::Added && event.kind == kind::NODE {
        crate::enqueue_self(NAME, &event.object, cx);
    }
}

fn written(event: &Value) -> Time {
    let times = [&event["lastTimestamp"], &event["series"]["lastObservedTime"], &event["eventTime"]];
    times.iter().filter_map(|time| time.time()).max().unwrap_or_default().max(event.created())
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    if key.name == SWEEP {
        return sweep(key, cx);
    }
    let Some(mut node) = cx.client.get(kind::NODE, "", &key.name) else { return Ok(()) };
    let nodes = cx.client.count(kind::NODE);
    let ttl = STEPS.iter().find(|(most, _)| nodes <= *most).map_or("0", |(_, ttl)| ttl);
    if node.annotation(ANNOTATION) == ttl {
        return Ok(());
    }
    node.annotate(ANNOTATION, ttl);
    cx.client.update(kind::NODE, node).map(drop)
}

fn sweep(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let mut oldest = None;
    for event in cx.client.list(kind::EVENT, "") {
        let written = written(&event);
        if cx.now.since(written) >= TTL {
            let deleted = cx.client.delete(kind::EVENT, event.namespace(), event.name(), DeleteOptions::default());
            gone_is_fine(deleted)?;
        } else {
            oldest = Some(oldest.map_or(written, |t: Time| t.min(written)));
        }
    }
    if let Some(oldest) = oldest {
        cx.wait_for(apiserver::Wait::Expiry, key.clone(), (oldest + TTL + LATENESS).since(cx.now));
    }
    Ok(())
}
