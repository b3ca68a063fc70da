//! Values to JSON text, as Go's encoding/json writes it. One pass, and what needs no escaping is copied in one go: outputs of
//! hundreds of kilobytes are made while somebody waits.

use crate::Value;
use crate::put;

/// From here on Go writes a float with an exponent.
const LARGE: f64 = 1e21;
/// And below this one.
const SMALL: f64 = 1e-6;
/// Blanks for each level.
const INDENT: usize = 4;

/// Compact JSON text on one line, keys sorted.
pub fn to_string(value: &Value) -> String {
    let mut text = String::new();
    write(&mut text, value, None);
    text
}

/// JSON text with four blanks a level, as `kubectl -o json` prints it, without a newline at the end.
pub fn to_string_pretty(value: &Value) -> String {
    let mut text = String::new();
    write(&mut text, value, Some(0));
    text
}

/// Writes a value that stands at a level; on one line if there are none.
fn write(text: &mut String, value: &Value, level: Option<usize>) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Int(number) => put::int(text, *number),
        Value::Float(number) => text.push_str(&float(*number)),
        Value::String(string) => quoted(text, string),
        Value::Array(items) => {
            text.push('[');
            for (i, item) in items.iter().enumerate() {
                begin(text, i, level);
                write(text, item, level.map(|level| level + 1));
            }
            end(text, items.is_empty(), level);
            text.push(']');
        }
        Value::Object(map) => {
            text.push('{');
            for (i, (key, value)) in map.iter().enumerate() {
                begin(text, i, level);
                quoted(text, key);
                text.push_str(if level.is_some() { ": " } else { ":" });
                write(text, value, level.map(|level| level + 1));
            }
            end(text, map.is_empty(), level);
            text.push('}');
        }
    }
}

/// What stands before the element number `at`.
fn begin(text: &mut String, at: usize, level: Option<usize>) {
    if at > 0 {
        text.push(',');
    }
    if let Some(level) = level {
        text.push('\n');
        put::blanks(text, INDENT * (level + 1));
    }
}

/// What stands before the closing bracket.
fn end(text: &mut String, empty: bool, level: Option<usize>) {
    if let Some(level) = level.filter(|_| !empty) {
        text.push('\n');
        put::blanks(text, INDENT * level);
    }
}

/// A text in quotes. Go escapes what would mean something in HTML or in JavaScript, too.
fn quoted(text: &mut String, string: &str) {
    text.push('"');
    let (bytes, mut from, mut at) = (string.as_bytes(), 0, 0);
    while let Some(next) = bytes[at..].iter().position(|byte| is_special(*byte)) {
        at += next;
        let (length, separator) = match bytes[at..] {
            [0xe2, 0x80, last @ (0xa8 | 0xa9), ..] => (3, Some(last)),
            [0xe2, ..] => {
                at += 1;
                continue;
            }
            _ => (1, None),
        };
        text.push_str(&string[from..at]);
        match separator {
            Some(0xa8) => text.push_str("\\u2028"),
            Some(_) => text.push_str("\\u2029"),
            None => escape(text, bytes[at]),
        }
        at += length;
        from = at;
    }
    text.push_str(&string[from..]);
    text.push('"');
}

/// Whether a byte is escaped, or begins what may have to be.
fn is_special(byte: u8) -> bool {
    byte < b' ' || matches!(byte, b'"' | b'\\' | b'<' | b'>' | b'&' | 0xe2)
}

fn escape(text: &mut String, byte: u8) {
    let letter = match byte {
        b'\x08' => 'b',
        b'\x0c' => 'f',
        b'\n' => 'n',
        b'\r' => 'r',
        b'\t' => 't',
        b'"' | b'\\' => byte.into(),
        _ => return text.push_str(&format!("\\u{byte:04x}")),
    };
    text.push('\\');
    text.push(letter);
}

/// A number as Go writes a float64: with an exponent only if it is very large or very small, and never with a point for nothing.
/// What is no number is null.
fn float(number: f64) -> String {
    if !number.is_finite() {
        return "null".to_owned();
    }
    let size = number.abs();
    if size == 0.0 || (SMALL..LARGE).contains(&size) {
        return format!("{number}");
    }
    let text = format!("{number:e}");
    if size < SMALL { text } else { text.replace('e', "e+") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{list, obj};

    #[test]
    fn levels_are_four_blanks_and_what_is_empty_stays_on_its_line() {
        let value =
            obj! { "a" => list![1, obj! { "b" => list![] }], "c" => obj! {}, "d" => Value::Bool(false); null "e" };
        let pretty = "{\n    \"a\": [\n        1,\n        {\n            \"b\": []\n        }\n    ],\n    \"c\": {},\n    \"d\": false,\n    \"e\": null\n}";
        assert_eq!(to_string_pretty(&value), pretty);
        assert_eq!(to_string(&value), r#"{"a":[1,{"b":[]}],"c":{},"d":false,"e":null}"#);
        assert_eq!(to_string_pretty(&Value::Null), "null");
    }

    #[test]
    fn texts_are_escaped_where_they_must_be() {
        let text = "é\"\\\u{8}\u{c}\n\r\t\u{1}\u{1f}/\u{7f}한";
        assert_eq!(to_string(&text.into()), "\"é\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f/\u{7f}한\"");
        assert_eq!(to_string(&"".into()), "\"\"");
        assert_eq!(to_string(&"a<b>&c…\u{2028}\u{2029}“d".into()), "\"a\\u003cb\\u003e\\u0026c…\\u2028\\u2029“d\"");
    }

    #[test]
    fn numbers_are_go_s() {
        for (number, text) in [
            (1e20, "100000000000000000000"),
            (123_456_789_012_345_680_000.0, "123456789012345680000"),
            (1e21, "1e+21"),
            (-1.5e30, "-1.5e+30"),
            (1e-6, "0.000001"),
            (1e-7, "1e-7"),
            (2.5e-10, "2.5e-10"),
            (0.5, "0.5"),
            (-0.0, "-0"),
            (2.0, "2"),
            (f64::MAX, "1.7976931348623157e+308"),
        ] {
            assert_eq!(to_string(&Value::Float(number)), text);
        }
        for number in [0, -1, 10, 1_234_567_890, i64::MIN, i64::MAX] {
            assert_eq!(to_string(&number.into()), number.to_string());
        }
    }
}
