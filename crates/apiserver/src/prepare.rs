//! What every write does to the object that it brings: decoding, defaults, the metadata that only the server writes, checks.

use crate::custom::definition;
use crate::request::{FieldValidation, PatchType, Request, Verb};
use crate::versions;
use api::schema::Decoded;
use api::{FieldError, Kind, Status, Str, Value, kind, patch, schema, validation};

/// Kinds that a PUT creates where there is nothing (`AllowCreateOnUpdate` of their strategies).
pub(crate) const CREATED_BY_UPDATE: &[&str] = &[
    "Endpoints",
    "Event",
    "LimitRange",
    "Service",
    "Lease",
    "Role",
    "RoleBinding",
    "ClusterRole",
    "ClusterRoleBinding",
];
/// Kinds of which every PUT must name the version that it replaces (`AllowUnconditionalUpdate`).
pub(crate) const CONDITIONAL: &[&str] = &[
    "Lease",
    "PodDisruptionBudget",
    "RuntimeClass",
    "CSIDriver",
    "CSINode",
    "VolumeAttachment",
    "FlowSchema",
    "PriorityLevelConfiguration",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
];

pub(crate) const NAMESPACES_DIFFER: &str =
    "the namespace of the provided object does not match the namespace sent on the request";

/// Writes what a built-in kind's object leaves out; a custom one has its defaults since it was decoded.
pub(crate) fn default(kind: &Kind, object: &mut Value) {
    match kind {
        k if k == kind::CUSTOM_RESOURCE_DEFINITION => definition::default(object),
        k if k.is_custom() => {}
        _ => schema::default(kind, object),
    }
}

/// 409: the name is taken, be it a generated one.
pub(crate) fn taken(request: &Request, object: &Value) -> Status {
    let mut status = Status::already_exists(request.kind, object.name());
    let generated = !object["metadata"]["generateName"].str().is_empty() && request.body.name().is_empty();
    if generated {
        status.message.push_str(", the server was not able to generate a unique name for the object");
        status.details.set("retryAfterSeconds", 1);
    }
    status
}

/// 409: the object at this name is another one than the client has in mind, in the words of the storage layer.
pub(crate) fn wrong_uid(request: &Request, given: &str, stored: &str) -> Status {
    let key = [registry_name(request.kind), &request.namespace, &request.name];
    let key: Vec<&str> = key.into_iter().filter(|part| !part.is_empty()).collect();
    let why = format!(
        "StorageError: invalid object, Code: 4, Key: /registry/{}, ResourceVersion: 0, AdditionalErrorMsg: Precondition \
         failed: UID in precondition: {given}, UID in object meta: {stored}",
        key.join("/")
    );
    Status::conflict(request.kind, &request.name, &why)
}

/// Below which name etcd keeps a kind (`SpecialDefaultResourcePrefixes` of pkg/kubeapiserver/default_storage_factory_builder.go).
pub(crate) fn registry_name(kind: &Kind) -> &'static str {
    match kind.plural {
        "replicationcontrollers" => "controllers",
        "endpoints" => "services/endpoints",
        "nodes" => "minions",
        "services" => "services/specs",
        "ingresses" => "ingress",
        "networkpolicies" => "networkpolicies",
        plural => plural,
    }
}

/// An object cannot be renamed or moved.
pub(crate) fn names_agree(request: &Request, object: &Value) -> Result<(), Status> {
    let (given, url) = (object.name(), &request.name);
    if given.is_empty() {
        let why = format!("the name of the object ({url} based on URL) was undeterminable: name must be provided");
        return Err(Status::bad_request(why));
    }
    if given != url {
        let why = format!("the name of the object ({given}) does not match the name on the URL ({url})");
        return Err(Status::bad_request(why));
    }
    let namespace = object.namespace();
    if request.kind.namespaced && !namespace.is_empty() && namespace != request.namespace {
        return Err(Status::bad_request(NAMESPACES_DIFFER));
    }
    Ok(())
}

/// What only the server writes is taken from the stored object where the client left it out (`rest.BeforeUpdate` and
/// `ValidateObjectMetaAccessorUpdate`); what the client has changed of it is for validation to refuse.
pub(crate) fn keep_system_fields(object: &mut Value, old: &Value) {
    let before = &old["metadata"];
    if object["metadata"].is_same(before) {
        return;
    }
    let metadata = object.at_mut("metadata").object_mut();
    for field in ["uid", "creationTimestamp", "namespace"] {
        let given = metadata.get(field).is_some_and(|v| !v.str().is_empty());
        if !given && !before[field].is_null() {
            metadata.insert(field, before[field].clone());
        }
    }
    for field in ["generation", "resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds"] {
        match &before[field] {
            // Only a deletion begins one: what is sent all the same is refused by validation.
            Value::Null if field.starts_with("deletion") => {}
            Value::Null => drop(metadata.remove(field)),
            _ if field == "deletionGracePeriodSeconds" && metadata.contains_key(field) => {}
            stored => drop(metadata.insert(field, stored.clone())),
        }
    }
}

/// Whether a kind has a way of its own to keep an object that is being deleted: a Pod is held by its grace period, a
/// Namespace by `spec.finalizers`.
pub(crate) fn holds_on(kind: &Kind, object: &Value) -> bool {
    (kind == kind::POD && object["metadata"]["deletionGracePeriodSeconds"].int() > 0)
        || (kind == kind::NAMESPACE && !object["spec"]["finalizers"].is_empty())
}

pub(crate) fn checked(kind: &'static Kind, object: &Value, old: &Value) -> Result<(), Status> {
    let mut errors = validation::validate(kind, object, old);
    if !old.is_null() {
        errors.extend(deletion_errors(&object["metadata"], &old["metadata"]));
    }
    match &errors[..] {
        [] => Ok(()),
        errors => Err(Status::invalid(kind, object.name(), errors)),
    }
}

/// Only a deletion begins one.
pub(crate) fn deletion_errors(new: &Value, old: &Value) -> Vec<FieldError> {
    let changed = |field: &&&str| !new[**field].is_null() && new[**field] != old[**field];
    let error = |field: &&str| {
        let detail = "field is immutable; may only be changed via deletion";
        FieldError::invalid(format!("metadata.{field}"), &new[*field], detail)
    };
    ["deletionGracePeriodSeconds", "deletionTimestamp"].iter().filter(changed).map(error).collect()
}

/// The request's body as an object of the kind that is stored, and warnings about what was dropped.
pub(crate) fn decoded(request: &Request) -> Result<(Value, Vec<String>), Status> {
    if request.options.trusted {
        let mut object = request.body.clone();
        if object["kind"].is_null() {
            object.set("apiVersion", request.kind.api_version());
            object.set("kind", request.kind.kind);
        }
        return Ok((object, Vec::new()));
    }
    accepted(request, schema::decode(request.kind, &request.body)?)
}

/// A decoded object, unless the request is strict about the fields that were dropped; and warnings about those.
pub(crate) fn accepted(request: &Request, decoded: Decoded) -> Result<(Value, Vec<String>), Status> {
    let mut object = decoded.value;
    for (field, text) in [("apiVersion", request.kind.api_version().into()), ("kind", request.kind.kind.into())] {
        let text: Str = text;
        if object[field].str() != text {
            object.set(field, text);
        }
    }
    let object = versions::stored(request.kind, object);
    let repeated = request.options.duplicates.iter().map(Str::to_string);
    let unknown = decoded.unknown.iter().map(|field| format!("unknown field \"{field}\""));
    let wrong: Vec<String> = repeated.chain(unknown).collect();
    match request.options.field_validation {
        FieldValidation::Strict if !wrong.is_empty() => {
            let (kind, version) = (request.kind.kind, request.kind.version);
            let listed = wrong.join(", ");
            Err(match request.verb {
                Verb::Patch(_) => patch_error(listed),
                _ => Status::bad_request(format!(
                    "{kind} in version \"{version}\" cannot be handled as a {kind}: strict decoding error: {listed}"
                )),
            })
        }
        FieldValidation::Warn => Ok((object, wrong)),
        _ => Ok((object, Vec::new())),
    }
}

/// 422: a patch brings fields that the kind does not have.
pub(crate) fn patch_error(listed: String) -> Status {
    let message = format!(" \"\" is invalid: patch: Invalid value: strict decoding error: {listed}");
    Status { code: 422, reason: "Invalid", message, details: Value::Null }
}

pub(crate) fn apply_patch(
    kind: &'static Kind,
    patch_type: PatchType,
    old: &Value,
    body: &Value,
) -> Result<Decoded, Status> {
    match patch_type {
        PatchType::Json => patch::decode(kind, &patch::json_patch(old, body)?),
        PatchType::Merge => patch::decode(kind, &patch::merge_patch(old, body)),
        PatchType::StrategicMerge | PatchType::Apply => {
            patch::restore(kind, body, &patch::strategic_merge(kind, old, body)?)
        }
    }
}
