//! RollingUpdate: Pods of another revision are deleted, highest ordinal first; new ones take their place.

use super::{Sync, identity};
use crate::amount::resolve;
use api::{Status, Value};

impl Sync<'_, '_> {
    /// One step of a roll-out; the status loses the Pods that are deleted.
    pub fn roll(&mut self, replicas: &[Value], mut status: Value) -> (Value, Result<(), Status>) {
        let strategy = &self.set["spec"]["updateStrategy"];
        if strategy["type"].str() == "OnDelete" {
            return (status, Ok(()));
        }
        let update = &strategy["rollingUpdate"];
        let first = update["partition"].int().max(0) as usize;
        let outdated = |pod: &Value| identity::revision(pod) != self.history.update.name() && !pod.deleting();
        let mut doomed: Vec<Value> = Vec::new();
        if update["maxUnavailable"].is_null() {
            // One at a time, and none while one that is already new is not there yet.
            for pod in replicas.iter().skip(first).rev() {
                if outdated(pod) {
                    doomed.push(pod.clone());
                    break;
                }
                if self.is_unavailable(pod) {
                    break;
                }
            }
        } else {
            let limit = resolve(&update["maxUnavailable"], self.wanted(), true).max(1) as usize;
            let unavailable = replicas.iter().filter(|pod| self.is_unavailable(pod)).count();
            let candidates = replicas.iter().skip(first).rev().filter(|pod| outdated(pod));
            doomed.extend(candidates.take(limit.saturating_sub(unavailable)).cloned());
        }
        for pod in doomed {
            if let Err(error) = self.delete(&pod) {
                return (status, Err(error));
            }
            let left = status["currentReplicas"].int() - 1;
            status.set("currentReplicas", crate::amount::positive(left));
        }
        (status, Ok(()))
    }
}
