//! What kube-proxy's chains do with one packet (`syncProxyRules` in pkg/proxy/iptables/proxier.go).

use super::rules::{PortRules, Reach, Rules};
use super::{Choice, Door, Mode, Proxy, Rule, Verdict};
use crate::packet::Packet;
use crate::service::{Service, ServicePort};
use crate::trace::Reason;
use api::{Rng, Str, Time};
use std::net::Ipv4Addr;

/// A packet as a node's rules see it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The node.
    pub node: &'a str,
    /// Its zone.
    pub zone: &'a str,
    /// Whether the packet is addressed to the node itself, so that node ports count.
    pub to_node: bool,
    /// Whether it comes from a process of the node.
    pub from_node: bool,
    /// Whether it comes from a Pod's address.
    pub from_pod: bool,
    /// The packet.
    pub packet: &'a Packet,
}

/// Where a packet is in the rules.
struct At<'a> {
    service: &'a Service,
    port: &'a ServicePort,
    rules: &'a PortRules,
    reach: Reach<'a>,
    door: Door,
    seen: Seen<'a>,
    chains: Vec<Str>,
    /// IPVS' scheduler, where that is the mode.
    scheduler: Option<Str>,
}

/// Whether an endpoint of this node is wanted, and whether the answer has to come back here.
#[derive(Clone, Copy)]
struct Route {
    local: bool,
    masquerade: bool,
}

impl Proxy {
    /// What a node's rules do with a packet.
    pub fn translate(&mut self, seen: Seen<'_>, rng: &mut Rng, now: Time) -> Verdict {
        let packet = seen.packet;
        let Some((number, door)) = self.find(packet, seen.to_node) else { return Verdict::NoRule };
        let Some(rules) = self.rules(number) else { return Verdict::NoRule };
        let matches = |p: &ServicePort| {
            p.protocol == packet.protocol && packet.port == if door == Door::NodePort { p.node_port } else { p.port }
        };
        let Some(index) = rules.service.ports.iter().position(matches) else { return Verdict::NoRule };
        let Rules { service, ports } = &*rules;
        let rules = &ports[index];
        let reach = rules.reach(service, seen.node, seen.zone);
        // Node port, firewall, the external chain and the one that picks: no more.
        let mut chains = Vec::with_capacity(5);
        chains.push(Str::new_static("KUBE-SERVICES"));
        let scheduler = match self.modes.get(seen.node) {
            Some(Mode::Ipvs(scheduler)) => Some(scheduler.clone()),
            _ => None,
        };
        let mut at = At { service, port: &service.ports[index], rules, reach, door, seen, chains, scheduler };
        match at.route() {
            Err(Reason::NoEndpoints) => Verdict::Reject(at.rule(), Reason::NoEndpoints),
            // A virtual server without real servers refuses.
            Err(reason @ Reason::NoLocalEndpoints) if at.scheduler.is_some() => Verdict::Reject(at.rule(), reason),
            Err(reason) => Verdict::Drop(at.rule(), reason),
            Ok(route) => {
                let choice = self.choose(&at, route, rng, now);
                Verdict::Translate(at.rule(), choice)
            }
        }
    }

    /// Picks an endpoint: the one that this client had, else one of all with the same probability.
    fn choose(&mut self, at: &At<'_>, route: Route, rng: &mut Rng, now: Time) -> Choice {
        let targets = at.targets(route.local);
        let (packet, of) = (at.seen.packet, targets.len() as u32);
        let client = || (Str::from(at.seen.node), at.rules.name.clone(), packet.source.to_bits());
        let before = at.service.affinity.and_then(|span| {
            let (to, since) = self.recent.get(&client())?;
            let here = |index: &u32| at.rules.targets[*index as usize].to == *to;
            targets.iter().position(here).filter(|_| now.since(*since) < span)
        });
        let index = match before {
            Some(index) => index as u32,
            None => match &at.scheduler {
                Some(scheduler) => self.next(at.seen.node, scheduler, packet, of),
                None => rng.below(of),
            },
        };
        let target = &at.rules.targets[targets[index as usize] as usize];
        if at.service.affinity.is_some() {
            self.recent.insert(client(), (target.to, now));
        }
        Choice {
            port_name: if at.scheduler.is_some() { Str::default() } else { at.rules.name.clone() },
            to: target.to,
            pod: target.pod.clone(),
            index,
            of,
            again: before.is_some(),
            masquerade: route.masquerade || packet.source == *target.to.ip(),
        }
    }
}

impl At<'_> {
    /// The rule that matched; asked once, at the end.
    fn rule(&mut self) -> Rule {
        Rule {
            namespace: self.service.namespace.clone(),
            name: self.service.name.clone(),
            port: self.port.port,
            door: self.door,
            chains: match &self.scheduler {
                Some(scheduler) => vec![format!("IPVS {scheduler}").into()],
                None => std::mem::take(&mut self.chains),
            },
        }
    }

    /// Goes through the chains up to the one that picks an endpoint.
    fn route(&mut self) -> Result<Route, Reason> {
        if !self.reach.any {
            return Err(Reason::NoEndpoints);
        }
        let from_pod = self.seen.from_pod;
        if self.door == Door::ClusterIp {
            let local = self.service.internal_local;
            // What is no Pod's may have to be answered by way of this node.
            return self.pick(local, !from_pod);
        }
        if self.door == Door::NodePort {
            self.chains.push(Str::new_static("KUBE-NODEPORTS"));
        }
        if self.door == Door::LoadBalancer && !self.service.source_ranges.is_empty() {
            self.chains.push(self.rules.firewall.clone());
            if !self.service.admits(self.seen.packet.source) {
                self.chains.push(Str::new_static("KUBE-PROXY-FIREWALL"));
                return Err(Reason::SourceRefused);
            }
        }
        self.chains.push(self.rules.external.clone());
        match (self.service.external_local, from_pod || self.seen.from_node) {
            (false, _) => self.pick(false, true),
            // What begins on this node goes to the cluster-wide chain whatever the policy says.
            (true, true) => self.pick(false, self.seen.from_node),
            (true, false) => self.pick(true, false),
        }
    }

    fn pick(&mut self, local: bool, masquerade: bool) -> Result<Route, Reason> {
        if self.targets(local).is_empty() {
            return Err(Reason::NoLocalEndpoints);
        }
        self.chains.push(if local { &self.rules.local } else { &self.rules.cluster }.clone());
        Ok(Route { local, masquerade })
    }

    fn targets(&self, local: bool) -> &[u32] {
        if local { &self.reach.local } else { &self.reach.cluster }
    }
}

impl Service {
    /// Whether the load balancer takes packets from an address (`spec.loadBalancerSourceRanges`).
    pub fn admits(&self, source: Ipv4Addr) -> bool {
        self.source_ranges.is_empty() || self.source_ranges.iter().any(|range| range.contains(source))
    }
}
