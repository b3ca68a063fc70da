//! Upstream's own score tables, read from `tests/scheduler-scores.json`.

use api::Value;

/// The cases of one plugin.
pub fn cases(plugin: &str) -> Vec<Value> {
    let facts = api::json::parse(include_str!("../tests/scheduler-scores.json")).expect("the file is JSON");
    let cases = facts[plugin]["cases"].array().to_vec();
    assert!(!cases.is_empty(), "no cases for {plugin}");
    cases
}
