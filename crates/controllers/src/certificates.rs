//! The signers of kube-controller-manager: an approved CertificateSigningRequest gets its certificate
//! (pkg/controller/certificates/signer).
//!
//! The certificate has X.509's form (RFC 5280) with the subject and the public key of the request. Its signature is a digest
//! with a key that only the cluster knows.

use crate::{Controller, enqueue_self};
use api::der::{BITS, INTEGER, SEQUENCE, SET, UTF8, content, split, tlv, utc};
use api::{Status, Time, Value, base64, condition, kind, obj};
use apiserver::{Context, EventType, WatchEvent, WorkKey, purposes, token};
use std::time::Duration;

const NAME: &str = "csrsigning";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "certificate-controller", observe, reconcile };

/// The signers that sign here, with the usages that each demands and the others that it allows
/// (`CSRAuthority.Sign` and the verification functions of each signer).
const SIGNERS: [(&str, &str, &[&str]); 4] = [
    ("kubernetes.io/kube-apiserver-client", "client auth", &["digital signature", "key encipherment"]),
    ("kubernetes.io/kube-apiserver-client-kubelet", "client auth", &["digital signature", "key encipherment"]),
    ("kubernetes.io/kubelet-serving", "server auth", &["digital signature", "key encipherment"]),
    ("kubernetes.io/legacy-unknown", "", &[]),
];
/// `--cluster-signing-duration`, and how far a certificate reaches into the past for clocks that are slow.
const LIFETIME: u64 = 365 * 24 * 60 * 60;
const BACKDATE: Duration = Duration::from_secs(5 * 60);

/// sha256WithRSAEncryption, as an `AlgorithmIdentifier`.
const ALGORITHM: [u8; 15] = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 11, 5, 0];
/// The object identifier of a common name, and who issues: `CN=kubernetes`.
const COMMON_NAME: [u8; 5] = [6, 3, 0x55, 4, 3];
const ISSUER: &str = "kubernetes";

/// `[0]`: the version's field.
const VERSION: u8 = 0xa0;

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
    let signer = SIGNERS.iter().find(|(name, ..)| *name == request["spec"]["signerName"].str());
    let Some((_, needed, allowed)) = signer.filter(|_| waits(&request)) else { return Ok(()) };
    let system = cx.client.get(kind::NAMESPACE, "", "kube-system").unwrap_or_default();
    let signed = match fits(&request["spec"]["usages"], needed, allowed) {
        true => certificate(&request, &token::key(system.uid()), cx).ok_or("unable to parse csr"),
        false => Err("usages did not match"),
    };
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

fn fits(usages: &Value, needed: &str, allowed: &[&str]) -> bool {
    let mut given = usages.array().iter().map(Value::str);
    needed.is_empty()
        || given.clone().any(|usage| usage == needed) && given.all(|usage| usage == needed || allowed.contains(&usage))
}

/// The certificate as text; none if the request's own text is no request.
fn certificate(request: &Value, key: &str, cx: &mut Context<'_>) -> Option<String> {
    let text = base64::decode(request["spec"]["request"].str()).ok()?;
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with("-----"));
    let bytes = base64::decode_bytes(&lines.collect::<String>()).ok()?;
    // CertificationRequest { info { version, subject, key, attributes }, algorithm, signature }
    let (info, _) = split(content(&bytes)?)?;
    let (_, after_version) = split(content(info)?)?;
    let (subject, after_subject) = split(after_version)?;
    let (public_key, _) = split(after_subject)?;
    let asked = request["spec"]["expirationSeconds"].as_int().map_or(LIFETIME, i64::unsigned_abs);
    let (begin, end) = (cx.now - BACKDATE, cx.now + Duration::from_secs(asked.min(LIFETIME)) - BACKDATE);
    let purposes = purposes(&request["spec"]["usages"]);
    let signed = to_be_signed(cx, [subject, public_key, &purposes], begin, end);
    let mut signature = vec![0];
    signature.extend(token::seal(key, &signed));
    let whole = tlv(SEQUENCE, &[&signed[..], &ALGORITHM, &tlv(BITS, &[&signature])]);
    let encoded = base64::encode(&whole);
    let mut text = "-----BEGIN CERTIFICATE-----\n".to_owned();
    for line in encoded.as_bytes().chunks(64) {
        text.extend(line.iter().map(|letter| *letter as char));
        text.push('\n');
    }
    text.push_str("-----END CERTIFICATE-----\n");
    Some(text)
}

/// `TBSCertificate`: version 3, a random number (of at most 20 bytes), who issues, from when to when, for whom, with which key,
/// and for what.
fn to_be_signed(cx: &mut Context<'_>, parts: [&[u8]; 3], begin: Time, end: Time) -> Vec<u8> {
    let [subject, public_key, purposes] = parts;
    let mut serial: Vec<u8> = (0..4).flat_map(|_| cx.rng.bits().to_be_bytes()).collect();
    serial[0] = serial[0] & 0x7f | 0x40;
    let attribute = tlv(SEQUENCE, &[&COMMON_NAME, &tlv(UTF8, &[ISSUER.as_bytes()])]);
    let issuer = tlv(SEQUENCE, &[&tlv(SET, &[&attribute])]);
    let validity = tlv(SEQUENCE, &[&utc(begin), &utc(end)]);
    let version = tlv(VERSION, &[&tlv(INTEGER, &[&[2]])]);
    let serial = tlv(INTEGER, &[&serial]);
    tlv(SEQUENCE, &[&version, &serial, &ALGORITHM, &issuer, &validity, subject, public_key, purposes])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usages_must_be_those_of_the_signer() {
        let usages = |text: &str| text.split(',').collect::<Value>();
        let (_, needed, allowed) = SIGNERS[0];
        assert!(fits(&usages("client auth,digital signature"), needed, allowed));
        assert!(!fits(&usages("server auth"), needed, allowed) && !fits(&usages("client auth,any"), needed, allowed));
    }
}
