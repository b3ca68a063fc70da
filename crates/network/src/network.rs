//! The cluster's network as one value: who is plugged in where, the Pods' addresses, the Services' rules.

use crate::bridge::Bridge;
use crate::conntrack::Conntrack;
use crate::dns;
use crate::gateway::{self, Gateways};
use crate::gear::Gear;
use crate::ingress::Ingresses;
use crate::outside;
use crate::packet::Place;
use crate::packet::Protocol;
use crate::plugin::Plugin;
use crate::policy::Policies;
use crate::proxy::{Mode, Proxy};
use crate::service::{Range, Slice};
use crate::weave::Weave;
use api::OrdMap;
use api::{Kind, Rng, Str, Time, Value, kind, meta};
use std::net::Ipv4Addr;

/// The network. A clone is cheap.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// How Pods get their addresses. To be set before there is a node.
    pub plugin: Plugin,
    /// The Pods' addresses with weave-net. Nodes join it by [`Weave::join`] or [`Weave::join_from`].
    pub weave: Weave,
    /// The Pods' addresses with the plugin `bridge`: it learns the nodes' ranges from the API.
    pub(crate) ranges: Bridge,
    /// The range of the Services' addresses, if it is another than [`Range::SERVICES`].
    pub services: Option<Range>,
    /// Where the API server listens, if that is no machine of the cluster.
    pub hosted: Option<Ipv4Addr>,
    /// The rules of every node's kube-proxy.
    pub proxy: Proxy,
    /// What ingress controllers are configured by.
    pub ingresses: Ingresses,
    /// What gateways are configured by.
    pub gateways: Gateways,
    /// What the nodes' kernels remember of connections.
    pub conntrack: Conntrack,
    pub(crate) dns: dns::Config,
    clock: Time,
    pub(crate) policies: Policies,
    nodes: OrdMap<Str, Host>,
    node_by_address: OrdMap<u32, Str>,
    off: OrdMap<Str, ()>,
    /// Nodes whose network cable is pulled.
    cut: OrdMap<Str, ()>,
    /// What is set on the nodes' own stacks.
    pub(crate) gear: OrdMap<Str, Gear>,
    pods: OrdMap<u32, Pod>,
    pod_addresses: OrdMap<Str, u32>,
}

/// A node as the network sees it.
#[derive(Clone, Debug)]
pub(crate) struct Host {
    pub(crate) address: Ipv4Addr,
    /// Whether an outside load balancer sends it anything.
    pub(crate) balanced: bool,
    /// Its zone (the label `topology.kubernetes.io/zone`).
    pub(crate) zone: Str,
}

/// A Pod that is plugged into its node's bridge.
#[derive(Clone, Debug)]
pub(crate) struct Pod {
    pub(crate) uid: Str,
    pub(crate) node: Str,
}

/// What the network asks about the machines that it connects.
pub trait Machines {
    /// Whether something at `place` (a node with its host-network Pods, or a Pod) accepts on `port`.
    fn listens(&self, place: &Place, port: u16, protocol: Protocol) -> bool;
    /// The text of `/etc/resolv.conf` at `place`; for `Outside` the workstation's.
    fn resolv_conf(&self, place: &Place) -> String;
    /// The text of `/etc/hosts` at `place`; for `Outside` the workstation's.
    fn hosts(&self, place: &Place) -> String;
    /// The Corefile by which whoever listens at port 53 of `place` answers for names: empty for the cluster's own CoreDNS, which
    /// follows its ConfigMap; none for what is no name server.
    fn corefile(&self, _place: &Place) -> Option<Str> {
        Some(Str::default())
    }
    /// The Pod with this UID, as its node knows it.
    fn pod(&self, uid: &str) -> Option<&Value>;
}

impl Network {
    /// Takes what the API says of a Service, an EndpointSlice, a Node, a NetworkPolicy, a Namespace, an Ingress or
    /// an IngressClass; other kinds mean
    /// nothing here. `deleted`: `object` is gone, and this was its last state.
    pub fn observe(&mut self, kind: &Kind, object: &Value, deleted: bool) {
        match kind {
            k if k == kind::SERVICE => {
                match deleted {
                    true => self.proxy.remove_service(object.namespace(), object.name()),
                    false => self.proxy.set_service(object),
                }
                self.clear_stale(object.namespace(), object.name());
            }
            k if k == kind::ENDPOINT_SLICE => {
                match deleted {
                    true => self.proxy.remove_slice(object),
                    false => self.proxy.set_slice(object),
                }
                self.clear_stale(object.namespace(), Slice::service_of(object));
            }
            k if k == kind::CONFIG_MAP => self.set_config(object, deleted),
            k if k == kind::NODE => self.set_node(object, deleted),
            k if k == kind::NETWORK_POLICY => self.policies.set_policy(object, deleted),
            k if k == kind::INGRESS => self.ingresses.set_ingress(object, deleted),
            k if k == kind::INGRESS_CLASS => self.ingresses.set_class(object, deleted),
            k if k == kind::NAMESPACE => self.policies.set_namespace(object, deleted),
            k if k.group == gateway::GROUP => self.gateways.set(k.kind, object, deleted),
            _ => {}
        }
    }

    /// Where a gateway of a controller sends a request.
    pub fn route_gateway(&self, controller: &str, asked: &gateway::Asked<'_>, rng: &mut Rng) -> gateway::Way {
        self.gateways.route(controller, asked, &|namespace| self.policies.labels(namespace), rng)
    }

    /// Takes a ConfigMap of the system's that a part of the network is configured by.
    fn set_config(&mut self, object: &Value, deleted: bool) {
        if object.namespace() != "kube-system" || deleted {
            return;
        }
        match object.name() {
            "kube-proxy" => self.proxy.configured = Mode::read(object),
            "coredns" => self.dns.set(object, self.clock),
            _ => {}
        }
    }

    /// A container of a Pod has started on a node: kube-proxy and CoreDNS read their configuration now.
    pub fn started(&mut self, node: &str, pod: &Value) {
        if pod.namespace() != "kube-system" {
            return;
        }
        match pod.labels()["k8s-app"].str() {
            "kube-proxy" => self.proxy.start(node),
            "kube-dns" => self.dns.restart(),
            _ => {}
        }
    }

    /// The moment at which what comes by [`Network::observe`] has happened.
    pub fn set_now(&mut self, now: Time) {
        self.clock = now;
    }

    /// The moment at which what was told last has happened.
    pub(crate) fn now(&self) -> Time {
        self.clock
    }

    /// Whether a Namespace is there, as CoreDNS asks.
    pub(crate) fn has_namespace(&self, name: &str) -> bool {
        self.policies.has_namespace(name)
    }

    /// Forgets the UDP connections to endpoints that a Service no longer has.
    fn clear_stale(&mut self, namespace: &str, name: &str) {
        let key = crate::service::key(namespace, name);
        let Some(rules) = self.proxy.derived(&key) else { return self.conntrack.clear_stale(&key, &[]) };
        if rules.service.ports.iter().any(|port| port.protocol == Protocol::Udp) {
            let serving: Vec<_> = rules.ports.iter().flat_map(|port| &port.targets).map(|target| target.to).collect();
            self.conntrack.clear_stale(&key, &serving);
        }
    }

    /// Pulls a node's network cable, or plugs it in again. Its Pods stay, but no packet leaves or reaches the node.
    pub fn set_link(&mut self, node: &str, up: bool) {
        match up {
            true => drop(self.cut.remove(node)),
            false => drop(self.cut.insert(node.into(), ())),
        }
    }

    /// Switches a node's power. Without power its Pods are gone and packets to it are lost.
    pub fn set_power(&mut self, node: &str, on: bool) {
        if on {
            self.off.remove(node);
            return;
        }
        self.off.insert(node.into(), ());
        self.gear.remove(node);
        let gone: Vec<(u32, Str)> = self
            .pods
            .iter()
            .filter(|(_, pod)| pod.node == node)
            .map(|(address, pod)| (*address, pod.uid.clone()))
            .collect();
        for (address, uid) in gone {
            self.pods.remove(&address);
            self.pod_addresses.remove(&uid);
        }
        self.take_all_back(node);
    }

    /// Plugs a Pod into its node's bridge (the CNI plugin's ADD).
    ///
    /// # Errors
    /// What the plugin says where the node has no network yet, or no address left.
    pub fn attach(&mut self, node: &str, uid: &str) -> Result<Ipv4Addr, String> {
        let address = self.give(node, uid)?;
        self.pods.insert(address.to_bits(), Pod { uid: uid.into(), node: node.into() });
        self.pod_addresses.insert(uid.into(), address.to_bits());
        Ok(address)
    }

    /// Unplugs a Pod (the CNI plugin's DEL).
    pub fn detach(&mut self, node: &str, uid: &str) {
        self.take_back(node, uid);
        if let Some(address) = self.pod_addresses.remove(uid) {
            self.pods.remove(&address);
        }
    }

    /// The address of a node or a Pod; the workstation's for `Outside`.
    pub fn address(&self, place: &Place) -> Option<Ipv4Addr> {
        match place {
            Place::Outside => Some(outside::WORKSTATION),
            Place::Node(name) => self.nodes.get(name).map(|host| host.address),
            Place::Pod(uid) => self.pod_addresses.get(uid).map(|bits| Ipv4Addr::from_bits(*bits)),
        }
    }

    /// Who has an address.
    pub fn place(&self, address: Ipv4Addr) -> Option<Place> {
        if let Some(pod) = self.pods.get(&address.to_bits()) {
            return Some(Place::Pod(pod.uid.clone()));
        }
        let node = self.node_by_address.get(&address.to_bits()).cloned().map(Place::Node);
        node.or_else(|| self.is_outside(address).then_some(Place::Outside))
    }

    /// Whether an address is that of a machine outside the cluster.
    pub fn is_outside(&self, address: Ipv4Addr) -> bool {
        outside::exists(address) || self.hosted == Some(address)
    }

    /// Whether a node has power and its network interface is up.
    pub fn is_on(&self, node: &str) -> bool {
        !self.off.contains_key(node) && self.has_link(node) && self.gear(node).is_none_or(|gear| !gear.eth0_down)
    }

    /// Whether a node's network cable is plugged in.
    pub fn has_link(&self, node: &str) -> bool {
        !self.cut.contains_key(node)
    }

    pub(crate) fn pod_at(&self, address: Ipv4Addr) -> Option<&Pod> {
        self.pods.get(&address.to_bits())
    }

    pub(crate) fn node_at(&self, address: Ipv4Addr) -> Option<&Str> {
        self.node_by_address.get(&address.to_bits())
    }

    /// The node of a Pod that has a network of its own.
    pub fn node_of(&self, uid: &str) -> Option<Str> {
        let address = self.pod_addresses.get(uid)?;
        self.pods.get(address).map(|pod| pod.node.clone())
    }

    /// A node's zone; empty where it has none.
    pub fn zone(&self, node: &str) -> Str {
        self.nodes.get(node).map(|host| host.zone.clone()).unwrap_or_default()
    }

    pub(crate) fn nodes(&self) -> impl Iterator<Item = (&Str, &Host)> {
        self.nodes.iter()
    }

    fn set_node(&mut self, node: &Value, deleted: bool) {
        if deleted {
            // The machine is where it was, whatever the API knows: its kubelet may register it again.
            if let Some(host) = self.nodes.get_mut(node.name()) {
                host.balanced = false;
            }
            return;
        }
        if let Some(old) = self.nodes.remove(node.name()) {
            self.node_by_address.remove(&old.address.to_bits());
        }
        let addresses = node.at("status.addresses").array();
        let internal = addresses.iter().find(|a| a["type"].str() == "InternalIP");
        let Some(address) = internal.and_then(|a| a["address"].str().parse::<Ipv4Addr>().ok()) else { return };
        self.configure(node.name(), node.at("spec.podCIDR").str());
        let excluded = node
            .labels()
            .as_object()
            .is_some_and(|labels| labels.contains_key("node.kubernetes.io/exclude-from-external-load-balancers"));
        let zone = node.labels()["topology.kubernetes.io/zone"].to_str();
        let ready = meta::condition(node, "Ready")["status"].str() == "True";
        self.node_by_address.insert(address.to_bits(), node.name().into());
        self.nodes.insert(node.name().into(), Host { address, balanced: ready && !excluded, zone });
    }
}
