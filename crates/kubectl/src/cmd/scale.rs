//! `kubectl scale`

use super::{ALL, BASE, DRY_RUN, FILES, OUTPUT, RECORD, SELECTOR};
use crate::command::Command;
use crate::cx::{Cx, DryRun};
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::resource::{self, Choice, Info};
use api::{Value, obj};
use apiserver::request::{PatchType, Verb};

static FLAGS: &[Flag] = &[
    flag("replicas", Kind::Int, "0"),
    flag("current-replicas", Kind::Int, "-1"),
    flag("resource-version", Kind::Text, ""),
    flag("timeout", Kind::Span, "0s"),
];

pub(crate) static SCALE: Command = Command {
    name: "scale",
    usage: "[--resource-version=version] [--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME)",
    flags: &[FLAGS, FILES, OUTPUT, SELECTOR, ALL, DRY_RUN, RECORD],
    required: &["replicas"],
    action: |cx| Box::pin(run(cx)),
    ..BASE
};

async fn run(cx: &Cx<'_>) -> Outcome {
    let replicas = cx.flags.int("replicas");
    if replicas < 0 {
        return Err("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0".into());
    }
    let (infos, failures) = resource::objects(cx, cx.args(), &Choice::of(cx)).await?;
    if infos.len() > 1 && !cx.flags.text("resource-version").is_empty() {
        return Err("cannot use --resource-version with multiple resources".into());
    }
    if infos.is_empty() && failures.is_empty() {
        return Err("no objects passed to scale".into());
    }
    for info in &infos {
        scale(cx, info, replicas).await?;
    }
    Fail::all(failures)
}

async fn scale(cx: &Cx<'_>, info: &Info, replicas: i64) -> Outcome {
    if !info.kind.subresources.contains(&"scale") {
        return Err(Fail::Status(api::Status::no_such_resource()));
    }
    let mut scaled = info.object.clone();
    if cx.dry_run()? != DryRun::Client {
        let ask = |verb| cx.ask(verb, info.kind, &info.namespace, &info.name).with_subresource("scale");
        let expected = cx.flags.int("current-replicas");
        let version = cx.flags.text("resource-version");
        if expected >= 0 || !version.is_empty() {
            let scale = cx.request(&ask(Verb::Get))?;
            let found = scale["spec"]["replicas"].int();
            if expected >= 0 && found != expected {
                return Err(fail!("Expected replicas to be {expected}, was {found}"));
            }
            let actual = scale["metadata"]["resourceVersion"].str();
            if !version.is_empty() && actual != version {
                return Err(fail!("Expected resource version to be {version}, was {actual}"));
            }
        }
        let body = obj! { "spec" => obj! { "replicas" => replicas } };
        cx.request(&ask(Verb::Patch(PatchType::Merge)).with_body(body))?;
        wait(cx, info, replicas).await?;
    }
    scaled.set("spec.replicas", replicas);
    cx.print_changed(info.kind, &scaled, "scaled")
}

/// With `--timeout`, waits until the object has as many replicas as it shall have.
async fn wait(cx: &Cx<'_>, info: &Info, replicas: i64) -> Outcome {
    let timeout = cx.flags.span("timeout").unwrap_or_default();
    if timeout.is_zero() {
        return Ok(());
    }
    let end = cx.host.now() + timeout;
    loop {
        let object: Value = cx.get(info.kind, &info.namespace, &info.name)?;
        let status = &object["status"];
        if status["replicas"].int() == replicas && status["observedGeneration"].int() >= object.generation() {
            return Ok(());
        }
        if cx.host.now() >= end {
            return Err("timed out waiting for the condition".into());
        }
        crate::cx::either(cx.host.changed(), cx.host.sleep(end.since(cx.host.now()))).await;
    }
}
