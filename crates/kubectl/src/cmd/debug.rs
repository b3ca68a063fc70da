//! `kubectl debug`: a further container in a running Pod, a copy of a Pod, or a Pod on a Node.

use super::{BASE, FILE};
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::resource::{self, Choice, Info};
use api::{Rng, Value, kind, list, obj};
use apiserver::request::{PatchType, Verb};

static FLAGS: &[Flag] = &[
    flag("arguments-only", Kind::Bool, "false"),
    flag("attach", Kind::Bool, "false"),
    flag("container", Kind::Text, "").short('c'),
    flag("copy-to", Kind::Text, ""),
    flag("custom", Kind::Text, ""),
    flag("env", Kind::List, ""),
    flag("image", Kind::Text, ""),
    flag("image-pull-policy", Kind::Text, ""),
    flag("keep-annotations", Kind::Bool, "false"),
    flag("keep-init-containers", Kind::Bool, "true"),
    flag("keep-labels", Kind::Bool, "false"),
    flag("keep-liveness", Kind::Bool, "false"),
    flag("keep-readiness", Kind::Bool, "false"),
    flag("keep-startup", Kind::Bool, "false"),
    flag("profile", Kind::Text, "general"),
    flag("quiet", Kind::Bool, "false").short('q'),
    flag("replace", Kind::Bool, "false"),
    flag("same-node", Kind::Bool, "false"),
    flag("set-image", Kind::List, ""),
    flag("share-processes", Kind::Bool, "true"),
    flag("stdin", Kind::Bool, "false").short('i'),
    flag("target", Kind::Text, ""),
    flag("tty", Kind::Bool, "false").short('t'),
];

pub(crate) static DEBUG: Command = Command {
    name: "debug",
    usage: "(POD | TYPE[[.VERSION].GROUP]/NAME) [ -- COMMAND [args...] ]",
    flags: &[FLAGS, FILE],
    action: |cx| Box::pin(run(cx)),
    ..BASE
};

async fn run(cx: &Cx<'_>) -> Outcome {
    let at = cx.flags.dash.unwrap_or(cx.args().len());
    let (targets, command) = cx.args().split_at(at);
    check(cx, targets, command)?;
    // A bare word is a Pod.
    let targets: Vec<String> =
        targets.iter().map(|t| if t.contains('/') { t.clone() } else { format!("pod/{t}") }).collect();
    let (infos, failures) = resource::objects(cx, &targets, &Choice::of(cx)).await?;
    Fail::all(failures)?;
    for info in &infos {
        let (pod, container) = match info.kind.kind {
            "Pod" if !cx.flags.text("copy-to").is_empty() => copy(cx, &info.object, command)?,
            "Pod" => ephemeral(cx, &info.object, command)?,
            "Node" => on_node(cx, info, command)?,
            _ => {
                let (group, version) = (info.kind.group, info.kind.version);
                return Err(fail!("\"{group}/{version}, Kind={}\" not supported by debug", info.kind.kind));
            }
        };
        let attach = if cx.flags.has("attach") { cx.flags.on("attach") } else { cx.flags.on("stdin") };
        if attach && !container.is_empty() {
            super::exec::join(cx, &pod, &container).await?;
        }
    }
    Ok(())
}

fn check(cx: &Cx<'_>, targets: &[String], command: &[String]) -> Outcome {
    let (image, copy_to) = (cx.flags.text("image"), cx.flags.text("copy-to"));
    let (container, set_image) = (cx.flags.text("container"), cx.flags.list("set-image"));
    let problem = match copy_to {
        _ if cx.flags.on("attach") && image.is_empty() && container.is_empty() => {
            "you must specify --container or create a new container using --image in order to attach."
        }
        "" if cx.flags.on("replace") => "--replace may only be used with --copy-to.",
        "" if cx.flags.on("same-node") => "--same-node may only be used with --copy-to.",
        "" if !set_image.is_empty() => "--set-image may only be used with --copy-to.",
        "" if image.is_empty() => "you must specify --image when not using --copy-to.",
        "" => "",
        _ if image.is_empty() && set_image.is_empty() && command.is_empty() => {
            "you must specify --image, --set-image or command arguments."
        }
        _ if !command.is_empty() && container.is_empty() && image.is_empty() => {
            "you must specify an existing container or a new image when specifying args."
        }
        _ if !cx.flags.text("target").is_empty() => {
            "--target is incompatible with --copy-to. Use --share-processes instead."
        }
        _ => "",
    };
    if !problem.is_empty() {
        return Err(problem.into());
    }
    if targets.is_empty() && cx.flags.list("filename").is_empty() {
        return Err("NAME or filename is required for debug".into());
    }
    let policy = cx.flags.text("image-pull-policy");
    if !["", "Always", "IfNotPresent", "Never"].contains(&policy) {
        return Err(fail!("invalid image pull policy: {policy}"));
    }
    if cx.flags.on("tty") && !cx.flags.on("stdin") {
        return Err("-i/--stdin is required for containers with -t/--tty=true".into());
    }
    let profile = cx.flags.text("profile");
    if !["general", "baseline", "restricted", "netadmin", "sysadmin", "legacy"].contains(&profile) {
        return Err(fail!("unknown profile: {profile}"));
    }
    let target = cx.flags.text("target");
    if !target.is_empty() && !cx.flags.on("quiet") {
        cx.say(format_args!(
            "Targeting container {target:?}. If you don't see processes from this container it may be because the container \
             runtime doesn't support this feature."
        ));
    }
    Ok(())
}

/// Five characters that nobody else has drawn at this moment.
fn suffix(cx: &Cx<'_>, of: &Value) -> String {
    let seed =
        of.uid().bytes().fold(cx.host.now().0 as u64, |seed, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
    Rng::new(seed).suffix(5)
}

/// The name that `-c` gives, or a new one, with a word about it.
fn container_name(cx: &Cx<'_>, pod: &Value) -> String {
    if !cx.flags.text("container").is_empty() {
        return cx.flags.text("container").to_owned();
    }
    let name = format!("debugger-{}", suffix(cx, pod));
    if !cx.flags.on("quiet") {
        cx.say(format_args!("Defaulting debug container name to {name}."));
    }
    name
}

/// Fills in what the flags say about a container.
fn fill(cx: &Cx<'_>, container: &mut Value, command: &[String]) {
    let mut set = |field: &str, value: Value| {
        if !value.is_null() {
            container.set(field, value);
        }
    };
    let words: Value = command.iter().map(String::as_str).collect();
    let field = if cx.flags.on("arguments-only") { "args" } else { "command" };
    set(field, if command.is_empty() { Value::Null } else { words });
    let text = |flag: &str| Some(cx.flags.text(flag)).filter(|t| !t.is_empty()).map_or(Value::Null, Value::from);
    set("image", text("image"));
    set("imagePullPolicy", text("image-pull-policy"));
    let pairs = cx.flags.list("env").iter().filter_map(|pair| pair.split_once('='));
    let env: Value = pairs.map(|(name, value)| obj! { "name" => name, "value" => value }).collect();
    set("env", if env.is_empty() { Value::Null } else { env });
    for flag in ["stdin", "tty"] {
        set(flag, cx.flags.on(flag).then_some(true).into());
    }
}

/// What the profile says about the container's rights.
fn secure(cx: &Cx<'_>, container: &mut Value, traces: bool) {
    let add = |names: Value| obj! { "capabilities" => obj! { "add" => names } };
    let context = match cx.flags.text("profile") {
        "general" if traces => add(list!["SYS_PTRACE"]),
        "netadmin" => add(list!["NET_ADMIN", "NET_RAW"]),
        "sysadmin" => obj! { "privileged" => true },
        "restricted" => obj! {
            "allowPrivilegeEscalation" => false, "capabilities" => obj! { "drop" => list!["ALL"] }, "runAsNonRoot" => true,
            "seccompProfile" => obj! { "type" => "RuntimeDefault" },
        },
        _ => return,
    };
    container.set("securityContext", context);
}

/// Adds an ephemeral container to a running Pod.
fn ephemeral(cx: &Cx<'_>, pod: &Value, command: &[String]) -> Outcome<(Value, String)> {
    let name = container_name(cx, pod);
    let mut container = obj! { "name" => name.as_str(), "terminationMessagePolicy" => "File" };
    fill(cx, &mut container, command);
    secure(cx, &mut container, true);
    if !cx.flags.text("target").is_empty() {
        container.set("targetContainerName", cx.flags.text("target"));
    }
    let body = obj! { "spec" => obj! { "ephemeralContainers" => list![container] } };
    let verb = Verb::Patch(PatchType::StrategicMerge);
    let request = cx.ask(verb, kind::POD, pod.namespace(), pod.name()).with_subresource("ephemeralcontainers");
    Ok((cx.request(&request.with_body(body))?, name))
}

/// Makes a copy of a Pod, with another container or with changes to one.
fn copy(cx: &Cx<'_>, pod: &Value, command: &[String]) -> Outcome<(Value, String)> {
    let mut spec = pod["spec"].clone();
    spec.remove("ephemeralContainers");
    if !cx.flags.on("same-node") {
        spec.remove("nodeName");
    }
    for pair in cx.flags.list("set-image") {
        let (wanted, image) = pair.split_once('=').unwrap_or((pair, ""));
        for container in spec.at_mut("containers").array_mut() {
            if wanted == "*" || container["name"].str() == wanted {
                container.set("image", image);
            }
        }
    }
    tidy(cx, &mut spec);
    let image = cx.flags.text("image");
    let mut name = cx.flags.text("container").to_owned();
    let known = spec["containers"].array().iter().any(|container| container["name"].str() == name);
    if !known && image.is_empty() && cx.flags.list("set-image").is_empty() {
        return Err("you must specify image when creating new container".into());
    }
    if known || !image.is_empty() {
        if !known {
            name = container_name(cx, pod);
            let new = obj! { "name" => name.as_str(), "terminationMessagePolicy" => "File" };
            spec.at_mut("containers").array_mut().push(new);
        }
        for container in spec.at_mut("containers").array_mut().iter_mut().filter(|c| c["name"].str() == name) {
            fill(cx, container, command);
            secure(cx, container, true);
        }
    }
    let mut metadata = obj! { "name" => cx.flags.text("copy-to"), "namespace" => pod.namespace() };
    for (flag, field) in [("keep-labels", "labels"), ("keep-annotations", "annotations")] {
        if cx.flags.on(flag) && !pod["metadata"][field].is_empty() {
            metadata.set(field, &pod["metadata"][field]);
        }
    }
    let body = obj! { "apiVersion" => "v1", "kind" => "Pod", "metadata" => metadata, "spec" => spec };
    let created = cx.request(&cx.ask(Verb::Create, kind::POD, pod.namespace(), "").with_body(body))?;
    if cx.flags.on("replace") {
        let mut request = cx.ask(Verb::Delete, kind::POD, pod.namespace(), pod.name());
        request.options.grace_period = Some(0);
        cx.request(&request)?;
    }
    Ok((created, name))
}

/// Takes out of a copy's spec what its flags do not keep.
fn tidy(cx: &Cx<'_>, spec: &mut Value) {
    if cx.flags.text("profile") != "legacy" || cx.flags.has("share-processes") {
        spec.set("shareProcessNamespace", cx.flags.on("share-processes"));
    }
    if !cx.flags.on("keep-init-containers") {
        spec.remove("initContainers");
    }
    for container in spec.at_mut("containers").array_mut() {
        for (flag, field) in
            [("keep-liveness", "livenessProbe"), ("keep-readiness", "readinessProbe"), ("keep-startup", "startupProbe")]
        {
            if !cx.flags.on(flag) {
                container.remove(field);
            }
        }
    }
}

/// Makes a Pod on a Node that sees the Node's processes, network and files (at /host).
fn on_node(cx: &Cx<'_>, node: &Info, command: &[String]) -> Outcome<(Value, String)> {
    let container = if cx.flags.text("container").is_empty() { "debugger" } else { cx.flags.text("container") };
    let name = format!("node-debugger-{}-{}", node.name, suffix(cx, &node.object));
    if !cx.flags.on("quiet") {
        cx.say(format_args!("Creating debugging pod {name} with container {container} on node {}.", node.name));
    }
    let mut debugger = obj! { "name" => container, "terminationMessagePolicy" => "File" };
    fill(cx, &mut debugger, command);
    secure(cx, &mut debugger, false);
    let mut spec = obj! {
        "nodeName" => node.name.as_str(), "restartPolicy" => "Never", "tolerations" => list![obj! { "operator" => "Exists" }],
    };
    let profile = cx.flags.text("profile");
    if matches!(profile, "general" | "sysadmin" | "legacy") {
        debugger.set("volumeMounts", list![obj! { "mountPath" => "/host", "name" => "host-root" }]);
        spec.set("volumes", list![obj! { "name" => "host-root", "hostPath" => obj! { "path" => "/" } }]);
    }
    if matches!(profile, "general" | "sysadmin" | "legacy" | "netadmin") {
        ["hostNetwork", "hostPID", "hostIPC"].iter().for_each(|field| spec.set(field, true));
    }
    spec.set("containers", list![debugger]);
    let labels = obj! { "app.kubernetes.io/managed-by" => "kubectl-debug" };
    let body = obj! {
        "apiVersion" => "v1", "kind" => "Pod", "metadata" => obj! { "name" => name, "labels" => labels }, "spec" => spec,
    };
    let created = cx.request(&cx.ask(Verb::Create, kind::POD, &cx.namespace, "").with_body(body))?;
    Ok((created, container.to_owned()))
}
