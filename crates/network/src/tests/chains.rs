//! The printed rules, followed as a kernel would, against what packets really do: for Services of every kind, on every node.

use super::*;
use crate::proxy::{Seen, Verdict};
use crate::service::Range;

/// What a packet meets in the rules.
#[derive(Debug, Default, PartialEq)]
struct Met {
    /// The endpoints that it may get, each with its chance in millionths.
    endpoints: BTreeMap<String, u64>,
    masqueraded: bool,
    /// `REJECT`, `DROP`, or nothing.
    end: String,
}

/// A node's rules, as `iptables-save` prints them.
struct Tables(BTreeMap<(&'static str, String), Vec<Vec<String>>>);

fn words(rule: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (i, part) in rule.split('"').enumerate() {
        match i % 2 {
            0 => words.extend(part.split_whitespace().map(str::to_owned)),
            _ => words.push(part.to_owned()),
        }
    }
    words
}

impl Tables {
    fn read(network: &Network, node: &str) -> Tables {
        let mut all = BTreeMap::new();
        for table in ["filter", "nat"] {
            for line in iptables::save(network, node, Some(table)).lines() {
                let Some((chain, rule)) = line.strip_prefix("-A ").and_then(|rest| rest.split_once(' ')) else {
                    continue;
                };
                all.entry((table, chain.to_owned())).or_insert_with(Vec::new).push(words(rule));
            }
        }
        Tables(all)
    }

    /// Lets a packet with a chance go through a chain; returns the chance that it comes back out of it.
    fn follow(&self, table: &'static str, chain: &str, seen: &Seen<'_>, chance: f64, met: &mut Met) -> f64 {
        let mut left = chance;
        for rule in self.0.get(&(table, chain.to_owned())).into_iter().flatten() {
            let Some((probability, target)) = matches(rule, seen) else { continue };
            let taken = left * probability;
            match target {
                "KUBE-MARK-MASQ" => met.masqueraded = true,
                "REJECT" | "DROP" => {
                    met.end = target.to_owned();
                    return 0.0;
                }
                "DNAT" => {
                    let to = rule.last().unwrap().clone();
                    *met.endpoints.entry(to).or_default() += (taken * 1e6).round() as u64;
                    left -= taken;
                }
                "" | "ACCEPT" => {}
                chain => left += self.follow(table, chain, seen, taken, met) - taken,
            }
            if left <= 1e-9 {
                return 0.0;
            }
        }
        left
    }

    fn meet(&self, seen: &Seen<'_>) -> Met {
        let mut met = Met::default();
        if self.follow("nat", "KUBE-SERVICES", seen, 1.0, &mut met) > 0.0 {
            for chain in ["KUBE-PROXY-FIREWALL", "KUBE-SERVICES", "KUBE-EXTERNAL-SERVICES"] {
                if met.end.is_empty() {
                    self.follow("filter", chain, seen, 1.0, &mut met);
                }
            }
        }
        met
    }
}

/// With which probability a rule matches, and its target.
fn matches<'a>(rule: &'a [String], seen: &Seen<'_>) -> Option<(f64, &'a str)> {
    let (mut probability, mut target, mut not) = (1.0, "", false);
    let mut words = rule.iter().map(String::as_str);
    let within = |range: &str, address| Range::parse(range).unwrap().contains(address);
    while let Some(word) = words.next() {
        if word == "!" {
            not = true;
            continue;
        }
        let mut value = || words.next().unwrap();
        let holds = match word {
            "-s" => within(value(), seen.packet.source),
            "-d" => within(value(), seen.packet.destination),
            "-p" => value() == seen.packet.protocol.lower(),
            "--dport" => value() == seen.packet.port.to_string(),
            "--dst-type" => value() == "LOCAL" && seen.to_node,
            "--src-type" => value() == "LOCAL" && seen.from_node,
            "--probability" => {
                probability = value().parse().unwrap();
                true
            }
            // Nobody has called before.
            "--rcheck" => return None,
            "-j" => {
                target = value();
                break;
            }
            "-m" | "--comment" | "--mode" | "--name" | "--mask" => {
                value();
                true
            }
            "--set" | "--rsource" => true,
            other => panic!("{other} in {rule:?}"),
        };
        if holds == std::mem::take(&mut not) {
            return None;
        }
    }
    Some((probability, target))
}

/// What really happens to many packets of the kind.
fn happens(network: &mut Network, seen: &Seen<'_>, rng: &mut Rng) -> Met {
    let mut met = Met::default();
    for i in 0..80 {
        // Each is a client of its own, as far as affinity goes.
        match network.proxy.translate(*seen, rng, Time(i * 100_000_000_000)) {
            Verdict::NoRule => {}
            Verdict::Reject(..) => met.end = "REJECT".into(),
            Verdict::Drop(..) => met.end = "DROP".into(),
            Verdict::Translate(_, choice) => {
                // A packet that its own endpoint gets back is masqueraded whatever else holds.
                met.masqueraded |= choice.masquerade && seen.packet.source != *choice.to.ip();
                met.endpoints.insert(choice.to.to_string(), 1_000_000 / u64::from(choice.of));
            }
        }
    }
    met
}

/// Services of all kinds: a spec's text after its ports, and the endpoints as `address node state hint` with `+` between.
const SERVICES: &[(&str, &str, &str)] = &[
    ("plain", "", "10.44.0.1 node1 ready + 10.47.0.1 node3 ready + 10.36.0.10 node2 ready + 10.36.0.9 node2 no"),
    ("none", "type: NodePort", ""),
    ("unready", "type: NodePort", "10.44.0.1 node1 no"),
    ("inside", "internalTrafficPolicy: Local, type: NodePort", "10.44.0.1 node1 ready + 10.47.0.1 node3 ready"),
    ("inside-only", "internalTrafficPolicy: Local", "10.44.0.1 node1 ready"),
    ("outside", "externalTrafficPolicy: Local, type: LoadBalancer", "10.44.0.1 node1 ready + 10.36.0.1 node2 last"),
    ("both", "externalTrafficPolicy: Local, internalTrafficPolicy: Local, type: NodePort", "10.36.0.1 node2 ready"),
    (
        "ranges",
        "type: LoadBalancer, loadBalancerSourceRanges: [203.0.113.0/24, 172.17.0.11/32]",
        "10.44.0.1 node1 ready",
    ),
    ("ending", "type: NodePort", "10.44.0.1 node1 last + 10.36.0.1 node2 last + 10.36.0.2 node2 no"),
    ("sticky", "sessionAffinity: ClientIP, type: NodePort", "10.44.0.1 node1 ready + 10.36.0.1 node2 ready"),
    ("external", "externalIPs: [198.51.100.99]", "10.44.0.1 node1 ready + 10.36.0.1 node2 ready"),
    (
        "zones",
        "type: NodePort",
        "10.44.0.1 node1 ready zone-a + 10.36.0.1 node2 ready zone-b + 10.47.0.1 node3 ready zone-b",
    ),
    ("half-hinted", "", "10.44.0.1 node1 ready zone-a + 10.36.0.1 node2 ready"),
    ("nodes", "", "10.44.0.1 node1 ready =node1 + 10.36.0.1 node2 ready =node2 + 10.36.0.2 node2 ready =node2"),
];

fn build(protocol: &str) -> (Cluster, Vec<(Ipv4Addr, u16, u16)>) {
    let mut cluster = Cluster::new();
    let mut addresses = Vec::new();
    for (i, (name, spec, endpoints)) in SERVICES.iter().enumerate() {
        let (ip, node_port) = (Ipv4Addr::new(10, 101, 0, i as u8), 31_000 + i as u16);
        let node_port = if spec.contains("type:") { node_port } else { 0 };
        let text = format!(
            "metadata: {{namespace: t, name: {name}}}\nspec: {{clusterIP: {ip}, ports: [{{name: p, port: 80, protocol: {protocol}, \
             nodePort: {node_port}}}], {spec}}}"
        );
        let mut service = api::yaml::documents(&text).unwrap().remove(0);
        addresses.push((ip, 80, node_port));
        if spec.contains("LoadBalancer") {
            let ip = Ipv4Addr::new(192, 0, 2, i as u8);
            service.set("status.loadBalancer.ingress", list![obj! { "ip" => ip.to_string() }]);
            addresses.push((ip, 80, 0));
        }
        if spec.contains("externalIPs") {
            addresses.push((Ipv4Addr::new(198, 51, 100, 99), 80, 0));
        }
        cluster.network.observe(kind::SERVICE, &service, false);
        let endpoint = |text: &str| {
            let words: Vec<&str> = text.split(' ').collect();
            let (ready, last) = (words[2] == "ready", words[2] == "last");
            let conditions = obj! { "ready" => ready, "serving" => ready || last, "terminating" => last };
            let mut endpoint =
                obj! { "addresses" => list![words[0]], "nodeName" => words[1], "conditions" => conditions };
            match words.get(3).map(|hint| (hint.strip_prefix('='), *hint)) {
                Some((Some(node), _)) => endpoint.set("hints", obj! { "forNodes" => list![obj! { "name" => node }] }),
                Some((None, zone)) => endpoint.set("hints", obj! { "forZones" => list![obj! { "name" => zone }] }),
                None => {}
            }
            endpoint
        };
        let list: Value = endpoints.split(" + ").filter(|text| !text.is_empty()).map(endpoint).collect();
        let mut slice = slice(name, list);
        slice.set("metadata.namespace", "t");
        slice.set("ports", list![obj! { "name" => "p", "port" => 8080, "protocol" => protocol }]);
        cluster.network.observe(kind::ENDPOINT_SLICE, &slice, false);
    }
    for (i, name) in ["node1", "node2"].iter().enumerate() {
        let address = list![obj! { "type" => "InternalIP", "address" => format!("172.17.0.{}", 11 + i) }];
        let labels = obj! { "topology.kubernetes.io/zone" => if i == 0 { "zone-a" } else { "zone-b" } };
        let node = obj! { "metadata" => obj! { "name" => *name, "labels" => labels }, "status" => obj! { "addresses" => address } };
        cluster.network.observe(kind::NODE, &node, false);
    }
    (cluster, addresses)
}

#[test]
fn what_is_printed_is_what_happens() {
    let mut compared = 0;
    for (protocol, written) in [(Protocol::Tcp, "TCP"), (Protocol::Udp, "UDP"), (Protocol::Sctp, "SCTP")] {
        let (mut cluster, addresses) = build(written);
        for node in ["node1", "node2", "master"] {
            let tables = Tables::read(&cluster.network, node);
            let own = cluster.network.address(&Place::Node(node.into())).unwrap();
            let zone = cluster.network.zone(node);
            let sources =
                [own, Ipv4Addr::new(10, 44, 0, 77), Ipv4Addr::new(203, 0, 113, 5), Ipv4Addr::new(172, 17, 0, 1)];
            for (address, port, node_port) in &addresses {
                for source in sources {
                    for (destination, port) in [(*address, *port), (own, *node_port)] {
                        let packet = Packet { source, source_port: 40_000, destination, port, protocol };
                        let (to_node, from_node) = (destination == own, source == own);
                        let from_pod = crate::weave::contains(source);
                        let seen = Seen { node, zone: &zone, to_node, from_node, from_pod, packet: &packet };
                        let (said, done) = (tables.meet(&seen), happens(&mut cluster.network, &seen, &mut cluster.rng));
                        let near = |a: &u64, b: &u64| a.abs_diff(*b) < 3;
                        let same = said.end == done.end
                            && said.endpoints.keys().eq(done.endpoints.keys())
                            && said.endpoints.values().zip(done.endpoints.values()).all(|(a, b)| near(a, b))
                            && (said.endpoints.is_empty() || said.masqueraded == done.masqueraded);
                        assert!(same, "{node} {packet}\nprinted {said:?}\nhappens {done:?}");
                        compared += usize::from(!said.endpoints.is_empty() || !said.end.is_empty());
                    }
                }
            }
        }
    }
    assert!(compared > 600, "{compared}");
}

/// The endpoints' last digits that a packet may get, or how it ends, for the cluster IP from a Pod, and for the node port from
/// outside, on node1, node2 and master: written down from kube-proxy's rules.
#[test]
fn which_endpoints_each_kind_of_traffic_reaches() {
    let table: &[(&str, [&str; 3], [&str; 3])] = &[
        ("plain", ["36.0.10 44.0.1 47.0.1"; 3], [""; 3]),
        ("none", ["REJECT"; 3], ["REJECT"; 3]),
        ("unready", ["REJECT"; 3], ["REJECT"; 3]),
        ("inside", ["44.0.1", "DROP", "DROP"], ["44.0.1 47.0.1"; 3]),
        ("inside-only", ["44.0.1", "DROP", "DROP"], [""; 3]),
        ("outside", ["44.0.1"; 3], ["44.0.1", "36.0.1", "DROP"]),
        ("both", ["DROP", "36.0.1", "DROP"], ["DROP", "36.0.1", "DROP"]),
        ("ending", ["36.0.1 44.0.1"; 3], ["36.0.1 44.0.1"; 3]),
        (
            "zones",
            ["44.0.1", "36.0.1 47.0.1", "36.0.1 44.0.1 47.0.1"],
            ["44.0.1", "36.0.1 47.0.1", "36.0.1 44.0.1 47.0.1"],
        ),
        ("half-hinted", ["36.0.1 44.0.1"; 3], [""; 3]),
        ("nodes", ["44.0.1", "36.0.1 36.0.2", "36.0.1 36.0.2 44.0.1"], [""; 3]),
    ];
    let (mut cluster, _) = build("TCP");
    for (name, inside, outside) in table {
        let i = SERVICES.iter().position(|(n, ..)| n == name).unwrap();
        for (at, node) in ["node1", "node2", "master"].into_iter().enumerate() {
            let own = cluster.network.address(&Place::Node(node.into())).unwrap();
            let zone = cluster.network.zone(node);
            let mut ask = |source: Ipv4Addr, destination: Ipv4Addr, port: u16| {
                let packet = Packet { source, source_port: 40_000, destination, port, protocol: Protocol::Tcp };
                let (to_node, from_pod) = (destination == own, crate::weave::contains(source));
                let seen = Seen { node, zone: &zone, to_node, from_node: false, from_pod, packet: &packet };
                let met = happens(&mut cluster.network, &seen, &mut cluster.rng);
                let ends = met.endpoints.keys().map(|to| to["10.".len()..].trim_end_matches(":8080").to_owned());
                ends.chain(Some(met.end).filter(|end| !end.is_empty())).collect::<Vec<_>>().join(" ")
            };
            let ip = Ipv4Addr::new(10, 101, 0, i as u8);
            assert_eq!(ask(Ipv4Addr::new(10, 44, 0, 77), ip, 80), inside[at], "{name} inside {node}");
            let outside_client = Ipv4Addr::new(203, 0, 113, 5);
            assert_eq!(ask(outside_client, own, 31_000 + i as u16), outside[at], "{name} outside {node}");
        }
    }
}
