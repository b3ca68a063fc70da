//! Values of flags and arguments: from `values.txt`, and from the cluster where it says so.

use super::line::Line;
use super::{Candidate, Completed, Then, commands, objects, paths, texts};
use crate::flags::Flag;
use crate::resource::lookup;
use api::{FlatSet, Kind, Language, Value, kind};

/// Kinds that people ask for most, in the order in which they are offered; others follow by name.
static FIRST: &[&str] = &[
    "pods",
    "deployments",
    "services",
    "nodes",
    "replicasets",
    "namespaces",
    "configmaps",
    "secrets",
    "events",
    "jobs",
    "cronjobs",
    "statefulsets",
    "daemonsets",
    "ingresses",
    "persistentvolumeclaims",
    "persistentvolumes",
    "serviceaccounts",
    "horizontalpodautoscalers",
];

/// What is asked for: a value at the end of a word.
pub struct Asked<'a> {
    /// The words before.
    pub line: &'a Line<'a>,
    /// The whole word.
    pub word: &'a str,
    /// The part of it that is the value.
    pub typed: &'a str,
    /// Where that begins.
    pub at: usize,
    /// The reader's language.
    pub language: Language,
}

impl Asked<'_> {
    /// The value of a flag.
    pub fn flag(&self, flag: &Flag) -> Completed {
        let command = self.line.command.name;
        let heading = format!("--{}", flag.name);
        let listed = texts::lines(&format!("{heading}@{command}")).map(|lines| lines.collect::<Vec<_>>());
        // A command that has a flag of the name for something else has a heading of its own.
        let shared = || texts::lines(&heading).map(|lines| lines.collect());
        let mut completed = self.lines(&listed.or_else(shared).unwrap_or_default());
        match (flag.name, self.typed.split_once('=')) {
            ("output", Some(_)) | ("sort-by", _) => completed.candidates.extend(self.format()),
            ("for", Some((what, typed))) => completed.candidates.extend(self.condition(what, typed)),
            ("field-selector", Some(_)) => completed.candidates.extend(self.phases()),
            _ => {}
        }
        if flag.kind == crate::flags::Kind::Bool {
            completed.candidates = vec![Candidate::new("true", ""), Candidate::new("false", "")];
        }
        self.finish(completed)
    }

    /// An argument of the command.
    pub fn argument(&self) -> Completed {
        let (name, place) = (self.line.command.name, self.line.args.len());
        let of = |heading: String| texts::lines(&heading).map(|lines| lines.collect::<Vec<_>>());
        let listed = of(format!(":{name}.{place}")).or_else(|| of(format!(":{name}"))).unwrap_or_default();
        let completed = self.lines(&listed);
        self.finish(completed)
    }

    /// Candidates are whole words; of a flag's list, the last item is completed.
    fn finish(&self, mut completed: Completed) -> Completed {
        let before = &self.word[..self.at];
        for candidate in &mut completed.candidates {
            *candidate = std::mem::take(candidate).after(before);
        }
        completed
    }

    fn lines(&self, lines: &[&'static str]) -> Completed {
        let mut completed = Completed::default();
        for line in lines {
            match line.strip_prefix('@') {
                Some(source) => self.source(source, &mut completed),
                None => completed.candidates.push(texts::value(line, self.language)),
            }
        }
        completed
    }

    fn source(&self, source: &str, to: &mut Completed) {
        let (name, rest) = source.split_once(' ').unwrap_or((source, ""));
        let config = |list: &str| -> Vec<Candidate> {
            let entries = self.line.cx.config.value[list].array();
            entries.iter().map(|entry| Candidate::new(entry["name"].str(), "")).collect()
        };
        let found = match name {
            "typed" => self.typed(rest),
            "pods" => self.pods(rest),
            "of" => {
                self.named(rest).map_or_else(Vec::new, |kind| self.free(objects::names(self.line, kind, self.language)))
            }
            "kinds" => self.kinds(self.last_item(), ""),
            "contexts" => config("contexts"),
            "clusters" => config("clusters"),
            "users" => config("users"),
            "containers" => self.containers(),
            "container-images" => return self.container_images(to),
            "labels" => self.labels(),
            "selectable" => self.selectable(),
            "path" => Vec::new(),
            "verbs" => {
                texts::values("=verbs", self.language).into_iter().map(|c| c.after(self.items_before())).collect()
            }
            "explain" => self.explain(),
            "commands" => commands(self.language),
            "accounts" => self.accounts(),
            "revisions" => self.revisions(),
            "versions" => self.versions(false),
            "groups" => self.versions(true),
            "copy" => return self.copy(to),
            "files" => {
                to.then = Then::Files(self.at + self.items_before().len() + self.key_before());
                return;
            }
            "images" => {
                to.then = Then::Images(self.at);
                return;
            }
            _ => Vec::new(),
        };
        to.candidates.extend(found);
    }

    /// What stands before the last item of a list: `a,b,`.
    pub(super) fn items_before(&self) -> &str {
        self.typed.rfind(',').map_or("", |at| &self.typed[..=at])
    }

    pub(super) fn last_item(&self) -> &str {
        &self.typed[self.items_before().len()..]
    }

    /// `--from-file=KEY=FILE`: how long `KEY=` is.
    fn key_before(&self) -> usize {
        self.last_item().find('=').map_or(0, |at| at + 1)
    }

    pub(super) fn named(&self, word: &str) -> Option<&'static Kind> {
        lookup(&self.line.cx.host.kinds(), word)
    }

    /// Without the names that the line has already.
    fn free(&self, names: Vec<Candidate>) -> Vec<Candidate> {
        names.into_iter().filter(|name| !self.line.args.contains(&name.text)).collect()
    }

    /// `TYPE NAME...` or `TYPE/NAME`; some commands take some kinds only.
    fn typed(&self, only: &str) -> Vec<Candidate> {
        if let Some((word, _)) = self.typed.split_once('/') {
            let Some(kind) = self.named(word) else { return Vec::new() };
            let before = format!("{word}/");
            let names = objects::names(self.line, kind, self.language).into_iter().map(|name| name.after(&before));
            return self.free(names.collect());
        }
        match self.line.args.first() {
            Some(word) if !word.contains('/') => {
                let first = self.named(word.split(',').next().unwrap_or(word));
                first.map_or_else(Vec::new, |kind| self.free(objects::names(self.line, kind, self.language)))
            }
            // A second `TYPE/NAME`.
            Some(_) => self.kinds(self.typed, only).into_iter().map(slash).collect(),
            None => self.kinds(self.last_item(), only),
        }
    }

    /// The kinds, those that people ask for most first. A short name is offered when it is being typed.
    fn kinds(&self, typed: &str, only: &str) -> Vec<Candidate> {
        let mut kinds = self.line.cx.host.kinds();
        if !only.is_empty() {
            kinds.retain(|kind| only.split(' ').any(|plural| plural == kind.plural));
        }
        let rank = |kind: &&'static Kind| FIRST.iter().position(|plural| *plural == kind.plural && !kind.is_custom());
        api::sort_by_key(&mut kinds, |kind| (rank(kind).unwrap_or(FIRST.len()), kind.plural));
        let mut all = Vec::new();
        let mut seen = FlatSet::new();
        for kind in kinds {
            let short = kind.short_names.join(", ");
            let about = texts::kind(kind, self.language);
            let about = if short.is_empty() { about } else { format!("{short}  {about}") };
            let word = if seen.insert(kind.plural) { kind.plural.to_owned() } else { kind.resource() };
            all.push(Candidate::new(word, about));
            let begun = |name: &&&str| !typed.is_empty() && name.starts_with(typed) && !kind.plural.starts_with(typed);
            for name in kind.short_names.iter().filter(begun) {
                all.push(Candidate::new(*name, kind.plural));
            }
        }
        if only.is_empty() {
            all.push(Candidate::new("all", texts::values("=all", self.language).pop().unwrap_or_default().about));
        }
        let before = self.items_before();
        all.into_iter().map(|candidate| candidate.after(before)).collect()
    }

    /// A Pod, or one of those that an object of another kind stands for.
    fn pods(&self, others: &str) -> Vec<Candidate> {
        if self.typed.contains('/') {
            return self.typed("");
        }
        let command = self.line.command.name;
        if !self.line.args.is_empty() {
            return if command == "port-forward" { self.ports() } else { self.containers_after_pod(command) };
        }
        let mut all = objects::names(self.line, kind::POD, self.language);
        // Words for kinds are only in the way of names, until one is begun.
        if !self.typed.is_empty() || all.is_empty() {
            all.extend(self.kinds(self.typed, others).into_iter().map(slash));
        }
        all
    }

    /// `kubectl logs POD CONTAINER`.
    fn containers_after_pod(&self, command: &str) -> Vec<Candidate> {
        if command == "logs" && self.line.args.len() == 1 { self.containers() } else { Vec::new() }
    }

    fn first_pod(&self) -> Value {
        self.line.args.first().map(|word| self.line.pod(word)).unwrap_or_default()
    }

    /// The containers of the Pod that the line names; of init containers it says so.
    fn containers(&self) -> Vec<Candidate> {
        let pod = self.first_pod();
        let mut all = Vec::new();
        for field in ["containers", "initContainers", "ephemeralContainers"] {
            for container in pod["spec"][field].array() {
                let image = container["image"].str();
                let about = if field == "containers" { image.to_owned() } else { format!("{image} ({field})") };
                all.push(Candidate::new(container["name"].str(), about));
            }
        }
        all
    }

    /// `LOCAL:REMOTE` for each port that a Pod's containers name.
    fn ports(&self) -> Vec<Candidate> {
        let pod = self.first_pod();
        let containers = pod.at("spec.containers").array();
        let ports = containers.iter().flat_map(|container| container["ports"].array());
        ports.map(|port| api::json::to_string(&port["containerPort"])).map(|port| Candidate::new(port, "")).collect()
    }

    /// `set image TYPE/NAME CONTAINER=IMAGE`.
    fn container_images(&self, to: &mut Completed) {
        let words: Vec<&str> = self.line.args.iter().map(String::as_str).collect();
        let (word, name) = match words.as_slice() {
            [pair, ..] if pair.contains('/') => pair.split_once('/').unwrap_or_default(),
            [word, name, ..] => (*word, *name),
            _ => return,
        };
        if let Some(at) = self.typed.find('=') {
            to.then = Then::Images(at + 1);
            return;
        }
        let Some(kind) = self.named(word) else { return };
        let objects = objects::list(self.line, kind, false);
        let Some(object) = objects["items"].array().iter().find(|object| object.name() == name) else { return };
        let spec = ["spec.template.spec", "spec.jobTemplate.spec.template.spec", "spec"];
        let Some(spec) = spec.iter().map(|path| object.at(path)).find(|spec| !spec["containers"].is_null()) else {
            return;
        };
        to.candidates.clear();
        for container in spec["containers"].array() {
            to.candidates.push(Candidate::new(format!("{}=", container["name"].str()), container["image"].str()));
        }
    }

    fn explain(&self) -> Vec<Candidate> {
        let kind = self.typed.split_once('.').and_then(|(word, rest)| Some((self.named(word)?, word, rest)));
        match kind {
            Some((kind, word, rest)) => {
                let before = format!("{word}.");
                paths::explained(kind, rest, self.language)
                    .into_iter()
                    .map(|candidate| candidate.after(&before))
                    .collect()
            }
            None => self.kinds(self.typed, ""),
        }
    }

    /// `NAMESPACE:NAME` of ServiceAccounts.
    fn accounts(&self) -> Vec<Candidate> {
        let mut request = self.line.cx.ask(apiserver::request::Verb::List, kind::SERVICE_ACCOUNT, "", "");
        request.namespace = "".into();
        let list = self.line.cx.host.request(&request).map(|response| response.body).unwrap_or_default();
        let name = |account: &Value| Candidate::new(format!("{}:{}", account.namespace(), account.name()), "");
        list["items"].array().iter().map(name).collect()
    }

    /// The API's groups, or their versions.
    fn versions(&self, groups: bool) -> Vec<Candidate> {
        let word = |kind: &Kind| if groups { kind.group.to_owned() } else { kind.api_version() };
        self.line
            .cx
            .host
            .kinds()
            .into_iter()
            .map(word)
            .filter(|w| !w.is_empty())
            .map(|w| Candidate::new(w, ""))
            .collect()
    }

    /// `kubectl cp`: a file here, or `[NAMESPACE/]POD:FILE`.
    fn copy(&self, to: &mut Completed) {
        let Some((pod, _)) = self.typed.split_once(':') else {
            let pods = objects::names(self.line, kind::POD, self.language);
            to.candidates.extend(pods.into_iter().map(|pod| Candidate::new(format!("{}:", pod.text), pod.about)));
            to.then = Then::Files(0);
            return;
        };
        let found = self.line.pod(pod.rsplit('/').next().unwrap_or(pod));
        if !found.is_null() {
            to.then = Then::Remote { inside: self.line.inside(&found), at: pod.len() + 1 };
        }
    }
}

/// A kind's word that a name follows.
fn slash(kind: Candidate) -> Candidate {
    Candidate { open: true, text: format!("{}/", kind.text), ..kind }
}
