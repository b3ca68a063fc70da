//! A StatefulSet's status.

use super::{Sync, identity, is_running_and_ready};
use crate::amount::positive;
use api::{Status, Value, kind, obj};

impl Sync<'_, '_> {
    /// The status of the set with its Pods.
    pub fn status(&self, pods: &[Value]) -> Value {
        let (mut replicas, mut ready, mut available, mut current, mut updated) = (0, 0, 0, 0, 0);
        for pod in pods {
            replicas += 1;
            ready += i64::from(is_running_and_ready(pod));
            available += i64::from(self.is_available(pod));
            if !pod.deleting() {
                current += i64::from(identity::revision(pod) == self.current.name());
                updated += i64::from(identity::revision(pod) == self.history.update.name());
            }
        }
        obj! {
            "replicas" => replicas, "readyReplicas" => positive(ready), "availableReplicas" => available,
            "currentReplicas" => positive(current), "updatedReplicas" => positive(updated),
            "currentRevision" => self.current.name(), "updateRevision" => self.history.update.name(),
            "collisionCount" => self.history.collisions, "observedGeneration" => self.set.generation(),
            "conditions" => &self.set["status"]["conditions"],
        }
    }

    /// Writes the status. With all Pods new and Ready a roll-out is over, and the new revision is the current one.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn write(&mut self, mut status: Value) -> Result<(), Status> {
        let all = |field: &str| status[field].int() == self.wanted();
        let rolling = self.set.at("spec.updateStrategy.type").str() == "RollingUpdate";
        if rolling && all("updatedReplicas") && all("readyReplicas") && all("replicas") {
            let updated = status["updatedReplicas"].clone();
            status.set("currentReplicas", updated);
            let revision = status["updateRevision"].clone();
            status.set("currentRevision", revision);
        }
        if status == self.set["status"] {
            return Ok(());
        }
        let mut set = self.set.clone();
        set.set("status", status);
        self.cx.client.update_status(kind::STATEFUL_SET, set).map(drop)
    }
}
