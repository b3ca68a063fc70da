//! Credentials for registries: what a Pod's pull Secrets hold, and what a registry and containerd say about them
//! (pkg/credentialprovider; containerd's core/remotes/docker).

use crate::Reference;
use crate::worker::Worker;
use api::{Str, Value, base64, json};
use apiserver::EventSpec;

/// A name and a password at a registry.
#[derive(Clone, Debug, PartialEq)]
pub struct Login {
    /// Who.
    pub username: Str,
    /// The secret word, or a token.
    pub password: Str,
}

/// The registry that names without a host mean, as images' names and as credentials call it.
const DEFAULT_HOST: &str = "docker.io";
const DEFAULT_KEY: &str = "index.docker.io";
/// Registries that give tokens: where, for which service, and with which status they refuse a wrong password. All others are taken
/// to ask for name and password with each request.
const TOKENS: [(&str, &str, &str, &str); 2] = [
    (DEFAULT_HOST, "auth.docker.io", "registry.docker.io", "401 Unauthorized"),
    ("ghcr.io", "ghcr.io", "ghcr.io", "403 Forbidden"),
];

/// What some Secrets hold for an image, what is for its name more closely first (`BasicDockerKeyring.Lookup`).
pub(crate) fn keyring(secrets: &[Value], reference: &Reference) -> Vec<Login> {
    let mut all: Vec<(String, Login)> = secrets.iter().flat_map(entries).collect();
    api::sort_by(&mut all, |a, b| b.0.cmp(&a.0));
    let mut found: Vec<Login> =
        all.iter().filter(|(place, _)| is_for(place, &reference.repository)).map(|(_, login)| login.clone()).collect();
    if found.is_empty() && reference.repository.split('/').next() == Some(DEFAULT_HOST) {
        found.extend(all.into_iter().filter(|(place, _)| place == DEFAULT_KEY).map(|(_, login)| login));
    }
    found
}

/// The places that a Secret speaks of, each with who may pull from there.
fn entries(secret: &Value) -> Vec<(String, Login)> {
    let read = |key: &str| base64::decode(secret["data"][key].str()).ok().and_then(|text| json::parse(&text).ok());
    let config = match secret["type"].str() {
        "kubernetes.io/dockerconfigjson" => read(".dockerconfigjson").map(|config| config["auths"].clone()),
        "kubernetes.io/dockercfg" => read(".dockercfg"),
        _ => None,
    };
    config.unwrap_or_default().entries().filter_map(|(place, entry)| Some((key(place), login(entry)?))).collect()
}

fn login(entry: &Value) -> Option<Login> {
    if entry["auth"].str().is_empty() {
        return Some(Login { username: entry["username"].to_str(), password: entry["password"].to_str() });
    }
    let both = base64::decode(entry["auth"].str()).ok()?;
    let (username, password) = both.split_once(':')?;
    Some(Login { username: username.into(), password: password.trim_end_matches('\0').into() })
}

/// `https://index.docker.io/v1/` means all of a host, `example.com/team` a part of it.
fn key(place: &str) -> String {
    let place = place.strip_prefix("https://").or(place.strip_prefix("http://")).unwrap_or(place);
    let (host, path) = place.split_once('/').unwrap_or((place, ""));
    let path = match path.split_once('/') {
        Some(("v1" | "v2", rest)) => rest,
        _ => path,
    };
    if path.is_empty() { host.to_owned() } else { format!("{host}/{path}") }
}

/// Whether credentials for a place are for a repository: hosts part by part, where `*` stands for one, and a beginning of the path
/// (`URLsMatch`).
fn is_for(place: &str, repository: &str) -> bool {
    let (host, path) = place.split_once('/').unwrap_or((place, ""));
    let (asked, asked_path) = repository.split_once('/').unwrap_or((repository, ""));
    let (ours, theirs): (Vec<&str>, Vec<&str>) = (host.split('.').collect(), asked.split('.').collect());
    ours.len() == theirs.len()
        && ours.iter().zip(&theirs).all(|(our, their)| *our == "*" || our == their)
        && asked_path.starts_with(path)
}

/// What comes of a pull when a registry wants to know who it is: nothing if one of them may, else containerd's words.
pub(crate) fn admit(wanted: &Login, keyring: &[Login], reference: &Reference) -> Result<(), String> {
    let (host, path) = reference.repository.split_once('/').unwrap_or_default();
    let tokens = TOKENS.iter().find(|(registry, ..)| *registry == host);
    // What a registry that gives tokens says of who asks for one.
    let token = |kind: &str, account: &str, status: &str| {
        let (_, server, service, _) = tokens.unwrap_or(&TOKENS[0]);
        let scope = format!("scope=repository%3A{}%3Apull&service={service}", path.replace('/', "%2F"));
        format!(
            "failed to authorize: failed to fetch {kind} token: unexpected status from GET request to \
             https://{server}/token?{account}{scope}: {status}"
        )
    };
    match (keyring.first(), tokens) {
        _ if keyring.contains(wanted) => Ok(()),
        (None, None) => Err(denied("authorization failed: no basic auth credentials")),
        (None, Some((DEFAULT_HOST, ..))) => Err(denied("server message: insufficient_scope: authorization failed")),
        (None, Some(_)) => Err(token("anonymous", "", "401 Unauthorized")),
        (Some(other), Some((_, _, _, status))) => Err(token("oauth", &format!("account={}&", other.username), status)),
        (Some(_), None) => Err(format!(
            "unexpected status from HEAD request to https://{host}/v2/{path}/manifests/{}: 401 Unauthorized",
            reference.version()
        )),
    }
}

/// A registry does not say whether a repository that one may not see is there.
pub(crate) fn denied(why: &str) -> String {
    format!("pull access denied, repository does not exist or may require authorization: {why}")
}

impl Worker<'_, '_> {
    /// The Pod's pull Secrets that are there, and the names of the others.
    fn pull_secrets(&self) -> (Vec<Value>, Vec<String>) {
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for reference in self.pod.object["spec"]["imagePullSecrets"].array() {
            let name = reference["name"].str();
            let secret =
                crate::env::secret_kind().and_then(|kind| self.cx.client.get(kind, self.pod.object.namespace(), name));
            match secret {
                Some(secret) => found.push(secret),
                None => missing.push(name.into()),
            }
        }
        (found, missing)
    }

    /// What the Pod may show a registry for an image.
    pub(crate) fn keyring(&self, reference: &Reference) -> Vec<Login> {
        keyring(&self.pull_secrets().0, reference)
    }

    /// Says which of the Secrets are not there that pulls are to be made with (`getPullSecretsForPod`).
    pub(crate) fn miss_pull_secrets(&mut self) {
        let (_, missing) = self.pull_secrets();
        if !missing.is_empty() {
            let text = format!(
                "Unable to retrieve some image pull secrets ({}); attempting to pull the image may not succeed.",
                missing.join(", ")
            );
            self.event(EventSpec::warning("FailedToRetrieveImagePullSecret", text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::obj;

    fn secret(auths: Value) -> Value {
        let config = json::to_string(&obj! { "auths" => auths });
        let data = obj! { ".dockerconfigjson" => base64::encode(config.as_bytes()) };
        obj! { "type" => "kubernetes.io/dockerconfigjson", "data" => data }
    }

    #[test]
    fn a_keyring_has_what_is_for_the_image() {
        let entry = |name: &str| obj! { "username" => name, "password" => "p" };
        let mut auths = Value::object();
        for place in
            ["reg.example.com", "reg.example.com/team", "*.example.com", "https://index.docker.io/v1/", "other:5000"]
        {
            auths.object_mut().insert(place, entry(place));
        }
        let mut coded = Value::object();
        coded.object_mut().insert("coded.io", obj! { "auth" => base64::encode(b"anna:a:b") });
        let secrets = [secret(auths), secret(coded), obj! { "type" => "Opaque" }];
        let names = |image: &str| -> Vec<String> {
            let found = keyring(&secrets, &Reference::parse(image).unwrap());
            found.iter().map(|login| format!("{}:{}", login.username, login.password)).collect()
        };
        assert_eq!(
            names("reg.example.com/team/app"),
            ["reg.example.com/team:p", "reg.example.com:p", "*.example.com:p"]
        );
        assert_eq!(names("reg.example.com/app"), ["reg.example.com:p", "*.example.com:p"]);
        assert_eq!(names("nginx"), ["https://index.docker.io/v1/:p"]);
        assert_eq!(names("other:5000/x"), ["other:5000:p"]);
        assert_eq!(names("coded.io/x"), ["anna:a:b"]);
        assert!(names("ghcr.io/x").is_empty());
    }
}
