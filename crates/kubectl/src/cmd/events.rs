//! `kubectl events`: what happened, in the order in which it happened.

use super::{ALL_NAMESPACES, BASE, OUTPUT};
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::print::{Columns, Format, Printed, list_of};
use crate::resource;
use api::text::age;
use api::{Time, Value, kind};
use apiserver::request::Verb;

static FLAGS: &[Flag] = &[
    flag("chunk-size", Kind::Int, "500"),
    flag("for", Kind::Text, ""),
    flag("no-headers", Kind::Bool, "false"),
    flag("types", Kind::List, ""),
    flag("watch", Kind::Bool, "false").short('w'),
];

pub(crate) static EVENTS: Command =
    Command { name: "events", flags: &[FLAGS, OUTPUT, ALL_NAMESPACES], action: |cx| Box::pin(run(cx)), ..BASE };

async fn run(cx: &Cx<'_>) -> Outcome {
    let format = cx.format()?;
    for type_ in cx.flags.list("types") {
        if !type_.eq_ignore_ascii_case("normal") && !type_.eq_ignore_ascii_case("warning") {
            return Err("valid --types are Normal or Warning".into());
        }
    }
    let about = about(cx)?;
    let everywhere = cx.flags.on("all-namespaces");
    let namespace = if everywhere { "" } else { &cx.namespace };
    let mut events = cx.list(kind::EVENT, namespace, "", "")?;
    events.retain(|event| wanted(cx, event, about.as_ref()));
    api::sort_by_key(&mut events, last_time);
    if events.is_empty() && !cx.flags.on("watch") {
        match everywhere {
            true => cx.warn("No events found."),
            false => cx.warn(format_args!("No events found in {} namespace.", cx.namespace)),
        }
        return Ok(());
    }
    if !format.is_human() {
        let list = list_of(events);
        cx.host.stdout(&format.print(&Printed { kind: kind::EVENT, object: &list, done: "", managed: false })?);
        return Ok(());
    }
    let mut table = Columns::default();
    if !cx.flags.on("no-headers") {
        let header = ["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"].map(str::to_owned);
        table.row(everywhere.then(|| "NAMESPACE".to_owned()).into_iter().chain(header).collect());
    }
    events.iter().for_each(|event| table.row(row(cx, event)));
    cx.host.stdout(&table.flush());
    if cx.flags.on("watch") {
        return watch(cx, namespace, about.as_ref(), table, &format).await;
    }
    Ok(())
}

async fn watch(
    cx: &Cx<'_>,
    namespace: &str,
    about: Option<&(&'static api::Kind, String)>,
    mut table: Columns,
    _: &Format,
) -> Outcome {
    let mut request = cx.ask(Verb::Watch, kind::EVENT, namespace, "");
    let list = cx.request(&cx.ask(Verb::List, kind::EVENT, namespace, ""))?;
    request.options.resource_version = list["metadata"]["resourceVersion"].to_str();
    let mut watch = cx.watch(&request)?;
    loop {
        for event in cx.host.poll(&mut watch) {
            if event.event != apiserver::watch::EventType::Deleted && wanted(cx, &event.object, about) {
                table.row(row(cx, &event.object));
            }
        }
        cx.host.stdout(&table.flush());
        cx.host.changed().await;
    }
}

/// What `--for` says.
fn about(cx: &Cx<'_>) -> Outcome<Option<(&'static api::Kind, String)>> {
    let text = cx.flags.text("for");
    if text.is_empty() {
        return Ok(None);
    }
    match text.split_once('/').filter(|(word, name)| !word.is_empty() && !name.is_empty()) {
        Some((word, name)) => match resource::lookup(&cx.host.kinds(), word) {
            Some(kind) => Ok(Some((kind, name.to_owned()))),
            None => Err(Fail::Plain(format!("the server doesn't have a resource type {word:?}"))),
        },
        None => Err(fail!("--for must be in resource/name form")),
    }
}

fn wanted(cx: &Cx<'_>, event: &Value, about: Option<&(&'static api::Kind, String)>) -> bool {
    let types = cx.flags.list("types");
    let object = &event["involvedObject"];
    let of_type = types.is_empty() || types.iter().any(|t| t.eq_ignore_ascii_case(event["type"].str()));
    of_type && about.is_none_or(|(kind, name)| object["kind"].str() == kind.kind && object["name"].str() == name)
}

fn last_time(event: &Value) -> Time {
    let times = [&event["series"]["lastObservedTime"], &event["lastTimestamp"], &event["eventTime"]];
    times.into_iter().find_map(Value::time).unwrap_or_default()
}

fn row(cx: &Cx<'_>, event: &Value) -> Vec<String> {
    let now = cx.host.now();
    let first =
        [&event["eventTime"], &event["firstTimestamp"]].into_iter().find(|t| !t.is_null()).unwrap_or(&api::NULL);
    let (series, count) = (&event["series"], event["count"].int());
    let seen = if !series.is_null() {
        format!("{} (x{} over {})", age(now, &series["lastObservedTime"]), series["count"].int(), age(now, first))
    } else if count > 1 {
        format!("{} (x{count} over {})", age(now, &event["lastTimestamp"]), age(now, first))
    } else {
        age(now, first)
    };
    let object = &event["involvedObject"];
    let cells = [
        seen,
        event["type"].str().to_owned(),
        event["reason"].str().to_owned(),
        format!("{}/{}", object["kind"].str(), object["name"].str()),
        event["message"].str().trim().to_owned(),
    ];
    let namespace = cx.flags.on("all-namespaces").then(|| event.namespace().to_owned());
    namespace.into_iter().chain(cells).collect()
}
