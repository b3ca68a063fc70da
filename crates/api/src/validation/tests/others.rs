//! Services, configuration, policies, rights.

use super::*;

#[test]
fn services() {
    refused(
        kind::SERVICE,
        "{spec: {ports: [{port: 99999}]}}",
        &[
            "spec.ports[0].port: Invalid value: 99999: must be between 1 and 65535, inclusive",
            "spec.ports[0].targetPort: Invalid value: 99999: must be between 1 and 65535, inclusive",
        ],
    );
    refused(kind::SERVICE, "{spec: {}}", &["spec.ports: Required value"]);
    refused(
        kind::SERVICE,
        "{spec: {ports: [{port: 80}, {port: 81}]}}",
        &["spec.ports[0].name: Required value", "spec.ports[1].name: Required value"],
    );
    refused(
        kind::SERVICE,
        "{spec: {type: Wrong, ports: [{port: 80}]}}",
        &[
            "spec.type: Unsupported value: \"Wrong\": supported values: \"ClusterIP\", \"ExternalName\", \"LoadBalancer\", \"NodePort\"",
        ],
    );
    let service = |ip: &str| format!("{{spec: {{clusterIP: {ip}, clusterIPs: [10.96.0.5], ports: [{{port: 80}}]}}}}");
    assert_eq!(
        errors(kind::SERVICE, &service("10.96.1.1"), Some(&service("10.96.0.5"))),
        ["spec.clusterIPs[0]: Invalid value: [\"10.96.1.1\"]: may not change once set"]
    );
    let long = "this-is-a-very-long-service-name-which-is-longer-than-sixty-three-characters-really";
    let said = errors(kind::SERVICE, &format!("{{metadata: {{name: {long}}}, spec: {{ports: [{{port: 80}}]}}}}"), None);
    assert_eq!(said, [format!("metadata.name: Invalid value: {long:?}: must be no more than 63 characters")]);
}

#[test]
fn an_immutable_config_map_stays() {
    let said = errors(kind::CONFIG_MAP, "{data: {a: c}, immutable: true}", Some("{data: {a: b}, immutable: true}"));
    assert_eq!(said, ["data: Forbidden: field is immutable when `immutable` is set"]);
}

#[test]
fn secrets() {
    let typed = |kind: &str, data: &str| format!("{{type: kubernetes.io/{kind}, stringData: {{{data}}}}}");
    assert_eq!(errors(kind::SECRET, "{stringData: {a: b}}", None), [""; 0]);
    assert_eq!(errors(kind::SECRET, &typed("tls", "tls.crt: a, tls.key: b"), None), [""; 0]);
    assert_eq!(errors(kind::SECRET, &typed("dockerconfigjson", ".dockerconfigjson: '{}'"), None), [""; 0]);
    refused(kind::SECRET, &typed("tls", "tls.crt: a"), &["data[tls.key]: Required value"]);
    refused(
        kind::SECRET,
        &typed("basic-auth", ""),
        &["data[username]: Required value", "data[password]: Required value"],
    );
    refused(
        kind::SECRET,
        &typed("dockerconfigjson", ".dockerconfigjson: x"),
        &[
            "data[.dockerconfigjson]: Invalid value: \"<secret contents redacted>\": invalid character 'x' looking for beginning of value",
        ],
    );
    assert_eq!(
        errors(kind::SECRET, "{type: b}", Some("{type: a}")),
        ["type: Invalid value: \"b\": field is immutable"]
    );
}

#[test]
fn autoscalers() {
    let scaler = |spec: &str| {
        format!("{{spec: {{scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: x}}, {spec}}}}}")
    };
    assert_eq!(errors(kind::HORIZONTAL_POD_AUTOSCALER, &scaler("maxReplicas: 3"), None), [""; 0]);
    refused(
        kind::HORIZONTAL_POD_AUTOSCALER,
        &scaler("minReplicas: 5, maxReplicas: 2"),
        &["spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`"],
    );
    refused(
        kind::HORIZONTAL_POD_AUTOSCALER,
        &scaler(
            "minReplicas: 0, maxReplicas: 0, metrics: [{type: Resource}, {type: Pod}], behavior: {scaleUp: {policies: [{type: Pod, value: 0, periodSeconds: 9999}]}}",
        ),
        &[
            "spec.minReplicas: Invalid value: 0: must be greater than or equal to 1",
            "spec.maxReplicas: Invalid value: 0: must be greater than 0",
            "spec.metrics[0].resource: Required value: must populate information for the given metric source",
            "spec.metrics[1].type: Unsupported value: \"Pod\": supported values: \"ContainerResource\", \"External\", \"Object\", \"Pods\", \"Resource\"",
            "spec.behavior.scaleUp.policies[0].type: Unsupported value: \"Pod\": supported values: \"Percent\", \"Pods\"",
            "spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero",
            "spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 9999: must be less than or equal to 1800",
        ],
    );
    let defaulted = object(
        kind::HORIZONTAL_POD_AUTOSCALER,
        &scaler("maxReplicas: 3, behavior: {scaleDown: {stabilizationWindowSeconds: 5}}"),
    );
    assert_eq!(
        crate::json::to_string(&defaulted["spec"]["behavior"]),
        "{\"scaleDown\":{\"policies\":[{\"periodSeconds\":15,\"type\":\"Percent\",\"value\":100}],\"selectPolicy\":\"Max\",\"stabilizationWindowSeconds\":5},\"scaleUp\":{\"policies\":[{\"periodSeconds\":15,\"type\":\"Pods\",\"value\":4},{\"periodSeconds\":15,\"type\":\"Percent\",\"value\":100}],\"selectPolicy\":\"Max\",\"stabilizationWindowSeconds\":0}}"
    );
    assert_eq!(defaulted["spec"]["metrics"].array()[0].at("resource.target.averageUtilization").int(), 80);
}

#[test]
fn budgets_priorities_quotas_and_limits() {
    refused(
        kind::POD_DISRUPTION_BUDGET,
        "{spec: {minAvailable: 1, maxUnavailable: 120%, selector: {}}}",
        &[
            "spec: Invalid value: {\"MinAvailable\":1,\"Selector\":{},\"MaxUnavailable\":\"120%\",\"UnhealthyPodEvictionPolicy\":null}: minAvailable and maxUnavailable cannot be both set",
            "spec.maxUnavailable: Invalid value: \"120%\": must not be greater than 100%",
        ],
    );
    refused(
        kind::PRIORITY_CLASS,
        "{value: 1000000001, preemptionPolicy: Maybe}",
        &[
            "value: Forbidden: maximum allowed value of a user defined priority is 1000000000",
            "preemptionPolicy: Unsupported value: \"Maybe\": supported values: \"PreemptLowerPriority\", \"Never\"",
        ],
    );
    refused(
        kind::PRIORITY_CLASS,
        "{metadata: {name: system-x}, value: 1}",
        &[
            "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-x is not a known system priority class",
        ],
    );
    assert_eq!(
        errors(kind::PRIORITY_CLASS, "{value: 2}", Some("{value: 1}")),
        ["Value: Forbidden: may not be changed in an update."]
    );
    refused(
        kind::RESOURCE_QUOTA,
        "{spec: {hard: {pods: -1, chairs: 3, count/jobs.batch: 2, cpu: 500m}}}",
        &[
            "spec.hard[chairs]: Invalid value: \"chairs\": must be a standard resource for quotas",
            "spec.hard[pods]: Invalid value: \"-1\": must be greater than or equal to 0",
        ],
    );
    refused(
        kind::RESOURCE_QUOTA,
        "{spec: {hard: {pods: 1}, scopes: [Terminating, NotTerminating]}}",
        &["spec.scopes: Invalid value: [\"Terminating\",\"NotTerminating\"]: conflicting scopes"],
    );
    refused(
        kind::LIMIT_RANGE,
        "{spec: {limits: [{type: Container, min: {cpu: 2}, max: {cpu: 1}}, {type: Pod, default: {cpu: 1}}, {type: Thing}]}}",
        &[
            "spec.limits[0].min[cpu]: Invalid value: \"2\": min value 2 is greater than max value 1",
            "spec.limits[0].defaultRequest[cpu]: Invalid value: \"1\": min value 2 is greater than default request value 1",
            "spec.limits[0].default[cpu]: Invalid value: \"1\": min value 2 is greater than default value 1",
            "spec.limits[1].default: Forbidden: may not be specified when `type` is 'Pod'",
            "spec.limits[2].type: Invalid value: \"Thing\": must be a standard limit type or fully qualified",
        ],
    );
    let range = object(kind::LIMIT_RANGE, "{spec: {limits: [{type: Container, max: {cpu: 1}, min: {memory: 1Mi}}]}}");
    let item = &range["spec"]["limits"].array()[0];
    assert_eq!(crate::json::to_string(&item["defaultRequest"]), "{\"cpu\":\"1\",\"memory\":\"1Mi\"}");
    assert_eq!(crate::json::to_string(&item["default"]), "{\"cpu\":\"1\"}");
}

#[test]
fn network_policies_and_ingresses() {
    let policy = "{spec: {podSelector: {}, ingress: [{ports: [{port: 80, endPort: 79}, {port: UP}], from: [{}, {ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/9]}}, {ipBlock: {cidr: x}}]}], policyTypes: [Both]}}";
    let said = errors(kind::NETWORK_POLICY, policy, None);
    assert_eq!(said[0], "spec.ingress[0].ports[0].endPort: Invalid value: 79: must be greater than or equal to `port`");
    assert_eq!(
        said[3..],
        [
            "spec.ingress[0].from[0]: Required value: must specify a peer",
            "spec.ingress[0].from[1].ipBlock.except[0]: Invalid value: \"11.0.0.0/9\": must be a strict subset of `cidr`",
            "spec.ingress[0].from[2].ipBlock.cidr: Invalid value: \"x\": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)",
            "spec.policyTypes[0]: Unsupported value: \"Both\": supported values: \"Egress\", \"Ingress\"",
        ]
    );
    let types = object(kind::NETWORK_POLICY, "{spec: {podSelector: {}, egress: [{ports: [{port: 53}]}]}}");
    assert_eq!(crate::json::to_string(&types["spec"]["policyTypes"]), "[\"Ingress\",\"Egress\"]");
    assert_eq!(types["spec"]["egress"].array()[0]["ports"].array()[0]["protocol"].str(), "TCP");

    refused(
        kind::INGRESS,
        "{spec: {}}",
        &["spec: Invalid value: []: either `defaultBackend` or `rules` must be specified"],
    );
    let ingress = |path: &str| format!("{{spec: {{rules: [{{host: foo.com, http: {{paths: [{{{path}}}]}}}}]}}}}");
    let backend = "backend: {service: {name: a, port: {number: 80}}}";
    assert_eq!(errors(kind::INGRESS, &ingress(&format!("path: /, pathType: Prefix, {backend}")), None), [""; 0]);
    refused(
        kind::INGRESS,
        &ingress(&format!("path: /, {backend}")),
        &["spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified"],
    );
    refused(
        kind::INGRESS,
        &ingress("path: a//b, pathType: Exact, backend: {service: {name: A, port: {}}}").replace("foo.com", "1.2.3.4"),
        &[
            "spec.rules[0].host: Invalid value: \"1.2.3.4\": must be a DNS name, not an IP address",
            "spec.rules[0].http.paths[0].path: Invalid value: \"a//b\": must be an absolute path",
            "spec.rules[0].http.paths[0].path: Invalid value: \"a//b\": must not contain '//'",
            "spec.rules[0].http.paths[0].backend.service.name: Invalid value: \"A\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
            "spec.rules[0].http.paths[0].backend: Required value: port name or number is required",
        ],
    );
}

#[test]
fn roles_and_bindings() {
    refused(
        kind::ROLE,
        "{rules: [{resources: [pods]}, {nonResourceURLs: [/x], verbs: [get]}]}",
        &[
            "rules[0].verbs: Required value: verbs must contain at least one value",
            "rules[0].apiGroups: Required value: resource rules must supply at least one api group",
            "rules[1].nonResourceURLs: Invalid value: [\"/x\"]: namespaced rules cannot apply to non-resource URLs",
        ],
    );
    let binding =
        |name: &str| format!("{{roleRef: {{kind: Role, name: {name}}}, subjects: [{{kind: User, name: jane}}]}}");
    assert_eq!(errors(kind::ROLE_BINDING, &binding("a"), None), [""; 0]);
    assert_eq!(
        errors(kind::ROLE_BINDING, &binding("b"), Some(&binding("a"))),
        [
            "roleRef: Invalid value: {\"APIGroup\":\"rbac.authorization.k8s.io\",\"Kind\":\"Role\",\"Name\":\"b\"}: cannot change roleRef"
        ]
    );
    refused(
        kind::CLUSTER_ROLE_BINDING,
        "{roleRef: {kind: Role, name: a}, subjects: [{kind: ServiceAccount, name: s}, {kind: Robot, name: r}]}",
        &[
            "roleRef.kind: Unsupported value: \"Role\": supported values: \"ClusterRole\"",
            "subjects[0].namespace: Required value",
            "subjects[1].kind: Unsupported value: \"Robot\": supported values: \"ServiceAccount\", \"User\", \"Group\"",
        ],
    );
}

#[test]
fn what_is_allowed_but_odd_is_warned_of() {
    let said = |kind: &Kind, text: &str| warnings(kind, &object(kind, text), &Value::Null);
    assert!(said(kind::POD, POD).is_empty());
    assert_eq!(
        said(
            kind::POD,
            "{spec: {terminationGracePeriodSeconds: -1, nodeSelector: {beta.kubernetes.io/os: linux}, containers: [{name: c, image: i, ports: [{containerPort: 80}, {containerPort: 80}], resources: {limits: {memory: 100m}}, env: [{name: A, value: b}, {name: A, value: c}, {name: A, value: $(A)}]}]}}"
        ),
        [
            "spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use \"kubernetes.io/os\" instead",
            "spec.containers[0].resources.requests[memory]: fractional byte value \"100m\" is invalid, must be an integer",
            "spec.containers[0].resources.limits[memory]: fractional byte value \"100m\" is invalid, must be an integer",
            "spec.containers[0].env[1]: hides previous definition of \"A\", which may be dropped when using apply",
            "spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]",
            "spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1",
        ]
    );
    let dotted = DEPLOYMENT.replacen("{spec", "{metadata: {name: a.b}, spec", 1);
    assert_eq!(
        said(kind::DEPLOYMENT, &dotted),
        [
            "metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]"
        ]
    );
    assert_eq!(
        said(kind::INGRESS, "{metadata: {annotations: {kubernetes.io/ingress.class: nginx}}, spec: {}}"),
        ["annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName' instead"]
    );
}

#[test]
fn a_claim_shows_what_may_not_change() {
    let claim = |spec: &str| {
        format!("{{spec: {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 1Gi}}}}, {spec}}}}}")
    };
    let said = errors(kind::PERSISTENT_VOLUME_CLAIM, &claim("volumeMode: Block"), Some(&claim("")));
    assert_eq!(
        said,
        ["spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims
@@ -11,7 +11,7 @@
  },
  \"VolumeName\": \"\",
  \"StorageClassName\": null,
- \"VolumeMode\": \"Block\",
+ \"VolumeMode\": \"Filesystem\",
  \"DataSource\": null,
  \"DataSourceRef\": null,
  \"VolumeAttributesClassName\": null
"]
    );
    let sized =
        |size: &str, status: &str| claim("").replace("1Gi", size).replace("{spec:", &format!("{{{status}spec:"));
    let said = errors(kind::PERSISTENT_VOLUME_CLAIM, &sized("1Gi", ""), Some(&sized("2Gi", "")));
    assert!(said.len() == 1 && said[0].starts_with("spec: Forbidden: spec is immutable after creation"), "{said:#?}");
    let bound = "status: {phase: Bound, capacity: {storage: 2Gi}}, ";
    for (now, before, wanted) in [
        ("2Gi", "3Gi", Some("spec.resources.requests.storage: Forbidden: field can not be less than status.capacity")),
        ("2500Mi", "3Gi", None),
        ("4Gi", "3Gi", None),
    ] {
        let said = errors(kind::PERSISTENT_VOLUME_CLAIM, &sized(now, bound), Some(&sized(before, bound)));
        assert_eq!(said.first().map(String::as_str), wanted, "{before} -> {now}");
    }
    let volume = |path: &str| {
        format!("{{spec: {{capacity: {{storage: 1Gi}}, accessModes: [ReadWriteOnce], hostPath: {{path: {path}}}}}}}")
    };
    assert_eq!(
        errors(kind::PERSISTENT_VOLUME, &volume("/b"), Some(&volume("/a"))),
        ["spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation
@@ -2,7 +2,7 @@
  \"GCEPersistentDisk\": null,
  \"AWSElasticBlockStore\": null,
  \"HostPath\": {
-  \"Path\": \"/b\",
+  \"Path\": \"/a\",
   \"Type\": \"\"
  },
  \"Glusterfs\": null,
"]
    );
    refused(
        kind::PERSISTENT_VOLUME,
        &volume("/b").replace("hostPath", "local"),
        &["spec.nodeAffinity: Required value: Local volume requires node affinity"],
    );
    refused(
        kind::PERSISTENT_VOLUME_CLAIM,
        &claim("").replace("[ReadWriteOnce]", "[ReadWriteOnce, ReadWriteOncePod]"),
        &["spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes"],
    );
}

#[test]
fn ranges_and_addresses_of_services() {
    let ranges = |cidrs: &str| errors(kind::SERVICE_CIDR, &format!("{{spec: {{cidrs: {cidrs}}}}}"), None);
    assert_eq!(ranges("[10.7.0.0/24, '2001:db8::/96']"), [""; 0]);
    assert_eq!(ranges("[]"), ["spec.cidrs: Required value: at least one CIDR required"]);
    let why = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
    assert_eq!(ranges("[x]"), [format!("spec.cidrs[0]: Invalid value: \"x\": {why}")]);
    assert!(ranges("[10.7.0.0/24, 10.8.0.0/24]")[0].ends_with("i.e 192.168.0.0/24 and 2001:db8::/96"));
    let changed = errors(kind::SERVICE_CIDR, "{spec: {cidrs: [10.7.0.0/24]}}", Some("{spec: {cidrs: [10.8.0.0/24]}}"));
    assert_eq!(changed, ["spec.cidrs: Invalid value: [\"10.7.0.0/24\"]: field is immutable"]);
    let address = |name: &str| {
        let text = format!("{{metadata: {{name: {name:?}}}, spec: {{parentRef: {{resource: services, name: a}}}}}}");
        errors(kind::IP_ADDRESS, &text, None)
    };
    assert_eq!(address("10.7.0.9"), [""; 0]);
    assert_eq!(address("bad"), ["metadata.name: Invalid value: \"bad\": ParseAddr(\"bad\"): unable to parse IP"]);
}
