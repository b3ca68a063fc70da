//! Field selectors: `metadata.name=web,status.phase!=Running`.

use crate::{Str, Value};
use std::fmt;

/// One comparison of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldTerm {
    /// The field's path, such as `status.phase`.
    pub field: Str,
    /// The text it is compared with.
    pub value: Str,
    /// Whether it must be equal, or must not.
    pub equal: bool,
}

/// A field selector: all its terms must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldSelector {
    terms: Vec<FieldTerm>,
}

impl FieldSelector {
    /// Reads text such as `metadata.name=web,status.phase!=Running`; empty text matches everything. Which fields a kind
    /// can be selected by is the server's to say.
    ///
    /// # Errors
    /// The server's message, such as `invalid selector: 'foo'; can't understand 'foo'`.
    pub fn parse(text: &str) -> Result<FieldSelector, String> {
        let mut parts = split_terms(text);
        crate::sort(&mut parts);
        let term = |part: &&str| {
            let at = part.find(['=', '!']);
            let (field, rest) = part.split_at(at.unwrap_or(part.len()));
            let (value, equal) = if let Some(value) = rest.strip_prefix("!=") {
                (value, false)
            } else if let Some(value) = rest.strip_prefix("==").or(rest.strip_prefix('=')) {
                (value, true)
            } else {
                return Err(format!("invalid selector: '{text}'; can't understand '{part}'"));
            };
            Ok(FieldTerm { field: field.into(), value: unescape(value)?.into(), equal })
        };
        let terms = parts.iter().filter(|part| !part.is_empty()).map(term).collect::<Result<_, _>>()?;
        Ok(FieldSelector { terms })
    }

    /// Whether an object's fields satisfy every term. A missing field reads as empty text.
    pub fn matches(&self, object: &Value) -> bool {
        let is = |term: &FieldTerm| match object.at(field(&term.field)) {
            // Zero is left out of objects.
            Value::Null => matches!(term.value.as_str(), "" | "0" | "false"),
            value => shown(value) == term.value,
        };
        self.terms.iter().all(|term| is(term) == term.equal)
    }

    /// Whether every object matches.
    pub fn is_everything(&self) -> bool {
        self.terms.is_empty()
    }

    /// The terms, sorted.
    pub fn terms(&self) -> &[FieldTerm] {
        &self.terms
    }

    /// The value that `field` must have, if exactly one is asked for.
    pub fn required(&self, field: &str) -> Option<&Str> {
        self.terms.iter().find(|term| term.equal && term.field == field).map(|term| &term.value)
    }
}

impl fmt::Display for FieldSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, FieldTerm { field, value, equal }) in self.terms.iter().enumerate() {
            let value = value.replace('\\', r"\\").replace(',', r"\,").replace('=', r"\=");
            write!(f, "{}{field}{}{value}", if i == 0 { "" } else { "," }, if *equal { "=" } else { "!=" })?;
        }
        Ok(())
    }
}

/// Where a selectable field is; the one that is called otherwise is a Job's.
fn field(name: &str) -> &str {
    if name == "status.successful" { "status.succeeded" } else { name }
}

/// A field as the server compares it: text.
fn shown(value: &Value) -> Str {
    match value {
        Value::Null => Str::default(),
        Value::String(text) => text.clone(),
        other => crate::json::to_string(other).into(),
    }
}

/// Splits at commas that no backslash precedes.
fn split_terms(text: &str) -> Vec<&str> {
    let mut terms = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (i, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ',' => {
                terms.push(&text[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    terms.push(&text[start..]);
    terms
}

fn unescape(text: &str) -> Result<String, String> {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => match characters.next() {
                Some(c @ ('\\' | ',' | '=')) => plain.push(c),
                other => {
                    let sequence: String = ['\\'].into_iter().chain(other).collect();
                    return Err(format!("invalid field selector: invalid escape sequence: {sequence}"));
                }
            },
            ',' | '=' => return Err(format!("invalid field selector: unescaped character in value: {}", c as u32)),
            _ => plain.push(c),
        }
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn fields_match() {
        let pod = obj! { "metadata" => obj! { "name" => "web" }, "spec" => obj! { "hostNetwork" => true } };
        for (text, expected) in [
            ("", true),
            ("metadata.name=web", true),
            ("metadata.name==web,metadata.name!=db", true),
            ("status.phase!=Running", true),
            ("status.phase=", true),
            ("spec.hostNetwork=true", true),
            ("metadata.name=db", false),
        ] {
            assert_eq!(FieldSelector::parse(text).unwrap().matches(&pod), expected, "{text}");
        }
    }

    #[test]
    fn bad_text_gets_the_servers_message() {
        let error = |text| FieldSelector::parse(text).unwrap_err();
        assert_eq!(error("foo"), "invalid selector: 'foo'; can't understand 'foo'");
        assert_eq!(error("a=b=c"), "invalid field selector: unescaped character in value: 61");
        assert_eq!(error(r"a=\x"), r"invalid field selector: invalid escape sequence: \x");
        let selector = FieldSelector::parse(r"b=1\,2,a!=x").unwrap();
        assert_eq!(selector.to_string(), r"a!=x,b=1\,2");
        assert_eq!(selector.required("b").map(Str::as_str), Some("1,2"));
    }
}
