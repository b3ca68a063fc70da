//! Fields of objects at the end of a path: `{.items[*].metadata.na`, `.spec.`, `pod.spec.containers.`.
//!
//! What there may be comes from the schema, keys of maps (labels, annotations) and of kinds without a schema from the objects.

use super::Candidate;
use crate::descriptions;
use api::schema::{Struct, Type, table};
use api::{Kind, Language, Value};

/// Where a path begins.
#[derive(Clone, Copy)]
pub struct Root<'a> {
    /// The kind of the objects.
    pub kind: &'static Kind,
    /// Whether it begins at the list of them.
    pub list: bool,
    /// The objects that there are.
    pub objects: &'a [Value],
    /// In which language fields are explained.
    pub language: Language,
}

/// One step of a path.
#[derive(Debug, PartialEq)]
enum Step {
    Field(String),
    Element,
}

/// Where a path is, while it goes from a list to an object.
#[derive(Clone, Copy, PartialEq)]
enum Level {
    List,
    Items,
    Object,
}

/// What stands at a place: its type as far as the schema knows, and what is there in each object.
struct Place<'a> {
    level: Level,
    ty: Option<&'a Type>,
    found: Vec<&'a Value>,
    language: Language,
}

/// The candidates for the end of a template's text, which comes after `jsonpath=`.
pub fn template(text: &str, root: Root<'_>) -> Vec<Candidate> {
    if text.is_empty() {
        let whole = if root.list { "{.items[*]." } else { "{." };
        return vec![Candidate::new(whole, root.kind.kind)];
    }
    let Some(open) = text.rfind('{').filter(|open| !text[*open..].contains('}')) else { return Vec::new() };
    let (before, inside) = text.split_at(open + 1);
    let range = inside.strip_prefix("range ");
    let shown = before.len() + inside.len() - range.unwrap_or(inside).len();
    let scopes = scopes(before, root);
    fields(range.unwrap_or(inside), scopes).into_iter().map(|c| c.after(&text[..shown])).collect()
}

/// Where paths begin after the open ranges of a template.
fn scopes<'a>(before: &str, root: Root<'a>) -> Place<'a> {
    let mut open = vec![String::new()];
    for action in before.split('{').skip(1).filter_map(|part| part.split('}').next()) {
        match action.trim().strip_prefix("range ") {
            Some(path) => open.push(path.trim().to_owned()),
            None if action.trim() == "end" && open.len() > 1 => _ = open.pop(),
            None => {}
        }
    }
    open.iter().filter(|path| !path.is_empty()).fold(start(root), |place, path| {
        // A range goes over the elements of a list.
        let (steps, last) = steps(path).unwrap_or_default();
        let last = if last.is_empty() { None } else { Some(Step::Field(last.to_owned())) };
        let place = steps.into_iter().chain(last).fold(place, Place::step);
        if matches!(place.ty, Some(Type::List(_))) || place.level == Level::Items {
            place.step(Step::Element)
        } else {
            place
        }
    })
}

/// The candidates for a path that begins at the objects of a kind: `.metadata.na`, with the part before kept.
pub fn path(text: &str, root: Root<'_>) -> Vec<Candidate> {
    match text {
        "" => vec![Candidate::new(".", root.kind.kind)],
        text => fields(text, start(root)),
    }
}

fn start(root: Root<'_>) -> Place<'_> {
    let level = if root.list { Level::List } else { Level::Object };
    Place { level, ty: Some(table().root(root.kind)), found: root.objects.iter().collect(), language: root.language }
}

fn fields(text: &str, place: Place<'_>) -> Vec<Candidate> {
    let mut place = place;
    let mut text_from = 0;
    // Inside a filter, paths begin at the element.
    if let Some(filter) = text.rfind("[?(").filter(|at| !text[*at..].contains(']')) {
        let Some((steps, _)) = steps(&format!("{}[*].", &text[..filter])) else { return Vec::new() };
        place = steps.into_iter().fold(place, Place::step);
        let Some(at) = text[filter..].rfind('@') else {
            return vec![Candidate::new("@.", "").after(&text[..filter + 3])];
        };
        text_from = filter + at + 1;
    }
    let inner = &text[text_from..];
    let inner = inner.strip_prefix('$').unwrap_or(inner);
    let Some((steps, last)) = steps(inner) else { return Vec::new() };
    let before = &text[..text.len() - last.len()];
    if !before.ends_with('.') {
        return Vec::new();
    }
    let place = steps.into_iter().fold(place, Place::step);
    let all = place.fields().into_iter().filter(|candidate| candidate.text.starts_with(last));
    all.map(|candidate| candidate.after(before)).collect()
}

/// The steps of a path, and the name at its end that is not complete; none if it is no simple path.
fn steps(path: &str) -> Option<(Vec<Step>, &str)> {
    let (mut steps, mut rest) = (Vec::new(), path.trim_start());
    loop {
        if let Some(inner) = rest.strip_prefix('[') {
            let end = inner.find(']')?;
            let inside = inner[..end].trim_matches(|c| c == '\'' || c == '"');
            let quoted = inside.len() < end;
            steps.push(if quoted { Step::Field(inside.to_owned()) } else { Step::Element });
            rest = &inner[end + 1..];
            continue;
        }
        rest = rest.strip_prefix('.').unwrap_or(rest);
        if rest.starts_with('.') {
            return None;
        }
        let mut escaped = false;
        let end = rest.find(|c| {
            let stop = matches!(c, '.' | '[') && !escaped;
            escaped = c == '\\';
            stop
        });
        let Some(end) = end else { return Some((steps, rest)) };
        if end > 0 {
            let name = rest[..end].replace("\\.", ".");
            steps.push(if name == "*" { Step::Element } else { Step::Field(name) });
        }
        rest = &rest[end..];
    }
}

impl<'a> Place<'a> {
    fn step(self, step: Step) -> Place<'a> {
        let of_struct = |ty: Option<&'a Type>| match ty {
            Some(Type::Struct(id)) => Some(table().get(*id)),
            _ => None,
        };
        match step {
            Step::Element if self.level == Level::Items => Place { level: Level::Object, ..self },
            Step::Field(name) if self.level == Level::List && name == "items" => Place { level: Level::Items, ..self },
            _ if self.level != Level::Object => Place { ty: None, found: Vec::new(), ..self },
            Step::Field(name) => {
                let ty = match self.ty {
                    Some(Type::Map(inner)) => Some(&**inner),
                    ty => of_struct(ty).and_then(|of| of.field(&name)).map(|field| &field.ty),
                };
                let found = self.found.into_iter().map(|value| &value[name.as_str()]).filter(|value| !value.is_null());
                Place { level: Level::Object, ty, found: found.collect(), language: self.language }
            }
            Step::Element => {
                let ty = match self.ty {
                    Some(Type::List(inner) | Type::Map(inner)) => Some(&**inner),
                    _ => None,
                };
                let found = self.found.into_iter().flat_map(|value| value.array()).collect();
                Place { level: Level::Object, ty, found, language: self.language }
            }
        }
    }

    /// The fields of what stands here, by the schema, and keys that objects have.
    fn fields(&self) -> Vec<Candidate> {
        match self.level {
            Level::List => return vec![Candidate::new("items[*].", "")],
            Level::Items => return Vec::new(),
            Level::Object => {}
        }
        let mut all = match self.ty {
            Some(Type::Struct(id)) => of_struct(table().get(*id), self.language),
            _ => Vec::new(),
        };
        let mut keys = api::FlatSet::new();
        for (key, value) in self.found.iter().flat_map(|value| value.entries()) {
            if all.iter().any(|c| c.text.trim_end_matches(['.', '[', '*', ']']) == key.as_str())
                || !keys.insert(key.clone())
            {
                continue;
            }
            let text = key.replace('.', "\\.");
            let about = if value.as_str().is_some() { value.str().to_owned() } else { String::new() };
            all.push(Candidate::new(format!("{text}{}", going_on(value)), about));
        }
        all
    }
}

fn going_on(value: &Value) -> &'static str {
    match value {
        Value::Object(_) => ".",
        Value::Array(items) if matches!(items.first(), Some(Value::Object(_))) => "[*].",
        Value::Array(_) => "[*]",
        _ => "",
    }
}

fn of_struct(of: &Struct, language: Language) -> Vec<Candidate> {
    let field = |field: &api::schema::Field| {
        let more = match &field.ty {
            Type::Struct(_) | Type::Map(_) => ".",
            Type::List(inner) if matches!(**inner, Type::Struct(_)) => "[*].",
            Type::List(_) => "[*]",
            _ => "",
        };
        let about = descriptions::of_field(of.name, field.name, language);
        Candidate { open: true, ..Candidate::new(format!("{}{more}", field.name), about) }
    };
    of.fields.iter().map(field).collect()
}

/// The fields below a path as `kubectl explain` takes it: `spec.containers.na`, after the kind.
pub fn explained(kind: &'static Kind, path: &str, language: Language) -> Vec<Candidate> {
    let (before, _) = path.rsplit_once('.').unwrap_or(("", path));
    let mut ty = table().root(kind);
    for name in before.split('.').filter(|name| !name.is_empty()) {
        let Some(next) = inner_struct(ty).and_then(|of| of.field(name)) else { return Vec::new() };
        ty = &next.ty;
    }
    let Some(of) = inner_struct(ty) else { return Vec::new() };
    let before = if before.is_empty() { String::new() } else { format!("{before}.") };
    let field = |field: &api::schema::Field| {
        let candidate = Candidate::new(field.name, descriptions::of_field(of.name, field.name, language));
        Candidate { open: inner_struct(&field.ty).is_some(), ..candidate }.after(&before)
    };
    of.fields.iter().map(field).collect()
}

fn inner_struct(ty: &Type) -> Option<&'static Struct> {
    match ty {
        Type::Struct(id) => Some(table().get(*id)),
        Type::List(inner) | Type::Map(inner) => inner_struct(inner),
        _ => None,
    }
}
