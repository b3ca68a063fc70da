//! Whole folders: files in, objects out.

use crate::tests::run_with_files;

/// The files, then what `kubectl kustomize .` prints.
fn built(files: &[(&str, &str)]) -> String {
    run_with_files(files, "kustomize .")
}

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: nginx, image: nginx, envFrom: [{configMapRef: {name: cfg}}]}
";

#[test]
fn as_recorded() {
    let kustomization = "resources: [deploy.yaml]
namePrefix: dev-
labels:
- pairs: {env: dev}
  includeSelectors: true
images:
- {name: nginx, newTag: \"1.27\"}
configMapGenerator:
- name: cfg
  literals: [a=b]
replicas:
- {name: web, count: 3}
";
    let expected = "apiVersion: v1
data:
  a: b
kind: ConfigMap
metadata:
  labels:
    env: dev
  name: dev-cfg-4h2mbtbbt6
---
apiVersion: apps/v1
kind: Deployment
metadata:
  labels:
    env: dev
  name: dev-web
spec:
  replicas: 3
  selector:
    matchLabels:
      app: web
      env: dev
  template:
    metadata:
      labels:
        app: web
        env: dev
    spec:
      containers:
      - envFrom:
        - configMapRef:
            name: dev-cfg-4h2mbtbbt6
        image: nginx:1.27
        name: nginx
";
    assert_eq!(built(&[("kustomization.yaml", kustomization), ("deploy.yaml", DEPLOYMENT)]), expected);
}

#[test]
fn overlays_patch_their_base() {
    let base = "resources: [deploy.yaml]\nnamePrefix: base-\nconfigMapGenerator: [{name: cfg, literals: [a=1, b=2]}]\n";
    let overlay = "resources: [base]
namespace: prod
configMapGenerator: [{name: cfg, behavior: merge, literals: [b=3], options: {disableNameSuffixHash: true}}]
patches:
- patch: |
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: base-web}
    spec: {replicas: 5}
- target: {kind: Deployment, name: .*web}
  patch: |
    - {op: replace, path: /spec/template/spec/containers/0/image, value: httpd}
";
    let text =
        built(&[("kustomization.yaml", overlay), ("base/kustomization.yaml", base), ("base/deploy.yaml", DEPLOYMENT)]);
    assert!(text.contains("  b: \"3\"\n") && text.contains("  a: \"1\"\n"), "{text}");
    assert!(
        text.contains("replicas: 5") && text.contains("image: httpd") && text.contains("namespace: prod"),
        "{text}"
    );
    let name = text.lines().find(|line| line.starts_with("  name: base-cfg-")).unwrap().trim();
    assert_eq!(text.matches(name).count(), 2, "{text}");
}

#[test]
fn what_is_wrong_is_said() {
    let error = |kustomization: &str| built(&[("kustomization.yaml", kustomization)]);
    assert_eq!(error("foo: 1\n"), "error: invalid Kustomization: json: unknown field \"foo\"\n");
    assert!(
        error("resources: [x.yaml]\n")
            .contains("evalsymlink failure on '/home/student/work/x.yaml' : lstat /home/student/work/x.yaml")
    );
    assert!(error("resources: [.]\n").contains("cycle detected"));
    assert_eq!(error("").lines().count(), 1);
}

const CONFIG: &str = "apiVersion: v1
kind: ConfigMap
metadata: {name: src}
data: {host: example.com, port: \"9090\", list: \"a,b,c\", json: '{\"a\":{\"b\":1}}'}
";

/// What a replacement of the source's field makes of the Deployment and the ConfigMap, or the error.
fn replaced(source: &str, target: &str) -> String {
    let entry = format!("replacements:\n- source: {{kind: ConfigMap, name: src, {source}}}\n  targets: [{target}]\n");
    let kustomization = format!("resources: [deploy.yaml, config.yaml]\n{entry}");
    built(&[("kustomization.yaml", &kustomization), ("deploy.yaml", DEPLOYMENT), ("config.yaml", CONFIG)])
}

#[test]
fn a_field_is_copied_into_others() {
    let image = "fieldPaths: ['spec.template.spec.containers.[name=nginx].image']";
    let text = replaced("fieldPath: data.host", &format!("{{select: {{kind: Deployment}}, {image}}}"));
    assert!(text.contains("image: example.com\n"), "{text}");
    let options = "options: {delimiter: ':', index: 1}";
    let source = "fieldPath: data.list, options: {delimiter: ',', index: 2}";
    let text = replaced(source, &format!("{{select: {{name: w.b}}, {image}, {options}}}"));
    assert!(text.contains("image: nginx:c\n"), "{text}");
    let label = "fieldPaths: ['metadata.labels.[a.b/port]'], options: {create: true}";
    let reject = "reject: [{kind: ConfigMap}]";
    let text = replaced("fieldPath: data.port", &format!("{{select: {{name: '.*'}}, {reject}, {label}}}"));
    assert_eq!(text.matches("a.b/port: 9090\n").count(), 1, "{text}");
    let inside = "{select: {kind: ConfigMap}, fieldPaths: [data.json.a.b]}";
    assert!(replaced("fieldPath: data.port", inside).contains(r#"json: '{"a":{"b":9090}}'"#));
}

#[test]
fn a_replacement_that_cannot_be_done_is_an_error() {
    for (source, target, error) in [
        (
            "fieldPath: data.x",
            "{select: {}}",
            "fieldPath `data.x` is missing for replacement source ConfigMap.[noVer].[noGrp]/src.[noNs]",
        ),
        ("group: g", "{select: {}}", "nothing selected by ConfigMap.[noVer].g/src.[noNs]"),
        ("fieldPath: data.host", "{fieldPaths: [a]}", "target must specify resources to select"),
        (
            "fieldPath: data.host",
            "{select: {kind: Deployment}, fieldPaths: [spec.a.b]}",
            "unable to find field \"spec.a.b\" in replacement target",
        ),
        (
            "fieldPath: data.host",
            "{select: {kind: Deployment}, fieldPaths: [spec.template.spec.containers.3.image]}",
            "unable to find field \"spec.template.spec.containers.3.image\" in replacement target: index 3 specified but only 1 elements found",
        ),
    ] {
        assert_eq!(replaced(source, target), format!("error: {error}\n"));
    }
}

#[test]
fn vars_stand_for_fields() {
    let of = |name: &str, path: &str| {
        format!(
            "- {{name: {name}, objref: {{apiVersion: v1, kind: ConfigMap, name: src}}, fieldref: {{fieldPath: {path}}}}}\n"
        )
    };
    let with_vars = |vars: String| {
        let kustomization = format!("resources: [deploy.yaml, config.yaml]\nnamePrefix: p-\nvars:\n{vars}");
        let deployment = DEPLOYMENT
            .replace("metadata: {name: web}", "metadata: {name: web, annotations: {a: $(NAME), b: x-$(HOST)-$(NO)}}");
        built(&[("kustomization.yaml", &kustomization), ("deploy.yaml", &deployment), ("config.yaml", CONFIG)])
    };
    let text = with_vars(of("NAME", "metadata.name") + &of("HOST", "data.host"));
    assert!(text.contains("a: p-src\n") && text.contains("b: x-example.com-$(NO)\n"), "{text}");
    let text = with_vars(of("NAME", "data.host") + &of("NAME", "data.host"));
    assert!(text.ends_with("var 'NAME' already encountered\n"), "{text}");
    let text = with_vars(of("NAME", "data.none"));
    assert!(
        text.ends_with(
            "field specified in var '{NAME ConfigMap.v1.[noGrp] {data.none}}' not found in corresponding resource\n"
        ),
        "{text}"
    );
}

#[test]
fn kinds_without_a_place_of_their_own_come_by_their_group() {
    let object = |kind: &str| format!("apiVersion: {kind}\nmetadata: {{name: x}}\n---\n");
    let objects = ["v1\nkind: Pod", "networking.k8s.io/v1\nkind: Ingress", "batch/v1\nkind: Job", "v1\nkind: Service"]
        .map(object);
    let kinds = |options: &str| {
        let kustomization = format!("resources: [all.yaml]\n{options}");
        let text = built(&[("kustomization.yaml", &kustomization), ("all.yaml", &objects.concat())]);
        text.lines().filter_map(|line| line.strip_prefix("kind: ")).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(kinds(""), "Service Job Ingress Pod");
    assert_eq!(kinds("sortOptions: {order: fifo}\n"), "Pod Ingress Job Service");
    let own = "legacySortOptions: {orderFirst: [Ingress], orderLast: [Job]}";
    assert_eq!(kinds(&format!("sortOptions: {{order: legacy, {own}}}\n")), "Ingress Pod Service Job");
}

#[test]
fn kustomizations_come_out_as_the_real_kubectl_printed_them() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/kustomize/recorded.jsonl");
    let recorded = std::fs::read_to_string(path).unwrap();
    let mut different = Vec::new();
    for line in recorded.lines() {
        let case = api::json::parse(line).unwrap();
        let files: Vec<(&str, &str)> =
            case["files"].entries().map(|(name, text)| (name.as_str(), text.str())).collect();
        let expected = format!("{}{}", case["stdout"].str(), case["stderr"].str());
        let text = built(&files);
        if text != expected {
            different.push(format!("{}:\n{expected}--- but\n{text}", case["name"].str()));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}
