//! Endpoints that somebody keeps by hand, for a Service without a selector: EndpointSlices say the same, as that is what
//! kube-proxy reads (pkg/controller/endpointslicemirroring).

use crate::{Controller, enqueue_owner, enqueue_self, gone_is_fine};
use api::{Map, Status, Value, controller_ref, kind, list, obj};
use apiserver::{Context, DeleteOptions, EventType, WatchEvent, WorkKey};
use std::net::IpAddr;

const NAME: &str = "endpointslicemirroring";

pub const CONTROLLER: Controller =
    Controller { name: NAME, source: "endpoint-slice-mirroring-controller", observe, reconcile };

const MANAGED_BY: (&str, &str) = ("endpointslice.kubernetes.io/managed-by", "endpointslicemirroring-controller.k8s.io");
const SERVICE_NAME: &str = "kubernetes.io/service-name";
/// Endpoints with this label are not mirrored, nor are those of the endpoints controller, or that only elect a leader.
const SKIP: &str = "endpointslice.kubernetes.io/skip-mirror";
const CONTROLLED: &str = "endpoints.kubernetes.io/managed-by";
const LEADER: &str = "control-plane.alpha.kubernetes.io/leader";
/// Annotations of the Endpoints that are their own matter.
const OWN: [&str; 2] =
    ["endpoints.kubernetes.io/last-change-trigger-time", "kubectl.kubernetes.io/last-applied-configuration"];
/// How many addresses of a subset are mirrored at most (`--mirroring-max-endpoints-per-subset`).
const MOST: usize = 1000;

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    let object = &event.object;
    match event.kind {
        kind if kind == kind::ENDPOINTS && (is_mirrored(object) || !event.old.is_null() && is_mirrored(&event.old)) => {
            enqueue_self(NAME, object, cx);
        }
        kind if kind == kind::SERVICE => {
            let free = object["spec"]["selector"].is_empty() || event.old["spec"]["selector"].is_empty();
            let endpoints = if free { cx.client.get(kind::ENDPOINTS, object.namespace(), object.name()) } else { None };
            if endpoints.is_some_and(|endpoints| is_mirrored(&endpoints)) {
                enqueue_self(NAME, object, cx);
            }
        }
        kind if kind == kind::ENDPOINT_SLICE && event.event != EventType::Added && is_own(object) => {
            enqueue_owner(NAME, kind::ENDPOINTS, object, cx);
        }
        _ => {}
    }
}

fn is_mirrored(endpoints: &Value) -> bool {
    let labels = endpoints.labels();
    labels[SKIP].str() != "true" && labels[CONTROLLED].is_null() && endpoints.annotation(LEADER).is_empty()
}

fn is_own(slice: &Value) -> bool {
    slice.labels()[MANAGED_BY.0].str() == MANAGED_BY.1
}

/// One slice as it is to be.
#[derive(Debug, PartialEq)]
struct Wanted {
    family: &'static str,
    ports: Value,
    endpoints: Vec<Value>,
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    // What Endpoints leave behind goes with them: they own it.
    let Some(endpoints) = cx.client.get(kind::ENDPOINTS, &key.namespace, &key.name) else { return Ok(()) };
    let mut stored = cx.client.owned_by(kind::ENDPOINT_SLICE, endpoints.uid());
    stored.retain(|slice| is_own(slice) && !slice.deleting());
    let service = cx.client.get(kind::SERVICE, &key.namespace, &key.name);
    let free = service.is_some_and(|service| service["spec"]["selector"].is_empty());
    let wanted = if free && is_mirrored(&endpoints) { wanted(&endpoints) } else { Vec::new() };
    let (labels, annotations) = marks(&endpoints);
    for one in wanted {
        let same = |slice: &Value| slice["addressType"].str() == one.family && slice["ports"] == one.ports;
        let old = stored.iter().position(same).map(|at| stored.remove(at)).unwrap_or_default();
        let mut slice = match old.is_null() {
            false => old.clone(),
            true => obj! {
                "apiVersion" => kind::ENDPOINT_SLICE.api_version(), "kind" => kind::ENDPOINT_SLICE.kind,
                "metadata" => obj! {
                    "generateName" => format!("{}-", key.name), "namespace" => key.namespace.as_str(),
                    "ownerReferences" => list![controller_ref(kind::ENDPOINTS, &endpoints)],
                },
                "addressType" => one.family,
            },
        };
        slice.set("metadata.labels", labels.clone());
        match annotations.is_empty() {
            true => drop(slice.remove("metadata.annotations")),
            false => slice.set("metadata.annotations", annotations.clone()),
        }
        slice.object_mut().insert("ports", one.ports);
        slice.object_mut().insert("endpoints", one.endpoints.into());
        match old.is_null() {
            true => drop(cx.client.create(kind::ENDPOINT_SLICE, slice)?),
            false if slice != old => drop(cx.client.update(kind::ENDPOINT_SLICE, slice)?),
            false => {}
        }
    }
    for slice in stored {
        let (namespace, name) = (slice.namespace().to_owned(), slice.name().to_owned());
        gone_is_fine(cx.client.delete(kind::ENDPOINT_SLICE, &namespace, &name, DeleteOptions::default()))?;
    }
    Ok(())
}

/// The slices for the subsets of Endpoints: one for each family of addresses and set of ports.
fn wanted(endpoints: &Value) -> Vec<Wanted> {
    let mut wanted: Vec<Wanted> = Vec::new();
    for subset in endpoints["subsets"].array() {
        let port = |port: &Value| {
            let name = port["name"].to_str();
            obj! {
                "appProtocol" => &port["appProtocol"], "name" => name, "port" => &port["port"],
                "protocol" => &port["protocol"],
            }
        };
        let ports: Value = subset["ports"].array().iter().map(port).collect();
        let ready = subset["addresses"].array().iter().map(|address| (address, true));
        let all = ready.chain(subset["notReadyAddresses"].array().iter().map(|address| (address, false)));
        for (address, ready) in all.take(MOST) {
            let family = match address["ip"].str().parse() {
                Ok(IpAddr::V4(_)) => "IPv4",
                Ok(IpAddr::V6(_)) => "IPv6",
                Err(_) => continue,
            };
            let endpoint = obj! {
                "addresses" => list![&address["ip"]], "conditions" => obj! { "ready" => ready },
                "hostname" => &address["hostname"], "nodeName" => &address["nodeName"],
                "targetRef" => &address["targetRef"],
            };
            match wanted.iter_mut().find(|one| one.family == family && one.ports == ports) {
                Some(one) => one.endpoints.push(endpoint),
                None => wanted.push(Wanted { family, ports: ports.clone(), endpoints: vec![endpoint] }),
            }
        }
    }
    wanted
}

/// The labels and annotations of the slices.
fn marks(endpoints: &Value) -> (Value, Value) {
    let mut labels: Map = endpoints.labels().entries().map(|(key, value)| (key.clone(), value.clone())).collect();
    labels.insert(SERVICE_NAME, endpoints.name().into());
    labels.insert(MANAGED_BY.0, MANAGED_BY.1.into());
    let notes = endpoints["metadata"]["annotations"].entries().filter(|(key, _)| !OWN.contains(&key.as_str()));
    let notes: Map = notes.map(|(key, value)| (key.clone(), value.clone())).collect();
    (labels.into(), notes.into())
}
