//! A Deployment's status and conditions (sync.go, progress.go, util/deployment_util.go).

use super::sets::Sets;
use super::{Sync, scale, wanted};
use crate::pods;
use api::{Status, Time, Value, condition, obj};
use apiserver::WorkKey;
use std::time::Duration;

const PROGRESSING: &str = "Progressing";
const COMPLETE: &str = "NewReplicaSetAvailable";
const TIMED_OUT: &str = "ProgressDeadlineExceeded";
const PAUSED: &str = "DeploymentPaused";

/// A condition that is to be set.
pub struct Condition {
    type_: &'static str,
    status: &'static str,
    reason: &'static str,
    message: String,
    /// The time of the last transition, if it is not to be now.
    since: Option<Value>,
}

impl Condition {
    /// The condition `Progressing`.
    pub fn progressing(status: &'static str, reason: &'static str, message: impl Into<String>) -> Condition {
        Condition { type_: PROGRESSING, status, reason, message: message.into(), since: None }
    }
}

/// `progressDeadlineSeconds`; none if it is unlimited.
pub fn deadline(deployment: &Value) -> Option<Duration> {
    let seconds = deployment["spec"]["progressDeadlineSeconds"].as_int()?;
    (seconds != i64::from(i32::MAX)).then(|| pods::seconds(seconds))
}

/// Sets a condition of `object.status`, at the end of the list, unless it says so already (`SetDeploymentCondition`).
pub fn set_condition(object: &mut Value, new: Condition, now: Time) {
    let old = condition(object, new.type_);
    if old["status"].str() == new.status && old["reason"].str() == new.reason {
        return;
    }
    let since = match (new.since, old["status"].str() == new.status) {
        (_, true) => old["lastTransitionTime"].clone(),
        (Some(since), _) => since,
        (None, false) => now.into(),
    };
    remove_condition(object, new.type_);
    object.at_mut("status.conditions").array_mut().push(obj! {
        "type" => new.type_, "status" => new.status, "lastUpdateTime" => now, "lastTransitionTime" => since,
        "reason" => new.reason, "message" => new.message,
    });
}

fn remove_condition(object: &mut Value, type_: &str) {
    if !condition(object, type_).is_null() {
        object.at_mut("status.conditions").array_mut().retain(|c| c["type"].str() != type_);
    }
}

/// Whether all Pods are of the new template, and available.
pub fn is_complete(deployment: &Value, status: &Value) -> bool {
    let wanted = wanted(deployment);
    let counts = ["updatedReplicas", "replicas", "availableReplicas"];
    counts.iter().all(|count| status[*count].int() == wanted)
        && status["observedGeneration"].int() >= deployment.generation()
}

/// The status that follows from the sets, with the conditions as they were but for `Available`.
fn calculate(deployment: &Value, sets: &Sets, now: Time) -> Value {
    let sum = |field: &str| sets.all().map(|set| set["status"][field].int()).sum::<i64>();
    let positive = |n: i64| Some(n).filter(|n| *n > 0);
    let available = sum("availableReplicas");
    let updated = sets.newest().map_or(0, |set| set["status"]["replicas"].int());
    let enough = available >= wanted(deployment) - scale::max_unavailable(deployment);
    let mut object = obj! {
        "status" => obj! {
            "observedGeneration" => deployment.generation(),
            "replicas" => positive(sum("replicas")),
            "updatedReplicas" => positive(updated),
            "readyReplicas" => positive(sum("readyReplicas")),
            "availableReplicas" => positive(available),
            "unavailableReplicas" => positive(sets.total_size() - available),
            "terminatingReplicas" => sum("terminatingReplicas"),
            "collisionCount" => &deployment["status"]["collisionCount"],
            "conditions" => &deployment["status"]["conditions"],
        },
    };
    let (status, reason, message) = match enough {
        true => ("True", "MinimumReplicasAvailable", "Deployment has minimum availability."),
        false => ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability."),
    };
    let available = Condition { type_: "Available", status, reason, message: message.into(), since: None };
    set_condition(&mut object, available, now);
    object.remove("status").unwrap_or_default()
}

impl Sync<'_, '_> {
    /// The status that follows from the sets as they are known now.
    pub fn status(&self) -> Value {
        calculate(&self.deployment, &self.sets, self.cx.now)
    }

    /// Writes that status, without judging progress.
    pub fn write_status(&mut self) -> Result<(), Status> {
        self.put_status(self.status())
    }

    /// Writes a status, if it differs from the stored one.
    pub fn put_status(&mut self, status: Value) -> Result<(), Status> {
        if status == self.deployment["status"] {
            return Ok(());
        }
        self.deployment.set("status", status);
        self.update_status()
    }

    /// Writes the status with what is to be said about progress, and comes back when the deadline may be over.
    pub fn write_rollout_status(&mut self, key: &WorkKey) -> Result<(), Status> {
        let mut object = obj! { "status" => self.status() };
        let current = condition(&self.deployment, PROGRESSING).clone();
        let complete =
            object["status"]["replicas"] == object["status"]["updatedReplicas"] && current["reason"].str() == COMPLETE;
        match deadline(&self.deployment) {
            None => remove_condition(&mut object, PROGRESSING),
            Some(deadline) if !complete => self.judge(&mut object, &current, deadline),
            Some(_) => {}
        }
        self.note_replica_failure(&mut object);
        let status = object.remove("status").unwrap_or_default();
        if status != self.deployment["status"] {
            return self.put_status(status);
        }
        self.come_back(key, &current);
        Ok(())
    }

    fn judge(&self, object: &mut Value, current: &Value, deadline: Duration) {
        let now = self.cx.now;
        let subject = match self.sets.newest() {
            Some(set) => format!("ReplicaSet {:?}", set.name()),
            None => format!("Deployment {:?}", self.deployment.name()),
        };
        let (old, new) = (&self.deployment["status"], &object["status"]);
        if is_complete(&self.deployment, new) {
            let message = format!("{subject} has successfully progressed.");
            set_condition(object, Condition::progressing("True", COMPLETE, message), now);
        } else if has_progressed(old, new) {
            let mut condition =
                Condition::progressing("True", "ReplicaSetUpdated", format!("{subject} is progressing."));
            if current["status"].str() == "True" {
                condition.since = Some(current["lastTransitionTime"].clone());
            }
            // Taken away first, so that the time of the last update moves even if nothing else changes.
            remove_condition(object, PROGRESSING);
            set_condition(object, condition, now);
        } else if has_timed_out(current, deadline, now) {
            let message = format!("{subject} has timed out progressing.");
            set_condition(object, Condition::progressing("False", TIMED_OUT, message), now);
        }
    }

    /// `ReplicaFailure` is taken over from the new set, or else from any.
    fn note_replica_failure(&self, object: &mut Value) {
        const FAILURE: &str = "ReplicaFailure";
        let failing = |set: &&Value| !condition(set, FAILURE).is_null();
        let Some(set) = self.sets.newest().filter(failing).or_else(|| self.sets.old().find(failing)) else {
            return remove_condition(object, FAILURE);
        };
        let from = condition(set, FAILURE);
        let old = condition(object, FAILURE);
        if old["reason"] != from["reason"] || old["status"] != from["status"] {
            remove_condition(object, FAILURE);
            let mut copied = from.clone();
            copied.object_mut().insert("lastUpdateTime", from["lastTransitionTime"].clone());
            object.at_mut("status.conditions").array_mut().push(copied);
        }
    }

    /// Nothing will tell the controller that time has passed.
    fn come_back(&mut self, key: &WorkKey, current: &Value) {
        let Some(deadline) = deadline(&self.deployment) else { return };
        let done = is_complete(&self.deployment, &self.deployment["status"]) || current["reason"].str() == TIMED_OUT;
        if !done && let Some(updated) = current["lastUpdateTime"].time() {
            // A second more, as times in conditions are whole seconds.
            let due = updated + deadline + Duration::from_secs(1);
            self.cx.wait_for(
                apiserver::Wait::Deadline,
                key.clone(),
                due.since(self.cx.now).max(Duration::from_secs(1)),
            );
        }
    }

    /// A paused Deployment says so in its condition `Progressing`.
    pub fn note_pause(&mut self) -> Result<(), Status> {
        let current = condition(&self.deployment, PROGRESSING)["reason"].str();
        if deadline(&self.deployment).is_none() || current == TIMED_OUT {
            return Ok(());
        }
        let new = match (self.deployment["spec"]["paused"].bool(), current == PAUSED) {
            (true, false) => Condition::progressing("Unknown", PAUSED, "Deployment is paused"),
            (false, true) => Condition::progressing("Unknown", "DeploymentResumed", "Deployment is resumed"),
            _ => return Ok(()),
        };
        set_condition(&mut self.deployment, new, self.cx.now);
        self.update_status()
    }
}

fn has_progressed(old: &Value, new: &Value) -> bool {
    let more = |field: &str| new[field].int() > old[field].int();
    let outdated = |status: &Value| status["replicas"].int() - status["updatedReplicas"].int();
    more("updatedReplicas") || outdated(new) < outdated(old) || more("readyReplicas") || more("availableReplicas")
}

fn has_timed_out(current: &Value, deadline: Duration, now: Time) -> bool {
    match current["reason"].str() {
        "" | COMPLETE => false,
        TIMED_OUT => true,
        _ => current["lastUpdateTime"].time().is_some_and(|updated| updated + deadline < now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_moves_to_the_end_only_when_it_changes() {
        let mut object = obj! { "status" => obj! {} };
        let types = |object: &Value| {
            let conditions = object["status"]["conditions"].array().iter();
            conditions.map(|c| c["type"].str().to_owned()).collect::<Vec<_>>().join(" ")
        };
        set_condition(&mut object, Condition::progressing("True", "NewReplicaSetCreated", ""), Time(0));
        let available =
            |status| Condition { type_: "Available", status, reason: "r", message: String::new(), since: None };
        set_condition(&mut object, available("False"), Time(0));
        assert_eq!(types(&object), "Progressing Available");
        set_condition(&mut object, Condition::progressing("True", COMPLETE, ""), Time(7_000_000));
        assert_eq!(types(&object), "Available Progressing");
        let progressing = condition(&object, PROGRESSING);
        assert_eq!(progressing["lastTransitionTime"].time(), Some(Time(0)), "the status stayed True");
        assert_eq!(progressing["lastUpdateTime"].time(), Some(Time(7_000_000)));
        set_condition(&mut object, available("False"), Time(9_000_000));
        assert_eq!(types(&object), "Available Progressing");
    }

    #[test]
    fn progress_is_any_count_that_moves_the_right_way() {
        let status = |replicas: i64, updated: i64, ready: i64| {
            obj! { "replicas" => replicas, "updatedReplicas" => updated, "readyReplicas" => ready }
        };
        assert!(has_progressed(&status(3, 0, 3), &status(4, 1, 3)));
        assert!(has_progressed(&status(4, 1, 3), &status(3, 1, 3)), "an old one is gone");
        assert!(has_progressed(&status(4, 1, 3), &status(4, 1, 4)));
        assert!(!has_progressed(&status(4, 1, 3), &status(4, 1, 3)));
    }

    #[test]
    fn the_deadline_counts_from_the_last_update() {
        let updated = |reason: &str| obj! { "reason" => reason, "lastUpdateTime" => Time(0) };
        let deadline = Duration::from_secs(8);
        assert!(has_timed_out(&updated("ReplicaSetUpdated"), deadline, Time(9_000_000)));
        assert!(!has_timed_out(&updated("ReplicaSetUpdated"), deadline, Time(8_000_000)));
        assert!(!has_timed_out(&updated(COMPLETE), deadline, Time(99_000_000)));
    }
}
