//! `kubectl version`, `kubectl cluster-info`, `kubectl options`, and `kubectl get --raw`.

use super::{BASE, OUTPUT_NAME, global_flags};
use crate::command::{Command, flag_help};
use crate::cx::Cx;
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::print::struct_json;
use api::{Value, kind, obj, yaml};
use apiserver::request::Verb;

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

/// `--raw`: sends what `-f` names to a path as it stands, and prints what the server answers
/// (k8s.io/kubectl/pkg/rawhttp).
pub(crate) async fn raw(cx: &Cx<'_>, method: &str, path: &str) -> Outcome {
    let file = cx.flags.list("filename").first().map_or("", String::as_str);
    let body = match file {
        _ if method == "GET" => String::new(),
        "" => String::new(),
        "-" => cx.host.stdin().await,
        file => cx.host.read_file(file).map_err(|why| fail!("open {file}: {why}"))?,
    };
    let who = cx.ask(Verb::Get, kind::POD, "", "");
    cx.host.stdout(&cx.host.rest(&who, method, path, body)?);
    Ok(())
}

/// Whether `--raw` is given; its path.
///
/// # Errors
/// Flags that have no place beside it (`ValidateArgs` of create, replace and delete).
pub(crate) fn raw_path<'a>(cx: &'a Cx<'_>, others: &[&str]) -> Outcome<Option<&'a str>> {
    let path = cx.flags.text("raw");
    if path.is_empty() {
        return Ok(None);
    }
    let files = cx.flags.list("filename");
    let optional = cx.command.name == "delete";
    if files.len() > 1 || files.is_empty() && !optional {
        return Err("--raw can only use a single local file or stdin".into());
    }
    if files.iter().any(|file| file.starts_with("http://") || file.starts_with("https://")) {
        return Err("--raw cannot read from a url".into());
    }
    if cx.flags.on("recursive") && cx.flags.has("recursive") {
        return Err("--raw and --recursive are mutually exclusive".into());
    }
    let set = |flag: &&&str| cx.flags.has(flag) && !matches!(cx.flags.text(flag), "" | "false");
    if let Some(flag) = others.iter().find(set) {
        return Err(fail!("--raw and --{flag} are mutually exclusive"));
    }
    if !path.starts_with('/') && !path.contains("://") {
        return Err(fail!("--raw must be a valid URL path: parse {path:?}: invalid URI for request"));
    }
    Ok(Some(path))
}
