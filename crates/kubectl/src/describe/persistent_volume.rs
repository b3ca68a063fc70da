//! PersistentVolumes.

use super::volume_claim::storage_class;
use super::volume_source;
use super::writer::{Writer, joined};
use crate::Host;
use api::quantity::Quantity;
use api::{Value, text};

pub fn describe(w: &mut Writer, volume: &Value, host: &dyn Host) {
    let (metadata, spec, status) = (&volume["metadata"], &volume["spec"], &volume["status"]);
    w.field(0, "Name", volume.name());
    w.labels(0, "Labels", volume.labels());
    w.annotations(0, "Annotations", &metadata["annotations"]);
    w.field(0, "Finalizers", format_args!("[{}]", joined(&metadata["finalizers"], " ")));
    w.field(0, "StorageClass", storage_class(volume));
    match volume.deleting() {
        true => {
            let age = text::age(host.now(), &metadata["deletionTimestamp"]);
            w.field(0, "Status", format_args!("Terminating (lasts {age})"));
        }
        false => w.field(0, "Status", status["phase"].str()),
    }
    match &spec["claimRef"] {
        Value::Null => w.field(0, "Claim", ""),
        claim => w.field(0, "Claim", format_args!("{}/{}", claim["namespace"].str(), claim["name"].str())),
    }
    w.field(0, "Reclaim Policy", spec["persistentVolumeReclaimPolicy"].str());
    w.field(0, "Access Modes", text::access_modes(&spec["accessModes"]));
    w.field_if(0, "VolumeMode", spec["volumeMode"].str());
    w.field(0, "Capacity", Quantity::of(&spec["capacity"]["storage"]));
    node_affinity(w, &spec["nodeAffinity"]["required"]);
    w.field(0, "Message", status["message"].str());
    w.line(0, "Source:");
    volume_source::describe_persistent(w, spec);
}

fn node_affinity(w: &mut Writer, required: &Value) {
    if required.is_null() {
        return w.field(0, "Node Affinity", text::NONE);
    }
    w.field(0, "Node Affinity", "");
    let terms = required["nodeSelectorTerms"].array();
    w.field(1, "Required Terms", if terms.is_empty() { text::NONE } else { "" });
    for (i, term) in terms.iter().enumerate() {
        let name = format!("Term {i}");
        match term["matchExpressions"].array() {
            [] => w.field(2, &name, text::NONE),
            expressions => w.list(2, &name, expressions.iter().map(expression)),
        }
    }
}

/// `kubernetes.io/hostname in [node1, node2]`
fn expression(expression: &Value) -> String {
    let (key, operator) = (expression["key"].str(), expression["operator"].str().to_lowercase());
    match joined(&expression["values"], ", ") {
        none if none.is_empty() => format!("{key} {operator}"),
        values => format!("{key} {operator} [{values}]"),
    }
}
