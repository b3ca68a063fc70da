//! PodTopologySpread: Pods are spread over nodes and zones, by the Pod's own constraints or else by the system's.
//!
//! Pods that are being deleted do not count.

use super::{Change, Cycle, Filter, MAX_SCORE, Plugin, Rate, Rejection, Score, own_namespace};
use crate::cache::Cache;
use crate::node::NodeInfo;
use crate::plugins::node_affinity::node_fits;
use crate::pod::{PodView, SpreadConstraint};
use crate::spots::Spots;
use api::OrdMap;

pub const PLUGIN: Plugin = Plugin {
    name: "PodTopologySpread",
    filter: Some(filter),
    score: Some(score),
    weight: 2,
    per_node: false,
    woken_by: &[Change::PodCame, Change::PodLeft, Change::NodeLabels],
};

const HOSTNAME: &str = "kubernetes.io/hostname";
/// The constraints of Pods that have none themselves (`systemDefaultConstraints`): node label and allowed skew.
const SYSTEM_DEFAULTS: [(&str, i64); 2] = [(HOSTNAME, 3), ("topology.kubernetes.io/zone", 5)];
/// Marks the score of a node that a constraint's label is missing on.
const IGNORED: i64 = -1;

/// A constraint with the label groups whose Pods are counted.
struct Counted<'a> {
    key: &'a str,
    max_skew: i64,
    min_domains: i64,
    groups: Vec<u32>,
    own: bool,
    policies: (bool, bool),
}

/// A constraint, how many Pods there are in each place (unless a place is a node), and what one Pod weighs.
type Weighted<'a> = (Counted<'a>, Option<OrdMap<&'a str, i64>>, f64);

impl Counted<'_> {
    fn on(&self, node: &NodeInfo) -> i64 {
        self.groups.iter().filter_map(|group| node.group(*group)).map(|g| i64::from(g.living)).sum()
    }

    /// How many there are for each value of the label, among `nodes`.
    fn by_place<'n>(&self, nodes: impl Iterator<Item = &'n NodeInfo>) -> OrdMap<&'n str, i64> {
        let mut places = OrdMap::new();
        for node in nodes {
            if let Some(place) = node.topology(self.key) {
                *places.entry(place).or_default() += self.on(node);
            }
        }
        places
    }
}

fn counted<'a>(cycle: &'a Cycle<'a>, constraint: &'a SpreadConstraint) -> Counted<'a> {
    let own = constraint.selector.matches(&cycle.pod.labels);
    let groups = cycle.cache.matching_groups(&own_namespace(cycle.pod), &constraint.selector);
    let SpreadConstraint { max_skew, min_domains, policies, .. } = *constraint;
    Counted { key: &constraint.key, max_skew, min_domains, groups, own, policies }
}

fn filter<'a>(cycle: &'a Cycle<'a>) -> Filter<'a> {
    let hard = cycle.pod.spread.iter().filter(|c| c.hard);
    let constraints: Vec<Counted<'a>> = hard.map(|c| counted(cycle, c)).collect();
    if constraints.is_empty() {
        return Filter::Skip;
    }
    // Only nodes that the Pod could go to, as far as the constraint asks, and that have all the labels, take part.
    let has_labels = |node: &NodeInfo| constraints.iter().all(|c| node.topology(c.key).is_some());
    let eligible = |c: &Counted<'_>, node: &NodeInfo| {
        (!c.policies.0 || node_fits(cycle.pod, node)) && (!c.policies.1 || endures(cycle.pod, node)) && has_labels(node)
    };
    let of = |c: &Counted<'a>| c.by_place(nodes(cycle.cache).filter(|node| eligible(c, node)));
    let places: Vec<OrdMap<&str, i64>> = constraints.iter().map(of).collect();
    let checks: Vec<(Counted<'a>, OrdMap<&str, i64>)> = constraints.into_iter().zip(places).collect();
    Filter::Check(Box::new(move |node| {
        for (constraint, places) in &checks {
            let Some(place) = node.topology(constraint.key) else {
                let reason = "node(s) didn't match pod topology spread constraints (missing required label)";
                return Err(Rejection::final_(reason));
            };
            let fewest = match (places.len() as i64) < constraint.min_domains {
                true => 0,
                false => places.values().copied().min().unwrap_or(0),
            };
            let here = places.get(place).copied().unwrap_or(0) + i64::from(constraint.own);
            if here - fewest > constraint.max_skew {
                return Err(Rejection::resolvable("node(s) didn't match pod topology spread constraints"));
            }
        }
        Ok(())
    }))
}

/// Whether the Pod tolerates what keeps others from a node.
fn endures(pod: &PodView, node: &NodeInfo) -> bool {
    node.taints.iter().filter(|taint| taint.effect != "PreferNoSchedule").all(|taint| pod.tolerates(taint))
}

fn nodes(cache: &Cache) -> impl Iterator<Item = &NodeInfo> {
    cache.nodes().iter().map(|node| &**node)
}

fn score<'a>(cycle: &'a Cycle<'a>, feasible: &[usize]) -> Option<Score<'a>> {
    if cycle.pod.spread.is_empty() && cycle.cache.all_have_hostname() && !cycle.cache.any_zone() {
        return score_by_hostname(cycle, feasible.len());
    }
    let own: Vec<&SpreadConstraint> = cycle.pod.spread.iter().filter(|c| !c.hard).collect();
    // A node without the label of one of the Pod's own constraints is ignored; the system's are not that strict.
    let (constraints, strict): (Vec<Counted<'a>>, bool) = match cycle.pod.spread.is_empty() {
        false => (own.into_iter().map(|c| counted(cycle, c)).collect(), true),
        true => (system_constraints(cycle), false),
    };
    if constraints.is_empty() {
        return None;
    }
    let feasible_nodes = || feasible.iter().filter_map(|at| cycle.cache.nodes().get(*at)).map(|node| &**node);
    let has_labels = |node: &NodeInfo| constraints.iter().all(|c| node.topology(c.key).is_some());
    let scored = feasible_nodes().filter(|node| !strict || has_labels(node)).count();
    let weighted: Vec<Weighted<'a>> = constraints
        .into_iter()
        .map(|constraint| match constraint.key == HOSTNAME {
            true => (constraint, None, ln_plus_2(scored)),
            false => {
                let mut places: OrdMap<&str, i64> =
                    feasible_nodes().filter_map(|node| node.topology(constraint.key)).map(|p| (p, 0)).collect();
                if !places.is_empty() {
                    for (place, count) in constraint.by_place(nodes(cycle.cache)) {
                        places.entry(place).and_modify(|n| *n += count);
                    }
                }
                let weight = ln_plus_2(places.len());
                (constraint, Some(places), weight)
            }
        })
        .collect();
    let of = move |node: &NodeInfo| {
        let mut sum = 0.0;
        for (constraint, places, weight) in &weighted {
            let Some(place) = node.topology(constraint.key) else {
                match strict {
                    true => return IGNORED,
                    false => continue,
                }
            };
            let count = match places {
                None => constraint.on(node),
                Some(places) => places.get(place).copied().unwrap_or(0),
            };
            sum += skew_score(count, constraint.max_skew, *weight);
        }
        sum.round() as i64
    };
    Some(Score { of: Rate::Node(Box::new(of)), normalise })
}

/// The usual case, without a look at any node: the system's constraints where all nodes have a host name and none a zone.
fn score_by_hostname<'a>(cycle: &'a Cycle<'a>, scored: usize) -> Option<Score<'a>> {
    let siblings = cycle.siblings.as_ref()?;
    let groups = cycle.cache.matching_groups(&own_namespace(cycle.pod), siblings);
    let spots: Vec<&Spots> = groups.iter().filter_map(|group| cycle.cache.spots(*group)).collect();
    let (max_skew, weight) = (SYSTEM_DEFAULTS[0].1, ln_plus_2(scored));
    let score = move |count: u32| skew_score(i64::from(count), max_skew, weight).round() as i64;
    let of_few: [i64; 8] = std::array::from_fn(|count| score(count as u32));
    let of = move |places: &[usize]| {
        let of = |count: &u32| of_few.get(*count as usize).copied().unwrap_or_else(|| score(*count));
        let mut counts = vec![0; places.len()];
        spots.iter().for_each(|spots| spots.count(places, &mut counts));
        counts.iter().map(of).collect()
    };
    Some(Score { of: Rate::Places(Box::new(of)), normalise })
}

/// The system's constraints, over the Pod's siblings; none for a Pod that has no siblings.
fn system_constraints<'a>(cycle: &'a Cycle<'a>) -> Vec<Counted<'a>> {
    let Some(selector) = &cycle.siblings else { return Vec::new() };
    let groups = cycle.cache.matching_groups(&own_namespace(cycle.pod), selector);
    let own = selector.matches(&cycle.pod.labels);
    let of = |(key, max_skew)| Counted {
        key,
        max_skew,
        min_domains: 1,
        groups: groups.clone(),
        own,
        policies: (true, false),
    };
    SYSTEM_DEFAULTS.into_iter().map(of).collect()
}

/// The more places there are, the more one Pod in a place weighs.
fn ln_plus_2(places: usize) -> f64 {
    (places as f64 + 2.0).ln()
}

fn skew_score(count: i64, max_skew: i64, weight: f64) -> f64 {
    count as f64 * weight + (max_skew - 1) as f64
}

/// Fewer Pods in a place are better; ignored nodes get nothing.
fn normalise(scores: &mut [i64]) {
    let most = scores.iter().copied().max().unwrap_or(0).max(0);
    let least = scores.iter().copied().filter(|score| *score != IGNORED).min().unwrap_or(0);
    let of = |score| match score {
        IGNORED => 0,
        _ if most == 0 => MAX_SCORE,
        score => MAX_SCORE * (most + least - score) / most,
    };
    // Neighbours mostly have the same score, and a division takes longer than all the rest.
    let mut last = (IGNORED, 0);
    for score in scores.iter_mut() {
        if *score != last.0 {
            last = (*score, of(*score));
        }
        *score = last.1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_upstreams() {
        for case in crate::facts::cases("PodTopologySpread") {
            let counts: Vec<i64> = case["matching"].array().iter().map(api::Value::int).collect();
            // Upstream's selector that is null matches nothing, so that every node counts 0.
            let nothing = case.as_object().is_some_and(|map| map.contains_key("selector"));
            let score = |n: &i64| {
                let n = if nothing { 0 } else { *n };
                skew_score(n, case["maxSkew"].int(), ln_plus_2(counts.len())).round() as i64
            };
            let mut scores: Vec<i64> = counts.iter().map(score).collect();
            normalise(&mut scores);
            let expected: Vec<i64> = case["scores"].array().iter().map(api::Value::int).collect();
            assert_eq!(scores, expected, "{case:?}");
        }
    }
}
