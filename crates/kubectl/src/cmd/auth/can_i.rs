//! `kubectl auth can-i`: asks the server whether something may be done, or for all that may.

use crate::cmd::{ALL_NAMESPACES, BASE};
use crate::command::Command;
use crate::cx::Cx;
use crate::describe::{rules, tabwriter};
use crate::fail::{Fail, Outcome};
use crate::flags::{Flag, Kind, flag};
use crate::resource::lookup;
use api::{Value, kind, obj};
use apiserver::request::Verb;

static FLAGS: &[Flag] = &[
    flag("list", Kind::Bool, "false"),
    flag("no-headers", Kind::Bool, "false"),
    flag("quiet", Kind::Bool, "false").short('q'),
    flag("subresource", Kind::Text, ""),
];

pub(super) static CAN_I: Command = Command {
    name: "can-i",
    usage: "VERB [TYPE | TYPE/NAME | NONRESOURCEURL]",
    flags: &[FLAGS, ALL_NAMESPACES],
    action: |cx| Box::pin(run(cx)),
    ..BASE
};

/// Verbs that mean something for resources, and for paths.
const VERBS: [&str; 16] = [
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "use",
    "bind",
    "impersonate",
    "*",
    "approve",
    "sign",
    "escalate",
    "attest",
];
const PATH_VERBS: [&str; 8] = ["get", "put", "post", "head", "options", "delete", "patch", "*"];
/// Resources that no discovery tells of: whom one may impersonate.
const UNDISCOVERED: [&str; 2] = ["users", "groups"];

async fn run(cx: &Cx<'_>) -> Outcome {
    let flags = &cx.flags;
    if flags.on("list") {
        if !cx.args().is_empty() {
            return Err("list option must be specified with no arguments".into());
        }
        if flags.on("quiet") || flags.on("all-namespaces") || !flags.text("subresource").is_empty() {
            let why = "list option can't be specified with neither quiet, all-namespaces nor subresource options";
            return Err(why.into());
        }
        return list(cx);
    }
    let [verb, what] = cx.args() else {
        return Err(Fail::Text(
            "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help \
             and examples."
                .to_owned(),
        ));
    };
    let spec = match what.starts_with('/') {
        true => path(cx, verb, what)?,
        false => resource(cx, verb, what),
    };
    if flags.on("no-headers") {
        return Err("--no-headers cannot be set without --list specified".into());
    }
    let review = kind::SELF_SUBJECT_ACCESS_REVIEW;
    let answer = cx.request(&cx.ask(Verb::Create, review, "", "").with_body(obj! { "spec" => spec }))?;
    let status = &answer["status"];
    let allowed = status["allowed"].bool();
    if !flags.on("quiet") {
        let why = ["reason", "evaluationError"].map(|field| status[field].str());
        let why: String = why.iter().filter(|text| !text.is_empty()).map(|text| format!(" - {text}")).collect();
        cx.say(if allowed { "yes".to_owned() } else { format!("no{why}") });
    }
    if allowed { Ok(()) } else { Err(Fail::Exit(1)) }
}

fn path(cx: &Cx<'_>, verb: &str, path: &str) -> Outcome<Value> {
    if !cx.flags.text("subresource").is_empty() {
        return Err("--subresource can not be used with NonResourceURL".into());
    }
    if !PATH_VERBS.contains(&verb) {
        cx.warn(format_args!("Warning: verb '{verb}' is not a known verb\n"));
    }
    Ok(obj! { "nonResourceAttributes" => obj! { "verb" => verb, "path" => path } })
}

fn resource(cx: &Cx<'_>, verb: &str, what: &str) -> Value {
    let (word, name) = what.split_once('/').map_or((what, None), |(word, name)| (word, Some(name)));
    let found = if word == "*" { None } else { lookup(&cx.host.kinds(), word) };
    if found.is_none() && word != "*" && !UNDISCOVERED.contains(&word) {
        match word.to_lowercase().split_once('.') {
            Some((plural, group)) => cx
                .warn(format_args!("Warning: the server doesn't have a resource type '{plural}' in group '{group}'\n")),
            None => {
                cx.warn(format_args!("Warning: the server doesn't have a resource type '{}'\n", word.to_lowercase()))
            }
        }
    }
    let everywhere = cx.flags.on("all-namespaces");
    if !everywhere {
        if let Some(kind) = found.filter(|kind| !kind.namespaced) {
            let scope = if kind.group.is_empty() { String::new() } else { format!(" in group '{}'", kind.group) };
            cx.warn(format_args!("Warning: resource '{}' is not namespace scoped{scope}\n", kind.plural));
        }
        if !VERBS.contains(&verb) {
            cx.warn(format_args!("Warning: verb '{verb}' is not a known verb\n"));
        }
    }
    let some = |text: &str| Some(Value::from(text)).filter(|_| !text.is_empty());
    obj! { "resourceAttributes" => obj! {
        "namespace" => if everywhere { None } else { Some(cx.namespace.as_str()) },
        "verb" => verb,
        "group" => some(found.map_or("", |kind| kind.group)),
        "resource" => found.map_or(word, |kind| kind.plural),
        "subresource" => some(cx.flags.text("subresource")),
        "name" => name,
    } }
}

fn list(cx: &Cx<'_>) -> Outcome {
    let spec = obj! { "namespace" => cx.namespace.as_str() };
    let review = kind::SELF_SUBJECT_RULES_REVIEW;
    let answer = cx.request(&cx.ask(Verb::Create, review, "", "").with_body(obj! { "spec" => spec }))?;
    let status = &answer["status"];
    if status["incomplete"].bool() {
        cx.warn(format_args!("Warning: the list may be incomplete: {}", status["evaluationError"].str()));
    }
    let mut all = status["resourceRules"].array().to_vec();
    all.extend_from_slice(status["nonResourceRules"].array());
    let mut text = match cx.flags.on("no-headers") {
        true => String::new(),
        false => "Resources\tNon-Resource URLs\tResource Names\tVerbs\n".to_owned(),
    };
    text.push_str(&rules::table(&all));
    cx.host.stdout(&tabwriter::align_table(&text));
    Ok(())
}
