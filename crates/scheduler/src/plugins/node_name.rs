//! NodeName: `spec.nodeName` of a Pod that is not yet bound cannot differ. The scheduler never sees such Pods (they are
//! bound already), so that this plugin is here for its place in the list of plugins only.

use super::{Cycle, Filter, Plugin};

pub const PLUGIN: Plugin =
    Plugin { name: "NodeName", filter: Some(filter), score: None, weight: 0, per_node: true, woken_by: &[] };

fn filter<'a>(_: &'a Cycle<'a>) -> Filter<'a> {
    Filter::Skip
}
