//! Jobs that are over go by themselves after `ttlSecondsAfterFinished` (pkg/controller/ttlafterfinished).

use crate::{Controller, enqueue_self, gone_is_fine, job, pods};
use api::{Status, condition, kind};
use apiserver::{Context, DeleteOptions, EventType, Propagation, WatchEvent, WorkKey};

const NAME: &str = "ttl-after-finished";

pub const CONTROLLER: Controller =
    Controller { name: NAME, source: "ttl-after-finished-controller", observe, reconcile };

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    let object = &event.object;
    let limited = event.kind == kind::JOB && !object["spec"]["ttlSecondsAfterFinished"].is_null();
    if limited && event.event != EventType::Deleted && job::finished(object).is_some() {
        enqueue_self(NAME, object, cx);
    }
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some(job) = cx.client.get(kind::JOB, &key.namespace, &key.name) else { return Ok(()) };
    let (Some(limit), Some(how)) = (job["spec"]["ttlSecondsAfterFinished"].as_int(), job::finished(&job)) else {
        return Ok(());
    };
    if job.deleting() {
        return Ok(());
    }
    let due = condition(&job, how)["lastTransitionTime"].time().unwrap_or_default() + pods::seconds(limit);
    if due > cx.now {
        cx.wait_for(apiserver::Wait::Expiry, key.clone(), due.since(cx.now));
        return Ok(());
    }
    let uid = job["metadata"]["uid"].to_str();
    let options = DeleteOptions { propagation: Some(Propagation::Foreground), uid, ..DeleteOptions::default() };
    gone_is_fine(cx.client.delete(kind::JOB, &key.namespace, &key.name, options))
}
