//! What admission gives and what it refuses.

use crate::{ApiServer, Request, Verb, quota};
use api::{Kind, Rng, Status, Time, Value, kind, list, obj};

fn server() -> ApiServer {
    let mut server = ApiServer::new(Rng::new(1), Time::parse("2026-01-05T09:00:00Z").unwrap());
    for name in ["default", "kube-public", "kube-system"] {
        make(&mut server, kind::NAMESPACE, obj! { "metadata" => obj! { "name" => name } });
    }
    server.bootstrap();
    make(&mut server, kind::SERVICE_ACCOUNT, obj! { "metadata" => obj! { "name" => "default" } });
    server
}

fn create(server: &mut ApiServer, kind: &'static Kind, object: Value) -> Result<Value, Status> {
    let namespace = if kind.namespaced { "default" } else { "" };
    server.handle(&Request::new(Verb::Create, kind, namespace, "").with_body(object)).map(|answer| answer.body)
}

fn make(server: &mut ApiServer, kind: &'static Kind, object: Value) -> Value {
    create(server, kind, object).unwrap()
}

fn refusal(server: &mut ApiServer, kind: &'static Kind, object: Value) -> String {
    create(server, kind, object).unwrap_err().message
}

fn pod(name: &str, resources: Value) -> Value {
    let container = obj! { "name" => "c", "image" => "nginx", "resources" => resources };
    obj! { "metadata" => obj! { "name" => name }, "spec" => obj! { "containers" => list![container] } }
}

fn quantities(cpu: &str, memory: &str) -> Value {
    obj! { "cpu" => cpu, "memory" => memory }
}

/// A quota as its controller leaves it.
fn quota(server: &mut ApiServer, hard: Value) {
    let metadata = obj! { "name" => "q" };
    let mut quota =
        make(server, kind::RESOURCE_QUOTA, obj! { "metadata" => metadata, "spec" => obj! { "hard" => &hard } });
    let used = quota::used(&quota, server.now(), &mut |kind| server.store().list(kind, "default").cloned().collect());
    quota.set("status", obj! { "hard" => hard, "used" => used });
    let request = Request::new(Verb::Update, kind::RESOURCE_QUOTA, "default", "q").with_body(quota);
    server.handle(&request.with_subresource("status")).unwrap();
}

#[test]
fn a_quota_counts_what_is_made_and_refuses_what_is_too_much() {
    let mut server = server();
    quota(&mut server, obj! { "cpu" => "1", "memory" => "1Gi", "pods" => "2" });
    assert_eq!(
        refusal(&mut server, kind::POD, pod("a", Value::Null)),
        "pods \"a\" is forbidden: failed quota: q: must specify cpu for: c; memory for: c"
    );
    let small = || obj! { "requests" => quantities("100m", "128Mi") };
    make(&mut server, kind::POD, pod("a", small()));
    assert_eq!(
        refusal(&mut server, kind::POD, pod("b", obj! { "requests" => quantities("950m", "2Gi") })),
        "pods \"b\" is forbidden: exceeded quota: q, requested: cpu=950m,memory=2Gi, used: cpu=100m,memory=128Mi, limited: \
         cpu=1,memory=1Gi"
    );
    make(&mut server, kind::POD, pod("b", small()));
    assert_eq!(
        refusal(&mut server, kind::POD, pod("c", small())),
        "pods \"c\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2"
    );
    let stored = server.store().list(kind::RESOURCE_QUOTA, "default").next().unwrap().clone();
    assert_eq!(stored.at("status.used"), &obj! { "cpu" => "200m", "memory" => "256Mi", "pods" => "2" });
    let used = quota::used(&stored, server.now(), &mut |kind| server.store().list(kind, "default").cloned().collect());
    assert_eq!(&used, stored.at("status.used"), "counting anew comes to the same");
}

#[test]
fn quotas_count_objects_of_every_kind_and_look_at_scopes() {
    let mut server = server();
    quota(&mut server, obj! { "count/configmaps" => "1", "services.nodeports" => "1" });
    make(&mut server, kind::CONFIG_MAP, obj! { "metadata" => obj! { "name" => "a" } });
    assert_eq!(
        refusal(&mut server, kind::CONFIG_MAP, obj! { "metadata" => obj! { "name" => "b" } }),
        "configmaps \"b\" is forbidden: exceeded quota: q, requested: count/configmaps=1, used: count/configmaps=1, limited: \
         count/configmaps=1"
    );
    let ports = list![obj! { "port" => 80, "name" => "a" }, obj! { "port" => 81, "name" => "b" }];
    let spec = |of: &str| obj! { "type" => of, "ports" => &ports };
    let service = |of: &str| obj! { "metadata" => obj! { "name" => "s" }, "spec" => spec(of) };
    let refused = refusal(&mut server, kind::SERVICE, service("NodePort"));
    assert!(
        refused.ends_with("requested: services.nodeports=2, used: services.nodeports=0, limited: services.nodeports=1")
    );
    make(&mut server, kind::SERVICE, service("ClusterIP"));
    assert!(quota::tracks(kind::POD, "requests.nvidia.com/gpu") && !quota::tracks(kind::POD, "requests.storage"));
}

#[test]
fn limits_are_given_and_kept() {
    let mut server = server();
    let limit = obj! {
        "type" => "Container", "default" => quantities("200m", "256Mi"), "defaultRequest" => quantities("100m", "128Mi"),
        "max" => quantities("1", "512Mi"), "min" => obj! { "cpu" => "50m" },
    };
    let spec = obj! { "limits" => list![limit] };
    make(&mut server, kind::LIMIT_RANGE, obj! { "metadata" => obj! { "name" => "lim" }, "spec" => spec });
    let made = make(&mut server, kind::POD, pod("one", Value::Null));
    assert_eq!(
        made.annotation("kubernetes.io/limit-ranger"),
        "LimitRanger plugin set: cpu, memory request for container c; cpu, memory limit for container c"
    );
    assert_eq!(made["status"]["qosClass"].str(), "Burstable");
    assert_eq!(
        refusal(&mut server, kind::POD, pod("big", obj! { "limits" => obj! { "cpu" => "3" } })),
        "pods \"big\" is forbidden: maximum cpu usage per Container is 1, but limit is 3"
    );
    let small = obj! { "requests" => obj! { "cpu" => "10m" }, "limits" => quantities("20m", "1Gi") };
    assert_eq!(
        refusal(&mut server, kind::POD, pod("small", small)),
        "pods \"small\" is forbidden: [minimum cpu usage per Container is 50m, but request is 10m, maximum memory usage per \
         Container is 512Mi, but limit is 1Gi]"
    );
}

#[test]
fn priorities_come_from_classes() {
    let mut server = server();
    let class = |name: &str, value: i64, default: bool| {
        obj! { "metadata" => obj! { "name" => name }, "value" => value, "globalDefault" => default }
    };
    make(&mut server, kind::PRIORITY_CLASS, class("high", 1000, true));
    let made = make(&mut server, kind::POD, pod("a", Value::Null));
    assert_eq!((made.at("spec.priority").int(), made.at("spec.priorityClassName").str()), (1000, "high"));
    let mut other = pod("b", Value::Null);
    other.set("spec.priorityClassName", "nosuch");
    assert_eq!(
        refusal(&mut server, kind::POD, other),
        "pods \"b\" is forbidden: no PriorityClass with name nosuch was found"
    );
    assert!(refusal(&mut server, kind::PRIORITY_CLASS, class("low", 1, true)).ends_with("Only one default can exist"));
}

#[test]
fn pod_security_refuses_and_warns() {
    let mut server = server();
    let labels = |enforce: &str, warn: &str| {
        obj! { "pod-security.kubernetes.io/enforce" => enforce, "pod-security.kubernetes.io/warn" => warn }
    };
    let label = |server: &mut ApiServer, labels: Value| {
        let patch = obj! { "metadata" => obj! { "labels" => labels } };
        let verb = Verb::Patch(crate::PatchType::Merge);
        server.handle(&Request::new(verb, kind::NAMESPACE, "", "default").with_body(patch))
    };
    make(&mut server, kind::POD, pod("old", Value::Null));
    let wrong = label(&mut server, labels("strict", "baseline")).unwrap_err();
    assert!(wrong.message.ends_with("Invalid value: \"strict\": must be one of privileged, baseline, restricted"));
    label(&mut server, labels("baseline", "restricted")).unwrap();
    let mut bad = pod("bad", Value::Null);
    bad.set("spec.hostNetwork", true);
    assert_eq!(
        refusal(&mut server, kind::POD, bad),
        "pods \"bad\" is forbidden: violates PodSecurity \"baseline:latest\": host namespaces (hostNetwork=true)"
    );
    let request = Request::new(Verb::Create, kind::POD, "default", "").with_body(pod("plain", Value::Null));
    assert_eq!(
        server.handle(&request).unwrap().warnings,
        [
            "would violate PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false (container \"c\" must set \
          securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container \"c\" must set \
          securityContext.capabilities.drop=[\"ALL\"]), runAsNonRoot != true (pod or container \"c\" must set \
          securityContext.runAsNonRoot=true), seccompProfile (pod or container \"c\" must set \
          securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")"
        ]
    );
    let warnings = label(&mut server, labels("restricted", "restricted")).unwrap().warnings;
    assert_eq!(
        warnings[0],
        "existing pods in namespace \"default\" violate the new PodSecurity enforce level \"restricted:latest\""
    );
    assert!(
        warnings[1].starts_with("old (and 1 other pod): allowPrivilegeEscalation != false, unrestricted capabilities")
    );
    let mut good = pod("good", Value::Null);
    let context = obj! {
        "allowPrivilegeEscalation" => false, "capabilities" => obj! { "drop" => list!["ALL"] }, "runAsNonRoot" => true,
        "seccompProfile" => obj! { "type" => "RuntimeDefault" },
    };
    good.at_mut("spec.containers").array_mut()[0].set("securityContext", context);
    make(&mut server, kind::POD, good);
}

#[test]
fn a_pod_that_changes_stays_within_its_namespaces_standards() {
    let mut server = server();
    make(&mut server, kind::POD, pod("a", Value::Null));
    let labels = obj! { "pod-security.kubernetes.io/enforce" => "baseline" };
    let space = obj! { "metadata" => obj! { "name" => "default", "labels" => labels } };
    server.handle(&Request::new(Verb::Update, kind::NAMESPACE, "", "default").with_body(space)).unwrap();
    let mut debug = |name: &str, privileged: bool| {
        let mut body = server.find(kind::POD, "default", "a").unwrap().clone();
        let context = obj! { "privileged" => privileged };
        let container = obj! { "name" => name, "image" => "busybox", "securityContext" => context };
        body.at_mut("spec.ephemeralContainers").array_mut().push(container);
        let request = Request::new(Verb::Update, kind::POD, "default", "a").with_body(body);
        server.handle(&request.with_subresource("ephemeralcontainers")).map(drop).map_err(|status| status.message)
    };
    let why = "pods \"a\" is forbidden: violates PodSecurity \"baseline:latest\": privileged (container \"d\" must not set \
               securityContext.privileged=true)";
    assert_eq!(debug("d", true), Err(why.to_owned()));
    assert_eq!(debug("e", false), Ok(()));
}

#[test]
fn a_plugin_that_is_off_does_nothing() {
    let mut server = server();
    let mut flags = crate::Flags::default();
    assert!(flags.disable("ServiceAccount"));
    server.set_flags(flags);
    let made = make(&mut server, kind::POD, pod("a", Value::Null));
    assert!(made["spec"]["serviceAccountName"].is_null() && made["spec"]["volumes"].is_null());
    assert_eq!(made["spec"]["tolerations"].array().len(), 2);
}
