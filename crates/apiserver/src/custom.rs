//! Kinds that users define (k8s.io/apiextensions-apiserver): a CustomResourceDefinition makes the server serve another kind.
//!
//! The definitions are read when they are written, and kept beside the store, so that a snapshot has both. A custom kind has
//! a table in the store like any other; what differs is where its schema comes from, and that is here.

mod columns;
pub(crate) mod definition;
mod schema;

use schema::{Fault, validate};

use crate::server::ApiServer;
use crate::store::Key;
use api::apply::Shape;
use api::schema::Decoded;
use api::{FieldError, Kind, Status, Value, kind, obj};
use std::sync::Arc;

/// One version of a kind that a user has defined.
#[derive(Debug)]
pub(crate) struct Custom {
    /// The kind. The versions of one kind have the same place.
    pub kind: &'static Kind,
    /// The name of the definition.
    pub definition: String,
    /// The schema of its objects, completed as a root.
    pub schema: Value,
    /// `additionalPrinterColumns`.
    pub columns: Value,
    /// `selectableFields`.
    pub selectable: Value,
    /// `subresources`.
    pub subresources: Value,
    /// Whether objects are stored in this version.
    pub storage: bool,
    /// The warning for those who use this version; empty for none.
    pub deprecation: String,
}

impl Custom {
    /// What can be owned in its objects.
    pub(crate) fn shape(&self) -> Shape<'_> {
        Shape::open(&self.schema)
    }

    /// An object from outside: metadata decoded, unknown fields dropped, defaults filled in.
    ///
    /// # Errors
    /// 400 if it is no object or its metadata cannot be read.
    pub(crate) fn decode(&self, value: &Value) -> Result<Decoded, Status> {
        let kind = self.kind;
        let head = obj! { "metadata" => &value["metadata"] };
        let Value::Object(_) = value else {
            let given = value.type_name();
            return Err(Status::bad_request(format!(
                "{name} in version \"{version}\" cannot be handled as a {name}: json: cannot unmarshal {given} into Go value \
                 of type map[string]interface {{}}",
                name = kind.kind,
                version = kind.version
            )));
        };
        let head = api::schema::decode(kind, &head)?;
        let mut object = value.clone();
        let mut unknown = head.unknown;
        schema::prune(&self.schema, &mut object, "", &mut unknown);
        object.set("metadata", &head.value["metadata"]);
        schema::default(&self.schema, &mut object);
        object.set("apiVersion", kind.api_version());
        object.set("kind", kind.kind);
        Ok(Decoded { value: object, unknown })
    }

    /// What is wrong with an object by its schema.
    pub(crate) fn errors(&self, object: &Value) -> Vec<FieldError> {
        let mut faults = Vec::new();
        validate(&self.schema, object, "", &mut faults);
        faults.into_iter().map(Fault::into_error).collect()
    }

    /// Whether its objects can be selected by a field.
    pub(crate) fn selects_by(&self, field: &str) -> bool {
        self.selectable.array().iter().any(|known| known["jsonPath"].str().strip_prefix('.') == Some(field))
    }

    /// Whether the kind has a subresource.
    pub(crate) fn has(&self, subresource: &str) -> bool {
        !self.subresources[subresource].is_null()
    }

    /// Where its wanted number of replicas is.
    pub(crate) fn replicas_path(&self) -> &str {
        self.subresources["scale"]["specReplicasPath"].str().trim_start_matches('.')
    }

    /// The `autoscaling/v1` Scale of a custom object.
    pub(crate) fn scale_of(&self, object: &Value) -> Value {
        let paths = &self.subresources["scale"];
        let at = |path: &str| object.at(paths[path].str().trim_start_matches('.'));
        let metadata = &object["metadata"];
        obj! {
            "apiVersion" => "autoscaling/v1", "kind" => "Scale",
            "metadata" => obj! {
                "name" => &metadata["name"], "namespace" => &metadata["namespace"], "uid" => &metadata["uid"],
                "resourceVersion" => &metadata["resourceVersion"], "creationTimestamp" => &metadata["creationTimestamp"],
            },
            "spec" => obj! { "replicas" => at("specReplicasPath").int() },
            "status" => obj! {
                "replicas" => at("statusReplicasPath").int(),
                "selector" => Some(at("labelSelectorPath").to_str()).filter(|s| !s.is_empty()),
            },
        }
    }

    /// What the server writes into a new object.
    pub(crate) fn prepare_for_create(&self, object: &mut Value) {
        let metadata = object.at_mut("metadata").object_mut();
        for field in ["deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion", "managedFields", "selfLink"]
        {
            metadata.remove(field);
        }
        metadata.insert("generation", 1.into());
        if self.has("status") {
            object.remove("status");
        }
    }

    /// What a write may not change is taken from the stored object; a change of anything but metadata and status counts.
    pub(crate) fn prepare_for_update(&self, subresource: &str, object: &mut Value, old: &Value) {
        if subresource == "status" {
            let (status, metadata) = (object["status"].clone(), object["metadata"]["managedFields"].clone());
            *object = old.clone();
            set_or_remove(object, "status", status);
            set_or_remove(object, "metadata.managedFields", metadata);
            return;
        }
        if self.has("status") {
            set_or_remove(object, "status", old["status"].clone());
        }
        let own = |object: &Value| {
            let mut object = object.clone();
            for field in ["metadata", "apiVersion"] {
                object.remove(field);
            }
            object
        };
        object.set("metadata.generation", old.generation() + i64::from(own(object) != own(old)));
    }
}

fn set_or_remove(object: &mut Value, path: &str, value: Value) {
    match value {
        Value::Null => drop(object.remove(path)),
        value => object.set(path, value),
    }
}

impl ApiServer {
    /// All kinds that are served, those that users have defined among them.
    pub fn kinds(&self) -> Vec<&'static Kind> {
        let custom = self.custom.iter().map(|custom| custom.kind);
        kind::served().chain(custom).chain(self.measured_kinds()).collect()
    }

    /// The schemas of the kinds that users have defined, for whoever explains them.
    pub fn custom_schemas(&self) -> Vec<(&'static Kind, Value)> {
        self.custom.iter().map(|custom| (custom.kind, custom.schema.clone())).collect()
    }

    /// The kind at a place of the store, in the version in which it is stored.
    pub fn kind_at(&self, index: usize) -> Option<&'static Kind> {
        match kind::KINDS.get(index) {
            Some(kind) => Some(kind),
            None => self.custom.iter().find(|c| c.kind.index == index && c.storage).map(|c| c.kind),
        }
    }

    /// The kind with an `apiVersion` and a `kind`, be it one that a user has defined.
    pub fn kind_named(&self, api_version: &str, name: &str) -> Option<&'static Kind> {
        let own = || self.custom.iter().map(|c| c.kind).find(|k| k.kind == name && k.api_version() == api_version);
        kind::by_api_version(api_version, name).or_else(own)
    }

    /// The kinds of which objects are stored, each once.
    pub fn stored_kinds(&self) -> Vec<&'static Kind> {
        let own = self.custom.iter().filter(|custom| custom.storage).map(|custom| custom.kind);
        kind::KINDS.iter().chain(own).collect()
    }

    /// What is known of a custom kind; none for a built-in one.
    pub(crate) fn custom(&self, kind: &Kind) -> Option<Arc<Custom>> {
        if !kind.is_custom() {
            return None;
        }
        self.custom.iter().find(|c| c.kind == kind && c.kind.version == kind.version).cloned()
    }

    /// The server's warnings for those who use a kind.
    pub(crate) fn warnings(&self, kind: &Kind) -> Vec<String> {
        match self.custom(kind) {
            Some(custom) if !custom.deprecation.is_empty() => vec![custom.deprecation.clone()],
            Some(_) => Vec::new(),
            None => crate::read::deprecation(kind),
        }
    }

    /// Takes what a definition defines out of the server, once its last object has gone.
    pub(crate) fn settle_definition(&mut self, name: &str) {
        let key = Key::new("", name);
        let Some(definition) = self.store.get(kind::CUSTOM_RESOURCE_DEFINITION, &key).cloned() else { return };
        let left = self.custom.iter().find(|c| c.definition == name).map_or(0, |c| self.store.count(c.kind));
        if !definition.deleting() || left > 0 {
            return;
        }
        self.custom.retain(|custom| custom.definition != name);
        self.register_custom();
        self.store.remove(kind::CUSTOM_RESOURCE_DEFINITION, &key, self.now);
    }
}

#[cfg(test)]
mod tests;
