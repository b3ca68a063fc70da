//! `metadata`: the part that all objects share.

use crate::{Kind, Map, Str, Time, Value, obj};

/// Readers of `metadata`, and the few writes that every component does.
impl Value {
    /// `metadata.name`
    pub fn name(&self) -> &str {
        self["metadata"]["name"].str()
    }

    /// `metadata.namespace`; empty for a cluster-scoped object.
    pub fn namespace(&self) -> &str {
        self["metadata"]["namespace"].str()
    }

    /// `metadata.uid`
    pub fn uid(&self) -> &str {
        self["metadata"]["uid"].str()
    }

    /// `metadata.resourceVersion` as a number; 0 if it is unset.
    pub fn resource_version(&self) -> u64 {
        self["metadata"]["resourceVersion"].str().parse().unwrap_or_default()
    }

    /// `metadata.generation`
    pub fn generation(&self) -> i64 {
        self["metadata"]["generation"].int()
    }

    /// `metadata.labels`, an object or null.
    pub fn labels(&self) -> &Value {
        &self["metadata"]["labels"]
    }

    /// The annotation `key`; empty if it is not there.
    pub fn annotation(&self, key: &str) -> &str {
        self["metadata"]["annotations"][key].str()
    }

    /// Sets the annotation `key`.
    pub fn annotate(&mut self, key: &str, value: impl Into<Str>) {
        self.at_mut("metadata.annotations").object_mut().insert(key, Value::String(value.into()));
    }

    /// `metadata.creationTimestamp`
    pub fn created(&self) -> Time {
        self["metadata"]["creationTimestamp"].time().unwrap_or_default()
    }

    /// Whether deletion has begun (`metadata.deletionTimestamp` is set).
    pub fn deleting(&self) -> bool {
        !self["metadata"]["deletionTimestamp"].is_null()
    }

    /// The owner reference with `controller: true`, or null.
    pub fn controller(&self) -> &Value {
        let owners = self["metadata"]["ownerReferences"].array();
        owners.iter().find(|owner| owner["controller"].bool()).unwrap_or(&crate::NULL)
    }

    /// The moment that RFC 3339 text in a field names.
    pub fn time(&self) -> Option<Time> {
        Time::parse(self.str())
    }

    /// `apiVersion` and `kind`, looked up.
    pub fn kind(&self) -> Option<&'static Kind> {
        crate::kind::by_api_version(self["apiVersion"].str(), self["kind"].str())
    }
}

impl From<Time> for Value {
    /// As `metav1.Time`: whole seconds.
    fn from(time: Time) -> Value {
        Value::String(time.rfc3339_text())
    }
}

/// A controller's owner reference to `owner`, of `kind` (`metav1.NewControllerRef`).
pub fn controller_ref(kind: &Kind, owner: &Value) -> Value {
    obj! {
        "apiVersion" => kind.api_version(), "kind" => kind.kind, "name" => owner.name(), "uid" => owner.uid(),
        "controller" => true, "blockOwnerDeletion" => true,
    }
}

/// The entry of `conditions` whose `type` is `name`, or null.
pub fn condition<'a>(object: &'a Value, name: &str) -> &'a Value {
    let conditions = object["status"]["conditions"].array();
    conditions.iter().find(|c| c["type"].str() == name).unwrap_or(&crate::NULL)
}

/// Puts a condition in the place of the one with its type, or at the end of `status.conditions`.
pub fn set_condition(object: &mut Value, new: Value) {
    let exists = !condition(object, new["type"].str()).is_null();
    let conditions = object.at_mut("status.conditions").array_mut();
    match conditions.iter_mut().find(|c| exists && c["type"] == new["type"]) {
        Some(old) => *old = new,
        None => conditions.push(new),
    }
}

/// The name of the IngressClass of an Ingress, which older ones have in an annotation; empty for none.
pub fn ingress_class(ingress: &Value) -> &str {
    match ingress["spec"]["ingressClassName"].str() {
        "" => ingress.annotation("kubernetes.io/ingress.class"),
        class => class,
    }
}

/// Whether a load balancer asks nodes for their Pods of a Service (`NeedsHealthCheck` in pkg/api/v1/service).
pub fn needs_health_check(service: &Value) -> bool {
    let spec = &service["spec"];
    spec["type"].str() == "LoadBalancer" && spec["externalTrafficPolicy"].str() == "Local"
}

/// Whether a Pod has ended: it will never run again.
pub fn is_pod_ended(pod: &Value) -> bool {
    matches!(pod["status"]["phase"].str(), "Succeeded" | "Failed")
}

/// Whether a Pod's condition `Ready` is `True`.
pub fn is_pod_ready(pod: &Value) -> bool {
    condition(pod, "Ready")["status"].str() == "True"
}

/// The labels of a map value as pairs.
pub fn string_pairs(map: &Value) -> impl Iterator<Item = (&str, &str)> {
    map.entries().map(|(k, v)| (k.as_str(), v.str()))
}

/// A map of strings from pairs.
pub fn string_map<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Value {
    pairs.into_iter().map(|(k, v)| (Str::from(k), Value::from(v))).collect::<Map>().into()
}
