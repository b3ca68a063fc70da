//! Services. Which addresses and node ports are free is the allocators' business.

use super::container::{PROTOCOLS, port};
use super::meta::labels;
use super::path::{Errors, Path};
use crate::FlatSet;
use crate::names::{dns1123_label, dns1123_subdomain, port_number, qualified_name};
use crate::{Value, list, obj};
use std::net::IpAddr;

const TYPES: &[&str] = &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
/// A day, the longest that a client may stick to a Pod.
const MAX_AFFINITY_SECONDS: i64 = 86_400;

/// `spec` of a Service.
pub(super) fn service(errors: &mut Errors, new: &Value, old: &Value, path: &Path) {
    let spec = &new["spec"];
    cluster_ip_unchanged(errors, path, spec, &old["spec"]);
    let kind = spec["type"].str();
    let ports = spec["ports"].array();
    let headless =
        spec["clusterIP"].str() == "None" || spec["clusterIPs"].array().first().is_some_and(|ip| ip.str() == "None");
    if ports.is_empty() && !headless && kind != "ExternalName" {
        errors.required(&path.child("ports"), "");
    }
    match kind {
        "LoadBalancer" | "NodePort" if headless => {
            let detail = format!("may not be set to 'None' for {kind} services");
            errors.invalid(&path.child("clusterIPs").index(0), "None", &detail);
        }
        "ExternalName" => external_name(errors, path, spec),
        _ => {}
    }
    addresses(errors, path, spec);
    let ports_path = path.child("ports");
    let mut names = FlatSet::new();
    for (i, port) in ports.iter().enumerate() {
        one_port(errors, &ports_path.index(i), port, ports.len() > 1, &mut names);
    }
    labels(errors, &path.child("selector"), &spec["selector"]);
    affinity(errors, path, spec);
    for (i, address) in spec["externalIPs"].array().iter().enumerate() {
        if address.str().parse::<IpAddr>().is_err() {
            let detail = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
            errors.invalid(&path.child("externalIPs").index(i), address, detail);
        }
    }
    errors.one_of(&path.child("type"), &spec["type"], TYPES);
    node_ports(errors, &ports_path, kind, ports);
    policies(errors, path, spec);
}

/// The cluster IPs, of which the first may be given alone, and the families that they are of.
fn addresses(errors: &mut Errors, path: &Path, spec: &Value) {
    let given = &spec["clusterIPs"];
    let alone = list![&spec["clusterIP"]];
    let all = if given.is_empty() && !spec["clusterIP"].str().is_empty() { &alone } else { given };
    for (i, address) in all.array().iter().enumerate() {
        let text = address.str();
        if text != "None" && !text.is_empty() && text.parse::<IpAddr>().is_err() {
            let detail = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
            errors.invalid(&path.child("clusterIPs").index(i), text, detail);
        }
    }
    errors.optionally_one_of(
        &path.child("ipFamilyPolicy"),
        &spec["ipFamilyPolicy"],
        &["PreferDualStack", "RequireDualStack", "SingleStack"],
    );
    for (i, family) in spec["ipFamilies"].array().iter().enumerate() {
        if !["IPv4", "IPv6"].contains(&family.str()) {
            errors.unsupported(&path.child("ipFamilies").index(i), family.str(), &["IPv4", "IPv6"]);
        }
    }
}

/// Once a Service has a cluster IP it keeps it, unless it becomes an ExternalName.
fn cluster_ip_unchanged(errors: &mut Errors, path: &Path, new: &Value, old: &Value) {
    let (had, has) = (old["clusterIP"].str(), new["clusterIP"].str());
    if had.is_empty() || [new, old].iter().any(|spec| spec["type"].str() == "ExternalName") {
        return;
    }
    // A client that knows only the one field has changed the other with it.
    let addresses = match new["clusterIPs"] == old["clusterIPs"] {
        true if has != had => list![has],
        _ => new["clusterIPs"].clone(),
    };
    if addresses.array().first().is_some_and(|first| first.str() != had) {
        errors.invalid(&path.child("clusterIPs").index(0), addresses, "may not change once set");
    }
}

fn external_name(errors: &mut Errors, path: &Path, spec: &Value) {
    if !spec["clusterIP"].str().is_empty() || !spec["clusterIPs"].is_empty() {
        errors.forbidden(&path.child("clusterIPs"), "may not be set for ExternalName services");
    }
    let name = spec["externalName"].str().trim_end_matches('.');
    match name {
        "" => errors.required(&path.child("externalName"), ""),
        _ => errors.invalids(&path.child("externalName"), name, dns1123_subdomain(name)),
    }
}

fn one_port<'a>(errors: &mut Errors, path: &Path, given: &'a Value, named: bool, names: &mut FlatSet<&'a str>) {
    let name = given["name"].str();
    if name.is_empty() {
        if named {
            errors.required(&path.child("name"), "");
        }
    } else {
        errors.invalids(&path.child("name"), name, dns1123_label(name));
        if !names.insert(name) {
            errors.duplicate(&path.child("name"), name);
        }
    }
    let number = given["port"].int();
    errors.invalids(&path.child("port"), number, port_number(number));
    errors.one_of(&path.child("protocol"), &given["protocol"], PROTOCOLS);
    port(errors, &path.child("targetPort"), &given["targetPort"]);
    if let Some(protocol) = given["appProtocol"].as_str() {
        errors.invalids(&path.child("appProtocol"), protocol, qualified_name(protocol));
    }
}

fn node_ports(errors: &mut Errors, path: &Path, kind: &str, ports: &[Value]) {
    let (mut seen, mut node_ports) = (FlatSet::new(), FlatSet::new());
    for (i, port) in ports.iter().enumerate() {
        let path = path.index(i);
        let (protocol, number, node_port) = (port["protocol"].str(), port["port"].int(), port["nodePort"].int());
        if kind == "ClusterIP" && node_port != 0 {
            errors.forbidden(&path.child("nodePort"), "may not be used when `type` is 'ClusterIP'");
        }
        if node_port != 0 && kind != "ClusterIP" && !node_ports.insert((protocol, node_port)) {
            errors.duplicate(&path.child("nodePort"), node_port);
        }
        if !seen.insert((protocol, number)) {
            // The server shows its internal type, of which it fills in two fields only.
            let shown = obj! {
                "Name" => "", "Protocol" => protocol, "Port" => number, "TargetPort" => 0, "NodePort" => 0;
                null "AppProtocol"
            };
            errors.duplicate(&path, shown);
        }
    }
}

fn affinity(errors: &mut Errors, path: &Path, spec: &Value) {
    errors.one_of(&path.child("sessionAffinity"), &spec["sessionAffinity"], &["ClientIP", "None"]);
    let config = path.child("sessionAffinityConfig");
    let seconds = spec.at("sessionAffinityConfig.clientIP.timeoutSeconds");
    match spec["sessionAffinity"].str() {
        "ClientIP" if !(1..=MAX_AFFINITY_SECONDS).contains(&seconds.int()) => {
            let detail = format!("must be greater than 0 and less than {MAX_AFFINITY_SECONDS}");
            errors.invalid(&config.child("clientIP").child("timeoutSeconds"), seconds, &detail);
        }
        "None" if !spec["sessionAffinityConfig"].is_null() => {
            errors.forbidden(&config, "must not be set when session affinity is None");
        }
        _ => {}
    }
}

fn policies(errors: &mut Errors, path: &Path, spec: &Value) {
    let kind = spec["type"].str();
    let outside = matches!(kind, "NodePort" | "LoadBalancer");
    let policies = ["Cluster", "Local"];
    let external = &spec["externalTrafficPolicy"];
    if !external.is_null() {
        let path = path.child("externalTrafficPolicy");
        if !outside && spec["externalIPs"].is_empty() {
            errors.invalid(&path, external, "may only be set for externally-accessible services");
        } else {
            errors.one_of(&path, external, &policies);
        }
    }
    let health = &spec["healthCheckNodePort"];
    if health.int() != 0 && !(kind == "LoadBalancer" && external.str() == "Local") {
        let detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
        errors.invalid(&path.child("healthCheckNodePort"), health, detail);
    }
    errors.optionally_one_of(&path.child("internalTrafficPolicy"), &spec["internalTrafficPolicy"], &policies);
    if !spec["allocateLoadBalancerNodePorts"].is_null() && kind != "LoadBalancer" {
        let detail = "may only be used when `type` is 'LoadBalancer'";
        errors.forbidden(&path.child("allocateLoadBalancerNodePorts"), detail);
    }
    if !spec["loadBalancerClass"].is_null() && kind != "LoadBalancer" {
        errors.forbidden(&path.child("loadBalancerClass"), "may only be used when `type` is 'LoadBalancer'");
    }
    if let Some(wish) = spec["trafficDistribution"].as_str()
        && !["PreferClose", "PreferSameNode", "PreferSameZone"].contains(&wish)
    {
        let supported = ["PreferClose", "PreferSameNode", "PreferSameZone"];
        errors.unsupported(&path.child("trafficDistribution"), wish, &supported);
    }
    if !spec["loadBalancerSourceRanges"].is_empty() && kind != "LoadBalancer" {
        let detail = "may only be used when `type` is 'LoadBalancer'";
        errors.forbidden(&path.child("loadBalancerSourceRanges"), detail);
    }
}
