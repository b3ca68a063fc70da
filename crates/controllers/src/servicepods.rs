//! What the two endpoint controllers share: which Pods are behind a Service, and on which of their ports it arrives.

use crate::pods;
use api::{NULL, Selector, Str, Time, Value, is_pod_ready, kind, obj};
use apiserver::{Client, Context, EventType, WatchEvent, WorkKey};

/// The annotation with the moment of the change that was written last.
pub const TRIGGER_TIME: &str = "endpoints.kubernetes.io/last-change-trigger-time";
/// The label of what belongs to a Service without a cluster IP.
pub const HEADLESS: &str = "service.kubernetes.io/headless";

/// Queues the Services that a change of a Service or a Pod concerns.
pub fn observe(what: &'static str, event: &WatchEvent, cx: &mut Context<'_>) {
    let object = &event.object;
    if event.kind == kind::SERVICE {
        crate::enqueue_self(what, object, cx);
    } else if event.kind == kind::POD && is_of_interest(event) {
        let mut services = cx.client.services_selecting(object);
        if event.event == EventType::Modified && event.old.labels() != object.labels() {
            services.extend(cx.client.services_selecting(&event.old));
        }
        for service in services {
            cx.enqueue(WorkKey::new(what, service.namespace(), service.name()));
        }
    }
}

/// A Pod matters from the moment it has an address.
fn is_of_interest(event: &WatchEvent) -> bool {
    let (new, old) = (&event.object, &event.old);
    let address = |pod: &Value| pod["status"]["podIP"].to_str();
    if address(new).is_empty() && address(old).is_empty() {
        return false;
    }
    event.event != EventType::Modified
        || address(new) != address(old)
        || is_pod_ready(new) != is_pod_ready(old)
        || new.deleting() != old.deleting()
        || pods::is_terminal(new) != pods::is_terminal(old)
        || new.labels() != old.labels()
}

/// Whether the controllers keep the Service's endpoints: it selects Pods, and is no mere name.
pub fn is_kept(service: &Value) -> bool {
    !service["spec"]["selector"].is_empty() && service["spec"]["type"].str() != "ExternalName"
}

/// Whether the Service has no cluster IP.
pub fn is_headless(service: &Value) -> bool {
    service["spec"]["clusterIP"].str() == "None"
}

/// The Pods behind a Service that have an address and have not ended, by name.
pub fn behind(service: &Value, client: &Client<'_>) -> Vec<Value> {
    let mut pods = client.select(kind::POD, service.namespace(), &Selector::from_map(&service["spec"]["selector"]));
    pods.retain(|pod| !pods::is_terminal(pod) && !pod["status"]["podIP"].str().is_empty());
    pods
}

/// The ports on which the Service arrives at a Pod, as endpoints list them; those that the Pod does not name are left out.
/// Null if the Service has no ports.
pub fn ports(service: &Value, pod: &Value) -> Value {
    let ports = service["spec"]["ports"].array();
    let arriving = ports.iter().filter_map(|port| {
        let number = target_port(port, pod)?;
        let mut arriving =
            obj! { "port" => number, "protocol" => &port["protocol"], "appProtocol" => &port["appProtocol"] };
        // Even a port without a name says so: the name is part of how slices are told apart.
        arriving.object_mut().insert("name", port["name"].str().into());
        Some(arriving)
    });
    let arriving: Vec<Value> = arriving.collect();
    if ports.is_empty() { Value::Null } else { arriving.into() }
}

/// A target port is a number, or the name of a port of one of the Pod's containers; the Service's own port by default.
fn target_port(port: &Value, pod: &Value) -> Option<i64> {
    match &port["targetPort"] {
        Value::Int(number) => Some(*number),
        Value::String(name) => {
            if let Ok(number) = name.parse() {
                return Some(number);
            }
            let containers = pod["spec"]["containers"].array().iter();
            let named = containers.flat_map(|c| c["ports"].array()).find(|p| {
                let protocol = if p["protocol"].is_null() { "TCP" } else { p["protocol"].str() };
                p["name"].str() == name && protocol == port["protocol"].str()
            });
            named.map(|p| p["containerPort"].int())
        }
        _ => port["port"].as_int(),
    }
}

/// The reference to the Pod behind an address.
pub fn target_ref(pod: &Value) -> Value {
    obj! { "kind" => "Pod", "name" => pod.name(), "namespace" => pod.namespace(), "uid" => pod.uid() }
}

/// When the newest of the changes happened that led to these endpoints: the Service was made, or a Pod became (un)ready.
pub fn trigger_time(service: &Value, pods: &[Value]) -> Str {
    let changed = |pod: &Value| api::condition(pod, "Ready")["lastTransitionTime"].time().unwrap_or_default();
    let newest = pods.iter().map(changed).max().unwrap_or_default();
    newest.max(service.created()).max(Time(0)).rfc3339().into()
}

/// A Pod's host name, if it is one of the named members of a headless Service.
pub fn hostname<'a>(pod: &'a Value, service: &Value) -> &'a Value {
    match pod["spec"]["subdomain"].str() == service.name() {
        true => &pod["spec"]["hostname"],
        false => &NULL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::list;

    #[test]
    fn target_ports_are_numbers_or_names() {
        let named = list![obj! { "name" => "http", "containerPort" => 8080, "protocol" => "TCP" }];
        let pod = obj! { "spec" => obj! { "containers" => list![obj! { "ports" => named }] } };
        let target =
            |target: Value| target_port(&obj! { "port" => 80, "protocol" => "TCP", "targetPort" => target }, &pod);
        assert_eq!(target(8081.into()), Some(8081));
        assert_eq!(target("http".into()), Some(8080));
        assert_eq!(target("https".into()), None);
        assert_eq!(target(Value::Null), Some(80));
    }

    #[test]
    fn names_and_services_without_selectors_are_left_alone() {
        let service = |spec: Value| obj! { "spec" => spec };
        assert!(is_kept(&service(obj! { "selector" => obj! { "app" => "web" } })));
        assert!(!is_kept(&service(obj! { "type" => "ClusterIP" })));
        assert!(!is_kept(&service(obj! { "selector" => obj! { "app" => "web" }, "type" => "ExternalName" })));
    }
}
