//! OpenAPI documents, version 2 and 3, made from the schema's table: what `kubectl explain`, validation and `apply` read
//! (k8s.io/kube-openapi).

mod names;
mod paths;
mod schemas;
#[cfg(test)]
mod tests;

use super::discovery::groups;
use api::schema::table;
use api::{Kind, Map, Str, Value, obj};
use names::Names;

/// Says what a struct is (the field is empty) or what a field of it is; empty if nobody has said it yet.
pub type Describe = fn(of: &str, field: &str) -> &'static str;

/// The schemas of kinds that users have defined.
pub type Custom = [(&'static Kind, Value)];

/// Which of the two versions is written. They differ in where definitions stand and how types are referred to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    V2,
    V3,
}

impl Version {
    /// Where definitions stand.
    fn root(self) -> &'static str {
        match self {
            Version::V2 => "#/definitions/",
            Version::V3 => "#/components/schemas/",
        }
    }
}

fn info() -> Value {
    obj! { "title" => "Kubernetes", "version" => "v1.36.2" }
}

/// The document of version 2, which holds everything.
pub fn v2(kinds: &[&'static Kind], custom: &Custom, describe: Describe) -> Value {
    let names = Names::new(kinds);
    let mut definitions = schemas::Definitions::new(Version::V2, &names, describe);
    definitions.kinds(kinds, custom);
    let mut paths = Map::default();
    for (group, versions) in groups(kinds) {
        for version in versions {
            paths::add(&mut paths, Version::V2, group, version, kinds, &names);
        }
    }
    obj! {
        "swagger" => "2.0", "info" => info(), "paths" => paths,
        "definitions" => definitions.finish(),
    }
}

/// The document of version 3 for one group and version, such as `apis/apps/v1`; none if it is not served.
pub fn v3(path: &str, kinds: &[&'static Kind], custom: &Custom, describe: Describe) -> Option<Value> {
    let (group, version) = match path.split('/').collect::<Vec<_>>()[..] {
        ["api", version] => ("", version),
        ["apis", group, version] => (group, version),
        _ => return None,
    };
    let of: Vec<&'static Kind> =
        kinds.iter().copied().filter(|kind| kind.group == group && kind.version == version).collect();
    if of.is_empty() {
        return None;
    }
    let names = Names::new(kinds);
    let mut definitions = schemas::Definitions::new(Version::V3, &names, describe);
    definitions.kinds(&of, custom);
    let mut paths = Map::default();
    paths::add(&mut paths, Version::V3, of[0].group, of[0].version, kinds, &names);
    Some(obj! {
        "openapi" => "3.0.0", "info" => info(), "paths" => paths,
        "components" => obj! { "schemas" => definitions.finish() },
    })
}

/// The paths of the documents of version 3: `api/v1`, `apis/apps/v1` ...
pub fn v3_paths(kinds: &[&'static Kind]) -> Vec<String> {
    let path = |group: &str, version: &str| match group {
        "" => format!("api/{version}"),
        group => format!("apis/{group}/{version}"),
    };
    groups(kinds).iter().flat_map(|(group, versions)| versions.iter().map(|version| path(group, version))).collect()
}

/// The index of the documents of version 3. `hash` says in which state one is, so that clients keep what they have.
pub fn v3_index(kinds: &[&'static Kind], hash: impl Fn(&str) -> String) -> Value {
    let entry = |path: String| {
        let url = format!("/openapi/v3/{path}?hash={}", hash(&path));
        (Str::from(path), obj! { "serverRelativeURL" => url })
    };
    obj! { "paths" => v3_paths(kinds).into_iter().map(entry).collect::<Map>() }
}

/// The group, version and kind that an extension of a schema or an operation names.
fn group_version_kind((group, version, kind): (&str, &str, &str)) -> Value {
    obj! { "group" => group, "version" => version, "kind" => kind }
}

/// How many structs the schema has.
fn structs() -> usize {
    table().len()
}
