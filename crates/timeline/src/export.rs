//! Objects as manifests that another cluster accepts, and whatever can be taken in from outside.

use crate::{Broken, Recording};
use api::{Map, OrdSet, Str, Value, obj, yaml};
use cluster::Cluster;

/// What ends the here-document in which a manifest is typed.
pub(crate) const END: &str = "KUBARIUM_END";
/// The files that an import writes: the last one, and what must be there before that can be applied.
const FILES: [&str; 2] = ["imported.yaml", "imported-first.yaml"];
/// Waits until the API server serves what was defined.
pub(crate) const ESTABLISHED: &str = "kubectl wait --for=condition=Established crd --all";
/// kubectl asks the server for the kinds before it applies the first object.
pub(crate) const TWICE: &str =
    "# Apply this twice: kubectl knows the kinds that are defined in it only the second time.\n";

/// Manifests of ours hold objects in the cluster's own namespaces only if somebody made or changed them: so they are taken in again.
const ALSO_OF_SYSTEM: &str =
    "# From Kubarium: what is here of the cluster's own namespaces was made or changed by hand.\n";

/// Kinds that a cluster makes by itself.
const OWN_KINDS: &[&str] = &[
    "Node",
    "Event",
    "Lease",
    "ControllerRevision",
    "CSINode",
    "CSIStorageCapacity",
    "VolumeAttachment",
    "CertificateSigningRequest",
    "FlowSchema",
    "PriorityLevelConfiguration",
    "ComponentStatus",
    "PodMetrics",
    "NodeMetrics",
    "IPAddress",
    "ServiceCIDR",
];
/// Objects that every cluster has: kind and name.
const OWN_OBJECTS: &[(&str, &str)] = &[
    ("Namespace", "default"),
    ("Service", "kubernetes"),
    ("Endpoints", "kubernetes"),
    ("EndpointSlice", "kubernetes"),
    ("ConfigMap", "kube-root-ca.crt"),
    ("ServiceAccount", "default"),
    ("PriorityClass", "system-cluster-critical"),
    ("PriorityClass", "system-node-critical"),
    ("ClusterRole", "cluster-admin"),
    ("ClusterRole", "admin"),
    ("ClusterRole", "edit"),
    ("ClusterRole", "view"),
    ("ClusterRoleBinding", "cluster-admin"),
];
/// The order in which objects are applied. What Pods name must be there before them; and a LimitRange would write its defaults into
/// Pods that were there before it.
const RANKS: &[(&[&str], usize)] = &[
    (&["Namespace"], 0),
    (&["CustomResourceDefinition"], 1),
    (&["PriorityClass", "ServiceAccount", "StorageClass", "RuntimeClass"], 2),
    (&["LimitRange"], USUAL + 1),
];
/// The rank of all others.
const USUAL: usize = 3;
/// Annotations and labels that are written by the cluster, by how they begin.
const OWN_NOTES: &[&str] = &[
    "kubectl.kubernetes.io/last-applied-configuration",
    "deployment.kubernetes.io/",
    "deprecated.daemonset.template.generation",
    "pv.kubernetes.io/",
    "volume.kubernetes.io/",
    "volume.beta.kubernetes.io/storage-provisioner",
    "batch.kubernetes.io/",
    "controller-uid",
    "job-name",
    "kubernetes.io/metadata.name",
];
/// Fields of a kind that the cluster fills in.
const OWN_FIELDS: &[(&str, &[&str])] = &[
    ("Namespace", &["spec"]),
    ("ServiceAccount", &["secrets"]),
    ("PersistentVolumeClaim", &["spec.volumeName"]),
    ("PersistentVolume", &["spec.claimRef"]),
    ("Service", &["spec.clusterIPs", "spec.ipFamilies", "spec.ipFamilyPolicy", "spec.healthCheckNodePort"]),
    (
        "Pod",
        &["spec.nodeName", "spec.serviceAccount", "spec.priority", "spec.preemptionPolicy", "spec.ephemeralContainers"],
    ),
];

/// The manifests of what has been made in a cluster since it was `fresh`, as YAML that `kubectl apply -f` accepts on another
/// one: without status, identities and what controllers make of it.
pub fn manifests(cluster: &Cluster, fresh: &Cluster) -> String {
    let made = made(cluster, fresh);
    let system = if made.iter().any(is_of_system) { ALSO_OF_SYSTEM } else { "" };
    let stages = stages(made);
    let twice = if stages.len() > 1 { TWICE } else { "" };
    format!("{twice}{system}{}", stages.join("---\n"))
}

/// What has been made in a cluster or changed, as somebody would have written it.
pub(crate) fn made(cluster: &Cluster, fresh: &Cluster) -> Vec<Value> {
    let mut objects = Vec::new();
    for kind in cluster.api().stored_kinds() {
        for object in cluster.api().store().list(kind, "") {
            let typed = |object: &Value| {
                let mut object = object.clone();
                object.set("kind", kind.kind);
                object.set("apiVersion", kind.api_version());
                written(&object)
            };
            let before = fresh.api().store().get(kind, &apiserver::Key::of(object)).and_then(typed);
            let now = typed(object).filter(|now| before.as_ref() != Some(now));
            // What every cluster has is kept up by the cluster; of it, people only write on namespaces.
            objects
                .extend(now.filter(|now| !is_everywhere(now) || now["kind"].str() == "Namespace" && before.is_some()));
        }
    }
    objects
}

/// What was taken in.
#[derive(Clone, Debug)]
pub enum Imported {
    /// A session.
    Recording(Box<Recording>),
    /// Lines to be typed.
    Lines(Vec<String>),
}

/// Why nothing was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is a session's file, but a broken one.
    Recording(Broken),
    /// It is neither a session, nor a script, nor YAML: what the YAML parser says, and of which line of the file.
    Unreadable(String),
    /// It is no text at all.
    NoText,
    /// It is a template, of which Helm makes manifests.
    Template,
    /// It is YAML, but a document of it is no Kubernetes object: which one, and the line at which it begins.
    NoObject(usize, usize),
    /// There is nothing in it that one could make in a cluster.
    Nothing,
}

/// Takes a text in: a session's file (also inside the picture of a session), a shell script, or manifests, such as a dump of a
/// real cluster. Of manifests, what a cluster makes by itself is left out.
///
/// # Errors
/// Why it cannot be taken in.
pub fn import(name: &str, text: &str) -> Result<Imported, Refused> {
    let text = text.trim_start_matches('\u{feff}');
    let drawn = text.split_once(METADATA.0).and_then(|(_, rest)| rest.split_once(METADATA.1));
    let drawn = drawn.map(|(text, _)| text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"));
    let pixels = text.split_once(PNG.0).and_then(|(_, rest)| rest.split_once(PNG.1));
    if let Some(text) = drawn.or(pixels.map(|(text, _)| text.to_owned())) {
        return Recording::from_text(&text).map(Box::new).map(Imported::Recording).map_err(Refused::Recording);
    }
    if text.contains('\0') {
        return Err(Refused::NoText);
    }
    if text.trim_start().starts_with('{') && text.contains("\"kubarium\"") {
        return Recording::from_text(text).map(Box::new).map(Imported::Recording).map_err(Refused::Recording);
    }
    if text.starts_with("#!") || name.ends_with(".sh") {
        let lines: Vec<String> = text.lines().filter(|line| !line.starts_with("#!")).map(str::to_owned).collect();
        return if lines.iter().all(|line| line.trim().is_empty()) {
            Err(Refused::Nothing)
        } else {
            Ok(Imported::Lines(lines))
        };
    }
    let stages = clean(text, text.contains(ALSO_OF_SYSTEM.trim_end()))?;
    let mut lines = Vec::new();
    for (file, manifests) in FILES[..stages.len()].iter().rev().zip(&stages) {
        if !lines.is_empty() {
            lines.push(ESTABLISHED.to_owned());
        }
        lines.push(format!("cat > {file} <<'{END}'"));
        lines.extend(manifests.lines().map(str::to_owned));
        lines.extend([END.to_owned(), format!("kubectl apply -f {file}")]);
    }
    Ok(Imported::Lines(lines))
}

/// Between these a picture holds its session; and between those its PNG.
pub const METADATA: (&str, &str) = ("<metadata id=\"kubarium\">", "</metadata>");
const PNG: (&str, &str) = ("iTXtkubarium\0\0\0\0\0", "\n");

/// Manifests without what the cluster that they come from has added, in the order in which they can be applied.
fn clean(text: &str, system: bool) -> Result<Vec<String>, Refused> {
    let mut objects = Vec::new();
    for (number, (line, text)) in yaml::split(text).into_iter().enumerate() {
        let document = &match yaml::parse(text) {
            Ok(document) if document.value.is_null() => continue,
            Ok(document) => document.value,
            Err(_) if text.contains("{{") => return Err(Refused::Template),
            Err(_) if text.contains(char::REPLACEMENT_CHARACTER) => return Err(Refused::NoText),
            Err(why) => return Err(Refused::Unreadable(in_the_file(&why, line))),
        };
        let items = match &document["items"] {
            Value::Array(items) if document["kind"].str().ends_with("List") => items.as_slice(),
            _ => std::slice::from_ref(document),
        };
        for object in items {
            let named = !object.name().is_empty() || !object["metadata"]["generateName"].str().is_empty();
            let typed = !object["kind"].str().is_empty() && !object["apiVersion"].str().is_empty();
            if !named || !typed {
                return Err(Refused::NoObject(number + 1, line));
            }
            objects.extend(if system { written(object) } else { portable(object) });
        }
    }
    match stages(objects) {
        stages if stages.is_empty() => Err(Refused::Nothing),
        stages => Ok(stages),
    }
}

/// What is wrong with a document that begins at a line, with the lines counted as in the whole file.
fn in_the_file(why: &str, first: usize) -> String {
    let parts = why.strip_prefix("yaml: line ").and_then(|rest| rest.split_once(':'));
    match parts.and_then(|(line, what)| Some((line.parse::<usize>().ok()?, what))) {
        Some((line, what)) => format!("yaml: line {}:{what}", line + first - 1),
        None => why.to_owned(),
    }
}

/// Objects as texts to be applied one after the other: one, or where there are objects of kinds that are defined among them, a
/// first one with the definitions. Namespaces come first, and those that are missing are added.
pub(crate) fn stages(mut objects: Vec<Value>) -> Vec<String> {
    leave_claims_to_their_makers(&mut objects);
    let mut missing: OrdSet<Str> = objects.iter().map(|object| Str::new(object.namespace())).collect();
    missing.remove("");
    missing.remove("default");
    missing.retain(|name| !is_system(name));
    for object in objects.iter().filter(|object| object["kind"].str() == "Namespace") {
        missing.remove(object.name());
    }
    let added = missing.iter().map(|name| {
        obj! { "apiVersion" => "v1", "kind" => "Namespace", "metadata" => obj! { "name" => name.as_str() } }
    });
    let rank = |object: &Value| {
        let kind = object["kind"].str();
        RANKS.iter().find(|(kinds, _)| kinds.contains(&kind)).map_or(USUAL, |(_, rank)| *rank)
    };
    let all: Vec<Value> = added.chain(objects).collect();
    let text = |ranks: std::ops::Range<usize>| {
        let in_order = ranks.flat_map(|wanted| all.iter().filter(move |object| rank(object) == wanted));
        in_order.map(yaml::to_string).collect::<Vec<_>>().join("---\n")
    };
    let defined = |object: &Value| {
        let group = object["apiVersion"].str().split_once('/').map_or("", |(group, _)| group);
        let mut definitions = all.iter().filter(|object| rank(object) == 1);
        definitions.any(|definition| {
            let spec = &definition["spec"];
            spec["group"].str() == group && spec["names"]["kind"].str() == object["kind"].str()
        })
    };
    let last = USUAL + 2;
    let stages = if all.iter().any(defined) { vec![text(0..2), text(2..last)] } else { vec![text(0..last)] };
    stages.into_iter().filter(|text| !text.is_empty()).collect()
}

/// A StatefulSet makes its claims anew.
fn leave_claims_to_their_makers(objects: &mut Vec<Value>) {
    let mut made = Vec::new();
    for set in objects.iter().filter(|object| object["kind"].str() == "StatefulSet") {
        let templates = set.at("spec.volumeClaimTemplates").array().iter();
        made.extend(templates.map(|claim| (set.namespace().to_owned(), format!("{}-{}-", claim.name(), set.name()))));
    }
    objects.retain(|object| {
        let of_set = |(namespace, beginning): &(String, String)| {
            let number = object.name().strip_prefix(beginning.as_str()).filter(|_| object.namespace() == namespace);
            number.is_some_and(|number| number.parse::<u32>().is_ok())
        };
        object["kind"].str() != "PersistentVolumeClaim" || !made.iter().any(of_set)
    });
}

/// Whether a namespace is the cluster's own.
fn is_system(namespace: &str) -> bool {
    namespace.starts_with("kube-") || namespace == "local-path-storage"
}

/// Whether an object is one of the cluster's own namespaces, or in one.
fn is_of_system(object: &Value) -> bool {
    is_system(object.namespace()) || object["kind"].str() == "Namespace" && is_system(object.name())
}

/// Whether every cluster has this object.
fn is_everywhere(object: &Value) -> bool {
    OWN_OBJECTS.contains(&(object["kind"].str(), object.name()))
}

/// An object of a cluster of which nobody knows how it began, as somebody would have written it; none if the cluster made it.
pub(crate) fn portable(object: &Value) -> Option<Value> {
    let name = object.name();
    let brought =
        is_everywhere(object) || is_of_system(object) || name.starts_with("system:") || name.starts_with("kubeadm:");
    if brought { None } else { written(object) }
}

/// An object as somebody would have written it; none if a component of the cluster did.
pub(crate) fn written(object: &Value) -> Option<Value> {
    let (kind, name) = (object["kind"].str(), object.name());
    let own = OWN_KINDS.contains(&kind)
        || kind == "APIService" && object["spec"]["service"].is_null()
        || object["type"].str() == "kubernetes.io/service-account-token"
        || !object["metadata"]["annotations"]["pv.kubernetes.io/provisioned-by"].is_null()
        || !object["metadata"]["labels"]["endpoints.kubernetes.io/managed-by"].is_null()
        || object["metadata"]["labels"]["endpointslice.kubernetes.io/managed-by"].str().ends_with(".k8s.io")
        || !object.controller().is_null();
    if own {
        return None;
    }
    let mut object = object.clone();
    object.remove("status");
    let old = &object["metadata"];
    let mut metadata = obj! { "name" => old["name"].clone(), "namespace" => old["namespace"].clone() };
    if name.is_empty() {
        metadata.set("generateName", old["generateName"].clone());
    }
    for notes in ["labels", "annotations"] {
        let kept = without_own_notes(&old[notes]);
        if !kept.is_empty() {
            metadata.set(notes, kept);
        }
    }
    object.set("metadata", metadata);
    OWN_FIELDS
        .iter()
        .filter(|(of, _)| *of == kind)
        .flat_map(|(_, fields)| *fields)
        .for_each(|field| drop(object.remove(field)));
    match kind {
        "Service" if object["spec"]["clusterIP"].str() != "None" => drop(object.remove("spec.clusterIP")),
        "Pod" => strip_pod(object.at_mut("spec")),
        "Job" if !object.at("spec.manualSelector").bool() => {
            object.remove("spec.selector");
            let labels = without_own_notes(object.at("spec.template.metadata.labels"));
            match labels.is_empty() {
                true => drop(object.remove("spec.template.metadata.labels")),
                false => object.set("spec.template.metadata.labels", labels),
            }
        }
        "StatefulSet" if !object.at("spec.volumeClaimTemplates").is_empty() => {
            for claim in object.at_mut("spec.volumeClaimTemplates").array_mut() {
                claim.remove("status");
            }
        }
        _ => {}
    }
    if let Value::Object(_) = object["spec"]["template"] {
        object.at_mut("spec.template.metadata").remove("creationTimestamp");
    }
    Some(object)
}

fn without_own_notes(notes: &Value) -> Value {
    let kept = notes.entries().filter(|(key, _)| !OWN_NOTES.iter().any(|own| key.starts_with(own)));
    kept.map(|(key, value)| (key.clone(), value.clone())).collect::<Map>().into()
}

/// Takes out of a Pod what admission has put in: the token of its ServiceAccount, and how long it stays on a lost node.
fn strip_pod(spec: &mut Value) {
    let is_token = |item: &Value| item["name"].str().starts_with("kube-api-access-");
    let keep = |spec: &mut Value, field: &str, keep: &dyn Fn(&Value) -> bool| {
        if matches!(spec[field], Value::Array(_)) {
            spec.at_mut(field).array_mut().retain(|item| keep(item));
            if spec[field].is_empty() {
                spec.remove(field);
            }
        }
    };
    keep(spec, "volumes", &|volume| !is_token(volume));
    keep(spec, "tolerations", &|toleration| !toleration["key"].str().starts_with("node.kubernetes.io/"));
    for containers in ["containers", "initContainers", "ephemeralContainers"] {
        if matches!(spec[containers], Value::Array(_)) {
            for container in spec.at_mut(containers).array_mut() {
                keep(container, "volumeMounts", &|mount| !is_token(mount));
            }
        }
    }
}
