//! How custom objects are printed: the columns that their definition names, by JSON path
//! (k8s.io/apiextensions-apiserver/pkg/registry/customresource/tableconvertor).

use super::Custom;
use crate::table::IncludeObject;
use api::{Time, Value, json, list, obj, text};

const AGE: &str = ".metadata.creationTimestamp";

impl Custom {
    /// Objects as a Table. Without columns of its own a kind shows the age.
    pub(crate) fn table(&self, objects: &[Value], now: Time, include: IncludeObject) -> Value {
        let age = list![obj! { "name" => "Age", "type" => "date", "jsonPath" => AGE }];
        let columns = if self.columns.is_empty() { &age } else { &self.columns };
        let mut definitions = vec![column("Name", "string", "name", "Name of the object.", 0)];
        for one in columns.array() {
            let described = match one["description"].str() {
                "" => format!("Custom resource definition column (in JSONPath format): {}", one["jsonPath"].str()),
                text => text.to_owned(),
            };
            definitions.push(column(
                one["name"].str(),
                one["type"].str(),
                one["format"].str(),
                &described,
                one["priority"].int(),
            ));
        }
        let row = |object: &Value| {
            let mut cells: Vec<Value> = vec![object.name().into()];
            cells.extend(columns.array().iter().map(|one| cell(object, one, now)));
            let included = match include {
                IncludeObject::None => Value::Null,
                IncludeObject::Metadata => obj! {
                    "kind" => "PartialObjectMetadata", "apiVersion" => "meta.k8s.io/v1", "metadata" => &object["metadata"],
                },
                IncludeObject::Object => object.clone(),
            };
            obj! { "cells" => cells, "object" => included }
        };
        obj! {
            "kind" => "Table", "apiVersion" => "meta.k8s.io/v1", "metadata" => obj! {},
            "columnDefinitions" => definitions, "rows" => objects.iter().map(row).collect::<Value>(),
        }
    }
}

fn column(name: &str, type_: &str, format: &str, description: &str, priority: i64) -> Value {
    obj! {
        "name" => name, "type" => type_, "format" => format, "description" => description, "priority" => priority,
    }
}

/// What a column shows of an object: a date as an age, a list as JSON, nothing where there is nothing.
fn cell(object: &Value, column: &Value, now: Time) -> Value {
    let found = find(object, column["jsonPath"].str());
    let Some(value) = found.first() else { return Value::Null };
    match (column["type"].str(), value) {
        ("date", Value::String(_)) => text::age(now, value).into(),
        ("string", Value::String(_)) => value.clone(),
        ("string", Value::Object(_) | Value::Array(_)) => json::to_string(value).into(),
        ("string", other) => json::to_string(other).into(),
        ("integer", Value::Int(_) | Value::Float(_)) | ("number", Value::Int(_) | Value::Float(_)) => value.clone(),
        ("boolean", Value::Bool(_)) => value.clone(),
        _ => Value::Null,
    }
}

/// The values at a simple JSON path: `.spec.items[0].name`, `.status.conditions[?(@.type=="Ready")].status`, `.a[*].b`.
pub(super) fn find(object: &Value, path: &str) -> Vec<Value> {
    let mut found = vec![object.clone()];
    let mut rest = path.trim_start_matches('$');
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let end = inner.find(']').unwrap_or(inner.len());
            let (inside, behind) = inner.split_at(end);
            rest = behind.strip_prefix(']').unwrap_or_default();
            found = found.iter().flat_map(|value| select(value, inside)).collect();
            continue;
        }
        let text = rest.strip_prefix('.').unwrap_or(rest);
        // `\.` is a dot of the name itself.
        let mut name = String::new();
        let mut chars = text.char_indices();
        let mut end = text.len();
        while let Some((at, letter)) = chars.next() {
            match letter {
                '\\' => name.extend(chars.next().map(|(_, letter)| letter)),
                '.' | '[' => {
                    end = at;
                    break;
                }
                letter => name.push(letter),
            }
        }
        if text.is_empty() {
            return found;
        }
        rest = if end == 0 && !text.starts_with('[') { &text[text.len().min(1)..] } else { &text[end..] };
        if !name.is_empty() {
            found = found.iter().map(|value| value[name.as_str()].clone()).filter(|v| !v.is_null()).collect();
        }
    }
    found
}

fn select(value: &Value, inside: &str) -> Vec<Value> {
    let items = value.array();
    if inside == "*" {
        return items.to_vec();
    }
    if let Some(condition) = inside.strip_prefix("?(").and_then(|c| c.strip_suffix(')')) {
        let Some((field, wanted)) = condition.split_once("==") else { return Vec::new() };
        let field = field.trim().trim_start_matches('@').to_owned();
        let wanted = wanted.trim().trim_matches(['"', '\'']);
        let is_meant = |item: &&Value| find(item, &field).first().is_some_and(|v| text_of(v) == wanted);
        return items.iter().filter(is_meant).cloned().collect();
    }
    if let Some(name) = inside.strip_prefix('\'').and_then(|n| n.strip_suffix('\'')) {
        return Some(value[name].clone()).filter(|v| !v.is_null()).into_iter().collect();
    }
    let Ok(index) = inside.parse::<i64>() else { return Vec::new() };
    let index = if index < 0 { index + items.len() as i64 } else { index };
    usize::try_from(index).ok().and_then(|i| items.get(i)).cloned().into_iter().collect()
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| json::to_string(value), str::to_owned)
}
