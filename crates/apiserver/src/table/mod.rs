//! Server-side printing: objects as a meta.k8s.io/v1 `Table`, the way `kubectl get` shows them.
//!
//! Each kind has its columns as data and one function that makes the cells of a row. A cell that depends on the time (AGE)
//! is computed here, at the server's time, as in a real cluster.

mod cells;
mod column;
mod event;
mod kinds;
mod meta;
mod network;
mod node;
pub mod pod;
mod storage;
mod workload;

pub use column::Column;

use api::{Kind, Time, Value, list, obj};

/// How much of each object a row carries (`includeObject` of meta.k8s.io/v1 `TableOptions`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IncludeObject {
    /// Nothing.
    None,
    /// Its metadata, as a `PartialObjectMetadata`.
    #[default]
    Metadata,
    /// All of it.
    Object,
}

impl IncludeObject {
    /// Reads the query parameter `includeObject`; none for what it cannot be.
    pub fn parse(text: &str) -> Option<IncludeObject> {
        Some(match text {
            "None" => IncludeObject::None,
            "Object" => IncludeObject::Object,
            "Metadata" | "" => IncludeObject::Metadata,
            _ => return None,
        })
    }
}

/// How one kind is printed, by code.
pub(crate) struct Printer {
    pub columns: &'static [Column],
    pub row: fn(&Value, Time) -> Vec<Value>,
}

/// How one kind is printed.
#[derive(Clone, Copy)]
enum Printing {
    Listed(&'static kinds::Listed),
    Coded(&'static Printer),
}

impl Printing {
    /// The kind's own; kinds without one show their name and when they were made.
    fn of(kind: &Kind) -> Printing {
        match kinds::listed(kind) {
            Some(listed) => Printing::Listed(listed),
            None => Printing::Coded(printer(kind)),
        }
    }

    fn columns(self) -> &'static [Column] {
        match self {
            Printing::Listed(listed) => &listed.columns,
            Printing::Coded(printer) => printer.columns,
        }
    }

    fn row(self, object: &Value, now: Time) -> Vec<Value> {
        match self {
            Printing::Listed(listed) => listed.row(object, now),
            Printing::Coded(printer) => (printer.row)(object, now),
        }
    }
}

fn printer(kind: &Kind) -> &'static Printer {
    match (kind.group, kind.kind) {
        ("", "ConfigMap") => &meta::CONFIG_MAP,
        ("", "Endpoints") => &network::ENDPOINTS,
        ("", "Event") => &event::EVENT,
        ("", "Namespace") => &meta::NAMESPACE,
        ("", "Node") => &node::NODE,
        ("", "PersistentVolume") => &storage::PERSISTENT_VOLUME,
        ("", "PersistentVolumeClaim") => &storage::PERSISTENT_VOLUME_CLAIM,
        ("", "Pod") => &pod::POD,
        ("", "Service") => &network::SERVICE,
        ("", "ServiceAccount") => &meta::SERVICE_ACCOUNT,
        ("apiregistration.k8s.io", "APIService") => &meta::API_SERVICE,
        ("apps", "ControllerRevision") => &workload::CONTROLLER_REVISION,
        ("apps", "DaemonSet") => &workload::DAEMON_SET,
        ("apps", "Deployment") => &workload::DEPLOYMENT,
        ("apps", "ReplicaSet") => &workload::REPLICA_SET,
        ("autoscaling", "Scale") => &workload::SCALE,
        ("discovery.k8s.io", "EndpointSlice") => &network::ENDPOINT_SLICE,
        ("storage.k8s.io", "StorageClass") => &storage::STORAGE_CLASS,
        _ => &meta::ANY,
    }
}

/// The columns in which objects of `kind` are printed.
pub fn columns(kind: &Kind) -> &'static [Column] {
    Printing::of(kind).columns()
}

/// `objects`, all of `kind`, as a `Table` at the moment `now`. Its `metadata` is empty: the caller knows the list's
/// resource version.
pub fn table<'a>(
    kind: &Kind,
    objects: impl IntoIterator<Item = &'a Value>,
    now: Time,
    include: IncludeObject,
) -> Value {
    let printing = Printing::of(kind);
    let rows: Vec<Value> = objects.into_iter().map(|object| row(printing, object, now, include)).collect();
    obj! {
        "kind" => "Table",
        "apiVersion" => "meta.k8s.io/v1",
        "metadata" => obj! {},
        "columnDefinitions" => printing.columns().iter().map(Value::from).collect::<Vec<_>>(),
        "rows" => rows,
    }
}

fn row(printing: Printing, object: &Value, now: Time, include: IncludeObject) -> Value {
    let included = match include {
        IncludeObject::None => Value::Null,
        IncludeObject::Metadata => partial_metadata(object),
        IncludeObject::Object => object.clone(),
    };
    obj! { "cells" => printing.row(object, now), "conditions" => conditions(object), "object" => included }
}

fn partial_metadata(object: &Value) -> Value {
    obj! {
        "kind" => "PartialObjectMetadata",
        "apiVersion" => "meta.k8s.io/v1",
        "metadata" => object["metadata"].clone(),
    }
}

/// A row's conditions: a finished Pod is marked as completed, for clients that dim such rows.
fn conditions(object: &Value) -> Value {
    let (reason, message) = match (object["kind"].str(), object["status"]["phase"].str()) {
        ("Pod", "Succeeded") => ("Succeeded", "The pod has completed successfully."),
        ("Pod", "Failed") => ("Failed", "The pod failed."),
        _ => return Value::Null,
    };
    list![obj! { "type" => "Completed", "status" => "True", "reason" => reason, "message" => message }]
}

#[cfg(test)]
mod tests;
