//! What controllers of Pods have in common.

use super::related;
use super::writer::Writer;
use crate::Host;
use api::{Selector, Value};

/// `ReplicaSet/web-8b7b4ff94`; empty if nothing controls the object.
pub fn controlled_by(object: &Value) -> String {
    match object.controller() {
        Value::Null => String::new(),
        owner => format!("{}/{}", owner["kind"].str(), owner["name"].str()),
    }
}

/// The field `Pods Status`: how many of the owner's Pods are in each phase.
pub fn pods_status(w: &mut Writer, owner: &Value, host: &dyn Host) {
    let selector = Selector::from_label_selector(&owner["spec"]["selector"]).to_string();
    let pods = related::pods_of(host, owner, &selector);
    let count = |phase: &str| pods.iter().filter(|pod| pod["status"]["phase"].str() == phase).count();
    let (running, waiting) = (count("Running"), count("Pending"));
    let (succeeded, failed) = (count("Succeeded"), count("Failed"));
    let counts = format_args!("{running} Running / {waiting} Waiting / {succeeded} Succeeded / {failed} Failed");
    w.field(0, "Pods Status", counts);
}

/// The conditions of a Deployment or a ReplicaSet, if it has any.
pub fn conditions(w: &mut Writer, object: &Value) {
    let conditions = object["status"]["conditions"].array();
    if conditions.is_empty() {
        return;
    }
    w.line(0, "Conditions:");
    w.header(1, &["Type", "Status", "Reason"]);
    for condition in conditions {
        let (type_, status) = (condition["type"].str(), condition["status"].str());
        w.line(1, format_args!("{type_} \t{status}\t{}", condition["reason"].str()));
    }
}
