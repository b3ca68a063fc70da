//! The REST API as HTTP shows it: a method, a path, a query, some headers and a body become a [`Request`], and what the
//! server answers becomes text again. Pure: nothing here opens a socket. `cluster::rest` answers with it inside the simulation,
//! `kubarium serve` to the outside.

pub mod answer;
pub mod body;
pub mod discovery;
pub mod health;
mod json;
mod media;
pub mod openapi;
mod options;
pub mod order;
mod path;
#[cfg(test)]
mod tests;
mod verbs;

pub use answer::Answer;
pub use media::{As, Format, Media};
pub use options::is_reader;
pub use path::{Target, decode, is_resource};

use crate::request::{PatchType, Request, Verb};
use crate::user::User;
use api::{Kind, Status, Value};

/// What an HTTP request says besides its body.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// `GET`, `POST` ...
    pub method: String,
    /// The path, still percent-encoded.
    pub path: String,
    /// The query without its question mark, still encoded.
    pub query: String,
    /// The `Accept` header; empty where there is none.
    pub accept: String,
    /// The `Content-Type` header; empty where there is none.
    pub content_type: String,
    /// The `User-Agent` header: browsers and curl get indented text.
    pub agent: String,
    /// The `If-None-Match` header.
    pub etag: String,
}

impl Head {
    /// The form of a refusal: the accepted one. A client that accepts nothing that can be given gets indented JSON
    /// (k8s.io/apiserver/pkg/endpoints/handlers/responsewriters: `WriteObjectNegotiated`).
    pub fn media_of_refusal(&self) -> Media {
        let pretty = options::pretty(&options::pairs(&self.query), &self.agent);
        let format = media::negotiate(&self.accept, pretty).map_or(Format::Pretty, |media| media.format);
        Media { format, form: As::Object }
    }
}

/// What is asked for.
#[derive(Clone, Debug)]
pub enum Asked {
    /// The API: a request, and in which form the answer is wanted.
    Api(Box<Call>),
    /// A text about the server: discovery, its version, its health.
    Text(Answer),
    /// A path that means nothing to the API.
    Unknown,
}

/// A request to the API with what only HTTP needs to know of it.
#[derive(Clone, Debug)]
pub struct Call {
    /// The request.
    pub request: Request,
    /// In which form the answer is wanted.
    pub media: Media,
    /// `timeoutSeconds` of a watch or list.
    pub timeout: Option<u64>,
    /// `follow` of a log.
    pub follow: bool,
}

/// The token that an `Authorization` header shows; none where there is none.
pub fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    Some(token.trim()).filter(|token| scheme.eq_ignore_ascii_case("bearer") && !token.is_empty())
}

/// A request's `Warning` as a header's value (RFC 7234: code 299 is a lasting warning; the agent is unknown).
pub fn warning(text: &str) -> String {
    let quoted = text.replace('\\', "\\\\").replace('"', "\\\"").replace(['\n', '\r'], " ");
    format!("299 - \"{quoted}\"")
}

/// What a request means to a server of `kinds`. The body has been read by [`body::read`].
///
/// # Errors
/// The refusal of a request that never reaches the API: no such resource, method or media type, or a body that cannot be
/// read.
pub fn parse(head: &Head, body: &body::Body, kinds: &[&'static Kind], user: &User) -> Result<Asked, Status> {
    let segments = path::segments(&head.path);
    let words: Vec<&str> = segments.iter().map(String::as_str).collect();
    if let Some(asked) = health::answer(head, &words) {
        return asked.map(Asked::Text);
    }
    if let Some(answer) = discovery::answer(head, &words, kinds)? {
        return Ok(Asked::Text(answer));
    }
    let Some(target) = path::target(&words, kinds)? else { return Ok(Asked::Unknown) };
    let query = options::pairs(&head.query);
    let verb = verb(head, &target, &query)?;
    // What is answered once and never stored has no rows.
    let is_asked_only = api::kind::REVIEWS.contains(target.kind) && target.kind != api::kind::COMPONENT_STATUS;
    let tables = !is_asked_only && !["binding", "eviction", "token"].contains(&target.subresource.as_str());
    let media = media::negotiate_for(&head.accept, options::pretty(&query, &head.agent), tables)?;
    let mut request = Request::new(verb, target.kind, target.namespace, target.name);
    request.subresource = target.subresource.into();
    request.user = user.clone();
    options::fill(&mut request, &query)?;
    request.options.user_agent = head.agent.split('/').next().unwrap_or_default().into();
    let as_table = media.form == As::Table && matches!(verb, Verb::Get | Verb::List | Verb::Watch);
    request.options.table = as_table && request.subresource != "log";
    let connects = verbs::connects(&request.subresource);
    match verb {
        // These carry no object: the body, if any, is for whom the client is connected to.
        _ if connects => {}
        Verb::Create | Verb::Update | Verb::Patch(_) => body::put(&mut request, body, &head.content_type)?,
        Verb::Delete | Verb::DeleteCollection => body::delete_options(&mut request, body, &head.content_type)?,
        Verb::Get | Verb::List | Verb::Watch => {}
    }
    let number = |name: &str| options::number(&query, name);
    let timeout = number("timeoutSeconds")?.map(|seconds| seconds.max(0) as u64);
    let follow = options::truth(&query, "follow");
    Ok(Asked::Api(Box::new(Call { request, media, timeout, follow })))
}

/// What the method does to the target, if the target allows it.
fn verb(head: &Head, target: &Target, query: &[(String, String)]) -> Result<Verb, Status> {
    let collection = target.name.is_empty();
    let verb = match head.method.as_str() {
        "GET" | "HEAD" if target.watch => Verb::Watch,
        "GET" | "HEAD" if !collection => Verb::Get,
        "GET" | "HEAD" if options::truth(query, "watch") => Verb::Watch,
        "GET" | "HEAD" => Verb::List,
        _ if target.watch => return Err(Status::method_not_allowed()),
        "POST" if collection || !target.subresource.is_empty() => Verb::Create,
        "PUT" if !collection => Verb::Update,
        "PATCH" if !collection => Verb::Patch(patch_type(&head.content_type)?),
        "DELETE" if collection => Verb::DeleteCollection,
        "DELETE" => Verb::Delete,
        _ => return Err(Status::method_not_allowed()),
    };
    let everywhere = target.kind.namespaced && target.namespace.is_empty();
    if everywhere && !collection {
        return Err(Status::no_such_resource());
    }
    // `pods` of all namespaces can be read only; a review of a namespaced kind names its namespace, too.
    if everywhere && !matches!(verb, Verb::List | Verb::Watch) {
        return Err(Status::method_not_allowed());
    }
    match verbs::allows(target.kind, &target.subresource, verb) {
        true => Ok(verb),
        false => Err(Status::method_not_allowed()),
    }
}

/// The format of a patch by its content type (k8s.io/apiserver/pkg/endpoints/handlers/patch.go).
fn patch_type(content_type: &str) -> Result<PatchType, Status> {
    const TYPES: [(&str, PatchType); 4] = [
        ("application/json-patch+json", PatchType::Json),
        ("application/merge-patch+json", PatchType::Merge),
        ("application/strategic-merge-patch+json", PatchType::StrategicMerge),
        ("application/apply-patch+yaml", PatchType::Apply),
    ];
    let bare = media::bare(content_type);
    let known = TYPES.iter().find(|(name, _)| *name == bare);
    known.map(|(_, patch)| *patch).ok_or_else(|| unsupported_media_type(&TYPES.map(|(name, _)| name)))
}

/// 415: a body in a form that the server cannot read.
fn unsupported_media_type(accepted: &[&str]) -> Status {
    let message = format!(
        "the body of the request was in an unknown format - accepted media types include: {}",
        accepted.join(", ")
    );
    Status { code: 415, reason: "UnsupportedMediaType", message, details: Value::Null }
}
