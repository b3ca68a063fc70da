//! Functions of strings, and regular expressions.

use super::eval::{Stop, error};
use super::paths::indices;
use super::value::Json;
use api::regex::Regex;

pub(super) fn apply(name: &str, input: &Json, arguments: &[Json]) -> Result<Json, Stop> {
    let text = || match input {
        Json::Text(text) => Ok(&**text),
        other => error(match name {
            "explode" => "explode input must be a string".to_owned(),
            "trim" | "ltrim" | "rtrim" => format!("{} cannot be trimmed", other.described()),
            _ => format!("{name} input must be a string"),
        }),
    };
    Ok(match (name, arguments) {
        ("join", [separator]) => join(input, separator)?,
        ("split", [by]) => match (input, by) {
            (Json::Text(text), Json::Text(by)) => split(text, by).into(),
            _ => return error("split input and separator must be strings"),
        },
        ("startswith" | "endswith", [part]) => match (input, part) {
            (Json::Text(text), Json::Text(part)) if name == "startswith" => text.starts_with(&**part).into(),
            (Json::Text(text), Json::Text(part)) => text.ends_with(&**part).into(),
            _ => return error(format!("{name}() requires string inputs")),
        },
        ("ltrimstr" | "rtrimstr" | "trimstr", [part]) => match (input, part) {
            (Json::Text(text), Json::Text(part)) => {
                let mut rest = &**text;
                if name != "rtrimstr" {
                    rest = rest.strip_prefix(&**part).unwrap_or(rest);
                }
                if name != "ltrimstr" {
                    rest = rest.strip_suffix(&**part).unwrap_or(rest);
                }
                rest.into()
            }
            _ => input.clone(),
        },
        ("trim", []) => text()?.trim().into(),
        ("ltrim", []) => text()?.trim_start().into(),
        ("rtrim", []) => text()?.trim_end().into(),
        ("ascii_downcase", []) => text()?.to_ascii_lowercase().into(),
        ("ascii_upcase", []) => text()?.to_ascii_uppercase().into(),
        ("explode", []) => text()?.chars().map(|c| Json::Number(f64::from(c as u32))).collect::<Vec<_>>().into(),
        ("indices", [wanted]) => match (input, wanted) {
            (Json::Null, _) => Json::Null,
            (Json::Text(text), Json::Text(wanted)) => {
                let found = text.match_indices(&**wanted).filter(|_| !wanted.is_empty());
                found.map(|(at, _)| text[..at].chars().count().into()).collect::<Vec<Json>>().into()
            }
            (Json::List(items), Json::List(wanted)) => indices(items, wanted).into(),
            (Json::List(items), wanted) => indices(items, std::slice::from_ref(wanted)).into(),
            (input, wanted) => return error(format!("Cannot determine indices of {} in {}", wanted.kind(), input.kind())),
        },
        ("match_all", [pattern, flags, only]) => matches(input, pattern, flags, only.truth())?,
        _ => return error(format!("{name}/{} is not defined", arguments.len())),
    })
}

/// The parts of a text between separators; its letters where the separator is empty.
pub(super) fn split(text: &str, by: &str) -> Vec<Json> {
    match (text, by) {
        ("", _) => Vec::new(),
        (text, "") => text.chars().map(|c| c.to_string().into()).collect(),
        (text, by) => text.split(by).map(Json::from).collect(),
    }
}

fn join(input: &Json, separator: &Json) -> Result<Json, Stop> {
    let Json::List(items) = input else { return error(format!("Cannot iterate over {}", super::functions::with_value(input))) };
    let mut joined = String::new();
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            match separator {
                Json::Text(separator) => joined.push_str(separator),
                Json::Null => {}
                other => return error(format!("string ({}) and {} cannot be added", Json::from(joined).compact(), other.described())),
            }
        }
        match item {
            Json::Null => {}
            Json::Text(text) => joined.push_str(text),
            Json::Number(_) | Json::Bool(_) => joined.push_str(&item.text()),
            other => {
                let begun = Json::from(joined);
                return error(format!("{} and {} cannot be added", begun.described(), other.described()));
            }
        }
    }
    Ok(joined.into())
}

/// Whether a regular expression matches, or all that is known of its matches.
fn matches(input: &Json, pattern: &Json, flags: &Json, only: bool) -> Result<Json, Stop> {
    // The flags may come with the pattern.
    let (pattern, flags) = match pattern {
        Json::List(both) => (both.first().cloned().unwrap_or(Json::Null), both.get(1).cloned().unwrap_or(flags.clone())),
        other => (other.clone(), flags.clone()),
    };
    let Json::Text(text) = input else {
        return error(format!("{} cannot be matched, as it is not a string", input.described()));
    };
    let Json::Text(pattern) = pattern else {
        return error(format!("{} cannot be matched, as it is not a string", pattern.described()));
    };
    let flags = match &flags {
        Json::Null => "",
        Json::Text(flags) => flags,
        other => return error(format!("{} is not a string", other.described())),
    };
    if let Some(wrong) = flags.chars().find(|flag| !"gimnpslx".contains(*flag)) {
        let _ = wrong;
        return error(format!("{flags} is not a valid modifier string"));
    }
    let spaced: String;
    let pattern = match flags.contains('x') {
        true => {
            spaced = pattern.chars().filter(|c| !c.is_whitespace()).collect();
            &spaced
        }
        false => &*pattern,
    };
    let (regex, names) = match Regex::perl(pattern, flags.contains('i')) {
        Ok(compiled) => compiled,
        Err(why) => return error(format!("{pattern} (at offset 0) is not a valid regex: {why}")),
    };
    if only {
        return Ok(regex.is_match(text).into());
    }
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(hit) = regex.find(text, from) {
        let place = |at: usize| Json::from(text[..at].chars().count());
        let part = |range: Option<(usize, usize)>, name: Option<Json>| {
            let (start, end) = range.unwrap_or((0, 0));
            let string = if range.is_some() { Json::from(&text[start..end]) } else { Json::Null };
            let offset = if range.is_some() { place(start) } else { Json::Number(-1.0) };
            let mut entries =
                vec![("offset".into(), offset), ("length".into(), text[start..end].chars().count().into()), ("string".into(), string)];
            entries.extend(name.map(|name| ("name".into(), name)));
            entries
        };
        let captures = hit.groups.iter().enumerate().map(|(at, range)| {
            let name = names.get(at).cloned().flatten().map_or(Json::Null, Json::from);
            Json::from(part(*range, Some(name)))
        });
        let mut whole = part(Some((hit.start, hit.end)), None);
        whole.push(("captures".into(), captures.collect::<Vec<_>>().into()));
        if !(flags.contains('n') && hit.start == hit.end) {
            found.push(Json::from(whole));
        }
        if !flags.contains('g') {
            break;
        }
        from = if hit.end > hit.start { hit.end } else { hit.end + text[hit.end..].chars().next().map_or(1, char::len_utf8) };
        if from > text.len() {
            break;
        }
    }
    Ok(found.into())
}
