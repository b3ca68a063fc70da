//! What an administrator sets on a node's own network stack: rules of iptables, interfaces that are down, traffic shaping.
//! All of it is gone when the machine boots again.

use crate::network::Network;
use crate::packet::{At, Packet, Place, Protocol};
use crate::route::Walk;
use crate::trace::{Outcome, Reason};
use api::Str;
use std::net::Ipv4Addr;
use std::time::Duration;

/// A built-in chain of the table `filter`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chain {
    /// Packets for the node itself.
    Input,
    /// Packets that pass through it, its Pods' among them.
    Forward,
    /// Packets that it sends itself, those of weave's tunnel among them.
    Output,
}

impl Chain {
    /// Its name, as iptables writes it.
    pub fn name(self) -> &'static str {
        match self {
            Chain::Input => "INPUT",
            Chain::Forward => "FORWARD",
            Chain::Output => "OUTPUT",
        }
    }

    /// The chain of this name.
    pub fn named(name: &str) -> Option<Chain> {
        [Chain::Input, Chain::Forward, Chain::Output].into_iter().find(|chain| chain.name() == name)
    }

    /// The chain that the answers to its packets pass.
    fn back(self) -> Chain {
        match self {
            Chain::Input => Chain::Output,
            Chain::Forward => Chain::Forward,
            Chain::Output => Chain::Input,
        }
    }
}

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It goes on.
    Accept,
    /// It is lost.
    Drop,
    /// It is lost, and its sender is told so.
    Reject,
}

/// A range of addresses, or everything but that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// Its first address.
    pub address: Ipv4Addr,
    /// How many bits are fixed.
    pub bits: u32,
    /// Whether it is meant the other way round (`!`).
    pub not: bool,
}

impl Match {
    fn has(self, address: Ipv4Addr) -> bool {
        let mask = u32::MAX.checked_shl(32 - self.bits.min(32)).unwrap_or(0);
        (address.to_bits() & mask == self.address.to_bits() & mask) != self.not
    }
}

/// A rule that somebody has added to a chain of the table `filter`.
#[derive(Clone, Debug, PartialEq)]
pub struct FilterRule {
    /// Its chain.
    pub chain: Chain,
    /// `-s`
    pub source: Option<Match>,
    /// `-d`
    pub destination: Option<Match>,
    /// `-p`
    pub protocol: Option<Protocol>,
    /// `--sport`: first and last.
    pub source_ports: Option<(u16, u16)>,
    /// `--dport`: first and last.
    pub ports: Option<(u16, u16)>,
    /// Whether it is for the first packet of a connection; and whether it is for what follows.
    pub states: (bool, bool),
    /// `-j`
    pub target: Fate,
    /// The rule without its chain, as `iptables -S` writes it.
    pub text: Str,
}

impl FilterRule {
    fn matches(&self, packet: &Packet, answer: bool) -> bool {
        let within = |ports: Option<(u16, u16)>, port| ports.is_none_or(|(first, last)| (first..=last).contains(&port));
        self.source.is_none_or(|range| range.has(packet.source))
            && self.destination.is_none_or(|range| range.has(packet.destination))
            && self.protocol.is_none_or(|protocol| protocol == packet.protocol)
            && within(self.source_ports, packet.source_port)
            && within(self.ports, packet.port)
            && if answer { self.states.1 } else { self.states.0 }
    }
}

/// One node's settings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gear {
    /// Rules that somebody has added, in order.
    pub rules: Vec<FilterRule>,
    /// Chains whose policy is to drop.
    pub closed: Vec<Chain>,
    /// Whether `eth0` is down.
    pub eth0_down: bool,
    /// Whether the Pods' bridge is down.
    pub bridge_down: bool,
    /// `tc qdisc`: how much later packets leave `eth0`.
    pub delay: Duration,
    /// `tc qdisc`: bytes a second that leave or reach `eth0`; 0 for no limit.
    pub rate: u64,
}

impl Gear {
    fn verdict(&self, chain: Chain, packet: &Packet, answer: bool) -> Fate {
        let rule = self.rules.iter().find(|rule| rule.chain == chain && rule.matches(packet, answer));
        let policy = if self.closed.contains(&chain) { Fate::Drop } else { Fate::Accept };
        rule.map_or(policy, |rule| rule.target)
    }

    /// What becomes of a connection whose first packet passes a chain. Its answers must pass too.
    fn connection(&self, chain: Chain, packet: &Packet) -> Fate {
        let there = self.verdict(chain, packet, false);
        let back = Packet {
            source: packet.destination,
            source_port: packet.port,
            destination: packet.source,
            port: packet.source_port,
            protocol: packet.protocol,
        };
        match (there, self.verdict(chain.back(), &back, true)) {
            (Fate::Accept, Fate::Accept) => Fate::Accept,
            // Who is told that an answer was rejected is the one who answers.
            (Fate::Accept, _) => Fate::Drop,
            (there, _) => there,
        }
    }
}

/// How an attempt to reach a host outside ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dial {
    /// It is reached, after so long, and gives so many bytes a second (0: as many as there are).
    Open(Duration, u64),
    /// Its name server cannot be reached.
    NoNameServer,
    /// No answer.
    TimedOut(Ipv4Addr),
    /// It refuses.
    Refused(Ipv4Addr),
    /// There is no way to it.
    NoRoute(Ipv4Addr),
}

impl Network {
    /// A node's settings.
    pub fn gear(&self, node: &str) -> Option<&Gear> {
        self.gear.get(node)
    }

    /// A node's settings, to be changed.
    pub fn gear_mut(&mut self, node: &str) -> &mut Gear {
        self.gear.entry(node.into()).or_default()
    }

    /// Whether the bridge of a node's Pods is up.
    pub fn bridge_is_up(&self, node: &str) -> bool {
        self.gear.get(node).is_none_or(|gear| !gear.bridge_down)
    }

    fn allows(&self, node: &str, chain: Chain, packet: &Packet) -> Fate {
        self.gear.get(node).map_or(Fate::Accept, |gear| gear.connection(chain, packet))
    }

    /// Whether a process on one node reaches a TCP port of another.
    pub fn node_reaches(&self, from: &str, to: &str, port: u16) -> bool {
        if from == to {
            return true;
        }
        let address = |node: &str| self.address(&Place::Node(node.into()));
        let (Some(source), Some(destination)) = (address(from), address(to)) else { return true };
        let packet = Packet { source, source_port: 40_000, destination, port, protocol: Protocol::Tcp };
        self.is_on(from)
            && self.is_on(to)
            && self.allows(from, Chain::Output, &packet) == Fate::Accept
            && self.allows(to, Chain::Input, &packet) == Fate::Accept
    }

    /// Whether the kubelet of a node reaches the API server: on the control plane's machine, or wherever else that runs.
    pub fn reaches_api(&self, from: &str, control_plane: &str, port: u16) -> bool {
        let Some(destination) = self.hosted else { return self.node_reaches(from, control_plane, port) };
        let Some(source) = self.address(&Place::Node(from.into())) else { return true };
        let packet = Packet { source, source_port: 40_000, destination, port, protocol: Protocol::Tcp };
        self.is_on(from) && self.allows(from, Chain::Output, &packet) == Fate::Accept
    }

    /// What comes of it when a process of a node connects to a port of a host outside, as its container runtime does to a
    /// registry. Hosts that nobody described have an address all the same.
    pub fn dial(&self, node: &str, host: &str, port: u16) -> Dial {
        let source = self.address(&Place::Node(node.into())).unwrap_or(Ipv4Addr::LOCALHOST);
        let address = crate::outside::resolve(host).unwrap_or_else(|| {
            let sum = host.bytes().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
            Ipv4Addr::new(203, 0, 113, 100 + (sum % 100) as u8)
        });
        if !self.is_on(node) {
            return Dial::NoRoute(address);
        }
        let packet = |destination, port, protocol| Packet { source, source_port: 40_000, destination, port, protocol };
        let question = packet(crate::outside::WORKSTATION, 53, Protocol::Udp);
        if self.allows(node, Chain::Output, &question) != Fate::Accept {
            return Dial::NoNameServer;
        }
        match self.allows(node, Chain::Output, &packet(address, port, Protocol::Tcp)) {
            Fate::Drop => Dial::TimedOut(address),
            Fate::Reject => Dial::Refused(address),
            Fate::Accept => {
                let gear = self.gear.get(node);
                Dial::Open(gear.map_or(Duration::ZERO, |gear| gear.delay), gear.map_or(0, |gear| gear.rate))
            }
        }
    }
}

impl Walk<'_> {
    /// Asks the rules that somebody has added to a chain of a node.
    pub(crate) fn filter(&mut self, node: &Str, chain: Chain) -> Result<(), Outcome> {
        let verdict = self.network.allows(node, chain, &self.packet);
        self.heed(node, verdict)
    }

    /// The tunnel between two nodes is a connection of its own, between the nodes (weave's `sleeve` and `fastdp`: UDP 6784).
    pub(crate) fn tunnel(&mut self, from: &Str, to: &Str) -> Result<(), Outcome> {
        const PORT: u16 = 6784;
        let address = |name: &Str| self.network.address(&Place::Node(name.clone()));
        let (Some(source), Some(destination)) = (address(from), address(to)) else { return Ok(()) };
        let packet = Packet { source, source_port: PORT, destination, port: PORT, protocol: Protocol::Udp };
        for (node, chain) in [(from, Chain::Output), (to, Chain::Input)] {
            if self.network.allows(node, chain, &packet) != Fate::Accept {
                self.heed(node, Fate::Drop)?;
            }
        }
        self.elapsed += self.network.gear(from).map_or(Duration::ZERO, |gear| gear.delay);
        Ok(())
    }

    fn heed(&mut self, node: &Str, verdict: Fate) -> Result<(), Outcome> {
        let outcome = match verdict {
            Fate::Accept => return Ok(()),
            Fate::Drop => Outcome::TimedOut(Reason::Filtered),
            Fate::Reject => Outcome::Refused(Reason::Filtered),
        };
        Err(self.stop(At::Node(node.clone()), outcome))
    }
}
