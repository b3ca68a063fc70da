//! PersistentVolumes, PersistentVolumeClaims and StorageClasses.

use super::meta::label_selector;
use super::path::{Errors, Path};
use super::pod_dump::difference;
use super::scheduling::node_selector;
use super::volume::one;
use crate::names::dns1123_subdomain;
use crate::{Quantity, Value};

const ACCESS_MODES: &[&str] = &["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
const RECLAIM_POLICIES: &[&str] = &["Delete", "Recycle", "Retain"];
const VOLUME_MODES: &[&str] = &["Block", "Filesystem"];
/// The fields of a PersistentVolume's `spec` that are not its source.
const NO_SOURCES: &[&str] = &[
    "accessModes",
    "capacity",
    "claimRef",
    "mountOptions",
    "nodeAffinity",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "volumeAttributesClassName",
    "volumeMode",
];

fn access_modes(errors: &mut Errors, path: &Path, modes: &Value, detail: &str) {
    let path = path.child("accessModes");
    if modes.is_empty() {
        errors.required(&path, detail);
    }
    for mode in modes.array().iter().map(Value::str).filter(|mode| !ACCESS_MODES.contains(mode)) {
        errors.unsupported(&path, mode, ACCESS_MODES);
    }
    if modes.len() > 1 && modes.array().iter().any(|mode| mode.str() == "ReadWriteOncePod") {
        errors.forbidden(&path, "may not use ReadWriteOncePod with other access modes");
    }
}

fn positive(errors: &mut Errors, path: &Path, quantity: &Value) {
    let amount = Quantity::of(quantity);
    if amount.is_negative() || amount.is_zero() {
        errors.invalid(path, quantity, "must be greater than zero");
    }
}

/// `spec` of a PersistentVolume.
pub(super) fn volume(errors: &mut Errors, new: &Value, old: &Value, path: &Path) {
    let spec = &new["spec"];
    access_modes(errors, path, &spec["accessModes"], "");
    let capacity = path.child("capacity");
    if spec["capacity"].is_empty() {
        errors.required(&capacity, "");
    }
    if spec["capacity"]["storage"].is_null() || spec["capacity"].len() > 1 {
        errors.unsupported_value(&capacity, &spec["capacity"], &["storage"]);
    }
    for (name, quantity) in spec["capacity"].entries() {
        positive(errors, &capacity.key(name), quantity);
    }
    errors.optionally_one_of(
        &path.child("persistentVolumeReclaimPolicy"),
        &spec["persistentVolumeReclaimPolicy"],
        RECLAIM_POLICIES,
    );
    if !spec["nodeAffinity"]["required"].is_null() {
        node_selector(errors, &path.child("nodeAffinity").child("required"), &spec["nodeAffinity"]["required"]);
    }
    let mut sources = spec.entries().filter(|(key, _)| !NO_SOURCES.contains(&key.as_str()));
    match sources.next() {
        None => errors.required(path, "must specify a volume type"),
        Some((kind, source)) => one(errors, &path.child(kind), kind, source),
    }
    for (kind, _) in sources {
        errors.forbidden(&path.child(kind), "may not specify more than 1 volume type");
    }
    if !spec["local"].is_null() && spec["nodeAffinity"].is_null() {
        errors.required(&path.child("nodeAffinity"), "Local volume requires node affinity");
    }
    if spec["hostPath"]["path"].str() == "/" && spec["persistentVolumeReclaimPolicy"].str() == "Recycle" {
        let detail = "may not be 'recycle' for a hostPath mount of '/'";
        errors.forbidden(&path.child("persistentVolumeReclaimPolicy"), detail);
    }
    let class = spec["storageClassName"].str();
    if !class.is_empty() {
        errors.invalids(&path.child("storageClassName"), class, dns1123_subdomain(class));
    }
    errors.optionally_one_of(&path.child("volumeMode"), &spec["volumeMode"], VOLUME_MODES);
    if !old.is_null() {
        let source = |spec: &Value| -> Vec<Value> {
            spec.entries().filter(|(key, _)| !NO_SOURCES.contains(&key.as_str())).map(|(_, v)| v.clone()).collect()
        };
        if source(spec) != source(&old["spec"]) {
            let shown = difference("PersistentVolumeSpec", spec, &old["spec"]);
            let detail = format!("spec.persistentvolumesource is immutable after creation\n{shown}");
            errors.forbidden(&path.child("persistentvolumesource"), &detail);
        }
        errors.immutable(&path.child("volumeMode"), &spec["volumeMode"], &old["spec"]["volumeMode"]);
    }
}

/// `spec` of a PersistentVolumeClaim.
pub(super) fn claim(errors: &mut Errors, new: &Value, old: &Value, path: &Path) {
    let spec = &new["spec"];
    access_modes(errors, path, &spec["accessModes"], "at least 1 access mode is required");
    label_selector(errors, &path.child("selector"), &spec["selector"]);
    let resources = path.child("resources");
    match &spec["resources"]["requests"]["storage"] {
        Value::Null => errors.required(&resources.key("storage"), ""),
        size => positive(errors, &resources.key("storage"), size),
    }
    let class = spec["storageClassName"].str();
    if !class.is_empty() {
        errors.invalids(&path.child("storageClassName"), class, dns1123_subdomain(class));
    }
    errors.optionally_one_of(&path.child("volumeMode"), &spec["volumeMode"], VOLUME_MODES);
    for field in ["dataSource", "dataSourceRef"].into_iter().filter(|field| !spec[*field].is_null()) {
        let path = path.child(field);
        let source = &spec[field];
        errors.present(&path.child("name"), &source["name"]);
        errors.present(&path.child("kind"), &source["kind"]);
        if source["apiGroup"].str().is_empty() && source["kind"].str() != "PersistentVolumeClaim" {
            errors.invalid(
                &path,
                source["kind"].str(),
                "must be 'PersistentVolumeClaim' when referencing the default apiGroup",
            );
        }
    }
    if old.is_null() {
        return;
    }
    // A claim may be bound, and a bound one may grow; nothing else.
    let mut comparable = old["spec"].clone();
    let bound = new["status"]["phase"].str() == "Bound";
    for field in ["volumeName", "resources", "volumeAttributesClassName", "storageClassName"] {
        let free = field != "storageClassName" || old["spec"][field].is_null();
        let free = free && (field != "resources" || bound);
        let free = free && (field != "volumeName" || old["spec"][field].is_null());
        match (&spec[field], free) {
            (_, false) => {}
            (Value::Null, true) => {
                comparable.remove(field);
            }
            (value, true) => comparable.set(field, value),
        }
    }
    if comparable != *spec {
        let detail =
            "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
        let shown = difference("PersistentVolumeClaimSpec", spec, &comparable);
        errors.forbidden(path, &format!("{detail}\n{shown}"));
    }
    // A request that was not met yet may be lowered again, but never below what there is.
    let (now, before) = (&spec["resources"]["requests"]["storage"], old.at("spec.resources.requests.storage"));
    let there = Quantity::of(old.at("status.capacity.storage"));
    if Quantity::of(now) < Quantity::of(before) && Quantity::of(now) <= there {
        let detail = "field can not be less than status.capacity";
        errors.forbidden(&resources.child("requests").child("storage"), detail);
    }
}

pub(super) fn class(errors: &mut Errors, new: &Value, old: &Value) {
    errors.present(&Path::root("provisioner"), &new["provisioner"]);
    errors.one_of(&Path::root("reclaimPolicy"), &new["reclaimPolicy"], &["Delete", "Retain"]);
    errors.one_of(&Path::root("volumeBindingMode"), &new["volumeBindingMode"], &["Immediate", "WaitForFirstConsumer"]);
    if old.is_null() {
        return;
    }
    for (field, detail) in [
        ("parameters", "updates to parameters are forbidden."),
        ("provisioner", "updates to provisioner are forbidden."),
        ("reclaimPolicy", "updates to reclaimPolicy are forbidden."),
    ] {
        if new[field] != old[field] {
            errors.forbidden(&Path::root(field), detail);
        }
    }
    errors.immutable(&Path::root("volumeBindingMode"), &new["volumeBindingMode"], &old["volumeBindingMode"]);
}
