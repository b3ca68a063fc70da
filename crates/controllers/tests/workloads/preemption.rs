//! Pods that make room for others.

use crate::world::World;
use api::{Value, condition, kind, list, obj};
use apiserver::Propagation;
use std::time::Duration;

fn priorities(world: &mut World) {
    for (name, value) in [("low", 10), ("middle", 100), ("high", 1000)] {
        world.create(kind::PRIORITY_CLASS, obj! { "metadata" => obj! { "name" => name }, "value" => value });
    }
}

/// A Pod of a priority class that asks for so much, with more of a spec.
fn pod(world: &mut World, name: &str, class: &str, cpu: &str, mut spec: Value) {
    let resources = obj! { "requests" => obj! { "cpu" => cpu } };
    spec.set("containers", list![obj! { "name" => "c", "image" => "nginx", "resources" => resources }]);
    spec.set("priorityClassName", class);
    let labels = obj! { "app" => name };
    let metadata = obj! { "name" => name, "namespace" => "default", "labels" => labels };
    world.create(kind::POD, obj! { "metadata" => metadata, "spec" => spec });
    world.settle();
}

fn node(world: &World, name: &str) -> String {
    world.get(kind::POD, name).map(|pod| pod["spec"]["nodeName"].str().to_owned()).unwrap_or_default()
}

fn budget(world: &mut World, app: &str) {
    let selector = obj! { "matchLabels" => obj! { "app" => app } };
    let metadata = obj! { "name" => app, "namespace" => "default" };
    let spec = obj! { "minAvailable" => 1, "selector" => selector };
    world.create(kind::POD_DISRUPTION_BUDGET, obj! { "metadata" => metadata, "spec" => spec });
    world.settle();
}

#[test]
fn pods_that_budgets_keep_go_last() {
    let mut world = World::new(3);
    priorities(&mut world);
    for name in ["a", "b", "c"] {
        pod(&mut world, name, "low", "3", obj! {});
    }
    budget(&mut world, "a");
    budget(&mut world, "b");
    let room = node(&world, "c");
    pod(&mut world, "urgent", "high", "3", obj! {});
    world.settle();
    assert_eq!(node(&world, "urgent"), room);
    assert!(world.get(kind::POD, "c").is_none());
    // A budget does not hold what is more important up.
    pod(&mut world, "more", "high", "3", obj! {});
    world.settle();
    assert!(!node(&world, "more").is_empty());
}

#[test]
fn what_would_not_fit_either_way_is_told() {
    let mut world = World::new(2);
    priorities(&mut world);
    pod(&mut world, "a", "low", "1", obj! { "nodeName" => "node1" });
    pod(&mut world, "b", "high", "2", obj! { "nodeName" => "node1" });
    pod(&mut world, "c", "high", "3", obj! { "nodeName" => "node2" });
    pod(&mut world, "large", "high", "3", obj! {});
    let why = world.messages("FailedScheduling").remove(0);
    let end = "preemption: 0/3 nodes are available: 1 Insufficient cpu, 1 No preemption victims found for incoming pod, 1 \
               Preemption is not helpful for scheduling.";
    assert!(why.ends_with(end), "{why}");
}

#[test]
fn a_claim_for_one_pod_goes_to_the_more_important() {
    let mut world = World::new(2);
    priorities(&mut world);
    let class = obj! { "metadata" => obj! { "name" => "csi" }, "provisioner" => "hostpath.csi.k8s.io" };
    world.create(kind::STORAGE_CLASS, class);
    let requests = obj! { "requests" => obj! { "storage" => "1Gi" } };
    let spec = obj! {
        "accessModes" => list!["ReadWriteOncePod"], "resources" => requests, "storageClassName" => "csi",
    };
    let metadata = obj! { "name" => "alone", "namespace" => "default" };
    world.create(kind::PERSISTENT_VOLUME_CLAIM, obj! { "metadata" => metadata, "spec" => spec });
    world.settle();
    let volumes = || list![obj! { "name" => "v", "persistentVolumeClaim" => obj! { "claimName" => "alone" } }];
    pod(&mut world, "one", "low", "1", obj! { "volumes" => volumes() });
    pod(&mut world, "same", "low", "1", obj! { "volumes" => volumes() });
    assert!(!node(&world, "one").is_empty() && node(&world, "same").is_empty());
    world.delete(kind::POD, "same", Propagation::Background);
    pod(&mut world, "urgent", "high", "1", obj! { "volumes" => volumes() });
    world.advance(Duration::from_secs(20));
    assert!(world.get(kind::POD, "one").is_none());
    assert!(!node(&world, "urgent").is_empty());
}

#[test]
fn a_pod_waits_for_those_that_make_room_for_it() {
    let mut world = World::new(1);
    priorities(&mut world);
    pod(&mut world, "slow", "low", "3", obj! {});
    pod(&mut world, "other", "low", "0", obj! { "nodeName" => "master" });
    let worker = node(&world, "slow");
    world.silent.insert(worker.clone());
    pod(&mut world, "urgent", "high", "3", obj! {});
    let urgent = world.get(kind::POD, "urgent").unwrap();
    assert_eq!(urgent.at("status.nominatedNodeName").str(), worker);
    let slow = world.get(kind::POD, "slow").unwrap();
    let target = condition(&slow, "DisruptionTarget");
    assert_eq!((slow.deleting(), target["reason"].str()), (true, "PreemptionByScheduler"));
    // Something else wakes the scheduler up meanwhile.
    world.delete(kind::POD, "other", Propagation::Background);
    world.advance(Duration::from_secs(15));
    let messages = world.messages("FailedScheduling");
    let waits = "preemption: not eligible due to a terminating pod on the nominated node.";
    assert!(messages.iter().any(|text| text.ends_with(waits)), "{messages:?}");
    assert_eq!(world.messages("Preempted").len(), 1);
}

#[test]
fn who_is_to_have_the_room_gives_way_to_the_more_important() {
    let mut world = World::new(1);
    priorities(&mut world);
    pod(&mut world, "slow", "low", "3", obj! {});
    let worker = node(&world, "slow");
    world.silent.insert(worker.clone());
    let nominated =
        |world: &World, name: &str| world.get(kind::POD, name).unwrap().at("status.nominatedNodeName").str().to_owned();
    pod(&mut world, "second", "middle", "3", obj! {});
    assert_eq!(nominated(&world, "second"), worker);
    pod(&mut world, "urgent", "high", "3", obj! {});
    assert_eq!([nominated(&world, "second"), nominated(&world, "urgent")], ["", worker.as_str()]);
    world.advance(Duration::from_secs(30));
    assert_eq!([nominated(&world, "second"), nominated(&world, "urgent")], ["", worker.as_str()]);
}
