//! Events of the browser as messages.

use std::cell::Cell;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventTarget};
use yew::Callback;

/// A callback for events of which only some mean something.
pub fn when<E: 'static, T: 'static>(callback: &Callback<T>, meaning: impl Fn(E) -> Option<T> + 'static) -> Callback<E> {
    let callback = callback.clone();
    Callback::from(move |event| {
        if let Some(value) = meaning(event) {
            callback.emit(value);
        }
    })
}

/// Hears of an event for as long as the page is there; if `first`, before those who are nearer to where it happens.
pub fn hear(place: &EventTarget, name: &str, first: bool, act: impl Fn(Event) + 'static) {
    let listener = Closure::<dyn Fn(Event)>::new(act);
    _ = place.add_event_listener_with_callback_and_bool(name, listener.as_ref().unchecked_ref(), first);
    listener.forget();
}

thread_local! {
    static ACTED: Cell<bool> = const { Cell::new(false) };
}

/// Begins to notice what the reader does. Called once.
pub fn notice_acts() {
    let page = gloo::utils::document();
    for name in ["pointerdown", "click", "keydown"] {
        hear(&page, name, true, |_| ACTED.set(true));
    }
}

/// Whether the reader has done something since this was asked last.
pub fn acted() -> bool {
    ACTED.take()
}
