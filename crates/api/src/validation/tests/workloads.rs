//! Deployments, StatefulSets, Jobs and what else makes Pods.

use super::*;

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
