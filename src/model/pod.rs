//! One Pod as the picture shows it.

use api::{Str, Value};

/// What a Pod's shape and colour say; its text is [`Pod::state`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PodState {
    /// No node yet.
    Pending,
    /// On a node, containers not all started.
    Starting,
    /// Running, but not Ready.
    Unready,
    /// Running and Ready.
    Ready,
    /// All containers ended well.
    Succeeded,
    /// A container failed, or cannot start.
    Failed,
    /// Being deleted.
    Terminating,
}

/// A container of a Pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// Its name.
    pub name: Str,
    /// Its image, as the spec names it.
    pub image: Str,
    /// Whether it runs.
    pub running: bool,
    /// Whether it failed or cannot start.
    pub failed: bool,
}

/// A Pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pod {
    /// `metadata.uid`
    pub uid: Str,
    /// Its namespace.
    pub namespace: Str,
    /// Its name.
    pub name: Str,
    /// The node it is bound to; empty while it waits for one.
    pub node: Str,
    /// Its address, once it has one.
    pub ip: Str,
    /// `status.phase`
    pub phase: Str,
    /// What kubectl prints in the column STATUS.
    pub state: Str,
    /// What its shape and colour say.
    pub look: PodState,
    /// How many of its containers are ready.
    pub ready: usize,
    /// Its containers.
    pub containers: Vec<Container>,
    /// The UID of the topmost owner that is known (a Deployment rather than its ReplicaSet); empty without owner.
    pub owner: Str,
    /// The owner's colour; none without owner.
    pub hue: Option<u8>,
    /// Whether it belongs to the system (namespace kube-system).
    pub system: bool,
    /// A short name for a system Pod's mark: what it runs rather than what it is called.
    pub mark: Str,
    /// Whether an image is being pulled for it.
    pub pulling: bool,
    /// `metadata.creationTimestamp`, as text: the order in a room.
    pub created: Str,
}

impl Pod {
    /// Reads a Pod. Owner colour and pulling are the world's to say.
    pub fn read(pod: &Value) -> Pod {
        let containers = containers(pod);
        let (state, look) = state(pod, &containers);
        Pod {
            uid: pod.uid().into(),
            namespace: pod.namespace().into(),
            name: pod.name().into(),
            node: pod.at("spec.nodeName").to_str(),
            ip: pod.at("status.podIP").to_str(),
            phase: pod.at("status.phase").to_str(),
            state,
            look,
            ready: pod.at("status.containerStatuses").array().iter().filter(|status| status["ready"].bool()).count(),
            containers,
            owner: pod.controller()["uid"].to_str(),
            hue: None,
            system: pod.namespace() == "kube-system",
            mark: mark(pod),
            pulling: false,
            created: pod.at("metadata.creationTimestamp").to_str(),
        }
    }

    /// The Pod's accessible name: begins with its name, contains its IP once it has one, and its phase. What is drawn of
    /// it is the same words in the same order. `doing` is a word for what happens to it right now, if there is one.
    pub fn label(&self, doing: Option<&str>) -> String {
        let mut label = self.name.to_string();
        let mut add = |text: &str| {
            label.push(' ');
            label.push_str(text);
        };
        if !self.ip.is_empty() {
            add(&self.ip);
        }
        doing.into_iter().for_each(&mut add);
        add(&self.state);
        if self.state != self.phase {
            add(&format!("({})", self.phase));
        }
        if self.containers.len() > 1 {
            add(&format!("{}/{}", self.ready, self.containers.len()));
        }
        label
    }

    /// The name in two parts: what Pods of one owner share, and what tells them apart.
    pub fn split_name(&self) -> (&str, &str) {
        match self.name.rfind('-') {
            Some(dash) if !self.owner.is_empty() && dash > 0 => self.name.split_at(dash + 1),
            _ => (&self.name, ""),
        }
    }
}

fn containers(pod: &Value) -> Vec<Container> {
    let statuses = pod["status"]["containerStatuses"].array();
    let read = |container: &Value| {
        let name = container["name"].str();
        let status = statuses.iter().find(|s| s["name"].str() == name).unwrap_or(&api::NULL);
        let waiting = status["state"]["waiting"]["reason"].str();
        let exited = &status["state"]["terminated"];
        Container {
            name: name.into(),
            image: container["image"].to_str(),
            running: !status["state"]["running"].is_null(),
            failed: is_failure(waiting) || exited["exitCode"].int() != 0,
        }
    };
    pod["spec"]["containers"].array().iter().map(read).collect()
}

/// Reasons for waiting that will not pass by themselves soon.
fn is_failure(reason: &str) -> bool {
    reason.contains("BackOff") || reason.starts_with("Err") || reason.ends_with("Error") || reason == "InvalidImageName"
}

/// The column STATUS (`printPod` of k8s.io/kubernetes/pkg/printers/internalversion), and what it looks like.
fn state(pod: &Value, containers: &[Container]) -> (Str, PodState) {
    let status = &pod["status"];
    let phase = status["phase"].to_str();
    if pod.deleting() {
        return ("Terminating".into(), PodState::Terminating);
    }
    let mut text = match status["reason"].str() {
        "" => phase.clone(),
        reason => reason.into(),
    };
    if let Some(init) = unfinished_init(pod) {
        text = init;
    } else {
        for container in status["containerStatuses"].array().iter().rev() {
            let state = &container["state"];
            let (waiting, ended) = (&state["waiting"]["reason"], &state["terminated"]);
            if !waiting.str().is_empty() {
                text = waiting.to_str();
            } else if !ended["reason"].str().is_empty() {
                text = ended["reason"].to_str();
            } else if !ended.is_null() {
                text = format!("ExitCode:{}", ended["exitCode"].int()).into();
            }
        }
    }
    let bad = containers.iter().any(|c| c.failed) || is_failure(&text);
    let look = match phase.as_str() {
        "Succeeded" => PodState::Succeeded,
        "Failed" => PodState::Failed,
        _ if bad => PodState::Failed,
        "Running" if api::meta::is_pod_ready(pod) => PodState::Ready,
        "Running" => PodState::Unready,
        _ if pod.at("spec.nodeName").str().is_empty() => PodState::Pending,
        _ => PodState::Starting,
    };
    (text, look)
}

/// `Init:1/2` while init containers run.
fn unfinished_init(pod: &Value) -> Option<Str> {
    let statuses = pod["status"]["initContainerStatuses"].array();
    let total = pod["spec"]["initContainers"].len();
    let done = |s: &&Value| !s["state"]["terminated"].is_null() && s["state"]["terminated"]["exitCode"].int() == 0;
    let finished = statuses.iter().filter(done).count();
    if total == 0 || statuses.is_empty() || finished == total {
        return None;
    }
    let current = statuses.iter().find(|s| !done(s))?;
    let reason = current["state"]["waiting"]["reason"].str();
    if !reason.is_empty() && reason != "PodInitializing" {
        return Some(format!("Init:{reason}").into());
    }
    Some(format!("Init:{finished}/{total}").into())
}

/// The names of a Pod's owner, or of what it is a part of, without what all system Pods share.
fn mark(pod: &Value) -> Str {
    let owner = pod.controller();
    let labels = pod.labels();
    let name = match owner["kind"].str() {
        "DaemonSet" => owner["name"].str(),
        "ReplicaSet" => owner["name"].str().rsplit_once('-').map_or(owner["name"].str(), |(name, _)| name),
        _ => match (labels["component"].str(), pod.name()) {
            ("", name) => name,
            (component, _) => component,
        },
    };
    name.strip_prefix("kube-").unwrap_or(name).into()
}
