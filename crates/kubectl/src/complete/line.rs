//! The words before the one that is completed, as the command will read them.

use super::{Completed, Inside, Then, needs_value};
use crate::cmd::ROOT;
use crate::command::{Command, GLOBAL, find};
use crate::cx::Cx;
use crate::flags::{Flag, Flags};
use crate::host::Host;
use api::{Value, kind};
use apiserver::request::Verb;

/// What is known of the line.
pub struct Line<'a> {
    /// The command that the words name.
    pub command: &'static Command,
    /// How it is called: `kubectl rollout status`.
    pub path: String,
    /// Its arguments so far.
    pub args: Vec<String>,
    /// The flag whose value comes next.
    pub pending: Option<&'static Flag>,
    /// Where `--` stands among the words.
    pub dash: Option<usize>,
    /// The command's context: what it would ask the server as whom, and in which namespace.
    pub cx: Cx<'a>,
}

impl<'a> Line<'a> {
    /// Reads the words; none if they name no command.
    pub fn read(words: &[String], host: &'a dyn Host) -> Option<Line<'a>> {
        let dash = words.iter().position(|word| word == "--");
        let words = &words[..dash.unwrap_or(words.len())];
        let pending = |word: &String, command: &'static Command| {
            let mut flags = command.flags.iter().copied().flatten().chain(GLOBAL);
            flags.find(|flag| needs_value(flag) && stands_alone(flag, word))
        };
        // The value of the last word is still to come: without it, the rest can be read.
        let command = find(&ROOT, words).ok().map(|found| found.command);
        let open = words.last().and_then(|word| pending(word, command.unwrap_or(&ROOT)));
        let open = open.filter(|_| dash.is_none());
        let words = &words[..words.len() - usize::from(open.is_some())];
        let found = find(&ROOT, words).ok()?;
        let flags = Flags::parse(&found.command.tables(), &found.args).or_else(|_| {
            let plain: Vec<String> = found.args.iter().filter(|word| !word.starts_with('-')).cloned().collect();
            Flags::parse(&found.command.tables(), &plain)
        });
        let cx = Cx::new(host, found.command, found.path.clone(), flags.ok()?).ok()?;
        let args = cx.args().to_vec();
        Some(Line { command: found.command, path: found.path, args, pending: open, dash, cx })
    }

    /// The command's flags, its own first.
    pub fn flags(&self) -> impl Iterator<Item = &'static Flag> + use<> {
        let own = self.command.flags.iter().copied().flatten();
        own.chain(GLOBAL)
    }

    /// Whether a flag was given.
    pub fn given(&self, flag: &str) -> bool {
        self.cx.flags.has(flag)
    }

    /// The Pod that the first argument names: `web-1`, `pod/web-1`, or the first of `deploy/web`.
    pub fn pod(&self, word: &str) -> Value {
        let (kind_word, name) = word.split_once('/').unwrap_or(("pods", word));
        let kinds = self.cx.host.kinds();
        let Some(kind) = crate::resource::lookup(&kinds, kind_word) else { return Value::Null };
        let ask = |kind, name: &str| self.cx.host.request(&self.cx.ask(Verb::Get, kind, &self.cx.namespace, name));
        let Ok(found) = ask(kind, name) else { return Value::Null };
        if kind == kind::POD {
            return found.body;
        }
        let selector = match &found.body.at("spec.selector.matchLabels") {
            Value::Null => found.body.at("spec.selector"),
            labels => *labels,
        };
        let labels: Vec<String> = selector.entries().map(|(key, value)| format!("{key}={}", value.str())).collect();
        let mut list = self.cx.ask(Verb::List, kind::POD, &self.cx.namespace, "");
        list.options.label_selector = labels.join(",").into();
        let pods = self.cx.host.request(&list).map(|response| response.body).unwrap_or_default();
        pods["items"].array().first().cloned().unwrap_or_default()
    }

    /// The container that a command of a Pod is about: the one that `-c` names, or the first.
    pub fn inside(&self, pod: &Value) -> Inside {
        let first = pod.at("spec.containers").array().first().map_or("", |container| container["name"].str());
        let container = match self.cx.flags.text("container") {
            "" => first.to_owned(),
            given => given.to_owned(),
        };
        Inside { namespace: pod.namespace().to_owned(), pod: pod.name().to_owned(), container }
    }

    /// What comes after `--`, at this place among the words: a program in a container.
    pub fn program(&self, dash: usize) -> Completed {
        let pod = match (self.command.name, self.args.first()) {
            ("exec", Some(word)) => self.pod(word),
            _ => Value::Null,
        };
        if pod.is_null() {
            return Completed::default();
        }
        let then = Then::Program { inside: self.inside(&pod), from: dash + 1 };
        Completed { candidates: Vec::new(), then }
    }
}

/// Whether `word` is this flag, and its value is another word.
fn stands_alone(flag: &Flag, word: &str) -> bool {
    match (word.strip_prefix("--"), word.strip_prefix('-')) {
        (Some(long), _) => long == flag.name,
        (None, Some(short)) => flag.short.is_some_and(|s| short.chars().eq([s])),
        (None, None) => false,
    }
}
