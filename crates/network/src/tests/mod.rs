//! Whole connections through a small cluster: master, node1..node3, a Service of each type.

mod chains;
mod cluster;
mod dns;
mod fuzz;
mod netpol;
mod policies;
mod rules;

use self::cluster::*;
use crate::*;
use api::{Rng, Str, Time, Value, kind, list, obj};
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::time::Duration;

#[test]
fn from_outside_only_nodes_and_load_balancers_can_be_reached() {
    let mut cluster = Cluster::new();
    let trace = cluster.user_calls("10.44.0.1", 80);
    assert_eq!(way(&trace), "outside > outside (pod-network-is-inside)");
    assert_eq!(trace.outcome, Outcome::TimedOut(Reason::PodNetworkIsInside));
    assert!((129..132).contains(&trace.after.as_secs()));
    let trace = cluster.user_calls("10.100.0.1", 80);
    assert_eq!(trace.outcome, Outcome::TimedOut(Reason::ServiceNetworkIsInside));
    let trace = cluster.user_calls("node3", 80);
    assert_eq!(trace.outcome, Outcome::Refused(Reason::NothingListens));
    assert!(trace.after < Duration::from_millis(10));
    let trace = cluster.user_calls("192.168.77.1", 80);
    assert_eq!(trace.outcome, Outcome::TimedOut(Reason::NoSuchAddress));
}

#[test]
fn a_node_port_leads_to_any_pod_on_any_node() {
    let mut cluster = Cluster::new();
    let mut ways = BTreeSet::new();
    for _ in 0..100 {
        ways.insert(way(&cluster.user_calls("172.17.0.13", 30_080)));
    }
    let local = "outside > node3 > service web > node3 (as 10.47.0.0) > bridge node3 > web-2";
    let tunnel = "outside > node3 > service web > node3 (as 10.47.0.0) > bridge node3 > bridge node1 > web-0";
    assert!(ways.contains(local) && ways.contains(tunnel), "{ways:#?}");
    assert_eq!(ways.len(), 4);
}

#[test]
fn endpoints_are_chosen_evenly() {
    let mut cluster = Cluster::new();
    let mut counts = BTreeMap::new();
    for _ in 0..4_000 {
        *counts.entry(pod_of(&cluster.pod_calls("10.100.0.1", 80))).or_insert(0u32) += 1;
    }
    let square = |n: &u32| (f64::from(*n) - 1000.0).powi(2) / 1000.0;
    let chi_square: f64 = counts.values().map(square).sum();
    assert_eq!(counts.len(), 4);
    // 16.27 is passed once in 1,000 times with 3 degrees of freedom.
    assert!(chi_square < 16.27, "{counts:?}");
}

#[test]
fn a_cluster_ip_answers_inside() {
    let mut cluster = Cluster::new();
    let trace = cluster.pod_calls("web", 80);
    assert!(trace.listener().is_some());
    assert_eq!(trace.lookups[0].name, "web.default.svc.cluster.local");
    assert!(trace.query.iter().any(|hop| hop.at == At::Pod("coredns".into())));
    let trace = cluster.call(&Place::Node("node2".into()), "10.100.0.1", 80);
    assert_eq!(trace.listener().map(|l| l.client), "10.36.0.0".parse().ok());
    let trace = cluster.pod_calls("10.100.0.1", 81);
    assert_eq!(trace.outcome, Outcome::TimedOut(Reason::NoSuchService));
    let trace = cluster.pod_calls("empty.default", 80);
    assert_eq!(way(&trace), "web-0 > bridge node1 > node1 > service empty (no-endpoints)");
    assert_eq!(trace.outcome, Outcome::Refused(Reason::NoEndpoints));
}

#[test]
fn pods_reach_pods_and_themselves() {
    let mut cluster = Cluster::new();
    let trace = cluster.pod_calls("10.36.0.1", 80);
    assert_eq!(way(&trace), "web-0 > bridge node1 > bridge node2 > web-1");
    assert_eq!(way(&cluster.pod_calls("localhost", 80)), "web-0 > web-0");
    assert_eq!(cluster.pod_calls("127.0.0.1", 81).outcome, Outcome::Refused(Reason::NothingListens));
    let trace = cluster.pod_calls("10.44.7.7", 80);
    assert_eq!(trace.outcome, Outcome::Unreachable(Reason::NoSuchAddress));
    let hairpin = loop {
        let trace = cluster.pod_calls("10.100.0.1", 80);
        if pod_of(&trace) == "web-0" {
            break trace;
        }
    };
    assert_eq!(
        way(&hairpin),
        "web-0 > bridge node1 > node1 > service web > node1 (as 10.44.0.0) > bridge node1 > web-0"
    );
}

#[test]
fn a_load_balancer_uses_a_healthy_worker() {
    let mut cluster = Cluster::new();
    for _ in 0..50 {
        let trace = cluster.user_calls("172.17.255.1", 80);
        assert!(trace.listener().is_some());
        assert!(!way(&trace).contains("master"), "{}", way(&trace));
        assert!(way(&trace).starts_with("outside > lb 172.17.255.1 > node"));
    }
    assert_eq!(cluster.user_calls("172.17.255.1", 81).outcome, Outcome::TimedOut(Reason::PortNotBalanced));
    for node in ["node1", "node2", "node3"] {
        cluster.network.set_power(node, false);
    }
    assert_eq!(cluster.user_calls("172.17.255.1", 80).outcome, Outcome::TimedOut(Reason::NoHealthyNode));
}

#[test]
fn the_local_policy_keeps_the_clients_address_or_drops() {
    let mut cluster = Cluster::new();
    for _ in 0..20 {
        let trace = cluster.user_calls("172.17.0.12", 30_082);
        assert_eq!(pod_of(&trace), "web-1");
        assert_eq!(way(&trace), "outside > node2 > service local > bridge node2 > web-1", "nobody masquerades");
    }
    assert_eq!(cluster.user_calls("172.17.0.10", 30_082).outcome, Outcome::TimedOut(Reason::NoLocalEndpoints));
    // What begins on a node is not asked for by its rules; on the next node it comes from outside, under its node's address.
    assert!(cluster.pod_calls("172.17.0.11", 30_082).listener().is_some());
    assert!(cluster.call(&Place::Node("master".into()), "172.17.0.10", 30_082).listener().is_some());
    assert_eq!(cluster.pod_calls("172.17.0.10", 30_082).outcome, Outcome::TimedOut(Reason::NoLocalEndpoints));
}

#[test]
fn affinity_holds_for_three_hours() {
    let mut cluster = Cluster::new();
    let first = pod_of(&cluster.pod_calls("10.100.0.4", 80));
    for _ in 0..20 {
        assert_eq!(pod_of(&cluster.pod_calls("10.100.0.4", 80)), first);
    }
    let mut others = BTreeSet::new();
    for _ in 0..20 {
        cluster.now = cluster.now + Duration::from_secs(10_801);
        others.insert(pod_of(&cluster.pod_calls("10.100.0.4", 80)));
    }
    assert!(others.len() > 1);
}

#[test]
fn dead_nodes_and_unready_endpoints() {
    let mut cluster = Cluster::new();
    cluster.network.set_power("node3", false);
    assert_eq!(cluster.user_calls("172.17.0.13", 30_080).outcome, Outcome::TimedOut(Reason::NodeDown));
    assert_eq!(cluster.pod_calls("172.17.0.13", 30_080).outcome, Outcome::TimedOut(Reason::NodeDown));
    let mut endpoints = cluster.endpoints();
    for endpoint in &mut endpoints.array_mut()[1..] {
        endpoint.set("conditions.ready", false);
    }
    cluster.network.observe(kind::ENDPOINT_SLICE, &slice("web", endpoints), false);
    for _ in 0..20 {
        assert_eq!(pod_of(&cluster.pod_calls("10.100.0.1", 80)), "web-0");
    }
    cluster.network.observe(kind::ENDPOINT_SLICE, &slice("web", list![]), true);
    assert_eq!(cluster.pod_calls("10.100.0.1", 80).outcome, Outcome::Refused(Reason::NoEndpoints));
    let gone = obj! { "metadata" => obj! { "namespace" => "default", "name" => "web" } };
    cluster.network.observe(kind::SERVICE, &gone, true);
    assert_eq!(cluster.pod_calls("10.100.0.1", 80).outcome, Outcome::TimedOut(Reason::NoSuchService));
    assert_eq!(cluster.user_calls("172.17.0.12", 30_080).outcome, Outcome::Refused(Reason::NothingListens));
}

#[test]
fn names_inside_and_outside() {
    let mut cluster = Cluster::new();
    let trace = cluster.pod_calls("alias", 80);
    assert_eq!(trace.lookups[0].answer.aliases, ["bar.com"]);
    assert!(way(&trace).ends_with("> node1 (as 172.17.0.11) > node1 > outside"), "{}", way(&trace));
    let trace = cluster.pod_calls("nosuch", 80);
    assert_eq!((trace.lookups.len(), trace.reason()), (4, Some(Reason::NameUnknown)));
    assert_eq!(cluster.user_calls("web", 80).reason(), Some(Reason::NameUnknown));
    assert!(cluster.user_calls("www.example.com", 80).listener().is_some());
    cluster.machines.0.remove(&(Place::Pod("coredns".into()), 53));
    let trace = cluster.pod_calls("web", 80);
    assert_eq!(trace.outcome, Outcome::Unresolved(Reason::NoNameServer));
    cluster.network.detach("master", "coredns");
    assert_eq!(cluster.pod_calls("web", 80).reason(), Some(Reason::NoNameServer));
}

#[test]
fn addresses_answer_a_ping_and_services_do_not() {
    let mut cluster = Cluster::new();
    let mut ping = |from: &Place, host: &str| {
        let call = Call { from, host, port: 0, protocol: Protocol::Icmp, source_port: 0, held: false };
        cluster.network.connect(&call, &cluster.machines, &mut cluster.rng, cluster.now).outcome
    };
    let pod = Place::Pod("web-0".into());
    for host in ["10.36.0.1", "172.17.0.13", "127.0.0.1", "www.example.com", "172.17.0.1"] {
        assert!(matches!(ping(&pod, host), Outcome::Answered(_)), "{host}");
    }
    assert!(matches!(ping(&Place::Outside, "172.17.0.13"), Outcome::Answered(_)));
    assert_eq!(ping(&Place::Outside, "10.36.0.1"), Outcome::TimedOut(Reason::PodNetworkIsInside));
    assert_eq!(ping(&pod, "10.100.0.1"), Outcome::TimedOut(Reason::NoSuchService));
}

/// What a node remembers of one connection, from its first packet to the end.
#[test]
fn a_connection_is_remembered_as_far_as_it_has_got() {
    let mut cluster = Cluster::new();
    let from = Place::Pod("web-0".into());
    let call =
        |held| Call { from: &from, host: "10.36.0.1", port: 80, protocol: Protocol::Tcp, source_port: 5000, held };
    let held = cluster.network.connect(&call(true), &cluster.machines, &mut cluster.rng, cluster.now);
    let began = cluster.now;
    let seen = |network: &Network, after: Duration| {
        let now = began + after;
        let lines: Vec<String> = network.conntrack.entries("node2", now).iter().map(|entry| entry.line(now)).collect();
        lines
            .first()
            .map(|line| line.split_whitespace().skip(2).take(2).collect::<Vec<_>>().join(" "))
            .unwrap_or_default()
    };
    let second = Duration::from_secs(1);
    assert_eq!(seen(&cluster.network, Duration::ZERO), "120 SYN_SENT");
    assert_eq!(seen(&cluster.network, held.after + second), "431999 ESTABLISHED");
    assert_eq!(seen(&cluster.network, held.after + second * 400_000), "32000 ESTABLISHED");
    cluster.network.close(&held, began + held.after + second * 7);
    assert_eq!(seen(&cluster.network, held.after + second * 6), "431994 ESTABLISHED");
    assert_eq!(seen(&cluster.network, held.after + second * 7), "120 TIME_WAIT");
    assert_eq!(seen(&cluster.network, held.after + second * 126), "1 TIME_WAIT");
    assert_eq!(seen(&cluster.network, held.after + second * 127), "");
    // One that is not held is over with its answer.
    let short = cluster.network.connect(&call(false), &cluster.machines, &mut cluster.rng, began);
    assert_eq!(seen(&cluster.network, short.after), "432000 ESTABLISHED");
    assert_eq!(seen(&cluster.network, short.after * 2), "120 TIME_WAIT");
}

#[test]
fn nothing_loops_or_panics() {
    let mut cluster = Cluster::new();
    // An endpoint that is a node port of another node, whose endpoint is the node port of the first.
    let spec = |ip: &str, port: i64| {
        obj! { "type" => "NodePort", "clusterIP" => ip, "ports" => list![obj! { "port" => 80, "nodePort" => port }] }
    };
    let round = |name: &str, node: &str, port: i64| {
        let mut slice = slice(name, list![obj! { "addresses" => list![node] }]);
        slice.set("ports", list![obj! { "name" => "", "port" => port }]);
        slice
    };
    cluster.network.observe(kind::SERVICE, &service("a", spec("10.100.1.1", 31_001)), false);
    cluster.network.observe(kind::SERVICE, &service("b", spec("10.100.1.2", 31_002)), false);
    cluster.network.observe(kind::ENDPOINT_SLICE, &round("a", "172.17.0.12", 31_002), false);
    cluster.network.observe(kind::ENDPOINT_SLICE, &round("b", "172.17.0.11", 31_001), false);
    assert_eq!(cluster.user_calls("172.17.0.11", 31_001).outcome, Outcome::TimedOut(Reason::HopLimit));
    let nowhere = [Place::Pod("nosuch".into()), Place::Node("nosuch".into()), Place::Outside];
    for from in nowhere {
        for host in ["", ".", "10.44.0.1", "::1", "0.0.0.0", "255.255.255.255", "web", "127.0.0.1"] {
            for port in [0, 53, 80, 65_535] {
                assert!(cluster.call(&from, host, port).listener().is_none(), "{from:?} {host}:{port}");
            }
        }
    }
    cluster.network.observe(kind::SERVICE, &Value::Null, false);
    cluster.network.observe(kind::ENDPOINT_SLICE, &Value::Null, true);
    cluster.network.observe(kind::NODE, &obj! { "metadata" => "odd" }, false);
}

#[test]
fn nodes_remember_connections_and_kube_proxy_clears_stale_datagrams() {
    let mut cluster = Cluster::new();
    cluster.pod("coredns-2", "node2", 53);
    let addresses: Vec<Ipv4Addr> =
        cluster.pods.iter().filter(|pod| pod.0.starts_with("coredns")).map(|pod| pod.1).collect();
    let endpoints = |cluster: &mut Cluster, addresses: &[Ipv4Addr]| {
        let list: Value = addresses.iter().map(|a| obj! { "addresses" => list![a.to_string()] }).collect();
        let mut slice = slice("kube-dns", list);
        slice.set("metadata.namespace", "kube-system");
        slice.set("ports", list![obj! { "name" => "dns", "port" => 53, "protocol" => "UDP" }]);
        cluster.network.observe(kind::ENDPOINT_SLICE, &slice, false);
    };
    endpoints(&mut cluster, &addresses);
    let from = Place::Pod("web-0".into());
    let ask = |cluster: &mut Cluster| {
        let call =
            Call { from: &from, host: "10.96.0.10", port: 53, protocol: Protocol::Udp, source_port: 5000, held: false };
        let trace = cluster.network.connect(&call, &cluster.machines, &mut cluster.rng, cluster.now);
        (pod_of(&trace), trace.hops.iter().any(|hop| hop.what == What::Tracked))
    };
    let (first, known) = ask(&mut cluster);
    assert!(!known);
    for _ in 0..20 {
        assert_eq!(ask(&mut cluster), (first.clone(), true), "the same socket keeps its endpoint");
    }
    cluster.now = cluster.now + Duration::from_millis(10);
    let shown: Vec<String> =
        cluster.network.conntrack.entries("node1", cluster.now).iter().map(|e| e.line(cluster.now)).collect();
    assert_eq!(shown.len(), 1, "{shown:?}");
    let translated = addresses[usize::from(first != "coredns")];
    assert_eq!(
        shown[0],
        format!(
            "udp      17 29 src=10.44.0.1 dst=10.96.0.10 sport=5000 dport=53 src={translated} dst=10.44.0.1 sport=53 dport=5000 mark=0 use=1"
        )
    );
    // The endpoint goes: its entry is cleared, and the next datagram gets the other one.
    let other: Vec<Ipv4Addr> = addresses.iter().copied().filter(|address| *address != translated).collect();
    endpoints(&mut cluster, &other);
    let (second, known) = ask(&mut cluster);
    assert!(second != first && !known);
    cluster.now = cluster.now + Duration::from_secs(31);
    assert!(cluster.network.conntrack.entries("node1", cluster.now).is_empty(), "entries expire");
    // TCP: a connection that was never answered, one that was refused, one that is over.
    cluster.pod_calls("10.100.0.1", 80);
    cluster.pod_calls("172.17.0.12", 81);
    cluster.network.set_power("node3", false);
    cluster.pod_calls("172.17.0.13", 81);
    cluster.now = cluster.now + Duration::from_millis(10);
    let shown: Vec<String> =
        cluster.network.conntrack.entries("node1", cluster.now).iter().map(|e| e.line(cluster.now)).collect();
    let has = |text: &str| shown.iter().filter(|line| line.contains(text)).count();
    assert_eq!((has("TIME_WAIT"), has("CLOSE"), has("SYN_SENT")), (1, 1, 1), "{shown:#?}");
    assert_eq!((has("[ASSURED]"), has("[UNREPLIED]")), (1, 1), "{shown:#?}");
    let snat = "dst=172.17.0.12 sport=";
    assert!(shown.iter().any(|line| line.contains(snat) && line.contains(" dst=172.17.0.11 sport=81")), "{shown:#?}");
    // What a rule refuses is no connection.
    cluster.pod_calls("10.100.0.5", 80);
    assert_eq!(cluster.network.conntrack.entries("node1", cluster.now).len(), shown.len());
    for _ in 0..10_000 {
        cluster.pod_calls("10.100.0.1", 80);
    }
    assert!(cluster.network.conntrack.entries("node1", cluster.now).len() <= 4096);
}
