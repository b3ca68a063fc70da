//! `kubectl config set-credentials` (k8s.io/kubectl/pkg/cmd/config/set_credentials.go).

use super::{change, unexpected};
use crate::cx::Cx;
use crate::fail::{Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use api::{Value, base64, obj};

pub(super) static FLAGS: &[Flag] = &[
    flag("auth-provider", Kind::Text, ""),
    flag("auth-provider-arg", Kind::List, ""),
    flag("embed-certs", Kind::Bool, "false"),
    flag("exec-api-version", Kind::Text, ""),
    flag("exec-arg", Kind::List, ""),
    flag("exec-command", Kind::Text, ""),
    flag("exec-env", Kind::Repeated, ""),
    flag("exec-interactive-mode", Kind::Text, ""),
    flag("exec-provide-cluster-info", Kind::Bool, "false"),
];

pub(super) fn set(cx: &Cx<'_>) -> Outcome {
    let [name] = cx.args() else {
        return unexpected(cx);
    };
    let arguments = pairs(cx, "auth-provider-arg")?;
    let environment = pairs(cx, "exec-env")?;
    let mode = cx.flags.text("exec-interactive-mode");
    if !["", "IfAvailable", "Never", "Always"].contains(&mode) {
        return Err("invalid interactive mode type, can be only IfAvailable, Never, Always".into());
    }
    let given = |flag: &str| !cx.flags.text(flag).is_empty();
    if given("token") && (given("username") || given("password")) {
        return Err(
            "you cannot specify more than one authentication method at the same time: --token, --username/--password"
                .into(),
        );
    }
    let mut user = cx.config.entry("users", name, "user").clone();
    user.object_mut();
    certificates(cx, &mut user)?;
    for field in ["token", "username", "password"] {
        if cx.flags.has(field) {
            user.set(field, cx.flags.text(field));
        }
    }
    if given("token") {
        user.remove("username");
        user.remove("password");
    } else if given("username") || given("password") {
        user.remove("token");
    }
    if cx.flags.has("auth-provider") && user["auth-provider"]["name"].str() != cx.flags.text("auth-provider") {
        user.set("auth-provider", obj! { "name" => cx.flags.text("auth-provider") });
    }
    if !user["auth-provider"].is_null() {
        for (key, value) in arguments {
            let config = user.at_mut("auth-provider.config").object_mut();
            match value {
                Some(value) => drop(config.insert(key, value.into())),
                None => drop(config.remove(&key)),
            }
        }
    }
    exec(cx, &mut user, environment);
    change(cx, |config| {
        config.put("users", name, "user", user);
    })?;
    cx.say(format_args!("User {name:?} set."));
    Ok(())
}

fn certificates(cx: &Cx<'_>, user: &mut Value) -> Outcome {
    for field in ["client-certificate", "client-key"] {
        if !cx.flags.has(field) {
            continue;
        }
        let (path, data) = (cx.flags.text(field), format!("{field}-data"));
        if cx.flags.on("embed-certs") {
            let text = cx
                .host
                .read_file(path)
                .map_err(|why| fail!("could not read {field} data from {path}: open {path}: {why}"))?;
            user.remove(field);
            user.set(&data, base64::encode(text.as_bytes()));
        } else {
            user.remove(&data);
            user.set(field, path);
        }
    }
    Ok(())
}

/// The command that gives credentials; its further fields mean something only where there is one.
fn exec(cx: &Cx<'_>, user: &mut Value, environment: Vec<(String, Option<String>)>) {
    if cx.flags.has("exec-command") {
        if let Some(known) = Some(user.at_mut("exec")).filter(|exec| !exec.is_null()) {
            known.remove("args");
        }
        user.set("exec.command", cx.flags.text("exec-command"));
    }
    if user["exec"].is_null() {
        return;
    }
    let exec = user.at_mut("exec");
    if cx.flags.has("exec-api-version") {
        exec.set("apiVersion", cx.flags.text("exec-api-version"));
    }
    if cx.flags.has("exec-arg") {
        exec.set("args", cx.flags.list("exec-arg").iter().map(String::as_str).collect::<Value>());
    }
    if cx.flags.has("exec-interactive-mode") {
        exec.set("interactiveMode", cx.flags.text("exec-interactive-mode"));
    } else if exec["interactiveMode"].is_null() && exec["apiVersion"].str() == "client.authentication.k8s.io/v1beta1" {
        exec.set("interactiveMode", "IfAvailable");
    }
    if cx.flags.has("exec-provide-cluster-info") {
        exec.set("provideClusterInfo", cx.flags.on("exec-provide-cluster-info"));
    }
    for (key, value) in environment {
        let known = exec.at_mut("env").array_mut();
        let at = known.iter().position(|entry| entry["name"].str() == key);
        match (at, value) {
            (Some(at), Some(value)) => known[at].set("value", value),
            (None, Some(value)) => known.push(obj! { "name" => key, "value" => value }),
            (Some(at), None) => drop(known.remove(at)),
            (None, None) => {}
        }
    }
}

/// `key=value` pairs; those that are to go end with a minus and have no value.
fn pairs(cx: &Cx<'_>, flag: &str) -> Outcome<Vec<(String, Option<String>)>> {
    let mut pairs = Vec::new();
    for text in cx.flags.list(flag) {
        pairs.push(match (text.split_once('='), text.strip_suffix('-')) {
            (Some((key, value)), _) => (key.to_owned(), Some(value.to_owned())),
            (None, Some(key)) => (key.to_owned(), None),
            (None, None) => {
                super::super::overview(cx);
                return Err(fail!("invalid {flag} format: {text}"));
            }
        });
    }
    Ok(pairs)
}
