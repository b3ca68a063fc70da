//! CEL, where the API server evaluates it: ValidatingAdmissionPolicies and the rules of custom kinds' schemas
//! (`x-kubernetes-validations`). Native only: the evaluator weighs more than a third of all that the page may download. The
//! API server calls it through [`apiserver::Expressions`], and does without where nobody has put it there.

mod evaluate;
mod library;
mod matching;
mod policy;
mod rules;
#[cfg(test)]
mod tests;

use api::{FieldError, Status, Value, kind};
use apiserver::{ApiServer, Change, Expressions};

/// The evaluator.
#[derive(Debug)]
pub struct Cel;

impl Expressions for Cel {
    fn admit(&self, server: &ApiServer, change: &Change<'_>) -> Result<Vec<String>, Status> {
        let kind = change.request.kind;
        let (errors, mut warnings) = match kind {
            k if k == kind::VALIDATING_ADMISSION_POLICY => (policy::compile(change.object), Vec::new()),
            k if k == kind::CUSTOM_RESOURCE_DEFINITION => (rules::compile(change.object), Vec::new()),
            k if k.is_custom() => match server.custom_schema(k) {
                Some(schema) => rules::check(&schema, change.object, change.old),
                None => Default::default(),
            },
            _ => Default::default(),
        };
        if !errors.is_empty() && !change.object.is_null() {
            return Err(Status::invalid(kind, change.object.name(), &errors));
        }
        // What decides over changes is not decided over by itself.
        if kind.group != "admissionregistration.k8s.io" {
            warnings.extend(policy::admit(server, change)?);
        }
        Ok(warnings)
    }
}

/// What is wrong with an expression, as a field's error.
fn compile_error(field: String, expression: &str, problem: &str) -> FieldError {
    FieldError::invalid(field, &Value::from(expression), &format!("compilation failed: {problem}"))
}
