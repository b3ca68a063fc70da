//! JSON as jq sees it: objects keep the order in which their keys came, numbers are doubles.

use std::cmp::Ordering;
use std::rc::Rc;

/// A JSON value.
#[derive(Clone, Debug)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(f64),
    Text(Rc<str>),
    List(Rc<Vec<Json>>),
    Map(Rc<Vec<(Rc<str>, Json)>>),
}

use Json::{Bool, List, Map, Null, Number, Text};

impl From<&str> for Json {
    fn from(text: &str) -> Json {
        Text(text.into())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Json {
        Text(text.into())
    }
}

impl From<bool> for Json {
    fn from(truth: bool) -> Json {
        Bool(truth)
    }
}

impl From<f64> for Json {
    fn from(number: f64) -> Json {
        Number(number)
    }
}

impl From<usize> for Json {
    fn from(number: usize) -> Json {
        Number(number as f64)
    }
}

impl From<Vec<Json>> for Json {
    fn from(items: Vec<Json>) -> Json {
        List(Rc::new(items))
    }
}

impl From<Vec<(Rc<str>, Json)>> for Json {
    fn from(entries: Vec<(Rc<str>, Json)>) -> Json {
        Map(Rc::new(entries))
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Json) -> bool {
        compare(self, other).is_eq()
    }
}

impl Json {
    /// Whether it counts as true.
    pub(super) fn truth(&self) -> bool {
        !matches!(self, Null | Bool(false))
    }

    /// The name of its type.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Null => "null",
            Bool(_) => "boolean",
            Number(_) => "number",
            Text(_) => "string",
            List(_) => "array",
            Map(_) => "object",
        }
    }

    /// Its type and, cut off, its text, as errors show it.
    pub(super) fn described(&self) -> String {
        let mut text = self.compact();
        const MOST: usize = 11;
        if text.len() > MOST {
            let end = (0..=MOST - 1).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            text.truncate(end);
            text.push_str("...");
        }
        format!("{} ({text})", self.kind())
    }

    /// The text of a string, and the JSON of everything else.
    pub(super) fn text(&self) -> String {
        match self {
            Text(text) => text.to_string(),
            other => other.compact(),
        }
    }

    /// The JSON on one line.
    pub(super) fn compact(&self) -> String {
        let mut text = String::new();
        write(self, &Style::default(), 0, &mut text);
        text
    }

    /// The value at a key; null where there is none.
    pub(super) fn get(&self, key: &str) -> Json {
        match self {
            Map(entries) => entries.iter().find(|(known, _)| &**known == key).map_or(Null, |(_, value)| value.clone()),
            _ => Null,
        }
    }

    /// The entries in the order of their keys, as `keys` and `to_entries` of sorted output have them.
    pub(super) fn sorted(&self) -> Vec<(Rc<str>, Json)> {
        let Map(entries) = self else { return Vec::new() };
        let mut entries = entries.to_vec();
        api::sort_by(&mut entries, |a, b| a.0.cmp(&b.0));
        entries
    }
}

/// Puts a value at a key; what is new comes last.
pub(super) fn put(entries: &mut Vec<(Rc<str>, Json)>, key: Rc<str>, value: Json) {
    match entries.iter_mut().find(|(known, _)| *known == key) {
        Some((_, old)) => *old = value,
        None => entries.push((key, value)),
    }
}

/// jq's order: null, false, true, numbers, strings, arrays, objects.
pub(super) fn compare(a: &Json, b: &Json) -> Ordering {
    let rank = |value: &Json| match value {
        Null => 0,
        Bool(false) => 1,
        Bool(true) => 2,
        Number(_) => 3,
        Text(_) => 4,
        List(_) => 5,
        Map(_) => 6,
    };
    match (a, b) {
        // Not a number comes before every number.
        (Number(a), Number(b)) => a.partial_cmp(b).unwrap_or(if a.is_nan() { Ordering::Less } else { Ordering::Greater }),
        (Text(a), Text(b)) => a.cmp(b),
        (List(a), List(b)) => {
            let different = a.iter().zip(b.iter()).map(|(a, b)| compare(a, b)).find(|order| order.is_ne());
            different.unwrap_or_else(|| a.len().cmp(&b.len()))
        }
        (Map(_), Map(_)) => {
            let (a, b) = (a.sorted(), b.sorted());
            let keys = a.iter().map(|(key, _)| key).cmp(b.iter().map(|(key, _)| key));
            keys.then_with(|| {
                let values = a.iter().zip(&b).map(|((_, a), (_, b))| compare(a, b));
                values.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
            })
        }
        _ => rank(a).cmp(&rank(b)),
    }
}

/// How a value is written.
#[derive(Clone, Debug, Default)]
pub(super) struct Style {
    /// What a level is indented by; none for one line.
    pub(super) indent: Option<String>,
    /// `-S`
    pub(super) sorted: bool,
    /// `-a`
    pub(super) ascii: bool,
    /// `-C`
    pub(super) coloured: bool,
}

/// Adds a value's text.
pub(super) fn write(value: &Json, style: &Style, level: usize, text: &mut String) {
    let colour = match value {
        _ if !style.coloured => None,
        Null => Some("1;30"),
        Bool(_) | Number(_) => Some("0;39"),
        Text(_) => Some("0;32"),
        List(_) | Map(_) => Some("1;39"),
    };
    if let Some(colour) = colour {
        text.push_str(&format!("\x1b[{colour}m"));
    }
    match value {
        Null => text.push_str("null"),
        Bool(truth) => text.push_str(if *truth { "true" } else { "false" }),
        Number(number) => text.push_str(&digits(*number)),
        Text(string) => quote(string, style.ascii, text),
        List(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                line(style, level + 1, text);
                write(item, style, level + 1, text);
            }
            if !items.is_empty() {
                line(style, level, text);
            }
            text.push_str(if style.coloured { "\x1b[1;39m]" } else { "]" });
        }
        Map(entries) => {
            let sorted = style.sorted.then(|| value.sorted());
            text.push('{');
            for (at, (key, item)) in sorted.as_ref().unwrap_or(entries).iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                line(style, level + 1, text);
                if style.coloured {
                    text.push_str("\x1b[0m\x1b[34;1m");
                }
                quote(key, style.ascii, text);
                text.push_str(if style.coloured { "\x1b[0m\x1b[1;39m:" } else { ":" });
                text.push_str(if style.indent.is_some() { " " } else { "" });
                write(item, style, level + 1, text);
            }
            if !entries.is_empty() {
                line(style, level, text);
            }
            text.push_str(if style.coloured { "\x1b[1;39m}" } else { "}" });
        }
    }
    if colour.is_some() {
        text.push_str("\x1b[0m");
    }
}

fn line(style: &Style, level: usize, text: &mut String) {
    if let Some(indent) = &style.indent {
        text.push('\n');
        (0..level).for_each(|_| text.push_str(indent));
    }
}

fn quote(string: &str, ascii: bool, text: &mut String) {
    text.push('"');
    for c in string.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            '\r' => text.push_str("\\r"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            c if c < ' ' || c == '\u{7f}' => text.push_str(&format!("\\u{:04x}", c as u32)),
            c if ascii && !c.is_ascii() => {
                let mut units = [0; 2];
                c.encode_utf16(&mut units).iter().for_each(|unit| text.push_str(&format!("\\u{unit:04x}")));
            }
            c => text.push(c),
        }
    }
    text.push('"');
}

/// A number as jq prints it: up to 17 digits, an exponent where it is shorter.
pub(super) fn digits(number: f64) -> String {
    if number.is_nan() {
        return "null".to_owned();
    }
    let number = number.clamp(f64::MIN, f64::MAX);
    if number == 0.0 {
        return if number.is_sign_negative() { "-0".into() } else { "0".into() };
    }
    let shortest = format!("{number:e}");
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    // David Gay's g_fmt.c, with jq's bounds.
    let (point, count) = (exponent + 1, mantissa.bytes().filter(u8::is_ascii_digit).count() as i32);
    if point > -4 && point <= count + 15 {
        return format!("{number}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}
