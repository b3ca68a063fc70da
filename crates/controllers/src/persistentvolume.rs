//! PersistentVolumes and their claims: binding, provisioning, reclaiming, and protection while in use
//! (pkg/controller/volume/persistentvolume, pvcprotection, pvprotection).

mod binding;
mod recycling;

use crate::{Controller, enqueue_self, gone_is_fine, pods};
use api::{Quantity, Status, Str, Value, kind, obj};
use apiserver::{Context, DeleteOptions, EventSpec, EventType, WatchEvent, WorkKey};
use std::time::Duration;

const NAME: &str = "persistentvolume";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "persistentvolume-controller", observe, reconcile };

/// A claim that found no volume is looked at again this often (`pvclaimbinder-sync-period`); a new volume does not wake it.
const SYNC_PERIOD: Duration = Duration::from_secs(15);
const CLAIM_PROTECTION: &str = "kubernetes.io/pvc-protection";
const VOLUME_PROTECTION: &str = "kubernetes.io/pv-protection";
const BOUND_BY_CONTROLLER: &str = "pv.kubernetes.io/bound-by-controller";
const BIND_COMPLETED: &str = "pv.kubernetes.io/bind-completed";
const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";
/// Says which provisioner made a volume, and with it that the volume may be deleted.
const PROVISIONED_BY: &str = "pv.kubernetes.io/provisioned-by";
/// Both names of the annotation that asks a provisioner for a volume.
const PROVISIONER: [&str; 2] =
    ["volume.beta.kubernetes.io/storage-provisioner", "volume.kubernetes.io/storage-provisioner"];
/// A class with this provisioner has only the volumes that somebody makes by hand.
const NO_PROVISIONER: &str = "kubernetes.io/no-provisioner";
/// The provisioner that this cluster really has: directories of a node (`rancher.io/local-path` of many small clusters).
const LOCAL_PATH: &str = "rancher.io/local-path";
/// The other one: volumes outside the cluster, which any node may have and which can grow (the sample driver of the Container
/// Storage Interface).
const CSI_HOSTPATH: &str = "hostpath.csi.k8s.io";

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    let object = &event.object;
    let deleted = event.event == EventType::Deleted;
    if event.kind == kind::PERSISTENT_VOLUME_CLAIM {
        match deleted {
            false => enqueue_self(NAME, object, cx),
            true => enqueue_volume(object["spec"]["volumeName"].to_str(), cx),
        }
    } else if event.kind == kind::PERSISTENT_VOLUME {
        let claim = &object["spec"]["claimRef"];
        if !claim.is_null() {
            cx.enqueue(WorkKey::new(NAME, claim["namespace"].to_str(), claim["name"].to_str()));
        }
        if !deleted {
            enqueue_self(NAME, object, cx);
        }
    } else if event.kind == kind::POD && (deleted || pods::is_terminal(object)) {
        if let Some(volume) = recycling::volume_of(object) {
            enqueue_volume(volume.into(), cx);
        }
        // The last Pod that used a claim may be gone.
        for volume in object["spec"]["volumes"].array() {
            let claim = volume["persistentVolumeClaim"]["claimName"].to_str();
            if !claim.is_empty() {
                cx.enqueue(WorkKey::new(NAME, object.namespace(), claim));
            }
        }
    }
}

fn enqueue_volume(name: Str, cx: &mut Context<'_>) {
    if !name.is_empty() {
        cx.enqueue(WorkKey::new(NAME, "", name));
    }
}

/// A key with a namespace is a claim's, one without a volume's.
fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    if key.namespace.is_empty() {
        return match cx.client.get(kind::PERSISTENT_VOLUME, "", &key.name) {
            Some(volume) => reconcile_volume(volume, cx),
            None => Ok(()),
        };
    }
    let Some(claim) = cx.client.get(kind::PERSISTENT_VOLUME_CLAIM, &key.namespace, &key.name) else { return Ok(()) };
    if claim.deleting() {
        return release_claim(claim, cx);
    }
    let volume = claim["spec"]["volumeName"].str();
    if volume.is_empty() {
        return bind_claim(claim, key, cx);
    }
    match cx.client.get(kind::PERSISTENT_VOLUME, "", volume) {
        Some(volume) if refers_to(&volume, &claim) || volume["spec"]["claimRef"].is_null() => {
            let volume = grow(&claim, volume, cx)?;
            bind(claim, volume, cx)
        }
        None if claim["status"]["phase"].str() == "Bound" => lose(claim, cx),
        _ => {
            cx.wait_for(apiserver::Wait::Period, key.clone(), SYNC_PERIOD);
            Ok(())
        }
    }
}

/// Whether the volume is bound to, or reserved for, this claim.
fn refers_to(volume: &Value, claim: &Value) -> bool {
    let reference = &volume["spec"]["claimRef"];
    let uid = reference["uid"].str();
    reference["name"].str() == claim.name()
        && reference["namespace"].str() == claim.namespace()
        && (uid.is_empty() || uid == claim.uid())
}

fn bind_claim(claim: Value, key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let class_name = claim["spec"]["storageClassName"].str();
    let class = cx.client.get(kind::STORAGE_CLASS, "", class_name);
    let waits = class.as_ref().is_some_and(|class| class["volumeBindingMode"].str() == "WaitForFirstConsumer");
    let selected = claim.annotation(SELECTED_NODE);
    let volumes = cx.client.list(kind::PERSISTENT_VOLUME, "");
    // A claim that waits for its Pod is bound at once only to a volume that is reserved for it.
    let found = match waits && selected.is_empty() {
        true => volumes.iter().find(|volume| refers_to(volume, &claim)),
        false => binding::best(&volumes, &claim, refers_to),
    };
    if let Some(volume) = found.cloned() {
        return bind(claim, volume, cx);
    }
    let say = |cx: &mut Context<'_>, event| cx.client.event(&claim, kind::PERSISTENT_VOLUME_CLAIM, event);
    match class {
        _ if waits && selected.is_empty() => {
            let message = "waiting for first consumer to be created before binding";
            say(cx, EventSpec::normal("WaitForFirstConsumer", message));
        }
        None if class_name.is_empty() => {
            let message = "no persistent volumes available for this claim and no storage class is set";
            say(cx, EventSpec::normal("FailedBinding", message));
        }
        None => {
            let message = format!("storageclass.storage.k8s.io {class_name:?} not found");
            say(cx, EventSpec::warning("ProvisioningFailed", message));
        }
        Some(class) if class["provisioner"].str() != NO_PROVISIONER => return provision(claim, &class, key, cx),
        Some(_) => {}
    }
    cx.wait_for(apiserver::Wait::Period, key.clone(), SYNC_PERIOD);
    Ok(())
}

/// Asks the class's provisioner for a volume; if that is this cluster's own, makes it.
fn provision(mut claim: Value, class: &Value, key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let provisioner = class["provisioner"].str();
    if PROVISIONER.iter().any(|name| claim.annotation(name) != provisioner) {
        PROVISIONER.iter().for_each(|name| claim.annotate(name, Str::from(provisioner)));
        claim = cx.client.update(kind::PERSISTENT_VOLUME_CLAIM, claim)?;
    }
    if provisioner != LOCAL_PATH {
        let message = format!(
            "Waiting for a volume to be created either by the external provisioner '{provisioner}' or manually by the \
             system administrator. If volume creation is delayed, please verify that the provisioner is running and \
             correctly registered."
        );
        cx.client.event(&claim, kind::PERSISTENT_VOLUME_CLAIM, EventSpec::normal("ExternalProvisioning", message));
        if provisioner != CSI_HOSTPATH {
            cx.wait_for(apiserver::Wait::Period, key.clone(), SYNC_PERIOD);
            return Ok(());
        }
    }
    cx.client.component = provisioner.into();
    if provisioner == CSI_HOSTPATH {
        let message =
            format!("External provisioner is provisioning volume for claim \"{}/{}\"", claim.namespace(), claim.name());
        cx.client.event(&claim, kind::PERSISTENT_VOLUME_CLAIM, EventSpec::normal("Provisioning", message));
    }
    let volume = cx.client.create(kind::PERSISTENT_VOLUME, binding::new_volume(&claim, class, provisioner))?;
    let message = format!("Successfully provisioned volume {}", volume.name());
    cx.client.event(&claim, kind::PERSISTENT_VOLUME_CLAIM, EventSpec::normal("ProvisioningSucceeded", message));
    bind(claim, volume, cx)
}

/// Makes a bound volume as large as its claim has become, if its driver can (external-resizer).
fn grow(claim: &Value, mut volume: Value, cx: &mut Context<'_>) -> Result<Value, Status> {
    let wish = &claim["spec"]["resources"]["requests"]["storage"];
    let bound = claim["status"]["phase"].str() == "Bound";
    if !bound || Quantity::of(wish) <= Quantity::of(&volume["spec"]["capacity"]["storage"]) {
        return Ok(volume);
    }
    let controller = cx.client.component.clone();
    if volume["spec"]["csi"]["driver"].str() != CSI_HOSTPATH {
        cx.client.component = "volume_expand".into();
        let message = "waiting for an external controller to expand this PVC";
        cx.client.event(claim, kind::PERSISTENT_VOLUME_CLAIM, EventSpec::normal("ExternalExpanding", message));
        cx.client.component = controller;
        return Ok(volume);
    }
    cx.client.component = format!("external-resizer {CSI_HOSTPATH}").into();
    let message = format!("External resizer is resizing volume {}", volume.name());
    cx.client.event(claim, kind::PERSISTENT_VOLUME_CLAIM, EventSpec::normal("Resizing", message));
    volume.set("spec.capacity.storage", wish.clone());
    let grown = cx.client.update(kind::PERSISTENT_VOLUME, volume)?;
    let message = "Resize volume succeeded";
    cx.client.event(claim, kind::PERSISTENT_VOLUME_CLAIM, EventSpec::normal("VolumeResizeSuccessful", message));
    cx.client.component = controller;
    Ok(grown)
}

/// Binds both to each other, as far as they are not yet. Each step is a write of its own: the volume, then the claim.
fn bind(claim: Value, mut volume: Value, cx: &mut Context<'_>) -> Result<(), Status> {
    if volume["spec"]["claimRef"]["uid"].str() != claim.uid() {
        if volume["spec"]["claimRef"].is_null() {
            volume.annotate(BOUND_BY_CONTROLLER, "yes");
        }
        volume.set(
            "spec.claimRef",
            obj! {
                "apiVersion" => "v1", "kind" => "PersistentVolumeClaim", "name" => claim.name(),
                "namespace" => claim.namespace(), "resourceVersion" => &claim["metadata"]["resourceVersion"],
                "uid" => claim.uid(),
            },
        );
        volume = cx.client.update(kind::PERSISTENT_VOLUME, volume)?;
    }
    let volume = set_phase(volume, "Bound", cx)?;
    let mut bound = claim.clone();
    if claim["spec"]["volumeName"].str() != volume.name() {
        bound.set("spec.volumeName", volume.name());
        bound.annotate(BOUND_BY_CONTROLLER, "yes");
    }
    bound.annotate(BIND_COMPLETED, "yes");
    if bound != claim {
        bound = cx.client.update(kind::PERSISTENT_VOLUME_CLAIM, bound)?;
    }
    let before = bound["status"].clone();
    bound.set("status.phase", "Bound");
    bound.set("status.accessModes", volume["spec"]["accessModes"].clone());
    bound.set("status.capacity", volume["spec"]["capacity"].clone());
    match bound["status"] == before {
        true => Ok(()),
        false => cx.client.update_status(kind::PERSISTENT_VOLUME_CLAIM, bound).map(drop),
    }
}

fn set_phase(mut volume: Value, phase: &str, cx: &mut Context<'_>) -> Result<Value, Status> {
    if volume["status"]["phase"].str() == phase {
        return Ok(volume);
    }
    volume.set("status.phase", phase);
    volume.set("status.lastPhaseTransitionTime", cx.now);
    cx.client.update_status(kind::PERSISTENT_VOLUME, volume)
}

/// The volume of a bound claim has gone.
fn lose(mut claim: Value, cx: &mut Context<'_>) -> Result<(), Status> {
    let message = "Bound claim has lost its PersistentVolume. Data on the volume is lost!";
    cx.client.event(&claim, kind::PERSISTENT_VOLUME_CLAIM, EventSpec::warning("ClaimLost", message));
    claim.set("status.phase", "Lost");
    cx.client.update_status(kind::PERSISTENT_VOLUME_CLAIM, claim).map(drop)
}

/// A claim that is deleted stays as long as a Pod uses it.
fn release_claim(claim: Value, cx: &mut Context<'_>) -> Result<(), Status> {
    // A Pod without a node uses nothing yet, and no kubelet will start it with a claim that is going (podUsesPVC).
    let uses = |pod: &Value| {
        let mut volumes = pod["spec"]["volumes"].array().iter();
        let placed = !pod["spec"]["nodeName"].str().is_empty();
        placed
            && !pods::is_terminal(pod)
            && volumes.any(|v| v["persistentVolumeClaim"]["claimName"].str() == claim.name())
    };
    if cx.client.list(kind::POD, claim.namespace()).iter().any(uses) {
        return Ok(());
    }
    unprotect(kind::PERSISTENT_VOLUME_CLAIM, claim, CLAIM_PROTECTION, cx)
}

fn unprotect(kind: &'static api::Kind, mut object: Value, finalizer: &str, cx: &mut Context<'_>) -> Result<(), Status> {
    if !object["metadata"]["finalizers"].array().iter().any(|f| f.str() == finalizer) {
        return Ok(());
    }
    object.at_mut("metadata.finalizers").array_mut().retain(|f| f.str() != finalizer);
    if object["metadata"]["finalizers"].is_empty() {
        object.remove("metadata.finalizers");
    }
    gone_is_fine(cx.client.update(kind, object))
}

fn reconcile_volume(volume: Value, cx: &mut Context<'_>) -> Result<(), Status> {
    let reference = volume["spec"]["claimRef"].clone();
    let bound = volume["status"]["phase"].str() == "Bound";
    let claim = cx.client.get(kind::PERSISTENT_VOLUME_CLAIM, reference["namespace"].str(), reference["name"].str());
    let claimed = claim.is_some_and(|claim| claim.uid() == reference["uid"].str());
    if volume.deleting() {
        return if bound && claimed {
            Ok(())
        } else {
            unprotect(kind::PERSISTENT_VOLUME, volume, VOLUME_PROTECTION, cx)
        };
    }
    if reference["uid"].str().is_empty() {
        return set_phase(volume, "Available", cx).map(drop);
    }
    if claimed {
        return Ok(());
    }
    let volume = match volume["status"]["phase"].str() {
        "Failed" => volume,
        _ => set_phase(volume, "Released", cx)?,
    };
    match volume["spec"]["persistentVolumeReclaimPolicy"].str() {
        "Delete" => {}
        "Recycle" => return recycling::recycle(volume, cx),
        _ => return Ok(()),
    }
    if [LOCAL_PATH, CSI_HOSTPATH].contains(&volume.annotation(PROVISIONED_BY)) {
        let deleted = cx.client.delete(kind::PERSISTENT_VOLUME, "", volume.name(), DeleteOptions::default());
        return gone_is_fine(deleted);
    }
    fail(
        volume,
        "VolumeFailedDelete",
        "error getting deleter volume plugin for volume: no deletable volume plugin matched",
        cx,
    )
}

/// A volume cannot be reclaimed.
fn fail(volume: Value, reason: &str, message: &str, cx: &mut Context<'_>) -> Result<(), Status> {
    if volume["status"]["phase"].str() == "Failed" {
        return Ok(());
    }
    cx.client.event(&volume, kind::PERSISTENT_VOLUME, EventSpec::warning(reason, message));
    let mut volume = volume;
    volume.set("status.reason", reason);
    volume.set("status.message", message);
    set_phase(volume, "Failed", cx).map(drop)
}
