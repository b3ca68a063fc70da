//! `kubectl kuberc`: shows and changes the user's preferences.

use super::BASE;
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::kuberc;
use crate::print::Printed;
use api::{Value, kind, list, obj, yaml};

static SET_FLAGS: &[Flag] = &[
    flag("allowlist-entry", Kind::Repeated, ""),
    flag("appendarg", Kind::Repeated, ""),
    flag("command", Kind::Text, ""),
    flag("kuberc", Kind::Text, ""),
    flag("name", Kind::Text, ""),
    flag("option", Kind::Repeated, ""),
    flag("overwrite", Kind::Bool, "false"),
    flag("policy", Kind::Text, ""),
    flag("prependarg", Kind::Repeated, ""),
    flag("section", Kind::Text, ""),
];
static VIEW_FLAGS: &[Flag] = &[flag("kuberc", Kind::Text, "")];

pub(crate) static KUBERC: Command = Command { name: "kuberc", subcommands: &[&SET, &VIEW], ..BASE };
static SET: Command = Command {
    name: "set",
    usage: "--section (defaults|aliases) --command COMMAND",
    flags: &[SET_FLAGS],
    required: &["section"],
    action: |cx| Box::pin(set(cx)),
    ..BASE
};
static VIEW: Command =
    Command { name: "view", flags: &[VIEW_FLAGS, super::config::OUTPUT_YAML], action: |cx| Box::pin(view(cx)), ..BASE };

/// The file of the preferences, and whether somebody has named it.
fn file(cx: &Cx<'_>) -> Outcome<(String, bool)> {
    let found = kuberc::path(cx.host, cx.flags.text("kuberc"))?;
    found.ok_or_else(|| "KUBERC is disabled via KUBERC=off environment variable".into())
}

fn save(cx: &Cx<'_>, path: &str, preferences: &Value) -> Outcome {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    if !folder.is_empty() {
        cx.host.make_dir(folder).map_err(|why| fail!("failed to create directory {folder}: mkdir {folder}: {why}"))?;
    }
    let written = cx.host.write_file(path, &yaml::to_string(preferences));
    written.map_err(|why| fail!("failed to write kuberc file: open {path}: {why}"))?;
    cx.say(format_args!("Updated {path}"));
    Ok(())
}

async fn view(cx: &Cx<'_>) -> Outcome {
    let (path, explicit) = file(cx)?;
    if cx.host.read_file(&path).is_err() {
        if explicit {
            return Err(fail!("kuberc file not found at {path}"));
        }
        cx.say(format_args!("kuberc file not found at {path}"));
        cx.host.stdout("Would you like to generate a default kuberc file with recommended options? (y/N): ");
        return match cx.host.stdin_line().await.trim().eq_ignore_ascii_case("y") {
            true => save(cx, &path, &kuberc::recommended()),
            false => Ok(()),
        };
    }
    let read = kuberc::read(cx.host, &path).map_err(|_| {
        fail!("missing apiVersion or kind; try GetObjectKind().SetGroupVersionKind() if you know the type")
    })?;
    let mut preferences = read.unwrap_or_else(kuberc::empty);
    for field in ["aliases", "defaults"] {
        if preferences[field].is_null() {
            preferences.set(field, list![]);
        }
    }
    let printed = Printed { kind: kind::CONFIG_MAP, object: &preferences, done: "", managed: true };
    cx.host.stdout(&cx.format()?.print_struct(&printed)?);
    Ok(())
}

/// What the flags must not say (k8s.io/kubectl/pkg/cmd/kuberc/set.go, `Validate`).
fn check(cx: &Cx<'_>) -> Outcome {
    let given = |flag: &str| !cx.flags.text(flag).is_empty();
    let some = |flag: &str| !cx.flags.list(flag).is_empty();
    let section = cx.flags.text("section");
    let policy = cx.flags.text("policy");
    Err(match section {
        "defaults" if given("name") => "--name should not be specified when --section=defaults".into(),
        "defaults" if some("prependarg") || some("appendarg") => {
            "--prependarg and --appendarg are only valid for --section=aliases".into()
        }
        "aliases" if !given("name") => "--name is required when --section=aliases".into(),
        "defaults" | "aliases" if !given("command") => {
            "--command is required when --section=aliases or --section=defaults".into()
        }
        "credentialplugin" if policy.is_empty() => "--policy is required when --section=credentialplugin".into(),
        "credentialplugin" if !["AllowAll", "DenyAll", "Allowlist"].contains(&policy) => {
            fail!(" --policy must be  \"AllowAll\", \"DenyAll\", or \"Allowlist\", got: {policy}")
        }
        "credentialplugin" if policy == "Allowlist" && !some("allowlist-entry") => {
            "--allowlist-entry is required when --section=credentialplugin and --policy=Allowlist".into()
        }
        "credentialplugin" if policy != "Allowlist" && some("allowlist-entry") => {
            "--allowlist-entry may only be used when --section=credentialplugin and --policy=Allowlist".into()
        }
        "defaults" | "aliases" | "credentialplugin" => return Ok(()),
        other => fail!("--section must be \"defaults\", \"aliases\", or \"credentialplugin\", got: {other}"),
    })
}

async fn set(cx: &Cx<'_>) -> Outcome {
    let (path, _) = file(cx)?;
    check(cx)?;
    let mut preferences = match kuberc::read(cx.host, &path) {
        Ok(found) => found.unwrap_or_else(kuberc::empty),
        // No file, or one with something else in it.
        Err(_) => kuberc::empty(),
    };
    match cx.flags.text("section") {
        "credentialplugin" => {
            if cx.flags.text("policy") == "Allowlist" {
                preferences.set("credentialPluginAllowlist", allowlist(cx)?);
            }
            preferences.set("credentialPluginPolicy", cx.flags.text("policy"));
        }
        section => entry(cx, &mut preferences, section)?,
    }
    save(cx, &path, &preferences)
}

/// Puts in, or replaces, the entry of a command or an alias; what the flags leave out stays.
fn entry(cx: &Cx<'_>, preferences: &mut Value, section: &str) -> Outcome {
    let (key, what) = if section == "aliases" { ("name", "name") } else { ("command", "command") };
    let wanted = cx.flags.text(what);
    let mut options = Vec::new();
    for option in cx.flags.list("option") {
        let Some((name, value)) = option.split_once('=') else {
            return Err(fail!("invalid option format {option:?}, expected flag=value"));
        };
        options.push(obj! { "default" => value, "name" => name.trim_start_matches('-') });
    }
    let words = |flag: &str| -> Value { cx.flags.list(flag).iter().map(String::as_str).collect() };
    let mut fields = vec![("options", Value::from(options))];
    if section == "aliases" {
        fields.extend([("prependArgs", words("prependarg")), ("appendArgs", words("appendarg"))]);
    }
    let entries = preferences.at_mut(section).array_mut();
    let known = entries.iter().position(|entry| entry[key].str() == wanted);
    if known.is_some() && !cx.flags.on("overwrite") {
        return Err(match section {
            "aliases" => fail!("alias {wanted:?} already exists, use --overwrite to replace"),
            _ => fail!("defaults for command {wanted:?} already exist, use --overwrite to replace"),
        });
    }
    let mut made = known.map_or_else(|| obj! { key => wanted }, |at| entries[at].clone());
    made.set("command", cx.flags.text("command"));
    for (field, value) in fields {
        if !value.array().is_empty() {
            made.set(field, value);
        } else if field == "options" && made[field].is_null() {
            // A list without anything in it is written as null.
            made.set(field, Value::Null);
        }
    }
    match known {
        Some(at) => entries[at] = made,
        None => entries.push(made),
    }
    Ok(())
}

fn allowlist(cx: &Cx<'_>) -> Outcome<Value> {
    let (mut entries, mut wrong) = (Vec::new(), Vec::new());
    for pair in cx.flags.list("allowlist-entry").iter().flat_map(|pairs| pairs.split(',')) {
        match pair.split_once('=') {
            None => wrong.push(format!("improperly formatted allowlist entry: {pair:?}")),
            Some(("name", _)) => {
                wrong.push("allowlist entry field \"name\" is deprecated, use \"command\" instead".to_owned());
            }
            Some(("command", value)) if value.trim().is_empty() => {
                wrong.push("empty value in allowlist entry for field \"command\"".to_owned());
            }
            Some(("command", value)) => entries.push(obj! { "command" => value }),
            Some((field, _)) => wrong.push(format!("unrecognized allowlist entry field: {field:?}")),
        }
    }
    match wrong.len() {
        0 => Ok(entries.into()),
        1 => Err(Fail::Text(wrong.remove(0))),
        _ => Err(fail!("[{}]", wrong.join(", "))),
    }
}
