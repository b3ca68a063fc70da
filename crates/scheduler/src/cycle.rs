//! One decision: filter the nodes, score what is left, take the best.

use crate::decision::{Decision, NodeVerdict};
use crate::node::NodeInfo;
use crate::plugins::{Check, Cycle, Filter, MAX_SCORE, PLUGINS, Plugin, Rejection, Score};
use api::{Rng, Str};
use std::collections::BTreeMap;

/// Clusters up to this size have all their nodes looked at (`minFeasibleNodesToFind`).
const FEW_NODES: usize = 100;
/// Of larger ones, this share is enough for small ones, and 1 % less for every 125 nodes more (`numFeasibleNodesToFind`).
const SHARE_PERCENT: usize = 50;
const NODES_PER_PERCENT: usize = 125;
const LEAST_SHARE_PERCENT: usize = 5;
/// Verdicts are kept for explanation up to this many nodes; nobody reads longer tables.
const EXPLAINED_NODES: usize = 64;

/// What was found.
pub struct Outcome {
    /// The node's name, or why there is none.
    pub result: Result<Str, Failure>,
    /// For the reader who wants to know why.
    pub decision: Decision,
}

/// Why no node will do.
pub struct Failure {
    /// The first half of the event's message: `0/4 nodes are available: ...`, or another error.
    pub message: String,
    /// The plugins that rejected nodes.
    pub plugins: Vec<&'static str>,
    /// The rejections by the node's place in the cache; empty where one plugin refused all nodes at once.
    pub rejections: Vec<(usize, Rejection)>,
    /// How many nodes there are.
    pub nodes: usize,
}

/// How many feasible nodes are enough.
fn enough(nodes: usize) -> usize {
    if nodes <= FEW_NODES {
        return nodes;
    }
    let percent = SHARE_PERCENT.saturating_sub(nodes / NODES_PER_PERCENT).max(LEAST_SHARE_PERCENT);
    (nodes * percent / 100).max(FEW_NODES)
}

/// Prepares the filters. One that refuses all nodes at once is an error.
pub fn filters<'a>(cycle: &'a Cycle<'a>) -> Result<Vec<(&'static str, Check<'a>)>, (&'static str, Rejection)> {
    let mut checks = Vec::new();
    for plugin in PLUGINS {
        match plugin.filter.map_or(Filter::Skip, |prepare| prepare(cycle)) {
            Filter::Skip => {}
            Filter::Check(check) => checks.push((plugin.name, check)),
            Filter::Never(rejection) => return Err((plugin.name, rejection)),
        }
    }
    Ok(checks)
}

/// Asks the filters about one node, in order; the first that refuses decides.
pub fn check(filters: &[(&'static str, Check<'_>)], node: &NodeInfo) -> Result<(), (&'static str, Rejection)> {
    filters.iter().try_for_each(|(name, check)| check(node).map_err(|rejection| (*name, rejection)))
}

/// Decides. `start` is where the search among the nodes begins; it moves on, so that all nodes get their turn.
pub fn decide(cycle: &Cycle<'_>, start: &mut usize, rng: &mut Rng) -> Outcome {
    let nodes = cycle.cache.nodes();
    let mut decision = Decision::default();
    if nodes.is_empty() {
        return failed(decision, Failure::of_all("no nodes available to schedule pods".into(), Vec::new(), 0));
    }
    let filters = match filters(cycle) {
        Ok(filters) => filters,
        Err((plugin, rejection)) => {
            let message = format!("0/{} nodes are available: {}.", nodes.len(), rejection.reasons.join(", "));
            return failed(decision, Failure::of_all(message, vec![plugin], nodes.len()));
        }
    };
    let explain = nodes.len() <= EXPLAINED_NODES;
    let wanted = enough(nodes.len());
    let (mut feasible, mut rejections) = (Vec::with_capacity(wanted), Vec::new());
    let mut plugins: Vec<&'static str> = Vec::new();
    let first = *start % nodes.len();
    for at in (first..nodes.len()).chain(0..first) {
        let Some(node) = nodes.get(at) else { continue };
        *start = at + 1;
        match check(&filters, node) {
            Ok(()) => feasible.push(at),
            Err((plugin, rejection)) => {
                if !plugins.contains(&plugin) {
                    plugins.push(plugin);
                }
                if explain {
                    decision.nodes.push(NodeVerdict::rejected(&node.name, plugin, &rejection));
                }
                rejections.push((at, rejection));
            }
        }
        if feasible.len() == wanted {
            break;
        }
    }
    if feasible.is_empty() {
        let message = format!("0/{} nodes are available: {}.", nodes.len(), histogram(&rejections));
        return failed(decision, Failure { message, plugins, rejections, nodes: nodes.len() });
    }
    let totals = scores(cycle, &feasible, explain, &mut decision);
    let best = feasible[pick(&totals, rng)];
    let name = nodes.get(best).map(|node| node.name.clone()).unwrap_or_default();
    decision.node = name.clone();
    Outcome { result: Ok(name), decision }
}

/// The weighted sums of all scores of the feasible nodes.
fn scores(cycle: &Cycle<'_>, feasible: &[usize], explain: bool, decision: &mut Decision) -> Vec<i64> {
    let mut totals = vec![0; feasible.len()];
    let explained = decision.nodes.len();
    let node = |at: &usize| cycle.cache.nodes().get(*at);
    if explain {
        decision.nodes.extend(feasible.iter().filter_map(node).map(|node| NodeVerdict::feasible(&node.name)));
    }
    if feasible.len() == 1 {
        return totals; // as upstream: of one there is nothing to compare
    }
    let scored = |plugin: &Plugin| -> Option<Score<'_>> { plugin.score.and_then(|prepare| prepare(cycle, feasible)) };
    for plugin in PLUGINS {
        let Some(score) = scored(plugin) else { continue };
        let mut values: Vec<i64> = feasible.iter().map(|at| node(at).map_or(0, |node| (score.of)(node))).collect();
        (score.normalise)(&mut values);
        debug_assert!(values.iter().all(|v| (0..=MAX_SCORE).contains(v)), "{}: {values:?}", plugin.name);
        for (i, value) in values.iter().enumerate() {
            totals[i] += value * plugin.weight;
            if explain && let Some(verdict) = decision.nodes.get_mut(explained + i) {
                verdict.scores.push((plugin.name, value * plugin.weight));
            }
        }
    }
    totals
}

/// The place of the highest total; among equals each is as likely (reservoir sampling, as upstream).
fn pick(totals: &[i64], rng: &mut Rng) -> usize {
    let (mut best, mut equals) = (0, 1);
    for (i, total) in totals.iter().enumerate().skip(1) {
        if *total > totals[best] {
            (best, equals) = (i, 1);
        } else if *total == totals[best] {
            equals += 1;
            if rng.below(equals) == 0 {
                best = i;
            }
        }
    }
    best
}

/// How many nodes have each reason, sorted as text: `1 node(s) had untolerated taint(s), 3 Insufficient cpu`.
fn histogram(rejections: &[(usize, Rejection)]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for reason in rejections.iter().flat_map(|(_, rejection)| &rejection.reasons) {
        *counts.entry(reason).or_default() += 1;
    }
    sorted_counts(counts.into_iter())
}

/// `COUNT REASON` for each, sorted as text and joined.
pub fn sorted_counts<'a>(counts: impl Iterator<Item = (&'a str, usize)>) -> String {
    let mut texts: Vec<String> = counts.map(|(reason, count)| format!("{count} {reason}")).collect();
    texts.sort();
    texts.join(", ")
}

fn failed(mut decision: Decision, failure: Failure) -> Outcome {
    decision.message = failure.message.clone();
    Outcome { result: Err(failure), decision }
}

impl Failure {
    fn of_all(message: String, plugins: Vec<&'static str>, nodes: usize) -> Failure {
        Failure { message, plugins, rejections: Vec::new(), nodes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::Cache;
    use crate::pod::PodView;
    use api::{Value, list, obj};

    fn node(name: &str, taints: Value) -> Value {
        let allocatable = obj! { "cpu" => "4", "memory" => "8Gi", "pods" => "110" };
        let labels = obj! { "kubernetes.io/hostname" => name };
        obj! {
            "metadata" => obj! { "name" => name, "labels" => labels }, "spec" => obj! { "taints" => taints },
            "status" => obj! { "allocatable" => allocatable },
        }
    }

    fn default_cluster() -> Cache {
        let mut cache = Cache::default();
        cache.set_node(&node(
            "master",
            list![obj! { "key" => "node-role.kubernetes.io/control-plane", "effect" => "NoSchedule" }],
        ));
        for name in ["node1", "node2", "node3"] {
            cache.set_node(&node(name, Value::Null));
        }
        cache
    }

    fn pod(uid: &str, cpu: &str) -> Value {
        let container = obj! { "image" => "nginx", "resources" => obj! { "requests" => obj! { "cpu" => cpu } } };
        obj! {
            "metadata" => obj! { "uid" => uid, "namespace" => "default", "labels" => obj! { "app" => "web" } },
            "spec" => obj! { "containers" => list![container] },
        }
    }

    fn decide_for(cache: &Cache, view: &PodView, rng: &mut Rng) -> Outcome {
        let siblings = api::Selector::parse("app=web").ok();
        let cycle = Cycle { cache, pod: view, siblings, claim_problem: String::new(), volume_nodes: Vec::new() };
        decide(&cycle, &mut 0, rng)
    }

    #[test]
    fn siblings_are_spread_over_the_workers() {
        let (mut cache, mut rng) = (default_cluster(), Rng::new(1));
        for i in 0..6 {
            let pod = pod(&i.to_string(), "100m");
            let outcome = decide_for(&cache, &PodView::read(&pod), &mut rng);
            let Ok(node) = outcome.result else { panic!("no node") };
            assert_eq!(outcome.decision.nodes.len(), 4);
            cache.place(&pod, &node);
        }
        let counts: Vec<i64> = cache.nodes().iter().map(|node| node.pods).collect();
        assert_eq!(counts, [0, 2, 2, 2]);
    }

    #[test]
    fn reasons_are_counted_as_upstream_prints_them() {
        let (cache, mut rng) = (default_cluster(), Rng::new(1));
        let outcome = decide_for(&cache, &PodView::read(&pod("a", "100")), &mut rng);
        let failure = outcome.result.err().expect("no node is that large");
        assert_eq!(failure.message, "0/4 nodes are available: 1 node(s) had untolerated taint(s), 3 Insufficient cpu.");
        assert_eq!(failure.plugins, ["TaintToleration", "NodeResourcesFit"]);
    }

    #[test]
    fn large_clusters_are_sampled() {
        assert_eq!(
            [enough(4), enough(100), enough(101), enough(1000), enough(5000), enough(10_000)],
            [4, 100, 100, 420, 500, 500]
        );
    }

    #[test]
    fn equals_are_picked_evenly() {
        let mut rng = Rng::new(5);
        let mut counts = [0; 4];
        (0..3000).for_each(|_| counts[pick(&[7, 9, 9, 9], &mut rng)] += 1);
        assert_eq!(counts[0], 0);
        assert!(counts[1..].iter().all(|n| (900..1100).contains(n)), "{counts:?}");
    }
}
