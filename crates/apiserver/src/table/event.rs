//! Events.

use super::Printer;
use super::column::{Column, NAME};
use api::text;
use api::{Time, Value};

pub(super) static EVENT: Printer = Printer {
    columns: &[
        Column::string("Last Seen", "Time since it happened last."),
        Column::string("Type", "Normal or Warning."),
        Column::string("Reason", "What happened, in a word."),
        Column::string("Object", "What it happened to."),
        Column::string("Subobject", "The part it happened to.").wide(),
        Column::string("Source", "Who reports it.").wide(),
        Column::string("Message", "What happened, in full."),
        Column::string("First Seen", "Time since it happened first.").wide(),
        Column::string("Count", "How often it happened.").wide(),
        NAME.wide(),
    ],
    row: |event, now| {
        let involved = &event["involvedObject"];
        let seen = Seen::of(event, now);
        vec![
            seen.last.into(),
            event["type"].str().into(),
            event["reason"].str().into(),
            target(involved).into(),
            involved["fieldPath"].str().into(),
            source(event).into(),
            event["message"].str().trim().into(),
            seen.first.into(),
            seen.count.into(),
            event.name().into(),
        ]
    },
};

struct Seen {
    first: String,
    last: String,
    count: i64,
}

impl Seen {
    /// When it happened. Events of the old API have timestamps and a count, those of events.k8s.io/v1 (the scheduler's) a
    /// moment and perhaps a series.
    fn of(event: &Value, now: Time) -> Seen {
        let age_of = |moment: &Value, instead: &Value| text::age(now, if moment.is_null() { instead } else { moment });
        let first_moment =
            if event["firstTimestamp"].is_null() { &event["eventTime"] } else { &event["firstTimestamp"] };
        let series = &event["series"];
        let (last, count) = match series.is_null() {
            false => (text::age(now, &series["lastObservedTime"]), series["count"].int()),
            true => (age_of(&event["lastTimestamp"], first_moment), event["count"].int().max(1)),
        };
        Seen { first: text::age(now, first_moment), last, count }
    }
}

/// `pod/web-1`
fn target(involved: &Value) -> String {
    let kind = involved["kind"].str().to_lowercase();
    match involved["name"].str() {
        "" => kind,
        name => format!("{kind}/{name}"),
    }
}

/// Who reports the event, and from where: `kubelet, node2`.
fn source(event: &Value) -> String {
    let component = text::or(event["source"]["component"].str(), event["reportingComponent"].str());
    match text::or(event["source"]["host"].str(), event["reportingInstance"].str()) {
        "" => component.to_owned(),
        instance => format!("{component}, {instance}"),
    }
}
