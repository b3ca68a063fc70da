//! ResourceQuotas and LimitRanges, alone and as a Namespace shows them.

use super::related;
use super::writer::Writer;
use crate::Host;
use api::quantity::Quantity;
use api::{Value, kind};

/// What the scopes mean (`helpTextForResourceQuotaScope`).
const SCOPES: [(&str, &str); 4] = [
    (
        "Terminating",
        "Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively \
         terminated by the system.",
    ),
    (
        "NotTerminating",
        "Matches all pods that do not have an active deadline. These pods usually include long running pods whose container \
         command is not expected to terminate.",
    ),
    (
        "BestEffort",
        "Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.",
    ),
    (
        "NotBestEffort",
        "Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality \
         of service.",
    ),
];

/// The columns of limits.
const LIMITS: [&str; 7] =
    ["Type", "Resource", "Min", "Max", "Default Request", "Default Limit", "Max Limit/Request Ratio"];
const FIELDS: [&str; 5] = ["min", "max", "defaultRequest", "default", "maxLimitRequestRatio"];

/// Scopes, used and hard amounts of a ResourceQuota.
pub fn quota(w: &mut Writer, quota: &Value) {
    amounts(w, 0, quota, " ", "----");
}

fn amounts(w: &mut Writer, level: usize, quota: &Value, indent: &str, dashes: &str) {
    let mut scopes: Vec<&str> = quota["spec"]["scopes"].array().iter().map(Value::str).collect();
    api::sort(&mut scopes);
    if !scopes.is_empty() {
        w.field(level, "Scopes", scopes.join(", "));
    }
    for (_, help) in SCOPES.iter().filter(|(scope, _)| scopes.contains(scope)) {
        w.line(level, format_args!("{indent}* {help}"));
    }
    w.line(level, "Resource\tUsed\tHard");
    w.line(level, format_args!("--------\t{dashes}\t{dashes}"));
    let status = &quota["status"];
    for (resource, hard) in status["hard"].entries() {
        let used = Quantity::of(&status["used"][resource.as_str()]);
        w.line(level, format_args!("{resource}\t{used}\t{}", Quantity::of(hard)));
    }
}

/// The limits of a LimitRange.
pub fn limit_range(w: &mut Writer, range: &Value) {
    w.header(0, &LIMITS);
    limits(w, "", range);
}

fn limits(w: &mut Writer, indent: &str, range: &Value) {
    for item in range["spec"]["limits"].array() {
        let mut resources: Vec<&str> =
            FIELDS.iter().flat_map(|field| item[*field].entries()).map(|(name, _)| name.as_str()).collect();
        api::sort(&mut resources);
        resources.dedup();
        for resource in resources {
            let mut line = format!("{indent}{}\t{resource}", item["type"].str());
            for field in FIELDS {
                line.push('\t');
                match &item[field][resource] {
                    Value::Null => line.push('-'),
                    amount => line.push_str(&Quantity::of(amount).to_string()),
                }
            }
            w.line(0, line);
        }
    }
}

/// All quotas and limits of a Namespace.
pub fn of_namespace(w: &mut Writer, namespace: &Value, host: &dyn Host) {
    if let Some(mut quotas) = related::list(host, kind::RESOURCE_QUOTA, namespace.name(), "", "") {
        api::sort_by(&mut quotas, |a, b| a.name().cmp(b.name()));
        w.line(0, if quotas.is_empty() { "\nNo resource quota." } else { "\nResource Quotas" });
        for quota in &quotas {
            w.field(1, "Name", quota.name());
            amounts(w, 1, quota, "", "---");
        }
    }
    if let Some(ranges) = related::list(host, kind::LIMIT_RANGE, namespace.name(), "", "") {
        if ranges.is_empty() {
            return w.line(0, "\nNo LimitRange resource.");
        }
        w.line(0, "\nResource Limits");
        w.line(0, format_args!(" {}", LIMITS.join("\t")));
        w.line(0, format_args!(" {}", LIMITS.map(|name| "-".repeat(name.len())).join("\t")));
        ranges.iter().for_each(|range| limits(w, " ", range));
    }
}
