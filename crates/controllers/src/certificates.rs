//! The signers of kube-controller-manager: an approved CertificateSigningRequest gets its certificate
//! (pkg/controller/certificates/signer).
//!
//! The certificate has X.509's form (RFC 5280) with the subject and the public key of the request. Its signature is a digest
//! with a key that only the cluster knows.

pub mod approving;
pub mod cleaning;

use crate::{Controller, enqueue_self};
use api::der::{content, split};
use api::x509::{self, Subject};
use api::{Status, Value, base64, condition, kind, obj};
use apiserver::{Context, EventType, WatchEvent, WorkKey, purposes, token};
use std::time::Duration;

const NAME: &str = "csrsigning";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "certificate-controller", observe, reconcile };

/// The signer for users, and that for kubelets who ask as users.
const CLIENTS: &str = "kubernetes.io/kube-apiserver-client";
const KUBELET_CLIENTS: &str = "kubernetes.io/kube-apiserver-client-kubelet";
/// The signer for kubelets that others ask, and the one that signs whatever it is given.
const KUBELETS: &str = "kubernetes.io/kubelet-serving";
const LEGACY: &str = "kubernetes.io/legacy-unknown";
/// `--cluster-signing-duration`, and how far a certificate reaches into the past for clocks that are slow.
const LIFETIME: u64 = 365 * 24 * 60 * 60;
/// The shortest that there is, in seconds.
const SHORTEST: u64 = 600;
const BACKDATE: Duration = Duration::from_secs(5 * 60);

/// Who issues.
const ISSUER: &str = "kubernetes";

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    let object = &event.object;
    if event.kind == kind::CERTIFICATE_SIGNING_REQUEST && event.event != EventType::Deleted && waits(object) {
        enqueue_self(NAME, object, cx);
    }
}

fn is(request: &Value, name: &str) -> bool {
    !condition(request, name).is_null()
}

/// Whether a request is approved and not yet answered.
fn waits(request: &Value) -> bool {
    let answered = !request["status"]["certificate"].str().is_empty() || is(request, "Failed");
    is(request, "Approved") && !is(request, "Denied") && !answered
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some(mut request) = cx.client.get(kind::CERTIFICATE_SIGNING_REQUEST, "", &key.name) else { return Ok(()) };
    let Some(validity) = verify(&request).filter(|_| waits(&request)) else { return Ok(()) };
    let system = cx.client.get(kind::NAMESPACE, "", "kube-system").unwrap_or_default();
    let signed = validity.and_then(|()| {
        certificate(&request, &token::key(system.uid()), cx).ok_or_else(|| "unable to parse csr".to_owned())
    });
    match signed {
        Ok(text) => request.set("status.certificate", base64::encode(text.as_bytes())),
        Err(why) => {
            let failed = obj! {
                "type" => "Failed", "status" => "True", "reason" => "SignerValidationFailure", "message" => why,
                "lastUpdateTime" => cx.now, "lastTransitionTime" => cx.now,
            };
            api::set_condition(&mut request, failed);
        }
    }
    cx.client.update_status(kind::CERTIFICATE_SIGNING_REQUEST, request).map(drop)
}

/// What the signer that a request is for says of it; none if that is none of those here (`isRequestForSignerFn`).
fn verify(request: &Value) -> Option<Result<(), String>> {
    let spec = &request["spec"];
    let usages: Vec<&str> = spec["usages"].array().iter().map(Value::str).collect();
    let subject = || x509::certificate_request(spec["request"].str()).unwrap_or_default();
    match spec["signerName"].str() {
        CLIENTS => Some(for_clients(&usages)),
        KUBELET_CLIENTS => Some(for_kubelet(&subject(), &usages, "client auth")),
        KUBELETS => Some(for_kubelet(&subject(), &usages, "server auth")),
        LEGACY => Some(Ok(())),
        _ => None,
    }
}

/// `validAPIServerClientUsages`
fn for_clients(usages: &[&str]) -> Result<(), String> {
    const ALLOWED: [&str; 3] = ["client auth", "digital signature", "key encipherment"];
    match usages.iter().find(|usage| !ALLOWED.contains(usage)) {
        Some(other) => Err(format!("invalid usage for client certificate: {other}")),
        None if !usages.contains(&"client auth") => {
            Err("missing required usage for client certificate: client auth".to_owned())
        }
        None => Ok(()),
    }
}

/// `ValidateKubeletServingCSR`, `ValidateKubeletClientCSR`
fn for_kubelet(subject: &Subject, usages: &[&str], purpose: &str) -> Result<(), String> {
    let names = |tag: u8| subject.alternatives.iter().any(|(kind, _)| *kind == tag);
    let [email, dns, uri, ip] = [1, 2, 6, 7].map(names);
    let serves = purpose == "server auth";
    let why = match () {
        () if subject.all(Subject::ORGANIZATION) != ["system:nodes"] => "subject organization is not system:nodes",
        () if serves && !dns && !ip => "DNS or IP subjectAltName is required",
        () if !serves && dns => "DNS subjectAltNames are not allowed",
        () if email => "Email subjectAltNames are not allowed",
        () if !serves && ip => "IP subjectAltNames are not allowed",
        () if uri => "URI subjectAltNames are not allowed",
        () if !subject.first(Subject::COMMON_NAME).starts_with("system:node:") => {
            "subject common name does not begin with system:node:"
        }
        () => return of_kubelet(usages, purpose),
    };
    Err(why.to_owned())
}

/// A kubelet's key signs, and where it is RSA's also enciphers keys.
fn of_kubelet(usages: &[&str], purpose: &str) -> Result<(), String> {
    let mut given = usages.to_vec();
    api::sort(&mut given);
    given.dedup();
    let mut wanted = vec!["digital signature", "key encipherment", purpose];
    api::sort(&mut wanted);
    let without: Vec<&str> = wanted.iter().copied().filter(|usage| *usage != "key encipherment").collect();
    match given == wanted || given == without {
        true => Ok(()),
        false => Err(format!("usages did not match [{}]", wanted.join(" "))),
    }
}

/// The certificate as text; none if the request's own text is no request.
fn certificate(request: &Value, key: &str, cx: &mut Context<'_>) -> Option<String> {
    let bytes = x509::from_pem(&base64::decode(request["spec"]["request"].str()).ok()?, x509::REQUEST)?;
    // CertificationRequest { info { version, subject, key, attributes }, algorithm, signature }
    let (info, _) = split(content(&bytes)?)?;
    let (_, after_version) = split(content(info)?)?;
    let (subject, after_subject) = split(after_version)?;
    let (public_key, _) = split(after_subject)?;
    let asked = request["spec"]["expirationSeconds"].as_int().map_or(LIFETIME, i64::unsigned_abs);
    let (begin, end) = (cx.now - BACKDATE, cx.now + Duration::from_secs(asked.clamp(SHORTEST, LIFETIME)) - BACKDATE);
    let serial: Vec<u8> = (0..4).flat_map(|_| cx.rng.bits().to_be_bytes()).collect();
    let issuer = x509::name(&[(Subject::COMMON_NAME, ISSUER)]);
    let purposes = purposes(&request["spec"]["usages"]);
    let signed = x509::to_be_signed(&serial, [&issuer, subject, public_key, &purposes], begin, end);
    let whole = x509::signed(&signed, &token::seal(key, &signed));
    Some(x509::pem(x509::CERTIFICATE, &whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_signer_has_its_rules() {
        let asked = |signer: &str, usages: &str| {
            let pem = base64::encode(include_str!("../../api/src/x509/csr.pem").as_bytes());
            let usages: Value = usages.split(',').collect();
            let spec = obj! { "signerName" => format!("kubernetes.io/{signer}"), "request" => pem, "usages" => usages };
            verify(&obj! { "spec" => spec }).unwrap()
        };
        let user = |usages: &str| asked("kube-apiserver-client", usages);
        assert_eq!(user("client auth,digital signature"), Ok(()));
        assert_eq!(user("server auth").unwrap_err(), "invalid usage for client certificate: server auth");
        let missing = "missing required usage for client certificate: client auth";
        assert_eq!(user("digital signature").unwrap_err(), missing);
        let why = asked("kubelet-serving", "server auth,digital signature").unwrap_err();
        assert_eq!(why, "subject organization is not system:nodes");
        assert_eq!(asked("legacy-unknown", "any"), Ok(()));
        assert_eq!(verify(&obj! { "spec" => obj! { "signerName" => "example.com/own" } }), None);
        assert_eq!(of_kubelet(&["server auth", "digital signature"], "server auth"), Ok(()));
        let why = of_kubelet(&["server auth"], "server auth").unwrap_err();
        assert_eq!(why, "usages did not match [digital signature key encipherment server auth]");
    }
}
