//! Panels that lie over a part of the page: the inspector in a narrow window, the story of a request, the files, what has changed.
//! None hides what the keyboard is at, and Escape closes them.
//!
//! Such a panel is an `aside` whose header holds `glyph::closer`; to close it is to click that.

use crate::event::hear;
use crate::focus;
use gloo::utils::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// All panels that can be closed.
const PANELS: &str = "aside:has(> header > .closes)";
/// An element is looked at in so many places across and down.
const PLACES: u32 = 5;

/// Begins to close panels. Called once.
pub fn listen() {
    let page = document();
    hear(&page, "keydown", false, |event| {
        let escapes = event.dyn_ref::<KeyboardEvent>().is_some_and(|event| event.key() == "Escape");
        if escapes && !event.default_prevented() && close_top() {
            event.prevent_default();
        }
    });
    hear(&page, "focusin", false, |event| {
        if let Some(element) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) {
            // The browser scrolls to what has the focus after this event.
            gloo::timers::callback::Timeout::new(0, move || {
                if focus::now().as_ref() == Some(&element) {
                    uncover(&element);
                }
            })
            .forget();
        }
    });
}

/// Closes the panel that is used, else the topmost that lies over the page. Whether there was one; what is behind an open dialog
/// stays.
pub fn close_top() -> bool {
    let page = document();
    if !focus::all(&page, "dialog[open]").is_empty() {
        return false;
    }
    let used = focus::now().and_then(|element| element.closest(PANELS).ok().flatten());
    let over = || focus::all(&page, PANELS).into_iter().map(Element::from).rfind(lies_over);
    used.or_else(over).is_some_and(|panel| close(&panel))
}

fn close(panel: &Element) -> bool {
    let closer = focus::all(panel, ".closes").into_iter().next();
    closer.as_ref().map(HtmlElement::click).is_some()
}

fn lies_over(panel: &Element) -> bool {
    let style = window().get_computed_style(panel).ok().flatten();
    style.is_some_and(|style| style.get_property_value("position").is_ok_and(|position| position == "absolute"))
}

/// What has got the focus is scrolled from under a panel, and where the page is too short for that, the panel closes.
fn uncover(element: &Element) {
    if cover_of(element).is_some() {
        element.scroll_into_view();
        cover_of(element).iter().for_each(|panel| _ = close(panel));
    }
}

/// The panel that hides an element entirely.
fn cover_of(element: &Element) -> Option<Element> {
    let rect = element.get_bounding_client_rect();
    let places = (0..PLACES * PLACES).map(|at| {
        let part = |nth: u32| (f64::from(nth) + 0.5) / f64::from(PLACES);
        (rect.left() + rect.width() * part(at % PLACES), rect.top() + rect.height() * part(at / PLACES))
    });
    let hits: Vec<Element> = places.filter_map(|(x, y)| document().element_from_point(x as f32, y as f32)).collect();
    if hits.iter().any(|hit| element.contains(Some(hit)) || hit.contains(Some(element))) {
        return None;
    }
    let panels = hits.iter().filter_map(|hit| hit.closest(PANELS).ok().flatten());
    panels.into_iter().find(|panel| !panel.contains(Some(element)))
}
