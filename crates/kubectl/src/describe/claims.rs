//! What StatefulSets ask of volumes, and the drivers that a node has for them.

use super::writer::{Writer, joined};
use api::quantity::Quantity;
use api::{Value, meta};

/// The section `Volume Claims` of a StatefulSet.
pub fn describe(w: &mut Writer, templates: &[Value]) {
    if templates.is_empty() {
        return w.field(0, "Volume Claims", "<none>");
    }
    w.line(0, "Volume Claims:");
    for claim in templates {
        let spec = &claim["spec"];
        w.field(1, "Name", claim.name());
        w.field(1, "StorageClass", super::volume_claim::storage_class(claim));
        // Annotations are written as labels are: not cut.
        for (title, field) in [("Labels", "labels"), ("Annotations", "annotations")] {
            let pairs = meta::string_pairs(&claim["metadata"][field]).map(|(key, value)| format!("{key}={value}"));
            w.list(1, title, pairs);
        }
        match &spec["resources"]["requests"]["storage"] {
            Value::Null => w.field(1, "Capacity", "<default>"),
            amount => w.field(1, "Capacity", Quantity::of(amount)),
        }
        w.field(1, "Access Modes", format_args!("[{}]", joined(&spec["accessModes"], " ")));
    }
}

/// The drivers of a CSINode.
pub fn drivers(w: &mut Writer, drivers: &Value) {
    if drivers.is_null() {
        return;
    }
    w.line(1, "Drivers:");
    for driver in drivers.array() {
        w.line(2, format_args!("{}:", driver["name"].str()));
        w.field(3, "Node ID", driver["nodeID"].str());
        if let Some(count) = driver["allocatable"]["count"].as_int() {
            w.line(3, "Allocatables:");
            w.field(4, "Count", count);
        }
        if !driver["topologyKeys"].is_null() {
            w.field(3, "Topology Keys", format_args!("[{}]", joined(&driver["topologyKeys"], " ")));
        }
    }
}
