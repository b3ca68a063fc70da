//! The Pod Security Standards, check by check (k8s.io/pod-security-admission/policy).

use api::Value;

/// The levels, from the weakest.
pub(super) const LEVELS: [&str; 3] = ["privileged", "baseline", "restricted"];

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
pub(super) type Violation = (&'static str, String);

type Check = fn(&Value) -> Option<Violation>;

/// What is wrong with a Pod at a level: the checks of `baseline`, then those of `restricted`, each by name. A stricter
/// check takes the place of the one that it contains.
pub(super) fn violations(level: &str, pod: &Value) -> Vec<Violation> {
    let spec = &pod["spec"];
    let mut found = Vec::new();
    if level == LEVELS[0] {
        return found;
    }
    let restricted = level == LEVELS[2];
    let checks: [(bool, Check); 15] = [
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
    api::sort(&mut added);
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
    api::sort(&mut ports);
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
    api::sort(&mut added);
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
    api::sort(&mut types);
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
