//! `kubectl set`: single fields of what already runs.

/// A subcommand of `set`: its name, what it is for, usage, its own flags and what it does.
macro_rules! setter {
    ($vis:vis $id:ident = $name:literal $(| $alias:literal)*, $usage:literal, [$($flags:expr),*], $run:expr) => {
        $vis static $id: Command = Command {
            name: $name,
            aliases: &[$($alias),*],
            usage: concat!("(-f FILENAME | TYPE NAME) ", $usage),
            flags: &[$($flags,)* COMMON, ALL, OUTPUT, DRY_RUN],
            action: |cx| {
                Box::pin(async move {
                    cx.dry_run()?;
                    crate::cmd::set::has_files(cx)?;
                    $run(cx).await
                })
            },
            ..BASE
        };
    };
}

mod env;

use super::{ALL, BASE, DRY_RUN, FILES, FILES_ONLY, OUTPUT, RECORD, SELECTOR};
use crate::command::Command;
use crate::cx::{Cx, DryRun};
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::resource::{self, Choice, Info};
use api::{Quantity, Selector, Value, list, obj};
use apiserver::request::{PatchType, Verb};

static COMMON: &[Flag] = &[flag("local", Kind::Bool, "false"), super::manager("kubectl-set")];
static RESOURCES_FLAGS: &[Flag] =
    &[flag("containers", Kind::Text, "*").short('c'), flag("limits", Kind::Text, ""), flag("requests", Kind::Text, "")];
static SUBJECT_FLAGS: &[Flag] =
    &[flag("user", Kind::Repeated, ""), flag("group", Kind::Repeated, ""), flag("serviceaccount", Kind::Repeated, "")];
static SELECTOR_FLAGS: &[Flag] = &[flag("resource-version", Kind::Text, "")];

pub(crate) static SET: Command = Command {
    name: "set",
    subcommands: &[&env::ENV, &IMAGE, &RESOURCES, &SELECTOR_COMMAND, &SERVICE_ACCOUNT, &SUBJECT],
    ..BASE
};

setter!(IMAGE = "image", "CONTAINER_NAME_1=CONTAINER_IMAGE_1 ...", [FILES, RECORD, SELECTOR], image);
setter!(
    RESOURCES = "resources",
    "([--limits=LIMITS & --requests=REQUESTS])",
    [RESOURCES_FLAGS, FILES, RECORD, SELECTOR],
    resources
);
setter!(SELECTOR_COMMAND = "selector", "EXPRESSIONS", [SELECTOR_FLAGS, FILES_ONLY, RECORD], selector);
setter!(SERVICE_ACCOUNT = "serviceaccount" | "sa", "SERVICE_ACCOUNT", [FILES, RECORD], service_account);
setter!(
    SUBJECT = "subject",
    "[--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname]",
    [SUBJECT_FLAGS, FILES, SELECTOR],
    subject
);

/// With `--local` objects come from files alone.
fn has_files(cx: &Cx<'_>) -> Outcome {
    match cx.flags.on("local") && crate::files::named(cx).is_empty() {
        true => Err("you must specify resources by --filename when --local is set.\nExample resource specifications include:\n   \
                     '-f rsrc.yaml'\n   '--filename=rsrc.json'"
            .into()),
        false => Ok(()),
    }
}

/// Where the PodSpec of a kind is.
fn pod_spec_path(info: &Info) -> Outcome<&'static str> {
    match info.kind.kind {
        "Pod" => Ok("spec"),
        "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet" | "Job" | "ReplicationController" => {
            Ok("spec.template.spec")
        }
        "CronJob" => Ok("spec.jobTemplate.spec.template.spec"),
        other => Err(fail!(
            "{} the object is not a pod or does not have a pod template: *{}.{other}",
            info.plural(),
            info.kind.version
        )),
    }
}

/// The names of the containers that `wanted` (a name, or `*`) means.
fn matching(info: &Info, path: &str, list: &str, wanted: &str) -> Vec<String> {
    let names = info.object.at(path)[list].array().iter().map(|c| c["name"].str().to_owned());
    names.filter(|name| wanted == "*" || wanted == name).collect()
}

/// What a setter says when it is done, what it says before the server's refusal, and whether it is done even if nothing changes.
struct Words {
    done: &'static str,
    refused: &'static str,
    always: bool,
}

const IMAGE_WORDS: Words =
    Words { done: "image updated", refused: "failed to patch image update to pod template: ", always: false };
const RESOURCES_WORDS: Words = Words {
    done: "resource requirements updated",
    refused: "failed to patch resources update to pod template ",
    always: false,
};
const ACCOUNT_WORDS: Words =
    Words { done: "serviceaccount updated", refused: "failed to patch ServiceAccountName ", always: true };
const SUBJECT_WORDS: Words =
    Words { done: "subjects updated", refused: "failed to patch subjects to rolebinding: ", always: false };

/// The object with a PodSpec merged into its own.
fn with_spec(info: &Info, path: &str, spec: Value) -> Outcome<Value> {
    let mut body = Value::object();
    body.set(path, spec);
    Ok(api::patch::strategic_merge(info.kind, &info.object, &body)?)
}

/// Sends what makes the object as it shall be, as a strategic merge patch, and says what was done; nothing if nothing changes.
fn send(cx: &Cx<'_>, info: &Info, wanted: Value, words: &Words) -> Outcome {
    if wanted == info.object && !words.always {
        return Ok(());
    }
    let object = match cx.dry_run()? {
        DryRun::Client => wanted,
        _ if cx.flags.on("local") => wanted,
        _ => {
            let body = api::patch::strategic_diff(info.kind, &info.object, &wanted);
            let verb = Verb::Patch(PatchType::StrategicMerge);
            let answer = cx.request(&cx.ask(verb, info.kind, &info.namespace, &info.name).with_body(body));
            answer.map_err(|fail| match fail {
                Fail::Status(status) => fail!("{}{}", words.refused, status.message),
                other => other,
            })?
        }
    };
    cx.print_changed(info.kind, &object, words.done)
}

/// Changes objects one after the other, if all that are named are there.
async fn each(cx: &Cx<'_>, objects: &[String], change: impl Fn(&Info) -> Outcome) -> Outcome {
    let (infos, failures) = resource::objects(cx, objects, &Choice::of(cx)).await?;
    Fail::all(failures)?;
    change_all(&infos, &change)
}

fn change_all(infos: &[Info], change: &dyn Fn(&Info) -> Outcome) -> Outcome {
    Fail::all(infos.iter().filter_map(|info| change(info).err()).collect())
}

async fn image(cx: &Cx<'_>) -> Outcome {
    let at = cx.args().iter().position(|arg| arg.contains('=')).unwrap_or(cx.args().len());
    let (objects, pairs) = cx.args().split_at(at);
    if let Some(stray) = pairs.iter().find(|arg| !arg.contains('=')) {
        return Err(fail!("all resources must be specified before image changes: {stray}"));
    }
    if objects.is_empty() && crate::files::named(cx).is_empty() {
        return Err(resource::MISSING.into());
    }
    // Whether the arguments make sense together comes before whether there is anything to change.
    resource::targets(cx, objects, &Choice::of(cx)).await?;
    if pairs.is_empty() {
        return Err("at least one image update is required".into());
    }
    each(cx, objects, |info| {
        let path = pod_spec_path(info)?;
        let mut spec = Value::object();
        for (name, image) in pairs.iter().filter_map(|pair| pair.split_once('=')) {
            let mut found = false;
            for list in ["containers", "initContainers"] {
                for container in matching(info, path, list, name) {
                    spec.at_mut(list).array_mut().push(obj! { "name" => container, "image" => image });
                    found = true;
                }
            }
            if !found {
                return Err(fail!("unable to find container named {name:?}"));
            }
        }
        send(cx, info, with_spec(info, path, spec)?, &IMAGE_WORDS)
    })
    .await
}

/// `cpu=100m,memory=1Gi` as a map of quantities.
fn amounts(text: &str) -> Outcome<Value> {
    let mut map = Value::object();
    for pair in text.split(',').filter(|p| !p.is_empty()) {
        let Some((name, amount)) = pair.split_once('=') else {
            return Err(fail!("invalid argument syntax {pair:?}, expected <resource>=<value>"));
        };
        Quantity::parse(amount).map_err(Fail::from)?;
        map.object_mut().insert(name, amount.into());
    }
    Ok(map)
}

/// The objects that arguments and flags name; that they are there comes before what is to be changed of them.
async fn found(cx: &Cx<'_>) -> Outcome<Vec<Info>> {
    let (infos, failures) = resource::objects(cx, cx.args(), &Choice::of(cx)).await?;
    Fail::all(failures)?;
    Ok(infos)
}

async fn resources(cx: &Cx<'_>) -> Outcome {
    let infos = found(cx).await?;
    let (limits, requests) = (cx.flags.text("limits"), cx.flags.text("requests"));
    if limits.is_empty() && requests.is_empty() {
        return Err("you must specify an update to requests or limits (in the form of --requests/--limits)".into());
    }
    let (limits, requests) = (amounts(limits)?, amounts(requests)?);
    change_all(&infos, &|info: &Info| {
        let path = pod_spec_path(info)?;
        let wanted = cx.flags.text("containers");
        let names = matching(info, path, "containers", wanted);
        if names.is_empty() {
            return Err(fail!("unable to find container named {wanted}"));
        }
        let resources = obj! {
            "limits" => Some(&limits).filter(|l| !l.is_empty()), "requests" => Some(&requests).filter(|r| !r.is_empty()),
        };
        let containers: Value =
            names.iter().map(|name| obj! { "name" => name.as_str(), "resources" => &resources }).collect();
        send(cx, info, with_spec(info, path, obj! { "containers" => containers })?, &RESOURCES_WORDS)
    })
}

async fn selector(cx: &Cx<'_>) -> Outcome {
    let Some((text, objects)) = cx.args().split_last() else { return Err("one selector is required".into()) };
    let selector = Selector::parse(text).map_err(|why| fail!("couldn't parse the selector string {text:?}: {why}"))?;
    each(cx, objects, |info| {
        if info.kind.kind != "Service" {
            return Err(fail!("setting a selector is only supported for Services"));
        }
        let mut map = Value::object();
        for (key, value) in selector.equalities() {
            map.object_mut().insert(key.clone(), value.into());
        }
        let ops = list![obj! { "op" => "add", "path" => "/spec/selector", "value" => &map }];
        let object = match cx.dry_run()? {
            here if here == DryRun::Client || cx.flags.on("local") => {
                let mut object = info.object.clone();
                object.set("spec.selector", map);
                object
            }
            _ => cx.request(
                &cx.ask(Verb::Patch(PatchType::Json), info.kind, &info.namespace, &info.name).with_body(ops),
            )?,
        };
        cx.print_changed(info.kind, &object, "selector updated")
    })
    .await
}

async fn service_account(cx: &Cx<'_>) -> Outcome {
    let Some((name, objects)) = cx.args().split_last() else { return Err("serviceaccount is required".into()) };
    each(cx, objects, |info| {
        let path = pod_spec_path(info)?;
        send(cx, info, with_spec(info, path, obj! { "serviceAccountName" => name.as_str() })?, &ACCOUNT_WORDS)
    })
    .await
}

/// Adds the users, groups and accounts that the flags name to the subjects of bindings.
async fn subject(cx: &Cx<'_>) -> Outcome {
    let infos = found(cx).await?;
    let mut wanted = super::create::subjects(cx)?;
    if wanted.is_empty() {
        return Err("you must specify at least one value of user, group or serviceaccount".into());
    }
    api::sort_by_key(&mut wanted, |s| (std::cmp::Reverse(s["kind"].to_str()), s["name"].to_str()));
    change_all(&infos, &|info: &Info| {
        if !["RoleBinding", "ClusterRoleBinding"].contains(&info.kind.kind) {
            let what = info.plural();
            return Err(fail!("{what} setting subjects is only supported for RoleBinding/ClusterRoleBinding"));
        }
        let mut subjects = info.object["subjects"].array().to_vec();
        let new: Vec<Value> = wanted.iter().filter(|subject| !subjects.contains(subject)).cloned().collect();
        subjects.extend(new);
        let mut wanted = info.object.clone();
        wanted.set("subjects", subjects);
        send(cx, info, wanted, &SUBJECT_WORDS)
    })
}
