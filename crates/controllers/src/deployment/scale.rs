//! Scaling a Deployment: all at once if one set has all the Pods, in proportion if several have (sync.go).

use super::sets::{self, size};
use super::{Sync, is_recreate, wanted};
use crate::amount::resolve;
use api::{Status, Str, Value};
use std::cmp::Reverse;

/// The annotation in which a set remembers the Deployment's size.
pub const DESIRED_REPLICAS: &str = "deployment.kubernetes.io/desired-replicas";
/// The annotation in which a set remembers how many Pods the Deployment may have at most.
pub const MAX_REPLICAS: &str = "deployment.kubernetes.io/max-replicas";

/// The Deployment's size that a set was scaled for.
pub fn desired(set: &Value) -> Option<i64> {
    set.annotation(DESIRED_REPLICAS).parse().ok()
}

/// Notes the Deployment's sizes on a set.
pub fn annotate(set: &mut Value, deployment: &Value) {
    let wanted = wanted(deployment);
    for (key, number) in [(DESIRED_REPLICAS, wanted), (MAX_REPLICAS, wanted + max_surge(deployment))] {
        let text = number.to_string();
        if set.annotation(key) != text {
            set.annotate(key, text);
        }
    }
}

/// How many Pods more than wanted there may be during a rolling update.
pub fn max_surge(deployment: &Value) -> i64 {
    if is_recreate(deployment) { 0 } else { fenceposts(deployment).0 }
}

/// How many Pods fewer than wanted may be available during a rolling update.
pub fn max_unavailable(deployment: &Value) -> i64 {
    if is_recreate(deployment) || wanted(deployment) == 0 {
        return 0;
    }
    fenceposts(deployment).1.min(wanted(deployment))
}

/// maxSurge rounded up and maxUnavailable rounded down; not both 0, or nothing could ever move (`ResolveFenceposts`).
fn fenceposts(deployment: &Value) -> (i64, i64) {
    let update = deployment.at("spec.strategy.rollingUpdate");
    let wanted = wanted(deployment);
    let surge = resolve(&update["maxSurge"], wanted, true);
    let unavailable = resolve(&update["maxUnavailable"], wanted, false);
    if surge == 0 && unavailable == 0 { (0, 1) } else { (surge, unavailable) }
}

impl Sync<'_, '_> {
    /// Brings the sets to the Deployment's size without going on with a roll-out.
    pub fn scale(&mut self) -> Result<(), Status> {
        let wanted = wanted(&self.deployment);
        if let Some(name) = self.active_or_latest() {
            return self.resize(&name, wanted).map(drop);
        }
        if self.sets.newest().is_some_and(|set| is_saturated(set, wanted)) {
            let active: Vec<Str> = self.sets.old().filter(|set| size(set) > 0).map(|set| set.name().into()).collect();
            return active.iter().try_for_each(|name| self.resize(name, 0).map(drop));
        }
        if is_recreate(&self.deployment) {
            return Ok(());
        }
        for (name, size) in self.proportional_sizes(wanted) {
            self.resize(&name, size)?;
        }
        Ok(())
    }

    /// The one set that has Pods, or the newest if none has; `None` if several have.
    fn active_or_latest(&self) -> Option<Str> {
        let mut active = self.sets.all().filter(|set| size(set) > 0);
        match (active.next(), active.next()) {
            (Some(one), None) => Some(one.name().into()),
            (None, _) => self.sets.newest().or(self.sets.old().next_back()).map(|set| set.name().into()),
            _ => None,
        }
    }

    fn proportional_sizes(&self, wanted: i64) -> Vec<(Str, i64)> {
        let mut active: Vec<&Value> = self.sets.all().filter(|set| size(set) > 0).collect();
        let total: i64 = active.iter().map(|set| size(set)).sum();
        let allowed = if wanted > 0 { wanted + max_surge(&self.deployment) } else { 0 };
        let to_add = allowed - total;
        // The largest first; of equals, what grows is the newer, what shrinks the older one.
        match to_add > 0 {
            true => api::sort_by_key(&mut active, |set| (Reverse(size(set)), Reverse(set.created()))),
            false => api::sort_by_key(&mut active, |set| (Reverse(size(set)), set.created())),
        }
        let status_replicas = self.deployment["status"]["replicas"].int();
        let parts: Vec<(i64, i64)> = active
            .iter()
            .map(|set| (size(set), set.annotation(MAX_REPLICAS).parse().unwrap_or(status_replicas)))
            .collect();
        let sizes = proportions(&parts, to_add, if wanted == 0 { 0 } else { allowed });
        active.iter().map(|set| set.name().into()).zip(sizes).collect()
    }
}

fn is_saturated(set: &Value, wanted: i64) -> bool {
    size(set) == wanted && desired(set) == Some(wanted) && sets::available(set) == wanted
}

/// Distributes `to_add` Pods (or takes away, if negative) over sets in proportion: each (size, maximum of the Deployment
/// when it was scaled last). `allowed` is the Deployment's maximum now, 0 if it is scaled to nothing. What rounding leaves
/// over goes to the first.
fn proportions(sets: &[(i64, i64)], to_add: i64, allowed: i64) -> Vec<i64> {
    let mut added = 0;
    let mut sizes: Vec<i64> = Vec::with_capacity(sets.len());
    for &(size, max_before) in sets {
        let mut share = 0;
        if size != 0 && to_add != 0 && to_add != added {
            let fraction = match (allowed, max_before) {
                (0, _) => -size,
                (_, 0) => 0,
                _ => (size as f64 * allowed as f64 / max_before as f64).round() as i64 - size,
            };
            let left = to_add - added;
            share = if to_add > 0 { fraction.min(left) } else { fraction.max(left) };
        }
        added += share;
        sizes.push(size + share);
    }
    if let Some(first) = sizes.first_mut() {
        *first = (*first + to_add - added).max(0);
    }
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::obj;

    fn deployment(replicas: i64, surge: impl Into<Value>, unavailable: impl Into<Value>) -> Value {
        let update = obj! { "maxSurge" => surge, "maxUnavailable" => unavailable };
        obj! { "spec" => obj! { "replicas" => replicas, "strategy" => obj! { "type" => "RollingUpdate", "rollingUpdate" => update } } }
    }

    #[test]
    fn percentages_round_towards_progress() {
        let limits = |d: &Value| (max_surge(d), max_unavailable(d));
        assert_eq!(limits(&deployment(3, "25%", "25%")), (1, 0));
        assert_eq!(limits(&deployment(8, "25%", "25%")), (2, 2));
        assert_eq!(limits(&deployment(1, 0, 0)), (0, 1));
        assert_eq!(limits(&deployment(3, 1, 9)), (1, 3));
        assert_eq!(limits(&deployment(0, "25%", "25%")), (0, 0));
    }

    #[test]
    fn new_pods_are_shared_out_in_proportion() {
        // The documentation's example: 10 wanted, 3 surge, sets of 8 and 5, scaled to 15: 3 go to the old, 2 to the new.
        assert_eq!(proportions(&[(8, 13), (5, 13)], 5, 18), [11, 7]);
        assert_eq!(proportions(&[(11, 18), (7, 18)], -18, 0), [0, 0]);
        assert_eq!(proportions(&[(4, 4)], 0, 4), [4]);
    }

    #[test]
    fn shares_add_up() {
        for wanted in 1..30 {
            for (a, b, c) in [(1, 1, 1), (5, 3, 2), (10, 1, 1), (2, 7, 4)] {
                let total = a + b + c;
                let sizes = proportions(&[(a, total), (b, total), (c, total)], wanted - total, wanted);
                assert!(sizes.iter().all(|size| *size >= 0));
                assert_eq!(sizes.iter().sum::<i64>(), wanted, "{sizes:?}");
            }
        }
    }
}
