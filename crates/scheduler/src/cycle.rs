//! One decision: filter the nodes, score what is left, take the best.

use crate::cache::Cache;
use crate::decision::{Decision, NodeVerdict};
use crate::node::NodeInfo;
use crate::plugins::{Check, Cycle, Filter, MAX_SCORE, PLUGINS, Plugin, Rejection, Score};
use crate::rows::{MOST_SCORES, Rows, State, Table};
use api::OrdMap;
use api::{Rng, Str};

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
#[derive(Debug)]
pub struct Failure {
    /// The first half of the event's message: `0/4 nodes are available: ...`, or another error.
    pub message: String,
    /// The plugins that rejected nodes.
    pub plugins: Vec<&'static str>,
    /// The rejections by the node's place in the cache; empty where one plugin refused all nodes at once.
    pub rejections: Vec<(usize, Rejection)>,
    /// How many nodes did not come into question at all, which no removal of Pods would change.
    pub absent: usize,
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

type Named<T> = (&'static str, T);

/// The prepared filters of one decision.
#[derive(Default)]
pub struct Filters<'a> {
    checks: Vec<(&'static Plugin, Check<'a>)>,
    /// The nodes that come into question, and the plugins that say so; `None` for all.
    only: Option<(Vec<Str>, Vec<&'static str>)>,
}

/// Prepares the filters. One that refuses all nodes at once is an error.
pub fn filters<'a>(cycle: &'a Cycle<'a>) -> Result<Filters<'a>, Named<Rejection>> {
    let mut found = Filters::default();
    for plugin in PLUGINS {
        let check = match plugin.filter.map_or(Filter::Skip, |prepare| prepare(cycle)) {
            Filter::Skip => continue,
            Filter::Never(rejection) => return Err((plugin.name, rejection)),
            Filter::Check(check) => check,
            Filter::Among(names, check) => {
                found.narrow(plugin.name, names);
                check
            }
        };
        found.checks.push((plugin, check));
    }
    Ok(found)
}

impl Filters<'_> {
    fn narrow(&mut self, plugin: &'static str, names: Vec<Str>) {
        let (only, plugins) = self.only.get_or_insert_with(|| (names.clone(), Vec::new()));
        only.retain(|name| names.contains(name));
        plugins.push(plugin);
    }

    /// The nodes that come into question; `first` is where the search begins.
    fn places(&self, cache: &Cache, first: usize) -> Places {
        match &self.only {
            Some((names, _)) => Places::Some(names.iter().filter_map(|name| cache.place_of(name)).collect()),
            None => Places::All { first, nodes: cache.nodes().len() },
        }
    }
}

/// The places of nodes in the cache, in the order in which they are looked at. Of thousands, few are.
enum Places {
    /// These.
    Some(Vec<usize>),
    /// All, beginning with one of them.
    All { first: usize, nodes: usize },
}

impl Places {
    fn len(&self) -> usize {
        match self {
            Places::Some(places) => places.len(),
            Places::All { nodes, .. } => *nodes,
        }
    }

    fn at(&self, turn: usize) -> usize {
        match self {
            Places::Some(places) => places[turn],
            Places::All { first, nodes } if first + turn < *nodes => first + turn,
            Places::All { first, nodes } => first + turn - nodes,
        }
    }

    fn iter(&self) -> impl Iterator<Item = usize> {
        (0..self.len()).map(|turn| self.at(turn))
    }
}

/// Asks the filters about one node, in order; the first that refuses decides.
pub fn check(filters: &Filters<'_>, node: &NodeInfo) -> Result<(), Named<Rejection>> {
    ask_those(filters, node, |_| true)
}

fn ask_those(filters: &Filters<'_>, node: &NodeInfo, those: fn(&Plugin) -> bool) -> Result<(), Named<Rejection>> {
    let mut checks = filters.checks.iter().filter(|(plugin, _)| those(plugin));
    checks.try_for_each(|(plugin, check)| check(node).map_err(|rejection| (plugin.name, rejection)))
}

/// Decides. `start` is where the search among the nodes begins; it moves on, so that all nodes get their turn. `kept` are the
/// answers kept for Pods of a shape, one a node.
pub fn decide(cycle: &Cycle<'_>, kept: &mut Rows, shape: u32, start: &mut usize, rng: &mut Rng) -> Outcome {
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
    let own_scores = own_scores(cycle);
    let explain = nodes.len() <= EXPLAINED_NODES;
    let first = *start % nodes.len();
    let places = filters.places(cycle.cache, first);
    let wanted = enough(places.len());
    // Of a few nodes that come into question nothing is kept: a table would have a row for each of all.
    let (all, mut own) = (filters.only.is_none(), Table::default());
    let table = if all { kept.of(shape, nodes.len()) } else { own.resized(places.len()) };
    let any_crosswise = filters.checks.iter().any(|(plugin, _)| !plugin.per_node);
    // The rows of the feasible nodes, where they are not at the nodes' own places.
    let (mut feasible, mut rows) = (Vec::with_capacity(wanted), Vec::new());
    let mut looked = 0;
    for (turn, at) in places.iter().enumerate() {
        looked += 1;
        let row = if all { at } else { turn };
        if table.states[row] == State::Unknown {
            ask(&filters, &own_scores, (at, &nodes[at]), table, row);
        }
        let fits = || !any_crosswise || ask_those(&filters, &nodes[at], |plugin| !plugin.per_node).is_ok();
        if table.states[row] == State::Feasible && fits() {
            feasible.push(at);
            if !all {
                rows.push(row);
            }
            if feasible.len() == wanted {
                break;
            }
        }
    }
    *start = (first + looked) % nodes.len();
    if explain || feasible.is_empty() {
        // Now the reasons matter as well.
        let failure = explain_rejections(cycle, &filters, &places, explain, &mut decision);
        if feasible.is_empty() {
            return failed(decision, failure);
        }
    }
    let rows = if all { &feasible } else { &rows };
    let column = |at: usize| {
        let scores = &table.scores[at];
        rows.iter().map(|row| i64::from(scores[*row])).collect()
    };
    let totals = totals(cycle, &own_scores, column, &feasible, explain, &mut decision);
    let name = nodes[feasible[pick(&totals, rng)]].name.clone();
    decision.node = name.clone();
    Outcome { result: Ok(name), decision }
}

/// The scores of the plugins that look at one node alone, by their place among them; `None` if they have no opinion.
fn own_scores<'a>(cycle: &'a Cycle<'a>) -> Vec<(&'static Plugin, Option<Score<'a>>)> {
    let plugins = PLUGINS.iter().filter(|plugin| plugin.per_node && plugin.score.is_some());
    plugins.map(|plugin| (plugin, plugin.score.and_then(|prepare| prepare(cycle, &[])))).take(MOST_SCORES).collect()
}

/// Notes in a row what the plugins that look at one node alone say of it.
fn ask(
    filters: &Filters<'_>,
    scores: &[(&'static Plugin, Option<Score<'_>>)],
    (at, node): (usize, &NodeInfo),
    table: &mut Table,
    row: usize,
) {
    if ask_those(filters, node, |plugin| plugin.per_node).is_err() {
        table.states[row] = State::Rejected;
        return;
    }
    table.states[row] = State::Feasible;
    for (column, (_, score)) in table.scores.iter_mut().zip(scores) {
        column[row] = score.as_ref().map_or(0, |score| i32::try_from(score.of_node(at, node)).unwrap_or(i32::MAX));
    }
}

/// Goes through the nodes again and notes why each was rejected.
fn explain_rejections(
    cycle: &Cycle<'_>,
    filters: &Filters<'_>,
    places: &Places,
    explain: bool,
    decision: &mut Decision,
) -> Failure {
    let nodes = cycle.cache.nodes();
    let (mut plugins, mut rejections) = (Vec::new(), Vec::new());
    for at in places.iter() {
        let Err((plugin, rejection)) = check(filters, &nodes[at]) else { continue };
        if !plugins.contains(&plugin) {
            plugins.push(plugin);
        }
        if explain {
            decision.nodes.push(NodeVerdict::rejected(&nodes[at].name, plugin, &rejection));
        }
        rejections.push((at, rejection));
    }
    let (mut absent, mut why) = (0, String::new());
    if let Some((_, narrowed_by)) = &filters.only {
        absent = nodes.len() - places.len();
        why = format!("node(s) didn't satisfy plugin(s) [{}]", narrowed_by.join(" "));
        let rejection = Rejection::final_(why.clone());
        let others = (0..nodes.len()).filter(|at| explain && places.iter().all(|place| place != *at));
        decision.nodes.extend(others.map(|at| NodeVerdict::rejected(&nodes[at].name, narrowed_by[0], &rejection)));
        plugins.extend(narrowed_by);
    }
    let message = format!("0/{} nodes are available: {}.", nodes.len(), histogram(&rejections, &why, absent));
    Failure { message, plugins, rejections, absent, nodes: nodes.len() }
}

/// The weighted sums of all scores of the feasible nodes. `kept` has the values of one of the plugins that look at a node alone.
fn totals(
    cycle: &Cycle<'_>,
    own: &[(&'static Plugin, Option<Score<'_>>)],
    kept: impl Fn(usize) -> Vec<i64>,
    feasible: &[usize],
    explain: bool,
    decision: &mut Decision,
) -> Vec<i64> {
    let nodes = cycle.cache.nodes();
    let mut totals = vec![0; feasible.len()];
    let explained = decision.nodes.len();
    if explain {
        decision.nodes.extend(feasible.iter().map(|at| NodeVerdict::feasible(&nodes[*at].name)));
    }
    if feasible.len() == 1 {
        return totals; // as upstream: of one there is nothing to compare
    }
    let mut add = |plugin: &Plugin, normalise: fn(&mut [i64]), mut values: Vec<i64>| {
        // What is the same for all decides nothing.
        if !explain && values.iter().all(|value| *value == values[0]) {
            return;
        }
        normalise(&mut values);
        debug_assert!(values.iter().all(|v| (0..=MAX_SCORE).contains(v)), "{}: {values:?}", plugin.name);
        values.iter_mut().for_each(|value| *value *= plugin.weight);
        totals.iter_mut().zip(&values).for_each(|(total, value)| *total += value);
        if explain {
            let verdicts = decision.nodes[explained..].iter_mut();
            verdicts.zip(&values).for_each(|(verdict, value)| verdict.scores.push((plugin.name, *value)));
        }
    };
    for (column, (plugin, score)) in own.iter().enumerate() {
        if let Some(score) = score {
            add(plugin, score.normalise, kept(column));
        }
    }
    for plugin in PLUGINS.iter().filter(|plugin| !plugin.per_node) {
        if let Some(score) = plugin.score.and_then(|prepare| prepare(cycle, feasible)) {
            add(plugin, score.normalise, score.of_all(feasible, nodes));
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

/// How many nodes have each reason, sorted as text: `1 node(s) had untolerated taint(s), 3 Insufficient cpu`. Of those that did
/// not come into question all have the same.
fn histogram(rejections: &[(usize, Rejection)], why: &str, absent: usize) -> String {
    let mut counts: OrdMap<&str, usize> = OrdMap::new();
    for reason in rejections.iter().flat_map(|(_, rejection)| &rejection.reasons) {
        *counts.entry(reason).or_default() += 1;
    }
    if absent > 0 {
        *counts.entry(why).or_default() += absent;
    }
    sorted_counts(counts.into_iter())
}

/// `COUNT REASON` for each, sorted as text and joined.
pub fn sorted_counts<'a>(counts: impl Iterator<Item = (&'a str, usize)>) -> String {
    let mut texts: Vec<String> = counts.map(|(reason, count)| format!("{count} {reason}")).collect();
    api::sort(&mut texts);
    texts.join(", ")
}

fn failed(mut decision: Decision, failure: Failure) -> Outcome {
    decision.message = failure.message.clone();
    Outcome { result: Err(failure), decision }
}

impl Failure {
    fn of_all(message: String, plugins: Vec<&'static str>, nodes: usize) -> Failure {
        Failure { message, plugins, rejections: Vec::new(), absent: 0, nodes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
        let cycle = Cycle {
            cache,
            pod: view,
            siblings,
            claim_problem: String::new(),
            claim_holders: Vec::new(),
            volume_nodes: Vec::new(),
            unbound: Vec::new(),
        };
        decide(&cycle, &mut Rows::default(), 0, &mut 0, rng)
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
    fn kept_answers_change_no_decision() {
        let (mut cache, mut seed) = (default_cluster(), Rng::new(3));
        for i in 4..150 {
            cache.set_node(&node(&format!("node{i}"), Value::Null));
        }
        let (mut rows, mut start) = (crate::rows::Rows::default(), 0);
        let mut placed: Vec<Value> = Vec::new();
        for i in 0..600 {
            if seed.below(4) == 0 && !placed.is_empty() {
                let gone = placed.swap_remove(seed.below(placed.len() as u32) as usize);
                cache.remove(gone.uid());
            }
            if seed.below(10) == 0 {
                let name = format!("node{}", 1 + seed.below(140));
                let taint =
                    obj! { "key" => "k", "effect" => ["NoSchedule", "PreferNoSchedule"][seed.below(2) as usize] };
                let taints = if seed.below(2) == 0 { list![taint] } else { Value::Null };
                cache.set_node(&node(&name, taints));
            }
            let pod = pod(&i.to_string(), ["100m", "1", "3"][seed.below(3) as usize]);
            let class = cache.class(&pod);
            rows.forget(cache.take_changed());
            let siblings = api::Selector::parse("app=web").ok();
            let (claim_problem, volume_nodes) = (String::new(), Vec::new());
            let unbound = Vec::new();
            let (claim_holders, view) = (Vec::new(), &class.view);
            let cycle =
                Cycle { cache: &cache, pod: view, siblings, claim_problem, claim_holders, volume_nodes, unbound };
            let mut fresh = crate::rows::Rows::default();
            let (mut rng, mut again, mut from) = (Rng::new(i), Rng::new(i), start);
            let kept = decide(&cycle, &mut rows, class.shape, &mut start, &mut rng).result;
            let asked = decide(&cycle, &mut fresh, class.shape, &mut from, &mut again).result;
            assert_eq!((kept.as_ref().ok(), start), (asked.as_ref().ok(), from));
            if let Ok(name) = kept {
                cache.place_class(pod.uid(), &name, &class, true);
                placed.push(pod);
            }
        }
    }

    #[test]
    fn reasons_are_counted_as_upstream_prints_them() {
        let (cache, mut rng) = (default_cluster(), Rng::new(1));
        let outcome = decide_for(&cache, &PodView::read(&pod("a", "100")), &mut rng);
        let failure = outcome.result.expect_err("no node is that large");
        assert_eq!(failure.message, "0/4 nodes are available: 1 node(s) had untolerated taint(s), 3 Insufficient cpu.");
        assert_eq!(failure.plugins, ["TaintToleration", "NodeResourcesFit"]);
    }

    #[test]
    fn a_pod_that_names_its_node_is_about_no_other() {
        let (cache, mut rng) = (default_cluster(), Rng::new(1));
        let named = |names: Value, cpu: &str| {
            let field = obj! { "key" => "metadata.name", "operator" => "In", "values" => names };
            let terms = obj! { "nodeSelectorTerms" => list![obj! { "matchFields" => list![field] }] };
            let required = obj! { "requiredDuringSchedulingIgnoredDuringExecution" => terms };
            let mut pod = pod("a", cpu);
            pod.set("spec.affinity", obj! { "nodeAffinity" => required });
            decide_for(&cache, &PodView::read(&pod), &mut rng)
        };
        let mut named = named;
        let found = named(list!["node2"], "1");
        assert_eq!((found.result.ok().as_deref(), found.decision.nodes.len()), (Some("node2"), 4));
        let failure = named(list!["node2"], "100").result.expect_err("it is too small");
        let message = "0/4 nodes are available: 1 Insufficient cpu, 3 node(s) didn't satisfy plugin(s) [NodeAffinity].";
        assert_eq!((failure.message.as_str(), failure.absent), (message, 3));
        assert_eq!(failure.plugins, ["NodeResourcesFit", "NodeAffinity"]);
        let failure = named(list!["gone"], "1").result.expect_err("there is no such node");
        assert_eq!(failure.message, "0/4 nodes are available: 4 node(s) didn't satisfy plugin(s) [NodeAffinity].");
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
