//! ImageLocality: nodes that have the Pod's images already score higher, the more so the more nodes have them (so that a
//! rare image does not draw all Pods to one node).

use super::{Cycle, MAX_SCORE, Plugin, Rate, Score, as_they_are};
use crate::node::NodeInfo;

pub const PLUGIN: Plugin =
    Plugin { name: "ImageLocality", filter: None, score: Some(score), weight: 1, per_node: true, woken_by: &[] };

/// Below this many bytes it makes no difference (pkg/scheduler/framework/plugins/imagelocality).
const LOW: i64 = 23 * 1024 * 1024;
/// Above this many bytes for each container it makes all the difference.
const HIGH_PER_CONTAINER: i64 = 1000 * 1024 * 1024;

fn score<'a>(cycle: &'a Cycle<'a>, _: &[usize]) -> Option<Score<'a>> {
    let images: Vec<(u32, u32)> = cycle.pod.images.iter().filter_map(|name| cycle.cache.image(name)).collect();
    if images.iter().all(|(_, nodes)| *nodes == 0) {
        return None;
    }
    let (containers, nodes) = (cycle.pod.images.len() as i64, cycle.cache.nodes().len());
    let of = move |node: &NodeInfo| {
        let scaled = images.iter().map(|&(number, having)| {
            let at = node.images.binary_search_by_key(&number, |image| image.0);
            at.map_or(0, |at| spread_size(node.images[at].1, having as usize, nodes))
        });
        priority(scaled.sum(), containers)
    };
    Some(Score { of: Rate::Node(Box::new(of)), normalise: as_they_are })
}

fn spread_size(bytes: i64, having: usize, nodes: usize) -> i64 {
    (bytes as f64 * (having as f64 / nodes as f64)) as i64
}

fn priority(bytes: i64, containers: i64) -> i64 {
    let high = HIGH_PER_CONTAINER * containers.max(1);
    MAX_SCORE * (bytes.clamp(LOW, high) - LOW) / (high - LOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Upstream's table was written before the upper threshold grew with the number of containers; for two containers
    /// the sizes are doubled here, and with them the threshold.
    #[test]
    fn scores_are_upstreams() {
        const MIB: i64 = 1024 * 1024;
        let single = |sizes: &[(i64, usize)], nodes: usize| {
            priority(sizes.iter().map(|(mib, having)| spread_size(mib * MIB, *having, nodes)).sum(), 1)
        };
        assert_eq!([single(&[(40, 1)], 2), single(&[(250, 1)], 2)], [0, 10]);
        assert_eq!(single(&[(40, 1), (300, 1)], 2), 15);
        assert_eq!(single(&[(2000, 1)], 2), 100);
        assert_eq!([single(&[(2000, 1)], 3), single(&[(10, 1)], 3)], [65, 0]);
        assert_eq!(priority(125 * MIB, 2), 5);
    }
}
