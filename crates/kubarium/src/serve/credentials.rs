//! Who a client is: tokens, impersonation, anonymity; and the kubeconfig that shows kubectl the way.

use super::tls::Papers;
use crate::arguments::Serve;
use api::{Map, Status, Str, Value, list, obj, yaml};
use apiserver::User;
use apiserver::unauthorized;
use hyper::HeaderMap;
use std::io;
use std::net::SocketAddr;

/// How clients are told from each other.
pub struct Credentials {
    /// The administrator's token; none if nobody needs one.
    token: Option<String>,
    /// Whether a client without a token is let in, as `system:anonymous`.
    anonymous: bool,
}

impl Credentials {
    /// As the command line says.
    pub fn new(arguments: &Serve) -> Credentials {
        Credentials { token: arguments.token.clone(), anonymous: arguments.anonymous }
    }

    /// Who a request says that he is: a user, and the token that the API server has yet to check (empty for none). The
    /// administrator has a certificate, of which `certificate` is the digest. Without `--token` whoever shows neither is the
    /// administrator, too, unless `--anonymous` makes nobodies of them.
    ///
    /// # Errors
    /// 401: a token is needed.
    pub fn shown(&self, headers: &HeaderMap, certificate: Option<&str>) -> Result<(User, Str), Status> {
        if let Some(digest) = certificate {
            return Ok((User::certified_admin(digest), Str::default()));
        }
        match (apiserver::http::bearer(text(headers, "authorization")), &self.token) {
            (Some(token), Some(known)) if token == known => Ok((User::admin(), Str::default())),
            (Some(token), _) => Ok((User::anonymous(), token.into())),
            (None, _) if self.anonymous => Ok((User::anonymous(), Str::default())),
            (None, Some(_)) => Err(unauthorized()),
            (None, None) => Ok((User::admin(), Str::default())),
        }
    }

    /// Writes a kubeconfig whose current context is this server; with `papers` it is asked over TLS.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write_kubeconfig(&self, path: &str, address: SocketAddr, papers: Option<&Papers>) -> io::Result<()> {
        let host = if address.ip().is_unspecified() { "127.0.0.1".to_owned() } else { address.ip().to_string() };
        let host = if host.contains(':') { format!("[{host}]") } else { host };
        let data = |pem: &str| api::base64::encode(pem.as_bytes());
        let cluster = match papers {
            Some(papers) => obj! {
                "certificate-authority-data" => data(&papers.authority),
                "server" => format!("https://{host}:{}", address.port()),
            },
            None => obj! { "server" => format!("http://{host}:{}", address.port()) },
        };
        let user = match (&self.token, papers) {
            (Some(token), _) => obj! { "token" => token.as_str() },
            (None, Some(papers)) => obj! {
                "client-certificate-data" => data(&papers.certificate), "client-key-data" => data(&papers.key),
            },
            (None, None) => obj! {},
        };
        let context = obj! { "cluster" => "kubernetes", "user" => "kubernetes-admin", "namespace" => "default" };
        let config = obj! {
            "apiVersion" => "v1", "kind" => "Config", "preferences" => obj! {},
            "clusters" => list![obj! { "name" => "kubernetes", "cluster" => cluster }],
            "users" => list![obj! { "name" => "kubernetes-admin", "user" => user }],
            "contexts" => list![obj! { "name" => "kubernetes-admin@kubernetes", "context" => context }],
            "current-context" => "kubernetes-admin@kubernetes",
        };
        if let Some(folder) = std::path::Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, yaml::to_string(&config))
    }
}

/// A header's value; empty where there is none, or where it is no text.
pub fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Whom the client wants to be taken for (k8s.io/apiserver/pkg/endpoints/filters/impersonation.go).
///
/// # Errors
/// 400: groups or extra fields without a user.
pub fn impersonated(headers: &HeaderMap) -> Result<Option<Box<User>>, Status> {
    let all = |name: &str| -> Value { headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect() };
    let (name, uid, groups) =
        (text(headers, "impersonate-user"), text(headers, "impersonate-uid"), all("impersonate-group"));
    let mut extra = Map::default();
    for key in headers.keys().filter_map(|key| key.as_str().strip_prefix("impersonate-extra-")) {
        let named = apiserver::http::decode(key, false);
        extra.insert(named, all(&format!("impersonate-extra-{key}")));
    }
    if name.is_empty() {
        return match groups.is_empty() && extra.is_empty() && uid.is_empty() {
            true => Ok(None),
            false => Err(Status {
                code: 500,
                reason: "InternalError",
                message: format!(
                    "Internal error occurred: requested {} without impersonating a user",
                    groups.array().iter().map(|g| format!("[{{Group  {}  }}]", g.str())).collect::<Vec<_>>().join(" ")
                ),
                details: Value::Null,
            }),
        };
    }
    let groups = if groups.is_empty() { Value::Null } else { groups };
    let extra = if extra.is_empty() { Value::Null } else { extra.into() };
    Ok(Some(Box::new(User { name: Str::from(name), uid: uid.into(), groups, extra })))
}
