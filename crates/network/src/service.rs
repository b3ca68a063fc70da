//! Services and EndpointSlices as kube-proxy and CoreDNS read them.

use crate::packet::Protocol;
use api::{Str, Value};
use std::net::Ipv4Addr;
use std::time::Duration;

/// What the network needs of a Service.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Its namespace.
    pub namespace: Str,
    /// Its name.
    pub name: Str,
    /// `spec.type`.
    pub kind: Str,
    /// `spec.clusterIP`; none for a headless Service and for ExternalName.
    pub cluster_ip: Option<Ipv4Addr>,
    /// `spec.externalName`
    pub external_name: Str,
    /// `spec.externalIPs`
    pub external_ips: Vec<Ipv4Addr>,
    /// `status.loadBalancer.ingress[].ip`
    pub load_balancer_ips: Vec<Ipv4Addr>,
    /// `spec.ports`
    pub ports: Vec<ServicePort>,
    /// `spec.externalTrafficPolicy` is `Local`.
    pub external_local: bool,
    /// `spec.internalTrafficPolicy` is `Local`.
    pub internal_local: bool,
    /// `spec.sessionAffinity` is `ClientIP`: for how long.
    pub affinity: Option<Duration>,
    /// `spec.publishNotReadyAddresses`
    pub publish_not_ready: bool,
    /// `spec.loadBalancerSourceRanges`
    pub source_ranges: Vec<Range>,
    /// `spec.healthCheckNodePort`; 0 where there is none.
    pub health_port: u16,
}

/// A range of addresses such as `10.0.0.0/8`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    base: u32,
    mask: u32,
    /// As it was written.
    pub text: Str,
}

impl Range {
    /// The range of the Services' addresses, unless a cluster is told another (kubeadm: `DefaultServicesSubnet`).
    pub const SERVICES: Range = Range { base: 0x0a60_0000, mask: 0xfff0_0000, text: Str::new_static("10.96.0.0/12") };

    /// Reads a range; `None` where it is none.
    pub fn parse(text: &str) -> Option<Range> {
        let (base, length) = text.split_once('/')?;
        let (base, length) = (base.parse::<Ipv4Addr>().ok()?, length.parse::<u32>().ok().filter(|n| *n <= 32)?);
        let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
        Some(Range { base: base.to_bits() & mask, mask, text: text.into() })
    }

    /// Whether `address` lies in it.
    pub fn contains(&self, address: Ipv4Addr) -> bool {
        address.to_bits() & self.mask == self.base
    }

    /// Whether it has addresses in common with another one.
    pub fn overlaps(&self, other: &Range) -> bool {
        self.base & other.mask == other.base || other.base & self.mask == self.base
    }

    /// Its first address.
    pub fn first(&self) -> u32 {
        self.base
    }

    /// Its last address.
    pub fn last(&self) -> u32 {
        self.base | !self.mask
    }

    /// How many bits are fixed.
    pub fn bits(&self) -> u32 {
        self.mask.count_ones()
    }
}

/// One of `spec.ports`.
#[derive(Clone, Debug, PartialEq)]
pub struct ServicePort {
    /// Its name; may be empty.
    pub name: Str,
    /// Its protocol.
    pub protocol: Protocol,
    /// The port at the cluster IP.
    pub port: u16,
    /// The port at every node; 0 where there is none.
    pub node_port: u16,
}

/// What the network needs of an EndpointSlice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slice {
    /// (name, protocol, port)
    pub ports: Vec<(Str, Protocol, u16)>,
    /// All of its endpoints, ready or not.
    pub endpoints: Vec<Endpoint>,
}

/// One endpoint.
#[derive(Clone, Debug, PartialEq)]
pub struct Endpoint {
    /// Where it is.
    pub address: Ipv4Addr,
    /// The node it is on.
    pub node: Str,
    /// The UID of the Pod it is; empty for any other target.
    pub pod: Str,
    /// Its name below the Service's, for a Pod with `spec.hostname` and `spec.subdomain`.
    pub hostname: Str,
    /// `conditions.ready`; unset means true.
    pub ready: bool,
    /// Whether it still answers while it terminates.
    pub serving_last: bool,
    /// `hints.forZones`
    pub for_zones: Vec<Str>,
    /// `hints.forNodes`
    pub for_nodes: Vec<Str>,
}

impl Service {
    /// Reads a Service.
    pub fn read(service: &Value) -> Service {
        let spec = &service["spec"];
        let addresses = |list: &Value| list.array().iter().filter_map(|ip| ip.str().parse().ok()).collect();
        let ingress = service.at("status.loadBalancer.ingress").array();
        let affinity = spec.at("sessionAffinityConfig.clientIP.timeoutSeconds").as_int().unwrap_or(10_800);
        Service {
            namespace: service.namespace().into(),
            name: service.name().into(),
            kind: spec["type"].to_str(),
            cluster_ip: spec["clusterIP"].str().parse().ok(),
            external_name: spec["externalName"].to_str(),
            external_ips: addresses(&spec["externalIPs"]),
            load_balancer_ips: ingress.iter().filter_map(|i| i["ip"].str().parse().ok()).collect(),
            ports: spec["ports"].array().iter().filter_map(ServicePort::read).collect(),
            external_local: spec["externalTrafficPolicy"].str() == "Local",
            internal_local: spec["internalTrafficPolicy"].str() == "Local",
            affinity: (spec["sessionAffinity"].str() == "ClientIP")
                .then(|| Duration::from_secs(affinity.unsigned_abs())),
            publish_not_ready: spec["publishNotReadyAddresses"].bool(),
            source_ranges: spec["loadBalancerSourceRanges"]
                .array()
                .iter()
                .filter_map(|r| Range::parse(r.str().trim()))
                .collect(),
            health_port: u16::try_from(spec["healthCheckNodePort"].int()).unwrap_or_default(),
        }
    }

    /// `namespace/name`.
    pub fn key(&self) -> Str {
        key(&self.namespace, &self.name)
    }

    /// Whether it has addresses for what comes from outside: node ports, external IPs, a load balancer's.
    pub fn is_external(&self) -> bool {
        !self.external_ips.is_empty()
            || !self.load_balancer_ips.is_empty()
            || self.ports.iter().any(|port| port.node_port != 0)
    }

    /// Whether some of its traffic goes to endpoints of all nodes. Even with the policy Local what begins on a node does.
    pub fn uses_cluster_endpoints(&self) -> bool {
        !self.internal_local || self.is_external()
    }

    /// Whether some of its traffic goes to endpoints of the same node only.
    pub fn uses_local_endpoints(&self) -> bool {
        self.internal_local || self.external_local && self.is_external()
    }

    /// `namespace/name:port-name`, as kube-proxy names a port.
    pub fn port_name(&self, port: &ServicePort) -> String {
        match port.name.as_str() {
            "" => format!("{}/{}", self.namespace, self.name),
            name => format!("{}/{}:{name}", self.namespace, self.name),
        }
    }
}

impl ServicePort {
    fn read(port: &Value) -> Option<ServicePort> {
        Some(ServicePort {
            name: port["name"].to_str(),
            protocol: Protocol::parse(port["protocol"].str())?,
            port: u16::try_from(port["port"].int()).ok()?,
            node_port: u16::try_from(port["nodePort"].int()).unwrap_or_default(),
        })
    }
}

impl Slice {
    /// Reads an EndpointSlice. Only IPv4 addresses count: the cluster has no other.
    pub fn read(slice: &Value) -> Slice {
        let port = |port: &Value| {
            let protocol = Protocol::parse(port["protocol"].str())?;
            Some((port["name"].to_str(), protocol, u16::try_from(port["port"].int()).ok()?))
        };
        Slice {
            ports: slice["ports"].array().iter().filter_map(port).collect(),
            endpoints: slice["endpoints"].array().iter().filter_map(Endpoint::read).collect(),
        }
    }

    /// The name of the Service that `slice` belongs to; empty if it belongs to none.
    pub fn service_of(slice: &Value) -> &str {
        slice.labels()["kubernetes.io/service-name"].str()
    }
}

impl Endpoint {
    fn read(endpoint: &Value) -> Option<Endpoint> {
        let conditions = &endpoint["conditions"];
        let terminating = conditions["terminating"].bool();
        let target = &endpoint["targetRef"];
        Some(Endpoint {
            address: endpoint["addresses"].array().first()?.str().parse().ok()?,
            node: endpoint["nodeName"].to_str(),
            pod: if target["kind"].str() == "Pod" { target["uid"].to_str() } else { Str::default() },
            hostname: endpoint["hostname"].to_str(),
            ready: conditions["ready"].as_bool().unwrap_or(true),
            serving_last: terminating && conditions["serving"].as_bool().unwrap_or(true),
            for_zones: names(&endpoint["hints"]["forZones"]),
            for_nodes: names(&endpoint["hints"]["forNodes"]),
        })
    }
}

fn names(hints: &Value) -> Vec<Str> {
    hints.array().iter().map(|hint| hint["name"].to_str()).collect()
}

/// `namespace/name`.
pub fn key(namespace: &str, name: &str) -> Str {
    api::format_smolstr!("{namespace}/{name}")
}
