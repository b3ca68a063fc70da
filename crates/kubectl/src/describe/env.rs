//! The environment of a container: where its variables come from.

use super::writer::Writer;
use api::Value;
use api::quantity::{Format, Quantity};

/// The sections `Environment Variables from` (if there are any) and `Environment`. `pod` is null for a template.
pub fn describe(w: &mut Writer, level: usize, container: &Value, pod: &Value) {
    let from = container["envFrom"].array();
    if !from.is_empty() {
        w.line(level, "Environment Variables from:");
    }
    for source in from {
        w.line(level + 1, all_of(source));
    }
    let variables = container["env"].array();
    let none = if variables.is_empty() { "\t<none>" } else { "" };
    w.line(level, format_args!("Environment:{none}"));
    for variable in variables {
        match &variable["valueFrom"] {
            Value::Null => value(w, level + 1, variable),
            source => {
                let shown = reference(source, container, pod);
                w.line(level + 1, format_args!("{}:\t{shown}", variable["name"].str()));
            }
        }
    }
}

/// A variable with a value; one of several lines keeps to its column.
fn value(w: &mut Writer, level: usize, variable: &Value) {
    for (i, line) in variable["value"].str().split('\n').enumerate() {
        match i {
            0 => w.field(level, variable["name"].str(), line),
            _ => w.line(level, format_args!("\t{line}")),
        }
    }
}

/// All keys of a ConfigMap or a Secret, perhaps with a prefix.
fn all_of(source: &Value) -> String {
    let (kind, from) = match (&source["configMapRef"], &source["secretRef"]) {
        (Value::Null, Value::Null) => ("", &Value::Null),
        (Value::Null, secret) => ("Secret", secret),
        (config_map, _) => ("ConfigMap", config_map),
    };
    let prefix = match source["prefix"].str() {
        "" => String::new(),
        prefix => format!(" with prefix '{prefix}'"),
    };
    format!("{}\t{kind}{prefix}\tOptional: {}", from["name"].str(), from["optional"].bool())
}

fn reference(source: &Value, container: &Value, pod: &Value) -> String {
    if let field @ Value::Object(_) = &source["fieldRef"] {
        let path = field["fieldPath"].str();
        return format!("{} ({}:{path})", field_value(pod, path), field["apiVersion"].str());
    }
    if let resource @ Value::Object(_) = &source["resourceFieldRef"] {
        return format!("{} ({})", resource_value(resource, container), resource["resource"].str());
    }
    let (key, of, from) = match (&source["secretKeyRef"], &source["configMapKeyRef"]) {
        (Value::Null, key) => (key, "of config map", key["name"].str()),
        (key, _) => (key, "in secret", key["name"].str()),
    };
    format!("<set to the key '{}' {of} '{from}'>\tOptional: {}", key["key"].str(), key["optional"].bool())
}

/// kubectl can resolve these two fields alone; the others are shown without their value.
fn field_value<'a>(pod: &'a Value, path: &str) -> &'a str {
    match path {
        "metadata.name" => pod.name(),
        "metadata.namespace" => pod.namespace(),
        _ => "",
    }
}

/// A resource of the container in units of the divisor, rounded up.
fn resource_value(reference: &Value, container: &Value) -> String {
    let (list, name) = reference["resource"].str().split_once('.').unwrap_or_default();
    let amount = Quantity::of(&container["resources"][list][name]);
    let divisor = match Quantity::of(&reference["divisor"]) {
        zero if zero.is_zero() => Quantity::from_value(1, Format::DecimalSi),
        divisor => divisor,
    };
    let (amount, divisor) = match name {
        "cpu" => (amount.milli_value(), divisor.milli_value()),
        _ => (amount.value(), divisor.value()),
    };
    match amount.saturating_add(divisor - 1).checked_div(divisor).unwrap_or_default() {
        0 if list == "limits" && matches!(name, "cpu" | "memory") => "node allocatable".to_owned(),
        units => units.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{list, obj};

    #[test]
    fn every_source_of_a_variable() {
        let from = |kind: &str, source: Value| obj! { kind => source };
        let variables = [
            ("PLAIN", obj! { "value" => "a\nb" }),
            ("MODE", from("configMapKeyRef", obj! { "key" => "mode", "name" => "game" })),
            ("PASS", from("secretKeyRef", obj! { "key" => "pw", "name" => "creds", "optional" => true })),
            ("NODE", from("fieldRef", obj! { "apiVersion" => "v1", "fieldPath" => "spec.nodeName" })),
            ("NAME", from("fieldRef", obj! { "apiVersion" => "v1", "fieldPath" => "metadata.name" })),
            ("CPU", from("resourceFieldRef", obj! { "resource" => "limits.cpu" })),
            ("MEM", from("resourceFieldRef", obj! { "resource" => "requests.memory", "divisor" => "1Mi" })),
        ];
        let env = variables.into_iter().map(|(name, source)| match source["value"].is_null() {
            true => obj! { "name" => name, "valueFrom" => source },
            false => obj! { "name" => name, "value" => source["value"].clone() },
        });
        let container = obj! {
            "env" => env.collect::<Vec<_>>(),
            "envFrom" => list![obj! { "prefix" => "P_", "secretRef" => obj! { "name" => "creds" } }],
            "resources" => obj! { "requests" => obj! { "memory" => "1.5Mi" } },
        };
        let mut w = Writer::default();
        describe(&mut w, 0, &container, &obj! { "metadata" => obj! { "name" => "web" } });
        let expected = "\
Environment Variables from:
  creds  Secret with prefix 'P_'  Optional: false
Environment:
  PLAIN:  a
          b
  MODE:   <set to the key 'mode' of config map 'game'>  Optional: false
  PASS:   <set to the key 'pw' in secret 'creds'>       Optional: true
  NODE:    (v1:spec.nodeName)
  NAME:   web (v1:metadata.name)
  CPU:    node allocatable (limits.cpu)
  MEM:    2 (requests.memory)
";
        assert_eq!(w.finish(), expected);
    }
}
