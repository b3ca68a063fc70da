//! A packet's way, drawn hop by hop: a path from place to place, a dot on it, and at its end what became of it.

use super::{motion, path};
use crate::i18n::{Lang, Message};
use crate::model::Flight;
use gloo::timers::callback::Timeout;
use js_sys::{Array, Object};
use network::Reason;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, SvgPathElement};
use yew::prelude::*;

/// How long a packet takes from one place to the next in the picture, in milliseconds. In truth it is microseconds.
const HOP_MS: f64 = 520.0;
/// How long the word at the end stays.
const ANSWER_STAYS_MS: f64 = 2600.0;
const STOP_STAYS_MS: f64 = 9000.0;
/// Points of a path per hop, for the dot's keyframes.
const POINTS_PER_HOP: u32 = 12;

/// What a flight is drawn from.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The connection.
    pub flight: Rc<Flight>,
    /// The element whose places it passes.
    pub scene: NodeRef,
    /// How it is shown: in another layout its way is another, and only its line stays.
    pub layout: String,
    /// It has been drawn.
    pub onflown: Callback<u64>,
}

/// One connection.
#[component]
pub fn FlightView(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let (svg, note) = (use_node_ref(), use_node_ref());
    {
        let (svg, note, scene) = (svg.clone(), note.clone(), props.scene.clone());
        let (flight, onflown) = (props.flight.clone(), props.onflown.clone());
        let began_in = use_mut_ref(|| props.layout.clone());
        use_effect_with((flight.id, props.layout.clone()), move |(id, layout)| {
            let id = *id;
            let elsewhere = *began_in.borrow() != *layout;
            let stay = match (scene.cast::<Element>(), svg.cast::<Element>(), note.cast::<HtmlElement>()) {
                (Some(scene), Some(svg), Some(note)) if !elsewhere => draw(&flight, &scene, &svg, &note),
                _ => 0.0,
            };
            let timer = Timeout::new(stay as u32, move || onflown.emit(id));
            move || drop(timer)
        });
    }
    let flight = &*props.flight;
    let (tone, title, text) = match flight.stopped {
        Some(reason) => ("lost", lang.text(Message::PacketStopped), reason_text(lang, reason, &flight.target)),
        None => ("", "", lang.fill(Message::AnsweredBy, &[&flight.target])),
    };
    let way = super::routes::way(&flight.places);
    html! {
        <>
            <svg class="paths" ref={svg} aria-hidden="true" data-way={way}>
                <path class={classes!("trail", tone)} />
                <circle class={classes!("packet", tone)} r="6" />
            </svg>
            <div class={classes!("stop", flight.stopped.is_none().then_some("reached"))} ref={note} hidden={true}>
                if !title.is_empty() {
                    <b>{ title }</b>
                }
                { text }
            </div>
        </>
    }
}

/// Lays the path, starts the animation, and returns after how many milliseconds it may be taken away.
fn draw(flight: &Flight, scene: &Element, svg: &Element, note: &HtmlElement) -> f64 {
    let points = path::points(&flight.places, scene);
    let find = |selector| svg.query_selector(selector).ok().flatten();
    let (Some(path), Some(dot)) = (find("path"), find("circle")) else { return 0.0 };
    let (Some(&end), Ok(path)) = (points.last(), path.dyn_into::<SvgPathElement>()) else { return 0.0 };
    _ = path.set_attribute("d", &path::line(&points, 0.0));
    let hops = flight.places.len().saturating_sub(1).max(1) as f64;
    let answered = flight.stopped.is_none();
    let way = if motion::reduced() { 0.0 } else { hops * HOP_MS };
    let total = if answered { way * 1.7 } else { way };
    if way > 0.0 {
        fly(&path, &dot, hops as u32, answered, total);
    }
    place_note(note, scene, end);
    let (note, stay) = (note.clone(), if answered { ANSWER_STAYS_MS } else { STOP_STAYS_MS });
    Timeout::new(way as u32, move || note.set_hidden(false)).forget();
    total + stay
}

/// Sends the dot along the path, its trail growing behind it, and back again if it was answered.
fn fly(path: &SvgPathElement, dot: &Element, hops: u32, answered: bool, ms: f64) {
    let length = path.get_total_length();
    let steps = hops * POINTS_PER_HOP;
    let mut way: Vec<f32> = (0..=steps).map(|i| i as f32 / steps as f32).collect();
    if answered {
        // The way back is quicker: two of three points are left out.
        way.extend((0..steps).rev().step_by(3).map(|i| i as f32 / steps as f32));
    }
    let mut furthest = 0.0_f32;
    let (transforms, offsets) = (Array::new(), Array::new());
    for part in way {
        furthest = furthest.max(part);
        if let Ok(at) = path.get_point_at_length(length * part) {
            transforms.push(&JsValue::from_str(&format!("translate({:.1}px, {:.1}px)", at.x(), at.y())));
            offsets.push(&JsValue::from_f64((length * (1.0 - furthest)).into()));
        }
    }
    let frames = Object::new();
    motion::set(&frames, "transform", &transforms);
    motion::play_frames(dot, &frames, ms, "linear", "forwards");
    let trail = Object::new();
    motion::set(&trail, "strokeDashoffset", &offsets);
    let dash = length.to_string();
    motion::set(&trail, "strokeDasharray", &Array::of2(&JsValue::from_str(&dash), &JsValue::from_str(&dash)));
    motion::play_frames(path, &trail, ms, "linear", "none");
}

/// Puts the word beside the end of the path, inside the scene.
fn place_note(note: &HtmlElement, scene: &Element, (x, y): (f64, f64)) {
    let width = f64::from(scene.client_width());
    let style = note.style();
    if x < width * 0.66 {
        _ = style.set_property("left", &format!("{:.0}px", x + 14.0));
    } else {
        _ = style.set_property("right", &format!("{:.0}px", width - x + 14.0));
    }
    _ = style.set_property("top", &format!("{:.0}px", y + 14.0));
}

/// Why a packet went no further, in words.
fn reason_text(lang: Lang, reason: Reason, target: &str) -> String {
    network::fill(lang.of_the_core(), reason.why(), &[("to", target.into())])
}
