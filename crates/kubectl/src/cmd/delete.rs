//! `kubectl delete`

use super::{ALL, ALL_NAMESPACES, BASE, DRY_RUN, FIELDS, FILES, OUTPUT_NAME, SELECTOR};
use crate::command::Command;
use crate::cx::{Cx, DryRun};
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::resource::{self, Choice, Info, Target, fetch, flatten};
use apiserver::request::{Propagation, Verb};

static FLAGS: &[Flag] = &[
    flag("cascade", Kind::Optional("background"), "background"),
    flag("force", Kind::Bool, "false"),
    flag("grace-period", Kind::Int, "-1"),
    flag("now", Kind::Bool, "false"),
    flag("ignore-not-found", Kind::Bool, "false"),
    flag("timeout", Kind::Span, "0s"),
    flag("wait", Kind::Bool, "true"),
    flag("raw", Kind::Text, ""),
    flag("interactive", Kind::Bool, "false").short('i'),
];

pub(crate) static DELETE: Command = Command {
    name: "delete",
    usage: "([-f FILENAME] | TYPE [(NAME | -l label | --all)])",
    flags: &[FLAGS, FILES, OUTPUT_NAME, SELECTOR, FIELDS, ALL, ALL_NAMESPACES, DRY_RUN],
    action: |cx| Box::pin(run(cx)),
    ..BASE
};

/// How objects are deleted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct How {
    /// What becomes of dependents.
    pub propagation: Propagation,
    /// Seconds to stop in; none for the object's own.
    pub grace: Option<i64>,
    /// Whether to wait until they are gone.
    pub wait: bool,
    /// Who stops short of it.
    pub dry_run: DryRun,
}

async fn run(cx: &Cx<'_>) -> Outcome {
    if let Some(path) = super::info::raw_path(cx, &["all", "output", "selector"])? {
        return super::info::raw(cx, "DELETE", path).await;
    }
    if !matches!(cx.flags.text("output"), "" | "name") {
        return Err(fail!("unexpected -o output mode: {}. We only support '-o name'", cx.flags.text("output")));
    }
    let choice = Choice::of(cx);
    if choice.all && (choice.labels.is_some() || !choice.fields.is_empty()) {
        return Err("setting 'all' parameter but found a non empty selector. ".into());
    }
    let how = how(cx)?;
    let (targets, mut failures) = resource::targets(cx, cx.args(), &choice).await?;
    if how.grace == Some(0) {
        cx.warn(
            "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The \
             resource may continue to run on the cluster indefinitely.",
        );
    }
    if cx.flags.on("interactive") && !confirmed(cx, &targets, &choice, &mut failures).await {
        Fail::all(failures)?;
        cx.say("deletion is cancelled");
        return Ok(());
    }
    let mut found = 0;
    let mut deleted = Vec::new();
    for target in &targets {
        for info in candidates(cx, target, &choice, &mut failures) {
            found += 1;
            match delete(cx, &info, how) {
                Ok(info) => deleted.push(info),
                Err(fail) if fail.is_not_found() && ignores_missing(cx, &choice) => {}
                Err(fail) => failures.push(fail),
            }
        }
        if targets.len() > 1 {
            // By the time the next kind is listed, what hung on these objects may be gone too.
            cx.latency().await;
        }
    }
    if found == 0 && failures.is_empty() {
        cx.say("No resources found");
        return Ok(());
    }
    if how.wait && how.dry_run == DryRun::None {
        wait(cx, &deleted, &mut failures).await;
    }
    Fail::all(failures)
}

/// Shows what would be deleted and asks whether that is meant; no answer is no.
async fn confirmed(cx: &Cx<'_>, targets: &[Target], choice: &Choice, failures: &mut Vec<Fail>) -> bool {
    let mut infos = Vec::new();
    for target in targets {
        infos.extend(candidates(cx, target, choice, failures));
    }
    if !failures.is_empty() {
        return false;
    }
    if infos.is_empty() {
        return true;
    }
    cx.say(format_args!("You are about to delete the following {} resource(s):", infos.len()));
    for info in &infos {
        let group = if info.kind.group.is_empty() { String::new() } else { format!(".{}", info.kind.group) };
        cx.say(format_args!("{}{group}/{}", info.kind.kind.to_lowercase(), info.name));
    }
    cx.host.stdout("Do you want to continue? (y/N): ");
    cx.host.stdin_line().await.trim().eq_ignore_ascii_case("y")
}

/// An object of a collection that is gone by the time its turn comes needs no deletion.
fn ignores_missing(cx: &Cx<'_>, choice: &Choice) -> bool {
    cx.flags.on("ignore-not-found") || (choice.all && !cx.flags.has("ignore-not-found"))
}

fn how(cx: &Cx<'_>) -> Outcome<How> {
    let given = cx.flags.text("cascade");
    let cascade = match given {
        "true" => "background",
        "false" => "orphan",
        name => name,
    };
    if cascade != given {
        cx.warn(format_args!(
            "warning: --cascade={given} is deprecated (boolean value) and can be replaced with --cascade={cascade}."
        ));
    }
    let propagation = match cascade {
        "background" => Propagation::Background,
        "foreground" => Propagation::Foreground,
        "orphan" => Propagation::Orphan,
        other => {
            return Err(fail!(
                "invalid cascade value ({other}). Must be \"background\", \"foreground\", or \"orphan\""
            ));
        }
    };
    let mut grace = Some(cx.flags.int("grace-period")).filter(|g| *g >= 0);
    if cx.flags.on("now") {
        if grace.is_some() {
            return Err("--now and --grace-period cannot be specified together".into());
        }
        grace = Some(1);
    }
    let force = cx.flags.on("force");
    grace = match grace {
        // Zero loses data if it is a slip: only --force means it.
        Some(0) if !force => Some(1),
        Some(seconds) if force && seconds > 0 => {
            return Err("--force and --grace-period greater than 0 cannot be specified together".into());
        }
        None if force => Some(0),
        other => other,
    };
    Ok(How { propagation, grace, wait: cx.flags.on("wait"), dry_run: cx.dry_run()? })
}

/// The objects a target means; a named one is not read first.
fn candidates(cx: &Cx<'_>, target: &Target, choice: &Choice, failures: &mut Vec<Fail>) -> Vec<Info> {
    let info = |kind, namespace: &str, name: &str, source: &str| Info {
        kind,
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        object: api::Value::Null,
        source: source.to_owned(),
    };
    match target {
        Target::Named { kind, namespace, name } => vec![info(*kind, namespace, name, "")],
        Target::Given(m) => vec![info(m.kind, &m.namespace, m.object.name(), &m.source)],
        Target::Selected { .. } => match fetch(cx, target, choice) {
            Ok(list) => flatten(list),
            Err(fail) => {
                failures.push(fail);
                Vec::new()
            }
        },
    }
}

/// Deletes one object and says so.
pub(crate) fn delete(cx: &Cx<'_>, info: &Info, how: How) -> Outcome<Info> {
    let mut gone = info.clone();
    let explain = |fail: Fail| match info.source.as_str() {
        "" => fail,
        source => fail.within(&format!("error when deleting {source:?}")),
    };
    if how.dry_run == DryRun::Client {
        gone.object = cx.get(info.kind, &info.namespace, &info.name).map_err(explain)?;
    } else {
        let mut request = cx.ask(Verb::Delete, info.kind, &info.namespace, &info.name);
        request.options.propagation = Some(how.propagation);
        request.options.grace_period = how.grace;
        request.options.dry_run = how.dry_run == DryRun::Server;
        gone.object = cx.request(&request).map_err(explain)?;
    }
    let kind = info.kind.singular_resource();
    if cx.flags.text("output") == "name" {
        cx.say(format_args!("{kind}/{}", info.name));
        return Ok(gone);
    }
    let done = if how.grace == Some(0) { "force deleted" } else { "deleted" };
    let place = if info.kind.namespaced { format!(" from {} namespace", info.namespace) } else { String::new() };
    cx.say(format_args!("{kind} {:?} {done}{place}{}", info.name, how.dry_run.suffix()));
    Ok(gone)
}

/// Waits until the objects are gone, or `--timeout` is over.
pub(crate) async fn wait(cx: &Cx<'_>, deleted: &[Info], failures: &mut Vec<Fail>) {
    let timeout = cx.flags.span("timeout").unwrap_or_default();
    let end = cx.host.now() + timeout;
    for info in deleted {
        loop {
            match cx.get(info.kind, &info.namespace, &info.name) {
                Ok(object) if uid(info).is_none_or(|uid| uid == object.uid()) => {}
                _ => break,
            }
            if !timeout.is_zero() && cx.host.now() >= end {
                failures.push(fail!("timed out waiting for the condition on {}", info.plural()));
                break;
            }
            match timeout.is_zero() {
                true => cx.host.changed().await,
                false => crate::cx::either(cx.host.changed(), cx.host.sleep(end.since(cx.host.now()))).await,
            }
        }
    }
}

/// The UID of a deleted object: from the object itself, or from the Status that the server answers with.
fn uid(info: &Info) -> Option<&str> {
    let uid = match info.object["kind"].str() {
        "Status" => info.object["details"]["uid"].str(),
        _ => info.object.uid(),
    };
    Some(uid).filter(|uid| !uid.is_empty())
}
