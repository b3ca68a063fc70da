//! What operators make of two values.

use super::eval::{Stop, error};
use super::text;
use super::value::{Json, compare, put};

/// `a + b` and the other operators of two values.
pub(super) fn operate(sign: &str, a: &Json, b: &Json) -> Result<Json, Stop> {
    let order = || compare(a, b);
    Ok(match sign {
        "==" => order().is_eq().into(),
        "!=" => order().is_ne().into(),
        "<" => order().is_lt().into(),
        "<=" => order().is_le().into(),
        ">" => order().is_gt().into(),
        ">=" => order().is_ge().into(),
        sign => arithmetic(sign, a, b)?,
    })
}

pub(super) fn arithmetic(sign: &str, a: &Json, b: &Json) -> Result<Json, Stop> {
    let how = match sign {
        "+" => "added",
        "-" => "subtracted",
        "*" => "multiplied",
        _ => "divided",
    };
    let zero = || error(format!("{} and {} cannot be divided because the divisor is zero", a.described(), b.described()));
    Ok(match (sign, a, b) {
        ("+", Json::Null, other) | ("+", other, Json::Null) => other.clone(),
        ("+", Json::Number(a), Json::Number(b)) => (a + b).into(),
        ("+", Json::Text(a), Json::Text(b)) => format!("{a}{b}").into(),
        ("+", Json::List(a), Json::List(b)) => a.iter().chain(b.iter()).cloned().collect::<Vec<_>>().into(),
        ("+", Json::Map(a), Json::Map(b)) => {
            let mut entries = a.to_vec();
            b.iter().for_each(|(key, value)| put(&mut entries, key.clone(), value.clone()));
            entries.into()
        }
        ("-", Json::Number(a), Json::Number(b)) => (a - b).into(),
        ("-", Json::List(a), Json::List(b)) => a.iter().filter(|item| !b.contains(item)).cloned().collect::<Vec<_>>().into(),
        ("*", Json::Number(a), Json::Number(b)) => (a * b).into(),
        ("*", Json::Text(text), Json::Number(n)) | ("*", Json::Number(n), Json::Text(text)) => match *n {
            n if n <= 0.0 || n.is_nan() => Json::Null,
            n if n * text.len() as f64 > 1e6 => return error("Repeat string result too long"),
            n => text.repeat((n.ceil() as usize).max(1)).into(),
        },
        ("*", Json::Map(_), Json::Map(_)) => merged(a, b),
        ("/", Json::Number(_), Json::Number(b)) | ("%", Json::Number(_), Json::Number(b)) if *b == 0.0 => return zero(),
        ("/", Json::Number(a), Json::Number(b)) => (a / b).into(),
        ("/", Json::Text(text), Json::Text(by)) => text::split(text, by).into(),
        ("%", Json::Number(a), Json::Number(b)) => {
            let (a, b) = (*a as i64, *b as i64);
            if b == 0 {
                return zero();
            }
            let rest = a.unsigned_abs() % b.unsigned_abs();
            let rest = rest as f64;
            (if a < 0 { -rest } else { rest }).into()
        }
        _ => return error(format!("{} and {} cannot be {how}", a.described(), b.described())),
    })
}

/// Objects inside objects are merged as well.
fn merged(a: &Json, b: &Json) -> Json {
    let (Json::Map(a), Json::Map(b)) = (a, b) else { return b.clone() };
    let mut entries = a.to_vec();
    for (key, value) in b.iter() {
        let old = entries.iter().find(|(known, _)| known == key).map(|(_, old)| old.clone());
        let new = old.map_or_else(|| value.clone(), |old| merged(&old, value));
        put(&mut entries, key.clone(), new);
    }
    entries.into()
}
