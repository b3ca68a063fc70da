//! Who reaches whom under NetworkPolicies: the cases of upstream's conformance tests (test/e2e/network/netpol), written from the
//! rules as tables in `netpol.txt`. Three Pods in each of three namespaces, on three nodes, call each other through the real way
//! of packets, by address and by a Service.

use super::*;

const PODS: [&str; 9] = ["x/a", "x/b", "x/c", "y/a", "y/b", "y/c", "z/a", "z/b", "z/c"];

/// The Pods that call each other; their UIDs are `namespace/name`.
struct Town(Cluster);

impl Town {
    fn new() -> Town {
        let mut cluster = Cluster::new();
        for namespace in ["x", "y", "z"] {
            cluster.network.observe(kind::NAMESPACE, &town_namespace(namespace, None), false);
        }
        for (i, uid) in PODS.into_iter().enumerate() {
            // Neighbours on the same node, Pods of the same namespace on others, and the other way round.
            let node = ["node1", "node2", "node3"][(i + i / 3) % 3];
            for port in [80, 81] {
                if port == 80 {
                    cluster.pod(uid, node, port);
                }
                cluster.machines.0.insert((Place::Pod(uid.into()), port));
            }
            let (namespace, name) = uid.split_once('/').unwrap();
            let port = |(port, protocol): (i64, &str)| {
                let name = format!("serve-{port}-{}", protocol.to_lowercase());
                obj! { "name" => name, "containerPort" => port, "protocol" => protocol }
            };
            let ports = [80, 81].into_iter().flat_map(|p| ["TCP", "UDP", "SCTP"].map(|protocol| (p, protocol)));
            let ports: Value = ports.map(port).collect();
            let pod = obj! {
                "metadata" => obj! { "namespace" => namespace, "name" => name, "labels" => obj! { "pod" => name } },
                "spec" => obj! { "containers" => list![obj! { "name" => "c", "ports" => ports }] },
            };
            cluster.machines.1.insert(uid.into(), pod);
        }
        let mut town = Town(cluster);
        town.services();
        town
    }

    /// A Service for each Pod, at 10.105.0.N.
    fn services(&mut self) {
        for (i, uid) in PODS.into_iter().enumerate() {
            let name = format!("s-{}", uid.replace('/', "-"));
            let protocols = ["TCP", "UDP", "SCTP"].into_iter().flat_map(|protocol| [(80, protocol), (81, protocol)]);
            let port = |(port, protocol): (i64, &str)| {
                obj! { "name" => format!("{port}-{protocol}"), "port" => port, "protocol" => protocol }
            };
            let ports: Value = protocols.map(port).collect();
            let spec = obj! { "clusterIP" => format!("10.105.0.{i}"), "ports" => ports.clone() };
            self.0.network.observe(kind::SERVICE, &service(&name, spec), false);
            let endpoint = obj! { "addresses" => list![self.address(uid).to_string()] };
            let mut slice = slice(&name, list![endpoint]);
            slice.set("ports", ports);
            self.0.network.observe(kind::ENDPOINT_SLICE, &slice, false);
        }
    }

    fn address(&self, uid: &str) -> Ipv4Addr {
        self.0.pods.iter().find(|pod| pod.0 == uid).unwrap().1
    }

    /// Does what a line says; `reach` compares the whole matrix.
    fn line(&mut self, title: &str, line: &str) {
        let (verb, rest) = line.split_once(' ').unwrap();
        let words: Vec<&str> = rest.split(' ').collect();
        match verb {
            "policy" => {
                let (namespace, rest) = rest.split_once(' ').unwrap();
                let (name, spec) = rest.split_once(' ').unwrap();
                let mut spec = spec.to_owned();
                for uid in PODS {
                    spec = spec.replace(&format!("IP({uid})"), &self.address(uid).to_string());
                }
                let text = format!("metadata: {{namespace: \"{namespace}\", name: {name}}}\nspec: {spec}");
                let policy = api::yaml::documents(&text).unwrap().remove(0);
                self.0.network.observe(kind::NETWORK_POLICY, &policy, false);
            }
            "delete" => {
                let policy = obj! { "metadata" => obj! { "namespace" => words[0], "name" => words[1] } };
                self.0.network.observe(kind::NETWORK_POLICY, &policy, true);
            }
            "namespace" => {
                let namespace = town_namespace(words[0], Some((words[1], words[2])));
                self.0.network.observe(kind::NAMESPACE, &namespace, false);
            }
            "pod" => {
                let pod = self.0.machines.1.get_mut(words[0]).unwrap();
                pod.at_mut("metadata.labels").object_mut().insert(words[1], words[2].into());
            }
            "reach" => self.reach(title, rest),
            verb => panic!("{verb}"),
        }
    }

    /// `80/TCP - FROM TO, + FROM TO`: everybody reaches everybody, but for what the changes say, the last one that matches.
    fn reach(&mut self, title: &str, text: &str) {
        let (port, changes) = text.split_once(' ').unwrap_or((text, ""));
        let (number, protocol) = port.split_once('/').unwrap();
        let (number, protocol) = (number.parse::<u16>().unwrap(), Protocol::parse(protocol).unwrap());
        let changes: Vec<Vec<&str>> =
            changes.split(", ").filter(|c| !c.is_empty()).map(|c| c.split(' ').collect()).collect();
        let is = |pattern: &str, uid: &str| {
            let ((namespace, name), (n, m)) = (pattern.split_once('/').unwrap(), uid.split_once('/').unwrap());
            (namespace == "*" || namespace == n) && (name == "*" || name == m)
        };
        let expected = |from: &str, to: &str| {
            let last = changes.iter().rev().find(|change| is(change[1], from) && is(change[2], to));
            last.is_none_or(|change| change[0] == "+")
        };
        let mut wrong = Vec::new();
        // What a Pod sends to itself is left open, as upstream leaves it.
        for (from, to) in PODS.into_iter().flat_map(|from| PODS.map(|to| (from, to))).filter(|(from, to)| from != to) {
            let service = PODS.iter().position(|uid| *uid == to).unwrap();
            for host in [self.address(to).to_string(), format!("10.105.0.{service}")] {
                let call = Call {
                    from: &Place::Pod(from.into()),
                    host: &host,
                    port: number,
                    protocol,
                    source_port: 0,
                    held: false,
                };
                let trace = self.0.network.connect(&call, &self.0.machines, &mut self.0.rng, self.0.now);
                let fits = match (&trace.outcome, expected(from, to)) {
                    (Outcome::Answered(listener), true) => listener.place == Place::Pod(to.into()),
                    (Outcome::TimedOut(Reason::IngressDenied | Reason::EgressDenied), false) => true,
                    _ => false,
                };
                if !fits {
                    wrong.push(format!("{from} to {to} by {host}: {:?}, {}", trace.outcome, way(&trace)));
                }
            }
        }
        assert!(wrong.is_empty(), "{title}: {text}\n{}", wrong.join("\n"));
    }
}

fn town_namespace(name: &str, label: Option<(&str, &str)>) -> Value {
    let mut namespace = obj! { "metadata" => obj! { "name" => name, "labels" => obj! { "ns" => name } } };
    for (key, value) in [("kubernetes.io/metadata.name", name)].into_iter().chain(label) {
        namespace.at_mut("metadata.labels").object_mut().insert(key, value.into());
    }
    namespace
}

#[test]
fn upstreams_cases_reach_whom_they_must() {
    let cases: Vec<&str> = include_str!("netpol.txt").trim().split("\n\n").collect();
    let mut checks = 0;
    for case in &cases {
        let mut lines = case.lines();
        let title = lines.next().unwrap();
        let mut town = Town::new();
        for line in lines {
            town.line(title, line);
            checks += usize::from(line.starts_with("reach"));
        }
    }
    assert!(cases.len() >= 45 && checks >= 75, "{} cases, {checks} matrices", cases.len());
}

/// Who comes from outside the Pods' network: a policy sees the address that the node sees before it masquerades.
#[test]
fn blocks_of_addresses_are_about_who_comes_from_outside_too() {
    for (policy, passes) in [
        ("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 172.17.0.0/24}}]}]}", true),
        ("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 172.17.0.0/24, except: [172.17.0.1/32]}}]}]}", false),
        ("{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}", false),
    ] {
        let mut cluster = Cluster::new();
        let text = format!("metadata: {{namespace: default, name: p}}\nspec: {policy}");
        cluster.network.observe(kind::NETWORK_POLICY, &api::yaml::documents(&text).unwrap().remove(0), false);
        // By the node port of a Service with the policy Local: the client's address is kept.
        let trace = cluster.user_calls("172.17.0.12", 30_082);
        assert_eq!(trace.listener().is_some(), passes, "{policy}: {}", way(&trace));
    }
}
