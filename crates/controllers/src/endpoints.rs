//! Endpoints: the old list of the addresses behind a Service, still kept for those who read it (pkg/controller/endpoint).

use crate::servicepods::{self, HEADLESS, TRIGGER_TIME};
use crate::{Controller, gone_is_fine};
use api::FlatMap;
use api::{Map, Status, Value, is_pod_ready, kind, list, obj};
use apiserver::{Context, DeleteOptions, EventType, WatchEvent, WorkKey};

const NAME: &str = "endpoints";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "endpoint-controller", observe, reconcile };

const MANAGED_BY: (&str, &str) = ("endpoints.kubernetes.io/managed-by", "endpoint-controller");
/// More addresses are cut off (`maxCapacity`).
const CAPACITY: usize = 1000;
const OVER_CAPACITY: &str = "endpoints.kubernetes.io/over-capacity";

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    servicepods::observe(NAME, event, cx);
    if event.kind == kind::ENDPOINTS && event.event == EventType::Deleted {
        crate::enqueue_self(NAME, &event.object, cx);
    }
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let stored = cx.client.get(kind::ENDPOINTS, &key.namespace, &key.name);
    let Some(service) = cx.client.get(kind::SERVICE, &key.namespace, &key.name) else {
        return match stored {
            Some(_) => {
                gone_is_fine(cx.client.delete(kind::ENDPOINTS, &key.namespace, &key.name, DeleteOptions::default()))
            }
            None => Ok(()),
        };
    };
    if !servicepods::is_kept(&service) {
        return Ok(());
    }
    let mut pods = servicepods::behind(&service, &cx.client);
    let even_unready = service["spec"]["publishNotReadyAddresses"].bool();
    pods.retain(|pod| even_unready || !pod.deleting());
    let over_capacity = pods.len() > CAPACITY;
    pods.truncate(CAPACITY);
    let subsets = subsets(&service, &pods, even_unready);
    let labels = labels(&service);
    let current = stored.clone().unwrap_or_default();
    if stored.is_some() && current["subsets"] == subsets && *current.labels() == labels {
        return Ok(());
    }
    let mut endpoints = match stored {
        Some(stored) => stored,
        None => obj! {
            "apiVersion" => "v1", "kind" => "Endpoints",
            "metadata" => obj! { "name" => service.name(), "namespace" => service.namespace() },
        },
    };
    endpoints.set("metadata.labels", labels);
    endpoints.annotate(TRIGGER_TIME, servicepods::trigger_time(&service, &pods));
    match over_capacity {
        true => endpoints.annotate(OVER_CAPACITY, "truncated"),
        false => drop(endpoints.at_mut("metadata.annotations").object_mut().remove(OVER_CAPACITY)),
    }
    match subsets {
        Value::Null => drop(endpoints.remove("subsets")),
        subsets => endpoints.set("subsets", subsets),
    }
    match endpoints.uid() {
        "" => cx.client.create(kind::ENDPOINTS, endpoints)?,
        _ => cx.client.update(kind::ENDPOINTS, endpoints)?,
    };
    Ok(())
}

fn labels(service: &Value) -> Value {
    let mut labels: Map = service.labels().entries().map(|(k, v)| (k.clone(), v.clone())).collect();
    labels.insert(MANAGED_BY.0, MANAGED_BY.1.into());
    labels.remove(HEADLESS);
    if servicepods::is_headless(service) {
        labels.insert(HEADLESS, "".into());
    }
    labels.into()
}

/// The addresses, grouped by the ports they answer on, sorted as text; null if there are none.
fn subsets(service: &Value, pods: &[Value], even_unready: bool) -> Value {
    let mut groups: FlatMap<String, (Value, Vec<Value>, Vec<Value>)> = FlatMap::new();
    for pod in pods {
        let ports = subset_ports(service, pod);
        if ports.is_null() && !servicepods::is_headless(service) {
            continue;
        }
        let group = groups.get_or_insert_with(api::json::to_string(&ports), || (ports, Vec::new(), Vec::new()));
        let address = obj! {
            "ip" => &pod["status"]["podIP"], "nodeName" => &pod["spec"]["nodeName"],
            "hostname" => servicepods::hostname(pod, service), "targetRef" => servicepods::target_ref(pod),
        };
        if even_unready || is_pod_ready(pod) { group.1.push(address) } else { group.2.push(address) }
    }
    let sorted = |mut addresses: Vec<Value>| {
        api::sort_by(&mut addresses, |a, b| a["ip"].str().cmp(b["ip"].str()));
        Some(addresses).filter(|a| !a.is_empty())
    };
    let subsets: Vec<Value> = groups
        .into_values()
        .map(|(ports, ready, unready)| {
            obj! { "addresses" => sorted(ready), "notReadyAddresses" => sorted(unready), "ports" => ports }
        })
        .collect();
    if subsets.is_empty() { Value::Null } else { subsets.into() }
}

/// The ports without what an Endpoints object does not say; null if there are none.
fn subset_ports(service: &Value, pod: &Value) -> Value {
    let ports = servicepods::ports(service, pod);
    let plain = |port: &Value| {
        let name = Some(port["name"].str()).filter(|name| !name.is_empty());
        let (number, protocol) = (&port["port"], &port["protocol"]);
        obj! { "name" => name, "port" => number, "protocol" => protocol, "appProtocol" => &port["appProtocol"] }
    };
    match ports.array() {
        [] => Value::Null,
        [one] => list![plain(one)],
        many => many.iter().map(plain).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(name: &str, ip: &str, ready: &str) -> Value {
        let ready = obj! { "type" => "Ready", "status" => ready };
        obj! {
            "metadata" => obj! { "name" => name }, "spec" => obj! {},
            "status" => obj! { "podIP" => ip, "conditions" => list![ready] },
        }
    }

    #[test]
    fn ready_and_unready_addresses_of_one_port_are_one_subset() {
        let port = obj! { "port" => 80, "targetPort" => 8080, "protocol" => "TCP" };
        let service = obj! { "spec" => obj! { "clusterIP" => "10.96.0.9", "ports" => list![port] } };
        let pods = [pod("c", "10.44.0.3", "False"), pod("b", "10.44.0.2", "True"), pod("a", "10.44.0.10", "True")];
        let subsets = subsets(&service, &pods, false);
        assert_eq!(subsets.len(), 1);
        let subset = &subsets.array()[0];
        let ips: Vec<&str> = subset["addresses"].array().iter().map(|a| a["ip"].str()).collect();
        assert_eq!(ips, ["10.44.0.10", "10.44.0.2"], "sorted as text");
        assert_eq!(subset["notReadyAddresses"].len(), 1);
        assert_eq!(subset["ports"], list![obj! { "port" => 8080, "protocol" => "TCP" }]);
    }
}
