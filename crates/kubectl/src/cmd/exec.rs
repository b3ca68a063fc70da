//! `kubectl exec` and `kubectl attach`

use super::{BASE, FILE};
use crate::command::{Command, usage_error};
use crate::cx::Cx;
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::resource;
use api::{Status, Value, kind};
use apiserver::request::Verb;

static FLAGS: &[Flag] = &[
    flag("container", Kind::Text, "").short('c'),
    flag("pod-running-timeout", Kind::Span, "1m0s"),
    flag("quiet", Kind::Bool, "false").short('q'),
    flag("stdin", Kind::Bool, "false").short('i'),
    flag("tty", Kind::Bool, "false").short('t'),
];

/// `--detach-keys`: nobody types here while a container runs, so they are read and never pressed.
pub(super) static DETACH: &[Flag] = &[flag("detach-keys", Kind::Text, "ctrl-p,ctrl-q")];

pub(crate) static EXEC: Command = Command {
    name: "exec",
    usage: "(POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...]",
    flags: &[FLAGS, FILE],
    action: |cx| Box::pin(exec(cx)),
    ..BASE
};

pub(crate) static ATTACH: Command = Command {
    name: "attach",
    usage: "(POD | TYPE/NAME) -c CONTAINER",
    flags: &[FLAGS, DETACH],
    action: |cx| Box::pin(attach(cx)),
    ..BASE
};

async fn exec(cx: &Cx<'_>) -> Outcome {
    let before_dash = cx.flags.dash;
    let Some(name) = cx.args().first().filter(|_| before_dash != Some(0)) else {
        return Err("pod, type/name or --filename must be specified".into());
    };
    let command = &cx.args()[1..];
    if !command.is_empty() && before_dash != Some(1) {
        return Err(usage_error(
            &cx.path,
            "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead",
        ));
    }
    if command.is_empty() {
        return Err("you must specify at least one command for the container".into());
    }
    let pod = pod(cx, name)?;
    if let phase @ ("Succeeded" | "Failed") = pod.at("status.phase").str() {
        return Err(fail!("cannot exec into a container in a completed pod; current phase is {phase}"));
    }
    let container = super::logs::choose(cx, &pod, cx.flags.text("container"))?;
    running(&pod, &container)?;
    let (stdin, tty) = (cx.flags.on("stdin"), cx.flags.on("tty"));
    connect(cx, &pod, "exec")?;
    match cx.host.exec(&pod, &container, command.to_vec(), stdin, tty).await {
        0 => Ok(()),
        // It could not be started, which the host has said.
        ..0 => Err(Fail::Exit(1)),
        code => {
            cx.warn(format_args!("command terminated with exit code {code}"));
            Err(Fail::Exit(code))
        }
    }
}

async fn attach(cx: &Cx<'_>) -> Outcome {
    let name = match cx.args() {
        [] => return Err("at least 1 argument is required for attach".into()),
        [name] => name,
        more => {
            return Err(fail!(
                "expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw {}: [{}]",
                more.len(),
                more.join(" ")
            ));
        }
    };
    let pod = pod(cx, name)?;
    if let phase @ ("Succeeded" | "Failed") = pod.at("status.phase").str() {
        return Err(fail!("cannot attach a container in a completed pod; current phase is {phase}"));
    }
    let container = super::logs::choose(cx, &pod, cx.flags.text("container"))
        .map_err(|why| fail!("cannot attach to the container: {}", why.message()))?;
    running(&pod, &container)?;
    if cx.flags.on("tty") && !spec_of(&pod, &container)["tty"].bool() && !cx.flags.on("quiet") {
        cx.warn(format_args!("error: Unable to use a TTY - container {container} did not allocate one"));
    }
    announce(cx);
    connect(cx, &pod, "attach")?;
    session(cx, &pod, &container, super::logs::from_now_on(cx, &pod, &container)).await
}

/// Asks the server whether it hands a connection on to a Pod's kubelet: for `exec`, `attach` or `portforward`.
///
/// # Errors
/// The server's refusal.
pub(crate) fn connect(cx: &Cx<'_>, pod: &Value, subresource: &str) -> Result<(), Status> {
    let request = cx.ask(Verb::Create, kind::POD, pod.namespace(), pod.name()).with_subresource(subresource);
    cx.host.request(&request).map(drop)
}

/// Tells whoever joins a container what becomes of what is typed.
pub(crate) fn announce(cx: &Cx<'_>) {
    if !cx.flags.on("quiet") {
        cx.warn(
            "All commands and output from this session will be recorded in container logs, including credentials and \
             sensitive information passed through the command prompt.\nIf you don't see a command prompt, try pressing enter.",
        );
    }
}

/// Waits until a container runs, then shows what it prints until it ends. With a terminal and a shell in it, that is a
/// prompt: leaving the shell ends the container.
pub(crate) async fn join(cx: &Cx<'_>, pod: &Value, container: &str) -> Outcome {
    announce(cx);
    let object = loop {
        let object = cx.get(kind::POD, pod.namespace(), pod.name())?;
        let status = status_of(&object, container);
        if !status.at("state.running").is_null() || !status.at("state.terminated").is_null() {
            break object;
        }
        cx.host.changed().await;
    };
    attached(cx, &object, container).await
}

/// Shows all that a container prints until it ends, or its prompt.
pub(crate) async fn attached(cx: &Cx<'_>, pod: &Value, container: &str) -> Outcome {
    session(cx, pod, container, super::logs::stream(cx, pod, container, true)).await
}

/// A container's prompt, or else what is to be shown of it; then how to come back.
async fn session(cx: &Cx<'_>, pod: &Value, container: &str, shown: impl Future<Output = Outcome>) -> Outcome {
    if !joined(cx, pod, container).await {
        passing_interrupts(cx, pod, container, shown).await?;
    }
    session_ended(cx, pod, container);
    Ok(())
}

/// Shows something of a container's; at its terminal, Ctrl-C meanwhile is for the process there.
async fn passing_interrupts(
    cx: &Cx<'_>,
    pod: &Value,
    container: &str,
    shown: impl Future<Output = Outcome>,
) -> Outcome {
    if !at_terminal(cx) {
        return shown.await;
    }
    let mut outcome = Ok(());
    let shown = Box::pin(async { outcome = shown.await });
    crate::cx::either(shown, cx.host.pass_interrupts(pod, container)).await;
    outcome
}

fn at_terminal(cx: &Cx<'_>) -> bool {
    cx.flags.on("stdin") && cx.flags.on("tty") && cx.host.is_terminal()
}

/// Tells how to join the container again (pkg/cmd/attach: `reattachMessage`).
fn session_ended(cx: &Cx<'_>, pod: &Value, container: &str) {
    if cx.flags.on("quiet") || !at_terminal(cx) {
        return;
    }
    let again = format!("'kubectl attach {} -c {container} -n {} -i -t'", pod.name(), pod.namespace());
    let passing = pod["spec"]["ephemeralContainers"].array().iter().any(|other| other["name"].str() == container);
    cx.say(match passing {
        true => format!(
            "Session ended, the ephemeral container will not be restarted but may be reattached using {again} if it is still running"
        ),
        false => format!("Session ended, resume using {again} command"),
    });
}

/// Joins a process that waits for input, if it does, until it is left.
async fn joined(cx: &Cx<'_>, pod: &Value, container: &str) -> bool {
    let spec = spec_of(pod, container);
    let command = spec["command"].array().iter().chain(spec["args"].array());
    let mut command: Vec<String> = command.map(|word| word.str().to_owned()).collect();
    if command.is_empty() {
        command.push("sh".to_owned());
    }
    cx.flags.on("stdin") && cx.host.attach(pod, container, command, cx.flags.on("tty")).await
}

const LISTS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];
const STATUSES: [&str; 3] = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"];

fn spec_of(pod: &Value, container: &str) -> Value {
    let mut specs = LISTS.iter().flat_map(|list| pod["spec"][*list].array());
    specs.find(|spec| spec["name"].str() == container).cloned().unwrap_or_default()
}

fn status_of(pod: &Value, container: &str) -> Value {
    let mut statuses = STATUSES.iter().flat_map(|list| pod["status"][*list].array());
    statuses.find(|status| status["name"].str() == container).cloned().unwrap_or_default()
}

/// The Pod that `pod`, `pod/x`, `deploy/x` or `svc/x` mean.
fn pod(cx: &Cx<'_>, name: &str) -> Outcome<Value> {
    let (kind, name) = match name.split_once('/') {
        Some((word, name)) => (resource::kind_of(cx, word)?, name),
        None => (kind::POD, name),
    };
    let object = cx.get(kind, &cx.namespace, name)?;
    if kind.kind == "Pod" {
        return Ok(object);
    }
    let pods = super::logs::attachable(cx, kind, &object)?;
    pods.into_iter().next().ok_or_else(|| fail!("no pods found for {}", name))
}

/// Whether there is a process to join.
fn running(pod: &Value, container: &str) -> Outcome {
    if pod.at("spec.nodeName").str().is_empty() {
        return Err(Fail::Status(Status::bad_request(format!("pod {} does not have a host assigned", pod.name()))));
    }
    match !status_of(pod, container).at("state.running").is_null() {
        true => Ok(()),
        false => Err(fail!("unable to upgrade connection: container not found ({container:?})")),
    }
}
