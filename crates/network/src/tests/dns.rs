//! The records of the specification of DNS-based service discovery (github.com/kubernetes/dns, docs/specification.md), as the
//! table `dns.txt`: asked by a Pod, through the network, of the cluster's CoreDNS.

use super::*;
use crate::dns::RecordType;

/// A Service, and its EndpointSlice where it has endpoints: `address/hostname/ready`.
fn add(cluster: &mut Cluster, name: &str, spec: &str, endpoints: &[&str]) {
    let spec = api::yaml::documents(spec).unwrap().remove(0);
    let ports = spec["ports"].clone();
    cluster.network.observe(kind::SERVICE, &service(name, spec), false);
    let endpoint = |text: &&str| {
        let [address, hostname, ready] = text.split('/').collect::<Vec<_>>()[..] else { panic!("{text}") };
        let conditions = obj! { "ready" => ready == "ready" };
        let mut endpoint = obj! { "addresses" => list![address], "conditions" => conditions };
        if !hostname.is_empty() {
            endpoint.set("hostname", hostname);
        }
        endpoint
    };
    if !endpoints.is_empty() {
        let mut slice = slice(name, endpoints.iter().map(endpoint).collect());
        slice.set("ports", ports);
        cluster.network.observe(kind::ENDPOINT_SLICE, &slice, false);
    }
}

fn world() -> Cluster {
    let mut cluster = Cluster::new();
    let shop = "{clusterIP: 10.100.0.7, ports: [{name: http, port: 80, protocol: TCP}, {name: metrics, port: 9100, protocol: UDP}]}";
    add(&mut cluster, "shop", shop, &[]);
    let sql = "{clusterIP: None, ports: [{name: sql, port: 5432, protocol: TCP}]}";
    add(&mut cluster, "db", sql, &["10.44.1.1/db-0/ready", "10.36.1.1/db-1/ready", "10.47.1.1/db-2/not"]);
    add(&mut cluster, "plain", "{clusterIP: None, ports: [{name: p, port: 80, protocol: TCP}]}", &["10.44.1.9//ready"]);
    add(&mut cluster, "nobody", "{clusterIP: None, ports: [{name: p, port: 80, protocol: TCP}]}", &[]);
    let peers = "{clusterIP: None, publishNotReadyAddresses: true, ports: [{name: p, port: 80, protocol: TCP}]}";
    add(&mut cluster, "peers", peers, &["10.47.1.1/db-2/not"]);
    cluster
}

#[test]
fn names_are_those_of_the_specification() {
    let mut cluster = world();
    let mut asked = 0;
    for line in include_str!("dns.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (name, rest) = line.split_once(' ').unwrap();
        let (kind, expected) = rest.split_once(' ').unwrap();
        let search = name.starts_with('+');
        let question = Question {
            from: &Place::Pod("web-0".into()),
            name: name.trim_start_matches('+'),
            kind: RecordType::parse(kind).unwrap(),
            server: None,
            search,
        };
        let answered = cluster.network.ask(&question, &cluster.machines, &mut cluster.rng, cluster.now).unwrap();
        let (_, response) = answered.answers.last().unwrap();
        let data: Vec<&str> = response.records.iter().map(|record| record.data.as_str()).collect();
        let found = match response.exists {
            true => format!("= {}", data.join(" ")).trim_end().to_owned(),
            false => response.status().to_owned(),
        };
        assert_eq!(found, expected, "{name} {kind}");
        asked += 1;
    }
    assert!(asked > 35, "{asked}");
}

/// A client that only wants to connect finds the same names.
#[test]
fn a_connection_to_a_name_goes_to_one_of_its_addresses() {
    let mut cluster = world();
    let trace = cluster.pod_calls("db", 5432);
    assert!(["10.44.1.1", "10.36.1.1"].contains(&&*trace.address().unwrap().to_string()), "{}", way(&trace));
    assert_eq!(cluster.pod_calls("db-1.db", 5432).address(), "10.36.1.1".parse().ok());
}

/// A name server that says nothing is waited for: twice for each name, and for a short name twice over.
#[test]
fn a_silent_name_server_costs_time() {
    let mut cluster = world();
    cluster.network.set_power("master", false);
    let after = |cluster: &mut Cluster, from: Place, host: &str| {
        let trace = cluster.call(&from, host, 80);
        assert_eq!(trace.outcome, Outcome::Unresolved(Reason::NoNameServer));
        trace.after.as_secs()
    };
    assert_eq!(after(&mut cluster, Place::Pod("web-0".into()), "web"), 20);
    assert_eq!(after(&mut cluster, Place::Pod("web-0".into()), "www.example.com."), 10);
    cluster.network.observe(kind::ENDPOINT_SLICE, &gone(), true);
    let trace = cluster.pod_calls("web", 80);
    assert!(trace.after < Duration::from_millis(10), "refused at once where there is no endpoint: {:?}", trace.after);
}

fn gone() -> Value {
    let mut slice = slice("kube-dns", list![]);
    slice.set("metadata.namespace", "kube-system");
    slice
}
