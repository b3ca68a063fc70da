//! Pod templates, as Deployments and their like have them.

use super::writer::Writer;
use super::{container, scheduling, volume};
use api::Value;

pub fn describe(w: &mut Writer, template: &Value) {
    let (metadata, spec) = (&template["metadata"], &template["spec"]);
    w.line(0, "Pod Template:");
    w.labels(1, "Labels", &metadata["labels"]);
    if !metadata["annotations"].is_empty() {
        w.annotations(1, "Annotations", &metadata["annotations"]);
    }
    w.field_if(1, "Service Account", spec["serviceAccountName"].str());
    if !spec["initContainers"].is_empty() {
        container::describe_templates(w, "Init Containers", &spec["initContainers"]);
    }
    container::describe_templates(w, "Containers", &spec["containers"]);
    volume::describe(w, 1, &spec["volumes"]);
    scheduling::topology_spread_constraints(w, 1, &spec["topologySpreadConstraints"]);
    w.field_if(1, "Priority Class Name", spec["priorityClassName"].str());
    w.labels(1, "Node-Selectors", &spec["nodeSelector"]);
    scheduling::tolerations(w, 1, &spec["tolerations"]);
}
