//! Client certificates: whom one names that the cluster's own signers have signed
//! (k8s.io/apiserver/pkg/authentication/request/x509).

use crate::authn::unauthorized;
use crate::server::ApiServer;
use crate::store::Key;
use crate::token;
use crate::user::{AUTHENTICATED, User};
use api::der::{BITS, OBJECT_IDENTIFIER, SEQUENCE, content, split, tlv, utc, values};
use api::{Status, Str, Value, kind, list, obj, sha256};

/// The object identifiers of a common name and of an organization (X.520), of the extension that says what a certificate is
/// for (RFC 5280: 4.2.1.12), and of what a client's is for.
const COMMON_NAME: [u8; 5] = [OBJECT_IDENTIFIER, 3, 0x55, 4, 3];
const ORGANIZATION: [u8; 5] = [OBJECT_IDENTIFIER, 3, 0x55, 4, 10];
const PURPOSES: [u8; 5] = [OBJECT_IDENTIFIER, 3, 0x55, 0x1d, 0x25];
const CLIENT: [u8; 10] = [OBJECT_IDENTIFIER, 8, 0x2b, 6, 1, 5, 5, 7, 3, 2];
/// `[3]`: where the extensions are.
const EXTENSIONS: u8 = 0xa3;

impl ApiServer {
    /// The user whom a certificate (X.509 in DER) names: the common name, in the groups that the organizations name.
    ///
    /// # Errors
    /// 401: no signer of this cluster has signed it, or it is not valid now, or for no client.
    pub fn certified(&self, certificate: &[u8]) -> Result<User, Status> {
        let system = self.store.get(kind::NAMESPACE, &Key::new("", "kube-system")).ok_or_else(unauthorized)?;
        let key = token::key(system.uid());
        let mut user = read(certificate, &key, &utc(self.now)).ok_or_else(unauthorized)?;
        let digest = format!("X509SHA256={}", sha256::digits(&sha256::digest(certificate)));
        user.extra = obj! { "authentication.kubernetes.io/credential-id" => list![digest] };
        Ok(user)
    }
}

/// Certificate { signed { version, serial, algorithm, issuer, validity, subject, key, extensions }, algorithm, signature }
fn read(certificate: &[u8], key: &str, now: &[u8]) -> Option<User> {
    let (signed, rest) = split(content(certificate)?)?;
    let (_, signature) = split(rest)?;
    let seal = tlv(BITS, &[&[0], &token::seal(key, signed)]);
    let fields = values(content(signed)?);
    let [_, _, _, _, validity, subject, _, extensions @ ..] = &fields[..] else { return None };
    let [begin, end] = values(content(validity)?)[..] else { return None };
    let is_for_clients = extensions.iter().filter(|field| field[0] == EXTENSIONS).all(|field| is_for_clients(field));
    if signature != seal || now < begin || now > end || !is_for_clients {
        return None;
    }
    let (mut name, mut groups) = (Str::default(), Vec::new());
    for set in values(content(subject)?) {
        for attribute in values(content(set)?) {
            let [what, text] = values(content(attribute)?)[..] else { return None };
            let text = std::str::from_utf8(content(text)?).ok()?;
            match what {
                _ if what == COMMON_NAME => name = text.into(),
                _ if what == ORGANIZATION => groups.push(Value::from(text)),
                _ => {}
            }
        }
    }
    groups.push(AUTHENTICATED.into());
    (!name.is_empty()).then(|| User { name, groups: groups.into(), ..User::default() })
}

/// Whether what a certificate is for says clients, or nothing at all.
fn is_for_clients(extensions: &[u8]) -> bool {
    let all = content(extensions).and_then(content).map(values).unwrap_or_default();
    all.into_iter().all(|extension| {
        let parts = content(extension).map(values).unwrap_or_default();
        match (parts.first(), parts.last()) {
            (Some(what), Some(value)) if **what == PURPOSES => {
                content(value).and_then(content).map(values).unwrap_or_default().contains(&&CLIENT[..])
            }
            _ => true,
        }
    })
}

/// The extension that says what a certificate is for: `clients` and, or, servers.
pub fn purposes(usages: &Value) -> Vec<u8> {
    let mut server = CLIENT;
    server[9] = 1;
    let named = |name: &str| usages.array().iter().any(|usage| usage.str() == name);
    let all: Vec<&[u8]> = [("client auth", &CLIENT[..]), ("server auth", &server)]
        .into_iter()
        .filter(|(name, _)| named(name))
        .map(|(_, identifier)| identifier)
        .collect();
    if all.is_empty() {
        return Vec::new();
    }
    let purposes = tlv(api::der::OCTETS, &[&tlv(SEQUENCE, &all)]);
    let extension = tlv(SEQUENCE, &[&PURPOSES, &purposes]);
    tlv(EXTENSIONS, &[&tlv(SEQUENCE, &[&extension])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Request, Verb};
    use api::der::{INTEGER, SET, UTF8};
    use api::{Rng, Time};
    use std::time::Duration;

    fn subject(parts: &[(&[u8], &str)]) -> Vec<u8> {
        let set = |(what, text): &(&[u8], &str)| tlv(SET, &[&tlv(SEQUENCE, &[what, &tlv(UTF8, &[text.as_bytes()])])]);
        tlv(SEQUENCE, &[&parts.iter().flat_map(set).collect::<Vec<u8>>()])
    }

    /// A certificate that `key` has signed, for jane of the developers and for what these usages say.
    fn certificate(key: &str, usages: &[&str], now: Time) -> Vec<u8> {
        let number = tlv(INTEGER, &[&[1]]);
        let validity = tlv(SEQUENCE, &[&utc(now - Duration::from_secs(60)), &utc(now + Duration::from_secs(60))]);
        let jane = subject(&[(&ORGANIZATION, "developers"), (&COMMON_NAME, "jane")]);
        let purposes = purposes(&usages.iter().copied().collect());
        let fields: [&[u8]; 8] =
            [&tlv(0xa0, &[&number]), &number, &number, &number, &validity, &jane, &number, &purposes];
        let signed = tlv(SEQUENCE, &fields);
        tlv(SEQUENCE, &[&signed, &number, &tlv(BITS, &[&[0], &token::seal(key, &signed)])])
    }

    #[test]
    fn whoever_the_cluster_has_certified_is_known_while_that_is_valid() {
        let now = Time::parse("2026-01-05T09:00:00Z").unwrap();
        let mut server = ApiServer::new(Rng::new(1), now);
        let system = obj! { "metadata" => obj! { "name" => "kube-system" } };
        let made = server.handle(&Request::new(Verb::Create, kind::NAMESPACE, "", "").with_body(system)).unwrap().body;
        let key = token::key(made.uid());
        let good = certificate(&key, &["client auth"], now);
        let user = server.certified(&good).unwrap();
        assert_eq!((user.name.as_str(), user.groups), ("jane", list!["developers", AUTHENTICATED]));
        let mut changed = good.clone();
        let place = changed.windows(4).position(|bytes| bytes == b"jane").unwrap();
        changed[place] = b'J';
        for wrong in [changed, certificate(&key, &["server auth"], now), certificate("", &["client auth"], now)] {
            assert_eq!(server.certified(&wrong).unwrap_err().code, 401);
        }
        assert!((0..good.len()).all(|end| server.certified(&good[..end]).is_err()));
        server.set_now(now + Duration::from_secs(61));
        assert_eq!(server.certified(&good).unwrap_err().code, 401);
    }
}
