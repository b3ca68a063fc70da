//! What the kubelet checks before it takes a Pod on (pkg/kubelet/lifecycle/predicate.go). The scheduler has checked the
//! same; but a Pod may name its node itself.

use crate::state::{Life, Node, Pod};
use api::quantity::Quantity;
use api::selector::{Operator, Requirement};
use api::{Str, Value};

/// CPU in thousandths and memory in bytes that a Pod asks for: what its containers need together, or one of its init
/// containers alone.
pub(crate) fn requests(pod: &Value) -> (i64, i64) {
    let spec = &pod["spec"];
    let mut sum = (0, 0);
    for container in spec["containers"].array() {
        add(&mut sum, &container["resources"], true);
    }
    for container in spec["initContainers"].array() {
        add(&mut sum, &container["resources"], container["restartPolicy"].str() == "Always");
    }
    sum
}

/// The same of what a Pod has been allocated: it may ask for something else by now.
pub(crate) fn allocated(pod: &Pod) -> (i64, i64) {
    let mut sum = (0, 0);
    for container in pod.containers.iter().filter(|container| !container.init) {
        add(&mut sum, &container.allocated, true);
    }
    for container in pod.containers.iter().filter(|container| container.init) {
        add(&mut sum, &container.allocated, container.sidecar);
    }
    sum
}

/// Adds what a container asks for; one that has ended before the others begin counts alone.
fn add(sum: &mut (i64, i64), resources: &Value, stays: bool) {
    let read = |key: &str| resources["requests"][key].as_str().and_then(|text| Quantity::parse(text).ok());
    let (cpu, memory) = (read("cpu").map_or(0, Quantity::milli_value), read("memory").map_or(0, Quantity::value));
    *sum = match stays {
        true => (sum.0 + cpu, sum.1 + memory),
        false => (sum.0.max(cpu), sum.1.max(memory)),
    };
}

/// Whether a node that is short of something refuses a Pod (`managerImpl.Admit`): on a full disk any, where memory is short
/// one that asks for nothing and does not tolerate that. Critical Pods and static ones always come in.
pub(crate) fn suffers(node: &Node, pod: &Value) -> bool {
    let critical = pod["spec"]["priority"].int() >= crate::eviction::CRITICAL;
    !critical && (node.disk_pressure.is_some() || node.memory_pressure.is_some() && suffers_first(pod))
}

fn suffers_first(pod: &Value) -> bool {
    const TAINT: &str = "node.kubernetes.io/memory-pressure";
    let tolerates = |toleration: &Value| {
        let key = toleration["key"].str();
        key == TAINT || key.is_empty() && toleration["operator"].str() == "Exists"
    };
    pod["status"]["qosClass"].str() == "BestEffort" && !pod["spec"]["tolerations"].array().iter().any(tolerates)
}

/// CPU, memory and the number of what a node's Pods have been allocated, beside one.
pub(crate) fn taken<'a>(pod: &Pod, others: impl Iterator<Item = &'a Pod>) -> (i64, i64, i64) {
    let counts = |other: &&Pod| other.id != pod.id && matches!(other.life, Life::Syncing | Life::Terminating);
    others.filter(counts).fold((0, 0, 0), |sum, other| {
        let has = allocated(other);
        (sum.0 + has.0, sum.1 + has.1, sum.2 + 1)
    })
}

/// The first thing that there is too little of, and a sentence about it. Of each: what it is called, how much is requested and
/// used, and how much there is.
pub(crate) fn lack(offers: &[(&'static str, i64, i64, i64)]) -> Option<(&'static str, Str)> {
    let short = |(_, requested, used, capacity): &&(_, i64, i64, i64)| *requested > 0 && requested + used > *capacity;
    let (what, requested, used, capacity) = offers.iter().find(short)?;
    let text =
        format!("Node didn't have enough resource: {what}, requested: {requested}, used: {used}, capacity: {capacity}");
    Some((what, text.into()))
}

/// Why a node will not take a Pod on: reason and message. `others` are the Pods that it has.
pub(crate) fn refusal<'a>(
    pod: &Pod,
    node: &Node,
    object: &Value,
    others: impl Iterator<Item = &'a Pod>,
) -> Option<(Str, Str)> {
    let (cpu, memory, pods) = taken(pod, others);
    let asked = requests(&pod.object);
    let config = &node.config;
    let offers = [
        ("pods", 1, pods, config.pods),
        ("cpu", asked.0, cpu, config.cpus * 1000),
        ("memory", asked.1, memory, config.memory_kib * 1024),
    ];
    if let Some((what, message)) = lack(&offers) {
        return Some((format!("OutOf{what}").into(), message));
    }
    if !matches_node(&pod.object["spec"], object) {
        let message = "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector";
        return Some(("NodeAffinity".into(), message.into()));
    }
    None
}

/// Whether a node has the labels that a Pod wants.
fn matches_node(spec: &Value, node: &Value) -> bool {
    let labels = node.labels();
    let selected = spec["nodeSelector"].entries().all(|(key, value)| labels[key.as_str()] == *value);
    let required = spec.at("affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution");
    let terms = required["nodeSelectorTerms"].array();
    let holds = |term: &Value| {
        let named = term["matchFields"].array().iter().all(|field| {
            let listed = field["values"].array().iter().any(|value| value.str() == node.name());
            listed == (field["operator"].str() == "In")
        });
        named && term["matchExpressions"].array().iter().all(|expression| requirement(expression, labels))
    };
    selected && (required.is_null() || terms.iter().any(holds))
}

fn requirement(expression: &Value, labels: &Value) -> bool {
    let operator = match expression["operator"].str() {
        "In" => Operator::In,
        "NotIn" => Operator::NotIn,
        "Exists" => Operator::Exists,
        "DoesNotExist" => Operator::DoesNotExist,
        "Gt" => Operator::GreaterThan,
        _ => Operator::LessThan,
    };
    let values = expression["values"].array().iter().map(Value::to_str).collect();
    Requirement::new(expression["key"].str(), operator, values).is_ok_and(|requirement| requirement.matches(labels))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::NodeConfig;
    use api::{list, obj};

    fn pod(uid: &str, cpu: &str) -> Pod {
        let container = obj! { "name" => "c", "resources" => obj! { "requests" => obj! { "cpu" => cpu } } };
        let object = obj! {
            "metadata" => obj! { "name" => uid, "namespace" => "default", "uid" => uid },
            "spec" => obj! { "containers" => list![container] },
        };
        Pod::new(uid.into(), "n".into(), object)
    }

    #[test]
    fn what_does_not_fit_is_refused_in_the_kubelets_words() {
        let node = Node::new(NodeConfig::new("n", "1.2.3.4"), "boot".into(), 0);
        let object = obj! { "metadata" => obj! { "name" => "n", "labels" => obj! { "disk" => "ssd" } } };
        let (there, big, small) = (pod("a", "3"), pod("b", "2"), pod("c", "500m"));
        let (reason, message) = refusal(&big, &node, &object, [&there, &big].into_iter()).unwrap();
        assert_eq!(reason, "OutOfcpu");
        assert_eq!(message, "Node didn't have enough resource: cpu, requested: 2000, used: 3000, capacity: 4000");
        assert!(refusal(&small, &node, &object, [&there].into_iter()).is_none());
        let mut choosy = pod("d", "1m");
        choosy.object.set("spec.nodeSelector", obj! { "disk" => "hdd" });
        let (reason, _) = refusal(&choosy, &node, &object, [].into_iter()).unwrap();
        assert_eq!(reason, "NodeAffinity");
    }
}
