//! Answers as the real kubectl (1.36.4) gave them when it asked `kubarium serve` the same.

use super::host::World;

const MULTI: &str = "apiVersion: v1
kind: Pod
metadata: {name: multi, labels: {app: multi}}
spec:
  initContainers: [{name: init, image: busybox}]
  containers:
  - name: one
    image: nginx
    resources: {limits: {cpu: 1500m}}
    env:
    - {name: A, valueFrom: {configMapKeyRef: {name: cfg, key: a}}}
    - {name: S, valueFrom: {secretKeyRef: {name: sec, key: user}}}
    - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
    - {name: LIMIT, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
";

const DEFINITION: &str = "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  names: {plural: widgets, singular: widget, kind: Widget, shortNames: [wd]}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            description: What it is.
            required: [size]
            properties:
              size: {type: integer, description: How many.}
              color: {type: string, enum: [red, blue]}
              tags: {type: array, items: {type: string}}
";

fn world() -> World {
    let world = World::new();
    for (name, text) in [("multi.yaml", MULTI), ("crd.yaml", DEFINITION)] {
        world.files.borrow_mut().insert(name.to_owned(), text.to_owned());
        world.run(&format!("create -f {name}"));
    }
    world.run("create cm cfg --from-literal=a=1");
    world.run("create secret generic sec --from-literal=user=admin");
    world
}

/// What is printed, and then what is said beside it.
fn said(world: &World, line: &str) -> String {
    let answer = world.run(line);
    answer.stdout + &answer.stderr
}

#[test]
fn variables_are_listed_with_their_values() {
    let world = world();
    let listed = "# Pod multi, container one\n# A from configmap cfg, key a\n# S from secret sec, key user\n\
                  # NODE from field path spec.nodeName\n# LIMIT from resource field limits.cpu\n# Pod multi, container init\n";
    assert_eq!(said(&world, "set env pod/multi --list"), listed);
    let resolved = "# Pod multi, container one\nA=1\nS=admin\n# NODE from field path spec.nodeName\nLIMIT=2\n\
                    # Pod multi, container init\nerror retrieving reference for NODE: unsupported fieldPath: spec.nodeName\n";
    assert_eq!(said(&world, "set env pod/multi --list --resolve"), resolved);
    let taken = said(&world, "set env pod/multi --from=configmap/cfg --prefix=P_ --dry-run=client");
    assert!(taken.ends_with("Warning: key a transferred to A\n"), "{taken}");
}

#[test]
fn a_dry_run_is_named_behind_the_namespace() {
    let text = said(&world(), "delete pod multi --dry-run=client");
    assert_eq!(text, "pod \"multi\" deleted from default namespace (dry run)\n");
    let text = said(&world(), "delete crd widgets.example.com --dry-run=server");
    assert_eq!(
        text,
        "customresourcedefinition.apiextensions.k8s.io \"widgets.example.com\" deleted (server dry run)\n"
    );
}

#[test]
fn the_column_of_namespaces_stays() {
    let world = world();
    let headers = |line: &str| {
        let text = said(&world, line);
        let headers = text.lines().filter(|line| line.contains("AGE") || line.contains("CREATED AT"));
        headers.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(headers("get cm,crd -A"), "NAMESPACE NAMESPACE");
    assert_eq!(headers("get crd,cm -A"), "NAME NAMESPACE");
}

#[test]
fn custom_kinds_are_explained_by_their_definitions() {
    let world = world();
    let spec = "GROUP:      example.com\nKIND:       Widget\nVERSION:    v1\n\nFIELD: spec <Object>\n\n\nDESCRIPTION:\n    What it is.\n    \n\
                FIELDS:\n  color\t<string>\n  enum: red, blue\n    <no description>\n\n  size\t<integer> -required-\n    How many.\n\n  \
                tags\t<[]string>\n    <no description>\n\n\n";
    assert_eq!(said(&world, "explain wd.spec"), spec);
    let whole = said(&world, "explain widgets --recursive");
    assert!(whole.contains("  metadata\t<ObjectMeta>\n    annotations\t<map[string]string>\n"), "{whole}");
    assert!(whole.contains("      fieldsV1\t<FieldsV1>\n"), "{whole}");
    assert!(said(&world, "explain widgets.spec.none").ends_with("error: field \"none\" does not exist\n"));
}

#[test]
fn kinds_are_explained_in_other_versions_and_the_older_layout() {
    let world = world();
    let text = said(&world, "explain hpa.spec --api-version=autoscaling/v1");
    assert!(
        text.contains("VERSION:    v1\n") && text.contains("  targetCPUUtilizationPercentage\t<integer>\n"),
        "{text}"
    );
    let error = "error: couldn't find resource for \"foo/v1, Resource=horizontalpodautoscalers\"\n";
    assert_eq!(said(&world, "explain hpa --api-version=foo/v1"), error);
    let text = said(&world, "explain pod.spec.dnsPolicy --output=plaintext-openapiv2");
    let (head, _) = text.split_once("DESCRIPTION:").unwrap();
    assert_eq!(head, "KIND:     Pod\nVERSION:  v1\n\nFIELD:    dnsPolicy <string>\n\n");
    let text = said(&world, "explain pod.spec --output=plaintext-openapiv2");
    assert!(
        text.contains("\nRESOURCE: spec <Object>\n") && text.contains("\n   containers\t<[]Object> -required-\n     "),
        "{text}"
    );
}

#[test]
fn resources_are_listed_as_objects() {
    let text = said(&world(), "api-resources --api-group=example.com -o json");
    let (head, _) = text.split_once("\"verbs\"").unwrap();
    let expected = "{\n    \"kind\": \"APIResourceList\",\n    \"apiVersion\": \"v1\",\n    \"groupVersion\": \"\",\n    \"resources\": [\n        \
                    {\n            \"name\": \"widgets\",\n            \"singularName\": \"widget\",\n            \"namespaced\": true,\n            \
                    \"group\": \"example.com\",\n            \"version\": \"v1\",\n            \"kind\": \"Widget\",\n            ";
    assert_eq!(head, expected);
    assert!(
        said(&world(), "api-resources --api-group=example.com -o yaml")
            .starts_with("apiVersion: v1\ngroupVersion: \"\"\n")
    );
}

#[test]
fn what_cannot_be_done_is_said_as_by_the_real_one() {
    let world = world();
    for (line, text) in [
        ("get pods --sort-by=x[", "No resources found in default namespace.\n"),
        ("events --for nope/x", "the server doesn't have a resource type \"nope\"\n"),
        (
            "patch pod multi --type=json -p '[{op: remove, path: /spec/none}]'",
            "The request is invalid: the server rejected our request due to an error in our request\n",
        ),
    ] {
        assert_eq!(said(&world, line), text, "{line}");
    }
}
