//! An object in words: what it is, how it is doing, what is wrong and what helps; and its most telling fields.

use super::health::{self, Finding, Level};
use super::links::Links;
use super::target::Target;
use super::words;
use crate::i18n::{Lang, Message};
use api::{Value, kind, meta};
use yew::prelude::*;

/// What the summary is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The object.
    pub target: Target,
    /// What the API says of it; null if it is gone.
    pub object: Value,
    /// Where clicks go.
    pub links: Links,
}

/// The summary.
#[component]
pub fn Summary(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let (target, object) = (&props.target, &props.object);
    let about = words::of_kind(target.kind).map(|message| lang.text(message));
    if object.is_null() {
        return html! {
            <>{ for about.map(|about| html! { <p class="about">{ about }</p> }) }<p>{ lang.text(Message::Gone) }</p></>
        };
    }
    let findings = health::look(target.kind.kind, object, ready_ends(target));
    html! {
        <>
            { for about.map(|about| html! { <p class="about">{ about }</p> }) }
            if !findings.is_empty() {
                <ul class="findings">
                    { for findings.iter().map(|finding| told(finding, None, lang, props)) }
                    { for in_trouble(target, object).iter().map(|(pod, finding)| told(finding, Some(pod), lang, props)) }
                </ul>
            }
            { fields(object, lang, props) }
            <p class="acts">{ props.links.command(lang, &format!("kubectl {}describe {}", target.scope(), target.reference())) }</p>
        </>
    }
}

/// A finding; of one of its Pods, if that is named.
fn told(finding: &Finding, pod: Option<&String>, lang: Lang, props: &Props) -> Html {
    let values: Vec<&str> = finding.values.iter().map(String::as_str).collect();
    html! {
        <li class={finding.level.class()}>
            { for pod.map(|pod| props.links.object("Pod", &props.target.namespace, pod)) }
            <p><b>{ lang.fill(finding.message, &values) }</b></p>
            if !finding.said.is_empty() { <p class="said" lang={Lang::of(&finding.said).tag()}>{ &finding.said }</p> }
            if let Some(hint) = finding.hint { <p>{ lang.text(hint) }</p> }
            if !finding.command.is_empty() { { props.links.command(lang, &format!("kubectl {}{}", props.target.scope(), finding.command)) } }
        </li>
    }
}

/// Of the Pods that a workload has chosen, the first with something wrong, and what that is.
fn in_trouble(target: &Target, object: &Value) -> Option<(String, Finding)> {
    let selector = &object["spec"]["selector"]["matchLabels"];
    if selector.is_empty() {
        return None;
    }
    target.cluster(|cluster| {
        let ours = |pod: &&Value| selector.entries().all(|(key, value)| pod.labels().get(key) == value);
        let mut pods = cluster.api().store().list(kind::POD, &target.namespace).filter(ours);
        pods.find_map(|pod| {
            let told = health::look("Pod", pod, 0).into_iter().find(|finding| finding.level == Level::Bad)?;
            Some((pod.name().to_owned(), told))
        })
    })
}

/// How many ready endpoints a Service has.
fn ready_ends(target: &Target) -> usize {
    if target.kind != kind::SERVICE {
        return 0;
    }
    target.cluster(|cluster| {
        let ours = |slice: &&Value| slice.labels()["kubernetes.io/service-name"].str() == target.name;
        let slices = cluster.api().store().list(kind::ENDPOINT_SLICE, &target.namespace).filter(ours);
        let ends = slices.flat_map(|slice| slice["endpoints"].array());
        ends.filter(|end| end["conditions"]["ready"].as_bool().unwrap_or(true)).count()
    })
}

fn fields(object: &Value, lang: Lang, props: &Props) -> Html {
    let (spec, status) = (&object["spec"], &object["status"]);
    let pairs = |map: &Value| meta::string_pairs(map).map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(" ");
    let restarts: i64 = status["containerStatuses"].array().iter().map(|s| s["restartCount"].int()).sum();
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
    let template = if spec["template"].is_null() { spec } else { &spec["template"]["spec"] };
    let images: Vec<&str> = template["containers"].array().iter().map(|container| container["image"].str()).collect();
    let keys = |map: &Value| map.entries().map(|(key, _)| key.as_str()).collect::<Vec<_>>().join(" ");
    let addresses = status["addresses"].array().iter().find(|address| address["type"].str() == "InternalIP");
    let rows = [
        (Message::Status, status["phase"].str().to_owned()),
        (Message::Type, spec["type"].str().to_owned()),
        (Message::PodIp, status["podIP"].str().to_owned()),
        (Message::Address, addresses.map(|address| address["address"].str().to_owned()).unwrap_or_default()),
        (Message::ClusterIp, spec["clusterIP"].str().to_owned()),
        (Message::ExternalName, spec["externalName"].str().to_owned()),
        (Message::Ports, ports.collect::<Vec<_>>().join(", ")),
        (Message::Replicas, replicas),
        (Message::Image, images.join(" ")),
        (Message::Schedule, spec["schedule"].str().to_owned()),
        (Message::Capacity, status["capacity"]["storage"].str().to_owned()),
        (Message::Version, status["nodeInfo"]["kubeletVersion"].str().to_owned()),
        (Message::Restarts, if status["containerStatuses"].is_empty() { String::new() } else { restarts.to_string() }),
        (Message::Data, keys(&object["data"])),
        (Message::Labels, pairs(object.labels())),
        (Message::Selector, selector),
        (Message::Created, lang.date(object.at("metadata.creationTimestamp").str())),
    ];
    let rows = rows.into_iter().chain([(Message::Rules, rules(spec).join(", "))]);
    let owner = object.controller();
    let (namespace, node) = (object.namespace(), spec["nodeName"].str());
    html! {
        <dl class="summary">
            if !node.is_empty() { <dt>{ lang.text(Message::Node) }</dt><dd>{ props.links.object("Node", "", node) }</dd> }
            if !owner.is_null() {
                <dt>{ lang.text(Message::ControlledBy) }</dt>
                <dd>{ props.links.object(owner["kind"].str(), if owner["kind"].str() == "Node" { "" } else { namespace }, owner["name"].str()) }</dd>
            }
            { for rows.filter(|(_, text)| !text.is_empty()).map(|(name, text)| html! {
                <><dt>{ lang.text(name) }</dt><dd>{ text }</dd></>
            }) }
        </dl>
    }
}

/// Where an Ingress leads: `shop.example/ → web:80`.
fn rules(spec: &Value) -> Vec<String> {
    let backend = |service: &Value| {
        let port = &service["port"];
        let port = port["number"].as_int().map_or_else(|| port["name"].str().to_owned(), |number| number.to_string());
        format!("→ {}:{port}", service["name"].str())
    };
    let mut told: Vec<String> = Vec::new();
    for rule in spec["rules"].array() {
        let host = Some(rule["host"].str()).filter(|host| !host.is_empty()).unwrap_or("*");
        let paths = rule["http"]["paths"].array().iter();
        told.extend(paths.map(|path| format!("{host}{} {}", path["path"].str(), backend(&path["backend"]["service"]))));
    }
    let rest = &spec["defaultBackend"]["service"];
    told.extend((!rest.is_null()).then(|| format!("* {}", backend(rest))));
    told
}
