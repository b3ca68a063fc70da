//! What a decision needs to know of objects other than nodes and Pods: the Pod's siblings, and its volumes.

use crate::node::NodeInfo;
use crate::plugins::term_fits;
use crate::pod::{NodeTerm, PodView, read_node_terms};
use api::{Map, Quantity, Selector, Str, Value, kind, obj};
use apiserver::Client;

/// The owners whose selector says which Pods are siblings (`helper.DefaultSelector` asks no others).
const OWNERS: [(&str, &str); 3] =
    [("apps/v1", "ReplicaSet"), ("apps/v1", "StatefulSet"), ("v1", "ReplicationController")];

/// Which Pods count as siblings: those that all of the Pod's Services and its owner select. `None` without any of them.
pub fn siblings(pod: &Value, view: &PodView, client: &Client<'_>) -> Option<Selector> {
    let mut labels = Map::default();
    let mut take = |map: &Value| {
        for (key, value) in map.entries() {
            labels.insert(key.clone(), value.clone());
        }
    };
    for service in client.services_selecting(pod) {
        take(&service["spec"]["selector"]);
    }
    let mut expressions = Value::Null;
    let (owner_kind, owner_name, _) = &view.owner;
    let owner = OWNERS.iter().find(|(_, kind)| kind == owner_kind);
    if let Some(kind) = owner.and_then(|(version, kind)| kind::by_api_version(version, kind))
        && let Some(owner) = client.get(kind, &view.namespace, owner_name)
    {
        let selector = &owner["spec"]["selector"];
        if selector["matchLabels"].is_null() && selector["matchExpressions"].is_null() {
            take(selector);
        } else {
            take(&selector["matchLabels"]);
            expressions = selector["matchExpressions"].clone();
        }
    }
    if labels.is_empty() && expressions.is_empty() {
        return None;
    }
    Some(Selector::from_label_selector(
        &obj! { "matchLabels" => Value::from(labels), "matchExpressions" => expressions },
    ))
}

/// The state of the claims that a Pod mounts.
#[derive(Default)]
pub struct Claims {
    /// Why the Pod has to wait; empty if it has not.
    pub problem: String,
    /// The Pods, by UID, that have a claim of the Pod's that only one Pod may have (`ReadWriteOncePod`).
    pub holders: Vec<Str>,
    /// The node affinities of the volumes that are bound.
    pub volume_nodes: Vec<Vec<NodeTerm>>,
    /// The claims that will be bound once a node is known (`WaitForFirstConsumer`).
    pub unbound: Vec<Unbound>,
}

/// A claim that waits for its Pod's node.
#[derive(Clone, Debug)]
pub struct Unbound {
    claim: Value,
    /// Whether a provisioner can make a volume for it on any node.
    provisioned: bool,
    /// The volumes that would do, the smallest first, each with the nodes that reach it (all, if there are no terms).
    volumes: Vec<(Value, Option<Vec<NodeTerm>>)>,
}

impl Unbound {
    fn read(claim: Value, client: &Client<'_>) -> Unbound {
        let class = claim["spec"]["storageClassName"].str();
        let class = client.get(kind::STORAGE_CLASS, "", class).unwrap_or_default();
        let mut volumes: Vec<Value> = client.list(kind::PERSISTENT_VOLUME, "");
        volumes.retain(|volume| suits(volume, &claim));
        let size = |volume: &Value| Quantity::of(&volume["spec"]["capacity"]["storage"]).value();
        api::sort_by_key(&mut volumes, size);
        let volumes = volumes.into_iter().map(|volume| {
            let required = &volume["spec"]["nodeAffinity"]["required"];
            let terms = (!required.is_null()).then(|| read_node_terms(required));
            (volume, terms)
        });
        let provisioned = !matches!(class["provisioner"].str(), "" | NO_PROVISIONER);
        Unbound { volumes: volumes.collect(), provisioned, claim }
    }

    /// Whether a Pod with this claim can run on a node.
    pub fn fits(&self, node: &NodeInfo) -> bool {
        self.provisioned || self.volume_for(node).is_some()
    }

    fn volume_for(&self, node: &NodeInfo) -> Option<&Value> {
        let reachable = |terms: &Option<Vec<NodeTerm>>| {
            terms.as_ref().is_none_or(|terms| terms.iter().any(|term| term_fits(term, node)))
        };
        self.volumes.iter().find(|(_, terms)| reachable(terms)).map(|(volume, _)| volume)
    }
}

/// A class with this provisioner has only the volumes that somebody makes by hand.
const NO_PROVISIONER: &str = "kubernetes.io/no-provisioner";

/// Whether a volume is free and is what a claim asks for (`volume.FindMatchingVolume`).
fn suits(volume: &Value, claim: &Value) -> bool {
    let (offered, asked) = (&volume["spec"], &claim["spec"]);
    let reference = &offered["claimRef"];
    let free = match reference.is_null() {
        true => matches!(volume["status"]["phase"].str(), "" | "Pending" | "Available"),
        false => reference["name"].str() == claim.name() && reference["namespace"].str() == claim.namespace(),
    };
    let mode = |spec: &Value| spec["volumeMode"].as_str().unwrap_or("Filesystem") == "Filesystem";
    let modes = offered["accessModes"].array();
    let selector = &asked["selector"];
    free && !volume.deleting()
        && offered["storageClassName"].str() == asked["storageClassName"].str()
        && mode(offered) == mode(asked)
        && asked["accessModes"].array().iter().all(|wanted| modes.contains(wanted))
        && Quantity::of(&offered["capacity"]["storage"]).value()
            >= Quantity::of(&asked["resources"]["requests"]["storage"]).value()
        && (selector.is_null() || Selector::from_label_selector(selector).matches(volume.labels()))
}

impl Claims {
    /// Looks up the claims of a Pod.
    pub fn read(pod: &Value, view: &PodView, client: &Client<'_>) -> Claims {
        let mut claims = Claims::default();
        for name in &view.claims {
            let Some(claim) = client.get(kind::PERSISTENT_VOLUME_CLAIM, pod.namespace(), name) else {
                claims.problem = format!("persistentvolumeclaim {:?} not found", name.as_str());
                return claims;
            };
            if claim.deleting() {
                claims.problem = format!("persistentvolumeclaim {:?} is being deleted", name.as_str());
                return claims;
            }
            let alone = claim["spec"]["accessModes"].array().iter().any(|mode| mode.str() == "ReadWriteOncePod");
            if alone {
                claims.holders.extend(holders(name, pod, client));
            }
            let volume = claim["spec"]["volumeName"].str();
            if claim["status"]["phase"].str() == "Bound" && !volume.is_empty() {
                let volume = client.get(kind::PERSISTENT_VOLUME, "", volume).unwrap_or_default();
                let required = &volume["spec"]["nodeAffinity"]["required"];
                if !required.is_null() {
                    claims.volume_nodes.push(read_node_terms(required));
                }
            } else if waits_for_consumer(&claim, client) {
                claims.unbound.push(Unbound::read(claim, client));
            } else {
                claims.problem = "pod has unbound immediate PersistentVolumeClaims".into();
                return claims;
            }
        }
        claims
    }

    /// Reserves a volume that the node reaches for each claim, or tells the provisioner for which node to make one.
    pub fn select_node(&self, node: &NodeInfo, client: &mut Client<'_>) {
        const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";
        const BOUND_BY_CONTROLLER: &str = "pv.kubernetes.io/bound-by-controller";
        // A conflict is mended by the next attempt, when claim or volume have changed.
        for unbound in &self.unbound {
            let claim = &unbound.claim;
            match unbound.volume_for(node) {
                Some(volume) if volume["spec"]["claimRef"].is_null() => {
                    let mut volume = volume.clone();
                    let reference = obj! {
                        "apiVersion" => "v1", "kind" => "PersistentVolumeClaim", "name" => claim.name(),
                        "namespace" => claim.namespace(), "resourceVersion" => &claim["metadata"]["resourceVersion"],
                        "uid" => claim.uid(),
                    };
                    volume.set("spec.claimRef", reference);
                    volume.annotate(BOUND_BY_CONTROLLER, "yes");
                    let _ = client.update(kind::PERSISTENT_VOLUME, volume);
                }
                Some(_) => {}
                None if claim.annotation(SELECTED_NODE) != node.name => {
                    let mut claim = claim.clone();
                    claim.annotate(SELECTED_NODE, node.name.clone());
                    let _ = client.update(kind::PERSISTENT_VOLUME_CLAIM, claim);
                }
                None => {}
            }
        }
    }
}

/// The Pods on nodes that have a claim. All of the namespace's Pods are asked: such claims are rare.
fn holders(claim: &str, pod: &Value, client: &Client<'_>) -> Vec<Str> {
    let uses = |volume: &Value| volume["persistentVolumeClaim"]["claimName"].str() == claim;
    let mut others = client.list(kind::POD, pod.namespace());
    others.retain(|other| {
        let placed = !other["spec"]["nodeName"].str().is_empty() && other.uid() != pod.uid();
        placed && !api::is_pod_ended(other) && other["spec"]["volumes"].array().iter().any(uses)
    });
    others.iter().map(|other| other["metadata"]["uid"].to_str()).collect()
}

fn waits_for_consumer(claim: &Value, client: &Client<'_>) -> bool {
    let class = claim["spec"]["storageClassName"].str();
    let class = client.get(kind::STORAGE_CLASS, "", class).unwrap_or_default();
    class["volumeBindingMode"].str() == "WaitForFirstConsumer"
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::list;

    #[test]
    fn a_local_volume_decides_where_its_pod_can_run() {
        let volume = |name: &str, size: &str, node: &str| {
            let expression = obj! { "key" => "kubernetes.io/hostname", "operator" => "In", "values" => list![node] };
            let terms = list![obj! { "matchExpressions" => list![expression] }];
            obj! {
                "metadata" => obj! { "name" => name }, "status" => obj! { "phase" => "Available" },
                "spec" => obj! {
                    "capacity" => obj! { "storage" => size }, "accessModes" => list!["ReadWriteOnce"],
                    "storageClassName" => "local",
                    "nodeAffinity" => obj! { "required" => obj! { "nodeSelectorTerms" => terms } },
                },
            }
        };
        let claim = obj! {
            "metadata" => obj! { "name" => "data", "namespace" => "default" },
            "spec" => obj! {
                "accessModes" => list!["ReadWriteOnce"], "storageClassName" => "local",
                "resources" => obj! { "requests" => obj! { "storage" => "2Gi" } },
            },
        };
        assert!(!suits(&volume("small", "1Gi", "n1"), &claim));
        let big = volume("big", "4Gi", "n1");
        assert!(suits(&big, &claim));
        let terms = Some(read_node_terms(&big["spec"]["nodeAffinity"]["required"]));
        let unbound = Unbound { claim, provisioned: false, volumes: vec![(big, terms)] };
        let node = |name: &str| NodeInfo {
            name: name.into(),
            labels: obj! { "kubernetes.io/hostname" => name },
            ..NodeInfo::default()
        };
        assert!(unbound.fits(&node("n1")) && !unbound.fits(&node("n2")));
    }
}
