//! What the server warns of when it lets an object in all the same (pkg/api/pod/warnings.go and the kinds' strategies).

use super::path::Path;
use crate::names::dns1123_label;
use crate::{Kind, Quantity, Value, kind};

/// Labels of nodes that have been replaced: since which version, and by what.
const OLD_LABELS: [(&str, &str, &str); 5] = [
    ("beta.kubernetes.io/arch", "1.14", "kubernetes.io/arch"),
    ("beta.kubernetes.io/instance-type", "1.17", "node.kubernetes.io/instance-type"),
    ("beta.kubernetes.io/os", "1.14", "kubernetes.io/os"),
    ("failure-domain.beta.kubernetes.io/region", "1.17", "topology.kubernetes.io/region"),
    ("failure-domain.beta.kubernetes.io/zone", "1.17", "topology.kubernetes.io/zone"),
];
/// Volumes that no longer work, or soon will not.
const OLD_VOLUMES: [(&str, &str); 8] = [
    ("cephfs", "deprecated in v1.28, non-functional in v1.31+"),
    ("flocker", "deprecated in v1.22, non-functional in v1.25+"),
    ("gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"),
    ("glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
    ("quobyte", "deprecated in v1.22, non-functional in v1.25+"),
    ("rbd", "deprecated in v1.28, non-functional in v1.31+"),
    ("scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
    ("storageos", "deprecated in v1.22, non-functional in v1.25+"),
];

/// Warnings about `new`, which takes the place of `old`; that is null if it is a new object.
pub fn warnings(kind: &Kind, new: &Value, old: &Value) -> Vec<String> {
    let mut said = Vec::new();
    let spec = &new["spec"];
    let template = match (kind.group, kind.kind) {
        ("", "Pod") => {
            if old.is_null() {
                host_name(&mut said, new, "the Pod's hostname");
                pod(&mut said, &Path::root("spec"), spec);
            }
            return said;
        }
        ("apps", _) | ("", "ReplicationController") | ("batch", "Job") => &spec["template"],
        ("batch", "CronJob") => {
            let (template, path) = (spec.at("jobTemplate.spec.template"), Path::root("spec.jobTemplate.spec.template"));
            if *template != *old.at("spec.jobTemplate.spec.template") {
                pod(&mut said, &path.child("spec"), &template["spec"]);
            }
            return said;
        }
        _ => {
            others(&mut said, kind, new, old);
            return said;
        }
    };
    if old.is_null() && kind != kind::CONTROLLER_REVISION && kind != kind::DAEMON_SET {
        host_name(&mut said, new, "Pod names and hostnames");
    }
    if *template != old["spec"]["template"] {
        pod(&mut said, &Path::root("spec.template.spec"), &template["spec"]);
    }
    let history = &spec["revisionHistoryLimit"];
    if kind == kind::STATEFUL_SET && history.int() < 0 {
        said.push(
            "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended"
                .to_owned(),
        );
    }
    said
}

/// The name is also that of a host.
fn host_name(said: &mut Vec<String>, object: &Value, used: &str) {
    let messages = dns1123_label(object.name());
    if !messages.is_empty() && !object.name().is_empty() {
        said.push(format!(
            "metadata.name: this is used in {used}, which can result in surprising behavior; a DNS label is recommended: \
             [{}]",
            messages.join(" ")
        ));
    }
}

fn others(said: &mut Vec<String>, kind: &Kind, new: &Value, old: &Value) {
    const CLASS: &str = "volume.beta.kubernetes.io/storage-class";
    match (kind.group, kind.kind) {
        ("networking.k8s.io", "Ingress")
            if old.is_null() && !new["metadata"]["annotations"]["kubernetes.io/ingress.class"].is_null() =>
        {
            said.push(
                "annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName' instead"
                    .to_owned(),
            );
        }
        ("", "PersistentVolume" | "PersistentVolumeClaim") => {
            if !new["metadata"]["annotations"][CLASS].is_null() {
                let field = format!("metadata.annotations[{CLASS}]");
                said.push(format!("{field}: deprecated since v1.8; use \"storageClassName\" attribute instead"));
            }
            if new["spec"]["persistentVolumeReclaimPolicy"].str() == "Recycle" {
                said.push(
                    "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the \
                     recommended approach is to use dynamic provisioning."
                        .to_owned(),
                );
            }
            let size = &new["spec"]["resources"]["requests"]["storage"];
            fraction(said, "spec.resources.requests[storage]", size);
        }
        _ => {}
    }
}

/// Bytes are whole.
fn fraction(said: &mut Vec<String>, field: &str, amount: &Value) {
    if !amount.is_null() && !Quantity::of(amount).is_whole() {
        let amount = Quantity::of(amount);
        said.push(format!("{field}: fractional byte value \"{amount}\" is invalid, must be an integer"));
    }
}

/// A Pod's spec, or a template's.
fn pod(said: &mut Vec<String>, path: &Path, spec: &Value) {
    for (label, since, instead) in OLD_LABELS {
        if !spec["nodeSelector"][label].is_null() {
            let path = path.child("nodeSelector");
            said.push(format!("{}: deprecated since v{since}; use \"{instead}\" instead", path.key(label)));
        }
    }
    for (i, constraint) in spec["topologySpreadConstraints"].array().iter().enumerate() {
        let path = path.child("topologySpreadConstraints");
        let path = path.index(i);
        let key = constraint["topologyKey"].str();
        if let Some((_, since, instead)) = OLD_LABELS.iter().find(|(label, ..)| *label == key) {
            let path = path.child("topologyKey");
            said.push(format!("{path}: {key} is deprecated since v{since}; use \"{instead}\" instead"));
        }
        if constraint["labelSelector"].is_null() {
            let path = path.child("labelSelector");
            said.push(format!("{path}: a null labelSelector results in matching no pod"));
        }
    }
    for (i, volume) in spec["volumes"].array().iter().enumerate() {
        for (kind, what) in OLD_VOLUMES.into_iter().filter(|(kind, _)| !volume[*kind].is_null()) {
            said.push(format!("{}: {what}", path.child("volumes").index(i).child(kind)));
        }
    }
    let secrets = spec["imagePullSecrets"].array();
    for (i, secret) in secrets.iter().enumerate() {
        let path = path.child("imagePullSecrets");
        let path = path.index(i);
        let name = secret["name"].str();
        if name.is_empty() {
            said.push(format!("{}: invalid empty name \"\"", path.child("name")));
        } else if secrets[..i].contains(secret) {
            said.push(format!("{}: duplicate name {name:?}", path.child("name")));
        }
    }
    for list in ["initContainers", "containers"] {
        for (i, container) in spec[list].array().iter().enumerate() {
            one_container(said, &path.child(list).index(i), container);
        }
    }
    if spec["terminationGracePeriodSeconds"].int() < 0 {
        let path = path.child("terminationGracePeriodSeconds");
        said.push(format!("{path}: must be >= 0; negative values are invalid and will be treated as 1"));
    }
}

fn one_container(said: &mut Vec<String>, path: &Path, container: &Value) {
    for name in ["memory", "ephemeral-storage"] {
        for field in ["requests", "limits"] {
            let at = path.child("resources");
            let at = at.child(field);
            fraction(said, &at.key(name).to_string(), &container["resources"][field][name]);
        }
    }
    let env = container["env"].array();
    for (i, variable) in env.iter().enumerate() {
        let name = variable["name"].str();
        let refers = variable["value"].str().contains(&format!("$({name})"));
        if !refers && env[..i].iter().any(|earlier| earlier["name"].str() == name) {
            let path = path.child("env");
            said.push(format!(
                "{}: hides previous definition of {name:?}, which may be dropped when using apply",
                path.index(i)
            ));
        }
    }
    let ports = container["ports"].array();
    for (i, port) in ports.iter().enumerate() {
        let same =
            |other: &Value| ["containerPort", "protocol", "hostPort", "hostIP"].iter().all(|f| other[*f] == port[*f]);
        if let Some(first) = ports[..i].iter().position(same) {
            let path = path.child("ports");
            said.push(format!("{}: duplicate port definition with {}", path.index(i), path.index(first)));
        }
    }
}
