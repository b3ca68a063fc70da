//! Static Pods: what a kubelet runs from its manifests folder, and their mirrors in the API.

use crate::kubelets::{Kubelets, NetworkPlugin};
use crate::state::NodeConfig;
use crate::volumes::node_disk;
use api::{Str, Value, kind, list, obj, sha256};
use apiserver::{Context, DeleteOptions, WorkKey};
use std::sync::Arc;
use std::time::Duration;
use vfs::{Bytes, Fs};

const HASH: &str = "kubernetes.io/config.hash";
/// Where the manifests are (`staticPodPath` of kubeadm's kubelet).
pub(crate) const FOLDER: &str = "/etc/kubernetes/manifests";

/// The manifests folder as it is: names and contents.
fn files(disk: Option<&Fs>) -> Vec<(Str, Bytes)> {
    let Some(fs) = disk else { return Vec::new() };
    let names = fs.list(FOLDER).unwrap_or_default().into_iter().filter(|name| !name.starts_with('.'));
    names.filter_map(|name| fs.read(&format!("{FOLDER}/{name}")).ok().map(|bytes| (name, bytes))).collect()
}

/// The static Pods that files describe. What is no Pod is passed over, as the kubelet does with a line in its log.
fn manifests(files: &[(Str, Bytes)]) -> Vec<Value> {
    let read = |bytes: &Bytes| api::yaml::documents(&String::from_utf8_lossy(bytes)).ok()?.into_iter().next();
    let pods = files.iter().filter_map(|(_, bytes)| read(bytes));
    pods.filter(|pod| pod["kind"].str() == "Pod" && !pod.name().is_empty()).collect()
}

impl<N: NetworkPlugin> Kubelets<N> {
    /// Whether a node's manifests folder is not as its kubelet has seen it last.
    pub fn manifests_changed(&self, node: &str) -> bool {
        let Some(state) = self.node(node).filter(|state| state.kubelet) else { return false };
        files(self.disks.get(&node_disk(node))) != state.manifest_files
    }

    /// The kubelet looks at its manifests folder (pkg/kubelet/config/file.go): what is new there is started, what is gone is
    /// ended, and their mirrors in the API with them.
    pub fn read_manifests(&mut self, node: &str, cx: &mut Context<'_>) {
        if !self.manifests_changed(node) {
            return;
        }
        let files = files(self.disks.get(&node_disk(node)));
        let new = manifests(&files);
        let Some(state) = self.node_mut(node) else { return };
        state.manifest_files = files;
        let old = std::mem::replace(&mut state.manifests, new.clone());
        let config = state.config.clone();
        let lacks = |list: &[Value], manifest: &Value| !list.iter().any(|other| hash(other) == hash(manifest));
        for manifest in old.iter().filter(|manifest| lacks(&new, manifest)) {
            let id = hash(manifest);
            let Some(pod) = self.pods.get_mut(&id).map(Arc::make_mut) else { continue };
            pod.gone = true;
            pod.sync_at = Some(cx.now);
            let (namespace, name) = (pod.object.namespace().to_owned(), pod.object.name().to_owned());
            cx.enqueue_after(WorkKey::new("pod", node, id), Duration::ZERO);
            delete_mirror(&namespace, &name, cx);
        }
        for manifest in new.iter().filter(|manifest| lacks(&old, manifest)) {
            if let Some(mirror) = mirror(&config, manifest, cx) {
                self.start_static(node, &mirror, cx);
            }
        }
    }
}

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

/// The manifests that `kubeadm init` writes for the control plane's node. `service_cidr`: the range of the Services' addresses;
/// `cluster_cidr`: what it was given as `--pod-network-cidr`, if the nodes get their Pods' ranges from the controller manager.
pub fn control_plane(address: &str, service_cidr: &str, cluster_cidr: Option<&str>) -> Vec<Value> {
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
    let api = ["allow-privileged=true", "authorization-mode=Node,RBAC", "secure-port=6443"];
    let services = format!("service-cluster-ip-range={service_cidr}");
    let api: Vec<&str> = std::iter::once(&*advertise).chain(api).chain([&*services]).collect();
    let listen = format!("listen-client-urls=https://127.0.0.1:2379,https://{address}:2379");
    let cidr = cluster_cidr.map(|cidr| format!("cluster-cidr={cidr}"));
    let given = cidr.iter().flat_map(|cidr| ["allocate-node-cidrs=true", cidr]);
    let manager = ["bind-address=127.0.0.1", "controllers=*,bootstrapsigner,tokencleaner", "leader-elect=true"];
    let manager: Vec<&str> = given.chain(manager).collect();
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
