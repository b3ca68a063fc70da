//! What could stand at a place of a manifest: fields and values by the schema.

use super::super::complete::{Candidate, Line, names, texts};
use crate::descriptions;
use crate::host::Host;
use api::schema::{Struct, Type, table};
use api::{FlatSet, Kind, Language, kind};

/// What may be put in at the cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Insertion {
    /// Where the word begins that is to be replaced, in bytes. It ends at the cursor.
    pub start: usize,
    /// What it may become. A field comes with what follows it: a blank, or a line of its own.
    pub candidates: Vec<Candidate>,
}

/// A line taken apart: `  - name: x` is an element at 2 and a key at 4.
#[derive(Debug, PartialEq)]
enum Part<'a> {
    Element(usize),
    Key(usize, &'a str, &'a str),
}

/// What could stand at `cursor` (in bytes).
pub fn complete(text: &str, cursor: usize, host: &dyn Host) -> Insertion {
    let Some(before) = text.get(..cursor) else { return Insertion::default() };
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let current = &before[line_start..];
    let body = current.trim_start_matches([' ', '-']);
    if current.contains('#') || body.len() < current.trim_start().len() && current.trim_start().starts_with("--") {
        return Insertion::default();
    }
    // The document around the cursor.
    let first = before[..line_start].rfind("\n---").map_or(0, |at| at + 4);
    let last = text[cursor..].find("\n---").map_or(text.len(), |at| cursor + at);
    let mut above: Vec<&str> = before[first..line_start.max(first)].lines().collect();
    let below: Vec<&str> = text[cursor..last].lines().skip(1).collect();
    let Some(line) = Line::read(&["apply".to_owned()], host) else { return Insertion::default() };
    let kind = kind_of(&above, &below, host);
    let indent = current.len() - body.len();
    let mut parts = parts(current);
    let mut path = path_of(&above, &mut parts, indent);
    if parts.iter().any(|part| matches!(part, Part::Element(_))) {
        // A new element has no fields yet.
        above.clear();
    }
    match body.split_once(':') {
        None => Insertion {
            start: cursor - body.len(),
            candidates: fields(kind, &path, &above, &below, indent, body, host.language()),
        },
        Some((key, value)) if value.is_empty() || value.starts_with(' ') => {
            let typed = value.trim_start();
            path.push(Step::Field(key.trim_matches('"').to_owned()));
            let mut candidates = values(&line, kind, &path, key, host);
            candidates.retain(|candidate| candidate.text.starts_with(typed));
            let gap = if value.is_empty() { " " } else { "" };
            candidates.iter_mut().for_each(|candidate| candidate.text.insert_str(0, gap));
            Insertion { start: cursor - typed.len(), candidates }
        }
        Some(_) => Insertion::default(),
    }
}

/// A step from an object's top to the cursor.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Field(String),
    Element,
}

fn parts(line: &str) -> Vec<Part<'_>> {
    let (mut parts, mut rest, mut at) = (Vec::new(), line, 0);
    loop {
        let blanks = rest.len() - rest.trim_start_matches(' ').len();
        (rest, at) = (&rest[blanks..], at + blanks);
        let Some(after) = rest.strip_prefix('-').filter(|after| after.is_empty() || after.starts_with(' ')) else {
            break;
        };
        parts.push(Part::Element(at));
        (rest, at) = (after, at + 1);
    }
    if !rest.is_empty() && !rest.starts_with('#') {
        let (key, value) = rest.split_once(':').unwrap_or((rest, ""));
        parts.push(Part::Key(at, key.trim_matches('"'), value.trim()));
    }
    parts
}

/// The way from the top to what stands at `indent` in the line that `own` are parts of.
fn path_of(above: &[&str], own: &mut Vec<Part<'_>>, indent: usize) -> Vec<Step> {
    own.retain(|part| matches!(part, Part::Element(_)));
    let (mut steps, mut limit, mut in_list) = (Vec::new(), indent, false);
    let lines = above.iter().map(|line| parts(line)).collect::<Vec<_>>();
    let all = lines.iter().flatten().chain(own.iter()).collect::<Vec<_>>();
    for part in all.into_iter().rev() {
        match part {
            Part::Element(at) if *at < limit => {
                steps.push(Step::Element);
                (limit, in_list) = (*at, true);
            }
            // The key of a list may stand as far left as its elements.
            Part::Key(at, key, value) if *at < limit || in_list && *at == limit && value.is_empty() => {
                steps.push(Step::Field((*key).to_owned()));
                (limit, in_list) = (*at, false);
            }
            _ => {}
        }
    }
    steps.reverse();
    steps
}

fn kind_of(above: &[&str], below: &[&str], host: &dyn Host) -> Option<&'static Kind> {
    let find = |name: &str| {
        let mut lines = above.iter().chain(below);
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap_or_default().trim()
    };
    let (version, name) = (find("apiVersion"), find("kind"));
    let kinds = host.kinds();
    let named = |kind: &&&'static Kind| kind.kind == name;
    let exact = kinds.iter().find(|kind| kind.kind == name && kind.api_version() == version);
    exact.or_else(|| kinds.iter().find(named)).copied()
}

/// The type at the end of a path.
fn type_at(kind: &'static Kind, path: &[Step]) -> Option<(&'static Type, Option<&'static Struct>)> {
    let mut ty = table().root(kind);
    let mut of = None;
    for step in path {
        ty = match (step, ty) {
            (Step::Field(name), Type::Struct(id)) => {
                of = Some(table().get(*id));
                &table().get(*id).field(name)?.ty
            }
            (Step::Field(_), Type::Map(inner)) | (Step::Element, Type::List(inner)) => inner,
            _ => return None,
        };
    }
    Some((ty, of))
}

fn fields(
    kind: Option<&'static Kind>,
    path: &[Step],
    above: &[&str],
    below: &[&str],
    indent: usize,
    typed: &str,
    language: Language,
) -> Vec<Candidate> {
    let used = siblings(above, below, indent);
    let Some(kind) = kind else {
        // What it will be is not known yet.
        let top = ["apiVersion", "kind", "metadata"].iter().filter(|name| path.is_empty() && !used.contains(**name));
        let all = top.map(|name| {
            Candidate::new(follow(name, name == &"metadata", "", indent), descriptions::of_field("*", name, language))
        });
        return all.filter(|candidate| candidate.text.starts_with(typed)).collect();
    };
    let Some((Type::Struct(id), _)) = type_at(kind, path) else { return Vec::new() };
    let of = table().get(*id);
    let wanted = |field: &&api::schema::Field| {
        let server = matches!(field.name, "status" | "managedFields") && path.len() < 2;
        field.name.starts_with(typed) && !used.contains(field.name) && !server
    };
    let candidate = |field: &api::schema::Field| {
        let (deep, dash) = match &field.ty {
            Type::Struct(_) | Type::Map(_) => (true, ""),
            Type::List(_) => (true, "- "),
            _ => (false, ""),
        };
        let about = descriptions::of_field(of.name, field.name, language);
        let about = if field.required { format!("● {about}") } else { about.to_owned() };
        Candidate { open: true, ..Candidate::new(follow(field.name, deep, dash, indent), about) }
    };
    let mut all: Vec<(bool, Candidate)> =
        of.fields.iter().filter(wanted).map(|f| (!f.required, candidate(f))).collect();
    api::sort_by_key(&mut all, |(optional, _)| *optional);
    all.into_iter().map(|(_, candidate)| candidate).collect()
}

/// A field and the beginning of what it holds.
fn follow(name: &str, deep: bool, dash: &str, indent: usize) -> String {
    if deep { format!("{name}:\n{}{dash}", " ".repeat(indent + 2)) } else { format!("{name}: ") }
}

/// Keys that stand beside the cursor already.
fn siblings(above: &[&str], below: &[&str], indent: usize) -> FlatSet<String> {
    let mut used = FlatSet::new();
    let mut take = |lines: &mut dyn Iterator<Item = &&str>, up: bool| {
        for line in lines {
            let parts = parts(line);
            // A line further left ends the mapping; so does the next element of the list that it is in.
            let element = parts.iter().any(|part| matches!(part, Part::Element(at) if *at < indent));
            let key =
                parts.iter().find_map(|part| if let Part::Key(at, key, _) = part { Some((*at, *key)) } else { None });
            match key {
                Some((at, key)) if at == indent && (up || !element) => _ = used.insert(key.to_owned()),
                Some((at, _)) if at < indent => return,
                _ => {}
            }
            if element {
                return;
            }
        }
    };
    take(&mut above.iter().rev(), true);
    take(&mut below.iter(), false);
    used
}

/// Fields that name another object.
static REFERENCES: &[(&str, &Kind)] = &[
    ("namespace", kind::NAMESPACE),
    ("serviceAccountName", kind::SERVICE_ACCOUNT),
    ("claimName", kind::PERSISTENT_VOLUME_CLAIM),
    ("secretName", kind::SECRET),
    ("storageClassName", kind::STORAGE_CLASS),
    ("ingressClassName", kind::INGRESS_CLASS),
    ("nodeName", kind::NODE),
];

fn values(line: &Line<'_>, of: Option<&'static Kind>, path: &[Step], key: &str, host: &dyn Host) -> Vec<Candidate> {
    let kinds = host.kinds();
    let language = host.language();
    match (path, key) {
        ([_], "kind") => {
            let about = |kind: &Kind| texts::kind(kind, language);
            return kinds.iter().map(|kind| Candidate::new(kind.kind, about(kind))).collect();
        }
        ([_], "apiVersion") => {
            let mut all: Vec<String> =
                kinds.iter().filter(|kind| of.is_none_or(|of| of.kind == kind.kind)).map(|k| k.api_version()).collect();
            api::sort(&mut all);
            all.dedup();
            return all.into_iter().map(|version| Candidate::new(version, "")).collect();
        }
        _ => {}
    }
    if let Some((_, kind)) = REFERENCES.iter().find(|(field, _)| *field == key) {
        return names(line, kind, language);
    }
    let Some((ty, _)) = of.and_then(|kind| type_at(kind, path)) else { return Vec::new() };
    match ty {
        Type::Bool => ["true", "false"].map(|word| Candidate::new(word, "")).into(),
        Type::String(name) => table().enumeration(name).iter().map(|word| Candidate::new(*word, "")).collect(),
        _ => Vec::new(),
    }
}
