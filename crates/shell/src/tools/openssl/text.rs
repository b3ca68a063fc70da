//! Names, requests and certificates as OpenSSL prints them.

use super::forms::{ATTRIBUTES, Certificate, modulus};
use api::der::{content, values};
use api::sha256;
use api::time::MONTHS;

/// `CN = jane, O = devs`
pub(super) fn name(name: &[u8]) -> String {
    let attribute = |set: &[u8]| {
        let [what, value] = values(content(content(set)?)?)[..] else { return None };
        let id = *content(what)?.last()?;
        let known = ATTRIBUTES.iter().find(|(_, other)| *other == id).map_or("UNDEF", |(known, _)| known);
        Some(format!("{known} = {}", String::from_utf8_lossy(content(value)?)))
    };
    let sets = values(content(name).unwrap_or_default());
    sets.into_iter().filter_map(attribute).collect::<Vec<_>>().join(", ")
}

/// `260105090000Z` as `Jan  5 09:00:00 2026 GMT`.
fn moment(utc: &[u8]) -> String {
    let digits = |from: usize| {
        let text = utc.get(from..from + 2).and_then(|two| std::str::from_utf8(two).ok());
        text.and_then(|two| two.parse::<usize>().ok()).unwrap_or_default()
    };
    let month = MONTHS.get(digits(2).wrapping_sub(1)).copied().unwrap_or_default();
    let [hour, minute, second] = [6, 8, 10].map(digits);
    format!("{month} {:>2} {hour:02}:{minute:02}:{second:02} 20{:02} GMT", digits(4), digits(0))
}

/// When a certificate begins (0) or ceases (1) to be valid.
fn time(read: &Certificate<'_>, at: usize) -> String {
    read.validity.get(at).map(|utc| moment(utc)).unwrap_or_default()
}

fn colons(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}

/// What one option asks about a certificate; none if it asks nothing.
pub(super) fn part(option: &str, read: &Certificate<'_>, whole: &[u8]) -> Option<String> {
    Some(match option {
        "-subject" => format!("subject={}\n", name(read.subject)),
        "-issuer" => format!("issuer={}\n", name(read.issuer)),
        "-serial" => format!("serial={}\n", sha256::digits(read.serial).to_uppercase()),
        "-startdate" => format!("notBefore={}\n", time(read, 0)),
        "-enddate" => format!("notAfter={}\n", time(read, 1)),
        "-dates" => format!("notBefore={}\nnotAfter={}\n", time(read, 0), time(read, 1)),
        "-fingerprint" => format!("sha256 Fingerprint={}\n", colons(&sha256::digest(whole)).to_uppercase()),
        _ => return None,
    })
}

fn key(public: &[u8]) -> String {
    let modulus = modulus(public).unwrap_or_default();
    let bits = modulus.len().saturating_sub(1) * 8;
    let lines: Vec<String> = modulus.chunks(15).map(|line| format!("                    {}", colons(line))).collect();
    format!(
        "        Subject Public Key Info:\n            Public Key Algorithm: rsaEncryption\n                Public-Key: ({bits} \
         bit)\n                Modulus:\n{}\n                Exponent: 65537 (0x10001)\n",
        lines.join(":\n")
    )
}

/// The extensions that are known here, each under its name.
fn extensions(all: &[&[u8]], indent: &str) -> String {
    let one = |extension: &&[u8]| {
        let parts = values(content(extension)?);
        let inside = values(content(content(parts.last()?)?)?);
        let (title, text) = match content(parts.first()?)? {
            [0x55, 0x1d, 17] => ("X509v3 Subject Alternative Name: ", names(&inside)),
            [0x55, 0x1d, 19] => ("X509v3 Basic Constraints: critical", "CA:TRUE".to_owned()),
            [0x55, 0x1d, 37] => ("X509v3 Extended Key Usage: ", purposes(&inside)),
            _ => return None,
        };
        Some(format!("{indent}{title}\n{indent}    {text}\n"))
    };
    all.iter().filter_map(one).collect()
}

fn names(all: &[&[u8]]) -> String {
    let one = |name: &&[u8]| {
        let value = content(name).unwrap_or_default();
        match (name[0] & 0x1f, value) {
            (7, [a, b, c, d]) => format!("IP Address:{a}.{b}.{c}.{d}"),
            (tag, value) => {
                let kind = if tag == 2 { "DNS" } else if tag == 1 { "email" } else { "URI" };
                format!("{kind}:{}", String::from_utf8_lossy(value))
            }
        }
    };
    all.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn purposes(all: &[&[u8]]) -> String {
    let one = |id: &&[u8]| if id.last() == Some(&1) { "TLS Web Server Authentication" } else { "TLS Web Client Authentication" };
    all.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// `x509 -text`
pub(super) fn certificate(read: &Certificate<'_>) -> String {
    let extensions = match read.extensions.is_empty() {
        true => String::new(),
        false => format!("        X509v3 extensions:\n{}", extensions(&read.extensions, "            ")),
    };
    format!(
        "Certificate:\n    Data:\n        Version: 3 (0x2)\n        Serial Number:\n            {}\n        Signature Algorithm: \
         sha256WithRSAEncryption\n        Issuer: {}\n        Validity\n            Not Before: {}\n            Not After : {}\n        \
         Subject: {}\n{}{extensions}    Signature Algorithm: sha256WithRSAEncryption\n",
        colons(read.serial),
        name(read.issuer),
        time(read, 0),
        time(read, 1),
        name(read.subject),
        key(read.public)
    )
}

/// `req -text`
pub(super) fn request(subject: &[u8], public: &[u8], asked: &[u8]) -> String {
    let asked = match asked.is_empty() {
        true => "            (none)\n".to_owned(),
        false => format!("            Requested Extensions:\n{}", extensions(&values(asked), "                ")),
    };
    format!(
        "Certificate Request:\n    Data:\n        Version: 1 (0x0)\n        Subject: {}\n{}        Attributes:\n{asked}    Signature \
         Algorithm: sha256WithRSAEncryption\n",
        name(subject),
        key(public)
    )
}
