//! What the API says of one object: a summary, its events, its YAML.

use crate::event::when;
use crate::i18n::{Lang, Message};
use api::{Value, meta};
use yew::prelude::*;

/// An object, and what belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// Its kind's name.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The object; null once it is gone.
    pub object: Value,
    /// Its events, oldest first.
    pub events: Vec<Value>,
    /// The object as YAML.
    pub yaml: String,
}

/// The parts of the inspector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tab {
    Summary,
    Events,
    Yaml,
}

/// What the inspector is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is looked at.
    pub subject: Subject,
    /// The reader has seen enough.
    pub onclose: Callback<()>,
}

/// The inspector.
#[component]
pub fn Inspector(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let tab = use_state_eq(|| Tab::Summary);
    let close = use_node_ref();
    {
        let close = close.clone();
        use_effect_with((props.subject.kind.clone(), props.subject.name.clone()), move |_| {
            if let Some(close) = close.cast::<web_sys::HtmlElement>() {
                _ = close.focus();
            }
        });
    }
    let Subject { kind, name, object, events, yaml } = &props.subject;
    let onclose = props.onclose.reform(|_: MouseEvent| ());
    let onkeydown = when(&props.onclose, |event: KeyboardEvent| (event.key() == "Escape").then_some(()));
    let tabs = [(Tab::Summary, Message::Summary), (Tab::Events, Message::Events), (Tab::Yaml, Message::Yaml)];
    let choice = |(which, text): (Tab, Message)| {
        let selected = *tab == which;
        let onclick = {
            let tab = tab.clone();
            move |_: MouseEvent| tab.set(which)
        };
        html! {
            <button type="button" role="tab" aria-selected={selected.to_string()} aria-controls="panel" {onclick}>{ lang.text(text) }</button>
        }
    };
    html! {
        <aside class="inspector" aria-label={format!("{kind} {name}")} {onkeydown}>
            <header>
                <h2><small>{ kind }</small>{ name }</h2>
                <button type="button" class="control" ref={close} aria-label={lang.text(Message::Close)} title={lang.text(Message::Close)}
                    onclick={onclose}>{ crate::glyph::icon(crate::glyph::Icon::Close) }</button>
            </header>
            <div class="tabs" role="tablist">{ for tabs.into_iter().map(choice) }</div>
            <div class="panel" id="panel" role="tabpanel" tabindex="0">
                if object.is_null() {
                    <p>{ lang.text(Message::Gone) }</p>
                } else {
                    { match *tab {
                        Tab::Summary => summary(object, lang),
                        Tab::Events => happenings(events, lang),
                        Tab::Yaml => html! { <pre>{ yaml }</pre> },
                    } }
                }
            </div>
        </aside>
    }
}

fn summary(object: &Value, lang: Lang) -> Html {
    let (spec, status) = (&object["spec"], &object["status"]);
    let pairs = |map: &Value| meta::string_pairs(map).map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(" ");
    let containers = spec["containers"].array().iter();
    let containers =
        containers.map(|c| format!("{} ({})", c["name"].str(), c["image"].str())).collect::<Vec<_>>().join(", ");
    let restarts: i64 = status["containerStatuses"].array().iter().map(|s| s["restartCount"].int()).sum();
    let owner = object.controller();
    let owner =
        if owner.is_null() { String::new() } else { format!("{}/{}", owner["kind"].str(), owner["name"].str()) };
    let replicas = match spec["replicas"].as_int() {
        Some(wanted) => format!("{} / {wanted}", status["readyReplicas"].int()),
        None => String::new(),
    };
    let ports = spec["ports"].array().iter().map(|port| match port["nodePort"].int() {
        0 => format!("{}/{}", port["port"].int(), port["protocol"].str()),
        node => format!("{}:{node}/{}", port["port"].int(), port["protocol"].str()),
    });
    let selector = match spec["selector"]["matchLabels"].is_null() {
        true => pairs(&spec["selector"]),
        false => pairs(&spec["selector"]["matchLabels"]),
    };
    let rows = [
        (Message::Namespace, object.namespace().to_owned()),
        (Message::Status, status["phase"].str().to_owned()),
        (Message::Type, spec["type"].str().to_owned()),
        (Message::Node, spec["nodeName"].str().to_owned()),
        (Message::PodIp, status["podIP"].str().to_owned()),
        (Message::ClusterIp, spec["clusterIP"].str().to_owned()),
        (Message::ExternalName, spec["externalName"].str().to_owned()),
        (Message::Ports, ports.collect::<Vec<_>>().join(", ")),
        (Message::Replicas, replicas),
        (Message::Containers, containers),
        (Message::Restarts, if status["containerStatuses"].is_empty() { String::new() } else { restarts.to_string() }),
        (Message::ControlledBy, owner),
        (Message::Labels, pairs(object.labels())),
        (Message::Selector, selector),
        (Message::Created, object.at("metadata.creationTimestamp").str().to_owned()),
    ];
    html! {
        <dl class="summary">
            { for rows.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| html! {
                <><dt>{ lang.text(name) }</dt><dd>{ text }</dd></>
            }) }
        </dl>
    }
}

fn happenings(events: &[Value], lang: Lang) -> Html {
    if events.is_empty() {
        return html! { <p>{ lang.text(Message::NoEvents) }</p> };
    }
    let one = |event: &Value| {
        let warning = (event["type"].str() == "Warning").then_some("warning");
        let count = event["count"].int();
        let last = event["lastTimestamp"].str();
        html! {
            <li class={classes!(warning)}>
                <div><b>{ event["reason"].str() }</b>{ if count > 1 { format!(" ×{count}") } else { String::new() } }
                    <time>{ last.get(11..19).unwrap_or(last) }</time></div>
                <p>{ event["message"].str() }</p>
            </li>
        }
    };
    html! { <ul class="happenings">{ for events.iter().rev().map(one) }</ul> }
}
