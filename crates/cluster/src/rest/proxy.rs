//! `proxy` of Pods, Services and Nodes: the API server carries a request to who serves there, and the answer back
//! (k8s.io/apimachinery/pkg/util/proxy; pkg/registry/core/{pod,service,node}: `ResourceLocation`).

use api::{Status, Str, Value, kind};
use apiserver::{ApiServer, Request};
use kubelet::http::Reply;

/// The port of a node's kubelet.
pub(super) const KUBELET_PORT: u16 = 10_250;

/// What belongs to one connection and is not handed on (RFC 9110, 7.6.1).
pub const HOP_BY_HOP: &[&str] = &[
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    // The API server's own: whoever serves in the cluster must not learn it.
    "authorization",
];

/// Who serves.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// A program at an address in the cluster.
    Address(String, u16),
    /// The kubelet of a node.
    Kubelet(Str),
}

/// A path up to its `/proxy`, and what comes after, both as they were sent.
pub fn halves(path: &str, name: &str) -> (String, String) {
    let proxies = path.match_indices("/proxy").map(|(at, word)| at + word.len());
    let is_end = |at: &usize| {
        let named = path[..*at].rsplit('/').nth(1).map(|part| apiserver::http::decode(part, false));
        named.as_deref() == Some(name) && matches!(path.as_bytes().get(*at), None | Some(b'/'))
    };
    let at = proxies.into_iter().find(is_end).unwrap_or(path.len());
    (path[..at].to_owned(), path[at..].to_owned())
}

/// The answer to a path that ends with the proxy: relative links need its slash.
pub fn moved(location: String) -> Reply {
    let mut reply = Reply::new(301, "", "text/html; charset=utf-8", "");
    reply.headers = vec![("Location".into(), location.into()), ("Content-Length".into(), "0".into())];
    reply
}

/// 503: nobody answers.
pub fn unreachable(why: &str) -> Status {
    unavailable(format!("error trying to reach service: {why}"))
}

fn unavailable(message: String) -> Status {
    Status { code: 503, reason: "ServiceUnavailable", message, details: Value::Null }
}

/// `[SCHEME:]NAME[:PORT]` (k8s.io/apimachinery/pkg/util/net: `SplitSchemeNamePort`).
fn split(id: &str) -> Option<(&str, &str, &str)> {
    let parts: Vec<&str> = id.split(':').collect();
    let (scheme, name, port) = match parts[..] {
        [name] => ("", name, ""),
        [name, port] => ("", name, port),
        [scheme, name, port] => (scheme, name, port),
        _ => return None,
    };
    (matches!(scheme, "" | "http" | "https") && !name.is_empty()).then_some((scheme, name, port))
}

/// Where a request goes.
///
/// # Errors
/// There is nobody of that name, or nobody who serves.
pub fn target(api: &ApiServer, request: &Request) -> Result<Target, Status> {
    let (kind, id) = (request.kind, request.name.as_str());
    let Some((scheme, name, port)) = split(id) else {
        let what = kind.kind.to_lowercase();
        return Err(Status::bad_request(format!("invalid {what} request {id:?}")));
    };
    let namespace = request.namespace.clone();
    let find = |kind: &'static api::Kind, name: &str| {
        let namespace = if kind.namespaced { namespace.as_str() } else { "" };
        api.find(kind, namespace, name).cloned()
    };
    if kind == kind::NODE {
        let node = find(kind::NODE, name)?;
        return match port {
            "" => Ok(Target::Kubelet(name.into())),
            port if port.parse() == Ok(KUBELET_PORT) => Ok(Target::Kubelet(name.into())),
            port => Ok(Target::Address(internal_address(&node).to_owned(), number(port)?)),
        };
    }
    if kind == kind::SERVICE {
        let service = port.parse::<i64>().is_ok().then(|| find(kind::SERVICE, name)).transpose()?;
        return endpoint(find(kind::ENDPOINTS, name), service.as_ref(), (name, port));
    }
    let pod = find(kind::POD, name)?;
    let address = pod.at("status.podIP").str();
    if address.is_empty() {
        return Err(Status::bad_request("address not allowed"));
    }
    let port = match port {
        "" => {
            let mut ports = pod.at("spec.containers").array().iter().filter_map(|c| c["ports"].array().first());
            let first = ports.next().and_then(|port| port["containerPort"].as_int());
            first.and_then(|port| u16::try_from(port).ok()).unwrap_or(if scheme == "https" { 443 } else { 80 })
        }
        port => number(port)?,
    };
    Ok(Target::Address(address.to_owned(), port))
}

/// One of a Service's endpoints.
fn endpoint(
    endpoints: Result<Value, Status>,
    service: Option<&Value>,
    (name, port): (&str, &str),
) -> Result<Target, Status> {
    let none = || unavailable(format!("no endpoints available for service {name:?}"));
    let port = match service {
        Some(service) => {
            let mut ports = service.at("spec.ports").array().iter();
            let known = ports.find(|known| known["port"].int().to_string() == port);
            let missing = || unavailable(format!("no service port {port} found for service {name:?}"));
            known.ok_or_else(missing)?["name"].str().to_owned()
        }
        None => port.to_owned(),
    };
    let endpoints = endpoints?;
    for subset in endpoints["subsets"].array() {
        let named = subset["ports"].array().iter().find(|known| known["name"].str() == port);
        if let (Some(port), Some(address)) = (named, subset["addresses"].array().first()) {
            let number = u16::try_from(port["port"].int()).map_err(|_| none())?;
            return Ok(Target::Address(address["ip"].str().to_owned(), number));
        }
    }
    Err(none())
}

fn internal_address(node: &Value) -> &str {
    let mut addresses = node.at("status.addresses").array().iter();
    addresses.find(|address| address["type"].str() == "InternalIP").map_or("", |address| address["address"].str())
}

fn number(port: &str) -> Result<u16, Status> {
    let parsed = port.parse::<u16>().ok().filter(|port| *port > 0);
    // The port is part of a URL that Go cannot dial.
    parsed.ok_or_else(|| unreachable(&format!("dial tcp: lookup tcp/{port}: unknown port")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{list, obj};

    #[test]
    fn names_may_have_schemes_and_ports() {
        assert_eq!(split("web"), Some(("", "web", "")));
        assert_eq!(split("web:80"), Some(("", "web", "80")));
        assert_eq!(split("https:web:"), Some(("https", "web", "")));
        assert_eq!((split("ftp:web:1"), split("a:b:c:d"), split(":80")), (None, None, None));
    }

    #[test]
    fn the_path_goes_on_as_it_was_sent() {
        let halves = |path: &str, name: &str| {
            let (prefix, rest) = super::halves(path, name);
            format!("{prefix} {rest}")
        };
        assert_eq!(halves("/api/v1/nodes/n/proxy", "n"), "/api/v1/nodes/n/proxy ");
        assert_eq!(halves("/v1/pods/x%3A80/proxy/a%20b/proxy", "x:80"), "/v1/pods/x%3A80/proxy /a%20b/proxy");
        assert_eq!(halves("/v1/pods/proxy/proxy/proxy", "proxy"), "/v1/pods/proxy/proxy /proxy");
    }

    #[test]
    fn a_service_needs_endpoints_at_its_port() {
        let service = obj! { "spec" => obj! { "ports" => list![obj! { "port" => 80, "name" => "web" }] } };
        let subset = obj! {
            "addresses" => list![obj! { "ip" => "10.44.0.1" }],
            "ports" => list![obj! { "name" => "web", "port" => 8080 }],
        };
        let ready = obj! { "subsets" => list![subset] };
        let at = |endpoints: &Value, service: Option<&Value>, port: &str| match endpoint(
            Ok(endpoints.clone()),
            service,
            ("x", port),
        ) {
            Ok(Target::Address(host, port)) => format!("{host}:{port}"),
            Ok(Target::Kubelet(_)) => unreachable!("a Service is no node"),
            Err(status) => status.message,
        };
        assert_eq!(at(&ready, Some(&service), "80"), "10.44.0.1:8080");
        assert_eq!(at(&ready, None, "web"), "10.44.0.1:8080");
        assert_eq!(at(&ready, None, ""), "no endpoints available for service \"x\"");
        assert_eq!(at(&ready, Some(&service), "81"), "no service port 81 found for service \"x\"");
        assert_eq!(at(&obj! {}, None, "web"), "no endpoints available for service \"x\"");
    }
}
