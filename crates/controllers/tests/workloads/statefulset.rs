//! StatefulSets: order, identity, volumes.

use crate::world::World;
use api::{Value, kind, list, obj};
use apiserver::{EventType, Propagation};
use std::time::Duration;

fn set(world: &mut World, spec: Value) -> Value {
    let labels = obj! { "app" => "db" };
    let mut spec = spec;
    spec.set("selector.matchLabels", labels.clone());
    spec.set("serviceName", "db");
    let containers = list![obj! { "name" => "c", "image" => "redis:7" }];
    spec.set(
        "template",
        obj! { "metadata" => obj! { "labels" => labels }, "spec" => obj! { "containers" => containers } },
    );
    let set = obj! { "metadata" => obj! { "name" => "db", "namespace" => "default" }, "spec" => spec };
    world.create(kind::STATEFUL_SET, set)
}

fn rolling(partition: i64) -> Value {
    obj! { "type" => "RollingUpdate", "rollingUpdate" => obj! { "partition" => partition } }
}

/// What happened to Pods, in order: `+db-0` came, `db-0` became Ready, `-db-0` has gone.
fn lives(world: &World) -> Vec<String> {
    let pods = world.history.iter().filter(|e| e.kind == kind::POD);
    let mark = |e: &apiserver::WatchEvent| match e.event {
        EventType::Added => Some("+"),
        EventType::Deleted => Some("-"),
        EventType::Modified => (api::is_pod_ready(&e.object) && !api::is_pod_ready(&e.old)).then_some(""),
    };
    pods.filter_map(|e| Some(format!("{}{}", mark(e)?, e.object.name()))).collect()
}

fn names(world: &World) -> Vec<String> {
    world.list(kind::POD).iter().map(|pod| pod.name().to_owned()).collect()
}

fn revisions(world: &World) -> Vec<(i64, String)> {
    let mut all: Vec<_> = world
        .list(kind::CONTROLLER_REVISION)
        .iter()
        .map(|revision| (revision["revision"].int(), revision.name().to_owned()))
        .collect();
    all.sort();
    all
}

#[test]
fn pods_come_and_go_one_after_the_other() {
    let mut world = World::new(2);
    set(&mut world, obj! { "replicas" => 2, "updateStrategy" => rolling(0) });
    world.settle();
    assert_eq!(lives(&world), ["+db-0", "db-0", "+db-1", "db-1"]);
    let pod = world.get(kind::POD, "db-1").unwrap();
    let status = world.get(kind::STATEFUL_SET, "db").unwrap()["status"].clone();
    assert_eq!(pod.labels()["apps.kubernetes.io/pod-index"].str(), "1");
    assert_eq!(pod.labels()["statefulset.kubernetes.io/pod-name"].str(), "db-1");
    assert_eq!(pod.labels()["controller-revision-hash"], status["currentRevision"]);
    assert_eq!((pod["spec"]["hostname"].str(), pod["spec"]["subdomain"].str()), ("db-1", "db"));
    assert_eq!((status["readyReplicas"].int(), status["updatedReplicas"].int()), (2, 2));
    assert_eq!(world.messages("SuccessfulCreate")[0], "Create Pod db-0 in StatefulSet db successful");
    world.history.clear();
    world.edit(kind::STATEFUL_SET, "db", |set| set.set("spec.replicas", 0));
    world.settle();
    assert_eq!(lives(&world), ["-db-1", "-db-0"]);
}

#[test]
fn parallel_sets_do_not_wait() {
    let mut world = World::new(2);
    set(
        &mut world,
        obj! {
            "replicas" => 2, "podManagementPolicy" => "Parallel", "ordinals" => obj! { "start" => 5 },
            "updateStrategy" => rolling(0),
        },
    );
    world.settle();
    assert_eq!(lives(&world)[..2], ["+db-5", "+db-6"]);
}

#[test]
fn a_partition_keeps_the_lower_ordinals() {
    let mut world = World::new(2);
    set(&mut world, obj! { "replicas" => 3, "updateStrategy" => rolling(2) });
    world.settle();
    world.history.clear();
    let image = |set: &mut Value, image: &str| {
        set.set("spec.template.spec.containers", list![obj! { "name" => "c", "image" => image }]);
    };
    world.edit(kind::STATEFUL_SET, "db", |set| image(set, "redis:8"));
    world.settle();
    assert_eq!(lives(&world), ["-db-2", "+db-2", "db-2"]);
    let status = world.get(kind::STATEFUL_SET, "db").unwrap()["status"].clone();
    assert_eq!((status["updatedReplicas"].int(), status["currentReplicas"].int()), (1, 2));
    // A Pod below the partition comes back as it was.
    world.delete(kind::POD, "db-0", Propagation::Background);
    world.settle();
    let pod = world.get(kind::POD, "db-0").unwrap();
    assert_eq!(pod.labels()["controller-revision-hash"], status["currentRevision"]);
    world.history.clear();
    world.edit(kind::STATEFUL_SET, "db", |set| set.set("spec.updateStrategy", rolling(0)));
    world.settle();
    assert_eq!(lives(&world), ["-db-1", "+db-1", "db-1", "-db-0", "+db-0", "db-0"]);
    let status = world.get(kind::STATEFUL_SET, "db").unwrap()["status"].clone();
    assert_eq!(status["currentRevision"], status["updateRevision"]);
    // Back to the first template: its revision is numbered anew.
    let before = revisions(&world);
    world.edit(kind::STATEFUL_SET, "db", |set| image(set, "redis:7"));
    world.settle();
    assert_eq!(revisions(&world), [(2, before[1].1.clone()), (3, before[0].1.clone())]);
}

#[test]
fn claims_stay_or_go_as_the_policy_says() {
    let mut world = World::new(2);
    let claim = obj! {
        "metadata" => obj! { "name" => "data" },
        "spec" => obj! { "accessModes" => list!["ReadWriteOnce"], "resources" => obj! { "requests" => obj! { "storage" => "1Gi" } } },
    };
    for i in 0..4 {
        let spec = obj! {
            "accessModes" => list!["ReadWriteOnce"], "capacity" => obj! { "storage" => "1Gi" },
            "hostPath" => obj! { "path" => "/data" }, "persistentVolumeReclaimPolicy" => "Retain",
        };
        world.create(
            kind::PERSISTENT_VOLUME,
            obj! { "metadata" => obj! { "name" => format!("pv{i}") }, "spec" => spec },
        );
    }
    set(
        &mut world,
        obj! {
            "replicas" => 2, "updateStrategy" => rolling(0), "volumeClaimTemplates" => list![claim],
            "persistentVolumeClaimRetentionPolicy" => obj! { "whenDeleted" => "Retain", "whenScaled" => "Delete" },
        },
    );
    world.advance(Duration::from_secs(40));
    assert_eq!(names(&world), ["db-0", "db-1"]);
    let claims = |world: &World| -> Vec<String> {
        world.list(kind::PERSISTENT_VOLUME_CLAIM).iter().map(|c| c.name().to_owned()).collect()
    };
    assert_eq!(claims(&world), ["data-db-0", "data-db-1"]);
    assert_eq!(world.messages("SuccessfulCreate")[0], "Create Claim data-db-0 Pod db-0 in StatefulSet db success");
    world.edit(kind::STATEFUL_SET, "db", |set| set.set("spec.replicas", 1));
    world.advance(Duration::from_secs(40));
    assert_eq!(claims(&world), ["data-db-0"]);
    world.delete(kind::STATEFUL_SET, "db", Propagation::Background);
    world.advance(Duration::from_secs(40));
    assert_eq!((names(&world).len(), claims(&world).len()), (0, 1));
}

#[test]
fn claims_of_a_pod_that_never_runs_go_with_the_set() {
    let mut world = World::new(1);
    let spec = obj! {
        "accessModes" => list!["ReadWriteOnce"],
        "resources" => obj! { "requests" => obj! { "storage" => "1Gi" } },
    };
    let claim = obj! { "metadata" => obj! { "name" => "data" }, "spec" => spec };
    let policy = obj! { "whenDeleted" => "Delete", "whenScaled" => "Retain" };
    set(
        &mut world,
        obj! { "replicas" => 1, "volumeClaimTemplates" => list![claim], "persistentVolumeClaimRetentionPolicy" => policy },
    );
    world.settle();
    assert_eq!(world.get(kind::POD, "db-0").unwrap()["status"]["phase"].str(), "Pending");
    assert_eq!(world.list(kind::PERSISTENT_VOLUME_CLAIM).len(), 1);
    world.delete(kind::STATEFUL_SET, "db", Propagation::Background);
    world.advance(Duration::from_secs(40));
    assert_eq!(world.list(kind::PERSISTENT_VOLUME_CLAIM), Vec::<Value>::new());
}

/// What a roll-out has left to wait for must not be forgotten when somebody scales meanwhile.
#[test]
fn scaling_down_waits_for_a_pod_to_be_available_and_no_longer() {
    let mut world = World::new(3);
    set(&mut world, obj! { "replicas" => 2, "minReadySeconds" => 5, "updateStrategy" => rolling(0) });
    world.advance(Duration::from_secs(30));
    world.edit(kind::STATEFUL_SET, "db", |set| {
        set.at_mut("spec.template.spec.containers").array_mut()[0].set("image", "redis:8");
    });
    while !lives(&world).ends_with(&["+db-0".to_owned(), "db-0".to_owned()]) {
        world.advance(Duration::from_millis(100));
    }
    world.edit(kind::STATEFUL_SET, "db", |set| set.set("spec.replicas", 1));
    world.advance(Duration::from_secs(2));
    assert_eq!(names(&world), ["db-0", "db-1"]);
    world.advance(Duration::from_secs(8));
    assert_eq!(names(&world), ["db-0"]);
}
