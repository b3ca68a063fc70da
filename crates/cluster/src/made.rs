//! What a cluster may be made of instead of kubeadm's default: another network, a control plane elsewhere.

use network::{Plugin, Range, outside};
use std::net::Ipv4Addr;
use std::ops::RangeInclusive;

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

/// Ranges of the simulated network that neither Pods nor Services may have.
const TAKEN: [(&str, &str); 4] = [
    ("172.17.0.0/16", "the nodes'"),
    ("127.0.0.0/8", "every machine's own"),
    ("198.51.100.0/24", "the outside's"),
    ("203.0.113.0/24", "the outside's"),
];

/// The plugin `bridge` with the range of all Pods that `text` names (`--cluster-cidr`), if the simulated network has room for it:
/// with at least a node's range, and apart from the nodes' and the outside's addresses.
///
/// # Errors
/// What is wrong with the range.
pub fn bridge(text: &str) -> Result<Plugin, String> {
    range(text, 8..=24).map(Plugin::Bridge)
}

/// The range of the Services' addresses that `text` names (`--service-cidr`; kube-apiserver's `--service-cluster-ip-range`): with
/// room for the API server and cluster DNS, and apart from the nodes' and the outside's addresses.
///
/// # Errors
/// What is wrong with the range.
pub fn services(text: &str) -> Result<Range, String> {
    range(text, 8..=28)
}

fn range(text: &str, bits: RangeInclusive<u32>) -> Result<Range, String> {
    let known = Range::parse(text).filter(|range| bits.contains(&range.bits()));
    let Some(range) = known else {
        return Err(format!("an IPv4 range from /{} to /{}, not {text:?}", bits.start(), bits.end()));
    };
    for (taken, whose) in TAKEN {
        if Range::parse(taken).is_some_and(|taken| taken.overlaps(&range)) {
            return Err(format!("apart from {taken}, {whose}; {text} is not"));
        }
    }
    // As a component's flag would be written: the first address, and what is fixed.
    let written = format!("{}/{}", Ipv4Addr::from_bits(range.first()), range.bits());
    Range::parse(&written).ok_or(written)
}

/// Whether Pods and Services have ranges of their own.
///
/// # Errors
/// They have addresses in common.
pub fn apart(pods: &Plugin, services: &Range) -> Result<(), String> {
    let pods = pods.cluster_cidr();
    match Range::parse(pods).is_some_and(|pods| pods.overlaps(services)) {
        true => Err(format!(
            "the Pods have {pods}, and the Services {}: they must not have addresses in common",
            services.text
        )),
        false => Ok(()),
    }
}

/// The address of cluster DNS: kubeadm takes the tenth of the range (cmd/kubeadm/app/constants: `GetDNSIP`).
pub(crate) fn cluster_dns(services: &Range) -> Ipv4Addr {
    Ipv4Addr::from_bits(services.first() + 10)
}
