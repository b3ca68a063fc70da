//! `kubectl logs`

use super::{BASE, SELECTOR};
use crate::command::{Command, usage_error};
use crate::cx::Cx;
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::resource;
use api::{Selector, Value, kind};
use apiserver::request::Verb;

static FLAGS: &[Flag] = &[
    flag("all-containers", Kind::Bool, "false"),
    flag("all-pods", Kind::Bool, "false"),
    flag("container", Kind::Text, "").short('c'),
    flag("follow", Kind::Bool, "false").short('f'),
    flag("ignore-errors", Kind::Bool, "false"),
    flag("insecure-skip-tls-verify-backend", Kind::Bool, "false"),
    flag("limit-bytes", Kind::Int, "0"),
    flag("max-log-requests", Kind::Int, "5"),
    flag("pod-running-timeout", Kind::Span, "20s"),
    flag("prefix", Kind::Bool, "false"),
    flag("previous", Kind::Bool, "false").short('p'),
    flag("since", Kind::Span, "0s"),
    flag("since-time", Kind::Text, ""),
    flag("tail", Kind::Int, "-1"),
    flag("timestamps", Kind::Bool, "false"),
];

pub(crate) static LOGS: Command = Command {
    name: "logs",
    aliases: &["log"],
    usage: "[-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]",
    flags: &[FLAGS, SELECTOR],
    action: |cx| Box::pin(run(cx)),
    ..BASE
};

async fn run(cx: &Cx<'_>) -> Outcome {
    let selector = cx.flags.text("selector");
    let usage = || {
        usage_error(
            "kubectl logs",
            "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the \
             logs command",
        )
    };
    let follow = cx.flags.on("follow");
    let (name, container) = match cx.args() {
        [] if !selector.is_empty() => ("", ""),
        [] => return Err(usage()),
        [_, ..] if !selector.is_empty() => return Err("only a selector (-l) or a POD name is allowed".into()),
        [name] => (name.as_str(), ""),
        [name, container] if cx.flags.text("container").is_empty() => (name.as_str(), container.as_str()),
        [_, _] => return Err("only one of -c or an inline [CONTAINER] arg is allowed".into()),
        _ => return Err(usage()),
    };
    if cx.flags.on("all-containers") && !(container.is_empty() && cx.flags.text("container").is_empty()) {
        return Err("--all-containers=true should not be specified with container name".into());
    }
    let container = if container.is_empty() { cx.flags.text("container") } else { container };
    let pods = match name {
        "" => cx.list(kind::POD, &cx.namespace, selector, "")?,
        name => pods_of(cx, name)?,
    };
    if pods.is_empty() {
        cx.warn(format_args!("No resources found in {} namespace.", cx.namespace));
        return Ok(());
    }
    let mut sources = Vec::new();
    for pod in &pods {
        for container in containers(cx, pod, container)? {
            sources.push((pod, container));
        }
    }
    for (pod, container) in sources {
        stream(cx, pod, &container, follow).await?;
    }
    Ok(())
}

fn explained(fail: Fail, namespace: &str) -> Fail {
    match fail {
        Fail::Status(status) => {
            fail!("error from server ({}): {} in namespace {namespace:?}", status.reason, status.message)
        }
        other => other,
    }
}

/// The Pods that `pod`, `pod/x` or `deploy/x` mean.
fn pods_of(cx: &Cx<'_>, name: &str) -> Outcome<Vec<Value>> {
    let (kind, name) = match name.split_once('/') {
        Some((word, name)) => (resource::kind_of(cx, word)?, name),
        None => (kind::POD, name),
    };
    let object = cx.get(kind, &cx.namespace, name).map_err(|fail| explained(fail, &cx.namespace))?;
    if kind.kind == "Pod" {
        return Ok(vec![object]);
    }
    let pods = selected(cx, kind, &object)?;
    if pods.len() > 1 && !cx.flags.on("all-pods") {
        cx.warn(format_args!("Found {} pods, using pod/{}", pods.len(), pods[0].name()));
    }
    Ok(if cx.flags.on("all-pods") { pods } else { pods.into_iter().take(1).collect() })
}

/// The Pods that a controller or Service selects, to do something in one of them.
///
/// # Errors
/// As [`selected`]; a Service that selects none is said to be wrong.
pub(crate) fn attachable(cx: &Cx<'_>, kind: &api::Kind, object: &Value) -> Outcome<Vec<Value>> {
    if kind.kind == "Service" && object["spec"]["selector"].is_empty() {
        let name = object.name();
        return Err(fail!(
            "cannot attach to *v1.Service: invalid service '{name}': Service is defined without a selector"
        ));
    }
    selected(cx, kind, object)
}

/// The Pods that a controller or Service selects, the most useful one first: bound, running and ready ones before others.
///
/// # Errors
/// The kind selects no Pods, or none is there.
pub(crate) fn selected(cx: &Cx<'_>, kind: &api::Kind, object: &Value) -> Outcome<Vec<Value>> {
    let selector = match &object["spec"]["selector"] {
        map if kind.kind == "Service" && !map.is_empty() => Selector::from_map(map),
        selector @ Value::Object(_) if kind.kind != "Service" => Selector::from_label_selector(selector),
        _ => return Err(fail!("cannot get the logs from {}: no selector", kind.api_version())),
    };
    let mut pods = cx.list(kind::POD, &cx.namespace, &selector.to_string(), "")?;
    if pods.is_empty() {
        return Err("timed out waiting for the condition".into());
    }
    api::sort_by_key(&mut pods, |pod| {
        let running = pod.at("status.phase").str() == "Running";
        (pod.at("spec.nodeName").str().is_empty(), !running, !api::is_pod_ready(pod), pod.created())
    });
    Ok(pods)
}

/// The names of a Pod's containers, in the order of `kubectl logs --all-containers`.
fn names(pod: &Value) -> impl Iterator<Item = String> {
    let all = ["initContainers", "containers", "ephemeralContainers"].into_iter();
    all.flat_map(|list| pod["spec"][list].array()).map(|c| c["name"].str().to_owned())
}

fn containers(cx: &Cx<'_>, pod: &Value, given: &str) -> Outcome<Vec<String>> {
    if cx.flags.on("all-containers") {
        return Ok(names(pod).collect());
    }
    choose(cx, pod, given).map(|name| vec![name])
}

/// The container that is meant: the given one, or the default one, with a word about it if there are others.
///
/// # Errors
/// The Pod has no such container.
pub(crate) fn choose(cx: &Cx<'_>, pod: &Value, given: &str) -> Outcome<String> {
    let all: Vec<String> = names(pod).collect();
    if !given.is_empty() {
        return match all.iter().any(|name| name == given) {
            true => Ok(given.to_owned()),
            false => {
                let mut known: Vec<String> =
                    pod["spec"]["containers"].array().iter().map(|c| c["name"].str().to_owned()).collect();
                known.extend(
                    pod["spec"]["initContainers"].array().iter().map(|c| format!("{} (init)", c["name"].str())),
                );
                Err(fail!("container {given} is not valid for pod {} out of: {}", pod.name(), known.join(", ")))
            }
        };
    }
    let annotated = pod.annotation("kubectl.kubernetes.io/default-container");
    if all.iter().any(|name| name == annotated) {
        return Ok(annotated.to_owned());
    }
    let main: Vec<&str> = pod["spec"]["containers"].array().iter().map(|c| c["name"].str()).collect();
    let Some(first) = main.first() else { return Err(fail!("pod {} has no containers", pod.name())) };
    if all.len() > 1 && !cx.flags.on("quiet") {
        let mut known: Vec<String> = main.iter().map(|n| (*n).to_owned()).collect();
        known.extend(pod["spec"]["initContainers"].array().iter().map(|c| format!("{} (init)", c["name"].str())));
        cx.warn(format_args!("Defaulted container {first:?} out of: {}", known.join(", ")));
    }
    Ok((*first).to_owned())
}

/// All of a container's log; what kept it from being read stands in its place, as in a dump.
pub(super) fn whole(cx: &Cx<'_>, namespace: &str, pod: &str, container: &str) -> String {
    let mut request = cx.ask(Verb::Get, kind::POD, namespace, pod).with_subresource("log");
    request.options.query.push(("container".into(), container.into()));
    match cx.request(&request) {
        Ok(text) => text.str().to_owned(),
        Err(why) => format!("Request log error: {}\n", why.message()),
    }
}

/// Prints a container's log; when following, until the container has ended.
pub(crate) async fn stream(cx: &Cx<'_>, pod: &Value, container: &str, follow: bool) -> Outcome {
    let mut request = cx.ask(Verb::Get, kind::POD, pod.namespace(), pod.name()).with_subresource("log");
    let mut add = |key: &str, value: String| request.options.query.push((key.into(), value.into()));
    add("container", container.to_owned());
    for (flag, parameter) in [("previous", "previous"), ("timestamps", "timestamps")] {
        if cx.flags.on(flag) {
            add(parameter, "true".to_owned());
        }
    }
    if !cx.flags.text("since").is_empty() && cx.flags.has("since") {
        add("sinceSeconds", cx.flags.span("since").unwrap_or_default().as_secs().max(1).to_string());
    }
    if !cx.flags.text("since-time").is_empty() {
        add("sinceTime", cx.flags.text("since-time").to_owned());
    }
    if cx.flags.int("limit-bytes") > 0 {
        add("limitBytes", cx.flags.text("limit-bytes").to_owned());
    }
    let plain = request.clone();
    let tail = match cx.flags.int("tail") {
        -1 if !cx.flags.text("selector").is_empty() && !cx.flags.has("tail") => 10,
        given => given,
    };
    if tail >= 0 && cx.flags.has("tail") || tail == 10 {
        request.options.query.push(("tailLines".into(), tail.to_string().into()));
    }
    let print = |text: &str| {
        let prefix = format!("[pod/{}/{container}] ", pod.name());
        let on = cx.flags.on("prefix");
        text.split_inclusive('\n').for_each(|line| {
            cx.host.stdout(&if on { format!("{prefix}{line}") } else { line.to_owned() });
        });
    };
    // The whole log's length is where following goes on from, however little of it was shown.
    let seen = if follow { cx.request(&plain)?.str().len() } else { 0 };
    print(cx.request(&request)?.str());
    match follow {
        true => go_on(cx, pod, container, &plain, seen, &print).await,
        false => Ok(()),
    }
}

/// Prints what a container writes from now on, until it has ended.
pub(crate) async fn from_now_on(cx: &Cx<'_>, pod: &Value, container: &str) -> Outcome {
    let mut request = cx.ask(Verb::Get, kind::POD, pod.namespace(), pod.name()).with_subresource("log");
    request.options.query.push(("container".into(), container.into()));
    let seen = cx.request(&request)?.str().len();
    go_on(cx, pod, container, &request, seen, &|text| cx.host.stdout(text)).await
}

/// Prints what comes after the part of a log that was seen.
async fn go_on(
    cx: &Cx<'_>,
    pod: &Value,
    container: &str,
    request: &apiserver::request::Request,
    mut seen: usize,
    print: &dyn Fn(&str),
) -> Outcome {
    loop {
        let ended = has_ended(cx, pod, container);
        let text = cx.request(request)?;
        print(text.str().get(seen..).unwrap_or_default());
        seen = seen.max(text.str().len());
        if ended {
            return Ok(());
        }
        cx.host.changed().await;
    }
}

fn has_ended(cx: &Cx<'_>, pod: &Value, container: &str) -> bool {
    let Ok(now) = cx.get(kind::POD, pod.namespace(), pod.name()) else { return true };
    let lists = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"];
    let mut statuses = lists.iter().flat_map(|list| now["status"][*list].array());
    let status = statuses.find(|s| s["name"].str() == container);
    now.uid() != pod.uid() || status.is_some_and(|s| !s.at("state.terminated").is_null())
}
