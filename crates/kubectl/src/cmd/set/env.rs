//! `kubectl set env`

use super::{COMMON, matching, patch_pods, pod_spec_path};
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

setter!(pub(super) ENV = "env", "KEY_1=VAL_1 ... KEY_N=VAL_N", [FLAGS, FILES, SELECTOR], run);

async fn run(cx: &Cx<'_>) -> Outcome {
    let is_variable = |arg: &String| arg.contains('=') || (arg.ends_with('-') && arg.len() > 1);
    let at = cx.args().iter().position(is_variable).unwrap_or(cx.args().len());
    let (objects, changes) = cx.args().split_at(at);
    if let Some(stray) = changes.iter().find(|arg| !is_variable(arg)) {
        return Err(fail!("all resources must be specified before environment changes: {stray}"));
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
    let (mut set, remove) = (variables(&changes), removals(&changes));
    set.extend(imported(cx)?);
    let (infos, mut failures) = resource::objects(cx, objects, &Choice::of(cx)).await?;
    for info in &infos {
        let result = if cx.flags.on("list") { list(cx, info) } else { change(cx, info, &set, &remove) };
        if let Err(fail) = result {
            failures.push(fail);
        }
    }
    Fail::all(failures)
}

fn variables(changes: &[&String]) -> Vec<Value> {
    let pairs = changes.iter().filter_map(|arg| arg.split_once('='));
    pairs.map(|(name, value)| obj! { "name" => name, "value" => value }).collect()
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
    let Some((word, name)) = from.split_once('/') else {
        return Err(fail!("--from must be TYPE/NAME"));
    };
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
    let mut containers = Vec::new();
    for name in matching(info, path, "containers", wanted) {
        let of = info.object.at(path)["containers"].array().iter().find(|c| c["name"].str() == name);
        let old = |variable: &str| of.and_then(|c| c["env"].array().iter().find(|v| v["name"].str() == variable));
        let has = |variable: &str| old(variable).is_some();
        if let Some(taken) = set.iter().find(|v| !cx.flags.on("overwrite") && has(v["name"].str())) {
            return Err(fail!("'{}' already has a value, and --overwrite is false", taken["name"].str()));
        }
        let gone = remove.iter().filter(|name| has(name)).map(|name| obj! { "name" => *name, "$patch" => "delete" });
        // What the variable had before and shall not have any more is named, or a value would join its `valueFrom`.
        let changed = set.iter().map(|new| {
            let name = new["name"].str();
            let mut patch = api::patch::merge_diff(old(name).unwrap_or(&api::NULL), new);
            patch.set("name", name);
            patch
        });
        let env: Value = changed.chain(gone).collect();
        containers.push(obj! { "name" => name, "env" => env });
    }
    if containers.is_empty() {
        cx.warn(format_args!("warning: {} does not have any containers matching {wanted:?}", info.shown()));
        return Ok(());
    }
    patch_pods(cx, info, path, obj! { "containers" => containers }, "env updated", true)
}
