//! `kubectl apply`: on the client, with the last configuration in an annotation; or on the server.

use super::create::{LAST_APPLIED, configuration};
use super::{ALL, BASE, DRY_RUN, FILES, OUTPUT, SELECTOR, VALIDATE};
use crate::command::Command;
use crate::cx::{Cx, DryRun};
use crate::fail::{Fail, Outcome, fail};
use crate::files::{self, Manifest};
use crate::flags::{Flag, Kind, flag};
use crate::print::{Format, Printed, list_of};
use crate::resource::{self, Choice};
use api::patch::three_way_strategic;
use api::{Selector, Value, json, yaml};
use apiserver::request::{PatchType, Verb};

static FLAGS: &[Flag] = &[
    flag("force-conflicts", Kind::Bool, "false"),
    flag("server-side", Kind::Bool, "false"),
    super::manager("kubectl-client-side-apply"),
    flag("force", Kind::Bool, "false"),
    flag("overwrite", Kind::Bool, "true"),
    flag("openapi-patch", Kind::Bool, "true"),
    flag("prune", Kind::Bool, "false"),
    flag("prune-allowlist", Kind::Repeated, ""),
    flag("cascade", Kind::Optional("background"), "background"),
    flag("grace-period", Kind::Int, "-1"),
    flag("timeout", Kind::Span, "0s"),
    flag("wait", Kind::Bool, "false"),
    flag("subresource", Kind::Text, ""),
];

pub(crate) static APPLY: Command = Command {
    name: "apply",
    usage: "(-f FILENAME | -k DIRECTORY)",
    flags: &[FLAGS, FILES, OUTPUT, SELECTOR, ALL, DRY_RUN, VALIDATE],
    subcommands: &[&EDIT_LAST_APPLIED, &SET_LAST_APPLIED, &VIEW_LAST_APPLIED],
    action: |cx| Box::pin(run(cx)),
    ..BASE
};

static VIEW_LAST_APPLIED: Command = Command {
    name: "view-last-applied",
    usage: "(TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME)",
    flags: &[FILES, SELECTOR, ALL, super::OUTPUT_YAML],
    action: |cx| Box::pin(view_last_applied(cx)),
    ..BASE
};

static EDIT_LAST_APPLIED: Command = Command {
    name: "edit-last-applied",
    usage: "(RESOURCE/NAME | -f FILENAME)",
    flags: &[
        FILES,
        OUTPUT,
        VALIDATE,
        &[super::manager("kubectl-client-side-apply"), flag("windows-line-endings", Kind::Bool, "false")],
    ],
    action: |cx| Box::pin(edit_last_applied(cx)),
    ..BASE
};

static SET_FLAGS: &[Flag] = &[flag("create-annotation", Kind::Bool, "false")];

static SET_LAST_APPLIED: Command = Command {
    name: "set-last-applied",
    usage: "-f FILENAME",
    flags: &[SET_FLAGS, super::FILE, OUTPUT, DRY_RUN],
    action: |cx| Box::pin(set_last_applied(cx)),
    ..BASE
};

async fn run(cx: &Cx<'_>) -> Outcome {
    if !cx.args().is_empty() {
        return cx.usage(format_args!("Unexpected args: [{}]", cx.args().join(" ")));
    }
    let sources = files::named(cx);
    if sources.is_empty() {
        return Err("must specify one of -f and -k".into());
    }
    if cx.flags.on("force-conflicts") && !cx.flags.on("server-side") {
        return Err("--force-conflicts only works with --server-side".into());
    }
    cx.field_validation()?;
    super::prune::check(cx)?;
    let format = cx.format()?;
    let (mut manifests, mut failures) = files::read(cx, &sources, cx.flags.on("recursive")).await?;
    if let Some(selector) = Some(cx.flags.text("selector")).filter(|s| !s.is_empty()) {
        let selector = Selector::parse(selector).map_err(Fail::Text)?;
        manifests.retain(|m| selector.matches(m.object.labels()));
    }
    if manifests.is_empty() && failures.is_empty() {
        return Err("no objects passed to apply".into());
    }
    let mut applied = Vec::new();
    for manifest in &manifests {
        match apply(cx, manifest, &format) {
            Ok(object) => applied.push((manifest.kind, object)),
            Err(fail) => failures.push(fail),
        }
        // Controllers do their part meanwhile: a Pod that follows its Namespace needs the service account there.
        cx.latency().await;
    }
    let (mut uids, mut namespaces) = (Vec::new(), Vec::new());
    for (_, object) in &applied {
        uids.push(object.uid().to_owned());
        let namespace = object.namespace().to_owned();
        if !namespace.is_empty() && !namespaces.contains(&namespace) {
            namespaces.push(namespace);
        }
    }
    if !format.is_human() && !matches!(format, Format::Name) {
        print_all(cx, applied, &format)?;
    }
    // What could not be applied may be missed by mistake.
    if cx.flags.on("prune") && failures.is_empty() {
        super::prune::prune(cx, &uids, &namespaces).await?;
    }
    Fail::all(failures)
}

/// In a format for programs the objects come together in the end: one as itself, several as a list.
fn print_all(cx: &Cx<'_>, mut applied: Vec<(&'static api::Kind, Value)>, format: &Format) -> Outcome {
    let (kind, object) = match applied.len() {
        0 => return Ok(()),
        1 => applied.remove(0),
        _ => (applied[0].0, list_of(applied.into_iter().map(|(_, object)| object).collect())),
    };
    let managed = cx.flags.on("show-managed-fields");
    cx.host.stdout(&format.print(&Printed { kind, object: &object, done: "", managed })?);
    Ok(())
}

fn say(cx: &Cx<'_>, manifest: &Manifest, object: &Value, done: &str, format: &Format) -> Outcome {
    match format.is_human() || matches!(format, Format::Name) {
        true => cx.print_changed(manifest.kind, object, done),
        false => Ok(()),
    }
}

/// `Resource: ..., Name: ...`: an object as error messages describe it.
fn described(manifest: &Manifest) -> String {
    let kind = manifest.kind;
    format!(
        "Resource: \"{group}/{version}, Resource={plural}\", GroupVersionKind: \"{group}/{version}, Kind={kind}\"\nName: {:?}, \
         Namespace: {:?}",
        manifest.object.name(),
        manifest.namespace,
        group = kind.group,
        version = kind.version,
        plural = kind.plural,
        kind = kind.kind,
    )
}

fn apply(cx: &Cx<'_>, manifest: &Manifest, format: &Format) -> Outcome<Value> {
    if cx.flags.on("server-side") {
        return apply_on_server(cx, manifest, format);
    }
    let name = manifest.object.name();
    let generated = manifest.object["metadata"]["generateName"].str();
    if name.is_empty() && !generated.is_empty() {
        return Err(fail!("from {generated}: cannot use generate name with apply"));
    }
    if name.is_empty() {
        let what = format!(
            "error when retrieving current configuration of:\n{}\nfrom server for: {:?}",
            described(manifest),
            manifest.source
        );
        return Err(fail!("{what}: resource name may not be empty"));
    }
    let mut modified = manifest.object.clone();
    modified.annotate(LAST_APPLIED, configuration(&modified));
    match cx.get(manifest.kind, &manifest.namespace, name) {
        Ok(current) => patch(cx, manifest, &modified, &current, format),
        Err(fail) if fail.is_not_found() => {
            if cx.dry_run()? != DryRun::Client {
                let request = cx.ask(Verb::Create, manifest.kind, &manifest.namespace, "").with_body(modified);
                let what = format!("error when creating {:?}", manifest.source);
                modified = cx.request(&request).map_err(|fail| fail.within(&what))?;
            }
            say(cx, manifest, &modified, "created", format)?;
            Ok(modified)
        }
        Err(fail) => Err(fail.within(&format!(
            "error when retrieving current configuration of:\n{}\nfrom server for: {:?}",
            described(manifest),
            manifest.source
        ))),
    }
}

/// Changes what the file changes against the last one, and leaves alone what others have set since.
fn patch(cx: &Cx<'_>, manifest: &Manifest, modified: &Value, current: &Value, format: &Format) -> Outcome<Value> {
    let last = current.annotation(LAST_APPLIED);
    if last.is_empty() && current["metadata"]["annotations"][LAST_APPLIED].is_null() {
        cx.warn(format_args!(
            "Warning: resource {}/{} is missing the {LAST_APPLIED} annotation which is required by {path}. {path} should only be \
             used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing \
             annotation will be patched automatically.",
            manifest.kind.plural,
            manifest.object.name(),
            path = "kubectl apply",
        ));
    }
    let original = json::parse(last).unwrap_or_default();
    let patch = three_way_strategic(manifest.kind, &original, modified, current);
    let mut object = current.clone();
    if cx.dry_run()? != DryRun::Client && !patch.is_empty() {
        let name = manifest.object.name();
        let verb = Verb::Patch(PatchType::StrategicMerge);
        let request = cx.ask(verb, manifest.kind, &manifest.namespace, name).with_body(patch.clone());
        object = cx.request(&request).map_err(|fail| patch_failure(fail, manifest, &patch))?;
    }
    let done = if patch.is_empty() { "unchanged" } else { "configured" };
    say(cx, manifest, &object, done, format)?;
    Ok(object)
}

fn patch_failure(fail: Fail, manifest: &Manifest, patch: &Value) -> Fail {
    let source = &manifest.source;
    let fail = fail.within(&format!("error when patching {source:?}"));
    let what = format!(
        "error when applying patch:\n{}\nto:\n{}\nfor: {source:?}",
        json::to_string(patch),
        described(manifest)
    );
    fail.within(&what)
}

fn apply_on_server(cx: &Cx<'_>, manifest: &Manifest, format: &Format) -> Outcome<Value> {
    if cx.dry_run()? == DryRun::Client {
        return Err("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)".into());
    }
    let verb = Verb::Patch(PatchType::Apply);
    let mut request =
        cx.ask(verb, manifest.kind, &manifest.namespace, manifest.object.name()).with_body(manifest.object.clone());
    request.options.force = cx.flags.on("force-conflicts");
    if !cx.flags.has("field-manager") {
        request.options.field_manager = "kubectl".into();
    }
    let object = cx.request(&request).map_err(conflict)?;
    say(cx, manifest, &object, "serverside-applied", format)?;
    Ok(object)
}

/// A conflict of server-side apply comes with advice.
fn conflict(fail: Fail) -> Fail {
    match fail {
        Fail::Status(status) if status.code == 409 && status.message.starts_with("Apply failed") => fail!(
            "{}\nPlease review the fields above--they currently have other managers. Here\nare the ways you can resolve this \
             warning:\n* If you intend to manage all of these fields, please re-run the apply\n  command with the \
             `--force-conflicts` flag.\n* If you do not intend to manage all of the fields, please edit your\n  manifest to \
             remove references to the fields that should keep their\n  current managers.\n* You may co-own fields by updating \
             your manifest to match the existing\n  value; in this case, you'll become the manager if the other \
             manager(s)\n  stop managing the field (remove it from their configuration).\nSee \
             https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts",
            status.message
        ),
        other => other,
    }
}

async fn view_last_applied(cx: &Cx<'_>) -> Outcome {
    let output = cx.flags.text("output");
    if !matches!(output, "" | "yaml" | "json") {
        return cx
            .usage(format_args!("Unexpected -o output mode: {output}, the flag 'output' must be one of yaml|json"));
    }
    let (infos, failures) = resource::objects(cx, cx.args(), &Choice::of(cx)).await?;
    Fail::all(failures)?;
    for info in infos {
        let text = info.object.annotation(LAST_APPLIED);
        if text.is_empty() {
            // kubectl reports it as an error that is none: it only comes out where there is a file to name.
            if !info.source.is_empty() {
                let what = format!("no last-applied-configuration annotation found on resource: {}\n", info.name);
                return Err(fail!("error when {what} {:?}: <nil>", info.source));
            }
            continue;
        }
        let value = json::parse(text).map_err(Fail::Text)?;
        match output {
            "json" => cx.say(json::to_string_pretty(&value).replace("    ", "  ")),
            _ => cx.host.stdout(&yaml::to_string(&value)),
        }
    }
    Ok(())
}

async fn set_last_applied(cx: &Cx<'_>) -> Outcome {
    cx.dry_run()?;
    if files::named(cx).is_empty() {
        return Err(resource::MISSING.into());
    }
    let (manifests, failures) = files::read(cx, &files::named(cx), cx.flags.on("recursive")).await?;
    Fail::all(failures)?;
    for manifest in &manifests {
        let name = manifest.object.name();
        let current = cx.get(manifest.kind, &manifest.namespace, name)?;
        if current.annotation(LAST_APPLIED).is_empty() && !cx.flags.on("create-annotation") {
            return Err(fail!(
                "no last-applied-configuration annotation found on resource: {name}, to create the annotation, run the command \
                 with --create-annotation"
            ));
        }
        // Unlike `apply`, it notes no annotations where there are none.
        let kept = match manifest.object["metadata"]["annotations"].is_null() {
            true => json::to_string(&manifest.object) + "\n",
            false => configuration(&manifest.object),
        };
        if current.annotation(LAST_APPLIED) == kept {
            cx.say(format_args!("set-last-applied {name}: no changes required."));
            continue;
        }
        let mut object = current;
        if cx.dry_run()? != DryRun::Client {
            let mut body = Value::object();
            body.annotate(LAST_APPLIED, kept);
            let verb = Verb::Patch(PatchType::Merge);
            object = cx.request(&cx.ask(verb, manifest.kind, &manifest.namespace, name).with_body(body))?;
        }
        cx.print_changed(manifest.kind, &object, "configured")?;
    }
    Ok(())
}

async fn edit_last_applied(cx: &Cx<'_>) -> Outcome {
    let choice = Choice::of(cx);
    if cx.args().is_empty() && choice.files.is_empty() {
        return Err(resource::MISSING.into());
    }
    let (infos, failures) = resource::objects(cx, cx.args(), &choice).await?;
    Fail::all(failures)?;
    let applied = |info: &resource::Info| !info.object.annotation(LAST_APPLIED).is_empty();
    if !infos.iter().any(applied) {
        return Err(
            "no last-applied-configuration annotation found on resources, to create the annotation, use command \
                    `kubectl apply set-last-applied --create-annotation`"
                .into(),
        );
    }
    for info in infos.into_iter().filter(applied) {
        let text = info.object.annotation(LAST_APPLIED);
        let before = json::parse(text).map_err(Fail::Text)?;
        let path = format!("/tmp/kubectl-edit-last-applied-{}.yaml", info.name);
        cx.host.write_file(&path, &yaml::to_string(&before)).map_err(|why| fail!("open {path}: {why}"))?;
        cx.host.edit(&path).await.map_err(Fail::Text)?;
        let edited = cx.host.read_file(&path).map_err(|why| fail!("open {path}: {why}"))?;
        let after = yaml::parse(&edited).map_err(|why| fail!("The edited file had a syntax error: {why}"))?.value;
        if after == before {
            cx.warn("Edit cancelled, no changes made.");
            continue;
        }
        let same = |field: &str| after[field] == before[field];
        if !same("apiVersion") || !same("kind") || after.name() != before.name() {
            return Err("At least one of apiVersion, kind and name was changed".into());
        }
        let mut body = Value::object();
        body.annotate(LAST_APPLIED, format!("{}\n", json::to_string(&after)));
        let verb = Verb::Patch(PatchType::Merge);
        let object = cx.request(&cx.ask(verb, info.kind, &info.namespace, &info.name).with_body(body))?;
        cx.print_changed(info.kind, &object, "edited")?;
    }
    Ok(())
}
