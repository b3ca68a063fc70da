//! Questions for a record of one type, as `dig` and `nslookup` ask them: the Kubernetes DNS specification's A, SRV, PTR and
//! CNAME records (github.com/kubernetes/dns, docs/specification.md).

use super::{CLUSTER_DOMAIN, coredns, outside};
use crate::proxy::Proxy;
use crate::service::{Endpoint, Service, ServicePort};
use api::Str;
use std::net::Ipv4Addr;

/// What is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RecordType {
    /// Addresses.
    #[default]
    A,
    /// IPv6 addresses: nothing here has one.
    Aaaa,
    /// What a name is an alias of.
    Cname,
    /// The ports of a Service.
    Srv,
    /// The name of an address.
    Ptr,
}

impl RecordType {
    /// Reads `A`, `srv` ...; `None` for a type that no record here has.
    pub fn parse(text: &str) -> Option<RecordType> {
        let all = [RecordType::A, RecordType::Aaaa, RecordType::Cname, RecordType::Srv, RecordType::Ptr];
        all.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(text))
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            RecordType::A => "A",
            RecordType::Aaaa => "AAAA",
            RecordType::Cname => "CNAME",
            RecordType::Srv => "SRV",
            RecordType::Ptr => "PTR",
        }
    }
}

/// One resource record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Whose it is, without a trailing dot.
    pub name: Str,
    /// Its type.
    pub kind: RecordType,
    /// Its data as zone files write it: names end with a dot.
    pub data: String,
}

/// The answer to one question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// Whether the name exists, be it without a record of the type that was asked for (NOERROR rather than NXDOMAIN).
    pub exists: bool,
    /// The records.
    pub records: Vec<Record>,
}

/// What a name server says: the cluster's where `proxy` is given, else the outside one.
pub fn query(proxy: Option<&Proxy>, name: &str, kind: RecordType) -> Response {
    let name = Str::from(name.trim_end_matches('.').to_ascii_lowercase());
    if let Some(address) = reverse_name(&name) {
        let names = proxy.map(|proxy| names_of(proxy, address)).unwrap_or_default();
        let exists = !names.is_empty();
        let wanted = names.into_iter().filter(|_| kind == RecordType::Ptr);
        let records = wanted.map(|data| Record { name: name.clone(), kind: RecordType::Ptr, data }).collect();
        return Response { exists, records };
    }
    if kind == RecordType::Srv
        && let Some(records) = proxy.map(|proxy| services(proxy, &name)).filter(|records| !records.is_empty())
    {
        return Response { exists: true, records };
    }
    let answer = match proxy {
        Some(proxy) => coredns(proxy, &name),
        None => outside(&name),
    };
    let mut response =
        Response { exists: !answer.aliases.is_empty() || !answer.addresses.is_empty(), records: Vec::new() };
    let mut at = name;
    for alias in answer.aliases {
        let data = format!("{alias}.");
        response.records.push(Record { name: at, kind: RecordType::Cname, data });
        at = alias;
    }
    if kind == RecordType::A {
        let address = |ip: Ipv4Addr| Record { name: at.clone(), kind, data: ip.to_string() };
        response.records.extend(answer.addresses.into_iter().map(address));
    }
    response
}

/// The name under which an address is looked up: `1.0.44.10.in-addr.arpa`.
pub fn name_for(address: Ipv4Addr) -> String {
    let [a, b, c, d] = address.octets();
    format!("{d}.{c}.{b}.{a}.in-addr.arpa")
}

fn reverse_name(name: &str) -> Option<Ipv4Addr> {
    let backwards: Ipv4Addr = name.strip_suffix(".in-addr.arpa")?.parse().ok()?;
    let [d, c, b, a] = backwards.octets();
    Some(Ipv4Addr::new(a, b, c, d))
}

/// The names of an address: the Service whose cluster IP it is, else the endpoints that have it. (CoreDNS' plugin
/// kubernetes, `serviceRecordForIP`.) Looks at all Services: only people ask this.
fn names_of(proxy: &Proxy, address: Ipv4Addr) -> Vec<String> {
    let below = |service: &Service| format!("{}.{}.svc.{CLUSTER_DOMAIN}.", service.name, service.namespace);
    if let Some(service) = proxy.services().find(|service| service.cluster_ip == Some(address)) {
        return vec![below(service)];
    }
    let mut names = Vec::new();
    for service in proxy.services() {
        let slices = proxy.slices(&service.namespace, &service.name);
        let endpoints = slices.flat_map(|slice| &slice.endpoints).filter(|e| e.address == address);
        names.extend(endpoints.map(|endpoint| format!("{}.{}", host(endpoint), below(service))));
    }
    names
}

/// An endpoint's name below its Service's.
fn host(endpoint: &Endpoint) -> String {
    match endpoint.hostname.as_str() {
        "" => endpoint.address.to_string().replace('.', "-"),
        hostname => hostname.to_owned(),
    }
}

/// SRV records of `_PORT._PROTOCOL.SERVICE.NAMESPACE.svc.cluster.local`, or of all ports of a Service: one for a Service with
/// a cluster IP, one an endpoint for a headless one.
fn services(proxy: &Proxy, name: &str) -> Vec<Record> {
    let Some(inside) = name.strip_suffix(CLUSTER_DOMAIN).and_then(|rest| rest.strip_suffix('.')) else {
        return Vec::new();
    };
    let labels: Vec<&str> = inside.split('.').collect();
    let (port, service, namespace) = match labels[..] {
        [port, protocol, service, namespace, "svc"] => (Some((port, protocol)), service, namespace),
        [service, namespace, "svc"] => (None, service, namespace),
        _ => return Vec::new(),
    };
    let Some(found) = proxy.service(namespace, service) else { return Vec::new() };
    let below = format!("{service}.{namespace}.svc.{CLUSTER_DOMAIN}.");
    let mut records = Vec::new();
    let mut add = |weight: usize, number: u16, target: &str| {
        let data = format!("0 {weight} {number} {target}");
        records.push(Record { name: name.into(), kind: RecordType::Srv, data });
    };
    let wanted = |p: &&ServicePort| {
        port.is_none_or(|(name, protocol)| {
            name.strip_prefix('_') == Some(&p.name) && protocol.strip_prefix('_') == Some(p.protocol.lower())
        })
    };
    for port in found.ports.iter().filter(wanted) {
        if found.cluster_ip.is_some() {
            add(100, port.port, &below);
            continue;
        }
        let mut ends: Vec<(u16, String)> = Vec::new();
        for slice in proxy.slices(namespace, service) {
            let number =
                slice.ports.iter().find(|(name, protocol, _)| *name == port.name && *protocol == port.protocol);
            let Some((.., number)) = number else { continue };
            let published = slice.endpoints.iter().filter(|e| e.ready || found.publish_not_ready);
            ends.extend(published.map(|endpoint| (*number, format!("{}.{below}", host(endpoint)))));
        }
        let weight = 100 / ends.len().max(1);
        ends.iter().for_each(|(number, target)| add(weight, *number, target));
    }
    records
}

#[cfg(test)]
mod tests {
    use super::super::tests::world;
    use super::*;

    fn ask(name: &str, kind: RecordType) -> (bool, Vec<String>) {
        let response = query(Some(&world()), name, kind);
        let shown = |r: Record| format!("{} {} {}", r.name, r.kind.as_str(), r.data);
        (response.exists, response.records.into_iter().map(shown).collect())
    }

    fn found(name: &str, kind: RecordType) -> Vec<String> {
        ask(name, kind).1
    }

    #[test]
    fn services_have_ports() {
        let web = "web.default.svc.cluster.local";
        assert_eq!(found(web, RecordType::Srv), [format!("{web} SRV 0 100 80 {web}.")]);
        let db = "_sql._tcp.db.default.svc.cluster.local";
        let records = found(db, RecordType::Srv);
        assert_eq!(
            records,
            [
                format!("{db} SRV 0 50 5432 db-0.db.default.svc.cluster.local."),
                format!("{db} SRV 0 50 5432 10-44-0-2.db.default.svc.cluster.local."),
            ]
        );
        assert!(found("_nosuch._tcp.db.default.svc.cluster.local", RecordType::Srv).is_empty());
        assert!(found("_sql._udp.db.default.svc.cluster.local", RecordType::Srv).is_empty());
    }

    #[test]
    fn addresses_have_names() {
        let of = |address: &str| found(&name_for(address.parse().unwrap()), RecordType::Ptr);
        assert_eq!(of("10.96.1.1"), ["1.1.96.10.in-addr.arpa PTR web.default.svc.cluster.local."]);
        assert_eq!(of("10.44.0.1"), ["1.0.44.10.in-addr.arpa PTR db-0.db.default.svc.cluster.local."]);
        assert_eq!(of("10.44.0.2"), ["2.0.44.10.in-addr.arpa PTR 10-44-0-2.db.default.svc.cluster.local."]);
        assert_eq!(ask("9.9.9.9.in-addr.arpa", RecordType::Ptr), (false, Vec::new()));
    }

    #[test]
    fn a_name_may_exist_without_such_a_record() {
        assert_eq!(ask("web.default.svc.cluster.local", RecordType::Aaaa), (true, Vec::new()));
        assert_eq!(ask("nosuch.default.svc.cluster.local", RecordType::Aaaa), (false, Vec::new()));
        let alias = "alias.default.svc.cluster.local";
        assert_eq!(found(alias, RecordType::Cname), [format!("{alias} CNAME bar.com.")]);
        assert_eq!(found(alias, RecordType::A).len(), 2);
    }

    #[test]
    fn types_are_read_in_any_case() {
        assert_eq!(RecordType::parse("srv"), Some(RecordType::Srv));
        assert_eq!(RecordType::parse("MX"), None);
    }
}
