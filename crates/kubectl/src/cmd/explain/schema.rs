//! A schema as text, in the layout of kubectl's `plaintext` template.

use super::texts;
use api::schema::{Field, Struct, Type, table};
use api::{Kind, Language};
use std::fmt::Write;

/// The lines about the kind; they come first even if the field does not exist.
pub fn header(kind: &Kind) -> String {
    let group = if kind.group.is_empty() { String::new() } else { format!("GROUP:      {}\n", kind.group) };
    format!("{group}KIND:       {}\nVERSION:    {}\n\n", kind.kind, kind.version)
}

/// What follows the header: the kind itself, or the field at `path`. None if there is no such field.
pub fn explain(kind: &Kind, path: &[&str], recursive: bool) -> Option<String> {
    let mut ty = Type::Struct(table().kind(kind));
    let (mut text, mut description) = (String::new(), String::new());
    for (i, name) in path.iter().enumerate() {
        let owner = fields_of(&ty)?;
        let field = owner.field(name)?;
        if i + 1 == path.len() {
            text = format!("FIELD: {name} <{}>\n{}\n\n", type_name(&field.ty), values_long(&field.ty));
            description = paragraph(texts::of_field(owner.name, name, Language::English));
        }
        ty = field.ty.clone();
    }
    let inner = fields_of(&ty);
    description += &paragraph(inner.map_or("", |inner| texts::of_struct(inner.name)));
    let description = if description.is_empty() { "<empty>" } else { &description };
    // Writing to a string cannot fail.
    let _ = writeln!(text, "DESCRIPTION:\n{}", indented(&wrapped(description, 76), 4));
    if let Some(inner) = inner {
        text += "FIELDS:\n";
        list(&mut text, inner, 1, recursive, &mut vec![inner.name]);
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
fn list(text: &mut String, of: &'static Struct, level: usize, recursive: bool, above: &mut Vec<&'static str>) {
    let indent = " ".repeat(level * 2);
    for field in &of.fields {
        let required = if field.required { " -required-" } else { "" };
        let values = values_short(&field.ty, &indent);
        let _ = writeln!(text, "{indent}{}\t<{}>{required}{values}", field.name, type_name(&field.ty));
        if !recursive {
            let description = describe(of, field);
            let _ = writeln!(text, "{}\n", indented(&wrapped(description, 78 - indent.len()), indent.len() + 2));
            continue;
        }
        if let Some(inner) = fields_of(&field.ty)
            && !above.contains(&inner.name)
        {
            above.push(inner.name);
            list(text, inner, level + 1, recursive, above);
            above.pop();
        }
    }
}

fn describe(of: &Struct, field: &Field) -> &'static str {
    api::text::or(texts::of_field(of.name, field.name, Language::English), "<no description>")
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

/// The values of an enumeration, sorted, an empty one as `""`; none for other types.
fn values(ty: &Type) -> Vec<&'static str> {
    let Type::String(name) = ty else { return Vec::new() };
    let mut values = table().enumeration(name).to_vec();
    api::sort(&mut values);
    values.into_iter().map(|value| api::text::or(value, "\"\"")).collect()
}

fn values_long(ty: &Type) -> String {
    match values(ty) {
        none if none.is_empty() => String::new(),
        some => format!("ENUM:{}", some.iter().map(|value| format!("\n    {value}")).collect::<String>()),
    }
}

/// A second line with the first four values.
fn values_short(ty: &Type, indent: &str) -> String {
    const SHOWN: usize = 4;
    let values = values(ty);
    match values.len() {
        0 => String::new(),
        n => format!("\n{indent}enum: {}{}", values[..n.min(SHOWN)].join(", "), if n > SHOWN { ", ...." } else { "" }),
    }
}

/// Breaks lines between words so that none is longer than `width`, where words allow it.
fn wrapped(text: &str, width: usize) -> String {
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

fn indented(text: &str, by: usize) -> String {
    let indent = " ".repeat(by);
    format!("{indent}{}", text.replace('\n', &format!("\n{indent}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::kind;

    #[test]
    fn a_field_with_fields() {
        let text = explain(kind::DEPLOYMENT, &["spec", "template", "spec", "containers"], false).unwrap();
        assert!(text.starts_with("FIELD: containers <[]Container>\n\n\nDESCRIPTION:\n    "), "{text}");
        assert!(text.contains("\n    \nFIELDS:\n  args\t<[]string>\n    "), "{text}");
        assert!(text.contains("  name\t<string> -required-\n"));
        assert!(text.contains("  imagePullPolicy\t<string>\n  enum: Always, IfNotPresent, Never\n"));
        assert!(text.contains("  resources\t<ResourceRequirements>\n"));
        assert!(text.ends_with("\n\n\n"));
    }

    #[test]
    fn a_field_with_values() {
        let text = explain(kind::POD, &["spec", "containers", "imagePullPolicy"], false).unwrap();
        let expected =
            "FIELD: imagePullPolicy <string>\nENUM:\n    Always\n    IfNotPresent\n    Never\n\nDESCRIPTION:\n    ";
        assert!(text.starts_with(expected), "{text}");
        assert!(!text.contains("FIELDS:"));
    }

    #[test]
    fn all_fields_below() {
        let text = explain(kind::NAMESPACE, &[], true).unwrap();
        assert!(text.contains("  metadata\t<ObjectMeta>\n    annotations\t<map[string]string>\n"), "{text}");
        assert!(text.contains(
            "\n  status\t<NamespaceStatus>\n    conditions\t<[]NamespaceCondition>\n      lastTransitionTime\t"
        ));
    }

    #[test]
    fn fields_that_do_not_exist() {
        assert_eq!(explain(kind::POD, &["nosuch"], false), None);
        assert_eq!(explain(kind::POD, &["spec", "nodeName", "deeper"], false), None);
    }

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(wrapped("one two three", 7), "one two\nthree");
        assert_eq!(wrapped("a\nb", 7), "a\nb");
    }
}
