//! What a value should be: itself (`4`, `Running`), or operators (`{atLeast: 3}`).

use crate::field::text;
use crate::lang::Say;
use api::Language;
use api::{Quantity, Value, regex::Regex};
use std::cmp::Ordering;

/// An operator: its name, and how it is said in English and Korean.
const OPERATORS: &[(&str, &str, &str)] = &[
    ("is", "{0}", "{0}"),
    ("not", "anything but {0}", "{0} 이외의 값"),
    ("in", "one of {0}", "{0} 가운데 하나"),
    ("atLeast", "at least {0}", "{0} 이상"),
    ("atMost", "at most {0}", "{0} 이하"),
    ("contains", "something with {0} in it", "{0}을(를) 담은 값"),
    ("matches", "something like {0}", "{0} 꼴의 값"),
    ("exists", "there", "있음"),
    ("changed", "another than at first", "처음과 다른 값"),
];

/// What is wrong with an expectation, if anything is.
pub fn problem(expected: &Value) -> Option<String> {
    let Value::Object(operators) = expected else {
        let is_list = matches!(expected, Value::Array(_));
        return is_list.then(|| "a list is expected as {is: [...]} or {in: [...]}".into());
    };
    for (name, value) in operators.iter() {
        let Some((known, ..)) = OPERATORS.iter().find(|(known, ..)| known == name) else {
            let names: Vec<_> = OPERATORS.iter().map(|(name, ..)| *name).collect();
            return Some(format!("there is no operator {name:?} ({})", names.join(", ")));
        };
        let bad = match *known {
            "in" if value.array().is_empty() => Some("`in` takes a list".to_owned()),
            "matches" => Regex::go(value.str()).err(),
            "exists" | "changed" if value.as_bool().is_none() => Some(format!("`{known}` is true or false")),
            "atLeast" | "atMost" if Quantity::parse(&text(value)).is_err() => Some(format!("`{known}` takes a number")),
            _ => None,
        };
        if bad.is_some() {
            return bad;
        }
    }
    operators.is_empty().then(|| "an empty {} expects nothing".into())
}

/// What is wrong with an expectation of a number, if it is one of something else.
pub fn no_number(expected: &Value) -> Option<String> {
    let is_number = |value: &Value| value.as_int().is_some();
    let all = match expected {
        Value::Object(operators) => operators.iter().all(|(_, value)| match value {
            Value::Array(_) => value.array().iter().all(is_number),
            value => is_number(value),
        }),
        value => is_number(value),
    };
    (!all).then(|| "this is a number, or says of one what it should be: {atLeast: 2}".into())
}

/// Whether values that were found (none, where nothing is there) are as expected. One fitting value is enough; but what shall
/// not be, none of them may be. `before` is what was there when the step began.
pub fn holds(expected: &Value, found: &[&Value], before: &[&Value]) -> bool {
    let Value::Object(operators) = expected else { return found.iter().any(|value| same(value, expected)) };
    operators.iter().all(|(name, wanted)| match name.as_str() {
        "is" => found.iter().any(|value| same(value, wanted)),
        "not" => !found.iter().any(|value| same(value, wanted)),
        "in" => found.iter().any(|value| wanted.array().iter().any(|wanted| same(value, wanted))),
        "atLeast" => found.iter().any(|value| order(value, wanted).is_some_and(Ordering::is_ge)),
        "atMost" => found.iter().any(|value| order(value, wanted).is_some_and(Ordering::is_le)),
        "contains" => found.iter().any(|value| contains(value, wanted)),
        "matches" => Regex::go(wanted.str()).is_ok_and(|regex| found.iter().any(|value| regex.is_match(&text(value)))),
        "exists" => found.is_empty() != wanted.bool(),
        "changed" => (found != before) == wanted.bool(),
        _ => false,
    })
}

/// Whether a number (a count, a status) is as expected.
pub fn number_holds(expected: &Value, number: i64) -> bool {
    holds(expected, &[&Value::Int(number)], &[])
}

/// The expectation in words: `4`, `at least 3`.
pub fn words(expected: &Value, lang: Language) -> String {
    let Value::Object(operators) = expected else { return text(expected) };
    let each: Vec<String> = operators
        .iter()
        .map(|(name, wanted)| {
            let (_, en, ko) = OPERATORS.iter().find(|(known, ..)| known == name).copied().unwrap_or(("", "{0}", "{0}"));
            let (en, ko) = match (name.as_str(), wanted.as_bool()) {
                ("exists", Some(false)) => ("not there", "없음"),
                ("changed", Some(false)) => ("as at first", "처음과 같은 값"),
                _ => (en, ko),
            };
            let list: Vec<String> = wanted.array().iter().map(text).collect();
            let value = if list.is_empty() { text(wanted) } else { list.join(", ") };
            lang.say(en, ko, &[&value])
        })
        .collect();
    each.join(", ")
}

fn same(a: &Value, b: &Value) -> bool {
    if a == b || text(a) == text(b) {
        return true;
    }
    let is_leaf = |value: &Value| matches!(value, Value::String(_) | Value::Int(_) | Value::Float(_));
    is_leaf(a) && is_leaf(b) && order(a, b) == Some(Ordering::Equal)
}

/// Compares as quantities: `500m` is `0.5`.
fn order(a: &Value, b: &Value) -> Option<Ordering> {
    let (a, b) = (Quantity::parse(&text(a)).ok()?, Quantity::parse(&text(b)).ok()?);
    Some(a.milli_value().cmp(&b.milli_value()))
}

fn contains(value: &Value, wanted: &Value) -> bool {
    match value {
        Value::Array(members) => members.iter().any(|member| same(member, wanted)),
        Value::Object(fields) => fields.contains_key(&text(wanted)),
        leaf => text(leaf).contains(&text(wanted)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(yaml: &str) -> Value {
        api::yaml::parse(yaml).unwrap().value
    }

    #[test]
    fn operators_decide_and_speak() {
        for (expected, actual, good) in [
            ("4", "4", true),
            ("\"4\"", "4", true),
            ("500m", "\"0.5\"", true),
            ("{atLeast: 3}", "2", false),
            ("{atLeast: 2, atMost: 3}", "3", true),
            ("{in: [a, b]}", "b", true),
            ("{not: a}", "a", false),
            ("{matches: '^nginx(:|$)'}", "nginx:1.29", true),
            ("{contains: b}", "[a, b]", true),
            ("{contains: lo}", "hello", true),
            ("{exists: false}", "x", false),
        ] {
            assert_eq!(holds(&value(expected), &[&value(actual)], &[]), good, "{expected} {actual}");
        }
        assert!(holds(&value("{exists: false}"), &[], &[]) && holds(&value("{not: a}"), &[], &[]));
        assert!(holds(&value("{changed: true}"), &[&Value::Int(1)], &[&Value::Int(2)]));
        assert_eq!(words(&value("{atLeast: 3}"), Language::Korean), "3 이상");
        assert_eq!(words(&value("{changed: true}"), Language::English), "another than at first");
        assert_eq!(words(&value("{exists: false}"), Language::Korean), "없음");
        for wrong in ["{least: 3}", "{matches: '('}", "{in: 3}", "{atLeast: x}", "[1]", "{}"] {
            assert!(problem(&value(wrong)).is_some(), "{wrong}");
        }
        assert_eq!(problem(&value("{atLeast: 3}")), None);
        assert_eq!(problem(&value("3")), None);
    }
}
