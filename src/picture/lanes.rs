//! The lanes above and below the rooms: what controllers own, and the Services.

use crate::glyph::{Icon, icon};
use crate::i18n::{Lang, Message};
use crate::model::{Counts, End, Service, Workload};
use std::rc::Rc;
use yew::prelude::*;

/// What a workload's card is drawn from.
#[derive(Properties, PartialEq)]
pub struct WorkloadProps {
    /// A workload that belongs to no other.
    pub workload: Rc<Workload>,
    /// Whether it belongs to what is pointed at.
    pub lit: bool,
}

/// A workload, and those that it owns: a Deployment's ReplicaSets, a CronJob's Jobs.
#[component]
pub fn WorkloadCard(props: &WorkloadProps) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let workload = &*props.workload;
    let class = classes!("card", format!("owner-{}", workload.hue), props.lit.then_some("lit"));
    let ratio = format!("{}/{}", workload.ready, workload.desired);
    let short = (workload.ready < workload.desired).then_some("short");
    let said = if workload.counts == Counts::Jobs { workload.schedule.as_str() } else { &ratio };
    let label = format!("{} {}, {said}", workload.kind, workload.name);
    html! {
        <article {class} data-uid={workload.uid.to_string()}>
            <button type="button" class="head" aria-label={label} data-uid={workload.uid.to_string()}
                data-object={format!("{}/{}/{}", workload.kind, workload.namespace, workload.name)}>
                <span class="what">{ workload.kind }</span>{ " " }
                <span class="name">{ workload.name.as_str() }</span>
            </button>
            if workload.counts == Counts::Jobs {
                <span class="fact schedule">{ workload.schedule.as_str() }</span>
            } else if workload.children.is_empty() {
                { counts(workload, lang) }
            } else {
                <span class={classes!("ratio", short)}>{ ratio }</span>
            }
            if !workload.children.is_empty() {
                <svg class="arrow" viewBox="0 5 24 14" aria-hidden="true"><path d="M2 12h19M16 7l5 5-5 5" fill="none" stroke="currentColor" stroke-width="2" /></svg>
                <div class="branch">{ for workload.children.iter().map(|child| owned(child, workload, lang)) }</div>
            }
        </article>
    }
}

fn owned(set: &Workload, owner: &Workload, lang: Lang) -> Html {
    let class = classes!("rs", set.over().then_some("old"));
    let short = set.short_name(&owner.name);
    let label = format!("{} {short} ({}), {}/{}", set.kind, set.name, set.ready, set.desired);
    html! {
        <div key={set.uid.as_str()} {class}>
            <button type="button" class="head" aria-label={label} data-uid={owner.uid.to_string()} data-set={set.uid.to_string()}
                data-object={format!("{}/{}/{}", set.kind, set.namespace, set.name)}>
                <span class="what">{ set.kind }</span>{ " " }
                <span class="name">{ short }</span>
            </button>
            { counts(set, lang) }
        </div>
    }
}

/// desired, current, ready: as `kubectl get rs` has them; of a Job, what `kubectl get jobs` tells.
fn counts(workload: &Workload, lang: Lang) -> Html {
    let names = match workload.counts {
        Counts::Completions => [Message::Wanted, Message::Active, Message::Succeeded],
        _ => [Message::Desired, Message::Current, Message::ReadyCount],
    };
    let count = |number: i64, message: Message| {
        // A Job's Pods need not all run at once.
        let short = number < workload.desired && message != Message::Active;
        let class = short.then_some("short");
        html! { <div {class}><dt>{ lang.text(message) }</dt><dd>{ number }</dd></div> }
    };
    html! {
        <dl class="counts">
            { for [workload.desired, workload.current, workload.ready].into_iter().zip(names).map(|(n, name)| count(n, name)) }
        </dl>
    }
}

/// What a Service's card is drawn from.
#[derive(Properties, PartialEq)]
pub struct ServiceProps {
    /// The Service.
    pub service: Rc<Service>,
    /// Whether it belongs to what is pointed at.
    pub lit: bool,
}

/// A Service as an entrance: how it is reached, and which Pods are behind it.
#[component]
pub fn ServiceCard(props: &ServiceProps) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let service = &*props.service;
    let owner = service.hue.map(|hue| format!("owner-{hue}"));
    let ready = lang.fill(Message::EndpointsReady, &[&service.ready().to_string(), &service.ends.len().to_string()]);
    let label = format!("Service · {} {}, {ready}", service.type_, service.name);
    let facts = [
        (Message::ClusterIp, service.cluster_ip.as_str()),
        (Message::ExternalIp, service.external_ip.as_str()),
        (Message::ExternalName, service.external_name.as_str()),
        (Message::Ports, service.ports.as_str()),
    ];
    html! {
        <article class={classes!("card", "service", owner, props.lit.then_some("lit"))} data-uid={service.uid.to_string()}
            data-place={service.place()}>
            <button type="button" class="head" aria-label={label} data-uid={service.uid.to_string()}
                data-object={format!("Service/{}/{}", service.namespace, service.name)}>
                <span class="what">{ "Service" }{ " · " }{ service.type_.as_str() }</span>{ " " }
                <span class="name">{ service.name.as_str() }</span>
            </button>
            <dl class="facts">
                { for facts.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| html! {
                    <div><dt>{ lang.text(name) }</dt><dd>{ text }</dd></div>
                }) }
            </dl>
            if service.type_ != "ExternalName" {
                <div class="behind" title={ready}>
                    { icon(Icon::Arrow) }
                    <span class="ends">{ for service.ends.iter().take(24).map(end) }</span>
                    <span class="fact">{ format!("{}/{}", service.ready(), service.ends.len()) }</span>
                </div>
            }
        </article>
    }
}

fn end(end: &End) -> Html {
    html! { <i class={classes!("end", (!end.ready).then_some("waiting"))} title={end.ip.to_string()}></i> }
}
