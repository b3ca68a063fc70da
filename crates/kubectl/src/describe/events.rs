//! The events of an object.

use super::related;
use super::writer::Writer;
use crate::Host;
use api::{Kind, Time, Value, kind, text};

/// A static Pod's object only mirrors what the kubelet runs; its events are about the kubelet's own UID for it.
const MIRROR: &str = "kubernetes.io/config.mirror";

/// The events about `object`; none where the kind's description has no events, or if they cannot be read.
pub fn of(kind: &Kind, object: &Value, host: &dyn Host) -> Option<Vec<Value>> {
    match (kind.group, kind.kind) {
        ("", "LimitRange" | "Namespace" | "ResourceQuota" | "Secret")
        | ("networking.k8s.io", "NetworkPolicy")
        | ("rbac.authorization.k8s.io", _) => None,
        // A Pod is looked for by its UID alone: events may name it by another kind.
        ("", "Pod") => {
            let mirrored = object.annotation(MIRROR);
            search(host, "", object, text::or(mirrored, object.uid()))
        }
        // The node controller knows a Node's UID, its kubelet only its name.
        ("", "Node") => {
            let mut events = search(host, kind.kind, object, object.uid())?;
            events.extend(search(host, kind.kind, object, object.name()).unwrap_or_default());
            Some(events)
        }
        _ => search(host, kind.kind, object, object.uid()),
    }
}

fn search(host: &dyn Host, kind: &str, object: &Value, uid: &str) -> Option<Vec<Value>> {
    let terms = [
        ("involvedObject.kind", Some(kind).filter(|kind| !kind.is_empty())),
        ("involvedObject.name", Some(object.name())),
        ("involvedObject.namespace", Some(object.namespace())),
        ("involvedObject.uid", Some(uid).filter(|uid| !uid.is_empty())),
    ];
    let terms = terms.iter().filter_map(|(field, value)| value.map(|value| format!("{field}={value}")));
    let selector = terms.collect::<Vec<_>>().join(",");
    related::list(host, kind::EVENT, object.namespace(), "", &selector)
}

/// Writes the section, events in the order in which they last happened.
pub fn write(w: &mut Writer, mut events: Vec<Value>, now: Time) {
    if events.is_empty() {
        return w.field(0, "Events", text::NONE);
    }
    w.flush();
    // Events of events.k8s.io/v1 have no lastTimestamp; they come first.
    api::sort_by_key(&mut events, |event| event["lastTimestamp"].time());
    w.line(0, "Events:");
    w.line(1, "Type\tReason\tAge\tFrom\tMessage");
    // Four dashes under Age: as kubectl has it.
    w.line(1, "----\t------\t----\t----\t-------");
    for event in &events {
        let reason = event["reason"].str();
        let source = text::or(event["source"]["component"].str(), event["reportingComponent"].str());
        let (age, message) = (age(event, now), message(event));
        w.line(1, format_args!("{}\t{reason}\t{age}\t{source}\t{message}", event["type"].str()));
    }
}

/// `21s`, or `21s (x3 over 36s)` for what happened several times.
fn age(event: &Value, now: Time) -> String {
    let moment = if event["eventTime"].is_null() { &event["firstTimestamp"] } else { &event["eventTime"] };
    let first = text::age(now, moment);
    let (last, count) = match (&event["series"], event["count"].int()) {
        (Value::Null, count) if count > 1 => (&event["lastTimestamp"], count),
        (Value::Null, _) => return first,
        (series, _) => (&series["lastObservedTime"], series["count"].int()),
    };
    format!("{} (x{count} over {first})", text::age(now, last))
}

fn message(event: &Value) -> String {
    let message = event["message"].str().trim();
    match event["involvedObject"]["fieldPath"].str() {
        "" => message.to_owned(),
        part => format!("{part}: {message}"),
    }
}
