//! Volumes of Pods.

use super::container::relative;
use super::path::{Errors, Path};
use crate::FlatSet;
use crate::names::{dns1123_label, in_range};
use crate::{Quantity, Value};

const HOST_PATH_TYPES: &[&str] =
    &["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

/// Checks a Pod's volumes and returns their names.
pub(super) fn volumes<'a>(errors: &mut Errors, path: &Path, volumes: &'a Value) -> FlatSet<&'a str> {
    let mut names = FlatSet::new();
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
        "local" => match source["path"].str() {
            "" => errors.required(&path.child("path"), ""),
            text if text.split('/').any(|part| part == "..") => {
                errors.invalid(&path.child("path"), text, "must not contain '..'");
            }
            _ => {}
        },
        "configMap" => {
            errors.present(&path.child("name"), &source["name"]);
            files(errors, path, source);
        }
        "secret" => {
            errors.present(&path.child("secretName"), &source["secretName"]);
            files(errors, path, source);
        }
        "downwardAPI" => {
            mode(errors, &path.child("defaultMode"), &source["defaultMode"]);
            downward(errors, &path.child("items"), &source["items"]);
        }
        "projected" => projected(errors, path, source),
        "ephemeral" => match &source["volumeClaimTemplate"] {
            Value::Null => errors.required(&path.child("volumeClaimTemplate"), ""),
            template => {
                let path = path.child("volumeClaimTemplate");
                super::storage::claim(errors, template, &Value::Null, &path.child("spec"));
            }
        },
        "csi" => errors.present(&path.child("driver"), &source["driver"]),
        "image" => super::container::image(errors, &path.child("reference"), &source["reference"]),
        _ => {}
    }
}

/// Fields of the Pod as files.
fn downward(errors: &mut Errors, path: &Path, items: &Value) {
    const FIELDS: &[&str] =
        &["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];
    for (i, item) in items.array().iter().enumerate() {
        let path = path.index(i);
        errors.present(&path.child("path"), &item["path"]);
        relative(errors, &path.child("path"), item["path"].str());
        match (&item["fieldRef"], &item["resourceFieldRef"]) {
            (Value::Null, Value::Null) => {
                errors.required(&path, "one of fieldRef and resourceFieldRef is required");
            }
            (Value::Null, resource) => {
                let path = path.child("resourceFieldRef");
                if resource["containerName"].str().is_empty() {
                    errors.required(&path.child("containerName"), "");
                }
                errors.present(&path.child("resource"), &resource["resource"]);
            }
            (field, resource) => {
                if !resource.is_null() {
                    let detail = "fieldRef and resourceFieldRef can not be specified simultaneously";
                    errors.invalid_field(&path, detail);
                }
                let path = path.child("fieldRef");
                let path = path.child("fieldPath");
                let name = field["fieldPath"].str();
                let keyed = name.starts_with("metadata.labels['") || name.starts_with("metadata.annotations['");
                match name {
                    "" => errors.required(&path, ""),
                    _ if keyed || FIELDS.contains(&name) => {}
                    _ => errors.unsupported(&path, name, FIELDS),
                }
            }
        }
        mode(errors, &path.child("mode"), &item["mode"]);
    }
}

/// Several sources in one folder.
fn projected(errors: &mut Errors, path: &Path, source: &Value) {
    mode(errors, &path.child("defaultMode"), &source["defaultMode"]);
    let sources = path.child("sources");
    for (i, one) in source["sources"].array().iter().enumerate() {
        let path = sources.index(i);
        let mut kinds = one.entries();
        let Some((kind, projection)) = kinds.next() else {
            errors.required(&path, "must specify a source");
            continue;
        };
        if one.len() > 1 {
            errors.forbidden(&path.child(kind), "may not specify more than 1 volume type");
        }
        let path = path.child(kind);
        match kind.as_str() {
            "secret" | "configMap" => {
                errors.present(&path.child("name"), &projection["name"]);
                files(errors, &path, projection);
            }
            "downwardAPI" => downward(errors, &path.child("items"), &projection["items"]),
            "serviceAccountToken" => {
                let seconds = &projection["expirationSeconds"];
                if seconds.as_int().is_some_and(|seconds| seconds < 600) {
                    let detail = "may not specify a duration less than 10 minutes";
                    errors.invalid(&path.child("expirationSeconds"), seconds, detail);
                } else if seconds.int() > 1 << 32 {
                    let detail = "may not specify a duration larger than 2^32 seconds";
                    errors.invalid(&path.child("expirationSeconds"), seconds, detail);
                }
                match projection["path"].str() {
                    "" => errors.required(&path.child("path"), ""),
                    text => relative(errors, &path.child("path"), text),
                }
            }
            _ => {}
        }
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
