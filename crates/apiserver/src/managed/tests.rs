use super::*;
use crate::{Client, PatchType, Request, Verb};
use api::{Rng, Status, yaml};

fn value(text: &str) -> Value {
    yaml::parse(text).unwrap().value
}

fn server() -> ApiServer {
    let mut server = ApiServer::new(Rng::new(1), Time::parse("2026-01-05T09:00:00Z").unwrap());
    for (kind, name) in [(kind::NAMESPACE, "default"), (kind::SERVICE_ACCOUNT, "default")] {
        let object = obj! { "metadata" => obj! { "name" => name } };
        let namespace = if kind.namespaced { "default" } else { "" };
        server.handle(&Request::new(Verb::Create, kind, namespace, "").with_body(object)).unwrap();
    }
    server
}

const WEB: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: nginx, image: nginx, ports: [{containerPort: 80}]}]}
";

fn ask(verb: Verb, name: &str, manager: &str, body: Value) -> Request {
    let mut request = Request::new(verb, kind::DEPLOYMENT, "default", name).with_body(body);
    request.options.field_manager = manager.into();
    request
}

fn apply(server: &mut ApiServer, manager: &str, body: &str) -> Result<Value, Status> {
    let request = ask(Verb::Patch(PatchType::Apply), "web", manager, value(body));
    server.handle(&request).map(|answer| answer.body)
}

fn managers(object: &Value) -> Vec<(String, String, String)> {
    let entries = object["metadata"]["managedFields"].array().iter();
    entries
        .map(|e| {
            (
                e["manager"].str().to_owned(),
                e["operation"].str().to_owned(),
                api::fields::paths(&e["fieldsV1"]).join(" "),
            )
        })
        .collect()
}

/// The managers of the Deployment, and what they own.
fn shown(server: &mut ApiServer) -> String {
    let object = server.handle(&Request::new(Verb::Get, kind::DEPLOYMENT, "default", "web")).unwrap().body;
    managers(&object).iter().map(|(manager, operation, _)| format!("{manager} {operation}\n")).collect()
}

fn owned(server: &mut ApiServer, manager: &str) -> String {
    let object = server.handle(&Request::new(Verb::Get, kind::DEPLOYMENT, "default", "web")).unwrap().body;
    let found = managers(&object).into_iter().find(|(name, ..)| name == manager);
    found.map(|(_, _, paths)| paths).unwrap_or_default()
}

#[test]
fn a_created_object_is_its_creators() {
    let mut server = server();
    server.handle(&ask(Verb::Create, "", "kubectl-create", value(WEB))).unwrap();
    // As a real 1.36 server records it.
    let expected = r#"
f:metadata: {f:labels: {.: {}, f:app: {}}}
f:spec:
  f:progressDeadlineSeconds: {}
  f:replicas: {}
  f:revisionHistoryLimit: {}
  f:selector: {}
  f:strategy: {f:rollingUpdate: {.: {}, f:maxSurge: {}, f:maxUnavailable: {}}, f:type: {}}
  f:template:
    f:metadata: {f:labels: {.: {}, f:app: {}}}
    f:spec:
      f:containers:
        'k:{"name":"nginx"}':
          .: {}
          f:image: {}
          f:imagePullPolicy: {}
          f:name: {}
          f:ports: {.: {}, 'k:{"containerPort":80,"protocol":"TCP"}': {.: {}, f:containerPort: {}, f:protocol: {}}}
          f:resources: {}
          f:terminationMessagePath: {}
          f:terminationMessagePolicy: {}
      f:dnsPolicy: {}
      f:restartPolicy: {}
      f:schedulerName: {}
      f:securityContext: {}
      f:terminationGracePeriodSeconds: {}
"#;
    let object = server.handle(&Request::new(Verb::Get, kind::DEPLOYMENT, "default", "web")).unwrap().body;
    assert_eq!(object["metadata"]["managedFields"].array()[0]["fieldsV1"], value(expected));
    assert_eq!(shown(&mut server), "kubectl-create Update\n");
}

#[test]
fn a_components_status_is_noted_and_derived() {
    let mut server = server();
    server.handle(&ask(Verb::Create, "", "kubectl-create", value(WEB))).unwrap();
    let mut client = Client::new(&mut server, "deployment-controller");
    let mut web = client.get(kind::DEPLOYMENT, "default", "web").unwrap();
    web.set("status.replicas", 3);
    web.set("status.conditions", value("[{type: Available, status: 'True', lastTransitionTime: '2026-01-05T09:00:00Z', lastUpdateTime: '2026-01-05T09:00:00Z'}]"));
    let stored = client.update_status(kind::DEPLOYMENT, web).unwrap();
    assert!(is_derived(&stored), "nothing is taken apart when it is written");
    let at = ".status.conditions[type=\"Available\"]";
    let expected = format!(
        ".status.conditions {at} {at}.lastTransitionTime {at}.lastUpdateTime {at}.status {at}.type .status.replicas"
    );
    assert_eq!(owned(&mut server, "kube-controller-manager"), expected);
    // Who does not look costs nothing.
    for (verb, name, at) in [(Verb::Get, "web", "metadata"), (Verb::List, "", "items")] {
        let mut request = ask(verb, name, "", Value::Null);
        request.options.skips_managed = true;
        let body = server.handle(&request).unwrap().body;
        let object = if at == "items" { &body[at].array()[0] } else { &body };
        assert!(is_derived(object), "{at}");
    }
    // A second writer makes both exact.
    let mut request = ask(Verb::Patch(PatchType::Merge), "web", "me", value("{status: {replicas: 4}}"));
    request.subresource = "status".into();
    server.handle(&request).unwrap();
    assert_eq!(owned(&mut server, "me"), ".status.replicas");
    assert!(!owned(&mut server, "kube-controller-manager").contains("replicas"));
    assert!(!is_derived(server.store().list(kind::DEPLOYMENT, "default").next().unwrap()));
    let mut client = Client::new(&mut server, "deployment-controller");
    let mut web = client.get(kind::DEPLOYMENT, "default", "web").unwrap();
    web.set("status.readyReplicas", 1);
    client.update_status(kind::DEPLOYMENT, web).unwrap();
    assert!(owned(&mut server, "kube-controller-manager").contains(".status.readyReplicas"));
}

#[test]
fn pods_of_one_template_share_their_managed_fields() {
    let mut server = server();
    let mut client = Client::new(&mut server, "replicaset-controller");
    let spec = value("{containers: [{name: a, image: b}]}");
    let mut spec = client
        .create(kind::POD, obj! { "metadata" => obj! { "name" => "x", "namespace" => "default" }, "spec" => spec })
        .unwrap()["spec"]
        .clone();
    spec.remove("tolerations");
    let mut make = |name: &str| {
        let metadata = obj! { "name" => name, "namespace" => "default", "labels" => obj! { "app" => "web" } };
        let pod = obj! { "metadata" => metadata, "spec" => spec.clone() };
        client.create(kind::POD, pod).unwrap()["metadata"]["managedFields"].clone()
    };
    assert!(make("a").is_same(&make("b")));
}

#[test]
fn applying_makes_changes_and_gives_up() {
    let mut server = server();
    apply(&mut server, "kubectl", WEB).unwrap();
    assert_eq!(shown(&mut server), "kubectl Apply\n");
    let revision = server.store().revision();
    apply(&mut server, "kubectl", WEB).unwrap();
    assert_eq!(server.store().revision(), revision, "applying the same again writes nothing");
    apply(&mut server, "other", WEB).unwrap();
    assert_eq!(shown(&mut server), "kubectl Apply\nother Apply\n");
    // Another value is a conflict with the other owner.
    let changed = WEB.replace("replicas: 3", "replicas: 5");
    let refused = apply(&mut server, "kubectl", &changed).unwrap_err();
    assert_eq!((refused.code, refused.reason), (409, "Conflict"));
    assert_eq!(refused.message, "Apply failed with 1 conflict: conflict with \"other\": .spec.replicas");
    let mut request = ask(Verb::Patch(PatchType::Apply), "web", "kubectl", value(&changed));
    request.options.force = true;
    let forced = server.handle(&request).unwrap().body;
    assert_eq!(forced.at("spec.replicas").int(), 5);
    assert!(!owned(&mut server, "other").contains("replicas"));
    // What is given up goes, unless somebody else has it.
    let without = changed.replace(", labels: {app: web}}\nspec", "}\nspec").replace("  replicas: 5\n", "");
    let left = apply(&mut server, "kubectl", &without).unwrap();
    assert_eq!(left["metadata"]["labels"]["app"].str(), "web", "shared with the other one");
    assert_eq!(left.at("spec.replicas").int(), 1, "the default");
    let left = apply(&mut server, "other", &without).unwrap();
    assert_eq!(left["metadata"]["labels"], Value::Null);
}

#[test]
fn a_scale_is_a_conflict_and_a_client_sides_apply_is_taken_over() {
    let mut server = server();
    let last = r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","labels":{"app":"web"}},"spec":{"replicas":3}}"#;
    let mut object = value(WEB);
    object.annotate("kubectl.kubernetes.io/last-applied-configuration", last);
    server.handle(&ask(Verb::Create, "", "kubectl-client-side-apply", object)).unwrap();
    let changed = WEB.replace("replicas: 3", "replicas: 4");
    let taken = apply(&mut server, "kubectl", &changed).unwrap();
    assert_eq!(taken.at("spec.replicas").int(), 4);
    assert!(taken.annotation("kubectl.kubernetes.io/last-applied-configuration").contains("\"replicas\":4"));
    let mut scale = ask(Verb::Patch(PatchType::Merge), "web", "", value("{spec: {replicas: 7}}"));
    scale.subresource = "scale".into();
    scale.options.user_agent = "kubectl".into();
    server.handle(&scale).unwrap();
    let refused = apply(&mut server, "kubectl", &changed).unwrap_err();
    assert_eq!(
        refused.message,
        "Apply failed with 1 conflict: conflict with \"kubectl\" with subresource \"scale\" using apps/v1: .spec.replicas"
    );
    assert_eq!(refused.details["causes"].array()[0]["reason"].str(), "FieldManagerConflict");
}

#[test]
fn an_apply_must_fit() {
    let mut server = server();
    let cases = [
        (
            "",
            WEB,
            "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch",
        ),
        (
            "me",
            &WEB.replace("replicas: 3", "nope: 3"),
            "failed to create typed patch object (/web; apps/v1, Kind=Deployment): .spec.nope: field not declared in schema",
        ),
        (
            "me",
            &WEB.replace("apps/v1", "apps/v2"),
            "Incorrect version specified in apply patch. Specified patch version: apps/v2, expected: apps/v1",
        ),
        ("me", &WEB.replace("{name: web,", "{managedFields: [], name: web,"), "metadata.managedFields must be nil"),
        (
            "me",
            &WEB.replace("{name: web,", "{name: other,"),
            "the name of the object (other) does not match the name on the URL (web)",
        ),
    ];
    for (manager, body, expected) in cases {
        let refused = apply(&mut server, manager, body).unwrap_err();
        assert_eq!(refused.message, expected);
    }
}

#[test]
fn managed_fields_can_be_reset_and_old_updaters_are_joined() {
    let mut server = server();
    server.handle(&ask(Verb::Create, "", "kubectl-create", value(WEB))).unwrap();
    for i in 0..15 {
        server.set_now(server.now() + std::time::Duration::from_secs(1));
        let body = value(&format!("{{metadata: {{annotations: {{a{i}: b}}}}}}"));
        server.handle(&ask(Verb::Patch(PatchType::Merge), "web", &format!("m{i}"), body)).unwrap();
    }
    let all = shown(&mut server);
    assert_eq!((all.lines().count(), all.contains("ancient-changes Update")), (10, true), "{all}");
    let none = ask(Verb::Patch(PatchType::Merge), "web", "me", value("{metadata: {managedFields: [{}]}}"));
    server.handle(&none).unwrap();
    assert_eq!(shown(&mut server), "");
}
