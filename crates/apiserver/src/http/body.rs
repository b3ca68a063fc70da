//! A request's body: its form by the content type, and what is wrong with it
//! (k8s.io/apiserver/pkg/endpoints/handlers/{create,delete,patch,rest}.go).

use super::{json, media, options, unsupported_media_type};
use crate::request::{PatchType, Request, Verb};
use api::{FieldError, Kind, Status, Str, Value, yaml};

/// The most bytes of a body (k8s.io/apiserver/pkg/server/config.go: `MaxRequestBodyBytes`).
pub const MAX_BYTES: usize = 3 * 1024 * 1024;
/// The forms of a body that are read, as errors list them.
const READ: [&str; 3] = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
/// How many bytes of a body that cannot be read its error quotes.
const QUOTED: usize = 30;

/// A body that has been read.
#[derive(Clone, Debug)]
pub struct Body {
    /// What it says; the error is the decoder's.
    value: Result<Value, String>,
    /// Keys that occur twice, as strict decoding names them.
    duplicates: Vec<String>,
    /// The beginning, as errors quote it.
    summary: String,
    empty: bool,
    /// Whether the content type is one of those that are read.
    known: bool,
}

/// 413: the body is too long.
pub fn too_large() -> Status {
    let message = "Request entity too large: limit is 3145728".to_owned();
    Status { code: 413, reason: "RequestEntityTooLarge", message, details: api::obj! {} }
}

/// Reads a body. It is cheap to do so away from the cluster: nothing but the text is looked at.
pub fn read(content_type: &str, bytes: &[u8]) -> Body {
    let text = String::from_utf8_lossy(bytes);
    let as_yaml = matches!(media::bare(content_type), "application/yaml" | "application/apply-patch+yaml");
    let mut body = Body {
        value: Err("couldn't get version/kind; json parse error: unexpected end of JSON input".to_owned()),
        duplicates: Vec::new(),
        summary: summary(bytes),
        empty: bytes.is_empty(),
        known: !matches!(media::bare(content_type), "application/vnd.kubernetes.protobuf" | "application/cbor"),
    };
    if !body.known || body.empty {
        return body;
    }
    let parsed = match as_yaml {
        true => yaml::parse(&text).map(|document| {
            let line = |(line, key): &(usize, Str)| format!("line {line}: key {key:?} already set in map");
            let lines: Vec<String> = document.duplicates.iter().map(line).collect();
            if !lines.is_empty() {
                body.duplicates.push(format!("yaml: unmarshal errors:\n  {}", lines.join("\n  ")));
            }
            document.value
        }),
        false => json::parse(&text).map(|parsed| {
            body.duplicates = parsed.duplicates.iter().map(|path| format!("duplicate field {path:?}")).collect();
            parsed.value
        }),
    };
    body.value = parsed.map_err(|error| match as_yaml {
        true => format!("couldn't get version/kind; json parse error: error converting YAML to JSON: {error}"),
        false => format!("couldn't get version/kind; json parse error: {error}"),
    });
    body
}

/// A body that somebody else has read, of a form that is not text.
pub fn decoded(value: Result<Value, String>, bytes: &[u8]) -> Body {
    Body { value, duplicates: Vec::new(), summary: summary(bytes), empty: bytes.is_empty(), known: true }
}

/// The beginning of a body as errors quote it: text if it looks like JSON, else in hexadecimal (`summarizeData`).
fn summary(bytes: &[u8]) -> String {
    let head = &bytes[..bytes.len().min(QUOTED)];
    let shown = match bytes.first() {
        None => return "<empty>".to_owned(),
        Some(b'{') => String::from_utf8_lossy(head).into_owned(),
        Some(_) => api::sha256::digits(head),
    };
    if bytes.len() > QUOTED { shown + " ..." } else { shown }
}

/// Puts the body of a create, update or patch into its request.
///
/// # Errors
/// 415 for a form that is not read, 400 for a text that cannot be.
pub(super) fn put(request: &mut Request, body: &Body, content_type: &str) -> Result<(), Status> {
    let patch = matches!(request.verb, Verb::Patch(_));
    let known = patch || READ.contains(&media::bare(content_type)) || matches!(media::bare(content_type), "" | "*/*");
    if !body.known || !known {
        return Err(unsupported_media_type(&READ));
    }
    let value = match (&body.value, request.verb) {
        (Ok(value), Verb::Patch(_)) => value.clone(),
        (Err(error), Verb::Patch(patch)) => return Err(bad_patch(patch, error)),
        (Ok(value), _) => {
            check_type(request, value)?;
            value.clone()
        }
        (Err(error), _) => {
            let kind = expected(request);
            let message =
                format!("the object provided is unrecognized (must be of type {kind}): {error} ({})", body.summary);
            return Err(Status::bad_request(message));
        }
    };
    request.body = value;
    request.options.duplicates = body.duplicates.iter().map(Str::from).collect();
    Ok(())
}

fn bad_patch(patch: PatchType, error: &str) -> Status {
    let bare = error.rsplit_once("json parse error: ").map_or(error, |(_, bare)| bare);
    Status::bad_request(match patch {
        PatchType::Json => format!("error decoding patch: {bare}"),
        PatchType::Apply => format!("error decoding YAML: {bare}"),
        PatchType::Merge | PatchType::StrategicMerge => bare.to_owned(),
    })
}

/// What type the body of a request is.
fn expected(request: &Request) -> &'static str {
    super::verbs::response_kind(request.kind, &request.subresource).2
}

/// An object must be of the kind that the path names. What says nothing about its kind is taken for one.
fn check_type(request: &Request, value: &Value) -> Result<(), Status> {
    let Some(fields) = value.as_object() else {
        let message = format!(
            "the object provided is unrecognized (must be of type {}): couldn't get version/kind; json parse error: json: \
             cannot unmarshal {} into Go value of type struct {{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind \
             string \"json:\\\"kind,omitempty\\\"\" }}",
            expected(request),
            value.type_name()
        );
        return Err(Status::bad_request(message));
    };
    for (field, go) in [("apiVersion", "apiVersion"), ("kind", "kind")] {
        match fields.get(field) {
            None | Some(Value::Null | Value::String(_)) => {}
            Some(other) => {
                let message = format!(
                    "the object provided is unrecognized (must be of type {}): couldn't get version/kind; json parse error: \
                     json: cannot unmarshal {} into Go struct field .{go} of type string",
                    expected(request),
                    other.type_name()
                );
                return Err(Status::bad_request(message));
            }
        }
    }
    let (api_version, kind) = (value["apiVersion"].str(), value["kind"].str());
    if api_version.is_empty() && kind.is_empty() {
        return Ok(());
    }
    let wanted = wanted(request);
    let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
    let same = |k: &(&str, &str, &str)| (k.0, k.2) == (group, kind) && k.1 == version;
    // An Eviction may also be a deletion's or an older policy's; a Scale one of several groups.
    if wanted.iter().any(same)
        || matches!((request.subresource.as_str(), kind), ("eviction", "Eviction") | ("scale", "Scale"))
    {
        return Ok(());
    }
    let (to_group, to_version, to_kind) = wanted[0];
    // The decoder takes what is missing from the path: only what is said can be wrong.
    if (api_version.is_empty() || (group, version) == (to_group, to_version)) && (kind.is_empty() || kind == to_kind) {
        return Ok(());
    }
    let to = if to_group.is_empty() { to_version.to_owned() } else { format!("{to_group}/{to_version}") };
    let served = api::kind::by_api_version(api_version, kind).is_some();
    let custom = request.kind.is_custom();
    if custom && (group, version) == (to_group, to_version) {
        // A custom kind's decoder takes any kind: what is wrong with this one is an error of the object.
        let error = FieldError::invalid("kind", &kind.into(), &format!("must be {to_kind}"));
        return Err(Status::invalid(request.kind, value.name(), &[error]));
    }
    let why = if custom || (group, kind) == (to_group, to_kind) && (served || to_version == version) {
        let wrong =
            format!("the API version in the data ({api_version}) does not match the expected API version ({to})");
        return Err(Status::bad_request(wrong));
    } else if served {
        let package = if to_group.is_empty() { "core" } else { to_group.split('.').next().unwrap_or_default() };
        format!("converting ({version}.{kind}) to ({package}.{to_kind}): unknown conversion")
    } else {
        let version = if api_version.is_empty() { to.as_str() } else { api_version };
        format!(
            "no kind {kind:?} is registered for version {version:?} in scheme \"pkg/api/legacyscheme/scheme.go:30\""
        )
    };
    Err(Status::bad_request(format!("{kind} in version {version:?} cannot be handled as a {to_kind}: {why}")))
}

/// The kinds that the body of a request may have, the proper one first.
fn wanted(request: &Request) -> Vec<(&'static str, &'static str, &'static str)> {
    let Kind { group, version, kind, .. } = *request.kind;
    let proper = super::verbs::response_kind(request.kind, &request.subresource);
    if proper == (group, version, kind) { vec![proper] } else { vec![proper, (group, version, kind)] }
}

/// Reads the `DeleteOptions` of a deletion into its options. They say what the query does not.
///
/// # Errors
/// 400 and 422 as for any body.
pub(super) fn delete_options(request: &mut Request, body: &Body, content_type: &str) -> Result<(), Status> {
    if body.empty {
        return Ok(());
    }
    if !body.known {
        return Err(unsupported_media_type(&READ));
    }
    let _ = content_type;
    let value = body.value.as_ref().map_err(|error| {
        let message =
            format!("the object provided is unrecognized (must be of type DeleteOptions): {error} ({})", body.summary);
        Status::bad_request(message)
    })?;
    let name = options::options_name(request.verb);
    let options = &mut request.options;
    if let Some(seconds) = value["gracePeriodSeconds"].as_int() {
        options.grace_period = Some(seconds);
    }
    if let Some(policy) = options::propagation(value["propagationPolicy"].str(), name)? {
        options.propagation = Some(policy);
    } else if let Some(orphan) = value["orphanDependents"].as_bool() {
        options.propagation = Some(options::orphan(orphan));
    }
    let dry = value["dryRun"].array().iter().map(Value::str);
    options.dry_run |= options::dry_run(dry, name)?;
    let preconditions = &value["preconditions"];
    options.uid = preconditions["uid"].to_str();
    options.expected_version = preconditions["resourceVersion"].to_str();
    Ok(())
}
