//! kube-proxy in iptables mode: the rules that every node has, kept up to date from Services and EndpointSlices.
//!
//! A packet is looked up by address and port, or by node port, in an index: its cost does not grow with the number of
//! Services. As in the real rules, the endpoints of a port are tried in turn, the i-th of n with probability 1/(n-i).

use crate::names;
use crate::packet::{Packet, Protocol};
use crate::service::{self, Endpoint, Service, ServicePort, Slice};
use api::OrdMap;
use api::{Rng, Str, Time, Value};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;

/// The rules. A clone is cheap.
#[derive(Clone, Debug, Default)]
pub struct Proxy {
    services: OrdMap<Str, Arc<Service>>,
    slices: OrdMap<Str, OrdMap<Str, Arc<Slice>>>,
    by_address: OrdMap<(Protocol, u32, u16), (Str, Door)>,
    by_node_port: OrdMap<(Protocol, u16), Str>,
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

/// Where a packet comes from, as far as the rules care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A Pod, or a process on a node.
    Inside,
    /// Anything else.
    Outside,
}

/// What the rules do with a packet.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// No rule is about it.
    NoRule,
    /// There is no endpoint: an ICMP "port unreachable" goes back (`KUBE-SERVICES ... -j REJECT`).
    Reject(Rule),
    /// The policy is `Local` and this node has no endpoint: thrown away.
    Drop(Rule),
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
    /// Its `KUBE-SEP-...` chain.
    pub chain: Str,
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

impl Proxy {
    /// Takes a Service as it now is.
    pub fn set_service(&mut self, object: &Value) {
        let service = Service::read(object);
        let key = service.key();
        self.remove_service(&service.namespace, &service.name);
        for port in &service.ports {
            for (address, door) in addresses(&service) {
                self.by_address.insert((port.protocol, address.to_bits(), port.port), (key.clone(), door));
            }
            if port.node_port != 0 {
                self.by_node_port.insert((port.protocol, port.node_port), key.clone());
            }
        }
        self.services.insert(key, Arc::new(service));
    }

    /// Forgets a Service.
    pub fn remove_service(&mut self, namespace: &str, name: &str) {
        let Some(service) = self.services.remove(&service::key(namespace, name)) else { return };
        for port in &service.ports {
            for (address, _) in addresses(&service) {
                self.by_address.remove(&(port.protocol, address.to_bits(), port.port));
            }
            self.by_node_port.remove(&(port.protocol, port.node_port));
        }
    }

    /// Takes an EndpointSlice as it now is.
    pub fn set_slice(&mut self, object: &Value) {
        let service = Slice::service_of(object);
        if service.is_empty() || object["addressType"].str() == "IPv6" {
            return;
        }
        let slices = self.slices.entry(service::key(object.namespace(), service)).or_default();
        slices.insert(object.name().into(), Arc::new(Slice::read(object)));
    }

    /// Forgets an EndpointSlice.
    pub fn remove_slice(&mut self, object: &Value) {
        let key = service::key(object.namespace(), Slice::service_of(object));
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
        let (key, door) = self.by_address.get(&(protocol, address.to_bits(), port))?;
        if *door != Door::LoadBalancer {
            return None;
        }
        let service = self.services.get(key)?;
        let port = service.ports.iter().find(|p| p.port == port && p.protocol == protocol)?;
        Some((service, port))
    }

    /// Whether a load balancer has `address`, at whatever port.
    pub fn is_load_balancer(&self, address: Ipv4Addr) -> bool {
        let from = (Protocol::Tcp, address.to_bits(), 0);
        let here = self.by_address.range(from..).next();
        here.is_some_and(|((_, bits, _), (_, door))| *bits == address.to_bits() && *door == Door::LoadBalancer)
    }

    /// Whether `node` has an endpoint of the port that is ready.
    pub fn has_local(&self, service: &Service, port: &ServicePort, node: &str) -> bool {
        !self.usable(service, port, Some(node)).is_empty()
    }

    /// The endpoints of a port that get packets, for those who choose themselves.
    pub fn endpoints(&self, service: &Service, port: &ServicePort) -> Vec<SocketAddrV4> {
        self.usable(service, port, None).into_iter().map(|(address, _)| address).collect()
    }

    /// What `node`'s rules do with a packet. `local` says that it is addressed to the node itself, so that node ports count.
    pub fn translate(
        &mut self,
        node: &str,
        packet: &Packet,
        local: bool,
        origin: Origin,
        rng: &mut Rng,
        now: Time,
    ) -> Verdict {
        let by_address = (packet.protocol, packet.destination.to_bits(), packet.port);
        let found = match self.by_address.get(&by_address) {
            Some((key, door)) => Some((key.clone(), *door)),
            None if local => {
                self.by_node_port.get(&(packet.protocol, packet.port)).map(|key| (key.clone(), Door::NodePort))
            }
            None => None,
        };
        let Some((key, door)) = found else { return Verdict::NoRule };
        let Some(service) = self.services.get(&key).cloned() else { return Verdict::NoRule };
        let matches = |p: &&ServicePort| {
            p.protocol == packet.protocol && packet.port == if door == Door::NodePort { p.node_port } else { p.port }
        };
        let Some(port) = service.ports.iter().find(matches) else { return Verdict::NoRule };
        self.through(&service, port, door, node, packet, origin, rng, now)
    }

    #[allow(clippy::too_many_arguments)]
    fn through(
        &mut self,
        service: &Service,
        port: &ServicePort,
        door: Door,
        node: &str,
        packet: &Packet,
        origin: Origin,
        rng: &mut Rng,
        now: Time,
    ) -> Verdict {
        let (port_name, protocol) = (service.port_name(port), port.protocol.lower());
        let external = door != Door::ClusterIp;
        // KUBE-EXT sends what begins inside to the cluster-wide chain whatever the external policy says.
        let local = match external {
            true => service.external_local && origin == Origin::Outside,
            false => service.internal_local,
        };
        let mut chains = vec![Str::new_static("KUBE-SERVICES")];
        if door == Door::NodePort {
            chains.push(Str::new_static("KUBE-NODEPORTS"));
        }
        if external {
            chains.push(names::external_chain(&port_name, protocol));
        }
        let rule = |chains| Rule {
            namespace: service.namespace.clone(),
            name: service.name.clone(),
            port: port.port,
            door,
            chains,
        };
        let endpoints = self.usable(service, port, local.then_some(node));
        if endpoints.is_empty() {
            let elsewhere = local && !self.usable(service, port, None).is_empty();
            return if elsewhere { Verdict::Drop(rule(chains)) } else { Verdict::Reject(rule(chains)) };
        }
        let chain = match local {
            true => names::local_chain(&port_name, protocol),
            false => names::service_chain(&port_name, protocol),
        };
        chains.push(chain.clone());
        let client = (Str::from(node), chain, packet.source.to_bits());
        let before = service.affinity.and_then(|span| self.recent.get(&client).filter(|(_, at)| now.since(*at) < span));
        let before = before.and_then(|(to, _)| endpoints.iter().position(|(endpoint, _)| endpoint == to));
        let index = before.unwrap_or_else(|| rng.below(endpoints.len() as u32) as usize);
        let (to, pod) = endpoints[index].clone();
        if service.affinity.is_some() {
            self.recent.insert(client, (to, now));
        }
        let choice = Choice {
            chain: names::endpoint_chain(&port_name, protocol, to),
            to,
            pod,
            index: index as u32,
            of: endpoints.len() as u32,
            again: before.is_some(),
            masquerade: (external && !(service.external_local && origin == Origin::Outside))
                || packet.source == *to.ip(),
        };
        Verdict::Translate(rule(chains), choice)
    }

    /// The endpoints of a port that get packets: the ready ones; where there is none, those that still serve while they
    /// terminate.
    pub(crate) fn usable(&self, service: &Service, port: &ServicePort, node: Option<&str>) -> Vec<(SocketAddrV4, Str)> {
        let all = |wanted: fn(&Endpoint) -> bool| {
            let slices = self.slices(&service.namespace, &service.name);
            let with_port = slices.flat_map(|slice| {
                let number =
                    slice.ports.iter().find(|(name, protocol, _)| *name == port.name && *protocol == port.protocol);
                number.into_iter().flat_map(|(_, _, number)| slice.endpoints.iter().map(|e| (e, *number)))
            });
            let here = with_port.filter(|(e, _)| wanted(e) && node.is_none_or(|node| e.node == node));
            here.map(|(e, number)| (SocketAddrV4::new(e.address, number), e.pod.clone())).collect::<Vec<_>>()
        };
        let ready = all(|e| e.ready);
        if ready.is_empty() { all(|e| e.serving_last) } else { ready }
    }
}

/// A Service's addresses, and what each is.
pub(crate) fn addresses(service: &Service) -> impl Iterator<Item = (Ipv4Addr, Door)> {
    let cluster = service.cluster_ip.iter().map(|ip| (*ip, Door::ClusterIp));
    let external = service.external_ips.iter().map(|ip| (*ip, Door::ExternalIp));
    let balancers = service.load_balancer_ips.iter().map(|ip| (*ip, Door::LoadBalancer));
    cluster.chain(external).chain(balancers)
}
