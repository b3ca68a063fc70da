//! NodeAffinity: the node selector and the required node affinity must match; the preferred one gives score.

use super::{Change, Cycle, Filter, Plugin, Rejection, Score, highest_is_best};
use crate::node::NodeInfo;
use crate::pod::{NodeTerm, PodView};

pub const PLUGIN: Plugin = Plugin {
    name: "NodeAffinity",
    filter: Some(filter),
    score: Some(score),
    weight: 2,
    per_node: true,
    woken_by: &[Change::NodeLabels],
};

fn filter<'a>(cycle: &'a Cycle<'a>) -> Filter<'a> {
    let pod = cycle.pod;
    if pod.node_selector.is_empty() && pod.required_nodes.is_none() {
        return Filter::Skip;
    }
    Filter::Check(Box::new(|node| match node_fits(pod, node) {
        true => Ok(()),
        false => Err(Rejection::final_("node(s) didn't match Pod's node affinity/selector")),
    }))
}

fn score<'a>(cycle: &'a Cycle<'a>, _: &[usize]) -> Option<Score<'a>> {
    let preferred = &cycle.pod.preferred_nodes;
    if preferred.is_empty() {
        return None;
    }
    let of = |_: usize, node: &NodeInfo| {
        preferred.iter().filter(|(_, term)| term_fits(term, node)).map(|(weight, _)| weight).sum()
    };
    Some(Score { of: Box::new(of), normalise: highest_is_best })
}

/// Whether the node is one that the Pod's node selector and required node affinity want.
pub fn node_fits(pod: &PodView, node: &NodeInfo) -> bool {
    let selected = pod.node_selector.entries().all(|(key, value)| node.labels.get(key) == value);
    selected && pod.required_nodes.as_ref().is_none_or(|terms| terms.iter().any(|term| term_fits(term, node)))
}

/// Whether all expressions of one term hold.
pub fn term_fits(term: &NodeTerm, node: &NodeInfo) -> bool {
    term.labels.iter().all(|requirement| requirement.matches(&node.labels))
        && term.names.iter().all(|(wanted, names)| names.contains(&node.name) == *wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{list, obj};

    fn pod(terms: api::Value) -> PodView {
        let required =
            obj! { "requiredDuringSchedulingIgnoredDuringExecution" => obj! { "nodeSelectorTerms" => terms } };
        PodView::read(&obj! { "spec" => obj! { "affinity" => obj! { "nodeAffinity" => required } } })
    }

    #[test]
    fn one_term_must_hold_with_all_its_expressions() {
        let mut node = NodeInfo { name: "node1".into(), ..NodeInfo::default() };
        node.labels = obj! { "zone" => "a", "cores" => "8" };
        let expression = |key: &str, operator: &str, values: api::Value| obj! { "key" => key, "operator" => operator, "values" => values };
        let term = |expressions: api::Value| obj! { "matchExpressions" => expressions };
        let zone_b = term(list![expression("zone", "In", list!["b"])]);
        let big = term(list![expression("cores", "Gt", list!["4"]), expression("zone", "Exists", api::Value::Null)]);
        assert!(node_fits(&pod(list![zone_b.clone(), big.clone()]), &node));
        assert!(!node_fits(&pod(list![zone_b]), &node));
        assert!(!node_fits(&pod(list![obj! {}]), &node), "an empty term matches nothing");
        let named = obj! { "matchFields" => list![expression("metadata.name", "In", list!["node1"])] };
        assert!(node_fits(&pod(list![named]), &node));
    }
}
