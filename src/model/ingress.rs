//! An Ingress as the picture shows it: the names and paths under which Services are reached from outside.

use api::{Str, Value};

/// One path of an Ingress, and where it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// `host/path`; a star where every host is meant.
    pub from: Str,
    /// The Service's name.
    pub service: Str,
}

/// An Ingress.
#[derive(Clone, Debug, PartialEq)]
pub struct Ingress {
    /// `metadata.uid`
    pub uid: Str,
    /// Its namespace.
    pub namespace: Str,
    /// Its name.
    pub name: Str,
    /// Its labels.
    pub labels: Value,
    /// Its class; empty without one.
    pub class: Str,
    /// Its address, once a controller has given it one.
    pub address: Str,
    /// Whether it ends TLS.
    pub tls: bool,
    /// Its paths, in its own order; the default backend last.
    pub paths: Vec<Path>,
    /// `metadata.creationTimestamp`, as text.
    pub created: Str,
}

// JSON has no number that differs from itself. With `Eq`, two `Rc` that are one are equal at once.
impl Eq for Ingress {}

impl Ingress {
    /// Reads an Ingress.
    pub fn read(object: &Value) -> Ingress {
        let spec = &object["spec"];
        let mut paths = Vec::new();
        for rule in spec["rules"].array() {
            let host = if rule["host"].str().is_empty() { "*" } else { rule["host"].str() };
            for path in rule.at("http.paths").array() {
                let from = format!("{host}{}", path["path"].str()).into();
                paths.push(Path { from, service: path.at("backend.service.name").to_str() });
            }
        }
        let default = spec.at("defaultBackend.service.name").to_str();
        if !default.is_empty() {
            paths.push(Path { from: "*".into(), service: default });
        }
        let at = object.at("status.loadBalancer.ingress").array().first().unwrap_or(&api::NULL);
        Ingress {
            uid: object.uid().into(),
            namespace: object.namespace().into(),
            name: object.name().into(),
            labels: object.labels().clone(),
            class: spec["ingressClassName"].to_str(),
            address: if at["ip"].str().is_empty() { at["hostname"].to_str() } else { at["ip"].to_str() },
            tls: !spec["tls"].is_empty(),
            paths,
            created: object.at("metadata.creationTimestamp").to_str(),
        }
    }
}
