//! When a Job is over, and why; and whether it is suspended.

use super::{Sync, policy};
use crate::pods;
use api::{Time, Value, condition, obj};
use apiserver::EventSpec;
use std::time::Duration;

/// One condition of a Job that is true.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    pub type_: &'static str,
    pub reason: String,
    pub message: String,
}

/// The conditions that announce the end: Pods may still be on their way out.
pub const FAILURE_TARGET: &str = "FailureTarget";
pub const SUCCESS_CRITERIA_MET: &str = "SuccessCriteriaMet";

impl Condition {
    fn new(type_: &'static str, reason: &str, message: impl Into<String>) -> Condition {
        Condition { type_, reason: reason.to_owned(), message: message.into() }
    }

    fn failure(reason: &str, message: &str) -> Condition {
        Condition::new(FAILURE_TARGET, reason, message)
    }

    /// Enough Pods have succeeded.
    pub fn success() -> Condition {
        Condition::new(SUCCESS_CRITERIA_MET, "CompletionsReached", "Reached expected number of succeeded pods")
    }

    /// What it becomes when the last Pod has ended.
    pub fn last(&self) -> Condition {
        let type_ = if self.type_ == FAILURE_TARGET { "Failed" } else { "Complete" };
        Condition { type_, ..self.clone() }
    }

    pub fn to_value(&self, status: &str, now: Time) -> Value {
        obj! {
            "type" => self.type_, "status" => status, "lastProbeTime" => now, "lastTransitionTime" => now,
            "reason" => self.reason.as_str(), "message" => self.message.as_str(),
        }
    }
}

impl Sync<'_, '_> {
    /// A condition that an earlier reconciliation has set.
    fn announced(&self, type_: &'static str) -> Option<Condition> {
        let found = condition(&self.job, type_);
        let is_true = found["status"].str() == "True";
        is_true.then(|| Condition::new(type_, found["reason"].str(), found["message"].str()))
    }

    /// Whether the Job is over before all is done: what was announced stays; the Pods' ends decide, then limits.
    pub fn judge(&mut self) {
        self.finished = self
            .announced(SUCCESS_CRITERIA_MET)
            .or_else(|| self.announced(FAILURE_TARGET))
            .or_else(|| self.failing_pod())
            .or_else(|| self.exceeded_limit())
            .or_else(|| self.failed_index())
            .or_else(|| self.success_policy());
    }

    fn failing_pod(&self) -> Option<Condition> {
        let rules = &self.spec()["podFailurePolicy"];
        let failed = self.pods.iter().filter(|pod| self.has_failed(pod));
        let message = failed.filter_map(|pod| policy::fails_job(rules, pod)).next()?;
        Some(Condition::new(FAILURE_TARGET, "PodFailurePolicy", message))
    }

    fn exceeded_limit(&mut self) -> Option<Condition> {
        if self.failed > self.spec()["backoffLimit"].as_int().unwrap_or(6) || self.restarted_too_often() {
            return Some(Condition::failure("BackoffLimitExceeded", "Job has reached the specified backoff limit"));
        }
        let limit = self.spec()["activeDeadlineSeconds"].as_int()?;
        let since = self.job["status"]["startTime"].time().filter(|_| !self.is_suspended())?;
        let (ran, limit) = (self.cx.now.since(since), pods::seconds(limit));
        if ran >= limit {
            return Some(Condition::failure("DeadlineExceeded", "Job was active longer than specified deadline"));
        }
        self.cx.wait_for(apiserver::Wait::Deadline, self.key.clone(), limit - ran);
        None
    }

    /// Containers that are restarted in place count as failures, too (`pastBackoffLimitOnFailure`).
    fn restarted_too_often(&self) -> bool {
        if self.spec()["template"]["spec"]["restartPolicy"].str() != "OnFailure" {
            return false;
        }
        let runs = |pod: &&Value| matches!(pod["status"]["phase"].str(), "Running" | "Pending");
        let containers = |pod: &Value| -> i64 {
            let of = |list: &str| pod["status"][list].array().iter().map(|c| c["restartCount"].int()).sum::<i64>();
            of("initContainerStatuses") + of("containerStatuses")
        };
        let restarts: i64 = self.pods.iter().filter(runs).map(containers).sum();
        restarts >= self.spec()["backoffLimit"].as_int().unwrap_or(6).max(1)
    }

    fn failed_index(&self) -> Option<Condition> {
        let failed = self.failed_indexes.as_ref()?.total();
        if self.spec()["maxFailedIndexes"].as_int().is_some_and(|limit| failed > limit) {
            let message = "Job has exceeded the specified maximal number of failed indexes";
            return Some(Condition::failure("MaxFailedIndexesExceeded", message));
        }
        let all = failed + self.succeeded_indexes.total() >= self.completions().unwrap_or(0);
        (failed > 0 && all).then(|| Condition::failure("FailedIndexes", "Job has failed indexes"))
    }

    fn success_policy(&self) -> Option<Condition> {
        let completions = self.completions().filter(|_| self.is_indexed())?;
        let rule = policy::succeeds(&self.spec()["successPolicy"], completions, &self.succeeded_indexes)?;
        Some(Condition::new(SUCCESS_CRITERIA_MET, "SuccessPolicy", format!("Matched rules at index {rule}")))
    }

    /// Notes that the Job is suspended, or goes on. Returns whether that is new.
    pub fn note_suspension(&mut self) -> bool {
        let suspended = self.is_suspended();
        let (status, reason, message) = match suspended {
            true => ("True", "JobSuspended", "Job suspended"),
            false => ("False", "JobResumed", "Job resumed"),
        };
        let old = condition(&self.job, "Suspended")["status"].str().to_owned();
        if old == status || old.is_empty() && !suspended {
            return false;
        }
        let new = Condition::new("Suspended", reason, message);
        api::set_condition(&mut self.job, new.to_value(status, self.cx.now));
        self.say(EventSpec::normal(if suspended { "Suspended" } else { "Resumed" }, message));
        // The deadline counts from the moment at which the Job goes on.
        if suspended {
            self.job.remove("status.startTime");
        } else {
            self.job.set("status.startTime", self.cx.now);
            if let Some(limit) = self.spec()["activeDeadlineSeconds"].as_int() {
                self.cx.wait_for(
                    apiserver::Wait::Deadline,
                    self.key.clone(),
                    pods::seconds(limit).max(Duration::from_millis(1)),
                );
            }
        }
        true
    }
}
