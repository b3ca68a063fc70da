//! The way of one connection through the picture.

use api::Str;

/// A place where a packet can be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The reader's workstation.
    You,
    /// The cloud's load balancer.
    LoadBalancer,
    /// The cluster's wall, where what has no way in ends.
    Wall,
    /// A node.
    Node(Str),
    /// A Service, by namespace and name.
    Service(Str, Str),
    /// A Pod, by UID.
    Pod(Str),
}

impl Place {
    /// The value of the attribute `data-place` of the element that stands for it.
    pub fn key(&self) -> String {
        match self {
            Place::You => "you".to_owned(),
            Place::LoadBalancer => "load-balancer".to_owned(),
            Place::Wall => "wall".to_owned(),
            Place::Node(name) => format!("node:{name}"),
            Place::Service(namespace, name) => format!("service:{namespace}/{name}"),
            Place::Pod(uid) => format!("pod:{uid}"),
        }
    }
}

/// How a connection ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was answered.
    Answered,
    /// It stopped, and why, in the words of the network.
    Stopped(Why),
}

/// Why a packet stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The name is not in DNS.
    NoDnsName,
    /// An address of the cluster, tried from outside.
    OutsideToInside(Str),
    /// Nobody has the address.
    NoRoute(Str),
    /// Nothing listens on the port.
    Refused(Str),
    /// A Service without ready endpoints.
    NoEndpoints,
    /// The machine is off.
    HostDown(Str),
    /// No answer.
    TimedOut,
}

/// One connection, drawn once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flight {
    /// Counts flights; their key.
    pub id: u64,
    /// Where the packet was, in order.
    pub places: Vec<Place>,
    /// How it ended.
    pub outcome: Outcome,
}
