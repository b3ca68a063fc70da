//! A container's environment: what its spec says, the Services, and the references to other objects.

use crate::state::{Container, NodeConfig, Pod};
use api::OrdMap;
use api::quantity::Quantity;
use api::{Kind, Str, Value, kind};
use apiserver::Client;
use std::sync::Arc;

/// What runtimes set where the image says nothing.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What a variable is that the runtime sets for every container; empty for others.
pub(crate) fn by_runtime(name: &str) -> &'static str {
    match name {
        "PATH" => PATH,
        "HOME" => "/root",
        _ => "",
    }
}

/// The whole environment of a container's processes: the runtime's and the image's variables, those of its spec (`own`) and
/// those that name the Services. Of equal names the later one counts, but stands where the first stood.
pub(crate) fn whole(pod: &Pod, container: &Container, own: &[(Str, Str)], services: &[(Str, Str)]) -> Variables {
    let mut all: Variables = Vec::with_capacity(own.len() + services.len() + 3);
    set(&mut all, "PATH".into(), PATH.into());
    set(&mut all, "HOSTNAME".into(), crate::rootfs::hostname(pod).into());
    let image = crate::registry::image_of(container);
    image.iter().flat_map(|i| i.env).for_each(|(name, value)| set(&mut all, Str::from(*name), Str::from(*value)));
    let described = container.own.as_ref().map_or(&[][..], |image| &image.env);
    described.iter().chain(own).chain(services).for_each(|(name, value)| set(&mut all, name.clone(), value.clone()));
    if !all.iter().any(|(name, _)| name == "HOME") {
        all.push(("HOME".into(), by_runtime("HOME").into()));
    }
    all
}

/// Pairs of name and value.
type Variables = Vec<(Str, Str)>;

/// The variables that the container's spec sets (`envFrom`, then `env`).
///
/// # Errors
/// What is missing, in the kubelet's words.
pub(crate) fn of(pod: &Pod, index: usize, node: &NodeConfig, client: &Client<'_>) -> Result<Variables, String> {
    let spec = pod.spec_of(index);
    let namespace = pod.object.namespace();
    let mut variables = Variables::new();
    for source in spec["envFrom"].array() {
        let prefix = source["prefix"].str();
        let (reference, secret) = match source["secretRef"].is_null() {
            true => (&source["configMapRef"], false),
            false => (&source["secretRef"], true),
        };
        let Some(object) = referenced(client, namespace, reference, secret)? else { continue };
        for (key, value) in contents(&object, secret) {
            set(&mut variables, format!("{prefix}{key}").into(), String::from_utf8_lossy(&value).as_ref().into());
        }
    }
    for variable in spec["env"].array() {
        let from = &variable["valueFrom"];
        let value: Option<Str> = match from.is_null() {
            true => Some(expand(variable["value"].str(), &variables).into()),
            false => value_from(from, pod, index, node, client)?,
        };
        if let Some(value) = value {
            set(&mut variables, variable["name"].to_str(), value);
        }
    }
    Ok(variables)
}

fn value_from(
    from: &Value,
    pod: &Pod,
    index: usize,
    node: &NodeConfig,
    client: &Client<'_>,
) -> Result<Option<Str>, String> {
    if !from["fieldRef"].is_null() {
        return Ok(Some(field(pod, node, from.at("fieldRef.fieldPath").str())));
    }
    if !from["resourceFieldRef"].is_null() {
        return Ok(Some(resource(pod, index, node, &from["resourceFieldRef"])));
    }
    let (reference, secret, kind) = match from["secretKeyRef"].is_null() {
        true => (&from["configMapKeyRef"], false, "ConfigMap"),
        false => (&from["secretKeyRef"], true, "Secret"),
    };
    let namespace = pod.object.namespace();
    let key = reference["key"].str();
    let Some(object) = referenced(client, namespace, reference, secret)? else { return Ok(None) };
    let found = contents(&object, secret).into_iter().find(|(name, _)| name == key);
    match found {
        Some((_, value)) => Ok(Some(String::from_utf8_lossy(&value).as_ref().into())),
        None if reference["optional"].bool() => Ok(None),
        None => Err(format!("couldn't find key {key} in {kind} {namespace}/{}", object.name())),
    }
}

/// The kind Secret, if this API server has it.
pub(crate) fn secret_kind() -> Option<&'static Kind> {
    kind::by_resource("", "secrets")
}

/// The ConfigMap or Secret that a reference names; `None` where it is optional and missing.
pub(crate) fn referenced(
    client: &Client<'_>,
    namespace: &str,
    reference: &Value,
    secret: bool,
) -> Result<Option<Value>, String> {
    let kind = if secret { secret_kind() } else { Some(kind::CONFIG_MAP) };
    let name = reference["name"].as_str().unwrap_or(reference["secretName"].str());
    match kind.and_then(|kind| client.get(kind, namespace, name)) {
        Some(object) => Ok(Some(object)),
        None if reference["optional"].bool() => Ok(None),
        None => Err(format!("{} \"{name}\" not found", if secret { "secret" } else { "configmap" })),
    }
}

/// The keys and bytes of a ConfigMap or Secret.
pub(crate) fn contents(object: &Value, secret: bool) -> Vec<(Str, Vec<u8>)> {
    let plain = object["data"].entries().map(|(key, value)| match secret {
        true => (key.clone(), base64(value.str())),
        false => (key.clone(), value.str().as_bytes().to_vec()),
    });
    let binary = object["binaryData"].entries().map(|(key, value)| (key.clone(), base64(value.str())));
    plain.chain(binary).collect()
}

/// A field of the Pod, as the downward API names it.
pub(crate) fn field(pod: &Pod, node: &NodeConfig, path: &str) -> Str {
    let object = &pod.object;
    let keyed = |map: &Value, path: &str| {
        let key = path.split_once("['").and_then(|(_, rest)| rest.strip_suffix("']"));
        key.map(|key| map[key].to_str())
    };
    let lines = |map: &Value| map.entries().map(|(k, v)| format!("{k}={:?}\n", v.str())).collect::<String>().into();
    match path {
        "metadata.name" | "metadata.namespace" | "metadata.uid" | "spec.nodeName" | "spec.serviceAccountName" => {
            object.at(path).to_str()
        }
        "status.podIP" | "status.podIPs" => pod.ip.clone().unwrap_or_default(),
        "status.hostIP" | "status.hostIPs" => node.address.clone(),
        "metadata.labels" => lines(object.labels()),
        "metadata.annotations" => lines(&object["metadata"]["annotations"]),
        path if path.starts_with("metadata.labels[") => keyed(object.labels(), path).unwrap_or_default(),
        path if path.starts_with("metadata.annotations[") => {
            keyed(&object["metadata"]["annotations"], path).unwrap_or_default()
        }
        _ => Str::default(),
    }
}

/// A container's request or limit as a number, in units of the divisor; the node's whole where there is none.
pub(crate) fn resource(pod: &Pod, index: usize, node: &NodeConfig, reference: &Value) -> Str {
    let spec = pod.spec_of(index);
    let (list, name) = reference["resource"].str().split_once('.').unwrap_or_default();
    let text = spec["resources"][list][name].str();
    let milli = |text: &str| Quantity::parse(text).map(Quantity::milli_value).ok();
    let whole = if name == "cpu" { node.cpus * 1_000 } else { node.memory_kib * 1_024_000 };
    let amount = milli(text).unwrap_or(whole);
    let divisor = milli(reference["divisor"].str()).filter(|d| *d > 0).unwrap_or(1_000);
    // Rounded up, as the kubelet does.
    ((amount + divisor - 1) / divisor).to_string().into()
}

/// The variables that name the Services of the Pod's namespace, and `kubernetes`.
pub(crate) fn services(pod: &Pod, client: &Client<'_>, known: &mut OrdMap<Str, Arc<Variables>>) -> Arc<Variables> {
    let all = pod.object["spec"]["enableServiceLinks"].as_bool().unwrap_or(true);
    let namespace = if all { pod.object.namespace() } else { "" };
    if let Some(variables) = known.get(namespace) {
        return variables.clone();
    }
    let mut services: Vec<Value> = if all { client.list(kind::SERVICE, namespace) } else { Vec::new() };
    if namespace != "default" {
        services.extend(client.get(kind::SERVICE, "default", "kubernetes"));
    }
    let mut variables = Variables::new();
    for service in &services {
        let ip = service.at("spec.clusterIP").str();
        if !matches!(ip, "" | "None") {
            service_variables(service, ip, &mut variables);
        }
    }
    let variables = Arc::new(variables);
    known.insert(namespace.into(), variables.clone());
    variables
}

fn service_variables(service: &Value, ip: &str, variables: &mut Variables) {
    let screaming = |text: &str| text.to_ascii_uppercase().replace('-', "_");
    let name = screaming(service.name());
    let mut add = |key: String, value: String| variables.push((key.into(), value.into()));
    let ports = service.at("spec.ports").array();
    add(format!("{name}_SERVICE_HOST"), ip.to_owned());
    for (i, port) in ports.iter().enumerate() {
        let (number, protocol) = (port["port"].int(), port["protocol"].as_str().unwrap_or("TCP"));
        let url = format!("{}://{ip}:{number}", protocol.to_ascii_lowercase());
        if i == 0 {
            add(format!("{name}_SERVICE_PORT"), number.to_string());
            add(format!("{name}_PORT"), url.clone());
        }
        if !port["name"].str().is_empty() {
            add(format!("{name}_SERVICE_PORT_{}", screaming(port["name"].str())), number.to_string());
        }
        let prefix = format!("{name}_PORT_{number}_{protocol}");
        add(prefix.clone(), url);
        add(format!("{prefix}_PROTO"), protocol.to_ascii_lowercase());
        add(format!("{prefix}_PORT"), number.to_string());
        add(format!("{prefix}_ADDR"), ip.to_owned());
    }
}

/// Fills in `$(NAME)`; `$$(NAME)` stays `$(NAME)`, and unknown names stay as they are.
pub(crate) fn expand(text: &str, variables: &[(Str, Str)]) -> String {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        expanded.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(tail) = rest.strip_prefix('$') {
            expanded.push('$');
            rest = tail;
            continue;
        }
        let name = rest.strip_prefix('(').and_then(|r| r.split_once(')'));
        let found = name.and_then(|(name, tail)| Some((variables.iter().rev().find(|(k, _)| k == name)?, tail)));
        match found {
            Some(((_, value), tail)) => {
                expanded.push_str(value);
                rest = tail;
            }
            None => expanded.push('$'),
        }
    }
    expanded.push_str(rest);
    expanded
}

fn set(variables: &mut Variables, name: Str, value: Str) {
    match variables.iter_mut().find(|(known, _)| *known == name) {
        Some(known) => known.1 = value,
        None => variables.push((name, value)),
    }
}

/// Decodes base64; what is no base64 is passed over.
pub(crate) fn base64(text: &str) -> Vec<u8> {
    let letter = |letter| match letter {
        '-' => Some('+'),
        '_' => Some('/'),
        '+' | '/' => Some(letter),
        _ => Some(letter).filter(char::is_ascii_alphanumeric),
    };
    api::base64::decode_bytes(&text.chars().filter_map(letter).collect::<String>()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_filled_in() {
        let variables = [("A".into(), "1".into()), ("B".into(), "2".into())];
        assert_eq!(expand("$(A) $(B) $(C) $$(A) $A $(", &variables), "1 2 $(C) $(A) $A $(");
        assert_eq!(base64("aGVsbG8gd29ybGQ="), b"hello world");
        assert_eq!(base64("bXk="), b"my");
    }
}
