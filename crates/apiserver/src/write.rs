//! Create, update, patch, and the subresources that write: scale, binding, eviction.

use crate::admission;
use crate::read::deprecation;
use crate::request::{FieldValidation, PatchType, Propagation, Request, Response, Verb};
use crate::server::ApiServer;
use crate::strategy;
use crate::table::{self, IncludeObject};
use api::schema::Decoded;
use api::{FieldError, Kind, Status, Value, kind, obj, patch, schema, validation};

impl ApiServer {
    pub(crate) fn create(&mut self, request: &Request) -> Result<Response, Status> {
        let kind = request.kind;
        let (mut object, mut warnings) = decoded(request)?;
        warnings.extend(deprecation(kind));
        self.name(request, &mut object)?;
        schema::default(kind, &mut object);
        // Some strategies write the UID elsewhere, too.
        let metadata = object.at_mut("metadata").object_mut();
        metadata.insert("uid", self.rng.uid().into());
        metadata.insert("creationTimestamp", self.now.into());
        strategy::prepare_for_create(kind, &mut object);
        self.check_escalation(request, &object, &Value::Null)?;
        admission::admit(self, kind, &mut object)?;
        self.allocate(kind, &Value::Null, &mut object)?;
        let checked = checked(kind, &object, &Value::Null);
        if let Err(status) = checked {
            self.release(kind, &object, &Value::Null);
            return Err(status);
        }
        let (namespace, name) = (object.namespace(), object.name());
        if self.find(kind, namespace, name).is_ok() {
            let status = Status::already_exists(kind, name);
            self.release(kind, &object, &Value::Null);
            return Err(status);
        }
        if request.options.dry_run {
            self.release(kind, &object, &Value::Null);
            return Ok(Response { body: object, warnings });
        }
        let body = self.store.put(kind, object, self.now);
        Ok(Response { body, warnings })
    }

    /// Fills `metadata.name` and `metadata.namespace` in from the request, and generates a name where one is wanted.
    fn name(&mut self, request: &Request, object: &mut Value) -> Result<(), Status> {
        let metadata = object.at_mut("metadata");
        if request.kind.namespaced {
            let given = metadata["namespace"].str();
            if !given.is_empty() && given != request.namespace {
                return Err(Status::bad_request(
                    "the namespace of the provided object does not match the namespace sent on the request",
                ));
            }
            metadata.set("namespace", &request.namespace);
        } else {
            metadata.remove("namespace");
        }
        if object.name().is_empty() && !object["metadata"]["generateName"].str().is_empty() {
            let name = self.generate_name(request.kind, object);
            object.set("metadata.name", name);
        }
        Ok(())
    }

    /// A name from `generateName` that is free, if one is found soon (k8s.io/apiserver/pkg/storage/names and
    /// pkg/registry/generic/registry/store.go, `maxNameGenerationCreateAttempts`).
    fn generate_name(&mut self, kind: &Kind, object: &Value) -> String {
        const ATTEMPTS: usize = 8;
        // The base is cut so that 5 random characters fit into 63.
        let base: String = object["metadata"]["generateName"].str().chars().take(58).collect();
        let mut name = String::new();
        for _ in 0..ATTEMPTS {
            name = format!("{base}{}", self.rng.suffix(5));
            if self.find(kind, object.namespace(), &name).is_err() {
                break;
            }
        }
        name
    }

    pub(crate) fn update(&mut self, request: &Request) -> Result<Response, Status> {
        let (object, warnings) = decoded(request)?;
        names_agree(request, &object)?;
        let body = self.replace(request, object)?;
        Ok(Response { body, warnings })
    }

    pub(crate) fn patch(&mut self, request: &Request) -> Result<Response, Status> {
        let Verb::Patch(patch_type) = request.verb else { return Err(Status::method_not_allowed()) };
        let old = self.find(request.kind, &request.namespace, &request.name)?.clone();
        let decoded = apply_patch(request.kind, patch_type, &old, &request.body)?;
        let (object, warnings) = accepted(request, decoded)?;
        names_agree(request, &object)?;
        let body = self.replace(request, object)?;
        Ok(Response { body, warnings })
    }

    /// The common end of update and patch: `object` takes the stored one's place.
    fn replace(&mut self, request: &Request, mut object: Value) -> Result<Value, Status> {
        let (kind, name) = (request.kind, &request.name);
        let old = self.find(kind, &request.namespace, name)?.clone();
        let expected = object["metadata"]["resourceVersion"].str();
        if !expected.is_empty() && expected != old["metadata"]["resourceVersion"].str() {
            return Err(Status::modified(kind, name));
        }
        let uid = object.uid();
        if !uid.is_empty() && uid != old.uid() {
            let why = format!("Precondition failed: UID in precondition: {uid}, UID in object meta: {}", old.uid());
            return Err(Status::conflict(kind, name, &why));
        }
        strategy::prepare_for_update(kind, &request.subresource, &mut object, &old);
        if request.subresource.is_empty() {
            if !request.options.trusted {
                schema::default(kind, &mut object);
            }
            self.allocate(kind, &old, &mut object)?;
            strategy::count_generation(kind, &mut object, &old);
            self.check_escalation(request, &object, &old)?;
        }
        if !request.options.trusted
            && let Err(status) = checked(kind, &object, &old)
        {
            self.release(kind, &object, &old);
            return Err(status);
        }
        if object == old || request.options.dry_run {
            return Ok(object); // etcd3 store: an update that changes nothing writes nothing
        }
        self.release(kind, &old, &object);
        let finished = object.deleting() && object["metadata"]["finalizers"].is_empty() && !holds_on(kind, &object);
        let stored = self.store.put(kind, object, self.now);
        if finished {
            self.erase(kind, &stored);
        }
        Ok(stored)
    }

    pub(crate) fn get_scale(&self, request: &Request) -> Result<Response, Status> {
        let scale = scale_of(self.find(request.kind, &request.namespace, &request.name)?);
        Ok(match request.options.table {
            true => table::table(&scale_kind(request.kind), [&scale], self.now, IncludeObject::Metadata).into(),
            false => scale.into(),
        })
    }

    pub(crate) fn write_scale(&mut self, request: &Request) -> Result<Response, Status> {
        let old = self.find(request.kind, &request.namespace, &request.name)?.clone();
        let scale = match request.verb {
            Verb::Patch(PatchType::Json) => patch::json_patch(&scale_of(&old), &request.body)?,
            Verb::Patch(_) => patch::merge_patch(&scale_of(&old), &request.body),
            _ => request.body.clone(),
        };
        let expected = scale["metadata"]["resourceVersion"].str();
        if !expected.is_empty() && expected != old["metadata"]["resourceVersion"].str() {
            return Err(Status::modified(request.kind, &request.name));
        }
        let replicas = &scale["spec"]["replicas"];
        if replicas.int() < 0 {
            let error = FieldError::invalid("spec.replicas", replicas, "must be greater than or equal to 0");
            return Err(Status::invalid(&scale_kind(request.kind), &request.name, &[error]));
        }
        let mut object = old;
        object.set("spec.replicas", replicas.int());
        let whole = Request { subresource: "".into(), ..request.clone() };
        Ok(scale_of(&self.replace(&whole, object)?).into())
    }

    /// `pods/binding`: the scheduler's decision (pkg/registry/core/pod/storage, `assignPod`).
    pub(crate) fn bind(&mut self, request: &Request) -> Result<Response, Status> {
        let mut pod = self.find(kind::POD, &request.namespace, &request.name)?.clone();
        let node = request.body["target"]["name"].to_str();
        if pod.deleting() {
            let why = format!("pod {} is being deleted, cannot be assigned to a host", request.name);
            return Err(Status::conflict(kind::POD, &request.name, &why));
        }
        let bound = pod["spec"]["nodeName"].str();
        if !bound.is_empty() {
            let why = format!("pod {} is already assigned to node {bound:?}", request.name);
            return Err(Status::conflict(kind::POD, &request.name, &why));
        }
        pod.set("spec.nodeName", node);
        let mut condition = obj! {
            "type" => "PodScheduled", "status" => "True",
            "lastTransitionTime" => self.now, "observedGeneration" => pod["metadata"]["generation"].clone(),
        };
        condition.object_mut().insert("lastProbeTime", Value::Null);
        api::set_condition(&mut pod, condition);
        self.store.put(kind::POD, pod, self.now);
        Ok(obj! { "kind" => "Status", "apiVersion" => "v1", "metadata" => obj! {}, "status" => "Success", "code" => 201 }.into())
    }

    /// `pods/eviction`: a deletion that a disruption budget may refuse.
    pub(crate) fn evict(&mut self, request: &Request) -> Result<Response, Status> {
        let options = &request.body["deleteOptions"];
        let mut deletion = Request { verb: Verb::Delete, subresource: "".into(), ..request.clone() };
        deletion.options.grace_period = options["gracePeriodSeconds"].as_int();
        deletion.options.propagation = Some(Propagation::Background);
        self.delete(&deletion)?;
        Ok(obj! { "kind" => "Status", "apiVersion" => "v1", "metadata" => obj! {}, "status" => "Success", "code" => 201 }.into())
    }
}

/// An object cannot be renamed.
fn names_agree(request: &Request, object: &Value) -> Result<(), Status> {
    let (given, url) = (object.name(), &request.name);
    match given == url {
        true => Ok(()),
        false => {
            let message = format!("the name of the object ({given}) does not match the name on the URL ({url})");
            Err(Status::bad_request(message))
        }
    }
}

/// Whether a kind has a way of its own to keep an object that is being deleted: a Pod is held by its grace period, a
/// Namespace by `spec.finalizers`.
fn holds_on(kind: &Kind, object: &Value) -> bool {
    (kind == kind::POD && object["metadata"]["deletionGracePeriodSeconds"].int() > 0)
        || (kind == kind::NAMESPACE && !object["spec"]["finalizers"].is_empty())
}

fn checked(kind: &'static Kind, object: &Value, old: &Value) -> Result<(), Status> {
    match &validation::validate(kind, object, old)[..] {
        [] => Ok(()),
        errors => Err(Status::invalid(kind, object.name(), errors)),
    }
}

/// The request's body as an object of the request's kind, and warnings about what was dropped.
pub(crate) fn decoded(request: &Request) -> Result<(Value, Vec<String>), Status> {
    if request.options.trusted {
        return Ok((request.body.clone(), Vec::new()));
    }
    accepted(request, schema::decode(request.kind, &request.body)?)
}

/// A decoded object, unless the request is strict about the fields that were dropped; and warnings about those.
fn accepted(request: &Request, decoded: Decoded) -> Result<(Value, Vec<String>), Status> {
    let mut object = decoded.value;
    object.set("apiVersion", request.kind.api_version());
    object.set("kind", request.kind.kind);
    let unknown = || decoded.unknown.iter().map(|field| format!("unknown field \"{field}\""));
    match request.options.field_validation {
        FieldValidation::Strict if !decoded.unknown.is_empty() => {
            let (kind, version) = (request.kind.kind, request.kind.version);
            let listed = unknown().collect::<Vec<_>>().join(", ");
            Err(match request.verb {
                Verb::Patch(_) => patch_error(listed),
                _ => Status::bad_request(format!(
                    "{kind} in version \"{version}\" cannot be handled as a {kind}: strict decoding error: {listed}"
                )),
            })
        }
        FieldValidation::Warn => Ok((object, unknown().collect())),
        _ => Ok((object, Vec::new())),
    }
}

/// 422: a patch brings fields that the kind does not have.
fn patch_error(listed: String) -> Status {
    let message = format!(" \"\" is invalid: patch: Invalid value: strict decoding error: {listed}");
    Status { code: 422, reason: "Invalid", message, details: Value::Null }
}

fn apply_patch(kind: &'static Kind, patch_type: PatchType, old: &Value, body: &Value) -> Result<Decoded, Status> {
    match patch_type {
        PatchType::Json => patch::decode(kind, &patch::json_patch(old, body)?),
        PatchType::Merge => patch::decode(kind, &patch::merge_patch(old, body)),
        // Managed fields are not kept yet: an apply is the merge of what it names.
        PatchType::StrategicMerge | PatchType::Apply => {
            patch::restore(kind, body, &patch::strategic_merge(kind, old, body)?)
        }
    }
}

/// What the Scale of a workload is called.
fn scale_kind(kind: &Kind) -> Kind {
    Kind { group: "autoscaling", kind: "Scale", ..*kind }
}

/// The `autoscaling/v1` Scale of a workload.
fn scale_of(object: &Value) -> Value {
    let metadata = &object["metadata"];
    let selector = api::selector::Selector::from_label_selector(&object["spec"]["selector"]);
    obj! {
        "apiVersion" => "autoscaling/v1", "kind" => "Scale",
        "metadata" => obj! {
            "name" => &metadata["name"], "namespace" => &metadata["namespace"], "uid" => &metadata["uid"],
            "resourceVersion" => &metadata["resourceVersion"], "creationTimestamp" => &metadata["creationTimestamp"],
        },
        "spec" => obj! { "replicas" => object["spec"]["replicas"].int() },
        "status" => obj! { "replicas" => object["status"]["replicas"].int(), "selector" => selector.to_string() },
    }
}
