//! Containers: names, images, ports, environment, mounts, resources, probes.

use super::path::{Errors, NOT_NEGATIVE, Path};
use crate::FlatSet;
use crate::names::{
    config_map_key, dns1123_label, env_var_name, http_header_name, port_name, port_number, qualified_name,
};
use crate::{Quantity, Value};

pub(super) const PROTOCOLS: &[&str] = &["SCTP", "TCP", "UDP"];
const PULL_POLICIES: &[&str] = &["Always", "IfNotPresent", "Never"];
const MESSAGE_POLICIES: &[&str] = &["FallbackToLogsOnError", "File"];
const PROPAGATIONS: &[&str] = &["Bidirectional", "HostToContainer", "None"];
/// The fields of a Pod that an environment variable may show.
const ENV_FIELDS: &[&str] = &[
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];
const ENV_RESOURCES: &[&str] = &[
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
];

/// What containers are checked against.
pub(super) struct Context<'a> {
    /// The names of the Pod's volumes.
    pub volumes: FlatSet<&'a str>,
    pub host_network: bool,
}

/// A Pod's init containers and containers.
pub(super) fn containers(errors: &mut Errors, spec_path: &Path, spec: &Value, context: &Context) {
    let (path, init_path) = (spec_path.child("containers"), spec_path.child("initContainers"));
    let containers = spec["containers"].array();
    if containers.is_empty() {
        errors.required(&path, "");
    }
    let mut names = FlatSet::new();
    let mut host_ports = FlatSet::new();
    for (i, container) in containers.iter().enumerate() {
        let path = path.index(i);
        one(errors, &path, container, context);
        if !container["name"].str().is_empty() && !names.insert(container["name"].str()) {
            errors.duplicate(&path.child("name"), &container["name"]);
        }
        lifecycle(errors, &path.child("lifecycle"), &container["lifecycle"]);
        probes(errors, &path, container);
        unique_host_ports(errors, &path.child("ports"), container, &mut host_ports);
    }
    for (i, container) in spec["initContainers"].array().iter().enumerate() {
        let path = init_path.index(i);
        one(errors, &path, container, context);
        if !container["name"].str().is_empty() && !names.insert(container["name"].str()) {
            errors.duplicate(&path.child("name"), &container["name"]);
        }
        init_container(errors, &path, container);
    }
}

/// An init container may have probes and hooks only if it runs on as a sidecar.
fn init_container(errors: &mut Errors, path: &Path, container: &Value) {
    let restartable = container["restartPolicy"].str() == "Always";
    if restartable {
        lifecycle(errors, &path.child("lifecycle"), &container["lifecycle"]);
        probes(errors, path, container);
    } else {
        for field in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
            if !container[field].is_null() {
                errors.forbidden(&path.child(field), "may not be set for init containers without restartPolicy=Always");
            }
        }
    }
    let mut host_ports = FlatSet::new();
    unique_host_ports(errors, &path.child("ports"), container, &mut host_ports);
}

fn one(errors: &mut Errors, path: &Path, container: &Value, context: &Context) {
    match container["name"].str() {
        "" => errors.required(&path.child("name"), ""),
        name => errors.invalids(&path.child("name"), name, dns1123_label(name)),
    }
    image(errors, &path.child("image"), &container["image"]);
    errors.one_of(&path.child("terminationMessagePolicy"), &container["terminationMessagePolicy"], MESSAGE_POLICIES);
    ports(errors, &path.child("ports"), container, context.host_network);
    super::restart::restart(errors, path, container);
    env(errors, &path.child("env"), &container["env"]);
    env_from(errors, &path.child("envFrom"), &container["envFrom"]);
    mounts(errors, &path.child("volumeMounts"), &container["volumeMounts"], context);
    errors.one_of(&path.child("imagePullPolicy"), &container["imagePullPolicy"], PULL_POLICIES);
    resources(errors, &path.child("resources"), &container["resources"]);
    super::security::container(errors, &path.child("securityContext"), &container["securityContext"]);
}

/// An image must be named; whether it exists is the kubelet's business.
pub(super) fn image(errors: &mut Errors, path: &Path, image: &Value) {
    match image.str() {
        "" => errors.required(path, ""),
        text if text.trim() != text => {
            errors.invalid(path, text, "must not have leading or trailing whitespace");
        }
        _ => {}
    }
}

fn ports(errors: &mut Errors, path: &Path, container: &Value, host_network: bool) {
    let mut names = FlatSet::new();
    for (i, port) in container["ports"].array().iter().enumerate() {
        let path = path.index(i);
        let name = port["name"].str();
        if !name.is_empty() {
            let messages = port_name(name);
            if messages.is_empty() && !names.insert(name) {
                errors.duplicate(&path.child("name"), name);
            }
            errors.invalids(&path.child("name"), name, messages);
        }
        let (number, host) = (port["containerPort"].int(), port["hostPort"].int());
        match number {
            0 => errors.required(&path.child("containerPort"), ""),
            _ => errors.invalids(&path.child("containerPort"), number, port_number(number)),
        }
        if host != 0 {
            errors.invalids(&path.child("hostPort"), host, port_number(host));
            if host_network && host != number {
                errors.invalid(&path.child("hostPort"), host, "must match `containerPort` when `hostNetwork` is true");
            }
        }
        errors.one_of(&path.child("protocol"), &port["protocol"], PROTOCOLS);
    }
}

fn unique_host_ports<'a>(
    errors: &mut Errors,
    path: &Path,
    container: &'a Value,
    seen: &mut FlatSet<(&'a str, &'a str, i64)>,
) {
    for (i, port) in container["ports"].array().iter().enumerate() {
        let key = (port["protocol"].str(), port["hostIP"].str(), port["hostPort"].int());
        if key.2 != 0 && !seen.insert(key) {
            errors.duplicate(&path.index(i).child("hostPort"), format!("{}/{}/{}", key.0, key.1, key.2));
        }
    }
}

fn env(errors: &mut Errors, path: &Path, env: &Value) {
    for (i, variable) in env.array().iter().enumerate() {
        let path = path.index(i);
        match variable["name"].str() {
            "" => errors.required(&path.child("name"), ""),
            name => errors.invalids(&path.child("name"), name, env_var_name(name)),
        }
        let source = &variable["valueFrom"];
        if source.is_null() {
            continue;
        }
        let path = path.child("valueFrom");
        if let Some(field) = source["fieldRef"].as_object() {
            let name = field.get("fieldPath").map(Value::str).unwrap_or_default();
            let path = path.child("fieldRef").child("fieldPath").to_string();
            let path = Path::root(&path);
            let keyed = name
                .strip_suffix("']")
                .is_some_and(|n| n.starts_with("metadata.labels['") || n.starts_with("metadata.annotations['"));
            match name {
                "" => errors.required(&path, ""),
                _ if keyed || ENV_FIELDS.contains(&name) => {}
                _ => errors.unsupported(&path, name, ENV_FIELDS),
            }
        }
        let resource = &source["resourceFieldRef"];
        if !resource.is_null() {
            let path = path.child("resourceFieldRef");
            match resource["resource"].str() {
                "" => errors.required(&path.child("resource"), ""),
                name if ENV_RESOURCES.contains(&name) || name.contains("hugepages-") => {}
                name => errors.unsupported(&path.child("resource"), name, ENV_RESOURCES),
            }
        }
        for reference in ["configMapKeyRef", "secretKeyRef"] {
            if !source[reference].is_null() {
                let path = path.child(reference);
                errors.present(&path.child("name"), &source[reference]["name"]);
                match source[reference]["key"].str() {
                    "" => errors.required(&path.child("key"), ""),
                    key => errors.invalids(&path.child("key"), key, config_map_key(key)),
                }
            }
        }
        let detail = match source.len() {
            0 => {
                "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
            }
            _ if !variable["value"].str().is_empty() => "may not be specified when `value` is not empty",
            1 => continue,
            _ => "may not have more than one field specified at a time",
        };
        errors.invalid(&path, "", detail);
    }
}

fn env_from(errors: &mut Errors, path: &Path, sources: &Value) {
    for (i, source) in sources.array().iter().enumerate() {
        let path = path.index(i);
        let prefix = source["prefix"].str();
        if !prefix.is_empty() {
            errors.invalids(&path.child("prefix"), prefix, env_var_name(prefix));
        }
        let mut count = 0;
        for reference in ["configMapRef", "secretRef"] {
            if !source[reference].is_null() {
                count += 1;
                errors.present(&path.child(reference).child("name"), &source[reference]["name"]);
            }
        }
        match count {
            0 => errors.invalid(&path, "", "must specify one of: `configMapRef` or `secretRef`"),
            1 => {}
            _ => errors.invalid(&path, "", "may not have more than one field specified at a time"),
        }
    }
}

fn mounts(errors: &mut Errors, path: &Path, mounts: &Value, context: &Context) {
    let mut places = FlatSet::new();
    for (i, mount) in mounts.array().iter().enumerate() {
        let path = path.index(i);
        let (name, place, sub_path) = (mount["name"].str(), mount["mountPath"].str(), mount["subPath"].str());
        if name.is_empty() {
            errors.required(&path.child("name"), "");
        }
        if !context.volumes.contains(name) {
            errors.not_found(&path.child("name"), name);
        }
        if place.is_empty() {
            errors.required(&path.child("mountPath"), "");
        }
        if !places.insert(place) {
            errors.invalid(&path.child("mountPath"), place, "must be unique");
        }
        relative(errors, &path.child("subPath"), sub_path);
        if !mount["subPathExpr"].str().is_empty() {
            if !sub_path.is_empty() {
                errors.invalid(
                    &path.child("subPathExpr"),
                    &mount["subPathExpr"],
                    "subPathExpr and subPath are mutually exclusive",
                );
            }
            relative(errors, &path.child("subPathExpr"), mount["subPathExpr"].str());
        }
        errors.optionally_one_of(&path.child("mountPropagation"), &mount["mountPropagation"], PROPAGATIONS);
    }
}

/// A path that is relative and leads nowhere above its start.
pub(super) fn relative(errors: &mut Errors, path: &Path, text: &str) {
    if text.starts_with('/') {
        errors.invalid(path, text, "must be a relative path");
    }
    if text.split('/').any(|part| part == "..") {
        errors.invalid(path, text, "must not contain '..'");
    }
}

/// The resources that Kubernetes itself knows; others have a domain before them.
const STANDARD: &[&str] = &["cpu", "memory", "ephemeral-storage"];

pub(super) fn resources(errors: &mut Errors, path: &Path, resources: &Value) {
    let (limits, requests) = (&resources["limits"], &resources["requests"]);
    for (field, quantities) in [("limits", limits), ("requests", requests)] {
        let path = path.child(field);
        for (name, value) in quantities.entries() {
            let at = path.key(name);
            errors.invalids(&at, name, qualified_name(name));
            if !name.contains('/') && !STANDARD.contains(&name.as_str()) && !name.starts_with("hugepages-") {
                errors.invalid(&at, name, "must be a standard resource for containers");
            }
            let quantity = Quantity::of(value);
            if quantity.is_negative() {
                errors.invalid(&at, value, NOT_NEGATIVE);
            }
            // Extended resources and huge pages are given whole, and to one container only.
            let extended = name.contains('/') && !name.contains("kubernetes.io/");
            let exclusive = extended || name.starts_with("hugepages-");
            if extended && !quantity.is_whole() {
                errors.invalid(&at, value, "must be an integer");
            }
            let limit = &limits[name.as_str()];
            if field == "requests" && exclusive && limit.is_null() {
                errors.required(&path, "Limit must be set for non overcommitable resources");
            } else if field == "requests" && exclusive && quantity != Quantity::of(limit) {
                let detail = format!("must be equal to {name} limit of {}", limit.str());
                errors.invalid(&path, value, &detail);
            } else if field == "requests" && !limit.is_null() && quantity > Quantity::of(limit) {
                let detail = format!("must be less than or equal to {name} limit of {}", limit.str());
                errors.invalid(&path, value, &detail);
            }
        }
    }
}

fn lifecycle(errors: &mut Errors, path: &Path, lifecycle: &Value) {
    for hook in ["postStart", "preStop"] {
        if !lifecycle[hook].is_null() {
            handler(errors, &path.child(hook), &lifecycle[hook], &["exec", "httpGet", "tcpSocket", "sleep"]);
        }
    }
}

fn probes(errors: &mut Errors, path: &Path, container: &Value) {
    for (field, once) in [("livenessProbe", true), ("readinessProbe", false), ("startupProbe", true)] {
        let probe = &container[field];
        if probe.is_null() {
            continue;
        }
        let path = path.child(field);
        handler(errors, &path, probe, &["exec", "httpGet", "tcpSocket", "grpc"]);
        for number in ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"]
        {
            errors.nonnegative(&path.child(number), &probe[number]);
        }
        let grace = &probe["terminationGracePeriodSeconds"];
        if grace.as_int().is_some_and(|seconds| seconds <= 0) {
            errors.invalid(&path.child("terminationGracePeriodSeconds"), grace, "must be greater than 0");
        }
        if !once && !grace.is_null() {
            let detail = "must not be set for readinessProbes";
            errors.invalid(&path.child("terminationGracePeriodSeconds"), grace, detail);
        }
        if once && probe["successThreshold"].int() != 1 {
            errors.invalid(&path.child("successThreshold"), &probe["successThreshold"], "must be 1");
        }
    }
}

/// What a probe or a hook does: exactly one thing.
fn handler(errors: &mut Errors, path: &Path, handler: &Value, types: &[&str]) {
    let mut count = 0;
    for &name in types.iter().filter(|name| !handler[**name].is_null()) {
        let (action, path) = (&handler[name], path.child(name));
        count += 1;
        if count > 1 {
            errors.forbidden(&path, "may not specify more than 1 handler type");
            continue;
        }
        match name {
            "exec" if action["command"].is_empty() => errors.required(&path.child("command"), ""),
            "httpGet" => {
                if action["path"].str().is_empty() {
                    errors.required(&path.child("path"), "");
                }
                port(errors, &path.child("port"), &action["port"]);
                errors.one_of(&path.child("scheme"), &action["scheme"], &["HTTP", "HTTPS"]);
                for (i, header) in action["httpHeaders"].array().iter().enumerate() {
                    let name = header["name"].str();
                    errors.invalids(&path.child("httpHeaders").index(i).child("name"), name, http_header_name(name));
                }
            }
            "tcpSocket" => port(errors, &path.child("port"), &action["port"]),
            "grpc" => {
                let number = action["port"].int();
                errors.invalids(&path.child("port"), number, port_number(number));
            }
            _ => {}
        }
    }
    if count == 0 {
        errors.required(path, "must specify a handler type");
    }
}

/// A port's number or name.
pub(super) fn port(errors: &mut Errors, path: &Path, port: &Value) {
    match port {
        Value::String(name) => errors.invalids(path, port, port_name(name)),
        number => errors.invalids(path, number.int(), port_number(number.int())),
    }
}
