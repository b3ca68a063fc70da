//! `kubectl patch`

use super::{BASE, DRY_RUN, FILES, OUTPUT, RECORD, manager};
use crate::command::Command;
use crate::cx::{Cx, DryRun};
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::resource::{self, Choice, Info};
use api::{Status, Value, json, yaml};
use apiserver::request::{PatchType, Verb};

static FLAGS: &[Flag] = &[
    flag("patch", Kind::Text, "").short('p'),
    flag("patch-file", Kind::Text, ""),
    flag("type", Kind::Text, "strategic"),
    flag("local", Kind::Bool, "false"),
    flag("subresource", Kind::Text, ""),
];

pub(crate) static PATCH: Command = Command {
    name: "patch",
    usage: "(-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE]",
    flags: &[FLAGS, FILES, OUTPUT, DRY_RUN, &[manager("kubectl-patch")], RECORD],
    action: |cx| Box::pin(run(cx)),
    ..BASE
};

async fn run(cx: &Cx<'_>) -> Outcome {
    let type_ = match cx.flags.text("type") {
        "json" => PatchType::Json,
        "merge" => PatchType::Merge,
        "strategic" => PatchType::StrategicMerge,
        other => return Err(fail!("--type must be one of [json merge strategic], not {other:?}")),
    };
    let text = match (cx.flags.text("patch"), cx.flags.text("patch-file")) {
        ("", "") => return Err("must specify --patch or --patch-file containing the contents of the patch".into()),
        ("", path) => cx.host.read_file(path).map_err(|why| fail!("unable to read patch file: open {path}: {why}"))?,
        (text, "") => text.to_owned(),
        _ => return Err("cannot specify --patch and --patch-file together".into()),
    };
    let body = read(&text)?;
    if cx.flags.on("local") && !cx.args().is_empty() {
        return Err("cannot specify --local and server resources".into());
    }
    // The subresource is what is patched; the object itself is what is chosen.
    let choice = Choice { subresource: String::new(), ..Choice::of(cx) };
    let (infos, mut failures) = resource::objects(cx, cx.args(), &choice).await?;
    if infos.is_empty() && failures.is_empty() {
        return Err("no objects passed to patch".into());
    }
    for info in &infos {
        if let Err(fail) = patch(cx, info, type_, &body) {
            failures.push(fail);
        }
    }
    Fail::all(failures)
}

/// The patch as a value. What is neither JSON nor YAML is sent all the same, and the server refuses it; so that its words
/// are those of a JSON decoder.
fn read(text: &str) -> Outcome<Value> {
    let trimmed = text.trim_start();
    match yaml::parse(text) {
        Ok(document) if !document.value.is_null() => Ok(document.value),
        Ok(_) => Err(Fail::Status(Status::bad_request("unexpected end of JSON input"))),
        Err(_) if trimmed.starts_with(['{', '[']) => Err(Fail::Status(Status::bad_request(go_json_error(trimmed)))),
        Err(why) => Err(fail!("unable to parse {text:?}: {why}")),
    }
}

/// What Go's encoding/json says about text that is not JSON.
fn go_json_error(text: &str) -> String {
    let bytes = text.as_bytes();
    let skip = |at: usize| at + bytes[at..].iter().take_while(|c| c.is_ascii_whitespace()).count();
    let start = skip(1);
    match bytes.get(start) {
        None => "unexpected end of JSON input".to_owned(),
        Some(b'"') if json::parse(text).is_err() => "unexpected end of JSON input".to_owned(),
        Some(c) if text.starts_with('{') => {
            format!("invalid character '{}' looking for beginning of object key string", *c as char)
        }
        Some(c) => format!("invalid character '{}' looking for beginning of value", *c as char),
    }
}

fn patch(cx: &Cx<'_>, info: &Info, type_: PatchType, body: &Value) -> Outcome {
    let mut before = info.object.clone();
    let object = if cx.flags.on("local") || cx.dry_run()? == DryRun::Client {
        patched(info.kind, &info.object, type_, body)?
    } else {
        let mut request = cx.ask(Verb::Patch(type_), info.kind, &info.namespace, &info.name).with_body(body.clone());
        request.verb = Verb::Patch(type_);
        if !cx.flags.text("subresource").is_empty() {
            let now = cx.ask(Verb::Get, info.kind, &info.namespace, &info.name);
            before = cx.request(&now.with_subresource(cx.flags.text("subresource")))?;
        }
        cx.request(&request.with_subresource(cx.flags.text("subresource")))
            .map_err(|fail| unsupported(fail, info.kind, type_))?
    };
    // Who manages a field may be noted anew, which is no change.
    let plain = |object: &Value| {
        let mut object = object.clone();
        object.remove("metadata.managedFields");
        object
    };
    let same = plain(&object) == plain(&before);
    cx.print_done(info.kind, &object, if same { "patched (no change)" } else { "patched" })
}

/// An object after a patch that the server does not see (k8s.io/kubectl/pkg/cmd/patch, `getPatchedJSON`).
pub(super) fn patched(kind: &api::Kind, object: &Value, type_: PatchType, patch: &Value) -> Outcome<Value> {
    match type_ {
        PatchType::Json => operated(object.clone(), patch),
        PatchType::StrategicMerge if kind.is_custom() => Err(fail!(
            "strategic merge patch is not supported for {}, Kind={} locally, try --type merge",
            kind.api_version(),
            kind.kind
        )),
        PatchType::StrategicMerge => {
            api::patch::strategic_merge(kind, object, patch).map_err(|status| fail!("{}", status.message))
        }
        PatchType::Merge | PatchType::Apply => Ok(api::patch::merge_patch(object, patch)),
    }
}

/// An object after the operations of a JSON patch, one after the other.
fn operated(mut object: Value, patch: &Value) -> Outcome<Value> {
    if patch.as_object().is_some() {
        return Err("json: cannot unmarshal object into Go value of type jsonpatch.Patch".into());
    }
    for operation in patch.array() {
        api::patch::operate(&mut object, operation).map_err(|why| match why.split_once("doc is missing key: ") {
            Some((_, key)) => fail!("Object to be patched is missing field ({key})"),
            None => fail!("{why}"),
        })?;
    }
    Ok(object)
}

/// A kind may refuse a format of patches: kubectl says which, and of which kind.
fn unsupported(fail: Fail, kind: &api::Kind, type_: PatchType) -> Fail {
    let Fail::Status(Status { code: 415, message, .. }) = fail else { return fail };
    let format = match type_ {
        PatchType::Json => "json-patch+json",
        PatchType::Merge => "merge-patch+json",
        PatchType::StrategicMerge => "strategic-merge-patch+json",
        PatchType::Apply => "apply-patch+yaml",
    };
    fail!("application/{format} is not supported by {}, Kind={}: {message}", kind.api_version(), kind.kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_json_is_refused_in_gos_words() {
        assert_eq!(
            read("{bad").unwrap_err().message(),
            "invalid character 'b' looking for beginning of object key string"
        );
        assert_eq!(read("spec: {replicas: 2}").unwrap()["spec"]["replicas"].int(), 2);
        assert_eq!(read("{").unwrap_err().message(), "unexpected end of JSON input");
    }
}
