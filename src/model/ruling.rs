//! A decision of the scheduler as the picture shows it: what was found about each node, and which one it took.

use api::{OrdMap, Str};
use std::rc::Rc;

/// What the scheduler found about one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Which decision it belongs to: the picture shows a new one anew.
    pub ruling: u64,
    /// The Pod's name.
    pub pod: Str,
    /// Whether the node was taken.
    pub taken: bool,
    /// The sum of the scores; none if the node was refused, or was the only one left.
    pub score: Option<i64>,
    /// The plugin that refused it with its reasons, or the scores by plugin.
    pub why: String,
}

impl Verdict {
    /// The tone in which it is shown.
    pub fn tone(&self) -> &'static str {
        match self.score {
            _ if self.taken => "good",
            Some(_) => "",
            None => "bad",
        }
    }
}

/// The last decision, by node.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ruling {
    /// Counts decisions.
    pub id: u64,
    /// The Pod, as `namespace/name`.
    pub pod: Str,
    /// What was found, by node.
    pub nodes: OrdMap<Str, Rc<Verdict>>,
}

impl Ruling {
    /// Reads a decision.
    pub fn read(id: u64, decision: &scheduler::Decision) -> Ruling {
        let pod: Str = format!("{}/{}", decision.namespace, decision.pod).into();
        let mut nodes = OrdMap::new();
        for found in &decision.nodes {
            let refused = !found.rejected_by.is_empty();
            let why = if refused {
                format!("{}: {}", found.rejected_by, found.reasons.join(", "))
            } else {
                let scores = found.scores.iter().map(|(plugin, score)| format!("{plugin} {score}"));
                scores.collect::<Vec<_>>().join(" + ")
            };
            let verdict = Verdict {
                ruling: id,
                pod: decision.pod.clone(),
                taken: found.node == decision.node,
                score: (!refused && !found.scores.is_empty()).then(|| found.total()),
                why,
            };
            nodes.insert(found.node.clone(), Rc::new(verdict));
        }
        Ruling { id, pod, nodes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scheduler::{Decision, NodeVerdict};

    #[test]
    fn a_node_is_refused_scored_or_taken() {
        let verdict = |node: &str, rejected_by: &'static str, scores: &[(&'static str, i64)]| NodeVerdict {
            node: node.into(),
            rejected_by,
            reasons: if rejected_by.is_empty() { vec![] } else { vec!["Insufficient cpu".to_owned()] },
            scores: scores.to_vec(),
        };
        let nodes = vec![
            verdict("node1", "NodeResourcesFit", &[]),
            verdict("node2", "", &[("NodeResourcesFit", 80), ("ImageLocality", 5)]),
            verdict("node3", "", &[("NodeResourcesFit", 70)]),
        ];
        let decision = Decision {
            namespace: "default".into(),
            pod: "web".into(),
            node: "node2".into(),
            nodes,
            ..Decision::default()
        };
        let ruling = Ruling::read(7, &decision);
        let of = |node: &str| ruling.nodes[node].clone();
        assert_eq!((of("node1").score, of("node1").why.as_str()), (None, "NodeResourcesFit: Insufficient cpu"));
        assert_eq!((of("node2").score, of("node2").taken), (Some(85), true));
        assert_eq!(of("node2").why, "NodeResourcesFit 80 + ImageLocality 5");
        assert_eq!((of("node3").score, of("node3").taken, ruling.pod.as_str()), (Some(70), false, "default/web"));
    }
}
