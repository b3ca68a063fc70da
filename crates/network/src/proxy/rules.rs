//! A Service's rules as a node's kube-proxy makes them: the endpoints that each kind of traffic can reach
//! (pkg/proxy/topology.go), and the names of the chains.

use crate::names;
use crate::service::{Service, Slice};
use api::Str;
use std::borrow::Cow;
use std::net::SocketAddrV4;
use std::sync::Arc;

/// A Service with what is derived from it and its EndpointSlices, the same on every node.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The Service.
    pub service: Arc<Service>,
    /// By port, in the order of `spec.ports`.
    pub ports: Vec<PortRules>,
}

/// What is derived for one port.
#[derive(Clone, Debug)]
pub struct PortRules {
    /// `namespace/name:port-name`
    pub name: Str,
    /// `KUBE-SVC-...`
    pub cluster: Str,
    /// `KUBE-SVL-...`
    pub local: Str,
    /// `KUBE-EXT-...`
    pub external: Str,
    /// `KUBE-FW-...`
    pub firewall: Str,
    /// The endpoints that may get packets, in kube-proxy's order: that of their text.
    pub targets: Vec<Target>,
    /// Those of them that get packets where neither a hint nor a policy narrows them down: the ready ones, or all where none is.
    pub(super) usable: Vec<u32>,
    /// Whether every ready endpoint has hints for nodes, and for zones.
    has_hints: (bool, bool),
}

/// An endpoint that is ready, or that still serves while it terminates.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Its address and port.
    pub to: SocketAddrV4,
    /// The node it is on.
    pub node: Str,
    /// The UID of its Pod, if it is one.
    pub pod: Str,
    /// Whether it is ready; else it terminates and serves.
    pub ready: bool,
    /// `hints.forZones`
    pub for_zones: Vec<Str>,
    /// `hints.forNodes`
    pub for_nodes: Vec<Str>,
}

/// Which of a port's targets traffic on one node reaches: indices into [`PortRules::targets`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reach<'a> {
    /// With the policy `Cluster`; the same on every node where nothing narrows it down.
    pub cluster: Cow<'a, [u32]>,
    /// With the policy `Local`.
    pub local: Vec<u32>,
    /// Whether there is a usable endpoint anywhere.
    pub any: bool,
}

impl Rules {
    /// Derives the rules of a Service.
    pub(crate) fn derive(service: Arc<Service>, slices: &[Arc<Slice>]) -> Rules {
        let ports = service.ports.iter().map(|port| {
            let (name, protocol) = (service.port_name(port), port.protocol.lower());
            let mut targets = Vec::new();
            for slice in slices {
                let number = slice.ports.iter().find(|(n, p, _)| *n == port.name && *p == port.protocol);
                let Some((.., number)) = number else { continue };
                for endpoint in slice.endpoints.iter().filter(|e| e.ready || e.serving_last) {
                    targets.push(Target {
                        to: SocketAddrV4::new(endpoint.address, *number),
                        node: endpoint.node.clone(),
                        pod: endpoint.pod.clone(),
                        ready: endpoint.ready,
                        for_zones: endpoint.for_zones.clone(),
                        for_nodes: endpoint.for_nodes.clone(),
                    });
                }
            }
            sort_by_text(&mut targets);
            let every = |hints: fn(&Target) -> &Vec<Str>| targets.iter().all(|t| !t.ready || !hints(t).is_empty());
            let has_hints = (every(|t| &t.for_nodes), every(|t| &t.for_zones));
            let any_ready = targets.iter().any(|target| target.ready);
            PortRules {
                usable: pick(&targets, &|target| target.ready || !any_ready),
                has_hints,
                cluster: names::service_chain(&name, protocol),
                local: names::local_chain(&name, protocol),
                external: names::external_chain(&name, protocol),
                firewall: names::firewall_chain(&name, protocol),
                name: name.into(),
                targets,
            }
        });
        Rules { ports: ports.collect(), service: service.clone() }
    }
}

/// kube-proxy orders endpoints by their text, so that 10.44.0.10 comes before 10.44.0.2; one that is in two slices (while it
/// moves) counts once.
fn sort_by_text(targets: &mut Vec<Target>) {
    let mut texts: Vec<(Str, u32)> =
        targets.iter().enumerate().map(|(i, t)| (Str::from(t.to.to_string()), i as u32)).collect();
    api::sort(&mut texts);
    texts.dedup_by(|a, b| a.0 == b.0);
    *targets = texts.iter().map(|(_, i)| targets[*i as usize].clone()).collect();
}

/// The indices of those that are wanted.
fn pick(targets: &[Target], wanted: &dyn Fn(&Target) -> bool) -> Vec<u32> {
    (0..).zip(targets).filter(|(_, target)| wanted(target)).map(|(index, _)| index).collect()
}

impl PortRules {
    /// What traffic on a node reaches (`CategorizeEndpoints`). `zone` is the node's. Looks at every endpoint only where hints or
    /// policies make a difference between nodes.
    pub fn reach(&self, service: &Service, node: &str, zone: &str) -> Reach<'_> {
        let mut reach = Reach::default();
        if service.uses_cluster_endpoints() {
            reach.cluster = self.narrowed(node, zone);
            reach.any = !reach.cluster.is_empty();
        }
        if service.uses_local_endpoints() {
            reach.any |= !self.targets.is_empty();
            reach.local = pick(&self.targets, &|t| t.ready && t.node == node);
            if reach.local.is_empty() {
                reach.local = pick(&self.targets, &|t| !t.ready && t.node == node);
            }
        }
        reach
    }

    /// What traffic with the policy `Cluster` reaches on a node. Hints for nodes or for zones are heeded if all ready endpoints
    /// have them, and one is for this node or zone (`topologyModeFromHints`).
    fn narrowed(&self, node: &str, zone: &str) -> Cow<'_, [u32]> {
        type Hints = fn(&Target) -> &Vec<Str>;
        let kinds: [(bool, Hints, &str); 2] =
            [(self.has_hints.0, |t| &t.for_nodes, node), (self.has_hints.1, |t| &t.for_zones, zone)];
        for (_, hints, own) in kinds.into_iter().filter(|(all, _, own)| *all && !own.is_empty()) {
            let hinted = pick(&self.targets, &|t| t.ready && hints(t).iter().any(|hint| hint == own));
            if !hinted.is_empty() {
                return Cow::Owned(hinted);
            }
        }
        Cow::Borrowed(&self.usable)
    }

    /// How many ready endpoints `node` has: what its health check tells.
    pub fn ready_on(&self, node: &str) -> usize {
        self.targets.iter().filter(|target| target.ready && target.node == node).count()
    }
}
