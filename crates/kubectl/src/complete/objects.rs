//! What is in the cluster: names of objects, each with how it is, in the columns that the server prints.

use super::Candidate;
use super::line::Line;
use api::{Kind, Language, Value};
use apiserver::request::Verb;

/// How objects of a kind are told in one line: English and Korean, with columns in braces. A part (up to `|`) whose column is
/// empty or `<none>` is left out. Other kinds show their columns as they are.
static FORMS: &[(&str, &str, &str)] = &[
    ("pods", "{Status}| on {Node}|, {Ready} ready", "{Status}|, {Node}에서|, {Ready} 준비"),
    ("deployments", "{Ready} ready|, {Images}", "{Ready} 준비|, {Images}"),
    ("statefulsets", "{Ready} ready|, {Images}", "{Ready} 준비|, {Images}"),
    ("replicasets", "{Ready}/{Desired} ready", "{Ready}/{Desired} 준비"),
    ("daemonsets", "{Ready}/{Desired} ready", "{Ready}/{Desired} 준비"),
    ("services", "{Type}| {Cluster-IP}| {Port(s)}", "{Type}| {Cluster-IP}| {Port(s)}"),
    ("nodes", "{Status}|, {Roles}", "{Status}|, {Roles}"),
    ("persistentvolumeclaims", "{Status}|, {Capacity}", "{Status}|, {Capacity}"),
    ("persistentvolumes", "{Status}|, {Capacity}|, {Claim}", "{Status}|, {Capacity}|, {Claim}"),
];

/// The objects of a kind in the namespace of the command, as a list, or as a Table.
pub fn list(line: &Line<'_>, kind: &'static Kind, table: bool) -> Value {
    let mut request = line.cx.ask(Verb::List, kind, &line.cx.namespace, "");
    request.options.table = table;
    line.cx.host.request(&request).map(|response| response.body).unwrap_or_default()
}

/// The names of a kind's objects.
pub fn names(line: &Line<'_>, kind: &'static Kind, language: Language) -> Vec<Candidate> {
    let table = list(line, kind, true);
    let columns = table["columnDefinitions"].array();
    let form = FORMS.iter().find(|(plural, ..)| *plural == kind.plural && !kind.is_custom());
    let candidate = |row: &Value| {
        let cells = row["cells"].array();
        let about = match form {
            Some((_, english, korean)) => {
                fill(if language == Language::Korean { korean } else { english }, columns, cells)
            }
            None => plain(columns, cells),
        };
        Candidate::new(row["object"].name(), about)
    };
    table["rows"].array().iter().map(candidate).collect()
}

fn text(cell: &Value) -> String {
    match cell {
        Value::String(text) => text.to_string(),
        Value::Null => String::new(),
        other => api::json::to_string(other),
    }
}

fn is_empty(cell: &str) -> bool {
    matches!(cell, "" | "<none>" | "<unset>" | "<unknown>")
}

fn fill(form: &str, columns: &[Value], cells: &[Value]) -> String {
    let mut line = String::new();
    'parts: for part in form.split('|') {
        let (mut filled, mut rest) = (String::new(), part);
        while let Some((before, (column, after))) =
            rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        {
            let at = columns.iter().position(|definition| definition["name"].str() == column);
            let cell = at.and_then(|at| cells.get(at)).map(text).unwrap_or_default();
            if is_empty(&cell) {
                continue 'parts;
            }
            filled += before;
            filled += &cell;
            rest = after;
        }
        line += &filled;
        line += rest;
    }
    line
}

/// The columns that are always shown, without name and age; a number comes with its heading.
fn plain(columns: &[Value], cells: &[Value]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for (column, cell) in columns.iter().zip(cells) {
        let (name, cell) = (column["name"].str(), text(cell));
        if matches!(name, "Name" | "Age" | "Created At") || column["priority"] != Value::Int(0) || is_empty(&cell) {
            continue;
        }
        let number = cell.bytes().all(|b| b.is_ascii_digit());
        parts.push(if number { format!("{} {cell}", name.to_lowercase()) } else { cell });
    }
    parts.truncate(3);
    parts.join(", ")
}
