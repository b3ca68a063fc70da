//! The admission plugins that change or refuse an object before it is stored (plugin/pkg/admission).

use crate::server::ApiServer;
use crate::store::Key;
use api::{Kind, Status, Value, kind, list, obj};

/// The priorities of the built-in PriorityClasses (pkg/apis/scheduling/types.go).
const PRIORITY_CLASSES: [(&str, i64); 2] =
    [("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)];

/// `--default-not-ready-toleration-seconds` and its twin for unreachable nodes.
const DEFAULT_TOLERATION_SECONDS: i64 = 300;

/// Runs the plugins over a new object.
pub(crate) fn admit(server: &mut ApiServer, kind: &'static Kind, object: &mut Value) -> Result<(), Status> {
    namespace_lifecycle(server, kind, object)?;
    if kind == kind::POD {
        priority(object)?;
        service_account(server, object)?;
        default_toleration_seconds(object);
    }
    Ok(())
}

/// Runs the plugins over an object that changes.
pub(crate) fn admit_update(kind: &Kind, object: &mut Value, old: &Value) {
    if kind == kind::POD {
        // Priority: a client that leaves the number out does not mean to change it.
        for field in ["priority", "preemptionPolicy"] {
            let stored = &old["spec"][field];
            if object["spec"][field].is_null() && !stored.is_null() {
                object.at_mut("spec").set(field, stored);
            }
        }
        default_toleration_seconds(object);
    }
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

/// Priority: the number behind `priorityClassName`.
fn priority(pod: &mut Value) -> Result<(), Status> {
    let class = pod["spec"]["priorityClassName"].to_str();
    let number = match PRIORITY_CLASSES.iter().find(|(name, _)| *name == class) {
        Some((_, number)) => *number,
        None if class.is_empty() => 0,
        None => {
            let why = format!("no PriorityClass with name {class} was found");
            return Err(Status::forbidden(kind::POD, pod.name(), &why));
        }
    };
    pod.set("spec.priority", number);
    if pod["spec"]["preemptionPolicy"].is_null() {
        pod.set("spec.preemptionPolicy", "PreemptLowerPriority");
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
