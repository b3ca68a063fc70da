//! Fields by their path, through maps and lists.

use api::Value;

/// Where a Pod's template is in the kinds that have one.
pub fn template_path(kind: &str) -> Option<&'static str> {
    match kind {
        "Pod" | "PodTemplate" => None,
        "CronJob" => Some("spec.jobTemplate.spec.template"),
        "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet" | "Job" | "ReplicationController" => {
            Some("spec.template")
        }
        _ => None,
    }
}

/// Calls `change` for the field at a path (`spec.rules[].host`; `[]` stands for all items). With `create`, a field that is
/// not there is made, except inside lists.
pub fn each(value: &mut Value, path: &str, create: bool, change: &mut dyn FnMut(&mut Value)) {
    let Some((part, rest)) = path.split_once('.').or(Some((path, ""))).filter(|(part, _)| !part.is_empty()) else {
        return change(value);
    };
    let (name, all) = part.strip_suffix("[]").map_or((part, false), |name| (name, true));
    if value[name].is_null() && (!create || all) {
        return;
    }
    let field = value.at_mut(name);
    if all {
        if field.array().is_empty() {
            return;
        }
        field.array_mut().iter_mut().for_each(|item| each(item, rest, create, change));
    } else {
        each(field, rest, create, change);
    }
}

/// Calls `change` for the field at a path as kustomize's field specs write it, `spec/rules/host`: through lists without any mark.
pub fn at_spec(value: &mut Value, path: &str, create: bool, change: &mut dyn FnMut(&mut Value)) {
    if let Value::Array(items) = value {
        if !items.is_empty() {
            value.array_mut().iter_mut().for_each(|item| at_spec(item, path, create, change));
        }
        return;
    }
    let Some((part, rest)) = path.split_once('/').or(Some((path, ""))).filter(|(part, _)| !part.is_empty()) else {
        return change(value);
    };
    let is_map = value.is_null() || value.as_object().is_some();
    if is_map && (create || !value[part].is_null()) {
        at_spec(value.at_mut(part), rest, create, change);
    }
}

/// Calls `change` for every map in lists that are called one of `names`, at any depth.
pub fn in_lists(value: &mut Value, names: &[&str], change: &mut dyn FnMut(&mut Value)) {
    match value {
        Value::Object(_) => {
            for (key, field) in value.object_mut().iter_mut() {
                if names.contains(&key.as_str()) && !field.array().is_empty() {
                    field.array_mut().iter_mut().for_each(&mut *change);
                } else if !matches!(field, Value::String(_)) {
                    in_lists(field, names, change);
                }
            }
        }
        Value::Array(items) if !items.is_empty() => {
            value.array_mut().iter_mut().for_each(|item| in_lists(item, names, change));
        }
        _ => {}
    }
}

/// Adds the entries of one map to another.
pub fn extend(map: &mut Value, more: &Value) {
    for (key, value) in more.entries() {
        // Nothing is an empty text to Go.
        let text = if value.is_null() { "".into() } else { value.clone() };
        map.object_mut().insert(key.clone(), text);
    }
}
