//! Which Pods go first when there are too many (`ActivePodsWithRanks` of pkg/controller/controller_utils.go).

use crate::pods;
use api::OrdMap;
use api::{Str, Time, Value, condition, is_pod_ready, kind};
use apiserver::Client;
use std::cmp::Reverse;

/// The annotation by which a Pod says how much would be lost with it.
const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";

/// The `n` Pods that are to be deleted first.
pub fn first_to_go<'a>(set: &Value, active: &[&'a Value], n: usize, client: &Client<'_>, now: Time) -> Vec<&'a Value> {
    let mut pods = active.to_vec();
    if n < pods.len() {
        let siblings = siblings_by_node(set, active, client);
        api::sort_by_cached_key(&mut pods, |pod| {
            rank(pod, siblings.get(pod["spec"]["nodeName"].str()).copied().unwrap_or(0), now)
        });
        pods.truncate(n);
    }
    pods
}

/// Sorts Pods that have no siblings: those that are to be deleted first come first.
pub fn sort(pods: &mut [&Value], now: Time) {
    api::sort_by_cached_key(pods, |pod| rank(pod, 0, now));
}

/// How many Pods of this set, and of the other sets of its owner, are on each node.
fn siblings_by_node(set: &Value, active: &[&Value], client: &Client<'_>) -> OrdMap<Str, usize> {
    let mut counts = OrdMap::new();
    let mut count = |pod: &Value| *counts.entry(pod["spec"]["nodeName"].to_str()).or_default() += 1;
    active.iter().for_each(|pod| count(pod));
    let owner = set.controller()["uid"].str();
    if !owner.is_empty() {
        for other in client.owned_by(kind::REPLICA_SET, owner) {
            if other.uid() != set.uid() {
                client.owned_by(kind::POD, other.uid()).iter().filter(|pod| pods::is_active(pod)).for_each(&mut count);
            }
        }
    }
    counts
}

/// Sorts what goes first before what goes later: what runs nowhere, what runs not yet, what is not Ready, what costs less,
/// what shares its node with more siblings, what has been Ready for less long, what has restarted more often, what is
/// younger. Times are compared by powers of two, so that a scale-down does not always take the same generation.
type Rank = (bool, u8, bool, i64, Reverse<usize>, i64, Reverse<i64>, i64, Str);

fn rank(pod: &Value, siblings: usize, now: Time) -> Rank {
    let phase = match pod["status"]["phase"].str() {
        "Pending" => 0,
        "Unknown" => 1,
        _ => 2,
    };
    let ready = is_pod_ready(pod);
    let ready_since = condition(pod, "Ready")["lastTransitionTime"].time();
    let restarts = pod["status"]["containerStatuses"].array().iter().map(|c| c["restartCount"].int()).max();
    (
        !pod["spec"]["nodeName"].str().is_empty(),
        phase,
        ready,
        pod.annotation(DELETION_COST).parse().unwrap_or(0),
        Reverse(siblings),
        if ready { magnitude(ready_since.unwrap_or_default(), now) } else { 0 },
        Reverse(restarts.unwrap_or(0)),
        magnitude(pod.created(), now),
        pod["metadata"]["uid"].to_str(),
    )
}

/// The logarithm to base two of an age; -1 for none.
fn magnitude(since: Time, now: Time) -> i64 {
    let nanoseconds = now.since(since).as_nanos();
    nanoseconds.checked_ilog2().map_or(-1, i64::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{list, obj};

    fn pod(uid: &str, node: &str, ready: bool, created: i64) -> Value {
        let status = if ready { "True" } else { "False" };
        let ready = obj! { "type" => "Ready", "status" => status, "lastTransitionTime" => Time(created * 1_000_000) };
        obj! {
            "metadata" => obj! { "uid" => uid, "creationTimestamp" => Time(created * 1_000_000) },
            "spec" => obj! { "nodeName" => node },
            "status" => obj! { "phase" => "Running", "conditions" => list![ready] },
        }
    }

    fn order(mut pods: Vec<(Value, usize)>) -> String {
        let now = Time(100_000_000);
        api::sort_by_cached_key(&mut pods, |(pod, siblings)| rank(pod, *siblings, now));
        pods.iter().map(|(pod, _)| pod.uid()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_missed_least_goes_first() {
        let mut cheap = pod("cheap", "n", true, 0);
        cheap.annotate(DELETION_COST, "-100");
        let pods = vec![
            (pod("old", "n", true, 0), 1),
            (pod("young", "n", true, 98), 1),
            (pod("crowded", "n", true, 0), 3),
            (cheap, 1),
            (pod("unready", "n", false, 0), 1),
            (pod("nowhere", "", false, 0), 1),
        ];
        assert_eq!(order(pods), "nowhere unready cheap crowded young old");
    }

    #[test]
    fn ages_of_one_magnitude_are_equal() {
        let pods = vec![(pod("b", "n", true, 10), 1), (pod("a", "n", true, 11), 1)];
        assert_eq!(order(pods), "a b", "the UID decides");
    }
}
