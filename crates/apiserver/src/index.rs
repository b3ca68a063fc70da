//! Which indexes the store keeps: what a component would otherwise have to scan for.

use crate::user::SERVICE_ACCOUNT_PREFIX;
use api::{Kind, Str, Value, kind};

/// One index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Index {
    /// By the UID of each owner.
    Owner,
    /// By each label.
    Label,
    /// Pods by the node they are bound to.
    Node,
    /// Services by the first pair of their selector.
    Selector,
    /// RoleBindings and ClusterRoleBindings by the name of each user and group that they are for.
    Subject,
}

/// What an index has objects under.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IndexKey {
    index: Index,
    value: Str,
    /// Of a label or a selector; empty for the other indexes.
    key: Str,
    namespace: Str,
}

impl api::OrdKey for IndexKey {}

impl IndexKey {
    /// The key of a UID or a name.
    pub fn new(index: Index, value: impl Into<Str>) -> IndexKey {
        IndexKey { index, value: value.into(), key: Str::default(), namespace: Str::default() }
    }

    /// The key of a label or a selector's pair in a namespace.
    pub fn pair(index: Index, namespace: impl Into<Str>, key: &Str, value: impl Into<Str>) -> IndexKey {
        IndexKey { index, value: value.into(), key: key.clone(), namespace: namespace.into() }
    }
}

/// Whether the indexes have `old` and `new` under the same keys, as far as shared subtrees tell without a walk.
pub(crate) fn same_keys(kind: &Kind, old: &Value, new: &Value) -> bool {
    let (before, after) = (&old["metadata"], &new["metadata"]);
    before["labels"].is_same(&after["labels"])
        && before["ownerReferences"].is_same(&after["ownerReferences"])
        && special(kind).is_none_or(|(outer, inner)| old[outer][inner].is_same(&new[outer][inner]))
        && (!is_binding(kind) || old["subjects"].is_same(&new["subjects"]))
}

fn is_binding(kind: &Kind) -> bool {
    kind == kind::ROLE_BINDING || kind == kind::CLUSTER_ROLE_BINDING
}

/// The key of the bindings in a namespace that are for a user, or for a group.
pub(crate) fn subject_key(namespace: &str, group: bool, name: impl Into<Str>) -> IndexKey {
    IndexKey::pair(Index::Subject, namespace, &Str::new_static(if group { "Group" } else { "User" }), name)
}

/// The field that a kind is indexed by besides labels and owners.
fn special(kind: &Kind) -> Option<(&'static str, &'static str)> {
    match kind {
        k if k == kind::POD => Some(("spec", "nodeName")),
        k if k == kind::SERVICE => Some(("spec", "selector")),
        _ => None,
    }
}

/// The name of the user or the group that a binding's subject is.
pub(crate) fn user_of(subject: &Value, binding: &Value) -> Str {
    if subject["kind"].str() != "ServiceAccount" {
        return subject["name"].to_str();
    }
    let namespace = match subject["namespace"].str() {
        "" => binding.namespace(),
        given => given,
    };
    format!("{SERVICE_ACCOUNT_PREFIX}{namespace}:{}", subject["name"].str()).into()
}

/// Under which keys the indexes have `object`; none for null.
pub(crate) fn index_keys(kind: &Kind, object: &Value) -> Vec<IndexKey> {
    let mut keys = Vec::new();
    let metadata = &object["metadata"];
    for owner in metadata["ownerReferences"].array() {
        keys.push(IndexKey::new(Index::Owner, owner["uid"].to_str()));
    }
    let namespace = &metadata["namespace"];
    for (key, value) in metadata["labels"].entries() {
        keys.push(IndexKey::pair(Index::Label, namespace.to_str(), key, value.to_str()));
    }
    let value = special(kind).map_or(&api::NULL, |(outer, inner)| &object[outer][inner]);
    match kind {
        k if is_binding(k) => {
            let subjects = object["subjects"].array().iter();
            keys.extend(subjects.map(|s| subject_key(namespace.str(), s["kind"].str() == "Group", user_of(s, object))));
        }
        k if k == kind::SERVICE => {
            if let Some((key, value)) = value.entries().next() {
                keys.push(IndexKey::pair(Index::Selector, namespace.to_str(), key, value.to_str()));
            }
        }
        _ if !value.str().is_empty() => keys.push(IndexKey::new(Index::Node, value.to_str())),
        _ => {}
    }
    keys
}
