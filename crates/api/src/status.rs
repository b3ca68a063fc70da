//! `metav1.Status`: how the API server says no (k8s.io/apimachinery/pkg/api/errors).

use crate::{Kind, Value, obj};
use std::fmt;

/// A refused request: an HTTP code, a machine-readable reason and the server's message.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// The HTTP status code, such as 404.
    pub code: u16,
    /// `reason`, such as `NotFound`.
    pub reason: &'static str,
    /// `message`: what kubectl prints after `Error from server (reason): `.
    pub message: String,
    /// `details`: an object or null.
    pub details: Value,
}

/// One thing wrong with one field (`field.Error`).
#[derive(Clone, Debug, PartialEq)]
pub struct FieldError {
    /// `reason` of the cause, such as `FieldValueInvalid`.
    pub reason: &'static str,
    /// The field's path, such as `spec.ports[0].nodePort`.
    pub field: String,
    /// The message without the path, such as `Invalid value: 80: ...`.
    pub message: String,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

/// A text, or none for an empty one: such a field is left out.
fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

impl Status {
    /// A status about one object; `details` name it.
    pub fn new(code: u16, reason: &'static str, message: String, kind: &Kind, name: &str) -> Status {
        let details = obj! { "group" => some(kind.group), "kind" => kind.plural, "name" => some(name) };
        Status { code, reason, message, details }
    }

    /// 404: there is no such object.
    pub fn not_found(kind: &Kind, name: &str) -> Status {
        Status::new(404, "NotFound", format!("{} \"{name}\" not found", kind.resource()), kind, name)
    }

    /// 409: the name is taken.
    pub fn already_exists(kind: &Kind, name: &str) -> Status {
        Status::new(409, "AlreadyExists", format!("{} \"{name}\" already exists", kind.resource()), kind, name)
    }

    /// 409: the object is not as the request expects it; `why` says how.
    pub fn conflict(kind: &Kind, name: &str, why: &str) -> Status {
        let message = format!("Operation cannot be fulfilled on {} \"{name}\": {why}", kind.resource());
        Status::new(409, "Conflict", message, kind, name)
    }

    /// 409: somebody else has written the object since it was read.
    pub fn modified(kind: &Kind, name: &str) -> Status {
        let why = "the object has been modified; please apply your changes to the latest version and try again";
        Status::conflict(kind, name, why)
    }

    /// 403: `why` it is not allowed.
    pub fn forbidden(kind: &Kind, name: &str, why: &str) -> Status {
        let message = match name {
            "" => format!("{} is forbidden: {why}", kind.resource()),
            _ => format!("{} \"{name}\" is forbidden: {why}", kind.resource()),
        };
        Status::new(403, "Forbidden", message, kind, name)
    }

    /// 422: the fields in `errors` are wrong. `errors` is not empty.
    pub fn invalid(kind: &Kind, name: &str, errors: &[FieldError]) -> Status {
        let texts: Vec<String> = errors.iter().map(FieldError::to_string).collect();
        let listed = match &texts[..] {
            [one] => one.clone(),
            _ => format!("[{}]", texts.join(", ")),
        };
        let qualified = match kind.group {
            "" => kind.kind.to_owned(),
            group => format!("{}.{group}", kind.kind),
        };
        let causes: Value = errors
            .iter()
            .map(|e| obj! { "reason" => e.reason, "message" => e.message.as_str(), "field" => e.field.as_str() })
            .collect();
        let details =
            obj! { "group" => some(kind.group), "kind" => kind.kind, "name" => some(name), "causes" => causes };
        let message = format!("{qualified} \"{name}\" is invalid: {listed}");
        Status { code: 422, reason: "Invalid", message, details }
    }

    /// 400: the request makes no sense; the message says why.
    pub fn bad_request(message: impl Into<String>) -> Status {
        Status { code: 400, reason: "BadRequest", message: message.into(), details: Value::Null }
    }

    /// 404 for a path that the server does not serve.
    pub fn no_such_resource() -> Status {
        let message = "the server could not find the requested resource".to_owned();
        Status { code: 404, reason: "NotFound", message, details: obj! {} }
    }

    /// 405: the resource has no such verb.
    pub fn method_not_allowed() -> Status {
        let message = "the server does not allow this method on the requested resource".to_owned();
        Status { code: 405, reason: "MethodNotAllowed", message, details: obj! {} }
    }

    /// 410: the resource version is too old to watch from.
    pub fn expired(message: impl Into<String>) -> Status {
        Status { code: 410, reason: "Expired", message: message.into(), details: Value::Null }
    }

    /// The causes of an invalid object, as (field, message); none for other errors.
    pub fn causes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.details["causes"].array().iter().map(|cause| (cause["field"].str(), cause["message"].str()))
    }

    /// The object that the server sends. A `continue` among the details is where a list goes on, and belongs to the
    /// metadata.
    pub fn to_value(&self) -> Value {
        let mut details = self.details.clone();
        let metadata = obj! { "continue" => details.remove("continue") };
        let details = Some(details).filter(|d| metadata.is_empty() || !d.is_empty());
        obj! {
            "kind" => "Status", "apiVersion" => "v1", "metadata" => metadata, "status" => "Failure",
            "message" => self.message.as_str(), "reason" => Some(self.reason).filter(|r| !r.is_empty()),
            "details" => details, "code" => i64::from(self.code),
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Status {}

impl FieldError {
    /// `Required value`, with `detail` after it unless that is empty.
    pub fn required(field: impl Into<String>, detail: &str) -> FieldError {
        let message = if detail.is_empty() { "Required value".into() } else { format!("Required value: {detail}") };
        FieldError { reason: "FieldValueRequired", field: field.into(), message }
    }

    /// `Invalid value: VALUE: detail`, the value as Go prints it.
    pub fn invalid(field: impl Into<String>, value: &Value, detail: &str) -> FieldError {
        // A pointer that is nil is shown as the text null.
        let value = if value.is_null() { "\"null\"".to_owned() } else { shown(value) };
        let message = format!("Invalid value: {value}: {detail}");
        FieldError { reason: "FieldValueInvalid", field: field.into(), message }
    }

    /// `Unsupported value: VALUE: supported values: ...`, the values as given.
    pub fn unsupported(field: impl Into<String>, value: &Value, supported: &[&str]) -> FieldError {
        let quoted: Vec<String> = supported.iter().map(|s| format!("{s:?}")).collect();
        let message = format!("Unsupported value: {}: supported values: {}", shown(value), quoted.join(", "));
        FieldError { reason: "FieldValueNotSupported", field: field.into(), message }
    }

    /// `Duplicate value: VALUE`.
    pub fn duplicate(field: impl Into<String>, value: &Value) -> FieldError {
        let message = format!("Duplicate value: {}", shown(value));
        FieldError { reason: "FieldValueDuplicate", field: field.into(), message }
    }

    /// `Forbidden: detail`.
    pub fn forbidden(field: impl Into<String>, detail: &str) -> FieldError {
        FieldError { reason: "FieldValueForbidden", field: field.into(), message: format!("Forbidden: {detail}") }
    }

    /// `Not found: VALUE`.
    pub fn not_found(field: impl Into<String>, value: &Value) -> FieldError {
        let message = format!("Not found: {}", shown(value));
        FieldError { reason: "FieldValueNotFound", field: field.into(), message }
    }
}

/// A value inside a message: strings quoted, the rest as JSON.
fn shown(value: &Value) -> String {
    match value {
        Value::String(s) => format!("{:?}", s.as_str()),
        other => crate::json::to_string(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{kind, list};

    #[test]
    fn messages_are_the_servers() {
        let status = Status::not_found(kind::DEPLOYMENT, "web");
        assert_eq!(status.message, "deployments.apps \"web\" not found");
        let errors = [
            FieldError::invalid("spec.replicas", &(-1).into(), "must be greater than or equal to 0"),
            FieldError::required("spec.selector", ""),
        ];
        let status = Status::invalid(kind::DEPLOYMENT, "web", &errors);
        assert_eq!(
            status.message,
            "Deployment.apps \"web\" is invalid: [spec.replicas: Invalid value: -1: must be greater than or equal \
             to 0, spec.selector: Required value]"
        );
        assert_eq!(status.causes().count(), 2);
        assert_eq!(status.to_value()["details"]["causes"], {
            list![
                obj! { "reason" => "FieldValueInvalid", "message" => "Invalid value: -1: must be greater than or equal to 0", "field" => "spec.replicas" },
                obj! { "reason" => "FieldValueRequired", "message" => "Required value", "field" => "spec.selector" },
            ]
        });
    }
}
