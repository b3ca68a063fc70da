//! What a HorizontalPodAutoscaler measures and how fast it acts.

use super::writer::Writer;
use api::quantity::Quantity;
use api::{NULL, Value};

/// Each metric as it is and as it shall be.
pub fn metrics(w: &mut Writer, autoscaler: &Value) {
    let current = autoscaler["status"]["currentMetrics"].array();
    for (i, metric) in autoscaler["spec"]["metrics"].array().iter().enumerate() {
        let type_ = metric["type"].str();
        let field = match type_ {
            "External" => "external",
            "Pods" => "pods",
            "Object" => "object",
            "Resource" => "resource",
            "ContainerResource" => "containerResource",
            _ => {
                w.line(1, format_args!("<unknown metric type {type_:?}>"));
                continue;
            }
        };
        let (source, now) = (&metric[field], &current.get(i).unwrap_or(&NULL)[field]["current"]);
        w.line(1, format_args!("{}:\t{}", title(field, source), values(field, &source["target"], now)));
    }
}

/// Whether a target is an average over Pods in absolute terms.
fn is_average(field: &str, target: &Value) -> bool {
    match field {
        "pods" => true,
        "object" => target["type"].str() == "AverageValue",
        _ => !target["averageValue"].is_null(),
    }
}

fn title(field: &str, source: &Value) -> String {
    let (name, target) = (source["metric"]["name"].str(), &source["target"]);
    let meant = if is_average(field, target) { "target average value" } else { "target value" };
    let share = if is_average(field, target) { "" } else { "  (as a percentage of request)" };
    match field {
        "external" => format!("{name:?} ({meant})"),
        "pods" => format!("{name:?} on pods"),
        "object" => {
            let of = &source["describedObject"];
            format!("{name:?} on {}/{} ({meant})", of["kind"].str(), of["name"].str())
        }
        "resource" => format!("resource {} on pods{share}", source["name"].str()),
        _ => {
            let (name, container) = (source["name"].str(), source["container"].str());
            format!("resource {name} of container {container:?} on pods{share}")
        }
    }
}

/// `<unknown> / 80%`, `12% (25m) / 80%`, `100m / 1`
fn values(field: &str, target: &Value, now: &Value) -> String {
    let known = |name: &str| match &now[name] {
        Value::Null => "<unknown>".to_owned(),
        amount => Quantity::of(amount).to_string(),
    };
    if is_average(field, target) {
        return format!("{} / {}", known("averageValue"), Quantity::of(&target["averageValue"]));
    }
    if !matches!(field, "resource" | "containerResource") {
        return format!("{} / {}", known("value"), Quantity::of(&target["value"]));
    }
    let wanted = target["averageUtilization"].as_int().map_or_else(|| "<auto>".to_owned(), |share| format!("{share}%"));
    match now["averageUtilization"].as_int() {
        None => format!("<unknown> / {wanted}"),
        Some(share) => format!("{share}% ({}) / {wanted}", known("averageValue")),
    }
}

/// The section `Behavior`, if it is set.
pub fn behavior(w: &mut Writer, behavior: &Value) {
    if behavior.is_null() {
        return;
    }
    w.line(0, "Behavior:");
    for (title, field) in [("Scale Up", "scaleUp"), ("Scale Down", "scaleDown")] {
        let rules = &behavior[field];
        if rules.is_null() {
            continue;
        }
        w.line(1, format_args!("{title}:"));
        if let Some(seconds) = rules["stabilizationWindowSeconds"].as_int() {
            w.line(2, format_args!("Stabilization Window: {seconds} seconds"));
        }
        if rules["policies"].is_empty() {
            continue;
        }
        w.line(2, format_args!("Select Policy: {}", rules["selectPolicy"].as_str().unwrap_or("Max")));
        w.line(2, "Policies:");
        for policy in rules["policies"].array() {
            let (type_, value, period) = (policy["type"].str(), policy["value"].int(), policy["periodSeconds"].int());
            w.line(3, format_args!("- Type: {type_}\tValue: {value}\tPeriod: {period} seconds"));
        }
    }
}
