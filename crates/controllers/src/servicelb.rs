//! The cloud's half of a LoadBalancer Service: a load balancer outside the cluster gets an address for it
//! (staging/src/k8s.io/cloud-provider/controllers/service).

use crate::Controller;
use api::{Status, Value, kind, list, obj};
use apiserver::{Context, EventSpec, EventType, WatchEvent, WorkKey};
use std::net::Ipv4Addr;
use std::time::Duration;

const NAME: &str = "service-controller";
/// How long the cloud takes to make a load balancer.
const PROVISIONING: Duration = Duration::from_secs(5);
/// The addresses that it gives: 192.0.2.0/24 is reserved for examples (RFC 5737).
const POOL: [u8; 3] = [192, 0, 2];

pub(crate) const CONTROLLER: Controller = Controller { name: NAME, source: NAME, observe, reconcile };

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    if event.kind != kind::SERVICE || event.event == EventType::Deleted {
        return;
    }
    if wants(&event.object) != !ingress(&event.object).is_empty() {
        let key = WorkKey::new(NAME, event.object.namespace(), event.object.name());
        cx.enqueue_after(key, PROVISIONING);
    }
}

fn wants(service: &Value) -> bool {
    service["spec"]["type"].str() == "LoadBalancer"
}

fn ingress(service: &Value) -> &[Value] {
    service.at("status.loadBalancer.ingress").array()
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some(mut service) = cx.client.get(kind::SERVICE, &key.namespace, &key.name) else { return Ok(()) };
    if wants(&service) == !ingress(&service).is_empty() {
        return Ok(());
    }
    if !wants(&service) {
        service.set("status.loadBalancer", obj! {});
        cx.client.update_status(kind::SERVICE, service)?;
        return Ok(());
    }
    let event = EventSpec::normal("EnsuringLoadBalancer", "Ensuring load balancer");
    cx.client.event(&service, kind::SERVICE, event);
    let taken: Vec<Value> = cx.client.list(kind::SERVICE, "").iter().flat_map(|s| ingress(s).to_vec()).collect();
    let free = (1..=254).map(|last| Ipv4Addr::new(POOL[0], POOL[1], POOL[2], last).to_string());
    let Some(address) = free.into_iter().find(|ip| taken.iter().all(|i| i["ip"].str() != ip)) else {
        let failed = "Error syncing load balancer: failed to ensure load balancer: no address is left";
        cx.client.event(&service, kind::SERVICE, EventSpec::warning("SyncLoadBalancerFailed", failed));
        return Ok(());
    };
    let entry = obj! { "ip" => address, "ipMode" => "VIP" };
    service.set("status.loadBalancer", obj! { "ingress" => list![entry] });
    if let Ok(stored) = cx.client.update_status(kind::SERVICE, service) {
        cx.client.event(&stored, kind::SERVICE, EventSpec::normal("EnsuredLoadBalancer", "Ensured load balancer"));
    }
    Ok(())
}
