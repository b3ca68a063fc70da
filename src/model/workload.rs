//! What controllers own: Deployments with their ReplicaSets, DaemonSets, and ReplicaSets without a Deployment.

use api::{Kind, Str, Value, kind};
use std::rc::Rc;

/// An object with replicas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// `metadata.uid`
    pub uid: Str,
    /// Its kind's name, such as `Deployment`.
    pub kind: &'static str,
    /// Its namespace.
    pub namespace: Str,
    /// Its name.
    pub name: Str,
    /// The UID of its controller; empty if it has none.
    pub owner: Str,
    /// Its colour.
    pub hue: u8,
    /// How many Pods it shall have.
    pub desired: i64,
    /// How many it has.
    pub current: i64,
    /// How many of those are Ready.
    pub ready: i64,
    /// Its ReplicaSets, oldest first.
    pub children: Vec<Rc<Workload>>,
    /// `metadata.creationTimestamp`, as text: the order in the lane.
    pub created: Str,
}

impl Workload {
    /// Reads a workload. Colour and children are the world's to say.
    pub fn read(of: &'static Kind, object: &Value) -> Workload {
        let status = &object["status"];
        let (desired, current, ready) = if of == kind::DAEMON_SET {
            (&status["desiredNumberScheduled"], &status["currentNumberScheduled"], &status["numberReady"])
        } else {
            (&object["spec"]["replicas"], &status["replicas"], &status["readyReplicas"])
        };
        Workload {
            uid: object.uid().into(),
            kind: of.kind,
            namespace: object.namespace().into(),
            name: object.name().into(),
            owner: object.controller()["uid"].to_str(),
            hue: 0,
            desired: desired.int(),
            current: current.int(),
            ready: ready.int(),
            children: Vec::new(),
            created: object.at("metadata.creationTimestamp").to_str(),
        }
    }

    /// Whether it belongs to the system.
    pub fn system(&self) -> bool {
        self.namespace == "kube-system"
    }

    /// A ReplicaSet's name without its Deployment's.
    pub fn short_name(&self, deployment: &str) -> &str {
        self.name.strip_prefix(deployment).and_then(|rest| rest.strip_prefix('-')).unwrap_or(&self.name)
    }
}
