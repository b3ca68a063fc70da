//! What a kubelet may do: what concerns its own node, and the Pods that are bound to it
//! (plugin/pkg/auth/authorizer/node/node_authorizer.go).

use super::{Attributes, rule};
use crate::index::{Index, IndexKey};
use crate::server::ApiServer;
use crate::store::Key;
use crate::user::User;
use api::{Value, kind};

/// The group of the kubelets.
const NODES: &str = "system:nodes";
/// What their names begin with; the node's name follows.
const PREFIX: &str = "system:node:";
/// The role whose rules are the rest of what they may do.
const ROLE: &str = "system:node";
const LEASES: &str = "kube-node-lease";

/// The node whose kubelet a user is (`NodeIdentifier`).
pub(crate) fn node_of(user: &User) -> Option<&str> {
    let name = user.name.strip_prefix(PREFIX).filter(|name| !name.is_empty())?;
    user.is_in(NODES).then_some(name)
}

impl ApiServer {
    /// Whether a kubelet may do something; none for others. The error is why not. `selected` is the node whose Pods a list
    /// is limited to.
    pub(super) fn authorize_node(&self, wanted: &Attributes<'_>, selected: &str) -> Option<Result<(), String>> {
        let node = node_of(wanted.user)?;
        let related = |found: bool| match found {
            true => Ok(()),
            false => Err(format!("no relationship found between node '{node}' and this object")),
        };
        let Attributes { verb, resource, subresource, name, namespace, .. } = *wanted;
        let reads = matches!(verb, "get" | "list" | "watch");
        let answer = match (wanted.group, resource) {
            ("", "secrets" | "configmaps") => match (subresource, reads, name) {
                ("", true, "") => Err("No Object name found".to_owned()),
                ("", true, name) => related(self.a_pod_names(node, namespace, resource, name)),
                ("", false, _) => Err("can only read resources of this type".to_owned()),
                _ => Err("cannot read subresource".to_owned()),
            },
            ("", "persistentvolumeclaims") => match (subresource, verb, name) {
                ("", "get", name) | ("status", "get" | "update" | "patch", name) => {
                    related(self.a_pod_names(node, namespace, resource, name))
                }
                _ => Err("can only get individual resources of this type".to_owned()),
            },
            ("", "persistentvolumes") => match (subresource, verb) {
                ("", "get") => related(self.a_volume_is_used(node, name)),
                _ => Err("can only get individual resources of this type".to_owned()),
            },
            ("", "serviceaccounts") => match (subresource, verb) {
                ("token", "create") | ("", "get") => related(self.a_pod_names(node, namespace, resource, name)),
                _ => Err("can only get individual resources of this type".to_owned()),
            },
            ("", "nodes") => match (verb, name) {
                ("get" | "list" | "watch" | "update" | "patch", name) if name == node => Ok(()),
                ("create", _) => Ok(()),
                _ => Err(format!("node '{node}' cannot read '{name}', only its own Node object")),
            },
            ("", "pods") if reads && subresource.is_empty() => match name {
                "" if selected == node => Ok(()),
                "" => Err("can only list/watch pods with spec.nodeName field selector".to_owned()),
                name => {
                    let pod = self.store.get(kind::POD, &Key::new(namespace, name));
                    related(pod.is_some_and(|pod| pod.at("spec.nodeName").str() == node))
                }
            },
            ("storage.k8s.io", "volumeattachments") if verb == "get" => {
                let found = self.store.get(kind::VOLUME_ATTACHMENT, &Key::new("", name));
                related(found.is_some_and(|attachment| attachment.at("spec.nodeName").str() == node))
            }
            ("storage.k8s.io", "volumeattachments") => Err("can only get individual resources of this type".to_owned()),
            ("storage.k8s.io", "csinodes") if verb == "create" || name == node => self.by_role(wanted),
            ("storage.k8s.io", "csinodes") => {
                Err("can only access CSINode with the same name as the requesting node".to_owned())
            }
            ("coordination.k8s.io", "leases") => match (namespace, verb, name) {
                (LEASES, "create", _) => Ok(()),
                (LEASES, _, name) if name == node => self.by_role(wanted),
                (LEASES, ..) => Err("can only access node lease with the same name as the requesting node".to_owned()),
                _ => Err(format!("can only access leases in the {LEASES:?} system namespace")),
            },
            _ => self.by_role(wanted),
        };
        Some(answer)
    }

    /// What all kubelets may do alike.
    fn by_role(&self, wanted: &Attributes<'_>) -> Result<(), String> {
        let role = self.store.get(kind::CLUSTER_ROLE, &Key::new("", ROLE));
        let mut rules = role.into_iter().flat_map(|role| role["rules"].array());
        if rules.any(|known| rule::allows(known, wanted)) { Ok(()) } else { Err(String::new()) }
    }

    fn pods_of(&self, node: &str) -> impl Iterator<Item = &Value> {
        self.store.indexed(kind::POD, &IndexKey::new(Index::Node, node))
    }

    /// Whether a Pod of a node refers to an object by its name.
    fn a_pod_names(&self, node: &str, namespace: &str, resource: &str, name: &str) -> bool {
        self.pods_of(node).filter(|pod| pod.namespace() == namespace).any(|pod| refers(pod, resource, name))
    }

    /// Whether a PersistentVolume is bound to a claim of a Pod of a node.
    fn a_volume_is_used(&self, node: &str, name: &str) -> bool {
        let volume = self.store.get(kind::PERSISTENT_VOLUME, &Key::new("", name));
        let claim = volume.map(|volume| volume.at("spec.claimRef").clone()).unwrap_or_default();
        let (namespace, claim) = (claim["namespace"].str(), claim["name"].str());
        !claim.is_empty() && self.a_pod_names(node, namespace, "persistentvolumeclaims", claim)
    }
}

/// Whether a Pod refers to a Secret, a ConfigMap, a claim or a ServiceAccount (pkg/api/v1/pod: `VisitPodSecretNames` ...).
fn refers(pod: &Value, resource: &str, name: &str) -> bool {
    let spec = &pod["spec"];
    let (field, source, of_env, of_key) = match resource {
        "secrets" => ("secret", "secretName", "secretRef", "secretKeyRef"),
        "configmaps" => ("configMap", "name", "configMapRef", "configMapKeyRef"),
        "serviceaccounts" => return spec["serviceAccountName"].str() == name,
        _ => {
            let claims = |volume: &Value| volume.at("persistentVolumeClaim.claimName").str() == name;
            return spec["volumes"].array().iter().any(claims);
        }
    };
    let pulls = |secret: &Value| resource == "secrets" && secret["name"].str() == name;
    let mounts = |volume: &Value| {
        let projected = volume.at("projected.sources").array();
        volume[field][source].str() == name || projected.iter().any(|part| part[field]["name"].str() == name)
    };
    let reads = |container: &Value| {
        container["envFrom"].array().iter().any(|from| from[of_env]["name"].str() == name)
            || container["env"].array().iter().any(|env| env["valueFrom"][of_key]["name"].str() == name)
    };
    let lists = ["initContainers", "containers", "ephemeralContainers"];
    spec["imagePullSecrets"].array().iter().any(pulls)
        || spec["volumes"].array().iter().any(mounts)
        || lists.iter().any(|list| spec[*list].array().iter().any(reads))
}
