//! The Pods' network as a whole: which plugin gives addresses, what leads to them, who enforces policies.

use crate::network::Network;
use crate::packet::Place;
use crate::service::Range;
use crate::weave::{self, Weave};
use api::Str;
use std::net::Ipv4Addr;

/// How the nodes' container runtimes give Pods a network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Plugin {
    /// weave-net: ranges that its peers split among themselves, an overlay between the nodes, NetworkPolicies enforced.
    #[default]
    Weave,
    /// `bridge` with `host-local`, within this range (kube-controller-manager's `--cluster-cidr`): the range of a node is its
    /// `spec.podCIDR`, plain routes between the nodes, and nobody who enforces NetworkPolicies.
    Bridge(Range),
}

impl Plugin {
    /// The range that the controller manager gives nodes parts of; none where the network does that itself.
    pub fn range(&self) -> Option<&Range> {
        match self {
            Plugin::Weave => None,
            Plugin::Bridge(range) => Some(range),
        }
    }

    /// The range of all Pods, as `--cluster-cidr` would say it.
    pub fn cluster_cidr(&self) -> &str {
        self.range().map_or(weave::CIDR, |range| &range.text)
    }

    /// Whether an address is in the range of all Pods.
    pub fn contains(&self, address: Ipv4Addr) -> bool {
        match self {
            Plugin::Weave => weave::contains(address),
            Plugin::Bridge(range) => range.contains(address),
        }
    }

    /// What a node's bridge is called.
    pub fn device(&self) -> &'static str {
        match self {
            Plugin::Weave => "weave",
            Plugin::Bridge(_) => "cni0",
        }
    }

    /// The longest packet on it, in bytes: an overlay needs room for its own headers.
    pub fn mtu(&self) -> u32 {
        match self {
            Plugin::Weave => 1376,
            Plugin::Bridge(_) => 1500,
        }
    }
}

/// A node's route to the Pods of another one.
pub(crate) struct PodRoute {
    pub(crate) node: Str,
    /// That node's address.
    pub(crate) via: Ipv4Addr,
    pub(crate) range: Range,
}

impl Network {
    /// Whether an address is in the range of the Services.
    pub fn is_service(&self, address: Ipv4Addr) -> bool {
        self.services.as_ref().unwrap_or(&Range::SERVICES).contains(address)
    }

    /// The address of the node's bridge.
    pub fn bridge(&self, node: &str) -> Option<Ipv4Addr> {
        match &self.plugin {
            Plugin::Weave => self.weave.bridge(node),
            Plugin::Bridge(_) => self.ranges.bridge(node),
        }
    }

    /// Whether a node's plugin is configured: before, only Pods with `hostNetwork` can start there.
    pub fn is_ready(&self, node: &str) -> bool {
        match &self.plugin {
            Plugin::Weave => self.weave.bridge(node).is_some(),
            Plugin::Bridge(_) => self.ranges.range(node).is_some(),
        }
    }

    /// Whether NetworkPolicies mean anything: weave-net's controller enforces them, the plugin `bridge` knows of none.
    pub(crate) fn enforces_policies(&self) -> bool {
        self.plugin == Plugin::Weave && !self.policies.is_empty()
    }

    /// The range that the bridge of a node leads to: with the overlay all Pods', else the node's own.
    pub fn bridge_range(&self, node: &str) -> Option<Range> {
        match &self.plugin {
            Plugin::Weave => Range::parse(weave::CIDR),
            Plugin::Bridge(_) => self.ranges.range(node).cloned(),
        }
    }

    /// Whether an address is in that range.
    pub fn behind_bridge(&self, node: &str, address: Ipv4Addr) -> bool {
        match &self.plugin {
            Plugin::Weave => weave::contains(address),
            Plugin::Bridge(_) => self.ranges.range(node).is_some_and(|range| range.contains(address)),
        }
    }

    /// The address under which what a node sends to `to` leaves it: its bridge's where the bridge leads there, else its own.
    pub(crate) fn leaves_by(&self, node: &str, to: Ipv4Addr) -> Option<Ipv4Addr> {
        let bridge = self.bridge(node).filter(|_| self.behind_bridge(node, to));
        bridge.or_else(|| self.address(&Place::Node(node.into())))
    }

    /// The node whose addresses an address is among.
    pub(crate) fn owner(&self, address: Ipv4Addr) -> Option<&Str> {
        match &self.plugin {
            Plugin::Weave => self.weave.owner(address),
            Plugin::Bridge(_) => self.ranges.owner(address).map(|(node, _)| node),
        }
    }

    /// The route to a Pod of another node; none where nobody has that range.
    pub(crate) fn route_to(&self, address: Ipv4Addr) -> Option<PodRoute> {
        let (node, range) = self.ranges.owner(address)?;
        let via = self.address(&Place::Node(node.clone()))?;
        Some(PodRoute { node: node.clone(), via, range: range.clone() })
    }

    /// What `ip route` lists on a node: its own networks, and the routes to the other nodes' Pods.
    pub fn routes(&self, node: &str) -> Vec<String> {
        let bridge = self.bridge(node).filter(|_| self.bridge_is_up(node)).zip(self.bridge_range(node));
        let device = self.plugin.device();
        let own =
            bridge.map(|(address, range)| format!("{} dev {device} proto kernel scope link src {address}", range.text));
        if self.plugin == Plugin::Weave {
            return own.into_iter().collect();
        }
        let mut lines = Vec::new();
        for (name, host) in self.nodes() {
            let Some(range) = self.ranges.range(name) else { continue };
            match name == node {
                true => lines.extend(own.clone()),
                false => lines.push(format!("{} via {} dev eth0", range.text, host.address)),
            }
        }
        lines
    }

    /// Gives a Pod an address, as the plugin's ADD does.
    pub(crate) fn give(&mut self, node: &str, uid: &str) -> Result<Ipv4Addr, String> {
        match &self.plugin {
            Plugin::Weave => self.weave.allocate(node, uid).ok_or_else(|| Weave::FULL.to_owned()),
            Plugin::Bridge(_) => self.ranges.allocate(node, uid),
        }
    }

    /// Takes a Pod's address back, as the plugin's DEL does.
    pub(crate) fn take_back(&mut self, node: &str, uid: &str) {
        match &self.plugin {
            Plugin::Weave => drop(self.weave.release(node, uid)),
            Plugin::Bridge(_) => self.ranges.release(node, uid),
        }
    }

    /// Takes all addresses of a node back: it has lost its power.
    pub(crate) fn take_all_back(&mut self, node: &str) {
        match &self.plugin {
            Plugin::Weave => self.weave.release_all(node),
            Plugin::Bridge(_) => self.ranges.release_all(node),
        }
    }

    /// What the network's plugin learns from a Node. Anybody may write a Node: a range that has no room for a gateway and a Pod
    /// (host-local refuses it), or that is none of the cluster's, configures nothing.
    pub(crate) fn configure(&mut self, node: &str, pod_cidr: &str) {
        let Plugin::Bridge(all) = &self.plugin else { return };
        let fits = |range: &Range| {
            (all.bits()..=30).contains(&range.bits()) && all.contains(Ipv4Addr::from_bits(range.first()))
        };
        if let Some(range) = Range::parse(pod_cidr).filter(fits) {
            self.ranges.configure(node, range);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nodes_range_has_to_make_sense() {
        let plugin = Plugin::Bridge(Range::parse("10.244.0.0/16").unwrap());
        let mut network = Network::default();
        network.plugin = plugin;
        for (range, ready) in [
            ("", false),
            ("10.244.1.0/32", false),
            ("0.0.0.0/0", false),
            ("255.255.255.255/31", false),
            ("10.245.0.0/24", false),
            ("10.244.9.0/30", true),
        ] {
            network.configure("node1", range);
            assert_eq!(network.is_ready("node1"), ready, "{range}");
        }
        assert_eq!(network.attach("node1", "a").unwrap(), Ipv4Addr::new(10, 244, 9, 2));
        assert!(network.attach("node1", "b").unwrap_err().contains("no IP addresses available"));
        assert_eq!(network.routes("node1"), Vec::<String>::new(), "the API has not said where node1 is");
    }
}
