//! `kubectl expose`: a Service in front of what already runs.

use super::create::{LAST_APPLIED, configuration};
use super::{BASE, DRY_RUN, FILES, OUTPUT, RECORD, SAVE_CONFIG, manager};
use crate::command::Command;
use crate::cx::{Cx, DryRun};
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::resource::{self, Choice, Info};
use api::{Value, kind, list, obj};
use apiserver::request::Verb;

static FLAGS: &[Flag] = &[
    flag("port", Kind::Text, ""),
    flag("protocol", Kind::Text, ""),
    flag("type", Kind::Text, ""),
    flag("load-balancer-ip", Kind::Text, ""),
    flag("selector", Kind::Text, ""),
    flag("labels", Kind::Text, "").short('l'),
    flag("target-port", Kind::Text, ""),
    flag("external-ip", Kind::Text, ""),
    flag("name", Kind::Text, ""),
    flag("session-affinity", Kind::Text, ""),
    flag("cluster-ip", Kind::Text, ""),
    flag("overrides", Kind::Text, ""),
    flag("override-type", Kind::Text, "merge"),
];

pub(crate) static EXPOSE: Command = Command {
    name: "expose",
    usage: "(-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] [--target-port=number-or-name] [--name=name]",
    flags: &[FLAGS, FILES, OUTPUT, DRY_RUN, &[manager("kubectl-expose")], SAVE_CONFIG, RECORD],
    action: |cx| Box::pin(run(cx)),
    ..BASE
};

async fn run(cx: &Cx<'_>) -> Outcome {
    // `--selector` is the Service's, not a choice of objects.
    let choice = Choice { labels: None, ..Choice::of(cx) };
    let (infos, mut failures) = resource::objects(cx, cx.args(), &choice).await?;
    for info in &infos {
        if let Err(fail) = expose(cx, info) {
            failures.push(fail);
        }
    }
    Fail::all(failures)
}

fn expose(cx: &Cx<'_>, info: &Info) -> Outcome {
    if !["Pod", "Service", "Deployment", "ReplicaSet", "ReplicationController"].contains(&info.kind.kind) {
        return Err(fail!("cannot expose a {}", info.kind.group_kind()));
    }
    let mut service = super::run::overridden(cx, kind::SERVICE, service(cx, info)?)?;
    if cx.flags.on("save-config") {
        service.annotate(LAST_APPLIED, configuration(&service));
    }
    if cx.dry_run()? != DryRun::Client {
        service = cx.request(&cx.ask(Verb::Create, kind::SERVICE, &cx.namespace, "").with_body(service))?;
    }
    cx.print_changed(kind::SERVICE, &service, "exposed")
}

fn service(cx: &Cx<'_>, info: &Info) -> Outcome<Value> {
    let text = |flag: &str| Some(cx.flags.text(flag)).filter(|t| !t.is_empty()).map(Value::from);
    let selector = match cx.flags.text("selector") {
        "" => selector(info)?,
        given => pairs(given)?,
    };
    let labels = match cx.flags.text("labels") {
        "" => info.object.labels().clone(),
        given => pairs(given)?,
    };
    let headless = cx.flags.text("cluster-ip") == "None";
    let ports = ports(cx, info, headless)?;
    let name = match cx.flags.text("name") {
        "" => info.name.chars().take(63).collect::<String>(),
        given => given.to_owned(),
    };
    let mut metadata = obj! { "name" => name };
    if !labels.is_empty() {
        metadata.set("labels", labels);
    }
    if cx.namespace_given {
        metadata.set("namespace", cx.namespace.as_str());
    }
    Ok(obj! {
        "apiVersion" => "v1", "kind" => "Service", "metadata" => metadata,
        "spec" => obj! {
            "selector" => selector,
            "ports" => (!ports.is_empty()).then_some(ports),
            "type" => text("type"),
            "clusterIP" => text("cluster-ip"),
            "externalIPs" => text("external-ip").map(|ip| list![ip]),
            "loadBalancerIP" => text("load-balancer-ip").filter(|_| cx.flags.text("type") == "LoadBalancer"),
            "sessionAffinity" => text("session-affinity"),
        },
        "status" => obj! { "loadBalancer" => obj! {} },
    })
}

/// `a=b,c=d` as a map.
pub(crate) fn pairs(text: &str) -> Outcome<Value> {
    let mut map = Value::object();
    for pair in text.split(',') {
        match pair.split_once('=') {
            Some((key, value)) if !key.is_empty() && !value.contains('=') => {
                map.object_mut().insert(key, value.into());
            }
            _ => return Err(fail!("unexpected label spec: {pair}")),
        }
    }
    Ok(map)
}

/// The labels by which the Pods behind an object are found.
fn selector(info: &Info) -> Outcome<Value> {
    let object = &info.object;
    match info.kind.kind {
        "Pod" if object.labels().is_empty() => {
            Err("couldn't retrieve selectors via --selector flag or introspection: the \
             pod has no labels and cannot be exposed"
                .into())
        }
        "Pod" => Ok(object.labels().clone()),
        "Service" | "ReplicationController" => {
            let selector = &object["spec"]["selector"];
            match selector.is_empty() {
                true => {
                    Err("couldn't retrieve selectors via --selector flag or introspection: the service has no pod \
                     selector set"
                        .into())
                }
                false => Ok(selector.clone()),
            }
        }
        _ => {
            let selector = &object["spec"]["selector"];
            if !selector["matchExpressions"].is_empty() {
                return Err(fail!(
                    "couldn't retrieve selectors via --selector flag or introspection: couldn't convert expressions - to \
                     map-based selector format"
                ));
            }
            Ok(selector["matchLabels"].clone())
        }
    }
}

/// The ports that an object's containers (or a Service) declare: number, protocol, name.
fn declared(info: &Info) -> Vec<(i64, String)> {
    let spec = &info.object["spec"];
    let port = |value: &Value, field: &str| {
        let protocol = if value["protocol"].str().is_empty() { "TCP" } else { value["protocol"].str() };
        (value[field].int(), protocol.to_owned())
    };
    if info.kind.kind == "Service" {
        return spec["ports"].array().iter().map(|p| port(p, "port")).collect();
    }
    let pod = if info.kind.kind == "Pod" { spec } else { spec.at("template.spec") };
    let containers = pod["containers"].array().iter();
    containers.flat_map(|c| c["ports"].array()).map(|p| port(p, "containerPort")).collect()
}

fn ports(cx: &Cx<'_>, info: &Info, headless: bool) -> Outcome<Value> {
    let declared = declared(info);
    let numbers: Vec<String> = match cx.flags.text("port") {
        "" if declared.is_empty() && headless => return Ok(list![]),
        "" if declared.is_empty() => return Err("couldn't find port via --port flag or introspection".into()),
        "" => declared.iter().map(|(port, _)| port.to_string()).collect(),
        given => given.split(',').map(str::to_owned).collect(),
    };
    let mut ports = Vec::new();
    for (i, text) in numbers.iter().enumerate() {
        let port = super::run::port_number(text)?;
        let known = declared.iter().find(|(p, _)| *p == port).map(|(_, protocol)| protocol.as_str());
        let protocol = match cx.flags.text("protocol") {
            "" => known.unwrap_or("TCP"),
            given => given,
        };
        let target: Value = match cx.flags.text("target-port") {
            "" => port.into(),
            given => given.parse::<i64>().map_or_else(|_| given.into(), Value::from),
        };
        let name = (numbers.len() > 1).then(|| format!("port-{}", i + 1));
        ports.push(obj! { "port" => port, "protocol" => protocol, "targetPort" => target, "name" => name });
    }
    Ok(ports.into())
}
