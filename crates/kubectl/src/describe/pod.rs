//! Pods.

use super::writer::Writer;
use super::{container, controller, resources, scheduling, volume};
use crate::Host;
use api::{Value, meta, text};

pub fn describe(w: &mut Writer, pod: &Value, host: &dyn Host) {
    let (metadata, spec, status) = (&pod["metadata"], &pod["spec"], &pod["status"]);
    w.field(0, "Name", pod.name());
    w.field(0, "Namespace", pod.namespace());
    if let Some(priority) = spec["priority"].as_int() {
        w.field(0, "Priority", priority);
    }
    w.field_if(0, "Priority Class Name", spec["priorityClassName"].str());
    w.field_if(0, "Runtime Class Name", spec["runtimeClassName"].str());
    w.field_if(0, "Service Account", spec["serviceAccountName"].str());
    match spec["nodeName"].str() {
        "" => w.field(0, "Node", text::NONE),
        node => w.field(0, "Node", format_args!("{node}/{}", status["hostIP"].str())),
    }
    if !status["startTime"].is_null() {
        w.field(0, "Start Time", super::writer::moment(&status["startTime"]));
    }
    w.labels(0, "Labels", pod.labels());
    w.annotations(0, "Annotations", &metadata["annotations"]);
    phase(w, pod, host);
    w.field_if(0, "Reason", status["reason"].str());
    w.field_if(0, "Message", status["message"].str());
    container::seccomp(w, 0, &spec["securityContext"]["seccompProfile"]);
    addresses(w, status);
    w.field_if(0, "Controlled By", &controller::controlled_by(pod));
    w.field_if(0, "NominatedNodeName", status["nominatedNodeName"].str());
    if !spec["resources"].is_null() {
        w.line(0, "Resources:");
        resources::describe(w, 1, &spec["resources"]);
    }
    containers(w, pod);
    conditions(w, pod);
    volume::describe(w, 0, &spec["volumes"]);
    w.field(0, "QoS Class", status["qosClass"].str());
    w.labels(0, "Node-Selectors", &spec["nodeSelector"]);
    scheduling::tolerations(w, 0, &spec["tolerations"]);
    scheduling::topology_spread_constraints(w, 0, &spec["topologySpreadConstraints"]);
}

/// The phase. Of a Pod that is being deleted: for how long. Its `deletionTimestamp` is the end of the grace period, so that
/// this reads `<invalid>` until then, in the real kubectl too.
fn phase(w: &mut Writer, pod: &Value, host: &dyn Host) {
    let phase = pod["status"]["phase"].str();
    if !pod.deleting() || meta::is_pod_ended(pod) {
        return w.field(0, "Status", phase);
    }
    let age = text::age(host.now(), &pod["metadata"]["deletionTimestamp"]);
    w.field(0, "Status", format_args!("Terminating (lasts {age})"));
    let grace = pod["metadata"]["deletionGracePeriodSeconds"].int();
    w.field(0, "Termination Grace Period", format_args!("{grace}s"));
}

fn addresses(w: &mut Writer, status: &Value) {
    w.field(0, "IP", status["podIP"].str());
    let ips = status["podIPs"].array();
    if ips.is_empty() {
        return w.field(0, "IPs", text::NONE);
    }
    w.line(0, "IPs:");
    for ip in ips {
        w.field(1, "IP", ip["ip"].str());
    }
}

fn containers(w: &mut Writer, pod: &Value) {
    let spec = &pod["spec"];
    if !spec["initContainers"].is_empty() {
        container::describe(w, "Init Containers", pod, "initContainers", "initContainerStatuses");
    }
    container::describe(w, "Containers", pod, "containers", "containerStatuses");
    if !spec["ephemeralContainers"].is_empty() {
        container::describe(w, "Ephemeral Containers", pod, "ephemeralContainers", "ephemeralContainerStatuses");
    }
}

fn conditions(w: &mut Writer, pod: &Value) {
    let gates = pod["spec"]["readinessGates"].array();
    if !gates.is_empty() {
        w.line(0, "Readiness Gates:");
        w.line(1, "Type\tStatus");
    }
    for gate in gates {
        let type_ = gate["conditionType"].str();
        let status = text::or(meta::condition(pod, type_)["status"].str(), text::NONE);
        w.line(1, format_args!("{type_} \t{status} "));
    }
    let conditions = pod["status"]["conditions"].array();
    if !conditions.is_empty() {
        w.line(0, "Conditions:");
        w.line(1, "Type\tStatus");
    }
    for condition in conditions {
        w.line(1, format_args!("{} \t{} ", condition["type"].str(), condition["status"].str()));
    }
}
