//! "Why?": what led to a change, step by step, back to the command; and what came of a command.

use super::links::Links;
use super::target::Target;
use crate::i18n::{Lang, Message};
use api::Time;
use apiserver::{EventType, Wait};
use cluster::{Act, Change, Command, Deed, Link, Reason};
use yew::prelude::*;

/// Fields of a change that are shown.
const SHOWN: usize = 4;

/// What the story is told of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The object.
    pub target: Target,
    /// Where clicks go.
    pub links: Links,
}

/// What is told.
#[derive(Clone, Debug, PartialEq)]
enum Told {
    /// Why the object is as it is now.
    Now,
    /// Why it was changed: the change's revision.
    Change(u64),
    /// What came of a command.
    After(Command),
}

/// The story.
#[component]
pub fn Story(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let told = use_state_eq(|| Told::Now);
    let target = &props.target;
    let tell = {
        let told = told.clone();
        Callback::from(move |what: Told| {
            told.set(what);
            super::focus_panel();
        })
    };
    if let Told::After(command) = &*told {
        let outcome = target.cluster(|cluster| cluster.outcome(command.number));
        return html! {
            <div class="why">
                <p class="acts"><button type="button" class="control" onclick={tell.reform(|_: MouseEvent| Told::Now)}>{ lang.text(Message::BackToWhy) }</button></p>
                <h3>{ lang.text(Message::CameOf) }</h3>
                <p class="cmdline"><code>{ command.line.as_str() }</code></p>
                if outcome.is_empty() { <p class="quiet">{ lang.text(Message::NothingCame) }</p> }
                <ol class="chain">{ for outcome.iter().map(|(depth, link)| step(lang, link, *depth, &props.links)) }</ol>
            </div>
        };
    }
    let history = target.cluster(|cluster| cluster.history(&target.subject()));
    let chain = target.cluster(|cluster| match &*told {
        Told::Change(revision) => cluster.why_write(target.kind.index, *revision),
        _ => cluster.why(&target.subject()),
    });
    let at = match &*told {
        Told::Change(revision) => *revision,
        _ => history.first().map_or(0, |newest| newest.revision),
    };
    html! {
        <div class="why">
            <p class="quiet">{ lang.text(Message::WhyHint) }</p>
            <ol class="chain">{ for chain.iter().map(|reason| match reason {
                Reason::Write(link) => step(lang, link, 0, &props.links),
                Reason::Command(command) => typed(lang, command, &tell),
                Reason::Act(act) => done(lang, act),
                Reason::Outside => end(lang.text(Message::FromOutside)),
                Reason::Start => end(lang.text(Message::FromTheStart)),
                Reason::Forgotten => end(lang.text(Message::NotKnown)),
            }) }</ol>
            if history.len() > 1 {
                <h3>{ lang.text(Message::AllChanges) }</h3>
                <ol class="rewrites">{ for history.iter().map(|link| {
                    let revision = link.revision;
                    html! {
                        <li><button type="button" aria-pressed={(revision == at).to_string()} onclick={tell.reform(move |_: MouseEvent| Told::Change(revision))}>
                            <time>{ clock(link.at) }</time><span>{ gist(lang, link) }</span><small>{ link.origin.user.as_str() }</small>
                        </button></li>
                    }
                }) }</ol>
            }
        </div>
    }
}

/// One write.
fn step(lang: Lang, link: &Link, depth: usize, links: &Links) -> Html {
    let subject = &link.subject;
    let (did, tone) = deed_of(link);
    let waited = waited(link.wait.0).map(|what| lang.fill(what, &[&seconds(link.wait.1.as_secs_f64())]));
    let more = link.changes.len().saturating_sub(SHOWN);
    html! {
        <li class={tone} data-depth={depth.min(8).to_string()}>
            <div class="who"><b>{ link.origin.user.as_str() }</b>
                if !link.node.is_empty() { <small>{ link.node.as_str() }</small> }
                <span class="badge">{ lang.text(did) }</span><time>{ clock(link.at) }</time></div>
            { links.object(subject.kind.kind, &subject.namespace, &subject.name) }
            if !link.changes.is_empty() {
                <ul class="fields">{ for link.changes.iter().take(SHOWN).map(field) }
                    if more > 0 { <li class="quiet">{ lang.fill(Message::AndMore, &[&more.to_string()]) }</li> }
                </ul>
            }
            { for link.says.iter().map(|(reason, message)| html! { <p class="said" lang={Lang::of(message).tag()}><b>{ reason.as_str() }</b>{ " " }{ message.as_str() }</p> }) }
            if let Some(waited) = waited { <p class="waited">{ waited }</p> }
        </li>
    }
}

fn field(change: &Change) -> Html {
    html! {
        <li><code>{ &change.path }</code>
            if !change.old.is_empty() { { " " }<del>{ &change.old }</del> }
            if !change.new.is_empty() { { " " }<ins>{ &change.new }</ins> }
        </li>
    }
}

fn typed(lang: Lang, command: &Command, tell: &Callback<Told>) -> Html {
    let after = command.clone();
    html! {
        <li class="you">
            <div class="who"><b>{ lang.text(Message::YouTyped) }</b><time>{ clock(command.at) }</time></div>
            <button type="button" class="cmdline" title={lang.text(Message::CameOf)} onclick={tell.reform(move |_: MouseEvent| Told::After(after.clone()))}>
                <code>{ command.line.as_str() }</code><small>{ lang.text(Message::CameOf) }</small>
            </button>
        </li>
    }
}

fn done(lang: Lang, act: &Act) -> Html {
    let message = match act.deed {
        Deed::StopKubelet => Message::DidStopKubelet,
        Deed::StartKubelet => Message::DidStartKubelet,
        Deed::PowerOff => Message::DidPowerOff,
        Deed::PowerOn => Message::DidPowerOn,
        Deed::LinkDown => Message::DidLinkDown,
        Deed::LinkUp => Message::DidLinkUp,
        Deed::ChangeNetwork => Message::DidChangeNetwork,
        Deed::FillDisk => Message::DidFillDisk,
        Deed::WriteManifest => Message::DidWriteManifest,
        Deed::TakeMemory => Message::DidTakeMemory,
        Deed::FreeMemory => Message::DidFreeMemory,
        Deed::Kill => Message::DidKill,
    };
    html! {
        <li class="deed"><div class="who"><b>{ lang.fill(message, &[&act.object]) }</b><time>{ clock(act.at) }</time></div></li>
    }
}

fn end(text: &'static str) -> Html {
    html! { <li class="end"><p class="quiet">{ text }</p></li> }
}

/// What kind of write it was.
fn deed_of(link: &Link) -> (Message, &'static str) {
    match link.event {
        EventType::Added => (Message::WasCreated, "made"),
        EventType::Deleted => (Message::WasRemoved, "lost"),
        EventType::Modified if link.dying => (Message::WasCondemned, "lost"),
        EventType::Modified => (Message::WasChanged, "changed"),
    }
}

/// A change in one line.
fn gist(lang: Lang, link: &Link) -> String {
    match link.changes.first() {
        Some(change) if !link.dying => match change.old.is_empty() {
            true => format!("{} = {}", change.path, change.new),
            false => format!("{} {} → {}", change.path, change.old, change.new),
        },
        _ => lang.text(deed_of(link).0).to_owned(),
    }
}

fn waited(wait: Wait) -> Option<Message> {
    Some(match wait {
        Wait::Nothing => return None,
        Wait::Retry => Message::WaitedRetry,
        Wait::BackOff => Message::WaitedBackOff,
        Wait::Probe => Message::WaitedProbe,
        Wait::Grace => Message::WaitedGrace,
        Wait::Toleration => Message::WaitedToleration,
        Wait::Schedule => Message::WaitedSchedule,
        Wait::Period => Message::WaitedPeriod,
        Wait::Silence => Message::WaitedSilence,
        Wait::Deadline => Message::WaitedDeadline,
        Wait::Exit => Message::WaitedExit,
        Wait::Expiry => Message::WaitedExpiry,
        Wait::Settle => Message::WaitedSettle,
        Wait::Pull => Message::WaitedPull,
        Wait::Launch => Message::WaitedLaunch,
    })
}

fn clock(at: Time) -> String {
    at.rfc3339().get(11..19).unwrap_or_default().to_owned()
}

/// Seconds as people say them: no more digits than mean something.
fn seconds(seconds: f64) -> String {
    match seconds {
        s if s < 0.1 => format!("{s:.2}"),
        s if s < 10.0 => format!("{s:.1}"),
        s => format!("{s:.0}"),
    }
}
