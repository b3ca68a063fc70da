//! Media types: in which form an answer is wanted (k8s.io/apiserver/pkg/endpoints/handlers/negotiation).

use api::{Status, Value};

/// How an answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// JSON on one line.
    #[default]
    Json,
    /// JSON for people.
    Pretty,
    /// YAML.
    Yaml,
}

/// What of the object is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum As {
    /// The object.
    #[default]
    Object,
    /// A `meta.k8s.io/v1` Table.
    Table,
    /// The metadata of one object.
    PartialObjectMetadata,
    /// The metadata of a list's objects.
    PartialObjectMetadataList,
}

/// The form of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Media {
    /// How it is written.
    pub format: Format,
    /// What is written.
    pub form: As,
}

impl Media {
    /// The `Content-Type` of an answer in this form.
    pub fn content_type(self) -> &'static str {
        match self.format {
            Format::Yaml => "application/yaml",
            Format::Json | Format::Pretty => "application/json",
        }
    }
}

/// One range of an `Accept` header: the type without parameters, and its parameters.
pub(super) struct Range<'a> {
    pub name: &'a str,
    pub parameters: Vec<(&'a str, &'a str)>,
}

impl Range<'_> {
    /// A parameter's value; empty where it is not given.
    pub fn parameter(&self, name: &str) -> &str {
        self.parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }
}

/// A media type without its parameters.
pub(super) fn bare(text: &str) -> &str {
    text.split(';').next().unwrap_or_default().trim()
}

/// The ranges of an `Accept` header, best first: by quality, then as written.
pub(super) fn ranges(accept: &str) -> Vec<Range<'_>> {
    let mut ranges: Vec<(f64, Range<'_>)> = Vec::new();
    for text in accept.split(',').filter(|text| !text.trim().is_empty()) {
        let mut parts = text.split(';');
        let name = parts.next().unwrap_or_default().trim();
        let parameters: Vec<(&str, &str)> = parts
            .filter_map(|part| part.split_once('='))
            .map(|(key, value)| (key.trim(), value.trim().trim_matches('"')))
            .collect();
        let range = Range { name, parameters };
        let quality = range.parameter("q").parse().unwrap_or(1.0);
        ranges.push((quality, range));
    }
    api::sort_by(&mut ranges, |a, b| b.0.total_cmp(&a.0));
    ranges.into_iter().filter(|(quality, _)| *quality > 0.0).map(|(_, range)| range).collect()
}

/// The form in which the answer to an `Accept` header is given; `pretty` where people read it.
///
/// # Errors
/// 406: nothing that is accepted can be given. Clients that ask for Protobuf fall back to JSON.
pub(super) fn negotiate(accept: &str, pretty: bool) -> Result<Media, Status> {
    negotiate_for(accept, pretty, true)
}

/// The same, where something may not be given as a Table (`AllowsMediaTypeTransform`).
pub(super) fn negotiate_for(accept: &str, pretty: bool, tables: bool) -> Result<Media, Status> {
    let json = if pretty { Format::Pretty } else { Format::Json };
    if accept.trim().is_empty() {
        return Ok(Media { format: json, form: As::Object });
    }
    let chosen = ranges(accept).into_iter().find_map(|range| {
        let format = match range.name {
            "application/json" | "*/*" | "application/*" => json,
            "application/yaml" => Format::Yaml,
            _ => return None,
        };
        let form = form(&range).filter(|form| tables || *form != As::Table)?;
        Some(Media { format, form })
    });
    chosen.ok_or_else(|| not_acceptable(&["application/json", "application/yaml"]))
}

/// What a range asks to be made of the object; none for what is not known here.
fn form(range: &Range<'_>) -> Option<As> {
    let form = match range.parameter("as") {
        "" => return Some(As::Object),
        "Table" => As::Table,
        "PartialObjectMetadata" => As::PartialObjectMetadata,
        "PartialObjectMetadataList" => As::PartialObjectMetadataList,
        _ => return None,
    };
    let (group, version) = (range.parameter("g"), range.parameter("v"));
    // v1beta1 is asked for by clients from before 1.15 only, and looks the same.
    (group == "meta.k8s.io" && matches!(version, "v1" | "v1beta1")).then_some(form)
}

/// 406: none of these media types is accepted.
pub(super) fn not_acceptable(offered: &[&str]) -> Status {
    let message = format!("only the following media types are accepted: {}", offered.join(", "));
    Status { code: 406, reason: "NotAcceptable", message, details: Value::Null }
}
