//! What a kubelet and its container runtime remember of their node.

use api::{OrdMap, OrdSet};
use api::{Str, Time, Value};
use apiserver::Cause;
use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::sync::Arc;

/// How a node is made.
#[derive(Clone, Debug, Default)]
pub struct NodeConfig {
    /// Its name.
    pub name: Str,
    /// Its address.
    pub address: Str,
    /// Labels besides the kubelet's own.
    pub labels: Vec<(Str, Str)>,
    /// Taints that it registers with: entries of `spec.taints`.
    pub taints: Vec<Value>,
    /// CPUs.
    pub cpus: i64,
    /// Memory in KiB.
    pub memory_kib: i64,
    /// How many Pods it takes.
    pub pods: i64,
    /// Manifests of static Pods, as in `/etc/kubernetes/manifests`.
    pub static_pods: Vec<Value>,
    /// Images that are on its disk from the beginning. The image of the Pods' sandboxes always is.
    pub preloaded: Vec<Str>,
    /// Where Pods are told to ask for names (`clusterDNS`), if it is elsewhere than with kubeadm.
    pub cluster_dns: Option<Ipv4Addr>,
}

/// The image that every Pod's sandbox is made of.
const SANDBOX_IMAGE: &str = "registry.k8s.io/pause:3.10.1";

fn preloaded(config: &NodeConfig) -> OrdMap<Str, (i64, Str)> {
    let names = config.preloaded.iter().map(Str::as_str).chain([SANDBOX_IMAGE]);
    let found = names.filter_map(|name| {
        let reference = crate::Reference::parse(name).ok()?;
        let found = crate::start::pull(&reference, &crate::Registry::default(), &[]).ok()?;
        Some((reference.full(), (found.size, found.id)))
    });
    found.collect()
}

impl NodeConfig {
    /// A node like those of the recordings: 4 CPUs, 7940484Ki of memory, 110 Pods.
    pub fn new(name: &str, address: &str) -> NodeConfig {
        let (name, address) = (name.into(), address.into());
        NodeConfig { name, address, cpus: 4, memory_kib: 7_940_484, pods: 110, ..NodeConfig::default() }
    }
}

/// A node: its kubelet and its container runtime.
#[derive(Clone, Debug)]
pub struct Node {
    /// How it was made.
    pub config: Arc<NodeConfig>,
    /// Whether the kubelet runs.
    pub kubelet: bool,
    /// Whether the machine has power.
    pub power: bool,
    /// Names the boot: another one after each.
    pub boot_id: Str,
    /// The images on its disk by full name, with their sizes in bytes and their `imageID`.
    pub images: OrdMap<Str, (i64, Str)>,
    /// What is known of those that users have described.
    pub(crate) own_images: OrdMap<Str, Arc<crate::OwnImage>>,
    /// The Pods it has something of, by [`Pod::id`].
    pub pods: OrdSet<Str>,
    /// When in a second the kubelet looks at the runtime, in microseconds.
    pub(crate) relist_phase: i64,
    pub(crate) pulls: VecDeque<Pull>,
    pub(crate) pulling: Option<(Pull, Time)>,
    pub(crate) registered: bool,
    pub(crate) reported: Time,
    pub(crate) dirty: bool,
    /// Whether it does not reach the API, and whether its kubelet ran when that happened.
    pub cut: bool,
    pub(crate) kubelet_was: bool,
    /// Bytes of memory that processes beside the Pods' use: what somebody started on the machine.
    pub(crate) load: i64,
    /// Whether a container that needs much memory has run on it.
    pub(crate) heavy: bool,
    /// When it was last short of memory, while it counts as under pressure; and of disk.
    pub(crate) memory_pressure: Option<Time>,
    pub(crate) disk_pressure: Option<Time>,
    /// The manifests folder as its kubelet has seen it last, and the static Pods in it.
    pub(crate) manifest_files: Vec<(Str, vfs::Bytes)>,
    pub(crate) manifests: Vec<Value>,
    /// Whether something big has been written on its disk.
    pub(crate) bulky: bool,
    /// When its images were last looked through for what nobody needs, and whether that gave too little.
    pub(crate) collected: Option<Time>,
    pub(crate) collection_failed: bool,
}

/// A pull that waits for its turn, or is under way.
#[derive(Clone, Debug)]
pub(crate) struct Pull {
    pub(crate) pod: Str,
    pub(crate) image: Str,
    /// What the Pod may show the registry.
    pub(crate) keyring: Vec<crate::credentials::Login>,
    pub(crate) asked: Time,
    pub(crate) began: Time,
    /// Why the Pod was looked at that asks for it.
    pub(crate) cause: Cause,
    /// Why the registry cannot be reached, if it cannot.
    pub(crate) unreachable: Option<String>,
}

impl Node {
    pub(crate) fn new(config: NodeConfig, boot_id: Str, relist_phase: i64) -> Node {
        Node {
            images: preloaded(&config),
            own_images: OrdMap::new(),
            config: Arc::new(config),
            kubelet: true,
            power: true,
            boot_id,
            pods: OrdSet::new(),
            relist_phase,
            pulls: VecDeque::new(),
            pulling: None,
            registered: false,
            reported: Time::default(),
            dirty: true,
            cut: false,
            kubelet_was: false,
            load: 0,
            heavy: false,
            memory_pressure: None,
            disk_pressure: None,
            manifest_files: Vec::new(),
            manifests: Vec::new(),
            bulky: false,
            collected: None,
            collection_failed: false,
        }
    }

    /// Whether the kubelet ran when the network interface went down.
    pub fn kubelet_ran(&self) -> bool {
        self.kubelet_was
    }

    /// The first moment after `now` at which the kubelet looks at the runtime (the PLEG's relist, once a second).
    pub(crate) fn relist_after(&self, now: Time) -> Time {
        const PERIOD: i64 = 1_000_000;
        let passed = (now.0 - self.relist_phase).rem_euclid(PERIOD);
        Time(now.0 + PERIOD - passed)
    }
}
