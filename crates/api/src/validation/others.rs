//! ConfigMaps, Nodes, Endpoints, EndpointSlices, ControllerRevisions.

use super::container::PROTOCOLS;
use super::path::{Errors, IMMUTABLE, Path};
use super::scheduling::effect;
use crate::FlatSet;
use crate::Value;
use crate::names::{config_map_key, label_value, port_number, qualified_name};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A ConfigMap's data may take a mebibyte (`MaxSecretSize`).
const MAX_DATA: usize = 1024 * 1024;

pub(super) fn config_map(errors: &mut Errors, new: &Value, old: &Value) {
    if old["immutable"].bool() {
        let detail = "field is immutable when `immutable` is set";
        if !new["immutable"].bool() {
            errors.forbidden(&Path::root("immutable"), detail);
        }
        for field in ["data", "binaryData"] {
            if new[field] != old[field] {
                errors.forbidden(&Path::root(field), detail);
            }
        }
    }
    let mut size = 0;
    for field in ["data", "binaryData"] {
        let path = Path::root(field);
        for (key, value) in new[field].entries() {
            errors.invalids(&path.key(key), key, config_map_key(key));
            size += value.str().len();
            if field == "data" && !new["binaryData"][key.as_str()].is_null() {
                errors.invalid(&path.key(key), key, "duplicate of key present in binaryData");
            }
        }
    }
    if size > MAX_DATA {
        // The path of nothing is printed so.
        errors.too_long(&Path::root("[]"), MAX_DATA);
    }
}

pub(super) fn node(errors: &mut Errors, new: &Value, old: &Value) {
    let spec = Path::root("spec");
    let taints = spec.child("taints");
    let mut seen = FlatSet::new();
    for (i, taint) in new["spec"]["taints"].array().iter().enumerate() {
        let path = taints.index(i);
        let (key, value) = (taint["key"].str(), taint["value"].str());
        errors.invalids(&path.child("key"), key, qualified_name(key));
        let messages = label_value(value);
        if !messages.is_empty() {
            errors.invalid(&path.child("value"), value, &messages.join(";"));
        }
        effect(errors, &path.child("effect"), &taint["effect"], false);
        if !seen.insert((key, taint["effect"].str())) {
            errors.duplicate(&path, taint);
        }
    }
    if old.is_null() {
        return;
    }
    for (field, name) in [("podCIDRs", "podCIDR"), ("providerID", "providerID")] {
        let (new, old) = (&new["spec"][field], &old["spec"][field]);
        if !old.is_null() && new != old {
            let detail = format!("node updates may not change {name} except from \"\" to valid");
            errors.forbidden(&spec.child(field), &detail);
        }
    }
}

pub(super) fn endpoints(errors: &mut Errors, new: &Value) {
    let path = Path::root("subsets");
    for (i, subset) in new["subsets"].array().iter().enumerate() {
        let path = path.index(i);
        if subset["addresses"].is_empty() && subset["notReadyAddresses"].is_empty() {
            errors.required(&path, "must specify `addresses` or `notReadyAddresses`");
        }
        for field in ["addresses", "notReadyAddresses"] {
            for (j, address) in subset[field].array().iter().enumerate() {
                ip_address(errors, &path.child(field).index(j).child("ip"), &address["ip"]);
            }
        }
        ports(errors, &path.child("ports"), subset["ports"].array());
    }
}

fn ip_address(errors: &mut Errors, path: &Path, address: &Value) {
    let text = address.str();
    let special = match text.parse::<IpAddr>() {
        Err(_) => "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
        Ok(ip) if ip.is_unspecified() => "may not be unspecified (0.0.0.0 or ::)",
        Ok(ip) if ip.is_loopback() => "may not be in the loopback range (127.0.0.0/8, ::1/128)",
        Ok(IpAddr::V4(ip)) if ip.is_link_local() => "may not be in the link-local range (169.254.0.0/16, fe80::/10)",
        Ok(_) => return,
    };
    errors.invalid(path, text, special);
}

fn ports(errors: &mut Errors, path: &Path, ports: &[Value]) {
    for (i, port) in ports.iter().enumerate() {
        let path = path.index(i);
        let name = port["name"].str();
        if name.is_empty() && ports.len() > 1 {
            errors.required(&path.child("name"), "");
        } else if !name.is_empty() {
            errors.invalids(&path.child("name"), name, crate::names::dns1123_label(name));
        }
        if let Some(number) = port["port"].as_int() {
            errors.invalids(&path.child("port"), number, port_number(number));
        }
        errors.one_of(&path.child("protocol"), &port["protocol"], PROTOCOLS);
    }
}

/// At most so many endpoints, and addresses of one (pkg/apis/discovery/validation).
const MAX_ENDPOINTS: usize = 1000;

pub(super) fn endpoint_slice(errors: &mut Errors, new: &Value, old: &Value) {
    let path = Path::root("addressType");
    let kind = new["addressType"].str();
    match kind {
        "" => errors.required(&path, ""),
        "IPv4" | "IPv6" | "FQDN" => {}
        other => errors.unsupported(&path, other, &["FQDN", "IPv4", "IPv6"]),
    }
    if !old.is_null() && new["addressType"] != old["addressType"] {
        errors.invalid(&path, kind, IMMUTABLE);
    }
    let path = Path::root("endpoints");
    let endpoints = new["endpoints"].array();
    if endpoints.len() > MAX_ENDPOINTS {
        errors.too_many(&path, endpoints.len(), MAX_ENDPOINTS);
    }
    for (i, endpoint) in endpoints.iter().enumerate() {
        let addresses = endpoint["addresses"].array();
        let path = path.index(i);
        let path = path.child("addresses");
        if addresses.is_empty() {
            errors.required(&path, "must contain at least 1 address");
        }
        for (j, address) in addresses.iter().enumerate() {
            let text = address.str();
            let detail = match kind {
                "IPv4" if text.parse::<Ipv4Addr>().is_err() => "must be a valid IPv4 address",
                "IPv6" if text.parse::<Ipv6Addr>().is_err() => "must be a valid IPv6 address",
                _ => continue,
            };
            errors.invalid(&path.index(j), text, detail);
        }
    }
}

pub(super) fn controller_revision(errors: &mut Errors, new: &Value, old: &Value) {
    errors.nonnegative(&Path::root("revision"), &new["revision"]);
    if new["data"].is_null() {
        errors.required(&Path::root("data"), "data is mandatory");
    }
    if !old.is_null() {
        errors.immutable(&Path::root("data"), &new["data"], &old["data"]);
    }
}
