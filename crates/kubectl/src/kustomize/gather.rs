//! What a folder's kustomization comes to: its resources, those of other folders, and what it changes about them (kustomize's
//! `KustTarget`).

use super::root::Root;
use super::{Resource, generate, id, references, transform, vars};
use crate::fail::{Outcome, fail};
use crate::print::go_fmt;
use api::{Value, yaml};

/// What the folders have come to so far.
#[derive(Default)]
pub struct Gathered {
    pub resources: Vec<Resource>,
    pub vars: Vec<Value>,
}

/// Adds what a folder makes to what is gathered; what is there already is changed too, which only components do.
///
/// # Errors
/// Something is missing, or does not fit.
pub fn accumulate(root: &Root<'_>, file: &Value, gathered: &mut Gathered) -> Outcome {
    for path in file["resources"].array().iter().chain(file["bases"].array()) {
        resource(root, path.str(), gathered).map_err(|why| fail!("accumulating resources: {}", why.message()))?;
    }
    generate::generate(root, file, &mut gathered.resources)?;
    for path in file["components"].array() {
        component(root, path.str(), gathered).map_err(|why| fail!("accumulating components: {}", why.message()))?;
    }
    let Gathered { resources, vars } = gathered;
    transform::transform(root, file, resources)?;
    references::follow(resources);
    vars::note(file["vars"].array(), resources, vars)
}

/// One entry of `resources`: a file or another folder.
fn resource(root: &Root<'_>, path: &str, gathered: &mut Gathered) -> Outcome {
    let why = match root.file(path).map(|text| objects(&text)) {
        Ok(Err(malformed)) => {
            let malformed = format!("MalformedYAMLError: {malformed} in File: {path}");
            return Err(fail!("accumulating resources from '{path}': {malformed}"));
        }
        Ok(Ok(objects)) => match objects.iter().find_map(what_is_missing) {
            Some(missing) => format!("accumulating resources from '{path}': {missing}"),
            None => match add_all(objects.into_iter().map(Resource::new), &mut gathered.resources) {
                Ok(()) => return Ok(()),
                Err(why) => format!("merging resources from '{path}': {}", why.message()),
            },
        },
        Err(why) => format!("accumulating resources from '{path}': {why}"),
    };
    directory(root, path, gathered).map_err(|not| fail!("accumulation err='{why}': {}", not.message()))
}

/// A folder with a kustomization of its own.
fn directory(root: &Root<'_>, path: &str, gathered: &mut Gathered) -> Outcome {
    let (root, file) = enter(root.below(path)?, false)?;
    let mut others = Gathered::default();
    accumulate(&root, &file, &mut others).map_err(|why| recursed("accumulation of", &root, &why.message()))?;
    let merged = add_all(others.resources.into_iter(), &mut gathered.resources)
        .and_then(|()| others.vars.iter().try_for_each(|var| vars::add(var, &mut gathered.vars)));
    merged.map_err(|why| recursed("merging from", &root, &why.message()))
}

/// A folder that changes what is there already.
fn component(root: &Root<'_>, path: &str, gathered: &mut Gathered) -> Outcome {
    let root = root.below(path).map_err(|why| fail!("loader.New {:?}", why.message()))?;
    let entered = enter(root, true).and_then(|(root, file)| {
        accumulate(&root, &file, gathered).map_err(|why| recursed("accumulation of", &root, &why.message()))
    });
    entered.map_err(|why| fail!("accumulateDirectory: {:?}", why.message()))
}

fn enter(root: Root<'_>, as_component: bool) -> Outcome<(Root<'_>, Value)> {
    let path = &root.path;
    let file = root.kustomization();
    let file = file.map_err(|why| fail!("couldn't make target for path '{path}': {}", why.message()))?;
    let kind = file["kind"].as_str().unwrap_or("Kustomization");
    match (as_component, kind == "Component") {
        (true, false) => Err(fail!("expected kind 'Component' for path '{path}' but got '{kind}'")),
        (false, true) => Err(fail!("expected kind != 'Component' for path '{path}'")),
        _ => Ok((root, file)),
    }
}

fn recursed(what: &str, root: &Root<'_>, why: &str) -> crate::fail::Fail {
    fail!("recursed {what} path '{}': {why}", root.path)
}

/// The objects in a file, those of lists one by one.
fn objects(text: &str) -> Result<Vec<Value>, String> {
    let mut objects = Vec::new();
    for document in yaml::documents_v3(text)? {
        match document["items"].array() {
            [] => objects.push(document),
            _ if !document["kind"].str().ends_with("List") => objects.push(document),
            items => objects.extend_from_slice(items),
        }
    }
    Ok(objects)
}

fn what_is_missing(object: &Value) -> Option<String> {
    let metadata = &object["metadata"];
    let field = match (object["kind"].str(), object.name()) {
        ("", _) if object["apiVersion"].is_null() && metadata.is_null() => {
            return Some("missing Resource metadata".to_owned());
        }
        ("", _) => "kind",
        (_, "") => "metadata.name",
        _ => return None,
    };
    let empty = Value::object();
    let or_empty = |map: &Value| go_fmt::plain(if map.as_object().is_some() { map } else { &empty });
    let [labels, annotations] = ["labels", "annotations"].map(|field| or_empty(&metadata[field]));
    let head = format!("{{{} {}}}", object["apiVersion"].str(), object["kind"].str());
    let names = format!("{{{} {}}}", object.name(), object.namespace());
    Some(format!("missing {field} in object {{{head} {{{names} {labels} {annotations}}}}}"))
}

fn add_all(new: impl Iterator<Item = Resource>, resources: &mut Vec<Resource>) -> Outcome {
    new.into_iter().try_for_each(|new| add(new, resources))
}

fn add(new: Resource, resources: &mut Vec<Resource>) -> Outcome {
    let same = |known: &&Resource| {
        let (a, b) = (&known.object, &new.object);
        a["apiVersion"] == b["apiVersion"]
            && a["kind"] == b["kind"]
            && a.name() == b.name()
            && a.namespace() == b.namespace()
    };
    if resources.iter().find(same).is_some() {
        return Err(fail!("may not add resource with an already registered id: {}", id(&new.object)));
    }
    resources.push(new);
    Ok(())
}
