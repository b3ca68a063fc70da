//! Which objects a command line means: `pods`, `po,svc`, `deploy web`, `deploy/web svc/web`, `all`, `deployments.v1.apps`,
//! `-l app=web`, `--all`, `-f file` (k8s.io/cli-runtime/pkg/resource/builder.go).

use crate::cx::{Cx, with_kind};
use crate::fail::{Fail, Outcome, fail};
use crate::files::{self, Manifest, Source};
use api::{Kind, Value};
use apiserver::request::Verb;

/// Neither arguments nor files.
pub const MISSING: &str = "You must provide one or more resources by argument or filename.\n\
    Example resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'";

/// How a command chooses objects, beyond its arguments.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// `-l`
    pub labels: Option<String>,
    /// `--field-selector`
    pub fields: String,
    /// `--all`
    pub all: bool,
    /// `-A`
    pub all_namespaces: bool,
    /// A kind alone means all objects of that kind.
    pub bare_kind: bool,
    /// `-f`, `-k`
    pub files: Vec<Source>,
    /// `-R`
    pub recursive: bool,
    /// `--subresource`
    pub subresource: String,
    /// Answers are Tables.
    pub table: bool,
    /// Objects are gone through one by one, so that what is wrong with a file is told without `error: `.
    pub visits: bool,
}

impl Choice {
    /// What the usual flags say.
    pub fn of(cx: &Cx<'_>) -> Choice {
        let flags = &cx.flags;
        Choice {
            labels: flags.has("selector").then(|| flags.text("selector").to_owned()).filter(|s| !s.is_empty()),
            fields: flags.text("field-selector").to_owned(),
            all: flags.on("all"),
            all_namespaces: flags.on("all-namespaces"),
            files: files::named(cx),
            recursive: flags.on("recursive"),
            subresource: flags.text("subresource").to_owned(),
            ..Choice::default()
        }
    }
}

/// Some of what a command line means.
#[derive(Clone, Debug)]
pub enum Target {
    /// One object by name.
    Named { kind: &'static Kind, namespace: String, name: String },
    /// Those of a collection that match.
    Selected { kind: &'static Kind, namespace: String, labels: String, fields: String },
    /// One object of a file.
    Given(Manifest),
}

/// One answer: an object, or a collection (a list or a Table).
#[derive(Clone, Debug)]
pub struct Info {
    /// The kind.
    pub kind: &'static Kind,
    /// The namespace; empty for a cluster-scoped object.
    pub namespace: String,
    /// The name; empty for a collection.
    pub name: String,
    /// The object, as the server has it (for a file, as the file has it, until it is fetched).
    pub object: Value,
    /// The file it came from; empty for none.
    pub source: String,
}

impl Info {
    /// `pod/x`, `deployment.apps/web`
    pub fn shown(&self) -> String {
        format!("{}/{}", self.kind.singular_resource(), self.name)
    }

    /// `pods/x`, `deployments/web`
    pub fn plural(&self) -> String {
        format!("{}/{}", self.kind.plural, self.name)
    }

    /// An object as an answer.
    pub fn of(kind: &'static Kind, object: Value) -> Info {
        let (namespace, name) = (object.namespace().to_owned(), object.name().to_owned());
        Info { kind, namespace, name, object, source: String::new() }
    }
}

/// The kind that a word names: `po`, `pods`, `Pod`, `deploy.apps`, `deployments.v1.apps`.
pub fn lookup(kinds: &[&'static Kind], word: &str) -> Option<&'static Kind> {
    let lower = word.to_lowercase();
    let called = |kind: &Kind, name: &str| {
        kind.plural == name
            || kind.singular == name
            || kind.kind.to_lowercase() == name
            || kind.short_names.contains(&name)
    };
    let (name, rest) = lower.split_once('.').unwrap_or((&lower, ""));
    if rest.is_empty() {
        return kinds.iter().copied().find(|k| called(k, name));
    }
    if let Some((version, group)) = rest.split_once('.') {
        let exact = |k: &&&'static Kind| called(k, name) && k.version == version && k.group == group;
        if let Some(kind) = kinds.iter().find(exact) {
            return Some(kind);
        }
    }
    let in_group = |exact: bool| {
        kinds
            .iter()
            .copied()
            .find(|k| called(k, name) && if exact { k.group == rest } else { k.group.starts_with(rest) })
    };
    in_group(true).or_else(|| in_group(false))
}

/// The kind that a word names.
///
/// # Errors
/// The server has no such resource type.
pub fn kind_of(cx: &Cx<'_>, word: &str) -> Outcome<&'static Kind> {
    // Of `deployments.v1.apps`, the error names the resource alone.
    let resource = word.split('.').next().unwrap_or(word);
    lookup(&cx.host.kinds(), word).ok_or_else(|| fail!("the server doesn't have a resource type {resource:?}"))
}

/// The kinds that a list of words names; categories such as `all` stand for their members.
fn kinds_of(cx: &Cx<'_>, words: &str) -> Outcome<Vec<&'static Kind>> {
    let all = cx.host.kinds();
    let mut kinds: Vec<&'static Kind> = Vec::new();
    for word in words.split(',') {
        let members: Vec<_> = all.iter().copied().filter(|k| k.categories.contains(&word)).collect();
        let found = if members.is_empty() { vec![kind_of(cx, word)?] } else { members };
        for kind in found {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
    }
    Ok(kinds)
}

/// Reads arguments and flags into targets.
///
/// # Errors
/// The arguments make no sense together, or name kinds or files that are not there.
pub async fn targets(cx: &Cx<'_>, args: &[String], choice: &Choice) -> Outcome<(Vec<Target>, Vec<Fail>)> {
    if !choice.files.is_empty() {
        let (manifests, mut failures) = files::read(cx, &choice.files, choice.recursive).await?;
        if choice.visits {
            failures = failures.into_iter().map(Fail::bare).collect();
        }
        if !args.is_empty() {
            return Err(
                "when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well"
                    .into(),
            );
        }
        return Ok((manifests.into_iter().map(Target::Given).collect(), failures));
    }
    let args = spread(args);
    let targets = match args.iter().filter(|arg| arg.contains('/')).count() {
        0 => by_type(cx, &args, choice)?,
        slashes if slashes == args.len() => by_pair(cx, &args, choice)?,
        _ => {
            return Err(
                "there is no need to specify a resource type as a separate argument when passing arguments in \
                 resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource \
                 resource/<resource_name>'"
                    .into(),
            );
        }
    };
    Ok((targets, Vec::new()))
}

/// `a,b c d` means `a/c a/d b/c b/d`.
fn spread(args: &[String]) -> Vec<String> {
    let Some((types, names)) = args.split_first() else { return Vec::new() };
    let types: Vec<&str> = types.split(',').collect();
    if names.is_empty() || types.len() < 2 {
        return args.to_vec();
    }
    types.iter().flat_map(|t| names.iter().map(move |name| format!("{t}/{name}"))).collect()
}

fn by_pair(cx: &Cx<'_>, args: &[String], choice: &Choice) -> Outcome<Vec<Target>> {
    let mut pairs = Vec::new();
    for arg in args {
        match arg.split('/').collect::<Vec<_>>()[..] {
            [word, name] if !word.is_empty() && !name.is_empty() && !word.contains(',') => pairs.push((word, name)),
            [_, _] => return Err("arguments in resource/name form must have a single resource and name".into()),
            _ => return Err("arguments in resource/name form may not have more than one slash".into()),
        }
    }
    if choice.all || choice.labels.is_some() || !choice.fields.is_empty() {
        return Err("selectors and the all flag cannot be used when passing resource/name arguments".into());
    }
    pairs.into_iter().map(|(word, name)| named(cx, kind_of(cx, word)?, name, choice)).collect()
}

fn by_type(cx: &Cx<'_>, args: &[String], choice: &Choice) -> Outcome<Vec<Target>> {
    let (words, names) = match args.split_first() {
        Some((words, names)) => (Some(words.as_str()), names),
        None => (None, &[][..]),
    };
    let everything = choice.bare_kind && words.is_some() && names.is_empty();
    if choice.all || choice.labels.is_some() || !choice.fields.is_empty() || everything {
        if !names.is_empty() {
            return Err("name cannot be provided when a selector is specified".into());
        }
        let Some(words) = words else { return Err("at least one resource must be specified to use a selector".into()) };
        let kinds = kinds_of(cx, words)?;
        if !choice.subresource.is_empty() {
            return Err("subresource cannot be used when bulk resources are specified".into());
        }
        return Ok(kinds.into_iter().map(|kind| selected(cx, kind, choice)).collect());
    }
    let Some(words) = words else { return Err(MISSING.into()) };
    let kinds = kinds_of(cx, words)?;
    match (names, &kinds[..]) {
        ([], _) => Err("resource(s) were provided, but no name was specified".into()),
        (names, [kind]) => names.iter().map(|name| named(cx, kind, name, choice)).collect(),
        _ => Err("you must specify only one resource".into()),
    }
}

fn named(cx: &Cx<'_>, kind: &'static Kind, name: &str, choice: &Choice) -> Outcome<Target> {
    if kind.namespaced && choice.all_namespaces {
        return Err("a resource cannot be retrieved by name across all namespaces".into());
    }
    Ok(Target::Named { kind, namespace: scoped(kind, &cx.namespace), name: name.to_owned() })
}

fn selected(cx: &Cx<'_>, kind: &'static Kind, choice: &Choice) -> Target {
    let namespace = if choice.all_namespaces { String::new() } else { scoped(kind, &cx.namespace) };
    let labels = choice.labels.clone().unwrap_or_default();
    Target::Selected { kind, namespace, labels, fields: choice.fields.clone() }
}

/// The namespace, if the kind has one.
pub fn scoped(kind: &Kind, namespace: &str) -> String {
    if kind.namespaced { namespace.to_owned() } else { String::new() }
}

/// Asks the server for what a target means; a collection is one answer.
///
/// # Errors
/// The server's refusal.
pub fn fetch(cx: &Cx<'_>, target: &Target, choice: &Choice) -> Outcome<Info> {
    let (kind, namespace, name, source) = match target {
        Target::Selected { kind, namespace, labels, fields } => {
            return fetch_collection(cx, kind, namespace, labels, fields, choice);
        }
        Target::Named { kind, namespace, name } => (*kind, namespace.clone(), name.clone(), String::new()),
        // With --local the server is not asked: what counts is what the file says.
        Target::Given(m) if cx.flags.on("local") => {
            let (kind, namespace, name) = (m.kind, m.namespace.clone(), m.object.name().to_owned());
            return Ok(Info { kind, namespace, name, object: m.object.clone(), source: m.source.clone() });
        }
        Target::Given(m) => (m.kind, m.namespace.clone(), m.object.name().to_owned(), m.source.clone()),
    };
    let mut request = cx.ask(Verb::Get, kind, &namespace, &name).with_subresource(choice.subresource.as_str());
    request.options.table = choice.table;
    let object = cx.request(&request)?;
    Ok(Info { kind, namespace, name, object, source })
}

fn fetch_collection(
    cx: &Cx<'_>,
    kind: &'static Kind,
    namespace: &str,
    labels: &str,
    fields: &str,
    choice: &Choice,
) -> Outcome<Info> {
    let mut request = cx.ask(Verb::List, kind, namespace, "");
    request.options.label_selector = labels.into();
    request.options.field_selector = fields.into();
    request.options.table = choice.table;
    let object = cx.request(&request).map_err(|fail| explain(fail, kind, labels, fields))?;
    Ok(Info { kind, namespace: namespace.to_owned(), name: String::new(), object, source: String::new() })
}

/// kubectl says which selector the server did not understand.
fn explain(fail: Fail, kind: &Kind, labels: &str, fields: &str) -> Fail {
    let Fail::Status(mut status) = fail else { return fail };
    if matches!(status.reason, "BadRequest" | "NotFound") {
        let resource = format!("{}/{}, Resource={}", kind.group, kind.version, kind.plural);
        status.message = if labels.is_empty() && fields.is_empty() {
            format!("Unable to list \"{resource}\": {}", status.message)
        } else {
            format!(
                "Unable to find \"{resource}\" that match label selector {labels:?}, field selector {fields:?}: {}",
                status.message
            )
        };
    }
    Fail::Status(status)
}

/// The single objects of an answer.
pub fn flatten(info: Info) -> Vec<Info> {
    let items = &info.object["items"];
    if !info.name.is_empty() || !matches!(items, Value::Array(_)) {
        return vec![info];
    }
    items.array().iter().map(|item| Info::of(info.kind, with_kind(info.kind, item))).collect()
}

/// The single objects that the arguments mean, and what could not be had. Objects of files are as the server has them.
///
/// # Errors
/// As [`targets`].
pub async fn objects(cx: &Cx<'_>, args: &[String], choice: &Choice) -> Outcome<(Vec<Info>, Vec<Fail>)> {
    let (targets, mut failures) = targets(cx, args, choice).await?;
    let mut found = Vec::new();
    for target in &targets {
        match fetch(cx, target, choice) {
            Ok(info) => found.extend(flatten(info)),
            Err(fail) => failures.push(fail),
        }
    }
    Ok((found, failures))
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::kind::{DEPLOYMENT, KINDS, POD};

    #[test]
    fn kinds_have_many_names() {
        let kinds: Vec<&'static Kind> = KINDS.iter().collect();
        for word in ["po", "pods", "pod", "Pod", "POD"] {
            assert_eq!(lookup(&kinds, word), Some(POD), "{word}");
        }
        for word in ["deploy", "deploy.apps", "deployments.v1.apps", "deployment.app"] {
            assert_eq!(lookup(&kinds, word), Some(DEPLOYMENT), "{word}");
        }
        for word in ["", "nosuch", "pods.apps", "deployments.v2.apps"] {
            assert_eq!(lookup(&kinds, word), None, "{word}");
        }
    }

    #[test]
    fn several_kinds_and_names_are_spread() {
        let args = ["a,b", "c"].map(str::to_owned);
        assert_eq!(spread(&args), ["a/c", "b/c"]);
        assert_eq!(spread(&args[..1]), ["a,b"]);
    }
}
