//! What the scheduler needs to know of a Pod, read once from its tree.

use crate::resources::{Resources, pod_requests};
use api::selector::{Operator, Requirement};
use api::{Selector, Str, Value};
use std::sync::Arc;

/// What of a Pod decides where it may and should run. Pods of one template have equal ones, and share them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PodView {
    /// The Pod's namespace.
    pub namespace: Str,
    /// Its labels.
    pub labels: Value,
    /// Its controller's kind, name and UID; empty without one.
    pub owner: (Str, Str, Str),
    /// What it asks for.
    pub requests: Resources,
    /// CPU in thousandths and memory in bytes, with defaults for containers that ask for nothing.
    pub with_defaults: (i64, i64),
    /// `spec.nodeSelector`
    pub node_selector: Value,
    /// The terms of the required node affinity, of which one must match; `None` without any.
    pub required_nodes: Option<Vec<NodeTerm>>,
    /// The preferred node affinity: weight and term.
    pub preferred_nodes: Vec<(i64, NodeTerm)>,
    /// `spec.tolerations`
    pub tolerations: Vec<Toleration>,
    /// The host ports that its containers take.
    pub ports: Vec<HostPort>,
    /// Its containers' images by full name, init containers' included.
    pub images: Vec<Str>,
    /// `spec.topologySpreadConstraints`
    pub spread: Vec<SpreadConstraint>,
    /// Required Pod affinity.
    pub affinity: Vec<PodTerm>,
    /// Required Pod anti-affinity.
    pub anti_affinity: Vec<PodTerm>,
    /// Preferred Pod affinity, and anti-affinity with negative weights.
    pub preferred_pods: Vec<(i64, PodTerm)>,
    /// The PersistentVolumeClaims it mounts.
    pub claims: Vec<Str>,
    /// `spec.priority`
    pub priority: i64,
}

/// A [`PodView`] with the number of its label group (see [`crate::cache`]).
#[derive(Clone, Debug)]
pub struct Class {
    /// What is known of the Pods of this class.
    pub view: PodView,
    /// The number of the group of Pods with this namespace and these labels.
    pub group: u32,
    /// The number of its shape: see [`PodView::same_shape`].
    pub shape: u32,
}

/// Pods of one template share their class.
pub type SharedClass = Arc<Class>;

/// One term of a node affinity: all its expressions must hold.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeTerm {
    /// `matchExpressions`, over the node's labels.
    pub labels: Vec<Requirement>,
    /// `matchFields`: the names a node may (true) or must not (false) have.
    pub names: Vec<(bool, Vec<Str>)>,
}

/// One toleration.
#[derive(Clone, Debug, PartialEq)]
pub struct Toleration {
    key: Str,
    exists: bool,
    value: Str,
    effect: Str,
}

/// One taint of a node.
#[derive(Clone, Debug, PartialEq)]
pub struct Taint {
    /// The taint's key.
    pub key: Str,
    /// Its value, mostly empty.
    pub value: Str,
    /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
    pub effect: Str,
}

/// A port of the node's own address.
#[derive(Clone, Debug, PartialEq)]
pub struct HostPort {
    /// The address; `0.0.0.0` for all.
    pub ip: Str,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: Str,
    /// The port.
    pub port: i64,
}

/// How Pods are to be spread over the values of a node label.
#[derive(Clone, Debug, PartialEq)]
pub struct SpreadConstraint {
    /// The node label, such as `kubernetes.io/hostname`.
    pub key: Str,
    /// By how many the fullest place may exceed the emptiest.
    pub max_skew: i64,
    /// Whether the constraint forbids (`DoNotSchedule`) or only advises.
    pub hard: bool,
    /// Which Pods are counted.
    pub selector: Selector,
    /// Whether only nodes count that the Pod may go to by its node affinity (`nodeAffinityPolicy`), and by its tolerations
    /// (`nodeTaintsPolicy`).
    pub policies: (bool, bool),
    /// Places fewer than this count as an empty one more.
    pub min_domains: i64,
}

/// One term of a Pod affinity or anti-affinity.
#[derive(Clone, Debug, PartialEq)]
pub struct PodTerm {
    /// The node label within whose value "together" is meant.
    pub key: Str,
    /// Which Pods are meant.
    pub selector: Selector,
    /// In which namespaces; empty for all of them.
    pub namespaces: Vec<Str>,
}

impl PodTerm {
    /// Whether the term means Pods of this namespace with these labels.
    pub fn matches(&self, namespace: &str, labels: &Value) -> bool {
        (self.namespaces.is_empty() || self.namespaces.iter().any(|n| n == namespace)) && self.selector.matches(labels)
    }
}

impl Taint {
    /// Reads one entry of `spec.taints`.
    pub fn read(taint: &Value) -> Taint {
        Taint { key: taint["key"].to_str(), value: taint["value"].to_str(), effect: taint["effect"].to_str() }
    }
}

impl Toleration {
    /// Reads one entry of `spec.tolerations`.
    pub fn read(toleration: &Value) -> Toleration {
        Toleration {
            key: toleration["key"].to_str(),
            exists: toleration["operator"].str() == "Exists",
            value: toleration["value"].to_str(),
            effect: toleration["effect"].to_str(),
        }
    }

    /// Whether this toleration covers `taint`.
    pub fn tolerates(&self, taint: &Taint) -> bool {
        (self.effect.is_empty() || self.effect == taint.effect)
            && (self.key.is_empty() || self.key == taint.key)
            && (self.exists || self.value == taint.value)
    }
}

impl HostPort {
    /// Whether both cannot be on one node.
    pub fn conflicts(&self, other: &HostPort) -> bool {
        const ANY: &str = "0.0.0.0";
        self.port == other.port
            && self.protocol == other.protocol
            && (self.ip == other.ip || self.ip == ANY || other.ip == ANY)
    }
}

impl PodView {
    /// Reads a Pod.
    pub fn read(pod: &Value) -> PodView {
        let spec = &pod["spec"];
        let affinity = &spec["affinity"];
        let namespace = pod["metadata"]["namespace"].to_str();
        let (requests, with_defaults) = pod_requests(spec);
        let controller = pod.controller();
        let required = &affinity["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
        let preferred = affinity["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"].array();
        PodView {
            labels: pod.labels().clone(),
            owner: (controller["kind"].to_str(), controller["name"].to_str(), controller["uid"].to_str()),
            requests,
            with_defaults,
            node_selector: spec["nodeSelector"].clone(),
            required_nodes: (!required.is_null()).then(|| read_node_terms(required)),
            preferred_nodes: preferred
                .iter()
                .filter_map(|p| Some((p["weight"].int(), node_term(&p["preference"])?)))
                .collect(),
            tolerations: spec["tolerations"].array().iter().map(Toleration::read).collect(),
            ports: host_ports(spec),
            images: containers(spec).map(|c| full_image_name(c["image"].str())).collect(),
            spread: spec["topologySpreadConstraints"].array().iter().map(|c| spread_constraint(pod, c)).collect(),
            affinity: required_terms(&affinity["podAffinity"], &namespace),
            anti_affinity: required_terms(&affinity["podAntiAffinity"], &namespace),
            preferred_pods: preferred_terms(&affinity["podAffinity"], &namespace, 1)
                .chain(preferred_terms(&affinity["podAntiAffinity"], &namespace, -1))
                .collect(),
            claims: claims(pod),
            priority: spec["priority"].int(),
            namespace,
        }
    }

    /// Whether every single node is as good for one as for the other: they may have different owners, labels and
    /// neighbours' terms, but ask the same of a node.
    pub fn same_shape(&self, other: &PodView) -> bool {
        self.requests == other.requests
            && self.with_defaults == other.with_defaults
            && self.images == other.images
            && self.tolerations == other.tolerations
            && self.ports == other.ports
            && self.node_selector == other.node_selector
            && self.required_nodes == other.required_nodes
            && self.preferred_nodes == other.preferred_nodes
    }

    /// Whether it asks other Pods for company or distance.
    pub fn has_affinity(&self) -> bool {
        !self.affinity.is_empty() || !self.anti_affinity.is_empty() || !self.preferred_pods.is_empty()
    }

    /// Whether it tolerates `taint`.
    pub fn tolerates(&self, taint: &Taint) -> bool {
        self.tolerations.iter().any(|t| t.tolerates(taint))
    }
}

fn containers(spec: &Value) -> impl Iterator<Item = &Value> {
    spec["initContainers"].array().iter().chain(spec["containers"].array())
}

/// The name under which a node lists an image: with `:latest` if it has neither tag nor digest.
fn full_image_name(image: &str) -> Str {
    let last = image.rsplit('/').next().unwrap_or(image);
    if last.contains([':', '@']) { image.into() } else { format!("{image}:latest").into() }
}

/// The claims that volumes name, and those that ephemeral volumes make.
fn claims(pod: &Value) -> Vec<Str> {
    let volumes = pod["spec"]["volumes"].array();
    let named = volumes.iter().filter_map(|volume| {
        let claim = volume["persistentVolumeClaim"]["claimName"].to_str();
        match volume["ephemeral"].is_null() {
            false => Some(format!("{}-{}", pod.name(), volume["name"].str()).into()),
            true => Some(claim).filter(|c| !c.is_empty()),
        }
    });
    named.collect()
}

fn host_ports(spec: &Value) -> Vec<HostPort> {
    let ports = spec["containers"].array().iter().flat_map(|c| c["ports"].array());
    let read = |port: &Value| HostPort {
        ip: Some(port["hostIP"].to_str()).filter(|ip| !ip.is_empty()).unwrap_or_else(|| "0.0.0.0".into()),
        protocol: Some(port["protocol"].to_str()).filter(|p| !p.is_empty()).unwrap_or_else(|| "TCP".into()),
        port: port["hostPort"].int(),
    };
    ports.map(read).filter(|p| p.port > 0).collect()
}

/// The terms of a `NodeSelector`; those that can match no node are left out.
pub fn read_node_terms(selector: &Value) -> Vec<NodeTerm> {
    selector["nodeSelectorTerms"].array().iter().filter_map(node_term).collect()
}

/// A term without expressions and fields matches no node; nor does a malformed one, which validation keeps out.
fn node_term(term: &Value) -> Option<NodeTerm> {
    let (expressions, fields) = (term["matchExpressions"].array(), term["matchFields"].array());
    if expressions.is_empty() && fields.is_empty() {
        return None;
    }
    let names = |field: &Value| (field["operator"].str() == "In", strings(&field["values"]));
    Some(NodeTerm {
        labels: expressions.iter().map(node_requirement).collect::<Option<_>>()?,
        names: fields.iter().map(names).collect(),
    })
}

/// Unlike a label selector, a node selector also compares numbers.
fn node_requirement(expression: &Value) -> Option<Requirement> {
    let operator = match expression["operator"].str() {
        "In" => Operator::In,
        "NotIn" => Operator::NotIn,
        "Exists" => Operator::Exists,
        "DoesNotExist" => Operator::DoesNotExist,
        "Gt" => Operator::GreaterThan,
        "Lt" => Operator::LessThan,
        _ => return None,
    };
    Requirement::new(expression["key"].str(), operator, strings(&expression["values"])).ok()
}

fn strings(list: &Value) -> Vec<Str> {
    list.array().iter().map(Value::to_str).collect()
}

fn spread_constraint(pod: &Value, constraint: &Value) -> SpreadConstraint {
    let mut selector = constraint["labelSelector"].clone();
    for key in constraint["matchLabelKeys"].array() {
        let value = &pod.labels()[key.str()];
        if !value.is_null() {
            selector.at_mut("matchLabels").object_mut().insert(key.to_str(), value.clone());
        }
    }
    SpreadConstraint {
        key: constraint["topologyKey"].to_str(),
        max_skew: constraint["maxSkew"].int().max(1),
        hard: constraint["whenUnsatisfiable"].str() != "ScheduleAnyway",
        selector: Selector::from_label_selector(&selector),
        policies: (constraint["nodeAffinityPolicy"].str() != "Ignore", constraint["nodeTaintsPolicy"].str() == "Honor"),
        min_domains: constraint["minDomains"].as_int().unwrap_or(1),
    }
}

fn pod_term(term: &Value, namespace: &Str) -> PodTerm {
    let named = strings(&term["namespaces"]);
    // A namespace selector that is there and empty means all namespaces; none at all means the Pod's own.
    let namespaces = match (&named[..], term["namespaceSelector"].is_null()) {
        (_, false) => Vec::new(),
        ([], true) => vec![namespace.clone()],
        (_, true) => named,
    };
    let selector = Selector::from_label_selector(&term["labelSelector"]);
    PodTerm { key: term["topologyKey"].to_str(), selector, namespaces }
}

fn required_terms(affinity: &Value, namespace: &Str) -> Vec<PodTerm> {
    let terms = affinity["requiredDuringSchedulingIgnoredDuringExecution"].array();
    terms.iter().map(|term| pod_term(term, namespace)).collect()
}

fn preferred_terms<'a>(
    affinity: &'a Value,
    namespace: &'a Str,
    sign: i64,
) -> impl Iterator<Item = (i64, PodTerm)> + 'a {
    let terms = affinity["preferredDuringSchedulingIgnoredDuringExecution"].array();
    terms.iter().map(move |term| (sign * term["weight"].int(), pod_term(&term["podAffinityTerm"], namespace)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{list, obj};

    #[test]
    fn tolerations_cover_taints_as_upstream() {
        let taint = Taint { key: "gpu".into(), value: "true".into(), effect: "NoSchedule".into() };
        let cases = [
            (obj! { "operator" => "Exists" }, true),
            (obj! { "key" => "gpu", "operator" => "Exists", "effect" => "NoSchedule" }, true),
            (obj! { "key" => "gpu", "value" => "true" }, true),
            (obj! { "key" => "gpu", "value" => "false" }, false),
            (obj! { "key" => "gpu", "operator" => "Exists", "effect" => "NoExecute" }, false),
            (obj! { "key" => "cpu", "operator" => "Exists" }, false),
        ];
        for (toleration, expected) in cases {
            assert_eq!(Toleration::read(&toleration).tolerates(&taint), expected, "{toleration:?}");
        }
    }

    #[test]
    fn images_are_named_in_full() {
        assert_eq!(full_image_name("nginx"), "nginx:latest");
        assert_eq!(full_image_name("host:5000/nginx"), "host:5000/nginx:latest");
        assert_eq!(full_image_name("nginx:1.25"), "nginx:1.25");
    }

    #[test]
    fn equal_pods_have_equal_views() {
        let pod = |name: &str| {
            obj! {
                "metadata" => obj! { "name" => name, "namespace" => "default", "labels" => obj! { "app" => "web" } },
                "spec" => obj! { "containers" => list![obj! { "image" => "nginx", "ports" => list![obj! { "hostPort" => 80 }] }] },
            }
        };
        assert_eq!(PodView::read(&pod("a")), PodView::read(&pod("b")));
        assert_eq!(PodView::read(&pod("a")).ports[0].port, 80);
    }
}
