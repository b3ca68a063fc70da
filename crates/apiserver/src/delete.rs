//! Deletion: grace periods, finalizers, propagation (k8s.io/apiserver/pkg/registry/rest/delete.go and
//! pkg/registry/generic/registry/store.go).

use crate::admission;
use crate::request::{Propagation, Request, Response};
use crate::server::ApiServer;
use crate::store::Key;
use crate::versions;
use api::{FieldError, Kind, Status, Time, Value, kind, obj};
use std::time::Duration;

const ORPHAN: &str = "orphan";
const FOREGROUND: &str = "foregroundDeletion";
/// Namespaces that the admission plugin NamespaceLifecycle protects.
const IMMORTAL: &[&str] = &["default", "kube-public", "kube-system"];
/// Kinds whose deleted object is the answer (`ReturnDeletedObject` of their stores).
const RETURNED: &[&str] =
    &["PersistentVolume", "PersistentVolumeClaim", "Pod", "PodTemplate", "ResourceQuota", "ServiceAccount", "Service"];
const JOBS_ORPHAN: &str = "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to \
    remove them or set propagationPolicy=Orphan to suppress this warning";

impl ApiServer {
    pub(crate) fn delete(&mut self, request: &Request) -> Result<Response, Status> {
        let request = &with_body_options(request)?;
        let warned = request.kind == kind::JOB && wanted(request).is_none();
        let body = self.delete_one(request)?;
        let warnings = if warned { vec![JOBS_ORPHAN.to_owned()] } else { Vec::new() };
        Ok(Response { body, warnings, ..Response::default() })
    }

    fn delete_one(&mut self, request: &Request) -> Result<Value, Status> {
        let kind = request.kind.stored().unwrap_or(request.kind);
        let mut object = self.find(request.kind, &request.namespace, &request.name)?.clone();
        preconditions(request, &object)?;
        if kind == kind::NAMESPACE && IMMORTAL.contains(&request.name.as_str()) {
            return Err(Status::forbidden(kind, &request.name, "this namespace may not be deleted"));
        }
        let warnings = admission::validate_deletion(self, request, &object)?;
        self.warnings.extend(warnings);
        if kind == kind::NAMESPACE {
            return Ok(match request.options.dry_run {
                true => object,
                false => self.terminate_namespace(object),
            });
        }
        if kind == kind::CUSTOM_RESOURCE_DEFINITION {
            return Ok(match request.options.dry_run {
                true => object,
                false => self.delete_definition(object),
            });
        }
        let before = object.clone();
        let grace = grace_period(kind, &object, request.options.grace_period);
        set_finalizers(kind, &mut object, wanted(request));
        let answer = |object: &Value| match RETURNED.contains(&kind.kind) {
            true => versions::served(request.kind, object),
            false => success(request.kind, object),
        };
        if grace == 0 && object["metadata"]["finalizers"].is_empty() {
            if object != before || kind == kind::POD && !object.deleting() {
                mark(&mut object, self.now, 0);
            }
            if !request.options.dry_run {
                self.erase(kind, &object);
            }
            return Ok(answer(&object));
        }
        let current = object["metadata"]["deletionGracePeriodSeconds"].as_int();
        if !object.deleting() || current.is_none_or(|current| grace < current) {
            mark(&mut object, self.now, grace);
        }
        if object != before && !request.options.dry_run {
            object = self.store.put(kind, object, self.now);
        }
        Ok(versions::served(request.kind, &object))
    }

    /// Deletes what matches, and answers with the list of it.
    pub(crate) fn delete_collection(&mut self, request: &Request) -> Result<Response, Status> {
        let request = &with_body_options(request)?;
        let (labels, fields) = self.selectors(request)?;
        let page = self.page(&Request { verb: crate::Verb::List, ..request.clone() });
        let mut warnings = Vec::new();
        let keys: Vec<Key> = match &page {
            Ok(page) => page.items.iter().map(Key::of).collect(),
            Err(_) => self
                .matching(request.kind, &request.namespace, &labels)
                .filter(|o| fields.matches(o))
                .map(Key::of)
                .collect(),
        };
        let mut page = page?;
        for key in keys {
            let one = Request { namespace: key.namespace, name: key.name, ..request.clone() };
            match self.delete(&one) {
                Ok(done) => warnings = done.warnings,
                // Somebody else was faster.
                Err(status) if status.code == 404 => {}
                Err(status) => return Err(status),
            }
        }
        versions::serve_all(request.kind, &mut page.items);
        Ok(Response { body: crate::paging::list_of(request.kind, page), warnings, ..Response::default() })
    }

    /// Takes an object out of the store, with all that the server gave it.
    pub(crate) fn erase(&mut self, kind: &'static Kind, object: &Value) {
        if self.store.remove(kind, &Key::of(object), self.now).is_some() {
            self.release(kind, object, &Value::Null);
            self.note_addresses(kind, object, &Value::Null);
        }
        if let Some(custom) = self.custom(kind) {
            self.settle_definition(&custom.definition);
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

/// The request with the options that its body brings.
fn with_body_options(request: &Request) -> Result<Request, Status> {
    let mut request = request.clone();
    let body = std::mem::take(&mut request.body);
    read_options(&mut request, &body);
    let options = &request.options;
    if options.orphan_dependents.is_some() && options.propagation.is_some() {
        let given = match options.propagation {
            Some(Propagation::Foreground) => "Foreground",
            Some(Propagation::Orphan) => "Orphan",
            _ => "Background",
        };
        let detail = "orphanDependents and deletionPropagation cannot be both set";
        let error = FieldError::invalid("propagationPolicy", &given.into(), detail);
        return Err(invalid_options(error));
    }
    match body["propagationPolicy"].str() {
        "" | "Foreground" | "Background" | "Orphan" => Ok(request),
        _ => {
            let supported = ["Background", "Foreground", "Orphan", "nil"];
            Err(invalid_options(FieldError::unsupported("propagationPolicy", &body["propagationPolicy"], &supported)))
        }
    }
}

fn invalid_options(error: FieldError) -> Status {
    let cause = obj! { "reason" => error.reason, "message" => error.message.as_str(), "field" => error.field.as_str() };
    let details = obj! { "group" => "meta.k8s.io", "kind" => "DeleteOptions", "causes" => api::list![cause] };
    let message = format!("DeleteOptions.meta.k8s.io \"\" is invalid: {error}");
    Status { code: 422, reason: "Invalid", message, details }
}

/// Reads `DeleteOptions` into those of the request.
pub(crate) fn read_options(request: &mut Request, body: &Value) {
    let options = &mut request.options;
    if let Some(seconds) = body["gracePeriodSeconds"].as_int() {
        options.grace_period = Some(seconds);
    }
    match body["propagationPolicy"].str() {
        "Foreground" => options.propagation = Some(Propagation::Foreground),
        "Background" => options.propagation = Some(Propagation::Background),
        "Orphan" => options.propagation = Some(Propagation::Orphan),
        _ => {}
    }
    if let Some(orphan) = body["orphanDependents"].as_bool() {
        options.orphan_dependents = Some(orphan);
    }
    options.dry_run |= body["dryRun"].array().iter().any(|word| word.str() == "All");
    let preconditions = &body["preconditions"];
    if !preconditions["uid"].str().is_empty() {
        options.uid = preconditions["uid"].to_str();
    }
    if !preconditions["resourceVersion"].str().is_empty() {
        options.expected_version = preconditions["resourceVersion"].to_str();
    }
}

/// What the client wants of the dependents, if it says so.
fn wanted(request: &Request) -> Option<Propagation> {
    let older = |orphan| if orphan { Propagation::Orphan } else { Propagation::Background };
    request.options.propagation.or(request.options.orphan_dependents.map(older))
}

fn preconditions(request: &Request, object: &Value) -> Result<(), Status> {
    // These errors name the kind where others name the resource.
    let named = Kind { plural: request.kind.kind, ..*request.kind };
    let refuse = |why: String| Err(Status::conflict(&named, &request.name, &why));
    let (uid, version) = (&request.options.uid, &request.options.expected_version);
    if !uid.is_empty() && uid != object.uid() {
        let stored = object.uid();
        return refuse(format!(
            "the UID in the precondition ({uid}) does not match the UID in record ({stored}). The object might have been \
             deleted and then recreated"
        ));
    }
    let stored = object["metadata"]["resourceVersion"].str();
    if !version.is_empty() && version != stored {
        return refuse(format!(
            "the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({stored}). \
             The object might have been modified"
        ));
    }
    Ok(())
}

/// Only Pods die slowly: for as long as they ask, or as the request says (pkg/registry/core/pod/strategy.go,
/// `CheckGracefulDelete`). One that runs nowhere, or no more, goes at once.
fn grace_period(kind: &Kind, object: &Value, asked: Option<i64>) -> i64 {
    if kind != kind::POD {
        return 0;
    }
    let ended = api::is_pod_ended(object);
    if object["spec"]["nodeName"].str().is_empty() || ended {
        return 0;
    }
    // A negative period means the shortest one.
    let period = asked.unwrap_or_else(|| object["spec"]["terminationGracePeriodSeconds"].int());
    if period < 0 { 1 } else { period }
}

/// The garbage collector's finalizers, as the client wants them (`deletionFinalizersForGarbageCollection`).
fn set_finalizers(kind: &Kind, object: &mut Value, wanted: Option<Propagation>) {
    let present = |name: &str| object["metadata"]["finalizers"].array().iter().any(|f| f.str() == name);
    let by_default = match (present(ORPHAN), present(FOREGROUND)) {
        (true, _) => Propagation::Orphan,
        (false, true) => Propagation::Foreground,
        // These two kinds are older than garbage collection.
        _ if kind == kind::REPLICATION_CONTROLLER || kind == kind::JOB => Propagation::Orphan,
        _ => Propagation::Background,
    };
    let (orphan, foreground) = match wanted.unwrap_or(by_default) {
        Propagation::Orphan => (true, false),
        Propagation::Foreground => (false, true),
        Propagation::Background => (false, false),
    };
    if present(ORPHAN) == orphan && present(FOREGROUND) == foreground {
        return;
    }
    let finalizers = object.at_mut("metadata.finalizers").array_mut();
    finalizers.retain(|f| f.str() != ORPHAN && f.str() != FOREGROUND);
    for (_, name) in [(orphan, ORPHAN), (foreground, FOREGROUND)].iter().filter(|(add, _)| *add) {
        finalizers.push((*name).into());
    }
    if object["metadata"]["finalizers"].is_empty() {
        object.remove("metadata.finalizers");
    }
}

/// Begins the deletion, or makes it quicker: the time by which the object is gone, and one more generation where those are
/// counted.
fn mark(object: &mut Value, now: Time, grace: i64) {
    let generation = object.generation();
    let first = !object.deleting();
    let metadata = object.at_mut("metadata").object_mut();
    // A second deletion counts from the first one.
    let began = match (first, metadata.get("deletionTimestamp").and_then(Value::time)) {
        (false, Some(time)) => {
            let period = metadata.get("deletionGracePeriodSeconds").map_or(0, Value::int);
            time.0 - period.saturating_mul(1_000_000)
        }
        _ => now.0,
    };
    let end = Time(began).max(Time(0)) + Duration::from_secs(u64::try_from(grace).unwrap_or(0).min(MAX_GRACE));
    metadata.insert("deletionTimestamp", end.into());
    metadata.insert("deletionGracePeriodSeconds", grace.into());
    if first && generation > 0 {
        metadata.insert("generation", (generation + 1).into());
    }
}

/// No period is longer than a century, so that every end has a date.
const MAX_GRACE: u64 = 100 * 365 * 86_400;

fn success(kind: &Kind, object: &Value) -> Value {
    let group = Some(kind.group).filter(|g| !g.is_empty());
    let name = Some(object.name()).filter(|n| !n.is_empty());
    let uid = Some(object.uid()).filter(|n| !n.is_empty());
    let details = obj! { "name" => name, "group" => group, "kind" => kind.plural, "uid" => uid };
    obj! {
        "kind" => "Status", "apiVersion" => "v1", "metadata" => obj! {}, "status" => "Success", "details" => details,
    }
}
