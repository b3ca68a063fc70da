//! `kubectl rollout undo`

use super::{REVISION, has_controller_revisions, held_template, objects, replace, revisions, unsupported};
use crate::cmd::create::LAST_APPLIED;
use crate::cx::{Cx, DryRun};
use crate::describe::pod_template;
use crate::fail::{Fail, Outcome, fail};
use crate::resource::Info;
use api::Value;
use apiserver::request::{PatchType, Verb};

/// Annotations that belong to a Deployment or to a ReplicaSet itself and do not come back with a revision.
const OWN: &[&str] = &[
    LAST_APPLIED,
    REVISION,
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "deprecated.deployment.rollback.to",
];

/// The label by which a Deployment tells its ReplicaSets apart.
const HASH: &str = "pod-template-hash";

pub(super) async fn run(cx: &Cx<'_>) -> Outcome {
    let (infos, mut failures) = objects(cx).await?;
    for info in &infos {
        if let Err(fail) = undo(cx, info) {
            failures.push(fail);
        }
    }
    Fail::all(failures)
}

fn undo(cx: &Cx<'_>, info: &Info) -> Outcome {
    if !info.object.annotation(LAST_APPLIED).is_empty() {
        cx.host.stderr(&format!(
            "Warning: resource {}/{} was previously managed with 'kubectl apply'. Rolling back will not update the \
             {LAST_APPLIED} annotation, which may cause unexpected behavior on future 'kubectl apply' operations. Consider \
             using 'kubectl apply' with your previous configuration file instead.\n",
            info.kind.plural, info.name
        ));
    }
    if has_controller_revisions(info) {
        return undo_by_patch(cx, info);
    }
    if info.kind.kind != "Deployment" {
        return Err(unsupported(info.kind, "rollbacker", "rollbacker"));
    }
    let wanted = cx.flags.int("to-revision");
    if wanted < 0 {
        return Err(fail!("unable to find specified revision {wanted} in history"));
    }
    let deployment = &info.object;
    let revisions = revisions(cx, info)?;
    let found = match wanted {
        0 if revisions.len() < 2 => return Err(fail!("no rollout history found for deployment {:?}", info.name)),
        0 => revisions.get(revisions.len() - 2),
        wanted => revisions.iter().find(|(revision, _)| *revision == wanted),
    };
    let Some((revision, set)) = found else {
        return Err(fail!("unable to find specified revision {wanted} in history"));
    };
    if deployment["spec"]["paused"].bool() {
        return Err(
            "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again"
                .into(),
        );
    }
    let mut template = set.at("spec.template").clone();
    template.at_mut("metadata.labels").object_mut().remove(HASH);
    if template == *deployment.at("spec.template") {
        return cx.print_changed(
            info.kind,
            deployment,
            &format!("skipped rollback (current template already matches revision {revision})"),
        );
    }
    let mut patch = replace("/spec/template", template);
    patch.array_mut().extend(replace("/metadata/annotations", annotations(deployment, set)).array().iter().cloned());
    if cx.dry_run()? == DryRun::Client {
        return cx.print_changed(info.kind, deployment, &pod_template(set.at("spec.template")));
    }
    let verb = Verb::Patch(PatchType::Json);
    let object = cx.request(&cx.ask(verb, info.kind, &info.namespace, &info.name).with_body(patch))?;
    cx.print_changed(info.kind, &object, "rolled back")
}

/// Of a DaemonSet or StatefulSet: a revision is a patch that brings its template back.
fn undo_by_patch(cx: &Cx<'_>, info: &Info) -> Outcome {
    let wanted = cx.flags.int("to-revision");
    let revisions = revisions(cx, info)?;
    let found = match wanted {
        0 if revisions.len() < 2 => return Err("no last revision to roll back to".into()),
        0 => revisions.get(revisions.len() - 2),
        wanted => revisions.iter().find(|(revision, _)| *revision == wanted),
    };
    let Some((_, held)) = found else {
        return Err(fail!("unable to find specified revision {wanted} in history"));
    };
    if held_template(held) == info.object["spec"]["template"] {
        let done = format!("skipped rollback (current template already matches revision {wanted})");
        return cx.print_changed(info.kind, &info.object, &done);
    }
    if cx.dry_run()? == DryRun::Client {
        let template = pod_template(&held_template(held));
        return cx.print_changed(info.kind, &info.object, &format!("will roll back to {template}"));
    }
    let verb = Verb::Patch(PatchType::StrategicMerge);
    let ask = cx.ask(verb, info.kind, &info.namespace, &info.name).with_body(held["data"].clone());
    let object = cx.request(&ask)?;
    cx.print_changed(info.kind, &object, "rolled back")
}

/// The Deployment's own annotations, and the revision's.
fn annotations(deployment: &Value, set: &Value) -> Value {
    let mut annotations = Value::object();
    for (object, own) in [(deployment, true), (set, false)] {
        for (key, value) in object["metadata"]["annotations"].entries() {
            if OWN.contains(&key.as_str()) == own {
                annotations.object_mut().insert(key.clone(), value.clone());
            }
        }
    }
    annotations
}
