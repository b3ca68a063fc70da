//! Completion: what the word at the end of a line may become.

use crate::cmd::ROOT;
use crate::command::{Command, GLOBAL};
use crate::config::Config;
use crate::flags::{Flag, Kind};
use crate::host::Host;
use crate::resource::lookup;
use api::{Kind as ApiKind, Value, kind};
use apiserver::request::{Request, Verb};

/// Candidates for the last of `words` (which may be empty), sorted. `words` come after the word `kubectl`.
pub fn complete(words: &[String], host: &dyn Host) -> Vec<String> {
    let Some((last, before)) = words.split_last() else { return Vec::new() };
    let (command, args) = command_of(before);
    let flags = || GLOBAL.iter().chain(command.flags.iter().copied().flatten());
    let mut candidates = match (pending(before, flags()), last.split_once('=')) {
        (Some(flag), _) => values(flag.name, before, host),
        (None, Some((name, _))) if last.starts_with("--") => {
            values(&name[2..], before, host).into_iter().map(|value| format!("{name}={value}")).collect()
        }
        (None, _) if last.starts_with('-') => flags().map(flag_word).collect(),
        (None, _) if !command.subcommands.is_empty() && args.is_empty() => {
            command.subcommands.iter().map(|c| c.name.to_owned()).collect()
        }
        (None, _) => arguments(command, &args, before, last, host),
    };
    candidates.retain(|candidate| candidate.starts_with(last.as_str()));
    api::sort(&mut candidates);
    candidates.dedup();
    candidates
}

/// `--watch`, or `--namespace=` for a flag that needs a value.
fn flag_word(flag: &Flag) -> String {
    match flag.kind {
        Kind::Bool | Kind::Optional(_) => format!("--{}", flag.name),
        _ => format!("--{}=", flag.name),
    }
}

/// The command that the words name, and its arguments so far.
fn command_of(words: &[String]) -> (&'static Command, Vec<String>) {
    let mut command: &'static Command = &ROOT;
    let mut args = Vec::new();
    let mut skip = false;
    for word in words {
        if std::mem::take(&mut skip) {
            continue;
        }
        if word.starts_with('-') {
            let flags = GLOBAL.iter().chain(command.flags.iter().copied().flatten());
            skip = flags.into_iter().any(|flag| needs_value(flag, word));
        } else if let Some(next) = command.subcommand(word).filter(|_| args.is_empty()) {
            command = next;
        } else {
            args.push(word.clone());
        }
    }
    (command, args)
}

/// Whether `word` is this flag, standing alone, with its value to follow.
fn needs_value(flag: &Flag, word: &str) -> bool {
    let named = word.strip_prefix("--") == Some(flag.name)
        || flag.short.is_some_and(|s| word.len() == 2 && word.starts_with('-') && word.ends_with(s));
    named && !matches!(flag.kind, Kind::Bool | Kind::Optional(_))
}

/// The flag whose value the last word is.
fn pending<'a>(before: &[String], flags: impl Iterator<Item = &'a Flag>) -> Option<&'a Flag> {
    let word = before.last()?;
    let mut flags = flags;
    flags.find(|flag| needs_value(flag, word))
}

fn values(flag: &str, before: &[String], host: &dyn Host) -> Vec<String> {
    let fixed: &[&str] = match flag {
        "namespace" => return names(kind::NAMESPACE, "", host),
        "context" => {
            let config = Config::load(host, "").map(|c| c.value).unwrap_or_default();
            return config["contexts"].array().iter().map(|c| c["name"].str().to_owned()).collect();
        }
        "container" => {
            let (_, args) = command_of(before);
            return args.iter().flat_map(|pod| containers(pod.trim_start_matches("pod/"), before, host)).collect();
        }
        "filename" => return files(host),
        "output" => &["json", "yaml", "name", "wide", "jsonpath=", "custom-columns=", "go-template="],
        "dry-run" => &["none", "client", "server"],
        "cascade" => &["background", "foreground", "orphan"],
        "type" => &["ClusterIP", "NodePort", "LoadBalancer", "ExternalName", "json", "merge", "strategic"],
        "restart" => &["Always", "OnFailure", "Never"],
        "for" => &["condition=", "create", "delete", "jsonpath="],
        _ => &[],
    };
    fixed.iter().map(|value| (*value).to_owned()).collect()
}

fn files(host: &dyn Host) -> Vec<String> {
    host.list_dir(".").unwrap_or_default()
}

fn namespace(before: &[String], host: &dyn Host) -> String {
    let after = |at: usize| before.get(at + 1).cloned();
    let given = before.iter().enumerate().find_map(|(at, word)| match word.as_str() {
        "-n" | "--namespace" => after(at),
        word => word.strip_prefix("--namespace=").or(word.strip_prefix("-n=")).map(str::to_owned),
    });
    given.unwrap_or_else(|| Config::load(host, "").map_or_else(|_| "default".to_owned(), |c| c.namespace("")))
}

fn list(kind: &'static ApiKind, namespace: &str, host: &dyn Host) -> Vec<Value> {
    let namespace = if kind.namespaced { namespace } else { "" };
    let answer = host.request(&Request::new(Verb::List, kind, namespace, ""));
    answer.map(|response| response.body["items"].array().to_vec()).unwrap_or_default()
}

fn names(kind: &'static ApiKind, namespace: &str, host: &dyn Host) -> Vec<String> {
    list(kind, namespace, host).iter().map(|object| object.name().to_owned()).collect()
}

fn containers(pod: &str, before: &[String], host: &dyn Host) -> Vec<String> {
    let pods = list(kind::POD, &namespace(before, host), host);
    let pod = pods.iter().find(|p| p.name() == pod);
    pod.map_or(Vec::new(), |p| p["spec"]["containers"].array().iter().map(|c| c["name"].str().to_owned()).collect())
}

/// Commands whose arguments are a kind and names.
const TYPED: &[&str] = &[
    "get",
    "describe",
    "delete",
    "edit",
    "scale",
    "expose",
    "label",
    "annotate",
    "patch",
    "wait",
    "status",
    "history",
    "undo",
    "restart",
    "pause",
    "resume",
    "image",
    "env",
    "resources",
    "serviceaccount",
    "explain",
];

fn arguments(command: &Command, args: &[String], before: &[String], last: &str, host: &dyn Host) -> Vec<String> {
    let kinds = host.kinds();
    let namespace = namespace(before, host);
    match command.name {
        "logs" | "exec" | "attach" => names(kind::POD, &namespace, host),
        "cordon" | "uncordon" | "drain" => names(kind::NODE, "", host),
        "use-context" | "delete-context" => values("context", before, host),
        "help" => ROOT.subcommands.iter().map(|c| c.name.to_owned()).collect(),
        name if TYPED.contains(&name) => match (args.first(), last.split_once('/')) {
            (_, Some((word, _))) => match lookup(&kinds, word) {
                Some(kind) => names(kind, &namespace, host).into_iter().map(|name| format!("{word}/{name}")).collect(),
                None => Vec::new(),
            },
            (None, None) => kinds.iter().map(|kind| kind.plural.to_owned()).collect(),
            (Some(word), None) => {
                let found = lookup(&kinds, word.split(',').next().unwrap_or(word));
                found.map_or(Vec::new(), |kind| names(kind, &namespace, host))
            }
        },
        _ => Vec::new(),
    }
}
