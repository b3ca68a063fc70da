//! The functions that filters call by name.

use super::eval::{Run, all, arithmetic, as_text, collect, compare, described, eval, first, from_number, kind, number, truth};
use super::parse::Filter;
use api::{Value, base64, json, obj};

/// Adds to `out` what a function makes of `input`.
pub(super) fn call(name: &str, arguments: &[Filter], input: &Value, out: &mut Vec<Value>) -> Run {
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
