//! Pods that nobody ends any more.

use crate::world::World;
use api::{Value, condition, kind, list, obj};
use apiserver::Propagation;
use std::time::Duration;

fn pod(world: &mut World, name: &str, metadata: Value, spec: Value) {
    let mut metadata = metadata;
    metadata.set("name", name);
    metadata.set("namespace", "default");
    let mut spec = spec;
    spec.set("containers", list![obj! { "name" => "c", "image" => "nginx" }]);
    world.create(kind::POD, obj! { "metadata" => metadata, "spec" => spec });
}

#[test]
fn pods_of_a_node_that_is_gone_go() {
    let mut world = World::new(2);
    let finalizers = list!["example.com/wait"];
    pod(&mut world, "web", obj! { "finalizers" => finalizers }, obj! { "nodeName" => "node2" });
    world.settle();
    world.silent.insert("node2".to_owned());
    world.delete(kind::NODE, "node2", Propagation::Background);
    world.advance(Duration::from_secs(30));
    assert_eq!(world.get(kind::POD, "web").unwrap().at("status.phase").str(), "Running");
    world.advance(Duration::from_secs(40));
    let web = world.get(kind::POD, "web").unwrap();
    assert_eq!(web.at("status.phase").str(), "Failed");
    let why = condition(&web, "DisruptionTarget");
    assert_eq!((why["reason"].str(), why["message"].str()), ("DeletionByPodGC", "PodGC: node no longer exists"));
    assert!(web.deleting());
}

#[test]
fn a_pod_that_is_deleted_before_it_has_a_node_has_failed() {
    let mut world = World::new(1);
    let spec = obj! { "nodeSelector" => obj! { "disk" => "none" } };
    pod(&mut world, "waits", obj! { "finalizers" => list!["example.com/wait"] }, spec);
    world.settle();
    world.delete(kind::POD, "waits", Propagation::Background);
    world.settle();
    assert_eq!(world.get(kind::POD, "waits").unwrap().at("status.phase").str(), "Pending");
    world.advance(Duration::from_secs(20));
    assert_eq!(world.get(kind::POD, "waits").unwrap().at("status.phase").str(), "Failed");
}
