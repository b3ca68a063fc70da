//! A schema as text in the older layout, `plaintext-openapiv2` (k8s.io/kubectl/pkg/explain, `model_printer.go`): types by their
//! shape, and no enumerations.

use super::schema::{Entry, Node, indented, wrapped};
use api::Kind;
use api::schema::Type;
use std::fmt::Write;

/// How wide descriptions are, and how far texts and fields stand in.
const WIDTH: usize = 75;
const TEXT: usize = 5;
const FIELD: usize = 3;

/// The lines about the kind.
pub fn header(kind: &Kind) -> String {
    format!("KIND:     {}\nVERSION:  {}\n\n", kind.kind, kind.api_version())
}

/// What follows the header: what a kind says, or the field at `path` of it. None if there is no such field.
pub fn explain(root: Node<'_>, path: &[&str], recursive: bool) -> Option<String> {
    let (node, about) = root.at(path)?;
    let what = if node.fields().is_some() { "RESOURCE: " } else { "FIELD:    " };
    let mut text = path.last().map_or(String::new(), |name| format!("{what}{name} <{}>\n\n", shape(&node)));
    let said: Vec<&str> = [about, node.text()].into_iter().filter(|text| !text.is_empty()).collect();
    let description = said.join("\n\n");
    let description = api::text::or(&description, "<empty>");
    // Writing to a string cannot fail.
    let _ = writeln!(text, "DESCRIPTION:\n{}", stood_in(description, TEXT));
    if let Some(fields) = node.fields() {
        text += "\nFIELDS:\n";
        list(&mut text, &fields, 1, recursive);
    }
    Some(text)
}

/// Recursion ends where kubectl's does not, in types that hold themselves; none of the kinds' own goes this deep.
const DEEPEST: usize = 16;

fn list(text: &mut String, fields: &[Entry<'_>], level: usize, recursive: bool) {
    let indent = " ".repeat(level * FIELD);
    for Entry { name, text: about, required, node } in fields {
        let required = if *required { " -required-" } else { "" };
        let _ = writeln!(text, "{indent}{name}\t<{}>{required}", shape(node));
        if !recursive {
            if !about.is_empty() {
                let _ = writeln!(text, "{}", stood_in(about, TEXT));
            }
            text.push('\n');
        } else if let Some(inner) = node.fields().filter(|_| level < DEEPEST) {
            list(text, &inner, level + 1, recursive);
        }
    }
}

fn stood_in(text: &str, by: usize) -> String {
    indented(&wrapped(text, WIDTH), by).lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// A type by its shape: `Object`, `[]Object`, `map[string]string`.
fn shape(node: &Node<'_>) -> String {
    match node {
        Node::Table(ty) => shape_of(ty),
        Node::Fields => "Object".to_owned(),
        node => node.type_name(),
    }
}

fn shape_of(ty: &Type) -> String {
    match ty {
        Type::Struct(_) | Type::Any => "Object".to_owned(),
        Type::Quantity | Type::IntOrString => "string".to_owned(),
        Type::List(inner) => format!("[]{}", shape_of(inner)),
        Type::Map(inner) => format!("map[string]{}", shape_of(inner)),
        other => Node::Table(other.clone()).type_name(),
    }
}
