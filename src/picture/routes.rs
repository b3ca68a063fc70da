//! Lines that stay: the last requests' routes, to compare and to read, and steady traffic as flows with their rates.

use super::path;
use super::resized::use_resized;
use crate::event::when;
use crate::i18n::{Lang, Message};
use crate::menu::beneath_line;
use crate::model::{Flight, Place, Stream, Traffic, View};
use gloo::timers::callback::Timeout;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

/// Things that moved are where they belong after so many milliseconds.
const SETTLED_MS: u32 = 1000;

/// What the lines are drawn from.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The traffic.
    pub traffic: Traffic,
    /// What is where: lines are laid again when it changes.
    pub view: View,
    /// How it is shown: another view is another layout.
    pub layout: String,
    /// The element whose places are joined.
    pub scene: NodeRef,
    /// The route whose story is read.
    pub read: Option<u64>,
    /// The reader wants the story of a route.
    pub onstory: Callback<u64>,
}

/// The lines.
#[component]
pub fn Routes(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let svg = use_node_ref();
    let resized = use_resized(&props.scene);
    {
        let (svg, scene, traffic) = (svg.clone(), props.scene.clone(), props.traffic.clone());
        // What is compared quickly comes first; so all of it is compared whenever the picture changes, and none by chance.
        let key = (resized, props.layout.clone(), props.traffic.clone(), props.view.clone());
        use_effect_with(key, move |_| {
            let lay = move || {
                if let (Some(svg), Some(scene)) = (svg.cast::<Element>(), scene.cast::<Element>()) {
                    lay(&svg, &scene, &traffic);
                }
            };
            lay();
            let timer = Timeout::new(SETTLED_MS, lay);
            move || drop(timer)
        });
    }
    let drawn: Vec<u64> = props.traffic.flights.iter().map(|flight| flight.id).collect();
    let last = props.traffic.routes.last().map(|route| route.id);
    // While a packet is on its way, its own trail is its route.
    let route = |route: &Rc<Flight>| {
        let id = route.id;
        let label = lang.fill(Message::StoryOf, &[&route.target]);
        let onkeydown = props.onstory.reform(move |_: ()| id);
        let onkeydown = move |event: KeyboardEvent| {
            if matches!(event.key().as_str(), "Enter" | " ") {
                event.prevent_default();
                onkeydown.emit(());
            }
        };
        let onclick = when(&props.onstory, move |event: MouseEvent| {
            match beneath_line(&event.target_unchecked_into(), (event.client_x(), event.client_y())) {
                Some(object) => object.unchecked_into::<HtmlElement>().click(),
                None => return Some(id),
            }
            None
        });
        let tone = route.stopped.is_some().then_some("lost");
        let place = if Some(id) == last { "latest" } else { "earlier" };
        let class = classes!(
            "route",
            tone,
            place,
            (props.read == Some(id)).then_some("read"),
            drawn.contains(&id).then_some("flying")
        );
        html! {
            <g key={id} {class} role="button" tabindex="0" aria-label={label} data-route={way(&route.places)} {onclick} {onkeydown}>
                <path class="hit" /><path class="line" />
            </g>
        }
    };
    html! {
        <svg class="paths routes" ref={svg}>
            <g aria-hidden="true">{ for props.traffic.streams.iter().map(|one| stream(one, &props.traffic.streams)) }</g>
            { for props.traffic.routes.iter().map(route) }
        </svg>
    }
}

fn stream(stream: &Stream, all: &[Stream]) -> Html {
    // Ten times the traffic is a line of one more step.
    let width = format!("{:.1}", 1.5 + 1.5 * stream.rate.max(1.0).log10());
    html! {
        <g class={classes!("stream", stream.lost.then_some("lost"))} data-stream={way(&stream.places)}>
            <path class="bed" stroke-width={width.clone()} />
            <path class="line" stroke-width={width} />
            <text>{ stream.rate_text(all).map(|rate| rate + "/s") }</text>
        </g>
    }
}

/// The keys of a way's places.
pub fn way(places: &[Place]) -> String {
    places.iter().map(Place::key).collect::<Vec<_>>().join(" ")
}

/// Lays all lines where their places are now.
fn lay(svg: &Element, scene: &Element, traffic: &Traffic) {
    let count = traffic.routes.len();
    for (i, route) in traffic.routes.iter().enumerate() {
        let data = path::line(&path::points(&route.places, scene), (count - 1 - i) as f64 * 0.05);
        each(svg, ".route", i, |group| set_lines(group, &data));
    }
    for (i, stream) in traffic.streams.iter().enumerate() {
        let points = path::points(&stream.places, scene);
        let data = path::line(&points, 0.03);
        each(svg, ".stream", i, |group| {
            set_lines(group, &data);
            let text = group.query_selector("text").ok().flatten();
            if let (Some(text), [.., (ax, ay), (bx, by)]) = (text, &points[..]) {
                _ = text.set_attribute("x", &format!("{:.0}", ax + (bx - ax) * 0.6));
                _ = text.set_attribute("y", &format!("{:.0}", ay + (by - ay) * 0.6 - 4.0));
            }
        });
    }
}

fn each(svg: &Element, selector: &str, nth: usize, act: impl Fn(&Element)) {
    let Ok(found) = svg.query_selector_all(selector) else { return };
    if let Some(group) = found.item(nth as u32).and_then(|node| node.dyn_into::<Element>().ok()) {
        act(&group);
    }
}

fn set_lines(group: &Element, data: &str) {
    let Ok(paths) = group.query_selector_all("path") else { return };
    for i in 0..paths.length() {
        if let Some(path) = paths.item(i).and_then(|node| node.dyn_into::<Element>().ok()) {
            _ = path.set_attribute("d", data);
        }
    }
}
