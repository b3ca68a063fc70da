//! `kubectl kustomize`

use super::BASE;
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::Outcome;
use crate::flags::{Flag, Kind, flag};
use crate::kustomize;
use api::yaml;

static FLAGS: &[Flag] = &[
    flag("output", Kind::Text, "").short('o'),
    flag("as-current-user", Kind::Bool, "false"),
    flag("enable-alpha-plugins", Kind::Bool, "false"),
    flag("enable-helm", Kind::Bool, "false"),
    flag("env", Kind::Repeated, "").short('e'),
    flag("helm-api-versions", Kind::Repeated, ""),
    flag("helm-command", Kind::Text, "helm"),
    flag("helm-debug", Kind::Bool, "false"),
    flag("helm-kube-version", Kind::Text, ""),
    flag("load-restrictor", Kind::Text, "LoadRestrictionsRootOnly"),
    flag("mount", Kind::Repeated, ""),
    flag("network", Kind::Bool, "false"),
    flag("network-name", Kind::Text, "bridge"),
];

pub(crate) static KUSTOMIZE: Command =
    Command { name: "kustomize", usage: "DIR", flags: &[FLAGS], action: |cx| Box::pin(run(cx)), ..BASE };

async fn run(cx: &Cx<'_>) -> Outcome {
    let folder = match cx.args() {
        [] => ".",
        [folder] => folder,
        _ => return Err("specify one path to kustomization.yaml".into()),
    };
    let restrictor = cx.flags.text("load-restrictor");
    if !matches!(restrictor, "LoadRestrictionsRootOnly" | "LoadRestrictionsNone") {
        return Err(crate::fail::fail!(
            "illegal flag value --load-restrictor {restrictor}; legal values: [LoadRestrictionsRootOnly LoadRestrictionsNone]"
        ));
    }
    let objects = kustomize::build(cx, folder)?;
    let text = objects.iter().map(yaml::to_string).collect::<Vec<_>>().join("---\n");
    match cx.flags.text("output") {
        "" => cx.host.stdout(&text),
        path => cx.host.write_file(path, &text).map_err(|why| crate::fail::fail!("open {path}: {why}"))?,
    }
    Ok(())
}
