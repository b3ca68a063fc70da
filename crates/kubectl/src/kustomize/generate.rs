//! ConfigMaps and Secrets made from literals and files.

use super::{Resource, beside, fields};
use crate::cmd::{fill, from_env_file, from_file, from_literal};
use crate::cx::Cx;
use crate::fail::{Outcome, fail};
use api::{Value, obj};

/// Adds what the generators of a kustomization make, or changes what is there with `behavior`.
pub fn generate(cx: &Cx<'_>, folder: &str, file: &Value, resources: &mut Vec<Resource>) -> Outcome {
    for (field, kind) in [("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")] {
        for arguments in file[field].array() {
            let made = one(cx, folder, kind, arguments, &file["generatorOptions"])?;
            place(made, arguments["behavior"].str(), resources)?;
        }
    }
    Ok(())
}

fn one(cx: &Cx<'_>, folder: &str, kind: &str, arguments: &Value, general: &Value) -> Outcome<Resource> {
    let mut object =
        obj! { "apiVersion" => "v1", "kind" => kind, "metadata" => obj! { "name" => arguments["name"].str() } };
    if !arguments["namespace"].str().is_empty() {
        object.set("metadata.namespace", arguments["namespace"].str());
    }
    if kind == "Secret" {
        object.set("type", arguments["type"].as_str().unwrap_or("Opaque"));
    }
    let mut entries = Vec::new();
    for literal in arguments["literals"].array() {
        let literal = literal.str();
        let (key, value) = literal.split_once('=').unwrap_or((literal, ""));
        // Quotes around the whole value are not part of it.
        let quoted = ['"', '\''].into_iter().find_map(|q| value.strip_prefix(q)?.strip_suffix(q));
        match quoted {
            Some(value) => from_literal(&format!("{key}={value}"), &object, &mut entries)?,
            None => from_literal(literal, &object, &mut entries)?,
        }
    }
    for source in arguments["files"].array() {
        let (key, path) = source.str().split_once('=').map_or((None, source.str()), |(key, path)| (Some(key), path));
        let path = beside(folder, path);
        from_file(cx, &key.map_or(path.clone(), |key| format!("{key}={path}")), &object, &mut entries)?;
    }
    let envs = arguments["envs"].array().iter().chain(Some(&arguments["env"]));
    for path in envs.map(Value::str).filter(|path| !path.is_empty()) {
        from_env_file(cx, &beside(folder, path), &object, &mut entries)?;
    }
    fill(&mut object, &entries);
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
    let name = made.object.name().to_owned();
    let known = resources.iter_mut().find(|r| r.kind() == made.kind() && r.is_called(&name));
    match (behavior, known) {
        ("" | "create", None) => resources.push(made),
        ("merge" | "replace", Some(known)) => {
            if behavior == "replace" {
                known.object.set("data", &made.object["data"]);
            } else {
                fields::extend(known.object.at_mut("data"), &made.object["data"]);
            }
            for field in ["labels", "annotations"] {
                if !made.object["metadata"][field].is_empty() {
                    fields::extend(known.object.at_mut("metadata").at_mut(field), &made.object["metadata"][field]);
                }
            }
            known.hashed |= made.hashed;
        }
        ("merge" | "replace", None) => {
            let id = super::id(&made.object);
            return Err(fail!("merging from generator: id {id} does not exist; cannot merge or replace"));
        }
        _ => {
            let id = super::id(&made.object);
            return Err(fail!("merging from generator: id {id} exists; behavior must be merge or replace"));
        }
    }
    Ok(())
}
