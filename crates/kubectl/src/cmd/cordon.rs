//! `kubectl cordon`, `kubectl uncordon` and `kubectl drain`

use super::{ALL_NAMESPACES, BASE, DRY_RUN, SELECTOR};
use crate::command::Command;
use crate::cx::{Cx, DryRun};
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::resource::{self, Choice, Info};
use api::{Value, kind, obj};
use apiserver::request::{PatchType, Verb};

static DRAIN_FLAGS: &[Flag] = &[
    flag("chunk-size", Kind::Int, "500", "Read long lists in parts of this size."),
    flag("delete-emptydir-data", Kind::Bool, "false", "Go on although Pods lose what they keep in emptyDir volumes."),
    flag("disable-eviction", Kind::Bool, "false", "Delete Pods instead of evicting them."),
    flag("force", Kind::Bool, "false", "Go on although Pods that no controller owns are lost."),
    flag("grace-period", Kind::Int, "-1", "Seconds to stop in; -1 for each Pod's own."),
    flag("ignore-daemonsets", Kind::Bool, "false", "Leave Pods of DaemonSets alone."),
    flag("pod-selector", Kind::Text, "", "Only Pods with these labels."),
    flag(
        "skip-wait-for-delete-timeout",
        Kind::Int,
        "0",
        "Do not wait for Pods that are being deleted for so many seconds.",
    ),
    flag("timeout", Kind::Span, "0s", "How long to wait."),
];

pub(crate) static CORDON: Command = Command {
    name: "cordon",
    about: "Keep new Pods away from a node.",
    usage: "NODE",
    flags: &[SELECTOR, DRY_RUN],
    action: |cx| Box::pin(set(cx, true)),
    ..BASE
};

pub(crate) static UNCORDON: Command = Command {
    name: "uncordon",
    about: "Let new Pods come to a node again.",
    usage: "NODE",
    flags: &[SELECTOR, DRY_RUN],
    action: |cx| Box::pin(set(cx, false)),
    ..BASE
};

pub(crate) static DRAIN: Command = Command {
    name: "drain",
    about: "Move all Pods away from a node, before maintenance.",
    usage: "NODE",
    flags: &[DRAIN_FLAGS, SELECTOR, ALL_NAMESPACES, DRY_RUN],
    action: |cx| Box::pin(drain(cx)),
    ..BASE
};

async fn nodes(cx: &Cx<'_>) -> Outcome<(Vec<Info>, Vec<Fail>)> {
    let choice = Choice { all_namespaces: false, ..Choice::of(cx) };
    if cx.args().is_empty() && choice.labels.is_none() {
        return cx.usage(format_args!("USAGE: {} NODE [flags]", cx.command.name));
    }
    let mut args = vec!["nodes".to_owned()];
    args.extend(cx.args().iter().map(|name| name.trim_start_matches("node/").trim_start_matches("nodes/").to_owned()));
    resource::objects(cx, &args, &choice).await
}

async fn set(cx: &Cx<'_>, unschedulable: bool) -> Outcome {
    let (infos, mut failures) = nodes(cx).await?;
    for info in &infos {
        if let Err(fail) = set_one(cx, info, unschedulable) {
            failures.push(fail);
        }
    }
    Fail::all(failures)
}

fn set_one(cx: &Cx<'_>, info: &Info, unschedulable: bool) -> Outcome {
    let done = if unschedulable { "cordoned" } else { "uncordoned" };
    if info.object["spec"]["unschedulable"].bool() == unschedulable {
        cx.say(format_args!("{} already {done}", info.shown()));
        return Ok(());
    }
    let dry_run = cx.dry_run()?;
    if dry_run != DryRun::Client {
        let value = if unschedulable { Value::Bool(true) } else { Value::Null };
        let mut body = obj! { "spec" => obj! {} };
        body.at_mut("spec").object_mut().insert("unschedulable", value);
        cx.request(&cx.ask(Verb::Patch(PatchType::Merge), info.kind, "", &info.name).with_body(body))?;
    }
    cx.say(format_args!("{} {done}{}", info.shown(), dry_run.suffix()));
    Ok(())
}

async fn drain(cx: &Cx<'_>) -> Outcome {
    let (infos, mut failures) = nodes(cx).await?;
    for info in &infos {
        set_one(cx, info, true)?;
    }
    for info in &infos {
        match drain_one(cx, info).await {
            Ok(()) => cx.say(format_args!("{} drained{}", info.shown(), cx.dry_run()?.suffix())),
            Err(fail) => {
                cx.warn(format_args!(
                    "error: unable to drain node {:?} due to error: {}, continuing command...",
                    info.name,
                    fail.message()
                ));
                failures.push(fail);
            }
        }
    }
    if !failures.is_empty() && infos.is_empty() {
        return Fail::all(failures);
    }
    if failures.is_empty() {
        return Ok(());
    }
    cx.warn("There are pending nodes to be drained:");
    infos.iter().for_each(|info| cx.warn(format_args!(" {}", info.name)));
    let texts: Vec<String> = failures.iter().map(Fail::message).collect();
    cx.warn(texts.join("\n"));
    Err(Fail::Exit(1))
}

/// Why a Pod stands in the way of draining, as the flag that would allow it; none if it may go.
fn obstacle(cx: &Cx<'_>, pod: &Value) -> Option<&'static str> {
    let controller = pod.controller();
    let on = |flag| cx.flags.on(flag);
    let finished = api::is_pod_ended(pod);
    if controller["kind"].str() == "DaemonSet" && !on("ignore-daemonsets") {
        return Some("DaemonSet-managed Pods (use --ignore-daemonsets to ignore)");
    }
    let local = pod["spec"]["volumes"].array().iter().any(|v| !v["emptyDir"].is_null());
    if local && !finished && !on("delete-emptydir-data") {
        return Some("Pods with local storage (use --delete-emptydir-data to override)");
    }
    if controller.is_null() && !finished && !on("force") {
        return Some("Pods that declare no controller (use --force to override)");
    }
    None
}

async fn drain_one(cx: &Cx<'_>, node: &Info) -> Outcome {
    let labels = cx.flags.text("pod-selector");
    let pods = cx.list(kind::POD, "", labels, &format!("spec.nodeName={}", node.name))?;
    let is_mirror = |pod: &Value| !pod.annotation("kubernetes.io/config.mirror").is_empty();
    let pods: Vec<Value> = pods.into_iter().filter(|pod| !is_mirror(pod)).collect();
    let names =
        |pods: &[&Value]| pods.iter().map(|p| format!("{}/{}", p.namespace(), p.name())).collect::<Vec<_>>().join(", ");
    let mut problems: Vec<(&'static str, Vec<&Value>)> = Vec::new();
    for pod in &pods {
        let Some(why) = obstacle(cx, pod) else { continue };
        match problems.iter_mut().find(|(w, _)| *w == why) {
            Some((_, pods)) => pods.push(pod),
            None => problems.push((why, vec![pod])),
        }
    }
    if !problems.is_empty() {
        let texts: Vec<String> =
            problems.iter().map(|(why, pods)| format!("cannot delete {why}: {}", names(pods))).collect();
        return Err(match &texts[..] {
            [one] => fail!("{one}"),
            _ => fail!("[{}]", texts.join(", ")),
        });
    }
    let (left, going): (Vec<&Value>, Vec<&Value>) =
        pods.iter().partition(|p| p.controller()["kind"].str() == "DaemonSet");
    let bare: Vec<&Value> = going.iter().copied().filter(|p| p.controller().is_null()).collect();
    let warnings = [("deleting Pods that declare no controller", &bare), ("ignoring DaemonSet-managed Pods", &left)];
    let warnings = warnings.iter().filter(|(_, pods)| !pods.is_empty());
    let texts: Vec<String> = warnings.map(|(why, pods)| format!("{why}: {}", names(pods))).collect();
    if !texts.is_empty() {
        cx.warn(format_args!("Warning: {}", texts.join("; ")));
    }
    evict(cx, &going).await
}

async fn evict(cx: &Cx<'_>, pods: &[&Value]) -> Outcome {
    if cx.dry_run()? != DryRun::None {
        pods.iter()
            .for_each(|pod| cx.say(format_args!("evicting pod {}/{}{}", pod.namespace(), pod.name(), " (dry run)")));
        return Ok(());
    }
    for pod in pods {
        cx.say(format_args!("evicting pod {}/{}", pod.namespace(), pod.name()));
        evict_one(cx, pod).await?;
    }
    let timeout = cx.flags.span("timeout").unwrap_or_default();
    let end = cx.host.now() + timeout;
    for pod in pods {
        while cx.get(kind::POD, pod.namespace(), pod.name()).is_ok_and(|now| now.uid() == pod.uid()) {
            if !timeout.is_zero() && cx.host.now() >= end {
                return Err(fail!(
                    "[error when waiting for pod {:?} in namespace {:?} to terminate: global timeout reached: {}]",
                    pod.name(),
                    pod.namespace(),
                    cx.flags.text("timeout")
                ));
            }
            cx.host.changed().await;
        }
        cx.say(format_args!("pod/{} evicted", pod.name()));
    }
    Ok(())
}

/// Evicts one Pod; while a disruption budget forbids it, tries again every five seconds.
async fn evict_one(cx: &Cx<'_>, pod: &Value) -> Outcome {
    let grace = Some(cx.flags.int("grace-period")).filter(|g| *g >= 0);
    loop {
        let mut request = if cx.flags.on("disable-eviction") || !kind::POD.subresources.contains(&"eviction") {
            cx.ask(Verb::Delete, kind::POD, pod.namespace(), pod.name())
        } else {
            let body = obj! {
                "apiVersion" => "policy/v1", "kind" => "Eviction",
                "metadata" => obj! { "name" => pod.name(), "namespace" => pod.namespace() },
            };
            cx.ask(Verb::Create, kind::POD, pod.namespace(), pod.name()).with_subresource("eviction").with_body(body)
        };
        request.options.grace_period = grace;
        match cx.request(&request) {
            Err(Fail::Status(status)) if status.code == 429 => {
                cx.warn(format_args!(
                    "error when evicting pods/{:?} -n {:?} (will retry after 5s): {}",
                    pod.name(),
                    pod.namespace(),
                    status.message
                ));
                cx.host.sleep(std::time::Duration::from_secs(5)).await;
            }
            Err(fail) if fail.is_not_found() => return Ok(()),
            other => return other.map(|_| ()),
        }
    }
}
