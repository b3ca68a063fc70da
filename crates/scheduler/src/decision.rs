//! Why a Pod went where it went: kept for the last decisions, for people who ask.

use crate::plugins::Rejection;
use api::{Str, Time};

/// How many decisions are remembered.
pub const REMEMBERED_DECISIONS: usize = 64;

/// One decision.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// The Pod's namespace.
    pub namespace: Str,
    /// The Pod's name.
    pub pod: Str,
    /// When.
    pub at: Time,
    /// The node that was taken; empty if none would do.
    pub node: Str,
    /// Why none would do; empty if one would.
    pub message: String,
    /// What was found about each node, in the order of the search. Empty in clusters too large to read about.
    pub nodes: Vec<NodeVerdict>,
}

/// What was found about one node.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeVerdict {
    /// The node's name.
    pub node: Str,
    /// The plugin that refused it, with its reasons; empty if none did.
    pub rejected_by: &'static str,
    /// The plugin's reasons.
    pub reasons: Vec<String>,
    /// The weighted score of each plugin that had an opinion. Empty if only one node was feasible.
    pub scores: Vec<(&'static str, i64)>,
}

impl NodeVerdict {
    /// A node that all filters passed.
    pub fn feasible(node: &Str) -> NodeVerdict {
        NodeVerdict { node: node.clone(), ..NodeVerdict::default() }
    }

    /// A node that `plugin` refused.
    pub fn rejected(node: &Str, plugin: &'static str, rejection: &Rejection) -> NodeVerdict {
        let reasons = rejection.reasons.iter().map(ToString::to_string).collect();
        NodeVerdict { node: node.clone(), rejected_by: plugin, reasons, scores: Vec::new() }
    }

    /// The sum of the scores.
    pub fn total(&self) -> i64 {
        self.scores.iter().map(|(_, score)| score).sum()
    }
}
