//! A node as the scheduler sees it: what it offers, and the sum of the Pods that are on it.

use crate::pod::{HostPort, SharedClass, Taint};
use crate::resources::{Resources, whole};
use api::{Str, Value};
use std::sync::Arc;

/// How many Pods of one label group (same namespace, same labels) are on a node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupCount {
    /// The group's number.
    pub group: u32,
    /// All of them.
    pub total: u32,
    /// Those that are not being deleted.
    pub living: u32,
}

/// A node and the sum of its Pods. Adding or taking away a Pod costs the same however many there are.
#[derive(Clone, Debug, Default)]
pub struct NodeInfo {
    /// The node's name.
    pub name: Str,
    /// Its labels.
    pub labels: Value,
    /// `spec.taints`
    pub taints: Vec<Taint>,
    /// `spec.unschedulable`
    pub unschedulable: bool,
    /// `status.allocatable` without Pods.
    pub allocatable: Resources,
    /// How many Pods it may have.
    pub max_pods: i64,
    /// The images on it: number (see [`crate::cache`]) and size in bytes, sorted by number.
    pub images: Vec<(u32, i64)>,
    /// What its Pods ask for.
    pub requested: Resources,
    /// CPU and memory its Pods ask for, with defaults where they ask for nothing.
    pub with_defaults: (i64, i64),
    /// How many Pods are on it.
    pub pods: i64,
    /// Its Pods by label group.
    pub groups: Vec<GroupCount>,
    /// The host ports that are taken.
    pub ports: Vec<HostPort>,
    /// The classes of its Pods that ask for company or distance, with the number of such Pods.
    pub with_affinity: Vec<(SharedClass, u32)>,
}

impl NodeInfo {
    /// Takes over what a Node object says; the Pods stay.
    pub fn update(&mut self, node: &Value) {
        self.name = node["metadata"]["name"].to_str();
        self.labels = node.labels().clone();
        self.taints = node["spec"]["taints"].array().iter().map(Taint::read).collect();
        self.unschedulable = node["spec"]["unschedulable"].bool();
        self.allocatable = Resources::read(&node["status"]["allocatable"]);
        self.max_pods = whole(&node["status"]["allocatable"]["pods"]);
    }

    /// Puts a Pod of `class` on the node. `living` is false for one that is being deleted.
    pub fn add(&mut self, class: &SharedClass, living: bool) {
        self.change(class, 1);
        self.ports.extend(class.view.ports.iter().cloned());
        let at = match self.groups.binary_search_by_key(&class.group, |g| g.group) {
            Ok(at) => at,
            Err(at) => {
                self.groups.insert(at, GroupCount { group: class.group, total: 0, living: 0 });
                at
            }
        };
        self.groups[at].total += 1;
        self.groups[at].living += u32::from(living);
        if class.view.has_affinity() {
            match self.with_affinity.iter_mut().find(|(c, _)| Arc::ptr_eq(c, class)) {
                Some((_, count)) => *count += 1,
                None => self.with_affinity.push((class.clone(), 1)),
            }
        }
    }

    /// Takes a Pod away that was added with the same arguments.
    pub fn remove(&mut self, class: &SharedClass, living: bool) {
        self.change(class, -1);
        for port in &class.view.ports {
            if let Some(at) = self.ports.iter().position(|p| p == port) {
                self.ports.swap_remove(at);
            }
        }
        if let Ok(at) = self.groups.binary_search_by_key(&class.group, |g| g.group) {
            let count = &mut self.groups[at];
            count.total = count.total.saturating_sub(1);
            count.living = count.living.saturating_sub(u32::from(living));
            if count.total == 0 {
                self.groups.remove(at);
            }
        }
        if let Some(at) = self.with_affinity.iter().position(|(c, _)| Arc::ptr_eq(c, class)) {
            self.with_affinity[at].1 -= 1;
            if self.with_affinity[at].1 == 0 {
                self.with_affinity.remove(at);
            }
        }
    }

    /// A Pod of `group` begins to be deleted: it still takes its place, but is not counted when Pods are spread.
    pub fn dying(&mut self, group: u32) {
        if let Ok(at) = self.groups.binary_search_by_key(&group, |g| g.group) {
            self.groups[at].living = self.groups[at].living.saturating_sub(1);
        }
    }

    /// How many Pods of a label group are here.
    pub fn group(&self, group: u32) -> Option<&GroupCount> {
        self.groups.binary_search_by_key(&group, |g| g.group).ok().map(|at| &self.groups[at])
    }

    /// The value of a label that places nodes: a zone, a host name.
    pub fn topology(&self, key: &str) -> Option<&str> {
        self.labels.get(key).as_str()
    }

    fn change(&mut self, class: &SharedClass, sign: i64) {
        self.requested.add(&class.view.requests, sign);
        self.with_defaults.0 += sign * class.view.with_defaults.0;
        self.with_defaults.1 += sign * class.view.with_defaults.1;
        self.pods += sign;
    }
}
