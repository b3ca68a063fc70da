//! StatefulSets, ReplicationControllers, templates and Secrets.

use super::path::{Errors, Path};
use super::pod_dump::as_json;
use super::rules::{At, Check};
use super::workload::{at_most_100_percent, number, pod_template, positive_or_percent, selector_and_template};
use crate::names::config_map_key;
use crate::{Selector, Value, base64, json, obj};

pub(super) fn check(name: &str) -> Option<Check> {
    Some(match name {
        "pod_management" => pod_management,
        "stateful_strategy" => strategy,
        "stateful_template" => stateful_template,
        "stateful_unchanged" => unchanged,
        "controlled_template" => controlled_template,
        "pod_template" => |errors, at| pod_template(errors, at.path, at.value),
        "secret" => secret,
        _ => return None,
    })
}

fn pod_management(errors: &mut Errors, at: At) {
    match at.value.str() {
        "" => errors.required(at.path, ""),
        "OrderedReady" | "Parallel" => {}
        other => errors.invalid(at.path, other, "must be 'OrderedReady' or 'Parallel'"),
    }
}

fn strategy(errors: &mut Errors, at: At) {
    let (strategy, rolling) = (at.value, &at.value["rollingUpdate"]);
    match strategy["type"].str() {
        "" => errors.required(at.path, ""),
        "OnDelete" if !rolling.is_null() => {
            let shown = as_json("RollingUpdateStatefulSetStrategy", rolling);
            errors.invalid_as(
                &at.path.child("rollingUpdate"),
                &shown,
                "only allowed for updateStrategy 'RollingUpdate'",
            );
        }
        "OnDelete" => {}
        "RollingUpdate" => {
            errors.nonnegative(&at.path.child("partition"), &rolling["partition"]);
            let (most, path) = (&rolling["maxUnavailable"], at.path.child("rollingUpdate"));
            if !most.is_null() {
                let path = path.child("maxUnavailable");
                positive_or_percent(errors, &path, most);
                if number(most) == 0 {
                    errors.invalid(&path, most, "cannot be 0");
                }
                at_most_100_percent(errors, &path, most);
            }
        }
        _ => {
            let shown = as_json("StatefulSetUpdateStrategy", strategy);
            errors.invalid_as(at.path, &shown, "must be 'RollingUpdate' or 'OnDelete'");
        }
    }
}

fn stateful_template(errors: &mut Errors, at: At) {
    const NAMES: [&str; 3] = ["statefulset", "StatefulSet", ""];
    // Each of its Pods gets a volume for each claim, in the place of one with that name.
    let claims = at.value["volumeClaimTemplates"].array();
    if claims.is_empty() {
        return selector_and_template(errors, at.path, at.value, NAMES);
    }
    let mut spec = at.value.clone();
    let volumes = spec.at_mut("template.spec.volumes").array_mut();
    for name in claims.iter().map(Value::name) {
        if !volumes.iter().any(|volume| volume["name"].str() == name) {
            volumes.push(obj! { "name" => name, "persistentVolumeClaim" => obj! { "claimName" => name } });
        }
    }
    selector_and_template(errors, at.path, &spec, NAMES);
}

/// What of a StatefulSet's spec may change; everything else stays for ever.
fn unchanged(errors: &mut Errors, at: At) {
    const MUTABLE: [&str; 7] = [
        "minReadySeconds",
        "ordinals",
        "persistentVolumeClaimRetentionPolicy",
        "replicas",
        "revisionHistoryLimit",
        "template",
        "updateStrategy",
    ];
    let rest = |spec: &Value| {
        let mut rest = spec.clone();
        MUTABLE.iter().for_each(|field| drop(rest.remove(field)));
        rest
    };
    if !at.stored.is_null() && rest(at.value) != rest(at.old) {
        let detail = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', \
                      'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and \
                      'minReadySeconds' are forbidden";
        errors.forbidden(at.path, detail);
    }
}

/// A ReplicationController's template.
fn controlled_template(errors: &mut Errors, at: At) {
    let (path, template) = (at.path, at.value);
    if template.is_null() {
        errors.required(path, "");
        return;
    }
    let metadata = path.child("metadata");
    if !Selector::from_map(&at.parent["selector"]).matches(template.labels()) {
        let labels = super::workload::labels_or_none(template);
        errors.invalid(&metadata.child("labels"), labels, "`selector` does not match template `labels`");
    }
    pod_template(errors, path, template);
    super::workload::runs_for_ever(errors, &path.child("spec"), &template["spec"], "ReplicationController");
}

/// A Secret's data may take a mebibyte (`MaxSecretSize`).
const MAX_DATA: usize = 1024 * 1024;

fn secret(errors: &mut Errors, at: At) {
    let (new, old) = (at.value, at.old);
    if !old.is_null() {
        errors.immutable(&Path::root("type"), &new["type"], &old["type"]);
        if old["immutable"].bool() {
            let detail = "field is immutable when `immutable` is set";
            if !new["immutable"].bool() {
                errors.forbidden(&Path::root("immutable"), detail);
            }
            if new["data"] != old["data"] {
                errors.forbidden(&Path::root("data"), detail);
            }
        }
    }
    let (data, path) = (&new["data"], Path::root("data"));
    let mut size = 0;
    for (key, value) in data.entries() {
        errors.invalids(&path.key(key), key, config_map_key(key));
        size += value.str().len() / 4 * 3;
    }
    if size > MAX_DATA {
        errors.too_long(&path, MAX_DATA);
    }
    let needed: &[&str] = match new["type"].str() {
        "kubernetes.io/service-account-token" => {
            const ACCOUNT: &str = "kubernetes.io/service-account.name";
            if new.annotation(ACCOUNT).is_empty() {
                let path = Path::root("metadata");
                errors.required(&path.child("annotations").key(ACCOUNT), "");
            }
            &[]
        }
        "kubernetes.io/dockercfg" => &[".dockercfg"],
        "kubernetes.io/dockerconfigjson" => &[".dockerconfigjson"],
        "kubernetes.io/basic-auth" if data["username"].is_null() && data["password"].is_null() => {
            &["username", "password"]
        }
        "kubernetes.io/ssh-auth" if data["ssh-privatekey"].str().is_empty() => &["ssh-privatekey"],
        "kubernetes.io/tls" => &["tls.crt", "tls.key"],
        _ => &[],
    };
    for &key in needed {
        if data[key].is_null() || key == "ssh-privatekey" {
            errors.required(&path.key(key), "");
        } else if key.starts_with('.') {
            let text = base64::decode(data[key].str()).unwrap_or_default();
            if let Some(why) = not_an_object(&text) {
                errors.invalid(&path.key(key), "<secret contents redacted>", &why);
            }
        }
    }
}

/// What Go says of text that is no JSON object.
fn not_an_object(text: &str) -> Option<String> {
    match json::parse(text) {
        Ok(Value::Object(_) | Value::Null) => None,
        Ok(other) => Some(format!(
            "json: cannot unmarshal {} into Go value of type map[string]interface {{}}",
            other.type_name()
        )),
        Err(_) => match text.trim_start().chars().next() {
            None => Some("unexpected end of JSON input".to_owned()),
            Some(c) if c != '{' => Some(format!("invalid character '{c}' looking for beginning of value")),
            Some(_) => Some("unexpected end of JSON input".to_owned()),
        },
    }
}
