//! `kubectl diff`: what `apply` would change.

use super::{BASE, FILES, SELECTOR};
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Fail, Outcome, fail};
use crate::files::{self, Manifest};
use crate::flags::{Flag, Kind, flag};
use api::patch::three_way_strategic;
use api::{Value, json, kind, yaml};
use apiserver::request::{PatchType, Request, Verb};

static FLAGS: &[Flag] = &[
    flag("concurrency", Kind::Int, "1"),
    flag("field-manager", Kind::Text, "kubectl-client-side-apply"),
    flag("force-conflicts", Kind::Bool, "false"),
    flag("prune", Kind::Bool, "false"),
    flag("prune-allowlist", Kind::Repeated, ""),
    flag("server-side", Kind::Bool, "false"),
    flag("show-secrets", Kind::Bool, "false"),
    flag("show-managed-fields", Kind::Bool, "false"),
];

pub(crate) static DIFF: Command = Command {
    name: "diff",
    usage: "-f FILENAME",
    flags: &[FLAGS, FILES, SELECTOR],
    misused: 2,
    action: |cx| Box::pin(run(cx)),
    ..BASE
};

/// The name of an object's file, and the object as it is and as it would be; empty where there is none.
type Pair = (String, String, String);

/// Exit status 1 means that there are differences; what goes wrong has a greater one.
async fn run(cx: &Cx<'_>) -> Outcome {
    let wrong = |fail: Fail| {
        fail.report(cx.host);
        Fail::Exit(2)
    };
    if !cx.args().is_empty() {
        return Err(wrong(crate::command::usage_error(
            &cx.path,
            format_args!("Unexpected args: [{}]", cx.args().join(" ")),
        )));
    }
    let sources = files::named(cx);
    if sources.is_empty() {
        return Err(wrong("must specify one of -f and -k".into()));
    }
    if cx.flags.on("force-conflicts") && !cx.flags.on("server-side") {
        return Err(wrong("--force-conflicts only works with --server-side".into()));
    }
    if cx.flags.on("prune") {
        super::prune::kinds(cx).map_err(wrong)?;
    }
    let (manifests, failures) = files::read(cx, &sources, cx.flags.on("recursive")).await.map_err(wrong)?;
    Fail::all(failures).map_err(wrong)?;
    let mut pairs = Vec::new();
    let (mut seen, mut namespaces) = (Vec::new(), Vec::new());
    for manifest in &manifests {
        pairs.push(compare(cx, manifest, &mut seen).map_err(wrong)?);
        if !namespaces.contains(&manifest.namespace) {
            namespaces.push(manifest.namespace.clone());
        }
    }
    if cx.flags.on("prune") {
        for (kind, object) in super::prune::left_over(cx, &seen, &namespaces).map_err(wrong)? {
            let object = crate::cx::with_kind(kind, &object);
            pairs.push((file(&object, kind, object.namespace()), text(cx, &object), String::new()));
        }
    }
    // The texts lie in two folders, which `diff` goes through by name.
    api::sort_by(&mut pairs, |a, b| a.0.cmp(&b.0));
    let number = cx.host.now().0.unsigned_abs() % 4_000_000_000;
    let (live, merged) = (format!("/tmp/LIVE-{number}"), format!("/tmp/MERGED-{}", number / 2 + 1));
    if let Some(program) = cx.host.env("KUBECTL_EXTERNAL_DIFF").filter(|program| !program.is_empty()) {
        let differ = external(cx, &program, live, merged, &pairs).await.map_err(wrong)?;
        return if differ { Err(Fail::Exit(1)) } else { Ok(()) };
    }
    let mut differ = false;
    for (file, old, new) in &pairs {
        differ |= show(cx, &format!("{live}/{file}"), &format!("{merged}/{file}"), old, new);
    }
    if differ { Err(Fail::Exit(1)) } else { Ok(()) }
}

/// Has a program of the user's compare the folders, in which each object has a file (k8s.io/kubectl/pkg/cmd/diff/diff.go,
/// `DiffProgram`); whether it says that they differ. Of its flags those count that are letters, digits, `-` and `=`; they come after the folders.
async fn external(cx: &Cx<'_>, program: &str, live: String, merged: String, pairs: &[Pair]) -> Outcome<bool> {
    let mut words = program.split(' ');
    let name = words.next().unwrap_or_default();
    if !cx.host.is_program(name) {
        return Err(fail!("failed to run {name:?}: executable file not found in $PATH"));
    }
    for folder in [&live, &merged] {
        cx.host.make_dir(folder)?;
    }
    for (file, old, new) in pairs {
        cx.host.write_file(&format!("{live}/{file}"), old)?;
        // What would be pruned has no file there.
        if !new.is_empty() {
            cx.host.write_file(&format!("{merged}/{file}"), new)?;
        }
    }
    let plain = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"-=".contains(&b));
    let folders = [live, merged];
    let arguments = folders.iter().cloned().chain(words.filter(plain).map(str::to_owned)).collect();
    let status = cx.host.plugin(name, arguments).await;
    folders.iter().for_each(|folder| cx.host.remove_dir(folder));
    match status {
        0 | 1 => Ok(status == 1),
        _ => Err(fail!("failed to run {name:?}: exit status {status}")),
    }
}

/// The name of an object's file.
fn file(object: &Value, kind: &api::Kind, namespace: &str) -> String {
    format!("{}.{}.{namespace}.{}", object["apiVersion"].str().replace('/', "."), kind.kind, object.name())
}

/// Prints how two texts differ; whether they do.
fn show(cx: &Cx<'_>, live: &str, merged: &str, old: &str, new: &str) -> bool {
    if old == new {
        return false;
    }
    let time = cx.host.now().rfc3339_micros().replace('T', " ").replace('Z', "000 +0000");
    cx.say(format_args!("diff -u -N {live} {merged}\n--- {live}\t{time}\n+++ {merged}\t{time}"));
    cx.host.stdout(&hunks(old, new));
    true
}

/// The object of a manifest as it is (null if it is not there), and the request that applies the manifest, as a dry run.
///
/// # Errors
/// The server does not let it be read.
pub(crate) fn dry_run(cx: &Cx<'_>, manifest: &Manifest) -> Outcome<(Value, Request)> {
    let name = manifest.object.name();
    let live = match cx.get(manifest.kind, &manifest.namespace, name) {
        Ok(object) => object,
        Err(fail) if fail.is_not_found() => Value::Null,
        Err(fail) => return Err(fail),
    };
    let mut request = match live.is_null() {
        true => cx.ask(Verb::Create, manifest.kind, &manifest.namespace, "").with_body(manifest.object.clone()),
        false => {
            let mut modified = manifest.object.clone();
            let last = live.annotation(super::create::LAST_APPLIED).to_owned();
            if !last.is_empty() {
                // The annotation itself is not what one wants to compare.
                modified.annotate(super::create::LAST_APPLIED, last.as_str());
            }
            let original = json::parse(&last).unwrap_or_default();
            let patch = three_way_strategic(manifest.kind, &original, &modified, &live);
            cx.ask(Verb::Patch(PatchType::StrategicMerge), manifest.kind, &manifest.namespace, name).with_body(patch)
        }
    };
    request.options.dry_run = true;
    Ok((live, request))
}

/// What applying a manifest would do.
fn compare(cx: &Cx<'_>, manifest: &Manifest, seen: &mut Vec<String>) -> Outcome<Pair> {
    let (mut live, mut request) = dry_run(cx, manifest)?;
    if cx.flags.on("server-side") {
        let verb = Verb::Patch(PatchType::Apply);
        request =
            cx.ask(verb, manifest.kind, &manifest.namespace, manifest.object.name()).with_body(manifest.object.clone());
        request.options.force = cx.flags.on("force-conflicts");
        request.options.dry_run = true;
        if !cx.flags.has("field-manager") {
            request.options.field_manager = "kubectl".into();
        }
    }
    seen.push(live.uid().to_owned());
    let mut merged = cx.request(&request)?;
    if manifest.kind == kind::SECRET && !cx.flags.on("show-secrets") {
        mask(&mut live, &mut merged);
    }
    Ok((file(&manifest.object, manifest.kind, &manifest.namespace), text(cx, &live), text(cx, &merged)))
}

/// Puts stars in the place of what Secrets hold; of values that differ they say so
/// (k8s.io/kubectl/pkg/cmd/diff/diff.go, `Masker`).
fn mask(before: &mut Value, after: &mut Value) {
    let (old, new) = (before["data"].clone(), after["data"].clone());
    for (object, own, other, changed) in [(before, &old, &new, "*** (before)"), (after, &new, &old, "*** (after)")] {
        for (key, value) in own.entries() {
            let differs = !other[key].is_null() && other[key] != *value;
            object.at_mut("data").object_mut().insert(key, if differs { changed } else { "***" }.into());
        }
    }
}

fn text(cx: &Cx<'_>, object: &Value) -> String {
    if object.is_null() {
        return String::new();
    }
    let mut object = object.clone();
    if !cx.flags.on("show-managed-fields") {
        object.remove("metadata.managedFields");
    }
    yaml::to_string(&object)
}

/// Lines of context around a change.
const CONTEXT: usize = 3;

#[derive(Clone, Copy, PartialEq)]
enum Edit {
    Keep,
    Remove,
    Add,
}

/// The unified diff of two texts, without its head.
pub(crate) fn hunks(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let edits = edits(&old, &new);
    let changed: Vec<usize> = (0..edits.len()).filter(|i| edits[*i].0 != Edit::Keep).collect();
    let mut text = String::new();
    let mut at = 0;
    while at < changed.len() {
        let mut last = at;
        while last + 1 < changed.len() && changed[last + 1] - changed[last] <= 2 * CONTEXT + 1 {
            last += 1;
        }
        let start = changed[at].saturating_sub(CONTEXT);
        let end = (changed[last] + CONTEXT + 1).min(edits.len());
        text.push_str(&hunk(&edits, start, end));
        at = last + 1;
    }
    text
}

fn hunk(edits: &[(Edit, &str)], start: usize, end: usize) -> String {
    let count = |range: &[(Edit, &str)], not: Edit| range.iter().filter(|(e, _)| *e != not).count();
    let range = |not: Edit| {
        let (before, length) = (count(&edits[..start], not), count(&edits[start..end], not));
        match length {
            0 => format!("{before},0"),
            1 => format!("{}", before + 1),
            _ => format!("{},{length}", before + 1),
        }
    };
    let mut text = format!("@@ -{} +{} @@\n", range(Edit::Add), range(Edit::Remove));
    for (edit, line) in &edits[start..end] {
        let sign = match edit {
            Edit::Keep => ' ',
            Edit::Remove => '-',
            Edit::Add => '+',
        };
        text.push_str(&format!("{sign}{line}\n"));
    }
    text
}

/// Between lists of lines whose lengths multiplied are more than this no shortest way is looked for.
const MOST: usize = 4_000_000;

/// The shortest way from one list of lines to the other, removals before additions.
fn edits<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(Edit, &'a str)> {
    // Mostly the beginnings and the ends are the same.
    let first = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old, new, begin) = (&old[first..], &new[first..], &old[..first]);
    let last = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old, end) = old.split_at(old.len() - last);
    let kept = |lines: &[&'a str]| lines.iter().map(|line| (Edit::Keep, *line)).collect::<Vec<_>>();
    [kept(begin), between(old, &new[..new.len() - last]), kept(end)].concat()
}

fn between<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(Edit, &'a str)> {
    let (rows, columns) = (old.len(), new.len());
    if rows.saturating_mul(columns) > MOST {
        let (gone, come) = (old.iter().map(|line| (Edit::Remove, *line)), new.iter().map(|line| (Edit::Add, *line)));
        return gone.chain(come).collect();
    }
    let mut common = vec![vec![0_u32; columns + 1]; rows + 1];
    for i in (0..rows).rev() {
        for j in (0..columns).rev() {
            common[i][j] =
                if old[i] == new[j] { common[i + 1][j + 1] + 1 } else { common[i + 1][j].max(common[i][j + 1]) };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut edits = Vec::new();
    while i < rows || j < columns {
        if i < rows && j < columns && old[i] == new[j] {
            edits.push((Edit::Keep, old[i]));
            (i, j) = (i + 1, j + 1);
        } else if j >= columns || (i < rows && common[i + 1][j] >= common[i][j + 1]) {
            edits.push((Edit::Remove, old[i]));
            i += 1;
        } else {
            edits.push((Edit::Add, new[j]));
            j += 1;
        }
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hunks_are_unified() {
        let old = "a\nb\nc\nd\ne\nf\n";
        assert_eq!(hunks(old, "a\nb\nc\nD\ne\nf\n"), "@@ -1,6 +1,6 @@\n a\n b\n c\n-d\n+D\n e\n f\n");
        assert_eq!(hunks("", "a\nb\n"), "@@ -0,0 +1,2 @@\n+a\n+b\n");
        assert_eq!(hunks(old, old), "");
        assert_eq!(hunks("a\na\nb\n", "a\nb\n"), "@@ -1,3 +1,2 @@\n a\n-a\n b\n");
    }

    #[test]
    fn texts_of_any_length_are_compared() {
        let lines = |sign: char| (0..20_000).map(|n| format!("{sign}{n}\n")).collect::<String>();
        let (old, new) = (lines('o'), lines('n'));
        let text = hunks(&format!("same\n{old}"), &format!("same\n{new}"));
        assert!(
            text.starts_with("@@ -1,20001 +1,20001 @@\n same\n-o0\n") && text.ends_with("+n19999\n"),
            "{}",
            &text[..60]
        );
        let one = hunks(&old, &old.replacen("o15000", "changed", 1));
        assert!(one.starts_with("@@ -14998,7 +14998,7 @@\n") && one.lines().count() == 9, "{one}");
    }
}
