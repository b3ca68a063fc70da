//! NodeResourcesFit: what the Pod asks for must be free; nodes with more left of everything score higher (LeastAllocated).

use super::{Change, Cycle, Filter, MAX_SCORE, Plugin, Rate, Rejection, Score, as_they_are};
use crate::node::NodeInfo;
use crate::pod::PodView;
use std::borrow::Cow;

pub const PLUGIN: Plugin = Plugin {
    name: "NodeResourcesFit",
    filter: Some(filter),
    score: Some(score),
    weight: 1,
    per_node: true,
    woken_by: &[Change::PodLeft, Change::NodeResources],
};

fn filter<'a>(cycle: &'a Cycle<'a>) -> Filter<'a> {
    let nothing_asked = cycle.pod.requests.is_zero();
    Filter::Check(Box::new(move |node| {
        if nothing_asked && node.pods < node.max_pods {
            return Ok(());
        }
        missing(cycle.pod, node)
    }))
}

/// What the node lacks for the Pod.
fn missing(pod: &PodView, node: &NodeInfo) -> Result<(), Rejection> {
    let mut rejection = Rejection { reasons: Vec::new(), resolvable: true };
    if node.pods >= node.max_pods {
        rejection.reasons.push("Too many pods".into());
    }
    let mut compare = |asked: i64, taken: i64, offered: i64, reason: Cow<'static, str>| {
        if asked > 0 && asked > offered - taken {
            rejection.reasons.push(reason);
            rejection.resolvable &= asked <= offered;
        }
    };
    let (asked, taken, offered) = (&pod.requests, &node.requested, &node.allocatable);
    compare(asked.milli_cpu, taken.milli_cpu, offered.milli_cpu, "Insufficient cpu".into());
    compare(asked.memory, taken.memory, offered.memory, "Insufficient memory".into());
    let storage = (asked.ephemeral_storage, taken.ephemeral_storage, offered.ephemeral_storage);
    compare(storage.0, storage.1, storage.2, "Insufficient ephemeral-storage".into());
    for (name, amount) in &asked.extended {
        compare(*amount, taken.extended(name), offered.extended(name), format!("Insufficient {name}").into());
    }
    if rejection.reasons.is_empty() { Ok(()) } else { Err(rejection) }
}

fn score<'a>(cycle: &'a Cycle<'a>, _: &[usize]) -> Option<Score<'a>> {
    let (cpu, memory) = cycle.pod.with_defaults;
    let of = move |node: &NodeInfo| {
        let cpu = (node.with_defaults.0 + cpu, node.allocatable.milli_cpu, 1);
        let memory = (node.with_defaults.1 + memory, node.allocatable.memory, 1);
        least_allocated(&[cpu, memory])
    };
    Some(Score { of: Rate::Node(Box::new(of)), normalise: as_they_are })
}

/// The mean of what would be left of each resource, in percent: (asked for in all, offered, weight) per resource.
fn least_allocated(resources: &[(i64, i64, i64)]) -> i64 {
    let (mut sum, mut weights) = (0, 0);
    for &(asked, offered, weight) in resources {
        if offered > 0 {
            sum += weight * ((offered - asked).max(0) * MAX_SCORE / offered);
            weights += weight;
        }
    }
    if weights == 0 { 0 } else { sum / weights }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::Resources;

    #[test]
    fn scores_are_upstreams() {
        for case in crate::facts::cases("LeastAllocated") {
            let (requests, weights) = (&case["req"], &case["weights"]);
            let weight = |name: &str| weights[name].as_int().unwrap_or(1);
            for node in case["nodes"].array() {
                let resource = |i: usize, name: &str| {
                    let at = |list: &api::Value| list.array()[i].int();
                    (at(&node["used"]) + at(requests), at(&node["cap"]), weight(name))
                };
                assert_eq!(
                    least_allocated(&[resource(0, "cpu"), resource(1, "memory")]),
                    node["score"].int(),
                    "{case:?}"
                );
            }
        }
    }

    #[test]
    fn every_lack_is_named_and_only_hopeless_ones_are_final() {
        let asked = Resources { milli_cpu: 3000, memory: 50, ..Resources::default() };
        let pod = PodView { requests: asked, ..PodView::default() };
        let mut node = NodeInfo { max_pods: 1, ..NodeInfo::default() };
        node.allocatable = Resources { milli_cpu: 4000, memory: 100, ..Resources::default() };
        assert_eq!(missing(&pod, &node), Ok(()));
        node.requested = Resources { milli_cpu: 2000, memory: 60, ..Resources::default() };
        let both = vec!["Insufficient cpu".into(), "Insufficient memory".into()];
        assert_eq!(missing(&pod, &node), Err(Rejection { reasons: both, resolvable: true }));
        node.allocatable.memory = 40;
        node.pods = 1;
        let lack = missing(&pod, &node).unwrap_err();
        assert_eq!((lack.reasons[0].as_ref(), lack.resolvable), ("Too many pods", false));
    }
}
