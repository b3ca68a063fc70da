//! What ties objects together: selectors and endpoints.

use super::{count_of, counted};
use crate::expect;
use crate::lang::Say;
use crate::reference::Reference;
use crate::scene::Scene;
use api::{Selector, Value};

/// The selector of an object, and how it is printed.
fn selector_of(object: &Value) -> (Selector, String) {
    let spec = object.get("spec");
    let labels = spec.get("selector");
    match object.get("kind").str() {
        "Service" | "ReplicationController" if labels.is_empty() => (Selector::nothing(), String::new()),
        "Service" | "ReplicationController" => (Selector::from_map(labels), api::text::labels(labels)),
        "NetworkPolicy" => {
            (Selector::from_label_selector(spec.get("podSelector")), api::text::label_selector(spec.get("podSelector")))
        }
        _ => (Selector::from_label_selector(labels), api::text::label_selector(labels)),
    }
}

/// `selector: KIND/NAME` with `matches: REFERENCE`
pub fn selector(clause: &Value, scene: &mut Scene<'_>) -> Option<String> {
    let lang = scene.lang;
    let (holder, pods) = match (scene.reference(clause.get("selector")), scene.reference(clause.get("matches"))) {
        (Ok(holder), Ok(pods)) => (holder, pods),
        (Err(problem), _) | (_, Err(problem)) => return Some(problem),
    };
    let found = holder.find(&mut scene.now);
    let Some(object) = found.first() else { return Some(scene.missing(&holder)) };
    let targets = pods.find(&mut scene.now);
    if targets.is_empty() {
        return Some(scene.missing(&pods));
    }
    let (selector, printed) = selector_of(object);
    let name = format!("{} {}", holder.kind.kind, object.name());
    if printed.is_empty() {
        return Some(lang.say("{0} has no selector.", "{0}에 셀렉터가 없습니다.", &[&name]));
    }
    if let Some(target) = targets.iter().find(|target| target.namespace() != object.namespace()) {
        return Some(lang.say(
            "{0} is in the namespace {1}, but the {2} are in {3}.",
            "{0}은(는) 네임스페이스 {1}에 있지만 {2}은(는) {3}에 있습니다.",
            &[&name, object.namespace(), &pods.words(lang), target.namespace()],
        ));
    }
    let other = targets.iter().find(|target| !selector.matches(target.labels()))?;
    Some(lang.say(
        "{0} selects {1}, but the {2} carry {3}.",
        "{0}은(는) {1}을(를) 고르지만, {2}에 붙은 레이블은 {3}입니다.",
        &[&name, &printed, &pods.words(lang), &carried(other.labels(), &selector)],
    ))
}

/// The labels that matter: those whose keys the selector asks for, or else all that no controller has added.
fn carried(labels: &Value, selector: &Selector) -> String {
    let asked = |key: &str| selector.requirements().iter().any(|requirement| requirement.key == key);
    let pairs = |wanted: &dyn Fn(&str) -> bool| -> Vec<String> {
        api::meta::string_pairs(labels)
            .filter(|(key, _)| wanted(key))
            .map(|(key, value)| format!("{key}={value}"))
            .collect()
    };
    let mut carried = pairs(&asked);
    if carried.is_empty() {
        carried = pairs(&|key| !key.ends_with("-hash") && !key.contains('/'));
    }
    if carried.is_empty() { "<none>".to_owned() } else { carried.join(",") }
}

/// `endpoints: service/NAME`: how many ready endpoints a Service has.
pub fn endpoints(clause: &Value, scene: &mut Scene<'_>) -> Option<String> {
    let lang = scene.lang;
    let service = match scene.reference(clause.get("endpoints")) {
        Ok(service) => service,
        Err(problem) => return Some(problem),
    };
    let found = service.find(&mut scene.now);
    let Some(object) = found.first() else { return Some(scene.missing(&service)) };
    let slices = format!("endpointslices -n {} -l kubernetes.io/service-name={}", object.namespace(), object.name());
    let slices = list(scene, &slices);
    let ready = |slice: &Value| {
        slice
            .get("endpoints")
            .array()
            .iter()
            .filter(|endpoint| endpoint.at("conditions.ready").as_bool() != Some(false))
            .count()
    };
    let number: usize = slices.iter().map(ready).sum();
    let wanted = count_of(clause);
    if expect::number_holds(&wanted, number as i64) {
        return None;
    }
    let name = service.words(lang);
    let why = match (number, object.at("spec.selector")) {
        (1.., _) => String::new(),
        (0, Value::Null) => lang.pick(" It has no selector.", " 셀렉터가 없습니다.").to_owned(),
        (0, labels) => {
            let (selector, printed) = (Selector::from_map(labels), api::text::labels(labels));
            let pods = list(scene, &format!("pods -n {}", object.namespace()));
            let chosen = pods.iter().filter(|pod| selector.matches(pod.labels())).count();
            match chosen {
                0 => lang.say(" No Pod carries {0}.", " {0} 레이블이 붙은 Pod이 없습니다.", &[&printed]),
                chosen => lang.say(
                    " It selects {0} Pods, but none of them is Ready.",
                    " 셀렉터가 고른 Pod {0}개 가운데 Ready인 것이 없습니다.",
                    &[&chosen.to_string()],
                ),
            }
        }
    };
    let says = lang.say(
        "{0} has {1} ready endpoints; there should be {2}.",
        "{0}의 준비된 엔드포인트가 {1}개입니다. 필요한 수: {2}.",
        &[&name, &number.to_string(), &counted(&wanted, lang)],
    );
    Some(says + &why)
}

fn list(scene: &mut Scene<'_>, reference: &str) -> Vec<Value> {
    let kinds: Vec<_> = api::kind::served().collect();
    Reference::parse(reference, &kinds).map(|reference| reference.find(&mut scene.now)).unwrap_or_default()
}
