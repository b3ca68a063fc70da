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
