//! An autoscaler's status.

use super::Sync;
use api::{Value, condition, kind, obj};

impl Sync<'_, '_> {
    pub fn set_condition(&mut self, type_: &str, status: bool, reason: &str, message: impl Into<String>) {
        let status = if status { "True" } else { "False" };
        let old = condition(&self.autoscaler, type_);
        let since = match old["status"].str() == status {
            true => old["lastTransitionTime"].clone(),
            false => self.cx.now.into(),
        };
        let new = obj! {
            "type" => type_, "status" => status, "reason" => reason, "message" => message.into(),
            "lastTransitionTime" => since,
        };
        api::set_condition(&mut self.autoscaler, new);
    }

    pub fn set_counts(&mut self, current: i64, desired: i64, metrics: &[Value]) {
        let status = self.autoscaler.at_mut("status").object_mut();
        match current {
            0 => drop(status.remove("currentReplicas")),
            current => drop(status.insert("currentReplicas", current.into())),
        }
        status.insert("desiredReplicas", desired.into());
        let metrics = if metrics.is_empty() { Value::Null } else { metrics.to_vec().into() };
        status.insert("currentMetrics", metrics);
    }

    /// Writes the status, if it is another one. What cannot be written now is written after the next look.
    pub fn write(&mut self) {
        if self.autoscaler["status"] != self.before["status"] {
            let _ = self.cx.client.update_status(kind::HORIZONTAL_POD_AUTOSCALER, self.autoscaler.clone());
        }
    }
}
