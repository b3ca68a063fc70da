//! What decides where Pods run: tolerations, taints, topology spread.

use super::writer::Writer;
use api::{Value, text};

/// The field `Tolerations`, sorted by key.
pub fn tolerations(w: &mut Writer, level: usize, tolerations: &Value) {
    let mut sorted: Vec<&Value> = tolerations.array().iter().collect();
    api::sort_by_key(&mut sorted, |toleration| toleration["key"].str());
    w.list(level, "Tolerations", sorted.into_iter().map(toleration));
}

/// `key=value:NoExecute for 300s`, `key:NoSchedule op=Exists`
fn toleration(toleration: &Value) -> String {
    let (key, value, effect) = (toleration["key"].str(), toleration["value"].str(), toleration["effect"].str());
    let mut shown = key.to_owned();
    if !value.is_empty() {
        shown += &format!("={value}");
    }
    if !effect.is_empty() {
        shown += &format!(":{effect}");
    }
    if toleration["operator"].str() == "Exists" && value.is_empty() {
        shown += if shown.is_empty() { "op=Exists" } else { " op=Exists" };
    }
    if let Some(seconds) = toleration["tolerationSeconds"].as_int() {
        shown += &format!(" for {seconds}s");
    }
    shown
}

/// The field `Taints`, sorted by effect and key.
pub fn taints(w: &mut Writer, taints: &Value) {
    let mut sorted: Vec<&Value> = taints.array().iter().collect();
    api::sort_by_key(&mut sorted, |taint| format!("{},{}", taint["effect"].str(), taint["key"].str()));
    w.list(0, "Taints", sorted.into_iter().map(taint));
}

/// `key=value:NoSchedule`, or `key:NoSchedule` without a value.
fn taint(taint: &Value) -> String {
    let (key, value, effect) = (taint["key"].str(), taint["value"].str(), taint["effect"].str());
    match (value, effect) {
        ("", "") => key.to_owned(),
        ("", _) => format!("{key}:{effect}"),
        _ => format!("{key}={value}:{effect}"),
    }
}

/// The field `Topology Spread Constraints`, if there are any, sorted by topology key.
pub fn topology_spread_constraints(w: &mut Writer, level: usize, constraints: &Value) {
    if constraints.is_empty() {
        return;
    }
    let mut sorted: Vec<&Value> = constraints.array().iter().collect();
    api::sort_by_key(&mut sorted, |constraint| constraint["topologyKey"].str());
    w.list(level, "Topology Spread Constraints", sorted.into_iter().map(constraint));
}

fn constraint(constraint: &Value) -> String {
    let selector = match &constraint["labelSelector"] {
        Value::Null => String::new(),
        selector => format!(" for selector {}", text::label_selector(selector)),
    };
    let (key, otherwise) = (constraint["topologyKey"].str(), constraint["whenUnsatisfiable"].str());
    format!("{key}:{otherwise} when max skew {} is exceeded{selector}", constraint["maxSkew"].int())
}
