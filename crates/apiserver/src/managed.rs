//! `metadata.managedFields`: who has written which fields (k8s.io/apimachinery/pkg/util/managedfields/internal and
//! structured-merge-diff/merge).
//!
//! Most writes are the cluster's own: status after status, of thousands of Pods. Those are not taken apart. An object's
//! status has mostly one writer, so that it is enough to note who that is and when it last wrote; the entry, which is
//! shared by all objects that were written in the same second, has no fields. They are derived when somebody looks
//! ([`expanded`]): what the status has and a new object's has not. As soon as a second writer appears, the first one's
//! fields are written down, and from then on all is kept exactly. Whatever comes from outside is exact from the start.

use crate::server::ApiServer;
use crate::strategy;
use api::apply::{Shape, compare};
use api::fields::{Fields, difference, intersection, union, without};
use api::{Kind, Str, Time, Value, kind, obj, schema};
use std::sync::OnceLock;

/// More updaters than this are joined, the oldest first (`DefaultMaxUpdateManagers`).
const MAX_UPDATERS: usize = 10;
/// What those are joined under.
const ANCIENT: &str = "ancient-changes";

/// Who writes, and when.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    pub manager: Str,
    pub subresource: Str,
    pub api_version: Str,
    pub time: Value,
}

impl Writer {
    pub(crate) fn new(manager: Str, kind: &Kind, subresource: &Str, now: Time) -> Writer {
        let manager = if manager.is_empty() { Str::new_static("unknown") } else { manager };
        Writer { manager, subresource: subresource.clone(), api_version: kind.api_version().into(), time: now.into() }
    }
}

/// One entry of `managedFields`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub manager: Str,
    pub applied: bool,
    pub api_version: Str,
    pub subresource: Str,
    pub time: Value,
    pub fields: Fields,
}

impl Entry {
    fn of(value: &Value) -> Entry {
        Entry {
            manager: value["manager"].to_str(),
            applied: value["operation"].str() == "Apply",
            api_version: value["apiVersion"].to_str(),
            subresource: value["subresource"].to_str(),
            time: value["time"].clone(),
            fields: if value["fieldsV1"].is_null() { Value::object() } else { value["fieldsV1"].clone() },
        }
    }

    fn to_value(&self) -> Value {
        obj! {
            "apiVersion" => &self.api_version, "fieldsType" => "FieldsV1", "fieldsV1" => &self.fields,
            "manager" => &self.manager, "operation" => if self.applied { "Apply" } else { "Update" },
            "subresource" => Some(&self.subresource).filter(|s| !s.is_empty()), "time" => &self.time,
        }
    }

    /// Whether it is that of a writer who updates (or applies).
    pub(crate) fn is_of(&self, writer: &Writer, applied: bool) -> bool {
        self.applied == applied
            && self.manager == writer.manager
            && self.subresource == writer.subresource
            && self.api_version == writer.api_version
    }

    /// By what entries are sorted.
    fn order(&self) -> (bool, &str, &str, &str, &str) {
        (!self.applied, self.time.str(), &self.manager, &self.api_version, &self.subresource)
    }
}

/// The entries of a value of `managedFields`; those without a manager's fields are empty.
pub(crate) fn entries(value: &Value) -> Vec<Entry> {
    value.array().iter().map(Entry::of).collect()
}

/// `managedFields` of entries: sorted, without empty ones; null for none.
pub(crate) fn encode(mut entries: Vec<Entry>) -> Value {
    entries.retain(|entry| !entry.fields.is_empty());
    api::sort_by(&mut entries, |a, b| a.order().cmp(&b.order()));
    match entries.is_empty() {
        true => Value::Null,
        false => entries.iter().map(Entry::to_value).collect(),
    }
}

/// Whether two values of `managedFields` differ in nothing but times.
pub(crate) fn same_but_times(a: &Value, b: &Value) -> bool {
    let key = |value: &Value| {
        let mut all = entries(value);
        for entry in &mut all {
            entry.time = Value::Null;
        }
        api::sort_by(&mut all, |a, b| a.order().cmp(&b.order()));
        all
    };
    a == b || a.len() == b.len() && key(a) == key(b)
}

/// The fields that belong to nobody (`stripSet`).
pub(crate) fn stripped(fields: &Fields) -> Fields {
    static STRIPPED: OnceLock<Value> = OnceLock::new();
    let set = STRIPPED.get_or_init(|| {
        let mut metadata = obj! { api::fields::SELF => obj! {} };
        for name in [
            "name",
            "namespace",
            "creationTimestamp",
            "selfLink",
            "uid",
            "clusterName",
            "generation",
            "managedFields",
            "resourceVersion",
        ] {
            metadata.object_mut().insert(format!("f:{name}"), obj! {});
        }
        obj! { "f:apiVersion" => obj! {}, "f:kind" => obj! {}, "f:metadata" => metadata }
    });
    difference(fields, set)
}

/// The fields that a write to a subresource cannot change (`GetResetFields` of the kinds' strategies).
pub(crate) fn reset(kind: &Kind, subresource: &str) -> Fields {
    let all = Value::object();
    match subresource {
        "" if kind.subresources.contains(&"status") && kind != kind::NODE => obj! { "f:status" => all },
        "status" => {
            let metadata = match kind {
                k if k == kind::POD => obj! { "f:deletionTimestamp" => &all, "f:ownerReferences" => &all },
                k if k == kind::DEPLOYMENT => obj! { "f:labels" => &all },
                _ => Value::Null,
            };
            obj! { "f:spec" => all, "f:metadata" => metadata }
        }
        _ => all,
    }
}

/// An object of a kind of which nothing is said, as Go's encoder writes it.
pub(crate) fn empty(kind: &Kind) -> Value {
    static EMPTY: OnceLock<Vec<Value>> = OnceLock::new();
    let all = EMPTY.get_or_init(|| {
        let bare = |kind: &Kind| schema::decode_bare(kind, &Value::object()).map_or(Value::Null, |d| d.value);
        kind::KINDS.iter().map(bare).collect()
    });
    all.get(kind.index).cloned().unwrap_or_else(Value::object)
}

/// `managedFields` with the fields of all entries: what is shown to whoever is not part of the cluster.
pub(crate) fn expanded(kind: &Kind, object: &Value) -> Value {
    let kept = &object["metadata"]["managedFields"];
    if kept.array().iter().all(|entry| !entry["fieldsType"].is_null()) {
        return kept.clone();
    }
    encode(exact(kind, object))
}

/// Whether an object's managed fields are not all written down.
pub(crate) fn is_derived(object: &Value) -> bool {
    object["metadata"]["managedFields"].array().iter().any(|entry| entry["fieldsType"].is_null())
}

/// An object's entries, all with their fields.
pub(crate) fn exact(kind: &Kind, object: &Value) -> Vec<Entry> {
    let kept = object["metadata"]["managedFields"].array();
    let mut all: Vec<Entry> = kept.iter().map(Entry::of).collect();
    let Some(derived) = kept.iter().position(|entry| entry["fieldsType"].is_null()) else { return all };
    let status = |status: Value| obj! { "status" => status };
    let before = schema::decode_bare(kind, &status(initial_status(kind, object)));
    let before = status(before.map_or(Value::Null, |d| d.value["status"].clone()));
    let made = compare(Shape::of(kind), &before, &status(object["status"].clone()));
    let mut fields = union(&made.added, &made.modified);
    for entry in all.iter().enumerate().filter(|(i, _)| *i != derived).map(|(_, entry)| entry) {
        fields = difference(&fields, &entry.fields);
    }
    all[derived].fields = union(&all[derived].fields, &fields);
    all
}

/// The status that the server itself gave an object.
fn initial_status(kind: &Kind, object: &Value) -> Value {
    let mut fresh = object.clone();
    strategy::prepare_for_create(kind, &mut fresh);
    let mut status = fresh["status"].clone();
    let mut bound = api::condition(object, "PodScheduled").clone();
    if kind == kind::POD && bound["status"].str() == "True" {
        bound.remove("observedGeneration");
        status.set("conditions", api::list![bound]);
    }
    status
}

/// The entries to go on with: those that a client has sent, unless it sent none; none at all if it wants them reset.
fn live_or_given(kind: &Kind, old: &Value, given: &Value, subresource: &str) -> Vec<Entry> {
    let reset = given.len() == 1 && given.array()[0].is_empty();
    match () {
        () if !subresource.is_empty() || given.is_empty() => exact(kind, old),
        () if reset => Vec::new(),
        () => match entries(given) {
            sent if sent.iter().any(|entry| entry.fields.is_empty()) => exact(kind, old),
            sent => sent,
        },
    }
}

/// `managedFields` after a write that made `new` of `old`; `given` is what the client says they are.
pub(crate) fn updated(
    kind: &Kind,
    shape: Shape<'_>,
    old: &Value,
    new: &Value,
    given: &Value,
    writer: &Writer,
) -> Value {
    let mut all = live_or_given(kind, old, given, &writer.subresource);
    let ignored = reset(kind, &writer.subresource);
    let made = compare(shape, old, new);
    let changed = without(&stripped(&union(&made.added, &made.modified)), &ignored);
    let gone = without(&made.removed, &ignored);
    for entry in &mut all {
        entry.fields = difference(&difference(&entry.fields, &changed), &gone);
    }
    if !changed.is_empty() {
        match all.iter_mut().find(|entry| entry.is_of(writer, false)) {
            Some(entry) => {
                entry.fields = union(&entry.fields, &changed);
                entry.time = writer.time.clone();
            }
            None => all.push(entry_of(writer, false, changed)),
        }
    }
    cap(&mut all);
    encode(all)
}

pub(crate) fn entry_of(writer: &Writer, applied: bool, fields: Fields) -> Entry {
    Entry {
        manager: writer.manager.clone(),
        applied,
        api_version: writer.api_version.clone(),
        subresource: writer.subresource.clone(),
        time: writer.time.clone(),
        fields,
    }
}

/// Joins the oldest updaters of a version if there are too many (`capUpdateManagers`).
fn cap(all: &mut Vec<Entry>) {
    all.retain(|entry| !entry.fields.is_empty());
    let mut left = all.iter().filter(|entry| !entry.applied).count();
    if left <= MAX_UPDATERS {
        return;
    }
    api::sort_by(all, |a, b| a.order().cmp(&b.order()));
    let mut joined: Vec<Entry> = Vec::new();
    let mut kept: Vec<Entry> = Vec::new();
    for entry in std::mem::take(all) {
        if entry.applied || left <= MAX_UPDATERS {
            kept.push(entry);
            continue;
        }
        match joined.iter_mut().find(|bucket| bucket.api_version == entry.api_version) {
            Some(bucket) => {
                bucket.manager = Str::new_static(ANCIENT);
                bucket.subresource = Str::default();
                bucket.fields = union(&bucket.fields, &entry.fields);
                bucket.time = entry.time;
                left -= 1;
            }
            None => joined.push(entry),
        }
    }
    kept.extend(joined);
    *all = kept;
}

impl ApiServer {
    /// `managedFields` of a new object, as it came from the client with its defaults. Objects that share what they are
    /// made of (the Pods of a template) share their entry.
    pub(crate) fn created_fields(&mut self, kind: &Kind, shape: Shape<'_>, object: &Value, writer: &Writer) -> Value {
        // Only what has a template's spec is made by the thousand.
        let alike = |(other, of, _): &&(Value, usize, Value)| *of == kind.index && same_make(other, object);
        let known = self.recent.iter().find(alike).filter(|_| !object["spec"].is_null());
        let fields = match known {
            Some((_, _, fields)) => {
                let entry = &fields.array()[0];
                if Entry::of(entry).is_of(writer, false) && entry["time"] == writer.time {
                    return fields.clone();
                }
                entry["fieldsV1"].clone()
            }
            None => {
                let made = compare(shape, &empty(kind), object);
                let fields = stripped(&union(&made.added, &made.modified));
                without(&fields, &reset(kind, ""))
            }
        };
        let made = encode(vec![entry_of(writer, false, fields)]);
        if !made.is_null() && !object["spec"].is_null() {
            self.recent.retain(|(_, of, _)| *of != kind.index);
            self.recent.insert(0, (object.clone(), kind.index, made.clone()));
            self.recent.truncate(RECENT);
        }
        made
    }

    /// `managedFields` after a component has written `new`, an object's status, over `old`.
    pub(crate) fn marked_fields(&mut self, kind: &Kind, old: &Value, new: &Value, writer: &Writer) -> Value {
        let kept = &old["metadata"]["managedFields"];
        let of_writer = |entry: &Value| {
            entry["manager"].str() == writer.manager && entry["subresource"].str() == writer.subresource
        };
        let derived = kept.array().iter().position(|entry| entry["fieldsType"].is_null());
        let others = kept.array().iter().any(|e| e["subresource"].str() == writer.subresource && !of_writer(e));
        let was_exact = derived.is_none() && kept.array().iter().any(of_writer);
        if others || was_exact || !same_labels(&old["metadata"], &new["metadata"]) {
            let mut new = new.clone();
            new.remove("metadata.managedFields");
            return updated(kind, Shape::of(kind), old, &new, &Value::Null, writer);
        }
        match derived {
            Some(i) if kept.array()[i]["time"] == writer.time => kept.clone(),
            _ => {
                let mut all: Vec<Value> = kept.array().to_vec();
                let mut mark = match derived {
                    Some(i) => all.remove(i),
                    None => Value::Null,
                };
                if mark["fieldsV1"].is_null() {
                    mark = self.mark(writer);
                } else {
                    mark.set("time", writer.time.clone());
                }
                all.push(mark);
                all.into()
            }
        }
    }

    /// An entry without fields, shared by all that are written at the same moment.
    fn mark(&mut self, writer: &Writer) -> Value {
        let same = |mark: &&Value| {
            mark["time"] == writer.time
                && mark["manager"].str() == writer.manager
                && mark["apiVersion"].str() == writer.api_version
        };
        if let Some(mark) = self.marks.iter().find(same) {
            return mark.clone();
        }
        let mark = obj! {
            "apiVersion" => &writer.api_version, "manager" => &writer.manager, "operation" => "Update",
            "subresource" => &writer.subresource, "time" => &writer.time,
        };
        self.marks.insert(0, mark.clone());
        self.marks.truncate(RECENT);
        mark
    }
}

/// How many of the newest entries are kept in order to be shared, of different kinds.
const RECENT: usize = 4;

/// Whether what can be owned in two new objects is the same. What they share is not walked.
fn same_make(a: &Value, b: &Value) -> bool {
    let own = ["name", "namespace", "generateName", "uid", "creationTimestamp"];
    a.len() == b.len()
        && a.entries().zip(b.entries()).all(|((k, x), (l, y))| k == l && (k == "metadata" || x == y))
        && a["metadata"]["generateName"].is_null() == b["metadata"]["generateName"].is_null()
        && ["labels", "annotations", "ownerReferences", "finalizers"]
            .iter()
            .all(|field| a["metadata"][*field] == b["metadata"][*field])
        && a["metadata"].entries().all(|(k, _)| own.contains(&k.as_str()) || !b["metadata"][k.as_str()].is_null())
        && a["metadata"].len() == b["metadata"].len()
}

/// Whether a write of a status left the metadata alone.
fn same_labels(old: &Value, new: &Value) -> bool {
    ["labels", "annotations", "ownerReferences", "finalizers"].iter().all(|field| old[*field] == new[*field])
}

/// Fields of `entry` that a change touches.
pub(crate) fn conflicts(entry: &Entry, changed: &Fields) -> Option<Fields> {
    let common = intersection(&entry.fields, changed);
    (!common.is_empty()).then_some(common)
}

#[cfg(test)]
mod tests;
