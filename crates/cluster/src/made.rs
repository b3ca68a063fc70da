//! What a cluster may be made of instead of kubeadm's default: another network, a control plane elsewhere.

use network::{Plugin, Range, outside};
use std::net::Ipv4Addr;

/// Where etcd, kube-apiserver, kube-controller-manager and kube-scheduler run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ControlPlane {
    /// On `master`, as static Pods of its kubelet: what kubeadm makes.
    #[default]
    Static,
    /// On machines of somebody else's, as with a cloud's managed cluster: there are no Pods of them. `master` is a node with the
    /// label and the taint that keep workloads off it, and the end of the tunnel by which the API server reaches into the cluster.
    Hosted,
}

impl ControlPlane {
    /// What `--control-plane` calls it.
    pub fn name(self) -> &'static str {
        match self {
            ControlPlane::Static => "static",
            ControlPlane::Hosted => "hosted",
        }
    }

    /// Where the API server listens, if that is no machine of the cluster.
    pub(crate) fn address(self) -> Option<Ipv4Addr> {
        (self == ControlPlane::Hosted).then_some(outside::CONTROL_PLANE)
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<ControlPlane> {
        [ControlPlane::Static, ControlPlane::Hosted].into_iter().find(|place| place.name() == name)
    }
}

/// The range of all Pods with the plugin `bridge`, unless it is told another: what most manifests of networks have.
pub const CLUSTER_CIDR: &str = "10.244.0.0/16";

/// The plugin `bridge` with the range of all Pods that `text` names (`--cluster-cidr`), if the simulated network has room for it:
/// with at least a node's range, and apart from the Services', the nodes' and the outside's addresses.
///
/// # Errors
/// What is wrong with the range.
pub fn bridge(text: &str) -> Result<Plugin, String> {
    const TAKEN: [(&str, &str); 5] = [
        ("10.96.0.0/12", "the Services'"),
        ("172.17.0.0/16", "the nodes'"),
        ("127.0.0.0/8", "every machine's own"),
        ("198.51.100.0/24", "the outside's"),
        ("203.0.113.0/24", "the outside's"),
    ];
    let range = Range::parse(text).filter(|range| (8..=24).contains(&range.bits()));
    let Some(range) = range else { return Err(format!("an IPv4 range from /8 to /24, not {text:?}")) };
    for (taken, whose) in TAKEN {
        let other = Range::parse(taken).unwrap_or_else(|| range.clone());
        if range.first() <= other.last() && other.first() <= range.last() {
            return Err(format!("apart from {taken}, {whose}; {text} is not"));
        }
    }
    // As the controller manager's flag would be written: the first address, and what is fixed.
    let written = format!("{}/{}", Ipv4Addr::from_bits(range.first()), range.bits());
    Range::parse(&written).map(Plugin::Bridge).ok_or(written)
}
