//! Jobs and CronJobs (pkg/apis/batch/validation).

mod policies;

use super::meta::label_selector;
use super::path::{Errors, Path};
use super::pod_dump::as_json;
use super::rules::{At, Check, structure_rules};
use super::workload::pod_template;
use crate::cron::{Schedule, Zone};
use crate::names::{dns1123_label, qualified_name};
use crate::schema::table;
use crate::{Selector, Value, obj};

pub(super) fn check(name: &str) -> Option<Check> {
    Some(match name {
        "job_selector" => job_selector,
        "pod_template_of_job" => template,
        "job_selects_template" => selects_template,
        "job_name" => indexed_name,
        "job_unchanged" => unchanged,
        "job_indexes" => indexes,
        "job_policies" => policies::policies,
        "cron_job_name" => cron_job_name,
        "schedule" => schedule,
        "time_zone" => time_zone,
        "job_template" => job_template,
        _ => return None,
    })
}

/// The labels by which a Job finds its Pods, with the field of its metadata that each repeats.
const GENERATED: [(&str, &str); 4] = [
    ("controller-uid", "uid"),
    ("job-name", "name"),
    ("batch.kubernetes.io/controller-uid", "uid"),
    ("batch.kubernetes.io/job-name", "name"),
];
/// The most Pods of an indexed Job at once, and the most indexes of it that may fail.
const MOST_INDEXES: i64 = 100_000;
/// What they are limited to when there are more completions than that.
const MOST_OF_MANY: i64 = 10_000;
const MOST_RULES: usize = 20;
const MOST_EXIT_CODES: usize = 255;
/// A Job's name is a CronJob's with 11 characters more, and has 63 at most.
const MOST_CRON_JOB_NAME: usize = 52;

/// A selector that was generated is as it was generated.
fn job_selector(errors: &mut Errors, at: At) {
    let (job, spec) = (at.value, &at.value["spec"]);
    if spec["manualSelector"].bool() || spec["selector"].is_null() {
        return;
    }
    let path = Path::root("spec");
    let template = path.child("template");
    let metadata = template.child("metadata");
    let labels_path = metadata.child("labels");
    let labels = spec["template"].labels();
    let mut expected = obj! {};
    for (label, field) in GENERATED {
        let value = &job["metadata"][field];
        expected.object_mut().insert(label, value.clone());
        let detail = format!("must be '{}'", value.str());
        match &labels[label] {
            Value::Null => errors.required(&labels_path.key(label), &detail),
            found if found != value => errors.invalid(&labels_path.key(label), labels, &detail),
            _ => {}
        }
    }
    if !Selector::from_label_selector(&spec["selector"]).matches(&expected) {
        errors.invalid(&path.child("selector"), &spec["selector"], "`selector` not auto-generated");
    }
}

fn template(errors: &mut Errors, at: At) {
    let path = at.path.child("template");
    pod_template(errors, &path, &at.value["template"]);
    let path = path.child("spec");
    let path = path.child("restartPolicy");
    match at.value.at("template.spec.restartPolicy").str() {
        "Always" | "" => errors.required(&path, "valid values: \"OnFailure\", \"Never\""),
        "OnFailure" if !at.value["podFailurePolicy"].is_null() => {
            errors.invalid(&path, "OnFailure", "only \"Never\" is supported when podFailurePolicy is specified");
        }
        "OnFailure" | "Never" => {}
        other => errors.unsupported(&path, other, &["OnFailure", "Never"]),
    }
}

fn selects_template(errors: &mut Errors, at: At) {
    let labels = at.value["template"].labels();
    let mut selector = Errors::default();
    label_selector(&mut selector, at.path, &at.value["selector"]);
    if selector.0.is_empty() && !Selector::from_label_selector(&at.value["selector"]).matches(labels) {
        let path = at.path.child("template");
        let path = path.child("metadata");
        errors.invalid(&path.child("labels"), labels, "`selector` does not match template `labels`");
    }
}

/// The Pods of an indexed Job are named after it and their index.
fn indexed_name(errors: &mut Errors, at: At) {
    let (name, spec) = (at.value.name(), &at.value["spec"]);
    let completions = spec["completions"].int();
    if at.stored.is_null() && spec["completionMode"].str() == "Indexed" && completions > 0 {
        let host = format!("{name}-{}", completions - 1);
        if !dns1123_label(&host).is_empty() {
            let detail = format!("will not able to create pod with invalid DNS label: {host}");
            errors.invalid(&Path::root("metadata").child("name"), name, &detail);
        }
    }
}

fn indexes(errors: &mut Errors, at: At) {
    let (spec, path) = (at.value, at.path);
    let failed = &spec["maxFailedIndexes"];
    let per_index = &spec["backoffLimitPerIndex"];
    if !failed.is_null() && per_index.is_null() {
        errors.required(&path.child("backoffLimitPerIndex"), "when maxFailedIndexes is specified");
    }
    if let Some(manager) = spec["managedBy"].as_str() {
        let path = path.child("managedBy");
        domain_prefixed(errors, &path, manager);
        if manager.len() > 63 {
            errors.too_long(&path, 63);
        }
    }
    match spec["completionMode"].as_str() {
        Some("Indexed") => indexed(errors, path, spec),
        Some("NonIndexed") | None => {
            for (field, value) in [("backoffLimitPerIndex", per_index), ("maxFailedIndexes", failed)] {
                if !value.is_null() {
                    errors.invalid(&path.child(field), value, "requires indexed completion mode");
                }
            }
        }
        Some(other) => errors.unsupported(&path.child("completionMode"), other, &["NonIndexed", "Indexed"]),
    }
}

fn indexed(errors: &mut Errors, path: &Path, spec: &Value) {
    let (completions, parallelism, failed) = (&spec["completions"], &spec["parallelism"], &spec["maxFailedIndexes"]);
    let (parallelism_path, failed_path) = (path.child("parallelism"), path.child("maxFailedIndexes"));
    if completions.is_null() {
        errors.required(&path.child("completions"), "when completion mode is Indexed");
    }
    if parallelism.int() > MOST_INDEXES {
        let detail = format!("must be less than or equal to {MOST_INDEXES} when completion mode is Indexed");
        errors.invalid(&parallelism_path, parallelism, &detail);
    }
    if !completions.is_null() && failed.int() > completions.int() {
        errors.invalid(&failed_path, failed, "must be less than or equal to completions");
    }
    if failed.int() > MOST_INDEXES {
        errors.invalid(&failed_path, failed, &format!("must be less than or equal to {MOST_INDEXES}"));
    }
    if completions.int() <= MOST_INDEXES || spec["backoffLimitPerIndex"].is_null() {
        return;
    }
    if failed.is_null() {
        errors.required(&failed_path, &format!("must be specified when completions is above {MOST_INDEXES}"));
    }
    let detail = format!(
        "must be less than or equal to {MOST_OF_MANY} when completions are above {MOST_INDEXES} and used with backoff \
         limit per index"
    );
    for (path, value) in [(parallelism_path, parallelism), (failed_path, failed)] {
        if value.int() > MOST_OF_MANY {
            errors.invalid(&path, value, &detail);
        }
    }
}

/// Such as `example.com/controller` (`IsDomainPrefixedPath`).
pub(super) fn domain_prefixed(errors: &mut Errors, path: &Path, text: &str) {
    match text.split_once('/') {
        _ if text.is_empty() => errors.required(path, ""),
        None | Some(("", _) | (_, "")) => {
            errors.invalid(path, text, "must be a domain-prefixed path (such as \"acme.io/foo\")");
        }
        Some((host, _)) => errors.invalids(path, host, crate::names::dns1123_subdomain(host)),
    }
}

/// What of a Job may not change any more.
fn unchanged(errors: &mut Errors, at: At) {
    if at.stored.is_null() {
        return;
    }
    let (path, new, old) = (at.path, at.value, at.old);
    if new["completionMode"].str() != "Indexed" {
        errors.immutable(&path.child("completions"), &new["completions"], &old["completions"]);
    } else if new["completions"] != old["completions"] && new["completions"] != new["parallelism"] {
        let detail = "can only be modified in tandem with spec.parallelism";
        errors.invalid(&path.child("completions"), &new["completions"], detail);
    }
    errors.immutable(&path.child("selector"), &new["selector"], &old["selector"]);
    let template = comparable_template(at);
    if template != old["template"] {
        errors.invalid_as(
            &path.child("template"),
            &as_json("PodTemplateSpec", &new["template"]),
            super::path::IMMUTABLE,
        );
    }
    errors.immutable(&path.child("completionMode"), &new["completionMode"], &old["completionMode"]);
    for (field, name) in [("podFailurePolicy", "PodFailurePolicy"), ("successPolicy", "SuccessPolicy")] {
        if new[field] != old[field] {
            errors.invalid_as(&path.child(field), &as_json(name, &new[field]), super::path::IMMUTABLE);
        }
    }
    for field in ["backoffLimitPerIndex", "managedBy"] {
        errors.immutable(&path.child(field), &new[field], &old[field]);
    }
}

/// The new template with everything put back that may change: of a suspended Job its resources, and where its Pods may run
/// as long as it has not started.
fn comparable_template(at: At) -> Value {
    let (new, old) = (&at.value["template"], &at.old["template"]);
    let mut template = new.clone();
    if new == old || !at.old["suspend"].bool() {
        return template;
    }
    for list in ["containers", "initContainers"] {
        let of_old = old["spec"][list].array();
        if of_old.len() == template["spec"][list].len() && !of_old.is_empty() {
            for (one, old) in template.at_mut("spec").at_mut(list).array_mut().iter_mut().zip(of_old) {
                put(one, "resources", &old["resources"]);
            }
        }
    }
    if at.stored["status"]["startTime"].is_null() {
        for field in
            ["spec.nodeSelector", "spec.tolerations", "spec.schedulingGates", "metadata", "spec.affinity.nodeAffinity"]
        {
            put(&mut template, field, old.at(field));
        }
        if template.at("spec.affinity").is_empty() && old.at("spec.affinity").is_null() {
            template.at_mut("spec").remove("affinity");
        }
    }
    template
}

fn put(object: &mut Value, field: &str, value: &Value) {
    match (value, object.at(field)) {
        (Value::Null, Value::Null) => {}
        (Value::Null, _) => {
            object.remove(field);
        }
        (value, _) => object.set(field, value),
    }
}

fn cron_job_name(errors: &mut Errors, at: At) {
    let name = at.value["name"].str();
    if at.stored.is_null() && name.len() > MOST_CRON_JOB_NAME {
        errors.invalid(&at.path.child("name"), name, &format!("must be no more than {MOST_CRON_JOB_NAME} bytes"));
    }
}

fn schedule(errors: &mut Errors, at: At) {
    let text = at.value.str();
    if text.is_empty() {
        return;
    }
    if let Err(why) = Schedule::parse(text) {
        errors.invalid(at.path, text, &why);
    }
    let detail = match (text.contains("TZ"), at.old.str().contains("TZ")) {
        (true, true) if !at.parent["timeZone"].is_null() => {
            "cannot use both timeZone field and TZ or CRON_TZ in schedule"
        }
        (true, false) => "cannot use TZ or CRON_TZ in schedule, use timeZone field instead",
        _ => return,
    };
    errors.invalid(at.path, text, detail);
}

fn time_zone(errors: &mut Errors, at: At) {
    let Some(zone) = at.value.as_str().filter(|_| at.value != at.old) else { return };
    let fine = |part: &str| {
        let known = |b: u8| b.is_ascii_alphanumeric() || b".-_+".contains(&b);
        !part.is_empty()
            && part.len() <= 14
            && part.bytes().all(known)
            && ![".", ".."].contains(&part)
            && !part.starts_with('-')
    };
    if zone.is_empty() {
        errors.invalid(at.path, zone, "timeZone must be nil or non-empty string");
    } else if zone.eq_ignore_ascii_case("local") {
        let detail = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";
        errors.invalid(at.path, zone, detail);
    } else if !zone.split('/').all(fine) || Zone::named(zone).is_none() {
        errors.invalid(at.path, zone, &format!("unknown time zone {zone}"));
    }
}

/// What a CronJob makes its Jobs from.
fn job_template(errors: &mut Errors, at: At) {
    let (path, spec) = (at.path.child("spec"), &at.value["spec"]);
    let inner = At { path: &path, value: spec, parent: at.value, old: &at.old["spec"], ..at };
    if let Some(id) = table().named("JobSpec") {
        structure_rules(errors, table().get(id), inner);
    }
    template(errors, inner);
    if !spec["selector"].is_null() {
        errors.invalid(&path.child("selector"), &spec["selector"], "`selector` will be auto-generated");
    }
    if spec["manualSelector"].bool() {
        errors.unsupported_value(&path.child("manualSelector"), &spec["manualSelector"], &["nil", "false"]);
    }
}
