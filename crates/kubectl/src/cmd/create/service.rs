//! `kubectl create service`: ClusterIP, NodePort, LoadBalancer and ExternalName.

use crate::cmd::{BASE, DRY_RUN, OUTPUT, SAVE_CONFIG, VALIDATE, manager};
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use api::{Value, kind, names, obj};

static TCP: &[Flag] = &[flag("tcp", Kind::List, "")];
static CLUSTER_IP_FLAGS: &[Flag] = &[flag("clusterip", Kind::Text, "")];
static NODE_PORT_FLAGS: &[Flag] = &[flag("node-port", Kind::Int, "0")];
static EXTERNAL_NAME_FLAGS: &[Flag] = &[flag("external-name", Kind::Text, "")];

maker!(
    CLUSTER_IP = "clusterip",
    "NAME [--tcp=<port>:<targetPort>]",
    [TCP, CLUSTER_IP_FLAGS],
    kind::SERVICE,
    "failed to create ClusterIP service:",
    |cx, s| service(cx, s, "ClusterIP")
);
maker!(
    NODE_PORT = "nodeport",
    "NAME [--tcp=port:targetPort]",
    [TCP, NODE_PORT_FLAGS],
    kind::SERVICE,
    "failed to create NodePort service:",
    |cx, s| service(cx, s, "NodePort")
);
maker!(
    LOAD_BALANCER = "loadbalancer",
    "NAME [--tcp=port:targetPort]",
    [TCP],
    kind::SERVICE,
    "failed to create LoadBalancer service:",
    |cx, s| service(cx, s, "LoadBalancer")
);
maker!(
    EXTERNAL_NAME = "externalname",
    "NAME --external-name external.name",
    [TCP, EXTERNAL_NAME_FLAGS],
    kind::SERVICE,
    "failed to create ExternalName service:",
    |cx, s| service(cx, s, "ExternalName"),
    "external-name"
);

pub(super) static SERVICE: Command = Command {
    name: "service",
    aliases: &["svc"],
    subcommands: &[&CLUSTER_IP, &EXTERNAL_NAME, &LOAD_BALANCER, &NODE_PORT],
    ..BASE
};

fn service(cx: &Cx<'_>, object: &mut Value, type_: &str) -> Outcome {
    let headless = cx.flags.text("clusterip") == "None";
    let (tcp, external) = (cx.flags.list("tcp"), cx.flags.text("external-name"));
    if tcp.is_empty() && !headless && type_ != "ExternalName" {
        return Err("at least one tcp port specifier must be provided".into());
    }
    if type_ == "ExternalName" && !names::dns1123_subdomain(external).is_empty() {
        return Err(fail!("invalid service external name {external}"));
    }
    let node_port = Some(cx.flags.int("node-port")).filter(|p| *p != 0);
    let ports = tcp.iter().map(|spec| port(spec, node_port)).collect::<Outcome<Vec<Value>>>()?;
    let labels = obj! { "app" => object.name() };
    let text = |flag: &str| Some(cx.flags.text(flag)).filter(|t| !t.is_empty()).map(Value::from);
    object.set("metadata.labels", &labels);
    object.set(
        "spec",
        obj! {
            "clusterIP" => text("clusterip"),
            "externalName" => text("external-name"),
            "ports" => (!ports.is_empty()).then_some(Value::from(ports)),
            "selector" => labels,
            "type" => type_,
        },
    );
    object.set("status", obj! { "loadBalancer" => obj! {} });
    Ok(())
}

fn port(spec: &str, node_port: Option<i64>) -> Outcome<Value> {
    let (port, target) = spec.split_once(':').unwrap_or((spec, spec));
    let number = port_number(port)?;
    let target = if spec.contains(':') { target_port(target)? } else { number.into() };
    Ok(obj! {
        "name" => spec.replace(':', "-"), "port" => number, "protocol" => "TCP", "targetPort" => target,
        "nodePort" => node_port,
    })
}

/// Go's `strconv.ParseUint` into 16 bits.
pub(crate) fn port_number(text: &str) -> Outcome<i64> {
    let error = |why: &str| Err(fail!("strconv.ParseUint: parsing {text:?}: {why}"));
    match text.parse::<u64>() {
        Ok(port) if port <= 65_535 => Ok(port as i64),
        Ok(_) => error("value out of range"),
        Err(_) if !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit()) => error("value out of range"),
        Err(_) => error("invalid syntax"),
    }
}

/// A port's number or name.
pub(crate) fn target_port(text: &str) -> Outcome<Value> {
    let (value, problems) = match text.parse::<i64>() {
        Ok(number) => (number.into(), names::port_number(number)),
        Err(_) => (text.into(), names::port_name(text)),
    };
    if problems.is_empty() { Ok(value) } else { Err(fail!("{}", problems.join(","))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn port_specifiers_are_read() {
        let two = port("80:8080", None).unwrap();
        assert_eq!((two["name"].str(), two["port"].int(), two["targetPort"].int()), ("80-8080", 80, 8080));
        assert_eq!(port("80:web", Some(30000)).unwrap()["targetPort"].str(), "web");
        let error = |spec| port(spec, None).unwrap_err().message();
        assert_eq!(error("70000:80"), "strconv.ParseUint: parsing \"70000\": value out of range");
        assert_eq!(error("abc"), "strconv.ParseUint: parsing \"abc\": invalid syntax");
    }
}
