//! Pods: their spec, and what of it may change.

use super::container::{self, Context, containers, resources};
use super::meta::labels;
use super::path::{Errors, Path};
use super::pod_dump::difference;
use super::scheduling::{affinity, tolerations, topology_spread};
use super::volume::volumes;
use crate::names::{dns1123_label, dns1123_subdomain, in_range, qualified_name};
use crate::{Value, obj};
use std::net::IpAddr;

const RESTART_POLICIES: &[&str] = &["Always", "OnFailure", "Never"];
const DNS_POLICIES: &[&str] = &["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"];
const UPDATE_FORBIDDEN: &str = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/// A Pod.
pub(super) fn pod(errors: &mut Errors, new: &Value, old: &Value) {
    deletion_cost(errors, new, old);
    let path = Path::root("spec");
    if old.is_null() {
        pod_spec(errors, &path, &new["spec"]);
        // They come by their own subresource only, after which the whole is looked at as if it were new.
        let stored = !new["metadata"]["resourceVersion"].str().is_empty();
        if !stored && !new["spec"]["ephemeralContainers"].is_empty() {
            errors.forbidden(&path.child("ephemeralContainers"), "cannot be set on create");
        }
    } else if new["spec"] != old["spec"] {
        update(errors, &path, &new["spec"], &old["spec"]);
    }
}

/// A wrong cost is only taken where it was wrong before (`AllowInvalidPodDeletionCost`).
fn deletion_cost(errors: &mut Errors, new: &Value, old: &Value) {
    const COST: &str = "controller.kubernetes.io/pod-deletion-cost";
    let wrong = |pod: &Value| {
        let cost = pod.annotation(COST);
        let odd = cost.starts_with('+') || cost.len() > 1 && cost.starts_with('0');
        let number = !odd && cost.parse::<i32>().is_ok();
        !cost.is_empty() && !number
    };
    if wrong(new) && !wrong(old) {
        let cost = &new["metadata"]["annotations"][COST];
        errors.invalid(&Path::root("metadata").child("annotations").key(COST), cost, "must be a 32bit integer");
    }
}

/// The spec of a Pod or of a template.
pub(super) fn pod_spec(errors: &mut Errors, path: &Path, spec: &Value) {
    let names = volumes(errors, &path.child("volumes"), &spec["volumes"]);
    let context = Context { volumes: names, host_network: spec["hostNetwork"].bool() };
    containers(errors, path, spec, &context);
    resources(errors, &path.child("resources"), &spec["resources"]);
    errors.one_of(&path.child("restartPolicy"), &spec["restartPolicy"], RESTART_POLICIES);
    errors.one_of(&path.child("dnsPolicy"), &spec["dnsPolicy"], DNS_POLICIES);
    labels(errors, &path.child("nodeSelector"), &spec["nodeSelector"]);
    super::security::pod(errors, path, spec);
    for (i, secret) in spec["imagePullSecrets"].array().iter().enumerate() {
        errors.present(&path.child("imagePullSecrets").index(i).child("name"), &secret["name"]);
    }
    affinity(errors, &path.child("affinity"), &spec["affinity"]);
    dns_config(errors, path, spec);
    gates(errors, path, spec);
    topology_spread(errors, &path.child("topologySpreadConstraints"), &spec["topologySpreadConstraints"]);
    names_of(errors, path, spec);
    tolerations(errors, &path.child("tolerations"), &spec["tolerations"]);
    host_aliases(errors, &path.child("hostAliases"), &spec["hostAliases"]);
    if let Some(policy) = spec["preemptionPolicy"].as_str() {
        let path = path.child("preemptionPolicy");
        if !["PreemptLowerPriority", "Never"].contains(&policy) {
            errors.unsupported(&path, policy, &["PreemptLowerPriority", "Never"]);
        }
    }
}

/// Readiness gates and scheduling gates.
fn gates(errors: &mut Errors, path: &Path, spec: &Value) {
    let ready = path.child("readinessGates");
    for (i, gate) in spec["readinessGates"].array().iter().enumerate() {
        let name = gate["conditionType"].str();
        errors.invalids(&ready.index(i).child("conditionType"), name, qualified_name(name));
    }
    let scheduling = path.child("schedulingGates");
    let gates = spec["schedulingGates"].array();
    for (i, gate) in gates.iter().enumerate() {
        let (path, name) = (scheduling.index(i), gate["name"].str());
        errors.invalids(&path.child("name"), name, qualified_name(name));
        if gates[..i].iter().any(|earlier| earlier["name"].str() == name) {
            errors.duplicate(&path.child("name"), name);
        }
    }
}

fn dns_config(errors: &mut Errors, path: &Path, spec: &Value) {
    let (config, path) = (&spec["dnsConfig"], path.child("dnsConfig"));
    if spec["dnsPolicy"].str() == "None" {
        if config.is_null() {
            errors.required(&path, "must provide `dnsConfig` when `dnsPolicy` is None");
        } else if config["nameservers"].is_empty() {
            let detail = "must provide at least one DNS nameserver when `dnsPolicy` is None";
            errors.required(&path.child("nameservers"), detail);
        }
    }
    if config["nameservers"].len() > 3 {
        let detail = "must not have more than 3 nameservers";
        errors.invalid(&path.child("nameservers"), &config["nameservers"], detail);
    }
    for (i, server) in config["nameservers"].array().iter().enumerate() {
        ip(errors, &path.child("nameservers").index(i), server);
    }
    if config["searches"].len() > 32 {
        let detail = "must not have more than 32 search paths";
        errors.invalid(&path.child("searches"), &config["searches"], detail);
    }
    for (i, search) in config["searches"].array().iter().enumerate() {
        let text = search.str().strip_suffix('.').unwrap_or(search.str());
        errors.invalids(&path.child("searches").index(i), text, dns1123_subdomain(text));
    }
    for (i, option) in config["options"].array().iter().enumerate() {
        if option["name"].str().is_empty() {
            errors.required(&path.child("options").index(i), "must not be empty");
        }
    }
}

fn ip(errors: &mut Errors, path: &Path, address: &Value) {
    if address.str().parse::<IpAddr>().is_err() {
        errors.invalid(path, address, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
    }
}

fn names_of(errors: &mut Errors, path: &Path, spec: &Value) {
    type Check = fn(&str) -> Vec<String>;
    let checks: [(&str, Check); 6] = [
        ("serviceAccountName", dns1123_subdomain),
        ("nodeName", dns1123_subdomain),
        ("hostname", dns1123_label),
        ("subdomain", dns1123_label),
        ("priorityClassName", dns1123_subdomain),
        ("runtimeClassName", dns1123_subdomain),
    ];
    for (field, check) in checks {
        let name = spec[field].str();
        if !name.is_empty() {
            errors.invalids(&path.child(field), name, check(name));
        }
    }
    if let Some(deadline) = spec["activeDeadlineSeconds"].as_int() {
        let messages = in_range(deadline, 1, i64::from(i32::MAX));
        errors.invalids(&path.child("activeDeadlineSeconds"), deadline, messages);
    }
}

fn host_aliases(errors: &mut Errors, path: &Path, aliases: &Value) {
    for (i, alias) in aliases.array().iter().enumerate() {
        let path = path.index(i);
        ip(errors, &path.child("ip"), &alias["ip"]);
        for (j, name) in alias["hostnames"].array().iter().enumerate() {
            errors.invalids(&path.child("hostnames").index(j), name, dns1123_subdomain(name.str()));
        }
    }
}

/// What of a Pod's spec may change: images, a deadline that comes nearer, more tolerations.
fn update(errors: &mut Errors, path: &Path, new: &Value, old: &Value) {
    for field in ["containers", "initContainers"] {
        let path = path.child(field);
        if new[field].len() != old[field].len() {
            errors.forbidden(&path, "pod updates may not add or remove containers");
            return;
        }
        for (i, one) in new[field].array().iter().enumerate() {
            container::image(errors, &path.index(i).child("image"), &one["image"]);
        }
    }
    if !errors.0.is_empty() {
        return;
    }
    deadline(errors, &path.child("activeDeadlineSeconds"), new, old);
    let kept = |toleration: &Value| {
        let without_seconds = |t: &Value| {
            let mut t = t.clone();
            t.remove("tolerationSeconds");
            t
        };
        new["tolerations"].array().iter().any(|t| without_seconds(t) == without_seconds(toleration))
    };
    let tolerations_path = path.child("tolerations");
    if !old["tolerations"].array().iter().all(kept) {
        errors.forbidden(&tolerations_path, "existing toleration can not be modified except its tolerationSeconds");
    } else if new["tolerations"] != old["tolerations"] {
        tolerations(errors, &tolerations_path, &new["tolerations"]);
    }
    // With what may change put back, nothing may differ.
    let mut rest = new.clone();
    for field in ["containers", "initContainers"] {
        for (i, one) in old[field].array().iter().enumerate() {
            if rest[field].array()[i]["image"] != one["image"] {
                rest.at_mut(field).array_mut()[i].set("image", &one["image"]);
            }
        }
    }
    for field in ["activeDeadlineSeconds", "tolerations"] {
        put_back(&mut rest, old, field);
    }
    if old["terminationGracePeriodSeconds"].int() < 0 && new["terminationGracePeriodSeconds"].int() == 1 {
        put_back(&mut rest, old, "terminationGracePeriodSeconds");
    }
    // A Pod that waits for its gates may lose them.
    if !old["schedulingGates"].is_empty() && new["schedulingGates"].len() < old["schedulingGates"].len() {
        put_back(&mut rest, old, "schedulingGates");
    }
    if rest != *old {
        errors.forbidden(path, &format!("{UPDATE_FORBIDDEN}\n{}", difference("PodSpec", old, &rest)));
    }
}

fn put_back(rest: &mut Value, old: &Value, field: &str) {
    match &old[field] {
        Value::Null => {
            rest.remove(field);
        }
        stored if rest[field] != *stored => rest.set(field, stored),
        _ => {}
    }
}

fn deadline(errors: &mut Errors, path: &Path, new: &Value, old: &Value) {
    let (new, old) = (new["activeDeadlineSeconds"].as_int(), old["activeDeadlineSeconds"].as_int());
    match (new, old) {
        (Some(new), _) if !in_range(new, 0, i64::from(i32::MAX)).is_empty() => {
            errors.invalids(path, new, in_range(new, 0, i64::from(i32::MAX)));
        }
        (Some(new), Some(old)) if old < new => {
            errors.invalid(path, new, "must be less than or equal to previous value");
        }
        (None, Some(_)) => errors.invalid(path, obj! {}, "must not update from a positive integer to nil value"),
        _ => {}
    }
}
