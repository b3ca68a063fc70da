//! What is true of a cluster whatever is done to it.

use api::{Kind, Quantity, Str, Value, kind};
use cluster::Cluster;
use std::collections::BTreeMap;

/// What has been seen of the cluster so far, and what it must not contradict.
#[derive(Default)]
pub struct Watcher {
    revision: u64,
    nodes: BTreeMap<Str, Str>,
}

impl Watcher {
    /// Looks at the cluster, if anything has been written since the last look.
    ///
    /// # Panics
    /// If something is not as it must be.
    pub fn look(&mut self, cluster: &Cluster) {
        let revision = cluster.api().store().revision();
        if std::mem::replace(&mut self.revision, revision) == revision {
            return;
        }
        addresses_are_unique(cluster);
        requests_fit(cluster);
        for pod in cluster.api().store().list(kind::POD, "") {
            let node = pod.at("spec.nodeName").to_str();
            if node.is_empty() {
                continue;
            }
            let before = self.nodes.entry(pod.uid().into()).or_insert_with(|| node.clone());
            assert_eq!(*before, node, "Pod {} has moved", pod.name());
        }
    }
}

/// No two sandboxes have the same address, and each Pod is on the node that it names.
fn addresses_are_unique(cluster: &Cluster) {
    let mut holders: BTreeMap<Str, Str> = BTreeMap::new();
    for node in cluster.kubelets().nodes() {
        for pod in node.pods.iter().filter_map(|id| cluster.kubelets().pod_by_id(id)) {
            let name = pod.object.name();
            assert_eq!(pod.node, node.config.name, "Pod {name} is listed on {}", node.config.name);
            assert_eq!(pod.object.at("spec.nodeName").str(), node.config.name.as_str(), "Pod {name} runs elsewhere");
            let Some(ip) = pod.ip.clone().filter(|_| pod.sandbox && !pod.host_network()) else { continue };
            if let Some(other) = holders.insert(ip.clone(), name.into()) {
                panic!("Pods {other} and {name} both have {ip}");
            }
        }
    }
}

/// What the Pods of a node ask for is not more than the node has to give.
fn requests_fit(cluster: &Cluster) {
    let store = cluster.api().store();
    let mut asked: BTreeMap<Str, [i64; 3]> = BTreeMap::new();
    for pod in store.list(kind::POD, "") {
        let node = pod.at("spec.nodeName").to_str();
        if node.is_empty() || matches!(pod.at("status.phase").str(), "Succeeded" | "Failed") {
            continue;
        }
        let sum = asked.entry(node).or_default();
        sum[2] += 1;
        for container in pod.at("spec.containers").array() {
            let requests = &container["resources"]["requests"];
            sum[0] += Quantity::of(&requests["cpu"]).milli_value();
            sum[1] += Quantity::of(&requests["memory"]).value();
        }
    }
    for node in store.list(kind::NODE, "") {
        let Some(sum) = asked.get(node.name()) else { continue };
        let has = |resource: &str| Quantity::of(&node.at("status.allocatable")[resource]);
        let most = [has("cpu").milli_value(), has("memory").value(), has("pods").value()];
        assert!((0..3).all(|i| sum[i] <= most[i]), "{} promises {sum:?} of {most:?}", node.name());
    }
}

/// What is true when all faults have been undone and nothing happens any more: controllers have what they want, and nothing
/// is left of what has lost its owner.
///
/// # Panics
/// If it is not so.
pub fn settled(cluster: &Cluster) {
    let store = cluster.api().store();
    for node in store.list(kind::NODE, "") {
        assert_eq!(api::condition(node, "Ready")["status"].str(), "True", "{} is back", node.name());
    }
    for kind in [kind::DEPLOYMENT, kind::REPLICA_SET, kind::STATEFUL_SET] {
        for object in store.list(kind, "") {
            let wanted = object.at("spec.replicas").int();
            let has = object.at("status.replicas").int();
            let paused = object.at("spec.paused").bool();
            // A rollout that cannot get on keeps old Pods and new ones.
            let stuck = kind == kind::DEPLOYMENT && object.at("status.updatedReplicas").int() < has;
            let stuck = stuck || kind == kind::STATEFUL_SET && has < wanted && waits(cluster, object);
            assert!(has == wanted || paused || stuck, "{} {} has {has} of {wanted}", kind.kind, object.name());
            assert_eq!(object.at("status.observedGeneration").int(), object.generation(), "{}", object.name());
        }
    }
    for set in store.list(kind::REPLICA_SET, "") {
        let pods = owned(cluster, kind::POD, set)
            .filter(|pod| !pod.deleting() && !matches!(pod.at("status.phase").str(), "Succeeded" | "Failed"));
        assert_eq!(pods.count() as i64, set.at("spec.replicas").int(), "Pods of {}", set.name());
    }
    let lingering = store.list(kind::POD, "").find(|pod| pod.deleting());
    assert!(lingering.is_none(), "Pod {} is still being deleted", lingering.map_or("", Value::name));
    let uids: std::collections::BTreeSet<&str> =
        api::kind::served().flat_map(|kind| store.list(kind, "")).map(Value::uid).collect();
    for kind in api::kind::served() {
        for object in store.list(kind, "") {
            let owners = object.at("metadata.ownerReferences").array();
            let lost = !owners.is_empty() && owners.iter().all(|owner| !uids.contains(owner["uid"].str()));
            assert!(!lost, "{} {} has lost its owner {:?}", kind.kind, object.name(), owners);
        }
    }
}

/// Whether a StatefulSet waits for one of its Pods.
fn waits(cluster: &Cluster, set: &Value) -> bool {
    owned(cluster, kind::POD, set).any(|pod| api::condition(pod, "Ready")["status"].str() != "True")
}

fn owned<'a>(cluster: &'a Cluster, kind: &Kind, owner: &'a Value) -> impl Iterator<Item = &'a Value> {
    let is = |object: &&Value| {
        object.at("metadata.ownerReferences").array().iter().any(|reference| reference["uid"].str() == owner.uid())
    };
    cluster.api().store().list(kind, "").filter(is)
}

/// Everything that the API server has, as text.
pub fn bytes(cluster: &Cluster) -> String {
    let store = cluster.api().store();
    let all = api::kind::served().flat_map(|kind| store.list(kind, ""));
    all.map(|object| api::json::to_string(object) + "\n").collect()
}
