//! Cards: of what controllers own, of Services and of Ingresses. In the view by node they stand in lanes.

use super::scaler::Scaler;
use crate::glyph::{Icon, icon};
use crate::i18n::{Lang, Message};
use crate::model::{Counts, End, Ingress, Service, Shares, Workload};
use std::rc::Rc;
use yew::prelude::*;

/// As many endpoints are drawn.
const ENDS_SHOWN: usize = 24;
/// As many endpoints have their requests written below them.
const ENDS_COUNTED: usize = 6;

/// What a workload's card is drawn from.
#[derive(Properties, PartialEq)]
pub struct WorkloadProps {
    /// A workload that belongs to no other.
    pub workload: Rc<Workload>,
    /// Whether it belongs to what is pointed at.
    pub lit: bool,
    /// Without what it owns.
    #[prop_or_default]
    pub bare: bool,
    /// A line shall be typed.
    pub ontype: Callback<String>,
}

/// A workload, and those that it owns: a Deployment's ReplicaSets, a CronJob's Jobs. Those that are over fold away.
#[component]
pub fn WorkloadCard(props: &WorkloadProps) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let open = use_state_eq(|| false);
    let workload = &*props.workload;
    let class = classes!("card", "workload", format!("owner-{}", workload.hue), props.lit.then_some("lit"));
    let ratio = format!("{}/{}", workload.ready, workload.desired);
    let short = (workload.ready < workload.desired).then_some("short");
    let said = if workload.counts == Counts::Jobs { workload.schedule.as_str() } else { &ratio };
    let label = format!("{} {}, {said}", workload.kind, workload.name);
    let scales = matches!(workload.kind, "Deployment" | "ReplicaSet" | "StatefulSet" | "ReplicationController");
    let old = workload.children.iter().filter(|child| workload.is_done_with(child)).count();
    let parts = if props.bare { &[][..] } else { &workload.children[..] };
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
            } else if !scales {
                <span class={classes!("ratio", short)}>{ ratio }</span>
            }
            if scales {
                <Scaler kind={workload.kind} namespace={workload.namespace.to_string()} name={workload.name.to_string()}
                    ready={workload.ready} desired={workload.desired} ontype={props.ontype.clone()} />
            }
            if !parts.is_empty() {
                { icon(Icon::Arrow) }
                <div class="branch">
                    <>{ for parts.iter().filter(|child| *open || !workload.is_done_with(child)).map(|child| owned(child, workload, lang)) }</>
                    { fold(&open, old, Some(workload), lang) }
                </div>
            }
        </article>
    }
}

/// The button that shows those of an owner that are over, if there are any, and folds them away again.
pub fn fold(open: &UseStateHandle<bool>, old: usize, owner: Option<&Workload>, lang: Lang) -> Html {
    let jobs = owner.is_some_and(|owner| owner.counts == Counts::Jobs);
    let folded = if jobs { Message::FinishedJobs } else { Message::OldSets };
    let toggle = {
        let open = open.clone();
        move |_: MouseEvent| open.set(!*open)
    };
    html! {
        if old > 0 {
            <button type="button" class="fold" aria-expanded={open.to_string()} onclick={toggle}>
                { if **open { lang.text(Message::FoldFinished).to_owned() } else { lang.fill(folded, &[&old.to_string()]) } }
            </button>
        }
    }
}

fn owned(set: &Workload, owner: &Workload, lang: Lang) -> Html {
    let other = (set.nth % 2 == 1).then_some("other");
    let class = classes!("rs", owner.is_done_with(set).then_some("old"), other);
    html! {
        <div key={set.uid.as_str()} {class}>
            { head(set, owner) }
            { counts(set, lang) }
        </div>
    }
}

/// The name of a ReplicaSet or a Job, which opens the inspector.
pub fn head(set: &Workload, owner: &Workload) -> Html {
    let short = set.short_name(&owner.name);
    let revision = if set.revision.is_empty() { String::new() } else { format!(" #{}", set.revision) };
    let label = format!("{}{revision} {short} ({}), {}/{}", set.kind, set.name, set.ready, set.desired);
    html! {
        <button type="button" class="head" aria-label={label} data-uid={owner.uid.to_string()} data-set={set.uid.to_string()}
            data-object={format!("{}/{}/{}", set.kind, set.namespace, set.name)}>
            <span class="what">{ set.kind }
                if !revision.is_empty() {
                    <span class="revision">{ revision }</span>
                }
            </span>{ " " }
            <span class="name">{ short }</span>
        </button>
    }
}

/// desired, current, ready: as `kubectl get rs` has them; of a Job, what `kubectl get jobs` tells.
pub fn counts(workload: &Workload, lang: Lang) -> Html {
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
    /// How many requests the Pods behind it got, if it had any.
    #[prop_or_default]
    pub shares: Option<Shares>,
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
                    <span class="ends">{ for service.ends.iter().take(ENDS_SHOWN).map(|end| end_of(end, props.shares.as_ref(), service.ends.len() <= ENDS_COUNTED)) }</span>
                    <span class="fact">{ format!("{}/{}", service.ready(), service.ends.len()) }</span>
                </div>
            }
        </article>
    }
}

/// An endpoint, and how many requests it got.
fn end_of(end: &End, shares: Option<&Shares>, counted: bool) -> Html {
    let got = shares.map(|shares| shares.iter().find(|(pod, _)| *pod == end.pod).map_or(0, |(_, requests)| *requests));
    let title = got.map_or_else(|| end.ip.to_string(), |got| format!("{}: {got}", end.ip));
    html! {
        <span class="share" {title}>
            <i class={classes!("end", (!end.ready).then_some("waiting"))}></i>
            if let Some(got) = got.filter(|_| counted) {
                <small>{ got }</small>
            }
        </span>
    }
}

/// What an Ingress' card is drawn from.
#[derive(Properties, PartialEq)]
pub struct IngressProps {
    /// The Ingress.
    pub ingress: Rc<Ingress>,
    /// Whether it belongs to what is pointed at.
    pub lit: bool,
}

/// An Ingress: the names and paths under which Services are reached.
#[component]
pub fn IngressCard(props: &IngressProps) -> Html {
    let ingress = &*props.ingress;
    let label = format!("Ingress {}, {}", ingress.name, ingress.address);
    html! {
        <article class={classes!("card", "ingress", props.lit.then_some("lit"))} data-uid={ingress.uid.to_string()}>
            <button type="button" class="head" aria-label={label} data-uid={ingress.uid.to_string()}
                data-object={format!("Ingress/{}/{}", ingress.namespace, ingress.name)}>
                <span class="what">{ "Ingress" }
                    if !ingress.class.is_empty() {
                        { " · " }{ ingress.class.as_str() }
                    }
                    if ingress.tls {
                        { " · TLS" }
                    }
                </span>{ " " }
                <span class="name">{ ingress.name.as_str() }</span>
            </button>
            <ul class="routes">
                { for ingress.paths.iter().map(|path| html! {
                    <li><span>{ path.from.as_str() }</span><span class="faint">{ " → " }{ path.service.as_str() }</span></li>
                }) }
            </ul>
            if !ingress.address.is_empty() {
                <span class="fact">{ ingress.address.as_str() }</span>
            }
        </article>
    }
}
