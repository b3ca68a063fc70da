//! `kubectl top`: what the metrics API says that nodes and Pods use.

use super::{ALL_NAMESPACES, BASE, FIELDS, SELECTOR};
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Outcome, fail};
use crate::flags::{Flag, Kind as FlagKind, flag};
use crate::print::Columns;
use crate::resource::lookup;
use api::quantity::Quantity;
use api::{Kind, Value, kind};
use apiserver::request::Verb;

static FLAGS: &[Flag] = &[
    flag("no-headers", FlagKind::Bool, "false"),
    flag("sort-by", FlagKind::Text, ""),
    flag("show-swap", FlagKind::Bool, "false"),
    flag("use-protocol-buffers", FlagKind::Bool, "true"),
];
static NODE_FLAGS: &[Flag] = &[flag("show-capacity", FlagKind::Bool, "false")];
static POD_FLAGS: &[Flag] = &[flag("containers", FlagKind::Bool, "false"), flag("sum", FlagKind::Bool, "false")];

pub(crate) static TOP: Command = Command { name: "top", subcommands: &[&NODE, &POD], ..BASE };

static NODE: Command = Command {
    name: "node",
    aliases: &["nodes", "no"],
    usage: "[NAME | -l label]",
    flags: &[FLAGS, NODE_FLAGS, SELECTOR],
    action: |cx| Box::pin(nodes(cx)),
    ..BASE
};

static POD: Command = Command {
    name: "pod",
    aliases: &["pods", "po"],
    usage: "[NAME | -l label]",
    flags: &[FLAGS, POD_FLAGS, SELECTOR, FIELDS, ALL_NAMESPACES],
    action: |cx| Box::pin(pods(cx)),
    ..BASE
};

/// What is measured.
const MEASURED: [&str; 2] = ["cpu", "memory"];

/// The metrics of one object or of many, as the metrics API has them.
fn metrics(cx: &Cx<'_>, plural: &str) -> Outcome<Vec<Value>> {
    if cx.args().len() > 1 {
        return cx.usage(format_args!("{} {}", cx.command.name, cx.command.usage));
    }
    let sort = cx.flags.text("sort-by");
    if !matches!(sort, "" | "cpu" | "memory") {
        return Err("--sort-by accepts only cpu or memory".into());
    }
    let (name, labels) = (cx.args().first(), cx.flags.text("selector"));
    if name.is_some() && !labels.is_empty() {
        return Err("only one of NAME or --selector can be provided".into());
    }
    let served = lookup(&cx.host.kinds(), &format!("{plural}.metrics.k8s.io"));
    let Some(kind) = served else { return Err("Metrics API not available".into()) };
    let namespace = if cx.flags.on("all-namespaces") { "" } else { &cx.namespace };
    match name {
        Some(name) => Ok(vec![cx.request(&cx.ask(Verb::Get, kind, namespace, name))?]),
        None => cx.list(kind, namespace, labels, cx.flags.text("field-selector")),
    }
}

/// `250m`, `64Mi`
fn amount(measured: &str, quantity: Quantity) -> String {
    match measured {
        "cpu" => format!("{}m", quantity.milli_value()),
        _ => format!("{}Mi", quantity.value() / (1 << 20)),
    }
}

fn of(usage: &Value, measured: &str) -> Quantity {
    Quantity::of(&usage[measured])
}

/// The greatest first, if `--sort-by` says by what; else by name.
fn sorted(cx: &Cx<'_>, rows: &mut [(String, Vec<Quantity>)]) {
    let by = MEASURED.iter().position(|measured| *measured == cx.flags.text("sort-by"));
    api::sort_by(rows, |a, b| match by {
        Some(at) => b.1[at].cmp(&a.1[at]),
        None => a.0.cmp(&b.0),
    });
}

fn start(cx: &Cx<'_>, names: &[&str]) -> Columns {
    let mut table = Columns::default();
    if !cx.flags.on("no-headers") {
        table.row(names.iter().map(|name| (*name).to_owned()).collect());
    }
    table
}

async fn nodes(cx: &Cx<'_>) -> Outcome {
    let metrics = metrics(cx, "nodes")?;
    if metrics.is_empty() {
        return Err("metrics not available yet".into());
    }
    let field = if cx.flags.on("show-capacity") { "capacity" } else { "allocatable" };
    let mut rows: Vec<(String, Vec<Quantity>)> =
        metrics.iter().map(|m| (m.name().to_owned(), usage(&m["usage"]))).collect();
    sorted(cx, &mut rows);
    let mut table = start(cx, &["NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)"]);
    for (name, used) in &rows {
        let node = cx.get(kind::NODE, "", name)?;
        let mut row = vec![name.clone()];
        for (measured, used) in MEASURED.iter().zip(used) {
            let all = of(&node["status"][field], measured).milli_value().max(1);
            row.extend([
                amount(measured, *used),
                format!("{}%", i128::from(used.milli_value()) * 100 / i128::from(all)),
            ]);
        }
        table.row(row);
    }
    cx.host.stdout(&table.flush());
    Ok(())
}

fn usage(usage: &Value) -> Vec<Quantity> {
    MEASURED.iter().map(|measured| of(usage, measured)).collect()
}

async fn pods(cx: &Cx<'_>) -> Outcome {
    let metrics = metrics(cx, "pods")?;
    if metrics.is_empty() {
        return none(cx, kind::POD);
    }
    let (all, each) = (cx.flags.on("all-namespaces"), cx.flags.on("containers"));
    let mut rows: Vec<(String, Vec<Quantity>)> = Vec::new();
    let mut total = usage(&Value::Null);
    for pod in &metrics {
        let place = if all { format!("{}\t", pod.namespace()) } else { String::new() };
        let mut sum = usage(&Value::Null);
        for container in pod["containers"].array() {
            let used = usage(&container["usage"]);
            sum = sum.iter().zip(&used).map(|(a, b)| *a + *b).collect();
            if each {
                rows.push((format!("{place}{}\t{}", pod.name(), container["name"].str()), used));
            }
        }
        total = total.iter().zip(&sum).map(|(a, b)| *a + *b).collect();
        if !each {
            rows.push((format!("{place}{}", pod.name()), sum));
        }
    }
    sorted(cx, &mut rows);
    let first: &[&str] = match (all, each) {
        (false, false) => &["NAME"],
        (false, true) => &["POD", "NAME"],
        (true, false) => &["NAMESPACE", "NAME"],
        (true, true) => &["NAMESPACE", "POD", "NAME"],
    };
    let mut table = start(cx, &[first, &["CPU(cores)", "MEMORY(bytes)"]].concat());
    let cells = |used: &[Quantity]| MEASURED.iter().zip(used).map(|(m, q)| amount(m, *q)).collect::<Vec<_>>();
    for (names, used) in &rows {
        table.row(names.split('\t').map(str::to_owned).chain(cells(used)).collect());
    }
    if cx.flags.on("sum") {
        let blank = |text: &str| (1..first.len()).map(|_| text.to_owned()).collect::<Vec<_>>();
        table.row([blank(""), vec![String::new(), "________".into(), "________".into()]].concat());
        table.row([blank(""), vec![String::new()], cells(&total)].concat());
    }
    cx.host.stdout(&table.flush());
    Ok(())
}

/// Nothing is measured: because there is nothing, or not yet.
fn none(cx: &Cx<'_>, kind: &'static Kind) -> Outcome {
    let all = cx.flags.on("all-namespaces");
    let namespace = if all { "" } else { &cx.namespace };
    let there = cx.list(kind, namespace, cx.flags.text("selector"), cx.flags.text("field-selector"))?;
    if !there.is_empty() {
        return Err(fail!("metrics not available yet"));
    }
    match all {
        true => cx.warn("No resources found"),
        false => cx.warn(format_args!("No resources found in {namespace} namespace.")),
    }
    Ok(())
}
