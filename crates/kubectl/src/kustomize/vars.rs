//! Values of fields that stand in others as `$(NAME)` (kustomize's vars; replacements have taken their place).

use super::{Resource, fields, gvk, path};
use crate::cx::Cx;
use crate::fail::{Outcome, fail};
use api::{Value, text};
use std::cell::Cell;

/// Where a name may stand inside a Pod's spec (kustomize's `varReferenceFieldSpecs`).
const IN_POD: [&str; 9] = [
    "containers[].args",
    "containers[].command",
    "containers[].env[].value",
    "containers[].volumeMounts[].mountPath",
    "initContainers[].args",
    "initContainers[].command",
    "initContainers[].env[].value",
    "initContainers[].volumeMounts[].mountPath",
    "volumes[].nfs.server",
];

/// Where else, by kind; an empty one stands for all.
const OTHERS: [(&str, &str); 10] = [
    ("Deployment", "spec.template.metadata.annotations"),
    ("Ingress", "spec.rules[].host"),
    ("Ingress", "spec.tls[].hosts"),
    ("Ingress", "spec.tls[].secretName"),
    ("Service", "spec.ports[].port"),
    ("Service", "spec.ports[].targetPort"),
    ("StatefulSet", "spec.volumeClaimTemplates[].spec.nfs.server"),
    ("PersistentVolume", "spec.nfs.server"),
    ("", "metadata.labels"),
    ("", "metadata.annotations"),
];

/// What stands for a name, and whether it was asked for.
struct Known {
    name: String,
    value: Value,
    used: Cell<bool>,
}

/// Adds the vars of a kustomization to those known, and notes at the object that each is about that it is: names still change.
///
/// # Errors
/// A var of this name is there already, or several objects are meant.
pub fn note(entries: &[Value], resources: &mut [Resource], known: &mut Vec<Value>) -> Outcome {
    let all = || {
        entries.iter().map(|var| said(var, ("", ""), var["fieldref"]["fieldPath"].str())).collect::<Vec<_>>().join(" ")
    };
    entries
        .iter()
        .try_for_each(|var| note_one(var, resources, known))
        .map_err(|why| fail!("merging vars [{}]: {}", all(), why.message()))
}

fn note_one(var: &Value, resources: &mut [Resource], known: &mut Vec<Value>) -> Outcome {
    let mut meant: Vec<&mut Resource> = resources.iter_mut().filter(|r| is_meant(r, &var["objref"])).collect();
    match &mut meant[..] {
        [] => {}
        [one] => one.vars.push(var["name"].str().to_owned()),
        many => {
            let said = said(var, group_version(&var["objref"]), var["fieldref"]["fieldPath"].str());
            return Err(fail!("found {} resId matches for var {said} (unable to disambiguate)", many.len()));
        }
    }
    add(var, known)
}

/// Adds a var to those known.
///
/// # Errors
/// There is one of this name.
pub fn add(var: &Value, known: &mut Vec<Value>) -> Outcome {
    let name = var["name"].str();
    if known.iter().any(|known| known["name"].str() == name) {
        return Err(fail!("var '{name}' already encountered"));
    }
    known.push(var.clone());
    Ok(())
}

/// Puts the values in. What is not a var stays as it stands: a container may have a variable of that name.
///
/// # Errors
/// A var's object or field is not there.
pub fn resolve(cx: &Cx<'_>, vars: &[Value], resources: &mut [Resource]) -> Outcome {
    let mut values = Vec::new();
    for var in vars {
        let name = var["name"].str();
        let said = || said(var, group_version(&var["objref"]), field_path(var));
        let source = resources.iter().find(|resource| resource.vars.iter().any(|known| known == name));
        let Some(source) = source else {
            return Err(fail!("var '{}' cannot be mapped to a field in the set of known resources", said()));
        };
        let Some(value) = path::find(&source.object, &path::split(&indexed(field_path(var)))) else {
            return Err(fail!("field specified in var '{}' not found in corresponding resource", said()));
        };
        values.push(Known { name: name.to_owned(), value: value.clone(), used: Cell::new(false) });
    }
    if values.is_empty() {
        return Ok(());
    }
    for resource in resources {
        let kind = resource.kind().to_owned();
        let spec = fields::template_path(&kind).map_or("spec".to_owned(), |template| format!("{template}.spec"));
        if kind == "Pod" || spec != "spec" {
            for path in IN_POD {
                fields::each(&mut resource.object, &format!("{spec}.{path}"), false, &mut |field| put(field, &values));
            }
        }
        for (_, path) in OTHERS.iter().filter(|(of, _)| of.is_empty() || *of == kind) {
            fields::each(&mut resource.object, path, false, &mut |field| put(field, &values));
        }
    }
    let unused: Vec<&str> = values.iter().filter(|known| !known.used.get()).map(|known| known.name.as_str()).collect();
    if !unused.is_empty() {
        let text = format!("well-defined vars that were never replaced: {}", unused.join(","));
        cx.klog('I', "log.go:244", &text);
    }
    Ok(())
}

/// Puts values into a text, or into all texts of a list or a map.
fn put(field: &mut Value, values: &[Known]) {
    match field {
        Value::String(text) => *field = filled(text, values),
        Value::Array(items) if !items.is_empty() => field.array_mut().iter_mut().for_each(|item| put(item, values)),
        Value::Object(map) if map.iter().next().is_some() => {
            field.object_mut().iter_mut().for_each(|(_, item)| put(item, values));
        }
        _ => {}
    }
}

/// A text with values for its `$(NAME)`; `$$` is a dollar sign. A text that is nothing else becomes the value itself, of whatever type.
fn filled(text: &str, values: &[Known]) -> Value {
    let value_of = |name: &str| {
        let scalar = |value: &Value| !matches!(value, Value::Array(_) | Value::Object(_));
        let known = values.iter().find(|known| known.name == name && scalar(&known.value))?;
        known.used.set(true);
        Some(&known.value)
    };
    let (mut filled, mut rest) = (String::new(), text);
    while let Some(at) = rest.find('$') {
        filled.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        let name = behind.strip_prefix('(').and_then(|name| name.split_once(')'));
        rest = match (name, behind.strip_prefix('$')) {
            (Some((name, rest)), _) => {
                match value_of(name) {
                    Some(value) if text.len() == name.len() + 3 => return value.clone(),
                    Some(value) => filled.push_str(&path::plain(value)),
                    None => filled.push_str(&format!("$({name})")),
                }
                rest
            }
            (None, Some(rest)) => {
                filled.push('$');
                rest
            }
            (None, None) => {
                filled.push('$');
                behind
            }
        };
    }
    filled.push_str(rest);
    filled.into()
}

fn is_meant(resource: &Resource, wanted: &Value) -> bool {
    let object = &resource.object;
    let (group, version) = group_version(wanted);
    let namespace = wanted["namespace"].str();
    super::group_version(object) == (group, version)
        && resource.kind() == wanted["kind"].str()
        && resource.is_called(wanted["name"].str())
        && (namespace.is_empty() || namespace == object.namespace())
}

fn group_version(wanted: &Value) -> (&str, &str) {
    match wanted["apiVersion"].str() {
        "" => (wanted["group"].str(), wanted["version"].str()),
        both => both.rsplit_once('/').unwrap_or((wanted["group"].str(), both)),
    }
}

fn field_path(var: &Value) -> &str {
    var["fieldref"]["fieldPath"].as_str().filter(|path| !path.is_empty()).unwrap_or("metadata.name")
}

/// `spec.ports[0].port` as `spec.ports.0.port`; vars write list items the first way, too.
fn indexed(path: &str) -> String {
    let mut pieces = path.split('[');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.split_once(']').filter(|(at, _)| at.parse::<usize>().is_ok()) {
            Some((at, rest)) => text.push_str(&format!(".{at}{rest}")),
            None => text.push_str(&format!("[{piece}")),
        }
    }
    text
}

/// A var as Go prints the struct, with as much of it as is known by then.
fn said(var: &Value, (group, version): (&str, &str), path: &str) -> String {
    let object = &var["objref"];
    let [version, group] =
        [(version, "version"), (group, "group")].map(|(text, field)| text::or(text, object[field].str()));
    format!("{{{} {} {{{path}}}}}", var["name"].str(), gvk(object["kind"].str(), version, group))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_filled() {
        let known = |name: &str, value| Known { name: name.to_owned(), value, used: Cell::new(false) };
        let values = [known("A", "x".into()), known("N", 8080.into())];
        let text = |text: &str| filled(text, &values);
        assert_eq!(text("$(N)"), Value::from(8080));
        assert_eq!(text("http://$(A):$(N)/$(B)"), Value::from("http://x:8080/$(B)"));
        assert_eq!(text("$$(A) $A $("), Value::from("$(A) $A $("));
        assert_eq!(indexed("spec.ports[0].port"), "spec.ports.0.port");
    }
}
