//! The OpenAPI documents: made when they are first asked for, and kept.

use super::gnostic;
use api::{Kind, Status, Value};
use apiserver::http::openapi;
use apiserver::http::{Answer, Format, Head, answer};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// The media type of version 2 in Protobuf.
const PROTOBUF: &str = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
/// As older clients ask for it; it is no valid media type, so that the answer has the other one.
const OLD_PROTOBUF: &str = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

/// The documents that have been made, by what they are.
#[derive(Default)]
pub struct Documents {
    made: RefCell<BTreeMap<String, Answer>>,
    /// What was served when the documents were made.
    kinds: RefCell<Vec<&'static Kind>>,
    /// The kinds that users had defined, with their schemas.
    custom: RefCell<Vec<(&'static Kind, Value)>>,
}

impl Documents {
    /// The answer to a path of OpenAPI; none for another path.
    ///
    /// # Errors
    /// 404 for a group and version that is not served, 405 for another method than GET, 406 for a form that is not offered.
    pub fn answer(
        &self,
        head: &Head,
        kinds: &[&'static Kind],
        custom: Vec<(&'static Kind, Value)>,
    ) -> Option<Result<Answer, Status>> {
        let path = head.path.trim_end_matches('/');
        let rest = path.strip_prefix("/openapi/")?;
        if !matches!(head.method.as_str(), "GET" | "HEAD") {
            return Some(Err(Status::method_not_allowed()));
        }
        if *self.custom.borrow() != custom || *self.kinds.borrow() != kinds {
            self.made.borrow_mut().clear();
            self.kinds.replace(kinds.to_vec());
            self.custom.replace(custom);
        }
        let wanted = |name: &str| head.accept.contains(name);
        let protobuf = wanted(PROTOBUF) || wanted(OLD_PROTOBUF);
        let json = head.accept.trim().is_empty() || wanted("json") || wanted("*/*") || wanted("application/*");
        let made = match (rest, protobuf) {
            ("v2", true) => self.kept("v2 protobuf", || {
                let document = openapi::v2(kinds, &self.custom.borrow(), describe);
                Some(Answer::text(200, PROTOBUF, gnostic::encode(&document)))
            }),
            (_, _) if !json => return Some(Err(not_acceptable())),
            ("v2", false) => self.kept("v2", || Some(document(&openapi::v2(kinds, &self.custom.borrow(), describe)))),
            ("v3", _) => self.kept("v3", || {
                let hash = |path: &str| self.v3(path, kinds).map(|made| answer::hash(&made.body)).unwrap_or_default();
                Some(document(&openapi::v3_index(kinds, hash)))
            }),
            (rest, _) => rest.strip_prefix("v3/").and_then(|path| self.v3(path, kinds)),
        };
        Some(Ok(made.map_or_else(Answer::page_not_found, |made| made.with_etag(&head.etag))))
    }

    fn v3(&self, path: &str, kinds: &[&'static Kind]) -> Option<Answer> {
        self.kept(path, || openapi::v3(path, kinds, &self.custom.borrow(), describe).map(|value| document(&value)))
    }

    fn kept(&self, name: &str, make: impl FnOnce() -> Option<Answer>) -> Option<Answer> {
        if let Some(known) = self.made.borrow().get(name) {
            return Some(known.clone());
        }
        let made = make()?;
        self.made.borrow_mut().insert(name.to_owned(), made.clone());
        Some(made)
    }
}

fn document(value: &Value) -> Answer {
    Answer::text(200, "application/json", answer::write(value, Format::Json))
}

fn not_acceptable() -> Status {
    let message = "only the following media types are accepted: application/json".to_owned();
    Status { code: 406, reason: "NotAcceptable", message, details: Value::Null }
}

/// What a struct or a field is, in the words of our own `kubectl explain`.
fn describe(of: &str, field: &str) -> &'static str {
    match field {
        "" => kubectl::descriptions::of_struct(of),
        field => kubectl::descriptions::of_field(of, field, api::Language::English),
    }
}
