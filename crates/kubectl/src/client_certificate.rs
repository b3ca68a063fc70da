//! The client's certificate of a kubeconfig's user (k8s.io/client-go/tools/clientcmd, k8s.io/client-go/transport).

use crate::base64;
use crate::fail::{Fail, Outcome, fail};
use crate::host::Host;
use api::{Value, x509};

/// What kubeadm's kubeconfig has in the place of the administrator's certificate, in base 64: nobody in the simulation can read
/// a real one.
pub const ADMIN: &str = "Y2VydGlmaWNhdGU=";

/// Whether a user has a certificate.
pub fn is_named(user: &Value) -> bool {
    ["client-certificate-data", "client-certificate"].iter().any(|field| !user[*field].is_null())
}

/// The certificate that a user shows, in DER; none for the administrator, who is known by it without looking.
///
/// # Errors
/// Its file cannot be read, or there is no PEM in it.
pub fn of(user: &Value, host: &dyn Host) -> Outcome<Option<Box<[u8]>>> {
    let text = match user["client-certificate-data"].as_str() {
        Some(data) => base64::decode(data).unwrap_or_default(),
        None => host.read_file(user["client-certificate"].str()).map_err(Fail::from)?,
    };
    if base64::decode(ADMIN).is_ok_and(|admin| text.trim() == admin) {
        return Ok(None);
    }
    match x509::from_pem(&text, x509::CERTIFICATE) {
        Some(bytes) => Ok(Some(bytes.into())),
        None => Err(fail!("tls: failed to find any PEM data in certificate input")),
    }
}

/// Whether a user's certificate can be used: it is there, and so is its key (`validateAuthInfo`).
///
/// # Errors
/// What is missing, in client-go's words.
pub fn check(user: &Value, name: &str, host: &dyn Host) -> Outcome {
    if !is_named(user) {
        return Ok(());
    }
    if user["client-key-data"].is_null() && user["client-key"].is_null() {
        return Err(fail!(
            "invalid configuration: client-key-data or client-key must be specified for {name} to use the clientCert \
             authentication method."
        ));
    }
    for (field, what) in [("client-certificate", "client-cert"), ("client-key", "client-key")] {
        let inline = format!("{field}-data");
        if let (Some(path), true) = (user[field].as_str(), user[inline.as_str()].is_null())
            && let Err(why) = host.read_file(path)
        {
            let text = format!("unable to read {what} {path} for {name} due to open {path}: {why}");
            return Err(fail!("invalid configuration: {text}"));
        }
    }
    of(user, host).map(drop)
}
