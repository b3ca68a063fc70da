//! DaemonSet: one Pod on every node that will have it (pkg/controller/daemon).

mod failed;
mod nodes;
mod revision;
mod status;
mod update;

use crate::{Controller, Queue, adoption, enqueue_owner, enqueue_self, gone_is_fine, pods};
use api::OrdMap;
use api::{Selector, Status, Str, Value, controller_ref, kind, list, obj};
use apiserver::{Context, DeleteOptions, EventSpec, EventType, WatchEvent, WorkKey};
use nodes::Verdict;
use std::time::Duration;

const NAME: &str = "daemonset";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "daemonset-controller", observe, reconcile };

/// The label that tells the Pods of one template from those of another.
const HASH_LABEL: &str = "controller-revision-hash";

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    let object = &event.object;
    if event.kind == kind::DAEMON_SET {
        // Its own writes of the status come here as well: each would have it go through all nodes once more.
        let own = event.event == EventType::Modified && event.old.generation() == object.generation();
        match event.event {
            EventType::Deleted => {}
            _ if own => enqueue_self(queue(cx.client.count_owned_by(kind::POD, object.uid())), object, cx),
            _ => enqueue_self(NAME, object, cx),
        }
    } else if event.kind == kind::POD {
        if object.controller()["kind"].str() != kind::DAEMON_SET.kind {
            return;
        }
        let status = |pod: &Value| (pod["status"]["phase"].clone(), api::condition(pod, "Ready")["status"].clone());
        let old = &event.old;
        if event.event != EventType::Modified
            || status(object) != status(old)
            || object.deleting() != old.deleting()
            || object.labels() != old.labels()
        {
            let siblings = cx.client.count_owned_by(kind::POD, object.controller()["uid"].str());
            enqueue_owner(queue(siblings), kind::DAEMON_SET, object, cx);
        }
    } else if event.kind == kind::NODE {
        let old = &event.old;
        if event.event != EventType::Modified || old.labels() != object.labels() || old["spec"] != object["spec"] {
            for set in cx.client.list(kind::DAEMON_SET, "") {
                let pods = cx.client.count_owned_by(kind::POD, set.uid());
                enqueue_self(queue(pods), &set, cx);
            }
        }
    }
}

/// The queue for a set of so many Pods. One of many goes through all nodes each time, and so less often: after half a
/// millisecond for each Pod, at most a second.
fn queue(pods: usize) -> Queue {
    Queue(NAME, (pods >= 100).then(|| Duration::from_millis((pods / 2).min(1000) as u64)))
}

/// A node, what it has to do with the set, and the set's Pods that are on it or meant for it, oldest first.
struct Place {
    node: Str,
    verdict: Verdict,
    pods: Vec<Value>,
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some(set) = cx.client.get(kind::DAEMON_SET, &key.namespace, &key.name) else { return Ok(()) };
    let selector = Selector::from_label_selector(&set["spec"]["selector"]);
    if set.deleting() || selector.is_everything() {
        return Ok(());
    }
    let owned = adoption::claim(&mut cx.client, kind::POD, kind::DAEMON_SET, &set, &selector)?;
    let hash = revision::current(&set, cx)?;
    let places = places(&set, owned, cx);
    failed::begin(&set, cx);
    // The status counts the Pods as they were: their own events bring the rest.
    let status = status::of(&set, &places, &hash, cx.now);
    let managed = manage(&set, &places, &hash, cx);
    if managed.is_ok() && set.at("spec.updateStrategy.type").str() != "OnDelete" {
        update::roll(&set, &places, &hash, cx)?;
    }
    let not_yet_available = status["numberReady"] != status["numberAvailable"].as_int().unwrap_or(0).into();
    if status != set["status"] {
        let mut set = set.clone();
        set.set("status", status);
        cx.client.update_status(kind::DAEMON_SET, set)?;
    }
    let min_ready = set["spec"]["minReadySeconds"].int();
    if min_ready > 0 && not_yet_available {
        cx.wait_for(apiserver::Wait::Settle, key.clone(), pods::seconds(min_ready));
    }
    managed
}

fn places(set: &Value, mut owned: Vec<Value>, cx: &mut Context<'_>) -> Vec<Place> {
    api::sort_by_cached_key(&mut owned, |pod| (pod.created(), pod.name().to_owned()));
    let mut by_node: OrdMap<Str, Vec<Value>> = OrdMap::new();
    for pod in owned {
        by_node.entry(nodes::node_of(&pod)).or_default().push(pod);
    }
    let tolerations = nodes::tolerations(set);
    let place = |node: Value| {
        let verdict = nodes::judge(set, &tolerations, &node);
        let node = node["metadata"]["name"].to_str();
        Place { verdict, pods: by_node.remove(&node).unwrap_or_default(), node }
    };
    cx.client.list(kind::NODE, "").into_iter().map(place).collect()
}

/// Makes the Pods that are missing and deletes those that are too many.
fn manage(set: &Value, places: &[Place], hash: &str, cx: &mut Context<'_>) -> Result<(), Status> {
    for Place { node, verdict, pods } in places {
        match verdict {
            Verdict::Run if pods.is_empty() => create(set, node, hash, cx)?,
            Verdict::Run | Verdict::Stay => tidy(set, pods, hash, cx)?,
            Verdict::Leave => {
                for pod in pods.iter().filter(|pod| !pod.deleting()) {
                    delete(set, pod, cx)?;
                }
            }
        }
    }
    Ok(())
}

/// A Pod that has failed is replaced; of several the oldest stays, and one of the new template beside it in a surge.
fn tidy(set: &Value, pods: &[Value], hash: &str, cx: &mut Context<'_>) -> Result<(), Status> {
    let mut running = Vec::new();
    for pod in pods.iter().filter(|pod| !pod.deleting()) {
        match pod["status"]["phase"].str() {
            "Failed" if failed::waits(&nodes::node_of(pod), set, cx) => {}
            phase @ ("Failed" | "Succeeded") => {
                let message = format!(
                    "Found {} daemon pod {}/{} on node {}, will try to kill it",
                    phase.to_lowercase(),
                    pod.namespace(),
                    pod.name(),
                    nodes::node_of(pod)
                );
                let event = match phase {
                    "Failed" => EventSpec::warning("FailedDaemonPod", message),
                    _ => EventSpec::normal("SucceededDaemonPod", message),
                };
                cx.client.event(set, kind::DAEMON_SET, event);
                delete(set, pod, cx)?;
            }
            _ => running.push(pod),
        }
    }
    let excess = match update::surges(set) {
        true => update::excess(set, &running, hash, cx),
        false => running.into_iter().skip(1).collect(),
    };
    for pod in excess {
        delete(set, pod, cx)?;
    }
    Ok(())
}

fn create(set: &Value, node: &str, hash: &str, cx: &mut Context<'_>) -> Result<(), Status> {
    let pod = new_pod(set, node, hash);
    match cx.client.create(kind::POD, pod) {
        Ok(made) => {
            let message = format!("Created pod: {}", made.name());
            cx.client.event(set, kind::DAEMON_SET, EventSpec::normal("SuccessfulCreate", message));
            Ok(())
        }
        Err(status) => {
            let message = format!("Error creating: {status}");
            cx.client.event(set, kind::DAEMON_SET, EventSpec::warning("FailedCreate", message));
            Err(status)
        }
    }
}

fn delete(set: &Value, pod: &Value, cx: &mut Context<'_>) -> Result<(), Status> {
    let options = DeleteOptions { uid: pod["metadata"]["uid"].to_str(), ..DeleteOptions::default() };
    gone_is_fine(cx.client.delete(kind::POD, pod.namespace(), pod.name(), options))?;
    let message = format!("Deleted pod: {}", pod.name());
    cx.client.event(set, kind::DAEMON_SET, EventSpec::normal("SuccessfulDelete", message));
    Ok(())
}

/// The Pod for one node: the scheduler still places it, but its affinity leaves no choice.
fn new_pod(set: &Value, node: &str, hash: &str) -> Value {
    let owner = controller_ref(kind::DAEMON_SET, set);
    let mut pod = pods::from_template(&set["spec"]["template"], set.namespace(), set.name(), owner);
    let labels = pod.at_mut("metadata.labels").object_mut();
    labels.insert(HASH_LABEL, hash.into());
    labels.insert("pod-template-generation", revision::template_generation(set).into());
    let term =
        obj! { "matchFields" => list![obj! { "key" => "metadata.name", "operator" => "In", "values" => list![node] }] };
    let required = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution";
    pod.set(required, obj! { "nodeSelectorTerms" => list![term] });
    let tolerations = nodes::tolerations(set);
    pod.set("spec.tolerations", tolerations);
    pod
}
