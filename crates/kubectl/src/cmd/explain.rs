//! `kubectl explain`: what a kind's fields are, from the same schema that the server decodes by.
//!
//! The descriptions are this project's own (`texts.txt`).

mod older;
mod schema;
pub mod texts;

use super::BASE;
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::resource::lookup;
use schema::Node;

static FLAGS: &[Flag] = &[
    flag("recursive", Kind::Bool, "false").short('R'),
    flag("api-version", Kind::Text, ""),
    flag("output", Kind::Text, "plaintext").short('o'),
];

pub(crate) static EXPLAIN: Command = Command {
    name: "explain",
    usage: "TYPE[.FIELD]... [--recursive] [--api-version=GROUP/VERSION]",
    flags: &[FLAGS],
    action: |cx| Box::pin(async move { run(cx) }),
    ..BASE
};

fn run(cx: &Cx<'_>) -> Outcome {
    let request = match cx.args() {
        [] => {
            return Err(fail!(
                "You must specify the type of resource to explain. Use \"kubectl api-resources\" for a complete list of \
                 supported resources."
            ));
        }
        [one] => one.trim_end_matches('.'),
        _ => return Err(fail!("We accept only this format: explain RESOURCE")),
    };
    let format = cx.flags.text("output");
    if !matches!(format, "plaintext" | "plaintext-openapiv2") {
        return Err(fail!("unrecognized format: {format}"));
    }
    let (kind, path) = split(cx, request)?;
    let version = cx.flags.text("api-version");
    let kind = if version.is_empty() { kind } else { in_version(cx, kind, version)? };
    let custom = if kind.is_custom() { custom_schema(cx, kind)? } else { api::Value::Null };
    let root = if kind.is_custom() { Node::Root(&custom) } else { schema::of_kind(kind) };
    let recursive = cx.flags.on("recursive");
    let (header, text) = match format {
        "plaintext" => (schema::header(kind), schema::explain(root, &path, recursive)),
        _ => (older::header(kind), older::explain(root, &path, recursive)),
    };
    cx.host.stdout(&header);
    match text {
        Some(text) => {
            cx.host.stdout(&text);
            Ok(())
        }
        None => Err(fail!("field {:?} does not exist", path.last().copied().unwrap_or_default())),
    }
}

/// The same kind in another version.
fn in_version(cx: &Cx<'_>, kind: &'static api::Kind, version: &str) -> Outcome<&'static api::Kind> {
    let is_meant = |other: &&'static api::Kind| other.plural == kind.plural && other.api_version() == version;
    cx.host.kinds().into_iter().find(is_meant).ok_or_else(|| {
        let (group, version) = version.rsplit_once('/').unwrap_or(("", version));
        fail!("couldn't find resource for \"{group}/{version}, Resource={}\"", kind.plural)
    })
}

/// The schema of a custom kind, from its definition.
fn custom_schema(cx: &Cx<'_>, kind: &api::Kind) -> Outcome<api::Value> {
    let name = format!("{}.{}", kind.plural, kind.group);
    let definition = cx.get(api::kind::CUSTOM_RESOURCE_DEFINITION, "", &name)?;
    let versions = definition["spec"]["versions"].array();
    let version = versions.iter().find(|version| version["name"].str() == kind.version);
    Ok(version.map_or(api::Value::Null, |version| version["schema"]["openAPIV3Schema"].clone()))
}

/// The kind and the fields that `deployments.apps.spec.replicas` names; the group may be left out.
fn split<'a>(cx: &Cx<'_>, request: &'a str) -> Outcome<(&'static api::Kind, Vec<&'a str>)> {
    let (word, rest) = request.split_once('.').unwrap_or((request, ""));
    let Some(kind) = lookup(&cx.host.kinds(), word) else {
        return Err(Fail::Plain(format!("the server doesn't have a resource type {word:?}")));
    };
    let rest = match rest.strip_prefix(kind.group) {
        Some(rest) if !kind.group.is_empty() && (rest.is_empty() || rest.starts_with('.')) => {
            rest.trim_start_matches('.')
        }
        _ => rest,
    };
    Ok((kind, rest.split('.').filter(|field| !field.is_empty()).collect()))
}
