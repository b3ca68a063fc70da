//! CustomResourceDefinitions themselves: their defaults, what must hold of them, and what they do to the server
//! (k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation and pkg/controller).

use super::Custom;
use crate::request::{Request, Verb};
use crate::server::ApiServer;
use crate::store::Key;
use api::kind::{self, FIRST_CUSTOM, intern, intern_texts};
use api::names::{dns1035_label, dns1123_subdomain};
use api::{FieldError, Kind, Value, list, obj};
use std::sync::Arc;

/// What holds a definition until the objects of its kind are gone.
pub(crate) const CLEANUP: &str = "customresourcecleanup.apiextensions.k8s.io";

/// Fills in what a definition leaves out (`SetDefaults_CustomResourceDefinitionSpec`).
pub(crate) fn default(object: &mut Value) {
    let names = &object["spec"]["names"];
    let kind = names["kind"].to_str();
    let (singular, list) = (names["singular"].is_null(), names["listKind"].is_null());
    if singular && !kind.is_empty() {
        object.set("spec.names.singular", kind.to_lowercase());
    }
    if list && !kind.is_empty() {
        object.set("spec.names.listKind", format!("{kind}List"));
    }
    if object["spec"]["conversion"].is_null() {
        object.set("spec.conversion", obj! { "strategy" => "None" });
    }
}

/// What is wrong with a definition.
pub(crate) fn errors(object: &Value, old: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (spec, names) = (&object["spec"], &object["spec"]["names"]);
    let group = spec["group"].str();
    let required = |errors: &mut Vec<FieldError>, field: &str, value: &Value, detail: &str| {
        let missing = value.str().is_empty();
        if missing {
            errors.push(FieldError::required(field, detail));
        }
        !missing
    };
    if required(&mut errors, "spec.group", &spec["group"], "") {
        for why in dns1123_subdomain(group) {
            errors.push(FieldError::invalid("spec.group", &spec["group"], &why));
        }
        if !group.contains('.') {
            errors.push(FieldError::invalid("spec.group", &spec["group"], "should be a domain with at least one dot"));
        }
    }
    if !group.is_empty() && object.name() != format!("{}.{group}", names["plural"].str()) {
        let why = "must be spec.names.plural+\".\"+spec.group";
        errors.push(FieldError::invalid("metadata.name", &object["metadata"]["name"], why));
    }
    if required(&mut errors, "spec.scope", &spec["scope"], "")
        && !matches!(spec["scope"].str(), "Cluster" | "Namespaced")
    {
        errors.push(FieldError::unsupported("spec.scope", &spec["scope"], &["Cluster", "Namespaced"]));
    }
    for field in ["plural", "singular", "kind", "listKind"] {
        let path = format!("spec.names.{field}");
        if required(&mut errors, &path, &names[field], "") {
            let lower = names[field].str().to_lowercase();
            let why = dns1035_label(&lower);
            errors.extend(why.iter().map(|why| {
                FieldError::invalid(
                    &path,
                    &names[field],
                    &format!("may have mixed case, but should otherwise match: {why}"),
                )
            }));
        }
    }
    versions(&mut errors, spec);
    if !old.is_null() {
        for field in ["group", "scope"] {
            if spec[field] != old["spec"][field] {
                errors.push(FieldError::invalid(format!("spec.{field}"), &spec[field], "field is immutable"));
            }
        }
        for field in ["plural", "kind"] {
            if names[field] != old["spec"]["names"][field] {
                errors.push(FieldError::invalid(format!("spec.names.{field}"), &names[field], "field is immutable"));
            }
        }
    }
    errors
}

fn versions(errors: &mut Vec<FieldError>, spec: &Value) {
    let all = spec["versions"].array();
    if all.iter().filter(|version| version["storage"].bool()).count() != 1 {
        let why = "must have exactly one version marked as storage version";
        errors.push(FieldError::invalid("spec.versions", &spec["versions"], why));
    }
    for (i, version) in all.iter().enumerate() {
        let path = format!("spec.versions[{i}]");
        if all[..i].iter().any(|other| other["name"] == version["name"]) {
            let why = "must contain unique version names";
            errors.push(FieldError::invalid("spec.versions", &spec["versions"], why));
        }
        for why in dns1035_label(version["name"].str()) {
            errors.push(FieldError::invalid(format!("{path}.name"), &version["name"], &why));
        }
        let schema = &version["schema"]["openAPIV3Schema"];
        let path = format!("{path}.schema.openAPIV3Schema");
        match schema {
            Value::Null => errors.push(FieldError::required(&path, "schemas are required")),
            schema => structural(errors, schema, &path, true),
        }
    }
}

/// What makes a schema structural: every value has a type, every list its items (`ValidateStructural`).
fn structural(errors: &mut Vec<FieldError>, schema: &Value, path: &str, root: bool) {
    let type_ = schema["type"].str();
    let open = schema["x-kubernetes-int-or-string"].bool() || schema["x-kubernetes-preserve-unknown-fields"].bool();
    match type_ {
        "" if root => errors.push(FieldError::required(format!("{path}.type"), "must not be empty at the root")),
        "" if !open => {
            errors.push(FieldError::required(format!("{path}.type"), "must not be empty for specified object fields"))
        }
        "object" | "" => {}
        _ if root => {
            errors.push(FieldError::invalid(format!("{path}.type"), &schema["type"], "must be object at the root"))
        }
        "array" if schema["items"].is_null() => {
            errors.push(FieldError::required(format!("{path}.items"), "must be specified"));
        }
        "array" | "string" | "integer" | "number" | "boolean" => {}
        _ => {
            let known = ["array", "boolean", "integer", "number", "object", "string"];
            errors.push(FieldError::unsupported(format!("{path}.type"), &schema["type"], &known));
        }
    }
    if !schema["properties"].is_empty()
        && matches!(schema["additionalProperties"], Value::Object(_) | Value::Bool(true))
    {
        let why = "additionalProperties and properties are mutual exclusive";
        errors.push(FieldError::forbidden(format!("{path}.additionalProperties"), why));
    }
    for (name, inner) in schema["properties"].entries() {
        if root && matches!(name.as_str(), "metadata" | "apiVersion" | "kind") {
            continue;
        }
        structural(errors, inner, &format!("{path}.properties[{name}]"), false);
    }
    if let items @ Value::Object(_) = &schema["items"] {
        structural(errors, items, &format!("{path}.items"), false);
    }
    if let inner @ Value::Object(_) = &schema["additionalProperties"] {
        structural(errors, inner, &format!("{path}.additionalProperties"), false);
    }
}

/// A version's name as a number by which the preferred one comes first: `v2`, `v1`, `v1beta2`, `v1alpha1`, then the rest.
fn precedence(version: &str) -> (u8, i64, i64) {
    let Some(rest) = version.strip_prefix('v') else { return (3, 0, 0) };
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let Ok(major) = rest[..digits].parse::<i64>() else { return (3, 0, 0) };
    let (level, number) = match &rest[digits..] {
        "" => return (0, -major, 0),
        tail if tail.starts_with("beta") => (1, &tail[4..]),
        tail if tail.starts_with("alpha") => (2, &tail[5..]),
        _ => return (3, 0, 0),
    };
    (level, -major, -number.parse::<i64>().unwrap_or_default())
}

impl ApiServer {
    /// A definition has been written: its names are accepted or not, and its kinds served or not. Returns what is stored then.
    pub(crate) fn define(&mut self, stored: Value) -> Value {
        if stored.deleting() {
            return stored;
        }
        let conflict = self.name_conflict(&stored);
        let accepted = conflict.is_none();
        if accepted {
            self.serve_definition(&stored);
            self.register_custom();
        }
        let status = |yes: bool| if yes { "True" } else { "False" };
        let (reason, message) = match &conflict {
            None => ("NoConflicts", "no conflicts found".to_owned()),
            Some((reason, message)) => (*reason, message.clone()),
        };
        let established = match accepted {
            true => ("InitialNamesAccepted", "the initial names have been accepted"),
            false => ("NotAccepted", "not all names are accepted"),
        };
        let now = self.now;
        let mut object = stored;
        let mut set = |type_: &str, yes: bool, reason: &str, message: &str| {
            let mut condition = obj! {
                "type" => type_, "status" => status(yes), "reason" => reason, "message" => message,
                "lastTransitionTime" => now,
            };
            let old = api::condition(&object, type_);
            if old["status"] == condition["status"] {
                condition.set("lastTransitionTime", &old["lastTransitionTime"]);
            }
            api::set_condition(&mut object, condition);
        };
        set("NamesAccepted", accepted, reason, &message);
        set("Established", accepted, established.0, established.1);
        if accepted {
            let names = object["spec"]["names"].clone();
            object.set("status.acceptedNames", names);
        }
        for version in object["spec"]["versions"].clone().array().iter().filter(|v| v["storage"].bool()) {
            if !object["status"]["storedVersions"].array().contains(&version["name"]) {
                object.at_mut("status.storedVersions").array_mut().push(version["name"].clone());
            }
        }
        let before = self.store.get(kind::CUSTOM_RESOURCE_DEFINITION, &Key::of(&object)).cloned().unwrap_or_default();
        if object == before {
            return object;
        }
        self.store.put(kind::CUSTOM_RESOURCE_DEFINITION, object, self.now)
    }

    /// Whether another kind of the group has one of the names: the reason and the message of the condition.
    fn name_conflict(&self, definition: &Value) -> Option<(&'static str, String)> {
        let (spec, names) = (&definition["spec"], &definition["spec"]["names"]);
        let others = || {
            let own = definition.name().to_owned();
            self.kinds().into_iter().filter(move |k| {
                k.group == spec["group"].str()
                    && !self.custom.iter().any(|c| std::ptr::eq(c.kind, *k) && c.definition == own)
            })
        };
        let taken = |name: &str| {
            let words = |k: &Kind| k.plural == name || k.singular == name || k.short_names.contains(&name);
            others().any(words)
        };
        let in_use = |reason, name: &str| Some((reason, format!("{name:?} is already in use")));
        if taken(names["plural"].str()) {
            return in_use("PluralConflict", names["plural"].str());
        }
        if taken(names["singular"].str()) {
            return in_use("SingularConflict", names["singular"].str());
        }
        if let Some(short) = names["shortNames"].array().iter().find(|short| taken(short.str())) {
            return in_use("ShortNamesConflict", short.str());
        }
        match others().any(|k| k.kind == names["kind"].str()) {
            true => in_use("KindConflict", names["kind"].str()),
            false => None,
        }
    }

    /// Serves the kind that a definition defines, in all its versions.
    fn serve_definition(&mut self, definition: &Value) {
        let name = definition.name().to_owned();
        let known = self.custom.iter().find(|c| c.definition == name).map(|c| c.kind.index);
        let index = known.unwrap_or(FIRST_CUSTOM + self.custom_count);
        if known.is_none() {
            self.custom_count += 1;
        }
        self.custom.retain(|custom| custom.definition != name);
        self.store.reserve(index);
        let spec = &definition["spec"];
        let mut versions: Vec<&Value> = spec["versions"].array().iter().filter(|v| v["served"].bool()).collect();
        api::sort_by_key(&mut versions, |version| precedence(version["name"].str()));
        for version in versions {
            self.custom.push(Arc::new(custom(&name, index, spec, version)));
        }
    }

    /// A definition goes when the objects of its kind have gone.
    pub(crate) fn delete_definition(&mut self, mut definition: Value) -> Value {
        let name = definition.name().to_owned();
        if !definition.deleting() {
            definition.set("metadata.deletionTimestamp", self.now);
            definition.set("metadata.finalizers", list![CLEANUP]);
            let condition = obj! {
                "type" => "Terminating", "status" => "True", "reason" => "InstanceDeletionInProgress",
                "message" => "CustomResource deletion is in progress", "lastTransitionTime" => self.now,
            };
            api::set_condition(&mut definition, condition);
            definition = self.store.put(kind::CUSTOM_RESOURCE_DEFINITION, definition, self.now);
        }
        let custom = self.custom.iter().find(|custom| custom.definition == name).cloned();
        if let Some(custom) = custom {
            let keys: Vec<Key> = self.store.list(custom.kind, "").map(Key::of).collect();
            for key in keys {
                let request = Request::new(Verb::Delete, custom.kind, key.namespace, key.name);
                // One with finalizers stays until those are gone; so does the definition.
                let _ = self.delete(&request);
            }
        }
        self.settle_definition(&name);
        definition
    }
}

fn custom(definition: &str, index: usize, spec: &Value, version: &Value) -> Custom {
    let names = &spec["names"];
    let one = |text: &str| intern_texts(std::iter::once(text))[0];
    let mut subresources = version["subresources"].clone();
    if subresources.is_null() {
        subresources = Value::object();
    }
    let texts = |list: &Value| intern_texts(list.array().iter().map(Value::str));
    let kind = intern(Kind {
        group: one(spec["group"].str()),
        version: one(version["name"].str()),
        kind: one(names["kind"].str()),
        plural: one(names["plural"].str()),
        singular: one(names["singular"].str()),
        short_names: texts(&names["shortNames"]),
        categories: texts(&names["categories"]),
        namespaced: spec["scope"].str() == "Namespaced",
        subresources: intern_texts(subresources.entries().map(|(key, _)| key.as_str())),
        index,
    });
    let mut schema = version["schema"]["openAPIV3Schema"].clone();
    schema.set("x-root", true);
    let deprecation = match (version["deprecated"].bool(), version["deprecationWarning"].str()) {
        (false, _) => String::new(),
        (true, "") => format!("{} {} is deprecated", kind.api_version(), kind.kind),
        (true, text) => text.to_owned(),
    };
    Custom {
        kind,
        definition: definition.to_owned(),
        schema,
        columns: version["additionalPrinterColumns"].clone(),
        selectable: version["selectableFields"].clone(),
        subresources,
        storage: version["storage"].bool(),
        deprecation,
    }
}
