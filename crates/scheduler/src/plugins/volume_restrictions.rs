//! VolumeRestrictions: a claim that one Pod may have for itself (`ReadWriteOncePod`) goes to one.

use super::{Change, Cycle, Filter, Plugin, Rejection};

pub const PLUGIN: Plugin = Plugin {
    name: "VolumeRestrictions",
    filter: Some(filter),
    score: None,
    weight: 0,
    per_node: false,
    woken_by: &[Change::PodLeft, Change::Storage],
};

fn filter<'a>(cycle: &'a Cycle<'a>) -> Filter<'a> {
    const TAKEN: &str = "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode";
    // Where Pods are removed to make room, they may be among them.
    match cycle.claim_holders.iter().any(|holder| cycle.cache.has(holder)) {
        true => Filter::Check(Box::new(|_| Err(Rejection::resolvable(TAKEN)))),
        false => Filter::Skip,
    }
}
