//! How the cluster comes to be: what `kubeadm init`, the network's manifest and the nodes' `kubeadm join` leave behind.

use crate::cluster::Options;
use crate::made::{ControlPlane, cluster_dns};
use api::{Value, kind, list, obj, yaml};
use apiserver::{ApiServer, Request, Verb};
use network::{Plugin, Range};
use std::net::Ipv4Addr;

/// The namespaces that the API server makes itself (pkg/controlplane/controller/systemnamespaces).
const NAMESPACES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

/// The address of the control plane's node, where the API server listens on 6443.
pub const MASTER_ADDRESS: &str = "172.17.0.10";

const KUBEADM: &str = include_str!("../manifests/kubeadm.yaml");
const WEAVE_NET: &str = include_str!("../manifests/weave-net.yaml");

/// Makes what a new API server makes by itself: the system namespaces and the Service `kubernetes`.
pub(crate) fn system(api: &mut ApiServer, options: &Options) {
    for name in NAMESPACES {
        let metadata = obj! { "name" => name };
        create(api, kind::NAMESPACE, "", obj! { "metadata" => metadata });
    }
    api.bootstrap();
    api.register();
    kubernetes_service(api, options);
}

/// Makes kubeadm's add-ons and the Pod network. Where the control plane is somebody else's, kubeadm has left nothing of its own
/// configuration; where nodes get their Pods' ranges from the controller manager, their configuration says so.
pub(crate) fn addons(api: &mut ApiServer, options: &Options) {
    let network = if options.cni == Plugin::Weave { WEAVE_NET } else { "" };
    for text in [KUBEADM, network] {
        let text = match &options.service_range {
            None => text.to_owned(),
            Some(range) => tell_services(text, range),
        };
        let documents = yaml::documents(&text).unwrap_or_default();
        for mut document in documents {
            let Some(kind) = document.kind() else { continue };
            let installers = matches!(document.name(), "kubeadm-config" | "kubelet-config");
            if installers && options.control_plane == ControlPlane::Hosted {
                continue;
            }
            if let Some(range) = options.cni.range() {
                tell_range(&mut document, &range.text);
            }
            let namespace = document["metadata"]["namespace"].to_str();
            create(api, kind, &namespace, document);
        }
    }
    controller_accounts(api);
}

/// A manifest with another range of the Services' addresses, and the address of cluster DNS in it.
fn tell_services(text: &str, range: &Range) -> String {
    let dns = |range: &Range| cluster_dns(range).to_string();
    let usual = Range::SERVICES;
    text.replace(&*usual.text, &range.text).replace(&dns(&usual), &dns(range))
}

/// Writes the range of all Pods into the configuration of kubeadm and of kube-proxy.
fn tell_range(document: &mut Value, range: &str) {
    let (path, after, line) = match document.name() {
        "kubeadm-config" => {
            ("data.ClusterConfiguration", "  dnsDomain: cluster.local\n", format!("  podSubnet: {range}\n"))
        }
        "kube-proxy" if document["kind"].str() == "ConfigMap" => {
            ("data.config.conf", "apiVersion: kubeproxy.config.k8s.io/v1alpha1\n", format!("clusterCIDR: {range}\n"))
        }
        _ => return,
    };
    let Some((data, key)) = path.split_once('.') else { return };
    let text = document[data][key].str().replacen(after, &format!("{after}{line}"), 1);
    document.at_mut(data).object_mut().insert(key, text.into());
}

/// Controllers with a role that a kubeadm cluster does not run.
const IDLE: [&str; 5] = [
    "device-taint-eviction-controller",
    "route-controller",
    "selinux-warning-controller",
    "service-ca-cert-publisher",
    "service-controller",
];

/// Makes the accounts as which the controllers work (`--use-service-account-credentials`).
fn controller_accounts(api: &mut ApiServer) {
    let roles = api.store().list(kind::CLUSTER_ROLE, "").map(|role| role["metadata"]["name"].to_str());
    let mut names: Vec<_> = roles.filter(|name| name.starts_with("system:controller:")).collect();
    names.extend(["bootstrap-signer".into(), "token-cleaner".into()]);
    for name in names {
        let name = name.strip_prefix("system:controller:").unwrap_or(&name);
        if !IDLE.contains(&name) {
            let metadata = obj! { "name" => name, "namespace" => "kube-system" };
            create(api, kind::SERVICE_ACCOUNT, "kube-system", obj! { "metadata" => metadata });
        }
    }
}

/// Makes the Service `kubernetes`, its Endpoints and EndpointSlice if they are missing, as the API server's own
/// reconciler does (pkg/controlplane/controller/kubernetesservice).
pub(crate) fn kubernetes_service(api: &mut ApiServer, options: &Options) {
    let hosted = options.control_plane.address();
    let server = hosted.map_or(MASTER_ADDRESS.to_owned(), |address| address.to_string());
    let labels = obj! { "component" => "apiserver", "provider" => "kubernetes" };
    let port = obj! { "name" => "https", "port" => 443, "protocol" => "TCP", "targetPort" => 6443 };
    // The range's first address is its network's, the next the API server's.
    let address = Ipv4Addr::from(u32::from(api.service_range().0) + 1).to_string();
    let spec = obj! { "clusterIP" => address, "ports" => list![port], "type" => "ClusterIP" };
    let metadata = obj! { "name" => "kubernetes", "labels" => labels };
    ensure(api, kind::SERVICE, obj! { "metadata" => metadata, "spec" => spec });

    let mirrored = obj! { "endpointslice.kubernetes.io/skip-mirror" => "true" };
    let metadata = obj! { "name" => "kubernetes", "labels" => mirrored };
    let port = obj! { "name" => "https", "port" => 6443, "protocol" => "TCP" };
    let subset = obj! { "addresses" => list![obj! { "ip" => server.as_str() }], "ports" => list![&port] };
    ensure(api, kind::ENDPOINTS, obj! { "metadata" => metadata, "subsets" => list![subset] });

    let labels = obj! { "kubernetes.io/service-name" => "kubernetes" };
    let endpoint = obj! { "addresses" => list![server], "conditions" => obj! { "ready" => true } };
    let slice = obj! {
        "metadata" => obj! { "name" => "kubernetes", "labels" => labels },
        "addressType" => "IPv4", "endpoints" => list![endpoint], "ports" => list![port],
    };
    ensure(api, kind::ENDPOINT_SLICE, slice);
}

fn ensure(api: &mut ApiServer, kind: &'static api::Kind, object: Value) {
    let key = apiserver::Key::new("default", object.name());
    if api.store().get(kind, &key).is_none() {
        create(api, kind, "default", object);
    }
}

fn create(api: &mut ApiServer, kind: &'static api::Kind, namespace: &str, object: Value) {
    let request = Request::new(Verb::Create, kind, namespace, "").with_body(object);
    let made = api.handle(&request);
    debug_assert!(made.is_ok(), "the system's own objects are valid: {made:?}");
}
