//! Security contexts of Pods and containers.

use super::path::{Errors, Path};
use super::pod_dump::as_json;
use crate::Value;
use crate::names::in_range;

/// User and group IDs (`IsValidUserID`).
fn ids(errors: &mut Errors, path: &Path, context: &Value, fields: &[&str]) {
    for field in fields {
        if let Some(id) = context[*field].as_int() {
            errors.invalids(&path.child(field), id, in_range(id, 0, i64::from(i32::MAX)));
        }
    }
}

/// A seccomp or AppArmor profile.
fn profile(errors: &mut Errors, path: &Path, profile: &Value, what: &str) {
    if profile.is_null() {
        return;
    }
    let (kind, local) = (&profile["type"], &profile["localhostProfile"]);
    let path_of_local = path.child("localhostProfile");
    match (kind.str(), local.str()) {
        ("Localhost", "") => errors.required(&path_of_local, &format!("must be set when {what} type is Localhost")),
        ("Localhost", _) => {}
        (_, "") => {}
        (_, text) => errors.invalid(&path_of_local, text, &format!("can only be set when {what} type is Localhost")),
    }
    errors.one_of(&path.child("type"), kind, &["Localhost", "RuntimeDefault", "Unconfined"]);
}

/// A Pod's `securityContext`, and the switches of the host's namespaces.
pub(super) fn pod(errors: &mut Errors, path: &Path, spec: &Value) {
    let context = &spec["securityContext"];
    if spec["shareProcessNamespace"].bool() && spec["hostPID"].bool() {
        let detail = "ShareProcessNamespace and HostPID cannot both be enabled";
        errors.invalid(&path.child("shareProcessNamespace"), true, detail);
    }
    if context.is_null() {
        return;
    }
    let path = path.child("securityContext");
    ids(errors, &path, context, &["fsGroup", "runAsUser", "runAsGroup"]);
    let groups = path.child("supplementalGroups");
    for (i, group) in context["supplementalGroups"].array().iter().enumerate() {
        errors.invalids(&groups.index(i), group, in_range(group.int(), 0, i64::from(i32::MAX)));
    }
    let sysctls = path.child("sysctls");
    for (i, sysctl) in context["sysctls"].array().iter().enumerate() {
        let (path, name) = (sysctls.index(i), sysctl["name"].str());
        let part = |part: &str| {
            let known = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b);
            !part.is_empty() && part.bytes().all(known) && !part.starts_with(['-', '_']) && !part.ends_with(['-', '_'])
        };
        if name.is_empty() {
            errors.required(&path.child("name"), "");
        } else if !name.split(['.', '/']).all(part) {
            let detail = "must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";
            errors.invalid(&path.child("name"), name, detail);
        } else if context["sysctls"].array()[..i].iter().any(|earlier| earlier["name"].str() == name) {
            errors.duplicate(&path.child("name"), name);
        }
    }
    errors.optionally_one_of(
        &path.child("fsGroupChangePolicy"),
        &context["fsGroupChangePolicy"],
        &["Always", "OnRootMismatch"],
    );
    profile(errors, &path.child("seccompProfile"), &context["seccompProfile"], "seccomp");
    profile(errors, &path.child("appArmorProfile"), &context["appArmorProfile"], "AppArmor");
}

/// A container's `securityContext`.
pub(super) fn container(errors: &mut Errors, path: &Path, context: &Value) {
    if context.is_null() {
        return;
    }
    ids(errors, path, context, &["runAsUser", "runAsGroup"]);
    errors.optionally_one_of(&path.child("procMount"), &context["procMount"], &["Default", "Unmasked"]);
    profile(errors, &path.child("seccompProfile"), &context["seccompProfile"], "seccomp");
    if context["allowPrivilegeEscalation"].as_bool() == Some(false) {
        let shown = || as_json("SecurityContext", context);
        if context["privileged"].bool() {
            let detail = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true";
            errors.invalid_as(path, &shown(), detail);
        }
        let added = context["capabilities"]["add"].array();
        if added.iter().any(|capability| ["CAP_SYS_ADMIN", "SYS_ADMIN"].contains(&capability.str())) {
            let detail = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN";
            errors.invalid_as(path, &shown(), detail);
        }
    }
    profile(errors, &path.child("appArmorProfile"), &context["appArmorProfile"], "AppArmor");
}
