//! What a decision needs to know of objects other than nodes and Pods: the Pod's siblings, and its volumes.

use crate::pod::{NodeTerm, PodView, read_node_terms};
use api::{Map, Selector, Str, Value, kind, obj};
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
    /// The node affinities of the volumes that are bound.
    pub volume_nodes: Vec<Vec<NodeTerm>>,
    /// The claims that will be bound once a node is known (`WaitForFirstConsumer`).
    pub unbound: Vec<Value>,
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
            let volume = claim["spec"]["volumeName"].str();
            if claim["status"]["phase"].str() == "Bound" && !volume.is_empty() {
                let volume = client.get(kind::PERSISTENT_VOLUME, "", volume).unwrap_or_default();
                let required = &volume["spec"]["nodeAffinity"]["required"];
                if !required.is_null() {
                    claims.volume_nodes.push(read_node_terms(required));
                }
            } else if waits_for_consumer(&claim, client) {
                claims.unbound.push(claim);
            } else {
                claims.problem = "pod has unbound immediate PersistentVolumeClaims".into();
                return claims;
            }
        }
        claims
    }

    /// Tells the volume controller for which node the claims are to be bound.
    pub fn select_node(&self, node: &str, client: &mut Client<'_>) {
        const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";
        for claim in &self.unbound {
            if claim.annotation(SELECTED_NODE) != node {
                let mut claim = claim.clone();
                claim.annotate(SELECTED_NODE, Str::from(node));
                // A conflict is mended by the next attempt, when the claim has changed.
                let _ = client.update(kind::PERSISTENT_VOLUME_CLAIM, claim);
            }
        }
    }
}

fn waits_for_consumer(claim: &Value, client: &Client<'_>) -> bool {
    let class = claim["spec"]["storageClassName"].str();
    let class = client.get(kind::STORAGE_CLASS, "", class).unwrap_or_default();
    class["volumeBindingMode"].str() == "WaitForFirstConsumer"
}
