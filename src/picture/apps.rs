//! The cluster by app: from Ingresses and Services to what owns the Pods, and the Pods themselves, left to right.

use super::lanes::{IngressCard, ServiceCard, WorkloadCard, counts, fold, head};
use super::pods::{Light, PodList, crowding};
use crate::glyph::{Icon, icon};
use crate::i18n::{Lang, Message};
use crate::line::line;
use crate::model::{App, Claim, Group, Shares, Source, Stack, View, Workload};
use api::{OrdMap, Str};
use std::rc::Rc;
use yew::prelude::*;

/// What the apps are drawn from.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is shown of the cluster.
    pub view: View,
    /// How many requests the Pods behind each Service got.
    pub shares: OrdMap<Str, Shares>,
    /// How it is drawn.
    pub light: Light,
    /// Whether the system's own apps are drawn.
    pub system: bool,
    /// A line shall be typed.
    pub ontype: Callback<String>,
}

/// So many Pods in one app, and it takes the whole width.
const WIDE: usize = 7;

/// All apps.
#[component]
pub fn Apps(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let mut apps = props.view.apps();
    apps.retain(|app| props.system || app.namespace != "kube-system");
    // Small ones last: they fill the rows.
    api::sort_by_key(&mut apps, |app| (app.namespace.clone(), size(app) == "small"));
    let many = apps.iter().any(|app| app.namespace != apps[0].namespace);
    let mut namespace = None;
    html! {
        <div class="apps">
            if apps.is_empty() {
                <p class="empty">{ line(lang.text(Message::NoWorkloads)) }</p>
            }
            <>{ for apps.iter().map(|app| {
                let begins = many && namespace != Some(&app.namespace);
                namespace = Some(&app.namespace);
                html! {
                    <key={app.uid.as_str()}>
                        if begins {
                            <h2 class="caption namespace">{ lang.text(Message::Namespace) }{ " " }<b>{ app.namespace.as_str() }</b></h2>
                        }
                        { one(app, props) }
                    </>
                }
            }) }</>
        </div>
    }
}

/// What is large or long has a row of its own; what is small stands side by side.
fn size(app: &App) -> &'static str {
    let pods: usize = app.stacks.iter().flat_map(|stack| &stack.groups).map(|group| group.pods.len()).sum();
    let columns = [!app.ingresses.is_empty(), !app.services.is_empty(), !app.stacks.is_empty()];
    match (pods, columns.iter().filter(|there| **there).count()) {
        (WIDE.., _) | (_, 3) => "wide",
        (0..=1, 0 | 1) => "small",
        _ => "",
    }
}

fn one(app: &App, props: &Props) -> Html {
    let light = &props.light;
    let columns = [!app.ingresses.is_empty(), !app.services.is_empty(), !app.stacks.is_empty()];
    let size = size(app);
    let arrow = |before: bool, after: bool| {
        html! { if before && after { <span class="leads" aria-hidden="true">{ icon(Icon::Arrow) }</span> } }
    };
    html! {
        <section key={app.uid.as_str()} class={classes!("app-box", size)}>
            if columns[0] {
                <div class="column">{ for app.ingresses.iter().map(|ingress| html! {
                    <IngressCard key={ingress.uid.as_str()} ingress={ingress.clone()} lit={light.on(&ingress.uid)} />
                }) }</div>
            }
            { arrow(columns[0], columns[1] || columns[2]) }
            if columns[1] {
                <div class="column">{ for app.services.iter().map(|service| html! {
                    <ServiceCard key={service.uid.as_str()} service={service.clone()} lit={light.on(&service.uid)}
                        shares={props.shares.get(service.key().as_str()).cloned()} />
                }) }</div>
            }
            { arrow(columns[1], columns[2]) }
            <div class="column stacks">
                <>{ for app.stacks.iter().map(|stack| stack_of(stack, props)) }</>
                { hints(&app.sources(), &app.claims, app, light) }
            </div>
        </section>
    }
}

fn stack_of(stack: &Stack, props: &Props) -> Html {
    let light = &props.light;
    let owner = stack.workload.as_ref().map(|workload| format!("owner-{}", workload.hue));
    html! {
        <div key={stack.workload.as_ref().map_or("", |workload| workload.uid.as_str())} class={classes!("stack", owner, stack.workload.is_none().then_some("loose"))}>
            if let Some(workload) = &stack.workload {
                <WorkloadCard key={workload.uid.as_str()} workload={workload.clone()} lit={light.on(&workload.uid)} bare={true} ontype={props.ontype.clone()} />
            }
            <Sets stack={stack.clone()} light={light.clone()} />
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct SetsProps {
    stack: Stack,
    light: Light,
}

/// What a workload owns, with the Pods of each. Those that are over fold away.
#[component]
fn Sets(props: &SetsProps) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let open = use_state_eq(|| false);
    let SetsProps { stack, light } = props;
    let folds = |group: &Group| folds(group, stack.workload.as_deref());
    let old = stack.groups.iter().filter(|group| group.set.is_some() && folds(group)).count();
    let shown = stack.groups.iter().filter(|group| !folds(group) || *open && group.set.is_some());
    html! {
        <div class="sets">
            <>{ for shown.map(|group| set_of(group, stack.workload.as_deref(), light, lang)) }</>
            { fold(&open, old, stack.workload.as_deref(), lang) }
        </div>
    }
}

/// An old ReplicaSet without Pods, a finished Job without Pods, and what has no Pods of its own are not drawn unless they are asked for.
fn folds(group: &Group, owner: Option<&Workload>) -> bool {
    let set = group.set.as_ref().zip(owner);
    group.pods.is_empty() && set.is_none_or(|(set, owner)| owner.is_done_with(set))
}

fn set_of(group: &Group, owner: Option<&Workload>, light: &Light, lang: Lang) -> Html {
    let class = classes!(
        "set",
        group.set.as_ref().map(|set| if set.nth % 2 == 1 { "other" } else { "first" }),
        crowding(group.pods.len(), light.zoom)
    );
    html! {
        <div key={group.set.as_ref().map_or("", |set| set.uid.as_str())} {class}>
            if let Some((set, owner)) = group.set.as_ref().zip(owner) {
                <div class={classes!("rs", light.on(&set.uid).then_some("lit"))}>{ head(set, owner) }{ counts(set, lang) }</div>
            }
            <PodList pods={group.pods.clone()} light={light.clone()} named={true} />
        </div>
    }
}

/// What the Pods are configured by and keep their files on.
fn hints(sources: &[Source], claims: &[Rc<Claim>], app: &App, light: &Light) -> Html {
    if sources.is_empty() && claims.is_empty() {
        return Html::default();
    }
    let hint = |source: &Source| {
        let object = format!("{}/{}/{}", source.kind, app.namespace, source.name);
        let label = format!("{} {}", source.kind, source.name);
        html! {
            <button type="button" class="hint" aria-label={label} data-object={object}>
                <span class="what">{ source.kind.as_str() }</span>{ " " }{ source.name.as_str() }
            </button>
        }
    };
    let claim = |claim: &Rc<Claim>| {
        let object = format!("PersistentVolumeClaim/{}/{}", claim.namespace, claim.name);
        let label = format!("PersistentVolumeClaim {} {}", claim.name, claim.phase);
        let class =
            classes!("hint", (claim.phase != "Bound").then_some("loose"), light.on(&claim.uid).then_some("lit"));
        html! {
            <button type="button" {class} aria-label={label} data-object={object} data-uid={claim.uid.to_string()}>
                { icon(Icon::Disk) }<span class="what">{ "PVC" }</span>{ " " }{ claim.name.as_str() }{ " " }<span class="what">{ claim.phase.as_str() }</span>
            </button>
        }
    };
    html! { <div class="hints">{ for sources.iter().map(hint) }{ for claims.iter().map(claim) }</div> }
}
