//! `kubectl explain`: what a kind's fields are, from the same schema that the server decodes by.
//!
//! The descriptions are this project's own (`texts.txt`).

mod schema;
pub mod texts;

use super::BASE;
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::resource::lookup;

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
    if !version.is_empty() && version != kind.api_version() {
        let (group, version) = version.rsplit_once('/').unwrap_or(("", version));
        let resource = format!("{group}/{version}, Resource={}", kind.plural);
        return Err(fail!("couldn't find resource for \"{resource}\""));
    }
    cx.host.stdout(&schema::header(kind));
    match schema::explain(kind, &path, cx.flags.on("recursive")) {
        Some(text) => {
            cx.host.stdout(&text);
            Ok(())
        }
        None => Err(fail!("field {:?} does not exist", path.last().copied().unwrap_or_default())),
    }
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
