//! One connection: HTTP/1.1 in, answers and streams out.

use super::credentials::{impersonated, text};
use super::tls::Shown;
use super::{Context, control, exec, forward, protobuf, proxy, stream, tls};
use api::{Kind, Status, Value, kind};
use apiserver::http::{self, Answer, Asked, Call, Head, body};
use apiserver::{Request as ApiRequest, Verb};
use http_body_util::{BodyExt, Either, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, ETAG, HeaderValue, WARNING};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::rc::Rc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

type Kinds = Vec<&'static Kind>;
type Custom = Vec<(&'static Kind, Value)>;

/// What an answer's body is: a text, or a stream.
pub type Body = Either<Full<Bytes>, stream::Lines>;

/// How long the headers and the body of a request may take to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often, and after which pause, a Pod's admission looks for the `default` ServiceAccount of a namespace that is so new
/// that it has none yet (plugin/pkg/admission/serviceaccount: `getServiceAccount`).
const ATTEMPTS: usize = 10;
const RETRY: Duration = Duration::from_millis(100);

/// Serves a connection until it ends.
pub async fn connection(socket: TcpStream, context: Rc<Context>) {
    if !tls::begins(&socket).await {
        return serve(socket, None, context).await;
    }
    // A client that does not trust the server has been told so by then.
    if let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, context.tls.accept(socket)).await {
        let certificate = context.tls.shown(stream.get_ref().1);
        serve(stream, certificate, context).await;
    }
}

/// Serves what comes over a connection whose client has shown this certificate, or none.
async fn serve<S>(socket: S, certificate: Option<Shown>, context: Rc<Context>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = hyper::service::service_fn(move |request| {
        let (context, certificate) = (context.clone(), certificate.clone());
        async move { Ok::<_, Infallible>(answer(request, certificate, &context).await) }
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.timer(hyper_util::rt::TokioTimer::new()).header_read_timeout(PATIENCE);
    // An error is the client's: it has gone, or talks nonsense, and knows.
    let _ = builder.serve_connection(TokioIo::new(socket), service).with_upgrades().await;
}

async fn answer(request: Request<Incoming>, certificate: Option<Shown>, context: &Context) -> Response<Body> {
    let _flying = context.metrics.begin(request.method().as_str());
    let head = head_of(&request);
    match answered(request, &head, certificate, context).await {
        Ok(response) => response,
        Err(status) => whole(Answer::refusal(&status, head.media_of_refusal())),
    }
}

fn head_of(request: &Request<Incoming>) -> Head {
    let (uri, headers) = (request.uri(), request.headers());
    let header = |name: &str| text(headers, name).to_owned();
    let accept = headers.get_all("accept").iter().filter_map(|value| value.to_str().ok()).collect::<Vec<_>>();
    Head {
        method: request.method().to_string(),
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        accept: accept.join(","),
        content_type: header("content-type"),
        agent: header("user-agent"),
        etag: header("if-none-match"),
    }
}

async fn answered(
    mut request: Request<Incoming>,
    head: &Head,
    certificate: Option<Shown>,
    context: &Context,
) -> Result<Response<Body>, Status> {
    let upgrade = hyper::upgrade::on(&mut request);
    let (parts, incoming) = request.into_parts();
    if let Some(answer) = control::answer(&context.door, head).await {
        return Ok(whole(answer));
    }
    let (user, token) = context.credentials.shown(&parts.headers, certificate.as_ref())?;
    let impersonate = match impersonated(&parts.headers) {
        Ok(impersonate) => impersonate,
        Err(why) => return Ok(whole(internal_error(&parts.uri, &why))),
    };
    let who = ApiRequest { user, token, impersonate, ..ApiRequest::new(Verb::Get, kind::POD, "", "") };
    let (kinds, custom, who) = enter(context, head, who, certificate).await?;
    if let Some(answer) = context.documents.answer(head, &kinds, custom) {
        return answer.map(whole);
    }
    if head.path == "/metrics" && matches!(head.method.as_str(), "GET" | "HEAD") {
        return context.metrics.text(&context.door).await.map(whole);
    }
    if head.path == "/" {
        return Ok(whole(Answer::json(200, &http::health::paths(&http::discovery::groups(&kinds)), true)));
    }
    let bytes = read(incoming).await?;
    let protobuf = head.content_type.starts_with("application/vnd.kubernetes.protobuf") && !bytes.is_empty();
    let read = match protobuf {
        true => body::decoded(protobuf::decode(&bytes), &bytes),
        false => body::read(&head.content_type, &bytes),
    };
    let (method, uri, headers) = (parts.method, parts.uri, parts.headers);
    match http::parse(head, &read, &kinds, &who.user)? {
        Asked::Text(answer) => Ok(whole(answer)),
        Asked::Unknown => {
            let segments = head.path.split('/').map(str::to_owned).collect::<Vec<_>>();
            let aggregated = context.door.ask(move |owner| owner.look(|cluster| is_aggregated(cluster, &segments)));
            Ok(whole(match aggregated.await {
                // http.Error, as the aggregator calls it for whoever does not answer.
                Some(true) => Answer::text(503, "text/plain; charset=utf-8", "service unavailable\n"),
                _ => Answer::page_not_found(),
            }))
        }
        Asked::Api(mut call) => {
            call.request = call.request.sent_by(&who);
            let counted = ApiRequest { body: Value::Null, ..call.request.clone() };
            let answered = match call.request.subresource.as_str() {
                "portforward" => forward::forward(&context.door, *call, &headers, upgrade).await,
                "exec" | "attach" => exec::exec(&context.door, *call, &headers, upgrade).await,
                "proxy" => proxy::proxy(&context.door, *call, (method, uri, headers), bytes).await,
                _ => api(*call, context).await,
            };
            let code = answered.as_ref().map_or_else(|status| status.code, |response| response.status().as_u16());
            context.metrics.answered(&counted, code);
            answered
        }
    }
}

/// What is served at the moment, whether the client is somebody, and whether he may see a path that is no resource.
async fn enter(
    context: &Context,
    head: &Head,
    mut who: ApiRequest,
    certificate: Option<Shown>,
) -> Result<(Kinds, Custom, ApiRequest), Status> {
    let path = (!http::is_resource(&head.path)).then(|| (head.method.to_ascii_lowercase(), head.path.clone()));
    let explains = head.path.starts_with("/openapi/");
    let asked = context.door.ask(move |owner| {
        owner.look(|cluster| {
            let api = cluster.api();
            // Who it is comes before what is asked: nobody learns with a wrong token that there is no such path.
            let known = match certificate {
                Some(Shown::Other(certificate)) => api.certified(&certificate).map(|user| who.user = user),
                _ => Ok(()),
            };
            let permitted = known.and_then(|()| match path {
                Some((verb, path)) => api.permit_path(&who, &verb, &path),
                None => api.user_of(&who).map(drop),
            });
            let kinds = api.kinds();
            let custom = if explains { api.custom_schemas() } else { Vec::new() };
            (permitted, kinds, custom, who)
        })
    });
    let (permitted, kinds, custom, who) = asked.await.ok_or_else(broken)?;
    permitted.map(|()| (kinds, custom, who))
}

/// What Go's handlers answer to what they cannot make sense of (responsewriters: `InternalError`).
fn internal_error(uri: &hyper::Uri, why: &str) -> Answer {
    Answer::text(500, "text/plain; charset=utf-8", format!("Internal Server Error: {:?}: {why}\n", uri.to_string()))
}

/// Whether a path lies in a group and version that an APIService says somebody else serves.
fn is_aggregated(cluster: &cluster::Cluster, segments: &[String]) -> bool {
    let [_, apis, group, version, ..] = segments else { return false };
    let key = apiserver::Key::new("", format!("{version}.{group}"));
    let service = cluster.api().store().get(kind::API_SERVICE, &key);
    apis == "apis" && service.is_some_and(|service| !service["spec"]["service"].is_null())
}

/// The bytes of a body.
async fn read(incoming: Incoming) -> Result<Bytes, Status> {
    let limited = Limited::new(incoming, body::MAX_BYTES).collect();
    match tokio::time::timeout(PATIENCE, limited).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => Err(body::too_large()),
        Ok(Err(error)) => Err(Status::bad_request(error.to_string())),
        Err(_) => Err(Status {
            code: 504,
            reason: "Timeout",
            message: "Timeout: request did not complete within the allotted timeout".to_owned(),
            details: Value::Null,
        }),
    }
}

async fn api(call: Call, context: &Context) -> Result<Response<Body>, Status> {
    let (door, media) = (&context.door, call.media);
    if call.request.verb == Verb::Watch {
        return stream::watch(door, call).await.map(streaming);
    }
    if call.request.subresource == "log" && call.follow {
        return stream::log(door, call).await.map(streaming);
    }
    let mut request = call.request;
    let mut attempts = 1;
    let result = loop {
        let asked = door.ask(move |owner| (owner.request(&request), request));
        let (result, back) = asked.await.ok_or_else(broken)?;
        request = back;
        match &result {
            Err(status) if attempts < ATTEMPTS && is_early(status) => attempts += 1,
            _ => break result,
        }
        tokio::time::sleep(RETRY).await;
    };
    Ok(whole(match result {
        Ok(response) => http::answer::encode(request.kind, request.verb, &response, media),
        Err(status) => Answer::refusal(&status, media),
    }))
}

/// Whether a refusal may be gone in a moment.
fn is_early(status: &Status) -> bool {
    status.code == 403 && status.message.ends_with("serviceaccount \"default\" not found")
}

/// 500: a bug of ours.
pub fn broken() -> Status {
    let message = "Internal error occurred: the server panicked".to_owned();
    Status { code: 500, reason: "InternalError", message, details: Value::Null }
}

/// An answer as a response.
pub fn whole(answer: Answer) -> Response<Body> {
    let mut response = Response::new(Either::Left(Full::new(Bytes::from(answer.body))));
    *response.status_mut() = hyper::StatusCode::from_u16(answer.code).unwrap_or_default();
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&answer.content_type) {
        headers.insert(CONTENT_TYPE, value);
    }
    headers.insert("cache-control", HeaderValue::from_static("no-cache, private"));
    if !answer.etag.is_empty()
        && let Ok(value) = HeaderValue::from_str(&answer.etag)
    {
        headers.insert(ETAG, value);
        headers.insert("vary", HeaderValue::from_static("Accept"));
    }
    for warning in answer.warnings {
        if let Ok(value) = HeaderValue::from_bytes(http::warning(&warning).as_bytes()) {
            headers.append(WARNING, value);
        }
    }
    response
}

fn streaming((content_type, lines): (&'static str, stream::Lines)) -> Response<Body> {
    let mut response = Response::new(Either::Right(lines));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert("cache-control", HeaderValue::from_static("no-cache, private"));
    response
}
