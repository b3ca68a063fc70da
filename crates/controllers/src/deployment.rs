//! Deployment: brings one ReplicaSet per template up and the older ones down (pkg/controller/deployment).

mod recreate;
mod revision;
mod rolling;
mod scale;
mod sets;
mod status;

use crate::{Controller, Queue, adoption, enqueue_owner, enqueue_self};
use api::{Selector, Status, Value, kind};
use apiserver::{Context, EventSpec, EventType, WatchEvent, WorkKey};
use sets::Sets;
use std::time::Duration;

const NAME: &str = "deployment";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "deployment-controller", observe, reconcile };

/// Seen in the recordings: a new set exists 10 ms after the change of the template, and what a set says of its Pods is in
/// the Deployment's status 5 ms later: before another set has acted on the same step.
const ON_CHANGE: Queue = Queue(NAME, Some(Duration::from_millis(8)));
const ON_STATUS: Queue = Queue(NAME, Some(Duration::from_millis(5)));

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    let object = &event.object;
    if event.kind == kind::DEPLOYMENT {
        if event.event != EventType::Deleted {
            enqueue_self(ON_CHANGE, object, cx);
        }
    } else if event.kind == kind::REPLICA_SET {
        let status_only = event.event == EventType::Modified && event.old["spec"] == object["spec"];
        enqueue_owner(if status_only { ON_STATUS } else { ON_CHANGE }, kind::DEPLOYMENT, object, cx);
        if object.controller().is_null() && !object.deleting() {
            enqueue_adopters(object, cx);
        }
    } else if event.kind == kind::POD && event.event == EventType::Deleted {
        enqueue_recreating(object, cx);
    }
}

fn enqueue_adopters(set: &Value, cx: &mut Context<'_>) {
    for deployment in cx.client.list(kind::DEPLOYMENT, set.namespace()) {
        if Selector::from_label_selector(&deployment["spec"]["selector"]).matches(set.labels()) {
            enqueue_self(ON_CHANGE, &deployment, cx);
        }
    }
}

/// Who recreates all Pods at once waits until the last old one is gone.
fn enqueue_recreating(pod: &Value, cx: &mut Context<'_>) {
    let owner = pod.controller();
    if owner["kind"].str() == kind::REPLICA_SET.kind
        && let Some(set) = cx.client.get(kind::REPLICA_SET, pod.namespace(), owner["name"].str())
        && let Some(deployment) = cx.client.get(kind::DEPLOYMENT, pod.namespace(), set.controller()["name"].str())
        && is_recreate(&deployment)
    {
        enqueue_self(ON_CHANGE, &deployment, cx);
    }
}

/// Whether the strategy is `Recreate`; the other one is `RollingUpdate`.
fn is_recreate(deployment: &Value) -> bool {
    deployment.at("spec.strategy.type").str() == "Recreate"
}

fn wanted(deployment: &Value) -> i64 {
    deployment["spec"]["replicas"].int().max(0)
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some(deployment) = cx.client.get(kind::DEPLOYMENT, &key.namespace, &key.name) else { return Ok(()) };
    let selector = Selector::from_label_selector(&deployment["spec"]["selector"]);
    if selector.is_everything() {
        let message = "This deployment is selecting all pods. A non-empty selector is required.";
        cx.client.event(&deployment, kind::DEPLOYMENT, EventSpec::warning("SelectingAll", message));
        return Ok(());
    }
    let owned = adoption::claim(&mut cx.client, kind::REPLICA_SET, kind::DEPLOYMENT, &deployment, &selector)?;
    let mut sync = Sync { deployment, sets: Sets::new(owned), cx };
    sync.sets.find_new(&sync.deployment);
    if sync.deployment.deleting() {
        sync.sync_revision(false)?;
        return sync.write_status();
    }
    sync.note_pause()?;
    if sync.deployment["spec"]["paused"].bool() || sync.is_scaling() {
        sync.sync_revision(false)?;
        // The status counts the sets as they were before they are scaled: their own events bring the rest.
        let status = sync.status();
        sync.scale()?;
        if sync.deployment["spec"]["paused"].bool() {
            sync.clean_up()?;
        }
        return sync.put_status(status);
    }
    match is_recreate(&sync.deployment) {
        true => sync.recreate(key),
        false => sync.roll(key),
    }
}

/// One reconciliation: the Deployment, its ReplicaSets, and the API.
struct Sync<'s, 'c> {
    deployment: Value,
    sets: Sets,
    cx: &'s mut Context<'c>,
}

impl Sync<'_, '_> {
    /// Whether `spec.replicas` has changed since the sets were scaled last: they remember it in an annotation.
    fn is_scaling(&self) -> bool {
        let wanted = wanted(&self.deployment);
        let differs = |set: &Value| scale::desired(set).is_some_and(|desired| desired != wanted);
        self.sets.all().any(|set| sets::size(set) > 0 && differs(set))
    }

    /// Scales one set and says so. Returns whether its size changed.
    fn resize(&mut self, name: &str, size: i64) -> Result<bool, Status> {
        let Some(set) = self.sets.get(name).cloned() else { return Ok(false) };
        let before = sets::size(&set);
        let mut changed = set.clone();
        changed.set("spec.replicas", size);
        scale::annotate(&mut changed, &self.deployment);
        if changed == set {
            return Ok(false);
        }
        let stored = self.cx.client.update(kind::REPLICA_SET, changed)?;
        self.sets.replace(stored);
        if size == before {
            return Ok(false);
        }
        let direction = if size > before { "up" } else { "down" };
        self.say_scaled(format!("Scaled {direction} replica set {name} from {before} to {size}"));
        Ok(true)
    }

    fn say_scaled(&mut self, message: String) {
        self.cx.client.event(&self.deployment, kind::DEPLOYMENT, EventSpec::normal("ScalingReplicaSet", message));
    }

    /// Writes the Deployment's status and annotations, and goes on with what is stored.
    fn update_status(&mut self) -> Result<(), Status> {
        self.deployment = self.cx.client.update_status(kind::DEPLOYMENT, self.deployment.clone())?;
        Ok(())
    }
}
