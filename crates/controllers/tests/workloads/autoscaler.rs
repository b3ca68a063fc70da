//! Autoscalers on measured usage.

use crate::world::World;
use api::{OrdMap, Value, condition, kind, list, obj};
use apiserver::{API_SERVICE, Key, Measured};
use std::time::Duration;

/// A Deployment whose Pods request 100m, and its autoscaler, which aims at 50 %.
fn world(replicas: i64, behavior: Value) -> World {
    let mut world = World::new(3);
    world.deployment("web", "nginx", replicas);
    world.edit(kind::DEPLOYMENT, "web", |d| {
        let requests = obj! { "requests" => obj! { "cpu" => "100m" } };
        let container = obj! { "name" => "c", "image" => "nginx", "resources" => requests };
        d.set("spec.template.spec.containers", list![container]);
    });
    world.settle();
    let target = obj! { "type" => "Utilization", "averageUtilization" => 50 };
    let metric = obj! { "type" => "Resource", "resource" => obj! { "name" => "cpu", "target" => target } };
    let spec = obj! {
        "scaleTargetRef" => obj! { "apiVersion" => "apps/v1", "kind" => "Deployment", "name" => "web" },
        "minReplicas" => 1, "maxReplicas" => 10, "metrics" => list![metric], "behavior" => behavior,
    };
    let metadata = obj! { "name" => "web", "namespace" => "default" };
    world.create(kind::HORIZONTAL_POD_AUTOSCALER, obj! { "metadata" => metadata, "spec" => spec });
    world
}

/// The APIService by which metrics-server is asked.
fn install(world: &mut World) {
    let spec = obj! {
        "group" => "metrics.k8s.io", "version" => "v1beta1", "groupPriorityMinimum" => 100, "versionPriority" => 100,
        "insecureSkipTLSVerify" => true, "service" => obj! { "name" => "metrics-server", "namespace" => "kube-system" },
    };
    world.create(kind::API_SERVICE, obj! { "metadata" => obj! { "name" => API_SERVICE }, "spec" => spec });
}

/// Each Pod uses `milli` thousandths of a core, for so many rounds of 15 s. Returns the sizes after each.
fn load(world: &mut World, milli: i64, rounds: usize) -> Vec<i64> {
    let mut sizes = Vec::new();
    if world.list(kind::API_SERVICE).is_empty() {
        install(world);
    }
    for _ in 0..rounds {
        world.advance(Duration::from_secs(1));
        let mut pods = OrdMap::default();
        for pod in world.list(kind::POD) {
            let usage = obj! { "cpu" => format!("{milli}m"), "memory" => "10Mi" };
            let measured = obj! {
                "metadata" => obj! { "name" => pod.name(), "namespace" => "default", "labels" => pod.labels() },
                "timestamp" => world.now + Duration::from_secs(14), "window" => "10s",
                "containers" => list![obj! { "name" => "c", "usage" => usage }],
            };
            pods.insert(Key::of(&pod), measured);
        }
        world.api.set_measured(Some(Measured { pods, ..Measured::default() }));
        world.advance(Duration::from_secs(14));
        sizes.push(world.get(kind::DEPLOYMENT, "web").unwrap()["spec"]["replicas"].int());
    }
    sizes
}

fn autoscaler(world: &World) -> Value {
    world.get(kind::HORIZONTAL_POD_AUTOSCALER, "web").unwrap()
}

fn reason(world: &World, type_: &str) -> String {
    condition(&autoscaler(world), type_)["reason"].str().to_owned()
}

#[test]
fn without_the_metrics_api_it_says_so() {
    let mut world = world(2, Value::Null);
    world.advance(Duration::from_secs(20));
    let why = "failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource \
               metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)";
    assert_eq!(world.messages("FailedGetResourceMetric"), [why]);
    let all =
        format!("invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: {why}");
    assert_eq!(world.messages("FailedComputeMetricsReplicas"), [all]);
    let status = autoscaler(&world)["status"].clone();
    assert_eq!((status["currentReplicas"].int(), status["desiredReplicas"].int()), (2, 0));
    assert_eq!(status["currentMetrics"], list![obj! { "type" => "" }]);
    assert_eq!(
        condition(&autoscaler(&world), "ScalingActive")["message"].str(),
        format!("the HPA was unable to compute the replica count: {why}")
    );
}

#[test]
fn it_grows_at_most_twofold_and_shrinks_after_five_minutes() {
    let mut world = world(1, Value::Null);
    assert_eq!(load(&mut world, 200, 5), [4, 8, 10, 10, 10]);
    assert_eq!(reason(&world, "ScalingLimited"), "TooManyReplicas");
    let reason_of_growth = "New size: 4; reason: cpu resource utilization (percentage of request) above target";
    assert_eq!(world.messages("SuccessfulRescale")[0], reason_of_growth);
    let status = autoscaler(&world)["status"].clone();
    let current = &status["currentMetrics"].array()[0]["resource"]["current"];
    assert_eq!((current["averageUtilization"].int(), current["averageValue"].str()), (200, "200m"));
    let sizes = load(&mut world, 5, 24);
    assert_eq!(sizes[..18], [10; 18]);
    assert_eq!(reason(&world, "AbleToScale"), "ReadyForNewScale");
    assert_eq!(*sizes.last().unwrap(), 1);
    assert_eq!(*world.messages("SuccessfulRescale").last().unwrap(), "New size: 1; reason: All metrics below target");
}

#[test]
fn small_differences_change_nothing() {
    let mut world = world(2, Value::Null);
    assert_eq!(load(&mut world, 54, 3), [2, 2, 2]);
    assert_eq!(load(&mut world, 56, 1), [3]);
}

#[test]
fn behaviour_says_how_fast() {
    let policy = |value: i64| {
        let policy = obj! { "type" => "Pods", "value" => value, "periodSeconds" => 60 };
        obj! { "stabilizationWindowSeconds" => 0, "selectPolicy" => "Max", "policies" => list![policy] }
    };
    let mut world = world(2, obj! { "scaleUp" => policy(1), "scaleDown" => policy(2) });
    let sizes = load(&mut world, 200, 9);
    assert_eq!(sizes, [3, 3, 3, 3, 4, 4, 4, 4, 5]);
    assert_eq!(reason(&world, "ScalingLimited"), "ScaleUpLimit");
    // What was added in the last minute does not count as there before it.
    assert_eq!(load(&mut world, 1, 5), [2, 2, 2, 2, 1]);
}

#[test]
fn a_target_without_requests_cannot_be_related_to_them() {
    let mut world = world(2, Value::Null);
    world.edit(kind::DEPLOYMENT, "web", |d| {
        d.set("spec.template.spec.containers", list![obj! { "name" => "c", "image" => "nginx" }]);
    });
    world.settle();
    load(&mut world, 54, 2);
    let message = world.messages("FailedGetResourceMetric").pop().unwrap();
    assert!(
        message.starts_with("failed to get cpu utilization: missing request for cpu in container c of Pod web-"),
        "{message}"
    );
}
