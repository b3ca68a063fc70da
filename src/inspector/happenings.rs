//! What happened to an object: its events and the turns of its conditions on one line of time, newest first.

use super::target::Target;
use crate::i18n::{Lang, Message};
use api::{Str, Time, Value, kind};
use apiserver::Key;
use yew::prelude::*;

/// What the list is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The object.
    pub target: Target,
    /// What the API says of it.
    pub object: Value,
}

/// One thing that happened.
struct Happening {
    at: Time,
    tone: &'static str,
    title: String,
    text: Str,
    by: Str,
    count: i64,
}

/// The list.
#[component]
pub fn Happenings(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let mut all: Vec<Happening> = events(&props.target).iter().map(of_event).collect();
    all.extend(props.object["status"]["conditions"].array().iter().map(of_condition));
    // Of things of one moment the last one that was told comes first.
    all.reverse();
    api::sort_by_key(&mut all, |happening| std::cmp::Reverse(happening.at));
    if all.is_empty() {
        return html! { <p class="quiet">{ lang.text(Message::NoEvents) }</p> };
    }
    html! { <ol class="happenings">{ for all.iter().map(one) }</ol> }
}

fn one(happening: &Happening) -> Html {
    let Happening { at, tone, title, text, by, count } = happening;
    let time = at.rfc3339();
    html! {
        <li class={*tone}>
            <div><b>{ title }</b>{ if *count > 1 { format!(" ×{count}") } else { String::new() } }
                <time>{ time.get(11..19).unwrap_or_default().to_owned() }</time></div>
            <p lang={Lang::of(text).tag()}>{ text.as_str() }{ if by.is_empty() { Html::default() } else { html! { <small>{ format!(" {by}") }</small> } } }</p>
        </li>
    }
}

fn of_event(event: &Value) -> Happening {
    Happening {
        at: event["lastTimestamp"].time().unwrap_or_default(),
        tone: if event["type"].str() == "Warning" { "warning" } else { "event" },
        title: event["reason"].str().to_owned(),
        text: event["message"].to_str(),
        by: event["source"]["component"].to_str(),
        count: event["count"].int(),
    }
}

fn of_condition(condition: &Value) -> Happening {
    let at = ["lastTransitionTime", "lastUpdateTime"].iter().find_map(|key| condition[*key].time());
    let (status, reason) = (condition["status"].str(), condition["reason"].str());
    let title = format!("{} = {status}", condition["type"].str());
    Happening {
        at: at.unwrap_or_default(),
        tone: "condition",
        title: if reason.is_empty() { title } else { format!("{title} ({reason})") },
        text: condition["message"].to_str(),
        by: Str::default(),
        count: 1,
    }
}

/// The events about an object: their names begin with its name.
pub fn events(target: &Target) -> Vec<Value> {
    let namespace = if target.namespace.is_empty() { "default" } else { target.namespace.as_str() };
    let from = Key::new(namespace, format!("{}.", target.name));
    target.cluster(|cluster| {
        let about = |event: &&Value| {
            let involved = &event["involvedObject"];
            involved["kind"].str() == target.kind.kind && involved["name"].str() == target.name
        };
        cluster.api().store().prefixed(kind::EVENT, &from).filter(about).cloned().collect()
    })
}
