//! `kubectl config`

mod credentials;
pub(crate) mod form;

use super::BASE;
use crate::command::Command;
use crate::config::Config;
use crate::cx::Cx;
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::print::{Columns, Format, Printed};
use api::{Value, kind, obj};

static VIEW_FLAGS: &[Flag] = &[
    flag("flatten", Kind::Bool, "false"),
    flag("merge", Kind::Bool, "true"),
    flag("minify", Kind::Bool, "false"),
    flag("raw", Kind::Bool, "false"),
];
static CONTEXT_FLAGS: &[Flag] = &[flag("current", Kind::Bool, "false")];
static CLUSTER_FLAGS: &[Flag] = &[
    flag("embed-certs", Kind::Bool, "false"),
    flag("proxy-url", Kind::Text, ""),
    // Without the letter that it has everywhere else.
    flag("server", Kind::Text, ""),
];
static SET_FLAGS: &[Flag] = &[flag("set-raw-bytes", Kind::Bool, "false")];
static LIST_FLAGS: &[Flag] = &[flag("no-headers", Kind::Bool, "false"), flag("output", Kind::Text, "").short('o')];
pub(crate) static OUTPUT_YAML: &[Flag] = &[
    flag("output", Kind::Text, "yaml").short('o'),
    flag("template", Kind::Text, ""),
    flag("show-managed-fields", Kind::Bool, "false"),
    flag("allow-missing-template-keys", Kind::Bool, "true"),
];

macro_rules! subcommand {
    ($id:ident, $name:literal, $usage:literal, $flags:expr, $run:expr) => {
        static $id: Command =
            Command { name: $name, usage: $usage, flags: $flags, action: |cx| Box::pin(async { $run(cx) }), ..BASE };
    };
}

pub(crate) static CONFIG: Command = Command {
    name: "config",
    subcommands: &[
        &CURRENT_CONTEXT,
        &DELETE_CLUSTER,
        &DELETE_CONTEXT,
        &DELETE_USER,
        &GET_CLUSTERS,
        &GET_CONTEXTS,
        &GET_USERS,
        &RENAME_CONTEXT,
        &SET,
        &SET_CLUSTER,
        &SET_CONTEXT,
        &SET_CREDENTIALS,
        &UNSET,
        &USE_CONTEXT,
        &VIEW,
    ],
    ..BASE
};

subcommand!(CURRENT_CONTEXT, "current-context", "", &[], current_context);
subcommand!(DELETE_CLUSTER, "delete-cluster", "NAME", &[], |cx| delete(cx, "clusters", "cluster"));
subcommand!(DELETE_CONTEXT, "delete-context", "NAME", &[], |cx| delete(cx, "contexts", "context"));
subcommand!(DELETE_USER, "delete-user", "NAME", &[], |cx| delete(cx, "users", "user"));
subcommand!(GET_CLUSTERS, "get-clusters", "", &[], |cx| names(cx, "clusters"));
subcommand!(GET_CONTEXTS, "get-contexts", "[NAME]", &[LIST_FLAGS], get_contexts);
subcommand!(GET_USERS, "get-users", "", &[], |cx| names(cx, "users"));
subcommand!(RENAME_CONTEXT, "rename-context", "OLD NEW", &[], rename_context);
subcommand!(SET, "set", "PROPERTY VALUE", &[SET_FLAGS], set);
subcommand!(SET_CLUSTER, "set-cluster", "NAME [--server=server]", &[CLUSTER_FLAGS], set_cluster);
subcommand!(SET_CONTEXT, "set-context", "[NAME | --current] [--namespace=namespace]", &[CONTEXT_FLAGS], set_context);
subcommand!(SET_CREDENTIALS, "set-credentials", "NAME [--token=token]", &[credentials::FLAGS], credentials::set);
subcommand!(UNSET, "unset", "PROPERTY", &[], unset);
static USE_CONTEXT: Command = Command {
    name: "use-context",
    aliases: &["use"],
    usage: "NAME",
    action: |cx| Box::pin(async { use_context(cx) }),
    ..BASE
};
subcommand!(VIEW, "view", "", &[VIEW_FLAGS, OUTPUT_YAML], view);

fn current_context(cx: &Cx<'_>) -> Outcome {
    match cx.config.current() {
        "" => Err("current-context is not set".into()),
        current => {
            cx.say(current);
            Ok(())
        }
    }
}

/// Arguments that a command cannot do anything with: its help, and then what they were.
fn unexpected(cx: &Cx<'_>) -> Outcome {
    super::overview(cx);
    // set-credentials says it in its own way (k8s.io/kubectl/pkg/cmd/config/set_credentials.go).
    let begin = if cx.command.name == "set-credentials" { 'u' } else { 'U' };
    Err(fail!("{begin}nexpected args: [{}]", cx.args().join(" ")))
}

fn names(cx: &Cx<'_>, list: &str) -> Outcome {
    cx.say("NAME");
    cx.config.value[list].array().iter().for_each(|entry| cx.say(entry["name"].str()));
    Ok(())
}

fn get_contexts(cx: &Cx<'_>) -> Outcome {
    let contexts = cx.config.value["contexts"].array();
    let wanted = |name: &str| cx.args().is_empty() || cx.args().iter().any(|arg| arg == name);
    let shown: Vec<&Value> = contexts.iter().filter(|c| wanted(c["name"].str())).collect();
    let missing = cx.args().iter().filter(|arg| cx.config.context(arg).is_null());
    let failures: Vec<Fail> = missing.map(|name| fail!("context {name} not found")).collect();
    if cx.flags.text("output") == "name" {
        shown.iter().for_each(|c| cx.say(c["name"].str()));
        return Fail::all(failures);
    }
    let mut table = Columns::default();
    if !cx.flags.on("no-headers") {
        table.row(["CURRENT", "NAME", "CLUSTER", "AUTHINFO", "NAMESPACE"].map(str::to_owned).to_vec());
    }
    for entry in shown {
        let context = &entry["context"];
        let mark = if entry["name"].str() == cx.config.current() { "*" } else { "" };
        let cells =
            [mark, entry["name"].str(), context["cluster"].str(), context["user"].str(), context["namespace"].str()];
        table.row(cells.map(str::to_owned).to_vec());
    }
    cx.host.stdout(&table.flush());
    Fail::all(failures)
}

fn use_context(cx: &Cx<'_>) -> Outcome {
    let [name] = cx.args() else {
        return unexpected(cx);
    };
    if cx.config.context(name).is_null() {
        return Err(fail!("no context exists with the name: {name:?}"));
    }
    change(cx, |config| config.value.set("current-context", name.as_str()))?;
    cx.say(format_args!("Switched to context {name:?}."));
    Ok(())
}

fn change(cx: &Cx<'_>, edit: impl FnOnce(&mut Config)) -> Outcome {
    let mut config = cx.config.clone();
    edit(&mut config);
    config.save(cx.host)
}

fn set_context(cx: &Cx<'_>) -> Outcome {
    let name = match (cx.args(), cx.flags.on("current")) {
        ([name], false) => name.clone(),
        ([], true) => cx.config.current().to_owned(),
        ([_, ..], true) => return Err("you cannot specify both a context name and --current".into()),
        ([], false) => return Err("you must specify a non-empty context name or --current".into()),
        _ => return unexpected(cx),
    };
    if name.is_empty() {
        return Err("no current context is set".into());
    }
    let mut context = cx.config.context(&name).clone();
    for flag in ["cluster", "namespace", "user"] {
        if cx.flags.has(flag) {
            context.set(flag, cx.flags.text(flag));
        }
    }
    context.object_mut();
    let known = !cx.config.context(&name).is_null();
    change(cx, |config| {
        config.put("contexts", &name, "context", context);
    })?;
    cx.say(format_args!("Context {name:?} {}.", if known { "modified" } else { "created" }));
    Ok(())
}

fn set_cluster(cx: &Cx<'_>) -> Outcome {
    set_entry(
        cx,
        "clusters",
        "cluster",
        &[
            ("server", "server"),
            ("certificate-authority", "certificate-authority"),
            ("proxy-url", "proxy-url"),
            ("tls-server-name", "tls-server-name"),
        ],
    )?;
    cx.say(format_args!("Cluster {:?} set.", cx.args()[0]));
    Ok(())
}

/// Sets the fields of an entry that flags name.
fn set_entry(cx: &Cx<'_>, list: &str, key: &str, fields: &[(&str, &str)]) -> Outcome {
    let [name] = cx.args() else {
        return unexpected(cx);
    };
    if cx.flags.on("insecure-skip-tls-verify") && !cx.flags.text("certificate-authority").is_empty() {
        return Err("you cannot specify a certificate authority and insecure mode at the same time".into());
    }
    let mut content = cx.config.entry(list, name, key).clone();
    for (flag, field) in fields {
        if cx.flags.has(flag) {
            content.set(field, cx.flags.text(flag));
        }
    }
    if cx.flags.on("insecure-skip-tls-verify") && list == "clusters" {
        content.set("insecure-skip-tls-verify", true);
        content.remove("certificate-authority");
        content.remove("certificate-authority-data");
    }
    content.object_mut();
    change(cx, |config| {
        config.put(list, name, key, content);
    })
}

fn delete(cx: &Cx<'_>, list: &str, what: &str) -> Outcome {
    let [name] = cx.args() else {
        // Of a user it is an error, of the others not.
        if what == "user" {
            return cx.usage("user to delete is required");
        }
        super::overview(cx);
        return Ok(());
    };
    let mut config = cx.config.clone();
    if !config.take(list, name) {
        return Err(fail!("cannot delete {what} {name}, not in {}", config.path));
    }
    if what == "context" && name == cx.config.current() {
        cx.warn(format_args!(
            "warning: this removed your active context, use \"kubectl config use-context\" to select a different one"
        ));
    }
    config.save(cx.host)?;
    cx.say(format_args!("deleted {what} {name} from {}", config.path));
    Ok(())
}

fn rename_context(cx: &Cx<'_>) -> Outcome {
    let [old, new] = cx.args() else {
        return unexpected(cx);
    };
    let content = cx.config.context(old).clone();
    if content.is_null() {
        return Err(fail!("cannot rename the context {old:?}, it's not in {}", cx.config.path));
    }
    if !cx.config.context(new).is_null() {
        return Err(fail!(
            "cannot rename the context {old:?}, the context {new:?} already exists in {}",
            cx.config.path
        ));
    }
    change(cx, |config| {
        config.take("contexts", old);
        config.put("contexts", new, "context", content);
        if config.current() == old {
            config.value.set("current-context", new.as_str());
        }
    })?;
    cx.say(format_args!("Context {old:?} renamed to {new:?}."));
    Ok(())
}

fn set(cx: &Cx<'_>) -> Outcome {
    let [name, value] = cx.args() else {
        return unexpected(cx);
    };
    if value.is_empty() {
        return Err("you cannot use set to unset a property".into());
    }
    if name.is_empty() {
        return Err("you must specify a property".into());
    }
    let mut config = cx.config.clone();
    form::change(&mut config.value, name, Some(value), cx.flags.on("set-raw-bytes"))?;
    config.save(cx.host)?;
    cx.say(format_args!("Property {name:?} set."));
    Ok(())
}

fn unset(cx: &Cx<'_>) -> Outcome {
    let [name] = cx.args() else {
        return unexpected(cx);
    };
    if name.is_empty() {
        return Err("you must specify a property".into());
    }
    let mut config = cx.config.clone();
    form::change(&mut config.value, name, None, false)?;
    config.save(cx.host)?;
    cx.say(format_args!("Property {name:?} unset."));
    Ok(())
}

/// What must not be shown, and what stands in its place.
const SECRETS: &[(&str, &str)] = &[
    ("certificate-authority-data", "DATA+OMITTED"),
    ("client-certificate-data", "DATA+OMITTED"),
    ("client-key-data", "DATA+OMITTED"),
    ("token", "REDACTED"),
    ("password", "REDACTED"),
];

fn view(cx: &Cx<'_>) -> Outcome {
    if !cx.args().is_empty() {
        return cx.usage(format_args!("unexpected arguments: [{}]", cx.args().join(" ")));
    }
    let mut config = cx.config.value.clone();
    if cx.flags.on("minify") {
        config = minified(cx)?;
    }
    config = form::whole(&config);
    if !cx.flags.on("raw") && !cx.flags.on("flatten") {
        for (list, key) in [("clusters", "cluster"), ("users", "user")] {
            if config[list].is_null() {
                continue;
            }
            for entry in config.at_mut(list).array_mut() {
                let content = entry.at_mut(key);
                for (secret, shown) in SECRETS {
                    if !content[secret].is_null() {
                        content.set(secret, *shown);
                    }
                }
            }
        }
    }
    let format = match cx.format()? {
        Format::Human => Format::Yaml,
        Format::Json => {
            cx.say(form::json(&config));
            return Ok(());
        }
        other => other,
    };
    let printed = Printed { kind: kind::CONFIG_MAP, object: &config, done: "", managed: true };
    cx.host.stdout(&format.print(&printed)?);
    Ok(())
}

fn minified(cx: &Cx<'_>) -> Outcome<Value> {
    let current = match cx.flags.text("context") {
        "" => cx.config.current(),
        given => given,
    };
    let context = cx.config.context(current);
    if context.is_null() {
        return Err(fail!("cannot locate context {current}"));
    }
    let only = |list: &str, name: &str| -> Value {
        cx.config.value[list].array().iter().filter(|entry| entry["name"].str() == name).cloned().collect()
    };
    Ok(obj! {
        "apiVersion" => "v1", "kind" => "Config", "current-context" => current,
        "clusters" => only("clusters", context["cluster"].str()),
        "contexts" => only("contexts", current),
        "users" => only("users", context["user"].str()),
    })
}
