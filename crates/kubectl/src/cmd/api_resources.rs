//! `kubectl api-resources` and `kubectl api-versions`

use super::BASE;
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::print::{Columns, struct_json};
use api::{FlatSet, Kind as ApiKind, Value, kind, obj, yaml};

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
    if !matches!(output, "" | "wide" | "name" | "json" | "yaml") {
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
    if matches!(output, "json" | "yaml") {
        let list = obj! {
            "kind" => "APIResourceList", "apiVersion" => "v1", "groupVersion" => "",
            "resources" => kinds.iter().map(|kind| described(kind)).collect::<Value>(),
        };
        match output {
            "json" => cx.say(struct_json::ordered(&list, 4, ORDER)),
            _ => cx.host.stdout(&yaml::to_string(&list)),
        }
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

/// The fields of Go's structs, in their order.
const ORDER: &[&str] = &[
    "name",
    "singularName",
    "namespaced",
    "group",
    "version",
    "kind",
    "apiVersion",
    "groupVersion",
    "resources",
    "verbs",
    "shortNames",
    "categories",
];

/// A kind as an `APIResource` of apimachinery's meta/v1.
fn described(kind: &ApiKind) -> Value {
    let mut resource = obj! {
        "name" => kind.plural, "singularName" => kind.singular, "namespaced" => kind.namespaced,
        "version" => kind.version, "kind" => kind.kind,
        "verbs" => verbs(kind).into_iter().collect::<Value>(),
    };
    if !kind.group.is_empty() {
        resource.set("group", kind.group);
    }
    for (field, words) in [("shortNames", kind.short_names), ("categories", kind.categories)] {
        if !words.is_empty() {
            resource.set(field, words.iter().copied().collect::<Value>());
        }
    }
    resource
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
