//! Garbage collection: what is owned goes when its last owner has gone (pkg/controller/garbagecollector).

use crate::{Controller, gone_is_fine};
use api::{Kind, Status, Str, Value, kind};
use apiserver::{Context, DeleteOptions, EventType, Propagation, WatchEvent, WorkKey};

const NAME: &str = "garbagecollector";

pub const CONTROLLER: Controller =
    Controller { name: NAME, source: "garbage-collector-controller", observe, reconcile };

/// The finalizer of an object that goes after what it owns.
const FOREGROUND: &str = "foregroundDeletion";
/// The finalizer of an object that leaves what it owns alone.
const ORPHAN: &str = "orphan";

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    let object = &event.object;
    if [kind::EVENT, kind::LEASE].contains(&event.kind) {
        return;
    }
    match event.event {
        EventType::Deleted => {
            for (kind, dependent) in dependents(object.uid(), cx) {
                enqueue(kind, &dependent, cx);
            }
            enqueue_waiting_owners(object, cx);
        }
        EventType::Added => {
            // Mostly the owner is there: then there is no work to be queued.
            let owners = object["metadata"]["ownerReferences"].array();
            if owners.iter().any(|owner| find_owner(object, owner, cx).is_none()) {
                enqueue(event.kind, object, cx);
            }
        }
        EventType::Modified => {
            if object.deleting() && (has_finalizer(object, FOREGROUND) || has_finalizer(object, ORPHAN)) {
                enqueue(event.kind, object, cx);
            } else if event.old["metadata"]["ownerReferences"] != object["metadata"]["ownerReferences"] {
                enqueue_waiting_owners(&event.old, cx);
            }
        }
    }
}

/// An owner that goes after what it owns may be free to go now.
fn enqueue_waiting_owners(object: &Value, cx: &mut Context<'_>) {
    for owner in object["metadata"]["ownerReferences"].array() {
        if let Some((kind, owner)) = find_owner(object, owner, cx)
            && owner.deleting()
        {
            enqueue(kind, &owner, cx);
        }
    }
}

/// The key's name is the kind's number and the object's name: no two kinds share a queue entry.
fn enqueue(kind: &Kind, object: &Value, cx: &mut Context<'_>) {
    let name: Str = format!("{}/{}", kind.index, object.name()).into();
    cx.enqueue(WorkKey::new(NAME, object.namespace(), name));
}

fn dependents(uid: &str, cx: &Context<'_>) -> Vec<(&'static Kind, Value)> {
    let of = |kind: &'static Kind| cx.client.owned_by(kind, uid).into_iter().map(move |object| (kind, object));
    cx.client.stored_kinds().into_iter().filter(|kind| cx.client.count_owned_by(kind, uid) > 0).flat_map(of).collect()
}

/// The owner that a reference of `object` means, if it is there.
fn find_owner(object: &Value, reference: &Value, cx: &Context<'_>) -> Option<(&'static Kind, Value)> {
    let kind = cx.client.kind_named(reference["apiVersion"].str(), reference["kind"].str())?;
    let namespace = if kind.namespaced { object.namespace() } else { "" };
    let owner = cx.client.get(kind, namespace, reference["name"].str())?;
    (owner.uid() == reference["uid"].str()).then_some((kind, owner))
}

/// A kind that is not served cannot be judged: such an owner counts as there.
fn is_unknown_kind(reference: &Value, cx: &Context<'_>) -> bool {
    cx.client.kind_named(reference["apiVersion"].str(), reference["kind"].str()).is_none()
}

fn has_finalizer(object: &Value, name: &str) -> bool {
    object["metadata"]["finalizers"].array().iter().any(|f| f.str() == name)
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some((index, name)) = key.name.split_once('/') else { return Ok(()) };
    let Some(kind) = index.parse().ok().and_then(|index: usize| cx.client.kind_at(index)) else { return Ok(()) };
    let Some(object) = cx.client.get(kind, &key.namespace, name) else { return Ok(()) };
    if object.deleting() && has_finalizer(&object, ORPHAN) {
        return orphan_dependents(kind, object, cx);
    }
    if object.deleting() && has_finalizer(&object, FOREGROUND) {
        return delete_dependents(kind, object, cx);
    }
    if object.deleting() || object["metadata"]["ownerReferences"].is_empty() {
        return Ok(());
    }
    collect(kind, object, cx)
}

/// Deletes an object whose owners are all gone, or forgets those that are.
fn collect(kind: &'static Kind, mut object: Value, cx: &mut Context<'_>) -> Result<(), Status> {
    let (mut solid, mut waiting) = (Vec::new(), 0);
    let references = object["metadata"]["ownerReferences"].clone();
    for reference in references.array() {
        match find_owner(&object, reference, cx) {
            Some((_, owner)) if owner.deleting() && has_finalizer(&owner, FOREGROUND) => waiting += 1,
            Some(_) => solid.push(reference.clone()),
            None if is_unknown_kind(reference, cx) => solid.push(reference.clone()),
            None => {}
        }
    }
    if solid.len() == references.len() {
        return Ok(());
    }
    if !solid.is_empty() {
        object.set("metadata.ownerReferences", solid);
        return cx.client.update(kind, object).map(drop);
    }
    let has_dependents = cx.client.stored_kinds().iter().any(|k| cx.client.count_owned_by(k, object.uid()) > 0);
    let propagation = match () {
        _ if has_finalizer(&object, ORPHAN) => Propagation::Orphan,
        _ if waiting > 0 && has_dependents || has_finalizer(&object, FOREGROUND) => Propagation::Foreground,
        _ => Propagation::Background,
    };
    let uid = object["metadata"]["uid"].to_str();
    let options = DeleteOptions { propagation: Some(propagation), uid, ..DeleteOptions::default() };
    gone_is_fine(cx.client.delete(kind, object.namespace(), object.name(), options))
}

/// An object that goes last: deletes what it owns, and lets it go when nothing is left that blocks it.
fn delete_dependents(kind: &'static Kind, object: Value, cx: &mut Context<'_>) -> Result<(), Status> {
    let dependents = dependents(object.uid(), cx);
    let blocks = |dependent: &Value| {
        let references = dependent["metadata"]["ownerReferences"].array().iter();
        references.filter(|r| r["uid"].str() == object.uid()).any(|r| r["blockOwnerDeletion"].bool())
    };
    if !dependents.iter().any(|(_, dependent)| blocks(dependent)) {
        return remove_finalizer(kind, object, FOREGROUND, cx);
    }
    for (kind, dependent) in dependents {
        if !dependent.deleting() {
            collect(kind, dependent, cx)?;
        }
    }
    Ok(())
}

fn orphan_dependents(kind: &'static Kind, object: Value, cx: &mut Context<'_>) -> Result<(), Status> {
    for (kind, mut dependent) in dependents(object.uid(), cx) {
        dependent.at_mut("metadata.ownerReferences").array_mut().retain(|r| r["uid"].str() != object.uid());
        if dependent["metadata"]["ownerReferences"].is_empty() {
            dependent.remove("metadata.ownerReferences");
        }
        cx.client.update(kind, dependent)?;
    }
    remove_finalizer(kind, object, ORPHAN, cx)
}

fn remove_finalizer(kind: &'static Kind, mut object: Value, name: &str, cx: &mut Context<'_>) -> Result<(), Status> {
    object.at_mut("metadata.finalizers").array_mut().retain(|f| f.str() != name);
    if object["metadata"]["finalizers"].is_empty() {
        object.remove("metadata.finalizers");
    }
    gone_is_fine(cx.client.update(kind, object))
}
