//! The cluster that the tests send packets through, and what they say about a packet's way.

use crate::*;
use api::{Rng, Str, Time, Value, kind, list, obj};
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

/// Listening ports by place, and Pods by UID.
#[derive(Default)]
pub(super) struct Fixture(pub(super) BTreeSet<(Place, u16)>, pub(super) BTreeMap<Str, Value>);

impl Machines for Fixture {
    fn listens(&self, place: &Place, port: u16, _: Protocol) -> bool {
        self.0.contains(&(place.clone(), port))
    }

    fn resolv_conf(&self, place: &Place) -> String {
        match place {
            Place::Pod(_) => {
                "search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\n\
                 options ndots:5\n"
            }
            _ => "nameserver 172.17.0.1\n",
        }
        .to_owned()
    }

    fn pod(&self, uid: &str) -> Option<&Value> {
        self.1.get(uid)
    }

    fn hosts(&self, _: &Place) -> String {
        "127.0.0.1 localhost\n172.17.0.10 master\n172.17.0.13 node3\n".to_owned()
    }
}

pub(super) struct Cluster {
    pub(super) network: Network,
    pub(super) machines: Fixture,
    pub(super) rng: Rng,
    pub(super) now: Time,
    pub(super) pods: Vec<(Str, Ipv4Addr, Str)>,
}

pub(super) fn service(name: &str, spec: Value) -> Value {
    obj! { "metadata" => obj! { "namespace" => "default", "name" => name }, "spec" => spec }
}

pub(super) fn slice(name: &str, endpoints: Value) -> Value {
    let mut slice = obj! {
        "metadata" => obj! { "namespace" => "default", "name" => format!("{name}-abcde") },
        "ports" => list![obj! { "name" => "", "port" => 80, "protocol" => "TCP" }],
        "endpoints" => endpoints,
    };
    slice.at_mut("metadata.labels").object_mut().insert("kubernetes.io/service-name", name.into());
    slice
}

impl Cluster {
    pub(super) fn new() -> Cluster {
        let mut network = Network::default();
        for (i, name) in ["master", "node1", "node2", "node3"].into_iter().enumerate() {
            let donor = [None, Some("master"), Some("master"), Some("node1")][i];
            network.weave.join_from(name, donor);
            network.weave.expose(name);
            let address = list![obj! { "type" => "InternalIP", "address" => format!("172.17.0.{}", 10 + i) }];
            let ready = list![obj! { "type" => "Ready", "status" => "True" }];
            let status = obj! { "addresses" => address, "conditions" => ready };
            let mut node = obj! { "metadata" => obj! { "name" => name }, "status" => status };
            if name == "master" {
                let label = "node.kubernetes.io/exclude-from-external-load-balancers";
                node.at_mut("metadata.labels").object_mut().insert(label, "".into());
            }
            network.observe(kind::NODE, &node, false);
        }
        let mut cluster =
            Cluster { network, machines: Fixture::default(), rng: Rng::new(1), now: Time(0), pods: Vec::new() };
        for (i, node) in ["node1", "node2", "node3", "node1"].into_iter().enumerate() {
            cluster.pod(&format!("web-{i}"), node, 80);
        }
        let endpoints = cluster.endpoints();
        for name in ["web", "lb", "local", "sticky"] {
            cluster.network.observe(kind::ENDPOINT_SLICE, &slice(name, endpoints.clone()), false);
        }
        let ports = |node_port: i64| list![obj! { "port" => 80, "nodePort" => node_port, "protocol" => "TCP" }];
        let web = obj! { "type" => "NodePort", "clusterIP" => "10.100.0.1", "ports" => ports(30_080) };
        let mut lb =
            service("lb", obj! { "type" => "LoadBalancer", "clusterIP" => "10.100.0.2", "ports" => ports(30_081) });
        lb.set("status.loadBalancer.ingress", list![obj! { "ip" => "172.17.255.1" }]);
        let mut local = web.clone();
        local.set("clusterIP", "10.100.0.3");
        local.set("ports", ports(30_082));
        local.set("externalTrafficPolicy", "Local");
        let sticky = obj! { "clusterIP" => "10.100.0.4", "sessionAffinity" => "ClientIP", "ports" => ports(0) };
        let empty = obj! { "clusterIP" => "10.100.0.5", "ports" => ports(0) };
        let alias = obj! { "type" => "ExternalName", "externalName" => "bar.com" };
        for service in [service("web", web), lb, service("local", local), service("sticky", sticky)] {
            cluster.network.observe(kind::SERVICE, &service, false);
        }
        for service in [service("empty", empty), service("alias", alias)] {
            cluster.network.observe(kind::SERVICE, &service, false);
        }
        cluster.dns();
        cluster
    }

    pub(super) fn pod(&mut self, uid: &str, node: &str, port: u16) {
        let address = self.network.attach(node, uid).unwrap();
        self.machines.0.insert((Place::Pod(uid.into()), port));
        let metadata = obj! { "namespace" => "default", "name" => uid, "labels" => obj! { "app" => uid } };
        self.machines.1.insert(uid.into(), obj! { "metadata" => metadata });
        self.pods.push((uid.into(), address, node.into()));
    }

    pub(super) fn endpoints(&self) -> Value {
        let endpoint = |(uid, address, node): &(Str, Ipv4Addr, Str)| {
            obj! {
                "addresses" => list![address.to_string()], "nodeName" => node,
                "targetRef" => obj! { "kind" => "Pod", "uid" => uid }, "conditions" => obj! { "ready" => true },
            }
        };
        self.pods.iter().filter(|pod| pod.0.starts_with("web")).map(endpoint).collect()
    }

    pub(super) fn dns(&mut self) {
        self.pod("coredns", "master", 53);
        let (_, address, _) = self.pods.last().unwrap().clone();
        let ports = list![obj! { "name" => "dns", "port" => 53, "protocol" => "UDP" }];
        let meta = obj! { "namespace" => "kube-system", "name" => "kube-dns" };
        let spec = obj! { "clusterIP" => "10.96.0.10", "ports" => ports.clone() };
        self.network.observe(kind::SERVICE, &obj! { "metadata" => meta, "spec" => spec }, false);
        let mut slice = slice("kube-dns", list![obj! { "addresses" => list![address.to_string()] }]);
        slice.set("metadata.namespace", "kube-system");
        slice.set("ports", ports);
        self.network.observe(kind::ENDPOINT_SLICE, &slice, false);
        let corefile = ".:53 {\n kubernetes cluster.local in-addr.arpa\n forward . /etc/resolv.conf\n}\n";
        let metadata = obj! { "namespace" => "kube-system", "name" => "coredns" };
        let config = obj! { "metadata" => metadata, "data" => obj! { "Corefile" => corefile } };
        self.network.observe(kind::CONFIG_MAP, &config, false);
        for name in ["default", "kube-system"] {
            self.network.observe(kind::NAMESPACE, &obj! { "metadata" => obj! { "name" => name } }, false);
        }
    }

    pub(super) fn call(&mut self, from: &Place, host: &str, port: u16) -> Trace {
        let call = Call { from, host, port, protocol: Protocol::Tcp, source_port: 0, held: false };
        self.network.connect(&call, &self.machines, &mut self.rng, self.now)
    }

    pub(super) fn pod_calls(&mut self, host: &str, port: u16) -> Trace {
        self.call(&Place::Pod("web-0".into()), host, port)
    }

    pub(super) fn user_calls(&mut self, host: &str, port: u16) -> Trace {
        self.call(&Place::Outside, host, port)
    }
}

/// The way as text: `what@where` a hop.
pub(super) fn way(trace: &Trace) -> String {
    let at = |at: &At| match at {
        At::Outside => "outside".to_owned(),
        At::LoadBalancer(address) => format!("lb {address}"),
        At::Node(name) => name.to_string(),
        At::Bridge(name) => format!("bridge {name}"),
        At::Service { name, .. } => format!("service {name}"),
        At::Pod(uid) => uid.to_string(),
    };
    let hops = trace.hops.iter().map(|hop| match &hop.what {
        What::Stopped(reason, _) => format!("{} ({})", at(&hop.at), reason.code()),
        What::Masqueraded => format!("{} (as {})", at(&hop.at), hop.after.source),
        What::Denied(denial) => format!("{} ({} denied)", at(&hop.at), denial.direction.as_str()),
        _ => at(&hop.at),
    });
    hops.collect::<Vec<_>>().join(" > ")
}

pub(super) fn pod_of(trace: &Trace) -> Str {
    match trace.listener().map(|l| l.place.clone()) {
        Some(Place::Pod(uid)) => uid,
        other => panic!("{other:?}: {}", way(trace)),
    }
}
