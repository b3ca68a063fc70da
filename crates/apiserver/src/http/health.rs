//! The server about itself: `/version`, `/healthz`, `/livez`, `/readyz`, and the list of its paths.

use super::answer::Answer;
use super::{Head, options};
use api::{Status, Value, obj};

/// The version that is served, as `/version` tells it. What a build of the real one says of itself has no counterpart here.
pub fn version() -> Value {
    obj! {
        "major" => "1", "minor" => "36", "emulationMajor" => "1", "emulationMinor" => "36",
        "minCompatibilityMajor" => "1", "minCompatibilityMinor" => "35", "gitVersion" => "v1.36.2",
        "gitCommit" => "0000000000000000000000000000000000000000", "gitTreeState" => "clean",
        "buildDate" => "2026-06-10T12:00:00Z", "goVersion" => "go1.26.6", "compiler" => "gc", "platform" => "linux/amd64",
    }
}

/// The checks of the server's health, each of which is a path of its own.
const CHECKS: &[&str] = &[
    "ping",
    "log",
    "etcd",
    "poststarthook/start-apiserver-admission-initializer",
    "poststarthook/generic-apiserver-start-informers",
    "poststarthook/priority-and-fairness-config-consumer",
    "poststarthook/priority-and-fairness-filter",
    "poststarthook/storage-object-count-tracker-hook",
    "poststarthook/start-apiextensions-informers",
    "poststarthook/start-apiextensions-controllers",
    "poststarthook/crd-informer-synced",
    "poststarthook/start-system-namespaces-controller",
    "poststarthook/start-cluster-authentication-info-controller",
    "poststarthook/start-kube-apiserver-identity-lease-controller",
    "poststarthook/start-kube-apiserver-identity-lease-garbage-collector",
    "poststarthook/start-legacy-token-tracking-controller",
    "poststarthook/start-service-ip-repair-controllers",
    "poststarthook/rbac/bootstrap-roles",
    "poststarthook/scheduling/bootstrap-system-priority-classes",
    "poststarthook/priority-and-fairness-config-producer",
    "poststarthook/bootstrap-controller",
    "poststarthook/start-kubernetes-service-cidr-controller",
    "poststarthook/aggregator-reload-proxy-client-cert",
    "poststarthook/start-kube-aggregator-informers",
    "poststarthook/apiservice-status-local-available-controller",
    "poststarthook/apiservice-status-remote-available-controller",
    "poststarthook/apiservice-registration-controller",
    "poststarthook/apiservice-discovery-controller",
    "poststarthook/kube-apiserver-autoregistration",
    "autoregister-completion",
    "poststarthook/apiservice-openapi-controller",
    "poststarthook/apiservice-openapiv3-controller",
];

/// Checks that only readiness has.
const READY: &[&str] = &["etcd-readiness", "informer-sync"];

/// The answer to one of these paths; none for another path.
pub(super) fn answer(head: &Head, words: &[&str]) -> Option<Result<Answer, Status>> {
    let reading = matches!(head.method.as_str(), "GET" | "HEAD");
    let answer = match words {
        ["version"] => Answer::json(200, &version(), true),
        [which @ ("healthz" | "livez" | "readyz"), rest @ ..] => health(head, which, &rest.join("/")),
        _ => return None,
    };
    Some(if reading { Ok(answer) } else { Err(Status::method_not_allowed()) })
}

fn checks(which: &str) -> Vec<&'static str> {
    let more: &[&str] = if which == "readyz" { READY } else { &[] };
    CHECKS.iter().chain(more).copied().collect()
}

/// A server that answers is well: every check is passed.
fn health(head: &Head, which: &str, check: &str) -> Answer {
    match report(which, check, &head.query) {
        Some(text) => Answer::text(200, "text/plain; charset=utf-8", text),
        None => Answer::page_not_found(),
    }
}

/// What `/healthz`, `/livez` or `/readyz` says, or one of its checks; none where there is no such check.
pub fn report(which: &str, check: &str, query: &str) -> Option<String> {
    let query = options::pairs(query);
    let checks = checks(which);
    if !check.is_empty() {
        return checks.contains(&check).then(|| "ok".to_owned());
    }
    let excluded: Vec<&str> =
        query.iter().filter(|(key, _)| key == "exclude").map(|(_, value)| value.as_str()).collect();
    if !query.iter().any(|(key, _)| key == "verbose") {
        return Some("ok".to_owned());
    }
    let mut text = String::new();
    for check in &checks {
        let said = if excluded.contains(check) { "excluded: ok" } else { "ok" };
        text.push_str(&format!("[+]{check} {said}\n"));
    }
    let unknown: Vec<String> =
        excluded.iter().filter(|name| !checks.contains(name)).map(|name| format!("{name:?}")).collect();
    if !unknown.is_empty() {
        let listed = unknown.join(",");
        text.push_str(&format!("warn: some health checks cannot be excluded: no matches for {listed}\n"));
    }
    text.push_str(&format!("{which} check passed\n"));
    Some(text)
}

/// Every path that is no resource, as `/` lists them.
pub fn paths(groups: &[(&str, Vec<&str>)]) -> Value {
    let mut paths: Vec<String> = vec!["/api".into(), "/apis".into(), "/apis/".into(), "/openapi/v2".into()];
    paths.extend(["/openapi/v3".into(), "/openapi/v3/".into(), "/version".into()]);
    for (group, versions) in groups {
        let root = if group.is_empty() { "/api".to_owned() } else { format!("/apis/{group}") };
        if !group.is_empty() {
            paths.push(root.clone());
        }
        paths.extend(versions.iter().map(|version| format!("{root}/{version}")));
    }
    for which in ["healthz", "livez", "readyz"] {
        paths.push(format!("/{which}"));
        paths.extend(checks(which).iter().map(|check| format!("/{which}/{check}")));
    }
    api::sort(&mut paths);
    obj! { "paths" => paths.iter().map(String::as_str).collect::<Value>() }
}
