//! Services, with the endpoints behind each port.

use super::related;
use super::writer::{Writer, joined};
use crate::Host;
use api::{Value, kind, text};

pub fn describe(w: &mut Writer, service: &Value, host: &dyn Host) {
    let spec = &service["spec"];
    w.field(0, "Name", service.name());
    w.field(0, "Namespace", service.namespace());
    w.labels(0, "Labels", service.labels());
    w.annotations(0, "Annotations", &service["metadata"]["annotations"]);
    w.field(0, "Selector", text::labels(&spec["selector"]));
    w.field(0, "Type", spec["type"].str());
    addresses(w, service);
    let of_service = format!("kubernetes.io/service-name={}", service.name());
    let slices = related::list(host, kind::ENDPOINT_SLICE, service.namespace(), &of_service, "").unwrap_or_default();
    for port in spec["ports"].array() {
        describe_port(w, port, &slices);
    }
    policies(w, spec);
}

fn addresses(w: &mut Writer, service: &Value) {
    let spec = &service["spec"];
    w.field_if(0, "IP Family Policy", spec["ipFamilyPolicy"].str());
    w.field(0, "IP Families", text::or(&joined(&spec["ipFamilies"], ","), text::NONE));
    w.field(0, "IP", spec["clusterIP"].str());
    w.field(0, "IPs", text::or(&joined(&spec["clusterIPs"], ","), text::NONE));
    w.field_if(0, "External IPs", &joined(&spec["externalIPs"], ","));
    w.field_if(0, "Desired LoadBalancer IP", spec["loadBalancerIP"].str());
    w.field_if(0, "External Name", spec["externalName"].str());
    let ingress = service.at("status.loadBalancer.ingress").array();
    if !ingress.is_empty() {
        w.field(0, "LoadBalancer Ingress", ingress.iter().map(ingress_address).collect::<Vec<_>>().join(", "));
    }
}

/// `192.168.100.1 (VIP)`, or a host name.
fn ingress_address(ingress: &Value) -> String {
    match (ingress["ip"].str(), ingress["ipMode"].str()) {
        ("", _) => ingress["hostname"].str().to_owned(),
        (ip, "") => ip.to_owned(),
        (ip, mode) => format!("{ip} ({mode})"),
    }
}

fn describe_port(w: &mut Writer, port: &Value, slices: &[Value]) {
    let (name, protocol) = (text::or(port["name"].str(), text::UNSET), port["protocol"].str());
    w.field(0, "Port", format_args!("{name}\t{}/{protocol}", port["port"].int()));
    w.field(0, "TargetPort", format_args!("{}/{protocol}", text::int_or_string(&port["targetPort"])));
    w.field_if(0, "AppProtocol", port["appProtocol"].str());
    if port["nodePort"].int() != 0 {
        w.field(0, "NodePort", format_args!("{name}\t{}/{protocol}", port["nodePort"].int()));
    }
    w.field(0, "Endpoints", endpoints(slices, port["name"].str()));
}

/// The ready endpoints of the port with this name, the first three and how many more; `<none>` without any slice.
pub fn endpoints(slices: &[Value], port_name: &str) -> String {
    const MAX: usize = 3;
    if slices.is_empty() {
        return text::NONE.to_owned();
    }
    let (mut shown, mut ready, mut more) = (Vec::new(), 0, false);
    for (endpoint, port) in slices.iter().flat_map(|slice| of_slice(slice, port_name)) {
        // kubectl looks at the count before it looks whether the endpoint is ready: three ready ones and one that is not
        // make `+ 0 more...`.
        more |= shown.len() == MAX;
        if endpoint["conditions"]["ready"].as_bool() == Some(false) {
            continue;
        }
        ready += 1;
        if !more {
            let address = endpoint["addresses"].array().first().map_or("", Value::str);
            shown.push(port.map_or_else(|| address.to_owned(), |port| text::host_port(address, &port.to_string())));
        }
    }
    let shown = shown.join(",");
    if more { format!("{shown} + {} more...", ready - MAX) } else { shown }
}

/// The endpoints of a slice with the number of the named port; without a number if the slice has no ports at all.
fn of_slice<'a>(slice: &'a Value, port_name: &str) -> Vec<(&'a Value, Option<i64>)> {
    let endpoints = slice["endpoints"].array();
    let ports = slice["ports"].array();
    if ports.is_empty() {
        return endpoints.iter().map(|endpoint| (endpoint, None)).collect();
    }
    let named = ports.iter().filter(|port| port["name"].str() == port_name);
    named.flat_map(|port| endpoints.iter().map(|endpoint| (endpoint, Some(port["port"].int())))).collect()
}

fn policies(w: &mut Writer, spec: &Value) {
    w.field(0, "Session Affinity", spec["sessionAffinity"].str());
    w.field_if(0, "External Traffic Policy", spec["externalTrafficPolicy"].str());
    w.field_if(0, "Internal Traffic Policy", spec["internalTrafficPolicy"].str());
    if spec["healthCheckNodePort"].int() != 0 {
        w.field(0, "HealthCheck NodePort", spec["healthCheckNodePort"].int());
    }
    w.field_if(0, "LoadBalancer Source Ranges", &joined(&spec["loadBalancerSourceRanges"], ","));
    w.field_if(0, "Traffic Distribution", spec["trafficDistribution"].str());
}
