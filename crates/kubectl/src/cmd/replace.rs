//! `kubectl replace`

use super::create::{LAST_APPLIED, configuration};
use super::delete::{How, delete, wait};
use super::{BASE, DRY_RUN, FILES, OUTPUT, SAVE_CONFIG, VALIDATE, manager};
use crate::command::Command;
use crate::cx::{Cx, DryRun};
use crate::fail::{Fail, Outcome};
use crate::files::{self, Manifest};
use crate::flags::{Flag, Kind, flag};
use crate::resource::Info;
use apiserver::request::{Propagation, Verb};

static FLAGS: &[Flag] = &[
    flag("force", Kind::Bool, "false"),
    flag("cascade", Kind::Optional("background"), "background"),
    flag("grace-period", Kind::Int, "-1"),
    flag("timeout", Kind::Span, "0s"),
    flag("wait", Kind::Bool, "false"),
    flag("raw", Kind::Text, ""),
    flag("subresource", Kind::Text, ""),
];

pub(crate) static REPLACE: Command = Command {
    name: "replace",
    usage: "-f FILENAME",
    flags: &[FLAGS, FILES, OUTPUT, DRY_RUN, &[manager("kubectl-replace")], SAVE_CONFIG, VALIDATE],
    action: |cx| Box::pin(run(cx)),
    ..BASE
};

async fn run(cx: &Cx<'_>) -> Outcome {
    if let Some(path) = super::info::raw_path(cx, &["output"])? {
        return super::info::raw(cx, "PUT", path).await;
    }
    let sources = files::named(cx);
    if sources.is_empty() {
        return Err("must specify one of -f and -k".into());
    }
    if !cx.args().is_empty() {
        return cx.usage(format_args!("Unexpected args: [{}]", cx.args().join(" ")));
    }
    if cx.flags.on("force") && cx.dry_run()? != DryRun::None {
        return Err("--dry-run can not be used when --force is set".into());
    }
    cx.field_validation()?;
    let (manifests, mut failures) = files::read(cx, &sources, cx.flags.on("recursive")).await?;
    if manifests.is_empty() && failures.is_empty() {
        return Err("no objects passed to replace".into());
    }
    if cx.flags.on("force") {
        remove(cx, &manifests, &mut failures).await;
    }
    for manifest in &manifests {
        if let Err(fail) = replace(cx, manifest) {
            failures.push(fail);
        }
    }
    Fail::all(failures)
}

async fn remove(cx: &Cx<'_>, manifests: &[Manifest], failures: &mut Vec<Fail>) {
    let grace = Some(cx.flags.int("grace-period")).filter(|g| *g >= 0);
    let how = How { propagation: Propagation::Background, grace, wait: true, dry_run: DryRun::None };
    let mut gone = Vec::new();
    for manifest in manifests {
        let info = Info {
            kind: manifest.kind,
            namespace: manifest.namespace.clone(),
            name: manifest.object.name().to_owned(),
            object: api::Value::Null,
            source: manifest.source.clone(),
        };
        match delete(cx, &info, how) {
            Ok(info) => gone.push(info),
            Err(fail) if fail.is_not_found() => {}
            Err(fail) => failures.push(fail),
        }
    }
    wait(cx, &gone, failures).await;
}

fn replace(cx: &Cx<'_>, manifest: &Manifest) -> Outcome {
    let mut object = manifest.object.clone();
    let name = object.name().to_owned();
    if cx.flags.on("save-config") || !object["metadata"]["annotations"][LAST_APPLIED].is_null() {
        object.annotate(LAST_APPLIED, configuration(&object));
    }
    if cx.dry_run()? != DryRun::Client {
        let (verb, target) = if cx.flags.on("force") { (Verb::Create, "") } else { (Verb::Update, name.as_str()) };
        let request = cx.ask(verb, manifest.kind, &manifest.namespace, target).with_body(object);
        let what = format!("error when replacing {:?}", manifest.source);
        let subresource = cx.flags.text("subresource");
        object = cx.request(&request.with_subresource(subresource)).map_err(|fail| fail.within(&what))?;
    }
    cx.print_changed(manifest.kind, &object, "replaced")
}
