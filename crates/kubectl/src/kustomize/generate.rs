//! ConfigMaps and Secrets made from literals and files.

use super::root::Root;
use super::{Resource, fields, pairs};
use crate::cmd::fill;
use crate::fail::{Outcome, fail};
use api::{Value, obj};

/// Adds what the generators of a kustomization make, or changes what is there with `behavior`.
///
/// # Errors
/// Something is missing, or what is to be changed is not there.
pub fn generate(root: &Root<'_>, file: &Value, resources: &mut Vec<Resource>) -> Outcome {
    for (field, kind) in [("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")] {
        for arguments in file[field].array() {
            let made = one(root, kind, arguments, &file["generatorOptions"])?;
            place(made, arguments["behavior"].str(), resources)?;
        }
    }
    Ok(())
}

fn one(root: &Root<'_>, kind: &str, arguments: &Value, general: &Value) -> Outcome<Resource> {
    let name = arguments["name"].str();
    if name.is_empty() {
        return Err("a configmap must have a name".into());
    }
    let mut object = obj! { "apiVersion" => "v1", "kind" => kind, "metadata" => obj! { "name" => name } };
    if !arguments["namespace"].str().is_empty() {
        object.set("metadata.namespace", arguments["namespace"].str());
    }
    if kind == "Secret" {
        object.set("type", arguments["type"].as_str().unwrap_or("Opaque"));
    }
    fill(&mut object, &pairs::load(root, arguments)?);
    let own = &arguments["options"];
    for options in [general, own] {
        for field in ["labels", "annotations"] {
            if !options[field].is_empty() {
                fields::extend(object.at_mut("metadata").at_mut(field), &options[field]);
            }
        }
        if options["immutable"].bool() {
            object.set("immutable", true);
        }
    }
    let plain = own["disableNameSuffixHash"].bool() || general["disableNameSuffixHash"].bool();
    Ok(Resource { hashed: !plain, ..Resource::new(object) })
}

fn place(made: Resource, behavior: &str, resources: &mut Vec<Resource>) -> Outcome {
    let (name, namespace) = (made.object.name(), made.object.namespace());
    let is_same = |known: &&mut Resource| {
        let is_there = known.namespace == namespace || known.object.namespace() == namespace;
        known.kind() == made.kind() && known.is_called(name) && is_there
    };
    match (behavior, resources.iter_mut().find(is_same)) {
        ("merge" | "replace", Some(known)) => merge(known, made.object, behavior == "merge"),
        ("merge" | "replace", None) => {
            return Err(fail!("{} does not exist; cannot merge or replace", said(&made)));
        }
        (_, None) => resources.push(made),
        (behavior, Some(_)) => {
            let behavior = if behavior == "create" { "create" } else { "unspecified" };
            let must = "behavior must be merge or replace";
            return Err(fail!("{} exists; can not use behavior: '{behavior}', {must}", said(&made)));
        }
    }
    Ok(())
}

/// What was made takes the place of what is there, under its name, with its labels and annotations, and maybe its entries.
fn merge(known: &mut Resource, mut made: Value, with_data: bool) {
    let old = std::mem::replace(&mut known.object, Value::Null);
    let mut keep = |map: &str| {
        if !old.at(map).is_empty() {
            let mut both = old.at(map).clone();
            fields::extend(&mut both, made.at(map));
            made.set(map, both);
        }
    };
    keep("metadata.labels");
    keep("metadata.annotations");
    if with_data {
        keep("data");
        keep("binaryData");
    }
    made.set("metadata.name", old.name());
    if !old.namespace().is_empty() {
        made.set("metadata.namespace", old.namespace());
    }
    known.object = made;
}

/// The generator and its object, as Go prints the two.
fn said(made: &Resource) -> String {
    let kind = made.kind();
    let gvk = format!("resid.Gvk{{Group:\"\", Version:\"v1\", Kind:{kind:?}, isClusterScoped:false}}");
    let (name, namespace) = (made.object.name(), made.object.namespace());
    let id = format!("resid.ResId{{Gvk:{gvk}, Name:{name:?}, Namespace:{namespace:?}}}");
    format!("merging from generator &{{0xc000784000 <nil>}}: id {id}")
}
