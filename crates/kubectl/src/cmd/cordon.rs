//! `kubectl cordon` and `kubectl uncordon`

use super::{BASE, DRY_RUN, SELECTOR};
use crate::command::Command;
use crate::cx::{Cx, DryRun};
use crate::fail::Outcome;
use crate::resource::{self, Choice, Info};
use api::{Value, obj};
use apiserver::request::{PatchType, Verb};

pub(crate) static CORDON: Command = Command {
    name: "cordon",
    usage: "NODE",
    flags: &[SELECTOR, DRY_RUN],
    action: |cx| Box::pin(set(cx, true)),
    ..BASE
};

pub(crate) static UNCORDON: Command = Command {
    name: "uncordon",
    usage: "NODE",
    flags: &[SELECTOR, DRY_RUN],
    action: |cx| Box::pin(set(cx, false)),
    ..BASE
};

/// The nodes that the command line names; the first that is not there ends the command
/// (k8s.io/kubectl/pkg/cmd/drain, `Complete`).
pub(super) async fn nodes(cx: &Cx<'_>) -> Outcome<Vec<Info>> {
    let choice = Choice { all_namespaces: false, ..Choice::of(cx) };
    if cx.args().is_empty() && choice.labels.is_none() {
        return cx.usage(format_args!("USAGE: {} NODE [flags]", cx.command.name));
    }
    if !cx.args().is_empty() && choice.labels.is_some() {
        return cx.usage("error: cannot specify both a node name and a --selector option");
    }
    let mut args = vec!["nodes".to_owned()];
    args.extend(cx.args().iter().map(|name| name.trim_start_matches("node/").trim_start_matches("nodes/").to_owned()));
    let (infos, failures) = resource::objects(cx, &args, &choice).await?;
    failures.into_iter().next().map_or(Ok(infos), Err)
}

async fn set(cx: &Cx<'_>, unschedulable: bool) -> Outcome {
    set_all(cx, &nodes(cx).await?, unschedulable);
    Ok(())
}

/// Cordons or uncordons nodes; one that cannot be is told of, and does not stop the others.
pub(super) fn set_all(cx: &Cx<'_>, nodes: &[Info], unschedulable: bool) {
    let verb = if unschedulable { "cordon" } else { "uncordon" };
    for node in nodes {
        if let Err(fail) = set_one(cx, node, unschedulable) {
            cx.warn(format_args!("error: unable to {verb} node {:?}: {}", node.name, fail.message()));
        }
    }
}

fn set_one(cx: &Cx<'_>, info: &Info, unschedulable: bool) -> Outcome {
    let done = if unschedulable { "cordoned" } else { "uncordoned" };
    let dry_run = cx.dry_run()?;
    if info.object["spec"]["unschedulable"].bool() == unschedulable {
        cx.say(format_args!("{} already {done}{}", info.shown(), dry_run.suffix()));
        return Ok(());
    }
    if dry_run != DryRun::Client {
        let value = if unschedulable { Value::Bool(true) } else { Value::Null };
        let mut body = obj! { "spec" => obj! {} };
        body.at_mut("spec").object_mut().insert("unschedulable", value);
        cx.request(&cx.ask(Verb::Patch(PatchType::Merge), info.kind, "", &info.name).with_body(body))?;
    }
    cx.say(format_args!("{} {done}{}", info.shown(), dry_run.suffix()));
    Ok(())
}
