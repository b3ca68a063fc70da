//! `kubectl edit`: an object in an editor, again and again until it is valid or given up.

use super::{BASE, FILES, OUTPUT, RECORD, SAVE_CONFIG, VALIDATE, manager};
use crate::command::Command;
use crate::cx::{Cx, with_kind};
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::print::{Format, list_of};
use crate::resource::{self, Choice, Info};
use api::patch::strategic_diff;
use api::{Value, json, yaml};
use apiserver::request::{PatchType, Verb};

static FLAGS: &[Flag] = &[
    flag("output-patch", Kind::Bool, "false"),
    flag("subresource", Kind::Text, ""),
    flag("windows-line-endings", Kind::Bool, "false"),
];

pub(crate) static EDIT: Command = Command {
    name: "edit",
    usage: "(RESOURCE/NAME | -f FILENAME)",
    flags: &[FLAGS, FILES, OUTPUT, VALIDATE, &[manager("kubectl-edit")], SAVE_CONFIG, RECORD],
    action: |cx| Box::pin(run(cx)),
    ..BASE
};

const HEADER: &str = "\
# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
";

/// What happened in one round.
#[derive(Default)]
struct Round {
    /// What was wrong, for the head of the file when it is opened again.
    reasons: Vec<(String, Vec<String>)>,
    not_found: bool,
    refused: bool,
}

async fn run(cx: &Cx<'_>) -> Outcome {
    if cx.args().is_empty() && crate::files::named(cx).is_empty() {
        return Err(resource::MISSING.into());
    }
    let as_json = matches!(cx.format()?, Format::Json);
    let (infos, failures) = resource::objects(cx, cx.args(), &Choice { bare_kind: true, ..Choice::of(cx) }).await?;
    Fail::all(failures)?;
    if infos.is_empty() {
        return Err("edit cancelled, no objects found".into());
    }
    let original = original(&infos, as_json);
    let mut text = format!("{}{original}", if as_json { "" } else { HEADER });
    let mut retrying = false;
    loop {
        let path = format!("/tmp/kubectl-edit-{}.{}", temporary_number(cx), if as_json { "json" } else { "yaml" });
        cx.host.write_file(&path, &text).map_err(|why| fail!("open {path}: {why}"))?;
        if let Err(why) = cx.host.edit(&path).await {
            // Nothing has been edited yet that could be lost.
            return if retrying { preserved(cx, &path, fail!("{why}")) } else { Err(fail!("{why}")) };
        }
        let edited = cx.host.read_file(&path).map_err(|why| fail!("open {path}: {why}"))?;
        if retrying && stripped(&edited) == stripped(&text) {
            return preserved(cx, &path, "Edit cancelled, no valid changes were saved.".into());
        }
        if stripped(&edited) == stripped(&original) {
            cx.warn("Edit cancelled, no changes made.");
            return Ok(());
        }
        if stripped(&edited).trim().is_empty() {
            cx.warn("Edit cancelled, saved file was empty.");
            return Ok(());
        }
        let mut round = Round::default();
        match read(&infos, &edited) {
            Ok(objects) => {
                for (info, object) in infos.iter().zip(&objects) {
                    save(cx, info, object, &mut round)?;
                }
            }
            Err(why) => {
                cx.warn(format_args!("error: {} {:?} is invalid", infos[0].kind.resource(), infos[0].name));
                round.reasons.push((why, Vec::new()));
            }
        }
        if round.refused {
            cx.warn(format_args!("You can run `kubectl replace -f {path}` to try this update again."));
            return Err(Fail::Exit(1));
        }
        if round.not_found {
            cx.warn(format_args!("The edits you made on deleted resources have been saved to {path:?}"));
            return Err(Fail::Exit(1));
        }
        if round.reasons.is_empty() {
            return Ok(());
        }
        retrying = true;
        text = format!("{}{}", header(&round.reasons), stripped(&edited));
    }
}

/// Digits for the temporary file's name.
fn temporary_number(cx: &Cx<'_>) -> u32 {
    (cx.host.now().0 as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_shr(32) as u32
}

fn original(infos: &[Info], as_json: bool) -> String {
    let mut objects: Vec<Value> = infos.iter().map(|info| shown(&info.object)).collect();
    let object = if objects.len() == 1 { objects.remove(0) } else { list_of(objects) };
    if as_json { format!("{}\n", json::to_string_pretty(&object)) } else { yaml::to_string(&object) }
}

fn shown(object: &Value) -> Value {
    let mut object = object.clone();
    object.remove("metadata.managedFields");
    object
}

/// Without comments and empty lines at the ends.
fn stripped(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with('#')).map(|line| format!("{line}\n")).collect()
}

fn header(reasons: &[(String, Vec<String>)]) -> String {
    let mut text = HEADER.to_owned();
    for (head, others) in reasons {
        text.push_str(&format!("# {}\n", head.replace('\n', "\n# ")));
        others.iter().for_each(|other| text.push_str(&format!("# * {other}\n")));
        text.push_str("#\n");
    }
    text
}

/// The edited objects, in the order of the original ones.
fn read(infos: &[Info], text: &str) -> Result<Vec<Value>, String> {
    let syntax = |why: String| format!("The edited file had a syntax error: {why}");
    let value = yaml::parse(text).map_err(|why| syntax(format!("error converting YAML to JSON: {why}")))?.value;
    if value.as_object().is_none() {
        return Err(syntax("the file holds no object".to_owned()));
    }
    let objects = match &value["items"] {
        Value::Array(items) if infos.len() > 1 => items.to_vec(),
        _ => vec![value],
    };
    if objects.len() != infos.len() {
        return Err(syntax(format!("{} objects were edited, the file holds {}", infos.len(), objects.len())));
    }
    Ok(objects)
}

/// Sends the changes of one object.
fn save(cx: &Cx<'_>, info: &Info, edited: &Value, round: &mut Round) -> Outcome {
    let before = shown(&info.object);
    let same = |field: &str| before[field] == edited[field];
    if !same("apiVersion") || !same("kind") || before.name() != edited.name() {
        cx.warn("error: At least one of apiVersion, kind and name was changed");
        round.reasons.push(("At least one of apiVersion, kind and name was changed".to_owned(), Vec::new()));
        return Ok(());
    }
    let patch = strategic_diff(info.kind, &before, edited);
    if patch.is_empty() {
        return cx.print_changed(info.kind, edited, "skipped");
    }
    if cx.flags.on("output-patch") {
        cx.say(format_args!("Patch: {}", json::to_string(&patch)));
    }
    let verb = Verb::Patch(PatchType::StrategicMerge);
    let request = cx.ask(verb, info.kind, &info.namespace, &info.name).with_subresource(cx.flags.text("subresource"));
    match cx.request(&request.with_body(patch)) {
        Ok(object) => cx.print_changed(info.kind, &with_kind(info.kind, &object), "edited"),
        Err(Fail::Status(status)) => {
            let resource = format!("{} {:?}", info.kind.resource(), info.name);
            match status.reason {
                "Invalid" => {
                    let causes = status.causes().map(|(field, message)| format!("{field}: {message}")).collect();
                    round.reasons.push((format!("{resource} was not valid:"), causes));
                    cx.warn(format_args!("error: {resource} is invalid"));
                }
                "NotFound" => {
                    round.not_found = true;
                    cx.warn(format_args!("error: {resource} could not be found on the server"));
                }
                _ => {
                    round.refused = true;
                    cx.warn(format_args!("error: {resource} could not be patched: {}", status.message));
                }
            }
            Ok(())
        }
        Err(fail) => Err(fail),
    }
}

/// What was edited is not lost.
fn preserved(cx: &Cx<'_>, path: &str, why: Fail) -> Outcome {
    cx.warn(format_args!("A copy of your changes has been stored to {path:?}"));
    Err(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_do_not_count() {
        assert_eq!(stripped("# a\na: 1\n  # b\nb: 2"), "a: 1\nb: 2\n");
        let text = header(&[("deployments.apps \"x\" was not valid:".to_owned(), vec!["spec: bad".to_owned()])]);
        assert!(text.ends_with("#\n# deployments.apps \"x\" was not valid:\n# * spec: bad\n#\n"));
    }
}
