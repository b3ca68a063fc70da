//! The picture of the cluster: a view of API objects, and of packets that the network carried.
//!
//! **Invariant:** nothing is drawn, and nothing moves, that the API or a packet's trace does not say.

mod apps;
mod faults;
mod flight;
mod lanes;
mod map;
pub mod motion;
mod outside;
mod path;
mod pod;
mod pods;
mod resized;
mod room;
mod routes;
mod scaler;
mod sight;
mod story;
mod tools;
mod walk;

use crate::app::packets::Act;
use crate::i18n::{Lang, Message};
use crate::line::line;
use crate::model::{Room, Ruling, Traffic, View, filter};
use crate::settings::Theme;
use crate::{cover, focus};
use api::{OrdSet, Str};
use apps::Apps;
use flight::FlightView;
use lanes::{IngressCard, ServiceCard, WorkloadCard};
use map::Map;
use pods::{Light, Zoom};
use room::{Door, RoomView};
use routes::Routes;
use sight::Sight;
use std::rc::Rc;
use tools::Tools;
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

pub use story::{Story, StoryView};

/// A node's menu offers to cut it off from so many others.
const MAX_OTHERS: usize = 6;
/// More nodes than this are a map, however near the reader stands.
const MAX_ROOMS: usize = 48;

/// What the picture is drawn from.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The world as it is now.
    pub view: View,
    /// What time it is in it, in seconds; 0 if nothing counts down.
    pub now: i64,
    /// What the network carries.
    pub traffic: Traffic,
    /// The scheduler's last decision.
    pub ruling: Rc<Ruling>,
    /// The connection whose story is read.
    pub read: Option<u64>,
    /// What belongs to what is pointed at.
    pub lit: Option<Rc<OrdSet<Str>>>,
    /// In which colours the page is.
    pub theme: Theme,
    /// Whether time stands.
    pub still: bool,
    /// The nodes whose kubelet does not run.
    pub stopped: Rc<OrdSet<Str>>,
    /// Something is pointed at (its UID), or nothing is any more.
    pub onpoint: Callback<Option<Str>>,
    /// Something was chosen: `Kind/namespace/name`.
    pub oninspect: Callback<String>,
    /// A line shall be typed at the prompt.
    pub ontype: Callback<String>,
    /// Something about packets.
    pub onpacket: Callback<Act>,
}

/// The picture.
#[component]
pub fn Picture(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let scene = use_node_ref();
    let sight = use_state_eq(Sight::recall);
    let onsight = {
        let sight = sight.clone();
        use_callback(sight.clone(), move |new: Sight, old| {
            new.remember(old);
            motion::measure();
            sight.set(new);
        })
    };
    let view = use_memo((props.view.clone(), sight.filter.clone()), |(view, filter)| filter.apply(view));
    let many = !sight.by_app && view.rooms.len() > MAX_ROOMS;
    let sight = Sight { zoom: sight.zoom.within(many), ..(*sight).clone() };
    let namespaces = use_memo(props.view.clone(), namespaces);
    let found = use_memo((view.clone(), sight.search.clone()), |(view, search)| {
        (!search.trim().is_empty()).then(|| Rc::new(filter::search(view, search)))
    });
    {
        let scene = scene.clone();
        use_effect_with((sight.clone(), props.view.clone()), move |_| {
            if let Some(scene) = scene.cast::<Element>() {
                motion::play(&scene);
            }
        });
    }
    // What the scheduler found before one looked in another way is not shown again.
    let told = use_memo((sight.by_app, sight.zoom), |_| props.ruling.id);
    let onflown = use_callback(props.onpacket.clone(), |id, onpacket| onpacket.emit(Act::Flown(id)));
    let onstory = use_callback(props.onpacket.clone(), |id, onpacket| onpacket.emit(Act::Story(id)));
    let chosen = use_state_eq(|| None::<Str>);
    let onchoose = {
        let chosen = chosen.setter();
        use_callback((), move |node, ()| chosen.set(Some(node)))
    };
    let onkeydown = keys(sight.clone(), onsight.clone());
    // One listener for all Pods and cards: what an event is about stands in the element's attributes.
    let onclick = props.oninspect.reform(|event: MouseEvent| attribute(&event, "data-object").unwrap_or_default());
    let onmouseover = props.onpoint.reform(|event: MouseEvent| attribute(&event, "data-uid").map(Str::from));
    let onmouseleave = props.onpoint.reform(|_: MouseEvent| None);
    let onfocusin = props.onpoint.reform(|event: FocusEvent| attribute(&event, "data-uid").map(Str::from));
    let onfocusout = props.onpoint.reform(|_: FocusEvent| None);
    let lit = props.lit.clone().or_else(|| (*found).clone());
    let class = classes!(
        "scene",
        props.still.then_some("still"),
        lit.is_some().then_some("pointing"),
        format!("zoom-{}", sight.zoom.name())
    );
    let light = Light { lit, zoom: sight.zoom, now: props.now };
    let part = Part {
        props,
        view: &view,
        light: &light,
        system: sight.system,
        told: *told,
        chosen: (*chosen).clone(),
        onchoose,
        lang,
    };
    let (by_app, layout) = (sight.by_app, format!("{} {:?}", sight.by_app, sight.zoom));
    html! {
        <div {class} ref={scene.clone()} {onclick} {onmouseover} {onmouseleave} {onfocusin} {onfocusout} {onkeydown}>
            { outside::outside(&view, &light, lang) }
            <div class={classes!("cluster", by_app.then_some("by-app"))} data-place="wall">
                <Tools {sight} {many} namespaces={(*namespaces).clone()} found={found.as_ref().as_ref().map(|found| found.len())} {onsight} />
                if by_app {
                    <Apps view={(*view).clone()} shares={props.traffic.shares.clone()} light={light.clone()} system={part.system} ontype={props.ontype.clone()} />
                } else {
                    { part.workloads() }
                    { part.rooms() }
                    { part.services() }
                }
            </div>
            <Routes traffic={props.traffic.clone()} view={(*view).clone()} layout={layout.clone()}
                scene={scene.clone()} read={props.read} onstory={onstory} />
            // A list of its own, in which all have keys: among others a packet would begin anew when one before it is gone.
            <>{ for props.traffic.flights.iter().map(|flight| html! {
                <FlightView key={flight.id} flight={flight.clone()} scene={scene.clone()} layout={layout.clone()} onflown={onflown.clone()} />
            }) }</>
        </div>
    }
}

/// Keys in the picture: `/` searches, `+` and `-` go nearer and farther, `v` changes the view, arrows go from object to object,
/// Escape leaves for the prompt.
fn keys(sight: Sight, onsight: Callback<Sight>) -> impl Fn(KeyboardEvent) {
    move |event: KeyboardEvent| {
        let writes = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let writes = writes.is_some_and(|target| matches!(target.tag_name().as_str(), "INPUT" | "SELECT" | "TEXTAREA"));
        if writes || event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let zoom = |nearer: bool| Sight { zoom: sight.zoom.step(nearer), ..sight.clone() };
        match event.key().as_str() {
            "/" => tools::focus_search(),
            "+" | "=" => onsight.emit(zoom(true)),
            "-" => onsight.emit(zoom(false)),
            "v" => onsight.emit(Sight { by_app: !sight.by_app, ..sight.clone() }),
            "Escape" if cover::close_top() => {}
            "Escape" => focus::on_prompt(),
            _ if walk::step(&event) => {}
            _ => return,
        }
        event.prevent_default();
    }
}

fn attribute(event: &Event, name: &str) -> Option<String> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    target.closest(&format!("[{name}]")).ok()??.get_attribute(name)
}

/// The namespaces that something is in, sorted.
fn namespaces(view: &View) -> Rc<Vec<Str>> {
    let mut names = OrdSet::new();
    names.extend(view.services.iter().map(|service| service.namespace.clone()));
    names.extend(view.workloads.iter().map(|workload| workload.namespace.clone()));
    names.extend(view.ingresses.iter().map(|ingress| ingress.namespace.clone()));
    for pod in view.pods() {
        if !names.contains(&pod.namespace) {
            names.insert(pod.namespace.clone());
        }
    }
    Rc::new(names.iter().cloned().collect())
}

/// The view by node, in parts.
struct Part<'a> {
    props: &'a Props,
    view: &'a View,
    light: &'a Light,
    system: bool,
    /// The scheduler's last decision that is not shown any more.
    told: u64,
    /// The node of the map that is looked at.
    chosen: Option<Str>,
    onchoose: Callback<Str>,
    lang: Lang,
}

impl Part<'_> {
    fn shown(&self, namespace: &str) -> bool {
        self.system || namespace != "kube-system"
    }

    /// Whether nobody has begun yet: there is not even a Pod that belongs to nothing.
    fn is_empty(&self) -> bool {
        let mut pods = self.view.rooms.values().flat_map(|room| &*room.pods).chain(&*self.view.tray);
        !pods.any(|pod| self.shown(&pod.namespace))
    }

    fn workloads(&self) -> Html {
        let mut shown = self.view.workloads.iter().filter(|card| self.shown(&card.namespace)).peekable();
        html! {
            <section class="lane" aria-label={self.lang.text(Message::Workloads)}>
                <h2 class="caption">{ self.lang.text(Message::Workloads) }</h2>
                <div class="cards">
                    if shown.peek().is_none() && self.is_empty() {
                        <p class="empty">{ line(self.lang.text(Message::NoWorkloads)) }</p>
                    }
                    <>{ for shown.map(|card| html! {
                        <WorkloadCard key={card.uid.as_str()} workload={card.clone()} lit={self.light.on(&card.uid)} ontype={self.props.ontype.clone()} />
                    }) }</>
                </div>
            </section>
        }
    }

    fn rooms(&self) -> Html {
        let node_ports = self.view.services.iter().flat_map(|service| {
            service.node_ports.iter().map(|port| -> Door { (*port, service.hue, service.name.clone()) })
        });
        let doors: Rc<Vec<Door>> = Rc::new(node_ports.collect());
        let (masters, workers): (Vec<_>, Vec<_>) = self.view.rooms.values().partition(|room| room.control_plane);
        let map = self.light.zoom == Zoom::Map || self.view.rooms.len() > MAX_ROOMS;
        let first = masters.first().map(|room| room.name.clone());
        let others = |own: &Str| -> Rc<Vec<(Str, Str)>> {
            let others = self.view.rooms.values().filter(|room| room.name != *own).take(MAX_OTHERS);
            Rc::new(others.map(|room| (room.name.clone(), room.range.clone())).collect())
        };
        let draw = |room: &Rc<Room>| {
            let tray = (first.as_ref() == Some(&room.name)).then(|| self.view.tray.clone());
            // Only where something counts down does the time matter.
            let counts = room.pods.iter().any(|pod| pod.back_off.is_some());
            let light = Light { now: if counts { self.light.now } else { 0 }, ..self.light.clone() };
            let stopped = self.props.stopped.contains(&room.name);
            let ruling = Some(&self.props.ruling).filter(|ruling| ruling.id > self.told);
            let verdict = ruling.and_then(|ruling| ruling.nodes.get(&room.name).cloned());
            html! {
                <RoomView key={room.name.as_str()} room={room.clone()} {tray} doors={doors.clone()} system={self.system}
                    {light} {stopped} others={others(&room.name)} {verdict} ontype={self.props.ontype.clone()} />
            }
        };
        let heading = html! { <h2 class="unseen">{ self.lang.text(Message::Nodes) }</h2> };
        if !map {
            let rooms = masters.iter().chain(&workers).map(|room| draw(room));
            return html! { <>{ heading }<div class="rooms">{ for rooms }</div></> };
        }
        // Far out the nodes are cells; the one that is chosen is drawn below as a room, beside the control plane.
        let room = self.chosen.as_ref().and_then(|node| self.view.rooms.get(node)).filter(|room| !room.control_plane);
        html! {
            <>
                { heading }
                <Map rooms={self.view.rooms.clone()} light={Light { now: 0, ..self.light.clone() }} theme={self.props.theme} chosen={self.chosen.clone()} onchoose={self.onchoose.clone()} />
                <div class="rooms of-map">{ for masters.first().copied().into_iter().chain(room).map(draw) }</div>
            </>
        }
    }

    fn services(&self) -> Html {
        let services = self.view.services.iter().filter(|card| self.shown(&card.namespace));
        html! {
            <section class="lane" aria-label={self.lang.text(Message::Services)}>
                <h2 class="caption">{ self.lang.text(Message::Services) }</h2>
                <div class="cards">
                    { for services.map(|card| html! {
                        <ServiceCard key={card.uid.as_str()} service={card.clone()} lit={self.light.on(&card.uid)}
                            shares={self.props.traffic.shares.get(card.key().as_str()).cloned()} />
                    }) }
                    { for self.view.ingresses.iter().map(|card| html! {
                        <IngressCard key={card.uid.as_str()} ingress={card.clone()} lit={self.light.on(&card.uid)} />
                    }) }
                </div>
            </section>
        }
    }
}
