//! `kubectl create`: from a file, or by a subcommand from flags.

mod config_map;
mod deployment;
mod service;
mod simple;

use super::{BASE, DRY_RUN, FILES, OUTPUT, SELECTOR, VALIDATE, WRITE};
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
    flag("edit", FlagKind::Bool, "false", "Open the object in an editor first."),
    flag("raw", FlagKind::Text, "", "Send the file to this address."),
    flag("windows-line-endings", FlagKind::Bool, "false", "End lines in the editor as Windows does."),
];

pub(crate) static CREATE: Command = Command {
    name: "create",
    about: "Make objects from a file, or from flags.",
    usage: "-f FILE",
    flags: &[FLAGS, FILES, OUTPUT, SELECTOR, DRY_RUN, WRITE, VALIDATE],
    subcommands: &[
        &simple::CLUSTER_ROLE,
        &simple::CLUSTER_ROLE_BINDING,
        &config_map::CONFIG_MAP,
        &simple::CRON_JOB,
        &deployment::DEPLOYMENT,
        &simple::INGRESS,
        &simple::JOB,
        &simple::NAMESPACE,
        &simple::PDB,
        &simple::PRIORITY_CLASS,
        &simple::QUOTA,
        &simple::ROLE,
        &simple::ROLE_BINDING,
        &config_map::SECRET,
        &service::SERVICE,
        &simple::SERVICE_ACCOUNT,
    ],
    action: |cx| Box::pin(run(cx)),
    ..BASE
};

async fn run(cx: &Cx<'_>) -> Outcome {
    let paths = cx.flags.list("filename");
    if !cx.args().is_empty() {
        return cx.usage(format_args!("Unexpected args: [{}]", cx.args().join(" ")));
    }
    if paths.is_empty() {
        return Err("must specify one of -f and -k".into());
    }
    let (manifests, mut failures) = files::read(cx, paths, cx.flags.on("recursive")).await?;
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

/// The start of an object made from flags.
pub(crate) fn skeleton(cx: &Cx<'_>, api_version: &str, kind: &str, name: &str, namespaced: bool) -> Value {
    let mut object = obj! { "apiVersion" => api_version, "kind" => kind, "metadata" => obj! { "name" => name } };
    if namespaced && cx.namespace_given {
        object.set("metadata.namespace", cx.namespace.as_str());
    }
    object
}

/// Sends an object made from flags (unless it is a dry run) and says so. With `what`, errors are kubectl's own:
/// `failed to create deployment: ...`.
pub(crate) fn submit(cx: &Cx<'_>, mut object: Value, what: &str) -> Outcome {
    let Some(kind) = object.kind() else {
        return submit_unknown(cx, &object);
    };
    if cx.flags.on("save-config") {
        object.annotate(LAST_APPLIED, configuration(&object));
    }
    if cx.dry_run()? != DryRun::Client {
        let mut request = cx.ask(Verb::Create, kind, &cx.namespace, "").with_body(object);
        request.options.field_validation = apiserver::request::FieldValidation::Strict;
        object = match cx.request(&request) {
            Ok(object) => object,
            Err(fail) if what.is_empty() => return Err(fail),
            Err(fail) => return Err(fail!("failed to create {what}: {}", fail.message())),
        };
    }
    cx.print_changed(kind, &object, "created")
}

/// An object of a kind that this server does not have can at least be printed.
fn submit_unknown(cx: &Cx<'_>, object: &Value) -> Outcome {
    if cx.dry_run()? != DryRun::Client {
        return Err(Fail::Status(api::Status::no_such_resource()));
    }
    let api_version = object["apiVersion"].str();
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    let lower = object["kind"].str().to_lowercase();
    let shown = if group.is_empty() { lower } else { format!("{lower}.{group}") };
    let format = cx.format()?;
    if format.is_human() || cx.flags.text("output") == "name" {
        let done = if format.is_human() { " created (dry run)" } else { "" };
        cx.say(format_args!("{shown}/{}{done}", object.name()));
        return Ok(());
    }
    let printed = crate::print::Printed { kind: api::kind::POD as &Kind, object, done: "", managed: false };
    cx.host.stdout(&format.print(&printed)?);
    Ok(())
}
