//! As much of ASN.1's DER as a request for a certificate needs: whose certificate it shall be (RFC 2986, PKCS #10).

use crate::base64;
use api::der;

/// Whose certificate a request is for.
#[derive(Debug, Default, PartialEq)]
pub struct Subject {
    /// The last number of each attribute's identifier 2.5.4.N, with its value.
    attributes: Vec<(u8, String)>,
    /// Alternative names, with their tags in `GeneralName`.
    pub alternatives: Vec<(u8, String)>,
}

impl Subject {
    /// 2.5.4.3
    pub const COMMON_NAME: u8 = 3;
    /// 2.5.4.5
    pub const SERIAL_NUMBER: u8 = 5;
    /// The attributes that may occur several times, with the names that kubectl gives them.
    pub const LISTED: [(&'static str, u8); 7] = [
        ("Organization", 10),
        ("Organizational Unit", 11),
        ("Country", 6),
        ("Locality", 7),
        ("Province", 8),
        ("StreetAddress", 9),
        ("PostalCode", 17),
    ];
    /// Kinds of alternative names with their tags.
    pub const ALTERNATIVES: [(&'static str, u8); 4] =
        [("DNS Names", 2), ("Email Addresses", 1), ("URIs", 6), ("IP Addresses", 7)];

    /// The first value of an attribute; empty if there is none.
    pub fn first(&self, id: u8) -> &str {
        self.all(id).first().copied().unwrap_or_default()
    }

    /// All values of an attribute.
    pub fn all(&self, id: u8) -> Vec<&str> {
        self.attributes.iter().filter(|(known, _)| *known == id).map(|(_, value)| value.as_str()).collect()
    }
}

/// Takes the first value off `bytes`: its tag and its content. None if it is cut short.
fn take<'a>(bytes: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let (value, rest) = der::split(bytes)?;
    *bytes = rest;
    Some((value[0], der::content(value)?))
}

/// Reads `spec.request` of a CertificateSigningRequest: base 64 of PEM. None if it is no request.
pub fn certificate_request(request: &str) -> Option<Subject> {
    let pem = base64::decode(request).ok()?;
    let body = pem.split("-----BEGIN CERTIFICATE REQUEST-----").nth(1)?.split("-----END").next()?;
    let body: String = body.split_whitespace().collect();
    let bytes = base64::decode_bytes(&body).ok()?;
    let (_, mut request) = take(&mut &bytes[..])?;
    let (_, mut info) = take(&mut request)?;
    take(&mut info)?; // the version
    let (_, mut name) = take(&mut info)?;
    take(&mut info)?; // the key
    let mut subject = Subject::default();
    while let Some((_, mut set)) = take(&mut name) {
        while let Some((_, mut pair)) = take(&mut set) {
            let ((_, id), (_, value)) = (take(&mut pair)?, take(&mut pair)?);
            if let [0x55, 4, number] = id {
                subject.attributes.push((*number, String::from_utf8_lossy(value).into_owned()));
            }
        }
    }
    if let Some((0xa0, mut attributes)) = take(&mut info) {
        alternatives(&mut attributes, DEPTH, &mut subject.alternatives);
    }
    Some(subject)
}

/// How deep values may be nested inside each other: a real request needs six levels.
const DEPTH: usize = 16;

/// Looks for the extension `subjectAltName` (2.5.29.17) in constructed values.
fn alternatives(bytes: &mut &[u8], depth: usize, found: &mut Vec<(u8, String)>) {
    let mut is_next = false;
    while let Some((tag, mut content)) = take(bytes) {
        match tag {
            6 => is_next = content == [0x55, 0x1d, 17],
            4 if is_next => {
                let Some((_, mut names)) = take(&mut content) else { return };
                while let Some((tag, value)) = take(&mut names) {
                    let text = match (tag & 0x1f, value) {
                        (7, [a, b, c, d]) => format!("{a}.{b}.{c}.{d}"),
                        (_, value) => String::from_utf8_lossy(value).into_owned(),
                    };
                    found.push((tag & 0x1f, text));
                }
            }
            _ if tag & 0x20 != 0 && depth > 0 => alternatives(&mut content, depth - 1, found),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `openssl req -new -newkey ec -subj /O=devs/O=ops/CN=jane -addext subjectAltName=DNS:a.example,IP:10.0.0.1`
    const REQUEST: &str = include_str!("describe/testdata/csr.pem");

    #[test]
    fn a_request_says_for_whom_it_is() {
        let asked = certificate_request(&base64::encode(REQUEST.as_bytes())).unwrap();
        assert_eq!(asked.first(Subject::COMMON_NAME), "jane");
        assert_eq!(asked.all(10), ["devs", "ops"]);
        assert_eq!(asked.alternatives, [(2, "a.example".to_owned()), (7, "10.0.0.1".to_owned())]);
    }

    #[test]
    fn broken_requests_are_none() {
        let body: String = REQUEST.lines().filter(|line| !line.starts_with('-')).collect();
        let bytes = base64::decode_bytes(&body).unwrap();
        for end in 0..bytes.len() {
            let mut cut = bytes[..end].to_vec();
            let pem = |bytes: &[u8]| {
                let body = base64::encode(bytes);
                base64::encode(
                    format!("-----BEGIN CERTIFICATE REQUEST-----\n{body}\n-----END CERTIFICATE REQUEST-----")
                        .as_bytes(),
                )
            };
            assert_eq!(certificate_request(&pem(&cut)), None);
            // Lengths that lie must not matter either.
            cut.resize(bytes.len(), 0xa4);
            let _ = certificate_request(&pem(&cut));
        }
        let nested = [0x30, 0x80].repeat(1000);
        assert_eq!(certificate_request(&base64::encode(&nested)), None);
    }
}
