//! Cluster IPs and node ports (pkg/registry/core/service/{ipallocator,portallocator}).

use crate::registration;
use crate::server::ApiServer;
use api::OrdSet;
use api::{FieldError, Kind, Rng, Status, Str, Value, kind, list};
use std::net::Ipv4Addr;

/// The Service range of kubeadm: 10.96.0.0/12.
const SERVICE_RANGE: (u32, u32) = (0x0a60_0000, 1 << 20);
/// `--service-node-port-range`
const NODE_PORTS: std::ops::RangeInclusive<u16> = 30000..=32767;
/// Automatic ports come from above the first 86 ones.
const FIRST_AUTOMATIC_PORT: u16 = 30086;

/// How many addresses at the beginning of a range are left to those who name them (pkg/registry/core/service/ipallocator:
/// `calculateRangeOffset`).
fn static_addresses(size: u32) -> u32 {
    if size <= 16 { 0 } else { (size / 16).clamp(16, 256) }
}

/// What is given out.
#[derive(Clone)]
pub(crate) struct Allocators {
    /// The Service range: its first address and its size.
    range: (u32, u32),
    addresses: OrdSet<u32>,
    ports: OrdSet<u16>,
}

impl Default for Allocators {
    fn default() -> Allocators {
        Allocators { range: SERVICE_RANGE, addresses: OrdSet::default(), ports: OrdSet::default() }
    }
}

impl Allocators {
    /// A random free number in `low..low + size`; the lowest free one where luck runs out.
    fn pick(rng: &mut Rng, low: u32, size: u32, taken: impl Fn(u32) -> bool) -> Option<u32> {
        (0..64).map(|_| low + rng.below(size)).find(|n| !taken(*n)).or_else(|| (low..low + size).find(|n| !taken(*n)))
    }
}

impl ApiServer {
    /// Sets the range of the Services' addresses (`--service-cluster-ip-range`): its first address and its size. To be called
    /// before the first Service is made.
    pub fn set_service_range(&mut self, first: u32, size: u32) {
        self.allocators.range = (first, size);
    }

    /// The Service range: its first address and its size.
    pub fn service_range(&self) -> (Ipv4Addr, u32) {
        (Ipv4Addr::from(self.allocators.range.0), self.allocators.range.1)
    }

    /// Gives a Service the addresses and ports that its type needs and it does not have yet, and claims those it names.
    /// What a failed request has claimed is returned by [`ApiServer::release`].
    pub(crate) fn allocate(&mut self, kind: &'static Kind, old: &Value, service: &mut Value) -> Result<(), Status> {
        if kind != kind::SERVICE {
            return Ok(());
        }
        let kind_of_service = service["spec"]["type"].to_str();
        if kind_of_service == "ExternalName" {
            for field in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"] {
                service.at_mut("spec").remove(field);
            }
            return Ok(());
        }
        self.allocate_address(old, service)?;
        if matches!(kind_of_service.as_str(), "NodePort" | "LoadBalancer") {
            self.allocate_ports(old, service)?;
        } else {
            drop_ports(old, service);
        }
        self.allocate_health_port(old, service)
    }

    /// The port at which a load balancer asks nodes whether they have Pods of a Service with the policy `Local`; a Service that
    /// no longer has the policy loses it.
    fn allocate_health_port(&mut self, old: &Value, service: &mut Value) -> Result<(), Status> {
        let (before, named) = (health_port(old), health_port(service));
        if !api::needs_health_check(service) {
            if before != 0 && named == before && api::needs_health_check(old) {
                service.at_mut("spec").remove("healthCheckNodePort");
            }
            return Ok(());
        }
        let port = match if named == 0 { before } else { named } {
            0 => self.pick_port("failed to allocate requested HealthCheck NodePort: range is full")?,
            port if port == before => port,
            port if NODE_PORTS.contains(&port) && self.allocators.ports.insert(port) => port,
            port => {
                let why = match NODE_PORTS.contains(&port) {
                    true => "provided port is already allocated",
                    false => "provided port is not in the valid range. The range of valid ports is 30000-32767",
                };
                return Err(Status::bad_request(format!(
                    "failed to allocate requested HealthCheck NodePort {port}: {why}"
                )));
            }
        };
        service.at_mut("spec").set("healthCheckNodePort", i64::from(port));
        Ok(())
    }

    /// A random free port, which is taken from now on.
    fn pick_port(&mut self, full: &str) -> Result<u16, Status> {
        let (low, high) = (u32::from(FIRST_AUTOMATIC_PORT), u32::from(*NODE_PORTS.end()));
        let taken = |n: u32| self.allocators.ports.contains(&(n as u16));
        let picked =
            Allocators::pick(&mut self.rng, low, high - low + 1, taken).ok_or_else(|| Status::bad_request(full))?;
        self.allocators.ports.insert(picked as u16);
        Ok(picked as u16)
    }

    fn allocate_address(&mut self, old: &Value, service: &mut Value) -> Result<(), Status> {
        let spec = service.at_mut("spec");
        let named = !spec["clusterIP"].str().is_empty() || !spec["clusterIPs"].is_empty();
        if spec["clusterIP"].str().is_empty() {
            let first = spec["clusterIPs"].array().first().map(Value::to_str);
            let kept = old["spec"]["clusterIP"].to_str();
            let address = match first.filter(|first| !first.is_empty()) {
                Some(first) => first,
                None if kept.is_empty() => self.pick_address()?,
                None => kept,
            };
            spec.set("clusterIP", address);
        }
        let address = spec["clusterIP"].to_str();
        if spec["clusterIPs"].is_empty() {
            spec.set("clusterIPs", list![&address]);
        }
        if spec["ipFamilies"].is_empty() {
            spec.set("ipFamilies", list!["IPv4"]);
        }
        if spec["ipFamilyPolicy"].is_null() {
            spec.set("ipFamilyPolicy", "SingleStack");
        }
        if named && old.is_null() && address != "None" {
            return self.claim_address(service);
        }
        Ok(())
    }

    /// The ranges of addresses: the command line's, then what other ServiceCIDRs that can be used have.
    fn ranges(&self) -> Vec<(u32, u32)> {
        let usable = |range: &&Value| !range.deleting() && api::condition(range, "Ready")["status"].str() == "True";
        let others =
            self.store.list(kind::SERVICE_CIDR, "").filter(usable).flat_map(|range| range["spec"]["cidrs"].array());
        let others = others.filter_map(|cidr| registration::range_of(cidr.str()));
        let others = others.filter_map(|(first, size)| Some((first, u32::try_from(size).ok()?)));
        let mut ranges = vec![self.allocators.range];
        ranges.extend(others.filter(|range| *range != self.allocators.range));
        ranges
    }

    /// A random free address.
    fn pick_address(&mut self) -> Result<Str, Status> {
        for (first, all) in self.ranges() {
            // The first address is the network's, the last everybody's.
            let band = static_addresses(all).max(1);
            if all <= band + 1 {
                continue;
            }
            let (base, size) = (first + band, all - band - 1);
            let taken = |n| self.allocators.addresses.contains(&n);
            if let Some(address) = Allocators::pick(&mut self.rng, base, size, taken) {
                self.allocators.addresses.insert(address);
                return Ok(Ipv4Addr::from(address).to_string().into());
            }
        }
        Err(Status::bad_request("failed to allocate IP: range is full"))
    }

    /// Claims the address that a new Service names itself.
    fn claim_address(&mut self, service: &Value) -> Result<(), Status> {
        let value = &service["spec"]["clusterIP"];
        let path = "spec.clusterIPs";
        let shown = list![value];
        let Ok(address) = value.str().parse::<Ipv4Addr>() else { return Ok(()) }; // validation says what is wrong
        let number = u32::from(address);
        let has = |(first, size): &(u32, u32)| number.wrapping_sub(*first) < *size;
        let detail = if !has(&self.allocators.range) && !self.ranges().iter().any(has) {
            format!("failed to allocate IP {address}: the provided network does not match the current range")
        } else if self.find(kind::IP_ADDRESS, "", value.str()).is_ok() {
            format!("failed to allocate IP {address}: provided IP is already allocated")
        } else {
            self.allocators.addresses.insert(u32::from(address));
            return Ok(());
        };
        Err(Status::invalid(kind::SERVICE, service.name(), &[FieldError::invalid(path, &shown, &detail)]))
    }

    /// The name of the stored Service with a cluster IP. Only asked when somebody names an address.
    fn owner_of(&self, address: &str) -> Option<String> {
        let mut all = self.store.list(kind::SERVICE, "");
        all.find(|s| s["spec"]["clusterIP"].str() == address).map(|s| s.name().to_owned())
    }

    fn allocate_ports(&mut self, old: &Value, service: &mut Value) -> Result<(), Status> {
        let name = service.name().to_owned();
        let mut before = ports_of(old);
        let spec = &service["spec"];
        let wants = spec["type"].str() == "NodePort" || spec["allocateLoadBalancerNodePorts"].as_bool() != Some(false);
        let mut claimed: Vec<u16> = Vec::new();
        for index in 0..service["spec"]["ports"].array().len() {
            let port = &service["spec"]["ports"].array()[index];
            let path = format!("spec.ports[{index}].nodePort");
            let kept = old["spec"]["ports"]
                .array()
                .iter()
                .find(|p| p["port"] == port["port"] && p["protocol"] == port["protocol"]);
            let wanted = match port["nodePort"].int() {
                0 => kept.map_or(0, |p| p["nodePort"].int()),
                n => n,
            };
            let number = match u16::try_from(wanted).ok() {
                Some(0) if !wants => continue,
                Some(0) => {
                    let picked = self.pick_port("failed to allocate a nodePort: range is full")?;
                    claimed.push(picked);
                    picked
                }
                Some(n) if before.contains(&n) || NODE_PORTS.contains(&n) && !self.allocators.ports.contains(&n) => n,
                other => {
                    let detail = match other {
                        Some(n) if NODE_PORTS.contains(&n) => "provided port is already allocated",
                        _ => "provided port is not in the valid range. The range of valid ports is 30000-32767",
                    };
                    self.allocators.ports.retain(|port| !claimed.contains(port));
                    let error = FieldError::invalid(path, &wanted.into(), detail);
                    return Err(Status::invalid(kind::SERVICE, &name, &[error]));
                }
            };
            before.retain(|n| *n != number);
            if self.allocators.ports.insert(number) {
                claimed.push(number);
            }
            service.at_mut("spec.ports").array_mut()[index].set("nodePort", i64::from(number));
        }
        Ok(())
    }

    /// Returns what `gone` holds and `kept` does not.
    pub(crate) fn release(&mut self, kind: &Kind, gone: &Value, kept: &Value) {
        if kind != kind::SERVICE {
            return;
        }
        let (before, after) = (&gone["spec"]["clusterIP"], &kept["spec"]["clusterIP"]);
        if before != after
            && let Ok(address) = before.str().parse::<Ipv4Addr>()
            && (!kept.is_null() || self.owner_of(before.str()).is_none_or(|owner| owner == gone.name()))
        {
            self.allocators.addresses.remove(&u32::from(address));
        }
        let after = ports_of(kept);
        for port in ports_of(gone).into_iter().filter(|port| !after.contains(port)) {
            self.allocators.ports.remove(&port);
        }
    }
}

/// A Service that had node ports and needs none any more loses those it does not name anew.
fn drop_ports(old: &Value, service: &mut Value) {
    if ports_of(old).is_empty() || ports_of(service).is_empty() {
        return;
    }
    for port in service.at_mut("spec.ports").array_mut() {
        port.remove("nodePort");
    }
    service.at_mut("spec").remove("externalTrafficPolicy");
}

fn ports_of(service: &Value) -> Vec<u16> {
    let ports = service["spec"]["ports"].array().iter();
    let ports = ports.filter_map(|port| u16::try_from(port["nodePort"].int()).ok());
    ports.chain([health_port(service)]).filter(|port| *port > 0).collect()
}

fn health_port(service: &Value) -> u16 {
    u16::try_from(service["spec"]["healthCheckNodePort"].int()).unwrap_or_default()
}
