//! Deletes Pods from nodes with NoExecute taints that they do not tolerate, or no longer (pkg/controller/tainteviction).

use crate::Controller;
use api::{Status, Time, Value, condition, kind, obj, set_condition};
use apiserver::client::DeleteOptions;
use apiserver::{Context, EventSpec, EventType, WatchEvent, WorkKey};
use std::time::Duration;

const NAME: &str = "taint-eviction-controller";

pub(crate) const CONTROLLER: Controller = Controller { name: NAME, source: NAME, observe, reconcile };

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    if event.event == EventType::Deleted {
        return;
    }
    let object = &event.object;
    if event.kind == kind::POD {
        let node = object["spec"]["nodeName"].str();
        let news = event.old["spec"]["nodeName"].str() != node
            || event.old["spec"]["tolerations"] != object["spec"]["tolerations"];
        if news && cx.client.get(kind::NODE, "", node).is_some_and(|node| no_execute(&node).next().is_some()) {
            cx.enqueue(key(object));
        }
    } else if event.kind == kind::NODE && event.old["spec"]["taints"] != object["spec"]["taints"] {
        let (before, after) = (no_execute(&event.old).count(), no_execute(object).count());
        if before + after > 0 {
            for pod in cx.client.pods_on(object.name()) {
                if before > 0 && after == 0 && waiting(&event.old, &pod) {
                    let message = format!("Cancelling deletion of Pod {}/{}", pod.namespace(), pod.name());
                    note(&pod, message, cx);
                }
                cx.enqueue(key(&pod));
            }
        }
    }
}

fn key(pod: &Value) -> WorkKey {
    WorkKey::new(NAME, pod.namespace(), pod.name())
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some(pod) = cx.client.get(kind::POD, &key.namespace, &key.name).filter(|pod| !pod.deleting()) else {
        return Ok(());
    };
    let Some(node) = cx.client.get(kind::NODE, "", pod["spec"]["nodeName"].str()) else { return Ok(()) };
    match eviction(&node, &pod) {
        None => {}
        Some(at) if at > cx.now => cx.enqueue_after(key.clone(), at.since(cx.now)),
        Some(_) => evict(pod, cx),
    }
    Ok(())
}

fn no_execute(node: &Value) -> impl Iterator<Item = &Value> {
    node["spec"]["taints"].array().iter().filter(|taint| taint["effect"].str() == "NoExecute")
}

/// When the Pod has to leave the node: at once if it does not tolerate a taint, never (`None`) if it tolerates all of
/// them for ever, else after the shortest of its tolerations.
fn eviction(node: &Value, pod: &Value) -> Option<Time> {
    let tolerations = pod["spec"]["tolerations"].array();
    let mut earliest = None;
    for taint in no_execute(node) {
        let added = taint["timeAdded"].time().unwrap_or_default();
        let matching: Vec<&Value> = tolerations.iter().filter(|t| tolerates(t, taint)).collect();
        let patience =
            match matching.iter().map(|t| t["tolerationSeconds"].as_int()).min_by_key(|s| s.unwrap_or(i64::MAX)) {
                None => 0,
                Some(None) => continue,
                Some(Some(seconds)) => seconds.max(0),
            };
        let at = added + Duration::from_secs(patience as u64);
        earliest = Some(earliest.map_or(at, |e: Time| e.min(at)));
    }
    earliest
}

/// Whether a deletion was due some time later because of the node's taints.
fn waiting(node: &Value, pod: &Value) -> bool {
    no_execute(node).next().is_some() && eviction(node, pod).is_some()
}

/// Whether a toleration is for a taint (`Toleration.ToleratesTaint`).
fn tolerates(toleration: &Value, taint: &Value) -> bool {
    let effect = toleration["effect"].str();
    let key = toleration["key"].str();
    (effect.is_empty() || effect == taint["effect"].str())
        && (key.is_empty() || key == taint["key"].str())
        && match toleration["operator"].str() {
            "Exists" => true,
            _ => !key.is_empty() && toleration["value"].str() == taint["value"].str(),
        }
}

fn evict(mut pod: Value, cx: &mut Context<'_>) {
    note(&pod, format!("Marking for deletion Pod {}/{}", pod.namespace(), pod.name()), cx);
    if condition(&pod, "DisruptionTarget")["status"].str() != "True" {
        let target = obj! {
            "type" => "DisruptionTarget", "status" => "True", "reason" => "DeletionByTaintManager",
            "message" => "Taint manager: deleting due to NoExecute taint", "lastTransitionTime" => cx.now,
            "observedGeneration" => pod.generation(),
        };
        set_condition(&mut pod, target);
        let _ = cx.client.update_status(kind::POD, pod.clone());
    }
    let _ = cx.client.delete(kind::POD, pod.namespace(), pod.name(), DeleteOptions::default());
}

/// The event names the Pod without its UID, as the real controller's does: `describe pod` does not find it.
fn note(pod: &Value, message: String, cx: &mut Context<'_>) {
    cx.client.component = NAME.into();
    let about = obj! { "metadata" => obj! { "name" => pod.name(), "namespace" => pod.namespace() } };
    cx.client.event(&about, kind::POD, EventSpec::normal("TaintManagerEviction", message));
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::list;

    fn node(taints: Value) -> Value {
        obj! { "spec" => obj! { "taints" => taints } }
    }

    fn pod(tolerations: Value) -> Value {
        obj! { "spec" => obj! { "tolerations" => tolerations } }
    }

    #[test]
    fn the_shortest_patience_counts() {
        let added = Time(1_000_000_000);
        let taint = obj! { "key" => "bad", "effect" => "NoExecute", "timeAdded" => added };
        let node = node(list![taint]);
        let for_seconds = |s: i64| obj! { "key" => "bad", "operator" => "Exists", "tolerationSeconds" => s };
        assert_eq!(eviction(&node, &pod(list![])), Some(added));
        assert_eq!(eviction(&node, &pod(list![for_seconds(300)])), Some(added + Duration::from_secs(300)));
        assert_eq!(eviction(&node, &pod(list![obj! { "operator" => "Exists" }])), None);
        let harmless = obj! { "key" => "bad", "effect" => "NoSchedule" };
        assert_eq!(eviction(&super::tests::node(list![harmless]), &pod(list![])), None);
    }
}
