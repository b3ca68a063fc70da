//! A folder with a kustomization, and what may be read from there (kustomize's `FileLoader`).

use super::typed;
use crate::cx::Cx;
use crate::fail::{Outcome, fail};
use api::{Value, yaml};

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
/// What a kustomization may ask for that is not simulated.
const NOT_SIMULATED: [&str; 6] =
    ["helmCharts", "generators", "transformers", "validators", "configurations", "buildMetadata"];
const KINDS: [(&str, &str); 2] =
    [("Kustomization", "kustomize.config.k8s.io/v1beta1"), ("Component", "kustomize.config.k8s.io/v1alpha1")];

/// A folder with a kustomization.
pub struct Root<'a> {
    pub cx: &'a Cx<'a>,
    /// The whole path of the folder.
    pub path: String,
    /// The path as it is read.
    folder: String,
    /// The whole paths of the folders that this one was reached through, the nearest first.
    above: Vec<String>,
}

impl<'a> Root<'a> {
    /// The folder that a command names.
    ///
    /// # Errors
    /// It is not there.
    pub fn new(cx: &'a Cx<'a>, folder: &str) -> Outcome<Root<'a>> {
        let root = Root { cx, path: full(cx, folder), folder: folder.to_owned(), above: Vec::new() };
        match cx.host.list_dir(folder) {
            Ok(_) => Ok(root),
            Err(_) => Err(fail!("{}", not_there(folder, &root.path))),
        }
    }

    /// Another folder, named from this one.
    ///
    /// # Errors
    /// It is not there, or it was come through already.
    pub fn below(&self, path: &str) -> Outcome<Root<'a>> {
        let folder = self.beside(path);
        let above: Vec<String> = [&self.path].into_iter().chain(&self.above).cloned().collect();
        let root = Root { cx: self.cx, path: full(self.cx, &folder), folder, above };
        if self.cx.host.list_dir(&root.folder).is_err() {
            return Err(match self.cx.host.read_file(&root.folder) {
                Ok(_) => fail!("must build at directory: '{}': file is not directory", root.path),
                Err(_) => fail!("{}", not_there(&root.path, &root.path)),
            });
        }
        match root.above.iter().find(|above| is_in(above, &root.path)) {
            Some(above) => Err(fail!("cycle detected: candidate root '{}' contains visited root '{above}'", root.path)),
            None => Ok(root),
        }
    }

    /// The text of a file in this folder or below.
    ///
    /// # Errors
    /// It is not there, is a folder, or lies elsewhere.
    pub fn file(&self, path: &str) -> Result<String, String> {
        let place = self.beside(path);
        let full = full(self.cx, &place);
        if self.cx.host.list_dir(&place).is_ok() {
            return Err(format!("'{full}' must resolve to a file"));
        }
        let missing = |why: String| format!("evalsymlink failure on '{full}' : lstat {full}: {why}");
        let text = self.cx.host.read_file(&place).map_err(missing)?;
        match is_in(&full, &self.path) {
            true => Ok(text),
            false => Err(format!("security; file '{full}' is not in or below '{}'", self.path)),
        }
    }

    /// The kustomization.
    ///
    /// # Errors
    /// There is none or are several, or it is wrong.
    pub fn kustomization(&self) -> Outcome<Value> {
        let names = self.cx.host.list_dir(&self.folder).unwrap_or_default();
        let found: Vec<&str> = FILES.into_iter().filter(|file| names.iter().any(|name| name == file)).collect();
        let path = &self.path;
        let file = match found[..] {
            [file] => file,
            [] => {
                let any = "'kustomization.yaml', 'kustomization.yml' or 'Kustomization'";
                return Err(fail!("unable to find one of {any} in directory '{path}'"));
            }
            _ => return Err(fail!("Found multiple kustomization files under: {path}\n")),
        };
        let text = self.file(file).map_err(|why| fail!("{why}"))?;
        let value = yaml::parse(&text).map_err(|why| fail!("invalid Kustomization: {why}"))?.value;
        if value.is_null() {
            return Err("kustomization.yaml is empty".into());
        }
        typed::check(&value).map_err(|why| fail!("invalid Kustomization: json: {why}"))?;
        self.warn(&value);
        self.enforce(&value)?;
        Ok(value)
    }

    fn warn(&self, file: &Value) {
        for (old, new) in DEPRECATED.iter().filter(|(old, _)| !file[*old].is_null()) {
            let note = if *old == "vars" { "[EXPERIMENTAL] " } else { "" };
            let fix = "Run 'kustomize edit fix' to update your Kustomization automatically.";
            self.cx.warn(format_args!("# Warning: '{old}' is deprecated. Please use '{new}' instead. {note}{fix}"));
        }
    }

    fn enforce(&self, file: &Value) -> Outcome {
        let is_head = |name: &str| ["apiVersion", "kind", "metadata"].contains(&name);
        if file.entries().all(|(name, value)| is_head(name) || value.is_null()) {
            return Err("kustomization.yaml is empty".into());
        }
        let (kind, version) = (file["kind"].as_str().unwrap_or(KINDS[0].0), file["apiVersion"].str());
        let known = KINDS.iter().find(|(known, _)| *known == kind);
        let mut wrong = Vec::new();
        if known.is_none() {
            wrong.push("kind should be Kustomization or Component".to_owned());
        }
        let (_, wanted) = known.unwrap_or(&KINDS[0]);
        if !version.is_empty() && version != *wanted {
            wrong.push(format!("apiVersion for {kind} should be {wanted}"));
        }
        if !wrong.is_empty() {
            return Err(fail!("Failed to read kustomization file under {}:\n{}", self.path, wrong.join("\n")));
        }
        match NOT_SIMULATED.iter().find(|field| !file[**field].is_empty()) {
            Some(field) => Err(fail!("kustomize's {field} are not simulated here")),
            None => Ok(()),
        }
    }

    /// A folder or file beside the kustomization.
    fn beside(&self, path: &str) -> String {
        match path.starts_with('/') {
            true => path.to_owned(),
            false => plain(&format!("{}/{path}", self.folder)),
        }
    }
}

/// A path without `.` and, as far as it goes, without `..`.
fn plain(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
        match (part, parts.last()) {
            ("..", Some(above)) if *above != ".." => drop(parts.pop()),
            ("..", None) if path.starts_with('/') => {}
            _ => parts.push(part),
        }
    }
    match (path.starts_with('/'), parts.join("/")) {
        (true, path) => format!("/{path}"),
        (false, path) if path.is_empty() => ".".to_owned(),
        (false, path) => path,
    }
}

fn not_there(folder: &str, path: &str) -> String {
    format!(
        "must build at directory: not a valid directory: evalsymlink failure on '{folder}' : lstat {path}: no such file or directory"
    )
}

/// Whether a path is a folder's or lies below it.
fn is_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || folder == "/")
}

/// The whole path, as error messages name it.
fn full(cx: &Cx<'_>, path: &str) -> String {
    let here = cx.host.env("PWD").unwrap_or_else(|| "/".to_owned());
    plain(&if path.starts_with('/') { path.to_owned() } else { format!("{here}/{path}") })
}
