//! The admission plugins that change or refuse an object before it is stored (plugin/pkg/admission).

mod certificates;
mod defaults;
mod limits;
mod node;
mod pod_security;
mod priority;
mod standards;
#[cfg(test)]
mod tests;

use crate::expressions::Change;
use crate::request::Request;
use crate::server::ApiServer;
use crate::store::Key;
use api::{Kind, Status, Value, kind, list, obj};

/// `--default-not-ready-toleration-seconds` and its twin for unreachable nodes.
const DEFAULT_TOLERATION_SECONDS: i64 = 300;

/// Runs the plugins that may change a new object.
pub(crate) fn admit(server: &mut ApiServer, request: &Request, object: &mut Value) -> Result<(), Status> {
    let kind = request.kind;
    let flags = server.flags;
    if flags.runs("NamespaceLifecycle") {
        namespace_lifecycle(server, kind, object)?;
    }
    match kind {
        k if k == kind::POD => admit_pod(server, object)?,
        k if k == kind::PERSISTENT_VOLUME_CLAIM => {
            if flags.runs("DefaultStorageClass") {
                defaults::storage_class(server, object);
            }
            if flags.runs("StorageObjectInUseProtection") {
                defaults::protect(object, "kubernetes.io/pvc-protection");
            }
        }
        k if k == kind::PERSISTENT_VOLUME && flags.runs("StorageObjectInUseProtection") => {
            defaults::protect(object, "kubernetes.io/pv-protection");
        }
        k if k == kind::INGRESS && flags.runs("DefaultIngressClass") => defaults::ingress_class(server, object),
        k if k == kind::PRIORITY_CLASS && flags.runs("Priority") => priority::class(server, object, &Value::Null)?,
        k if k == kind::CERTIFICATE_SIGNING_REQUEST => certificates::sign_for(request, object)?,
        _ => {}
    }
    Ok(())
}

fn admit_pod(server: &mut ApiServer, pod: &mut Value) -> Result<(), Status> {
    let flags = server.flags;
    if flags.runs("LimitRanger") {
        limits::give(server, pod);
    }
    if flags.runs("Priority") {
        priority::pod(server, pod)?;
    }
    if flags.runs("ServiceAccount") {
        service_account(server, pod)?;
    }
    if flags.runs("DefaultTolerationSeconds") {
        default_toleration_seconds(pod);
    }
    if flags.runs("RuntimeClass") {
        defaults::runtime_class(server, pod)?;
    }
    Ok(())
}

/// Runs the plugins over an object that changes.
pub(crate) fn admit_update(server: &ApiServer, kind: &Kind, object: &mut Value, old: &Value) {
    if kind == kind::POD {
        // Priority: a client that leaves the number out does not mean to change it.
        for field in ["priority", "preemptionPolicy"] {
            let stored = &old["spec"][field];
            if object["spec"][field].is_null() && !stored.is_null() {
                object.at_mut("spec").set(field, stored);
            }
        }
        if server.flags.runs("DefaultTolerationSeconds") {
            default_toleration_seconds(object);
        }
    }
}

/// Runs the plugins that look at an object as it would be stored. Returns the quotas as they are when it is.
pub(crate) fn validate(
    server: &mut ApiServer,
    request: &Request,
    object: &Value,
    old: &Value,
) -> Result<Vec<Value>, Status> {
    let mut warnings = Vec::new();
    let operation = if old.is_null() { "CREATE" } else { "UPDATE" };
    let change = Change { request, operation, object, old };
    if server.flags.runs("NodeRestriction") {
        node::restrict(&change)?;
    }
    if server.flags.runs("ValidatingAdmissionPolicy") {
        server.express(&change, &mut warnings)?;
    }
    let quotas = look(server, request, object, old, &mut warnings)?;
    server.warnings.extend(warnings);
    Ok(quotas)
}

fn look(
    server: &ApiServer,
    request: &Request,
    object: &Value,
    old: &Value,
    warnings: &mut Vec<String>,
) -> Result<Vec<Value>, Status> {
    let (kind, flags) = (request.kind, server.flags);
    if kind == kind::CERTIFICATE_SIGNING_REQUEST && !old.is_null() {
        certificates::check(server, request, old)?;
    }
    let secured = flags.runs("PodSecurity");
    if kind == kind::POD && request.subresource == "ephemeralcontainers" && secured {
        pod_security::check_update(server, request, (object, old), warnings)?;
    }
    if !request.subresource.is_empty() {
        return Ok(Vec::new());
    }
    if flags.runs("LimitRanger") {
        limits::check(server, request, object, old)?;
    }
    match kind {
        k if k == kind::NAMESPACE && secured => pod_security::check_namespace(server, object, old, warnings)?,
        k if k == kind::PERSISTENT_VOLUME_CLAIM && flags.runs("PersistentVolumeClaimResize") => {
            defaults::resize(server, object, old)?;
        }
        k if k == kind::PRIORITY_CLASS && !old.is_null() && flags.runs("Priority") => {
            priority::class(server, object, old)?;
        }
        k if k == kind::POD && !old.is_null() && secured => {
            pod_security::check_update(server, request, (object, old), warnings)?;
        }
        k if pod_security::concerns(k) && secured => pod_security::check(server, request, object, warnings)?,
        _ => {}
    }
    match flags.runs("ResourceQuota") {
        true => server.check_quotas(request, object, old),
        false => Ok(Vec::new()),
    }
}

/// Runs the plugins that look at an object that is to go. Returns warnings.
pub(crate) fn validate_deletion(server: &ApiServer, request: &Request, old: &Value) -> Result<Vec<String>, Status> {
    let mut warnings = Vec::new();
    let change = Change { request, operation: "DELETE", object: &api::NULL, old };
    if server.flags.runs("NodeRestriction") {
        node::restrict(&change)?;
    }
    if server.flags.runs("ValidatingAdmissionPolicy") {
        server.express(&change, &mut warnings)?;
    }
    Ok(warnings)
}

/// NamespaceLifecycle: a namespace must exist, and one that is going takes nothing new.
fn namespace_lifecycle(server: &ApiServer, kind: &Kind, object: &Value) -> Result<(), Status> {
    if !kind.namespaced {
        return Ok(());
    }
    let name = object.namespace();
    let Some(namespace) = server.store.get(kind::NAMESPACE, &Key::new("", name)) else {
        return Err(Status::not_found(kind::NAMESPACE, name));
    };
    if namespace.deleting() || namespace["status"]["phase"].str() == "Terminating" {
        let why = format!("unable to create new content in namespace {name} because it is being terminated");
        return Err(Status::forbidden(kind, object.name(), &why));
    }
    Ok(())
}

/// ServiceAccount: every Pod runs as one, and gets its token mounted.
fn service_account(server: &mut ApiServer, pod: &mut Value) -> Result<(), Status> {
    if !pod["metadata"]["annotations"]["kubernetes.io/config.mirror"].is_null() {
        return Ok(()); // a mirror of a static Pod has no account
    }
    if pod["spec"]["serviceAccountName"].str().is_empty() {
        pod.set("spec.serviceAccountName", "default");
    }
    let account = pod["spec"]["serviceAccountName"].to_str();
    pod.set("spec.serviceAccount", &account);
    let Some(found) = server.store.get(kind::SERVICE_ACCOUNT, &Key::new(pod.namespace(), account.clone())) else {
        let why = format!(
            "error looking up service account {}/{account}: serviceaccount \"{account}\" not found",
            pod.namespace()
        );
        return Err(Status::forbidden(kind::POD, pod.name(), &why));
    };
    if pod["spec"]["imagePullSecrets"].is_empty() && !found["imagePullSecrets"].is_empty() {
        pod.set("spec.imagePullSecrets", &found["imagePullSecrets"]);
    }
    let wanted = [&pod["spec"], found].map(|o| o["automountServiceAccountToken"].as_bool());
    if wanted[0].or(wanted[1]).unwrap_or(true) {
        mount_token(server, pod);
    }
    Ok(())
}

const TOKEN_PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

fn mount_token(server: &mut ApiServer, pod: &mut Value) {
    let name = format!("kube-api-access-{}", server.rng.suffix(5));
    let mount = obj! { "name" => name.as_str(), "readOnly" => true, "mountPath" => TOKEN_PATH };
    let mut mounted = false;
    for containers in ["initContainers", "containers"] {
        if pod["spec"][containers].is_empty() {
            continue;
        }
        for container in pod.at_mut("spec").object_mut().entry(containers).array_mut() {
            let taken = container["volumeMounts"].array().iter().any(|m| m["mountPath"].str() == TOKEN_PATH);
            if !taken {
                container.at_mut("volumeMounts").array_mut().push(mount.clone());
                mounted = true;
            }
        }
    }
    if mounted {
        let sources = token_sources();
        let volume = obj! { "name" => name, "projected" => obj! { "defaultMode" => 0o644, "sources" => sources } };
        pod.at_mut("spec.volumes").array_mut().push(volume);
    }
}

/// What a token volume projects; one shared value, for it is the same in every Pod.
fn token_sources() -> Value {
    static SOURCES: std::sync::OnceLock<Value> = std::sync::OnceLock::new();
    let sources = SOURCES.get_or_init(|| {
        let field = obj! { "apiVersion" => "v1", "fieldPath" => "metadata.namespace" };
        let ca = list![obj! { "key" => "ca.crt", "path" => "ca.crt" }];
        list![
            obj! { "serviceAccountToken" => obj! { "expirationSeconds" => 3607, "path" => "token" } },
            obj! { "configMap" => obj! { "name" => "kube-root-ca.crt", "items" => ca } },
            obj! { "downwardAPI" => obj! { "items" => list![obj! { "path" => "namespace", "fieldRef" => field }] } },
        ]
    });
    sources.clone()
}

/// DefaultTolerationSeconds: a Pod stays for five minutes on a node that fails, unless it says otherwise.
fn default_toleration_seconds(pod: &mut Value) {
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        let tolerated = pod["spec"]["tolerations"].array().iter().any(|t| {
            let keyed = t["key"].str() == key || (t["key"].str().is_empty() && t["operator"].str() == "Exists");
            keyed && matches!(t["effect"].str(), "" | "NoExecute")
        });
        if !tolerated {
            pod.at_mut("spec.tolerations").array_mut().push(obj! {
                "key" => key, "operator" => "Exists", "effect" => "NoExecute",
                "tolerationSeconds" => DEFAULT_TOLERATION_SECONDS,
            });
        }
    }
}
