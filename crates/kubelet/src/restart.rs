//! Which containers are started again after they have ended, and starting all of them again (pkg/api/v1/pod,
//! pkg/kubelet/container/helpers.go).

use crate::state::{Container, Pod, State};
use crate::worker::Worker;
use api::Value;
use apiserver::EventSpec;

/// The action of a rule that starts all containers again.
const ALL: &str = "RestartAllContainers";

/// Whether a container that does not run is to be started again (`ShouldContainerBeRestarted`).
pub(crate) fn will_restart(pod: &Pod, container: &Container) -> bool {
    match &container.state {
        _ if pod.deleting() || pod.verdict.is_some() => false,
        State::Running(_) => false,
        State::Waiting => true,
        State::Exited(_) if container.ephemeral => false,
        State::Exited(_) if container.changed => true,
        State::Exited(_) if container.sidecar => true,
        State::Exited(t) if container.init && t.code == 0 => false,
        State::Exited(t) => restarts_after(pod, &container.name, i64::from(t.code)),
    }
}

/// Whether a container is started again after it has ended with `code`: its own rules and its own policy come before the Pod's
/// (pkg/api/v1/pod: `ContainerShouldRestart`).
pub(crate) fn restarts_after(pod: &Pod, container: &str, code: i64) -> bool {
    let spec = &pod.object["spec"];
    let own = specs(pod).find(|c| c["name"].str() == container).unwrap_or(&api::NULL);
    let policy = match own["restartPolicy"].str() {
        "" => spec["restartPolicy"].str(),
        policy => policy,
    };
    match policy {
        _ if matches!(action(own, code), "Restart" | ALL) => true,
        "Never" => false,
        "OnFailure" => code != 0,
        _ => true,
    }
}

/// Whether one of the Pod's containers may have all started again (`AllContainersCouldRestart`).
pub(crate) fn may_restart_all(pod: &Pod) -> bool {
    specs(pod).any(|own| own["restartPolicyRules"].array().iter().any(|rule| rule["action"].str() == ALL))
}

fn specs(pod: &Pod) -> impl Iterator<Item = &Value> {
    let spec = &pod.object["spec"];
    spec["initContainers"].array().iter().chain(spec["containers"].array())
}

/// What the first of a container's rules that speaks of `code` wants; nothing where none does.
fn action(container: &Value, code: i64) -> &str {
    let applies = |rule: &&Value| {
        let codes = &rule["exitCodes"];
        codes["values"].array().iter().any(|value| value.int() == code) == (codes["operator"].str() == "In")
    };
    container["restartPolicyRules"].array().iter().find(applies).map_or("", |rule| rule["action"].str())
}

impl Worker<'_, '_> {
    /// Ends the containers whose image the spec no longer names; the pass after their end starts them anew.
    pub(crate) fn end_changed(&mut self) {
        for index in 0..self.pod.containers.len() {
            let container = &self.pod.containers[index];
            let changed = self.pod.spec_of(index)["image"].str() != container.asked_image;
            if changed && container.running() && !container.ending() {
                let text = format!("Container {} definition changed, will be restarted", container.name);
                self.container_event(index, EventSpec::normal("Killing", text));
                self.ask_to_end(index, self.cx.now + self.grace());
                self.pod.containers[index].changed = true;
            }
        }
    }

    /// Notices that a container has ended for which all are to be started again.
    pub(crate) fn heed_restart_rules(&mut self) {
        let pod = &self.pod;
        let asks = |(index, container): (usize, &Container)| {
            let ended = container.exited().filter(|_| !container.changed);
            ended.is_some_and(|ended| action(pod.spec_of(index), i64::from(ended.code)) == ALL)
        };
        if !pod.restarting && pod.containers.iter().enumerate().any(asks) {
            self.pod.restarting = true;
            for container in self.pod.containers.iter_mut().filter(|c| !c.ephemeral && !c.id.is_empty()) {
                container.changed = true;
            }
        }
        self.pod.silent &= !self.pod.restarting;
    }

    /// Ends those that still run, without their hooks and their grace; when none is left, the Pod begins anew in its sandbox.
    pub(crate) fn restart_all(&mut self) {
        let now = self.cx.now;
        let running: Vec<usize> = (0..self.pod.containers.len())
            .filter(|index| self.pod.containers[*index].changed && self.pod.containers[*index].running())
            .collect();
        for index in &running {
            if !self.pod.containers[*index].ending() {
                self.container_event(*index, EventSpec::normal("Killing", "killing"));
                self.signal(*index, now);
            }
        }
        if running.is_empty() {
            self.pod.restarting = false;
            self.pod.initialized = false;
            self.pod.sync_at = Some(now);
        }
    }
}
