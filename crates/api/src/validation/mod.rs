//! Validation: what the server refuses, with its own texts (pkg/apis/*/validation).

mod access;
mod batch;
mod container;
mod controllers;
mod meta;
mod network;
mod others;
mod path;
mod pod;
mod pod_dump;
mod policy;
mod restart;
mod rules;
mod scheduling;
mod security;
mod service;
mod storage;
mod volume;
mod warnings;
mod workload;

pub use warnings::warnings;

use crate::schema::table;
use crate::{FieldError, Kind, Value, kind};
use path::{Errors, Path};

/// What is wrong with `new`, an object of `kind` that has been decoded and defaulted; `old` is the stored object, null
/// when a new one is created. Nothing means it may be stored.
pub fn validate(kind: &Kind, new: &Value, old: &Value) -> Vec<FieldError> {
    let mut errors = Errors::default();
    if old.is_null() {
        meta::create(&mut errors, kind, &new["metadata"]);
    } else {
        meta::update(&mut errors, &new["metadata"], &old["metadata"]);
    }
    let spec = Path::root("spec");
    // Specs that have been let in once are not looked at again: an object's status changes far more often.
    let changed = old.is_null() || new["spec"] != old["spec"];
    match kind {
        k if k == kind::POD => pod::pod(&mut errors, new, old),
        k if k == kind::DEPLOYMENT && changed => workload::deployment(&mut errors, new, old, &spec),
        k if k == kind::REPLICA_SET && changed => workload::replica_set(&mut errors, new, old, &spec),
        k if k == kind::DAEMON_SET && changed => workload::daemon_set(&mut errors, new, old, &spec),
        k if k == kind::SERVICE && changed => service::service(&mut errors, new, old, &spec),
        k if k == kind::CONFIG_MAP => others::config_map(&mut errors, new, old),
        k if k == kind::NODE => others::node(&mut errors, new, old),
        k if k == kind::ENDPOINTS => others::endpoints(&mut errors, new),
        k if k == kind::ENDPOINT_SLICE => others::endpoint_slice(&mut errors, new, old),
        k if k == kind::CONTROLLER_REVISION => others::controller_revision(&mut errors, new, old),
        k if k == kind::PERSISTENT_VOLUME && changed => storage::volume(&mut errors, new, old, &spec),
        k if k == kind::PERSISTENT_VOLUME_CLAIM && changed => storage::claim(&mut errors, new, old, &spec),
        k if k == kind::STORAGE_CLASS => storage::class(&mut errors, new, old),
        _ => rules::object(&mut errors, table().get(table().kind(kind)), new, old),
    }
    errors.0
}

#[cfg(test)]
mod tests;
