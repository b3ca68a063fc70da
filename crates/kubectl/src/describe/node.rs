//! Nodes, with the Pods on them and what those ask for.

use super::resources::{self, Amounts};
use super::writer::{Writer, joined, moment};
use super::{related, scheduling};
use crate::Host;
use api::quantity::Quantity;
use api::{Time, Value, kind, text};
use apiserver::request::{Request, Verb};

/// The rows of `System Info`.
const SYSTEM_INFO: [(&str, &str); 9] = [
    ("Machine ID", "machineID"),
    ("System UUID", "systemUUID"),
    ("Boot ID", "bootID"),
    ("Kernel Version", "kernelVersion"),
    ("OS Image", "osImage"),
    ("Operating System", "operatingSystem"),
    ("Architecture", "architecture"),
    ("Container Runtime Version", "containerRuntimeVersion"),
    ("Kubelet Version", "kubeletVersion"),
];

pub fn describe(w: &mut Writer, node: &Value, host: &dyn Host) {
    let (spec, status) = (&node["spec"], &node["status"]);
    w.field(0, "Name", node.name());
    w.field(0, "Roles", text::node_roles(node));
    w.labels(0, "Labels", node.labels());
    w.annotations(0, "Annotations", &node["metadata"]["annotations"]);
    w.field(0, "CreationTimestamp", moment(&node["metadata"]["creationTimestamp"]));
    scheduling::taints(w, &spec["taints"]);
    w.field(0, "Unschedulable", spec["unschedulable"].bool());
    lease(w, node.name(), host);
    conditions(w, status["conditions"].array());
    w.line(0, "Addresses:");
    for address in status["addresses"].array() {
        w.field(1, address["type"].str(), address["address"].str());
    }
    for (title, field) in [("Capacity", "capacity"), ("Allocatable", "allocatable")] {
        if !status[field].is_empty() {
            w.line(0, format_args!("{title}:"));
        }
        for (name, amount) in status[field].entries() {
            w.field(1, name, Quantity::of(amount));
        }
    }
    w.line(0, "System Info:");
    for (name, field) in SYSTEM_INFO {
        w.field(1, name, status["nodeInfo"][field].str());
    }
    w.field_if(0, "PodCIDR", spec["podCIDR"].str());
    w.field_if(0, "PodCIDRs", &joined(&spec["podCIDRs"], ","));
    w.field_if(0, "ProviderID", spec["providerID"].str());
    let running = format!("spec.nodeName={},status.phase!=Failed,status.phase!=Succeeded", node.name());
    match related::list(host, kind::POD, "", "", &running) {
        Some(pods) => {
            let allocatable =
                if status["allocatable"].is_empty() { &status["capacity"] } else { &status["allocatable"] };
            describe_pods(w, &pods, allocatable, host.now());
            allocated(w, &pods, allocatable);
        }
        None => w.field(0, "Pods", "not authorized"),
    }
}

fn lease(w: &mut Writer, node: &str, host: &dyn Host) {
    let spec = match host.request(&Request::new(Verb::Get, kind::LEASE, "kube-node-lease", node)) {
        Ok(response) => response.body["spec"].clone(),
        Err(status) => return w.field(0, "Lease", format_args!("Failed to get lease: {}", status.message)),
    };
    let time = |field: &str| match &spec[field] {
        Value::Null => text::UNSET.to_owned(),
        time => moment(time),
    };
    w.line(0, "Lease:");
    w.field(1, "HolderIdentity", text::or(spec["holderIdentity"].str(), text::UNSET));
    w.field(1, "AcquireTime", time("acquireTime"));
    w.field(1, "RenewTime", time("renewTime"));
}

fn conditions(w: &mut Writer, conditions: &[Value]) {
    if conditions.is_empty() {
        return;
    }
    w.line(0, "Conditions:");
    w.header(1, &["Type", "Status", "LastHeartbeatTime", "LastTransitionTime", "Reason", "Message"]);
    for c in conditions {
        let (beat, changed) = (moment(&c["lastHeartbeatTime"]), moment(&c["lastTransitionTime"]));
        let (type_, status) = (c["type"].str(), c["status"].str());
        let (reason, message) = (c["reason"].str(), c["message"].str());
        w.line(1, format_args!("{type_} \t{status} \t{beat} \t{changed} \t{reason} \t{message}"));
    }
}

fn describe_pods(w: &mut Writer, pods: &[Value], allocatable: &Value, now: Time) {
    w.field(0, "Non-terminated Pods", format_args!("({} in total)", pods.len()));
    // The empty column is kubectl's.
    w.header(1, &["Namespace", "Name", "", "CPU Requests", "CPU Limits", "Memory Requests", "Memory Limits", "Age"]);
    for pod in pods {
        let (requests, limits) = (resources::of_pod(pod, "requests"), resources::of_pod(pod, "limits"));
        let cell = |amounts: &Amounts, name: &str| share(amounts, allocatable, name);
        let (cpu, cpu_limit) = (cell(&requests, "cpu"), cell(&limits, "cpu"));
        let (memory, memory_limit) = (cell(&requests, "memory"), cell(&limits, "memory"));
        let age = text::age(now, &pod["metadata"]["creationTimestamp"]);
        let (namespace, name) = (pod.namespace(), pod.name());
        w.line(1, format_args!("{namespace}\t{name}\t\t{cpu}\t{cpu_limit}\t{memory}\t{memory_limit}\t{age}"));
    }
}

/// The table `Allocated resources`: CPU, memory and local storage, then huge pages, then what device plugins offer.
fn allocated(w: &mut Writer, pods: &[Value], allocatable: &Value) {
    const STANDARD: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];
    let (mut requests, mut limits) = (Amounts::new(), Amounts::new());
    for pod in pods {
        resources::add(&mut requests, &resources::of_pod(pod, "requests"));
        resources::add(&mut limits, &resources::of_pod(pod, "limits"));
    }
    w.line(0, "Allocated resources:");
    w.line(1, "(Total limits may be over 100 percent, i.e., overcommitted.)");
    w.header(1, &["Resource", "Requests", "Limits"]);
    let offered = || allocatable.entries().map(|(name, _)| name.as_str());
    let huge_pages = offered().filter(|name| name.starts_with("hugepages-"));
    for name in STANDARD.into_iter().chain(huge_pages) {
        let (requested, limit) = (share(&requests, allocatable, name), share(&limits, allocatable, name));
        w.line(1, format_args!("{name}\t{requested}\t{limit}"));
    }
    for name in offered().filter(|n| !STANDARD.contains(n) && !n.starts_with("hugepages-") && *n != "pods") {
        w.line(1, format_args!("{name}\t{}\t{}", amount(&requests, name), amount(&limits, name)));
    }
}

/// `500m (12%)`: an amount and its share of what the node offers.
fn share(amounts: &Amounts, allocatable: &Value, name: &str) -> String {
    let (amount, whole) = (amount(amounts, name), Quantity::of(&allocatable[name]));
    let (part, of) = match name {
        "cpu" => (amount.milli_value(), whole.milli_value()),
        _ => (amount.value(), whole.value()),
    };
    let percent = if of == 0 { 0 } else { (part as f64 / of as f64 * 100.0) as i64 };
    format!("{amount} ({percent}%)")
}

fn amount(amounts: &Amounts, name: &str) -> Quantity {
    amounts.get(name).copied().unwrap_or_default()
}
