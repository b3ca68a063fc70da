//! NodeResourcesBalancedAllocation: nodes score higher the more evenly their resources would be used.

use super::{Cycle, MAX_SCORE, Plugin, Rate, Score, as_they_are};
use crate::node::NodeInfo;

pub const PLUGIN: Plugin = Plugin {
    name: "NodeResourcesBalancedAllocation",
    filter: None,
    score: Some(score),
    weight: 1,
    per_node: true,
    woken_by: &[],
};

fn score<'a>(cycle: &'a Cycle<'a>, _: &[usize]) -> Option<Score<'a>> {
    let asked = &cycle.pod.requests;
    if asked.milli_cpu == 0 && asked.memory == 0 {
        return None;
    }
    let of = |node: &NodeInfo| {
        let cpu = (node.requested.milli_cpu + asked.milli_cpu, node.allocatable.milli_cpu);
        let memory = (node.requested.memory + asked.memory, node.allocatable.memory);
        balance(&[cpu, memory])
    };
    Some(Score { of: Rate::Node(Box::new(of)), normalise: as_they_are })
}

/// 100 less the standard deviation, in percent, of the fractions in use: (asked for in all, offered) per resource.
fn balance(resources: &[(i64, i64)]) -> i64 {
    let offered = resources.iter().filter(|(_, offered)| *offered > 0);
    let fractions: [f64; 2] = {
        let mut found = [0.0; 2];
        let mut n = 0;
        for (asked, offered) in offered {
            found[n] = (*asked as f64 / *offered as f64).min(1.0);
            n += 1;
        }
        if n < 2 {
            return MAX_SCORE;
        }
        found
    };
    // Of two numbers, the standard deviation is half their distance.
    let deviation = (fractions[0] - fractions[1]).abs() / 2.0;
    ((1.0 - deviation) * MAX_SCORE as f64) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_upstreams() {
        for case in crate::facts::cases("BalancedAllocation") {
            for node in case["nodes"].array() {
                let resource = |i: usize| {
                    let at = |list: &api::Value| list.array()[i].int();
                    (at(&node["used"]) + at(&case["req"]), at(&node["cap"]))
                };
                assert_eq!(balance(&[resource(0), resource(1)]), node["score"].int(), "{case:?}");
            }
        }
    }
}
