//! ValidatingAdmissionPolicies (k8s.io/apiserver/pkg/admission/plugin/policy/validating).

use crate::compile_error;
use crate::evaluate::{Compiled, compile as compiled, record, value};
use crate::library::authorizer;
use crate::matching::{fits, namespace};
use api::{FieldError, Selector, Status, Value, kind, list, obj};
use apiserver::{ApiServer, Change, Key};
use cel::Value as CelValue;

const VARIABLES: &[&str] = &["object", "oldObject", "request", "namespaceObject", "authorizer", "variables", "params"];
/// Where a policy has expressions.
const EXPRESSIONS: [(&str, &[&str]); 4] = [
    ("matchConditions", &["expression"]),
    ("variables", &["expression"]),
    ("validations", &["expression", "messageExpression"]),
    ("auditAnnotations", &["valueExpression"]),
];
/// The longest message that an expression may make.
const MAX_MESSAGE: usize = 5 << 10;

/// The variables that a policy's expressions may use: `params` only where it has a kind of them.
fn variables(spec: &Value) -> &'static [&'static str] {
    if spec["paramKind"].is_null() { &VARIABLES[..VARIABLES.len() - 1] } else { VARIABLES }
}

/// What is wrong with the expressions of a policy.
pub(crate) fn compile(policy: &Value) -> Vec<FieldError> {
    let known = variables(&policy["spec"]);
    let mut errors = Vec::new();
    for (section, fields) in EXPRESSIONS {
        for (i, entry) in policy["spec"][section].array().iter().enumerate() {
            for field in fields.iter().filter(|field| !entry[**field].str().is_empty()) {
                let expression = entry[*field].str();
                if let Err(problem) = compiled(expression, known) {
                    errors.push(compile_error(format!("spec.{section}[{i}].{field}"), expression, &problem));
                }
            }
        }
    }
    errors
}

/// Why a change is refused.
struct Denial {
    message: String,
    reason: String,
}

/// Asks every policy that has a binding. Returns warnings.
///
/// # Errors
/// The first policy's refusal.
pub(crate) fn admit(server: &ApiServer, change: &Change<'_>) -> Result<Vec<String>, Status> {
    let mut warnings = Vec::new();
    let bindings: Vec<&Value> = server.store().list(kind::VALIDATING_ADMISSION_POLICY_BINDING, "").collect();
    if bindings.is_empty() {
        return Ok(warnings);
    }
    let mut denied: Option<Denial> = None;
    for policy in server.store().list(kind::VALIDATING_ADMISSION_POLICY, "") {
        if !fits(server, &policy["spec"]["matchConstraints"], change) {
            continue;
        }
        let own = bindings.iter().filter(|binding| binding["spec"]["policyName"].str() == policy.name());
        for binding in own.filter(|binding| fits(server, &binding["spec"]["matchResources"], change)) {
            for (message, reason) in decide(server, change, policy, binding) {
                let (name, bound) = (policy.name(), binding.name());
                for action in binding["spec"]["validationActions"].array() {
                    match action.str() {
                        "Warn" => warnings.push(format!(
                            "Validation failed for ValidatingAdmissionPolicy '{name}' with binding '{bound}': {message}"
                        )),
                        "Deny" if denied.is_none() => {
                            let message = format!(
                                "ValidatingAdmissionPolicy '{name}' with binding '{bound}' denied request: {message}"
                            );
                            denied = Some(Denial { message, reason: reason.clone() });
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    match denied {
        Some(denial) => Err(refusal(change, &denial)),
        None => Ok(warnings),
    }
}

fn refusal(change: &Change<'_>, denial: &Denial) -> Status {
    let name = change.either().name();
    let mut status = Status::forbidden(change.request.kind, name, &denial.message);
    (status.code, status.reason) = match denial.reason.as_str() {
        "Unauthorized" => (401, "Unauthorized"),
        "Forbidden" => (403, "Forbidden"),
        "RequestEntityTooLarge" => (413, "RequestEntityTooLarge"),
        _ => (422, "Invalid"),
    };
    if status.details.is_null() {
        status.details = obj! { "kind" => change.request.kind.plural, "name" => name };
    }
    status.details.set("causes", list![obj! { "message" => denial.message.as_str() }]);
    status
}

/// Each expectation of a policy that is not met, with the reason of its refusal.
fn decide(server: &ApiServer, change: &Change<'_>, policy: &Value, binding: &Value) -> Vec<(String, String)> {
    let spec = &policy["spec"];
    let fails = spec["failurePolicy"].str() != "Ignore";
    let on_failure = |message: String| if fails { vec![(message, String::new())] } else { Vec::new() };
    let params = match params(server, change, spec, &binding["spec"]["paramRef"]) {
        Ok(params) => params,
        Err(problem) => return on_failure(format!("failed to configure binding: {problem}")),
    };
    let mut found = Vec::new();
    for param in params {
        match Evaluation::new(server, change, spec, &param).run() {
            Ok(decisions) => found.extend(decisions),
            Err(problem) => found.extend(on_failure(problem)),
        }
    }
    found
}

/// The parameters to evaluate with, one after the other: null where a policy has none.
fn params(server: &ApiServer, change: &Change<'_>, spec: &Value, reference: &Value) -> Result<Vec<Value>, String> {
    let param_kind = &spec["paramKind"];
    if param_kind.is_null() || reference.is_null() {
        return Ok(vec![Value::Null]);
    }
    let (version, name) = (param_kind["apiVersion"].str(), param_kind["kind"].str());
    let Some(kind) = server.kind_named(version, name) else {
        return Err(format!("paramKind kind `{version}, Kind={name}` not known"));
    };
    let namespace = match (kind.namespaced, reference["namespace"].str()) {
        (false, "") => "",
        (false, _) => return Err("paramRef.namespace must not be provided for a cluster-scoped `paramKind`".to_owned()),
        (true, "") => change.either().namespace(),
        (true, given) => given,
    };
    if kind.namespaced && namespace.is_empty() {
        return Err("cannot use namespaced paramRef in policy binding that matches cluster-scoped resources".to_owned());
    }
    let named = reference["name"].str();
    let found: Vec<Value> = match named {
        "" => {
            let selector = Selector::from_label_selector(&reference["selector"]);
            let all = server.store().list(kind, namespace);
            all.filter(|object| selector.matches(&object["metadata"]["labels"])).cloned().collect()
        }
        name => server.store().get(kind, &Key::new(namespace, name)).cloned().into_iter().collect(),
    };
    if found.is_empty() && reference["parameterNotFoundAction"].str() == "Deny" {
        return Err("no params found for policy binding with `Deny` parameterNotFoundAction".to_owned());
    }
    Ok(found)
}

/// One evaluation of a policy.
struct Evaluation<'a> {
    spec: &'a Value,
    known: &'static [&'static str],
    variables: Vec<(&'static str, CelValue)>,
    /// What `variables.NAME` has come to so far.
    composed: Vec<(String, CelValue)>,
}

impl<'a> Evaluation<'a> {
    fn new(server: &ApiServer, change: &Change<'_>, spec: &'a Value, param: &Value) -> Evaluation<'a> {
        let known = variables(spec);
        let mut variables = vec![
            ("object", value(change.object)),
            ("oldObject", value(change.old)),
            ("request", value(&request(change))),
            ("namespaceObject", value(&namespace(server, change))),
        ];
        if asks_for_rights(spec) {
            variables.extend(authorizer(server, change));
        }
        if !spec["paramKind"].is_null() {
            variables.push(("params", value(param)));
        }
        Evaluation { spec, known, variables, composed: Vec::new() }
    }

    fn compile(&self, expression: &str) -> Result<Compiled, String> {
        compiled(expression, self.known)
    }

    fn scope(&self) -> Vec<(&'static str, CelValue)> {
        let mut scope = self.variables.clone();
        scope.push(("variables", record(self.composed.clone())));
        scope
    }

    /// What is not met; the error is one of the policy itself.
    fn run(mut self) -> Result<Vec<(String, String)>, String> {
        for condition in self.spec["matchConditions"].array() {
            let held = self.compile(condition["expression"].str()).and_then(|compiled| compiled.holds(&self.scope()));
            match held {
                Ok(true) => {}
                Ok(false) => return Ok(Vec::new()),
                Err(problem) => {
                    let expression = condition["expression"].str();
                    return Err(format!("expression '{expression}' resulted in error: {problem}"));
                }
            }
        }
        // A variable that cannot be evaluated matters to those that ask for it: it is missing for them.
        for variable in self.spec["variables"].array() {
            let made = self.compile(variable["expression"].str()).and_then(|c| c.evaluate(&self.scope()));
            if let Ok(made) = made {
                self.composed.push((variable["name"].str().to_owned(), made));
            }
        }
        let scope = self.scope();
        let mut unmet = Vec::new();
        for validation in self.spec["validations"].array() {
            let expression = validation["expression"].str();
            let held = self.compile(expression).and_then(|compiled| compiled.holds(&scope));
            let reason = validation["reason"].str().to_owned();
            match held {
                Ok(true) => {}
                Ok(false) => unmet.push((self.message(validation, &scope), reason)),
                Err(problem) if self.spec["failurePolicy"].str() != "Ignore" => {
                    unmet.push((format!("expression '{expression}' resulted in error: {problem}"), String::new()));
                }
                Err(_) => {}
            }
        }
        Ok(unmet)
    }

    /// The words of an expectation that is not met: made by an expression, given, or the expectation itself.
    fn message(&self, validation: &Value, scope: &[(&str, CelValue)]) -> String {
        let made = validation["messageExpression"].as_str().filter(|text| !text.is_empty());
        let made = made.and_then(|expression| self.compile(expression).ok()?.evaluate(scope).ok());
        if let Some(CelValue::String(text)) = made {
            let text = text.trim();
            if !text.is_empty() && text.len() <= MAX_MESSAGE && !text.contains('\n') {
                return text.to_owned();
            }
        }
        match validation["message"].str().trim() {
            "" => format!("failed expression: {}", validation["expression"].str().trim()),
            given => given.to_owned(),
        }
    }
}

/// Whether a policy asks who may do what: for that it needs the server as it is.
fn asks_for_rights(spec: &Value) -> bool {
    EXPRESSIONS.iter().any(|(section, fields)| {
        let mentions = |entry: &Value| fields.iter().any(|field| entry[*field].str().contains("authorizer"));
        spec[*section].array().iter().any(mentions)
    })
}

/// The AdmissionRequest that expressions see.
fn request(change: &Change<'_>) -> Value {
    let (request, kind) = (change.request, change.request.kind);
    let object = change.either();
    let kind_of = obj! { "group" => kind.group, "version" => kind.version, "kind" => kind.kind };
    let resource = obj! { "group" => kind.group, "version" => kind.version, "resource" => kind.plural };
    let user = &request.user;
    let mut info = obj! { "username" => user.name.clone(), "groups" => &user.groups };
    for (field, value) in [("uid", Value::from(user.uid.clone())), ("extra", user.extra.clone())] {
        if !value.is_empty() {
            info.set(field, value);
        }
    }
    obj! {
        "kind" => &kind_of, "resource" => &resource, "requestKind" => kind_of, "requestResource" => resource,
        "subResource" => request.subresource.clone(), "name" => object.name(), "namespace" => object.namespace(),
        "operation" => change.operation, "userInfo" => info, "dryRun" => request.options.dry_run,
    }
}
