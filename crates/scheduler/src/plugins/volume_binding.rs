//! VolumeBinding: a Pod waits until its claims are there and bound, and goes where their volumes can be reached.

use super::node_affinity::term_fits;
use super::{Change, Cycle, Filter, Plugin, Rejection};

pub const PLUGIN: Plugin = Plugin {
    name: "VolumeBinding",
    filter: Some(filter),
    score: None,
    weight: 0,
    per_node: false,
    woken_by: &[Change::Storage, Change::NodeLabels],
};

fn filter<'a>(cycle: &'a Cycle<'a>) -> Filter<'a> {
    if !cycle.claim_problem.is_empty() {
        return Filter::Never(Rejection::final_(cycle.claim_problem.clone()));
    }
    if cycle.volume_nodes.is_empty() && cycle.unbound.is_empty() {
        return Filter::Skip;
    }
    Filter::Check(Box::new(|node| {
        let reachable = cycle.volume_nodes.iter().all(|terms| terms.iter().any(|term| term_fits(term, node)));
        if !reachable {
            return Err(Rejection::final_("node(s) didn't match PersistentVolume's node affinity"));
        }
        match cycle.unbound.iter().all(|unbound| unbound.fits(node)) {
            true => Ok(()),
            false => Err(Rejection::final_("node(s) didn't find available persistent volumes to bind")),
        }
    }))
}
