//! The plugins of the default profile (pkg/scheduler/apis/config/v1/default_plugins.go): one a file, and this table.
//!
//! A plugin is prepared once per decision, where it may find that it has nothing to say, and is then asked about one node
//! after the other. It keeps nothing from one decision to the next.

mod balanced_allocation;
mod image_locality;
mod inter_pod_affinity;
mod node_affinity;
mod node_name;
mod node_ports;
mod node_resources_fit;
mod node_unschedulable;
mod pod_topology_spread;
mod taint_toleration;
mod volume_binding;
mod volume_restrictions;

pub use node_affinity::term_fits;

use crate::cache::Cache;
use crate::node::NodeInfo;
use crate::pod::PodView;
use api::{Selector, Str};
use std::borrow::Cow;
use std::sync::Arc;

/// The highest score a plugin gives a node after normalising (`MaxNodeScore`).
pub const MAX_SCORE: i64 = 100;

/// What a decision is about.
#[derive(Clone)]
pub struct Cycle<'a> {
    /// The nodes.
    pub cache: &'a Cache,
    /// The Pod.
    pub pod: &'a PodView,
    /// Which Pods count as the Pod's siblings: those that its Services and its owner select. `None` without any.
    pub siblings: Option<Selector>,
    /// What is wrong with the Pod's PersistentVolumeClaims; empty if nothing is.
    pub claim_problem: String,
    /// The node affinities of the PersistentVolumes behind its claims: all must match.
    pub volume_nodes: Vec<Vec<crate::pod::NodeTerm>>,
    /// The Pods, by UID, that have one of its claims that only one Pod may have.
    pub claim_holders: Vec<Str>,
    /// Its claims that wait for a node.
    pub unbound: Vec<crate::surroundings::Unbound>,
}

/// Why a node (or all of them) will not do.
#[derive(Clone, Debug, PartialEq)]
pub struct Rejection {
    /// The reasons, as the Pod's event counts them.
    pub reasons: Vec<Cow<'static, str>>,
    /// Whether removing other Pods could help (`Unschedulable`, not `UnschedulableAndUnresolvable`).
    pub resolvable: bool,
}

impl Rejection {
    /// No removal of Pods would help.
    pub fn final_(reason: impl Into<Cow<'static, str>>) -> Rejection {
        Rejection { reasons: vec![reason.into()], resolvable: false }
    }

    /// Without some other Pods the node might do.
    pub fn resolvable(reason: impl Into<Cow<'static, str>>) -> Rejection {
        Rejection { reasons: vec![reason.into()], resolvable: true }
    }
}

/// A prepared filter.
pub type Check<'a> = Box<dyn Fn(&NodeInfo) -> Result<(), Rejection> + 'a>;

/// What a plugin's preparation of its filter finds.
pub enum Filter<'a> {
    /// It has nothing against any node.
    Skip,
    /// Each node has to be asked about.
    Check(Check<'a>),
    /// Only nodes of these names come into question (`PreFilterResult.NodeNames`), and each of them has to be asked about.
    Among(Vec<Str>, Check<'a>),
    /// No node will do.
    Never(Rejection),
}

/// The score of a node.
pub type RateNode<'a> = Box<dyn Fn(&NodeInfo) -> i64 + 'a>;
/// The scores of nodes that are given by their places in the cache.
pub type RatePlaces<'a> = Box<dyn Fn(&[usize]) -> Vec<i64> + 'a>;

/// How nodes are rated, before normalising.
pub enum Rate<'a> {
    /// One node after the other.
    Node(RateNode<'a>),
    /// Many at once, without a look at them.
    Places(RatePlaces<'a>),
}

/// A prepared score.
pub struct Score<'a> {
    /// How nodes are rated.
    pub of: Rate<'a>,
    /// Brings the scores of all feasible nodes to 0..=[`MAX_SCORE`].
    pub normalise: fn(&mut [i64]),
}

impl Score<'_> {
    /// The score of the node at a place in the cache.
    pub fn of_node(&self, at: usize, node: &NodeInfo) -> i64 {
        match &self.of {
            Rate::Node(of) => of(node),
            Rate::Places(of) => of(&[at])[0],
        }
    }

    /// The scores of the nodes at places in the cache.
    pub fn of_all(&self, places: &[usize], nodes: &[Arc<NodeInfo>]) -> Vec<i64> {
        match &self.of {
            Rate::Node(of) => places.iter().map(|at| of(&nodes[*at])).collect(),
            Rate::Places(of) => of(places),
        }
    }
}

/// Prepares a filter for one decision.
pub type PrepareFilter = for<'a> fn(&'a Cycle<'a>) -> Filter<'a>;

/// Prepares a score for one decision and the feasible nodes, given by their place in the cache.
pub type PrepareScore = for<'a> fn(&'a Cycle<'a>, &[usize]) -> Option<Score<'a>>;

/// One plugin.
pub struct Plugin {
    /// Its name upstream.
    pub name: &'static str,
    /// Prepares its filter.
    pub filter: Option<PrepareFilter>,
    /// Prepares its score for the feasible nodes, given by their place in the cache; `None` if it has no opinion.
    pub score: Option<PrepareScore>,
    /// How much its score counts.
    pub weight: i64,
    /// Whether all it looks at is the node and the Pod's shape ([`PodView::same_shape`]): then its answers are kept until
    /// the node changes.
    pub per_node: bool,
    /// What may make a Pod that it rejected schedulable.
    pub woken_by: &'static [Change],
}

/// What happens in the cluster that may help a Pod that found no node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A node came, or one's labels changed.
    NodeLabels,
    /// A node came, or one's taints or `spec.unschedulable` changed.
    NodeTaints,
    /// A node came, or one's allocatable resources changed.
    NodeResources,
    /// A Pod left a node.
    PodLeft,
    /// A Pod came to a node, or one's labels changed.
    PodCame,
    /// A claim, volume or storage class changed.
    Storage,
}

/// All plugins, in the order in which they filter.
pub static PLUGINS: &[Plugin] = &[
    node_unschedulable::PLUGIN,
    node_name::PLUGIN,
    taint_toleration::PLUGIN,
    node_affinity::PLUGIN,
    node_ports::PLUGIN,
    node_resources_fit::PLUGIN,
    volume_restrictions::PLUGIN,
    volume_binding::PLUGIN,
    pod_topology_spread::PLUGIN,
    inter_pod_affinity::PLUGIN,
    balanced_allocation::PLUGIN,
    image_locality::PLUGIN,
];

/// For scores that are fine as they are.
fn as_they_are(_: &mut [i64]) {}

/// Scales the scores so that the highest becomes [`MAX_SCORE`] (`DefaultNormalizeScore`).
fn highest_is_best(scores: &mut [i64]) {
    let highest = scores.iter().copied().max().unwrap_or(0);
    if highest > 0 {
        scores.iter_mut().for_each(|score| *score = *score * MAX_SCORE / highest);
    }
}

/// Scales the scores so that 0 becomes [`MAX_SCORE`] and the highest 0 (`DefaultNormalizeScore`, reversed).
fn lowest_is_best(scores: &mut [i64]) {
    highest_is_best(scores);
    scores.iter_mut().for_each(|score| *score = MAX_SCORE - *score);
}

/// The namespaces of a Pod as a term's scope.
fn own_namespace(pod: &PodView) -> [Str; 1] {
    [pod.namespace.clone()]
}
