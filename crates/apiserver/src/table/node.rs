//! Nodes.

use super::Printer;
use super::column::{AGE, Column, NAME};
use api::text::{self, NONE, UNKNOWN};
use api::{Value, meta};

pub(super) static NODE: Printer = Printer {
    columns: &[
        NAME,
        Column::string("Status", "Whether it is ready, and whether Pods may be scheduled to it."),
        Column::string("Roles", "What it is for, from its labels."),
        AGE,
        Column::string("Version", "The kubelet's version."),
        Column::string("Internal-IP", "Its address inside the cluster.").wide(),
        Column::string("External-IP", "Its address outside the cluster.").wide(),
        Column::string("OS-Image", "Its operating system.").wide(),
        Column::string("Kernel-Version", "Its kernel and architecture.").wide(),
        Column::string("Container-Runtime", "What runs its containers.").wide(),
    ],
    row: |node, now| {
        let info = &node["status"]["nodeInfo"];
        let known = |field: &str| Value::from(text::or(info[field].str(), UNKNOWN));
        vec![
            node.name().into(),
            status(node).into(),
            text::node_roles(node).into(),
            text::age(now, &node["metadata"]["creationTimestamp"]).into(),
            info["kubeletVersion"].str().into(),
            address(node, "InternalIP").into(),
            address(node, "ExternalIP").into(),
            known("osImage"),
            kernel(info).into(),
            known("containerRuntimeVersion"),
        ]
    },
};

fn status(node: &Value) -> String {
    let ready = match meta::condition(node, "Ready")["status"].str() {
        "" => "Unknown",
        "True" => "Ready",
        _ => "NotReady",
    };
    let disabled = if node["spec"]["unschedulable"].bool() { ",SchedulingDisabled" } else { "" };
    format!("{ready}{disabled}")
}

fn address<'a>(node: &'a Value, type_: &str) -> &'a str {
    let mut addresses = node["status"]["addresses"].array().iter();
    addresses.find(|address| address["type"].str() == type_).map_or(NONE, |address| address["address"].str())
}

/// The kernel with the architecture, as in `6.8.0-51-generic (amd64)`.
fn kernel(info: &Value) -> String {
    match (info["kernelVersion"].str(), info["architecture"].str()) {
        ("", _) => UNKNOWN.to_owned(),
        (kernel, "") => kernel.to_owned(),
        (kernel, architecture) => format!("{kernel} ({architecture})"),
    }
}
