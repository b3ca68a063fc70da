//! The world outside the cluster: the workstation, a name server, and a few web sites.
//!
//! Their addresses are from the ranges reserved for documentation (RFC 5737), so nobody's real machine is meant.

use api::Str;
use std::net::Ipv4Addr;

/// The workstation that the user types at; also the nodes' gateway to the outside and their name server.
pub const WORKSTATION: Ipv4Addr = Ipv4Addr::new(172, 17, 0, 1);

/// Where the API server of a cluster is whose control plane runs outside, beside the nodes' own network.
pub const CONTROL_PLANE: Ipv4Addr = Ipv4Addr::new(172, 17, 0, 2);
/// The port that an API server listens on.
pub const API_PORT: u16 = 6443;

/// Domains that the outside name server knows, each with every name below it.
const DOMAINS: &[(&str, Ipv4Addr)] = &[
    ("alpinelinux.org", Ipv4Addr::new(203, 0, 113, 40)),
    ("bar.com", Ipv4Addr::new(203, 0, 113, 10)),
    ("debian.org", Ipv4Addr::new(203, 0, 113, 41)),
    ("docker.io", Ipv4Addr::new(203, 0, 113, 30)),
    ("example.com", Ipv4Addr::new(198, 51, 100, 20)),
    ("example.net", Ipv4Addr::new(198, 51, 100, 21)),
    ("example.org", Ipv4Addr::new(198, 51, 100, 22)),
    ("foo.com", Ipv4Addr::new(203, 0, 113, 11)),
    ("github.com", Ipv4Addr::new(203, 0, 113, 20)),
    ("githubusercontent.com", Ipv4Addr::new(203, 0, 113, 23)),
    ("google.com", Ipv4Addr::new(203, 0, 113, 21)),
    ("k8s.io", Ipv4Addr::new(203, 0, 113, 31)),
    ("kubernetes.io", Ipv4Addr::new(203, 0, 113, 32)),
    ("naver.com", Ipv4Addr::new(203, 0, 113, 22)),
    ("wikipedia.org", Ipv4Addr::new(203, 0, 113, 24)),
];

/// A manifest that a project publishes, once for each release: what people apply to have an add-on.
struct Document {
    host: &'static str,
    /// How its path begins, and how it may end.
    project: &'static str,
    file: &'static str,
    text: &'static str,
}

const DOCUMENTS: &[Document] = &[
    Document {
        host: "github.com",
        project: "kubernetes-sigs/metrics-server/releases/",
        file: "/components.yaml",
        text: include_str!("../documents/metrics-server.yaml"),
    },
    Document {
        host: "raw.githubusercontent.com",
        project: "kubernetes/ingress-nginx/",
        file: "/deploy/static/provider/cloud/deploy.yaml",
        text: include_str!("../documents/ingress-nginx.yaml"),
    },
    Document {
        host: "github.com",
        project: "kubernetes-sigs/gateway-api/releases/",
        file: "/standard-install.yaml",
        text: include_str!("../documents/gateway-api.yaml"),
    },
    Document {
        host: "raw.githubusercontent.com",
        project: "nginx/nginx-gateway-fabric/",
        file: "/deploy/default/deploy.yaml",
        text: include_str!("../documents/nginx-gateway-fabric.yaml"),
    },
    Document {
        host: "k8s.io",
        project: "examples/application/",
        file: "/php-apache.yaml",
        text: include_str!("../documents/php-apache.yaml"),
    },
];

/// The ports that web sites listen on.
const WEB_PORTS: [u16; 2] = [80, 443];

/// The address of an outside name (without a trailing dot), or `None` where the name does not exist.
pub fn resolve(name: &str) -> Option<Ipv4Addr> {
    let name = name.to_ascii_lowercase();
    let below = |domain: &str| name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    DOMAINS.iter().find(|(domain, _)| below(domain)).map(|(_, address)| *address)
}

/// Whether `address` belongs to a machine outside the cluster.
pub fn exists(address: Ipv4Addr) -> bool {
    address == WORKSTATION || DOMAINS.iter().any(|(_, a)| *a == address)
}

/// Whether the web site at `address` listens on `port`.
pub fn listens(address: Ipv4Addr, port: u16) -> bool {
    address != WORKSTATION && exists(address) && WEB_PORTS.contains(&port)
}

/// What a manifest's address (`https://...`) has: text, or the status code of a page that is not there. `None` where there is
/// no such web site.
pub fn document(url: &str) -> Option<Result<&'static str, u16>> {
    let (host, path) = url.split_once("://")?.1.split_once('/')?;
    resolve(host)?;
    let here = |d: &&Document| d.host == host && path.starts_with(d.project) && path.ends_with(d.file);
    Some(DOCUMENTS.iter().find(here).map_or(Err(404), |document| Ok(document.text)))
}

/// The page that the web site at `address` shows; `None` where there is no site.
pub fn page(address: Ipv4Addr) -> Option<Str> {
    let (domain, _) = DOMAINS.iter().find(|(_, a)| *a == address)?;
    let text = format!(
        "<!doctype html>\n<html>\n<head><title>{domain}</title></head>\n<body>\n<h1>{domain}</h1>\n\
         <p>This page lives outside the cluster.</p>\n</body>\n</html>\n"
    );
    Some(text.into())
}
