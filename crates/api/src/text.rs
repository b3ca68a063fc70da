//! Texts of parts of objects that the server's tables and `kubectl describe` print alike.

use crate::time::human_duration;
use crate::{Selector, Time, Value, meta};
use std::time::Duration;

/// What stands for an empty list, map or name.
pub const NONE: &str = "<none>";
/// What stands for an optional field that is not set.
pub const UNSET: &str = "<unset>";
/// What stands for a moment that is not known.
pub const UNKNOWN: &str = "<unknown>";

/// The text, or `instead` if it is empty.
pub fn or<'a>(text: &'a str, instead: &'a str) -> &'a str {
    if text.is_empty() { instead } else { text }
}

/// A map of strings as `a=1,b=2` (`labels.FormatLabels`).
pub fn labels(map: &Value) -> String {
    let pairs: Vec<String> = meta::string_pairs(map).map(|(key, value)| format!("{key}={value}")).collect();
    or(&pairs.join(","), NONE).to_owned()
}

/// A `metav1.LabelSelector` as `app=web,tier in (a,b),!old` (`metav1.FormatLabelSelector`).
pub fn label_selector(selector: &Value) -> String {
    or(&Selector::from_label_selector(selector).to_string(), NONE).to_owned()
}

/// How long ago the moment in a field was, as kubectl prints ages. A moment two seconds or more ahead is `<invalid>`: that
/// is how a `deletionTimestamp` reads during the grace period.
pub fn age(now: Time, moment: &Value) -> String {
    moment.time().map_or_else(|| UNKNOWN.to_owned(), |moment| age_of(now, moment))
}

/// As [`age`], of a moment that is known.
pub fn age_of(now: Time, moment: Time) -> String {
    match now.0.saturating_sub(moment.0) {
        micros if micros <= -2_000_000 => "<invalid>".to_owned(),
        micros => human_duration(Duration::from_micros(micros.max(0) as u64)),
    }
}

/// The access modes of a volume as `RWO,ROX`.
pub fn access_modes(modes: &Value) -> String {
    const SHORT: [(&str, &str); 4] =
        [("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP")];
    let has = |mode: &str| modes.array().iter().any(|m| m.str() == mode);
    let short: Vec<&str> = SHORT.iter().filter(|(mode, _)| has(mode)).map(|(_, short)| *short).collect();
    short.join(",")
}

/// A Node's roles, from its labels, joined by commas; `<none>` if it has none.
pub fn node_roles(node: &Value) -> String {
    let mut roles: Vec<&str> = meta::string_pairs(node.labels())
        .filter_map(|(key, value)| match key.strip_prefix("node-role.kubernetes.io/") {
            Some(role) => Some(role),
            None => Some(value).filter(|_| key == "kubernetes.io/role"),
        })
        .filter(|role| !role.is_empty())
        .collect();
    crate::sort(&mut roles);
    roles.dedup();
    or(&roles.join(","), NONE).to_owned()
}

/// A field that is a number or a string (`intstr.IntOrString`, or a quantity), as text.
pub fn int_or_string(value: &Value) -> String {
    match value {
        Value::Int(number) => number.to_string(),
        _ => value.str().to_owned(),
    }
}

/// `host:port`, with brackets around an IPv6 address.
pub fn host_port(host: &str, port: &str) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// The first three texts joined by commas and how many more there are: `a,b,c + 2 more...`; empty if there are none.
pub fn first_three(texts: impl Iterator<Item = String>) -> String {
    const MAX: usize = 3;
    let (mut first, mut more) = (Vec::with_capacity(MAX), 0);
    for text in texts {
        if first.len() < MAX { first.push(text) } else { more += 1 }
    }
    let first = first.join(",");
    if more > 0 { format!("{first} + {more} more...") } else { first }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{list, obj};

    #[test]
    fn selectors_are_sorted_by_key() {
        let tier = obj! { "key" => "tier", "operator" => "In", "values" => list!["b", "a"] };
        let old = obj! { "key" => "old", "operator" => "DoesNotExist" };
        let selector = obj! { "matchLabels" => obj! { "app" => "web" }, "matchExpressions" => list![tier, old] };
        assert_eq!(label_selector(&selector), "app=web,!old,tier in (a,b)");
        assert_eq!(label_selector(&Value::Null), "<none>");
    }

    #[test]
    fn ages_of_odd_moments() {
        let now = Time::parse("2026-11-23T00:43:19Z").unwrap();
        let text = |moment: &str| age(now, &moment.into());
        assert_eq!(text("2026-11-23T00:43:00Z"), "19s");
        assert_eq!(text("2026-11-23T00:43:20Z"), "0s");
        assert_eq!(text("2026-11-23T00:43:49Z"), "<invalid>");
        assert_eq!(text(""), "<unknown>");
    }

    #[test]
    fn three_and_the_rest() {
        let texts = |n: usize| first_three((0..n).map(|i| i.to_string()));
        assert_eq!([texts(0), texts(3), texts(5)], ["", "0,1,2", "0,1,2 + 2 more..."]);
    }

    #[test]
    fn roles_come_from_labels() {
        let node = obj! { "metadata" => obj! { "labels" => obj! {
            "node-role.kubernetes.io/worker" => "", "node-role.kubernetes.io/control-plane" => "", "kubernetes.io/role" => "worker",
        } } };
        assert_eq!(node_roles(&node), "control-plane,worker");
        assert_eq!(node_roles(&Value::Null), "<none>");
    }
}
