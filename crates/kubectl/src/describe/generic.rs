//! Kinds that kubectl has no describer for: every field, its name made readable.

use super::writer::Writer;
use crate::Host;
use crate::print::go_fmt;
use api::Value;

/// Fields that are shown above the others, or not at all.
const SKIPPED: [&str; 5] =
    [".metadata.annotations", ".metadata.labels", ".metadata.managedFields", ".metadata.name", ".metadata.namespace"];

pub fn describe(w: &mut Writer, object: &Value, _host: &dyn Host) {
    w.field(0, "Name", object.name());
    w.field(0, "Namespace", object.namespace());
    w.labels(0, "Labels", object.labels());
    w.annotations(0, "Annotations", &object["metadata"]["annotations"]);
    fields(w, 0, object, "");
}

fn fields(w: &mut Writer, level: usize, object: &Value, path: &str) {
    for (key, value) in object.entries() {
        let path = format!("{path}.{key}");
        if SKIPPED.contains(&path.as_str()) {
            continue;
        }
        let label = label(key);
        match value {
            Value::Object(_) => {
                w.line(level, format_args!("{label}:"));
                fields(w, level + 1, value, &path);
            }
            Value::Array(items) => {
                w.line(level, format_args!("{label}:"));
                for item in items.iter() {
                    match item {
                        Value::Object(_) => fields(w, level + 1, item, &path),
                        _ => w.line(level + 1, go_fmt::plain(item)),
                    }
                }
            }
            _ => w.field(level, &label, go_fmt::plain(value)),
        }
    }
}

/// A field's name for people: `creationTimestamp` is `Creation Timestamp`, `apiVersion` is `API Version`. A name that is
/// not made of letters stays as it is.
fn label(field: &str) -> String {
    const ACRONYMS: [&str; 4] = ["API", "URL", "UID", "GUID"];
    if !field.chars().all(|c| c.is_alphabetic() || c == '-') {
        return field.to_owned();
    }
    let part = |part: String| match part.to_uppercase() {
        acronym if ACRONYMS.contains(&acronym.as_str()) => acronym,
        _ if part.to_lowercase() == part => capitalized(&part),
        _ => part,
    };
    words(field).into_iter().map(part).collect::<Vec<_>>().join(" ")
}

fn capitalized(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// Splits camel case: the last capital of several begins the word that follows, as in `PDFLoader`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let characters: Vec<char> = name.chars().collect();
    for (i, c) in characters.iter().enumerate() {
        let before = i.checked_sub(1).map(|i| characters[i]);
        let next_is_lower = characters.get(i + 1).is_some_and(|next| next.is_lowercase());
        let begins = match before {
            None => true,
            Some(before) if c.is_alphabetic() != before.is_alphabetic() => true,
            Some(before) if c.is_uppercase() => before.is_lowercase() || next_is_lower,
            Some(_) => false,
        };
        match words.last_mut() {
            Some(word) if !begins => word.push(*c),
            _ => words.push(c.to_string()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_readable() {
        let cases = [
            ("creationTimestamp", "Creation Timestamp"),
            ("apiVersion", "API Version"),
            ("uid", "UID"),
            ("metadata", "Metadata"),
            ("cronSpec", "Cron Spec"),
            ("hostIP", "Host IP"),
            ("app.kubernetes.io/name", "app.kubernetes.io/name"),
            ("ipv4", "ipv4"),
        ];
        for (field, expected) in cases {
            assert_eq!(label(field), expected);
        }
    }
}
