//! Whether all names of a program mean something: jq says so before it runs.

use super::eval::called;
use super::functions::is_known;
use super::ast::{Definition, Filter, Part, Pattern};

/// The names that are known at a place: `$x`, `f/1`, `*label`.
type Names = Vec<String>;

/// What is wrong with each name that means nothing.
pub(super) fn check(filter: &Filter, names: &mut Names, wrong: &mut Vec<String>) {
    let mark = names.len();
    match filter {
        Filter::Same | Filter::All | Filter::Literal(_) | Filter::List(None) => {}
        Filter::Text(_, parts) => {
            for part in parts {
                if let Part::Filled(filter) = part {
                    check(filter, names, wrong);
                }
            }
        }
        Filter::Each(a) | Filter::Negate(a) | Filter::List(Some(a)) | Filter::Try(a, None) => check(a, names, wrong),
        Filter::Index(a, b)
        | Filter::Pipe(a, b)
        | Filter::Both(a, b)
        | Filter::Binary(_, a, b)
        | Filter::Logic(_, a, b)
        | Filter::Otherwise(a, b)
        | Filter::Assign(_, a, b)
        | Filter::Try(a, Some(b)) => all(&[a, b], names, wrong),
        Filter::Slice(a, b, c) => {
            check(a, names, wrong);
            [b, c].into_iter().flatten().for_each(|filter| check(filter, names, wrong));
        }
        Filter::If(a, b, c) => all(&[a, b, c], names, wrong),
        Filter::Map(fields) => {
            for (key, value) in fields {
                all(&[key, value], names, wrong);
            }
        }
        Filter::Bind(source, patterns, body) => {
            check(source, names, wrong);
            patterns.iter().for_each(|pattern| bound(pattern, names, wrong));
            check(body, names, wrong);
        }
        Filter::Reduce(source, pattern, start, update) => {
            all(&[source, start], names, wrong);
            bound(pattern, names, wrong);
            check(update, names, wrong);
        }
        Filter::Foreach(source, pattern, start, update, extract) => {
            all(&[source, start], names, wrong);
            bound(pattern, names, wrong);
            check(update, names, wrong);
            extract.iter().for_each(|filter| check(filter, names, wrong));
        }
        Filter::Define(definition, rest) => {
            define(definition, names, wrong);
            check(rest, names, wrong);
        }
        Filter::Label(name, body) => {
            names.push(format!("*{name}"));
            check(body, names, wrong);
        }
        Filter::Break(name) => known(format!("*{name}"), format!("$*label-{name} is not defined"), names, wrong),
        Filter::Variable(name) if matches!(&**name, "ENV" | "__loc__" | "__prog_args") => {}
        Filter::Variable(name) => known(format!("${name}"), format!("${name} is not defined"), names, wrong),
        Filter::Call(name, arguments) => {
            let called = called(name, arguments.len());
            if !is_known(&called) {
                known(called.clone(), format!("{called} is not defined"), names, wrong);
            }
            arguments.iter().for_each(|argument| check(argument, names, wrong));
        }
        Filter::Format(name) => {
            let forms = ["text", "json", "csv", "tsv", "html", "uri", "sh", "base64", "base64d"];
            if !forms.contains(&&**name) {
                wrong.push(format!("{name} is not a valid format"));
            }
        }
    }
    names.truncate(mark);
}

fn all(filters: &[&Filter], names: &mut Names, wrong: &mut Vec<String>) {
    filters.iter().for_each(|filter| check(filter, names, wrong));
}

fn known(name: String, otherwise: String, names: &Names, wrong: &mut Vec<String>) {
    if !names.contains(&name) {
        wrong.push(otherwise);
    }
}

/// Adds a function's name, after its body has been looked at.
pub(super) fn define(definition: &Definition, names: &mut Names, wrong: &mut Vec<String>) {
    let own = called(&definition.name, definition.parameters.len());
    names.push(own);
    let mark = names.len();
    for parameter in &definition.parameters {
        let name = parameter.trim_start_matches('$');
        names.push(called(name, 0));
        if parameter.starts_with('$') {
            names.push(parameter.to_string());
        }
    }
    check(&definition.body, names, wrong);
    names.truncate(mark);
}

fn bound(pattern: &Pattern, names: &mut Names, wrong: &mut Vec<String>) {
    match pattern {
        Pattern::Name(name) => names.push(format!("${name}")),
        Pattern::List(items) => items.iter().for_each(|item| bound(item, names, wrong)),
        Pattern::Map(fields) => {
            for (name, key, pattern) in fields {
                check(key, names, wrong);
                names.extend(name.iter().map(|name| format!("${name}")));
                pattern.iter().for_each(|pattern| bound(pattern, names, wrong));
            }
        }
    }
}
