//! External load balancers: what a cloud does for Services of type LoadBalancer. After some seconds they get an address
//! that is reached from outside.

use crate::{Controller, enqueue_self};
use api::FlatSet;
use api::{Status, Str, Value, kind, list, obj};
use apiserver::{Context, EventSpec, EventType, WatchEvent, WorkKey};
use std::time::Duration;

const NAME: &str = "servicelb";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "service-controller", observe, reconcile };

/// How long the cloud takes.
const PROVISIONING: Duration = Duration::from_secs(8);
/// Addresses for documentation (RFC 5737, TEST-NET-1): they lead nowhere outside the simulation.
const POOL: &str = "192.0.2.";
const FIRST: u8 = 1;
const LAST: u8 = 254;

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    let service = &event.object;
    if event.kind != kind::SERVICE || event.event == EventType::Deleted {
        return;
    }
    match (wants_balancer(service), address(service).is_empty()) {
        (true, true) => {
            let key = WorkKey::new(NAME, service.namespace(), service.name());
            cx.enqueue_after(key, PROVISIONING);
        }
        (false, false) => enqueue_self(NAME, service, cx),
        _ => {}
    }
}

fn wants_balancer(service: &Value) -> bool {
    let spec = &service["spec"];
    spec["type"].str() == "LoadBalancer" && spec["loadBalancerClass"].is_null() && !service.deleting()
}

fn address(service: &Value) -> Str {
    let ingress = service.at("status.loadBalancer.ingress").array().first();
    ingress.map(|ingress| ingress["ip"].to_str()).unwrap_or_default()
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some(mut service) = cx.client.get(kind::SERVICE, &key.namespace, &key.name) else { return Ok(()) };
    match (wants_balancer(&service), address(&service).is_empty()) {
        (true, true) => {
            let taken: FlatSet<Str> = cx.client.list(kind::SERVICE, "").iter().map(address).collect();
            let mut pool = (FIRST..=LAST).map(|last| Str::from(format!("{POOL}{last}")));
            let Some(ip) = pool.find(|ip| !taken.contains(ip)) else {
                cx.enqueue_after(key.clone(), PROVISIONING);
                return Ok(());
            };
            cx.client.event(
                &service,
                kind::SERVICE,
                EventSpec::normal("EnsuringLoadBalancer", "Ensuring load balancer"),
            );
            service.set("status.loadBalancer.ingress", list![obj! { "ip" => ip, "ipMode" => "VIP" }]);
            let service = cx.client.update_status(kind::SERVICE, service)?;
            cx.client.event(&service, kind::SERVICE, EventSpec::normal("EnsuredLoadBalancer", "Ensured load balancer"));
        }
        (false, false) => {
            service.remove("status.loadBalancer.ingress");
            cx.client.update_status(kind::SERVICE, service)?;
        }
        _ => {}
    }
    Ok(())
}
