//! What an editor of manifests asks while one writes: what is wrong and where, what could stand at the cursor, what an apply
//! would change. The answers are the API server's, by a dry run, and the schema's.

mod complete;

pub use complete::{Insertion, complete};

use crate::cmd::{dry_run, hunks};
use crate::complete::Line;
use crate::cx::Cx;
use crate::fail::{Fail, Outcome};
use crate::files::{Manifest, manifest};
use crate::host::Host;
use api::{Status, Value, yaml};
use apiserver::request::{Request, Verb};

/// Something that is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// The column of what stands there, from 1, in characters.
    pub column: usize,
    /// What is wrong, in the words of kubectl or the server.
    pub text: String,
}

/// What is wrong with a text of manifests.
pub fn check(text: &str, host: &dyn Host) -> Vec<Problem> {
    let Some(line) = Line::read(&["apply".to_owned()], host) else { return Vec::new() };
    let mut problems = Vec::new();
    for (first, document) in yaml::split(text) {
        for (at, text) in document_problems(&line.cx, document) {
            let of = document.lines().nth(at.saturating_sub(1)).unwrap_or_default();
            let column = of.len() - of.trim_start_matches([' ', '-']).len() + 1;
            problems.push(Problem { line: first + at.max(1) - 1, column, text });
        }
    }
    problems
}

/// The problems of one document, each with its line in it.
fn document_problems(cx: &Cx<'_>, text: &str) -> Vec<(usize, String)> {
    let parsed = match yaml::parse(text) {
        Ok(parsed) if parsed.value.is_null() => return Vec::new(),
        Ok(parsed) => parsed,
        Err(why) => {
            let number = why.strip_prefix("yaml: line ").and_then(|rest| rest.split(':').next()?.parse().ok());
            return vec![(number.unwrap_or(1), why)];
        }
    };
    let mut problems: Vec<(usize, String)> =
        parsed.duplicates.iter().map(|(line, key)| (*line, format!("key {key:?} already set in map"))).collect();
    let manifest = match manifest(cx, &parsed.value, "") {
        Ok(manifest) => manifest,
        Err(fail) => {
            problems.push((1, said(&fail)));
            return problems;
        }
    };
    let line = |field: &str| yaml::line_of(text, field).unwrap_or(1);
    // A patch of wrong types is refused in words that name no field.
    if let Err(status) = api::schema::decode(manifest.kind, &manifest.object) {
        problems.extend(complaints(&status).into_iter().map(|(field, text)| (line(&field), text)));
        return problems;
    }
    let request = match attempt(cx, &manifest) {
        Ok((_, request)) => request,
        Err(fail) => {
            problems.push((1, said(&fail)));
            return problems;
        }
    };
    if let Err(status) = cx.host.request(&request) {
        problems.extend(complaints(&status).into_iter().map(|(field, text)| (line(&field), text)));
    }
    problems
}

/// The object as it is, and the request that would write a manifest, without its effect. What was read from the server goes
/// back as it is; other texts are applied.
fn attempt(cx: &Cx<'_>, manifest: &Manifest) -> Outcome<(Value, Request)> {
    let (mut live, mut request) = dry_run(cx, manifest)?;
    let read = !manifest.object["metadata"]["resourceVersion"].is_null();
    if read && !live.is_null() {
        request = cx.ask(Verb::Update, manifest.kind, &manifest.namespace, manifest.object.name());
        request = request.with_body(manifest.object.clone());
        request.options.dry_run = true;
    }
    live.remove("metadata.managedFields");
    Ok((live, request))
}

/// What the server complains about: fields, each with what is wrong. Fields without an index of their own are the nearest that
/// the message names.
fn complaints(status: &Status) -> Vec<(String, String)> {
    let causes: Vec<(String, String)> =
        status.causes().map(|(field, message)| (field.to_owned(), format!("{field}: {message}"))).collect();
    if !causes.is_empty() {
        return causes;
    }
    let message = &status.message;
    if let Some((_, strict)) = message.split_once("strict decoding error: ") {
        let field = |part: &str| part.split('"').nth(1).unwrap_or_default().to_owned();
        return strict.split(", ").map(|part| (field(part), part.to_owned())).collect();
    }
    // json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32
    let go = message.split_once("Go struct field ").and_then(|(_, rest)| rest.split(' ').next());
    let field = match go.and_then(|field| field.split_once('.')) {
        Some((_, field)) => field,
        None if message.starts_with("namespaces ") => "metadata.namespace",
        None => "",
    };
    vec![(field.to_owned(), message.clone())]
}

fn said(fail: &Fail) -> String {
    let text = fail.line(false);
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    // What is being edited has no file's name.
    text.replace(" from \"\"", "").replace("error validating \"\": ", "").replace("decode \"\":", "decode:")
}

/// What applying a text would change: the objects as they are against what they would be, as unified differences, each below
/// a line `# Kind name`. Nothing for a text that is wrong.
pub fn preview(text: &str, host: &dyn Host) -> String {
    let Some(line) = Line::read(&["apply".to_owned()], host) else { return String::new() };
    let mut all = String::new();
    for (_, document) in yaml::split(text) {
        let Ok(parsed) = yaml::parse(document) else { continue };
        let Ok(manifest) = manifest(&line.cx, &parsed.value, "") else { continue };
        let Ok((live, request)) = attempt(&line.cx, &manifest) else { continue };
        let Ok(merged) = host.request(&request) else { continue };
        all += &format!("# {} {}\n", manifest.kind.kind, manifest.object.name());
        all += &hunks(&shown(&live), &shown(&merged.body));
    }
    all
}

/// An object without what every write changes.
fn shown(object: &Value) -> String {
    if object.is_null() {
        return String::new();
    }
    let mut object = object.clone();
    for field in ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp"] {
        object.remove(&format!("metadata.{field}"));
    }
    object.remove("status");
    yaml::to_string(&object)
}

#[cfg(test)]
mod tests;
