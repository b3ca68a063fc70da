//! Whatever a cluster's objects say, every packet ends: with a bounded number of hops, a reason, and words for it.

use super::*;

/// Rounds, each with objects of its own; `NETWORK_FUZZ_ROUNDS` makes it look further.
const ROUNDS: u64 = 150;
const CALLS: usize = 40;
/// A packet's own limit, and what one step may add to it.
const MOST_HOPS: usize = 70;

/// Things that stand where an address, a port, a name or a selector should.
const ADDRESSES: &[&str] = &[
    "10.100.0.1",
    "10.100.9.9",
    "10.44.0.1",
    "10.44.0.0",
    "10.36.0.1",
    "10.47.255.255",
    "172.17.0.10",
    "172.17.0.11",
    "172.17.0.12",
    "172.17.255.1",
    "172.17.0.1",
    "198.51.100.20",
    "0.0.0.0",
    "255.255.255.255",
    "127.0.0.1",
    "::1",
    "",
    "None",
    "10.44.0.1/24",
    "x",
    "10.96.0.10",
];
const NAMES: &[&str] = &[
    "web",
    "web.default",
    "db.default.svc.cluster.local",
    ".",
    "..",
    "",
    "localhost",
    "alias",
    "www.example.com",
    "-",
    "a.b.c.d.e.f.g.h",
    "10-44-0-1.default.pod.cluster.local",
    "_._tcp.web.default.svc.cluster.local",
    "\u{1F980}",
    "web.",
];
const SELECTORS: &[&str] = &[
    "{}",
    "{matchLabels: {app: web-1}}",
    "{matchExpressions: [{key: app, operator: In, values: []}]}",
    "{matchExpressions: [{key: app, operator: Odd}]}",
    "{matchExpressions: [{operator: Exists}]}",
    "null",
    "[]",
    "7",
];

struct Fuzz {
    cluster: Cluster,
    rng: Rng,
}

impl Fuzz {
    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.rng.below(from.len() as u32) as usize]
    }

    fn port(&mut self) -> i64 {
        let some = [0, 1, 53, 80, 81, 30_080, 30_081, 30_082, 65_535, 65_536, -1, i64::MAX];
        some[self.rng.below(some.len() as u32) as usize]
    }

    /// One more object, or one that goes.
    fn change(&mut self) {
        let protocol = self.pick(&["TCP", "UDP", "SCTP", "", "HTTP"]);
        let (port, node_port, number) = (self.port(), self.port(), self.port());
        let name = self.pick(&["web", "lb", "local", "a", "b", "kube-dns"]);
        let deleted = self.rng.below(8) == 0;
        match self.rng.below(6) {
            0 | 1 => {
                let ports =
                    list![obj! { "name" => "", "port" => port, "nodePort" => node_port, "protocol" => protocol }];
                let mut spec = obj! {
                    "type" => self.pick(&["ClusterIP", "NodePort", "LoadBalancer", "ExternalName", "Odd"]),
                    "clusterIP" => self.pick(ADDRESSES), "externalName" => self.pick(NAMES), "ports" => ports,
                    "externalIPs" => list![self.pick(ADDRESSES)],
                    "externalTrafficPolicy" => self.pick(&["Local", "Cluster", ""]),
                    "internalTrafficPolicy" => self.pick(&["Local", "Cluster", ""]),
                    "sessionAffinity" => self.pick(&["ClientIP", "None"]),
                };
                spec.set(
                    "loadBalancerSourceRanges",
                    list![self.pick(&["0.0.0.0/0", "10.0.0.0/33", "x", "172.17.0.1/32"])],
                );
                let mut object = service(name, spec);
                object.set("status.loadBalancer.ingress", list![obj! { "ip" => self.pick(ADDRESSES) }]);
                self.cluster.network.observe(kind::SERVICE, &object, deleted);
            }
            2 | 3 => {
                let endpoints = (0..self.rng.below(4)).map(|_| {
                    obj! {
                        "addresses" => list![self.pick(ADDRESSES)], "nodeName" => self.pick(&["node1", "node2", "gone", ""]),
                        "conditions" => obj! { "ready" => self.rng.below(3) > 0, "serving" => true, "terminating" => true },
                    }
                });
                let mut object = slice(name, endpoints.collect());
                object.set("ports", list![obj! { "name" => "", "port" => number, "protocol" => protocol }]);
                self.cluster.network.observe(kind::ENDPOINT_SLICE, &object, deleted);
            }
            4 => {
                let (selector, peer, block) = (self.pick(SELECTORS), self.pick(SELECTORS), self.pick(ADDRESSES));
                let text = format!(
                    "metadata: {{namespace: default, name: {name}}}\nspec: {{podSelector: {selector}, policyTypes: [Ingress, Egress], \
                     ingress: [{{from: [{{podSelector: {peer}}}, {{ipBlock: {{cidr: '{block}/8', except: ['{block}']}}}}], ports: [{{port: {port}, endPort: {number}}}]}}], \
                     egress: [{{to: [{{namespaceSelector: {peer}}}]}}, {{ports: [{{protocol: '{protocol}', port: sql}}]}}]}}"
                );
                let policy = api::yaml::documents(&text).unwrap().remove(0);
                self.cluster.network.observe(kind::NETWORK_POLICY, &policy, deleted);
            }
            _ => {
                let node = self.pick(&["node1", "node2", "node3", "master", "gone"]);
                match self.rng.below(4) {
                    0 => self.cluster.network.set_link(node, self.rng.below(2) == 0),
                    1 => self.cluster.network.gear_mut(node).bridge_down = self.rng.below(2) == 0,
                    2 => self.cluster.network.gear_mut(node).eth0_down = self.rng.below(2) == 0,
                    _ => {
                        let value = Value::from(self.pick(NAMES));
                        for of in [kind::SERVICE, kind::ENDPOINT_SLICE, kind::NODE, kind::NAMESPACE, kind::INGRESS] {
                            self.cluster.network.observe(of, &value, deleted);
                        }
                    }
                }
            }
        }
    }

    fn call(&mut self) {
        let from = match self.rng.below(5) {
            0 => Place::Outside,
            1 => Place::Node(self.pick(&["node1", "node2", "master", "gone", ""]).into()),
            _ => Place::Pod(self.pick(&["web-0", "web-1", "coredns", "gone", ""]).into()),
        };
        let host = if self.rng.below(3) == 0 { self.pick(NAMES) } else { self.pick(ADDRESSES) };
        let protocol = [Protocol::Tcp, Protocol::Udp, Protocol::Sctp, Protocol::Icmp][self.rng.below(4) as usize];
        let port = u16::try_from(self.port()).unwrap_or_default();
        let held = self.rng.below(4) == 0;
        let call =
            Call { from: &from, host, port, protocol, source_port: [0, 5_000][self.rng.below(2) as usize], held };
        let (before, mut again) = (self.cluster.network.clone(), self.cluster.rng.clone());
        let trace =
            self.cluster.network.connect(&call, &self.cluster.machines, &mut self.cluster.rng, self.cluster.now);
        let whole = format!("{call:?}\n{}", way(&trace));
        assert!(trace.hops.len() <= MOST_HOPS && trace.query.len() <= MOST_HOPS, "{whole}");
        assert!(trace.listener().is_some() != trace.reason().is_some(), "{whole}");
        assert!(trace.after < Duration::from_secs(200), "{:?} {whole}", trace.after);
        // It says so in words, in every language, and does the same again.
        for language in [Language::English, Language::Korean] {
            let story = trace.story(&|uid: &str| uid.to_owned());
            assert!(story.iter().all(|step| !step.line(language).contains('{')), "{whole}");
        }
        let twin = { before }.connect(&call, &self.cluster.machines, &mut again, self.cluster.now);
        assert_eq!(twin, trace, "{whole}");
        if held && self.rng.below(2) == 0 {
            self.cluster.network.close(&trace, self.cluster.now);
        }
        self.cluster.now = self.cluster.now + Duration::from_millis(u64::from(self.rng.below(100_000)));
    }
}

#[test]
fn every_packet_ends() {
    let rounds = std::env::var("NETWORK_FUZZ_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(ROUNDS);
    let mut remembered = 0;
    for seed in 0..rounds {
        let mut fuzz = Fuzz { cluster: Cluster::new(), rng: Rng::new(seed) };
        for _ in 0..12 {
            fuzz.change();
        }
        for _ in 0..CALLS {
            fuzz.call();
            if fuzz.rng.below(4) == 0 {
                fuzz.change();
            }
        }
        for node in ["node1", "gone"] {
            iptables::save(&fuzz.cluster.network, node, None);
            ipvs::list(&fuzz.cluster.network, node, fuzz.cluster.now);
            let entries = fuzz.cluster.network.conntrack.entries(node, fuzz.cluster.now);
            remembered += entries.iter().filter(|entry| !entry.line(fuzz.cluster.now).is_empty()).count();
        }
    }
    assert!(remembered > 0);
}
