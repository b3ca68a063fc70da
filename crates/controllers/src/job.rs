//! Job: Pods that run to their end, so many and so often as it says (pkg/controller/job).
//!
//! A Pod that has ended is counted once, although it may vanish at any time: it carries a finalizer until its UID is in
//! `status.uncountedTerminatedPods`, and the UID stays there until the finalizer is gone and the counter has gone up.

mod backoff;
mod conditions;
mod indexes;
mod manage;
pub mod orphans;
mod policy;
mod track;

use crate::{Controller, Queue, adoption, enqueue_owner, enqueue_self, gone_is_fine, pods};
use api::{OrdMap, Selector, Status, Value, kind, obj};
use apiserver::{Context, DeleteOptions, EventSpec, EventType, WatchEvent, WorkKey};
use conditions::Condition;
use indexes::Intervals;
use std::time::Duration;

const NAME: &str = "job";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "job-controller", observe, reconcile };

/// What happens to Pods, and to the status with them, is looked at this much later, all at once (`SyncJobBatchPeriod`).
const BATCHED: Queue = Queue(NAME, Some(Duration::from_secs(1)));

/// The finalizer of Pods that have not been counted yet (`JobTrackingFinalizer`).
const FINALIZER: &str = "batch.kubernetes.io/job-tracking";
/// Who looks after a Job that says nothing else in `spec.managedBy`.
const MANAGER: &str = "kubernetes.io/job-controller";

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    let object = &event.object;
    if event.kind == kind::JOB {
        match event.event {
            EventType::Deleted => {}
            EventType::Modified if event.old.generation() == object.generation() => enqueue_self(BATCHED, object, cx),
            _ => enqueue_self(NAME, object, cx),
        }
    } else if event.kind == kind::POD {
        let owner = object.controller();
        enqueue_owner(BATCHED, kind::JOB, object, cx);
        if event.event == EventType::Modified && event.old.controller() != owner {
            enqueue_owner(BATCHED, kind::JOB, &event.old, cx);
        }
        if owner.is_null() && !object.deleting() && !object.labels().is_empty() {
            for job in cx.client.list(kind::JOB, object.namespace()) {
                if Selector::from_label_selector(&job["spec"]["selector"]).matches(object.labels()) {
                    enqueue_self(BATCHED, &job, cx);
                }
            }
        }
    }
}

/// Whether the Job is over, and how: the type of the condition that says so.
pub fn finished(job: &Value) -> Option<&str> {
    let mut conditions = job["status"]["conditions"].array().iter().filter(|c| c["status"].str() == "True");
    conditions.find_map(|c| Some(c["type"].str()).filter(|t| matches!(*t, "Complete" | "Failed")))
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some(job) = cx.client.get(kind::JOB, &key.namespace, &key.name) else { return Ok(()) };
    if finished(&job).is_some() || !matches!(job["spec"]["managedBy"].str(), "" | MANAGER) {
        return Ok(());
    }
    let selector = Selector::from_label_selector(&job["spec"]["selector"]);
    if selector.is_nothing() || selector.is_everything() {
        return Ok(()); // it could never find its Pods again
    }
    let pods = adoption::claim(&mut cx.client, kind::POD, kind::JOB, &job, &selector)?;
    Sync::new(job, pods, key, cx).run()
}

/// One reconciliation: the Job with the status that it will have, its Pods, and the API.
struct Sync<'s, 'c> {
    job: Value,
    pods: Vec<Value>,
    active: Vec<Value>,
    ready: i64,
    terminating: i64,
    /// How many have succeeded and failed, those that are not counted yet among them.
    succeeded: i64,
    failed: i64,
    succeeded_before: Intervals,
    succeeded_indexes: Intervals,
    /// With `backoffLimitPerIndex` alone.
    failed_indexes: Option<Intervals>,
    /// Failed Pods that are kept until their index has a new one, which takes over the number of failures.
    kept: OrdMap<i64, Value>,
    finished: Option<Condition>,
    key: &'s WorkKey,
    cx: &'s mut Context<'c>,
}

impl<'s, 'c> Sync<'s, 'c> {
    fn new(mut job: Value, pods: Vec<Value>, key: &'s WorkKey, cx: &'s mut Context<'c>) -> Sync<'s, 'c> {
        if job["status"]["uncountedTerminatedPods"].is_null() {
            job.set("status.uncountedTerminatedPods", obj! {});
        }
        let active: Vec<Value> = pods.iter().filter(|pod| pods::is_active(pod)).cloned().collect();
        let ready = active.iter().filter(|pod| api::is_pod_ready(pod)).count() as i64;
        let terminating = pods.iter().filter(|pod| pods::is_terminating(pod)).count() as i64;
        Sync {
            job,
            pods,
            active,
            ready,
            terminating,
            succeeded: 0,
            failed: 0,
            succeeded_before: Intervals::default(),
            succeeded_indexes: Intervals::default(),
            failed_indexes: None,
            kept: OrdMap::new(),
            finished: None,
            key,
            cx,
        }
    }

    fn run(mut self) -> Result<(), Status> {
        self.count();
        let started = !self.job["status"]["startTime"].is_null();
        if !started && !self.is_suspended() {
            self.job.set("status.startTime", self.cx.now);
        }
        self.judge();
        let mut suspension_changed = false;
        let mut active = self.active.len() as i64;
        let managed = if self.finished.is_some() {
            let deleted = self.delete_active();
            match deleted {
                Ok(()) => active = 0,
                // Not over while a Pod still runs.
                Err(_) => self.finished = None,
            }
            deleted
        } else {
            let managed = match self.job.deleting() {
                true => Ok(()),
                false => self.manage(&mut active),
            };
            if self.is_complete(active) {
                self.finished = Some(Condition::success());
            } else if !self.job.deleting() {
                suspension_changed = self.note_suspension();
            }
            managed
        };
        let status = &self.job["status"];
        let same = |field: &str, value: i64| status[field].as_int() == Some(value);
        let changed = suspension_changed
            || status["active"].int() != active
            || !same("ready", self.ready)
            || !same("terminating", self.terminating);
        self.job.set("status.active", active);
        self.job.set("status.ready", self.ready);
        self.job.set("status.terminating", self.terminating);
        self.track(changed)?;
        managed
    }

    fn spec(&self) -> &Value {
        &self.job["spec"]
    }

    /// `spec.completions`; none if one success is enough.
    fn completions(&self) -> Option<i64> {
        self.spec()["completions"].as_int()
    }

    fn is_indexed(&self) -> bool {
        self.spec()["completionMode"].str() == "Indexed"
    }

    fn is_suspended(&self) -> bool {
        self.spec()["suspend"].bool()
    }

    /// The completion index of a Pod; none if it has none that counts.
    fn index(&self, pod: &Value) -> Option<i64> {
        indexes::index(pod).filter(|index| *index < self.completions().unwrap_or(0))
    }

    /// Whether a new Pod is only made when the old one has really ended.
    fn replaces_failed_only(&self) -> bool {
        self.spec()["podReplacementPolicy"].str() == "Failed"
    }

    /// A Pod on its way out counts as failed, too: nobody may be there who says that it has ended.
    fn has_failed(&self, pod: &Value) -> bool {
        let phase = pod["status"]["phase"].str();
        phase == "Failed" || !self.replaces_failed_only() && pod.deleting() && phase != "Succeeded"
    }

    /// Whether the Pod is in one of the lists of UIDs that are not counted yet.
    fn is_noted(&self, list: &str, pod: &Value) -> bool {
        let noted = self.job["status"]["uncountedTerminatedPods"][list].array();
        noted.iter().any(|uid| uid.str() == pod.uid())
    }

    /// Counts the Pods that have ended.
    fn count(&mut self) {
        let counts = |pod: &&Value| has_finalizer(pod) && (!self.is_indexed() || self.index(pod).is_some());
        let new = self.pods.iter().filter(counts);
        let succeeds = |pod: &Value| pod["status"]["phase"].str() == "Succeeded" && !self.is_noted("succeeded", pod);
        let fails = |pod: &Value| {
            self.has_failed(pod)
                && !self.is_noted("failed", pod)
                && policy::counts(&self.spec()["podFailurePolicy"], pod)
        };
        let (mut succeeded, mut failed) = (0, 0);
        for pod in new {
            succeeded += i64::from(succeeds(pod));
            failed += i64::from(fails(pod));
        }
        let status = &self.job["status"];
        let noted = |list: &str| status["uncountedTerminatedPods"][list].len() as i64;
        self.succeeded = status["succeeded"].int() + succeeded + noted("succeeded");
        self.failed = status["failed"].int() + failed + noted("failed");
        if self.is_indexed() {
            self.count_indexes();
        }
    }

    /// Whether there have been successes enough, with `active` Pods left.
    fn is_complete(&self, active: i64) -> bool {
        active == 0 && self.succeeded >= self.completions().unwrap_or(1)
    }

    /// Deletes the Pods that still run, which end uncounted for now.
    fn delete_active(&mut self) -> Result<(), Status> {
        let mut result = Ok(());
        for pod in self.active.clone() {
            match self.delete(&pod) {
                Ok(()) => {
                    self.terminating += 1;
                    self.ready -= i64::from(api::is_pod_ready(&pod));
                }
                refused => result = refused,
            }
        }
        result
    }

    fn delete(&mut self, pod: &Value) -> Result<(), Status> {
        let options = DeleteOptions { uid: pod["metadata"]["uid"].to_str(), ..DeleteOptions::default() };
        match gone_is_fine(self.cx.client.delete(kind::POD, pod.namespace(), pod.name(), options)) {
            Ok(()) => {
                self.say(EventSpec::normal("SuccessfulDelete", format!("Deleted pod: {}", pod.name())));
                Ok(())
            }
            Err(status) => {
                self.say(EventSpec::warning("FailedDelete", format!("Error deleting: {status}")));
                Err(status)
            }
        }
    }

    fn say(&mut self, event: EventSpec<'_>) {
        self.cx.client.event(&self.job, kind::JOB, event);
    }
}

fn has_finalizer(pod: &Value) -> bool {
    pod["metadata"]["finalizers"].array().iter().any(|finalizer| finalizer.str() == FINALIZER)
}

/// Takes the finalizer from a Pod, as it is now.
fn remove_finalizer(pod: &Value, cx: &mut Context<'_>) -> Result<(), Status> {
    let now = cx.client.get(kind::POD, pod.namespace(), pod.name());
    let Some(mut pod) = now.filter(|now| now.uid() == pod.uid() && has_finalizer(now)) else { return Ok(()) };
    pod.at_mut("metadata.finalizers").array_mut().retain(|finalizer| finalizer.str() != FINALIZER);
    if pod["metadata"]["finalizers"].is_empty() {
        pod.remove("metadata.finalizers");
    }
    gone_is_fine(cx.client.update(kind::POD, pod))
}
