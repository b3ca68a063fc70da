//! The inspector's edge, by which it is made wider and narrower.

use crate::event::when;
use crate::i18n::{Lang, Message};
use crate::settings;
use crate::splitter::{Press, next_place};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

/// Widths in CSS pixels: the first, and how far it can go.
const WIDTH: f64 = 440.0;
const LEAST: f64 = 300.0;
const MOST: f64 = 900.0;
const STEP: f64 = 24.0;
/// Where clicks put it.
const PLACES: [f64; 3] = [LEAST, WIDTH, 660.0];

/// The edge.
#[component]
pub fn Bar() -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let remembered = || settings::recall("inspector").and_then(|width| width.parse().ok()).unwrap_or(WIDTH);
    let width = use_state(remembered);
    let bar = use_node_ref();
    {
        let (bar, width) = (bar.clone(), width.clone());
        use_effect_with(width.to_bits(), move |bits| {
            let panel = bar.cast::<Element>().and_then(|bar| bar.parent_element());
            if let Some(panel) = panel {
                let wanted = f64::from_bits(*bits);
                let style = panel.unchecked_ref::<HtmlElement>().style();
                _ = style.set_property("--wide", &format!("{wanted:.0}px"));
                // A narrow window grants less; how wide it is is what is told, and where keys go on.
                let granted = panel.get_bounding_client_rect().width();
                if (granted - wanted).abs() > 1.0 {
                    width.set(granted);
                }
            }
        });
    }
    let set = {
        let width = width.clone();
        Callback::from(move |to: f64| {
            let to = to.clamp(LEAST, MOST);
            settings::remember("inspector", &format!("{to:.0}"));
            width.set(to);
        })
    };
    let now = *width;
    let pressed = use_mut_ref(Press::default);
    let onpointerdown = {
        let pressed = pressed.clone();
        move |event: PointerEvent| _ = pressed.replace(Press::begin(&event))
    };
    let onclick = when(&set, move |event: MouseEvent| {
        pressed.borrow().is_click(&event).then(|| next_place(&PLACES, now)).flatten()
    });
    let onpointermove = when(&set, |event: PointerEvent| {
        let bar = event.target_unchecked_into::<Element>();
        let right = bar.parent_element()?.get_bounding_client_rect().right();
        bar.has_pointer_capture(event.pointer_id()).then(|| right - f64::from(event.client_x()))
    });
    let onkeydown = when(&set, move |event: KeyboardEvent| {
        let to = match event.key().as_str() {
            "ArrowLeft" => now + STEP,
            "ArrowRight" => now - STEP,
            "Home" => LEAST,
            "End" => MOST,
            _ => return None,
        };
        event.prevent_default();
        Some(to)
    });
    html! {
        <div class="edge" ref={bar} role="separator" tabindex="0" aria-orientation="vertical" aria-label={lang.text(Message::InspectorWidth)} title={lang.text(Message::BarHint)}
            aria-valuemin={format!("{LEAST}")} aria-valuemax={format!("{MOST}")} aria-valuenow={format!("{now:.0}")} {onpointerdown} {onpointermove} {onclick} {onkeydown}></div>
    }
}
