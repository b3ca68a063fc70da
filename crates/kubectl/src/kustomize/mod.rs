//! Kustomizations: objects from files, with names, labels, images and more changed on the way (sigs.k8s.io/kustomize).
//!
//! A folder's resources are gathered (those of other folders come changed already), its generators add to them, and its
//! transformers change them in a fixed order. Every object remembers the names that it had, so that what refers to it can
//! follow.

mod fields;
mod gather;
mod generate;
mod order;
mod pairs;
mod path;
mod references;
mod replacements;
mod root;
mod select;
mod transform;
mod typed;
mod vars;

use crate::cx::Cx;
use crate::fail::Outcome;
use api::{Value, text};
use gather::Gathered;
use root::Root;

/// Says that an object is of use only to kustomize itself.
const LOCAL: &str = "config.kubernetes.io/local-config";

/// An object on its way through the folders.
#[derive(Clone, Debug)]
struct Resource {
    object: Value,
    /// The names that it had before.
    names: Vec<String>,
    /// The namespace that it had at first.
    namespace: String,
    /// Whether a hash of its content belongs behind its name.
    hashed: bool,
    /// The names of the vars that are read from it.
    vars: Vec<String>,
}

impl Resource {
    fn new(object: Value) -> Resource {
        let (names, namespace) = (vec![object.name().to_owned()], object.namespace().to_owned());
        Resource { names, namespace, object, hashed: false, vars: Vec::new() }
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
    let root = Root::new(cx, folder)?;
    let file = root.kustomization()?;
    let mut gathered = Gathered::default();
    gather::accumulate(&root, &file, &mut gathered)?;
    let Gathered { mut resources, vars } = gathered;
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
    let is_local = |local: &Value| local.as_str().is_some_and(|local| local != "false");
    resources.retain(|resource| !is_local(&resource.object["metadata"]["annotations"][LOCAL]));
    order::sort(&file["sortOptions"], &mut resources)?;
    Ok(resources.into_iter().map(|resource| resource.object).collect())
}

/// The group (empty for the oldest kinds) and the version of an object.
fn group_version(object: &Value) -> (&str, &str) {
    let both = object["apiVersion"].str();
    both.rsplit_once('/').unwrap_or(("", both))
}

/// `Deployment.v1.apps`
fn gvk(kind: &str, version: &str, group: &str) -> String {
    format!("{}.{}.{}", text::or(kind, "[noKind]"), text::or(version, "[noVer]"), text::or(group, "[noGrp]"))
}

/// What a kind, its name and its namespace are called together: `Deployment.v1.apps/web.[noNs]`.
fn res_id(gvk: &str, name: &str, namespace: &str) -> String {
    format!("{gvk}/{}.{}", text::or(name, "[noName]"), text::or(namespace, "[noNs]"))
}

/// What an object is called.
fn id(object: &Value) -> String {
    let (group, version) = group_version(object);
    res_id(&gvk(object["kind"].str(), version, group), object.name(), object.namespace())
}

#[cfg(test)]
mod tests;
