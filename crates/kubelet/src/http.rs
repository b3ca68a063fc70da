//! Requests and replies as a container's server sees them.

use api::Str;

/// What a client in Go says of an answer that is none in HTTP (net/http).
pub const MALFORMED: &str = "net/http: HTTP/1.x transport connection broken: malformed HTTP response";

/// One HTTP request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// `GET`, `POST` ...
    pub method: Str,
    /// `Host:`
    pub host: Str,
    /// The path with its query, such as `/index.html?a=b`.
    pub path: Str,
    /// `User-Agent:`, for access logs.
    pub agent: Str,
    /// Further headers.
    pub headers: Vec<(Str, Str)>,
    /// The body.
    pub body: Vec<u8>,
    /// The address that the server sees the request come from.
    pub client: Str,
    /// Whether it comes over TLS.
    pub tls: bool,
}

/// What a server sends back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// 0: this is no HTTP server; `body` is what it sent before it closed the connection.
    pub status: u16,
    /// Headers in the order in which they are sent.
    pub headers: Vec<(Str, Str)>,
    /// The body.
    pub body: Vec<u8>,
    /// Whether nginx sends it, whether it says so or not.
    pub nginx: bool,
    /// What goes on after the body, for as long as the client listens.
    pub follow: Option<Follow>,
}

/// A watch that a reply goes on with.
#[derive(Clone, Debug)]
pub struct Follow {
    /// What is followed.
    pub watch: apiserver::Watch,
    /// After how many seconds the server ends it; 0 where nobody has asked for an end.
    pub seconds: u64,
}

impl PartialEq for Follow {
    /// Two streams are never the same.
    fn eq(&self, _: &Follow) -> bool {
        false
    }
}

impl Request {
    /// A GET as curl sends it.
    pub fn get(host: impl Into<Str>, path: impl Into<Str>) -> Request {
        Request {
            method: Str::new_static("GET"),
            host: host.into(),
            path: path.into(),
            agent: Str::new_static("curl/8.5.0"),
            ..Request::default()
        }
    }

    /// The path without its query.
    pub fn file(&self) -> &str {
        self.path.split(['?', '#']).next().unwrap_or_default()
    }
}

impl Reply {
    /// A reply with a body of the given type.
    pub fn new(status: u16, server: &str, content_type: &str, body: impl Into<Vec<u8>>) -> Reply {
        let body = body.into();
        let mut headers = Vec::with_capacity(4);
        if !server.is_empty() {
            headers.push((Str::new_static("Server"), server.into()));
        }
        headers.push((Str::new_static("Content-Type"), content_type.into()));
        headers.push((Str::new_static("Content-Length"), body.len().to_string().into()));
        Reply { status, headers, body, nginx: server.starts_with("nginx"), follow: None }
    }

    /// The text of the status line after the number: nginx has its own for some.
    pub fn reason(&self) -> &'static str {
        if self.nginx { nginx_reason(self.status) } else { reason(self.status) }
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// The reason phrase of a status code (RFC 9110).
pub fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Unknown",
    }
}

/// What nginx says in its place (ngx_http_header_filter_module.c).
pub fn nginx_reason(status: u16) -> &'static str {
    match status {
        302 => "Moved Temporarily",
        405 => "Not Allowed",
        503 => "Service Temporarily Unavailable",
        504 => "Gateway Time-out",
        _ => reason(status),
    }
}

/// The content type of a file, by its name's ending.
pub fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" | "htm" => "text/html",
        "css" => "text/css",
        "js" => "application/javascript",
        "json" => "application/json",
        "xml" => "text/xml",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "txt" => "text/plain",
        _ => "application/octet-stream",
    }
}
