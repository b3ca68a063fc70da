//! The end of a packet's way: whether it is let in, and whether anybody listens.

use crate::gear::Chain;
use crate::outside;
use crate::packet::{At, Packet, Place, Protocol};
use crate::route::{WITHIN_A_NODE, Walk};
use crate::trace::{Listener, Outcome, Reason, What};

impl Walk<'_> {
    /// At `place`: its policies and its rules are asked, and then whether anybody listens.
    pub(crate) fn arrived(&mut self, place: Place) -> Outcome {
        let at = match &place {
            Place::Outside => At::Outside,
            Place::Node(name) => At::Node(name.clone()),
            Place::Pod(uid) => At::Pod(uid.clone()),
        };
        self.elapsed += WITHIN_A_NODE;
        if let Place::Pod(uid) = &place
            && let Err(outcome) = self.let_in(uid)
        {
            return outcome;
        }
        if let Place::Node(name) = &place
            && let Err(outcome) = self.filter(name, Chain::Input)
        {
            return outcome;
        }
        let anybody = self.packet.protocol == Protocol::Icmp;
        let health = || match &place {
            Place::Node(name) => self.network.proxy.health(name, self.packet.port).is_some(),
            _ => false,
        };
        if !anybody && !self.machines.listens(&place, self.packet.port, self.packet.protocol) && !health() {
            return self.stop(at, Outcome::Refused(Reason::NothingListens));
        }
        self.delivered(at, place)
    }

    /// Out of the cluster: a machine of the simulated internet, the workstation's name server, or a process of the workstation.
    pub(crate) fn outside(&mut self) -> Outcome {
        let (to, port) = (self.packet.destination, self.packet.port);
        let is_name_server = to == outside::WORKSTATION && port == 53;
        if !self.network.is_outside(to) || to == outside::WORKSTATION && !is_name_server {
            return self.arrived(Place::Outside);
        }
        let is_api = self.network.hosted == Some(to) && port == outside::API_PORT;
        if self.packet.protocol != Protocol::Icmp && !is_name_server && !is_api && !outside::listens(to, port) {
            return self.stop(At::Outside, Outcome::Refused(Reason::NothingListens));
        }
        self.delivered(At::Outside, Place::Outside)
    }

    fn delivered(&mut self, at: At, place: Place) -> Outcome {
        self.hop(at, What::Delivered);
        let Packet { source, destination, port, .. } = self.packet;
        Outcome::Answered(Listener { place, address: destination, port, client: source, connection: 0 })
    }
}
