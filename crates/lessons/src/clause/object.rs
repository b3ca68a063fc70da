//! Objects: whether they are there, how many, and what their fields say.

use super::{count_of, counted};
use crate::lang::Say;
use crate::scene::Scene;
use crate::{expect, field};
use api::{Kind, Value};
use apiserver::WatchEvent;

/// `object: REFERENCE`
pub fn object(clause: &Value, scene: &mut Scene<'_>) -> Option<String> {
    let lang = scene.lang;
    let reference = match scene.reference(clause.get("object")) {
        Ok(reference) => reference,
        Err(problem) => return Some(problem),
    };
    let mut found = reference.find(&mut scene.now);
    let old = reference.find(&mut scene.before);
    if clause.get("new").bool() {
        found.retain(|object| !old.iter().any(|other| other.uid() == object.uid()));
    }
    let wrong: Vec<String> =
        found.iter().filter_map(|object| misfit(clause, reference.kind, object, &old, scene)).collect();
    let (fit, wanted) = (found.len() - wrong.len(), count_of(clause));
    let every = clause.get("every").bool() && !wrong.is_empty();
    if expect::number_holds(&wanted, fit as i64) && !every {
        return None;
    }
    let name = reference.words(lang);
    let wanted = counted(&wanted, lang);
    match wrong.first() {
        _ if found.is_empty() && clause.get("new").bool() => {
            Some(lang.say("There are no new {0} yet.", "새로 생긴 {0}이(가) 아직 없습니다.", &[&name]))
        }
        None if found.is_empty() => Some(scene.missing(&reference)),
        Some(first) if reference.is_one() => Some(first.clone()),
        None => Some(lang.say(
            "Of {0}, there are {1}; there should be {2}.",
            "{0}이(가) {1}개 있습니다. 필요한 수: {2}",
            &[&name, &fit.to_string(), &wanted],
        )),
        // Of one that is wanted and one that is there, the number says nothing.
        Some(first) if found.len() == 1 => Some(first.clone()),
        Some(first) => Some(lang.say(
            "Of {1} {0}, {2} are as they should be; there should be {3}. {4}",
            "{0} {1}개 가운데 {2}개가 조건에 맞습니다. 필요한 수: {3}. {4}",
            &[&name, &found.len().to_string(), &fit.to_string(), &wanted, first],
        )),
    }
}

/// `absent: REFERENCE`
pub fn absent(clause: &Value, scene: &mut Scene<'_>) -> Option<String> {
    let reference = match scene.reference(clause.get("absent")) {
        Ok(reference) => reference,
        Err(problem) => return Some(problem),
    };
    let found = reference.find(&mut scene.now);
    let first = found.first()?;
    let name = format!("{} {}", reference.kind.kind, first.name());
    Some(match first.deleting() {
        true => scene.lang.say("{0} is being deleted.", "{0}을(를) 지우는 중입니다.", &[&name]),
        false => scene.lang.say("{0} is still there.", "{0}이(가) 아직 있습니다.", &[&name]),
    })
}

/// `lost: REFERENCE`: objects that were there when the step began and are not now, or are about to go.
pub fn lost(clause: &Value, scene: &mut Scene<'_>) -> Option<String> {
    let reference = match scene.reference(clause.get("lost")) {
        Ok(reference) => reference,
        Err(problem) => return Some(problem),
    };
    let (now, old) = (reference.find(&mut scene.now), reference.find(&mut scene.before));
    let stays = |object: &Value| now.iter().any(|other| other.uid() == object.uid() && !other.deleting());
    let lost = old.iter().filter(|object| !stays(object)).count();
    let wanted = count_of(clause);
    if expect::number_holds(&wanted, lost as i64) {
        return None;
    }
    let name = reference.words(scene.lang);
    Some(scene.lang.say(
        "{1} of the {0} that were there at first have gone; it should be {2}.",
        "처음에 있던 {0} 가운데 {1}개가 사라졌습니다. 필요한 수: {2}",
        &[&name, &lost.to_string(), &counted(&wanted, scene.lang)],
    ))
}

/// `written: REFERENCE`: somebody has changed one of them since the step began, as the API server's own record of writes says.
pub fn written(clause: &Value, scene: &mut Scene<'_>) -> Option<String> {
    let reference = match scene.reference(clause.get("written")) {
        Ok(reference) => reference,
        Err(problem) => return Some(problem),
    };
    let found = reference.find(&mut scene.now);
    let user = clause.get("by").str();
    let at_first = scene.before.api().store().revision();
    let log = scene.now.api().store().log_of(reference.kind).rev();
    let fits = |write: &WatchEvent| {
        write.origin.user == user
            && found.iter().any(|object| object.uid() == write.object.uid())
            && clause.get("fields").entries().all(|(path, wanted)| {
                let values = |object| field::find(object, path).unwrap_or_default();
                expect::holds(wanted, &values(&write.object), &values(&write.old))
            })
    };
    let met = log.take_while(|write| write.revision > at_first).any(fits);
    (!met).then(|| match found.is_empty() {
        true => scene.missing(&reference),
        false => scene.lang.say(
            "{1} has not changed {0} like that in this step yet.",
            "이 단계에서 {1}이(가) {0}을(를) 아직 그렇게 바꾸지 않았습니다.",
            &[&reference.words(scene.lang), user],
        ),
    })
}

/// Why an object is not as the clause wants it, in words.
fn misfit(clause: &Value, kind: &'static Kind, object: &Value, old: &[Value], scene: &Scene<'_>) -> Option<String> {
    let lang = scene.lang;
    let name = format!("{} {}", kind.kind, object.name());
    let differs = |what: &str, found: &[String], wanted: &Value| {
        let wanted = expect::words(wanted, lang);
        match found.is_empty() {
            true => lang.say(
                "{0} has no {1}; it should be {2}.",
                "{0}에 {1} 값이 없습니다. 필요한 값: {2}",
                &[&name, what, &wanted],
            ),
            false => lang.say(
                "{0}: {1} is {2}; it should be {3}.",
                "{0}: {1} 값이 {2}입니다. 필요한 값: {3}",
                &[&name, what, &found.join(", "), &wanted],
            ),
        }
    };
    let before = old.iter().find(|other| other.uid() == object.uid()).unwrap_or(&api::NULL);
    for (path, wanted) in clause.get("fields").entries() {
        let found = field::find(object, path).unwrap_or_default();
        if !expect::holds(wanted, &found, &field::find(before, path).unwrap_or_default()) {
            return Some(differs(path, &found.into_iter().map(field::text).collect::<Vec<_>>(), wanted));
        }
    }
    for (column, wanted) in clause.get("columns").entries() {
        let shown = scene.shown(kind, object, column);
        if !expect::holds(wanted, &[&shown], &[]) {
            return Some(differs(column, &[field::text(&shown)], wanted));
        }
    }
    match clause.get("ready").as_bool() {
        Some(wanted) if wanted != is_ready(object) => {
            let mut state = ["STATUS", "READY", "COMPLETIONS", "AVAILABLE"]
                .into_iter()
                .map(|column| scene.shown(kind, object, column));
            let state = state.find(|state| !state.is_null()).map(|state| field::text(&state)).unwrap_or_default();
            Some(match wanted {
                true => {
                    lang.say("{0} is not ready yet: {1}.", "{0}이(가) 아직 준비되지 않았습니다: {1}", &[&name, &state])
                }
                false => lang.say("{0} is ready: {1}.", "{0}이(가) 준비되어 있습니다: {1}", &[&name, &state]),
            })
        }
        _ => None,
    }
}

/// Whether an object is what its kind calls ready: a Pod or a node Ready, a workload with all its Pods, a Job complete, a
/// claim bound.
fn is_ready(object: &Value) -> bool {
    if object.deleting() {
        return false;
    }
    let status = object.get("status");
    let seen = status.get("observedGeneration").int() >= object.generation();
    let all = |wanted: &Value, ready: &str, updated: &str| {
        seen && [ready, updated].iter().all(|field| status.get(field).int() == wanted.int())
    };
    match object.get("kind").str() {
        "Deployment" => {
            let wanted = object.at("spec.replicas");
            all(wanted, "readyReplicas", "updatedReplicas") && status.get("replicas").int() == wanted.int()
        }
        "StatefulSet" => all(object.at("spec.replicas"), "readyReplicas", "updatedReplicas"),
        "ReplicaSet" => all(object.at("spec.replicas"), "readyReplicas", "replicas"),
        "DaemonSet" => all(status.get("desiredNumberScheduled"), "numberReady", "updatedNumberScheduled"),
        "Job" => api::condition(object, "Complete").get("status").str() == "True",
        "PersistentVolumeClaim" | "PersistentVolume" => status.get("phase").str() == "Bound",
        "Namespace" => status.get("phase").str() == "Active",
        _ => api::condition(object, "Ready").get("status").str() == "True",
    }
}
