//! Autoscalers, disruption budgets, priorities, quotas and limits.

use super::path::{Errors, NOT_NEGATIVE, Path};
use super::pod_dump::as_json;
use super::rules::{At, Check};
use super::workload::{at_most_100_percent, positive_or_percent};
use crate::names::qualified_name;
use crate::{Quantity, Value};

pub(super) fn check(name: &str) -> Option<Check> {
    Some(match name {
        "minimum_of_replicas" => minimum_of_replicas,
        "metric" => metric,
        "one_budget" => one_budget,
        "amount_or_percent" => amount_or_percent,
        "priority_class" => priority_class,
        "quota" => quota,
        "quota_scopes" => quota_scopes,
        "limits" => limits,
        _ => return None,
    })
}

fn minimum_of_replicas(errors: &mut Errors, at: At) {
    let most = &at.value["maxReplicas"];
    if most.int() < at.value["minReplicas"].int() {
        errors.invalid(&at.path.child("maxReplicas"), most, "must be greater than or equal to `minReplicas`");
    }
}

/// The types of metrics, each with the field that tells of it.
const METRICS: [(&str, &str); 5] = [
    ("ContainerResource", "containerResource"),
    ("External", "external"),
    ("Object", "object"),
    ("Pods", "pods"),
    ("Resource", "resource"),
];

fn metric(errors: &mut Errors, at: At) {
    let (metric, path, kind) = (at.value, at.path, at.value["type"].str());
    let types = METRICS.map(|(name, _)| name);
    if kind.is_empty() {
        errors.required(&path.child("type"), "must specify a metric source type");
    }
    if !types.contains(&kind) {
        errors.unsupported(&path.child("type"), kind, &types);
    }
    let present: Vec<&str> = METRICS.iter().map(|(_, field)| *field).filter(|f| !metric[*f].is_null()).collect();
    if let Some(first) = present.first() {
        metric_source(errors, &path.child(first), first, &metric[*first]);
    }
    let expected = METRICS.iter().find(|(name, _)| *name == kind).map_or("", |(_, field)| field);
    if !expected.is_empty() && !present.contains(&expected) {
        errors.required(&path.child(expected), "must populate information for the given metric source");
    }
    if present.len() != 1 {
        for field in present.iter().filter(|field| **field != expected) {
            errors.forbidden(&path.child(field), "must populate the given metric source only");
        }
    }
}

fn metric_source(errors: &mut Errors, path: &Path, kind: &str, source: &Value) {
    let target = path.child("target");
    match kind {
        "resource" | "containerResource" => {
            if source["name"].str().is_empty() {
                errors.required(&path.child("name"), "must specify a resource name");
            }
            if kind == "containerResource" && source["container"].str().is_empty() {
                errors.required(&path.child("container"), "must specify a container");
            }
            metric_target(errors, &target, &source["target"]);
            match (source["target"]["averageUtilization"].is_null(), source["target"]["averageValue"].is_null()) {
                (false, false) => errors.forbidden(
                    &target.child("averageValue"),
                    "may not set both a target raw value and a target utilization",
                ),
                (true, true) => errors.required(
                    &target.child("averageUtilization"),
                    "must set either a target raw value or a target utilization",
                ),
                _ => {}
            }
        }
        _ => {
            let metric = path.child("metric");
            match source["metric"]["name"].str() {
                "" => errors.required(&metric.child("name"), "must specify a metric name"),
                name => errors.invalids(&metric.child("name"), name, crate::names::path_segment(name)),
            }
            metric_target(errors, &target, &source["target"]);
            let value = &source["target"][if kind == "pods" { "averageValue" } else { "value" }];
            let average = &source["target"]["averageValue"];
            match kind {
                "pods" if value.is_null() => {
                    errors.required(&target.child("averageValue"), "must specify a positive target averageValue");
                }
                "object" | "external" if value.is_null() && average.is_null() => {
                    let detail = "must set either a target value for metric or a per-pod target";
                    errors.required(&target.child("averageValue"), detail);
                }
                _ => {}
            }
        }
    }
}

fn metric_target(errors: &mut Errors, path: &Path, target: &Value) {
    let kind = target["type"].str();
    if kind.is_empty() {
        errors.required(&path.child("type"), "must specify a metric target type");
    }
    if !["Utilization", "Value", "AverageValue"].contains(&kind) {
        errors.invalid(&path.child("type"), kind, "must be either Utilization, Value, or AverageValue");
    }
    for field in ["value", "averageValue"].into_iter().filter(|field| !target[*field].is_null()) {
        let amount = Quantity::of(&target[field]);
        if amount.is_negative() || amount.is_zero() {
            errors.invalid(&path.child(field), &target[field], "must be positive");
        }
    }
    let used = &target["averageUtilization"];
    if used.as_int().is_some_and(|percent| percent < 1) {
        errors.invalid(&path.child("averageUtilization"), used, "must be greater than 0");
    }
}

fn one_budget(errors: &mut Errors, at: At) {
    if !at.value["minAvailable"].is_null() && !at.value["maxUnavailable"].is_null() {
        let shown = as_json("PodDisruptionBudgetSpec", at.value);
        errors.invalid_as(at.path, &shown, "minAvailable and maxUnavailable cannot be both set");
    }
}

fn amount_or_percent(errors: &mut Errors, at: At) {
    if !at.value.is_null() {
        positive_or_percent(errors, at.path, at.value);
        at_most_100_percent(errors, at.path, at.value);
    }
}

/// The most important that a class of one's own may be (`HighestUserDefinablePriority`).
const HIGHEST_PRIORITY: i64 = 1_000_000_000;
/// The classes that every cluster has (pkg/apis/scheduling/v1/helpers.go).
const SYSTEM_CLASSES: [(&str, i64); 2] =
    [("system-node-critical", 2_000_001_000), ("system-cluster-critical", 2_000_000_000)];

fn priority_class(errors: &mut Errors, at: At) {
    let (name, value) = (at.value.name(), at.value["value"].int());
    if !at.old.is_null() {
        if at.value["value"] != at.old["value"] {
            errors.forbidden(&Path::root("Value"), "may not be changed in an update.");
        }
    } else if name.starts_with("system-") {
        let why = match SYSTEM_CLASSES.iter().find(|(system, _)| *system == name) {
            None => format!("{name} is not a known system priority class"),
            Some((_, known)) if *known != value => format!("value of {name} PriorityClass must be {known}"),
            Some(_) if at.value["globalDefault"].bool() => {
                format!("globalDefault of {name} PriorityClass must be false")
            }
            Some(_) => return,
        };
        let detail =
            format!("priority class names with 'system-' prefix are reserved for system use only. error: {why}");
        errors.forbidden(&Path::root("metadata").child("name"), &detail);
    } else if value > HIGHEST_PRIORITY {
        let detail = format!("maximum allowed value of a user defined priority is {HIGHEST_PRIORITY}");
        errors.forbidden(&Path::root("value"), &detail);
    }
}

/// What a quota can be about, beside `count/...` and what has a domain before it.
const COMPUTED: [&str; 11] = [
    "cpu",
    "ephemeral-storage",
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
    "requests.storage",
    "storage",
];
const COUNTED: [&str; 9] = [
    "configmaps",
    "persistentvolumeclaims",
    "pods",
    "replicationcontrollers",
    "resourcequotas",
    "secrets",
    "services",
    "services.loadbalancers",
    "services.nodeports",
];

fn quota(errors: &mut Errors, at: At) {
    for (name, amount) in at.value.entries() {
        let path = at.path.key(name);
        let messages = qualified_name(name);
        let good = messages.is_empty();
        errors.invalids(&path, name, messages);
        let counted = COUNTED.contains(&name.as_str());
        let huge = name.starts_with("hugepages-") || name.starts_with("requests.hugepages-");
        let known = counted || huge || COMPUTED[..10].contains(&name.as_str());
        if good && !name.contains('/') && !known {
            errors.invalid(&path, name, "must be a standard resource for quotas");
        }
        let quantity = Quantity::of(amount);
        if quantity.is_negative() {
            errors.invalid(&path, amount, NOT_NEGATIVE);
        }
        if counted && !quantity.is_whole() {
            errors.invalid(&path, amount, "must be an integer");
        }
    }
}

const SCOPES: [&str; 7] = [
    "BestEffort",
    "CrossNamespacePodAffinity",
    "NotBestEffort",
    "NotTerminating",
    "PriorityClass",
    "Terminating",
    "VolumeAttributesClass",
];

fn quota_scopes(errors: &mut Errors, at: At) {
    let (scopes, path) = (&at.value["scopes"], at.path.child("scopes"));
    let has = |name: &str| scopes.array().iter().any(|scope| scope.str() == name);
    for scope in scopes.array().iter().map(Value::str) {
        let fits = |resource: &str| match scope {
            "BestEffort" => resource == "pods",
            "VolumeAttributesClass" => resource.contains("storage") || resource == "persistentvolumeclaims",
            _ => resource == "pods" || (COMPUTED.contains(&resource) && !resource.ends_with("requests.storage")),
        };
        if !SCOPES.contains(&scope) {
            errors.invalid(&path, scopes, "unsupported scope");
        }
        for (resource, _) in at.value["hard"].entries().filter(|(resource, _)| !fits(resource)) {
            if COMPUTED.contains(&resource.as_str()) || COUNTED.contains(&resource.as_str()) {
                errors.invalid(&path, scopes, "unsupported scope applied to resource");
            }
        }
    }
    for (one, other) in [("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating")] {
        if has(one) && has(other) {
            errors.invalid(&path, scopes, "conflicting scopes");
        }
    }
    if !at.stored.is_null() {
        errors.immutable(&path, scopes, &at.old["scopes"]);
    }
}

/// The maps of a limit, and which of two amounts must not be more than the other: the lesser, what it is called, the greater,
/// what that is called, and at which of the two the mistake is.
type Order = (&'static str, &'static str, &'static str, &'static str, &'static str);
const LIMITS: [&str; 5] = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"];
const ORDER: [Order; 6] = [
    ("min", "min", "max", "max", "min"),
    ("min", "min", "defaultRequest", "default request", "defaultRequest"),
    ("defaultRequest", "default request", "max", "max", "defaultRequest"),
    ("defaultRequest", "default request", "default", "default limit", "defaultRequest"),
    ("min", "min", "default", "default", "default"),
    ("default", "default", "max", "max", "default"),
];

fn limits(errors: &mut Errors, at: At) {
    let limits = at.value.array();
    for (i, limit) in limits.iter().enumerate() {
        let (path, kind) = (at.path.index(i), limit["type"].str());
        let type_path = path.child("type");
        let messages = qualified_name(kind);
        if messages.is_empty() && !kind.contains('/') && !["Pod", "Container", "PersistentVolumeClaim"].contains(&kind)
        {
            errors.invalid(&type_path, kind, "must be a standard limit type or fully qualified");
        }
        errors.invalids(&type_path, kind, messages);
        if limits[..i].iter().any(|earlier| earlier["type"] == limit["type"]) {
            errors.duplicate(&type_path, kind);
        }
        if kind == "Pod" {
            for field in ["default", "defaultRequest"].into_iter().filter(|field| !limit[*field].is_empty()) {
                errors.forbidden(&path.child(field), "may not be specified when `type` is 'Pod'");
            }
        }
        if kind == "PersistentVolumeClaim" && limit["min"]["storage"].is_null() && limit["max"]["storage"].is_null() {
            let detail = "either minimum or maximum storage value is required, but neither was provided";
            errors.required(&path.child("limits"), detail);
        }
        let mut names: Vec<&str> = LIMITS.iter().flat_map(|f| limit[*f].entries()).map(|(n, _)| n.as_str()).collect();
        crate::sort(&mut names);
        names.dedup();
        for name in names {
            one_limit(errors, &path, limit, name);
        }
    }
}

fn one_limit(errors: &mut Errors, path: &Path, limit: &Value, name: &str) {
    let amount = |field: &str| Some(&limit[field][name]).filter(|amount| !amount.is_null());
    for (lesser, less, greater, more, wrong) in ORDER {
        let (Some(low), Some(high)) = (amount(lesser), amount(greater)) else { continue };
        let (low, high) = (Quantity::of(low), Quantity::of(high));
        if low > high {
            let detail = format!("{less} value {low} is greater than {more} value {high}");
            errors.invalid(&path.child(wrong).key(name), &limit[wrong][name], &detail);
        }
    }
    if let Some(ratio) = amount("maxLimitRequestRatio").map(Quantity::of)
        && ratio.milli_value() < 1000
    {
        let detail = format!("ratio {ratio} is less than 1");
        let path = path.child("maxLimitRequestRatio");
        errors.invalid(&path.key(name), &limit["maxLimitRequestRatio"][name], &detail);
    }
}
