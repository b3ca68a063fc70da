//! What is tried for a Pod that found no node: removing Pods of lower priority (DefaultPreemption), and the sentence that
//! the Pod's event gets about it.

use crate::cache::Cache;
use crate::cycle::{Failure, check, filters, sorted_counts};
use crate::plugins::Cycle;
use api::{Str, Time, Value, kind, list, obj};
use apiserver::{Client, DeleteOptions, EventSpec};

const NOT_HELPFUL: &str = "Preemption is not helpful for scheduling";
const NO_VICTIMS: &str = "No preemption victims found for incoming pod";

/// The Pods to be removed from one node.
struct Plan {
    node: Str,
    victims: Vec<Value>,
}

/// Makes room for the Pod if that is possible. Returns what to add to the event's message, and the node that will be free.
pub fn post_filter(
    cycle: &Cycle<'_>,
    pod: &Value,
    failure: &Failure,
    client: &mut Client<'_>,
    now: Time,
) -> (String, Option<Str>) {
    if failure.nodes == 0 {
        return (String::new(), None);
    }
    if failure.rejections.is_empty() && failure.absent == 0 {
        return ("not found".into(), None);
    }
    // The sentence about claims is that of the DynamicResources plugin, which has nothing to give up either.
    let prefix = "no new claims to deallocate, preemption:";
    if pod["spec"]["preemptionPolicy"].str() == "Never" {
        return (format!("{prefix} not eligible due to preemptionPolicy=Never."), None);
    }
    let hopeful = failure.rejections.iter().filter(|(_, rejection)| rejection.resolvable);
    let candidates: Vec<usize> = hopeful.map(|(at, _)| *at).collect();
    let plans = candidates.iter().filter_map(|at| plan(cycle, *at, client));
    if let Some(plan) = plans.min_by_key(cost) {
        for victim in &plan.victims {
            evict(victim, pod, &plan.node, client, now);
        }
        return (String::new(), Some(plan.node));
    }
    let counts = [(NOT_HELPFUL, failure.nodes - candidates.len()), (NO_VICTIMS, candidates.len())];
    let counts = sorted_counts(counts.into_iter().filter(|(_, count)| *count > 0));
    (format!("{prefix} 0/{} nodes are available: {counts}.", failure.nodes), None)
}

/// Which Pods would have to go from a node: all of lower priority, less those that can stay, the important ones first.
fn plan(cycle: &Cycle<'_>, at: usize, client: &Client<'_>) -> Option<Plan> {
    let node = cycle.cache.nodes().get(at)?.name.clone();
    let priority = |pod: &Value| pod["spec"]["priority"].int();
    let mut lower: Vec<Value> = client.pods_on(&node);
    lower.retain(|other| priority(other) < cycle.pod.priority && !other.deleting());
    if lower.is_empty() {
        return None;
    }
    let mut cache = cycle.cache.clone();
    for other in &lower {
        cache.remove(other.uid());
    }
    if !fits(cycle, &cache, at) {
        return None;
    }
    let start = |pod: &Value| pod["status"]["startTime"].time();
    api::sort_by(&mut lower, |a, b| priority(b).cmp(&priority(a)).then(start(a).cmp(&start(b))));
    let mut victims = Vec::new();
    for other in lower {
        cache.place(&other, &node);
        if !fits(cycle, &cache, at) {
            cache.remove(other.uid());
            victims.push(other);
        }
    }
    Some(Plan { node, victims })
}

fn fits(cycle: &Cycle<'_>, cache: &Cache, at: usize) -> bool {
    let cycle = Cycle { cache, ..cycle.clone() };
    match (filters(&cycle), cache.nodes().get(at)) {
        (Ok(filters), Some(node)) => check(&filters, node).is_ok(),
        _ => false,
    }
}

/// What is lost: the highest priority, then the sum of priorities, then the number of Pods.
fn cost(plan: &Plan) -> (i64, i64, usize) {
    let priorities = || plan.victims.iter().map(|victim| victim["spec"]["priority"].int());
    (priorities().max().unwrap_or(i64::MIN), priorities().sum(), plan.victims.len())
}

fn evict(victim: &Value, pod: &Value, node: &str, client: &mut Client<'_>, now: Time) {
    let mut marked = victim.clone();
    let condition = obj! {
        "type" => "DisruptionTarget", "status" => "True", "reason" => "PreemptionByScheduler",
        "message" => format!("{}: preempting to accommodate a higher priority pod", crate::scheduler::NAME),
        "lastTransitionTime" => now, "observedGeneration" => victim.generation(),
    };
    match marked.at_mut("status.conditions") {
        Value::Null => marked.set("status.conditions", list![condition]),
        conditions => conditions.array_mut().push(condition),
    }
    // A victim that is gone already needs no mark and no deletion.
    let _ = client.update_status(kind::POD, marked);
    let options = DeleteOptions { uid: victim["metadata"]["uid"].to_str(), ..DeleteOptions::default() };
    let _ = client.delete(kind::POD, victim.namespace(), victim.name(), options);
    let message = format!("Preempted by pod {} on node {node}", pod.uid());
    client.event(victim, kind::POD, EventSpec::normal("Preempted", message));
}
