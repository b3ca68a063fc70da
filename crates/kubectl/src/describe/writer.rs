//! Labelled fields, indented by levels of two blanks.

use super::tabwriter;
use api::meta::string_pairs;
use api::text::NONE;
use api::{Time, Value};
use std::borrow::Cow;
use std::fmt::{Display, Write};

/// Annotations longer than this (key, colon, blank and value) are broken into lines and cut.
const ANNOTATION_LENGTH: usize = 140;
/// The annotation in which `kubectl apply` keeps the last manifest; nobody wants to see it here.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Text being written.
#[derive(Debug, Default)]
pub struct Writer {
    done: String,
    pending: String,
}

impl Writer {
    /// What has been written since the last alignment, its tabs as they are (`kubectl rollout history` prints those).
    pub fn unaligned(self) -> String {
        self.pending
    }

    /// A line at a level.
    pub fn line(&mut self, level: usize, text: impl Display) {
        api::put::blanks(&mut self.pending, 2 * level);
        let from = self.pending.len();
        // Writing to a string cannot fail.
        let _ = write!(self.pending, "{text}");
        if self.pending[from..].bytes().any(|byte| matches!(byte, b'\x1b' | b'\r')) {
            let line = escaped(&self.pending[from..]);
            self.pending.replace_range(from.., &line);
        }
        self.pending.push('\n');
    }

    /// A line `name:` and, in the next column, the value.
    pub fn field(&mut self, level: usize, name: &str, value: impl Display) {
        self.line(level, format_args!("{name}:\t{value}"));
    }

    /// A field, if its value is not empty.
    pub fn field_if(&mut self, level: usize, name: &str, value: &str) {
        if !value.is_empty() {
            self.field(level, name, value);
        }
    }

    /// A field of several values, one a line; `<none>` if there are none.
    pub fn list<T: Display>(&mut self, level: usize, name: &str, values: impl IntoIterator<Item = T>) {
        let mut values = values.into_iter();
        match values.next() {
            None => self.field(level, name, NONE),
            Some(first) => self.field(level, name, first),
        }
        for value in values {
            self.line(0, format_args!("\t{value}"));
        }
    }

    /// A field of labels, one a line.
    pub fn labels(&mut self, level: usize, name: &str, labels: &Value) {
        self.list(level, name, string_pairs(labels).map(|(key, value)| format!("{key}={value}")));
    }

    /// A field of annotations; long ones and those of several lines follow their key.
    pub fn annotations(&mut self, level: usize, name: &str, annotations: &Value) {
        let shown = string_pairs(annotations).filter(|(key, _)| *key != LAST_APPLIED);
        self.list(level, name, shown.flat_map(|(key, value)| annotation(key, value)));
    }

    /// The lines of a table's header, names and dashes.
    pub fn header(&mut self, level: usize, names: &[&str]) {
        let dashes: Vec<String> = names.iter().map(|name| "-".repeat(name.len())).collect();
        self.line(level, names.join("\t"));
        self.line(level, dashes.join("\t"));
    }

    /// Ends all columns: what follows is aligned anew.
    pub fn flush(&mut self) {
        self.done.push_str(&tabwriter::align(&self.pending));
        self.pending.clear();
    }

    /// All that was written, aligned.
    pub fn finish(mut self) -> String {
        self.flush();
        self.done
    }
}

fn annotation(key: &str, value: &str) -> Vec<String> {
    let value = value.strip_suffix('\n').unwrap_or(value);
    if key.len() + value.len() + 2 <= ANNOTATION_LENGTH && !value.contains('\n') {
        return vec![format!("{key}: {value}")];
    }
    let lines = value.split('\n').map(|line| format!("  {}", shortened(line, ANNOTATION_LENGTH - 2)));
    std::iter::once(format!("{key}:")).chain(lines).collect()
}

/// The text, cut after `length` bytes (at a character) with `...` in place of the rest.
pub fn shortened(text: &str, length: usize) -> Cow<'_, str> {
    if text.len() <= length {
        return Cow::Borrowed(text);
    }
    let end = (0..=length).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    Cow::Owned(format!("{}...", &text[..end]))
}

/// Text that cannot move the terminal's cursor: escape characters and carriage returns are spelled out.
fn escaped(text: &str) -> String {
    text.replace('\x1b', "^[").replace('\r', "\\r")
}

/// A moment as describe writes it. Go's zero time is written for one that is not set.
pub fn moment(value: &Value) -> String {
    value.time().map_or_else(|| "Mon, 01 Jan 0001 00:00:00 +0000".to_owned(), Time::rfc1123z)
}

/// `True` or `False`.
pub fn flag(value: &Value) -> &'static str {
    if value.bool() { "True" } else { "False" }
}

/// The texts of an array, joined.
pub fn joined(values: &Value, separator: &str) -> String {
    values.array().iter().map(Value::str).collect::<Vec<_>>().join(separator)
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::obj;

    #[test]
    fn several_values_share_a_column() {
        let mut w = Writer::default();
        w.field(0, "Name", "web");
        w.labels(0, "Labels", &obj! { "app" => "web", "tier" => "front" });
        w.labels(0, "Node-Selectors", &Value::Null);
        let expected =
            "Name:            web\nLabels:          app=web\n                 tier=front\nNode-Selectors:  <none>\n";
        assert_eq!(w.finish(), expected);
    }

    #[test]
    fn long_annotations_are_cut() {
        let mut w = Writer::default();
        let annotations = obj! { LAST_APPLIED => "{}", "long" => "x".repeat(150), "lines" => "a\nb\n", "short" => "s" };
        w.annotations(0, "Annotations", &annotations);
        let pad = " ".repeat("Annotations:  ".len());
        let long = "x".repeat(138);
        let expected =
            format!("Annotations:  lines:\n{pad}  a\n{pad}  b\n{pad}long:\n{pad}  {long}...\n{pad}short: s\n");
        assert_eq!(w.finish(), expected);
    }

    #[test]
    fn control_characters_are_spelled_out() {
        let mut w = Writer::default();
        w.field(1, "Message", "\x1b[31mred\r");
        assert_eq!(w.finish(), "  Message:  ^[[31mred\\r\n");
    }
}
