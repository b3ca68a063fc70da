//! Namespace: empties one that is being deleted, then lets it go (pkg/controller/namespace).

use crate::{Controller, enqueue_self, gone_is_fine};
use api::{Kind, Status, Str, Value, kind};
use apiserver::{Context, DeleteOptions, EventType, Request, Verb, WatchEvent, WorkKey};

const NAME: &str = "namespace";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "namespace-controller", observe, reconcile };

/// What keeps a Namespace from going before it is empty.
const FINALIZER: &str = "kubernetes";

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    let object = &event.object;
    if event.kind == kind::NAMESPACE {
        if object.deleting() && event.event != EventType::Deleted {
            enqueue_self(NAME, object, cx);
        }
    } else if event.kind.namespaced
        && event.event != EventType::Modified
        && cx.client.get(kind::NAMESPACE, "", object.namespace()).is_some_and(|namespace| namespace.deleting())
    {
        cx.enqueue(WorkKey::new(NAME, "", Str::from(object.namespace())));
    }
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some(namespace) = cx.client.get(kind::NAMESPACE, "", &key.name) else { return Ok(()) };
    let finalizers = &namespace["spec"]["finalizers"];
    if !namespace.deleting() || !finalizers.array().iter().any(|f| f.str() == FINALIZER) {
        return Ok(());
    }
    // Pods go first: nothing they need disappears under them (OrderedNamespaceDeletion).
    delete_all(kind::POD, &key.name, cx)?;
    if !cx.client.list(kind::POD, &key.name).is_empty() {
        return Ok(());
    }
    let mut empty = true;
    for kind in cx.client.stored_kinds().into_iter().filter(|kind| kind.namespaced) {
        delete_all(kind, &key.name, cx)?;
        empty &= cx.client.list(kind, &key.name).is_empty();
    }
    if empty {
        finalize(namespace, cx)?;
    }
    Ok(())
}

fn delete_all(kind: &'static Kind, namespace: &str, cx: &mut Context<'_>) -> Result<(), Status> {
    for object in cx.client.list(kind, namespace) {
        if !object.deleting() {
            gone_is_fine(cx.client.delete(kind, namespace, object.name(), DeleteOptions::default()))?;
        }
    }
    Ok(())
}

fn finalize(mut namespace: Value, cx: &mut Context<'_>) -> Result<(), Status> {
    namespace.at_mut("spec.finalizers").array_mut().retain(|f| f.str() != FINALIZER);
    let name = Str::from(namespace.name());
    let request = Request::new(Verb::Update, kind::NAMESPACE, "", name).with_body(namespace);
    gone_is_fine(cx.client.send(request.with_subresource("finalize")))
}
