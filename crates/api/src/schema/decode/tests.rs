use super::*;
use crate::{kind, yaml};

fn error(kind: &Kind, text: &str) -> String {
    let error = decode(kind, &yaml::parse(text).unwrap().value).unwrap_err().message;
    error.split_once("cannot be handled as a ").map(|(_, rest)| rest.to_owned()).unwrap()
}

#[test]
fn wrong_types_get_the_servers_words() {
    let cases = [
        (
            kind::DEPLOYMENT,
            "spec: {replicas: three}",
            "Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
        ),
        (
            kind::POD,
            "spec: {containers: [{ports: [{containerPort: '80'}]}]}",
            "Pod: json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32",
        ),
        (
            kind::POD,
            "spec: {containers: [{env: [{value: 1}]}]}",
            "Pod: json: cannot unmarshal number into Go struct field EnvVar.spec.containers.env.value of type string",
        ),
        (
            kind::CONFIG_MAP,
            "data: {a: 1}",
            "ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string",
        ),
        (
            kind::DEPLOYMENT,
            "spec: {template: {metadata: {labels: {a: yes}}}}",
            "Deployment: json: cannot unmarshal bool into Go struct field ObjectMeta.spec.template.metadata.labels of type string",
        ),
        (
            kind::POD,
            "spec: {containers: {name: x}}",
            "Pod: json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container",
        ),
        (
            kind::POD,
            "spec: {restartPolicy: 1}",
            "Pod: json: cannot unmarshal number into Go struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy",
        ),
        (
            kind::POD,
            "spec: {priority: 99999999999}",
            "Pod: json: cannot unmarshal number 99999999999 into Go struct field PodSpec.spec.priority of type int32",
        ),
        (
            kind::POD,
            "spec: {containers: [{resources: {limits: {cpu: lots}}}]}",
            "Pod: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        ),
    ];
    for (kind, text, expected) in cases {
        assert_eq!(error(kind, text), expected);
    }
    let manifest = yaml::parse("metadata: {labels: {a: true}}").unwrap().value;
    assert_eq!(
        metadata_error(&manifest).unwrap(),
        "json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string"
    );
    let bytes = |text: &str| decode(kind::CONFIG_MAP, &crate::obj! { "binaryData" => crate::obj! { "a" => text } });
    assert!(["", "YQ==", "YWI=", "YWJj", "YWJj\n"].iter().all(|text| bytes(text).is_ok()));
    assert!(["Y", "YQ=", "Y===", "YQ==a", "~", "é"].iter().all(|text| bytes(text).is_err()));
    assert!(decode(kind::POD, &"text".into()).unwrap_err().message.ends_with("Go value of type v1.Pod"));
}

#[test]
fn unknown_fields_are_dropped_and_named() {
    let text = "spec: {containers: [{name: c, prots: []}], restartPolcy: Never, volumes: [{csi: {volumeAttributes: {a: b}}}]}\nfoo: 1";
    let decoded = decode(kind::POD, &yaml::parse(text).unwrap().value).unwrap();
    assert_eq!(decoded.unknown, ["foo", "spec.containers[0].prots", "spec.restartPolcy"]);
    assert!(decoded.value["foo"].is_null());
    assert_eq!(decoded.value.at("spec.containers").array()[0]["name"].str(), "c");
}

#[test]
fn objects_take_the_form_that_go_writes() {
    let text = "spec:
  hostNetwork: false
  nodeName: ''
  priority: 0
  containers:
  - name: c
    env: [{name: A, value: ''}]
    args: []
    livenessProbe: null
    resources: {requests: {cpu: 0.5, memory: 1024Mi}}
status:
  conditions: [{type: Ready, status: 'True'}]
";
    let decoded = decode(kind::POD, &yaml::parse(text).unwrap().value).unwrap().value;
    assert_eq!(
        yaml::to_string(&decoded),
        "metadata: {}
spec:
  containers:
  - env:
    - name: A
    name: c
    resources:
      requests:
        cpu: 500m
        memory: 1Gi
  priority: 0
status:
  conditions:
  - lastProbeTime: null
    lastTransitionTime: null
    status: \"True\"
    type: Ready
"
    );
    let again = decode(kind::POD, &decoded).unwrap().value;
    let same = |a: &Value, b: &Value| match (a, b) {
        (Value::Object(a), Value::Object(b)) => std::sync::Arc::ptr_eq(a, b),
        _ => false,
    };
    assert!(same(&again, &decoded), "nothing changes, so nothing is copied");
}
