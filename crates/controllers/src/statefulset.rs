//! StatefulSet: Pods with names, and with volumes that stay theirs, one after the other (pkg/controller/statefulset).

mod claims;
mod identity;
mod replicas;
mod status;
mod update;

use crate::{Controller, adoption, enqueue_owner, enqueue_self, history, pods};
use api::{Selector, Status, Value, kind};
use apiserver::{Context, EventSpec, EventType, WatchEvent, WorkKey};

const NAME: &str = "statefulset";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "statefulset-controller", observe, reconcile };

/// The label by which a Pod says of which revision it is: the revision's name.
const REVISION_LABEL: &str = "controller-revision-hash";
/// The label of a revision that holds the hash of its template (`ControllerRevisionHashLabel`).
const HASH_LABEL: &str = "controller.kubernetes.io/hash";

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    let object = &event.object;
    if event.kind == kind::STATEFUL_SET {
        if event.event != EventType::Deleted {
            enqueue_self(NAME, object, cx);
        }
    } else if event.kind == kind::POD {
        let owner = object.controller();
        enqueue_owner(NAME, kind::STATEFUL_SET, object, cx);
        if event.event == EventType::Modified && event.old.controller() != owner {
            enqueue_owner(NAME, kind::STATEFUL_SET, &event.old, cx);
        }
        if owner.is_null() && !object.deleting() && !object.labels().is_empty() {
            for set in cx.client.list(kind::STATEFUL_SET, object.namespace()) {
                if Selector::from_label_selector(&set["spec"]["selector"]).matches(object.labels()) {
                    enqueue_self(NAME, &set, cx);
                }
            }
        }
    }
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some(set) = cx.client.get(kind::STATEFUL_SET, &key.namespace, &key.name) else { return Ok(()) };
    let selector = Selector::from_label_selector(&set["spec"]["selector"]);
    let is_member = |pod: &Value| identity::ordinal(&set, pod).is_some();
    let pods = adoption::claim_members(&mut cx.client, kind::POD, kind::STATEFUL_SET, &set, &selector, &is_member)?;
    let history = history::of(kind::STATEFUL_SET, &set, HASH_LABEL, cx)?;
    let name = set["status"]["currentRevision"].str();
    let current = history.revisions.iter().find(|revision| revision.name() == name).unwrap_or(&history.update).clone();
    let (current_name, update_name) = (current.name().to_owned(), history.update.name().to_owned());
    let live = |revision: &Value| {
        let is = |name: &str| revision.name() == name;
        is(&current_name) || is(&update_name) || pods.iter().any(|pod| is(identity::revision(pod)))
    };
    let mut sync = Sync { set: &set, current, history: &history, cx };
    let (status, done) = sync.run(&pods);
    let written = sync.write(status.clone());
    history::forget(&set, &history.revisions, &live, cx)?;
    let min_ready = set["spec"]["minReadySeconds"].int();
    let available = &status["availableReplicas"];
    if min_ready > 0 && (*available != set["spec"]["replicas"] || *available != status["readyReplicas"]) {
        cx.wait_for(apiserver::Wait::Settle, key.clone(), pods::seconds(min_ready));
    }
    done.and(written)
}

/// One reconciliation: the set, its revisions, and the API.
struct Sync<'s, 'c> {
    set: &'s Value,
    /// The revision that Pods had before the roll-out that is under way.
    current: Value,
    history: &'s history::History,
    cx: &'s mut Context<'c>,
}

impl Sync<'_, '_> {
    fn wanted(&self) -> i64 {
        self.set["spec"]["replicas"].int().max(0)
    }

    /// Whether one Pod has to wait for the other.
    fn one_by_one(&self) -> bool {
        self.set["spec"]["podManagementPolicy"].str() != "Parallel"
    }

    fn is_available(&self, pod: &Value) -> bool {
        is_running_and_ready(pod) && pods::is_available(pod, self.set["spec"]["minReadySeconds"].int(), self.cx.now)
    }

    /// Whether the Pod counts as one that is missing.
    fn is_unavailable(&self, pod: &Value) -> bool {
        !self.is_available(pod) || pod.deleting()
    }

    /// Says what became of a Pod: `verb` is such as `Create`.
    fn say(&mut self, verb: &str, pod: &str, error: Option<&Status>) {
        let set = self.set.name();
        let (reason, message) = match error {
            None => ("Successful", format!("{verb} Pod {pod} in StatefulSet {set} successful")),
            Some(status) => ("Failed", format!("{verb} Pod {pod} in StatefulSet {set} failed error: {status}")),
        };
        self.event(error.is_none(), &format!("{reason}{verb}"), message);
    }

    fn event(&mut self, good: bool, reason: &str, message: String) {
        let event = if good { EventSpec::normal(reason, message) } else { EventSpec::warning(reason, message) };
        self.cx.client.event(self.set, kind::STATEFUL_SET, event);
    }
}

fn is_running_and_ready(pod: &Value) -> bool {
    pod["status"]["phase"].str() == "Running" && api::is_pod_ready(pod)
}
