//! The way of one connection through the picture, from the trace that the network made of it.

use api::Str;
use network::{At, Outcome, Reason, Trace, outside};
use std::net::Ipv4Addr;

/// A place where a packet can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The reader's workstation.
    You,
    /// A web site, anywhere.
    Internet,
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
    /// Where a connection begins or ends.
    pub fn of(place: &network::Place) -> Place {
        match place {
            network::Place::Outside => Place::You,
            network::Place::Node(name) => Place::Node(name.clone()),
            network::Place::Pod(uid) => Place::Pod(uid.clone()),
        }
    }

    /// The value of the attribute `data-place` of the element that stands for it.
    pub fn key(&self) -> String {
        match self {
            Place::You => "you".to_owned(),
            Place::Internet => "internet".to_owned(),
            Place::LoadBalancer => "load-balancer".to_owned(),
            Place::Wall => "wall".to_owned(),
            Place::Node(name) => format!("node:{name}"),
            Place::Service(namespace, name) => format!("service:{namespace}/{name}"),
            Place::Pod(uid) => format!("pod:{uid}"),
        }
    }
}

/// One connection, drawn once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flight {
    /// Counts flights; their key.
    pub id: u64,
    /// Where the packet was, in order.
    pub places: Vec<Place>,
    /// Why it went no further; nothing if it was answered.
    pub stopped: Option<Reason>,
    /// What it was for, as `host:port`.
    pub target: String,
}

impl Flight {
    /// The flight that `trace` tells of.
    pub fn read(id: u64, trace: &Trace) -> Flight {
        let mut places: Vec<Place> = Vec::new();
        for hop in &trace.hops {
            let place = match &hop.at {
                At::Outside if !places.is_empty() && is_web_site(hop.after.destination) => Place::Internet,
                At::Outside => Place::You,
                At::LoadBalancer(_) => Place::LoadBalancer,
                At::Node(name) | At::Bridge(name) => Place::Node(name.clone()),
                At::Service { namespace, name } => Place::Service(namespace.clone(), name.clone()),
                At::Pod(uid) => Place::Pod(uid.clone()),
            };
            if places.last() != Some(&place) {
                places.push(place);
            }
        }
        if places.is_empty() {
            places.push(Place::of(&trace.from));
        }
        let stopped = trace.reason();
        // What is refused before it leaves the outside ends at the cluster's wall.
        let left = !matches!(trace.outcome, Outcome::Answered(_) | Outcome::Unresolved(_));
        if left && places.last() == Some(&Place::You) {
            places.push(Place::Wall);
        }
        let host = match trace.address() {
            Some(address) if trace.host != *address.to_string() => format!("{} ({address})", trace.host),
            _ => trace.host.to_string(),
        };
        Flight { id, places, stopped, target: format!("{host}:{}", trace.port) }
    }
}

fn is_web_site(address: Ipv4Addr) -> bool {
    address != outside::WORKSTATION && outside::exists(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use network::{Hop, Packet, Protocol, What};
    use std::time::Duration;

    fn trace(at: &[At], outcome: Outcome) -> Trace {
        let address = Ipv4Addr::new(10, 44, 0, 1);
        let packet = Packet {
            source: outside::WORKSTATION,
            source_port: 40000,
            destination: address,
            port: 80,
            protocol: Protocol::Tcp,
        };
        let hops =
            at.iter().map(|at| Hop { at: at.clone(), what: What::Sent, before: packet, after: packet }).collect();
        let from = network::Place::Outside;
        Trace {
            from,
            host: "10.44.0.1".into(),
            port: 80,
            lookups: vec![],
            query: vec![],
            hops,
            outcome,
            after: Duration::ZERO,
        }
    }

    #[test]
    fn a_packet_without_a_way_in_ends_at_the_wall() {
        let flight =
            Flight::read(1, &trace(&[At::Outside, At::Outside], Outcome::TimedOut(Reason::PodNetworkIsInside)));
        assert_eq!(flight.places, [Place::You, Place::Wall]);
        assert_eq!((flight.stopped, flight.target.as_str()), (Some(Reason::PodNetworkIsInside), "10.44.0.1:80"));
    }

    #[test]
    fn a_place_that_is_passed_in_two_steps_is_one_place() {
        let service = At::Service { namespace: "default".into(), name: "web".into() };
        let at = [
            At::Outside,
            At::Node("node3".into()),
            service,
            At::Node("node3".into()),
            At::Bridge("node3".into()),
            At::Pod("u".into()),
        ];
        let flight = Flight::read(1, &trace(&at, Outcome::Refused(Reason::NothingListens)));
        let keys: Vec<_> = flight.places.iter().map(Place::key).collect();
        assert_eq!(keys, ["you", "node:node3", "service:default/web", "node:node3", "pod:u"]);
    }
}
