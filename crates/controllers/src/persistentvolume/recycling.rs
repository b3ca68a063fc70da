//! The reclaim policy `Recycle`: a Pod empties a volume that its claim has left, and then it may be claimed again
//! (pkg/volume/util/recyclerclient).

use super::{BOUND_BY_CONTROLLER, fail};
use crate::gone_is_fine;
use api::{Quantity, Status, Value, kind, list, obj};
use apiserver::{Context, DeleteOptions, EventSpec};

const PREFIX: &str = "recycler-for-";
/// `NewPersistentVolumeRecyclerPodTemplate`
const IMAGE: &str = "registry.k8s.io/build-image/debian-base:bookworm-v1.0.4";
const SCRUB: &str = "test -e /scrub && find /scrub -mindepth 1 -delete && test -z \"$(ls -A /scrub)\" || exit 1";

/// The volume that a Pod empties.
pub fn volume_of(pod: &Value) -> Option<&str> {
    Some(pod).filter(|pod| pod.namespace() == "default")?.name().strip_prefix(PREFIX)
}

/// Goes on with emptying a released volume.
///
/// # Errors
/// The server's refusal.
pub fn recycle(volume: Value, cx: &mut Context<'_>) -> Result<(), Status> {
    let name = format!("{PREFIX}{}", volume.name());
    let pod = cx.client.get(kind::POD, "default", &name);
    match pod.as_ref().map(|pod| pod["status"]["phase"].str()) {
        None if volume["status"]["phase"].str() == "Failed" => Ok(()),
        None => match pod_for(&volume, &name) {
            Some(pod) => cx.client.create(kind::POD, pod).map(drop),
            None => fail(volume, "VolumeFailedRecycle", "No recycler plugin found for the volume!", cx),
        },
        Some("Succeeded") => {
            tell(&volume, pod.as_ref(), cx);
            cx.client.event(&volume, kind::PERSISTENT_VOLUME, EventSpec::normal("VolumeRecycled", "Volume recycled"));
            remove(&name, cx)?;
            release(volume, cx)
        }
        Some("Failed") => {
            tell(&volume, pod.as_ref(), cx);
            let why = pod.as_ref().map_or("", |pod| pod["status"]["message"].str());
            let why = if why.is_empty() { "Pod failed, pod.Status.Message unknown" } else { why };
            remove(&name, cx)?;
            fail(volume, "VolumeFailedRecycle", &format!("Recycle failed: {why}"), cx)
        }
        Some(_) => Ok(()),
    }
}

/// The Pod that empties a volume; none for volumes of a kind that cannot be emptied.
fn pod_for(volume: &Value, name: &str) -> Option<Value> {
    /// The least that it is given, and what for each GiB, in seconds.
    const LEAST: i64 = 60;
    const EACH: i64 = 30;
    let source = ["hostPath", "nfs"].into_iter().find(|source| !volume["spec"][*source].is_null())?;
    let mut mounted = obj! { "name" => "vol" };
    mounted.set(source, volume["spec"][source].clone());
    let gibibytes = Quantity::of(&volume["spec"]["capacity"]["storage"]).value() >> 30;
    let mounts = list![obj! { "name" => "vol", "mountPath" => "/scrub" }];
    let container = obj! {
        "name" => "pv-recycler", "image" => IMAGE, "command" => list!["/bin/sh"], "args" => list!["-c", SCRUB],
        "volumeMounts" => mounts,
    };
    Some(obj! {
        "apiVersion" => "v1", "kind" => "Pod", "metadata" => obj! { "name" => name, "namespace" => "default" },
        "spec" => obj! {
            "activeDeadlineSeconds" => LEAST.max(gibibytes.saturating_mul(EACH)), "restartPolicy" => "Never",
            "volumes" => list![mounted], "containers" => list![container],
        },
    })
}

/// Repeats what was said about the Pod.
fn tell(volume: &Value, pod: Option<&Value>, cx: &mut Context<'_>) {
    let Some(pod) = pod else { return };
    let about = |event: &Value| event["involvedObject"]["uid"].str() == pod.uid();
    for event in cx.client.list(kind::EVENT, "default").iter().filter(|event| about(event)) {
        let message = format!("Recycler pod: {}", event["message"].str());
        let said = match event["type"].str() {
            "Warning" => EventSpec::warning("RecyclerPod", message),
            _ => EventSpec::normal("RecyclerPod", message),
        };
        cx.client.event(volume, kind::PERSISTENT_VOLUME, said);
    }
}

fn remove(name: &str, cx: &mut Context<'_>) -> Result<(), Status> {
    gone_is_fine(cx.client.delete(kind::POD, "default", name, DeleteOptions::default()))
}

/// The volume is nobody's any more (`unbindVolume`).
fn release(mut volume: Value, cx: &mut Context<'_>) -> Result<(), Status> {
    volume.remove("spec.claimRef");
    if !volume.annotation(BOUND_BY_CONTROLLER).is_empty() {
        volume.at_mut("metadata.annotations").object_mut().remove(BOUND_BY_CONTROLLER);
    }
    cx.client.update(kind::PERSISTENT_VOLUME, volume).map(drop)
}
