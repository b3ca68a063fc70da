//! `proxy` of Pods, Services and Nodes over HTTP: see [`cluster::rest`], which decides where a request goes.

use super::conversation::{dial, refusal};
use super::http::{Body, broken, whole};
use super::kubelet;
use super::owner::{Door, Owner};
use ::kubelet::http::{Reply, Request};
use api::{Status, Str};
use apiserver::http::{Answer, Call};
use cluster::rest::{HOP_BY_HOP, Target, halves, links, moved, target, unreachable};
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
        let target = owner.look(|cluster| target(cluster.api(), &call.request))?;
        match redirect {
            // A page's relative links would lead astray (https://issue.k8s.io/4958).
            Some(location) => Ok((moved(location), Duration::ZERO)),
            None => exchange(owner, &target, request),
        }
    });
    let (mut reply, after) = asked.await.ok_or_else(broken)??;
    tokio::time::sleep(after.min(DIAL)).await;
    links(&mut reply, &prefix);
    Ok(match reply.status {
        0 => whole(Answer::refusal(&unreachable("malformed HTTP response"), apiserver::http::Media::default())),
        _ => response(reply, method == Method::HEAD),
    })
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
