//! Where the kubelets' network plugin and the network meet.

use api::{Rng, Str, Value};
use kubelet::{Dial, NetworkPlugin};
use network::{Network, Plugin};
use std::net::Ipv4Addr;
use std::time::Duration;

/// Whom a node asks for addresses when it joins weave-net: in the cluster that everybody gets the choice is fixed, so
/// that node1's Pods come from 10.44.0.0/14 and node3's from 10.47.0.0/16, as in the source text's cluster. Further nodes
/// ask whom they happen to meet.
const DONORS: [(&str, Option<&str>); 4] =
    [("master", None), ("node1", Some("master")), ("node2", Some("master")), ("node3", Some("node1"))];

/// The network, as the nodes' container runtimes see it.
#[derive(Clone, Debug)]
pub struct Cni {
    /// The network itself.
    pub network: Network,
    rng: Rng,
}

impl Cni {
    /// A network without nodes. `hosted`: where the API server is, if that is no machine of the cluster.
    pub(crate) fn new(plugin: Plugin, hosted: Option<Ipv4Addr>, rng: Rng) -> Cni {
        let mut network = Network::default();
        (network.plugin, network.hosted) = (plugin, hosted);
        Cni { network, rng }
    }

    /// Lets a node join weave-net.
    pub(crate) fn join(&mut self, node: &str) {
        let weave = &mut self.network.weave;
        match DONORS.iter().find(|(name, _)| *name == node) {
            // Where the add-ons come late, any node may be the first.
            Some((_, donor)) if donor.map_or(weave.is_empty(), |donor| weave.has(donor)) => {
                weave.join_from(node, *donor)
            }
            _ => weave.join(node, &mut self.rng),
        }
        weave.expose(node);
    }
}

impl NetworkPlugin for Cni {
    fn add(&mut self, node: &str, pod_uid: &str) -> Result<Ipv4Addr, String> {
        self.network.attach(node, pod_uid)
    }

    fn delete(&mut self, node: &str, pod_uid: &str) {
        self.network.detach(node, pod_uid);
    }

    fn ready(&self, node: &str) -> bool {
        self.network.is_ready(node)
    }

    fn dial(&self, node: &str, host: &str) -> Dial {
        const PORT: u16 = 443;
        /// containerd's dialer gives up.
        const PATIENCE: Duration = Duration::from_secs(30);
        let failed = |why: String, after| Dial::Failed(format!("dial tcp{why}"), after);
        match self.network.dial(node, host, PORT) {
            network::Dial::Open(later, rate) => Dial::Open(later, rate),
            network::Dial::TimedOut(ip) => failed(format!(" {ip}:{PORT}: i/o timeout"), PATIENCE),
            network::Dial::Refused(ip) => {
                failed(format!(" {ip}:{PORT}: connect: connection refused"), Duration::from_millis(2))
            }
            network::Dial::NoRoute(ip) => {
                failed(format!(" {ip}:{PORT}: connect: network is unreachable"), Duration::from_millis(1))
            }
            network::Dial::NoNameServer => {
                let server = network::outside::WORKSTATION;
                let why = format!(": lookup {host}: read udp {server}:53: i/o timeout");
                failed(why, Duration::from_secs(20))
            }
        }
    }

    fn reaches_pods(&self, node: &str) -> bool {
        self.network.bridge_is_up(node)
    }

    fn started(&mut self, node: &str, pod: &Value) -> bool {
        self.network.started(node, pod);
        let weave =
            self.network.plugin == Plugin::Weave && pod.labels()["name"].to_str() == Str::new_static("weave-net");
        if !weave || self.ready(node) {
            return false;
        }
        self.join(node);
        true
    }
}
