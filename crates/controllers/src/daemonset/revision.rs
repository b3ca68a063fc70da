//! The templates a DaemonSet has had.

use super::HASH_LABEL;
use crate::history;
use api::{Status, Value, kind};
use apiserver::Context;

/// The annotation in which the API server counts the changes of a DaemonSet's template.
const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";

/// How often the template has changed, as the label of Pods says it.
pub fn template_generation(set: &Value) -> String {
    match set.annotation(TEMPLATE_GENERATION) {
        "" => "1".to_owned(),
        generation => generation.to_owned(),
    }
}

/// The hash of the set's template. Makes or renumbers the revision of the template, and forgets the oldest ones that no
/// Pod has.
pub fn current(set: &Value, cx: &mut Context<'_>) -> Result<String, Status> {
    let history = history::of(kind::DAEMON_SET, set, HASH_LABEL, cx)?;
    let hash = history.update.labels()[HASH_LABEL].str().to_owned();
    let pods = cx.client.owned_by(kind::POD, set.uid());
    let live = |revision: &Value| {
        let name = revision.labels()[HASH_LABEL].str();
        name == hash || pods.iter().any(|pod| pod.labels()[HASH_LABEL].str() == name)
    };
    history::forget(set, &history.revisions, &live, cx)?;
    Ok(hash)
}
