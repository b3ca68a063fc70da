//! ReplicationControllers are ReplicaSets with an older selector.

use crate::world::World;
use api::{kind, list, obj};

#[test]
fn a_replication_controller_keeps_its_number_of_pods() {
    let mut world = World::new(2);
    let labels = obj! { "app" => "old" };
    let spec = obj! {
        "replicas" => 2, "selector" => labels.clone(),
        "template" => obj! {
            "metadata" => obj! { "labels" => labels },
            "spec" => obj! { "containers" => list![obj! { "name" => "c", "image" => "nginx" }] },
        },
    };
    let metadata = obj! { "name" => "old", "namespace" => "default" };
    world.create(kind::REPLICATION_CONTROLLER, obj! { "metadata" => metadata, "spec" => spec });
    world.settle();
    let status = world.get(kind::REPLICATION_CONTROLLER, "old").unwrap()["status"].clone();
    assert_eq!((status["readyReplicas"].int(), status["terminatingReplicas"].is_null()), (2, true));
    let first = world.list(kind::POD)[0].name().to_owned();
    world.delete(kind::POD, &first, apiserver::Propagation::Background);
    world.settle();
    let names: Vec<String> = world.list(kind::POD).iter().map(|pod| pod.name().to_owned()).collect();
    assert!(names.len() == 2 && !names.contains(&first), "{names:?}");
    world.edit(kind::REPLICATION_CONTROLLER, "old", |rc| rc.set("spec.replicas", 0));
    world.settle();
    assert!(world.list(kind::POD).is_empty());
}
