use super::*;
use api::kind;

const NOW: &str = "2026-11-23T00:43:30Z";

fn now() -> Time {
    Time::parse(NOW).unwrap()
}

/// The cells of one object, joined by `|`.
fn cells(kind: &Kind, object: Value) -> String {
    let table = table(kind, [&object], now(), IncludeObject::None);
    let texts = table["rows"].array()[0]["cells"].array().iter().map(|cell| match cell {
        Value::Bool(value) => value.to_string(),
        _ => api::text::int_or_string(cell),
    });
    texts.collect::<Vec<_>>().join("|")
}

fn metadata(name: &str) -> Value {
    obj! { "name" => name, "creationTimestamp" => "2026-11-23T00:43:19Z" }
}

/// A Pod with one container `c` in the given state.
fn pod(phase: &str, container: Value) -> Value {
    let mut status = obj! { "name" => "c", "restartCount" => 0, "ready" => false };
    for (key, value) in container.entries() {
        status.set(key, value);
    }
    obj! {
        "kind" => "Pod",
        "metadata" => metadata("web"),
        "spec" => obj! { "containers" => list![obj! { "name" => "c" }] },
        "status" => obj! { "phase" => phase, "containerStatuses" => list![status] },
    }
}

fn waiting(reason: &str) -> Value {
    obj! { "state" => obj! { "waiting" => obj! { "reason" => reason } } }
}

fn terminated(reason: &str, exit: i64) -> Value {
    obj! { "state" => obj! { "terminated" => obj! { "reason" => reason, "exitCode" => exit } } }
}

fn status_of(pod: &Value) -> String {
    pod::Summary::of(pod).status
}

#[test]
fn a_running_pod() {
    let mut pod = pod("Running", obj! { "ready" => true, "state" => obj! { "running" => obj! {} } });
    pod.set("spec.nodeName", "node1");
    pod.set("status.podIPs", list![obj! { "ip" => "10.44.0.1" }]);
    assert_eq!(cells(kind::POD, pod), "web|1/1|Running|0|11s|10.44.0.1|node1|<none>|<none>");
}

#[test]
fn pod_statuses() {
    let mut unscheduled = pod("Pending", Value::Null);
    unscheduled.set("status", obj! { "phase" => "Pending" });
    assert_eq!(cells(kind::POD, unscheduled), "web|0/1|Pending|0|11s|<none>|<none>|<none>|<none>");
    for reason in ["ContainerCreating", "PodInitializing", "CrashLoopBackOff", "ErrImagePull", "ImagePullBackOff"] {
        assert_eq!(status_of(&pod("Pending", waiting(reason))), reason);
    }
    assert_eq!(status_of(&pod("Succeeded", terminated("Completed", 0))), "Completed");
    assert_eq!(status_of(&pod("Failed", terminated("OOMKilled", 137))), "OOMKilled");
    assert_eq!(status_of(&pod("Failed", terminated("", 3))), "ExitCode:3");
    let mut evicted = pod("Failed", Value::Null);
    evicted.set("status", obj! { "phase" => "Failed", "reason" => "Evicted" });
    assert_eq!(status_of(&evicted), "Evicted");
}

#[test]
fn a_pod_being_deleted() {
    let mut pod = pod("Running", obj! { "ready" => true, "state" => obj! { "running" => obj! {} } });
    pod.set("metadata.deletionTimestamp", NOW);
    assert_eq!(status_of(&pod), "Terminating");
    pod.set("status.reason", "NodeLost");
    assert_eq!(status_of(&pod), "Unknown");
    pod.set("status", obj! { "phase" => "Succeeded" });
    assert_eq!(status_of(&pod), "Succeeded");
}

#[test]
fn restarts_tell_when_the_last_one_was() {
    let ended = obj! { "terminated" => obj! { "finishedAt" => "2026-11-23T00:43:25Z" } };
    let pod = pod("Running", obj! { "restartCount" => 3, "lastState" => ended });
    assert_eq!(pod::Summary::of(&pod).restarts_text(now()), "3 (5s ago)");
}

#[test]
fn init_containers_come_first() {
    let mut pod = pod("Pending", waiting("PodInitializing"));
    pod.set("spec.initContainers", list![obj! { "name" => "a" }, obj! { "name" => "b" }]);
    let mut with = |first: Value, second: Value| {
        let mut statuses = vec![];
        for (name, mut status) in [("a", first), ("b", second)] {
            status.set("name", name);
            statuses.push(status);
        }
        pod.set("status.initContainerStatuses", statuses);
        status_of(&pod)
    };
    assert_eq!(with(waiting("PodInitializing"), waiting("PodInitializing")), "Init:0/2");
    assert_eq!(with(terminated("Completed", 0), obj! {}), "Init:1/2");
    assert_eq!(with(terminated("Error", 1), waiting("PodInitializing")), "Init:Error");
    assert_eq!(with(waiting("CrashLoopBackOff"), waiting("PodInitializing")), "Init:CrashLoopBackOff");
    assert_eq!(with(terminated("Completed", 0), terminated("Completed", 0)), "PodInitializing");
}

#[test]
fn a_sidecar_counts_as_a_container() {
    let mut pod = pod("Running", obj! { "ready" => true, "state" => obj! { "running" => obj! {} } });
    pod.set("spec.initContainers", list![obj! { "name" => "s", "restartPolicy" => "Always" }]);
    let running = obj! { "name" => "s", "started" => true, "ready" => true, "restartCount" => 2 };
    pod.set("status.initContainerStatuses", list![running]);
    let summary = pod::Summary::of(&pod);
    assert_eq!((summary.ready, summary.containers, summary.restarts), (2, 2, 2));
}

#[test]
fn workloads() {
    let containers = list![obj! { "name" => "a", "image" => "nginx" }, obj! { "name" => "b", "image" => "redis:7" }];
    let spec = obj! {
        "replicas" => 4,
        "selector" => obj! { "matchLabels" => obj! { "app" => "web" } },
        "template" => obj! { "spec" => obj! { "containers" => containers } },
    };
    let status = obj! { "replicas" => 4, "readyReplicas" => 3, "updatedReplicas" => 4, "availableReplicas" => 2 };
    let object = obj! { "metadata" => metadata("web"), "spec" => spec, "status" => status };
    assert_eq!(cells(kind::DEPLOYMENT, object.clone()), "web|3/4|4|2|11s|a,b|nginx,redis:7|app=web");
    assert_eq!(cells(kind::REPLICA_SET, object.clone()), "web|4|4|3|11s|a,b|nginx,redis:7|app=web");
    assert_eq!(cells(kind::DAEMON_SET, object), "web|0|0|0|0|0|<none>|11s|a,b|nginx,redis:7|app=web");
    let scale = Kind { group: "autoscaling", kind: "Scale", ..*kind::DEPLOYMENT };
    let replicas = |n: i64| obj! { "replicas" => n };
    let scaled = obj! { "metadata" => metadata("web"), "spec" => replicas(3), "status" => replicas(2) };
    assert_eq!(cells(&scale, scaled), "web|3|2|11s");
    let owner = obj! { "controller" => true, "apiVersion" => "apps/v1", "kind" => "DaemonSet", "name" => "agent" };
    let mut revision = obj! { "metadata" => metadata("agent-1"), "revision" => 3 };
    revision.set("metadata.ownerReferences", list![owner]);
    assert_eq!(cells(kind::CONTROLLER_REVISION, revision), "agent-1|daemonset.apps/agent|3|11s");
}

#[test]
fn services() {
    let service = |spec: Value| obj! { "metadata" => metadata("web"), "spec" => spec };
    let port = list![obj! { "port" => 80, "nodePort" => 31494, "protocol" => "TCP" }];
    let node_port = obj! { "type" => "NodePort", "clusterIPs" => list!["10.96.0.7"], "ports" => port };
    assert_eq!(
        cells(kind::SERVICE, service(node_port.clone())),
        "web|NodePort|10.96.0.7|<none>|80:31494/TCP|11s|<none>"
    );
    let mut balanced = service(node_port);
    balanced.set("spec.type", "LoadBalancer");
    assert_eq!(cells(kind::SERVICE, balanced.clone()), "web|LoadBalancer|10.96.0.7|<pending>|80:31494/TCP|11s|<none>");
    balanced.set("status.loadBalancer.ingress", list![obj! { "ip" => "192.168.100.1" }]);
    assert!(cells(kind::SERVICE, balanced).contains("|192.168.100.1|"));
    let external = service(obj! { "type" => "ExternalName", "externalName" => "bar.com" });
    assert_eq!(cells(kind::SERVICE, external), "web|ExternalName|<none>|bar.com|<none>|11s|<none>");
}

#[test]
fn endpoints_and_slices() {
    let addresses: Vec<Value> = (1..=5).map(|i| obj! { "ip" => format!("10.44.0.{i}") }).collect();
    let subset = obj! { "addresses" => addresses, "ports" => list![obj! { "port" => 80 }] };
    let endpoints = obj! { "metadata" => metadata("web"), "subsets" => list![subset] };
    assert_eq!(cells(kind::ENDPOINTS, endpoints), "web|10.44.0.1:80,10.44.0.2:80,10.44.0.3:80 + 2 more...|11s");
    assert_eq!(cells(kind::ENDPOINTS, obj! { "metadata" => metadata("web") }), "web|<none>|11s");
    let slice = obj! { "metadata" => metadata("web-1"), "addressType" => "IPv4" };
    assert_eq!(cells(kind::ENDPOINT_SLICE, slice), "web-1|IPv4|<unset>|<unset>|11s");
}

#[test]
fn nodes() {
    let mut node = obj! { "metadata" => metadata("node1"), "spec" => obj! { "unschedulable" => true } };
    let info = obj! { "kubeletVersion" => "v1.36.2", "kernelVersion" => "6.8.0", "architecture" => "amd64" };
    node.set("status.nodeInfo", info);
    node.set("status.addresses", list![obj! { "type" => "InternalIP", "address" => "172.17.0.11" }]);
    node.set("status.conditions", list![obj! { "type" => "Ready", "status" => "Unknown" }]);
    let expected =
        "node1|NotReady,SchedulingDisabled|<none>|11s|v1.36.2|172.17.0.11|<none>|<unknown>|6.8.0 (amd64)|<unknown>";
    assert_eq!(cells(kind::NODE, node), expected);
}

#[test]
fn events_of_both_apis() {
    let pod = obj! { "kind" => "Pod", "name" => "web", "fieldPath" => "spec.containers{c}" };
    let old = obj! {
        "metadata" => metadata("web.1"), "involvedObject" => pod.clone(), "type" => "Normal", "reason" => "Pulled",
        "message" => "done\n", "count" => 3, "source" => obj! { "component" => "kubelet", "host" => "node1" },
        "firstTimestamp" => "2026-11-23T00:43:20Z", "lastTimestamp" => "2026-11-23T00:43:28Z",
    };
    let expected = "2s|Normal|Pulled|pod/web|spec.containers{c}|kubelet, node1|done|10s|3|web.1";
    assert_eq!(cells(kind::EVENT, old), expected);
    let new = obj! {
        "metadata" => metadata("web.2"), "involvedObject" => pod, "type" => "Normal", "reason" => "Scheduled",
        "message" => "ok", "eventTime" => "2026-11-23T00:43:20.500000Z", "reportingComponent" => "default-scheduler",
    };
    let expected = "9s|Normal|Scheduled|pod/web|spec.containers{c}|default-scheduler|ok|9s|1|web.2";
    assert_eq!(cells(kind::EVENT, new), expected);
}

#[test]
fn storage() {
    let volume = obj! {
        "metadata" => metadata("pv1"),
        "spec" => obj! {
            "capacity" => obj! { "storage" => "5Gi" }, "accessModes" => list!["ReadWriteMany", "ReadWriteOnce"],
            "persistentVolumeReclaimPolicy" => "Retain", "volumeMode" => "Filesystem",
            "claimRef" => obj! { "namespace" => "default", "name" => "claim" },
        },
        "status" => obj! { "phase" => "Bound" },
    };
    let expected = "pv1|5Gi|RWO,RWX|Retain|Bound|default/claim||<unset>||11s|Filesystem";
    assert_eq!(cells(kind::PERSISTENT_VOLUME, volume), expected);
    let mut claim = obj! { "metadata" => metadata("claim"), "status" => obj! { "phase" => "Pending" } };
    assert_eq!(cells(kind::PERSISTENT_VOLUME_CLAIM, claim.clone()), "claim|Pending|||||<unset>|11s|<unset>");
    claim.set("spec", obj! { "volumeName" => "pv1", "storageClassName" => "fast" });
    claim.set("status.capacity.storage", "5Gi");
    claim.set("metadata.deletionTimestamp", NOW);
    assert_eq!(cells(kind::PERSISTENT_VOLUME_CLAIM, claim), "claim|Terminating|pv1|5Gi||fast|<unset>|11s|<unset>");
    let mut class = obj! { "metadata" => metadata("standard"), "provisioner" => "example.com/external" };
    class.annotate("storageclass.kubernetes.io/is-default-class", "true");
    let expected = "standard (default)|example.com/external|Delete|Immediate|false|11s";
    assert_eq!(cells(kind::STORAGE_CLASS, class), expected);
}

#[test]
fn small_kinds() {
    let mut object = obj! { "metadata" => metadata("x"), "status" => obj! { "phase" => "Active" } };
    assert_eq!(cells(kind::NAMESPACE, object.clone()), "x|Active|11s");
    assert_eq!(cells(kind::SERVICE_ACCOUNT, object.clone()), "x|11s");
    object.set("data", obj! { "a" => "1", "b" => "2" });
    object.set("spec.holderIdentity", "node1");
    assert_eq!(cells(kind::CONFIG_MAP, object.clone()), "x|2|11s");
    assert_eq!(cells(kind::LEASE, object), "x|node1|11s");
}

#[test]
fn every_kind_has_as_many_cells_as_columns_and_one_name() {
    for kind in kind::KINDS {
        let table = table(kind, [&Value::Null], now(), IncludeObject::Metadata);
        assert_eq!(table["rows"].array()[0]["cells"].len(), columns(kind).len(), "{}", kind.kind);
        assert_eq!(columns(kind).iter().filter(|c| c.format == "name").count(), 1, "{}", kind.kind);
    }
}

#[test]
fn rows_carry_what_was_asked_for() {
    let object = pod("Succeeded", terminated("Completed", 0));
    let row = |include| table(kind::POD, [&object], now(), include)["rows"].array()[0].clone();
    assert!(row(IncludeObject::None)["object"].is_null());
    assert_eq!(row(IncludeObject::Metadata)["object"]["kind"].str(), "PartialObjectMetadata");
    assert_eq!(row(IncludeObject::parse("Object"))["object"], object);
    assert_eq!(row(IncludeObject::None)["conditions"].array()[0]["type"].str(), "Completed");
}
