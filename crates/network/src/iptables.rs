//! kube-proxy's rules as `iptables-save` prints them on a node (pkg/proxy/iptables/proxier.go). They are derived from the
//! same Services and endpoints by which packets are translated, so what is printed is what happens.

use crate::names;
use crate::proxy::{Door, Proxy, addresses};
use crate::service::{Service, ServicePort};
use api::Str;
use std::net::SocketAddrV4;

/// The Pods' range, as `--cluster-cidr` would say it.
const CLUSTER_CIDR: &str = "10.32.0.0/12";
/// The mark of packets that are to be masqueraded.
const MASQUERADE_MARK: &str = "0x4000";

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
    fn save(mut self, built_in: &[&str]) -> String {
        let mut text = format!("*{}\n", self.name);
        built_in.iter().for_each(|chain| text.push_str(&format!(":{chain} ACCEPT [0:0]\n")));
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
pub fn save(proxy: &Proxy, node: &str, table: Option<&str>) -> String {
    let (mut nat, mut filter) = (Table::new("nat"), Table::new("filter"));
    frame(&mut nat, &mut filter);
    for service in proxy.services() {
        for port in &service.ports {
            Port { proxy, node, service, port }.write(&mut nat, &mut filter);
        }
    }
    let last = "-m comment --comment \"kubernetes service nodeports; NOTE: this must be the last rule in this chain\" \
                -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS";
    nat.add("KUBE-SERVICES", last.to_owned());
    let mut text = String::new();
    let wanted = |name| table.is_none_or(|table| table == name);
    if wanted("filter") {
        text += &filter.save(&["INPUT", "FORWARD", "OUTPUT"]);
    }
    if wanted("nat") {
        text += &nat.save(&["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"]);
    }
    text
}

/// The rules that are there without any Service.
fn frame(nat: &mut Table, filter: &mut Table) {
    let comment = |text: &str| format!("-m comment --comment \"{text}\"");
    for chain in ["PREROUTING", "OUTPUT"] {
        nat.add(chain, format!("{} -j KUBE-SERVICES", comment("kubernetes service portals")));
    }
    nat.add("POSTROUTING", format!("{} -j KUBE-POSTROUTING", comment("kubernetes postrouting rules")));
    nat.add("POSTROUTING", "-j WEAVE".to_owned());
    nat.add("KUBE-MARK-MASQ", format!("-j MARK --set-xmark {MASQUERADE_MARK}/{MASQUERADE_MARK}"));
    nat.add("KUBE-POSTROUTING", format!("-m mark ! --mark {MASQUERADE_MARK}/{MASQUERADE_MARK} -j RETURN"));
    nat.add("KUBE-POSTROUTING", format!("-j MARK --set-xmark {MASQUERADE_MARK}/0x0"));
    let snat = comment("kubernetes service traffic requiring SNAT");
    nat.add("KUBE-POSTROUTING", format!("{snat} -j MASQUERADE --random-fully"));
    nat.chain("KUBE-NODEPORTS");
    // weave's: whoever is no Pod comes to Pods under the bridge's address, and Pods go out under their node's.
    nat.add("WEAVE", format!("-s {CLUSTER_CIDR} -d 224.0.0.0/4 -j RETURN"));
    nat.add("WEAVE", format!("! -s {CLUSTER_CIDR} -d {CLUSTER_CIDR} -j MASQUERADE"));
    nat.add("WEAVE", format!("-s {CLUSTER_CIDR} ! -d {CLUSTER_CIDR} -j MASQUERADE"));
    for chain in ["INPUT", "FORWARD"] {
        let external = comment("kubernetes externally-visible service portals");
        filter.add(chain, format!("-m conntrack --ctstate NEW {external} -j KUBE-EXTERNAL-SERVICES"));
    }
    for chain in ["FORWARD", "OUTPUT"] {
        let portals = comment("kubernetes service portals");
        filter.add(chain, format!("-m conntrack --ctstate NEW {portals} -j KUBE-SERVICES"));
    }
    filter.chain("KUBE-EXTERNAL-SERVICES");
    filter.chain("KUBE-SERVICES");
}

/// One port of one Service on one node.
struct Port<'a> {
    proxy: &'a Proxy,
    node: &'a str,
    service: &'a Service,
    port: &'a ServicePort,
}

impl Port<'_> {
    fn write(&self, nat: &mut Table, filter: &mut Table) {
        let all = self.endpoints(None);
        if all.is_empty() {
            return self.reject(filter);
        }
        let (name, protocol) = (self.name(), self.port.protocol.lower());
        let cluster = names::service_chain(&name, protocol);
        let local = names::local_chain(&name, protocol);
        let here = self.endpoints(Some(self.node));
        self.doors(nat, filter, if self.service.internal_local { &local } else { &cluster }, here.is_empty());
        let outside = self.port.node_port != 0 || addresses(self.service).any(|(_, door)| door != Door::ClusterIp);
        if outside {
            self.external(nat, &cluster, &local);
        }
        let needs_local = self.service.internal_local || outside && self.service.external_local;
        let needs_cluster = !self.service.internal_local || outside;
        if needs_cluster {
            self.choose(nat, &cluster, &all);
        }
        if needs_local && !here.is_empty() {
            self.choose(nat, &local, &here);
        }
        for endpoint in if needs_cluster { &all } else { &here } {
            self.endpoint(nat, *endpoint);
        }
    }

    /// By which addresses a packet comes in, and where it goes from there.
    fn doors(&self, nat: &mut Table, filter: &mut Table, inside: &Str, none_here: bool) {
        let (name, protocol) = (self.name(), self.port.protocol.lower());
        let external = names::external_chain(&name, protocol);
        for (address, door) in addresses(self.service) {
            let (what, target, is_local) = match door {
                Door::ClusterIp => ("cluster IP", inside, self.service.internal_local),
                Door::LoadBalancer => ("loadbalancer IP", &external, false),
                _ => ("external IP", &external, false),
            };
            let matching = |comment: &str| {
                let port = self.port.port;
                format!("-d {address}/32 -p {protocol} -m comment --comment \"{comment}\" -m {protocol} --dport {port}")
            };
            if is_local && none_here {
                let comment = format!("{name} has no local endpoints");
                filter.add("KUBE-SERVICES", format!("{} -j DROP", matching(&comment)));
            } else {
                nat.add("KUBE-SERVICES", format!("{} -j {target}", matching(&format!("{name} {what}"))));
            }
        }
        if self.port.node_port != 0 {
            let port = self.port.node_port;
            let rule =
                format!("-p {protocol} -m comment --comment \"{name}\" -m {protocol} --dport {port} -j {external}");
            nat.add("KUBE-NODEPORTS", rule);
        }
    }

    /// `KUBE-EXT-...`: what comes from outside is masqueraded, unless the policy keeps it on this node.
    fn external(&self, nat: &mut Table, cluster: &Str, local: &Str) {
        let name = self.name();
        let chain = names::external_chain(&name, self.port.protocol.lower());
        let comment = |text: String| format!("-m comment --comment \"{text}\"");
        if !self.service.external_local {
            let text = comment(format!("masquerade traffic for {name} external destinations"));
            nat.add(&chain, format!("{text} -j KUBE-MARK-MASQ"));
            return nat.add(&chain, format!("-j {cluster}"));
        }
        let pods = comment(format!("pod traffic for {name} external destinations"));
        nat.add(&chain, format!("-s {CLUSTER_CIDR} {pods} -j {cluster}"));
        for (verb, target) in [("masquerade", "KUBE-MARK-MASQ"), ("route", cluster.as_str())] {
            let text = comment(format!("{verb} LOCAL traffic for {name} external destinations"));
            nat.add(&chain, format!("{text} -m addrtype --src-type LOCAL -j {target}"));
        }
        if !self.endpoints(Some(self.node)).is_empty() {
            nat.add(&chain, format!("-j {local}"));
        }
    }

    /// The chain that picks an endpoint: the one that this client had, else the i-th of n with probability 1/(n-i).
    fn choose(&self, nat: &mut Table, chain: &Str, endpoints: &[SocketAddrV4]) {
        let name = self.name();
        let separate = |endpoint| names::endpoint_chain(&name, self.port.protocol.lower(), endpoint);
        let comment = |endpoint| format!("-m comment --comment \"{name} -> {endpoint}\"");
        if let Some(span) = self.service.affinity {
            for &endpoint in endpoints {
                let (sep, seconds) = (separate(endpoint), span.as_secs());
                let recent = format!(
                    "-m recent --rcheck --seconds {seconds} --reap --name {sep} --mask 255.255.255.255 --rsource"
                );
                nat.add(chain, format!("{} {recent} -j {sep}", comment(endpoint)));
            }
        }
        for (i, &endpoint) in endpoints.iter().enumerate() {
            let left = endpoints.len() - i;
            let chance = match left {
                1 => String::new(),
                left => format!(" -m statistic --mode random --probability {:.11}", 1.0 / left as f64),
            };
            nat.add(chain, format!("{}{chance} -j {}", comment(endpoint), separate(endpoint)));
        }
    }

    /// `KUBE-SEP-...`: gives the packet the endpoint's address; what comes from the endpoint itself is masqueraded.
    fn endpoint(&self, nat: &mut Table, endpoint: SocketAddrV4) {
        let (name, protocol) = (self.name(), self.port.protocol.lower());
        let chain = names::endpoint_chain(&name, protocol, endpoint);
        let comment = format!("-m comment --comment \"{name}\"");
        nat.add(&chain, format!("-s {}/32 {comment} -j KUBE-MARK-MASQ", endpoint.ip()));
        let recent = match self.service.affinity {
            Some(_) => format!(" -m recent --set --name {chain} --mask 255.255.255.255 --rsource"),
            None => String::new(),
        };
        nat.add(&chain, format!("-p {protocol} {comment}{recent} -m {protocol} -j DNAT --to-destination {endpoint}"));
    }

    /// A port without endpoints refuses at once.
    fn reject(&self, filter: &mut Table) {
        let (name, protocol) = (self.name(), self.port.protocol.lower());
        let comment = format!("-m comment --comment \"{name} has no endpoints\"");
        let reject = "-j REJECT --reject-with icmp-port-unreachable";
        for (address, door) in addresses(self.service) {
            let chain = if door == Door::ClusterIp { "KUBE-SERVICES" } else { "KUBE-EXTERNAL-SERVICES" };
            let port = self.port.port;
            filter.add(chain, format!("-d {address}/32 -p {protocol} {comment} -m {protocol} --dport {port} {reject}"));
        }
        if self.port.node_port != 0 {
            let port = self.port.node_port;
            let rule =
                format!("-p {protocol} {comment} -m addrtype --dst-type LOCAL -m {protocol} --dport {port} {reject}");
            filter.add("KUBE-EXTERNAL-SERVICES", rule);
        }
    }

    fn endpoints(&self, node: Option<&str>) -> Vec<SocketAddrV4> {
        match node {
            None => self.proxy.endpoints(self.service, self.port),
            node => self.proxy.usable(self.service, self.port, node).into_iter().map(|(address, _)| address).collect(),
        }
    }

    fn name(&self) -> String {
        self.service.port_name(self.port)
    }
}
