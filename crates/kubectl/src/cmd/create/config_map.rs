//! `kubectl create configmap` and `kubectl create secret`

use super::{one_name, skeleton, submit};
use crate::base64;
use crate::cmd::{BASE, DRY_RUN, OUTPUT, VALIDATE, WRITE};
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use api::{Value, names};

static FLAGS: &[Flag] = &[
    flag("from-literal", Kind::Repeated, "", "An entry, as KEY=VALUE."),
    flag("from-file", Kind::List, "", "A file or folder as entries, as [KEY=]PATH."),
    flag("from-env-file", Kind::List, "", "A file whose lines are KEY=VALUE entries."),
    flag("append-hash", Kind::Bool, "false", "Put a hash of the content behind the name."),
];
static SECRET_FLAGS: &[Flag] = &[flag("type", Kind::Text, "", "The Secret's type.")];
static TLS_FLAGS: &[Flag] = &[
    flag("cert", Kind::Text, "", "The file with the certificate."),
    flag("key", Kind::Text, "", "The file with the key."),
];

pub(super) static CONFIG_MAP: Command = Command {
    name: "configmap",
    aliases: &["cm"],
    about: "Make a ConfigMap.",
    usage: "NAME [--from-file=[key=]source] [--from-literal=key1=value1]",
    flags: &[FLAGS, OUTPUT, DRY_RUN, WRITE, VALIDATE],
    action: |cx| Box::pin(config_map(cx)),
    ..BASE
};

pub(super) static SECRET: Command =
    Command { name: "secret", about: "Make a Secret.", subcommands: &[&GENERIC, &TLS], ..BASE };

static GENERIC: Command = Command {
    name: "generic",
    about: "Make a Secret from files or literals.",
    usage: "NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1]",
    flags: &[FLAGS, SECRET_FLAGS, OUTPUT, DRY_RUN, WRITE, VALIDATE],
    action: |cx| Box::pin(secret(cx)),
    ..BASE
};

static TLS: Command = Command {
    name: "tls",
    about: "Make a Secret with a certificate and its key.",
    usage: "NAME --cert=path/to/cert/file --key=path/to/key/file",
    flags: &[TLS_FLAGS, OUTPUT, DRY_RUN, WRITE, VALIDATE],
    action: |cx| Box::pin(tls(cx)),
    ..BASE
};

async fn config_map(cx: &Cx<'_>) -> Outcome {
    let mut object = skeleton(cx, "v1", "ConfigMap", one_name(cx)?, true);
    let entries = entries(cx)?;
    if !entries.is_empty() {
        object.set("data", string_map(&entries, str::to_owned));
    }
    submit(cx, object, "configmap")
}

async fn secret(cx: &Cx<'_>) -> Outcome {
    let mut object = skeleton(cx, "v1", "Secret", one_name(cx)?, true);
    let entries = entries(cx)?;
    if !entries.is_empty() {
        object.set("data", string_map(&entries, |text| base64::encode(text.as_bytes())));
    }
    if !cx.flags.text("type").is_empty() {
        object.set("type", cx.flags.text("type"));
    }
    submit(cx, object, "secret")
}

async fn tls(cx: &Cx<'_>) -> Outcome {
    let mut object = skeleton(cx, "v1", "Secret", one_name(cx)?, true);
    let (cert, key) = (cx.flags.text("cert"), cx.flags.text("key"));
    if cert.is_empty() || key.is_empty() {
        return Err("key and cert must be specified".into());
    }
    let read = |path: &str| cx.host.read_file(path).map_err(|why| fail!("open {path}: {why}"));
    let entries = [("tls.crt".to_owned(), read(cert)?), ("tls.key".to_owned(), read(key)?)];
    object.set("data", string_map(&entries, |text| base64::encode(text.as_bytes())));
    object.set("type", "kubernetes.io/tls");
    submit(cx, object, "secret")
}

fn string_map(entries: &[(String, String)], encode: impl Fn(&str) -> String) -> Value {
    let mut map = Value::object();
    for (key, value) in entries {
        map.object_mut().insert(key.as_str(), encode(value).into());
    }
    map
}

fn entries(cx: &Cx<'_>) -> Outcome<Vec<(String, String)>> {
    let mut entries = Vec::new();
    let (files, envs) = (cx.flags.list("from-file"), cx.flags.list("from-env-file"));
    if !envs.is_empty() && (!files.is_empty() || !cx.flags.list("from-literal").is_empty()) {
        return Err("from-env-file cannot be combined with from-file or from-literal".into());
    }
    for literal in cx.flags.list("from-literal") {
        match literal.split_once('=') {
            Some((key, value)) if !key.is_empty() => {
                add(&mut entries, key, value.trim_matches(['"', '\'']).to_owned())?
            }
            Some(_) => return Err(fail!("invalid literal source {literal}, expected key=value")),
            None => return Err(fail!("invalid literal source {literal}, expected key=value")),
        }
    }
    for source in files {
        from_file(cx, source, &mut entries)?;
    }
    for path in envs {
        let text = cx.host.read_file(path).map_err(|why| fail!("open {path}: {why}"))?;
        for line in text.lines().map(str::trim_start).filter(|l| !l.is_empty() && !l.starts_with('#')) {
            let (key, value) = match line.split_once('=') {
                Some((key, value)) => (key, value.to_owned()),
                None => (line, cx.host.env(line).unwrap_or_default()),
            };
            add(&mut entries, key, value)?;
        }
    }
    Ok(entries)
}

fn from_file(cx: &Cx<'_>, source: &str, entries: &mut Vec<(String, String)>) -> Outcome {
    let (key, path) = match source.split_once('=') {
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
        for name in names.iter().filter(|name| names::config_map_key(name).is_empty()) {
            if let Ok(text) = cx.host.read_file(&format!("{}/{name}", path.trim_end_matches('/'))) {
                add(entries, name, text)?;
            }
        }
        return Ok(());
    }
    let text = cx.host.read_file(path).map_err(|why| fail!("error reading {path}: {why}"))?;
    add(entries, &key.map_or_else(|| base(path), str::to_owned), text)
}

fn add(entries: &mut Vec<(String, String)>, key: &str, value: String) -> Outcome {
    let problems = names::config_map_key(key);
    if !problems.is_empty() {
        return Err(fail!("{key:?} is not a valid key name for a ConfigMap: {}", problems.join(",")));
    }
    if entries.iter().any(|(k, _)| k == key) {
        return Err(fail!("cannot add key {key:?}, another key by that name already exists in Data for ConfigMap"));
    }
    entries.push((key.to_owned(), value));
    Ok(())
}
