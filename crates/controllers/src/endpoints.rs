//! Which Pods stand behind a Service, as core/v1 Endpoints (pkg/controller/endpoint); and what it shares with
//! EndpointSlices.

use crate::Controller;
use api::{Selector, Status, Str, Time, Value, condition, kind, obj};
use apiserver::client::DeleteOptions;
use apiserver::{Context, EventType, WatchEvent, WorkKey};
use std::net::Ipv4Addr;

const NAME: &str = "endpoint-controller";
/// When the change was made that led to the present endpoints.
pub(crate) const TRIGGER_TIME: &str = "endpoints.kubernetes.io/last-change-trigger-time";
const MANAGED_BY: &str = "endpoints.kubernetes.io/managed-by";
/// More addresses than this are cut off (`maxCapacity`).
const CAPACITY: usize = 1000;

pub(crate) const CONTROLLER: Controller = Controller { name: NAME, source: NAME, observe, reconcile };

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    queue_services(NAME, event, cx);
}

/// Queues the Services whose endpoints a change may touch.
pub(crate) fn queue_services(what: &'static str, event: &WatchEvent, cx: &mut Context<'_>) {
    let object = &event.object;
    if event.kind == kind::SERVICE {
        cx.enqueue(WorkKey::new(what, object.namespace(), object.name()));
    } else if event.kind == kind::POD && matters(&event.old, object, event.event) {
        let mut services = cx.client.services_selecting(object);
        if event.old.labels() != object.labels() {
            services.extend(cx.client.services_selecting(&event.old));
        }
        for service in services {
            cx.enqueue(WorkKey::new(what, service.namespace(), service.name()));
        }
    }
}

/// Whether a change of a Pod can change endpoints (`endpointsutil.podEndpointsChanged`).
fn matters(old: &Value, new: &Value, event: EventType) -> bool {
    let state = |pod: &Value| {
        let ready = condition(pod, "Ready")["status"].to_str();
        (pod["status"]["podIP"].to_str(), pod["status"]["phase"].to_str(), pod.deleting(), ready)
    };
    event != EventType::Modified || old.labels() != new.labels() || state(old) != state(new)
}

/// A Service whose endpoints are found by its selector, or `None`: without one, or by name only, nobody manages them here.
pub(crate) fn selecting_service(key: &WorkKey, cx: &Context<'_>) -> Option<Value> {
    let service = cx.client.get(kind::SERVICE, &key.namespace, &key.name)?;
    let spec = &service["spec"];
    (!spec["selector"].is_empty() && spec["type"].str() != "ExternalName").then_some(service)
}

/// The Pods that a Service selects and that have an address and have not ended, by name.
pub(crate) fn selected_pods(service: &Value, cx: &Context<'_>) -> Vec<Value> {
    let selector = Selector::from_map(&service["spec"]["selector"]);
    let mut pods = cx.client.select(kind::POD, service.namespace(), &selector);
    pods.retain(|pod| {
        let status = &pod["status"];
        !status["podIP"].str().is_empty() && !matches!(status["phase"].str(), "Succeeded" | "Failed")
    });
    pods
}

/// The Service's ports as a Pod serves them: (name, port, protocol). A named target port that the Pod lacks is left out.
pub(crate) fn ports(service: &Value, pod: &Value) -> Vec<(Str, i64, Str)> {
    let ports = service["spec"]["ports"].array().iter();
    ports.filter_map(|port| Some((port["name"].to_str(), target_port(port, pod)?, protocol(port)))).collect()
}

fn protocol(port: &Value) -> Str {
    Some(port["protocol"].to_str()).filter(|p| !p.is_empty()).unwrap_or(Str::new_static("TCP"))
}

fn target_port(port: &Value, pod: &Value) -> Option<i64> {
    let target = &port["targetPort"];
    match target {
        Value::Int(0) | Value::Null => Some(port["port"].int()),
        Value::Int(number) => Some(*number),
        Value::String(name) => {
            let containers = pod["spec"]["containers"].array().iter();
            let mut declared = containers.flat_map(|container| container["ports"].array());
            let found = declared.find(|p| p["name"].str() == name && protocol(p) == protocol(port))?;
            Some(found["containerPort"].int())
        }
        _ => None,
    }
}

/// Ports as the API writes them.
pub(crate) fn port_values(ports: &[(Str, i64, Str)]) -> Value {
    let port = |(name, number, protocol): &(Str, i64, Str)| {
        obj! { "name" => Some(name.clone()).filter(|n| !n.is_empty()), "port" => *number, "protocol" => protocol }
    };
    ports.iter().map(port).collect()
}

/// A reference to a Pod.
pub(crate) fn target_ref(pod: &Value) -> Value {
    obj! { "kind" => "Pod", "name" => pod.name(), "namespace" => pod.namespace(), "uid" => pod.uid() }
}

/// The latest change that the endpoints of a Service rest on: the Service's creation, or a Pod's change of readiness.
pub(crate) fn trigger_time(service: &Value, pods: &[Value]) -> Time {
    let changed = pods.iter().filter_map(|pod| condition(pod, "Ready")["lastTransitionTime"].time());
    changed.max().unwrap_or_default().max(service.created())
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let existing = cx.client.get(kind::ENDPOINTS, &key.namespace, &key.name);
    let Some(service) = selecting_service(key, cx) else {
        let ours = |e: &Value| !e.labels()[MANAGED_BY].is_null();
        if cx.client.get(kind::SERVICE, &key.namespace, &key.name).is_none() && existing.as_ref().is_some_and(ours) {
            cx.client.delete(kind::ENDPOINTS, &key.namespace, &key.name, DeleteOptions::default())?;
        }
        return Ok(());
    };
    let pods = selected_pods(&service, cx);
    let subsets = subsets(&service, &pods);
    let mut labels = service.labels().clone();
    labels.object_mut().insert(MANAGED_BY, NAME.into());
    if service["spec"]["clusterIP"].str() == "None" {
        labels.object_mut().insert("service.kubernetes.io/headless", "".into());
    }
    let created = existing.is_none();
    let mut endpoints = existing.unwrap_or_else(|| {
        obj! { "metadata" => obj! { "name" => service.name(), "namespace" => service.namespace() } }
    });
    if !created && endpoints["subsets"] == subsets && *endpoints.labels() == labels {
        return Ok(());
    }
    endpoints.set("metadata.labels", labels);
    endpoints.annotate(TRIGGER_TIME, trigger_time(&service, &pods).rfc3339());
    match subsets.is_null() {
        true => drop(endpoints.remove("subsets")),
        false => endpoints.set("subsets", subsets),
    }
    match created {
        true => cx.client.create(kind::ENDPOINTS, endpoints)?,
        false => cx.client.update(kind::ENDPOINTS, endpoints)?,
    };
    Ok(())
}

/// Addresses grouped by the ports they serve, sorted by address; null if there are none.
fn subsets(service: &Value, pods: &[Value]) -> Value {
    let unready_too = service["spec"]["publishNotReadyAddresses"].bool();
    let mut groups: Vec<(Vec<(Str, i64, Str)>, [Vec<(Ipv4Addr, Value)>; 2])> = Vec::new();
    for pod in pods.iter().filter(|pod| unready_too || !pod.deleting()).take(CAPACITY) {
        let Ok(ip) = pod["status"]["podIP"].str().parse::<Ipv4Addr>() else { continue };
        let ports = ports(service, pod);
        if ports.is_empty() && !service["spec"]["ports"].is_empty() {
            continue;
        }
        let address = obj! {
            "ip" => &pod["status"]["podIP"], "nodeName" => &pod["spec"]["nodeName"], "targetRef" => target_ref(pod),
            "hostname" => &pod["spec"]["hostname"],
        };
        let unready = usize::from(!unready_too && !api::is_pod_ready(pod));
        match groups.iter_mut().find(|(of, _)| *of == ports) {
            Some((_, addresses)) => addresses[unready].push((ip, address)),
            None => {
                let mut addresses = [Vec::new(), Vec::new()];
                addresses[unready].push((ip, address));
                groups.push((ports, addresses));
            }
        }
    }
    let subset = |(ports, addresses): (Vec<(Str, i64, Str)>, [Vec<(Ipv4Addr, Value)>; 2])| {
        let [ready, unready] = addresses.map(|mut list| {
            list.sort_by_key(|(ip, _)| *ip);
            let values: Value = list.into_iter().map(|(_, address)| address).collect();
            Some(values).filter(|values| !values.is_empty())
        });
        let ports = Some(port_values(&ports)).filter(|ports| !ports.is_empty());
        obj! { "addresses" => ready, "notReadyAddresses" => unready, "ports" => ports }
    };
    let subsets: Value = groups.into_iter().map(subset).collect();
    if subsets.is_empty() { Value::Null } else { subsets }
}
