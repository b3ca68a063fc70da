//! Kinds whose columns are data: `kinds.txt`.

use super::cells;
use super::column::{AGE, CONTAINERS, Column, IMAGES, NAME, SELECTOR};
use api::{Kind, Time, Value, text};
use std::sync::OnceLock;

/// A kind's columns and what stands in them.
pub(super) struct Listed {
    group: &'static str,
    kind: &'static str,
    pub columns: Vec<Column>,
    cells: Vec<&'static str>,
}

/// The kind's columns, if they are listed.
pub(super) fn listed(kind: &Kind) -> Option<&'static Listed> {
    static LISTED: OnceLock<Vec<Listed>> = OnceLock::new();
    LISTED.get_or_init(load).iter().find(|listed| listed.kind == kind.kind && listed.group == kind.group)
}

impl Listed {
    /// The cells of an object.
    pub fn row(&self, object: &Value, now: Time) -> Vec<Value> {
        let mut row = Vec::with_capacity(self.cells.len());
        for (column, cell) in self.columns.iter().zip(&self.cells) {
            row.push(one(column.type_, cell, object, now));
        }
        row
    }
}

fn one(type_: &str, cell: &str, object: &Value, now: Time) -> Value {
    if let Some(name) = cell.strip_prefix('@') {
        return cells::cell(name, object, now);
    }
    if let Some(path) = cell.strip_prefix('#') {
        return object.at(path).len().into();
    }
    let (path, instead) = cell.split_once(": ").unwrap_or((cell, ""));
    let value = object.at(path);
    match type_ {
        "integer" => value.int().into(),
        "boolean" => value.bool().into(),
        _ if value.as_int().is_some() => value.clone(),
        _ => text::or(value.str(), instead).into(),
    }
}

fn load() -> Vec<Listed> {
    let mut all: Vec<Listed> = Vec::new();
    for line in include_str!("kinds.txt").lines().filter(|line| !line.starts_with('#')) {
        let (column, cell) = match line {
            "Name" => (NAME, "metadata.name"),
            "Age" => (AGE, "@age"),
            "Containers" => (CONTAINERS, "@names"),
            "Images" => (IMAGES, "@images"),
            "Selector" => (SELECTOR, "@selector"),
            _ => {
                let mut parts = line.split('|');
                let (name, type_) = (parts.next().unwrap_or_default(), parts.next());
                let Some(type_) = type_ else {
                    let (group, kind) = line.split_once('/').unwrap_or_default();
                    all.push(Listed { group, kind, columns: Vec::new(), cells: Vec::new() });
                    continue;
                };
                let (cell, description) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
                let wide = name.starts_with('-');
                let column = Column { type_, ..Column::string(name.trim_start_matches('-'), description) };
                (if wide { column.wide() } else { column }, cell)
            }
        };
        if let Some(last) = all.last_mut() {
            last.columns.push(column);
            last.cells.push(cell);
        }
    }
    all
}
