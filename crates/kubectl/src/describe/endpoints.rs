//! Endpoints and EndpointSlices.

use super::writer::{Writer, joined};
use crate::Host;
use api::{Value, text};

/// The columns of the ports.
const PORTS: [&str; 3] = ["Name", "Port", "Protocol"];

pub fn describe(w: &mut Writer, endpoints: &Value, _host: &dyn Host) {
    head(w, endpoints);
    w.line(0, "Subsets:");
    for subset in endpoints["subsets"].array() {
        for (name, field) in [("Addresses", "addresses"), ("NotReadyAddresses", "notReadyAddresses")] {
            let ips: Vec<&str> = subset[field].array().iter().map(|address| address["ip"].str()).collect();
            w.field(1, name, text::or(&ips.join(","), text::NONE));
        }
        ports(w, 1, subset["ports"].array());
        w.line(0, "");
    }
}

pub fn describe_slice(w: &mut Writer, slice: &Value, _host: &dyn Host) {
    head(w, slice);
    w.field(0, "AddressType", slice["addressType"].str());
    match slice["ports"].array() {
        [] => w.line(0, "Ports: <unset>"),
        some => ports(w, 0, some),
    }
    let endpoints = slice["endpoints"].array();
    w.line(0, if endpoints.is_empty() { "Endpoints: <none>" } else { "Endpoints:" });
    for endpoint in endpoints {
        describe_endpoint(w, endpoint);
    }
}

fn head(w: &mut Writer, object: &Value) {
    w.field(0, "Name", object.name());
    w.field(0, "Namespace", object.namespace());
    w.labels(0, "Labels", object.labels());
    w.annotations(0, "Annotations", &object["metadata"]["annotations"]);
}

fn ports(w: &mut Writer, level: usize, ports: &[Value]) {
    if ports.is_empty() {
        return;
    }
    w.line(level, "Ports:");
    w.header(level + 1, &PORTS);
    for port in ports {
        let name = text::or(port["name"].str(), text::UNSET);
        let number = port["port"].as_int().map_or_else(|| text::UNSET.to_owned(), |number| number.to_string());
        w.line(level + 1, format_args!("{name}\t{number}\t{}", port["protocol"].str()));
    }
}

fn describe_endpoint(w: &mut Writer, endpoint: &Value) {
    let or_unset = |field: &str| text::or(endpoint[field].str(), text::UNSET).to_owned();
    w.field(1, "- Addresses", text::or(&joined(&endpoint["addresses"], ", "), text::NONE));
    w.line(2, "Conditions:");
    let ready = endpoint["conditions"]["ready"].as_bool();
    w.field(3, "Ready", ready.map_or_else(|| text::UNSET.to_owned(), |ready| ready.to_string()));
    w.field(2, "Hostname", or_unset("hostname"));
    let target = &endpoint["targetRef"];
    if !target.is_null() {
        w.field(2, "TargetRef", format_args!("{}/{}", target["kind"].str(), target["name"].str()));
    }
    w.field(2, "NodeName", or_unset("nodeName"));
    w.field(2, "Zone", or_unset("zone"));
}
