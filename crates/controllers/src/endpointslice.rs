//! Which Pods stand behind a Service, as discovery.k8s.io/v1 EndpointSlices (pkg/controller/endpointslice,
//! staging/src/k8s.io/endpointslice).

use crate::Controller;
use crate::endpoints::{
    TRIGGER_TIME, port_values, ports, queue_services, selected_pods, selecting_service, target_ref, trigger_time,
};
use api::{Selector, Status, Str, Value, controller_ref, kind, list, obj};
use apiserver::client::DeleteOptions;
use apiserver::{Context, EventType, WatchEvent, WorkKey};

const NAME: &str = "endpointslice-controller";
/// `endpointslice.kubernetes.io/managed-by`
const MANAGER: &str = "endpointslice-controller.k8s.io";
const SERVICE_NAME: &str = "kubernetes.io/service-name";
/// `--max-endpoints-per-slice`
const SLICE_SIZE: usize = 100;

pub(crate) const CONTROLLER: Controller = Controller { name: NAME, source: NAME, observe, reconcile };

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    queue_services(NAME, event, cx);
    if event.kind == kind::ENDPOINT_SLICE && event.event == EventType::Deleted {
        let service = event.object.labels()[SERVICE_NAME].str();
        cx.enqueue(WorkKey::new(NAME, event.object.namespace(), service));
    }
}

/// The ports of a slice, and the endpoints that serve them.
type Group = (Vec<(Str, i64, Str)>, Vec<Value>);

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let selector = Selector::from_map(&obj! {
        SERVICE_NAME => &key.name, "endpointslice.kubernetes.io/managed-by" => MANAGER,
    });
    let mut slices = cx.client.select(kind::ENDPOINT_SLICE, &key.namespace, &selector);
    let Some(service) = selecting_service(key, cx) else {
        slices.iter().for_each(|slice| delete(slice, cx));
        return Ok(());
    };
    let pods = selected_pods(&service, cx);
    let annotation = trigger_time(&service, &pods).rfc3339();
    let labels = labels(&service);
    for (ports, mut wanted) in groups(&service, &pods) {
        let ports = port_values(&ports);
        let (ours, others): (Vec<Value>, Vec<Value>) = slices.into_iter().partition(|slice| slice["ports"] == ports);
        slices = others;
        let mut kept: Vec<(Value, Vec<Value>)> = ours
            .into_iter()
            .map(|slice| {
                let stays = take_known(&slice, &mut wanted);
                (slice, stays)
            })
            .collect();
        for (_, endpoints) in &mut kept {
            let room = SLICE_SIZE.saturating_sub(endpoints.len()).min(wanted.len());
            endpoints.extend(wanted.drain(..room));
        }
        let many = kept.len() > 1;
        for (slice, endpoints) in kept {
            match endpoints.is_empty() && many {
                true => delete(&slice, cx),
                false => update(slice, endpoints, &labels, &annotation, cx),
            }
        }
        let mut rest = wanted;
        while !rest.is_empty() {
            let next = rest.split_off(rest.len().min(SLICE_SIZE));
            create(&service, ports.clone(), rest, &labels, &annotation, cx);
            rest = next;
        }
    }
    let left = slices.iter().filter(|slice| !slice["endpoints"].is_empty() || slices.len() > 1).count();
    slices.iter().for_each(|slice| {
        if left > 0 || !pods.is_empty() {
            delete(slice, cx)
        }
    });
    let none = cx.client.select(kind::ENDPOINT_SLICE, &key.namespace, &selector).is_empty();
    if none {
        // A Service without endpoints still has one slice, an empty one.
        create(&service, Value::Null, Vec::new(), &labels, &annotation, cx);
    }
    Ok(())
}

/// The endpoints of a slice that are still wanted, as they are wanted now, in the slice's order; taken out of `wanted`.
fn take_known(slice: &Value, wanted: &mut Vec<Value>) -> Vec<Value> {
    let known = slice["endpoints"].array().iter();
    let found = known.filter_map(|old| {
        let index = wanted.iter().position(|new| new["targetRef"]["uid"] == old["targetRef"]["uid"])?;
        Some(wanted.swap_remove(index))
    });
    found.collect()
}

fn groups(service: &Value, pods: &[Value]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for pod in pods {
        let ports = ports(service, pod);
        let endpoint = endpoint(service, pod);
        match groups.iter_mut().find(|(of, _)| *of == ports) {
            Some((_, endpoints)) => endpoints.push(endpoint),
            None => groups.push((ports, vec![endpoint])),
        }
    }
    groups
}

fn endpoint(service: &Value, pod: &Value) -> Value {
    let (serving, terminating) = (api::is_pod_ready(pod), pod.deleting());
    let ready = service["spec"]["publishNotReadyAddresses"].bool() || serving && !terminating;
    obj! {
        "addresses" => list![&pod["status"]["podIP"]],
        "conditions" => obj! { "ready" => ready, "serving" => serving, "terminating" => terminating },
        "nodeName" => &pod["spec"]["nodeName"], "targetRef" => target_ref(pod), "hostname" => &pod["spec"]["hostname"],
    }
}

fn labels(service: &Value) -> Value {
    let mut labels = service.labels().clone();
    let map = labels.object_mut();
    map.insert(SERVICE_NAME, service.name().into());
    map.insert("endpointslice.kubernetes.io/managed-by", MANAGER.into());
    if service["spec"]["clusterIP"].str() == "None" {
        map.insert("service.kubernetes.io/headless", "".into());
    }
    labels
}

fn create(
    service: &Value,
    ports: Value,
    endpoints: Vec<Value>,
    labels: &Value,
    annotation: &str,
    cx: &mut Context<'_>,
) {
    let metadata = obj! {
        "generateName" => format!("{}-", service.name()), "namespace" => service.namespace(), "labels" => labels,
        "ownerReferences" => list![controller_ref(kind::SERVICE, service)],
    };
    let mut slice = obj! { "metadata" => metadata, "addressType" => "IPv4", "ports" => ports };
    // Empty lists are written as null, as Go does with them.
    slice.object_mut().insert("endpoints", if endpoints.is_empty() { Value::Null } else { endpoints.into() });
    slice.annotate(TRIGGER_TIME, annotation);
    let _ = cx.client.create(kind::ENDPOINT_SLICE, slice);
}

fn update(mut slice: Value, endpoints: Vec<Value>, labels: &Value, annotation: &str, cx: &mut Context<'_>) {
    if slice["endpoints"].array() == endpoints && slice.labels() == labels {
        return;
    }
    slice.object_mut().insert("endpoints", if endpoints.is_empty() { Value::Null } else { endpoints.into() });
    slice.set("metadata.labels", labels);
    slice.annotate(TRIGGER_TIME, annotation);
    let _ = cx.client.update(kind::ENDPOINT_SLICE, slice);
}

fn delete(slice: &Value, cx: &mut Context<'_>) {
    let _ = cx.client.delete(kind::ENDPOINT_SLICE, slice.namespace(), slice.name(), DeleteOptions::default());
}
