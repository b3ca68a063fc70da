//! `kubectl set env`

use super::{COMMON, Words, change_all, matching, pod_spec_path, send};
use crate::cmd::{ALL, BASE, DRY_RUN, FILES, OUTPUT, SELECTOR};
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::resource::{self, Choice, Info};
use api::{Value, kind, obj};

static FLAGS: &[Flag] = &[
    flag("containers", Kind::Text, "*").short('c'),
    flag("env", Kind::Repeated, "").short('e'),
    flag("from", Kind::Text, ""),
    flag("keys", Kind::List, ""),
    flag("list", Kind::Bool, "false"),
    flag("overwrite", Kind::Bool, "true"),
    flag("prefix", Kind::Text, ""),
    flag("resolve", Kind::Bool, "false"),
];

const WORDS: Words =
    Words { done: "env updated", refused: "failed to patch env update to pod template: ", always: false };

setter!(pub(super) ENV = "env", "KEY_1=VAL_1 ... KEY_N=VAL_N", [FLAGS, FILES, SELECTOR], run);

async fn run(cx: &Cx<'_>) -> Outcome {
    let is_variable = |arg: &String| arg.find('=').is_some_and(|at| at > 0) || (arg.ends_with('-') && arg.len() > 1);
    let at = cx.args().iter().position(is_variable).unwrap_or(cx.args().len());
    let (objects, changes) = cx.args().split_at(at);
    if changes.iter().any(|arg| !is_variable(arg)) {
        let all = cx.args().join(" ");
        return Err(fail!("all resources must be specified before environment changes: {all}"));
    }
    if objects.is_empty() && crate::files::named(cx).is_empty() {
        return Err("one or more resources must be specified as <resource> <name> or <resource>/<name>".into());
    }
    if cx.flags.on("list") && cx.flags.has("output") {
        return Err("--list and --output may not be specified together".into());
    }
    if cx.flags.has("keys") && cx.flags.text("from").is_empty() {
        return Err("when specifying --keys, a configmap or secret must be provided with --from".into());
    }
    let changes: Vec<&String> = changes.iter().chain(cx.flags.list("env")).collect();
    let (mut set, remove) = (variables(&changes)?, removals(&changes));
    set.extend(imported(cx)?);
    let (infos, failures) = resource::objects(cx, objects, &Choice::of(cx)).await?;
    Fail::all(failures)?;
    let one = |info: &Info| if cx.flags.on("list") { list(cx, info) } else { change(cx, info, &set, &remove) };
    change_all(&infos, &one)
}

/// `KEY=VALUE` (k8s.io/kubectl/pkg/cmd/set/env, `parseIntoEnvVar`).
fn variables(changes: &[&String]) -> Outcome<Vec<Value>> {
    let mut variables = Vec::new();
    for (name, value) in changes.iter().filter_map(|arg| arg.split_once('=')) {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        if name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(fits) {
            return Err(fail!(
                "{name:?} is not a valid key name: a valid environment variable name must consist of alphabetic characters, digits, \
                 '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex \
                 used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')"
            ));
        }
        variables.push(obj! { "name" => name, "value" => value });
    }
    Ok(variables)
}

fn removals<'a>(changes: &[&'a String]) -> Vec<&'a str> {
    changes.iter().filter(|arg| !arg.contains('=')).map(|arg| arg.trim_end_matches('-')).collect()
}

/// The variables that `--from` refers to.
fn imported(cx: &Cx<'_>) -> Outcome<Vec<Value>> {
    let from = cx.flags.text("from");
    if from.is_empty() {
        return Ok(Vec::new());
    }
    let (word, name) = from.split_once('/').unwrap_or((from, ""));
    let kind = resource::kind_of(cx, word)?;
    let field = match kind.kind {
        "ConfigMap" => "configMapKeyRef",
        "Secret" => "secretKeyRef",
        _ => return Err(fail!("unsupported resource specified in --from")),
    };
    let object = cx.get(kind, &cx.namespace, name)?;
    let keys = cx.flags.list("keys");
    let wanted = |key: &str| keys.is_empty() || keys.iter().any(|k| k == key);
    let variable = |key: &str| {
        let plain: String =
            key.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
        if plain != key {
            cx.warn(format_args!("Warning: key {key} transferred to {plain}"));
        }
        let mut source = Value::object();
        source.set(field, obj! { "key" => key, "name" => name });
        obj! { "name" => format!("{}{plain}", cx.flags.text("prefix")), "valueFrom" => source }
    };
    Ok(object["data"].entries().filter(|(key, _)| wanted(key)).map(|(key, _)| variable(key)).collect())
}

fn list(cx: &Cx<'_>, info: &Info) -> Outcome {
    let spec = info.object.at(pod_spec_path(info)?);
    for container in spec["containers"].array().iter().chain(spec["initContainers"].array()) {
        cx.say(format_args!("# {} {}, container {}", info.kind.kind, info.name, container["name"].str()));
        for variable in container["env"].array() {
            match cx.flags.on("resolve") && !variable["valueFrom"].is_null() {
                true => resolve(cx, info, container, variable),
                false => cx.say(shown(variable)),
            }
        }
    }
    Ok(())
}

/// Says a variable with its value, or as it stands with why there is none (k8s.io/kubectl/pkg/cmd/set/env, `GetEnvVarRefValue`).
fn resolve(cx: &Cx<'_>, info: &Info, container: &Value, variable: &Value) {
    let name = variable["name"].str();
    match value_of(cx, info, container, &variable["valueFrom"]) {
        Ok(value) => cx.say(format_args!("{name}={value}")),
        Err(why) => {
            cx.say(shown(variable));
            cx.warn(format_args!("error retrieving reference for {name}: {why}"));
        }
    }
}

/// The fields of a Pod that a variable may be read from before the Pod runs.
const FIELDS: [&str; 4] = ["metadata.name", "metadata.namespace", "metadata.labels", "metadata.annotations"];

fn value_of(cx: &Cx<'_>, info: &Info, container: &Value, source: &Value) -> Result<String, String> {
    for (field, kind) in [("configMapKeyRef", kind::CONFIG_MAP), ("secretKeyRef", kind::SECRET)] {
        let reference = &source[field];
        if !reference.is_null() {
            let (name, key) = (reference["name"].str(), reference["key"].str());
            let object = cx.get(kind, &info.namespace, name).map_err(|fail| fail.message())?;
            let Some(text) = object["data"][key].as_str() else {
                return Err(format!("key {key} not found in {} {name}", kind.singular));
            };
            return match kind == kind::SECRET {
                true => api::base64::decode(text),
                false => Ok(text.to_owned()),
            };
        }
    }
    if let Some(field) = source["fieldRef"]["fieldPath"].as_str() {
        return match FIELDS.contains(&field) {
            true => Ok(crate::print::go_fmt::plain(info.object.at(field))),
            false => Err(format!("unsupported fieldPath: {field}")),
        };
    }
    let resource = source["resourceFieldRef"]["resource"].str();
    let amount = container["resources"].at(resource).as_str();
    let amount = amount.and_then(|text| api::Quantity::parse(text).ok());
    Ok(amount.map_or("0".to_owned(), |amount| amount.value().to_string()))
}

fn shown(variable: &Value) -> String {
    let (name, source) = (variable["name"].str(), &variable["valueFrom"]);
    let reference = |field: &str, what: &str| {
        let of = &source[field];
        format!("# {name} from {what} {}, key {}", of["name"].str(), of["key"].str())
    };
    match source {
        Value::Null => format!("{name}={}", variable["value"].str()),
        _ if !source["configMapKeyRef"].is_null() => reference("configMapKeyRef", "configmap"),
        _ if !source["secretKeyRef"].is_null() => reference("secretKeyRef", "secret"),
        _ if !source["resourceFieldRef"].is_null() => {
            format!("# {name} from resource field {}", source["resourceFieldRef"]["resource"].str())
        }
        _ => format!("# {name} from field path {}", source["fieldRef"]["fieldPath"].str()),
    }
}

fn change(cx: &Cx<'_>, info: &Info, set: &[Value], remove: &[&str]) -> Outcome {
    if set.is_empty() && remove.is_empty() {
        return Err("at least one environment variable must be provided".into());
    }
    let path = pod_spec_path(info)?;
    let wanted = cx.flags.text("containers");
    let names = matching(info, path, "containers", wanted);
    if names.is_empty() {
        let (kind, name) = (info.kind.kind, &info.name);
        cx.warn(format_args!("Warning: {kind}/{name} does not have any containers matching {wanted:?}"));
        return Ok(());
    }
    let mut object = info.object.clone();
    for container in object.at_mut(path).at_mut("containers").array_mut() {
        if names.iter().any(|name| name == container["name"].str()) {
            let env = container["env"].array();
            let taken = |new: &&Value| env.iter().find(|old| old["name"] == new["name"]);
            if let Some(old) = set.iter().find_map(|new| taken(&new)).filter(|_| !cx.flags.on("overwrite")) {
                let (of, name, value) = (info.plural(), old["name"].str(), old["value"].str());
                return Err(fail!("{of} '{name}' already has a value ({value}), and --overwrite is false"));
            }
            let env = changed(env, set, remove);
            match env.is_empty() {
                true => drop(container.object_mut().remove("env")),
                false => container.set("env", env),
            }
        }
    }
    send(cx, info, object, &WORDS)
}

/// Variables with some set, in their place or at the end, and some removed (`updateEnv`).
fn changed(env: &[Value], set: &[Value], remove: &[&str]) -> Vec<Value> {
    let named = |list: &[Value], name: &Value| list.iter().find(|variable| variable["name"] == *name).cloned();
    let kept = env.iter().filter(|old| !remove.contains(&old["name"].str()));
    let mut changed: Vec<Value> = kept.map(|old| named(set, &old["name"]).unwrap_or_else(|| old.clone())).collect();
    for new in set {
        if named(&changed, &new["name"]).is_none() {
            changed.push(new.clone());
        }
    }
    changed
}
