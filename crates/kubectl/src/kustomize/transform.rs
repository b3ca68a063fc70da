//! What a kustomization changes about its resources, in kustomize's order.

use super::{Resource, beside, fields, id, replacements, select};
use crate::cx::Cx;
use crate::fail::{Fail, Outcome, fail};
use api::{Value, json, kind, patch, yaml};

/// Changes the resources as a kustomization says.
pub fn transform(cx: &Cx<'_>, folder: &str, file: &Value, resources: &mut Vec<Resource>) -> Outcome {
    for entry in file["patchesStrategicMerge"].array() {
        let text = cx.host.read_file(&beside(folder, entry.str())).unwrap_or_else(|_| entry.str().to_owned());
        apply_patch(&text, &Value::Null, resources)?;
    }
    for entry in file["patches"].array() {
        let text = patch_text(cx, folder, entry)?;
        apply_patch(&text, &entry["target"], resources)?;
    }
    namespace(file["namespace"].str(), resources);
    rename(file["namePrefix"].str(), file["nameSuffix"].str(), resources);
    labels(file, resources);
    annotations(&file["commonAnnotations"], resources);
    for entry in file["patchesJson6902"].array() {
        let text = patch_text(cx, folder, entry)?;
        apply_patch(&text, &entry["target"], resources)?;
    }
    replicas(file["replicas"].array(), resources)?;
    images(file["images"].array(), resources);
    replacements::replace(cx, folder, file["replacements"].array(), resources)
}

fn patch_text(cx: &Cx<'_>, folder: &str, entry: &Value) -> Outcome<String> {
    match (entry["path"].str(), entry["patch"].str()) {
        ("", "") => Err("must specify a target for patch or its text".into()),
        ("", text) => Ok(text.to_owned()),
        (path, _) => {
            let full = super::full(cx, &beside(folder, path));
            let failed = |why: String| {
                fail!(
                    "unable to get patch from path: file '{path}' is not in or below the kustomization: open {full}: {why}"
                )
            };
            cx.host.read_file(&beside(folder, path)).map_err(failed)
        }
    }
}

fn apply_patch(text: &str, target: &Value, resources: &mut Vec<Resource>) -> Outcome {
    let unreadable = || fail!("unable to parse SM or JSON patch from [{text}]");
    // JSON is YAML, too; a list is a JSON patch.
    let documents = yaml::documents(text).map_err(|_| unreadable())?;
    for document in documents.into_iter().filter(|document| !document.is_null()) {
        match &document {
            Value::Array(_) if target.is_null() => return Err(fail!("must specify a target for JSON patch [{text}]")),
            Value::Array(_) | Value::Object(_) => {}
            _ => return Err(unreadable()),
        }
        let wanted = |resource: &Resource| match target {
            Value::Null => is_meant(resource, &document),
            target => select::fits(resource, target),
        };
        let mut found = false;
        for resource in resources.iter_mut().filter(|resource| wanted(resource)) {
            found = true;
            patched(resource, &document)?;
        }
        // A selector may find nothing, a patch of one object must find it.
        if !found && target.is_null() {
            let id = id(&document);
            return Err(fail!(
                "no resource matches strategic merge patch \"{id}\": no matches for Id {id}; failed to find unique target for patch {id}"
            ));
        }
        resources.retain(|resource| !resource.object.is_null());
    }
    Ok(())
}

/// Whether a patch that names an object means this one.
fn is_meant(resource: &Resource, patch: &Value) -> bool {
    let object = &resource.object;
    let group = |value: &Value| value["apiVersion"].str().rsplit_once('/').map_or(String::new(), |(g, _)| g.to_owned());
    resource.kind() == patch["kind"].str()
        && group(object) == group(patch)
        && resource.is_called(patch.name())
        && (patch.namespace().is_empty() || patch.namespace() == object.namespace())
}

fn patched(resource: &mut Resource, document: &Value) -> Outcome {
    if let Value::Array(_) = document {
        resource.object = patch::json_patch(&resource.object, document).map_err(|status| Fail::Text(status.message))?;
        return Ok(());
    }
    if document["$patch"].str() == "delete" {
        resource.object = Value::Null;
        return Ok(());
    }
    let mut body = document.clone();
    // The target's name stays, whatever the patch calls it.
    body.set("metadata.name", resource.object.name());
    let known = kind::by_api_version(resource.object["apiVersion"].str(), resource.kind());
    resource.object = match known {
        Some(kind) => {
            patch::strategic_merge(kind, &resource.object, &body).map_err(|status| Fail::Text(status.message))?
        }
        None => patch::merge_patch(&resource.object, &body),
    };
    Ok(())
}

fn is_namespaced(object: &Value) -> bool {
    kind::by_api_version(object["apiVersion"].str(), object["kind"].str()).is_none_or(|kind| kind.namespaced)
}

fn namespace(namespace: &str, resources: &mut [Resource]) {
    if namespace.is_empty() {
        return;
    }
    let accounts: Vec<String> =
        resources.iter().filter(|r| r.kind() == "ServiceAccount").map(|r| r.object.name().to_owned()).collect();
    for resource in resources.iter_mut() {
        if resource.kind() == "Namespace" {
            resource.rename(namespace.to_owned());
        } else if is_namespaced(&resource.object) {
            resource.object.set("metadata.namespace", namespace);
        }
        if resource.kind().ends_with("RoleBinding") {
            fields::each(&mut resource.object, "subjects[]", false, &mut |subject| {
                let name = subject["name"].str();
                let ours = name == "default" || accounts.iter().any(|account| account == name);
                if subject["kind"].str() == "ServiceAccount" && ours {
                    subject.set("namespace", namespace);
                }
            });
        }
    }
}

fn rename(prefix: &str, suffix: &str, resources: &mut [Resource]) {
    if prefix.is_empty() && suffix.is_empty() {
        return;
    }
    for resource in resources {
        if !["CustomResourceDefinition", "APIService", "Namespace"].contains(&resource.kind()) {
            resource.rename(format!("{prefix}{}{suffix}", resource.object.name()));
        }
    }
}

/// Which kinds have a selector for labels, where, and whether it is made if it is not there.
const SELECTORS: [(&str, &str, bool); 12] = [
    ("Service", "spec.selector", true),
    ("ReplicationController", "spec.selector", true),
    ("Deployment", "spec.selector.matchLabels", true),
    ("ReplicaSet", "spec.selector.matchLabels", true),
    ("DaemonSet", "spec.selector.matchLabels", true),
    ("StatefulSet", "spec.selector.matchLabels", true),
    ("Job", "spec.selector.matchLabels", false),
    ("CronJob", "spec.jobTemplate.spec.selector.matchLabels", false),
    ("PodDisruptionBudget", "spec.selector.matchLabels", false),
    ("NetworkPolicy", "spec.podSelector.matchLabels", false),
    ("NetworkPolicy", "spec.ingress[].from[].podSelector.matchLabels", false),
    ("NetworkPolicy", "spec.egress[].to[].podSelector.matchLabels", false),
];

fn labels(file: &Value, resources: &mut [Resource]) {
    let mut sets = vec![(&file["commonLabels"], true, true)];
    for entry in file["labels"].array() {
        let selectors = entry["includeSelectors"].bool();
        sets.push((&entry["pairs"], selectors, selectors || entry["includeTemplates"].bool()));
    }
    for (pairs, selectors, templates) in sets.into_iter().filter(|(pairs, ..)| !pairs.is_empty()) {
        for resource in resources.iter_mut() {
            let kind = resource.kind().to_owned();
            let mut add = |path: &str, create: bool| {
                fields::each(&mut resource.object, path, create, &mut |map| fields::extend(map, pairs));
            };
            add("metadata.labels", true);
            for (_, path, create) in SELECTORS.iter().filter(|(k, ..)| selectors && *k == kind) {
                add(path, *create);
            }
            if let Some(template) = fields::template_path(&kind).filter(|_| templates) {
                add(&format!("{template}.metadata.labels"), true);
                if kind == "CronJob" {
                    add("spec.jobTemplate.metadata.labels", true);
                }
                if kind == "StatefulSet" {
                    fields::each(&mut resource.object, "spec.volumeClaimTemplates[]", false, &mut |claim| {
                        fields::extend(claim.at_mut("metadata.labels"), pairs);
                    });
                }
            }
        }
    }
}

fn annotations(pairs: &Value, resources: &mut [Resource]) {
    if pairs.is_empty() {
        return;
    }
    for resource in resources {
        let kind = resource.kind().to_owned();
        let mut add = |path: &str| {
            fields::each(&mut resource.object, path, true, &mut |map| fields::extend(map, pairs));
        };
        add("metadata.annotations");
        if let Some(template) = fields::template_path(&kind) {
            add(&format!("{template}.metadata.annotations"));
        }
        if kind == "CronJob" {
            add("spec.jobTemplate.metadata.annotations");
        }
    }
}

fn replicas(entries: &[Value], resources: &mut [Resource]) -> Outcome {
    const KINDS: [&str; 4] = ["Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"];
    for entry in entries {
        let (name, mut found) = (entry["name"].str(), false);
        for resource in resources.iter_mut().filter(|r| KINDS.contains(&r.kind()) && r.is_called(name)) {
            resource.object.set("spec.replicas", &entry["count"]);
            found = true;
        }
        if !found {
            return Err(fail!(
                "resource with name {name} does not match a config with the following GVK {}",
                json::to_string(&KINDS.into_iter().collect())
            ));
        }
    }
    Ok(())
}

fn images(entries: &[Value], resources: &mut [Resource]) {
    for entry in entries {
        for resource in resources.iter_mut() {
            fields::in_lists(&mut resource.object, &["containers", "initContainers"], &mut |container| {
                if let Some(image) = image(container["image"].str(), entry) {
                    container.set("image", image);
                }
            });
        }
    }
}

/// The image that an entry makes of another one; none if it is about something else.
fn image(old: &str, entry: &Value) -> Option<String> {
    let (rest, digest) = old.split_once('@').map_or((old, ""), |(rest, digest)| (rest, digest));
    // A colon before the last slash belongs to a port.
    let colon = rest.rfind(':').filter(|colon| !rest[*colon..].contains('/'));
    let (name, tag) = colon.map_or((rest, ""), |colon| (&rest[..colon], &rest[colon + 1..]));
    if entry["name"].str() != name {
        return None;
    }
    let name = entry["newName"].as_str().unwrap_or(name);
    let new_tag = crate::print::go_fmt::plain(&entry["newTag"]);
    let (new_tag, new_digest) = (if entry["newTag"].is_null() { "" } else { &new_tag }, entry["digest"].str());
    Some(match (new_tag, new_digest) {
        ("", "") if !digest.is_empty() => format!("{name}@{digest}"),
        ("", "") if tag.is_empty() => name.to_owned(),
        ("", "") => format!("{name}:{tag}"),
        (_, digest) if !digest.is_empty() => format!("{name}@{digest}"),
        (tag, _) => format!("{name}:{tag}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::obj;

    #[test]
    fn images_keep_what_is_not_changed() {
        let with = |field: &str, value: &str| obj! { "name" => "a.b:5/nginx", field => value };
        assert_eq!(image("a.b:5/nginx:1", &with("newName", "x")).unwrap(), "x:1");
        assert_eq!(image("a.b:5/nginx", &with("newTag", "2")).unwrap(), "a.b:5/nginx:2");
        assert_eq!(image("a.b:5/nginx:1", &with("digest", "sha256:0")).unwrap(), "a.b:5/nginx@sha256:0");
        assert_eq!(image("nginx", &with("newTag", "2")), None);
    }
}
