//! Pod garbage collection: Pods of nodes that are gone, Pods that are being deleted on nodes of which somebody says that they are
//! off or without ever having had a node, and those that have ended when there are very many (pkg/controller/podgc).

use crate::tainteviction::disrupted;
use crate::{Controller, gone_is_fine, next_look, pods};
use api::{Status, Str, Value, kind};
use apiserver::{Context, DeleteOptions, EventType, WatchEvent, WorkKey};
use std::time::Duration;

const NAME: &str = "podgc";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "pod-garbage-collector", observe, reconcile };

/// A node has to be gone for this long (`quarantineTime`), and that is looked at every 20 s (`gcCheckPeriod`).
const QUARANTINE: Duration = Duration::from_secs(40);
const PERIOD_MICROS: i64 = 20_000_000;
/// So many Pods that have ended are kept (`--terminated-pod-gc-threshold`).
const THRESHOLD: usize = 12_500;

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    let object = &event.object;
    match event.event {
        EventType::Added | EventType::Modified if event.kind == kind::POD => observe_pod(event, cx),
        EventType::Modified if event.kind == kind::NODE && is_off(object) => look_at_node(object.name(), cx),
        EventType::Deleted if event.kind == kind::NODE => look("", object.name(), QUARANTINE, cx),
        _ => {}
    }
}

fn observe_pod(event: &WatchEvent, cx: &mut Context<'_>) {
    let pod = &event.object;
    if pods::is_terminal(pod) && !pods::is_terminal(&event.old) && cx.client.count(kind::POD) > THRESHOLD {
        look("", "", Duration::ZERO, cx);
    }
    let node = pod["spec"]["nodeName"].str();
    let deleted = pod.deleting() && !event.old.deleting();
    if deleted && node.is_empty() {
        look(pod.namespace(), pod.name(), Duration::ZERO, cx);
    } else if deleted || event.event == EventType::Added && !node.is_empty() {
        match cx.client.get(kind::NODE, "", node) {
            Some(off) if deleted && is_off(&off) => look_at_node(node, cx),
            // A Pod may be made for a node that does not exist.
            None if event.event == EventType::Added => look("", node, QUARANTINE, cx),
            _ => {}
        }
    }
}

fn look_at_node(node: &str, cx: &mut Context<'_>) {
    look("", node, Duration::ZERO, cx);
}

/// Looks at a node's Pods, at one Pod, or (where nothing is named) at those that have ended: at the first of the regular moments
/// after `wait`.
fn look(namespace: &str, name: &str, wait: Duration, cx: &mut Context<'_>) {
    let due = next_look(cx.now + wait, PERIOD_MICROS);
    cx.enqueue_after(WorkKey::new(NAME, namespace, name), due.since(cx.now));
}

/// Whether somebody has said of a node that it is not running, and it does not say otherwise.
fn is_off(node: &Value) -> bool {
    const OUT_OF_SERVICE: &str = "node.kubernetes.io/out-of-service";
    let mut taints = node["spec"]["taints"].array().iter();
    taints.any(|taint| taint["key"].str() == OUT_OF_SERVICE) && api::condition(node, "Ready")["status"].str() != "True"
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    match (key.namespace.as_str(), key.name.as_str()) {
        ("", "") => surplus(cx.client.list(kind::POD, ""), THRESHOLD).iter().try_for_each(|pod| delete(pod, cx)),
        ("", node) => collect_from(node, cx),
        (namespace, name) => match cx.client.get(kind::POD, namespace, name) {
            Some(pod) if pod.deleting() && pod["spec"]["nodeName"].str().is_empty() => fail(pod, cx),
            _ => Ok(()),
        },
    }
}

/// Takes the Pods away that a node has left, or those that it cannot end.
fn collect_from(name: &str, cx: &mut Context<'_>) -> Result<(), Status> {
    let node = cx.client.get(kind::NODE, "", name);
    if node.as_ref().is_some_and(|node| !is_off(node)) {
        return Ok(());
    }
    for pod in cx.client.pods_on(name) {
        match node {
            Some(_) if !pod.deleting() => {}
            Some(_) => fail(pod, cx)?,
            None => fail(disrupted(&pod, "DeletionByPodGC", "PodGC: node no longer exists", cx.now), cx)?,
        }
    }
    Ok(())
}

/// Marks a Pod as failed unless it has ended, and deletes it (`markFailedAndDeletePodWithCondition`).
fn fail(mut pod: Value, cx: &mut Context<'_>) -> Result<(), Status> {
    if !pods::is_terminal(&pod) {
        pod.set("status.phase", "Failed");
        gone_is_fine(cx.client.update_status(kind::POD, pod.clone()))?;
    }
    delete(&pod, cx)
}

fn delete(pod: &Value, cx: &mut Context<'_>) -> Result<(), Status> {
    let options = DeleteOptions { grace_period: Some(0), ..DeleteOptions::default() };
    gone_is_fine(cx.client.delete(kind::POD, pod.namespace(), pod.name(), options))
}

/// The Pods that have ended beyond `threshold`: those that were evicted first, then the oldest (`byEvictionAndCreationTimestamp`).
fn surplus(mut all: Vec<Value>, threshold: usize) -> Vec<Value> {
    all.retain(pods::is_terminal);
    let evicted = |pod: &Value| pod.at("status.phase").str() == "Failed" && pod.at("status.reason").str() == "Evicted";
    api::sort_by_cached_key(&mut all, |pod| (!evicted(pod), pod.created(), Str::from(pod.name())));
    all.truncate(all.len().saturating_sub(threshold));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::obj;

    #[test]
    fn of_too_many_that_have_ended_the_evicted_and_the_oldest_go() {
        let pod = |name: &str, created: &str, phase: &str, reason: &str| {
            obj! {
                "metadata" => obj! { "name" => name, "creationTimestamp" => created },
                "status" => obj! { "phase" => phase, "reason" => reason },
            }
        };
        let all = vec![
            pod("young", "2026-01-01T00:00:03Z", "Succeeded", ""),
            pod("old", "2026-01-01T00:00:01Z", "Failed", ""),
            pod("runs", "2026-01-01T00:00:00Z", "Running", ""),
            pod("evicted", "2026-01-01T00:00:02Z", "Failed", "Evicted"),
        ];
        let names = |threshold: usize| -> Vec<String> {
            surplus(all.clone(), threshold).iter().map(|pod| pod.name().to_owned()).collect()
        };
        assert_eq!(names(1), ["evicted", "old"]);
        assert_eq!(names(2), ["evicted"]);
        assert!(names(3).is_empty() && names(10).is_empty());
    }
}
