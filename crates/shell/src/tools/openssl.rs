//! `openssl`, as people use it around clusters: keys, requests for certificates, certificates of one's own, and what is in them.

mod forms;
mod text;

use super::Cx;
use api::der::{SEQUENCE, tlv};
use api::{Time, base64, x509};
use forms::{Certificate, Issuer, PRIVATE_KEY};
use std::time::Duration;

const VERSION: &str = "OpenSSL 3.0.17 1 Jul 2025 (Library: OpenSSL 3.0.17 1 Jul 2025)\n";
const DAY: u64 = 24 * 60 * 60;

/// What went wrong has been written.
struct Failed;

/// Does what the first word says.
pub(super) async fn run(cx: Cx) -> i32 {
    let done = match cx.args.get(1).map(String::as_str) {
        Some("genrsa" | "genpkey") => cx.genrsa(),
        Some("req") => cx.req().await,
        Some("x509") => cx.x509().await,
        Some("verify") => cx.verify().await,
        Some("rand") => cx.rand(),
        Some("version") => {
            cx.out(VERSION);
            Ok(())
        }
        Some(other) => Err(cx.tell(&format!("Invalid command '{other}'; type \"help\" for a list."))),
        None => Err(cx.tell("help: genrsa genpkey req x509 verify rand version")),
    };
    i32::from(done.is_err())
}

impl Cx {
    fn tell(&self, text: &str) -> Failed {
        self.err(&format!("{text}\n"));
        Failed
    }

    fn has(&self, option: &str) -> bool {
        self.args.iter().skip(2).any(|word| word == option)
    }

    fn value(&self, option: &str) -> Option<&str> {
        let at = self.args.iter().position(|word| word == option)?;
        self.args.get(at + 1).map(String::as_str)
    }

    /// What a new key is made of.
    fn seed(&self) -> Vec<u8> {
        format!("{} {}", self.now(), self.args.join(" ")).into_bytes()
    }

    /// Writes a result where it is wanted.
    fn put(&self, file: Option<&str>, text: &str) -> Result<(), Failed> {
        let Some(file) = file else {
            self.out(text);
            return Ok(());
        };
        let (path, now) = (self.path(file), self.now());
        self.files(|files| files.write(&path, text, now))
            .map_err(|error| self.tell(&format!("Can't open \"{file}\" for writing, {error}")))
    }

    /// Reads what a file has in PEM under a label.
    async fn get(&self, file: Option<&str>, label: &str, what: &str) -> Result<Vec<u8>, Failed> {
        let named = file.unwrap_or("stdin");
        let text = self.read(file.unwrap_or("-")).await.map_err(|error| {
            self.tell(&format!("Could not open file or uri for loading {what} from {named}: {error}"));
            self.tell(&format!("Unable to load {what}"))
        })?;
        x509::from_pem(&text, label).ok_or_else(|| {
            self.tell(&format!("Could not read {what} from {named}"));
            self.tell(&format!("Unable to load {what}"))
        })
    }

    fn new_key(&self, bits: &str) -> Result<Vec<u8>, Failed> {
        match bits.parse() {
            Ok(bits @ 512..=16384) => Ok(forms::private_key(&self.seed(), bits)),
            Ok(bits) if bits < 512 => Err(self.tell("Error generating RSA key: key size too small")),
            _ => Err(self.tell(&format!("Invalid number of bits: {bits}"))),
        }
    }

    fn genrsa(&self) -> Result<(), Failed> {
        let algorithm = self.value("-algorithm").unwrap_or("RSA");
        if !algorithm.eq_ignore_ascii_case("rsa") {
            return Err(self.tell(&format!("Error: algorithm {algorithm} is not simulated here, RSA is")));
        }
        let last = self.args.last().filter(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
        let asked = self.value("-pkeyopt").and_then(|option| option.strip_prefix("rsa_keygen_bits:"));
        let key = self.new_key(asked.or(last.map(String::as_str)).unwrap_or("2048"))?;
        self.put(self.value("-out"), &x509::pem(PRIVATE_KEY, &key))
    }

    fn rand(&self) -> Result<(), Failed> {
        let count = self.args.last().and_then(|word| word.parse().ok()).unwrap_or(0_usize).min(1 << 16);
        let bytes = forms::bytes(&self.seed(), count);
        let text = match self.has("-hex") {
            true => api::sha256::digits(&bytes),
            false => base64::encode(&bytes),
        };
        self.put(self.value("-out"), &(text + "\n"))
    }

    /// The subject that is asked for, or that a configuration would ask about.
    fn subject(&self) -> Result<Vec<u8>, Failed> {
        let asked = self.value("-subj").ok_or_else(|| {
            self.tell("Nobody is asked here for a distinguished name: say it with -subj, such as -subj \"/CN=jane/O=devs\"")
        })?;
        forms::name(asked).ok_or_else(|| {
            self.tell(&format!(
                "name is expected to be in the format /type0=value0/type1=value1/type2=... where characters may be escaped by \
                 \\. This name is not in that format: '{asked}'\nproblems making Certificate Request"
            ))
        })
    }

    fn extensions(&self) -> Result<Vec<u8>, Failed> {
        let mut all = Vec::new();
        for pair in self.args.windows(2).filter(|pair| pair[0] == "-addext") {
            let made = match pair[1].split_once('=').map(|(name, value)| (name.trim(), value)) {
                Some(("subjectAltName", names)) => forms::alternatives(names),
                Some(("basicConstraints", value)) if value.contains("CA:TRUE") => Some(forms::authority()),
                _ => None,
            };
            all.extend(made.ok_or_else(|| self.tell(&format!("Error adding extension: {}", pair[1])))?);
        }
        Ok(all)
    }

    /// From now on for so many days.
    fn validity(&self) -> (Time, Time) {
        let days = self.value("-days").and_then(|days| days.parse().ok()).unwrap_or(30_u64).min(36_500);
        let begin = Time(self.now());
        (begin, begin + Duration::from_secs(days * DAY))
    }

    /// `req`: a request, or at once a certificate that its own key signs.
    async fn req(&self) -> Result<(), Failed> {
        let new = self.has("-new") || self.has("-newkey") || self.has("-x509");
        if !new {
            return self.show_request().await;
        }
        let key = match (self.value("-key"), self.value("-newkey")) {
            (Some(file), _) => self.get(Some(file), PRIVATE_KEY, "private key").await?,
            (None, asked) => {
                let key = self.new_key(asked.unwrap_or("rsa:2048").trim_start_matches("rsa:"))?;
                self.put(Some(self.value("-keyout").unwrap_or("privkey.pem")), &x509::pem(PRIVATE_KEY, &key))?;
                self.err("-----\n");
                key
            }
        };
        let (subject, mut extensions) = (self.subject()?, self.extensions()?);
        let made = if self.has("-x509") {
            extensions.extend(forms::authority());
            let public = forms::public_key(&key).unwrap_or_default();
            let issuer = Issuer { name: &subject, key: &key };
            let made = forms::certificate(&issuer, [&subject, &public, &extensions], self.validity());
            made.map(|bytes| x509::pem(x509::CERTIFICATE, &bytes))
        } else {
            forms::request(&key, &subject, &extensions).map(|bytes| x509::pem(x509::REQUEST, &bytes))
        };
        let made = made.ok_or_else(|| self.tell("Unable to load private key"))?;
        self.put(self.value("-out"), &made)
    }

    async fn show_request(&self) -> Result<(), Failed> {
        let request = self.get(self.value("-in"), x509::REQUEST, "X509 request").await?;
        let Some([subject, public, extensions]) = forms::asked(&request) else {
            return Err(self.tell("Unable to load X509 request"));
        };
        if self.has("-text") {
            self.out(&text::request(&subject, &public, &extensions));
        }
        if self.has("-subject") {
            self.out(&format!("subject={}\n", text::name(&subject)));
        }
        if self.has("-verify") {
            self.err("Certificate request self-signature verify OK\n");
        }
        match self.has("-noout") {
            true => Ok(()),
            false => self.put(self.value("-out"), &x509::pem(x509::REQUEST, &request)),
        }
    }

    /// `x509`: what is in a certificate, or (`-req`) one for a request.
    async fn x509(&self) -> Result<(), Failed> {
        if self.has("-req") {
            return self.sign_request().await;
        }
        let bytes = self.get(self.value("-in"), x509::CERTIFICATE, "certificate").await?;
        let read = Certificate::read(&bytes).ok_or_else(|| self.tell("Unable to load certificate"))?;
        if self.has("-text") {
            self.out(&text::certificate(&read));
        }
        // What is asked for is told in the order in which it is asked.
        for option in self.args.iter().skip(2) {
            self.out(&text::part(option, &read, &bytes).unwrap_or_default());
        }
        match self.has("-noout") {
            true => Ok(()),
            false => self.put(self.value("-out"), &x509::pem(x509::CERTIFICATE, &bytes)),
        }
    }

    async fn sign_request(&self) -> Result<(), Failed> {
        let request = self.get(self.value("-in"), x509::REQUEST, "certificate request input").await?;
        let Some([subject, public, _]) = forms::asked(&request) else {
            return Err(self.tell("Unable to load certificate request input"));
        };
        let made = match (self.value("-CA"), self.value("-CAkey").or(self.value("-signkey"))) {
            (Some(authority), key) => {
                let authority_bytes = self.get(Some(authority), x509::CERTIFICATE, "CA certificate").await?;
                let key = self.get(Some(key.unwrap_or(authority)), PRIVATE_KEY, "CA private key").await?;
                let read = Certificate::read(&authority_bytes);
                let read = read.ok_or_else(|| self.tell("Unable to load CA certificate"))?;
                if forms::public_key(&key).as_deref() != Some(read.public) {
                    return Err(self.tell("CA certificate and CA private key do not match"));
                }
                forms::certificate(&Issuer { name: read.subject, key: &key }, [&subject, &public, &[]], self.validity())
            }
            (None, key) => {
                let key = self.get(key, PRIVATE_KEY, "private key").await?;
                forms::certificate(&Issuer { name: &subject, key: &key }, [&subject, &public, &[]], self.validity())
            }
        };
        let made = made.ok_or_else(|| self.tell("Unable to load private key"))?;
        self.err(&format!("Certificate request self-signature ok\nsubject={}\n", text::name(&subject)));
        self.put(self.value("-out"), &x509::pem(x509::CERTIFICATE, &made))
    }

    /// `verify -CAfile`: whether an authority has signed a certificate.
    async fn verify(&self) -> Result<(), Failed> {
        let file = self.args.last().map(String::as_str);
        let bytes = self.get(file, x509::CERTIFICATE, "certificate file").await?;
        let read = Certificate::read(&bytes).ok_or_else(|| self.tell("Unable to load certificate file"))?;
        let known = match self.value("-CAfile") {
            Some(authority) => self.get(Some(authority), x509::CERTIFICATE, "certificates").await?,
            None => tlv(SEQUENCE, &[]),
        };
        let file = file.unwrap_or_default();
        if Certificate::read(&known).is_some_and(|authority| authority.has_signed(&read)) {
            self.out(&format!("{file}: OK\n"));
            return Ok(());
        }
        let (code, why) = match read.issuer == read.subject {
            true => (18, "self-signed certificate"),
            false => (20, "unable to get local issuer certificate"),
        };
        self.err(&format!(
            "{}\nerror {code} at 0 depth lookup: {why}\nerror {file}: verification failed\n",
            text::name(read.subject)
        ));
        Err(Failed)
    }
}
