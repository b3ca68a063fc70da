//! `url('https://example.com:80/path?q=1')` (library/urls.go), as Go's `url.ParseRequestURI` reads it.

use super::{Function, expect, failure, made, string, text};
use cel::objects::{Key, Map, Opaque};
use cel::{ExecutionError, Value};
use std::sync::Arc;

#[derive(Debug, Default, PartialEq, Eq)]
struct Url {
    scheme: String,
    /// With the port, and with the brackets around an address of IPv6.
    host: String,
    /// As it is written, or escaped where it must be.
    path: String,
    query: String,
}

impl Opaque for Url {
    fn runtime_type_name(&self) -> &str {
        "kubernetes.URL"
    }
}

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("url", |this, _| made(parse(text(this)?)?)),
    ("isURL", |this, _| Ok(Value::Bool(parse(text(this)?).is_ok()))),
    ("getScheme", |this, _| Ok(string(&*expect::<Url>(this)?.scheme))),
    ("getHost", |this, _| Ok(string(&*expect::<Url>(this)?.host))),
    ("getHostname", |this, _| Ok(string(split(&expect::<Url>(this)?.host).0))),
    ("getPort", |this, _| Ok(string(split(&expect::<Url>(this)?.host).1))),
    ("getEscapedPath", |this, _| Ok(string(&*expect::<Url>(this)?.path))),
    ("getQuery", |this, _| Ok(pairs(&expect::<Url>(this)?.query))),
];

/// Whether a text is such an address.
pub(super) fn is_valid(given: &str) -> bool {
    parse(given).is_ok()
}

fn parse(given: &str) -> Result<Url, ExecutionError> {
    let wrong = |why: &str| failure(format!("URL parse error during conversion from string: parse {given:?}: {why}"));
    if given.is_empty() {
        return Err(wrong("empty url"));
    }
    if given.chars().any(|c| c.is_ascii_control()) {
        return Err(wrong("net/url: invalid control character in URL"));
    }
    let (before, query) = given.split_once('?').unwrap_or((given, ""));
    let (scheme, rest) = match before.split_once(':') {
        Some((scheme, rest)) if is_scheme(scheme) => (scheme.to_ascii_lowercase(), rest),
        Some(("", _)) => return Err(wrong("missing protocol scheme")),
        _ => (String::new(), before),
    };
    if !rest.starts_with('/') {
        return Err(wrong("invalid URI for request"));
    }
    let (authority, path) = match rest.strip_prefix("//") {
        Some(rest) if !scheme.is_empty() => {
            let end = rest.find('/').unwrap_or(rest.len());
            (&rest[..end], &rest[end..])
        }
        _ => ("", rest),
    };
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if host.contains([' ', '"', '<', '>', '\\', '^', '`', '{', '|', '}']) {
        return Err(wrong(&format!("invalid character {:?} in host name", first_bad(host))));
    }
    let port = split(host).1;
    if !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong(&format!("invalid port {:?} after host", format!(":{port}"))));
    }
    if let Some(escape) = bad_escape(path) {
        return Err(wrong(&format!("invalid URL escape {escape:?}")));
    }
    Ok(Url { scheme, host: host.to_owned(), path: escaped(path), query: query.to_owned() })
}

fn first_bad(host: &str) -> String {
    host.chars().find(|c| !c.is_ascii_alphanumeric() && !"-._~[]:%".contains(*c)).map(String::from).unwrap_or_default()
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

/// A host without its port and its brackets, and the port.
fn split(host: &str) -> (&str, &str) {
    let inside = host.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    match (inside, host.rsplit_once(':')) {
        (Some((address, rest)), _) => (address, rest.strip_prefix(':').unwrap_or_default()),
        (None, Some((name, port))) => (name, port),
        (None, None) => (host, ""),
    }
}

/// The first `%` that no two hexadecimal digits follow, with what does.
fn bad_escape(path: &str) -> Option<String> {
    let places = path.match_indices('%').map(|(at, _)| at);
    let mut tails = places.map(|at| path[at..].chars().take(3).collect::<String>());
    tails.find(|tail| tail.len() < 3 || !tail[1..].bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn escaped(path: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@!'()*%[]".contains(&byte);
    path.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// A query's values by their names; what cannot be read is left out, as Go does.
fn pairs(query: &str) -> Value {
    let mut found: Vec<(String, Vec<Value>)> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty() && !pair.contains(';') && bad_escape(pair).is_none()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (apiserver::http::decode(name, true), apiserver::http::decode(value, true));
        match found.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(string(value)),
            None => found.push((name, vec![string(value)])),
        }
    }
    let entry = |(name, values)| (Key::String(Arc::new(name)), Value::List(Arc::new(values)));
    Value::Map(Map { map: Arc::new(found.into_iter().map(entry).collect()) })
}
