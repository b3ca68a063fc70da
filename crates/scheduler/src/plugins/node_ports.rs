//! NodePorts: a host port can be taken once.

use super::{Change, Cycle, Filter, Plugin, Rejection};

pub const PLUGIN: Plugin = Plugin {
    name: "NodePorts",
    filter: Some(filter),
    score: None,
    weight: 0,
    per_node: true,
    woken_by: &[Change::PodLeft, Change::NodeResources],
};

fn filter<'a>(cycle: &'a Cycle<'a>) -> Filter<'a> {
    let wanted = &cycle.pod.ports;
    if wanted.is_empty() {
        return Filter::Skip;
    }
    Filter::Check(Box::new(|node| {
        match wanted.iter().any(|port| node.ports.iter().any(|taken| taken.conflicts(port))) {
            true => Err(Rejection::resolvable("node(s) didn't have free ports for the requested pod ports")),
            false => Ok(()),
        }
    }))
}
