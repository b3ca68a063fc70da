//! Values as Go's fmt package prints them: custom columns use `%v`, kubectl's error texts `%#v`.

use api::Value;

/// `%v`: `map[a:1 b:[x y]]`.
pub fn plain(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Bool(b) => b.to_string(),
        Value::Int(i) => i.to_string(),
        Value::Float(f) => f.to_string(),
        Value::String(s) => s.to_string(),
        Value::Array(items) => format!("[{}]", items.iter().map(plain).collect::<Vec<_>>().join(" ")),
        Value::Object(map) => {
            format!("map[{}]", map.iter().map(|(k, v)| format!("{k}:{}", plain(v))).collect::<Vec<_>>().join(" "))
        }
    }
}

/// `%#v` of a decoded JSON tree: `map[string]interface {}{"a":1}`.
pub fn sharp(value: &Value) -> String {
    match value {
        Value::Null => "interface {}(nil)".to_owned(),
        Value::String(s) => quoted(s),
        Value::Array(items) => {
            format!("[]interface {{}}{{{}}}", items.iter().map(sharp).collect::<Vec<_>>().join(", "))
        }
        Value::Object(map) => {
            let entries = map.iter().map(|(k, v)| format!("{}:{}", quoted(k), sharp(v)));
            format!("map[string]interface {{}}{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        other => plain(other),
    }
}

/// `%q`, near enough: Go and Rust escape the same characters in texts that occur here.
fn quoted(text: &str) -> String {
    format!("{text:?}").replace("\\'", "'")
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{list, obj};

    #[test]
    fn maps_print_as_go_prints_them() {
        let value = obj! { "b" => list![1, "x"], "a" => obj! { "c" => true } };
        assert_eq!(plain(&value), "map[a:map[c:true] b:[1 x]]");
        let text = "map[string]interface {}{\"a\":map[string]interface {}{\"c\":true}, \"b\":[]interface {}{1, \"x\"}}";
        assert_eq!(sharp(&value), text);
    }
}
