//! Taint eviction: Pods that do not tolerate a NoExecute taint of their node are deleted, at once or when their toleration
//! ends (pkg/controller/tainteviction).

use crate::pods::tolerates;
use crate::{Controller, gone_is_fine, pods};
use api::{Status, Str, Time, Value, kind, list, obj};
use apiserver::{Context, DeleteOptions, EventSpec, EventType, WatchEvent, WorkKey};

const NAME: &str = "tainteviction";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "taint-eviction-controller", observe, reconcile };

/// Why a Pod was evicted, in its condition `DisruptionTarget`.
const REASON: &str = "DeletionByTaintManager";
/// In a key's name, what follows is when the Pod's toleration ends, in microseconds. Not a character of Pod names.
const DUE: char = '@';
/// In a key's name: the Pod's eviction is off.
const CANCELLED: char = '!';

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    let (new, old) = (&event.object, &event.old);
    if event.kind == kind::NODE && event.event != EventType::Deleted {
        let (before, after) = (no_execute(old), no_execute(new));
        if before == after {
            return;
        }
        for pod in cx.client.pods_on(new.name()) {
            if !after.is_empty() {
                cx.enqueue(key(&pod, ""));
            } else if was_scheduled(&pod, &before) {
                cx.enqueue(key(&pod, &CANCELLED.to_string()));
            }
        }
    } else if event.kind == kind::POD {
        let node = new["spec"]["nodeName"].str();
        let concerned = event.event == EventType::Deleted
            || old["spec"]["nodeName"] != new["spec"]["nodeName"]
            || old["spec"]["tolerations"] != new["spec"]["tolerations"];
        if node.is_empty() || !concerned {
            return;
        }
        let taints = cx.client.get(kind::NODE, "", node).map(|node| no_execute(&node)).unwrap_or_default();
        if taints.is_empty() {
            return;
        }
        match event.event {
            EventType::Deleted if was_scheduled(new, &taints) => say_cancelled(new, cx),
            EventType::Deleted => {}
            _ => cx.enqueue(key(new, "")),
        }
    }
}

fn key(pod: &Value, suffix: &str) -> WorkKey {
    WorkKey::new(NAME, pod.namespace(), Str::from(format!("{}{suffix}", pod.name())))
}

fn no_execute(node: &Value) -> Vec<Value> {
    node["spec"]["taints"].array().iter().filter(|taint| taint["effect"].str() == "NoExecute").cloned().collect()
}

/// For how long a Pod stays on a node with these taints.
#[derive(Debug, PartialEq)]
enum Stay {
    ForEver,
    Seconds(i64),
    No,
}

fn stay(pod: &Value, taints: &[Value]) -> Stay {
    let mut shortest = None;
    for taint in taints {
        let Some(toleration) = pod["spec"]["tolerations"].array().iter().find(|t| tolerates(t, taint)) else {
            return Stay::No;
        };
        if let Some(seconds) = toleration["tolerationSeconds"].as_int() {
            shortest = Some(shortest.map_or(seconds, |s: i64| s.min(seconds)).max(0));
        }
    }
    shortest.map_or(Stay::ForEver, Stay::Seconds)
}

/// Whether the Pod's eviction was to come, and did not.
fn was_scheduled(pod: &Value, taints: &[Value]) -> bool {
    let evicted = api::condition(pod, "DisruptionTarget")["reason"].str() == REASON;
    !evicted && matches!(stay(pod, taints), Stay::Seconds(_))
}

fn say_cancelled(pod: &Value, cx: &mut Context<'_>) {
    say(pod, format!("Cancelling deletion of Pod {}/{}", pod.namespace(), pod.name()), cx);
}

/// The event names the Pod without its UID, as the real controller's does: `describe pod` does not find it.
fn say(pod: &Value, message: String, cx: &mut Context<'_>) {
    let about = obj! { "metadata" => obj! { "name" => pod.name(), "namespace" => pod.namespace() } };
    cx.client.component = CONTROLLER.source.into();
    cx.client.event(&about, kind::POD, EventSpec::normal("TaintManagerEviction", message));
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let (name, due) = match key.name.split_once(DUE) {
        Some((name, due)) => (name, due.parse().ok().map(Time)),
        None => (key.name.trim_end_matches(CANCELLED), None),
    };
    let Some(pod) = cx.client.get(kind::POD, &key.namespace, name) else { return Ok(()) };
    if key.name.ends_with(CANCELLED) {
        say_cancelled(&pod, cx);
        return Ok(());
    }
    let node = cx.client.get(kind::NODE, "", pod["spec"]["nodeName"].str()).unwrap_or_default();
    let taints = no_execute(&node);
    if pod.deleting() || taints.is_empty() {
        return Ok(());
    }
    match stay(&pod, &taints) {
        Stay::ForEver => Ok(()),
        Stay::No => evict(&pod, cx),
        Stay::Seconds(seconds) => {
            let span = pods::seconds(seconds);
            // The taint may have been taken away and put back since this was queued. Its time has whole seconds.
            let newest = taints.iter().filter_map(|taint| taint["timeAdded"].time()).max().unwrap_or_default();
            match due {
                Some(due) if cx.now >= due && newest + span <= cx.now => evict(&pod, cx),
                Some(_) => Ok(()),
                None => {
                    let due = cx.now + span;
                    let later = WorkKey::new(NAME, key.namespace.clone(), Str::from(format!("{name}{DUE}{}", due.0)));
                    cx.wait_for(apiserver::Wait::Toleration, later, span);
                    Ok(())
                }
            }
        }
    }
}

fn evict(pod: &Value, cx: &mut Context<'_>) -> Result<(), Status> {
    say(pod, format!("Marking for deletion Pod {}/{}", pod.namespace(), pod.name()), cx);
    let marked = disrupted(pod, REASON, "Taint manager: deleting due to NoExecute taint", cx.now);
    gone_is_fine(cx.client.update_status(kind::POD, marked))?;
    let options = DeleteOptions { uid: pod["metadata"]["uid"].to_str(), ..DeleteOptions::default() };
    gone_is_fine(cx.client.delete(kind::POD, pod.namespace(), pod.name(), options))
}

/// The Pod with the condition that says it is about to be deleted for the cluster's sake.
pub fn disrupted(pod: &Value, reason: &str, message: &str, now: Time) -> Value {
    let mut marked = pod.clone();
    let condition = obj! {
        "type" => "DisruptionTarget", "status" => "True", "reason" => reason, "message" => message,
        "lastTransitionTime" => now, "observedGeneration" => pod.generation(),
    };
    match marked.at_mut("status.conditions") {
        Value::Null => marked.set("status.conditions", list![condition]),
        conditions => conditions.array_mut().push(condition),
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_toleration_counts() {
        let taint = |key: &str| obj! { "key" => key, "effect" => "NoExecute" };
        let tolerated = |key: &str, seconds: Option<i64>| {
            obj! { "key" => key, "operator" => "Exists", "effect" => "NoExecute", "tolerationSeconds" => seconds }
        };
        let pod = |tolerations: Value| obj! { "spec" => obj! { "tolerations" => tolerations } };
        let both = pod(list![tolerated("a", Some(300)), tolerated("b", Some(10))]);
        assert_eq!(stay(&both, &[taint("a")]), Stay::Seconds(300));
        assert_eq!(stay(&both, &[taint("a"), taint("b")]), Stay::Seconds(10));
        assert_eq!(stay(&both, &[taint("c")]), Stay::No);
        assert_eq!(stay(&pod(list![tolerated("a", None)]), &[taint("a")]), Stay::ForEver);
        assert_eq!(stay(&pod(list![obj! { "operator" => "Exists" }]), &[taint("x")]), Stay::ForEver);
    }
}
