use crate::{ApiServer, PatchType, Request, Verb};
use api::{Kind, Rng, Status, Time, Value, kind, obj, yaml};

fn value(text: &str) -> Value {
    yaml::parse(text).unwrap().value
}

const CRONTABS: &str = r#"
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: crontabs.stable.example.com}
spec:
  group: stable.example.com
  scope: Namespaced
  names: {plural: crontabs, kind: CronTab, shortNames: [ct], categories: [all]}
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
            required: [cronSpec]
            properties:
              cronSpec: {type: string, pattern: '^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$'}
              image: {type: string, default: busybox}
              replicas: {type: integer, minimum: 1, maximum: 10}
              mode: {type: string, enum: [fast, slow]}
              hosts: {type: array, maxItems: 2, items: {type: string}}
          status: {type: object, properties: {replicas: {type: integer}, selector: {type: string}}}
    subresources:
      status: {}
      scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas, labelSelectorPath: .status.selector}
    additionalPrinterColumns:
    - {name: Spec, type: string, jsonPath: .spec.cronSpec}
    - {name: Replicas, type: integer, jsonPath: .spec.replicas}
    - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
  - name: v1beta1
    served: true
    storage: false
    deprecated: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
"#;

fn server() -> ApiServer {
    let mut server = ApiServer::new(Rng::new(1), Time::parse("2026-01-05T09:00:00Z").unwrap());
    let namespace = obj! { "metadata" => obj! { "name" => "default" } };
    server.handle(&Request::new(Verb::Create, kind::NAMESPACE, "", "").with_body(namespace)).unwrap();
    server
}

fn define(server: &mut ApiServer, text: &str) -> Result<Value, Status> {
    let request = Request::new(Verb::Create, kind::CUSTOM_RESOURCE_DEFINITION, "", "").with_body(value(text));
    server.handle(&request).map(|answer| answer.body)
}

fn crontab(server: &ApiServer) -> &'static Kind {
    server.kind_named("stable.example.com/v1", "CronTab").expect("the kind is served")
}

fn ask(server: &mut ApiServer, verb: Verb, name: &str, body: &str) -> Result<Value, Status> {
    let kind = crontab(server);
    let body = if body.is_empty() { Value::Null } else { value(body) };
    server.handle(&Request::new(verb, kind, "default", name).with_body(body)).map(|answer| answer.body)
}

#[test]
fn a_definition_is_established_and_its_kind_served() {
    let mut server = server();
    define(&mut server, CRONTABS).unwrap();
    let request = Request::new(Verb::Get, kind::CUSTOM_RESOURCE_DEFINITION, "", "crontabs.stable.example.com");
    let definition = server.handle(&request).unwrap().body;
    for condition in ["NamesAccepted", "Established"] {
        assert_eq!(api::condition(&definition, condition)["status"].str(), "True");
    }
    assert_eq!(definition.at("spec.names.listKind").str(), "CronTabList");
    assert_eq!(definition.at("status.storedVersions"), &value("[v1]"));
    let kind = crontab(&server);
    assert_eq!(
        (kind.short_names, kind.categories, kind.subresources),
        (&["ct"][..], &["all"][..], &["scale", "status"][..])
    );
    let versions: Vec<_> = server.kinds().iter().filter(|k| k.is_custom()).map(|k| k.version).collect();
    assert_eq!(versions, ["v1", "v1beta1"]);
    // The same names are taken.
    let other = CRONTABS.replace("stable.example.com", "other.example.com");
    define(&mut server, &other).unwrap();
    let twin = CRONTABS.replace("plural: crontabs", "plural: tabs").replace("name: crontabs.", "name: tabs.");
    define(&mut server, &twin).unwrap();
    let request = Request::new(Verb::Get, kind::CUSTOM_RESOURCE_DEFINITION, "", "tabs.stable.example.com");
    let refused = server.handle(&request).unwrap().body;
    let condition = api::condition(&refused, "NamesAccepted");
    assert_eq!((condition["status"].str(), condition["message"].str()), ("False", "\"crontab\" is already in use"));
}

#[test]
fn custom_objects_are_defaulted_pruned_and_checked() {
    let mut server = server();
    define(&mut server, CRONTABS).unwrap();
    let made = ask(
        &mut server,
        Verb::Create,
        "",
        "{metadata: {name: a}, spec: {cronSpec: '* * * * */5', extra: 1}, status: {replicas: 3}}",
    );
    let made = made.unwrap();
    assert_eq!(made["spec"], value("{cronSpec: '* * * * */5', image: busybox}"));
    assert_eq!((made.generation(), made["status"].is_null()), (1, true));
    let cases = [
        ("{spec: {}}", "spec.cronSpec: Required value"),
        (
            "{spec: {cronSpec: 5}}",
            r#"spec.cronSpec: Invalid value: "integer": spec.cronSpec in body must be of type string: "integer""#,
        ),
        (
            "{spec: {cronSpec: '*'}}",
            r#"spec.cronSpec: Invalid value: "*": spec.cronSpec in body should match '^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$'"#,
        ),
        (
            "{spec: {cronSpec: '* * * * *', replicas: 0}}",
            "spec.replicas: Invalid value: 0: spec.replicas in body should be greater than or equal to 1",
        ),
        (
            "{spec: {cronSpec: '* * * * *', replicas: 11}}",
            "spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10",
        ),
        (
            "{spec: {cronSpec: '* * * * *', mode: odd}}",
            r#"spec.mode: Unsupported value: "odd": supported values: "fast", "slow""#,
        ),
        ("{spec: {cronSpec: '* * * * *', hosts: [a, b, c]}}", "spec.hosts: Too many: 3: must have at most 2 items"),
    ];
    for (body, expected) in cases {
        let body = body.replacen('{', "{metadata: {name: b}, ", 1);
        let refused = ask(&mut server, Verb::Create, "", &body).unwrap_err();
        assert_eq!(refused.message, format!("CronTab.stable.example.com \"b\" is invalid: {expected}"));
    }
    let mut strict = Request::new(Verb::Create, crontab(&server), "default", "");
    strict.body = value("{metadata: {name: c}, spec: {cronSpec: '* * * * *', extra: 1}}");
    strict.options.field_validation = crate::FieldValidation::Strict;
    let refused = server.handle(&strict).unwrap_err();
    assert!(refused.message.ends_with("strict decoding error: unknown field \"spec.extra\""), "{}", refused.message);
}

#[test]
fn custom_objects_have_subresources_columns_and_versions() {
    let mut server = server();
    define(&mut server, CRONTABS).unwrap();
    let body = "{metadata: {name: a}, spec: {cronSpec: '* * * * *', replicas: 2}}";
    ask(&mut server, Verb::Create, "", body).unwrap();
    let kind = crontab(&server);
    let mut scale = Request::new(Verb::Patch(PatchType::Merge), kind, "default", "a").with_subresource("scale");
    scale.body = value("{spec: {replicas: 4}}");
    assert_eq!(server.handle(&scale).unwrap().body.at("spec.replicas").int(), 4);
    let mut status = Request::new(Verb::Patch(PatchType::Merge), kind, "default", "a").with_subresource("status");
    status.body = value("{spec: {replicas: 9}, status: {replicas: 4}}");
    let changed = server.handle(&status).unwrap().body;
    assert_eq!(
        (changed.at("spec.replicas").int(), changed.at("status.replicas").int(), changed.generation()),
        (4, 4, 2)
    );
    let mut list = Request::new(Verb::List, kind, "default", "");
    list.options.table = true;
    let table = server.handle(&list).unwrap().body;
    assert_eq!(table["rows"].array()[0]["cells"], value("[a, '* * * * *', 4, 0s]"));
    let older = server.kind_named("stable.example.com/v1beta1", "CronTab").unwrap();
    let answer = server.handle(&Request::new(Verb::Get, older, "default", "a")).unwrap();
    assert_eq!(answer.body["apiVersion"].str(), "stable.example.com/v1beta1");
    assert_eq!(answer.warnings, ["stable.example.com/v1beta1 CronTab is deprecated"]);
    let refused = ask(&mut server, Verb::Patch(PatchType::StrategicMerge), "a", "{spec: {replicas: 5}}").unwrap_err();
    assert_eq!(refused.code, 415);
    let mut apply = Request::new(Verb::Patch(PatchType::Apply), kind, "default", "a");
    apply.body = value("{apiVersion: stable.example.com/v1, kind: CronTab, metadata: {name: a}, spec: {image: nginx}}");
    apply.options.field_manager = "me".into();
    let applied = server.handle(&apply).unwrap_err();
    assert!(applied.message.starts_with("Apply failed with 1 conflict: conflict with"), "{}", applied.message);
}

#[test]
fn a_definition_takes_its_objects_along() {
    let mut server = server();
    define(&mut server, CRONTABS).unwrap();
    ask(&mut server, Verb::Create, "", "{metadata: {name: a, finalizers: [x.io/y]}, spec: {cronSpec: '* * * * *'}}")
        .unwrap();
    ask(&mut server, Verb::Create, "", "{metadata: {name: b}, spec: {cronSpec: '* * * * *'}}").unwrap();
    let before = server.clone();
    let name = "crontabs.stable.example.com";
    server.handle(&Request::new(Verb::Delete, kind::CUSTOM_RESOURCE_DEFINITION, "", name)).unwrap();
    let kind = crontab(&server);
    assert_eq!(server.store().count(kind), 1, "one has a finalizer");
    ask(&mut server, Verb::Patch(PatchType::Merge), "a", "{metadata: {finalizers: null}}").unwrap();
    assert!(server.kind_named("stable.example.com/v1", "CronTab").is_none());
    assert_eq!(server.store().count(kind::CUSTOM_RESOURCE_DEFINITION), 0);
    let refused = server.handle(&Request::new(Verb::List, kind, "default", "")).unwrap_err();
    assert_eq!(refused.code, 404);
    assert_eq!(before.store().count(crontab(&before)), 2, "a snapshot has all of it");
}

#[test]
fn a_definition_must_make_sense() {
    let mut server = server();
    let cases = [
        (
            CRONTABS.replace("name: crontabs.", "name: tabs."),
            "metadata.name: Invalid value: \"tabs.stable.example.com\": must be spec.names.plural+\".\"+spec.group",
        ),
        (
            CRONTABS.replace("scope: Namespaced", "scope: Odd"),
            "spec.scope: Unsupported value: \"Odd\": supported values: \"Cluster\", \"Namespaced\"",
        ),
        (
            CRONTABS.replace("image: {type: string,", "image: {"),
            "spec.versions[0].schema.openAPIV3Schema.properties[spec].properties[image].type: Required value: must not be \
             empty for specified object fields",
        ),
    ];
    for (text, expected) in cases {
        let refused = define(&mut server, &text).unwrap_err();
        let name = value(&text).name().to_owned();
        assert_eq!(
            refused.message,
            format!("CustomResourceDefinition.apiextensions.k8s.io \"{name}\" is invalid: {expected}")
        );
    }
    for nonsense in
        ["{}", "{spec: 5}", "{spec: {versions: [1]}}", "{metadata: {name: x}, spec: {versions: [{schema: {}}]}}"]
    {
        assert!(define(&mut server, nonsense).is_err());
    }
}

#[test]
fn fields_that_a_definition_names_select() {
    let mut server = server();
    define(
        &mut server,
        &CRONTABS.replace("    subresources:", "    selectableFields: [{jsonPath: .spec.replicas}]\n    subresources:"),
    )
    .unwrap();
    for (name, replicas) in [("a", 1), ("b", 2)] {
        let body = format!("{{metadata: {{name: {name}}}, spec: {{cronSpec: '* * * * *', replicas: {replicas}}}}}");
        ask(&mut server, Verb::Create, "", &body).unwrap();
    }
    let mut list = |selector: &str| {
        let mut request = Request::new(Verb::List, crontab(&server), "default", "");
        request.options.field_selector = selector.into();
        let found = server.handle(&request).map_err(|status| status.message)?.body;
        Ok::<_, String>(found["items"].array().iter().map(|item| item.name().to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(list("spec.replicas=2"), Ok(vec!["b".to_owned()]));
    assert_eq!(list("spec.image=x"), Err("field label not supported: spec.image".to_owned()));
}

#[test]
fn an_embedded_resource_says_what_it_is() {
    let mut server = server();
    let hosts = "hosts: {type: array, maxItems: 2, items: {type: string}}";
    let embedded =
        "thing: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}";
    define(&mut server, &CRONTABS.replace(hosts, embedded)).unwrap();
    let mut make = |thing: &str| {
        let body = format!("{{metadata: {{name: a}}, spec: {{cronSpec: '* * * * *', thing: {thing}}}}}");
        ask(&mut server, Verb::Create, "", &body).map(drop).map_err(|status| status.message)
    };
    let why = "CronTab.stable.example.com \"a\" is invalid: [spec.thing.apiVersion: Required value: must not be empty, \
               spec.thing.kind: Required value: must not be empty]";
    assert_eq!(make("{x: 1}"), Err(why.to_owned()));
    assert_eq!(make("{apiVersion: v1, kind: Pod, x: 1}"), Ok(()));
}
