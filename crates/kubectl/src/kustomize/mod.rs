//! Kustomizations: objects from files, with names, labels, images and more changed on the way (sigs.k8s.io/kustomize).
//!
//! A folder's resources are gathered (those of other folders come changed already), its generators add to them, and its
//! transformers change them in a fixed order. Every object remembers the names that it had, so that what refers to it can
//! follow.

mod fields;
mod generate;
mod order;
mod path;
mod references;
mod replacements;
mod select;
mod transform;
mod typed;
mod vars;

use crate::cx::Cx;
use crate::fail::{Outcome, fail};
use api::{Value, yaml};

/// How deep folders may lie on top of each other.
const DEPTH: usize = 16;
/// The names that the file may have.
const FILES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// What it should not contain any more, in the order in which that is said, and what has taken its place.
const DEPRECATED: [(&str, &str); 6] = [
    ("bases", "resources"),
    ("commonLabels", "labels"),
    ("imageTags", "images"),
    ("patchesJson6902", "patches"),
    ("patchesStrategicMerge", "patches"),
    ("vars", "replacements"),
];
/// An object on its way through the folders.
#[derive(Clone, Debug)]
struct Resource {
    object: Value,
    /// The names that it had before.
    names: Vec<String>,
    /// Whether a hash of its content belongs behind its name.
    hashed: bool,
    /// The names of the vars that are read from it.
    vars: Vec<String>,
}

/// What the folders have come to so far.
#[derive(Default)]
struct Gathered {
    resources: Vec<Resource>,
    vars: Vec<Value>,
    /// How the uppermost folder wants it all sorted.
    sort_options: Value,
}

impl Resource {
    fn new(object: Value) -> Resource {
        Resource { names: vec![object.name().to_owned()], object, hashed: false, vars: Vec::new() }
    }

    fn kind(&self) -> &str {
        self.object["kind"].str()
    }

    /// Whether it has or had a name.
    fn is_called(&self, name: &str) -> bool {
        self.object.name() == name || self.names.iter().any(|known| known == name)
    }

    fn rename(&mut self, name: String) {
        let old = self.object.name().to_owned();
        if !self.names.contains(&old) {
            self.names.push(old);
        }
        self.object.set("metadata.name", name);
    }
}

/// The objects that the kustomization in a folder makes, in order.
///
/// # Errors
/// There is none, or it is wrong.
pub fn build(cx: &Cx<'_>, folder: &str) -> Outcome<Vec<Value>> {
    let mut gathered = Gathered::default();
    accumulate(cx, folder, DEPTH, &mut gathered)?;
    let Gathered { mut resources, vars, sort_options } = gathered;
    for resource in &mut resources {
        if resource.hashed {
            let mut nameless = resource.object.clone();
            nameless.set("metadata.name", "");
            let hash = crate::cmd::content_hash(&nameless);
            resource.rename(format!("{}-{hash}", resource.object.name()));
        }
    }
    references::follow(&mut resources);
    vars::resolve(cx, &vars, &mut resources)?;
    order::sort(&sort_options, &mut resources)?;
    Ok(resources.into_iter().map(|resource| resource.object).collect())
}

/// A folder or file beside `folder`.
fn beside(folder: &str, path: &str) -> String {
    match folder {
        _ if path.starts_with('/') => path.to_owned(),
        "." => path.trim_start_matches("./").to_owned(),
        folder => format!("{}/{path}", folder.trim_end_matches('/')),
    }
}

/// The whole path, as error messages name it.
fn full(cx: &Cx<'_>, path: &str) -> String {
    let here = cx.host.env("PWD").unwrap_or_else(|| "/".to_owned());
    let mut parts: Vec<&str> = Vec::new();
    let joined = if path.starts_with('/') { path.to_owned() } else { format!("{here}/{path}") };
    for part in joined.split('/').filter(|part| !matches!(*part, "" | ".")) {
        match part {
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

fn kustomization(cx: &Cx<'_>, folder: &str) -> Outcome<Value> {
    let Ok(names) = cx.host.list_dir(folder) else {
        let full = full(cx, folder);
        return Err(fail!(
            "must build at directory: not a valid directory: evalsymlink failure on '{folder}' : lstat {full}: no such file or directory"
        ));
    };
    let found: Vec<&str> = FILES.into_iter().filter(|file| names.iter().any(|name| name == file)).collect();
    let full = full(cx, folder);
    let [file] = found[..] else {
        return Err(match found.len() {
            0 => fail!(
                "unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '{full}'"
            ),
            _ => fail!("Found multiple kustomization files under: {full}\n"),
        });
    };
    let text = cx.host.read_file(&beside(folder, file)).map_err(|why| fail!("open {full}/{file}: {why}"))?;
    let value = yaml::parse(&text).map_err(|why| fail!("invalid Kustomization: {why}"))?.value;
    if value.is_null() || value.is_empty() {
        return Err(fail!("kustomization.yaml is empty"));
    }
    typed::check(&value).map_err(|why| fail!("invalid Kustomization: json: {why}"))?;
    for (old, new) in DEPRECATED.iter().filter(|(old, _)| !value[*old].is_null()) {
        let fix = match *old {
            "vars" => "[EXPERIMENTAL] Run 'kustomize edit fix' to update your Kustomization automatically.",
            _ => "Run 'kustomize edit fix' to update your Kustomization automatically.",
        };
        cx.warn(format_args!("# Warning: '{old}' is deprecated. Please use '{new}' instead. {fix}"));
    }
    Ok(value)
}

/// Adds what a folder makes to what is gathered; what is there already is changed too, which only components do.
fn accumulate(cx: &Cx<'_>, folder: &str, depth: usize, gathered: &mut Gathered) -> Outcome {
    if depth == 0 {
        return Err(fail!("cycle detected: candidate root '{}' contains visited root", full(cx, folder)));
    }
    let file = kustomization(cx, folder)?;
    for field in ["helmCharts", "generators", "transformers", "validators", "configurations", "buildMetadata"] {
        if !file[field].is_empty() {
            return Err(fail!("kustomize's {field} are not simulated here"));
        }
    }
    for path in file["resources"].array().iter().chain(file["bases"].array()) {
        gather(cx, folder, path.str(), depth, gathered)?;
    }
    generate::generate(cx, folder, &file, &mut gathered.resources)?;
    for path in file["components"].array() {
        accumulate(cx, &beside(folder, path.str()), depth - 1, gathered)?;
    }
    let Gathered { resources, vars, sort_options } = gathered;
    *sort_options = file["sortOptions"].clone();
    transform::transform(cx, folder, &file, resources)?;
    references::follow(resources);
    vars::note(file["vars"].array(), resources, vars)
}

/// One entry of `resources`: a file or another folder.
fn gather(cx: &Cx<'_>, folder: &str, path: &str, depth: usize, gathered: &mut Gathered) -> Outcome {
    let resources = &mut gathered.resources;
    let place = beside(folder, path);
    if cx.host.list_dir(&place).is_ok() {
        let mut others = Gathered::default();
        accumulate(cx, &place, depth - 1, &mut others)
            .map_err(|fail| fail!("accumulating resources: accumulation err='accumulating resources from '{path}': read {0}: is a directory': recursed accumulation of path '{0}': {1}", full(cx, &place), fail.message()))?;
        others.resources.into_iter().try_for_each(|other| add(other, resources))?;
        return others.vars.iter().try_for_each(|var| vars::add(var, &mut gathered.vars));
    }
    let full = full(cx, &place);
    let failed = |why: String| {
        fail!(
            "accumulating resources: accumulation err='accumulating resources from '{path}': {why}': must build at directory: \
             not a valid directory: evalsymlink failure on '{full}' : lstat {full}: no such file or directory"
        )
    };
    let text = cx.host.read_file(&place);
    let text = text.map_err(|why| failed(format!("evalsymlink failure on '{full}' : lstat {full}: {why}")))?;
    let documents = yaml::documents(&text).map_err(|why| {
        fail!("accumulating resources: accumulation err='accumulating resources from '{path}': {why}'")
    })?;
    for object in documents.into_iter().filter(|document| !document.is_null()) {
        let items = object["items"].array();
        if object["kind"].str().ends_with("List") && !items.is_empty() {
            items.iter().try_for_each(|item| add(Resource::new(item.clone()), resources))?;
        } else {
            check(&object, path)?;
            add(Resource::new(object), resources)?;
        }
    }
    Ok(())
}

fn check(object: &Value, path: &str) -> Outcome {
    let missing = match (object["kind"].str(), object.name()) {
        ("", _) => "missing Resource metadata: missing kind",
        (_, "") => "missing metadata.name in object",
        _ => return Ok(()),
    };
    Err(fail!("accumulating resources: accumulation err='accumulating resources from '{path}': {missing}'"))
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

/// `Deployment.v1.apps/web.[noNs]`
fn id(object: &Value) -> String {
    let api_version = object["apiVersion"].str();
    let (group, version) = api_version.split_once('/').unwrap_or(("[noGrp]", api_version));
    let namespace = if object.namespace().is_empty() { "[noNs]" } else { object.namespace() };
    format!("{}.{version}.{group}/{}.{namespace}", object["kind"].str(), object.name())
}

#[cfg(test)]
mod tests;
