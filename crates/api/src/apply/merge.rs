//! Merging a configuration into an object, and taking fields out of it.

use super::{Form, Shape, element_key, field_key};
use crate::fields::{Fields, is_member};
use crate::{Map, Value};

/// `config` merged into `live`: what it names wins, the rest stays. Elements of lists keep `live`'s order, new ones stand
/// where `config` has them.
pub fn merge(shape: Shape<'_>, live: &Value, config: &Value) -> Value {
    let form = shape.form(if config.is_null() { live } else { config });
    match (&form, live, config) {
        (_, live, Value::Null) if !live.is_null() && !matches!(form, Form::Leaf) => live.clone(),
        (Form::Fields, Value::Object(_), Value::Object(fields)) => {
            let mut result = live.clone();
            for (name, item) in fields.iter() {
                let inner = shape.field(name).map_or(Shape::unknown(), |(inner, _)| inner);
                let merged = match live.as_object().and_then(|map| map.get(name)) {
                    Some(old) => merge(inner, old, item),
                    None => item.clone(),
                };
                if live[name.as_str()] != merged || !live.as_object().is_some_and(|map| map.contains_key(name)) {
                    result.object_mut().insert(name.clone(), merged);
                }
            }
            result
        }
        (Form::ListMap(_) | Form::ListSet, Value::Array(left), Value::Array(right)) => {
            let merged = merge_lists(shape, &form, left, right);
            if merged == **left { live.clone() } else { merged.into() }
        }
        _ => config.clone(),
    }
}

fn merge_lists(shape: Shape<'_>, form: &Form<'_>, left: &[Value], right: &[Value]) -> Vec<Value> {
    let keys = |items: &[Value]| -> Vec<String> {
        items.iter().map(|item| element_key(form, item).unwrap_or_default()).collect()
    };
    let (left_keys, right_keys) = (keys(left), keys(right));
    let at = |keys: &[String], key: &str| keys.iter().position(|k| k == key);
    let both = |l: usize, r: usize| merge(shape.element(), &left[l], &right[r]);
    // The elements that both have, in the order of the configuration.
    let mut shared = right_keys.iter().filter(|key| at(&left_keys, key).is_some());
    let mut next = shared.next();
    let mut out = Vec::with_capacity(left.len() + right.len());
    let mut taken: Vec<&str> = Vec::new();
    let (mut l, mut r) = (0, 0);
    while l < left.len() || r < right.len() {
        if l < left.len() && r < right.len() {
            if left_keys[l] == right_keys[r] {
                out.push(both(l, r));
                taken.push(&right_keys[r]);
                (l, r) = (l + 1, r + 1);
                next = shared.next();
                continue;
            }
            // A shared element, but not the one whose turn it is.
            if at(&right_keys, &left_keys[l]).is_some() && next.is_some_and(|next| *next != left_keys[l]) {
                l += 1;
                continue;
            }
        }
        if l < left.len() {
            if at(&right_keys, &left_keys[l]).is_none() {
                out.push(left[l].clone());
                l += 1;
                continue;
            }
            if taken.contains(&left_keys[l].as_str()) {
                l += 1;
            }
        }
        if r < right.len() {
            out.push(match at(&left_keys, &right_keys[r]) {
                Some(l) => both(l, r),
                None => right[r].clone(),
            });
            taken.push(&right_keys[r]);
            if next == Some(&right_keys[r]) {
                next = shared.next();
            }
            r += 1;
        } else if l < left.len() && at(&right_keys, &left_keys[l]).is_some() && !taken.contains(&left_keys[l].as_str())
        {
            l += 1; // cannot happen: what the configuration has has been taken from it
        }
    }
    out
}

/// `value` without the fields and elements in `set`; null if nothing is left of it.
pub fn remove(shape: Shape<'_>, value: &Value, set: &Fields) -> Value {
    if set.is_empty() || value.is_empty() {
        return value.clone();
    }
    let form = shape.form(value);
    match (&form, value) {
        (Form::Fields, Value::Object(fields)) => {
            let mut kept = Map::default();
            for (name, item) in fields.iter() {
                let below = &set[field_key(name).as_str()];
                if is_member(below) {
                    continue;
                }
                let inner = || shape.field(name).map_or(Shape::unknown(), |(inner, _)| inner);
                kept.insert(name.clone(), if below.is_null() { item.clone() } else { remove(inner(), item, below) });
            }
            if kept.is_empty() { Value::Null } else { kept.into() }
        }
        (Form::ListMap(_) | Form::ListSet, Value::Array(items)) => {
            let mut kept = Vec::new();
            for item in items.iter() {
                let below = element_key(&form, item).map_or(&crate::NULL, |key| set.get(&key));
                if !is_member(below) {
                    kept.push(if below.is_null() { item.clone() } else { remove(shape.element(), item, below) });
                }
            }
            if kept.is_empty() { Value::Null } else { kept.into() }
        }
        _ => value.clone(),
    }
}
