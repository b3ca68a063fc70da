//! The reference plugins `bridge` and `host-local`: every node has a range of its own (`spec.podCIDR`) and gives its Pods
//! addresses from it; there is no overlay, the nodes have a route to each other's ranges.
//!
//! Facts: containernetworking/plugins, `plugins/ipam/host-local/backend/allocator` (the next address after the one that was
//! given last, round and round) and `plugins/main/bridge` (the bridge `cni0` is made for the first Pod and has the gateway's
//! address, the range's first).

use crate::service::Range;
use api::OrdMap;
use api::Str;
use std::net::Ipv4Addr;

/// The nodes' ranges and what is given of them. A clone is cheap.
#[derive(Clone, Debug, Default)]
pub struct Bridge {
    nodes: OrdMap<Str, Subnet>,
    /// Nodes by the first address of their range.
    by_first: OrdMap<u32, Str>,
}

/// One node's part of the Pods' network.
#[derive(Clone, Debug)]
struct Subnet {
    range: Range,
    /// Whether the bridge is there: from the first Pod on.
    made: bool,
    /// What was given last.
    last: u32,
    /// Addresses by what uses them (a Pod's UID), and the other way round.
    used: OrdMap<Str, u32>,
    users: OrdMap<u32, Str>,
}

impl Bridge {
    /// A node has learnt its range: its plugin is configured. Nothing happens if it has that range already; another one begins
    /// empty.
    pub fn configure(&mut self, node: &str, range: Range) {
        if let Some(known) = self.nodes.get(node) {
            if known.range == range {
                return;
            }
            self.by_first.remove(&known.range.first());
        }
        self.by_first.insert(range.first(), node.into());
        // Before the first that is given: the gateway's.
        let last = range.first() + 1;
        let subnet = Subnet { range, made: false, last, used: OrdMap::new(), users: OrdMap::new() };
        self.nodes.insert(node.into(), subnet);
    }

    /// The range of a node; none before it has one.
    pub fn range(&self, node: &str) -> Option<&Range> {
        self.nodes.get(node).map(|subnet| &subnet.range)
    }

    /// The node in whose range an address is, with that range: where the route to it leads.
    pub fn owner(&self, address: Ipv4Addr) -> Option<(&Str, &Range)> {
        let (_, node) = self.by_first.get_prev(&address.to_bits())?;
        let range = self.range(node).filter(|range| range.contains(address))?;
        Some((node, range))
    }

    /// The address of a node's bridge, once there is one.
    pub fn bridge(&self, node: &str) -> Option<Ipv4Addr> {
        let subnet = self.nodes.get(node).filter(|subnet| subnet.made)?;
        Some(Ipv4Addr::from_bits(subnet.range.first() + 1))
    }

    /// Gives `user` (a Pod's UID) an address of `node`; the one it has if it has one.
    ///
    /// # Errors
    /// What the plugin says where the range is used up, or the node has none.
    pub fn allocate(&mut self, node: &str, user: &str) -> Result<Ipv4Addr, String> {
        let Some(subnet) = self.nodes.get_mut(node) else { return Err("cni config uninitialized".into()) };
        subnet.made = true;
        if let Some(address) = subnet.used.get(user) {
            return Ok(Ipv4Addr::from_bits(*address));
        }
        let (first, last) = subnet.usable();
        let next = |address: u32| if address >= last { first } else { address + 1 };
        let mut address = next(subnet.last);
        // Full: as many are given as there are.
        if subnet.users.len() as u32 > last - first {
            let text = format!(
                "plugin type=\"bridge\" failed (add): failed to allocate for range 0: no IP addresses available in range set: \
                 {}-{}",
                Ipv4Addr::from_bits(first - 1),
                Ipv4Addr::from_bits(last)
            );
            return Err(text);
        }
        while subnet.users.contains_key(&address) {
            address = next(address);
        }
        subnet.last = address;
        subnet.used.insert(user.into(), address);
        subnet.users.insert(address, user.into());
        Ok(Ipv4Addr::from_bits(address))
    }

    /// Takes the address of `user` back.
    pub fn release(&mut self, node: &str, user: &str) {
        let Some(subnet) = self.nodes.get_mut(node) else { return };
        if let Some(address) = subnet.used.remove(user) {
            subnet.users.remove(&address);
        }
    }

    /// Takes back the addresses of all Pods of `node`, and its bridge: it has lost its power.
    pub fn release_all(&mut self, node: &str) {
        if let Some(subnet) = self.nodes.get_mut(node) {
            subnet.made = false;
            subnet.used.clear();
            subnet.users.clear();
        }
    }
}

impl Subnet {
    /// The first and the last address for Pods: after the network's own and the gateway's, before the broadcast address.
    fn usable(&self) -> (u32, u32) {
        (self.range.first() + 2, self.range.last() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bridge() -> Bridge {
        let mut bridge = Bridge::default();
        for (node, range) in [("node1", "10.244.1.0/24"), ("node2", "10.244.2.0/24")] {
            bridge.configure(node, Range::parse(range).unwrap());
        }
        bridge
    }

    fn add(bridge: &mut Bridge, node: &str, user: &str) -> String {
        bridge.allocate(node, user).map_or_else(|error| error, |address| address.to_string())
    }

    #[test]
    fn the_first_pod_makes_the_bridge_and_gets_the_address_after_it() {
        let mut bridge = bridge();
        assert_eq!(bridge.bridge("node1"), None);
        assert_eq!(add(&mut bridge, "node1", "a"), "10.244.1.2");
        assert_eq!(add(&mut bridge, "node1", "a"), "10.244.1.2");
        assert_eq!(bridge.bridge("node1"), Some(Ipv4Addr::new(10, 244, 1, 1)));
        assert_eq!(add(&mut bridge, "node2", "b"), "10.244.2.2");
        assert_eq!(add(&mut bridge, "node3", "c"), "cni config uninitialized");
    }

    #[test]
    fn a_freed_address_waits_for_its_turn() {
        let mut bridge = bridge();
        for user in ["a", "b", "c"] {
            add(&mut bridge, "node1", user);
        }
        bridge.release("node1", "a");
        assert_eq!(add(&mut bridge, "node1", "d"), "10.244.1.5");
        for user in 0..250 {
            add(&mut bridge, "node1", &format!("more-{user}"));
        }
        let full = add(&mut bridge, "node1", "e");
        assert!(full.ends_with("no IP addresses available in range set: 10.244.1.1-10.244.1.254"), "{full}");
        bridge.release("node1", "c");
        assert_eq!(add(&mut bridge, "node1", "e"), "10.244.1.4");
        bridge.release_all("node1");
        assert_eq!(add(&mut bridge, "node1", "f"), "10.244.1.5");
    }

    #[test]
    fn who_has_an_address_is_found_by_its_range() {
        let mut bridge = bridge();
        let owner = |bridge: &Bridge, last: [u8; 4]| bridge.owner(last.into()).map(|(node, _)| node.clone());
        assert_eq!(owner(&bridge, [10, 244, 2, 77]).as_deref(), Some("node2"));
        assert_eq!(owner(&bridge, [10, 244, 3, 1]), None);
        assert_eq!(owner(&bridge, [10, 1, 0, 1]), None);
        bridge.configure("node2", Range::parse("10.244.9.0/24").unwrap());
        assert_eq!(owner(&bridge, [10, 244, 2, 77]), None);
        assert_eq!(owner(&bridge, [10, 244, 9, 7]).as_deref(), Some("node2"));
    }
}
