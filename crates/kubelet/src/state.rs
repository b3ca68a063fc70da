//! What a kubelet and its container runtime remember: nodes, Pods, containers.

mod node;

use crate::process::Process;
use api::{Str, Time, Value};
use apiserver::Delay;
use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use node::Pull;
pub use node::{Node, NodeConfig};

/// A Pod on its node.
#[derive(Clone, Debug)]
pub struct Pod {
    /// Its UID; for a static Pod, the hash of its manifest.
    pub id: Str,
    /// Its node.
    pub node: Str,
    /// The object as it was last seen. What the API says after it is gone, it said before.
    pub object: Value,
    /// Its address, once it has one.
    pub ip: Option<Str>,
    /// Where its node's kubelet tells it to ask for names (`clusterDNS` in the kubelet's configuration).
    pub(crate) cluster_dns: Ipv4Addr,
    /// Whether its sandbox exists.
    pub sandbox: bool,
    /// Its containers: the init containers first.
    pub containers: Vec<Container>,
    /// Whether the object is gone from the API.
    pub(crate) gone: bool,
    pub(crate) started: Option<Time>,
    /// Why the kubelet itself has given the Pod up: reason and message of its failure.
    pub(crate) verdict: Option<(Str, Str)>,
    /// Whether it was never taken on.
    pub(crate) refused: bool,
    pub(crate) initialized: bool,
    /// Whether a container has ended in a way for which all are to be started again, and not all have ended yet.
    pub(crate) restarting: bool,
    pub(crate) work: Work,
    /// The containers that this pass still has to start.
    pub(crate) plan: VecDeque<usize>,
    pub(crate) pass: Pass,
    /// When the next pass begins.
    pub(crate) sync_at: Option<Time>,
    /// When the last pass ended. The next one that has to do with the runtime waits until a relist has seen what it did.
    pub(crate) synced: Option<Time>,
    /// Whether it begins without a report: a container that a probe had killed is replaced within one pass.
    pub(crate) silent: bool,
    pub(crate) life: Life,
    pub(crate) volumes: Vec<Volume>,
    pub(crate) mount_failures: u32,
    /// How far a change of its resources has got.
    pub(crate) resize: crate::resize::Resize,
    /// Back-off of image pulls, by image.
    pub(crate) pull_backoffs: Vec<(Str, Delay, String)>,
}

/// How a pass over the Pod's containers has gone so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pass {
    pub(crate) failed: bool,
    pub(crate) started: bool,
    /// When the runtime's state changed last: the next relist will see that.
    pub(crate) changed: Option<Time>,
}

/// What the Pod's worker waits for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Work {
    Nothing,
    Sandbox(Time),
    Pull(Option<PullResult>),
    Start(Time),
    /// The container with this place has begun, and its `postStart` runs.
    Hook(usize),
    Stop,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PullResult {
    pub(crate) error: Option<String>,
    pub(crate) took: Duration,
    pub(crate) waited: Duration,
    pub(crate) size: i64,
}

/// The Pod worker's three states (pkg/kubelet/pod_workers.go).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    Syncing,
    Terminating,
    Terminated,
    /// Nothing is left to do.
    Finished,
}

/// A volume of a Pod that is mounted.
#[derive(Clone, Debug)]
pub struct Volume {
    /// Its name in the Pod.
    pub name: Str,
    /// The disk it is on.
    pub disk: Str,
    /// The directory of the disk.
    pub sub_path: Str,
    /// Whether it can only be read.
    pub read_only: bool,
}

/// A container.
#[derive(Clone, Debug)]
pub struct Container {
    /// Its name.
    pub name: Str,
    /// Whether it is one of the init containers.
    pub init: bool,
    /// Whether it is an init container that keeps running.
    pub sidecar: bool,
    /// Whether it was added to the running Pod, to look into it.
    pub ephemeral: bool,
    /// Its state in the runtime.
    pub state: State,
    /// How it ended before this time.
    pub last: Option<Terminated>,
    /// How often it was started again.
    pub restarts: i64,
    /// `containerd://...`; empty before it was created.
    pub id: Str,
    /// The image's full name and `imageID`, once created.
    pub image: (Str, Str),
    /// The description of its image, if that is a user's own.
    pub own: Option<Arc<crate::OwnImage>>,
    /// The image as the spec named it when it was created.
    pub(crate) asked_image: Str,
    /// The resources that the kubelet has allocated to it, as `spec.containers[].resources` writes them.
    pub(crate) allocated: Value,
    /// Those that it has.
    pub(crate) actual: Value,
    /// Its process, while it runs.
    pub process: Option<Process>,
    /// What it wrote.
    pub log: Vec<LogLine>,
    /// What it wrote before it was started again.
    pub previous_log: Option<Vec<LogLine>>,
    /// Variables that the Pod sets.
    pub env: Vec<(Str, Str)>,
    /// Variables that name the Services: shared by the Pods of a namespace.
    pub service_env: Arc<Vec<(Str, Str)>>,
    /// Whether its readiness probe, if it has one, says yes.
    pub ready: bool,
    /// Whether its startup probe, if it has one, has said yes.
    pub started: bool,
    pub(crate) reason: Option<(Str, String)>,
    pub(crate) backoff: Option<Delay>,
    pub(crate) probes: Vec<crate::probes::Probe>,
    /// Commands of probes that wait for the network.
    pub(crate) pending: Vec<crate::exec::Pending>,
    /// The hook that runs.
    pub(crate) hook: Option<Box<crate::hooks::Hook>>,
    /// Whether a probe had it killed, and the pass that replaces it has not yet looked at its back-off.
    pub(crate) replaced: bool,
    /// Whether it was asked to end because its image changed or all are to be started again: it is, whatever its policy.
    pub(crate) changed: bool,
    /// It is to end, and has its `preStop`'s time and its turn until then.
    pub(crate) stop: Option<Time>,
    /// When it is to be killed, and the exit code that this will give.
    pub(crate) dies: Option<(Time, i32)>,
    /// CPU time spent on requests since it was measured last, in microseconds.
    pub(crate) work: u64,
    /// Bytes of memory that requests have left behind.
    pub(crate) held: i64,
    pub(crate) measured: Time,
    /// What its process asks a server for again and again, and the pause between two times.
    pub(crate) asks: Option<(Str, Duration)>,
}

/// A container's state.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// It was never created.
    Waiting,
    /// It runs.
    Running(Time),
    /// It has ended.
    Exited(Terminated),
}

/// How a container ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Terminated {
    /// Its exit code.
    pub code: i32,
    /// `Completed`, `Error`, `OOMKilled` ...
    pub reason: Str,
    /// More about it; may be empty.
    pub message: Str,
    /// When it began.
    pub started: Time,
    /// When it ended.
    pub finished: Time,
    /// Its `containerd://...`.
    pub id: Str,
}

/// One line of a log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// When it was written.
    pub at: Time,
    /// The line, without its newline.
    pub text: Str,
}

impl Container {
    pub(crate) fn new(spec: &Value, init: bool) -> Container {
        Container {
            name: spec["name"].to_str(),
            init,
            sidecar: init && spec["restartPolicy"].str() == "Always",
            ephemeral: false,
            state: State::Waiting,
            last: None,
            restarts: 0,
            id: Str::default(),
            image: (Str::default(), Str::default()),
            own: None,
            asked_image: Str::default(),
            allocated: spec["resources"].clone(),
            actual: spec["resources"].clone(),
            process: None,
            log: Vec::new(),
            previous_log: None,
            env: Vec::new(),
            service_env: Arc::default(),
            ready: false,
            started: false,
            reason: None,
            backoff: None,
            probes: Vec::new(),
            pending: Vec::new(),
            hook: None,
            replaced: false,
            changed: false,
            stop: None,
            dies: None,
            work: 0,
            held: 0,
            measured: Time::default(),
            asks: None,
        }
    }

    /// Whether it runs.
    pub fn running(&self) -> bool {
        matches!(self.state, State::Running(_))
    }

    /// Whether it has been asked to end, or will be as soon as its `preStop` is over.
    pub(crate) fn ending(&self) -> bool {
        self.dies.is_some() || self.stop.is_some()
    }

    /// Since when it runs.
    pub fn started_at(&self) -> Option<Time> {
        match &self.state {
            State::Running(since) => Some(*since),
            _ => None,
        }
    }

    /// How it ended, if it has.
    pub fn exited(&self) -> Option<&Terminated> {
        match &self.state {
            State::Exited(terminated) => Some(terminated),
            _ => None,
        }
    }
}

/// The address of cluster DNS, unless it is told another: kubeadm takes the tenth of the Services' range.
pub(crate) const CLUSTER_DNS: Ipv4Addr = Ipv4Addr::new(10, 96, 0, 10);

impl Pod {
    /// Lets the worker look at the Pod at a moment, if it does not look earlier.
    pub(crate) fn sync_by(&mut self, at: Time) {
        self.sync_at = Some(self.sync_at.map_or(at, |before| before.min(at)));
    }

    pub(crate) fn new(id: Str, node: Str, object: Value) -> Pod {
        let spec = &object["spec"];
        let init = spec["initContainers"].array().iter().map(|c| Container::new(c, true));
        let containers = init.chain(spec["containers"].array().iter().map(|c| Container::new(c, false))).collect();
        let mut pod = Pod {
            id,
            node,
            ip: None,
            cluster_dns: CLUSTER_DNS,
            sandbox: false,
            containers,
            gone: false,
            started: None,
            verdict: None,
            refused: false,
            initialized: false,
            restarting: false,
            work: Work::Nothing,
            plan: VecDeque::new(),
            pass: Pass::default(),
            sync_at: None,
            synced: None,
            silent: false,
            life: Life::Syncing,
            volumes: Vec::new(),
            mount_failures: 0,
            resize: Default::default(),
            pull_backoffs: Vec::new(),
            object,
        };
        pod.adopt_ephemeral();
        pod
    }

    /// Takes on the ephemeral containers that have been added to the object.
    pub(crate) fn adopt_ephemeral(&mut self) {
        for spec in self.object["spec"]["ephemeralContainers"].array() {
            if self.container(spec["name"].str()).is_none() {
                self.containers.push(Container { ephemeral: true, ..Container::new(spec, false) });
            }
        }
    }

    /// The spec of the container with this place in [`Pod::containers`].
    pub fn spec_of(&self, index: usize) -> &Value {
        let init = self.object["spec"]["initContainers"].array();
        init.get(index)
            .or_else(|| self.object["spec"]["containers"].array().get(index - init.len()))
            .or_else(|| {
                let name = self.containers.get(index)?.name.as_str();
                self.object["spec"]["ephemeralContainers"].array().iter().find(|c| c["name"].str() == name)
            })
            .unwrap_or(&api::NULL)
    }

    /// Whether it uses its node's network.
    pub fn host_network(&self) -> bool {
        self.object["spec"]["hostNetwork"].bool()
    }

    /// The container of this name.
    pub fn container(&self, name: &str) -> Option<&Container> {
        self.containers.iter().find(|c| c.name == name)
    }

    /// Whether the object is being deleted, or gone.
    pub(crate) fn deleting(&self) -> bool {
        self.gone || self.object.deleting()
    }

    /// `spec.containers{nginx}`, as events name it.
    pub(crate) fn field_path(&self, index: usize) -> String {
        let container = &self.containers[index];
        let list = match container.ephemeral {
            true => "ephemeralContainers",
            false if container.init => "initContainers",
            false => "containers",
        };
        format!("spec.{list}{{{}}}", container.name)
    }
}
