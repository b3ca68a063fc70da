//! InterPodAffinity: Pods that must or would like to be together or apart, within the same node, zone or other place.

use super::{Change, Cycle, Filter, MAX_SCORE, Plugin, Rate, Rejection, Score};
use crate::node::NodeInfo;
use crate::pod::{PodTerm, PodView};
use api::OrdMap;

pub const PLUGIN: Plugin = Plugin {
    name: "InterPodAffinity",
    filter: Some(filter),
    score: Some(score),
    weight: 2,
    per_node: false,
    woken_by: &[Change::PodCame, Change::PodLeft, Change::NodeLabels],
};

/// What the required affinity of a Pod that is there already counts for another Pod (`hardPodAffinityWeight`).
const REQUIRED_WEIGHT: i64 = 1;

/// A number for each place: a node label and its value.
type Places<'a> = OrdMap<(&'a str, &'a str), i64>;

fn nodes<'a>(cycle: &'a Cycle<'a>) -> impl Iterator<Item = &'a NodeInfo> {
    cycle.cache.nodes().iter().map(|node| &**node)
}

/// How many Pods that match all of `matching` there are in the places of `term`'s label.
fn count_pods<'a>(cycle: &'a Cycle<'a>, term: &'a PodTerm, matching: &[PodTerm], places: &mut Places<'a>, by: i64) {
    let mut groups = cycle.cache.matching_groups(&term.namespaces, &term.selector);
    for other in matching {
        let others = cycle.cache.matching_groups(&other.namespaces, &other.selector);
        groups.retain(|group| others.binary_search(group).is_ok());
    }
    for node in nodes(cycle) {
        let Some(place) = node.topology(&term.key) else { continue };
        let count: i64 = groups.iter().filter_map(|group| node.group(*group)).map(|g| i64::from(g.total)).sum();
        if count > 0 {
            *places.entry((&term.key, place)).or_default() += by * count;
        }
    }
}

/// Goes through the Pods that are there and ask for company or distance.
fn each_asking<'a>(cycle: &'a Cycle<'a>, mut visit: impl FnMut(&'a NodeInfo, &'a PodView, i64)) {
    if cycle.cache.any_affinity() {
        for node in nodes(cycle) {
            for (class, count) in &node.with_affinity {
                visit(node, &class.view, i64::from(*count));
            }
        }
    }
}

fn filter<'a>(cycle: &'a Cycle<'a>) -> Filter<'a> {
    let pod = cycle.pod;
    let mut refused = Places::new();
    each_asking(cycle, |node, other, count| {
        for term in other.anti_affinity.iter().filter(|term| term.matches(&pod.namespace, &pod.labels)) {
            if let Some(place) = node.topology(&term.key) {
                *refused.entry((&term.key, place)).or_default() += count;
            }
        }
    });
    if refused.is_empty() && pod.affinity.is_empty() && pod.anti_affinity.is_empty() {
        return Filter::Skip;
    }
    let (mut company, mut distance) = (Places::new(), Places::new());
    pod.affinity.iter().for_each(|term| count_pods(cycle, term, &pod.affinity, &mut company, 1));
    pod.anti_affinity.iter().for_each(|term| count_pods(cycle, term, &[], &mut distance, 1));
    // The first of a group of Pods that want each other's company may go anywhere.
    let first = company.is_empty() && pod.affinity.iter().all(|term| term.matches(&pod.namespace, &pod.labels));
    let in_place = |places: &Places<'_>, key: &str, node: &NodeInfo| {
        node.topology(key).is_some_and(|place| places.contains_key(&(key, place)))
    };
    Filter::Check(Box::new(move |node| {
        let labelled = pod.affinity.iter().all(|term| node.topology(&term.key).is_some());
        let together = pod.affinity.iter().all(|term| in_place(&company, &term.key, node));
        if !(labelled && (together || first)) {
            return Err(Rejection::final_("node(s) didn't match pod affinity rules"));
        }
        if pod.anti_affinity.iter().any(|term| in_place(&distance, &term.key, node)) {
            return Err(Rejection::resolvable("node(s) didn't match pod anti-affinity rules"));
        }
        let refused_here = |(key, place): &(&str, &str)| node.topology(key) == Some(place);
        if refused.keys().any(refused_here) {
            return Err(Rejection::resolvable("node(s) didn't satisfy existing pods anti-affinity rules"));
        }
        Ok(())
    }))
}

fn score<'a>(cycle: &'a Cycle<'a>, _: &[usize]) -> Option<Score<'a>> {
    let pod = cycle.pod;
    if pod.preferred_pods.is_empty() && !cycle.cache.any_affinity() {
        return None;
    }
    let mut places = Places::new();
    for (weight, term) in &pod.preferred_pods {
        count_pods(cycle, term, &[], &mut places, *weight);
    }
    each_asking(cycle, |node, other, count| {
        let required = other.affinity.iter().map(|term| (REQUIRED_WEIGHT, term));
        let preferred = other.preferred_pods.iter().map(|(weight, term)| (*weight, term));
        for (weight, term) in required.chain(preferred).filter(|(_, t)| t.matches(&pod.namespace, &pod.labels)) {
            if let Some(place) = node.topology(&term.key) {
                *places.entry((&term.key, place)).or_default() += weight * count;
            }
        }
    });
    if places.is_empty() {
        return None;
    }
    let of = move |node: &NodeInfo| {
        let here = places.iter().filter(|((key, place), _)| node.topology(key) == Some(place));
        here.map(|(_, score)| score).sum()
    };
    Some(Score { of: Rate::Node(Box::new(of)), normalise })
}

/// Scales the scores so that the lowest becomes 0 and the highest [`MAX_SCORE`].
fn normalise(scores: &mut [i64]) {
    let (least, most) = (scores.iter().copied().min().unwrap_or(0), scores.iter().copied().max().unwrap_or(0));
    for score in scores.iter_mut() {
        *score = if most > least { MAX_SCORE * (*score - least) / (most - least) } else { 0 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_scaled_between_the_extremes() {
        let mut scores = [-10, 0, 10];
        normalise(&mut scores);
        assert_eq!(scores, [0, 50, 100]);
        let mut equal = [5, 5];
        normalise(&mut equal);
        assert_eq!(equal, [0, 0]);
    }
}
