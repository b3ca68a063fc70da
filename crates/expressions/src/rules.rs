//! The rules of custom kinds' schemas: `x-kubernetes-validations`
//! (k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel).

use crate::compile_error;
use crate::evaluate::{compile as compiled, value};
use api::{FieldError, Value};
use cel::Value as CelValue;

const RULES: &str = "x-kubernetes-validations";
const VARIABLES: &[&str] = &["self", "oldSelf"];

/// What is wrong with the rules of a definition.
pub(crate) fn compile(definition: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (i, version) in definition["spec"]["versions"].array().iter().enumerate() {
        let path = format!("spec.versions[{i}].schema.openAPIV3Schema");
        compile_below(&version["schema"]["openAPIV3Schema"], &path, &mut errors);
    }
    errors
}

fn compile_below(schema: &Value, path: &str, errors: &mut Vec<FieldError>) {
    for (i, rule) in schema[RULES].array().iter().enumerate() {
        for field in ["rule", "messageExpression"] {
            let expression = rule[field].str();
            if expression.is_empty() {
                continue;
            }
            if let Err(problem) = compiled(expression, VARIABLES) {
                let field = format!("{path}.{RULES}[{i}].{field}");
                errors.push(compile_error(field, expression, &problem));
            }
        }
    }
    for (name, below) in schema["properties"].entries() {
        compile_below(below, &format!("{path}.properties[{name}]"), errors);
    }
    for (field, named) in [("items", "items"), ("additionalProperties", "additionalProperties")] {
        if schema[field].as_object().is_some() {
            compile_below(&schema[field], &format!("{path}.{named}"), errors);
        }
    }
}

/// Checks an object against the rules of its schema. `old` is what it was, or null. What was wrong before, and has not been
/// touched, is a warning (`CRDValidationRatcheting`).
pub(crate) fn check(schema: &Value, object: &Value, old: &Value) -> (Vec<FieldError>, Vec<String>) {
    let mut found = (Vec::new(), Vec::new());
    below(schema, object, old, "", &mut found);
    found
}

fn below(schema: &Value, now: &Value, old: &Value, path: &str, found: &mut (Vec<FieldError>, Vec<String>)) {
    if now.is_null() {
        return;
    }
    let rules = schema[RULES].array();
    if !rules.is_empty() {
        let itself = value(now);
        for rule in rules {
            if let Some(error) = broken(schema, rule, (&itself, now), old, path) {
                let uses_old = rule["rule"].str().contains("oldSelf");
                match !uses_old && !old.is_null() && now == old {
                    true => found.1.push(error.to_string()),
                    false => found.0.push(error),
                }
            }
        }
    }
    for part in schema["allOf"].array() {
        below(part, now, old, path, found);
    }
    match now {
        Value::Object(fields) => {
            for (name, field) in fields.iter() {
                let of_field = &schema["properties"][name.as_str()];
                let dotted = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
                match of_field.is_null() {
                    false => below(of_field, field, &old[name.as_str()], &dotted, found),
                    true => {
                        let keyed = format!("{path}[{name}]");
                        below(&schema["additionalProperties"], field, &old[name.as_str()], &keyed, found);
                    }
                }
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                let before = correlated(schema, item, old);
                below(&schema["items"], item, before, &format!("{path}[{i}]"), found);
            }
        }
        _ => {}
    }
}

/// What an element of a list was: found by its keys, where the list is a map.
fn correlated<'a>(schema: &Value, item: &Value, old: &'a Value) -> &'a Value {
    let keys = schema["x-kubernetes-list-map-keys"].array();
    if schema["x-kubernetes-list-type"].str() != "map" || keys.is_empty() {
        return &api::NULL;
    }
    let same = |other: &&Value| keys.iter().all(|key| other[key.str()] == item[key.str()]);
    old.array().iter().find(same).unwrap_or(&api::NULL)
}

/// The error if a rule does not hold.
fn broken(
    schema: &Value,
    rule: &Value,
    (itself, now): (&CelValue, &Value),
    old: &Value,
    path: &str,
) -> Option<FieldError> {
    let expression = rule["rule"].str();
    let field = if path.is_empty() { "<nil>".to_owned() } else { path.to_owned() };
    let shown = Value::from(schema["type"].str());
    let wrong = |detail: &str| Some(FieldError::invalid(field.clone(), &shown, detail));
    let compiled_rule = match compiled(expression, VARIABLES) {
        Ok(rule) => rule,
        Err(problem) => return wrong(&format!("rule compile error: {problem}")),
    };
    let optional = rule["optionalOldSelf"].bool();
    if compiled_rule.uses("oldSelf") && old.is_null() && !optional {
        return None;
    }
    let before = match (optional, old.is_null()) {
        (false, _) => value(old),
        (true, true) => optional_none(),
        (true, false) => optional_of(value(old)),
    };
    let scope = [("self", itself.clone()), ("oldSelf", before)];
    match compiled_rule.holds(&scope) {
        Ok(true) => None,
        Err(problem) if problem.starts_with("no such overload") => wrong(&format!(
            "'{problem}': call arguments did not match a supported operator, function or macro signature for rule: {}",
            expression.trim()
        )),
        Err(problem) => wrong(&format!("{problem} evaluating rule: {}", described(rule))),
        Ok(false) => {
            let detail = message(rule, &scope).unwrap_or_else(|| match rule["message"].str().trim() {
                "" => format!("failed rule: {}", expression.trim()),
                given => given.to_owned(),
            });
            let field = match rule["fieldPath"].str() {
                "" => field,
                below if path.is_empty() => below.trim_start_matches('.').to_owned(),
                below => format!("{path}{below}"),
            };
            Some(match rule["reason"].str() {
                "FieldValueForbidden" => FieldError::forbidden(field, &detail),
                "FieldValueRequired" => FieldError::required(field, &detail),
                "FieldValueDuplicate" => FieldError::duplicate(field, now),
                _ => FieldError::invalid(field, &shown, &detail),
            })
        }
    }
}

fn described(rule: &Value) -> String {
    match rule["message"].str().trim() {
        "" => rule["rule"].str().trim().to_owned(),
        given => given.to_owned(),
    }
}

fn message(rule: &Value, scope: &[(&str, CelValue)]) -> Option<String> {
    let expression = rule["messageExpression"].as_str().filter(|text| !text.is_empty())?;
    match compiled(expression, VARIABLES).ok()?.evaluate(scope).ok()? {
        CelValue::String(text) if !text.trim().is_empty() && !text.contains('\n') => Some(text.to_string()),
        _ => None,
    }
}

fn optional_of(of: CelValue) -> CelValue {
    CelValue::Opaque(std::sync::Arc::new(cel::objects::OptionalValue::of(of)))
}

fn optional_none() -> CelValue {
    CelValue::Opaque(std::sync::Arc::new(cel::objects::OptionalValue::none()))
}
