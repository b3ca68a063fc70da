//! How long a Job waits before the next try (backoff_utils.go). Upstream remembers the failures since the last success;
//! here the Pods that are there tell.

use super::Sync;
use super::indexes::failures_before;
use api::{Time, Value, condition};
use std::time::Duration;

/// `DefaultJobPodFailureBackOff` and `MaxJobPodFailureBackOff`.
const FIRST: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_secs(600);

/// When a Pod ended: as its containers say, or else when it stopped being Ready, or else when it was deleted.
pub fn finish_time(pod: &Value) -> Time {
    let containers = pod["status"]["containerStatuses"].array();
    let ends: Option<Vec<Time>> = containers.iter().map(|c| c["state"]["terminated"]["finishedAt"].time()).collect();
    if let Some(last) = ends.and_then(|ends| ends.into_iter().max()) {
        return last;
    }
    let ready = condition(pod, "Ready");
    if ready["status"].str() == "False"
        && let Some(since) = ready["lastTransitionTime"].time()
    {
        return since;
    }
    match pod["metadata"]["deletionTimestamp"].time() {
        Some(at) => at - crate::pods::seconds(pod["metadata"]["deletionGracePeriodSeconds"].int()),
        None => pod.created(),
    }
}

/// What is left of the time after the last of so many failures in a row.
fn remaining(failures: i64, last: Time, now: Time) -> Duration {
    if failures <= 0 {
        return Duration::ZERO;
    }
    let exponent = u32::try_from(failures - 1).unwrap_or(u32::MAX).min(16);
    (FIRST * 2_u32.pow(exponent)).min(LONGEST).saturating_sub(now.since(last))
}

impl Sync<'_, '_> {
    /// How long no Pod is made, because too many in a row have failed.
    pub fn wait(&self) -> Duration {
        let succeeded = self.pods.iter().filter(|pod| pod["status"]["phase"].str() == "Succeeded");
        let last_success = succeeded.map(finish_time).max();
        let failed = self.pods.iter().filter(|pod| {
            pod["status"]["phase"].str() == "Failed" || super::has_finalizer(pod) && self.has_failed(pod)
        });
        let since: Vec<Time> = failed.map(finish_time).filter(|at| last_success.is_none_or(|s| *at > s)).collect();
        let last = since.iter().copied().max().unwrap_or_default();
        remaining(since.len() as i64, last, self.cx.now)
    }

    /// The same for one index with a limit of its own.
    pub fn wait_for_index(&self, index: i64) -> Duration {
        let wait = |pod: &Value| remaining(failures_before(pod) + 1, finish_time(pod), self.cx.now);
        self.kept.get(&index).map_or(Duration::ZERO, wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_doubles_the_wait() {
        let wait = |failures: i64, now: i64| remaining(failures, Time(0), Time(now * 1_000_000)).as_secs();
        assert_eq!([0, 1, 2, 3, 7, 8, 99].map(|n| wait(n, 0)), [0, 10, 20, 40, 600, 600, 600]);
        assert_eq!((wait(1, 4), wait(1, 11)), (6, 0));
    }
}
