//! `-o kyaml`: YAML in flow style, all strings quoted, so that nothing depends on indentation (sigs.k8s.io/yaml/kyaml).

use api::Value;

/// The document, with the line that begins it.
pub fn to_string(value: &Value) -> String {
    let mut out = "---\n".to_owned();
    node(value, 0, &mut out);
    out.push('\n');
    out
}

fn indent(level: usize, out: &mut String) {
    out.extend(std::iter::repeat_n("  ", level));
}

fn node(value: &Value, level: usize, out: &mut String) {
    match value {
        Value::Object(map) if map.is_empty() => out.push_str("{}"),
        Value::Object(map) => {
            out.push_str("{\n");
            for (key, value) in map.iter() {
                indent(level + 1, out);
                if is_plain(key) {
                    out.push_str(key);
                } else {
                    string(key, level + 1, false, out);
                }
                out.push_str(": ");
                node(value, level + 1, out);
                out.push_str(",\n");
            }
            indent(level, out);
            out.push('}');
        }
        Value::Array(items) if items.is_empty() => out.push_str("[]"),
        // Lists of objects or lists begin and end on the lines of these.
        Value::Array(items) if items.iter().all(|item| matches!(item, Value::Object(_) | Value::Array(_))) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                node(item, level, out);
            }
            out.push(']');
        }
        Value::Array(items) => {
            out.push_str("[\n");
            for item in items.iter() {
                indent(level + 1, out);
                node(item, level + 1, out);
                out.push_str(",\n");
            }
            indent(level, out);
            out.push(']');
        }
        Value::String(text) => string(text, level + 1, text.contains('\n'), out),
        other => out.push_str(&api::json::to_string(other)),
    }
}

/// A string in quotes; `folded` puts each of its lines on a line of its own.
fn string(text: &str, level: usize, folded: bool, out: &mut String) {
    const FOLD: &str = "\\\n";
    out.push('"');
    if folded {
        out.push_str(FOLD);
    }
    for c in text.chars() {
        if folded && out.ends_with('\n') {
            indent(level, out);
            // Blanks at the beginning of a line would be lost.
            out.push(if c.is_whitespace() && c != '\n' { '\\' } else { ' ' });
        }
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' if folded => out.push_str("\\n\\\n"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\0' => out.push_str("\\0"),
            '\u{1b}' => out.push_str("\\e"),
            c if c.is_control() => out.push_str(&format!("\\x{:02x}", c as u32)),
            c => out.push(c),
        }
    }
    if folded {
        if !out.ends_with('\n') {
            out.push_str(FOLD);
        }
        indent(level, out);
    }
    out.push('"');
}

/// Whether a key needs no quotes: it looks like nothing but a string.
fn is_plain(key: &str) -> bool {
    let inside = |at: usize, c: char| at > 0 && at + c.len_utf8() < key.len() && matches!(c, '-' | '.' | '/');
    let allowed = key.char_indices().all(|(at, c)| c.is_alphanumeric() || c == '_' || inside(at, c));
    let lower = key.to_ascii_lowercase();
    let word =
        matches!(lower.as_str(), "null" | "true" | "false" | "t" | "f" | "y" | "n" | "yes" | "no" | "on" | "off");
    let bare = key.replace('_', "");
    let based = ["0x", "0o", "0b"].iter().any(|prefix| bare.starts_with(prefix));
    let number = bare.parse::<f64>().is_ok() || based;
    let date = key.len() > 5 && key.as_bytes()[..4].iter().all(u8::is_ascii_digit) && key.as_bytes()[4] == b'-';
    !key.is_empty() && allowed && !word && !number && !date
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{list, obj};

    #[test]
    fn structure_is_written_out() {
        let value = obj! {
            "a" => list![obj! { "p" => 1 }, obj! { "q" => true }], "b" => list!["x", 2], "c" => obj! {}, "app.io/name" => "n",
            "no" => list![], "text" => "one\n two\n",
        };
        let expected = "---\n{\n  a: [{\n    p: 1,\n  }, {\n    q: true,\n  }],\n  app.io/name: \"n\",\n  b: [\n    \"x\",\n    2,\n  ],\n  c: {},\n  \"no\": [],\n  text: \"\\\n     one\\n\\\n    \\ two\\n\\\n    \",\n}\n";
        assert_eq!(to_string(&value), expected);
        // Whatever is written is YAML of the same meaning.
        assert_eq!(api::yaml::parse(&to_string(&value)).map(|document| document.value), Ok(value));
    }
}
