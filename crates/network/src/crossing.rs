//! From a node's stack to its Pods: over the bridge, or to another node by a route.

use crate::packet::At;
use crate::plugin::Plugin;
use crate::route::{BETWEEN_NODES, Next, Step, WITHIN_A_NODE, Walk};
use crate::trace::{Outcome, Reason, Route, What};
use api::Str;
use std::net::Ipv4Addr;
use std::time::Duration;

impl Walk<'_> {
    /// From a node's stack to the bridge of its Pods.
    pub(crate) fn enter_bridge(&mut self, name: Str) -> Next {
        let overlay = self.network.plugin == Plugin::Weave;
        let Some(bridge) = self.network.bridge(&name) else {
            // Without a bridge there is no route to it: the packet leaves by the default gateway, and is lost there.
            let outcome = match overlay {
                true => Outcome::Unreachable(Reason::NoNetwork),
                false => Outcome::TimedOut(Reason::NoSuchAddress),
            };
            return Err(self.stop(At::Node(name), outcome));
        };
        // The route to the Pods goes with the interface: the packet is lost likewise.
        if !self.network.bridge_is_up(&name) {
            return Err(self.stop(At::Bridge(name), Outcome::TimedOut(Reason::BridgeDown)));
        }
        // weave's own rules: whoever is no Pod comes to other nodes' Pods under the bridge's address. Here he keeps his own, for
        // the sake of the policy Local (NO_MASQ_LOCAL).
        let to_others = || self.network.owner(self.packet.destination) != Some(&name);
        if overlay && !self.network.plugin.contains(self.packet.source) && to_others() {
            self.masquerade(&name, Some(bridge));
        }
        self.elapsed += WITHIN_A_NODE;
        Ok(Step::Bridge(name))
    }

    /// To a Pod of another node, without an overlay: by the route to that node's range.
    pub(crate) fn cross(&mut self, name: Str) -> Next {
        let at = At::Node(name.clone());
        let Some(route) = self.network.route_to(self.packet.destination) else {
            return Err(self.stop(at, Outcome::TimedOut(Reason::NoSuchAddress)));
        };
        let (range, bits) = (Ipv4Addr::from_bits(route.range.first()), route.range.bits() as u8);
        self.hop(at.clone(), What::Forwarded(Route::ToRange { range, bits, via: route.via }));
        if !self.network.is_on(&name) {
            return Err(self.stop(at, Outcome::TimedOut(Reason::NodeDown)));
        }
        self.elapsed += BETWEEN_NODES + self.network.gear(&name).map_or(Duration::ZERO, |gear| gear.delay);
        self.hand_to_node(at, route.node)
    }
}
