//! What ingress-nginx tells the API while one of its Pods is ready: where its Ingresses are reached, and that it has taken
//! them over. The requests themselves are carried by the Pod.

use crate::{Controller, enqueue_self};
use api::selector::Selector;
use api::{Status, Value, kind, list, meta, obj};
use apiserver::{Context, EventSpec, EventType, WatchEvent, WorkKey};
use std::time::Duration;

const NAME: &str = "ingress-nginx";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "nginx-ingress-controller", observe, reconcile };

/// `spec.controller` of the IngressClasses that are its own.
const CLASS: &str = "k8s.io/ingress-nginx";
/// Part of its image's name.
const IMAGE: &str = "ingress-nginx/controller";
/// The label and the value that its Service has (`--publish-service`).
const LABEL: (&str, &str) = ("app.kubernetes.io/name", "ingress-nginx");
/// How often addresses are written into Ingresses: `--update-status` works once a minute.
const STATUS_INTERVAL: Duration = Duration::from_secs(60);

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    if event.kind == kind::INGRESS && event.event != EventType::Deleted {
        return enqueue_self(NAME, &event.object, cx);
    }
    // Its Service has got an address, or its first Pod is ready.
    let own = || event.object.labels()[LABEL.0].str() == LABEL.1;
    if event.kind == kind::INGRESS_CLASS || [kind::SERVICE, kind::ENDPOINT_SLICE].contains(&event.kind) && own() {
        for ingress in cx.client.list(kind::INGRESS, "") {
            enqueue_self(NAME, &ingress, cx);
        }
    }
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some(mut ingress) = cx.client.get(kind::INGRESS, &key.namespace, &key.name) else { return Ok(()) };
    if ingress.deleting() || !is_own(&ingress, cx) {
        return Ok(());
    }
    let Some(service) = published(cx) else { return Ok(()) };
    if cx.client.events_about(&ingress).is_empty() {
        cx.client.event(&ingress, kind::INGRESS, EventSpec::normal("Sync", "Scheduled for sync"));
    }
    let addresses = addresses(&service, cx);
    if ingress["status"]["loadBalancer"]["ingress"] == addresses {
        return Ok(());
    }
    let interval = STATUS_INTERVAL.as_micros() as i64;
    let over = cx.now.0.rem_euclid(interval);
    if over != 0 {
        let rest = Duration::from_micros((interval - over).unsigned_abs());
        cx.enqueue_after(key.clone(), rest);
        return Ok(());
    }
    ingress.set("status.loadBalancer.ingress", addresses);
    cx.client.update_status(kind::INGRESS, ingress).map(drop)
}

fn is_own(ingress: &Value, cx: &Context<'_>) -> bool {
    let class = cx.client.get(kind::INGRESS_CLASS, "", meta::ingress_class(ingress));
    class.is_some_and(|class| class["spec"]["controller"].str() == CLASS)
}

/// The Service in front of the controller, if one of its Pods is ready.
fn published(cx: &Context<'_>) -> Option<Value> {
    let mut services = cx.client.list(kind::SERVICE, "").into_iter();
    services.find(|service| {
        let own = service.labels()[LABEL.0].str() == LABEL.1;
        own && !ready_pods(service, cx).is_empty()
    })
}

fn ready_pods(service: &Value, cx: &Context<'_>) -> Vec<Value> {
    let selector = Selector::from_map(&service["spec"]["selector"]);
    let mut pods = cx.client.select(kind::POD, service.namespace(), &selector);
    let runs = |pod: &Value| pod["spec"]["containers"].array().iter().any(|c| c["image"].str().contains(IMAGE));
    pods.retain(|pod| meta::is_pod_ready(pod) && runs(pod));
    pods
}

/// The load balancer's addresses; without one those of the nodes with its Pods.
fn addresses(service: &Value, cx: &Context<'_>) -> Value {
    let balancer = service.at("status.loadBalancer.ingress").array();
    if service["spec"]["type"].str() == "LoadBalancer" {
        return balancer.iter().map(|ingress| obj! { "ip" => &ingress["ip"] }).collect();
    }
    let mut all = list![];
    for pod in ready_pods(service, cx) {
        let address = obj! { "ip" => &pod["status"]["hostIP"] };
        if !all.array().contains(&address) {
            all.array_mut().push(address);
        }
    }
    all
}
