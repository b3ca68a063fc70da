//! Where a Pod may run: tolerations, affinities, topology spread; and the taints of nodes.

use super::meta::label_selector;
use super::path::{Errors, Path};
use crate::Value;
use crate::names::{label_value, qualified_name};

const EFFECTS: &[&str] = &["NoSchedule", "PreferNoSchedule", "NoExecute"];
const NODE_OPERATORS: &[&str] = &["DoesNotExist", "Exists", "Gt", "In", "Lt", "NotIn"];

/// A toleration's effect may be missing and then means all; a taint's may not.
pub(super) fn effect(errors: &mut Errors, path: &Path, effect: &Value, optional: bool) {
    match effect.str() {
        "" if optional => {}
        "" => errors.required(path, ""),
        text if EFFECTS.contains(&text) => {}
        text => errors.unsupported(path, text, EFFECTS),
    }
}

/// A Pod's tolerations.
pub(super) fn tolerations(errors: &mut Errors, path: &Path, tolerations: &Value) {
    for (i, toleration) in tolerations.array().iter().enumerate() {
        let path = path.index(i);
        let (key, operator, value) = (toleration["key"].str(), toleration["operator"].str(), toleration["value"].str());
        if !key.is_empty() {
            errors.invalids(&path.child("key"), key, qualified_name(key));
        }
        if key.is_empty() && operator != "Exists" {
            let detail = "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
            errors.invalid(&path.child("operator"), operator, detail);
        }
        if !toleration["tolerationSeconds"].is_null() && toleration["effect"].str() != "NoExecute" {
            let detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
            errors.invalid(&path.child("effect"), toleration["effect"].str(), detail);
        }
        match operator {
            "" | "Equal" => {
                let messages = label_value(value);
                if !messages.is_empty() {
                    errors.invalid(&path.child("operator"), value, &messages.join(";"));
                }
            }
            "Exists" if !value.is_empty() => {
                let detail = "value must be empty when `operator` is 'Exists'";
                errors.invalid(&path.child("operator"), toleration, detail);
            }
            "Exists" => {}
            other => errors.unsupported(&path.child("operator"), other, &["Equal", "Exists"]),
        }
        effect(errors, &path.child("effect"), &toleration["effect"], true);
    }
}

/// A Pod's affinities.
pub(super) fn affinity(errors: &mut Errors, path: &Path, affinity: &Value) {
    const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
    const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";
    let node = &affinity["nodeAffinity"];
    let node_path = path.child("nodeAffinity");
    if !node[REQUIRED].is_null() {
        node_selector(errors, &node_path.child(REQUIRED), &node[REQUIRED]);
    }
    for (i, term) in node[PREFERRED].array().iter().enumerate() {
        let path = node_path.child(PREFERRED);
        let path = path.index(i);
        weight(errors, &path.child("weight"), &term["weight"]);
        node_term(errors, &path.child("preference"), &term["preference"]);
    }
    for field in ["podAffinity", "podAntiAffinity"] {
        let path = path.child(field);
        for (i, term) in affinity[field][REQUIRED].array().iter().enumerate() {
            pod_term(errors, &path.child(REQUIRED).index(i), term);
        }
        for (i, weighted) in affinity[field][PREFERRED].array().iter().enumerate() {
            let path = path.child(PREFERRED);
            let path = path.index(i);
            weight(errors, &path.child("weight"), &weighted["weight"]);
            pod_term(errors, &path.child("podAffinityTerm"), &weighted["podAffinityTerm"]);
        }
    }
}

fn weight(errors: &mut Errors, path: &Path, weight: &Value) {
    if !(1..=100).contains(&weight.int()) {
        errors.invalid(path, weight, "must be in the range 1-100");
    }
}

/// A node selector with terms, of which one must hold.
pub(super) fn node_selector(errors: &mut Errors, path: &Path, selector: &Value) {
    let path = path.child("nodeSelectorTerms");
    if selector["nodeSelectorTerms"].is_empty() {
        errors.required(&path, "must have at least one node selector term");
    }
    for (i, term) in selector["nodeSelectorTerms"].array().iter().enumerate() {
        node_term(errors, &path.index(i), term);
    }
}

fn node_term(errors: &mut Errors, path: &Path, term: &Value) {
    let path = path.child("matchExpressions");
    for (i, expression) in term["matchExpressions"].array().iter().enumerate() {
        let path = path.index(i);
        let (operator, count) = (expression["operator"].str(), expression["values"].len());
        match operator {
            "In" | "NotIn" if count == 0 => {
                errors.required(&path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'");
            }
            "Exists" | "DoesNotExist" if count > 0 => {
                let detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
                errors.forbidden(&path.child("values"), detail);
            }
            "Gt" | "Lt" if count != 1 => {
                let detail = "must be specified single value when `operator` is 'Lt' or 'Gt'";
                errors.required(&path.child("values"), detail);
            }
            other if NODE_OPERATORS.contains(&other) => {}
            other => errors.invalid(&path.child("operator"), other, "not a valid selector operator"),
        }
        let key = expression["key"].str();
        errors.invalids(&path.child("key"), key, qualified_name(key));
    }
}

fn pod_term(errors: &mut Errors, path: &Path, term: &Value) {
    label_selector(errors, &path.child("labelSelector"), &term["labelSelector"]);
    label_selector(errors, &path.child("namespaceSelector"), &term["namespaceSelector"]);
    match term["topologyKey"].str() {
        "" => errors.required(&path.child("topologyKey"), "can not be empty"),
        key => errors.invalids(&path.child("topologyKey"), key, qualified_name(key)),
    }
}

/// A Pod's topology spread constraints.
pub(super) fn topology_spread(errors: &mut Errors, path: &Path, constraints: &Value) {
    let all = constraints.array();
    for (i, constraint) in all.iter().enumerate() {
        let path = path.index(i);
        if constraint["maxSkew"].int() <= 0 {
            errors.invalid(&path.child("maxSkew"), &constraint["maxSkew"], "must be greater than zero");
        }
        match constraint["topologyKey"].str() {
            "" => errors.required(&path.child("topologyKey"), "can not be empty"),
            key => errors.invalids(&path.child("topologyKey"), key, qualified_name(key)),
        }
        let when = constraint["whenUnsatisfiable"].str();
        if !["DoNotSchedule", "ScheduleAnyway"].contains(&when) {
            errors.unsupported(&path.child("whenUnsatisfiable"), when, &["DoNotSchedule", "ScheduleAnyway"]);
        }
        let same = |other: &Value| ["topologyKey", "whenUnsatisfiable"].iter().all(|f| other[*f] == constraint[*f]);
        if all[..i].iter().any(same) {
            let pair = format!("{{{}, {when}}}", constraint["topologyKey"].str());
            errors.duplicate(&path.child("{topologyKey, whenUnsatisfiable}"), pair);
        }
        let least = &constraint["minDomains"];
        if least.as_int().is_some_and(|least| least <= 0) {
            errors.invalid(&path.child("minDomains"), least, "must be greater than zero");
        }
        if !least.is_null() && when != "DoNotSchedule" {
            let detail =
                format!("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not whenUnsatisfiable={when}");
            errors.invalid(&path.child("minDomains"), least, &detail);
        }
        for field in ["nodeAffinityPolicy", "nodeTaintsPolicy"] {
            errors.optionally_one_of(&path.child(field), &constraint[field], &["Honor", "Ignore"]);
        }
        label_selector(errors, &path.child("labelSelector"), &constraint["labelSelector"]);
    }
}
