//! The state of a cluster as a teacher reads it: a line for each object that the learner has brought about.

use api::{Kind, Value};
use apiserver::table::{self, IncludeObject};
use cluster::Cluster;

/// Kinds that say nothing of their own.
const NOISE: &[&str] =
    &["Event", "Lease", "Endpoints", "EndpointSlice", "ControllerRevision", "ServiceCIDR", "IPAddress"];
/// Objects that come with every namespace.
const OWN: &[&str] = &["kube-root-ca.crt", "default"];
/// More objects are not listed.
const MOST: usize = 300;

/// What has been made since the cluster was ready, as `kubectl get` shows it: `deployment.apps/web -n default: 2/2 2 2`. Ages are
/// left out.
pub fn state(cluster: &Cluster) -> Vec<String> {
    let start = cluster.options().start;
    let mut lines = Vec::new();
    for kind in cluster.api().stored_kinds().into_iter().filter(|kind| !NOISE.contains(&kind.kind)) {
        for object in cluster.api().store().list(kind, "") {
            let made = api::Time::parse(object.at("metadata.creationTimestamp").str());
            if made.is_some_and(|made| made >= start) && !OWN.contains(&object.name()) && lines.len() < MOST {
                lines.push(line(kind, object, cluster));
            }
        }
    }
    lines
}

fn line(kind: &'static Kind, object: &Value, cluster: &Cluster) -> String {
    let table = table::table(kind, [object], cluster.now(), IncludeObject::None);
    let columns = table.get("columnDefinitions").array().iter();
    let cells = table.get("rows").array().first().map(|row| row.get("cells").array()).unwrap_or_default();
    let shown = columns
        .zip(cells)
        .filter(|(column, _)| column.get("priority").int() == 0 && !matches!(column.get("name").str(), "Name" | "Age"));
    let mut line = kind.plural.to_owned();
    if !kind.group.is_empty() {
        line = format!("{line}.{}", kind.group);
    }
    line = format!("{line}/{}", object.name());
    if !object.namespace().is_empty() {
        line.push_str(" -n ");
        line.push_str(object.namespace());
    }
    let mut before = ": ";
    for (_, cell) in shown {
        let text = match cell {
            Value::String(text) => text.to_string(),
            other => api::json::to_string(other),
        };
        line.push_str(before);
        line.push_str(&text);
        before = "  ";
    }
    line
}
