//! What has Pods made: Deployments with their ReplicaSets, CronJobs with their Jobs, StatefulSets, DaemonSets and the rest.

use api::{Kind, Str, Value, kind};
use std::rc::Rc;

/// An object that has Pods made, or objects that do.
#[derive(Clone, Debug, PartialEq)]
pub struct Workload {
    /// `metadata.uid`
    pub uid: Str,
    /// Its kind's name, such as `Deployment`.
    pub kind: &'static str,
    /// Its namespace.
    pub namespace: Str,
    /// Its name.
    pub name: Str,
    /// Its labels.
    pub labels: Value,
    /// The labels of its Pods.
    pub pod_labels: Value,
    /// Of a ReplicaSet, the Deployment's revision that it is for; of a Deployment, the one that it is at; empty for others.
    pub revision: Str,
    /// The how-manieth of its owner it is, counted from 0 in the order in which they were first seen.
    pub nth: u8,
    /// The UID of its controller; empty if it has none.
    pub owner: Str,
    /// Its colour.
    pub hue: u8,
    /// What its numbers count.
    pub counts: Counts,
    /// How many Pods it shall have; of a Job, how many shall succeed.
    pub desired: i64,
    /// How many it has; of a Job or a CronJob, how many are active.
    pub current: i64,
    /// How many of those are Ready; of a Job, how many have succeeded.
    pub ready: i64,
    /// The schedule of a CronJob; empty for other kinds.
    pub schedule: Str,
    /// Its ReplicaSets or Jobs, oldest first.
    pub children: Vec<Rc<Workload>>,
    /// `metadata.creationTimestamp`, as text: the order in the lane.
    pub created: Str,
}

/// What a workload's numbers count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// Pods that run: desired, current, ready.
    Replicas,
    /// Pods that end: wanted completions, active, succeeded.
    Completions,
    /// Nothing of its own: a CronJob makes Jobs.
    Jobs,
}

// JSON has no number that differs from itself. With `Eq`, two `Rc` that are one are equal at once.
impl Eq for Workload {}

impl Workload {
    /// Reads a workload. Colour and children are the world's to say.
    pub fn read(of: &'static Kind, object: &Value) -> Workload {
        let status = &object["status"];
        let spec = &object["spec"];
        let (counts, desired, current, ready) = match of {
            of if of == kind::DAEMON_SET => (
                Counts::Replicas,
                status["desiredNumberScheduled"].int(),
                status["currentNumberScheduled"].int(),
                status["numberReady"].int(),
            ),
            of if of == kind::JOB => {
                // A Job without completions is a queue of work: one success is enough.
                let wanted = spec["completions"].as_int().unwrap_or(1);
                (Counts::Completions, wanted, status["active"].int(), status["succeeded"].int())
            }
            of if of == kind::CRON_JOB => (Counts::Jobs, 0, status["active"].array().len() as i64, 0),
            _ => {
                let (current, ready) = (&status["replicas"], &status["readyReplicas"]);
                (Counts::Replicas, spec["replicas"].int(), current.int(), ready.int())
            }
        };
        Workload {
            uid: object.uid().into(),
            kind: of.kind,
            namespace: object.namespace().into(),
            name: object.name().into(),
            labels: object.labels().clone(),
            pod_labels: spec.at("template.metadata.labels").clone(),
            revision: object["metadata"]["annotations"]["deployment.kubernetes.io/revision"].to_str(),
            nth: 0,
            owner: object.controller()["uid"].to_str(),
            hue: 0,
            counts,
            desired,
            current,
            ready,
            schedule: spec["schedule"].to_str(),
            children: Vec::new(),
            created: object.at("metadata.creationTimestamp").to_str(),
        }
    }

    /// Its kind as kubectl's resource: `deployments`.
    pub fn resource(&self) -> &'static str {
        kind::KINDS.iter().find(|of| of.kind == self.kind).map_or("", |of| of.plural)
    }

    /// Whether it has nothing (more) to do: a ReplicaSet that was scaled to nothing, a Job that is complete.
    pub fn over(&self) -> bool {
        match self.counts {
            Counts::Replicas => self.desired == 0 && self.current == 0,
            Counts::Completions => self.current == 0 && self.ready >= self.desired,
            Counts::Jobs => false,
        }
    }

    /// Whether one of its children is of before. A Deployment that is scaled to nothing still has the ReplicaSet of its revision.
    pub fn is_done_with(&self, child: &Workload) -> bool {
        child.over() && (child.revision.is_empty() || child.revision != self.revision)
    }

    /// Its name without that of its owner.
    pub fn short_name(&self, owner: &str) -> &str {
        self.name.strip_prefix(owner).and_then(|rest| rest.strip_prefix('-')).unwrap_or(&self.name)
    }
}
