//! The kuberc: a user's own defaults of flags, and aliases of commands (k8s.io/kubectl/pkg/kuberc).

use crate::cmd::ROOT;
use crate::command::{Command, find, first_word};
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Flags};
use crate::host::Host;
use api::{Value, list, obj, yaml};

/// The API version of what is written.
pub const VERSION: &str = "kubectl.config.k8s.io/v1beta1";
const VERSIONS: [&str; 2] = [VERSION, "kubectl.config.k8s.io/v1alpha1"];

/// Where the preferences are, and whether somebody has said so; none where they are switched off.
///
/// # Errors
/// They are switched off and asked for.
pub fn path(host: &dyn Host, given: &str) -> Outcome<Option<(String, bool)>> {
    let variable = host.env("KUBERC").unwrap_or_default();
    if variable == "off" {
        return match given {
            "" => Ok(None),
            _ => Err("disabling kuberc via KUBERC=off and passing kuberc flag are mutually exclusive".into()),
        };
    }
    let home = host.env("HOME").unwrap_or_else(|| "/root".to_owned());
    Ok(Some(match (given, variable.as_str()) {
        ("", "") => (format!("{home}/.kube/kuberc"), false),
        ("", variable) => (variable.to_owned(), true),
        (given, _) => (given.to_owned(), true),
    }))
}

/// The preferences in a file; none where it is empty, and no file at all where the inner error is `no such file`.
///
/// # Errors
/// There is no such file, or nothing in it is a Preference.
pub fn read(host: &dyn Host, path: &str) -> Result<Option<Value>, String> {
    let text = host.read_file(path).map_err(|why| format!("open {path}: {why}"))?;
    let usable = |value: &&Value| value["kind"].str() == "Preference" && VERSIONS.contains(&value["apiVersion"].str());
    let values: Vec<Value> =
        yaml::documents(&text).unwrap_or_default().into_iter().filter(|value| !value.is_null()).collect();
    match values.iter().find(usable) {
        Some(value) => Ok(Some(whole(value))),
        None if values.is_empty() && text.trim().is_empty() => Ok(None),
        None => Err(format!("no valid preferences found in {path}, use --v=5 to see details")),
    }
}

/// Preferences without anything in them.
pub fn empty() -> Value {
    let mut empty = obj! { "apiVersion" => VERSION, "kind" => "Preference" };
    empty.set("aliases", Value::Null);
    empty.set("defaults", Value::Null);
    empty
}

/// Preferences as the current version writes them.
fn whole(value: &Value) -> Value {
    let mut whole = empty();
    for (field, older) in [("aliases", "aliases"), ("defaults", "overrides")] {
        let found = if value[field].is_null() { &value[older] } else { &value[field] };
        whole.set(field, found.clone());
        if !found.is_null() {
            whole.at_mut(field).array_mut().iter_mut().for_each(current);
        }
    }
    for field in ["credentialPluginPolicy", "credentialPluginAllowlist"] {
        if !value[field].is_null() {
            whole.set(field, value[field].clone());
        }
    }
    whole
}

/// An entry whose options older versions called flags.
fn current(entry: &mut Value) {
    if let Some(flags) = entry.remove("flags") {
        entry.set("options", flags);
    }
}

/// What `kubectl kuberc view` offers to whoever has none.
pub fn recommended() -> Value {
    let default = |command: &str, name: &str| {
        obj! { "command" => command, "options" => list![obj! { "default" => "true", "name" => name }] }
    };
    let mut made = empty();
    made.set("defaults", list![default("apply", "server-side"), default("delete", "interactive")]);
    made
}

/// A command line with aliases replaced and defaults filled in.
///
/// # Errors
/// What is wrong with the preferences.
pub fn apply(host: &dyn Host, args: Vec<String>) -> Outcome<Vec<String>> {
    if args.is_empty() {
        return Ok(args);
    }
    applied(host, args)
        .map_err(|why| Fail::Plain(format!("error occurred while applying preferences {}", why.message())))
}

fn applied(host: &dyn Host, args: Vec<String>) -> Outcome<Vec<String>> {
    let given = given(&args)?;
    let Some((path, explicit)) = path(host, &given).map_err(|why| why.within("kuberc error"))? else { return Ok(args) };
    let preferences = match read(host, &path) {
        Ok(Some(preferences)) => preferences,
        Ok(None) => return Ok(args),
        Err(why) if explicit => return Err(fail!("kuberc error kuberc: {why}")),
        Err(why) => {
            if host.read_file(&path).is_ok() {
                host.stderr(&format!("kuberc: no preferences loaded from {path}: {why}"));
            }
            return Ok(args);
        }
    };
    validate(&preferences)?;
    let (args, aliased) = alias(host, &preferences, args)?;
    if aliased { Ok(args) } else { defaults(host, &preferences, args) }
}

/// The file that `--kuberc` names.
fn given(args: &[String]) -> Outcome<String> {
    let mut rest = args.iter().take_while(|arg| *arg != "--");
    while let Some(arg) = rest.next() {
        let value = match arg.strip_prefix("--kuberc") {
            Some("") => rest.next().map(String::as_str),
            Some(value) if value.starts_with('=') => Some(&value[1..]).filter(|value| !value.is_empty()),
            _ => continue,
        };
        return value.map(str::to_owned).ok_or_else(|| "kuberc file is not found".into());
    }
    Ok(String::new())
}

fn validate(preferences: &Value) -> Outcome {
    let options = |entry: &Value| -> Outcome {
        match entry["options"].array().iter().find(|option| option["name"].str().starts_with('-')) {
            Some(option) => Err(fail!("flag name {} should be in long form without dashes", option["name"].str())),
            None => Ok(()),
        }
    };
    let aliases = preferences["aliases"].array();
    for (at, alias) in aliases.iter().enumerate() {
        let name = alias["name"].str();
        if name.is_empty() || !name.bytes().all(|c| c.is_ascii_alphabetic()) {
            return Err("invalid alias name, can only include alphabetical characters".into());
        }
        options(alias)?;
        if aliases[..at].iter().any(|other| other["name"].str() == name) {
            return Err(fail!("duplicate alias name {name}"));
        }
    }
    preferences["defaults"].array().iter().try_for_each(options)
}

/// Options of the preferences as flags, but for those that are on the command line.
fn options(command: &Command, entry: &Value, args: &[String], wrong: impl Fn(&str) -> Fail) -> Outcome<Vec<String>> {
    let mut made = Vec::new();
    for option in entry["options"].array() {
        let (name, value) = (option["name"].str(), api::text::int_or_string(&option["default"]));
        let known: Option<&Flag> = command.tables().into_iter().flatten().find(|flag| flag.name == name);
        let known = known.ok_or_else(|| wrong(name))?;
        if Flags::parse(&command.tables(), args).is_ok_and(|flags| flags.has(name)) {
            continue;
        }
        let set = format!("--{name}={value}");
        if Flags::parse(&command.tables(), std::slice::from_ref(&set)).is_err() {
            return Err(wrong(known.name));
        }
        made.push(set);
    }
    Ok(made)
}

/// Replaces an alias; whether there was one.
fn alias(host: &dyn Host, preferences: &Value, mut args: Vec<String>) -> Outcome<(Vec<String>, bool)> {
    if find(&ROOT, &args).is_ok() {
        return Ok((args, false));
    }
    let Some(at) = args.iter().position(|arg| !arg.starts_with('-')) else { return Ok((args, false)) };
    let name = args[at].clone();
    let Some(alias) = preferences["aliases"].array().iter().find(|alias| alias["name"].str() == name) else {
        return Ok((args, false));
    };
    if ROOT.subcommand(&name).is_some() {
        host.stderr(&format!("Warning: Setting alias {name:?} to a built-in command is not supported\n"));
        return Ok((args, false));
    }
    let words: Vec<String> = alias["command"].str().split_whitespace().map(str::to_owned).collect();
    let command = match find(&ROOT, &words) {
        Ok(found) if found.args.is_empty() && !words.is_empty() => found.command,
        _ => return Err(fail!("command {:?} not found to set alias {name:?}: {words:?}", alias["command"].str())),
    };
    let wrong = |flag: &str| fail!("invalid alias flag {flag} in alias kubectl");
    let mut inserted = words;
    inserted.extend(options(command, alias, &args[at + 1..], wrong)?);
    inserted.extend(alias["prependArgs"].array().iter().map(|arg| arg.str().to_owned()));
    args.splice(at..=at, inserted);
    args.extend(alias["appendArgs"].array().iter().map(|arg| arg.str().to_owned()));
    Ok((args, true))
}

/// Fills in the user's defaults of the command.
fn defaults(host: &dyn Host, preferences: &Value, args: Vec<String>) -> Outcome<Vec<String>> {
    let Ok(found) = find(&ROOT, &args) else { return Ok(args) };
    let mut added = Vec::new();
    for entry in preferences["defaults"].array() {
        let text = entry["command"].str();
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let command = match find(&ROOT, &words) {
            Ok(other) if !words.is_empty() => other.command,
            _ => {
                host.stderr(&format!("Warning: command {text:?} not found to set kuberc override\n"));
                continue;
            }
        };
        // As upstream compares them: by the last word.
        if command.name == found.command.name {
            let wrong = |flag: &str| fail!("invalid flag {flag} for command {text}");
            added.extend(options(found.command, entry, &found.args, wrong)?);
        }
    }
    if added.is_empty() {
        return Ok(args);
    }
    // Where the command's own words are, so that nothing behind `--` is touched.
    let mut words = found.path.split(' ').skip(1).count();
    let mut at = 0;
    while words > 0 {
        let Some(next) = first_word(&args[at..]) else { break };
        at += next + 1;
        words -= 1;
    }
    let mut args = args;
    args.splice(at..at, added);
    Ok(args)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::host::World;

    const FILE: &str = "apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\naliases:\n- name: getn\n  command: get\n  \
        prependArgs: [nodes]\n  options:\n  - {name: output, default: wide}\ndefaults:\n- command: get\n  options:\n  - {name: \
        output, default: yaml}\n- command: set env\n  options:\n  - {name: overwrite, default: \"false\"}\n";

    fn line(text: &str) -> String {
        let host = World::new();
        let home = host.env("HOME").unwrap_or_else(|| "/root".into());
        host.write_file(&format!("{home}/.kube/kuberc"), FILE).unwrap();
        match apply(&host, text.split(' ').map(str::to_owned).collect()) {
            Ok(args) => args.join(" "),
            Err(fail) => fail.message(),
        }
    }

    #[test]
    fn aliases_and_defaults_are_put_in() {
        assert_eq!(line("getn"), "get --output=wide nodes");
        assert_eq!(line("getn -o name x"), "get nodes -o name x");
        assert_eq!(line("get pods"), "get --output=yaml pods");
        assert_eq!(line("-n dev get pods"), "-n dev get --output=yaml pods");
        assert_eq!(line("get pods -owide"), "get pods -owide");
        assert_eq!(line("set env deploy/x A=b"), "set env --overwrite=false deploy/x A=b");
        assert_eq!(line("delete pod x"), "delete pod x");
        assert_eq!(line("nosuch x"), "nosuch x");
    }
}
