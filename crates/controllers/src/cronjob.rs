//! CronJob: a Job at every moment of a schedule (pkg/controller/cronjob).

mod jobs;
mod schedule;

use crate::{Controller, enqueue_owner, enqueue_self, is_terminating_namespace, job};
use api::{Status, Time, Value, kind, list, obj};
use apiserver::{Context, EventSpec, EventType, WatchEvent, WorkKey};
use schedule::Times;
use std::time::Duration;

const NAME: &str = "cronjob";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "cronjob-controller", observe, reconcile };

/// A Job is made this long after the moment for which it is, so that it is made once (`nextScheduleDelta`).
const AFTER_SCHEDULE: Duration = Duration::from_millis(100);

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    let object = &event.object;
    if event.kind == kind::CRON_JOB {
        if event.event != EventType::Deleted {
            enqueue_self(NAME, object, cx);
        }
    } else if event.kind == kind::JOB {
        enqueue_owner(NAME, kind::CRON_JOB, object, cx);
        if event.event == EventType::Modified && event.old.controller() != object.controller() {
            enqueue_owner(NAME, kind::CRON_JOB, &event.old, cx);
        }
    }
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some(cron_job) = cx.client.get(kind::CRON_JOB, &key.namespace, &key.name) else { return Ok(()) };
    let mine = |job: &Value| job.controller()["uid"].str() == cron_job.uid();
    let jobs: Vec<Value> = cx.client.owned_by(kind::JOB, cron_job.uid()).into_iter().filter(mine).collect();
    let before = cron_job["status"].clone();
    let mut sync = Sync { cron_job, jobs, cx };
    sync.forget_oldest()?;
    sync.note_jobs();
    let done = sync.schedule(key);
    if sync.cron_job["status"] == before {
        return done;
    }
    let written = sync.cx.client.update_status(kind::CRON_JOB, sync.cron_job).map(drop);
    done.and(written)
}

/// One reconciliation: the CronJob with the status that it will have, its Jobs, and the API.
struct Sync<'s, 'c> {
    cron_job: Value,
    jobs: Vec<Value>,
    cx: &'s mut Context<'c>,
}

impl Sync<'_, '_> {
    fn say(&mut self, event: EventSpec<'_>) {
        self.cx.client.event(&self.cron_job, kind::CRON_JOB, event);
    }

    /// Makes the Job that is due, if one is.
    fn schedule(&mut self, key: &WorkKey) -> Result<(), Status> {
        if self.cron_job.deleting() {
            return Ok(());
        }
        let times = match Times::of(&self.cron_job) {
            Ok(times) => times,
            Err((reason, message)) => {
                self.say(EventSpec::warning(reason, message));
                return Ok(());
            }
        };
        if self.cron_job["spec"]["suspend"].bool() {
            return Ok(());
        }
        let now = self.cx.now;
        if let Some(next) = times.next_look(now) {
            self.cx.wait_for(apiserver::Wait::Schedule, key.clone(), (next + AFTER_SCHEDULE).since(now));
        }
        let (due, missed) = match times.due(now) {
            Ok(due) => due,
            Err(message) => {
                self.say(EventSpec::warning("InvalidSchedule", message));
                return Ok(());
            }
        };
        let Some(due) = due else { return Ok(()) };
        if missed > schedule::MANY {
            let message =
                "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew";
            self.say(EventSpec::warning("TooManyMissedTimes", message));
        }
        if times.deadline.is_some_and(|deadline| due + deadline < now) {
            let message = format!("Missed scheduled time to start a job: {}", due.rfc1123z());
            self.say(EventSpec::warning("MissSchedule", message));
            return Ok(());
        }
        self.start(due, &times)
    }

    fn start(&mut self, due: Time, times: &Times) -> Result<(), Status> {
        // The moment is part of the name: a Job is made once for each.
        let name = format!("{}-{}", self.cron_job.name(), due.seconds().div_euclid(60));
        let active = self.cron_job["status"]["active"].array().to_vec();
        let is_done = self.cron_job["status"]["lastScheduleTime"].time() == Some(due);
        if is_done || active.iter().any(|job| job["name"].str() == name) {
            return Ok(());
        }
        match self.cron_job["spec"]["concurrencyPolicy"].str() {
            "Forbid" if !active.is_empty() => {
                let message = "Not starting job because prior execution is running and concurrency policy is Forbid";
                self.say(EventSpec::normal("JobAlreadyActive", message));
                return Ok(());
            }
            "Replace" => active.iter().try_for_each(|job| self.delete_job(job["name"].str()))?,
            _ => {}
        }
        let made = match self.create(&name, due, times) {
            Ok(made) => {
                self.say(EventSpec::normal("SuccessfulCreate", format!("Created job {name}")));
                made
            }
            Err(status) if is_terminating_namespace(&status) => return Ok(()),
            Err(status) if status.reason == "AlreadyExists" => {
                let there = self.jobs.iter().find(|job| job.name() == name);
                let Some(mine) = there.cloned() else { return Ok(()) };
                mine
            }
            Err(status) => {
                self.say(EventSpec::warning("FailedCreate", format!("Error creating job: {status}")));
                return Err(status);
            }
        };
        let reference = obj! {
            "apiVersion" => kind::JOB.api_version(), "kind" => kind::JOB.kind, "name" => made.name(),
            "namespace" => made.namespace(), "resourceVersion" => &made["metadata"]["resourceVersion"],
            "uid" => made.uid(),
        };
        self.cron_job.at_mut("status.active").array_mut().push(reference);
        self.cron_job.set("status.lastScheduleTime", due);
        Ok(())
    }

    fn create(&mut self, name: &str, due: Time, times: &Times) -> Result<Value, Status> {
        let template = &self.cron_job["spec"]["jobTemplate"];
        let mut job = obj! {
            "apiVersion" => kind::JOB.api_version(), "kind" => kind::JOB.kind,
            "metadata" => obj! {
                "name" => name, "namespace" => self.cron_job.namespace(),
                "labels" => &template["metadata"]["labels"], "annotations" => &template["metadata"]["annotations"],
                "ownerReferences" => list![api::controller_ref(kind::CRON_JOB, &self.cron_job)],
            },
            "spec" => &template["spec"],
        };
        job.annotate("batch.kubernetes.io/cronjob-scheduled-timestamp", times.local(due));
        self.cx.client.create(kind::JOB, job)
    }

    /// Whether a Job is over, and how.
    fn finished(job: &Value) -> Option<&str> {
        job::finished(job)
    }
}
