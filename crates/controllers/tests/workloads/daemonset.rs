//! DaemonSets: updates that surge, Pods that fail.

use crate::world::World;
use api::{Value, is_pod_ready, kind, list, obj};

fn set(world: &mut World, image: &str, update: Value) {
    let labels = obj! { "app" => "agent" };
    let containers = list![obj! { "name" => "c", "image" => image }];
    let spec = obj! {
        "selector" => obj! { "matchLabels" => labels.clone() },
        "updateStrategy" => obj! { "type" => "RollingUpdate", "rollingUpdate" => update },
        "template" =>
            obj! { "metadata" => obj! { "labels" => labels }, "spec" => obj! { "containers" => containers } },
    };
    world.create(
        kind::DAEMON_SET,
        obj! { "metadata" => obj! { "name" => "agent", "namespace" => "default" }, "spec" => spec },
    );
}

#[test]
fn a_surge_brings_new_pods_before_the_old_ones_go() {
    let mut world = World::new(3);
    set(&mut world, "nginx:1.25", obj! { "maxSurge" => 1, "maxUnavailable" => 0 });
    world.settle();
    let begun = world.history.len();
    world.edit(kind::DAEMON_SET, "agent", |set| {
        set.at_mut("spec.template.spec.containers").array_mut()[0].set("image", "nginx:1.26");
    });
    for _ in 0..5 {
        world.settle();
    }
    let status = world.get(kind::DAEMON_SET, "agent").unwrap()["status"].clone();
    assert_eq!([status["updatedNumberScheduled"].int(), status["numberAvailable"].int()], [3, 3]);
    assert_eq!(world.list(kind::POD).len(), 3);
    // At every moment each node had a Pod that was Ready, and never was there more than one more.
    let mut pods: Vec<Value> = Vec::new();
    for (at, event) in world.history.iter().enumerate().filter(|(_, event)| event.kind == kind::POD) {
        pods.retain(|pod| pod.uid() != event.object.uid());
        if event.event != apiserver::EventType::Deleted {
            pods.push(event.object.clone());
        }
        if at >= begun {
            let ready = pods.iter().filter(|pod| is_pod_ready(pod) && !pod.deleting()).count();
            assert!(ready >= 3, "{ready} ready");
            assert!(pods.iter().filter(|pod| !pod.deleting()).count() <= 4);
        }
    }
}

#[test]
fn pods_that_fail_again_and_again_are_replaced_later_each_time() {
    let mut world = World::new(1);
    set(&mut world, "job:1", obj! { "maxUnavailable" => 1 });
    world.advance(std::time::Duration::from_secs(60));
    let replaced = world.messages("FailedDaemonPod");
    assert!(replaced.iter().all(|text| text.starts_with("Found failed daemon pod default/agent-")), "{replaced:?}");
    // At once, then after 1, 2, 4, 8, 16 and 32 s at least.
    assert!((5..=7).contains(&replaced.len()), "{}", replaced.len());
}
