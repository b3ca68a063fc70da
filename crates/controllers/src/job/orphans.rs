//! Pods whose Job has gone before they were counted: nobody waits for them any more (`syncOrphanPod`).

use super::{has_finalizer, remove_finalizer};
use crate::{Controller, enqueue_self};
use api::{Status, Value, kind};
use apiserver::{Context, EventType, WatchEvent, WorkKey};

const NAME: &str = "job-orphan-pod";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "job-controller", observe, reconcile };

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    let object = &event.object;
    if event.kind == kind::JOB && event.event == EventType::Deleted {
        for pod in cx.client.owned_by(kind::POD, object.uid()) {
            enqueue_self(NAME, &pod, cx);
        }
    } else if event.kind == kind::POD
        && event.event != EventType::Deleted
        && has_finalizer(object)
        && !has_job(object, cx)
    {
        enqueue_self(NAME, object, cx);
    }
}

fn has_job(pod: &Value, cx: &Context<'_>) -> bool {
    let owner = pod.controller();
    let job = cx.client.get(kind::JOB, pod.namespace(), owner["name"].str());
    owner["kind"].str() == kind::JOB.kind && job.is_some_and(|job| job.uid() == owner["uid"].str())
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    match cx.client.get(kind::POD, &key.namespace, &key.name) {
        Some(pod) if !has_job(&pod, cx) => remove_finalizer(&pod, cx),
        _ => Ok(()),
    }
}
