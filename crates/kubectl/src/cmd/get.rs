//! `kubectl get`

use super::{ALL_NAMESPACES, BASE, FIELDS, FILES, OUTPUT, SELECTOR};
use crate::command::Command;
use crate::cx::{Cx, with_kind};
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind as FlagKind, flag};
use crate::print::table::{TableOptions, TablePrinter, compare_keys, sort};
use crate::print::{Format, Printed, jsonpath, list_of};
use crate::resource::{self, Choice, Info, Target, fetch, flatten};
use api::{Kind, Value, list, obj};
use apiserver::request::Verb;
use apiserver::table::{IncludeObject, table};
use apiserver::watch::EventType;

static FLAGS: &[Flag] = &[
    flag("watch", FlagKind::Bool, "false").short('w'),
    flag("watch-only", FlagKind::Bool, "false"),
    flag("output-watch-events", FlagKind::Bool, "false"),
    flag("ignore-not-found", FlagKind::Bool, "false"),
    flag("chunk-size", FlagKind::Int, "500"),
    flag("no-headers", FlagKind::Bool, "false"),
    flag("show-labels", FlagKind::Bool, "false"),
    flag("label-columns", FlagKind::List, "").short('L'),
    flag("show-kind", FlagKind::Bool, "false"),
    flag("sort-by", FlagKind::Text, ""),
    flag("raw", FlagKind::Text, ""),
    flag("server-print", FlagKind::Bool, "true"),
    flag("subresource", FlagKind::Text, ""),
];

pub(crate) static GET: Command = Command {
    name: "get",
    usage: "(TYPE[.VERSION][.GROUP] [NAME | -l LABEL] | TYPE/NAME ...)",
    flags: &[FLAGS, FILES, OUTPUT, SELECTOR, FIELDS, ALL_NAMESPACES],
    action: |cx| Box::pin(run(cx)),
    ..BASE
};

async fn run(cx: &Cx<'_>) -> Outcome {
    let raw = cx.flags.text("raw");
    if !raw.is_empty() {
        if ["watch", "watch-only"].iter().any(|flag| cx.flags.on(flag)) || !cx.flags.text("selector").is_empty() {
            return Err(
                "--raw may not be specified with other flags that filter the server request or alter the output".into(),
            );
        }
        if !cx.flags.text("output").is_empty() {
            return Err("--raw and --output are mutually exclusive".into());
        }
        if !raw.starts_with('/') && !raw.contains("://") {
            return Err(fail!("--raw must be a valid URL path: parse {raw:?}: invalid URI for request"));
        }
        return super::info::raw(cx, "GET", raw).await;
    }
    let mut format = cx.format()?;
    if let Format::Custom(columns) = &mut format {
        columns.no_headers = cx.flags.on("no-headers");
    }
    let choice = choice(cx, format.is_human());
    if cx.args().is_empty() && choice.files.is_empty() {
        cx.warn(
            "You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list of supported \
             resources.\n",
        );
        return cx.usage(
            "Required resource not specified.\nUse \"kubectl explain <resource>\" for a detailed description of that \
             resource (e.g. kubectl explain pods).",
        );
    }
    let (targets, mut failures) = resource::targets(cx, cx.args(), &choice).await?;
    if cx.flags.on("watch") || cx.flags.on("watch-only") {
        Fail::all(failures)?;
        return watch(cx, &targets, &choice, &format).await;
    }
    let mut infos = Vec::new();
    for target in &targets {
        match fetch(cx, target, &choice) {
            Ok(info) => infos.push(info),
            Err(fail) if fail.is_not_found() && cx.flags.on("ignore-not-found") => {}
            Err(fail) => failures.push(fail),
        }
    }
    if format.is_human() {
        print_tables(cx, infos, &mut failures)?;
    } else {
        let single = matches!(&targets[..], [Target::Named { .. } | Target::Given(_)]);
        let lone_list = matches!(&targets[..], [Target::Selected { .. }]);
        print_objects(cx, infos, &format, single, lone_list, &failures)?;
    }
    Fail::all(failures)
}

fn choice(cx: &Cx<'_>, human: bool) -> Choice {
    // Rows carry only the metadata of their objects, which is not enough to sort by.
    let table = human && cx.flags.text("sort-by").is_empty() && cx.flags.on("server-print");
    Choice { bare_kind: true, visits: true, table, ..Choice::of(cx) }
}

fn table_options(cx: &Cx<'_>, kind: &Kind, with_kind: bool, with_namespace: bool) -> TableOptions {
    let flags = &cx.flags;
    TableOptions {
        no_headers: flags.on("no-headers"),
        namespace: with_namespace,
        kind: if with_kind || flags.on("show-kind") { kind.singular_resource() } else { String::new() },
        wide: flags.text("output") == "wide",
        labels: flags.on("show-labels"),
        label_columns: flags.list("label-columns").to_vec(),
    }
}

/// One table a kind, an empty line between them.
fn print_tables(cx: &Cx<'_>, infos: Vec<Info>, failures: &mut [Fail]) -> Outcome {
    let several = infos.iter().any(|info| info.kind != infos[0].kind);
    let mut written = false;
    let mut namespaced = !cx.flags.on("all-namespaces");
    // Once there was a column for namespaces, it stays, also for kinds without.
    let mut with_namespace = false;
    let mut at = 0;
    while at < infos.len() {
        let kind = infos[at].kind;
        let group = infos[at..].iter().take_while(|info| info.kind == kind).count();
        namespaced &= kind.namespaced;
        with_namespace |= cx.flags.on("all-namespaces") && kind.namespaced;
        let mut printer = TablePrinter::new(table_options(cx, kind, several, with_namespace));
        let rows = match cx.flags.text("sort-by") {
            "" if cx.flags.on("server-print") => merged(&infos[at..at + group]),
            path => sorted(cx, kind, &infos[at..at + group], path)?,
        };
        printer.add(&rows, None);
        let text = printer.flush();
        if written && !text.is_empty() && !cx.flags.on("no-headers") {
            cx.host.stdout("\n");
        }
        cx.host.stdout(&text);
        written |= !text.is_empty();
        at += group;
    }
    if !written && failures.is_empty() && !cx.flags.on("ignore-not-found") {
        if namespaced {
            cx.warn(format_args!("No resources found in {} namespace.", cx.namespace));
        } else {
            cx.warn("No resources found");
        }
    }
    Ok(())
}

/// The tables of several answers as one.
fn merged(infos: &[Info]) -> Value {
    let mut all = infos[0].object.clone();
    for info in &infos[1..] {
        all.at_mut("rows").array_mut().extend(info.object["rows"].array().iter().cloned());
    }
    all
}

/// The table of objects of which the server did not make one (`--server-print=false`).
fn names_and_ages(cx: &Cx<'_>, objects: &[Value]) -> Value {
    let row = |object: &Value| {
        let age = api::text::age(cx.host.now(), &object["metadata"]["creationTimestamp"]);
        obj! { "cells" => list![object.name(), age], "object" => object }
    };
    let column = |name: &str, format: &str| obj! { "name" => name, "type" => "string", "format" => format };
    obj! {
        "columnDefinitions" => list![column("Name", "name"), column("Age", "")],
        "rows" => objects.iter().map(row).collect::<Vec<_>>(),
    }
}

fn sorted(cx: &Cx<'_>, kind: &Kind, infos: &[Info], path: &str) -> Outcome<Value> {
    let objects: Vec<Value> = infos.iter().cloned().flat_map(flatten).map(|info| info.object).collect();
    let mut rows = match cx.flags.on("server-print") {
        true => table(kind, &objects, cx.host.now(), IncludeObject::Object),
        false => names_and_ages(cx, &objects),
    };
    // As by kubectl, nothing is left of what cannot be sorted.
    if !path.is_empty() && sort(&mut rows, path).is_err() {
        rows.set("rows", Value::Array(Default::default()));
    }
    Ok(rows)
}

fn print_objects(
    cx: &Cx<'_>,
    infos: Vec<Info>,
    format: &Format,
    single: bool,
    lone_list: bool,
    failures: &[Fail],
) -> Outcome {
    if single && infos.is_empty() {
        return Ok(());
    }
    if infos.is_empty() && (!failures.is_empty() || cx.flags.on("ignore-not-found")) {
        return Ok(());
    }
    let Some(kind) = infos.first().map(|info| info.kind) else { return Ok(()) };
    let managed = cx.flags.on("show-managed-fields");
    let mut items: Vec<Value> =
        infos.into_iter().flat_map(flatten).map(|info| with_kind(info.kind, &info.object)).collect();
    if !cx.flags.text("sort-by").is_empty() {
        sort_objects(&mut items, cx.flags.text("sort-by"))?;
    }
    let object = match &items[..] {
        [one] if single && !lone_list => one.clone(),
        _ => list_of(items),
    };
    let text = format.print(&Printed { kind, object: &object, done: "", managed })?;
    cx.host.stdout(&text);
    Ok(())
}

fn sort_objects(items: &mut [Value], path: &str) -> Outcome {
    let expression = jsonpath::relaxed(path)?;
    let path = jsonpath::JsonPath::parse(&expression)?;
    if !items.is_empty() && items.iter().all(|item| path.first(item).is_none()) {
        return Err(nowhere(&expression));
    }
    api::sort_by(items, |a, b| compare_keys(path.first(a).as_ref(), path.first(b).as_ref()));
    Ok(())
}

/// What a sorting is refused with whose field no object has.
fn nowhere(path: &str) -> Fail {
    fail!("couldn't find any field with path {path:?} in the list of objects")
}

/// Prints what is there, then each change, until interrupted or `--request-timeout` is over.
async fn watch(cx: &Cx<'_>, targets: &[Target], choice: &Choice, format: &Format) -> Outcome {
    let [target] = targets else {
        return Err("you may only specify a single resource type".into());
    };
    let (kind, namespace, name, labels, fields) = match target {
        Target::Named { kind, namespace, name } => (*kind, namespace, name.clone(), String::new(), String::new()),
        Target::Selected { kind, namespace, labels, fields } => {
            (*kind, namespace, String::new(), labels.clone(), fields.clone())
        }
        Target::Given(m) => (m.kind, &m.namespace, m.object.name().to_owned(), String::new(), String::new()),
    };
    let current = fetch(cx, target, &Choice { table: false, ..choice.clone() })?;
    let revision = current.object["metadata"]["resourceVersion"].to_str();
    let mut request = cx.ask(Verb::Watch, kind, namespace, "");
    request.options.label_selector = labels.into();
    request.options.field_selector =
        if name.is_empty() { fields.into() } else { format!("metadata.name={name}").into() };
    request.options.resource_version = revision;
    let mut watch = cx.watch(&request)?;
    let everywhere = cx.flags.on("all-namespaces") && kind.namespaced;
    let mut view =
        WatchView { cx, kind, format, printer: TablePrinter::new(table_options(cx, kind, false, everywhere)) };
    if !cx.flags.on("watch-only") {
        let objects: Vec<Value> = flatten(current).into_iter().map(|info| info.object).collect();
        view.show(&objects, EventType::Added)?;
    }
    let deadline = deadline(cx)?;
    loop {
        for event in cx.host.poll(&mut watch) {
            view.show(&[event.object], event.event)?;
        }
        if deadline.is_some_and(|end| cx.host.now() >= end) {
            return Ok(());
        }
        match deadline {
            Some(end) => wait_until(cx, end).await,
            None => cx.host.changed().await,
        }
    }
}

/// Waits for a change, but not beyond `end`.
async fn wait_until(cx: &Cx<'_>, end: api::Time) {
    let left = end.since(cx.host.now());
    crate::cx::either(cx.host.changed(), cx.host.sleep(left)).await;
}

fn deadline(cx: &Cx<'_>) -> Outcome<Option<api::Time>> {
    Ok(cx.request_timeout()?.map(|timeout| cx.host.now() + timeout))
}

struct WatchView<'a> {
    cx: &'a Cx<'a>,
    kind: &'static Kind,
    format: &'a Format,
    printer: TablePrinter,
}

impl WatchView<'_> {
    fn show(&mut self, objects: &[Value], event: EventType) -> Outcome {
        if self.format.is_human() {
            let rows = table(self.kind, objects, self.cx.host.now(), IncludeObject::Metadata);
            self.printer.add(&rows, self.cx.flags.on("output-watch-events").then(|| event.as_str()));
            self.cx.host.stdout(&self.printer.flush());
            return Ok(());
        }
        for object in objects {
            let object = with_kind(self.kind, object);
            let printed = Printed { kind: self.kind, object: &object, done: "", managed: false };
            let mut text = self.format.print(&printed)?;
            if matches!(self.format, Format::Yaml) {
                text = format!("---\n{text}");
            }
            self.cx.host.stdout(&text);
        }
        Ok(())
    }
}
