use super::*;
use crate::{schema, yaml};

fn object(kind: &Kind, text: &str) -> Value {
    let parsed = yaml::parse(text).unwrap().value;
    let mut value = schema::decode(kind, &parsed).unwrap().value;
    schema::default(kind, &mut value);
    if value.name().is_empty() {
        value.set("metadata.name", "x");
    }
    if kind.namespaced {
        value.set("metadata.namespace", "default");
    }
    value
}

fn errors(kind: &Kind, new: &str, old: Option<&str>) -> Vec<String> {
    let old = old.map_or(Value::Null, |old| object(kind, old));
    validate(kind, &object(kind, new), &old).iter().map(FieldError::to_string).collect()
}

#[track_caller]
fn refused(kind: &Kind, new: &str, expected: &[&str]) {
    assert_eq!(errors(kind, new, None), expected, "{new}");
}

const DEPLOYMENT: &str = "{spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: nginx}]}}}}";
const POD: &str = "{spec: {containers: [{name: c, image: nginx}]}}";

#[test]
fn good_objects_pass() {
    let good = [
        (kind::POD, POD),
        (kind::DEPLOYMENT, DEPLOYMENT),
        (kind::SERVICE, "{spec: {selector: {a: b}, ports: [{port: 80}]}}"),
        (kind::SERVICE, "{spec: {type: ExternalName, externalName: example.com}}"),
        (kind::CONFIG_MAP, "{data: {a.txt: b}}"),
        (kind::NAMESPACE, "{}"),
        (kind::NODE, "{spec: {taints: [{key: a/b, effect: NoSchedule}]}}"),
        (kind::PERSISTENT_VOLUME, "{spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], nfs: {server: s, path: /}}}"),
        (kind::PERSISTENT_VOLUME_CLAIM, "{spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}"),
        (kind::STORAGE_CLASS, "{provisioner: p}"),
        (kind::ENDPOINT_SLICE, "{addressType: IPv4, endpoints: [{addresses: [10.0.0.1]}], ports: [{port: 80}]}"),
        (kind::LEASE, "{spec: {holderIdentity: x}}"),
        (
            kind::POD,
            "{spec: {initContainers: [{name: i, image: a, restartPolicy: Always, startupProbe: {exec: {command: [x]}}}], volumes: [{name: v}], tolerations: [{operator: Exists}],
              containers: [{name: c, image: a, volumeMounts: [{name: v, mountPath: /a, subPath: b/..c}], env: [{name: A, valueFrom: {fieldRef: {fieldPath: \"metadata.labels['x']\"}}}]}]}}",
        ),
    ];
    for (kind, text) in good {
        assert!(errors(kind, text, None).is_empty(), "{:?}", errors(kind, text, None));
        assert!(errors(kind, text, Some(text)).is_empty());
    }
}

#[test]
fn pods_are_refused_with_the_servers_words() {
    let pod =
        |container: &str, spec: &str| format!("{{spec: {{containers: [{{name: c, image: i, {container}}}], {spec}}}}}");
    let cases = [
        ("{spec: {}}".to_owned(), vec!["spec.containers: Required value"]),
        ("{spec: {containers: [{name: c}]}}".to_owned(), vec!["spec.containers[0].image: Required value"]),
        (
            "{spec: {containers: [{name: c, image: a}, {name: c, image: b}]}}".to_owned(),
            vec!["spec.containers[1].name: Duplicate value: \"c\""],
        ),
        (
            pod("imagePullPolicy: Maybe", "restartPolicy: Sometimes"),
            vec![
                "spec.containers[0].imagePullPolicy: Unsupported value: \"Maybe\": supported values: \"Always\", \"IfNotPresent\", \"Never\"",
                "spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"OnFailure\", \"Never\"",
            ],
        ),
        (
            pod("volumeMounts: [{name: nov, mountPath: /x}]", ""),
            vec!["spec.containers[0].volumeMounts[0].name: Not found: \"nov\""],
        ),
        (
            pod("livenessProbe: {periodSeconds: 3}", ""),
            vec!["spec.containers[0].livenessProbe: Required value: must specify a handler type"],
        ),
        (
            pod("ports: [{containerPort: 99999}, {name: UP, containerPort: 1}]", ""),
            vec![
                "spec.containers[0].ports[0].containerPort: Invalid value: 99999: must be between 1 and 65535, inclusive",
                "spec.containers[0].ports[1].name: Invalid value: \"UP\": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
                "spec.containers[0].ports[1].name: Invalid value: \"UP\": must contain at least one letter (a-z)",
            ],
        ),
        (
            pod("resources: {limits: {cpu: 1}, requests: {cpu: 2, foo: 1}}", ""),
            vec![
                "spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to cpu limit of 1",
                "spec.containers[0].resources.requests[foo]: Invalid value: \"foo\": must be a standard resource for containers",
            ],
        ),
        (
            pod("env: [{name: A, value: b, valueFrom: {configMapKeyRef: {name: x, key: k}}}]", ""),
            vec![
                "spec.containers[0].env[0].valueFrom: Invalid value: \"\": may not be specified when `value` is not empty",
            ],
        ),
        (
            pod("", "volumes: [{name: v, emptyDir: {}, hostPath: {path: ''}}, {name: v}]"),
            vec![
                "spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type",
                "spec.volumes[1].name: Duplicate value: \"v\"",
            ],
        ),
        (
            pod("", "tolerations: [{value: x}]"),
            vec![
                "spec.tolerations[0].operator: Invalid value: \"\": operator must be Exists when `key` is empty, which means \"match all values and all keys\"",
            ],
        ),
    ];
    for (text, expected) in cases {
        refused(kind::POD, &text, &expected);
    }
}

#[test]
fn names_and_labels() {
    let bad = "{metadata: {name: Bad_Name, labels: {-x: z}}, data: {a b: c}}";
    let said = errors(kind::CONFIG_MAP, bad, None);
    assert!(said[0].starts_with("metadata.name: Invalid value: \"Bad_Name\": a lowercase RFC 1123 subdomain must"));
    assert!(said[1].starts_with("metadata.labels: Invalid value: \"-x\": name part must consist of"));
    assert!(said[2].starts_with("data[a b]: Invalid value: \"a b\": a valid config key must"));
    let unnamed = crate::obj! { "metadata" => crate::obj! { "namespace" => "default" } };
    let said = validate(kind::LEASE, &unnamed, &Value::Null);
    assert_eq!(said[0].to_string(), "metadata.name: Required value: name or generateName is required");
    let prefix = "{metadata: {name: a-x, generateName: a-}}";
    assert!(errors(kind::LEASE, prefix, None).is_empty());
}

#[test]
fn owners_and_finalizers() {
    refused(
        kind::CONFIG_MAP,
        "{metadata: {ownerReferences: [{kind: Pod, name: p}], finalizers: [mine, example.com/mine, orphan]}}",
        &[
            "metadata.ownerReferences.apiVersion: Invalid value: \"\": version must not be empty",
            "metadata.ownerReferences.uid: Invalid value: \"\": must not be empty",
            "metadata.finalizers[0]: Invalid value: \"mine\": name is neither a standard finalizer name nor is it fully qualified",
        ],
    );
}

#[test]
fn deployments() {
    let spec = |more: &str| DEPLOYMENT.replace("{spec: {selector", &format!("{{spec: {{{more}, selector"));
    refused(
        kind::DEPLOYMENT,
        &spec("replicas: -1, strategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 0}}"),
        &[
            "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
            "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0",
        ],
    );
    refused(
        kind::DEPLOYMENT,
        &spec("strategy: {type: Recreate, rollingUpdate: {}}"),
        &["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
    );
    refused(
        kind::DEPLOYMENT,
        &DEPLOYMENT.replace("spec: {containers", "spec: {restartPolicy: Never, containers"),
        &["spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\""],
    );
    refused(
        kind::DEPLOYMENT,
        &DEPLOYMENT.replace("selector: {matchLabels: {app: web}}, ", ""),
        &[
            "spec.selector: Required value",
            "spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}: `selector` does not match template `labels`",
        ],
    );
    let other = DEPLOYMENT.replace("matchLabels: {app: web}", "matchLabels: {app: other}");
    assert_eq!(
        errors(kind::DEPLOYMENT, &other, Some(DEPLOYMENT)),
        [
            "spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}: `selector` does not match template `labels`",
            "spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"other\"}}: field is immutable",
        ]
    );
}

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

/// A Pod as it stands in the server, with the account's token mounted.
const RUNNING: &str = "{spec: {serviceAccountName: default, nodeName: node2, priority: 0, preemptionPolicy: PreemptLowerPriority, tolerations: [{key: k, operator: Exists}],
  volumes: [{name: kube-api-access-xv9gr, projected: {sources: [{serviceAccountToken: {expirationSeconds: 3607, path: token}},
    {configMap: {name: kube-root-ca.crt, items: [{key: ca.crt, path: ca.crt}]}},
    {downwardAPI: {items: [{path: namespace, fieldRef: {apiVersion: v1, fieldPath: metadata.namespace}}]}}]}}],
  containers: [{name: c, image: nginx, volumeMounts: [{name: kube-api-access-xv9gr, readOnly: true, mountPath: /var/run/secrets/kubernetes.io/serviceaccount}]}]}}";

#[test]
fn a_pod_changes_only_where_it_may() {
    let allowed = [
        RUNNING.replace("image: nginx", "image: redis"),
        RUNNING.replace("[{key: k, operator: Exists}]", "[{key: k, operator: Exists}, {key: l}]"),
        RUNNING.replace("priority: 0", "priority: 0, activeDeadlineSeconds: 9"),
    ];
    for pod in allowed {
        assert!(errors(kind::POD, &pod, Some(RUNNING)).is_empty(), "{pod}");
    }
    let imageless = RUNNING.replace("image: nginx", "image: ''");
    assert_eq!(errors(kind::POD, &imageless, Some(RUNNING)), ["spec.containers[0].image: Required value"]);
    let more = RUNNING.replace("containers: [", "containers: [{name: d, image: x}, ");
    let said = errors(kind::POD, &more, Some(RUNNING));
    assert_eq!(said, ["spec.containers: Forbidden: pod updates may not add or remove containers"]);
}

#[test]
fn a_forbidden_change_is_shown_as_the_server_shows_it() {
    let shown =
        |new: &str| {
            let said = errors(kind::POD, new, Some(RUNNING));
            assert_eq!(said.len(), 1, "{said:?}");
            let (text, diff) = said[0].split_once('\n').unwrap();
            assert!(text.starts_with(
                "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`"
            ));
            diff.to_owned()
        };
    assert_eq!(
        shown(&RUNNING.replace("nodeName: node2", "nodeName: node3")),
        "@@ -140,7 +140,7 @@
  \"NodeSelector\": null,
  \"ServiceAccountName\": \"default\",
  \"AutomountServiceAccountToken\": null,
- \"NodeName\": \"node2\",
+ \"NodeName\": \"node3\",
  \"SecurityContext\": {
   \"HostNetwork\": false,
   \"HostPID\": false,
"
    );
    let renamed = RUNNING.replace("name: c, image: nginx, volumeMounts", "name: d, image: nginx, ports");
    let renamed =
        format!("{}]}}]}}}}", renamed.split_once("ports: [").map(|(head, _)| format!("{head}ports: [")).unwrap());
    let diff = shown(&renamed);
    assert_eq!(
        diff,
        "@@ -91,7 +91,7 @@
  \"InitContainers\": null,
  \"Containers\": [
   {
-   \"Name\": \"c\",
+   \"Name\": \"d\",
    \"Image\": \"nginx\",
    \"Command\": null,
    \"Args\": null,
@@ -107,17 +107,7 @@
    \"ResizePolicy\": null,
    \"RestartPolicy\": null,
    \"RestartPolicyRules\": null,
-   \"VolumeMounts\": [
-    {
-     \"Name\": \"kube-api-access-xv9gr\",
-     \"ReadOnly\": true,
-     \"RecursiveReadOnly\": null,
-     \"MountPath\": \"/var/run/secrets/kubernetes.io/serviceaccount\",
-     \"SubPath\": \"\",
-     \"MountPropagation\": null,
-     \"SubPathExpr\": \"\"
-    }
-   ],
+   \"VolumeMounts\": null,
    \"VolumeDevices\": null,
    \"LivenessProbe\": null,
    \"ReadinessProbe\": null,
"
    );
}

const POD_TEMPLATE: &str = "template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: a}]}}";

fn job(more: &str) -> String {
    let template = POD_TEMPLATE.replace("spec: {", "spec: {restartPolicy: Never, ");
    format!(
        "{{metadata: {{uid: u}}, spec: {{manualSelector: true, selector: {{matchLabels: {{app: web}}}}, {more}{template}}}}}"
    )
}

#[test]
fn jobs() {
    assert_eq!(errors(kind::JOB, &job(""), None), [""; 0]);
    refused(
        kind::JOB,
        &job("parallelism: -1, backoffLimit: -2, maxFailedIndexes: 1, "),
        &[
            "spec.parallelism: Invalid value: -1: must be greater than or equal to 0",
            "spec.backoffLimit: Invalid value: -2: must be greater than or equal to 0",
            "spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified",
            "spec.maxFailedIndexes: Invalid value: 1: requires indexed completion mode",
        ],
    );
    refused(
        kind::JOB,
        &job("parallelism: 2, completionMode: Indexed, podReplacementPolicy: Maybe, "),
        &[
            "spec.completions: Required value: when completion mode is Indexed",
            "spec.podReplacementPolicy: Unsupported value: \"Maybe\": supported values: \"Failed\", \"TerminatingOrFailed\"",
        ],
    );
    refused(
        kind::JOB,
        &job(
            "podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {operator: In, containerName: x, values: [0, 2, 1]}}, {action: ''}]}, ",
        ),
        &[
            "spec.podFailurePolicy.rules[0].onExitCodes.containerName: Invalid value: \"x\": must be one of the container or initContainer names in the pod template",
            "spec.podFailurePolicy.rules[0].onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator",
            "spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [0,2,1]: must be ordered",
            "spec.podFailurePolicy.rules[1].action: Required value: valid values: [\"Count\" \"FailIndex\" \"FailJob\" \"Ignore\"]",
            "spec.podFailurePolicy.rules[1]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required",
        ],
    );
    refused(
        kind::JOB,
        &job("").replace("Never", "Always"),
        &["spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\""],
    );
    let said = errors(kind::JOB, &job("").replace("image: a", "image: b"), Some(&job("")));
    assert!(
        said[0].starts_with("spec.template: Invalid value: {\"labels\":{\"app\":\"web\"},\"Spec\":{\"Volumes\":null,"),
        "{said:?}"
    );
    assert!(said[0].ends_with(": field is immutable") && said.len() == 1);
    // A suspended Job may still go elsewhere.
    let suspended = job("suspend: true, ");
    let elsewhere = suspended.replace("restartPolicy", "nodeSelector: {a: b}, restartPolicy");
    assert_eq!(errors(kind::JOB, &elsewhere, Some(&suspended)), [""; 0]);
    assert_eq!(errors(kind::JOB, &suspended, Some(&job(""))), [""; 0]);
    assert_eq!(
        errors(kind::JOB, &job("completions: 3, "), Some(&job("completions: 2, "))),
        ["spec.completions: Invalid value: 3: field is immutable"]
    );
}

#[test]
fn cron_jobs() {
    let cron = |spec: &str| {
        let template = POD_TEMPLATE.replace("spec: {", "spec: {restartPolicy: Never, ");
        format!("{{spec: {{jobTemplate: {{spec: {{{template}}}}}, {spec}}}}}")
    };
    assert_eq!(errors(kind::CRON_JOB, &cron("schedule: '*/5 * * * *', timeZone: Asia/Seoul"), None), [""; 0]);
    refused(
        kind::CRON_JOB,
        &cron("schedule: '* * * *', concurrencyPolicy: Never, timeZone: Mars/Phobos"),
        &[
            "spec.schedule: Invalid value: \"* * * *\": expected exactly 5 fields, found 4: [* * * *]",
            "spec.timeZone: Invalid value: \"Mars/Phobos\": unknown time zone Mars/Phobos",
            "spec.concurrencyPolicy: Unsupported value: \"Never\": supported values: \"Allow\", \"Forbid\", \"Replace\"",
        ],
    );
    refused(
        kind::CRON_JOB,
        &cron("schedule: 'TZ=UTC * * * * *'"),
        &[
            "spec.schedule: Invalid value: \"TZ=UTC * * * * *\": cannot use TZ or CRON_TZ in schedule, use timeZone field instead",
        ],
    );
    refused(kind::CRON_JOB, &cron("suspend: true"), &["spec.schedule: Required value"]);
    let long = format!("{{metadata: {{name: {}}}, spec", "a".repeat(53));
    let said =
        errors(kind::CRON_JOB, &cron("schedule: '@daily'").replace("{spec", &long).replacen(&long, "{spec", 0), None);
    assert!(said.iter().any(|error| error.ends_with("must be no more than 52 bytes")), "{said:?}");
}

#[test]
fn stateful_sets() {
    let set = |spec: &str| {
        format!("{{spec: {{serviceName: a, selector: {{matchLabels: {{app: web}}}}, {spec}{POD_TEMPLATE}}}}}")
    };
    assert_eq!(errors(kind::STATEFUL_SET, &set(""), None), [""; 0]);
    refused(
        kind::STATEFUL_SET,
        &set("replicas: -1, podManagementPolicy: Random, updateStrategy: {type: Never}, "),
        &[
            "spec.podManagementPolicy: Invalid value: \"Random\": must be 'OrderedReady' or 'Parallel'",
            "spec.updateStrategy: Invalid value: {\"Type\":\"Never\",\"RollingUpdate\":null}: must be 'RollingUpdate' or 'OnDelete'",
            "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
        ],
    );
    assert_eq!(
        errors(kind::STATEFUL_SET, &set("").replace("serviceName: a", "serviceName: b"), Some(&set(""))),
        [
            "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
        ]
    );
    assert_eq!(errors(kind::STATEFUL_SET, &set("replicas: 3, "), Some(&set(""))), [""; 0]);
    let mounted = set("volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}], ")
        .replace("image: a", "image: a, volumeMounts: [{name: data, mountPath: /d}]");
    assert_eq!(errors(kind::STATEFUL_SET, &mounted, None), [""; 0]);
    refused(
        kind::STATEFUL_SET,
        &mounted.replace("metadata: {name: data}", "metadata: {name: other}"),
        &["spec.template.spec.containers[0].volumeMounts[0].name: Not found: \"data\""],
    );
}

#[test]
fn replication_controllers() {
    refused(
        kind::REPLICATION_CONTROLLER,
        "{spec: {replicas: -2}}",
        &[
            "spec.selector: Required value",
            "spec.replicas: Invalid value: -2: must be greater than or equal to 0",
            "spec.template: Required value",
        ],
    );
    let good = format!("{{spec: {{{POD_TEMPLATE}}}}}");
    assert_eq!(errors(kind::REPLICATION_CONTROLLER, &good, None), [""; 0]);
    refused(
        kind::REPLICATION_CONTROLLER,
        &good.replace("{spec: {", "{spec: {selector: {a: b}, "),
        &[
            "spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}: `selector` does not match template `labels`",
        ],
    );
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
fn a_selector_that_makes_no_sense_hides_the_template() {
    let text = DEPLOYMENT.replace("matchLabels: {app: web}", "matchExpressions: [{key: a, operator: Is}]");
    let shown = "{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"Is\"}]}";
    let operator = "spec.selector.matchExpressions[0].operator: Invalid value: \"Is\": not a valid selector operator";
    refused(
        kind::DEPLOYMENT,
        &text,
        &[operator, &format!("spec.selector: Invalid value: {shown}: invalid label selector")],
    );
    refused(kind::STATEFUL_SET, &text, &[operator, &format!("spec.selector: Invalid value: {shown}")]);
    refused(kind::DAEMON_SET, &text, &[operator]);
    refused(
        kind::DAEMON_SET,
        &DEPLOYMENT.replace("selector: {matchLabels: {app: web}}, ", ""),
        &[
            "spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}: `selector` does not match template `labels`",
        ],
    );
}

#[test]
fn strategies_that_there_are_not() {
    refused(
        kind::DEPLOYMENT,
        &DEPLOYMENT.replace("{spec: {", "{spec: {strategy: {type: Fast}, "),
        &[
            "spec.strategy: Unsupported value: {\"Type\":\"Fast\",\"RollingUpdate\":null}: supported values: \"Recreate\", \"RollingUpdate\"",
        ],
    );
    refused(
        kind::DAEMON_SET,
        &DEPLOYMENT.replace("{spec: {", "{spec: {updateStrategy: {type: Fast}, "),
        &[
            "spec.updateStrategy: Unsupported value: {\"Type\":\"Fast\",\"RollingUpdate\":null}: supported values: \"RollingUpdate\", \"OnDelete\"",
        ],
    );
    refused(
        kind::PERSISTENT_VOLUME,
        "{spec: {capacity: {cpu: 1}, accessModes: [ReadWriteOnce], nfs: {server: s, path: /}}}",
        &["spec.capacity: Unsupported value: {\"cpu\":\"1\"}: supported values: \"storage\""],
    );
    refused(
        kind::ROLE_BINDING,
        "{roleRef: {name: a}}",
        &["roleRef.kind: Unsupported value: \"\": supported values: \"Role\", \"ClusterRole\""],
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
fn every_rule_can_be_run() {
    for kind in kind::served() {
        let text =
            "{spec: {}, metadata: {uid: u}, webhooks: [{}], rules: [{}], subjects: [{}], roleRef: {}, template: {}}";
        let parsed = yaml::parse(text).unwrap().value;
        let _ = validate(kind, &parsed, &Value::Null);
        let _ = validate(kind, &parsed, &crate::obj! { "spec" => crate::obj! { "a" => 1 } });
    }
    for id in 0.. {
        let Some(structure) = schema::table().try_get(id) else { break };
        for (field, rule) in &structure.rules {
            assert!(*field == "." || structure.field(field).is_some(), "{} {field} {rule}", structure.name);
            assert!(rules::is_known(rule), "{} {field} {rule}", structure.name);
        }
    }
}

#[test]
fn more_of_pods() {
    let pod =
        |container: &str, spec: &str| format!("{{spec: {{containers: [{{name: c, image: i, {container}}}], {spec}}}}}");
    let cases: [(String, &[&str]); 8] = [
        (
            pod(
                "securityContext: {runAsUser: -1, privileged: true, allowPrivilegeEscalation: false, seccompProfile: {type: Localhost}}",
                "",
            ),
            &[
                "spec.containers[0].securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive",
                "spec.containers[0].securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost",
                "spec.containers[0].securityContext: Invalid value: {\"Capabilities\":null,\"Privileged\":true,\"SELinuxOptions\":null,\"WindowsOptions\":null,\"RunAsUser\":-1,\"RunAsGroup\":null,\"RunAsNonRoot\":null,\"ReadOnlyRootFilesystem\":null,\"AllowPrivilegeEscalation\":false,\"ProcMount\":null,\"SeccompProfile\":{\"Type\":\"Localhost\",\"LocalhostProfile\":null},\"AppArmorProfile\":null}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true",
            ],
        ),
        (
            pod("resources: {requests: {example.com/gpu: 1}}", ""),
            &[
                "spec.containers[0].resources.requests: Required value: Limit must be set for non overcommitable resources",
            ],
        ),
        (
            pod("readinessProbe: {exec: {command: [x]}, terminationGracePeriodSeconds: 3}", ""),
            &[
                "spec.containers[0].readinessProbe.terminationGracePeriodSeconds: Invalid value: 3: must not be set for readinessProbes",
            ],
        ),
        (
            pod(
                "",
                "securityContext: {fsGroup: -5, sysctls: [{name: 'a b'}]}, schedulingGates: [{name: g}, {name: g}]",
            ),
            &[
                "spec.securityContext.fsGroup: Invalid value: -5: must be between 0 and 2147483647, inclusive",
                "spec.securityContext.sysctls[0].name: Invalid value: \"a b\": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$",
                "spec.schedulingGates[1].name: Duplicate value: \"g\"",
            ],
        ),
        (
            pod(
                "",
                "volumes: [{name: a, downwardAPI: {items: [{path: ../x}]}}, {name: b, projected: {sources: [{}, {serviceAccountToken: {expirationSeconds: 5}}]}}]",
            ),
            &[
                "spec.volumes[0].downwardAPI.items[0].path: Invalid value: \"../x\": must not contain '..'",
                "spec.volumes[0].downwardAPI.items[0]: Required value: one of fieldRef and resourceFieldRef is required",
                "spec.volumes[1].projected.sources[0]: Required value: must specify a source",
                "spec.volumes[1].projected.sources[1].serviceAccountToken.expirationSeconds: Invalid value: 5: may not specify a duration less than 10 minutes",
                "spec.volumes[1].projected.sources[1].serviceAccountToken.path: Required value",
            ],
        ),
        (
            pod("", "dnsConfig: {nameservers: [1.1.1.1, 1.1.1.2, 1.1.1.3, 1.1.1.4]}"),
            &[
                "spec.dnsConfig.nameservers: Invalid value: [\"1.1.1.1\",\"1.1.1.2\",\"1.1.1.3\",\"1.1.1.4\"]: must not have more than 3 nameservers",
            ],
        ),
        (pod("", "terminationGracePeriodSeconds: -1"), &[]),
        (
            pod("", "hostPID: true, shareProcessNamespace: true"),
            &[
                "spec.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled",
            ],
        ),
    ];
    for (text, expected) in cases {
        refused(kind::POD, &text, expected);
    }
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
