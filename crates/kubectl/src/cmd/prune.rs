//! `kubectl apply --prune`: what an earlier apply made and the files no longer have is deleted.

use super::create::LAST_APPLIED;
use crate::cx::{Cx, DryRun, with_kind};
use crate::fail::{Outcome, fail};
use api::{Kind, Value, kind};
use apiserver::request::{Propagation, Verb};

/// What is pruned if `--prune-allowlist` does not say otherwise (k8s.io/kubectl/pkg/util/prune).
static DEFAULT: [&Kind; 16] = [
    kind::CONFIG_MAP,
    kind::ENDPOINTS,
    kind::PERSISTENT_VOLUME_CLAIM,
    kind::POD,
    kind::REPLICATION_CONTROLLER,
    kind::SECRET,
    kind::SERVICE,
    kind::JOB,
    kind::CRON_JOB,
    kind::INGRESS,
    kind::DAEMON_SET,
    kind::DEPLOYMENT,
    kind::REPLICA_SET,
    kind::STATEFUL_SET,
    kind::NAMESPACE,
    kind::PERSISTENT_VOLUME,
];

/// Whether the flags say what to prune.
///
/// # Errors
/// They do not.
pub(crate) fn check(cx: &Cx<'_>) -> Outcome {
    let (all, selected) = (cx.flags.on("all"), !cx.flags.text("selector").is_empty());
    if all && selected {
        return Err("cannot set --all and --selector at the same time".into());
    }
    if !cx.flags.on("prune") {
        return Ok(());
    }
    kinds(cx)?;
    if !all && !selected {
        return Err(
            "all resources selected for prune without explicitly passing --all. To prune all resources, pass the \
                    --all flag. If you did not mean to prune all resources, specify a label selector"
                .into(),
        );
    }
    Ok(())
}

/// The kinds that are pruned.
///
/// # Errors
/// `--prune-allowlist` names one that is none.
pub(crate) fn kinds(cx: &Cx<'_>) -> Outcome<Vec<&'static Kind>> {
    let allowed = cx.flags.list("prune-allowlist");
    if allowed.is_empty() {
        return Ok(DEFAULT.to_vec());
    }
    let mut kinds = Vec::new();
    for text in allowed {
        let [group, version, name] = text.split('/').collect::<Vec<_>>()[..] else {
            return Err(fail!("invalid GroupVersionKind format: {text}, please follow <group/version/kind>"));
        };
        let group = if group == "core" { "" } else { group };
        let meant = |k: &&'static Kind| k.group == group && k.version == version && k.kind == name;
        let found = cx.host.kinds().into_iter().find(meant);
        let version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
        kinds.push(found.ok_or_else(|| fail!("no matches for kind {name:?} in version {version:?}"))?);
    }
    Ok(kinds)
}

/// Deletes what was applied before, matches the selector, and is not among `applied` (UIDs); in the namespaces of what
/// was applied.
pub(crate) async fn prune(cx: &Cx<'_>, applied: &[String], namespaces: &[String]) -> Outcome {
    if cx.flags.list("prune-allowlist").is_empty() {
        let text = "Deprecated: kubectl apply will no longer prune non-namespaced resources by default when used with the \
                    --namespace flag in a future release. To preserve the current behaviour, list the resources you want to target \
                    explicitly in the --prune-allowlist flag.";
        cx.klog('W', "prune.go:71", text);
    }
    for (kind, object) in left_over(cx, applied, namespaces)? {
        if cx.dry_run()? != DryRun::Client {
            let mut request = cx.ask(Verb::Delete, kind, object.namespace(), object.name());
            request.options.propagation = Some(Propagation::Background);
            request.options.dry_run = cx.dry_run()? == DryRun::Server;
            request.options.grace_period = Some(cx.flags.int("grace-period")).filter(|g| *g >= 0);
            cx.request(&request)?;
        }
        cx.print_changed(kind, &with_kind(kind, &object), "pruned")?;
    }
    Ok(())
}

/// What an earlier apply made, matches the selector, and is not among `applied` (UIDs).
///
/// # Errors
/// `--prune-allowlist` names no kind, or the server refuses.
pub(crate) fn left_over(
    cx: &Cx<'_>,
    applied: &[String],
    namespaces: &[String],
) -> Outcome<Vec<(&'static Kind, Value)>> {
    let mut found = Vec::new();
    for kind in kinds(cx)? {
        let everywhere = [String::new()];
        for namespace in if kind.namespaced { namespaces } else { &everywhere } {
            for object in cx.list(kind, namespace, cx.flags.text("selector"), "")? {
                let ours = !object["metadata"]["annotations"][LAST_APPLIED].is_null();
                if ours && !object.deleting() && !applied.iter().any(|uid| uid == object.uid()) {
                    found.push((kind, object));
                }
            }
        }
    }
    Ok(found)
}
