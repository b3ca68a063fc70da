//! The picture of the cluster: a view of API objects, and of packets that the network carried.
//!
//! **Invariant:** nothing is drawn, and nothing moves, that the API or a packet's trace does not say.

mod flight;
mod lanes;
pub mod motion;
mod pod;
mod room;

use crate::glyph::{Icon, icon};
use crate::i18n::{Lang, Message};
use crate::model::{Flight, Room, View};
use api::OrdSet;
use api::Str;
use flight::FlightView;
use lanes::{ServiceCard, WorkloadCard};
use room::{Door, RoomView};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

/// More nodes than this are counted instead of drawn.
const MAX_ROOMS: usize = 48;

/// What the picture is drawn from.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The world as it is now.
    pub view: View,
    /// The connections that are being drawn.
    pub flights: Rc<Vec<Rc<Flight>>>,
    /// What belongs to what is pointed at.
    pub lit: Option<Rc<OrdSet<Str>>>,
    /// The nodes whose kubelet does not run.
    pub stopped: Rc<OrdSet<Str>>,
    /// Whether the system's own Pods are drawn like any other.
    pub system: bool,
    /// Something is pointed at (its UID), or nothing is any more.
    pub onpoint: Callback<Option<Str>>,
    /// Something was chosen: `Kind/namespace/name`.
    pub oninspect: Callback<String>,
    /// System Pods shall be folded, or not.
    pub onsystem: Callback<()>,
    /// The kubelet of a node shall run, or not.
    pub onpower: Callback<(Str, bool)>,
    /// A connection has been drawn.
    pub onflown: Callback<u64>,
}

/// The picture.
#[component]
pub fn Picture(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let scene = use_node_ref();
    {
        let scene = scene.clone();
        use_effect_with(props.view.clone(), move |_| {
            if let Some(scene) = scene.cast::<Element>() {
                motion::play(&scene);
            }
        });
    }
    // One listener for all Pods and cards: what an event is about stands in the element's attributes.
    let onclick = props.oninspect.reform(|event: MouseEvent| attribute(&event, "data-object").unwrap_or_default());
    let onmouseover = props.onpoint.reform(|event: MouseEvent| attribute(&event, "data-uid").map(Str::from));
    let onmouseleave = props.onpoint.reform(|_: MouseEvent| None);
    let onfocusin = props.onpoint.reform(|event: FocusEvent| attribute(&event, "data-uid").map(Str::from));
    let onfocusout = props.onpoint.reform(|_: FocusEvent| None);
    let class = classes!("scene", props.lit.is_some().then_some("pointing"));
    html! {
        <div {class} ref={scene.clone()} {onclick} {onmouseover} {onmouseleave} {onfocusin} {onfocusout}>
            { outside(&props.view, lang) }
            <div class="cluster" data-place="wall">
                { workloads(props, lang) }
                { rooms(props, lang) }
                { services(props, lang) }
            </div>
            { for props.flights.iter().map(|flight| html! {
                <FlightView key={flight.id} flight={flight.clone()} scene={scene.clone()} onflown={props.onflown.clone()} />
            }) }
        </div>
    }
}

fn attribute(event: &Event, name: &str) -> Option<String> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    target.closest(&format!("[{name}]")).ok()??.get_attribute(name)
}

fn outside(view: &View, lang: Lang) -> Html {
    let balancers: Vec<&Str> = view.services.iter().map(|s| &s.external_ip).filter(|ip| !ip.is_empty()).collect();
    let workstation = network::outside::WORKSTATION.to_string();
    html! {
        <section class="outside" aria-label={lang.text(Message::Outside)}>
            <div class="place" data-place="you">
                { icon(Icon::Laptop) }
                <b>{ lang.text(Message::You) }</b>
                <span>{ lang.text(Message::Workstation) }</span>
                <span class="mono">{ workstation }</span>
            </div>
            if !balancers.is_empty() {
                <div class="place" data-place="load-balancer">
                    { icon(Icon::Balance) }
                    <b>{ lang.text(Message::LoadBalancer) }</b>
                    { for balancers.into_iter().map(|ip| html! { <span class="mono">{ ip.as_str() }</span> }) }
                </div>
            }
            <div class="place quiet" data-place="internet">
                { icon(Icon::Globe) }
                <span>{ lang.text(Message::Internet) }</span>
            </div>
        </section>
    }
}

fn is_lit(props: &Props, uid: &Str) -> bool {
    props.lit.as_ref().is_some_and(|lit| lit.contains(uid))
}

fn workloads(props: &Props, lang: Lang) -> Html {
    let mut shown = props.view.workloads.iter().filter(|card| props.system || !card.system()).peekable();
    html! {
        <section class="lane" aria-label={lang.text(Message::Workloads)}>
            <h2 class="caption">{ lang.text(Message::Workloads) }</h2>
            <div class="cards">
                if shown.peek().is_none() {
                    <p class="empty">{ lang.text(Message::NoWorkloads) }</p>
                }
                { for shown.map(|card| html! {
                    <WorkloadCard key={card.uid.as_str()} workload={card.clone()} lit={is_lit(props, &card.uid)} />
                }) }
            </div>
            <button type="button" class="control" aria-pressed={props.system.to_string()} onclick={props.onsystem.reform(|_| ())}>
                { lang.text(Message::SystemPods) }
            </button>
        </section>
    }
}

fn rooms(props: &Props, lang: Lang) -> Html {
    let node_ports = props.view.services.iter().flat_map(|service| {
        service.node_ports.iter().map(|port| -> Door { (*port, service.hue, service.name.clone()) })
    });
    let doors: Rc<Vec<Door>> = Rc::new(node_ports.collect());
    let (masters, workers): (Vec<_>, Vec<_>) = props.view.rooms.values().partition(|room| room.control_plane);
    let left_out = (masters.len() + workers.len()).saturating_sub(MAX_ROOMS);
    let first = masters.first().map(|room| room.name.clone());
    let draw = |room: &Rc<Room>| {
        let tray = (first.as_ref() == Some(&room.name)).then(|| props.view.tray.clone());
        html! {
            <RoomView key={room.name.as_str()} room={room.clone()} {tray} doors={doors.clone()} system={props.system}
                lit={props.lit.clone()} stopped={props.stopped.contains(&room.name)} onpower={props.onpower.clone()} />
        }
    };
    html! {
        <>
            <div class="rooms">{ for masters.iter().chain(&workers).take(MAX_ROOMS).map(|room| draw(room)) }</div>
            if left_out > 0 {
                <p class="caption">{ lang.fill(Message::MoreNodes, &[&left_out.to_string()]) }</p>
            }
        </>
    }
}

fn services(props: &Props, lang: Lang) -> Html {
    let shown = props.view.services.iter().filter(|card| props.system || card.namespace != "kube-system");
    html! {
        <section class="lane" aria-label={lang.text(Message::Services)}>
            <h2 class="caption">{ lang.text(Message::Services) }</h2>
            <div class="cards">
                { for shown.map(|card| html! {
                    <ServiceCard key={card.uid.as_str()} service={card.clone()} lit={is_lit(props, &card.uid)} />
                }) }
            </div>
        </section>
    }
}
