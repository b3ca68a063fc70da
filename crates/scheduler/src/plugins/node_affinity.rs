//! NodeAffinity: the node selector and the required node affinity must match; the preferred one gives score.

use super::{Change, Cycle, Filter, Plugin, Rate, Rejection, Score, highest_is_best};
use crate::node::NodeInfo;
use crate::pod::{NodeTerm, PodView};
use api::Str;

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
    let check = Box::new(|node: &NodeInfo| match node_fits(pod, node) {
        true => Ok(()),
        false => Err(Rejection::final_("node(s) didn't match Pod's node affinity/selector")),
    });
    match named(pod.required_nodes.as_deref().unwrap_or_default()) {
        None => Filter::Check(check),
        Some(names) if names.is_empty() => Filter::Never(Rejection::final_("pod affinity terms conflict")),
        Some(names) => Filter::Among(names, check),
    }
}

/// The names of the nodes that the terms allow, if each of them names some: then no other node comes into question.
fn named(terms: &[NodeTerm]) -> Option<Vec<Str>> {
    let mut all = Vec::new();
    for term in terms {
        let mut wanted = term.names.iter().filter(|(wanted, _)| *wanted).map(|(_, names)| names);
        let mut names = wanted.next()?.clone();
        for others in wanted {
            names.retain(|name| others.contains(name));
        }
        names.retain(|name| !all.contains(name));
        all.append(&mut names);
    }
    (!terms.is_empty()).then_some(all)
}

fn score<'a>(cycle: &'a Cycle<'a>, _: &[usize]) -> Option<Score<'a>> {
    let preferred = &cycle.pod.preferred_nodes;
    if preferred.is_empty() {
        return None;
    }
    let of =
        |node: &NodeInfo| preferred.iter().filter(|(_, term)| term_fits(term, node)).map(|(weight, _)| weight).sum();
    Some(Score { of: Rate::Node(Box::new(of)), normalise: highest_is_best })
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

    #[test]
    fn terms_that_all_name_nodes_leave_no_others() {
        let field = |operator: &str, names: api::Value| obj! { "key" => "metadata.name", "operator" => operator, "values" => names };
        let term = |fields: api::Value| obj! { "matchFields" => fields };
        let names = |terms: api::Value| named(pod(terms).required_nodes.as_deref().unwrap_or_default());
        let a = term(list![field("In", list!["a"])]);
        let both = term(list![field("In", list!["a", "b"]), field("In", list!["b", "c"])]);
        let free = obj! { "matchExpressions" => list![obj! { "key" => "zone", "operator" => "Exists" }] };
        let neither = term(list![field("In", list!["a"]), field("In", list!["b"])]);
        assert_eq!(names(list![a.clone(), both, a.clone()]), Some(vec!["a".into(), "b".into()]));
        assert_eq!(names(list![a, free]), None);
        assert_eq!(names(list![term(list![field("NotIn", list!["a"])])]), None);
        assert_eq!(names(list![neither]), Some(Vec::new()));
    }
}
