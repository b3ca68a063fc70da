//! Who a client is: tokens, impersonation, anonymity; and the kubeconfig that shows kubectl the way.

use super::tls::{Papers, Shown};
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

    /// Who a request says that he is: a user, and the token that the API server has yet to check (empty for none). Of whom
    /// another certificate than the administrator's makes him the API server has yet to say, too. Without `--token` whoever
    /// shows neither is the administrator, unless `--anonymous` makes nobodies of them.
    ///
    /// # Errors
    /// 401: a token is needed.
    pub fn shown(&self, headers: &HeaderMap, certificate: Option<&Shown>) -> Result<(User, Str), Status> {
        match certificate {
            Some(Shown::Admin(digest)) => return Ok((User::certified_admin(digest), Str::default())),
            Some(Shown::Other(_)) => return Ok((User::anonymous(), Str::default())),
            None => {}
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
/// Why that makes no sense: groups, extra fields or a UID without a user.
pub fn impersonated(headers: &HeaderMap) -> Result<Option<Box<User>>, String> {
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
            false => Err(format!("requested [{}] without impersonating a user", references(&groups, &extra, uid))),
        };
    }
    let groups = if groups.is_empty() { Value::Null } else { groups };
    let extra = if extra.is_empty() { Value::Null } else { extra.into() };
    Ok(Some(Box::new(User { name: Str::from(name), uid: uid.into(), groups, extra })))
}

/// What is asked for as Go prints `ObjectReference`s.
fn references(groups: &Value, extra: &Map, uid: &str) -> String {
    const VERSION: &str = "authentication.k8s.io/v1";
    let mut all: Vec<String> = groups.array().iter().map(|group| format!("{{Group  {}    }}", group.str())).collect();
    for (key, values) in extra.iter() {
        all.extend(values.array().iter().map(|value| format!("{{UserExtra  {}  {VERSION}  {key}}}", value.str())));
    }
    if !uid.is_empty() {
        all.push(format!("{{UID  {uid}  {VERSION}  }}"));
    }
    all.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_impersonated_by_halves() {
        let asked = |pairs: &[(&'static str, &'static str)]| {
            let pairs =
                pairs.iter().map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")));
            impersonated(&pairs.collect::<HeaderMap>())
        };
        assert_eq!(asked(&[]), Ok(None));
        let why = asked(&[("impersonate-group", "foo"), ("impersonate-extra-a", "b"), ("impersonate-uid", "u")]);
        let references =
            "{Group  foo    } {UserExtra  b  authentication.k8s.io/v1  a} {UID  u  authentication.k8s.io/v1  }";
        assert_eq!(why, Err(format!("requested [{references}] without impersonating a user")));
        let user = asked(&[("impersonate-user", "jane"), ("impersonate-group", "foo")]).expect("a user");
        assert!(user.is_some_and(|user| user.name == "jane" && user.is_in("foo")));
    }
}
