//! Deployments, ReplicaSets and DaemonSets.

use super::meta::{annotations, is_empty_selector, label_selector, labels};
use super::path::{Errors, Path};
use super::pod::pod_spec;
use super::pod_dump::as_json;
use crate::names::percent;
use crate::{Selector, Value, obj};

/// `spec` of a Deployment.
pub(super) fn deployment(errors: &mut Errors, new: &Value, old: &Value, path: &Path) {
    let spec = &new["spec"];
    errors.nonnegative(&path.child("replicas"), &spec["replicas"]);
    selector_and_template(errors, path, spec, ["deployment", "ReplicaSet", "invalid label selector"]);
    strategy(errors, &path.child("strategy"), &spec["strategy"]);
    for field in ["minReadySeconds", "revisionHistoryLimit"] {
        errors.nonnegative(&path.child(field), &spec[field]);
    }
    let deadline = &spec["progressDeadlineSeconds"];
    if !deadline.is_null() {
        let path = path.child("progressDeadlineSeconds");
        errors.nonnegative(&path, deadline);
        if deadline.int() <= spec["minReadySeconds"].int() {
            errors.invalid(&path, deadline, "must be greater than minReadySeconds");
        }
    }
    immutable_selector(errors, path, new, old);
}

/// `spec` of a ReplicaSet.
pub(super) fn replica_set(errors: &mut Errors, new: &Value, old: &Value, path: &Path) {
    let spec = &new["spec"];
    errors.nonnegative(&path.child("replicas"), &spec["replicas"]);
    errors.nonnegative(&path.child("minReadySeconds"), &spec["minReadySeconds"]);
    selector_and_template(errors, path, spec, ["deployment", "ReplicaSet", "invalid label selector"]);
    immutable_selector(errors, path, new, old);
}

/// `spec` of a DaemonSet.
pub(super) fn daemon_set(errors: &mut Errors, new: &Value, old: &Value, path: &Path) {
    let spec = &new["spec"];
    let (selector_path, before) = (path.child("selector"), errors.0.len());
    label_selector(errors, &selector_path, &spec["selector"]);
    if errors.0.len() == before {
        template_labels(errors, path, spec);
    }
    if is_empty_selector(&spec["selector"]) {
        errors.invalid(&selector_path, &spec["selector"], "empty selector is invalid for daemonset");
    }
    let template = path.child("template");
    pod_template(errors, &template, &spec["template"]);
    runs_for_ever(errors, &template.child("spec"), &spec["template"]["spec"], "DaemonSet");
    errors.nonnegative(&path.child("minReadySeconds"), &spec["minReadySeconds"]);
    daemon_strategy(errors, &path.child("updateStrategy"), &spec["updateStrategy"]);
    errors.nonnegative(&path.child("revisionHistoryLimit"), &spec["revisionHistoryLimit"]);
    immutable_selector(errors, path, new, old);
}

/// `selector`, and the template that it must select; `kind` and `owner` are how errors name the kind, and `unreadable` what
/// they say of a selector that makes no sense.
pub(super) fn selector_and_template(
    errors: &mut Errors,
    path: &Path,
    spec: &Value,
    [kind, owner, unreadable]: [&str; 3],
) {
    let selector_path = path.child("selector");
    let before = errors.0.len();
    if spec["selector"].is_null() {
        errors.required(&selector_path, "");
    } else {
        label_selector(errors, &selector_path, &spec["selector"]);
        if errors.0.len() > before {
            match unreadable {
                "" => {
                    let message = format!("Invalid value: {}", crate::json::to_string(&spec["selector"]));
                    let field = selector_path.to_string();
                    errors.0.push(crate::FieldError { reason: "FieldValueInvalid", field, message });
                }
                _ => errors.invalid(&selector_path, &spec["selector"], unreadable),
            }
            return;
        }
        if is_empty_selector(&spec["selector"]) {
            errors.invalid(&selector_path, &spec["selector"], &format!("empty selector is invalid for {kind}"));
        }
    }
    template(errors, path, spec, owner);
}

fn immutable_selector(errors: &mut Errors, path: &Path, new: &Value, old: &Value) {
    if !old.is_null() {
        errors.immutable(&path.child("selector"), &new["spec"]["selector"], &old["spec"]["selector"]);
    }
}

/// The template of Pods that run for ever; `owner` is the kind named in errors.
fn template(errors: &mut Errors, path: &Path, spec: &Value, owner: &str) {
    template_labels(errors, path, spec);
    let (template, path) = (&spec["template"], path.child("template"));
    pod_template(errors, &path, template);
    runs_for_ever(errors, &path.child("spec"), &template["spec"], owner);
}

/// The selector selects the template.
fn template_labels(errors: &mut Errors, path: &Path, spec: &Value) {
    let selector = Selector::from_label_selector(&spec["selector"]);
    if !selector.is_everything() && !selector.matches(spec["template"].labels()) {
        let path = path.child("template");
        let path = path.child("metadata");
        let shown = labels_or_none(&spec["template"]);
        errors.invalid(&path.child("labels"), shown, "`selector` does not match template `labels`");
    }
}

/// An object's labels as Go shows a map.
pub(super) fn labels_or_none(object: &Value) -> Value {
    match object.labels() {
        Value::Null => obj! {},
        labels => labels.clone(),
    }
}

/// A template of Pods.
pub(super) fn pod_template(errors: &mut Errors, path: &Path, template: &Value) {
    let metadata = path.child("metadata");
    labels(errors, &metadata.child("labels"), template.labels());
    annotations(errors, &metadata.child("annotations"), &template["metadata"]["annotations"]);
    let (pod, path) = (&template["spec"], path.child("spec"));
    pod_spec(errors, &path, pod);
    if !pod["ephemeralContainers"].is_empty() {
        errors.forbidden(&path.child("ephemeralContainers"), "ephemeral containers not allowed in pod template");
    }
}

/// The spec of Pods that are started again whenever they end.
pub(super) fn runs_for_ever(errors: &mut Errors, path: &Path, pod: &Value, owner: &str) {
    let restart = pod["restartPolicy"].str();
    if restart != "Always" && ["OnFailure", "Never"].contains(&restart) {
        errors.unsupported(&path.child("restartPolicy"), restart, &["Always"]);
    }
    if !pod["activeDeadlineSeconds"].is_null() {
        let detail = format!("activeDeadlineSeconds in {owner} is not Supported");
        errors.forbidden(&path.child("activeDeadlineSeconds"), &detail);
    }
}

fn strategy(errors: &mut Errors, path: &Path, strategy: &Value) {
    let (rolling, rolling_path) = (&strategy["rollingUpdate"], path.child("rollingUpdate"));
    match strategy["type"].str() {
        "Recreate" if !rolling.is_null() => {
            errors.forbidden(&rolling_path, "may not be specified when strategy `type` is 'Recreate'");
        }
        "Recreate" => {}
        "RollingUpdate" if rolling.is_null() => {
            errors.required(&rolling_path, "this should be defaulted and never be nil");
        }
        "RollingUpdate" => {
            let (unavailable, surge) = (&rolling["maxUnavailable"], &rolling["maxSurge"]);
            let unavailable_path = rolling_path.child("maxUnavailable");
            positive_or_percent(errors, &unavailable_path, unavailable);
            positive_or_percent(errors, &rolling_path.child("maxSurge"), surge);
            if number(unavailable) == 0 && number(surge) == 0 {
                errors.invalid(&unavailable_path, unavailable, "may not be 0 when `maxSurge` is 0");
            }
            at_most_100_percent(errors, &unavailable_path, unavailable);
        }
        _ => errors.unsupported_as(path, &as_json("DeploymentStrategy", strategy), &["Recreate", "RollingUpdate"]),
    }
}

fn daemon_strategy(errors: &mut Errors, path: &Path, strategy: &Value) {
    let (rolling, rolling_path) = (&strategy["rollingUpdate"], path.child("rollingUpdate"));
    match strategy["type"].str() {
        "OnDelete" => {}
        "RollingUpdate" if rolling.is_null() => errors.required(&rolling_path, ""),
        "RollingUpdate" => {
            let (unavailable, surge) = (&rolling["maxUnavailable"], &rolling["maxSurge"]);
            let (unavailable_path, surge_path) = (rolling_path.child("maxUnavailable"), rolling_path.child("maxSurge"));
            for (path, value) in [(&unavailable_path, unavailable), (&surge_path, surge)] {
                positive_or_percent(errors, path, value);
                at_most_100_percent(errors, path, value);
            }
            match (number(unavailable), number(surge)) {
                (0, 0) => errors.required(&unavailable_path, "cannot be 0 when maxSurge is 0"),
                (u, s) if u != 0 && s != 0 => {
                    errors.invalid(&surge_path, surge, "may not be set when maxUnavailable is non-zero");
                }
                _ => {}
            }
        }
        _ => {
            let shown = as_json("DaemonSetUpdateStrategy", strategy);
            errors.unsupported_as(path, &shown, &["RollingUpdate", "OnDelete"]);
        }
    }
}

pub(super) fn positive_or_percent(errors: &mut Errors, path: &Path, value: &Value) {
    match value {
        Value::String(text) => errors.invalids(path, value, percent(text)),
        number => errors.nonnegative(path, number),
    }
}

/// The number before `%`, or the number itself.
pub(super) fn number(value: &Value) -> i64 {
    match value {
        Value::String(text) => text.trim_end_matches('%').parse().unwrap_or_default(),
        number => number.int(),
    }
}

pub(super) fn at_most_100_percent(errors: &mut Errors, path: &Path, value: &Value) {
    let is_percent = value.as_str().is_some_and(|text| percent(text).is_empty());
    if is_percent && number(value) > 100 {
        errors.invalid(path, value, "must not be greater than 100%");
    }
}
