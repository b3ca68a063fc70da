//! The server's Tables as text (k8s.io/cli-runtime/pkg/printers/tableprinter.go).

use super::columns::{Columns, cell};
use super::go_fmt;
use super::jsonpath::{JsonPath, relaxed};
use api::Value;
use api::meta::string_pairs;
use std::cmp::Ordering;

/// How tables are printed.
#[derive(Clone, Debug, Default)]
pub struct TableOptions {
    /// `--no-headers`
    pub no_headers: bool,
    /// A column NAMESPACE (`-A`).
    pub namespace: bool,
    /// What stands before each name, such as `deployment.apps`; empty for nothing.
    pub kind: String,
    /// `-o wide`
    pub wide: bool,
    /// `--show-labels`
    pub labels: bool,
    /// `-L`: labels that get a column each.
    pub label_columns: Vec<String>,
}

/// Prints tables one after the other.
#[derive(Clone, Debug, Default)]
pub struct TablePrinter {
    /// How.
    pub options: TableOptions,
    columns: Columns,
    printed: Vec<String>,
}

impl TablePrinter {
    /// A printer that has not printed a header yet.
    pub fn new(options: TableOptions) -> TablePrinter {
        TablePrinter { options, ..TablePrinter::default() }
    }

    /// Adds a table's rows; its header comes first unless the last one was the same. In a watch with
    /// `--output-watch-events`, `event` is the first column.
    pub fn add(&mut self, table: &Value, event: Option<&str>) {
        let rows = table["rows"].array();
        if rows.is_empty() {
            return;
        }
        let shown = self.shown(table);
        let header = self.header(table, &shown, event.is_some());
        if header != self.printed {
            if !self.options.no_headers {
                self.columns.row(header.clone());
            }
            self.printed = header;
        }
        for row in rows {
            let cells = self.cells(table, row, &shown, event);
            self.columns.row(cells);
        }
    }

    /// The text of what was added since the last call.
    pub fn flush(&mut self) -> String {
        self.columns.flush()
    }

    fn shown(&self, table: &Value) -> Vec<usize> {
        let columns = table["columnDefinitions"].array().iter().enumerate();
        columns.filter(|(_, c)| self.options.wide || c["priority"].int() == 0).map(|(i, _)| i).collect()
    }

    fn header(&self, table: &Value, shown: &[usize], events: bool) -> Vec<String> {
        let columns = table["columnDefinitions"].array();
        let mut header = Vec::new();
        if events {
            header.push("EVENT".to_owned());
        }
        if self.options.namespace {
            header.push("NAMESPACE".to_owned());
        }
        header.extend(shown.iter().map(|i| columns[*i]["name"].str().to_uppercase()));
        let labels = self.options.label_columns.iter();
        header.extend(labels.map(|key| key.rsplit('/').next().unwrap_or(key).to_uppercase()));
        if self.options.labels {
            header.push("LABELS".to_owned());
        }
        header
    }

    fn cells(&self, table: &Value, row: &Value, shown: &[usize], event: Option<&str>) -> Vec<String> {
        let columns = table["columnDefinitions"].array();
        let name = columns.iter().position(|c| c["format"].str() == "name" && c["type"].str() == "string");
        let object = &row["object"];
        let mut cells = Vec::new();
        cells.extend(event.map(str::to_owned));
        if self.options.namespace {
            cells.push(object.namespace().to_owned());
        }
        for i in shown {
            let text = match row["cells"].array().get(*i) {
                None | Some(Value::Null) => String::new(),
                Some(value) => cell(&go_fmt::plain(value)),
            };
            cells.push(match &self.options.kind {
                kind if name == Some(*i) && !kind.is_empty() => format!("{kind}/{text}"),
                _ => text,
            });
        }
        cells.extend(self.options.label_columns.iter().map(|key| object.labels()[key.as_str()].str().to_owned()));
        if self.options.labels {
            cells.push(all_labels(object.labels()));
        }
        cells
    }
}

/// Labels in one cell: `app=web,tier=front`, or `<none>`.
pub fn all_labels(labels: &Value) -> String {
    match string_pairs(labels).map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(",") {
        none if none.is_empty() => "<none>".to_owned(),
        some => some,
    }
}

/// Sorts a table's rows by a field of their objects (`--sort-by`). A table none of whose objects has the field loses its
/// rows, which is what kubectl shows then.
///
/// # Errors
/// What is wrong with the path.
pub fn sort(table: &mut Value, path: &str) -> Result<(), String> {
    let path = JsonPath::parse(&relaxed(path)?)?;
    let rows = table["rows"].array().to_vec();
    let mut keyed: Vec<(Option<Value>, Value)> =
        rows.into_iter().map(|row| (path.first(&row["object"]), row)).collect();
    if keyed.iter().all(|(key, _)| key.is_none()) {
        keyed.clear();
    }
    api::sort_by(&mut keyed, |(a, _), (b, _)| compare_keys(a.as_ref(), b.as_ref()));
    table.set("rows", keyed.into_iter().map(|(_, row)| row).collect::<Value>());
    Ok(())
}

/// The order of two sort keys: a missing one first, numbers by size, quantities by amount, other text as people count
/// (`web-2` before `web-10`).
pub fn compare_keys(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    let (a, b) = match (a, b) {
        (Some(a), Some(b)) => (a, b),
        (a, b) => return a.is_some().cmp(&b.is_some()),
    };
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::String(a), Value::String(b)) => natural(a, b),
        _ => natural(&go_fmt::plain(a), &go_fmt::plain(b)),
    }
}

/// Compares text with the numbers in it as numbers.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    let digits = |text: &[u8]| text.iter().take_while(|c| c.is_ascii_digit()).count();
    while let (Some(x), Some(y)) = (a.first(), b.first()) {
        let (n, m) = (digits(a), digits(b));
        if n > 0 && m > 0 {
            let strip = |text: &[u8]| text.iter().position(|c| *c != b'0').unwrap_or(text.len());
            let (p, q) = (&a[strip(&a[..n])..n], &b[strip(&b[..m])..m]);
            match p.len().cmp(&q.len()).then_with(|| p.cmp(q)) {
                Ordering::Equal => (a, b) = (&a[n..], &b[m..]),
                different => return different,
            }
        } else if x != y {
            return x.cmp(y);
        } else {
            (a, b) = (&a[1..], &b[1..]);
        }
    }
    a.len().cmp(&b.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{list, obj};

    fn table(names: &[&str]) -> Value {
        let row = |name: &&str| obj! { "cells" => list![*name, 7, "w"], "object" => obj! { "metadata" => obj! { "name" => *name } } };
        obj! {
            "columnDefinitions" => list![
                obj! { "name" => "Name", "type" => "string", "format" => "name", "priority" => 0 },
                obj! { "name" => "Count", "type" => "integer", "priority" => 0 },
                obj! { "name" => "Extra", "type" => "string", "priority" => 1 },
            ],
            "rows" => names.iter().map(row).collect::<Value>(),
        }
    }

    #[test]
    fn a_table_is_printed_with_one_header() {
        let mut printer = TablePrinter::new(TableOptions { kind: "pod".into(), labels: true, ..Default::default() });
        printer.add(&table(&["a"]), None);
        printer.add(&table(&["b"]), None);
        assert_eq!(printer.flush(), "NAME    COUNT   LABELS\npod/a   7       <none>\npod/b   7       <none>\n");
        let mut printer = TablePrinter::new(TableOptions { wide: true, no_headers: true, ..Default::default() });
        printer.add(&table(&["a"]), Some("ADDED"));
        assert_eq!(printer.flush(), "ADDED   a     7     w\n");
    }

    #[test]
    fn rows_are_sorted_as_people_count() {
        let mut sorted = table(&["web-10", "web-2", "web-1"]);
        sort(&mut sorted, ".metadata.name").unwrap();
        let names: Vec<_> = sorted["rows"].array().iter().map(|r| r["cells"].array()[0].str()).collect();
        assert_eq!(names, ["web-1", "web-2", "web-10"]);
        sort(&mut sorted, ".nosuch").unwrap();
        assert!(sorted["rows"].is_empty());
    }
}
