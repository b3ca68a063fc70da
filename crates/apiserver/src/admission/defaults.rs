//! What the cluster's classes give to objects that name none, or take from those that name one: DefaultStorageClass,
//! DefaultIngressClass, PersistentVolumeClaimResize, RuntimeClass (plugin/pkg/admission).

use crate::server::ApiServer;
use crate::store::Key;
use api::{Kind, Quantity, Status, Str, Value, kind};

/// The newest of the classes that an annotation marks as the default; of several, the first by name.
fn default_class(server: &ApiServer, kind: &'static Kind, annotation: &str) -> Option<Str> {
    let mut best: Option<&Value> = None;
    for class in server.store.list(kind, "").filter(|class| class.annotation(annotation) == "true") {
        if best.is_none_or(|known| class.created() > known.created()) {
            best = Some(class);
        }
    }
    best.map(|class| class["metadata"]["name"].to_str())
}

/// DefaultStorageClass: for a claim that says nothing. An empty name is a word, too.
pub(super) fn storage_class(server: &ApiServer, claim: &mut Value) {
    let named = !claim["spec"]["storageClassName"].is_null()
        || !claim["metadata"]["annotations"]["volume.beta.kubernetes.io/storage-class"].is_null();
    if named {
        return;
    }
    if let Some(class) = default_class(server, kind::STORAGE_CLASS, "storageclass.kubernetes.io/is-default-class") {
        claim.set("spec.storageClassName", class);
    }
}

/// StorageObjectInUseProtection: claims and volumes stay while they are in use.
pub(super) fn protect(object: &mut Value, finalizer: &'static str) {
    let finalizers = object.at_mut("metadata.finalizers").array_mut();
    if !finalizers.iter().any(|known| known.str() == finalizer) {
        finalizers.push(finalizer.into());
    }
}

/// DefaultIngressClass
pub(super) fn ingress_class(server: &ApiServer, ingress: &mut Value) {
    let named = !ingress["spec"]["ingressClassName"].is_null()
        || !ingress["metadata"]["annotations"]["kubernetes.io/ingress.class"].is_null();
    if named {
        return;
    }
    if let Some(class) = default_class(server, kind::INGRESS_CLASS, "ingressclass.kubernetes.io/is-default-class") {
        ingress.set("spec.ingressClassName", class);
    }
}

/// PersistentVolumeClaimResize: only a claim whose class allows it may grow.
pub(super) fn resize(server: &ApiServer, claim: &Value, old: &Value) -> Result<(), Status> {
    let size = |claim: &Value| Quantity::of(&claim["spec"]["resources"]["requests"]["storage"]);
    if old.is_null() || size(claim) <= size(old) {
        return Ok(());
    }
    let refuse = |why: &str| Err(Status::forbidden(kind::PERSISTENT_VOLUME_CLAIM, claim.name(), why));
    if old["status"]["phase"].str() != "Bound" {
        return refuse("Only bound persistent volume claims can be expanded");
    }
    let class = server.store.get(kind::STORAGE_CLASS, &Key::new("", old["spec"]["storageClassName"].to_str()));
    match class.is_some_and(|class| class["allowVolumeExpansion"].bool()) {
        true => Ok(()),
        false => refuse(
            "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize",
        ),
    }
}

/// RuntimeClass: what a Pod's runtime takes itself, and where it is to be found.
pub(super) fn runtime_class(server: &ApiServer, pod: &mut Value) -> Result<(), Status> {
    let name = pod["spec"]["runtimeClassName"].to_str();
    if name.is_empty() {
        return Ok(());
    }
    let refuse = |pod: &Value, why: String| Err(Status::forbidden(kind::POD, pod.name(), &why));
    let Some(class) = server.store.get(kind::RUNTIME_CLASS, &Key::new("", name.clone())).cloned() else {
        return refuse(pod, format!("pod rejected: RuntimeClass {name:?} not found"));
    };
    let overhead = &class["overhead"]["podFixed"];
    if !pod["spec"]["overhead"].is_null() && pod["spec"]["overhead"] != *overhead {
        return refuse(pod, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead".to_owned());
    }
    if !overhead.is_null() {
        pod.set("spec.overhead", overhead);
    }
    for (key, value) in class["scheduling"]["nodeSelector"].entries() {
        let selector = pod.at_mut("spec.nodeSelector").object_mut();
        match selector.get(key) {
            Some(own) if own != value => {
                return refuse(
                    pod,
                    format!(
                        "conflict: runtimeClass.scheduling.nodeSelector[{key}] = {}; pod.spec.nodeSelector[{key}] = {}",
                        value.str(),
                        pod["spec"]["nodeSelector"][key.as_str()].str()
                    ),
                );
            }
            _ => drop(selector.insert(key.clone(), value.clone())),
        }
    }
    for toleration in class["scheduling"]["tolerations"].array() {
        if !pod["spec"]["tolerations"].array().contains(toleration) {
            pod.at_mut("spec.tolerations").array_mut().push(toleration.clone());
        }
    }
    Ok(())
}
