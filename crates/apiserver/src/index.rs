//! Which indexes the store keeps: what a component would otherwise have to scan for.

use api::{Kind, Str, Value, kind};

/// One index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Index {
    /// By the UID of each owner.
    Owner,
    /// By each label, as `namespace/key=value`.
    Label,
    /// Pods by the node they are bound to.
    Node,
    /// Services by the first pair of their selector, as `namespace/key=value`.
    Selector,
    /// Events by the UID of the object they are about.
    Regarding,
}

/// Under which keys the indexes have `object`; none for null.
pub(crate) fn index_keys(kind: &Kind, object: &Value) -> Vec<(Index, Str)> {
    let mut keys = Vec::new();
    let metadata = &object["metadata"];
    for owner in metadata["ownerReferences"].array() {
        keys.push((Index::Owner, owner["uid"].to_str()));
    }
    let namespace = metadata["namespace"].str();
    for (key, value) in metadata["labels"].entries() {
        keys.push((Index::Label, pair(namespace, key, value.str())));
    }
    if kind == kind::POD {
        let node = &object["spec"]["nodeName"];
        if !node.str().is_empty() {
            keys.push((Index::Node, node.to_str()));
        }
    } else if kind == kind::SERVICE {
        if let Some((key, value)) = object["spec"]["selector"].entries().next() {
            keys.push((Index::Selector, pair(namespace, key, value.str())));
        }
    } else if kind == kind::EVENT {
        keys.push((Index::Regarding, object["involvedObject"]["uid"].to_str()));
    }
    keys
}

/// The key of a label in [`Index::Label`] and [`Index::Selector`].
pub fn pair(namespace: &str, key: &str, value: &str) -> Str {
    format!("{namespace}/{key}={value}").into()
}
