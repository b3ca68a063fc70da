//! Pods of a DaemonSet that fail again and again on a node are replaced later each time (`failedPodsBackoff`): a kubelet may
//! refuse each of them at once.

use super::NAME;
use api::{Time, Value, obj};
use apiserver::{Backoff, Context, Delay, Wait, WorkKey};
use std::time::Duration;

const BACKOFF: Backoff = Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(15 * 60) };

/// What is remembered holds for one generation of the set.
pub(super) fn begin(set: &Value, cx: &mut Context<'_>) {
    let generation = &set["status"]["observedGeneration"];
    if !cx.memory.is_null() && cx.memory["generation"] != *generation {
        cx.memory = Value::Null;
    }
}

/// Whether the failed Pod on a node stays for now; if not, the next one will wait longer.
pub(super) fn waits(node: &str, set: &Value, cx: &mut Context<'_>) -> bool {
    let known = &cx.memory["nodes"][node];
    let span = |known: &Value| Duration::from_millis(known["millis"].int().unsigned_abs());
    let entry = (!known.is_null()).then(|| Delay { span: span(known), updated: Time(known["updated"].int()) });
    if let Some(entry) = entry.filter(|known| BACKOFF.holds(entry, known.updated, cx.now)) {
        cx.wait_for(Wait::BackOff, WorkKey::new(NAME, set.namespace(), set.name()), entry.span);
        return true;
    }
    let next = BACKOFF.next(entry, cx.now, cx.now);
    let mut nodes = cx.memory["nodes"].clone();
    nodes.object_mut().insert(node, obj! { "millis" => next.span.as_millis() as i64, "updated" => next.updated.0 });
    cx.memory = obj! { "generation" => &set["status"]["observedGeneration"], "nodes" => nodes };
    false
}
