use super::*;
use crate::{fields, kind, schema, yaml};

fn value(text: &str) -> Value {
    yaml::parse(text).unwrap().value
}

fn shape() -> Shape<'static> {
    Shape::of(kind::DEPLOYMENT)
}

const WEB: &str = "
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    spec:
      containers:
      - {name: nginx, image: 'nginx:1.25', ports: [{containerPort: 80}]}
";

#[test]
fn the_fields_of_a_configuration() {
    let set = field_set(shape(), &value(WEB)).unwrap();
    let expected = r#"
f:metadata: {f:labels: {f:app: {}}, f:name: {}}
f:spec:
  f:replicas: {}
  f:selector: {}
  f:template:
    f:spec:
      f:containers:
        'k:{"name":"nginx"}':
          .: {}
          f:image: {}
          f:name: {}
          f:ports: {'k:{"containerPort":80,"protocol":"TCP"}': {.: {}, f:containerPort: {}}}
"#;
    assert_eq!(set, value(expected));
    let errors = [
        ("{spec: {foo: 1}}", ".spec.foo: field not declared in schema"),
        (
            "{spec: {a: 1, b: 2}}",
            "errors:\n  .spec.a: field not declared in schema\n  .spec.b: field not declared in schema",
        ),
        (
            "{spec: {template: {spec: {containers: [{image: x}]}}}}",
            ".spec.template.spec.containers: element 0: associative list with keys has an element that omits key field \"name\"",
        ),
        (
            "{spec: {template: {spec: {containers: [{name: x}, {name: x}]}}}}",
            ".spec.template.spec.containers: duplicate entries for key [name=\"x\"]",
        ),
        ("{spec: {replicas: three}}", ".spec.replicas: expected numeric (int or float), got &{three}"),
    ];
    for (text, expected) in errors {
        assert_eq!(field_set(shape(), &value(text)).unwrap_err(), expected);
    }
}

#[test]
fn a_new_object_differs_from_an_empty_one_in_what_it_was_given() {
    let empty = schema::decode_bare(kind::DEPLOYMENT, &Value::object()).unwrap().value;
    let new = schema::decode_bare(kind::DEPLOYMENT, &value(WEB)).unwrap().value;
    let made = compare(shape(), &empty, &new);
    let expected = r#"
f:metadata: {f:labels: {.: {}, f:app: {}}, f:name: {}}
f:spec:
  f:replicas: {}
  f:template:
    f:spec:
      f:containers:
        'k:{"name":"nginx"}':
          .: {}
          f:image: {}
          f:name: {}
          f:ports: {.: {}, 'k:{"containerPort":80,"protocol":"TCP"}': {.: {}, f:containerPort: {}}}
          f:resources: {}
"#;
    // The selector is always there, so that it is modified, not added.
    let mut added = value(expected);
    let selector = fields::union(&made.added, &made.modified);
    added.set("f:spec.f:selector", Value::object());
    assert_eq!(selector, added);
    assert_eq!(made.removed, Value::object());
}

#[test]
fn differences_by_element() {
    let one = value("{spec: {template: {spec: {containers: [{name: a, image: x}, {name: b, image: y}]}}}}");
    let two = value("{spec: {template: {spec: {containers: [{name: b, image: z}, {name: c, image: y}]}}}}");
    let made = compare(shape(), &one, &two);
    let below = |text: &str| value(&format!("{{f:spec: {{f:template: {{f:spec: {{f:containers: {text}}}}}}}}}"));
    assert_eq!(made.modified, below(r#"{'k:{"name":"b"}': {f:image: {}}}"#));
    assert_eq!(made.added, below(r#"{'k:{"name":"c"}': {.: {}, f:image: {}, f:name: {}}}"#));
    assert_eq!(made.removed, below(r#"{'k:{"name":"a"}': {.: {}, f:image: {}, f:name: {}}}"#));
    assert_eq!(compare(shape(), &one, &one.clone()), compare(shape(), &two, &two.clone()));
}

#[test]
fn configurations_are_merged_in_order() {
    let lists = [
        ("[a, b, c]", "[b]", "[a, b, c]"),
        ("[a, b]", "[c, a]", "[c, a, b]"),
        ("[a, b, c]", "[c, a]", "[b, c, a]"),
        ("[]", "[a]", "[a]"),
        ("[a]", "[x, y]", "[a, x, y]"),
    ];
    for (live, config, expected) in lists {
        let containers = |list: &str| {
            let items = value(list);
            let items: Value = items.array().iter().map(|name| crate::obj! { "name" => name }).collect();
            crate::obj! { "spec" => crate::obj! { "template" => crate::obj! { "spec" => crate::obj! { "containers" => items } } } }
        };
        assert_eq!(merge(shape(), &containers(live), &containers(config)), containers(expected), "{live} {config}");
    }
    let live = value("{spec: {selector: {matchLabels: {a: b, c: d}}, replicas: 2, paused: true}}");
    let config = value("{spec: {selector: {matchLabels: {a: x}}, replicas: 3}}");
    let expected = value("{spec: {selector: {matchLabels: {a: x}}, replicas: 3, paused: true}}");
    assert_eq!(merge(shape(), &live, &config), expected);
}

#[test]
fn fields_are_taken_out() {
    let live = value(WEB);
    let set = value(
        r#"{f:metadata: {f:labels: {f:app: {}}}, f:spec: {f:replicas: {}, f:template: {f:spec: {f:containers: {'k:{"name":"nginx"}': {f:ports: {}}}}}}}"#,
    );
    let left = remove(shape(), &live, &set);
    assert_eq!(left["metadata"]["labels"], Value::Null);
    assert_eq!(left["spec"]["replicas"], Value::Null);
    let container = &left.at("spec.template.spec.containers").array()[0];
    assert_eq!(container, &value("{name: nginx, image: 'nginx:1.25'}"));
}

#[test]
fn named_fields_become_members() {
    let set = value("{f:metadata: {f:labels: {f:app: {}}}, f:spec: {f:replicas: {}}}");
    let expected = value("{f:metadata: {.: {}, f:labels: {.: {}, f:app: {}}}, f:spec: {.: {}, f:replicas: {}}}");
    assert_eq!(with_named_fields(shape(), &set), expected);
}

#[test]
fn an_open_schema_has_shapes_too() {
    let schema = value(
        "{type: object, x-root: true, properties: {spec: {type: object, properties: {items: {type: array, \
         x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [id], items: {type: object, properties: {id: {type: string}, \
         num: {type: integer}}}}}}}}",
    );
    let object = value("{apiVersion: a/v1, kind: A, metadata: {labels: {x: q}}, spec: {items: [{id: a, num: 1}]}}");
    let set = field_set(Shape::open(&schema), &object).unwrap();
    let expected = r#"{f:apiVersion: {}, f:kind: {}, f:metadata: {f:labels: {f:x: {}}}, f:spec: {f:items: {'k:{"id":"a"}': {.: {}, f:id: {}, f:num: {}}}}}"#;
    assert_eq!(set, value(expected));
    assert!(field_set(Shape::open(&schema), &value("{spec: {nope: 1}}")).is_err());
}
