//! The functions of Go templates (text/template/funcs.go), and kubectl's own two.

use super::go_fmt::plain;
use super::template::truth;
use api::Value;
use std::cmp::Ordering;

/// Go's name for a value's type in a decoded object.
pub(super) fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Float(_) => "float64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}

/// What a function makes of its arguments, of which there are as many as it takes.
///
/// # Errors
/// Why it cannot.
pub(super) fn call(name: &str, values: &[Value]) -> Result<Value, String> {
    let first = values.first().unwrap_or(&api::NULL);
    let last = values.last().cloned().unwrap_or_default();
    match name {
        "and" => Ok(values.iter().find(|v| !truth(v)).cloned().unwrap_or(last)),
        "or" => Ok(values.iter().find(|v| truth(v)).cloned().unwrap_or(last)),
        "not" => Ok((!truth(first)).into()),
        "len" => match first {
            Value::String(s) => Ok(s.len().into()),
            Value::Array(_) | Value::Object(_) => Ok(first.len().into()),
            Value::Null => Err("reflect: call of reflect.Value.Type on zero Value".to_owned()),
            other => Err(format!("len of type {}", go_type(other))),
        },
        "index" => values.iter().skip(1).try_fold(first.clone(), |value, key| index(&value, key)),
        "exists" => {
            let found = values.iter().skip(1).try_fold(first.clone(), |value, key| match (&value, key) {
                (Value::Object(map), Value::String(key)) => map.get(key).cloned().ok_or(()),
                _ => index(&value, key).map_err(|_| ()),
            });
            Ok(found.is_ok().into())
        }
        "print" => Ok(sprint(values).into()),
        "println" => Ok(format!("{}\n", values.iter().map(plain).collect::<Vec<_>>().join(" ")).into()),
        "printf" => match first {
            Value::String(format) => Ok(printf(format, values.get(1..).unwrap_or_default()).into()),
            other => Err(format!("wrong type for value; expected string; got {}", go_type(other))),
        },
        "base64decode" => crate::base64::decode(first.str()).map(Value::from),
        "html" => Ok(escaped(&sprint(values), html).into()),
        "js" => Ok(escaped(&sprint(values), js).into()),
        "urlquery" => Ok(urlquery(&sprint(values)).into()),
        "slice" => slice(first, values),
        "eq" if values.len() < 2 => Err("missing argument for comparison".to_owned()),
        "eq" => {
            let mut equal = false;
            for value in &values[1..] {
                equal |= equals(first, value)?;
            }
            Ok(equal.into())
        }
        "ne" => Ok((!equals(first, &values[1])?).into()),
        "lt" | "le" | "gt" | "ge" => {
            let order = order(first, values.get(1).unwrap_or(&api::NULL))?;
            Ok(match name {
                "lt" => order.is_lt(),
                "le" => order.is_le(),
                "gt" => order.is_gt(),
                _ => order.is_ge(),
            }
            .into())
        }
        other => Err(format!("function {other:?} not defined")),
    }
}

/// `fmt.Sprint`: a blank between two of which neither is a string.
fn sprint(values: &[Value]) -> String {
    let mut out = String::new();
    for (i, value) in values.iter().enumerate() {
        let is_string = |value: &Value| matches!(value, Value::String(_));
        if i > 0 && !is_string(value) && !is_string(&values[i - 1]) {
            out.push(' ');
        }
        out.push_str(&plain(value));
    }
    out
}

fn equals(a: &Value, b: &Value) -> Result<bool, String> {
    match (a, b) {
        (Value::Null, _) | (_, Value::Null) => Ok(a.is_null() && b.is_null()),
        (Value::Array(_) | Value::Object(_), _) | (_, Value::Array(_) | Value::Object(_)) => {
            Err(format!("non-comparable types {}: {}, {}: {}", plain(a), go_type(a), go_type(b), plain(b)))
        }
        _ if std::mem::discriminant(a) == std::mem::discriminant(b) => Ok(a == b),
        _ => Err("incompatible types for comparison".to_owned()),
    }
}

fn order(a: &Value, b: &Value) -> Result<Ordering, String> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => Ok(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b).ok_or_else(|| "incomparable".to_owned()),
        (Value::String(a), Value::String(b)) => Ok(a.cmp(b)),
        (Value::Bool(_), Value::Bool(_)) => Err("invalid type for comparison".to_owned()),
        _ => Err("incompatible types for comparison".to_owned()),
    }
}

fn index(value: &Value, key: &Value) -> Result<Value, String> {
    let position = |length: usize| match key {
        Value::Int(i) => {
            let at = usize::try_from(*i).ok().filter(|at| *at < length);
            at.ok_or_else(|| format!("index out of range: {i}"))
        }
        Value::Null => Err("cannot index slice/array with nil".to_owned()),
        key => Err(format!("cannot index slice/array with type {}", go_type(key))),
    };
    match (value, key) {
        (Value::Object(map), Value::String(key)) => Ok(map.get(key).cloned().unwrap_or_default()),
        (Value::Object(_), Value::Null) => Err("value is nil; should be of type string".to_owned()),
        (Value::Object(_), key) => Err(format!("value has type {}; should be string", go_type(key))),
        (Value::Array(items), _) => Ok(items[position(items.len())?].clone()),
        (Value::String(text), _) => Ok(i64::from(text.as_bytes()[position(text.len())?]).into()),
        (Value::Null, _) => Err("index of untyped nil".to_owned()),
        (value, _) => Err(format!("can't index item of type {}", go_type(value))),
    }
}

fn slice(value: &Value, values: &[Value]) -> Result<Value, String> {
    let bound = |i: usize, otherwise: usize| values.get(i).map_or(otherwise, |v| usize::try_from(v.int()).unwrap_or(0));
    let out = || "index out of range".to_owned();
    match value {
        Value::String(s) => s.get(bound(1, 0)..bound(2, s.len())).map(Value::from).ok_or_else(out),
        Value::Array(items) => {
            items.get(bound(1, 0)..bound(2, items.len())).map(|part| part.to_vec().into()).ok_or_else(out)
        }
        Value::Null => Err("slice of untyped nil".to_owned()),
        other => Err(format!("can't slice item of type {}", go_type(other))),
    }
}

fn escaped(text: &str, escape: fn(char) -> Option<&'static str>) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match escape(c) {
            Some(escaped) => out.push_str(escaped),
            None => out.push(c),
        }
    }
    out
}

fn html(c: char) -> Option<&'static str> {
    Some(match c {
        '"' => "&#34;",
        '\'' => "&#39;",
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '\0' => "\u{fffd}",
        _ => return None,
    })
}

fn js(c: char) -> Option<&'static str> {
    Some(match c {
        '\\' => "\\\\",
        '\'' => "\\'",
        '"' => "\\\"",
        '<' => "\\u003C",
        '>' => "\\u003E",
        '&' => "\\u0026",
        '=' => "\\u003D",
        '\n' => "\\u000A",
        '\r' => "\\u000D",
        '\t' => "\\u0009",
        _ => return None,
    })
}

fn urlquery(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) => out.push(char::from(b)),
            b => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}

/// Flags, width and precision of one verb of `printf`.
#[derive(Default)]
struct Layout {
    minus: bool,
    zero: bool,
    plus: bool,
    sharp: bool,
    width: usize,
    precision: Option<usize>,
}

/// How wide a value may be made.
const WIDEST: usize = 1_000;

/// `fmt.Sprintf`
fn printf(format: &str, values: &[Value]) -> String {
    let mut out = String::new();
    let mut rest = values.iter();
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut layout = Layout::default();
        while let Some(flag) = chars.next_if(|c| "-+# 0".contains(*c)) {
            match flag {
                '-' => layout.minus = true,
                '+' => layout.plus = true,
                '#' => layout.sharp = true,
                '0' => layout.zero = true,
                _ => {}
            }
        }
        let digits = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>| {
            let mut number = 0usize;
            while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                number = (number * 10 + digit as usize - '0' as usize).min(WIDEST);
            }
            number
        };
        layout.width = digits(&mut chars);
        if chars.next_if_eq(&'.').is_some() {
            layout.precision = Some(digits(&mut chars));
        }
        let Some(verb) = chars.next() else { return out + "%!(NOVERB)" };
        match verb {
            '%' => out.push('%'),
            verb => match rest.next() {
                None => out.push_str(&format!("%!{verb}(MISSING)")),
                Some(value) => out.push_str(&laid_out(&one(verb, value, &layout), &layout, value)),
            },
        }
    }
    let extra: Vec<String> = rest.map(|value| format!("{}={}", go_type(value), plain(value))).collect();
    if extra.is_empty() { out } else { format!("{out}%!(EXTRA {})", extra.join(", ")) }
}

fn laid_out(text: &str, layout: &Layout, value: &Value) -> String {
    let missing = layout.width.saturating_sub(text.chars().count());
    let fill = " ".repeat(missing);
    match layout {
        Layout { minus: true, .. } => format!("{text}{fill}"),
        Layout { zero: true, .. } if matches!(value, Value::Int(_) | Value::Float(_)) => {
            let (sign, digits) = match text.strip_prefix(['-', '+']) {
                Some(digits) => (&text[..1], digits),
                None => ("", text),
            };
            format!("{sign}{}{digits}", "0".repeat(missing))
        }
        _ => format!("{fill}{text}"),
    }
}

/// One value by one verb; what does not fit is said as Go says it.
fn one(verb: char, value: &Value, layout: &Layout) -> String {
    let cut = |text: String| match layout.precision {
        Some(most) => text.chars().take(most).collect(),
        None => text,
    };
    let signed = |text: String| if layout.plus && !text.starts_with('-') { format!("+{text}") } else { text };
    match (verb, value) {
        ('v', _) if layout.sharp => super::go_fmt::sharp(value),
        ('v', Value::Int(_) | Value::Float(_)) => signed(plain(value)),
        ('v', _) => plain(value),
        ('T', _) => go_type(value).to_owned(),
        ('t', Value::Bool(_)) => plain(value),
        ('d', Value::Int(_)) => signed(plain(value)),
        ('x', Value::Int(i)) => format!("{i:x}"),
        ('X', Value::Int(i)) => format!("{i:X}"),
        ('o', Value::Int(i)) => format!("{i:o}"),
        ('b', Value::Int(i)) => format!("{i:b}"),
        ('c', Value::Int(i)) => {
            u32::try_from(*i).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER).to_string()
        }
        ('U', Value::Int(i)) => format!("U+{i:04X}"),
        ('f' | 'F', Value::Float(f)) => signed(format!("{f:.*}", layout.precision.unwrap_or(6))),
        ('e' | 'g' | 'G' | 'E', Value::Float(f)) => signed(f.to_string()),
        ('s', Value::String(text)) => cut(text.to_string()),
        ('q', Value::String(text)) => super::go_fmt::sharp(&Value::from(cut(text.to_string()))),
        ('q', Value::Int(_)) => format!("'{}'", one('c', value, layout)),
        ('x', Value::String(text)) => api::sha256::digits(text.as_bytes()),
        ('X', Value::String(text)) => text.bytes().map(|byte| format!("{byte:02X}")).collect(),
        (verb, Value::Array(items)) => {
            format!("[{}]", items.iter().map(|item| one(verb, item, layout)).collect::<Vec<_>>().join(" "))
        }
        (verb, Value::Object(map)) => {
            let text = |key: &str| one(verb, &Value::from(key), layout);
            let entries = map.iter().map(|(key, value)| format!("{}:{}", text(key), one(verb, value, layout)));
            format!("map[{}]", entries.collect::<Vec<_>>().join(" "))
        }
        (verb, Value::Null) => format!("%!{verb}(<nil>)"),
        (verb, _) => format!("%!{verb}({}={})", go_type(value), plain(value)),
    }
}
