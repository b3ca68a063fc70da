//! `kubectl describe`: an object and what belongs to it, as text for people.
//!
//! Kinds whose description is a plain form have it as data (forms.txt); the others have a file each. All write labelled
//! fields into a [`Writer`], which aligns them as Go's text/tabwriter does; what else they need (Pods of a ReplicaSet,
//! endpoints of a Service) they ask of the API server. The events come last for all kinds.

mod autoscaler;
mod claims;
mod config_map;
mod container;
mod controller;
mod csr;
mod deployment;
mod endpoints;
mod env;
mod events;
mod form;
mod generic;
mod ingress;
mod job;
mod network_policy;
mod node;
mod persistent_volume;
mod pod;
mod probe;
mod quota;
mod related;
mod resources;
pub(crate) mod rules;
mod scheduling;
mod secret;
mod service;
mod storage_class;
pub mod tabwriter;
mod template;
mod volume;
mod volume_claim;
mod volume_source;
mod writer;

use crate::Host;
use api::{Kind, Value};
use writer::Writer;

/// What to leave out.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Whether to end with the object's events (`--show-events`). kubectl's default is true for one object and false for
    /// several.
    pub show_events: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { show_events: true }
    }
}

type Describer = fn(&mut Writer, &Value, &dyn Host);

fn describer(kind: &Kind) -> Describer {
    match (kind.group, kind.kind) {
        ("", "ConfigMap") => config_map::describe,
        ("", "Endpoints") => endpoints::describe,
        ("", "Node") => node::describe,
        ("", "PersistentVolume") => persistent_volume::describe,
        ("", "PersistentVolumeClaim") => volume_claim::describe,
        ("", "Pod") => pod::describe,
        ("", "Service") => service::describe,
        ("apps", "Deployment") => deployment::describe,
        ("discovery.k8s.io", "EndpointSlice") => endpoints::describe_slice,
        ("storage.k8s.io", "StorageClass") => storage_class::describe,
        _ => generic::describe,
    }
}

/// Describes `object`, which is of `kind`. What cannot be read of the things that belong to it is left out, as kubectl does.
pub fn describe(kind: &Kind, object: &Value, host: &dyn Host, settings: Settings) -> String {
    let mut writer = Writer::default();
    match form::of(kind) {
        Some(form) => form::describe(&mut writer, form, object, host),
        None => describer(kind)(&mut writer, object, host),
    }
    if settings.show_events
        && let Some(events) = events::of(kind, object, host)
    {
        events::write(&mut writer, events, host.now());
    }
    writer.finish()
}

/// A Pod template as `kubectl rollout history --revision` shows it: not aligned.
pub fn pod_template(template: &Value) -> String {
    let mut writer = Writer::default();
    template::describe(&mut writer, template);
    writer.unaligned()
}

#[cfg(test)]
mod tests;
