//! PodSecurity: the Pod Security Standards that a namespace's labels ask for (k8s.io/pod-security-admission).

use crate::request::Request;
use crate::server::ApiServer;
use crate::store::Key;
use api::{FieldError, Kind, Status, Value, kind};

const LABEL: &str = "pod-security.kubernetes.io/";
const MODES: [&str; 3] = ["enforce", "audit", "warn"];
/// The levels, from the weakest.
const LEVELS: [&str; 3] = ["privileged", "baseline", "restricted"];

/// Capabilities that a container may add at the level `baseline`.
const BASELINE_CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];
/// Volumes that a Pod may have at the level `restricted`.
const VOLUMES: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];
const SYSCTLS: [&str; 10] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
];
const SELINUX_TYPES: [&str; 5] = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

/// One standard that is not kept: what is wrong, and where.
type Violation = (&'static str, String);

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

/// What is wrong with a Pod at a level: the checks of `baseline`, then those of `restricted`, each by name. A stricter
/// check takes the place of the one that it contains.
fn violations(level: &str, pod: &Value) -> Vec<Violation> {
    let spec = &pod["spec"];
    let mut found = Vec::new();
    if level == LEVELS[0] {
        return found;
    }
    let restricted = level == LEVELS[2];
    let checks: [(bool, fn(&Value) -> Option<Violation>); 15] = [
        (!restricted, baseline_capabilities),
        (true, host_namespaces),
        (!restricted, host_path_volumes),
        (true, host_ports),
        (true, privileged),
        (true, proc_mount),
        (true, selinux),
        (!restricted, baseline_seccomp),
        (true, sysctls),
        (restricted, privilege_escalation),
        (restricted, restricted_capabilities),
        (restricted, restricted_volumes),
        (restricted, run_as_non_root),
        (restricted, run_as_user),
        (restricted, restricted_seccomp),
    ];
    found.extend(checks.iter().filter(|(applies, _)| *applies).filter_map(|(_, check)| check(spec)));
    found
}

/// The names of the containers for which `is` holds.
fn containers<'a>(spec: &'a Value, is: &mut dyn FnMut(&Value) -> bool) -> Vec<&'a str> {
    let all = ["initContainers", "containers", "ephemeralContainers"].into_iter().flat_map(|field| spec[field].array());
    all.filter(|container| is(container)).map(|container| container["name"].str()).collect()
}

/// `container "a"`, `containers "a", "b"`
fn plural(word: &str, names: &[&str]) -> String {
    let ending = if names.len() == 1 { "" } else { "s" };
    format!("{word}{ending} {}", quoted(names))
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}

/// `pod and container "a"`, of those that there are.
fn setters(pod: bool, containers: &[&str]) -> Option<String> {
    let mut parts = Vec::new();
    if pod {
        parts.push("pod".to_owned());
    }
    if !containers.is_empty() {
        parts.push(plural("container", containers));
    }
    Some(parts.join(" and ")).filter(|text| !text.is_empty())
}

fn context(container: &Value) -> &Value {
    &container["securityContext"]
}

fn baseline_capabilities(spec: &Value) -> Option<Violation> {
    let mut added: Vec<&str> = Vec::new();
    let bad = containers(spec, &mut |c| {
        let capabilities = context(c)["capabilities"]["add"].array().iter().map(Value::str);
        capabilities.filter(|name| !BASELINE_CAPABILITIES.contains(name)).count() > 0
    });
    for field in ["initContainers", "containers", "ephemeralContainers"] {
        for container in spec[field].array() {
            let capabilities = context(container)["capabilities"]["add"].array().iter().map(Value::str);
            added.extend(capabilities.filter(|name| !BASELINE_CAPABILITIES.contains(name)));
        }
    }
    added.sort_unstable();
    added.dedup();
    let detail = || {
        let (containers, added) = (plural("container", &bad), quoted(&added));
        format!("{containers} must not include {added} in securityContext.capabilities.add")
    };
    (!bad.is_empty()).then(|| ("non-default capabilities", detail()))
}

fn host_namespaces(spec: &Value) -> Option<Violation> {
    let shared = ["hostNetwork", "hostPID", "hostIPC"].into_iter().filter(|field| spec[*field].bool());
    let listed: Vec<String> = shared.map(|field| format!("{field}=true")).collect();
    (!listed.is_empty()).then(|| ("host namespaces", listed.join(", ")))
}

fn host_path_volumes(spec: &Value) -> Option<Violation> {
    let volumes = spec["volumes"].array().iter().filter(|volume| !volume["hostPath"].is_null());
    let names: Vec<&str> = volumes.map(|volume| volume["name"].str()).collect();
    (!names.is_empty()).then(|| ("hostPath volumes", plural("volume", &names)))
}

fn host_ports(spec: &Value) -> Option<Violation> {
    let mut ports: Vec<i64> = Vec::new();
    let bad = containers(spec, &mut |c| {
        let own = c["ports"].array().iter().map(|port| port["hostPort"].int()).filter(|port| *port != 0);
        let before = ports.len();
        ports.extend(own);
        ports.len() > before
    });
    ports.sort_unstable();
    ports.dedup();
    let numbers: Vec<String> = ports.iter().map(i64::to_string).collect();
    let (uses, word) =
        (if bad.len() == 1 { "uses" } else { "use" }, if ports.len() == 1 { "hostPort" } else { "hostPorts" });
    (!bad.is_empty())
        .then(|| ("hostPort", format!("{} {uses} {word} {}", plural("container", &bad), numbers.join(", "))))
}

fn privileged(spec: &Value) -> Option<Violation> {
    let bad = containers(spec, &mut |c| context(c)["privileged"].bool());
    let detail = || format!("{} must not set securityContext.privileged=true", plural("container", &bad));
    (!bad.is_empty()).then(|| ("privileged", detail()))
}

fn proc_mount(spec: &Value) -> Option<Violation> {
    let bad = containers(spec, &mut |c| !matches!(context(c)["procMount"].str(), "" | "Default"));
    let detail = || format!("{} must not set securityContext.procMount to \"Unmasked\"", plural("container", &bad));
    (!bad.is_empty()).then(|| ("procMount", detail()))
}

fn selinux(spec: &Value) -> Option<Violation> {
    let mut faults: Vec<String> = Vec::new();
    let mut is_bad = |options: &Value| {
        let before = faults.len();
        let kind = options["type"].str();
        if !SELINUX_TYPES.contains(&kind) {
            faults.push(format!("type {kind:?}"));
        }
        for field in ["user", "role"] {
            if !options[field].str().is_empty() {
                faults.push(format!("{field} may not be set"));
            }
        }
        faults.len() > before
    };
    let pod = is_bad(&context(spec)["seLinuxOptions"]);
    let bad = containers(spec, &mut |c| is_bad(&context(c)["seLinuxOptions"]));
    faults.dedup();
    setters(pod, &bad).map(|who| {
        ("seLinuxOptions", format!("{who} set forbidden securityContext.seLinuxOptions: {}", faults.join("; ")))
    })
}

fn is_unconfined(context: &Value) -> bool {
    context["seccompProfile"]["type"].str() == "Unconfined"
}

fn baseline_seccomp(spec: &Value) -> Option<Violation> {
    let bad = containers(spec, &mut |c| is_unconfined(context(c)));
    setters(is_unconfined(context(spec)), &bad).map(|who| {
        ("seccompProfile", format!("{who} must not set securityContext.seccompProfile.type to \"Unconfined\""))
    })
}

fn sysctls(spec: &Value) -> Option<Violation> {
    let names = context(spec)["sysctls"].array().iter().map(|sysctl| sysctl["name"].str());
    let bad: Vec<&str> = names.filter(|name| !SYSCTLS.contains(name)).collect();
    (!bad.is_empty()).then(|| ("forbidden sysctls", bad.join(", ")))
}

fn privilege_escalation(spec: &Value) -> Option<Violation> {
    let bad = containers(spec, &mut |c| context(c)["allowPrivilegeEscalation"].as_bool() != Some(false));
    let detail = || format!("{} must set securityContext.allowPrivilegeEscalation=false", plural("container", &bad));
    (!bad.is_empty()).then(|| ("allowPrivilegeEscalation != false", detail()))
}

fn restricted_capabilities(spec: &Value) -> Option<Violation> {
    let named = |c: &Value, field: &str| -> Vec<String> {
        context(c)["capabilities"][field].array().iter().map(|name| name.str().to_owned()).collect()
    };
    let keeping = containers(spec, &mut |c| !named(c, "drop").iter().any(|name| name == "ALL"));
    let mut added: Vec<String> = Vec::new();
    let adding = containers(spec, &mut |c| {
        let own: Vec<String> = named(c, "add").into_iter().filter(|name| name != "NET_BIND_SERVICE").collect();
        added.extend(own.iter().cloned());
        !own.is_empty()
    });
    added.sort_unstable();
    added.dedup();
    let mut details = Vec::new();
    if !keeping.is_empty() {
        details.push(format!("{} must set securityContext.capabilities.drop=[\"ALL\"]", plural("container", &keeping)));
    }
    if !adding.is_empty() {
        let added: Vec<&str> = added.iter().map(String::as_str).collect();
        let (who, added) = (plural("container", &adding), quoted(&added));
        details.push(format!("{who} must not include {added} in securityContext.capabilities.add"));
    }
    (!details.is_empty()).then(|| ("unrestricted capabilities", details.join("; ")))
}

fn restricted_volumes(spec: &Value) -> Option<Violation> {
    let (mut names, mut types) = (Vec::new(), Vec::new());
    for volume in spec["volumes"].array() {
        let source = volume.entries().map(|(key, _)| key.as_str()).find(|key| *key != "name").unwrap_or("emptyDir");
        if !VOLUMES.contains(&source) {
            names.push(volume["name"].str());
            types.push(source);
        }
    }
    types.sort_unstable();
    types.dedup();
    let uses = if names.len() == 1 { "uses" } else { "use" };
    let detail = || format!("{} {uses} restricted {}", plural("volume", &names), plural("volume type", &types));
    (!names.is_empty()).then(|| ("restricted volume types", detail()))
}

fn run_as_non_root(spec: &Value) -> Option<Violation> {
    const REASON: &str = "runAsNonRoot != true";
    let set = |context: &Value| context["runAsNonRoot"].as_bool();
    let pod = set(context(spec));
    let bad = containers(spec, &mut |c| set(context(c)) == Some(false));
    // The Pod's own word counts for those that say nothing.
    let silent = containers(spec, &mut |c| set(context(c)).is_none());
    if let Some(who) = setters(pod == Some(false) && !silent.is_empty(), &bad) {
        return Some((REASON, format!("{who} must not set securityContext.runAsNonRoot=false")));
    }
    let detail = || format!("pod or {} must set securityContext.runAsNonRoot=true", plural("container", &silent));
    (pod.is_none() && !silent.is_empty()).then(|| (REASON, detail()))
}

fn run_as_user(spec: &Value) -> Option<Violation> {
    let is_root = |context: &Value| context["runAsUser"].as_int() == Some(0);
    let bad = containers(spec, &mut |c| is_root(context(c)));
    setters(is_root(context(spec)), &bad).map(|who| ("runAsUser=0", format!("{who} must not set runAsUser=0")))
}

fn restricted_seccomp(spec: &Value) -> Option<Violation> {
    let set = |context: &Value| !context["seccompProfile"]["type"].str().is_empty();
    let bad = containers(spec, &mut |c| is_unconfined(context(c)));
    if let Some(who) = setters(is_unconfined(context(spec)), &bad) {
        let detail = format!("{who} must not set securityContext.seccompProfile.type to \"Unconfined\"");
        return Some(("seccompProfile", detail));
    }
    let silent = if set(context(spec)) { Vec::new() } else { containers(spec, &mut |c| !set(context(c))) };
    let detail = || {
        let who = plural("container", &silent);
        format!("pod or {who} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"")
    };
    (!silent.is_empty()).then(|| ("seccompProfile", detail()))
}

/// Whether objects of a kind hold Pods of which the standards are asked.
pub(super) fn concerns(kind: &Kind) -> bool {
    kind == kind::POD
        || kind == kind::POD_TEMPLATE
        || kind == kind::REPLICATION_CONTROLLER
        || matches!(kind.group, "apps" | "batch") && kind != kind::CONTROLLER_REVISION
}
