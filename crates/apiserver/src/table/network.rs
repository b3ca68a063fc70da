//! Services and the addresses behind them.

use super::Printer;
use super::column::{AGE, Column, NAME};
use api::text::{self, NONE, UNSET};
use api::{Time, Value};

pub(super) static SERVICE: Printer = Printer {
    columns: &[
        NAME,
        Column::string("Type", "From where it can be reached."),
        Column::string("Cluster-IP", "Its address inside the cluster."),
        Column::string("External-IP", "Its addresses outside the cluster."),
        Column::string("Port(s)", "Its ports, each with the node port if it has one."),
        AGE,
        Column::string("Selector", "Which Pods it sends traffic to.").wide(),
    ],
    row: |service, now| {
        let spec = &service["spec"];
        let cluster_ip = spec["clusterIPs"].array().first().map_or(NONE, Value::str);
        vec![
            service.name().into(),
            spec["type"].clone(),
            cluster_ip.into(),
            external_ip(service).into(),
            text::or(&ports(spec["ports"].array()), NONE).into(),
            age(service, now),
            text::labels(&spec["selector"]).into(),
        ]
    },
};

fn external_ip(service: &Value) -> String {
    let spec = &service["spec"];
    let mut addresses: Vec<&str> = Vec::new();
    let nothing_yet = match spec["type"].str() {
        "ClusterIP" | "NodePort" => NONE,
        "LoadBalancer" => {
            let ingress = service["status"]["loadBalancer"]["ingress"].array();
            addresses = ingress.iter().map(|i| text::or(i["ip"].str(), i["hostname"].str())).collect();
            addresses.retain(|address| !address.is_empty());
            api::sort(&mut addresses);
            addresses.dedup();
            "<pending>"
        }
        "ExternalName" => return spec["externalName"].str().to_owned(),
        _ => return text::UNKNOWN.to_owned(),
    };
    addresses.extend(spec["externalIPs"].array().iter().map(Value::str));
    text::or(&addresses.join(","), nothing_yet).to_owned()
}

fn ports(ports: &[Value]) -> String {
    let port = |port: &Value| {
        let (number, protocol) = (port["port"].int(), port["protocol"].str());
        match port["nodePort"].int() {
            0 => format!("{number}/{protocol}"),
            node_port => format!("{number}:{node_port}/{protocol}"),
        }
    };
    ports.iter().map(port).collect::<Vec<_>>().join(",")
}

pub(super) static ENDPOINTS: Printer = Printer {
    columns: &[NAME, Column::string("Endpoints", "Addresses and ports of the Pods behind a Service."), AGE],
    row: |endpoints, now| {
        vec![endpoints.name().into(), endpoint_addresses(endpoints["subsets"].array()).into(), age(endpoints, now)]
    },
};

fn endpoint_addresses(subsets: &[Value]) -> String {
    if subsets.is_empty() {
        return NONE.to_owned();
    }
    text::first_three(subsets.iter().flat_map(|subset| {
        let (addresses, ports) = (subset["addresses"].array(), subset["ports"].array());
        // A headless Service may have no ports: then the addresses stand alone.
        let alone = addresses.iter().filter(|_| ports.is_empty()).map(|address| address["ip"].str().to_owned());
        let with_ports = ports.iter().flat_map(move |port| {
            addresses.iter().map(move |address| text::host_port(address["ip"].str(), &port["port"].int().to_string()))
        });
        alone.chain(with_ports)
    }))
}

pub(super) static ENDPOINT_SLICE: Printer = Printer {
    columns: &[
        NAME,
        Column::string("AddressType", "What kind of addresses it holds."),
        Column::string("Ports", "The ports of all its endpoints."),
        Column::string("Endpoints", "The addresses of its endpoints, ready or not."),
        AGE,
    ],
    row: |slice, now| {
        let ports = slice["ports"].array().iter().map(|port| match port["port"].as_int() {
            Some(number) => number.to_string(),
            None => text::or(port["name"].str(), "*").to_owned(),
        });
        let endpoints = slice["endpoints"].array().iter();
        let addresses = endpoints.flat_map(|endpoint| endpoint["addresses"].array()).map(|a| a.str().to_owned());
        vec![
            slice.name().into(),
            slice["addressType"].clone(),
            text::or(&text::first_three(ports), UNSET).into(),
            text::or(&text::first_three(addresses), UNSET).into(),
            age(slice, now),
        ]
    },
};

fn age(object: &Value, now: Time) -> Value {
    text::age(now, &object["metadata"]["creationTimestamp"]).into()
}
