//! Watches: cursors into the log of changes that the store keeps for each kind.

use crate::cause::Origin;
use crate::paging::{check_options, parse_version};
use crate::read::Form;
use crate::request::Request;
use crate::server::ApiServer;
use api::{FieldSelector, Selector};
use api::{Kind, Status, Str, Time, Value};

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventType {
    /// It is new (to the watcher).
    Added,
    /// It changed.
    Modified,
    /// It is gone (or the watcher's selector does not match it any more).
    Deleted,
}

impl EventType {
    /// As the API writes it: `ADDED`, `MODIFIED`, `DELETED`.
    pub fn as_str(self) -> &'static str {
        match self {
            EventType::Added => "ADDED",
            EventType::Modified => "MODIFIED",
            EventType::Deleted => "DELETED",
        }
    }
}

/// One change of one object.
#[derive(Clone, Debug)]
pub struct WatchEvent {
    /// The object's kind.
    pub kind: &'static Kind,
    /// What happened.
    pub event: EventType,
    /// The object after the change; for a deletion, as it was last.
    pub object: Value,
    /// The object before the change; null for a new one.
    pub old: Value,
    /// When, in virtual time.
    pub at: Time,
    /// The store's revision after the change.
    pub revision: u64,
    /// Who made it, and why.
    pub origin: Origin,
}

/// A cursor: which collection is followed, and up to which revision it has been read.
#[derive(Clone, Debug)]
pub struct Watch {
    pub(crate) kind: &'static Kind,
    pub(crate) namespace: Str,
    pub(crate) name: Str,
    pub(crate) labels: Selector,
    pub(crate) fields: FieldSelector,
    pub(crate) form: Form,
    /// Everything up to this revision has been seen.
    pub(crate) revision: u64,
    /// Objects that existed when the watch began without a resource version: sent first, as ADDED.
    pub(crate) initial: Vec<Value>,
}

impl Watch {
    /// Whether `object` belongs to the collection that is followed.
    pub(crate) fn matches(&self, object: &Value) -> bool {
        (self.namespace.is_empty() || object.namespace() == self.namespace)
            && (self.name.is_empty() || object.name() == self.name)
            && self.labels.matches(object.labels())
            && self.fields.matches(object)
    }

    /// The change as this watcher sees it: an object that begins to match is added, one that ceases to is deleted.
    pub(crate) fn view(&self, event: &WatchEvent) -> Option<WatchEvent> {
        let before = !event.old.is_null() && self.matches(&event.old);
        let after = event.event != EventType::Deleted && self.matches(&event.object);
        let seen = match (before, after) {
            (false, false) if event.event == EventType::Deleted && self.matches(&event.object) => EventType::Deleted,
            (false, false) => return None,
            (false, true) => EventType::Added,
            (true, true) => EventType::Modified,
            (true, false) => EventType::Deleted,
        };
        Some(WatchEvent { event: seen, ..event.clone() })
    }
}

impl ApiServer {
    /// Begins to follow a collection. Without a resource version the watcher first sees what exists, as ADDED.
    ///
    /// # Errors
    /// 410 if the changes since the resource version are forgotten, 400 or 422 if an option makes no sense.
    pub fn watch(&self, request: &Request) -> Result<Watch, Status> {
        self.permit(request)?;
        let options = &request.options;
        let (labels, fields) = self.selectors(request)?;
        check_options(options, true)?;
        let begin = parse_version(&options.resource_version)?;
        let mut watch = Watch {
            kind: request.kind,
            namespace: request.namespace.clone(),
            name: request.name.clone(),
            labels,
            fields,
            form: Form::of(request),
            revision: self.store.revision(),
            initial: Vec::new(),
        };
        if options.send_initial_events.unwrap_or(begin == 0) {
            let all = self.matching(request.kind, &request.namespace, &watch.labels);
            watch.initial = all.filter(|object| watch.matches(object)).cloned().collect();
        } else if begin > 0 {
            watch.revision = begin;
            if self.store.changes(request.kind, begin).is_none() {
                return Err(self.forgotten(request.kind, begin));
            }
        }
        Ok(watch)
    }

    fn forgotten(&self, kind: &Kind, revision: u64) -> Status {
        Status::expired(format!("too old resource version: {revision} ({})", self.store.forgotten(kind)))
    }

    /// What has happened since the watch was last read; nothing if nothing did.
    ///
    /// # Errors
    /// 410 if the watcher was so slow that changes are forgotten.
    pub fn try_poll(&self, watch: &mut Watch) -> Result<Vec<WatchEvent>, Status> {
        let mut events: Vec<WatchEvent> = std::mem::take(&mut watch.initial)
            .into_iter()
            .map(|object| self.event(watch.kind, EventType::Added, object))
            .collect();
        let Some(changes) = self.store.changes(watch.kind, watch.revision) else {
            return Err(self.forgotten(watch.kind, watch.revision));
        };
        events.extend(changes.filter_map(|event| watch.view(event)));
        // A watch may begin in the future, of which it then sees nothing until that is reached.
        watch.revision = watch.revision.max(self.store.revision());
        for event in &mut events {
            event.object = self.shown(watch.kind, &event.object, watch.form);
        }
        Ok(events)
    }

    fn event(&self, kind: &'static Kind, event: EventType, object: Value) -> WatchEvent {
        let (revision, origin) = (object.resource_version(), Origin::default());
        WatchEvent { kind, event, revision, object, old: Value::Null, at: self.now, origin }
    }

    /// As [`ApiServer::try_poll`]; a watcher that was too slow goes on from now.
    pub fn poll(&self, watch: &mut Watch) -> Vec<WatchEvent> {
        self.try_poll(watch).unwrap_or_else(|_| {
            watch.revision = self.store.revision();
            Vec::new()
        })
    }
}
