//! Watches: cursors into the log of changes that the store keeps for each kind.

use api::{FieldSelector, Selector};
use api::{Kind, Str, Time, Value};

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
}

/// A cursor: which collection is followed, and up to which revision it has been read.
#[derive(Clone, Debug)]
pub struct Watch {
    pub(crate) kind: &'static Kind,
    pub(crate) namespace: Str,
    pub(crate) name: Str,
    pub(crate) labels: Selector,
    pub(crate) fields: FieldSelector,
    pub(crate) table: bool,
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
