//! Certificates (RFC 5280) and requests for them (RFC 2986, PKCS #10): how they are put together, whose a request says that one
//! shall be, and PEM, in which they are written (RFC 7468).

use crate::der::{self, BITS, INTEGER, OBJECT_IDENTIFIER, SEQUENCE, SET, UTF8, tlv, utc};
use crate::{Time, base64};

/// What PEM calls a certificate.
pub const CERTIFICATE: &str = "CERTIFICATE";
/// What PEM calls a request for one.
pub const REQUEST: &str = "CERTIFICATE REQUEST";

/// Bytes in PEM.
pub fn pem(label: &str, bytes: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in base64::encode(bytes).as_bytes().chunks(64) {
        text.extend(line.iter().map(|letter| *letter as char));
        text.push('\n');
    }
    text + "-----END " + label + "-----\n"
}

/// The first bytes that a text has under a label; none if there are none.
pub fn from_pem(text: &str, label: &str) -> Option<Vec<u8>> {
    let (_, rest) = text.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = rest.split_once("-----END ")?;
    base64::decode_bytes(&body.split_whitespace().collect::<String>()).ok()
}

/// sha256WithRSAEncryption, as an `AlgorithmIdentifier`.
const ALGORITHM: [u8; 15] = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 11, 5, 0];
/// `[0]`: the version's field.
const VERSION: u8 = 0xa0;

/// A `Name` of attributes 2.5.4.N.
pub fn name(attributes: &[(u8, &str)]) -> Vec<u8> {
    let attribute = |(id, value): &(u8, &str)| {
        let what = tlv(OBJECT_IDENTIFIER, &[&[0x55, 4, *id]]);
        tlv(SET, &[&tlv(SEQUENCE, &[&what, &tlv(UTF8, &[value.as_bytes()])])])
    };
    tlv(SEQUENCE, &[&attributes.iter().flat_map(attribute).collect::<Vec<u8>>()])
}

/// `TBSCertificate`: version 3, a number, who issues, from when to when, for whom, with which key, and what else there is to say.
pub fn to_be_signed(serial: &[u8], parts: [&[u8]; 4], begin: Time, end: Time) -> Vec<u8> {
    let [issuer, subject, public_key, extensions] = parts;
    let mut serial = serial.to_vec();
    if let Some(first) = serial.first_mut() {
        *first = *first & 0x7f | 0x40;
    }
    let validity = tlv(SEQUENCE, &[&utc(begin), &utc(end)]);
    let version = tlv(VERSION, &[&tlv(INTEGER, &[&[2]])]);
    let serial = tlv(INTEGER, &[&serial]);
    tlv(SEQUENCE, &[&version, &serial, &ALGORITHM, issuer, &validity, subject, public_key, extensions])
}

/// What is signed with its signature.
pub fn signed(content: &[u8], signature: &[u8]) -> Vec<u8> {
    tlv(SEQUENCE, &[content, &ALGORITHM, &tlv(BITS, &[&[0], signature])])
}

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
    /// 2.5.4.10
    pub const ORGANIZATION: u8 = 10;
    /// 2.5.4.5
    pub const SERIAL_NUMBER: u8 = 5;
    /// The attributes that may occur several times, with the names that kubectl gives them.
    pub const LISTED: [(&'static str, u8); 7] = [
        ("Organization", Self::ORGANIZATION),
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
    read(&from_pem(&base64::decode(request).ok()?, REQUEST)?)
}

/// Reads a request. None if it is none.
pub fn read(bytes: &[u8]) -> Option<Subject> {
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
    const JANE: &str = include_str!("x509/csr.pem");

    #[test]
    fn a_request_says_for_whom_it_is() {
        let asked = certificate_request(&base64::encode(JANE.as_bytes())).unwrap();
        assert_eq!(asked.first(Subject::COMMON_NAME), "jane");
        assert_eq!(asked.all(10), ["devs", "ops"]);
        assert_eq!(asked.alternatives, [(2, "a.example".to_owned()), (7, "10.0.0.1".to_owned())]);
    }

    #[test]
    fn broken_requests_are_none() {
        let body: String = JANE.lines().filter(|line| !line.starts_with('-')).collect();
        let bytes = base64::decode_bytes(&body).unwrap();
        for end in 0..bytes.len() {
            let mut cut = bytes[..end].to_vec();
            let pem = |bytes: &[u8]| base64::encode(pem(REQUEST, bytes).as_bytes());
            assert_eq!(certificate_request(&pem(&cut)), None);
            // Lengths that lie must not matter either.
            cut.resize(bytes.len(), 0xa4);
            let _ = certificate_request(&pem(&cut));
        }
        let nested = [0x30, 0x80].repeat(1000);
        assert_eq!(certificate_request(&base64::encode(&nested)), None);
    }
}
