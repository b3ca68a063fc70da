//! LimitRanger: what LimitRanges give to containers that say nothing, and what they forbid
//! (plugin/pkg/admission/limitranger).

use crate::quota::pod_resources;
use crate::rbac::aggregate;
use crate::request::Request;
use crate::server::ApiServer;
use crate::strategy::qos_class;
use api::{Kind, Quantity, Status, Value, kind};

/// Where a Pod says what it has been given.
const ANNOTATION: &str = "kubernetes.io/limit-ranger";

fn ranges(server: &ApiServer, namespace: &str) -> Vec<Value> {
    if server.store.count(kind::LIMIT_RANGE) == 0 {
        return Vec::new();
    }
    server.store.list(kind::LIMIT_RANGE, namespace).cloned().collect()
}

/// Gives a new Pod's containers the default requests and limits.
pub(super) fn give(server: &ApiServer, pod: &mut Value) {
    for range in ranges(server, pod.namespace()) {
        let limits = range["spec"]["limits"].array();
        let mut given: Vec<String> = Vec::new();
        for (containers, called) in [("containers", "container"), ("initContainers", "init container")] {
            if pod["spec"][containers].is_empty() {
                continue;
            }
            for container in pod.at_mut("spec").object_mut().entry(containers).array_mut() {
                for (part, word, field) in [("requests", "request", "defaultRequest"), ("limits", "limit", "default")] {
                    let names = fill(container, part, limits, field);
                    if !names.is_empty() {
                        let (names, container) = (names.join(", "), container["name"].str());
                        given.push(format!("{names} {word} for {called} {container}"));
                    }
                }
            }
        }
        if !given.is_empty() {
            pod.annotate(ANNOTATION, format!("LimitRanger plugin set: {}", given.join("; ")));
            let class = qos_class(pod);
            pod.set("status.qosClass", class);
        }
    }
}

/// Fills in what a container's requests or limits do not name; returns the names.
fn fill(container: &mut Value, part: &str, limits: &[Value], field: &str) -> Vec<String> {
    let mut names = Vec::new();
    for limit in limits.iter().filter(|limit| limit["type"].str() == "Container") {
        for (name, amount) in limit[field].entries() {
            if container["resources"][part][name.as_str()].is_null() {
                container
                    .at_mut("resources")
                    .object_mut()
                    .entry(part)
                    .object_mut()
                    .insert(name.clone(), amount.clone());
                names.push(name.to_string());
            }
        }
    }
    api::sort(&mut names);
    names
}

/// Refuses a Pod or a claim that is outside the limits.
pub(super) fn check(server: &ApiServer, request: &Request, object: &Value, old: &Value) -> Result<(), Status> {
    let kind = request.kind;
    let applies = kind == kind::POD && old.is_null() || kind == kind::PERSISTENT_VOLUME_CLAIM;
    if !applies || !request.subresource.is_empty() {
        return Ok(());
    }
    for range in ranges(server, object.namespace()) {
        let mut errors = Vec::new();
        for limit in range["spec"]["limits"].array() {
            check_limit(limit, kind, object, &mut errors);
        }
        if !errors.is_empty() {
            return Err(Status::forbidden(kind, object.name(), &aggregate(&errors)));
        }
    }
    Ok(())
}

fn check_limit(limit: &Value, kind: &Kind, object: &Value, errors: &mut Vec<String>) {
    let of = limit["type"].str();
    if kind == kind::PERSISTENT_VOLUME_CLAIM {
        if of == "PersistentVolumeClaim" {
            let requests = &object["spec"]["resources"]["requests"];
            constrain(limit, "min", errors, |name, bound| minimum(of, name, bound, requests, &api::NULL));
            constrain(limit, "max", errors, |name, bound| maximum(of, name, bound, requests, &api::NULL, "request"));
        }
        return;
    }
    let mut all = |requests: &Value, limits: &Value| {
        constrain(limit, "min", errors, |name, bound| minimum(of, name, bound, requests, limits));
        constrain(limit, "max", errors, |name, bound| maximum(of, name, bound, requests, limits, "limit"));
        constrain(limit, "maxLimitRequestRatio", errors, |name, bound| ratio(of, name, bound, requests, limits));
    };
    let spec = &object["spec"];
    match of {
        "Container" => {
            for container in spec["containers"].array().iter().chain(spec["initContainers"].array()) {
                let resources = &container["resources"];
                all(&resources["requests"], &resources["limits"]);
            }
        }
        "Pod" => {
            let [requests, limits] = ["requests", "limits"].map(|field| common(object, field));
            all(&requests, &limits);
        }
        _ => {}
    }
}

/// The sums over a Pod's containers, of what every one of them names.
fn common(pod: &Value, field: &str) -> Value {
    let named = |name: &str| pod["spec"]["containers"].array().iter().all(|c| !c["resources"][field][name].is_null());
    let mut sums = Value::object();
    for (name, amount) in pod_resources(pod, field) {
        if named(&name) {
            sums.object_mut().insert(name, amount.into());
        }
    }
    sums
}

fn constrain(limit: &Value, field: &str, errors: &mut Vec<String>, broken: impl Fn(&str, &Value) -> Option<String>) {
    errors.extend(limit[field].entries().filter_map(|(name, bound)| broken(name, bound)));
}

fn shown(amount: &Value) -> String {
    Quantity::of(amount).to_string()
}

fn minimum(of: &str, name: &str, bound: &Value, requests: &Value, limits: &Value) -> Option<String> {
    let (request, limit) = (&requests[name], &limits[name]);
    let text = format!("minimum {name} usage per {of} is {}", shown(bound));
    let below = |amount: &Value| !amount.is_null() && Quantity::of(amount) < Quantity::of(bound);
    match () {
        () if request.is_null() => Some(format!("{text}. No request is specified")),
        () if below(request) => Some(format!("{text}, but request is {}", shown(request))),
        () if below(limit) => Some(format!("{text}, but limit is {}", shown(limit))),
        () => None,
    }
}

/// `needed`: what must be given, `limit` or (for a claim) `request`.
fn maximum(of: &str, name: &str, bound: &Value, requests: &Value, limits: &Value, needed: &str) -> Option<String> {
    let (request, limit) = (&requests[name], &limits[name]);
    let text = format!("maximum {name} usage per {of} is {}", shown(bound));
    let above = |amount: &Value| !amount.is_null() && Quantity::of(amount) > Quantity::of(bound);
    match () {
        () if if needed == "limit" { limit } else { request }.is_null() => {
            Some(format!("{text}. No {needed} is specified"))
        }
        () if above(limit) => Some(format!("{text}, but limit is {}", shown(limit))),
        () if above(request) => Some(format!("{text}, but request is {}", shown(request))),
        () => None,
    }
}

fn ratio(of: &str, name: &str, bound: &Value, requests: &Value, limits: &Value) -> Option<String> {
    let text = format!("{name} max limit to request ratio per {of} is {}", shown(bound));
    let [request, limit] = [requests, limits].map(|amounts| Quantity::of(&amounts[name]));
    if request.is_zero() {
        return Some(format!("{text}, but no request is specified or request is 0"));
    }
    if limit.is_zero() {
        return Some(format!("{text}, but no limit is specified or limit is 0"));
    }
    let (given, allowed) =
        (limit.milli_value() as f64 / request.milli_value() as f64, Quantity::of(bound).milli_value());
    (given * 1000.0 > allowed as f64).then(|| format!("{text}, but provided ratio is {given:.6}"))
}
