//! Where a packet on its way meets NetworkPolicies: when it leaves a Pod, and when it reaches one.

use crate::packet::{At, Packet};
use crate::policy::{Connection, Direction};
use crate::route::Walk;
use crate::trace::{Outcome, Reason, What};
use api::Str;
use std::net::Ipv4Addr;

impl Walk<'_> {
    /// Asks the policies of the Pod that the packet comes from, once, when its destination is known.
    pub(crate) fn let_out(&mut self) -> Result<(), Outcome> {
        match self.leaving.take() {
            Some(uid) => self.ask_policies(&uid, Direction::Egress, self.packet.destination),
            None => Ok(()),
        }
    }

    /// Asks the policies of the Pod that the packet is for. Its own node always gets through (probes must), and so does
    /// what it sends itself.
    pub(crate) fn let_in(&mut self, uid: &Str) -> Result<(), Outcome> {
        let own = self.seen == self.packet.destination
            || self.network.node_of(uid).is_none_or(|node| self.is_own(&node, self.seen));
        if own { Ok(()) } else { self.ask_policies(uid, Direction::Ingress, self.seen) }
    }

    fn ask_policies(&mut self, uid: &Str, direction: Direction, address: Ipv4Addr) -> Result<(), Outcome> {
        if !self.network.enforces_policies() {
            return Ok(());
        }
        let Some(pod) = self.machines.pod(uid) else { return Ok(()) };
        let peer = self.network.pod_at(address).and_then(|peer| self.machines.pod(&peer.uid));
        let Packet { protocol, port, .. } = self.packet;
        let connection = Connection { direction, pod, address, peer, protocol, port };
        let Some(denial) = self.network.policies.denies(&connection) else { return Ok(()) };
        self.hop(At::Pod(uid.clone()), What::Denied(denial));
        Err(Outcome::TimedOut(match direction {
            Direction::Ingress => Reason::IngressDenied,
            Direction::Egress => Reason::EgressDenied,
        }))
    }
}
