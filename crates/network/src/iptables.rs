//! kube-proxy's rules as `iptables-save` prints them on a node (pkg/proxy/iptables/proxier.go). They are derived from the
//! same Services and endpoints by which packets are translated, so what is printed is what happens.

use crate::gear::{Chain, Gear};
use crate::names;
use crate::network::Network;
use crate::packet::Place;
use crate::plugin::Plugin;
use crate::proxy::{Door, Mode, PortRules, Reach, Target, addresses};
use crate::service::{Service, ServicePort};
use api::Str;
use std::net::{Ipv4Addr, SocketAddrV4};

/// What stands for the Pods' range in the rules below.
const CLUSTER_CIDR: &str = "POD-RANGE";

/// A table as it grows: its chains, and their rules in order.
struct Table {
    name: &'static str,
    chains: Vec<Str>,
    rules: Vec<(Str, String)>,
}

impl Table {
    fn new(name: &'static str) -> Table {
        Table { name, chains: Vec::new(), rules: Vec::new() }
    }

    fn chain(&mut self, chain: &str) {
        if !self.chains.iter().any(|known| known == chain) {
            self.chains.push(chain.into());
        }
    }

    fn add(&mut self, chain: &str, rule: String) {
        self.chain(chain);
        self.rules.push((chain.into(), rule));
    }

    /// The text between `*TABLE` and `COMMIT`; chains by name, the built-in ones first.
    fn save(mut self, built_in: &[&str], gear: Option<&Gear>) -> String {
        let mut text = format!("*{}\n", self.name);
        for chain in built_in {
            let closed = gear.is_some_and(|gear| Chain::named(chain).is_some_and(|chain| gear.closed.contains(&chain)));
            text.push_str(&format!(":{chain} {} [0:0]\n", if closed { "DROP" } else { "ACCEPT" }));
        }
        self.chains.retain(|chain| !built_in.contains(&chain.as_str()));
        api::sort(&mut self.chains);
        self.chains.iter().for_each(|chain| text.push_str(&format!(":{chain} - [0:0]\n")));
        let all = built_in.iter().copied().chain(self.chains.iter().map(Str::as_str));
        for chain in all {
            for (_, rule) in self.rules.iter().filter(|(of, _)| of == chain) {
                text.push_str(&format!("-A {chain} {rule}\n"));
            }
        }
        text + "COMMIT\n"
    }
}

/// What `iptables-save` prints on `node`, or `iptables-save -t TABLE`: the tables `filter` and `nat`.
pub fn save(network: &Network, node: &str, table: Option<&str>) -> String {
    let (mut nat, mut filter) = (Table::new("nat"), Table::new("filter"));
    let ipvs = network.proxy.mode(node) != Mode::Iptables;
    let of_services = if ipvs { IPVS_FRAME } else { &[] };
    let of_the_plugin = if network.plugin == Plugin::Weave { WEAVE } else { IP_MASQ };
    for lines in [of_services, FRAME, &[of_the_plugin]] {
        frame(&mut nat, &mut filter, lines);
    }
    let (proxy, zone) = (&network.proxy, network.zone(node));
    let own = network.address(&Place::Node(node.into()));
    let gear = network.gear(node);
    // What somebody has added stands after what kube-proxy needs there.
    for rule in gear.into_iter().flat_map(|gear| &gear.rules) {
        filter.add(rule.chain.name(), rule.text.to_string());
    }
    for service in proxy.services().filter(|_| !ipvs) {
        let Some(rules) = proxy.derived(&service.key()) else { continue };
        for (port, rules) in service.ports.iter().zip(&rules.ports) {
            let reach = rules.reach(service, node, &zone);
            Port { own, service, port, rules, reach }.write(&mut nat, &mut filter);
        }
    }
    let last = "-m comment --comment \"kubernetes service nodeports; NOTE: this must be the last rule in this chain\" \
                -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS";
    if !ipvs {
        nat.add("KUBE-SERVICES", last.to_owned());
    }
    let mut text = String::new();
    let wanted = |name| table.is_none_or(|table| table == name);
    if wanted("filter") {
        text += &filter.save(&["INPUT", "FORWARD", "OUTPUT"], gear);
    }
    if wanted("nat") {
        text += &nat.save(&["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"], None);
    }
    text.replace(CLUSTER_CIDR, network.plugin.cluster_cidr())
}

/// Rules and chains of a table.
type TableLines = (&'static str, &'static [&'static str]);

/// The rules that are there without any Service: kube-proxy's (`iptablesJumpChains`) and the kubelet's.
const FRAME: &[TableLines] = &[
    (
        "filter",
        &[
            "INPUT -m conntrack --ctstate NEW -m comment --comment \"kubernetes load balancer firewall\" -j KUBE-PROXY-FIREWALL",
            "INPUT -m comment --comment \"kubernetes health check service ports\" -j KUBE-NODEPORTS",
            "INPUT -m conntrack --ctstate NEW -m comment --comment \"kubernetes externally-visible service portals\" -j KUBE-EXTERNAL-SERVICES",
            "INPUT -j KUBE-FIREWALL",
            "FORWARD -m conntrack --ctstate NEW -m comment --comment \"kubernetes load balancer firewall\" -j KUBE-PROXY-FIREWALL",
            "FORWARD -m comment --comment \"kubernetes forwarding rules\" -j KUBE-FORWARD",
            "FORWARD -m conntrack --ctstate NEW -m comment --comment \"kubernetes service portals\" -j KUBE-SERVICES",
            "FORWARD -m conntrack --ctstate NEW -m comment --comment \"kubernetes externally-visible service portals\" -j KUBE-EXTERNAL-SERVICES",
            "OUTPUT -m conntrack --ctstate NEW -m comment --comment \"kubernetes load balancer firewall\" -j KUBE-PROXY-FIREWALL",
            "OUTPUT -m conntrack --ctstate NEW -m comment --comment \"kubernetes service portals\" -j KUBE-SERVICES",
            "OUTPUT -j KUBE-FIREWALL",
            "KUBE-EXTERNAL-SERVICES",
            "KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment \"block incoming localnet connections\" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP",
            "KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP",
            "KUBE-FORWARD -m comment --comment \"kubernetes forwarding rules\" -m mark --mark 0x4000/0x4000 -j ACCEPT",
            "KUBE-FORWARD -m comment --comment \"kubernetes forwarding conntrack rule\" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
            "KUBE-KUBELET-CANARY",
            "KUBE-NODEPORTS",
            "KUBE-PROXY-CANARY",
            "KUBE-PROXY-FIREWALL",
            "KUBE-SERVICES",
        ],
    ),
    (
        "nat",
        &[
            "PREROUTING -m comment --comment \"kubernetes service portals\" -j KUBE-SERVICES",
            "OUTPUT -m comment --comment \"kubernetes service portals\" -j KUBE-SERVICES",
            "POSTROUTING -m comment --comment \"kubernetes postrouting rules\" -j KUBE-POSTROUTING",
            "KUBE-KUBELET-CANARY",
            "KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000",
            "KUBE-NODEPORTS",
            "KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN",
            "KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0",
            "KUBE-POSTROUTING -m comment --comment \"kubernetes service traffic requiring SNAT\" -j MASQUERADE --random-fully",
            "KUBE-PROXY-CANARY",
        ],
    ),
];

/// weave-net's: whoever is no Pod comes to other nodes' Pods under the bridge's address, and Pods go out under their node's. The
/// set holds the blocks of addresses that the node owns.
const WEAVE: TableLines = (
    "nat",
    &[
        "POSTROUTING -j WEAVE",
        "WEAVE -m set --match-set weaver-no-masq-local dst -m comment --comment \"Prevent SNAT to locally running containers\" -j RETURN",
        "WEAVE -s POD-RANGE -d 224.0.0.0/4 -j RETURN",
        "WEAVE ! -s POD-RANGE -d POD-RANGE -j MASQUERADE",
        "WEAVE -s POD-RANGE ! -d POD-RANGE -j MASQUERADE",
    ],
);

/// What the nodes of a cluster without an overlay set up when they start (cluster/gce/gci/configure-helper.sh): Pods go out under
/// their node's address, and speak to each other under their own.
const IP_MASQ: TableLines = (
    "nat",
    &[
        "POSTROUTING -m comment --comment \"ip-masq: ensure nat POSTROUTING directs all non-LOCAL destination traffic to our custom IP-MASQ chain\" -m addrtype ! --dst-type LOCAL -j IP-MASQ",
        "IP-MASQ -d POD-RANGE -m comment --comment \"ip-masq: Pods' range is not subject to MASQUERADE\" -j RETURN",
        "IP-MASQ -m comment --comment \"ip-masq: outbound traffic is subject to MASQUERADE (must be last in chain)\" -j MASQUERADE",
    ],
);

/// What stands in the place of the Services' own rules in IPVS mode, where sets of addresses are asked instead.
const IPVS_FRAME: &[TableLines] = &[(
    "nat",
    &[
        "KUBE-SERVICES -s 127.0.0.0/8 -j RETURN",
        "KUBE-SERVICES ! -s POD-RANGE -m comment --comment \"Kubernetes service cluster ip + port for masquerade purpose\" -m set --match-set KUBE-CLUSTER-IP dst,dst -j KUBE-MARK-MASQ",
        "KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODE-PORT",
        "KUBE-SERVICES -m set --match-set KUBE-CLUSTER-IP dst,dst -j ACCEPT",
        "KUBE-NODE-PORT -p tcp -m comment --comment \"Kubernetes nodeport TCP port for masquerade purpose\" -m set --match-set KUBE-NODE-PORT-TCP dst -j KUBE-MARK-MASQ",
        "KUBE-LOAD-BALANCER -j KUBE-MARK-MASQ",
        "KUBE-POSTROUTING -m comment --comment \"Kubernetes endpoints dst ip:port, source ip for solving hairpin purpose\" -m set --match-set KUBE-LOOP-BACK dst,dst,src -j MASQUERADE",
    ],
)];

fn frame(nat: &mut Table, filter: &mut Table, more: &[TableLines]) {
    for (table, lines) in more {
        let table = if *table == "nat" { &mut *nat } else { &mut *filter };
        for line in *lines {
            match line.split_once(' ') {
                Some((chain, rule)) => table.add(chain, rule.to_owned()),
                None => table.chain(line),
            }
        }
    }
}

/// One port of one Service on one node.
struct Port<'a> {
    /// The node's address.
    own: Option<Ipv4Addr>,
    service: &'a Service,
    port: &'a ServicePort,
    rules: &'a PortRules,
    reach: Reach<'a>,
}

/// `-m comment --comment "TEXT"`
fn comment(text: &str) -> String {
    format!("-m comment --comment \"{text}\"")
}

impl Port<'_> {
    fn write(&self, nat: &mut Table, filter: &mut Table) {
        let (any, name) = (self.reach.any, &self.rules.name);
        let inside = any && !(self.service.internal_local && self.reach.local.is_empty());
        let outside = any && !(self.service.external_local && self.reach.local.is_empty());
        let refused = match any {
            false => (format!("{name} has no endpoints"), "REJECT --reject-with icmp-port-unreachable"),
            true => (format!("{name} has no local endpoints"), "DROP"),
        };
        for (address, door) in addresses(self.service) {
            self.door(address, door, if door == Door::ClusterIp { inside } else { outside }, &refused, nat, filter);
        }
        if self.port.node_port != 0 {
            self.node_port(outside, &refused, nat, filter);
        }
        if self.service.health_port != 0 {
            let (text, port) = (comment(&format!("{name} health check node port")), self.service.health_port);
            filter.add("KUBE-NODEPORTS", format!("-p tcp {text} -m tcp --dport {port} -j ACCEPT"));
        }
        if inside && let Some(address) = self.service.cluster_ip {
            let chain = if self.service.internal_local { &self.rules.local } else { &self.rules.cluster };
            let to = self.to(address, &format!("{name} cluster IP"));
            nat.add(chain, format!("! -s {CLUSTER_CIDR} {to} -j KUBE-MARK-MASQ"));
        }
        if any && self.service.is_external() {
            self.external(outside, nat);
            self.firewall(nat);
        }
        if self.service.uses_cluster_endpoints() {
            self.choose(nat, &self.rules.cluster, &self.reach.cluster);
        }
        if self.service.uses_local_endpoints() {
            self.choose(nat, &self.rules.local, &self.reach.local);
        }
        for (index, target) in (0..).zip(&self.rules.targets) {
            if self.reach.cluster.contains(&index) || self.reach.local.contains(&index) {
                self.endpoint(nat, target);
            }
        }
    }

    /// What a packet to one of the Service's addresses looks like.
    fn to(&self, address: Ipv4Addr, text: &str) -> String {
        let (protocol, port) = (self.port.protocol.lower(), self.port.port);
        format!("-d {address}/32 -p {protocol} {} -m {protocol} --dport {port}", comment(text))
    }

    /// By which address a packet comes in, and where it goes from there. `open`: there is an endpoint for it; else it is refused
    /// or dropped, unless the external chain has found it another way before.
    fn door(
        &self,
        address: Ipv4Addr,
        door: Door,
        open: bool,
        refused: &(String, &str),
        nat: &mut Table,
        filter: &mut Table,
    ) {
        let name = &self.rules.name;
        let inside = door == Door::ClusterIp;
        if open || self.reach.any && !inside {
            let target = match door {
                Door::ClusterIp if self.service.internal_local => &self.rules.local,
                Door::ClusterIp => &self.rules.cluster,
                Door::LoadBalancer if !self.service.source_ranges.is_empty() => &self.rules.firewall,
                _ => &self.rules.external,
            };
            nat.add("KUBE-SERVICES", format!("{} -j {target}", self.to(address, &format!("{name} {}", door.as_str()))));
            if *target == self.rules.firewall {
                let text = format!("{name} traffic not accepted by {target}");
                filter.add("KUBE-PROXY-FIREWALL", format!("{} -j DROP", self.to(address, &text)));
            }
        }
        if !open {
            let chain = if inside { "KUBE-SERVICES" } else { "KUBE-EXTERNAL-SERVICES" };
            filter.add(chain, format!("{} -j {}", self.to(address, &refused.0), refused.1));
        }
    }

    fn node_port(&self, open: bool, refused: &(String, &str), nat: &mut Table, filter: &mut Table) {
        let (protocol, port) = (self.port.protocol.lower(), self.port.node_port);
        let matching = format!("-m {protocol} --dport {port}");
        if self.reach.any {
            let (text, chain) = (comment(&self.rules.name), &self.rules.external);
            nat.add("KUBE-NODEPORTS", format!("-p {protocol} {text} {matching} -j {chain}"));
        }
        if !open {
            let (text, verdict) = (comment(&refused.0), refused.1);
            let rule = format!("-p {protocol} {text} -m addrtype --dst-type LOCAL {matching} -j {verdict}");
            filter.add("KUBE-EXTERNAL-SERVICES", rule);
        }
    }

    /// `KUBE-EXT-...`: what comes from outside is masqueraded, unless the policy keeps it on this node.
    fn external(&self, open: bool, nat: &mut Table) {
        let (name, chain, cluster) = (&self.rules.name, &self.rules.external, &self.rules.cluster);
        let local = self.service.external_local;
        if local {
            let text = comment(&format!("pod traffic for {name} external destinations"));
            nat.add(chain, format!("-s {CLUSTER_CIDR} {text} -j {cluster}"));
            for (verb, target) in [("masquerade", "KUBE-MARK-MASQ"), ("route", cluster.as_str())] {
                let text = comment(&format!("{verb} LOCAL traffic for {name} external destinations"));
                nat.add(chain, format!("{text} -m addrtype --src-type LOCAL -j {target}"));
            }
        } else {
            let text = comment(&format!("masquerade traffic for {name} external destinations"));
            nat.add(chain, format!("{text} -j KUBE-MARK-MASQ"));
        }
        if open {
            nat.add(chain, format!("-j {}", if local { &self.rules.local } else { cluster }));
        }
    }

    /// `KUBE-FW-...`: whom the load balancer's address is open to.
    fn firewall(&self, nat: &mut Table) {
        let (ranges, balancers) = (&self.service.source_ranges, &self.service.load_balancer_ips);
        if ranges.is_empty() || balancers.is_empty() {
            return;
        }
        let (name, chain, target) = (&self.rules.name, &self.rules.firewall, &self.rules.external);
        let text = comment(&format!("{name} loadbalancer IP"));
        ranges.iter().for_each(|range| nat.add(chain, format!("-s {} {text} -j {target}", range.text)));
        if self.own.is_some_and(|own| ranges.iter().any(|range| range.contains(own))) {
            balancers.iter().for_each(|ip| nat.add(chain, format!("-s {ip}/32 {text} -j {target}")));
        }
        nat.add(chain, comment(&format!("other traffic to {name} will be dropped by KUBE-PROXY-FIREWALL")));
    }

    /// The chain that picks an endpoint: the one that this client had, else the i-th of n with probability 1/(n-i).
    fn choose(&self, nat: &mut Table, chain: &Str, endpoints: &[u32]) {
        let targets = || endpoints.iter().map(|index| self.rules.targets[*index as usize].to);
        let says = |to: SocketAddrV4| comment(&format!("{} -> {to}", self.rules.name));
        if let Some(span) = self.service.affinity {
            for to in targets() {
                let (sep, seconds) = (self.separate(to), span.as_secs());
                let recent = format!(
                    "-m recent --rcheck --seconds {seconds} --reap --name {sep} --mask 255.255.255.255 --rsource"
                );
                nat.add(chain, format!("{} {recent} -j {sep}", says(to)));
            }
        }
        for (i, to) in targets().enumerate() {
            let chance = match endpoints.len() - i {
                1 => String::new(),
                left => format!(" -m statistic --mode random --probability {}", probability(left)),
            };
            nat.add(chain, format!("{}{chance} -j {}", says(to), self.separate(to)));
        }
    }

    /// `KUBE-SEP-...`: gives the packet the endpoint's address; what comes from the endpoint itself is masqueraded.
    fn endpoint(&self, nat: &mut Table, target: &Target) {
        let (protocol, to) = (self.port.protocol.lower(), target.to);
        let (chain, text) = (self.separate(to), comment(&self.rules.name));
        nat.add(&chain, format!("-s {}/32 {text} -j KUBE-MARK-MASQ", to.ip()));
        let recent = match self.service.affinity {
            Some(_) => format!(" -m recent --set --name {chain} --mask 255.255.255.255 --rsource"),
            None => String::new(),
        };
        nat.add(&chain, format!("-p {protocol} {text}{recent} -m {protocol} -j DNAT --to-destination {to}"));
    }

    /// The chain of an endpoint.
    fn separate(&self, to: SocketAddrV4) -> Str {
        names::endpoint_chain(&self.rules.name, self.port.protocol.lower(), to)
    }
}

/// 1/n as the kernel keeps it: kube-proxy writes ten digits, and the kernel counts in units of 2^-31.
fn probability(n: usize) -> String {
    const UNIT: u64 = 1 << 31;
    const DIGITS: u64 = 10_000_000_000;
    let n = n as u64;
    let written = (DIGITS + n / 2) / n;
    let kept = (written * UNIT + DIGITS / 2) / DIGITS;
    let shown = (kept as u128 * 100_000_000_000 + u128::from(UNIT) / 2) / u128::from(UNIT);
    format!("0.{shown:011}")
}
