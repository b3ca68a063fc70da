//! RollingUpdate: Pods of older templates are deleted, so many at once as may be unavailable, and new ones take their place; or
//! new ones come beside so many of them as `maxSurge` says, and the older go when these are available.

use super::nodes::Verdict;
use super::{HASH_LABEL, Place, create, delete};
use crate::amount::resolve;
use crate::pods;
use api::{Status, Value};
use apiserver::Context;

/// Whether a node may have a Pod of the new template beside one of an older (`AllowsSurge`).
pub fn surges(set: &Value) -> bool {
    let update = set.at("spec.updateStrategy");
    update["type"].str() != "OnDelete" && resolve(&update["rollingUpdate"]["maxSurge"], 1, true) > 0
}

/// One step of a rolling update.
pub fn roll(set: &Value, places: &[Place], hash: &str, cx: &mut Context<'_>) -> Result<(), Status> {
    match surges(set) {
        true => surge(set, places, hash, cx),
        false => replace(set, places, hash, cx),
    }
}

/// Which of a node's Pods, the oldest first, are too many where two may be beside each other: the oldest of the template stays,
/// and the oldest of the others until that is available, unless it is not even Ready.
pub fn excess<'p>(set: &Value, pods: &[&'p Value], hash: &str, cx: &Context<'_>) -> Vec<&'p Value> {
    let is_new = |pod: &Value| pod.labels()[HASH_LABEL].str() == hash;
    let new = pods.iter().find(|pod| is_new(pod)).copied();
    let old = pods.iter().find(|pod| !is_new(pod)).copied();
    let min_ready = set["spec"]["minReadySeconds"].int();
    let over =
        |old: &Value| new.is_some_and(|new| !api::is_pod_ready(old) || pods::is_available(new, min_ready, cx.now));
    let stays = |pod: &Value, of: Option<&Value>| of.is_some_and(|of| of.uid() == pod.uid());
    let keeps = |pod: &Value| stays(pod, new) || stays(pod, old) && !over(pod);
    pods.iter().filter(|pod| !keeps(pod)).copied().collect()
}

/// New Pods come beside the older ones, which go when these are available ([`excess`]).
fn surge(set: &Value, places: &[Place], hash: &str, cx: &mut Context<'_>) -> Result<(), Status> {
    let min_ready = set["spec"]["minReadySeconds"].int();
    let wanted = || places.iter().filter(|place| place.verdict == Verdict::Run);
    let limit = resolve(&set.at("spec.updateStrategy.rollingUpdate")["maxSurge"], wanted().count() as i64, true);
    let (mut surging, mut candidates) = (0, Vec::new());
    for place in wanted() {
        let mut pods = place.pods.iter().filter(|pod| !pod.deleting());
        let (Some(pod), more) = (pods.next(), pods.next()) else { continue };
        let outdated = pod.labels()[HASH_LABEL].str() != hash;
        match more {
            Some(new) => surging += i64::from(!pods::is_available(new, min_ready, cx.now)),
            None if outdated && pods::is_available(pod, min_ready, cx.now) => candidates.push(place),
            // Nothing is lost on its node: its replacement costs no surge.
            None if outdated => create(set, &place.node, hash, cx)?,
            None => {}
        }
    }
    for place in candidates.into_iter().take((limit - surging).max(0) as usize) {
        create(set, &place.node, hash, cx)?;
    }
    Ok(())
}

/// New Pods are made when the older ones are gone.
fn replace(set: &Value, places: &[Place], hash: &str, cx: &mut Context<'_>) -> Result<(), Status> {
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
