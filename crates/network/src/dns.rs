//! Names to addresses: what CoreDNS answers, and how a resolver asks (`/etc/resolv.conf`, search domains, `ndots`).

mod records;

use crate::outside;
use crate::proxy::Proxy;
use crate::service::{Endpoint, Service};
use api::Str;
use std::net::Ipv4Addr;

pub use records::{Record, RecordType, Response, name_for, query};

/// The zone that CoreDNS answers for.
pub const CLUSTER_DOMAIN: &str = "cluster.local";

/// CNAMEs that are followed before a resolver gives up.
const ALIAS_LIMIT: usize = 8;

/// What a name server says about a name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// The names that the name is an alias of (CNAME records), in order.
    pub aliases: Vec<Str>,
    /// Its addresses (A records). None: the name does not exist (NXDOMAIN), or has no address.
    pub addresses: Vec<Ipv4Addr>,
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
    Answer { aliases: Vec::new(), addresses: outside::resolve(name).into_iter().collect() }
}

/// What CoreDNS says: about names in the cluster's zone itself, about all others what the outside name server says.
pub fn coredns(proxy: &Proxy, name: &str) -> Answer {
    let mut answer = Answer::default();
    let mut name = Str::from(name.trim_end_matches('.').to_ascii_lowercase());
    for _ in 0..ALIAS_LIMIT {
        let Some(inside) = name.strip_suffix(CLUSTER_DOMAIN).and_then(|rest| rest.strip_suffix('.')) else {
            answer.addresses = outside(&name).addresses;
            return answer;
        };
        match in_zone(proxy, inside) {
            Named::Addresses(addresses) => {
                answer.addresses = addresses;
                return answer;
            }
            Named::Alias(target) => {
                answer.aliases.push(target.clone());
                name = target;
            }
        }
    }
    answer
}

enum Named {
    Addresses(Vec<Ipv4Addr>),
    Alias(Str),
}

/// A name below the cluster's zone: `SERVICE.NAMESPACE.svc`, `HOST.SERVICE.NAMESPACE.svc`, `IP-WITH-DASHES.NAMESPACE.pod`.
fn in_zone(proxy: &Proxy, name: &str) -> Named {
    let labels: Vec<&str> = name.split('.').collect();
    match labels[..] {
        [service, namespace, "svc"] => match proxy.service(namespace, service) {
            Some(service) if service.kind == "ExternalName" => {
                Named::Alias(service.external_name.trim_end_matches('.').to_ascii_lowercase().into())
            }
            Some(service) => Named::Addresses(match service.cluster_ip {
                Some(address) => vec![address],
                None => headless(proxy, service, |_| true),
            }),
            None => Named::Addresses(Vec::new()),
        },
        [host, service, namespace, "svc"] => Named::Addresses(match proxy.service(namespace, service) {
            Some(service) => headless(proxy, service, |endpoint| match endpoint.hostname.as_str() {
                "" => dashed(host) == Some(endpoint.address),
                hostname => hostname == host,
            }),
            None => Vec::new(),
        }),
        [address, _namespace, "pod"] => Named::Addresses(dashed(address).into_iter().collect()),
        _ => Named::Addresses(Vec::new()),
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

    fn ask(name: &str) -> Vec<String> {
        let answer = coredns(&world(), name);
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
