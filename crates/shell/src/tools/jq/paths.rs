//! Ways into a value: reading, writing and deleting at them, and what assigns through them.

use super::eval::{Item, Machine, Out, Run, Scope, Stop, Trail, error};
use super::operators::operate;
use super::ast::Filter;
use super::value::{Json, compare, put};

/// The longest list that an assignment makes.
const LONGEST: usize = 1_000_000;

/// The value at a key, an index or a slice.
pub(super) fn at(value: &Json, key: &Json) -> Result<Json, Stop> {
    match (value, key) {
        (Json::Map(_), Json::Text(key)) => Ok(value.get(key)),
        (Json::List(items), Json::Number(n)) => Ok(place(*n, items.len()).and_then(|at| items.get(at)).cloned().unwrap_or(Json::Null)),
        (Json::List(items), Json::List(wanted)) => Ok(indices(items, wanted).into()),
        (Json::Null, Json::Text(_) | Json::Number(_) | Json::Null) => Ok(Json::Null),
        (_, Json::Map(_)) => slice(value, key),
        (value, Json::Text(key)) => error(format!("Cannot index {} with {}", value.kind(), Json::Text(key.clone()).compact())),
        (value, key) => error(format!("Cannot index {} with {}", value.kind(), key.kind())),
    }
}

/// An index from the beginning, or from the end where it is negative.
fn place(index: f64, length: usize) -> Option<usize> {
    let index = index.floor();
    let index = if index < 0.0 { index + length as f64 } else { index };
    (0.0..9e15).contains(&index).then_some(index as usize)
}

/// The bounds that a slice's key means for something of a length.
fn bounds(key: &Json, length: usize) -> Result<(usize, usize), Stop> {
    let bound = |name: &str, otherwise: usize, up: bool| match key.get(name) {
        Json::Null => Ok(otherwise),
        Json::Number(n) => {
            let n = if n < 0.0 { (n + length as f64).max(0.0) } else { n };
            Ok((if up { n.ceil() } else { n.floor() }).min(length as f64) as usize)
        }
        _ => error("Start and end indices of an array slice must be numbers"),
    };
    let (start, end) = (bound("start", 0, false)?, bound("end", length, true)?);
    Ok((start.min(end), end))
}

fn slice(value: &Json, key: &Json) -> Result<Json, Stop> {
    match value {
        Json::Null => Ok(Json::Null),
        Json::List(items) => {
            let (start, end) = bounds(key, items.len())?;
            Ok(items[start..end].to_vec().into())
        }
        Json::Text(text) => {
            let characters: Vec<char> = text.chars().collect();
            let (start, end) = bounds(key, characters.len())?;
            Ok(characters[start..end].iter().collect::<String>().into())
        }
        other => error(format!("Cannot index {} with object", other.kind())),
    }
}

/// Where a list begins inside another one.
pub(super) fn indices(items: &[Json], wanted: &[Json]) -> Vec<Json> {
    let starts = 0..(items.len() + 1).saturating_sub(wanted.len());
    let same = |at: &usize| !wanted.is_empty() && items[*at..*at + wanted.len()].iter().zip(wanted).all(|(a, b)| a == b);
    starts.filter(same).map(Json::from).collect()
}

/// The value at a path; null where a part of the way is missing.
pub(super) fn get(value: &Json, path: &[Json]) -> Result<Json, Stop> {
    let mut value = value.clone();
    for key in path {
        if matches!(value, Json::Null) {
            return Ok(Json::Null);
        }
        value = at(&value, key)?;
    }
    Ok(value)
}

/// The value with a part changed.
pub(super) fn update(value: &Json, path: &[Json], change: &mut dyn FnMut(Json) -> Result<Json, Stop>) -> Result<Json, Stop> {
    let Some((key, rest)) = path.split_first() else { return change(value.clone()) };
    let inner = update(&at(value, key)?, rest, change)?;
    match (value, key) {
        (Json::Map(entries), Json::Text(key)) => {
            let mut entries = entries.to_vec();
            put(&mut entries, key.clone(), inner);
            Ok(entries.into())
        }
        (Json::Null, Json::Text(key)) => Ok(vec![(key.clone(), inner)].into()),
        (Json::List(_) | Json::Null, Json::Number(n)) => {
            let mut items = items(value);
            let Some(at) = place(*n, items.len()) else { return error("Out of bounds negative array index") };
            if at >= LONGEST {
                return error("Array index too large");
            }
            if at >= items.len() {
                items.resize(at + 1, Json::Null);
            }
            items[at] = inner;
            Ok(items.into())
        }
        (Json::List(_) | Json::Null, Json::Map(_)) => {
            let Json::List(new) = inner else { return error("A slice of an array can only be assigned another array") };
            let mut items = items(value);
            let (start, end) = bounds(key, items.len())?;
            items.splice(start..end, new.iter().cloned());
            Ok(items.into())
        }
        (value, key) => error(format!("Cannot update field at {} index of {}", key.kind(), value.kind())),
    }
}

fn items(value: &Json) -> Vec<Json> {
    if let Json::List(items) = value { items.to_vec() } else { Vec::new() }
}

/// The value without what is at the paths.
pub(super) fn delete(value: &Json, paths: &[Json]) -> Result<Json, Stop> {
    let mut paths = paths.to_vec();
    api::sort_by(&mut paths, |a, b| compare(b, a));
    let mut value = value.clone();
    for path in paths {
        let Json::List(keys) = &path else { return error("Path must be specified as an array") };
        value = without(&value, keys)?;
    }
    Ok(value)
}

fn without(value: &Json, path: &[Json]) -> Result<Json, Stop> {
    let Some((key, rest)) = path.split_first() else { return Ok(Json::Null) };
    if matches!(value, Json::Null) {
        return Ok(Json::Null);
    }
    if !rest.is_empty() {
        let inner = at(value, key)?;
        if matches!(inner, Json::Null) {
            return Ok(value.clone());
        }
        let inner = without(&inner, rest)?;
        return update(value, std::slice::from_ref(key), &mut |_| Ok(inner.clone()));
    }
    match (value, key) {
        (Json::Map(entries), Json::Text(key)) => {
            let mut entries = entries.to_vec();
            entries.retain(|(known, _)| known != key);
            Ok(entries.into())
        }
        (Json::List(items), Json::Number(n)) => {
            let mut items = items.to_vec();
            if let Some(at) = place(*n, items.len()).filter(|at| *at < items.len()) {
                items.remove(at);
            }
            Ok(items.into())
        }
        (Json::List(items), Json::Map(_)) => {
            let (start, end) = bounds(key, items.len())?;
            let mut items = items.to_vec();
            items.drain(start..end);
            Ok(items.into())
        }
        (value, key) => error(format!("Cannot delete field at {} index of {}", key.kind(), value.kind())),
    }
}

/// The paths that a filter goes.
pub(super) fn paths<'p>(machine: &Machine, filter: &'p Filter, scope: &Scope<'p>, input: &Json, out: &mut dyn FnMut(Vec<Json>, Json) -> Run) -> Run {
    let item = Item { trail: Trail::Root, value: input.clone() };
    machine.eval(filter, scope, &item, &mut |item| match item.trail {
        Trail::Lost => error(format!("Invalid path expression with result {}", cut(&item.value))),
        trail => out(trail.keys(), item.value),
    })
}

/// A value as errors of paths show it.
fn cut(value: &Json) -> String {
    let mut text = value.compact();
    const MOST: usize = 11;
    if text.len() > MOST {
        let end = (0..MOST).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
        text.push_str("...");
    }
    text
}

/// `a = b`, `a |= b`, `a += b` ...
pub(super) fn assign<'p>(
    machine: &Machine,
    sign: &'static str,
    (to, from): (&'p Filter, &'p Filter),
    scope: &Scope<'p>,
    input: &Item,
    out: Out<'_>,
) -> Run {
    let made = |value: Json| Item { trail: if matches!(input.trail, Trail::Off) { Trail::Off } else { Trail::Lost }, value };
    if sign == "|" {
        return out(made(modified(machine, to, from, scope, &input.value)?));
    }
    let plain = Item::of(input.value.clone());
    machine.eval(from, scope, &plain, &mut |new| {
        let mut value = input.value.clone();
        paths(machine, to, scope, &input.value, &mut |path, _| {
            value = update(&value, &path, &mut |old| match sign {
                "" => Ok(new.value.clone()),
                "//" => Ok(if old.truth() { old } else { new.value.clone() }),
                sign => operate(sign, &old, &new.value),
            })?;
            Ok(())
        })?;
        out(made(value))
    })
}

/// `a |= b`: each part becomes the first result for it, and goes where there is none.
fn modified<'p>(machine: &Machine, to: &'p Filter, by: &'p Filter, scope: &Scope<'p>, input: &Json) -> Result<Json, Stop> {
    let (mut value, mut gone) = (input.clone(), Vec::new());
    paths(machine, to, scope, input, &mut |path, _| {
        let mut nothing = false;
        let changed = update(&value, &path, &mut |old| {
            let new = first(machine, by, scope, &old)?;
            nothing = new.is_none();
            Ok(new.unwrap_or(old))
        })?;
        value = changed;
        if nothing {
            gone.push(Json::from(path));
        }
        Ok(())
    })?;
    delete(&value, &gone)
}

/// The first result of a filter.
pub(super) fn first<'p>(machine: &Machine, filter: &'p Filter, scope: &Scope<'p>, input: &Json) -> Result<Option<Json>, Stop> {
    let mut found = None;
    machine.until_enough(&mut |number| {
        machine.eval(filter, scope, &Item::of(input.clone()), &mut |item| {
            found = Some(item.value);
            Err(Stop::Break(number))
        })
    })?;
    Ok(found)
}
