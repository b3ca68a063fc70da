//! Structs as the server shows them in errors: its internal form as JSON; and what differs between two Pod specs, as a diff
//! of the lines.

use crate::schema::{Field, Struct, Type, table};
use crate::{Value, json};

const LAYOUT: &str = include_str!("../../schema/internal.txt");
/// Lines of context around a change.
const CONTEXT: usize = 3;

/// A diff from `old` to `new`, two structs of one name, ending in a newline.
pub(super) fn difference(name: &str, old: &Value, new: &Value) -> String {
    let dump = |spec: &Value| {
        let mut lines = vec![String::new()];
        if let Some(id) = table().named(name) {
            print(&mut lines, &structure(table().get(id), spec, spec), 0);
        }
        lines
    };
    unified(&dump(old), &dump(new))
}

/// A struct's value in the server's internal form.
pub(super) fn as_json(name: &str, value: &Value) -> String {
    match table().named(name) {
        Some(id) if !value.is_null() => compact(&structure(table().get(id), value, value)),
        _ => json::to_string(value),
    }
}

/// A field's value in the server's internal form.
pub(super) fn shown_as(ty: Option<&'static Type>, value: &Value) -> String {
    match ty {
        Some(ty) if !value.is_null() => compact(&tree(ty, value, value)),
        _ => json::to_string(value),
    }
}

fn compact(tree: &Tree) -> String {
    let (open, close, parts) = match tree {
        Tree::Plain(text) => return text.clone(),
        Tree::List(items) => ("[", "]", items.iter().map(compact).collect::<Vec<_>>()),
        Tree::Object(fields) => {
            let field = |(name, value): &(String, Tree)| format!("{name:?}:{}", compact(value));
            ("{", "}", fields.iter().map(field).collect())
        }
    };
    format!("{open}{}{close}", parts.join(","))
}

/// JSON whose objects keep their order.
enum Tree {
    Plain(String),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

/// A struct in internal order. `spec` is the whole Pod's.
fn structure(what: &'static Struct, value: &Value, spec: &Value) -> Tree {
    if VERSIONED.contains(&what.name) {
        return Tree::Plain(json::to_string(value));
    }
    let spec = if what.name == "PodSpec" { value } else { spec };
    let listed = LAYOUT.lines().find_map(|line| line.split_once(' ').filter(|(name, _)| *name == what.name));
    let names: Vec<(String, String)> = match listed {
        Some((_, fields)) => fields.split(' ').map(go_and_json).collect(),
        // The order of this one is not known: JSON's.
        None => what.fields.iter().map(|f| (capitalized(f.name), f.name.to_owned())).collect(),
    };
    let mut metadata = Vec::new();
    let names = names.into_iter().filter(|(_, json)| {
        // Metadata is embedded, and keeps its names.
        if json == "metadata" {
            metadata = embedded(&value["metadata"]);
        }
        json != "metadata" && json != "apiVersion" && json != "kind" || !is_object(what)
    });
    let names: Vec<(String, String)> = names.collect();
    let fields = names.into_iter().filter_map(|(go, json)| match what.field(&json) {
        Some(field) => Some((go, member(field, value.get(&json), spec))),
        // Inside the server, the switches of the host's namespaces belong to the security context.
        None if what.name == "PodSecurityContext" => {
            let field = table().named("PodSpec").and_then(|id| table().get(id).field(&json))?;
            Some((go, member(field, spec.get(&json), spec)))
        }
        None => None,
    });
    metadata.extend(fields);
    Tree::Object(metadata)
}

/// Structs that have no internal form.
const VERSIONED: [&str; 3] = ["LabelSelector", "Condition", "ObjectMeta"];

/// Whether a struct has metadata.
fn is_object(what: &Struct) -> bool {
    what.field("metadata").is_some()
}

fn embedded(metadata: &Value) -> Vec<(String, Tree)> {
    // The rest comes after the names, in the order of Go's struct.
    const FIRST: [&str; 3] = ["name", "generateName", "namespace"];
    let rest = metadata.entries().map(|(name, _)| name.as_str()).filter(|name| !FIRST.contains(name));
    let rest: Vec<&str> = rest.collect();
    // `labels` before `annotations`, otherwise by name: that is near enough to Go's order.
    let ordered = FIRST.iter().copied().chain(rest.iter().rev().copied());
    let given = ordered.filter(|name| !metadata[*name].is_null());
    given.map(|name| (name.to_owned(), Tree::Plain(json::to_string(&metadata[name])))).collect()
}

fn go_and_json(word: &str) -> (String, String) {
    match word.split_once('=') {
        Some((go, json)) => (go.to_owned(), json.to_owned()),
        None => {
            let mut characters = word.chars();
            let first = characters.next().map(|c| c.to_ascii_lowercase());
            (word.to_owned(), first.into_iter().chain(characters).collect())
        }
    }
}

fn capitalized(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(characters).collect()
}

fn member(field: &'static Field, value: &Value, spec: &Value) -> Tree {
    if value.is_null() {
        return match &field.ty {
            _ if field.pointer => Tree::Plain("null".into()),
            Type::String(_) => Tree::Plain("\"\"".into()),
            Type::Bool => Tree::Plain("false".into()),
            Type::Int32 | Type::Int64 | Type::IntOrString => Tree::Plain("0".into()),
            Type::Struct(id) => structure(table().get(*id), value, spec),
            _ => Tree::Plain("null".into()),
        };
    }
    tree(&field.ty, value, spec)
}

fn tree(ty: &'static Type, value: &Value, spec: &Value) -> Tree {
    match (ty, value) {
        (Type::Struct(id), Value::Object(_)) => structure(table().get(*id), value, spec),
        (Type::List(element), Value::Array(items)) => {
            Tree::List(items.iter().map(|i| tree(element, i, spec)).collect())
        }
        (Type::Map(element), Value::Object(_)) => {
            Tree::Object(value.entries().map(|(k, v)| (k.to_string(), tree(element, v, spec))).collect())
        }
        _ => Tree::Plain(json::to_string(value)),
    }
}

/// Continues the last line with `tree`, indented by one blank a level.
fn print(lines: &mut Vec<String>, tree: &Tree, depth: usize) {
    let (open, close, count) = match tree {
        Tree::Plain(text) => return append(lines, text),
        Tree::List(items) => ("[", "]", items.len()),
        Tree::Object(fields) => ("{", "}", fields.len()),
    };
    append(lines, open);
    for i in 0..count {
        lines.push(" ".repeat(depth + 1));
        match tree {
            Tree::Object(fields) => {
                append(lines, &format!("{}: ", json::to_string(&fields[i].0.as_str().into())));
                print(lines, &fields[i].1, depth + 1);
            }
            Tree::List(items) => print(lines, &items[i], depth + 1),
            Tree::Plain(_) => {}
        }
        if i + 1 < count {
            append(lines, ",");
        }
    }
    if count > 0 {
        lines.push(" ".repeat(depth));
    }
    append(lines, close);
}

fn append(lines: &mut [String], text: &str) {
    if let Some(last) = lines.last_mut() {
        last.push_str(text);
    }
}

/// A unified diff without a head.
fn unified(old: &[String], new: &[String]) -> String {
    // What is the same at both ends needs no table.
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let mut edits: Vec<(char, &String)> = old[..head].iter().map(|line| (' ', line)).collect();
    edits.extend(script(a, b));
    edits.extend(old[old.len() - tail..].iter().map(|line| (' ', line)));

    let mut text = String::new();
    let (mut at, mut old_line, mut new_line) = (0, 1, 1);
    while let Some(first) = edits[at..].iter().position(|(sign, _)| *sign != ' ').map(|i| at + i) {
        // A hunk goes on while the next change is near enough for the contexts to touch.
        let mut last = first;
        while let Some(next) = edits[last + 1..].iter().position(|(sign, _)| *sign != ' ') {
            if next > 2 * CONTEXT {
                break;
            }
            last += next + 1;
        }
        let (start, end) = (first.saturating_sub(CONTEXT).max(at), (last + 1 + CONTEXT).min(edits.len()));
        (old_line, new_line) = (old_line + start - at, new_line + start - at);
        let hunk = &edits[start..end];
        let olds = hunk.iter().filter(|(sign, _)| *sign != '+').count();
        let news = hunk.iter().filter(|(sign, _)| *sign != '-').count();
        text += &format!("@@ -{old_line},{olds} +{new_line},{news} @@\n");
        for (sign, line) in hunk {
            text += &format!("{sign}{line}\n");
        }
        (at, old_line, new_line) = (end, old_line + olds, new_line + news);
    }
    text
}

/// The shortest edits from `a` to `b`, by the longest common subsequence; deletions come first.
fn script<'a>(a: &'a [String], b: &'a [String]) -> Vec<(char, &'a String)> {
    /// Beyond so many cells of the table everything is simply replaced: a spec of megabytes must not take all memory.
    const MOST: usize = 4_000_000;
    if a.len().saturating_mul(b.len()) > MOST {
        return a.iter().map(|line| ('-', line)).chain(b.iter().map(|line| ('+', line))).collect();
    }
    let width = b.len() + 1;
    let mut common = vec![0u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            common[i * width + j] = match a[i] == b[j] {
                true => common[(i + 1) * width + j + 1] + 1,
                false => common[(i + 1) * width + j].max(common[i * width + j + 1]),
            };
        }
    }
    let (mut i, mut j, mut edits) = (0, 0, Vec::new());
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            edits.push((' ', &a[i]));
            (i, j) = (i + 1, j + 1);
        } else if i < a.len() && (j == b.len() || common[(i + 1) * width + j] >= common[i * width + j + 1]) {
            edits.push(('-', &a[i]));
            i += 1;
        } else {
            edits.push(('+', &b[j]));
            j += 1;
        }
    }
    edits
}
