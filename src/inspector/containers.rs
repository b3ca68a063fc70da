//! A Pod's containers: what each runs, how it is, and a way in.

use super::links::Links;
use super::target::Target;
use crate::i18n::{Lang, Message};
use api::Value;
use yew::prelude::*;

/// What the list is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The Pod.
    pub target: Target,
    /// The Pod's object.
    pub object: Value,
    /// Where clicks go.
    pub links: Links,
}

/// Where containers stand in the spec and in the status, and what they are called.
const LISTS: [(&str, &str, Option<Message>); 3] = [
    ("initContainers", "initContainerStatuses", Some(Message::InitContainer)),
    ("containers", "containerStatuses", None),
    ("ephemeralContainers", "ephemeralContainerStatuses", Some(Message::EphemeralContainer)),
];

/// The containers.
#[component]
pub fn Containers(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let (spec, status) = (&props.object["spec"], &props.object["status"]);
    let all = LISTS.iter().flat_map(|(list, statuses, role)| {
        spec[*list].array().iter().map(move |container| {
            let state = status[*statuses].array().iter().find(|s| s["name"] == container["name"]);
            (container, state.cloned().unwrap_or_default(), *role)
        })
    });
    html! { <ul class="containers">{ for all.map(|(container, state, role)| one(props, lang, container, &state, role)) }</ul> }
}

fn one(props: &Props, lang: Lang, container: &Value, status: &Value, role: Option<Message>) -> Html {
    let name = container["name"].str();
    let (state, what) =
        status["state"].entries().next().map_or(("waiting", Value::Null), |(s, w)| (s.as_str(), w.clone()));
    let reason = what["reason"].str();
    let tone = match (state, reason, status["ready"].bool()) {
        ("running", _, true) | ("terminated", "Completed", _) => "good",
        ("running", ..) | ("waiting", "" | "ContainerCreating" | "PodInitializing", _) => "wait",
        _ => "bad",
    };
    let shown = if reason.is_empty() { state.to_owned() } else { format!("{state}: {reason}") };
    let ports =
        container["ports"].array().iter().map(|p| format!("{}/{}", p["containerPort"].int(), p["protocol"].str()));
    let last = &status["lastState"]["terminated"];
    let ended = |end: &Value| match end["exitCode"].as_int() {
        Some(code) => format!("{} ({code})", end["reason"].str()),
        None => String::new(),
    };
    let amounts = |of: &Value| of.entries().map(|(k, v)| format!("{k} {}", v.str())).collect::<Vec<_>>().join(", ");
    let probes = ["startupProbe", "readinessProbe", "livenessProbe"];
    let probes = probes.iter().filter(|probe| !container[**probe].is_null()).copied().collect::<Vec<_>>().join(", ");
    let mounts =
        container["volumeMounts"].array().iter().map(|m| format!("{} ({})", m["mountPath"].str(), m["name"].str()));
    let rows = [
        (Message::Image, container["image"].str().to_owned()),
        (Message::Ports, ports.collect::<Vec<_>>().join(", ")),
        (Message::Restarts, status["restartCount"].as_int().map(|n| n.to_string()).unwrap_or_default()),
        (Message::LastEnd, ended(last)),
        (Message::Exit, ended(&status["state"]["terminated"])),
        (Message::Requests, amounts(&container["resources"]["requests"])),
        (Message::Limits, amounts(&container["resources"]["limits"])),
        (Message::Probes, probes),
        (Message::Mounts, mounts.collect::<Vec<_>>().join(", ")),
    ];
    let (scope, pod) = (props.target.scope(), &props.target.name);
    html! {
        <li>
            <h3>{ name }{ " " }<span class={classes!("badge", tone)}>{ shown }</span>
                if let Some(role) = role { { " " }<span class="badge">{ lang.text(role) }</span> }
            </h3>
            if !what["message"].str().is_empty() { <p class="said" lang={Lang::of(what["message"].str()).tag()}>{ what["message"].str() }</p> }
            <dl class="summary">{ for rows.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| html! {
                <><dt>{ lang.text(name) }</dt><dd>{ text }</dd></>
            }) }</dl>
            if state == "running" {
                <p class="acts"><span>{ lang.text(Message::OpenTerminal) }</span>
                    { props.links.command(lang, &format!("kubectl {scope}exec -it {pod} -c {name} -- sh")) }</p>
            }
        </li>
    }
}
