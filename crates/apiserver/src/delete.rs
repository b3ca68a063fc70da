//! Deletion: grace periods, finalizers, propagation (k8s.io/apiserver/pkg/registry/rest/delete.go).

use crate::read::selectors;
use crate::request::{Propagation, Request, Response};
use crate::server::ApiServer;
use crate::store::Key;
use api::{Kind, Status, Value, kind, obj};
use std::time::Duration;

const ORPHAN: &str = "orphan";
const FOREGROUND: &str = "foregroundDeletion";
/// Namespaces that the admission plugin NamespaceLifecycle protects.
const IMMORTAL: &[&str] = &["default", "kube-public", "kube-system"];

impl ApiServer {
    pub(crate) fn delete(&mut self, request: &Request) -> Result<Response, Status> {
        let kind = request.kind;
        let mut object = self.find(kind, &request.namespace, &request.name)?.clone();
        let expected = &request.options.uid;
        if !expected.is_empty() && expected != object.uid() {
            let why =
                format!("Precondition failed: UID in precondition: {expected}, UID in object meta: {}", object.uid());
            return Err(Status::conflict(kind, &request.name, &why));
        }
        if kind == kind::NAMESPACE && IMMORTAL.contains(&request.name.as_str()) {
            return Err(Status::forbidden(kind, &request.name, "this namespace may not be deleted"));
        }
        if request.options.dry_run {
            return Ok(object.into());
        }
        if kind == kind::NAMESPACE {
            return Ok(self.terminate_namespace(object).into());
        }
        let before = object.clone();
        let grace = grace_period(kind, &object, request.options.grace_period);
        add_finalizer(&mut object, request.options.propagation);
        if grace == 0 && object["metadata"]["finalizers"].is_empty() {
            if object != before || kind == kind::POD && !object.deleting() {
                mark(&mut object, self.now, 0);
            }
            self.erase(kind, &object);
            return Ok(success(kind, &object).into());
        }
        let shorter = object["metadata"]["deletionGracePeriodSeconds"].as_int().is_none_or(|current| grace < current);
        if !object.deleting() || shorter {
            mark(&mut object, self.now, grace);
        }
        if object != before {
            object = self.store.put(kind, object, self.now);
        }
        Ok(object.into())
    }

    pub(crate) fn delete_collection(&mut self, request: &Request) -> Result<Response, Status> {
        let (labels, fields) = selectors(request)?;
        let matching = self.matching(request.kind, &request.namespace, &labels).filter(|o| fields.matches(o));
        let keys: Vec<Key> = matching.map(Key::of).collect();
        for key in keys {
            let one = Request { namespace: key.namespace, name: key.name, ..request.clone() };
            self.delete(&one)?;
        }
        Ok(success(request.kind, &Value::Null).into())
    }

    /// Takes an object out of the store, with all that the server gave it.
    pub(crate) fn erase(&mut self, kind: &'static Kind, object: &Value) {
        if self.store.remove(kind, &Key::of(object), self.now).is_some() {
            self.release(kind, object, &Value::Null);
        }
    }

    /// A Namespace first terminates: its controller empties it, then takes its finalizer away.
    fn terminate_namespace(&mut self, mut namespace: Value) -> Value {
        if namespace.deleting() {
            return namespace;
        }
        mark(&mut namespace, self.now, 0);
        namespace.at_mut("metadata").remove("deletionGracePeriodSeconds");
        namespace.set("status.phase", "Terminating");
        self.store.put(kind::NAMESPACE, namespace, self.now)
    }
}

/// Only Pods die slowly: for as long as they ask, or as the request says (pkg/registry/core/pod/strategy.go,
/// `CheckGracefulDelete`). One that runs nowhere, or no more, goes at once.
fn grace_period(kind: &Kind, object: &Value, asked: Option<i64>) -> i64 {
    if kind != kind::POD {
        return 0;
    }
    let ended = matches!(object["status"]["phase"].str(), "Succeeded" | "Failed");
    if object["spec"]["nodeName"].str().is_empty() || ended {
        return 0;
    }
    asked.unwrap_or_else(|| object["spec"]["terminationGracePeriodSeconds"].int()).max(0)
}

fn add_finalizer(object: &mut Value, propagation: Option<Propagation>) {
    let wanted = match propagation {
        Some(Propagation::Foreground) => Some(FOREGROUND),
        Some(Propagation::Orphan) => Some(ORPHAN),
        Some(Propagation::Background) | None => None,
    };
    let present = |name: &str| object["metadata"]["finalizers"].array().iter().any(|f| f.str() == name);
    if let Some(name) = wanted.filter(|name| !present(name)) {
        object.at_mut("metadata.finalizers").array_mut().push(name.into());
    }
}

/// Begins the deletion: the time by which the object is gone, and one more generation where those are counted.
fn mark(object: &mut Value, now: api::Time, grace: i64) {
    let generation = object.generation();
    let first = !object.deleting();
    let metadata = object.at_mut("metadata").object_mut();
    metadata.insert("deletionTimestamp", (now + Duration::from_secs(grace as u64)).into());
    metadata.insert("deletionGracePeriodSeconds", grace.into());
    if first && generation > 0 {
        metadata.insert("generation", (generation + 1).into());
    }
}

fn success(kind: &Kind, object: &Value) -> Value {
    let group = Some(kind.group).filter(|g| !g.is_empty());
    let name = Some(object.name()).filter(|n| !n.is_empty());
    let uid = Some(object.uid()).filter(|n| !n.is_empty());
    let details = obj! { "name" => name, "group" => group, "kind" => kind.plural, "uid" => uid };
    obj! {
        "kind" => "Status", "apiVersion" => "v1", "metadata" => obj! {}, "status" => "Success", "details" => details,
    }
}
