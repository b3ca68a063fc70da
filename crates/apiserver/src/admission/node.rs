//! NodeRestriction: a kubelet changes nothing but its own node and the Pods that are bound to it
//! (plugin/pkg/admission/noderestriction).

use crate::expressions::Change;
use crate::rbac::node::node_of;
use api::{Status, Value, kind};

/// Labels that kubelets may set on their own node, besides those below these prefixes.
const LABELS: &[&str] = &[
    "beta.kubernetes.io/arch",
    "beta.kubernetes.io/instance-type",
    "beta.kubernetes.io/os",
    "failure-domain.beta.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone",
    "kubernetes.io/arch",
    "kubernetes.io/hostname",
    "kubernetes.io/os",
    "node.kubernetes.io/instance-type",
    "topology.kubernetes.io/region",
    "topology.kubernetes.io/zone",
];
const PREFIXES: &[&str] = &["kubelet.kubernetes.io", "node.kubernetes.io"];
/// Below this nobody but an administrator sets labels.
const RESTRICTED: &str = "node-restriction.kubernetes.io";
const MIRROR: &str = "kubernetes.io/config.mirror";

/// Looks at what a kubelet does.
///
/// # Errors
/// 403.
pub(super) fn restrict(change: &Change<'_>) -> Result<(), Status> {
    let request = change.request;
    let Some(node) = node_of(&request.user) else { return Ok(()) };
    let object = change.either();
    let refuse = |why: String| Err(Status::forbidden(request.kind, object.name(), &why));
    match request.kind {
        k if k == kind::POD => match pod(change, node, object) {
            Some(why) => refuse(why),
            None => Ok(()),
        },
        k if k == kind::NODE => match of_node(change, node, object) {
            Some(why) => refuse(why),
            None => Ok(()),
        },
        k if k == kind::LEASE && object.namespace() != "kube-node-lease" => {
            refuse("node can only access leases in the \"kube-node-lease\" namespace".to_owned())
        }
        k if (k == kind::LEASE || k == kind::CSI_NODE) && object.name() != node => {
            let what = if k == kind::LEASE { "lease" } else { "CSINode" };
            refuse(format!("can only access {what} with the same name as the requesting node"))
        }
        _ => Ok(()),
    }
}

fn pod(change: &Change<'_>, node: &str, pod: &Value) -> Option<String> {
    let bound = pod.at("spec.nodeName").str();
    match (change.operation, change.request.subresource.as_str()) {
        ("CREATE", "") => {
            let spec = &pod["spec"];
            if pod["metadata"]["annotations"][MIRROR].is_null() {
                return Some(format!(
                    "pod does not have {MIRROR:?} annotation, node {node:?} can only create mirror pods"
                ));
            }
            if bound != node {
                return Some(format!("node {node:?} can only create pods with spec.nodeName set to itself"));
            }
            let mounts = |field: &str| spec["volumes"].array().iter().any(|volume| !volume[field].is_null());
            if !spec["serviceAccountName"].str().is_empty() {
                return Some(format!("node {node:?} can not create pods that reference a service account"));
            }
            let named = [
                ("secret", "secrets"),
                ("configMap", "configmaps"),
                ("persistentVolumeClaim", "persistentvolumeclaims"),
            ];
            let held = named.iter().find(|(field, _)| mounts(field));
            held.map(|(_, resource)| format!("node {node:?} can not create pods that reference {resource}"))
        }
        ("UPDATE", "status") if change.old.at("spec.nodeName").str() != node => {
            Some(format!("node {node:?} can only update pod status for pods with spec.nodeName set to itself"))
        }
        ("UPDATE", "status") if change.old["metadata"]["labels"] != pod["metadata"]["labels"] => {
            Some(format!("node {node:?} can not update labels through pod status"))
        }
        ("DELETE", _) if bound != node => {
            Some(format!("node {node:?} can only delete pods with spec.nodeName set to itself"))
        }
        ("UPDATE", "") => {
            Some(format!("unexpected operation \"UPDATE\", node {node:?} can only create and delete mirror pods"))
        }
        _ => None,
    }
}

fn of_node(change: &Change<'_>, node: &str, object: &Value) -> Option<String> {
    if change.operation == "CREATE" {
        let wrong = restricted(object["metadata"]["labels"].entries().map(|(key, _)| key.as_str()));
        if !wrong.is_empty() {
            return Some(format!("is not allowed to set the following labels: {}", wrong.join(", ")));
        }
    }
    if object.name() != node {
        return Some(format!("node {node:?} is not allowed to modify node {:?}", object.name()));
    }
    if change.operation != "UPDATE" {
        return None;
    }
    let old = change.old;
    if object.at("spec.configSource") != old.at("spec.configSource") {
        return Some(format!("node {node:?} is not allowed to update configSource to a new non-nil configSource"));
    }
    if object.at("spec.taints") != old.at("spec.taints") {
        return Some(format!("node {node:?} is not allowed to modify taints"));
    }
    if object["metadata"]["ownerReferences"] != old["metadata"]["ownerReferences"] {
        return Some(format!("node {node:?} is not allowed to modify ownerReferences"));
    }
    let (new, before) = (&object["metadata"]["labels"], &old["metadata"]["labels"]);
    let changed = new.entries().filter(|(key, value)| before[key.as_str()] != **value).map(|(key, _)| key.as_str());
    let gone = before.entries().filter(|(key, _)| new[key.as_str()].is_null()).map(|(key, _)| key.as_str());
    let wrong = restricted(changed.chain(gone));
    (!wrong.is_empty()).then(|| format!("is not allowed to modify labels: {}", wrong.join(", ")))
}

/// The labels among these that a kubelet must leave alone, sorted.
fn restricted<'a>(keys: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let below = |domain: &str, parent: &str| domain == parent || domain.ends_with(&format!(".{parent}"));
    let mut wrong: Vec<&str> = keys
        .filter(|key| {
            let domain = key.split_once('/').map_or("", |(domain, _)| domain);
            if below(domain, RESTRICTED) {
                return true;
            }
            let reserved = below(domain, "kubernetes.io") || below(domain, "k8s.io");
            reserved && !LABELS.contains(key) && !PREFIXES.iter().any(|prefix| below(domain, prefix))
        })
        .collect();
    api::sort(&mut wrong);
    wrong
}
