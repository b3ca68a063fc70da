//! Which nodes a DaemonSet's Pods belong on.

use crate::pods::tolerates;
use api::selector::{Operator, Requirement};
use api::{Str, Value, obj};

/// What a node and a DaemonSet's Pod have to do with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The Pod should be there.
    Run,
    /// None is to be made there, but one that is there may stay.
    Stay,
    /// One that is there has to go.
    Leave,
}

/// What every DaemonSet's Pod tolerates besides what its template says: a key and an effect each
/// (`AddOrUpdateDaemonPodTolerations`).
const TOLERATED: [(&str, &str); 6] = [
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
];
/// And if it uses the node's own network.
const TOLERATED_ON_HOST: (&str, &str) = ("node.kubernetes.io/network-unavailable", "NoSchedule");

/// The tolerations of a DaemonSet's Pods: the template's, then those that it does not name.
pub fn tolerations(set: &Value) -> Value {
    let spec = &set["spec"]["template"]["spec"];
    let mut all: Vec<Value> = spec["tolerations"].array().to_vec();
    let on_host = spec["hostNetwork"].bool().then_some(TOLERATED_ON_HOST);
    for (key, effect) in TOLERATED.into_iter().chain(on_host) {
        let toleration = obj! { "key" => key, "operator" => "Exists", "effect" => effect };
        if !all.contains(&toleration) {
            all.push(toleration);
        }
    }
    all.into()
}

/// Whether a Pod of `set`, which has these tolerations, belongs on `node`.
pub fn judge(set: &Value, tolerations: &Value, node: &Value) -> Verdict {
    let spec = &set["spec"]["template"]["spec"];
    let pinned = spec["nodeName"].str();
    if !(pinned.is_empty() || pinned == node.name()) || !wants(spec, node) {
        return Verdict::Leave;
    }
    let refuses = |effects: &[&str]| {
        let mut taints = node["spec"]["taints"].array().iter().filter(|t| effects.contains(&t["effect"].str()));
        taints.any(|taint| !tolerations.array().iter().any(|t| tolerates(t, taint)))
    };
    match (refuses(&["NoExecute"]), refuses(&["NoSchedule", "NoExecute"])) {
        (true, _) => Verdict::Leave,
        (false, true) => Verdict::Stay,
        (false, false) => Verdict::Run,
    }
}

/// The node selector and the required node affinity.
fn wants(spec: &Value, node: &Value) -> bool {
    let labels = node.labels();
    let selected = spec["nodeSelector"].entries().all(|(key, value)| labels[key.as_str()] == *value);
    let required = spec.at("affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution");
    selected && (required.is_null() || required["nodeSelectorTerms"].array().iter().any(|term| term_holds(term, node)))
}

fn term_holds(term: &Value, node: &Value) -> bool {
    let (expressions, fields) = (term["matchExpressions"].array(), term["matchFields"].array());
    let named = |field: &Value| {
        let listed = field["values"].array().iter().any(|value| value.str() == node.name());
        listed == (field["operator"].str() == "In")
    };
    !(expressions.is_empty() && fields.is_empty())
        && expressions.iter().all(|expression| expression_holds(expression, node.labels()))
        && fields.iter().all(named)
}

fn expression_holds(expression: &Value, labels: &Value) -> bool {
    let operator = match expression["operator"].str() {
        "In" => Operator::In,
        "NotIn" => Operator::NotIn,
        "Exists" => Operator::Exists,
        "DoesNotExist" => Operator::DoesNotExist,
        "Gt" => Operator::GreaterThan,
        "Lt" => Operator::LessThan,
        _ => return false,
    };
    let values = expression["values"].array().iter().map(Value::to_str).collect();
    Requirement::new(expression["key"].str(), operator, values).is_ok_and(|requirement| requirement.matches(labels))
}

/// The node a Pod is on, or else the one that its affinity names.
pub fn node_of(pod: &Value) -> Str {
    let spec = &pod["spec"];
    if !spec["nodeName"].str().is_empty() {
        return spec["nodeName"].to_str();
    }
    let required = spec.at("affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution");
    let fields = required["nodeSelectorTerms"].array().iter().flat_map(|term| term["matchFields"].array());
    let named = fields.filter(|field| field["key"].str() == "metadata.name").flat_map(|field| field["values"].array());
    named.map(Value::to_str).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::list;

    #[test]
    fn taints_and_selectors_decide() {
        let set = |spec: Value| obj! { "spec" => obj! { "template" => obj! { "spec" => spec } } };
        let node = |taints: Value| {
            let metadata = obj! { "name" => "node1", "labels" => obj! { "disktype" => "ssd" } };
            obj! { "metadata" => metadata, "spec" => obj! { "taints" => taints } }
        };
        let taint = |key: &str, effect: &str| list![obj! { "key" => key, "effect" => effect }];
        let verdict = |set: &Value, node: &Value| judge(set, &tolerations(set), node);
        let plain = set(obj! {});
        assert_eq!(verdict(&plain, &node(Value::Null)), Verdict::Run);
        assert_eq!(verdict(&plain, &node(taint("control-plane", "NoSchedule"))), Verdict::Stay);
        assert_eq!(verdict(&plain, &node(taint("gpu", "NoExecute"))), Verdict::Leave);
        assert_eq!(verdict(&plain, &node(taint("node.kubernetes.io/unreachable", "NoExecute"))), Verdict::Run);
        let ssd = |value: &str| set(obj! { "nodeSelector" => obj! { "disktype" => value } });
        assert_eq!(verdict(&ssd("ssd"), &node(Value::Null)), Verdict::Run);
        assert_eq!(verdict(&ssd("hdd"), &node(Value::Null)), Verdict::Leave);
    }
}
