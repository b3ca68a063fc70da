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
    assert_eq!(cells(kind::LEASE, object.clone()), "x|node1|11s");
    assert_eq!(cells(kind::LIMIT_RANGE, object.clone()), "x|2026-11-23T00:43:19Z");
    assert_eq!(cells(kind::ROLE, object), "x|2026-11-23T00:43:19Z");
}

/// The cells of an object in YAML, made 11 seconds ago.
fn row(kind: &Kind, text: &str) -> String {
    let mut object = api::yaml::parse(text).unwrap().value;
    object.set("metadata.name", "x");
    object.set("metadata.creationTimestamp", "2026-11-23T00:43:19Z");
    cells(kind, object)
}

#[test]
fn jobs_and_their_kin() {
    let template = "template: {spec: {containers: [{name: a, image: b}]}}";
    let selector = "selector: {matchLabels: {a: b}}";
    for (kind, text, expected) in [
        (kind::STATEFUL_SET, format!("{{spec: {{replicas: 3, {template}}}, status: {{readyReplicas: 2}}}}"), "x|2/3|11s|a|b"),
        (kind::JOB, format!("{{spec: {{completions: 5, {selector}, {template}}}, status: {{succeeded: 1, startTime: '2026-11-23T00:43:20Z'}}}}"), "x|Running|1/5|10s|11s|a|b|a=b"),
        (kind::JOB, "{spec: {parallelism: 3}, status: {conditions: [{type: Complete, status: 'True'}], startTime: '2026-11-23T00:43:20Z', completionTime: '2026-11-23T00:43:22Z'}}".into(), "x|Complete|0/1 of 3|2s|11s|||<none>"),
        (kind::CRON_JOB, format!("{{spec: {{schedule: '* * * * *', suspend: false, jobTemplate: {{spec: {{{template}}}}}}}}}"), "x|* * * * *|<none>|False|0|<none>|11s|a|b|<none>"),
        (kind::CRON_JOB, "{spec: {timeZone: Asia/Seoul, suspend: true}, status: {active: [{}], lastScheduleTime: '2026-11-23T00:43:00Z'}}".into(), "x||Asia/Seoul|True|1|30s|11s|||<none>"),
        (kind::REPLICATION_CONTROLLER, format!("{{spec: {{replicas: 2, selector: {{a: b}}, {template}}}}}"), "x|2|0|0|11s|a|b|a=b"),
        (kind::POD_TEMPLATE, "{template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: d}]}}}".into(), "x|c|d|a=b"),
        (kind::SECRET, "{type: Opaque, data: {a: b}}".into(), "x|Opaque|1|11s"),
    ] {
        assert_eq!(row(kind, &text), expected);
    }
}

#[test]
fn policies_and_the_rest() {
    for (kind, text, expected) in [
        (
            kind::HORIZONTAL_POD_AUTOSCALER,
            "{spec: {minReplicas: 2, maxReplicas: 5, scaleTargetRef: {kind: Deployment, name: web}, metrics: [{type: Resource, resource: {name: cpu, target: {averageUtilization: 80}}}]}, status: {currentReplicas: 3}}",
            "x|Deployment/web|cpu: <unknown>/80%|2|5|3|11s",
        ),
        (
            kind::HORIZONTAL_POD_AUTOSCALER,
            "{spec: {maxReplicas: 5, metrics: [{type: Pods, pods: {target: {averageValue: 1k}}}, {type: External, external: {target: {averageValue: '2'}}}, {type: Object}]}, status: {currentMetrics: [{pods: {current: {averageValue: 500m}}}]}}",
            "x|/|500m/1k, <unknown>/2 (avg) + 1 more...|<unset>|5|0|11s",
        ),
        (
            kind::POD_DISRUPTION_BUDGET,
            "{spec: {minAvailable: 50%}, status: {disruptionsAllowed: 1}}",
            "x|50%|N/A|1|11s",
        ),
        (
            kind::PRIORITY_CLASS,
            "{value: 1000, preemptionPolicy: PreemptLowerPriority}",
            "x|1000|false|11s|PreemptLowerPriority",
        ),
        (
            kind::RESOURCE_QUOTA,
            "{status: {hard: {pods: '2', cpu: 1, limits.cpu: 2}, used: {cpu: 200m}}}",
            "x|cpu: 200m/1, pods: 0/2|limits.cpu: 0/2|11s",
        ),
        (
            kind::INGRESS,
            "{spec: {rules: [{host: a}, {}, {host: b}], tls: [{}]}, status: {loadBalancer: {ingress: [{ip: 1.2.3.4}]}}}",
            "x|<none>|a,b|1.2.3.4|80, 443|11s",
        ),
        (kind::INGRESS, "{spec: {ingressClassName: nginx}}", "x|nginx|*||80|11s"),
        (kind::INGRESS_CLASS, "{spec: {controller: c, parameters: {apiGroup: g, kind: K, name: p}}}", "x|c|K.g/p|11s"),
        (kind::NETWORK_POLICY, "{spec: {podSelector: {matchLabels: {app: web}}}}", "x|app=web|11s"),
        (
            kind::ROLE_BINDING,
            "{roleRef: {kind: Role, name: r}, subjects: [{kind: User, name: u}, {kind: ServiceAccount, namespace: m, name: s}]}",
            "x|Role/r|11s|u||m/s",
        ),
        (
            kind::CERTIFICATE_SIGNING_REQUEST,
            "{spec: {signerName: s, username: u, expirationSeconds: 3600}, status: {conditions: [{type: Approved}], certificate: YQ==}}",
            "x|11s|s|u|60m|Approved,Issued",
        ),
        (
            kind::CSI_DRIVER,
            "{spec: {attachRequired: true, volumeLifecycleModes: [Persistent]}}",
            "x|true|false|false|<unset>|false|Persistent|11s",
        ),
        (
            kind::VALIDATING_ADMISSION_POLICY,
            "{spec: {validations: [{}], paramKind: {apiVersion: v1, kind: ConfigMap}}}",
            "x|1|v1/ConfigMap|11s",
        ),
        (
            kind::FLOW_SCHEMA,
            "{spec: {matchingPrecedence: 1, priorityLevelConfiguration: {name: p}}}",
            "x|p|1|<none>|11s|?",
        ),
        (
            kind::PRIORITY_LEVEL_CONFIGURATION,
            "{spec: {type: Limited, limited: {nominalConcurrencyShares: 5, limitResponse: {queuing: {queues: 64}}}}}",
            "x|Limited|5|64|<none>|<none>|11s",
        ),
        (
            kind::IP_ADDRESS,
            "{spec: {parentRef: {resource: services, namespace: default, name: web}}}",
            "x|services/default/web",
        ),
        (kind::SERVICE_CIDR, "{spec: {cidrs: [10.96.0.0/12]}}", "x|10.96.0.0/12|11s"),
        (kind::RESOURCE_CLAIM, "{status: {allocation: {}, reservedFor: [{}]}}", "x|allocated,reserved|11s"),
        (kind::COMPONENT_STATUS, "{conditions: [{type: Healthy, status: 'True', message: ok}]}", "x|Healthy|ok|"),
    ] {
        assert_eq!(row(kind, text), expected);
    }
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
    assert_eq!(row(IncludeObject::parse("Object").unwrap())["object"], object);
    assert_eq!(row(IncludeObject::None)["conditions"].array()[0]["type"].str(), "Completed");
}
