//! What travels: a packet, and the places it passes.

use api::Str;
use std::fmt;
use std::net::Ipv4Addr;

/// A transport protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// Connections.
    #[default]
    Tcp,
    /// Datagrams.
    Udp,
    /// Associations.
    Sctp,
    /// Echo requests (`ping`): answered by whoever has the address, whatever listens there. The port means nothing.
    Icmp,
}

impl Protocol {
    /// As `spec.ports[].protocol` writes it; empty means TCP.
    pub fn parse(text: &str) -> Option<Protocol> {
        match text {
            "" | "TCP" => Some(Protocol::Tcp),
            "UDP" => Some(Protocol::Udp),
            "SCTP" => Some(Protocol::Sctp),
            _ => None,
        }
    }

    /// In lower case, as iptables writes it.
    pub fn lower(self) -> &'static str {
        match self {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
            Protocol::Sctp => "sctp",
            Protocol::Icmp => "icmp",
        }
    }
}

/// The addresses on a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Who it says it is from.
    pub source: Ipv4Addr,
    /// The port there.
    pub source_port: u16,
    /// Who it is for.
    pub destination: Ipv4Addr,
    /// The port there.
    pub port: u16,
    /// The protocol.
    pub protocol: Protocol,
}

impl fmt::Display for Packet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Packet { source, source_port, destination, port, .. } = self;
        write!(f, "{source}:{source_port} > {destination}:{port}")
    }
}

/// Where connections begin and end: a network stack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Anywhere that is no part of the cluster: the user's workstation, a web site.
    Outside,
    /// A node, by name.
    Node(Str),
    /// A Pod, by UID. Its containers share one stack.
    Pod(Str),
}

/// Where a hop happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// Outside the cluster.
    Outside,
    /// The load balancer that stands outside the cluster, at the address it took for a Service.
    LoadBalancer(Ipv4Addr),
    /// A node's network stack.
    Node(Str),
    /// The weave bridge of a node.
    Bridge(Str),
    /// A Service: kube-proxy's rules on a node (the hop before says which).
    Service {
        /// Its namespace.
        namespace: Str,
        /// Its name.
        name: Str,
    },
    /// A Pod, by UID.
    Pod(Str),
}
