//! The templates a DaemonSet has had, as ControllerRevisions: what `kubectl rollout history` and `undo` read.

use super::HASH_LABEL;
use crate::gone_is_fine;
use crate::hash::template_hash;
use api::{Status, Value, controller_ref, kind, list, obj};
use apiserver::{Context, DeleteOptions};

/// The annotation in which the API server counts the changes of a DaemonSet's template.
const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";

/// How often the template has changed, as the label of Pods says it.
pub fn template_generation(set: &Value) -> String {
    match set.annotation(TEMPLATE_GENERATION) {
        "" => "1".to_owned(),
        generation => generation.to_owned(),
    }
}

/// The hash of the set's template. Makes or renumbers the revision of the template, and forgets the oldest ones.
pub fn current(set: &Value, cx: &mut Context<'_>) -> Result<String, Status> {
    let mut revisions = cx.client.owned_by(kind::CONTROLLER_REVISION, set.uid());
    revisions.sort_by_key(|revision| revision["revision"].int());
    let data = data(set);
    let next = revisions.last().map_or(0, |revision| revision["revision"].int()) + 1;
    let found = revisions.iter().find(|revision| revision["data"] == data).cloned();
    let hash = match found {
        Some(revision) => {
            let hash = revision.labels()[HASH_LABEL].str().to_owned();
            if revision["revision"].int() + 1 != next {
                let mut renumbered = revision;
                renumbered.set("revision", next);
                cx.client.update(kind::CONTROLLER_REVISION, renumbered)?;
            }
            hash
        }
        None => create(set, data, next, cx)?,
    };
    forget(set, &revisions, &hash, cx)?;
    Ok(hash)
}

/// What a revision keeps: a patch that brings the template back.
fn data(set: &Value) -> Value {
    let mut template = set["spec"]["template"].clone();
    template.set("$patch", "replace");
    obj! { "spec" => obj! { "template" => template } }
}

fn create(set: &Value, data: Value, number: i64, cx: &mut Context<'_>) -> Result<String, Status> {
    let hash = template_hash(&set["spec"]["template"], set["status"]["collisionCount"].as_int());
    let mut labels = set["spec"]["template"]["metadata"]["labels"].clone();
    labels.object_mut().insert(HASH_LABEL, hash.as_str().into());
    let revision = obj! {
        "apiVersion" => kind::CONTROLLER_REVISION.api_version(), "kind" => kind::CONTROLLER_REVISION.kind,
        "metadata" => obj! {
            "name" => format!("{}-{hash}", set.name()), "namespace" => set.namespace(), "labels" => labels,
            "annotations" => &set["metadata"]["annotations"],
            "ownerReferences" => list![controller_ref(kind::DAEMON_SET, set)],
        },
        "data" => data, "revision" => number,
    };
    cx.client.create(kind::CONTROLLER_REVISION, revision)?;
    Ok(hash)
}

/// Deletes the oldest revisions beyond `revisionHistoryLimit` that no Pod has.
fn forget(set: &Value, revisions: &[Value], hash: &str, cx: &mut Context<'_>) -> Result<(), Status> {
    let limit = set["spec"]["revisionHistoryLimit"].as_int().unwrap_or(10).max(0) as usize;
    if revisions.len() <= limit {
        return Ok(());
    }
    let pods = cx.client.owned_by(kind::POD, set.uid());
    let live = |revision: &&Value| {
        let name = revision.labels()[HASH_LABEL].str();
        name == hash || pods.iter().any(|pod| pod.labels()[HASH_LABEL].str() == name)
    };
    let old: Vec<&Value> = revisions.iter().filter(|revision| !live(revision)).collect();
    for revision in old.iter().take(old.len().saturating_sub(limit)) {
        let (namespace, name) = (revision.namespace(), revision.name());
        gone_is_fine(cx.client.delete(kind::CONTROLLER_REVISION, namespace, name, DeleteOptions::default()))?;
    }
    Ok(())
}
