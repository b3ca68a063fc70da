//! What a write changed, in short.

use api::Value;

/// One field that a write changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its path, such as `spec.replicas` or `status.conditions[Ready]`.
    pub path: String,
    /// What it was; empty for nothing.
    pub old: String,
    /// What it is; empty for nothing.
    pub new: String,
}

/// What changes with every write, or without meaning anything to people.
const NOISE: &[&str] = &[
    "managedFields",
    "resourceVersion",
    "generation",
    "observedGeneration",
    "uid",
    "creationTimestamp",
    "containerID",
    "imageID",
    "hostIPs",
    "podIPs",
    "lastState",
    "allocatedResources",
    "images",
    "deletionGracePeriodSeconds",
    "kubectl.kubernetes.io/last-applied-configuration",
    "timeAdded",
];
/// No more are looked for, and no more told.
const ENOUGH: usize = 64;
const MOST: usize = 16;
/// A value is cut to so many characters.
const LONGEST: usize = 60;

/// What is different between two states of an object.
pub(super) fn between(old: &Value, new: &Value) -> Vec<Change> {
    let mut found = Vec::new();
    compare("", old, new, &mut found);
    api::sort_by_key(&mut found, |change| rank(&change.path));
    found.truncate(MOST);
    found
}

/// What people look at first.
fn rank(path: &str) -> usize {
    let ends = |ends: &[&str]| ends.iter().any(|end| path.ends_with(end));
    match path {
        "status.phase" => 0,
        _ if path.starts_with("spec.") => 1,
        _ if ends(&[".state"]) => 2,
        _ if ends(&[".restartCount", "[Ready]"]) => 3,
        _ if path.starts_with("status.conditions") => 5,
        _ if path.starts_with("metadata.annotations") => 6,
        _ => 4,
    }
}

fn compare(path: &str, old: &Value, new: &Value, found: &mut Vec<Change>) {
    if old == new || found.len() >= ENOUGH {
        return;
    }
    let is_map = |value: &Value| value.as_object().is_some();
    let mapped = |a: &Value, b: &Value| is_map(a) && (is_map(b) || b.is_null());
    if mapped(old, new) || mapped(new, old) {
        if path.ends_with(".state") {
            return note(path, state(old), state(new), found);
        }
        let keys = old.entries().map(|(key, _)| key).filter(|key| new.get(key).is_null());
        for key in keys.chain(new.entries().map(|(key, _)| key)).filter(|key| !is_noise(path, key)) {
            let path = match path {
                "" => key.to_string(),
                path => format!("{path}.{key}"),
            };
            compare(&path, old.get(key), new.get(key), found);
        }
        return;
    }
    if path == "spec.taints" {
        return compare_taints(path, old.array(), new.array(), found);
    }
    if let Some(key) = list_key(old, new) {
        return compare_lists(path, key, old.array(), new.array(), found);
    }
    note(path, text(old), text(new), found);
}

/// Lists of things with names: what became of each.
fn compare_lists(path: &str, key: &str, old: &[Value], new: &[Value], found: &mut Vec<Change>) {
    let of = |list: &[Value], name: &Value| list.iter().find(|item| item[key] == *name).cloned().unwrap_or_default();
    let gone = old.iter().filter(|item| of(new, &item[key]).is_null());
    for item in gone.chain(new) {
        let name = &item[key];
        let (before, after) = (of(old, name), of(new, name));
        let path = format!("{path}[{}]", text(name));
        if key == "type" && !(before["status"].is_null() && after["status"].is_null()) {
            compare_conditions(&path, &before, &after, found);
        } else {
            compare(&path, &before, &after, found);
        }
    }
    if found.is_empty() && old.len() != new.len() {
        note(path, old.len().to_string(), new.len().to_string(), found);
    }
}

/// Taints have a key and an effect, and come and go as a whole.
fn compare_taints(path: &str, old: &[Value], new: &[Value], found: &mut Vec<Change>) {
    let name = |taint: &Value| format!("{}:{}", taint["key"].str(), taint["effect"].str());
    let missing = |from: &[Value], taint: &Value| from.iter().all(|other| name(other) != name(taint));
    for gone in old.iter().filter(|taint| missing(new, taint)) {
        note(path, name(gone), String::new(), found);
    }
    for fresh in new.iter().filter(|taint| missing(old, taint)) {
        note(path, String::new(), name(fresh), found);
    }
}

/// Of a condition its status counts; of one that stays as it is, what it says.
fn compare_conditions(path: &str, old: &Value, new: &Value, found: &mut Vec<Change>) {
    if old["status"] != new["status"] {
        let told = |condition: &Value| match condition["reason"].str() {
            "" => text(&condition["status"]),
            reason => format!("{} ({reason})", condition["status"].str()),
        };
        return note(path, told(old), told(new), found);
    }
    for field in ["reason", "message"] {
        compare(&format!("{path}.{field}"), &old[field], &new[field], found);
    }
}

/// By what the items of both lists are told apart.
fn list_key(old: &Value, new: &Value) -> Option<&'static str> {
    let items = || old.array().iter().chain(new.array());
    items().next()?;
    ["type", "name", "key"].into_iter().find(|key| items().all(|item| !item[*key].is_null()))
}

/// A container's state.
fn state(state: &Value) -> String {
    let Some((name, what)) = state.entries().next() else { return String::new() };
    match what["reason"].str() {
        "" => name.to_string(),
        reason => format!("{name} ({reason})"),
    }
}

fn is_noise(path: &str, key: &str) -> bool {
    let time = key.ends_with("Time") || key.ends_with("Timestamp") || key.ends_with("At");
    // How a runtime names an image says nothing new; which image is wanted does.
    let named = key == "image" && path.starts_with("status.");
    NOISE.contains(&key) || named || time && key != "deletionTimestamp"
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        value => match value.as_str() {
            Some(text) => text.to_owned(),
            None => api::json::to_string(value),
        },
    }
}

fn note(path: &str, old: String, new: String, found: &mut Vec<Change>) {
    let cut = |text: String| match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    };
    if old != new {
        found.push(Change { path: path.to_owned(), old: cut(old), new: cut(new) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::yaml;

    fn told(old: &str, new: &str) -> Vec<String> {
        let parse = |text: &str| yaml::documents(text).ok().and_then(|mut all| all.pop()).unwrap_or_default();
        let all = between(&parse(old), &parse(new));
        all.into_iter().map(|change| format!("{}: {} -> {}", change.path, change.old, change.new)).collect()
    }

    #[test]
    fn fields_are_named_by_their_paths() {
        assert_eq!(told("spec: {replicas: 1}", "spec: {replicas: 4}"), ["spec.replicas: 1 -> 4"]);
        assert_eq!(told("{}", "spec: {nodeName: node1}"), ["spec.nodeName:  -> node1"]);
        assert_eq!(told("metadata: {generation: 1}", "metadata: {generation: 2, resourceVersion: '7'}"), [""; 0]);
    }

    #[test]
    fn conditions_and_containers_are_told_by_name() {
        let old = "status: {conditions: [{type: Ready, status: 'False', reason: ContainersNotReady}]}";
        let new = "status: {conditions: [{type: Ready, status: 'True', lastTransitionTime: x}]}";
        assert_eq!(told(old, new), ["status.conditions[Ready]: False (ContainersNotReady) -> True"]);
        let old = "status: {containerStatuses: [{name: a, state: {waiting: {reason: ContainerCreating}}}]}";
        let new = "status: {containerStatuses: [{name: a, state: {running: {startedAt: x}}, ready: true}]}";
        let expected = [
            "status.containerStatuses[a].state: waiting (ContainerCreating) -> running",
            "status.containerStatuses[a].ready:  -> true",
        ];
        assert_eq!(told(old, new), expected);
    }

    #[test]
    fn heartbeats_are_nothing() {
        let old = "status: {conditions: [{type: Ready, status: 'True', lastHeartbeatTime: a}]}";
        let new = "status: {conditions: [{type: Ready, status: 'True', lastHeartbeatTime: b}]}";
        assert_eq!(told(old, new), [""; 0]);
    }

    #[test]
    fn what_is_wanted_comes_first() {
        let old = "{metadata: {annotations: {a: '1'}}, spec: {c: {image: a}}, status: {x: 1, phase: Pending}}";
        let new = "{metadata: {annotations: {a: '2'}}, spec: {c: {image: b}}, status: {x: 2, phase: Running}}";
        let expected = [
            "status.phase: Pending -> Running",
            "spec.c.image: a -> b",
            "status.x: 1 -> 2",
            "metadata.annotations.a: 1 -> 2",
        ];
        assert_eq!(told(old, new), expected);
    }

    #[test]
    fn taints_come_and_go_as_a_whole() {
        let new = "spec: {taints: [{key: a, effect: NoSchedule, timeAdded: x}, {key: a, effect: NoExecute}]}";
        assert_eq!(told("spec: {}", new), ["spec.taints:  -> a:NoSchedule", "spec.taints:  -> a:NoExecute"]);
    }
}
