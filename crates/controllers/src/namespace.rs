//! Namespace: empties one that is being deleted, then lets it go (pkg/controller/namespace).

use crate::{Controller, enqueue_self, gone_is_fine};
use api::{Kind, OrdMap, Status, Str, Value, kind, obj};
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
    let mut left = Left::default();
    left.count(kind::POD, &cx.client.list(kind::POD, &key.name));
    if left.resources.is_empty() {
        for kind in cx.client.stored_kinds().into_iter().filter(|kind| kind.namespaced) {
            delete_all(kind, &key.name, cx)?;
            left.count(kind, &cx.client.list(kind, &key.name));
        }
    }
    match left.resources.is_empty() {
        true => finalize(namespace, cx),
        false => tell(namespace, &left, cx),
    }
}

/// What a Namespace still has in it, in words.
#[derive(Default)]
struct Left {
    resources: Vec<String>,
    /// Finalizers, and how many objects have them.
    finalizers: OrdMap<Str, usize>,
}

impl Left {
    fn count(&mut self, kind: &Kind, objects: &[Value]) {
        if !objects.is_empty() {
            self.resources.push(format!("{}.{} has {} resource instances", kind.plural, kind.group, objects.len()));
        }
        for finalizer in objects.iter().flat_map(|object| object["metadata"]["finalizers"].array()) {
            *self.finalizers.entry(finalizer.to_str()).or_default() += 1;
        }
    }
}

/// Says what is waited for (pkg/controller/namespace/deletion/status_condition_utils.go).
fn tell(mut namespace: Value, left: &Left, cx: &mut Context<'_>) -> Result<(), Status> {
    let mut resources = left.resources.clone();
    api::sort(&mut resources);
    let finalizers: Vec<String> =
        left.finalizers.iter().map(|(name, count)| format!("{name} in {count} resource instances")).collect();
    let resources = format!("Some resources are remaining: {}", resources.join(", "));
    let held = format!("Some content in the namespace has finalizers remaining: {}", finalizers.join(", "));
    let (held, why) = match finalizers.is_empty() {
        true => ("All content-preserving finalizers finished", "ContentHasNoFinalizers"),
        false => (held.as_str(), "SomeFinalizersRemain"),
    };
    let deleted = "All content successfully deleted, may be waiting on finalization";
    let all = [
        ("NamespaceDeletionDiscoveryFailure", "ResourcesDiscovered", "All resources successfully discovered"),
        (
            "NamespaceDeletionGroupVersionParsingFailure",
            "ParsedGroupVersions",
            "All legacy kube types successfully parsed",
        ),
        ("NamespaceDeletionContentFailure", "ContentDeleted", deleted),
        ("NamespaceContentRemaining", "SomeResourcesRemain", resources.as_str()),
        ("NamespaceFinalizersRemaining", why, held),
    ];
    let mut conditions: Vec<Value> = Vec::new();
    for (name, reason, message) in all {
        let status = if reason.starts_with("Some") { "True" } else { "False" };
        let old = api::condition(&namespace, name);
        let same = old["status"].str() == status && old["message"].str() == message && old["reason"].str() == reason;
        conditions.push(match same {
            true => old.clone(),
            false => obj! {
                "lastTransitionTime" => cx.now, "message" => message, "reason" => reason, "status" => status, "type" => name,
            },
        });
    }
    let conditions = Value::from(conditions);
    if namespace["status"]["conditions"] == conditions {
        return Ok(());
    }
    namespace.set("status.conditions", conditions);
    gone_is_fine(cx.client.update_status(kind::NAMESPACE, namespace))
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
