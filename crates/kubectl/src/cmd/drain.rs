//! `kubectl drain`: which Pods of a node go, which stay, and which stand in the way (k8s.io/kubectl/pkg/drain/filters.go).

mod evict;

use super::{BASE, DRY_RUN, SELECTOR, cordon};
use crate::command::Command;
use crate::cx::{Cx, DryRun};
use crate::fail::{Fail, Outcome};
use crate::flags::{Flag, Kind, flag};
use crate::resource::Info;
use api::{Value, kind};

static FLAGS: &[Flag] = &[
    flag("chunk-size", Kind::Int, "500"),
    flag("delete-emptydir-data", Kind::Bool, "false"),
    flag("disable-eviction", Kind::Bool, "false"),
    flag("force", Kind::Bool, "false"),
    flag("grace-period", Kind::Int, "-1"),
    flag("ignore-daemonsets", Kind::Bool, "false"),
    flag("pod-selector", Kind::Text, ""),
    flag("skip-wait-for-delete-timeout", Kind::Int, "0"),
    flag("timeout", Kind::Span, "0s"),
];

pub(crate) static DRAIN: Command = Command {
    name: "drain",
    usage: "NODE",
    flags: &[FLAGS, SELECTOR, DRY_RUN],
    action: |cx| Box::pin(drain(cx)),
    ..BASE
};

async fn drain(cx: &Cx<'_>) -> Outcome {
    let labels = cx.flags.text("pod-selector");
    let nodes = cordon::nodes(cx).await?;
    if api::Selector::parse(labels).is_err() {
        return Err("--pod-selector=<pod_selector> must be a valid label selector".into());
    }
    cordon::set_all(cx, &nodes, true);
    let (mut left, mut failures) = (Vec::new(), Vec::new());
    for node in &nodes {
        let Err(fail) = drain_one(cx, node).await else {
            cx.say(format_args!("{} drained{}", node.shown(), cx.dry_run()?.suffix()));
            continue;
        };
        let why = fail.message();
        cx.warn(format_args!("error: unable to drain node {:?} due to error: {why}, continuing command...", node.name));
        left.push(&node.name);
        match fail {
            Fail::Many(all) => failures.extend(all),
            one => failures.push(one),
        }
    }
    if left.is_empty() {
        return Ok(());
    }
    cx.warn("There are pending nodes to be drained:");
    left.iter().for_each(|name| cx.warn(format_args!(" {name}")));
    Err(Fail::Many(failures))
}

async fn drain_one(cx: &Cx<'_>, node: &Info) -> Outcome {
    let (pods, warnings) = choose(cx, node)?;
    if !warnings.is_empty() {
        cx.warn(format_args!("Warning: {}", warnings.join("; ")));
    }
    if cx.dry_run()? == DryRun::Client {
        pods.iter().for_each(|pod| cx.say(format_args!("evicting pod {}/{} (dry run)", pod.namespace(), pod.name())));
        return Ok(());
    }
    let done = evict::remove(cx, &pods).await;
    if let Err(fail) = &done {
        tell_pending(cx, node, fail);
    }
    done
}

/// Says which Pods are still there after a failure.
fn tell_pending(cx: &Cx<'_>, node: &Info, fail: &Fail) {
    match choose(cx, node) {
        Ok((pods, _)) if pods.is_empty() => {}
        Ok((pods, _)) => {
            let why = fail.message();
            cx.warn(format_args!("There are pending pods in node {:?} when an error occurred: {why}", node.name));
            pods.iter().for_each(|pod| cx.warn(format_args!("pod/{}", pod.name())));
        }
        Err(fail) => {
            let why = fail.message();
            cx.host.stderr(&format!("Following errors occurred while getting the list of pods to delete:\n{why}"));
        }
    }
}

/// What becomes of a Pod.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Goes,
    Stays,
    /// It stands in the way of draining.
    Blocks,
}

/// The Pods of a node that go, and the warnings about them and others.
fn choose(cx: &Cx<'_>, node: &Info) -> Outcome<(Vec<Value>, Vec<String>)> {
    let labels = cx.flags.text("pod-selector");
    let pods = cx.list(kind::POD, "", labels, &format!("spec.nodeName={}", node.name))?;
    let (mut going, mut warnings, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    for pod in pods {
        let (fate, why) = judge(cx, &pod);
        match fate {
            Fate::Blocks => note(&mut errors, &format!("cannot delete {why}"), &pod),
            _ => note(&mut warnings, &why, &pod),
        }
        if fate == Fate::Goes {
            going.push(pod);
        }
    }
    Fail::all(errors.into_iter().map(Fail::Text).collect())?;
    Ok((going, warnings))
}

/// Adds a Pod to the line that begins with `why`.
fn note(lines: &mut Vec<String>, why: &str, pod: &Value) {
    let name = format!("{}/{}", pod.namespace(), pod.name());
    let is_it = |line: &&mut String| line.strip_prefix(why).is_some_and(|rest| rest.starts_with(": "));
    match lines.iter_mut().find(is_it) {
        _ if why.is_empty() => {}
        Some(line) => *line = format!("{line}, {name}"),
        None => lines.push(format!("{why}: {name}")),
    }
}

/// What becomes of a Pod, and what is said about it, if anything.
fn judge(cx: &Cx<'_>, pod: &Value) -> (Fate, String) {
    let on = |flag| cx.flags.on(flag);
    let controller = pod.controller();
    if is_given_up(cx, pod) || !pod.annotation("kubernetes.io/config.mirror").is_empty() {
        return (Fate::Stays, String::new());
    }
    if api::is_pod_ended(pod) {
        return (Fate::Goes, String::new());
    }
    if controller["kind"].str() == "DaemonSet" {
        match cx.get(kind::DAEMON_SET, pod.namespace(), controller["name"].str()) {
            // The orphan of a DaemonSet goes like any other Pod.
            Err(fail) if fail.is_not_found() && on("force") => {}
            Err(fail) => return (Fate::Blocks, fail.message()),
            Ok(_) if on("ignore-daemonsets") => return (Fate::Stays, "ignoring DaemonSet-managed Pods".into()),
            Ok(_) => return (Fate::Blocks, "DaemonSet-managed Pods (use --ignore-daemonsets to ignore)".into()),
        }
    }
    if pod["spec"]["volumes"].array().iter().any(|v| !v["emptyDir"].is_null()) && !on("delete-emptydir-data") {
        return (Fate::Blocks, "Pods with local storage (use --delete-emptydir-data to override)".into());
    }
    match controller.is_null() {
        true if on("force") => (Fate::Goes, "deleting Pods that declare no controller".into()),
        true => (Fate::Blocks, "Pods that declare no controller (use --force to override)".into()),
        false => (Fate::Goes, String::new()),
    }
}

/// Whether a Pod has been going for longer than `--skip-wait-for-delete-timeout`.
fn is_given_up(cx: &Cx<'_>, pod: &Value) -> bool {
    let limit = cx.flags.int("skip-wait-for-delete-timeout");
    let since = api::Time::parse(pod["metadata"]["deletionTimestamp"].str());
    limit > 0 && since.is_some_and(|since| cx.host.now().since(since).as_secs() > limit as u64)
}
