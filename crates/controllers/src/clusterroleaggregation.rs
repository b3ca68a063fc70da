//! ClusterRole aggregation: a role that names others by their labels has their rules
//! (pkg/controller/clusterroleaggregation).

use crate::{Controller, enqueue_self};
use api::{Selector, Status, Value, kind};
use apiserver::{Context, EventType, WatchEvent, WorkKey};

const NAME: &str = "clusterrole-aggregation";

pub const CONTROLLER: Controller =
    Controller { name: NAME, source: "clusterrole-aggregation-controller", observe, reconcile };

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    if event.kind != kind::CLUSTER_ROLE {
        return;
    }
    let object = &event.object;
    if !object["aggregationRule"].is_null() && event.event != EventType::Deleted {
        enqueue_self(NAME, object, cx);
    }
    // Only a role with labels can be part of another one, and few aggregate.
    let labelled = |role: &Value| !role.labels().is_empty();
    if labelled(object) || labelled(&event.old) {
        for role in cx.client.list(kind::CLUSTER_ROLE, "") {
            let takes = |part: &Value| labelled(part) && selectors(&role).iter().any(|s| s.matches(part.labels()));
            if !role["aggregationRule"].is_null() && (takes(object) || takes(&event.old)) {
                enqueue_self(NAME, &role, cx);
            }
        }
    }
}

fn selectors(role: &Value) -> Vec<Selector> {
    role["aggregationRule"]["clusterRoleSelectors"].array().iter().map(Selector::from_label_selector).collect()
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some(mut role) = cx.client.get(kind::CLUSTER_ROLE, "", &key.name) else { return Ok(()) };
    if role["aggregationRule"].is_null() {
        return Ok(());
    }
    let mut rules: Vec<Value> = Vec::new();
    for selector in selectors(&role) {
        for part in cx.client.list(kind::CLUSTER_ROLE, "") {
            if part.name() == role.name() || !selector.matches(part.labels()) {
                continue;
            }
            for rule in part["rules"].array() {
                if !rules.contains(rule) {
                    rules.push(rule.clone());
                }
            }
        }
    }
    if role["rules"].array() == rules {
        return Ok(());
    }
    role.set("rules", rules);
    cx.client.update(kind::CLUSTER_ROLE, role).map(drop)
}
