//! Resizing a running Pod in place: what its containers ask for, what the kubelet has allocated to them, and what they really have
//! (pkg/kubelet/allocation/allocation_manager.go; `doPodResizeAction` in kuberuntime_manager.go).

use crate::state::{Container, Life, Node, Pod};
use crate::worker::Worker;
use crate::{admission, status};
use api::{Str, Value};
use apiserver::EventSpec;

/// How far a resize of a Pod has got.
#[derive(Clone, Debug, Default)]
pub(crate) struct Resize {
    /// Why it is not allocated: `Deferred` or `Infeasible`, and a sentence.
    pub(crate) pending: Option<(&'static str, Str)>,
    /// Whether it is allocated and not yet in force.
    pub(crate) in_progress: bool,
}

/// Whether a node gives a Pod what it asks for by now.
pub(crate) type Allocation = Result<(), (&'static str, Str)>;

fn is_resizable(container: &Container) -> bool {
    !container.ephemeral && (!container.init || container.sidecar)
}

/// Whether a Pod asks for something else than it has been allocated.
pub(crate) fn is_wanted(pod: &Pod) -> bool {
    let differs = |(index, container): (usize, &Container)| {
        is_resizable(container) && container.allocated != pod.spec_of(index)["resources"]
    };
    pod.life == Life::Syncing && pod.started.is_some() && pod.containers.iter().enumerate().any(differs)
}

/// Whether what a Pod asks for by now fits on its node, beside what `others` have been allocated.
pub(crate) fn allocation<'a>(pod: &Pod, node: &Node, others: impl Iterator<Item = &'a Pod>) -> Allocation {
    let asked = admission::requests(&pod.object);
    let (cpu, memory, _) = admission::taken(pod, others);
    let config = &node.config;
    let kinds = [("cpu", asked.0, cpu, config.cpus * 1000), ("memory", asked.1, memory, config.memory_kib * 1024)];
    for (what, requested, _, capacity) in kinds {
        if requested > capacity {
            let text =
                format!("Node didn't have enough capacity: {what}, requested: {requested}, capacity: {capacity}");
            return Err(("Infeasible", text.into()));
        }
    }
    admission::lack(&kinds).map_or(Ok(()), |(_, text)| Err(("Deferred", text)))
}

impl Worker<'_, '_> {
    /// The Pod asks for something else: it is allocated, or has to wait.
    pub(crate) fn resize(&mut self, allocation: Allocation) {
        match allocation {
            Ok(()) => {
                for index in 0..self.pod.containers.len() {
                    let asked = self.pod.spec_of(index)["resources"].clone();
                    let container = &mut self.pod.containers[index];
                    if is_resizable(container) {
                        container.allocated = asked;
                        if !container.running() {
                            container.actual = container.allocated.clone();
                        }
                    }
                }
                self.pod.resize = Resize { pending: None, in_progress: true };
                let text = told(self.pod, "Pod resize started", "");
                self.event(EventSpec::normal("ResizeStarted", text));
            }
            Err((reason, message)) => {
                let pending = Some((reason, message.clone()));
                if self.pod.resize.pending == pending {
                    return;
                }
                self.pod.resize.pending = pending;
                let text = told(self.pod, &format!("Pod resize {reason}"), &message);
                let event = if reason == "Infeasible" { "ResizeInfeasible" } else { "ResizeDeferred" };
                self.event(EventSpec::warning(event, text));
            }
        }
        self.pod.sync_by(self.cx.now);
    }

    /// The Pod asks for what it has: nothing is pending any more. A resize that has come into force is over.
    pub(crate) fn settle_resize(&mut self) {
        if self.pod.resize.pending.is_some() && !is_wanted(self.pod) {
            self.pod.resize.pending = None;
        }
        let in_force = |c: &Container| !is_resizable(c) || !c.running() || c.actual == c.allocated;
        if self.pod.resize.in_progress && self.pod.containers.iter().all(in_force) {
            self.pod.resize.in_progress = false;
            let text = told(self.pod, "Pod resize completed", "");
            self.event(EventSpec::normal("ResizeCompleted", text));
        }
    }

    /// Gives running containers what they have been allocated: at once, or by starting them again where their policy wants that.
    pub(crate) fn actuate_resize(&mut self) {
        let now = self.cx.now;
        for index in 0..self.pod.containers.len() {
            let container = &self.pod.containers[index];
            if !container.running() || container.actual == container.allocated || container.ending() {
                continue;
            }
            if restarts(self.pod.spec_of(index), &container.actual, &container.allocated) {
                let text = format!("Container {} resize requires restart", container.name);
                self.container_event(index, EventSpec::normal("Killing", text));
                self.ask_to_end(index, now + self.grace());
                self.pod.containers[index].changed = true;
            } else {
                let container = &mut self.pod.containers[index];
                container.actual = container.allocated.clone();
                self.pod.pass.changed = Some(now);
                let seen = self.node.relist_after(now);
                self.pod.sync_by(seen);
            }
        }
    }
}

/// Whether a container has to be started again to get other resources (`resizePolicy`).
fn restarts(spec: &Value, actual: &Value, allocated: &Value) -> bool {
    spec["resizePolicy"].array().iter().any(|policy| {
        let resource = policy["resourceName"].str();
        let changes = |list: &str| actual[list][resource] != allocated[list][resource];
        policy["restartPolicy"].str() == "RestartContainer" && (changes("limits") || changes("requests"))
    })
}

/// The message of an event: what it is, and the containers' resources as JSON (pkg/kubelet/events).
fn told(pod: &Pod, what: &str, error: &str) -> String {
    let list = |name: &str| {
        let all = pod.object["spec"][name].array().iter().map(|container| {
            let resources = status::resources(&container["resources"]);
            format!("{{\"name\":\"{}\",\"resources\":{}}}", container["name"].str(), api::json::to_string(&resources))
        });
        all.collect::<Vec<_>>().join(",")
    };
    let (init, containers) = (list("initContainers"), list("containers"));
    let init = if init.is_empty() { init } else { format!("\"initContainers\":[{init}],") };
    let error =
        if error.is_empty() { String::new() } else { format!(",\"error\":{}", api::json::to_string(&error.into())) };
    let generation = pod.object.generation();
    format!("{what}: {{{init}\"containers\":[{containers}],\"generation\":{generation}{error}}}")
}
