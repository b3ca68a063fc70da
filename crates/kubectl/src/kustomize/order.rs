//! The order in which objects come out (kustomize's `SortOrderTransformer`).

use super::{Resource, group_version};
use crate::fail::{Outcome, fail};
use api::{Value, text};

/// Kinds that come first, and in this order, unless a kustomization says otherwise.
const FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];
/// Kinds that come last.
const LAST: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// Sorts resources as `sortOptions` says: `fifo` leaves them as they came, `legacy` (kubectl's own choice) goes by kind.
///
/// # Errors
/// The options make no sense.
pub fn sort(options: &Value, resources: &mut [Resource]) -> Outcome {
    let legacy = &options["legacySortOptions"];
    match options["order"].str() {
        _ if options.is_null() => by_kind(&FIRST, &LAST, resources),
        "legacy" if legacy.is_null() => by_kind(&FIRST, &LAST, resources),
        "legacy" => {
            let [first, last] = ["orderFirst", "orderLast"].map(|field| legacy[field].array().iter().map(Value::str));
            by_kind(&first.collect::<Vec<_>>(), &last.collect::<Vec<_>>(), resources);
        }
        "fifo" if legacy.is_null() => {}
        "fifo" => {
            let what = "is set but the selected sort order is 'fifo', not 'legacy'";
            return Err(fail!("the field 'sortOptions.legacySortOptions' {what}"));
        }
        _ => return Err("the field 'sortOptions.order' must be one of [fifo, legacy]".into()),
    }
    Ok(())
}

/// Kinds without a place of their own come in the order of their groups.
fn by_kind(first: &[&str], last: &[&str], resources: &mut [Resource]) {
    let place = |kind: &str| match last.iter().position(|last| *last == kind) {
        Some(at) => first.len() + 1 + at,
        None => first.iter().position(|first| *first == kind).unwrap_or(first.len()),
    };
    api::sort_by_cached_key(resources, |resource| {
        let (object, kind) = (&resource.object, resource.kind());
        let (group, version) = group_version(object);
        let kinds = format!("{}_{version}_{kind}", text::or(group, "~G"));
        (place(kind), kinds, format!("{}|{}", text::or(object.namespace(), "~X"), object.name()))
    });
}
