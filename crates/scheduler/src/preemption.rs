//! What is tried for a Pod that found no node: removing Pods of lower priority (DefaultPreemption), and the sentence that
//! the Pod's event gets about it.

use crate::cache::Cache;
use crate::cycle::{Failure, check, filters, sorted_counts};
use crate::plugins::Cycle;
use api::{OrdMap, Selector, Str, Time, Value, condition, kind, list, obj};
use apiserver::{Client, DeleteOptions, EventSpec};
use std::borrow::Cow;
use std::cmp::Reverse;

const NOT_HELPFUL: &str = "Preemption is not helpful for scheduling";
/// Why Pods that make room are disrupted.
const BY_SCHEDULER: &str = "PreemptionByScheduler";
const NO_VICTIMS: &str = "No preemption victims found for incoming pod";

/// The Pods to be removed from one node, the important ones first.
struct Plan {
    node: Str,
    victims: Vec<Value>,
    /// How many of them their budgets would keep.
    violations: usize,
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
    if let Err(why) = eligible(cycle, pod, failure, client) {
        return (format!("{prefix} not eligible due to {why}."), None);
    }
    let budgets = budgets(client);
    let hopeful = || failure.rejections.iter().filter(|(_, rejection)| rejection.resolvable);
    let mut reasons: OrdMap<Str, usize> = OrdMap::new();
    let hopeless = failure.nodes - hopeful().count();
    if hopeless > 0 {
        reasons.insert(NOT_HELPFUL.into(), hopeless);
    }
    let mut plans = Vec::new();
    for (at, _) in hopeful() {
        match plan(cycle, *at, &budgets, client) {
            Ok(plan) => plans.push(plan),
            Err(why) => why.into_iter().for_each(|reason| *reasons.entry(Str::from(&*reason)).or_default() += 1),
        }
    }
    if let Some(plan) = plans.into_iter().min_by_key(cost) {
        for victim in &plan.victims {
            evict(victim, pod, &plan.node, client, now);
        }
        return (String::new(), Some(plan.node));
    }
    let counts = sorted_counts(reasons.iter().map(|(reason, count)| (reason.as_str(), *count)));
    (format!("{prefix} 0/{} nodes are available: {counts}.", failure.nodes), None)
}

/// Whether a Pod may have others removed now (`PodEligibleToPreemptOthers`).
fn eligible(cycle: &Cycle<'_>, pod: &Value, failure: &Failure, client: &Client<'_>) -> Result<(), &'static str> {
    if pod["spec"]["preemptionPolicy"].str() == "Never" {
        return Err("preemptionPolicy=Never");
    }
    let nominated = pod["status"]["nominatedNodeName"].str();
    let Some(at) = cycle.cache.place_of(nominated) else { return Ok(()) };
    if failure.rejections.iter().any(|(other, rejection)| *other == at && !rejection.resolvable) {
        return Ok(());
    }
    let on_its_way_out = |other: &Value| {
        let target = condition(other, "DisruptionTarget");
        let preempted = target["status"].str() == "True" && target["reason"].str() == BY_SCHEDULER;
        other.deleting() && preempted && priority(other) < cycle.pod.priority
    };
    match client.pods_on(nominated).iter().any(on_its_way_out) {
        true => Err("a terminating pod on the nominated node"),
        false => Ok(()),
    }
}

fn priority(pod: &Value) -> i64 {
    pod["spec"]["priority"].int()
}

/// When a Pod began to run; one that does not yet is the last.
fn started(pod: &Value) -> Time {
    pod["status"]["startTime"].time().unwrap_or(Time(i64::MAX))
}

/// The important Pods first: those of higher priority, then those that run longer (`MoreImportantPod`).
fn by_importance(pods: &mut [Value]) {
    api::sort_by_cached_key(pods, |pod| (-priority(pod), started(pod)));
}

/// Which Pods would have to go from a node: all of lower priority, less those that can stay; of those that budgets keep as many
/// as possible (`SelectVictimsOnNode`). Else, why that does not help.
fn plan(cycle: &Cycle<'_>, at: usize, budgets: &[Budget], client: &Client<'_>) -> Result<Plan, Vec<Cow<'static, str>>> {
    let node = cycle.cache.nodes()[at].name.clone();
    let mut lower: Vec<Value> = client.pods_on(&node);
    lower.retain(|other| priority(other) < cycle.pod.priority && !api::is_pod_ended(other));
    if lower.is_empty() {
        return Err(vec![NO_VICTIMS.into()]);
    }
    let mut cache = cycle.cache.clone();
    for other in &lower {
        cache.remove(other.uid());
    }
    fits(cycle, &cache, at)?;
    by_importance(&mut lower);
    let (kept, free): (Vec<_>, Vec<_>) = violating(lower, budgets).into_iter().partition(|(_, violates)| *violates);
    let (mut victims, mut violations) = (Vec::new(), 0);
    for (other, violates) in kept.into_iter().chain(free) {
        cache.place(&other, &node);
        if fits(cycle, &cache, at).is_err() {
            cache.remove(other.uid());
            violations += usize::from(violates);
            victims.push(other);
        }
    }
    by_importance(&mut victims);
    Ok(Plan { node, victims, violations })
}

/// A PodDisruptionBudget, and which Pods it is about.
type Budget = (Value, Selector);

fn budgets(client: &Client<'_>) -> Vec<Budget> {
    let read = |budget: Value| {
        let selector = Selector::from_label_selector(&budget["spec"]["selector"]);
        (budget, selector)
    };
    client.list(kind::POD_DISRUPTION_BUDGET, "").into_iter().map(read).collect()
}

/// Says of each Pod whether a budget would keep it, if those before it had gone (`filterPodsWithPDBViolation`).
fn violating(pods: Vec<Value>, budgets: &[Budget]) -> Vec<(Value, bool)> {
    let mut left: Vec<i64> = budgets.iter().map(|(budget, _)| budget["status"]["disruptionsAllowed"].int()).collect();
    let judge = |pod: Value| {
        let mut violates = false;
        for ((budget, selector), left) in budgets.iter().zip(&mut left) {
            let counts = budget.namespace() == pod.namespace()
                && !selector.is_everything()
                && selector.matches(pod.labels())
                && budget["status"]["disruptedPods"][pod.name()].is_null();
            *left -= i64::from(counts);
            violates |= counts && *left < 0;
        }
        (pod, violates)
    };
    pods.into_iter().map(judge).collect()
}

fn fits(cycle: &Cycle<'_>, cache: &Cache, at: usize) -> Result<(), Vec<Cow<'static, str>>> {
    let cycle = Cycle { cache, ..cycle.clone() };
    let filters = filters(&cycle).map_err(|(_, rejection)| rejection.reasons)?;
    check(&filters, &cache.nodes()[at]).map_err(|(_, rejection)| rejection.reasons)
}

/// What is lost (`pickOneNodeForPreemption`): broken budgets, the highest priority, the sum of priorities, the number of Pods, and
/// how long those of the highest priority have run.
fn cost(plan: &Plan) -> (usize, i64, i64, usize, Reverse<Option<Time>>) {
    // So that fewer Pods are less, whatever the sign of their priorities.
    const OFFSET: i64 = 1 << 31;
    let highest = plan.victims.first().map_or(i64::MIN, priority);
    let sum = plan.victims.iter().map(|victim| priority(victim) + OFFSET).sum();
    let first = plan.victims.iter().filter(|victim| priority(victim) == highest);
    (plan.violations, highest, sum, plan.victims.len(), Reverse(first.map(started).min()))
}

fn evict(victim: &Value, pod: &Value, node: &str, client: &mut Client<'_>, now: Time) {
    let mut marked = victim.clone();
    let condition = obj! {
        "type" => "DisruptionTarget", "status" => "True", "reason" => BY_SCHEDULER,
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
