//! Connection tracking: what every node's kernel remembers of the connections that pass it, as `conntrack -L` lists it.
//!
//! An entry is found by the packet as it came; a packet of a known connection goes where the first one went, whatever the rules
//! say by now. kube-proxy clears the entries of UDP Services whose endpoint is gone (pkg/proxy/conntrack/cleanup.go): nothing
//! else would, as datagrams have no end.

use crate::packet::{Packet, Protocol};
use api::{OrdMap, Str, Time, Vector};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

/// How many entries are remembered, of all nodes together; the oldest go first.
const MOST: usize = 4096;

/// A connection that a node remembers.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The packet as it came to the node.
    pub came: Packet,
    /// The packet as it left.
    pub left: Packet,
    /// How far it gets.
    pub end: End,
    /// When its first packet came.
    pub began: Time,
    /// `namespace/name` of the Service whose rule translated it; empty where none did.
    pub service: Str,
}

/// How far a connection gets. It is known when its first packet is sent, and comes about later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Nothing ever comes back.
    Silent,
    /// It is answered at the first moment, and closed at the second; none while it is held open.
    Answered(Time, Option<Time>),
    /// It is refused at that moment.
    Refused(Time),
}

/// How far a connection has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing has come back.
    Unreplied,
    /// It is open.
    Established,
    /// It was answered, and is over.
    Done,
    /// It was refused.
    Reset,
}

/// What identifies an entry: the node by its number, and the packet as it came.
type Key = (u32, Protocol, u32, u16, u32, u16);

/// The tables of all nodes. A clone is a snapshot.
#[derive(Clone, Debug, Default)]
pub struct Conntrack {
    entries: OrdMap<Key, Entry>,
    /// In the order in which they were made, so that their number stays bounded.
    order: Vector<Key>,
    /// A number for each node that has ever had an entry: comparing names would be most of the work.
    nodes: OrdMap<Str, u32>,
}

fn key(node: u32, packet: &Packet) -> Key {
    let Packet { source, source_port, destination, port, protocol } = *packet;
    (node, protocol, source.to_bits(), source_port, destination.to_bits(), port)
}

/// What the kernel calls a state, and for how many seconds it keeps the entry (`nf_conntrack_*_timeout`).
fn kept(protocol: Protocol, state: State) -> (&'static str, u64) {
    match (protocol, state) {
        (Protocol::Tcp, State::Unreplied) => ("SYN_SENT ", 120),
        (Protocol::Tcp, State::Established) => ("ESTABLISHED ", 432_000),
        (Protocol::Tcp, State::Done) => ("TIME_WAIT ", 120),
        (Protocol::Tcp, State::Reset) => ("CLOSE ", 10),
        (Protocol::Sctp, State::Unreplied) => ("COOKIE_WAIT ", 3),
        (Protocol::Sctp, State::Established) => ("ESTABLISHED ", 210),
        (Protocol::Sctp, _) => ("CLOSED ", 10),
        (Protocol::Udp | Protocol::Icmp, _) => ("", 30),
    }
}

impl Conntrack {
    /// Where a node sends a packet that belongs to a connection which it knows.
    pub fn find(&self, node: &str, packet: &Packet, now: Time) -> Option<&Entry> {
        let node = *self.nodes.get(node)?;
        let entry = self.entries.get(&key(node, packet)).filter(|entry| entry.until(now) > now);
        // A new TCP connection from a port whose last one is over begins anew.
        entry.filter(|entry| entry.came.protocol == Protocol::Udp || entry.state(now) == State::Unreplied)
    }

    /// Notes a connection that has passed a node.
    pub(crate) fn note(&mut self, node: &str, entry: Entry) {
        let next = self.nodes.len() as u32;
        let number = match self.nodes.get(node) {
            Some(number) => *number,
            None => *self.nodes.entry(node.into()).or_insert(next),
        };
        let key = key(number, &entry.came);
        if self.entries.insert(key, entry).is_none() {
            self.order.push_back(key);
        }
        while self.order.len() > MOST {
            if let Some(oldest) = self.order.pop_front() {
                self.entries.remove(&oldest);
            }
        }
    }

    /// Closes the connection whose first packet came to a node like this.
    pub(crate) fn close(&mut self, node: &str, came: &Packet, now: Time) {
        let Some(node) = self.nodes.get(node).copied() else { return };
        if let Some(entry) = self.entries.get_mut(&key(node, came))
            && let End::Answered(_, closed @ None) = &mut entry.end
        {
            *closed = Some(now);
        }
    }

    /// What a node knows, by protocol and addresses.
    pub fn entries(&self, node: &str, now: Time) -> Vec<&Entry> {
        let Some(node) = self.nodes.get(node).copied() else { return Vec::new() };
        let from: Key = (node, Protocol::Tcp, 0, 0, 0, 0);
        let of_node = self.entries.range(from..).take_while(|(key, _)| key.0 == node);
        of_node.map(|(_, entry)| entry).filter(|entry| entry.until(now) > now).collect()
    }

    /// Forgets those entries of a node for which `gone` holds (`conntrack -D`); returns them.
    pub fn forget(&mut self, node: &str, now: Time, gone: &dyn Fn(&Entry) -> bool) -> Vec<Entry> {
        let found: Vec<Entry> = self.entries(node, now).into_iter().filter(|entry| gone(entry)).cloned().collect();
        if let Some(node) = self.nodes.get(node).copied() {
            found.iter().for_each(|entry| self.remove(&key(node, &entry.came)));
        }
        found
    }

    fn remove(&mut self, key: &Key) {
        self.entries.remove(key);
        // The order keeps the key until its turn comes; by then there is nothing to remove, or a newer entry, which goes early.
    }

    /// Forgets what a UDP Service's endpoints that are gone would still get: kube-proxy does so after each change.
    pub(crate) fn clear_stale(&mut self, service: &str, serving: &[SocketAddrV4]) {
        if self.entries.is_empty() {
            return;
        }
        let stale = |entry: &Entry| {
            entry.came.protocol == Protocol::Udp
                && entry.service == service
                && !serving.contains(&SocketAddrV4::new(entry.left.destination, entry.left.port))
        };
        let keys: Vec<Key> = self.entries.iter().filter(|(_, entry)| stale(entry)).map(|(key, _)| *key).collect();
        keys.iter().for_each(|key| self.remove(key));
    }
}

impl Entry {
    /// How far it has got at a moment, and when it got there.
    fn phase(&self, now: Time) -> (State, Time) {
        match self.end {
            End::Answered(_, Some(closed)) if now >= closed => (State::Done, closed),
            End::Answered(answered, _) if now >= answered => (State::Established, answered),
            End::Refused(refused) if now >= refused => (State::Reset, refused),
            _ => (State::Unreplied, self.began),
        }
    }

    /// How far it has got at a moment.
    pub fn state(&self, now: Time) -> State {
        self.phase(now).0
    }

    /// When it is forgotten if nothing more comes; asked at a moment.
    pub fn until(&self, now: Time) -> Time {
        let (state, since) = self.phase(now);
        since + Duration::from_secs(kept(self.came.protocol, state).1)
    }

    /// As `conntrack -L` shows it.
    pub fn line(&self, now: Time) -> String {
        let Entry { came, left, .. } = self;
        let (state, until) = (self.state(now), self.until(now));
        let number = match came.protocol {
            Protocol::Icmp => 1,
            Protocol::Tcp => 6,
            Protocol::Udp => 17,
            Protocol::Sctp => 132,
        };
        let (name, called) = (came.protocol.lower(), kept(came.protocol, state).0);
        let there = side(came.source, came.destination, came.source_port, came.port, came.protocol, "type=8");
        let back = side(left.destination, left.source, left.port, left.source_port, came.protocol, "type=0");
        let silent = if state == State::Unreplied { " [UNREPLIED]" } else { "" };
        let assured = if matches!(state, State::Established | State::Done) && came.protocol == Protocol::Tcp {
            " [ASSURED]"
        } else {
            ""
        };
        let left = until.since(now).as_secs();
        format!("{name:<8} {number} {left} {called}{there}{silent} {back}{assured} mark=0 use=1")
    }
}

/// One direction of an entry.
fn side(from: Ipv4Addr, to: Ipv4Addr, from_port: u16, to_port: u16, protocol: Protocol, kind: &str) -> String {
    match protocol {
        Protocol::Icmp => format!("src={from} dst={to} {kind} code=0 id={}", from_port.max(to_port)),
        _ => format!("src={from} dst={to} sport={from_port} dport={to_port}"),
    }
}
