//! Descriptions that are plain forms: what each line says is data (forms.txt).
//!
//! A line is text with fields in braces: `Replicas:~{status.replicas:int} current`. `{path:filter/default}` names a field,
//! how it is written, and what stands for one that is not set; `~` is a tab. A line that begins with `?path` is left out if
//! there is no such field, one with `*path` is written for each item of it. `@name` is written by a function.

use super::writer::{Writer, flag, joined, moment};
use super::{autoscaler, claims, controller, csr, ingress, job, network_policy, quota, rules, secret, template};
use crate::Host;
use crate::print::go_fmt;
use api::{Kind, Selector, Value, text};

static FORMS: &str = include_str!("forms.txt");

/// The form of a kind, if it has one.
pub fn of(kind: &Kind) -> Option<&'static str> {
    let group = text::or(kind.group, "core");
    FORMS.split("\n[").skip(1).find_map(|form| {
        let (kinds, lines) = form.split_once("]\n")?;
        kinds.split(' ').any(|name| name.split_once('/') == Some((group, kind.kind))).then_some(lines)
    })
}

/// Writes an object as its form says.
pub fn describe(w: &mut Writer, form: &str, object: &Value, host: &dyn Host) {
    for line in form.lines() {
        let text = line.trim_start_matches(' ');
        let level = (line.len() - text.len()) / 2;
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        if let Some(name) = word.strip_prefix('@') {
            part(w, name, rest, object, host);
        } else if let Some(path) = word.strip_prefix('?') {
            if is_set(object.at(path)) {
                w.line(level, filled(rest, object));
            }
        } else if let Some(path) = word.strip_prefix('*') {
            object.at(path).array().iter().for_each(|item| w.line(level, filled(rest, item)));
        } else {
            w.line(level, filled(text, object));
        }
    }
}

/// Whether there is such a field with anything in it.
fn is_set(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => !value.is_empty(),
        _ => true,
    }
}

/// The parts that functions write.
fn part(w: &mut Writer, name: &str, argument: &str, object: &Value, host: &dyn Host) {
    let spec = &object["spec"];
    match name {
        "name" => {
            w.field(0, "Name", object.name());
            w.field(0, "Namespace", object.namespace());
        }
        "label" => w.labels(0, "Labels", object.labels()),
        "annotations" => w.annotations(0, "Annotations", &object["metadata"]["annotations"]),
        "labels" => {
            w.labels(0, "Labels", object.labels());
            w.annotations(0, "Annotations", &object["metadata"]["annotations"]);
        }
        "created" => w.field(0, "CreationTimestamp", moment(&object["metadata"]["creationTimestamp"])),
        "controller" => w.field_if(0, "Controlled By", &controller::controlled_by(object)),
        "pods" => controller::pods_status(w, object, host),
        "conditions" => controller::conditions(w, object),
        "template" => template::describe(w, object.at(text::or(argument, "spec.template"))),
        "pull" => w.list(0, "Image pull secrets", object["imagePullSecrets"].array().iter().map(|s| s["name"].str())),
        "budget" if spec["minAvailable"].is_null() && spec["maxUnavailable"].is_null() => {}
        "budget" if spec["minAvailable"].is_null() => {
            w.field(0, "Max unavailable", text::int_or_string(&spec["maxUnavailable"]));
        }
        "budget" => w.field(0, "Min available", text::int_or_string(&spec["minAvailable"])),
        "claims" => claims::describe(w, spec["volumeClaimTemplates"].array()),
        "drivers" => claims::drivers(w, &spec["drivers"]),
        "metrics" => autoscaler::metrics(w, object),
        "behavior" => autoscaler::behavior(w, &spec["behavior"]),
        "duration" => job::duration(w, &object["status"]),
        "job" => job::statuses(w, object),
        "csr" => csr::describe(w, object),
        "limits" => quota::limit_range(w, object),
        "quota" => quota::quota(w, object),
        "policies" => quota::of_namespace(w, object, host),
        "data" => secret::data(w, object),
        "ingress" => ingress::describe(w, object, host),
        "traffic" => network_policy::describe(w, spec),
        "rules" => rules::describe(w, object),
        _ => {}
    }
}

/// A line's text with the fields filled in.
fn filled(line: &str, object: &Value) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, (field, after))) = rest.split_once('{').and_then(|(b, r)| Some((b, r.split_once('}')?))) {
        text.push_str(before);
        let (field, default) = field.split_once('/').unwrap_or((field, ""));
        let (path, filter) = field.split_once(':').unwrap_or((field, ""));
        text.push_str(&shown(object.at(path), filter, default));
        rest = after;
    }
    text.push_str(rest);
    text.replace('~', "\t")
}

fn shown(value: &Value, filter: &str, default: &str) -> String {
    let set = match filter {
        "int" => return value.int().to_string(),
        "labels" => return text::labels(value),
        "time" if value.is_null() && !default.is_empty() => String::new(),
        "time" => moment(value),
        // As Go prints a moment.
        "go" => moment_of_go(value),
        "selector" if value.is_null() => String::new(),
        "selector" => Selector::from_label_selector(value).to_string(),
        "seconds" if !value.is_null() => format!("{}s", value.int()),
        "bool" if value.is_null() => text::UNSET.to_owned(),
        "bool" => flag(value).to_owned(),
        "list" => joined(value, ", "),
        "names" => value.array().iter().map(|item| item["name"].str()).collect::<Vec<_>>().join(", "),
        _ if value.is_null() => String::new(),
        _ => go_fmt::plain(value),
    };
    text::or(&set, default).to_owned()
}

/// `2026-11-23 00:56:43 +0000 UTC`
fn moment_of_go(value: &Value) -> String {
    let moment = value.time().map_or_else(|| "0001-01-01T00:00:00Z".to_owned(), api::Time::rfc3339);
    moment.replace('T', " ").replace('Z', " +0000 UTC")
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{kind, list, obj};

    #[test]
    fn lines_are_filled_in() {
        let object =
            obj! { "a" => obj! { "n" => 3, "l" => list!["x", "y"], "b" => false }, "t" => "2026-11-23T00:56:43Z" };
        assert_eq!(filled("A:~{a.n} of {a.m:int}, {a.o/<none>} {a.l:list}", &object), "A:\t3 of 0, <none> x, y");
        assert_eq!(filled("{a.b:bool} {a.c:bool} {t:go} {", &object), "False <unset> 2026-11-23 00:56:43 +0000 UTC {");
    }

    #[test]
    fn forms_are_found_by_kind() {
        assert!(of(kind::ROLE).is_some_and(|form| form.ends_with("@rules")));
        assert!(of(kind::POD).is_none());
    }
}
