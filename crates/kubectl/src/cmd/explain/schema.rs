//! A schema as text, in the layout of kubectl's `plaintext` template.

use super::texts;
use api::schema::{Field, Struct, Type, table};
use api::{Kind, Language, Value};
use std::fmt::Write;

/// What all objects have.
const COMMON: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// The lines about the kind; they come first even if the field does not exist.
pub fn header(kind: &Kind) -> String {
    let group = if kind.group.is_empty() { String::new() } else { format!("GROUP:      {}\n", kind.group) };
    format!("{group}KIND:       {}\nVERSION:    {}\n\n", kind.kind, kind.version)
}

/// A kind of the server's own.
pub fn of_kind(kind: &Kind) -> Node<'static> {
    Node::Table(Type::Struct(table().kind(kind)))
}

/// What stands at a place in a schema.
#[derive(Clone)]
pub enum Node<'a> {
    /// Of the server's own kinds.
    Table(Type),
    /// `fieldsV1`, whose type has a name and nothing inside.
    Fields,
    /// A custom kind itself, by the schema of its definition (`openAPIV3Schema`), which leaves out what all objects have.
    Root(&'a Value),
    /// In a custom kind.
    Custom(&'a Value),
}

/// A field, what is said of it, and what stands there.
pub struct Entry<'a> {
    pub name: &'a str,
    pub text: &'a str,
    pub required: bool,
    pub node: Node<'a>,
}

impl<'a> Node<'a> {
    /// What it is called, as kubectl names types: `string`, `[]Container`, `map[string]Quantity`.
    pub fn type_name(&self) -> String {
        match self {
            Node::Table(ty) => type_name(ty),
            Node::Fields => "FieldsV1".to_owned(),
            Node::Root(schema) | Node::Custom(schema) => custom_type_name(schema),
        }
    }

    /// What is said of it wherever it stands.
    pub fn text(&self) -> &'a str {
        match self {
            Node::Table(ty) => fields_of(ty).map_or("", |inner| texts::of_struct(inner.name)),
            Node::Root(schema) => schema["description"].str(),
            Node::Custom(_) | Node::Fields => "",
        }
    }

    /// The values of an enumeration; none for other types.
    fn values(&self) -> Vec<String> {
        match self {
            Node::Table(ty) => values(ty).into_iter().map(str::to_owned).collect(),
            Node::Fields => Vec::new(),
            Node::Root(schema) | Node::Custom(schema) => custom_values(schema),
        }
    }

    /// The struct that the fields are of, if it has a name: one that holds itself is not followed.
    fn struct_name(&self) -> Option<&'static str> {
        match self {
            Node::Table(ty) => fields_of(ty).map(|inner| inner.name),
            _ => None,
        }
    }

    /// What stands at a path below it, and what is said of the last field on the way. None if there is no such field.
    pub fn at(self, path: &[&str]) -> Option<(Node<'a>, &'a str)> {
        path.iter().try_fold((self, ""), |(node, _), name| {
            let field = node.fields()?.into_iter().find(|field| field.name == *name)?;
            Some((field.node, field.text))
        })
    }

    /// The fields of what stands here, or of the elements of a list or a map; `None` where there cannot be any.
    pub fn fields(&self) -> Option<Vec<Entry<'a>>> {
        match self {
            Node::Table(ty) => {
                fields_of(ty).map(|inner| inner.fields.iter().map(|field| entry(inner, field)).collect())
            }
            Node::Custom(schema) => custom_fields(schema),
            Node::Fields => None,
            Node::Root(schema) => {
                let own = custom_fields(schema).unwrap_or_default();
                let object = table().get(table().kind(api::kind::CONFIG_MAP));
                let common = object.fields.iter().filter(|field| COMMON.contains(&field.name));
                // Of a custom kind's metadata its schema says nothing.
                let undescribed = |entry: Entry<'a>| match entry.name {
                    "metadata" => Entry { text: "", ..entry },
                    _ => entry,
                };
                let mut all: Vec<Entry<'a>> = common.map(|field| undescribed(entry(object, field))).collect();
                all.extend(own.into_iter().filter(|own| !COMMON.contains(&own.name)));
                api::sort_by_cached_key(&mut all, |entry| entry.name.to_owned());
                Some(all)
            }
        }
    }
}

fn entry<'a>(of: &'static Struct, field: &'static Field) -> Entry<'a> {
    let text = texts::of_field(of.name, field.name, Language::English);
    Entry { name: field.name, text, required: field.required, node: node_of(field) }
}

fn node_of(field: &Field) -> Node<'static> {
    match field.name {
        "fieldsV1" => Node::Fields,
        _ => Node::Table(field.ty.clone()),
    }
}

/// What follows the header: what a kind says, or the field at `path` of it. None if there is no such field.
pub fn explain(root: Node<'_>, path: &[&str], recursive: bool) -> Option<String> {
    let (node, about) = root.at(path)?;
    let head = |name| format!("FIELD: {name} <{}>\n{}\n\n", node.type_name(), values_long(&node));
    let mut text = path.last().map_or(String::new(), head);
    let description = paragraph(about) + &paragraph(node.text());
    let description = api::text::or(&description, "<empty>");
    // Writing to a string cannot fail.
    let _ = writeln!(text, "DESCRIPTION:\n{}", indented(&wrapped(description, 76), 4));
    if let Some(fields) = node.fields() {
        text += "FIELDS:\n";
        list(&mut text, &fields, 1, recursive, &mut node.struct_name().into_iter().collect());
    }
    text.push('\n');
    Some(text)
}

fn paragraph(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{text}\n") }
}

/// The struct that a type holds: itself, or the elements of a list or a map.
fn fields_of(ty: &Type) -> Option<&'static Struct> {
    match ty {
        Type::Struct(id) => Some(table().get(*id)),
        Type::List(inner) | Type::Map(inner) => fields_of(inner),
        _ => None,
    }
}

/// The fields of a struct, each with its description or, if `recursive`, with its own fields below it. `above` holds the
/// structs on the way: one that holds itself is not followed.
fn list(text: &mut String, fields: &[Entry<'_>], level: usize, recursive: bool, above: &mut Vec<&'static str>) {
    let indent = " ".repeat(level * 2);
    for Entry { name, text: about, required, node } in fields {
        let required = if *required { " -required-" } else { "" };
        let values = values_short(node, &indent);
        let _ = writeln!(text, "{indent}{name}\t<{}>{required}{values}", node.type_name());
        if !recursive {
            let description = api::text::or(about, "<no description>");
            let _ = writeln!(text, "{}\n", indented(&wrapped(description, 78 - indent.len()), indent.len() + 2));
            continue;
        }
        let inner = node.struct_name();
        if inner.is_some_and(|inner| above.contains(&inner)) {
            continue;
        }
        if let Some(fields) = node.fields() {
            above.extend(inner);
            list(text, &fields, level + 1, recursive, above);
            above.truncate(above.len() - usize::from(inner.is_some()));
        }
    }
}

/// A type as kubectl names it: `string`, `[]Container`, `map[string]Quantity`.
fn type_name(ty: &Type) -> String {
    match ty {
        Type::String(_) | Type::Time | Type::MicroTime | Type::Bytes => "string".to_owned(),
        Type::Int32 | Type::Int64 => "integer".to_owned(),
        Type::Bool => "boolean".to_owned(),
        Type::Float => "number".to_owned(),
        Type::IntOrString => "IntOrString".to_owned(),
        Type::Quantity => "Quantity".to_owned(),
        Type::Any => "Object".to_owned(),
        Type::Struct(id) => table().get(*id).name.to_owned(),
        Type::List(inner) => format!("[]{}", type_name(inner)),
        Type::Map(inner) => format!("map[string]{}", type_name(inner)),
    }
}

/// The same of a schema.
fn custom_type_name(schema: &Value) -> String {
    match schema["type"].str() {
        "array" => format!("[]{}", custom_type_name(&schema["items"])),
        "object" if schema["additionalProperties"].as_object().is_some() => {
            format!("map[string]{}", custom_type_name(&schema["additionalProperties"]))
        }
        "object" | "" => "Object".to_owned(),
        other => other.to_owned(),
    }
}

fn custom_fields(schema: &Value) -> Option<Vec<Entry<'_>>> {
    for inner in ["items", "additionalProperties"] {
        if schema[inner].as_object().is_some() {
            return custom_fields(&schema[inner]);
        }
    }
    let required = |name: &str| schema["required"].array().iter().any(|required| required.str() == name);
    let entries: Vec<Entry<'_>> = schema["properties"]
        .as_object()?
        .iter()
        .map(|(name, schema)| Entry {
            name: name.as_str(),
            text: schema["description"].str(),
            required: required(name),
            node: Node::Custom(schema),
        })
        .collect();
    Some(entries)
}

fn custom_values(schema: &Value) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::String(text) => api::text::or(text, "\"\"").to_owned(),
        other => api::json::to_string(other),
    };
    schema["enum"].array().iter().map(text).collect()
}

/// The values of an enumeration, sorted, an empty one as `""`; none for other types.
fn values(ty: &Type) -> Vec<&'static str> {
    let Type::String(name) = ty else { return Vec::new() };
    let mut values = table().enumeration(name).to_vec();
    api::sort(&mut values);
    values.into_iter().map(|value| api::text::or(value, "\"\"")).collect()
}

fn values_long(node: &Node<'_>) -> String {
    match node.values() {
        none if none.is_empty() => String::new(),
        some => format!("ENUM:{}", some.iter().map(|value| format!("\n    {value}")).collect::<String>()),
    }
}

/// A second line with the first four values.
fn values_short(node: &Node<'_>, indent: &str) -> String {
    const SHOWN: usize = 4;
    let values = node.values();
    match values.len() {
        0 => String::new(),
        n => format!("\n{indent}enum: {}{}", values[..n.min(SHOWN)].join(", "), if n > SHOWN { ", ...." } else { "" }),
    }
}

/// Breaks lines between words so that none is longer than `width`, where words allow it.
pub fn wrapped(text: &str, width: usize) -> String {
    let wrap = |line: &str| {
        let mut lines: Vec<String> = vec![String::new()];
        for word in line.split(' ').filter(|word| !word.is_empty()) {
            match lines.last_mut() {
                Some(last) if last.is_empty() => last.push_str(word),
                Some(last) if last.chars().count() + 1 + word.chars().count() <= width => {
                    last.push(' ');
                    last.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        lines.join("\n")
    };
    text.split('\n').map(wrap).collect::<Vec<_>>().join("\n")
}

pub fn indented(text: &str, by: usize) -> String {
    let indent = " ".repeat(by);
    format!("{indent}{}", text.replace('\n', &format!("\n{indent}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::kind;

    #[test]
    fn a_field_with_fields() {
        let text = explain(of_kind(kind::DEPLOYMENT), &["spec", "template", "spec", "containers"], false).unwrap();
        assert!(text.starts_with("FIELD: containers <[]Container>\n\n\nDESCRIPTION:\n    "), "{text}");
        assert!(text.contains("\n    \nFIELDS:\n  args\t<[]string>\n    "), "{text}");
        assert!(text.contains("  name\t<string> -required-\n"));
        assert!(text.contains("  imagePullPolicy\t<string>\n  enum: Always, IfNotPresent, Never\n"));
        assert!(text.contains("  resources\t<ResourceRequirements>\n"));
        assert!(text.ends_with("\n\n\n"));
    }

    #[test]
    fn a_field_with_values() {
        let text = explain(of_kind(kind::POD), &["spec", "containers", "imagePullPolicy"], false).unwrap();
        let expected =
            "FIELD: imagePullPolicy <string>\nENUM:\n    Always\n    IfNotPresent\n    Never\n\nDESCRIPTION:\n    ";
        assert!(text.starts_with(expected), "{text}");
        assert!(!text.contains("FIELDS:"));
    }

    #[test]
    fn all_fields_below() {
        let text = explain(of_kind(kind::NAMESPACE), &[], true).unwrap();
        assert!(text.contains("  metadata\t<ObjectMeta>\n    annotations\t<map[string]string>\n"), "{text}");
        assert!(text.contains(
            "\n  status\t<NamespaceStatus>\n    conditions\t<[]NamespaceCondition>\n      lastTransitionTime\t"
        ));
    }

    #[test]
    fn fields_that_do_not_exist() {
        assert_eq!(explain(of_kind(kind::POD), &["nosuch"], false), None);
        assert_eq!(explain(of_kind(kind::POD), &["spec", "nodeName", "deeper"], false), None);
    }

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(wrapped("one two three", 7), "one two\nthree");
        assert_eq!(wrapped("a\nb", 7), "a\nb");
    }
}
