//! kube-proxy in IPVS mode (pkg/proxy/ipvs/proxier.go): a virtual server in the kernel for each address and port of a Service,
//! with its endpoints as real servers, taken in turn. The Services' addresses are bound to the interface `kube-ipvs0`.

use super::{Door, Proxy, addresses};
use crate::conntrack::State;
use crate::network::Network;
use crate::packet::{Packet, Place, Protocol};
use crate::service::Service;
use api::{Str, Time, Value};
use std::net::{Ipv4Addr, SocketAddrV4};

/// How a node's kube-proxy works.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Chains of rules.
    #[default]
    Iptables,
    /// Virtual servers, with the scheduler of this name.
    Ipvs(Str),
}

/// What one round of a virtual server is counted by: the node, and the server's address.
pub(super) type Server = (Str, Protocol, u32, u16);

impl Mode {
    /// The mode that the ConfigMap `kube-proxy` (`config.conf`: KubeProxyConfiguration) asks for.
    pub fn read(config_map: &Value) -> Mode {
        let text = config_map["data"]["config.conf"].str();
        let config = api::yaml::documents(text).ok().and_then(|mut all| all.pop()).unwrap_or_default();
        match (config["mode"].str(), config["ipvs"]["scheduler"].str()) {
            ("ipvs", "") => Mode::Ipvs("rr".into()),
            ("ipvs", scheduler) => Mode::Ipvs(scheduler.into()),
            _ => Mode::Iptables,
        }
    }
}

impl Proxy {
    /// How the kube-proxy of a node works.
    pub fn mode(&self, node: &str) -> Mode {
        self.modes.get(node).cloned().unwrap_or_default()
    }

    /// Kube-proxy begins to work on a node, as it is configured at that moment.
    pub(crate) fn start(&mut self, node: &str) {
        match &self.configured {
            Mode::Iptables => drop(self.modes.remove(node)),
            mode => drop(self.modes.insert(node.into(), mode.clone())),
        }
    }

    /// The how-manieth of `of` real servers is next: `rr` takes them in turn, `sh` by the client's address.
    pub(super) fn next(&mut self, node: &str, scheduler: &str, packet: &Packet, of: u32) -> u32 {
        if scheduler == "sh" {
            return packet.source.to_bits().wrapping_mul(2_654_435_761) % of;
        }
        let server: Server = (node.into(), packet.protocol, packet.destination.to_bits(), packet.port);
        let round = self.rounds.get(&server).copied().unwrap_or_default();
        self.rounds.insert(server, round.wrapping_add(1));
        round % of
    }

    /// Whether an address is bound to a node's `kube-ipvs0`, so that the node itself answers a ping to it.
    pub fn is_bound(&self, node: &str, address: Ipv4Addr) -> bool {
        if !matches!(self.mode(node), Mode::Ipvs(_)) {
            return false;
        }
        [Protocol::Tcp, Protocol::Udp, Protocol::Sctp].into_iter().any(|protocol| {
            let next = self.by_address.range((protocol, address.to_bits(), 0)..).next();
            next.is_some_and(|((p, bits, _), _)| *p == protocol && *bits == address.to_bits())
        })
    }
}

/// The addresses that `ip addr show kube-ipvs0` lists on a node; none in another mode.
pub fn bound(network: &Network, node: &str) -> Vec<Ipv4Addr> {
    if network.proxy.mode(node) == Mode::Iptables {
        return Vec::new();
    }
    let all = network.proxy.services().flat_map(|service| addresses(service).map(|(ip, _)| ip));
    all.collect()
}

/// What `ipvsadm -Ln` prints on a node.
pub fn list(network: &Network, node: &str, now: Time) -> String {
    let mut text = "IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n  -> \
                    RemoteAddress:Port           Forward Weight ActiveConn InActConn\n"
        .to_owned();
    let Mode::Ipvs(scheduler) = network.proxy.mode(node) else { return text };
    let zone = network.zone(node);
    let own = [network.address(&Place::Node(node.into())), network.bridge(node)];
    let known = network.conntrack.entries(node, now);
    for service in network.proxy.services() {
        let Some(rules) = network.proxy.derived(&service.key()) else { continue };
        for (port, rules) in service.ports.iter().zip(&rules.ports) {
            let reach = rules.reach(service, node, &zone);
            let doors = addresses(service).map(|(ip, door)| (ip, port.port, door));
            let node_ports = own.iter().flatten().filter(|_| port.node_port != 0);
            for (ip, number, door) in doors.chain(node_ports.map(|ip| (*ip, port.node_port, Door::NodePort))) {
                text += &format!("{:4} {ip}:{number} {scheduler}{}\n", proto(port.protocol), flags(service));
                let local = if door == Door::ClusterIp { service.internal_local } else { service.external_local };
                for index in if local { &reach.local[..] } else { &reach.cluster[..] } {
                    let to = rules.targets[*index as usize].to;
                    let count = |state: State| {
                        let here = known.iter().filter(|entry| {
                            entry.state(now) == state
                                && (entry.came.destination, entry.came.port) == (ip, number)
                                && SocketAddrV4::new(entry.left.destination, entry.left.port) == to
                        });
                        here.count()
                    };
                    let (to, open, over) = (to.to_string(), count(State::Established), count(State::Done));
                    text += &format!("  -> {to:<28} Masq    1      {open:<10} {over:<10}\n");
                }
            }
        }
    }
    text
}

fn proto(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Udp => "UDP",
        Protocol::Sctp => "SCTP",
        Protocol::Tcp | Protocol::Icmp => "TCP",
    }
}

fn flags(service: &Service) -> String {
    service.affinity.map_or(String::new(), |span| format!(" persistent {}", span.as_secs()))
}
