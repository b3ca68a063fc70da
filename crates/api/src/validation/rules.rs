//! Checks that the schema writes down: which fields must be there, what their values may be, what may not change.

use super::meta::{annotations, label_selector, labels};
use super::path::{Errors, Path};
use super::pod_dump::shown_as;
use super::{access, batch, controllers, network, path, policy};
use crate::names;
use crate::schema::{Struct, Type, table};
use crate::{Quantity, Value};

/// A field that is looked at.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    /// Where it is.
    pub path: &'a Path<'a>,
    /// What it holds.
    pub value: &'a Value,
    /// The struct it is in.
    pub parent: &'a Value,
    /// What it held before; null if the object is new.
    pub old: &'a Value,
    /// The whole stored object; null if the object is new.
    pub stored: &'a Value,
}

/// A check that is code.
pub(super) type Check = fn(&mut Errors, At);

/// Checks an object of a kind by the rules of its struct. What was let in once and has not changed is not looked at again.
pub(super) fn object(errors: &mut Errors, structure: &'static Struct, new: &Value, old: &Value) {
    let empty = Path::nowhere();
    let at = At { path: &empty, value: new, parent: new, old, stored: old };
    structure_rules(errors, structure, at);
}

/// Checks a struct by its rules.
pub(super) fn structure_rules(errors: &mut Errors, structure: &'static Struct, at: At) {
    for (name, rule) in &structure.rules {
        let (check, argument) = rule.split_once(' ').unwrap_or((rule, ""));
        if *name == "." {
            run(errors, check, argument, None, at);
            continue;
        }
        let field = structure.field(name).map(|field| &field.ty);
        let path = at.path.child(name);
        if !at.stored.is_null() && at.path.is_nowhere() && at.value[*name] == at.old[*name] && *name != "metadata" {
            continue;
        }
        let inner = At { path: &path, value: &at.value[*name], parent: at.value, old: &at.old[*name], ..at };
        run(errors, check, argument, field, inner);
    }
}

fn run(errors: &mut Errors, check: &str, argument: &str, ty: Option<&'static Type>, at: At) {
    let (path, value) = (at.path, at.value);
    if let Some(name) = check.strip_prefix('@') {
        match custom(name) {
            Some(check) => check(errors, at),
            None => unreachable!("there is no check {name}"),
        }
        return;
    }
    if let Some(check) = text_check(check) {
        if !value.str().is_empty() {
            errors.invalids(path, value, check(value.str()));
        }
        return;
    }
    match check {
        "in" => inside(errors, ty, at),
        "required" if is_missing(value) => errors.required(path, argument),
        "required" => {}
        "enum" | "enum?" => {
            let supported: Vec<&str> = match (argument, ty) {
                ("", Some(Type::String(name))) => sorted(table().enumeration(name)),
                _ => argument.split(',').collect(),
            };
            match check {
                "enum?" => errors.optionally_one_of(path, value, &supported),
                _ => errors.one_of(path, value, &supported),
            }
        }
        "labels" => labels(errors, path, value),
        "annotations" => annotations(errors, path, value),
        "selector" => {
            if value.is_null() && argument == "required" {
                errors.required(path, "");
            } else if !value.is_null() {
                label_selector(errors, path, value);
            }
        }
        "positive" => {
            let amount = Quantity::of(value);
            if !value.is_null() && (amount.is_negative() || amount.is_zero()) {
                errors.invalid(path, value, "must be greater than zero");
            }
        }
        "fixed" => {
            if !at.stored.is_null() && value != at.old {
                let detail = if argument.is_empty() { path::IMMUTABLE } else { argument };
                errors.invalid_as(path, &shown_as(ty, value), detail);
            }
        }
        "unique" => unique(errors, argument, at),
        "length" => {
            let most = argument.parse().unwrap_or(usize::MAX);
            if value.str().len() > most {
                errors.too_long(path, most);
            }
        }
        "items" => {
            let most = argument.parse().unwrap_or(usize::MAX);
            if value.len() > most {
                errors.too_many(path, value.len(), most);
            }
        }
        "forbidden" => {
            if !at.stored.is_null() && value != at.old {
                errors.forbidden(path, argument);
            }
        }
        _ => numbers(errors, check, argument, at),
    }
}

/// `>=0`, `>0`, `<=3600` or `1..65535`
fn numbers(errors: &mut Errors, check: &str, detail: &str, at: At) {
    let Some(number) = at.value.as_int() else { return };
    /// How a check begins, what it says, and when it holds.
    type Bound = (&'static str, &'static str, fn(i64, i64) -> bool);
    let bounds: [Bound; 3] = [
        (">=", "must be greater than or equal to ", |number, bound| number >= bound),
        ("<=", "must be less than or equal to ", |number, bound| number <= bound),
        (">0", "must be greater than zero", |number, _| number > 0),
    ];
    if let Some((mark, words, holds)) = bounds.into_iter().find(|(mark, ..)| check.starts_with(mark)) {
        let bound = &check[mark.len()..];
        if !holds(number, bound.parse().unwrap_or(0)) {
            let detail = if detail.is_empty() { format!("{words}{bound}") } else { detail.to_owned() };
            errors.invalid(at.path, number, &detail);
        }
    } else if let Some((low, high)) = check.split_once("..") {
        let (low, high) = (low.parse().unwrap_or(i64::MIN), high.parse().unwrap_or(i64::MAX));
        errors.invalids(at.path, number, names::in_range(number, low, high));
    } else {
        unreachable!("there is no check {check}");
    }
}

/// Goes into a struct, or into each of a list or a map of structs.
fn inside(errors: &mut Errors, ty: Option<&'static Type>, at: At) {
    match (ty, at.value) {
        (Some(Type::Struct(id)), value) if !value.is_null() => structure_rules(errors, table().get(*id), at),
        (Some(Type::List(element)), Value::Array(items)) => {
            for (i, item) in items.iter().enumerate() {
                let old = at.old.array().get(i).unwrap_or(&crate::NULL);
                inside(errors, Some(element), At { path: &at.path.index(i), value: item, old, ..at });
            }
        }
        (Some(Type::Map(element)), Value::Object(_)) => {
            for (key, item) in at.value.entries() {
                inside(
                    errors,
                    Some(element),
                    At { path: &at.path.key(key), value: item, old: &at.old[key.as_str()], ..at },
                );
            }
        }
        _ => {}
    }
}

/// No two elements of a list have the same value in the field `key`; without a key, none are equal.
fn unique(errors: &mut Errors, key: &str, at: At) {
    let items = at.value.array();
    for (i, item) in items.iter().enumerate() {
        let of = |item: &'_ Value| if key.is_empty() { item.clone() } else { item[key].clone() };
        let value = of(item);
        if !value.is_null() && items[..i].iter().any(|earlier| of(earlier) == value) {
            let path = at.path.index(i);
            match key {
                "" => errors.duplicate(&path, value),
                _ => errors.duplicate(&path.child(key), value),
            }
        }
    }
}

fn is_missing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(_) | Value::Object(_) => value.is_empty(),
        _ => false,
    }
}

fn sorted<'a>(values: &[&'a str]) -> Vec<&'a str> {
    let mut values = values.to_vec();
    crate::sort(&mut values);
    values
}

/// Checks of texts that say all that is wrong with one.
fn text_check(name: &str) -> Option<fn(&str) -> Vec<String>> {
    Some(match name {
        "label" => names::dns1123_label,
        "subdomain" => names::dns1123_subdomain,
        "label1035" => names::dns1035_label,
        "qualified" => names::qualified_name,
        "path" => names::path_segment,
        _ => return None,
    })
}

fn custom(name: &str) -> Option<Check> {
    [batch::check, controllers::check, policy::check, network::check, access::check]
        .into_iter()
        .find_map(|table| table(name))
}

/// Whether a rule's check is one that there is.
#[cfg(test)]
pub(super) fn is_known(rule: &str) -> bool {
    const WORDS: [&str; 14] = [
        "in",
        "required",
        "enum",
        "enum?",
        "labels",
        "annotations",
        "selector",
        "positive",
        "fixed",
        "unique",
        "length",
        "items",
        "forbidden",
        ">0",
    ];
    let check = rule.split(' ').next().unwrap_or_default();
    match check.strip_prefix('@') {
        Some(name) => custom(name).is_some(),
        None => {
            WORDS.contains(&check) || text_check(check).is_some() || check.contains("..") || check[1..].starts_with('=')
        }
    }
}
