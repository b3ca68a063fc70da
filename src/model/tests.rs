//! The world from watch events.

use super::*;
use api::{Value, kind, list, obj};
use std::rc::Rc;

fn meta(name: &str, namespace: &str, owner: Option<(&str, &str)>) -> Value {
    let owners = owner.map(|(kind, name)| {
        list![obj! { "kind" => kind, "name" => name, "uid" => format!("uid-{name}"), "controller" => true }]
    });
    obj! { "name" => name, "namespace" => namespace, "uid" => format!("uid-{name}"), "ownerReferences" => owners }
}

fn node(name: &str, ready: &str) -> Value {
    obj! {
        "metadata" => meta(name, "", None),
        "status" => obj! {
            "addresses" => list![obj! { "type" => "InternalIP", "address" => "192.168.0.11" }],
            "conditions" => list![obj! { "type" => "Ready", "status" => ready }],
        },
    }
}

fn pod(name: &str, node: &str, phase: &str, ip: &str) -> Value {
    let ready = if phase == "Running" { "True" } else { "False" };
    obj! {
        "metadata" => meta(name, "default", Some(("ReplicaSet", "web-1"))),
        "spec" => obj! { "nodeName" => node, "containers" => list![obj! { "name" => "nginx", "image" => "nginx" }] },
        "status" => obj! {
            "phase" => phase, "podIP" => ip,
            "conditions" => list![obj! { "type" => "Ready", "status" => ready }],
            "containerStatuses" => if phase == "Pending" && !node.is_empty() {
                list![obj! { "name" => "nginx", "state" => obj! { "waiting" => obj! { "reason" => "ContainerCreating" } } }]
            } else {
                list![]
            },
        },
    }
}

fn owner(name: &str, of: Option<(&str, &str)>, ready: i32) -> Value {
    obj! {
        "metadata" => meta(name, "default", of),
        "spec" => obj! { "replicas" => 2 }, "status" => obj! { "replicas" => 2, "readyReplicas" => ready },
    }
}

fn world() -> World {
    let mut world = World::default();
    world.apply(kind::NODE, false, &node("node1", "True"));
    world.apply(kind::NODE, false, &node("node2", "True"));
    world.apply(kind::DEPLOYMENT, false, &owner("web", None, 0));
    world.apply(kind::REPLICA_SET, false, &owner("web-1", Some(("Deployment", "web")), 0));
    world
}

#[test]
fn a_pod_goes_from_the_tray_to_its_room() {
    let mut world = world();
    world.apply(kind::POD, false, &pod("web-1-a", "", "Pending", ""));
    assert_eq!(world.view().tray.len(), 1);
    assert!(world.take_moved() && !world.take_moved());
    assert_eq!(world.view().tray[0].look, PodState::Pending);
    world.apply(kind::POD, false, &pod("web-1-a", "node1", "Pending", ""));
    assert!(world.view().tray.is_empty());
    assert_eq!(world.view().rooms["node1"].pods[0].label(None), "web-1-a ContainerCreating (Pending)");
    world.apply(kind::POD, false, &pod("web-1-a", "node1", "Running", "10.44.0.1"));
    let seen = &world.view().rooms["node1"].pods[0];
    assert_eq!((seen.label(None).as_str(), seen.look), ("web-1-a 10.44.0.1 Running", PodState::Ready));
    world.apply(kind::POD, true, &pod("web-1-a", "node1", "Running", "10.44.0.1"));
    assert!(world.view().rooms["node1"].pods.is_empty());
}

#[test]
fn a_cron_job_has_its_jobs_and_a_complete_one_is_over() {
    let mut world = world();
    let cron = obj! { "metadata" => meta("hello", "default", None), "spec" => obj! { "schedule" => "*/5 * * * *" } };
    world.apply(kind::CRON_JOB, false, &cron);
    let job = |active: i64, succeeded: i64| {
        obj! {
            "metadata" => meta("hello-123", "default", Some(("CronJob", "hello"))),
            "spec" => obj! { "completions" => 2, "parallelism" => 2 },
            "status" => obj! { "active" => active, "succeeded" => succeeded },
        }
    };
    world.apply(kind::JOB, false, &job(2, 0));
    let card = |world: &World| world.view().workloads.iter().find(|w| w.kind == "CronJob").unwrap().clone();
    let seen = card(&world);
    assert_eq!((seen.counts, seen.schedule.as_str()), (Counts::Jobs, "*/5 * * * *"));
    let child = &seen.children[0];
    assert_eq!((child.short_name("hello"), child.counts, child.over()), ("123", Counts::Completions, false));
    assert_eq!((child.desired, child.current, child.ready), (2, 2, 0));
    world.apply(kind::JOB, false, &job(0, 2));
    assert!(card(&world).children[0].over());
}

#[test]
fn a_change_leaves_other_rooms_alone() {
    let mut world = world();
    let before = world.clone();
    world.apply(kind::POD, false, &pod("web-1-a", "node1", "Pending", ""));
    assert!(!Rc::ptr_eq(&before.view().rooms["node1"], &world.view().rooms["node1"]));
    assert!(Rc::ptr_eq(&before.view().rooms["node2"], &world.view().rooms["node2"]));
    assert!(Rc::ptr_eq(&before.view().workloads, &world.view().workloads));
    // A heartbeat changes the object, but nothing that is shown.
    let before = world.clone();
    world.apply(kind::NODE, false, &node("node1", "True"));
    assert!(Rc::ptr_eq(&before.view().rooms["node1"], &world.view().rooms["node1"]));
    world.apply(kind::NODE, false, &node("node1", "Unknown"));
    assert!(!world.view().rooms["node1"].ready && world.view().rooms["node1"].pods.len() == 1);
}

#[test]
fn a_deployment_and_its_pods_share_a_colour() {
    let mut world = world();
    world.apply(kind::DEPLOYMENT, false, &owner("other", None, 0));
    world.apply(kind::POD, false, &pod("web-1-a", "node1", "Running", "10.44.0.1"));
    let card = world.view().workloads.iter().find(|card| card.name == "web").unwrap();
    assert_eq!(card.children[0].short_name("web"), "1");
    assert_eq!(world.view().rooms["node1"].pods[0].hue, Some(card.hue));
    assert_ne!(world.view().workloads.iter().find(|card| card.name == "other").unwrap().hue, card.hue);
    let related = world.related("uid-web");
    assert!(["uid-web", "uid-web-1", "uid-web-1-a"].iter().all(|uid| related.contains(*uid)));
    assert!(!related.contains("uid-other"));
}

#[test]
fn an_image_is_pulled_between_two_events() {
    let mut world = world();
    world.apply(kind::POD, false, &pod("web-1-a", "node1", "Pending", ""));
    let event = |reason: &str| obj! { "reason" => reason, "involvedObject" => obj! { "kind" => "Pod", "uid" => "uid-web-1-a" } };
    world.apply(kind::EVENT, false, &event("Pulling"));
    assert!(world.view().rooms["node1"].pods[0].pulling);
    world.apply(kind::EVENT, false, &event("Pulled"));
    assert!(!world.view().rooms["node1"].pods[0].pulling);
}

#[test]
fn a_service_shows_its_endpoints() {
    let mut world = world();
    world.apply(kind::POD, false, &pod("web-1-a", "node1", "Running", "10.44.0.1"));
    let service = obj! {
        "metadata" => meta("web", "default", None),
        "spec" => obj! { "type" => "NodePort", "clusterIP" => "10.96.5.5", "ports" => list![obj! { "port" => 80, "nodePort" => 31080 }] },
    };
    world.apply(kind::SERVICE, false, &service);
    let endpoint = obj! { "addresses" => list!["10.44.0.1"], "targetRef" => obj! { "uid" => "uid-web-1-a" }, "conditions" => obj! { "ready" => true } };
    let mut slice = obj! { "metadata" => meta("web-x", "default", None), "endpoints" => list![endpoint] };
    slice.at_mut("metadata.labels").object_mut().insert("kubernetes.io/service-name", "web".into());
    world.apply(kind::ENDPOINT_SLICE, false, &slice);
    let seen = &world.view().services[0];
    assert_eq!((seen.ports.as_str(), seen.ready()), ("80:31080/TCP", 1));
    assert_eq!(seen.hue, world.view().rooms["node1"].pods[0].hue);
    assert!(world.related(&seen.uid).contains("uid-web-1-a"));
    world.apply(kind::SERVICE, true, &service);
    assert!(world.view().services.is_empty());
}

#[test]
fn failures_look_like_failures() {
    let mut object = pod("web-1-a", "node1", "Pending", "");
    object.set(
        "status.containerStatuses",
        list![obj! { "name" => "nginx", "state" => obj! { "waiting" => obj! { "reason" => "ImagePullBackOff" } } }],
    );
    let seen = Pod::read(&object);
    assert_eq!(
        (seen.look, seen.state.as_str(), seen.containers[0].failed),
        (PodState::Failed, "ImagePullBackOff", true)
    );
    object.set("metadata.deletionTimestamp", "2026-11-23T00:43:19Z");
    assert_eq!(Pod::read(&object).look, PodState::Terminating);
}

#[test]
fn names_are_split_where_pods_of_one_owner_differ() {
    let seen = Pod::read(&pod("web-1-a", "node1", "Running", "10.44.0.1"));
    assert_eq!(seen.split_name(), ("web-1-", "a"));
}
