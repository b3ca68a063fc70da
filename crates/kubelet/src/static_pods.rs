//! Static Pods: what a kubelet runs from its manifests folder, and their mirrors in the API.

use crate::state::NodeConfig;
use api::{Str, Value, kind, list, obj, sha256};
use apiserver::{Context, DeleteOptions};

const HASH: &str = "kubernetes.io/config.hash";

/// The hash of a manifest: the static Pod's own UID.
pub(crate) fn hash(manifest: &Value) -> Str {
    let text = api::json::to_string(manifest);
    sha256::hex(&text)[..32].into()
}

/// The manifest's hash, if the object is the mirror of a static Pod.
pub(crate) fn hash_of(object: &Value) -> Option<Str> {
    let annotations = &object["metadata"]["annotations"];
    let mirror = annotations["kubernetes.io/config.mirror"].as_str()?;
    Some(mirror.into())
}

/// Makes the mirror of a static Pod in the API and returns it.
pub(crate) fn mirror(node: &NodeConfig, manifest: &Value, cx: &mut Context<'_>) -> Option<Value> {
    let hash = hash(manifest);
    let mut object = manifest.clone();
    let name = format!("{}-{}", manifest.name(), node.name);
    let namespace = manifest["metadata"]["namespace"].as_str().unwrap_or("default").to_owned();
    object.set("metadata.name", name.as_str());
    object.set("metadata.namespace", namespace.as_str());
    object.set("spec.nodeName", &node.name);
    for (key, value) in [
        (HASH, hash.as_str()),
        ("kubernetes.io/config.mirror", hash.as_str()),
        ("kubernetes.io/config.seen", cx.now.rfc3339_micros().as_str()),
        ("kubernetes.io/config.source", "file"),
    ] {
        object.annotate(key, value);
    }
    if let Some(owner) = cx.client.get(kind::NODE, "", &node.name) {
        let reference = obj! {
            "apiVersion" => "v1", "controller" => true, "kind" => "Node", "name" => &node.name, "uid" => owner.uid(),
        };
        object.set("metadata.ownerReferences", list![reference]);
    }
    let made = cx.client.create(kind::POD, object);
    made.ok().or_else(|| cx.client.get(kind::POD, &namespace, &name))
}

/// A mirror that is being deleted goes at once: there is nothing to wait for.
pub(crate) fn delete_mirror(namespace: &str, name: &str, cx: &mut Context<'_>) {
    let options = DeleteOptions { grace_period: Some(0), ..DeleteOptions::default() };
    let _ = cx.client.delete(kind::POD, namespace, name, options);
}

/// The manifests that `kubeadm init` writes for the control plane's node.
pub fn control_plane(address: &str) -> Vec<Value> {
    const VERSION: &str = "v1.36.2";
    let pod = |name: &str,
               image: String,
               command: Vec<String>,
               cpu: &str,
               memory: Option<&str>,
               paths: &[(&str, &str)]| {
        let mounts: Value = paths
            .iter()
            .map(|(name, path)| obj! { "name" => *name, "mountPath" => *path, "readOnly" => true })
            .collect();
        let volumes: Value = paths
            .iter()
            .map(|(name, path)| {
                let source = obj! { "path" => *path, "type" => "DirectoryOrCreate" };
                obj! { "name" => *name, "hostPath" => source }
            })
            .collect();
        let requests = obj! { "cpu" => cpu, "memory" => memory };
        let container = obj! {
            "name" => name, "image" => image, "imagePullPolicy" => "IfNotPresent", "command" => command,
            "resources" => obj! { "requests" => requests }, "volumeMounts" => mounts,
        };
        let seccomp = obj! { "seccompProfile" => obj! { "type" => "RuntimeDefault" } };
        obj! {
            "apiVersion" => "v1", "kind" => "Pod",
            "metadata" => obj! {
                "name" => name, "namespace" => "kube-system",
                "labels" => obj! { "component" => name, "tier" => "control-plane" },
            },
            "spec" => obj! {
                "containers" => list![container], "hostNetwork" => true, "priorityClassName" => "system-node-critical",
                "priority" => 2_000_001_000, "securityContext" => seccomp, "volumes" => volumes,
                "tolerations" => list![obj! { "effect" => "NoExecute", "operator" => "Exists" }],
            },
        }
    };
    let image = |name: &str| format!("registry.k8s.io/{name}:{VERSION}");
    let flags = |name: &str, flags: &[&str]| {
        std::iter::once(name.to_owned()).chain(flags.iter().map(|flag| format!("--{flag}"))).collect::<Vec<_>>()
    };
    let certificates: (&str, &str) = ("k8s-certs", "/etc/kubernetes/pki");
    let advertise = format!("advertise-address={address}");
    let api = [
        "allow-privileged=true",
        "authorization-mode=Node,RBAC",
        "secure-port=6443",
        "service-cluster-ip-range=10.96.0.0/12",
    ];
    let api: Vec<&str> = [advertise.as_str()].into_iter().chain(api).collect();
    let listen = format!("listen-client-urls=https://127.0.0.1:2379,https://{address}:2379");
    let manager = ["bind-address=127.0.0.1", "controllers=*,bootstrapsigner,tokencleaner", "leader-elect=true"];
    let data = [("etcd-certs", "/etc/kubernetes/pki/etcd"), ("etcd-data", "/var/lib/etcd")];
    vec![
        pod(
            "etcd",
            "registry.k8s.io/etcd:3.6.8-0".into(),
            flags("etcd", &["data-dir=/var/lib/etcd", &listen]),
            "100m",
            Some("100Mi"),
            &data,
        ),
        pod("kube-apiserver", image("kube-apiserver"), flags("kube-apiserver", &api), "250m", None, &[certificates]),
        pod(
            "kube-controller-manager",
            image("kube-controller-manager"),
            flags("kube-controller-manager", &manager),
            "200m",
            None,
            &[certificates],
        ),
        pod(
            "kube-scheduler",
            image("kube-scheduler"),
            flags("kube-scheduler", &["bind-address=127.0.0.1", "leader-elect=true"]),
            "100m",
            None,
            &[certificates],
        ),
    ]
}
