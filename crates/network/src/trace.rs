//! One connection's way through the cluster, as a value: the page draws it, tests check it.

use crate::dns::Answer;
use crate::packet::{At, Packet, Place};
use crate::policy::Denial;
use crate::proxy::{Choice, Rule};
use api::Str;
use std::net::Ipv4Addr;
use std::time::Duration;

/// What happened to one attempt to connect.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// Where it began.
    pub from: Place,
    /// What was asked for: a name or an address.
    pub host: Str,
    /// The port that was asked for.
    pub port: u16,
    /// The names that were looked up on the way, in order.
    pub lookups: Vec<Lookup>,
    /// The way of the packet that asked the name server, if one was asked.
    pub query: Vec<Hop>,
    /// The way of the first packet, up to where it was answered or stopped. The answer goes back the same way.
    pub hops: Vec<Hop>,
    /// What came of it.
    pub outcome: Outcome,
    /// How long until the client knew.
    pub after: Duration,
}

/// One question to a name server.
#[derive(Clone, Debug, PartialEq)]
pub struct Lookup {
    /// The full name.
    pub name: Str,
    /// What the server said.
    pub answer: Answer,
}

/// One step of a packet.
#[derive(Clone, Debug, PartialEq)]
pub struct Hop {
    /// Where.
    pub at: At,
    /// What was done with it there.
    pub what: What,
    /// The packet's addresses as it came.
    pub before: Packet,
    /// And as it left: different where addresses were translated.
    pub after: Packet,
}

/// What was done with a packet, and by which rule.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// It was made here.
    Sent,
    /// It was handed on.
    Forwarded(Route),
    /// The load balancer gave it to a node, for a Service's node port.
    Balanced {
        /// The node it goes to.
        node: Str,
        /// The Service's namespace.
        namespace: Str,
        /// The Service's name.
        name: Str,
    },
    /// A rule of kube-proxy gave it an endpoint.
    Translated(Rule, Choice),
    /// It belongs to a connection that the node knows, and goes where the first packet went.
    Tracked,
    /// It got this place's address as its source, so that the answer comes back here.
    Masqueraded,
    /// It has arrived, and something listens.
    Delivered,
    /// NetworkPolicies let it through no further.
    Denied(Denial),
    /// It ends here.
    Stopped(Reason, Option<Rule>),
}

/// Why a packet goes where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// The destination is on this very stack.
    Local,
    /// The destination is a Pod of this node.
    Bridge,
    /// The destination is a Pod of another node: through weave's tunnel.
    Tunnel,
    /// Pods know only their bridge; everything that is no Pod goes to the node.
    DefaultGateway,
    /// The destination is a Pod of another node, without an overlay: by the route to that node's range.
    ToRange {
        /// The range's first address.
        range: Ipv4Addr,
        /// How many of its bits are fixed.
        bits: u8,
        /// The node's address.
        via: Ipv4Addr,
    },
    /// The nodes' own network.
    NodeNetwork,
    /// Out of the cluster.
    Internet,
}

/// Why a packet went no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The sender itself has no network (a Pod without an address, a node without power).
    NoNetwork,
    /// Pod addresses mean something only inside the cluster.
    PodNetworkIsInside,
    /// Cluster IPs mean something only inside the cluster.
    ServiceNetworkIsInside,
    /// A cluster IP, or one of its ports, that no Service has: no rule translates it.
    NoSuchService,
    /// The Service has no ready endpoint: rejected.
    NoEndpoints,
    /// The Service's traffic policy is Local and this node has no endpoint: dropped.
    NoLocalEndpoints,
    /// `loadBalancerSourceRanges` do not have the client's address.
    SourceRefused,
    /// Nobody has this address.
    NoSuchAddress,
    /// The node does not answer: it is off.
    NodeDown,
    /// The address is right, but nothing listens on the port.
    NothingListens,
    /// The load balancer has no healthy node.
    NoHealthyNode,
    /// The load balancer does not serve this port.
    PortNotBalanced,
    /// NetworkPolicies let nothing of the kind in to the Pod.
    IngressDenied,
    /// NetworkPolicies let nothing of the kind out of the Pod.
    EgressDenied,
    /// A rule that somebody has added to a node's iptables stops it.
    Filtered,
    /// The bridge of a node's Pods is down.
    BridgeDown,
    /// The name does not exist.
    NameUnknown,
    /// The name server did not answer.
    NoNameServer,
    /// It went in circles.
    HopLimit,
}

impl Reason {
    /// A code for machines, such as `no-endpoints`.
    pub fn code(self) -> &'static str {
        &self.why()["why-".len()..]
    }

    /// The kind of the sentence that tells it: its code after `why-`.
    pub fn why(self) -> &'static str {
        match self {
            Reason::NoNetwork => "why-no-network",
            Reason::PodNetworkIsInside => "why-pod-network-is-inside",
            Reason::ServiceNetworkIsInside => "why-service-network-is-inside",
            Reason::NoSuchService => "why-no-such-service",
            Reason::NoEndpoints => "why-no-endpoints",
            Reason::NoLocalEndpoints => "why-no-local-endpoints",
            Reason::SourceRefused => "why-source-refused",
            Reason::NoSuchAddress => "why-no-such-address",
            Reason::NodeDown => "why-node-down",
            Reason::NothingListens => "why-nothing-listens",
            Reason::NoHealthyNode => "why-no-healthy-node",
            Reason::PortNotBalanced => "why-port-not-balanced",
            Reason::IngressDenied => "why-ingress-denied",
            Reason::EgressDenied => "why-egress-denied",
            Reason::NameUnknown => "why-name-unknown",
            Reason::NoNameServer => "why-no-name-server",
            Reason::Filtered => "why-filtered",
            Reason::BridgeDown => "why-bridge-down",
            Reason::HopLimit => "why-hop-limit",
        }
    }
}

/// What came of an attempt to connect.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Something listens: the connection is open.
    Answered(Listener),
    /// "Connection refused", at once.
    Refused(Reason),
    /// No answer at all: the client's system gives up after its last retry.
    TimedOut(Reason),
    /// "No route to host".
    Unreachable(Reason),
    /// The name could not be resolved.
    Unresolved(Reason),
}

impl Outcome {
    /// The system's words for why there is no connection (`strerror`); empty where there is one.
    pub fn error(&self) -> &'static str {
        match self {
            Outcome::Answered(_) => "",
            Outcome::Refused(_) => "Connection refused",
            Outcome::TimedOut(_) => "Connection timed out",
            Outcome::Unreachable(_) => "No route to host",
            Outcome::Unresolved(_) => "Name or service not known",
        }
    }
}

/// The other end of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// Where it is. `Outside` is the workstation or a web site: see the address.
    pub place: Place,
    /// The address that the packet had when it arrived.
    pub address: Ipv4Addr,
    /// The port there.
    pub port: u16,
    /// Who it thinks the client is.
    pub client: Ipv4Addr,
    /// The connection, by the number that whoever records connections gave it; 0 where nobody does.
    pub connection: u64,
}

impl Trace {
    /// The other end, if the connection came about.
    pub fn listener(&self) -> Option<&Listener> {
        match &self.outcome {
            Outcome::Answered(listener) => Some(listener),
            _ => None,
        }
    }

    /// Why it did not come about.
    pub fn reason(&self) -> Option<Reason> {
        match self.outcome {
            Outcome::Answered(_) => None,
            Outcome::Refused(r) | Outcome::TimedOut(r) | Outcome::Unreachable(r) | Outcome::Unresolved(r) => Some(r),
        }
    }

    /// The address that the name stood for, once it was known.
    pub fn address(&self) -> Option<Ipv4Addr> {
        self.hops.first().map(|hop| hop.before.destination)
    }
}
