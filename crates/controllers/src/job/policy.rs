//! `podFailurePolicy`: what a Pod's failure means; `successPolicy`: which indexes are enough (pod_failure_policy.go,
//! success_policy.go).

use super::indexes::Intervals;
use api::Value;

/// The first rule that a failed Pod matches: its place, its action, and what it says about a Job that fails by it.
fn matching(policy: &Value, pod: &Value) -> Option<(&'static str, String)> {
    for (at, rule) in policy["rules"].array().iter().enumerate() {
        let action = match rule["action"].str() {
            "Ignore" => "Ignore",
            "FailIndex" => "FailIndex",
            "Count" => "Count",
            "FailJob" => "FailJob",
            _ => continue,
        };
        let (namespace, name) = (pod.namespace(), pod.name());
        if !rule["onExitCodes"].is_null() {
            if let Some((container, code)) = container_with_code(pod, &rule["onExitCodes"]) {
                let what = format!("Container {container} for pod {namespace}/{name} failed with exit code {code}");
                return Some((action, format!("{what} matching {action} rule at index {at}")));
            }
        } else if let Some(condition) = matching_condition(pod, &rule["onPodConditions"]) {
            let what = format!("Pod {namespace}/{name} has condition {condition}");
            return Some((action, format!("{what} matching {action} rule at index {at}")));
        }
    }
    None
}

fn container_with_code<'a>(pod: &'a Value, wanted: &Value) -> Option<(&'a str, i64)> {
    let status = &pod["status"];
    let all = status["containerStatuses"].array().iter().chain(status["initContainerStatuses"].array());
    for container in all {
        let ended = &container["state"]["terminated"];
        let (name, code) = (container["name"].str(), ended["exitCode"].int());
        let is_meant = wanted["containerName"].as_str().is_none_or(|wanted| wanted == name);
        if ended.is_null() || code == 0 || !is_meant {
            continue;
        }
        let listed = wanted["values"].array().iter().any(|value| value.int() == code);
        if listed == (wanted["operator"].str() == "In") {
            return Some((name, code));
        }
    }
    None
}

fn matching_condition<'a>(pod: &'a Value, patterns: &Value) -> Option<&'a str> {
    let matches = |condition: &&Value| {
        let same = |pattern: &Value, field: &str| pattern[field] == condition[field];
        patterns.array().iter().any(|pattern| same(pattern, "type") && same(pattern, "status"))
    };
    pod["status"]["conditions"].array().iter().find(matches).map(|condition| condition["type"].str())
}

/// What is to be done about a failed Pod; none where the policy says nothing.
pub fn action(policy: &Value, pod: &Value) -> Option<&'static str> {
    matching(policy, pod).map(|(action, _)| action)
}

/// Whether the Pod's failure counts.
pub fn counts(policy: &Value, pod: &Value) -> bool {
    action(policy, pod) != Some("Ignore")
}

/// Why the Job fails by this failed Pod alone, if it does.
pub fn fails_job(policy: &Value, pod: &Value) -> Option<String> {
    matching(policy, pod).filter(|(action, _)| *action == "FailJob").map(|(_, message)| message)
}

/// The place of the first rule that the indexes that have succeeded satisfy.
pub fn succeeds(policy: &Value, completions: i64, succeeded: &Intervals) -> Option<usize> {
    policy["rules"].array().iter().position(|rule| {
        let count = rule["succeededCount"].as_int();
        match rule["succeededIndexes"].as_str() {
            Some(indexes) => {
                let wanted = Intervals::parse(indexes, completions);
                wanted.common(succeeded) >= count.unwrap_or(wanted.total())
            }
            None => count.is_some_and(|count| succeeded.total() >= count),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{list, obj};

    fn rule(action: &str, operator: &str, values: Value) -> Value {
        let codes = obj! { "operator" => operator, "values" => values };
        obj! { "rules" => list![obj! { "action" => action, "onExitCodes" => codes }] }
    }

    fn pod(code: i64) -> Value {
        let ended = obj! { "state" => obj! { "terminated" => obj! { "exitCode" => code } }, "name" => "c" };
        obj! {
            "metadata" => obj! { "namespace" => "default", "name" => "p" },
            "status" => obj! { "containerStatuses" => list![ended] },
        }
    }

    #[test]
    fn exit_codes_decide() {
        assert_eq!(action(&rule("Ignore", "In", list![42]), &pod(42)), Some("Ignore"));
        assert_eq!(action(&rule("Ignore", "In", list![42]), &pod(1)), None);
        assert_eq!(action(&rule("Ignore", "NotIn", list![42]), &pod(1)), Some("Ignore"));
        assert_eq!(action(&rule("Ignore", "NotIn", list![42]), &pod(0)), None, "that is no failure");
        let message = "Container c for pod default/p failed with exit code 42 matching FailJob rule at index 0";
        assert_eq!(fails_job(&rule("FailJob", "In", list![42]), &pod(42)).as_deref(), Some(message));
    }

    #[test]
    fn some_indexes_may_be_enough() {
        let succeeded = Intervals::parse("0,2", 10);
        let met = |rule: Value| succeeds(&obj! { "rules" => list![rule] }, 10, &succeeded).is_some();
        assert!(met(obj! { "succeededIndexes" => "0,2" }));
        assert!(!met(obj! { "succeededIndexes" => "0-2" }));
        assert!(met(obj! { "succeededIndexes" => "0-2", "succeededCount" => 2 }));
        assert!(met(obj! { "succeededCount" => 2 }));
        assert!(!met(obj! { "succeededCount" => 3 }));
    }
}
