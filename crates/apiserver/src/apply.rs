//! Server-side apply (k8s.io/apimachinery/pkg/util/managedfields/internal and structured-merge-diff/merge/update.go).

use crate::managed::{self, Entry, Writer};
use api::apply::{self, Shape, compare, field_set, merge, with_named_fields};
use api::fields::{Fields, difference, intersection, is_superset, paths, union, without};
use api::{Kind, Status, Value, json, list, obj};

/// The manager whose applies take over what `kubectl apply` has written on the client's side.
const KUBECTL: &str = "kubectl";
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What an apply made.
pub(crate) struct Applied {
    /// The object, without managed fields; none if it is as it was.
    pub object: Option<Value>,
    /// Its managed fields.
    pub fields: Value,
}

/// Applies `config` to `live`, an object of `kind` (an empty one if it is to be created).
///
/// # Errors
/// 409 with all fields that others manage, unless `force`; 400 or 500 if the configuration does not fit the kind.
pub(crate) fn apply(
    kind: &Kind,
    shape: Shape<'_>,
    live: &Value,
    config: &Value,
    writer: &Writer,
    force: bool,
) -> Result<Applied, Status> {
    check(kind, config)?;
    let set = field_set(shape, config).map_err(|error| untyped(kind, config, &error))?;
    let ignored = managed::reset(kind, &writer.subresource);
    let mut all = managed::exact(kind, live);
    let mut live = live.clone();
    live.remove("metadata.managedFields");
    let last = all.iter().position(|entry| entry.is_of(writer, true)).map(|at| all.remove(at));
    let mut merged = merge(shape, &live, config);
    if let Some(last) = &last {
        merged = prune(shape, &merged, last, &set, &all);
    }
    let mine = managed::entry_of(writer, true, without(&managed::stripped(&set), &ignored));
    let made = compare(shape, &live, &merged);
    let changed = without(&managed::stripped(&union(&made.added, &made.modified)), &ignored);
    resolve(shape, &live, &mut all, &changed, writer, force)?;
    let gone = without(&made.removed, &ignored);
    for entry in &mut all {
        entry.fields = difference(&difference(&entry.fields, &changed), &gone);
    }
    let same = made.added.is_empty() && made.modified.is_empty() && made.removed.is_empty();
    let time = match last {
        Some(last) if same => last.time,
        _ => writer.time.clone(),
    };
    all.push(Entry { time, ..mine });
    let mut object = (!same).then_some(merged);
    if writer.manager == KUBECTL && writer.subresource.is_empty() && !live.annotation(LAST_APPLIED).is_empty() {
        let text = last_applied(config);
        if live.annotation(LAST_APPLIED) != text {
            object.get_or_insert(live).annotate(LAST_APPLIED, text);
        }
    }
    Ok(Applied { object, fields: managed::encode(all) })
}

/// What makes no sense as a configuration.
fn check(kind: &Kind, config: &Value) -> Result<(), Status> {
    let given = config["apiVersion"].str();
    if config["kind"].str().is_empty() {
        return Err(Status::bad_request("Object 'Kind' is missing in the request"));
    }
    if given != kind.api_version() {
        let expected = kind.api_version();
        return Err(Status::bad_request(format!(
            "Incorrect version specified in apply patch. Specified patch version: {given}, expected: {expected}"
        )));
    }
    if !config["metadata"]["managedFields"].is_null() {
        return Err(Status::bad_request("metadata.managedFields must be nil"));
    }
    Ok(())
}

/// 500, as the server answers a configuration that its schema does not fit.
fn untyped(kind: &Kind, config: &Value, error: &str) -> Status {
    let message = format!(
        "failed to create typed patch object ({}/{}; {}, Kind={}): {error}",
        config.namespace(),
        config.name(),
        kind.api_version(),
        config["kind"].str()
    );
    Status { code: 500, reason: "", message, details: Value::Null }
}

/// Takes out what the manager has applied before and does not any more, unless somebody else has it.
fn prune(shape: Shape<'_>, merged: &Value, last: &Entry, mine: &Fields, others: &[Entry]) -> Value {
    if last.fields.is_empty() {
        return merged.clone();
    }
    let last = with_named_fields(shape, &last.fields);
    let named = |value: &Value| with_named_fields(shape, &field_set(shape, value).unwrap_or_else(|_| Value::object()));
    let everything = named(merged);
    let mut pruned = apply::remove(shape, merged, &last);
    // What is owned comes back.
    let owned = others.iter().fold(mine.clone(), |all, entry| union(&all, &entry.fields));
    let kept = union(&named(&pruned), &with_named_fields(shape, &owned));
    pruned = apply::remove(shape, merged, &difference(&everything, &kept));
    // And so does what was never this manager's.
    let gone = intersection(&difference(&everything, &named(&pruned)), &last);
    apply::remove(shape, merged, &gone)
}

/// Refuses to change what others manage. kubectl's first apply may take over what its last one on the client's side wrote.
fn resolve(
    shape: Shape<'_>,
    live: &Value,
    all: &mut [Entry],
    changed: &Fields,
    writer: &Writer,
    force: bool,
) -> Result<(), Status> {
    if force {
        return Ok(());
    }
    let mut found: Vec<(&Entry, Fields)> =
        all.iter().filter_map(|entry| Some((entry, managed::conflicts(entry, changed)?))).collect();
    if found.is_empty() {
        return Ok(());
    }
    if writer.manager == KUBECTL {
        let allowed = allowed(shape, live, &writer.api_version);
        if found.iter().all(|(_, fields)| is_superset(&allowed, fields)) {
            return Ok(());
        }
        for (_, fields) in &mut found {
            *fields = difference(fields, &allowed);
        }
        found.retain(|(_, fields)| !fields.is_empty());
    }
    api::sort_by_key(&mut found, |(entry, _)| (entry.manager.clone(), !entry.applied, entry.subresource.clone()));
    Err(conflict(&found))
}

/// The fields that `kubectl apply` has written on the client's side, and that are still as it wrote them.
fn allowed(shape: Shape<'_>, live: &Value, api_version: &str) -> Fields {
    let Ok(last) = json::parse(live.annotation(LAST_APPLIED)) else { return Value::object() };
    if last["apiVersion"].str() != api_version {
        return Value::object();
    }
    let set = field_set(shape, &last).unwrap_or_else(|_| Value::object());
    let made = compare(shape, &last, live);
    [made.modified, made.added, made.removed].iter().fold(set, |set, other| difference(&set, other))
}

/// 409 with every field and who manages it.
fn conflict(found: &[(&Entry, Fields)]) -> Status {
    let listed: Vec<(String, Vec<String>)> =
        found.iter().map(|(entry, fields)| (manager_text(entry), paths(fields))).collect();
    let causes: Value = listed
        .iter()
        .flat_map(|(manager, paths)| paths.iter().map(move |path| (manager, path)))
        .map(|(manager, path)| {
            obj! {
                "reason" => "FieldManagerConflict", "message" => format!("conflict with {manager}"),
                "field" => path.as_str(),
            }
        })
        .collect();
    let message = match &listed[..] {
        [(manager, paths)] if paths.len() == 1 => {
            format!("Apply failed with 1 conflict: conflict with {manager}: {}", paths[0])
        }
        _ => {
            let blocks: Vec<String> = listed
                .iter()
                .map(|(manager, paths)| {
                    let paths: Vec<String> = paths.iter().map(|path| format!("\n- {path}")).collect();
                    format!("conflicts with {manager}:{}", paths.concat())
                })
                .collect();
            format!("Apply failed with {} conflicts: {}", causes.len(), blocks.join("\n"))
        }
    };
    Status { code: 409, reason: "Conflict", message, details: obj! { "causes" => causes } }
}

fn manager_text(entry: &Entry) -> String {
    let mut text = format!("{:?}", entry.manager.as_str());
    if !entry.subresource.is_empty() {
        text.push_str(&format!(" with subresource {:?}", entry.subresource.as_str()));
    }
    if !entry.applied {
        text.push_str(&format!(" using {}", entry.api_version));
    }
    text
}

/// A configuration as kubectl's annotation keeps it.
fn last_applied(config: &Value) -> String {
    let mut config = config.clone();
    let annotations = config.at_mut("metadata.annotations").object_mut();
    annotations.remove(LAST_APPLIED);
    format!("{}\n", json::to_string(&config))
}

/// 422: an apply without a manager's name, or `force` of something else.
pub(crate) fn check_options(request: &crate::request::Request, applies: bool) -> Result<(), Status> {
    let (field, reason, message) = match () {
        () if applies && request.options.field_manager.is_empty() => {
            ("fieldManager", "FieldValueRequired", "Required value: is required for apply patch")
        }
        () if !applies && request.options.force => {
            ("force", "FieldValueForbidden", "Forbidden: may not be specified for non-apply patch")
        }
        () => return Ok(()),
    };
    let cause = obj! { "reason" => reason, "message" => message, "field" => field };
    let details = obj! { "group" => "meta.k8s.io", "kind" => "PatchOptions", "causes" => list![cause] };
    let message = format!("PatchOptions.meta.k8s.io \"\" is invalid: {field}: {message}");
    Err(Status { code: 422, reason: "Invalid", message, details })
}
