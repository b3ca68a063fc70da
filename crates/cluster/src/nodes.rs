//! The machines: how they come into the cluster, and what people do to them.

use crate::bootstrap::{self, MASTER_ADDRESS};
use crate::cluster::Cluster;
use crate::cni::Cni;
use crate::made::{ControlPlane, cluster_dns};
use crate::past::Deed;
use crate::queue::ComponentId;
use api::{Str, list, obj};
use apiserver::{Cause, Context, WorkKey};
use kubelet::{Kubelets, NodeConfig};
use network::Plugin;
use std::net::Ipv4Addr;
use std::time::Duration;

/// Steps of the installation, as work of [`ComponentId::Installer`].
const ADD_NODE: &str = "add-node";
const ADD_ONS: &str = "add-ons";

/// When the add-ons are installed, and when the workers join one after the other, after the control plane's machine was
/// switched on.
const ADD_ONS_AFTER: Duration = Duration::from_secs(20);
const FIRST_WORKER_AFTER: Duration = Duration::from_secs(60);
/// Where the control plane is hosted, the add-ons come last: when there is a worker for them.
const HOSTED_ADD_ONS_AFTER: Duration = Duration::from_secs(70);
const WORKERS_APART: Duration = Duration::from_secs(25);
/// Many workers join faster, so that all are there after so long; of very many nobody waits for another one. Each second that
/// passes meanwhile is one of all their heartbeats, and one in which a DaemonSet looks at all of them.
const WORKERS_WITHIN: Duration = Duration::from_secs(120);
const VERY_MANY_WITHIN: Duration = Duration::from_secs(5);
const VERY_MANY: usize = 100;

/// The time from one worker's joining to the next one's.
fn apart(workers: usize) -> Duration {
    let within = if workers > VERY_MANY { VERY_MANY_WITHIN } else { WORKERS_WITHIN };
    WORKERS_APART.min(within / workers.max(1) as u32)
}

/// Images that the nodes of the recorded cluster had (`tests/oracle`: in no scenario does one of these have to be pulled, while
/// all others are, the first time).
pub(crate) const PRELOADED: [&str; 2] = ["nginx:1.25", "nginx:1.26"];

impl Cluster {
    /// Queues the installation. Without add-ons all nodes are there at once, and know each other.
    pub(crate) fn install(&mut self) {
        let workers = self.options().workers;
        let names: Vec<String> =
            std::iter::once("master".to_owned()).chain((1..=workers).map(|n| format!("node{n}"))).collect();
        let addons = self.options().addons;
        for (index, name) in names.into_iter().enumerate() {
            let after = match index {
                0 => Duration::ZERO,
                _ if !addons => Duration::from_millis(1),
                n => FIRST_WORKER_AFTER + apart(workers) * (n as u32 - 1),
            };
            self.queue_installation(after, WorkKey::new(ADD_NODE, index.to_string(), name));
        }
        if addons {
            let after = match self.options().control_plane {
                ControlPlane::Static => ADD_ONS_AFTER,
                ControlPlane::Hosted => HOSTED_ADD_ONS_AFTER,
            };
            self.queue_installation(after, WorkKey::new(ADD_ONS, "", ""));
        }
    }

    /// How long the installation takes, from the first machine's start until all is quiet.
    pub(crate) fn installation_time(addons: bool, workers: usize) -> Duration {
        match addons {
            true => FIRST_WORKER_AFTER + apart(workers) * workers as u32 + Duration::from_secs(40),
            false => Duration::from_secs(30),
        }
    }

    pub(crate) fn installation_step(&mut self, key: &WorkKey) {
        match key.what {
            ADD_ONS => bootstrap::addons(&mut self.api, &self.options),
            _ => {
                let index = key.namespace.parse().unwrap_or_default();
                self.add_node(index, &key.name);
            }
        }
    }

    fn add_node(&mut self, index: u32, name: &str) {
        let first: u32 = MASTER_ADDRESS.parse::<Ipv4Addr>().map(u32::from).unwrap_or_default();
        let address = Ipv4Addr::from(first + index).to_string();
        let mut config = NodeConfig::new(name, &address);
        config.pods = self.options().max_pods as i64;
        config.preloaded = self.options().preload.clone();
        config.cluster_dns = self.options().service_range.as_ref().map(cluster_dns);
        if index == 0 {
            // The labels and the taint that kubeadm puts on the control plane's node (cmd/kubeadm/app/constants).
            let labels =
                ["node-role.kubernetes.io/control-plane", "node.kubernetes.io/exclude-from-external-load-balancers"];
            config.labels = labels.map(|label| (label.into(), "".into())).to_vec();
            let taint = obj! { "key" => "node-role.kubernetes.io/control-plane", "effect" => "NoSchedule" };
            config.taints = list![taint].array().to_vec();
            if self.options().addons && self.options().control_plane == ControlPlane::Static {
                let (services, pods) = (self.options().services(), self.options().cni.range());
                config.static_pods =
                    kubelet::control_plane(&address, &services.text, pods.map(|range| range.text.as_str()));
            }
        }
        if !self.options().addons && self.options().cni == Plugin::Weave {
            self.kubelets.network.join(name);
        }
        self.with_kubelets(Cause::default(), |kubelets, cx| kubelets.add_node(config, cx));
    }

    /// Stops a node's kubelet, as `systemctl stop kubelet` on it does: its containers go on, unattended.
    pub fn stop_kubelet(&mut self, node: &str) {
        self.note_act(Deed::StopKubelet, node);
        self.kubelets.stop_kubelet(node);
    }

    /// Starts a node's kubelet again.
    pub fn start_kubelet(&mut self, node: &str) {
        self.act(Deed::StartKubelet, node, |kubelets, cx| kubelets.start_kubelet(node, cx));
    }

    /// Pulls a node's network cable, or plugs it in again.
    pub fn set_link(&mut self, node: &str, up: bool) {
        self.kubelets.network.network.set_link(node, up);
        let deed = if up { Deed::LinkUp } else { Deed::LinkDown };
        self.reconnect(deed, node);
    }

    /// Changes what is set on a node's own network stack: rules of iptables, interfaces, shaping.
    pub fn change_gear(&mut self, node: &str, change: &mut dyn FnMut(&mut network::Gear)) {
        if self.kubelets.node(node).is_some_and(|node| node.power) {
            change(self.kubelets.network.network.gear_mut(node));
            self.reconnect(Deed::ChangeNetwork, node);
        }
    }

    /// Tells kubelets whether they reach the API server, after a deed has changed something on the way.
    fn reconnect(&mut self, deed: Deed, node: &str) {
        let changed = self.cut_or_joined();
        self.act(deed, node, |kubelets, cx| {
            changed.iter().for_each(|(name, reaches)| kubelets.set_link(name, *reaches, cx));
        });
    }

    /// The nodes whose way to the API server has changed, and whether they reach it now.
    fn cut_or_joined(&self) -> Vec<(Str, bool)> {
        const API: (&str, u16) = ("master", 6443);
        let running = self.kubelets.nodes().filter(|node| node.power);
        let changed = running.filter_map(|node| {
            let reaches = self.network().reaches_api(&node.config.name, API.0, API.1);
            (reaches == node.cut).then(|| (node.config.name.clone(), reaches))
        });
        changed.collect()
    }

    /// Somebody has had his hands in a node's files: its kubelet sees what has changed among its manifests.
    pub fn files_touched(&mut self, node: &str) {
        if self.kubelets.manifests_changed(node) {
            self.act(Deed::WriteManifest, node, |kubelets, cx| kubelets.read_manifests(node, cx));
        }
    }

    /// Gets the token that the containers of a Pod (by UID) see, if that is due.
    pub fn show_token(&mut self, pod: &str) {
        if self.kubelets.token_due(pod, self.now()) {
            self.with_kubelets(Cause::default(), |kubelets, cx| kubelets.show_token(pod, cx));
        }
    }

    /// Something big has been written on a node's disk.
    pub fn disk_written(&mut self, node: &str) {
        self.act(Deed::FillDisk, node, |kubelets, cx| kubelets.disk_written(node, cx));
    }

    /// Processes on a node, beside those of Pods, take `bytes` of its memory, or give them back.
    pub fn load_memory(&mut self, node: &str, bytes: i64) {
        let deed = if bytes > 0 { Deed::TakeMemory } else { Deed::FreeMemory };
        self.act(deed, node, |kubelets, cx| kubelets.load_memory(node, bytes, cx));
    }

    /// Switches a node's power off or on.
    pub fn set_power(&mut self, node: &str, on: bool) {
        self.kubelets.network.network.set_power(node, on);
        let now = self.now();
        let deed = if on { Deed::PowerOn } else { Deed::PowerOff };
        self.act(deed, node, |kubelets, cx| match on {
            true => kubelets.power_on(node, cx),
            false => kubelets.power_off(node, now),
        });
        if !self.cut_or_joined().is_empty() {
            self.reconnect(deed, node);
        }
    }

    /// Ends a container's main process from inside, as `kill 1` in it does; `pod` is the Pod's UID.
    pub fn kill(&mut self, pod: &str, container: &str, code: i32) {
        let name = self.kubelets.pod_by_id(pod).map(|pod| pod.object.name().to_owned()).unwrap_or_default();
        self.act(Deed::Kill, &name, |kubelets, cx| kubelets.kill(pod, container, code, cx));
    }

    /// Does something to a machine or a process, and remembers it as the cause of what comes of it.
    fn act(&mut self, deed: Deed, object: &str, act: impl FnOnce(&mut Kubelets<Cni>, &mut Context<'_>)) {
        let cause = self.note_act(deed, object);
        self.api.begin(cause);
        self.with_kubelets(cause, act);
        self.dispatch(None);
    }

    fn note_act(&mut self, deed: Deed, object: &str) -> Cause {
        let now = self.now();
        Cause::new(self.past.note_act(deed, object, now))
    }

    fn queue_installation(&mut self, after: Duration, key: WorkKey) {
        let at = self.now() + after;
        self.queue.add(at, ComponentId::Installer, key, Cause::default());
    }
}
