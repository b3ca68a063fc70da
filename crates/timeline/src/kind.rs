//! A cluster as a script that makes one like it with `kind`, and goes on there.

use crate::export::{END, ESTABLISHED, made, stages};
use crate::typed::AT_HOME;
use api::{Map, Value, kind, obj, yaml};
use cluster::Cluster;
use std::fmt::Write as _;

/// How the cluster is called.
const NAME: &str = "kubarium";
/// By this Pods and volumes choose a node by its name; kind's nodes have others.
const HOSTNAME: &str = "kubernetes.io/hostname";
/// What a kind of object needs that a `kind` cluster does not bring.
const NEEDS: &[(&str, &str)] = &[
    ("Ingress", "Ingresses need their controller, as here: https://kind.sigs.k8s.io/docs/user/ingress"),
    ("HorizontalPodAutoscaler", "Autoscalers need metrics-server; in kind it needs --kubelet-insecure-tls."),
];

/// A shell script that makes a `kind` cluster, and what was made in this one since it was `fresh`.
pub fn kind_script(cluster: &Cluster, fresh: &Cluster) -> String {
    let made = made(cluster, fresh);
    let ports = ports(&made);
    let mut script =
        "#!/bin/sh\n# Makes a cluster like this one on your machine. It needs docker, kind and kubectl.\n".to_owned();
    for (port, service) in &ports {
        _ = writeln!(script, "# {service} is at localhost:{}", port["hostPort"].int());
    }
    let balanced = made.iter().any(|object| object["spec"]["type"].str() == "LoadBalancer");
    let needs =
        NEEDS.iter().filter(|(of, _)| made.iter().any(|object| object["kind"].str() == *of)).map(|(_, needs)| *needs);
    let balancer = "Load balancers get an address from cloud-provider-kind.";
    for note in needs.chain(balanced.then_some(balancer)) {
        _ = writeln!(script, "# {note}");
    }
    let ports = ports.into_iter().map(|(port, _)| port).collect();
    let config = yaml::to_string(&config(cluster, fresh, ports));
    // Opened in Kubarium, it takes in what stands below only.
    _ = writeln!(script, "{AT_HOME} || kind create cluster --config - <<'{END}' || exit\n{config}{END}");
    let apply = stages(made).into_iter().map(|text| format!("kubectl apply -f - <<'{END}'\n{text}{END}\n"));
    script += &apply.collect::<Vec<_>>().join(&format!("{ESTABLISHED}\n"));
    script
}

/// A configuration with the same nodes and networks.
fn config(cluster: &Cluster, fresh: &Cluster, ports: Vec<Value>) -> Value {
    let options = cluster.options();
    let mut nodes: Vec<&Value> = cluster.api().store().list(kind::NODE, "").collect();
    api::sort_by_key(&mut nodes, |node| (!is_control_plane(node), node.name().len(), node.name()));
    let mut nodes: Vec<Value> = nodes.into_iter().map(|node| self::node(node, fresh)).collect();
    if let Some(first) = nodes.first_mut().filter(|_| !ports.is_empty()) {
        first.set("extraPortMappings", Value::from(ports));
    }
    let networks = obj! { "podSubnet" => options.cni.cluster_cidr(), "serviceSubnet" => options.services().text };
    obj! {
        "kind" => "Cluster",
        "apiVersion" => "kind.x-k8s.io/v1alpha4",
        "name" => NAME,
        "networking" => networks,
        "nodes" => Value::from(nodes),
    }
}

fn is_control_plane(node: &Value) -> bool {
    node.name() == "master"
}

/// A node, with the labels and taints that it was given.
fn node(node: &Value, fresh: &Cluster) -> Value {
    let control_plane = is_control_plane(node);
    let before = fresh.api().store().get(kind::NODE, &apiserver::Key::of(node)).cloned().unwrap_or_default();
    let given = |(key, value): &(&api::Str, &Value)| {
        let domain = key.split_once('/').map_or("", |(domain, _)| domain);
        // A kubelet must not give itself others of these.
        let allowed =
            !domain.ends_with("kubernetes.io") || ["topology.kubernetes.io", "node.kubernetes.io"].contains(&domain);
        allowed && before.labels()[key.as_str()] != **value
    };
    let own = (api::Str::new(HOSTNAME), node["metadata"]["name"].clone());
    let labels = node.labels().entries().filter(given).map(|(key, value)| (key.clone(), value.clone()));
    let labels = Value::from(std::iter::once(own).chain(labels).collect::<Map>());
    let mut made = obj! { "role" => if control_plane { "control-plane" } else { "worker" }, "labels" => labels };
    let old = before.at("spec.taints").array();
    let new = node.at("spec.taints").array();
    let own = |taint: &&Value| !taint["key"].str().starts_with("node.kubernetes.io/");
    let taints: Vec<Value> = new
        .iter()
        .filter(own)
        .map(|taint| {
            let mut taint = taint.clone();
            taint.remove("timeAdded");
            taint
        })
        .collect();
    if old.iter().filter(own).ne(taints.iter()) {
        let kind = if control_plane { "InitConfiguration" } else { "JoinConfiguration" };
        let patch = obj! { "kind" => kind, "nodeRegistration" => obj! { "taints" => Value::from(taints) } };
        made.set("kubeadmConfigPatches", Value::from(vec![Value::from(yaml::to_string(&patch))]));
    }
    made
}

/// The ports by which Services can be reached from outside, each with what is there.
fn ports(made: &[Value]) -> Vec<(Value, String)> {
    let services = made.iter().filter(|object| object["kind"].str() == "Service");
    let ports = services.flat_map(|service| service.at("spec.ports").array().iter().map(move |port| (service, port)));
    ports
        .filter(|(_, port)| port["nodePort"].int() != 0)
        .map(|(service, port)| {
            let number = port["nodePort"].int();
            let mapping = obj! {
                "containerPort" => number, "hostPort" => number, "listenAddress" => "127.0.0.1", "protocol" => port["protocol"].clone(),
            };
            (mapping, format!("Service {}/{}, port {}", service.namespace(), service.name(), port["port"].int()))
        })
        .collect()
}
