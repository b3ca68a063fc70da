//! Events and their aggregation (client-go/tools/record/events_cache.go).
//!
//! The real correlator remembers in memory what a component has said; here that is read back from the events
//! themselves, so that a snapshot misses nothing.

use crate::client::EventSpec;
use crate::index::{Index, IndexKey};
use crate::server::ApiServer;
use crate::store::Key;
use api::{Kind, Value, kind, obj};

/// More than this many different messages with one reason about one object, within [`AGGREGATE_SECONDS`], become one.
const AGGREGATE_LIMIT: usize = 10;
const AGGREGATE_SECONDS: i64 = 600;
/// A source may send this many events about one object at once, and one more every [`REFILL_SECONDS`].
const BURST: i64 = 25;
const REFILL_SECONDS: i64 = 300;

impl ApiServer {
    pub(crate) fn record_event(
        &mut self,
        about: &Value,
        kind: &Kind,
        component: &str,
        host: &str,
        spec: &EventSpec<'_>,
    ) {
        let uid = about.uid();
        let recent: Vec<Value> =
            self.store.indexed(kind::EVENT, &IndexKey::new(Index::Regarding, uid)).cloned().collect();
        let ours = || recent.iter().filter(|e| e["source"]["component"].str() == component);
        let similar = || ours().filter(|e| e["reason"].str() == spec.reason && e["type"].str() == spec.type_);
        let now = self.now;
        let young =
            |e: &&Value| now.seconds() - e["lastTimestamp"].time().unwrap_or_default().seconds() < AGGREGATE_SECONDS;
        let same = |message: &str| {
            similar()
                .find(|e| e["message"].str() == message && e["involvedObject"]["fieldPath"].str() == spec.field_path)
        };
        let mut message = spec.message.clone();
        if same(&message).is_none() && similar().filter(young).count() >= AGGREGATE_LIMIT {
            message = format!("(combined from similar events): {message}");
        }
        let combined = message.len() != spec.message.len();
        let earlier = match combined {
            true => similar().find(|e| e["message"].str().starts_with("(combined from similar events)")),
            false => same(&message),
        };
        let sent: i64 = ours().map(|e| e["count"].int()).sum();
        let since = ours().filter_map(|e| e["firstTimestamp"].time()).min().unwrap_or(now);
        if sent >= BURST + (now.seconds() - since.seconds()) / REFILL_SECONDS {
            return;
        }
        match earlier {
            Some(earlier) => {
                let mut event = earlier.clone();
                event.set("count", event["count"].int() + 1);
                event.set("lastTimestamp", now);
                event.set("message", message);
                self.store.put(kind::EVENT, event, now);
            }
            None => self.new_event(about, kind, component, host, spec, message),
        }
    }

    fn new_event(
        &mut self,
        about: &Value,
        kind: &Kind,
        component: &str,
        host: &str,
        spec: &EventSpec<'_>,
        message: String,
    ) {
        let namespace = if about.namespace().is_empty() { "default" } else { about.namespace() };
        let living = |n: &Value| n["status"]["phase"].str() != "Terminating";
        if !self.store.get(kind::NAMESPACE, &Key::new("", namespace)).is_some_and(living) {
            return;
        }
        // As client-go names them, by the nanosecond, so that events of one second are listed in the order in which they
        // happened. Those of one microsecond are told apart by the store's revision.
        let nanos = self.now.0.wrapping_mul(1000).wrapping_add((self.store.revision() % 1000) as i64);
        let name = format!("{}.{nanos:016x}", about.name());
        let involved = obj! {
            "apiVersion" => kind.api_version(), "kind" => kind.kind, "name" => about.name(),
            "namespace" => Some(about.namespace()).filter(|n| !n.is_empty()), "uid" => about.uid(),
            "resourceVersion" => &about["metadata"]["resourceVersion"],
            "fieldPath" => Some(spec.field_path.as_str()).filter(|p| !p.is_empty()),
        };
        let source = obj! { "component" => component, "host" => Some(host).filter(|h| !h.is_empty()) };
        let metadata = obj! {
            "name" => name, "namespace" => namespace, "uid" => self.rng.uid(), "creationTimestamp" => self.now,
        };
        let mut event = obj! {
            "apiVersion" => "v1", "kind" => "Event", "metadata" => metadata,
            "involvedObject" => involved, "type" => spec.type_, "reason" => spec.reason, "message" => message,
            "source" => source, "firstTimestamp" => self.now, "lastTimestamp" => self.now, "count" => 1,
            "reportingComponent" => component, "reportingInstance" => host,
        };
        event.object_mut().insert("eventTime", Value::Null);
        // Straight into the store: what is written here is well formed, and events are most of a cluster's writes.
        self.store.put(kind::EVENT, event, self.now);
    }
}
