//! Counts Pods that have ended, each exactly once, and ends the Job (`trackJobStatusAndRemoveFinalizers`).

use super::conditions::SUCCESS_CRITERIA_MET;
use super::{Sync, has_finalizer, indexes, policy, remove_finalizer};
use crate::amount::positive;
use api::{OrdSet, Status, Str, Value, condition, kind};
use apiserver::EventSpec;

/// So many UIDs may wait in the status to be counted (`MaxUncountedPods`).
const MOST_UNCOUNTED: usize = 500;

impl Sync<'_, '_> {
    /// Notes in the status who has ended and is not counted yet, writes it, takes the finalizers away, counts, and writes
    /// the status again. `changed`: there is something to be written in any case.
    pub fn track(&mut self, mut changed: bool) -> Result<(), Status> {
        if self.is_indexed() {
            let index = |pod: &Value| indexes::index(pod).unwrap_or(-1);
            api::sort_by_key(&mut self.pods, index);
        }
        let with_finalizer = self.pods.iter().filter(|pod| has_finalizer(pod));
        let mut waiting: OrdSet<Str> = with_finalizer.map(|pod| pod["metadata"]["uid"].to_str()).collect();
        changed |= self.settle(&waiting);
        let before = self.job["status"].clone();
        let (ended, all) = self.note_ended();
        self.note_indexes();
        if let Some(announced) = self.finished.clone() {
            if condition(&self.job, announced.type_).is_null() {
                let new = announced.to_value("True", self.cx.now);
                api::set_condition(&mut self.job, new);
            }
            self.finished = Some(announced.last());
        }
        if changed || self.job["status"] != before {
            self.write()?;
        }
        changed = false;
        let mut removed = Ok(());
        for pod in &ended {
            match remove_finalizer(pod, self.cx) {
                Ok(()) => drop(waiting.remove(pod.uid())),
                refused => removed = refused,
            }
        }
        changed |= self.settle(&waiting);
        if removed.is_err() {
            if changed {
                self.write()?;
            }
            return removed;
        }
        let over = all && self.end();
        if changed || over {
            self.write()?;
        }
        if over {
            self.announce();
        }
        Ok(())
    }

    /// Notes the Pods that have ended, and returns those whose finalizer may go, and whether these are all.
    fn note_ended(&mut self) -> (Vec<Value>, bool) {
        let mut ended = Vec::new();
        let is_success = self.finished.as_ref().is_some_and(|condition| condition.type_ == SUCCESS_CRITERIA_MET);
        let mut indexes = 0;
        for pod in self.pods.clone().into_iter().filter(has_finalizer) {
            if !self.may_go(&pod) {
                continue;
            }
            let is_indexed = self.is_indexed();
            let counted_as = match pod["status"]["phase"].str() {
                "Succeeded" if self.is_noted("failed", &pod) => None,
                "Succeeded" if is_indexed => {
                    indexes += usize::from(self.index(&pod).is_some_and(|i| !self.succeeded_before.has(i)));
                    None
                }
                "Succeeded" => Some("succeeded"),
                _ if self.has_failed(&pod) || self.finished.is_some() && !is_success => {
                    let valid = !is_indexed || self.index(&pod).is_some();
                    let counts = valid && policy::counts(&self.spec()["podFailurePolicy"], &pod);
                    counts.then_some("failed")
                }
                _ => None,
            };
            if let Some(list) = counted_as.filter(|list| !self.is_noted(list, &pod)) {
                let uncounted = self.job.at_mut("status.uncountedTerminatedPods").object_mut();
                uncounted.entry(list).array_mut().push(pod["metadata"]["uid"].clone());
            }
            ended.push(pod);
            let uncounted = &self.job["status"]["uncountedTerminatedPods"];
            if indexes + uncounted["succeeded"].len() + uncounted["failed"].len() >= MOST_UNCOUNTED {
                return (ended, false);
            }
        }
        (ended, true)
    }

    /// Whether a Pod's finalizer may go: it has ended, or nobody waits for it.
    fn may_go(&self, pod: &Value) -> bool {
        if self.job.deleting() || self.finished.is_some() || pod["status"]["phase"].str() == "Succeeded" {
            return true;
        }
        let kept = || {
            let kept = self.index(pod).and_then(|index| self.kept.get(&index));
            kept.is_some_and(|kept| kept.uid() == pod.uid())
        };
        self.has_failed(pod) && !kept()
    }

    fn note_indexes(&mut self) {
        if !self.is_indexed() {
            return;
        }
        let text = self.succeeded_indexes.to_string();
        for (field, value) in [
            ("status.succeeded", positive(self.succeeded_indexes.total()).map(Value::from)),
            ("status.completedIndexes", Some(text).filter(|text| !text.is_empty()).map(Value::from)),
        ] {
            match value {
                Some(value) => self.job.set(field, value),
                None => drop(self.job.remove(field)),
            }
        }
        if let Some(failed) = &self.failed_indexes {
            self.job.set("status.failedIndexes", failed.to_string());
        }
    }

    /// Counts those of the noted Pods that have no finalizer any more. Returns whether there were any.
    fn settle(&mut self, waiting: &OrdSet<Str>) -> bool {
        let mut changed = false;
        for list in ["succeeded", "failed"] {
            let noted = self.job["status"]["uncountedTerminatedPods"][list].array().to_vec();
            let left: Vec<Value> = noted.iter().filter(|uid| waiting.contains(uid.str())).cloned().collect();
            let gone = noted.len() - left.len();
            if gone == 0 {
                continue;
            }
            changed = true;
            let status = self.job.at_mut("status").object_mut();
            let count = status.entry(list);
            *count = (count.int() + gone as i64).into();
            let uncounted = status.entry("uncountedTerminatedPods").object_mut();
            match left.is_empty() {
                true => drop(uncounted.remove(list)),
                false => *uncounted.entry(list) = left.into(),
            }
        }
        changed
    }

    /// Ends the Job, if it is over and nothing of it is left to be waited for. Returns whether it is.
    fn end(&mut self) -> bool {
        let Some(finished) = self.finished.clone() else { return false };
        let uncounted = &self.job["status"]["uncountedTerminatedPods"];
        if uncounted["succeeded"].len() + uncounted["failed"].len() > 0 || self.terminating > 0 {
            return false;
        }
        let condition = finished.to_value("True", self.cx.now);
        api::set_condition(&mut self.job, condition);
        if finished.type_ == "Complete" {
            self.job.set("status.completionTime", self.cx.now);
        }
        true
    }

    fn announce(&mut self) {
        let Some(finished) = self.finished.clone() else { return };
        if finished.type_ != "Complete" {
            return self.say(EventSpec::warning(&finished.reason, finished.message));
        }
        if self.completions().is_some_and(|wanted| self.job["status"]["succeeded"].int() > wanted) {
            let message = "Too many succeeded pods running after completion count reached";
            self.say(EventSpec::warning("TooManySucceededPods", message));
        }
        self.say(EventSpec::normal("Completed", "Job completed"));
    }

    /// Writes the status; counters of 0 are left out.
    fn write(&mut self) -> Result<(), Status> {
        for counter in ["active", "succeeded", "failed"] {
            if self.job["status"][counter].int() == 0 {
                self.job.at_mut("status").object_mut().remove(counter);
            }
        }
        self.job = self.cx.client.update_status(kind::JOB, self.job.clone())?;
        Ok(())
    }
}
