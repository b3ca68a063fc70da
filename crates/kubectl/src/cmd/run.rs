//! `kubectl run`: one Pod from flags.

use super::create::{LAST_APPLIED, configuration};
use super::{BASE, DRY_RUN, FILES, OUTPUT, RECORD, SAVE_CONFIG, manager};
use crate::command::Command;
use crate::cx::{Cx, DryRun};
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::print::Format;
use crate::resource::Info;
use api::image::Reference;
use api::{Value, kind, list, obj};
use apiserver::request::{PatchType, Propagation, Verb};

static FLAGS: &[Flag] = &[
    flag("image", Kind::Text, ""),
    flag("annotations", Kind::Repeated, ""),
    flag("attach", Kind::Bool, "false"),
    flag("command", Kind::Bool, "false"),
    flag("env", Kind::Repeated, ""),
    flag("expose", Kind::Bool, "false"),
    flag("image-pull-policy", Kind::Text, ""),
    flag("labels", Kind::Text, "").short('l'),
    flag("leave-stdin-open", Kind::Bool, "false"),
    flag("override-type", Kind::Text, "merge"),
    flag("overrides", Kind::Text, ""),
    flag("pod-running-timeout", Kind::Span, "1m0s"),
    flag("port", Kind::Text, ""),
    flag("privileged", Kind::Bool, "false"),
    flag("quiet", Kind::Bool, "false").short('q'),
    flag("restart", Kind::Text, "Always"),
    flag("rm", Kind::Bool, "false"),
    flag("stdin", Kind::Bool, "false").short('i'),
    flag("tty", Kind::Bool, "false").short('t'),
    flag("cascade", Kind::Optional("background"), "background"),
    flag("force", Kind::Bool, "false"),
    flag("grace-period", Kind::Int, "-1"),
    flag("timeout", Kind::Span, "0s"),
    flag("wait", Kind::Bool, "false"),
];

pub(crate) static RUN: Command = Command {
    name: "run",
    usage: "NAME --image=image [--env=\"key=value\"] [--port=port] [--dry-run=server|client] -- [args...]",
    flags: &[FLAGS, super::exec::DETACH, FILES, OUTPUT, DRY_RUN, &[manager("kubectl-run")], SAVE_CONFIG, RECORD],
    required: &["image"],
    action: |cx| Box::pin(run(cx)),
    ..BASE
};

async fn run(cx: &Cx<'_>) -> Outcome {
    let Some(name) = cx.args().first() else {
        return cx.usage("NAME is required for run");
    };
    let (tty, stdin) = (cx.flags.on("tty"), cx.flags.on("stdin"));
    let attach = if cx.flags.has("attach") { cx.flags.on("attach") } else { stdin || tty };
    let image = cx.flags.text("image");
    if image.is_empty() {
        return Err("--image is required".into());
    }
    if Reference::parse(image).is_err() {
        return Err(fail!("Invalid image name {image:?}: invalid reference format"));
    }
    if tty && !stdin {
        return cx.usage("-i/--stdin is required for containers with -t/--tty=true");
    }
    if cx.flags.on("expose") && cx.flags.text("port").is_empty() {
        return cx.usage("--port must be set when exposing a service");
    }
    if cx.flags.on("rm") && !attach {
        return cx.usage("--rm should only be used for attached containers");
    }
    if attach && cx.dry_run()? != DryRun::None {
        return cx.usage(
            "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)",
        );
    }
    let policy = cx.flags.text("restart");
    if !["Always", "OnFailure", "Never"].contains(&policy) {
        return cx.usage(format_args!("invalid restart policy: {policy}"));
    }
    let policy = cx.flags.text("image-pull-policy");
    if !["", "Always", "IfNotPresent", "Never"].contains(&policy) {
        return cx.usage(format_args!("invalid image pull policy: {policy}"));
    }
    let mut pod = overridden(cx, kind::POD, pod(cx, name)?)?;
    if cx.flags.on("save-config") {
        pod.annotate(LAST_APPLIED, configuration(&pod));
    }
    if cx.dry_run()? != DryRun::Client {
        pod = cx.request(&cx.ask(Verb::Create, kind::POD, &cx.namespace, "").with_body(pod))?;
    }
    if cx.flags.on("expose") {
        expose(cx, name, pod.labels())?;
    }
    if attach {
        return attached(cx, Info::of(kind::POD, pod)).await;
    }
    cx.print_changed(kind::POD, &pod, "created")
}

fn pod(cx: &Cx<'_>, name: &str) -> Outcome<Value> {
    let args: Value = cx.args()[1..].iter().map(String::as_str).collect();
    let args = Some(args).filter(|a| !a.is_empty());
    let is_command = cx.flags.on("command");
    let mut container = obj! {
        "name" => name, "image" => cx.flags.text("image"), "resources" => obj! {},
        "command" => args.clone().filter(|_| is_command),
        "args" => args.filter(|_| !is_command),
        "env" => environment(cx.flags.list("env"))?,
        "imagePullPolicy" => Some(cx.flags.text("image-pull-policy")).filter(|p| !p.is_empty()).map(Value::from),
        "stdin" => cx.flags.on("stdin").then_some(true),
        "stdinOnce" => (cx.flags.on("stdin") && !cx.flags.on("leave-stdin-open")).then_some(true),
        "tty" => cx.flags.on("tty").then_some(true),
    };
    if !cx.flags.text("port").is_empty() {
        container.set("ports", list![obj! { "containerPort" => port_number(cx.flags.text("port"))? }]);
    }
    if cx.flags.on("privileged") {
        container.set("securityContext.privileged", true);
    }
    let labels = match cx.flags.text("labels") {
        "" => obj! { "run" => name },
        given => super::expose::pairs(given)?,
    };
    let mut metadata = obj! { "name" => name, "labels" => labels };
    for annotation in cx.flags.list("annotations") {
        let Some((key, value)) = annotation.split_once('=') else {
            return Err(fail!("unexpected annotation: {annotation}"));
        };
        metadata.at_mut("annotations").object_mut().insert(key, value.into());
    }
    if cx.namespace_given {
        metadata.set("namespace", cx.namespace.as_str());
    }
    Ok(obj! {
        "apiVersion" => "v1", "kind" => "Pod", "metadata" => metadata,
        "spec" => obj! {
            "containers" => list![container], "dnsPolicy" => "ClusterFirst", "restartPolicy" => cx.flags.text("restart"),
        },
        "status" => obj! {},
    })
}

fn environment(pairs: &[String]) -> Outcome<Option<Value>> {
    let mut variables = Vec::new();
    for pair in pairs {
        match pair.split_once('=').filter(|(name, _)| !name.is_empty()) {
            Some((name, value)) => variables.push(obj! { "name" => name, "value" => value }),
            None => return Err(fail!("invalid env: {pair}")),
        }
    }
    Ok((!variables.is_empty()).then(|| variables.into()))
}

/// Go's `strconv.Atoi`.
pub(crate) fn port_number(text: &str) -> Outcome<i64> {
    text.parse().map_err(|_| fail!("strconv.Atoi: parsing {text:?}: invalid syntax"))
}

/// An object that kubectl makes, with `--overrides` put over it as `--override-type` says.
pub(crate) fn overridden(cx: &Cx<'_>, kind: &api::Kind, object: Value) -> Outcome<Value> {
    let overrides = cx.flags.text("overrides");
    if overrides.is_empty() {
        return Ok(object);
    }
    let patch = api::json::parse(overrides).map_err(|_| Fail::from("Invalid JSON Patch"))?;
    let type_ = match cx.flags.text("override-type") {
        "merge" => PatchType::Merge,
        "json" => PatchType::Json,
        "strategic" => PatchType::StrategicMerge,
        other => return Err(fail!("invalid override type: {other}")),
    };
    let object = super::patch::patched(kind, &object, type_, &patch)?;
    let (named, version) = (object["kind"].str(), object["apiVersion"].str());
    if object.as_object().is_none() {
        return Err(fail!(
            "couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct {{ APIVersion \
             string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }}"
        ));
    }
    if (named, version) != (kind.kind, &*kind.api_version()) {
        return Err(fail!(
            "no kind {named:?} is registered for version {version:?} in scheme \"pkg/scheme/scheme.go:28\""
        ));
    }
    let status = object["status"].clone();
    let mut whole = api::schema::decode_bare(kind, &object).map_err(|why| fail!("{why}"))?.value;
    whole.set("status", status);
    Ok(whole)
}

/// The Service that `--expose` makes.
fn expose(cx: &Cx<'_>, name: &str, labels: &Value) -> Outcome {
    let port = port_number(cx.flags.text("port"))?;
    let mut service = obj! {
        "apiVersion" => "v1", "kind" => "Service", "metadata" => obj! { "name" => name },
        "spec" => obj! {
            "ports" => list![obj! { "port" => port, "protocol" => "TCP", "targetPort" => port }], "selector" => labels,
        },
        "status" => obj! { "loadBalancer" => obj! {} },
    };
    if cx.namespace_given {
        service.set("metadata.namespace", cx.namespace.as_str());
    }
    if cx.dry_run()? != DryRun::Client {
        service = cx.request(&cx.ask(Verb::Create, kind::SERVICE, &cx.namespace, "").with_body(service))?;
    }
    cx.print_changed(kind::SERVICE, &service, "created")?;
    // So the real one does, and the object that follows has its own.
    if matches!(cx.format()?, Format::Yaml) {
        cx.host.stdout("---\n");
    }
    Ok(())
}

/// Waits for the Pod, shows what it prints and takes over its exit status.
async fn attached(cx: &Cx<'_>, pod: Info) -> Outcome {
    super::exec::announce(cx);
    let code = follow(cx, &pod).await?;
    if cx.flags.on("rm") {
        let grace = Some(cx.flags.int("grace-period")).filter(|g| *g >= 0);
        let how = super::delete::How { propagation: Propagation::Background, grace, wait: true, dry_run: DryRun::None };
        let gone = super::delete::delete(cx, &pod, how)?;
        let mut failures = Vec::new();
        super::delete::wait(cx, &[gone], &mut failures).await;
        Fail::all(failures)?;
    }
    match code {
        0 => Ok(()),
        code => {
            cx.warn(format_args!("pod {}/{} terminated (Error)", pod.namespace, pod.name));
            Err(Fail::Exit(code))
        }
    }
}

async fn follow(cx: &Cx<'_>, pod: &Info) -> Outcome<i32> {
    let timeout = cx.flags.span("pod-running-timeout").unwrap_or_default();
    let end = cx.host.now() + timeout;
    let mut object = cx.get(pod.kind, &pod.namespace, &pod.name)?;
    while object.at("status.phase").str() == "Pending" {
        if cx.host.now() >= end {
            return Err("timed out waiting for the condition".into());
        }
        crate::cx::either(cx.host.changed(), cx.host.sleep(end.since(cx.host.now()))).await;
        object = cx.get(pod.kind, &pod.namespace, &pod.name)?;
    }
    super::exec::attached(cx, &object, &pod.name).await?;
    // One that is started again and again has no exit status.
    if object["spec"]["restartPolicy"].str() == "Always" || cx.flags.on("leave-stdin-open") {
        return Ok(0);
    }
    loop {
        let object = cx.get(pod.kind, &pod.namespace, &pod.name)?;
        if api::is_pod_ended(&object) {
            let status = object.at("status.containerStatuses").array().first().cloned().unwrap_or_default();
            return Ok(i32::try_from(status.at("state.terminated.exitCode").int()).unwrap_or(1));
        }
        cx.host.changed().await;
    }
}
