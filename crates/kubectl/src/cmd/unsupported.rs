//! Commands of which the simulator has only what can be said without doing them.

use super::{BASE, FILES};
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use api::{Status, kind, obj};

static ANY: &[Flag] = &[
    flag("address", Kind::List, "localhost", "The addresses to listen on."),
    flag("attach", Kind::Bool, "true", "Attach to the container."),
    flag("container", Kind::Text, "", "The container.").short('c'),
    flag("copy-to", Kind::Text, "", "The name of a copy to debug."),
    flag("image", Kind::Text, "", "The image of the debug container."),
    flag("no-preserve", Kind::Bool, "false", "Do not keep owner and mode of files."),
    flag("port", Kind::Int, "8001", "The port to listen on.").short('p'),
    flag("stdin", Kind::Bool, "false", "Keep standard input open.").short('i'),
    flag("target", Kind::Text, "", "The container whose processes to see."),
    flag("tty", Kind::Bool, "false", "Give the container a terminal.").short('t'),
];

macro_rules! command {
    ($id:ident, $name:literal, $about:literal, $usage:literal, $subcommands:expr, $run:expr) => {
        pub(crate) static $id: Command = Command {
            name: $name,
            about: $about,
            usage: $usage,
            flags: &[ANY, FILES],
            subcommands: $subcommands,
            action: |cx| Box::pin($run(cx)),
            ..BASE
        };
    };
}

command!(CERTIFICATE, "certificate", "Decide about requests for certificates.", "", &[&APPROVE, &DENY], super::group);
command!(APPROVE, "approve", "Approve a request.", "NAME", &[], certificate);
command!(DENY, "deny", "Deny a request.", "NAME", &[], certificate);
command!(
    PORT_FORWARD,
    "port-forward",
    "Forward local ports to a Pod.",
    "TYPE/NAME [LOCAL_PORT:]REMOTE_PORT",
    &[],
    port_forward
);
command!(PROXY, "proxy", "Serve the API on a local port.", "[--port=PORT]", &[], not_here);
command!(CP, "cp", "Copy files to and from containers.", "FROM TO", &[], cp);
command!(DEBUG, "debug", "Look into a Pod with a further container.", "POD --image=image", &[], debug);
command!(
    COMPLETION,
    "completion",
    "Print the completion script of a shell.",
    "(bash|zsh|fish|powershell)",
    &[],
    completion
);
command!(ALPHA, "alpha", "Commands that are being tried out.", "", &[], alpha);
command!(PLUGIN, "plugin", "Find out about plugins.", "", &[&PLUGIN_LIST], super::group);
command!(PLUGIN_LIST, "list", "List the plugins in PATH.", "", &[], plugins);

fn not_supported(what: &str) -> Fail {
    fail!("{what} is not simulated here")
}

async fn not_here(cx: &Cx<'_>) -> Outcome {
    Err(not_supported(&cx.path))
}

async fn certificate(cx: &Cx<'_>) -> Outcome {
    let Some(name) = cx.args().first() else {
        return Err(fail!("one or more CSRs must be specified as <name> or -f <filename>"));
    };
    let details =
        obj! { "group" => "certificates.k8s.io", "kind" => "certificatesigningrequests", "name" => name.as_str() };
    let message = format!("certificatesigningrequests.certificates.k8s.io {name:?} not found");
    Err(Fail::Status(Status { code: 404, reason: "NotFound", message, details }))
}

async fn port_forward(cx: &Cx<'_>) -> Outcome {
    match cx.args() {
        [] | [_] => cx.usage("TYPE/NAME and list of ports are required for port-forward"),
        [name, ..] => {
            if !name.contains('/') {
                cx.get(kind::POD, &cx.namespace, name)?;
            }
            Err(not_supported("kubectl port-forward"))
        }
    }
}

async fn cp(cx: &Cx<'_>) -> Outcome {
    let [from, to] = cx.args() else { return Err("source and destination are required".into()) };
    let remote = [from, to].into_iter().find_map(|spec| spec.split_once(':'));
    let Some((pod, _)) = remote else {
        return Err("one of src or dest must be a local file specification".into());
    };
    let (namespace, pod) = pod.split_once('/').unwrap_or((&cx.namespace, pod));
    cx.get(kind::POD, namespace, pod)?;
    Err(not_supported("kubectl cp"))
}

async fn debug(cx: &Cx<'_>) -> Outcome {
    if cx.flags.text("image").is_empty() && cx.flags.text("copy-to").is_empty() {
        return Err("you must specify --image when not using --copy-to.".into());
    }
    match cx.args().first() {
        None => Err("NAME is required for debug".into()),
        Some(name) => {
            cx.get(kind::POD, &cx.namespace, name.trim_start_matches("pod/"))?;
            Err(not_supported("kubectl debug"))
        }
    }
}

async fn completion(cx: &Cx<'_>) -> Outcome {
    match cx.args() {
        [] => cx.usage("Shell not specified."),
        [shell] if ["bash", "zsh", "fish", "powershell"].contains(&shell.as_str()) => {
            cx.say("# This shell completes kubectl commands by itself.");
            Ok(())
        }
        [shell] => cx.usage(format_args!("Unsupported shell type {shell:?}.")),
        _ => cx.usage("Too many arguments. Expected only the shell type."),
    }
}

async fn alpha(cx: &Cx<'_>) -> Outcome {
    cx.warn("No alpha commands are available in this version of kubectl");
    Ok(())
}

async fn plugins(_: &Cx<'_>) -> Outcome {
    Err("unable to find any kubectl plugins in your PATH".into())
}
