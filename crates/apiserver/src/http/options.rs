//! A query's parameters as the options of a request (apimachinery/pkg/apis/meta/v1: `ListOptions`, `CreateOptions` ...).

use super::path::decode;
use crate::request::{FieldValidation, Propagation, Request, Verb};
use crate::table::IncludeObject;
use api::{FieldError, Kind, Status, Str, kind};

/// A query's pairs, in the order in which they stand there.
pub(super) fn pairs(query: &str) -> Vec<(String, String)> {
    let pair = |text: &str| {
        let (key, value) = text.split_once('=').unwrap_or((text, ""));
        (decode(key, true), decode(value, true))
    };
    query.split('&').filter(|text| !text.is_empty()).map(pair).collect()
}

/// The first value of a parameter; empty where there is none.
pub(super) fn value<'a>(query: &'a [(String, String)], name: &str) -> &'a str {
    query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
}

/// Whether a parameter is given and not `false` or `0` (apimachinery/pkg/runtime: `Convert_Slice_string_To_bool`).
pub(super) fn truth(query: &[(String, String)], name: &str) -> bool {
    let given = query.iter().find(|(key, _)| key == name);
    given.is_some_and(|(_, value)| !matches!(value.to_ascii_lowercase().as_str(), "false" | "0"))
}

/// A parameter that is a number.
///
/// # Errors
/// 400 in strconv's words.
pub(super) fn number(query: &[(String, String)], name: &str) -> Result<Option<i64>, Status> {
    match value(query, name) {
        "" => Ok(None),
        text => {
            let why = |_| Status::bad_request(format!("strconv.ParseInt: parsing {text:?}: invalid syntax"));
            text.parse().map(Some).map_err(why)
        }
    }
}

/// Whether JSON is indented: on request, or because a person seems to read it.
pub(super) fn pretty(query: &[(String, String)], agent: &str) -> bool {
    match query.iter().any(|(key, _)| key == "pretty") {
        true => truth(query, "pretty"),
        false => is_reader(agent),
    }
}

/// Whether a person seems to read the answer: by the `User-Agent`.
pub fn is_reader(agent: &str) -> bool {
    ["curl", "Wget", "Mozilla/5.0"].iter().any(|reader| agent.starts_with(reader))
}

/// Parameters that have a place of their own among the options.
const KNOWN: &[&str] = &[
    "allowWatchBookmarks",
    "continue",
    "dryRun",
    "fieldManager",
    "fieldSelector",
    "fieldValidation",
    "force",
    "gracePeriodSeconds",
    "includeObject",
    "labelSelector",
    "limit",
    "orphanDependents",
    "pretty",
    "propagationPolicy",
    "resourceVersion",
    "resourceVersionMatch",
    "sendInitialEvents",
    "timeout",
    "watch",
];

/// Fills the options of a request in.
///
/// # Errors
/// 400 for what cannot be read, 422 for what makes no sense.
pub(super) fn fill(request: &mut Request, query: &[(String, String)]) -> Result<(), Status> {
    let text = |name: &str| Str::from(value(query, name));
    let verb = request.verb;
    let options = &mut request.options;
    options.label_selector = text("labelSelector");
    options.field_selector = text("fieldSelector");
    options.resource_version = text("resourceVersion");
    options.resource_version_match = text("resourceVersionMatch");
    options.limit = number(query, "limit")?.unwrap_or_default().max(0) as usize;
    options.continue_token = text("continue");
    options.bookmarks = truth(query, "allowWatchBookmarks");
    let initial = query.iter().any(|(key, _)| key == "sendInitialEvents");
    options.send_initial_events = initial.then(|| truth(query, "sendInitialEvents"));
    options.field_manager = text("fieldManager");
    options.force = truth(query, "force");
    let include = value(query, "includeObject");
    options.include = IncludeObject::parse(include).ok_or_else(|| {
        let why = "must be 'Metadata', 'Object', 'None', or empty";
        invalid("TableOptions", FieldError::invalid("includeObject", &include.into(), why))
    })?;
    options.grace_period = number(query, "gracePeriodSeconds")?;
    let name = options_name(verb);
    options.dry_run = dry_run(query.iter().filter(|(key, _)| key == "dryRun").map(|(_, value)| value.as_str()), name)?;
    options.field_validation = field_validation(value(query, "fieldValidation"), name)?;
    options.propagation = propagation(value(query, "propagationPolicy"), name)?;
    if options.propagation.is_none() && query.iter().any(|(key, _)| key == "orphanDependents") {
        options.propagation = Some(orphan(truth(query, "orphanDependents")));
    }
    let others = query.iter().filter(|(key, _)| !KNOWN.contains(&key.as_str()));
    options.query = others.map(|(key, value)| (Str::from(key.as_str()), Str::from(value.as_str()))).collect();
    Ok(())
}

/// What the options of a verb are called in errors.
pub(super) fn options_name(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "CreateOptions",
        Verb::Update => "UpdateOptions",
        Verb::Patch(_) => "PatchOptions",
        Verb::Delete | Verb::DeleteCollection => "DeleteOptions",
        Verb::Get => "GetOptions",
        Verb::List | Verb::Watch => "ListOptions",
    }
}

/// 422 for a field of the options.
fn invalid(options: &'static str, error: FieldError) -> Status {
    let named = Kind { group: "meta.k8s.io", kind: options, ..*kind::POD };
    Status::invalid(&named, "", &[error])
}

/// Whether every value of `dryRun` is `All`; false for none.
pub(super) fn dry_run<'a>(values: impl Iterator<Item = &'a str>, options: &'static str) -> Result<bool, Status> {
    let values: Vec<&str> = values.filter(|value| !value.is_empty()).collect();
    if values.iter().any(|value| *value != "All") {
        let message = format!("Unsupported value: []string{{{}}}: supported values: \"All\"", quoted(&values));
        let error = FieldError { reason: "FieldValueNotSupported", field: "dryRun".into(), message };
        return Err(invalid(options, error));
    }
    Ok(!values.is_empty())
}

fn quoted(values: &[&str]) -> String {
    values.iter().map(|value| format!("{value:?}")).collect::<Vec<_>>().join(", ")
}

fn field_validation(text: &str, options: &'static str) -> Result<FieldValidation, Status> {
    match text {
        "" | "Warn" => Ok(FieldValidation::Warn),
        "Ignore" => Ok(FieldValidation::Ignore),
        "Strict" => Ok(FieldValidation::Strict),
        other => {
            let supported = ["Ignore", "Strict", "Warn"];
            Err(invalid(options, FieldError::unsupported("fieldValidation", &other.into(), &supported)))
        }
    }
}

/// `propagationPolicy`.
pub(super) fn propagation(text: &str, options: &'static str) -> Result<Option<Propagation>, Status> {
    match text {
        "" => Ok(None),
        "Foreground" => Ok(Some(Propagation::Foreground)),
        "Background" => Ok(Some(Propagation::Background)),
        "Orphan" => Ok(Some(Propagation::Orphan)),
        other => {
            let why = "DeletionPropagation need to be one of \"Foreground\", \"Background\", \"Orphan\" or nil";
            Err(invalid(options, FieldError::invalid("propagationPolicy", &other.into(), why)))
        }
    }
}

/// `orphanDependents`, which `propagationPolicy` replaced.
pub(super) fn orphan(orphan: bool) -> Propagation {
    if orphan { Propagation::Orphan } else { Propagation::Background }
}
