//! Volumes that a driver makes: outside the cluster, and able to grow.

use crate::world::World;
use api::{Value, kind, list, obj};
use apiserver::Propagation;
use std::time::Duration;

fn claim(world: &mut World, reclaim: &str) {
    let class = obj! {
        "metadata" => obj! { "name" => "csi" }, "provisioner" => "hostpath.csi.k8s.io", "reclaimPolicy" => reclaim,
        "volumeBindingMode" => "Immediate", "allowVolumeExpansion" => true,
    };
    world.create(kind::STORAGE_CLASS, class);
    let requests = obj! { "requests" => obj! { "storage" => "1Gi" } };
    let spec = obj! { "accessModes" => list!["ReadWriteOnce"], "resources" => requests, "storageClassName" => "csi" };
    let metadata = obj! { "name" => "data", "namespace" => "default" };
    world.create(kind::PERSISTENT_VOLUME_CLAIM, obj! { "metadata" => metadata, "spec" => spec });
    world.settle();
}

fn data(world: &World) -> Value {
    world.get(kind::PERSISTENT_VOLUME_CLAIM, "data").unwrap()
}

#[test]
fn a_class_makes_volumes_and_they_grow() {
    let mut world = World::new(2);
    claim(&mut world, "Delete");
    let bound = data(&world);
    assert_eq!((bound["status"]["phase"].str(), bound.at("status.capacity.storage").str()), ("Bound", "1Gi"));
    let finalizers = bound["metadata"]["finalizers"].array();
    assert_eq!(finalizers.iter().map(Value::str).collect::<Vec<_>>(), ["kubernetes.io/pvc-protection"]);
    let volume = world.list(kind::PERSISTENT_VOLUME).remove(0);
    assert_eq!(volume["spec"]["csi"]["driver"].str(), "hostpath.csi.k8s.io");
    assert_eq!(world.messages("ProvisioningSucceeded"), [format!("Successfully provisioned volume {}", volume.name())]);
    world.edit(kind::PERSISTENT_VOLUME_CLAIM, "data", |c| c.set("spec.resources.requests.storage", "3Gi"));
    world.settle();
    assert_eq!(data(&world).at("status.capacity.storage").str(), "3Gi");
    assert_eq!(world.messages("VolumeResizeSuccessful").len(), 1);
    world.delete(kind::PERSISTENT_VOLUME_CLAIM, "data", Propagation::Background);
    world.advance(Duration::from_secs(20));
    assert!(world.list(kind::PERSISTENT_VOLUME).is_empty());
}

#[test]
fn a_volume_that_is_to_be_kept_outlives_its_claim() {
    let mut world = World::new(2);
    claim(&mut world, "Retain");
    world.delete(kind::PERSISTENT_VOLUME_CLAIM, "data", Propagation::Background);
    world.advance(Duration::from_secs(20));
    assert_eq!(world.list(kind::PERSISTENT_VOLUME)[0]["status"]["phase"].str(), "Released");
}

/// A Pod that mounts the claim, and asks for nodes with a label.
fn user(world: &mut World, name: &str, label: &str) {
    let claim = obj! { "name" => "v", "persistentVolumeClaim" => obj! { "claimName" => "data" } };
    let container = obj! { "name" => "c", "image" => "nginx" };
    let selector = obj! { "kubernetes.io/hostname" => label };
    let spec = obj! { "containers" => list![container], "volumes" => list![claim], "nodeSelector" => selector };
    world.create(kind::POD, obj! { "metadata" => obj! { "name" => name, "namespace" => "default" }, "spec" => spec });
    world.settle();
}

#[test]
fn only_a_pod_that_has_a_node_holds_its_claim_back() {
    let mut world = World::new(2);
    claim(&mut world, "Delete");
    user(&mut world, "placed", "node1");
    user(&mut world, "waiting", "nowhere");
    world.delete(kind::PERSISTENT_VOLUME_CLAIM, "data", Propagation::Background);
    world.advance(Duration::from_secs(20));
    assert!(data(&world).deleting(), "a Pod that runs uses it");
    world.delete(kind::POD, "placed", Propagation::Background);
    world.advance(Duration::from_secs(60));
    assert!(world.get(kind::PERSISTENT_VOLUME_CLAIM, "data").is_none(), "the Pod that waits does not");
}

#[test]
fn a_claim_for_one_pod_goes_to_one() {
    let mut world = World::new(2);
    claim(&mut world, "Delete");
    let modes = list!["ReadWriteOncePod"];
    let metadata = obj! { "name" => "alone", "namespace" => "default" };
    let requests = obj! { "requests" => obj! { "storage" => "1Gi" } };
    let spec = obj! { "accessModes" => modes, "resources" => requests, "storageClassName" => "csi" };
    world.create(kind::PERSISTENT_VOLUME_CLAIM, obj! { "metadata" => metadata, "spec" => spec });
    world.settle();
    for name in ["one", "two"] {
        let claim = obj! { "name" => "v", "persistentVolumeClaim" => obj! { "claimName" => "alone" } };
        let container = obj! { "name" => "c", "image" => "nginx" };
        let spec = obj! { "containers" => list![container], "volumes" => list![claim] };
        world.create(
            kind::POD,
            obj! { "metadata" => obj! { "name" => name, "namespace" => "default" }, "spec" => spec },
        );
        world.settle();
    }
    let node = |world: &World, name: &str| world.get(kind::POD, name).unwrap()["spec"]["nodeName"].str().to_owned();
    assert!(!node(&world, "one").is_empty() && node(&world, "two").is_empty());
    let why = world.messages("FailedScheduling").remove(0);
    let taken = "2 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode";
    assert!(why.contains(taken), "{why}");
    world.delete(kind::POD, "one", Propagation::Background);
    world.advance(Duration::from_secs(60));
    assert!(!node(&world, "two").is_empty());
}

#[test]
fn a_recycled_volume_is_emptied_by_a_pod_and_free_again() {
    let mut world = World::new(1);
    let spec = obj! {
        "accessModes" => list!["ReadWriteOnce"], "capacity" => obj! { "storage" => "1Gi" },
        "hostPath" => obj! { "path" => "/data" }, "persistentVolumeReclaimPolicy" => "Recycle",
    };
    world.create(kind::PERSISTENT_VOLUME, obj! { "metadata" => obj! { "name" => "old" }, "spec" => spec });
    let requests = obj! { "requests" => obj! { "storage" => "1Gi" } };
    let spec = obj! { "accessModes" => list!["ReadWriteOnce"], "resources" => requests, "storageClassName" => "" };
    let metadata = obj! { "name" => "data", "namespace" => "default" };
    world.create(kind::PERSISTENT_VOLUME_CLAIM, obj! { "metadata" => metadata, "spec" => spec });
    world.settle();
    let phase = |world: &World| world.get(kind::PERSISTENT_VOLUME, "old").unwrap()["status"]["phase"].str().to_owned();
    assert_eq!(phase(&world), "Bound");
    world.delete(kind::PERSISTENT_VOLUME_CLAIM, "data", Propagation::Background);
    world.settle();
    assert_eq!(phase(&world), "Released");
    let pod = world.get(kind::POD, "recycler-for-old").unwrap();
    assert_eq!(pod["spec"]["volumes"].array()[0].at("hostPath.path").str(), "/data");
    let mut done = pod;
    done.set("status.phase", "Succeeded");
    world.client(|client| client.update_status(kind::POD, done)).unwrap();
    world.advance(Duration::from_secs(40));
    assert_eq!(phase(&world), "Available");
    assert_eq!(world.messages("VolumeRecycled"), ["Volume recycled"]);
    assert!(world.get(kind::POD, "recycler-for-old").is_none());
}
