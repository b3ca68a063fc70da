//! `@base64`, `@csv` and the other forms of strings.

use super::eval::{Stop, error};
use super::value::{Json, digits};

/// `@base64` and the other forms.
pub(super) fn format(name: &str, value: &Json) -> Result<Json, Stop> {
    let row = |what: &str, quoted: fn(&str) -> String, separator: &str| -> Result<Json, Stop> {
        let Json::List(items) = value else {
            return error(format!("{} cannot be {what}-formatted, only an array can be", value.described()));
        };
        let mut cells = Vec::new();
        for item in items.iter() {
            cells.push(match item {
                Json::Number(n) => digits(*n),
                Json::Bool(truth) => truth.to_string(),
                Json::Null => String::new(),
                Json::Text(text) => quoted(text),
                other => return error(format!("{} is not valid in a {what} row", other.described())),
            });
        }
        Ok(cells.join(separator).into())
    };
    Ok(match name {
        "text" => value.text().into(),
        "json" => value.compact().into(),
        "csv" => row("csv", |text| format!("\"{}\"", text.replace('"', "\"\"")), ",")?,
        "tsv" => row(
            "tsv",
            |text| text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r"),
            "\t",
        )?,
        "html" => escaped(&value.text(), |c| match c {
            '<' => Some("&lt;".into()),
            '>' => Some("&gt;".into()),
            '&' => Some("&amp;".into()),
            '\'' => Some("&#39;".into()),
            '"' => Some("&quot;".into()),
            _ => None,
        }),
        "uri" => escaped(&value.text(), |c| {
            let kept = c.is_ascii_alphanumeric() || "-_.~".contains(c);
            let mut bytes = [0; 4];
            (!kept).then(|| c.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")).collect())
        }),
        "sh" => {
            let word = |value: &Json| match value {
                Json::Text(text) => Ok(format!("'{}'", text.replace('\'', "'\\''"))),
                Json::List(_) | Json::Map(_) => error(format!("{} can not be escaped for shell", value.described())),
                other => Ok(other.text()),
            };
            match value {
                Json::List(items) => items.iter().map(word).collect::<Result<Vec<_>, _>>()?.join(" ").into(),
                other => word(other)?.into(),
            }
        }
        "base64" => api::base64::encode(value.text().as_bytes()).into(),
        "base64d" => match api::base64::decode_bytes(value.text().trim_end_matches('=')).or_else(|_| api::base64::decode_bytes(&value.text())) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned().into(),
            Err(_) => return error(format!("{} is not valid base64 data", value.described())),
        },
        other => return error(format!("{other} is not a valid format")),
    })
}

fn escaped(text: &str, by: fn(char) -> Option<String>) -> Json {
    let mut made = String::new();
    for c in text.chars() {
        match by(c) {
            Some(escape) => made.push_str(&escape),
            None => made.push(c),
        }
    }
    made.into()
}
