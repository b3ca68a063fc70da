//! Pods.

use super::*;

/// A Pod as it stands in the server, with the account's token mounted.
const RUNNING: &str = "{spec: {serviceAccountName: default, nodeName: node2, priority: 0, preemptionPolicy: PreemptLowerPriority, tolerations: [{key: k, operator: Exists}],
  volumes: [{name: kube-api-access-xv9gr, projected: {sources: [{serviceAccountToken: {expirationSeconds: 3607, path: token}},
    {configMap: {name: kube-root-ca.crt, items: [{key: ca.crt, path: ca.crt}]}},
    {downwardAPI: {items: [{path: namespace, fieldRef: {apiVersion: v1, fieldPath: metadata.namespace}}]}}]}}],
  containers: [{name: c, image: nginx, volumeMounts: [{name: kube-api-access-xv9gr, readOnly: true, mountPath: /var/run/secrets/kubernetes.io/serviceaccount}]}]}}";

#[test]
fn pods_are_refused_with_the_servers_words() {
    let pod =
        |container: &str, spec: &str| format!("{{spec: {{containers: [{{name: c, image: i, {container}}}], {spec}}}}}");
    let cases = [
        ("{spec: {}}".to_owned(), vec!["spec.containers: Required value"]),
        (
            "{metadata: {annotations: {controller.kubernetes.io/pod-deletion-cost: \"abc\"}}, spec: {containers: [{name: c, image: a}]}}"
                .to_owned(),
            vec![
                "metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: \"abc\": must be a 32bit integer",
            ],
        ),
        (
            pod("restartPolicyRules: [{action: Restart, exitCodes: {operator: Near}}, {action: Stop}]", ""),
            vec![
                "spec.containers[0].restartPolicy: Required value: must specify restartPolicy when restart rules are used",
                "spec.containers[0].restartPolicyRules[0].exitCodes.operator: Unsupported value: \"Near\": supported values: \"In\", \"NotIn\"",
                "spec.containers[0].restartPolicyRules[1].action: Unsupported value: \"Stop\": supported values: \"Restart\", \"RestartAllContainers\"",
                "spec.containers[0].restartPolicyRules[1].exitCodes: Required value: must be specified",
            ],
        ),
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
