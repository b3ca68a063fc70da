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
    assert_eq!(world.view().rooms["node1"].pods[0].facts(None), ["ContainerCreating", "(Pending)"]);
    world.apply(kind::POD, false, &pod("web-1-a", "node1", "Running", "10.44.0.1"));
    let seen = &world.view().rooms["node1"].pods[0];
    assert_eq!((seen.facts(None).join(" ").as_str(), seen.look), ("10.44.0.1 Running", PodState::Ready));
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
fn scaled_to_nothing_a_deployment_keeps_the_set_of_its_revision() {
    let mut world = World::default();
    let made = |name: &str, of: Option<(&str, &str)>, revision: &str| {
        let mut metadata = meta(name, "default", of);
        metadata.set("annotations", obj! { "deployment.kubernetes.io/revision" => revision });
        obj! { "metadata" => metadata, "spec" => obj! { "replicas" => 0 }, "status" => obj! { "replicas" => 0 } }
    };
    let of = Some(("Deployment", "web"));
    world.apply(kind::DEPLOYMENT, false, &made("web", None, "2"));
    world.apply(kind::REPLICA_SET, false, &made("web-1", of, "1"));
    world.apply(kind::REPLICA_SET, false, &made("web-2", of, "2"));
    let card = &world.view().workloads[0];
    assert!(card.is_done_with(&card.children[0]) && !card.is_done_with(&card.children[1]));
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
fn the_same_history_gives_the_same_colours() {
    let set = |name: &str| owner(name, Some(("Deployment", "web")), 1);
    let [gone, web, api] = ["gone", "web", "api"].map(|name| owner(name, None, 1));
    let (old, new) = (set("web-z"), set("web-a"));
    let mut world = World::default();
    world.apply(kind::DEPLOYMENT, false, &gone);
    world.apply(kind::DEPLOYMENT, false, &web);
    world.apply(kind::REPLICA_SET, false, &old);
    world.apply(kind::DEPLOYMENT, true, &gone);
    world.apply(kind::REPLICA_SET, false, &new);
    world.apply(kind::DEPLOYMENT, false, &api);
    world.apply(kind::POD, false, &pod("web-1-a", "node1", "Running", "10.44.0.1"));
    let looks = |world: &World| {
        let cards = world.view().workloads.iter().map(|card| (card.name.clone(), card.hue));
        let sets =
            world.view().workloads.iter().flat_map(|card| card.children.iter()).map(|set| (set.name.clone(), set.nth));
        let mut all: Vec<_> = cards.chain(sets).collect();
        all.push(("pod".into(), world.view().rooms["node1"].pods[0].hue.unwrap()));
        all.sort();
        all
    };
    // Whoever opens the page again lists everything, and gets it in the order of names.
    let mut anew = World::anew([&gone, &web, &old, &new, &api].into_iter());
    assert!(anew.view().workloads.is_empty());
    anew.apply(kind::DEPLOYMENT, false, &api);
    anew.apply(kind::DEPLOYMENT, false, &web);
    anew.apply(kind::REPLICA_SET, false, &new);
    anew.apply(kind::REPLICA_SET, false, &old);
    anew.apply(kind::POD, false, &pod("web-1-a", "node1", "Running", "10.44.0.1"));
    assert_eq!(looks(&anew), looks(&world));
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
fn a_service_without_pods_has_the_colour_of_the_app_that_it_selects() {
    let of_web = obj! { "app" => "web" };
    let mut web = owner("web", None, 0);
    web.set("spec.template", obj! { "metadata" => obj! { "labels" => of_web.clone() } });
    let service = obj! { "metadata" => meta("web", "default", None), "spec" => obj! { "selector" => of_web } };
    let hue = |world: &World| world.view().services[0].hue;
    let mut world = World::default();
    world.apply(kind::DEPLOYMENT, false, &owner("other", None, 0));
    world.apply(kind::SERVICE, false, &service);
    assert_eq!(hue(&world), None);
    world.apply(kind::DEPLOYMENT, false, &web);
    assert_eq!(hue(&world), Some(1));
    // Whoever opens the page again lists everything, workloads first.
    let made = [owner("other", None, 0), web.clone()];
    let mut anew = World::anew(made.iter());
    anew.apply(kind::DEPLOYMENT, false, &web);
    anew.apply(kind::SERVICE, false, &service);
    assert_eq!(hue(&anew), hue(&world));
    world.apply(kind::DEPLOYMENT, true, &web);
    assert_eq!(hue(&world), None, "nothing is behind it any more");
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
    assert_eq!(seen.split_name(), ["web-1", "", "-a"]);
    let mut object = pod("web-68d5b57f58-a", "node1", "Running", "10.44.0.1");
    object.set("metadata.labels", obj! { "pod-template-hash" => "68d5b57f58" });
    assert_eq!(Pod::read(&object).split_name(), ["web", "-68d5b57f58", "-a"]);
}

fn service(name: &str, selector: Value) -> Value {
    obj! { "metadata" => meta(name, "default", None), "spec" => obj! { "type" => "ClusterIP", "selector" => selector } }
}

fn slice(service: &str, pod: &str) -> Value {
    let endpoint = obj! {
        "addresses" => list!["10.44.0.1"], "conditions" => obj! { "ready" => true },
        "targetRef" => obj! { "kind" => "Pod", "uid" => format!("uid-{pod}") },
    };
    let mut slice = obj! { "metadata" => meta("slice", "default", None), "endpoints" => list![endpoint] };
    slice.at_mut("metadata.labels").object_mut().insert("kubernetes.io/service-name", service.into());
    slice
}

#[test]
fn an_app_is_what_leads_to_each_other() {
    let mut world = world();
    world.apply(kind::REPLICA_SET, false, &owner("web-2", Some(("Deployment", "web")), 0));
    world.apply(kind::POD, false, &pod("web-1-a", "node2", "Running", "10.44.0.1"));
    world.apply(kind::POD, false, &pod("web-1-b", "", "Pending", ""));
    world.apply(kind::SERVICE, false, &service("front", obj! { "app" => "web" }));
    world.apply(kind::ENDPOINT_SLICE, false, &slice("front", "web-1-a"));
    world.apply(kind::SERVICE, false, &service("lonely", obj! { "app" => "nobody" }));
    let backend = obj! { "service" => obj! { "name" => "front" } };
    let path = obj! { "path" => "/", "backend" => backend };
    let rule = obj! { "host" => "shop.example.com", "http" => obj! { "paths" => list![path] } };
    let ingress = obj! { "metadata" => meta("shop", "default", None), "spec" => obj! { "rules" => list![rule] } };
    world.apply(kind::INGRESS, false, &ingress);
    let mut bare = pod("bare", "node1", "Running", "10.36.0.9");
    bare.at_mut("metadata").object_mut().remove("ownerReferences");
    world.apply(kind::POD, false, &bare);

    let apps = world.view().apps();
    let web = apps.iter().find(|app| !app.ingresses.is_empty()).expect("the app of the Ingress");
    assert_eq!(web.services.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["front"]);
    let groups = &web.stacks[0].groups;
    let sets: Vec<_> =
        groups.iter().filter_map(|group| group.set.as_ref()).map(|set| (set.name.as_str(), set.nth)).collect();
    assert_eq!(sets, [("web-2", 1), ("web-1", 0)], "the newest first");
    let pods: Vec<_> = groups[1].pods.iter().map(|pod| pod.name.as_str()).collect();
    assert_eq!(pods, ["web-1-a", "web-1-b"], "with a node or without");
    assert_eq!(apps.len(), 3, "the Service without Pods and the Pod without owner stand alone");
    assert!(world.related("uid-shop").contains("uid-shop"));
    assert!(world.related("uid-web").contains("uid-shop"), "an owner is related to the Ingress that leads to it");
}

#[test]
fn a_service_belongs_to_the_workload_it_would_select() {
    let mut world = world();
    let mut deployment = owner("api", None, 0);
    deployment.set("spec.template.metadata.labels", obj! { "app" => "api" });
    world.apply(kind::DEPLOYMENT, false, &deployment);
    world.apply(kind::SERVICE, false, &service("front", obj! { "app" => "api" }));
    let apps = world.view().apps();
    let api = apps.iter().find(|app| !app.services.is_empty()).expect("the Service's app");
    assert_eq!(api.stacks[0].workload.as_ref().map(|w| w.name.as_str()), Some("api"));
}

#[test]
fn a_claim_is_related_to_its_volume_and_the_pods_that_mount_it() {
    let mut world = world();
    let mut object = pod("store", "node1", "Running", "10.44.0.3");
    object
        .set("spec.volumes", list![obj! { "name" => "d", "persistentVolumeClaim" => obj! { "claimName" => "data" } }]);
    world.apply(kind::POD, false, &object);
    let volume = obj! {
        "metadata" => meta("pv-1", "", None), "status" => obj! { "phase" => "Bound" },
        "spec" => obj! {
            "capacity" => obj! { "storage" => "1Gi" }, "accessModes" => list!["ReadWriteOnce"], "nfs" => obj! { "server" => "s" },
            "claimRef" => obj! { "namespace" => "default", "name" => "data" },
        },
    };
    world.apply(kind::PERSISTENT_VOLUME, false, &volume);
    let claim = obj! { "metadata" => meta("data", "default", None), "spec" => obj! { "volumeName" => "pv-1" } };
    world.apply(kind::PERSISTENT_VOLUME_CLAIM, false, &claim);
    let seen = &world.view().volumes[0];
    assert_eq!((seen.claim.as_str(), seen.source.as_str(), seen.size.as_str()), ("default/data", "nfs", "1Gi"));
    for from in ["uid-data", "uid-pv-1"] {
        let related = world.related(from);
        assert!(["uid-data", "uid-pv-1", "uid-store"].into_iter().all(|uid| related.contains(uid)), "{from}");
    }
    assert!(world.apply(kind::PERSISTENT_VOLUME_CLAIM, true, &claim) && world.view().claims.is_empty());
    assert!(!world.apply(kind::PERSISTENT_VOLUME_CLAIM, true, &claim), "it is gone already");
}

#[test]
fn a_filter_hides_and_a_search_finds() {
    let mut world = world();
    for (name, namespace, app) in [("a", "default", "web"), ("b", "shop", "web"), ("c", "shop", "db")] {
        let mut object = pod(name, "node1", "Running", "10.44.0.1");
        object.set("metadata.namespace", namespace);
        object.set("metadata.labels", obj! { "app" => app });
        world.apply(kind::POD, false, &object);
    }
    let shown = |filter: &Filter| -> Vec<String> {
        filter.apply(world.view()).rooms["node1"].pods.iter().map(|pod| pod.name.to_string()).collect()
    };
    let everything = Filter::default();
    assert_eq!(shown(&everything), ["a", "b", "c"]);
    assert_eq!(shown(&Filter { namespace: "shop".into(), ..everything.clone() }), ["b", "c"]);
    let both = Filter { namespace: "shop".into(), labels: "app in (web)".into(), ..everything.clone() };
    assert_eq!(shown(&both), ["b"]);
    assert_eq!(Filter::read(&both.write()), both);
    assert_eq!(shown(&Filter { without: vec!["pods".into()], ..everything.clone() }), [""; 0]);
    assert_eq!(
        shown(&Filter { labels: "app in (".into(), ..everything }),
        ["a", "b", "c"],
        "half a selector hides nothing"
    );
    let found = filter::search(world.view(), "SHOP db");
    assert!(found.contains("uid-c") && found.len() == 1);
}

#[test]
fn what_has_changed_is_told_by_the_workload_or_pod_by_pod() {
    let mut world = world();
    let before = world.view().clone();
    world.apply(kind::POD, false, &pod("web-1-a", "node1", "Pending", ""));
    assert!(restless(&before, world.view()), "a Pod starts");
    world.apply(kind::POD, false, &pod("web-1-a", "node1", "Running", "10.44.0.1"));
    assert!(restless(&before, world.view()), "the Deployment has not counted it");
    world.apply(kind::DEPLOYMENT, false, &owner("web", None, 1));
    assert_eq!(news(&before, world.view()), [News::Workload("web".into(), 1, 2)]);
    assert!(!restless(&before, world.view()));
    // Another Pod in its place: the numbers are the same.
    let before = world.view().clone();
    world.apply(kind::POD, true, &pod("web-1-a", "node1", "Running", "10.44.0.1"));
    world.apply(kind::POD, false, &pod("web-1-b", "node2", "Running", "10.36.0.1"));
    let came = News::Pod("web-1-b".into(), "Running".into(), "node2".into());
    assert_eq!(news(&before, world.view()), [came, News::Gone("Pod", "web-1-a".into())]);
    // Several of them: a rollout is one change.
    let before = world.view().clone();
    world.apply(kind::POD, true, &pod("web-1-b", "node2", "Running", "10.36.0.1"));
    for name in ["web-1-c", "web-1-d"] {
        world.apply(kind::POD, false, &pod(name, "node2", "Running", "10.36.0.2"));
    }
    assert_eq!(news(&before, world.view()), [News::Renewed("web".into(), 2, 2)]);
    let before = world.view().clone();
    world.apply(kind::NODE, false, &node("node2", "Unknown"));
    world.apply(kind::DEPLOYMENT, true, &owner("web", None, 1));
    let told = news(&before, world.view());
    assert_eq!(told[0], News::Node("node2".into(), false, true));
    assert!(told.contains(&News::Gone("Deployment", "web".into())));
    assert_eq!(news(&before, &before), []);
}
