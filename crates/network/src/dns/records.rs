//! Questions for a record of one type, as `dig` and `nslookup` ask them: the Kubernetes DNS specification's A, SRV, PTR and
//! CNAME records (github.com/kubernetes/dns, docs/specification.md).

use super::corefile::Corefile;
use super::{Answer, CLUSTER_DOMAIN, Named, in_zone, outside};
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
    /// A text: the version of the specification is one.
    Txt,
}

/// The version of the specification that is followed, as the name `dns-version` tells it.
const VERSION: &str = "1.1.0";

impl RecordType {
    /// Reads `A`, `srv` ...; `None` for a type that no record here has.
    pub fn parse(text: &str) -> Option<RecordType> {
        use RecordType::{A, Aaaa, Cname, Ptr, Srv, Txt};
        let all = [A, Aaaa, Cname, Srv, Ptr, Txt];
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
            RecordType::Txt => "TXT",
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

/// How a name server ends an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Code {
    /// There is an answer, or at least no mistake.
    #[default]
    Fine,
    /// It could not find out.
    ServFail,
    /// It does not answer for such names.
    Refused,
}

/// The answer to one question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// Whether the name exists, be it without a record of the type that was asked for (NOERROR rather than NXDOMAIN).
    pub exists: bool,
    /// The records.
    pub records: Vec<Record>,
    /// Whether the server could answer at all.
    pub code: Code,
    /// The zone, where the server is the authority for it.
    pub zone: Option<Str>,
}

impl Response {
    /// There is no answer.
    pub(super) fn failed(code: Code) -> Response {
        Response { code, ..Response::default() }
    }

    /// As `dig` names it.
    pub fn status(&self) -> &'static str {
        match self.code {
            Code::Fine if self.exists => "NOERROR",
            Code::Fine => "NXDOMAIN",
            Code::ServFail => "SERVFAIL",
            Code::Refused => "REFUSED",
        }
    }

    /// As the answer to somebody who wants an address.
    pub(crate) fn answer(self) -> Answer {
        let mut answer = Answer { exists: self.exists, ..Answer::default() };
        for record in self.records {
            match record.kind {
                RecordType::Cname => answer.aliases.push(record.data.trim_end_matches('.').into()),
                RecordType::A => answer.addresses.extend(record.data.parse::<Ipv4Addr>()),
                _ => {}
            }
        }
        answer
    }
}

/// What CoreDNS's plugin kubernetes knows of the cluster.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The Services and their endpoints.
    pub proxy: &'a Proxy,
    /// Whether there is a Namespace.
    pub namespace: &'a dyn Fn(&str) -> bool,
    /// Whether a Pod of a Namespace has an address.
    pub pod: &'a dyn Fn(&str, Ipv4Addr) -> bool,
    /// What a name server at an address inside says; nothing where nobody answers.
    pub forward: &'a dyn Fn(Ipv4Addr, &str, RecordType) -> Option<Response>,
}

/// Whom one asks.
#[derive(Clone, Copy)]
pub enum Server<'a> {
    /// The name server outside.
    Outside,
    /// CoreDNS.
    Cluster(World<'a>, &'a Corefile),
}

/// CNAMEs that are followed before a server gives up.
const ALIAS_LIMIT: usize = 8;

impl Server<'_> {
    /// What the server says.
    pub fn query(&self, name: &str, kind: RecordType) -> Response {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        match self {
            Server::Cluster(world, corefile) => corefile.answer(world, &name, kind, ALIAS_LIMIT),
            Server::Outside => {
                let addresses = outside(&name).addresses;
                let exists = !addresses.is_empty();
                let wanted = addresses.into_iter().filter(|_| kind == RecordType::A);
                let record = |ip: Ipv4Addr| Record { name: name.as_str().into(), kind, data: ip.to_string() };
                Response { exists, records: wanted.map(record).collect(), ..Response::default() }
            }
        }
    }
}

impl World<'_> {
    /// The plugin kubernetes: a name in one of its zones. `pods` is its option; `chase` looks an alias up.
    pub(super) fn kubernetes(
        &self,
        zone: &Str,
        pods: &str,
        name: &str,
        kind: RecordType,
        chase: &mut dyn FnMut(&str) -> Response,
    ) -> Response {
        let mut response = Response { zone: Some(zone.clone()), ..Response::default() };
        if zone.ends_with(".arpa") {
            let names = reverse_name(name).map(|address| names_of(self.proxy, address)).unwrap_or_default();
            response.exists = !names.is_empty();
            let wanted = names.into_iter().filter(|_| kind == RecordType::Ptr);
            response.records.extend(wanted.map(|data| Record { name: name.into(), kind: RecordType::Ptr, data }));
            return response;
        }
        let inside = name.strip_suffix(zone.as_str()).unwrap_or_default().trim_end_matches('.');
        if inside == "dns-version" {
            response.exists = true;
            if kind == RecordType::Txt {
                response.records.push(Record { name: name.into(), kind, data: format!("\"{VERSION}\"") });
            }
            return response;
        }
        let named = in_zone(self, inside, pods);
        response.exists = !matches!(named, Named::Missing);
        match named {
            Named::Missing | Named::Empty => {}
            _ if kind == RecordType::Srv => {
                response.records = services(self.proxy, name, inside);
            }
            Named::Addresses(addresses) if kind == RecordType::A => {
                let record = |ip: Ipv4Addr| Record { name: name.into(), kind, data: ip.to_string() };
                response.records.extend(addresses.into_iter().map(record));
            }
            Named::Addresses(_) => {}
            Named::Alias(target) => {
                let data = format!("{target}.");
                response.records.push(Record { name: name.into(), kind: RecordType::Cname, data });
                if kind != RecordType::Cname {
                    response.records.extend(chase(&target).records);
                }
            }
        }
        response
    }
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
fn services(proxy: &Proxy, name: &str, inside: &str) -> Vec<Record> {
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
    use super::super::tests::{query, query_with};
    use super::*;

    fn ask(name: &str, kind: RecordType) -> (bool, Vec<String>) {
        let response = query(name, kind);
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

    /// NOERROR without records against NXDOMAIN, as the plugin kubernetes decides.
    #[test]
    fn names_that_lead_to_something_exist() {
        let status = |name: &str| query(name, RecordType::A).status();
        for name in [
            "cluster.local",
            "svc.cluster.local",
            "pod.cluster.local",
            "default.svc.cluster.local",
            "default.pod.cluster.local",
            "web.default.svc.cluster.local",
            "10-1-2-3.default.pod.cluster.local",
            "_sql._tcp.db.default.svc.cluster.local",
            "www.example.com",
        ] {
            assert_eq!(status(name), "NOERROR", "{name}");
        }
        for name in [
            "nosuch.svc.cluster.local",
            "nosuch.default.svc.cluster.local",
            "web.nosuch.svc.cluster.local",
            "10-1-2-3.nosuch.pod.cluster.local",
            "x.default.pod.cluster.local",
            "nosuch.db.default.svc.cluster.local",
            "_http._tcp.db.default.svc.cluster.local",
            "empty.default.svc.cluster.local",
            "web.default.svc.cluster.local.default.svc.cluster.local",
            "default.cluster.local",
            "nosuch.invalid",
        ] {
            assert_eq!(status(name), "NXDOMAIN", "{name}");
        }
        assert_eq!(query("web.default.svc.cluster.local", RecordType::A).zone, Some("cluster.local".into()));
        assert_eq!(query("www.example.com", RecordType::A).zone, None);
    }

    #[test]
    fn a_corefile_decides() {
        let kubernetes = "kubernetes cluster.local in-addr.arpa {\n pods verified\n fallthrough in-addr.arpa\n}";
        let file = format!(
            ".:53 {{\n  errors\n  rewrite name old.example.com web.default.svc.cluster.local\n  \
             rewrite name suffix .shop .default.svc.cluster.local\n  \
             rewrite {{\n name regex (.*)\\.my\\.org {{1}}.default.svc.cluster.local\n }}\n  \
             hosts {{\n 192.0.2.7 printer.office # the one downstairs\n fallthrough\n }}\n  {kubernetes}\n  \
             forward . /etc/resolv.conf\n  reload\n}}\n\
             corp.example:53 {{\n forward . 10.9.9.9\n}}\nstub.example:53 {{\n forward . 10.9.9.9 10.44.0.53\n}}\nexample.org {{\n errors\n forward . 8.8.8.8\n}}\n"
        );
        let ask = |name: &str| {
            let response = query_with(&file, name, RecordType::A);
            let last =
                response.records.last().map_or(String::new(), |record| format!(" {} {}", record.name, record.data));
            format!("{}{last}", response.status())
        };
        assert_eq!(ask("old.example.com"), "NOERROR old.example.com 10.96.1.1");
        assert_eq!(ask("web.shop"), "NOERROR web.shop 10.96.1.1");
        assert_eq!(ask("web.my.org"), "NOERROR web.my.org 10.96.1.1");
        assert_eq!(ask("printer.office"), "NOERROR printer.office 192.0.2.7");
        assert_eq!(ask("www.example.com"), "NOERROR www.example.com 198.51.100.20");
        assert_eq!(ask("mail.corp.example"), "SERVFAIL", "nobody serves names at 10.9.9.9");
        assert_eq!(ask("mail.stub.example"), "NOERROR mail.stub.example 10.7.7.7", "the second of two answers");
        assert_eq!(ask("nosuch.stub.example"), "NXDOMAIN");
        assert_eq!(ask("www.example.org"), "NOERROR www.example.org 198.51.100.22");
        assert_eq!(ask("10-44-0-1.default.pod.cluster.local"), "NOERROR 10-44-0-1.default.pod.cluster.local 10.44.0.1");
        assert_eq!(ask("10-44-0-9.default.pod.cluster.local"), "NXDOMAIN", "such a Pod is not there");
        let only = "cluster.local {\n kubernetes\n}\n";
        assert_eq!(query_with(only, "www.example.com", RecordType::A).status(), "REFUSED");
        assert_eq!(query_with(only, "web.default.svc.cluster.local", RecordType::A).status(), "NOERROR");
        for wrong in ["", ".:53 {", ".:53 {\n nosuch\n}", "}", ".:53\n{\n}", ".:53 {\n hosts {\n"] {
            assert_eq!(Corefile::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn types_are_read_in_any_case() {
        assert_eq!(RecordType::parse("srv"), Some(RecordType::Srv));
        assert_eq!(RecordType::parse("MX"), None);
    }
}
