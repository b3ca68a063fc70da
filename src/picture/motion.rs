//! Moves of Pods: where each was before a change, and an animation from there to where it is now (first, last, invert,
//! play). A Pod is born from the card of its owner, waits in the control plane's tray, flies to its node, and fades away.

use api::OrdMap;
use js_sys::{Array, Object, Reflect};
use std::cell::{Cell, RefCell};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement};

/// Above this many Pods a change is shown without moving things.
const MAX_MOVERS: usize = 400;
/// A Pod that changes its room travels this long, in milliseconds; one that only makes place takes a third of it.
const TRAVEL_MS: f64 = 900.0;
/// How long a Pod that was just made may be on its way from its owner before it is sent on from where it is.
const BIRTH_MS: f64 = 900.0;
/// After a play, the next rests for so many times as long as it took: whatever happens, moving takes a small part of the time.
const REST: f64 = 6.0;

/// Where something is drawn, in pixels of the window.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Spot {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

#[derive(Clone)]
struct Seen {
    element: Element,
    spot: Spot,
    room: Option<Element>,
}

thread_local! {
    /// Until when nothing is moved, by the page's clock.
    static RESTING: Cell<f64> = const { Cell::new(0.0) };
    static LOOKED: Cell<bool> = const { Cell::new(false) };
    static SEEN: RefCell<Option<OrdMap<String, Seen>>> = const { RefCell::new(None) };
    static BORN: RefCell<OrdMap<String, f64>> = const { RefCell::new(OrdMap::new()) };
}

/// Notes where all Pods are: to be called before the picture changes.
pub fn measure() {
    if now_ms() < RESTING.get() {
        return;
    }
    let seen = pods(&gloo::utils::document_element());
    SEEN.with_borrow_mut(|before| {
        *before = Some(seen.into_iter().map(|(uid, element)| (uid, note(element))).collect());
    });
}

/// The tray's place for a Pod that stops there: however low an empty tray is, the Pod's top is at its top.
fn stop_in(tray: Spot, pod: Spot) -> Spot {
    Spot { height: tray.height.max(pod.height), ..tray }
}

/// Moves what is elsewhere now than when [`measure`] looked.
pub fn play(scene: &Element) {
    let Some(before) = SEEN.take() else { return };
    // What is there at the first look was there before: it does not arrive.
    let first_look = !LOOKED.replace(true);
    if first_look || reduced() || before.len() > MAX_MOVERS {
        return;
    }
    let began = now_ms();
    // First all is looked at, then all is set going: one after the other, each would have the page laid out anew.
    let now: OrdMap<String, Seen> = pods(scene).into_iter().map(|(uid, element)| (uid, note(element))).collect();
    let tray = scene.query_selector("[data-place=tray]").ok().flatten().map(|tray| spot(&tray));
    let base = spot(scene);
    for (_, seen) in before.iter().filter(|(uid, _)| !now.contains_key(uid.as_str())) {
        depart(scene, base, seen);
    }
    for (uid, is) in &now {
        match before.get(uid) {
            Some(was) => move_from(uid, was, is, tray),
            None => {
                let owner = is.element.get_attribute("data-owner").unwrap_or_default();
                arrive(uid, is, now.get(&owner).map(|card| card.spot), tray);
            }
        }
    }
    let ended = now_ms();
    RESTING.set(ended + (ended - began) * REST);
}

/// Whether the reader asked for less motion.
pub fn reduced() -> bool {
    let query = gloo::utils::window().match_media("(prefers-reduced-motion: reduce)");
    query.ok().flatten().is_some_and(|media| media.matches())
}

fn pods(root: &Element) -> Vec<(String, Element)> {
    let Ok(found) = root.query_selector_all(".pod[data-uid], .card[data-uid]") else { return Vec::new() };
    let elements = (0..found.length()).filter_map(|i| found.item(i)?.dyn_into::<Element>().ok());
    elements.filter_map(|element| Some((element.get_attribute("data-uid")?, element))).collect()
}

fn note(element: Element) -> Seen {
    Seen { spot: spot(&element), room: element.closest(".room, .tray, .set, .lane, .column").ok().flatten(), element }
}

fn spot(element: &Element) -> Spot {
    let rect = element.get_bounding_client_rect();
    Spot { left: rect.left(), top: rect.top(), width: rect.width(), height: rect.height() }
}

/// `transform` that puts an element whose place is `here` to `there`.
fn offset(here: Spot, there: Spot, scale: f64) -> String {
    let x = there.left + there.width / 2.0 - here.left - here.width / 2.0;
    let y = there.top + there.height / 2.0 - here.top - here.height / 2.0;
    format!("translate({x:.1}px, {y:.1}px) scale({scale})")
}

fn move_from(uid: &str, was: &Seen, is: &Seen, tray: Option<Spot>) {
    let (here, there, element) = (is.spot, was.spot, &is.element);
    if (here.left - there.left).abs() + (here.top - there.top).abs() < 2.0 {
        return;
    }
    if is.room == was.room {
        animate(element, &[&offset(here, there, 1.0), "none"], None, TRAVEL_MS / 3.0);
        return;
    }
    // Newborn Pods are bound to a node within milliseconds: they still pass the tray, so that one sees who chose.
    let newborn = BORN.with_borrow(|born| born.get(uid).is_some_and(|at| now_ms() - at < BIRTH_MS));
    match tray.filter(|_| newborn) {
        Some(tray) => {
            let stop = offset(here, stop_in(tray, here), 1.0);
            animate(element, &[&offset(here, there, 0.8), &stop, &stop, "none"], None, TRAVEL_MS * 1.6);
        }
        None => animate(element, &[&offset(here, there, 1.0), "none"], None, TRAVEL_MS),
    }
}

fn arrive(uid: &str, is: &Seen, card: Option<Spot>, tray: Option<Spot>) {
    BORN.with_borrow_mut(|born| {
        born.retain(|_, at| now_ms() - *at < BIRTH_MS);
        born.insert(uid.to_owned(), now_ms());
    });
    let (here, element) = (is.spot, &is.element);
    let Some(card) = card else {
        animate(element, &["scale(0.6)", "none"], Some(&[0.0, 1.0]), TRAVEL_MS / 2.0);
        return;
    };
    let birth = offset(here, card, 0.3);
    let in_tray = element.closest(".tray").ok().flatten().is_some();
    match tray.filter(|_| !in_tray) {
        Some(tray) => {
            let stop = offset(here, stop_in(tray, here), 0.9);
            animate(element, &[&birth, &stop, &stop, "none"], Some(&[0.0, 1.0, 1.0, 1.0]), TRAVEL_MS * 1.8);
        }
        None => animate(element, &[&birth, "none"], Some(&[0.0, 1.0]), TRAVEL_MS),
    }
}

/// The element of a Pod that is gone fades where it was.
fn depart(scene: &Element, base: Spot, seen: &Seen) {
    let Some(element) = seen.element.dyn_ref::<HtmlElement>() else { return };
    let style = element.style();
    let at = [
        ("position", "absolute".to_owned()),
        ("left", format!("{}px", seen.spot.left - base.left)),
        ("top", format!("{}px", seen.spot.top - base.top)),
        ("width", format!("{}px", seen.spot.width)),
        ("height", format!("{}px", seen.spot.height)),
        ("pointer-events", "none".to_owned()),
    ];
    for (name, value) in at {
        _ = style.set_property(name, &value);
    }
    for name in ["data-uid", "data-place", "data-object", "aria-label"] {
        _ = element.remove_attribute(name);
    }
    _ = element.set_attribute("aria-hidden", "true");
    _ = element.set_attribute("tabindex", "-1");
    if scene.append_child(element).is_err() {
        return;
    }
    animate(element, &["none", "translateY(6px) scale(0.9)"], Some(&[0.5, 0.0]), TRAVEL_MS / 2.0);
    let element = element.clone();
    gloo::timers::callback::Timeout::new((TRAVEL_MS / 2.0) as u32 - 20, move || element.remove()).forget();
}

fn now_ms() -> f64 {
    gloo::utils::window().performance().map_or(0.0, |performance| performance.now())
}

/// Plays keyframes (evenly spaced) with the page's easing.
pub fn animate(element: &Element, transforms: &[&str], opacities: Option<&[f64]>, ms: f64) {
    let frames = Object::new();
    let list: Array = transforms.iter().map(|text| JsValue::from_str(text)).collect();
    set(&frames, "transform", &list);
    if let Some(opacities) = opacities {
        set(&frames, "opacity", &opacities.iter().map(|value| JsValue::from_f64(*value)).collect::<Array>());
    }
    let layers: Array = transforms
        .iter()
        .enumerate()
        .map(|(i, _)| JsValue::from_f64(if i + 1 == transforms.len() { 0.0 } else { 9.0 }))
        .collect();
    set(&frames, "zIndex", &layers);
    play_frames(element, &frames, ms, "cubic-bezier(0.4, 0, 0.2, 1)", "none");
}

/// `element.animate(frames, { duration, easing, fill })`
pub fn play_frames(element: &Element, frames: &Object, ms: f64, easing: &str, fill: &str) {
    let options = Object::new();
    set(&options, "duration", &JsValue::from_f64(ms));
    set(&options, "easing", &JsValue::from_str(easing));
    set(&options, "fill", &JsValue::from_str(fill));
    let animate = Reflect::get(element, &"animate".into()).ok().and_then(|f| f.dyn_into::<js_sys::Function>().ok());
    if let Some(animate) = animate {
        _ = animate.call2(element, frames, &options);
    }
}

/// Sets a property of a plain JavaScript object.
pub fn set(object: &Object, name: &str, value: &JsValue) {
    _ = Reflect::set(object, &name.into(), value);
}
