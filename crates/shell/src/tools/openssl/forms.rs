//! The forms of keys, requests and certificates. Numbers are made from the moment: a key is one in form only, and what it signs
//! is a digest that whoever knows the public key can check.

use api::der::{BITS, INTEGER, OBJECT_IDENTIFIER, OCTETS, SEQUENCE, SET, content, tlv, values};
use api::{Time, sha256, x509};

/// What PEM calls a private key.
pub(super) const PRIVATE_KEY: &str = "PRIVATE KEY";
/// rsaEncryption, as an `AlgorithmIdentifier`.
const RSA: [u8; 15] = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1, 5, 0];
/// 65537
const EXPONENT: [u8; 5] = [INTEGER, 3, 1, 0, 1];
/// extensionRequest (PKCS #9), and the extensions subjectAltName, basicConstraints.
const EXTENSION_REQUEST: [u8; 11] = [OBJECT_IDENTIFIER, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9, 14];
const ALTERNATIVES: [u8; 5] = [OBJECT_IDENTIFIER, 3, 0x55, 0x1d, 17];
const CONSTRAINTS: [u8; 5] = [OBJECT_IDENTIFIER, 3, 0x55, 0x1d, 19];
const TRUE: [u8; 3] = [1, 1, 0xff];

/// The attributes of names, as one writes them and by N of 2.5.4.N.
pub(super) const ATTRIBUTES: [(&str, u8); 6] = [("CN", 3), ("C", 6), ("L", 7), ("ST", 8), ("O", 10), ("OU", 11)];

/// So many bytes that follow from a seed.
pub(super) fn bytes(seed: &[u8], count: usize) -> Vec<u8> {
    let mut all = Vec::new();
    let mut last = sha256::digest(seed);
    while all.len() < count {
        all.extend(last);
        last = sha256::digest(&[&last[..], seed].concat());
    }
    all.truncate(count);
    all
}

/// A private key of so many bits (PKCS #8).
pub(super) fn private_key(seed: &[u8], bits: usize) -> Vec<u8> {
    let number = |name: &str, bits: usize| {
        let mut digits = bytes(&[seed, name.as_bytes()].concat(), bits / 8);
        digits[0] |= 0xc0;
        *digits.last_mut().unwrap_or(&mut 0) |= 1;
        tlv(INTEGER, &[&[0], &digits])
    };
    let (whole, half) = (|name| number(name, bits), |name| number(name, bits / 2));
    let zero = tlv(INTEGER, &[&[0]]);
    let parts = [whole("n"), EXPONENT.to_vec(), whole("d"), half("p"), half("q"), half("dp"), half("dq"), half("qi")];
    let key = tlv(SEQUENCE, &[&zero, &parts.concat()]);
    tlv(SEQUENCE, &[&zero, &RSA, &tlv(OCTETS, &[&key])])
}

/// The public key of a private one (`SubjectPublicKeyInfo`); none if that is no key.
pub(super) fn public_key(private: &[u8]) -> Option<Vec<u8>> {
    let fields = values(content(private)?);
    let numbers = values(content(content(fields.get(2)?)?)?);
    let key = tlv(SEQUENCE, &[numbers.get(1)?, numbers.get(2)?]);
    Some(tlv(SEQUENCE, &[&RSA, &tlv(BITS, &[&[0], &key])]))
}

/// The modulus of a public key.
pub(super) fn modulus(public: &[u8]) -> Option<&[u8]> {
    let bits = *values(content(public)?).get(1)?;
    content(values(content(content(bits)?.get(1..)?)?).first()?)
}

/// What a name of the form `/CN=jane/O=devs` says; none if it has another form or an attribute that nobody knows.
pub(super) fn name(text: &str) -> Option<Vec<u8>> {
    let part = |part: &str| {
        let (name, value) = part.split_once('=')?;
        let (_, id) = ATTRIBUTES.iter().find(|(known, _)| *known == name)?;
        Some((*id, value.to_owned()))
    };
    let parts: Option<Vec<(u8, String)>> = text.strip_prefix('/')?.split('/').map(part).collect();
    let parts = parts?;
    Some(x509::name(&parts.iter().map(|(id, value)| (*id, value.as_str())).collect::<Vec<_>>()))
}

/// The extension for alternative names such as `DNS:a.example,IP:10.0.0.1`; none if one is of no known kind.
pub(super) fn alternatives(text: &str) -> Option<Vec<u8>> {
    let one = |word: &str| match word.trim().split_once(':')? {
        ("DNS", name) => Some(tlv(0x82, &[name.as_bytes()])),
        ("email", name) => Some(tlv(0x81, &[name.as_bytes()])),
        ("URI", name) => Some(tlv(0x86, &[name.as_bytes()])),
        ("IP", address) => Some(tlv(0x87, &[&address.parse::<std::net::Ipv4Addr>().ok()?.octets()])),
        _ => None,
    };
    let names: Option<Vec<Vec<u8>>> = text.split(',').map(one).collect();
    Some(tlv(SEQUENCE, &[&ALTERNATIVES, &tlv(OCTETS, &[&tlv(SEQUENCE, &[&names?.concat()])])]))
}

/// The extension that says that something is an authority.
pub(super) fn authority() -> Vec<u8> {
    tlv(SEQUENCE, &[&CONSTRAINTS, &TRUE, &tlv(OCTETS, &[&tlv(SEQUENCE, &[&TRUE])])])
}

fn sign(public: &[u8], signed: &[u8]) -> Vec<u8> {
    let length = modulus(public).map_or(256, |modulus| modulus.len() - 1);
    bytes(&[public, signed].concat(), length)
}

/// A request (PKCS #10).
pub(super) fn request(private: &[u8], subject: &[u8], extensions: &[u8]) -> Option<Vec<u8>> {
    let public = public_key(private)?;
    let asked = tlv(SEQUENCE, &[&EXTENSION_REQUEST, &tlv(SET, &[&tlv(SEQUENCE, &[extensions])])]);
    let attributes = tlv(0xa0, &[if extensions.is_empty() { &[][..] } else { &asked }]);
    let info = tlv(SEQUENCE, &[&tlv(INTEGER, &[&[0]]), subject, &public, &attributes]);
    Some(x509::signed(&info, &sign(&public, &info)))
}

/// What a request asks for: subject, public key, extensions.
pub(super) fn asked(request: &[u8]) -> Option<[Vec<u8>; 3]> {
    let info = values(content(values(content(request)?).first()?)?);
    let attributes = info.get(3).and_then(|attributes| content(attributes)).unwrap_or_default();
    let extensions = values(attributes).first().and_then(|first| {
        let set = values(content(first)?).get(1).copied()?;
        content(content(set)?).map(<[u8]>::to_vec)
    });
    Some([info.get(1)?.to_vec(), info.get(2)?.to_vec(), extensions.unwrap_or_default()])
}

/// Who signs a certificate: the subject of his own, and his private key.
pub(super) struct Issuer<'a> {
    pub(super) name: &'a [u8],
    pub(super) key: &'a [u8],
}

/// A certificate for a subject and its key.
pub(super) fn certificate(
    issuer: &Issuer<'_>,
    [subject, public, extensions]: [&[u8]; 3],
    (begin, end): (Time, Time),
) -> Option<Vec<u8>> {
    let signer = public_key(issuer.key)?;
    let extensions = if extensions.is_empty() { Vec::new() } else { tlv(0xa3, &[&tlv(SEQUENCE, &[extensions])]) };
    let serial = bytes(&[subject, public, begin.rfc3339().as_bytes()].concat(), 20);
    let signed = x509::to_be_signed(&serial, [issuer.name, subject, public, &extensions], begin, end);
    Some(x509::signed(&signed, &sign(&signer, &signed)))
}

/// A certificate taken apart.
pub(super) struct Certificate<'a> {
    pub(super) serial: &'a [u8],
    pub(super) issuer: &'a [u8],
    pub(super) validity: Vec<&'a [u8]>,
    pub(super) subject: &'a [u8],
    pub(super) public: &'a [u8],
    pub(super) extensions: Vec<&'a [u8]>,
    signed: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Certificate<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Option<Certificate<'a>> {
        let outer = values(content(bytes)?);
        let [signed, _, signature] = outer[..] else { return None };
        let fields = values(content(signed)?);
        let [_, serial, _, issuer, validity, subject, public, ref rest @ ..] = fields[..] else { return None };
        let extensions = rest.iter().find(|field| field[0] == 0xa3).and_then(|field| content(content(field)?));
        Some(Certificate {
            serial: content(serial)?,
            issuer,
            validity: values(content(validity)?).into_iter().filter_map(content).collect(),
            subject,
            public,
            extensions: values(extensions.unwrap_or_default()),
            signed,
            signature: content(signature)?.get(1..)?,
        })
    }

    /// Whether this authority has signed another certificate.
    pub(super) fn has_signed(&self, other: &Certificate<'_>) -> bool {
        self.subject == other.issuer && sign(self.public, other.signed) == other.signature
    }
}
