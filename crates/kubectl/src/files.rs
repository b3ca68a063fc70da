//! Manifests: what `-f` names, read into objects.

use crate::cx::Cx;
use crate::fail::{Fail, Outcome, fail};
use crate::kustomize;
use crate::resource::scoped;
use api::{Kind, Value, yaml};

/// One object of a file.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// Its kind.
    pub kind: &'static Kind,
    /// The namespace it goes to; empty for a cluster-scoped one.
    pub namespace: String,
    /// The object.
    pub object: Value,
    /// The file's name, as the command line gives it.
    pub source: String,
}

/// Where objects come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// `-f`: a file, a folder, an address, or `-`.
    Path(String),
    /// `-k`: a folder with a kustomization.
    Kustomization(String),
}

/// What `-f` and `-k` name.
pub fn named(cx: &Cx<'_>) -> Vec<Source> {
    let kustomization = Some(cx.flags.text("kustomize")).filter(|folder| !folder.is_empty());
    let paths = cx.flags.list("filename").iter().cloned().map(Source::Path);
    paths.chain(kustomization.map(|folder| Source::Kustomization(folder.to_owned()))).collect()
}

/// Endings of the files that are read in a directory.
const ENDINGS: [&str; 3] = [".json", ".yaml", ".yml"];

/// Reads all objects that `sources` name, in order, and what is wrong with the others.
///
/// # Errors
/// A path is not there.
pub async fn read(cx: &Cx<'_>, sources: &[Source], recursive: bool) -> Outcome<(Vec<Manifest>, Vec<Fail>)> {
    let mut files = Vec::new();
    let (mut manifests, mut failures) = (Vec::new(), Vec::new());
    for source in sources {
        match source {
            Source::Path(path) => list(cx, path, recursive, &mut files)?,
            Source::Kustomization(_) if sources.len() > 1 => return Err("only one of -f or -k can be specified".into()),
            Source::Kustomization(folder) => {
                let built = kustomize::build(cx, folder);
                built.iter().flatten().for_each(|object| unpack(cx, object, folder, &mut manifests, &mut failures));
                failures.extend(built.err());
            }
        }
    }
    for path in files {
        let text = match path.as_str() {
            "-" => cx.host.stdin().await,
            path if is_address(path) => cx.host.fetch(path).map_err(Fail::Plain)?,
            path => cx.host.read_file(path).map_err(|why| fail!("open {path}: {why}"))?,
        };
        let source = if path == "-" { "STDIN" } else { &path };
        for document in documents(&text) {
            match document {
                Ok(object) => unpack(cx, &object, source, &mut manifests, &mut failures),
                Err(why) => {
                    failures.push(fail!("error parsing {source}: error converting YAML to JSON: {why}"));
                    break;
                }
            }
        }
    }
    Ok((manifests, failures))
}

fn is_address(path: &str) -> bool {
    path.starts_with("http://") || path.starts_with("https://")
}

fn list(cx: &Cx<'_>, path: &str, recursive: bool, files: &mut Vec<String>) -> Outcome {
    if path == "-" || is_address(path) {
        files.push(path.to_owned());
        return Ok(());
    }
    if let Ok(names) = cx.host.list_dir(path) {
        let before = files.len();
        walk(cx, path, names, recursive, files);
        if files.len() == before {
            return Err(fail!("error reading [{path}]: recognized file extensions are [{}]", ENDINGS.join(" ")));
        }
        return Ok(());
    }
    if cx.host.read_file(path).is_err() {
        return Err(fail!("the path {path:?} does not exist"));
    }
    files.push(path.to_owned());
    Ok(())
}

fn walk(cx: &Cx<'_>, folder: &str, names: Vec<String>, recursive: bool, files: &mut Vec<String>) {
    for name in names {
        let path = match folder {
            "." => name,
            _ => format!("{}/{name}", folder.trim_end_matches('/')),
        };
        match cx.host.list_dir(&path) {
            Ok(names) if recursive => walk(cx, &path, names, recursive, files),
            Ok(_) => {}
            Err(_) if ENDINGS.iter().any(|ending| path.ends_with(ending)) => files.push(path),
            Err(_) => {}
        }
    }
}

/// The documents of a text that hold anything: YAML documents, or JSON objects one after the other.
fn documents(text: &str) -> Vec<Result<Value, String>> {
    let parsed = yaml::split(text).into_iter().map(|(_, text)| yaml::parse(text).map(|document| document.value));
    parsed.filter(|d| !matches!(d, Ok(Value::Null))).collect()
}

fn unpack(cx: &Cx<'_>, object: &Value, source: &str, manifests: &mut Vec<Manifest>, failures: &mut Vec<Fail>) {
    if object["kind"].str() == "List" && object["apiVersion"].str() == "v1" {
        for item in object["items"].array() {
            unpack(cx, item, source, manifests, failures);
        }
        return;
    }
    match manifest(cx, object, source) {
        Ok(manifest) => manifests.push(manifest),
        Err(fail) => failures.push(fail),
    }
}

/// An object of a file as something to be sent.
///
/// # Errors
/// It does not say what it is, or is of a kind that the server does not serve.
pub fn manifest(cx: &Cx<'_>, object: &Value, source: &str) -> Outcome<Manifest> {
    let (api_version, name) = (object["apiVersion"].str(), object["kind"].str());
    check_type(cx, object, source)?;
    check_metadata(object).map_err(|why| fail!("unable to decode {source:?}: {why}"))?;
    let served = cx.host.kinds().into_iter().find(|k| k.kind == name && k.api_version() == api_version);
    let Some(kind) = served else {
        return Err(fail!(
            "resource mapping not found for name: {:?} namespace: {:?} from {source:?}: no matches for kind {name:?} in \
             version {api_version:?}\nensure CRDs are installed first",
            object.name(),
            object.namespace()
        ));
    };
    let namespace = namespace(cx, kind, object)?;
    let mut object = object.clone();
    if !namespace.is_empty() {
        object.set("metadata.namespace", namespace.as_str());
    }
    Ok(Manifest { kind, namespace, object, source: source.to_owned() })
}

/// Whether an object says what it is. Commands that validate say so in other words than those that only decode.
fn check_type(cx: &Cx<'_>, object: &Value, source: &str) -> Outcome {
    let validates = cx.flags.has("validate") || !matches!(cx.flags.text("validate"), "" | "false" | "ignore");
    let missing = match object {
        Value::Object(_) if object["apiVersion"].str().is_empty() => "apiVersion",
        Value::Object(_) if object["kind"].str().is_empty() => "kind",
        Value::Object(_) => return Ok(()),
        _ => "",
    };
    if validates && !matches!(cx.flags.text("validate"), "false" | "ignore") {
        let problem = match missing {
            "" => "invalid object to validate".to_owned(),
            field => format!("{field} not set"),
        };
        return Err(fail!(
            "error validating {source:?}: error validating data: {problem}; if you choose to ignore these errors, turn \
             validation off with --validate=false"
        ));
    }
    let json = api::json::to_string(object);
    Err(match missing {
        "" => fail!(
            "unable to decode {source:?}: couldn't get version/kind; json parse error: json: cannot unmarshal {} into Go value of type struct {{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }}",
            object.type_name()
        ),
        "kind" => fail!("unable to decode {source:?}: Object 'Kind' is missing in '{json}'"),
        _ => fail!("unable to decode {source:?}: Object 'apiVersion' is missing in '{json}'"),
    })
}

/// kubectl itself reads the metadata; the rest is the server's business.
fn check_metadata(object: &Value) -> Result<(), String> {
    let wrong = |value: &Value, field: &str| {
        Err(format!(
            "json: cannot unmarshal {} into Go struct field ObjectMeta.metadata.{field} of type string",
            value.type_name()
        ))
    };
    for field in ["name", "namespace", "generateName"] {
        let value = &object["metadata"][field];
        if !value.is_null() && value.as_str().is_none() {
            return wrong(value, field);
        }
    }
    for field in ["labels", "annotations"] {
        let mut values = object["metadata"][field].entries().map(|(_, v)| v);
        if let Some(value) = values.find(|v| !v.is_null() && v.as_str().is_none()) {
            return wrong(value, field);
        }
    }
    Ok(())
}

/// With `--local`, and always for `auth reconcile`, kubectl does not ask the server which kinds live in namespaces: what names none stays
/// without.
fn asks_nobody(cx: &Cx<'_>) -> bool {
    cx.flags.on("local") || cx.command.name == "reconcile"
}

fn namespace(cx: &Cx<'_>, kind: &Kind, object: &Value) -> Outcome<String> {
    let own = object.namespace();
    if !kind.namespaced || own.is_empty() {
        return Ok(if asks_nobody(cx) { String::new() } else { scoped(kind, &cx.namespace) });
    }
    if cx.namespace_given && own != cx.namespace {
        return Err(fail!(
            "the namespace from the provided object {own:?} does not match the namespace {:?}. You must pass \
             '--namespace={own}' to perform this operation.",
            cx.namespace
        ));
    }
    Ok(own.to_owned())
}
