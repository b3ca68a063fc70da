//! What several controllers ask about Pods.

pub use api::is_pod_ended as is_terminal;
use api::{Time, Value, condition, is_pod_ready};
use std::time::Duration;

/// Whether a toleration is for a taint (`Toleration.ToleratesTaint` of k8s.io/api/core/v1).
pub fn tolerates(toleration: &Value, taint: &Value) -> bool {
    let (key, effect) = (toleration["key"].str(), toleration["effect"].str());
    (effect.is_empty() || effect == taint["effect"].str())
        && (key.is_empty() || key == taint["key"].str())
        && (toleration["operator"].str() == "Exists" || toleration["value"].str() == taint["value"].str())
}

/// Whether a Pod counts as a replica: it has not ended and is not being deleted.
pub fn is_active(pod: &Value) -> bool {
    !pod.deleting() && !is_terminal(pod)
}

/// Whether a Pod is on its way out but still runs.
pub fn is_terminating(pod: &Value) -> bool {
    pod.deleting() && !is_terminal(pod)
}

/// Whether a Pod has been Ready for at least `min_ready_seconds`.
pub fn is_available(pod: &Value, min_ready_seconds: i64, now: Time) -> bool {
    if min_ready_seconds <= 0 || !is_pod_ready(pod) {
        return is_pod_ready(pod);
    }
    let since = condition(pod, "Ready")["lastTransitionTime"].time().unwrap_or_default();
    since + seconds(min_ready_seconds) <= now
}

/// A number of seconds from a field, 0 if that is negative.
pub fn seconds(seconds: i64) -> Duration {
    Duration::from_secs(seconds.max(0) as u64)
}

/// A new Pod of a template, owned by the object that `controller_ref` points to.
pub fn from_template(template: &Value, namespace: &str, owner_name: &str, controller_ref: Value) -> Value {
    let metadata = &template["metadata"];
    // A name of at most 63 characters with 5 random ones after it (`GetPodsPrefix`).
    let prefix = format!("{owner_name}-");
    api::obj! {
        "apiVersion" => "v1", "kind" => "Pod",
        "metadata" => api::obj! {
            "generateName" => prefix, "namespace" => namespace,
            "labels" => &metadata["labels"], "annotations" => &metadata["annotations"],
            "finalizers" => &metadata["finalizers"], "ownerReferences" => api::list![controller_ref],
        },
        "spec" => &template["spec"],
    }
}
