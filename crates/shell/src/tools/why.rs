//! `why`: the chain of causes from an object back to the command that was typed, and what came of a command. No real cluster
//! has it: only a simulation knows who looked because of whom.

use super::Cx;
use api::Time;
use apiserver::{EventType, Wait};
use cluster::{Act, Change, Deed, Link, Reason, Subject};

const USAGE: &str = "Usage: why [-n NAMESPACE] KIND/NAME      why an object is as it is, newest first
       why [-n NAMESPACE] --all KIND/NAME    all changes of an object
       why --after [COMMAND]                 what came of a command line (of the last one)

Each line is one write that the API server took: when, by whom, of which object, what changed, and what was said of it
in events. Below it stands what made the writer look.

Examples:
  why pod/web-5d8c
  why -n kube-system deploy/coredns
  why --after 'kubectl scale deployment web --replicas=4'
";
/// Fields of a write that are shown.
const SHOWN: usize = 3;

/// Tells why.
pub(super) async fn run(cx: Cx) -> i32 {
    let (mut namespace, mut words, mut all, mut after) = ("default".to_owned(), Vec::new(), false, false);
    let mut arguments = cx.args[1..].iter();
    while let Some(word) = arguments.next() {
        match word.as_str() {
            "-h" | "--help" => {
                cx.out(USAGE);
                return 0;
            }
            "-n" | "--namespace" => namespace = arguments.next().cloned().unwrap_or_default(),
            "-a" | "--all" => all = true,
            "--after" => after = true,
            word => words.push(word.to_owned()),
        }
    }
    if after {
        return outcome(&cx, &words.join(" "));
    }
    let Some((kind, name)) = reference(&words) else {
        cx.err(USAGE);
        return 2;
    };
    let kernel = cx.kernel().clone();
    let system = kernel.system();
    let Some(cluster) = system.cluster() else { return 1 };
    let named = |k: &&'static api::Kind| {
        let wanted = kind.to_lowercase();
        k.plural == wanted || k.singular == wanted || k.short_names.contains(&wanted.as_str())
    };
    let Some(kind) = system.kinds().into_iter().find(named) else {
        return cx.fail(format_args!("the server doesn't have a resource type \"{kind}\""));
    };
    let kind = kind.stored().unwrap_or(kind);
    let namespace = if kind.namespaced { namespace } else { String::new() };
    let subject = Subject { kind, namespace: namespace.into(), name: name.into() };
    let history = cluster.history(&subject);
    if history.is_empty() {
        return cx.fail(format_args!("nothing is known of {} \"{}\"", kind.plural, subject.name));
    }
    if all {
        history.iter().for_each(|link| cx.out(&told(link)));
        return 0;
    }
    for reason in cluster.why(&subject) {
        cx.out(&match reason {
            Reason::Write(link) => told(&link),
            Reason::Command(command) => format!("{}  you typed: {}\n", clock(command.at), command.line),
            Reason::Act(act) => format!("{}  {}\n", clock(act.at), deed(&act)),
            Reason::Outside => "          somebody outside asked for it\n".to_owned(),
            Reason::Start => "          it has been so since the cluster began\n".to_owned(),
            Reason::Forgotten => "          what came before is no longer known\n".to_owned(),
        });
    }
    0
}

fn outcome(cx: &Cx, line: &str) -> i32 {
    let kernel = cx.kernel().clone();
    let system = kernel.system();
    let Some(cluster) = system.cluster() else { return 1 };
    // The newest command is this one.
    let found = cluster.commands().skip(1).find(|command| line.is_empty() || command.line == line);
    let Some(command) = found else { return cx.fail("there was no such command line") };
    cx.out(&format!("{}  you typed: {}\n", clock(command.at), command.line));
    for (depth, link) in cluster.outcome(command.number) {
        let text = told(&link);
        let (time, rest) = text.split_at(10.min(text.len()));
        cx.out(&format!("{time}{}{rest}", "  ".repeat(depth.min(12))));
    }
    0
}

/// A kind and a name: `pod/web` or `pod web`.
fn reference(words: &[String]) -> Option<(&str, &str)> {
    match words {
        [one] => one.split_once('/').filter(|(kind, name)| !kind.is_empty() && !name.is_empty()),
        [kind, name] => Some((kind, name)),
        _ => None,
    }
}

/// `10:00:03`
fn clock(at: Time) -> String {
    at.rfc3339_micros().get(11..19).unwrap_or_default().to_owned()
}

fn told(link: &Link) -> String {
    let who = match link.node.as_str() {
        "" => link.origin.user.to_string(),
        node => format!("{} on {node}", link.origin.user),
    };
    let did = match link.event {
        EventType::Added => "created",
        EventType::Deleted => "removed",
        EventType::Modified if link.dying => "asked for the end of",
        EventType::Modified => "changed",
    };
    let mut text = format!("{}  {who} {did} {}/{}", clock(link.at), link.subject.kind.singular, link.subject.name);
    let changes: Vec<String> = link.changes.iter().take(SHOWN).map(changed).collect();
    if !changes.is_empty() && !link.dying {
        text.push_str(&format!(": {}", changes.join(", ")));
    }
    if let Some(wait) = waited(link.wait.0) {
        text.push_str(&format!(" ({wait}, {} s)", link.wait.1.as_secs_f64()));
    }
    text.push('\n');
    for (reason, message) in &link.says {
        text.push_str(&format!("            {reason}: {message}\n"));
    }
    text
}

fn changed(change: &Change) -> String {
    match (change.old.as_str(), change.new.as_str()) {
        ("", new) => format!("{} = {new}", change.path),
        (_, "") => format!("{} removed", change.path),
        (old, new) => format!("{} {old} -> {new}", change.path),
    }
}

fn waited(wait: Wait) -> Option<&'static str> {
    Some(match wait {
        Wait::Nothing => return None,
        Wait::Retry => "tried again",
        Wait::BackOff => "back-off",
        Wait::Probe => "next probe",
        Wait::Grace => "grace period",
        Wait::Toleration => "toleration",
        Wait::Schedule => "schedule",
        Wait::Period => "regular look",
        Wait::Silence => "no sign of life",
        Wait::Deadline => "deadline",
        Wait::Exit => "process ended",
        Wait::Expiry => "time to live",
        Wait::Settle => "minimum time",
        Wait::Pull => "pulling the image",
        Wait::Launch => "starting",
    })
}

fn deed(act: &Act) -> String {
    let object = &act.object;
    match act.deed {
        Deed::StopKubelet => format!("the kubelet on {object} was stopped"),
        Deed::StartKubelet => format!("the kubelet on {object} was started"),
        Deed::PowerOff => format!("{object} was switched off"),
        Deed::PowerOn => format!("{object} was switched on"),
        Deed::LinkDown => format!("the network interface of {object} was taken down"),
        Deed::LinkUp => format!("the network interface of {object} was brought up"),
        Deed::ChangeNetwork => format!("the network stack of {object} was changed"),
        Deed::FillDisk => format!("something big was written on the disk of {object}"),
        Deed::WriteManifest => format!("a manifest of a static Pod on {object} was changed"),
        Deed::TakeMemory => format!("a process on {object} took memory"),
        Deed::FreeMemory => format!("a process on {object} gave memory back"),
        Deed::Kill => format!("a process in pod/{object} was ended"),
    }
}
