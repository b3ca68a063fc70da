//! Requests that have been answered go after an hour, those that nobody has looked at after a day
//! (pkg/controller/certificates/cleaner).

use super::is;
use crate::{Controller, gone_is_fine, next_look};
use api::{Status, Time, Value, condition, kind};
use apiserver::{Context, DeleteOptions, EventType, Wait, WatchEvent, WorkKey};
use std::time::Duration;

const NAME: &str = "csrcleaner";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "certificate-controller", observe, reconcile };

/// How often is looked (`pollingInterval`), and how long what is answered and what is not stays.
const PERIOD_MICROS: i64 = 3_600_000_000;
const ANSWERED: Duration = Duration::from_secs(60 * 60);
const PENDING: Duration = Duration::from_secs(24 * 60 * 60);

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    if event.kind == kind::CERTIFICATE_SIGNING_REQUEST && event.event != EventType::Deleted {
        look(&event.object, cx);
    }
}

/// Looks at a request at the first of the regular moments after it has had its time.
fn look(request: &Value, cx: &mut Context<'_>) {
    let Some(expiry) = expiry(request) else { return };
    let due = next_look(expiry.max(cx.now), PERIOD_MICROS);
    cx.wait_for(Wait::Expiry, WorkKey::new(NAME, "", request.name()), due.since(cx.now));
}

/// Until when a request stays; one that is approved waits for its certificate.
fn expiry(request: &Value) -> Option<Time> {
    let since = |name: &str| condition(request, name)["lastUpdateTime"].time().unwrap_or_default();
    let issued = !request["status"]["certificate"].str().is_empty();
    match ["Denied", "Failed", "Approved"].into_iter().find(|name| is(request, name)) {
        Some("Approved") if !issued => None,
        Some(name) => Some(since(name) + ANSWERED),
        None => request["metadata"]["creationTimestamp"].time().map(|came| came + PENDING),
    }
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let kind = kind::CERTIFICATE_SIGNING_REQUEST;
    let Some(request) = cx.client.get(kind, "", &key.name) else { return Ok(()) };
    if expiry(&request).is_some_and(|expiry| expiry < cx.now) {
        return gone_is_fine(cx.client.delete(kind, "", &key.name, DeleteOptions::default()));
    }
    look(&request, cx);
    Ok(())
}
