//! Lists in pages, and as of which revision (k8s.io/apiserver/pkg/storage/continue.go and etcd3/store.go).
//!
//! A page's `continue` names the revision of the first page and the last key that was given out. What has changed in
//! between is undone by means of the store's log, so that all pages show one moment.

use crate::request::{Options, Request};
use crate::server::ApiServer;
use crate::store::Key;
use api::{FieldError, Kind, Status, Value, base64, json, obj};

const LIST_OPTIONS: &str = "ListOptions.meta.k8s.io \"\" is invalid: ";
const TOO_OLD: &str = "The resourceVersion for the provided list is too old.";
const INCONSISTENT: &str = "The provided continue parameter is too old to display a consistent list result. You can start a \
    new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the \
    results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or \
    deleted between the time the first chunk was returned and now may show up in the list.";

/// One page of a list.
pub(crate) struct Page {
    /// The objects.
    pub items: Vec<Value>,
    /// The list's `metadata`.
    pub metadata: Value,
}

/// Where a list begins: after which key, and as of which revision.
struct Start {
    /// The first key that may be listed; none for the beginning.
    key: Option<Key>,
    /// The revision; none for the newest.
    revision: Option<u64>,
}

impl ApiServer {
    /// The objects that a list asks for.
    pub(crate) fn page(&self, request: &Request) -> Result<Page, Status> {
        let options = &request.options;
        let (labels, fields) = self.selectors(request)?;
        check_options(options, false)?;
        let start = self.start(request)?;
        let newest = self.store.revision();
        let revision = start.revision.unwrap_or(newest);
        let old;
        let candidates: Box<dyn Iterator<Item = &Value>> = if start.revision.is_some_and(|revision| revision < newest) {
            old = self.store.at(request.kind, &request.namespace, revision).ok_or_else(|| too_old(request, &start))?;
            Box::new(old.iter().filter(|object| labels.matches(object.labels())))
        } else if let Some(key) = &start.key {
            let from = self.store.list_from(request.kind, &request.namespace, key);
            Box::new(from.filter(|object| labels.matches(object.labels())))
        } else {
            self.matching(request.kind, &request.namespace, &labels)
        };
        let after = |object: &&Value| start.key.as_ref().is_none_or(|key| Key::of(object) >= *key);
        let mut matching = candidates.filter(|object| after(object) && fields.matches(object));
        let limit = if options.limit == 0 { usize::MAX } else { options.limit };
        let items: Vec<Value> = matching.by_ref().take(limit).cloned().collect();
        let mut metadata = obj! { "resourceVersion" => revision.to_string() };
        if let (Some(last), Some(_)) = (items.last(), matching.next()) {
            metadata.set("continue", token(&request.namespace, &Key::of(last), revision as i64));
            if labels.is_everything() && fields.is_everything() {
                metadata.set("remainingItemCount", matching.count() + 1);
            }
        }
        Ok(Page { items, metadata })
    }

    fn start(&self, request: &Request) -> Result<Start, Status> {
        let options = &request.options;
        let version = self.known_version(&options.resource_version)?;
        if !options.continue_token.is_empty() {
            if version > 0 {
                return Err(Status::bad_request("specifying resource version is not allowed when using continue"));
            }
            let (key, revision) = read_token(&options.continue_token, &request.namespace)
                .map_err(|error| Status::bad_request(format!("invalid continue token: {error}")))?;
            return Ok(Start { key: Some(key), revision: u64::try_from(revision).ok() });
        }
        // `Exact` alone asks for the past; whatever else names a version is content with anything as new.
        let exact = options.resource_version_match == "Exact";
        Ok(Start { key: None, revision: Some(version).filter(|_| exact) })
    }

    /// The number that a `resourceVersion` names; 0 for none. It must have existed.
    pub(crate) fn known_version(&self, text: &str) -> Result<u64, Status> {
        let version = parse_version(text)?;
        let current = self.store.revision();
        if version > current {
            let message = format!("Too large resource version: {version}, current: {current}");
            let cause = obj! { "reason" => "ResourceVersionTooLarge", "message" => "Too large resource version" };
            let details = obj! { "causes" => api::list![cause], "retryAfterSeconds" => 1 };
            return Err(Status { code: 504, reason: "Timeout", message: format!("Timeout: {message}"), details });
        }
        Ok(version)
    }
}

/// Reads a `resourceVersion`; 0 for an empty one.
pub(crate) fn parse_version(text: &str) -> Result<u64, Status> {
    if text.is_empty() {
        return Ok(0);
    }
    text.parse().map_err(|_| {
        let why = if text.bytes().all(|b| b.is_ascii_digit()) { "value out of range" } else { "invalid syntax" };
        Status::bad_request(format!(
            "resourceVersion: Invalid value: {text:?}: strconv.ParseUint: parsing {text:?}: {why}"
        ))
    })
}

/// `ValidateListOptions` (apimachinery/pkg/apis/meta/internalversion/validation).
pub(crate) fn check_options(options: &Options, watch: bool) -> Result<(), Status> {
    let field = "resourceVersionMatch";
    let given = options.resource_version_match.as_str();
    let mut errors: Vec<FieldError> = Vec::new();
    let mut forbid = |field: &str, detail: &str| errors.push(FieldError::forbidden(field, detail));
    if watch && options.send_initial_events.is_some() && given != "NotOlderThan" {
        forbid(field, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
    }
    if !given.is_empty() {
        if watch && options.send_initial_events.is_none() {
            forbid(field, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
        }
        if !watch && options.resource_version.is_empty() {
            forbid(field, "resourceVersionMatch is forbidden unless resourceVersion is provided");
        }
        if !options.continue_token.is_empty() {
            forbid(field, "resourceVersionMatch is forbidden when continue is provided");
        }
        if !watch && given == "Exact" && options.resource_version == "0" {
            forbid(field, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
        }
        let supported: &[&str] = if watch { &["NotOlderThan"] } else { &["", "Exact", "NotOlderThan"] };
        if !supported.contains(&given) {
            errors.push(FieldError::unsupported(field, &given.into(), supported));
        }
    }
    if !watch && options.send_initial_events.is_some() {
        errors.push(FieldError::forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
    }
    if errors.is_empty() {
        return Ok(());
    }
    let texts: Vec<String> = errors.iter().map(FieldError::to_string).collect();
    let listed = if texts.len() == 1 { texts[0].clone() } else { format!("[{}]", texts.join(", ")) };
    let causes: Value = errors
        .iter()
        .map(|e| obj! { "reason" => e.reason, "message" => e.message.as_str(), "field" => e.field.as_str() })
        .collect();
    let details = obj! { "group" => "meta.k8s.io", "kind" => "ListOptions", "causes" => causes };
    Err(Status { code: 422, reason: "Invalid", message: format!("{LIST_OPTIONS}{listed}"), details })
}

/// 410: the log does not reach back to where the list began. Who was in the middle of it may go on with what is now.
fn too_old(request: &Request, start: &Start) -> Status {
    let Some(key) = start.key.as_ref() else { return Status::expired(TOO_OLD) };
    let mut status = Status::expired(INCONSISTENT);
    let last = Key::new(key.namespace.clone(), key.name.trim_end_matches('\0'));
    status.details = obj! { "continue" => token(&request.namespace, &last, -1) };
    status
}

/// The token that continues after `last` in a list of `namespace` (empty for all).
fn token(namespace: &str, last: &Key, revision: i64) -> String {
    let start = match (namespace, last.namespace.as_str()) {
        ("", "") => format!("{}\0", last.name),
        ("", other) => format!("{other}/{}\0", last.name),
        _ => format!("{}\0", last.name),
    };
    // Go's encoder keeps the order of the fields.
    let start = json::to_string(&start.into());
    base64::encode_for_url(format!("{{\"v\":\"meta.k8s.io/v1\",\"rv\":{revision},\"start\":{start}}}").as_bytes())
}

fn read_token(text: &str, namespace: &str) -> Result<(Key, i64), String> {
    let invalid = |why: &str| format!("continue key is not valid: {why}");
    let bytes = base64::decode_from_url(text).map_err(|error| invalid(&error))?;
    let parsed = json::parse(&String::from_utf8_lossy(&bytes)).map_err(|error| invalid(&error))?;
    if parsed["v"].str() != "meta.k8s.io/v1" {
        return Err(invalid(&format!("server does not recognize this encoded version {}", parsed["v"].str())));
    }
    let start = parsed["start"].str();
    if parsed["rv"].int() == 0 {
        return Err(invalid("incorrect encoded start resourceVersion (version meta.k8s.io/v1)"));
    }
    if start.is_empty() {
        return Err(invalid("encoded start key empty (version meta.k8s.io/v1)"));
    }
    if start.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err(invalid(start));
    }
    let key = match start.split_once('/') {
        Some((namespace, name)) => Key::new(namespace, name),
        None => Key::new(namespace, start),
    };
    Ok((key, parsed["rv"].int()))
}

/// A collection of a kind as it is answered: `metadata` and `items`.
pub(crate) fn list_of(kind: &Kind, page: Page) -> Value {
    obj! {
        "apiVersion" => kind.api_version(), "kind" => format!("{}List", kind.kind),
        "metadata" => page.metadata, "items" => Value::from(page.items),
    }
}
