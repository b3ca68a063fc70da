//! `kubectl port-forward`: a port of this machine leads to a port inside a Pod, for as long as the command runs.

use super::BASE;
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::resource;
use api::{Value, kind};

static FLAGS: &[Flag] = &[flag("address", Kind::List, "localhost"), flag("pod-running-timeout", Kind::Span, "1m0s")];

pub(crate) static PORT_FORWARD: Command = Command {
    name: "port-forward",
    usage: "TYPE/NAME [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]",
    flags: &[FLAGS],
    action: |cx| Box::pin(run(cx)),
    ..BASE
};

/// The first port that is tried where none is asked for.
const FREE: u16 = 40_000;

async fn run(cx: &Cx<'_>) -> Outcome {
    let [name, ports @ ..] = cx.args() else {
        return cx.usage("TYPE/NAME and list of ports are required for port-forward");
    };
    if ports.is_empty() {
        return cx.usage("TYPE/NAME and list of ports are required for port-forward");
    }
    let (kind, name) = match name.split_once('/') {
        Some((word, name)) => (resource::kind_of(cx, word)?, name),
        None => (kind::POD, name.as_str()),
    };
    let object = cx.get(kind, &cx.namespace, name)?;
    let pod = match kind == kind::POD {
        true => object.clone(),
        false => super::logs::attachable(cx, kind, &object)?.into_iter().next().unwrap_or_default(),
    };
    let wanted = ports.iter().map(|port| resolve(&object, &pod, port)).collect::<Outcome<Vec<_>>>()?;
    let phase = pod.at("status.phase").str();
    if phase != "Running" {
        return Err(fail!("unable to forward port because pod is not running. Current status={phase}"));
    }
    super::exec::connect(cx, &pod, "portforward")
        .map_err(|refused| fail!("error upgrading connection: {}", refused.message))?;
    let mut open = Vec::new();
    for (local, remote) in &wanted {
        let free = || (FREE..u16::MAX).find_map(|port| Some((port, cx.host.forward(&pod, port, *remote).ok()?)));
        let forward = match local {
            0 => free(),
            local => cx.host.forward(&pod, *local, *remote).ok().map(|forward| (*local, forward)),
        };
        let Some((local, forward)) = forward else {
            cx.say(format_args!(
                "Unable to listen on port {local}: Listeners failed to create with the following errors: [unable to create \
                 listener: Error listen tcp4 127.0.0.1:{local}: bind: address already in use unable to create listener: Error \
                 listen tcp6 [::1]:{local}: bind: address already in use]"
            ));
            continue;
        };
        cx.say(format_args!(
            "Forwarding from 127.0.0.1:{local} -> {remote}\nForwarding from [::1]:{local} -> {remote}"
        ));
        open.push((local, forward, 0));
    }
    if open.is_empty() {
        let shown: Vec<String> = wanted.iter().map(|(local, remote)| format!("{{{local} {remote}}}")).collect();
        return Err(fail!("unable to listen on any of the requested ports: [{}]", shown.join(" ")));
    }
    loop {
        for (local, forward, seen) in &mut open {
            while *seen < forward.connections() {
                *seen += 1;
                cx.say(format_args!("Handling connection for {local}"));
            }
        }
        let alive = cx
            .get(kind::POD, pod.namespace(), pod.name())
            .is_ok_and(|now| now.uid() == pod.uid() && !api::is_pod_ended(&now));
        if !alive {
            return Err("lost connection to pod".into());
        }
        cx.host.changed().await;
    }
}

/// `[LOCAL:]REMOTE` as port numbers; 0 for any local one. A Service's port is the one that it leads to.
fn resolve(object: &Value, pod: &Value, text: &str) -> Outcome<(u16, u16)> {
    let (local, remote) = text.split_once(':').unwrap_or((text, text));
    if remote.is_empty() {
        return Err("remote port cannot be empty".into());
    }
    let mut named = None;
    let mut target = remote.to_owned();
    if object["kind"].str() == "Service" {
        let ports = object.at("spec.ports").array();
        let meant = |p: &&Value| p["port"].int().to_string() == remote || p["name"].str() == remote;
        let Some(port) = ports.iter().find(meant) else {
            return Err(match remote.parse::<u16>() {
                Ok(number) => fail!("Service {} does not have a service port {number}", object.name()),
                Err(_) => fail!("Service '{}' does not have a named port '{remote}'", object.name()),
            });
        };
        named = Some(port["port"].int().to_string());
        target = match &port["targetPort"] {
            Value::Null => port["port"].int().to_string(),
            target => api::text::int_or_string(target),
        };
    }
    if target.parse::<u16>().is_err() {
        let mut ports = pod.at("spec.containers").array().iter().flat_map(|c| c["ports"].array());
        let Some(port) = ports.find(|p| p["name"].str() == target) else {
            return Err(fail!("Pod '{}' does not have a named port '{target}'", pod.name()));
        };
        target = port["containerPort"].int().to_string();
    }
    let number = |text: &str, side: &str| {
        text.parse::<u16>().map_err(|_| {
            fail!("error parsing {side} port '{text}': strconv.ParseUint: parsing {text:?}: invalid syntax")
        })
    };
    // Without a local port it is the same; a named one is its number.
    let same = text.split_once(':').is_none() && remote.parse::<u16>().is_err();
    let local = match local {
        "" => 0,
        _ if same => number(named.as_deref().unwrap_or(&target), "local")?,
        local => number(local, "local")?,
    };
    let remote = number(&target, "remote")?;
    if remote == 0 {
        return Err("remote port must be > 0".into());
    }
    Ok((local, remote))
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{list, obj};

    #[test]
    fn a_services_port_leads_to_its_target() {
        let port = obj! { "name" => "http", "port" => 80, "targetPort" => "web" };
        let service = obj! { "kind" => "Service", "spec" => obj! { "ports" => list![port] } };
        let ports = list![obj! { "name" => "web", "containerPort" => 8080 }];
        let pod = obj! { "kind" => "Pod", "spec" => obj! { "containers" => list![obj! { "ports" => ports }] } };
        let resolved = |object: &Value, text: &str| resolve(object, &pod, text).map_err(|fail| fail.message());
        assert_eq!(resolved(&service, "80"), Ok((80, 8080)));
        assert_eq!(resolved(&service, "9000:http"), Ok((9000, 8080)));
        assert_eq!(resolved(&service, "http"), Ok((80, 8080)));
        assert_eq!(resolved(&pod, ":web"), Ok((0, 8080)));
        assert_eq!(resolved(&pod, "5:"), Err("remote port cannot be empty".to_owned()));
        assert_eq!(resolved(&service, "81"), Err("Service  does not have a service port 81".to_owned()));
        assert!(resolved(&pod, "x:80").is_err() && resolved(&pod, "70000").is_err());
    }
}
