//! PodSecurity: the Pod Security Standards that a namespace's labels ask for (k8s.io/pod-security-admission).

use super::standards::{LEVELS, violations};
use crate::request::Request;
use crate::server::ApiServer;
use crate::store::Key;
use api::{FieldError, Kind, Status, Value, kind};

const LABEL: &str = "pod-security.kubernetes.io/";
const MODES: [&str; 3] = ["enforce", "audit", "warn"];

/// A level and the version of its rules, as a label gives them.
fn policy<'a>(namespace: &'a Value, mode: &str) -> (&'a str, &'a str) {
    let label = |suffix: &str| namespace.labels()[format!("{LABEL}{mode}{suffix}").as_str()].str();
    let level = if LEVELS.contains(&label("")) { label("") } else { LEVELS[0] };
    (level, if label("-version").is_empty() { "latest" } else { label("-version") })
}

/// Refuses a Pod below the enforced level, and warns of what is below the others.
pub(super) fn check(
    server: &ApiServer,
    request: &Request,
    object: &Value,
    warnings: &mut Vec<String>,
) -> Result<(), Status> {
    let kind = request.kind;
    let template = match kind {
        k if k == kind::POD => object,
        k if k == kind::CRON_JOB => object.at("spec.jobTemplate.spec.template"),
        k if k == kind::POD_TEMPLATE => &object["template"],
        k if k.group == "apps" || k == kind::JOB || k == kind::REPLICATION_CONTROLLER => &object["spec"]["template"],
        _ => return Ok(()),
    };
    let Some(namespace) = server.store.get(kind::NAMESPACE, &Key::new("", object.namespace())) else { return Ok(()) };
    if template["spec"].is_null() || !is_labelled(namespace) {
        return Ok(());
    }
    let broken = |mode: &str| {
        let (level, version) = policy(namespace, mode);
        let found = violations(level, template);
        let listed = || {
            let texts: Vec<String> = found.iter().map(|(reason, detail)| format!("{reason} ({detail})")).collect();
            texts.join(", ")
        };
        (!found.is_empty()).then(|| format!("violate PodSecurity \"{level}:{version}\": {}", listed()))
    };
    if kind == kind::POD
        && let Some(why) = broken("enforce")
    {
        let why = why.replacen("violate", "violates", 1);
        return Err(Status::forbidden(kind, object.name(), &why));
    }
    warnings.extend(broken("warn").map(|why| format!("would {why}")));
    Ok(())
}

/// The same for a Pod that changes, if it does so in what the standards look at.
pub(super) fn check_update(
    server: &ApiServer,
    request: &Request,
    (pod, old): (&Value, &Value),
    warnings: &mut Vec<String>,
) -> Result<(), Status> {
    if is_significant(pod, old) { check(server, request, pod, warnings) } else { Ok(()) }
}

/// Whether an image changes, or an ephemeral container is new (`isSignificantPodUpdate`).
fn is_significant(pod: &Value, old: &Value) -> bool {
    ["initContainers", "containers", "ephemeralContainers"].iter().any(|list| {
        let known = old["spec"][*list].array();
        let is_known = |container: &Value| {
            known.iter().any(|known| known["name"] == container["name"] && known["image"] == container["image"])
        };
        !pod["spec"][*list].array().iter().all(is_known)
    })
}

fn is_labelled(namespace: &Value) -> bool {
    namespace.labels().entries().any(|(key, _)| key.starts_with(LABEL))
}

/// A namespace's labels must name levels; a stricter one is met by warnings about the Pods that are there.
pub(super) fn check_namespace(
    server: &ApiServer,
    object: &Value,
    old: &Value,
    warnings: &mut Vec<String>,
) -> Result<(), Status> {
    if !is_labelled(object) {
        return Ok(());
    }
    let mut errors = Vec::new();
    for mode in MODES {
        let (level, version) = (format!("{LABEL}{mode}"), format!("{LABEL}{mode}-version"));
        let given = &object.labels()[level.as_str()];
        if !given.is_null() && !LEVELS.contains(&given.str()) {
            let why = format!("must be one of {}", LEVELS.join(", "));
            errors.push(FieldError::invalid(format!("metadata.labels[{level}]"), given, &why));
        }
        let given = &object.labels()[version.as_str()];
        if !given.is_null() && !is_version(given.str()) {
            let why = "must be \"latest\" or \"v1.x\"";
            errors.push(FieldError::invalid(format!("metadata.labels[{version}]"), given, why));
        }
    }
    if !errors.is_empty() {
        return Err(Status::invalid(kind::NAMESPACE, object.name(), &errors));
    }
    let rank = |namespace: &Value| LEVELS.iter().position(|level| *level == policy(namespace, "enforce").0);
    if !old.is_null() && (rank(object) > rank(old) || policy(object, "enforce").1 != policy(old, "enforce").1) {
        warn_of_pods(server, object, warnings);
    }
    Ok(())
}

fn is_version(text: &str) -> bool {
    let minor = text.strip_prefix("v1.");
    text == "latest" || minor.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// The Pods that would not be let in any more, those with the same faults together.
fn warn_of_pods(server: &ApiServer, namespace: &Value, warnings: &mut Vec<String>) {
    let (level, version) = policy(namespace, "enforce");
    let mut groups: Vec<(String, String, usize)> = Vec::new();
    for pod in server.store.list(kind::POD, namespace.name()) {
        let found = violations(level, pod);
        if found.is_empty() {
            continue;
        }
        let why = found.iter().map(|(reason, _)| *reason).collect::<Vec<_>>().join(", ");
        match groups.iter_mut().find(|(known, ..)| *known == why) {
            Some((_, _, others)) => *others += 1,
            None => groups.push((why, pod.name().to_owned(), 0)),
        }
    }
    if groups.is_empty() {
        return;
    }
    let name = namespace.name();
    warnings.push(format!(
        "existing pods in namespace {name:?} violate the new PodSecurity enforce level \"{level}:{version}\""
    ));
    warnings.extend(groups.into_iter().map(|(why, pod, others)| match others {
        0 => format!("{pod}: {why}"),
        1 => format!("{pod} (and 1 other pod): {why}"),
        _ => format!("{pod} (and {others} other pods): {why}"),
    }));
}

/// Whether objects of a kind hold Pods of which the standards are asked.
pub(super) fn concerns(kind: &Kind) -> bool {
    kind == kind::POD
        || kind == kind::POD_TEMPLATE
        || kind == kind::REPLICATION_CONTROLLER
        || matches!(kind.group, "apps" | "batch") && kind != kind::CONTROLLER_REVISION
}
