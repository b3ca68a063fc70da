//! ControllerRevisions: the templates that a DaemonSet or a StatefulSet has had (pkg/controller/history). They are what
//! `kubectl rollout history` and `undo` read.

use crate::hash::template_hash;
use crate::{adoption, gone_is_fine};
use api::{Kind, Selector, Status, Value, controller_ref, kind, list, obj};
use apiserver::{Context, DeleteOptions};

/// The revisions of one owner, oldest first, the one of its template among them.
pub struct History {
    /// By number.
    pub revisions: Vec<Value>,
    /// The revision of the owner's template.
    pub update: Value,
    /// How many names were taken when a revision was made.
    pub collisions: i64,
}

/// The history of `set`, a `kind`; a revision of its template is made, or becomes the newest one again. A revision has the
/// hash of its template in `hash_label`.
///
/// # Errors
/// The server's refusal of a revision.
pub fn of(kind: &'static Kind, set: &Value, hash_label: &str, cx: &mut Context<'_>) -> Result<History, Status> {
    let selector = Selector::from_label_selector(&set["spec"]["selector"]);
    let mut revisions = adoption::claim(&mut cx.client, kind::CONTROLLER_REVISION, kind, set, &selector)?;
    api::sort_by_key(&mut revisions, |revision| {
        (revision["revision"].int(), revision.created(), revision.name().to_owned())
    });
    let data = data(set);
    let next = revisions.last().map_or(0, |revision| revision["revision"].int()) + 1;
    let mut collisions = set["status"]["collisionCount"].int();
    let found = revisions.iter().rposition(|revision| revision["data"] == data);
    if let Some(at) = found
        && at + 1 == revisions.len()
    {
        let update = revisions[at].clone();
        return Ok(History { revisions, update, collisions });
    }
    let update = match found {
        Some(at) => {
            let mut renumbered = revisions.remove(at);
            renumbered.set("revision", next);
            cx.client.update(kind::CONTROLLER_REVISION, renumbered)?
        }
        None => create(kind, set, hash_label, (data, next), &mut collisions, cx)?,
    };
    revisions.push(update.clone());
    Ok(History { revisions, update, collisions })
}

/// What a revision keeps: a patch that brings the template back.
fn data(set: &Value) -> Value {
    let mut template = set["spec"]["template"].clone();
    template.set("$patch", "replace");
    obj! { "spec" => obj! { "template" => template } }
}

/// The set as it was at a revision.
pub fn apply(set: &Value, revision: &Value) -> Value {
    let mut template = revision.at("data.spec.template").clone();
    template.remove("$patch");
    let mut set = set.clone();
    set.set("spec.template", template);
    set
}

/// A name that is taken is avoided by counting the collision, which changes the hash.
fn create(
    kind: &'static Kind,
    set: &Value,
    hash_label: &str,
    (data, number): (Value, i64),
    collisions: &mut i64,
    cx: &mut Context<'_>,
) -> Result<Value, Status> {
    let template = &set["spec"]["template"];
    loop {
        let hash = template_hash(template, Some(*collisions).filter(|n| *n > 0));
        let mut labels = template["metadata"]["labels"].clone();
        labels.object_mut().insert(hash_label, hash.as_str().into());
        let revision = obj! {
            "apiVersion" => kind::CONTROLLER_REVISION.api_version(), "kind" => kind::CONTROLLER_REVISION.kind,
            "metadata" => obj! {
                "name" => format!("{}-{hash}", set.name()), "namespace" => set.namespace(), "labels" => labels,
                "annotations" => &set["metadata"]["annotations"],
                "ownerReferences" => list![controller_ref(kind, set)],
            },
            "data" => data.clone(), "revision" => number,
        };
        match cx.client.create(kind::CONTROLLER_REVISION, revision) {
            Err(status) if status.reason == "AlreadyExists" && *collisions < i64::from(i32::MAX) => *collisions += 1,
            answer => return answer,
        }
    }
}

/// Deletes the oldest revisions beyond `revisionHistoryLimit` among those that are not `live`.
///
/// # Errors
/// The server's refusal.
pub fn forget(
    set: &Value,
    revisions: &[Value],
    live: &dyn Fn(&Value) -> bool,
    cx: &mut Context<'_>,
) -> Result<(), Status> {
    let limit = set["spec"]["revisionHistoryLimit"].as_int().unwrap_or(10).max(0) as usize;
    if revisions.len() <= limit {
        return Ok(());
    }
    let old: Vec<&Value> = revisions.iter().filter(|revision| !live(revision)).collect();
    for revision in old.iter().take(old.len().saturating_sub(limit)) {
        let (namespace, name) = (revision.namespace(), revision.name());
        gone_is_fine(cx.client.delete(kind::CONTROLLER_REVISION, namespace, name, DeleteOptions::default()))?;
    }
    Ok(())
}
