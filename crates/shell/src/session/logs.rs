//! `GET .../pods/NAME/log`: the one request that the API server hands on to a kubelet.

use api::{Status, Time, Value, kind};
use apiserver::{Key, Request, Response, Verb};
use cluster::Cluster;
use kubelet::{LogLine, State};
use std::fmt::Write;

/// The answer, if the request is one for a log.
pub(super) fn answer(cluster: &Cluster, request: &Request) -> Option<Result<Response, Status>> {
    (request.verb == Verb::Get && request.kind == kind::POD && request.subresource == "log")
        .then(|| log(cluster, request))
}

fn log(cluster: &Cluster, request: &Request) -> Result<Response, Status> {
    let (namespace, name) = (request.namespace.as_str(), request.name.as_str());
    let object = cluster.api().store().get(kind::POD, &Key::new(namespace, name));
    let Some(object) = object else { return Err(Status::not_found(kind::POD, name)) };
    let parameter = |key: &str| request.options.query.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str());
    let container = parameter("container").unwrap_or_default();
    let previous = parameter("previous") == Some("true");
    let waiting = |reason: &str| {
        let reason = if reason.is_empty() { "ContainerCreating" } else { reason };
        let text = match reason {
            "ErrImagePull" => "image can't be pulled".to_owned(),
            "ImagePullBackOff" => "trying and failing to pull image".to_owned(),
            reason => reason.to_owned(),
        };
        Status::bad_request(format!("container {container:?} in pod {name:?} is waiting to start: {text}"))
    };
    let statuses = object.at("status.containerStatuses").array().iter();
    let statuses = statuses.chain(object.at("status.initContainerStatuses").array());
    let reason =
        || statuses.clone().find(|s| s["name"].str() == container).map_or("", |s| s.at("state.waiting.reason").str());
    let kubelets = cluster.kubelets();
    let Some(pod) = kubelets.pod(namespace, name) else {
        if object.at("spec.nodeName").str().is_empty() {
            return Ok(Response::from(Value::from("")));
        }
        return Err(waiting(reason()));
    };
    if kubelets.node(&pod.node).is_none_or(|node| !node.kubelet || !node.power) {
        let address = kubelets.node(&pod.node).map(|node| node.config.address.to_string()).unwrap_or_default();
        let url = format!("https://{address}:10250/containerLogs/{namespace}/{name}/{container}");
        let text = format!("Get {url:?}: dial tcp {address}:10250: connect: connection refused");
        return Err(Status { code: 500, reason: "InternalError", message: text, details: Value::Null });
    }
    let lines = match kubelets.logs(&pod.id, container, previous) {
        Some(lines) => lines,
        None if previous => {
            return Err(Status::bad_request(format!(
                "previous terminated container {container:?} in pod {name:?} not found"
            )));
        }
        None => return Err(waiting(reason())),
    };
    let started = pod
        .container(container)
        .is_some_and(|c| matches!(c.state, State::Running(_) | State::Exited(_)) || c.last.is_some());
    if !started && lines.is_empty() {
        return Err(waiting(reason()));
    }
    Ok(Response::from(Value::from(shown(lines, cluster.now(), parameter))))
}

/// The lines that the parameters select, as text.
fn shown<'p>(lines: &[LogLine], now: Time, parameter: impl Fn(&str) -> Option<&'p str>) -> String {
    let seconds = parameter("sinceSeconds").and_then(|s| s.parse::<i64>().ok());
    let since = seconds.map(|s| Time(now.0 - s.saturating_mul(1_000_000)));
    let since = since.or_else(|| parameter("sinceTime").and_then(Time::parse));
    let lines: Vec<&LogLine> = lines.iter().filter(|line| since.is_none_or(|since| line.at >= since)).collect();
    let tail = parameter("tailLines").and_then(|n| n.parse::<usize>().ok()).unwrap_or(lines.len());
    let mut text = String::new();
    for line in &lines[lines.len().saturating_sub(tail)..] {
        if parameter("timestamps") == Some("true") {
            // Nanoseconds: the clock of the simulation has none, so they are zeros, which Go's RFC3339Nano leaves out.
            let at = line.at.rfc3339_micros();
            let at = at.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.');
            let _ = write!(text, "{at}Z ");
        }
        text.push_str(&line.text);
        if !line.text.ends_with('\n') {
            text.push('\n');
        }
    }
    if let Some(limit) = parameter("limitBytes").and_then(|n| n.parse::<usize>().ok()) {
        let end = (0..=limit.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
    }
    text
}
