//! The kubelets of all nodes, as one component.

mod pulls;

use crate::process::Program;
use crate::state::{Life, Node, NodeConfig, Pod};
use crate::worker::Worker;
use crate::{admission, node, resize, static_pods, usage, volumes};
use api::{OrdMap, OrdSet};
use api::{Str, Time, Value, kind};
use apiserver::{Component, Context, EventType, WatchEvent, WorkKey};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;
use vfs::Fs;

/// What comes of it when a node's container runtime connects to a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dial {
    /// It is there, so much later, and gives so many bytes a second (0: as many as it has).
    Open(Duration, u64),
    /// It cannot be reached: what the dialer says of it, and after how long it gives up.
    Failed(String, Duration),
}

/// How a node's network is asked (the Container Network Interface).
pub trait NetworkPlugin {
    /// Plugs a Pod into its node's network and returns its address.
    ///
    /// # Errors
    /// What the plugin says, such as that no address is left.
    fn add(&mut self, node: &str, pod_uid: &str) -> Result<Ipv4Addr, String>;
    /// Unplugs a Pod.
    fn delete(&mut self, node: &str, pod_uid: &str);
    /// Whether the node's plugin is configured. Before, only Pods with `hostNetwork` can start, and the node is NotReady.
    fn ready(&self, node: &str) -> bool;
    /// A container of `pod` has started on `node`; says whether that has made the network [`NetworkPlugin::ready`].
    fn started(&mut self, node: &str, pod: &Value) -> bool;
    /// Connects a node to a registry, by HTTPS.
    fn dial(&self, _node: &str, _host: &str) -> Dial {
        Dial::Open(Duration::ZERO, 0)
    }
    /// Whether a node reaches its own Pods.
    fn reaches_pods(&self, _node: &str) -> bool {
        true
    }
}

/// All kubelets, and the container runtimes of their nodes. A clone is a snapshot.
#[derive(Clone, Debug, Default)]
pub struct Kubelets<N> {
    /// The network plugin.
    pub network: N,
    pub(crate) nodes: OrdMap<Str, Arc<Node>>,
    pub(crate) pods: OrdMap<Str, Arc<Pod>>,
    /// Pods by `namespace/name`.
    pub(crate) names: OrdMap<Str, Str>,
    pub(crate) disks: OrdMap<Str, Fs>,
    service_env: OrdMap<Str, Arc<Vec<(Str, Str)>>>,
    /// Pods by the ConfigMaps and Secrets (`namespace/name`) that their volumes show.
    shown: OrdMap<Str, OrdSet<Str>>,
    /// The images that users have described.
    pub registry: crate::Registry,
    /// Pods in which a request has ended a process, and that have not been looked at since.
    fallen: Vec<WorkKey>,
    /// What images start by themselves: shared by all containers of an image.
    programs: OrdMap<Str, Arc<Program>>,
    /// What containers ask servers for, and nobody has carried yet.
    pub(crate) asks: Vec<crate::Ask>,
    /// Tools of scripts that need the network, and nobody has run yet.
    pub(crate) calls: Vec<crate::NetworkCall>,
    /// Whoever runs the tools of scripts; none where nobody can.
    pub tools: Option<crate::Tools>,
    /// Pods whose resize waits until their node has more to give.
    deferred: OrdSet<Str>,
}

impl<N: NetworkPlugin> Kubelets<N> {
    /// No nodes yet.
    pub fn new(network: N) -> Kubelets<N> {
        Kubelets {
            network,
            nodes: OrdMap::new(),
            pods: OrdMap::new(),
            names: OrdMap::new(),
            disks: OrdMap::new(),
            service_env: OrdMap::new(),
            shown: OrdMap::new(),
            registry: crate::Registry::default(),
            fallen: Vec::new(),
            programs: OrdMap::new(),
            asks: Vec::new(),
            calls: Vec::new(),
            tools: None,
            deferred: OrdSet::new(),
        }
    }

    /// Switches a new node on: its kubelet registers it, and starts its static Pods.
    pub fn add_node(&mut self, config: NodeConfig, cx: &mut Context<'_>) {
        const MICROS: u32 = 1_000_000;
        let name = config.name.clone();
        let phase = i64::from(cx.rng.below(MICROS));
        self.nodes.insert(name.clone(), Arc::new(Node::new(config, cx.rng.uid(), phase)));
        cx.enqueue_after(WorkKey::new("node", "", name), Duration::ZERO);
    }

    /// Takes an object that is bound to a node; says which Pod it is if it is to be looked at.
    pub(crate) fn take(&mut self, node: &str, object: &Value, now: Time) -> Option<Str> {
        let id: Str = static_pods::hash_of(object).unwrap_or_else(|| object["metadata"]["uid"].to_str());
        if let Some(pod) = self.pods.get_mut(&id).map(Arc::make_mut) {
            let same = pod.object.generation() == object.generation() && pod.object.deleting() == object.deleting();
            let sooner = pod.object.at("metadata.deletionGracePeriodSeconds")
                != object.at("metadata.deletionGracePeriodSeconds");
            pod.object = object.clone();
            pod.adopt_ephemeral();
            if same && !sooner {
                return None;
            }
            pod.sync_by(now);
            return Some(id);
        }
        if static_pods::hash_of(object).is_none() && self.nodes.get(node).is_none_or(|n| !n.kubelet) {
            return None;
        }
        let mut pod = Pod::new(id.clone(), node.into(), object.clone());
        pod.sync_at = Some(now);
        if let Some(dns) = self.nodes.get(node).and_then(|node| node.config.cluster_dns) {
            pod.cluster_dns = dns;
        }
        self.insert(object_name(object), pod);
        Some(id)
    }

    fn insert(&mut self, name: Str, pod: Pod) {
        if let Some(node) = self.node_mut(&pod.node.clone()) {
            node.pods.insert(pod.id.clone());
        }
        for source in volumes::references(&pod) {
            self.shown.entry(source).or_default().insert(pod.id.clone());
        }
        self.names.insert(name, pod.id.clone());
        self.pods.insert(pod.id.clone(), Arc::new(pod));
    }

    /// Forgets a Pod of which nothing is left.
    fn forget(&mut self, pod: &Pod) {
        if let Some(node) = self.node_mut(&pod.node) {
            node.pods.remove(&pod.id);
        }
        let name = object_name(&pod.object);
        if self.names.get(&name) == Some(&pod.id) {
            self.names.remove(&name);
        }
        for source in volumes::references(pod) {
            let Some(pods) = self.shown.get_mut(&source) else { continue };
            pods.remove(&pod.id);
            if pods.is_empty() {
                self.shown.remove(&source);
            }
        }
        for container in &pod.containers {
            self.disks.remove(&volumes::root_disk(&pod.id, &container.name));
        }
        let own = format!("volume/{}/", pod.id);
        for volume in pod.volumes.iter().filter(|volume| volume.disk.starts_with(&own)) {
            self.disks.remove(&volume.disk);
            for container in &pod.containers {
                self.disks.remove(&volumes::frozen_disk(volume, &container.name));
            }
        }
    }

    fn run_pod(&mut self, id: &str, cx: &mut Context<'_>) {
        let Some(pod) = self.pods.get(id) else { return };
        let refusal = self.refusal(pod, cx);
        let allocation = self.allocation(pod);
        let Some(pod) = self.pods.get_mut(id).map(Arc::make_mut) else { return };
        if refusal.is_some() {
            pod.verdict = refusal;
        }
        let mut finished = false;
        if let Some(node) = self.nodes.get_mut(&pod.node).map(Arc::make_mut).filter(|node| node.kubelet) {
            let (disks, network) = (&mut self.disks, &mut self.network);
            let (service_env, programs) = (&mut self.service_env, &mut self.programs);
            let mut worker = Worker { pod, node, disks, network, service_env, programs, tools: self.tools, cx };
            if let Some(allocation) = allocation {
                worker.resize(allocation);
            }
            worker.run();
            finished = worker.pod.life == Life::Finished;
        }
        usage::collect_asks(pod, &mut self.asks, &mut self.calls);
        if matches!(pod.resize.pending, Some(("Deferred", _))) {
            self.deferred.insert(id.into());
        } else if !self.deferred.is_empty() {
            self.deferred.remove(id);
        }
        if finished && let Some(pod) = self.pods.remove(id) {
            self.forget(&pod);
            // What it had is free for those that wait.
            for waiting in &self.deferred {
                if self.pods.get(waiting).is_some_and(|other| other.node == pod.node) {
                    cx.enqueue(WorkKey::new("pod", pod.node.clone(), waiting.clone()));
                }
            }
        }
    }

    /// Whether a node gives a Pod what it asks for by now; nothing where it asks for what it has.
    fn allocation(&self, pod: &Pod) -> Option<resize::Allocation> {
        if !resize::is_wanted(pod) {
            return None;
        }
        let node = self.nodes.get(&pod.node).filter(|node| node.kubelet)?;
        let others = node.pods.iter().filter_map(|id| self.pods.get(id).map(|pod| &**pod));
        Some(resize::allocation(pod, node, others))
    }

    /// Why a node does not take a new Pod on. Those that the scheduler has bound it has checked.
    fn refusal(&self, pod: &Pod, cx: &Context<'_>) -> Option<(Str, Str)> {
        if pod.started.is_some() || is_static(&pod.object) {
            return None;
        }
        let node = self.nodes.get(&pod.node).filter(|node| node.kubelet)?;
        if let Some(pressures) = node.pressures().filter(|_| admission::suffers(node, &pod.object)) {
            return Some(("Evicted".into(), format!("The node had condition: [{pressures}]. ").into()));
        }
        if api::condition(&pod.object, "PodScheduled")["status"].str() == "True" {
            return None;
        }
        let object = cx.client.get(kind::NODE, "", &pod.node)?;
        let others = node.pods.iter().filter_map(|id| self.pods.get(id).map(|pod| &**pod));
        admission::refusal(pod, node, &object, others)
    }

    fn run_node(&mut self, name: &str, cx: &mut Context<'_>) {
        self.relieve(name, cx);
        let Some(state) = self.nodes.get_mut(name).map(Arc::make_mut).filter(|state| state.kubelet) else { return };
        let first = !state.registered;
        node::run(state, self.network.ready(name), cx);
        let config = state.config.clone();
        if first {
            if !config.static_pods.is_empty() {
                self.node_mounts(name, cx.now);
            }
            self.read_manifests(name, cx);
            for object in cx.client.pods_on(name) {
                if let Some(id) = self.take(name, &object, cx.now) {
                    cx.enqueue(WorkKey::new("pod", name, id));
                }
            }
        } else {
            self.read_manifests(name, cx);
        }
    }

    pub(crate) fn start_static(&mut self, node: &str, mirror: &Value, cx: &mut Context<'_>) {
        if let Some(id) = self.take(node, mirror, cx.now) {
            cx.enqueue(WorkKey::new("pod", node, id));
        }
    }

    /// The mirror of a static Pod has been deleted: the Pod does not care, and the kubelet makes another mirror.
    fn mirror_again(&mut self, old: &Value, cx: &mut Context<'_>) {
        let Some(node) = self.nodes.get(old.at("spec.nodeName").str()) else { return };
        let config = node.config.clone();
        let hash = static_pods::hash_of(old);
        let manifest = node.manifests.iter().find(|m| Some(static_pods::hash(m)) == hash);
        let mirror = manifest.and_then(|manifest| static_pods::mirror(&config, manifest, cx));
        if let (Some(hash), Some(mirror)) = (hash, mirror)
            && let Some(pod) = self.pods.get_mut(&hash).map(Arc::make_mut)
        {
            pod.object = mirror;
            pod.sync_at = Some(cx.now);
            cx.enqueue(WorkKey::new("pod", config.name.clone(), hash));
        }
    }

    pub(crate) fn node_mut(&mut self, name: &str) -> Option<&mut Node> {
        self.nodes.get_mut(name).map(Arc::make_mut)
    }

    /// Takes the Pods in which a request has ended a process: they are to be looked at.
    pub fn take_fallen(&mut self) -> Vec<WorkKey> {
        std::mem::take(&mut self.fallen)
    }

    /// Notes a Pod in which a process may just have ended.
    pub(crate) fn look_at(&mut self, id: &str) {
        let Some(pod) = self.pods.get(id) else { return };
        let fell = |c: &crate::Container| c.running() && c.process.as_ref().is_some_and(|p| p.ended.is_some());
        if pod.containers.iter().any(fell) {
            self.fallen.push(WorkKey::new("pod", pod.node.clone(), pod.id.clone()));
        }
    }

    pub(crate) fn pods_of(&self, node: &str) -> Vec<Str> {
        self.nodes.get(node).map(|node| node.pods.iter().cloned().collect()).unwrap_or_default()
    }

    /// A ConfigMap or Secret has changed: volumes show that when the kubelet looks at the Pod next, every 60 to 90 s.
    fn observe_source(&mut self, object: &Value, cx: &mut Context<'_>) {
        const ROUND: u32 = 90_000;
        for id in self.shown.get(&object_name(object)).into_iter().flatten() {
            let Some(node) = self.pods.get(id).map(|pod| pod.node.clone()) else { continue };
            let wait = Duration::from_millis(u64::from(cx.rng.below(ROUND)));
            cx.enqueue_after(WorkKey::new("volumes", node, id.clone()), wait);
        }
    }

    fn refresh_volumes(&mut self, id: &str, cx: &mut Context<'_>) {
        let Some(pod) = self.pods.get(id).filter(|pod| pod.sandbox) else { return };
        if let Some(node) = self.nodes.get(&pod.node).filter(|node| node.kubelet) {
            volumes::refresh(pod, &node.config, &mut self.disks, &cx.client, cx.now);
        }
    }

    /// A node has got its range of addresses: the kubelet tells its container runtime, whose network plugin may wait for that
    /// (pkg/kubelet/kubelet_network.go: `updatePodCIDR`), and says so in the node's status.
    fn observe_node(&mut self, event: &WatchEvent, cx: &mut Context<'_>) {
        let range = |node: &Value| node["spec"]["podCIDR"].to_str();
        if range(&event.object) != range(&event.old)
            && let Some(node) = self.node_mut(event.object.name())
        {
            node.dirty = true;
            cx.enqueue(WorkKey::new("node", "", event.object.name()));
        }
    }

    fn observe_pod(&mut self, event: &WatchEvent, cx: &mut Context<'_>) {
        let object = &event.object;
        let node = object.at("spec.nodeName").str();
        if node.is_empty() || !self.nodes.get(node).is_some_and(|state| state.kubelet && state.registered) {
            return;
        }
        if is_static(object) {
            if event.event == EventType::Deleted {
                self.mirror_again(object, cx);
            } else if object.deleting() && event.old["metadata"]["deletionTimestamp"].is_null() {
                cx.enqueue(WorkKey::new("mirror", object.namespace(), object.name()));
            }
            return;
        }
        if event.event != EventType::Deleted {
            let said = |pod: &Value| (pod["metadata"]["labels"].clone(), pod["metadata"]["annotations"].clone());
            if event.event == EventType::Modified && volumes::shows_itself(object) && said(object) != said(&event.old) {
                cx.enqueue_after(WorkKey::new("volumes", node, object.uid()), Duration::from_secs(1));
            }
            if let Some(id) = self.take(node, object, cx.now) {
                cx.enqueue(WorkKey::new("pod", node, id));
            }
            return;
        }
        let Some(pod) = self.pods.get_mut(object.uid()).map(Arc::make_mut) else { return };
        pod.gone = true;
        pod.sync_at = Some(cx.now);
        cx.enqueue(WorkKey::new("pod", node, object.uid()));
    }
}

impl<N: NetworkPlugin> Component for Kubelets<N> {
    fn observe(&mut self, event: &WatchEvent, cx: &mut Context<'_>) {
        if event.kind == kind::POD {
            self.observe_pod(event, cx);
        } else if event.kind == kind::CONFIG_MAP || Some(event.kind) == crate::env::secret_kind() {
            self.observe_source(&event.object, cx);
        } else if event.kind == kind::NODE {
            self.observe_node(event, cx);
        } else if event.kind == kind::SERVICE {
            self.service_env.remove(event.object.namespace());
            if event.object.namespace() == "default" {
                self.service_env.clear();
            }
        }
    }

    fn run(&mut self, key: &WorkKey, cx: &mut Context<'_>) {
        match key.what {
            "pod" => self.run_pod(&key.name, cx),
            "pull" => self.run_pulls(&key.name, cx),
            "node" => self.run_node(&key.name, cx),
            "volumes" => self.refresh_volumes(&key.name, cx),
            "mirror" => static_pods::delete_mirror(&key.namespace, &key.name, cx),
            _ => {}
        }
    }
}

/// `namespace/name`
pub(crate) fn object_name(object: &Value) -> Str {
    format!("{}/{}", object.namespace(), object.name()).into()
}

pub(crate) fn is_static(object: &Value) -> bool {
    static_pods::hash_of(object).is_some()
}
