//! What a filter makes of a value.

use super::parse::Filter;
use api::{Value, base64, json, obj};
use std::cmp::Ordering;

/// Results are refused beyond this many: a program gone wild.
const MOST: usize = 100_000;

type Run = Result<(), String>;

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

fn collect(filter: &Filter, input: &Value) -> Result<Vec<Value>, String> {
    let mut values = Vec::new();
    eval(filter, input, &mut values)?;
    Ok(values)
}

fn first(filter: &Filter, input: &Value) -> Result<Value, String> {
    Ok(collect(filter, input)?.into_iter().next().unwrap_or_default())
}

fn truth(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false))
}

fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| json::to_string(value), str::to_owned)
}

fn described(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        other => format!("{} ({})", kind(other), json::to_string(other)),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Int(_) | Value::Float(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn all(value: &Value, out: &mut Vec<Value>) {
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

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(n) => Some(*n as f64),
        Value::Float(n) => Some(*n),
        _ => None,
    }
}

fn from_number(number: f64) -> Value {
    let whole = number.fract() == 0.0 && number.abs() < 9e15;
    if whole { Value::Int(number as i64) } else { Value::Float(number) }
}

/// jq's order: null, false, true, numbers, strings, arrays, objects.
fn compare(a: &Value, b: &Value) -> Ordering {
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

fn arithmetic(operator: &str, a: &Value, b: &Value) -> Result<Value, String> {
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

fn call(name: &str, arguments: &[Filter], input: &Value, out: &mut Vec<Value>) -> Run {
    let argument = |at: usize| arguments.get(at).map_or(Ok(Value::Null), |filter| first(filter, input));
    let items = || match input {
        Value::Array(items) => Ok(items.to_vec()),
        other => Err(format!("{} cannot be iterated over", described(other))),
    };
    let by = |filter: &Filter| -> Result<Vec<(Value, Value)>, String> {
        let mut keyed = Vec::new();
        for item in items()? {
            keyed.push((collect(filter, &item)?.into(), item));
        }
        api::sort_by(&mut keyed, |a, b| compare(&a.0, &b.0));
        Ok(keyed)
    };
    let text = || input.as_str().map(str::to_owned).ok_or_else(|| format!("{} is not a string", described(input)));
    let value: Value = match (name, arguments) {
        ("empty", []) => return Ok(()),
        ("select", [condition]) => {
            for _ in collect(condition, input)?.iter().filter(|value| truth(value)) {
                out.push(input.clone());
            }
            return Ok(());
        }
        ("recurse", []) => {
            all(input, out);
            return Ok(());
        }
        ("error", _) => return Err(as_text(&argument(0)?)),
        ("not", []) => (!truth(input)).into(),
        ("length", []) => match input {
            Value::String(text) => (text.chars().count() as i64).into(),
            Value::Int(_) | Value::Float(_) => from_number(number(input).unwrap_or_default().abs()),
            Value::Bool(_) => return Err(format!("{} has no length", described(input))),
            other => (other.len() as i64).into(),
        },
        ("keys", []) => match input {
            Value::Array(items) => (0..items.len() as i64).map(Value::from).collect::<Vec<_>>().into(),
            Value::Object(map) => map.iter().map(|(key, _)| Value::from(key.as_str())).collect::<Vec<_>>().into(),
            other => return Err(format!("{} has no keys", described(other))),
        },
        ("has", [_]) => match (input, argument(0)?) {
            (Value::Array(items), Value::Int(n)) => (n >= 0 && (n as usize) < items.len()).into(),
            (object, key) => object.as_object().is_some_and(|map| map.contains_key(key.str())).into(),
        },
        ("type", []) => kind(input).into(),
        ("tostring", []) => as_text(input).into(),
        ("tojson", []) => json::to_string(input).into(),
        ("fromjson", []) => json::parse(&text()?)?,
        ("tonumber", []) => match input {
            Value::String(text) => from_number(text.trim().parse::<f64>().map_err(|_| format!("{} cannot be parsed as a number", described(input)))?),
            other => other.clone(),
        },
        ("add", []) => {
            let mut sum = Value::Null;
            for item in input.array().iter().chain(input.entries().map(|(_, value)| value)) {
                sum = arithmetic("+", &sum, item)?;
            }
            sum
        }
        ("map", [filter]) => {
            let mut values = Vec::new();
            for item in items()? {
                eval(filter, &item, &mut values)?;
            }
            values.into()
        }
        ("map_values", [filter]) => {
            let mut object = input.clone();
            for (key, value) in input.entries() {
                object.object_mut().insert(key.clone(), first(filter, value)?);
            }
            object
        }
        ("to_entries", []) => input.entries().map(|(key, value)| obj! { "key" => key.as_str(), "value" => value }).collect::<Vec<_>>().into(),
        ("from_entries", []) => {
            let mut object = Value::object();
            for entry in input.array() {
                let key = if entry["key"].is_null() { &entry["name"] } else { &entry["key"] };
                object.object_mut().insert(as_text(key), entry["value"].clone());
            }
            object
        }
        ("with_entries", [filter]) => {
            let mapped = Filter::Call("map".into(), vec![filter.clone()]);
            let entries = first(&Filter::Call("to_entries".into(), Vec::new()), input)?;
            let entries = first(&mapped, &entries)?;
            first(&Filter::Call("from_entries".into(), Vec::new()), &entries)?
        }
        ("sort", []) => by(&Filter::Same)?.into_iter().map(|(_, item)| item).collect::<Vec<_>>().into(),
        ("sort_by", [filter]) => by(filter)?.into_iter().map(|(_, item)| item).collect::<Vec<_>>().into(),
        ("group_by" | "unique_by", [filter]) => grouped(by(filter)?, name == "unique_by"),
        ("unique", []) => grouped(by(&Filter::Same)?, true),
        ("min_by", [filter]) => by(filter)?.into_iter().next().map(|(_, item)| item).unwrap_or_default(),
        ("max_by", [filter]) => by(filter)?.pop().map(|(_, item)| item).unwrap_or_default(),
        ("min", []) => by(&Filter::Same)?.into_iter().next().map(|(_, item)| item).unwrap_or_default(),
        ("max", []) => by(&Filter::Same)?.pop().map(|(_, item)| item).unwrap_or_default(),
        ("reverse", []) => items()?.into_iter().rev().collect::<Vec<_>>().into(),
        ("first", []) => items()?.into_iter().next().unwrap_or_default(),
        ("last", []) => items()?.pop().unwrap_or_default(),
        ("first", [filter]) => first(filter, input)?,
        ("any", []) => input.array().iter().any(truth).into(),
        ("all", []) => input.array().iter().all(truth).into(),
        ("any" | "all", [filter]) => {
            let mut truths = Vec::new();
            for item in items()? {
                truths.push(truth(&first(filter, &item)?));
            }
            (if name == "any" { truths.contains(&true) } else { !truths.contains(&false) }).into()
        }
        ("join", [_]) => {
            let separator = as_text(&argument(0)?);
            let part = |item: &Value| if item.is_null() { String::new() } else { as_text(item) };
            items()?.iter().map(part).collect::<Vec<_>>().join(&separator).into()
        }
        ("split", [_]) => text()?.split(&as_text(&argument(0)?)).map(Value::from).collect::<Vec<_>>().into(),
        ("startswith", [_]) => text()?.starts_with(&as_text(&argument(0)?)).into(),
        ("endswith", [_]) => text()?.ends_with(&as_text(&argument(0)?)).into(),
        ("contains", [_]) => contains(input, &argument(0)?).into(),
        ("test", [_]) => {
            let pattern = as_text(&argument(0)?);
            let regex = crate::regex::Regex::new(&pattern, true, false).map_err(|why| format!("{pattern} (at offset 0) is not a valid regex: {why}"))?;
            regex.is_match(&text()?).into()
        }
        ("ltrimstr", [_]) => input.as_str().and_then(|t| t.strip_prefix(argument(0).ok()?.str())).map_or_else(|| input.clone(), Value::from),
        ("rtrimstr", [_]) => input.as_str().and_then(|t| t.strip_suffix(argument(0).ok()?.str())).map_or_else(|| input.clone(), Value::from),
        ("ascii_downcase", []) => text()?.to_ascii_lowercase().into(),
        ("ascii_upcase", []) => text()?.to_ascii_uppercase().into(),
        ("floor" | "round" | "ceil", []) => {
            let n = number(input).ok_or_else(|| format!("{} number required", described(input)))?;
            from_number(match name {
                "floor" => n.floor(),
                "ceil" => n.ceil(),
                _ => n.round(),
            })
        }
        ("@base64", _) => base64::encode(as_text(input).as_bytes()).into(),
        ("@base64d", _) => base64::decode(&as_text(input)).map_err(|_| format!("{} is not valid base64 data", described(input)))?.into(),
        ("@text", _) => as_text(input).into(),
        ("@json", _) => json::to_string(input).into(),
        ("@csv" | "@tsv", _) => {
            let quoted = |item: &Value| match item {
                Value::String(text) if name == "@csv" => format!("\"{}\"", text.replace('"', "\"\"")),
                Value::Null => String::new(),
                other => as_text(other),
            };
            let separator = if name == "@csv" { "," } else { "\t" };
            items()?.iter().map(quoted).collect::<Vec<_>>().join(separator).into()
        }
        _ => return Err(format!("{name}/{} is not defined", arguments.len())),
    };
    out.push(value);
    Ok(())
}

/// Items with the same key together, or only the first of each.
fn grouped(keyed: Vec<(Value, Value)>, only_first: bool) -> Value {
    let mut groups: Vec<(Value, Vec<Value>)> = Vec::new();
    for (key, item) in keyed {
        match groups.last_mut().filter(|(last, _)| compare(last, &key).is_eq()) {
            Some((_, items)) => items.push(item),
            None => groups.push((key, vec![item])),
        }
    }
    let one = |(_, mut items): (Value, Vec<Value>)| if only_first { items.swap_remove(0) } else { items.into() };
    groups.into_iter().map(one).collect::<Vec<_>>().into()
}

fn contains(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => a.contains(b.as_str()),
        (Value::Array(a), Value::Array(b)) => b.iter().all(|b| a.iter().any(|a| contains(a, b))),
        (Value::Object(_), Value::Object(b)) => b.iter().all(|(key, b)| contains(&a[key.as_str()], b)),
        (a, b) => a == b,
    }
}
