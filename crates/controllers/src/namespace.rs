//! Empties a namespace that is being deleted, then lets it go (pkg/controller/namespace).

use crate::Controller;
use api::{Status, kind, kind::KINDS, list};
use apiserver::{Context, EventType, Request, Verb, WatchEvent, WorkKey};
use std::time::Duration;

const NAME: &str = "namespace-controller";
/// How soon it looks again whether what it has deleted is gone.
const RETRY: Duration = Duration::from_secs(5);

pub(crate) const CONTROLLER: Controller = Controller { name: NAME, source: NAME, observe, reconcile };

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    if event.kind == kind::NAMESPACE {
        if event.object.deleting() && event.event != EventType::Deleted {
            cx.enqueue(WorkKey::new(NAME, "", event.object.name()));
        }
    } else if event.event == EventType::Deleted && event.kind != kind::EVENT && event.kind.namespaced {
        let namespace = event.object.namespace();
        if cx.client.get(kind::NAMESPACE, "", namespace).is_some_and(|n| n.deleting()) {
            cx.enqueue(WorkKey::new(NAME, "", namespace));
        }
    }
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let name = key.name.as_str();
    let Some(mut namespace) = cx.client.get(kind::NAMESPACE, "", name).filter(|n| n.deleting()) else { return Ok(()) };
    let mut left = false;
    for kind in KINDS.iter().filter(|kind| kind.namespaced) {
        let objects = cx.client.list(kind, name);
        if objects.iter().any(|object| !object.deleting()) {
            cx.client.send(Request::new(Verb::DeleteCollection, kind, name, ""))?;
        }
        left |= !objects.is_empty() && !cx.client.list(kind, name).is_empty();
    }
    if left {
        cx.enqueue_after(key.clone(), RETRY);
        return Ok(());
    }
    namespace.set("spec.finalizers", list![]);
    let request = Request::new(Verb::Update, kind::NAMESPACE, "", name).with_body(namespace);
    cx.client.send(request.with_subresource("finalize"))?;
    Ok(())
}
