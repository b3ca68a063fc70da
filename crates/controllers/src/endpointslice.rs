//! EndpointSlice: the addresses behind a Service, at most 100 in one object (pkg/controller/endpointslice).

use crate::servicepods::{self, HEADLESS, TRIGGER_TIME};
use crate::{Controller, enqueue_owner, gone_is_fine};
use api::FlatMap;
use api::{Map, Status, Value, controller_ref, is_pod_ready, kind, list, obj};
use apiserver::{Context, DeleteOptions, EventType, WatchEvent, WorkKey};

const NAME: &str = "endpointslice";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "endpoint-slice-controller", observe, reconcile };

/// How many endpoints a slice has at most (`MaxEndpointsPerSlice`).
const CAPACITY: usize = 100;
const MANAGED_BY: (&str, &str) = ("endpointslice.kubernetes.io/managed-by", "endpointslice-controller.k8s.io");
const SERVICE_NAME: &str = "kubernetes.io/service-name";
const ZONE: &str = "topology.kubernetes.io/zone";

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    servicepods::observe(NAME, event, cx);
    if event.kind == kind::ENDPOINT_SLICE && event.event == EventType::Deleted {
        enqueue_owner(NAME, kind::SERVICE, &event.object, cx);
    }
}

/// A slice as it is to be: the stored one (null for a new one), its ports and endpoints. One without endpoints goes, unless
/// it is `kept`.
struct Plan {
    stored: Value,
    ports: Value,
    endpoints: Vec<Value>,
    kept: bool,
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some(service) = cx.client.get(kind::SERVICE, &key.namespace, &key.name) else { return Ok(()) };
    let mut stored = cx.client.owned_by(kind::ENDPOINT_SLICE, service.uid());
    stored.retain(|slice| slice.labels()[MANAGED_BY.0].str() == MANAGED_BY.1 && !slice.deleting());
    if !servicepods::is_kept(&service) || service.deleting() {
        return Ok(());
    }
    let pods = servicepods::behind(&service, &cx.client);
    let mut wanted: FlatMap<String, (Value, Vec<Value>)> = FlatMap::new();
    for pod in &pods {
        let ports = servicepods::ports(&service, pod);
        let group = wanted.get_or_insert_with(api::json::to_string(&ports), || (ports, Vec::new()));
        let node = cx.client.get(kind::NODE, "", pod["spec"]["nodeName"].str()).unwrap_or_default();
        group.1.push(endpoint(&service, pod, &node));
    }
    let plans = plan(stored, wanted.into_values().collect());
    let (labels, trigger) = (labels(&service), servicepods::trigger_time(&service, &pods));
    for plan in plans {
        write(plan, &service, &labels, &trigger, cx)?;
    }
    Ok(())
}

fn endpoint(service: &Value, pod: &Value, node: &Value) -> Value {
    let serving = is_pod_ready(pod);
    let published = service["spec"]["publishNotReadyAddresses"].bool();
    let conditions = obj! {
        "ready" => published || serving && !pod.deleting(), "serving" => serving, "terminating" => pod.deleting(),
    };
    obj! {
        "addresses" => list![&pod["status"]["podIP"]], "conditions" => conditions,
        "hostname" => servicepods::hostname(pod, service), "nodeName" => &pod["spec"]["nodeName"],
        "targetRef" => servicepods::target_ref(pod), "zone" => &node.labels()[ZONE],
        "hints" => hints(service, published || serving && !pod.deleting(), pod["spec"]["nodeName"].str(), node.labels()[ZONE].str()),
    }
}

/// Where a ready endpoint is best used, as the Service's `trafficDistribution` wishes
/// (staging/src/k8s.io/endpointslice/trafficdist).
fn hints(service: &Value, ready: bool, node: &str, zone: &str) -> Option<Value> {
    let of = |name: &str| Some(list![obj! { "name" => name }]).filter(|_| !name.is_empty());
    let (nodes, zones) = match service["spec"]["trafficDistribution"].str() {
        _ if !ready => (None, None),
        "PreferSameNode" => (of(node), of(zone)),
        "PreferClose" | "PreferSameZone" => (None, of(zone)),
        _ => (None, None),
    };
    (nodes.is_some() || zones.is_some()).then(|| obj! { "forNodes" => nodes, "forZones" => zones })
}

/// Distributes the endpoints of each set of ports over slices. An endpoint stays in the slice where it is; new ones fill
/// the slices that have room, then new slices; slices left empty go. A Service without endpoints keeps one empty slice.
fn plan(stored: Vec<Value>, wanted: Vec<(Value, Vec<Value>)>) -> Vec<Plan> {
    let mut plans: Vec<Plan> = Vec::new();
    let mut unused: Vec<Value> = Vec::new();
    let mut left: Vec<(Value, FlatMap<String, Value>, Vec<String>)> = wanted
        .into_iter()
        .map(|(ports, endpoints)| {
            let order: Vec<String> = endpoints.iter().map(identity).collect();
            (ports, order.iter().cloned().zip(endpoints).collect(), order)
        })
        .collect();
    for slice in stored {
        let Some((ports, endpoints, _)) = left.iter_mut().find(|(ports, ..)| *ports == slice["ports"]) else {
            unused.push(slice);
            continue;
        };
        let kept: Vec<Value> =
            slice["endpoints"].array().iter().filter_map(|e| endpoints.remove(&identity(e))).collect();
        plans.push(Plan { ports: ports.clone(), endpoints: kept, stored: slice, kept: false });
    }
    for (ports, mut endpoints, order) in left {
        let mut fresh = order.iter().filter_map(|id| endpoints.remove(id)).peekable();
        for plan in plans.iter_mut().filter(|plan| plan.ports == ports) {
            let room = CAPACITY.saturating_sub(plan.endpoints.len());
            plan.endpoints.extend(fresh.by_ref().take(room));
        }
        while fresh.peek().is_some() {
            let endpoints = fresh.by_ref().take(CAPACITY).collect();
            plans.push(Plan { stored: unused.pop().unwrap_or_default(), ports: ports.clone(), endpoints, kept: false });
        }
    }
    let empty = |stored, kept| Plan { stored, ports: Value::Null, endpoints: Vec::new(), kept };
    plans.extend(unused.into_iter().map(|stored| empty(stored, false)));
    if plans.iter().all(|plan| plan.endpoints.is_empty()) {
        // The one that is kept has no ports either.
        let stored = plans.iter().position(|plan| !plan.stored.is_null());
        let stored = stored.map(|at| plans.remove(at).stored).unwrap_or_default();
        plans.push(empty(stored, true));
    }
    plans
}

fn identity(endpoint: &Value) -> String {
    format!("{} {}", endpoint["targetRef"]["uid"].str(), endpoint["addresses"].array().first().map_or("", Value::str))
}

fn write(plan: Plan, service: &Value, labels: &Value, trigger: &str, cx: &mut Context<'_>) -> Result<(), Status> {
    let new = plan.stored.is_null();
    if plan.endpoints.is_empty() && !plan.kept {
        if new {
            return Ok(());
        }
        let (namespace, name) = (plan.stored.namespace().to_owned(), plan.stored.name().to_owned());
        return gone_is_fine(cx.client.delete(kind::ENDPOINT_SLICE, &namespace, &name, DeleteOptions::default()));
    }
    let mut slice = match new {
        false => plan.stored.clone(),
        true => obj! {
            "apiVersion" => kind::ENDPOINT_SLICE.api_version(), "kind" => kind::ENDPOINT_SLICE.kind,
            "metadata" => obj! {
                "generateName" => format!("{}-", service.name()), "namespace" => service.namespace(),
                "ownerReferences" => list![controller_ref(kind::SERVICE, service)],
            },
            "addressType" => "IPv4",
        },
    };
    slice.set("metadata.labels", labels.clone());
    slice.object_mut().insert("ports", plan.ports);
    // Empty lists are written as null, as Go does with them.
    let endpoints = Some(plan.endpoints).filter(|endpoints| !endpoints.is_empty());
    slice.object_mut().insert("endpoints", endpoints.into());
    let same = |field: &str| slice[field] == plan.stored[field];
    if !new && same("ports") && same("endpoints") && slice.labels() == plan.stored.labels() {
        return Ok(());
    }
    slice.annotate(TRIGGER_TIME, trigger);
    match new {
        true => cx.client.create(kind::ENDPOINT_SLICE, slice)?,
        false => cx.client.update(kind::ENDPOINT_SLICE, slice)?,
    };
    Ok(())
}

fn labels(service: &Value) -> Value {
    let mut labels: Map = service.labels().entries().map(|(k, v)| (k.clone(), v.clone())).collect();
    labels.insert(MANAGED_BY.0, MANAGED_BY.1.into());
    labels.insert(SERVICE_NAME, service.name().into());
    labels.remove(HEADLESS);
    if servicepods::is_headless(service) {
        labels.insert(HEADLESS, "".into());
    }
    labels.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoints(range: std::ops::Range<usize>) -> Vec<Value> {
        let endpoint = |i: usize| {
            obj! { "addresses" => list![format!("10.44.0.{i}")], "targetRef" => obj! { "uid" => format!("u{i}") } }
        };
        range.map(endpoint).collect()
    }

    fn stored(name: &str, ports: Value, endpoints: Vec<Value>) -> Value {
        obj! { "metadata" => obj! { "name" => name }, "ports" => ports, "endpoints" => endpoints }
    }

    fn shape(plans: &[Plan]) -> Vec<(&str, usize)> {
        plans.iter().map(|plan| (plan.stored.name(), plan.endpoints.len())).collect()
    }

    #[test]
    fn endpoints_stay_where_they_are_and_new_ones_fill_the_gaps() {
        let ports = list![obj! { "port" => 80 }];
        let slices =
            vec![stored("a", ports.clone(), endpoints(0..100)), stored("b", ports.clone(), endpoints(100..150))];
        let plans = plan(slices, vec![(ports.clone(), endpoints(50..260))]);
        assert_eq!(shape(&plans), [("a", 100), ("b", 100), ("", 10)]);
        assert_eq!(plans[0].endpoints[0], endpoints(50..51)[0]);
        assert_eq!(plans[1].endpoints[0], endpoints(100..101)[0]);
    }

    #[test]
    fn hints_follow_the_wish_for_traffic() {
        let wish = |text: &str| obj! { "spec" => obj! { "trafficDistribution" => text } };
        let shown = |text: &str, ready, zone| {
            hints(&wish(text), ready, "node1", zone).map_or(String::new(), |hints| api::json::to_string(&hints))
        };
        assert_eq!(shown("", true, "a"), "");
        assert_eq!(shown("PreferClose", true, "a"), r#"{"forZones":[{"name":"a"}]}"#);
        assert_eq!(shown("PreferSameZone", true, ""), "");
        assert_eq!(shown("PreferSameNode", true, ""), r#"{"forNodes":[{"name":"node1"}]}"#);
        assert_eq!(shown("PreferSameNode", true, "a"), r#"{"forNodes":[{"name":"node1"}],"forZones":[{"name":"a"}]}"#);
        assert_eq!(shown("PreferSameNode", false, "a"), "");
    }

    #[test]
    fn ports_that_differ_are_other_slices_and_one_empty_slice_stays() {
        let (web, db) = (list![obj! { "port" => 80 }], list![obj! { "port" => 5432 }]);
        let plans = plan(vec![stored("a", web.clone(), endpoints(0..2))], vec![(db.clone(), endpoints(0..2))]);
        assert_eq!(shape(&plans), [("a", 2)], "the slice that is not needed is used again");
        let plans = plan(vec![stored("a", web, endpoints(0..2)), stored("b", db, endpoints(2..3))], Vec::new());
        assert_eq!(plans.iter().filter(|plan| plan.kept).count(), 1);
        assert!(plans.iter().all(|plan| plan.endpoints.is_empty()));
    }
}
