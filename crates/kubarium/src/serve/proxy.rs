//! `proxy` of Pods, Services and Nodes: the API server carries a request to who serves there, and the answer back
//! (k8s.io/apimachinery/pkg/util/proxy; pkg/registry/core/{pod,service,node}: `ResourceLocation`).

use super::conversation::{dial, refusal};
use super::http::{Body, broken, whole};
use super::owner::{Door, Owner};
use super::{kubelet, rewrite};
use ::kubelet::http::{Reply, Request};
use api::{Status, Str, Value, kind};
use apiserver::http::{Answer, Call};
use http_body_util::{Either, Full};
use hyper::body::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, Response, StatusCode, Uri};
use shell::process::Place;
use std::time::Duration;

/// Where the API server runs, from which it connects.
const CONTROL_PLANE: &str = "master";
/// The longest that a connection is waited for (`net.Dialer` of the proxy's transport).
const DIAL: Duration = Duration::from_secs(30);

/// What belongs to one connection and is not handed on (RFC 9110, 7.6.1).
const HOP_BY_HOP: &[&str] = &[
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
enum Target {
    /// A program at an address in the cluster.
    Address(String, u16),
    /// The kubelet of a node.
    Kubelet(Str),
}

/// Carries a request into the cluster.
///
/// # Errors
/// The server's refusal: nobody of that name, nobody who serves, nobody who answers.
pub async fn proxy(
    door: &Door,
    call: Call,
    (method, uri, headers): (Method, Uri, HeaderMap),
    body: Bytes,
) -> Result<Response<Body>, Status> {
    let path = uri.path();
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let (prefix, rest) = halves(path, &call.request.name);
    let redirect = rest.is_empty().then(|| format!("{path}/{query}"));
    let request = onward(&method, &headers, format!("{rest}{query}"), body);
    let asked = door.ask(move |owner| {
        owner.look(|cluster| cluster.api().permit(&call.request))?;
        let target = target(owner, &call)?;
        match redirect {
            // A page's relative links would lead astray (https://issue.k8s.io/4958).
            Some(location) => Ok((moved(location), Duration::ZERO)),
            None => exchange(owner, &target, request),
        }
    });
    let (mut reply, after) = asked.await.ok_or_else(broken)??;
    tokio::time::sleep(after.min(DIAL)).await;
    rewrite::links(&mut reply, &prefix);
    Ok(match reply.status {
        0 => whole(Answer::refusal(&unreachable("malformed HTTP response"), apiserver::http::Media::default())),
        _ => response(reply, method == Method::HEAD),
    })
}

/// A path up to its `/proxy`, and what comes after, both as they were sent.
fn halves(path: &str, name: &str) -> (String, String) {
    let proxies = path.match_indices("/proxy").map(|(at, word)| at + word.len());
    let is_end = |at: &usize| {
        let named = path[..*at].rsplit('/').nth(1).map(|part| apiserver::http::decode(part, false));
        named.as_deref() == Some(name) && matches!(path.as_bytes().get(*at), None | Some(b'/'))
    };
    let at = proxies.into_iter().find(is_end).unwrap_or(path.len());
    (path[..at].to_owned(), path[at..].to_owned())
}

fn onward(method: &Method, headers: &HeaderMap, path: String, body: Bytes) -> Request {
    let all = |name: &HeaderName, value: &HeaderValue| -> Option<(Str, Str)> {
        let handed_on = !HOP_BY_HOP.contains(&name.as_str()) && !name.as_str().starts_with("impersonate-");
        handed_on.then(|| (name.as_str().into(), String::from_utf8_lossy(value.as_bytes()).into()))
    };
    Request {
        method: method.as_str().into(),
        path: path.into(),
        agent: super::credentials::text(headers, "user-agent").into(),
        headers: headers.iter().filter_map(|(name, value)| all(name, value)).collect(),
        body: body.to_vec(),
        ..Request::default()
    }
}

fn moved(location: String) -> Reply {
    let mut reply = Reply::new(301, "", "text/html; charset=utf-8", "");
    reply.headers = vec![("Location".into(), location.into()), ("Content-Length".into(), "0".into())];
    reply
}

fn response(reply: Reply, head: bool) -> Response<Body> {
    let size = reply.body.len();
    let body = if head { Vec::new() } else { reply.body };
    let mut response = Response::new(Either::Left(Full::new(Bytes::from(body))));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or_default();
    for (name, value) in &reply.headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value))
            && !HOP_BY_HOP.contains(&name.as_str())
        {
            response.headers_mut().append(name, value);
        }
    }
    if head {
        response.headers_mut().insert("content-length", HeaderValue::from(size));
    }
    response
}

/// 503: nobody answers.
fn unreachable(why: &str) -> Status {
    unavailable(format!("error trying to reach service: {why}"))
}

fn unavailable(message: String) -> Status {
    Status { code: 503, reason: "ServiceUnavailable", message, details: Value::Null }
}

/// Sends the request to the target; the answer, and how long the connection took.
fn exchange(owner: &mut Owner, target: &Target, mut request: Request) -> Result<(Reply, Duration), Status> {
    let (host, port) = match target {
        Target::Address(host, port) => (host.clone(), *port),
        Target::Kubelet(node) => (node.to_string(), kubelet::PORT),
    };
    let master = Place::Node(CONTROL_PLANE.into());
    let trace = dial(owner, &master, &host, port);
    let shown = trace.as_ref().and_then(network::Trace::address).map_or(host.clone(), |address| address.to_string());
    let failed = |why: &str| unreachable(&format!("dial tcp {shown}:{port}: {why}"));
    let Some(trace) = trace else { return Err(failed("connect: no route to host")) };
    if let Some(why) = refusal(&trace) {
        return Err(failed(why));
    }
    let reply = match (target, trace.listener()) {
        (Target::Kubelet(node), _) => Some(kubelet::answer(owner, node, &request)),
        (_, Some(listener)) => {
            request.host = format!("{host}:{port}").into();
            owner.http(listener, &request)
        }
        (_, None) => None,
    };
    Ok((reply.ok_or_else(|| unreachable("EOF"))?, trace.after))
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

fn target(owner: &Owner, call: &Call) -> Result<Target, Status> {
    let (kind, id) = (call.request.kind, call.request.name.as_str());
    let Some((scheme, name, port)) = split(id) else {
        let what = kind.kind.to_lowercase();
        return Err(Status::bad_request(format!("invalid {what} request {id:?}")));
    };
    let namespace = call.request.namespace.clone();
    let find = |kind: &'static api::Kind, name: &str| {
        let namespace = if kind.namespaced { namespace.as_str() } else { "" };
        owner.look(|cluster| cluster.api().find(kind, namespace, name).cloned())
    };
    if kind == kind::NODE {
        let node = find(kind::NODE, name)?;
        return match port {
            "" => Ok(Target::Kubelet(name.into())),
            port if port == kubelet::PORT.to_string() => Ok(Target::Kubelet(name.into())),
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
