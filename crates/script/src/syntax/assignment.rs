//! Assignments, taken apart.

use super::{Assigned, Assignment, Part, Word, is_name};

/// The builtins whose arguments may be lists.
pub(super) const DECLARING: [&str; 5] = ["declare", "typeset", "local", "export", "readonly"];

/// `NAME=value`, `NAME+=value` or `NAME[index]=value`, taken apart.
pub(super) fn assignment(word: &Word) -> Option<Assignment> {
    let Some(Part::Literal(first)) = word.0.first() else { return None };
    let name = first.split(['=', '[', '+']).next().unwrap_or_default();
    if !is_name(name) {
        return None;
    }
    let mut rest = word.clone();
    rest.0[0] = Part::Literal(first[name.len()..].to_owned());
    let name = name.to_owned();
    if let Some((index, add, value)) = assigned_element(&rest) {
        return Some(Assignment { name, index: Some(index), add, value: Assigned::Text(value) });
    }
    let Some(Part::Literal(text)) = rest.0.first() else { return None };
    let (add, value) = match text.strip_prefix('=') {
        Some(value) => (false, value.to_owned()),
        None => (true, text.strip_prefix("+=")?.to_owned()),
    };
    let value = (!value.is_empty()).then_some(Part::Literal(value));
    let value = Word(value.into_iter().chain(rest.0[1..].iter().cloned()).collect());
    Some(Assignment { name, index: None, add, value: Assigned::Text(value) })
}

/// `[index]=value`, taken apart: the index, whether it is `+=`, the value.
pub(super) fn assigned_element(word: &Word) -> Option<(Word, bool, Word)> {
    let Some(Part::Literal(first)) = word.0.first() else { return None };
    if !first.starts_with('[') {
        return None;
    }
    let (mut index, mut value): (Vec<Part>, Option<Vec<Part>>) = (Vec::new(), None);
    let mut add = false;
    for (at, part) in word.0.iter().enumerate() {
        if let Some(value) = &mut value {
            value.push(part.clone());
            continue;
        }
        let Part::Literal(text) = part else {
            index.push(part.clone());
            continue;
        };
        let text = if at == 0 { &text[1..] } else { text.as_str() };
        let end = text.find("]=").or_else(|| text.find("]+="));
        let Some(end) = end else {
            index.push(Part::Literal(text.to_owned()));
            continue;
        };
        add = text[end..].starts_with("]+=");
        let after = &text[end + if add { 3 } else { 2 }..];
        if end > 0 {
            index.push(Part::Literal(text[..end].to_owned()));
        }
        value = Some((!after.is_empty()).then(|| Part::Literal(after.to_owned())).into_iter().collect());
    }
    Some((Word(index), add, Word(value?)))
}
