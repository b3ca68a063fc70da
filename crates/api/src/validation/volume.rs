//! Volumes of Pods.

use super::container::relative;
use super::path::{Errors, Path};
use crate::OrdSet;
use crate::names::{dns1123_label, in_range};
use crate::{Quantity, Value};

const HOST_PATH_TYPES: &[&str] =
    &["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

/// Checks a Pod's volumes and returns their names.
pub(super) fn volumes<'a>(errors: &mut Errors, path: &Path, volumes: &'a Value) -> OrdSet<&'a str> {
    let mut names = OrdSet::new();
    for (i, volume) in volumes.array().iter().enumerate() {
        let path = path.index(i);
        let name = volume["name"].str();
        let messages = dns1123_label(name);
        let good = messages.is_empty();
        if name.is_empty() {
            errors.required(&path.child("name"), "");
        } else {
            errors.invalids(&path.child("name"), name, messages);
        }
        if good && !names.insert(name) {
            errors.duplicate(&path.child("name"), name);
        }
        let mut sources = volume.entries().filter(|(key, _)| *key != "name");
        match sources.next() {
            None => errors.required(&path, "must specify a volume type"),
            Some((kind, source)) => one(errors, &path.child(kind), kind, source),
        }
        for (kind, _) in sources {
            errors.forbidden(&path.child(kind), "may not specify more than 1 volume type");
        }
    }
    names
}

/// A volume's source, a Pod's or a PersistentVolume's.
pub(super) fn one(errors: &mut Errors, path: &Path, kind: &str, source: &Value) {
    match kind {
        "hostPath" => {
            match source["path"].str() {
                "" => errors.required(&path.child("path"), ""),
                text if text.split('/').any(|part| part == "..") => {
                    errors.invalid(&path.child("path"), text, "must not contain '..'");
                }
                _ => {}
            }
            let kind = source["type"].str();
            if !HOST_PATH_TYPES.contains(&kind) {
                errors.unsupported(&path.child("type"), kind, HOST_PATH_TYPES);
            }
        }
        "emptyDir" if Quantity::of(&source["sizeLimit"]).is_negative() => {
            errors.forbidden(&path.child("sizeLimit"), "SizeLimit field must be a valid resource quantity");
        }
        "nfs" => {
            errors.present(&path.child("server"), &source["server"]);
            match source["path"].str() {
                "" => errors.required(&path.child("path"), ""),
                text if !text.starts_with('/') => {
                    errors.invalid(&path.child("path"), text, "must be an absolute path");
                }
                _ => {}
            }
        }
        "persistentVolumeClaim" => errors.present(&path.child("claimName"), &source["claimName"]),
        "configMap" => {
            errors.present(&path.child("name"), &source["name"]);
            files(errors, path, source);
        }
        "secret" => {
            errors.present(&path.child("secretName"), &source["secretName"]);
            files(errors, path, source);
        }
        "downwardAPI" => mode(errors, &path.child("defaultMode"), &source["defaultMode"]),
        "projected" => {
            mode(errors, &path.child("defaultMode"), &source["defaultMode"]);
            for (i, projected) in source["sources"].array().iter().enumerate() {
                for reference in ["secret", "configMap"].into_iter().filter(|r| !projected[*r].is_null()) {
                    let path = path.child("sources");
                    let path = path.index(i);
                    let path = path.child(reference);
                    errors.present(&path.child("name"), &projected[reference]["name"]);
                    files(errors, &path, &projected[reference]);
                }
            }
        }
        "csi" => errors.present(&path.child("driver"), &source["driver"]),
        "image" => super::container::image(errors, &path.child("reference"), &source["reference"]),
        _ => {}
    }
}

/// The files that a ConfigMap or a Secret becomes.
fn files(errors: &mut Errors, path: &Path, source: &Value) {
    mode(errors, &path.child("defaultMode"), &source["defaultMode"]);
    let items = path.child("items");
    for (i, item) in source["items"].array().iter().enumerate() {
        let path = items.index(i);
        errors.present(&path.child("key"), &item["key"]);
        errors.present(&path.child("path"), &item["path"]);
        relative(errors, &path.child("path"), item["path"].str());
        mode(errors, &path.child("mode"), &item["mode"]);
    }
}

fn mode(errors: &mut Errors, path: &Path, mode: &Value) {
    if mode.as_int().is_some_and(|mode| !in_range(mode, 0, 0o777).is_empty()) {
        errors.invalid(path, mode, "must be a number between 0 and 0777 (octal), both inclusive");
    }
}
