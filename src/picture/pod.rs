//! A Pod: a capsule, with its containers in it if one looks closely, or a small mark for the system's own.

use crate::glyph;
use crate::i18n::{Lang, Message};
use crate::model::{BackOff, Container, PROBES, Pod, Source};
use std::rc::Rc;
use yew::prelude::*;

/// What is drawn of a Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Its name and all.
    Whole,
    /// Its state: one of many. The rest is in its accessible name.
    Cell,
    /// What it runs: the system's own.
    Mark,
}

/// What a Pod is drawn from.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The Pod.
    pub pod: Rc<Pod>,
    /// Whether it belongs to what is pointed at.
    #[prop_or_default]
    pub lit: bool,
    /// What is drawn of it.
    pub shape: Shape,
    /// Whether its node is named, because it does not stand in it.
    #[prop_or_default]
    pub named: bool,
    /// Whether one sees what is in it.
    #[prop_or_default]
    pub close: bool,
    /// What time it is, in seconds; 0 if the Pod does not count down.
    #[prop_or_default]
    pub now: i64,
}

/// A Pod as a button whose accessible name begins with the Pod's name and contains its phase and its IP.
#[component]
pub fn PodView(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let pod = &*props.pod;
    let doing = pod.pulling.then(|| lang.text(Message::PullingImage));
    let whole = props.shape == Shape::Whole;
    let words = if whole { words(pod, doing.unwrap_or(&pod.state), props.named) } else { Vec::new() };
    let inside = if whole && props.close { inside(pod) } else { Vec::new() };
    let label = spoken(pod, doing, &words, &inside, lang);
    let shape = if props.shape == Shape::Mark { "mark" } else { "pod" };
    let owner = pod.hue.map(|hue| format!("owner-{hue}"));
    let other = (pod.nth % 2 == 1).then_some("other");
    let class = classes!(shape, glyph::tone(pod.look), owner, other, props.lit.then_some("lit"));
    let place = format!("pod:{}", pod.uid);
    let object = format!("Pod/{}/{}", pod.namespace, pod.name);
    let title = if pod.message.is_empty() { label.clone() } else { format!("{label}\n{}", pod.message) };
    html! {
        <button type="button" {class} {title} aria-label={label} data-place={place} data-uid={pod.uid.to_string()}
            data-owner={pod.owner.to_string()} data-object={object}>
            { glyph::state(pod.look) }
            if props.shape == Shape::Mark {
                <span>{ pod.mark.as_str() }</span>
            } else if whole {
                { name(pod) }
                <span class="sub">{ for words.iter().map(word) }</span>
                if let Some(back_off) = pod.back_off {
                    { countdown(back_off, props.now) }
                } else {
                    <span class="boxes">{ for pod.containers.iter().map(box_of) }</span>
                }
                if props.close {
                    <span class="inside">{ for inside.iter().map(|(class, words)| html! {
                        <span class={class.clone()}>{ for words.iter().map(word) }</span>
                    }) }</span>
                }
                if pod.pulling {
                    <span class="pull"></span>
                }
            }
        </button>
    }
}

/// A word that is drawn, after the class that says what it is.
type Word = (&'static str, String);

/// What is a sign, and no word: the style sheet draws it, and who listens hears it in words.
const SIGN: &str = "restarts";

/// Words are parted by blanks, also for who copies or hears them.
fn word((class, text): &Word) -> Html {
    if *class == SIGN {
        return html! { <span class={*class} data-sign={text.clone()}></span> };
    }
    html! { <><span class={*class}>{ text }</span>{ " " }</> }
}

/// What is drawn, word for word, and then what it leaves out.
fn spoken(pod: &Pod, doing: Option<&str>, words: &[Word], inside: &[(Classes, Vec<Word>)], lang: Lang) -> String {
    let mut said = vec![pod.name.to_string()];
    let drawn = words.iter().chain(inside.iter().flat_map(|(_, words)| words)).filter(|(class, _)| *class != SIGN);
    said.extend(drawn.map(|(_, text)| text.clone()));
    for fact in pod.facts(doing) {
        if !words.iter().any(|(_, text)| *text == fact) {
            said.push(fact);
        }
    }
    if pod.restarts() > 0 {
        said.push(lang.fill(Message::Restarted, &[&pod.restarts().to_string()]));
    }
    said.join(" ")
}

fn name(pod: &Pod) -> Html {
    let [stem, hash, tail] = pod.split_name();
    html! {
        <>
            <span class="title">
                <span class="stem">{ stem }<span class="hash">{ hash }</span></span>
                <span class="tail">{ tail }</span>
            </span>
            { " " }
        </>
    }
}

/// What stands below the name.
fn words(pod: &Pod, state: &str, named: bool) -> Vec<Word> {
    let restarts = if pod.restarts() > 0 { format!("↻{}", pod.restarts()) } else { String::new() };
    // Not twice the same word: `Error (3)`.
    let last = pod.last_end();
    let last = last.strip_prefix(state).unwrap_or(last).trim_start();
    // Of a Pod that fails, the reason says more than the address.
    let ip = if glyph::tone(pod.look) == "bad" { "" } else { &pod.ip };
    let place = if named { pod.node.as_str() } else { "" };
    let why = if pod.node.is_empty() { short(&pod.message) } else { "" };
    let words = [("ip", ip), ("where", place), ("state", state), (SIGN, &restarts), ("last", last), ("why", why)];
    words.into_iter().filter(|(_, text)| !text.is_empty()).map(|(class, text)| (class, text.to_owned())).collect()
}

/// What the scheduler says, without its preface: `0/4 nodes are available: 3 Insufficient cpu, ... preemption: ...`.
fn short(message: &str) -> &str {
    let text = message.split_once("available: ").map_or(message, |(_, why)| why);
    text.split(". ").next().unwrap_or(text).trim_end_matches('.')
}

fn box_of(container: &Container) -> Html {
    html! { <i class={classes!(look(container), container.init.then_some("init"))}></i> }
}

fn look(container: &Container) -> &'static str {
    match container {
        Container { failed: true, .. } => "bad",
        Container { ready: true, running: true, .. } => "up",
        Container { running: true, .. } => "half",
        Container { done: true, .. } => "done",
        _ => "",
    }
}

/// How long a container that crashed still waits, as a ring that runs empty. The number is the style sheet's to draw: a name
/// that changed every second would be read out every second.
fn countdown(back_off: BackOff, now: i64) -> Html {
    let left = (back_off.until - now).clamp(0, back_off.length);
    let part = left * 100 / back_off.length.max(1);
    html! {
        <span class="countdown">
            <svg viewBox="0 0 20 20" aria-hidden="true">
                <circle class="rail" cx="10" cy="10" r="8" />
                <circle class="left" cx="10" cy="10" r="8" pathLength="100" stroke-dasharray={format!("{part} 100")} />
            </svg>
            <span data-left={time_left(left)}></span>
        </span>
    }
}

/// `9s`, `2:05`
fn time_left(seconds: i64) -> String {
    if seconds < 60 { format!("{seconds}s") } else { format!("{}:{:02}", seconds / 60, seconds % 60) }
}

/// What is in a Pod: containers with their probes and restarts, and what they mount.
fn inside(pod: &Pod) -> Vec<(Classes, Vec<Word>)> {
    let container = |container: &Container| {
        let probes = PROBES.iter().zip(container.probes).filter(|(_, there)| *there);
        let said = if container.reason.is_empty() { &container.last } else { &container.reason };
        let mut words = vec![("name", container.name.to_string()), ("mono", container.image.to_string())];
        if !said.is_empty() {
            words.push(("state", said.to_string()));
        }
        if container.restarts > 0 {
            words.push((SIGN, format!("↻{}", container.restarts)));
        }
        words.extend(probes.map(|(name, _)| ("probe", (*name).to_owned())));
        (classes!("container", look(container), container.init.then_some("init")), words)
    };
    let source = |source: &Source| {
        (classes!("source"), vec![("what", source.kind.to_string()), ("name", source.name.to_string())])
    };
    pod.containers.iter().map(container).chain(pod.sources.iter().map(source)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheduler_is_quoted_without_its_preface() {
        let said = "0/4 nodes are available: 1 node(s) had untolerated taint(s), 3 Insufficient cpu. no new claims to \
                    deallocate, preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.";
        assert_eq!(short(said), "1 node(s) had untolerated taint(s), 3 Insufficient cpu");
        assert_eq!(short("The node was low on resource: memory."), "The node was low on resource: memory");
    }

    #[test]
    fn restarts_are_said_once_and_in_words() {
        let status = "{phase: Running, containerStatuses: [{name: c, restartCount: 2, state: {running: {}}}]}";
        let yaml =
            format!("{{metadata: {{name: a}}, spec: {{containers: [{{name: c, image: b}}]}}, status: {status}}}");
        let pod = Pod::read(&api::yaml::parse(&yaml).expect("the test has YAML").value);
        let said = spoken(&pod, None, &words(&pod, &pod.state, false), &inside(&pod), Lang::En);
        assert_eq!(said, "a Running c b restarts: 2");
    }

    #[test]
    fn what_is_left_is_short() {
        assert_eq!([time_left(9), time_left(125)], ["9s", "2:05"]);
    }
}
