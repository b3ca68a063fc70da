//! What a plain (unquoted) scalar means: YAML 1.1's booleans, numbers and nulls, as go-yaml v2 resolves them.

use crate::Value;
use std::borrow::Cow;

const TRUE: [&str; 11] = ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"];
const FALSE: [&str; 11] = ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"];
/// Moments as Kubernetes writes them.
const MOMENT: &str = "0000-00-00T00:00:00Z";
const NULL: [&str; 5] = ["", "~", "null", "Null", "NULL"];

/// The value of a plain scalar. Dates stay strings: go-yaml does not make them times where any type will do.
pub fn resolve(text: &str) -> Value {
    match text.bytes().next() {
        None | Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => {
            if TRUE.contains(&text) {
                return Value::Bool(true);
            }
            if FALSE.contains(&text) {
                return Value::Bool(false);
            }
            if NULL.contains(&text) {
                return Value::Null;
            }
        }
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => {
            if let Some(number) = number(text) {
                return number;
            }
        }
        Some(_) => {}
    }
    text.into()
}

/// Whether `text`, written without quotes, would be read back as this very string, now and by readers of old documents.
pub fn is_plain_string(text: &str) -> bool {
    // The moments of an object's life come first: they are the most of what has to be asked about.
    !is_timestamp(text) && matches!(resolve(text), Value::String(_)) && !is_infinite(text) && !is_base_60(text)
}

fn number(text: &str) -> Option<Value> {
    if text.starts_with('.') {
        return text.parse().ok().filter(|number: &f64| number.is_finite() && is_decimal(text)).map(float);
    }
    if is_timestamp(text) {
        return None;
    }
    let plain = if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) };
    if let Some(integer) = integer(&plain) {
        return Some(integer);
    }
    // What is too large for a float stays a string.
    let number = is_decimal(&plain).then(|| plain.parse().ok()).flatten();
    number.filter(|number: &f64| number.is_finite()).map(float)
}

/// kubectl turns YAML into JSON text first, and `1e3` becomes `1000` there.
fn float(number: f64) -> Value {
    // 2^53: up to here every whole number has a float of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT { Value::Int(number as i64) } else { Value::Float(number) }
}

/// An integer in Go's notations: decimal, `0x`, `0o` or a leading 0 for octal, `0b`.
fn integer(text: &str) -> Option<Value> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let prefixed = |prefix: &str| digits.get(..2).filter(|p| p.eq_ignore_ascii_case(prefix)).map(|_| &digits[2..]);
    let (digits, radix) = if let Some(hexadecimal) = prefixed("0x") {
        (hexadecimal, 16)
    } else if let Some(octal) = prefixed("0o") {
        (octal, 8)
    } else if let Some(binary) = prefixed("0b") {
        (binary, 2)
    } else if digits.len() > 1 && digits.starts_with('0') {
        (&digits[1..], 8)
    } else {
        (digits, 10)
    };
    if !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    let signed = if negative { -i128::from(magnitude) } else { i128::from(magnitude) };
    match i64::try_from(signed) {
        Ok(integer) => Some(Value::Int(integer)),
        Err(_) if !negative => Some(Value::Float(magnitude as f64)),
        Err(_) => None,
    }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_decimal(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(m, e)| (m, Some(e)));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let exponent = exponent.is_none_or(|e| {
        let e = e.strip_prefix(['-', '+']).unwrap_or(e);
        !e.is_empty() && digits(e)
    });
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    exponent && digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty())
}

/// `.inf`, `.nan` and their like: numbers to YAML, but JSON has none such.
fn is_infinite(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    [".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"].contains(&text)
}

/// Whether a text has a digit for each 0 of a pattern, and for the rest what stands there.
fn is_like(text: &str, pattern: &str) -> bool {
    let same = |(byte, wanted): (u8, u8)| if wanted == b'0' { byte.is_ascii_digit() } else { byte == wanted };
    text.len() == pattern.len() && text.bytes().zip(pattern.bytes()).all(same)
}

/// A date (`2026-11-23`), with or without a time.
fn is_timestamp(text: &str) -> bool {
    // Most texts are none, and this is asked of every one.
    if text.as_bytes().get(4) != Some(&b'-') {
        return false;
    }
    if is_like(text, MOMENT) {
        return true;
    }
    let Some((year, rest)) = text.split_once('-') else { return false };
    let digits = |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let Some((month, rest)) = rest.split_once('-') else { return false };
    let (day, time) = rest.split_once(['T', 't', ' ']).map_or((rest, None), |(day, time)| (day, Some(time)));
    let is_time = |time: &str| {
        let zone = time.find(['Z', '+', '-']).unwrap_or(time.len());
        let (clock, _) = time[..zone].split_once('.').unwrap_or((&time[..zone], ""));
        clock.split(':').count() == 3 && clock.split(':').all(|part| digits(part, 2))
    };
    year.len() == 4 && digits(year, 4) && digits(month, 2) && digits(day, 2) && time.is_none_or(is_time)
}

/// YAML 1.1's sexagesimal numbers (`1:30`), which old readers would take for a number.
fn is_base_60(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let Some((first, rest)) = text.split_once(':') else { return false };
    let (rest, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let sixtieth = |part: &str| matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']);
    first.starts_with(|c: char| c.is_ascii_digit())
        && digits(first)
        && digits(fraction)
        && rest.split(':').all(sixtieth)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_mean_what_go_yaml_says() {
        for (text, value) in [
            ("yes", Value::Bool(true)),
            ("Off", Value::Bool(false)),
            ("", Value::Null),
            ("~", Value::Null),
            ("1e400", "1e400".into()),
            ("0755", Value::Int(493)),
            ("0o17", Value::Int(15)),
            ("0x1F", Value::Int(31)),
            ("-0b11", Value::Int(-3)),
            ("1_000", Value::Int(1000)),
            ("1e3", Value::Int(1000)),
            (".5", Value::Float(0.5)),
            ("5.", Value::Int(5)),
            ("099", Value::Int(99)),
            ("1.25", Value::Float(1.25)),
        ] {
            assert_eq!(resolve(text), value, "{text}");
        }
        for text in ["yEs", "1.2.3", "2026-11-23", "10.0.0.1", "0x", "1Gi", "-", "+", "nan", "inf", "1e", "é", "0é"] {
            assert_eq!(resolve(text), Value::from(text), "{text}");
        }
    }

    #[test]
    fn what_would_change_its_type_is_no_plain_string() {
        for text in ["y", "1", "", "true", "2026-11-23T00:43:19Z", "2026-11-23", "1:30", ".inf", "0000", "1e3", "null"]
        {
            assert!(!is_plain_string(text), "{text}");
        }
        for text in ["a", "1Gi", "10.0.0.1", "v1", "25%", "2026-11", "1:99", "nginx:1"] {
            assert!(is_plain_string(text), "{text}");
        }
    }
}
