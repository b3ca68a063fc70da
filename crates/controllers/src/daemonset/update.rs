//! RollingUpdate: Pods of older templates are deleted, so many at once as may be unavailable; new ones take their place.

use super::nodes::Verdict;
use super::{HASH_LABEL, Place, delete};
use crate::amount::resolve;
use crate::pods;
use api::{Status, Value};
use apiserver::Context;

/// One step of a rolling update (without surge: a new Pod is made when the old one is gone).
pub fn roll(set: &Value, places: &[Place], hash: &str, cx: &mut Context<'_>) -> Result<(), Status> {
    let min_ready = set["spec"]["minReadySeconds"].int();
    let wanted = || places.iter().filter(|place| place.verdict == Verdict::Run);
    let desired = wanted().count() as i64;
    let limit = max_unavailable(&set.at("spec.updateStrategy.rollingUpdate")["maxUnavailable"], desired);
    let (mut unavailable, mut candidates) = (0, Vec::new());
    for place in wanted() {
        let Some(pod) = place.pods.iter().find(|pod| !pod.deleting()) else {
            unavailable += 1;
            continue;
        };
        let available = pods::is_available(pod, min_ready, cx.now);
        let outdated = pod.labels()[HASH_LABEL].str() != hash;
        unavailable += i64::from(!available);
        if outdated && !available {
            // It counts as unavailable already: replacing it costs nothing.
            delete(set, pod, cx)?;
        } else if outdated {
            candidates.push(pod);
        }
    }
    for pod in candidates.into_iter().take((limit - unavailable).max(0) as usize) {
        delete(set, pod, cx)?;
    }
    Ok(())
}

/// A number or a percentage, rounded up; 1 by default and at least.
fn max_unavailable(amount: &Value, desired: i64) -> i64 {
    resolve(amount, desired, true).max(1)
}
