//! Carries a packet from stack to stack: routes, the bridge, kube-proxy's translations, masquerading.

use crate::connect::Call;
use crate::gear::Chain;
use crate::network::{Machines, Network};
use crate::packet::{At, Packet, Place, Protocol};
use crate::plugin::Plugin;
use crate::proxy::{Door, Seen, Verdict};
use crate::trace::{Hop, Outcome, Reason, Route, What};
use api::{Rng, Str, Time};
use std::net::Ipv4Addr;
use std::time::Duration;

/// Hops after which a packet is thrown away, as its TTL of 64 would do where it goes in circles.
const HOP_LIMIT: usize = 64;

/// Inside one machine: a veth pair, the bridge, a few rules.
pub(crate) const WITHIN_A_NODE: Duration = Duration::from_micros(30);
/// From node to node.
pub(crate) const BETWEEN_NODES: Duration = Duration::from_micros(250);
/// From outside to a node, and back out.
const TO_THE_CLUSTER: Duration = Duration::from_micros(600);

/// One packet on its way.
pub(crate) struct Walk<'a> {
    pub(crate) network: &'a mut Network,
    pub(crate) machines: &'a dyn Machines,
    pub(crate) rng: &'a mut Rng,
    pub(crate) now: Time,
    pub(crate) packet: Packet,
    pub(crate) hops: Vec<Hop>,
    /// How long it has been on its way.
    pub(crate) elapsed: Duration,
    /// Its source as it came to the node where it is: policies are asked before masquerading.
    pub(crate) seen: Ipv4Addr,
    /// The Pod that it comes from, until its policies have been asked.
    pub(crate) leaving: Option<Str>,
    /// Whether a process of the node where it is has sent it.
    pub(crate) own: bool,
}

/// Where the packet is, and in which direction.
pub(crate) enum Step {
    /// Leaves a Pod.
    FromPod(Str),
    /// Leaves a process of a node.
    FromNode(Str),
    /// Leaves an outside machine.
    FromOutside,
    /// Reaches a node's stack from elsewhere.
    AtNode(Str),
    /// Kube-proxy has had its turn; the node routes the packet.
    Routed(Str),
    /// At the bridge of a node, for a Pod.
    Bridge(Str),
    /// At its destination.
    Arrived(Place),
    /// Out of the cluster.
    Outside,
}

pub(crate) type Next = Result<Step, Outcome>;

impl Walk<'_> {
    /// Carries the packet from `from` to its end.
    pub(crate) fn run(&mut self, from: &Place) -> Outcome {
        let mut step = match from {
            Place::Outside => Step::FromOutside,
            Place::Node(name) => Step::FromNode(name.clone()),
            Place::Pod(uid) => Step::FromPod(uid.clone()),
        };
        loop {
            if self.hops.len() >= HOP_LIMIT {
                return Outcome::TimedOut(Reason::HopLimit);
            }
            let next = match step {
                Step::FromPod(uid) => self.leave_pod(uid),
                Step::FromNode(name) => self.leave_node(name),
                Step::FromOutside => self.leave_outside(),
                Step::AtNode(name) => self.at_node(name),
                Step::Routed(name) => self.routed(name),
                Step::Bridge(name) => self.bridge(name),
                Step::Arrived(place) => Err(self.arrived(place)),
                Step::Outside => Err(self.outside()),
            };
            match next {
                Ok(next) => step = next,
                Err(outcome) => return outcome,
            }
        }
    }

    fn leave_pod(&mut self, uid: Str) -> Next {
        let at = At::Pod(uid.clone());
        self.hop(at.clone(), What::Sent);
        let Some(node) = self.network.node_of(&uid) else {
            return Err(self.stop(at, Outcome::Unreachable(Reason::NoNetwork)));
        };
        let own = self.network.address(&Place::Pod(uid.clone()));
        if self.packet.destination.is_loopback() || Some(self.packet.destination) == own {
            return Ok(Step::Arrived(Place::Pod(uid)));
        }
        self.leaving = Some(uid);
        self.elapsed += WITHIN_A_NODE;
        if !self.network.bridge_is_up(&node) {
            return Err(self.stop(At::Bridge(node), Outcome::Unreachable(Reason::BridgeDown)));
        }
        let to = self.packet.destination;
        if self.network.behind_bridge(&node, to) && self.network.bridge(&node) != Some(to) {
            return Ok(Step::Bridge(node));
        }
        self.hop(At::Bridge(node.clone()), What::Forwarded(Route::DefaultGateway));
        Ok(Step::AtNode(node))
    }

    fn leave_node(&mut self, name: Str) -> Next {
        self.hop(At::Node(name.clone()), What::Sent);
        if !self.network.is_on(&name) || self.network.address(&Place::Node(name.clone())).is_none() {
            return Err(self.stop(At::Node(name), Outcome::Unreachable(Reason::NoNetwork)));
        }
        self.own = true;
        self.kube_proxy(name)
    }

    fn leave_outside(&mut self) -> Next {
        self.hop(At::Outside, What::Sent);
        let to = self.packet.destination;
        if to.is_loopback() || self.network.is_outside(to) {
            return Ok(Step::Outside);
        }
        if self.network.proxy.is_load_balancer(to) {
            return self.load_balancer();
        }
        if let Some(node) = self.network.node_at(to).cloned() {
            self.elapsed += TO_THE_CLUSTER;
            return self.hand_to_node(At::Outside, node);
        }
        let reason = match to {
            to if self.network.plugin.contains(to) => Reason::PodNetworkIsInside,
            to if self.network.is_service(to) => Reason::ServiceNetworkIsInside,
            _ => Reason::NoSuchAddress,
        };
        Err(self.stop(At::Outside, Outcome::TimedOut(reason)))
    }

    /// The load balancer passes the packet on to the node port of a healthy node.
    fn load_balancer(&mut self) -> Next {
        self.elapsed += TO_THE_CLUSTER;
        let at = At::LoadBalancer(self.packet.destination);
        let (address, port, protocol) = (self.packet.destination, self.packet.port, self.packet.protocol);
        let proxy = &self.network.proxy;
        let Some((service, port)) = proxy.by_load_balancer(protocol, address, port) else {
            return Err(self.stop(at, Outcome::TimedOut(Reason::PortNotBalanced)));
        };
        if !service.admits(self.packet.source) {
            return Err(self.stop(at, Outcome::TimedOut(Reason::SourceRefused)));
        }
        // With the policy Local, nodes without an endpoint fail the load balancer's health check.
        let healthy =
            |name: &Str| self.network.is_on(name) && (!service.external_local || proxy.has_local(service, port, name));
        let nodes = self.network.nodes().filter(|(name, host)| host.balanced && healthy(name));
        let nodes: Vec<(Str, Ipv4Addr)> = nodes.map(|(name, host)| (name.clone(), host.address)).collect();
        let (namespace, name, node_port) = (service.namespace.clone(), service.name.clone(), port.node_port);
        let chosen = nodes.get(self.rng.below(nodes.len() as u32) as usize).cloned();
        let Some((node, address)) = chosen else {
            return Err(self.stop(at, Outcome::TimedOut(Reason::NoHealthyNode)));
        };
        let before = self.packet;
        // A Service without node ports is known to the nodes by the load balancer's own address.
        if node_port != 0 {
            (self.packet.destination, self.packet.port) = (address, node_port);
        }
        let what = What::Balanced { node: node.clone(), namespace, name };
        self.hops.push(Hop { at: at.clone(), what, before, after: self.packet });
        self.elapsed += TO_THE_CLUSTER;
        self.hand_to_node(at, node)
    }

    /// Over the wire to a node, if that is on.
    pub(crate) fn hand_to_node(&mut self, from: At, node: Str) -> Next {
        if !self.network.is_on(&node) {
            return Err(self.stop(from, Outcome::TimedOut(Reason::NodeDown)));
        }
        Ok(Step::AtNode(node))
    }

    fn at_node(&mut self, name: Str) -> Next {
        self.seen = self.packet.source;
        self.own = false;
        self.hop(At::Node(name.clone()), What::Forwarded(Route::NodeNetwork));
        self.kube_proxy(name)
    }

    fn kube_proxy(&mut self, name: Str) -> Next {
        if let Some(next) = self.known(&name) {
            return Ok(next);
        }
        let (to_node, from_node) =
            (self.is_own(&name, self.packet.destination), self.is_own(&name, self.packet.source));
        let zone = self.network.zone(&name);
        let from_pod = self.network.plugin.contains(self.packet.source);
        let seen = Seen { node: &name, zone: &zone, to_node, from_node, from_pod, packet: &self.packet };
        let verdict = self.network.proxy.translate(seen, self.rng, self.now);
        let (rule, choice) = match verdict {
            Verdict::NoRule => return Ok(Step::Routed(name)),
            Verdict::Translate(rule, choice) => (rule, choice),
            Verdict::Reject(rule, reason) => {
                let at = At::Service { namespace: rule.namespace.clone(), name: rule.name.clone() };
                self.hop(at, What::Stopped(reason, Some(rule)));
                return Err(Outcome::Refused(reason));
            }
            Verdict::Drop(rule, reason) => {
                let at = At::Service { namespace: rule.namespace.clone(), name: rule.name.clone() };
                self.hop(at, What::Stopped(reason, Some(rule)));
                return Err(Outcome::TimedOut(reason));
            }
        };
        let at = At::Service { namespace: rule.namespace.clone(), name: rule.name.clone() };
        // A process that asks a node port at localhost leaves by another address anyway.
        let masquerade = choice.masquerade || (rule.door == Door::NodePort && self.packet.source.is_loopback());
        let before = self.packet;
        (self.packet.destination, self.packet.port) = (*choice.to.ip(), choice.to.port());
        self.hops.push(Hop { at, what: What::Translated(rule, choice), before, after: self.packet });
        if masquerade {
            let own = self.network.leaves_by(&name, self.packet.destination);
            self.masquerade(&name, own);
        }
        Ok(Step::Routed(name))
    }

    /// A packet of a connection that the node knows goes where the first one went.
    fn known(&mut self, name: &Str) -> Option<Step> {
        let entry = self.network.conntrack.find(name, &self.packet, self.now)?;
        let (namespace, service) = entry.service.split_once('/')?;
        let at = At::Service { namespace: namespace.into(), name: service.into() };
        let (before, source) = (self.packet, entry.left.source);
        (self.packet.destination, self.packet.port) = (entry.left.destination, entry.left.port);
        self.hops.push(Hop { at, what: What::Tracked, before, after: self.packet });
        self.masquerade(name, Some(source));
        Some(Step::Routed(name.clone()))
    }

    fn routed(&mut self, name: Str) -> Next {
        self.let_out()?;
        let to = self.packet.destination;
        let at = At::Node(name.clone());
        if self.own {
            self.filter(&name, Chain::Output)?;
        }
        if self.is_own(&name, to) || self.packet.protocol == Protocol::Icmp && self.network.proxy.is_bound(&name, to) {
            return Ok(Step::Arrived(Place::Node(name)));
        }
        if !self.own {
            self.filter(&name, Chain::Forward)?;
        }
        if self.network.behind_bridge(&name, to) {
            return self.enter_bridge(name);
        }
        if self.network.plugin.contains(to) {
            return self.cross(name);
        }
        // Pods go out under their node's address.
        if self.network.plugin.contains(self.packet.source) || self.packet.source.is_loopback() {
            self.masquerade(&name, self.network.address(&Place::Node(name.clone())));
        }
        self.elapsed += self.network.gear(&name).map_or(Duration::ZERO, |gear| gear.delay);
        if let Some(other) = self.network.node_at(to).cloned() {
            self.elapsed += BETWEEN_NODES;
            return self.hand_to_node(at, other);
        }
        if self.network.is_outside(to) {
            self.elapsed += TO_THE_CLUSTER;
            self.hop(at, What::Forwarded(Route::Internet));
            return Ok(Step::Outside);
        }
        let reason = if self.network.is_service(to) { Reason::NoSuchService } else { Reason::NoSuchAddress };
        Err(self.stop(at, Outcome::TimedOut(reason)))
    }

    fn bridge(&mut self, name: Str) -> Next {
        self.let_out()?;
        let at = At::Bridge(name.clone());
        let to = self.packet.destination;
        // Without an overlay, a bridge leads to its own Pods only.
        let overlay = self.network.plugin == Plugin::Weave;
        let Some(pod) = self.network.pod_at(to).filter(|pod| overlay || pod.node == name).cloned() else {
            if let Some(owner) = self.bridge_owner(to) {
                return self.hand_to_node(at, owner);
            }
            // Nobody says that the address is his. It may be that of a Pod on a machine that is off.
            let owner = self.network.owner(to);
            let off = owner.is_some_and(|node| !self.network.is_on(node));
            let reason = if off { Reason::NodeDown } else { Reason::NoSuchAddress };
            return Err(self.stop(at, Outcome::Unreachable(reason)));
        };
        self.elapsed += WITHIN_A_NODE;
        if !self.own {
            self.filter(&name, Chain::Forward)?;
        }
        if pod.node == name {
            self.hop(at, What::Forwarded(Route::Bridge));
            return Ok(Step::Arrived(Place::Pod(pod.uid)));
        }
        self.hop(at.clone(), What::Forwarded(Route::Tunnel));
        if !self.network.is_on(&pod.node) || !self.network.is_on(&name) {
            return Err(self.stop(at, Outcome::TimedOut(Reason::NodeDown)));
        }
        self.tunnel(&name, &pod.node)?;
        if !self.network.bridge_is_up(&pod.node) {
            return Err(self.stop(At::Bridge(pod.node), Outcome::TimedOut(Reason::BridgeDown)));
        }
        self.elapsed += BETWEEN_NODES + WITHIN_A_NODE;
        self.seen = self.packet.source;
        self.hop(At::Bridge(pod.node.clone()), What::Forwarded(Route::Bridge));
        Ok(Step::Arrived(Place::Pod(pod.uid)))
    }

    /// The node whose bridge has `address`, in case somebody talks to a bridge.
    fn bridge_owner(&self, address: Ipv4Addr) -> Option<Str> {
        let mut nodes = self.network.nodes();
        nodes.find(|(name, _)| self.network.bridge(name) == Some(address)).map(|(name, _)| name.clone())
    }

    pub(crate) fn is_own(&self, node: &str, address: Ipv4Addr) -> bool {
        address.is_loopback()
            || self.network.node_at(address).is_some_and(|name| name == node)
            || self.network.bridge(node) == Some(address)
    }

    pub(crate) fn masquerade(&mut self, node: &Str, address: Option<Ipv4Addr>) {
        let Some(address) = address.filter(|address| *address != self.packet.source) else { return };
        let before = self.packet;
        self.packet.source = address;
        let at = At::Node(node.clone());
        self.hops.push(Hop { at, what: What::Masqueraded, before, after: self.packet });
    }

    pub(crate) fn hop(&mut self, at: At, what: What) {
        self.hops.push(Hop { at, what, before: self.packet, after: self.packet });
    }

    pub(crate) fn stop(&mut self, at: At, outcome: Outcome) -> Outcome {
        let reason = match outcome {
            Outcome::Answered(_) => return outcome,
            Outcome::Refused(r) | Outcome::TimedOut(r) | Outcome::Unreachable(r) | Outcome::Unresolved(r) => r,
        };
        self.hop(at, What::Stopped(reason, None));
        outcome
    }
}

/// A packet as a fresh socket sends it: its source is the address of the interface it leaves by.
pub(crate) fn first_packet(
    network: &Network,
    from: &Place,
    destination: Ipv4Addr,
    call: &Call<'_>,
    rng: &mut Rng,
) -> Packet {
    const EPHEMERAL: std::ops::Range<u16> = 32_768..60_999;
    let source_port = match call.source_port {
        0 => EPHEMERAL.start + rng.below(u32::from(EPHEMERAL.end - EPHEMERAL.start)) as u16,
        port => port,
    };
    let source = match from {
        _ if destination.is_loopback() => Some(Ipv4Addr::LOCALHOST),
        Place::Node(name) => network.leaves_by(name, destination),
        _ => network.address(from),
    };
    let source = source.unwrap_or(Ipv4Addr::UNSPECIFIED);
    Packet { source, source_port, destination, port: call.port, protocol: call.protocol }
}
