//! CertificateSigningRequests: for whom they are, and who may approve and sign them (plugin/pkg/admission/certificates,
//! pkg/registry/certificates/certificates/strategy.go).

use crate::rbac::Attributes;
use crate::request::Request;
use crate::server::ApiServer;
use crate::user::User;
use api::{Status, Value, kind};

/// A new request says who sends it, whatever it says itself.
pub(super) fn sign_for(request: &Request, object: &mut Value) -> Result<(), Status> {
    let User { name, uid, groups, extra } = &request.user;
    let some = |text: &api::Str| if text.is_empty() { Value::Null } else { Value::from(text) };
    let told = [("username", some(name)), ("uid", some(uid)), ("groups", groups.clone()), ("extra", extra.clone())];
    let spec = object.at_mut("spec").object_mut();
    for (field, value) in told {
        match value.is_null() {
            true => drop(spec.remove(field)),
            false => drop(spec.insert(field, value)),
        }
    }
    Ok(())
}

/// CertificateApproval and CertificateSigning: a right of its own, for each signer.
pub(super) fn check(server: &ApiServer, request: &Request, old: &Value) -> Result<(), Status> {
    let (verb, plugin) = match request.subresource.as_str() {
        "approval" => ("approve", "CertificateApproval"),
        "status" => ("sign", "CertificateSigning"),
        _ => return Ok(()),
    };
    if !server.flags.runs(plugin) {
        return Ok(());
    }
    let signer = old["spec"]["signerName"].str();
    let domain = format!("{}/*", signer.split('/').next().unwrap_or_default());
    let may = |name: &str| {
        let wanted = Attributes::path(&request.user, verb, "");
        server.authorize(&Attributes { group: "certificates.k8s.io", resource: "signers", name, ..wanted }).allowed
    };
    if may(signer) || may(&domain) {
        return Ok(());
    }
    let why = format!("user not permitted to {verb} requests with signerName {signer:?}");
    Err(Status::forbidden(kind::CERTIFICATE_SIGNING_REQUEST, old.name(), &why))
}
