//! `kubectl api-resources` and `kubectl api-versions`

use super::BASE;
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::print::Columns;
use api::FlatSet;
use api::{Kind as ApiKind, kind};

static FLAGS: &[Flag] = &[
    flag("api-group", Kind::Text, ""),
    flag("cached", Kind::Bool, "false"),
    flag("categories", Kind::List, ""),
    flag("namespaced", Kind::Bool, "true"),
    flag("no-headers", Kind::Bool, "false"),
    flag("output", Kind::Text, "").short('o'),
    flag("show-managed-fields", Kind::Bool, "false"),
    flag("sort-by", Kind::Text, ""),
    flag("verbs", Kind::List, ""),
];

pub(crate) static API_RESOURCES: Command =
    Command { name: "api-resources", flags: &[FLAGS], action: |cx| Box::pin(resources(cx)), ..BASE };

pub(crate) static API_VERSIONS: Command = Command { name: "api-versions", action: |cx| Box::pin(versions(cx)), ..BASE };

/// What can be done with objects of every stored kind.
const VERBS: &[&str] = &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

fn verbs(kind: &ApiKind) -> Vec<&'static str> {
    if kind::REVIEWS.contains(kind) {
        return if kind == kind::COMPONENT_STATUS { vec!["get", "list"] } else { vec!["create"] };
    }
    // Namespaces can only be deleted one by one.
    VERBS.iter().copied().filter(|verb| *verb != "deletecollection" || kind.kind != "Namespace").collect()
}

/// The kinds of the server, each in its group's preferred version alone.
fn preferred(cx: &Cx<'_>) -> Vec<&'static ApiKind> {
    let mut kinds: Vec<&'static ApiKind> = Vec::new();
    for kind in cx.host.kinds() {
        if !kinds.iter().any(|known| (known.group, known.plural) == (kind.group, kind.plural)) {
            kinds.push(kind);
        }
    }
    kinds
}

async fn resources(cx: &Cx<'_>) -> Outcome {
    if !cx.args().is_empty() {
        return cx.usage(format_args!("unexpected arguments: [{}]", cx.args().join(" ")));
    }
    let output = cx.flags.text("output");
    if !matches!(output, "" | "wide" | "name") {
        return Err(fail!("--output {output} is not available"));
    }
    let sort = cx.flags.text("sort-by");
    if !matches!(sort, "" | "name" | "kind") {
        return Err("--sort-by accepts only name or kind".into());
    }
    let mut kinds = preferred(cx);
    kinds.retain(|kind| wanted(cx, kind));
    api::sort_by_key(&mut kinds, |kind| (kind.group, kind.version, kind.plural));
    match sort {
        "name" => api::sort_by_key(&mut kinds, |kind| kind.plural),
        "kind" => api::sort_by_key(&mut kinds, |kind| kind.kind),
        _ => {}
    }
    if output == "name" {
        kinds.iter().for_each(|kind| cx.say(kind.resource()));
        return Ok(());
    }
    let wide = output == "wide";
    let mut table = Columns::default();
    if !cx.flags.on("no-headers") {
        let mut header = vec!["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"];
        if wide {
            header.extend(["VERBS", "CATEGORIES"]);
        }
        table.row(header.into_iter().map(str::to_owned).collect());
    }
    for kind in kinds {
        let mut row = vec![
            kind.plural.to_owned(),
            kind.short_names.join(","),
            kind.api_version(),
            kind.namespaced.to_string(),
            kind.kind.to_owned(),
        ];
        if wide {
            row.extend([verbs(kind).join(","), kind.categories.join(",")]);
        }
        table.row(row);
    }
    cx.host.stdout(&table.flush());
    Ok(())
}

fn wanted(cx: &Cx<'_>, kind: &ApiKind) -> bool {
    let flags = &cx.flags;
    let verbs = verbs(kind);
    (!flags.has("api-group") || kind.group == flags.text("api-group"))
        && (!flags.has("namespaced") || kind.namespaced == flags.on("namespaced"))
        && flags.list("verbs").iter().all(|verb| verbs.contains(&verb.as_str()))
        && flags.list("categories").iter().all(|category| kind.categories.contains(&category.as_str()))
}

async fn versions(cx: &Cx<'_>) -> Outcome {
    if !cx.args().is_empty() {
        return cx.usage(format_args!("unexpected arguments: [{}]", cx.args().join(" ")));
    }
    let versions: FlatSet<String> = cx.host.kinds().iter().map(|kind| kind.api_version()).collect();
    versions.iter().for_each(|version| cx.say(version));
    Ok(())
}
