//! The types of a kustomization's fields: Go's decoder insists on them, and knows no others.

use api::Value;

/// What is not looked at further.
const ANY: &str = "any";
const TEXTS: &str = "map[string]string";

/// Structs, and their fields by type.
const STRUCTS: &[(&str, &[(&str, &str)])] = &[
    (
        "Kustomization",
        &[
            ("string", "apiVersion kind namePrefix nameSuffix namespace"),
            (TEXTS, "commonLabels commonAnnotations openapi"),
            ("types.ObjectMeta", "metadata"),
            ("[]types.Label", "labels"),
            ("[]types.PatchStrategicMerge", "patchesStrategicMerge"),
            ("[]types.Patch", "patchesJson6902 patches"),
            ("[]types.Image", "images imageTags"),
            ("[]types.Replica", "replicas"),
            (
                "[]string",
                "resources components crds bases generators transformers validators configurations buildMetadata",
            ),
            ("[]types.ConfigMapArgs", "configMapGenerator"),
            ("[]types.SecretArgs", "secretGenerator"),
            ("types.GeneratorOptions", "generatorOptions"),
            ("[]types.ReplacementField", "replacements"),
            ("[]types.Var", "vars"),
            ("types.SortOptions", "sortOptions"),
            (ANY, "helmCharts helmGlobals"),
        ],
    ),
    ("types.ObjectMeta", &[("string", "name namespace"), (TEXTS, "labels annotations")]),
    (
        "types.Label",
        &[(TEXTS, "pairs"), ("bool", "includeSelectors includeTemplates"), ("[]types.FieldSpec", "fields")],
    ),
    ("types.FieldSpec", &[("string", "group version kind path"), ("bool", "create")]),
    ("types.Patch", &[("string", "path patch"), ("types.Selector", "target"), (ANY, "options")]),
    ("types.Selector", &[("string", "group version kind name namespace annotationSelector labelSelector")]),
    (
        "types.ReplacementField",
        &[("string", "path sourceValue"), ("types.SourceSelector", "source"), ("[]types.TargetSelector", "targets")],
    ),
    (
        "types.SourceSelector",
        &[("string", "group version kind name namespace fieldPath"), ("types.FieldOptions", "options")],
    ),
    (
        "types.TargetSelector",
        &[
            ("types.Selector", "select"),
            ("[]types.Selector", "reject"),
            ("[]string", "fieldPaths"),
            ("types.FieldOptions", "options"),
        ],
    ),
    ("types.SortOptions", &[("string", "order"), ("types.LegacySortOptions", "legacySortOptions")]),
    ("types.LegacySortOptions", &[("[]string", "orderFirst orderLast")]),
    ("types.FieldOptions", &[("string", "delimiter encoding"), ("int", "index"), ("bool", "create")]),
    ("types.Var", &[("string", "name"), ("types.Target", "objref"), ("types.FieldSelector", "fieldref")]),
    ("types.Target", &[("string", "apiVersion group version kind name namespace")]),
    ("types.FieldSelector", &[("string", "fieldPath")]),
    ("types.Image", &[("string", "name newName tagSuffix newTag digest")]),
    ("types.Replica", &[("string", "name"), ("int64", "count")]),
    (
        "types.ConfigMapArgs",
        &[
            ("string", "namespace name behavior env"),
            ("[]string", "literals files envs"),
            ("types.GeneratorOptions", "options"),
        ],
    ),
    (
        "types.SecretArgs",
        &[
            ("string", "namespace name behavior env type"),
            ("[]string", "literals files envs"),
            ("types.GeneratorOptions", "options"),
        ],
    ),
    ("types.GeneratorOptions", &[(TEXTS, "labels annotations"), ("bool", "disableNameSuffixHash immutable")]),
];

/// Whether a kustomization is one.
///
/// # Errors
/// What Go's decoder says of the first field that is unknown or of another type.
pub fn check(file: &Value) -> Result<(), String> {
    expect(file, "Kustomization", "Kustomization", true)
}

/// `item` is what stands in a list, of which Go speaks in other words than of a field.
fn expect(value: &Value, wanted: &str, path: &str, item: bool) -> Result<(), String> {
    let below = |name: &str| format!("{path}.{name}");
    match (wanted, value) {
        (_, Value::Null) | (ANY, _) | ("bool", Value::Bool(_)) | ("int64" | "int", Value::Int(_)) => Ok(()),
        ("string" | "types.PatchStrategicMerge", Value::String(_)) => Ok(()),
        (TEXTS, Value::Object(_)) => {
            value.entries().try_for_each(|(name, text)| expect(text, "string", &below(name), false))
        }
        (_, Value::Array(items)) if wanted.starts_with("[]") => {
            let item = |(at, item): (usize, &Value)| expect(item, &wanted[2..], &below(&at.to_string()), true);
            items.iter().enumerate().try_for_each(item)
        }
        (_, Value::Object(_)) if fields(wanted).is_some() => value.entries().try_for_each(|(name, field)| {
            let known = fields(wanted).into_iter().flatten();
            match known.into_iter().find(|(_, names)| names.split(' ').any(|known| known == name.as_str())) {
                Some((wanted, _)) => expect(field, wanted, &below(name), false),
                None => Err(format!("unknown field {:?}", name.as_str())),
            }
        }),
        _ => {
            let place = if item { "" } else { "Go struct field " };
            let number = if let Value::Float(number) = value { format!(" {number}") } else { String::new() };
            let number = if wanted.starts_with("int") { number } else { String::new() };
            Err(format!("cannot unmarshal {}{number} into {place}{path} of type {wanted}", value.type_name()))
        }
    }
}

fn fields(name: &str) -> Option<&'static [(&'static str, &'static str)]> {
    STRUCTS.iter().find(|(known, _)| *known == name).map(|(_, fields)| *fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_has_its_type() {
        for (text, why) in [
            ("labels: [{pairs: {a: x, b: ~}, includeSelectors: true}]", ""),
            ("replicas: [{name: w, count: 3}]", ""),
            ("foo: 1", "unknown field \"foo\""),
            ("images: [{foo: x}]", "unknown field \"foo\""),
            (
                "labels: [{pairs: {a: 1}}]",
                "cannot unmarshal number into Go struct field Kustomization.labels.0.pairs.a of type string",
            ),
            (
                "commonLabels: [a]",
                "cannot unmarshal array into Go struct field Kustomization.commonLabels of type map[string]string",
            ),
            (
                "labels: {a: x}",
                "cannot unmarshal object into Go struct field Kustomization.labels of type []types.Label",
            ),
            ("labels: [x]", "cannot unmarshal string into Kustomization.labels.0 of type types.Label"),
            ("resources: [1]", "cannot unmarshal number into Kustomization.resources.0 of type string"),
            (
                "replicas: [{count: 1.5}]",
                "cannot unmarshal number 1.5 into Go struct field Kustomization.replicas.0.count of type int64",
            ),
            (
                "patches: [{target: {kind: 5}}]",
                "cannot unmarshal number into Go struct field Kustomization.patches.0.target.kind of type string",
            ),
        ] {
            let file = api::yaml::parse(text).unwrap().value;
            assert_eq!(check(&file).err().unwrap_or_default(), why, "{text}");
        }
    }
}
