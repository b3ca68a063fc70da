//! `kubectl rollout history`

use super::{has_controller_revisions, held_template, objects, revisions, unsupported};
use crate::cx::{Cx, with_kind};
use crate::describe::pod_template;
use crate::fail::{Fail, Outcome, fail};
use crate::resource::Info;
use api::{Value, kind};

/// The annotation with the reason for a revision.
const CHANGE_CAUSE: &str = "kubernetes.io/change-cause";

pub(super) async fn run(cx: &Cx<'_>) -> Outcome {
    let wanted = cx.flags.int("revision");
    if wanted < 0 {
        return Err(fail!("revision must be a positive integer: {wanted}"));
    }
    let (infos, mut failures) = objects(cx).await?;
    for info in &infos {
        if !cx.format()?.is_human() {
            failures.extend(objects_of(cx, info, wanted).err());
            continue;
        }
        match history(cx, info, wanted) {
            Ok(text) => {
                let revision = if wanted > 0 { format!("with revision #{wanted}") } else { String::new() };
                cx.host.stdout(&format!("{} {revision}\n{text}\n", info.shown()));
            }
            Err(fail) => failures.push(fail),
        }
    }
    Fail::all(failures)
}

fn history(cx: &Cx<'_>, info: &Info, wanted: i64) -> Outcome<String> {
    let revisions = chosen(cx, info, wanted)?;
    if let [(_, set)] = &revisions[..]
        && wanted > 0
    {
        return Ok(template(set));
    }
    if revisions.is_empty() {
        return Ok("No rollout history found.\n".to_owned());
    }
    let rows = revisions.iter().map(|(revision, set)| (revision.to_string(), cause(set).to_owned()));
    let rows: Vec<(String, String)> =
        std::iter::once(("REVISION".to_owned(), "CHANGE-CAUSE".to_owned())).chain(rows).collect();
    let width = rows.iter().map(|(revision, _)| revision.len()).max().unwrap_or(0);
    Ok(rows.iter().map(|(revision, cause)| format!("{revision:width$}  {cause}\n")).collect())
}

/// The revisions of an object, or the one that is wanted.
fn chosen(cx: &Cx<'_>, info: &Info, wanted: i64) -> Outcome<Vec<(i64, Value)>> {
    if info.kind.kind != "Deployment" && !has_controller_revisions(info) {
        return Err(unsupported(info.kind, "history", "history viewer"));
    }
    let mut revisions = revisions(cx, info)?;
    revisions.retain(|(revision, _)| wanted == 0 || *revision == wanted);
    if wanted > 0 && revisions.is_empty() {
        return Err("unable to find the specified revision".into());
    }
    Ok(revisions)
}

/// Prints the revisions as `-o` says: a Deployment's ReplicaSets, and of others the object as it was.
fn objects_of(cx: &Cx<'_>, info: &Info, wanted: i64) -> Outcome {
    for (_, held) in chosen(cx, info, wanted)? {
        let (kind, object) = match has_controller_revisions(info) {
            true => (info.kind, api::patch::strategic_merge(info.kind, &info.object, &held["data"])?),
            false => (kind::REPLICA_SET, with_kind(kind::REPLICA_SET, &held)),
        };
        cx.print_done(kind, &object, "")?;
    }
    Ok(())
}

fn cause(set: &Value) -> &str {
    match set.annotation(CHANGE_CAUSE) {
        "" => "<none>",
        cause => cause,
    }
}

fn template(set: &Value) -> String {
    let mut template = held_template(set);
    let cause = set.annotation(CHANGE_CAUSE);
    if !cause.is_empty() && set["data"].is_null() {
        template.annotate(CHANGE_CAUSE, cause);
    }
    pod_template(&template)
}
