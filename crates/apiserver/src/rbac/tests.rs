//! Who may do what, request by request.

use crate::{ApiServer, Request, User, Verb};
use api::{Kind, Rng, Status, Time, Value, kind, list, obj};

fn server() -> ApiServer {
    let mut server = ApiServer::new(Rng::new(1), Time::parse("2026-01-05T09:00:00Z").unwrap());
    for name in ["default", "kube-public", "kube-system"] {
        make(&mut server, kind::NAMESPACE, "", obj! { "metadata" => obj! { "name" => name } });
    }
    server.bootstrap();
    make(&mut server, kind::SERVICE_ACCOUNT, "default", obj! { "metadata" => obj! { "name" => "robot" } });
    let rule = obj! { "apiGroups" => list![""], "resources" => list!["pods"], "verbs" => list!["get", "list"] };
    let metadata = obj! { "name" => "pod-reader" };
    make(&mut server, kind::ROLE, "default", obj! { "metadata" => metadata, "rules" => list![rule] });
    let robot = obj! { "kind" => "ServiceAccount", "name" => "robot", "namespace" => "default" };
    make(&mut server, kind::ROLE_BINDING, "default", binding("read", "Role", "pod-reader", list![jane(), robot]));
    server
}

fn make(server: &mut ApiServer, kind: &'static Kind, namespace: &str, object: Value) -> Value {
    server.handle(&Request::new(Verb::Create, kind, namespace, "").with_body(object)).unwrap().body
}

fn jane() -> Value {
    obj! { "kind" => "User", "name" => "jane", "apiGroup" => "rbac.authorization.k8s.io" }
}

fn binding(name: &str, kind: &str, role: &str, subjects: Value) -> Value {
    let role = obj! { "apiGroup" => "rbac.authorization.k8s.io", "kind" => kind, "name" => role };
    obj! { "metadata" => obj! { "name" => name }, "roleRef" => role, "subjects" => subjects }
}

/// A request in the name of `user`.
fn as_user(user: &str, verb: Verb, kind: &'static Kind, namespace: &str, name: &str) -> Request {
    let mut request = Request::new(verb, kind, namespace, name);
    request.impersonate = Some(Box::new(User::new(user, &[])));
    request
}

fn refusal(server: &mut ApiServer, request: &Request) -> String {
    server.handle(request).unwrap_err().message
}

#[test]
fn a_role_is_needed_and_its_words_are_the_servers() {
    let mut server = server();
    server.handle(&as_user("jane", Verb::List, kind::POD, "default", "")).unwrap();
    server.handle(&as_user("system:serviceaccount:default:robot", Verb::List, kind::POD, "default", "")).unwrap();
    let mut refused =
        |verb, kind, namespace: &str, name: &str| refusal(&mut server, &as_user("jane", verb, kind, namespace, name));
    assert_eq!(
        refused(Verb::List, kind::DEPLOYMENT, "default", ""),
        r#"deployments.apps is forbidden: User "jane" cannot list resource "deployments" in API group "apps" in the namespace "default""#
    );
    assert_eq!(
        refused(Verb::List, kind::POD, "", ""),
        r#"pods is forbidden: User "jane" cannot list resource "pods" in API group "" at the cluster scope"#
    );
    assert_eq!(
        refused(Verb::Delete, kind::POD, "default", "x"),
        r#"pods "x" is forbidden: User "jane" cannot delete resource "pods" in API group "" in the namespace "default""#
    );
    assert_eq!(
        refused(Verb::Get, kind::NAMESPACE, "", "dev"),
        r#"namespaces "dev" is forbidden: User "jane" cannot get resource "namespaces" in API group "" in the namespace "dev""#
    );
    assert!(server.watch(&as_user("bob", Verb::Watch, kind::POD, "default", "")).is_err());
}

#[test]
fn a_binding_to_a_role_that_is_not_there_says_so() {
    let mut server = server();
    make(&mut server, kind::ROLE_BINDING, "default", binding("lost", "ClusterRole", "nosuch", list![jane()]));
    let text = refusal(&mut server, &as_user("jane", Verb::List, kind::SECRET, "default", ""));
    assert!(
        text.ends_with(r#"in the namespace "default": RBAC: clusterrole.rbac.authorization.k8s.io "nosuch" not found"#)
    );
}

#[test]
fn bindings_take_effect_and_lose_it_at_once() {
    let mut server = server();
    let nodes = as_user("jane", Verb::List, kind::NODE, "", "");
    server.handle(&nodes).unwrap_err();
    make(&mut server, kind::CLUSTER_ROLE_BINDING, "", binding("all", "ClusterRole", "cluster-admin", list![jane()]));
    server.handle(&nodes).unwrap();
    server.handle(&Request::new(Verb::Delete, kind::CLUSTER_ROLE_BINDING, "", "all")).unwrap();
    server.handle(&nodes).unwrap_err();
}

#[test]
fn nobody_gives_what_he_does_not_have() {
    let mut server = server();
    let admin = obj! { "apiGroups" => list!["rbac.authorization.k8s.io"], "resources" => list!["*"], "verbs" => list!["create"] };
    make(
        &mut server,
        kind::ROLE,
        "default",
        obj! { "metadata" => obj! { "name" => "keeper" }, "rules" => list![admin] },
    );
    make(&mut server, kind::ROLE_BINDING, "default", binding("keeper", "Role", "keeper", list![jane()]));
    let rule = |verb: &str| obj! { "apiGroups" => list![""], "resources" => list!["pods"], "verbs" => list![verb] };
    let role = |verb: &str| obj! { "metadata" => obj! { "name" => "r" }, "rules" => list![rule(verb)] };
    let create = as_user("jane", Verb::Create, kind::ROLE, "default", "");
    assert_eq!(
        refusal(&mut server, &create.clone().with_body(role("delete"))),
        "roles.rbac.authorization.k8s.io \"r\" is forbidden: user \"jane\" (groups=[\"system:authenticated\"]) is attempting to \
         grant RBAC permissions not currently held:\n{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"delete\"]}"
    );
    server.handle(&create.with_body(role("get"))).unwrap();
    let bind = as_user("jane", Verb::Create, kind::ROLE_BINDING, "default", "");
    let refused = refusal(&mut server, &bind.with_body(binding("all", "ClusterRole", "cluster-admin", list![jane()])));
    assert!(refused.contains("{NonResourceURLs:[\"*\"], Verbs:[\"*\"]}"), "{refused}");
}

#[test]
fn impersonation_needs_a_right_of_its_own() {
    let mut server = server();
    let mut request = as_user("bob", Verb::List, kind::POD, "default", "");
    request.user = User::new("jane", &["system:authenticated"]);
    assert_eq!(
        refusal(&mut server, &request),
        r#"users "bob" is forbidden: User "jane" cannot impersonate resource "users" in API group "" at the cluster scope"#
    );
    let review = |server: &ApiServer, user: &str, groups: &[&str]| {
        let mut request = Request::new(Verb::Create, kind::SELF_SUBJECT_REVIEW, "", "");
        request.impersonate = Some(Box::new(User::new(user, groups)));
        server.user_of(&request).unwrap().groups
    };
    assert_eq!(review(&server, "jane", &[]), list!["system:authenticated"]);
    assert_eq!(review(&server, "jane", &["dev"]), list!["dev", "system:authenticated"]);
    assert_eq!(review(&server, "system:anonymous", &[]), list!["system:unauthenticated"]);
    let groups = list!["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"];
    assert_eq!(review(&server, "system:serviceaccount:default:robot", &[]), groups);
}

#[test]
fn reviews_answer_what_the_authorizer_would() {
    let mut server = server();
    let mut ask = |kind: &'static Kind, spec: Value| -> Result<Value, Status> {
        let request = as_user("jane", Verb::Create, kind, "", "").with_body(obj! { "spec" => spec });
        Ok(server.handle(&request)?.body["status"].clone())
    };
    let attributes = obj! { "namespace" => "default", "verb" => "get", "resource" => "pods" };
    let status = ask(kind::SELF_SUBJECT_ACCESS_REVIEW, obj! { "resourceAttributes" => attributes }).unwrap();
    let reason = r#"RBAC: allowed by RoleBinding "read/default" of Role "pod-reader" to User "jane""#;
    assert_eq!(status, obj! { "allowed" => true, "reason" => reason });
    let path = obj! { "path" => "/version", "verb" => "get" };
    let status = ask(kind::SELF_SUBJECT_ACCESS_REVIEW, obj! { "nonResourceAttributes" => path }).unwrap();
    assert!(status["allowed"].bool());
    let rules = ask(kind::SELF_SUBJECT_RULES_REVIEW, obj! { "namespace" => "default" }).unwrap();
    assert_eq!((rules["resourceRules"].len(), rules["nonResourceRules"].len()), (3, 2));
    assert_eq!(ask(kind::SELF_SUBJECT_ACCESS_REVIEW, obj! {}).unwrap_err().code, 422);
    assert_eq!(ask(kind::TOKEN_REVIEW, obj! { "token" => "x" }).unwrap_err().code, 403);
}

#[test]
fn tokens_are_those_of_accounts_that_are_there() {
    let mut server = server();
    let request = Request::new(Verb::Create, kind::SERVICE_ACCOUNT, "default", "robot").with_subresource("token");
    let answer = server.handle(&request).unwrap().body;
    let token = answer["status"]["token"].str().to_owned();
    assert!(token.starts_with("eyJ") && token.split('.').count() == 3);
    assert_eq!(answer["status"]["expirationTimestamp"].str(), "2026-01-05T10:00:00Z");
    let mut list = Request::new(Verb::List, kind::POD, "default", "");
    list.token = token.as_str().into();
    server.handle(&list).unwrap();
    list.namespace = "kube-system".into();
    assert!(refusal(&mut server, &list).contains(r#"User "system:serviceaccount:default:robot" cannot list"#));
    let review = Request::new(Verb::Create, kind::TOKEN_REVIEW, "", "");
    let review = review.with_body(obj! { "spec" => obj! { "token" => token.as_str() } });
    let status = server.handle(&review).unwrap().body["status"].clone();
    assert_eq!(status["user"]["username"].str(), "system:serviceaccount:default:robot");
    list.token = format!("{}x", list.token).into();
    assert_eq!(server.handle(&list).unwrap_err().code, 401);
    server.handle(&Request::new(Verb::Delete, kind::SERVICE_ACCOUNT, "default", "robot")).unwrap();
    assert!(server.authenticate(&token).is_none());
    let short = obj! { "spec" => obj! { "expirationSeconds" => 5 } };
    make(&mut server, kind::SERVICE_ACCOUNT, "default", obj! { "metadata" => obj! { "name" => "robot" } });
    assert_eq!(
        refusal(&mut server, &request.with_body(short)),
        "TokenRequest.authentication.k8s.io \"robot\" is invalid: spec.expirationSeconds: Invalid value: 5: may not specify a \
         duration less than 10 minutes"
    );
}

#[test]
fn every_role_of_the_server_is_made() {
    let server = server();
    assert_eq!(server.store().count(kind::CLUSTER_ROLE), 70);
    let admin = server.store().list(kind::CLUSTER_ROLE, "").find(|role| role.name() == "admin").unwrap();
    assert!(admin["rules"].is_null() && !admin["aggregationRule"].is_null());
    assert_eq!(admin.labels()["kubernetes.io/bootstrapping"].str(), "rbac-defaults");
    assert_eq!(server.store().list(kind::ROLE, "kube-system").count(), 6);
    assert_eq!(server.store().count(kind::PRIORITY_CLASS), 2);
}

/// A request of the kubelet of `node1`.
fn as_kubelet(verb: Verb, kind: &'static Kind, namespace: &str, name: &str) -> Request {
    let mut request = Request::new(verb, kind, namespace, name);
    request.impersonate = Some(Box::new(User::new("system:node:node1", &["system:nodes"])));
    request
}

#[test]
fn a_kubelet_sees_what_its_pods_name_and_changes_its_own_node() {
    let mut server = server();
    make(&mut server, kind::SERVICE_ACCOUNT, "default", obj! { "metadata" => obj! { "name" => "default" } });
    for name in ["used", "other"] {
        make(&mut server, kind::SECRET, "default", obj! { "metadata" => obj! { "name" => name } });
    }
    for name in ["node1", "node2"] {
        make(&mut server, kind::NODE, "", obj! { "metadata" => obj! { "name" => name } });
    }
    for (name, node) in [("mine", "node1"), ("theirs", "node2")] {
        let volume = obj! { "name" => "v", "secret" => obj! { "secretName" => "used" } };
        let spec = obj! {
            "nodeName" => node, "volumes" => list![volume], "containers" => list![obj! { "name" => "c", "image" => "nginx" }],
        };
        make(&mut server, kind::POD, "default", obj! { "metadata" => obj! { "name" => name }, "spec" => spec });
    }
    let get = |kind, name: &str| as_kubelet(Verb::Get, kind, if kind == kind::NODE { "" } else { "default" }, name);
    server.handle(&get(kind::SECRET, "used")).unwrap();
    server.handle(&get(kind::POD, "mine")).unwrap();
    server.handle(&get(kind::NODE, "node1")).unwrap();
    assert_eq!(
        refusal(&mut server, &get(kind::SECRET, "other")),
        "secrets \"other\" is forbidden: User \"system:node:node1\" cannot get resource \"secrets\" in API group \"\" in the \
         namespace \"default\": no relationship found between node 'node1' and this object"
    );
    assert!(
        refusal(&mut server, &get(kind::POD, "theirs"))
            .ends_with("no relationship found between node 'node1' and this object")
    );
    let mut list = as_kubelet(Verb::List, kind::POD, "", "");
    assert!(refusal(&mut server, &list).ends_with("can only list/watch pods with spec.nodeName field selector"));
    list.options.field_selector = "spec.nodeName=node1".into();
    assert_eq!(server.handle(&list).unwrap().body["items"].array().len(), 1);
    assert!(
        refusal(&mut server, &as_kubelet(Verb::Delete, kind::POD, "default", "theirs"))
            .ends_with("node \"node1\" can only delete pods with spec.nodeName set to itself")
    );

    let mut node = server.handle(&get(kind::NODE, "node1")).unwrap().body;
    node.set("metadata.labels", obj! { "kubernetes.io/os" => "linux", "node-restriction.kubernetes.io/x" => "y" });
    let update = as_kubelet(Verb::Update, kind::NODE, "", "node1");
    assert_eq!(
        refusal(&mut server, &update.clone().with_body(node.clone())),
        "nodes \"node1\" is forbidden: is not allowed to modify labels: node-restriction.kubernetes.io/x"
    );
    node.set("metadata.labels", obj! { "kubernetes.io/os" => "linux" });
    server.handle(&update.with_body(node)).unwrap();
    let pod = obj! {
        "metadata" => obj! { "name" => "new" },
        "spec" => obj! { "nodeName" => "node1", "containers" => list![obj! { "name" => "c", "image" => "nginx" }] },
    };
    let create = as_kubelet(Verb::Create, kind::POD, "default", "").with_body(pod);
    let why = refusal(&mut server, &create);
    assert!(why.contains("can only create mirror pods"), "{why}");
    // Who only has the name is nobody's kubelet.
    assert!(
        refusal(&mut server, &as_user("system:node:node1", Verb::Get, kind::SECRET, "default", "used"))
            .ends_with("\"default\"")
    );
}

#[test]
fn always_allow_comes_after_the_others() {
    let mut server = server();
    let jane = User::new("jane", &[]);
    let list = |server: &mut ApiServer, kind| {
        let request = Request { user: jane.clone(), ..Request::new(Verb::List, kind, "default", "") };
        server.handle(&request).is_ok()
    };
    assert!(list(&mut server, kind::POD) && !list(&mut server, kind::SECRET));
    server.set_flags(crate::Flags { always_allow: true, ..crate::Flags::default() });
    assert!(list(&mut server, kind::POD) && list(&mut server, kind::SECRET));
}
