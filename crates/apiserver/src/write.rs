//! Create, update and patch (k8s.io/apiserver/pkg/endpoints/handlers and pkg/registry/generic/registry/store.go).

use crate::custom::definition;
use crate::managed::{self, Writer};
use crate::prepare::{
    CONDITIONAL, CREATED_BY_UPDATE, NAMESPACES_DIFFER, accepted, apply_patch, checked, decoded, default, holds_on,
    keep_system_fields, names_agree, taken, wrong_uid,
};
use crate::request::{PatchType, Request, Response, Verb};
use crate::server::ApiServer;
use crate::strategy;
use crate::{admission, apply, versions};
use api::apply::Shape;
use api::schema::Decoded;
use api::{FieldError, Kind, Status, Value, kind, patch, validation};

impl ApiServer {
    pub(crate) fn create(&mut self, request: &Request) -> Result<Response, Status> {
        let (mut object, mut warnings) = self.read_body(request)?;
        warnings.extend(self.warnings(request.kind));
        self.name(request, &mut object)?;
        let body = self.insert(request, object, None)?;
        if !request.options.trusted {
            warnings.extend(validation::warnings(request.kind, &body, &Value::Null));
        }
        Ok(Response { body, warnings, created: true })
    }

    /// Stores a new object, decoded and named. `fields` are its managed fields if it was applied.
    fn insert(&mut self, request: &Request, mut object: Value, fields: Option<Value>) -> Result<Value, Status> {
        let kind = request.kind.stored().unwrap_or(request.kind);
        if !object["metadata"]["resourceVersion"].str().is_empty() {
            let message = "resourceVersion should not be set on objects to be created".to_owned();
            return Err(Status { code: 500, reason: "", message, details: Value::Null });
        }
        default(kind, &mut object);
        let writer = self.writer(request);
        let custom = self.custom(kind);
        let shape = custom.as_ref().map_or_else(|| Shape::of(kind), |custom| custom.shape());
        let fields = fields.unwrap_or_else(|| self.created_fields(kind, shape, &object, &writer));
        // Some strategies write the UID elsewhere, too.
        let metadata = object.at_mut("metadata").object_mut();
        metadata.insert("uid", self.rng.uid().into());
        metadata.insert("creationTimestamp", self.now.into());
        match &custom {
            Some(custom) => custom.prepare_for_create(&mut object),
            None => strategy::prepare_for_create(kind, &mut object),
        }
        self.check_escalation(request, &object, &Value::Null)?;
        admission::admit(self, request, &mut object)?;
        self.allocate(kind, &Value::Null, &mut object)?;
        let checked = self
            .checked(request.kind, &object, &Value::Null)
            .and_then(|()| admission::validate(self, request, &object, &Value::Null));
        let quotas = match checked {
            Ok(quotas) => quotas,
            Err(status) => {
                self.release(kind, &object, &Value::Null);
                return Err(status);
            }
        };
        let (namespace, name) = (object.namespace(), object.name());
        if self.find(kind, namespace, name).is_ok() {
            let status = taken(request, &object);
            self.release(kind, &object, &Value::Null);
            return Err(status);
        }
        if !fields.is_null() {
            object.set("metadata.managedFields", fields);
        }
        if request.options.dry_run {
            self.release(kind, &object, &Value::Null);
            return Ok(versions::served(request.kind, &object));
        }
        self.charge_quotas(quotas);
        self.note_addresses(kind, &Value::Null, &object);
        let stored = self.store.put(kind, object, self.now);
        if kind == kind::CUSTOM_RESOURCE_DEFINITION {
            self.define(stored.clone());
        }
        Ok(versions::served(request.kind, &stored))
    }

    /// What is wrong with an object to be stored.
    fn checked(&self, kind: &'static Kind, object: &Value, old: &Value) -> Result<(), Status> {
        let more = match self.custom(kind) {
            Some(custom) => custom.errors(object),
            None if kind == kind::CUSTOM_RESOURCE_DEFINITION => definition::errors(object, old),
            None => return checked(kind, object, old),
        };
        let mut errors = validation::validate(kind, object, old);
        errors.extend(more);
        match &errors[..] {
            [] => Ok(()),
            errors => Err(Status::invalid(kind, object.name(), errors)),
        }
    }

    /// The request's body as an object, and warnings about what was dropped.
    fn read_body(&self, request: &Request) -> Result<(Value, Vec<String>), Status> {
        match self.custom(request.kind) {
            Some(custom) if !request.options.trusted => accepted(request, custom.decode(&request.body)?),
            _ => decoded(request),
        }
    }

    /// What a patch makes of an object.
    fn patched(&self, request: &Request, patch_type: PatchType, old: &Value) -> Result<Decoded, Status> {
        let Some(custom) = self.custom(request.kind) else {
            return apply_patch(request.kind, patch_type, old, &request.body);
        };
        match patch_type {
            PatchType::Json => custom.decode(&patch::json_patch(old, &request.body)?),
            PatchType::Merge => custom.decode(&patch::merge_patch(old, &request.body)),
            _ => {
                let message = "the body of the request was in an unknown format - accepted media types include: \
                               application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"
                    .to_owned();
                Err(Status { code: 415, reason: "UnsupportedMediaType", message, details: Value::Null })
            }
        }
    }

    /// Who writes.
    pub(crate) fn writer(&self, request: &Request) -> Writer {
        let options = &request.options;
        let manager = if options.field_manager.is_empty() { &options.user_agent } else { &options.field_manager };
        let kind = request.kind.stored().unwrap_or(request.kind);
        Writer::new(manager.clone(), kind, &request.subresource, self.now)
    }

    /// Fills `metadata.name` and `metadata.namespace` in from the request, and generates a name where one is wanted.
    fn name(&mut self, request: &Request, object: &mut Value) -> Result<(), Status> {
        let metadata = object.at_mut("metadata");
        if request.kind.namespaced {
            let given = metadata["namespace"].str();
            if !given.is_empty() && given != request.namespace {
                return Err(Status::bad_request(NAMESPACES_DIFFER));
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
        let (mut object, warnings) = self.read_body(request)?;
        names_agree(request, &object)?;
        let creates = request.subresource.is_empty() && CREATED_BY_UPDATE.contains(&request.kind.kind);
        if creates && self.find(request.kind, &request.namespace, &request.name).is_err() {
            self.name(request, &mut object)?;
            let body = self.insert(request, object, None)?;
            return Ok(Response { body, warnings, created: true });
        }
        if !request.options.trusted
            && matches!(object["metadata"]["resourceVersion"].str(), "" | "0")
            && CONDITIONAL.contains(&request.kind.kind)
        {
            self.find(request.kind, &request.namespace, &request.name)?;
            let error = FieldError::invalid("metadata.resourceVersion", &0.into(), "must be specified for an update");
            let kind = Kind { kind: request.kind.plural, ..*request.kind };
            return Err(Status::invalid(&kind, &request.name, &[error]));
        }
        self.replaced(request, object, warnings)
    }

    /// Replaces an object, and says what is odd about the new one.
    fn replaced(&mut self, request: &Request, object: Value, mut warnings: Vec<String>) -> Result<Response, Status> {
        let whole = !request.options.trusted && request.subresource.is_empty();
        let old = self.find(request.kind, &request.namespace, &request.name)?.clone();
        let mut body = self.replace(request, object, None)?;
        if whole {
            warnings.extend(validation::warnings(request.kind, &body, &old));
        }
        // A client sees the object as a GET shows it, or it would find a difference where nothing has changed.
        if !request.options.trusted && managed::is_derived(&body) {
            body.set("metadata.managedFields", managed::expanded(request.kind, &body));
        }
        Ok(Response { body, warnings, ..Response::default() })
    }

    pub(crate) fn patch(&mut self, request: &Request) -> Result<Response, Status> {
        let Verb::Patch(patch_type) = request.verb else { return Err(Status::method_not_allowed()) };
        apply::check_options(request, patch_type == PatchType::Apply)?;
        if patch_type == PatchType::Apply {
            return self.apply(request);
        }
        let old = self.find(request.kind, &request.namespace, &request.name)?;
        let mut shown = versions::served(request.kind, old);
        if managed::is_derived(&shown) {
            shown.set("metadata.managedFields", managed::expanded(request.kind, &shown));
        }
        let decoded = self.patched(request, patch_type, &shown)?;
        let (object, warnings) = accepted(request, decoded)?;
        names_agree(request, &object)?;
        self.replaced(request, object, warnings)
    }

    /// The object that an update or a patch of `old` brings, decoded.
    pub(crate) fn sent(&self, request: &Request, old: &Value) -> Result<(Value, Vec<String>), Status> {
        let (object, warnings) = match request.verb {
            Verb::Patch(PatchType::Apply) => {
                apply::check_options(request, true)?;
                let merged = api::apply::merge(Shape::of(request.kind), old, &request.body);
                accepted(request, patch::decode(request.kind, &merged)?)?
            }
            Verb::Patch(patch_type) => accepted(request, self.patched(request, patch_type, old)?)?,
            _ => self.read_body(request)?,
        };
        names_agree(request, &object)?;
        Ok((object, warnings))
    }

    /// Server-side apply: makes the object, or merges the configuration into it.
    fn apply(&mut self, request: &Request) -> Result<Response, Status> {
        let kind = request.kind;
        let stored = kind.stored().unwrap_or(kind);
        let mut config = request.body.clone();
        if config["metadata"]["name"].str().is_empty() && config.as_object().is_some() {
            config.set("metadata.name", &request.name);
        }
        let live = self.find(kind, &request.namespace, &request.name).ok().cloned();
        let writer = self.writer(request);
        let before = live.clone().unwrap_or_else(|| managed::empty(stored));
        let shown = versions::served(kind, &before);
        let custom = self.custom(kind);
        let shape = custom.as_ref().map_or_else(|| Shape::of(kind), |custom| custom.shape());
        let applied = apply::apply(kind, shape, &shown, &config, &writer, request.options.force)?;
        let object = applied.object.unwrap_or(shown);
        let decoded = match &custom {
            Some(custom) => custom.decode(&object)?,
            None => patch::decode(kind, &object)?,
        };
        let (mut object, warnings) = accepted(request, decoded)?;
        names_agree(request, &object)?;
        let Some(live) = live else {
            if !request.subresource.is_empty() {
                return Err(Status::not_found(kind, &request.name));
            }
            let uid = config.uid();
            if !uid.is_empty() {
                let why =
                    format!("uid mismatch: the provided object specified uid {uid}, and no existing object was found");
                return Err(Status::conflict(kind, &request.name, &why));
            }
            object.remove("metadata.managedFields");
            self.name(request, &mut object)?;
            let body = self.insert(request, object, Some(applied.fields))?;
            return Ok(Response { body, warnings, created: true });
        };
        let version = config["metadata"]["resourceVersion"].str();
        object.set("metadata.resourceVersion", if version.is_empty() { "" } else { version });
        if config.uid().is_empty() {
            object.set("metadata.uid", live.uid());
        }
        let body = self.replace(request, object, Some(applied.fields))?;
        Ok(Response { body, warnings, ..Response::default() })
    }

    /// The common end of update and patch: `object` takes the stored one's place. `fields` are its managed fields if it
    /// was applied.
    pub(crate) fn replace(
        &mut self,
        request: &Request,
        mut object: Value,
        fields: Option<Value>,
    ) -> Result<Value, Status> {
        let (kind, name) = (request.kind.stored().unwrap_or(request.kind), &request.name);
        let old = self.find(request.kind, &request.namespace, name)?.clone();
        self.preconditions(request, &object, &old)?;
        let trusted = request.options.trusted;
        // These change the spec as a write of the whole object would.
        let part = matches!(request.subresource.as_str(), "ephemeralcontainers" | "resize");
        let main = part || matches!(request.subresource.as_str(), "" | "scale");
        if !trusted && main {
            default(kind, &mut object);
        }
        let custom = self.custom(kind);
        let shape = custom.as_ref().map_or_else(|| Shape::of(kind), |custom| custom.shape());
        let kept = &old["metadata"]["managedFields"];
        // Mostly they come back as they were read: then they can stay where they are.
        let untouched = !kept.is_null() && object["metadata"]["managedFields"].is_same(kept);
        let given = match untouched {
            true => kept.clone(),
            false => object.remove("metadata.managedFields").unwrap_or_default(),
        };
        keep_system_fields(&mut object, &old);
        let mut sent = object.clone();
        match &custom {
            Some(custom) => custom.prepare_for_update(&request.subresource, &mut object, &old),
            None => strategy::prepare_for_update(kind, &request.subresource, &mut object, &old),
        }
        if !kept.is_null() && !untouched {
            object.set("metadata.managedFields", kept);
        }
        if main {
            admission::admit_update(self, kind, &mut object, &old);
            self.allocate(kind, &old, &mut object)?;
            strategy::count_generation(kind, &mut object, &old);
            self.check_escalation(request, &object, &old)?;
        }
        // What may change in a part has been seen to; what must hold is that the whole is as a new one may be.
        let before = if part { &api::NULL } else { &old };
        let mut quotas = Vec::new();
        if !trusted {
            let checked = self.checked(request.kind, &object, before);
            match checked.and_then(|()| admission::validate(self, request, &object, &old)) {
                Ok(changed) => quotas = changed,
                Err(status) => {
                    self.release(kind, &object, &old);
                    return Err(status);
                }
            }
        }
        let unchanged = object == old;
        if unchanged && trusted {
            return Ok(object); // etcd3 store: an update that changes nothing writes nothing
        }
        let writer = self.writer(request);
        let fields = match fields {
            Some(fields) => fields,
            None if trusted && request.subresource == "status" => self.marked_fields(kind, &old, &sent, &writer),
            None => {
                sent.remove("metadata.managedFields");
                managed::updated(kind, shape, &old, &sent, &given, &writer)
            }
        };
        if !(unchanged && managed::same_but_times(&fields, &managed::expanded(kind, &old))) {
            match fields {
                Value::Null => drop(object.remove("metadata.managedFields")),
                fields => object.set("metadata.managedFields", fields),
            }
        }
        if object == old || request.options.dry_run {
            return Ok(versions::served(request.kind, &object));
        }
        self.charge_quotas(quotas);
        self.release(kind, &old, &object);
        self.note_addresses(kind, &old, &object);
        let finished = object.deleting() && object["metadata"]["finalizers"].is_empty() && !holds_on(kind, &object);
        let mut stored = self.store.put(kind, object, self.now);
        if kind == kind::CUSTOM_RESOURCE_DEFINITION {
            stored = self.define(stored);
        }
        if finished {
            self.erase(kind, &stored);
        }
        Ok(versions::served(request.kind, &stored))
    }

    /// The version and the UID that an object to be stored names must be those of the stored one.
    fn preconditions(&self, request: &Request, object: &Value, old: &Value) -> Result<(), Status> {
        let uid = object.uid();
        if !uid.is_empty() && uid != old.uid() {
            return Err(wrong_uid(request, uid, old.uid()));
        }
        // 0 is any version (`ObjectResourceVersion` of an object that names none).
        let expected = object["metadata"]["resourceVersion"].str();
        if !matches!(expected, "" | "0") && expected != old["metadata"]["resourceVersion"].str() {
            return Err(Status::modified(request.kind, &request.name));
        }
        Ok(())
    }
}
