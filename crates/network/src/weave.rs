//! weave-net's address allocation: a ring of address ranges that its peers (one a node) split among themselves.
//!
//! A peer that joins asks another one for space and gets its biggest aligned free block, or the upper half of that. Within a
//! peer, the lowest free address is given first. Facts: weaveworks/weave, `ipam/ring`, `ipam/space`, `plugin/net/cni.go`.

use crate::intervals::{Interval, Intervals};
use api::OrdMap;
use api::{Rng, Str};
use std::net::Ipv4Addr;

/// The range that weave-net takes by default: 10.32.0.0/12.
pub const RANGE: Interval = Interval { first: 0x0a20_0000, last: 0x0a2f_ffff };
/// The same as text.
pub const CIDR: &str = "10.32.0.0/12";

/// The peers and what each owns. A clone is cheap.
#[derive(Clone, Debug, Default)]
pub struct Weave {
    peers: OrdMap<Str, Peer>,
}

#[derive(Clone, Debug, Default)]
struct Peer {
    /// All that the ring says is this peer's.
    owned: Intervals,
    /// What of that nobody uses.
    free: Intervals,
    /// The address of the node's bridge, once `weave expose` has run.
    bridge: Option<u32>,
    /// Addresses by what uses them (a Pod's UID).
    used: OrdMap<Str, u32>,
}

/// Whether `address` is in the Pods' network.
pub fn contains(address: Ipv4Addr) -> bool {
    (RANGE.first..=RANGE.last).contains(&address.to_bits())
}

impl Weave {
    /// What the plugin says where no peer has an address left.
    pub(crate) const FULL: &str = "plugin type=\"weave-net\" failed (add): no address available";

    /// Whether there is no peer.
    pub fn is_empty(&self) -> bool {
        self.peers.is_empty()
    }

    /// Whether a node is a peer.
    pub fn has(&self, node: &str) -> bool {
        self.peers.contains_key(node)
    }

    /// Lets `node` join: the first owns everything, each further one asks a donor that is chosen at random, weighted by its
    /// free space. Nothing happens if it is a peer already.
    pub fn join(&mut self, node: &str, rng: &mut Rng) {
        let donor = self.random_donor(node, rng);
        self.join_from(node, donor.as_deref());
    }

    /// Lets `node` join and ask `donor`; without one it owns what nobody has (the first peer: everything).
    pub fn join_from(&mut self, node: &str, donor: Option<&str>) {
        if self.peers.contains_key(node) {
            return;
        }
        let given = match donor {
            Some(donor) => self.donate(donor),
            None if self.peers.is_empty() => Some(RANGE),
            None => None,
        };
        let mut peer = Peer::default();
        if let Some(given) = given {
            peer.receive(given);
        }
        self.peers.insert(node.into(), peer);
    }

    /// Lets `nodes` start together: the range is split evenly over their sorted names (weave's initial consensus).
    pub fn start_together<'a>(nodes: impl IntoIterator<Item = &'a str>) -> Weave {
        let mut names: Vec<&str> = nodes.into_iter().collect();
        api::sort(&mut names);
        names.dedup();
        let count = names.len() as u64;
        let bound = |i: usize| RANGE.first + (u64::from(RANGE.size()) * i as u64 / count) as u32;
        let peers = names.iter().enumerate().map(|(i, name)| {
            let mut peer = Peer::default();
            peer.receive(Interval { first: bound(i), last: bound(i + 1) - 1 });
            (Str::from(*name), peer)
        });
        Weave { peers: peers.collect() }
    }

    /// `weave expose`: gives the node's bridge its address. Returns it, or `None` where there is no such peer or no space.
    pub fn expose(&mut self, node: &str) -> Option<Ipv4Addr> {
        if let Some(address) = self.bridge(node) {
            return Some(address);
        }
        let address = self.take(node)?;
        self.peers.get_mut(node)?.bridge = Some(address);
        Some(Ipv4Addr::from_bits(address))
    }

    /// The address of the node's bridge.
    pub fn bridge(&self, node: &str) -> Option<Ipv4Addr> {
        self.peers.get(node)?.bridge.map(Ipv4Addr::from_bits)
    }

    /// The node whose block of addresses has this one. Looks at all peers: only for what has not arrived.
    pub fn owner(&self, address: Ipv4Addr) -> Option<&Str> {
        let bits = address.to_bits();
        let has = |peer: &Peer| peer.owned.iter().any(|block| (block.first..=block.last).contains(&bits));
        self.peers.iter().find(|(_, peer)| has(peer)).map(|(name, _)| name)
    }

    /// Gives `user` (a Pod's UID) the lowest free address of `node`; the one it has if it has one. A bridge that has no
    /// address yet gets one after the first Pod. `None` where there is no such peer, or no address left anywhere.
    pub fn allocate(&mut self, node: &str, user: &str) -> Option<Ipv4Addr> {
        if let Some(address) = self.peers.get(node)?.used.get(user) {
            return Some(Ipv4Addr::from_bits(*address));
        }
        let address = self.take(node)?;
        self.peers.get_mut(node)?.used.insert(user.into(), address);
        self.expose(node);
        Some(Ipv4Addr::from_bits(address))
    }

    /// Takes the address of `user` back; it will be given again. Returns it.
    pub fn release(&mut self, node: &str, user: &str) -> Option<Ipv4Addr> {
        let peer = self.peers.get_mut(node)?;
        let address = peer.used.remove(user)?;
        peer.free.insert(Interval { first: address, last: address });
        Some(Ipv4Addr::from_bits(address))
    }

    /// Takes back the addresses of all Pods of `node` (it has lost its power), not the bridge's.
    pub fn release_all(&mut self, node: &str) {
        let Some(peer) = self.peers.get_mut(node) else { return };
        for address in std::mem::take(&mut peer.used).values().copied() {
            peer.free.insert(Interval { first: address, last: address });
        }
    }

    /// What `node` owns, as aligned blocks (address, prefix length), lowest first.
    pub fn blocks(&self, node: &str) -> Vec<(Ipv4Addr, u8)> {
        let mut blocks = Vec::new();
        for interval in self.peers.get(node).iter().flat_map(|peer| peer.owned.iter()) {
            let mut first = interval.first;
            loop {
                let aligned = first.trailing_zeros().min(31);
                let size = (1u32 << aligned).min(1 << (interval.last - first).saturating_add(1).ilog2());
                blocks.push((Ipv4Addr::from_bits(first), 32 - size.trailing_zeros() as u8));
                if interval.last - first < size {
                    break;
                }
                first += size;
            }
        }
        blocks
    }

    /// The lowest free address of `node`, asking the others for space where it has none left.
    fn take(&mut self, node: &str) -> Option<u32> {
        self.peers.get(node)?;
        for _ in 0..2 {
            if let Some(address) = self.peers.get_mut(node).and_then(Peer::take_lowest) {
                return Some(address);
            }
            // Weave asks at random; the one with the most to give is the answer that needs no luck.
            let others = self.peers.iter().filter(|(name, _)| name.as_str() != node);
            let donor = others.max_by_key(|(_, peer)| peer.free.count()).map(|(name, _)| name.clone())?;
            let given = self.donate(&donor)?;
            self.peers.get_mut(node)?.receive(given);
        }
        None
    }

    fn donate(&mut self, donor: &str) -> Option<Interval> {
        let peer = self.peers.get_mut(donor)?;
        let mut block = peer.free.biggest_block()?;
        if block.size() > 1 && u64::from(block.size()) * 2 > u64::from(peer.free.count()) {
            block.first += block.size() / 2;
        }
        peer.free.remove(block);
        peer.owned.remove(block);
        Some(block)
    }

    fn random_donor(&self, node: &str, rng: &mut Rng) -> Option<Str> {
        let others = || self.peers.iter().filter(|(name, _)| name.as_str() != node);
        let mut ticket = rng.below(others().map(|(_, peer)| peer.free.count()).sum());
        for (name, peer) in others() {
            match ticket.checked_sub(peer.free.count()) {
                Some(rest) => ticket = rest,
                None => return Some(name.clone()),
            }
        }
        None
    }
}

impl Peer {
    fn receive(&mut self, given: Interval) {
        self.owned.insert(given);
        self.free.insert(given);
    }

    /// The range's very first and last address are the network's and the broadcast address: never given.
    fn take_lowest(&mut self) -> Option<u32> {
        let usable = |interval: Interval| {
            let first = interval.first.max(RANGE.first + 1);
            (first <= interval.last.min(RANGE.last - 1)).then_some(first)
        };
        let address = self.free.iter().find_map(usable)?;
        self.free.remove(Interval { first: address, last: address });
        Some(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> Ipv4Addr {
        text.parse().unwrap()
    }

    /// The history that facts/weave.md tells.
    fn story() -> Weave {
        let mut weave = Weave::default();
        weave.join_from("master", None);
        assert_eq!(weave.expose("master"), Some(ip("10.32.0.1")));
        assert_eq!(weave.allocate("master", "coredns-1"), Some(ip("10.32.0.2")));
        assert_eq!(weave.allocate("master", "coredns-2"), Some(ip("10.32.0.3")));
        for node in ["node1", "node2"] {
            weave.join_from(node, Some("master"));
            weave.expose(node);
        }
        weave.join_from("node3", Some("node1"));
        weave
    }

    #[test]
    fn nodes_that_join_one_after_the_other_split_the_range() {
        let mut weave = story();
        assert_eq!(weave.blocks("node2"), [(ip("10.36.0.0"), 14)]);
        assert_eq!(weave.blocks("node3"), [(ip("10.47.0.0"), 16)]);
        assert_eq!(weave.blocks("master"), [(ip("10.32.0.0"), 14), (ip("10.40.0.0"), 14)]);
        assert_eq!(weave.blocks("node1"), [(ip("10.44.0.0"), 15), (ip("10.46.0.0"), 16)]);
        assert_eq!(weave.bridge("node1"), Some(ip("10.44.0.0")));
        assert_eq!(weave.allocate("node1", "a"), Some(ip("10.44.0.1")));
        // A Pod that comes before the bridge takes .0.
        assert_eq!(weave.allocate("node3", "b"), Some(ip("10.47.0.0")));
        assert_eq!(weave.bridge("node3"), Some(ip("10.47.0.1")));
    }

    #[test]
    fn a_freed_address_is_given_again_lowest_first() {
        let mut weave = story();
        for user in ["a", "b", "c"] {
            weave.allocate("node1", user);
        }
        assert_eq!(weave.release("node1", "a"), Some(ip("10.44.0.1")));
        assert_eq!(weave.release("node1", "a"), None);
        assert_eq!(weave.allocate("node1", "d"), Some(ip("10.44.0.1")));
        assert_eq!(weave.allocate("node1", "d"), Some(ip("10.44.0.1")));
        assert_eq!(weave.allocate("node1", "e"), Some(ip("10.44.0.4")));
        weave.release_all("node1");
        assert_eq!(weave.allocate("node1", "f"), Some(ip("10.44.0.1")));
    }

    #[test]
    fn nodes_that_start_together_split_the_range_evenly() {
        let weave = Weave::start_together(["c", "a", "b", "d"]);
        assert_eq!(weave.blocks("a"), [(ip("10.32.0.0"), 14)]);
        assert_eq!(weave.blocks("d"), [(ip("10.44.0.0"), 14)]);
    }

    #[test]
    fn no_two_users_share_an_address() {
        let mut rng = Rng::new(5);
        for together in [true, false] {
            let names: Vec<String> = (0..300).map(|i| format!("node{i}")).collect();
            let mut weave = match together {
                true => Weave::start_together(names.iter().map(String::as_str)),
                false => Weave::default(),
            };
            for name in &names {
                weave.join(name, &mut rng);
                weave.expose(name);
            }
            let mut used = api::OrdMap::new();
            for step in 0..20_000u32 {
                let node = &names[rng.below(300) as usize];
                let user = format!("pod{}", rng.below(5));
                if rng.below(3) == 0 {
                    weave.release(node, &user).map(|address| used.remove(&address));
                } else {
                    let address = weave.allocate(node, &user).unwrap();
                    assert!(contains(address) && address != ip("10.32.0.0"));
                    let holder = used.insert(address, (node.clone(), user.clone()));
                    assert!(holder.is_none_or(|h| h == (node.clone(), user)), "step {step}: {address} twice");
                }
            }
        }
    }

    #[test]
    fn a_peer_without_space_asks_for_more() {
        let mut weave = Weave::default();
        weave.join_from("a", None);
        weave.join_from("b", None);
        assert!(weave.blocks("b").is_empty());
        assert!(weave.allocate("b", "pod").is_some());
        assert_eq!(weave.allocate("nowhere", "pod"), None);
    }
}
