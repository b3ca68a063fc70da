//! TaintToleration: taints the Pod does not tolerate keep it away; those that only advise cost score.

use super::{Change, Cycle, Filter, Plugin, Rate, Rejection, Score, lowest_is_best};

pub const PLUGIN: Plugin = Plugin {
    name: "TaintToleration",
    filter: Some(filter),
    score: Some(score),
    weight: 3,
    per_node: true,
    woken_by: &[Change::NodeTaints],
};

fn filter<'a>(cycle: &'a Cycle<'a>) -> Filter<'a> {
    Filter::Check(Box::new(|node| {
        let keeps_away = |effect: &str| effect == "NoSchedule" || effect == "NoExecute";
        match node.taints.iter().any(|taint| keeps_away(&taint.effect) && !cycle.pod.tolerates(taint)) {
            true => Err(Rejection::final_("node(s) had untolerated taint(s)")),
            false => Ok(()),
        }
    }))
}

fn score<'a>(cycle: &'a Cycle<'a>, _: &[usize]) -> Option<Score<'a>> {
    let of = |node: &crate::node::NodeInfo| {
        let advice = node.taints.iter().filter(|taint| taint.effect == "PreferNoSchedule");
        advice.filter(|taint| !cycle.pod.tolerates(taint)).count() as i64
    };
    Some(Score { of: Rate::Node(Box::new(of)), normalise: lowest_is_best })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_intolerable_taints_are_better() {
        for (mut intolerable, expected) in
            [(vec![0, 1], vec![100, 0]), (vec![0, 0, 0], vec![100; 3]), (vec![0, 1, 2], vec![100, 50, 0])]
        {
            lowest_is_best(&mut intolerable);
            assert_eq!(intolerable, expected);
        }
    }
}
