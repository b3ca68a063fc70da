//! What opens over the page for a moment, and how it closes: by Escape, by a press elsewhere, and when the focus goes elsewhere.
//!
//! A popup is an element with `data-popup` that holds its opener (a `summary`, or a button with `aria-expanded`) and what the
//! opener shows. To close it is to click the opener: whoever keeps its state hears of it as of any click.

use crate::event::hear;
use crate::focus;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, KeyboardEvent};

/// The openers of all popups that are open.
const OPEN: &str = "details[data-popup][open] > summary, [data-popup] > [aria-expanded=true]";
/// What the arrow keys go through in a popup.
const ITEMS: &str = "button:not([aria-disabled=true])";

/// Begins to close popups. Called once.
pub fn listen() {
    let page = gloo::utils::document();
    hear(&page, "keydown", true, |event| {
        if let Some(event) = event.dyn_ref::<KeyboardEvent>() {
            key(event);
        }
    });
    let leave: fn(Event) = |event| close_all_but(target(&event).as_ref());
    hear(&page, "pointerdown", true, leave);
    hear(&page, "focusin", true, leave);
}

fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

fn holds(opener: &HtmlElement, element: &Element) -> bool {
    opener.parent_element().is_some_and(|popup| popup.contains(Some(element)))
}

fn close_all_but(target: Option<&Element>) {
    let outside = |opener: &HtmlElement| target.is_none_or(|target| !holds(opener, target));
    focus::all(&gloo::utils::document(), OPEN).into_iter().filter(outside).for_each(|opener| opener.click());
}

/// The focus goes back to the opener, and what it opened closes.
fn close(opener: &HtmlElement) {
    _ = opener.focus();
    opener.click();
}

/// Closes the popup that an element is: something in it was chosen.
pub fn done(popup: &Element) {
    focus::all(popup, ":scope > summary").iter().for_each(close);
}

fn key(event: &KeyboardEvent) {
    let key = event.key();
    if !matches!(key.as_str(), "Escape" | "ArrowDown" | "ArrowUp") {
        return;
    }
    let Some(target) = target(event) else { return };
    let openers = focus::all(&gloo::utils::document(), OPEN);
    // The one that is used; if the focus is nowhere, the last one.
    let nowhere = target.tag_name() == "BODY";
    let Some(opener) = openers.into_iter().rfind(|opener| nowhere || holds(opener, &target)) else { return };
    if key == "Escape" {
        close(&opener);
    } else if nowhere || matches!(target.tag_name().as_str(), "BUTTON" | "SUMMARY") {
        let Some(popup) = opener.parent_element() else { return };
        let items: Vec<_> = focus::all(&popup, ITEMS).into_iter().filter(|item| *item != opener).collect();
        let at = items.iter().position(|item| **item == target);
        let next = match (at, key == "ArrowDown") {
            (None, true) => 0,
            (None, false) => items.len().saturating_sub(1),
            (Some(at), true) => (at + 1).min(items.len() - 1),
            (Some(at), false) => at.saturating_sub(1),
        };
        if let Some(item) = items.get(next) {
            _ = item.focus();
        }
    } else {
        return;
    }
    event.prevent_default();
    event.stop_propagation();
}
