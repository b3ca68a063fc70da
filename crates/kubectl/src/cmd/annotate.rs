//! `kubectl annotate`, and what it shares with `kubectl label`.

use super::{ALL, ALL_NAMESPACES, BASE, DRY_RUN, FIELDS, FILES, OUTPUT, RECORD, SELECTOR, manager};
use crate::command::Command;
use crate::cx::{Cx, DryRun};
use crate::fail::{Fail, Outcome, fail};
use crate::resource::{self, Choice, Info};
use api::{Value, obj};
use apiserver::request::{PatchType, Verb};

pub(crate) static ANNOTATE: Command = Command {
    name: "annotate",
    usage: "[--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N",
    flags: &[
        super::label::FLAGS,
        FILES,
        OUTPUT,
        SELECTOR,
        FIELDS,
        ALL,
        ALL_NAMESPACES,
        DRY_RUN,
        &[manager("kubectl-annotate")],
        RECORD,
    ],
    action: |cx| Box::pin(change(cx, &ANNOTATIONS)),
    ..BASE
};

static ANNOTATIONS: Change = Change {
    what: "annotation",
    field: "annotations",
    check: |_, _| Ok(()),
    taken: |taken| {
        let each = taken.iter().map(|(key, old)| format!("'{key}' already has a value ({old})"));
        let list = each.collect::<Vec<_>>().join("; ");
        format!("--overwrite is false but found the following declared annotation(s): {list}")
    },
};

/// A map of the metadata that a command changes.
pub(super) struct Change {
    /// What one entry is called.
    pub what: &'static str,
    /// The map's name in the metadata.
    pub field: &'static str,
    /// Whether a value may be set.
    pub check: fn(&str, &str) -> Result<(), String>,
    /// The error about entries that are set already, with their values.
    pub taken: fn(&[(String, String)]) -> String,
}

/// What the arguments ask for.
#[derive(Debug, Default)]
struct Edits {
    set: Vec<(String, String)>,
    remove: Vec<String>,
}

/// Splits arguments into those that name objects and those that change something (`k=v`, `k-`).
///
/// # Errors
/// A change stands before the name of an object.
pub(crate) fn split<'a>(args: &'a [String], what: &str) -> Outcome<(&'a [String], &'a [String])> {
    let is_change = |arg: &String| {
        let key_value = arg.contains('=') && !arg.starts_with('=');
        key_value || (arg.ends_with('-') && arg.len() > 1)
    };
    let at = args.iter().position(is_change).unwrap_or(args.len());
    let (objects, changes) = args.split_at(at);
    match changes.iter().find(|arg| !is_change(arg)) {
        Some(stray) => Err(fail!("all resources must be specified before {what} changes: {stray}")),
        None => Ok((objects, changes)),
    }
}

fn edits(changes: &[String], change: &Change) -> Outcome<Edits> {
    let mut edits = Edits::default();
    for arg in changes {
        match arg.split_once('=') {
            Some((key, value)) => {
                (change.check)(key, value).map_err(Fail::Text)?;
                edits.set.push((key.to_owned(), value.to_owned()));
            }
            None => edits.remove.push(arg.trim_end_matches('-').to_owned()),
        }
    }
    let both: Vec<&str> =
        edits.set.iter().map(|(key, _)| key.as_str()).filter(|key| edits.remove.iter().any(|k| k == key)).collect();
    if !both.is_empty() {
        let what = match change.what {
            "annotation" => format!("the following annotation(s) in the same command: {}", both.join(", ")),
            _ => format!("{} in the same command", article(change)),
        };
        return Err(fail!("can not both modify and remove {what}"));
    }
    Ok(edits)
}

fn article(change: &Change) -> String {
    format!("{} {}", if change.what.starts_with('a') { "an" } else { "a" }, change.what)
}

/// Carries out `label` or `annotate`.
pub(super) async fn change(cx: &Cx<'_>, change: &'static Change) -> Outcome {
    let (objects, changes) = split(cx.args(), change.what)?;
    let list = cx.flags.on("list");
    let choice = Choice::of(cx);
    if objects.is_empty() && choice.files.is_empty() {
        return Err("one or more resources must be specified as <resource> <name> or <resource>/<name>".into());
    }
    if changes.is_empty() && !list {
        return Err(fail!("at least one {} update is required", change.what));
    }
    let edits = edits(changes, change)?;
    if cx.flags.on("local") && choice.files.is_empty() {
        let file = if change.what == "label" { ["pod.yaml", "pod.json"] } else { ["rsrc.yaml", "rsrc.json"] };
        return Err(fail!(
            "can only use local files by -f {} or --filename={} when --local=true is set",
            file[0],
            file[1]
        ));
    }
    let (infos, mut failures) = resource::objects(cx, objects, &choice).await?;
    for info in &infos {
        if let Err(fail) = apply(cx, info, &edits, change) {
            failures.push(fail);
        }
    }
    Fail::all(failures)
}

fn apply(cx: &Cx<'_>, info: &Info, edits: &Edits, change: &Change) -> Outcome {
    let old = &info.object["metadata"][change.field];
    if cx.flags.on("list") {
        old.entries().for_each(|(k, v)| cx.say(format_args!("{k}={}", v.str())));
        return Ok(());
    }
    let taken: Vec<(String, String)> = edits
        .set
        .iter()
        .filter_map(|(key, new)| Some((key, new, old[key.as_str()].as_str()?)))
        // To set a label to what it is already is no change; an annotation must not be set twice at all.
        .filter(|(_, new, had)| change.what == "annotation" || new != had)
        .map(|(key, _, had)| (key.clone(), had.to_owned()))
        .collect();
    if !taken.is_empty() && !cx.flags.on("overwrite") {
        return Err(Fail::Text((change.taken)(&taken)));
    }
    let mut fields = Value::object();
    for (key, value) in &edits.set {
        fields.object_mut().insert(key.as_str(), value.as_str().into());
    }
    for key in &edits.remove {
        if change.what == "label" && old[key.as_str()].is_null() {
            cx.say(format_args!("label {key:?} not found."));
        }
        fields.object_mut().insert(key.as_str(), Value::Null);
    }
    let differs = fields.entries().any(|(key, new)| &old[key.as_str()] != new);
    let mut object = info.object.clone();
    let version = cx.flags.text("resource-version");
    let mut metadata = obj! { change.field => fields.clone() };
    if !version.is_empty() {
        metadata.set("resourceVersion", version);
    }
    if differs && cx.dry_run()? != DryRun::Client && !cx.flags.on("local") {
        let body = obj! { "metadata" => metadata };
        let request = cx.ask(Verb::Patch(PatchType::Merge), info.kind, &info.namespace, &info.name).with_body(body);
        object = cx.request(&request)?;
    } else {
        object = api::patch::merge_patch(&object, &obj! { "metadata" => metadata });
    }
    cx.print_changed(info.kind, &object, done(change, edits, differs))
}

/// What has been done: labels say whether anything changed, annotations do not.
fn done(change: &Change, edits: &Edits, differs: bool) -> &'static str {
    match change.what {
        "annotation" => "annotated",
        _ if !differs => "not labeled",
        _ if edits.set.is_empty() => "unlabeled",
        _ => "labeled",
    }
}
