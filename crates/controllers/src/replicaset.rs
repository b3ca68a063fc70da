//! ReplicaSet: as many Pods of a template as it says (pkg/controller/replicaset); and ReplicationController, the same with
//! an older kind of selector (pkg/controller/replication, which wraps this one upstream, too).

pub mod ranking;
mod status;

use crate::{Controller, Queue, adoption, enqueue_owner, enqueue_self, gone_is_fine, is_terminating_namespace, pods};
use api::{Kind, Selector, Status, Value, controller_ref, kind};
use apiserver::{Context, DeleteOptions, EventSpec, EventType, WatchEvent, WorkKey};
use std::time::Duration;

pub const CONTROLLER: Controller =
    Controller { name: SETS.name, source: "replicaset-controller", observe: observe_sets, reconcile: reconcile_set };
pub const REPLICATION_CONTROLLER: Controller = Controller {
    name: REPLICATION_CONTROLLERS.name,
    source: "replication-controller",
    observe: observe_replication_controllers,
    reconcile: reconcile_replication_controller,
};

/// What the two controllers of this file differ in.
struct Flavor {
    name: &'static str,
    kind: &'static Kind,
    selector: fn(&Value) -> Selector,
    /// Whether the status says how many Pods are on their way out.
    counts_terminating: bool,
}

static SETS: Flavor = Flavor {
    name: "replicaset",
    kind: kind::REPLICA_SET,
    selector: |set| Selector::from_label_selector(&set["spec"]["selector"]),
    counts_terminating: true,
};
static REPLICATION_CONTROLLERS: Flavor = Flavor {
    name: "replicationcontroller",
    kind: kind::REPLICATION_CONTROLLER,
    selector: |controller| Selector::from_map(&controller["spec"]["selector"]),
    counts_terminating: false,
};

fn observe_sets(event: &WatchEvent, cx: &mut Context<'_>) {
    observe(&SETS, event, cx);
}

fn reconcile_set(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    reconcile(&SETS, key, cx)
}

fn observe_replication_controllers(event: &WatchEvent, cx: &mut Context<'_>) {
    observe(&REPLICATION_CONTROLLERS, event, cx);
}

fn reconcile_replication_controller(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    reconcile(&REPLICATION_CONTROLLERS, key, cx)
}

/// Seen in the recordings: a set's first Pod exists 24 ms after the set, and is counted 26 ms later; a deleted Pod has its
/// replacement within 15 ms; that one is ready is counted after 5 to 15 ms.
const ON_CHANGE: Duration = Duration::from_millis(22);
const ON_DELETION: Duration = Duration::from_millis(14);
const ON_READINESS: Duration = Duration::from_millis(8);
/// A set of many Pods goes through all of them each time, and so less often: a tenth of a millisecond a Pod, at most 100 ms.
const MANY_PODS: usize = 100;
const PODS_PER_MILLISECOND: usize = 10;
const LONGEST_DELAY: Duration = Duration::from_millis(100);

/// At most this many Pods are made or deleted in one go (`BurstReplicas`).
const BURST: usize = 500;

fn observe(flavor: &Flavor, event: &WatchEvent, cx: &mut Context<'_>) {
    let object = &event.object;
    let queue = |delay| Queue(flavor.name, Some(delay));
    if event.kind == flavor.kind {
        if event.event != EventType::Deleted && !is_own_status(event) {
            enqueue_self(queue(ON_CHANGE), object, cx);
        }
    } else if event.kind == kind::POD {
        let owner = object.controller();
        let was = if event.event == EventType::Modified { event.old.controller() } else { owner };
        let concerns = |owner: &Value| owner.is_null() || owner["kind"].str() == flavor.kind.kind;
        if !(concerns(owner) || concerns(was)) || !is_of_interest(event) {
            return;
        }
        let siblings = cx.client.count_owned_by(kind::POD, owner["uid"].str());
        let delay = match event.event {
            EventType::Modified if object.deleting() && !event.old.deleting() => ON_DELETION,
            EventType::Added | EventType::Modified if siblings >= MANY_PODS => {
                Duration::from_millis((siblings / PODS_PER_MILLISECOND) as u64).clamp(ON_CHANGE, LONGEST_DELAY)
            }
            EventType::Modified => ON_READINESS,
            _ => ON_CHANGE,
        };
        enqueue_owner(queue(delay), flavor.kind, object, cx);
        if was != owner {
            enqueue_owner(queue(ON_CHANGE), flavor.kind, &event.old, cx);
        }
        if owner.is_null() {
            enqueue_adopters(flavor, object, cx);
        }
    }
}

/// Whether nothing has changed but the status, which only this controller writes.
fn is_own_status(event: &WatchEvent) -> bool {
    let (new, old) = (&event.object, &event.old);
    let same = |field: &str| new["metadata"][field] == old["metadata"][field];
    event.event == EventType::Modified
        && new["spec"] == old["spec"]
        && ["labels", "deletionTimestamp", "ownerReferences"].iter().all(|field| same(field))
}

/// Of the many writes to a Pod only those count that may change how it is counted.
fn is_of_interest(event: &WatchEvent) -> bool {
    let (new, old) = (&event.object, &event.old);
    let ready = |pod: &Value| api::condition(pod, "Ready")["status"].clone();
    event.event != EventType::Modified
        || new["status"]["phase"] != old["status"]["phase"]
        || ready(new) != ready(old)
        || new.deleting() != old.deleting()
        || new.labels() != old.labels()
        || new["metadata"]["ownerReferences"] != old["metadata"]["ownerReferences"]
}

/// An orphan may be adopted by any set whose selector it matches.
fn enqueue_adopters(flavor: &Flavor, pod: &Value, cx: &mut Context<'_>) {
    if pod.deleting() || pod.labels().is_empty() {
        return;
    }
    for set in cx.client.list(flavor.kind, pod.namespace()) {
        if (flavor.selector)(&set).matches(pod.labels()) {
            enqueue_self(Queue(flavor.name, Some(ON_CHANGE)), &set, cx);
        }
    }
}

fn reconcile(flavor: &Flavor, key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some(set) = cx.client.get(flavor.kind, &key.namespace, &key.name) else { return Ok(()) };
    let selector = (flavor.selector)(&set);
    let owned = adoption::claim(&mut cx.client, kind::POD, flavor.kind, &set, &selector)?;
    let active: Vec<&Value> = owned.iter().filter(|pod| pods::is_active(pod)).collect();
    let wanted = set["spec"]["replicas"].int().max(0) as usize;
    let managed = match set.deleting() {
        true => Ok(()),
        false if active.len() < wanted => create(flavor, &set, wanted - active.len(), key, cx),
        false => delete(flavor, &set, &active, active.len() - wanted, key, cx),
    };
    // What is written is what was there before the Pods were made or deleted: their own events bring the rest.
    let mut status = status::of(&set, &owned, &managed, cx.now);
    if !flavor.counts_terminating {
        status.remove("terminatingReplicas");
    }
    let not_yet_available = status["readyReplicas"] != status["availableReplicas"];
    if status != set["status"] {
        let mut set = set.clone();
        set.set("status", status);
        cx.client.update_status(flavor.kind, set)?;
    }
    let min_ready = set["spec"]["minReadySeconds"].int();
    if managed.is_ok() && min_ready > 0 && not_yet_available {
        cx.wait_for(apiserver::Wait::Settle, key.clone(), pods::seconds(min_ready));
    }
    managed.map_err(|(_, status)| status)
}

/// What could not be done, as the reason of the condition `ReplicaFailure`, and the server's refusal.
type Managed = Result<(), (&'static str, Status)>;

fn create(flavor: &Flavor, set: &Value, missing: usize, key: &WorkKey, cx: &mut Context<'_>) -> Managed {
    let owner = controller_ref(flavor.kind, set);
    let pod = pods::from_template(&set["spec"]["template"], set.namespace(), set.name(), owner);
    // Upstream tries 1, then 2, 4, 8 ... and stops at the first refusal: only the events of a refusal would differ.
    for _ in 0..missing.min(BURST) {
        match cx.client.create(kind::POD, pod.clone()) {
            Ok(made) => {
                let message = format!("Created pod: {}", made.name());
                cx.client.event(set, flavor.kind, EventSpec::normal("SuccessfulCreate", message));
            }
            Err(status) if is_terminating_namespace(&status) => return Ok(()),
            Err(status) => {
                let message = format!("Error creating: {status}");
                cx.client.event(set, flavor.kind, EventSpec::warning("FailedCreate", message));
                return Err(("FailedCreate", status));
            }
        }
    }
    if missing > BURST {
        cx.enqueue(key.clone());
    }
    Ok(())
}

fn delete(
    flavor: &Flavor,
    set: &Value,
    active: &[&Value],
    surplus: usize,
    key: &WorkKey,
    cx: &mut Context<'_>,
) -> Managed {
    if surplus == 0 {
        return Ok(());
    }
    for pod in ranking::first_to_go(set, active, surplus.min(BURST), &cx.client, cx.now) {
        let options = DeleteOptions { uid: pod["metadata"]["uid"].to_str(), ..DeleteOptions::default() };
        if let Err(status) = gone_is_fine(cx.client.delete(kind::POD, pod.namespace(), pod.name(), options)) {
            let message = format!("Error deleting: {status}");
            cx.client.event(set, flavor.kind, EventSpec::warning("FailedDelete", message));
            return Err(("FailedDelete", status));
        }
        let message = format!("Deleted pod: {}", pod.name());
        cx.client.event(set, flavor.kind, EventSpec::normal("SuccessfulDelete", message));
    }
    if surplus > BURST {
        cx.enqueue(key.clone());
    }
    Ok(())
}
