//! Commands of which the simulator has only what can be said without doing them.

use super::BASE;
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::host::Copy;
use api::kind;

static CP_FLAGS: &[Flag] = &[
    flag("container", Kind::Text, "").short('c'),
    flag("no-preserve", Kind::Bool, "false"),
    flag("retries", Kind::Int, "0"),
];

macro_rules! command {
    ($id:ident, $name:literal, $usage:literal, $flags:expr, $subcommands:expr, $run:expr) => {
        pub(crate) static $id: Command = Command {
            name: $name,
            usage: $usage,
            flags: $flags,
            subcommands: $subcommands,
            action: |cx| Box::pin($run(cx)),
            ..BASE
        };
    };
}

command!(CP, "cp", "FROM TO", &[CP_FLAGS], &[], cp);
command!(COMPLETION, "completion", "(bash|zsh|fish|powershell)", &[], &[], completion);
command!(ALPHA, "alpha", "", &[], &[], alpha);

/// `[[NAMESPACE/]POD:]PATH`: the Pod, if there is one, and the path.
fn place(text: &str) -> (Option<&str>, &str) {
    match text.split_once(':') {
        Some((pod, path)) if !pod.is_empty() && !pod.starts_with(['.', '/']) => (Some(pod), path),
        _ => (None, text),
    }
}

async fn cp(cx: &Cx<'_>) -> Outcome {
    let [from, to] = cx.args() else { return Err("source and destination are required".into()) };
    let ((from_pod, from), (to_pod, to)) = (place(from), place(to));
    let (pod, inside, outside, into) = match (from_pod, to_pod) {
        (Some(_), Some(_)) => return Err("one of src or dest must be a local file specification".into()),
        (Some(pod), None) => (pod, from, to, false),
        (None, Some(pod)) => (pod, to, from, true),
        (None, None) => return Err("one of src or dest must be a remote file specification".into()),
    };
    if inside.is_empty() || outside.is_empty() {
        return Err("filepath can not be empty".into());
    }
    if into && cx.host.list_dir(outside).is_err() && cx.host.read_file(outside).is_err() {
        return Err(fail!("{outside} doesn't exist in local filesystem"));
    }
    let (namespace, pod) = pod.split_once('/').unwrap_or((&cx.namespace, pod));
    let pod = cx.get(kind::POD, namespace, pod)?;
    let container = super::logs::choose(cx, &pod, cx.flags.text("container"))?;
    super::exec::connect(cx, &pod, "exec")?;
    let copy = Copy { inside, outside, into, preserve: !cx.flags.on("no-preserve") };
    match cx.host.copy(&pod, &container, copy).await.map_err(Fail::Text)? {
        0 => Ok(()),
        // It could not be started, which the host has said.
        ..0 => Err(Fail::Exit(1)),
        code => {
            cx.warn(format_args!("command terminated with exit code {code}"));
            Err(Fail::Exit(code))
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
