//! A DaemonSet's status.

use super::nodes::Verdict;
use super::{HASH_LABEL, Place};
use crate::pods;
use api::{Time, Value, is_pod_ready, obj};

/// The status of `set` with its Pods; `hash` is that of its template.
pub fn of(set: &Value, places: &[Place], hash: &str, now: Time) -> Value {
    let min_ready = set["spec"]["minReadySeconds"].int();
    let (mut desired, mut current, mut misscheduled, mut ready, mut available, mut updated) = (0, 0, 0, 0, 0, 0);
    for Place { verdict, pods, .. } in places {
        if *verdict != Verdict::Run {
            misscheduled += i64::from(!pods.is_empty());
            continue;
        }
        desired += 1;
        let Some(pod) = pods.first() else { continue };
        current += 1;
        updated += i64::from(pods.iter().any(|pod| pod.labels()[HASH_LABEL].str() == hash));
        if is_pod_ready(pod) && !pod.deleting() {
            ready += 1;
            available += i64::from(pods::is_available(pod, min_ready, now));
        }
    }
    let positive = |n: i64| Some(n).filter(|n| *n > 0);
    obj! {
        "currentNumberScheduled" => current, "numberMisscheduled" => misscheduled, "desiredNumberScheduled" => desired,
        "numberReady" => ready, "observedGeneration" => set.generation(), "updatedNumberScheduled" => positive(updated),
        "numberAvailable" => positive(available), "numberUnavailable" => positive(desired - available),
        "collisionCount" => &set["status"]["collisionCount"],
    }
}
