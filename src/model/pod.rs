//! One Pod as the picture shows it.

use super::Claim;
use super::container::{self, BackOff, Container, Source};
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
    /// A container crashed and waits to be started again.
    BackOff,
    /// Its node had no room for it any more.
    Evicted,
    /// Being deleted.
    Terminating,
}

/// A Pod.
#[derive(Clone, Debug, PartialEq)]
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
    /// What stands in the way of a Pod without a node, in the scheduler's words; or why it was evicted.
    pub message: Str,
    /// Its init containers, then its containers.
    pub containers: Vec<Container>,
    /// When a container that crashed is started again.
    pub back_off: Option<BackOff>,
    /// What it mounts, and what its environment comes from.
    pub sources: Vec<Source>,
    /// Its labels.
    pub labels: Value,
    /// The UID of its controller, such as its ReplicaSet.
    pub controller: Str,
    /// The UID of the topmost owner that is known (a Deployment rather than its ReplicaSet); empty without owner.
    pub owner: Str,
    /// The owner's colour; none without owner.
    pub hue: Option<u8>,
    /// Which of the owner's ReplicaSets has made it, counted from 0: in a rolling update, old and new look different.
    pub nth: u8,
    /// Whether it belongs to the system (namespace kube-system).
    pub system: bool,
    /// A short name for a system Pod's mark: what it runs rather than what it is called.
    pub mark: Str,
    /// Whether an image is being pulled for it.
    pub pulling: bool,
    /// `metadata.creationTimestamp`, as text: the order in a room.
    pub created: Str,
}

// JSON has no number that differs from itself. With `Eq`, two `Rc` that are one are equal at once.
impl Eq for Pod {}

impl Pod {
    /// Reads a Pod. Owner colour and pulling are the world's to say.
    pub fn read(pod: &Value) -> Pod {
        let containers = container::containers(pod);
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
            message: message(pod),
            containers,
            back_off: container::back_off(pod),
            sources: container::sources(pod),
            labels: pod.labels().clone(),
            controller: pod.controller()["uid"].to_str(),
            owner: pod.controller()["uid"].to_str(),
            hue: None,
            nth: 0,
            system: pod.namespace() == "kube-system",
            mark: mark(pod),
            pulling: false,
            created: pod.at("metadata.creationTimestamp").to_str(),
        }
    }

    /// What is said of the Pod beside its name: its IP once it has one, and its phase. `doing` is a word for what happens to it
    /// right now, if there is one.
    pub fn facts(&self, doing: Option<&str>) -> Vec<String> {
        let mut facts = Vec::new();
        if !self.ip.is_empty() {
            facts.push(self.ip.to_string());
        }
        facts.extend(doing.map(str::to_owned));
        facts.push(self.state.to_string());
        if self.state != self.phase {
            facts.push(format!("({})", self.phase));
        }
        let (ready, of) = self.ready();
        if of > 1 {
            facts.push(format!("{ready}/{of}"));
        }
        facts
    }

    /// How many of its containers are ready, and how many it has; init containers do not count.
    pub fn ready(&self) -> (usize, usize) {
        let main = || self.containers.iter().filter(|container| !container.init);
        (main().filter(|container| container.ready).count(), main().count())
    }

    /// How often its containers were started again, in all.
    pub fn restarts(&self) -> i64 {
        self.containers.iter().map(|container| container.restarts).sum()
    }

    /// How a container that does not run ended the last time; empty if none did.
    pub fn last_end(&self) -> &str {
        let ended = |container: &&Container| !container.running && !container.last.is_empty();
        self.containers.iter().find(ended).map_or("", |container| &container.last)
    }

    /// Whether it mounts the storage that a claim has got.
    pub fn mounts(&self, claim: &Claim) -> bool {
        let is_it = |source: &Source| source.kind == "PersistentVolumeClaim" && source.name == claim.name;
        self.namespace == claim.namespace && self.sources.iter().any(is_it)
    }

    /// Whether it has ended and will not run again.
    pub fn over(&self) -> bool {
        self.look == PodState::Succeeded
    }

    /// The name in three parts: what the owner is called, the hash of a Pod template, and what tells Pods of one owner apart.
    pub fn split_name(&self) -> [&str; 3] {
        let Some(dash) = self.name.rfind('-').filter(|dash| !self.owner.is_empty() && *dash > 0) else {
            return [&self.name, "", ""];
        };
        let (stem, tail) = self.name.split_at(dash);
        match self.labels["pod-template-hash"].str() {
            "" => [stem, "", tail],
            hash => match stem.strip_suffix(hash).filter(|base| base.ends_with('-')) {
                Some(base) => [&stem[..base.len() - 1], &stem[base.len() - 1..], tail],
                None => [stem, "", tail],
            },
        }
    }
}

/// What the scheduler says of a Pod that waits, or the kubelet of one that it evicted.
fn message(pod: &Value) -> Str {
    let scheduled = api::meta::condition(pod, "PodScheduled");
    match scheduled["status"].str() {
        "False" => scheduled["message"].to_str(),
        _ => pod.at("status.message").to_str(),
    }
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
    let bad = containers.iter().any(|c| c.failed) || container::is_failure(&text);
    let look = match phase.as_str() {
        "Succeeded" => PodState::Succeeded,
        "Failed" if status["reason"].str() == "Evicted" => PodState::Evicted,
        "Failed" => PodState::Failed,
        _ if bad && text.ends_with("CrashLoopBackOff") => PodState::BackOff,
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
