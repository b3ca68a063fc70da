//! Kinds that are served in more than one version: how an object of the stored one reads in another, and back
//! (pkg/apis/*/v*/conversion.go).
//!
//! Fields that keep their content under another name are data. What an `autoscaling/v1` HorizontalPodAutoscaler has no
//! fields for is kept in annotations, as in the real server.

use api::{Kind, Value, json, obj, schema};

/// Fields of a core/v1 Event and what they are called in events.k8s.io/v1.
const EVENT: [(&str, &str); 7] = [
    ("involvedObject", "regarding"),
    ("message", "note"),
    ("source", "deprecatedSource"),
    ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("lastTimestamp", "deprecatedLastTimestamp"),
    ("count", "deprecatedCount"),
    ("reportingComponent", "reportingController"),
];

const METRICS: &str = "autoscaling.alpha.kubernetes.io/metrics";
const CURRENT_METRICS: &str = "autoscaling.alpha.kubernetes.io/current-metrics";
const CONDITIONS: &str = "autoscaling.alpha.kubernetes.io/conditions";
const BEHAVIOR: &str = "autoscaling.alpha.kubernetes.io/behavior";

/// Whether objects of `kind` are stored in another version.
fn is_other(kind: &Kind) -> bool {
    kind.stored().is_some_and(|stored| !std::ptr::eq(stored, kind))
}

/// A stored object in the version in which `kind` is served.
pub(crate) fn served(kind: &Kind, stored: &Value) -> Value {
    let mut object = stored.clone();
    if kind.is_custom() && object["apiVersion"].str() != kind.api_version() {
        object.set("apiVersion", kind.api_version());
    }
    if !is_other(kind) {
        return object;
    }
    match kind.kind {
        "Event" => rename(&mut object, |(stored, served)| (stored, served)),
        _ => downgrade(&mut object),
    }
    object.set("apiVersion", kind.api_version());
    schema::decode_bare(kind, &object).map_or(object, |decoded| decoded.value)
}

/// The same for all objects of a list.
pub(crate) fn serve_all(kind: &Kind, items: &mut [Value]) {
    if is_other(kind) || kind.is_custom() {
        for item in items {
            *item = served(kind, item);
        }
    }
}

/// An object of `kind` in the version in which it is stored.
pub(crate) fn stored(kind: &'static Kind, mut object: Value) -> Value {
    let Some(stored) = kind.stored().filter(|_| is_other(kind)) else { return object };
    match kind.kind {
        "Event" => rename(&mut object, |(stored, served)| (served, stored)),
        _ => upgrade(&mut object),
    }
    object.set("apiVersion", stored.api_version());
    schema::decode_bare(stored, &object).map_or(object, |decoded| decoded.value)
}

fn rename(object: &mut Value, direction: fn((&'static str, &'static str)) -> (&'static str, &'static str)) {
    let fields = object.object_mut();
    for (from, to) in EVENT.map(direction) {
        if let Some(value) = fields.remove(from) {
            fields.insert(to, value);
        }
    }
}

/// The fields of one type of metric, in v2 (below `metric`, `target` or `current`) and in v1.
struct Metric {
    type_: &'static str,
    field: &'static str,
    /// v2 paths and v1 names, of a spec.
    spec: &'static [(&'static str, &'static str)],
    /// The same of a status.
    status: &'static [(&'static str, &'static str)],
}

const METRIC_TYPES: [Metric; 5] = [
    Metric {
        type_: "Resource",
        field: "resource",
        spec: &[
            ("name", "name"),
            ("target.averageUtilization", "targetAverageUtilization"),
            ("target.averageValue", "targetAverageValue"),
        ],
        status: &[
            ("name", "name"),
            ("current.averageUtilization", "currentAverageUtilization"),
            ("current.averageValue", "currentAverageValue"),
        ],
    },
    Metric {
        type_: "ContainerResource",
        field: "containerResource",
        spec: &[
            ("name", "name"),
            ("container", "container"),
            ("target.averageUtilization", "targetAverageUtilization"),
            ("target.averageValue", "targetAverageValue"),
        ],
        status: &[
            ("name", "name"),
            ("container", "container"),
            ("current.averageUtilization", "currentAverageUtilization"),
            ("current.averageValue", "currentAverageValue"),
        ],
    },
    Metric {
        type_: "Pods",
        field: "pods",
        spec: &[
            ("metric.name", "metricName"),
            ("metric.selector", "selector"),
            ("target.averageValue", "targetAverageValue"),
        ],
        status: &[
            ("metric.name", "metricName"),
            ("metric.selector", "selector"),
            ("current.averageValue", "currentAverageValue"),
        ],
    },
    Metric {
        type_: "Object",
        field: "object",
        spec: &[
            ("describedObject", "target"),
            ("metric.name", "metricName"),
            ("metric.selector", "selector"),
            ("target.value", "targetValue"),
            ("target.averageValue", "averageValue"),
        ],
        status: &[
            ("describedObject", "target"),
            ("metric.name", "metricName"),
            ("metric.selector", "selector"),
            ("current.value", "currentValue"),
            ("current.averageValue", "averageValue"),
        ],
    },
    Metric {
        type_: "External",
        field: "external",
        spec: &[
            ("metric.name", "metricName"),
            ("metric.selector", "metricSelector"),
            ("target.value", "targetValue"),
            ("target.averageValue", "targetAverageValue"),
        ],
        status: &[
            ("metric.name", "metricName"),
            ("metric.selector", "metricSelector"),
            ("current.value", "currentValue"),
            ("current.averageValue", "currentAverageValue"),
        ],
    },
];

fn metric_type(metric: &Value) -> Option<&'static Metric> {
    METRIC_TYPES.iter().find(|known| known.type_ == metric["type"].str())
}

/// A v2 metric as v1 writes it into an annotation.
fn metric_to_v1(metric: &Value, status: bool) -> Value {
    let Some(known) = metric_type(metric) else { return metric.clone() };
    let from = &metric[known.field];
    let mut inner = Value::object();
    for (path, name) in if status { known.status } else { known.spec } {
        if !from.at(path).is_null() {
            inner.set(name, from.at(path));
        }
    }
    obj! { "type" => known.type_, known.field => inner }
}

/// A metric from an annotation, as v2 has it.
fn metric_to_v2(metric: &Value, status: bool) -> Value {
    let Some(known) = metric_type(metric) else { return metric.clone() };
    let from = &metric[known.field];
    let mut inner = Value::object();
    for (path, name) in if status { known.status } else { known.spec } {
        if !from[*name].is_null() {
            inner.set(path, &from[*name]);
        }
    }
    if !status {
        let target = &inner["target"];
        let type_ = match () {
            () if !target["averageUtilization"].is_null() => "Utilization",
            () if !target["averageValue"].is_null() => "AverageValue",
            () => "Value",
        };
        inner.set("target.type", type_);
    }
    obj! { "type" => known.type_, known.field => inner }
}

/// Whether a metric is the one that v1 has a field for: the utilization of CPU.
fn is_cpu(metric: &Value) -> bool {
    metric["type"].str() == "Resource" && metric["resource"]["name"].str() == "cpu"
}

fn annotate_json(object: &mut Value, key: &str, value: Value) {
    if !value.is_empty() {
        object.annotate(key, json::to_string(&value));
    }
}

/// autoscaling/v2 to v1.
fn downgrade(object: &mut Value) {
    for (part, list, status, field, percent, annotation) in [
        ("spec", "metrics", false, "targetCPUUtilizationPercentage", "resource.target.averageUtilization", METRICS),
        (
            "status",
            "currentMetrics",
            true,
            "currentCPUUtilizationPercentage",
            "resource.current.averageUtilization",
            CURRENT_METRICS,
        ),
    ] {
        let metrics = object[part][list].clone();
        let cpu = metrics.array().iter().position(|m| is_cpu(m) && !m.at(percent).is_null());
        if let Some(cpu) = cpu {
            let value = metrics.array()[cpu].at(percent).clone();
            object.at_mut(part).set(field, value);
        }
        // v1 keeps the current metrics whole, and of the wanted ones those without a field.
        let rest = metrics.array().iter().enumerate().filter(|(i, _)| status || Some(*i) != cpu);
        let rest: Value = rest.map(|(_, metric)| metric_to_v1(metric, status)).collect();
        annotate_json(object, annotation, rest);
        object.at_mut(part).remove(list);
    }
    let conditions = object.at_mut("status").remove("conditions").unwrap_or_default();
    annotate_json(object, CONDITIONS, conditions);
    let behavior = object.at_mut("spec").remove("behavior").unwrap_or_default();
    annotate_json(object, BEHAVIOR, behavior);
}

/// autoscaling/v1 to v2.
fn upgrade(object: &mut Value) {
    let mut kept = |key: &str| {
        let text = object.annotation(key).to_owned();
        if !text.is_empty() {
            object.at_mut("metadata.annotations").object_mut().remove(key);
        }
        json::parse(&text).unwrap_or_default()
    };
    let [wanted, current, conditions, behavior] = [METRICS, CURRENT_METRICS, CONDITIONS, BEHAVIOR].map(&mut kept);
    if object["metadata"]["annotations"].is_empty() {
        object.at_mut("metadata").remove("annotations");
    }
    let mut metrics: Vec<Value> = Vec::new();
    if let Some(percent) = object.at_mut("spec").remove("targetCPUUtilizationPercentage") {
        let target = obj! { "type" => "Utilization", "averageUtilization" => percent };
        metrics.push(obj! { "type" => "Resource", "resource" => obj! { "name" => "cpu", "target" => target } });
    }
    metrics.extend(wanted.array().iter().map(|metric| metric_to_v2(metric, false)));
    let mut set = |path: &str, value: Value| {
        if !value.is_empty() {
            object.set(path, value);
        }
    };
    set("spec.metrics", metrics.into());
    set("spec.behavior", behavior);
    set("status.conditions", conditions);
    set("status.currentMetrics", current.array().iter().map(|metric| metric_to_v2(metric, true)).collect());
    object.at_mut("status").remove("currentCPUUtilizationPercentage");
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{kind, yaml};

    fn value(text: &str) -> Value {
        yaml::parse(text).unwrap().value
    }

    #[test]
    fn an_event_reads_in_both_groups() {
        let core = value(
            "{apiVersion: v1, kind: Event, metadata: {name: e}, involvedObject: {kind: Pod, name: web}, reason: Pulled, \
             message: done, source: {component: kubelet}, count: 2, reportingComponent: kubelet}",
        );
        let core = schema::decode_bare(kind::EVENT, &core).unwrap().value;
        let shown = served(kind::EVENTS_EVENT, &core);
        assert_eq!(shown["apiVersion"].str(), "events.k8s.io/v1");
        assert_eq!((shown["note"].str(), shown["deprecatedCount"].int()), ("done", 2));
        assert_eq!(shown.at("regarding.name").str(), "web");
        assert!(shown["message"].is_null() && shown["involvedObject"].is_null());
        assert_eq!(stored(kind::EVENTS_EVENT, shown), core);
    }

    #[test]
    fn what_an_old_autoscaler_has_no_field_for_is_annotated() {
        let v2 = value(
            "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: h}, spec: {maxReplicas: 5, \
             scaleTargetRef: {kind: Deployment, name: web}, metrics: [{type: Resource, resource: {name: cpu, target: \
             {type: Utilization, averageUtilization: 80}}}, {type: Resource, resource: {name: memory, target: {type: \
             AverageValue, averageValue: 1Gi}}}], behavior: {scaleDown: {stabilizationWindowSeconds: 5}}}, status: \
             {desiredReplicas: 1, conditions: [{type: AbleToScale, status: 'True'}]}}",
        );
        let v2 = schema::decode_bare(kind::HORIZONTAL_POD_AUTOSCALER, &v2).unwrap().value;
        let v1 = served(kind::HORIZONTAL_POD_AUTOSCALER_V1, &v2);
        assert_eq!(v1.at("spec.targetCPUUtilizationPercentage").int(), 80);
        assert_eq!(
            v1.annotation(METRICS),
            r#"[{"resource":{"name":"memory","targetAverageValue":"1Gi"},"type":"Resource"}]"#
        );
        assert_eq!(v1.annotation(BEHAVIOR), r#"{"scaleDown":{"stabilizationWindowSeconds":5}}"#);
        assert!(v1["spec"]["metrics"].is_null() && v1["status"]["conditions"].is_null());
        let back = stored(kind::HORIZONTAL_POD_AUTOSCALER_V1, v1);
        assert_eq!(back["spec"], v2["spec"]);
        assert_eq!(back["status"], v2["status"]);
        assert_eq!(back["metadata"], v2["metadata"]);
        let plain = value("{spec: {maxReplicas: 2, targetCPUUtilizationPercentage: 50}}");
        let plain = stored(kind::HORIZONTAL_POD_AUTOSCALER_V1, plain);
        assert_eq!(plain["spec"]["metrics"].array().len(), 1);
        assert_eq!(plain["metadata"]["annotations"], Value::Null);
        let broken = "{metadata: {annotations: {autoscaling.alpha.kubernetes.io/metrics: '{]'}}, spec: {}}";
        assert_eq!(stored(kind::HORIZONTAL_POD_AUTOSCALER_V1, value(broken)).at("spec.metrics"), &Value::Null);
    }
}
