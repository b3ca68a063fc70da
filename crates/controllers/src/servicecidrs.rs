//! Ranges of Services' addresses: one that can be used says so, and one that is to go stays while it is the only one that has the
//! address of some Service (pkg/controller/servicecidrs).

use crate::{Controller, enqueue_self};
use api::{Status, Value, condition, kind, obj};
use apiserver::{Context, EventType, SERVICE_CIDR_FINALIZER, SERVICE_CIDR_READY, WatchEvent, WorkKey, range_of};
use std::net::Ipv4Addr;
use std::time::Duration;

const NAME: &str = "service-cidr";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "service-cidr-controller", observe, reconcile };

/// How long a range that nobody needs stays, so that everybody hears that it goes (`deletionGracePeriod`).
const GRACE: Duration = Duration::from_secs(10);
const BLOCKED: &str =
    "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR";

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    let gone = event.event == EventType::Deleted;
    if event.kind == kind::SERVICE_CIDR && !gone && !is_settled(&event.object) {
        enqueue_self(NAME, &event.object, cx);
    }
    // What keeps a range may have gone, or another may have taken it over.
    let frees = event.kind == kind::IP_ADDRESS && gone || event.kind == kind::SERVICE_CIDR && !gone;
    if frees {
        for range in cx.client.list(kind::SERVICE_CIDR, "").iter().filter(|range| range.deleting()) {
            enqueue_self(NAME, range, cx);
        }
    }
}

fn is_kept(range: &Value) -> bool {
    range["metadata"]["finalizers"].array().iter().any(|known| known.str() == SERVICE_CIDR_FINALIZER)
}

fn is_settled(range: &Value) -> bool {
    is_kept(range) && !range.deleting() && condition(range, "Ready")["status"].str() == "True"
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some(mut range) = cx.client.get(kind::SERVICE_CIDR, "", &key.name) else { return Ok(()) };
    if !range.deleting() {
        if !is_kept(&range) {
            range.at_mut("metadata.finalizers").array_mut().push(SERVICE_CIDR_FINALIZER.into());
            range = cx.client.update(kind::SERVICE_CIDR, range)?;
        }
        return note(cx, range, ("True", "", SERVICE_CIDR_READY));
    }
    if is_needed(&range, cx) {
        return note(cx, range, ("False", "Terminating", BLOCKED));
    }
    let since = range["metadata"]["deletionTimestamp"].time().map_or(GRACE, |at| cx.now.since(at));
    if since < GRACE {
        cx.enqueue_after(key.clone(), GRACE - since);
        return Ok(());
    }
    let left: Vec<Value> = range["metadata"]["finalizers"].array().to_vec();
    let left: Vec<Value> = left.into_iter().filter(|known| known.str() != SERVICE_CIDR_FINALIZER).collect();
    range.set("metadata.finalizers", left);
    cx.client.update(kind::SERVICE_CIDR, range).map(drop)
}

fn note(cx: &mut Context<'_>, mut range: Value, (status, reason, message): (&str, &str, &str)) -> Result<(), Status> {
    let known = condition(&range, "Ready");
    if known["status"].str() == status && known["reason"].str() == reason {
        return Ok(());
    }
    api::set_condition(
        &mut range,
        obj! {
            "type" => "Ready", "status" => status, "reason" => reason, "message" => message, "lastTransitionTime" => cx.now,
        },
    );
    cx.client.update_status(kind::SERVICE_CIDR, range).map(drop)
}

/// Whether an address lies in this range and in no other one. All of them are looked at, as a range goes seldom.
fn is_needed(range: &Value, cx: &mut Context<'_>) -> bool {
    let parts = |range: &Value| -> Vec<(u32, u64)> {
        range["spec"]["cidrs"].array().iter().filter_map(|cidr| range_of(cidr.str())).collect()
    };
    let has = |parts: &[(u32, u64)], address: u32| {
        parts.iter().any(|(first, size)| address >= *first && u64::from(address - first) < *size)
    };
    let own = parts(range);
    let others: Vec<(u32, u64)> = cx
        .client
        .list(kind::SERVICE_CIDR, "")
        .iter()
        .filter(|other| other.name() != range.name() && !other.deleting())
        .flat_map(parts)
        .collect();
    cx.client.list(kind::IP_ADDRESS, "").iter().filter_map(|address| address.name().parse::<Ipv4Addr>().ok()).any(
        |at| {
            let at = u32::from(at);
            has(&own, at) && !has(&others, at)
        },
    )
}
