//! What a kustomization changes about its resources, in kustomize's order.

use super::root::Root;
use super::{Resource, fields, group_version, id, replacements, select};
use crate::fail::{Fail, Outcome, fail};
use api::{Value, kind, patch, regex::Regex, yaml};

/// Changes the resources as a kustomization says.
pub fn transform(root: &Root<'_>, file: &Value, resources: &mut Vec<Resource>) -> Outcome {
    for entry in file["patchesStrategicMerge"].array() {
        let text = root.file(entry.str()).unwrap_or_else(|_| entry.str().to_owned());
        let source = format!("[{text}]");
        let documents = documents(&text).ok_or_else(|| fail!("unable to parse SM or JSON patch from {source}"))?;
        Patch { documents, source, entry: &Value::Null }.apply(resources)?;
    }
    for entry in file["patches"].array() {
        read_patch(root, entry)?.apply(resources)?;
    }
    namespace(file["namespace"].str(), resources);
    rename(file["namePrefix"].str(), file["nameSuffix"].str(), resources);
    labels(file, resources);
    annotations(&file["commonAnnotations"], resources);
    for entry in file["patchesJson6902"].array() {
        read_patch(root, entry)?.apply(resources)?;
    }
    replicas(file["replicas"].array(), resources)?;
    for field in ["images", "imageTags"] {
        images(file[field].array(), resources);
    }
    replacements::replace(root, file["replacements"].array(), resources)
}

/// Patches of one entry, how messages name them, and the entry: whom they are for, and what they may do.
struct Patch<'a> {
    documents: Vec<Value>,
    source: String,
    entry: &'a Value,
}

/// The patches of an entry, from their file or as they stand.
fn read_patch<'a>(root: &Root<'_>, entry: &'a Value) -> Outcome<Patch<'a>> {
    let config = yaml::to_string(entry);
    let trouble = |why: String| fail!("trouble configuring builtin PatchTransformer with config: `\n{config}`: {why}");
    let (text, source) = match (entry["path"].str(), entry["patch"].str().trim()) {
        ("", "") => return Err(trouble(format!("must specify one of patch and path in\n{}", config.trim_end()))),
        ("", text) => (text.to_owned(), format!("[patch: {text:?}]")),
        (path, "") => {
            let failed = |why: String| trouble(format!("failed to get the patch file from path({path}): {why}"));
            (root.file(path).map_err(failed)?, format!("[path: {path:?}]"))
        }
        _ => return Err(trouble(format!("patch and path can't be set at the same time\n{}", config.trim_end()))),
    };
    match documents(&text) {
        Some(documents) => Ok(Patch { documents, source, entry }),
        None => Err(trouble(format!("unable to parse SM or JSON patch from {source}"))),
    }
}

/// The patches in a text; none if it is no patch. JSON is YAML, too; a list is a JSON patch.
fn documents(text: &str) -> Option<Vec<Value>> {
    let documents = yaml::documents_v3(text).ok()?;
    documents.iter().all(|one| matches!(one, Value::Array(_) | Value::Object(_))).then_some(documents)
}

impl Patch<'_> {
    fn apply(&self, resources: &mut Vec<Resource>) -> Outcome {
        let (target, source) = (&self.entry["target"], &self.source);
        select::check(target)?;
        if self.documents.iter().filter(|document| document.as_object().is_some()).count() > 1 && !target.is_null() {
            let what =
                "Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set `patches.target` field";
            return Err(fail!("{what}: {source}"));
        }
        for document in &self.documents {
            if matches!(document, Value::Array(_)) && target.is_null() {
                return Err(fail!("must specify a target for JSON patch {source}"));
            }
            self.apply_one(document, resources)?;
        }
        Ok(())
    }

    fn apply_one(&self, document: &Value, resources: &mut Vec<Resource>) -> Outcome {
        let target = &self.entry["target"];
        let mut found = false;
        for resource in resources.iter_mut() {
            let is_wanted =
                if target.is_null() { is_meant(resource, document) } else { select::fits(resource, target) };
            if is_wanted {
                found = true;
                patched(resource, document, &self.entry["options"])?;
            }
        }
        // A selector may find nothing, a patch of one object must find it.
        if !found && target.is_null() {
            let id = id(document);
            return Err(fail!(
                "no resource matches strategic merge patch \"{id}\": no matches for Id {id}; failed to find unique target for patch {id}"
            ));
        }
        resources.retain(|resource| !resource.object.is_null());
        Ok(())
    }
}

/// Whether a patch that names an object means this one.
fn is_meant(resource: &Resource, patch: &Value) -> bool {
    let object = &resource.object;
    resource.kind() == patch["kind"].str()
        && group_version(object).0 == group_version(patch).0
        && resource.is_called(patch.name())
        && (patch.namespace().is_empty() || patch.namespace() == object.namespace())
}

/// Patches a resource; `options` say whether its name and kind may change (kustomize's `PatchArgs`).
fn patched(resource: &mut Resource, document: &Value, options: &Value) -> Outcome {
    if let Value::Array(_) = document {
        return document.array().iter().try_for_each(|operation| operate(resource, operation));
    }
    if document["$patch"].str() == "delete" {
        resource.object = Value::Null;
        return Ok(());
    }
    let name = resource.object.name().to_owned();
    let mut body = document.clone();
    // The target's name stays, whatever the patch calls it, unless that is wanted.
    body.set("metadata.name", name.as_str());
    if !options["allowKindChange"].bool() {
        body.remove("kind");
        body.remove("apiVersion");
    }
    let known = kind::by_api_version(resource.object["apiVersion"].str(), resource.kind());
    resource.object = match known {
        Some(kind) => {
            patch::strategic_merge(kind, &resource.object, &body).map_err(|status| Fail::Text(status.message))?
        }
        None => patch::merge_patch(&resource.object, &body),
    };
    if options["allowNameChange"].bool() && !document.name().is_empty() {
        resource.rename(document.name().to_owned());
    }
    Ok(())
}

/// Does one operation of a JSON patch.
fn operate(resource: &mut Resource, operation: &Value) -> Outcome {
    Ok(patch::operate(&mut resource.object, operation)?)
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
        for field in entry["fields"].array() {
            for resource in resources.iter_mut().filter(|resource| is_of(resource, field)) {
                let mut add = |map: &mut Value| fields::extend(map, &entry["pairs"]);
                fields::at_spec(&mut resource.object, field["path"].str(), field["create"].bool(), &mut add);
            }
        }
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

/// Whether a field spec is about a resource's kind.
fn is_of(resource: &Resource, field: &Value) -> bool {
    let (group, version) = group_version(&resource.object);
    let fits = |wanted: &Value, own: &str| wanted.str().is_empty() || wanted.str() == own;
    fits(&field["kind"], resource.kind()) && fits(&field["group"], group) && fits(&field["version"], version)
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
    const KINDS: [&str; 4] = ["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"];
    for entry in entries {
        let (name, mut found) = (entry["name"].str(), false);
        for resource in resources.iter_mut().filter(|r| KINDS.contains(&r.kind()) && r.is_called(name)) {
            resource.object.set("spec.replicas", &entry["count"]);
            found = true;
        }
        if !found {
            return Err(fail!(
                "resource with name {name} does not match a config with the following GVK [{}]",
                KINDS.map(|kind| format!("{kind}.[noVer].[noGrp]")).join(" ")
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

/// The image that an entry makes of another one; none if it is about something else (kustomize's `imageTagUpdater`).
fn image(old: &str, entry: &Value) -> Option<String> {
    let text = |field: &str| entry[field].str();
    let pattern = format!("^{}(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?$", text("name"));
    if !Regex::go(&pattern).is_ok_and(|regex| regex.is_match(old)) {
        return None;
    }
    let (rest, digest) = old.split_once('@').unwrap_or((old, ""));
    // A colon before the last slash belongs to a port.
    let colon = rest.rfind(':').filter(|colon| !rest[*colon..].contains('/'));
    let (name, tag) = colon.map_or((rest, ""), |colon| (&rest[..colon], &rest[colon + 1..]));
    // A new tag or digest takes the place of both.
    let (tag, digest) = match (text("newTag"), text("digest"), text("tagSuffix")) {
        ("", "", "") => (tag.to_owned(), digest),
        ("", "", suffix) => (format!("{tag}{suffix}"), ""),
        (tag, digest, _) => (tag.to_owned(), digest),
    };
    let with = |mark: &str, text: &str| if text.is_empty() { String::new() } else { format!("{mark}{text}") };
    let name = if text("newName").is_empty() { name } else { text("newName") };
    Some(format!("{name}{}{}", with(":", &tag), with("@", digest)))
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
