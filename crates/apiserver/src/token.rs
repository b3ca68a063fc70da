//! Bearer tokens: issued to ServiceAccounts, recognised on requests (pkg/serviceaccount/jwt.go, claims.go).
//!
//! They have a JSON web token's form. The signature is a digest with a key that only the cluster knows, which is as good as
//! RSA for a cluster that keeps its own secrets, and costs nothing to download.

use crate::request::{Request, Response};
use crate::server::ApiServer;
use crate::store::Key;
use crate::user::User;
use api::{Kind, Status, Value, base64, kind, list, obj};
use std::time::Duration;

/// Who issues the tokens, and whom they are for (kubeadm's `--service-account-issuer`).
const ISSUER: &str = "https://kubernetes.default.svc.cluster.local";
/// The issuer of the tokens in Secrets.
const LEGACY_ISSUER: &str = "kubernetes/serviceaccount";
/// How long a token lives unless the request says otherwise, at least and at most, in seconds
/// (pkg/apis/authentication/validation).
const LIFETIME: i64 = 3600;
const SHORTEST: i64 = 600;
const LONGEST: i64 = 1 << 32;
/// A Pod's token asks for so many seconds and gets a year: for clients that do not reload it
/// (`WarnOnlyBoundTokenExpirationPeriod`, `ExpirationExtensionSeconds`).
const POD_LIFETIME: i64 = 3607;
const EXTENDED: i64 = 365 * 24 * 60 * 60;

/// The claims in a token's text whose signature fits the key; none if it is no token of this cluster.
fn verify(key: &str, token: &str) -> Option<Value> {
    let (signed, signature) = token.rsplit_once('.')?;
    if signature != signature_of(key, signed) {
        return None;
    }
    let payload = signed.split_once('.')?.1;
    let bytes = base64::decode_from_url(payload).ok()?;
    api::json::parse(&String::from_utf8_lossy(&bytes)).ok()
}

/// A token with these claims.
pub fn sign(key: &str, claims: &Value) -> String {
    let header = obj! { "alg" => "RS256", "kid" => base64::encode_for_url(&api::sha256::digest(key.as_bytes())) };
    let part = |value: &Value| base64::encode_for_url(api::json::to_string(value).as_bytes());
    let signed = format!("{}.{}", part(&header), part(claims));
    let signature = signature_of(key, &signed);
    format!("{signed}.{signature}")
}

fn signature_of(key: &str, signed: &str) -> String {
    base64::encode_for_url(&seal(key, signed.as_bytes()))
}

/// What proves that whoever has the key has seen the data: 256 bytes, as RSA with 2048 bits gives.
pub fn seal(key: &str, data: &[u8]) -> Vec<u8> {
    let mut last = api::sha256::digest(&[key.as_bytes(), data, key.as_bytes()].concat());
    let mut bytes = Vec::new();
    for _ in 0..8 {
        bytes.extend(last);
        last = api::sha256::digest(&last);
    }
    bytes
}

/// The claims of the token in a Secret of type `kubernetes.io/service-account-token`.
pub fn legacy_claims(account: &Value, secret: &str) -> Value {
    let (namespace, name) = (account.namespace(), account.name());
    let claim = |key: &str| format!("kubernetes.io/serviceaccount/{key}");
    obj! {
        "iss" => LEGACY_ISSUER, "sub" => format!("system:serviceaccount:{namespace}:{name}"),
        claim("namespace") => namespace, claim("secret.name") => secret,
        claim("service-account.name") => name, claim("service-account.uid") => account.uid(),
    }
}

/// The key of a cluster, by the UID of its namespace kube-system.
pub fn key(system_uid: &str) -> String {
    api::sha256::hex(&format!("service-account-key/{system_uid}"))
}

impl ApiServer {
    fn signing_key(&self) -> String {
        key(self.store.get(kind::NAMESPACE, &Key::new("", "kube-system")).map_or("", Value::uid))
    }

    /// Whose token this is, if it is still good: its ServiceAccount is there, and the object that it is bound to.
    pub fn authenticate(&self, token: &str) -> Option<User> {
        let claims = verify(&self.signing_key(), token)?;
        if claims["iss"].str() == LEGACY_ISSUER {
            return self.authenticate_legacy(token, &claims);
        }
        let ours = claims["aud"].array().iter().any(|audience| audience.str() == ISSUER);
        if !ours || claims["exp"].int() <= self.now.seconds() {
            return None;
        }
        let own = &claims["kubernetes.io"];
        let namespace = own["namespace"].str();
        self.same(kind::SERVICE_ACCOUNT, namespace, &own["serviceaccount"])?;
        let account = &own["serviceaccount"];
        let mut user = User::service_account(namespace, account["name"].str(), account["uid"].str());
        let mut note = |key: &str, value: &str| {
            user.extra.object_mut().insert(format!("authentication.kubernetes.io/{key}"), list![value]);
        };
        note("credential-id", &format!("JTI={}", claims["jti"].str()));
        for (kind, field) in [(kind::NODE, "node"), (kind::POD, "pod"), (kind::SECRET, "secret")] {
            let bound = &own[field];
            if bound.is_null() {
                continue;
            }
            // The node is only told; it may be gone.
            if kind != kind::NODE || own["pod"].is_null() {
                self.same(kind, if kind.namespaced { namespace } else { "" }, bound)?;
            }
            if kind != kind::SECRET {
                note(&format!("{field}-name"), bound["name"].str());
                note(&format!("{field}-uid"), bound["uid"].str());
            }
        }
        Some(user)
    }

    fn authenticate_legacy(&self, token: &str, claims: &Value) -> Option<User> {
        let claim = |key: &str| claims[format!("kubernetes.io/serviceaccount/{key}").as_str()].str();
        let namespace = claim("namespace");
        let secret = self.store.get(kind::SECRET, &Key::new(namespace, claim("secret.name")))?;
        if secret["data"]["token"].str() != base64::encode(token.as_bytes()) || secret.deleting() {
            return None;
        }
        let (name, uid) = (claim("service-account.name"), claim("service-account.uid"));
        self.same(kind::SERVICE_ACCOUNT, namespace, &obj! { "name" => name, "uid" => uid })?;
        Some(User::service_account(namespace, name, uid))
    }

    /// The object of a name, if it is the one with the UID.
    fn same(&self, kind: &'static Kind, namespace: &str, named: &Value) -> Option<&Value> {
        let object = self.store.get(kind, &Key::new(namespace, named["name"].str()))?;
        (object.uid() == named["uid"].str()).then_some(object)
    }

    /// `serviceaccounts/token`: a TokenRequest is answered with a token (pkg/registry/core/serviceaccount/storage/token.go).
    pub(crate) fn request_token(&self, request: &Request) -> Result<Response, Status> {
        self.issue_token(&request.namespace, &request.name, &request.body["spec"]).map(Response::from)
    }

    /// The answer to a TokenRequest with this `spec` for a ServiceAccount. Nothing is written: whoever looks at a token
    /// changes nothing.
    pub(crate) fn issue_token(&self, namespace: &str, name: &str, spec: &Value) -> Result<Value, Status> {
        let account = self.find(kind::SERVICE_ACCOUNT, namespace, name)?;
        let seconds = spec["expirationSeconds"].as_int().unwrap_or(LIFETIME);
        check_lifetime(name, seconds)?;
        let audiences = match spec["audiences"].is_empty() {
            true => list![ISSUER],
            false => spec["audiences"].clone(),
        };
        let named = obj! { "name" => account.name(), "uid" => account.uid() };
        let mut own = obj! { "namespace" => account.namespace(), "serviceaccount" => named };
        let reference = &spec["boundObjectRef"];
        if !reference.is_null() {
            self.bind_token(&mut own, reference, account.namespace())?;
        }
        let now = self.now.seconds();
        let mut lifetime = seconds;
        if seconds == POD_LIFETIME && reference["kind"].str() == "Pod" {
            own.set("warnafter", now + seconds);
            lifetime = EXTENDED;
        }
        let claims = obj! {
            "aud" => &audiences, "exp" => now + lifetime, "iat" => now, "iss" => ISSUER, "jti" => identifier(&format!("{}/{}/{}", account.uid(), reference["uid"].str(), self.now.0)),
            "kubernetes.io" => own, "nbf" => now,
            "sub" => format!("system:serviceaccount:{}:{}", account.namespace(), account.name()),
        };
        let token = sign(&self.signing_key(), &claims);
        let metadata =
            obj! { "name" => account.name(), "namespace" => account.namespace(), "creationTimestamp" => self.now };
        let expiry = self.now + Duration::from_secs(seconds.unsigned_abs());
        Ok(obj! {
            "apiVersion" => "authentication.k8s.io/v1", "kind" => "TokenRequest", "metadata" => metadata,
            "spec" => obj! {
                "audiences" => audiences, "boundObjectRef" => reference, "expirationSeconds" => seconds,
            },
            "status" => obj! { "expirationTimestamp" => expiry, "token" => token },
        })
    }

    /// Names the object that a token is bound to among its claims.
    fn bind_token(&self, own: &mut Value, reference: &Value, namespace: &str) -> Result<(), Status> {
        let kinds = [("Pod", kind::POD), ("Secret", kind::SECRET), ("Node", kind::NODE)];
        let (name, uid) = (reference["name"].str(), reference["uid"].str());
        let Some((field, kind)) = kinds.into_iter().find(|(kind, _)| *kind == reference["kind"].str()) else {
            let (version, kind) = (reference["apiVersion"].str(), reference["kind"].str());
            return Err(Status::bad_request(format!("cannot bind token to object of type {version}, Kind={kind}")));
        };
        let object = self.find(kind, if kind.namespaced { namespace } else { "" }, name)?;
        if !uid.is_empty() && uid != object.uid() {
            let why = format!(
                "the UID in the bound object reference ({uid}) does not match the UID in record. The object might have been \
                 deleted and then recreated"
            );
            return Err(Status::conflict(kind, name, &why));
        }
        let named = |object: &Value| obj! { "name" => object.name(), "uid" => object.uid() };
        own.set(&field.to_lowercase(), named(object));
        let node = object["spec"]["nodeName"].str();
        if let Some(node) = self.store.get(kind::NODE, &Key::new("", node)).filter(|_| kind == kind::POD) {
            own.set("node", named(node));
        }
        Ok(())
    }
}

/// A token's own name: a UUID that is made of what the token is for.
fn identifier(text: &str) -> String {
    let hex = api::sha256::hex(text);
    format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}

fn check_lifetime(name: &str, seconds: i64) -> Result<(), Status> {
    let why = match seconds {
        ..SHORTEST => "may not specify a duration less than 10 minutes",
        LONGEST.. if seconds > LONGEST => "may not specify a duration larger than 2^32 seconds",
        _ => return Ok(()),
    };
    let error = api::FieldError::invalid("spec.expirationSeconds", &seconds.into(), why);
    let request = Kind { group: "authentication.k8s.io", kind: "TokenRequest", ..*kind::SERVICE_ACCOUNT };
    Err(Status::invalid(&request, name, &[error]))
}
