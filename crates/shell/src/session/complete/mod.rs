//! The Tab key: what the word at the cursor may become.

mod files;
mod words;

use crate::interp::{Shell, builtin_names};
use crate::process::{Front, Kernel, Place};
use crate::tools;
use api::{Language, kind};
use apiserver::{Request, Verb};
pub use kubectl::complete::Candidate;
use kubectl::complete::{Inside, Then};
use std::rc::Rc;
use words::Words;

/// What may stand in place of a part of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// Where the word begins that is to be replaced, in bytes. It ends at the cursor.
    pub start: usize,
    /// What it may become, as it must be typed, in the order in which it is shown.
    pub candidates: Vec<Candidate>,
}

/// Programs whose arguments are another program's command line, after options of their own.
const WRAPPERS: &[&str] = &["watch", "time", "nohup", "timeout", "xargs", "env", "command", "exec", "sudo"];
/// Programs whose arguments name a host.
const CLIENTS: &[&str] = &["curl", "wget", "nc", "ping", "nslookup", "dig", "host"];

pub(super) fn complete(kernel: &Rc<Kernel>, line: &str, cursor: usize) -> Completions {
    let Some(before) = line.get(..cursor.min(line.len())) else { return Completions::default() };
    let front = kernel.front();
    let typed = Words::of(before);
    let mut words = typed.words.clone();
    while words.len() > 1 && words[0].contains('=') && !words[0].starts_with('-') {
        words.remove(0);
    }
    // An alias stands for its words.
    if words.len() > 1
        && let Some(value) = front.aliases.get(&words[0])
    {
        let expanded: Vec<String> = value.split_whitespace().map(str::to_owned).collect();
        words.splice(0..1, expanded);
    }
    let last = words.last().cloned().unwrap_or_default();
    let at = At { kernel, front: &front };
    let mut candidates = match last.strip_prefix('$').filter(|_| typed.quote != Some('\'')) {
        Some(_) => at.variables(),
        None if typed.redirect => at.files(&last, 0),
        None => at.words(&words),
    };
    candidates.retain(|candidate| candidate.text.starts_with(&last));
    for candidate in &mut candidates {
        let whole =
            if last.starts_with('$') { candidate.text.clone() } else { typed.typed(&candidate.text, candidate.open) };
        // What the list leaves out is as long in the word as it was typed.
        let quoted = typed.raw.len().saturating_sub(last.len());
        candidate.hidden = (candidate.hidden + quoted * usize::from(candidate.hidden > 0)).min(whole.len());
        while !whole.is_char_boundary(candidate.hidden) {
            candidate.hidden -= 1;
        }
        candidate.text = whole;
        candidate.open |= typed.quote.is_some();
    }
    Completions { start: typed.start, candidates }
}

/// Where a command line stands: at a place, in a directory.
struct At<'a> {
    kernel: &'a Rc<Kernel>,
    front: &'a Front,
}

impl At<'_> {
    fn words(&self, words: &[String]) -> Vec<Candidate> {
        let last = words.last().map_or("", String::as_str);
        match words {
            [] => Vec::new(),
            [_] if !last.contains('/') => self.commands(last),
            [_] => self.files(last, 0),
            [program, rest @ ..] => self.arguments(program, rest, last),
        }
    }

    fn arguments(&self, program: &str, rest: &[String], last: &str) -> Vec<Candidate> {
        match program {
            "kubectl" => self.kubectl(rest),
            "ssh" => self.ssh(rest),
            "systemctl" => self.systemctl(rest),
            "registry" => self.registry(rest, last),
            "which" | "type" | "man" | "help" | "alias" => self.commands(last),
            "unset" | "export" => self.variables().into_iter().map(|c| Candidate::new(&c.text[1..], c.about)).collect(),
            "kill" => self.jobs(),
            program if WRAPPERS.contains(&program) => {
                let own = rest.iter().take(rest.len() - 1).take_while(|word| is_own(word)).count();
                self.words(&rest[own..])
            }
            program if CLIENTS.contains(&program) && !last.starts_with(['-', '/', '.']) => self.hosts(),
            _ => self.files(last, 0),
        }
    }

    /// Programs, builtins, aliases and functions; without a beginning, only kubectl, aliases and functions.
    fn commands(&self, last: &str) -> Vec<Candidate> {
        let system = self.kernel.system();
        let there = |name: &&str| tools::is_shell_tool(name) || system.installed(&self.front.place, name);
        let programs = tools::names().filter(there).chain(builtin_names());
        let mut all: Vec<Candidate> =
            programs.map(|name| Candidate::new(name, tools::about::about(name, self.kernel.language()))).collect();
        let own =
            |name: &String| Candidate::new(name.as_str(), self.front.aliases.get(name).cloned().unwrap_or_default());
        all.extend(self.front.aliases.keys().chain(&self.front.functions).map(own));
        all.retain(|candidate| candidate.text.starts_with(last) && candidate.text.len() > 1 && !candidate.open);
        all.extend(self.front.aliases.keys().filter(|name| name.len() == 1 && name.as_str() != last).map(own));
        api::sort_by_key(&mut all, |candidate| candidate.text.clone());
        all.dedup_by(|a, b| a.text == b.text);
        all
    }

    fn variables(&self) -> Vec<Candidate> {
        let all = self.front.variables.iter();
        all.map(|(name, value)| Candidate::new(format!("${name}"), value.lines().next().unwrap_or_default())).collect()
    }

    fn jobs(&self) -> Vec<Candidate> {
        let jobs = self.kernel.jobs.borrow();
        let running = jobs.iter().filter(|job| job.status.is_none());
        running.map(|job| Candidate::new(format!("%{}", job.id), job.text.clone())).collect()
    }

    /// The nodes, each with its address.
    fn nodes(&self) -> Vec<Candidate> {
        let system = self.kernel.system();
        let Some(cluster) = system.cluster() else { return Vec::new() };
        let nodes = cluster.kubelets().nodes();
        nodes.map(|node| Candidate::new(node.config.name.as_str(), node.config.address.to_string())).collect()
    }

    /// Who can be asked from here: nodes, and inside the cluster Services by name.
    fn hosts(&self) -> Vec<Candidate> {
        let mut all = vec![Candidate::new("localhost", "127.0.0.1")];
        all.extend(self.nodes());
        if matches!(self.front.place, Place::Container { .. }) {
            let request = Request::new(Verb::List, kind::SERVICE, "", "");
            let list = self.kernel.system().request(&request).map(|response| response.body).unwrap_or_default();
            for service in list["items"].array() {
                let name = format!("{}.{}", service.name(), service.namespace());
                all.push(Candidate::new(name, service.at("spec.clusterIP").str()));
            }
        }
        all
    }

    /// `ssh NODE`, and a command line there.
    fn ssh(&self, rest: &[String]) -> Vec<Candidate> {
        let own = rest.iter().take_while(|word| word.starts_with('-')).count();
        match &rest[own.min(rest.len() - 1)..] {
            [_] => self.nodes(),
            [node, command @ ..] => {
                let name = node.split_once('@').map_or(node.as_str(), |(_, name)| name);
                self.elsewhere(Place::Node(name.into()), command)
            }
            [] => Vec::new(),
        }
    }

    fn systemctl(&self, rest: &[String]) -> Vec<Candidate> {
        let words: &[(&str, &str, &str)] = match rest.len() {
            1 => &[
                ("status", "How a service is", "서비스의 상태"),
                ("start", "Start a service", "서비스 시작"),
                ("stop", "Stop a service", "서비스 중지"),
                ("restart", "Stop and start it", "멈췄다가 다시 시작"),
                ("is-active", "Whether it runs", "실행 중인지 확인"),
            ],
            _ => &[("kubelet", "The agent that runs the node's Pods", "노드의 Pod을 실행하는 에이전트")],
        };
        let about = |en: &'static str, ko| if self.kernel.language() == Language::Korean { ko } else { en };
        words.iter().map(|(word, en, ko)| Candidate::new(*word, about(en, ko))).collect()
    }

    /// `registry COMMAND`, and what each command wants.
    fn registry(&self, rest: &[String], last: &str) -> Vec<Candidate> {
        match rest.first().map(String::as_str) {
            _ if rest.len() == 1 => tools::registry::commands(self.kernel.language())
                .map(|(word, about)| Candidate::new(word, about))
                .collect(),
            Some("push") => self.files(last, 0),
            Some("show" | "rm") => self.own_images("").into_iter().map(|c| Candidate { open: false, ..c }).collect(),
            _ => Vec::new(),
        }
    }

    /// The images that the user has described.
    fn own_images(&self, before: &str) -> Vec<Candidate> {
        let system = self.kernel.system();
        let Some(cluster) = system.cluster() else { return Vec::new() };
        let own = |image: &kubelet::OwnImage| {
            let about = format!("{} MB", image.size / 1_000_000);
            Candidate::new(image.written.as_str(), about).after(before)
        };
        cluster.kubelets().registry.images().map(own).collect()
    }

    /// A command line at another place, in the directory in which one arrives there.
    fn elsewhere(&self, place: Place, words: &[String]) -> Vec<Candidate> {
        let Some(shell) = Shell::new(self.kernel, place.clone()) else { return Vec::new() };
        let front = Front { place, cwd: shell.cwd.clone(), ..Front::default() };
        At { front: &front, ..*self }.words(words)
    }

    fn kubectl(&self, rest: &[String]) -> Vec<Candidate> {
        let last = rest.last().map_or("", String::as_str);
        let mut completed =
            tools::kubectl::asked(self.kernel, self.front, |host| kubectl::complete::complete(rest, host))
                .unwrap_or_default();
        let place = |inside: Inside| self.kernel.system().container(&inside.namespace, &inside.pod, &inside.container);
        let more = match completed.then {
            Then::Nothing => Vec::new(),
            Then::Files(at) => self.files(last, at),
            Then::Images(at) => self.images(&last[..at]),
            Then::Program { inside, from } => match place(inside) {
                Some(place) if from < rest.len() => self.elsewhere(place, &rest[from..]),
                _ => Vec::new(),
            },
            Then::Remote { inside, at } => match place(inside) {
                Some(place) => {
                    let front = Front { place, cwd: "/".into(), ..Front::default() };
                    At { front: &front, ..*self }.files(last, at)
                }
                None => Vec::new(),
            },
        };
        completed.candidates.extend(more);
        completed.candidates
    }

    /// Images that the registries have, by the names that people type.
    fn images(&self, before: &str) -> Vec<Candidate> {
        let mut all = Vec::new();
        for image in kubelet::images::IMAGES.iter().filter(|image| !image.repository.is_empty()) {
            let name = image.repository;
            let short = name.strip_prefix("docker.io/library/").or(name.strip_prefix("docker.io/")).unwrap_or(name);
            let about = format!("{}, {} MB", image.version, image.size / 1_000_000);
            all.push(Candidate { open: true, ..Candidate::new(short, about) }.after(before));
        }
        all.extend(self.own_images(before));
        api::sort_by_key(&mut all, |candidate| (candidate.text.matches('/').count(), candidate.text.clone()));
        all
    }
}

/// Whether a word is an option of a wrapper, or a value for one: `-n`, `2`, `A=b`.
fn is_own(word: &str) -> bool {
    word.starts_with('-') || word.contains('=') || word.starts_with(|c: char| c.is_ascii_digit())
}
