//! Priority: the number behind `priorityClassName` (plugin/pkg/admission/priority).

use crate::server::ApiServer;
use crate::store::Key;
use api::{Status, Value, kind};

/// Gives a new Pod its class's priority and preemption policy.
pub(super) fn pod(server: &ApiServer, pod: &mut Value) -> Result<(), Status> {
    let refuse = |pod: &Value, why: &str| Err(Status::forbidden(kind::POD, pod.name(), why));
    let named = pod["spec"]["priorityClassName"].to_str();
    let class = match named.as_str() {
        "" => default_class(server).cloned().unwrap_or_default(),
        name => match server.store.get(kind::PRIORITY_CLASS, &Key::new("", name)) {
            Some(class) => class.clone(),
            None => return refuse(pod, &format!("no PriorityClass with name {name} was found")),
        },
    };
    if named.is_empty() && !class.is_null() {
        pod.set("spec.priorityClassName", class.name());
    }
    let priority = class["value"].int();
    if let Some(given) = pod["spec"]["priority"].as_int().filter(|given| *given != priority) {
        let why = format!(
            "the integer value of priority ({given}) must not be provided in pod spec; priority admission controller \
             computed {priority} from the given PriorityClass name"
        );
        return refuse(pod, &why);
    }
    let policy = match class["preemptionPolicy"].str() {
        "" => "PreemptLowerPriority",
        policy => policy,
    };
    let given = pod["spec"]["preemptionPolicy"].to_str();
    if !given.is_empty() && given != policy {
        let why = format!(
            "the string value of PreemptionPolicy ({given}) must not be provided in pod spec; priority admission controller \
             computed {policy} from the given PriorityClass name"
        );
        return refuse(pod, &why);
    }
    pod.set("spec.priority", priority);
    if given.is_empty() {
        pod.set("spec.preemptionPolicy", policy);
    }
    Ok(())
}

/// The class of Pods that name none; of several, the one with the lowest value.
fn default_class(server: &ApiServer) -> Option<&Value> {
    let classes = server.store.list(kind::PRIORITY_CLASS, "");
    classes.filter(|class| class["globalDefault"].bool()).min_by_key(|class| class["value"].int())
}

/// Only one class may be the default.
pub(super) fn class(server: &ApiServer, class: &Value, old: &Value) -> Result<(), Status> {
    if !class["globalDefault"].bool() || old["globalDefault"].bool() {
        return Ok(());
    }
    match default_class(server) {
        Some(other) if other.name() != class.name() => {
            let why =
                format!("PriorityClass {} is already marked as default. Only one default can exist", other.name());
            Err(Status::forbidden(kind::PRIORITY_CLASS, class.name(), &why))
        }
        _ => Ok(()),
    }
}
