//! Deployments.

use super::writer::{Writer, moment};
use super::{controller, related, template};
use crate::Host;
use api::{Selector, Value, kind, text};

pub fn describe(w: &mut Writer, deployment: &Value, host: &dyn Host) {
    let (spec, status) = (&deployment["spec"], &deployment["status"]);
    w.field(0, "Name", deployment.name());
    w.field(0, "Namespace", deployment.namespace());
    w.field(0, "CreationTimestamp", moment(&deployment["metadata"]["creationTimestamp"]));
    w.labels(0, "Labels", deployment.labels());
    w.annotations(0, "Annotations", &deployment["metadata"]["annotations"]);
    w.field(0, "Selector", Selector::from_label_selector(&spec["selector"]));
    w.field(0, "Replicas", replicas(spec, status));
    w.field(0, "StrategyType", spec["strategy"]["type"].str());
    w.field(0, "MinReadySeconds", spec["minReadySeconds"].int());
    let rolling = &spec["strategy"]["rollingUpdate"];
    if !rolling.is_null() {
        let unavailable = text::int_or_string(&rolling["maxUnavailable"]);
        let surge = text::int_or_string(&rolling["maxSurge"]);
        w.field(0, "RollingUpdateStrategy", format_args!("{unavailable} max unavailable, {surge} max surge"));
    }
    template::describe(w, &spec["template"]);
    controller::conditions(w, deployment);
    let (new, old): (Vec<Value>, Vec<Value>) = replica_sets(deployment, host);
    if !new.is_empty() || !old.is_empty() {
        w.field(0, "OldReplicaSets", names(&old));
        w.field(0, "NewReplicaSet", names(&new));
    }
}

fn replicas(spec: &Value, status: &Value) -> String {
    format!(
        "{} desired | {} updated | {} total | {} available | {} unavailable",
        spec["replicas"].int(),
        status["updatedReplicas"].int(),
        status["replicas"].int(),
        status["availableReplicas"].int(),
        status["unavailableReplicas"].int()
    )
}

/// The ReplicaSet with the Deployment's current template, if there is one, and the others, oldest first.
fn replica_sets(deployment: &Value, host: &dyn Host) -> (Vec<Value>, Vec<Value>) {
    let selector = Selector::from_label_selector(&deployment["spec"]["selector"]).to_string();
    let mut sets = related::list(host, kind::REPLICA_SET, deployment.namespace(), &selector, "").unwrap_or_default();
    sets.retain(|set| set.controller()["uid"].str() == deployment.uid());
    api::sort_by(&mut sets, |a, b| a.created().cmp(&b.created()).then_with(|| a.name().cmp(b.name())));
    let wanted = without_hash(&deployment["spec"]["template"]);
    let current =
        sets.iter().find(|set| without_hash(&set["spec"]["template"]) == wanted).map(|set| set.uid().to_owned());
    sets.into_iter().partition(|set| Some(set.uid()) == current.as_deref())
}

/// A template without the label that the Deployment controller adds to a ReplicaSet's.
fn without_hash(template: &Value) -> Value {
    let mut template = template.clone();
    template.remove("metadata.labels.pod-template-hash");
    if template.at("metadata.labels").is_empty() {
        template.remove("metadata.labels");
    }
    template.remove("metadata.creationTimestamp");
    if template["metadata"].is_empty() {
        template.remove("metadata");
    }
    template
}

fn names(sets: &[Value]) -> String {
    let name = |set: &Value| {
        let (created, wanted) = (set["status"]["replicas"].int(), set["spec"]["replicas"].int());
        format!("{} ({created}/{wanted} replicas created)", set.name())
    };
    text::or(&sets.iter().map(name).collect::<Vec<_>>().join(", "), text::NONE).to_owned()
}
