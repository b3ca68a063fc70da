//! What is asked of the API server, and what it answers: the REST API as values instead of HTTP.

use crate::table::IncludeObject;
use crate::user::User;
use api::{Kind, Str, Value};

/// The format of a patch (its HTTP content type).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchType {
    /// `application/json-patch+json`: RFC 6902.
    Json,
    /// `application/merge-patch+json`: RFC 7386.
    Merge,
    /// `application/strategic-merge-patch+json`: Kubernetes' own, which knows how lists merge.
    StrategicMerge,
    /// `application/apply-patch+yaml`: server-side apply.
    Apply,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Read one object.
    Get,
    /// Read a collection.
    List,
    /// Follow the changes of a collection.
    Watch,
    /// Make a new object.
    Create,
    /// Replace an object.
    Update,
    /// Change parts of an object.
    Patch(PatchType),
    /// Delete one object.
    Delete,
    /// Delete all objects of a collection that match.
    DeleteCollection,
}

/// What becomes of the dependents of a deleted object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Propagation {
    /// The object waits until its dependents are gone.
    Foreground,
    /// The object goes at once, the garbage collector takes its dependents later.
    Background,
    /// The dependents stay, without an owner.
    Orphan,
}

/// What the server does about unknown and duplicate fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldValidation {
    /// Drop them silently.
    Ignore,
    /// Drop them and say so in a warning.
    #[default]
    Warn,
    /// Refuse the request.
    Strict,
}

/// The parameters of a request, all optional.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `labelSelector`; empty selects everything.
    pub label_selector: Str,
    /// `fieldSelector`; empty selects everything.
    pub field_selector: Str,
    /// `resourceVersion`: for a watch, where to begin; empty for "now".
    pub resource_version: Str,
    /// `resourceVersionMatch`: `Exact`, `NotOlderThan` or empty.
    pub resource_version_match: Str,
    /// `limit` of a list; 0 for no limit.
    pub limit: usize,
    /// `continue` of a list: where the chunk before ended.
    pub continue_token: Str,
    /// `allowWatchBookmarks` of a watch.
    pub bookmarks: bool,
    /// `sendInitialEvents` of a watch; none where it is not given.
    pub send_initial_events: Option<bool>,
    /// `dryRun=All`: everything but the write.
    pub dry_run: bool,
    /// `fieldValidation`.
    pub field_validation: FieldValidation,
    /// `fieldManager`: who writes.
    pub field_manager: Str,
    /// The name of the client's program, the part of `User-Agent` before the first slash: who writes, where no
    /// `fieldManager` is given.
    pub user_agent: Str,
    /// `force` of a server-side apply.
    pub force: bool,
    /// `propagationPolicy` of a deletion; the kind's default where it is none.
    pub propagation: Option<Propagation>,
    /// `gracePeriodSeconds` of a deletion; the object's own where it is none.
    pub grace_period: Option<i64>,
    /// `orphanDependents` of a deletion, the older way to say `Orphan` or `Background`.
    pub orphan_dependents: Option<bool>,
    /// `preconditions.uid` of a deletion; empty for any.
    pub uid: Str,
    /// `preconditions.resourceVersion` of a deletion; empty for any.
    pub expected_version: Str,
    /// Whether to answer with a `meta.k8s.io/v1` Table (`Accept: application/json;as=Table`).
    pub table: bool,
    /// `includeObject` of a Table.
    pub include: IncludeObject,
    /// The client does not look at `metadata.managedFields`: they are given as they are kept, and nothing is derived. Never set for what
    /// comes from outside.
    pub skips_managed: bool,
    /// The body was made by one of the cluster's own components, or is an object as this server gave it out, changed by one:
    /// it need not be decoded, nor a change of it validated. Never set for what comes from outside.
    pub trusted: bool,
    /// What strict decoding says about keys that occur twice in the body's text.
    pub duplicates: Vec<Str>,
    /// Further parameters, for subresources: `container`, `tailLines`, `command` ...
    pub query: Vec<(Str, Str)>,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    /// What to do.
    pub verb: Verb,
    /// With objects of which kind.
    pub kind: &'static Kind,
    /// In which namespace; empty for all of them, or for a cluster-scoped kind.
    pub namespace: Str,
    /// The object's name; empty for a collection.
    pub name: Str,
    /// `status`, `scale`, `binding`, `log` ...; empty for the object itself.
    pub subresource: Str,
    /// The object or the patch; null where there is none.
    pub body: Value,
    /// The parameters.
    pub options: Options,
    /// Who asks, unless there is a certificate or a token.
    pub user: User,
    /// The client's certificate that says who asks (X.509 in DER); it goes before a token (`--client-ca-file`).
    pub certificate: Option<Box<[u8]>>,
    /// The bearer token that says who asks; empty where there is none (`Authorization: Bearer ...`).
    pub token: Str,
    /// Whom the user wants to be taken for (the `Impersonate-*` headers). The server adds the groups that everybody has.
    pub impersonate: Option<Box<User>>,
}

/// What the server answers when it does not refuse.
#[derive(Clone, Debug, Default)]
pub struct Response {
    /// The object, the list, the Table or a Status.
    pub body: Value,
    /// The texts of `Warning:` headers.
    pub warnings: Vec<String>,
    /// Whether the request has made the object: an update or an apply may, too.
    pub created: bool,
}

impl Response {
    /// The HTTP status code of the answer to a request with this verb.
    pub fn code(&self, verb: Verb) -> u16 {
        if self.created || verb == Verb::Create { 201 } else { 200 }
    }
}

impl From<Value> for Response {
    fn from(body: Value) -> Response {
        Response { body, ..Response::default() }
    }
}

impl Request {
    /// A request without body and options.
    pub fn new(verb: Verb, kind: &'static Kind, namespace: impl Into<Str>, name: impl Into<Str>) -> Request {
        Request {
            verb,
            kind,
            namespace: namespace.into(),
            name: name.into(),
            subresource: Str::default(),
            body: Value::Null,
            options: Options::default(),
            user: User::admin(),
            certificate: None,
            token: Str::default(),
            impersonate: None,
        }
    }

    /// The same, sent by whoever sends another one: in the same name, with the same papers.
    pub fn sent_by(mut self, who: &Request) -> Request {
        (self.user, self.certificate) = (who.user.clone(), who.certificate.clone());
        (self.token, self.impersonate) = (who.token.clone(), who.impersonate.clone());
        self
    }

    /// The same with a body.
    pub fn with_body(mut self, body: Value) -> Request {
        self.body = body;
        self
    }

    /// The same for a subresource.
    pub fn with_subresource(mut self, subresource: impl Into<Str>) -> Request {
        self.subresource = subresource.into();
        self
    }

    /// The HTTP method.
    pub fn method(&self) -> &'static str {
        match self.verb {
            Verb::Get | Verb::List | Verb::Watch => "GET",
            Verb::Create => "POST",
            Verb::Update => "PUT",
            Verb::Patch(_) => "PATCH",
            Verb::Delete | Verb::DeleteCollection => "DELETE",
        }
    }

    /// The path and query on the server, as `kubectl -v=6` shows it.
    pub fn url(&self) -> String {
        let mut url = match self.kind.group {
            "" => format!("/api/{}", self.kind.version),
            group => format!("/apis/{group}/{}", self.kind.version),
        };
        if self.kind.namespaced && !self.namespace.is_empty() {
            url.push_str(&format!("/namespaces/{}", self.namespace));
        }
        url.push('/');
        url.push_str(self.kind.plural);
        for part in [&self.name, &self.subresource] {
            if !part.is_empty() {
                url.push('/');
                url.push_str(part);
            }
        }
        let query = self.query();
        if !query.is_empty() {
            url.push('?');
            url.push_str(&query.join("&"));
        }
        url
    }

    fn query(&self) -> Vec<String> {
        let o = &self.options;
        let mut query = Vec::new();
        let mut add = |key: &str, value: &str| {
            if !value.is_empty() {
                query.push(format!("{key}={}", escape(value)));
            }
        };
        add("allowWatchBookmarks", if o.bookmarks { "true" } else { "" });
        add("continue", &o.continue_token);
        add("dryRun", if o.dry_run { "All" } else { "" });
        add("fieldManager", &o.field_manager);
        add("fieldSelector", &o.field_selector);
        if matches!(self.verb, Verb::Create | Verb::Update | Verb::Patch(_)) {
            add("fieldValidation", &format!("{:?}", o.field_validation));
        }
        add("force", if o.force { "true" } else { "" });
        add("labelSelector", &o.label_selector);
        add("limit", &if o.limit > 0 { o.limit.to_string() } else { String::new() });
        add("resourceVersion", &o.resource_version);
        add("resourceVersionMatch", &o.resource_version_match);
        add("sendInitialEvents", o.send_initial_events.map_or("", |wanted| if wanted { "true" } else { "false" }));
        add("watch", if self.verb == Verb::Watch { "true" } else { "" });
        for (key, value) in &o.query {
            add(key, value);
        }
        query
    }

    /// The value of a further parameter; empty where it is not given.
    pub fn parameter(&self, key: &str) -> &str {
        self.options.query.iter().find(|(k, _)| k == key).map_or("", |(_, v)| v.as_str())
    }
}

/// Percent-encodes what may not stand in a query.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => escaped.push(byte as char),
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::kind;

    #[test]
    fn urls_are_those_of_the_rest_api() {
        let mut request = Request::new(Verb::List, kind::POD, "default", "");
        request.options.label_selector = "app=web".into();
        request.options.limit = 500;
        assert_eq!(request.url(), "/api/v1/namespaces/default/pods?labelSelector=app%3Dweb&limit=500");
        let scale = Request::new(Verb::Get, kind::DEPLOYMENT, "default", "web").with_subresource("scale");
        assert_eq!(scale.url(), "/apis/apps/v1/namespaces/default/deployments/web/scale");
        assert_eq!(Request::new(Verb::Get, kind::NODE, "", "node1").url(), "/api/v1/nodes/node1");
    }
}
