//! The controllers and the scheduler together, against a real API server.

mod rights;
mod workloads;
mod world;

use api::{Value, kind, list, obj};
use apiserver::{EventType, Propagation};
use std::time::Duration;
use world::World;

fn ready(world: &World, deployment: &str) -> (i64, i64) {
    let status = &world.get(kind::DEPLOYMENT, deployment).unwrap()["status"];
    (status["readyReplicas"].int(), status["replicas"].int())
}

fn reasons(object: &Value) -> Vec<String> {
    object["status"]["conditions"].array().iter().map(|c| c["reason"].str().to_owned()).collect()
}

#[test]
fn a_deployment_makes_a_set_that_makes_pods_on_the_workers() {
    let mut world = World::new(3);
    world.deployment("web", "nginx", 3);
    world.settle();
    assert_eq!(ready(&world, "web"), (3, 3));
    let sets = world.list(kind::REPLICA_SET);
    assert_eq!(sets.len(), 1);
    let mut nodes: Vec<String> = world.list(kind::POD).iter().map(|p| p["spec"]["nodeName"].str().to_owned()).collect();
    nodes.sort();
    assert_eq!(nodes, ["node1", "node2", "node3"]);
    let set = sets[0].name();
    assert_eq!(world.messages("ScalingReplicaSet"), [format!("Scaled up replica set {set} from 0 to 3")]);
    assert_eq!(world.messages("SuccessfulCreate").len(), 3);
    let deployment = world.get(kind::DEPLOYMENT, "web").unwrap();
    assert_eq!(deployment.annotation("deployment.kubernetes.io/revision"), "1");
    assert_eq!(reasons(&deployment), ["MinimumReplicasAvailable", "NewReplicaSetAvailable"]);
    assert_eq!(sets[0].annotation("deployment.kubernetes.io/desired-replicas"), "3");
    assert_eq!(sets[0].annotation("deployment.kubernetes.io/max-replicas"), "4");
}

/// The columns READY, UP-TO-DATE, AVAILABLE of `kubectl get deploy -w`.
fn deployment_lines(world: &World) -> Vec<String> {
    let events = world.history.iter().filter(|e| e.kind == kind::DEPLOYMENT);
    let line = |object: &Value| {
        let status = &object["status"];
        let count = |field: &str| status[field].int();
        let wanted = object["spec"]["replicas"].int();
        format!("{}/{wanted} {} {}", count("readyReplicas"), count("updatedReplicas"), count("availableReplicas"))
    };
    events.map(|e| line(&e.object)).collect()
}

#[test]
fn a_watch_sees_the_lines_that_the_real_cluster_showed() {
    let mut world = World::new(3);
    world.deployment("mynginx", "nginx", 1);
    world.settle();
    world.edit(kind::DEPLOYMENT, "mynginx", |d| d.set("spec.replicas", 4));
    world.settle();
    let lines = deployment_lines(&world);
    let (created, scaled) = lines.split_at(lines.iter().position(|l| l.starts_with("1/4")).unwrap());
    assert_eq!(created, ["0/1 0 0", "0/1 0 0", "0/1 0 0", "0/1 1 0", "1/1 1 1"]);
    assert_eq!(scaled[..4], ["1/4 1 1", "1/4 1 1", "1/4 1 1", "1/4 4 1"]);
    assert_eq!(scaled.last().unwrap(), "4/4 4 4");
}

#[test]
fn a_rolling_update_keeps_its_limits_and_its_history() {
    let mut world = World::new(3);
    world.deployment("web", "nginx:1.25", 3);
    world.settle();
    world.history.clear();
    for image in ["nginx:1.26", "nginx:1.27", "nginx:1.25"] {
        world.edit(kind::DEPLOYMENT, "web", |d| set_image(d, image));
        world.settle();
        assert_eq!(ready(&world, "web"), (3, 3), "{image}");
    }
    for status in world.history.iter().filter(|e| e.kind == kind::DEPLOYMENT).map(|e| &e.object["status"]) {
        assert!(status["availableReplicas"].int() >= 3 && status["replicas"].int() <= 4, "{status:?}");
    }
    let sets = world.list(kind::REPLICA_SET);
    let of = |image: &str| sets.iter().find(|s| image_of(s) == image).unwrap();
    let number = |image: &str| of(image).annotation("deployment.kubernetes.io/revision").to_owned();
    assert_eq!([number("nginx:1.25"), number("nginx:1.26"), number("nginx:1.27")], ["4", "2", "3"]);
    assert_eq!(of("nginx:1.25").annotation("deployment.kubernetes.io/revision-history"), "1");
    assert_eq!(world.get(kind::DEPLOYMENT, "web").unwrap().annotation("deployment.kubernetes.io/revision"), "4");
}

fn set_image(deployment: &mut Value, image: &str) {
    deployment.set("spec.template.spec.containers", list![obj! { "name" => "c", "image" => image }]);
}

fn image_of(owner: &Value) -> &str {
    owner.at("spec.template.spec.containers").array().first().map_or("", |c| c["image"].str())
}

#[test]
fn an_image_that_never_runs_stops_the_roll_out_and_misses_the_deadline() {
    let mut world = World::new(3);
    world.broken.insert("nginx:nosuchtag".into());
    world.deployment("web", "nginx:1.25", 4);
    world.settle();
    world.edit(kind::DEPLOYMENT, "web", |d| {
        set_image(d, "nginx:nosuchtag");
        d.set("spec.progressDeadlineSeconds", 8);
        d.set("spec.strategy.rollingUpdate", obj! { "maxSurge" => 1, "maxUnavailable" => 0 });
    });
    world.advance(Duration::from_secs(12));
    assert_eq!(ready(&world, "web"), (4, 5));
    let reasons = reasons(&world.get(kind::DEPLOYMENT, "web").unwrap());
    assert_eq!(reasons, ["MinimumReplicasAvailable", "ProgressDeadlineExceeded"]);
    world.edit(kind::DEPLOYMENT, "web", |d| set_image(d, "nginx:1.25"));
    world.settle();
    assert_eq!(ready(&world, "web"), (4, 4));
}

#[test]
fn recreate_waits_for_the_last_old_pod_to_end() {
    let mut world = World::new(3);
    world.deployment("rec", "nginx:1.25", 3);
    world.edit(kind::DEPLOYMENT, "rec", |d| d.set("spec.strategy", obj! { "type" => "Recreate" }));
    world.settle();
    world.history.clear();
    world.edit(kind::DEPLOYMENT, "rec", |d| set_image(d, "nginx:1.26"));
    world.settle();
    assert_eq!(ready(&world, "rec"), (3, 3));
    let pods: Vec<_> = world.history.iter().filter(|e| e.kind == kind::POD).collect();
    let first_new = pods.iter().position(|e| e.event == EventType::Added).unwrap();
    let ended = pods[..first_new].iter().filter(|e| e.object["status"]["phase"].str() == "Succeeded");
    let ended: std::collections::BTreeSet<&str> = ended.map(|e| e.object.name()).collect();
    assert_eq!(ended.len(), 3);
}

#[test]
fn a_paused_deployment_scales_but_does_not_roll() {
    let mut world = World::new(3);
    world.deployment("web", "nginx:1.25", 2);
    world.settle();
    world.edit(kind::DEPLOYMENT, "web", |d| {
        d.set("spec.paused", true);
        set_image(d, "nginx:1.26");
        d.set("spec.replicas", 4);
    });
    world.settle();
    assert_eq!((ready(&world, "web"), world.list(kind::REPLICA_SET).len()), ((4, 4), 1));
    assert!(reasons(&world.get(kind::DEPLOYMENT, "web").unwrap()).contains(&"DeploymentPaused".to_owned()));
    world.edit(kind::DEPLOYMENT, "web", |d| d.set("spec.paused", false));
    world.settle();
    assert_eq!((ready(&world, "web"), world.list(kind::REPLICA_SET).len()), ((4, 4), 2));
}

#[test]
fn sets_adopt_and_release_pods() {
    let mut world = World::new(3);
    let labels = obj! { "app" => "front" };
    let spec = obj! { "containers" => list![obj! { "name" => "c", "image" => "nginx" }] };
    let metadata = obj! { "name" => "stray", "namespace" => "default", "labels" => labels.clone() };
    world.create(kind::POD, obj! { "metadata" => metadata, "spec" => spec.clone() });
    let template = obj! { "metadata" => obj! { "labels" => labels.clone() }, "spec" => spec };
    let set = obj! { "replicas" => 3, "selector" => obj! { "matchLabels" => labels }, "template" => template };
    world.create(
        kind::REPLICA_SET,
        obj! { "metadata" => obj! { "name" => "front", "namespace" => "default" }, "spec" => set },
    );
    world.settle();
    let owner = |world: &World| world.get(kind::POD, "stray").unwrap().controller()["name"].str().to_owned();
    assert_eq!((world.list(kind::POD).len(), owner(&world)), (3, "front".into()));
    world.edit(kind::POD, "stray", |pod| pod.set("metadata.labels", obj! { "app" => "quarantine" }));
    world.settle();
    assert_eq!((world.list(kind::POD).len(), owner(&world)), (4, String::new()));
    world.edit(kind::POD, "stray", |pod| pod.set("metadata.labels", obj! { "app" => "front" }));
    world.settle();
    assert_eq!((world.list(kind::POD).len(), owner(&world)), (3, "front".into()));
}

#[test]
fn what_is_owned_goes_with_its_owner_unless_orphaned() {
    for propagation in [Propagation::Background, Propagation::Foreground] {
        let mut world = World::new(3);
        world.deployment("web", "nginx", 2);
        world.settle();
        world.delete(kind::DEPLOYMENT, "web", propagation);
        world.settle();
        let left = [kind::DEPLOYMENT, kind::REPLICA_SET, kind::POD].map(|kind| world.list(kind).len());
        assert_eq!(left, [0, 0, 0], "{propagation:?}");
    }
    let mut world = World::new(3);
    world.deployment("web", "nginx", 2);
    world.settle();
    world.delete(kind::DEPLOYMENT, "web", Propagation::Orphan);
    world.settle();
    let left = [kind::DEPLOYMENT, kind::REPLICA_SET, kind::POD].map(|kind| world.list(kind).len());
    assert_eq!(left, [0, 1, 2]);
    assert!(world.list(kind::REPLICA_SET)[0].controller().is_null());
}

#[test]
fn a_service_knows_the_pods_behind_it() {
    let mut world = World::new(3);
    world.deployment("web", "nginx", 3);
    let port = obj! { "port" => 80, "targetPort" => 8080, "protocol" => "TCP" };
    let spec = obj! { "selector" => obj! { "app" => "web" }, "ports" => list![port], "type" => "LoadBalancer" };
    world.create(
        kind::SERVICE,
        obj! { "metadata" => obj! { "name" => "web", "namespace" => "default" }, "spec" => spec },
    );
    world.settle();
    let slices = world.list(kind::ENDPOINT_SLICE);
    assert_eq!((slices.len(), slices[0]["endpoints"].len()), (1, 3));
    assert!(slices[0]["endpoints"].array().iter().all(|e| e["conditions"]["ready"].bool()));
    assert_eq!(slices[0]["ports"].array()[0]["port"].int(), 8080);
    assert!(slices[0].name().starts_with("web-"));
    let subsets = world.get(kind::ENDPOINTS, "web").unwrap()["subsets"].clone();
    assert_eq!((subsets.len(), subsets.array()[0]["addresses"].len()), (1, 3));
    assert!(world.get(kind::SERVICE, "web").unwrap().at("status.loadBalancer.ingress").is_empty());
    world.advance(Duration::from_secs(10));
    assert_eq!(world.get(kind::SERVICE, "web").unwrap().at("status.loadBalancer.ingress").len(), 1);
    world.edit(kind::DEPLOYMENT, "web", |d| d.set("spec.replicas", 0));
    world.settle();
    assert!(world.list(kind::ENDPOINT_SLICE)[0]["endpoints"].is_empty());
    assert!(world.get(kind::ENDPOINTS, "web").unwrap()["subsets"].is_empty());
    world.delete(kind::SERVICE, "web", Propagation::Background);
    world.settle();
    assert_eq!((world.list(kind::ENDPOINT_SLICE).len(), world.list(kind::ENDPOINTS).len()), (0, 0));
}

#[test]
fn a_silent_node_loses_its_pods_after_their_toleration() {
    let mut world = World::new(3);
    let tolerated =
        |key: &str| obj! { "key" => key, "operator" => "Exists", "effect" => "NoExecute", "tolerationSeconds" => 10 };
    world.deployment("app", "nginx", 6);
    world.edit(kind::DEPLOYMENT, "app", |d| {
        let both = list![tolerated("node.kubernetes.io/not-ready"), tolerated("node.kubernetes.io/unreachable")];
        d.set("spec.template.spec.tolerations", both);
    });
    world.settle();
    world.history.clear();
    world.silent.insert("node3".into());
    world.advance(Duration::from_secs(45));
    assert!(world.messages("NodeNotReady").is_empty());
    world.advance(Duration::from_secs(17));
    let node = world.get(kind::NODE, "node3").unwrap();
    assert_eq!(api::condition(&node, "Ready")["reason"].str(), "NodeStatusUnknown");
    let taints: Vec<&str> = node["spec"]["taints"].array().iter().map(|t| t["effect"].str()).collect();
    assert_eq!(taints, ["NoSchedule", "NoExecute"]);
    assert_eq!(world.messages("NodeNotReady").len(), 3, "the node and two Pods");
    world.advance(Duration::from_secs(12));
    assert_eq!(world.messages("TaintManagerEviction").len(), 2);
    let pods = world.list(kind::POD);
    assert_eq!((pods.len(), pods.iter().filter(|pod| pod.deleting()).count()), (8, 2));
    assert_eq!(ready(&world, "app"), (6, 6));
    // Nobody knows whether they still run, until somebody says that the node is off.
    world.advance(Duration::from_secs(60));
    assert_eq!(world.list(kind::POD).len(), 8);
    let out = obj! { "key" => "node.kubernetes.io/out-of-service", "value" => "nodeshutdown", "effect" => "NoExecute" };
    world.edit(kind::NODE, "node3", |node| node.at_mut("spec.taints").array_mut().push(out));
    world.advance(Duration::from_secs(21));
    assert_eq!(world.list(kind::POD).len(), 6);
}

#[test]
fn a_namespace_goes_with_everything_in_it() {
    let mut world = World::new(3);
    world.create(kind::NAMESPACE, obj! { "metadata" => obj! { "name" => "dev" } });
    world.settle();
    let in_dev = |world: &World, kind| world.api.store().list(kind, "dev").count();
    assert_eq!(in_dev(&world, kind::SERVICE_ACCOUNT) + in_dev(&world, kind::CONFIG_MAP), 2);
    let spec = obj! { "containers" => list![obj! { "name" => "c", "image" => "nginx" }] };
    world.create(kind::POD, obj! { "metadata" => obj! { "name" => "a", "namespace" => "dev" }, "spec" => spec });
    world.settle();
    let metadata = obj! { "name" => "held", "namespace" => "dev", "finalizers" => list!["k.io/hold"] };
    let held = world.create(kind::CONFIG_MAP, obj! { "metadata" => metadata });
    world.delete(kind::NAMESPACE, "dev", Propagation::Background);
    world.advance(Duration::from_secs(40));
    let namespace = world.get(kind::NAMESPACE, "dev").unwrap();
    let message = |name: &str| api::condition(&namespace, name)["message"].str().to_owned();
    assert_eq!(
        message("NamespaceContentRemaining"),
        "Some resources are remaining: configmaps. has 1 resource instances"
    );
    let finalizers = "Some content in the namespace has finalizers remaining: k.io/hold in 1 resource instances";
    assert_eq!(message("NamespaceFinalizersRemaining"), finalizers);
    let mut freed = world.client(|client| client.get(kind::CONFIG_MAP, "dev", held.name())).unwrap();
    freed.remove("metadata.finalizers");
    world.client(|client| client.update(kind::CONFIG_MAP, freed)).unwrap();
    world.settle();
    assert!(world.get(kind::NAMESPACE, "dev").is_none());
    assert_eq!(kind::KINDS.iter().map(|kind| in_dev(&world, kind)).sum::<usize>(), 0);
}

#[test]
fn a_daemon_set_covers_the_nodes_that_will_have_it() {
    let mut world = World::new(3);
    let labels = obj! { "app" => "agent" };
    let spec = obj! { "containers" => list![obj! { "name" => "c", "image" => "nginx:1.25" }] };
    let template = obj! { "metadata" => obj! { "labels" => labels.clone() }, "spec" => spec };
    let set = obj! { "selector" => obj! { "matchLabels" => labels }, "template" => template };
    world.create(
        kind::DAEMON_SET,
        obj! { "metadata" => obj! { "name" => "agent", "namespace" => "default" }, "spec" => set },
    );
    world.settle();
    let status = world.get(kind::DAEMON_SET, "agent").unwrap()["status"].clone();
    assert_eq!((status["desiredNumberScheduled"].int(), status["numberReady"].int()), (3, 3));
    world.edit(kind::DAEMON_SET, "agent", |set| set_image(set, "nginx:1.26"));
    world.settle();
    let images: Vec<String> =
        world.list(kind::POD).iter().map(|p| p["spec"]["containers"].array()[0]["image"].str().to_owned()).collect();
    assert_eq!(images, ["nginx:1.26"; 3]);
    assert_eq!(world.list(kind::CONTROLLER_REVISION).len(), 2);
    world.edit(kind::DAEMON_SET, "agent", |set| {
        set.set("spec.template.spec.nodeSelector", obj! { "disktype" => "ssd" })
    });
    world.settle();
    assert_eq!(world.list(kind::POD).len(), 0);
    world.edit(kind::NODE, "node2", |node| {
        drop(node.at_mut("metadata.labels").object_mut().insert("disktype", "ssd".into()))
    });
    world.settle();
    assert_eq!(world.list(kind::POD)[0]["spec"]["nodeName"].str(), "node2");
}

#[test]
fn pods_that_find_no_node_say_why_and_go_when_one_is_free() {
    let mut world = World::new(3);
    let container = obj! { "name" => "c", "image" => "nginx" };
    let spec = obj! { "nodeSelector" => obj! { "disktype" => "ssd" }, "containers" => list![container] };
    world.create(kind::POD, obj! { "metadata" => obj! { "name" => "ssd", "namespace" => "default" }, "spec" => spec });
    world.settle();
    let expected = "0/4 nodes are available: 1 node(s) had untolerated taint(s), 3 node(s) didn't match Pod's node \
                    affinity/selector. no new claims to deallocate, preemption: 0/4 nodes are available: 4 Preemption is \
                    not helpful for scheduling.";
    assert_eq!(world.messages("FailedScheduling"), [expected]);
    let pod = world.get(kind::POD, "ssd").unwrap();
    assert_eq!(api::condition(&pod, "PodScheduled")["message"].str(), expected);
    world.edit(kind::NODE, "node2", |node| {
        drop(node.at_mut("metadata.labels").object_mut().insert("disktype", "ssd".into()))
    });
    world.settle();
    assert_eq!(world.get(kind::POD, "ssd").unwrap()["spec"]["nodeName"].str(), "node2");
}

#[test]
fn claims_are_bound_and_volumes_released() {
    let mut world = World::new(3);
    let requests = obj! { "requests" => obj! { "storage" => "1Gi" } };
    let spec = obj! { "accessModes" => list!["ReadWriteOnce"], "resources" => requests, "storageClassName" => "" };
    world.create(
        kind::PERSISTENT_VOLUME_CLAIM,
        obj! { "metadata" => obj! { "name" => "claim", "namespace" => "default" }, "spec" => spec },
    );
    world.settle();
    assert_eq!(world.messages("FailedBinding").len(), 1);
    let spec = obj! {
        "accessModes" => list!["ReadWriteOnce"], "capacity" => obj! { "storage" => "5Gi" },
        "hostPath" => obj! { "path" => "/data" }, "persistentVolumeReclaimPolicy" => "Retain",
    };
    world.create(kind::PERSISTENT_VOLUME, obj! { "metadata" => obj! { "name" => "pv1" }, "spec" => spec });
    world.advance(Duration::from_secs(1));
    let phase = |world: &World| world.get(kind::PERSISTENT_VOLUME, "pv1").unwrap()["status"]["phase"].str().to_owned();
    assert_eq!(phase(&world), "Available");
    world.advance(Duration::from_secs(16));
    assert_eq!(phase(&world), "Bound");
    let claim = world.get(kind::PERSISTENT_VOLUME_CLAIM, "claim").unwrap();
    assert_eq!((claim["status"]["phase"].str(), claim.at("status.capacity.storage").str()), ("Bound", "5Gi"));
    world.delete(kind::PERSISTENT_VOLUME_CLAIM, "claim", Propagation::Background);
    world.settle();
    assert!(world.get(kind::PERSISTENT_VOLUME_CLAIM, "claim").is_none());
    assert_eq!(phase(&world), "Released");
}
