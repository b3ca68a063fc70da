//! Deletes what has lost its owners, and lets foreground and orphaning deletions finish (pkg/controller/garbagecollector).
//!
//! Its work is either the UID of an owner that is gone, or an object that waits for its dependents.

use crate::Controller;
use api::{Kind, Status, Value, kind, kind::KINDS};
use apiserver::client::DeleteOptions;
use apiserver::{Context, EventType, Propagation, WatchEvent, WorkKey};

const NAME: &str = "garbage-collector-controller";
/// The namespace part of a key that holds a UID: no namespace can be called so.
const GONE: &str = "(gone)";

pub(crate) const CONTROLLER: Controller = Controller { name: NAME, source: NAME, observe, reconcile };

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    let object = &event.object;
    match event.event {
        EventType::Deleted => cx.enqueue(gone(object["metadata"]["uid"].str())),
        EventType::Added => {
            // Made by an owner that was deleted meanwhile.
            for owner in object["metadata"]["ownerReferences"].array() {
                if !exists(owner, object.namespace(), cx) {
                    cx.enqueue(gone(owner["uid"].str()));
                }
            }
        }
        EventType::Modified => {}
    }
    if event.event != EventType::Deleted && object.deleting() && waits(object).is_some() {
        cx.enqueue(waiting(event.kind, object));
    }
    if event.event == EventType::Deleted {
        for owner in object["metadata"]["ownerReferences"].array().iter().filter(|o| o["blockOwnerDeletion"].bool()) {
            if let Some((kind, found)) = find(owner, object.namespace(), cx).filter(|(_, found)| found.deleting()) {
                cx.enqueue(waiting(kind, &found));
            }
        }
    }
}

fn gone(uid: &str) -> WorkKey {
    WorkKey::new(NAME, GONE, uid)
}

fn waiting(kind: &Kind, object: &Value) -> WorkKey {
    WorkKey::new(NAME, object.namespace(), format!("{}/{}", kind.index, object.name()))
}

/// For what an object that is being deleted waits: its dependents' end or their release.
fn waits(object: &Value) -> Option<Propagation> {
    object["metadata"]["finalizers"].array().iter().find_map(|finalizer| match finalizer.str() {
        "orphan" => Some(Propagation::Orphan),
        "foregroundDeletion" => Some(Propagation::Foreground),
        _ => None,
    })
}

fn find(owner: &Value, namespace: &str, cx: &Context<'_>) -> Option<(&'static Kind, Value)> {
    let kind = owner.kind()?;
    let namespace = if kind.namespaced { namespace } else { "" };
    let found = cx.client.get(kind, namespace, owner["name"].str())?;
    (found.uid() == owner["uid"].str()).then_some((kind, found))
}

fn exists(owner: &Value, namespace: &str, cx: &Context<'_>) -> bool {
    // An owner of a kind that this cluster does not serve is taken to be there: nothing is deleted on a guess.
    owner.kind().is_none() || find(owner, namespace, cx).is_some()
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    if key.namespace == GONE {
        collect(key.name.as_str(), cx);
        return Ok(());
    }
    let Some((index, name)) = key.name.split_once('/') else { return Ok(()) };
    let Some(kind) = index.parse::<usize>().ok().and_then(|index| KINDS.get(index)) else { return Ok(()) };
    let Some(object) = cx.client.get(kind, &key.namespace, name).filter(Value::deleting) else { return Ok(()) };
    match waits(&object) {
        Some(Propagation::Orphan) => {
            release_dependents(object.uid(), cx);
            finish(kind, object, "orphan", cx);
        }
        Some(Propagation::Foreground) => {
            if delete_dependents(object.uid(), cx) {
                finish(kind, object, "foregroundDeletion", cx);
            }
        }
        _ => {}
    }
    Ok(())
}

/// Deletes the objects whose last owner was `uid`; the others only forget it.
fn collect(uid: &str, cx: &mut Context<'_>) {
    for (kind, dependent) in dependents(uid, cx) {
        let owners = dependent["metadata"]["ownerReferences"].array();
        if owners.iter().any(|owner| exists(owner, dependent.namespace(), cx)) {
            forget(kind, dependent, uid, cx);
        } else {
            delete(kind, &dependent, Propagation::Background, cx);
        }
    }
}

fn dependents(uid: &str, cx: &Context<'_>) -> Vec<(&'static Kind, Value)> {
    let of_kind = |kind| cx.client.owned_by(kind, uid).into_iter().map(move |object| (kind, object));
    KINDS.iter().filter(|kind| *kind != kind::EVENT).flat_map(of_kind).collect()
}

/// Deletes the dependents of an object that waits for them; true if none of those that block it is left.
fn delete_dependents(uid: &str, cx: &mut Context<'_>) -> bool {
    let mut blocked = false;
    for (kind, dependent) in dependents(uid, cx) {
        let owners = dependent["metadata"]["ownerReferences"].array();
        blocked |= owners.iter().any(|owner| owner["uid"].str() == uid && owner["blockOwnerDeletion"].bool());
        if !dependent.deleting() {
            delete(kind, &dependent, Propagation::Foreground, cx);
        }
    }
    !blocked
}

fn release_dependents(uid: &str, cx: &mut Context<'_>) {
    for (kind, dependent) in dependents(uid, cx) {
        forget(kind, dependent, uid, cx);
    }
}

fn forget(kind: &'static Kind, mut object: Value, uid: &str, cx: &mut Context<'_>) {
    let owners = object.at_mut("metadata.ownerReferences").array_mut();
    owners.retain(|owner| owner["uid"].str() != uid);
    if owners.is_empty() {
        object.remove("metadata.ownerReferences");
    }
    let _ = cx.client.update(kind, object);
}

fn delete(kind: &'static Kind, object: &Value, propagation: Propagation, cx: &mut Context<'_>) {
    // Pods own nothing: no need to make them wait.
    let propagation = Some(propagation).filter(|_| kind != kind::POD);
    let options = DeleteOptions { propagation, uid: object["metadata"]["uid"].to_str(), ..DeleteOptions::default() };
    let _ = cx.client.delete(kind, object.namespace(), object.name(), options);
}

/// Takes the finalizer away for which an object waited.
fn finish(kind: &'static Kind, mut object: Value, finalizer: &str, cx: &mut Context<'_>) {
    let finalizers = object.at_mut("metadata.finalizers").array_mut();
    finalizers.retain(|f| f.str() != finalizer);
    if finalizers.is_empty() {
        object.remove("metadata.finalizers");
    }
    let _ = cx.client.update(kind, object);
}
