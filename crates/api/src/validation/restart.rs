//! When a container is started again, where it says so itself.

use super::path::{Errors, Path};
use crate::Value;

/// `MaxRestartPolicyRules` of a container.
const MOST_RULES: usize = 20;

/// A container's own `restartPolicy` and `restartPolicyRules`.
pub(super) fn restart(errors: &mut Errors, path: &Path, container: &Value) {
    let policy = path.child("restartPolicy");
    errors.optionally_one_of(&policy, &container["restartPolicy"], &["Always", "Never", "OnFailure"]);
    let all = container["restartPolicyRules"].array();
    if !all.is_empty() && container["restartPolicy"].str().is_empty() {
        errors.required(&policy, "must specify restartPolicy when restart rules are used");
    }
    let rules = path.child("restartPolicyRules");
    if all.len() > MOST_RULES {
        errors.too_many(&rules, all.len(), MOST_RULES);
    }
    for (i, rule) in all.iter().enumerate() {
        let path = rules.index(i);
        let (action, codes) = (rule["action"].str(), path.child("exitCodes"));
        if !["Restart", "RestartAllContainers"].contains(&action) {
            errors.unsupported(&path.child("action"), action, &["Restart", "RestartAllContainers"]);
        }
        match rule["exitCodes"]["operator"].str() {
            _ if rule["exitCodes"].is_null() => errors.required(&codes, "must be specified"),
            "In" | "NotIn" => {}
            operator => errors.unsupported(&codes.child("operator"), operator, &["In", "NotIn"]),
        }
    }
}
