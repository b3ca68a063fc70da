//! The store: objects by kind, namespace and name, their indexes, and the log of changes that watches read.
//!
//! Everything is a persistent map, so a clone of the store is a snapshot. A write touches the entry, the index entries
//! that really change, and the end of one log.

use crate::cause::Origin;
use crate::index::{IndexKey, index_keys, same_keys};
use crate::watch::{EventType, WatchEvent};
use api::{Kind, Str, Time, Value, kind::KINDS};
use api::{OrdKey, OrdMap, OrdSet, Vector};

/// How many changes of a kind are kept for watches that resume. An older resource version is answered with 410 Gone.
/// etcd keeps five minutes; a count bounds the memory.
const LOG_LENGTH: usize = 8192;

/// Where an object is: its namespace (empty if the kind is cluster-scoped) and its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The namespace; empty for a cluster-scoped kind.
    pub namespace: Str,
    /// The name.
    pub name: Str,
}

impl Key {
    /// The key of `namespace`/`name`.
    pub fn new(namespace: impl Into<Str>, name: impl Into<Str>) -> Key {
        Key { namespace: namespace.into(), name: name.into() }
    }

    /// The key of an object.
    pub fn of(object: &Value) -> Key {
        Key { namespace: object["metadata"]["namespace"].to_str(), name: object["metadata"]["name"].to_str() }
    }
}

impl OrdKey for Key {
    const TEXTS: bool = true;

    fn texts(&self) -> [&[u8]; 4] {
        [self.namespace.as_bytes(), self.name.as_bytes(), &[], &[]]
    }
}

#[derive(Clone, Default)]
struct Table {
    objects: OrdMap<Key, Value>,
    indexes: OrdMap<IndexKey, OrdSet<Key>>,
    log: Vector<WatchEvent>,
    /// The revision of the newest change that is no longer in the log.
    forgotten: u64,
}

/// All objects of the cluster.
#[derive(Clone)]
pub struct Store {
    tables: Vec<Table>,
    /// What is read of a kind that this store has never had.
    nothing: Table,
    revision: u64,
    /// Changes that the cluster has not yet handed to the components.
    fresh: Vec<WatchEvent>,
    /// Who writes next, and why.
    pub(crate) origin: Origin,
}

impl Default for Store {
    fn default() -> Store {
        Store {
            tables: vec![Table::default(); KINDS.len()],
            nothing: Table::default(),
            revision: 0,
            fresh: Vec::new(),
            origin: Origin::default(),
        }
    }
}

impl Store {
    fn table(&self, kind: &Kind) -> &Table {
        self.tables.get(kind.index).unwrap_or(&self.nothing)
    }

    /// Makes room for the kind at a place.
    pub(crate) fn reserve(&mut self, index: usize) {
        if self.tables.len() <= index {
            self.tables.resize(index + 1, Table::default());
        }
    }

    /// The number of writes so far: the newest `resourceVersion`.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The object at `key`.
    pub fn get(&self, kind: &Kind, key: &Key) -> Option<&Value> {
        self.table(kind).objects.get(key)
    }

    /// How many objects of the kind there are.
    pub fn count(&self, kind: &Kind) -> usize {
        self.table(kind).objects.len()
    }

    /// The objects of a namespace (of all, if it is empty), by namespace and name.
    pub fn list<'a>(&'a self, kind: &Kind, namespace: &'a str) -> Box<dyn Iterator<Item = &'a Value> + 'a> {
        let objects = &self.table(kind).objects;
        if namespace.is_empty() {
            return Box::new(objects.values());
        }
        let from = Key::new(namespace, "");
        Box::new(objects.range(from..).take_while(move |(key, _)| key.namespace == namespace).map(|(_, value)| value))
    }

    /// The objects of a namespace (of all, if it is empty) from `key` on, by namespace and name.
    pub(crate) fn list_from<'a>(
        &'a self,
        kind: &Kind,
        namespace: &'a str,
        key: &Key,
    ) -> Box<dyn Iterator<Item = &'a Value> + 'a> {
        let within = move |key: &Key| namespace.is_empty() || key.namespace == namespace;
        let objects = &self.table(kind).objects;
        Box::new(objects.range(key.clone()..).take_while(move |(key, _)| within(key)).map(|(_, value)| value))
    }

    /// The objects of a namespace (of all, if it is empty) as they were at `revision`, by namespace and name; `None` if
    /// the log does not reach back so far.
    pub(crate) fn at(&self, kind: &Kind, namespace: &str, revision: u64) -> Option<Vec<Value>> {
        // Of several changes of one object, the first one knows how it was.
        let mut then: OrdMap<Key, Value> = OrdMap::new();
        for event in self.changes(kind, revision)? {
            let key = Key::of(&event.object);
            if (namespace.is_empty() || key.namespace == namespace) && !then.contains_key(&key) {
                then.insert(key, event.old.clone());
            }
        }
        let mut objects = self.table(kind).objects.clone();
        for (key, old) in &then {
            match old {
                Value::Null => objects.remove(key),
                old => objects.insert(key.clone(), old.clone()),
            };
        }
        let within = |key: &Key| namespace.is_empty() || key.namespace == namespace;
        let from = Key::new(namespace, "");
        Some(objects.range(from..).take_while(|(key, _)| within(key)).map(|(_, value)| value.clone()).collect())
    }

    /// The revision of the newest change of a kind that is no longer in the log.
    pub(crate) fn forgotten(&self, kind: &Kind) -> u64 {
        self.table(kind).forgotten
    }

    /// The objects of a namespace whose names begin as that of `from` does, by name.
    pub fn prefixed<'a>(&'a self, kind: &Kind, from: &Key) -> impl Iterator<Item = &'a Value> + use<'a> {
        let from = from.clone();
        let entries = self.tables[kind.index].objects.range(from.clone()..);
        let ours = entries
            .take_while(move |(key, _)| key.name.starts_with(from.name.as_str()) && key.namespace == from.namespace);
        ours.map(|(_, value)| value)
    }

    /// The objects that an index has under `key`, by namespace and name.
    pub fn indexed<'a>(&'a self, kind: &Kind, key: &IndexKey) -> impl Iterator<Item = &'a Value> + use<'a> {
        let table = self.table(kind);
        table.indexes.get(key).into_iter().flatten().filter_map(|key| table.objects.get(key))
    }

    /// How many objects an index has under `key`.
    pub fn indexed_count(&self, kind: &Kind, key: &IndexKey) -> usize {
        self.table(kind).indexes.get(key).map_or(0, OrdSet::len)
    }

    /// Stores `object` (new or changed), numbers it, and logs the change. Returns it as it is stored.
    pub fn put(&mut self, kind: &'static Kind, mut object: Value, now: Time) -> Value {
        self.revision += 1;
        let metadata = object.object_mut().entry("metadata");
        metadata.object_mut().insert("resourceVersion", self.revision.to_string().into());
        let key = Key::of(&object);
        self.reserve(kind.index);
        let table = &mut self.tables[kind.index];
        let old = table.objects.insert(key.clone(), object.clone()).unwrap_or_default();
        reindex(table, kind, &key, &old, &object);
        let event = if old.is_null() { EventType::Added } else { EventType::Modified };
        self.log(kind, event, object.clone(), old, now);
        object
    }

    /// Removes the object at `key`, logs it with the resource version of its deletion, and returns it.
    pub fn remove(&mut self, kind: &'static Kind, key: &Key, now: Time) -> Option<Value> {
        let table = self.tables.get_mut(kind.index)?;
        let old = table.objects.remove(key)?;
        reindex(table, kind, key, &old, &Value::Null);
        self.revision += 1;
        let mut object = old.clone();
        object.set("metadata.resourceVersion", self.revision.to_string());
        let event = EventType::Deleted;
        self.log(kind, event, object.clone(), old, now);
        Some(object)
    }

    /// The changes of a kind after `revision`; `None` if the log does not reach back so far.
    pub fn changes(&self, kind: &Kind, revision: u64) -> Option<impl Iterator<Item = &WatchEvent>> {
        let table = self.table(kind);
        if revision < table.forgotten {
            return None;
        }
        let newer = table.log.iter().rev().take_while(|event| event.revision > revision).count();
        Some(table.log.iter().skip(table.log.len() - newer))
    }

    /// Takes the changes that have not yet been handed out, oldest first.
    pub fn take_fresh(&mut self) -> Vec<WatchEvent> {
        std::mem::take(&mut self.fresh)
    }

    /// Gives a list back that was taken: the next changes are put there, so that not every change makes a list of its own.
    pub(crate) fn reuse(&mut self, mut list: Vec<WatchEvent>) {
        list.clear();
        if self.fresh.capacity() == 0 {
            self.fresh = list;
        }
    }

    /// All changes of a kind that are still known, oldest first.
    pub fn log_of(&self, kind: &Kind) -> impl DoubleEndedIterator<Item = &WatchEvent> {
        self.table(kind).log.iter()
    }

    /// The change of the kind at a place that got a revision, if it is still known.
    pub fn change(&self, kind: usize, revision: u64) -> Option<&WatchEvent> {
        let log = &self.tables.get(kind)?.log;
        let (mut from, mut to) = (0, log.len());
        while from < to {
            let middle = from.midpoint(to);
            let event = log.get(middle)?;
            match event.revision.cmp(&revision) {
                std::cmp::Ordering::Equal => return Some(event),
                std::cmp::Ordering::Less => from = middle + 1,
                std::cmp::Ordering::Greater => to = middle,
            }
        }
        None
    }

    fn log(&mut self, kind: &'static Kind, event: EventType, object: Value, old: Value, at: Time) {
        let event = WatchEvent { kind, event, object, old, at, revision: self.revision, origin: self.origin.clone() };
        let table = &mut self.tables[event.kind.index];
        table.log.push_back(event.clone());
        if table.log.len() > LOG_LENGTH
            && let Some(oldest) = table.log.pop_front()
        {
            table.forgotten = oldest.revision;
        }
        self.fresh.push(event);
    }
}

fn reindex(table: &mut Table, kind: &Kind, key: &Key, old: &Value, new: &Value) {
    if same_keys(kind, old, new) {
        return;
    }
    let (before, after) = (index_keys(kind, old), index_keys(kind, new));
    for entry in before.iter().filter(|entry| !after.contains(entry)) {
        if let Some(keys) = table.indexes.get_mut(entry) {
            keys.remove(key);
            if keys.is_empty() {
                table.indexes.remove(entry);
            }
        }
    }
    for entry in after.iter().filter(|entry| !before.contains(entry)) {
        table.indexes.entry(entry.clone()).or_default().insert(key.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Index;
    use api::{kind, obj};

    fn pod(name: &str, node: &str) -> Value {
        let labels = obj! { "app" => "web" };
        obj! {
            "metadata" => obj! { "namespace" => "default", "name" => name, "labels" => labels },
            "spec" => obj! { "nodeName" => node },
        }
    }

    #[test]
    fn indexes_follow_the_objects() {
        let mut store = Store::default();
        let web = IndexKey::pair(Index::Label, "default", &"app".into(), "web");
        store.put(kind::POD, pod("a", ""), Time(0));
        store.put(kind::POD, pod("b", "node1"), Time(0));
        assert_eq!(store.indexed(kind::POD, &IndexKey::new(Index::Node, "node1")).count(), 1);
        store.put(kind::POD, pod("a", "node1"), Time(0));
        let names: Vec<_> = store.indexed(kind::POD, &IndexKey::new(Index::Node, "node1")).map(Value::name).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(store.indexed_count(kind::POD, &web), 2);
        store.remove(kind::POD, &Key::new("default", "a"), Time(0));
        assert_eq!(store.indexed_count(kind::POD, &web), 1);
    }

    #[test]
    fn a_clone_is_a_snapshot() {
        let mut store = Store::default();
        store.put(kind::POD, pod("a", ""), Time(0));
        let before = store.clone();
        store.remove(kind::POD, &Key::new("default", "a"), Time(0));
        assert_eq!((before.count(kind::POD), store.count(kind::POD)), (1, 0));
    }

    #[test]
    fn changes_since_a_revision() {
        let mut store = Store::default();
        store.put(kind::POD, pod("a", ""), Time(0));
        let revision = store.revision();
        store.put(kind::NODE, pod("n", ""), Time(0));
        store.put(kind::POD, pod("a", "node1"), Time(0));
        store.remove(kind::POD, &Key::new("default", "a"), Time(0));
        let events: Vec<_> = store.changes(kind::POD, revision).unwrap().map(|e| e.event).collect();
        assert_eq!(events, [EventType::Modified, EventType::Deleted]);
        assert_eq!(store.take_fresh().len(), 4);
        for i in 0..LOG_LENGTH {
            store.put(kind::POD, pod(&i.to_string(), ""), Time(0));
        }
        assert!(store.changes(kind::POD, revision).is_none());
    }
}
