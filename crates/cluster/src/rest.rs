//! The API server as whoever speaks HTTP to it finds it: `curl` in a container with its ServiceAccount's token, on a node, or
//! through `kubectl proxy`. What HTTP means is [`apiserver::http`]; `kubarium serve` shows the same to real sockets.

mod links;
mod proxy;

use crate::Cluster;
use api::{Status, Str, obj};
use apiserver::http::{self, Answer, Asked, Call, Head, answer, body, is_resource, order};
use apiserver::{Request as Ask, User, Verb, WatchEvent};
use kubelet::http::{Reply, Request};
use network::{Call as Dial, Listener, Outcome, Place, Protocol, outside};

pub use links::links;
pub use proxy::{HOP_BY_HOP, Target, halves, moved, target, unreachable};

/// The image that serves the API on a node of the control plane.
const IMAGE: &str = "registry.k8s.io/kube-apiserver";

impl Cluster {
    /// Whether it is the API server that listens there.
    pub fn is_api_server(&self, listener: &Listener) -> bool {
        match &listener.place {
            Place::Node(name) => self.kubelets.node_runs(name, listener.port, IMAGE),
            Place::Outside => self.network().hosted == Some(listener.address) && listener.port == outside::API_PORT,
            Place::Pod(_) => false,
        }
    }

    /// What the API server answers, to whom the request's headers say it comes from, or to `who` (of whom the user, the token
    /// and the impersonation count) where a client's certificate says it.
    pub(crate) fn rest(&mut self, request: &Request, who: Option<&Ask>) -> Reply {
        if who.is_none() && !request.tls {
            return Reply::new(400, "", "text/plain", "Client sent an HTTP request to an HTTPS server.\n");
        }
        self.raw(request, who)
            .unwrap_or_else(|status| whole(Answer::refusal(&status, head_of(request).media_of_refusal())))
    }

    /// The same, with refusals as they are (`kubectl get --raw`).
    ///
    /// # Errors
    /// The server's refusal.
    pub fn raw(&mut self, request: &Request, who: Option<&Ask>) -> Result<Reply, Status> {
        let head = head_of(request);
        let mut ask = Ask::new(Verb::Get, api::kind::POD, "", "");
        match who {
            Some(who) => ask = ask.sent_by(who),
            None => (ask.user, ask.token) = shown(header(request, "authorization").unwrap_or_default()),
        }
        self.answered(&head, ask, request)
    }

    fn answered(&mut self, head: &Head, who: Ask, request: &Request) -> Result<Reply, Status> {
        if is_resource(&head.path) {
            self.api.user_of(&who)?;
        } else {
            self.api.permit_path(&who, &head.method.to_ascii_lowercase(), &head.path)?;
        }
        let kinds = self.api.kinds();
        if head.path == "/" {
            return Ok(whole(Answer::json(200, &http::health::paths(&http::discovery::groups(&kinds)), true)));
        }
        if request.body.len() > body::MAX_BYTES {
            return Err(body::too_large());
        }
        let read = body::read(&head.content_type, &request.body);
        let mut call = match http::parse(head, &read, &kinds, &who.user)? {
            Asked::Text(answer) => return Ok(whole(answer)),
            Asked::Unknown => return Ok(whole(Answer::page_not_found())),
            Asked::Api(call) => call,
        };
        call.request = call.request.sent_by(&who);
        match (call.request.subresource.as_str(), call.request.verb) {
            ("proxy", _) => self.through_proxy(&call.request, head, request),
            ("exec" | "attach" | "portforward", _) => Err(Status::bad_request("Upgrade request required")),
            (_, Verb::Watch) => self.begin_watch(*call),
            _ => {
                let media = call.media;
                let response = self.request(&call.request)?;
                Ok(whole(answer::encode(call.request.kind, call.request.verb, &response, media)))
            }
        }
    }

    /// A reply that goes on for as long as its reader listens.
    fn begin_watch(&mut self, mut call: Call) -> Result<Reply, Status> {
        let name = call.request.name.clone();
        if !name.is_empty() {
            call.request.options.field_selector = format!("metadata.name={name}").into();
        }
        let watch = self.watch(&call.request)?;
        let mut reply = Reply::new(200, "", "application/json", "");
        reply.headers =
            vec![("Content-Type".into(), "application/json".into()), ("Transfer-Encoding".into(), "chunked".into())];
        reply.follow = Some(kubelet::http::Follow { watch, seconds: call.timeout.unwrap_or_default() });
        Ok(reply)
    }

    /// `proxy`: the control plane connects to who serves, and hands the answer back.
    fn through_proxy(&mut self, asked: &Ask, head: &Head, request: &Request) -> Result<Reply, Status> {
        self.api.permit(asked)?;
        let (prefix, rest) = halves(&head.path, &asked.name);
        let query = if head.query.is_empty() { String::new() } else { format!("?{}", head.query) };
        let goal = target(&self.api, asked)?;
        if rest.is_empty() {
            // A page's relative links would lead astray (https://issue.k8s.io/4958).
            return Ok(moved(format!("{}/{query}", head.path)));
        }
        let (host, port) = match &goal {
            Target::Address(host, port) => (host.as_str(), *port),
            Target::Kubelet(node) => (node.as_str(), proxy::KUBELET_PORT),
        };
        let from = Place::Node(Str::new_static("master"));
        let from = if self.network().hosted.is_some() { Place::Outside } else { from };
        let trace = self.call(&Dial { from: &from, host, port, protocol: Protocol::Tcp, source_port: 0, held: false });
        let address = trace.address().map_or(host.to_owned(), |address| address.to_string());
        let failed = |why: &str| unreachable(&format!("dial tcp {address}:{port}: {why}"));
        let listener = match &trace.outcome {
            Outcome::Answered(listener) => listener.clone(),
            Outcome::Refused(_) => return Err(failed("connect: connection refused")),
            Outcome::TimedOut(_) => return Err(failed("i/o timeout")),
            Outcome::Unreachable(_) => return Err(failed("connect: no route to host")),
            Outcome::Unresolved(_) => return Err(failed("no such host")),
        };
        let kept = |(name, _): &&(Str, Str)| !HOP_BY_HOP.contains(&&*name.to_ascii_lowercase());
        let onward = Request {
            host: format!("{host}:{port}").into(),
            path: format!("{rest}{query}").into(),
            headers: request.headers.iter().filter(kept).cloned().collect(),
            ..request.clone()
        };
        let mut reply = self.http(&listener, &onward).ok_or_else(|| unreachable("EOF"))?;
        if reply.status == 0 {
            return Err(unreachable("malformed HTTP response"));
        }
        links(&mut reply, &prefix);
        Ok(reply)
    }
}

/// A change as a line of a watch's answer.
pub fn watch_line(event: &WatchEvent) -> String {
    let mut text = order::of_event(&obj! { "type" => event.event.as_str(), "object" => event.object.clone() });
    text.push('\n');
    text
}

fn head_of(request: &Request) -> Head {
    let header = |name: &str| header(request, name).unwrap_or_default().to_owned();
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    Head {
        method: request.method.to_string(),
        path: path.to_owned(),
        query: query.to_owned(),
        accept: header("accept"),
        content_type: header("content-type"),
        agent: request.agent.to_string(),
        etag: header("if-none-match"),
    }
}

/// What a request's header of this name says.
fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let mut headers = request.headers.iter();
    headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Who shows such an `Authorization` header: nobody, or whose token the server has yet to check.
fn shown(authorization: &str) -> (User, Str) {
    (User::anonymous(), http::bearer(authorization).map(Str::from).unwrap_or_default())
}

fn whole(answer: Answer) -> Reply {
    let mut reply = Reply::new(answer.code, "", &answer.content_type, answer.body);
    reply.headers.insert(0, ("Cache-Control".into(), "no-cache, private".into()));
    for warning in answer.warnings {
        reply.headers.push(("Warning".into(), http::warning(&warning).into()));
    }
    reply
}
