//! NodeUnschedulable: a cordoned node takes only Pods that tolerate being there.

use super::{Change, Cycle, Filter, Plugin, Rejection};
use crate::pod::Taint;

pub const PLUGIN: Plugin = Plugin {
    name: "NodeUnschedulable",
    filter: Some(filter),
    score: None,
    weight: 0,
    per_node: true,
    woken_by: &[Change::NodeTaints],
};

fn filter<'a>(cycle: &'a Cycle<'a>) -> Filter<'a> {
    let cordon =
        Taint { key: "node.kubernetes.io/unschedulable".into(), value: "".into(), effect: "NoSchedule".into() };
    if cycle.pod.tolerates(&cordon) {
        return Filter::Skip;
    }
    Filter::Check(Box::new(|node| match node.unschedulable {
        true => Err(Rejection::final_("node(s) were unschedulable")),
        false => Ok(()),
    }))
}
