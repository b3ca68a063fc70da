mod others;
mod pods;
mod workloads;

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
fn every_rule_can_be_run() {
    for kind in kind::served().chain(kind::METRICS) {
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
