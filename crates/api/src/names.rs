//! What names, keys and labels may look like, with the messages of k8s.io/apimachinery's validation.
//!
//! Every check returns what is wrong with a text, in the order the server reports it; nothing means it is valid.

const LABEL_FORMAT: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN_FORMAT: &str = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
const DNS_1035_FORMAT: &str = "[a-z]([-a-z0-9]*[a-z0-9])?";
const QUALIFIED_FORMAT: &str = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const QUALIFIED_RULE: &str =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const QUALIFIED_EXAMPLES: &[&str] = &["MyName", "my.name", "123-abc"];

/// The longest a DNS label, and a label's name or value, may be.
pub const LABEL_MAX: usize = 63;
/// The longest a DNS subdomain may be.
pub const SUBDOMAIN_MAX: usize = 253;

/// A name that is a DNS label of RFC 1123, such as a namespace's or a container's.
pub fn dns1123_label(text: &str) -> Vec<String> {
    let mut errors = too_long(text, LABEL_MAX);
    if !is_dns_label(text) {
        errors.push(match is_subdomain(text) {
            true => "must not contain dots".to_owned(),
            false => regex_error(
                "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must \
                 start and end with an alphanumeric character",
                LABEL_FORMAT,
                &["my-name", "123-abc"],
            ),
        });
    }
    errors
}

/// A name that is a DNS subdomain of RFC 1123, such as a Pod's.
pub fn dns1123_subdomain(text: &str) -> Vec<String> {
    let mut errors = too_long(text, SUBDOMAIN_MAX);
    if !is_subdomain(text) {
        errors.push(regex_error(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must \
             start and end with an alphanumeric character",
            SUBDOMAIN_FORMAT,
            &["example.com"],
        ));
    }
    errors
}

/// A DNS subdomain with `*` in the place of its first label.
pub fn wildcard_subdomain(text: &str) -> Vec<String> {
    match text.strip_prefix("*.").is_some_and(is_subdomain) {
        true => Vec::new(),
        false => vec![regex_error(
            "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of \
             lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
            r"\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*",
            &["*.example.com"],
        )],
    }
}

/// A name that is a DNS label of RFC 1035, such as a Service's.
pub fn dns1035_label(text: &str) -> Vec<String> {
    let mut errors = too_long(text, LABEL_MAX);
    if !(is_dns_label(text) && text.starts_with(|c: char| c.is_ascii_lowercase())) {
        errors.push(regex_error(
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic \
             character, and end with an alphanumeric character",
            DNS_1035_FORMAT,
            &["my-name", "abc-123"],
        ));
    }
    errors
}

/// A label's or an annotation's key, a finalizer, a taint's key: a name with an optional DNS prefix.
pub fn qualified_name(text: &str) -> Vec<String> {
    let mut errors = Vec::new();
    let name = match text.split('/').collect::<Vec<_>>()[..] {
        [name] => name,
        [prefix, name] => {
            if prefix.is_empty() {
                errors.push("prefix part must be non-empty".to_owned());
            } else {
                errors.extend(dns1123_subdomain(prefix).into_iter().map(|e| in_bytes(format!("prefix part {e}"))));
            }
            name
        }
        _ => {
            let error =
                regex_error(&format!("a valid label key {QUALIFIED_RULE}"), QUALIFIED_FORMAT, QUALIFIED_EXAMPLES);
            return vec![format!("{error} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')")];
        }
    };
    if name.is_empty() {
        errors.push("name part must be non-empty".to_owned());
    } else if name.len() > LABEL_MAX {
        errors.push(format!("name part must be no more than {LABEL_MAX} bytes"));
    }
    if name.is_empty() || !is_label_text(name) {
        errors.push(regex_error(&format!("name part {QUALIFIED_RULE}"), QUALIFIED_FORMAT, QUALIFIED_EXAMPLES));
    }
    errors
}

/// A label's value.
pub fn label_value(text: &str) -> Vec<String> {
    let mut errors: Vec<String> = too_long(text, LABEL_MAX).into_iter().map(in_bytes).collect();
    if !is_label_text(text) {
        errors.push(regex_error(
            &format!("a valid label must be an empty string or {}", QUALIFIED_RULE.trim_start_matches("must ")),
            &format!("({QUALIFIED_FORMAT})?"),
            &["MyValue", "my_value", "12345"],
        ));
    }
    errors
}

/// The name of an environment variable: printable ASCII without `=`.
pub fn env_var_name(text: &str) -> Vec<String> {
    if text.is_empty() {
        return vec!["environment variable name must be non-empty".to_owned()];
    }
    match text.bytes().all(|b| (b' '..=b'~').contains(&b) && b != b'=') {
        true => Vec::new(),
        false => vec![
            "a valid environment variable name must consist only of printable ASCII characters other than '='"
                .to_owned(),
        ],
    }
}

/// A key of a ConfigMap or a Secret.
pub fn config_map_key(text: &str) -> Vec<String> {
    let mut errors = too_long(text, SUBDOMAIN_MAX);
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)) {
        errors.push(regex_error(
            "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
            "[-._a-zA-Z0-9]+",
            &["key.name", "KEY_NAME", "key-name"],
        ));
    }
    match text {
        "." => errors.push("must not be '.'".to_owned()),
        ".." => errors.push("must not be '..'".to_owned()),
        _ if text.starts_with("..") => errors.push("must not start with '..'".to_owned()),
        _ => {}
    }
    errors
}

/// The name of a port (an IANA service name).
pub fn port_name(text: &str) -> Vec<String> {
    let mut errors = too_long(text, 15);
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        errors.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)".to_owned());
    }
    if !text.bytes().any(|b| b.is_ascii_lowercase()) {
        errors.push("must contain at least one letter (a-z)".to_owned());
    }
    if text.contains("--") {
        errors.push("must not contain consecutive hyphens".to_owned());
    }
    if text.starts_with('-') || text.ends_with('-') {
        errors.push("must not begin or end with a hyphen".to_owned());
    }
    errors
}

/// A port number.
pub fn port_number(port: i64) -> Vec<String> {
    in_range(port, 1, 65535)
}

/// A number from `low` to `high`.
pub fn in_range(number: i64, low: i64, high: i64) -> Vec<String> {
    match (low..=high).contains(&number) {
        true => Vec::new(),
        false => vec![format!("must be between {low} and {high}, inclusive")],
    }
}

/// A percentage such as `25%`.
pub fn percent(text: &str) -> Vec<String> {
    let digits = text.strip_suffix('%').unwrap_or_default();
    match !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        true => Vec::new(),
        false => vec![regex_error(
            "a valid percent string must be a numeric string followed by an ending '%'",
            "[0-9]+%",
            &["1%", "93%"],
        )],
    }
}

/// The name of an HTTP header.
pub fn http_header_name(text: &str) -> Vec<String> {
    match !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        true => Vec::new(),
        false => vec![regex_error(
            "a valid HTTP header must consist of alphanumeric characters or '-'",
            "[-A-Za-z0-9]+",
            &["X-Header-Name"],
        )],
    }
}

fn too_long(text: &str, most: usize) -> Vec<String> {
    if text.len() > most { vec![format!("must be no more than {most} characters")] } else { Vec::new() }
}

/// The newer checks of labels count the same limit in bytes.
fn in_bytes(error: String) -> String {
    match error.strip_suffix(" characters") {
        Some(start) if start.contains("no more than") => format!("{start} bytes"),
        _ => error,
    }
}

fn regex_error(rule: &str, format: &str, examples: &[&str]) -> String {
    let examples: Vec<String> = examples.iter().map(|e| format!("'{e}', ")).collect();
    format!("{rule} (e.g. {}regex used for validation is '{format}')", examples.join(" or "))
}

fn is_dns_label(text: &str) -> bool {
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    match text.as_bytes() {
        [] => false,
        [first, .., last] if !(alphanumeric(*first) && alphanumeric(*last)) => false,
        [only] => alphanumeric(*only),
        bytes => bytes.iter().all(|&b| alphanumeric(b) || b == b'-'),
    }
}

fn is_subdomain(text: &str) -> bool {
    text.split('.').all(is_dns_label)
}

/// Empty, or alphanumeric at both ends with `-_.` between.
fn is_label_text(text: &str) -> bool {
    let ends = |b: Option<&u8>| b.is_none_or(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    ends(bytes.first()) && ends(bytes.last()) && bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
}

/// A name that may be part of a URL, as roles have (k8s.io/apimachinery/pkg/api/validation/path).
pub fn path_segment(name: &str) -> Vec<String> {
    if matches!(name, "." | "..") {
        return vec![format!("may not be '{name}'")];
    }
    let illegal = ["/", "%"].into_iter().filter(|part| name.contains(part));
    illegal.map(|part| format!("may not contain '{part}'")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_and_bad_texts_are_told_apart() {
        type Check = fn(&str) -> Vec<String>;
        let cases: [(Check, &[&str], &[&str]); 7] = [
            (dns1123_label, &["a", "1-b"], &["", "-a", "a-", "A", "a.b", "a b"]),
            (dns1123_subdomain, &["a", "a.b-c.d"], &["", ".a", "a..b", "Bad_Name"]),
            (dns1035_label, &["a1"], &["1a", ""]),
            (qualified_name, &["app", "example.com/My_Name.1"], &["", "/a", "a/", "a/b/c", "-a", "A_b/c"]),
            (label_value, &["", "a", "A.b_c-1"], &["-", "a b", "a/b"]),
            (port_name, &["http", "p-1"], &["", "80", "a--b", "-a", "waytoolongportname"]),
            (config_map_key, &["a.txt", ".hidden"], &["", ".", "..", "..a", "a/b"]),
        ];
        for (check, good, bad) in cases {
            assert!(good.iter().all(|text| check(text).is_empty()), "{good:?}");
            assert!(bad.iter().all(|text| !check(text).is_empty()), "{bad:?}");
        }
    }

    #[test]
    fn messages_are_the_servers() {
        assert_eq!(
            dns1123_label("NGINX"),
            [
                "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and \
              end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
              '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
            ]
        );
        assert_eq!(label_value(&"a".repeat(64)), ["must be no more than 63 bytes"]);
        assert_eq!(dns1035_label(&"a".repeat(64)), ["must be no more than 63 characters"]);
    }
}
