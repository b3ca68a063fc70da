//! `kubectl create service`: ClusterIP, NodePort, LoadBalancer and ExternalName.

use super::{one_name, skeleton, submit};
use crate::cmd::{BASE, DRY_RUN, OUTPUT, VALIDATE, WRITE};
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use api::{Value, names, obj};

static TCP: &[Flag] = &[flag("tcp", Kind::List, "", "Ports, as PORT or PORT:TARGET.")];
static CLUSTER_IP_FLAGS: &[Flag] = &[flag("clusterip", Kind::Text, "", "The cluster IP; None for a headless Service.")];
static NODE_PORT_FLAGS: &[Flag] = &[flag("node-port", Kind::Int, "0", "The port on every node.")];
static EXTERNAL_NAME_FLAGS: &[Flag] = &[flag("external-name", Kind::Text, "", "The DNS name to point to.")];

pub(super) static SERVICE: Command = Command {
    name: "service",
    aliases: &["svc"],
    about: "Make a Service.",
    subcommands: &[&CLUSTER_IP, &EXTERNAL_NAME, &LOAD_BALANCER, &NODE_PORT],
    ..BASE
};

static CLUSTER_IP: Command = Command {
    name: "clusterip",
    about: "Make a Service that is reached inside the cluster.",
    usage: "NAME [--tcp=<port>:<targetPort>]",
    flags: &[TCP, CLUSTER_IP_FLAGS, OUTPUT, DRY_RUN, WRITE, VALIDATE],
    action: |cx| Box::pin(run(cx, "ClusterIP")),
    ..BASE
};

static NODE_PORT: Command = Command {
    name: "nodeport",
    about: "Make a Service that is reached on every node.",
    usage: "NAME [--tcp=port:targetPort]",
    flags: &[TCP, NODE_PORT_FLAGS, OUTPUT, DRY_RUN, WRITE, VALIDATE],
    action: |cx| Box::pin(run(cx, "NodePort")),
    ..BASE
};

static LOAD_BALANCER: Command = Command {
    name: "loadbalancer",
    about: "Make a Service that is reached through a load balancer outside.",
    usage: "NAME [--tcp=port:targetPort]",
    flags: &[TCP, OUTPUT, DRY_RUN, WRITE, VALIDATE],
    action: |cx| Box::pin(run(cx, "LoadBalancer")),
    ..BASE
};

static EXTERNAL_NAME: Command = Command {
    name: "externalname",
    about: "Make a Service that is another name for a host outside.",
    usage: "NAME --external-name external.name",
    flags: &[TCP, EXTERNAL_NAME_FLAGS, OUTPUT, DRY_RUN, WRITE, VALIDATE],
    required: &["external-name"],
    action: |cx| Box::pin(run(cx, "ExternalName")),
    ..BASE
};

async fn run(cx: &Cx<'_>, type_: &str) -> Outcome {
    let name = one_name(cx)?;
    let headless = cx.flags.text("clusterip") == "None";
    let tcp = cx.flags.list("tcp");
    if headless && type_ != "ClusterIP" {
        return Err("ClusterIP=None can only be used with ClusterIP service type".into());
    }
    if tcp.is_empty() && !headless && type_ != "ExternalName" {
        return Err("at least one tcp port specifier must be provided".into());
    }
    let node_port = Some(cx.flags.int("node-port")).filter(|p| *p != 0);
    let ports = tcp.iter().map(|spec| port(spec, node_port)).collect::<Outcome<Vec<Value>>>()?;
    let labels = obj! { "app" => name };
    let text = |flag: &str| Some(cx.flags.text(flag)).filter(|t| !t.is_empty()).map(Value::from);
    let mut service = skeleton(cx, "v1", "Service", name, true);
    service.set("metadata.labels", &labels);
    service.set(
        "spec",
        obj! {
            "clusterIP" => text("clusterip"),
            "externalName" => text("external-name"),
            "ports" => (!ports.is_empty()).then_some(Value::from(ports)),
            "selector" => labels,
            "type" => type_,
        },
    );
    service.set("status", obj! { "loadBalancer" => obj! {} });
    submit(cx, service, &format!("{type_} service"))
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
