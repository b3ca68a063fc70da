//! NetworkPolicies, Ingresses and their classes (pkg/apis/networking/validation).

use super::batch::domain_prefixed;
use super::path::{Errors, Path};
use super::rules::{At, Check};
use crate::Value;
use crate::names::{dns1035_label, dns1123_subdomain, port_name, port_number, wildcard_subdomain};
use std::net::IpAddr;

pub(super) fn check(name: &str) -> Option<Check> {
    Some(match name {
        "policy_types" => policy_types,
        "policy_port" => policy_port,
        "peer" => peer,
        "ip_block" => ip_block,
        "ingress_class_twice" => class_twice,
        "ingress_without_rules" => without_rules,
        "backend" => backend,
        "ingress_host" => host,
        "ingress_path" => http_path,
        "tls_hosts" => tls_hosts,
        "class_scope" => class_scope,
        "address_name" => address_name,
        "service_cidrs" => service_cidrs,
        "domain_prefixed" => |errors, at| domain_prefixed(errors, at.path, at.value.str()),
        _ => return None,
    })
}

fn policy_types(errors: &mut Errors, at: At) {
    if at.value.len() > 2 {
        errors.invalid(at.path, at.value, "may not specify more than two policyTypes");
        return;
    }
    for (i, kind) in at.value.array().iter().enumerate() {
        if !["Ingress", "Egress"].contains(&kind.str()) {
            errors.unsupported(&at.path.index(i), kind.str(), &["Egress", "Ingress"]);
        }
    }
}

fn policy_port(errors: &mut Errors, at: At) {
    let (port, end) = (&at.value["port"], &at.value["endPort"]);
    let (port_path, end_path) = (at.path.child("port"), at.path.child("endPort"));
    match port {
        Value::Null if !end.is_null() => {
            errors.invalid(&end_path, end, "may not be specified when `port` is not specified");
        }
        Value::Null => {}
        Value::String(name) => {
            if !end.is_null() {
                errors.invalid(&end_path, end, "may not be specified when `port` is non-numeric");
            }
            errors.invalids(&port_path, port, port_name(name));
        }
        number => {
            errors.invalids(&port_path, number, port_number(number.int()));
            if !end.is_null() {
                if end.int() < number.int() {
                    errors.invalid(&end_path, end, "must be greater than or equal to `port`");
                }
                errors.invalids(&end_path, end, port_number(end.int()));
            }
        }
    }
}

fn peer(errors: &mut Errors, at: At) {
    match (at.value.len(), at.value["ipBlock"].is_null()) {
        (0, _) => errors.required(at.path, "must specify a peer"),
        (1, _) | (_, true) => {}
        _ => errors.forbidden(at.path, "may not specify both ipBlock and another peer"),
    }
}

/// A range of addresses: the first, as bits from the left, and how many bits are fixed.
fn cidr(text: &str) -> Option<(bool, u128, u32)> {
    let (address, bits) = text.split_once('/')?;
    let bits: u32 = bits.parse().ok()?;
    let (four, number, width) = match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(ip) => (true, u128::from(u32::from(ip)) << 96, 32),
        IpAddr::V6(ip) => (false, u128::from(ip), 128),
    };
    if bits > width {
        return None;
    }
    let mask = if bits == 0 { 0 } else { u128::MAX << (128 - bits) };
    Some((four, number & mask, bits))
}

const CIDR: &str = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

fn ip_block(errors: &mut Errors, at: At) {
    let text = at.value["cidr"].str();
    if text.is_empty() {
        return;
    }
    let Some(outer) = cidr(text) else {
        errors.invalid(&at.path.child("cidr"), text, CIDR);
        return;
    };
    let path = at.path.child("except");
    for (i, except) in at.value["except"].array().iter().enumerate() {
        match cidr(except.str()) {
            None => errors.invalid(&path.index(i), except, CIDR),
            Some(inner) => {
                let mask = if outer.2 == 0 { 0 } else { u128::MAX << (128 - outer.2) };
                if inner.0 != outer.0 || inner.1 & mask != outer.1 || inner.2 <= outer.2 {
                    errors.invalid(&path.index(i), except, "must be a strict subset of `cidr`");
                }
            }
        }
    }
}

/// One range, or one of each family.
fn service_cidrs(errors: &mut Errors, at: At) {
    let (path, cidrs) = (at.path.child("cidrs"), at.value["cidrs"].array());
    if cidrs.len() > 2 {
        return errors.invalid(&path, at.value, "may only hold up to 2 values");
    }
    let families: Vec<Option<bool>> = cidrs.iter().map(|text| cidr(text.str()).map(|(four, ..)| four)).collect();
    if let [one, other] = families[..]
        && (one == other || one.is_none() || other.is_none())
    {
        let why = "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/96";
        return errors.invalid(&path, at.value, why);
    }
    for (i, text) in cidrs.iter().enumerate().filter(|(i, _)| families[*i].is_none()) {
        errors.invalid(&path.index(i), text, CIDR);
    }
}

/// An IPAddress is called as the address is written, in the one form that it has (`ValidateIPAddressName`).
fn address_name(errors: &mut Errors, at: At) {
    let name = at.value["name"].str();
    let why = match name.parse::<IpAddr>() {
        Ok(address) if address.to_string() == name => return,
        Ok(_) => "must be a canonical format IP address".to_owned(),
        Err(_) => format!("ParseAddr({name:?}): unable to parse IP"),
    };
    errors.invalid(&at.path.child("name"), name, &why);
}

/// The annotation that named an Ingress's class before there was a field for it.
const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";

fn class_twice(errors: &mut Errors, at: At) {
    let class = at.value.annotation(CLASS_ANNOTATION);
    if at.stored.is_null() && !class.is_empty() && !at.value["spec"]["ingressClassName"].is_null() {
        let path = Path::root("metadata");
        let path = path.child("annotations");
        errors.invalid(&path.child(CLASS_ANNOTATION), class, "can not be set when the class field is also set");
    }
}

fn without_rules(errors: &mut Errors, at: At) {
    if at.value["rules"].is_empty() && at.value["defaultBackend"].is_null() {
        errors.invalid_as(at.path, "[]", "either `defaultBackend` or `rules` must be specified");
    }
}

fn host(errors: &mut Errors, at: At) {
    let text = at.value.str();
    if text.is_empty() {
        return;
    }
    if text.parse::<IpAddr>().is_ok() {
        errors.invalid(at.path, text, "must be a DNS name, not an IP address");
    }
    dns_name(errors, at.path, text);
}

fn dns_name(errors: &mut Errors, path: &Path, text: &str) {
    let check = if text.contains('*') { wildcard_subdomain } else { dns1123_subdomain };
    errors.invalids(path, text, check(text));
}

fn tls_hosts(errors: &mut Errors, at: At) {
    for (i, host) in at.value.array().iter().enumerate() {
        dns_name(errors, &at.path.index(i), host.str());
    }
}

fn http_path(errors: &mut Errors, at: At) {
    let (kind, text) = (at.value["pathType"].str(), at.value["path"].str());
    let path = at.path.child("path");
    match kind {
        "" => {}
        "Exact" | "Prefix" => {
            if !text.starts_with('/') {
                errors.invalid(&path, text, "must be an absolute path");
            }
            for part in ["//", "/./", "/../", "%2f", "%2F"].into_iter().filter(|part| text.contains(part)) {
                errors.invalid(&path, text, &format!("must not contain '{part}'"));
            }
            for end in ["/..", "/."].into_iter().filter(|end| text.ends_with(end)) {
                errors.invalid(&path, text, &format!("cannot end with '{end}'"));
            }
        }
        "ImplementationSpecific" => {
            if !text.is_empty() && !text.starts_with('/') {
                errors.invalid(&path, text, "must be an absolute path");
            }
        }
        other => {
            let supported = ["Exact", "ImplementationSpecific", "Prefix"];
            errors.unsupported(&at.path.child("pathType"), other, &supported);
        }
    }
}

fn backend(errors: &mut Errors, at: At) {
    if at.value.is_null() {
        return;
    }
    let (resource, service) = (&at.value["resource"], &at.value["service"]);
    match (resource.is_null(), service.is_null()) {
        (false, false) => errors.invalid(at.path, "", "cannot set both resource and service backends"),
        (true, true) => errors.invalid(at.path, "", "resource or service backend is required"),
        (false, true) => {
            let path = at.path.child("resource");
            for field in ["kind", "name"] {
                errors.present(&path.child(field), &resource[field]);
            }
        }
        (true, false) => {
            let path = at.path.child("service");
            match service["name"].str() {
                "" => errors.required(&path.child("name"), ""),
                name => errors.invalids(&path.child("name"), name, dns1035_label(name)),
            }
            let (name, number) = (service["port"]["name"].str(), service["port"]["number"].int());
            let port = path.child("port");
            match (name, number) {
                ("", 0) => errors.required(at.path, "port name or number is required"),
                ("", number) => errors.invalids(&port.child("number"), number, port_number(number)),
                (name, 0) => errors.invalids(&port.child("name"), name, port_name(name)),
                _ => errors.invalid(at.path, "", "cannot set both port name & port number"),
            }
        }
    }
}

fn class_scope(errors: &mut Errors, at: At) {
    let namespace = &at.value["namespace"];
    match at.value["scope"].str() {
        "" => errors.required(&at.path.child("scope"), ""),
        "Cluster" if !namespace.is_null() => {
            errors.forbidden(&at.path.child("namespace"), "`parameters.scope` is set to 'Cluster'");
        }
        "Cluster" => {}
        "Namespace" if namespace.str().is_empty() => {
            errors.required(&at.path.child("namespace"), "`parameters.scope` is set to 'Namespace'");
        }
        "Namespace" => {}
        other => errors.unsupported(&at.path.child("scope"), other, &["Cluster", "Namespace"]),
    }
}
