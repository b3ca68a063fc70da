//! `kubectl create`: from a file, or by a subcommand from flags.

/// A subcommand that makes an object of one kind: name and aliases, what it is for, usage, its own flags, the kind, how errors
/// of the server begin (empty: as they are), and what fills the object in; then the flags that must be given.
macro_rules! maker {
    ($id:ident = $name:literal $(| $alias:literal)*, $usage:literal, [$($flags:expr),*],
        $kind:expr, $failed:literal, $fill:expr $(, $required:literal)*) => {
        pub(super) static $id: Command = Command {
            name: $name,
            aliases: &[$($alias),*],
            usage: $usage,
            flags: &[$($flags,)* OUTPUT, DRY_RUN, &[manager("kubectl-create")], SAVE_CONFIG, VALIDATE],
            required: &[$($required),*],
            action: |cx| Box::pin(super::make(cx, $kind, $failed, $fill)),
            ..BASE
        };
    };
}

pub(crate) mod data;
mod ingress;
mod policy;
mod rbac;
mod service;
mod token;
mod workload;

use super::{BASE, DRY_RUN, FILES, OUTPUT, RECORD, SAVE_CONFIG, SELECTOR, VALIDATE, manager};
use crate::command::Command;
use crate::cx::{Cx, DryRun};
use crate::fail::{Fail, Outcome, fail};
use crate::files::{self, Manifest};
use crate::flags::{Flag, Kind as FlagKind, flag};
use api::{Kind, Value, json, obj};
use apiserver::request::Verb;

/// The annotation in which `apply` keeps the configuration.
pub(crate) const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

static FLAGS: &[Flag] = &[
    flag("edit", FlagKind::Bool, "false"),
    flag("raw", FlagKind::Text, ""),
    flag("windows-line-endings", FlagKind::Bool, "false"),
];

pub(crate) static CREATE: Command = Command {
    name: "create",
    usage: "-f FILE",
    flags: &[FLAGS, FILES, OUTPUT, SELECTOR, DRY_RUN, &[manager("kubectl-create")], SAVE_CONFIG, RECORD, VALIDATE],
    subcommands: &[
        &rbac::CLUSTER_ROLE,
        &rbac::CLUSTER_ROLE_BINDING,
        &data::CONFIG_MAP,
        &workload::CRON_JOB,
        &workload::DEPLOYMENT,
        &ingress::INGRESS,
        &workload::JOB,
        &policy::NAMESPACE,
        &policy::PDB,
        &policy::PRIORITY_CLASS,
        &policy::QUOTA,
        &rbac::ROLE,
        &rbac::ROLE_BINDING,
        &data::SECRET,
        &service::SERVICE,
        &policy::SERVICE_ACCOUNT,
        &token::TOKEN,
    ],
    action: |cx| Box::pin(run(cx)),
    ..BASE
};

async fn run(cx: &Cx<'_>) -> Outcome {
    if let Some(path) = super::info::raw_path(cx, &["edit", "output", "selector"])? {
        return super::info::raw(cx, "POST", path).await;
    }
    let sources = files::named(cx);
    if !cx.args().is_empty() {
        return cx.usage(format_args!("Unexpected args: [{}]", cx.args().join(" ")));
    }
    if sources.is_empty() {
        return Err("must specify one of -f and -k".into());
    }
    cx.field_validation()?;
    let (manifests, mut failures) = files::read(cx, &sources, cx.flags.on("recursive")).await?;
    if manifests.is_empty() && failures.is_empty() {
        return Err("no objects passed to create".into());
    }
    for manifest in &manifests {
        if let Err(fail) = create(cx, manifest) {
            failures.push(fail);
        }
        cx.latency().await;
    }
    Fail::all(failures)
}

fn create(cx: &Cx<'_>, manifest: &Manifest) -> Outcome {
    let mut object = manifest.object.clone();
    if cx.flags.on("save-config") {
        object.annotate(LAST_APPLIED, configuration(&object));
    }
    if cx.dry_run()? != DryRun::Client {
        let request = cx.ask(Verb::Create, manifest.kind, &manifest.namespace, "").with_body(object);
        let what = format!("error when creating {:?}", manifest.source);
        object = cx.request(&request).map_err(|fail| fail.within(&what))?;
    }
    cx.print_changed(manifest.kind, &object, "created")
}

/// What `apply` keeps of an object: its JSON, without the annotation itself.
pub(crate) fn configuration(object: &Value) -> String {
    let mut object = object.clone();
    object.at_mut("metadata.annotations").object_mut().remove(LAST_APPLIED);
    format!("{}\n", json::to_string(&object))
}

/// The one NAME that a subcommand needs.
pub(crate) fn one_name<'a>(cx: &'a Cx<'_>) -> Outcome<&'a str> {
    let count = cx.flags.dash.unwrap_or(cx.args().len());
    match cx.args() {
        [name, ..] if count == 1 => Ok(name),
        _ => cx.usage(format_args!("exactly one NAME is required, got {count}")),
    }
}

/// Makes an object from flags: `fill` says what of; sends it (unless it is a dry run) and says so.
async fn make(cx: &Cx<'_>, kind: &'static Kind, failed: &str, fill: fn(&Cx<'_>, &mut Value) -> Outcome) -> Outcome {
    let mut object = skeleton(cx, kind, one_name(cx)?);
    // What Go prints of a status that is empty.
    if kind.subresources.contains(&"status") {
        object.set("status", obj! {});
    }
    fill(cx, &mut object)?;
    submit(cx, kind, object, failed, "created")
}

/// The start of an object made from flags.
pub(crate) fn skeleton(cx: &Cx<'_>, kind: &Kind, name: &str) -> Value {
    let mut object =
        obj! { "apiVersion" => kind.api_version(), "kind" => kind.kind, "metadata" => obj! { "name" => name } };
    if kind.namespaced && cx.namespace_given {
        object.set("metadata.namespace", cx.namespace.as_str());
    }
    object
}

/// Sends an object made from flags, unless it is a dry run, and says what was done. `failed` is how errors begin.
pub(crate) fn submit(cx: &Cx<'_>, kind: &'static Kind, mut object: Value, failed: &str, done: &str) -> Outcome {
    if cx.flags.on("save-config") {
        object.annotate(LAST_APPLIED, configuration(&object));
    }
    if cx.dry_run()? != DryRun::Client {
        let mut request = cx.ask(Verb::Create, kind, &cx.namespace, "").with_body(object);
        request.options.field_validation = apiserver::request::FieldValidation::Strict;
        object = match cx.request(&request) {
            Err(fail) if !failed.is_empty() => return Err(fail!("{failed} {}", fail.message())),
            answer => answer?,
        };
    }
    cx.print_changed(kind, &object, done)
}

pub(crate) use rbac::subjects;
