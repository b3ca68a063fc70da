//! PersistentVolumeClaims, and the templates of claims that ephemeral volumes have.

use super::related;
use super::writer::{Writer, joined, moment};
use crate::Host;
use api::quantity::Quantity;
use api::{Value, kind, text};

pub fn describe(w: &mut Writer, claim: &Value, host: &dyn Host) {
    let (metadata, spec, status) = (&claim["metadata"], &claim["spec"], &claim["status"]);
    w.field(0, "Name", claim.name());
    w.field(0, "Namespace", claim.namespace());
    w.field(0, "StorageClass", storage_class(claim));
    match claim.deleting() {
        true => {
            let age = text::age(host.now(), &metadata["deletionTimestamp"]);
            w.field(0, "Status", format_args!("Terminating (lasts {age})"));
        }
        false => w.field(0, "Status", status["phase"].str()),
    }
    w.field(0, "Volume", spec["volumeName"].str());
    w.labels(0, "Labels", claim.labels());
    w.annotations(0, "Annotations", &metadata["annotations"]);
    w.field(0, "Finalizers", format_args!("[{}]", joined(&metadata["finalizers"], " ")));
    what_it_got(w, 0, claim);
    w.list(0, "Used By", users(claim, host));
    conditions(w, status["conditions"].array());
}

/// The claim that a Pod's ephemeral volume will make.
pub fn describe_template(w: &mut Writer, level: usize, template: &Value) {
    if template.is_null() {
        return;
    }
    w.field(level, "StorageClass", storage_class(template));
    w.field(level, "Volume", template["spec"]["volumeName"].str());
    w.labels(level, "Labels", template.labels());
    w.annotations(level, "Annotations", &template["metadata"]["annotations"]);
    what_it_got(w, level, template);
}

/// Capacity and access modes are those of the volume: a claim without one shows none.
fn what_it_got(w: &mut Writer, level: usize, claim: &Value) {
    let (spec, status) = (&claim["spec"], &claim["status"]);
    let (capacity, modes) = match spec["volumeName"].str() {
        "" => (String::new(), String::new()),
        _ => (Quantity::of(&status["capacity"]["storage"]).to_string(), text::access_modes(&status["accessModes"])),
    };
    w.field(level, "Capacity", capacity);
    w.field(level, "Access Modes", modes);
    w.field_if(level, "VolumeMode", spec["volumeMode"].str());
    let source = &spec["dataSource"];
    if !source.is_null() {
        w.line(level, "DataSource:");
        w.field_if(level + 1, "APIGroup", source["apiGroup"].str());
        w.field(level + 1, "Kind", source["kind"].str());
        w.field(level + 1, "Name", source["name"].str());
    }
}

/// The names of the Pods that mount the claim, or for which it was made.
fn users(claim: &Value, host: &dyn Host) -> Vec<String> {
    let pods = related::list(host, kind::POD, claim.namespace(), "", "").unwrap_or_default();
    let owners = claim["metadata"]["ownerReferences"].array();
    let owns = |pod: &Value| owners.iter().any(|o| o["kind"].str() == "Pod" && o["uid"].str() == pod.uid());
    let mounts = |pod: &Value| {
        let volumes = pod["spec"]["volumes"].array();
        volumes.iter().any(|volume| volume["persistentVolumeClaim"]["claimName"].str() == claim.name())
    };
    let mut names: Vec<String> = pods.iter().filter(|p| mounts(p) || owns(p)).map(|p| p.name().to_owned()).collect();
    api::sort(&mut names);
    names
}

fn conditions(w: &mut Writer, conditions: &[Value]) {
    if conditions.is_empty() {
        return;
    }
    w.line(0, "Conditions:");
    // More dashes than letters in the third column: as kubectl has it.
    w.line(1, "Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage");
    w.line(1, "----\t------\t-----------------\t------------------\t------\t-------");
    for c in conditions {
        let (probed, changed) = (moment(&c["lastProbeTime"]), moment(&c["lastTransitionTime"]));
        let (type_, status) = (c["type"].str(), c["status"].str());
        let (reason, message) = (c["reason"].str(), c["message"].str());
        w.line(1, format_args!("{type_} \t{status} \t{probed} \t{changed} \t{reason} \t{message}"));
    }
}

/// The class, which old objects name in an annotation.
pub fn storage_class(object: &Value) -> &str {
    let old = object.annotation("volume.beta.kubernetes.io/storage-class");
    text::or(old, object["spec"]["storageClassName"].str())
}
