//! The server's rules, request by request.

use crate::client::{Client, DeleteOptions, EventSpec};
use crate::{ApiServer, EventType, Propagation, Request, Verb};
use api::{Kind, Rng, Time, Value, kind, list, obj};

fn server() -> ApiServer {
    let mut server = ApiServer::new(Rng::new(1), Time::parse("2026-01-05T09:00:00Z").unwrap());
    create(&mut server, kind::NAMESPACE, obj! { "metadata" => obj! { "name" => "default" } }).unwrap();
    create(&mut server, kind::SERVICE_ACCOUNT, obj! { "metadata" => obj! { "name" => "default" } }).unwrap();
    server
}

fn create(server: &mut ApiServer, kind: &'static Kind, object: Value) -> Result<Value, api::Status> {
    let namespace = if kind.namespaced { "default" } else { "" };
    server.handle(&Request::new(Verb::Create, kind, namespace, "").with_body(object)).map(|answer| answer.body)
}

fn pod(name: &str) -> Value {
    let container = obj! { "name" => "nginx", "image" => "nginx" };
    obj! { "metadata" => obj! { "name" => name }, "spec" => obj! { "containers" => list![container] } }
}

fn service(name: &str, kind_of: &str, port: i64) -> Value {
    let ports = list![obj! { "port" => 80, "nodePort" => Some(port).filter(|p| *p > 0) }];
    obj! { "metadata" => obj! { "name" => name }, "spec" => obj! { "type" => kind_of, "ports" => ports } }
}

fn get(server: &mut ApiServer, kind: &'static Kind, name: &str) -> Option<Value> {
    let namespace = if kind.namespaced { "default" } else { "" };
    Client::new(server, "test").get(kind, namespace, name)
}

#[test]
fn a_new_pod_has_what_admission_gives_it() {
    let mut server = server();
    let pod = create(&mut server, kind::POD, pod("web")).unwrap();
    let spec = &pod["spec"];
    assert_eq!(pod.at("status.phase").str(), "Pending");
    assert_eq!(pod.at("status.qosClass").str(), "BestEffort");
    assert_eq!(pod.generation(), 1);
    assert_eq!(spec["serviceAccountName"].str(), "default");
    assert_eq!(spec["tolerations"].array().len(), 2);
    assert!(spec["volumes"].array()[0]["name"].str().starts_with("kube-api-access-"));
    assert_eq!(spec["priority"].as_int(), Some(0));
    let again = create(&mut server, kind::POD, super::tests::pod("web")).unwrap_err();
    assert_eq!((again.code, again.message.as_str()), (409, "pods \"web\" already exists"));
}

#[test]
fn names_are_generated_and_namespaces_must_exist() {
    let mut server = server();
    let mut nameless = pod("");
    nameless.set("metadata", obj! { "generateName" => "web-" });
    let made = create(&mut server, kind::POD, nameless).unwrap();
    assert!(made.name().starts_with("web-") && made.name().len() == 9);
    let request = Request::new(Verb::Create, kind::POD, "nosuch", "").with_body(pod("web"));
    assert_eq!(server.handle(&request).unwrap_err().message, "namespaces \"nosuch\" not found");
}

#[test]
fn a_stale_update_is_a_conflict() {
    let mut server = server();
    create(&mut server, kind::CONFIG_MAP, obj! { "metadata" => obj! { "name" => "c" } }).unwrap();
    let old = get(&mut server, kind::CONFIG_MAP, "c").unwrap();
    let mut new = old.clone();
    new.set("data", obj! { "a" => "1" });
    let update = |server: &mut ApiServer, object: Value| {
        server.handle(&Request::new(Verb::Update, kind::CONFIG_MAP, "default", "c").with_body(object))
    };
    update(&mut server, new).unwrap();
    let mut stale = old;
    stale.set("data", obj! { "a" => "2" });
    let refused = update(&mut server, stale).unwrap_err();
    assert!(
        refused.message.starts_with("Operation cannot be fulfilled on configmaps \"c\": the object has been modified")
    );
}

#[test]
fn version_zero_is_any_version() {
    let mut server = server();
    create(&mut server, kind::CONFIG_MAP, obj! { "metadata" => obj! { "name" => "c" } }).unwrap();
    let new = obj! { "metadata" => obj! { "name" => "c", "resourceVersion" => "0" }, "data" => obj! { "a" => "1" } };
    server.handle(&Request::new(Verb::Update, kind::CONFIG_MAP, "default", "c").with_body(new)).unwrap();
    assert_eq!(get(&mut server, kind::CONFIG_MAP, "c").unwrap()["data"]["a"].str(), "1");
}

#[test]
fn an_update_that_changes_nothing_writes_nothing() {
    let mut server = server();
    let made = create(&mut server, kind::CONFIG_MAP, obj! { "metadata" => obj! { "name" => "c" } }).unwrap();
    let revision = server.store().revision();
    Client::new(&mut server, "test").update(kind::CONFIG_MAP, made).unwrap();
    assert_eq!(server.store().revision(), revision);
}

#[test]
fn the_generation_counts_changes_of_the_spec() {
    let mut server = server();
    let selector = obj! { "matchLabels" => obj! { "app" => "web" } };
    let mut template = pod("");
    template.set("metadata", obj! { "labels" => obj! { "app" => "web" } });
    let spec = obj! { "selector" => selector, "template" => template };
    let object = obj! { "metadata" => obj! { "name" => "web" }, "spec" => spec };
    let mut made = create(&mut server, kind::DEPLOYMENT, object).unwrap();
    assert_eq!(made.generation(), 1);
    made.set("status.replicas", 5);
    let mut client = Client::new(&mut server, "test");
    let mut stored = client.update_status(kind::DEPLOYMENT, made).unwrap();
    assert_eq!((stored.generation(), stored.at("status.replicas").int()), (1, 5));
    stored.set("spec.replicas", 3);
    stored.set("status.replicas", 9);
    let stored = client.update(kind::DEPLOYMENT, stored).unwrap();
    assert_eq!((stored.generation(), stored.at("status.replicas").int()), (2, 5));
}

#[test]
fn a_bound_pod_dies_slowly_and_an_unbound_one_at_once() {
    let mut server = server();
    for name in ["a", "b"] {
        create(&mut server, kind::POD, pod(name)).unwrap();
    }
    let mut client = Client::new(&mut server, "test");
    client.bind("default", "a", "node1").unwrap();
    assert_eq!(client.bind("default", "a", "node2").unwrap_err().code, 409);
    for name in ["a", "b"] {
        client.delete(kind::POD, "default", name, DeleteOptions::default()).unwrap();
    }
    let dying = client.get(kind::POD, "default", "a").unwrap();
    assert_eq!(dying["metadata"]["deletionTimestamp"].str(), "2026-01-05T09:00:30Z");
    assert!(client.get(kind::POD, "default", "b").is_none());
    let now = DeleteOptions { grace_period: Some(0), ..DeleteOptions::default() };
    client.delete(kind::POD, "default", "a", now).unwrap();
    assert!(client.get(kind::POD, "default", "a").is_none());
}

#[test]
fn a_finalizer_holds_an_object_until_it_is_taken_away() {
    let mut server = server();
    create(&mut server, kind::CONFIG_MAP, obj! { "metadata" => obj! { "name" => "c" } }).unwrap();
    let mut client = Client::new(&mut server, "test");
    let options = DeleteOptions { propagation: Some(Propagation::Orphan), ..DeleteOptions::default() };
    client.delete(kind::CONFIG_MAP, "default", "c", options).unwrap();
    let mut held = client.get(kind::CONFIG_MAP, "default", "c").unwrap();
    assert!(held.deleting());
    held.remove("metadata.finalizers");
    client.update(kind::CONFIG_MAP, held).unwrap();
    assert!(client.get(kind::CONFIG_MAP, "default", "c").is_none());
}

#[test]
fn services_get_addresses_and_ports_and_give_them_back() {
    let mut server = server();
    let made = create(&mut server, kind::SERVICE, service("a", "NodePort", 30080)).unwrap();
    assert!(made.at("spec.clusterIP").str().starts_with("10."));
    assert_eq!(made["spec"]["ports"].array()[0]["nodePort"].int(), 30080);
    let taken = create(&mut server, kind::SERVICE, service("b", "NodePort", 30080)).unwrap_err();
    let expected =
        "Service \"b\" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated";
    assert_eq!(taken.message, expected);
    let outside = create(&mut server, kind::SERVICE, service("b", "NodePort", 80)).unwrap_err();
    assert!(outside.message.ends_with("The range of valid ports is 30000-32767"));
    Client::new(&mut server, "test").delete(kind::SERVICE, "default", "a", DeleteOptions::default()).unwrap();
    create(&mut server, kind::SERVICE, service("b", "NodePort", 30080)).unwrap();
    let automatic = create(&mut server, kind::SERVICE, service("c", "LoadBalancer", 0)).unwrap();
    assert!((30086..=32767).contains(&automatic["spec"]["ports"].array()[0]["nodePort"].int()));
}

#[test]
fn a_watch_sees_what_its_selector_begins_and_ceases_to_match() {
    let mut server = server();
    let mut request = Request::new(Verb::Watch, kind::POD, "default", "");
    request.options.label_selector = "app=web".into();
    let mut labelled = pod("a");
    labelled.set("metadata.labels", obj! { "app" => "web" });
    create(&mut server, kind::POD, labelled).unwrap();
    let mut watch = server.watch(&request).unwrap();
    create(&mut server, kind::POD, pod("b")).unwrap();
    let mut relabel = |name: &str, app: &str| {
        let mut changed = get(&mut server, kind::POD, name).unwrap();
        changed.set("metadata.labels", obj! { "app" => app });
        Client::new(&mut server, "test").update(kind::POD, changed).unwrap();
    };
    relabel("b", "web");
    relabel("a", "other");
    let seen: Vec<_> = server.poll(&mut watch).into_iter().map(|e| (e.event, e.object.name().to_owned())).collect();
    let expected = [(EventType::Added, "a"), (EventType::Added, "b"), (EventType::Deleted, "a")];
    assert_eq!(seen, expected.map(|(event, name)| (event, name.to_owned())));
    assert!(server.poll(&mut watch).is_empty());
}

#[test]
fn repeated_events_are_counted_and_similar_ones_combined() {
    let mut server = server();
    let made = create(&mut server, kind::POD, pod("web")).unwrap();
    let mut client = Client::new(&mut server, "kubelet");
    for _ in 0..3 {
        client.event(&made, kind::POD, EventSpec::warning("BackOff", "Back-off restarting"));
    }
    let events = client.events_about(&made);
    assert_eq!((events.len(), events[0]["count"].int()), (1, 3));
    for i in 0..15 {
        client.event(&made, kind::POD, EventSpec::normal("Created", format!("Created number {i}")));
    }
    let created: Vec<Value> =
        client.events_about(&made).into_iter().filter(|e| e["reason"].str() == "Created").collect();
    assert_eq!(created.len(), 10);
    let combined = created.iter().find(|e| e["message"].str().starts_with("(combined from similar events): ")).unwrap();
    assert_eq!((combined["count"].int(), combined["message"].str().ends_with("number 14")), (6, true));
    for i in 0..50 {
        client.event(&made, kind::POD, EventSpec::normal("Started", format!("Started {i}")));
    }
    let sent: i64 = client.events_about(&made).iter().map(|e| e["count"].int()).sum();
    assert_eq!(sent, 25, "one source may not flood");
}

#[test]
fn a_job_selects_its_pods_by_labels_of_its_own() {
    let mut server = server();
    let text =
        "{metadata: {name: once}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: a}]}}}}";
    let job = create(&mut server, kind::JOB, api::yaml::parse(text).unwrap().value).unwrap();
    let uid = job.uid();
    assert_eq!(job.at("spec.selector.matchLabels"), &obj! { "batch.kubernetes.io/controller-uid" => uid });
    let labels = job.at("spec.template.metadata.labels");
    assert_eq!((labels["job-name"].str(), labels["controller-uid"].str(), labels.len()), ("once", uid, 4));
    assert_eq!(job.labels(), labels);
    assert_eq!((job.generation(), job.at("spec.backoffLimit").int(), &job["status"]), (1, 6, &obj! {}));
    let odd = text.replace("once", "a.b");
    let request = Request::new(Verb::Create, kind::JOB, "default", "").with_body(api::yaml::parse(&odd).unwrap().value);
    let warnings = server.handle(&request).unwrap().warnings;
    assert!(warnings[0].starts_with("metadata.name: this is used in Pod names and hostnames"), "{warnings:?}");
}

#[test]
fn kinds_without_a_spec_count_their_changes_too() {
    let mut server = server();
    let hook = |name: &str| {
        obj! {
            "metadata" => obj! { "name" => "hooks" },
            "webhooks" => list![obj! {
                "name" => name, "admissionReviewVersions" => list!["v1"], "sideEffects" => "None",
                "clientConfig" => obj! { "url" => "https://example.com/" },
            }],
        }
    };
    let made = create(&mut server, kind::VALIDATING_WEBHOOK_CONFIGURATION, hook("a.example.com")).unwrap();
    assert_eq!(made.generation(), 1);
    assert_eq!(made["webhooks"].array()[0]["failurePolicy"].str(), "Fail");
    let mut changed = hook("b.example.com");
    changed.set("metadata.resourceVersion", &made["metadata"]["resourceVersion"]);
    let request = Request::new(Verb::Update, kind::VALIDATING_WEBHOOK_CONFIGURATION, "", "hooks").with_body(changed);
    assert_eq!(server.handle(&request).unwrap().body.generation(), 2);
}

#[test]
fn a_bound_pod_is_no_longer_nominated() {
    let mut server = server();
    let mut made = create(&mut server, kind::POD, pod("web")).unwrap();
    made.set("status.nominatedNodeName", "node1");
    let mut client = Client::new(&mut server, "scheduler");
    client.update_status(kind::POD, made).unwrap();
    assert_eq!(client.get(kind::POD, "default", "web").unwrap().at("status.nominatedNodeName").str(), "node1");
    let target = obj! { "target" => obj! { "kind" => "Node", "name" => "node1" } };
    let mut request = Request::new(Verb::Create, kind::POD, "default", "web").with_body(target);
    request.subresource = "binding".into();
    server.handle(&request).unwrap();
    let bound = get(&mut server, kind::POD, "web").unwrap();
    assert_eq!(bound.at("spec.nodeName").str(), "node1");
    assert!(bound.at("status.nominatedNodeName").is_null());
}

#[test]
fn a_table_of_one_object_has_its_version() {
    let mut server = server();
    let made = create(&mut server, kind::POD, pod("a")).unwrap();
    let mut request = Request::new(Verb::Get, kind::POD, "default", "a");
    request.options.table = true;
    let table = server.handle(&request).unwrap().body;
    assert_eq!(table.at("metadata.resourceVersion"), made.at("metadata.resourceVersion"));
    assert!(!table.at("metadata.resourceVersion").str().is_empty());
}
