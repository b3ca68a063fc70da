//! kube-proxy in iptables mode: the rules that every node has, kept up to date from Services and EndpointSlices.
//!
//! A packet is looked up by address and port, or by node port, in an index: its cost does not grow with the number of
//! Services. As in the real rules, the endpoints of a port are tried in turn, the i-th of n with probability 1/(n-i).

pub mod ipvs;
mod rules;
mod translate;

use crate::names;
use crate::packet::{Packet, Protocol};
use crate::service::{self, Service, ServicePort, Slice};
use crate::trace::Reason;
use api::OrdMap;
use api::{Str, Time, Value};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;

pub use ipvs::Mode;
pub use rules::{PortRules, Reach, Rules, Target};
pub use translate::Seen;

/// The rules. A clone is cheap.
#[derive(Clone, Debug, Default)]
pub struct Proxy {
    services: OrdMap<Str, Arc<Service>>,
    slices: OrdMap<Str, OrdMap<Str, Arc<Slice>>>,
    /// A number for each Service: packets are looked up by it, as comparing names would be most of the work.
    numbers: OrdMap<Str, u32>,
    keys: OrdMap<u32, Str>,
    last: u32,
    by_address: OrdMap<(Protocol, u32, u16), (u32, Door)>,
    by_node_port: OrdMap<(Protocol, u16), u32>,
    by_health_port: OrdMap<u16, Str>,
    rules: OrdMap<u32, Arc<Rules>>,
    /// What kube-proxy's ConfigMap says; each node's heeds it when it starts.
    pub(crate) configured: Mode,
    /// The nodes that work in another mode than iptables.
    modes: OrdMap<Str, Mode>,
    /// How many connections each virtual server has given out.
    rounds: OrdMap<ipvs::Server, u32>,
    recent: OrdMap<(Str, Str, u32), (SocketAddrV4, Time)>,
}

/// By which of a Service's addresses a packet came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// The cluster IP.
    ClusterIp,
    /// One of `spec.externalIPs`.
    ExternalIp,
    /// The load balancer's address.
    LoadBalancer,
    /// A node port.
    NodePort,
}

impl Door {
    /// As kube-proxy's comments name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Door::ClusterIp => "cluster IP",
            Door::ExternalIp => "external IP",
            Door::LoadBalancer => "loadbalancer IP",
            Door::NodePort => "node port",
        }
    }
}

/// What the rules do with a packet.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// No rule is about it.
    NoRule,
    /// There is no endpoint: an ICMP "port unreachable" goes back (`KUBE-SERVICES ... -j REJECT`).
    Reject(Rule, Reason),
    /// Thrown away: the policy is `Local` and this node has no endpoint, or the load balancer does not take such a source.
    Drop(Rule, Reason),
    /// It gets an endpoint's address.
    Translate(Rule, Choice),
}

/// The rule that matched.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The Service's namespace.
    pub namespace: Str,
    /// The Service's name.
    pub name: Str,
    /// The port at the Service.
    pub port: u16,
    /// By which of its addresses.
    pub door: Door,
    /// The chains it went through, in order.
    pub chains: Vec<Str>,
}

/// The endpoint that was picked.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The port's name, from which its chain has its own; empty in IPVS mode, which has no chains.
    pub port_name: Str,
    /// Its address and port.
    pub to: SocketAddrV4,
    /// Its Pod's UID, if it is a Pod.
    pub pod: Str,
    /// The how-manieth it is, from 0.
    pub index: u32,
    /// Of how many. The rule that matched had the probability 1/(of - index).
    pub of: u32,
    /// Whether it is the one that the client got before (session affinity).
    pub again: bool,
    /// Whether the packet gets the node's address as its source.
    pub masquerade: bool,
}

impl Choice {
    /// Its `KUBE-SEP-...` chain, for a packet of `protocol`; in IPVS mode the real server. (A hash: made when somebody looks.)
    pub fn chain(&self, protocol: Protocol) -> Str {
        match self.port_name.as_str() {
            "" => self.to.to_string().into(),
            name => names::endpoint_chain(name, protocol.lower(), self.to),
        }
    }
}

impl Proxy {
    /// Takes a Service as it now is.
    pub fn set_service(&mut self, object: &Value) {
        let service = Service::read(object);
        let key = service.key();
        self.remove_service(&service.namespace, &service.name);
        self.last += 1;
        let number = self.last;
        self.numbers.insert(key.clone(), number);
        self.keys.insert(number, key.clone());
        for port in &service.ports {
            for (address, door) in addresses(&service) {
                self.by_address.insert((port.protocol, address.to_bits(), port.port), (number, door));
            }
            if port.node_port != 0 {
                self.by_node_port.insert((port.protocol, port.node_port), number);
            }
        }
        if service.health_port != 0 {
            self.by_health_port.insert(service.health_port, key.clone());
        }
        self.services.insert(key, Arc::new(service));
    }

    /// Forgets a Service.
    pub fn remove_service(&mut self, namespace: &str, name: &str) {
        let key = service::key(namespace, name);
        self.outdated(&key);
        if let Some(number) = self.numbers.remove(&key) {
            self.keys.remove(&number);
        }
        let Some(service) = self.services.remove(&key) else { return };
        self.by_health_port.remove(&service.health_port);
        for port in &service.ports {
            for (address, _) in addresses(&service) {
                self.by_address.remove(&(port.protocol, address.to_bits(), port.port));
            }
            self.by_node_port.remove(&(port.protocol, port.node_port));
        }
    }

    /// What was derived of a Service is no longer so.
    fn outdated(&mut self, key: &Str) {
        if let Some(number) = self.numbers.get(key) {
            self.rules.remove(number);
        }
    }

    /// Takes an EndpointSlice as it now is.
    pub fn set_slice(&mut self, object: &Value) {
        let service = Slice::service_of(object);
        if service.is_empty() || object["addressType"].str() == "IPv6" {
            return;
        }
        let key = service::key(object.namespace(), service);
        self.outdated(&key);
        let slices = self.slices.entry(key).or_default();
        slices.insert(object.name().into(), Arc::new(Slice::read(object)));
    }

    /// Forgets an EndpointSlice.
    pub fn remove_slice(&mut self, object: &Value) {
        let key = service::key(object.namespace(), Slice::service_of(object));
        self.outdated(&key);
        let Some(slices) = self.slices.get_mut(&key) else { return };
        slices.remove(object.name());
        if slices.is_empty() {
            self.slices.remove(&key);
        }
    }

    /// The Service `namespace/name`.
    pub fn service(&self, namespace: &str, name: &str) -> Option<&Service> {
        self.services.get(&service::key(namespace, name)).map(|service| &**service)
    }

    /// All Services, by namespace and name.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        self.services.values().map(|service| &**service)
    }

    /// The EndpointSlices of a Service.
    pub fn slices(&self, namespace: &str, name: &str) -> impl Iterator<Item = &Slice> {
        self.slices.get(&service::key(namespace, name)).into_iter().flat_map(|slices| slices.values().map(|s| &**s))
    }

    /// The Service whose load balancer has `address` and serves `port` there.
    pub fn by_load_balancer(
        &self,
        protocol: Protocol,
        address: Ipv4Addr,
        port: u16,
    ) -> Option<(&Service, &ServicePort)> {
        let (number, door) = self.by_address.get(&(protocol, address.to_bits(), port))?;
        if *door != Door::LoadBalancer {
            return None;
        }
        let service = self.services.get(self.keys.get(number)?)?;
        let port = service.ports.iter().find(|p| p.port == port && p.protocol == protocol)?;
        Some((service, port))
    }

    /// Whether a load balancer has `address`, at whatever port.
    pub fn is_load_balancer(&self, address: Ipv4Addr) -> bool {
        let from = (Protocol::Tcp, address.to_bits(), 0);
        let here = self.by_address.range(from..).next();
        here.is_some_and(|((_, bits, _), (_, door))| *bits == address.to_bits() && *door == Door::LoadBalancer)
    }

    /// Whether `node` has an endpoint of the port that is ready: what a health check of the load balancer asks.
    pub fn has_local(&self, service: &Service, port: &ServicePort, node: &str) -> bool {
        self.port_rules(service, port).is_some_and(|port| port.ready_on(node) > 0)
    }

    /// The endpoints of a port that get packets, for those who choose themselves.
    pub fn endpoints(&self, service: &Service, port: &ServicePort) -> Vec<SocketAddrV4> {
        let Some(port) = self.port_rules(service, port) else { return Vec::new() };
        port.usable.iter().map(|index| port.targets[*index as usize].to).collect()
    }

    /// The Service whose health check is at a node port, and how many ready endpoints of it `node` has
    /// (pkg/proxy/healthcheck/service_health.go).
    pub fn health(&self, node: &str, port: u16) -> Option<(Arc<Service>, usize)> {
        let rules = self.derived(self.by_health_port.get(&port)?)?;
        let mut here: Vec<Ipv4Addr> = Vec::new();
        for target in rules.ports.iter().flat_map(|port| &port.targets) {
            if target.ready && target.node == node && !here.contains(target.to.ip()) {
                here.push(*target.to.ip());
            }
        }
        Some((rules.service.clone(), here.len()))
    }

    fn port_rules(&self, service: &Service, port: &ServicePort) -> Option<PortRules> {
        let rules = self.derived(&service.key())?;
        let index = service.ports.iter().position(|p| p == port)?;
        rules.ports.get(index).cloned()
    }

    /// The rules of a Service, from the cache if they are there.
    pub fn derived(&self, key: &Str) -> Option<Arc<Rules>> {
        let known = self.numbers.get(key).and_then(|number| self.rules.get(number));
        known.cloned().or_else(|| self.derive(key))
    }

    fn derive(&self, key: &Str) -> Option<Arc<Rules>> {
        let service = self.services.get(key)?.clone();
        let slices = self.slices.get(key).into_iter().flat_map(|slices| slices.values().cloned());
        Some(Arc::new(Rules::derive(service, &slices.collect::<Vec<_>>())))
    }

    /// The same, kept for the next packet until the Service or its endpoints change.
    fn rules(&mut self, number: u32) -> Option<Arc<Rules>> {
        if let Some(rules) = self.rules.get(&number) {
            return Some(rules.clone());
        }
        let rules = self.derive(self.keys.get(&number)?)?;
        self.rules.insert(number, rules.clone());
        Some(rules)
    }

    /// The number of the Service that a packet is for, and by which of its addresses.
    fn find(&self, packet: &Packet, to_node: bool) -> Option<(u32, Door)> {
        let by_address = (packet.protocol, packet.destination.to_bits(), packet.port);
        if let Some(found) = self.by_address.get(&by_address) {
            return Some(*found);
        }
        let number = self.by_node_port.get(&(packet.protocol, packet.port)).filter(|_| to_node)?;
        Some((*number, Door::NodePort))
    }
}

/// A Service's addresses, and what each is.
pub(crate) fn addresses(service: &Service) -> impl Iterator<Item = (Ipv4Addr, Door)> {
    let cluster = service.cluster_ip.iter().map(|ip| (*ip, Door::ClusterIp));
    let external = service.external_ips.iter().map(|ip| (*ip, Door::ExternalIp));
    let balancers = service.load_balancer_ips.iter().map(|ip| (*ip, Door::LoadBalancer));
    cluster.chain(external).chain(balancers)
}
