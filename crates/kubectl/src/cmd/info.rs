//! `kubectl version`, `kubectl cluster-info`, `kubectl options`, and `kubectl get --raw`.

use super::{BASE, OUTPUT_NAME, global_flags};
use crate::command::{Command, flag_help};
use crate::cx::Cx;
use crate::fail::{Fail, Outcome};
use crate::flags::{Flag, Kind, flag};
use crate::print::struct_json;
use api::{Status, Value, json, kind, obj, yaml};
use apiserver::http::{discovery, health, order};
use apiserver::request::{Request, Verb};

/// The kubectl whose behaviour this is.
const CLIENT: &str = "v1.36.4";
/// The API server whose behaviour the simulator has.
const SERVER: &str = "v1.36.2";
/// The kustomize that comes with that kubectl.
const KUSTOMIZE: &str = "v5.8.1";

static VERSION_FLAGS: &[Flag] = &[flag("client", Kind::Bool, "false")];

pub(crate) static VERSION: Command =
    Command { name: "version", flags: &[VERSION_FLAGS, OUTPUT_NAME], action: |cx| Box::pin(version(cx)), ..BASE };

pub(crate) static CLUSTER_INFO: Command =
    Command { name: "cluster-info", subcommands: &[&DUMP], action: |cx| Box::pin(cluster_info(cx)), ..BASE };

static DUMP: Command =
    Command { name: "dump", flags: &[super::dump::FLAGS], action: |cx| Box::pin(super::dump::run(cx)), ..BASE };

pub(crate) static OPTIONS: Command = Command { name: "options", action: |cx| Box::pin(options(cx)), ..BASE };

fn client_version() -> Value {
    obj! {
        "major" => "1", "minor" => "36", "gitVersion" => CLIENT, "gitCommit" => "bb826b1d48562f110659e64e8ec444327433db95",
        "gitTreeState" => "clean", "buildDate" => "2026-09-29T20:03:31Z", "goVersion" => "go1.27.1", "compiler" => "gc",
        "platform" => "linux/amd64",
    }
}

fn server_version() -> Value {
    obj! {
        "major" => "1", "minor" => "36", "emulationMajor" => "1", "emulationMinor" => "36", "minCompatibilityMajor" => "1",
        "minCompatibilityMinor" => "35", "gitVersion" => SERVER, "gitCommit" => "0".repeat(40), "gitTreeState" => "clean",
        "buildDate" => "2026-06-10T12:00:00Z", "goVersion" => "go1.26.6", "compiler" => "gc", "platform" => "linux/amd64",
    }
}

async fn version(cx: &Cx<'_>) -> Outcome {
    if !cx.args().is_empty() {
        return Err(Fail::Text(format!("extra arguments: [{}]", cx.args().join(" "))));
    }
    let with_server = !cx.flags.on("client");
    let mut all = obj! { "clientVersion" => client_version(), "kustomizeVersion" => KUSTOMIZE };
    if with_server {
        all.set("serverVersion", server_version());
    }
    match cx.flags.text("output") {
        "" => {
            cx.say(format_args!("Client Version: {CLIENT}\nKustomize Version: {KUSTOMIZE}"));
            if with_server {
                cx.say(format_args!("Server Version: {SERVER}"));
            }
        }
        "json" => cx.say(struct_json::to_string(&all, 2)),
        "yaml" => cx.host.stdout(&yaml::to_string(&all)),
        _ => return Err("--output must be 'yaml' or 'json'".into()),
    }
    Ok(())
}

async fn cluster_info(cx: &Cx<'_>) -> Outcome {
    let server = cx.config.server(cx.flags.text("context"));
    cx.say(format_args!("Kubernetes control plane is running at {server}"));
    for service in cx.list(kind::SERVICE, "kube-system", "kubernetes.io/cluster-service=true", "")? {
        let name = service.labels()["kubernetes.io/name"].str();
        let name = if name.is_empty() { service.name() } else { name };
        let port = service.at("spec.ports").array().first().map_or("", |p| p["name"].str()).to_owned();
        let port = if port.is_empty() { port } else { format!(":{port}") };
        let path = format!("/api/v1/namespaces/kube-system/services/{}{port}/proxy", service.name());
        cx.say(format_args!("{name} is running at {server}{path}"));
    }
    cx.say("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.");
    Ok(())
}

async fn options(cx: &Cx<'_>) -> Outcome {
    let language = cx.host.language();
    cx.say(format_args!("{}\n", crate::texts::heading(language, "options")));
    global_flags().for_each(|flag| cx.say(flag_help(flag, "*", language)));
    Ok(())
}

/// What the server answers at a path.
pub(crate) fn raw(cx: &Cx<'_>, path: &str) -> Outcome {
    let (plain, query) = path.split_once('?').unwrap_or((path, ""));
    let words: Vec<&str> = plain.split('/').filter(|word| !word.is_empty()).collect();
    let kinds = cx.host.kinds();
    match &words[..] {
        [which @ ("healthz" | "readyz" | "livez"), check @ ..] => {
            let text = health::report(which, &check.join("/"), query);
            cx.host.stdout(&text.ok_or_else(|| Fail::Status(Status::no_such_resource()))?);
            return Ok(());
        }
        ["version"] => {
            cx.host.stdout(&struct_json::to_string(&server_version(), 2));
            return Ok(());
        }
        [] => {
            cx.host.stdout(&json::to_string_pretty(&health::paths(&discovery::groups(&kinds))));
            return Ok(());
        }
        _ => {}
    }
    if let Some(document) = discovery::document(&words, &kinds) {
        cx.say(order::of_document(&document, false));
        return Ok(());
    }
    let request = parse_path(cx, plain).ok_or_else(|| Fail::Status(Status::no_such_resource()))?;
    cx.say(json::to_string(&cx.request(&request)?));
    Ok(())
}

/// `/apis/apps/v1/namespaces/default/deployments/web/status` as a request.
fn parse_path(cx: &Cx<'_>, path: &str) -> Option<Request> {
    let parts: Vec<&str> = path.split('/').filter(|p| !p.is_empty()).collect();
    let (group, version, rest) = match parts.split_first()? {
        (&"api", [version, rest @ ..]) => ("", *version, rest),
        (&"apis", [group, version, rest @ ..]) => (*group, *version, rest),
        _ => return None,
    };
    let is = |k: &api::Kind, plural: &str| k.group == group && k.version == version && k.plural == plural;
    let find = |plural: &str| cx.host.kinds().into_iter().find(|k| is(k, plural));
    let (namespace, rest) = match rest {
        ["namespaces", namespace, rest @ ..] if !rest.is_empty() && find(rest[0]).is_some() => (*namespace, rest),
        rest => ("", rest),
    };
    let (plural, rest) = rest.split_first()?;
    let kind = find(plural)?;
    Some(match rest {
        [] => cx.ask(Verb::List, kind, namespace, ""),
        [name] => cx.ask(Verb::Get, kind, namespace, name),
        [name, subresource] => cx.ask(Verb::Get, kind, namespace, name).with_subresource(*subresource),
        _ => return None,
    })
}
