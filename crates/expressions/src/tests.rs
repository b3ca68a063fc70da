//! Policies and rules, by requests to a server.

use crate::Cel;
use api::{Kind, Rng, Status, Time, Value, kind, yaml};
use apiserver::{ApiServer, Request, Verb};
use std::sync::Arc;

fn server() -> ApiServer {
    let mut server = ApiServer::new(Rng::new(1), Time::parse("2026-01-05T09:00:00Z").unwrap());
    server.set_expressions(Arc::new(Cel));
    create(&mut server, "{apiVersion: v1, kind: Namespace, metadata: {name: default, labels: {env: test}}}").unwrap();
    server
}

fn kind_of(server: &ApiServer, object: &Value) -> &'static Kind {
    server.kind_named(object["apiVersion"].str(), object["kind"].str()).expect("a kind that is served")
}

fn send(server: &mut ApiServer, verb: Verb, text: &str) -> Result<apiserver::Response, Status> {
    let object = yaml::parse(text).expect("the test's YAML").value;
    let kind = kind_of(server, &object);
    let namespace = if kind.namespaced { "default" } else { "" };
    let name = if verb == Verb::Create { String::new() } else { object.name().to_owned() };
    server.handle(&Request::new(verb, kind, namespace, name.as_str()).with_body(object))
}

fn create(server: &mut ApiServer, text: &str) -> Result<apiserver::Response, Status> {
    send(server, Verb::Create, text)
}

fn map(data: &str) -> String {
    format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: m}}, data: {data}}}")
}

const POLICY: &str = "
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: small}
spec:
  matchConstraints:
    resourceRules:
    - {apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [configmaps]}
  matchConditions:
  - {name: not-mine, expression: \"request.userInfo.username != 'me'\"}
  variables:
  - {name: most, expression: \"has(params.data.most) ? int(params.data.most) : 2\"}
  paramKind: {apiVersion: v1, kind: ConfigMap}
  validations:
  - expression: \"!has(object.data) || size(object.data) <= variables.most\"
    messageExpression: \"'at most ' + string(variables.most) + ' keys'\"
  - expression: \"object.metadata.name.startsWith('m') || object.metadata.name == 'limits'\"
    reason: Forbidden
";
const BINDING: &str = "
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: everywhere}
spec:
  policyName: small
  validationActions: [Deny]
  paramRef: {name: limits, namespace: default, parameterNotFoundAction: Deny}
  matchResources: {namespaceSelector: {matchLabels: {env: test}}}
";

#[test]
fn a_policy_decides_once_it_is_bound() {
    let mut server = server();
    create(&mut server, "{apiVersion: v1, kind: ConfigMap, metadata: {name: limits}, data: {most: '1'}}").unwrap();
    create(&mut server, POLICY).unwrap();
    create(&mut server, &map("{a: '1', b: '2'}")).unwrap();
    create(&mut server, BINDING).unwrap();
    let refused = send(&mut server, Verb::Update, &map("{a: '1', b: '3'}")).unwrap_err();
    let message = "ValidatingAdmissionPolicy 'small' with binding 'everywhere' denied request: at most 1 keys";
    assert_eq!(refused.message, format!("configmaps \"m\" is forbidden: {message}"));
    assert_eq!((refused.code, refused.reason), (422, "Invalid"));
    assert_eq!(refused.details["causes"].array()[0]["message"].str(), message);
    send(&mut server, Verb::Update, &map("{a: '1'}")).unwrap();
    let other = "{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}";
    let refused = create(&mut server, other).unwrap_err();
    assert_eq!((refused.code, refused.reason), (403, "Forbidden"));
    assert!(
        refused
            .message
            .ends_with("failed expression: object.metadata.name.startsWith('m') || object.metadata.name == 'limits'")
    );
    // Without the parameters nothing passes.
    server.handle(&Request::new(Verb::Delete, kind::CONFIG_MAP, "default", "limits")).unwrap();
    let refused = send(&mut server, Verb::Update, &map("{a: '2'}")).unwrap_err();
    assert!(
        refused.message.contains("no params found for policy binding with `Deny` parameterNotFoundAction"),
        "{refused:?}"
    );
}

#[test]
fn a_policy_may_warn() {
    let mut server = server();
    let policy = POLICY
        .replace("  paramKind: {apiVersion: v1, kind: ConfigMap}\n", "")
        .replace("has(params.data.most) ? int(params.data.most) : 2", "2");
    create(&mut server, &policy).unwrap();
    create(
        &mut server,
        &BINDING
            .replace("[Deny]", "[Warn, Audit]")
            .replace("  paramRef: {name: limits, namespace: default, parameterNotFoundAction: Deny}\n", ""),
    )
    .unwrap();
    let made = create(&mut server, &map("{a: '1', b: '2', c: '3'}")).unwrap();
    let warning = "Validation failed for ValidatingAdmissionPolicy 'small' with binding 'everywhere': at most 2 keys";
    assert_eq!(made.warnings, [warning]);
}

#[test]
fn what_cannot_be_compiled_is_refused() {
    let mut server = server();
    let refused = create(&mut server, &POLICY.replace("variables.most\"\n", "nosuch\"\n")).unwrap_err();
    assert_eq!(refused.code, 422);
    assert!(
        refused
            .message
            .contains("compilation failed: ERROR: <input>:1:43: undeclared reference to 'nosuch' (in container '')"),
        "{}",
        refused.message
    );
    let refused = create(&mut server, &POLICY.replace("startsWith('m')", "startsWith('m'")).unwrap_err();
    assert!(
        refused.message.contains("spec.validations[1].expression") && refused.message.contains("Syntax error"),
        "{}",
        refused.message
    );
    for nested in ["(".repeat(5_000), "!".repeat(9_000), "a.".repeat(4_000), "[".repeat(30) + &"]".repeat(30)] {
        let _ = crate::evaluate::compile(&nested, &["a"]);
    }
    let long = vec!["true"; 300].join("&&");
    assert_eq!(crate::evaluate::compile(&long, &[]).map(|c| c.holds(&[])).ok(), Some(Ok(true)));
}

const DEFINITION: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget, listKind: WidgetList}
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
            x-kubernetes-validations:
            - rule: self.min <= self.max
            - {rule: \"self.max < 100\", messageExpression: \"'max is ' + string(self.max)\", fieldPath: .max}
            properties:
              min: {type: integer}
              max: {type: integer}
              name:
                type: string
                x-kubernetes-validations:
                - {rule: self == oldSelf, message: name is immutable}
              sizes:
                type: array
                items:
                  type: string
                  x-kubernetes-validations:
                  - {rule: \"isQuantity(self) && quantity(self).isLessThan(quantity('1Gi'))\", message: too large}
";

#[test]
fn the_rules_of_a_custom_kind_hold() {
    let mut server = server();
    create(&mut server, DEFINITION).unwrap();
    let widget =
        |spec: &str| format!("{{apiVersion: example.com/v1, kind: Widget, metadata: {{name: w}}, spec: {spec}}}");
    let refused = create(&mut server, &widget("{min: 3, max: 2, sizes: [1Mi, 2Gi]}")).unwrap_err();
    assert_eq!(
        refused.message,
        "Widget.example.com \"w\" is invalid: [spec: Invalid value: \"object\": failed rule: self.min <= self.max, \
         spec.sizes[1]: Invalid value: \"string\": too large]"
    );
    let refused = create(&mut server, &widget("{min: 3, max: 200}")).unwrap_err();
    assert_eq!(refused.message, "Widget.example.com \"w\" is invalid: spec.max: Invalid value: \"object\": max is 200");
    let refused = create(&mut server, &widget("{min: 3}")).unwrap_err();
    assert!(refused.message.contains("no such key: max evaluating rule: self.min <= self.max"), "{}", refused.message);
    create(&mut server, &widget("{min: 1, max: 2, name: a}")).unwrap();
    let refused = send(&mut server, Verb::Update, &widget("{min: 1, max: 2, name: b}"));
    // An update of a custom object names the version that it is of.
    assert!(refused.is_err());
    let current = server
        .handle(&Request::new(Verb::Get, kind_of(&server, &yaml::parse(&widget("{}")).unwrap().value), "default", "w"))
        .unwrap()
        .body;
    let mut changed = current.clone();
    changed.set("spec.name", "b");
    let kind = kind_of(&server, &current);
    let refused = server.handle(&Request::new(Verb::Update, kind, "default", "w").with_body(changed)).unwrap_err();
    assert_eq!(
        refused.message,
        "Widget.example.com \"w\" is invalid: spec.name: Invalid value: \"string\": name is immutable"
    );
    let refused = create(
        &mut server,
        &DEFINITION.replace("widgets", "others").replace("self.min <= self.max", "self.min <= nosuch"),
    )
    .unwrap_err();
    assert!(refused.message.contains("undeclared reference to 'nosuch'"), "{}", refused.message);
}

#[test]
fn each_version_has_its_own_rules() {
    let mut server = server();
    let other = DEFINITION.replace("self.max < 100", "self.max < 7").replace("storage: true", "storage: false");
    let (_, version) = other.split_once("  - name: v1\n").expect("the definition has a version");
    create(&mut server, &format!("{DEFINITION}  - name: v1beta1\n{version}")).unwrap();
    let widget = |name: &str, version: &str| {
        format!(
            "{{apiVersion: example.com/{version}, kind: Widget, metadata: {{name: {name}, namespace: default}}, \
             spec: {{min: 1, max: 50}}}}"
        )
    };
    create(&mut server, &widget("a", "v1")).unwrap();
    let refused = create(&mut server, &widget("b", "v1beta1")).unwrap_err();
    assert!(refused.message.contains("max is 50"), "{}", refused.message);
}

#[test]
fn policies_ask_who_may_do_what() {
    let mut server = server();
    server.bootstrap();
    let policy = "
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: rights}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]
  validations:
  - expression: \"authorizer.requestResource.check('create').allowed() && authorizer.path('/metrics').check('get').allowed()\"
    message: who sees no metrics makes nothing
  - expression: \"!authorizer.serviceAccount('default', 'robot').group('').resource('secrets').check('get').allowed()\"
    message: the robot sees secrets
";
    let binding = "{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicyBinding, metadata: {name: rights}, \
                   spec: {policyName: rights, validationActions: [Deny]}}";
    let role = "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: makers}, rules: \
                [{apiGroups: [''], resources: [configmaps], verbs: [create]}]}";
    let bound = "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: jane}, roleRef: \
                 {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: makers}, subjects: [{kind: User, name: jane, \
                 apiGroup: rbac.authorization.k8s.io}]}";
    for text in [policy, binding, role, bound] {
        create(&mut server, text).unwrap();
    }
    let object = yaml::parse(&map("{a: b}")).expect("YAML").value;
    let mut request = Request::new(Verb::Create, kind::CONFIG_MAP, "default", "").with_body(object);
    request.user = apiserver::User::new("jane", &["system:authenticated"]);
    let said = server.handle(&request).unwrap_err().message;
    assert!(said.contains("who sees no metrics makes nothing"), "{said}");
    create(&mut server, &map("{a: b}")).unwrap();
}
