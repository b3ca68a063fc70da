//! A ReplicaSet's status (pkg/controller/replicaset/replica_set_utils.go).

use super::Managed;
use crate::pods;
use api::{Time, Value, is_pod_ready, list, obj};

/// The status of `set` with the Pods it owns; `managed` says whether the Pods could be made or deleted.
pub fn of(set: &Value, owned: &[Value], managed: &Managed, now: Time) -> Value {
    let spec = &set["spec"];
    let template_labels = &spec["template"]["metadata"]["labels"];
    let min_ready = spec["minReadySeconds"].int();
    let (mut replicas, mut labelled, mut ready, mut available, mut terminating) = (0, 0, 0, 0, 0);
    for pod in owned {
        if pods::is_terminating(pod) {
            terminating += 1;
        }
        if !pods::is_active(pod) {
            continue;
        }
        replicas += 1;
        let labels = pod.labels();
        let complete = || template_labels.entries().all(|(key, value)| labels[key.as_str()] == *value);
        labelled += i64::from(labels == template_labels || complete());
        if is_pod_ready(pod) {
            ready += 1;
            available += i64::from(pods::is_available(pod, min_ready, now));
        }
    }
    let positive = |n: i64| Some(n).filter(|n| *n > 0);
    obj! {
        "replicas" => replicas, "fullyLabeledReplicas" => positive(labelled), "readyReplicas" => positive(ready),
        "availableReplicas" => positive(available), "terminatingReplicas" => terminating,
        "observedGeneration" => set.generation(), "conditions" => conditions(set, managed, now),
    }
}

/// `ReplicaFailure` is there while Pods cannot be made or deleted.
fn conditions(set: &Value, managed: &Managed, now: Time) -> Value {
    const TYPE: &str = "ReplicaFailure";
    let Err((reason, status)) = managed else { return Value::Null };
    let old = api::condition(set, TYPE);
    if old["reason"].str() == *reason {
        return set["status"]["conditions"].clone();
    }
    list![obj! {
        "type" => TYPE, "status" => "True", "reason" => *reason, "message" => status.message.as_str(),
        "lastTransitionTime" => now,
    }]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(phase: &str, ready: &str, deleting: bool) -> Value {
        let deletion = deleting.then_some("2026-11-23T00:00:00Z");
        let condition = obj! { "type" => "Ready", "status" => ready, "lastTransitionTime" => "1970-01-01T00:00:00Z" };
        obj! {
            "metadata" => obj! { "labels" => obj! { "app" => "web" }, "deletionTimestamp" => deletion },
            "status" => obj! { "phase" => phase, "conditions" => list![condition] },
        }
    }

    #[test]
    fn pods_are_counted_by_state() {
        let set = obj! {
            "metadata" => obj! { "generation" => 3 },
            "spec" => obj! { "minReadySeconds" => 10, "template" => obj! { "metadata" => obj! { "labels" => obj! { "app" => "web" } } } },
        };
        let owned = [
            pod("Running", "True", false),
            pod("Pending", "False", false),
            pod("Running", "True", true),
            pod("Succeeded", "False", true),
            pod("Failed", "False", false),
        ];
        let status = of(&set, &owned, &Ok(()), Time(5_000_000));
        let expected = obj! {
            "replicas" => 2, "fullyLabeledReplicas" => 2, "readyReplicas" => 1, "terminatingReplicas" => 1,
            "observedGeneration" => 3,
        };
        assert_eq!(status, expected);
        assert_eq!(of(&set, &owned, &Ok(()), Time(10_000_000))["availableReplicas"].int(), 1);
    }
}
