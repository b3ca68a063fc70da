//! Names to addresses: what CoreDNS answers, and how a resolver asks (`/etc/resolv.conf`, search domains, `ndots`).

mod corefile;
mod records;

use crate::outside;
use crate::proxy::Proxy;
use crate::service::{Endpoint, Service};
use api::Str;
use std::net::Ipv4Addr;

pub(crate) use corefile::Config;
pub use corefile::Corefile;
pub use records::{Code, Record, RecordType, Response, Server, World, name_for};

/// The zone that CoreDNS answers for.
pub const CLUSTER_DOMAIN: &str = "cluster.local";

/// What a name server says about a name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// The names that the name is an alias of (CNAME records), in order.
    pub aliases: Vec<Str>,
    /// Its addresses (A records).
    pub addresses: Vec<Ipv4Addr>,
    /// Whether the name exists, be it without an address.
    pub exists: bool,
}

/// How a place asks: the parts of its `/etc/resolv.conf`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resolver {
    /// `nameserver`
    pub servers: Vec<Ipv4Addr>,
    /// `search`
    pub search: Vec<Str>,
    /// `options ndots:`; names with fewer dots are tried below the search domains first.
    pub ndots: usize,
}

impl Resolver {
    /// Reads `/etc/resolv.conf`. Lines that make no sense are passed over, as a C library does.
    pub fn parse(text: &str) -> Resolver {
        let mut resolver = Resolver { ndots: 1, ..Resolver::default() };
        for line in text.lines() {
            let mut words = line.split_whitespace();
            match words.next() {
                Some("nameserver") => resolver.servers.extend(words.next().and_then(|ip| ip.parse::<Ipv4Addr>().ok())),
                Some("search" | "domain") => resolver.search = words.map(Str::from).collect(),
                Some("options") => {
                    let ndots = words.find_map(|word| word.strip_prefix("ndots:")?.parse().ok());
                    resolver.ndots = ndots.unwrap_or(resolver.ndots).min(15);
                }
                _ => {}
            }
        }
        resolver
    }

    /// The full names to ask for, in order, until one exists.
    pub fn candidates(&self, name: &str) -> Vec<String> {
        if let Some(absolute) = name.strip_suffix('.') {
            return vec![absolute.to_owned()];
        }
        let below = self.search.iter().map(|domain| format!("{name}.{domain}"));
        match name.matches('.').count() >= self.ndots {
            true => std::iter::once(name.to_owned()).chain(below).collect(),
            false => below.chain([name.to_owned()]).collect(),
        }
    }
}

/// What `/etc/hosts` says about a name.
pub fn in_hosts_file(hosts: &str, name: &str) -> Option<Ipv4Addr> {
    hosts.lines().find_map(|line| {
        let mut words = line.split('#').next()?.split_whitespace();
        let address = words.next()?.parse().ok()?;
        words.any(|word| word.eq_ignore_ascii_case(name)).then_some(address)
    })
}

/// What the outside name server says.
pub fn outside(name: &str) -> Answer {
    let addresses: Vec<Ipv4Addr> = outside::resolve(name).into_iter().collect();
    Answer { aliases: Vec::new(), exists: !addresses.is_empty(), addresses }
}

/// What a name in the cluster's zone stands for.
enum Named {
    /// There is no such name.
    Missing,
    /// It is there, as names below it are.
    Empty,
    Addresses(Vec<Ipv4Addr>),
    Alias(Str),
}

impl Named {
    fn some(addresses: Vec<Ipv4Addr>) -> Named {
        if addresses.is_empty() { Named::Missing } else { Named::Addresses(addresses) }
    }
}

/// A name below the cluster's zone: `SERVICE.NAMESPACE.svc`, `HOST.SERVICE.NAMESPACE.svc`, `_PORT._PROTOCOL.SERVICE.NAMESPACE.svc`,
/// `IP-WITH-DASHES.NAMESPACE.pod`. A headless Service without endpoints has no name (CoreDNS' plugin kubernetes, `findServices`).
fn in_zone(world: &World<'_>, name: &str, pods: &str) -> Named {
    let labels: Vec<&str> = name.split('.').collect();
    let proxy = world.proxy;
    match labels[..] {
        ["" | "svc" | "pod"] => Named::Empty,
        [.., namespace, "svc" | "pod"] if !(world.namespace)(namespace) => Named::Missing,
        [_, "svc" | "pod"] => Named::Empty,
        [service, namespace, "svc"] => match proxy.service(namespace, service) {
            Some(service) if service.kind == "ExternalName" => {
                Named::Alias(service.external_name.trim_end_matches('.').to_ascii_lowercase().into())
            }
            Some(service) => match service.cluster_ip {
                Some(address) => Named::Addresses(vec![address]),
                None => Named::some(headless(proxy, service, |_| true)),
            },
            None => Named::Missing,
        },
        [host, service, namespace, "svc"] => match proxy.service(namespace, service) {
            Some(service) => Named::some(headless(proxy, service, |endpoint| match endpoint.hostname.as_str() {
                "" => dashed(host) == Some(endpoint.address),
                hostname => hostname.eq_ignore_ascii_case(host),
            })),
            None => Named::Missing,
        },
        [port, protocol, service, namespace, "svc"] => {
            let Some(service) = proxy.service(namespace, service) else { return Named::Missing };
            let wanted = |p: &crate::service::ServicePort| {
                port.strip_prefix('_') == Some(&p.name) && protocol.strip_prefix('_') == Some(p.protocol.lower())
            };
            match service.cluster_ip {
                _ if !service.ports.iter().any(wanted) => Named::Missing,
                Some(address) => Named::Addresses(vec![address]),
                None => Named::some(headless(proxy, service, |_| true)),
            }
        }
        [address, namespace, "pod"] => match (dashed(address), pods) {
            (Some(address), "insecure") => Named::Addresses(vec![address]),
            (Some(address), "verified") if (world.pod)(namespace, address) => Named::Addresses(vec![address]),
            _ => Named::Missing,
        },
        _ => Named::Missing,
    }
}

fn headless(proxy: &Proxy, service: &Service, wanted: impl Fn(&Endpoint) -> bool) -> Vec<Ipv4Addr> {
    let endpoints = proxy.slices(&service.namespace, &service.name).flat_map(|slice| &slice.endpoints);
    let published = endpoints.filter(|e| (e.ready || service.publish_not_ready) && wanted(e));
    published.map(|e| e.address).collect()
}

fn dashed(text: &str) -> Option<Ipv4Addr> {
    text.replace('-', ".").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{list, obj};

    pub(super) fn world() -> Proxy {
        let mut proxy = Proxy::default();
        let meta = |name: &str| obj! { "namespace" => "default", "name" => name };
        let port = list![obj! { "port" => 80 }];
        let spec = obj! { "type" => "ClusterIP", "clusterIP" => "10.96.1.1", "ports" => port };
        proxy.set_service(&obj! { "metadata" => meta("web"), "spec" => spec });
        proxy.set_service(&obj! { "metadata" => meta("db"), "spec" => obj! { "clusterIP" => "None", "ports" => list![obj! { "name" => "sql", "port" => 5432 }] } });
        let alias = obj! { "type" => "ExternalName", "externalName" => "Bar.com." };
        proxy.set_service(&obj! { "metadata" => meta("alias"), "spec" => alias });
        let mut slice = obj! { "metadata" => meta("db-x"), "ports" => list![obj! { "name" => "sql", "port" => 5432 }], "endpoints" => list![
            obj! { "addresses" => list!["10.44.0.1"], "hostname" => "db-0", "conditions" => obj! { "ready" => true } },
            obj! { "addresses" => list!["10.44.0.2"], "conditions" => obj! { "ready" => true } },
            obj! { "addresses" => list!["10.44.0.3"], "conditions" => obj! { "ready" => false } },
        ] };
        slice.at_mut("metadata.labels").object_mut().insert("kubernetes.io/service-name", "db".into());
        proxy.set_slice(&slice);
        proxy
    }

    pub(super) const COREFILE: &str = ".:53 {\n kubernetes cluster.local in-addr.arpa ip6.arpa {\n pods insecure\n \
                                       fallthrough in-addr.arpa ip6.arpa\n ttl 30\n }\n forward . /etc/resolv.conf\n}\n";

    pub(super) fn query_with(corefile: &str, name: &str, kind: RecordType) -> Response {
        let (mut proxy, corefile) = (world(), Corefile::parse(corefile).unwrap());
        let meta = obj! { "namespace" => "default", "name" => "empty" };
        proxy.set_service(&obj! { "metadata" => meta, "spec" => obj! { "clusterIP" => "None" } });
        let pod = |namespace: &str, ip: Ipv4Addr| namespace == "default" && ip == Ipv4Addr::new(10, 44, 0, 1);
        // At 10.44.0.53 somebody knows one name.
        let forward = |to: Ipv4Addr, name: &str, kind: RecordType| {
            let record = Record { name: name.into(), kind, data: "10.7.7.7".into() };
            let records = if name == "mail.stub.example" { vec![record] } else { Vec::new() };
            let exists = !records.is_empty();
            (to == Ipv4Addr::new(10, 44, 0, 53)).then(|| Response { exists, records, ..Response::default() })
        };
        let world = World { proxy: &proxy, namespace: &|name| name == "default", pod: &pod, forward: &forward };
        Server::Cluster(world, &corefile).query(name, kind)
    }

    pub(super) fn query(name: &str, kind: RecordType) -> Response {
        query_with(COREFILE, name, kind)
    }

    fn ask(name: &str) -> Vec<String> {
        let answer = query(name, RecordType::A).answer();
        answer.aliases.iter().map(Str::to_string).chain(answer.addresses.iter().map(Ipv4Addr::to_string)).collect()
    }

    #[test]
    fn names_of_services() {
        assert_eq!(ask("web.default.svc.cluster.local"), ["10.96.1.1"]);
        assert_eq!(ask("WEB.default.svc.cluster.local."), ["10.96.1.1"]);
        assert_eq!(ask("db.default.svc.cluster.local"), ["10.44.0.1", "10.44.0.2"]);
        assert_eq!(ask("db-0.db.default.svc.cluster.local"), ["10.44.0.1"]);
        assert_eq!(ask("10-44-0-2.db.default.svc.cluster.local"), ["10.44.0.2"]);
        assert_eq!(ask("10-44-0-9.default.pod.cluster.local"), ["10.44.0.9"]);
        assert_eq!(ask("alias.default.svc.cluster.local"), ["bar.com", "203.0.113.10"]);
        assert_eq!(ask("www.example.com"), ["198.51.100.20"]);
        assert!(ask("nosuch.default.svc.cluster.local").is_empty());
        assert!(ask("cluster.local").is_empty());
        assert!(ask("").is_empty());
    }

    #[test]
    fn a_resolver_tries_its_search_domains() {
        let text = "search default.svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\nnonsense";
        let resolver = Resolver::parse(text);
        let tried = ["web.default.svc.cluster.local", "web.cluster.local", "web"];
        assert_eq!(resolver.candidates("web"), tried);
        assert_eq!(resolver.candidates("web."), ["web"]);
        assert_eq!(resolver.candidates("a.b.c.d.e.f")[0], "a.b.c.d.e.f");
        assert_eq!(in_hosts_file("127.0.0.1 localhost\n10.0.0.1 a b # c", "B"), Some(Ipv4Addr::new(10, 0, 0, 1)));
        assert_eq!(in_hosts_file("10.0.0.1 a # c", "c"), None);
    }
}
