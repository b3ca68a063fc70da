//! JSON of objects that kubectl makes itself: fields in the order of Go's structs, not of the alphabet.

use api::{Value, json};

/// Field names in the order in which the structs that kubectl fills have them. One list serves all, since no two of those
/// structs disagree about fields that kubectl sets.
const ORDER: &[&str] = &[
    "clientVersion",
    "kustomizeVersion",
    "serverVersion",
    "major",
    "minor",
    "emulationMajor",
    "emulationMinor",
    "minCompatibilityMajor",
    "minCompatibilityMinor",
    "gitVersion",
    "gitCommit",
    "gitTreeState",
    "buildDate",
    "goVersion",
    "compiler",
    "platform",
    "kind",
    "apiVersion",
    "metadata",
    "name",
    "generateName",
    "namespace",
    "labels",
    "annotations",
    "immutable",
    "data",
    "type",
    "verbs",
    "apiGroups",
    "resources",
    "resourceNames",
    "subjects",
    "roleRef",
    "rules",
    "spec",
    "schedule",
    "jobTemplate",
    "minReplicas",
    "maxReplicas",
    "minAvailable",
    "maxUnavailable",
    "replicas",
    "image",
    "command",
    "args",
    "protocol",
    "port",
    "targetPort",
    "nodePort",
    "containerPort",
    "ports",
    "env",
    "limits",
    "requests",
    "selector",
    "matchLabels",
    "clusterIP",
    "template",
    "strategy",
    "containers",
    "imagePullPolicy",
    "stdin",
    "stdinOnce",
    "tty",
    "restartPolicy",
    "dnsPolicy",
    "externalIPs",
    "sessionAffinity",
    "loadBalancerIP",
    "externalName",
    "value",
    "globalDefault",
    "description",
    "preemptionPolicy",
    "status",
    // Preferences
    "defaults",
    "aliases",
    "prependArgs",
    "appendArgs",
    "options",
    "default",
    "credentialPluginPolicy",
    "credentialPluginAllowlist",
];

/// The fields of an autoscaling/v2 HorizontalPodAutoscaler: a reference has its name before its version.
const SCALER: &[&str] = &[
    "kind",
    "name",
    "apiVersion",
    "metadata",
    "namespace",
    "annotations",
    "spec",
    "scaleTargetRef",
    "minReplicas",
    "maxReplicas",
    "metrics",
    "type",
    "resource",
    "target",
    "value",
    "averageValue",
    "averageUtilization",
    "status",
    "desiredReplicas",
    "currentMetrics",
];

/// Those of a SelfSubjectReview.
const REVIEW: &[&str] = &[
    "kind",
    "apiVersion",
    "metadata",
    "creationTimestamp",
    "status",
    "userInfo",
    "username",
    "uid",
    "groups",
    "extra",
];

/// In two places a struct has these fields elsewhere: a container's resources follow its ports, a Service's type its IP.
const LATE: &[(&str, &str)] = &[("resources", "env"), ("type", "clusterIP")];

fn rank(object: &Value, key: &str, order: &[&str]) -> usize {
    let place = |key: &str| order.iter().position(|k| *k == key).unwrap_or(order.len());
    let late = LATE.iter().find(|(late, _)| *late == key).filter(|_| {
        // Only in a container or a Service's spec; Secrets and rules keep theirs.
        !object["image"].is_null() || !object["selector"].is_null() || !object["externalName"].is_null()
    });
    late.map_or_else(|| place(key), |(_, after)| place(after))
}

/// The JSON text with `step` blanks a level, without a newline at the end.
pub fn to_string(value: &Value, step: usize) -> String {
    let order = match value["kind"].str() {
        "HorizontalPodAutoscaler" => SCALER,
        "SelfSubjectReview" => REVIEW,
        _ => ORDER,
    };
    ordered(value, step, order)
}

/// The same for structs whose fields have this order.
pub fn ordered(value: &Value, step: usize, order: &[&str]) -> String {
    let mut text = String::new();
    write(value, (step, order), 0, &mut text);
    text
}

fn write(value: &Value, (step, order): (usize, &[&str]), level: usize, text: &mut String) {
    let line = |text: &mut String, level: usize| {
        text.push('\n');
        text.extend(std::iter::repeat_n(' ', step * level));
    };
    match value {
        Value::Object(map) if !map.is_empty() => {
            let mut fields: Vec<_> = map.iter().collect();
            api::sort_by_key(&mut fields, |(key, _)| rank(value, key, order));
            text.push('{');
            for (i, (key, field)) in fields.into_iter().enumerate() {
                text.push_str(if i > 0 { "," } else { "" });
                line(text, level + 1);
                text.push_str(&format!("{}: ", json::to_string(&Value::from(key))));
                write(field, (step, order), level + 1, text);
            }
            line(text, level);
            text.push('}');
        }
        Value::Array(items) if !items.is_empty() => {
            text.push('[');
            for (i, item) in items.iter().enumerate() {
                text.push_str(if i > 0 { "," } else { "" });
                line(text, level + 1);
                write(item, (step, order), level + 1, text);
            }
            line(text, level);
            text.push(']');
        }
        other => text.push_str(&json::to_string(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::obj;

    #[test]
    fn fields_stand_as_in_go() {
        let object =
            obj! { "apiVersion" => "v1", "kind" => "Pod", "metadata" => obj! { "labels" => obj! {}, "name" => "x" } };
        let expected = "{\n  \"kind\": \"Pod\",\n  \"apiVersion\": \"v1\",\n  \"metadata\": {\n    \"name\": \"x\",\n    \"labels\": {}\n  }\n}";
        assert_eq!(to_string(&object, 2), expected);
    }
}
