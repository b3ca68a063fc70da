//! `format.dns1123Label()` and its kin (library/format.go): forms of texts, to be checked by name.

use super::{Function, expect, made, optional, string, text};
use api::names;
use cel::extractors::Arguments;
use cel::objects::Opaque;
use cel::{Context, Value};
use std::sync::Arc;

/// What is wrong with a text.
type Check = fn(&str) -> Vec<String>;

#[derive(Debug)]
struct Format(&'static str, Check);

impl PartialEq for Format {
    fn eq(&self, other: &Format) -> bool {
        self.0 == other.0
    }
}

impl Eq for Format {}

impl Opaque for Format {
    fn runtime_type_name(&self) -> &str {
        "kubernetes.NamedFormat"
    }
}

const FORMATS: &[(&str, Check)] = &[
    ("dns1123Label", names::dns1123_label),
    ("dns1123Subdomain", names::dns1123_subdomain),
    ("dns1035Label", names::dns1035_label),
    ("qualifiedName", names::qualified_name),
    ("dns1123LabelPrefix", |text| names::dns1123_label(&whole(text))),
    ("dns1123SubdomainPrefix", |text| names::dns1123_subdomain(&whole(text))),
    ("dns1035LabelPrefix", |text| names::dns1035_label(&whole(text))),
    ("labelValue", names::label_value),
    ("uri", |text| wrong(super::url::is_valid(text), "invalid URI")),
    ("uuid", |text| wrong(is_uuid(text), "does not match the UUID format")),
    ("byte", |text| wrong(is_base64(text), "invalid base64")),
    ("date", |text| wrong(is_time(&format!("{text}T00:00:00Z")), "invalid date")),
    ("datetime", |text| wrong(is_time(text), "invalid datetime")),
];

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("format.named", |this, _| {
        let name = text(this)?;
        let known = FORMATS.iter().find(|(known, _)| *known == name);
        Ok(optional(known.map(|(name, check)| Value::Opaque(Arc::new(Format(name, *check))))))
    }),
    ("validate", |this, args| {
        let given = text(args.first().unwrap_or(&Value::Null))?;
        let found: Vec<Value> = expect::<Format>(this)?.1(given).into_iter().map(string).collect();
        Ok(optional(Some(found).filter(|found| !found.is_empty()).map(|found| Value::List(Arc::new(found)))))
    }),
];

/// Adds a function without arguments for each form.
pub(super) fn add(context: &mut Context<'_, '_>) {
    for (name, check) in FORMATS {
        let call = |Arguments(_): Arguments| made(Format(name, *check));
        let _ = context.add_function(&format!("format.{name}"), call);
    }
}

/// A prefix may end in a dash, after which more comes (`maskTrailingDash`).
fn whole(prefix: &str) -> String {
    match prefix.strip_suffix('-') {
        Some(start) if !start.is_empty() => format!("{start}a"),
        _ => prefix.to_owned(),
    }
}

fn wrong(is_right: bool, why: &str) -> Vec<String> {
    if is_right { Vec::new() } else { vec![why.to_owned()] }
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let hexadecimal = |part: &&str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    parts.iter().all(hexadecimal) && (lengths == [8, 4, 4, 4, 12] || lengths == [32])
}

fn is_base64(text: &str) -> bool {
    api::base64::decode_bytes(text).is_ok()
}

fn is_time(text: &str) -> bool {
    api::Time::parse(text).is_some()
}
