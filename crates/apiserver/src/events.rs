//! Events and their aggregation (client-go/tools/record/events_cache.go).
//!
//! The real correlator remembers in memory what a component has said; here that is read back from the events
//! themselves, so that a snapshot misses nothing.

use crate::client::EventSpec;
use crate::server::ApiServer;
use crate::store::Key;
use api::{Kind, Str, Value, kind, obj};

/// This many different messages (or more) with one reason about one object, within [`AGGREGATE_SECONDS`], become one.
const AGGREGATE_LIMIT: usize = 10;
const AGGREGATE_SECONDS: i64 = 600;
/// A source may send this many events about one object at once, and one more every [`REFILL_SECONDS`].
const BURST: i64 = 25;
const REFILL_SECONDS: i64 = 300;
/// How the message of combined events begins.
const COMBINED: &str = "(combined from similar events): ";

impl ApiServer {
    pub(crate) fn record_event(
        &mut self,
        about: &Value,
        kind: &Kind,
        component: &str,
        host: &str,
        spec: &EventSpec<'_>,
    ) {
        let ours = self.events_of(about, component);
        if self.is_spam(&ours) {
            return;
        }
        let similar = || ours.iter().filter(|e| e["reason"].str() == spec.reason && e["type"].str() == spec.type_);
        let same = similar()
            .find(|e| e["message"].str() == spec.message && e["involvedObject"]["fieldPath"].str() == spec.field_path);
        if let Some(earlier) = same {
            self.count_event(earlier, &spec.message);
            return;
        }
        let now = self.now.seconds();
        let young = |e: &&Value| now - e["lastTimestamp"].time().unwrap_or_default().seconds() < AGGREGATE_SECONDS;
        let parts = Parts::of(about, kind, component, host, spec, &ours);
        if similar().count() + 1 < AGGREGATE_LIMIT || similar().filter(young).count() + 1 < AGGREGATE_LIMIT {
            self.new_event(about, parts, spec, spec.message.clone());
            return;
        }
        let message = Str::from(format!("{COMBINED}{}", spec.message));
        match similar().find(|e| e["message"].str().starts_with(COMBINED)) {
            Some(earlier) => self.count_event(earlier, &message),
            None => self.new_event(about, parts, spec, message),
        }
    }

    /// What components have said about an object: they name their events after it, so that these stand side by side.
    pub(crate) fn events_about(&self, about: &Value) -> impl Iterator<Item = &Value> {
        let (namespace, name, uid) = (event_namespace(about), about.name().to_owned(), about.uid().to_owned());
        let from = Key::new(namespace, format!("{name}."));
        let named = self.store.prefixed(kind::EVENT, &from);
        named.filter(move |event| {
            let involved = &event["involvedObject"];
            involved["uid"].str() == uid && involved["name"].str() == name
        })
    }

    /// What `component` has said about an object.
    fn events_of(&self, about: &Value, component: &str) -> Vec<Value> {
        self.events_about(about).filter(|e| e["source"]["component"].str() == component).cloned().collect()
    }

    /// Whether a source has used up its tokens for one object.
    fn is_spam(&self, ours: &[Value]) -> bool {
        let sent: i64 = ours.iter().map(|e| e["count"].int()).sum();
        if sent < BURST {
            return false;
        }
        // RFC 3339 in UTC: the order of the texts is that of the moments.
        let first = ours.iter().map(|e| &e["firstTimestamp"]).min_by(|a, b| a.str().cmp(b.str()));
        let since = first.and_then(Value::time).unwrap_or(self.now);
        sent >= BURST + (self.now.seconds() - since.seconds()) / REFILL_SECONDS
    }

    fn count_event(&mut self, earlier: &Value, message: &Str) {
        let mut event = earlier.clone();
        event.set("count", event["count"].int() + 1);
        event.set("lastTimestamp", self.now);
        event.set("message", message);
        self.store.put(kind::EVENT, event, self.now);
    }

    fn new_event(&mut self, about: &Value, parts: Parts, spec: &EventSpec<'_>, message: Str) {
        let namespace = event_namespace(about);
        let living = |n: &Value| n["status"]["phase"].str() != "Terminating";
        if !self.store.get(kind::NAMESPACE, &Key::new("", namespace.clone())).is_some_and(living) {
            return;
        }
        // As client-go names them, by the nanosecond, so that events of one second are listed in the order in which they
        // happened. Those of one microsecond are told apart by the store's revision.
        let nanos = self.now.0.wrapping_mul(1000).wrapping_add((self.store.revision() % 1000) as i64);
        let name = format!("{}.{nanos:016x}", about.name());
        let now = Value::from(self.now);
        // The store fills the version in: room for it is made at once.
        let metadata = obj! {
            "creationTimestamp" => &now, "name" => name, "namespace" => namespace, "resourceVersion" => "",
            "uid" => self.rng.uid(),
        };
        let (component, host) = (&parts.source["component"], &parts.source["host"]);
        let event = obj! {
            "apiVersion" => "v1", "count" => 1, "firstTimestamp" => &now, "involvedObject" => parts.involved,
            "kind" => "Event", "lastTimestamp" => now, "message" => message, "metadata" => metadata,
            "reason" => spec.reason, "reportingComponent" => component, "reportingInstance" => host.str(),
            "source" => &parts.source, "type" => spec.type_; null "eventTime"
        };
        // Straight into the store: what is written here is well formed, and events are most of a cluster's writes.
        self.store.put(kind::EVENT, event, self.now);
    }
}

/// Where the events about an object are: in its namespace; about a cluster-scoped one, in `default`.
fn event_namespace(about: &Value) -> Str {
    match about["metadata"]["namespace"].to_str() {
        none if none.is_empty() => Str::new_static("default"),
        namespace => namespace,
    }
}

/// The parts of an event that events about one object have in common: taken from an earlier one where they are the same,
/// so that they are kept once.
struct Parts {
    involved: Value,
    source: Value,
}

impl Parts {
    fn of(about: &Value, kind: &Kind, component: &str, host: &str, spec: &EventSpec<'_>, ours: &[Value]) -> Parts {
        let version = about["metadata"]["resourceVersion"].str();
        let same = |e: &&Value| {
            let involved = &e["involvedObject"];
            involved["resourceVersion"].str() == version
                && involved["fieldPath"].str() == spec.field_path
                && involved["kind"].str() == kind.kind
                && involved["uid"].str() == about.uid()
        };
        let involved = ours.iter().rev().find(same).map(|e| e["involvedObject"].clone());
        let involved = involved.unwrap_or_else(|| {
            obj! {
                "apiVersion" => kind.api_version(), "fieldPath" => some(&spec.field_path), "kind" => kind.kind,
                "name" => &about["metadata"]["name"], "namespace" => some(about.namespace()),
                "resourceVersion" => &about["metadata"]["resourceVersion"], "uid" => &about["metadata"]["uid"],
            }
        });
        let source = ours.last().map(|e| e["source"].clone()).filter(|source| source["host"].str() == host);
        let source = source.unwrap_or_else(|| obj! { "component" => component, "host" => some(host) });
        Parts { involved, source }
    }
}

fn some(text: &str) -> Option<Value> {
    Some(text).filter(|text| !text.is_empty()).map(Value::from)
}
