//! Who may do what: roles and bindings, certificates, webhooks; and Events.

use super::path::{Errors, Path};
use super::rules::{At, Check};
use crate::names::{dns1123_subdomain, path_segment};
use crate::x509;

pub(super) fn check(name: &str) -> Option<Check> {
    Some(match name {
        "namespaced_rules" => |errors, at| rules(errors, at, true),
        "cluster_rules" => |errors, at| rules(errors, at, false),
        "role_ref" => |errors, at| role_ref(errors, at, &["Role", "ClusterRole"]),
        "cluster_role_ref" => |errors, at| role_ref(errors, at, &["ClusterRole"]),
        "subjects" => |errors, at| subjects(errors, at, true),
        "cluster_subjects" => |errors, at| subjects(errors, at, false),
        "certificate_request" => certificate_request,
        "usages" => usages,
        "signer" => signer,
        "tolerations" => |errors, at| super::scheduling::tolerations(errors, at.path, at.value),
        "attachment_source" => attachment_source,
        "event_namespace" => event_namespace,
        "webhook_name" => webhook_name,
        "webhook_timeout" => webhook_timeout,
        "webhook_client" => webhook_client,
        "policy_does_something" => policy_does_something,
        _ => return None,
    })
}

const GROUP: &str = "rbac.authorization.k8s.io";

fn rules(errors: &mut Errors, at: At, namespaced: bool) {
    for (i, rule) in at.value.array().iter().enumerate() {
        let path = at.path.index(i);
        if rule["verbs"].is_empty() {
            errors.required(&path.child("verbs"), "verbs must contain at least one value");
        }
        let urls = &rule["nonResourceURLs"];
        if !urls.is_empty() {
            let path = path.child("nonResourceURLs");
            if namespaced {
                errors.invalid(&path, urls, "namespaced rules cannot apply to non-resource URLs");
            }
            if ["apiGroups", "resources", "resourceNames"].iter().any(|field| !rule[*field].is_empty()) {
                errors.invalid(&path, urls, "rules cannot apply to both regular resources and non-resource URLs");
            }
            continue;
        }
        for (field, what) in [("apiGroups", "api group"), ("resources", "resource")] {
            if rule[field].is_empty() {
                errors.required(&path.child(field), &format!("resource rules must supply at least one {what}"));
            }
        }
    }
}

fn role_ref(errors: &mut Errors, at: At, kinds: &[&str]) {
    let (group, kind, name) = (at.value["apiGroup"].str(), at.value["kind"].str(), at.value["name"].str());
    if group != GROUP {
        errors.unsupported(&at.path.child("apiGroup"), group, &[GROUP]);
    }
    if !kinds.contains(&kind) {
        errors.unsupported(&at.path.child("kind"), kind, kinds);
    }
    match name {
        "" => errors.required(&at.path.child("name"), ""),
        name => errors.invalids(&at.path.child("name"), name, path_segment(name)),
    }
}

fn subjects(errors: &mut Errors, at: At, namespaced: bool) {
    for (i, subject) in at.value.array().iter().enumerate() {
        let path = at.path.index(i);
        let (name, group) = (subject["name"].str(), subject["apiGroup"].str());
        if name.is_empty() {
            errors.required(&path.child("name"), "");
        }
        match subject["kind"].str() {
            "ServiceAccount" => {
                if !name.is_empty() {
                    errors.invalids(&path.child("name"), name, dns1123_subdomain(name));
                }
                if !group.is_empty() {
                    errors.unsupported(&path.child("apiGroup"), group, &[""]);
                }
                if !namespaced && subject["namespace"].str().is_empty() {
                    errors.required(&path.child("namespace"), "");
                }
            }
            "User" | "Group" if group != GROUP => errors.unsupported(&path.child("apiGroup"), group, &[GROUP]),
            "User" | "Group" => {}
            other => errors.unsupported(&path.child("kind"), other, &["ServiceAccount", "User", "Group"]),
        }
    }
}

/// The request is PEM, in base 64 as all bytes are.
fn certificate_request(errors: &mut Errors, at: At) {
    let text = crate::base64::decode(at.value.str()).unwrap_or_default();
    match x509::from_pem(&text, x509::REQUEST) {
        None => errors.invalid(at.path, at.value, "PEM block type must be CERTIFICATE REQUEST"),
        Some(bytes) if x509::read(&bytes).is_none() => {
            errors.invalid(at.path, at.value, "asn1: syntax error: data truncated");
        }
        Some(_) => {}
    }
}

const USAGES: &[&str] = &[
    "any",
    "cert sign",
    "client auth",
    "code signing",
    "content commitment",
    "crl sign",
    "data encipherment",
    "decipher only",
    "digital signature",
    "email protection",
    "encipher only",
    "ipsec end system",
    "ipsec tunnel",
    "ipsec user",
    "key agreement",
    "key encipherment",
    "microsoft sgc",
    "netscape sgc",
    "ocsp signing",
    "s/mime",
    "server auth",
    "signing",
    "timestamping",
];

fn usages(errors: &mut Errors, at: At) {
    for (i, usage) in at.value.array().iter().enumerate() {
        if !USAGES.contains(&usage.str()) {
            errors.unsupported(&at.path.index(i), usage.str(), USAGES);
        } else if at.value.array()[..i].contains(usage) {
            errors.duplicate(&at.path.index(i), usage);
        }
    }
}

fn signer(errors: &mut Errors, at: At) {
    let name = at.value.str();
    let form = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    match name.split_once('/') {
        _ if name.is_empty() => errors.required(at.path, ""),
        _ if name == "kubernetes.io/legacy-unknown" && at.stored.is_null() => {
            errors.invalid(at.path, name, "the legacy signerName is not allowed via this API version");
        }
        None => errors.invalid(at.path, name, form),
        Some((_, path)) if path.contains('/') => errors.invalid(at.path, name, form),
        Some((domain, _)) if !domain.contains('.') => {
            errors.invalid(at.path, name, "should be a domain with at least two segments separated by dots");
        }
        Some((domain, path)) => {
            for part in [domain, path] {
                for message in dns1123_subdomain(part) {
                    errors.invalid(at.path, name, &format!("validating label {part:?}: {message}"));
                }
            }
        }
    }
}

fn attachment_source(errors: &mut Errors, at: At) {
    if at.value["inlineVolumeSpec"].is_null() == at.value["persistentVolumeName"].is_null() {
        errors.required(at.path, "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
    }
}

/// An event is in the namespace of what it is about; of what has none, in `default` or `kube-system`.
fn event_namespace(errors: &mut Errors, at: At) {
    let (own, involved) = (at.parent.namespace(), at.value["namespace"].str());
    let fits = match involved {
        "" => ["", "default", "kube-system"].contains(&own),
        involved => involved == own,
    };
    if !fits && at.stored.is_null() {
        errors.invalid(&at.path.child("namespace"), involved, "does not match event.namespace");
    }
}

fn webhook_name(errors: &mut Errors, at: At) {
    let name = at.value.str();
    if name.is_empty() {
        errors.required(at.path, "");
        return;
    }
    let messages = dns1123_subdomain(name);
    if messages.is_empty() && name.split('.').count() < 3 {
        errors.invalid(at.path, name, "should be a domain with at least three segments separated by dots");
    }
    errors.invalids(at.path, name, messages);
}

fn webhook_timeout(errors: &mut Errors, at: At) {
    if at.value.as_int().is_some_and(|seconds| !(1..=30).contains(&seconds)) {
        errors.invalid(at.path, at.value, "the timeout value must be between 1 and 30 seconds");
    }
}

fn webhook_client(errors: &mut Errors, at: At) {
    let (url, service) = (&at.value["url"], &at.value["service"]);
    if url.is_null() == service.is_null() {
        errors.required(at.path, "exactly one of url or service is required");
        return;
    }
    if let Some(text) = url.as_str() {
        url_of_webhook(errors, &at.path.child("url"), text);
    } else {
        let path = at.path.child("service");
        for (field, what) in [("name", "service name"), ("namespace", "service namespace")] {
            if service[field].str().is_empty() {
                errors.required(&path.child(field), &format!("{what} is required"));
            }
        }
    }
}

fn url_of_webhook(errors: &mut Errors, path: &Path, text: &str) {
    let form = "; desired format: https://host[/path]";
    match text.split_once("://") {
        Some(("https", rest)) if !rest.is_empty() => {
            if rest.contains('?') {
                errors.invalid(path, text, "query parameters are not permitted in the URL");
            }
        }
        Some(("https", _)) => errors.invalid(path, "", &format!("host must be specified{form}")),
        Some((scheme, _)) => {
            errors.invalid(path, scheme, &format!("'https' is the only allowed URL scheme{form}"));
        }
        None => errors.invalid(path, "", &format!("'https' is the only allowed URL scheme{form}")),
    }
}

fn policy_does_something(errors: &mut Errors, at: At) {
    if at.value["validations"].is_empty() && at.value["auditAnnotations"].is_empty() {
        let detail = "validations or auditAnnotations must contain at least one item";
        errors.required(&at.path.child("validations"), detail);
        errors.required(&at.path.child("auditAnnotations"), detail);
    }
}
