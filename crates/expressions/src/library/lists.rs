//! Lists and regular expressions (library/lists.go, library/regex.go).

use super::{Function, failure, no_overload, string, text};
use cel::{ExecutionError, Value};
use std::cmp::Ordering;
use std::sync::Arc;

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("isSorted", |this, _| {
        let sorted = |pair: &[Value]| pair[0].partial_cmp(&pair[1]).is_none_or(Ordering::is_le);
        Ok(Value::Bool(list(this)?.windows(2).all(sorted)))
    }),
    ("sum", |this, _| sum(list(this)?)),
    ("find", |this, args| {
        let found = regex(args)?;
        Ok(string(found.find(text(this)?).map_or("", |found| found.as_str())))
    }),
    ("findAll", |this, args| {
        let most = match args.get(1) {
            Some(Value::Int(most)) if *most >= 0 => *most as usize,
            Some(Value::Int(_)) | None => usize::MAX,
            Some(_) => return Err(no_overload()),
        };
        let known = regex(args)?;
        let found = known.find_iter(text(this)?).take(most).map(|found| string(found.as_str()));
        Ok(Value::List(Arc::new(found.collect())))
    }),
];

fn list(value: &Value) -> Result<&[Value], ExecutionError> {
    match value {
        Value::List(items) => Ok(items),
        _ => Err(no_overload()),
    }
}

fn regex(args: &[Value]) -> Result<regex::Regex, ExecutionError> {
    let pattern = text(args.first().ok_or_else(no_overload)?)?;
    regex::Regex::new(pattern).map_err(|_| failure(format!("Illegal regex: {pattern}")))
}

fn sum(items: &[Value]) -> Result<Value, ExecutionError> {
    let mut whole = (0i64, 0.0f64, false);
    for item in items {
        match item {
            Value::Int(number) => whole.0 = whole.0.checked_add(*number).ok_or_else(|| failure("integer overflow"))?,
            Value::Float(number) => whole = (whole.0, whole.1 + number, true),
            _ => return Err(no_overload()),
        }
    }
    Ok(if whole.2 { Value::Float(whole.1 + whole.0 as f64) } else { Value::Int(whole.0) })
}
