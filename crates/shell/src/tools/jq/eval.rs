//! What a filter makes of a value.

use super::functions::call;
use super::parse::Filter;
use api::{Value, json};
use std::cmp::Ordering;

/// Results are refused beyond this many: a program gone wild.
const MOST: usize = 100_000;

pub(super) type Run = Result<(), String>;

/// Adds to `out` what the filter makes of `input`.
pub(super) fn eval(filter: &Filter, input: &Value, out: &mut Vec<Value>) -> Run {
    if out.len() > MOST {
        return Err("too many results".to_owned());
    }
    match filter {
        Filter::Same => out.push(input.clone()),
        Filter::All => all(input, out),
        Filter::Literal(value) => out.push(value.clone()),
        Filter::Text(parts) => {
            let mut text = String::new();
            for part in parts {
                text.push_str(&as_text(&first(part, input)?));
            }
            out.push(text.into());
        }
        Filter::Index(of, index, quiet) => {
            let index = first(index, input)?;
            for value in collect(of, input)? {
                match at(&value, &index) {
                    Ok(value) => out.push(value),
                    Err(_) if *quiet => {}
                    Err(why) => return Err(why),
                }
            }
        }
        Filter::Slice(of, from, to) => {
            for value in collect(of, input)? {
                out.push(slice(&value, *from, *to));
            }
        }
        Filter::Each(of, quiet) => {
            for value in collect(of, input)? {
                match &value {
                    Value::Array(items) => out.extend(items.iter().cloned()),
                    Value::Object(map) => out.extend(map.iter().map(|(_, value)| value.clone())),
                    _ if *quiet => {}
                    other => return Err(format!("Cannot iterate over {}", described(other))),
                }
            }
        }
        Filter::Pipe(a, b) => {
            for value in collect(a, input)? {
                eval(b, &value, out)?;
            }
        }
        Filter::Both(a, b) => {
            eval(a, input, out)?;
            eval(b, input, out)?;
        }
        Filter::Binary(operator, a, b) => return binary(operator, a, b, input, out),
        Filter::Array(None) => out.push(api::list![]),
        Filter::Array(Some(inner)) => out.push(collect(inner, input)?.into()),
        Filter::Object(fields) => {
            let mut object = Value::object();
            for (key, value) in fields {
                let key = as_text(&first(key, input)?);
                object.object_mut().insert(key, first(value, input)?);
            }
            out.push(object);
        }
        Filter::If(condition, then, otherwise) => {
            for value in collect(condition, input)? {
                eval(if truth(&value) { then } else { otherwise }, input, out)?;
            }
        }
        Filter::Call(name, arguments) => return call(name, arguments, input, out),
    }
    Ok(())
}

pub(super) fn collect(filter: &Filter, input: &Value) -> Result<Vec<Value>, String> {
    let mut values = Vec::new();
    eval(filter, input, &mut values)?;
    Ok(values)
}

pub(super) fn first(filter: &Filter, input: &Value) -> Result<Value, String> {
    Ok(collect(filter, input)?.into_iter().next().unwrap_or_default())
}

pub(super) fn truth(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false))
}

pub(super) fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| json::to_string(value), str::to_owned)
}

pub(super) fn described(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        other => format!("{} ({})", kind(other), json::to_string(other)),
    }
}

pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Int(_) | Value::Float(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

pub(super) fn all(value: &Value, out: &mut Vec<Value>) {
    out.push(value.clone());
    value.array().iter().for_each(|item| all(item, out));
    value.entries().for_each(|(_, item)| all(item, out));
}

fn place(index: i64, length: usize) -> Option<usize> {
    usize::try_from(if index < 0 { index.checked_add(length as i64)? } else { index }).ok()
}

fn at(value: &Value, index: &Value) -> Result<Value, String> {
    match (value, index) {
        (Value::Null, Value::String(_) | Value::Int(_) | Value::Null) => Ok(Value::Null),
        (Value::Object(_), Value::String(key)) => Ok(value[key.as_str()].clone()),
        (Value::Array(items), Value::Int(n)) => {
            Ok(place(*n, items.len()).and_then(|n| items.get(n)).cloned().unwrap_or_default())
        }
        (value, Value::String(key)) => Err(format!("Cannot index {} with {key:?}", kind(value))),
        (value, index) => Err(format!("Cannot index {} with {}", kind(value), kind(index))),
    }
}

fn slice(value: &Value, from: Option<i64>, to: Option<i64>) -> Value {
    let range = |length: usize| {
        let end = to.map_or(length, |to| place(to, length).unwrap_or(0)).min(length);
        (from.map_or(0, |from| place(from, length).unwrap_or(0)).min(end), end)
    };
    match value {
        Value::Array(items) => {
            let (start, end) = range(items.len());
            items[start..end].to_vec().into()
        }
        Value::String(text) => {
            let characters: Vec<char> = text.chars().collect();
            let (start, end) = range(characters.len());
            characters[start..end].iter().collect::<String>().into()
        }
        _ => Value::Null,
    }
}

pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(n) => Some(*n as f64),
        Value::Float(n) => Some(*n),
        _ => None,
    }
}

pub(super) fn from_number(number: f64) -> Value {
    let whole = number.fract() == 0.0 && number.abs() < 9e15;
    if whole { Value::Int(number as i64) } else { Value::Float(number) }
}

/// jq's order: null, false, true, numbers, strings, arrays, objects.
pub(super) fn compare(a: &Value, b: &Value) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Null => 0,
        Value::Bool(false) => 1,
        Value::Bool(true) => 2,
        Value::Int(_) | Value::Float(_) => 3,
        Value::String(_) => 4,
        Value::Array(_) => 5,
        Value::Object(_) => 6,
    };
    rank(a).cmp(&rank(b)).then_with(|| match (a, b) {
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Array(x), Value::Array(y)) => {
            let different = x.iter().zip(y.iter()).map(|(x, y)| compare(x, y)).find(|order| order.is_ne());
            different.unwrap_or_else(|| x.len().cmp(&y.len()))
        }
        _ => match (number(a), number(b)) {
            (Some(a), Some(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
            _ => json::to_string(a).cmp(&json::to_string(b)),
        },
    })
}

fn binary(operator: &str, a: &Filter, b: &Filter, input: &Value, out: &mut Vec<Value>) -> Run {
    if operator == "//" {
        let good: Vec<Value> = collect(a, input).unwrap_or_default().into_iter().filter(truth).collect();
        if good.is_empty() {
            return eval(b, input, out);
        }
        out.extend(good);
        return Ok(());
    }
    for right in collect(b, input)? {
        for left in collect(a, input)? {
            let order = || compare(&left, &right);
            out.push(match operator {
                "and" => (truth(&left) && truth(&right)).into(),
                "or" => (truth(&left) || truth(&right)).into(),
                "==" => order().is_eq().into(),
                "!=" => order().is_ne().into(),
                "<" => order().is_lt().into(),
                "<=" => order().is_le().into(),
                ">" => order().is_gt().into(),
                ">=" => order().is_ge().into(),
                operator => arithmetic(operator, &left, &right)?,
            });
        }
    }
    Ok(())
}

pub(super) fn arithmetic(operator: &str, a: &Value, b: &Value) -> Result<Value, String> {
    if let (Some(x), Some(y)) = (number(a), number(b)) {
        return match operator {
            "/" | "%" if y == 0.0 => Err(format!("{} and {} cannot be divided because the divisor is zero", described(a), described(b))),
            "+" => Ok(from_number(x + y)),
            "-" => Ok(from_number(x - y)),
            "*" => Ok(from_number(x * y)),
            "/" => Ok(from_number(x / y)),
            _ => Ok(from_number(x.trunc() % y.trunc().abs().max(1.0))),
        };
    }
    match (operator, a, b) {
        ("+", Value::Null, other) | ("+", other, Value::Null) => Ok(other.clone()),
        ("+", Value::String(x), Value::String(y)) => Ok(format!("{x}{y}").into()),
        ("+", Value::Array(x), Value::Array(y)) => Ok(x.iter().chain(y.iter()).cloned().collect::<Vec<_>>().into()),
        ("-", Value::Array(x), Value::Array(y)) => Ok(x.iter().filter(|item| !y.contains(item)).cloned().collect::<Vec<_>>().into()),
        ("+" | "*", Value::Object(_), Value::Object(more)) => {
            let mut sum = a.clone();
            more.iter().for_each(|(key, value)| drop(sum.object_mut().insert(key.clone(), value.clone())));
            Ok(sum)
        }
        ("/", Value::String(x), Value::String(y)) => Ok(x.split(y.as_str()).map(Value::from).collect::<Vec<_>>().into()),
        _ => {
            let verb = match operator {
                "+" => "added",
                "-" => "subtracted",
                "*" => "multiplied",
                _ => "divided",
            };
            Err(format!("{} and {} cannot be {verb}", described(a), described(b)))
        }
    }
}
