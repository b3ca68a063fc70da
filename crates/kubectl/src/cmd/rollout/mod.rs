//! `kubectl rollout`

mod history;
mod status;
mod undo;

use super::{BASE, DRY_RUN, FILES, OUTPUT, SELECTOR};
use crate::command::Command;
use crate::cx::{Cx, DryRun};
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::resource::{self, Choice, Info};
use api::{Value, kind, list, obj};
use apiserver::request::{PatchType, Verb};

static MANAGER: &[Flag] = &[flag("field-manager", Kind::Text, "kubectl-rollout")];
static STATUS_FLAGS: &[Flag] = &[
    flag("revision", Kind::Int, "0"),
    flag("timeout", Kind::Span, "0s"),
    flag("watch", Kind::Bool, "true").short('w'),
];
static HISTORY_FLAGS: &[Flag] = &[flag("revision", Kind::Int, "0")];
static UNDO_FLAGS: &[Flag] = &[flag("to-revision", Kind::Int, "0")];

pub(crate) static ROLLOUT: Command = Command {
    name: "rollout",
    subcommands: &[&HISTORY, &PAUSE, &RESUME, &UNDO, &STATUS, &RESTART],
    action: |cx| Box::pin(overview(cx)),
    ..BASE
};

/// Its help goes to standard output, and is an error all the same.
async fn overview(cx: &Cx<'_>) -> Outcome {
    if !cx.args().is_empty() {
        return super::group(cx).await;
    }
    super::overview(cx);
    Err(Fail::Exit(1))
}

macro_rules! subcommand {
    ($id:ident, $name:literal, [$($flags:expr),*], $run:expr) => {
        static $id: Command = Command {
            name: $name,
            usage: "(TYPE NAME | TYPE/NAME)",
            flags: &[$($flags),*],
            action: |cx| Box::pin($run(cx)),
            ..BASE
        };
    };
}

subcommand!(HISTORY, "history", [HISTORY_FLAGS, FILES, SELECTOR, OUTPUT], history::run);
subcommand!(PAUSE, "pause", [MANAGER, FILES, SELECTOR, OUTPUT], pause);
subcommand!(RESUME, "resume", [MANAGER, FILES, SELECTOR, OUTPUT], resume);
subcommand!(UNDO, "undo", [UNDO_FLAGS, FILES, SELECTOR, OUTPUT, DRY_RUN], undo::run);
subcommand!(STATUS, "status", [STATUS_FLAGS, FILES, SELECTOR], status::run);
subcommand!(RESTART, "restart", [MANAGER, FILES, SELECTOR, OUTPUT], restart);

/// Where `rollout restart` notes the moment, in the template.
const RESTARTED_AT: &str = "kubectl.kubernetes.io/restartedAt";

/// The objects that the arguments mean; a kind alone means all of it.
async fn objects(cx: &Cx<'_>) -> Outcome<(Vec<Info>, Vec<Fail>)> {
    let choice = Choice { bare_kind: true, ..Choice::of(cx) };
    if cx.args().is_empty() && choice.files.is_empty() {
        return Err("required resource not specified".into());
    }
    resource::objects(cx, cx.args(), &choice).await
}

/// `deployments.apps "web"`
fn quoted(info: &Info) -> String {
    format!("{} {:?}", info.kind.resource(), info.name)
}

async fn pause(cx: &Cx<'_>) -> Outcome {
    change(cx, "paused", |info| match info.object["spec"]["paused"].bool() {
        true => Err(fail!("{} is already paused", quoted(info))),
        false => Ok(obj! { "spec" => obj! { "paused" => true } }),
    })
    .await
}

async fn resume(cx: &Cx<'_>) -> Outcome {
    change(cx, "resumed", |info| match info.object["spec"]["paused"].bool() {
        false => Err(fail!("{} is not paused", quoted(info))),
        true => Ok(obj! { "spec" => obj! {; null "paused" } }),
    })
    .await
}

async fn restart(cx: &Cx<'_>) -> Outcome {
    let now = cx.host.now().rfc3339();
    change(cx, "restarted", |info| {
        if info.object["spec"]["paused"].bool() {
            return Err(fail!("{} can't restart paused deployment (run rollout resume first)", quoted(info)));
        }
        let mut template = Value::object();
        template.at_mut("metadata.annotations").object_mut().insert(RESTARTED_AT, now.as_str().into());
        Ok(obj! { "spec" => obj! { "template" => template } })
    })
    .await
}

/// Patches each object, if it is of a kind that rolls out.
async fn change(cx: &Cx<'_>, done: &str, patch: impl Fn(&Info) -> Outcome<Value>) -> Outcome {
    let (infos, mut failures) = objects(cx).await?;
    if infos.is_empty() && failures.is_empty() {
        cx.warn(format_args!("No resources found in {} namespace.", cx.namespace));
    }
    for info in &infos {
        if let Err(fail) = change_one(cx, info, done, &patch) {
            failures.push(fail);
        }
    }
    Fail::all(failures)
}

fn change_one(cx: &Cx<'_>, info: &Info, done: &str, patch: &impl Fn(&Info) -> Outcome<Value>) -> Outcome {
    let (verb, kinds): (&str, &[&str]) = match done {
        "restarted" => ("restarting", &["Deployment", "DaemonSet", "StatefulSet"]),
        "paused" => ("pausing", &["Deployment"]),
        _ => ("resuming", &["Deployment"]),
    };
    if !kinds.contains(&info.kind.kind) {
        return Err(fail!("{} {verb} is not supported", quoted(info)));
    }
    let body = patch(info)?;
    let mut object = info.object.clone();
    if cx.dry_run()? != DryRun::Client {
        let verb = Verb::Patch(PatchType::StrategicMerge);
        object = cx.request(&cx.ask(verb, info.kind, &info.namespace, &info.name).with_body(body))?;
    }
    cx.print_changed(info.kind, &object, done)
}

/// Why nothing can be done to objects of a kind: nobody has thought of it, or of doing this to it
/// (k8s.io/kubectl/pkg/polymorphichelpers, `KindVisitor`).
fn unsupported(kind: &api::Kind, doing: &str, what: &str) -> Fail {
    const VISITED: [&str; 8] =
        ["CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "ReplicationController", "StatefulSet"];
    let named = kind.group_kind();
    match VISITED.contains(&kind.kind) {
        true => fail!("no {what} has been implemented for {named:?}"),
        false => fail!(
            "error retrieving {doing} for {named:?}, no visitor method exists for {{{} {}}}",
            kind.group,
            kind.kind
        ),
    }
}

/// Whether an object keeps its templates in ControllerRevisions; a Deployment keeps them in its ReplicaSets.
fn has_controller_revisions(info: &Info) -> bool {
    matches!(info.kind.kind, "DaemonSet" | "StatefulSet")
}

/// What holds the templates of an object that rolls out, by revision: ReplicaSets or ControllerRevisions.
fn revisions(cx: &Cx<'_>, info: &Info) -> Outcome<Vec<(i64, Value)>> {
    let owner = &info.object;
    let selector = api::Selector::from_label_selector(&owner["spec"]["selector"]).to_string();
    let kind = if has_controller_revisions(info) { kind::CONTROLLER_REVISION } else { kind::REPLICA_SET };
    let all = cx.list(kind, owner.namespace(), &selector, "")?;
    let own = all.into_iter().filter(|held| held.controller()["uid"].str() == owner.uid());
    let number = |held: &Value| held["revision"].as_int().or_else(|| held.annotation(REVISION).parse().ok());
    let mut revisions: Vec<(i64, Value)> = own.filter_map(|held| Some((number(&held)?, held))).collect();
    api::sort_by_key(&mut revisions, |(revision, _)| *revision);
    Ok(revisions)
}

/// The template that a revision holds.
fn held_template(held: &Value) -> Value {
    let mut template = match held["data"].is_null() {
        true => held.at("spec.template").clone(),
        false => held.at("data.spec.template").clone(),
    };
    template.remove("$patch");
    template
}

/// The annotation with the revision of a ReplicaSet.
const REVISION: &str = "deployment.kubernetes.io/revision";

/// A JSON patch that replaces a field.
fn replace(path: &str, value: Value) -> Value {
    list![obj! { "op" => "replace", "path" => path, "value" => value }]
}
