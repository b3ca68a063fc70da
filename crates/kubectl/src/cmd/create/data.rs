//! `kubectl create configmap` and `kubectl create secret`: entries from literals and files.

use crate::base64;
use crate::cmd::{BASE, DRY_RUN, OUTPUT, SAVE_CONFIG, VALIDATE, manager};
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use api::{Value, json, kind, names, obj, sha256};

static FLAGS: &[Flag] = &[flag("from-literal", Kind::Repeated, ""), flag("from-env-file", Kind::List, "")];
static FILE_FLAGS: &[Flag] = &[flag("from-file", Kind::List, "")];
static HASH_FLAGS: &[Flag] = &[flag("append-hash", Kind::Bool, "false")];
static SECRET_FLAGS: &[Flag] = &[flag("type", Kind::Text, "")];
static TLS_FLAGS: &[Flag] = &[flag("cert", Kind::Text, ""), flag("key", Kind::Text, "")];
static DOCKER_FLAGS: &[Flag] = &[
    flag("docker-username", Kind::Text, ""),
    flag("docker-password", Kind::Text, ""),
    flag("docker-email", Kind::Text, ""),
    flag("docker-server", Kind::Text, "https://index.docker.io/v1/"),
];

maker!(
    CONFIG_MAP = "configmap" | "cm",
    "NAME [--from-file=[key=]source] [--from-literal=key1=value1]",
    [FLAGS, FILE_FLAGS, HASH_FLAGS],
    kind::CONFIG_MAP,
    "failed to create configmap:",
    config_map
);
maker!(
    GENERIC = "generic",
    "NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1]",
    [FLAGS, FILE_FLAGS, HASH_FLAGS, SECRET_FLAGS],
    kind::SECRET,
    "failed to create secret",
    generic
);
maker!(
    TLS = "tls",
    "NAME --cert=path/to/cert/file --key=path/to/key/file",
    [TLS_FLAGS, HASH_FLAGS],
    kind::SECRET,
    "failed to create secret",
    tls
);
maker!(
    DOCKER = "docker-registry",
    "NAME --docker-username=user --docker-password=password --docker-email=email [--docker-server=string]",
    [DOCKER_FLAGS, FILE_FLAGS, HASH_FLAGS],
    kind::SECRET,
    "failed to create secret",
    docker_registry
);

pub(super) static SECRET: Command = Command { name: "secret", subcommands: &[&DOCKER, &GENERIC, &TLS], ..BASE };

/// Entries by key, in the order in which they were given.
type Entries = Vec<(String, String)>;

fn config_map(cx: &Cx<'_>, object: &mut Value) -> Outcome {
    finish(cx, object, &entries(cx, object)?)
}

fn generic(cx: &Cx<'_>, object: &mut Value) -> Outcome {
    if !cx.flags.text("type").is_empty() {
        object.set("type", cx.flags.text("type"));
    }
    finish(cx, object, &entries(cx, object)?)
}

fn tls(cx: &Cx<'_>, object: &mut Value) -> Outcome {
    let (cert, key) = (cx.flags.text("cert"), cx.flags.text("key"));
    if cert.is_empty() || key.is_empty() {
        return Err("key and cert must be specified".into());
    }
    let read = |path: &str| cx.host.read_file(path).map_err(|why| fail!("Cannot read file {path}, open {path}: {why}"));
    let (cert, key) = (read(cert)?, read(key)?);
    for (what, text) in [("certificate", &cert), ("key", &key)] {
        if !text.contains("-----BEGIN") {
            return Err(fail!("tls: failed to find any PEM data in {what} input"));
        }
    }
    object.set("type", "kubernetes.io/tls");
    finish(cx, object, &[("tls.crt".to_owned(), cert), ("tls.key".to_owned(), key)])
}

fn docker_registry(cx: &Cx<'_>, object: &mut Value) -> Outcome {
    const KEY: &str = ".dockerconfigjson";
    let flag = |name: &str| cx.flags.text(name);
    let (user, password, server) = (flag("docker-username"), flag("docker-password"), flag("docker-server"));
    let files = cx.flags.list("from-file");
    if files.is_empty() && (user.is_empty() || password.is_empty() || server.is_empty()) {
        return Err(
            "either --from-file or the combination of --docker-username, --docker-password and --docker-server is \
                    required"
                .into(),
        );
    }
    object.set("type", "kubernetes.io/dockerconfigjson");
    let mut entries = Entries::new();
    for source in files {
        let source = if source.contains('=') { source.clone() } else { format!("{KEY}={source}") };
        from_file(cx, &source, object, &mut entries)?;
    }
    if files.is_empty() {
        // The order of the fields is that of kubectl's struct.
        let text = |text: &str| json::to_string(&text.into());
        let mut config = format!("{{\"auths\":{{{}:{{", text(server));
        let auth = base64::encode(format!("{user}:{password}").as_bytes());
        for (name, value) in
            [("username", user), ("password", password), ("email", flag("docker-email")), ("auth", &auth)]
        {
            if !value.is_empty() {
                config.push_str(&format!("{}\"{name}\":{}", if name == "username" { "" } else { "," }, text(value)));
            }
        }
        entries.push((KEY.to_owned(), config + "}}}"));
    }
    finish(cx, object, &entries)
}

/// Puts the entries into the object, and the hash of all behind its name if that is asked for.
fn finish(cx: &Cx<'_>, object: &mut Value, entries: &[(String, String)]) -> Outcome {
    fill(object, entries);
    if cx.flags.on("append-hash") {
        let name = format!("{}-{}", object.name(), content_hash(object));
        object.set("metadata.name", name);
    }
    Ok(())
}

/// Puts entries into a ConfigMap as they are, into a Secret in base 64.
pub(crate) fn fill(object: &mut Value, entries: &[(String, String)]) {
    let is_secret = object["kind"].str() == "Secret";
    for (key, value) in entries {
        let value = if is_secret { base64::encode(value.as_bytes()) } else { value.clone() };
        object.at_mut("data").object_mut().insert(key.as_str(), value.into());
    }
}

/// The hash of a ConfigMap's or a Secret's content, by which a changed one gets another name
/// (k8s.io/kubectl/pkg/util/hash; kustomize has the same).
pub(crate) fn content_hash(object: &Value) -> String {
    let mut content = obj! { "kind" => &object["kind"], "name" => object.name(), "data" => &object["data"] };
    if object["kind"].str() == "Secret" {
        content.set("type", object["type"].str());
        if object["data"].is_null() {
            content.set("data", obj! {});
        }
    }
    for field in ["binaryData", "immutable"] {
        if !object[field].is_null() {
            content.set(field, &object[field]);
        }
    }
    let digest = sha256::digest(json::to_string(&content).as_bytes());
    let hex = api::sha256::digits(&digest[..5]);
    // No vowels, no words.
    let letter = |c: char| match c {
        '0' => 'g',
        '1' => 'h',
        '3' => 'k',
        'a' => 'm',
        'e' => 't',
        other => other,
    };
    hex.chars().map(letter).collect()
}

/// What the flags give, for this object.
fn entries(cx: &Cx<'_>, of: &Value) -> Outcome<Entries> {
    let mut entries = Entries::new();
    let (files, envs) = (cx.flags.list("from-file"), cx.flags.list("from-env-file"));
    if !envs.is_empty() && (!files.is_empty() || !cx.flags.list("from-literal").is_empty()) {
        return Err("from-env-file cannot be combined with from-file or from-literal".into());
    }
    for source in files {
        from_file(cx, source, of, &mut entries)?;
    }
    for literal in cx.flags.list("from-literal") {
        from_literal(literal, of, &mut entries)?;
    }
    for path in envs {
        from_env_file(cx, path, of, &mut entries)?;
    }
    Ok(entries)
}

/// `KEY=VALUE`
pub(crate) fn from_literal(literal: &str, of: &Value, entries: &mut Entries) -> Outcome {
    match literal.split_once('=') {
        Some((key, value)) if !key.is_empty() => add(entries, of, key, value.to_owned()),
        _ => Err(fail!("invalid literal source {literal}, expected key=value")),
    }
}

/// The lines of a file as entries; a name alone takes its value from the environment.
pub(crate) fn from_env_file(cx: &Cx<'_>, path: &str, of: &Value, entries: &mut Entries) -> Outcome {
    if cx.host.list_dir(path).is_ok() {
        let what = if of["kind"].str() == "Secret" { "secret" } else { "config" };
        return Err(fail!("env {what} file cannot be a directory"));
    }
    let text = cx.host.read_file(path).map_err(|why| fail!("error reading {path}: {why}"))?;
    for line in text.lines().map(str::trim_start).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let (key, value) = match line.split_once('=') {
            Some((key, value)) => (key, value.to_owned()),
            None => (line, cx.host.env(line).unwrap_or_default()),
        };
        add(entries, of, key, value)?;
    }
    Ok(())
}

/// `[KEY=]PATH`: a file, or the files in a folder.
pub(crate) fn from_file(cx: &Cx<'_>, source: &str, of: &Value, entries: &mut Entries) -> Outcome {
    let (key, path) = match source.split_once('=') {
        Some((_, path)) if path.contains('=') => return Err("key names or file paths cannot contain '='".into()),
        Some(("", path)) => return Err(fail!("key name for file path {path} missing")),
        Some((key, "")) => return Err(fail!("file path for key name {key} missing")),
        Some((key, path)) => (Some(key), path),
        None => (None, source),
    };
    let base = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    if let Ok(names) = cx.host.list_dir(path) {
        if key.is_some() {
            return Err("cannot give a key name for a directory path".into());
        }
        for name in names {
            if let Ok(text) = cx.host.read_file(&format!("{}/{name}", path.trim_end_matches('/'))) {
                add(entries, of, &name, text)?;
            }
        }
        return Ok(());
    }
    let text = cx.host.read_file(path).map_err(|why| fail!("error reading {path}: {why}"))?;
    add(entries, of, &key.map_or_else(|| base(path), str::to_owned), text)
}

fn add(entries: &mut Entries, of: &Value, key: &str, value: String) -> Outcome {
    let (problems, taken) = (names::config_map_key(key), entries.iter().any(|(k, _)| k == key));
    let secret = of["kind"].str() == "Secret";
    match (problems.is_empty(), taken) {
        (false, _) if secret => Err(fail!("{key:?} is not valid key name for a Secret {}", problems.join(";"))),
        (false, _) => Err(fail!("{key:?} is not a valid key name for a ConfigMap: {}", problems.join(","))),
        (true, true) if secret => Err(fail!("cannot add key {key}, another key by that name already exists")),
        (true, true) => Err(fail!(
            "cannot add key {key:?}, another key by that name already exists in Data for ConfigMap {:?}",
            of.name()
        )),
        (true, false) => {
            entries.push((key.to_owned(), value));
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// k8s.io/kubectl/pkg/util/hash/hash_test.go
    #[test]
    fn hashes_are_upstreams() {
        let map = |data: Value| obj! { "kind" => "ConfigMap", "metadata" => obj! { "name" => "" }, "data" => data };
        assert_eq!(content_hash(&map(obj! {})), "42745tchd9");
        assert_eq!(content_hash(&map(obj! { "one" => "" })), "9g67k2htb6");
        assert_eq!(content_hash(&map(obj! { "two" => "2", "one" => "", "three" => "3" })), "f5h7t85m9b");
        let mut secret = obj! { "kind" => "Secret", "type" => "my-type", "data" => obj! {} };
        assert_eq!(content_hash(&secret), "t75bgf6ctb");
        secret.set("data", obj! { "one" => "" });
        assert_eq!(content_hash(&secret), "74bd68bm66");
    }
}
